//! Branching on vertices: a tree either passes a node or it does not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ascent::Ascent;
use super::exchange;
use super::grow::Grower;
use super::reduce::Reduced;

/// Decisions about nodes of the original graph: whether the tree passes them.
type Decisions = Vec<(u32, bool)>;

/// A search over decisions, the least bound first.
#[derive(Debug)]
pub(super) struct Branching<'a> {
    base: &'a Reduced,
    open: BinaryHeap<Reverse<(u64, Reverse<usize>, Decisions)>>,
    /// Only trees cheaper than this are looked for, fixed edges included.
    ceiling: f64,
    is_whole: bool,
    best: Option<(f64, Vec<u32>)>,
    /// The bound of a node whose work was cut short.
    unfinished: f64,
}

/// Ascents and removals at each node.
const ROUNDS: usize = 3;

impl<'a> Branching<'a> {
    /// Looks for trees cheaper than `ceiling`, fixed edges included.
    pub(super) fn new(base: &'a Reduced, ceiling: f64, is_whole: bool) -> Self {
        let mut open = BinaryHeap::new();
        open.push(Reverse((0.0_f64.to_bits(), Reverse(0), Vec::new())));
        Self { base, open, ceiling, is_whole, best: None, unfinished: f64::INFINITY }
    }

    /// Takes up to `nodes` decisions.
    pub(super) fn run(&mut self, nodes: u32, keep_going: &mut dyn FnMut() -> bool) {
        for _node in 0..nodes {
            let Some(Reverse((bits, _, decisions))) = self.open.pop() else { return };
            if f64::from_bits(bits) > self.ceiling {
                continue;
            }
            if !self.expand(f64::from_bits(bits), &decisions, keep_going) {
                self.unfinished = f64::from_bits(bits);
                return;
            }
        }
    }

    /// No tree cheaper than the ceiling costs less than this.
    pub(super) fn bound(&self) -> f64 {
        let open =
            self.open.peek().map_or(f64::INFINITY, |Reverse((bits, ..))| f64::from_bits(*bits));
        open.min(self.unfinished)
    }

    /// The best tree found, in edges of the original graph.
    pub(super) fn into_best(self) -> Option<Vec<u32>> {
        self.best.map(|(_, edges)| edges)
    }

    /// Bounds a node and opens its two children unless it is settled; false where it was stopped.
    fn expand(
        &mut self,
        known: f64,
        decisions: &Decisions,
        keep_going: &mut dyn FnMut() -> bool,
    ) -> bool {
        let Some(mut part) = self.base.decided(decisions) else { return true };
        let mut bound = known;
        let mut choice = None;
        for round in 0..ROUNDS {
            if part.terminals.len() <= 1 {
                self.keep(part.fixed_cost, part.in_original(&[]));
                return true;
            }
            let root = part.terminals[round * (part.terminals.len() - 1) / (ROUNDS - 1)];
            let ascent = Ascent::run(&part.graph, &part.terminals, root, keep_going);
            bound = bound.max(ascent.bound + part.fixed_cost);
            if !ascent.is_complete {
                return false;
            }
            if bound > self.ceiling {
                return true;
            }
            let mut grower = Grower::new(&part.graph);
            if let Some(tree) = grower.grow(&part, root, Some(&ascent), None) {
                let tree = exchange::improve(&mut grower, &part, tree, keep_going);
                let cost: f64 = tree.iter().map(|&edge| part.graph.costs[edge as usize]).sum();
                self.keep(cost + part.fixed_cost, part.in_original(&tree));
                choice = branching(&part, &tree);
            }
            if bound > self.ceiling {
                return true;
            }
            let room = self.ceiling - part.fixed_cost;
            let alive = ascent.worth_keeping(&part.graph, &part.terminals, room);
            if alive.iter().all(|alive| *alive) {
                continue;
            }
            if !part.is_connected_by(&alive) {
                return true;
            }
            part = part.without(&alive);
            choice = choice.filter(|node| part.names.binary_search(node).is_ok());
        }
        if part.terminals.len() <= 1 {
            self.keep(part.fixed_cost, part.in_original(&[]));
            return true;
        }
        let Some(node) = choice.or_else(|| busiest(&part)) else {
            // Nothing but terminals: any tree over them is a spanning tree, and the best was kept.
            let mut grower = Grower::new(&part.graph);
            if let Some(tree) = grower.grow(&part, part.terminals[0], None, None) {
                let cost: f64 = tree.iter().map(|&edge| part.graph.costs[edge as usize]).sum();
                self.keep(cost + part.fixed_cost, part.in_original(&tree));
            }
            return true;
        };
        for passes in [true, false] {
            let mut child = decisions.clone();
            child.push((node, passes));
            self.open.push(Reverse((bound.to_bits(), Reverse(child.len()), child)));
        }
        true
    }

    fn keep(&mut self, cost: f64, edges: Vec<u32>) {
        if cost <= self.ceiling && self.best.as_ref().is_none_or(|(best, _)| cost < *best) {
            // From now on only something cheaper is of interest.
            self.ceiling = if self.is_whole { cost - 1.0 + 1e-6 } else { cost * (1.0 - 1e-10) };
            self.best = Some((cost, edges));
        }
    }
}

/// The node where most of a tree meets, by its name in the original graph.
fn branching(part: &Reduced, tree: &[u32]) -> Option<u32> {
    let mut degree = vec![0_u32; part.graph.nodes];
    for end in tree.iter().flat_map(|&edge| part.graph.ends[edge as usize]) {
        degree[end as usize] += 1;
    }
    let inner = (0..)
        .zip(&degree)
        .filter(|(node, degree): &(u32, &u32)| **degree > 0 && !part.is_terminal[*node as usize]);
    let most = inner.max_by_key(|&(node, degree)| (*degree, part.graph.near(node).len()))?;
    Some(part.names[most.0 as usize])
}

/// The node with most edges that is no terminal.
fn busiest(part: &Reduced) -> Option<u32> {
    let nodes = u32::try_from(part.graph.nodes).unwrap_or(u32::MAX);
    (0..nodes)
        .filter(|&node| !part.is_terminal[node as usize])
        .max_by_key(|&node| part.graph.near(node).len())
        .map(|node| part.names[node as usize])
}
