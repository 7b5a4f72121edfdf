//! Better trees by small changes: a path or a branching node given up for a cheaper way, a node
//! taken in that saves more than it costs (Uchoa and Werneck 2012).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;
use super::grow::Grower;
use super::reduce::Reduced;

/// Gains below this share of what was there are rounding.
const DUST: f64 = 1e-9;

/// Changes a tree until no single change makes it cheaper or `keep_going` says no.
pub(super) fn improve(
    grower: &mut Grower,
    reduced: &Reduced,
    tree: Vec<u32>,
    keep_going: &mut dyn FnMut() -> bool,
) -> Vec<u32> {
    let mut edges = tree;
    loop {
        let mut exchange = Exchange::new(reduced, &edges);
        let mut gained = exchange.take_in(keep_going);
        gained += exchange.give_up(keep_going);
        edges = grower.prune(reduced, exchange.edges());
        if gained <= 0.0 || !keep_going() {
            return edges;
        }
        // Nodes left over may span a cheaper tree than the one they came from.
        let mut nodes: Vec<u32> =
            edges.iter().flat_map(|&edge| reduced.graph.ends[edge as usize]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if !nodes.is_empty() {
            edges = grower.span(reduced, &nodes);
        }
    }
}

/// A tree that can be changed.
struct Exchange<'a> {
    reduced: &'a Reduced,
    graph: &'a Graph,
    /// Edges of the tree at each node and where they lead.
    near: Vec<Vec<(u32, u32)>>,
    /// Which part a node belongs to while some of the tree is taken away; 0 for none.
    part: Vec<u32>,
    distance: Vec<f64>,
    via: Vec<u32>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    before: Vec<(u32, u32)>,
    stack: Vec<u32>,
}

impl<'a> Exchange<'a> {
    fn new(reduced: &'a Reduced, edges: &[u32]) -> Self {
        let graph = &reduced.graph;
        let mut exchange = Self {
            reduced,
            graph,
            near: vec![Vec::new(); graph.nodes],
            part: vec![0; graph.nodes],
            distance: vec![f64::INFINITY; graph.nodes],
            via: vec![u32::MAX; graph.nodes],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            before: vec![(u32::MAX, u32::MAX); graph.nodes],
            stack: Vec::new(),
        };
        for &edge in edges {
            exchange.link(edge);
        }
        exchange
    }

