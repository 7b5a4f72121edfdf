//! CPU time of one frame of the canvas: shapes built and tessellated, without a window.

#![allow(missing_docs, reason = "a bench has no callers")]

use divan::Bencher;
use stackyard_app::Bench;
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::{Settings, Silent, evaluate, generate};

fn main() {
    divan::main();
}

fn frame_of(bencher: Bencher<'_, '_>, plan: impl Fn(&Catalogue) -> Plan) {
    let Ok(catalogue) = Catalogue::reference() else { return };
    let plan = plan(&catalogue);
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    let bench = Bench::new(&plan, &catalogue, &report, [1920.0, 1080.0]);
    bencher.bench_local(|| bench.frame());
}

#[divan::bench(sample_count = 60)]
fn jupiter(bencher: Bencher<'_, '_>) {
    frame_of(bencher, |catalogue| {
        text::read(include_str!("../../layouts/jupiter.ron"), catalogue).unwrap_or_default()
    });
}

#[divan::bench(sample_count = 60)]
fn thousand_containers(bencher: Bencher<'_, '_>) {
    frame_of(bencher, |catalogue| generate::campus(1000, 1, catalogue));
}
