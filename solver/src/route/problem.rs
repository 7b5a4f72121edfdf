//! The routing problem: what must be connected, over which graph, at what price.

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::corridors::{EdgeIndex, Graph, Node};
use crate::demand::{Demand, Demands};
use crate::geometry::{Point, on_segment};
use crate::plan::{Plan, Usage};
use crate::size::pipe::PipeTable;
use crate::size::{cable, fibre};

/// What a connection lays.
#[derive(Clone, Debug, PartialEq)]
pub enum Medium {
    /// Its own cables or trunks.
    Own {
        /// First cost and losses, EUR per metre.
        per_m: f64,
        /// Width in a trench, mm.
        width_mm: f64,
        /// Cost of the ends, EUR.
        ends: f64,
        /// Circuits, for the grouping of power cables; 0 for data.
        circuits: u32,
    },
    /// A share of the pipes of a network.
    Pipe {
        /// Water flow, kg/s.
        flow: f64,
        /// Cost of the ends, EUR.
        ends: f64,
    },
}

/// A place where a connection may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The source, by index.
    pub source: usize,
    /// Its node.
    pub node: Node,
}

/// One connection to route.
#[derive(Clone, Debug)]
pub struct Commodity {
    /// What it carries.
    pub service: Service,
    /// Its size in the unit of the service.
    pub size: f64,
    /// Its port's node; none where the port has no way out.
    pub node: Option<Node>,
    /// Where it may end.
    pub targets: Vec<Target>,
    /// What it lays.
    pub medium: Medium,
    /// Commodities of one pair share neither trench nor unit.
    pub pair: Option<usize>,
    /// Connections alike in service and suppliers, for the bound.
    pub class: usize,
    /// Corridors it must not use.
    pub forbidden: Vec<usize>,
    /// Edges of the route a person fixed.
    pub lock: Option<Vec<EdgeIndex>>,
    /// Whether a lock could not be kept.
    pub lock_broken: bool,
}

/// Prices and widths of trenches.
#[derive(Clone, Copy, Debug)]
pub struct TrenchPrices {
    /// EUR per metre whatever the width.
    pub base: f64,
    /// EUR per metre and metre of width.
    pub width_rate: f64,
    /// EUR for entering or leaving a road.
    pub road_edge: f64,
    /// Narrowest, mm.
    pub min_mm: f64,
    /// Step, mm.
    pub step_mm: f64,
    /// Bedding at each wall, mm.
    pub margin_mm: f64,
    /// Between power, pipes and data, mm.
    pub gap_mm: f64,
}

impl TrenchPrices {
    fn new(catalogue: &Catalogue) -> Self {
        let (rules, prices) = (&catalogue.rules, &catalogue.prices);
        Self {
            base: prices.euros("trench-base"),
            width_rate: prices.euros("trench-width"),
            road_edge: prices.euros("crossing-road") / 2.0,
            min_mm: rules.trench_min_width_mm.value,
            step_mm: rules.trench_step_mm.value,
            margin_mm: rules.trench_margin_mm.value,
            gap_mm: rules.discipline_gap_mm.value,
        }
    }

    /// Width that is dug for contents of `contents_mm` in `disciplines` kinds, mm.
    pub fn dug_width(&self, contents_mm: f64, disciplines: u32) -> f64 {
        if disciplines == 0 {
            return self.min_mm;
        }
        let gaps = self.gap_mm * f64::from(disciplines - 1);
        let needed = contents_mm + gaps + 2.0 * self.margin_mm;
        // A hair of tolerance keeps 600.0000001 from becoming 700.
        (((needed - 1e-6) / self.step_mm).ceil() * self.step_mm).max(self.min_mm)
    }

    /// Price of a metre of trench of that width in prepared soil, EUR.
    pub fn per_m(&self, width_mm: f64) -> f64 {
        self.width_rate.mul_add(width_mm / 1000.0, self.base)
    }
}

/// Everything the search needs, in index form.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// Where trenches may run.
    pub graph: &'a Graph,
    /// What to connect, in the order of the demands.
    pub commodities: Vec<Commodity>,
    /// Unit of each source.
    pub unit_of: Vec<usize>,
    /// Capacity of each unit.
    pub unit_capacity: Vec<f64>,
    /// Capacity of each source.
    pub source_capacity: Vec<f64>,
    /// Position of each source.
    pub source_at: Vec<Point>,
    /// Trench prices.
    pub trench: TrenchPrices,
    /// Pipe sizes.
    pub pipes: PipeTable,
    /// Number of classes.
    pub classes: usize,
    /// Edges the planner wants dug in any case.
    pub required: Vec<EdgeIndex>,
}

impl<'a> Problem<'a> {
    /// States the problem of a plan; `catalogue` already carries its overrides.
    pub fn new(plan: &Plan, catalogue: &Catalogue, demands: &Demands, graph: &'a Graph) -> Self {
        let pipes = PipeTable::new(catalogue);
        let mut classes: Vec<(Service, Vec<usize>)> = Vec::new();
        let commodities = demands
            .demands
            .iter()
            .enumerate()
            .map(|(index, demand)| {
                let key = (demand.service, demand.sources.clone());
                let class = classes.iter().position(|known| *known == key).unwrap_or_else(|| {
                    classes.push(key);
                    classes.len() - 1
                });
                commodity(plan, catalogue, graph, &pipes, (index, demand, class))
            })
            .collect();
        let required = (0..)
            .zip(&graph.edges)
            .filter(|(_, edge)| edge.usage == Usage::Required)
            .map(|(number, _)| number)
            .collect();
        Self {
            graph,
            commodities,
            unit_of: demands.sources.iter().map(|source| source.unit).collect(),
            unit_capacity: demands.units.iter().map(|unit| unit.capacity).collect(),
            source_capacity: demands.sources.iter().map(|source| source.capacity).collect(),
            source_at: demands.sources.iter().map(|source| source.at).collect(),
            trench: TrenchPrices::new(catalogue),
            pipes,
            classes: classes.len(),
            required,
        }
    }

