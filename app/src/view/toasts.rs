//! Short messages in a corner: what was done, and what went wrong.
//!
//! Good news goes by itself, bad news stays until it is closed.

use eframe::egui::{
    Align2, Area, Context, Frame, Id, Label, Margin, Order, RichText, Stroke, vec2,
};

use crate::icons;
use crate::theme::{self, Tokens};
use crate::view::parts;

/// Seconds good news stays.
const STAYS: f64 = 4.0;
/// Most messages at once.
const MOST: usize = 5;

/// Messages that are shown.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    list: Vec<Toast>,
    made: u64,
}

#[derive(Debug)]
struct Toast {
    number: u64,
    text: String,
    kind: Kind,
    until: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Done,
    Failed,
}

impl Toasts {
    /// Says that something was done.
    pub(crate) fn done(&mut self, text: impl Into<String>) {
        self.add(text.into(), Kind::Done);
    }

    /// Says that something went wrong, why, and what to do.
    pub(crate) fn failed(&mut self, text: impl Into<String>) {
        self.add(text.into(), Kind::Failed);
    }

    fn add(&mut self, text: String, kind: Kind) {
        self.list.retain(|toast| toast.text != text);
        self.made += 1;
        self.list.push(Toast { number: self.made, text, kind, until: None });
        if self.list.len() > MOST {
            self.list.remove(0);
        }
    }

    /// Draws the messages.
    pub(crate) fn ui(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        for toast in self.list.iter_mut().filter(|toast| toast.kind == Kind::Done) {
            toast.until.get_or_insert(now + STAYS);
        }
        self.list.retain(|toast| toast.until.is_none_or(|until| until > now));
        if let Some(until) = self.list.iter().filter_map(|toast| toast.until).min_by(f64::total_cmp)
        {
            ctx.request_repaint_after_secs(wake_seconds(until - now));
        }
        if self.list.is_empty() {
            return;
        }
        let mut closed = None;
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -34.0))
            .show(ctx, |ui| {
                for toast in &self.list {
                    let tokens = Tokens::of(ui.visuals());
                    let (glyph, color) = match toast.kind {
                        Kind::Done => (icons::ACCEPTED, tokens.good),
                        Kind::Failed => (icons::ERROR, tokens.error),
                    };
                    Frame::new()
                        .fill(tokens.raised)
                        .stroke(Stroke::new(1.0, color))
                        .corner_radius(theme::ROUNDING)
                        .inner_margin(Margin::symmetric(10, 7))
                        .show(ui, |ui| {
                            ui.set_max_width(420.0);
                            ui.horizontal(|ui| {
                                ui.label(RichText::new(glyph).color(color));
                                ui.add(Label::new(toast.text.as_str()).wrap());
                                let close =
                                    eframe::egui::Button::new(parts::icon(icons::CLOSE, 12.0));
                                let close = ui.add(close.frame(false));
                                if close.accessible_name("Close message").clicked() {
                                    closed = Some(toast.number);
                                }
                            });
                        });
                }
            });
        self.list.retain(|toast| Some(toast.number) != closed);
    }

    /// The texts that are shown, oldest first.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.list.iter().map(|toast| toast.text.as_str()).collect()
    }
}

/// Seconds for the interface, never none.
fn wake_seconds(seconds: f64) -> f32 {
    crate::format::points(seconds.max(0.05))
}
