use super::site::Feed;
use super::*;
use crate::catalogue::module::Discipline;
use crate::generate::campus;
use crate::{Settings, Silent, evaluate};

fn solved(containers: usize) -> (Catalogue, Plan, Report) {
    let catalogue = Catalogue::reference().expect("the reference catalogue is sound");
    let plan = campus(containers, 1, &catalogue);
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    (catalogue, plan, report)
}

#[test]
fn what_comes_in_is_what_is_drawn_and_lost() {
    let (catalogue, plan, report) = solved(30);
    let (power, site) = (&report.power, Site::of(&plan, &catalogue, &report));
    assert_eq!(power.problem, None);
    let loads: f64 = site.nodes.iter().map(|node| node.load_kva.re).sum();
    assert!(loads > 1000.0, "{loads}");
    assert!((power.drawn_kw - loads - power.loss_kw).abs() < 1e-5 * loads, "{}", power.drawn_kw);
    let parts: f64 = power.cables.iter().map(|cable| cable.loss_kw).sum::<f64>()
        + power.transformers.iter().map(|unit| unit.loss_kw).sum::<f64>()
        + power.inverters.iter().map(|inverter| inverter.loss_kw).sum::<f64>();
    assert!((power.loss_kw - parts).abs() < 1e-9 * parts, "{parts}");
}

#[test]
fn every_served_connection_has_a_voltage_below_its_supply() {
    let (catalogue, plan, report) = solved(30);
    let site = Site::of(&plan, &catalogue, &report);
    let served = report
        .connections
        .iter()
        .filter(|connection| connection.service.is_power() && connection.sizing.is_some())
        .count();
    assert_eq!((report.power.cables.len(), site.cables.len()), (served, served));
    for cable in &report.power.cables {
        let voltage = cable.voltage_pu.expect("it is served");
        assert!((0.85..1.0 + 1e-9).contains(&voltage), "{}: {voltage}", cable.connection);
        assert!(cable.drop_percent > -1e-9, "{}: {}", cable.connection, cable.drop_percent);
    }
}

#[test]
fn both_sides_of_a_pair_draw_half() {
    let (catalogue, plan, report) = solved(30);
    let site = Site::of(&plan, &catalogue, &report);
    let drawn =
        |id: &str| site.nodes.iter().find(|node| node.id == id).map(|node| node.load_kva.modulus());
    let mut pairs = 0;
    for connection in &report.connections {
        let Some(stem) = connection.id.strip_suffix("/LV1") else { continue };
        let (one, other) = (drawn(&connection.id), drawn(&format!("{stem}/LV2")));
        if let Some((one, other)) = one.zip(other) {
            let half = connection.load.value() / 2.0;
            assert!((one - half).abs() < 1e-9 && (other - half).abs() < 1e-9, "{stem}");
            pairs += 1;
        }
    }
    assert!(pairs > 0);
}

#[test]
fn a_fault_behind_a_station_agrees_with_the_hand_calculation() {
    let (catalogue, plan, report) = solved(30);
    let site = Site::of(&plan, &catalogue, &report);
    let rules = &catalogue.rules;
    let unit = site.units.first().expect("the campus has a station");
    // From the entry down the feeders of the station, reactances and resistances apart.
    let mut resistance = 0.0;
    let mut reactance = 0.0;
    let mut node = unit.from;
    while site.nodes[node].feed.is_none() {
        let mut feeders = site.cables.iter().filter(|cable| cable.to == node);
        let cable = feeders.next().expect("it is fed");
        assert!(feeders.next().is_none(), "one feeder a busbar");
        let length = cable.length_km / f64::from(cable.circuits);
        resistance += cable.r20_ohm_per_km * length;
        reactance += cable.x_ohm_per_km * length;
        node = cable.from;
    }
    assert!(matches!(site.nodes[node].feed, Some(Feed::Grid { .. })));
    let mv_kv = rules.mv_voltage_kv.value;
    let grid = 1.1 * mv_kv * mv_kv / rules.grid_fault_max_mva.value;
    let grid_reactance = grid / 1.01_f64.sqrt();
    let to_low = (unit.rated_kv.1 / unit.rated_kv.0).powi(2);
    let base = unit.rated_kv.1.powi(2) / (unit.rated_kva / 1000.0) / 100.0;
    let own_reactance = (unit.uk_percent.powi(2) - unit.ur_percent.powi(2)).sqrt();
    let correction = 0.95 * 1.1 / (1.0 + 0.006 * own_reactance);
    let r = to_low * (resistance + 0.1 * grid_reactance) + base * unit.ur_percent * correction;
    let x = to_low * (reactance + grid_reactance) + base * own_reactance * correction;
    let expected = 1.1 * unit.rated_kv.1 / (3.0_f64.sqrt() * r.hypot(x));
    let bus = report.power.bus(&format!("{}:LV", unit.container)).expect("it has a busbar");
    let found = bus.fault_max_ka.expect("it is fed");
    assert!((found - expected).abs() < 1e-9 * expected, "{found} {expected}");
    assert!(bus.fault_min_ka.expect("it is fed") < found);
    assert!(bus.fault_peak_ka.expect("it is fed") > 2.0_f64.sqrt() * found);
}

#[test]
fn a_plan_without_a_feed_has_no_study() {
    let catalogue = Catalogue::reference().expect("the reference catalogue is sound");
    let mut plan = campus(8, 1, &catalogue);
    plan.entries.clear();
    plan.containers.retain(|container| {
        let module = catalogue.modules.get(&container.module);
        module.is_some_and(|module| module.kind.discipline() != Discipline::Power)
    });
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    assert!(report.power.buses.is_empty());
    assert_eq!(report.power.problem, None);
}
