//! A lower bound on the cost of any network with loops.
//!
//! Water runs from higher to lower heads, so every flow divides into paths from sources to
//! consumers, and the drops along a path add up to no more than the consumer leaves. An arc that
//! carries `q` at a drop `h` pays at least `q · s(h)` with
//! `s(h) = min_d cost_d / min(q_d(h), total)`, where `q_d(h)` is what choice `d` carries at that
//! drop. So a consumer pays at least its demand times the cheapest path whose drops it can afford.
//! A share of the cheapest choice of every arc may be taken out first, since all must be built.
//! Drops are rounded down to steps, which never raises the bound.

use super::state::{Grade, every_grade};
use crate::size::layout::{Layout, Place};

/// Shares of the cheapest choices that are taken out, tried one by one.
const SHARES: [f64; 5] = [0.0, 0.4, 0.7, 0.85, 0.95];
/// Additions for one share.
const WORK: f64 = 2e7;

/// No choices for all arcs cost less.
pub(super) fn lower(layout: &Layout, keep_going: &mut dyn FnMut() -> bool) -> f64 {
    let grades: Vec<Vec<Grade>> =
        (0..layout.arcs.len()).map(|arc| every_grade(layout, arc)).collect();
    let base: f64 = grades.iter().map(|grades| cheapest(grades)).sum();
    // Where water is fed in at a head nobody knows, no drop is limited.
    if layout.places.iter().any(|place| place.taken() < 0.0) {
        return base;
    }
    let Some(paths) = Paths::new(layout, &grades, keep_going) else { return base };
    let mut best = base;
    for share in SHARES {
        if !keep_going() {
            break;
        }
        best = best.max(share * base + paths.pay(share));
    }
    best
}

fn cheapest(grades: &[Grade]) -> f64 {
    grades.iter().map(|grade| grade.cost).fold(f64::INFINITY, f64::min)
}

/// Drops from the highest source, in steps.
#[derive(Debug)]
struct Paths<'a> {
    layout: &'a Layout,
    grades: &'a [Vec<Grade>],
    /// What each arc carries at most by the steps it loses, rounded down, and by grade.
    carried: Vec<Vec<Vec<f64>>>,
    steps: usize,
    /// Steps that each place can afford; no place affords more than all.
    budget: Vec<usize>,
}

impl<'a> Paths<'a> {
    /// None where no place has a least head that could be missed, or where time is up.
    fn new(
        layout: &'a Layout,
        grades: &'a [Vec<Grade>],
        keep_going: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let highest = layout.highest_source();
        let room = |place: &Place| match *place {
            Place::Source { head_m } => highest - head_m,
            Place::Consumer { head_min_m, .. } => highest - head_min_m,
        };
        let rooms: Vec<f64> = layout.places.iter().map(room).collect();
        let widest = rooms.iter().copied().filter(|room| room.is_finite()).fold(0.0, f64::max);
        if widest <= 0.0 {
            return None;
        }
        let steps = floor((WORK / layout.arcs.len().max(1) as f64).sqrt()).clamp(20, 400);
        let step_m = widest / steps as f64;
        let budget = rooms.iter().map(|room| floor((room / step_m).max(0.0)).min(steps)).collect();
        let total: f64 = layout.places.iter().map(Place::taken).sum();
        let mut carried = Vec::with_capacity(grades.len());
        for grades in grades {
            if !keep_going() {
                return None;
            }
            let by_step = (0..=steps).map(|step| {
                let drop = (step + 1) as f64 * step_m;
                let most = |grade: &Grade| grade.law.flow(drop).min(grade.most_flow).min(total);
                grades.iter().map(most).collect()
            });
            carried.push(by_step.collect());
        }
        Some(Self { layout, grades, carried, steps, budget })
    }

    /// What all consumers pay when a share of the cheapest choices is paid already.
    fn pay(&self, share: f64) -> f64 {
        let layout = self.layout;
        let prices: Vec<Vec<f64>> =
            (0..layout.arcs.len()).map(|arc| self.prices(arc, share)).collect();
        let mut least = vec![vec![f64::INFINITY; self.steps + 1]; layout.places.len()];
        for level in 0..=self.steps {
            for (place, own) in layout.places.iter().enumerate() {
                if matches!(own, Place::Source { .. }) && self.budget[place] == level {
                    least[place][level] = 0.0;
                }
            }
            // Arcs that lose a step or more come from lower levels, which are done.
            for (arc, ends) in layout.arcs.iter().enumerate() {
                for (from, to) in [(ends.from, ends.to), (ends.to, ends.from)] {
                    if level <= self.budget[to] {
                        let way = |drop: usize| least[from][level - drop] + prices[arc][drop];
                        let best = (1..=level).map(way).fold(least[to][level], f64::min);
                        least[to][level] = best;
                    }
                }
            }
            // Arcs that lose less go on at this level until nothing gets cheaper.
            let mut moving = true;
            while moving {
                moving = false;
                for (arc, ends) in layout.arcs.iter().enumerate() {
                    for (from, to) in [(ends.from, ends.to), (ends.to, ends.from)] {
                        let way = least[from][level] + prices[arc][0];
                        if level <= self.budget[to] && way < least[to][level] {
                            least[to][level] = way;
                            moving = true;
                        }
                    }
                }
            }
        }
        let pays = |(place, least): (&Place, &Vec<f64>)| {
            let price = least.iter().copied().fold(f64::INFINITY, f64::min);
            let is_limited =
                matches!(place, Place::Consumer { head_min_m, .. } if head_min_m.is_finite());
            // A place that nothing reaches is no reason to charge anyone.
            if is_limited && price.is_finite() { place.taken() * price } else { 0.0 }
        };
        layout.places.iter().zip(&least).map(pays).sum()
    }

    /// Least cost of a unit of flow through an arc by the steps it loses, rounded down.
    fn prices(&self, arc: usize, share: f64) -> Vec<f64> {
        let grades = &self.grades[arc];
        let paid = share * cheapest(grades);
        let price = |carried: &Vec<f64>| {
            let each = grades.iter().zip(carried).map(|(grade, most)| (grade.cost - paid) / most);
            each.fold(f64::INFINITY, f64::min)
        };
        self.carried[arc].iter().map(price).collect()
    }
}

/// A number from zero without its fraction, at most a million.
fn floor(value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded on both sides just here"
    )]
    let whole = value.clamp(0.0, 1e6) as usize;
    whole
}
