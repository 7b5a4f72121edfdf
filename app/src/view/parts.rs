//! Small pieces that the panels share: icon buttons, typed fields, provenance marks, rows of values.

use eframe::egui::{
    Align, Align2, Atom, Button, Color32, ComboBox, Id, Key, Label, Layout, Response, RichText,
    Sense, Stroke, TextEdit, Ui, Vec2, WidgetInfo, vec2,
};
use stackyard_solver::units::Confidence;

use crate::command::Command;
use crate::theme::{self, Tokens};

/// Where a value comes from, as the mark beside it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provenance {
    /// Entered by a person or stated by a source that was read.
    Given,
    /// Computed from other values.
    Computed,
    /// Not known; chosen so that planning can go on.
    Assumed,
}

impl Provenance {
    fn label(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::Computed => "Computed",
            Self::Assumed => "Assumed",
        }
    }
}

impl From<Confidence> for Provenance {
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Stated | Confidence::Reported => Self::Given,
            Confidence::Computed => Self::Computed,
            Confidence::Assumption => Self::Assumed,
        }
    }
}

/// A mark beside a value: filled for given, a ring for computed, a triangle for assumed.
pub(crate) fn mark(ui: &mut Ui, provenance: Provenance, source: &str) {
    let text = match source {
        "" => provenance.label().to_owned(),
        source => format!("{}: {source}", provenance.label()),
    };
    bare_mark(ui, provenance).on_hover_text(text);
}

/// The mark alone, for what explains itself in another way.
fn bare_mark(ui: &mut Ui, provenance: Provenance) -> Response {
    let tokens = Tokens::of(ui.visuals());
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(9.0), Sense::hover());
    let center = rect.center();
    match provenance {
        Provenance::Given => {
            ui.painter().circle_filled(center, 2.5, tokens.weak);
        }
        Provenance::Computed => {
            ui.painter().circle_stroke(center, 2.5, Stroke::new(1.0, tokens.weak));
        }
        Provenance::Assumed => {
            let points =
                vec![center + vec2(0.0, -3.0), center + vec2(3.2, 2.6), center + vec2(-3.2, 2.6)];
            let stroke = Stroke::new(1.2, tokens.warning);
            ui.painter().add(eframe::egui::Shape::closed_line(points, stroke));
        }
    }
    response
}

/// A glyph of the icon font as part of a button.
pub(crate) fn icon(glyph: &'static str, size: f32) -> Atom<'static> {
    Atom::paint(Vec2::splat(size), move |ui, args| {
        let font = theme::canvas_font(size);
        let color = args.fallback_text_color;
        ui.painter().text(args.rect.center(), Align2::CENTER_CENTER, glyph, font, color);
    })
}

/// How a button presents itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// It makes no sense now.
    Disabled,
    /// It waits.
    Idle,
    /// It is what is in use.
    Selected,
}

impl Face {
    /// Waiting, or disabled.
    pub(crate) fn enabled(is_enabled: bool) -> Self {
        if is_enabled { Self::Idle } else { Self::Disabled }
    }

    /// In use, or waiting.
    pub(crate) fn selected(is_selected: bool) -> Self {
        if is_selected { Self::Selected } else { Self::Idle }
    }
}

/// A square button with a glyph; the name is for tooltips, readers and stories.
pub(crate) fn icon_button(ui: &mut Ui, glyph: &'static str, name: &str, face: Face) -> Response {
    let (is_enabled, is_selected) = (face != Face::Disabled, face == Face::Selected);
    let button = Button::new(icon(glyph, 16.0))
        .min_size(vec2(28.0, 26.0))
        .selected(is_selected)
        .frame_when_inactive(is_selected);
    let response = ui.add_enabled(is_enabled, button);
    let label = name.to_owned();
    let role = eframe::egui::Role::Button;
    response.widget_info(|| WidgetInfo::selected(role, is_enabled, is_selected, &label));
    response.on_hover_text(name).on_disabled_hover_text(name)
}

/// A tool button for a command of the table.
pub(crate) fn command_button(ui: &mut Ui, command: Command, face: Face) -> bool {
    let name = match command.shortcut() {
        Some(shortcut) => format!("{} ({})", command.label(), ui.format_shortcut(&shortcut)),
        None => command.label().to_owned(),
    };
    let glyph = command.icon().unwrap_or(crate::icons::COMMAND);
    let response = icon_button(ui, glyph, &name, face);
    let response = response.accessible_name(command.label());
    response.clicked()
}

/// The width of names in rows of values.
pub(crate) const NAME_WIDTH: f32 = 96.0;

