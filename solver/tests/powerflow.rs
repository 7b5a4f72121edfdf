//! Power flow against hand calculation, against pandapower 3.5.6, and against Kirchhoff.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use proptest::prelude::*;
use stackyard_solver::physics::power::{
    Branch, Bus, Case, Complex, Islands, Network, PowerError, Role, Solution, Solver, Start,
};

fn bus(role: Role, active: f64, reactive: f64) -> Bus {
    Bus { role, draw: Complex::new(active, reactive), ..Bus::default() }
}

fn slack(voltage: f64, degrees: f64) -> Role {
    Role::Slack { voltage, angle: degrees.to_radians() }
}

fn charged(from: usize, to: usize, impedance: (f64, f64), charging: f64) -> Branch {
    let shunt = Complex::new(0.0, charging / 2.0);
    Branch {
        shunt_from: shunt,
        shunt_to: shunt,
        ..Branch::line(from, to, Complex::new(impedance.0, impedance.1))
    }
}

/// A 110 kV ring with a generator, a transformer with a tap and a turned vector group, a
/// capacitor and a load of constant current; 1 p.u. is 100 MVA.
fn ring() -> Network {
    let held = Role::Held { voltage: 1.01, limits: Some((-0.1, 0.05)) };
    let mut buses = vec![
        bus(slack(1.02, 5.0), 0.0, 0.0),
        bus(Role::Load, 0.8, 0.3),
        bus(Role::Load, 0.0, 0.0),
        bus(held, -0.6, 0.0),
        bus(Role::Load, 0.4, 0.15),
    ];
    buses[1].shunt = Complex::new(0.0, 0.15);
    buses[2].draw_at_constant_current = Complex::new(0.5, 0.2);
    // 63 MVA, 12 %, 0.4 % resistive, 30 kW iron losses, 0.08 % no-load current.
    let resistance = 0.004 / 0.63;
    let impedance: f64 = 0.12 / 0.63;
    let reactance = f64::sqrt(impedance * impedance - resistance * resistance);
    let (iron, no_load) = (0.03 / 100.0, 0.0008 * 63.0 / 100.0);
    let reactive = -f64::sqrt(no_load * no_load - iron * iron);
    let transformer = Branch {
        ratio: 1.03,
        shift: 150.0_f64.to_radians(),
        ..Branch::line(2, 4, Complex::new(resistance, reactance))
    }
    .magnetised(Complex::new(iron, reactive), (0.5, 0.5));
    let branches = vec![
        charged(0, 1, (0.02, 0.08), 0.05),
        charged(1, 2, (0.03, 0.12), 0.04),
        charged(0, 2, (0.04, 0.15), 0.03),
        charged(2, 3, (0.01, 0.05), 0.02),
        transformer,
    ];
    Network { buses, branches }
}

fn assert_voltages(solution: &Solution, sizes: &[f64], degrees: &[f64]) {
    for (bus, (size, degrees)) in sizes.iter().zip(degrees).enumerate() {
        let voltage = solution.voltages[bus];
        assert!((voltage.modulus() - size).abs() < 1e-10, "bus {bus}: {}", voltage.modulus());
        let angle = voltage.angle().to_degrees();
        assert!((angle - degrees).abs() < 1e-8, "bus {bus}: {angle}");
    }
}

#[test]
fn two_buses_agree_with_the_closed_form() {
    // P = 0.5 over a reactance of 0.2 between equal voltages: sin δ = P X.
    let network = Network {
        buses: vec![
            bus(slack(1.0, 0.0), 0.0, 0.0),
            bus(Role::Held { voltage: 1.0, limits: None }, 0.5, 0.0),
        ],
        branches: vec![Branch::line(0, 1, Complex::new(0.0, 0.2))],
    };
    let mut solver = Solver::new(network).unwrap();
    let solution = solver.solve(&Case::default()).unwrap();
    assert!((solution.voltages[1].angle() + 0.1_f64.asin()).abs() < 1e-12);

    // S = 0.4 + 0.3 i over r = 0.1: V = v + i w with v² − v + r P + w² = 0, w = r Q.
    let network = Network {
        buses: vec![bus(slack(1.0, 0.0), 0.0, 0.0), bus(Role::Load, 0.4, 0.3)],
        branches: vec![Branch::line(0, 1, Complex::new(0.1, 0.0))],
    };
    let mut solver = Solver::new(network).unwrap();
    let solution = solver.solve(&Case { start: Start::Flat, ..Case::default() }).unwrap();
    let across = 0.1 * 0.3;
    let along = 0.5 + f64::sqrt(0.25 - 0.1 * 0.4 - across * across);
    assert!((solution.voltages[1] - Complex::new(along, across)).modulus() < 1e-12);
}

