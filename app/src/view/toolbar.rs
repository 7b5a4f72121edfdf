//! The toolbar: tools, steps back and forth, the phase slider, layers, and the search.
//!
//! It is laid out from both ends; the phase slider takes what is left and gives way first, so the
//! bar fits into every width the window can have.

use std::collections::BTreeSet;

use eframe::egui::{Align, Button, Layout, Popup, PopupCloseBehavior, Slider, Ui, vec2};
use stackyard_solver::report::Effort;

use crate::action::Action;
use crate::command::{Command, Condition, ToolKind};
use crate::format::{percent, short_euros};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::menu;
use crate::view::parts::{self, Face, command_button};
use crate::worker::Standing;

/// Below this width the phase slider goes without its name, in points.
const NARROW: f32 = 190.0;

/// Draws the toolbar.
pub(crate) fn ui(
    ui: &mut Ui,
    look: &Look<'_>,
    tool: ToolKind,
    holds: &BTreeSet<Condition>,
    standing: Option<&Standing>,
    out: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for kind in [
            ToolKind::Select,
            ToolKind::Place,
            ToolKind::Corridor,
            ToolKind::Zone,
            ToolKind::Measure,
        ] {
            let command = Command::Tool(kind);
            if command_button(ui, command, Face::selected(kind == tool)) {
                out.push(Action::Run(command));
            }
        }
        ui.separator();
        for command in [Command::Undo, Command::Redo] {
            if command_button(ui, command, Face::enabled(command.is_enabled(holds))) {
                out.push(Action::Run(command));
            }
        }
        ui.separator();
        for command in [Command::Fit, Command::ZoomSelection] {
            if command_button(ui, command, Face::enabled(command.is_enabled(holds))) {
                out.push(Action::Run(command));
            }
        }
        let layers = parts::icon_button(ui, icons::LAYERS, "Layers", Face::Idle);
        Popup::menu(&layers)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| menu::layers(ui, look.shown, out));
        ui.separator();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            solve(ui, look, holds, standing, out);
            ui.separator();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| phases(ui, look, out));
        });
    });
}

/// The search: its purposes, how it stands, and a way to end it.
fn solve(
    ui: &mut Ui,
    look: &Look<'_>,
    holds: &BTreeSet<Condition>,
    standing: Option<&Standing>,
    out: &mut Vec<Action>,
) {
    let is_solving = holds.contains(&Condition::Solving);
    if is_solving && command_button(ui, Command::Stop, Face::Idle) {
        out.push(Action::Run(Command::Stop));
    }
    for effort in [Effort::Defend, Effort::Good, Effort::Explore] {
        let command = Command::Solve(effort);
        let name = match effort {
            Effort::Explore => "Explore",
            Effort::Good => "Good",
            Effort::Defend => "Defend",
        };
        let is_running = standing.is_some_and(|standing| standing.effort == effort);
        let button = Button::new(name).selected(is_running).min_size(vec2(0.0, 26.0));
        let hint = match effort {
            Effort::Explore => "A good plan within a second (F5)",
            Effort::Good => "A better plan within seconds (F6)",
            Effort::Defend => "Search and prove until the gap closes or you say stop (F7)",
        };
        if ui.add(button).on_hover_text(hint).clicked() {
            out.push(Action::Run(command));
        }
    }
    ui.add_space(theme::SMALL);
    verdict(ui, look, standing, is_solving);
}

/// Cost, bound and gap of the search or of the report.
fn verdict(ui: &mut Ui, look: &Look<'_>, standing: Option<&Standing>, is_solving: bool) {
    let tokens = Tokens::of(ui.visuals());
    match (standing, look.report()) {
        (Some(standing), _) => {
            let stage = if standing.is_proving { "proving" } else { standing.stage };
            let text = match (standing.incumbent_eur, standing.bound_eur) {
                (Some(incumbent), Some(bound)) if incumbent > 0.0 => format!(
                    "{stage} · {} · gap {}",
                    short_euros(incumbent),
                    percent(((incumbent - bound) / incumbent).max(0.0), 1)
                ),
                (Some(incumbent), _) => format!("{stage} · {}", short_euros(incumbent)),
                (None, _) => format!("{stage}…"),
            };
            let hover = match (standing.incumbent_eur, standing.bound_eur) {
                (Some(incumbent), Some(bound)) => format!(
                    "Best plan {}, no plan below {}, {} rounds",
                    short_euros(incumbent),
                    short_euros(bound),
                    standing.rounds
                ),
                (_, _) => "The search has just begun".to_owned(),
            };
            parts::chip(ui, &text, tokens.accent).on_hover_text(hover);
        }
        (None, Some(report)) if look.is_fresh() => {
            let text = format!(
                "{} · gap {}",
                short_euros(report.cost.lifetime_eur),
                percent(report.cost.gap(), 1)
            );
            let hover = format!(
                "Network over its lifetime {}, no plan below {}",
                short_euros(report.cost.lifetime_eur),
                short_euros(report.cost.bound_eur)
            );
            parts::chip(ui, &text, tokens.good).on_hover_text(hover);
        }
        (None, _) if is_solving => {
            parts::chip(ui, "recomputing…", tokens.weak)
                .on_hover_text("The figures belong to the plan before the last change");
        }
        (None, Some(_)) => {
            parts::chip(ui, "out of date", tokens.warning)
                .on_hover_text("The figures belong to the plan before the last change; press F5");
        }
        (None, None) => {
            parts::chip(ui, "not solved", tokens.weak).on_hover_text("Press F5 to solve");
        }
    }
}

/// The slider that plays construction.
fn phases(ui: &mut Ui, look: &Look<'_>, out: &mut Vec<Action>) {
    let count = look.plan.phases.len();
    if count < 2 || ui.available_width() < 70.0 {
        return;
    }
    // One step beyond the last phase shows everything alike.
    let mut position = look.phase.unwrap_or(count);
    let name = match look.plan.phases.get(position) {
        Some(phase) => format!("{} · {}", phase.id, phase.finished),
        None => "All phases".to_owned(),
    };
    let is_wide = ui.available_width() >= NARROW;
    let width = ui.available_width() - if is_wide { 116.0 } else { 12.0 };
    ui.spacing_mut().slider_width = width.clamp(40.0, 180.0);
    let slider = Slider::new(&mut position, 0..=count).show_value(false);
    let response =
        ui.add(slider).accessible_name("Phase").on_hover_text(phase_text(look, position));
    if response.changed() {
        out.push(Action::ShowPhase((position < count).then_some(position)));
    }
    if is_wide {
        ui.add(eframe::egui::Label::new(theme::caption(name)).truncate());
    }
}

fn phase_text(look: &Look<'_>, position: usize) -> String {
    match look.plan.phases.get(position) {
        Some(phase) => {
            format!(
                "{}: {}, finished {}. Later phases are faded",
                phase.id, phase.name, phase.finished
            )
        }
        None => "The site with all phases finished".to_owned(),
    }
}