    fn edges(&self) -> Vec<u32> {
        let mut edges: Vec<u32> = self.near.iter().flatten().map(|&(edge, _)| edge).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn cost(&self, edge: u32) -> f64 {
        self.graph.costs[edge as usize]
    }

    fn link(&mut self, edge: u32) {
        let [a, b] = self.graph.ends[edge as usize];
        self.near[a as usize].push((edge, b));
        self.near[b as usize].push((edge, a));
    }

    fn cut(&mut self, edge: u32) {
        for end in self.graph.ends[edge as usize] {
            self.near[end as usize].retain(|&(known, _)| known != edge);
        }
    }

    fn is_key(&self, node: u32) -> bool {
        self.reduced.is_terminal[node as usize] || self.near[node as usize].len() > 2
    }

    /// Takes in nodes beside the tree that save more than they cost; returns what is saved.
    fn take_in(&mut self, keep_going: &mut dyn FnMut() -> bool) -> f64 {
        let mut saved = 0.0;
        let all = u32::try_from(self.graph.nodes).unwrap_or(u32::MAX);
        for node in 0..all {
            if !self.near[node as usize].is_empty() || self.reduced.is_terminal[node as usize] {
                continue;
            }
            let mut ways: Vec<(u32, u32)> = self
                .graph
                .near(node)
                .iter()
                .copied()
                .filter(|&(_, next)| {
                    !self.near[next as usize].is_empty() || self.reduced.is_terminal[next as usize]
                })
                .collect();
            if ways.len() < 2 {
                continue;
            }
            if !keep_going() {
                break;
            }
            ways.sort_unstable_by(|a, b| self.cost(a.0).total_cmp(&self.cost(b.0)).then(a.cmp(b)));
            saved += self.take_in_node(node, &ways);
        }
        saved
    }

    fn take_in_node(&mut self, node: u32, ways: &[(u32, u32)]) -> f64 {
        let (first, _) = ways[0];
        self.link(first);
        let mut gain = -self.cost(first);
        let mut swaps = Vec::new();
        for &(edge, next) in &ways[1..] {
            // The dearest edge between the node and its neighbour makes room for the direct one.
            let Some(dearest) = self.dearest_between(node, next) else { continue };
            if self.cost(dearest) > self.cost(edge) {
                gain += self.cost(dearest) - self.cost(edge);
                self.cut(dearest);
                self.link(edge);
                swaps.push((dearest, edge));
            }
        }
        if gain > DUST * self.cost(first) && gain > 0.0 {
            return gain;
        }
        for (old, new) in swaps.into_iter().rev() {
            self.cut(new);
            self.link(old);
        }
        self.cut(first);
        0.0
    }

    fn dearest_between(&mut self, from: u32, to: u32) -> Option<u32> {
        self.stack.clear();
        self.stack.push(from);
        self.before[from as usize] = (u32::MAX, u32::MAX);
        let mut found = false;
        while let Some(node) = self.stack.pop() {
            if node == to {
                found = true;
                break;
            }
            let came = self.before[node as usize].0;
            for &(edge, next) in &self.near[node as usize] {
                if edge != came {
                    self.before[next as usize] = (edge, node);
                    self.stack.push(next);
                }
            }
        }
        if !found {
            return None;
        }
        let (mut at, mut dearest) = (to, None);
        while at != from {
            let (edge, before) = self.before[at as usize];
            if dearest.is_none_or(|known| self.cost(edge) > self.cost(known)) {
                dearest = Some(edge);
            }
            at = before;
        }
        dearest
    }

    /// Gives up every path between branchings and every branching in turn where the parts can be
    /// joined for less; returns what is saved.
    fn give_up(&mut self, keep_going: &mut dyn FnMut() -> bool) -> f64 {
        let mut saved = 0.0;
        let all = u32::try_from(self.graph.nodes).unwrap_or(u32::MAX);
        for node in 0..all {
            if self.near[node as usize].is_empty() || !self.is_key(node) {
                continue;
            }
            if !keep_going() {
                break;
            }
            let starts: Vec<u32> = self.near[node as usize].iter().map(|&(edge, _)| edge).collect();
            for edge in starts {
                // The tree may have changed since.
                if !self.near[node as usize].iter().any(|&(known, _)| known == edge) {
                    continue;
                }
                let (path, end) = self.path(node, edge);
                if node < end || !self.is_key(end) {
                    saved += self.replace(&path, &[node, end]);
                }
            }
            let is_branching =
                !self.reduced.is_terminal[node as usize] && self.near[node as usize].len() > 2;
            if is_branching {
                let (mut paths, mut ends) = (Vec::new(), Vec::new());
                for (edge, _) in self.near[node as usize].clone() {
                    let (path, end) = self.path(node, edge);
                    paths.extend(path);
                    ends.push(end);
                }
                saved += self.replace(&paths, &ends);
            }
        }
        saved
    }

    /// The edges from a node to the next terminal or branching, and that.
    fn path(&self, from: u32, first: u32) -> (Vec<u32>, u32) {
        let (mut node, mut edge, mut path) = (from, first, Vec::new());
        loop {
            path.push(edge);
            let [a, b] = self.graph.ends[edge as usize];
            node = if a == node { b } else { a };
            if self.is_key(node) {
                return (path, node);
            }
            match self.near[node as usize].iter().find(|&&(next, _)| next != edge) {
                Some(&(next, _)) => edge = next,
                None => return (path, node),
            }
        }
    }

    /// Joins the parts that are left without some edges by the cheapest paths where these cost
    /// less; `ends` has a node of every part.
    fn replace(&mut self, edges: &[u32], ends: &[u32]) -> f64 {
        let removed: f64 = edges.iter().map(|&edge| self.cost(edge)).sum();
        for &edge in edges {
            self.cut(edge);
        }
        let parts: Vec<Vec<u32>> =
            (1..).zip(ends).map(|(part, &end)| self.mark(end, part)).collect();
        let joined = self.join(&parts, removed * (1.0 - DUST));
        for &node in parts.iter().flatten() {
            self.part[node as usize] = 0;
        }
        if let Some((cost, new)) = joined {
            for &edge in &new {
                self.link(edge);
            }
            removed - cost
        } else {
            for &edge in edges {
                self.link(edge);
            }
            0.0
        }
    }

    /// Marks everything a node is connected to; empty where it is marked already.
    fn mark(&mut self, from: u32, part: u32) -> Vec<u32> {
        if self.part[from as usize] != 0 {
            return Vec::new();
        }
        self.part[from as usize] = part;
        let mut nodes = vec![from];
        let mut done = 0;
        while let Some(&node) = nodes.get(done) {
            done += 1;
            for &(_, next) in &self.near[node as usize] {
                if self.part[next as usize] == 0 {
                    self.part[next as usize] = part;
                    nodes.push(next);
                }
            }
        }
        nodes
    }

    /// The cheapest paths found, one after the other, that join parts for less than `limit`.
    fn join(&mut self, parts: &[Vec<u32>], limit: f64) -> Option<(f64, Vec<u32>)> {
        let number = |part: usize| u32::try_from(part + 1).unwrap_or(u32::MAX);
        let count = parts.iter().filter(|part| !part.is_empty()).count();
        // The largest part is met, not left.
        let largest = (0..parts.len()).max_by_key(|&part| parts[part].len())?;
        let first = (0..parts.len())
            .filter(|&part| part != largest && !parts[part].is_empty())
            .min_by_key(|&part| parts[part].len())?;
        let mut is_joined = vec![false; parts.len() + 1];
        let (mut total, mut edges, mut left) = (0.0, Vec::new(), count - 1);
        is_joined[number(first) as usize] = true;
        parts[first].iter().for_each(|&node| self.reach(node, 0.0, u32::MAX));
        while left > 0 {
            let Some(Reverse((bits, node))) = self.heap.pop() else { break };
            let so_far = f64::from_bits(bits);
            if so_far > self.distance[node as usize] {
                continue;
            }
            if total + so_far >= limit {
                break;
            }
            let part = self.part[node as usize];
            if part != 0 && !is_joined[part as usize] {
                is_joined[part as usize] = true;
                left -= 1;
                total += so_far;
                let mut at = node;
                while self.via[at as usize] != u32::MAX {
                    let edge = self.via[at as usize];
                    edges.push(edge);
                    let [a, b] = self.graph.ends[edge as usize];
                    let before = if a == at { b } else { a };
                    self.reach(at, 0.0, u32::MAX);
                    at = before;
                }
                if left > 0 {
                    for &node in &parts[part as usize - 1] {
                        self.reach(node, 0.0, u32::MAX);
                    }
                }
                continue;
            }
            for &(edge, next) in self.graph.near(node) {
                let there = so_far + self.graph.costs[edge as usize];
                if total + there < limit && there < self.distance[next as usize] {
                    self.reach(next, there, edge);
                }
            }
        }
        for node in self.touched.drain(..) {
            self.distance[node as usize] = f64::INFINITY;
        }
        self.heap.clear();
        (left == 0).then_some((total, edges))
    }

    fn reach(&mut self, node: u32, distance: f64, via: u32) {
        if self.distance[node as usize].is_infinite() {
            self.touched.push(node);
        }
        self.distance[node as usize] = distance;
        self.via[node as usize] = via;
        self.heap.push(Reverse((distance.to_bits(), node)));
    }
}
