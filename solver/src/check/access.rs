//! **What it checks**: every container can be set down by a crane that stands on a crane pad.
//! **Why it matters**: a module that cannot be craned in cannot be replaced either.
//! **Basis**: `crane_reach_m`, from the nearest edge of a pad to the middle of the container.

use super::{Ground, finding};
use crate::geometry::{Point, Rect};
use crate::plan::ZoneKind;
use crate::report::{Finding, Severity};

pub(super) fn check(ground: &Ground<'_>, number: usize, findings: &mut Vec<Finding>) {
    let one = &ground.placed[number];
    if one.container.existing {
        return;
    }
    let center = one.footprint.center();
    let pads = ground.plan.zones.iter().filter(|zone| zone.kind == ZoneKind::CranePad);
    let nearest = pads
        .filter_map(|zone| {
            let pad = Rect::around(zone.outline_mm.iter().copied())?;
            Some((distance_m(pad, center), &zone.id))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let rule = &ground.catalogue.rules.crane_reach_m;
    let message = match nearest {
        Some((distance, _)) if distance <= rule.value => return,
        Some((distance, pad)) => format!(
            "{} lies {distance:.1} m from crane pad {pad}, the nearest: {:.1} m too far",
            one.container.id,
            distance - rule.value
        ),
        None => format!("no crane pad is drawn from which {} could be set down", one.container.id),
    };
    let severity = if nearest.is_some() { Severity::Error } else { Severity::Warning };
    findings.push(finding(
        "access",
        severity,
        vec![one.container.id.to_string()],
        Some(one.footprint),
        message,
        format!("crane reach {:.0} m: {}", rule.value, rule.source.text),
    ));
}

fn distance_m(pad: Rect, point: Point) -> f64 {
    let clamped =
        Point { x: point.x.clamp(pad.min.x, pad.max.x), y: point.y.clamp(pad.min.y, pad.max.y) };
    clamped.distance_m(point)
}
