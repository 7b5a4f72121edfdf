//! Findings: what is wrong, where, by how much, by which rule, and what would mend it.

use eframe::egui::{Button, Label, Panel, RichText, ScrollArea, TextEdit, Ui, UiBuilder};
use stackyard_solver::edit::Edit;
use stackyard_solver::report::{Finding, Report, Severity};

use crate::action::Action;
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::parts;
use crate::view::table::{self, Cell, Column, Row, Table, Tone, Touched};

/// What the findings tab keeps.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Identity of the finding that is read.
    chosen: Option<String>,
    reason: String,
}

const COLUMNS: [Column; 4] = [
    Column::words("Severity", 78.0),
    Column::words("Subjects", 150.0),
    Column::words("Rule", 100.0),
    Column::words("What", 240.0),
];

/// The rows.
pub(crate) fn table(report: &Report) -> Table {
    let rows = report
        .findings
        .iter()
        .map(|finding| Row {
            cells: vec![
                severity_cell(finding),
                Cell::word(finding.subjects.join(", ")),
                Cell::word(finding.rule).toned(Tone::Weak),
                Cell::word(finding.message.as_str()).hovered(finding.basis.as_str()),
            ],
            names: finding.subjects.clone(),
            ..Row::default()
        })
        .collect();
    Table { columns: &COLUMNS, rows, groups: Vec::new() }
}

fn severity_cell(finding: &Finding) -> Cell {
    let rank = match finding.severity {
        Severity::Error => 0.0,
        Severity::Warning => 1.0,
        Severity::Note => 2.0,
    };
    if finding.accepted.is_some() {
        let text = format!("{} Accepted", icons::ACCEPTED);
        return Cell::number(rank + 3.0, text).toned(Tone::Weak);
    }
    let (glyph, name, tone) = match finding.severity {
        Severity::Error => (icons::ERROR, "Error", Tone::Error),
        Severity::Warning => (icons::WARNING, "Warning", Tone::Warning),
        Severity::Note => (icons::NOTE, "Note", Tone::Weak),
    };
    Cell::number(rank, format!("{glyph} {name}")).toned(tone)
}

/// Draws the list and beside it the finding that is read.
pub(crate) fn ui(
    ui: &mut Ui,
    state: &mut State,
    table: &Table,
    view: &mut table::State,
    stamp: u64,
    (look, report): (&Look<'_>, &Report),
    out: &mut Vec<Action>,
) -> Touched {
    if report.findings.is_empty() {
        parts::empty(
            ui,
            "No findings",
            "Every rule is met. Export the documents, or move something and watch this list",
        );
        return Touched::default();
    }
    let chosen = state
        .chosen
        .as_ref()
        .and_then(|key| report.findings.iter().find(|finding| finding.key() == *key));
    if let Some(finding) = chosen {
        let width = (ui.available_width() * 0.4).clamp(240.0, 440.0);
        Panel::right("finding").resizable(false).exact_size(width).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                details(ui, &mut state.reason, finding, look, out);
            });
        });
    }
    // The table fills the rest of the panel.
    let rest = ui.available_rect_before_wrap();
    let touched = ui
        .scope_builder(UiBuilder::new().max_rect(rest), |ui| {
            table::ui(ui, "findings", table, view, stamp, |row| {
                !row.names.is_empty() && row.names.iter().all(|name| look.selection.has(name))
            })
        })
        .inner;
    if let Some(finding) = touched.clicked.and_then(|index| report.findings.get(index)) {
        state.chosen = Some(finding.key());
        state.reason.clear();
    }
    touched
}

fn details(
    ui: &mut Ui,
    reason: &mut String,
    finding: &Finding,
    look: &Look<'_>,
    out: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui.visuals());
    let color = tokens.severity(finding.severity);
    ui.label(theme::strong(finding.subjects.join(", ")).color(color));
    ui.add(Label::new(finding.message.as_str()).wrap());
    let basis = format!("Rule {}: {}", finding.rule, finding.basis);
    ui.add(Label::new(theme::caption(basis)).wrap());
    ui.horizontal_wrapped(|ui| {
        if ui.button("Look closely").clicked() {
            out.push(Action::ZoomTo(finding.subjects.clone()));
        }
    });
    for fix in &finding.fixes {
        let button = Button::new((parts::icon(icons::FIX, 14.0), fix.label.as_str())).wrap();
        let hint = if look.is_fresh() {
            "Applies this change as one step that can be undone"
        } else {
            "This fix was worked out before the last change; it is refused if it no longer fits"
        };
        if ui.add(button).on_hover_text(hint).clicked() {
            out.push(Action::Edit(fix.label.clone(), fix.edit.clone()));
        }
    }
    ui.add_space(theme::SMALL);
    if let Some(accepted) = &finding.accepted {
        let text = format!("{} Accepted: {accepted}", icons::ACCEPTED);
        ui.add(Label::new(RichText::new(text).color(tokens.good)).wrap());
        if ui.button("Withdraw acceptance").clicked() {
            out.push(acceptance(finding, None));
        }
    } else {
        let edit = TextEdit::singleline(reason)
            .hint_text("Why is this acceptable?")
            .desired_width(ui.available_width() - 12.0);
        ui.add(edit).accessible_name("Reason");
        let is_given = !reason.trim().is_empty();
        let button = ui.add_enabled(is_given, Button::new("Accept with this reason"));
        if button.on_disabled_hover_text("Write down a reason first").clicked() {
            out.push(acceptance(finding, Some(reason.trim().to_owned())));
            reason.clear();
        }
    }
}

fn acceptance(finding: &Finding, reason: Option<String>) -> Action {
    let label = match reason {
        Some(_) => format!("Accept {}", finding.rule),
        None => format!("Withdraw acceptance of {}", finding.rule),
    };
    Action::Edit(label, Edit::Accept { finding: finding.key(), reason })
}
