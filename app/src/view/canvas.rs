//! The canvas: turns the pointer into events for the tool in hand, and paints.
//!
//! Space or the middle button pans, the wheel zooms at the pointer. Everything else belongs to the
//! tool. The picture is painted after the tool has worked, so nothing lags a frame behind.

use eframe::egui::{
    CursorIcon, DragAndDrop, Event as UiEvent, Key, PointerButton, Pos2, Rect, Response, Role,
    Sense, Ui, UiBuilder, WidgetInfo, pos2,
};
use stackyard_solver::geometry::Point;

use crate::action::Action;
use crate::camera::{Camera, Sight};
use crate::command::ToolKind;
use crate::look::Look;
use crate::theme::{RULER, Tokens};
use crate::tool::place::{Place, drop_here};
use crate::tool::{Event, Input, Tool};
use crate::view::canvas_scene::{self, Brush};
use crate::view::catalogue::Carried;
use crate::view::{canvas_paint, legend, rulers};

/// How close to a line the pointer must be, in points.
const REACH: f32 = 5.0;

/// What the canvas keeps.
#[derive(Default)]
pub(crate) struct State {
    /// Where it looks.
    pub(crate) camera: Camera,
    /// The part of the window it fills; none before the first frame.
    viewport: Option<Rect>,
    /// What to look at as soon as the size is known.
    pub(crate) fit: Fit,
    /// Where the pointer is on site.
    pub(crate) pointer: Option<Point>,
    last_at: Option<Pos2>,
    is_pressed: bool,
    dropping: Option<Place>,
}

/// What to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fit {
    /// What is looked at already.
    Keep,
    /// The whole site.
    #[default]
    Site,
    /// A rectangle.
    To(stackyard_solver::geometry::Rect),
}

impl State {
    /// Zooms about the middle.
    pub(crate) fn zoom(&mut self, factor: f64) {
        if let Some(viewport) = self.viewport {
            self.camera.zoom_at(factor, viewport.center(), viewport);
        }
    }

    /// Where a point of the site is in the window, for stories.
    #[cfg(test)]
    pub(crate) fn screen_from_site(&self, point: Point) -> Option<Pos2> {
        let sight = Sight { camera: self.camera, viewport: self.viewport? };
        Some(sight.screen_from_site(point))
    }
}

/// Draws the canvas and lets the tool work.
pub(crate) fn ui(
    ui: &mut Ui,
    state: &mut State,
    tool: &mut Tool,
    look: &Look<'_>,
    out: &mut Vec<Action>,
) {
    let whole = ui.available_rect_before_wrap();
    let min = pos2(whole.left() + RULER * 1.7, whole.top() + RULER);
    let viewport = Rect::from_min_max(min, whole.max.max(min));
    state.viewport = Some(viewport);
    ui.allocate_rect(whole, Sense::hover());
    let id = ui.make_persistent_id("plan canvas");
    let response = ui.interact(viewport, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Plan canvas"));
    fit(state, look, viewport);
    navigate(ui, state, &response, viewport);
    let sight = Sight { camera: state.camera, viewport };
    work(ui, state, tool, look, &response, sight, out);
    carry(ui, state, look, &response, sight, out);
    paint(ui, state, tool, look, sight, whole);
    cursor(ui, tool, &response);
    if look.plan.containers.is_empty() && !tool.is_busy() {
        teach(ui, viewport);
    }
}

fn fit(state: &mut State, look: &Look<'_>, viewport: Rect) {
    match std::mem::replace(&mut state.fit, Fit::Keep) {
        Fit::Keep => {}
        Fit::Site => {
            if let Some(bounds) = look.plan.bounds() {
                state.camera.fit(bounds, viewport);
            }
        }
        Fit::To(rect) => {
            // Some ground around it, so that one sees where it is.
            let margin = (rect.width().max(rect.height()) / 3).max(4_000);
            state.camera.fit(rect.inflate(margin), viewport);
        }
    }
}

fn navigate(ui: &Ui, state: &mut State, response: &Response, viewport: Rect) {
    if response.dragged_by(PointerButton::Middle) || is_panning(ui, response) {
        state.camera.pan(ui.input(|input| input.pointer.delta()));
    }
    let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) else {
        return;
    };
    let factor = ui.input(|input| {
        let wheel = f64::from(input.smooth_scroll_delta().y) / 200.0;
        f64::from(input.zoom_delta()) * wheel.exp()
    });
    if (factor - 1.0).abs() > 1e-6 {
        state.camera.zoom_at(factor, pointer, viewport);
    }
}

/// Whether the space bar turns the pointer into a hand.
fn is_panning(ui: &Ui, response: &Response) -> bool {
    let is_hand = ui.input(|input| input.key_down(Key::Space)) && !ui.ctx().text_edit_focused();
    is_hand && response.dragged_by(PointerButton::Primary)
}

