//! Power: circuits with their sizes, loading and voltage drop, and transformer stations.

use std::collections::BTreeMap;

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::electrical::CableState;
use stackyard_solver::report::{CableSizing, Connection, Report, Sizing};

use crate::format::number;
use crate::look::Look;
use crate::view::table::{Cell, Column, Row, Table, Tone};

const CIRCUITS: [Column; 13] = [
    Column::words("Connection", 110.0),
    Column::words("Service", 76.0),
    Column::numbers("Load kVA", 72.0),
    Column::words("From", 110.0),
    Column::words("Cable", 120.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Current A", 72.0),
    Column::numbers("Loading %", 72.0),
    Column::numbers("Drop %", 60.0),
    Column::numbers("Loss kW", 60.0),
    Column::numbers("Voltage %", 70.0),
    Column::numbers("Flow loss kW", 88.0),
    Column::numbers("Ik'' kA", 60.0),
];

/// Power connections.
pub(crate) fn circuits(look: &Look<'_>, report: &Report) -> Table {
    let states: BTreeMap<&str, &CableState> =
        report.power.cables.iter().map(|state| (state.connection.as_str(), state)).collect();
    let rows = report
        .connections
        .iter()
        .filter(|connection| connection.service.is_power())
        .map(|connection| circuit(look, connection, &states))
        .collect();
    Table { columns: &CIRCUITS, rows, groups: Vec::new() }
}

fn circuit(look: &Look<'_>, connection: &Connection, states: &BTreeMap<&str, &CableState>) -> Row {
    let mut cells = vec![
        connection_cell(connection),
        Cell::word(connection.service.label()).toned(Tone::Weak),
        Cell::number(connection.load.value(), number(connection.load.value(), 0)),
        supply_cell(connection),
    ];
    if let Some(Sizing::Cable(cable)) = &connection.sizing {
        let rules = &look.catalogue.rules;
        let limit = match connection.service {
            Service::MvPower => rules.mv_drop_max_percent.value,
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => rules.lv_drop_max_percent.value,
        };
        cells.extend(cable_cells(cable, limit));
        if let Some(state) = states.get(connection.id.as_str()) {
            cells.extend(state_cells(state, rules.voltage_band_percent.value));
        }
    }
    Row { cells, names: vec![connection.id.clone()], ..Row::default() }
}

fn cable_cells(cable: &CableSizing, drop_limit: f64) -> [Cell; 6] {
    let loading = 100.0 * cable.current_a / cable.ampacity_a.max(f64::MIN_POSITIVE);
    let grouping = format!(
        "Rated {} A with a grouping factor of {} for {} circuits. {} ({})",
        number(cable.ampacity_a, 0),
        number(cable.grouping, 2),
        cable.circuits_in_trench,
        cable.source,
        cable.confidence
    );
    [
        Cell::word(cable_name(cable)).hovered(cable.item.as_str()),
        Cell::number(cable.circuit_m, number(cable.circuit_m, 0)),
        Cell::number(cable.current_a, number(cable.current_a, 0)),
        Cell::number(loading, number(loading, 0)).toned(over(loading, 100.0)).hovered(grouping),
        Cell::number(cable.drop_percent, number(cable.drop_percent, 2))
            .toned(over(cable.drop_percent, drop_limit))
            .hovered(format!("Allowed is {} %", number(drop_limit, 1))),
        Cell::number(cable.loss_kw, number(cable.loss_kw, 1)),
    ]
}

/// What the power flow and the short circuits say of a cable.
fn state_cells(state: &CableState, band_percent: f64) -> [Cell; 3] {
    let voltage = state.voltage_pu.map_or_else(
        || Cell::word("dark").toned(Tone::Error),
        |voltage| {
            Cell::number(100.0 * voltage, number(100.0 * voltage, 2))
                .toned(over(100.0 * (voltage - 1.0).abs(), band_percent))
                .hovered(format!("Allowed is {} % either way", number(band_percent, 1)))
        },
    );
    let fault = state.fault_max_ka.map_or_else(
        || Cell::word(""),
        |fault| {
            Cell::number(fault, number(fault, 1))
                .toned(over(fault, state.withstand_ka))
                .hovered(format!("The cables withstand {} kA", number(state.withstand_ka, 1)))
        },
    );
    [voltage, Cell::number(state.loss_kw, number(state.loss_kw, 2)), fault]
}

/// A cable as an engineer writes it: `3 × 240 mm² Al`.
pub(crate) fn cable_name(cable: &CableSizing) -> String {
    let metal = match cable.conductor {
        Conductor::Al => "Al",
        Conductor::Cu => "Cu",
    };
    format!("{} × {} mm² {metal}", cable.circuits, cable.section_mm2)
}

fn over(value: f64, limit: f64) -> Tone {
    if value > limit * 1.000_001 {
        Tone::Error
    } else if value > 0.9 * limit {
        Tone::Warning
    } else {
        Tone::Normal
    }
}

/// The name of a connection, marked where its route is locked.
pub(crate) fn connection_cell(connection: &Connection) -> Cell {
    if connection.locked {
        let text = format!("{} {}", connection.id, crate::icons::LOCK);
        return Cell::word(text).hovered("The route is locked");
    }
    Cell::word(connection.id.as_str())
}

/// Who serves a connection, or what keeps it from being served.
pub(crate) fn supply_cell(connection: &Connection) -> Cell {
    match (&connection.supply, &connection.blocked) {
        (Some(supply), _) => Cell::word(supply.to_string()),
        (None, Some(reason)) => {
            Cell::word("not served").toned(Tone::Error).hovered(reason.as_str())
        }
        (None, None) => Cell::word("not served").toned(Tone::Error),
    }
}

const TRANSFORMERS: [Column; 9] = [
    Column::words("Station", 110.0),
    Column::words("Phase", 60.0),
    Column::numbers("Load kVA", 80.0),
    Column::numbers("Rating kVA", 80.0),
    Column::numbers("Loading %", 80.0),
    Column::numbers("Loss kW", 80.0),
    Column::numbers("Flow loading %", 100.0),
    Column::numbers("Flow loss kW", 90.0),
    Column::numbers("Ik'' LV kA", 80.0),
];

/// Transformer stations.
pub(crate) fn transformers(look: &Look<'_>, report: &Report) -> Table {
    let limit = 100.0 * look.catalogue.rules.transformer_loading_max.value;
    let rows = report
        .transformers
        .iter()
        .map(|choice| {
            let mut cells = vec![
                Cell::word(choice.container.to_string()).hovered(choice.source.as_str()),
                Cell::word(choice.phase.to_string()).toned(Tone::Weak),
                Cell::number(choice.load_kva, number(choice.load_kva, 0)),
                Cell::number(choice.rating_kva, number(choice.rating_kva, 0))
                    .hovered(choice.item.as_str()),
                Cell::number(choice.loading_percent, number(choice.loading_percent, 0))
                    .toned(over(choice.loading_percent, limit))
                    .hovered(format!("Allowed is {} %", number(limit, 0))),
                Cell::number(choice.loss_kw, number(choice.loss_kw, 1)),
            ];
            let units = &report.power.transformers;
            if let Some(unit) = units.iter().find(|unit| unit.container == choice.container) {
                let loading = unit.loading_percent;
                cells.push(Cell::number(loading, number(loading, 0)).toned(over(loading, limit)));
                cells.push(Cell::number(unit.loss_kw, number(unit.loss_kw, 1)));
                let bus = report.power.bus(&format!("{}:LV", choice.container));
                if let Some(fault) = bus.and_then(|bus| bus.fault_max_ka) {
                    cells.push(Cell::number(fault, number(fault, 1)));
                }
            }
            Row { cells, names: vec![choice.container.to_string()], ..Row::default() }
        })
        .collect();
    Table { columns: &TRANSFORMERS, rows, groups: Vec::new() }
}
