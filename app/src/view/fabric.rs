//! The fabric: its sums, what to order, and published figures beside those of the plan.

use stackyard_solver::fabric::spec::Wording;
use stackyard_solver::report::Report;

use crate::format::{number, percent, signed};
use crate::view::table::{Cell, Column, Row, Table, Tone};

const TOTALS: [Column; 3] = [
    Column::words("Quantity", 180.0),
    Column::numbers("Figure", 110.0),
    Column::words("Remark", 420.0),
];

/// Sums over the fabric.
pub(crate) fn totals(report: &Report) -> Table {
    let fabric = &report.fabric;
    let mut rows = Vec::new();
    if fabric.is_present() {
        let mut add = |name: &str, figure: f64, places: usize, remark: String| {
            rows.push(line(name, figure, places, remark));
        };
        let per_pair = format!("{} links between each pair", fabric.links_per_pair);
        add("Groups", fabric.groups as f64, 0, per_pair);
        add("Switches", fabric.switches as f64, 0, String::new());
        add("Racks", fabric.racks as f64, 0, "with switches or hosts".to_owned());
        add("Hosts", fabric.hosts as f64, 0, String::new());
        add("End points", fabric.end_points as f64, 0, String::new());
        let ports = format!("{} left", number(fabric.ports_free as f64, 0));
        add("Switch ports in use", fabric.ports_used as f64, 0, ports);
        for sum in &fabric.kinds {
            let remark = format!(
                "{} km in stock lengths, the longest {} m",
                number(sum.stock_m / 1000.0, 1),
                number(sum.longest_m, 1)
            );
            add(
                &format!("Cables, {}", sum.kind.label().to_lowercase()),
                sum.cables as f64,
                0,
                remark,
            );
        }
        let routed = format!("{} km before rounding up", number(fabric.routed_km, 1));
        add("Cables", fabric.cables as f64, 0, String::new());
        add("Cable length, km", fabric.length_km, 1, routed);
        if let Some(longest) = &fabric.longest {
            let remark =
                format!("{} to {}, {} ns", longest.from, longest.to, number(longest.latency_ns, 0));
            add("Longest cable, m", longest.stock_m, 1, remark);
        }
        let fullest = fabric.trenches.iter().chain(&fabric.containers);
        if let Some(fullest) = fullest.max_by(|a, b| a.fill.total_cmp(&b.fill)) {
            let remark = format!(
                "{}: {} cables, {} would fit",
                fullest.place,
                number(fullest.cables as f64, 0),
                number(fullest.most as f64, 0)
            );
            add("Fullest tray, %", 100.0 * fullest.fill, 1, remark);
        }
    }
    Table { columns: &TOTALS, rows, groups: Vec::new() }
}

fn line(name: &str, figure: f64, places: usize, remark: String) -> Row {
    let cells = vec![
        Cell::word(name),
        Cell::number(figure, number(figure, places)),
        Cell::word(remark).toned(Tone::Weak),
    ];
    Row { cells, ..Row::default() }
}

const TAKE_OFF: [Column; 9] = [
    Column::words("Joins", 110.0),
    Column::words("Medium", 170.0),
    Column::numbers("Length m", 76.0),
    Column::numbers("Cables", 76.0),
    Column::numbers("Together m", 90.0),
    Column::numbers("Reach m", 70.0),
    Column::numbers("Loss dB", 66.0),
    Column::numbers("Delay ns", 70.0),
    Column::words("Item", 180.0),
];

/// Cables by what they join, medium and stock length.
pub(crate) fn take_off(report: &Report) -> Table {
    let rows = report
        .fabric
        .take_off
        .iter()
        .map(|row| {
            let item = match &row.item {
                Some(item) if row.billed => Cell::word(item.as_str()),
                Some(item) => Cell::word(item.as_str())
                    .toned(Tone::Weak)
                    .hovered("Lies in the trunks of the data connections and is billed there"),
                None => Cell::word("no medium reaches").toned(Tone::Error),
            };
            Row {
                cells: vec![
                    Cell::word(row.kind.label()),
                    Cell::word(row.medium.as_str()),
                    Cell::number(row.stock_m, number(row.stock_m, 1)),
                    Cell::number(row.cables as f64, number(row.cables as f64, 0)),
                    Cell::number(row.metres, number(row.metres, 0)),
                    Cell::number(row.reach_m, number(row.reach_m, 0)).toned(Tone::Weak),
                    Cell::number(row.loss_db, number(row.loss_db, 2)),
                    Cell::number(row.latency_ns, number(row.latency_ns, 0)),
                    item,
                ],
                ..Row::default()
            }
        })
        .collect();
    Table { columns: &TAKE_OFF, rows, groups: Vec::new() }
}

const PUBLISHED: [Column; 6] = [
    Column::words("Quantity", 130.0),
    Column::numbers("Published", 110.0),
    Column::numbers("Planned", 90.0),
    Column::numbers("Difference", 90.0),
    Column::numbers("%", 66.0),
    Column::words("Explanation", 420.0),
];

/// Published figures beside those of the plan.
pub(crate) fn published(report: &Report) -> Table {
    let rows = report
        .fabric
        .comparison
        .iter()
        .map(|row| {
            let word = match row.wording {
                Wording::Exact => "",
                Wording::About => "about ",
                Wording::Over => "over ",
            };
            let meets = match row.wording {
                Wording::Exact => row.difference.abs() < 0.5,
                Wording::About => row.share().abs() <= 0.05,
                Wording::Over => row.difference >= 0.0,
            };
            let tone = if meets { Tone::Good } else { Tone::Warning };
            let source = format!("{} ({})", row.source.text, row.source.confidence);
            let published = format!("{word}{}", number(row.published, 0));
            Row {
                cells: vec![
                    Cell::word(row.quantity.as_str()),
                    Cell::number(row.published, published).hovered(source),
                    Cell::number(row.planned, number(row.planned, 0)),
                    Cell::number(row.difference, signed(row.difference, "").trim_end()).toned(tone),
                    Cell::number(row.share(), percent(row.share(), 1)),
                    Cell::word(row.explanation.as_str()).hovered(row.explanation.as_str()),
                ],
                ..Row::default()
            }
        })
        .collect();
    Table { columns: &PUBLISHED, rows, groups: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let sample = Sample::fabric();
        for table in [totals(&sample.report), take_off(&sample.report), published(&sample.report)] {
            assert!(!table.rows.is_empty(), "{:?}", table.columns);
            assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
        }
    }

    #[test]
    fn a_plan_without_a_fabric_has_no_rows() {
        let sample = Sample::campus();
        assert!(totals(&sample.report).rows.is_empty());
    }
}
