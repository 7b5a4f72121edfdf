//! The menu bar, generated from the command table.

use std::collections::BTreeSet;
use std::path::PathBuf;

use eframe::egui::{Button, MenuBar, Ui};
use stackyard_solver::report::Effort;

use crate::action::Action;
use crate::command::{Colors, Command, Condition, Side, Target, ToolKind};
use crate::diagram::Kind;
use crate::exchange::Picture;
use crate::look::{Coloring, Layer, Shown};
use crate::view::parts;

/// Draws the menu bar.
pub(crate) fn ui(
    ui: &mut Ui,
    holds: &BTreeSet<Condition>,
    recent: &[PathBuf],
    shown: &Shown,
    out: &mut Vec<Action>,
) {
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| file(ui, holds, recent, out));
        ui.menu_button("Edit", |ui| {
            items(ui, holds, &[Command::Undo, Command::Redo], out);
            ui.separator();
            let clipboard = [Command::Cut, Command::Copy, Command::Paste, Command::Duplicate];
            items(ui, holds, &clipboard, out);
            items(ui, holds, &[Command::Array, Command::Delete], out);
            ui.separator();
            items(ui, holds, &[Command::Rotate, Command::ToggleLock], out);
            items(ui, holds, &[Command::CycleUsage, Command::CyclePreference], out);
            ui.separator();
            items(ui, holds, &[Command::SelectAll, Command::Escape], out);
        });
        ui.menu_button("View", |ui| view(ui, holds, shown, out));
        ui.menu_button("Tools", |ui| {
            let tools = [
                Command::Tool(ToolKind::Select),
                Command::Tool(ToolKind::Place),
                Command::Tool(ToolKind::Corridor),
                Command::Tool(ToolKind::Zone),
                Command::Tool(ToolKind::Measure),
            ];
            items(ui, holds, &tools, out);
            ui.separator();
            items(ui, holds, &[Command::Tool(ToolKind::Waypoint)], out);
        });
        ui.menu_button("Solve", |ui| {
            let efforts = [Effort::Explore, Effort::Good, Effort::Defend].map(Command::Solve);
            items(ui, holds, &efforts, out);
            ui.separator();
            items(ui, holds, &[Command::Stop], out);
        });
        ui.menu_button("Help", |ui| {
            let all = [Command::Palette, Command::Shortcuts, Command::About];
            items(ui, holds, &all, out);
        });
    });
}

fn file(ui: &mut Ui, holds: &BTreeSet<Condition>, recent: &[PathBuf], out: &mut Vec<Action>) {
    items(ui, holds, &[Command::New, Command::Open], out);
    ui.menu_button("Open recent", |ui| {
        item(ui, Command::OpenJupiter, holds, out);
        for path in recent {
            let name = path.display().to_string();
            if ui.button(name).clicked() {
                out.push(Action::Open(path.clone()));
                ui.close();
            }
        }
    });
    items(ui, holds, &[Command::OpenPath], out);
    ui.separator();
    items(ui, holds, &[Command::Save, Command::SaveAs, Command::SavePath], out);
    ui.menu_button("Export", |ui| {
        items(ui, holds, &Target::ALL.map(Command::Export), out);
        ui.separator();
        items(ui, holds, &[Picture::Svg, Picture::Png].map(Command::ExportDiagram), out);
    });
    ui.separator();
    items(ui, holds, &[Command::Quit], out);
}

fn view(ui: &mut Ui, holds: &BTreeSet<Condition>, shown: &Shown, out: &mut Vec<Action>) {
    items(ui, holds, &[Command::Fit, Command::ZoomSelection], out);
    items(ui, holds, &[Command::ZoomIn, Command::ZoomOut], out);
    ui.separator();
    items(ui, holds, &[Command::NextPhase, Command::PreviousPhase, Command::AllPhases], out);
    ui.separator();
    ui.menu_button("Layers", |ui| layers(ui, shown, out));
    ui.menu_button("Diagrams", |ui| items(ui, holds, &Kind::ALL.map(Command::Diagram), out));
    ui.separator();
    let panels = [Side::Left, Side::Right, Side::Bottom].map(Command::Toggle);
    items(ui, holds, &panels, out);
    ui.separator();
    let colors = [Colors::Light, Colors::Dark, Colors::System].map(Command::Theme);
    items(ui, holds, &colors, out);
}

/// The check boxes of the layers and the choice of colors.
pub(crate) fn layers(ui: &mut Ui, shown: &Shown, out: &mut Vec<Action>) {
    ui.set_min_width(170.0);
    for layer in Layer::ALL {
        let mut is_shown = shown.has(layer);
        if ui.checkbox(&mut is_shown, layer.label()).changed() {
            out.push(Action::ToggleLayer(layer));
        }
    }
    ui.separator();
    for coloring in Coloring::ALL {
        if ui.radio(shown.coloring == coloring, coloring.label()).clicked() {
            out.push(Action::Color(coloring));
        }
    }
}

fn items(ui: &mut Ui, holds: &BTreeSet<Condition>, commands: &[Command], out: &mut Vec<Action>) {
    for &command in commands {
        item(ui, command, holds, out);
    }
}

/// One command as a line of a menu.
pub(crate) fn item(
    ui: &mut Ui,
    command: Command,
    holds: &BTreeSet<Condition>,
    out: &mut Vec<Action>,
) {
    let glyph = parts::icon(command.icon().unwrap_or(" "), 14.0);
    let mut button = Button::new((glyph, command.label()));
    if let Some(shortcut) = command.shortcut() {
        button = button.shortcut_text(ui.format_shortcut(&shortcut));
    }
    if ui.add_enabled(command.is_enabled(holds), button).clicked() {
        out.push(Action::Run(command));
        ui.close();
    }
}
