//! The plan over time: what each construction step brings, costs and leaves unserved.

use crate::catalogue::Catalogue;
use crate::network::Network;
use crate::plan::Plan;
use crate::report::{BoqRow, PhaseReport, Totals};

/// One report a phase, in construction order; `catalogue` already carries the plan's overrides.
pub fn report(
    plan: &Plan,
    catalogue: &Catalogue,
    network: &Network,
    bill: &[BoqRow],
) -> Vec<PhaseReport> {
    let order = plan.phase_order();
    let rank = |id: &crate::id::Id| order.get(id).copied().unwrap_or(usize::MAX);
    let mut phases: Vec<_> = plan.phases.iter().collect();
    phases.sort_by_key(|phase| rank(&phase.id));
    phases
        .into_iter()
        .map(|phase| {
            let own = rank(&phase.id);
            let unserved: Vec<String> = network
                .connections
                .iter()
                .filter(|c| c.supply.is_none() && rank(&c.phase) <= own)
                .map(|connection| connection.id.clone())
                .collect();
            PhaseReport {
                id: phase.id.clone(),
                name: phase.name.clone(),
                finished: phase.finished.clone(),
                containers: plan
                    .containers
                    .iter()
                    .filter(|container| container.phase == phase.id)
                    .filter(|c| catalogue.modules.get(&c.module).is_some_and(|m| m.container))
                    .count(),
                trench_m: sum(network
                    .trenches
                    .iter()
                    .filter(|trench| trench.phase == phase.id && !trench.existing)
                    .map(|trench| trench.length_m)),
                peak_kw: peak_kw(plan, catalogue, |id| rank(id) <= own),
                cost: bill
                    .iter()
                    .filter(|row| row.phase == phase.id)
                    .filter_map(|row| row.total)
                    .sum(),
                complete: unserved.is_empty(),
                unserved,
            }
        })
        .collect()
}

/// The sum of some numbers, and a plain zero of none.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

/// Peak electrical load of the containers whose phase is counted, kW.
fn peak_kw(plan: &Plan, catalogue: &Catalogue, counted: impl Fn(&crate::id::Id) -> bool) -> f64 {
    sum(plan
        .containers
        .iter()
        .filter(|container| counted(&container.phase))
        .filter_map(|container| Some(container.peak_kw(catalogue.modules.get(&container.module)?))))
}

/// Sums over the whole site.
pub fn totals(plan: &Plan, catalogue: &Catalogue, network: &Network) -> Totals {
    let mut totals = Totals {
        peak_kw: peak_kw(plan, catalogue, |_| true),
        trench_m: sum(network.trenches.iter().filter(|t| !t.existing).map(|t| t.length_m)),
        laid_m: sum(network.connections.iter().map(|connection| connection.length_m)),
        ..Totals::default()
    };
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        totals.racks += container.populated_racks(module);
        if module.container {
            totals.containers += 1;
            let footprint = container.footprint(module);
            totals.container_m2 +=
                footprint.width() as f64 / 1000.0 * (footprint.height() as f64 / 1000.0);
        }
    }
    totals
}
