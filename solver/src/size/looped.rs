//! Diameters of a network with loops at least cost.
//!
//! ```text
//! min Σ_e c(d_e) L_e   with the flows and heads that d gives;   head_min ≤ H_n ≤ head_max
//! ```
//!
//! Flows follow from all diameters together, so the problem is not convex and no start is safe.
//! **Starts**: the shortest ways from the sources as a tree with the cheapest pipes elsewhere,
//! sized by [`super::branched`], and the dearest pipes everywhere. **Descent**: pipes shrink while
//! all heads hold, those first that save much for the head they use; one solved system tells what
//! each pipe would do to every head, and only what that allows is computed in full. **Repair**:
//! where heads are missed, the pipe grows that helps most for its price; one system tells that for
//! all. **Search**: some pipes of a neighbourhood change by chance, repair and descent follow, and
//! the outcome is kept if it costs little more (iterated local search). `bound` proves how far
//! from the optimum a plan can be at most.

mod bound;
mod start;
mod state;

use super::layout::{Layout, LayoutError};
use crate::route::random::Random;
use state::{Bench, Case, Plan, ROUNDING};

/// Diameters for a network, and a bound on the cost of any.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The choice for each arc.
    pub choices: Vec<usize>,
    /// Their cost.
    pub cost: f64,
    /// No choices cost less.
    pub bound: f64,
    /// Whether [`crate::physics::flow`] finds all heads kept too.
    pub is_confirmed: bool,
}

/// Why no diameters were found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LoopedError {
    /// The network is not one.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Neither the largest pipes nor any start of the search kept all limits.
    #[error(
        "place {place} stays {short_m:.2} m short of its least head, or some limit of most head \
         or speed is missed, with the largest pipes and with all others tried; offer larger pipes, \
         a higher source or wider limits"
    )]
    Short {
        /// The place that is shortest of head.
        place: usize,
        /// By how much.
        short_m: f64,
    },
}

/// Costs that differ by a smaller share are the same.
const SAME: f64 = 1e-9;
/// How much a pipe may be preferred by chance.
const NOISE: f64 = 0.3;
/// How much dearer a plan may be kept at most, as a share; seldom so much.
const HEAT: f64 = 0.01;
/// Share by which a plan may get dearer while it is repaired.
const REPAIR_ROOM: f64 = 0.05;
/// Sizes a pipe may jump in one step of repair or descent.
const JUMP: usize = 2;
/// Head missed by the other computation that counts as none, m.
const CONFIRMED: f64 = 1e-4;
/// Arcs looked at in one pass of a descent during the search.
const MOST_LOOKS: usize = 600;
/// Arcs up to which the dearest pipes are worth a start of their own.
const SMALL: usize = 1000;

/// The cheapest diameters found until `keep_going` says no or the bound proves them; asked often.
/// The same seed and the same answers give the same diameters.
///
/// # Errors
/// Where the network is not sound, or no plan that keeps all heads was found.
pub fn solve(
    layout: &Layout,
    seed: u64,
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Found, LoopedError> {
    layout.check()?;
    let mut quest = Quest::new(layout, seed);
    let shortest = quest.start(keep_going);
    if quest.best.is_none() {
        let (place, short_m) = shortest;
        return Err(LoopedError::Short { place, short_m });
    }
    let bound = bound::lower(layout, keep_going);
    quest.search(bound, keep_going);
    let best = quest.best.unwrap_or_default();
    let choices = quest.case.choices(&best);
    let cost = layout.cost(&choices);
    Ok(Found { choices, cost, bound: bound.min(cost), is_confirmed: quest.is_confirmed })
}

/// A search for diameters.
#[derive(Debug)]
struct Quest<'a> {
    case: Case<'a>,
    bench: Bench,
    random: Random,
    /// The cheapest plan that keeps all heads.
    best: Option<Plan>,
    is_confirmed: bool,
    /// Arcs at each place.
    near: Vec<Vec<usize>>,
    /// Whether any head may be too high, so that a smaller pipe may help.
    has_most: bool,
}

