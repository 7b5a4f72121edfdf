//! Construction steps on a calendar, and below it the money spent by their end.
//!
//! A step is under way from the end of the steps before it to its own; a dashed bar before that
//! begins when the item with the longest delivery must be ordered. A first step, which waits for
//! nothing, is under way from that order on. Money counts when its step is finished.

use std::collections::BTreeMap;

use glam::{DVec2, dvec2};
use stackyard_solver::id::Id;
use stackyard_solver::report::PhaseReport;

use super::chart::{Axis, MARGINS, Plot, heading, round_up};
use super::text::{clipped, width};
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THIN};
use crate::format::{euros, number};
use crate::scene::Anchor;

/// Height of a step, mm.
const ROW: f64 = 7.0;
/// Room for the names of steps, mm.
const NAMES: f64 = 62.0;
/// Height above the first step, mm.
const TOP: f64 = 10.0;
/// Least height of the plot of the money, mm.
const CASH: f64 = 50.0;
/// Weeks of a month on average.
const WEEKS: f64 = 365.25 / 12.0 / 7.0;
/// Distances between ticks that are tried, months.
const TICKS: [u16; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 600];

/// A step on the calendar; times are months since the year 0.
struct Step<'a> {
    phase: &'a PhaseReport,
    ordered: f64,
    begun: f64,
    finished: f64,
    weeks: u32,
}

/// Draws calendar and money.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let steps = steps(source);
    if steps.is_empty() {
        return Drawing::new(Kind::Gantt, area);
    }
    let high = TOP + ROW * steps.len() as f64 + 3.0;
    let size = dvec2(area.x, area.y.max(high + CASH));
    let mut drawing = Drawing::new(Kind::Gantt, size);
    let earliest = steps.iter().map(|step| step.ordered.min(step.begun)).fold(f64::MAX, f64::min);
    let latest = steps.iter().map(|step| step.finished).fold(0.0, f64::max);
    let x = calendar(earliest, latest, size.x - NAMES - MARGINS[2]);
    let money: f64 = steps.iter().map(|step| step.phase.cost.euros() / 1e6).sum();
    let ticks = ((size.y - high) / 14.0).clamp(3.0, 8.0);
    let y = Axis::of([money].into_iter(), ticks);
    let outer = Frame { min: dvec2(NAMES - MARGINS[0], high - 3.0), max: size };
    let plot = Plot::within(outer, x, y);
    months(&mut drawing, &plot);
    for (index, step) in steps.iter().enumerate() {
        let top = TOP + ROW * index as f64;
        bar(&mut drawing, &plot, step, top, source);
    }
    cash(&mut drawing, &plot, &steps);
    let text = "Dashed: from the order of what is delivered last. Filled: under way";
    let frame = Frame { min: dvec2(15.0, 12.0), max: size };
    heading(&mut drawing, frame, size.x, text);
    drawing
}

