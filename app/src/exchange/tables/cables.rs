//! Power cables by connection.

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::report::{CableSizing, Connection, Sizing};

use super::super::Document;
use super::{Cell, Table, columns, number, supply, text};

/// Power cables by connection.
pub(in crate::exchange) fn cables(document: &Document<'_>) -> Table {
    let rows =
        document.report.connections.iter().filter_map(|connection| match &connection.sizing {
            Some(Sizing::Cable(cable)) => Some(cable_row(connection, cable, document.catalogue)),
            Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
        });
    Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Service", 12, 0),
            ("From", 18, 0),
            ("To", 18, 0),
            ("Load (kVA)", 12, 0),
            ("Item", 22, 0),
            ("Cable", 40, 0),
            ("Conductor", 10, 0),
            ("Circuits", 10, 0),
            ("Section (mm²)", 12, 0),
            ("Current (A)", 12, 0),
            ("Ampacity (A)", 12, 0),
            ("Grouping", 10, 3),
            ("Circuits in trench", 12, 0),
            ("Voltage drop (%)", 12, 2),
            ("Route length (m)", 12, 1),
            ("Circuit length (m)", 12, 1),
            ("Loss (kW)", 10, 2),
            ("Phase", 10, 0),
            ("Confidence", 12, 0),
            ("Source", 50, 0),
        ]),
        rows: rows.collect(),
    }
}

fn cable_row(connection: &Connection, cable: &CableSizing, catalogue: &Catalogue) -> Vec<Cell> {
    let described = catalogue.prices.get(&cable.item).map(|price| price.description.as_str());
    let conductor = match cable.conductor {
        Conductor::Al => "Al",
        Conductor::Cu => "Cu",
    };
    vec![
        text(&connection.id),
        text(connection.service),
        supply(connection),
        text(format_args!("{}/{}", connection.container, connection.port)),
        number(connection.load.value()),
        text(&cable.item),
        text(described.unwrap_or_default()),
        text(conductor),
        number(cable.circuits),
        number(cable.section_mm2),
        number(cable.current_a),
        number(cable.ampacity_a),
        number(cable.grouping),
        number(cable.circuits_in_trench),
        number(cable.drop_percent),
        number(connection.length_m),
        number(cable.circuit_m),
        number(cable.loss_kw),
        text(&connection.phase),
        text(cable.confidence),
        text(&cable.source),
    ]
}