    /// Whether a connection may use an edge at all.
    pub fn may_use(&self, commodity: usize, edge: EdgeIndex) -> bool {
        let commodity = &self.commodities[commodity];
        let corridor = self.graph.edges[edge as usize].corridor;
        commodity.forbidden.is_empty()
            || !corridor.is_some_and(|corridor| commodity.forbidden.contains(&corridor))
    }
}

fn commodity(
    plan: &Plan,
    catalogue: &Catalogue,
    graph: &Graph,
    pipes: &PipeTable,
    (index, demand, class): (usize, &Demand, usize),
) -> Commodity {
    let node = graph.demand_nodes[index];
    let targets: Vec<Target> = demand
        .sources
        .iter()
        .filter_map(|&source| Some(Target { source, node: graph.source_nodes[source]? }))
        .collect();
    let nearest_m = targets
        .iter()
        .map(|target| graph.nodes[target.node as usize].distance_m(demand.at))
        .fold(f64::INFINITY, f64::min);
    let medium = medium(catalogue, demand, pipes, nearest_m, 0);
    let forbidden = plan
        .forbids
        .iter()
        .filter(|forbid| forbid.connection == demand.id)
        .filter_map(|forbid| plan.corridors.iter().position(|c| c.id == forbid.corridor))
        .collect();
    let wanted = plan.locks.iter().find(|lock| lock.connection == demand.id);
    let lock = wanted.zip(node).and_then(|(lock, node)| trace(graph, node, &lock.path_mm));
    Commodity {
        service: demand.service,
        size: demand.load.value(),
        node,
        targets,
        medium,
        pair: demand.pair,
        class,
        forbidden,
        lock_broken: wanted.is_some() && lock.is_none(),
        lock,
    }
}

/// What a demand lays when `others` power circuits share its fullest trench.
pub fn medium(
    catalogue: &Catalogue,
    demand: &Demand,
    pipes: &PipeTable,
    length_m: f64,
    others: u32,
) -> Medium {
    let length_m = if length_m.is_finite() { length_m.max(10.0) } else { 10.0 };
    match demand.service {
        Service::MvPower | Service::LvPower => {
            let kva = demand.load.value();
            let ask = cable::Ask { service: demand.service, kva, length_m, others };
            match cable::choose(catalogue, &ask) {
                Some(choice) => Medium::Own {
                    per_m: choice.lifetime_per_m(),
                    width_mm: f64::from(choice.circuits) * catalogue.rules.circuit_pitch_mm.value,
                    ends: choice.ends,
                    circuits: choice.circuits,
                },
                // No cable carries it: routed as if it had the most circuits, reported later.
                None => Medium::Own {
                    per_m: 1000.0,
                    width_mm: f64::from(cable::MAX_CIRCUITS)
                        * catalogue.rules.circuit_pitch_mm.value,
                    ends: 0.0,
                    circuits: cable::MAX_CIRCUITS,
                },
            }
        }
        Service::Cooling | Service::HeatReuse => Medium::Pipe {
            flow: pipes.flow(demand.load.value()),
            ends: catalogue.prices.euros("pipe-end"),
        },
        Service::DataA | Service::DataB => {
            let choice = fibre::choose(catalogue, demand.load.value());
            Medium::Own {
                per_m: choice.first_per_m,
                width_mm: choice.width_mm,
                ends: choice.ends,
                circuits: 0,
            }
        }
    }
}

/// Follows a line through the graph from one of its ends; none where it leaves the graph.
pub fn trace(graph: &Graph, from: Node, line: &[Point]) -> Option<Vec<EdgeIndex>> {
    let mut line = line.to_vec();
    line.dedup();
    let start = graph.nodes[from as usize];
    if *line.last()? == start && *line.first()? != start {
        line.reverse();
    }
    if *line.first()? != start {
        return None;
    }
    let goal = *line.last()?;
    // Walk along the line: at each node take the edge that lies on it and leads furthest ahead.
    let along = |point: Point| -> Option<f64> {
        let mut passed = 0.0;
        for pair in line.windows(2) {
            if on_segment(pair[0], pair[1], point) {
                return Some(passed + pair[0].distance_m(point));
            }
            passed += pair[0].distance_m(pair[1]);
        }
        None
    };
    let mut edges = Vec::new();
    let (mut node, mut position) = (from, 0.0);
    while graph.nodes[node as usize] != goal {
        let step = graph.adjacent[node as usize]
            .iter()
            .filter(|(number, _)| {
                graph.edges[*number as usize].path.iter().all(|&point| along(point).is_some())
            })
            .filter_map(|&(number, next)| {
                let ahead = along(graph.nodes[next as usize])?;
                let length = graph.edges[number as usize].length_m;
                // The edge must follow the line, not cut a corner of it.
                ((ahead - position - length).abs() < 0.01 && ahead > position)
                    .then_some((number, next, ahead))
            })
            .min_by(|a, b| a.2.total_cmp(&b.2))?;
        edges.push(step.0);
        (node, position) = (step.1, step.2);
    }
    Some(edges)
}
