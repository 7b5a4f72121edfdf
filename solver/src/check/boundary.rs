//! **What it checks**: every container stands on the site and keeps the setback from its edge.
//! **Why it matters**: ownership, fence, fire brigade.
//! **Basis**: the site outline and `boundary_setback_mm`.

use super::{Ground, finding, metres};
use crate::edit::Edit;
use crate::geometry::polygon_contains_rect;
use crate::id::Id;
use crate::report::{Finding, Fix, Severity};

pub(super) fn check(ground: &Ground<'_>, number: usize, findings: &mut Vec<Finding>) {
    let one = &ground.placed[number];
    let outline = &ground.plan.boundary_mm;
    let rule = &ground.catalogue.rules.boundary_setback_mm;
    #[expect(clippy::cast_possible_truncation, reason = "the rule set bounds the setback")]
    let setback = rule.value as i64;
    if polygon_contains_rect(outline, one.footprint.inflate(setback)) {
        return;
    }
    let outside = !polygon_contains_rect(outline, one.footprint);
    let message = if outside {
        format!("{} stands outside the site boundary", one.container.id)
    } else {
        format!("{} stands closer than {} to the site boundary", one.container.id, metres(setback))
    };
    let mut found = finding(
        "boundary",
        Severity::Error,
        vec![one.container.id.to_string()],
        Some(one.footprint),
        message,
        format!("setback {}: {}", metres(setback), rule.source.text),
    );
    // Towards the middle of the site's rectangle, as far as it sticks out of it.
    if let Some(site) = ground.plan.bounds() {
        let site = site.inflate(-setback);
        let own = one.footprint;
        let inward = |low: i64, high: i64, from: i64, to: i64| {
            if low < from {
                from - low
            } else if high > to {
                to - high
            } else {
                0
            }
        };
        let dx = inward(own.min.x, own.max.x, site.min.x, site.max.x);
        let dy = inward(own.min.y, own.max.y, site.min.y, site.max.y);
        if (dx, dy) != (0, 0) {
            let ids: Vec<Id> = ground
                .plan
                .with_groups(std::slice::from_ref(&one.container.id))
                .into_iter()
                .collect();
            found.fixes.push(Fix {
                label: format!("Move {} back on to the site", one.container.id),
                edit: Edit::Move { ids, dx_mm: dx, dy_mm: dy },
            });
        }
    }
    findings.push(found);
}
