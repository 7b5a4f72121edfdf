//! One search on the solver's thread: progress for the window, a clock, and no panic that escapes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use stackyard_solver::report::{Effort, Report, Stop};
use stackyard_solver::{Monitor, Progress, Settings};

use super::{Answer, Job, Shared, Standing, locked};
use crate::look::Computed;

/// How long the best plan must stand still before the search counts as proving.
const FLAT: Duration = Duration::from_millis(1500);
/// How often progress is shown.
const TICK: Duration = Duration::from_millis(80);

/// Runs a search to its end.
pub(super) fn run(job: &Job, shared: &Shared) -> Answer {
    let begun = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| search(job, shared, begun))) {
        Ok(report) => {
            let seconds = begun.elapsed().as_secs_f64();
            let plan = Arc::clone(&job.plan);
            Answer::Solved(Box::new(Computed::new(job.revision, plan, report, seconds)))
        }
        Err(panic) => Answer::SolverBroke(message_of(panic.as_ref())),
    }
}

/// Whether a search was stopped before its end.
pub(super) fn was_stopped(computed: &Computed) -> bool {
    computed.report.search.stop == Stop::Cancelled
}

fn search(job: &Job, shared: &Shared, begun: Instant) -> Report {
    // Every result of the window can be exported at once, so each is confirmed.
    let settings = Settings { effort: job.effort, verify: true, ..Settings::default() };
    let mut watch = Watch {
        shared,
        effort: job.effort,
        ends: limit(job.effort).map(|limit| begun + limit),
        shown: None,
        best: None,
        best_since: begun,
        bound_then: None,
    };
    let catalogue = crate::weather::for_plan(&job.catalogue, &job.plan, job.folder.as_deref());
    match &job.start {
        Some(start) => {
            stackyard_solver::improve(&job.plan, &catalogue, &settings, start, &mut watch)
        }
        None => stackyard_solver::evaluate(&job.plan, &catalogue, &settings, &mut watch),
    }
}

/// The longest a search may take; the purposes promise seconds, not an open end.
fn limit(effort: Effort) -> Option<Duration> {
    match effort {
        Effort::Explore => None,
        Effort::Good => Some(Duration::from_secs(20)),
        Effort::Defend => Some(Duration::from_mins(10)),
    }
}

/// Watches a search for the window.
struct Watch<'a> {
    shared: &'a Shared,
    effort: Effort,
    ends: Option<Instant>,
    shown: Option<Instant>,
    best: Option<f64>,
    best_since: Instant,
    bound_then: Option<f64>,
}

impl Monitor for Watch<'_> {
    fn progress(&mut self, progress: &Progress) {
        let now = Instant::now();
        let is_better = match (self.best, progress.incumbent_eur) {
            (Some(best), Some(incumbent)) => incumbent < best - 0.005,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if is_better {
            self.best = progress.incumbent_eur;
            self.best_since = now;
            self.bound_then = progress.bound_eur;
        }
        if self.shown.is_some_and(|shown| now - shown < TICK) {
            return;
        }
        self.shown = Some(now);
        let bound_rose = match (self.bound_then, progress.bound_eur) {
            (Some(then), Some(bound)) => bound > then,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        *locked(&self.shared.standing) = Some(Standing {
            effort: self.effort,
            stage: progress.stage,
            rounds: progress.rounds,
            incumbent_eur: progress.incumbent_eur,
            bound_eur: progress.bound_eur,
            is_proving: bound_rose && self.best.is_some() && now - self.best_since > FLAT,
        });
        self.shared.context.request_repaint();
    }

    fn should_stop(&mut self) -> Option<Stop> {
        if self.shared.cancel.load(Ordering::Relaxed) {
            return Some(Stop::Cancelled);
        }
        self.ends.filter(|&ends| Instant::now() >= ends).map(|_| Stop::Clock)
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the solver gave no reason".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_in_its_own_words() {
        let panic = catch_unwind::<_, ()>(|| panic!("no such edge")).unwrap_err();
        assert_eq!(message_of(panic.as_ref()), "no such edge");
    }
}