/// The steps whose end is known, in the order of the plan's phases.
fn steps(source: Source<'_>) -> Vec<Step<'_>> {
    let report = source.report;
    let finished: BTreeMap<&Id, f64> = report
        .phases
        .iter()
        .filter_map(|phase| Some((&phase.id, month(&phase.finished)?)))
        .collect();
    let mut weeks: BTreeMap<&Id, u32> = BTreeMap::new();
    for row in &report.boq {
        let longest = weeks.entry(&row.phase).or_default();
        *longest = (*longest).max(row.lead_time_weeks);
    }
    let step = |phase: &PhaseReport| -> Option<(f64, f64, f64, u32)> {
        let end = *finished.get(&phase.id)?;
        let weeks = weeks.get(&phase.id).copied().unwrap_or(0);
        let ordered = end - f64::from(weeks) / WEEKS;
        let planned = source.plan.phases.iter().find(|planned| planned.id == phase.id);
        let before = planned
            .into_iter()
            .flat_map(|planned| &planned.after)
            .filter_map(|before| finished.get(before).copied())
            .reduce(f64::max);
        // A step that ends with the one before it, or before, has no time of its own.
        let begun = before.unwrap_or(ordered).min(end);
        Some((ordered, begun, end, weeks))
    };
    report
        .phases
        .iter()
        .filter_map(|phase| {
            let (ordered, begun, finished, weeks) = step(phase)?;
            Some(Step { phase, ordered, begun, finished, weeks })
        })
        .collect()
}

/// A month such as `2027-04` as its end in months since the year 0.
fn month(text: &str) -> Option<f64> {
    let (year, month) = text.trim().split_once('-')?;
    let (year, month) = (year.parse::<u16>().ok()?, month.parse::<u16>().ok()?);
    (1..=12).contains(&month).then(|| f64::from(year) * 12.0 + f64::from(month))
}

/// The month that ends at a time, as people write it.
fn month_text(time: f64) -> String {
    let whole = time.round() - 1.0;
    let year = (whole / 12.0).floor();
    format!("{year:04.0}-{:02.0}", whole - year * 12.0 + 1.0)
}

/// The scale of the calendar: whole ticks around everything.
fn calendar(earliest: f64, latest: f64, wide: f64) -> Axis {
    let fits = |step: &f64| (latest - earliest) / step * 15.0 <= wide;
    let years = || 12.0 * round_up((latest - earliest) / 12.0 * 15.0 / wide.max(15.0));
    let step = TICKS.into_iter().map(f64::from).find(fits).unwrap_or_else(years);
    let low = (earliest / step).floor() * step;
    let high = ((latest + 0.01) / step).ceil() * step;
    Axis { low, high: high.max(low + step), step }
}

/// Draws the upright lines of the calendar with their months at the bottom.
fn months(drawing: &mut Drawing, plot: &Plot) {
    let Frame { max, .. } = plot.frame;
    for time in plot.x.ticks() {
        let x = plot.x_at(time);
        drawing.line([dvec2(x, TOP - 1.0), dvec2(x, max.y + 1.0)], Ink::Rule, THIN);
        let text = month_text(time);
        let at = dvec2(x, max.y + 3.0);
        drawing.text(at, Anchor::Middle, Size::Small, Ink::Muted, text);
    }
}

/// Draws a step with its name left of the calendar.
fn bar(drawing: &mut Drawing, plot: &Plot, step: &Step<'_>, top: f64, source: Source<'_>) {
    let middle = top + ROW / 2.0;
    let Step { phase, ordered, begun, finished, weeks } = step;
    let id = phase.id.as_str();
    drawing.text(dvec2(2.0, middle), Anchor::Start, Size::Strong, Ink::Text, id);
    let left = 3.5 + width(id, Size::Strong);
    let name = clipped(&phase.name, NAMES - left - 2.0, Size::Small);
    drawing.text(dvec2(left, middle), Anchor::Start, Size::Small, Ink::Muted, name);
    let frame = |from: f64, to: f64, high: f64| Frame {
        min: dvec2(plot.x_at(from), middle - high),
        max: dvec2(plot.x_at(to), middle + high),
    };
    if ordered < finished {
        let corners = frame(*ordered, *finished, 1.2).corners();
        let outline: Vec<DVec2> = corners.into_iter().chain([corners[0]]).collect();
        drawing.dashed(outline, Ink::Muted, THIN);
    }
    let ink = if phase.complete { Ink::Accent } else { Ink::Error };
    let work = frame(*begun, *finished, 2.0);
    drawing.rect(work, ink, None);
    let end = dvec2(work.max.x, middle);
    drawing.line([end - dvec2(0.0, 2.6), end + dvec2(0.0, 2.6)], Ink::Text, MEDIUM);
    let around = Frame { min: dvec2(0.0, top), max: dvec2(plot.frame.max.x, top + ROW) };
    let names = source.plan.containers.iter().filter(|container| container.phase == phase.id);
    let state = if phase.complete { "works at its end" } else { "does not work at its end" };
    let hint = format!(
        "{id}: {}. Finished {}, {} containers, {}, longest delivery {weeks} weeks, {state}",
        phase.name,
        phase.finished,
        phase.containers,
        euros(phase.cost)
    );
    drawing.spot(around, names.map(|container| container.id.to_string()).collect(), hint);
}

/// Draws the money spent by the end of each step.
fn cash(drawing: &mut Drawing, plot: &Plot, steps: &[Step<'_>]) {
    plot.y_axis(drawing, "million € spent");
    plot.base(drawing);
    let mut payments: Vec<(f64, f64, &str)> = steps
        .iter()
        .map(|step| (step.finished, step.phase.cost.euros() / 1e6, step.phase.id.as_str()))
        .collect();
    payments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut spent = 0.0;
    let mut line = vec![plot.at(plot.x.low, 0.0)];
    for (time, amount, id) in payments {
        line.push(plot.at(time, spent));
        spent += amount;
        let at = plot.at(time, spent);
        line.push(at);
        let hint = format!("{} million € spent by the end of {id}", number(spent, 2));
        drawing.spot(Frame::centered(at, DVec2::splat(4.0)), Vec::new(), hint);
    }
    line.push(plot.at(plot.x.high, spent));
    drawing.line(line, Ink::Accent, 2.0 * MEDIUM);
    let top = plot.at(plot.x.low, spent);
    let text = format!("{} million €", number(spent, 2));
    let at = top + dvec2(2.0, 2.4);
    drawing.text(at, Anchor::Start, Size::Small, Ink::Text, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_and_written() {
        for text in ["2024-12", "2025-01", "0001-06"] {
            assert_eq!(month(text).map(month_text).as_deref(), Some(text));
        }
        for text in ["", "2024", "2024-13", "2024-00", "April 2024", "-3-4", "99999-01"] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn a_calendar_has_few_enough_months() {
        for (from, to) in [(24_295.0, 24_300.0), (24_000.0, 24_400.0), (12.0, 786_000.0)] {
            let axis = calendar(from, to, 180.0);
            assert!(axis.low <= from && axis.high >= to && axis.ticks().len() < 700, "{axis:?}");
        }
    }
}