/// Turns what happened since the last frame into events for the tool.
fn work(
    ui: &Ui,
    state: &mut State,
    tool: &mut Tool,
    look: &Look<'_>,
    response: &Response,
    sight: Sight,
    out: &mut Vec<Action>,
) {
    let (at, is_hand) = ui.input(|input| (input.pointer.latest_pos(), input.key_down(Key::Space)));
    state.pointer = at
        .filter(|at| response.contains_pointer() && sight.viewport.contains(*at))
        .map(|at| sight.site_from_screen(at));
    let is_held =
        ui.input(|input| input.pointer.primary_down() || input.pointer.primary_released());
    if state.is_pressed && !is_held {
        // The button came up while the pointer was a hand or elsewhere.
        state.is_pressed = false;
        tool.cancel();
    }
    if DragAndDrop::has_any_payload(ui.ctx()) || (is_hand && !ui.ctx().text_edit_focused()) {
        return;
    }
    let mut step = |tool: &mut Tool, event: Event, at: Pos2| {
        tool.step(&input_at(ui, sight, event, at), look, out);
    };
    // In order, as several can happen between two frames on a slow machine.
    let events = ui.input(|input| input.events.clone());
    let mut moved_to = None;
    for event in events {
        match event {
            UiEvent::PointerMoved(pos) => moved_to = Some(pos),
            UiEvent::PointerButton { pos, button: PointerButton::Primary, pressed, .. } => {
                if pressed && response.contains_pointer() && sight.viewport.contains(pos) {
                    state.is_pressed = true;
                    state.last_at = Some(pos);
                    moved_to = None;
                    step(tool, Event::Press, pos);
                } else if !pressed && state.is_pressed {
                    state.is_pressed = false;
                    if moved_to.take().is_some() || state.last_at != Some(pos) {
                        step(tool, Event::Drag, pos);
                    }
                    step(tool, Event::Release, pos);
                }
            }
            UiEvent::PointerGone => state.last_at = None,
            UiEvent::Key { key: Key::Enter, pressed: true, .. } if is_free(ui) => {
                step(tool, Event::Confirm, at.unwrap_or_default());
            }
            _ => {}
        }
    }
    if let Some(pos) = moved_to.or(at).filter(|pos| state.last_at != Some(*pos)) {
        let is_here = response.contains_pointer() && sight.viewport.contains(pos);
        if state.is_pressed {
            state.last_at = Some(pos);
            step(tool, Event::Drag, pos);
        } else if is_here {
            state.last_at = Some(pos);
            step(tool, Event::Hover, pos);
        }
    }
    if response.double_clicked()
        && let Some(pos) = response.interact_pointer_pos().or(at)
    {
        step(tool, Event::DoubleClick, pos);
    }
}

/// Whether keys belong to the canvas: nothing is typed and no dialog is open.
fn is_free(ui: &Ui) -> bool {
    !ui.ctx().text_edit_focused() && ui.ctx().memory(|memory| memory.top_modal_layer().is_none())
}

fn input_at(ui: &Ui, sight: Sight, event: Event, at: Pos2) -> Input {
    Input {
        event,
        at: sight.site_from_screen(at),
        modifiers: ui.input(|input| input.modifiers),
        reach_mm: sight.mm_from_points(REACH),
        grid_mm: grid(sight),
    }
}

/// The snap grid: 0.1 m close by, 0.5 m and 1 m from farther away.
fn grid(sight: Sight) -> i64 {
    let scale = sight.camera.points_per_m();
    if scale >= 25.0 {
        100
    } else if scale >= 5.0 {
        500
    } else {
        1_000
    }
}

/// A module dragged out of the catalogue: its ghost, and where it lands.
fn carry(
    ui: &Ui,
    state: &mut State,
    look: &Look<'_>,
    response: &Response,
    sight: Sight,
    out: &mut Vec<Action>,
) {
    let Some(pos) = ui.input(|input| input.pointer.latest_pos()) else { return };
    let input = input_at(ui, sight, Event::Hover, pos);
    if let Some(carried) = response.dnd_release_payload::<Carried>() {
        state.dropping = None;
        drop_here(&carried.0, &input, look, out);
    } else if let Some(carried) = response.dnd_hover_payload::<Carried>() {
        let dropping = state.dropping.get_or_insert_default();
        dropping.hover(&carried.0, &input, look);
    } else {
        state.dropping = None;
    }
}

fn paint(ui: &Ui, state: &State, tool: &Tool, look: &Look<'_>, sight: Sight, whole: Rect) {
    let painter = ui.painter_at(whole);
    let tokens = Tokens::of(ui.visuals());
    let preview = state.dropping.as_ref().map_or_else(|| tool.preview(), Place::preview);
    let mut brush = Brush::new(&painter, sight, tokens);
    let plan = preview.map_or(&**look.plan, |preview| &preview.plan);
    canvas_scene::draw(&mut brush, look, plan, preview.is_some());
    canvas_paint::draw(&mut brush, look, preview);
    if let Some(sketch) = tool.sketch() {
        canvas_paint::sketch(&mut brush, &sketch);
    }
    legend::draw(&mut brush, look);
    if let (Some(preview), Some(pointer)) = (preview, ui.input(|input| input.pointer.latest_pos()))
    {
        canvas_paint::chip(&mut brush, pointer, preview);
    }
    rulers::draw(&mut brush, whole);
    painter.extend(brush.shapes);
}

fn cursor(ui: &Ui, tool: &Tool, response: &Response) {
    if !response.contains_pointer() {
        return;
    }
    let is_hand = ui.input(|input| input.key_down(Key::Space));
    let icon = match (is_hand || response.dragged_by(PointerButton::Middle), tool.kind()) {
        (true, _) => CursorIcon::Grab,
        (false, ToolKind::Select) => CursorIcon::Default,
        (
            false,
            ToolKind::Place
            | ToolKind::Corridor
            | ToolKind::Zone
            | ToolKind::Measure
            | ToolKind::Waypoint,
        ) => CursorIcon::Crosshair,
    };
    ui.ctx().set_cursor_icon(icon);
}

/// What to do on an empty site.
fn teach(ui: &mut Ui, viewport: Rect) {
    let size = eframe::egui::vec2(320.0, 80.0);
    let rect = Rect::from_center_size(viewport.center(), size);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        super::parts::empty(
            ui,
            "An empty site",
            "Drag a module from the catalogue on to it, or open the JUPITER plan from File",
        );
    });
}
