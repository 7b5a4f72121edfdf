//! **What it checks**: the trays of the fabric, in every trench and container, are not too full.
//! **Why it matters**: cables at the bottom are crushed and none can be drawn out again.
//! **Basis**: `n = F A / (π d² / 4)` with the tray and the limit `F` of the rule set.

use super::fabric_ports::ground_of;
use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::fabric::Violation;
use crate::plan::Plan;
use crate::report::{Finding, Report, Severity};

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    let rules = &catalogue.rules;
    let limit = &rules.fabric_tray_fill_max;
    for violation in &report.fabric.violations {
        let Violation::Fill { place, cables, fill, most } = violation else { continue };
        let trench = report.trenches.iter().find(|trench| trench.id == *place);
        let start = trench.and_then(|trench| trench.path_mm.first());
        // Trenches are named by place, which stays when they are numbered anew.
        let subject = start.map_or_else(|| place.clone(), |at| format!("{},{}", at.x, at.y));
        let inside = plan.containers.iter().map(|one| &one.id).filter(|id| id.as_str() == place);
        findings.push(finding(
            "tray-fill",
            Severity::Error,
            vec![subject],
            trench
                .and_then(|trench| around(&trench.path_mm))
                .or_else(|| ground_of(plan, catalogue, inside)),
            format!(
                "the tray in {place} is filled to {:.0} % by {cables} fabric cables; {most} of \
                 their size fit",
                100.0 * fill
            ),
            format!(
                "at most {:.0} % of {:.0} x {:.0} mm: {}",
                100.0 * limit.value,
                rules.fabric_tray_width_mm.value,
                rules.fabric_tray_depth_mm.value,
                limit.source.text
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::fabric::sample::dragonfly;

    /// What is found on one group of 40 leaves in `ST-01` with a tray of that width.
    fn found(width_mm: f64) -> Vec<String> {
        let catalogue = Catalogue::reference().unwrap();
        let mut plan = sample::plan();
        let mut spec = dragonfly(1, 40, 2, 80);
        spec.blocks[0].uplinks = 40;
        let racks = &mut spec.blocks[0].racks;
        racks.count = 12;
        racks.containers = vec![sample::id("ST-01")];
        plan.fabric = Some(spec);
        plan.rules.insert("fabric_tray_width_mm".to_owned(), width_mm);
        let catalogue = catalogue.with_overrides_of(&plan);
        let mut report = Report::default();
        crate::fabric::attach(&plan, &catalogue, &mut report);
        let mut findings = Vec::new();
        check(&plan, &catalogue, &report, &mut findings);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_tray_takes_cables_up_to_its_limit() {
        assert_eq!(found(600.0), Vec::<String>::new());
        let message = found(100.0).join("; ");
        assert!(message.contains("the tray in ST-01 is filled to"), "{message}");
        // 40 % of 100 x 150 mm hold 848 cables of 3 mm.
        assert!(message.contains("; 848 of their size fit"), "{message}");
    }
}
