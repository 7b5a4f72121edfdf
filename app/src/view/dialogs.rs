//! Dialogs: questions that must be answered before the work goes on.
//!
//! A dialog keeps what is typed into it as text and answers with an action; it never acts itself.

use std::path::PathBuf;

use eframe::egui::{
    Button, Context, Grid, Id, Key, Label, Modal, RichText, ScrollArea, TextEdit, Ui,
};

use crate::action::{Action, Purpose, Reply};
use crate::command::Command;
use crate::format::{parse_count, parse_length};
use crate::theme::{self, Tokens};

/// A question.
#[derive(Clone, Debug)]
pub(crate) enum Dialog {
    /// Name and size of a new site.
    New(NewSite),
    /// A path that is typed.
    Path(Purpose, String),
    /// Unsaved work is in the way of an action.
    Unsaved(Box<Action>),
    /// A crash left unsaved work; the text says of what.
    Recover(String),
    /// Something to be read: title and text.
    Message(String, String),
    /// Columns, rows and pitches of an array.
    Array(ArrayOf),
    /// Every key.
    Shortcuts,
    /// What this program is.
    About,
}

/// What is typed for a new site.
#[derive(Clone, Debug)]
pub(crate) struct NewSite {
    name: String,
    width: String,
    depth: String,
}

impl Default for NewSite {
    fn default() -> Self {
        Self { name: "New campus".into(), width: "120 m".into(), depth: "80 m".into() }
    }
}

/// What is typed for an array.
#[derive(Clone, Debug)]
pub(crate) struct ArrayOf {
    columns: String,
    rows: String,
    pitch_x: String,
    pitch_y: String,
}

impl ArrayOf {
    /// Suggests a pitch that leaves the clearances free.
    pub(crate) fn with_pitch(x_mm: i64, y_mm: i64) -> Self {
        Self {
            columns: "3".to_owned(),
            rows: "1".to_owned(),
            pitch_x: crate::format::metres(x_mm),
            pitch_y: crate::format::metres(y_mm),
        }
    }
}

/// Draws a dialog; tells whether it goes on.
pub(crate) fn ui(ctx: &Context, dialog: &mut Dialog, out: &mut Vec<Action>) -> bool {
    let mut is_done = false;
    let before = out.len();
    let response = Modal::new(Id::unique("dialog")).show(ctx, |ui| {
        ui.set_width(400.0);
        match dialog {
            Dialog::New(site) => new_site(ui, site, out),
            Dialog::Path(purpose, text) => path(ui, *purpose, text, out),
            Dialog::Unsaved(then) => is_done = unsaved(ui, then, out),
            Dialog::Recover(what) => recover(ui, what, out),
            Dialog::Message(title, text) => is_done = message(ui, title, text),
            Dialog::Array(array) => array_of(ui, array, out),
            Dialog::Shortcuts => is_done = shortcuts(ui),
            Dialog::About => is_done = about(ui),
        }
        if matches!(dialog, Dialog::New(_) | Dialog::Path(..) | Dialog::Array(_)) {
            is_done |= ui.button("Cancel").clicked();
        }
    });
    // Work of a crash is taken over or thrown away on purpose, not by a click beside the dialog.
    let may_close = !matches!(dialog, Dialog::Recover(_));
    let is_closed = response.should_close() && may_close;
    !(is_done || is_closed || out.len() > before)
}

fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).heading());
    ui.add_space(theme::SMALL);
}

/// A row of a form: a name and what is typed.
fn field(ui: &mut Ui, name: &str, text: &mut String) {
    let label = ui.label(name);
    ui.add(TextEdit::singleline(text).desired_width(240.0)).labelled_by(label.id);
    ui.end_row();
}

/// The button that answers, with the reason beside it where it cannot.
fn answer(ui: &mut Ui, name: &str, checked: Result<Reply, String>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    ui.add_space(theme::SMALL);
    let clicked = ui.add_enabled(checked.is_ok(), Button::new(name)).clicked();
    match checked {
        Ok(reply) if clicked || enter => out.push(Action::Answer(reply)),
        Ok(_) => {}
        Err(reason) => {
            ui.add(Label::new(RichText::new(reason).color(tokens.warning)).wrap());
        }
    }
}

fn new_site(ui: &mut Ui, site: &mut NewSite, out: &mut Vec<Action>) {
    title(ui, "New plan");
    Grid::new("new site").num_columns(2).show(ui, |ui| {
        field(ui, "Name", &mut site.name);
        field(ui, "Width, west to east", &mut site.width);
        field(ui, "Depth, south to north", &mut site.depth);
    });
    let checked = match (parse_length(&site.width), parse_length(&site.depth)) {
        (Ok(width), Ok(depth)) if width < 1_000 || depth < 1_000 => {
            Err("a site is at least 1 m wide and deep".to_owned())
        }
        (Ok(_), Ok(_)) if site.name.trim().is_empty() => Err("a name is needed".to_owned()),
        (Ok(width), Ok(depth)) => Ok(Reply::New(site.name.trim().to_owned(), width, depth)),
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
    };
    answer(ui, "Create", checked, out);
}

