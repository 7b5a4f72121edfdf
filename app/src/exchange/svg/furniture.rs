//! What stands around the site on a page: frame, title block, legend, scale bar and north arrow.
//!
//! In place of a date the title block states the plan's fingerprint and verdict: they say which
//! plan is shown and whether it may be built, and the same plan always gives the same page.

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::units::grouped;
use svg::node::element::{Group, Line, Path, Rectangle, Text};

use super::super::certificate::{Certificate, service_sums};
use super::sheet::{Edges, STRIP_MM, Sheet};
use super::{Document, SEMI_BOLD, dashes, number, printable};
use crate::palette::Palette;
use crate::scene::Layer;
use crate::scene::layer::{DISCIPLINES, discipline_label};

/// Widest title block, mm, as ISO 7200 has it.
const TITLE_MM: f64 = 180.0;
/// Width of legend, swatches and scale bar together, mm.
const LEGEND_MM: f64 = 158.0;
/// Where the columns of the strip begin, mm from its left edge.
const SWATCHES_MM: f64 = 76.0;
const SCALE_MM: f64 = 112.0;
/// Height of a row of the strip, mm.
const ROW_MM: f64 = 4.6;
/// Longest scale bar, mm.
const BAR_MM: f64 = 36.0;
/// Width of a letter as a share of the font size, a little more than the average of Inter.
const LETTER: f64 = 0.58;

/// A pen for words: where the next line goes and how it looks.
#[derive(Clone, Copy)]
struct Words<'a> {
    palette: &'a Palette,
    size: f64,
    strong: bool,
}

/// Frame, title block, legend, scale bar and north arrow.
pub(super) fn frame(
    document: &Document<'_>,
    certificate: &Certificate,
    sheet: &Sheet,
    palette: &Palette,
) -> Group {
    let edges = sheet.frame;
    let (left, top) = (edges.left, sheet.strip_top());
    // On a narrow page the title block gives way, not the legend.
    let title_left = (left + LEGEND_MM).max(edges.right - TITLE_MM);
    Group::new()
        .set("id", "frame")
        .add(boxed(palette, (left, edges.top), (edges.right - left, edges.bottom - edges.top), 0.5))
        .add(boxed(palette, (left, top), (edges.right - left, STRIP_MM), 0.35))
        .add(boxed(palette, (title_left, top), (edges.right - title_left, STRIP_MM), 0.35))
        .add(legend(document, palette, left + 3.0, top))
        .add(swatches(palette, left + SWATCHES_MM, top))
        .add(scale_bar(sheet, palette, left + SCALE_MM, top))
        .add(title_block(
            document,
            certificate,
            ("Site plan with trenches and services", sheet.scale_label.as_str()),
            (title_left, top, edges.right),
            palette,
        ))
}

/// Frame and title block alone, for a drawing by its name and scale that has no site.
pub(super) fn plain_frame(
    document: &Document<'_>,
    certificate: &Certificate,
    drawing: (&str, &str),
    edges: Edges,
    palette: &Palette,
) -> Group {
    let top = edges.bottom - STRIP_MM;
    let left = edges.left.max(edges.right - TITLE_MM);
    let whole = (edges.right - edges.left, edges.bottom - edges.top);
    Group::new()
        .set("id", "frame")
        .add(boxed(palette, (edges.left, edges.top), whole, 0.5))
        .add(boxed(palette, (left, top), (edges.right - left, STRIP_MM), 0.35))
        .add(title_block(document, certificate, drawing, (left, top, edges.right), palette))
}

fn boxed(
    palette: &Palette,
    (x, y): (f64, f64),
    (width, height): (f64, f64),
    pen: f64,
) -> Rectangle {
    Rectangle::new()
        .set("x", number(x))
        .set("y", number(y))
        .set("width", number(width.max(0.0)))
        .set("height", number(height.max(0.0)))
        .set("fill", "none")
        .set("stroke", palette.muted.to_string())
        .set("stroke-width", number(pen))
}

impl Words<'_> {
    /// A line of text that is cut where it would leave its column.
    fn line(self, (x, y): (f64, f64), text: &str, width: f64) -> Text {
        let color = if self.strong { self.palette.ink } else { self.palette.muted };
        let element = Text::new(clipped(&printable(text), width, self.size))
            .set("x", number(x))
            .set("y", number(y))
            .set("font-size", number(self.size))
            .set("fill", color.to_string());
        if self.strong {
            element.set("font-family", SEMI_BOLD).set("font-weight", 600)
        } else {
            element
        }
    }
}

/// The text, cut with an ellipsis where it is longer than the width.
fn clipped(text: &str, width: f64, size: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a page is a few thousand letters wide"
    )]
    let room = (width / (size * LETTER)).max(1.0) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

fn legend(document: &Document<'_>, palette: &Palette, left: f64, top: f64) -> Group {
    let heading = Words { palette, size: 2.6, strong: true };
    let words = Words { size: 2.4, strong: false, ..heading };
    let mut group = Group::new().set("id", "legend").add(heading.line(
        (left, top + ROW_MM),
        "Services: connections, route length",
        70.0,
    ));
    let sums = service_sums(document.report);
    for (row, (service, sum)) in (2_u8..).zip(sums) {
        let y = top + ROW_MM * f64::from(row);
        let length = grouped(sum.length_m, 0);
        let amount = format!("{} of {}, {length} m", sum.served, sum.connections);
        group = group
            .add(service_line(service, palette, left, y - 0.9))
            .add(words.line((left + 14.0, y), service.label(), 26.0))
            .add(words.line((left + 40.0, y), &amount, 34.0));
    }
    group
}

