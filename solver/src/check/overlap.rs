//! **What it checks**: no two containers stand on the same ground.
//! **Why it matters**: they cannot be craned in.
//! **Basis**: geometry.

use std::collections::BTreeSet;

use super::{Ground, finding, metres};
use crate::edit::Edit;
use crate::geometry::Rect;
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
        // Each pair once, unless only one of the two is looked at.
        let repeated = other.container.id < one.container.id
            && only.is_none_or(|only| only.contains(&other.container.id));
        if repeated || !one.footprint.overlaps(other.footprint) {
            continue;
        }
        let shared = Rect {
            min: (
                one.footprint.min.x.max(other.footprint.min.x),
                one.footprint.min.y.max(other.footprint.min.y),
            )
                .into(),
            max: (
                one.footprint.max.x.min(other.footprint.max.x),
                one.footprint.max.y.min(other.footprint.max.y),
            )
                .into(),
        };
        let mut found = finding(
            "overlap",
            Severity::Error,
            vec![one.container.id.to_string(), other.container.id.to_string()],
            Some(shared),
            format!(
                "{} and {} overlap by {} by {}",
                one.container.id,
                other.container.id,
                metres(shared.width()),
                metres(shared.height())
            ),
            "two containers cannot stand on the same ground".to_owned(),
        );
        found.fixes = part(ground, number, other.footprint, shared);
        findings.push(found);
    }
}

/// Moves the container off the other one along the shorter way.
fn part(ground: &Ground<'_>, number: usize, other: Rect, shared: Rect) -> Vec<Fix> {
    let one = &ground.placed[number];
    let own = one.footprint;
    let (dx, dy) = if shared.width() <= shared.height() {
        let step = if own.center().x < other.center().x { -shared.width() } else { shared.width() };
        (step, 0)
    } else {
        let step =
            if own.center().y < other.center().y { -shared.height() } else { shared.height() };
        (0, step)
    };
    let ids: Vec<Id> =
        ground.plan.with_groups(std::slice::from_ref(&one.container.id)).into_iter().collect();
    vec![Fix {
        label: format!("Move {} by {}", one.container.id, metres(dx.abs() + dy.abs())),
        edit: Edit::Move { ids, dx_mm: dx, dy_mm: dy },
    }]
}
