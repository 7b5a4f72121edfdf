//! What lies over the plan: selection, routes in question, marks of findings, guides, sketches and
//! the chip at the pointer.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Align2, Color32, Pos2, Rect, Shape, Stroke, StrokeKind, vec2};
use stackyard_solver::geometry::{Point, Rect as SiteRect};
use stackyard_solver::plan::Plan;
use stackyard_solver::report::{Finding, Severity};

use crate::format::{metres, number};
use crate::look::{Layer, Look};
use crate::theme;
use crate::tool::{Preview, Sketch};
use crate::view::canvas_scene::Brush;

/// Draws everything that lies over the plan.
pub(crate) fn draw(brush: &mut Brush<'_>, look: &Look<'_>, preview: Option<&Preview>) {
    let plan: &Plan = preview.map_or(&**look.plan, |preview| &preview.plan);
    let findings: &[Finding] = match (preview, look.report()) {
        (Some(preview), _) => preview.findings.as_slice(),
        (None, Some(report)) => report.findings.as_slice(),
        (None, None) => &[],
    };
    if look.shown.has(Layer::Findings) {
        marks(brush, look, plan, findings, preview);
    }
    routes(brush, look);
    outlines(brush, look, plan);
    waypoints(brush, look, plan);
    if let Some(preview) = preview {
        live_routes(brush, preview);
        moved(brush, look, preview);
        for guide in &preview.guides {
            let ends = [guide.from, guide.to].map(|at| brush.sight.screen_from_site(at));
            let stroke = Stroke::new(1.0, brush.tokens.guide);
            brush.shapes.push(Shape::line_segment(ends, stroke));
        }
    }
}

/// Rectangles around what findings are about.
fn marks(
    brush: &mut Brush<'_>,
    look: &Look<'_>,
    plan: &Plan,
    findings: &[Finding],
    preview: Option<&Preview>,
) {
    let counts =
        |finding: &&Finding| finding.accepted.is_none() && finding.severity != Severity::Note;
    let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
    for finding in findings.iter().filter(counts) {
        for subject in &finding.subjects {
            let own = worst.entry(subject).or_insert(finding.severity);
            *own = (*own).min(finding.severity);
        }
    }
    for container in &plan.containers {
        let Some(&severity) = worst.get(container.id.as_str()) else { continue };
        let Some(footprint) = look.footprint(container) else { continue };
        if brush.sees(footprint) {
            let rect = brush.sight.screen_rect(footprint);
            let stroke = Stroke::new(1.5, brush.tokens.severity(severity));
            brush.shapes.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Outside));
        }
    }
    // The place of a finding is only right for the plan it was found in.
    if preview.is_none() && !look.is_fresh() {
        return;
    }
    for finding in findings.iter().filter(counts) {
        if let Some(at) = finding.at.filter(|&at| brush.sees(at)) {
            let rect = brush.sight.screen_rect(at).expand(2.0);
            let color = brush.tokens.severity(finding.severity).gamma_multiply(0.18);
            brush.shapes.push(Shape::rect_filled(rect, 0.0, color));
        }
    }
}

/// Routes of what is selected or marked in a list.
fn routes(brush: &mut Brush<'_>, look: &Look<'_>) {
    let Some(report) = look.report() else { return };
    let is_meant = |name: &str| look.selection.has(name) || look.highlight.contains(name);
    for connection in &report.connections {
        // The routes of a single selected container show with it.
        let follows = look.selection.only() == Some(connection.container.as_str());
        if (follows || is_meant(&connection.id)) && brush.sees_path(&connection.path_mm) {
            let color = brush.tokens.service(connection.service);
            strong_line(brush, &connection.path_mm, color);
        }
    }
    for trench in report.trenches.iter().filter(|trench| is_meant(&trench.id)) {
        let color = brush.tokens.accent;
        strong_line(brush, &trench.path_mm, color);
    }
    for pipe in report.pipes.iter().filter(|pipe| is_meant(&pipe.id)) {
        let color = brush.tokens.service(pipe.service);
        strong_line(brush, &pipe.path_mm, color);
    }
}

