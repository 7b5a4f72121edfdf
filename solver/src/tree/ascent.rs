//! Dual ascent on directed cuts (Wong 1984).
//!
//! Every terminal grows the set of nodes that reach it over arcs without reduced cost. As long as
//! the root is outside, all arcs that enter the set lose what the cheapest of them still has, and
//! the bound gains it. Small cuts go first (Pajor, Uchoa and Werneck 2018).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;

/// What an ascent ends with.
#[derive(Clone, Debug)]
pub(super) struct Ascent {
    pub(super) root: u32,
    pub(super) bound: f64,
    /// Reduced cost of both arcs of every edge.
    pub(super) left: Vec<f64>,
    /// Whether every terminal reaches the root over arcs without reduced cost.
    pub(super) is_complete: bool,
}

/// Reduced costs below this share of a cost are none.
const DUST: f64 = 1e-9;

impl Ascent {
    /// Raises from a root until every terminal is reached or `keep_going` says no.
    pub(super) fn run(
        graph: &Graph,
        terminals: &[u32],
        root: u32,
        keep_going: &mut dyn FnMut() -> bool,
    ) -> Self {
        let mut left: Vec<f64> = graph.costs.iter().flat_map(|&cost| [cost, cost]).collect();
        let mut is_active = vec![false; graph.nodes];
        let mut heap = BinaryHeap::new();
        for &terminal in terminals.iter().filter(|&&terminal| terminal != root) {
            is_active[terminal as usize] = true;
            heap.push(Reverse((graph.near(terminal).len(), terminal)));
        }
        let mut cut = Cut { stamp: vec![0; graph.nodes], ..Cut::default() };
        let mut bound = 0.0;
        let mut is_complete = true;
        while let Some(Reverse((guess, terminal))) = heap.pop() {
            if !keep_going() {
                is_complete = false;
                break;
            }
            let next = heap.peek().map_or(usize::MAX, |Reverse((size, _))| *size);
            cut.start(terminal);
            loop {
                if !cut.grow(graph, &left, root, &is_active) {
                    is_active[terminal as usize] = false;
                    break;
                }
                cut.drop_inner(graph);
                let size = cut.entering.len();
                // A cut that turned out larger waits for those that are smaller now.
                if size > guess + guess / 4 && size > next {
                    heap.push(Reverse((size, terminal)));
                    break;
                }
                let least = cut
                    .entering
                    .iter()
                    .map(|&arc| left[arc as usize])
                    .fold(f64::INFINITY, f64::min);
                if !least.is_finite() {
                    is_active[terminal as usize] = false;
                    break;
                }
                bound += least;
                cut.lower(graph, &mut left, least);
            }
        }
        Self { root, bound, left, is_complete }
    }

    /// Whether an arc has no reduced cost.
    pub(super) fn is_free(&self, arc: usize) -> bool {
        self.left[arc] <= 0.0
    }

    /// Which edges may be part of a tree cheaper than `ceiling`: a path of reduced costs from the
    /// root through the edge to some terminal must still fit.
    pub(super) fn worth_keeping(
        &self,
        graph: &Graph,
        terminals: &[u32],
        ceiling: f64,
    ) -> Vec<bool> {
        let from_root = self.distances(graph, &[self.root], true);
        let others: Vec<u32> =
            terminals.iter().copied().filter(|&terminal| terminal != self.root).collect();
        let to_terminal = self.distances(graph, &others, false);
        let room = ceiling - self.bound;
        let fits = |edge: usize, from: u32, to: u32, side: usize| {
            from_root[from as usize] + self.left[2 * edge + side] + to_terminal[to as usize]
                <= room + DUST * ceiling.abs()
        };
        (0..graph.costs.len())
            .map(|edge| {
                let [a, b] = graph.ends[edge];
                fits(edge, a, b, 0) || fits(edge, b, a, 1)
            })
            .collect()
    }

    /// Reduced cost from some nodes to every node, or from every node to the nearest of them.
    fn distances(&self, graph: &Graph, from: &[u32], ahead: bool) -> Vec<f64> {
        let mut distance = vec![f64::INFINITY; graph.nodes];
        let mut heap = BinaryHeap::new();
        for &node in from {
            distance[node as usize] = 0.0;
            heap.push(Reverse((0.0_f64.to_bits(), node)));
        }
        while let Some(Reverse((bits, node))) = heap.pop() {
            let so_far = f64::from_bits(bits);
            if so_far > distance[node as usize] {
                continue;
            }
            for &(edge, next) in graph.near(node) {
                let arc = graph.arc_from(edge, if ahead { node } else { next });
                let there = so_far + self.left[arc];
                if there < distance[next as usize] {
                    distance[next as usize] = there;
                    heap.push(Reverse((there.to_bits(), next)));
                }
            }
        }
        distance
    }
}

/// The set of a terminal and the arcs that enter it.
#[derive(Clone, Debug, Default)]
struct Cut {
    stamp: Vec<u32>,
    now: u32,
    /// Nodes to look at.
    fresh: Vec<u32>,
    terminal: u32,
    entering: Vec<u32>,
}

impl Cut {
    fn start(&mut self, terminal: u32) {
        self.now += 1;
        self.terminal = terminal;
        self.entering.clear();
        self.fresh.clear();
        self.fresh.push(terminal);
        self.stamp[terminal as usize] = self.now;
    }

    /// Takes in everything that reaches the set for free; false where that is the root or another
    /// terminal that still grows.
    fn grow(&mut self, graph: &Graph, left: &[f64], root: u32, is_active: &[bool]) -> bool {
        while let Some(node) = self.fresh.pop() {
            if node == root || (node != self.terminal && is_active[node as usize]) {
                return false;
            }
            for &(edge, from) in graph.near(node) {
                if self.stamp[from as usize] == self.now {
                    continue;
                }
                let arc = graph.arc_from(edge, from);
                if left[arc] <= 0.0 {
                    self.stamp[from as usize] = self.now;
                    self.fresh.push(from);
                } else {
                    self.entering.push(u32::try_from(arc).unwrap_or(u32::MAX));
                }
            }
        }
        true
    }

    fn tail(graph: &Graph, arc: u32) -> u32 {
        graph.ends[arc as usize / 2][arc as usize % 2]
    }

    /// Forgets arcs whose tail has been taken in since.
    fn drop_inner(&mut self, graph: &Graph) {
        let (stamp, now) = (&self.stamp, self.now);
        self.entering.retain(|&arc| stamp[Self::tail(graph, arc) as usize] != now);
    }

    /// Takes `by` off every entering arc and the tails of those used up into the set.
    fn lower(&mut self, graph: &Graph, left: &mut [f64], by: f64) {
        for &arc in &self.entering {
            let remaining = &mut left[arc as usize];
            *remaining -= by;
            if *remaining <= DUST * graph.costs[arc as usize / 2] {
                *remaining = 0.0;
                let tail = Self::tail(graph, arc);
                if self.stamp[tail as usize] != self.now {
                    self.stamp[tail as usize] = self.now;
                    self.fresh.push(tail);
                }
            }
        }
    }
}
