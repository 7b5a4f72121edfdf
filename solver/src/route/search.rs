//! Construct and improve: marginal-cost routing, then taking up and relaying connections that
//! share something.
//!
//! Work is counted in rounds, not seconds, so the same seed gives the same plan everywhere; only a
//! caller's stop ends the search early.

use std::collections::{BTreeMap, BTreeSet};

use super::diversity;
use super::polish::{self, Offer};
use super::problem::{Commodity, Medium, Problem};
use super::random::Random;
use super::shortest::Pathfinder;
use super::state::{Route, State};
use crate::corridors::{EdgeIndex, Node};
use crate::tree;

/// What a search ended with.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Route of each commodity.
    pub routes: Vec<Option<Route>>,
    /// Its cost as the search sees it.
    pub cost: f64,
    /// Rounds done.
    pub rounds: u64,
}

/// For each commodity the divisible flow it is a part of.
fn flow_of(problem: &Problem<'_>) -> Vec<usize> {
    if problem.flows.is_empty() {
        return Vec::new();
    }
    let mut flow_of = vec![0; problem.commodities.len()];
    for (flow, parts) in problem.flows.iter().enumerate() {
        for &part in parts {
            flow_of[part] = flow;
        }
    }
    flow_of
}

/// For each node of a tree the edge and node one step closer to its root.
fn rooted(
    problem: &Problem<'_>,
    edges: &[EdgeIndex],
    root: Node,
) -> BTreeMap<Node, (EdgeIndex, Node)> {
    let mut near: BTreeMap<Node, Vec<(EdgeIndex, Node)>> = BTreeMap::new();
    for &edge in edges {
        let [a, b] = problem.graph.edges[edge as usize].ends;
        near.entry(a).or_default().push((edge, b));
        near.entry(b).or_default().push((edge, a));
    }
    let mut towards = BTreeMap::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        for &(edge, next) in near.get(&node).into_iter().flatten() {
            if next != root && !towards.contains_key(&next) {
                towards.insert(next, (edge, node));
                stack.push(next);
            }
        }
    }
    towards
}

/// Rounds between two networks that are redrawn whole.
const REDRAW_EVERY: u64 = 24;
/// Most pipes of a network that is redrawn.
const MOST_REDRAWN: usize = 60;
/// Largest graph on which one is.
const MOST_EDGES_REDRAWN: usize = 6_000;

/// EUR charged for a connection without a route: more than any route costs.
const UNROUTED: f64 = 1e9;

/// Connections that choose together.
const POLISHED: usize = 5;
/// Ways that each of them chooses from.
const MOST_WAYS: usize = 4;
/// Times that ways are looked for.
const VARIANTS: u32 = 5;

/// Times that overfull trenches are gone through.
const RELIEF_PASSES: u32 = 4;

/// Most connections on a branch that is relaid as a whole.
const MOST_ON_BRANCH: usize = 16;

/// Connections asked in turn to make room for one without a route.
const MEND_RIVALS: usize = 60;
/// Such requests in all.
const MEND_TRIES: usize = 3000;

/// A search that can be watched and resumed.
#[derive(Debug)]
pub struct Search<'a> {
    state: State<'a>,
    finder: Pathfinder,
    random: Random,
    /// Connections by the unit that serves them.
    customers: Vec<Vec<usize>>,
    /// Flow of each connection where flows may be divided, empty otherwise.
    flow_of: Vec<usize>,
    best: Vec<Option<Route>>,
    /// Media of the best plan where flows may be divided.
    best_sizes: Vec<Medium>,
    best_score: f64,
    rounds: u64,
    heat: f64,
    leash: u64,
}

/// Share of its cost by which a plan may get worse in a round at first.
const HEAT: f64 = 0.002;
/// Rounds after which the search returns to the best plan.
const LEASH: u64 = 400;

impl<'a> Search<'a> {
    /// Constructs a first plan: locked routes first, then pipes and large connections.
    pub fn construct(problem: &'a Problem<'a>, seed: u64) -> Self {
        let mut search = Self::blank(problem, seed);
        let order = search.natural_order();
        search.build(&order);
        search
    }

