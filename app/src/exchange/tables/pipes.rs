//! Pipe runs by piece of one diameter.

use stackyard_solver::report::{PipeRun, Report};

use super::{Cell, Table, columns, count, number, text};

/// Pipe runs, a row for each piece of one diameter.
pub(in crate::exchange) fn pipes(report: &Report) -> Table {
    Table {
        columns: columns(&[
            ("Run", 12, 0),
            ("Piece", 8, 0),
            ("Service", 16, 0),
            ("From", 18, 0),
            ("DN", 8, 0),
            ("Length (m)", 12, 1),
            ("Flow (kg/s)", 12, 2),
            ("Velocity (m/s)", 12, 2),
            ("Gradient (Pa/m)", 12, 0),
            ("Friction of the run (kPa)", 14, 2),
            ("Connections served", 12, 0),
            ("Phase", 10, 0),
        ]),
        rows: report.pipes.iter().flat_map(pipe_rows).collect(),
    }
}

/// The friction of the whole run stands on its first row only, so that a column sum is right.
fn pipe_rows(run: &PipeRun) -> Vec<Vec<Cell>> {
    let head = |piece: usize| [text(&run.id), count(piece), text(run.service), text(&run.supply)];
    let tail = |piece: usize| {
        let friction = if piece == 1 { number(run.loss_kpa) } else { Cell::Empty };
        [friction, count(run.contents.len()), text(&run.phase)]
    };
    if run.segments.is_empty() {
        let unsized_run =
            [Cell::Empty, number(run.length_m), number(run.flow_kg_s), Cell::Empty, Cell::Empty];
        return vec![head(1).into_iter().chain(unsized_run).chain(tail(1)).collect()];
    }
    (1..)
        .zip(&run.segments)
        .map(|(piece, segment)| {
            let figures = [
                number(segment.dn),
                number(segment.length_m),
                number(run.flow_kg_s),
                number(segment.velocity_m_s),
                number(segment.gradient_pa_m),
            ];
            head(piece).into_iter().chain(figures).chain(tail(piece)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn the_friction_of_a_run_is_counted_once() {
        let mut sample = Sample::campus();
        if let Some(run) = sample.report.pipes.first_mut() {
            let piece = run.segments.first().cloned();
            run.segments.extend(piece);
            let friction = |row: &Vec<Cell>| row.get(9).is_some_and(|cell| *cell != Cell::Empty);
            assert_eq!(pipe_rows(run).iter().filter(|row| friction(row)).count(), 1);
        }
    }
}
