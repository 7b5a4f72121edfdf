//! Phases: what each construction step brings and costs, and whether the site works at its end.

use eframe::egui::{Frame, Label, Margin, RichText, Ui};
use stackyard_solver::report::{PhaseReport, Report, Severity};

use crate::format::{euros, number};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::table::{Cell, Column, Row, Table, Tone};

const COLUMNS: [Column; 8] = [
    Column::words("Phase", 60.0),
    Column::words("What happens", 220.0),
    Column::words("Finished", 76.0),
    Column::numbers("Containers", 80.0),
    Column::numbers("Trench m", 76.0),
    Column::numbers("Peak MW", 76.0),
    Column::numbers("Cost", 110.0),
    Column::words("At its end", 180.0),
];

/// The rows.
pub(crate) fn table(report: &Report) -> Table {
    let rows = report
        .phases
        .iter()
        .map(|phase| Row {
            cells: vec![
                Cell::word(phase.id.to_string()),
                Cell::word(phase.name.as_str()),
                Cell::word(phase.finished.as_str()).toned(Tone::Weak),
                Cell::number(phase.containers as f64, phase.containers.to_string()),
                Cell::number(phase.trench_m, number(phase.trench_m, 0)),
                Cell::number(phase.peak_kw, number(phase.peak_kw / 1000.0, 2)),
                Cell::number(phase.cost.euros(), euros(phase.cost)),
                verdict(phase),
            ],
            names: phase.unserved.clone(),
            ..Row::default()
        })
        .collect();
    Table { columns: &COLUMNS, rows, groups: Vec::new() }
}

fn verdict(phase: &PhaseReport) -> Cell {
    match (phase.complete, phase.unserved.len()) {
        (true, _) => Cell::word(format!("{} works", icons::ACCEPTED)).toned(Tone::Good),
        (false, 0) => Cell::word(format!("{} over capacity", icons::WARNING)).toned(Tone::Warning),
        (false, count) => Cell::word(format!("{} {count} not served", icons::ERROR))
            .toned(Tone::Error)
            .hovered(phase.unserved.join(", ")),
    }
}

/// Whether the plan is accepted, with the reasons if it is not.
pub(crate) fn banner(ui: &mut Ui, look: &Look<'_>, report: &Report) {
    let tokens = Tokens::of(ui.visuals());
    let broken = report.phases.iter().filter(|phase| !phase.complete).count();
    let is_accepted = report.is_accepted() && broken == 0;
    let (color, glyph, verdict) = if is_accepted {
        (tokens.good, icons::ACCEPTED, "Accepted: every step can be built and works at its end")
    } else {
        (tokens.error, icons::ERROR, "Refused")
    };
    Frame::new()
        .fill(color.gamma_multiply(0.1))
        .corner_radius(theme::ROUNDING)
        .inner_margin(Margin::symmetric(8, 5))
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(glyph).color(color));
                ui.label(theme::strong(verdict).color(color));
                if !look.is_fresh() {
                    ui.label(theme::caption("for the plan before the last change"));
                }
            });
            for reason in reasons(report) {
                ui.add(Label::new(reason).wrap());
            }
        });
    ui.label(theme::caption("Double-click a phase to see the site at its end"));
}

/// The first reasons against the plan, in words.
fn reasons(report: &Report) -> Vec<String> {
    const MOST: usize = 3;
    let errors: Vec<_> = report
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error && it.accepted.is_none())
        .collect();
    let mut reasons: Vec<String> = errors
        .iter()
        .take(MOST)
        .map(|finding| match finding.fixes.first() {
            Some(fix) => format!("{} — {}", finding.message, fix.label),
            None => finding.message.clone(),
        })
        .collect();
    if errors.len() > MOST {
        reasons.push(format!("and {} more, see Findings", errors.len() - MOST));
    }
    let phases = report.phases.iter().filter(|phase| !phase.complete).take(MOST);
    reasons.extend(phases.map(|phase| match phase.unserved.as_slice() {
        [] => format!("{}: something is over its capacity", phase.id),
        unserved => format!("{}: {} not served at its end", phase.id, unserved.join(", ")),
    }));
    reasons
}
