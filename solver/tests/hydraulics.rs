//! Pipe networks against the laws themselves: mass in every node, energy around every loop.
//!
//! The residuals are worked out here from heads and flows alone, with friction solved by bisection
//! instead of the library's own formulas.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use proptest::prelude::*;
use stackyard_solver::physics::flow::{
    Element, FlowError, Friction, Link, Network, Node, Options, Position, PumpCurve, Solution,
    Solver, Status, Unbalanced, ValveKind,
};

const VISCOSITY: f64 = 0.66e-6;
const GRAVITY: f64 = 9.80665;
const LAW: Friction = Friction::DarcyWeisbach { viscosity_m2_s: VISCOSITY };

fn junction(demand_m3_s: f64) -> Node {
    Node::Junction { elevation_m: 0.0, demand_m3_s }
}

fn pipe(from: usize, to: usize, length_m: f64, diameter_m: f64) -> Link {
    let element =
        Element::Pipe { length_m, diameter_m, roughness: 0.1, minor: 0.0, check_valve: false };
    Link { from, to, element }
}

fn valve(from: usize, to: usize, kind: ValveKind, setting: f64) -> Link {
    let element =
        Element::Valve { kind, diameter_m: 0.1, minor: 0.0, position: Position::Set(setting) };
    Link { from, to, element }
}

fn solve(network: &Network) -> Solution {
    Solver::new(network).unwrap().solve(network).unwrap()
}

/// Darcy friction factor by bisection of Colebrook and White's equation.
fn factor(reynolds: f64, rough: f64) -> f64 {
    let turbulent = |reynolds: f64| {
        let (mut low, mut high) = (1e-4_f64, 1.0_f64);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            let root = middle.sqrt();
            let rest = 1.0 / root + 2.0 * (rough / 3.7 + 2.51 / (reynolds * root)).log10();
            if rest > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    };
    if reynolds < 2300.0 {
        64.0 / reynolds.max(1e-12)
    } else if reynolds < 4000.0 {
        let share = (reynolds - 2300.0) / 1700.0;
        64.0 / 2300.0 + share * (turbulent(4000.0) - 64.0 / 2300.0)
    } else {
        turbulent(reynolds)
    }
}

/// Head that a pipe loses at a flow, m.
fn loss(element: &Element, flow: f64) -> f64 {
    let Element::Pipe { length_m, diameter_m, roughness, minor, .. } = element else {
        panic!("only pipes have a loss here");
    };
    let velocity = flow / (std::f64::consts::FRAC_PI_4 * diameter_m * diameter_m);
    let reynolds = velocity.abs() * diameter_m / VISCOSITY;
    let friction = factor(reynolds, roughness / 1000.0 / diameter_m) * length_m / diameter_m;
    (friction + minor) * velocity * velocity.abs() / (2.0 * GRAVITY)
}

/// Largest mass that is missing in a junction, m³/s, and largest head that is missing in a pipe, m.
fn residuals(network: &Network, solution: &Solution) -> (f64, f64) {
    let mut missing: Vec<f64> = network.nodes.iter().map(Node::demand_m3_s).collect();
    let mut head: f64 = 0.0;
    for (link, &flow) in network.links.iter().zip(&solution.flow_m3_s) {
        missing[link.from] += flow;
        missing[link.to] -= flow;
        let drop = solution.head_m[link.from] - solution.head_m[link.to];
        if matches!(link.element, Element::Pipe { .. }) {
            head = head.max((drop - loss(&link.element, flow)).abs());
        }
    }
    let mass = network
        .nodes
        .iter()
        .zip(&missing)
        .filter(|(node, _)| node.fixed_head().is_none())
        .map(|(_, missing)| missing.abs())
        .fold(0.0, f64::max);
    (mass, head)
}

/// A tree with further pipes across it, one source, and demands of either sign.
fn networks() -> impl Strategy<Value = Network> {
    let pipes = || (20.0..900.0_f64, 0.05..0.4_f64, any::<bool>());
    (2..25_usize).prop_flat_map(move |nodes| {
        let tree = prop::collection::vec((any::<prop::sample::Index>(), pipes()), nodes - 1);
        let across = prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), pipes()),
            0..nodes,
        );
        let demands = prop::collection::vec(-0.005..0.02_f64, nodes - 1);
        (tree, across, demands).prop_map(move |(tree, across, demands)| {
            let mut network = Network {
                nodes: vec![Node::Fixed { head_m: 60.0 }],
                links: Vec::new(),
                friction: LAW,
            };
            network.nodes.extend(demands.into_iter().map(junction));
            let mut lay = |a: usize, b: usize, (length, diameter, turned): (f64, f64, bool)| {
                let (from, to) = if turned { (b, a) } else { (a, b) };
                if from != to {
                    network.links.push(pipe(from, to, length, diameter));
                }
            };
            for (node, (parent, size)) in (1..).zip(tree) {
                lay(parent.index(node), node, size);
            }
            for (one, other, size) in across {
                lay(one.index(nodes), other.index(nodes), size);
            }
            network
        })
    })
}