impl<'a> Quest<'a> {
    fn new(layout: &'a Layout, seed: u64) -> Self {
        let case = Case::new(layout);
        let mut near = vec![Vec::new(); layout.places.len()];
        for (index, arc) in layout.arcs.iter().enumerate() {
            near[arc.from].push(index);
            near[arc.to].push(index);
        }
        let (bench, random) = (case.bench(), Random::new(seed));
        let has_most = case.most.iter().any(|most| most.is_finite());
        Self { case, bench, random, best: None, is_confirmed: false, near, has_most }
    }

    /// First plans; returns the place that stays shortest of head with the dearest pipes.
    fn start(&mut self, keep_going: &mut dyn FnMut() -> bool) -> (usize, f64) {
        let dearest = self.case.grades.iter().map(|grades| grades.len() - 1).collect();
        let mut largest = self.case.plan(dearest);
        self.case.settle(&mut self.bench, &mut largest);
        let shortest = self.shortest(&largest);
        if self.repair(&mut largest, f64::INFINITY) {
            self.keep(&largest);
        }
        if let Some(grades) = start::tree(&self.case) {
            let mut plan = self.case.plan(grades);
            self.case.settle(&mut self.bench, &mut plan);
            if self.repair(&mut plan, f64::INFINITY) {
                self.keep(&plan);
                self.descend(&mut plan, usize::MAX, keep_going);
                self.keep(&plan);
            }
        }
        let is_small = self.case.grades.len() <= SMALL;
        if is_small && largest.miss <= ROUNDING {
            self.descend(&mut largest, usize::MAX, keep_going);
            self.keep(&largest);
        }
        shortest
    }

    fn shortest(&self, plan: &Plan) -> (usize, f64) {
        let mut worst = (0, 0.0);
        for (place, (least, head)) in self.case.least.iter().zip(&plan.head).enumerate() {
            let lack = least.map_or(0.0, |least| least - head);
            if lack > worst.1 {
                worst = (place, lack);
            }
        }
        worst
    }

    /// Keeps a plan that is cheaper than the best and holds in the other computation too; where
    /// it does not, more head is asked for from then on. Tells whether it was kept.
    fn keep(&mut self, plan: &Plan) -> bool {
        let is_cheaper = self.best.as_ref().is_none_or(|best| plan.cost < best.cost * (1.0 - SAME));
        if plan.miss > ROUNDING || !is_cheaper {
            return false;
        }
        let checked = self.case.layout.shortages(&self.case.choices(plan));
        let Ok(shortages) = checked else {
            // Better than nothing, and said to be no more than that.
            if self.is_confirmed {
                return false;
            }
            self.best = Some(plan.clone());
            return true;
        };
        let mut holds = true;
        for (place, short) in shortages.into_iter().enumerate() {
            if short > CONFIRMED {
                self.case.least[place] = self.case.least[place].map(|least| least + short);
            } else if short < -CONFIRMED {
                self.case.most[place] += short;
            }
            holds &= short.abs() <= CONFIRMED;
        }
        if holds {
            self.best = Some(plan.clone());
            self.is_confirmed = true;
        }
        holds
    }

    /// Changes, repairs and shrinks plans until told to stop.
    fn search(&mut self, bound: f64, keep_going: &mut dyn FnMut() -> bool) {
        let arcs = self.case.grades.len();
        if self.case.grades.iter().all(|grades| grades.len() < 2) {
            return;
        }
        let patience = 100 + 3 * arcs;
        let mut own = self.best.clone().unwrap_or_default();
        let mut stale = 0;
        while keep_going() && own.cost > bound * (1.0 + SAME) {
            let mut plan = own.clone();
            self.kick(&mut plan);
            let ceiling = own.cost * (1.0 + REPAIR_ROOM);
            stale += 1;
            if self.repair(&mut plan, ceiling) {
                self.descend(&mut plan, MOST_LOOKS, keep_going);
                let luck = self.random.unit();
                let is_kept = self.keep(&plan);
                let heat = HEAT * luck * luck * luck * luck;
                if is_kept || (plan.miss <= ROUNDING && plan.cost < own.cost * (1.0 + heat)) {
                    own = plan;
                }
                if is_kept {
                    stale = 0;
                }
            }
            if stale > patience {
                stale = 0;
                own = self.elsewhere(keep_going);
            }
        }
    }

