//! **What it checks**: nothing stands in the free space a module type asks for on each side.
//! **Why it matters**: doors, rack withdrawal, air intake, fire separation.
//! **Basis**: the clearances of the module type; containers of a group touch on purpose.

use std::collections::BTreeSet;

use super::{Ground, Placed, finding, metres};
use crate::edit::Edit;
use crate::id::Id;
use crate::report::{Finding, Fix, Severity};

pub(super) fn check(
    ground: &Ground<'_>,
    number: usize,
    only: Option<&BTreeSet<Id>>,
    findings: &mut Vec<Finding>,
) {
    let one = &ground.placed[number];
    for other in ground.neighbours(number) {
        intrusion(ground, one, other, findings);
        // The other one's clearance is looked at when it is its turn, unless it never is.
        if only.is_some_and(|only| !only.contains(&other.container.id)) {
            intrusion(ground, other, one, findings);
        }
    }
}

fn intrusion(
    ground: &Ground<'_>,
    needs: &Placed<'_>,
    stands: &Placed<'_>,
    findings: &mut Vec<Finding>,
) {
    let together =
        needs.container.group.is_some() && needs.container.group == stands.container.group;
    if together
        || !needs.clearance.overlaps(stands.footprint)
        || needs.footprint.overlaps(stands.footprint)
    {
        return;
    }
    let (own, area, other) = (needs.footprint, needs.clearance, stands.footprint);
    // The side the other one is on, what it must keep and what it keeps.
    let sides = [
        (own.min.x - area.min.x, own.min.x - other.max.x, (-1, 0)),
        (area.max.x - own.max.x, other.min.x - own.max.x, (1, 0)),
        (own.min.y - area.min.y, own.min.y - other.max.y, (0, -1)),
        (area.max.y - own.max.y, other.min.y - own.max.y, (0, 1)),
    ];
    let Some((required, gap, (dx, dy))) =
        sides.into_iter().filter(|(_, gap, _)| *gap >= 0).max_by_key(|(_, gap, _)| *gap)
    else {
        return;
    };
    let short = required - gap;
    let mut found = finding(
        "clearance",
        Severity::Error,
        vec![needs.container.id.to_string(), stands.container.id.to_string()],
        Some(own.union(other)),
        format!(
            "{} stands {} from {}, which needs {} free there: {} short",
            stands.container.id,
            metres(gap),
            needs.container.id,
            metres(required),
            metres(short)
        ),
        format!(
            "clearance of module type {} ({})",
            needs.module.id, needs.module.source.confidence
        ),
    );
    let ids: Vec<Id> =
        ground.plan.with_groups(std::slice::from_ref(&stands.container.id)).into_iter().collect();
    found.fixes.push(Fix {
        label: format!("Move {} by {}", stands.container.id, metres(short)),
        edit: Edit::Move { ids, dx_mm: dx * short, dy_mm: dy * short },
    });
    findings.push(found);
}
