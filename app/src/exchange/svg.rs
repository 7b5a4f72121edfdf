//! The drawing as SVG: true to scale on an ISO page, or filling a picture of any shape.
//!
//! User units are millimetres of paper in both cases. Shapes of a layer become one path each kind,
//! so that a campus of thousands of containers stays a file of a few megabytes.

mod furniture;
mod schematic;
mod sheet;

use std::collections::BTreeMap;

use stackyard_solver::geometry::{Point, Rect};
use svg::Document as SvgDocument;
use svg::node::element::{Description, Group, Path, Rectangle, Text, Title};

use super::certificate::certificate;
use super::{Document, printable};
use crate::palette::Palette;
use crate::scene::{Anchor, Item, Layer, Scene, Shape, plan_scene};
pub(super) use schematic::schematic;
use sheet::Sheet;

/// Height of a capital as a share of the font size, in Inter.
const CAPITAL: f64 = 0.727;
/// The fonts of the drawing, with what a machine without them has.
const REGULAR: &str = "Inter, Arial, sans-serif";
const SEMI_BOLD: &str = "'Inter Semi Bold', Inter, Arial, sans-serif";
/// Thinnest line that prints, mm.
const HAIRLINE_MM: f64 = 0.13;

/// The drawing on the ISO page that suits it.
pub(super) fn page(document: &Document<'_>) -> String {
    let scene = scene(document);
    let sheet = Sheet::paper(site(&scene));
    compose(document, &scene, &sheet)
}

/// The drawing filling a picture of that many pixels.
pub(super) fn picture(document: &Document<'_>, width: u32, height: u32) -> String {
    let scene = scene(document);
    let sheet = Sheet::picture(site(&scene), width, height);
    compose(document, &scene, &sheet)
}

fn scene(document: &Document<'_>) -> Scene {
    plan_scene(document.plan, document.catalogue, Some(document.report))
}

/// What must fit on the page; an empty plan shows a plot of ten metres.
fn site(scene: &Scene) -> Rect {
    let plot = Rect { min: Point { x: 0, y: 0 }, max: Point { x: 10_000, y: 10_000 } };
    scene.bounds().unwrap_or(plot)
}

fn compose(document: &Document<'_>, scene: &Scene, sheet: &Sheet) -> String {
    let palette = &Palette::LIGHT;
    let certificate = certificate(document);
    let (width, height) = sheet.page;
    let background = Rectangle::new()
        .set("width", number(width))
        .set("height", number(height))
        .set("fill", palette.paper.to_string());
    let mut drawing = Group::new().set("stroke-linejoin", "round");
    for items in scene.items.chunk_by(|a, b| a.layer == b.layer) {
        drawing = draw_layer(drawing, items, sheet, palette);
    }
    let svg = SvgDocument::new()
        .set("width", sheet.size.0.as_str())
        .set("height", sheet.size.1.as_str())
        .set("viewBox", format!("0 0 {} {}", number(width), number(height)))
        .set("font-family", REGULAR)
        .add(Title::new(printable(&certificate.project)))
        .add(Description::new().add(svg::node::Text::new(format!(
            "{}. Plan fingerprint {}",
            certificate.verdict, certificate.fingerprint
        ))))
        .add(background)
        .add(drawing)
        .add(furniture::frame(document, &certificate, sheet, palette));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg}\n")
}

/// The shapes of one layer, sorted into as few paths as their look allows.
#[derive(Default)]
struct Paths {
    areas: String,
    lines: String,
    discs: String,
    /// Lines of true width by that width.
    bands: BTreeMap<i64, String>,
}

/// Adds the items of one layer to the drawing.
fn draw_layer(drawing: Group, items: &[Item], sheet: &Sheet, palette: &Palette) -> Group {
    let Some(layer) = items.first().map(|item| item.layer) else { return drawing };
    let mut paths = Paths::default();
    let mut words = Vec::new();
    for item in items {
        match &item.shape {
            Shape::Polygon { points_mm } => push_line(&mut paths.areas, points_mm, true, sheet),
            Shape::Polyline { points_mm, width_mm: None } => {
                push_line(&mut paths.lines, points_mm, false, sheet);
            }
            Shape::Polyline { points_mm, width_mm: Some(width_mm) } => {
                push_line(paths.bands.entry(*width_mm).or_default(), points_mm, false, sheet);
            }
            Shape::Circle { center_mm, radius_mm } => {
                push_disc(&mut paths.discs, *center_mm, *radius_mm, sheet);
            }
            Shape::Text { .. } => words.extend(text_element(&item.shape, sheet)),
        }
    }
    let line = palette.line(layer).to_string();
    let mut group = Group::new()
        .set("id", identifier(layer))
        .set("fill", "none")
        .set("stroke", line.as_str())
        .set("stroke-width", number(layer.pen().weight_mm().max(HAIRLINE_MM)));
    if let Some(dashes) = dashes(layer) {
        group = group.set("stroke-dasharray", dashes);
    }
    let fill = palette.fill(layer).map_or_else(|| "none".to_owned(), |fill| fill.to_string());
    group = add_path(group, paths.areas, |path| path.set("fill", fill.as_str()));
    for (width_mm, band) in paths.bands {
        let width = sheet.length(width_mm).max(HAIRLINE_MM);
        group = add_path(group, band, |path| {
            path.set("stroke-width", number(width)).set("stroke-linejoin", "miter")
        });
    }
    group = add_path(group, paths.lines, |path| path);
    group =
        add_path(group, paths.discs, |path| path.set("fill", fill.as_str()).set("stroke", "none"));
    if words.is_empty() {
        return drawing.add(group);
    }
    let mut texts = Group::new().set("fill", line).set("stroke", "none");
    for word in words {
        texts = texts.add(word);
    }
    drawing.add(group.add(texts))
}

