//! The display list: one description of the plan as drawn, which every drawing format consumes.
//!
//! A scene says what is where in whole millimetres on the site, and to which [`Layer`] it belongs.
//! It knows no color, no paper and no scale; those belong to the palette and to the writers.

pub(crate) mod layer;
mod strand;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::ModuleType;
use stackyard_solver::geometry::{Point, Rect, polygon_contains};
use stackyard_solver::plan::{Container, Entry, Plan, Zone};
use stackyard_solver::report::{Finding, Report, Severity};

pub(crate) use layer::Layer;

/// Radius of a port, mm on the site.
const PORT_RADIUS_MM: i64 = 120;
/// Radius of a utility entry, mm on the site.
const ENTRY_RADIUS_MM: i64 = 450;
/// Height of the capitals that name a utility entry, mm on the site.
const ENTRY_TEXT_MM: i64 = 700;
/// Tallest capitals of a label, mm on the site.
const TALLEST_TEXT_MM: i64 = 1_500;
/// Distance of the outline of a finding from what it is about, mm on the site.
const FINDING_MARGIN_MM: i64 = 300;

/// Everything a drawing of the plan shows, in drawing order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// From bottom to top, sorted by layer and subject.
    pub(crate) items: Vec<Item>,
}

/// A piece of a drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// What it belongs to.
    pub(crate) layer: Layer,
    /// What it looks like.
    pub(crate) shape: Shape,
    /// The thing it shows, by name.
    pub(crate) subject: Option<String>,
}

/// What a piece of a drawing looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A closed area.
    Polygon {
        /// Its corners.
        points_mm: Vec<Point>,
    },
    /// A line through points.
    Polyline {
        /// The points.
        points_mm: Vec<Point>,
        /// Its true width; none for a line of the layer's weight.
        width_mm: Option<i64>,
    },
    /// A disc.
    Circle {
        /// Its center.
        center_mm: Point,
        /// Its radius.
        radius_mm: i64,
    },
    /// A line of text, centered in height on its anchor.
    Text {
        /// Where the anchor is.
        at_mm: Point,
        /// Height of a capital letter.
        height_mm: i64,
        /// What it says.
        text: String,
        /// Which point of the line the anchor is.
        anchor: Anchor,
        /// Degrees counter-clockwise.
        angle: u16,
    },
}

/// The point of a line of text that is put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Item {
    /// A piece that shows the subject of that name.
    pub(crate) fn new(layer: Layer, shape: Shape, subject: &str) -> Self {
        Self { layer, shape, subject: Some(subject.to_owned()) }
    }
}

impl Scene {
    /// The rectangle around everything, if there is anything.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        self.items.iter().filter_map(|item| item.shape.bounds()).reduce(Rect::union)
    }
}

impl Shape {
    /// The rectangle around the shape, for text an estimate on the safe side.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        match self {
            Self::Polygon { points_mm } => Rect::around(points_mm.iter().copied()),
            Self::Polyline { points_mm, width_mm } => {
                let half = width_mm.unwrap_or(0) / 2;
                Rect::around(points_mm.iter().copied()).map(|line| line.inflate(half))
            }
            Self::Circle { center_mm, radius_mm } => {
                Some(Rect { min: *center_mm, max: *center_mm }.inflate(*radius_mm))
            }
            Self::Text { at_mm, height_mm, text, anchor, angle } => {
                let length = letters(text).saturating_mul(*height_mm);
                let (before, after) = match anchor {
                    Anchor::Start => (0, length),
                    Anchor::Middle => (length / 2, length / 2),
                    Anchor::End => (length, 0),
                };
                // Text runs to the east, or to the north where it is turned.
                let (from, to) = match angle {
                    0 => (at_mm.offset(-before, -height_mm), at_mm.offset(after, *height_mm)),
                    _ => (at_mm.offset(-height_mm, -before), at_mm.offset(*height_mm, after)),
                };
                Some(Rect::spanning(from, to))
            }
        }
    }
}

