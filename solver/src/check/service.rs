//! **What it checks**: every port that must be served is served.
//! **Why it matters**: a module without supply does not run.
//! **Basis**: the ports of the module types and the redundancy class of the rule set.

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
