//! From routes to things that are dug and laid: cable sections, pipe diameters, trench widths.
//!
//! Grouping, diameters and widths depend on what really shares a trench, so they are settled here,
//! after the search, and priced as they are.

mod cables;
mod pipes;
mod trenches;

pub use trenches::trench_name;

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::corridors::{EdgeIndex, Graph};
use crate::demand::{Demand, Demands};
use crate::geometry::Point;
use crate::plan::Plan;
use crate::report::{
    Connection, DataSizing, PipeRun, PipeSizing, PumpSet, Sizing, Supply, TransformerChoice, Trench,
};
use crate::route::problem::{Commodity, Medium, Problem};
use crate::route::state::Route;
use crate::size::{equipment, fibre};

/// The network as it is built.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Every port and how it is served.
    pub connections: Vec<Connection>,
    /// What is dug.
    pub trenches: Vec<Trench>,
    /// Pipes.
    pub pipes: Vec<PipeRun>,
    /// Pumps.
    pub pumps: Vec<PumpSet>,
    /// Transformers.
    pub transformers: Vec<TransformerChoice>,
    /// Present value of losses and pumping, EUR.
    pub running_eur: f64,
    /// Cost no route can change, EUR.
    pub fixed_eur: f64,
}

/// Settles sizes and widths for given routes.
pub fn settle(
    plan: &Plan,
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
) -> Network {
    let graph = problem.graph;
    let lengths: Vec<f64> = routes.iter().map(|route| length(graph, route.as_ref())).collect();
    let piped = pipes::settle(catalogue, demands, problem, routes);
    let laid = cables::settle(catalogue, demands, problem, routes, &piped.pairs);
    let cables = &laid.choices;
    let trenches = trenches::settle(plan, catalogue, demands, problem, routes, cables, &piped);
    let mut network = Network { trenches, ..Network::default() };
    for (index, demand) in demands.demands.iter().enumerate() {
        let commodity = &problem.commodities[index];
        let mut connection = blank(demand, commodity);
        match &routes[index] {
            None => connection.blocked = Some(why_blocked(plan, demands, demand, commodity)),
            Some(route) => {
                connection.supply = Some(demands.sources[route.source].supply.clone());
                connection.path_mm = line(graph, demand.at, &route.edges);
                connection.length_m = lengths[index];
                let (sizing, running, fixed) = match demand.service {
                    Service::MvPower | Service::LvPower => {
                        cable_sizing(catalogue, demand, (&laid, index), lengths[index])
                    }
                    Service::DataA | Service::DataB => {
                        data_sizing(catalogue, demand, lengths[index])
                    }
                    Service::Cooling | Service::HeatReuse => {
                        (piped.sizing(index), 0.0, catalogue.prices.euros("pipe-end"))
                    }
                };
                connection.sizing = sizing;
                network.running_eur += running;
                network.fixed_eur += fixed;
            }
        }
        network.connections.push(connection);
    }
    network.running_eur += piped.running_eur;
    network.pipes = piped.runs;
    network.pumps = piped.pumps;
    network.transformers = transformers(plan, catalogue, &network.connections);
    network
}

/// Edges whose trench comes out wider than the ground allows, with what is too much, mm.
pub fn too_wide(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
) -> Vec<(EdgeIndex, f64)> {
    let graph = problem.graph;
    let piped = pipes::settle(catalogue, demands, problem, routes);
    let laid = cables::settle(catalogue, demands, problem, routes, &piped.pairs);
    let widths = trenches::widths(catalogue, demands, problem, routes, &laid.choices, &piped);
    let over = |(edge, (_, width)): (EdgeIndex, (Vec<usize>, i64))| {
        let excess = width - graph.edges[edge as usize].limit_mm;
        (excess > 0).then_some((edge, excess as f64))
    };
    widths.into_iter().filter_map(over).collect()
}

fn blank(demand: &Demand, commodity: &Commodity) -> Connection {
    Connection {
        id: demand.id.clone(),
        container: demand.container.clone(),
        port: demand.port.clone(),
        service: demand.service,
        load: demand.load,
        phase: demand.phase.clone(),
        supply: None,
        path_mm: Vec::new(),
        length_m: 0.0,
        sizing: None,
        blocked: None,
        locked: commodity.lock.is_some() || commodity.lock_broken,
    }
}

fn length(graph: &Graph, route: Option<&Route>) -> f64 {
    route.map_or(0.0, |route| {
        route.edges.iter().map(|&edge| graph.edges[edge as usize].length_m).sum()
    })
}

/// The line of a route, from its port.
pub fn line(graph: &Graph, from: Point, edges: &[EdgeIndex]) -> Vec<Point> {
    let mut line = vec![from];
    let mut at = from;
    for &edge in edges {
        let path = &graph.edges[edge as usize].path;
        let forward = path.first() == Some(&at);
        let steps: Box<dyn Iterator<Item = &Point>> = if forward {
            Box::new(path.iter().skip(1))
        } else {
            Box::new(path.iter().rev().skip(1))
        };
        for &point in steps {
            while line.len() >= 2
                && crate::geometry::on_segment(line[line.len() - 2], point, line[line.len() - 1])
            {
                line.pop();
            }
            line.push(point);
        }
        at = line.last().copied().unwrap_or(at);
    }
    line
}

