//! From the parts of the bill to its total, each part standing on the one before.

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::Discipline;
use stackyard_solver::report::{BoqGroup, Report};
use stackyard_solver::units::Cents;

use super::chart::{Axis, Plot, heading};
use super::text::{clipped, width};
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THIN};
use crate::format::{euros, percent, short_euros};
use crate::scene::Anchor;

/// A part of the bill.
pub(super) struct Part {
    /// Which one.
    pub(super) group: BoqGroup,
    /// What its priced rows cost.
    pub(super) total: Cents,
    /// Rows without a price.
    pub(super) missing: usize,
}

/// The parts that have rows, in the order of the bill.
pub(super) fn parts(report: &Report) -> Vec<Part> {
    let part = |group: BoqGroup| {
        let rows = || report.boq.iter().filter(move |row| row.group == group);
        let total = rows().filter_map(|row| row.total).sum();
        let missing = rows().filter(|row| row.total.is_none()).count();
        rows().next().is_some().then_some(Part { group, total, missing })
    };
    BoqGroup::ALL.into_iter().filter_map(part).collect()
}

/// The fill of a part of the bill.
pub(super) fn ink_of(group: BoqGroup) -> Ink {
    match group {
        BoqGroup::Equipment => Ink::Trade(Discipline::Compute),
        BoqGroup::Trench => Ink::Earth,
        BoqGroup::Cable => Ink::Trade(Discipline::Power),
        BoqGroup::Pipe => Ink::Trade(Discipline::Cooling),
        BoqGroup::Optics | BoqGroup::Fabric => Ink::Trade(Discipline::Network),
        BoqGroup::Laying => Ink::Trade(Discipline::Building),
        BoqGroup::Spares => Ink::Rule,
    }
}

/// Draws the waterfall.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let mut drawing = Drawing::new(Kind::CostWaterfall, area);
    let parts = parts(source.report);
    let total: Cents = parts.iter().map(|part| part.total).sum();
    if total <= Cents(0) {
        return drawing;
    }
    let millions = |amount: Cents| amount.euros() / 1e6;
    let y = Axis::of([millions(total)].into_iter(), (area.y / 14.0).clamp(3.0, 8.0));
    let bars = parts.len() as f64 + 1.0;
    let x = Axis { low: 0.0, high: bars, step: 1.0 };
    let plot = Plot::within(Frame::sized(DVec2::ZERO, area), x, y);
    plot.y_axis(&mut drawing, "million €");
    let (mut sum, mut place) = (Cents(0), 0.0);
    for part in &parts {
        let from = millions(sum);
        sum += part.total;
        let to = millions(sum);
        let bar = bar(&plot, place, from, to);
        drawing.rect(bar, ink_of(part.group), Some((Ink::Muted, THIN)));
        // The next part stands on this one.
        let level = plot.y_at(to);
        let ends = [dvec2(bar.max.x, level), dvec2(plot.x_at(place + 1.15), level)];
        drawing.line(ends, Ink::Muted, THIN);
        label(&mut drawing, &plot, bar, part.group.label(), &short_euros(part.total.euros()));
        let share = part.total.euros() / total.euros();
        let missing = match part.missing {
            0 => String::new(),
            count => format!(", {count} rows without a price"),
        };
        let (name, amount) = (part.group.label(), euros(part.total));
        let hint = format!("{name}: {amount}, {} of the total{missing}", percent(share, 1));
        drawing.spot(bar.grown(1.0), Vec::new(), hint);
        place += 1.0;
    }
    let last = bar(&plot, place, 0.0, millions(total));
    drawing.rect(last, Ink::Muted, None);
    label(&mut drawing, &plot, last, "Total", &short_euros(total.euros()));
    drawing.spot(last, Vec::new(), format!("Total: {}", euros(total)));
    plot.base(&mut drawing);
    let missing: usize = parts.iter().map(|part| part.missing).sum();
    let text = match missing {
        0 => format!("Total {}", euros(total)),
        count => format!("{} and {count} rows without a price", euros(total)),
    };
    heading(&mut drawing, plot.frame, area.x, &text);
    drawing
}

/// The bar at a place between two heights.
fn bar(plot: &Plot, place: f64, from: f64, to: f64) -> Frame {
    let (low, high) = (plot.at(place + 0.15, from), plot.at(place + 0.85, to));
    Frame { min: dvec2(low.x, high.y), max: dvec2(high.x, low.y) }
}

/// Writes the name below the axis and the amount on the bar.
fn label(drawing: &mut Drawing, plot: &Plot, bar: Frame, name: &str, amount: &str) {
    let center = bar.center().x;
    let slot = plot.frame.width() / plot.x.high - 1.5;
    let below = dvec2(center, plot.frame.max.y + 3.0);
    drawing.text(below, Anchor::Middle, Size::Small, Ink::Text, clipped(name, slot, Size::Small));
    let above = dvec2(center, bar.min.y - 2.0);
    if width(amount, Size::Small) <= slot {
        drawing.text(above, Anchor::Middle, Size::Small, Ink::Text, amount);
    }
    drawing.line([dvec2(bar.min.x, bar.min.y), dvec2(bar.max.x, bar.min.y)], Ink::Text, MEDIUM);
}
