//! The water of a site, solved: pressures, flows and temperatures of every pipe network.
//!
//! Sizing adds friction up from the pumps outwards. Here the same pipes are built as a closed
//! network of supply, modules and return ([`circuit`]) and solved with Darcy–Weisbach and
//! Colebrook–White ([`crate::physics::flow`]), then warmed ([`crate::physics::flow::heat`]). What
//! comes out is what commissioning asks for: pressures at each module, the loss its balancing
//! valve has to make, the index circuit from the pumps and back, and the temperatures there.

pub mod circuit;

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::physics::flow::heat::{Inlet, Passage, Temperatures, temperatures};
use crate::physics::flow::{PumpCurve, Solution, Solver, Status};
use crate::plan::Plan;
use crate::report::{Report, Supply};
use circuit::Circuit;

/// Every pipe network of a site.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WaterStudy {
    /// The networks in the order of their pump sets.
    pub networks: Vec<WaterNetwork>,
}

/// A pipe network at its design flows.
#[derive(Clone, Debug, Serialize)]
pub struct WaterNetwork {
    /// Cooling or heat reuse.
    pub service: Service,
    /// The supply that pumps.
    pub supply: Supply,
    /// What the pumps do; none where the network has no solution.
    pub duty: Option<PumpDuty>,
    /// The connection with the least left for its balancing valve.
    pub index_connection: String,
    /// Pressures from the pumps to that connection.
    pub index_circuit: Vec<Station>,
    /// Each connection.
    pub modules: Vec<WaterModule>,
    /// Each pipe run.
    pub runs: Vec<WaterRun>,
    /// Temperature at which water leaves the supply, degrees Celsius.
    pub supply_c: f64,
    /// Temperature at which it comes back, degrees Celsius.
    pub return_c: f64,
    /// Heat that all pipes lose to the ground, kW.
    pub heat_loss_kw: f64,
    /// Why it has no solution, if it has none.
    pub fault: Option<String>,
}

/// A point of work of a pump set and the curve through it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PumpDuty {
    /// Volume flow, m³/h.
    pub flow_m3_h: f64,
    /// Differential pressure, kPa.
    pub head_kpa: f64,
    /// Differential pressure at no flow by the curve through the duty, kPa.
    pub shutoff_kpa: f64,
    /// Pressure kept at the suction side, kPa above the air.
    pub suction_kpa: f64,
}

/// Pressures at a place along the index circuit.
#[derive(Clone, Debug, Serialize)]
pub struct Station {
    /// The pipe run that ends here; empty at the pumps.
    pub run: String,
    /// Length of pipe from the pumps, m.
    pub distance_m: f64,
    /// Pressure in the supply, kPa above the air.
    pub supply_kpa: f64,
    /// Pressure in the return, kPa above the air.
    pub return_kpa: f64,
}

/// What a module gets.
#[derive(Clone, Debug, Serialize)]
pub struct WaterModule {
    /// The connection, `IT-01A/CW`.
    pub connection: String,
    /// Flow, kg/s.
    pub flow_kg_s: f64,
    /// Pressure in its supply, kPa above the air.
    pub supply_kpa: f64,
    /// Pressure in its return, kPa above the air.
    pub return_kpa: f64,
    /// What the module itself takes, kPa.
    pub need_kpa: f64,
    /// What its balancing valve has to take, kPa; negative where pressure is missing.
    pub balancing_kpa: f64,
    /// Temperature of its supply, degrees Celsius.
    pub supply_c: f64,
    /// Temperature of its return, degrees Celsius.
    pub return_c: f64,
}

/// What a pipe run does.
#[derive(Clone, Debug, Serialize)]
pub struct WaterRun {
    /// Its name.
    pub run: String,
    /// Friction of supply and return, kPa.
    pub loss_kpa: f64,
    /// Heat that supply and return lose to the ground, W.
    pub heat_loss_w: f64,
}

/// Solves the pipe networks of a report; `catalogue` includes the plan's overrides.
pub fn study(plan: &Plan, catalogue: &Catalogue, report: &Report) -> WaterStudy {
    let circuits = circuit::circuits(plan, catalogue, report);
    WaterStudy {
        networks: circuits.iter().map(|circuit| solve(catalogue, report, circuit)).collect(),
    }
}

