//! Progress on standard error: a bar on a terminal, silence elsewhere; and the clock.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stackyard_solver::report::Stop;
use stackyard_solver::{Monitor, Progress};

/// Watches a search for the command line.
pub(super) struct Clock {
    start: Instant,
    limit: Option<Duration>,
    bar: ProgressBar,
}

impl Clock {
    pub(super) fn new(seconds: Option<f64>) -> Self {
        let bar = ProgressBar::no_length();
        if std::io::stderr().is_terminal() {
            let style =
                ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} rounds");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self { start: Instant::now(), limit: seconds.map(Duration::from_secs_f64), bar }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Monitor for Clock {
    fn progress(&mut self, progress: &Progress) {
        let money = |euros: f64| format!("{euros:.0} EUR");
        let mut text = progress.stage.to_owned();
        if let Some(incumbent) = progress.incumbent_eur {
            text = format!("{text}, plan {}", money(incumbent));
        }
        if let Some(bound) = progress.bound_eur {
            text = format!("{text}, bound {}", money(bound));
        }
        if progress.planned > 0 {
            self.bar.set_length(progress.planned);
        }
        self.bar.set_position(progress.rounds);
        self.bar.set_message(text);
    }

    fn should_stop(&mut self) -> Option<Stop> {
        self.limit.filter(|&limit| self.start.elapsed() >= limit).map(|_| Stop::Clock)
    }
}
