//! Diagrams as SVG: the display list of a diagram on an ISO page with the title block of all
//! drawings.
//!
//! A diagram that fits a page is drawn at its size, so that its text is as large as that of a site
//! plan; one that is too large for the largest page is drawn smaller.

use glam::DVec2;
use svg::node::element::{Circle, Description, Group, Path, Rectangle, Text, Title};
use svg::{Document as SvgDocument, Node};

use super::super::certificate::certificate;
use super::sheet::{Edges, STRIP_MM, paper_frame};
use super::{CAPITAL, Document, HAIRLINE_MM, REGULAR, SEMI_BOLD, furniture, number, printable};
use crate::diagram::{self, Drawing, Item, Kind, Shape, Source, Spot};
use crate::palette::Palette;
use crate::scene::Anchor;

/// Landscape pages by name with width and height in mm.
const PAGES: [(&str, f64, f64); 5] = [
    ("A4", 297.0, 210.0),
    ("A3", 420.0, 297.0),
    ("A2", 594.0, 420.0),
    ("A1", 841.0, 594.0),
    ("A0", 1189.0, 841.0),
];
/// Space between the frame of the page and the diagram, mm.
const PADDING_MM: f64 = 4.0;
/// Dash and gap of interrupted lines, mm.
const DASHES: &str = "1.6 1";

/// A diagram on its page.
#[derive(Debug)]
pub(in crate::exchange) struct Schematic {
    /// The drawing.
    pub(in crate::exchange) svg: String,
    /// Width and height of the page, mm.
    pub(in crate::exchange) page: (f64, f64),
}

/// Draws a diagram of a document on the page that suits it.
pub(in crate::exchange) fn schematic(kind: Kind, document: &Document<'_>) -> Schematic {
    let Document { plan, catalogue, report, .. } = *document;
    // What an A4 page has room for; schemes grow beyond it in the same shape.
    let [smallest, .., largest] = PAGES;
    let room = room_of(smallest);
    let drawing = diagram::draw(kind, Source { plan, catalogue, report }, room);
    let fits = |page: &(&str, f64, f64)| {
        let room = room_of(*page);
        drawing.size.x <= room.x && drawing.size.y <= room.y
    };
    let page = PAGES.into_iter().find(fits).unwrap_or(largest);
    let room = room_of(page);
    let scale = (room.x / drawing.size.x).min(room.y / drawing.size.y).min(1.0);
    Schematic { svg: compose(document, &drawing, page, scale), page: (page.1, page.2) }
}

/// Width and height a diagram may have on a page.
fn room_of((_, width, height): (&str, f64, f64)) -> DVec2 {
    let Edges { left, top, right, bottom } = paper_frame(width, height);
    DVec2::new(right - left, bottom - top - STRIP_MM) - 2.0 * PADDING_MM
}

fn compose(
    document: &Document<'_>,
    drawing: &Drawing,
    (name, width, height): (&str, f64, f64),
    scale: f64,
) -> String {
    let palette = &Palette::LIGHT;
    let certificate = certificate(document);
    let edges = paper_frame(width, height);
    let room = room_of((name, width, height));
    // Centered across, and at the top of its field.
    let left = edges.left + PADDING_MM + (room.x - drawing.size.x * scale) / 2.0;
    let top = edges.top + PADDING_MM;
    let mut content = Group::new()
        .set("id", "diagram")
        .set(
            "transform",
            format!("translate({} {})scale({})", number(left), number(top), precise(scale)),
        )
        .set("fill", "none")
        .set("stroke-linecap", "round")
        .set("stroke-linejoin", "round");
    for item in &drawing.items {
        content = content.add(element(item, palette));
    }
    for spot in &drawing.spots {
        content = content.add(tooltip(spot));
    }
    if drawing.is_empty() {
        content = content.add(absence(drawing, palette));
    }
    let scale_label = if scale < 1.0 {
        format!("{} % of full size at {name}", number((scale * 100.0).round()))
    } else {
        format!("not to scale, at {name}")
    };
    let background = Rectangle::new()
        .set("width", number(width))
        .set("height", number(height))
        .set("fill", palette.paper.to_string());
    let title = format!("{}: {}", printable(&certificate.project), drawing.kind.label());
    let svg = SvgDocument::new()
        .set("width", format!("{width}mm"))
        .set("height", format!("{height}mm"))
        .set("viewBox", format!("0 0 {} {}", number(width), number(height)))
        .set("font-family", REGULAR)
        .add(Title::new(title))
        .add(Description::new().add(svg::node::Text::new(format!(
            "{}. Plan fingerprint {}",
            certificate.verdict, certificate.fingerprint
        ))))
        .add(background)
        .add(content)
        .add(furniture::plain_frame(
            document,
            &certificate,
            (drawing.kind.label(), scale_label.as_str()),
            edges,
            palette,
        ));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg}\n")
}

