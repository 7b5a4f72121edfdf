//! Diagrams: one at a time fills the panel, with the wheel to zoom and the hand to move it.
//!
//! A diagram is drawn once per report and shape of the panel; frames only paint it. The pointer
//! over a part of it marks what it shows on the canvas, a click selects it, two clicks look closely.

use std::sync::Arc;

use eframe::egui::epaint::CircleShape;
use eframe::egui::{
    Align2, Button, Color32, ComboBox, Mesh, Painter, Pos2, Rect, Response, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2,
};
use glam::{DVec2, dvec2};
use stackyard_solver::report::Report;

use crate::action::Action;
use crate::command::Command;
use crate::diagram::{self, Drawing, Frame, Item, Kind, Size, Source};
use crate::exchange::Picture;
use crate::format::points;
use crate::icons;
use crate::look::{Computed, Look};
use crate::scene::Anchor;
use crate::theme::{self, Tokens};
use crate::view::parts::{self, Face};

/// Points on the screen for a millimetre of a chart that fills the panel.
const POINTS_PER_MM: f64 = 4.0;
/// Charts are laid out anew where the panel grows or shrinks by so much, mm.
const GRID_MM: f64 = 10.0;
/// Closest and farthest zoom in points per millimetre.
const ZOOM: (f64, f64) = (0.02, 80.0);
/// Smallest text that is drawn, in points.
const LEGIBLE: f64 = 4.0;
/// Thinnest line, in points.
const HAIRLINE: f32 = 0.7;

/// What the diagrams tab keeps.
#[derive(Default)]
pub(crate) struct State {
    kind: Kind,
    /// Where a person looks; none as long as the whole diagram is shown.
    eye: Option<Eye>,
    made: Option<Made>,
}

/// A diagram with what it was made from.
struct Made {
    report: Arc<Report>,
    kind: Kind,
    area: DVec2,
    drawing: Drawing,
    /// The rectangle around each item.
    frames: Vec<Option<Frame>>,
}

/// The transform from a diagram to the screen.
#[derive(Clone, Copy)]
struct Eye {
    /// What is in the middle of the panel, mm.
    center: DVec2,
    /// Points on the screen for a millimetre.
    scale: f64,
}

impl State {
    /// The diagram that is shown.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Shows a diagram, all of it.
    pub(crate) fn show(&mut self, kind: Kind) {
        if self.kind != kind {
            self.kind = kind;
            self.eye = None;
        }
    }

    /// The diagram, made again where the report, the choice or the shape of the panel changed.
    fn refresh(&mut self, look: &Look<'_>, computed: &Computed, panel: Rect) {
        let size = dvec2(f64::from(panel.width()), f64::from(panel.height())) / POINTS_PER_MM;
        let area = ((size / GRID_MM).floor() * GRID_MM).max(DVec2::splat(GRID_MM));
        let is_current = self.made.as_ref().is_some_and(|made| {
            Arc::ptr_eq(&made.report, &computed.report)
                && made.kind == self.kind
                && made.area.abs_diff_eq(area, 0.1)
        });
        if is_current {
            return;
        }
        let source =
            Source { plan: &computed.plan, catalogue: look.catalogue, report: &computed.report };
        let drawing = diagram::draw(self.kind, source, area);
        let frames = drawing.items.iter().map(Item::frame).collect();
        let report = Arc::clone(&computed.report);
        self.made = Some(Made { report, kind: self.kind, area, drawing, frames });
    }
}

/// The choice of the diagram and what can be done with it, beside the tabs.
pub(crate) fn toolbar(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let mut chosen = state.kind;
    let response = ComboBox::from_id_salt("diagram")
        .selected_text(state.kind.label())
        .width(170.0)
        .show_ui(ui, |ui| {
            for kind in Kind::ALL {
                ui.selectable_value(&mut chosen, kind, kind.label());
            }
        })
        .response;
    response.accessible_name("Diagram");
    state.show(chosen);
    if parts::icon_button(ui, icons::FIT, "Show the whole diagram", Face::Idle).clicked() {
        state.eye = None;
    }
    for picture in [Picture::Svg, Picture::Png] {
        let command = Command::ExportDiagram(picture);
        let name = match picture {
            Picture::Svg => "SVG",
            Picture::Png => "PNG",
        };
        let button = ui.add_enabled(look.computed.is_some(), Button::new(name));
        if button.on_hover_text(command.label()).clicked() {
            out.push(Action::Run(command));
        }
    }
}

