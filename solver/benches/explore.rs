//! What a planner waits for: a plan from scratch, the corridor graph, the rules of the ground in
//! every frame, and the network that follows a dragged container.

#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up has no result")]

use divan::{Bencher, black_box};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::edit::Edit;
use stackyard_solver::generate::campus;
use stackyard_solver::id::Id;
use stackyard_solver::live::Live;
use stackyard_solver::physics::flow::{Element, Friction, Link, Network, Node, Solver};
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::{Settings, Silent, contingency, corridors, demand, evaluate, survey, water};

const JUPITER: &str = include_str!("../../layouts/jupiter.ron");

fn main() {
    divan::main();
}

fn reference() -> Catalogue {
    Catalogue::reference().unwrap()
}

/// JUPITER for 52 containers, a generated campus for any other number.
fn site(containers: usize, catalogue: &Catalogue) -> Plan {
    match containers {
        52 => text::read(JUPITER, catalogue).unwrap(),
        other => campus(other, 1, catalogue),
    }
}

/// As the command line explores: the independent checker included.
fn settings() -> Settings {
    Settings { verify: true, ..Settings::default() }
}

#[divan::bench(args = [52, 200], sample_count = 5, sample_size = 1)]
fn explore(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = reference();
    let plan = site(containers, &catalogue);
    bencher.bench_local(|| evaluate(black_box(&plan), &catalogue, &settings(), &mut Silent));
}

#[divan::bench(args = [52, 200, 1000], sample_count = 20, sample_size = 1)]
fn corridor_graph(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = reference();
    let plan = site(containers, &catalogue);
    let demands = demand::derive(&plan, &catalogue);
    bencher.bench_local(|| corridors::build(black_box(&plan), &catalogue, &demands));
}

#[divan::bench(args = [52, 1000])]
fn rules_of_the_ground(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = reference();
    let plan = site(containers, &catalogue);
    bencher.bench_local(|| survey(black_box(&plan), &catalogue));
}

#[divan::bench(args = ["TR-01", "ST-01", "IT-01A", "DH-01", "CON-01"])]
fn drag_on_jupiter(bencher: Bencher<'_, '_>, container: &str) {
    let catalogue = reference();
    let plan = site(52, &catalogue);
    let report = evaluate(&plan, &catalogue, &settings(), &mut Silent);
    let live = Live::new(&plan, &catalogue.with_overrides_of(&plan), &report);
    // Halves of a room move as one.
    let ids: Vec<Id> = plan.with_groups(&[Id::new(container).unwrap()]).into_iter().collect();
    let mut moves = (1..=8).cycle();
    bencher
        .with_inputs(|| {
            let edit =
                Edit::Move { ids: ids.clone(), dx_mm: 0, dy_mm: 100 * moves.next().unwrap() };
            plan.apply(&edit, &catalogue).unwrap()
        })
        .bench_local_values(|after| live.moved(black_box(&after), &ids));
}

/// A thousand moves of any container by up to 20 m either way, as the pointer makes them.
#[divan::bench(sample_count = 1000, sample_size = 1)]
fn random_drags_on_jupiter(bencher: Bencher<'_, '_>) {
    let catalogue = reference();
    let plan = site(52, &catalogue);
    let report = evaluate(&plan, &catalogue, &settings(), &mut Silent);
    let live = Live::new(&plan, &catalogue.with_overrides_of(&plan), &report);
    // A linear congruential generator: the same drags everywhere.
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) % below
    };
    bencher
        .with_inputs(|| {
            loop {
                let pick = usize::try_from(random(plan.containers.len() as u64)).unwrap();
                let ids: Vec<Id> =
                    plan.with_groups(&[plan.containers[pick].id.clone()]).into_iter().collect();
                let mut step = || i64::try_from(random(401)).unwrap() * 100 - 20_000;
                let edit = Edit::Move { ids: ids.clone(), dx_mm: step(), dy_mm: step() };
                if let Ok(after) = plan.apply(&edit, &catalogue) {
                    return (after, ids);
                }
            }
        })
        .bench_local_values(|(after, ids)| live.moved(black_box(&after), &ids));
}

/// What every single loss would do.
#[divan::bench(args = [52, 500], sample_count = 20)]
fn single_losses(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = reference();
    let plan = site(containers, &catalogue);
    let report = evaluate(&plan, &catalogue, &settings(), &mut Silent);
    let merged = catalogue.with_overrides_of(&plan);
    bencher.bench_local(|| contingency::study(black_box(&plan), &merged, &report));
}

/// Pressures and temperatures of all pipe networks of a settled site.
#[divan::bench(args = [52, 200])]
fn water_study(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = reference();
    let plan = site(containers, &catalogue);
    let merged = catalogue.with_overrides_of(&plan);
    let report = evaluate(&plan, &catalogue, &settings(), &mut Silent);
    bencher.bench_local(|| water::study(black_box(&plan), &merged, &report));
}

/// A square grid of pipes with one source in a corner and every demand changed a little each time.
#[divan::bench(args = [10, 30, 60])]
fn looped_pipes(bencher: Bencher<'_, '_>, side: usize) {
    let mut nodes = vec![Node::Junction { elevation_m: 0.0, demand_m3_s: 1e-4 }; side * side];
    nodes[0] = Node::Fixed { head_m: 80.0 };
    let element = Element::Pipe {
        length_m: 40.0,
        diameter_m: 0.3,
        roughness: 0.1,
        minor: 0.0,
        check_valve: false,
    };
    let link = |from, to| Link { from, to, element: element.clone() };
    let across = (0..side * side).filter(|node| (node + 1) % side > 0);
    let links = across.map(|node| link(node, node + 1));
    let down = (0..side * (side - 1)).map(|node| link(node, node + side));
    let mut network = Network {
        links: links.chain(down).collect(),
        nodes,
        friction: Friction::DarcyWeisbach { viscosity_m2_s: 0.66e-6 },
    };
    let mut solver = Solver::new(&network).unwrap();
    let mut turn = 0_u32;
    bencher.bench_local(move || {
        turn = (turn + 1) % 7;
        for node in &mut network.nodes {
            if let Node::Junction { demand_m3_s, .. } = node {
                *demand_m3_s = 1e-4 * (1.0 + 0.01 * f64::from(turn));
            }
        }
        solver.solve(black_box(&network)).unwrap()
    });
}
