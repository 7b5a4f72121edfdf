//! The status bar: cost, power, containers, findings, saved or not, and what the pointer is over.

use eframe::egui::{Align, Label, Layout, RichText, Ui};
use stackyard_solver::report::Severity;

use crate::action::Action;
use crate::command::{Command, Side};
use crate::format::{euros, number};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};

/// What the status bar says beside the figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notes<'a> {
    /// What the pointer is over, or what to do next.
    pub(crate) over: &'a str,
    /// The plan's file and whether it is saved.
    pub(crate) saved: &'a str,
}

/// Draws the status bar.
pub(crate) fn ui(ui: &mut Ui, look: &Look<'_>, notes: Notes<'_>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        if let Some(report) = look.report() {
            let color = if look.is_fresh() { tokens.text } else { tokens.weak };
            let missing = report.missing_prices();
            let cost = match missing {
                0 => euros(report.boq_total()),
                more => format!("{} + {more} without a price", euros(report.boq_total())),
            };
            let megawatts = format!("{} MW", number(report.totals.peak_kw / 1000.0, 2));
            let containers = format!("{} containers", report.totals.containers);
            for text in [cost, megawatts, containers] {
                ui.label(RichText::new(text).color(color));
            }
            let open = |severity| {
                report
                    .findings
                    .iter()
                    .filter(|it| it.severity == severity && it.accepted.is_none())
                    .count()
            };
            let (errors, warnings) = (open(Severity::Error), open(Severity::Warning));
            let (glyph, color) = match (errors, warnings) {
                (0, 0) => (icons::ACCEPTED, tokens.good),
                (0, _) => (icons::WARNING, tokens.warning),
                (_, _) => (icons::ERROR, tokens.error),
            };
            let text = format!("{glyph} {errors} errors, {warnings} warnings");
            ui.label(RichText::new(text).color(color));
        } else {
            ui.label(theme::caption(format!("{} containers", look.plan.containers.len())));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = eframe::egui::Button::new(theme::caption("Tables")).frame(false);
            if ui.add(button).on_hover_text("Show or hide the tables (Ctrl+3)").clicked() {
                out.push(Action::Run(Command::Toggle(Side::Bottom)));
            }
            ui.label(theme::caption(notes.saved));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(theme::caption(notes.over)).truncate());
            });
        });
    });
}