/// Draws the diagram into what is left of the panel.
pub(crate) fn ui(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let Some(computed) = look.computed else {
        parts::empty(ui, "Nothing computed yet", "Press F5 to solve the plan");
        return;
    };
    let panel = ui.available_rect_before_wrap();
    state.refresh(look, computed, panel);
    let Some(made) = state.made.as_ref() else { return };
    if made.drawing.is_empty() {
        parts::empty(ui, state.kind.label(), state.kind.absence());
        return;
    }
    let id = ui.make_persistent_id("diagram canvas");
    ui.allocate_rect(panel, Sense::hover());
    let response = ui.interact(panel, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Diagram canvas"));
    let whole = fitted(made.drawing.size, panel);
    let eye = navigate(ui, state.eye.unwrap_or(whole), &response, panel);
    if let Some(moved) = eye {
        state.eye = Some(moved);
    }
    let sight = Sight { eye: state.eye.unwrap_or(whole), panel };
    let painter = ui.painter_at(panel);
    let tokens = Tokens::of(ui.visuals());
    let mut brush = Brush { painter: &painter, sight, tokens, shapes: Vec::new() };
    brush.paint(made, look);
    painter.extend(brush.shapes);
    point(response, &made.drawing, sight, out);
}

/// The eye that sees all of a diagram.
fn fitted(size: DVec2, panel: Rect) -> Eye {
    let room = dvec2(f64::from(panel.width()), f64::from(panel.height()));
    let scale = (room / size.max(DVec2::ONE)).min_element().clamp(ZOOM.0, ZOOM.1);
    Eye { center: size / 2.0, scale }
}

/// Where a person moved the eye to in this frame, if anywhere.
fn navigate(ui: &Ui, eye: Eye, response: &Response, panel: Rect) -> Option<Eye> {
    let mut moved = None;
    let mut eye = eye;
    let delta = response.drag_delta();
    if delta != Vec2::ZERO {
        eye.center -= dvec2(f64::from(delta.x), f64::from(delta.y)) / eye.scale;
        moved = Some(eye);
    }
    let pointer = response.hover_pos().filter(|_| response.contains_pointer());
    let Some(pointer) = pointer else { return moved };
    let factor = ui.input(|input| {
        let wheel = f64::from(input.smooth_scroll_delta().y) / 200.0;
        f64::from(input.zoom_delta()) * wheel.exp()
    });
    if (factor - 1.0).abs() > 1e-6 {
        let before = Sight { eye, panel }.paper_from_screen(pointer);
        eye.scale = (eye.scale * factor).clamp(ZOOM.0, ZOOM.1);
        eye.center += before - Sight { eye, panel }.paper_from_screen(pointer);
        moved = Some(eye);
    }
    moved
}

/// Tells what the pointer is over, and does what clicks ask for.
fn point(response: Response, drawing: &Drawing, sight: Sight, out: &mut Vec<Action>) {
    let pointer = response.hover_pos().filter(|_| response.contains_pointer());
    let spot = pointer.and_then(|pointer| drawing.spot_at(sight.paper_from_screen(pointer)));
    let Some(spot) = spot else {
        if response.clicked() {
            out.push(Action::Select(Vec::new()));
        }
        return;
    };
    if !spot.names.is_empty() {
        out.push(Action::Highlight(spot.names.clone()));
        if response.double_clicked() {
            out.push(Action::ZoomTo(spot.names.clone()));
        } else if response.clicked() {
            out.push(Action::Select(spot.names.clone()));
        }
    }
    response.on_hover_text_at_pointer(spot.hint.as_str());
}

/// An eye together with the part of the window it looks through.
#[derive(Clone, Copy)]
struct Sight {
    eye: Eye,
    panel: Rect,
}

impl Sight {
    fn screen_from_paper(self, at: DVec2) -> Pos2 {
        let off = (at - self.eye.center) * self.eye.scale;
        self.panel.center() + Vec2::new(points(off.x), points(off.y))
    }

    fn paper_from_screen(self, at: Pos2) -> DVec2 {
        let off = at - self.panel.center();
        self.eye.center + dvec2(f64::from(off.x), f64::from(off.y)) / self.eye.scale
    }

    fn screen_rect(self, frame: Frame) -> Rect {
        Rect::from_min_max(self.screen_from_paper(frame.min), self.screen_from_paper(frame.max))
    }

    /// What is in view.
    fn visible(self) -> Frame {
        let Rect { min, max } = self.panel;
        Frame { min: self.paper_from_screen(min), max: self.paper_from_screen(max) }
    }
}

/// Collects shapes for one paint.
struct Brush<'a> {
    painter: &'a Painter,
    sight: Sight,
    tokens: &'static Tokens,
    shapes: Vec<Shape>,
}

