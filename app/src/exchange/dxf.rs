//! The drawing for CAD: DXF R2010 in metres, in the site's own coordinates.
//!
//! Young readers and old ones both stumble over rich files, so the drawing uses few kinds of
//! entities: polylines, circles, lines of text and solid hatches. Layer names follow the pattern
//! of the US National CAD Standard, discipline, major and minor group, status; offices plot by
//! layer, so lines take the color and weight of theirs.

mod layers;

use acadrust::entities::{
    BoundaryEdge, BoundaryPath, Circle, EntityCommon, EntityType, Hatch, LwPolyline, LwVertex,
    PolylineEdge, Text, TextHorizontalAlignment, TextVerticalAlignment,
};
use acadrust::{
    CadDocument, Color, DxfError, DxfVersion, DxfWriter, Layer as CadLayer, LineWeight, Vector2,
    Vector3,
};
use stackyard_solver::geometry::{Point, Rect};

use super::certificate::certificate;
use super::{BuildError, Document, printable};
use crate::palette::Palette;
use crate::scene::{Anchor, Item, Layer, Shape, plan_scene};
use layers::{color_index, description, hatch_name, name, plotted};

/// Metres in the numbering of `$INSUNITS`.
const METRES: i16 = 6;
/// The layer of the title.
const TITLE_LAYER: &str = "A-ANNO-TTLB";
/// Height of the capitals of the title, mm on the site.
const TITLE_TEXT_MM: i64 = 1_000;

/// The drawing of a document.
pub(super) fn bytes(document: &Document<'_>) -> Result<Vec<u8>, BuildError> {
    let scene = plan_scene(document.plan, document.catalogue, Some(document.report));
    let bounds = scene
        .bounds()
        .unwrap_or(Rect { min: Point { x: 0, y: 0 }, max: Point { x: 10_000, y: 10_000 } });
    let mut drawing = CadDocument::with_version(DxfVersion::AC1024);
    set_up(&mut drawing, bounds);
    add_layers(&mut drawing)?;
    for item in &scene.items {
        draw(&mut drawing, item)?;
    }
    write_title(&mut drawing, document, bounds)?;
    Ok(DxfWriter::new(&drawing).write_to_vec()?)
}

/// Units, extents and the view a reader opens with.
fn set_up(drawing: &mut CadDocument, bounds: Rect) {
    let header = &mut drawing.header;
    header.insertion_units = METRES;
    header.measurement = 1;
    header.model_space_extents_min = vector(bounds.min);
    header.model_space_extents_max = vector(bounds.max);
    header.model_space_limits_min = flat(bounds.min);
    header.model_space_limits_max = flat(bounds.max);
    if let Some(view) = drawing.vports.get_mut("*Active") {
        view.view_center = flat(bounds.center());
        view.aspect_ratio = 1.6;
        view.view_height = metres(bounds.height()).max(metres(bounds.width()) / 1.6).max(1.0) * 1.1;
    }
}

fn add_layers(drawing: &mut CadDocument) -> Result<(), DxfError> {
    for layer in Layer::all() {
        let mut entry = CadLayer::with_color(name(layer), Color::Index(color_index(layer)));
        entry.line_weight = LineWeight::Value(i16::from(layer.pen().weight));
        entry.description = description(layer);
        entry.is_plottable = plotted(layer);
        drawing.layers.add_or_replace(entry);
        if let Some(hatches) = hatch_name(layer) {
            let mut entry = CadLayer::with_color(hatches, Color::Index(9));
            entry.line_weight = LineWeight::W0_13;
            drawing.layers.add_or_replace(entry);
        }
    }
    let mut title = CadLayer::with_color(TITLE_LAYER, Color::Index(7));
    title.line_weight = LineWeight::W0_18;
    drawing.layers.add(title)
}