/// Size of the largest head, by which rounding is measured.
fn largest(heads: &[f64]) -> f64 {
    heads.iter().fold(0.0, |most: f64, head| most.max(head.abs()))
}

proptest! {
    #[test]
    fn mass_and_energy_are_kept(network in networks()) {
        let solution = solve(&network);
        let (mass, head) = residuals(&network, &solution);
        let scale = largest(&solution.head_m);
        prop_assert!(mass < 1e-9 + 1e-12 * scale, "{mass} m³/s missing");
        prop_assert!(head < 1e-7 * scale, "{head} m missing");
    }

    /// A start from other flows ends at the same ones.
    #[test]
    fn warm_starts_lead_to_the_same_answer(network in networks(), factor in 0.2..1.5_f64) {
        let mut other = network.clone();
        for node in &mut other.nodes {
            if let Node::Junction { demand_m3_s, .. } = node {
                *demand_m3_s *= factor;
            }
        }
        let mut solver = Solver::new(&network).unwrap();
        solver.solve(&network).unwrap();
        let warm = solver.solve(&other).unwrap();
        let cold = solve(&other);
        let scale = largest(&cold.head_m);
        for (warm, cold) in warm.head_m.iter().zip(&cold.head_m) {
            prop_assert!((warm - cold).abs() < 1e-7 * scale, "{warm} {cold}");
        }
    }
}

/// A pump lifts from a basin into a loop of pipes with a consumer at its far side.
fn pumped(curve: PumpCurve, speed: f64) -> Network {
    Network {
        nodes: vec![Node::Fixed { head_m: 5.0 }, junction(0.0), junction(0.0), junction(0.02)],
        links: vec![
            Link { from: 0, to: 1, element: Element::Pump { curve, speed } },
            pipe(1, 2, 300.0, 0.15),
            pipe(2, 3, 200.0, 0.15),
            pipe(3, 1, 800.0, 0.1),
        ],
        friction: LAW,
    }
}

#[test]
fn a_pump_runs_on_its_curve() {
    let curve = PumpCurve::through(0.03, 25.0).unwrap();
    let solution = solve(&pumped(curve.clone(), 1.0));
    let lift = solution.head_m[1] - solution.head_m[0];
    // A third more at no flow, none at twice the flow: 33.33 − 8.33 (q/q₀)² is what is left.
    let wanted = 25.0 * (4.0 / 3.0 - (0.02_f64 / 0.03).powi(2) / 3.0);
    assert!((solution.flow_m3_s[0] - 0.02).abs() < 1e-9);
    assert!((lift - wanted).abs() < 1e-6, "{lift} {wanted}");
    assert!((curve.lift_m(0.02).unwrap() - wanted).abs() < 1e-9);
    // At eight tenths of the speed the curve shrinks with its square.
    let slow = solve(&pumped(curve, 0.8));
    let wanted = 0.64 * 25.0 * (4.0 / 3.0 - (0.02_f64 / 0.8 / 0.03).powi(2) / 3.0);
    assert!((slow.head_m[1] - slow.head_m[0] - wanted).abs() < 1e-6);
    let (mass, head) = residuals(&pumped(PumpCurve::Unknown, 1.0), &slow);
    assert!(mass < 1e-9 && head < 1e-6);
}

#[test]
fn a_pump_by_points_runs_between_them() {
    let curve = PumpCurve::Points(vec![(0.0, 30.0), (0.01, 28.0), (0.03, 20.0)]);
    let solution = solve(&pumped(curve, 1.0));
    assert!((solution.head_m[1] - solution.head_m[0] - 24.0).abs() < 1e-6);
}

#[test]
fn a_pump_of_constant_power_lifts_less_the_more_flows() {
    let solution = solve(&pumped(PumpCurve::Power { lift_flow_m4_s: 0.5 }, 1.0));
    assert!((solution.head_m[1] - solution.head_m[0] - 25.0).abs() < 1e-6);
}

#[test]
fn a_pump_that_cannot_lift_stands_still() {
    let mut network = pumped(PumpCurve::through(0.03, 25.0).unwrap(), 1.0);
    // A basin 90 m up feeds the loop; the pump reaches 38 m.
    network.nodes.push(Node::Fixed { head_m: 90.0 });
    network.links.push(pipe(4, 2, 50.0, 0.2));
    let solution = solve(&network);
    assert_eq!(solution.status[0], Status::CannotLift);
    assert!(solution.flow_m3_s[0].abs() < f64::EPSILON);
}