    /// Constructs a plan in an order of chance, to look elsewhere.
    pub fn construct_anyhow(problem: &'a Problem<'a>, seed: u64) -> Self {
        let mut search = Self::blank(problem, seed);
        let mut order = search.natural_order();
        search.random.shuffle(&mut order);
        search.build(&order);
        search
    }

    fn natural_order(&self) -> Vec<usize> {
        let problem = self.state.problem;
        let mut order: Vec<usize> = (0..problem.commodities.len()).collect();
        // Locked routes claim their place first, then pipes, whose trunks draw others along, then
        // whoever takes the largest share of a source and so has the fewest choices.
        let share = |own: &Commodity| {
            let largest = own
                .targets
                .iter()
                .map(|target| problem.unit_capacity[problem.unit_of[target.source]])
                .fold(1e-9, f64::max);
            own.size / largest
        };
        let rank = |own: &Commodity| (own.lock.is_none(), matches!(own.medium, Medium::Own { .. }));
        order.sort_by(|&a, &b| {
            let (a, b) = (&problem.commodities[a], &problem.commodities[b]);
            rank(a).cmp(&rank(b)).then_with(|| share(b).total_cmp(&share(a)))
        });
        order
    }

    /// Lays everything in an order, then again while opening a trench is charged in full by and
    /// by, so that early routes count on company.
    fn build(&mut self, order: &[usize]) {
        self.state.set_opening(0.25);
        self.relay_all(order);
        self.mend();
        for opening in [0.5, 0.8, 1.0, 1.0] {
            self.state.set_opening(opening);
            self.sweep(order);
        }
        self.keep_if_better();
    }

    /// Lays connections and flows in an order; a flow when its first part comes.
    fn relay_all(&mut self, order: &[usize]) {
        let problem = self.state.problem;
        for &commodity in order {
            match self.flow_of.get(commodity) {
                None => {
                    self.relay(commodity);
                }
                Some(&flow) if problem.flows[flow].first() == Some(&commodity) => {
                    self.relay_flow(flow);
                }
                Some(_) => {}
            }
        }
    }

    /// Takes every connection up once and relays it.
    fn sweep(&mut self, order: &[usize]) {
        for &commodity in order {
            if let Some(&flow) = self.flow_of.get(commodity) {
                let problem = self.state.problem;
                if problem.flows[flow].first() == Some(&commodity) {
                    for &part in &problem.flows[flow] {
                        self.take_up(part);
                    }
                    self.relay_flow(flow);
                }
                continue;
            }
            let Some(old) = self.take_up(commodity) else { continue };
            if !self.relay(commodity) {
                self.lay(commodity, old);
            }
        }
    }

    /// Starts from given routes; those that no longer fit are routed anew.
    pub fn resume(problem: &'a Problem<'a>, seed: u64, routes: Vec<Option<Route>>) -> Self {
        Self::resume_sized(problem, seed, routes, Vec::new())
    }

    /// The same, but what finds no room stays without a route: for an answer within a frame.
    pub fn resume_at_once(problem: &'a Problem<'a>, routes: Vec<Option<Route>>) -> Self {
        let mut search = Self::blank(problem, 0);
        search.finder.hurry(problem.graph);
        search.lay_or_relay(routes);
        search.keep_if_better();
        search
    }

    /// The same for flows that were divided, whose parts have the sizes of `media`.
    pub fn resume_sized(
        problem: &'a Problem<'a>,
        seed: u64,
        routes: Vec<Option<Route>>,
        media: Vec<Medium>,
    ) -> Self {
        let mut search = Self::blank(problem, seed);
        if media.len() == routes.len() {
            search.state.media = media;
        }
        search.lay_or_relay(routes);
        search.mend();
        search.keep_if_better();
        search
    }