fn path(ui: &mut Ui, purpose: Purpose, text: &mut String, out: &mut Vec<Action>) {
    let (heading, button) = match purpose {
        Purpose::Open => ("Open a plan", "Open"),
        Purpose::Save => ("Save the plan", "Save"),
        Purpose::Export(_) => ("Export", "Export"),
    };
    title(ui, heading);
    let label = ui.label(theme::caption("Path of the file"));
    let edit = TextEdit::singleline(text).desired_width(f32::INFINITY);
    let edit = ui.add(edit).labelled_by(label.id);
    if !edit.has_focus() && !edit.lost_focus() {
        edit.request_focus();
    }
    let checked = match text.trim() {
        "" => Err("a path such as /home/me/campus.ron is needed".to_owned()),
        given => Ok(Reply::Path(purpose, PathBuf::from(given))),
    };
    answer(ui, button, checked, out);
}

fn unsaved(ui: &mut Ui, then: &Action, out: &mut Vec<Action>) -> bool {
    title(ui, "There are unsaved changes");
    ui.label("Save them first?");
    ui.add_space(theme::MEDIUM);
    let mut is_done = false;
    ui.horizontal(|ui| {
        if ui.button("Save changes").clicked() {
            out.push(Action::Answer(Reply::SaveThen(Box::new(then.clone()))));
        }
        if ui.button("Discard changes").clicked() {
            out.push(Action::Answer(Reply::DiscardThen(Box::new(then.clone()))));
        }
        is_done = ui.button("Keep working").clicked();
    });
    is_done
}

fn recover(ui: &mut Ui, what: &str, out: &mut Vec<Action>) {
    title(ui, "Unsaved work was found");
    ui.add(Label::new(what).wrap());
    ui.add_space(theme::MEDIUM);
    ui.horizontal(|ui| {
        if ui.button("Recover it").clicked() {
            out.push(Action::Answer(Reply::Recover));
        }
        if ui.button("Throw it away").clicked() {
            out.push(Action::Answer(Reply::ForgetRecovered));
        }
    });
}

fn message(ui: &mut Ui, heading: &str, text: &str) -> bool {
    title(ui, heading);
    ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
        ui.add(Label::new(text).wrap().selectable(true));
    });
    ui.add_space(theme::MEDIUM);
    ui.button("Close").clicked()
}

fn array_of(ui: &mut Ui, array: &mut ArrayOf, out: &mut Vec<Action>) {
    const MOST: u32 = 100;
    title(ui, "Array");
    Grid::new("array").num_columns(2).show(ui, |ui| {
        field(ui, "Columns, to the east", &mut array.columns);
        field(ui, "Rows, to the north", &mut array.rows);
        field(ui, "Pitch to the east", &mut array.pitch_x);
        field(ui, "Pitch to the north", &mut array.pitch_y);
    });
    let checked = read_array(array, MOST);
    answer(ui, "Place copies", checked, out);
}

fn read_array(array: &ArrayOf, most: u32) -> Result<Reply, String> {
    let columns = parse_count(&array.columns, most)?;
    let rows = parse_count(&array.rows, most)?;
    let pitch_x = parse_length(&array.pitch_x)?;
    let pitch_y = parse_length(&array.pitch_y)?;
    match columns * rows {
        0 | 1 => Err("an array has at least two places".to_owned()),
        places if places > 1_000 => Err("an array has at most 1,000 places".to_owned()),
        _ => Ok(Reply::Array(columns, rows, pitch_x, pitch_y)),
    }
}

fn shortcuts(ui: &mut Ui) -> bool {
    title(ui, "Keyboard shortcuts");
    ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
        Grid::new("shortcuts").num_columns(2).striped(true).show(ui, |ui| {
            for command in Command::ALL {
                let Some(shortcut) = command.shortcut() else { continue };
                ui.label(theme::strong(ui.format_shortcut(&shortcut)));
                ui.label(command.label());
                ui.end_row();
            }
            for (key, what) in [
                ("Wheel", "Zoom at the pointer"),
                ("Space or middle button", "Move the view"),
                ("Shift while clicking", "Add to the selection"),
                ("Shift while drawing", "Level and plumb lines"),
                ("Alt while moving", "No snapping"),
                ("Enter", "End a corridor or zone"),
            ] {
                ui.label(theme::strong(key));
                ui.label(what);
                ui.end_row();
            }
        });
    });
    ui.add_space(theme::SMALL);
    ui.button("Close").clicked()
}

fn about(ui: &mut Ui) -> bool {
    title(ui, "Stackyard");
    ui.label(format!("Version {}", env!("CARGO_PKG_VERSION")));
    ui.add(
        Label::new(
            "Plans modular data-centre campuses: containers, trenches, power, cooling, network, \
             phases and costs in one plan, with a proven bound on how much better it could be.",
        )
        .wrap(),
    );
    let fonts = "Set in Inter (SIL Open Font License) with icons from Phosphor (MIT license).";
    ui.add(Label::new(theme::caption(fonts)).wrap());
    ui.add_space(theme::SMALL);
    ui.button("Close").clicked()
}
