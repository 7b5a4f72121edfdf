//! **What it checks**: every port that must be served is served.
//! **Why it matters**: a module without supply does not run.
//! **Basis**: the ports of the module types and the redundancy class of the rule set.

use std::collections::BTreeMap;

use super::finding;
use crate::catalogue::Catalogue;
use crate::edit::Edit;
use crate::plan::Plan;
use crate::report::{Finding, Fix, Report, Severity};

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    unknown_names(plan, report, findings);
    racks(plan, catalogue, findings);
    for connection in report.connections.iter().filter(|connection| connection.supply.is_none()) {
        let at = plan.container(&connection.container).and_then(|container| {
            Some(container.footprint(catalogue.modules.get(&container.module)?))
        });
        let reason = connection.blocked.as_deref().unwrap_or("no route was found");
        let mut found = finding(
            "unserved",
            Severity::Error,
            vec![connection.id.clone()],
            at,
            format!(
                "{} ({}, {}) is not served: {reason}",
                connection.id, connection.service, connection.load
            ),
            format!("port {} of the module type must be served", connection.port),
        );
        if connection.locked {
            found.fixes.push(Fix {
                label: format!("Unlock {}", connection.id),
                edit: Edit::Unlock(vec![connection.id.clone()]),
            });
        }
        findings.push(found);
    }
}

/// Locks, prohibitions and waypoints of connections that do not exist would otherwise do nothing
/// unseen.
fn unknown_names(plan: &Plan, report: &Report, findings: &mut Vec<Finding>) {
    let locks = plan.locks.iter().map(|lock| {
        let fix = Edit::Unlock(vec![lock.connection.clone()]);
        (&lock.connection, "locked", "Remove the lock", fix)
    });
    let forbids = plan.forbids.iter().map(|forbid| {
        let fix = Edit::Permit(forbid.clone());
        (&forbid.connection, "kept off a corridor", "Remove the entry", fix)
    });
    let mut led: BTreeMap<&String, Vec<Edit>> = BTreeMap::new();
    for waypoint in &plan.waypoints {
        let connection = waypoint.connection.clone();
        let edit = Edit::RemoveWaypoint { connection, at_mm: waypoint.at_mm };
        led.entry(&waypoint.connection).or_default().push(edit);
    }
    let waypoints = led.into_iter().map(|(connection, edits)| {
        (connection, "led through a place", "Remove its waypoints", Edit::All(edits))
    });
    for (connection, what, label, edit) in locks.chain(forbids).chain(waypoints) {
        if report.connection(connection).is_some() {
            continue;
        }
        let mut found = finding(
            "unknown-connection",
            Severity::Warning,
            vec![connection.clone(), what.to_owned()],
            None,
            format!("{connection} is {what}, but no such connection exists"),
            "connections are named container/port".to_owned(),
        );
        found.fixes.push(Fix { label: label.to_owned(), edit });
        findings.push(found);
    }
}

/// More racks than a module holds are counted as what it holds.
fn racks(plan: &Plan, catalogue: &Catalogue, findings: &mut Vec<Finding>) {
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        let Some(racks) = container.racks.filter(|&racks| racks > module.racks) else { continue };
        findings.push(finding(
            "racks",
            Severity::Error,
            vec![container.id.to_string()],
            Some(container.footprint(module)),
            format!("{} is given {racks} racks but holds {}", container.id, module.racks),
            format!("rack positions of module type {}", module.id),
        ));
    }
}
