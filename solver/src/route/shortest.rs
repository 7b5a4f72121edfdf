//! Cheapest paths at marginal cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::diversity;
use super::problem::{Medium, Target};
use super::state::{Route, State, Tree};
use crate::catalogue::rules::Diversity;
use crate::corridors::{EdgeIndex, Graph, Node};
use crate::geometry::Point;

/// Reusable memory of the path search; nothing is allocated per path but the path itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pathfinder {
    distance: Vec<f64>,
    via: Vec<(EdgeIndex, Node)>,
    stamp: Vec<u32>,
    closed: Vec<u32>,
    /// Edges marked with the present `block` belong to the pair's other route.
    blocked: Vec<u32>,
    block: u32,
    open: Vec<Target>,
    goal: Vec<u32>,
    goal_value: Vec<(f64, usize)>,
    now: u32,
    heap: BinaryHeap<Reverse<(u64, Node)>>,
    /// Positions of the goals and the least a metre towards them can cost.
    beacons: Vec<Point>,
    least_per_m: f64,
    shunned: Option<EdgeIndex>,
    cable_sources: usize,
    divides: bool,
    climbed: Vec<(Node, EdgeIndex)>,
    /// Places that earlier legs of a guided route passed.
    past: Vec<Node>,
    /// Which part of the graph each node lies in, if that has been asked: what lies in another
    /// part need not be looked for.
    part_of: Vec<Node>,
}

/// Optional waypoints are kept while the way through them costs no more than this many times the
/// way without.
const OPTIONAL_DETOUR: f64 = 1.15;
/// How many sources a pipe connection tries, the nearest first.
const PIPE_SOURCES: usize = 3;
/// How many sources a cable tries, the nearest with room first.
const CABLE_SOURCES: usize = 10;
/// The same under a drag.
const CABLE_SOURCES_IN_A_HURRY: usize = 3;

impl Pathfinder {
    pub(crate) fn new(nodes: usize, edges: usize) -> Self {
        Self {
            distance: vec![0.0; nodes],
            via: vec![(0, 0); nodes],
            stamp: vec![0; nodes],
            closed: vec![0; nodes],
            blocked: vec![0; edges],
            block: 0,
            open: Vec::new(),
            climbed: Vec::new(),
            past: Vec::new(),
            part_of: Vec::new(),
            goal: vec![0; nodes],
            goal_value: vec![(0.0, 0); nodes],
            now: 0,
            heap: BinaryHeap::new(),
            beacons: Vec::new(),
            least_per_m: 0.0,
            shunned: None,
            cable_sources: CABLE_SOURCES,
            divides: false,
        }
    }

    /// The cheapest way to connect a commodity in the present state, if there is one.
    pub(crate) fn best(&mut self, state: &State<'_>, commodity: usize) -> Option<Route> {
        let strict = self.best_beside(state, commodity, false);
        if strict.is_some() {
            return strict;
        }
        let problem = state.problem;
        let keeps_distance = problem.partners[commodity]
            .iter()
            .chain([&commodity])
            .any(|&half| matches!(problem.commodities[half].diversity, Diversity::Distance(_)));
        if keeps_distance && !problem.partners[commodity].is_empty() {
            return self.best_beside(state, commodity, true);
        }
        None
    }

