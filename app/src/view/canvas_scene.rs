//! The plan as shapes: ground, grid, zones, corridors, trenches with their services, containers.
//!
//! Everything out of view is left out, everything too small to read goes without text, and all
//! shapes go to the painter at once: that is what keeps a campus of a thousand containers fluent.

use std::f32::consts::FRAC_PI_2;

use eframe::egui::epaint::TextShape;
use eframe::egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2,
};
use stackyard_solver::catalogue::module::{Load, ModuleType, Service};
use stackyard_solver::geometry::{Point, Rect as SiteRect};
use stackyard_solver::plan::{Container, Corridor, Entry, Plan, Preference, Usage, Zone};
use stackyard_solver::report::Trench;

use crate::camera::Sight;
use crate::format::{number, points};
use crate::look::{Coloring, Computed, Layer, Look, When};
use crate::theme::{self, Tokens};
use crate::view::polygon;

/// Smallest text that is drawn, in points.
const LEGIBLE: f32 = 9.5;
/// From this scale on ports are drawn, in points per metre.
const PORTS_FROM: f64 = 14.0;

/// Collects shapes for one paint.
pub(crate) struct Brush<'a> {
    /// What was drawn so far.
    pub(crate) shapes: Vec<Shape>,
    /// Where the site is on the screen.
    pub(crate) sight: Sight,
    /// Colors.
    pub(crate) tokens: &'static Tokens,
    painter: &'a Painter,
    view: SiteRect,
}

impl<'a> Brush<'a> {
    /// An empty brush.
    pub(crate) fn new(painter: &'a Painter, sight: Sight, tokens: &'static Tokens) -> Self {
        Self { shapes: Vec::with_capacity(4096), sight, tokens, painter, view: sight.visible() }
    }

    /// Whether any of a rectangle is in view.
    pub(crate) fn sees(&self, rect: SiteRect) -> bool {
        self.view.overlaps(rect.inflate(1))
    }

    /// A line of the site on the screen.
    pub(crate) fn line_of(&self, path: &[Point]) -> Vec<Pos2> {
        path.iter().map(|&point| self.sight.screen_from_site(point)).collect()
    }

    /// Whether any of a line is in view, with a margin for its width.
    pub(crate) fn sees_path(&self, path: &[Point]) -> bool {
        SiteRect::around(path.iter().copied())
            .is_some_and(|bounds| self.sees(bounds.inflate(2_000)))
    }

    /// Adds a text and tells its rectangle.
    pub(crate) fn text(
        &mut self,
        at: Pos2,
        anchor: Align2,
        text: String,
        font: FontId,
        color: Color32,
    ) -> Rect {
        let galley = self.painter.layout_no_wrap(text, font, color);
        let rect = anchor.anchor_size(at, galley.size());
        self.shapes.push(Shape::galley(rect.min, galley, color));
        rect
    }
}

/// Draws the plan.
pub(crate) fn draw(brush: &mut Brush<'_>, look: &Look<'_>, plan: &Plan, is_previewed: bool) {
    ground(brush, look);
    if look.shown.has(Layer::Zones) {
        for zone in &plan.zones {
            draw_zone(brush, look, zone);
        }
    }
    if look.shown.has(Layer::Corridors) {
        for corridor in &plan.corridors {
            draw_corridor(brush, corridor);
        }
    }
    if let Some(computed) = look.computed {
        // During a gesture and after a change the old trenches stay as a faint memory.
        let strength = match (is_previewed, look.is_fresh()) {
            (true, _) => 0.3,
            (false, true) => 1.0,
            (false, false) => 0.6,
        };
        trenches(brush, look, computed, strength);
    }
    if look.shown.has(Layer::Clearances) {
        for container in &plan.containers {
            draw_clearance(brush, look, container);
        }
    }
    for container in &plan.containers {
        draw_container(brush, look, container);
    }
    for entry in &plan.entries {
        draw_entry(brush, look, entry);
    }
}

fn ground(brush: &mut Brush<'_>, look: &Look<'_>) {
    let tokens = brush.tokens;
    let viewport = brush.sight.viewport;
    brush.shapes.push(Shape::rect_filled(viewport, 0.0, tokens.outside));
    let outline = brush.line_of(&look.plan.boundary_mm);
    if let Some(mesh) = polygon::fill(&outline, tokens.ground) {
        brush.shapes.push(Shape::mesh(mesh));
    }
    if look.shown.has(Layer::Grid) {
        grid(brush);
    }
    brush.shapes.push(Shape::closed_line(outline, Stroke::new(1.5, tokens.boundary)));
}

