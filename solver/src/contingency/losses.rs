//! The list of things that can be lost, and the connections each takes with it.

use super::LossKind;
use super::web::Web;
use crate::plan::Plan;
use crate::report::{Report, Supply};

/// A thing that is lost.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    pub(super) kind: LossKind,
    pub(super) name: String,
    /// Connections that end with it, by index.
    pub(super) connections: Vec<usize>,
    /// The container that is lost itself.
    pub(super) container: Option<usize>,
}

/// Every single loss of a site: entries, modules that supply something, trenches, connections,
/// pipes that serve several, pumps.
pub(super) fn losses(web: &Web<'_>, plan: &Plan, report: &Report) -> Vec<Loss> {
    let mut out = Vec::new();
    let loss = |kind, name: String, connections| Loss { kind, name, connections, container: None };
    for (entry, fed) in plan.entries.iter().zip(&web.of_entry) {
        out.push(loss(LossKind::Feed, entry.id.to_string(), fed.clone()));
    }
    for (number, container) in web.containers.iter().enumerate() {
        if !container.supplies.is_empty() || container.rejects_kw > 0.0 {
            let lost = loss(LossKind::Module, container.id.to_string(), Vec::new());
            out.push(Loss { container: Some(number), ..lost });
        }
    }
    for trench in &report.trenches {
        if !trench.contents.is_empty() {
            out.push(loss(LossKind::Trench, trench.id.clone(), trench.contents.clone()));
        }
    }
    for (number, connection) in report.connections.iter().enumerate() {
        if connection.supply.is_some() {
            out.push(loss(LossKind::Feeder, connection.id.clone(), vec![number]));
        }
    }
    for run in &report.pipes {
        if run.contents.len() > 1 {
            out.push(loss(LossKind::Pipe, run.id.clone(), run.contents.clone()));
        }
    }
    for pump in &report.pumps {
        // A set that keeps a spare goes on without one pump.
        let spare = pump.units > 1;
        let served = |supply: Option<&Supply>| supply == Some(&pump.supply);
        let fed = report
            .connections
            .iter()
            .enumerate()
            .filter(|(_, own)| own.service == pump.service && served(own.supply.as_ref()))
            .map(|(number, _)| number)
            .collect();
        let name = format!("{} ({})", pump.supply, pump.service);
        out.push(loss(LossKind::Pump, name, if spare { Vec::new() } else { fed }));
    }
    out
}
