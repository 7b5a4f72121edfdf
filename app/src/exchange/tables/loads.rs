//! Load schedules: every feeder of a board, and every board with what it has in reserve.

use stackyard_solver::catalogue::module::{Service, Supplier};
use stackyard_solver::demand::{self, Unit};
use stackyard_solver::report::{Connection, Report};
use stackyard_solver::size::cable;

use super::super::Document;
use super::{Cell, Table, columns, count, number, text};

/// Share of the loads of a board that run at the same time. A data centre runs day and night, and
/// every board is sized for all of its loads at once.
const COINCIDENCE: f64 = 1.0;

/// Every power connection as a feeder of its board, board by board.
pub(super) fn loads(document: &Document<'_>) -> Table {
    let mut feeders: Vec<&Connection> =
        document.report.connections.iter().filter(|it| it.service.is_power()).collect();
    feeders.sort_by_key(|it| (it.supply.clone(), it.id.clone()));
    let table = Table {
        columns: columns(&[
            ("Board", 16, 0),
            ("Feeder", 20, 0),
            ("Consumer", 16, 0),
            ("Consumer type", 30, 0),
            ("Service", 12, 0),
            ("Connected (kVA)", 12, 0),
            ("Coincidence", 12, 2),
            ("Demand (kVA)", 12, 0),
            ("Power factor", 10, 2),
            ("Demand (kW)", 12, 0),
            ("Phase", 10, 0),
        ]),
        rows: feeders.into_iter().map(|feeder| feeder_row(document, feeder)).collect(),
    };
    table.summed(&["Connected (kVA)", "Demand (kVA)", "Demand (kW)"])
}

fn feeder_row(document: &Document<'_>, feeder: &Connection) -> Vec<Cell> {
    let container = document.plan.container(&feeder.container);
    let module = container.and_then(|it| document.catalogue.modules.get(&it.module));
    let connected = feeder.load.value();
    let factor = document.catalogue.rules.power_factor.value;
    vec![
        feeder.supply.as_ref().map_or_else(|| text("not served"), |by| text(&by.id)),
        text(&feeder.id),
        text(&feeder.container),
        module.map_or(Cell::Empty, |module| text(&module.name)),
        text(feeder.service),
        number(connected),
        number(COINCIDENCE),
        number(connected * COINCIDENCE),
        number(factor),
        number(connected * COINCIDENCE * factor),
        text(&feeder.phase),
    ]
}

/// Every supply of power with the sum of its feeders and its reserve.
pub(super) fn boards(document: &Document<'_>) -> Table {
    let units = demand::derive(document.plan, document.catalogue).units;
    let mut units: Vec<Unit> = units.into_iter().filter(|unit| unit.service.is_power()).collect();
    units.sort_by(|a, b| (a.service, &a.id).cmp(&(b.service, &b.id)));
    let table = Table {
        columns: columns(&[
            ("Board", 16, 0),
            ("Kind", 20, 0),
            ("Service", 12, 0),
            ("Voltage (kV)", 10, 1),
            ("Feeders", 10, 0),
            ("Connected (kVA)", 12, 0),
            ("Coincidence", 12, 2),
            ("Demand (kVA)", 12, 0),
            ("Power factor", 10, 2),
            ("Demand (kW)", 12, 0),
            ("Limit (kVA)", 12, 0),
            ("Limited by", 30, 0),
            ("Reserve (kVA)", 12, 0),
            ("Reserve (%)", 10, 1),
            ("Phase", 10, 0),
        ]),
        rows: units.iter().map(|unit| board_row(document, unit)).collect(),
    };
    table.summed(&["Feeders", "Connected (kVA)", "Demand (kVA)", "Demand (kW)"])
}

fn board_row(document: &Document<'_>, unit: &Unit) -> Vec<Cell> {
    let rules = &document.catalogue.rules;
    let fed: Vec<&Connection> = document
        .report
        .connections
        .iter()
        .filter(|it| it.service == unit.service)
        .filter(|it| it.supply.as_ref().is_some_and(|by| by.id == unit.id))
        .collect();
    let connected: f64 = fed.iter().map(|it| it.load.value()).sum();
    let needed = connected * COINCIDENCE;
    let (limit, reason) = limit(document.report, unit, rules.transformer_loading_max.value);
    let kind = match unit.supplier {
        Supplier::Utility => text("Utility entry"),
        Supplier::Module(kind) => text(kind),
    };
    let phase = document.plan.container(&unit.id).map(|it| &it.phase);
    vec![
        text(&unit.id),
        kind,
        text(unit.service),
        number(cable::voltage_kv(document.catalogue, unit.service)),
        count(fed.len()),
        number(connected),
        number(COINCIDENCE),
        number(needed),
        number(rules.power_factor.value),
        number(needed * rules.power_factor.value),
        number(limit),
        text(reason),
        number(limit - needed),
        if limit > 0.0 { number(100.0 * (limit - needed) / limit) } else { Cell::Empty },
        phase.map_or_else(|| text("from the start"), text),
    ]
}

/// The most a board can give, kVA, and what limits it: its ports, or its transformer at the
/// highest loading.
fn limit(report: &Report, unit: &Unit, loading: f64) -> (f64, &'static str) {
    let own = report
        .transformers
        .iter()
        .find(|choice| choice.container == unit.id && unit.service == Service::LvPower)
        .map(|choice| choice.rating_kva * loading);
    match own {
        Some(rated) if rated < unit.capacity => (rated, "highest loading of its transformer"),
        Some(_) | None => (unit.capacity, "capacity of its ports"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn a_board_has_in_reserve_what_its_feeders_leave() {
        let sample = Sample::campus();
        let table = boards(&sample.document());
        let at = |title: &str| table.columns.iter().position(|it| it.title == title).unwrap();
        let (needed, limit, reserve) = (at("Demand (kVA)"), at("Limit (kVA)"), at("Reserve (kVA)"));
        for row in &table.rows {
            let value = |index: usize| match row[index] {
                Cell::Number(value) => value,
                Cell::Text(_) | Cell::Empty => f64::NAN,
            };
            assert!((value(limit) - value(needed) - value(reserve)).abs() < 1e-9);
            assert!(value(reserve) >= -1e-6, "{:?}", row.first());
        }
    }
}