    /// The best plan, or by turns of chance another one made from it.
    fn elsewhere(&mut self, keep_going: &mut dyn FnMut() -> bool) -> Plan {
        let best = self.best.clone().unwrap_or_default();
        if self.random.below(2) == 0 {
            return best;
        }
        let share = if self.random.below(2) == 0 { 0.3 } else { 1.0 };
        let mut plan = best.clone();
        for (grade, grades) in plan.grades.iter_mut().zip(&self.case.grades) {
            if self.random.unit() < share {
                *grade = self.random.below(grades.len());
            }
        }
        self.case.settle(&mut self.bench, &mut plan);
        if !self.repair(&mut plan, f64::INFINITY) {
            return best;
        }
        self.descend(&mut plan, MOST_LOOKS, keep_going);
        self.keep(&plan);
        plan
    }

    /// Changes a few pipes near each other, seldom anywhere, by one size or two.
    fn kick(&mut self, plan: &mut Plan) {
        let arcs = plan.grades.len();
        let most = 1 + self.random.below(8);
        let count = 1 + self.random.below(most);
        let around = self.neighbourhood(4 * count + 6);
        let manner = self.random.below(3);
        for _change in 0..count {
            let arc = match manner {
                0 => self.random.below(arcs),
                _ => around[self.random.below(around.len())],
            };
            let step = 1 + usize::from(self.random.below(4) == 0);
            let last = self.case.grades[arc].len() - 1;
            let grows = manner != 1 && self.random.below(2) == 0;
            let old = plan.grades[arc];
            plan.grades[arc] =
                if grows { (old + step).min(last) } else { old.saturating_sub(step) };
        }
        self.case.settle(&mut self.bench, plan);
    }

    /// Arcs around one chosen by chance, nearest first.
    fn neighbourhood(&mut self, most: usize) -> Vec<usize> {
        let first = self.random.below(self.case.grades.len());
        let mut is_seen = vec![false; self.case.grades.len()];
        is_seen[first] = true;
        let mut around = vec![first];
        let mut next = 0;
        while next < around.len() && around.len() < most {
            let arc = &self.case.layout.arcs[around[next]];
            for &near in self.near[arc.from].iter().chain(&self.near[arc.to]) {
                if around.len() < most && !std::mem::replace(&mut is_seen[near], true) {
                    around.push(near);
                }
            }
            next += 1;
        }
        around
    }

    /// Changes the pipe that helps most for its price until all heads hold; tells whether they do.
    fn repair(&mut self, plan: &mut Plan, ceiling: f64) -> bool {
        let mut left = 10 * plan.grades.len() + 50;
        while plan.miss > ROUNDING {
            if left == 0 || plan.cost > ceiling || !plan.miss.is_finite() {
                return false;
            }
            left -= 1;
            self.weigh(plan);
            let Some((arc, grade)) = self.most_helpful(plan) else { return false };
            plan.grades[arc] = grade;
            self.case.settle(&mut self.bench, plan);
        }
        true
    }

    /// Solves for what a unit of flow into each place does for the heads that are missed. The
    /// factor of the last settlement serves.
    fn weigh(&mut self, plan: &Plan) {
        for (place, unknown) in self.case.unknown.iter().enumerate() {
            if let (Some(unknown), Some(least)) = (*unknown, self.case.least[place]) {
                let (head, most) = (plan.head[place], self.case.most[place]);
                let lack = f64::from(u8::from(head < least)) - f64::from(u8::from(head > most));
                self.bench.side[unknown] = [lack];
            }
        }
        self.case.answer(&mut self.bench);
    }