#[test]
fn two_parallel_pipes_share_as_a_hand_calculation_says() {
    // Equal length and roughness: the loss is equal, so f q²/d⁵ is.
    let network = Network {
        nodes: vec![Node::Fixed { head_m: 10.0 }, junction(0.03)],
        links: vec![pipe(0, 1, 500.0, 0.1), pipe(0, 1, 500.0, 0.15)],
        friction: LAW,
    };
    let solution = solve(&network);
    let [thin, wide] = solution.flow_m3_s[..] else { panic!("two pipes") };
    assert!((thin + wide - 0.03).abs() < 1e-12);
    let side = |flow: f64, d: f64| {
        let reynolds = 4.0 * flow / (std::f64::consts::PI * d * VISCOSITY);
        factor(reynolds, 1e-4 / d) * flow * flow / d.powi(5)
    };
    assert!((side(thin, 0.1) / side(wide, 0.15) - 1.0).abs() < 1e-6);
}

#[test]
fn flow_against_a_pipe_is_negative_and_a_flap_stops_it() {
    let mut network = Network {
        nodes: vec![Node::Fixed { head_m: 20.0 }, junction(0.01), Node::Fixed { head_m: 19.0 }],
        links: vec![pipe(0, 1, 100.0, 0.1), pipe(1, 2, 100.0, 0.1)],
        friction: LAW,
    };
    let free = solve(&network);
    let into_lower = free.flow_m3_s[1];
    network.nodes[0] = Node::Fixed { head_m: 18.0 };
    let turned = solve(&network);
    assert!(turned.flow_m3_s[0] < turned.flow_m3_s[1].abs());
    assert!(turned.flow_m3_s[1] < 0.0 && into_lower > turned.flow_m3_s[1]);
    if let Element::Pipe { check_valve, .. } = &mut network.links[1].element {
        *check_valve = true;
    }
    let stopped = solve(&network);
    assert_eq!(stopped.status[1], Status::Closed);
    assert!((stopped.flow_m3_s[0] - 0.01).abs() < 1e-6, "{stopped:?}");
}

/// A source, a pipe, a valve, a pipe, a consumer, and a second source behind where asked.
fn reduced(source: f64, setting: f64, behind: Option<f64>) -> Network {
    let mut network = Network {
        nodes: vec![Node::Fixed { head_m: source }, junction(0.0), junction(0.0), junction(0.01)],
        links: vec![
            pipe(0, 1, 100.0, 0.15),
            valve(1, 2, ValveKind::Reducing, setting),
            pipe(2, 3, 100.0, 0.15),
        ],
        friction: LAW,
    };
    if let Some(head_m) = behind {
        network.nodes.push(Node::Fixed { head_m });
        network.links.push(pipe(4, 3, 100.0, 0.15));
    }
    network
}

#[test]
fn a_reducing_valve_regulates_opens_or_shuts() {
    let active = solve(&reduced(50.0, 20.0, None));
    assert_eq!(active.status[1], Status::Active);
    assert!((active.head_m[2] - 20.0).abs() < 1e-6);
    assert!((active.flow_m3_s[1] - 0.01).abs() < 1e-9);

    let open = solve(&reduced(15.0, 20.0, None));
    assert_eq!(open.status[1], Status::Open);
    assert!((open.head_m[1] - open.head_m[2]).abs() < 1e-4);

    let shut = solve(&reduced(15.0, 20.0, Some(40.0)));
    assert_eq!(shut.status[1], Status::Closed);
    assert!((shut.flow_m3_s[3] - 0.01).abs() < 1e-6);
}

#[test]
fn a_sustaining_valve_keeps_the_pressure_before_it() {
    let mut network = reduced(30.0, 0.0, None);
    network.nodes[3] = Node::Fixed { head_m: 10.0 };
    network.links[1] = valve(1, 2, ValveKind::Sustaining, 28.0);
    let solution = solve(&network);
    assert_eq!(solution.status[1], Status::Active);
    assert!((solution.head_m[1] - 28.0).abs() < 1e-6);
    let (mass, head) = residuals(&network, &solution);
    assert!(mass < 1e-8 && head < 1e-6, "{mass} {head}");
}

#[test]
fn a_flow_valve_limits_and_yields_where_it_cannot() {
    let mut network = reduced(30.0, 0.0, None);
    network.nodes[3] = Node::Fixed { head_m: 10.0 };
    network.links[1] = valve(1, 2, ValveKind::FlowControl, 0.012);
    let solution = solve(&network);
    assert!((solution.flow_m3_s[2] - 0.012).abs() < 1e-6);
    network.nodes[3] = Node::Fixed { head_m: 29.9 };
    let weak = solve(&network);
    assert_eq!(weak.status[1], Status::FlowTooLow);
    assert!(weak.flow_m3_s[2] < 0.012);
}

