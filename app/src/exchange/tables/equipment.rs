//! Transformers and pumps.

use stackyard_solver::report::{PumpSet, Report, TransformerChoice};

use super::{Cell, Table, columns, number, text};

/// Transformers and pumps.
pub(in crate::exchange) fn equipment(report: &Report) -> Table {
    let transformers = report.transformers.iter().map(transformer_row);
    let pumps = report.pumps.iter().map(pump_row);
    Table {
        columns: columns(&[
            ("Tag", 18, 0),
            ("Equipment", 22, 0),
            ("Item", 26, 0),
            ("Units", 8, 0),
            ("Load (kVA)", 12, 0),
            ("Rating (kVA)", 12, 0),
            ("Loading (%)", 12, 1),
            ("Loss (kW)", 10, 2),
            ("Flow (kg/s)", 12, 2),
            ("Head (kPa)", 12, 1),
            ("Duty power (kW)", 12, 2),
            ("Motor (kW)", 12, 1),
            ("Phase", 10, 0),
            ("Remarks", 50, 0),
        ]),
        rows: transformers.chain(pumps).collect(),
    }
}

fn transformer_row(choice: &TransformerChoice) -> Vec<Cell> {
    vec![
        text(&choice.container),
        text("Transformer"),
        text(&choice.item),
        number(1),
        number(choice.load_kva),
        number(choice.rating_kva),
        number(choice.loading_percent),
        number(choice.loss_kw),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        text(&choice.phase),
        text(&choice.source),
    ]
}

fn pump_row(pumps: &PumpSet) -> Vec<Cell> {
    let remark = format!("one spare; least pressure at {}", pumps.index_connection);
    vec![
        text(&pumps.supply),
        text(format_args!("Pumps, {}", pumps.service)),
        text(&pumps.item),
        number(pumps.units),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        number(pumps.flow_kg_s),
        number(pumps.head_kpa),
        number(pumps.power_kw),
        number(pumps.motor_kw),
        text(&pumps.phase),
        text(remark),
    ]
}