    /// The cheapest way beside the other half of a pair; see [`diversity::bar`].
    fn best_beside(&mut self, state: &State<'_>, commodity: usize, lenient: bool) -> Option<Route> {
        let problem = state.problem;
        let own = &problem.commodities[commodity];
        let start = own.node?;
        self.now += 1;
        self.block += 1;
        let mut shunned_units = Vec::new();
        for &partner in &problem.partners[commodity] {
            let Some(route) = &state.routes[partner] else { continue };
            shunned_units.push(problem.unit_of[route.source]);
            let (blocked, block) = (&mut self.blocked, self.block);
            diversity::bar(problem, [commodity, partner], route, lenient, |edge| {
                blocked[edge as usize] = block;
            });
        }
        self.past.clear();
        if own.lock_broken {
            return None;
        }
        if let Some(lock) = &own.lock {
            return locked(state, commodity, lock, start);
        }
        let sources = match &state.media[commodity] {
            Medium::Own { .. } => self.cable_sources,
            Medium::Pipe { .. } => PIPE_SOURCES,
        };
        let mut open = std::mem::take(&mut self.open);
        open.clear();
        open.extend(
            own.targets
                .iter()
                .filter(|target| state.has_room(commodity, target.source))
                .filter(|target| !shunned_units.contains(&problem.unit_of[target.source]))
                .filter(|target| self.may_reach(start, target.node))
                .take(sources),
        );
        let route = if own.waypoints.is_empty() {
            self.nearest_of(state, commodity, start, &open).map(|(_, route)| route)
        } else {
            self.guided(state, commodity, start, &open)
        };
        self.open = open;
        route
    }

    /// The way through the places a connection is led through: all of them, or only the
    /// compulsory ones where the others cost too much.
    fn guided(
        &mut self,
        state: &State<'_>,
        commodity: usize,
        start: Node,
        open: &[Target],
    ) -> Option<Route> {
        let own = &state.problem.commodities[commodity];
        let all: Option<Vec<Node>> = own.waypoints.iter().map(|(node, _)| *node).collect();
        let compulsory: Option<Vec<Node>> =
            own.waypoints.iter().filter(|(_, must)| *must).map(|(node, _)| *node).collect();
        let compulsory = compulsory?;
        let through_all = all.and_then(|all| self.through(state, commodity, (start, &all), open));
        if own.waypoints.iter().all(|(_, must)| *must) {
            return through_all.map(|(_, route)| route);
        }
        let through_some = self.through(state, commodity, (start, &compulsory), open);
        match (through_all, through_some) {
            (Some((dear, all)), Some((cheap, some))) => {
                Some(if dear <= cheap * OPTIONAL_DETOUR { all } else { some })
            }
            (all, some) => all.or(some).map(|(_, route)| route),
        }
    }

    /// The cheapest way through some places in their order and on to a source.
    fn through(
        &mut self,
        state: &State<'_>,
        commodity: usize,
        (start, places): (Node, &[Node]),
        open: &[Target],
    ) -> Option<(f64, Route)> {
        let is_pipe = matches!(state.media[commodity], Medium::Pipe { .. });
        self.past.clear();
        let (mut at, mut cost, mut edges) = (start, 0.0, Vec::new());
        for &place in places {
            if at == place {
                continue;
            }
            self.now += 1;
            self.least_per_m = 0.0;
            self.beacons.clear();
            self.set_goal(place, 0.0, 0);
            // Pipes leave their network's tree alone on the way: it is joined at the end.
            if is_pipe {
                for node in state.trees.values().flat_map(Tree::nodes) {
                    if node != place && node != at {
                        self.closed[node as usize] = self.now;
                    }
                }
            }
            self.close_past(at);
            let (leg, route) = self.run(state, commodity, at, usize::MAX)?;
            self.pass(state, at, &route.edges);
            edges.extend(route.edges);
            cost += leg;
            at = place;
        }
        let (leg, last) = self.nearest_of(state, commodity, at, open)?;
        let repeats = {
            let mut node = at;
            last.edges.iter().any(|&edge| {
                let ends = state.problem.graph.edges[edge as usize].ends;
                node = if ends[0] == node { ends[1] } else { ends[0] };
                self.past.contains(&node)
            })
        };
        if repeats && is_pipe {
            return None;
        }
        edges.extend(last.edges);
        Some((cost + leg, Route { edges, source: last.source }))
    }

    /// Remembers the places of a leg, which later legs keep off.
    fn pass(&mut self, state: &State<'_>, from: Node, edges: &[EdgeIndex]) {
        let mut node = from;
        for &edge in edges {
            self.past.push(node);
            let ends = state.problem.graph.edges[edge as usize].ends;
            node = if ends[0] == node { ends[1] } else { ends[0] };
        }
    }

