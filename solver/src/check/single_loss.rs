//! **What it checks**: no single loss stops a container of a 2N class, its own aside.
//! **Why it matters**: two halves of a pair are worth nothing where the water is single.
//! **Basis**: the redundancy class of the module kind; [`crate::contingency`] follows each loss.

use super::{finding, spots};
use crate::catalogue::Catalogue;
use crate::contingency::Exposure;
use crate::plan::Plan;
use crate::report::{Finding, Report, Severity};

/// Losses that a message names; the others are counted.
const NAMED: usize = 4;

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    for exposure in &report.contingencies.exposed {
        let container = plan.containers.iter().find(|own| own.id == exposure.container);
        let at = container.and_then(|container| {
            let module = catalogue.modules.get(&container.module)?;
            spots(&container.footprint(module).corners())
        });
        findings.push(finding(
            "single-loss",
            Severity::Warning,
            vec![exposure.container.to_string()],
            at,
            message(exposure),
            "2N: no single loss may stop it, by the redundancy class of its kind in the rule set"
                .to_owned(),
        ));
    }
}

fn message(exposure: &Exposure) -> String {
    let named: Vec<String> = exposure
        .losses
        .iter()
        .take(NAMED)
        .map(|(kind, name)| format!("{} {name}", kind.label().to_lowercase()))
        .collect();
    let more = exposure.losses.len().saturating_sub(NAMED);
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "{} is to stand any single loss, but stops with {}{others}. {}",
        exposure.container,
        named.join(", "),
        exposure.witness.join("; ")
    )
}
