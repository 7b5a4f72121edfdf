//! Steiner trees in graphs: the cheapest way to connect some nodes through any others.
//!
//! ```text
//! min Σ_e c_e x_e   over all trees that reach every terminal
//! ```
//!
//! A dual ascent (Wong 1984) from several roots gives bounds and the arcs worth looking at;
//! shortest-path trees (Takahashi and Matsuyama 1980) on those arcs, exchanges of paths and
//! vertices (Uchoa and Werneck 2012) and recombination of good trees (Pajor, Uchoa and Werneck
//! 2018) give plans; what cannot be part of a better tree by its reduced cost is removed
//! (Polzin and Vahdati 2001); what remains is settled by branching on vertices.

mod ascent;
mod branch;
mod exchange;
mod graph;
mod grow;
mod reduce;

pub use graph::Graph;

use crate::route::random::Random;
use ascent::Ascent;
use grow::Grower;
use reduce::Reduced;

/// A tree and a bound on the cost of any.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Edges of the tree, by number, in ascending order.
    pub edges: Vec<u32>,
    /// Their cost.
    pub cost: f64,
    /// No tree costs less.
    pub bound: f64,
}

/// Good trees kept for recombination.
const ELITE: usize = 12;
/// Failed attempts to find a better tree after which branching starts, on a large graph.
const PATIENCE: u32 = 40;
/// Edges that attempts look at in all before that, on a small one.
const ATTEMPTED_EDGES: usize = 400_000;
/// Ascents before the first attempt.
const FIRST_ASCENTS: usize = 8;
/// Share of the gap that counts as none.
const CLOSED: f64 = 1e-9;

/// A good tree quickly: one ascent and a few attempts. None where the terminals are not connected.
///
/// ```
/// use stackyard_solver::tree::{Graph, connect};
/// // Three terminals around a node in the middle.
/// let graph = Graph::new(4, [(0, 3, 1.0), (1, 3, 1.0), (2, 3, 1.0), (0, 1, 1.9)]);
/// let found = connect(&graph, &[0, 1, 2], 3, 1).unwrap();
/// assert_eq!(found.edges, [0, 1, 2]);
/// ```
pub fn connect(graph: &Graph, terminals: &[u32], tries: u32, seed: u64) -> Option<Found> {
    let mut left = tries;
    let mut quest = Quest::new(graph, terminals, seed)?;
    quest.prepare(&mut || true);
    while left > 0 && !quest.is_closed() {
        left -= 1;
        quest.attempt(&mut || true);
    }
    Some(quest.found())
}

/// The best tree until it is proved or `keep_going` says no. None where the terminals are not
/// connected.
pub fn solve(
    graph: &Graph,
    terminals: &[u32],
    seed: u64,
    keep_going: &mut dyn FnMut() -> bool,
) -> Option<Found> {
    let mut quest = Quest::new(graph, terminals, seed)?;
    quest.prepare(keep_going);
    let mut stale = 0;
    while keep_going() && !quest.is_closed() && stale < quest.patience() {
        if quest.attempt(keep_going) {
            stale = 0;
        } else {
            stale += 1;
        }
    }
    while keep_going() && !quest.is_closed() {
        quest.branch(keep_going);
        // Where branching runs out of its share, attempts go on with what it left.
        for _attempt in 0..quest.patience() {
            if !keep_going() || quest.is_closed() {
                break;
            }
            quest.attempt(keep_going);
        }
    }
    Some(quest.found())
}

/// A search for one tree.
#[derive(Debug)]
struct Quest<'a> {
    graph: &'a Graph,
    /// What is left of the problem.
    reduced: Reduced,
    grower: Grower,
    random: Random,
    /// Good trees, in edges of the original graph, the best first.
    elite: Vec<(f64, Vec<u32>)>,
    bound: f64,
    /// Whether all costs are whole numbers.
    is_whole: bool,
    /// Share of the attempts that branching may take, doubled every time.
    branch_nodes: u32,
}

