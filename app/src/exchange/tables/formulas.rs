//! Every formula behind the schedules, with its source and the computation it stands for.

use super::{Table, columns, text};

/// The formulas by trade.
pub(super) fn formulas() -> Table {
    let rows = stackyard_solver::provenance::formulas().into_iter().map(|formula| {
        vec![
            text(formula.id),
            text(formula.quantity),
            text(formula.unit),
            text(formula.expression),
            text(formula.source),
        ]
    });
    Table {
        columns: columns(&[
            ("Formula", 22, 0),
            ("Quantity", 34, 0),
            ("Unit", 10, 0),
            ("Expression", 70, 0),
            ("Source", 80, 0),
        ]),
        rows: rows.collect(),
    }
}
