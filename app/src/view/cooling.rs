//! Cooling: what each module gets from the pipe networks, the pipes themselves, and the pumps.

use stackyard_solver::report::{PipeRun, Report, Sizing};

use crate::format::number;
use crate::look::Look;
use crate::view::power::{connection_cell, supply_cell};
use crate::view::table::{Cell, Column, Row, Table, Tone};

const CONNECTIONS: [Column; 11] = [
    Column::words("Connection", 110.0),
    Column::words("Network", 100.0),
    Column::numbers("Heat kW", 76.0),
    Column::words("From", 120.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Flow kg/s", 76.0),
    Column::numbers("Friction kPa", 86.0),
    Column::numbers("To spare kPa", 86.0),
    Column::numbers("Balancing kPa", 92.0),
    Column::numbers("Supply °C", 76.0),
    Column::numbers("Return °C", 76.0),
];

/// Connections to the pipe networks.
pub(crate) fn connections(report: &Report) -> Table {
    let rows = report
        .connections
        .iter()
        .filter(|connection| connection.service.is_piped())
        .map(|connection| {
            let mut cells = vec![
                connection_cell(connection),
                Cell::word(connection.service.label()).toned(Tone::Weak),
                Cell::number(connection.load.value(), number(connection.load.value(), 0)),
                supply_cell(connection),
                Cell::number(connection.length_m, number(connection.length_m, 0)),
            ];
            if let Some(Sizing::Pipe(pipe)) = &connection.sizing {
                let tone = if pipe.spare_kpa < 0.0 { Tone::Error } else { Tone::Normal };
                cells.extend([
                    Cell::number(pipe.flow_kg_s, number(pipe.flow_kg_s, 1)),
                    Cell::number(pipe.path_loss_kpa, number(pipe.path_loss_kpa, 0)),
                    Cell::number(pipe.spare_kpa, number(pipe.spare_kpa, 0)).toned(tone),
                ]);
                cells.extend(solved(report, &connection.id).into_iter().flatten());
            }
            Row { cells, names: vec![connection.id.clone()], ..Row::default() }
        })
        .collect();
    Table { columns: &CONNECTIONS, rows, groups: Vec::new() }
}

/// What the solved network says of a connection: balancing valve, supply and return temperature.
fn solved(report: &Report, connection: &str) -> Option<[Cell; 3]> {
    let mut modules = report.water.networks.iter().flat_map(|network| &network.modules);
    let module = modules.find(|module| module.connection == connection)?;
    let tone = if module.balancing_kpa < 0.0 { Tone::Error } else { Tone::Normal };
    let pressures = format!(
        "Supply {} kPa, return {} kPa, the module takes {} kPa",
        number(module.supply_kpa, 0),
        number(module.return_kpa, 0),
        number(module.need_kpa, 0)
    );
    Some([
        Cell::number(module.balancing_kpa, number(module.balancing_kpa, 0))
            .toned(tone)
            .hovered(pressures),
        Cell::number(module.supply_c, number(module.supply_c, 1)),
        Cell::number(module.return_c, number(module.return_c, 1)),
    ])
}

const INDEX: [Column; 6] = [
    Column::words("Network", 110.0),
    Column::words("At", 120.0),
    Column::words("Run", 90.0),
    Column::numbers("Distance m", 82.0),
    Column::numbers("Supply kPa", 82.0),
    Column::numbers("Return kPa", 82.0),
];

/// Pressures along the index circuit of each network, from the pumps outwards.
pub(crate) fn index_circuits(report: &Report) -> Table {
    let mut rows = Vec::new();
    for network in &report.water.networks {
        for station in &network.index_circuit {
            let at = if station.run.is_empty() { "Pumps" } else { station.run.as_str() };
            rows.push(Row {
                cells: vec![
                    Cell::word(network.service.label())
                        .toned(Tone::Weak)
                        .hovered(format!("Towards {}", network.index_connection)),
                    Cell::word(network.supply.to_string()),
                    Cell::word(at),
                    Cell::number(station.distance_m, number(station.distance_m, 0)),
                    Cell::number(station.supply_kpa, number(station.supply_kpa, 0)),
                    Cell::number(station.return_kpa, number(station.return_kpa, 0)),
                ],
                names: [network.supply.id.to_string(), station.run.clone()]
                    .into_iter()
                    .filter(|name| !name.is_empty())
                    .collect(),
                ..Row::default()
            });
        }
    }
    Table { columns: &INDEX, rows, groups: Vec::new() }
}

const PIPES: [Column; 8] = [
    Column::words("Run", 80.0),
    Column::words("Network", 100.0),
    Column::words("Phase", 54.0),
    Column::words("Diameters", 150.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Flow kg/s", 76.0),
    Column::numbers("Fastest m/s", 80.0),
    Column::numbers("Friction kPa", 86.0),
];

/// Pipe runs.
pub(crate) fn pipes(look: &Look<'_>, report: &Report) -> Table {
    let limit = look.catalogue.rules.pipe_velocity_max_m_per_s.value;
    let rows = report
        .pipes
        .iter()
        .map(|pipe| {
            let fastest = pipe.segments.iter().map(|it| it.velocity_m_s).fold(0.0, f64::max);
            let tone = if fastest > limit { Tone::Error } else { Tone::Normal };
            Row {
                cells: vec![
                    Cell::word(pipe.id.as_str()),
                    Cell::word(pipe.service.label()).toned(Tone::Weak),
                    Cell::word(pipe.phase.to_string()).toned(Tone::Weak),
                    Cell::word(diameters(pipe)).hovered(gradients(pipe)),
                    Cell::number(pipe.length_m, number(pipe.length_m, 0)),
                    Cell::number(pipe.flow_kg_s, number(pipe.flow_kg_s, 1)),
                    Cell::number(fastest, number(fastest, 2))
                        .toned(tone)
                        .hovered(format!("Allowed is {} m/s", number(limit, 1))),
                    Cell::number(pipe.loss_kpa, number(pipe.loss_kpa, 0)),
                ],
                names: vec![pipe.id.clone()],
                ..Row::default()
            }
        })
        .collect();
    Table { columns: &PIPES, rows, groups: Vec::new() }
}

fn diameters(pipe: &PipeRun) -> String {
    let parts: Vec<_> = pipe
        .segments
        .iter()
        .map(|it| match pipe.segments.len() {
            1 => format!("DN {}", it.dn),
            _ => format!("DN {} {} m", it.dn, number(it.length_m, 0)),
        })
        .collect();
    parts.join(", ")
}

fn gradients(pipe: &PipeRun) -> String {
    let parts: Vec<_> = pipe
        .segments
        .iter()
        .map(|it| format!("DN {}: {} Pa/m", it.dn, number(it.gradient_pa_m, 0)))
        .collect();
    parts.join(", ")
}

const PUMPS: [Column; 9] = [
    Column::words("At", 120.0),
    Column::words("Network", 110.0),
    Column::words("Phase", 54.0),
    Column::numbers("Flow kg/s", 76.0),
    Column::numbers("Head kPa", 76.0),
    Column::numbers("Power kW", 76.0),
    Column::numbers("Motor kW", 76.0),
    Column::numbers("Pumps", 56.0),
    Column::words("Least to spare at", 120.0),
];

/// Pump sets.
pub(crate) fn pumps(look: &Look<'_>, report: &Report) -> Table {
    let limit = look.catalogue.rules.pump_head_max_kpa.value;
    let rows = report
        .pumps
        .iter()
        .map(|pump| {
            let tone = if pump.head_kpa > limit { Tone::Error } else { Tone::Normal };
            Row {
                cells: vec![
                    Cell::word(pump.supply.to_string()).hovered(pump.item.as_str()),
                    Cell::word(pump.service.label()).toned(Tone::Weak),
                    Cell::word(pump.phase.to_string()).toned(Tone::Weak),
                    Cell::number(pump.flow_kg_s, number(pump.flow_kg_s, 1)),
                    Cell::number(pump.head_kpa, number(pump.head_kpa, 0))
                        .toned(tone)
                        .hovered(format!("Allowed is {} kPa", number(limit, 0))),
                    Cell::number(pump.power_kw, number(pump.power_kw, 1)),
                    Cell::number(pump.motor_kw, number(pump.motor_kw, 1)),
                    Cell::number(f64::from(pump.units), pump.units.to_string())
                        .hovered("One of them is spare"),
                    Cell::word(pump.index_connection.as_str()),
                ],
                names: vec![pump.supply.id.to_string(), pump.index_connection.clone()],
                ..Row::default()
            }
        })
        .collect();
    Table { columns: &PUMPS, rows, groups: Vec::new() }
}
