//! Single losses beside a plain reading of the plan: everything hanging on what is gone is gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeSet;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::{ModuleKind, Service};
use stackyard_solver::contingency::{Contingency, LossKind, MOST_NAMED};
use stackyard_solver::generate::campus;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::Report;
use stackyard_solver::{Settings, Silent, evaluate};

const JUPITER: &str = include_str!("../../layouts/jupiter.ron");

/// Containers that have power, cooling and, where they compute, data after a loss; found by asking
/// every container again and again until nothing changes.
fn running(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    lost: &Contingency,
) -> BTreeSet<String> {
    let taken: BTreeSet<usize> = match lost.kind {
        LossKind::Trench => {
            let trench = report.trenches.iter().find(|trench| trench.id == lost.name).unwrap();
            trench.contents.iter().copied().collect()
        }
        LossKind::Pipe => {
            let run = report.pipes.iter().find(|run| run.id == lost.name).unwrap();
            run.contents.iter().copied().collect()
        }
        LossKind::Feeder => {
            report.connections.iter().position(|own| own.id == lost.name).into_iter().collect()
        }
        LossKind::Feed | LossKind::Module | LossKind::Pump => BTreeSet::new(),
    };
    let mut up: BTreeSet<String> = plan.containers.iter().map(|own| own.id.to_string()).collect();
    if lost.kind == LossKind::Module {
        up.remove(&lost.name);
    }
    loop {
        let before = up.len();
        for container in &plan.containers {
            let module = &catalogue.modules[&container.module];
            let computes = matches!(module.kind, ModuleKind::It | ModuleKind::Storage);
            let kind_of = |service: Service| match service {
                Service::MvPower | Service::LvPower => Some(0),
                Service::Cooling => Some(1),
                Service::DataA | Service::DataB if computes => Some(2),
                Service::DataA | Service::DataB | Service::HeatReuse => None,
            };
            let own: Vec<_> = report
                .connections
                .iter()
                .enumerate()
                .filter(|(_, own)| own.container == container.id)
                .filter_map(|(number, own)| {
                    let port = module.ports.iter().find(|port| port.id == own.port)?;
                    let pair = port.pair.as_ref().unwrap_or(&own.port);
                    let supply = own.supply.as_ref();
                    let is_entry = |id| plan.entries.iter().any(|entry| entry.id == id);
                    let alive = !taken.contains(&number)
                        && supply.is_some_and(|supply| {
                            if is_entry(supply.id.clone()) {
                                lost.kind != LossKind::Feed || supply.id.to_string() != lost.name
                            } else {
                                up.contains(&supply.id.to_string())
                            }
                        });
                    Some(((kind_of(own.service)?, pair.to_string()), alive))
                })
                .collect();
            let groups: BTreeSet<_> = own.iter().map(|(group, _)| group.clone()).collect();
            let served =
                groups.iter().all(|group| own.iter().any(|(own, alive)| own == group && *alive));
            if !served {
                up.remove(&container.id.to_string());
            }
        }
        if up.len() == before {
            return up;
        }
    }
}

fn agrees(plan: &Plan, catalogue: &Catalogue) {
    let report = evaluate(plan, catalogue, &Settings::default(), &mut Silent);
    assert!(report.is_complete());
    let study = &report.contingencies;
    assert!(study.looked_at > report.connections.len());
    for case in &study.cases {
        if case.kind == LossKind::Pump {
            continue;
        }
        let up = running(plan, catalogue, &report, case);
        let mut down: Vec<String> = plan
            .containers
            .iter()
            .map(|own| own.id.to_string())
            .filter(|id| !up.contains(id))
            .filter(|id| case.kind != LossKind::Module || *id != case.name)
            .collect();
        assert_eq!(down.len(), case.stopped_count, "{} {}", case.kind.label(), case.name);
        down.truncate(MOST_NAMED);
        let named: Vec<String> = case.stopped.iter().map(ToString::to_string).collect();
        assert_eq!(named, down, "{} {}", case.kind.label(), case.name);
        assert_eq!(case.witness.is_empty(), case.stopped_count == 0);
        if let Some(end) = case.witness.last() {
            assert!(down.iter().any(|id| end.starts_with(id.as_str())) || down.len() == MOST_NAMED);
        }
    }
}

#[test]
fn jupiter_stops_where_a_plain_reading_says_so() {
    let catalogue = Catalogue::reference().unwrap();
    agrees(&text::read(JUPITER, &catalogue).unwrap(), &catalogue);
}

#[test]
fn a_generated_campus_stops_where_a_plain_reading_says_so() {
    let catalogue = Catalogue::reference().unwrap();
    agrees(&campus(60, 3, &catalogue), &catalogue);
}

#[test]
fn no_half_of_a_pair_is_enough_to_stop_a_2n_container() {
    let catalogue = Catalogue::reference().unwrap();
    let plan = text::read(JUPITER, &catalogue).unwrap();
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    for exposure in &report.contingencies.exposed {
        for (kind, name) in &exposure.losses {
            if *kind == LossKind::Feeder {
                let connection = report.connection(name).unwrap();
                let module = &catalogue.modules[&plan
                    .containers
                    .iter()
                    .find(|own| own.id == connection.container)
                    .unwrap()
                    .module];
                let port = module.ports.iter().find(|port| port.id == connection.port).unwrap();
                assert!(
                    connection.container != exposure.container || port.pair.is_none(),
                    "{name}"
                );
            }
        }
    }
}