fn strong_line(brush: &mut Brush<'_>, path: &[Point], color: Color32) {
    let line = brush.line_of(path);
    let casing = Stroke::new(6.0, brush.tokens.ground);
    brush.shapes.push(Shape::line(line.clone(), casing));
    brush.shapes.push(Shape::line(line, Stroke::new(3.0, color)));
}

/// Outlines of what is selected or marked in a list.
fn outlines(brush: &mut Brush<'_>, look: &Look<'_>, plan: &Plan) {
    if look.selection.is_empty() && look.highlight.is_empty() {
        return;
    }
    let accent = brush.tokens.accent;
    let meant = |name: &str| match (look.selection.has(name), look.highlight.contains(name)) {
        (true, _) => Some(Stroke::new(2.0, accent)),
        (false, true) => Some(Stroke::new(2.0, accent.gamma_multiply(0.55))),
        (false, false) => None,
    };
    for container in &plan.containers {
        let Some(stroke) = meant(container.id.as_str()) else { continue };
        let Some(footprint) = look.footprint(container) else { continue };
        let rect = brush.sight.screen_rect(footprint).expand(2.0);
        brush.shapes.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Outside));
    }
    for corridor in &plan.corridors {
        let Some(stroke) = meant(corridor.id.as_str()) else { continue };
        let line = brush.line_of(&corridor.path_mm);
        for &corner in &line {
            brush.shapes.push(Shape::circle_filled(corner, 3.5, stroke.color));
        }
        brush.shapes.push(Shape::line(line, stroke));
    }
    for zone in &plan.zones {
        let Some(stroke) = meant(zone.id.as_str()) else { continue };
        let line = brush.line_of(&zone.outline_mm);
        brush.shapes.push(Shape::closed_line(line, stroke));
    }
    for entry in &plan.entries {
        let Some(stroke) = meant(entry.id.as_str()) else { continue };
        let at = brush.sight.screen_from_site(entry.at_mm);
        brush.shapes.push(Shape::circle_stroke(at, 11.0, stroke));
    }
}

/// Places the connections that are selected or marked are led through, filled where they must pass.
fn waypoints(brush: &mut Brush<'_>, look: &Look<'_>, plan: &Plan) {
    for waypoint in &plan.waypoints {
        let name = waypoint.connection.as_str();
        if look.selection.has(name) || look.highlight.contains(name) {
            let tokens = brush.tokens;
            let fill = if waypoint.compulsory { tokens.accent } else { tokens.ground };
            diamond(brush, waypoint.at_mm, fill);
        }
    }
}

fn diamond(brush: &mut Brush<'_>, at: Point, fill: Color32) {
    let at = brush.sight.screen_from_site(at);
    if !brush.sight.viewport.expand(20.0).contains(at) {
        return;
    }
    let corners =
        vec![at + vec2(0.0, -6.0), at + vec2(6.0, 0.0), at + vec2(0.0, 6.0), at + vec2(-6.0, 0.0)];
    let stroke = Stroke::new(2.0, brush.tokens.accent);
    brush.shapes.push(Shape::convex_polygon(corners, fill, stroke));
}

/// The routes as they would run after the move.
fn live_routes(brush: &mut Brush<'_>, preview: &Preview) {
    let Some(change) = &preview.change else { return };
    for (_, service, path) in &change.paths {
        let color = brush.tokens.service(*service);
        strong_line(brush, path, color);
    }
}

/// What is in the hand, red where it clashes.
fn moved(brush: &mut Brush<'_>, look: &Look<'_>, preview: &Preview) {
    let clashing: BTreeSet<&str> = preview
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .flat_map(|finding| finding.subjects.iter().map(String::as_str))
        .collect();
    for container in preview.plan.containers.iter().filter(|it| preview.moved.contains(&it.id)) {
        let Some(footprint) = look.footprint(container) else { continue };
        let clashes = clashing.contains(container.id.as_str());
        let color = if clashes { brush.tokens.error } else { brush.tokens.accent };
        let rect = brush.sight.screen_rect(footprint);
        brush.shapes.push(Shape::rect_filled(rect, 0.0, color.gamma_multiply(0.18)));
        let stroke = Stroke::new(2.0, color);
        brush.shapes.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Outside));
    }
}