fn grid(brush: &mut Brush<'_>) {
    let (fine, coarse) = (brush.sight.spacing(14.0), brush.sight.spacing(70.0));
    for (step, color) in [(fine, brush.tokens.grid), (coarse, brush.tokens.grid_strong)] {
        let stroke = Stroke::new(1.0, color);
        let viewport = brush.sight.viewport;
        for x in multiples(brush.view.min.x, brush.view.max.x, step) {
            let at = brush.sight.screen_from_site(Point { x, y: 0 }).x;
            brush.shapes.push(Shape::vline(at, viewport.y_range(), stroke));
        }
        for y in multiples(brush.view.min.y, brush.view.max.y, step) {
            let at = brush.sight.screen_from_site(Point { x: 0, y }).y;
            brush.shapes.push(Shape::hline(viewport.x_range(), at, stroke));
        }
    }
}

/// The multiples of a step in a range; never more than fit on a screen.
pub(crate) fn multiples(from: i64, to: i64, step: i64) -> impl Iterator<Item = i64> {
    let first = from.div_euclid(step) * step;
    (0..400).map(move |index| first + index * step).take_while(move |&at| at <= to)
}

fn draw_zone(brush: &mut Brush<'_>, look: &Look<'_>, zone: &Zone) {
    if !brush.sees_path(&zone.outline_mm) {
        return;
    }
    let color = brush.tokens.zone(zone.kind);
    let outline = brush.line_of(&zone.outline_mm);
    if let Some(mesh) = polygon::fill(&outline, color.gamma_multiply(0.14)) {
        brush.shapes.push(Shape::mesh(mesh));
    }
    brush.shapes.push(Shape::closed_line(outline, Stroke::new(1.0, color.gamma_multiply(0.7))));
    let Some(bounds) = SiteRect::around(zone.outline_mm.iter().copied()) else { return };
    let size = brush.sight.screen_rect(bounds);
    if look.shown.has(Layer::Labels) && size.width() > 70.0 && size.height() > 16.0 {
        let at = brush.sight.screen_from_site(Point { x: bounds.min.x, y: bounds.max.y });
        let text = format!("{} {}", zone.kind.label(), zone.id);
        let font = theme::canvas_font(theme::CAPTION);
        brush.text(at + vec2(5.0, 4.0), Align2::LEFT_TOP, text, font, color);
    }
}

fn draw_corridor(brush: &mut Brush<'_>, corridor: &Corridor) {
    if !brush.sees_path(&corridor.path_mm) {
        return;
    }
    let tokens = brush.tokens;
    let line = brush.line_of(&corridor.path_mm);
    match corridor.usage {
        Usage::Possible => {
            let stroke = Stroke::new(1.0, tokens.corridor);
            brush.shapes.push(Shape::line(line.clone(), stroke));
        }
        Usage::Required => {
            let stroke = Stroke::new(2.0, tokens.accent.gamma_multiply(0.8));
            brush.shapes.push(Shape::line(line.clone(), stroke));
        }
        Usage::Existing => {
            let width = brush.sight.points_from_mm(corridor.width_limit_mm.0).clamp(2.0, 12.0);
            let stroke = Stroke::new(width, tokens.trench.gamma_multiply(0.7));
            brush.shapes.push(Shape::line(line.clone(), stroke));
        }
        Usage::Forbidden => {
            let stroke = Stroke::new(1.5, tokens.error.gamma_multiply(0.8));
            // Zoomed far in, a long line would fall into thousands of dashes.
            let length: f32 = line.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
            let dash = (length / 300.0).max(6.0);
            brush.shapes.extend(Shape::dashed_line(&line, stroke, dash, dash * 0.8));
        }
    }
    let sign = match corridor.preference {
        Preference::Neutral => return,
        Preference::Prefer => "+",
        Preference::Avoid => "−",
    };
    if let Some(at) = polygon::middle(&line) {
        brush.shapes.push(Shape::circle_filled(at, 6.5, tokens.ground));
        brush.shapes.push(Shape::circle_stroke(at, 6.5, Stroke::new(1.0, tokens.corridor)));
        let font = theme::canvas_font_strong(theme::CAPTION);
        brush.text(at, Align2::CENTER_CENTER, sign.to_owned(), font, tokens.text);
    }
}