impl Brush<'_> {
    fn paint(&mut self, made: &Made, look: &Look<'_>) {
        let size = made.drawing.size;
        let sheet = self.sight.screen_rect(Frame { min: DVec2::ZERO, max: size });
        self.shapes.push(Shape::rect_filled(sheet, 0.0, self.tokens.ground));
        // Wide lines reach a little beyond the rectangle around their points.
        let view = self.sight.visible().grown(1.5);
        for (item, frame) in made.drawing.items.iter().zip(&made.frames) {
            if frame.is_some_and(|frame| frame.grown(0.1).overlaps(view)) {
                self.item(item);
            }
        }
        for spot in &made.drawing.spots {
            let is_selected = spot.names.iter().any(|name| look.selection.has(name));
            let is_marked = spot.names.iter().any(|name| look.highlight.contains(name));
            let color = match (is_selected, is_marked) {
                (true, _) => self.tokens.accent,
                (false, true) => self.tokens.accent.gamma_multiply(0.55),
                (false, false) => continue,
            };
            let rect = self.sight.screen_rect(spot.frame).expand(1.0);
            let stroke = Stroke::new(1.5, color);
            self.shapes.push(Shape::rect_stroke(rect, 2.0, stroke, StrokeKind::Outside));
        }
    }

    fn line_of(&self, line: &[DVec2]) -> Vec<Pos2> {
        line.iter().map(|&at| self.sight.screen_from_paper(at)).collect()
    }

    fn item(&mut self, item: &Item) {
        let scale = self.sight.eye.scale;
        let stroke = item.line.map_or(Stroke::NONE, |(ink, weight)| {
            Stroke::new(points(weight * scale).max(HAIRLINE), self.tokens.ink(ink))
        });
        let fill = item.fill.map_or(Color32::TRANSPARENT, |ink| self.tokens.ink(ink));
        match &item.shape {
            diagram::Shape::Line { points: line, dashed } => {
                let line = self.line_of(line);
                let (dash, gap) = (points(1.6 * scale), points(scale));
                // Dashes nobody can tell apart are a line.
                if *dashed && gap > 1.0 {
                    Shape::dashed_line_many(&line, stroke, dash, gap, &mut self.shapes);
                } else {
                    self.shapes.push(Shape::line(line, stroke));
                }
            }
            diagram::Shape::Area(corners) => {
                let corners = self.line_of(corners);
                self.shapes.push(Shape::convex_polygon(corners, fill, stroke));
            }
            diagram::Shape::Ribbon { upper, lower } => {
                let (upper, lower) = (self.line_of(upper), self.line_of(lower));
                self.shapes.push(Shape::mesh(band(&upper, &lower, fill)));
            }
            diagram::Shape::Disc { center, radius } => {
                let center = self.sight.screen_from_paper(*center);
                let radius = points(radius * scale);
                self.shapes.push(CircleShape { center, radius, fill, stroke }.into());
            }
            diagram::Shape::Text { at, text, size, anchor } => {
                self.text(*at, *anchor, *size, fill, text);
            }
        }
    }

    fn text(&mut self, at: DVec2, anchor: Anchor, size: Size, color: Color32, text: &str) {
        let height = size.em() * self.sight.eye.scale;
        if height < LEGIBLE {
            return;
        }
        // Half points are fine enough, and zooming does not fill the memory of glyphs.
        let height = points((height * 2.0).floor() / 2.0);
        let font = if size.is_strong() {
            theme::canvas_font_strong(height)
        } else {
            theme::canvas_font(height)
        };
        let anchor = match anchor {
            Anchor::Start => Align2::LEFT_CENTER,
            Anchor::Middle => Align2::CENTER_CENTER,
            Anchor::End => Align2::RIGHT_CENTER,
        };
        let galley = self.painter.layout_no_wrap(text.to_owned(), font, color);
        let rect = anchor.anchor_size(self.sight.screen_from_paper(at), galley.size());
        self.shapes.push(Shape::galley(pos2(rect.min.x, rect.min.y), galley, color));
    }
}

/// The area between two lines with as many points each.
fn band(upper: &[Pos2], lower: &[Pos2], color: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for (&above, &below) in upper.iter().zip(lower) {
        mesh.colored_vertex(above, color);
        mesh.colored_vertex(below, color);
    }
    let pieces = u32::try_from(upper.len().min(lower.len())).unwrap_or(0).saturating_sub(1);
    for piece in 0..pieces {
        let first = 2 * piece;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 3, first + 2);
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_diagram_is_in_view() {
        let panel = Rect::from_min_max(pos2(10.0, 500.0), pos2(1210.0, 700.0));
        for size in [dvec2(600.0, 420.0), dvec2(100.0, 900.0), dvec2(250.0, 72.0)] {
            let sight = Sight { eye: fitted(size, panel), panel };
            let shown = sight.screen_rect(Frame { min: DVec2::ZERO, max: size });
            assert!(panel.expand(0.1).contains_rect(shown), "{shown:?}");
            let back = sight.paper_from_screen(sight.screen_from_paper(size));
            assert!(back.abs_diff_eq(size, 0.01), "{back}");
        }
    }

    #[test]
    fn a_band_has_two_triangles_a_piece() {
        let line = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(2.0, 1.0)];
        let mesh = band(&line, &line.map(|at| at + Vec2::new(0.0, 3.0)), Color32::WHITE);
        assert_eq!(mesh.indices.len(), 2 * 2 * 3);
        assert!(mesh.is_valid());
        assert!(band(&[], &[], Color32::WHITE).is_valid());
    }
}
