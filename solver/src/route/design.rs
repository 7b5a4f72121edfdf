//! Fixed-charge network design stated by a graph alone, for the same search and the same bound
//! that route a site.
//!
//! ```text
//! min  Σ_a F_a y_a + Σ_k Σ_a c_a x_ka,   Σ_k x_ka ≤ u_a y_a,   flows conserved and divisible
//! ```
//!
//! The search sends every flow in a few undivided parts; what it opens is then settled by a
//! linear programme that divides flows freely. The bound takes flows whole, one price list an arc.

use std::collections::{BTreeMap, BTreeSet};

use super::anytime;
use super::bound::Charges;
use super::problem::{Commodity, EdgePrice, Medium, PipeCurve, Problem, Target, TrenchPrices};
use crate::catalogue::module::Service;
use crate::catalogue::rules::Diversity;
use crate::corridors::{Edge, Graph, Node};
use crate::geometry::Point;
use crate::lp::{Model, Variable};
use crate::plan::Usage;
use crate::size::pipe::PipeTable;

/// A one-way connection that can be opened.
#[derive(Clone, Copy, Debug)]
pub struct Arc {
    /// Where it starts.
    pub from: Node,
    /// Where it ends.
    pub to: Node,
    /// Cost of a unit that passes.
    pub unit: f64,
    /// Cost of opening it.
    pub fixed: f64,
    /// Most that can pass.
    pub capacity: f64,
}

/// Where flows end.
#[derive(Clone, Copy, Debug)]
pub struct Sink {
    /// Its node.
    pub node: Node,
    /// Most that it takes.
    pub capacity: f64,
}

/// Something that must get from one node to any of several sinks.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it starts.
    pub from: Node,
    /// Sinks that take it, by index.
    pub to: Vec<usize>,
    /// How much of it there is.
    pub quantity: f64,
}

/// A problem of network design.
#[derive(Clone, Debug, Default)]
pub struct Design {
    /// Number of nodes.
    pub nodes: usize,
    /// What can be opened.
    pub arcs: Vec<Arc>,
    /// Where flows end.
    pub sinks: Vec<Sink>,
    /// What must flow.
    pub flows: Vec<Flow>,
    /// Whether the cost of a best design is known to be a whole number.
    pub is_whole: bool,
}

/// What a design ends with.
#[derive(Clone, Debug)]
pub struct Designed {
    /// Cost of the best design found; infinite where none was.
    pub cost: f64,
    /// No design costs less than this.
    pub bound: f64,
    /// What passes each arc in the best design.
    pub passes: Vec<f64>,
}

/// Most parts a flow is sent in.
const MOST_PARTS: usize = 10;
/// Most parts in all.
const MOST_CONNECTIONS: usize = 1500;
/// Steps in which loads are counted.
const STEPS: f64 = 1e9;

impl Design {
    /// Searches and bounds in turns until the gap is closed or `keep_going` says no.
    pub fn solve(&self, seed: u64, keep_going: &mut dyn FnMut() -> bool) -> Designed {
        let mut designed = self.with_one_sink().search_and_bound(seed, keep_going);
        designed.passes.truncate(self.arcs.len());
        designed
    }

    /// The same with the capacities of sinks as those of arcs to one common sink, which the search
    /// may overload for a while.
    fn with_one_sink(&self) -> Self {
        let mut design = self.clone();
        let is_limited = self.sinks.iter().any(|sink| sink.capacity.is_finite());
        if !is_limited || self.flows.iter().any(|flow| flow.to.len() < self.sinks.len()) {
            return design;
        }
        let common = Node::try_from(self.nodes).unwrap_or(Node::MAX);
        design.nodes += 1;
        design.arcs.extend(self.sinks.iter().map(|sink| Arc {
            from: sink.node,
            to: common,
            unit: 0.0,
            fixed: 0.0,
            capacity: sink.capacity,
        }));
        design.sinks = vec![Sink { node: common, capacity: f64::INFINITY }];
        design.flows.iter_mut().for_each(|flow| flow.to = vec![0]);
        design
    }

    fn search_and_bound(&self, seed: u64, keep_going: &mut dyn FnMut() -> bool) -> Designed {
        let graph = self.graph();
        let whole = self.problem(&graph, 1);
        let charges = self.charges(&whole);
        let mut problem = self.problem(&graph, self.parts());
        let mut passes = Vec::new();
        let mut least = f64::INFINITY;
        let (cost, bound) = anytime::run(
            (&mut problem, &whole, &charges),
            anytime::Limits { seed, is_whole: self.is_whole },
            &mut |search| {
                let routes = search.outcome().routes;
                let opened: BTreeSet<usize> =
                    routes.iter().flatten().flat_map(|r| &r.edges).map(|&e| e as usize).collect();
                let settled = self.settle(&opened).or_else(|| self.settle_anywhere(&opened))?;
                let cost = self.cost(&settled);
                if cost < least {
                    (least, passes) = (cost, settled);
                }
                Some(cost)
            },
            keep_going,
        );
        Designed { cost, bound, passes }
    }