impl<'a> Quest<'a> {
    fn new(graph: &'a Graph, terminals: &[u32], seed: u64) -> Option<Self> {
        let mut terminals = terminals.to_vec();
        terminals.sort_unstable();
        terminals.dedup();
        if !graph.connects(&terminals) {
            return None;
        }
        let is_whole = graph.costs.iter().all(|cost| cost.fract() == 0.0);
        let reduced = Reduced::new(graph, &terminals);
        let grower = Grower::new(&reduced.graph);
        Some(Self {
            graph,
            reduced,
            grower,
            random: Random::new(seed),
            elite: Vec::new(),
            bound: 0.0,
            is_whole,
            branch_nodes: 200,
        })
    }

    fn found(&self) -> Found {
        let (cost, edges) = self.elite.first().cloned().unwrap_or_default();
        Found { edges, cost, bound: self.bound.min(cost) }
    }

    fn cost(&self) -> f64 {
        self.elite.first().map_or(f64::INFINITY, |(cost, _)| *cost)
    }

    fn is_closed(&self) -> bool {
        self.cost() - self.bound <= CLOSED * self.cost().abs()
    }

    /// How many attempts are made between other things.
    fn patience(&self) -> u32 {
        let attempts = ATTEMPTED_EDGES / (self.reduced.graph.costs.len() + 1);
        u32::try_from(attempts).unwrap_or(u32::MAX).clamp(PATIENCE, 20 * PATIENCE)
    }

    /// What a bound on the whole problem is worth.
    fn rounded(&self, bound: f64) -> f64 {
        if self.is_whole { (bound - 1e-6).ceil() } else { bound }
    }

    /// A tree that costs at least this much is no better than the best one.
    fn ceiling(&self) -> f64 {
        if self.is_whole { self.cost() - 1.0 + 1e-6 } else { self.cost() * (1.0 + CLOSED) }
    }

    /// A first tree, then ascents from several roots with what they allow to remove.
    fn prepare(&mut self, keep_going: &mut dyn FnMut() -> bool) {
        if self.reduced.terminals.len() <= 1 {
            self.keep(&[]);
            self.bound = self.cost();
            return;
        }
        // A tree at any price, so that there is an answer whenever the clock stops.
        let first = self.reduced.terminals[0];
        if let Some(tree) = self.grower.grow(&self.reduced, first, None, None) {
            self.keep(&tree);
        }
        let names = &self.reduced.names;
        let mut roots: Vec<u32> =
            self.reduced.terminals.iter().map(|&terminal| names[terminal as usize]).collect();
        self.random.shuffle(&mut roots);
        for root in roots.into_iter().take(FIRST_ASCENTS) {
            if !keep_going() || self.is_closed() {
                return;
            }
            self.ascend(root, keep_going);
        }
    }

    /// One ascent from a node of the original graph if that is still a terminal, the tree its arcs
    /// suggest, and what can be removed for it.
    fn ascend(&mut self, name: u32, keep_going: &mut dyn FnMut() -> bool) {
        let place = self.reduced.names.binary_search(&name).ok();
        let root = place
            .filter(|&place| self.reduced.is_terminal[place])
            .and_then(|place| u32::try_from(place).ok())
            .unwrap_or(self.reduced.terminals[0]);
        let ascent = Ascent::run(&self.reduced.graph, &self.reduced.terminals, root, keep_going);
        let bound = self.rounded(ascent.bound + self.reduced.fixed_cost);
        self.bound = self.bound.max(bound.min(self.cost()));
        if !ascent.is_complete {
            return;
        }
        if let Some(tree) = self.grower.grow(&self.reduced, root, Some(&ascent), None) {
            let tree = exchange::improve(&mut self.grower, &self.reduced, tree, keep_going);
            self.keep(&tree);
        }
        if self.is_closed() {
            return;
        }
        let ceiling = self.ceiling() - self.reduced.fixed_cost;
        let alive = ascent.worth_keeping(&self.reduced.graph, &self.reduced.terminals, ceiling);
        let removed = alive.iter().filter(|alive| !**alive).count();
        if !self.reduced.is_connected_by(&alive) {
            // No tree is better than the best known.
            self.bound = self.cost();
        } else if removed * 20 > alive.len() {
            self.reduced = self.reduced.without(&alive);
            self.grower = Grower::new(&self.reduced.graph);
            if self.reduced.terminals.len() <= 1 {
                self.keep(&[]);
                self.bound = self.cost();
            }
        }
    }