fn trenches(brush: &mut Brush<'_>, look: &Look<'_>, computed: &Computed, strength: f32) {
    let range = width_range(&computed.report.trenches);
    for (trench, services) in computed.report.trenches.iter().zip(&computed.services) {
        if !brush.sees_path(&trench.path_mm) {
            continue;
        }
        let strength = match look.when(&trench.phase) {
            When::Present | When::Now => strength,
            When::Later => strength * 0.18,
        };
        let line = brush.line_of(&trench.path_mm);
        let width = brush.sight.points_from_mm(trench.width_mm).clamp(1.5, 400.0);
        if look.shown.has(Layer::Trenches) {
            let color = trench_color(brush.tokens, look.shown.coloring, trench, range);
            let stroke = Stroke::new(width, color.gamma_multiply(strength));
            brush.shapes.push(Shape::line(line.clone(), stroke));
        }
        if look.shown.coloring == Coloring::Services {
            lanes(brush, look, &line, services, width, strength);
        }
    }
}

/// One thin line for each service in a trench, side by side.
fn lanes(
    brush: &mut Brush<'_>,
    look: &Look<'_>,
    line: &[Pos2],
    services: &[Service],
    width: f32,
    strength: f32,
) {
    let shown: Vec<Service> = services
        .iter()
        .copied()
        .filter(|&service| look.shown.has(Layer::Service(service)))
        .collect();
    let count = points(shown.len() as f64);
    let apart = (width / (count + 0.5)).clamp(1.5, 5.0);
    for (index, service) in shown.into_iter().enumerate() {
        let by = (points(index as f64) - (count - 1.0) / 2.0) * apart;
        let color = brush.tokens.service(service).gamma_multiply(strength);
        let stroke = Stroke::new((apart * 0.72).clamp(1.1, 3.0), color);
        brush.shapes.push(Shape::line(polygon::beside(line, by), stroke));
    }
}

/// Narrowest and widest trench, in millimetres.
pub(crate) fn width_range(trenches: &[Trench]) -> (i64, i64) {
    let widths = trenches.iter().map(|trench| trench.width_mm);
    (widths.clone().min().unwrap_or(0), widths.max().unwrap_or(0))
}

fn trench_color(
    tokens: &Tokens,
    coloring: Coloring,
    trench: &Trench,
    (narrow, wide): (i64, i64),
) -> Color32 {
    match coloring {
        Coloring::Services => tokens.trench,
        Coloring::Width => {
            let span = (wide - narrow).max(1) as f64;
            tokens.share(points((trench.width_mm - narrow) as f64 / span))
        }
        Coloring::Filling => {
            tokens.share(points(trench.width_mm as f64 / trench.limit_mm.max(1) as f64))
        }
    }
}

fn draw_clearance(brush: &mut Brush<'_>, look: &Look<'_>, container: &Container) {
    let Some(module) = look.catalogue.modules.get(&container.module) else { return };
    let area = container.clearance_area(module);
    if !brush.sees(area) || look.when(&container.phase) == When::Later {
        return;
    }
    let rect = brush.sight.screen_rect(area);
    let stroke = Stroke::new(1.0, brush.tokens.corridor.gamma_multiply(0.7));
    brush.shapes.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Inside));
}

fn draw_container(brush: &mut Brush<'_>, look: &Look<'_>, container: &Container) {
    let Some(module) = look.catalogue.modules.get(&container.module) else { return };
    let footprint = container.footprint(module);
    if !brush.sees(footprint) {
        return;
    }
    let tokens = brush.tokens;
    let rect = brush.sight.screen_rect(footprint);
    let when = look.when(&container.phase);
    let (strength, outline) = match when {
        When::Present => (1.0, Stroke::new(1.0, tokens.outline)),
        When::Now => (1.0, Stroke::new(2.0, tokens.accent)),
        When::Later => (0.3, Stroke::new(1.0, tokens.outline.gamma_multiply(0.3))),
    };
    let fill = tokens.discipline(module.kind.discipline()).gamma_multiply(strength);
    // Rounded corners cost more than anything else and are not seen when small.
    let rounding = if rect.width().min(rect.height()) > 60.0 { 2.0 } else { 0.0 };
    brush.shapes.push(Shape::rect_filled(rect, rounding, fill));
    brush.shapes.push(Shape::rect_stroke(rect, rounding, outline, StrokeKind::Inside));
    if container.existing {
        // A second line inside, as drawings mark what stands already.
        let inner = rect.shrink(3.0);
        if inner.is_positive() {
            let stroke = Stroke::new(1.0, tokens.outline.gamma_multiply(0.5 * strength));
            brush.shapes.push(Shape::rect_stroke(inner, 0.0, stroke, StrokeKind::Inside));
        }
    }
    if brush.sight.camera.points_per_m() >= PORTS_FROM && when != When::Later {
        ports(brush, look, container, module);
    }
    if look.shown.has(Layer::Labels) {
        label(brush, look, (container, module), rect, tokens.label.gamma_multiply(strength));
    }
}