    /// What a flow over every arc costs.
    pub fn cost(&self, passes: &[f64]) -> f64 {
        let paid = |(arc, passes): (&Arc, &f64)| {
            if *passes > DUST { arc.fixed + arc.unit * passes } else { 0.0 }
        };
        self.arcs.iter().zip(passes).map(paid).sum()
    }

    fn graph(&self) -> Graph {
        let edges: Vec<Edge> = self
            .arcs
            .iter()
            .map(|arc| Edge {
                ends: [arc.from, arc.to],
                path: Vec::new(),
                length_m: arc.unit,
                ground: 1.0,
                lean: 1.0,
                limit_mm: 0,
                road_edges: 0,
                corridor: None,
                usage: Usage::Possible,
            })
            .collect();
        let mut adjacent = vec![Vec::new(); self.nodes];
        for (number, edge) in (0..).zip(&edges) {
            adjacent[edge.ends[0] as usize].push((number, edge.ends[1]));
        }
        Graph { nodes: vec![Point::default(); self.nodes], edges, adjacent, ..Graph::default() }
    }

    /// In how many parts flows are sent: one where an arc takes many flows, more where a flow
    /// takes many arcs.
    fn parts(&self) -> usize {
        let mean = |sum: f64, count: usize| sum / count.max(1) as f64;
        let quantity = mean(self.flows.iter().map(|flow| flow.quantity).sum(), self.flows.len());
        let capacity = mean(self.arcs.iter().map(|arc| arc.capacity).sum(), self.arcs.len());
        let load = quantity / capacity.max(DUST);
        let parts = [(0.05, 1), (0.25, 2), (0.5, 3), (1.0, 5), (2.0, 7)]
            .into_iter()
            .find(|(most, _)| load < *most)
            .map_or(MOST_PARTS, |(_, parts)| parts);
        parts.min(MOST_CONNECTIONS / self.flows.len().max(1)).max(1)
    }