fn draw(drawing: &mut CadDocument, item: &Item) -> Result<(), DxfError> {
    let layer = name(item.layer);
    match &item.shape {
        Shape::Polygon { points_mm } => draw_polygon(drawing, item.layer, points_mm),
        Shape::Polyline { points_mm, width_mm } => {
            add_polyline(drawing, layer, points_mm, Outline::Line(width_mm.unwrap_or(0)))
        }
        Shape::Circle { center_mm, radius_mm } => {
            let mut circle =
                Circle::from_center_radius(vector(*center_mm), metres((*radius_mm).max(1)));
            circle.common = EntityCommon::with_layer(layer);
            add(drawing, EntityType::Circle(circle))
        }
        Shape::Text { at_mm, height_mm, text, anchor, angle } => {
            let mut line = text_line(text, *at_mm, *height_mm, *anchor);
            line.rotation = f64::from(*angle).to_radians();
            line.common = EntityCommon::with_layer(layer);
            add(drawing, EntityType::Text(line))
        }
    }
}

/// A polygon as a solid hatch in the light color of its layer, with its outline above.
fn draw_polygon(
    drawing: &mut CadDocument,
    layer: Layer,
    points_mm: &[Point],
) -> Result<(), DxfError> {
    let corners: Vec<Vector2> = without_repeats(points_mm, true).into_iter().map(flat).collect();
    let fill = hatch_name(layer).zip(Palette::LIGHT.fill(layer)).filter(|_| corners.len() > 2);
    if let Some((hatch_layer, color)) = fill {
        let mut path = BoundaryPath::external();
        path.add_edge(BoundaryEdge::Polyline(PolylineEdge::new(corners, true)));
        let mut hatch = Hatch::solid();
        hatch.paths.push(path);
        hatch.common = EntityCommon::with_layer(hatch_layer);
        hatch.common.color = Color::from_rgb(color.0, color.1, color.2);
        add(drawing, EntityType::Hatch(Box::new(hatch)))?;
    }
    add_polyline(drawing, name(layer), points_mm, Outline::Area)
}

/// How a polyline is drawn.
#[derive(Clone, Copy, PartialEq)]
enum Outline {
    /// Closed, of the weight of its layer.
    Area,
    /// Open, of that true width in millimetres.
    Line(i64),
}

fn add_polyline(
    drawing: &mut CadDocument,
    layer: &str,
    points_mm: &[Point],
    outline: Outline,
) -> Result<(), DxfError> {
    let closed = outline == Outline::Area;
    let points = without_repeats(points_mm, closed);
    if points.len() < 2 {
        return Ok(());
    }
    let width = match outline {
        Outline::Area => 0.0,
        Outline::Line(width_mm) => metres(width_mm),
    };
    let mut line = LwPolyline::new();
    line.common = EntityCommon::with_layer(layer);
    line.is_closed = closed;
    // The width stands at every vertex, because readers differ on which of both places wins.
    line.vertices = points
        .into_iter()
        .map(|point| LwVertex {
            start_width: width,
            end_width: width,
            ..LwVertex::new(flat(point))
        })
        .collect();
    add(drawing, EntityType::LwPolyline(line))
}

/// The points without ones that repeat their predecessor, which readers report as faults.
fn without_repeats(points_mm: &[Point], closed: bool) -> Vec<Point> {
    let mut points = points_mm.to_vec();
    points.dedup();
    while closed && points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    points
}

fn text_line(text: &str, at_mm: Point, height_mm: i64, anchor: Anchor) -> Text {
    let mut line =
        Text::with_value(printable(text), vector(at_mm)).with_height(metres(height_mm.max(1)));
    line.alignment_point = Some(vector(at_mm));
    line.vertical_alignment = TextVerticalAlignment::Middle;
    line.horizontal_alignment = match anchor {
        Anchor::Start => TextHorizontalAlignment::Left,
        Anchor::Middle => TextHorizontalAlignment::Center,
        Anchor::End => TextHorizontalAlignment::Right,
    };
    line
}