    /// The arc and the grade that take away most of what is missed for their price.
    fn most_helpful(&mut self, plan: &Plan) -> Option<(usize, usize)> {
        let mut best = None;
        let mut highest = 0.0;
        for arc in 0..plan.grades.len() {
            let pull = self.case.drop_of(&self.bench, arc);
            let fast = self.case.too_fast(plan, arc);
            let (grades, own) = (&self.case.grades[arc], plan.grades[arc]);
            let first = if self.has_most { own.saturating_sub(JUMP) } else { own + 1 };
            for grade in first..(own + JUMP + 1).min(grades.len()) {
                if grade == own {
                    continue;
                }
                let change = grades[grade].law.loss(plan.flow[arc]).0 - plan.loss[arc];
                let gain =
                    plan.conductance[arc] * change * pull + if grade > own { fast } else { -fast };
                // What a smaller pipe saves must not look like a reason to take it.
                let price = (grades[grade].cost - grades[own].cost).abs().max(1e-9);
                if gain > ROUNDING {
                    let luck = 1.0 + NOISE * self.random.unit();
                    let worth = gain.min(plan.miss) / price * luck;
                    if worth > highest {
                        highest = worth;
                        best = Some((arc, grade));
                    }
                }
            }
        }
        best
    }

    /// Shrinks pipes while all heads hold; looks at so many arcs in a pass at most.
    fn descend(&mut self, plan: &mut Plan, looks: usize, keep_going: &mut dyn FnMut() -> bool) {
        let mut is_barred = vec![false; plan.grades.len()];
        let mut arcs: Vec<usize> = (0..plan.grades.len()).collect();
        if looks < arcs.len() {
            self.random.shuffle(&mut arcs);
            arcs.truncate(looks);
        }
        while keep_going() && self.case.factorise(&mut self.bench, plan) {
            let mut offers: Vec<Offer> = Vec::new();
            for &arc in arcs.iter().filter(|&&arc| !is_barred[arc]) {
                offers.extend(self.offer(plan, arc));
            }
            if offers.is_empty() {
                return;
            }
            offers.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.arc.cmp(&b.arc)));
            // Every step makes the other offers less sure, so a pass takes a few.
            let mut failures = 0;
            for offer in offers.iter().take(6 + offers.len() / 8) {
                let mut next = plan.clone();
                next.grades[offer.arc] = offer.grade;
                self.case.settle(&mut self.bench, &mut next);
                if next.miss <= ROUNDING {
                    *plan = next;
                } else {
                    is_barred[offer.arc] = true;
                    failures += 1;
                    if failures == 2 {
                        break;
                    }
                }
            }
        }
    }

    /// The smaller grade of an arc that saves most for the head it takes, if any seems to hold.
    fn offer(&mut self, plan: &Plan, arc: usize) -> Option<Offer> {
        let own = plan.grades[arc];
        if own == 0 {
            return None;
        }
        let resistance = self.case.response(&mut self.bench, arc);
        let grades = &self.case.grades[arc];
        let mut best: Option<Offer> = None;
        for grade in (own.saturating_sub(JUMP)..own).rev() {
            let (loss, slope) = grades[grade].law.loss(plan.flow[arc]);
            // Sherman and Morrison: one arc of the system has another conductance and loss.
            let conductance = 1.0 / slope;
            let change = conductance * (loss - plan.loss[arc])
                / (1.0 + (conductance - plan.conductance[arc]) * resistance);
            let Some(used) = self.room_used(plan, change) else { break };
            let saved = grades[own].cost - grades[grade].cost;
            let worth = saved / (0.02 + used) * (1.0 + NOISE * self.random.unit());
            if best.as_ref().is_none_or(|best| worth > best.worth) {
                best = Some(Offer { arc, grade, worth });
            }
        }
        best
    }

    /// The largest share of its room that any place gives up if all heads move by so much of the
    /// answer at hand; none where that is more than there is.
    fn room_used(&self, plan: &Plan, change: f64) -> Option<f64> {
        let mut used = 0.0;
        for (place, unknown) in self.case.unknown.iter().enumerate() {
            let (Some(unknown), Some(least)) = (*unknown, self.case.least[place]) else { continue };
            let step = change * self.bench.side[unknown][0];
            let room = if step < 0.0 {
                plan.head[place] - least
            } else {
                self.case.most[place] - plan.head[place]
            };
            let size = step.abs();
            // What is so near may hold after all, since flows give way.
            if size > room + 1e-3 * size + 1e-6 {
                return None;
            }
            used = f64::max(used, size / (room + 1e-3));
        }
        Some(used)
    }
}

/// A pipe that may shrink.
#[derive(Debug)]
struct Offer {
    arc: usize,
    grade: usize,
    /// Money for head.
    worth: f64,
}
