//! The fabric: what to order, how it compares with what is published, switches, and every port.
//!
//! The port schedule has tens of thousands of rows; they are made one at a time and written as they
//! are made, never kept together.

use stackyard_solver::fabric::spec::Wording;
use stackyard_solver::fabric::{PortRow, Takeoff};
use stackyard_solver::report::Report;

use super::{Cell, Column, Table, columns, count, number, text};

/// Cables by what they join, medium and stock length.
pub(in crate::exchange) fn fabric_take_off(report: &Report) -> Table {
    let rows = report.fabric.take_off.iter().map(|row| {
        vec![
            text(row.kind.label()),
            row.item.as_ref().map_or(Cell::Empty, text),
            text(&row.medium),
            number(row.stock_m),
            count(row.cables),
            number(row.metres),
            number(row.reach_m),
            number(row.loss_db),
            number(row.latency_ns),
            text(if row.billed { "yes" } else { "in the trunks of the data connections" }),
        ]
    });
    Table {
        columns: columns(&[
            ("Joins", 16, 0),
            ("Item", 24, 0),
            ("Medium", 30, 0),
            ("Length (m)", 12, 1),
            ("Cables", 12, 0),
            ("Together (m)", 14, 1),
            ("Reach (m)", 12, 0),
            ("Loss (dB)", 12, 2),
            ("Delay (ns)", 12, 0),
            ("In the bill", 34, 0),
        ]),
        rows: rows.collect(),
    }
}

/// Published figures beside those of the plan.
pub(in crate::exchange) fn fabric_figures(report: &Report) -> Table {
    let rows = report.fabric.comparison.iter().map(|row| {
        let wording = match row.wording {
            Wording::Exact => "exactly",
            Wording::About => "about",
            Wording::Over => "more than",
        };
        vec![
            text(&row.quantity),
            text(wording),
            number(row.published),
            number(row.planned),
            number(row.difference),
            number(100.0 * row.share()),
            text(&row.source.text),
            text(row.source.confidence),
            text(&row.explanation),
        ]
    });
    Table {
        columns: columns(&[
            ("Quantity", 24, 0),
            ("Published as", 14, 0),
            ("Published", 14, 0),
            ("Planned", 14, 0),
            ("Difference", 14, 0),
            ("Difference (%)", 12, 1),
            ("Source", 44, 0),
            ("Confidence", 12, 0),
            ("Explanation", 100, 0),
        ]),
        rows: rows.collect(),
    }
}

/// Switches with their racks and ports.
pub(in crate::exchange) fn switch_list(takeoff: &Takeoff<'_>) -> Table {
    let rows = takeoff.switches().map(|row| {
        vec![
            text(row.name),
            text(row.role),
            text(row.model),
            text(row.rack),
            text(row.phase),
            number(row.used),
            number(row.free),
        ]
    });
    Table {
        columns: columns(&[
            ("Switch", 16, 0),
            ("Role", 10, 0),
            ("Model", 34, 0),
            ("Rack", 18, 0),
            ("Phase", 10, 0),
            ("Ports in use", 12, 0),
            ("Ports left", 12, 0),
        ]),
        rows: rows.collect(),
    }
}

/// Columns of the port schedule.
pub(in crate::exchange) fn port_columns() -> Vec<Column> {
    columns(&[
        ("Cable", 12, 0),
        ("Joins", 16, 0),
        ("From", 14, 0),
        ("Port", 10, 0),
        ("Rack", 16, 0),
        ("To", 30, 0),
        ("Far port", 24, 0),
        ("Far rack", 16, 0),
        ("Medium", 24, 0),
        ("Item", 24, 0),
        ("Length (m)", 12, 2),
        ("Stock length (m)", 12, 1),
    ])
}

/// Rows of the port schedule, made one at a time.
pub(in crate::exchange) fn port_rows(takeoff: &Takeoff<'_>) -> impl Iterator<Item = Vec<Cell>> {
    takeoff.ports().map(port_row)
}

fn port_row(row: PortRow) -> Vec<Cell> {
    vec![
        Cell::Text(row.cable),
        text(row.kind),
        Cell::Text(row.from),
        Cell::Text(row.from_port),
        Cell::Text(row.from_rack),
        Cell::Text(row.to),
        Cell::Text(row.to_port),
        Cell::Text(row.to_rack),
        Cell::Text(row.medium),
        Cell::Text(row.item),
        Cell::Number(row.length_m),
        Cell::Number(row.stock_m),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let sample = Sample::fabric();
        let takeoff = Takeoff::of(&sample.plan, &sample.catalogue, &sample.report).unwrap();
        let tables = [
            fabric_take_off(&sample.report),
            fabric_figures(&sample.report),
            switch_list(&takeoff),
            Table { columns: port_columns(), rows: port_rows(&takeoff).collect() },
        ];
        for table in tables {
            assert!(!table.rows.is_empty(), "{:?}", table.columns.first());
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{:?}", table.columns.first());
            }
        }
    }

    #[test]
    fn the_take_off_and_the_schedule_count_the_same_cables() {
        let sample = Sample::fabric();
        let takeoff = Takeoff::of(&sample.plan, &sample.catalogue, &sample.report).unwrap();
        let cables: usize = sample.report.fabric.take_off.iter().map(|row| row.cables).sum();
        assert_eq!(cables, port_rows(&takeoff).count());
    }
}