/// Media as they would be settled for given routes: power cables chosen for the company they keep.
pub fn settled_media(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
) -> Vec<Medium> {
    let pairs = cables::likely_pairs(problem, routes);
    let cables = cables::settle(catalogue, demands, problem, routes, &pairs).choices;
    let pitch = catalogue.rules.circuit_pitch_mm.value;
    problem
        .commodities
        .iter()
        .zip(cables)
        .map(|(commodity, cable)| match cable {
            Some(choice) => Medium::Own {
                per_m: choice.lifetime_per_m(),
                width_mm: f64::from(choice.circuits) * pitch,
                ends: choice.ends,
                circuits: choice.circuits,
            },
            None => commodity.medium.clone(),
        })
        .collect()
}

/// Sizing, present value of losses and cost no route can change.
type Settled = (Option<Sizing>, f64, f64);

fn cable_sizing(
    catalogue: &Catalogue,
    demand: &Demand,
    (laid, index): (&cables::Laid<'_>, usize),
    length_m: f64,
) -> Settled {
    let Some(pair) = laid.choices[index].as_ref().zip(laid.warmest[index].as_ref()) else {
        return (None, 0.0, 0.0);
    };
    let (sizing, running, fixed) = cables::sizing(catalogue, demand.service, pair, length_m);
    (Some(Sizing::Cable(Box::new(sizing))), running, fixed)
}

fn data_sizing(catalogue: &Catalogue, demand: &Demand, length_m: f64) -> Settled {
    let choice = fibre::choose(catalogue, demand.load.value());
    let trunk_m = fibre::laid_length(catalogue, length_m);
    let optic = fibre::optic(catalogue, trunk_m);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "fibre counts come from a u32"
    )]
    let fibres = demand.load.value() as u32;
    let sizing = DataSizing {
        fibres,
        trunk_fibres: choice.trunk_fibres,
        trunks: choice.trunks,
        links: choice.links,
        trunk_m,
        reach_m: optic.map_or(0.0, |optic| optic.reach_m),
        optic: optic.map(|optic| optic.standard.clone()).unwrap_or_default(),
    };
    (Some(Sizing::Data(sizing)), 0.0, choice.ends)
}

/// The first thing that keeps a connection from being served.
fn why_blocked(plan: &Plan, demands: &Demands, demand: &Demand, commodity: &Commodity) -> String {
    if commodity.lock_broken {
        return "its locked route no longer follows the ground; unlock it or draw it anew"
            .to_owned();
    }
    if commodity.waypoints.iter().any(|(node, must)| *must && node.is_none()) {
        return "a compulsory waypoint lies where no trench can run; move it onto a corridor or \
                into free ground, or make it optional"
            .to_owned();
    }
    if demand.sources.is_empty() {
        let wanted: Vec<String> = demand
            .from
            .iter()
            .map(|supplier| match supplier {
                crate::catalogue::module::Supplier::Utility => "a utility entry".to_owned(),
                crate::catalogue::module::Supplier::Module(kind) => {
                    format!("a module of kind {}", kind.label())
                }
            })
            .collect();
        let by_then = plan
            .phases
            .iter()
            .find(|phase| phase.id == demand.phase)
            .map_or_else(String::new, |phase| format!(" by phase {}", phase.id));
        return format!(
            "nothing supplies {}{by_then}; it needs {}",
            demand.service,
            wanted.join(" or ")
        );
    }
    if commodity.node.is_none() {
        return "its port has no way out: something stands within the wall clearance of it"
            .to_owned();
    }
    if commodity.targets.is_empty() {
        return "no supplying port has a way out".to_owned();
    }
    let largest =
        demand.sources.iter().map(|&source| demands.sources[source].capacity).fold(0.0, f64::max);
    if largest < demand.load.value() {
        return format!(
            "it needs {}, the largest supply gives {}",
            demand.load,
            crate::units::grouped(largest, 0)
        );
    }
    if demand.pair.is_some() {
        return "no second route in trenches of its own reaches a supply with capacity left"
            .to_owned();
    }
    "every supply in reach is full or cut off".to_owned()
}

fn transformers(
    plan: &Plan,
    catalogue: &Catalogue,
    connections: &[Connection],
) -> Vec<TransformerChoice> {
    use crate::catalogue::module::ModuleKind;
    let mut out = Vec::new();
    for container in &plan.containers {
        let kind = catalogue.modules.get(&container.module).map(|module| module.kind);
        if kind != Some(ModuleKind::Transformer) {
            continue;
        }
        let load_kva: f64 = connections
            .iter()
            .filter(|connection| {
                connection.service == Service::LvPower
                    && connection.supply.as_ref().is_some_and(|s| s.id == container.id)
            })
            .map(|connection| connection.load.value())
            .sum();
        let Some(unit) = equipment::transformer(catalogue, load_kva) else { continue };
        out.push(TransformerChoice {
            container: container.id.clone(),
            load_kva,
            rating_kva: unit.kva,
            loading_percent: 100.0 * load_kva / unit.kva,
            loss_kw: equipment::transformer_loss_kw(unit, load_kva),
            item: equipment::transformer_item(unit),
            phase: container.phase.clone(),
            source: unit.source.clone(),
        });
    }
    out
}

pub(crate) use pipes::Piped;

impl Piped {
    fn sizing(&self, connection: usize) -> Option<Sizing> {
        self.shares.get(&connection).map(|share| Sizing::Pipe(share.clone()))
    }
}

/// What a connection draws from its pipe network.
pub(crate) type PipeShares = std::collections::BTreeMap<usize, PipeSizing>;
/// A supply that pumps.
pub(crate) type Pumping = Supply;
