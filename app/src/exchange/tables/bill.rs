//! The bill of quantities as a table.

use stackyard_solver::report::Report;

use super::{Table, columns, money, number, text};

/// The bill of quantities.
pub(in crate::exchange) fn bill(report: &Report) -> Table {
    let rows = report.boq.iter().map(|row| {
        vec![
            text(row.group.label()),
            text(&row.phase),
            text(&row.item),
            text(&row.description),
            number(row.quantity),
            text(&row.unit),
            money(row.unit_price),
            money(row.total),
            text(&row.source),
            text(row.confidence),
            text(&row.origin),
            number(row.lead_time_weeks),
        ]
    });
    let table = Table {
        columns: columns(&[
            ("Group", 18, 0),
            ("Phase", 10, 0),
            ("Item", 26, 0),
            ("Description", 52, 0),
            ("Quantity", 12, 2),
            ("Unit", 8, 0),
            ("Unit price (EUR)", 16, 2),
            ("Total (EUR)", 18, 2),
            ("Source", 50, 0),
            ("Confidence", 12, 0),
            ("Origin", 10, 0),
            ("Lead time (weeks)", 12, 0),
        ]),
        rows: rows.collect(),
    };
    table.explained(&[("Quantity", "boq.quantity"), ("Total (EUR)", "boq.total")])
}