#[test]
fn breakers_throttles_and_curves_lose_what_they_should() {
    let lost = |kind: ValveKind, setting: f64| {
        let mut network = reduced(30.0, 0.0, None);
        network.links[1] = valve(1, 2, kind, setting);
        let solution = solve(&network);
        solution.head_m[1] - solution.head_m[2]
    };
    assert!((lost(ValveKind::Breaker, 7.0) - 7.0).abs() < 1e-6);
    let velocity = 0.01 / (std::f64::consts::FRAC_PI_4 * 0.01);
    let throttled = 12.0 * velocity * velocity / (2.0 * GRAVITY);
    assert!((lost(ValveKind::Throttle, 12.0) - throttled).abs() < 1e-6);
    let curve = ValveKind::Curve(vec![(0.0, 0.0), (0.005, 1.0), (0.02, 10.0)]);
    assert!((lost(curve, 0.0) - 4.0).abs() < 1e-6);
}

#[test]
fn an_emitter_gives_by_its_pressure() {
    let mut network = reduced(30.0, 0.0, None);
    network.links[1] = pipe(1, 2, 10.0, 0.15);
    network.nodes[3] =
        Node::Emitter { elevation_m: 2.0, demand_m3_s: 0.001, coefficient: 0.002, exponent: 0.5 };
    let solution = solve(&network);
    let wanted = 0.002 * (solution.head_m[3] - 2.0).sqrt() + 0.001;
    assert!((solution.outflow_m3_s[3] - wanted).abs() < 1e-8, "{solution:?}");
    assert!((solution.flow_m3_s[2] - wanted).abs() < 1e-8);
}

#[test]
fn a_full_tank_takes_nothing_and_an_empty_one_gives_nothing() {
    let tank = |head_m: f64| Node::Tank { head_m, lowest_m: 10.0, highest_m: 15.0 };
    let network = |head: f64, source: f64| Network {
        nodes: vec![Node::Fixed { head_m: source }, junction(0.005), tank(head)],
        links: vec![pipe(0, 1, 100.0, 0.1), pipe(1, 2, 100.0, 0.1)],
        friction: LAW,
    };
    let full = solve(&network(15.0, 30.0));
    assert_eq!(full.status[1], Status::TankShut);
    let empty = solve(&network(10.0, 5.0));
    assert_eq!(empty.status[1], Status::TankShut);
    let filling = solve(&network(12.0, 30.0));
    assert!(filling.outflow_m3_s[2] > 0.0);
}

#[test]
fn closing_and_opening_a_link_is_followed_by_a_warm_solver() {
    let open = pumped(PumpCurve::through(0.03, 25.0).unwrap(), 1.0);
    let mut shut = open.clone();
    shut.links[3].element = Element::Closed;
    let mut solver = Solver::new(&open).unwrap();
    let first = solver.solve(&open).unwrap();
    let cut = solver.solve(&shut).unwrap();
    assert!((cut.flow_m3_s[1] - 0.02).abs() < 1e-7, "{cut:?}");
    let again = solver.solve(&open).unwrap();
    for (one, other) in first.flow_m3_s.iter().zip(&again.flow_m3_s) {
        assert!((one - other).abs() < 1e-8, "{first:?} {again:?}");
    }
}

#[test]
fn wrong_networks_are_refused_with_their_place() {
    let good = pumped(PumpCurve::Unknown, 1.0);
    let mut floating = good.clone();
    floating.nodes.push(junction(0.0));
    assert_eq!(Solver::new(&floating).unwrap_err(), FlowError::Afloat { node: 4 });
    let mut loose = good.clone();
    loose.links[1].to = 9;
    assert_eq!(Solver::new(&loose).unwrap_err(), FlowError::Ends { link: 1, nodes: 4 });
    let mut flat = good.clone();
    flat.links[2] = pipe(2, 3, 200.0, f64::NAN);
    assert!(matches!(Solver::new(&flat), Err(FlowError::Link { link: 2, .. })));
    let mut solver = Solver::new(&good).unwrap();
    let mut other = good;
    other.links.pop();
    assert_eq!(solver.solve(&other).unwrap_err(), FlowError::OtherTopology);
    assert!(PumpCurve::through(0.0, 10.0).is_err());
}

#[test]
fn too_few_rounds_are_an_error_unless_they_are_accepted() {
    let network = pumped(PumpCurve::through(0.03, 25.0).unwrap(), 1.0);
    let hasty = Options { trials: 1, ..Options::default() };
    let error = Solver::with_options(&network, hasty).unwrap().solve(&network).unwrap_err();
    assert!(matches!(error, FlowError::Unbalanced { iterations: 1, .. }), "{error}");
    let content = Options { unbalanced: Unbalanced::Continue(0), ..hasty };
    let solution = Solver::with_options(&network, content).unwrap().solve(&network).unwrap();
    assert!(!solution.is_balanced);
}
