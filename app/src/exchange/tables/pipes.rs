//! The pipe schedule: runs by piece of one diameter.

use stackyard_solver::provenance::{Explainer, Subject};
use stackyard_solver::report::{PipeRun, PipeSegment, Report};
use stackyard_solver::size::pipe;

use super::super::Document;
use super::{Cell, Table, blank, columns, count, number, text};

/// Pipe runs, a row for each piece of one diameter.
pub(super) fn pipes(document: &Document<'_>) -> Table {
    let explainer = Explainer::new(document.plan, document.catalogue, document.report);
    let rows = document.report.pipes.iter().flat_map(|run| rows(document, &explainer, run));
    let table = Table {
        columns: columns(&[
            ("Run", 12, 0),
            ("Piece", 8, 0),
            ("Service", 16, 0),
            ("From", 18, 0),
            ("To", 30, 0),
            ("DN", 8, 0),
            ("Length (m)", 12, 1),
            ("Flow (kg/s)", 12, 2),
            ("Velocity (m/s)", 12, 2),
            ("Gradient (Pa/m)", 12, 0),
            ("Material", 30, 0),
            ("Inner diameter (mm)", 10, 1),
            ("Insulation (mm)", 10, 0),
            ("Supply (°C)", 10, 1),
            ("Return (°C)", 10, 1),
            ("Fittings factor", 10, 2),
            ("Friction of the run (kPa)", 14, 2),
            ("Water in the run (m³)", 12, 2),
            ("Heat loss of the run (W)", 12, 0),
            ("Connections served", 12, 0),
            ("Confidence", 12, 0),
            ("Source", 40, 0),
            ("Phase", 10, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [
        ("Flow (kg/s)", "pipe.flow"),
        ("Velocity (m/s)", "pipe.velocity"),
        ("Gradient (Pa/m)", "pipe.gradient"),
        ("Friction of the run (kPa)", "pipe.loss"),
        ("Water in the run (m³)", "pipe.volume"),
    ];
    let totals = [
        "Length (m)",
        "Friction of the run (kPa)",
        "Water in the run (m³)",
        "Heat loss of the run (W)",
    ];
    table.explained(&formulas).summed(&totals)
}

/// What is true of a whole run stands on its first row only, so that a column sum is right.
fn rows(document: &Document<'_>, explainer: &Explainer<'_>, run: &PipeRun) -> Vec<Vec<Cell>> {
    let (from, to) = ends(document.report, run);
    let head =
        |piece: usize| [text(&run.id), count(piece), text(run.service), text(&from), text(&to)];
    let tail = |piece: usize| {
        let volume = explainer.explain(&Subject::Run(run.id.clone()), "pipe.volume");
        let volume = volume.map_or(Cell::Empty, |volume| number(volume.value));
        let mut solved = document.report.water.networks.iter().flat_map(|it| &it.runs);
        let heat_loss = solved.find(|it| it.run == run.id);
        let heat_loss = heat_loss.map_or(Cell::Empty, |it| number(it.heat_loss_w));
        let of_run = [number(run.loss_kpa), volume, heat_loss];
        let first = if piece == 1 { of_run } else { [Cell::Empty, Cell::Empty, Cell::Empty] };
        first.into_iter().chain([count(run.contents.len())])
    };
    if run.segments.is_empty() {
        let mut cells: Vec<Cell> = head(1).into_iter().collect();
        cells.extend([Cell::Empty, number(run.length_m), number(run.flow_kg_s)]);
        cells.extend(blank(8));
        cells.extend(tail(1));
        cells.extend([Cell::Empty, Cell::Empty, text(&run.phase)]);
        return vec![cells];
    }
    (1..)
        .zip(&run.segments)
        .map(|(piece, segment)| {
            let mut cells: Vec<Cell> = head(piece).into_iter().collect();
            cells.extend(figures(document, run, segment));
            cells.extend(tail(piece));
            let size = pipe::of_diameter(document.catalogue, segment.dn);
            let confidence = size.map_or(Cell::Empty, |size| text(size.confidence));
            let source = size.map_or(Cell::Empty, |size| text(&size.source));
            cells.extend([confidence, source, text(&run.phase)]);
            cells
        })
        .collect()
}

fn figures(document: &Document<'_>, run: &PipeRun, segment: &PipeSegment) -> [Cell; 11] {
    let rules = &document.catalogue.rules;
    let size = pipe::of_diameter(document.catalogue, segment.dn);
    let supply_c = rules.water_supply_c.value;
    [
        number(segment.dn),
        number(segment.length_m),
        number(run.flow_kg_s),
        number(segment.velocity_m_s),
        number(segment.gradient_pa_m),
        size.map_or(Cell::Empty, |size| text(&size.material)),
        size.map_or(Cell::Empty, |size| number(size.inner_mm)),
        number(rules.pipe_insulation_mm.value),
        number(supply_c),
        number(supply_c + rules.water_delta_k.value),
        number(rules.pipe_fittings_factor.value),
    ]
}

/// Where a run begins and where it leads: the run or supply before it; the runs after it and the
/// connections at its end.
fn ends(report: &Report, run: &PipeRun) -> (String, String) {
    let is_next = |before: &PipeRun, after: &PipeRun| {
        before.id != after.id
            && before.service == after.service
            && before.supply == after.supply
            && before.path_mm.last() == after.path_mm.first()
            && after.contents.iter().all(|index| before.contents.contains(index))
    };
    let before = report.pipes.iter().find(|other| is_next(other, run));
    let after: Vec<_> = report.pipes.iter().filter(|other| is_next(run, other)).collect();
    let goes_on = |index: &usize| after.iter().any(|next| next.contents.contains(index));
    let served = run.contents.iter().filter(|index| !goes_on(index));
    let served = served.filter_map(|&index| report.connections.get(index)).map(|it| it.id.as_str());
    let to: Vec<&str> = after.iter().map(|next| next.id.as_str()).chain(served).collect();
    (before.map_or_else(|| run.supply.to_string(), |before| before.id.clone()), to.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn the_friction_of_a_run_is_counted_once() {
        let mut sample = Sample::campus();
        let run = sample.report.pipes.first_mut().unwrap();
        let piece = run.segments.first().cloned();
        run.segments.extend(piece);
        let (id, loss_kpa) = (run.id.clone(), run.loss_kpa);
        let table = pipes(&sample.document());
        let at = table.columns.iter().position(|it| it.title == "Friction of the run (kPa)");
        let of_run = table.rows.iter().filter(|row| row.first() == Some(&text(&id)));
        let shown: Vec<_> = of_run.filter_map(|row| row.get(at.unwrap())).collect();
        assert_eq!(shown.iter().filter(|cell| ***cell == number(loss_kpa)).count(), 1);
        assert_eq!(shown.iter().filter(|cell| ***cell != Cell::Empty).count(), 1);
    }

    #[test]
    fn every_connection_is_the_end_of_one_run() {
        let sample = Sample::campus();
        let report = &sample.report;
        let ended: Vec<String> = report.pipes.iter().map(|run| ends(report, run).1).collect();
        for connection in report.connections.iter().filter(|it| it.service.is_piped()) {
            let times =
                ended.iter().filter(|to| to.split(' ').any(|name| name == connection.id)).count();
            assert_eq!(times, 1, "{}", connection.id);
        }
    }
}
