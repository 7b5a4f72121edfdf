//! **What it checks**: every cable of the fabric is short enough for one of the media it may use,
//! and a trench leads from one end to the other.
//! **Why it matters**: links beyond their reach do not come up; an estimated length is no order.
//! **Basis**: optics table, stock lengths and loss budgets of the rule set, laid trenches.

use super::fabric_ports::ground_of;
use super::finding;
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
    for violation in &report.fabric.violations {
        match violation {
            Violation::Reach { containers, cables, length_m, reach_m } => {
                findings.push(finding(
                    "fabric-reach",
                    Severity::Error,
                    containers.iter().map(ToString::to_string).collect(),
                    ground_of(plan, catalogue, containers),
                    format!(
                        "{cables} fabric cables between {} and {} reach up to {length_m:.0} m, \
                         beyond every medium in stock",
                        containers[0], containers[1]
                    ),
                    format!("the farthest reaches {reach_m:.0} m"),
                ));
            }
            Violation::Estimate { containers, cables } => {
                findings.push(finding(
                    "fabric-way",
                    Severity::Warning,
                    containers.iter().map(ToString::to_string).collect(),
                    ground_of(plan, catalogue, containers),
                    format!(
                        "no trench joins {} and {}; the length of {cables} fabric cables is an \
                         estimate",
                        containers[0], containers[1]
                    ),
                    format!(
                        "{} times the straight way",
                        catalogue.rules.fabric_estimate_factor.value
                    ),
                ));
            }
            Violation::Ports { .. }
            | Violation::Racks { .. }
            | Violation::Unknown { .. }
            | Violation::Fill { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::fabric::sample::dragonfly;
    use crate::geometry::Point;
    use crate::plan::Container;

    /// The rules that speak about two groups in `ST-01` and a module so far to the east.
    fn rules_of(distance_mm: i64) -> Vec<&'static str> {
        let catalogue = Catalogue::reference().unwrap();
        let mut plan = sample::plan();
        let far = Container {
            id: sample::id("ST-02"),
            at_mm: Point { x: 20_000 + distance_mm, y: 20_000 },
            ..plan.containers[0].clone()
        };
        plan.containers.push(far);
        let mut spec = dragonfly(2, 2, 2, 8);
        let racks = &mut spec.blocks[0].racks;
        racks.count = 12;
        racks.containers = vec![sample::id("ST-01"), sample::id("ST-02")];
        plan.fabric = Some(spec);
        let mut report = Report::default();
        crate::fabric::attach(&plan, &catalogue, &mut report);
        let mut findings = Vec::new();
        check(&plan, &catalogue, &report, &mut findings);
        findings.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn without_a_trench_the_length_is_an_estimate() {
        assert_eq!(rules_of(40_000), ["fabric-way"]);
    }

    #[test]
    fn four_kilometres_are_beyond_every_medium() {
        assert_eq!(rules_of(4_000_000), ["fabric-reach", "fabric-way"]);
    }
}
