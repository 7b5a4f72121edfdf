//! What a study of the electrical network costs: a flow from nothing, a flow after the loss of one
//! branch, all short circuits, and the study of a site.

#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up has no result")]

use divan::{Bencher, black_box};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::electrical::study;
use stackyard_solver::generate::campus;
use stackyard_solver::physics::power::short_circuit::{Site, faults, feeder_impedance};
use stackyard_solver::physics::power::{Branch, Bus, Case, Complex, Network, Role, Solver, Start};
use stackyard_solver::{Settings, Silent, evaluate};

fn main() {
    divan::main();
}

/// Feeders of thirty buses with a tie every tenth, around one slack.
fn meshed(count: usize) -> Network {
    let slack = Role::Slack { voltage: 1.0, angle: 0.0 };
    let mut network = Network::default();
    network.buses.push(Bus { role: slack, ..Bus::default() });
    let impedance = Complex::new(0.002, 0.004);
    for bus in 1..count {
        network.buses.push(Bus { draw: Complex::new(0.01, 0.003), ..Bus::default() });
        let before = if bus % 30 == 1 { 0 } else { bus - 1 };
        network.branches.push(Branch::line(before, bus, impedance));
        if bus > 30 && bus.is_multiple_of(10) {
            network.branches.push(Branch::line(bus - 30, bus, impedance));
        }
    }
    network
}

#[divan::bench(args = [30, 300, 3000])]
fn flow(bencher: Bencher<'_, '_>, buses: usize) {
    let mut solver = Solver::new(meshed(buses)).unwrap();
    bencher.bench_local(|| solver.solve(black_box(&Case::default())).unwrap());
}

#[divan::bench(args = [30, 300, 3000])]
fn flow_without_one_branch(bencher: Bencher<'_, '_>, buses: usize) {
    let mut solver = Solver::new(meshed(buses)).unwrap();
    let whole = solver.solve(&Case::default()).unwrap();
    let mut branches = (0..solver.network().branches.len()).cycle();
    bencher.bench_local(|| {
        let outages = [branches.next().unwrap()];
        let start = Start::From(&whole);
        solver.solve(&Case { outages: &outages, start, ..Case::default() }).unwrap()
    });
}

#[divan::bench(args = [30, 300, 3000])]
fn all_short_circuits(bencher: Bencher<'_, '_>, buses: usize) {
    let network = meshed(buses);
    let mut sites = vec![Site { nominal_kv: 20.0, factor: 1.1, feeder: None }; buses];
    sites[0].feeder = Some(feeder_impedance(1.1, 500.0, 0.1, 1.0));
    bencher.bench_local(|| faults(black_box(&sites), &network.branches, 1.0).unwrap());
}

#[divan::bench(args = [52, 200])]
fn study_of_a_campus(bencher: Bencher<'_, '_>, containers: usize) {
    let catalogue = Catalogue::reference().unwrap();
    let plan = campus(containers, 1, &catalogue);
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    bencher.bench_local(|| study(black_box(&plan), &catalogue, &report));
}
