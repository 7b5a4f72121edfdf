//! Fibre trunks by connection.

use stackyard_solver::report::{Report, Sizing};

use super::{Table, columns, number, supply, text};

/// Fibre trunks by connection.
pub(in crate::exchange) fn data(report: &Report) -> Table {
    let rows = report.connections.iter().filter_map(|connection| match &connection.sizing {
        Some(Sizing::Data(data)) => Some(vec![
            text(&connection.id),
            text(connection.service),
            supply(connection),
            text(format_args!("{}/{}", connection.container, connection.port)),
            number(data.fibres),
            number(data.trunks),
            number(data.links),
            number(connection.length_m),
            number(data.trunk_m),
            number(data.reach_m),
            text(&data.optic),
            text(&connection.phase),
        ]),
        Some(Sizing::Cable(_) | Sizing::Pipe(_)) | None => None,
    });
    Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Path", 10, 0),
            ("From", 18, 0),
            ("To", 18, 0),
            ("Fibres", 10, 0),
            ("Trunks", 10, 0),
            ("Links", 10, 0),
            ("Route length (m)", 12, 1),
            ("Trunk length (m)", 12, 1),
            ("Reach (m)", 10, 0),
            ("Optic", 40, 0),
            ("Phase", 10, 0),
        ]),
        rows: rows.collect(),
    }
}