/// The plan as drawn.
///
/// The catalogue is the one the plan is computed with, its overrides included. Without a report
/// the drawing shows the site and what stands on it, but no routes.
pub(crate) fn plan_scene(plan: &Plan, catalogue: &Catalogue, report: Option<&Report>) -> Scene {
    let mut items = Vec::new();
    for zone in &plan.zones {
        draw_zone(zone, &mut items);
    }
    for corridor in &plan.corridors {
        if corridor.path_mm.len() > 1 {
            let line = Shape::Polyline { points_mm: corridor.path_mm.clone(), width_mm: None };
            items.push(Item::new(Layer::Corridor(corridor.usage), line, corridor.id.as_str()));
        }
    }
    if plan.boundary_mm.len() > 2 {
        let outline = Shape::Polygon { points_mm: plan.boundary_mm.clone() };
        items.push(Item { layer: Layer::Boundary, shape: outline, subject: None });
    }
    for container in &plan.containers {
        if let Some(module) = catalogue.modules.get(&container.module) {
            draw_container(container, module, &mut items);
        }
    }
    let site = plan.bounds();
    for entry in &plan.entries {
        draw_entry(entry, site, &mut items);
    }
    if let Some(report) = report {
        draw_report(report, &mut items);
    }
    items.sort_by(|a, b| (a.layer, &a.subject).cmp(&(b.layer, &b.subject)));
    Scene { items }
}

fn draw_zone(zone: &Zone, items: &mut Vec<Item>) {
    if zone.outline_mm.len() < 3 {
        return;
    }
    let outline = Shape::Polygon { points_mm: zone.outline_mm.clone() };
    items.push(Item::new(Layer::Zone(zone.kind), outline, zone.id.as_str()));
    let Some(bounds) = Rect::around(zone.outline_mm.iter().copied()) else { return };
    // In a zone around a corner the middle may lie outside; a name there would mislead.
    if polygon_contains(&zone.outline_mm, bounds.center()) {
        let height = text_height(zone.id.as_str(), bounds, 30);
        items.push(label(zone.id.as_str(), zone.id.as_str(), bounds, height, 0));
    }
}

fn draw_container(container: &Container, module: &ModuleType, items: &mut Vec<Item>) {
    let id = container.id.as_str();
    let footprint = container.footprint(module);
    let discipline = module.kind.discipline();
    let layer =
        if module.container { Layer::Container(discipline) } else { Layer::Field(discipline) };
    let outline = Shape::Polygon { points_mm: footprint.corners().to_vec() };
    items.push(Item::new(layer, outline, id));

    let kind = module.kind.label();
    let short_side = footprint.width().min(footprint.height());
    let (large, small) = (text_height(id, footprint, 28), text_height(kind, footprint, 16));
    items.push(label(id, id, footprint, large, short_side * 18 / 100));
    items.push(label(id, kind, footprint, small, -short_side * 22 / 100));

    for port in &module.ports {
        let (center_mm, _) = container.port_position(module, port);
        let disc = Shape::Circle { center_mm, radius_mm: PORT_RADIUS_MM };
        items.push(Item::new(Layer::Port, disc, &format!("{id}/{}", port.id)));
    }
}

/// A utility entry with its name on the side away from the site, where nothing else is drawn.
fn draw_entry(entry: &Entry, site: Option<Rect>, items: &mut Vec<Item>) {
    let id = entry.id.as_str();
    let disc = Shape::Circle { center_mm: entry.at_mm, radius_mm: ENTRY_RADIUS_MM };
    items.push(Item::new(Layer::Entry, disc, id));
    let in_the_west = site.is_some_and(|site| entry.at_mm.x < site.center().x);
    let reach = ENTRY_RADIUS_MM * 2;
    let (reach, anchor) = if in_the_west { (-reach, Anchor::End) } else { (reach, Anchor::Start) };
    let name = Shape::Text {
        at_mm: entry.at_mm.offset(reach, 0),
        height_mm: ENTRY_TEXT_MM,
        text: format!("{id}, {}", entry.capacity),
        anchor,
        angle: 0,
    };
    items.push(Item::new(Layer::Text, name, id));
}