fn solve(catalogue: &Catalogue, report: &Report, circuit: &Circuit) -> WaterNetwork {
    let mut study = WaterNetwork {
        service: circuit.service,
        supply: circuit.supply.clone(),
        duty: None,
        index_connection: String::new(),
        index_circuit: Vec::new(),
        modules: Vec::new(),
        runs: Vec::new(),
        supply_c: catalogue.rules.water_supply_c.value,
        return_c: catalogue.rules.water_supply_c.value,
        heat_loss_kw: 0.0,
        fault: None,
    };
    let solved = Solver::new(&circuit.network).and_then(|mut it| it.solve(&circuit.network));
    let solution = match solved {
        Ok(solution) => solution,
        Err(error) => {
            study.fault = Some(format!("the water of {} has no solution: {error}", circuit.supply));
            return study;
        }
    };
    let warm = match warm(catalogue, circuit, &solution) {
        Ok(warm) => warm,
        Err(error) => {
            study.fault = Some(format!("its temperatures cannot be told: {error}"));
            return study;
        }
    };
    let kelvin = |node: usize| warm.node.get(node).copied().flatten();
    study.return_c = kelvin(circuit.suction).unwrap_or(study.supply_c);
    study.heat_loss_kw = warm.loss_w.iter().sum::<f64>() / 1000.0;
    let kpa = |node: usize| circuit.kpa(solution.head_m[node]);
    let flow = solution.flow_m3_s[circuit.pump];
    study.duty = Some(PumpDuty {
        flow_m3_h: flow * 3600.0,
        head_kpa: kpa(circuit.discharge) - kpa(circuit.suction),
        shutoff_kpa: circuit.curve.lift_m(0.0).map_or(0.0, |lift| circuit.kpa(lift)),
        suction_kpa: kpa(circuit.suction),
    });
    let need_kpa = catalogue.rules.terminal_loss_kpa.value;
    for user in &circuit.users {
        let [supply, back] = circuit.ends(user.link);
        let Some(connection) = report.connections.get(user.connection) else { continue };
        let (supply_kpa, return_kpa) = (kpa(supply), kpa(back));
        study.modules.push(WaterModule {
            connection: connection.id.clone(),
            flow_kg_s: solution.flow_m3_s[user.link] * circuit.fluid.density,
            supply_kpa,
            return_kpa,
            need_kpa,
            balancing_kpa: supply_kpa - return_kpa - need_kpa,
            supply_c: kelvin(supply).unwrap_or(study.supply_c),
            return_c: warm.outlet.get(user.link).copied().flatten().unwrap_or(study.return_c),
        });
    }
    study.runs = runs(report, circuit, &solution, &warm);
    let least = (0..study.modules.len())
        .min_by(|&a, &b| study.modules[a].balancing_kpa.total_cmp(&study.modules[b].balancing_kpa));
    if let Some(least) = least {
        study.index_connection.clone_from(&study.modules[least].connection);
        study.index_circuit = stations(report, circuit, &solution, circuit.users[least].leg);
    }
    let is_starved = circuit.users.iter().any(|user| solution.status[user.link] != Status::Active);
    if is_starved {
        study.fault = Some(format!(
            "the pumps at {} cannot bring every module its flow; raise the pump head or lay wider \
             pipes",
            circuit.supply
        ));
    }
    study
}

/// Friction and heat loss of every run.
fn runs(
    report: &Report,
    circuit: &Circuit,
    solution: &Solution,
    warm: &Temperatures,
) -> Vec<WaterRun> {
    let mut runs: Vec<(usize, WaterRun)> = Vec::new();
    for leg in &circuit.legs {
        let loss = |link: usize| {
            let [from, to] = circuit.ends(link);
            circuit.kpa(solution.head_m[from] - solution.head_m[to])
        };
        let lost = |link: usize| warm.loss_w.get(link).copied().unwrap_or(0.0);
        let loss_kpa = loss(leg.supply) + loss(leg.back);
        let heat_loss_w = lost(leg.supply) + lost(leg.back);
        match runs.last_mut() {
            Some((run, sum)) if *run == leg.run => {
                sum.loss_kpa += loss_kpa;
                sum.heat_loss_w += heat_loss_w;
            }
            _ => {
                let name = report.pipes.get(leg.run).map(|run| run.id.clone()).unwrap_or_default();
                runs.push((leg.run, WaterRun { run: name, loss_kpa, heat_loss_w }));
            }
        }
    }
    runs.into_iter().map(|(_, run)| run).collect()
}

