//! The command palette: every action by a few letters of its name.

use std::collections::BTreeSet;

use eframe::egui::{Button, Context, Id, Key, Modal, Modifiers, ScrollArea, TextEdit, vec2};

use crate::action::Action;
use crate::command::{Command, Condition};
use crate::theme;
use crate::view::parts;

/// How the palette stands.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whether it is open.
    is_open: bool,
    query: String,
    chosen: usize,
    was_focused: bool,
}

impl State {
    /// Opens it afresh.
    pub(crate) fn open(&mut self) {
        *self = Self { is_open: true, ..Self::default() };
    }
}

/// Draws the palette if it is open.
pub(crate) fn ui(
    ctx: &Context,
    state: &mut State,
    holds: &BTreeSet<Condition>,
    out: &mut Vec<Action>,
) {
    if !state.is_open {
        return;
    }
    let matches = matches(&state.query, holds);
    state.chosen = state.chosen.min(matches.len().saturating_sub(1));
    let (down, up, enter) = ctx.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    if down && state.chosen + 1 < matches.len() {
        state.chosen += 1;
    }
    if up {
        state.chosen = state.chosen.saturating_sub(1);
    }
    let mut run = enter.then(|| matches.get(state.chosen).copied()).flatten();
    let response = Modal::new(Id::unique("palette")).show(ctx, |ui| {
        ui.set_width(440.0);
        let edit = TextEdit::singleline(&mut state.query)
            .hint_text("Type what you want to do")
            .desired_width(f32::INFINITY);
        let edit = ui.add(edit).accessible_name("Command");
        if !state.was_focused {
            edit.request_focus();
            state.was_focused = true;
        }
        if edit.changed() {
            state.chosen = 0;
        }
        ui.add_space(theme::SMALL);
        ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show(ui, |ui| {
            for (index, &command) in matches.iter().enumerate() {
                let glyph = parts::icon(command.icon().unwrap_or(" "), 14.0);
                let mut button = Button::new((glyph, command.label()))
                    .selected(index == state.chosen)
                    .frame_when_inactive(index == state.chosen)
                    .min_size(vec2(ui.available_width(), 24.0));
                if let Some(shortcut) = command.shortcut() {
                    button = button.shortcut_text(ui.format_shortcut(&shortcut));
                }
                let response = ui.add(button);
                if index == state.chosen && (down || up) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    run = Some(command);
                }
            }
            if matches.is_empty() {
                ui.label(theme::caption("No action has these letters in this order"));
            }
        });
    });
    if response.should_close() || run.is_some() {
        state.is_open = false;
    }
    out.extend(run.map(Action::Run));
}

/// What fits, best first; what makes no sense now is left out.
fn matches(query: &str, holds: &BTreeSet<Condition>) -> Vec<Command> {
    let mut found: Vec<(usize, usize, Command)> = Command::ALL
        .into_iter()
        .enumerate()
        .filter(|(_, command)| command.is_enabled(holds) && *command != Command::Palette)
        .filter_map(|(index, command)| Some((command.fit(query)?, index, command)))
        .collect();
    found.sort();
    found.into_iter().map(|(_, _, command)| command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let holds = BTreeSet::new();
        assert!(!matches("undo", &holds).contains(&Command::Undo));
        assert_eq!(matches("fit site", &holds).first(), Some(&Command::Fit));
    }
}