fn add_path(group: Group, data: String, look: impl FnOnce(Path) -> Path) -> Group {
    if data.is_empty() { group } else { group.add(look(Path::new().set("d", data))) }
}

fn push_line(data: &mut String, points_mm: &[Point], closed: bool, sheet: &Sheet) {
    if points_mm.len() < 2 {
        return;
    }
    for (index, point) in points_mm.iter().enumerate() {
        data.push(if index == 0 { 'M' } else { 'L' });
        data.push_str(&number(sheet.x(point.x)));
        data.push(' ');
        data.push_str(&number(sheet.y(point.y)));
    }
    if closed {
        data.push('Z');
    }
}

/// A disc as two half circles, so that thousands of them are one path.
fn push_disc(data: &mut String, center: Point, radius_mm: i64, sheet: &Sheet) {
    let radius = sheet.length(radius_mm).max(HAIRLINE_MM);
    let (west, y) = (number(sheet.x(center.x) - radius), number(sheet.y(center.y)));
    let (radius, across) = (number(radius), number(radius * 2.0));
    let arc = format!("a{radius} {radius} 0 1 0");
    let disc = format!("M{west} {y}{arc} {across} 0{arc} -{across} 0Z");
    data.push_str(&disc);
}

/// A line of text, unless it would be too small to read.
fn text_element(shape: &Shape, sheet: &Sheet) -> Option<Text> {
    let Shape::Text { at_mm, height_mm, text, anchor, angle } = shape else { return None };
    let capital = sheet.length(*height_mm);
    if capital < sheet.smallest_text {
        return None;
    }
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (x, y) = (number(sheet.x(at_mm.x)), number(sheet.y(at_mm.y)));
    let place = match angle {
        0 => format!("translate({x} {y})"),
        // The page has y down, so a turn to the left is a negative one.
        angle => format!("translate({x} {y})rotate(-{angle})"),
    };
    let element = Text::new(printable(text))
        .set("transform", place)
        .set("y", number(capital / 2.0))
        .set("font-size", number(capital / CAPITAL))
        .set("text-anchor", anchor);
    Some(element)
}

/// Dashes of a layer as the format writes them.
fn dashes(layer: Layer) -> Option<String> {
    let dash_mm = layer.pen().dash_mm;
    let list: Vec<String> = dash_mm.iter().copied().map(number).collect();
    (!list.is_empty()).then(|| list.join(" "))
}

/// The name of a layer's group: `mv-power`.
fn identifier(layer: Layer) -> String {
    layer.label().to_lowercase().replace(' ', "-")
}

/// A number with at most three decimals: a thousandth of a millimetre of paper.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use resvg::usvg::{Options, Tree};

    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn the_page_parses_although_the_project_name_is_markup() {
        for sample in [Sample::campus(), Sample::empty()] {
            let text = page(&sample.document());
            Tree::from_str(&text, &Options::default()).unwrap();
            assert!(!text.contains("<b>"), "markup in names is escaped");
        }
    }

    #[test]
    fn no_line_is_thinner_than_a_printer_can_draw() {
        let text = page(&Sample::campus().document());
        let widths: Vec<f64> = text
            .split("stroke-width=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!(widths.len() > 5 && widths.iter().all(|width| *width >= HAIRLINE_MM), "{widths:?}");
    }

    #[test]
    fn the_page_is_a_landscape_page_in_millimetres() {
        let text = page(&Sample::campus().document());
        let pages = ["297mm", "420mm", "594mm", "841mm"];
        assert!(pages.iter().any(|width| text.contains(&format!("width=\"{width}\""))));
    }

    #[test]
    fn the_drawing_holds_no_date_but_the_fingerprint() {
        let sample = Sample::campus();
        let text = page(&sample.document());
        let fingerprint = certificate(&sample.document()).fingerprint;
        assert!(text.contains(&fingerprint) && !text.contains("Date"));
        assert_eq!(text, page(&sample.document()));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(-0.000_1), "0");
        assert_eq!(number(0.13), "0.13");
    }
}
