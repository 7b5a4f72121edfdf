//! The pump schedule.

use stackyard_solver::physics::hydraulics::Fluid;
use stackyard_solver::report::PumpSet;
use stackyard_solver::size::pipe;

use super::super::Document;
use super::{Cell, Table, columns, count, number, text};

/// Standard gravity, m/s², CGPM 1901.
const GRAVITY: f64 = 9.806_65;

/// Pump sets by supply and service.
pub(super) fn pumps(document: &Document<'_>) -> Table {
    let table = Table {
        columns: columns(&[
            ("At", 18, 0),
            ("Service", 16, 0),
            ("Item", 20, 0),
            ("Pumps", 8, 0),
            ("On duty", 8, 0),
            ("Spare", 8, 0),
            ("Flow (kg/s)", 12, 2),
            ("Flow (m³/h)", 12, 1),
            ("Flow of one pump (m³/h)", 12, 1),
            ("Head (kPa)", 12, 1),
            ("Head (m)", 12, 1),
            ("Head allowed (kPa)", 12, 0),
            ("Efficiency", 10, 2),
            ("Duty power (kW)", 12, 2),
            ("Motor of one pump (kW)", 12, 1),
            ("Least pressure at", 20, 0),
            ("Connections", 12, 0),
            ("Water in the network (m³)", 12, 2),
            ("Phase", 10, 0),
        ]),
        rows: document.report.pumps.iter().map(|set| row(document, set)).collect(),
    };
    let formulas = [
        ("Pumps", "pump.units"),
        ("Flow (kg/s)", "pump.flow"),
        ("Head (kPa)", "pump.head"),
        ("Duty power (kW)", "pump.power"),
        ("Motor of one pump (kW)", "pump.motor"),
    ];
    table.explained(&formulas).summed(&["Pumps", "Duty power (kW)", "Water in the network (m³)"])
}

fn row(document: &Document<'_>, set: &PumpSet) -> Vec<Cell> {
    let rules = &document.catalogue.rules;
    let mean_c = rules.water_supply_c.value + rules.water_delta_k.value / 2.0;
    let density = Fluid::water(mean_c).density;
    let hourly = set.flow_kg_s / density * 3600.0;
    let on_duty = set.units.saturating_sub(1);
    let served = document
        .report
        .connections
        .iter()
        .filter(|it| it.service == set.service && it.supply.as_ref() == Some(&set.supply));
    vec![
        text(&set.supply),
        text(set.service),
        text(&set.item),
        number(set.units),
        number(on_duty),
        number(set.units - on_duty),
        number(set.flow_kg_s),
        number(hourly),
        number(hourly / f64::from(on_duty.max(1))),
        number(set.head_kpa),
        number(set.head_kpa * 1000.0 / (density * GRAVITY)),
        number(rules.pump_head_max_kpa.value),
        number(rules.pump_efficiency.value),
        number(set.power_kw),
        number(set.motor_kw),
        text(&set.index_connection),
        count(served.count()),
        number(inside_m3(document, set)),
        text(&set.phase),
    ]
}

/// Water in the supply and return pipes of a network, m³.
fn inside_m3(document: &Document<'_>, set: &PumpSet) -> f64 {
    let own = document
        .report
        .pipes
        .iter()
        .filter(|run| run.service == set.service && run.supply == set.supply);
    let pieces = own.flat_map(|run| &run.segments);
    pieces.fold(0.0, |sum, piece| {
        let size = pipe::of_diameter(document.catalogue, piece.dn);
        let bore_m = size.map_or(0.0, |size| size.inner_mm / 1000.0);
        sum + 2.0 * std::f64::consts::FRAC_PI_4 * bore_m * bore_m * piece.length_m
    })
}
