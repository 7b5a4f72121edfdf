//! Areas in proportion to what things cost: a field for each part of the bill, divided among its
//! items.
//!
//! Fields are laid out by the squarified method of Bruls, Huizing and van Wijk (2000): rows are
//! filled along the shorter side as long as that makes their fields less oblong.

use std::collections::BTreeMap;

use glam::{DVec2, dvec2};
use stackyard_solver::report::BoqRow;
use stackyard_solver::units::Cents;

use super::cost_waterfall::{ink_of, parts};
use super::text::clipped;
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THIN};
use crate::format::{euros, number, percent, short_euros};
use crate::scene::Anchor;

/// Height of the strip that names a part, mm.
const STRIP: f64 = 4.6;
/// Smallest field with text, mm.
const LEGIBLE: (f64, f64) = (11.0, 4.2);

/// Draws the fields.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let mut drawing = Drawing::new(Kind::CostTreemap, area);
    let report = source.report;
    let mut parts: Vec<_> =
        parts(report).into_iter().filter(|part| part.total > Cents(0)).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.total));
    let total: Cents = parts.iter().map(|part| part.total).sum();
    let sizes: Vec<f64> = parts.iter().map(|part| part.total.euros()).collect();
    let whole = Frame::sized(DVec2::ZERO, area).grown(-1.5);
    for (part, field) in parts.iter().zip(squarified(&sizes, whole)) {
        drawing.rect(field, ink_of(part.group), Some((Ink::Text, MEDIUM)));
        let share = percent(part.total.euros() / total.euros().max(1.0), 1);
        let title = format!("{} {}, {share}", part.group.label(), short_euros(part.total.euros()));
        let inner = named(&mut drawing, field, &title);
        drawing.spot(field, Vec::new(), title);
        let items = items(report.boq.iter().filter(|row| row.group == part.group));
        let sizes: Vec<f64> = items.iter().map(|item| item.total.euros()).collect();
        for (item, field) in items.iter().zip(squarified(&sizes, inner)) {
            item.draw(&mut drawing, field, ink_of(part.group), total);
        }
    }
    drawing
}

/// Writes the name of a part at the top of its field and tells what is left for its items.
fn named(drawing: &mut Drawing, field: Frame, title: &str) -> Frame {
    let inner = field.grown(-0.6);
    if inner.width() < LEGIBLE.0 || inner.height() < 2.0 * STRIP {
        return inner;
    }
    let at = inner.min + dvec2(1.0, STRIP / 2.0);
    let text = clipped(title, inner.width() - 2.0, Size::Strong);
    drawing.text(at, Anchor::Start, Size::Strong, Ink::Text, text);
    Frame { min: inner.min + dvec2(0.0, STRIP), max: inner.max }
}

/// What is bought of one kind, over all phases.
struct Bought<'a> {
    row: &'a BoqRow,
    quantity: f64,
    total: Cents,
}

/// Items with a price, the most expensive first.
fn items<'a>(rows: impl Iterator<Item = &'a BoqRow>) -> Vec<Bought<'a>> {
    let mut items: BTreeMap<&str, Bought<'a>> = BTreeMap::new();
    for row in rows {
        let Some(total) = row.total.filter(|total| *total > Cents(0)) else { continue };
        let nothing = || Bought { row, quantity: 0.0, total: Cents(0) };
        let item = items.entry(&row.item).or_insert_with(nothing);
        item.quantity += row.quantity;
        item.total += total;
    }
    let mut items: Vec<Bought<'a>> = items.into_values().collect();
    items.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.row.item.cmp(&b.row.item)));
    items
}