    /// One more attempt at a better tree; returns whether it was one.
    fn attempt(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        let before = (self.cost(), self.bound);
        let count = self.reduced.terminals.len();
        match self.random.below(8) {
            0 => {
                let root = self.reduced.terminals[self.random.below(count)];
                self.ascend(self.reduced.names[root as usize], keep_going);
            }
            1..=4 if self.elite.len() > 1 => self.recombine(keep_going),
            _ => {
                let nodes = self.reduced.graph.nodes;
                let start = if self.random.below(2) == 0 {
                    self.reduced.terminals[self.random.below(count)]
                } else {
                    u32::try_from(self.random.below(nodes)).unwrap_or(0)
                };
                let spread = 0.05 + 0.4 * self.random.unit();
                let costs: Vec<f64> = self
                    .reduced
                    .graph
                    .costs
                    .iter()
                    .map(|cost| cost * (1.0 + spread * self.random.unit()))
                    .collect();
                if let Some(tree) = self.grower.grow(&self.reduced, start, None, Some(&costs)) {
                    let tree = exchange::improve(&mut self.grower, &self.reduced, tree, keep_going);
                    self.keep(&tree);
                }
            }
        }
        self.cost() < before.0 || self.bound > before.1
    }

    /// Looks for a better tree in what two good ones have together.
    fn recombine(&mut self, keep_going: &mut dyn FnMut() -> bool) {
        let one = self.random.below(self.elite.len());
        let other = self.random.below(self.elite.len());
        let mut is_used = vec![0_u8; self.graph.costs.len()];
        for &tree in &[one, other] {
            self.elite[tree].1.iter().for_each(|&edge| is_used[edge as usize] += 1);
        }
        // What both have is cheap, what one has less so; the rest may join at its full price.
        let spread = [1.0, 0.4 + 0.4 * self.random.unit(), 0.2 + 0.3 * self.random.unit()];
        let costs: Vec<f64> = (0..self.reduced.graph.costs.len())
            .map(|edge| {
                let uses = self.reduced.origin[edge].iter().map(|&from| is_used[from as usize]);
                let uses = usize::from(uses.min().unwrap_or(0)).min(2);
                let noise = 1.0 + 0.1 * self.random.unit();
                self.reduced.graph.costs[edge] * spread[uses] * noise
            })
            .collect();
        let start = self.reduced.terminals[self.random.below(self.reduced.terminals.len())];
        if let Some(tree) = self.grower.grow(&self.reduced, start, None, Some(&costs)) {
            let tree = exchange::improve(&mut self.grower, &self.reduced, tree, keep_going);
            self.keep(&tree);
        }
    }

    /// Remembers a tree of the reduced graph.
    fn keep(&mut self, tree: &[u32]) {
        self.keep_original(self.reduced.in_original(tree));
    }

    fn keep_original(&mut self, edges: Vec<u32>) {
        let cost: f64 = edges.iter().map(|&edge| self.graph.costs[edge as usize]).sum();
        if self.elite.iter().any(|(_, known)| *known == edges) {
            return;
        }
        let place = self.elite.partition_point(|(known, _)| *known <= cost);
        self.elite.insert(place, (cost, edges));
        self.elite.truncate(ELITE);
    }