/// A line, outline, frame or place that is being drawn.
pub(crate) fn sketch(brush: &mut Brush<'_>, sketch: &Sketch) {
    let accent = brush.tokens.accent;
    match sketch {
        Sketch::Marquee(rect) => {
            let rect = brush.sight.screen_rect(*rect);
            brush.shapes.push(Shape::rect_filled(rect, 0.0, accent.gamma_multiply(0.1)));
            let stroke = Stroke::new(1.0, accent);
            brush.shapes.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Inside));
        }
        Sketch::Path(points) => {
            let line = brush.line_of(points);
            corners(brush, &line);
            brush.shapes.push(Shape::line(line, Stroke::new(2.0, accent)));
            lengths(brush, points);
        }
        Sketch::Outline(points) => {
            let line = brush.line_of(points);
            corners(brush, &line);
            brush.shapes.push(Shape::closed_line(line, Stroke::new(2.0, accent)));
            if let Some(bounds) = SiteRect::around(points.iter().copied()) {
                let text = format!("{} × {}", metres(bounds.width()), metres(bounds.height()));
                let at = brush.sight.screen_rect(bounds).center_bottom() + vec2(0.0, 14.0);
                note(brush, at, text);
            }
        }
        Sketch::Place(at) => {
            let ground = brush.tokens.ground;
            diamond(brush, *at, ground);
        }
    }
}

fn corners(brush: &mut Brush<'_>, line: &[Pos2]) {
    for &corner in line {
        brush.shapes.push(Shape::circle_filled(corner, 3.0, brush.tokens.accent));
    }
}

/// The length of each piece, and of all of them at the end.
fn lengths(brush: &mut Brush<'_>, points: &[Point]) {
    let mut total = 0.0;
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let length = a.distance_m(*b);
        total += length;
        let (from, to) = (brush.sight.screen_from_site(*a), brush.sight.screen_from_site(*b));
        if points.len() > 2 && from.distance(to) > 60.0 {
            note(brush, from.lerp(to, 0.5), format!("{} m", number(length, 2)));
        }
    }
    if let Some(&last) = points.last()
        && total > 0.0
    {
        let at = brush.sight.screen_from_site(last) + vec2(0.0, 22.0);
        note(brush, at, format!("{} m in all", number(total, 2)));
    }
}

/// A small text on its own ground.
fn note(brush: &mut Brush<'_>, at: Pos2, text: String) {
    let (raised, line, color) = (brush.tokens.raised, brush.tokens.line, brush.tokens.strong);
    let ground = brush.shapes.len();
    brush.shapes.push(Shape::Noop);
    let font = theme::canvas_font(theme::CAPTION);
    let rect = brush.text(at, Align2::CENTER_CENTER, text, font, color).expand2(vec2(5.0, 2.0));
    fill_ground(brush, ground, rect, raised, line);
}

/// The chip at the pointer during a gesture.
pub(crate) fn chip(brush: &mut Brush<'_>, pointer: Pos2, preview: &Preview) {
    let color = if preview.clashes() > 0 { brush.tokens.error } else { brush.tokens.strong };
    let (raised, line) = (brush.tokens.raised, brush.tokens.line);
    let viewport = brush.sight.viewport;
    // The chip keeps inside the canvas: near the right edge it hangs to the left.
    let (anchor, at) = if pointer.x > viewport.right() - 260.0 {
        (Align2::RIGHT_TOP, pointer + vec2(-18.0, 18.0))
    } else {
        (Align2::LEFT_TOP, pointer + vec2(18.0, 18.0))
    };
    let ground = brush.shapes.len();
    brush.shapes.push(Shape::Noop);
    let font = theme::canvas_font_strong(theme::BODY);
    let rect = brush.text(at, anchor, preview.chip(), font, color).expand2(vec2(8.0, 4.0));
    fill_ground(brush, ground, rect, raised, line);
}

fn fill_ground(brush: &mut Brush<'_>, index: usize, rect: Rect, fill: Color32, line: Color32) {
    let ground = eframe::egui::epaint::RectShape::new(
        rect,
        f32::from(theme::ROUNDING),
        fill,
        Stroke::new(1.0, line),
        StrokeKind::Outside,
    );
    if let Some(shape) = brush.shapes.get_mut(index) {
        *shape = ground.into();
    }
}
