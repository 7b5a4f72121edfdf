//! What a move does to the network, fast enough to follow the pointer.
//!
//! Only connections of the containers that move are routed anew, at marginal cost against the
//! frozen rest, on the ground as it is after the move. On large sites only the surroundings are
//! looked at. The settled plan follows when the container is released.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::corridors;
use crate::demand;
use crate::evaluate::traced;
use crate::geometry::{Point, Rect};
use crate::id::Id;
use crate::network;
use crate::plan::Plan;
use crate::report::{Report, Supply};
use crate::route::problem::{Known, Problem, trace};
use crate::route::search::Search;
use crate::route::state::Route;
use crate::units::Cents;

/// What a move changes.
#[derive(Clone, Debug, Default)]
pub struct LiveChange {
    /// Change of the network's lifetime cost.
    pub cost_change: Cents,
    /// Change of the trench length, m.
    pub trench_change_m: f64,
    /// New lines of the connections that were routed anew.
    pub paths: Vec<(String, Service, Vec<Point>)>,
    /// Connections of the moved containers that find no route.
    pub unserved: usize,
}

/// A settled plan, ready to answer what a move would do.
pub struct Live {
    plan: Plan,
    catalogue: Catalogue,
    routes: BTreeMap<String, (Supply, Vec<Point>)>,
    /// Sizes and media of the settled plan, which a move changes little.
    known: Known,
    /// Cost and trench length before the move, by the containers that move.
    before: RefCell<Option<(Vec<Id>, f64, f64)>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}

/// Containers a site may have to be looked at as a whole.
const WHOLE: usize = 120;
/// Surroundings of a move on larger sites, mm.
const AROUND: i64 = 60_000;

/// Cost, trench length and new paths of one look at the network.
struct Look {
    cost: f64,
    trench_m: f64,
    paths: Vec<(String, Service, Vec<Point>)>,
    unserved: usize,
}

impl Live {
    /// Keeps what a report says about a plan; `catalogue` already carries the plan's overrides.
    pub fn new(plan: &Plan, catalogue: &Catalogue, report: &Report) -> Self {
        let routes = report
            .connections
            .iter()
            .filter_map(|connection| {
                let supply = connection.supply.clone()?;
                Some((connection.id.clone(), (supply, connection.path_mm.clone())))
            })
            .collect();
        let demands = demand::derive(plan, catalogue);
        let graph = corridors::build(plan, catalogue, &demands);
        let problem = Problem::new(plan, catalogue, &demands, &graph);
        let settled = traced(&demands, &problem, report);
        let media = network::settled_media(catalogue, &demands, &problem, &settled);
        Self {
            known: Known::new(&demands, &problem, media),
            plan: plan.clone(),
            catalogue: catalogue.clone(),
            routes,
            before: RefCell::new(None),
        }
    }

    /// What it would do to have the plan as in `after`, where only `ids` differ.
    pub fn moved(&self, after: &Plan, ids: &[Id]) -> LiveChange {
        let mut before = self.before.borrow_mut();
        if before.as_ref().is_none_or(|(known, ..)| known != ids) {
            let look = self.look(&self.plan, &self.plan, ids);
            *before = Some((ids.to_vec(), look.cost, look.trench_m));
        }
        let (cost, trench_m) = before.as_ref().map_or((0.0, 0.0), |(_, c, t)| (*c, *t));
        let look = self.look(after, after, ids);
        LiveChange {
            cost_change: Cents::from_euros(look.cost - cost),
            trench_change_m: look.trench_m - trench_m,
            paths: look.paths,
            unserved: look.unserved,
        }
    }

    fn look(&self, plan: &Plan, whole: &Plan, ids: &[Id]) -> Look {
        let cropped;
        let plan = if whole.containers.len() > WHOLE {
            cropped = self.crop(plan, ids);
            &cropped
        } else {
            plan
        };
        let demands = demand::derive(plan, &self.catalogue);
        let graph = corridors::build(plan, &self.catalogue, &demands);
        let known = Some(&self.known);
        let problem = Problem::with_known(plan, &self.catalogue, &demands, &graph, known);
        let mut anew = BTreeSet::new();
        let routes: Vec<Option<Route>> = demands
            .demands
            .iter()
            .enumerate()
            .map(|(index, demand)| {
                let (supply, path) = self.routes.get(&demand.id)?;
                if ids.contains(&demand.container) || ids.contains(&supply.id) {
                    anew.insert(index);
                    return None;
                }
                let source = demand
                    .sources
                    .iter()
                    .copied()
                    .find(|&source| demands.sources[source].supply == *supply)?;
                let edges = trace(&graph, problem.commodities[index].node?, path);
                if edges.is_none() {
                    anew.insert(index);
                }
                Some(Route { edges: edges?, source })
            })
            .collect();
        let search = Search::resume_at_once(&problem, routes);
        let state = search.state();
        let mut look = Look { cost: state.total(), trench_m: 0.0, paths: Vec::new(), unserved: 0 };
        for (edge, load) in graph.edges.iter().zip(&state.users) {
            look.trench_m += if load.is_empty() { 0.0 } else { edge.length_m };
        }
        for index in anew {
            let demand = &demands.demands[index];
            match &state.routes[index] {
                Some(route) => {
                    let line = network::line(&graph, demand.at, &route.edges);
                    look.paths.push((demand.id.clone(), demand.service, line));
                }
                None => look.unserved += 1,
            }
        }
        look
    }

    /// The plan around the containers that move and the routes they have.
    fn crop(&self, plan: &Plan, ids: &[Id]) -> Plan {
        let own = self.routes.iter().filter(|(id, (supply, _))| {
            let container = id.split('/').next().unwrap_or_default();
            ids.iter().any(|moved| moved.as_str() == container || *moved == supply.id)
        });
        let of_routes = own.flat_map(|(_, (_, path))| path.iter().copied());
        let of_moved = plan
            .containers
            .iter()
            .chain(&self.plan.containers)
            .filter(|container| ids.contains(&container.id))
            .map(|container| container.at_mm);
        let Some(area) = Rect::around(of_routes.chain(of_moved)) else { return plan.clone() };
        let area = area.inflate(AROUND);
        let mut cropped = plan.clone();
        cropped.containers.retain(|container| area.contains(container.at_mm));
        cropped.zones.retain(|zone| {
            Rect::around(zone.outline_mm.iter().copied()).is_some_and(|zone| zone.overlaps(area))
        });
        cropped
    }
}
