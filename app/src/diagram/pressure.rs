//! Pressure along the index circuit: down the supply, through the module, up the return.
//!
//! Pressures are measured against the suction of the pumps, in kPa. The friction of a run is that
//! of supply and return together, so each carries half; within a run it follows the gradients of
//! its pieces.

use glam::{DVec2, dvec2};
use stackyard_solver::report::{PipeRun, PumpSet};

use super::chart::{Axis, Plot, heading, legend};
use super::mains::path;
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THIN};
use crate::format::number;
use crate::scene::Anchor;

/// Least height of a plot where there are several, mm.
const LEAST: f64 = 62.0;

/// Draws a plot for each network.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let circuits: Vec<(&PumpSet, Vec<&PipeRun>)> = source
        .report
        .pumps
        .iter()
        .map(|pumps| (pumps, path(source.report, pumps, &pumps.index_connection)))
        .filter(|(_, runs)| !runs.is_empty())
        .collect();
    let height = (area.y / circuits.len().max(1) as f64).max(LEAST);
    let size = dvec2(area.x, height * circuits.len().max(1) as f64);
    let mut drawing = Drawing::new(Kind::PressureProfile, size);
    let mut top = 0.0;
    for (pumps, runs) in circuits {
        let outer = Frame::sized(dvec2(0.0, top), dvec2(area.x, height));
        circuit(&mut drawing, outer, pumps, &runs);
        top += height;
    }
    drawing
}

/// Distance from the pumps and friction up to there, of supply and return together: a pair for
/// the pumps and one for the end of each piece of pipe, with the run it belongs to.
fn points<'a>(runs: &[&'a PipeRun]) -> Vec<(f64, f64, Option<&'a PipeRun>)> {
    let (mut distance, mut friction) = (0.0, 0.0);
    let mut points = vec![(0.0, 0.0, None)];
    for &run in runs {
        let weights: f64 = run.segments.iter().map(|it| it.length_m * it.gradient_pa_m).sum();
        if run.segments.is_empty() || weights <= 0.0 {
            distance += run.length_m;
            friction += run.loss_kpa;
            points.push((distance, friction, Some(run)));
            continue;
        }
        for piece in &run.segments {
            distance += piece.length_m;
            friction += run.loss_kpa * piece.length_m * piece.gradient_pa_m / weights;
            points.push((distance, friction, Some(run)));
        }
    }
    points
}

fn circuit(drawing: &mut Drawing, outer: Frame, pumps: &PumpSet, runs: &[&PipeRun]) {
    let points = points(runs);
    let Some(&(length, lost, _)) = points.last() else { return };
    let ticks = (outer.height() / 14.0).clamp(3.0, 8.0);
    let across = (outer.width() / 25.0).clamp(3.0, 16.0);
    let x = Axis::of([length].into_iter(), across);
    let y = Axis::of([pumps.head_kpa].into_iter(), ticks);
    let plot = Plot::within(outer, x, y);
    plot.y_axis(drawing, "kPa above the suction of the pumps");
    plot.x_axis(drawing, "m from the pumps");
    let line = |pressure: &dyn Fn(f64) -> f64| -> Vec<DVec2> {
        points.iter().map(|&(far, lost, _)| plot.at(far, pressure(lost))).collect()
    };
    let head = pumps.head_kpa;
    drawing.line(line(&|lost| head - lost / 2.0), Ink::Supply, 2.0 * MEDIUM);
    drawing.line(line(&|lost| lost / 2.0), Ink::Return, 2.0 * MEDIUM);
    let (above, below) = (plot.at(length, head - lost / 2.0), plot.at(length, lost / 2.0));
    drawing.line([plot.at(0.0, 0.0), plot.at(0.0, head)], Ink::Text, MEDIUM);
    drawing.dashed([above, below], Ink::Accent, MEDIUM);
    pieces(drawing, &plot, &points);
    let id = &pumps.index_connection;
    let text = format!("{id}: {} kPa left for the module", number(head - lost, 0));
    let shown = super::text::clipped(&text, above.x - plot.frame.min.x - 4.0, Size::Small);
    let at = above.midpoint(below) - dvec2(1.5, 0.0);
    drawing.text(at, Anchor::End, Size::Small, Ink::Text, shown);
    let hit = Frame { min: above, max: below }.grown(1.5);
    drawing.spot(hit, vec![id.clone()], text);
    let until = legend(drawing, plot.frame, &[(Ink::Supply, "Supply"), (Ink::Return, "Return")]);
    let title = format!(
        "{} at {}: head {} kPa, friction {} kPa over {} m",
        pumps.service,
        pumps.supply.id,
        number(head, 0),
        number(lost, 0),
        number(length, 0)
    );
    heading(drawing, plot.frame, until, &title);
}

/// Marks where each run ends and lets the pointer find it.
fn pieces(drawing: &mut Drawing, plot: &Plot, points: &[(f64, f64, Option<&PipeRun>)]) {
    let Frame { min, max } = plot.frame;
    for pair in points.windows(2) {
        let [(from, ..), (to, friction, Some(run))] = pair else { continue };
        let (left, right) = (plot.x_at(*from), plot.x_at(*to));
        drawing.line([dvec2(right, max.y), dvec2(right, max.y - 1.2)], Ink::Muted, THIN);
        let hint = format!(
            "{}: {} kg/s, {} kPa lost up to here",
            run.id,
            number(run.flow_kg_s, 1),
            number(*friction, 1)
        );
        let hit = Frame { min: dvec2(left, min.y), max: dvec2(right, max.y) };
        drawing.spot(hit, vec![run.id.clone()], hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn friction_along_the_index_circuit_is_that_of_its_connection() {
        use stackyard_solver::report::Sizing;
        let report = Sample::campus().report;
        let pumps = report.pumps.first().unwrap();
        let runs = path(&report, pumps, &pumps.index_connection);
        let (length, lost, _) = *points(&runs).last().unwrap();
        let connection = report.connection(&pumps.index_connection).unwrap();
        let Some(Sizing::Pipe(pipe)) = &connection.sizing else { panic!("no pipes") };
        assert!((lost - pipe.path_loss_kpa).abs() < 1e-6, "{lost} {}", pipe.path_loss_kpa);
        assert!((length - connection.length_m).abs() < 0.01, "{length} {}", connection.length_m);
    }
}
