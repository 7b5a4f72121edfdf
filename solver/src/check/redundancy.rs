//! **What it checks**: where the rule set asks 2N, the two routes of a pair share no trench and
//! end at different supplies.
//! **Why it matters**: one digger bucket must not take both.
//! **Basis**: the redundancy class of the module kind.

use std::collections::BTreeMap;

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::catalogue::rules::Redundancy;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Connection, Finding, Report, Severity};

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    let mut trenches_of: Vec<Vec<usize>> = vec![Vec::new(); report.connections.len()];
    for (number, trench) in report.trenches.iter().enumerate() {
        for &connection in &trench.contents {
            if let Some(own) = trenches_of.get_mut(connection) {
                own.push(number);
            }
        }
    }
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        if catalogue.rules.redundancy_of(module.kind) != Redundancy::TwoN {
            continue;
        }
        let mut pairs: BTreeMap<&Id, Vec<usize>> = BTreeMap::new();
        for (index, connection) in report.connections.iter().enumerate() {
            if connection.container != container.id || connection.supply.is_none() {
                continue;
            }
            let port = module.ports.iter().find(|port| port.id == connection.port);
            if let Some(pair) = port.and_then(|port| port.pair.as_ref()) {
                pairs.entry(pair).or_default().push(index);
            }
        }
        for members in pairs.values().filter(|members| members.len() > 1) {
            pair(report, members, &trenches_of, findings);
        }
    }
}

fn pair(
    report: &Report,
    members: &[usize],
    trenches_of: &[Vec<usize>],
    findings: &mut Vec<Finding>,
) {
    for (position, &first) in members.iter().enumerate() {
        for &second in &members[position + 1..] {
            let (one, two): (&Connection, &Connection) =
                (&report.connections[first], &report.connections[second]);
            let same_supply =
                one.supply.as_ref().map(|s| &s.id) == two.supply.as_ref().map(|s| &s.id);
            let shared: Vec<&str> = trenches_of[first]
                .iter()
                .filter(|number| trenches_of[second].contains(number))
                .map(|&number| report.trenches[number].id.as_str())
                .collect();
            let problem = if same_supply {
                format!(
                    "both end at {}",
                    one.supply.as_ref().map(|s| s.id.to_string()).unwrap_or_default()
                )
            } else if let Some(trench) = shared.first() {
                format!("both run in trench {trench}")
            } else {
                continue;
            };
            findings.push(finding(
                "redundancy",
                Severity::Error,
                vec![one.id.clone(), two.id.clone()],
                around(&one.path_mm),
                format!("{} and {} are a 2N pair, but {problem}", one.id, two.id),
                "2N: separate trenches and separate supplies".to_owned(),
            ));
        }
    }
}
