//! How much better any plan could be: a lower bound by dual ascent.
//!
//! The relaxation drops capacities, pairs and width limits, replaces the stepped trench price by
//! `a + b w` and the pipe price by a chord `p₀ + p₁ q` below it, and keeps what makes the problem
//! hard: trenches and pipes are opened as a whole. Its dual gives every connection `k` potentials
//! `φ_k`; a step from `i` to `j` consumes `max(0, φ_k(i) − φ_k(j))`, first from the connection's
//! own cost `c_k` on that arc, then from a budget that is shared, level by level:
//!
//! ```text
//! Σ_k∈class consumed on an arc ≤ pipe charge of the class + its grants from
//!     the discipline's gap in the trench, shared by its classes, and
//!     the opening of the trench, shared by all.
//! ```
//!
//! Any potentials within the budgets prove `Σ_k φ_k(port of k)`, which [`Dual::proof`] recomputes.
//! Connections of a class have the same sources and cost in proportion to length, so no optimal
//! plan lets them use an edge in both directions, and each direction has the budget to itself.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::problem::{Medium, Problem};
use super::random::Random;
use crate::catalogue::Catalogue;
use crate::corridors::Node;
use crate::plan::Usage;
use crate::size::cable;

/// What the relaxation charges.
#[derive(Clone, Debug)]
pub struct Charges {
    /// Opening the trench of each edge, EUR.
    pub trench: Vec<f64>,
    /// The gap a discipline needs in it, EUR.
    pub gap: Vec<f64>,
    /// Pipe charge per metre by class, EUR.
    pub pipe: Vec<f64>,
    /// Discipline of each class: power, pipes or data.
    pub discipline: Vec<usize>,
    /// Cost per metre of each commodity, EUR.
    pub per_m: Vec<f64>,
    /// What each edge can carry, in the unit of the connections' sizes; infinite where only the
    /// width of its trench limits it.
    pub capacity: Vec<f64>,
    /// Costs that no route can change: ends and required trenches, EUR.
    pub constant: f64,
}

impl Charges {
    /// The charges of a problem; `catalogue` already carries the plan's overrides.
    pub fn new(problem: &Problem<'_>, catalogue: &Catalogue) -> Self {
        let trench = &problem.trench;
        let rate = trench.width_rate / 1000.0;
        let bedding = rate * (2.0 * trench.margin_mm - trench.gap_mm);
        let edges = &problem.graph.edges;
        let dug = |usage: Usage| usage == Usage::Possible;
        let opening = |edge: &crate::corridors::Edge| {
            edge.length_m * edge.ground * (trench.base + bedding).max(0.0)
                + f64::from(edge.road_edges) * trench.road_edge
        };
        // Width is priced wherever a trench is dug; where one exists already it is free, and a
        // class must cost in proportion to length everywhere, so then nobody is charged for it.
        let width_is_priced = edges.iter().all(|edge| edge.usage != Usage::Existing);
        let width_rate = if width_is_priced { trench.width_rate } else { 0.0 };
        let gap_rate = if bedding + trench.base >= 0.0 { rate * trench.gap_mm } else { 0.0 };
        let mut charges = Self {
            trench: edges.iter().map(|e| if dug(e.usage) { opening(e) } else { 0.0 }).collect(),
            gap: edges
                .iter()
                .map(|e| match e.usage {
                    Usage::Existing => 0.0,
                    Usage::Possible | Usage::Required | Usage::Forbidden => {
                        e.length_m * e.ground * gap_rate
                    }
                })
                .collect(),
            pipe: vec![0.0; problem.classes],
            discipline: vec![0; problem.classes],
            per_m: Vec::with_capacity(problem.commodities.len()),
            capacity: vec![f64::INFINITY; edges.len()],
            constant: problem.required.iter().map(|&edge| opening(&edges[edge as usize])).sum(),
        };
        let chords = chords(problem, width_rate);
        for commodity in &problem.commodities {
            let (per_m, ends) = match &commodity.medium {
                Medium::Own { per_m, width_mm, ends, circuits: 0 } => {
                    charges.discipline[commodity.class] = 2;
                    (per_m + width_rate * width_mm / 1000.0, *ends)
                }
                Medium::Own { .. } => {
                    charges.discipline[commodity.class] = 0;
                    let least =
                        cable::least_cost(catalogue, commodity.service, commodity.size, width_rate);
                    least.unwrap_or((0.0, 0.0))
                }
                Medium::Pipe { flow, ends } => {
                    charges.discipline[commodity.class] = 1;
                    let (fixed, per_flow) = chords[commodity.class];
                    charges.pipe[commodity.class] = fixed;
                    (per_flow * flow, *ends)
                }
            };
            charges.per_m.push(per_m);
            charges.constant += ends;
        }
        charges
    }
}