/// The sentence in place of a diagram of nothing.
fn absence(drawing: &Drawing, palette: &Palette) -> Text {
    Text::new(drawing.kind.absence())
        .set("x", number(drawing.size.x / 2.0))
        .set("y", number(drawing.size.y / 2.0))
        .set("font-size", "4.2")
        .set("text-anchor", "middle")
        .set("fill", palette.muted.to_string())
}

fn element(item: &Item, palette: &Palette) -> Box<dyn Node> {
    match &item.shape {
        Shape::Line { points, dashed } => {
            let path = Path::new().set("d", path_data(points, false));
            let path = if *dashed { path.set("stroke-dasharray", DASHES) } else { path };
            inked(path, item, palette)
        }
        Shape::Area(points) => inked(Path::new().set("d", path_data(points, true)), item, palette),
        Shape::Ribbon { upper, lower } => {
            let outline: Vec<DVec2> = upper.iter().chain(lower.iter().rev()).copied().collect();
            inked(Path::new().set("d", path_data(&outline, true)), item, palette)
        }
        Shape::Disc { center, radius } => {
            let circle = Circle::new()
                .set("cx", number(center.x))
                .set("cy", number(center.y))
                .set("r", number(*radius));
            inked(circle, item, palette)
        }
        Shape::Text { at, text, size, anchor } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let words = Text::new(printable(text))
                .set("x", number(at.x))
                .set("y", number(at.y + size.em() * CAPITAL / 2.0))
                .set("font-size", number(size.em()))
                .set("text-anchor", anchor);
            let words = if size.is_strong() {
                words.set("font-family", SEMI_BOLD).set("font-weight", 600)
            } else {
                words
            };
            inked(words, item, palette)
        }
    }
}

/// An element with the colors of its item.
fn inked<T: Node>(mut element: T, item: &Item, palette: &Palette) -> Box<dyn Node> {
    if let Some((ink, weight)) = item.line {
        element.assign("stroke", palette.ink_color(ink).to_string());
        element.assign("stroke-width", number(weight.max(HAIRLINE_MM)));
    }
    if let Some(ink) = item.fill {
        element.assign("fill", palette.ink_color(ink).to_string());
    }
    element.into()
}

/// What a browser shows where the pointer rests.
fn tooltip(spot: &Spot) -> Rectangle {
    Rectangle::new()
        .set("x", number(spot.frame.min.x))
        .set("y", number(spot.frame.min.y))
        .set("width", number(spot.frame.width()))
        .set("height", number(spot.frame.height()))
        .set("pointer-events", "all")
        .add(Title::new(printable(&spot.hint)))
}

fn path_data(points: &[DVec2], closed: bool) -> String {
    let mut data = String::new();
    for (index, point) in points.iter().enumerate() {
        data.push(if index == 0 { 'M' } else { 'L' });
        data.push_str(&number(point.x));
        data.push(' ');
        data.push_str(&number(point.y));
    }
    if closed {
        data.push('Z');
    }
    data
}

/// A factor with more digits than a length needs.
fn precise(value: f64) -> String {
    format!("{value:.6}")
}

#[cfg(test)]
mod tests {
    use resvg::usvg::Tree;

    use super::*;
    use crate::exchange::png;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_diagram_is_well_formed_and_the_same_again() {
        for sample in [Sample::campus(), Sample::empty()] {
            for kind in Kind::ALL {
                let made = schematic(kind, &sample.document());
                Tree::from_str(&made.svg, &png::options()).unwrap();
                assert!(!made.svg.contains("<b>") && !made.svg.contains("NaN"), "{kind:?}");
                assert_eq!(made.svg, schematic(kind, &sample.document()).svg, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_plan_of_nothing_says_what_to_do() {
        let sample = Sample::empty();
        for kind in Kind::ALL {
            let made = schematic(kind, &sample.document());
            assert!(made.svg.contains(kind.absence()), "{kind:?}");
            assert_eq!(made.page, (297.0, 210.0), "{kind:?}");
        }
    }

    #[test]
    fn charts_fit_a_small_page() {
        let sample = Sample::campus();
        for kind in [Kind::VoltageProfile, Kind::CableLengths, Kind::CostWaterfall, Kind::Sankey] {
            assert_eq!(schematic(kind, &sample.document()).page, (297.0, 210.0), "{kind:?}");
        }
    }
}