#[test]
fn a_ring_agrees_with_pandapower() {
    let mut solver = Solver::new(ring()).unwrap();
    let solution = solver.solve(&Case::default()).unwrap();
    assert_voltages(
        &solution,
        &[1.02, 0.992_785_062_253_875_5, 0.991_630_515_487_054_7, 1.01, 0.925_684_893_049_408_4],
        &[
            5.0,
            1.765_393_652_404_916_5,
            2.176_237_098_262_334_2,
            3.744_731_480_667_274,
            -152.665_521_062_669_94,
        ],
    );
    let flows = solver.flows(&solution);
    let loss: f64 = flows.iter().map(|flow| flow.loss().re).sum();
    assert!((loss - 0.022_987_572_674_202_505).abs() < 1e-10, "{loss}");
    assert!((flows[1].from.re + 0.053_069_118_510_088_74).abs() < 1e-10);
    assert!((flows[4].from.im - 0.190_941_299_641_533_1).abs() < 1e-10);
    let reactive = solution.injections[3].im;
    assert!((reactive - 0.248_367_83).abs() < 1e-8, "{reactive}");
}

#[test]
fn a_generator_at_its_limit_lets_its_voltage_go() {
    let mut solver = Solver::new(ring()).unwrap();
    let solution = solver.solve(&Case { keep_limits: true, ..Case::default() }).unwrap();
    assert_eq!(solution.limited, [3]);
    assert_voltages(
        &solution,
        &[
            1.02,
            0.985_622_901_930_110_7,
            0.974_228_551_445_938_8,
            0.982_908_421_673_026_4,
            0.907_933_893_781_507_8,
        ],
        &[
            5.0,
            1.852_466_728_015_075_5,
            2.442_176_018_115_477_5,
            4.201_777_764_006_423,
            -152.582_821_241_855_92,
        ],
    );
}

#[test]
fn a_lost_line_agrees_with_pandapower_from_any_start() {
    let mut solver = Solver::new(ring()).unwrap();
    let before = solver.solve(&Case::default()).unwrap();
    let sizes =
        [1.02, 0.991_663_500_531_780_8, 0.990_657_897_438_490_1, 1.01, 0.924_693_873_654_463_5];
    let degrees = [
        5.0,
        1.517_508_064_167_430_6,
        2.682_063_612_662_959,
        4.240_900_574_781_733,
        -152.169_662_862_952_15,
    ];
    for start in [Start::Linear, Start::From(&before)] {
        let lost = solver.solve(&Case { outages: &[1], start, ..Case::default() }).unwrap();
        assert_voltages(&lost, &sizes, &degrees);
        assert_eq!(solver.flows(&lost)[1].from, Complex::ZERO);
    }
    // The solver is as it was.
    assert_eq!(solver.solve(&Case::default()).unwrap(), before);
}

#[test]
fn what_loses_its_feed_is_dark_or_refused() {
    let mut solver = Solver::new(ring()).unwrap();
    let case = Case { outages: &[4], ..Case::default() };
    let solution = solver.solve(&case).unwrap();
    assert_eq!(solution.live, [true, true, true, true, false]);
    assert_eq!(solution.voltages[4], Complex::ZERO);
    let refused = solver.solve(&Case { islands: Islands::Refuse, ..case });
    assert_eq!(refused, Err(PowerError::Island { bus: 4, others: 0 }));
}