impl Bought<'_> {
    fn draw(&self, drawing: &mut Drawing, field: Frame, ink: Ink, total: Cents) {
        drawing.rect(field, ink, Some((Ink::Paper, THIN)));
        let amount = format!("{} {}", number(self.quantity, 0), self.row.unit);
        let share = self.total.euros() / total.euros().max(1.0);
        let description = self.row.description.as_str();
        let hint = format!(
            "{description}: {amount}, {}, {} of the total",
            euros(self.total),
            percent(share, 1)
        );
        drawing.spot(field, Vec::new(), hint);
        if field.width() < LEGIBLE.0 || field.height() < LEGIBLE.1 {
            return;
        }
        let room = field.width() - 2.0;
        let lines = [description.to_owned(), short_euros(self.total.euros()), amount];
        let mut at = field.min + dvec2(1.0, 2.1);
        for line in lines {
            if at.y + 1.2 > field.max.y {
                break;
            }
            let text = clipped(&line, room, Size::Small);
            drawing.text(at, Anchor::Start, Size::Small, Ink::Text, text);
            at.y += 2.8;
        }
    }
}

/// Divides a field among sizes that fall, with the least oblong fields that rows allow.
fn squarified(sizes: &[f64], field: Frame) -> Vec<Frame> {
    let mut fields = Vec::with_capacity(sizes.len());
    let sum: f64 = sizes.iter().sum();
    if sum <= 0.0 || field.width() <= 0.0 || field.height() <= 0.0 {
        // Nothing can be seen, yet every size has its place.
        return vec![Frame { min: field.min, max: field.min }; sizes.len()];
    }
    let scale = field.width() * field.height() / sum;
    let (mut left, mut begin) = (field, 0);
    while let Some(rest) = sizes.get(begin..).filter(|rest| !rest.is_empty()) {
        let side = left.width().min(left.height());
        let mut count = 1;
        while let (Some(row), Some(longer)) = (rest.get(..count), rest.get(..=count)) {
            if worst(longer, scale, side) > worst(row, scale, side) {
                break;
            }
            count += 1;
        }
        let row = rest.get(..count).unwrap_or(rest);
        left = fill(row, scale, left, &mut fields);
        begin += count;
    }
    fields
}

/// Lays a row along the shorter side and tells what is left.
fn fill(row: &[f64], scale: f64, left: Frame, fields: &mut Vec<Frame>) -> Frame {
    let area: f64 = row.iter().sum::<f64>() * scale;
    let is_upright = left.width() >= left.height();
    let side = if is_upright { left.height() } else { left.width() };
    let depth = area / side.max(1e-9);
    let mut at = left.min;
    for size in row {
        let along = size * scale / depth.max(1e-9);
        let extent = if is_upright { dvec2(depth, along) } else { dvec2(along, depth) };
        fields.push(Frame::sized(at, extent));
        if is_upright {
            at.y += along;
        } else {
            at.x += along;
        }
    }
    let taken = if is_upright { dvec2(depth, 0.0) } else { dvec2(0.0, depth) };
    Frame { min: (left.min + taken).min(left.max), max: left.max }
}

/// How oblong the most oblong field of a row is.
fn worst(row: &[f64], scale: f64, side: f64) -> f64 {
    let area = row.iter().sum::<f64>() * scale;
    let squares = |size: &f64| {
        let field = (size * scale).max(1e-12);
        let share = side * side * field / (area * area).max(1e-12);
        share.max(1.0 / share)
    };
    row.iter().map(squares).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_as_large_as_their_sizes_and_do_not_overlap() {
        // The example of the paper: 6 by 4 among these.
        let sizes = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let fields = squarified(&sizes, Frame::sized(DVec2::ZERO, dvec2(6.0, 4.0)));
        for (index, (field, size)) in fields.iter().zip(sizes).enumerate() {
            assert!((field.width() * field.height() - size).abs() < 1e-9, "{field:?}");
            let inside = field.grown(-1e-9);
            assert!(fields[index + 1..].iter().all(|other| !inside.overlaps(other.grown(-1e-9))));
        }
        // The first two share the left half, one above the other, 3 by 2 each.
        assert!((fields[0].width() - 3.0).abs() < 1e-9 && (fields[1].min.y - 2.0).abs() < 1e-9);
    }

    #[test]
    fn sizes_of_nothing_take_no_room() {
        let field = Frame::sized(DVec2::ZERO, dvec2(6.0, 4.0));
        assert_eq!(squarified(&[], field), []);
        assert_eq!(squarified(&[0.0, 0.0], field).len(), 2);
    }
}
