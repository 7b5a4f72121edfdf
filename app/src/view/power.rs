//! Power: circuits with their sizes, loading, warmth, voltage drop and short-circuit withstand, and
//! transformer stations.

use std::collections::BTreeMap;

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::electrical::CableState;
use stackyard_solver::report::{CableSizing, Connection, Report, Sizing};

use crate::format::number;
use crate::look::Look;
use crate::view::table::{Cell, Column, Row, Table, Tone};

const CIRCUITS: [Column; 16] = [
    Column::words("Connection", 110.0),
    Column::words("Service", 76.0),
    Column::numbers("Load kVA", 72.0),
    Column::words("From", 110.0),
    Column::words("Cable", 120.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Current A", 72.0),
    Column::numbers("Rated A", 64.0),
    Column::numbers("Loading %", 72.0),
    Column::numbers("Core °C", 60.0),
    Column::numbers("Drop %", 60.0),
    Column::numbers("Withstand kA", 86.0),
    Column::numbers("Loss kW", 60.0),
    Column::words("Governed by", 92.0),
    Column::numbers("Voltage %", 70.0),
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
            cells.extend(state_cells(cable, state, rules.voltage_band_percent.value));
        }
    }
    Row { cells, names: vec![connection.id.clone()], ..Row::default() }
}

fn cable_cells(cable: &CableSizing, drop_limit: f64) -> [Cell; 10] {
    let loading = cable.loading_percent();
    let withstand = cable.withstand_1s_ka();
    let asked = cable.fault_ma2s.max(0.0).sqrt();
    [
        Cell::word(cable_name(cable)).hovered(cable.item.as_str()),
        Cell::number(cable.circuit_m, number(cable.circuit_m, 0)),
        Cell::number(cable.current_a, number(cable.current_a, 0)),
        Cell::number(cable.ampacity_a, number(cable.ampacity_a, 0)).hovered(rating(cable)),
        Cell::number(loading, number(loading, 0))
            .toned(over(loading, 100.0))
            .hovered(company(cable)),
        Cell::number(cable.conductor_c, number(cable.conductor_c, 0))
            .toned(if cable.conductor_c > 90.05 { Tone::Error } else { Tone::Normal })
            .hovered(warmth(cable)),
        Cell::number(cable.drop_percent, number(cable.drop_percent, 2))
            .toned(over(cable.drop_percent, drop_limit))
            .hovered(format!("Allowed is {} %", number(drop_limit, 1))),
        Cell::number(withstand, number(withstand, 1))
            .toned(if withstand < asked * 0.999_999 { Tone::Error } else { Tone::Normal })
            .hovered(format!(
                "For one second. Asked are {} kA: a short circuit of {} kA until it is cleared",
                number(asked, 1),
                number(cable.fault_ka, 1)
            )),
        Cell::number(cable.loss_kw, number(cable.loss_kw, 1)),
        Cell::word(cable.governs.label()).toned(Tone::Weak),
    ]
}

/// How the rating was found.
fn rating(cable: &CableSizing) -> String {
    format!(
        "{}. Soil {} K m/W and {} °C; {} A if it dries out. {} ({})",
        cable.method,
        number(cable.soil_k_m_per_w, 1),
        number(cable.soil_c, 0),
        number(cable.dry_ampacity_a, 0),
        cable.source,
        cable.confidence
    )
}

/// What company does to the rating.
fn company(cable: &CableSizing) -> String {
    format!(
        "A circuit carries {} A alone and {} of that among {} circuits and {} W/m of warm pipe",
        number(cable.alone_a, 0),
        number(cable.grouping, 2),
        cable.circuits_in_trench,
        number(cable.pipe_heat_w_per_m, 0)
    )
}

/// What warms the conductor.
fn warmth(cable: &CableSizing) -> String {
    format!(
        "At the design current where the route is warmest: {} K by other circuits, {} K by pipes; \
         {} °C if the soil dries out. Allowed are 90 °C",
        number(cable.neighbours_k, 1),
        number(cable.pipes_k, 1),
        number(cable.dry_conductor_c, 0)
    )
}

/// What the power flow and the short circuits say of a cable.
fn state_cells(cable: &CableSizing, state: &CableState, band_percent: f64) -> [Cell; 2] {
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
            let sized = format!("The cables are sized for {} kA", number(cable.fault_ka, 1));
            Cell::number(fault, number(fault, 1)).hovered(sized)
        },
    );
    [voltage, fault]
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