#[test]
fn bad_networks_are_refused_with_a_reason() {
    let refused = |change: fn(&mut Network)| {
        let mut network = ring();
        change(&mut network);
        Solver::new(network).map(|_| ()).unwrap_err()
    };
    assert_eq!(
        refused(|network| network.branches[2].impedance = Complex::ZERO),
        PowerError::ZeroImpedance { branch: 2 }
    );
    assert_eq!(
        refused(|network| network.buses[1].draw.im = f64::NAN),
        PowerError::NotFinite { what: "bus", index: 1 }
    );
    assert_eq!(
        refused(|network| network.branches[0].to = 9),
        PowerError::NoSuchBus { branch: 0, bus: 9, buses: 5 }
    );
    assert_eq!(refused(|network| network.buses[0].role = Role::Load), PowerError::NoSlack);
}

#[test]
fn more_load_than_the_network_carries_is_said_so() {
    let mut network = ring();
    network.buses[4].draw = Complex::new(9.0, 4.0);
    let error = Solver::new(network).unwrap().solve(&Case::default()).unwrap_err();
    assert!(matches!(error, PowerError::Diverged { .. }), "{error}");
    assert!(error.to_string().contains("out of balance"), "{error}");
}

/// Networks of up to 25 buses around one slack, weakly loaded, some voltages held.
fn networks() -> impl Strategy<Value = Network> {
    let bus = (-0.02..0.03_f64, -0.01..0.02_f64, prop::bool::weighted(0.15), 0.995..1.005_f64);
    let branch = (0..1000_usize, 0.001..0.01_f64, 0.005..0.02_f64, 0.0..0.02_f64, 0.99..1.01_f64);
    (
        prop::collection::vec((bus, branch.clone()), 1..25),
        prop::collection::vec((branch, 0..1000_usize), 0..10),
    )
        .prop_map(|(tree, more)| {
            let mut network = Network::default();
            network.buses.push(the_slack());
            for (number, ((active, reactive, held, voltage), branch)) in
                tree.into_iter().enumerate()
            {
                let role = if held { Role::Held { voltage, limits: None } } else { Role::Load };
                network.buses.push(bus_with_current(role, active, reactive));
                let near = branch.0 % (number + 1);
                network.branches.push(branch_of(near, number + 1, branch));
            }
            let count = network.buses.len();
            for (branch, other) in more {
                let ends = (branch.0 % count, other % count);
                if ends.0 != ends.1 {
                    network.branches.push(branch_of(ends.0, ends.1, branch));
                }
            }
            network
        })
}

fn the_slack() -> Bus {
    bus(slack(1.0, 0.0), 0.0, 0.0)
}

fn bus_with_current(role: Role, active: f64, reactive: f64) -> Bus {
    let current = Complex::new(0.3 * active, 0.2 * reactive);
    let shunt = Complex::new(0.001, -0.01);
    Bus { draw_at_constant_current: current, shunt, ..bus(role, active, reactive) }
}

fn branch_of(from: usize, to: usize, of: (usize, f64, f64, f64, f64)) -> Branch {
    let (_, resistance, reactance, charging, ratio) = of;
    // Transformers and lines in one network.
    let ratio = if to == from + 1 { ratio } else { 1.0 };
    Branch { ratio, ..charged(from, to, (resistance, reactance), charging) }
}