fn draw_report(report: &Report, items: &mut Vec<Item>) {
    for trench in &report.trenches {
        if trench.path_mm.len() > 1 {
            let width_mm = Some(trench.width_mm.max(1));
            let band = Shape::Polyline { points_mm: trench.path_mm.clone(), width_mm };
            items.push(Item::new(Layer::Trench, band, &trench.id));
        }
    }
    items.extend(strand::routes(report));
    items.extend(report.findings.iter().filter_map(finding_outline));
}

/// The outline of a finding that asks for attention and has a place.
fn finding_outline(finding: &Finding) -> Option<Item> {
    if finding.accepted.is_some() || finding.severity == Severity::Note {
        return None;
    }
    let corners = finding.at?.inflate(FINDING_MARGIN_MM).corners();
    let outline = Shape::Polygon { points_mm: corners.to_vec() };
    Some(Item::new(Layer::Finding(finding.severity), outline, &finding.key()))
}

/// The height of capitals with which a text fits along the longer side of a rectangle, at most
/// `percent` of the shorter side.
fn text_height(text: &str, area: Rect, percent: i64) -> i64 {
    let (long, short) = (area.width().max(area.height()), area.width().min(area.height()));
    (long * 9 / 10 / letters(text)).min(short * percent / 100).clamp(1, TALLEST_TEXT_MM)
}

/// Letters of a text, at least one. None is wider than about the height of a capital, in the
/// fonts of drawings as in those of CAD.
fn letters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX).max(1)
}

/// A text in a rectangle along its longer side, `above` its center line.
fn label(subject: &str, text: &str, area: Rect, height_mm: i64, above: i64) -> Item {
    let center = area.center();
    // Text along an upright side is read from the right, as drawing standards ask.
    let (angle, at_mm) = if area.height() > area.width() {
        (90, center.offset(-above, 0))
    } else {
        (0, center.offset(0, above))
    };
    let text = text.to_owned();
    let shape = Shape::Text { at_mm, height_mm, text, anchor: Anchor::Middle, angle };
    Item::new(Layer::Text, shape, subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn an_empty_plan_is_an_empty_scene() {
        let scene = plan_scene(&Plan::default(), &Catalogue::default(), Some(&Report::default()));
        assert!(scene.items.is_empty());
        assert_eq!(scene.bounds(), None);
    }

    #[test]
    fn labels_stay_within_their_footprint() {
        let area = Rect::spanning((0, 0).into(), (3_600, 14_000).into());
        for text in ["IT-07A", "Heat-reuse station", "a-very-long-name-for-one-single-container-01"]
        {
            let height = text_height(text, area, 28);
            let length = height * i64::try_from(text.len()).unwrap();
            assert!(length <= area.height() && height * 3 <= area.width(), "{text}: {height}");
        }
    }

    #[test]
    fn text_along_an_upright_container_is_turned() {
        let upright = Rect::spanning((0, 0).into(), (3_600, 14_000).into());
        let item = label("IT-01", "IT-01", upright, 500, 600);
        let Shape::Text { at_mm, angle, .. } = item.shape else { panic!("not a text") };
        assert_eq!((angle, at_mm), (90, Point { x: 1_200, y: 7_000 }));
    }

    #[test]
    fn the_drawing_is_as_wide_as_the_names_beside_it() {
        let (at_mm, text) = (Point { x: 1_000, y: 0 }, "MV-A".to_owned());
        let name = Shape::Text { at_mm, height_mm: 700, text, anchor: Anchor::End, angle: 0 };
        assert_eq!(name.bounds().map(|bounds| bounds.min.x), Some(1_000 - 4 * 700));
    }

    #[test]
    fn every_container_is_outlined_once_and_layers_rise() {
        let sample = Sample::campus();
        let scene = plan_scene(&sample.plan, &sample.catalogue, Some(&sample.report));
        let outlines = scene
            .items
            .iter()
            .filter(|item| matches!(item.layer, Layer::Container(_) | Layer::Field(_)))
            .count();
        assert_eq!(outlines, sample.plan.containers.len());
        assert!(scene.items.is_sorted_by_key(|item| item.layer));
    }
}