    fn close_past(&mut self, but: Node) {
        for &node in &self.past {
            if node != but {
                self.closed[node as usize] = self.now;
            }
        }
    }

    fn nearest_of(
        &mut self,
        state: &State<'_>,
        commodity: usize,
        start: Node,
        open: &[Target],
    ) -> Option<(f64, Route)> {
        match &state.media[commodity] {
            Medium::Own { .. } => {
                self.least_per_m = state.least_per_m(commodity);
                self.beacons.clear();
                let source_at = &state.problem.source_at;
                self.beacons.extend(open.iter().map(|target| source_at[target.source]));
                self.now += 1;
                for &Target { source, node } in open {
                    self.set_goal(node, 0.0, source);
                }
                self.close_past(start);
                self.run(state, commodity, start, usize::MAX)
            }
            Medium::Pipe { .. } => {
                self.least_per_m = 0.0;
                self.beacons.clear();
                let mut best: Option<(f64, Route)> = None;
                for &Target { source, node } in open {
                    self.now += 1;
                    self.set_goal(node, 0.0, source);
                    self.join_goals(state, commodity, source);
                    self.close_past(start);
                    if let Some((cost, route)) = self.run(state, commodity, start, source)
                        && best.as_ref().is_none_or(|(least, _)| cost < *least)
                    {
                        best = Some((cost, route));
                    }
                }
                best
            }
        }
    }

    /// Looks for ways that need not take a connection whole, until told otherwise.
    pub(crate) fn divide(&mut self, divides: bool) {
        self.divides = divides;
    }

    /// Looks at fewer sources and at none that no way leads to, for an answer within a frame.
    pub(crate) fn hurry(&mut self, graph: &Graph) {
        self.cable_sources = CABLE_SOURCES_IN_A_HURRY;
        self.part_of = vec![Node::MAX; graph.nodes.len()];
        let mut stack = Vec::new();
        for node in (0..).take(graph.nodes.len()) {
            stack.push(node);
            while let Some(at) = stack.pop() {
                if self.part_of[at as usize] == Node::MAX {
                    self.part_of[at as usize] = node;
                    stack.extend(graph.adjacent[at as usize].iter().map(|&(_, next)| next));
                }
            }
        }
    }

    fn may_reach(&self, from: Node, to: Node) -> bool {
        self.part_of.is_empty() || self.part_of[from as usize] == self.part_of[to as usize]
    }

    /// Keeps all paths off an edge until told otherwise.
    pub(crate) fn shun(&mut self, edge: Option<EdgeIndex>) {
        self.shunned = edge;
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
            // Climb to the first node whose way to the source is known, then price downwards.
            let mut at = node;
            while self.goal[at as usize] != self.now
                && let Some((edge, next)) = tree.step(at)
            {
                self.climbed.push((at, edge));
                at = next;
            }
            let known = self.goal[at as usize] == self.now;
            let mut extra = if known { self.goal_value[at as usize].0 } else { 0.0 };
            while let Some((below, edge)) = self.climbed.pop() {
                let open = self.blocked[edge as usize] != self.block
                    && state.problem.may_use(commodity, edge);
                // The network may not be crossed where it is closed to this connection, or it
                // would no longer be a tree.
                extra += if open { state.marginal(commodity, edge, source) } else { f64::INFINITY };
                self.set_goal(below, extra, source);
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
                if self.blocked[edge as usize] == self.block
                    || self.shunned == Some(edge)
                    || !state.problem.may_use(commodity, edge)
                {
                    continue;
                }
                if self.closed[next as usize] == self.now {
                    continue;
                }
                let step = if self.divides {
                    match state.divided_marginal(commodity, edge) {
                        Some(step) => step,
                        None => continue,
                    }
                } else {
                    state.marginal(commodity, edge, network)
                };
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
