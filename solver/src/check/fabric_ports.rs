//! **What it checks**: every cable of the fabric has a switch port, every switch a rack, every name
//! in a list of links a switch.
//! **Why it matters**: a cable without a port is ordered and then lies on the floor.
//! **Basis**: ports of the switch in the plan, rack positions of its containers.

use super::finding;
use crate::catalogue::Catalogue;
use crate::fabric::Violation;
use crate::geometry::Rect;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Finding, Report, Severity};

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    let mut add = |rule, subject: &str, at, message, basis: String| {
        let subjects = vec![subject.to_owned()];
        findings.push(finding(rule, Severity::Error, subjects, at, message, basis));
    };
    for violation in &report.fabric.violations {
        match violation {
            Violation::Ports { switch, container, used, ports, switches } => add(
                "fabric-ports",
                switch,
                container.as_ref().and_then(|id| ground_of(plan, catalogue, [id])),
                format!(
                    "{switches} switches have more cables than ports; {switch} has {used}, {} more \
                     than it can take",
                    used - ports
                ),
                format!("{ports} ports: {}", model_of(plan)),
            ),
            Violation::Racks { block, missing, wanted, containers } => add(
                "fabric-racks",
                block,
                ground_of(plan, catalogue, containers),
                format!(
                    "{missing} of {wanted} racks of the fabric block {block} find no position in \
                     its containers"
                ),
                "populated racks of each container; where none is populated, all its positions"
                    .to_owned(),
            ),
            Violation::Unknown { switch } => add(
                "fabric-ports",
                switch,
                None,
                format!("the list of links names {switch}, which is no switch of the fabric"),
                "names of the switch list".to_owned(),
            ),
            Violation::Reach { .. } | Violation::Estimate { .. } | Violation::Fill { .. } => {}
        }
    }
}

fn model_of(plan: &Plan) -> String {
    plan.fabric.as_ref().map_or_else(String::new, |fabric| fabric.switch.model.clone())
}

/// The ground that containers cover together.
pub(super) fn ground_of<'a>(
    plan: &Plan,
    catalogue: &Catalogue,
    ids: impl IntoIterator<Item = &'a Id>,
) -> Option<Rect> {
    let footprints = ids.into_iter().filter_map(|id| {
        let container = plan.container(id)?;
        Some(container.footprint(catalogue.modules.get(&container.module)?))
    });
    footprints.reduce(Rect::union)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::fabric::sample::dragonfly;
    use crate::fabric::spec::Topology;

    /// The rules that speak about a fabric standing in `ST-01`.
    fn rules_of(change: impl FnOnce(&mut crate::fabric::spec::FabricSpec)) -> Vec<String> {
        let catalogue = Catalogue::reference().unwrap();
        let mut spec = dragonfly(3, 2, 2, 8);
        spec.blocks[0].racks.containers = vec![sample::id("ST-01")];
        change(&mut spec);
        let mut plan = sample::plan();
        plan.fabric = Some(spec);
        let mut report = Report::default();
        crate::fabric::attach(&plan, &catalogue, &mut report);
        let mut findings = Vec::new();
        check(&plan, &catalogue, &report, &mut findings);
        findings.into_iter().map(|it| format!("{}: {}", it.rule, it.message)).collect()
    }

    #[test]
    fn a_fabric_within_its_ports_and_racks_has_no_finding() {
        assert_eq!(rules_of(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn links_beyond_the_ports_are_counted() {
        // Two leaves take 2 of 8 ports; two peers with 7 links each share the ports of two spines.
        let found = rules_of(|spec| {
            spec.topology = Topology::DragonflyPlus { links_per_pair: Some(7) };
        });
        assert_eq!(
            found,
            [
                "fabric-ports: 6 switches have more cables than ports; B01-S01 has 9, 1 more than it \
              can take"
            ]
        );
    }

    #[test]
    fn racks_without_a_position_are_counted() {
        // 12.2 m less 1 m at each end hold twelve racks of 0.8 m.
        let found = rules_of(|spec| spec.blocks[0].racks.count = 5);
        assert_eq!(
            found,
            [
                "fabric-racks: 3 of 15 racks of the fabric block B find no position in its containers"
            ]
        );
    }
}