fn ports(brush: &mut Brush<'_>, look: &Look<'_>, container: &Container, module: &ModuleType) {
    for port in &module.ports {
        if !look.shown.has(Layer::Service(port.service)) {
            continue;
        }
        let (at, _) = container.port_position(module, port);
        let at = brush.sight.screen_from_site(at);
        let color = brush.tokens.service(port.service);
        let side = if brush.sight.camera.points_per_m() > 30.0 { 6.0 } else { 4.0 };
        let rect = Rect::from_center_size(at, vec2(side, side));
        brush.shapes.push(Shape::rect_filled(rect, 0.0, color));
    }
}

/// The name, level or upright as it fits, and what it is and at what voltage where there is room.
fn label(
    brush: &mut Brush<'_>,
    look: &Look<'_>,
    (container, module): (&Container, &ModuleType),
    rect: Rect,
    color: Color32,
) {
    let (short, long) = (rect.width().min(rect.height()), rect.width().max(rect.height()));
    if short < LEGIBLE || long < 22.0 {
        return;
    }
    // Whole sizes only: each size is rasterised once.
    let size = (short * 0.5).clamp(LEGIBLE, 13.0).round();
    let font = theme::canvas_font_strong(size);
    let galley = brush.painter.layout_no_wrap(container.id.to_string(), font, color);
    let (width, height) = (galley.size().x, galley.size().y);
    let center = rect.center();
    if width <= rect.width() - 4.0 && height <= rect.height() {
        let has_room = rect.width() > 76.0 && rect.height() > 44.0;
        let lift = if has_room { 8.0 } else { 0.0 };
        let at = pos2(center.x - width / 2.0, center.y - height / 2.0 - lift);
        brush.shapes.push(Shape::galley(at, galley, color));
        if has_room {
            let racks = container.populated_racks(module);
            let text = if racks > 0 {
                format!("{} · {racks} racks", module.kind.label())
            } else {
                module.kind.label().to_owned()
            };
            let font = theme::canvas_font(LEGIBLE + 0.5);
            let voltage = look.report().filter(|_| rect.height() > 72.0).and_then(|report| {
                let lowest = report.power.lowest_voltage(&container.id)?;
                Some(format!("{} % voltage", number(100.0 * lowest, 1)))
            });
            for (line, text) in [Some(text), voltage].into_iter().flatten().enumerate() {
                let own =
                    brush.painter.layout_no_wrap(text, font.clone(), color.gamma_multiply(0.75));
                if own.size().x <= rect.width() - 6.0 {
                    let down = 2.0 + line as f32 * own.size().y;
                    let at = pos2(center.x - own.size().x / 2.0, center.y + down);
                    brush.shapes.push(Shape::galley(at, own, color));
                }
            }
        }
    } else if width <= rect.height() - 4.0 && height <= rect.width() {
        // Read from the right, as on drawings.
        let at = pos2(center.x - height / 2.0, center.y + width / 2.0);
        let text = TextShape::new(at, galley, color).with_angle(-FRAC_PI_2);
        brush.shapes.push(text.into());
    }
}

fn draw_entry(brush: &mut Brush<'_>, look: &Look<'_>, entry: &Entry) {
    let at = brush.sight.screen_from_site(entry.at_mm);
    if !brush.sight.viewport.expand(20.0).contains(at) {
        return;
    }
    let color = brush.tokens.service(entry.service);
    let diamond =
        vec![at + vec2(0.0, -7.0), at + vec2(7.0, 0.0), at + vec2(0.0, 7.0), at + vec2(-7.0, 0.0)];
    let stroke = Stroke::new(1.5, brush.tokens.ground);
    brush.shapes.push(Shape::convex_polygon(diamond, color, stroke));
    if look.shown.has(Layer::Labels) && brush.sight.camera.points_per_m() > 3.0 {
        let font = theme::canvas_font(theme::CAPTION);
        let amount = number(entry.capacity.value(), 0);
        let text = match entry.capacity {
            Load::Kva(_) => format!("{} {amount} kVA", entry.id),
            Load::HeatKw(_) => {
                format!("{} {amount} kW", entry.id)
            }
            Load::Fibres(_) => {
                format!("{} {amount} fibres", entry.id)
            }
        };
        let text_color = brush.tokens.text;
        // Names stand on the site, above the line that leads in.
        let middle = look.plan.bounds().map_or(0, |site| site.center().x);
        let (anchor, shift) = if entry.at_mm.x > middle {
            (Align2::RIGHT_BOTTOM, vec2(-6.0, -7.0))
        } else {
            (Align2::LEFT_BOTTOM, vec2(6.0, -7.0))
        };
        brush.text(at + shift, anchor, text, font, text_color);
    }
}
