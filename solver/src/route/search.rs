//! Construct and improve: marginal-cost routing, then taking up and relaying connections that
//! share something.
//!
//! Work is counted in rounds, not seconds, so the same seed gives the same plan everywhere; only a
//! caller's stop ends the search early.

use super::problem::{Commodity, Medium, Problem};
use super::random::Random;
use super::shortest::Pathfinder;
use super::state::{Route, State};
use crate::corridors::EdgeIndex;

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

/// EUR charged for a connection without a route: more than any route costs.
const UNROUTED: f64 = 1e9;

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
    best: Vec<Option<Route>>,
    best_score: f64,
    rounds: u64,
}

impl<'a> Search<'a> {
    /// Constructs a first plan: locked routes first, then pipes and large connections.
    pub fn construct(problem: &'a Problem<'a>, seed: u64) -> Self {
        let mut search = Self::blank(problem, seed);
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
        search.state.set_opening(0.25);
        for &commodity in &order {
            search.relay(commodity);
        }
        search.mend();
        for opening in [0.5, 0.8, 1.0, 1.0] {
            search.state.set_opening(opening);
            search.sweep(&order);
        }
        search.keep_if_better();
        search
    }

    /// Takes every connection up once and relays it.
    fn sweep(&mut self, order: &[usize]) {
        for &commodity in order {
            let Some(old) = self.take_up(commodity) else { continue };
            if !self.relay(commodity) {
                self.lay(commodity, old);
            }
        }
    }

    /// Starts from given routes; those that no longer fit are routed anew.
    pub fn resume(problem: &'a Problem<'a>, seed: u64, routes: Vec<Option<Route>>) -> Self {
        let mut search = Self::blank(problem, seed);
        let mut missing = Vec::new();
        for (commodity, route) in routes.into_iter().enumerate() {
            match route {
                Some(route) if search.fits(commodity, &route) => search.lay(commodity, route),
                Some(_) | None => missing.push(commodity),
            }
        }
        for commodity in missing {
            search.relay(commodity);
        }
        search.mend();
        search.keep_if_better();
        search
    }

    fn blank(problem: &'a Problem<'a>, seed: u64) -> Self {
        Self {
            state: State::new(problem),
            finder: Pathfinder::new(problem.graph.nodes.len(), problem.graph.edges.len()),
            random: Random::new(seed),
            customers: vec![Vec::new(); problem.unit_capacity.len()],
            best: vec![None; problem.commodities.len()],
            best_score: f64::INFINITY,
            rounds: 0,
        }
    }

    /// The best plan so far.
    pub fn outcome(&self) -> Outcome {
        Outcome { routes: self.best.clone(), cost: self.best_score, rounds: self.rounds }
    }

    /// Cost of the best plan so far.
    pub fn best_cost(&self) -> f64 {
        self.best_score
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

    /// Goes back to the best plan found.
    pub fn return_to_best(&mut self) {
        let mut state = State::new(self.state.problem);
        state.media.clone_from(&self.state.media);
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
                return true;
            }
            self.rounds += 1;
            // The tolerance shrinks to nothing over the run.
            let progress = (self.rounds - start) as f64 / rounds as f64;
            let tolerance = 0.002 * (1.0 - progress) * self.random.unit() * self.score().min(1e9);
            let (group, shunned) = self.choose_group(&movable);
            self.round(group, shunned, tolerance);
            if self.rounds.is_multiple_of(400) {
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
        }
    }

    fn fits(&self, commodity: usize, route: &Route) -> bool {
        self.state.has_room(commodity, route.source)
            && self.state.problem.commodities[commodity]
                .targets
                .iter()
                .any(|target| target.source == route.source)
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
            6 | 7 => self.neighbours(pick, movable),
            _ => self.rivals(pick),
        };
        group.sort_unstable();
        group.dedup();
        group.retain(|commodity| problem.commodities[*commodity].lock.is_none());
        self.random.shuffle(&mut group);
        (group, shunned)
    }

    /// The connections that start nearest to one of them.
    fn neighbours(&self, pick: usize, movable: &[usize]) -> Vec<usize> {
        let problem = self.state.problem;
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
        let Some(node) = own.node else { return vec![pick] };
        let at = problem.graph.nodes[node as usize];
        let mut near: Vec<(u64, usize)> = own
            .targets
            .iter()
            .map(|target| {
                (problem.source_at[target.source].distance_m(at).to_bits(), target.source)
            })
            .collect();
        near.sort_unstable();
        near.truncate(5);
        if near.is_empty() {
            return vec![pick];
        }
        let wanted = problem.unit_of[near[self.random.below(near.len())].1];
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
        let old: Vec<(usize, Option<Route>)> =
            group.iter().map(|&commodity| (commodity, self.take_up(commodity))).collect();
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
        for &commodity in &order {
            self.relay(commodity);
        }
        self.finder.shun(None);
        let after = self.score();
        if after <= before + tolerance {
            self.keep_if_better();
            return;
        }
        for &commodity in order.iter().rev() {
            self.take_up(commodity);
        }
        for (commodity, route) in old {
            if let Some(route) = route {
                self.lay(commodity, route);
            }
        }
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