/// A row: a name on the left, something on the right.
pub(crate) fn row<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui, Id) -> R) -> R {
    ui.horizontal(|ui| {
        let size = vec2(NAME_WIDTH, ui.spacing().interact_size.y);
        let label = ui
            .allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(NAME_WIDTH);
                ui.add(Label::new(theme::caption(name)).truncate())
            })
            .inner;
        add(ui, label.id)
    })
    .inner
}

/// A row that shows a value with its provenance.
pub(crate) fn value(ui: &mut Ui, name: &str, text: &str, provenance: Provenance, source: &str) {
    row(ui, name, |ui, _| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            mark(ui, provenance, source);
            ui.add(Label::new(text).truncate());
        });
    });
}

/// A row that shows a computed value; answers for the value and its mark, to be explained on hover.
pub(crate) fn figure(ui: &mut Ui, name: &str, text: &str) -> Response {
    row(ui, name, |ui, _| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mark = bare_mark(ui, Provenance::Computed);
            mark.union(ui.add(Label::new(text).truncate()))
        })
        .inner
    })
}

/// A row that shows a value without saying where it comes from: a name, a count.
pub(crate) fn plain(ui: &mut Ui, name: &str, text: &str) {
    row(ui, name, |ui, _| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(15.0);
            ui.add(Label::new(text).truncate());
        });
    });
}

/// A text field that answers once, on Enter or when it is left; Escape takes the change back.
///
/// `salt` tells fields apart, `current` is the text of the plan. What is being typed is kept by the
/// field, so a new report does not disturb it.
pub(crate) fn typed(
    ui: &mut Ui,
    salt: &str,
    label: Id,
    current: &str,
    hint: &str,
    width: f32,
) -> Option<String> {
    let id = ui.make_persistent_id(("typed", salt));
    let kept = ui.data(|data| data.get_temp::<String>(id));
    let mut text = kept.clone().unwrap_or_else(|| current.to_owned());
    let edit = TextEdit::singleline(&mut text)
        .id(id.with("edit"))
        .hint_text(hint.to_owned())
        .desired_width(width);
    let response = ui.add(edit).labelled_by(label);
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        let given_up = ui.input(|input| input.key_pressed(Key::Escape));
        return (!given_up && text != current).then_some(text);
    }
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else if kept.is_some() {
        // The field went away while it was typed into, such as with another selection.
        ui.data_mut(|data| data.remove::<String>(id));
    }
    None
}

/// A row with a typed field.
pub(crate) fn typed_row(ui: &mut Ui, salt: &str, name: &str, current: &str) -> Option<String> {
    row(ui, name, |ui, label| {
        let width = ui.available_width() - 8.0;
        typed(ui, salt, label, current, "", width)
    })
}

/// A row with a choice; answers when another one is taken.
pub(crate) fn choice_row<T: PartialEq + Clone>(
    ui: &mut Ui,
    salt: &str,
    name: &str,
    current: Option<&T>,
    choices: &[(T, String)],
) -> Option<T> {
    let shown = current
        .and_then(|current| choices.iter().find(|(choice, _)| choice == current))
        .map_or("mixed", |(_, text)| text.as_str());
    let mut chosen = None;
    row(ui, name, |ui, label| {
        let width = ui.available_width() - 8.0;
        let response = ComboBox::from_id_salt(("choice", salt))
            .selected_text(shown)
            .width(width)
            .truncate()
            .show_ui(ui, |ui| {
                for (choice, text) in choices {
                    let is_current = current == Some(choice);
                    if ui.selectable_label(is_current, text.as_str()).clicked() && !is_current {
                        chosen = Some(choice.clone());
                    }
                }
            })
            .response;
        response.labelled_by(label);
    });
    chosen
}

/// A thin line between sections with a heading after it.
pub(crate) fn section(ui: &mut Ui, title: &str) {
    ui.add_space(theme::SMALL);
    ui.separator();
    ui.label(theme::heading(title));
}

/// A small rounded text on a tinted ground.
pub(crate) fn chip(ui: &mut Ui, text: &str, color: Color32) -> Response {
    let text = RichText::new(text).size(theme::CAPTION).color(color);
    let frame = eframe::egui::Frame::new()
        .fill(color.gamma_multiply(0.12))
        .corner_radius(theme::ROUNDING)
        .inner_margin(eframe::egui::Margin::symmetric(6, 2));
    frame.show(ui, |ui| ui.add(Label::new(text).extend())).inner
}

/// What to do where there is nothing to show yet.
pub(crate) fn empty(ui: &mut Ui, title: &str, next: &str) {
    ui.add_space(theme::LARGE);
    ui.vertical_centered(|ui| {
        ui.label(theme::strong(title));
        ui.add(Label::new(RichText::new(next).weak()).wrap());
    });
    ui.add_space(theme::LARGE);
}
