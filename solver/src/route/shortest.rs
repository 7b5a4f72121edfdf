//! Cheapest paths at marginal cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::problem::Medium;
use super::state::{Route, State};
use crate::corridors::{EdgeIndex, Node};
use crate::geometry::Point;

/// Reusable memory of the path search; nothing is allocated per path but the path itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pathfinder {
    distance: Vec<f64>,
    via: Vec<(EdgeIndex, Node)>,
    stamp: Vec<u32>,
    closed: Vec<u32>,
    blocked: Vec<u32>,
    goal: Vec<u32>,
    goal_value: Vec<(f64, usize)>,
    now: u32,
    heap: BinaryHeap<Reverse<(u64, Node)>>,
    /// Positions of the goals and the least a metre towards them can cost.
    beacons: Vec<Point>,
    least_per_m: f64,
    shunned: Option<EdgeIndex>,
}

/// How many sources a pipe connection tries, the nearest first.
const PIPE_SOURCES: usize = 3;
/// How many sources a cable tries, the nearest with room first.
const CABLE_SOURCES: usize = 10;

impl Pathfinder {
    pub(crate) fn new(nodes: usize, edges: usize) -> Self {
        Self {
            distance: vec![0.0; nodes],
            via: vec![(0, 0); nodes],
            stamp: vec![0; nodes],
            closed: vec![0; nodes],
            blocked: vec![0; edges],
            goal: vec![0; nodes],
            goal_value: vec![(0.0, 0); nodes],
            now: 0,
            heap: BinaryHeap::new(),
            beacons: Vec::new(),
            least_per_m: 0.0,
            shunned: None,
        }
    }

    /// The cheapest way to connect a commodity in the present state, if there is one.
    pub(crate) fn best(&mut self, state: &State<'_>, commodity: usize) -> Option<Route> {
        let problem = state.problem;
        let own = &problem.commodities[commodity];
        let start = own.node?;
        self.now += 1;
        let mut shunned_units = Vec::new();
        if let Some(pair) = own.pair {
            for (other, candidate) in problem.commodities.iter().enumerate() {
                if other == commodity || candidate.pair != Some(pair) {
                    continue;
                }
                let Some(route) = &state.routes[other] else { continue };
                shunned_units.push(problem.unit_of[route.source]);
                for &edge in &route.edges {
                    self.blocked[edge as usize] = self.now;
                }
            }
        }
        if own.lock_broken {
            return None;
        }
        if let Some(lock) = &own.lock {
            return locked(state, commodity, lock, start);
        }
        let at = problem.graph.nodes[start as usize];
        let mut open: Vec<(f64, usize, Node)> = own
            .targets
            .iter()
            .filter(|target| state.has_room(commodity, target.source))
            .filter(|target| !shunned_units.contains(&problem.unit_of[target.source]))
            .map(|target| {
                (problem.source_at[target.source].distance_m(at), target.source, target.node)
            })
            .collect();
        open.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        match &state.media[commodity] {
            Medium::Own { .. } => {
                open.truncate(CABLE_SOURCES);
                self.least_per_m = state.least_per_m(commodity);
                self.beacons.clear();
                self.beacons.extend(open.iter().map(|open| problem.source_at[open.1]));
                for &(_, source, node) in &open {
                    self.set_goal(node, 0.0, source);
                }
                self.run(state, commodity, start, usize::MAX).map(|(_, route)| route)
            }
            Medium::Pipe { .. } => {
                open.truncate(PIPE_SOURCES);
                self.least_per_m = 0.0;
                self.beacons.clear();
                let mut best: Option<(f64, Route)> = None;
                let blocked_mark = self.now;
                for (_, source, node) in open {
                    self.renew(blocked_mark);
                    self.set_goal(node, 0.0, source);
                    self.join_goals(state, commodity, source);
                    if let Some((cost, route)) = self.run(state, commodity, start, source)
                        && best.as_ref().is_none_or(|(least, _)| cost < *least)
                    {
                        best = Some((cost, route));
                    }
                }
                best.map(|(_, route)| route)
            }
        }
    }

    /// Keeps all paths off an edge until told otherwise.
    pub(crate) fn shun(&mut self, edge: Option<EdgeIndex>) {
        self.shunned = edge;
    }

    /// Starts a new search that keeps the blocked edges.
    fn renew(&mut self, mark: u32) {
        self.now += 1;
        let now = self.now;
        for blocked in &mut self.blocked {
            if *blocked >= mark && *blocked < now {
                *blocked = now;
            }
        }
    }

