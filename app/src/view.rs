//! The panels of the window, one a file. They read a [`crate::look::Look`] and return actions;
//! what they keep for themselves is only how they are looked at.

pub(crate) mod bottom;
pub(crate) mod canvas;
pub(crate) mod canvas_paint;
pub(crate) mod canvas_scene;
pub(crate) mod catalogue;
pub(crate) mod cooling;
pub(crate) mod costs;
pub(crate) mod diagrams;
pub(crate) mod dialogs;
pub(crate) mod explain;
pub(crate) mod fabric;
pub(crate) mod findings;
pub(crate) mod inspector;
pub(crate) mod legend;
mod losses;
pub(crate) mod measure;
pub(crate) mod menu;
pub(crate) mod network;
pub(crate) mod outline;
pub(crate) mod palette;
pub(crate) mod parts;
pub(crate) mod phases;
pub(crate) mod polygon;
pub(crate) mod power;
pub(crate) mod properties;
pub(crate) mod rulers;
pub(crate) mod status;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod toasts;
pub(crate) mod toolbar;
pub(crate) mod year;

use eframe::egui::{Frame, Margin, Panel, Ui};

use crate::action::Action;
use crate::look::Look;
use crate::theme::Tokens;

/// How the panels are looked at.
#[derive(Default)]
pub(crate) struct Views {
    /// Catalogue and outline.
    pub(crate) left: Left,
    /// Inspector.
    pub(crate) right: Open,
    /// Tables.
    pub(crate) bottom: bottom::State,
    /// Canvas.
    pub(crate) canvas: canvas::State,
    /// Command palette.
    pub(crate) palette: palette::State,
}

/// Whether a panel is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open(pub(crate) bool);

impl Default for Open {
    fn default() -> Self {
        Self(true)
    }
}

/// The left panel.
#[derive(Default)]
pub(crate) struct Left {
    /// Whether it is open.
    pub(crate) open: Open,
    tab: LeftTab,
    catalogue: catalogue::State,
    outline: outline::State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LeftTab {
    #[default]
    Catalogue,
    Outline,
}

/// The frame of a side panel.
fn side_frame(ui: &Ui) -> Frame {
    Frame::new().fill(Tokens::of(ui.visuals()).panel).inner_margin(Margin::symmetric(8, 6))
}

/// The left panel: what can be placed, and what is.
pub(crate) fn left_ui(ui: &mut Ui, left: &mut Left, look: &Look<'_>, out: &mut Vec<Action>) {
    let Left { open, tab, catalogue, outline } = left;
    let frame = side_frame(ui);
    Panel::left("left")
        .default_size(236.0)
        .size_range(180.0..=420.0)
        .frame(frame)
        .show_collapsible(ui, &mut open.0, |ui| {
            ui.horizontal(|ui| {
                ui.selectable_value(tab, LeftTab::Catalogue, "Catalogue");
                ui.selectable_value(tab, LeftTab::Outline, "Outline");
            });
            ui.separator();
            match tab {
                LeftTab::Catalogue => catalogue::ui(ui, catalogue, look, out),
                LeftTab::Outline => outline::ui(ui, outline, look, out),
            }
        });
}

/// The right panel: what is selected.
pub(crate) fn right_ui(ui: &mut Ui, open: &mut Open, look: &Look<'_>, out: &mut Vec<Action>) {
    let frame = side_frame(ui);
    Panel::right("right")
        .default_size(288.0)
        .size_range(220.0..=480.0)
        .frame(frame)
        .show_collapsible(ui, &mut open.0, |ui| inspector::ui(ui, look, out));
}