/// Current into a branch at both ends from its π circuit, element by element.
fn currents(branch: &Branch, voltages: &[Complex]) -> (Complex, Complex) {
    let turns = Complex::polar(branch.ratio, branch.shift);
    let behind = voltages[branch.from] / turns;
    let to = voltages[branch.to];
    let series = (behind - to) / branch.impedance;
    let before = series + behind * branch.shunt_from;
    (before / turns.conj(), to * branch.shunt_to - series)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What flows into every bus flows out of it, whatever is lost.
    #[test]
    fn solutions_obey_kirchhoff(network in networks(), loss in 0..1000_usize) {
        let mut solver = Solver::new(network.clone()).unwrap();
        let whole = solver.solve(&Case::default()).unwrap();
        let outages = [loss % network.branches.len()];
        let start = Start::From(&whole);
        let lost = solver.solve(&Case { outages: &outages, start, ..Case::default() });
        let cases = [(Some(whole.clone()), None), (lost.ok(), Some(outages[0]))];
        for (solution, out) in cases {
            let Some(solution) = solution else { continue };
            let mut rest: Vec<Complex> = network
                .buses
                .iter()
                .zip(&solution.voltages)
                .map(|(bus, &voltage)| {
                    bus.draw
                        + bus.draw_at_constant_current * voltage.modulus()
                        + voltage * (bus.shunt * voltage).conj()
                })
                .collect();
            for (index, branch) in network.branches.iter().enumerate() {
                if Some(index) != out && solution.live[branch.from] {
                    let (from, to) = currents(branch, &solution.voltages);
                    rest[branch.from] += solution.voltages[branch.from] * from.conj();
                    rest[branch.to] += solution.voltages[branch.to] * to.conj();
                }
            }
            for (bus, rest) in network.buses.iter().zip(&rest).zip(&solution.live).filter_map(
                |(pair, &live)| live.then_some(pair),
            ) {
                match bus.role {
                    Role::Load => prop_assert!(rest.modulus() < 1e-9, "{rest:?}"),
                    Role::Held { .. } => prop_assert!(rest.re.abs() < 1e-9, "{rest:?}"),
                    Role::Slack { .. } | Role::Off => {}
                }
            }
            // And the balance of the whole network is its losses.
            let loss: f64 = solver.flows(&solution).iter().map(|flow| flow.loss().re).sum();
            prop_assert!(loss >= -1e-9, "{loss}");
        }
    }
}

/// Answers of the public cases, where their folder is named in `STACKYARD_CASES`.
#[test]
fn public_cases_agree_with_their_answers() {
    let Some(folder) = std::env::var_os("STACKYARD_CASES") else {
        eprintln!("SKIPPED: STACKYARD_CASES does not name the folder of the public cases");
        return;
    };
    let folder = std::path::Path::new(&folder).join("power");
    let mut seen = 0;
    for name in ["case12da", "case14", "case30", "case118"] {
        let path = folder.join(format!("{name}.json"));
        let case: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let (network, ids) = matpower(&case);
        let solution = Solver::new(network).unwrap().solve(&Case::default()).unwrap();
        let answers = std::fs::read_to_string(folder.join(format!("{name}.ref_bus.csv"))).unwrap();
        for line in answers.lines().skip(1) {
            let row: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let bus = ids.iter().position(|&id| (id - row[0]).abs() < 0.5).unwrap();
            let voltage = solution.voltages[bus];
            assert!((voltage.modulus() - row[1]).abs() < 1e-8, "{name}, bus {}", row[0]);
            assert!((voltage.angle().to_degrees() - row[2]).abs() < 1e-6, "{name}, bus {}", row[0]);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

/// The least of MATPOWER that the public cases need.
fn matpower(case: &serde_json::Value) -> (Network, Vec<f64>) {
    let table = |name: &str| -> Vec<Vec<f64>> {
        let rows = case[name].as_array().unwrap();
        let row = |row: &serde_json::Value| -> Vec<f64> {
            row.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap()).collect()
        };
        rows.iter().map(row).collect()
    };
    let base = case["baseMVA"].as_f64().unwrap();
    let (buses, generators, branches) = (table("bus"), table("gen"), table("branch"));
    let ids: Vec<f64> = buses.iter().map(|row| row[0]).collect();
    let place = |id: f64| ids.iter().position(|own| (own - id).abs() < 0.5).unwrap();
    let mut network = Network::default();
    for row in &buses {
        let given = generators.iter().filter(|own| own[7] > 0.0 && (own[0] - row[0]).abs() < 0.5);
        let voltage = given.clone().next_back().map(|own| own[5]);
        let active: f64 = given.map(|own| own[1]).sum();
        let role = match (voltage, row[1] > 2.5) {
            (Some(voltage), true) => slack(voltage, row[8]),
            (Some(voltage), false) => Role::Held { voltage, limits: None },
            (None, _) => Role::Load,
        };
        network.buses.push(Bus {
            shunt: Complex::new(row[4] / base, row[5] / base),
            ..bus(role, (row[2] - active) / base, row[3] / base)
        });
    }
    for row in &branches {
        network.branches.push(Branch {
            ratio: if row[8] > 0.0 { row[8] } else { 1.0 },
            shift: row[9].to_radians(),
            on: row[10] > 0.0,
            ..charged(place(row[0]), place(row[1]), (row[2], row[3]), row[4])
        });
    }
    (network, ids)
}
