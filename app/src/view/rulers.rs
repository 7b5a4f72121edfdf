//! Rulers in metres along two edges, a scale bar and a north arrow.

use eframe::egui::{Align2, Rect, Shape, Stroke, pos2, vec2};
use stackyard_solver::geometry::Point;

use crate::format::number;
use crate::theme::{self, RULER};
use crate::view::canvas_scene::{Brush, multiples};

/// Draws rulers along the top and left of `whole`; the canvas lies inside of them.
pub(crate) fn draw(brush: &mut Brush<'_>, whole: Rect) {
    let tokens = brush.tokens;
    let viewport = brush.sight.viewport;
    let top = Rect::from_min_max(whole.min, pos2(whole.right(), viewport.top()));
    let left = Rect::from_min_max(whole.min, pos2(viewport.left(), whole.bottom()));
    let line = Stroke::new(1.0, tokens.line);
    brush.shapes.push(Shape::rect_filled(top, 0.0, tokens.panel));
    brush.shapes.push(Shape::rect_filled(left, 0.0, tokens.panel));
    brush.shapes.push(Shape::hline(whole.x_range(), viewport.top(), line));
    brush.shapes.push(Shape::vline(viewport.left(), whole.y_range(), line));
    let step = brush.sight.spacing(64.0);
    let view = brush.sight.visible();
    let font = theme::canvas_font(9.5);
    for x in multiples(view.min.x, view.max.x, step) {
        let at = brush.sight.screen_from_site(Point { x, y: 0 }).x;
        if at < viewport.left() {
            continue;
        }
        let mark = [pos2(at, viewport.top() - 5.0), pos2(at, viewport.top())];
        brush.shapes.push(Shape::line_segment(mark, line));
        let at = pos2(at + 3.0, viewport.top() - RULER / 2.0);
        brush.text(at, Align2::LEFT_CENTER, label(x, step), font.clone(), tokens.weak);
    }
    for y in multiples(view.min.y, view.max.y, step) {
        let at = brush.sight.screen_from_site(Point { x: 0, y }).y;
        if !(viewport.top() + 8.0..=viewport.bottom()).contains(&at) {
            continue;
        }
        let mark = [pos2(viewport.left() - 5.0, at), pos2(viewport.left(), at)];
        brush.shapes.push(Shape::line_segment(mark, line));
        let at = pos2(viewport.left() - 3.0, at - 6.0);
        brush.text(at, Align2::RIGHT_CENTER, label(y, step), font.clone(), tokens.weak);
    }
    let corner = Rect::from_min_max(whole.min, viewport.min);
    brush.shapes.push(Shape::rect_filled(corner, 0.0, tokens.panel));
    brush.text(corner.center(), Align2::CENTER_CENTER, "m".to_owned(), font, tokens.weak);
    scale_bar(brush);
    north_arrow(brush);
}

fn label(mm: i64, step: i64) -> String {
    let places = if step % 1000 == 0 {
        0
    } else if step % 100 == 0 {
        1
    } else {
        2
    };
    number(mm as f64 / 1000.0, places)
}

fn scale_bar(brush: &mut Brush<'_>) {
    let length = brush.sight.spacing(90.0);
    let width = brush.sight.points_from_mm(length);
    let viewport = brush.sight.viewport;
    let right = viewport.right() - 16.0;
    let y = viewport.bottom() - 16.0;
    let color = brush.tokens.text;
    let stroke = Stroke::new(1.5, color);
    let bar = [pos2(right - width, y), pos2(right, y)];
    brush.shapes.push(Shape::line_segment(bar, stroke));
    for end in bar {
        let tick = [end - vec2(0.0, 4.0), end + vec2(0.0, 4.0)];
        brush.shapes.push(Shape::line_segment(tick, stroke));
    }
    let text = format!("{} m", label(length, length));
    let font = theme::canvas_font(theme::CAPTION);
    let at = pos2(right - width / 2.0, y - 4.0);
    brush.text(at, Align2::CENTER_BOTTOM, text, font, color);
}

fn north_arrow(brush: &mut Brush<'_>) {
    let at = brush.sight.viewport.right_top() + vec2(-22.0, 34.0);
    let color = brush.tokens.text;
    let head = vec![at + vec2(0.0, -14.0), at + vec2(5.5, 6.0), at + vec2(0.0, 2.0)];
    let tail = vec![at + vec2(0.0, -14.0), at + vec2(0.0, 2.0), at + vec2(-5.5, 6.0)];
    brush.shapes.push(Shape::convex_polygon(head, color, Stroke::new(1.0, color)));
    brush.shapes.push(Shape::closed_line(tail, Stroke::new(1.0, color)));
    let font = theme::canvas_font_strong(theme::CAPTION);
    brush.text(at + vec2(0.0, -15.0), Align2::CENTER_BOTTOM, "N".to_owned(), font, color);
}