/// From the pumps to the end of a leg.
fn stations(report: &Report, circuit: &Circuit, solution: &Solution, leg: usize) -> Vec<Station> {
    let mut way = Vec::new();
    let mut next = Some(leg);
    while let Some(leg) = next {
        way.push(leg);
        next = circuit.legs[leg].parent;
    }
    let kpa = |node: usize| circuit.kpa(solution.head_m[node]);
    let mut stations = vec![Station {
        run: String::new(),
        distance_m: 0.0,
        supply_kpa: kpa(circuit.discharge),
        return_kpa: kpa(circuit.suction),
    }];
    let mut distance_m = 0.0;
    for leg in way.into_iter().rev().map(|leg| &circuit.legs[leg]) {
        distance_m += leg.length_m;
        stations.push(Station {
            run: report.pipes.get(leg.run).map(|run| run.id.clone()).unwrap_or_default(),
            distance_m,
            supply_kpa: kpa(circuit.ends(leg.supply)[1]),
            return_kpa: kpa(circuit.ends(leg.back)[0]),
        });
    }
    stations
}

/// Temperatures with the supply at its rule, the ground around the pipes and the modules' heat.
fn warm(
    catalogue: &Catalogue,
    circuit: &Circuit,
    solution: &Solution,
) -> Result<Temperatures, crate::physics::flow::heat::HeatError> {
    let rules = &catalogue.rules;
    let mut passages: Vec<Passage> = circuit
        .network
        .links
        .iter()
        .zip(&solution.flow_m3_s)
        .map(|(link, flow)| Passage {
            from: link.from,
            to: link.to,
            mass_flow_kg_s: flow * circuit.fluid.density,
            loss_w_per_k: 0.0,
            ambient: rules.soil_temperature_c.value,
            heat_w: 0.0,
        })
        .collect();
    for leg in &circuit.legs {
        for link in [leg.supply, leg.back] {
            passages[link].loss_w_per_k = leg.loss_w_per_mk * leg.length_m;
        }
    }
    for user in &circuit.users {
        passages[user.link].heat_w = user.heat_w;
    }
    let inlet = Inlet { node: circuit.discharge, temperature: rules.water_supply_c.value };
    temperatures(circuit.network.nodes.len(), &passages, &[inlet], circuit.fluid.heat)
}

/// The curve of a pump set through its duty in m³/s and m.
fn curve(flow_m3_s: f64, lift_m: f64) -> PumpCurve {
    PumpCurve::through(flow_m3_s, lift_m).unwrap_or(PumpCurve::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::text;
    use crate::report::Sizing;
    use crate::{Settings, Silent, evaluate};

    const JUPITER: &str = include_str!("../../layouts/jupiter.ron");

    fn solved() -> (Catalogue, Report) {
        let catalogue = Catalogue::reference().unwrap();
        let plan = text::read(JUPITER, &catalogue).unwrap();
        let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
        (catalogue.with_overrides_of(&plan), report)
    }

    #[test]
    fn the_solved_network_agrees_with_what_was_sized() {
        let (catalogue, report) = solved();
        assert_eq!(report.water.networks.len(), report.pumps.len());
        for (network, pump) in report.water.networks.iter().zip(&report.pumps) {
            assert_eq!(network.fault, None);
            let duty = network.duty.unwrap();
            assert!((duty.head_kpa / pump.head_kpa - 1.0).abs() < 1e-3, "{duty:?} {pump:?}");
            // Rooms that mirror each other may share the least.
            let index = network.modules.iter().find(|it| it.connection == pump.index_connection);
            assert!(index.unwrap().balancing_kpa.abs() < 0.1, "{index:?}");
            for module in &network.modules {
                let connection = report.connection(&module.connection).unwrap();
                let Some(Sizing::Pipe(sized)) = &connection.sizing else {
                    panic!("{} has no pipe", module.connection);
                };
                assert!((module.flow_kg_s - sized.flow_kg_s).abs() < 1e-3);
                assert!((module.balancing_kpa - sized.spare_kpa).abs() < 0.1, "{module:?}");
            }
            let rules = &catalogue.rules;
            let warmed = network.return_c - network.supply_c;
            assert!(warmed > 0.0 && warmed < rules.water_delta_k.value + 0.5, "{warmed}");
            assert!(network.heat_loss_kw > 0.0);
        }
    }

    #[test]
    fn the_index_circuit_falls_on_the_way_out_and_rises_on_the_way_back() {
        let (_, report) = solved();
        for network in &report.water.networks {
            let duty = network.duty.unwrap();
            let first = network.index_circuit.first().unwrap();
            assert!((first.supply_kpa - first.return_kpa - duty.head_kpa).abs() < 1e-6);
            assert!((first.return_kpa - circuit::SUCTION_KPA).abs() < 1e-6);
            for pair in network.index_circuit.windows(2) {
                assert!(pair[1].supply_kpa <= pair[0].supply_kpa + 1e-9);
                assert!(pair[1].return_kpa >= pair[0].return_kpa - 1e-9);
                assert!(pair[1].distance_m >= pair[0].distance_m);
            }
        }
    }
}