fn service_line(service: Service, palette: &Palette, left: f64, y: f64) -> Line {
    let layer = Layer::Service(service);
    let line = Line::new()
        .set("x1", number(left))
        .set("y1", number(y))
        .set("x2", number(left + 11.0))
        .set("y2", number(y))
        .set("stroke", palette.line(layer).to_string())
        .set("stroke-width", number(layer.pen().weight_mm()));
    match dashes(layer) {
        Some(dashes) => line.set("stroke-dasharray", dashes),
        None => line,
    }
}

fn swatches(palette: &Palette, left: f64, top: f64) -> Group {
    let heading = Words { palette, size: 2.6, strong: true };
    let words = Words { size: 2.4, strong: false, ..heading };
    let modules =
        DISCIPLINES.map(|discipline| (Layer::Container(discipline), discipline_label(discipline)));
    let trench = (Layer::Trench, "Trench, true width");
    let mut group =
        Group::new().set("id", "swatches").add(heading.line((left, top + ROW_MM), "Modules", 30.0));
    for (row, (layer, label)) in (2_u8..).zip(modules.into_iter().chain([trench])) {
        let y = top + ROW_MM * f64::from(row);
        let fill = palette.fill(layer).unwrap_or_else(|| palette.line(layer));
        let swatch =
            boxed(palette, (left, y - 2.6), (5.0, 3.0), 0.18).set("fill", fill.to_string());
        group = group.add(swatch).add(words.line((left + 7.0, y), label, 28.0));
    }
    group
}

/// A bar of a round number of metres in four parts, its scale, and the arrow to the north.
fn scale_bar(sheet: &Sheet, palette: &Palette, left: f64, top: f64) -> Group {
    let heading = Words { palette, size: 2.6, strong: true };
    let words = Words { size: 2.4, strong: false, ..heading };
    let metres = round_length(BAR_MM * sheet.scale / 1000.0);
    let part = metres * 1000.0 / sheet.scale / 4.0;
    let y = top + ROW_MM * 6.4;
    let mut group = Group::new().set("id", "scale");
    for index in 0..4_u8 {
        let x = left + part * f64::from(index);
        let fill = if index % 2 == 0 { palette.ink } else { palette.paper };
        group = group
            .add(boxed(palette, (x, y - 1.6), (part, 1.6), 0.18).set("fill", fill.to_string()));
    }
    let ends = format!("0 to {} m", number(metres));
    group
        .add(words.line((left, y + 3.4), &ends, 40.0))
        .add(heading.line((left, top + ROW_MM), "Scale", 30.0))
        .add(words.line((left, top + ROW_MM * 2.0), &sheet.scale_label, 44.0))
        .add(north_arrow(palette, left + 22.0, top + ROW_MM * 2.8))
        .add(heading.line((left + 25.0, top + ROW_MM * 4.0), "N", 5.0))
}

fn north_arrow(palette: &Palette, x: f64, top: f64) -> Path {
    let (tip, foot, notch) = (number(top), number(top + 8.0), number(top + 6.0));
    let (west, middle, east) = (number(x - 2.2), number(x), number(x + 2.2));
    Path::new()
        .set("d", format!("M{middle} {tip}L{east} {foot}L{middle} {notch}L{west} {foot}Z"))
        .set("fill", palette.ink.to_string())
}

/// The largest of 1, 2 and 5 times a power of ten that is not longer than `most`.
fn round_length(most: f64) -> f64 {
    let steps = (-3..9_i32).flat_map(|power| {
        let unit = 10_f64.powi(power);
        [unit, 2.0 * unit, 5.0 * unit]
    });
    steps.take_while(|length| *length <= most).last().unwrap_or(0.001)
}

fn title_block(
    document: &Document<'_>,
    certificate: &Certificate,
    (drawing, scale): (&str, &str),
    (left, top, right): (f64, f64, f64),
    palette: &Palette,
) -> Group {
    let heading = Words { palette, size: 4.2, strong: true };
    let label = Words { size: 2.0, strong: false, ..heading };
    let value = Words { size: 2.5, ..heading };
    let totals = &document.report.totals;
    let amount = format!(
        "{} containers, {} racks, {} kW peak, {} m of trench",
        totals.containers,
        totals.racks,
        grouped(totals.peak_kw, 0),
        grouped(totals.trench_m, 0)
    );
    let rows = [
        ("Drawing", drawing.to_owned()),
        ("Verdict", certificate.verdict.clone()),
        ("Checker", certificate.checker.clone()),
        ("Bound", certificate.bound.clone()),
        ("Contents", amount),
        ("Plan, scale", format!("{}, {scale}", certificate.fingerprint)),
    ];
    let (x, width) = (left + 3.0, right - left - 6.0);
    let mut group = Group::new().set("id", "title-block").add(heading.line(
        (x, top + 6.4),
        &certificate.project,
        width,
    ));
    for (row, (name, text)) in (0_u8..).zip(rows) {
        let y = top + 11.6 + ROW_MM * f64::from(row);
        group = group.add(label.line((x, y), name, 18.0)).add(value.line(
            (x + 18.0, y),
            &text,
            width - 18.0,
        ));
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_are_round() {
        assert_eq!(number(round_length(7.2)), "5");
        assert_eq!(number(round_length(36.0)), "20");
        assert_eq!(number(round_length(180_000.0)), "100000");
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        assert_eq!(clipped("short", 40.0, 2.5), "short");
        let cut = clipped(&"x".repeat(200), 40.0, 2.5);
        assert!(cut.ends_with('…') && cut.chars().count() <= 28, "{cut}");
    }
}
