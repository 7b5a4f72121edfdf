//! What a move does to the network, fast enough to follow the pointer.
//!
//! Only connections of the containers that move are routed anew, at marginal cost against the
//! frozen rest, on the ground as it is after the move. On large sites only the surroundings are
//! looked at. The settled plan follows when the container is released.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::corridors::patch::Base;
use crate::corridors::{self, EdgeIndex, Graph, Node};
use crate::demand::{self, Demands};
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
    /// The ground; looked at when a move first changes something, not when the pointer goes down.
    ground: RefCell<Option<Ground>>,
}

/// The ground of the settled plan and what lies in it.
struct Ground {
    /// The part of the site that is looked at; all of it where there is none.
    area: Option<Rect>,
    base: Base,
    /// Sizes and media, which a move changes little.
    known: Known,
    /// Supply and route of every connection that has one.
    laid: BTreeMap<String, (Supply, Vec<EdgeIndex>)>,
    before: Option<Before>,
}

/// What stands before the present move.
struct Before {
    ids: Vec<Id>,
    cost: f64,
    trench_m: f64,
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
        Self {
            plan: plan.clone(),
            catalogue: catalogue.clone(),
            routes,
            ground: RefCell::new(None),
        }
    }

    /// What it would do to have the plan as in `after`, where only `ids` stand elsewhere.
    pub fn moved(&self, after: &Plan, ids: &[Id]) -> LiveChange {
        let surroundings = self.surroundings(after, ids);
        let mut kept = self.ground.borrow_mut();
        let shows = |ground: &Ground| match (ground.area, surroundings) {
            (None, _) => true,
            (Some(area), Some(span)) => area.contains(span.min) && area.contains(span.max),
            (Some(_), None) => false,
        };
        let ground = match kept.take().filter(shows) {
            Some(ground) => kept.insert(ground),
            None => kept.insert(self.ground(surroundings.map(|span| span.inflate(AROUND)))),
        };
        let before = match ground.before.take().filter(|before| before.ids == ids) {
            Some(before) => before,
            None => self.before(ground, ids),
        };
        let look = self.after(ground, after, ids);
        let change = LiveChange {
            cost_change: Cents::from_euros(look.cost - before.cost),
            trench_change_m: look.trench_m - before.trench_m,
            paths: look.paths,
            unserved: look.unserved,
        };
        ground.before = Some(before);
        change
    }

    /// Finds the routes of the settled plan in the ground of an area.
    fn ground(&self, area: Option<Rect>) -> Ground {
        let plan = crop(&self.plan, area);
        let demands = demand::derive(&plan, &self.catalogue);
        let graph = corridors::build(&plan, &self.catalogue, &demands);
        let problem = Problem::new(&plan, &self.catalogue, &demands, &graph);
        let known = Known::new(&demands, &problem);
        let mut laid = BTreeMap::new();
        for (demand, commodity) in demands.demands.iter().zip(&problem.commodities) {
            if let Some((supply, path)) = self.routes.get(&demand.id)
                && let Some(edges) = commodity.node.and_then(|node| trace(&graph, node, path))
            {
                laid.insert(demand.id.clone(), (supply.clone(), edges));
            }
        }
        let base = Base::new(&plan, &self.catalogue, graph);
        Ground { area, base, known, laid, before: None }
    }

    /// What the network costs with the containers where they were, their connections routed as
    /// those of the moved ones will be.
    fn before(&self, ground: &Ground, ids: &[Id]) -> Before {
        let plan = crop(&self.plan, ground.area);
        let demands = demand::derive(&plan, &self.catalogue);
        let graph = &ground.base.graph;
        let look = self.look(&plan, ids, &demands, graph, ground, |_, edges| Some(edges.to_vec()));
        Before { ids: ids.to_vec(), cost: look.cost, trench_m: look.trench_m }
    }

    fn after(&self, ground: &Ground, after: &Plan, ids: &[Id]) -> Look {
        let plan = crop(after, ground.area);
        let demands = demand::derive(&plan, &self.catalogue);
        let patched = ground.base.moved(&plan, &self.catalogue, &demands, ids);
        let follow = |node, edges: &[EdgeIndex]| patched.follow(node, edges);
        self.look(&plan, ids, &demands, &patched.graph, ground, follow)
    }

    /// Looks at the network of a plan: connections of `ids`, and those whose route the graph no
    /// longer has, are routed anew.
    fn look(
        &self,
        plan: &Plan,
        ids: &[Id],
        demands: &Demands,
        graph: &Graph,
        ground: &Ground,
        follow: impl Fn(Node, &[EdgeIndex]) -> Option<Vec<EdgeIndex>>,
    ) -> Look {
        let known = Some(&ground.known);
        let problem = Problem::with_known(plan, &self.catalogue, demands, graph, known);
        let mut anew = BTreeSet::new();
        let mut routes: Vec<Option<Route>> = Vec::with_capacity(demands.demands.len());
        for (index, demand) in demands.demands.iter().enumerate() {
            let route = ground.laid.get(&demand.id).and_then(|(supply, edges)| {
                if ids.contains(&demand.container) || ids.contains(&supply.id) {
                    return None;
                }
                let serves = |&source: &usize| demands.sources[source].supply == *supply;
                let source = demand.sources.iter().copied().find(serves)?;
                let edges = follow(problem.commodities[index].node?, edges)?;
                Some(Route { edges, source })
            });
            if route.is_none() && self.routes.contains_key(&demand.id) {
                anew.insert(index);
            }
            routes.push(route);
        }
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
                    let line = network::line(graph, demand.at, &route.edges);
                    look.paths.push((demand.id.clone(), demand.service, line));
                }
                None => look.unserved += 1,
            }
        }
        look
    }

    /// What the containers that move and their routes span, where they stood and where they are;
    /// none on a site small enough to be looked at as a whole.
    fn surroundings(&self, after: &Plan, ids: &[Id]) -> Option<Rect> {
        if after.containers.len() <= WHOLE {
            return None;
        }
        let own = self.routes.iter().filter(|(id, (supply, _))| {
            let container = id.split('/').next().unwrap_or_default();
            ids.iter().any(|moved| moved.as_str() == container || *moved == supply.id)
        });
        let of_routes = own.flat_map(|(_, (_, path))| path.iter().copied());
        let of_moved = after
            .containers
            .iter()
            .chain(&self.plan.containers)
            .filter(|container| ids.contains(&container.id))
            .map(|container| container.at_mm);
        Rect::around(of_routes.chain(of_moved))
    }
}

/// The plan in an area alone, or all of it.
fn crop(plan: &Plan, area: Option<Rect>) -> Cow<'_, Plan> {
    let Some(area) = area else { return Cow::Borrowed(plan) };
    let mut cropped = plan.clone();
    cropped.containers.retain(|container| area.contains(container.at_mm));
    cropped.zones.retain(|zone| {
        Rect::around(zone.outline_mm.iter().copied()).is_some_and(|zone| zone.overlaps(area))
    });
    Cow::Owned(cropped)
}