    /// Branches on vertices for a while.
    fn branch(&mut self, keep_going: &mut dyn FnMut() -> bool) {
        let mut search = branch::Branching::new(&self.reduced, self.ceiling(), self.is_whole);
        search.run(self.branch_nodes, keep_going);
        let (bound, best) = (search.bound(), search.into_best());
        self.branch_nodes = self.branch_nodes.saturating_mul(4);
        if let Some(edges) = best {
            self.keep_original(edges);
        }
        let bound = if bound.is_finite() { self.rounded(bound) } else { self.cost() };
        self.bound = self.bound.max(bound.min(self.cost()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The cheapest tree by trying all sets of nodes.
    fn exact(nodes: usize, edges: &[(u32, u32, f64)], terminals: &[u32]) -> Option<f64> {
        let wanted: u32 = terminals.iter().map(|&terminal| 1 << terminal).sum();
        (0..1_u32 << nodes)
            .filter(|set| set & wanted == wanted)
            .filter_map(|set| spanning(nodes, edges, set))
            .min_by(f64::total_cmp)
    }

    fn spanning(nodes: usize, edges: &[(u32, u32, f64)], set: u32) -> Option<f64> {
        let mut sorted: Vec<_> = edges.to_vec();
        sorted.sort_by(|a, b| a.2.total_cmp(&b.2));
        let mut part: Vec<usize> = (0..nodes).collect();
        let (mut cost, mut joined) = (0.0, 1);
        for (a, b, price) in sorted {
            let (pa, pb) = (part[a as usize], part[b as usize]);
            if set & (1 << a) != 0 && set & (1 << b) != 0 && pa != pb {
                part.iter_mut().filter(|part| **part == pb).for_each(|part| *part = pa);
                cost += price;
                joined += 1;
            }
        }
        (joined == set.count_ones()).then_some(cost)
    }

    fn assert_is_tree(graph: &Graph, terminals: &[u32], found: &Found) {
        let kept = found.edges.iter().map(|&edge| {
            let [a, b] = graph.ends[edge as usize];
            (a, b, 1.0)
        });
        let tree = Graph::new(graph.nodes, kept);
        assert!(tree.connects(terminals), "{found:?}");
        let mut touched: Vec<u32> = tree.ends.iter().flatten().copied().collect();
        touched.sort_unstable();
        touched.dedup();
        assert!(touched.is_empty() || touched.len() == found.edges.len() + 1, "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn small_graphs_are_solved_to_the_optimum(
            edges in prop::collection::vec((0..8_u32, 0..8_u32, 0..20_u32), 6..22),
            terminals in prop::collection::vec(0..8_u32, 1..6),
        ) {
            let edges: Vec<(u32, u32, f64)> =
                edges.into_iter().map(|(a, b, cost)| (a, b, f64::from(cost))).collect();
            let graph = Graph::new(8, edges.iter().copied());
            let proper: Vec<_> = edges.iter().copied().filter(|(a, b, _)| a != b).collect();
            let mut wanted = terminals.clone();
            wanted.sort_unstable();
            wanted.dedup();
            let exact = exact(8, &proper, &wanted);
            let mut left = 3000;
            let found = solve(&graph, &terminals, 1, &mut || { left -= 1; left > 0 });
            prop_assert_eq!(exact.is_some(), found.is_some());
            if let (Some(exact), Some(found)) = (exact, found) {
                assert_is_tree(&graph, &wanted, &found);
                prop_assert!(found.bound <= exact + 1e-9, "{:?}, optimum {}", found, exact);
                prop_assert!((found.cost - exact).abs() < 1e-9, "{:?}, optimum {}", found, exact);
                let quick = connect(&graph, &terminals, 3, 1).unwrap();
                assert_is_tree(&graph, &wanted, &quick);
                prop_assert!(quick.bound <= exact + 1e-9 && quick.cost >= exact - 1e-9);
            }
        }
    }

    #[test]
    fn one_terminal_or_none_needs_no_edge() {
        let graph = Graph::new(2, [(0, 1, 3.0)]);
        for terminals in [&[][..], &[1], &[1, 1]] {
            let found = connect(&graph, terminals, 1, 1).unwrap();
            assert_eq!((found.edges.len(), found.cost, found.bound), (0, 0.0, 0.0));
        }
    }

    #[test]
    fn parted_terminals_have_no_tree() {
        let graph = Graph::new(4, [(0, 1, 1.0), (2, 3, 1.0)]);
        assert_eq!(connect(&graph, &[0, 3], 1, 1), None);
    }
}