    fn set_goal(&mut self, node: Node, extra: f64, source: usize) {
        let slot = node as usize;
        if self.goal[slot] != self.now || extra < self.goal_value[slot].0 {
            self.goal[slot] = self.now;
            self.goal_value[slot] = (extra, source);
        }
    }

    /// A pipe may end wherever its network already runs, at the price of more flow from there on.
    fn join_goals(&mut self, state: &State<'_>, commodity: usize, source: usize) {
        let Some(tree) = state.trees.get(&source) else { return };
        for node in tree.nodes() {
            let (mut extra, mut at) = (0.0, node);
            let mut open = true;
            while let Some((edge, next)) = tree.step(at) {
                open &= self.blocked[edge as usize] != self.now
                    && state.problem.may_use(commodity, edge);
                extra += state.marginal(commodity, edge, source);
                at = next;
            }
            if open {
                self.set_goal(node, extra, source);
            } else {
                // The network may not be crossed either, or it would no longer be a tree.
                self.set_goal(node, f64::INFINITY, source);
            }
        }
    }

    fn run(
        &mut self,
        state: &State<'_>,
        commodity: usize,
        start: Node,
        network: usize,
    ) -> Option<(f64, Route)> {
        let graph = state.problem.graph;
        self.heap.clear();
        self.visit(start, 0.0, (0, start), 0.0);
        let mut best: Option<(f64, Node)> = None;
        while let Some(Reverse((bits, node))) = self.heap.pop() {
            if best.is_some_and(|(least, _)| f64::from_bits(bits) >= least) {
                break;
            }
            if self.closed[node as usize] == self.now {
                continue;
            }
            self.closed[node as usize] = self.now;
            let distance = self.distance[node as usize];
            if self.goal[node as usize] == self.now {
                let total = distance + self.goal_value[node as usize].0;
                if total.is_finite() && best.is_none_or(|(least, _)| total < least) {
                    best = Some((total, node));
                }
                if network != usize::MAX {
                    // From here the way is the network's own.
                    continue;
                }
            }
            for &(edge, next) in &graph.adjacent[node as usize] {
                if self.blocked[edge as usize] == self.now
                    || self.shunned == Some(edge)
                    || !state.problem.may_use(commodity, edge)
                {
                    continue;
                }
                if self.closed[next as usize] == self.now {
                    continue;
                }
                let step = state.marginal(commodity, edge, network);
                let ahead = self.ahead(graph.nodes[next as usize]);
                self.visit(next, distance + step, (edge, node), ahead);
            }
        }
        let (cost, end) = best?;
        let mut edges = Vec::new();
        let mut node = end;
        while node != start {
            let (edge, previous) = self.via[node as usize];
            edges.push(edge);
            node = previous;
        }
        edges.reverse();
        let source = self.goal_value[end as usize].1;
        if network != usize::MAX
            && let Some(tree) = state.trees.get(&source)
        {
            let mut at = end;
            while let Some((edge, next)) = tree.step(at) {
                edges.push(edge);
                at = next;
            }
        }
        Some((cost, Route { edges, source }))
    }

    /// What the way from a point to the nearest goal costs at least.
    fn ahead(&self, point: Point) -> f64 {
        let nearest = self
            .beacons
            .iter()
            .map(|beacon| {
                let (dx, dy) = ((beacon.x - point.x) as f64, (beacon.y - point.y) as f64);
                dx * dx + dy * dy
            })
            .fold(f64::INFINITY, f64::min);
        if nearest.is_finite() {
            // A hair below the truth, so that rounding never makes a goal look farther than it is.
            self.least_per_m * nearest.sqrt() * 0.999_999e-3
        } else {
            0.0
        }
    }

    fn visit(&mut self, node: Node, distance: f64, via: (EdgeIndex, Node), ahead: f64) {
        let slot = node as usize;
        if self.stamp[slot] != self.now || distance < self.distance[slot] {
            self.stamp[slot] = self.now;
            self.distance[slot] = distance;
            self.via[slot] = via;
            self.heap.push(Reverse(((distance + ahead).to_bits(), node)));
        }
    }
}

/// The route a person fixed, if it ends at a source with room.
fn locked(state: &State<'_>, commodity: usize, lock: &[EdgeIndex], start: Node) -> Option<Route> {
    let end = lock.iter().fold(start, |node, &edge| {
        let ends = state.problem.graph.edges[edge as usize].ends;
        if ends[0] == node { ends[1] } else { ends[0] }
    });
    let target = state.problem.commodities[commodity]
        .targets
        .iter()
        .find(|target| target.node == end && state.has_room(commodity, target.source))?;
    Some(Route { edges: lock.to_vec(), source: target.source })
}