    /// Lays the routes that fit, then routes the rest anew.
    fn lay_or_relay(&mut self, routes: Vec<Option<Route>>) {
        let mut missing = Vec::new();
        for (commodity, route) in routes.into_iter().enumerate() {
            match route {
                Some(route) if self.fits(commodity, &route) => self.lay(commodity, route),
                Some(_) | None => missing.push(commodity),
            }
        }
        for commodity in missing {
            self.relay(commodity);
        }
    }

    fn blank(problem: &'a Problem<'a>, seed: u64) -> Self {
        Self {
            state: State::new(problem),
            finder: Pathfinder::new(problem.graph.nodes.len(), problem.graph.edges.len()),
            random: Random::new(seed),
            customers: vec![Vec::new(); problem.unit_capacity.len()],
            flow_of: flow_of(problem),
            best_sizes: Vec::new(),
            best: vec![None; problem.commodities.len()],
            best_score: f64::INFINITY,
            rounds: 0,
            heat: HEAT,
            leash: LEASH,
        }
    }

    /// Lets the search stray further: accept what costs up to this share more, and return to the
    /// best plan only after so many rounds.
    pub fn stray(&mut self, heat: f64, leash: u64) {
        (self.heat, self.leash) = (heat, leash);
    }

    /// The best plan so far.
    pub fn outcome(&self) -> Outcome {
        Outcome { routes: self.best.clone(), cost: self.best_score, rounds: self.rounds }
    }

    /// Cost of the best plan so far.
    pub fn best_cost(&self) -> f64 {
        self.best_score
    }

    /// Whether the best plan so far lays anything along an edge.
    pub fn uses(&self, edge: usize) -> bool {
        // The state is at the best plan whenever no improvement runs.
        self.state.users.get(edge).is_some_and(|users| !users.is_empty())
    }

    /// Media of the best plan so far where flows may be divided; empty otherwise.
    pub fn sizes(&self) -> &[Medium] {
        &self.best_sizes
    }

