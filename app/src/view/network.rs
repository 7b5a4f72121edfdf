//! Network: fibre trunks with their reach, and the trenches everything shares.

use std::collections::BTreeMap;

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::{Report, Sizing, Trench};

use crate::format::{number, percent};
use crate::look::Look;
use crate::view::power::{connection_cell, supply_cell};
use crate::view::table::{Cell, Column, Row, Table, Tone};

const TRUNKS: [Column; 8] = [
    Column::words("Connection", 110.0),
    Column::words("Path", 60.0),
    Column::numbers("Fibres", 70.0),
    Column::words("To", 120.0),
    Column::numbers("Trunks", 60.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Reach m", 70.0),
    Column::words("Optics", 180.0),
];

/// Data connections.
pub(crate) fn trunks(look: &Look<'_>, report: &Report) -> Table {
    let rate = look.catalogue.rules.link_rate_gbps.value;
    let rows = report
        .connections
        .iter()
        .filter(|it| !it.service.is_power() && !it.service.is_piped())
        .map(|connection| {
            let mut cells = vec![
                connection_cell(connection),
                Cell::word(connection.service.label()).toned(Tone::Weak),
                Cell::number(connection.load.value(), number(connection.load.value(), 0)),
                supply_cell(connection),
            ];
            if let Some(Sizing::Data(data)) = &connection.sizing {
                let is_far = data.trunk_m > data.reach_m;
                let tone = if is_far { Tone::Error } else { Tone::Normal };
                let links =
                    format!("{} links of {} Gbit/s", number(f64::from(data.links), 0), rate);
                cells.extend([
                    Cell::number(f64::from(data.trunks), data.trunks.to_string()),
                    Cell::number(data.trunk_m, number(data.trunk_m, 0)).toned(tone),
                    Cell::number(data.reach_m, number(data.reach_m, 0)).toned(Tone::Weak),
                    Cell::word(data.optic.as_str()).hovered(links),
                ]);
            }
            Row { cells, names: vec![connection.id.clone()], ..Row::default() }
        })
        .collect();
    Table { columns: &TRUNKS, rows, groups: Vec::new() }
}

const TRENCHES: [Column; 9] = [
    Column::words("Trench", 76.0),
    Column::words("Corridor", 90.0),
    Column::words("Phase", 54.0),
    Column::numbers("Length m", 70.0),
    Column::numbers("Width mm", 76.0),
    Column::numbers("Filling %", 76.0),
    Column::numbers("Crossings", 76.0),
    Column::numbers("Cost €", 86.0),
    Column::words("Inside", 200.0),
];

/// Trenches.
pub(crate) fn trenches(report: &Report) -> Table {
    let rows = report
        .trenches
        .iter()
        .map(|trench| {
            let filling = trench.width_mm as f64 / trench.limit_mm.max(1) as f64;
            let tone = if filling > 1.0 { Tone::Error } else { Tone::Normal };
            let corridor = match &trench.corridor {
                Some(corridor) => Cell::word(corridor.to_string()),
                None => Cell::word("free ground").toned(Tone::Weak),
            };
            let ground = format!("Ground factor {}", number(trench.ground_factor, 2));
            Row {
                cells: vec![
                    Cell::word(trench.id.as_str()),
                    corridor.hovered(ground),
                    Cell::word(trench.phase.to_string()).toned(Tone::Weak),
                    Cell::number(trench.length_m, number(trench.length_m, 1)),
                    Cell::number(trench.width_mm as f64, number(trench.width_mm as f64, 0)),
                    Cell::number(filling, percent(filling, 0)).toned(tone),
                    Cell::number(f64::from(trench.crossings), trench.crossings.to_string()),
                    Cell::number(trench.cost.euros(), number(trench.cost.euros(), 0)),
                    Cell::word(inside(report, trench)),
                ],
                names: vec![trench.id.clone()],
                ..Row::default()
            }
        })
        .collect();
    Table { columns: &TRENCHES, rows, groups: Vec::new() }
}

/// What lies in a trench: `3 LV power, 2 Data A`.
pub(crate) fn inside(report: &Report, trench: &Trench) -> String {
    let mut counts: BTreeMap<Service, usize> = BTreeMap::new();
    for connection in trench.contents.iter().filter_map(|&index| report.connections.get(index)) {
        *counts.entry(connection.service).or_default() += 1;
    }
    let parts: Vec<_> =
        counts.into_iter().map(|(service, count)| format!("{count} {service}")).collect();
    parts.join(", ")
}