    fn problem<'a>(&self, graph: &'a Graph, parts: usize) -> Problem<'a> {
        let total: f64 = self.flows.iter().map(|flow| flow.quantity).sum();
        let step = (total / STEPS).max(f64::MIN_POSITIVE);
        let mean_cost: f64 =
            self.arcs.iter().map(|arc| arc.fixed).sum::<f64>() / self.arcs.len().max(1) as f64;
        let mean_unit: f64 =
            self.arcs.iter().map(|arc| arc.unit).sum::<f64>() / self.arcs.len().max(1) as f64;
        let mean_quantity = total / self.flows.len().max(1) as f64;
        let overfull = 2.0 * (mean_cost / mean_quantity.max(DUST) + mean_unit) * step;
        let prices = self
            .arcs
            .iter()
            .map(|arc| EdgePrice {
                open: arc.fixed,
                per_step: 0.0,
                limit_steps: (arc.capacity / step * (1.0 + 1e-9)).floor(),
                overfull,
                length: arc.unit,
                leaned: arc.unit,
                required: false,
                one_way: true,
            })
            .collect();
        let mut commodities = Vec::with_capacity(self.flows.len() * parts);
        let mut flows = Vec::with_capacity(self.flows.len());
        for flow in &self.flows {
            // The first part carries all of it until the search divides it.
            flows.push((commodities.len()..commodities.len() + parts).collect());
            for part in 0..parts {
                let quantity = if part == 0 { flow.quantity } else { 0.0 };
                commodities.push(Commodity {
                    service: Service::DataA,
                    size: quantity,
                    node: Some(flow.from),
                    targets: flow
                        .to
                        .iter()
                        .map(|&sink| Target { source: sink, node: self.sinks[sink].node })
                        .collect(),
                    medium: Medium::Own {
                        per_m: quantity,
                        width_mm: quantity,
                        ends: 0.0,
                        circuits: 0,
                    },
                    pair: None,
                    class: 0,
                    diversity: Diversity::Edge,
                    waypoints: Vec::new(),
                    forbidden: Vec::new(),
                    lock: None,
                    lock_broken: false,
                });
            }
        }
        let capacities: Vec<f64> = self.sinks.iter().map(|sink| sink.capacity).collect();
        Problem {
            graph,
            prices,
            partners: vec![Vec::new(); commodities.len()],
            commodities,
            unit_of: (0..self.sinks.len()).collect(),
            unit_capacity: capacities.clone(),
            source_capacity: capacities,
            source_at: vec![Point::default(); self.sinks.len()],
            trench: TrenchPrices {
                base: 0.0,
                width_rate: 0.0,
                road_edge: 0.0,
                min_mm: 0.0,
                step_mm: step,
                margin_mm: 0.0,
                gap_mm: 0.0,
            },
            pipes: PipeTable::default(),
            curve: PipeCurve::default(),
            crossings: Vec::new(),
            crossing_price: 0.0,
            flows: if parts > 1 { flows } else { Vec::new() },
            classes: 1,
            required: Vec::new(),
        }
    }

    fn charges(&self, whole: &Problem<'_>) -> Charges {
        Charges {
            trench: self.arcs.iter().map(|arc| arc.fixed).collect(),
            gap: vec![0.0; self.arcs.len()],
            pipe: vec![0.0],
            discipline: vec![0],
            per_m: whole.commodities.iter().map(|commodity| commodity.size).collect(),
            capacity: self.arcs.iter().map(|arc| arc.capacity).collect(),
            constant: 0.0,
        }
    }

    /// The cheapest flow over some arcs as if they were open, if it fits.
    fn settle(&self, opened: &BTreeSet<usize>) -> Option<Vec<f64>> {
        self.flow_over(opened, |arc| arc.unit)
    }

    /// A flow over all arcs that pays for those not opened in proportion.
    fn settle_anywhere(&self, opened: &BTreeSet<usize>) -> Option<Vec<f64>> {
        let all: BTreeSet<usize> = (0..self.arcs.len()).collect();
        let is_open: Vec<bool> = all.iter().map(|number| opened.contains(number)).collect();
        let mut number = 0;
        let fractional = self.flow_over(&all, |arc| {
            number += 1;
            let share = if is_open[(number - 1) % is_open.len()] { 0.0 } else { 1.0 };
            arc.unit + share * arc.fixed / arc.capacity.max(DUST)
        })?;
        let used = (0..self.arcs.len()).filter(|&number| fractional[number] > DUST).collect();
        self.settle(&used)
    }

    fn flow_over(
        &self,
        opened: &BTreeSet<usize>,
        mut price: impl FnMut(&Arc) -> f64,
    ) -> Option<Vec<f64>> {
        // Flows to the same sinks need not be told apart.
        let mut kinds: BTreeMap<&[usize], Vec<&Flow>> = BTreeMap::new();
        for flow in &self.flows {
            kinds.entry(flow.to.as_slice()).or_default().push(flow);
        }
        let total: f64 = self.flows.iter().map(|flow| flow.quantity).sum();
        let scale = total.max(DUST) / self.flows.len().max(1) as f64;
        let mut model = Model::default();
        let mut shared: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
        let mut taken: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
        for (sinks, flows) in &kinds {
            let sum: f64 = flows.iter().map(|flow| flow.quantity).sum();
            let mut balance: BTreeMap<Node, (Vec<(Variable, f64)>, f64)> = BTreeMap::new();
            for flow in flows {
                balance.entry(flow.from).or_default().1 += flow.quantity / scale;
            }
            for &number in opened {
                let arc = &self.arcs[number];
                let most = arc.capacity.min(sum) / scale;
                let passes = model.column(0.0, most, price(arc));
                balance.entry(arc.from).or_default().0.push((passes, 1.0));
                balance.entry(arc.to).or_default().0.push((passes, -1.0));
                shared.entry(number).or_default().push((passes, 1.0));
            }
            for &sink in *sinks {
                let place = self.sinks[sink];
                let takes = model.column(0.0, place.capacity.min(sum) / scale, 0.0);
                balance.entry(place.node).or_default().0.push((takes, 1.0));
                taken.entry(sink).or_default().push((takes, 1.0));
            }
            for (terms, supply) in balance.into_values() {
                if terms.is_empty() {
                    return None;
                }
                model.equals(terms, supply);
            }
        }
        for (&number, terms) in shared.iter().filter(|(_, terms)| terms.len() > 1) {
            model.at_most(terms.clone(), self.arcs[number].capacity / scale);
        }
        for (sink, terms) in taken.into_iter().filter(|(_, terms)| terms.len() > 1) {
            if self.sinks[sink].capacity.is_finite() {
                model.at_most(terms, self.sinks[sink].capacity / scale);
            }
        }
        let solved = model.solve().ok()?;
        let mut passes = vec![0.0; self.arcs.len()];
        for (number, terms) in shared {
            let sum: f64 = terms.iter().map(|(variable, _)| solved.value(*variable)).sum();
            // Interior points leave crumbs where nothing flows.
            passes[number] = if sum > 1e-6 { sum * scale } else { 0.0 };
        }
        Some(passes)
    }
}

/// Quantities below this are rounding.
const DUST: f64 = 1e-7;
