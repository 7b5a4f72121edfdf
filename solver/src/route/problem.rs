//! The routing problem: what must be connected, over which graph, at what price.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::catalogue::rules::Diversity;
use crate::corridors::{Edge, EdgeIndex, Graph, Node};
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
    /// Where it may end, the nearest first.
    pub targets: Vec<Target>,
    /// What it lays.
    pub medium: Medium,
    /// Commodities of one pair share neither trench nor unit.
    pub pair: Option<usize>,
    /// Connections alike in service, suppliers and prohibitions, for the bound.
    pub class: usize,
    /// How its pair keeps apart.
    pub diversity: Diversity,
    /// Places it is led through, in order from its port, and whether it must pass them; none for
    /// the node of a place that the ground does not offer.
    pub waypoints: Vec<(Option<Node>, bool)>,
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

/// What an edge costs, ready for the inner loop.
#[derive(Clone, Copy, Debug)]
pub struct EdgePrice {
    /// EUR for opening it, whatever the width.
    pub open: f64,
    /// EUR per step of width.
    pub per_step: f64,
    /// Steps that fit.
    pub limit_steps: f64,
    /// EUR per step beyond the limit.
    pub overfull: f64,
    /// Length, m.
    pub length: f64,
    /// Length as the search weighs it, m.
    pub leaned: f64,
    /// Whether it costs even when empty.
    pub required: bool,
    /// Whether it may be used from its first end to its second only.
    pub one_way: bool,
}

/// Share of a width limit the search leaves free, because settled cables and pipes can turn out a
/// step or two wider than it reckons.
const RESERVE: f64 = 0.08;

/// EUR per metre and metre of width beyond the limit: dearer than any detour.
const OVERFULL: f64 = 200_000.0;

impl EdgePrice {
    fn new(edge: &Edge, trench: &TrenchPrices) -> Self {
        let step_m = trench.step_mm / 1000.0;
        let dug = match edge.usage {
            Usage::Existing => 0.0,
            Usage::Possible | Usage::Required | Usage::Forbidden => 1.0,
        };
        let metres = dug * edge.length_m * edge.ground * edge.lean;
        Self {
            open: metres * trench.base + dug * f64::from(edge.road_edges) * trench.road_edge,
            per_step: metres * trench.width_rate * step_m,
            limit_steps: (edge.limit_mm as f64 / trench.step_mm * (1.0 - RESERVE)).floor(),
            overfull: OVERFULL * step_m * edge.length_m.max(1.0),
            length: edge.length_m,
            leaned: edge.length_m * edge.lean,
            required: edge.usage == Usage::Required,
            one_way: false,
        }
    }
}

/// Lifetime cost of pipes by flow, sampled once and interpolated.
#[derive(Clone, Debug, Default)]
pub struct PipeCurve {
    step: f64,
    samples: Vec<(f64, f64)>,
}

impl PipeCurve {
    const SAMPLES: usize = 600;

    /// The curve of pipes that may carry up to `total` in all.
    fn new(pipes: &PipeTable, width_rate: f64, total: f64) -> Self {
        let step = (total / Self::SAMPLES as f64).max(1e-6);
        let samples = (0..=Self::SAMPLES + 1)
            .map(|index| {
                let choice = pipes.cheapest(step * index as f64, width_rate);
                choice.map_or((0.0, 0.0), |choice| {
                    (choice.first_per_m + choice.running_per_m, choice.width_mm)
                })
            })
            .collect();
        Self { step, samples }
    }

    /// Lines that cost nothing but the place they take: a millimetre for a unit that flows.
    pub fn of_width(total: f64) -> Self {
        Self { step: total.max(1e-6), samples: vec![(0.0, 0.0), (0.0, total)] }
    }

