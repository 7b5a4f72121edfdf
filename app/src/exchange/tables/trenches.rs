//! Trenches with what lies in them.

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::{Report, Trench};

use super::{Cell, Table, columns, count, money, number, text};

/// Trenches with what lies in them.
pub(in crate::exchange) fn trenches(report: &Report) -> Table {
    Table {
        columns: columns(&[
            ("Trench", 12, 0),
            ("Phase", 10, 0),
            ("Corridor", 14, 0),
            ("Length (m)", 12, 1),
            ("Width (mm)", 12, 0),
            ("Widest that fits (mm)", 12, 0),
            ("Ground factor", 10, 2),
            ("Open already", 10, 0),
            ("Road crossings", 10, 0),
            ("Connections", 12, 0),
            ("Services", 46, 0),
            ("Cost (EUR)", 16, 2),
        ]),
        rows: report.trenches.iter().map(|trench| trench_row(trench, report)).collect(),
    }
}

fn trench_row(trench: &Trench, report: &Report) -> Vec<Cell> {
    let mut services: Vec<_> = trench
        .contents
        .iter()
        .filter_map(|&index| report.connections.get(index))
        .map(|connection| connection.service)
        .collect();
    services.sort_unstable();
    services.dedup();
    let services: Vec<&str> = services.into_iter().map(Service::label).collect();
    vec![
        text(&trench.id),
        text(&trench.phase),
        trench.corridor.as_ref().map_or(Cell::Empty, text),
        number(trench.length_m),
        Cell::Number(trench.width_mm as f64),
        Cell::Number(trench.limit_mm as f64),
        number(trench.ground_factor),
        text(if trench.existing { "yes" } else { "no" }),
        number(trench.crossings),
        count(trench.contents.len()),
        text(services.join(", ")),
        money(Some(trench.cost)),
    ]
}
