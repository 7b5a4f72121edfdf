//! Pairs once more: no common stretch, no common supply, and apart as the rule set asks.

use std::collections::BTreeMap;

use super::{foot, samples};
use crate::catalogue::Catalogue;
use crate::catalogue::rules::{Diversity, PORT_AREA_M, Redundancy};
use crate::geometry::Point;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Connection, Report};

/// The routes of a 2N pair have no stretch in common, end apart and keep apart, or a finding says
/// so.
pub(super) fn pairs(plan: &Plan, catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let served: BTreeMap<(&Id, &Id), &Connection> = report
        .connections
        .iter()
        .filter(|connection| connection.supply.is_some())
        .map(|connection| ((&connection.container, &connection.port), connection))
        .collect();
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        if catalogue.rules.redundancy_of(module.kind) != Redundancy::TwoN {
            continue;
        }
        for (position, first) in module.ports.iter().enumerate() {
            for second in &module.ports[position + 1..] {
                if first.pair.is_none() || first.pair != second.pair {
                    continue;
                }
                let (Some(one), Some(two)) = (
                    served.get(&(&container.id, &first.id)),
                    served.get(&(&container.id, &second.id)),
                ) else {
                    continue;
                };
                let same_end =
                    one.supply.as_ref().map(|s| &s.id) == two.supply.as_ref().map(|s| &s.id);
                let is_close = [first.service, second.service]
                    .into_iter()
                    .any(|service| !keep_apart(one, two, catalogue.rules.diversity_of(service)));
                let said = report
                    .findings
                    .iter()
                    .any(|f| f.rule == "redundancy" && f.subjects.contains(&one.id));
                if !said && (same_end || share_a_stretch(one, two) || is_close) {
                    faults.push(format!("{} and {} are not independent", one.id, two.id));
                }
            }
        }
    }
}

fn share_a_stretch(one: &Connection, two: &Connection) -> bool {
    one.path_mm
        .windows(2)
        .any(|first| two.path_mm.windows(2).any(|second| overlap_mm(first, second) > 10.0))
}

/// Length two segments have in common when they lie on one line, mm.
fn overlap_mm(first: &[Point], second: &[Point]) -> f64 {
    let [a, b, c, d] =
        [first[0], first[1], second[0], second[1]].map(|point| (point.x as f64, point.y as f64));
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    if length == 0.0 {
        return 0.0;
    }
    let unit = ((b.0 - a.0) / length, (b.1 - a.1) / length);
    let off = |p: (f64, f64)| ((p.0 - a.0) * unit.1 - (p.1 - a.1) * unit.0).abs();
    if off(c) > 1.5 || off(d) > 1.5 {
        return 0.0;
    }
    let along = |p: (f64, f64)| (p.0 - a.0) * unit.0 + (p.1 - a.1) * unit.1;
    let (low, high) = (along(c).min(along(d)), along(c).max(along(d)));
    (high.min(length) - low.max(0.0)).max(0.0)
}

/// Whether two routes are as diverse as is asked, looked at from points along both.
fn keep_apart(one: &Connection, two: &Connection, diversity: Diversity) -> bool {
    let (one, two) = (one.path_mm.as_slice(), two.path_mm.as_slice());
    let ends: Vec<(f64, f64)> = [one.first(), one.last(), two.first(), two.last()]
        .into_iter()
        .flatten()
        .map(spot)
        .collect();
    let outside = |at: (f64, f64), radius_mm: f64| {
        ends.iter().all(|end| (end.0 - at.0).hypot(end.1 - at.1) > radius_mm)
    };
    match diversity {
        Diversity::Edge => true,
        Diversity::Trench => !meetings(one, two).into_iter().any(|at| outside(at, 5.0)),
        Diversity::Distance(asked_m) => {
            let beyond = |at: (f64, f64)| outside(at, PORT_AREA_M * 1000.0);
            let near = |line: &[Point], other: &[Point]| {
                samples(line).filter(|&at| beyond(at)).any(|at| {
                    other.windows(2).map(|pair| foot(pair, at)).any(|foot| {
                        beyond(foot)
                            && (foot.0 - at.0).hypot(foot.1 - at.1) < asked_m * 1000.0 - 5.0
                    })
                })
            };
            !near(one, two) && !near(two, one)
        }
    }
}

/// Where two lines cross, and corners of one that lie on the other.
fn meetings(one: &[Point], two: &[Point]) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    for (line, other) in [(one, two), (two, one)] {
        for corner in line.iter().map(spot) {
            let is_on = |pair: &[Point]| {
                let foot = foot(pair, corner);
                (foot.0 - corner.0).hypot(foot.1 - corner.1) < 1.0
            };
            if other.windows(2).any(is_on) {
                found.push(corner);
            }
        }
    }
    for first in one.windows(2) {
        for second in two.windows(2) {
            found.extend(crossing(first, second));
        }
    }
    found
}

/// Where two segments cross with an end of each on both sides of the other.
fn crossing(first: &[Point], second: &[Point]) -> Option<(f64, f64)> {
    let [a, b, c, d] = [first[0], first[1], second[0], second[1]].map(|point| spot(&point));
    let side = |from: (f64, f64), to: (f64, f64), at: (f64, f64)| {
        (to.0 - from.0) * (at.1 - from.1) - (to.1 - from.1) * (at.0 - from.0)
    };
    let (before, after) = (side(c, d, a), side(c, d, b));
    if before * after >= 0.0 || side(a, b, c) * side(a, b, d) >= 0.0 {
        return None;
    }
    let share = before / (before - after);
    Some((a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1)))
}

fn spot(point: &Point) -> (f64, f64) {
    (point.x as f64, point.y as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::module::Service;
    use crate::check::sample;
    use crate::report::{Finding, Severity};

    const A: [(i64, i64); 3] = [(22_400, 20_000), (22_400, 15_000), (90_000, 15_000)];

    fn faults(diversity: Diversity, report: &Report) -> usize {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.rules.diversity.insert(Service::DataA, diversity);
        let mut faults = Vec::new();
        pairs(&sample::plan(), &catalogue, report, &mut faults);
        faults.len()
    }

    /// North out of the port, round to a line at some height and east along it.
    fn beside(y: i64) -> Report {
        let line = [(22_700, 32_200), (22_700, 37_000), (50_000, 37_000), (50_000, y), (90_000, y)];
        sample::report(&A, &line)
    }

    #[test]
    fn a_distance_is_kept_or_missed() {
        let report = beside(24_000);
        assert_eq!(faults(Diversity::Distance(9.0), &report), 0);
        assert_eq!(faults(Diversity::Distance(9.1), &report), 1);
        assert_eq!(faults(Diversity::Trench, &report), 0);
    }

    #[test]
    fn a_crossing_counts_by_trench_and_not_by_edge() {
        let report = beside(5_000);
        assert_eq!(faults(Diversity::Edge, &report), 0);
        assert_eq!(faults(Diversity::Trench, &report), 1);
    }

    #[test]
    fn what_a_finding_says_is_no_fault() {
        let mut report = beside(5_000);
        report.findings.push(Finding {
            rule: "redundancy",
            severity: Severity::Error,
            subjects: vec!["ST-01/DA".to_owned(), "ST-01/DB".to_owned()],
            at: None,
            message: String::new(),
            basis: String::new(),
            fixes: Vec::new(),
            accepted: None,
        });
        assert_eq!(faults(Diversity::Trench, &report), 0);
    }
}