    /// The least the cost per metre rises when the flow grows by `flow`.
    pub(super) fn least_rise(&self, flow: f64) -> f64 {
        let steps = flow / self.step;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "flows are positive and within the sampled range"
        )]
        let span = (steps as usize).max(1);
        let rises = self.samples.iter().zip(self.samples.iter().skip(span));
        rises.map(|(low, high)| high.0 - low.0).fold(f64::INFINITY, f64::min).clamp(0.0, 1e9)
    }

    /// Cost per metre and width of the pair that carries `flow`.
    pub(super) fn at(&self, flow: f64) -> (f64, f64) {
        let position = flow / self.step;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "flows are positive and within the sampled range"
        )]
        let index = (position as usize).min(self.samples.len().saturating_sub(2));
        let (low, high) = (self.samples[index], self.samples[index + 1]);
        let share = (position - index as f64).clamp(0.0, 1.0);
        // The width of a size holds up to the next one; without sizes it grows with the flow.
        let width = if self.samples.len() == 2 { share * high.1 } else { low.1.max(high.1) };
        (share * (high.0 - low.0) + low.0, width)
    }
}

/// Everything the search needs, in index form.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// Where trenches may run.
    pub graph: &'a Graph,
    /// What each of its edges costs.
    pub prices: Vec<EdgePrice>,
    /// What to connect, in the order of the demands.
    pub commodities: Vec<Commodity>,
    /// The other connections of the pair of each.
    pub partners: Vec<Vec<usize>>,
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
    /// What pipes of the best size cost by flow.
    pub curve: PipeCurve,
    /// For each edge those that must not be used together with it; empty where any may.
    pub crossings: Vec<Vec<EdgeIndex>>,
    /// EUR charged for two such edges in use.
    pub crossing_price: f64,
    /// Parts of flows that may be divided: commodities whose sizes the search shifts among them.
    pub flows: Vec<Vec<usize>>,
    /// Number of classes.
    pub classes: usize,
    /// Edges the planner wants dug in any case.
    pub required: Vec<EdgeIndex>,
}

/// What need not be worked out again for a plan that differs by little from an earlier one.
#[derive(Clone, Debug)]
pub struct Known {
    /// Pipe sizes.
    pipes: PipeTable,
    /// What they cost by flow.
    curve: PipeCurve,
    /// What each connection lays, by name.
    media: BTreeMap<String, Medium>,
}

impl Known {
    /// What an earlier problem says.
    pub fn new(demands: &Demands, problem: &Problem<'_>) -> Self {
        let names = demands.demands.iter().map(|demand| demand.id.clone());
        let media = problem.commodities.iter().map(|commodity| commodity.medium.clone());
        Self {
            pipes: problem.pipes.clone(),
            curve: problem.curve.clone(),
            media: names.zip(media).collect(),
        }
    }
}

impl<'a> Problem<'a> {
    /// States the problem of a plan; `catalogue` already carries its overrides.
    pub fn new(plan: &Plan, catalogue: &Catalogue, demands: &Demands, graph: &'a Graph) -> Self {
        Self::with_known(plan, catalogue, demands, graph, None)
    }