/// For each class of pipes a line `p₀ + p₁ q` that lies below its cost per metre for every flow
/// from the smallest connection to all of them together. Classes that have a source in common may
/// share a pipe: they have one line, and each of them an equal part of its `p₀`.
fn chords(problem: &Problem<'_>, width_rate: f64) -> Vec<(f64, f64)> {
    let kin = kin_of_pipes(problem);
    let mut spans = vec![(f64::INFINITY, 0.0_f64); problem.classes];
    for commodity in &problem.commodities {
        if let Medium::Pipe { flow, .. } = commodity.medium {
            let span = &mut spans[kin[commodity.class]];
            *span = (span.0.min(flow), span.1 + flow);
        }
    }
    let mut sharers = vec![0.0; problem.classes];
    for &head in &kin {
        sharers[head] += 1.0;
    }
    // Pipes of other kin may lie in the same trench, never in the same pipe; still the flow that
    // shares one is at most all of it.
    let all: f64 = spans.iter().map(|span| span.1).sum();
    let lines: Vec<(f64, f64)> = spans
        .into_iter()
        .map(|(least, _)| {
            if !least.is_finite() {
                return (0.0, 0.0);
            }
            let cost = |flow: f64| {
                problem.pipes.cheapest(flow, width_rate).map_or(0.0, |choice| {
                    choice.first_per_m
                        + choice.running_per_m
                        + width_rate * choice.width_mm / 1000.0
                })
            };
            let start = cost(least);
            let slope = (1..=400)
                .map(|step| least + (all - least) * f64::from(step) / 400.0)
                .filter(|flow| *flow > least)
                .map(|flow| (cost(flow) - start) / (flow - least))
                .fold(f64::INFINITY, f64::min);
            let slope = if slope.is_finite() { slope.max(0.0) } else { 0.0 };
            // Costs between samples may dip below the chord by a little.
            ((start - slope * least).max(0.0) * 0.995, slope * 0.995)
        })
        .collect();
    kin.into_iter().map(|head| (lines[head].0 / sharers[head], lines[head].1)).collect()
}

/// For each class the first of those it shares sources with, directly or through others.
fn kin_of_pipes(problem: &Problem<'_>) -> Vec<usize> {
    let mut head: Vec<usize> = (0..problem.classes).collect();
    let root = |head: &[usize], mut class: usize| {
        while head[class] != class {
            class = head[class];
        }
        class
    };
    let mut first_at: Vec<Option<usize>> = vec![None; problem.unit_of.len()];
    for commodity in &problem.commodities {
        if !matches!(commodity.medium, Medium::Pipe { .. }) {
            continue;
        }
        for target in &commodity.targets {
            let known = *first_at[target.source].get_or_insert(commodity.class);
            let (a, b) = (root(&head, known), root(&head, commodity.class));
            head[a.max(b)] = a.min(b);
        }
    }
    (0..problem.classes).map(|class| root(&head, class)).collect()
}

/// A solution of the dual.
#[derive(Clone, Debug)]
pub struct Dual<'a> {
    problem: &'a Problem<'a>,
    charges: &'a Charges,
    /// Potential of each commodity at the nodes where it has one, in their order.
    potentials: Vec<Vec<(Node, f64)>>,
    /// The potentials of the commodity at work at every node.
    present: Vec<f64>,
    /// That commodity.
    loaded: Option<usize>,
    /// What the classes draw on each edge.
    drawn: Vec<Vec<Drawn>>,
    /// What the classes of each discipline hold together on each edge.
    needed: Vec<Vec<f64>>,
    /// What is left of each trench.
    trench_left: Vec<f64>,
    /// Edges at each node, those that only arrive there included.
    touching: Vec<Vec<u32>>,
    memory: Reach,
}

fn touching(problem: &Problem<'_>) -> Vec<Vec<u32>> {
    let mut touching = vec![Vec::new(); problem.graph.nodes.len()];
    for (number, edge) in (0..).zip(&problem.graph.edges) {
        for end in edge.ends {
            touching[end as usize].push(number);
        }
    }
    touching
}

/// What one class draws on an edge.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    class: usize,
    /// Beyond own cost, in either direction.
    used: [f64; 2],
    /// Of the shared budgets.
    granted: f64,
}

