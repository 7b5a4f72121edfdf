//! Search and bound in turns, for problems stated by a graph alone.

use super::bound::{Charges, Dual};
use super::lagrange::Lagrangian;
use super::problem::{Medium, Problem};
use super::search::Search;
use super::state::Route;

/// What a run goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Start of the random numbers.
    pub(super) seed: u64,
    /// Whether costs are whole numbers, so that a bound may be rounded up.
    pub(super) is_whole: bool,
}

/// Rounds of search between two settlements at first.
const FIRST_ROUNDS: u64 = 600;
/// And at most.
const MOST_ROUNDS: u64 = 40_000;
/// How far the search strays, turn by turn: near at hand, then further off.
const HEATS: [f64; 3] = [0.002, 0.006, 0.015];
/// Rounds of the bound between two stretches of search.
const PRICE_ROUNDS: u32 = 60;
/// Settlements without a gain after which the search starts elsewhere.
const PATIENCE: u32 = 3;
/// A gap below which a plan counts as optimal.
const CLOSED: f64 = 1e-6;

/// Routes and, where flows are divided, the sizes of their parts.
type Start = (Vec<Option<Route>>, Vec<Medium>);

/// Searches and bounds until the gap is closed or `keep_going` says no; returns the least cost
/// that `settle` gave to a plan and the best bound.
///
/// The first problem is for the search, which may overload edges at a price that doubles until it
/// does not; the second, with its charges, for the bound.
pub(super) fn run(
    (problem, whole, charges): (&mut Problem<'_>, &Problem<'_>, &Charges),
    limits: Limits,
    settle: &mut dyn FnMut(&Search<'_>) -> Option<f64>,
    keep_going: &mut dyn FnMut() -> bool,
) -> (f64, f64) {
    let mut dual = Dual::new(whole, charges);
    dual.ascend(4, &mut *keep_going);
    let mut prices = Lagrangian::new(whole, charges, Some(&dual));
    drop(dual);
    let (mut cost, mut bound) = (f64::INFINITY, 0.0);
    let (mut start, mut best): (Option<Start>, Option<Start>) = (None, None);
    let (mut turn, mut rounds, mut moving) = (0, FIRST_ROUNDS, true);
    let (mut stale, mut elsewhere) = (0, false);
    loop {
        let mut search = match start.take() {
            Some((routes, sizes)) => {
                Search::resume_sized(problem, limits.seed + turn, routes, sizes)
            }
            None if turn == 0 => Search::construct(problem, limits.seed),
            None => Search::construct_anyhow(problem, limits.seed + turn),
        };
        let heat = HEATS[usize::try_from(turn).unwrap_or(0) % HEATS.len()];
        search.stray(heat, rounds / 4);
        search.improve(rounds, |_| keep_going());
        let reached = (search.outcome().routes, search.sizes().to_vec());
        stale += 1;
        if let Some(settled) = settle(&search)
            && settled < cost * (1.0 - CLOSED)
        {
            cost = settled;
            best = Some(reached.clone());
            stale = 0;
        }
        let is_overfull = search.state().overfull() > 0.0;
        let (incumbent, unfit) = (search.best_cost(), reached.0.contains(&None));
        drop(search);
        if is_overfull || unfit {
            problem.prices.iter_mut().for_each(|price| price.overfull *= 2.0);
        }
        start = Some(reached);
        if stale >= PATIENCE {
            // Somewhere else, then back to the best, by turns.
            elsewhere = !elsewhere;
            start = if elsewhere { None } else { best.clone() };
            stale = 0;
        }
        for _round in 0..PRICE_ROUNDS {
            if !moving || !keep_going() {
                break;
            }
            moving = prices.round(if cost.is_finite() { cost } else { incumbent });
        }
        let proved = prices.bound();
        bound = f64::max(bound, if limits.is_whole { (proved - 1e-6).ceil() } else { proved });
        if !keep_going() || cost - bound <= CLOSED * cost.abs() {
            return (cost, bound.min(cost));
        }
        (turn, rounds) = (turn + 1, (rounds * 3 / 2).min(MOST_ROUNDS));
    }
}
