//! **What it checks**: no container stands on a road, a crane pad, green or excluded ground.
//! **Why it matters**: the zone loses its purpose.
//! **Basis**: the zones of the plan.

use super::{Ground, finding};
use crate::geometry::polygon_overlaps_rect;
use crate::plan::ZoneKind;
use crate::report::{Finding, Severity};

pub(super) fn check(ground: &Ground<'_>, number: usize, findings: &mut Vec<Finding>) {
    let one = &ground.placed[number];
    for zone in &ground.plan.zones {
        if !polygon_overlaps_rect(&zone.outline_mm, one.footprint) {
            continue;
        }
        let severity = match zone.kind {
            ZoneKind::Exclusion | ZoneKind::Road | ZoneKind::CranePad => Severity::Error,
            ZoneKind::Green => Severity::Warning,
        };
        findings.push(finding(
            "zone",
            severity,
            vec![one.container.id.to_string(), zone.id.to_string()],
            Some(one.footprint),
            format!(
                "{} stands on {} {}",
                one.container.id,
                zone.kind.label().to_lowercase(),
                zone.id
            ),
            "zones of the plan".to_owned(),
        ));
    }
}