/// Distances from a port over what is left.
#[derive(Clone, Debug, Default)]
struct Reach {
    distance: Vec<f64>,
    touched: Vec<Node>,
    heap: BinaryHeap<Reverse<(u64, Node)>>,
}

/// Numbers below this are rounding.
const DUST: f64 = 1e-7;

impl<'a> Dual<'a> {
    /// No potential anywhere.
    pub fn new(problem: &'a Problem<'a>, charges: &'a Charges) -> Self {
        let (nodes, edges) = (problem.graph.nodes.len(), problem.graph.edges.len());
        Self {
            problem,
            charges,
            potentials: vec![Vec::new(); problem.commodities.len()],
            present: vec![0.0; nodes],
            loaded: None,
            drawn: vec![Vec::new(); edges],
            needed: vec![vec![0.0; edges]; 3],
            trench_left: charges.trench.clone(),
            touching: touching(problem),
            memory: Reach { distance: vec![f64::INFINITY; nodes], ..Reach::default() },
        }
    }

    /// Raises all commodities evenly, then to the end, in rounds that `keep_going` may stop.
    pub fn ascend(&mut self, steps: u32, mut keep_going: impl FnMut() -> bool) {
        let longest: Vec<f64> = (0..self.potentials.len())
            .map(|commodity| self.distance_to_source(commodity))
            .collect();
        for step in 1..=steps {
            for (commodity, longest) in longest.iter().enumerate() {
                let goal = longest * f64::from(step) / f64::from(steps);
                if longest.is_finite() {
                    self.raise(commodity, goal);
                }
            }
            if !keep_going() {
                break;
            }
        }
        for (commodity, longest) in longest.iter().enumerate() {
            if longest.is_finite() {
                self.raise(commodity, f64::INFINITY);
            }
        }
    }

    /// Lets small groups give back what they hold and raise again in another order; keeps what is
    /// better.
    pub fn polish(&mut self, tries: u32, seed: u64, mut keep_going: impl FnMut() -> bool) {
        let mut random = Random::new(seed);
        let count = self.potentials.len();
        for _ in 0..tries {
            if count < 2 || !keep_going() {
                return;
            }
            let pick = random.below(count);
            let mut group = vec![pick];
            for _ in 0..=random.below(5) {
                // Of the same class or close by, where budgets are contested.
                let other = random.below(count);
                if !group.contains(&other) {
                    group.push(other);
                }
            }
            let before: f64 = group.iter().map(|&commodity| self.value_of(commodity)).sum();
            let old: Vec<Vec<(Node, f64)>> =
                group.iter().map(|&commodity| self.potentials[commodity].clone()).collect();
            for &commodity in &group {
                self.set_potentials(commodity, &[]);
            }
            for step in [0.5, 0.8, f64::INFINITY] {
                for &commodity in group.iter().rev() {
                    let goal =
                        if step.is_finite() { step * before / group.len() as f64 } else { step };
                    self.raise(commodity, goal);
                }
            }
            let after: f64 = group.iter().map(|&commodity| self.value_of(commodity)).sum();
            if after < before - DUST {
                for &commodity in &group {
                    self.set_potentials(commodity, &[]);
                }
                for (&commodity, old) in group.iter().zip(&old) {
                    self.set_potentials(commodity, old);
                }
            }
        }
    }

    /// What a connection contributes to the proof.
    pub fn value_of(&self, commodity: usize) -> f64 {
        let Some(port) = self.problem.commodities[commodity].node else { return 0.0 };
        let potentials = &self.potentials[commodity];
        potentials
            .binary_search_by_key(&port, |(node, _)| *node)
            .map_or(0.0, |place| potentials[place].1)
    }

    /// What the potentials prove, recomputed from nothing but the charges: consumption that
    /// exceeds a budget by rounding is taken off.
    pub fn proof(&self) -> f64 {
        let graph = self.problem.graph;
        let mut consumed: Vec<Vec<(usize, [f64; 2])>> = vec![Vec::new(); graph.edges.len()];
        for commodity in 0..self.potentials.len() {
            let class = self.problem.commodities[commodity].class;
            for (number, [ahead, back]) in self.consumption(commodity) {
                let classes = &mut consumed[number];
                match classes.iter_mut().find(|(known, _)| *known == class) {
                    Some((_, sides)) => *sides = [sides[0] + ahead, sides[1] + back],
                    None => classes.push((class, [ahead, back])),
                }
            }
        }
        let mut excess = 0.0;
        for (number, classes) in consumed.iter().enumerate() {
            let mut needed = [0.0; 3];
            for &(class, [ahead, back]) in classes {
                let own = self.charges.pipe[class] * self.problem.prices[number].length;
                needed[self.charges.discipline[class]] += (ahead.max(back) - own).max(0.0);
            }
            let gap = self.charges.gap[number];
            let beyond_gap: f64 = needed.into_iter().map(|need| f64::max(need - gap, 0.0)).sum();
            excess += (beyond_gap - self.charges.trench[number]).max(0.0);
        }
        let sum: f64 = (0..self.potentials.len()).map(|commodity| self.value_of(commodity)).sum();
        sum - excess + self.charges.constant
    }

