//! Single losses: what stops when a feed, module, trench, feeder, pipe or pump is gone, and why.

use stackyard_solver::contingency::{Contingency, MOST_NAMED};
use stackyard_solver::report::Report;

use crate::format::number;
use crate::view::table::{Cell, Column, Row, Table, Tone};

const COLUMNS: [Column; 8] = [
    Column::words("Kind", 64.0),
    Column::words("Lost", 130.0),
    Column::numbers("Stops", 56.0),
    Column::numbers("Racks", 56.0),
    Column::numbers("Load kW", 72.0),
    Column::numbers("Pairs halved", 84.0),
    Column::numbers("Heat left kW", 84.0),
    Column::words("Why", 320.0),
];

/// The rows.
pub(crate) fn table(report: &Report) -> Table {
    let rows = report.contingencies.cases.iter().map(row).collect();
    Table { columns: &COLUMNS, rows, groups: Vec::new() }
}

fn row(case: &Contingency) -> Row {
    let stops = if case.stopped_count > 0 { Tone::Warning } else { Tone::Weak };
    let mut stopped: Vec<String> = case.stopped.iter().map(ToString::to_string).collect();
    if case.stopped_count > MOST_NAMED {
        stopped.push(format!("and {} more", case.stopped_count - MOST_NAMED));
    }
    let why = if case.witness.is_empty() {
        Cell::word("nothing stops").toned(Tone::Weak)
    } else {
        Cell::word(case.witness.join("; ")).hovered(case.witness.join("\n"))
    };
    // The name of a pump set is that of its supply with the service behind it.
    let name = case.name.split(" (").next().unwrap_or_default().to_owned();
    Row {
        cells: vec![
            Cell::word(case.kind.label()),
            Cell::word(case.name.as_str()),
            Cell::number(case.stopped_count as f64, case.stopped_count.to_string())
                .toned(stops)
                .hovered(stopped.join(", ")),
            Cell::number(f64::from(case.racks), case.racks.to_string()),
            Cell::number(case.load_kw, number(case.load_kw, 0)),
            Cell::number(case.halved as f64, case.halved.to_string()),
            Cell::number(case.shortfall_kw, number(case.shortfall_kw, 0)),
            why,
        ],
        names: vec![name],
        ..Row::default()
    }
}