    /// The same with what an earlier problem made known.
    pub fn with_known(
        plan: &Plan,
        catalogue: &Catalogue,
        demands: &Demands,
        graph: &'a Graph,
        known: Option<&Known>,
    ) -> Self {
        let pipes = known.map_or_else(|| PipeTable::new(catalogue), |known| known.pipes.clone());
        let mut classes: BTreeMap<(Service, &[usize], Vec<usize>), usize> = BTreeMap::new();
        let commodities: Vec<Commodity> = demands
            .demands
            .iter()
            .enumerate()
            .map(|(index, demand)| {
                let key = (demand.service, demand.sources.as_slice(), forbidden(plan, demand));
                let next = classes.len();
                let class = *classes.entry(key).or_insert(next);
                commodity(plan, catalogue, graph, (&pipes, known), (index, demand, class))
            })
            .collect();
        let required = (0..)
            .zip(&graph.edges)
            .filter(|(_, edge)| edge.usage == Usage::Required)
            .map(|(number, _)| number)
            .collect();
        let trench = TrenchPrices::new(catalogue);
        Self {
            graph,
            prices: graph.edges.iter().map(|edge| EdgePrice::new(edge, &trench)).collect(),
            partners: partners(&commodities),
            unit_of: demands.sources.iter().map(|source| source.unit).collect(),
            unit_capacity: demands.units.iter().map(|unit| unit.capacity).collect(),
            source_capacity: demands.sources.iter().map(|source| source.capacity).collect(),
            source_at: demands.sources.iter().map(|source| source.at).collect(),
            curve: known.map_or_else(
                || PipeCurve::new(&pipes, trench.width_rate, total_flow(&commodities)),
                |known| known.curve.clone(),
            ),
            crossings: Vec::new(),
            crossing_price: 0.0,
            trench,
            pipes,
            flows: Vec::new(),
            classes: classes.len(),
            commodities,
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

/// Flow of all pipes together, kg/s.
fn total_flow(commodities: &[Commodity]) -> f64 {
    let flow = |commodity: &Commodity| match commodity.medium {
        Medium::Pipe { flow, .. } => flow,
        Medium::Own { .. } => 0.0,
    };
    commodities.iter().map(flow).sum()
}

/// For each connection the others of its pair.
pub fn partners(commodities: &[Commodity]) -> Vec<Vec<usize>> {
    let mut of_pair: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, commodity) in commodities.iter().enumerate() {
        if let Some(pair) = commodity.pair {
            of_pair.entry(pair).or_default().push(number);
        }
    }
    let others = |(number, commodity): (usize, &Commodity)| {
        let pair = commodity.pair.and_then(|pair| of_pair.get(&pair));
        pair.into_iter().flatten().copied().filter(|&other| other != number).collect()
    };
    commodities.iter().enumerate().map(others).collect()
}

fn commodity(
    plan: &Plan,
    catalogue: &Catalogue,
    graph: &Graph,
    (pipes, known): (&PipeTable, Option<&Known>),
    (index, demand, class): (usize, &Demand, usize),
) -> Commodity {
    let node = graph.demand_nodes[index];
    let mut targets: Vec<Target> = demand
        .sources
        .iter()
        .filter_map(|&source| Some(Target { source, node: graph.source_nodes[source]? }))
        .collect();
    let distance_m = |target: &Target| graph.nodes[target.node as usize].distance_m(demand.at);
    // Distances are positive, so their bits sort as they do.
    targets.sort_by_cached_key(|target| (distance_m(target).to_bits(), target.source));
    let nearest_m = targets.first().map_or(f64::INFINITY, distance_m);
    let known = known.and_then(|known| known.media.get(&demand.id)).cloned();
    let medium = known.unwrap_or_else(|| medium(catalogue, demand, pipes, nearest_m, 0));
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
        diversity: catalogue.rules.diversity_of(demand.service),
        waypoints: plan
            .waypoints
            .iter()
            .filter(|waypoint| waypoint.connection == demand.id)
            .map(|waypoint| (graph.node_at(waypoint.at_mm), waypoint.compulsory))
            .collect(),
        forbidden: forbidden(plan, demand),
        lock_broken: wanted.is_some() && lock.is_none(),
        lock,
    }
}

/// Corridors a connection must not use.
fn forbidden(plan: &Plan, demand: &Demand) -> Vec<usize> {
    plan.forbids
        .iter()
        .filter(|forbid| forbid.connection == demand.id)
        .filter_map(|forbid| plan.corridors.iter().position(|c| c.id == forbid.corridor))
        .collect()
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
    let mut passed = vec![0.0];
    for pair in line.windows(2) {
        passed.push(passed[passed.len() - 1] + pair[0].distance_m(pair[1]));
    }
    // Where a point lies along the line, not before a position that has been reached.
    let along = |point: Point, position: f64| -> Option<f64> {
        line.windows(2)
            .zip(passed.windows(2))
            .skip_while(|(_, passed)| passed[1] < position)
            .find(|(pair, _)| on_segment(pair[0], pair[1], point))
            .map(|(pair, passed)| passed[0] + pair[0].distance_m(point))
    };
    let mut edges = Vec::new();
    let (mut node, mut position) = (from, 0.0);
    while graph.nodes[node as usize] != goal {
        let step = graph.adjacent[node as usize]
            .iter()
            .filter_map(|&(number, next)| {
                let edge = &graph.edges[number as usize];
                let ahead = along(graph.nodes[next as usize], position)?;
                // The edge must follow the line, not cut a corner of it.
                let follows = ahead > position
                    && (ahead - position - edge.length_m).abs() < 0.01
                    && edge.path.iter().all(|&point| along(point, position).is_some());
                follows.then_some((number, next, ahead))
            })
            .min_by(|a, b| a.2.total_cmp(&b.2))?;
        edges.push(step.0);
        (node, position) = (step.1, step.2);
    }
    Some(edges)
}