    /// What a connection consumes beyond its own cost, by edge and direction.
    pub fn consumption(&self, commodity: usize) -> Vec<(usize, [f64; 2])> {
        let potentials = &self.potentials[commodity];
        let at = |node: Node| {
            potentials
                .binary_search_by_key(&node, |(known, _)| *known)
                .map_or(0.0, |place| potentials[place].1)
        };
        let mut edges: Vec<u32> = potentials
            .iter()
            .flat_map(|(node, _)| &self.touching[*node as usize])
            .copied()
            .filter(|&edge| self.problem.may_use(commodity, edge))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
            .into_iter()
            .map(|edge| {
                let [a, b] = self.problem.graph.edges[edge as usize].ends.map(at);
                (edge as usize, self.consumed(commodity, edge, [a, b]))
            })
            .filter(|(_, [ahead, back])| *ahead > 0.0 || *back > 0.0)
            .collect()
    }

    /// What potentials at the ends of an edge consume on it in either direction.
    fn consumed(&self, commodity: usize, edge: u32, [a, b]: [f64; 2]) -> [f64; 2] {
        let place = &self.problem.prices[edge as usize];
        let own = self.charges.per_m[commodity] * place.length;
        let back = if place.one_way { 0.0 } else { b - a - own };
        [(a - b - own).max(0.0), back.max(0.0)]
    }

    fn distance_to_source(&mut self, commodity: usize) -> f64 {
        self.reach(commodity, f64::INFINITY)
    }

    /// Raises a commodity until its potential is `goal` or a source is reached.
    fn raise(&mut self, commodity: usize, goal: f64) {
        let room = goal - self.value_of(commodity);
        if room <= DUST {
            return;
        }
        let nearest = self.reach(commodity, room);
        let by = room.min(nearest);
        if !by.is_finite() || by <= DUST {
            return;
        }
        let touched = std::mem::take(&mut self.memory.touched);
        let mut raised: Vec<(Node, f64)> = Vec::new();
        for &node in &touched {
            let lift = by - self.memory.distance[node as usize];
            if lift > 0.0 {
                raised.push((node, lift));
            }
        }
        self.memory.touched = touched;
        self.change(commodity, &raised);
    }

    /// Distances from a commodity's port over what is left of own cost and budgets, as far as
    /// `limit`; returns the distance of the nearest source.
    fn reach(&mut self, commodity: usize, limit: f64) -> f64 {
        let own = &self.problem.commodities[commodity];
        let Some(start) = own.node else { return f64::INFINITY };
        self.load(commodity);
        let graph = self.problem.graph;
        let mut memory = std::mem::take(&mut self.memory);
        for &node in &memory.touched {
            memory.distance[node as usize] = f64::INFINITY;
        }
        memory.touched.clear();
        memory.heap.clear();
        memory.distance[start as usize] = 0.0;
        memory.touched.push(start);
        memory.heap.push(Reverse((0.0_f64.to_bits(), start)));
        let mut nearest = f64::INFINITY;
        while let Some(Reverse((bits, node))) = memory.heap.pop() {
            let distance = f64::from_bits(bits);
            if distance > memory.distance[node as usize] {
                continue;
            }
            if distance > limit {
                break;
            }
            if own.targets.iter().any(|target| target.node == node) {
                nearest = distance;
                break;
            }
            for &(edge, next) in &graph.adjacent[node as usize] {
                if !self.problem.may_use(commodity, edge) {
                    continue;
                }
                let ahead = distance + self.left(commodity, edge as usize, node, next);
                if ahead < memory.distance[next as usize] {
                    if memory.distance[next as usize].is_infinite() {
                        memory.touched.push(next);
                    }
                    memory.distance[next as usize] = ahead;
                    memory.heap.push(Reverse((ahead.to_bits(), next)));
                }
            }
        }
        self.memory = memory;
        nearest
    }