    /// Rounds done so far.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The state as it stands.
    pub fn state(&self) -> &State<'a> {
        &self.state
    }

    /// Prices media anew and goes on from the best plan with them.
    pub fn set_media(&mut self, media: Vec<Medium>) {
        self.return_to_best();
        self.state = self.state.with_media(media);
        self.count_customers();
        self.best_score = f64::INFINITY;
        self.keep_if_better();
    }

    /// Lets less be dug along some edges, in steps, and leads away whoever is too much there.
    pub fn relieve(&mut self, tight: &[(EdgeIndex, f64)]) {
        self.return_to_best();
        for &(edge, steps) in tight {
            self.state.tighten(edge, steps);
        }
        self.best_score = f64::INFINITY;
        self.keep_if_better();
        let edges = EdgeIndex::try_from(self.state.users.len()).unwrap_or(EdgeIndex::MAX);
        for _pass in 0..RELIEF_PASSES {
            let overfull: Vec<EdgeIndex> =
                (0..edges).filter(|&edge| self.state.overfull_by(edge) > 0.0).collect();
            if overfull.is_empty() {
                break;
            }
            for edge in overfull {
                self.lead_away(edge);
            }
        }
        self.keep_if_better();
    }

    /// Puts connections back on the routes they had where leaving these saved no more than `worth`
    /// EUR, so that a plan changes no more than the gain justifies.
    pub fn return_to(&mut self, before: &[Option<Route>], worth: f64) {
        self.return_to_best();
        for (commodity, old) in before.iter().enumerate() {
            let Some(old) = old else { continue };
            if self.state.routes[commodity].as_ref() == Some(old)
                || self.state.problem.commodities[commodity].lock.is_some()
                || matches!(self.state.media[commodity], Medium::Pipe { .. })
            {
                continue;
            }
            let now = self.score();
            let Some(new) = self.take_up(commodity) else { continue };
            if self.fits(commodity, old) && self.is_apart(commodity, old) {
                self.lay(commodity, old.clone());
                if self.score() <= now + worth {
                    continue;
                }
                self.take_up(commodity);
            }
            self.lay(commodity, new);
        }
        // What is kept may cost a little more than the best.
        self.best_score = f64::INFINITY;
        self.keep_if_better();
    }

    /// Whether a route keeps apart from that of the other half of a pair.
    fn is_apart(&self, commodity: usize, route: &Route) -> bool {
        let problem = self.state.problem;
        problem.partners[commodity].iter().all(|&partner| {
            self.state.routes[partner].as_ref().is_none_or(|other| {
                let mut barred = BTreeSet::new();
                diversity::bar(problem, [commodity, partner], other, false, |edge| {
                    barred.insert(edge);
                });
                problem.unit_of[other.source] != problem.unit_of[route.source]
                    && !route.edges.iter().any(|edge| barred.contains(edge))
            })
        })
    }

    /// Lets a few connections at a time choose among several ways together, exactly.
    pub fn polish(&mut self, rounds: u32, mut keep_going: impl FnMut() -> bool) {
        self.return_to_best();
        let problem = self.state.problem;
        let movable: Vec<usize> = (0..self.state.routes.len())
            .filter(|&k| self.state.routes[k].is_some() && polish::takes_part(problem, k))
            .collect();
        for _round in 0..rounds {
            if movable.is_empty() || !keep_going() {
                break;
            }
            let (group, _) = self.choose_group(&movable);
            let mut group: Vec<usize> = group
                .into_iter()
                .filter(|&k| self.state.routes[k].is_some() && polish::takes_part(problem, k))
                .collect();
            group.truncate(POLISHED);
            if group.len() > 1 {
                self.polish_group(&group);
            }
        }
    }

    fn polish_group(&mut self, group: &[usize]) {
        let before = self.score();
        let mut offers: Vec<Offer> = Vec::new();
        for &commodity in group {
            let routes: Vec<Route> = self.take_up(commodity).into_iter().collect();
            offers.push(Offer { commodity, routes });
        }
        self.gather(&mut offers);
        let chosen = polish::choose(&self.state, &offers);
        let chosen = chosen.unwrap_or_else(|| vec![0; offers.len()]);
        for (offer, &way) in offers.iter().zip(&chosen) {
            self.lay(offer.commodity, offer.routes[way].clone());
        }
        if self.score() > before {
            for offer in &offers {
                self.take_up(offer.commodity);
            }
            for offer in &offers {
                self.lay(offer.commodity, offer.routes[0].clone());
            }
        }
        self.keep_if_better();
    }

    /// Adds ways that relaying in other orders, and off a stretch of the present ways, comes to.
    fn gather(&mut self, offers: &mut [Offer]) {
        for _variant in 0..VARIANTS {
            let mut order: Vec<usize> = (0..offers.len()).collect();
            self.random.shuffle(&mut order);
            let some = &offers[order[0]].routes[0].edges;
            let shunned =
                if some.is_empty() { None } else { Some(some[self.random.below(some.len())]) };
            self.finder.shun(shunned.filter(|_| self.random.below(3) > 0));
            self.state.set_opening(0.3 + 0.7 * self.random.unit());
            for &number in &order {
                self.relay(offers[number].commodity);
            }
            for offer in offers.iter_mut() {
                if let Some(route) = self.take_up(offer.commodity)
                    && !offer.routes.contains(&route)
                    && offer.routes.len() < MOST_WAYS
                {
                    offer.routes.push(route);
                }
            }
        }
        self.finder.shun(None);
        self.state.set_opening(1.0);
    }

    /// Relays users of an overfull edge elsewhere, one by one, until it holds them.
    fn lead_away(&mut self, edge: EdgeIndex) {
        let users = self.state.users[edge as usize].clone();
        for user in users {
            if self.state.overfull_by(edge) <= 0.0 {
                return;
            }
            if self.state.problem.commodities[user].lock.is_none() {
                self.round(vec![user], Some(edge), 0.0);
            }
        }
    }

    /// Goes back to the best plan found.
    pub fn return_to_best(&mut self) {
        let mut state = self.state.emptied();
        if !self.best_sizes.is_empty() {
            state.media.clone_from(&self.best_sizes);
        }
        for (commodity, route) in self.best.iter().enumerate() {
            if let Some(route) = route {
                state.lay(commodity, route.clone());
            }
        }
        self.state = state;
        self.count_customers();
    }

    fn count_customers(&mut self) {
        self.customers.iter_mut().for_each(Vec::clear);
        for (commodity, route) in self.state.routes.iter().enumerate() {
            if let Some(route) = route {
                self.customers[self.state.problem.unit_of[route.source]].push(commodity);
            }
        }
    }

    /// Does up to `rounds` rounds of improvement; `keep_going` is asked every round.
    /// Returns whether it was stopped.
    pub fn improve(&mut self, rounds: u64, mut keep_going: impl FnMut(&Self) -> bool) -> bool {
        let end = self.rounds + rounds;
        let movable: Vec<usize> = (0..self.state.routes.len())
            .filter(|&commodity| {
                let own = &self.state.problem.commodities[commodity];
                own.lock.is_none() && own.node.is_some() && !own.targets.is_empty()
            })
            .collect();
        if movable.is_empty() {
            return false;
        }
        let start = self.rounds;
        while self.rounds < end {
            if !keep_going(self) {
                self.return_to_best();
                return true;
            }
            self.rounds += 1;
            // The tolerance shrinks to nothing over the run.
            let progress = (self.rounds - start) as f64 / rounds as f64;
            let tolerance =
                self.heat * (1.0 - progress) * self.random.unit() * self.score().min(1e9);
            if self.rounds.is_multiple_of(REDRAW_EVERY) {
                let pick = movable[self.random.below(movable.len())];
                self.redraw_network(pick);
            } else {
                let (group, shunned) = self.choose_group(&movable);
                self.round(group, shunned, tolerance);
            }
            if self.rounds.is_multiple_of(self.leash) {
                self.return_to_best();
            }
        }
        self.return_to_best();
        false
    }

    fn score(&self) -> f64 {
        UNROUTED.mul_add(self.state.unrouted() as f64, self.state.total())
    }

    fn keep_if_better(&mut self) {
        let score = self.score();
        if score < self.best_score - 1e-6 {
            self.best_score = score;
            self.best.clone_from(&self.state.routes);
            if !self.flow_of.is_empty() {
                self.best_sizes.clone_from(&self.state.media);
            }
        }
    }

    /// Whether a connection may have a route it had before: what the planner said since counts.
    fn fits(&self, commodity: usize, route: &Route) -> bool {
        let problem = self.state.problem;
        let own = &problem.commodities[commodity];
        let passes = |place: Node| {
            let ends = |&edge: &EdgeIndex| problem.graph.edges[edge as usize].ends;
            route.edges.iter().any(|edge| ends(edge).contains(&place))
        };
        self.state.has_room(commodity, route.source)
            && own.targets.iter().any(|target| target.source == route.source)
            && route.edges.iter().all(|&edge| problem.may_use(commodity, edge))
            && own.lock.as_ref().is_none_or(|lock| *lock == route.edges)
            && !own.lock_broken
            && own.waypoints.iter().all(|&(node, must)| !must || node.is_some_and(passes))
    }

    /// Lays a flow in as few parts as fit, the cheapest first.
    fn relay_flow(&mut self, flow: usize) {
        let problem = self.state.problem;
        let parts = &problem.flows[flow];
        let total: f64 = parts.iter().map(|&part| problem.commodities[part].size).sum();
        let mut left = total;
        for (number, &part) in parts.iter().enumerate() {
            self.state.resize(part, left);
            if left <= 1e-9 * total {
                // A part that carries nothing goes nowhere.
                self.state.resize(part, 0.0);
                let source = problem.commodities[part].targets.first().map(|target| target.source);
                if let Some(source) = source {
                    self.lay(part, Route { edges: Vec::new(), source });
                }
                continue;
            }
            self.finder.divide(number + 1 < parts.len());
            let found = self.finder.best(&self.state, part);
            let found = if let Some(route) = found {
                let rooms = route.edges.iter().map(|&edge| self.state.room_in(edge));
                Some((rooms.fold(left, f64::min), route))
            } else {
                self.finder.divide(false);
                self.finder.best(&self.state, part).map(|route| (left, route))
            };
            let Some((amount, route)) = found else { break };
            let amount = if number + 1 == parts.len() || amount > left { left } else { amount };
            self.state.resize(part, amount);
            self.lay(part, route);
            left -= amount;
        }
        self.finder.divide(false);
    }

    fn relay(&mut self, commodity: usize) -> bool {
        match self.finder.best(&self.state, commodity) {
            Some(route) => {
                self.lay(commodity, route);
                true
            }
            None => false,
        }
    }

    /// Connections to take up together and a stretch to keep off while relaying them: alone, with
    /// the users of one trench, with neighbours, or with customers of a source nearer by.
    fn choose_group(&mut self, movable: &[usize]) -> (Vec<usize>, Option<EdgeIndex>) {
        let problem = self.state.problem;
        let pick = movable[self.random.below(movable.len())];
        let mut shunned = None;
        let mut group = match self.random.below(12) {
            0 | 1 => vec![pick],
            2..=5 => {
                let edges = self.state.routes[pick].as_ref().map(|route| &route.edges);
                match edges {
                    Some(edges) if !edges.is_empty() => {
                        let edge = edges[self.random.below(edges.len())];
                        let mut users = self.state.users[edge as usize].clone();
                        if users.len() <= 24 && self.random.below(2) == 0 {
                            shunned = Some(edge);
                        }
                        self.random.shuffle(&mut users);
                        users.truncate(24);
                        users
                    }
                    Some(_) | None => vec![pick],
                }
            }
            6 => self.neighbours(pick, movable),
            7 => self.passers(pick),
            8..=10 if matches!(problem.commodities[pick].medium, Medium::Pipe { .. }) => {
                self.branches(pick, movable)
            }
            _ => self.rivals(pick),
        };
        group.sort_unstable();
        group.dedup();
        group.retain(|commodity| problem.commodities[*commodity].lock.is_none());
        self.random.shuffle(&mut group);
        (group, shunned)
    }

    /// The connections that pass a place on the way of one of them.
    fn passers(&mut self, pick: usize) -> Vec<usize> {
        let graph = self.state.problem.graph;
        let Some(route) = self.state.routes[pick].as_ref().filter(|route| !route.edges.is_empty())
        else {
            return vec![pick];
        };
        let edge = route.edges[self.random.below(route.edges.len())];
        let node = graph.edges[edge as usize].ends[self.random.below(2)];
        let mut users: Vec<usize> = graph.adjacent[node as usize]
            .iter()
            .flat_map(|&(edge, _)| self.state.users[edge as usize].iter().copied())
            .collect();
        users.push(pick);
        users.sort_unstable();
        users.dedup();
        self.random.shuffle(&mut users);
        users.truncate(12);
        users
    }

    /// What hangs on the ways of one connection and of one or two near it, so that their networks
    /// can divide it anew.
    fn branches(&mut self, pick: usize, movable: &[usize]) -> Vec<usize> {
        let mut tips = vec![pick];
        let near = self.neighbours(pick, movable);
        for _tip in 0..=self.random.below(2) {
            tips.extend(near.get(self.random.below(near.len())));
        }
        let mut group = Vec::new();
        for tip in tips {
            let Some(route) = &self.state.routes[tip] else { continue };
            // Far along the way hangs more; what feeds everything is left alone.
            let branch = route.edges.iter().rev().map(|&edge| &self.state.users[edge as usize]);
            let mut branches = branch.filter(|users| users.len() <= MOST_ON_BRANCH);
            if let Some(users) = branches.nth(self.random.below(3)) {
                group.extend_from_slice(users);
            }
            group.push(tip);
        }
        group
    }

    /// The connections that start nearest to one of them.
    fn neighbours(&mut self, pick: usize, movable: &[usize]) -> Vec<usize> {
        let problem = self.state.problem;
        if problem.graph.nodes.first() == problem.graph.nodes.last() {
            // A graph without places: any others will do.
            return (0..8).map(|_| movable[self.random.below(movable.len())]).collect();
        }
        let position = |commodity: usize| {
            problem.commodities[commodity].node.map(|node| problem.graph.nodes[node as usize])
        };
        let Some(at) = position(pick) else { return vec![pick] };
        let mut near: Vec<(u64, usize)> = movable
            .iter()
            .filter_map(|&other| {
                let distance = position(other)?.distance_m(at);
                (distance < 60.0).then_some((distance.to_bits(), other))
            })
            .collect();
        near.sort_unstable();
        near.truncate(8);
        near.into_iter().map(|(_, other)| other).collect()
    }

    /// A connection with the larger customers of one of the sources nearest to it.
    fn rivals(&mut self, pick: usize) -> Vec<usize> {
        let problem = self.state.problem;
        let own = &problem.commodities[pick];
        let near = &own.targets[..own.targets.len().min(5)];
        if near.is_empty() {
            return vec![pick];
        }
        let wanted = problem.unit_of[near[self.random.below(near.len())].source];
        let mut group: Vec<usize> = self.customers[wanted]
            .iter()
            .copied()
            .filter(|&other| problem.commodities[other].size >= 0.2 * own.size)
            .take(6)
            .collect();
        group.push(pick);
        group
    }

    fn round(&mut self, group: Vec<usize>, shunned: Option<EdgeIndex>, tolerance: f64) {
        let before = self.score();
        let group = self.whole_flows(group);
        let old: Vec<(usize, Option<Route>, Medium)> = group
            .iter()
            .map(|&commodity| {
                let medium = self.state.media[commodity].clone();
                (commodity, self.take_up(commodity), medium)
            })
            .collect();
        // Unrouted ones get another chance whenever room is made.
        let mut order = group;
        if self.state.unrouted() > old.len() {
            let waiting: Vec<usize> = (0..self.state.routes.len())
                .filter(|&c| self.state.routes[c].is_none() && !order.contains(&c))
                .collect();
            let extra = waiting[self.random.below(waiting.len())];
            order.insert(self.random.below(order.len() + 1), extra);
        }
        self.finder.shun(shunned);
        // Now and then openings look cheaper than they are, so that the first to be relaid go where
        // company would pay for the way.
        let hopeful = order.len() > 1 && self.random.below(16) == 0;
        if hopeful {
            self.state.set_opening(0.2 + 0.8 * self.random.unit());
        }
        self.relay_all(&order);
        self.state.set_opening(1.0);
        self.finder.shun(None);
        let after = self.score();
        if after <= before + tolerance {
            self.keep_if_better();
            return;
        }
        for &commodity in order.iter().rev() {
            self.take_up(commodity);
        }
        for (commodity, route, medium) in old {
            if !self.flow_of.is_empty() {
                self.state.media[commodity] = medium;
            }
            if let Some(route) = route {
                self.lay(commodity, route);
            }
        }
    }

    /// Lays the pipe network that serves a connection anew along a Steiner tree over what its pipes
    /// would cost now; relaying one pipe after another seldom finds another trunk.
    fn redraw_network(&mut self, pick: usize) {
        let problem = self.state.problem;
        let is_free = |own: &Commodity| {
            own.lock.is_none() && own.waypoints.is_empty() && own.forbidden.is_empty()
        };
        let Some(source) = self.state.routes[pick].as_ref().map(|route| route.source) else {
            return;
        };
        let served: Vec<usize> = self.customers[problem.unit_of[source]]
            .iter()
            .copied()
            .filter(|&k| self.state.routes[k].as_ref().is_some_and(|route| route.source == source))
            .filter(|&k| matches!(problem.commodities[k].medium, Medium::Pipe { .. }))
            .collect();
        if served.len() < 3
            || !problem.crossings.is_empty()
            || served.len() > MOST_REDRAWN
            || problem.graph.edges.len() > MOST_EDGES_REDRAWN
            || !served
                .iter()
                .all(|&k| is_free(&problem.commodities[k]) && problem.partners[k].is_empty())
        {
            return;
        }
        let Some(root) = problem.commodities[served[0]]
            .targets
            .iter()
            .find(|target| target.source == source)
            .map(|target| target.node)
        else {
            return;
        };
        let before = self.score();
        let old: Vec<(usize, Option<Route>)> =
            served.iter().map(|&commodity| (commodity, self.take_up(commodity))).collect();
        let ports: Vec<Node> = served.iter().filter_map(|&k| problem.commodities[k].node).collect();
        let mut terminals = ports.clone();
        terminals.push(root);
        // Priced for a pipe in the middle of the tree: it carries neither one nor all.
        let middle = served[served.len() / 2];
        let edges = (0..).zip(&problem.graph.edges).map(|(number, edge)| {
            let [a, b] = edge.ends;
            (a, b, self.state.marginal(middle, number, source))
        });
        let graph = tree::Graph::new(problem.graph.nodes.len(), edges);
        if let Some(found) = tree::connect(&graph, &terminals, 2, self.random.next()) {
            let towards = rooted(problem, &found.edges, root);
            for (&commodity, &port) in served.iter().zip(&ports) {
                let mut route = Route { edges: Vec::new(), source };
                let mut node = port;
                while node != root
                    && let Some(&(edge, next)) = towards.get(&node)
                {
                    route.edges.push(edge);
                    node = next;
                }
                if node == root {
                    self.lay(commodity, route);
                }
            }
        }
        if self.score() <= before {
            self.keep_if_better();
            return;
        }
        for &commodity in &served {
            self.take_up(commodity);
        }
        for (commodity, route) in old {
            if let Some(route) = route {
                self.lay(commodity, route);
            }
        }
    }

    /// All parts of the flows of which a group holds any.
    fn whole_flows(&self, group: Vec<usize>) -> Vec<usize> {
        if self.flow_of.is_empty() {
            return group;
        }
        let mut seen = vec![false; self.state.problem.flows.len()];
        let mut whole = Vec::new();
        for commodity in group {
            let flow = self.flow_of[commodity];
            if !std::mem::replace(&mut seen[flow], true) {
                whole.extend_from_slice(&self.state.problem.flows[flow]);
            }
        }
        whole
    }

    fn lay(&mut self, commodity: usize, route: Route) {
        self.customers[self.state.problem.unit_of[route.source]].push(commodity);
        self.state.lay(commodity, route);
    }

    fn take_up(&mut self, commodity: usize) -> Option<Route> {
        let route = self.state.take_up(commodity)?;
        let unit = self.state.problem.unit_of[route.source];
        self.customers[unit].retain(|&other| other != commodity);
        Some(route)
    }

    /// Makes room for connections that found none: their pair partner or one customer of each
    /// admissible source in turn gives way.
    fn mend(&mut self) {
        let mut tries = 0;
        for commodity in 0..self.state.routes.len() {
            if self.state.routes[commodity].is_some() {
                continue;
            }
            let problem = self.state.problem;
            let own = &problem.commodities[commodity];
            if own.node.is_none() || own.lock_broken {
                continue;
            }
            let rivals: Vec<usize> = (0..self.state.routes.len())
                .filter(|&other| problem.commodities[other].lock.is_none())
                .filter(|&other| {
                    let partner = own.pair.is_some() && problem.commodities[other].pair == own.pair;
                    let customer = self.state.routes[other].as_ref().is_some_and(|route| {
                        let unit = problem.unit_of[route.source];
                        own.targets.iter().any(|target| problem.unit_of[target.source] == unit)
                    });
                    other != commodity && (partner || customer)
                })
                .take(MEND_RIVALS)
                .collect();
            for rival in rivals {
                tries += 1;
                if tries > MEND_TRIES {
                    return;
                }
                let Some(old) = self.take_up(rival) else { continue };
                if self.relay(commodity) && self.relay(rival) {
                    break;
                }
                self.take_up(commodity);
                self.lay(rival, old);
            }
        }
    }
}