/// What the drawing is and how far to trust it, below the site.
fn write_title(
    drawing: &mut CadDocument,
    document: &Document<'_>,
    bounds: Rect,
) -> Result<(), DxfError> {
    let certificate = certificate(document);
    let lines = [
        certificate.project,
        "Site plan with trenches and services; metres, local coordinates, scale 1:1".to_owned(),
        certificate.verdict,
        certificate.checker,
        certificate.bound,
        format!("Plan fingerprint {}", certificate.fingerprint),
    ];
    let mut at_mm = bounds.min.offset(0, -3 * TITLE_TEXT_MM);
    for text in lines {
        let mut line = text_line(&text, at_mm, TITLE_TEXT_MM, Anchor::Start);
        line.common = EntityCommon::with_layer(TITLE_LAYER);
        add(drawing, EntityType::Text(line))?;
        at_mm = at_mm.offset(0, -2 * TITLE_TEXT_MM);
    }
    Ok(())
}

fn add(drawing: &mut CadDocument, entity: EntityType) -> Result<(), DxfError> {
    drawing.add_entity(entity).map(|_handle| ())
}

fn metres(mm: i64) -> f64 {
    mm as f64 / 1000.0
}

fn flat(point: Point) -> Vector2 {
    Vector2::new(metres(point.x), metres(point.y))
}

fn vector(point: Point) -> Vector3 {
    Vector3::new(metres(point.x), metres(point.y), 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    /// Group codes and values of the entities of a kind.
    fn entities<'a>(text: &'a str, kind: &str) -> Vec<Vec<(&'a str, &'a str)>> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pairs: Vec<(&str, &str)> =
            lines.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        pairs
            .chunk_by(|_, next| next.0 != "0")
            .filter(|entity| entity[0] == ("0", kind))
            .map(<[_]>::to_vec)
            .collect()
    }

    fn text_of(sample: &Sample) -> String {
        String::from_utf8(bytes(&sample.document()).unwrap()).unwrap()
    }

    #[test]
    fn the_drawing_is_in_metres() {
        let text = text_of(&Sample::empty());
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let value = |variable: &str| {
            let at = lines.iter().position(|line| *line == variable)?;
            lines.get(at + 2).copied()
        };
        assert_eq!(value("$ACADVER"), Some("AC1024"));
        assert_eq!(value("$INSUNITS"), Some("6"));
        assert_eq!(value("$MEASUREMENT"), Some("1"));
    }

    #[test]
    fn every_container_is_one_closed_outline() {
        let sample = Sample::campus();
        let text = text_of(&sample);
        let outlines = entities(&text, "LWPOLYLINE")
            .into_iter()
            .filter(|entity| entity.contains(&("8", "C-BLDG-CONT-N")))
            .inspect(|entity| assert!(entity.contains(&("70", "1"))))
            .count();
        let containers = sample
            .plan
            .containers
            .iter()
            .filter(|container| sample.catalogue.modules[&container.module].container)
            .count();
        assert_eq!(outlines, containers);
    }

    #[test]
    fn entities_stand_on_layers_that_exist() {
        let text = text_of(&Sample::campus());
        let layers = entities(&text, "LAYER");
        let known = |name: &str| layers.iter().any(|layer| layer.contains(&("2", name)));
        for kind in ["LWPOLYLINE", "CIRCLE", "TEXT", "HATCH"] {
            let drawn = entities(&text, kind);
            assert!(!drawn.is_empty(), "{kind}");
            for entity in &drawn {
                let layer = entity.iter().find(|pair| pair.0 == "8").map(|pair| pair.1);
                assert!(layer.is_some_and(known), "{kind} on {layer:?}");
            }
        }
    }

    #[test]
    fn two_runs_give_the_same_bytes() {
        assert!(text_of(&Sample::campus()) == text_of(&Sample::campus()));
    }
}
