//! Trees grown along shortest paths (Takahashi and Matsuyama 1980).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ascent::Ascent;
use super::graph::Graph;
use super::reduce::Reduced;

/// Reusable memory for growing trees.
#[derive(Clone, Debug)]
pub(super) struct Grower {
    distance: Vec<f64>,
    via: Vec<u32>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    in_tree: Vec<bool>,
    part: Vec<u32>,
    degree: Vec<u32>,
}

impl Grower {
    pub(super) fn new(graph: &Graph) -> Self {
        Self {
            distance: vec![f64::INFINITY; graph.nodes],
            via: vec![u32::MAX; graph.nodes],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            in_tree: vec![false; graph.nodes],
            part: vec![0; graph.nodes],
            degree: vec![0; graph.nodes],
        }
    }

    /// A tree grown from `start`, over the free arcs of an ascent where one is given, by other
    /// costs than the graph's where some are given; without anything that no terminal needs.
    pub(super) fn grow(
        &mut self,
        reduced: &Reduced,
        start: u32,
        ascent: Option<&Ascent>,
        costs: Option<&[f64]>,
    ) -> Option<Vec<u32>> {
        let graph = &reduced.graph;
        let costs = costs.unwrap_or(&graph.costs);
        let mut missing = reduced.terminals.len();
        let mut tree = vec![start];
        self.in_tree[start as usize] = true;
        missing -= usize::from(reduced.is_terminal[start as usize]);
        self.reach(start, 0.0, u32::MAX);
        while missing > 0 {
            let Some(Reverse((bits, node))) = self.heap.pop() else { break };
            let so_far = f64::from_bits(bits);
            if so_far > self.distance[node as usize] {
                continue;
            }
            if reduced.is_terminal[node as usize] && !self.in_tree[node as usize] {
                // The way to it joins the tree, and all of it counts as near from now on.
                let mut at = node;
                while !self.in_tree[at as usize] {
                    self.in_tree[at as usize] = true;
                    missing -= usize::from(reduced.is_terminal[at as usize]);
                    tree.push(at);
                    let [a, b] = graph.ends[self.via[at as usize] as usize];
                    let before = if a == at { b } else { a };
                    self.reach(at, 0.0, self.via[at as usize]);
                    at = before;
                }
                continue;
            }
            for &(edge, next) in graph.near(node) {
                if ascent.is_some_and(|ascent| {
                    !ascent.is_free(2 * edge as usize) && !ascent.is_free(2 * edge as usize + 1)
                }) {
                    continue;
                }
                let there = so_far + costs[edge as usize];
                if there < self.distance[next as usize] {
                    self.reach(next, there, edge);
                }
            }
        }
        for node in self.touched.drain(..) {
            self.distance[node as usize] = f64::INFINITY;
        }
        self.heap.clear();
        for &node in &tree {
            self.in_tree[node as usize] = false;
        }
        (missing == 0).then(|| self.span(reduced, &tree))
    }

    fn reach(&mut self, node: u32, distance: f64, via: u32) {
        if self.distance[node as usize].is_infinite() {
            self.touched.push(node);
        }
        self.distance[node as usize] = distance;
        self.via[node as usize] = via;
        self.heap.push(Reverse((distance.to_bits(), node)));
    }

    /// The cheapest tree over some nodes, without leaves that are no terminals.
    pub(super) fn span(&mut self, reduced: &Reduced, nodes: &[u32]) -> Vec<u32> {
        let graph = &reduced.graph;
        for (number, &node) in (0..).zip(nodes) {
            self.in_tree[node as usize] = true;
            self.part[node as usize] = number;
        }
        let mut edges: Vec<u32> = nodes
            .iter()
            .flat_map(|&node| {
                let in_tree = &self.in_tree;
                graph
                    .near(node)
                    .iter()
                    .filter(move |(_, next)| node < *next && in_tree[*next as usize])
                    .map(|&(edge, _)| edge)
            })
            .collect();
        let cost = |edge: u32| graph.costs[edge as usize];
        edges.sort_unstable_by(|&a, &b| cost(a).total_cmp(&cost(b)).then(a.cmp(&b)));
        let mut parent: Vec<u32> = (0..u32::try_from(nodes.len()).unwrap_or(u32::MAX)).collect();
        edges.retain(|&edge| {
            let [a, b] =
                graph.ends[edge as usize].map(|end| root(&mut parent, self.part[end as usize]));
            parent[a as usize] = b;
            a != b
        });
        for &node in nodes {
            self.in_tree[node as usize] = false;
        }
        self.prune(reduced, edges)
    }

    /// Cuts off leaves that are no terminals until there are none.
    pub(super) fn prune(&mut self, reduced: &Reduced, mut edges: Vec<u32>) -> Vec<u32> {
        let graph = &reduced.graph;
        for end in edges.iter().flat_map(|&edge| graph.ends[edge as usize]) {
            self.degree[end as usize] += 1;
        }
        let is_idle = |degree: &[u32], node: u32| {
            degree[node as usize] == 1 && !reduced.is_terminal[node as usize]
        };
        loop {
            let before = edges.len();
            edges.retain(|&edge| {
                let ends = graph.ends[edge as usize];
                let is_loose = ends.iter().any(|&end| is_idle(&self.degree, end));
                if is_loose {
                    for &end in &ends {
                        self.degree[end as usize] -= 1;
                    }
                }
                !is_loose
            });
            if edges.len() == before {
                break;
            }
        }
        for end in edges.iter().flat_map(|&edge| graph.ends[edge as usize]) {
            self.degree[end as usize] = 0;
        }
        edges
    }
}

/// The representative of a part, with paths halved on the way.
pub(super) fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
