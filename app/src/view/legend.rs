//! The legend of the canvas: what colors mean, with unit and range.

use eframe::egui::{Align2, Rect, Shape, Stroke, pos2, vec2};
use stackyard_solver::catalogue::module::Service;

use crate::format::{number, points};
use crate::look::{Coloring, Layer, Look};
use crate::theme;
use crate::view::canvas_scene::{Brush, width_range};

/// Height of a line, in points.
const LINE: f32 = 16.0;

/// Draws the legend in the lower left corner.
pub(crate) fn draw(brush: &mut Brush<'_>, look: &Look<'_>) {
    match look.shown.coloring {
        Coloring::Services => services(brush, look),
        Coloring::Width => {
            let trenches = look.report().map_or(&[][..], |report| report.trenches.as_slice());
            let (narrow, wide) = width_range(trenches);
            let ends = [number(narrow as f64, 0), number(wide as f64, 0)];
            ramp(brush, "Trench width, mm", ends);
        }
        Coloring::Filling => {
            ramp(brush, "Width over widest that fits, %", ["0".to_owned(), "100".to_owned()]);
        }
    }
}

fn services(brush: &mut Brush<'_>, look: &Look<'_>) {
    let shown: Vec<Service> = Service::ALL
        .into_iter()
        .filter(|&service| look.shown.has(Layer::Service(service)))
        .collect();
    if shown.is_empty() || look.computed.is_none() {
        return;
    }
    let height = LINE * points(shown.len() as f64);
    let origin = ground(brush, vec2(132.0, height + 8.0));
    for (index, service) in shown.into_iter().enumerate() {
        let y = origin.y + 4.0 + LINE * (points(index as f64) + 0.5);
        let line = [pos2(origin.x + 8.0, y), pos2(origin.x + 26.0, y)];
        let color = brush.tokens.service(service);
        brush.shapes.push(Shape::line_segment(line, Stroke::new(3.0, color)));
        let font = theme::canvas_font(theme::CAPTION);
        let color = brush.tokens.text;
        let at = pos2(origin.x + 32.0, y);
        brush.text(at, Align2::LEFT_CENTER, service.label().to_owned(), font, color);
    }
}

fn ramp(brush: &mut Brush<'_>, title: &str, [low, high]: [String; 2]) {
    const STEPS: u8 = 24;
    let origin = ground(brush, vec2(196.0, 48.0));
    let font = theme::canvas_font(theme::CAPTION);
    let color = brush.tokens.text;
    let at = origin + vec2(8.0, 5.0);
    brush.text(at, Align2::LEFT_TOP, title.to_owned(), font.clone(), color);
    let width = 180.0 / f32::from(STEPS);
    for step in 0..STEPS {
        let x = origin.x + 8.0 + width * f32::from(step);
        let rect = Rect::from_min_size(pos2(x, origin.y + 20.0), vec2(width + 0.5, 8.0));
        let share = f32::from(step) / f32::from(STEPS - 1);
        brush.shapes.push(Shape::rect_filled(rect, 0.0, brush.tokens.share(share)));
    }
    let y = origin.y + 30.0;
    brush.text(pos2(origin.x + 8.0, y), Align2::LEFT_TOP, low, font.clone(), color);
    brush.text(pos2(origin.x + 188.0, y), Align2::RIGHT_TOP, high, font, color);
}

/// The ground of the legend; tells its upper left corner.
fn ground(brush: &mut Brush<'_>, size: eframe::egui::Vec2) -> eframe::egui::Pos2 {
    let viewport = brush.sight.viewport;
    let min = pos2(viewport.left() + 10.0, viewport.bottom() - 10.0 - size.y);
    let rect = Rect::from_min_size(min, size);
    let fill = brush.tokens.raised.gamma_multiply(0.92);
    brush.shapes.push(Shape::rect_filled(rect, f32::from(theme::ROUNDING), fill));
    let stroke = Stroke::new(1.0, brush.tokens.line);
    let kind = eframe::egui::StrokeKind::Inside;
    brush.shapes.push(Shape::rect_stroke(rect, f32::from(theme::ROUNDING), stroke, kind));
    min
}
