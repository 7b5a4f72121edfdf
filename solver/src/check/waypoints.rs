//! **What it checks**: every connection passes its compulsory waypoints in their order, and its
//! optional ones on the way between them.
//! **Why it matters**: a person knows something about the place that the plan does not.
//! **Basis**: the waypoints of the plan.

use std::collections::BTreeMap;

use super::{finding, place, spots};
use crate::edit::Edit;
use crate::geometry::{Point, nearest_on, passed_at};
use crate::plan::{Plan, Waypoint};
use crate::report::{Connection, Finding, Fix, Report, Severity};

pub(super) fn check(plan: &Plan, report: &Report, findings: &mut Vec<Finding>) {
    let mut led: BTreeMap<&str, Vec<&Waypoint>> = BTreeMap::new();
    for waypoint in &plan.waypoints {
        led.entry(waypoint.connection.as_str()).or_default().push(waypoint);
    }
    for (id, waypoints) in led {
        // What is not served at all has a finding of its own.
        let served = report.connection(id).filter(|connection| connection.supply.is_some());
        let Some(connection) = served else { continue };
        let missed = missed(&connection.path_mm, &waypoints);
        findings.extend(missed.into_iter().map(|waypoint| tell(connection, waypoint)));
    }
}

/// The waypoints a line does not pass where it should.
fn missed<'a>(line: &[Point], waypoints: &[&'a Waypoint]) -> Vec<&'a Waypoint> {
    // How far along the line each compulsory one is passed, behind the one before it.
    let mut reached = 0.0;
    let mut passed: Vec<Option<f64>> = Vec::new();
    for waypoint in waypoints {
        let at = passed_at(line, waypoint.at_mm, reached).filter(|_| waypoint.compulsory);
        reached = at.unwrap_or(reached);
        passed.push(at);
    }
    let is_met = |index: usize, waypoint: &Waypoint| {
        if waypoint.compulsory {
            return passed[index].is_some();
        }
        let from_m = passed[..index].iter().rev().find_map(|at| *at).unwrap_or(0.0);
        let to_m = passed[index..].iter().find_map(|at| *at).unwrap_or(f64::INFINITY);
        passed_at(line, waypoint.at_mm, from_m).is_some_and(|at| at <= to_m)
    };
    let all = waypoints.iter().copied().enumerate();
    all.filter(|&(index, waypoint)| !is_met(index, waypoint)).map(|(_, it)| it).collect()
}

fn tell(connection: &Connection, waypoint: &Waypoint) -> Finding {
    let Waypoint { connection: id, at_mm, compulsory } = waypoint;
    let line = &connection.path_mm;
    let nearest = line
        .windows(2)
        .map(|pair| nearest_on(pair[0], pair[1], *at_mm))
        .min_by(|a, b| a.distance_m(*at_mm).total_cmp(&b.distance_m(*at_mm)));
    let instead = match (passed_at(line, *at_mm, 0.0), nearest) {
        (Some(at), _) => format!("passes it out of turn, after {at:.1} m"),
        (None, Some(near)) => format!("comes no nearer than {:.2} m", near.distance_m(*at_mm)),
        (None, None) => "has no route".to_owned(),
    };
    let (severity, word) =
        if *compulsory { (Severity::Error, "must") } else { (Severity::Note, "should") };
    let mut found = finding(
        "waypoint",
        severity,
        vec![id.clone(), format!("{},{}", at_mm.x, at_mm.y)],
        spots(&[*at_mm]),
        format!("{id} {word} pass {} but {instead}", place(*at_mm)),
        "waypoints of the plan, in order from the port to the supply".to_owned(),
    );
    if *compulsory {
        found.fixes.push(Fix {
            label: "Make the waypoint optional".to_owned(),
            edit: Edit::SetCompulsory { connection: id.clone(), at_mm: *at_mm, compulsory: false },
        });
    }
    found.fixes.push(Fix {
        label: "Remove the waypoint".to_owned(),
        edit: Edit::RemoveWaypoint { connection: id.clone(), at_mm: *at_mm },
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    /// South out of the port, then east.
    const ROUTE: [(i64, i64); 3] = [(22_400, 20_000), (22_400, 15_000), (90_000, 15_000)];

    fn findings(waypoints: &[(i64, i64, bool)]) -> Vec<Finding> {
        let mut plan = sample::plan();
        plan.waypoints = waypoints
            .iter()
            .map(|&(x, y, compulsory)| Waypoint {
                connection: "ST-01/DA".to_owned(),
                at_mm: Point { x, y },
                compulsory,
            })
            .collect();
        let report = sample::report(&ROUTE, &[(22_700, 32_200), (90_000, 32_200)]);
        let mut findings = Vec::new();
        check(&plan, &report, &mut findings);
        findings
    }

    #[test]
    fn waypoints_passed_in_order_are_fine() {
        let passed = [
            (22_400, 17_000, true),
            (30_000, 15_000, false),
            (40_000, 15_000, true),
            (90_000, 15_000, true),
        ];
        assert!(findings(&passed).is_empty(), "{:?}", findings(&passed));
    }

    #[test]
    fn a_compulsory_waypoint_beside_the_route_is_an_error_with_a_way_out() {
        let found = findings(&[(40_000, 18_000, true)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Error);
        assert_eq!(
            found[0].message,
            "ST-01/DA must pass (40.00 m, 18.00 m) but comes no nearer than 3.00 m"
        );
        assert_eq!(found[0].fixes.len(), 2);
    }

    #[test]
    fn waypoints_passed_the_other_way_round_are_an_error() {
        let found = findings(&[(50_000, 15_000, true), (40_000, 15_000, true)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.ends_with("out of turn, after 22.6 m"), "{}", found[0].message);
    }

    #[test]
    fn an_optional_waypoint_is_noted_and_never_makes_another_one_late() {
        let found = findings(&[(50_000, 15_000, false), (40_000, 15_000, true)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Note);
        assert!(found[0].message.contains("should pass (50.00 m"), "{}", found[0].message);
    }

    #[test]
    fn a_connection_without_supply_is_left_to_its_own_finding() {
        let mut plan = sample::plan();
        let at_mm = Point { x: 1_000, y: 1_000 };
        let connection = "ST-01/DA".to_owned();
        plan.waypoints = vec![Waypoint { connection, at_mm, compulsory: true }];
        let mut report = sample::report(&ROUTE, &[]);
        report.connections[0].supply = None;
        let mut findings = Vec::new();
        check(&plan, &report, &mut findings);
        assert!(findings.is_empty());
    }
}