    /// What a commodity can still consume on an arc.
    fn left(&self, commodity: usize, edge: usize, from: Node, to: Node) -> f64 {
        let class = self.problem.commodities[commodity].class;
        let place = &self.problem.graph.edges[edge];
        let own = self.charges.per_m[commodity] * place.length_m
            - (self.present[from as usize] - self.present[to as usize]);
        let side = usize::from(place.ends[0] != from);
        let drawn = self.drawn[edge].iter().find(|drawn| drawn.class == class);
        let held = drawn.map_or(0.0, |drawn| drawn.granted - drawn.used[side]);
        let budget = self.charges.pipe[class] * place.length_m
            + held
            + (self.charges.gap[edge] - self.needed[self.charges.discipline[class]][edge]).max(0.0)
            + self.trench_left[edge];
        // Own cost that is not consumed comes on top; potentials that fall the other way add room.
        (own.max(0.0) + budget).max(0.0)
    }

    fn set_potentials(&mut self, commodity: usize, wanted: &[(Node, f64)]) {
        let present = self.potentials[commodity].iter().map(|&(node, value)| (node, -value));
        let changes: Vec<(Node, f64)> = present.chain(wanted.iter().copied()).collect();
        self.change(commodity, &changes);
    }

    /// Spreads the potentials of a commodity over all nodes.
    fn load(&mut self, commodity: usize) {
        if self.loaded == Some(commodity) {
            return;
        }
        if let Some(before) = self.loaded.replace(commodity) {
            for (node, _) in &self.potentials[before] {
                self.present[*node as usize] = 0.0;
            }
        }
        for (node, value) in &self.potentials[commodity] {
            self.present[*node as usize] = *value;
        }
    }

    /// Changes potentials and settles the budgets of every edge they touch.
    fn change(&mut self, commodity: usize, changes: &[(Node, f64)]) {
        self.load(commodity);
        let class = self.problem.commodities[commodity].class;
        let graph = self.problem.graph;
        let mut edges: Vec<u32> = changes
            .iter()
            .flat_map(|(node, _)| &self.touching[*node as usize])
            .copied()
            .filter(|&edge| self.problem.may_use(commodity, edge))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let consumption = |dual: &Self, edge: u32| {
            let ends = graph.edges[edge as usize].ends;
            dual.consumed(commodity, edge, ends.map(|end| dual.present[end as usize]))
        };
        let before: Vec<[f64; 2]> = edges.iter().map(|&edge| consumption(self, edge)).collect();
        let mut nodes: Vec<Node> =
            self.potentials[commodity].iter().map(|(node, _)| *node).collect();
        for &(node, change) in changes {
            self.present[node as usize] += change;
            nodes.push(node);
        }
        nodes.sort_unstable();
        nodes.dedup();
        for (&edge, before) in edges.iter().zip(&before) {
            let after = consumption(self, edge);
            if after.iter().zip(before).any(|(after, before)| after.to_bits() != before.to_bits()) {
                self.settle(class, edge as usize, [0, 1].map(|side| after[side] - before[side]));
            }
        }
        // What has come back to nothing is forgotten, dust included.
        self.potentials[commodity] = nodes
            .into_iter()
            .filter_map(|node| {
                let value = &mut self.present[node as usize];
                if value.abs() < 1e-12 {
                    *value = 0.0;
                }
                (*value != 0.0).then_some((node, *value))
            })
            .collect();
    }

    /// Adds to what a class uses on an edge, draws what it needs from the shared budgets and gives
    /// back what it does not.
    fn settle(&mut self, class: usize, edge: usize, more: [f64; 2]) {
        let held = &mut self.drawn[edge];
        let place = held.iter().position(|drawn| drawn.class == class).unwrap_or_else(|| {
            held.push(Drawn { class, used: [0.0; 2], granted: 0.0 });
            held.len() - 1
        });
        let drawn = &mut held[place];
        drawn.used = [drawn.used[0] + more[0], drawn.used[1] + more[1]];
        let own = self.charges.pipe[class] * self.problem.graph.edges[edge].length_m;
        let need = (drawn.used[0].max(drawn.used[1]) - own).max(0.0);
        let granted = std::mem::replace(&mut drawn.granted, need);
        let discipline = self.charges.discipline[class];
        let gap = self.charges.gap[edge];
        let total = &mut self.needed[discipline][edge];
        let before = (*total - gap).max(0.0);
        *total += need - granted;
        let after = (*total - gap).max(0.0);
        self.trench_left[edge] -= after - before;
    }
}
