//! **What it checks**: where the rule set asks 2N, the two routes of a pair share no trench, keep
//! apart as the diversity of their service asks, and end at different supplies.
//! **Why it matters**: one digger bucket must not take both.
//! **Basis**: the redundancy class of the module kind and `diversity` in the rule set.

use std::collections::BTreeMap;

use super::{around, finding, place, spots};
use crate::catalogue::Catalogue;
use crate::catalogue::rules::{Diversity, PORT_AREA_M, Redundancy, RuleSet};
use crate::geometry::{Point, Rect, closest_approach, common_place};
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Connection, Finding, Report, Severity};

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    let mut trenches_of: Vec<Vec<usize>> = vec![Vec::new(); report.connections.len()];
    for (number, trench) in report.trenches.iter().enumerate() {
        for &connection in &trench.contents {
            if let Some(own) = trenches_of.get_mut(connection) {
                own.push(number);
            }
        }
    }
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        if catalogue.rules.redundancy_of(module.kind) != Redundancy::TwoN {
            continue;
        }
        let mut pairs: BTreeMap<&Id, Vec<usize>> = BTreeMap::new();
        for (index, connection) in report.connections.iter().enumerate() {
            if connection.container != container.id || connection.supply.is_none() {
                continue;
            }
            let port = module.ports.iter().find(|port| port.id == connection.port);
            if let Some(pair) = port.and_then(|port| port.pair.as_ref()) {
                pairs.entry(pair).or_default().push(index);
            }
        }
        for members in pairs.values().filter(|members| members.len() > 1) {
            pair(&catalogue.rules, report, members, &trenches_of, findings);
        }
    }
}

fn pair(
    rules: &RuleSet,
    report: &Report,
    members: &[usize],
    trenches_of: &[Vec<usize>],
    findings: &mut Vec<Finding>,
) {
    for (position, &first) in members.iter().enumerate() {
        for &second in &members[position + 1..] {
            let (one, two): (&Connection, &Connection) =
                (&report.connections[first], &report.connections[second]);
            let shared: Vec<usize> = trenches_of[first]
                .iter()
                .copied()
                .filter(|number| trenches_of[second].contains(number))
                .collect();
            let fault = same_supply(one, two)
                .or_else(|| same_trench(report, &shared))
                .or_else(|| too_close(rules, one, two));
            let Some(Fault { what, at, basis }) = fault else { continue };
            findings.push(finding(
                "redundancy",
                Severity::Error,
                vec![one.id.clone(), two.id.clone()],
                at,
                format!("{} and {} are a 2N pair, but {what}", one.id, two.id),
                basis,
            ));
        }
    }
}

/// Why two routes do not stand in for each other.
struct Fault {
    what: String,
    at: Option<Rect>,
    basis: String,
}

fn same_supply(one: &Connection, two: &Connection) -> Option<Fault> {
    let supply = one.supply.as_ref()?;
    (two.supply.as_ref()?.id == supply.id).then(|| Fault {
        what: format!("both end at {}", supply.id),
        at: one.path_mm.last().and_then(|&end| spots(&[end])),
        basis: "2N: separate trenches and separate supplies".to_owned(),
    })
}

fn same_trench(report: &Report, shared: &[usize]) -> Option<Fault> {
    let trenches = || shared.iter().map(|&number| &report.trenches[number]);
    let longest = trenches().max_by(|a, b| a.length_m.total_cmp(&b.length_m))?;
    let together: f64 = trenches().map(|trench| trench.length_m).sum();
    Some(Fault {
        what: format!("both run in trench {}; they share {together:.1} m in all", longest.id),
        at: around(&longest.path_mm),
        basis: "2N: separate trenches and separate supplies".to_owned(),
    })
}

/// The first of the diversities asked of both services that the routes do not keep.
fn too_close(rules: &RuleSet, one: &Connection, two: &Connection) -> Option<Fault> {
    let ends: Vec<Point> = [one, two]
        .into_iter()
        .flat_map(|connection| [connection.path_mm.first(), connection.path_mm.last()])
        .flatten()
        .copied()
        .collect();
    let lines = (one.path_mm.as_slice(), two.path_mm.as_slice());
    [one, two].into_iter().find_map(|connection| match rules.diversity_of(connection.service) {
        Diversity::Edge => None,
        Diversity::Trench => same_crossing(lines, &ends),
        Diversity::Distance(asked_m) => nearer_than(asked_m, lines, &ends),
    })
}

fn same_crossing((first, second): (&[Point], &[Point]), ends: &[Point]) -> Option<Fault> {
    let crossing = common_place(first, second, ends)?;
    Some(Fault {
        what: format!("both pass {}", place(crossing)),
        at: spots(&[crossing]),
        basis: "2N by trench: no common crossing but at their own ends".to_owned(),
    })
}

fn nearer_than(
    asked_m: f64,
    (first, second): (&[Point], &[Point]),
    ends: &[Point],
) -> Option<Fault> {
    let near = closest_approach(first, second, ends, PORT_AREA_M)?;
    // A millimetre on each side may be rounding.
    if near.gap_m >= asked_m - 0.002 {
        return None;
    }
    let (gap_m, short_m) = (near.gap_m, asked_m - near.gap_m);
    let at = place(near.on_first);
    Some(Fault {
        what: format!("they come as close as {gap_m:.2} m at {at}, {short_m:.2} m too close"),
        at: spots(&[near.on_first, near.on_second]),
        basis: format!(
            "2N by distance: {asked_m:.2} m, but for {PORT_AREA_M} m around their ports"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::module::Service;
    use crate::check::sample;
    use crate::report::Trench;

    /// South out of the port `DA`, then east.
    const A: [(i64, i64); 3] = [(22_400, 20_000), (22_400, 15_000), (90_000, 15_000)];
    /// North out of `DB`, across `A`, then east.
    const ACROSS: [(i64, i64); 5] =
        [(22_700, 32_200), (22_700, 37_000), (50_000, 37_000), (50_000, 5_000), (90_000, 5_000)];
    /// North out of `DB`, then 3 m beside `A`.
    const BESIDE: [(i64, i64); 5] =
        [(22_700, 32_200), (22_700, 37_000), (50_000, 37_000), (50_000, 18_000), (90_000, 18_000)];

    fn check_with(diversity: Diversity, report: &Report) -> Vec<Finding> {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.rules.diversity.insert(Service::DataB, diversity);
        let mut findings = Vec::new();
        check(&sample::plan(), &catalogue, report, &mut findings);
        findings
    }

    #[test]
    fn a_pair_in_one_trench_is_told_where_and_for_how_long() {
        let mut report = sample::report(&A, &BESIDE);
        for (number, length_m) in [(0, 4.0), (1, 21.5)] {
            let y = 15_000 + i64::from(number);
            report.trenches.push(Trench {
                id: format!("T-00{number}"),
                path_mm: vec![(60_000, y).into(), (64_000, y).into()],
                length_m,
                width_mm: 400,
                limit_mm: 2_400,
                corridor: None,
                ground_factor: 1.0,
                existing: false,
                crossings: 0,
                contents: vec![0, 1],
                phase: sample::id("P1"),
                cost: crate::units::Cents(0),
            });
        }
        let found = check_with(Diversity::Edge, &report);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.ends_with("trench T-001; they share 25.5 m in all"));
        assert_eq!(found[0].at, around(&report.trenches[1].path_mm));
    }

    #[test]
    fn a_pair_with_one_supply_is_no_pair() {
        let mut report = sample::report(&A, &ACROSS);
        report.connections[1].supply = report.connections[0].supply.clone();
        let found = check_with(Diversity::Edge, &report);
        assert!(found[0].message.ends_with("both end at DH-01"), "{}", found[0].message);
    }

    #[test]
    fn a_crossing_is_allowed_by_edge_and_not_by_trench() {
        let report = sample::report(&A, &ACROSS);
        assert!(check_with(Diversity::Edge, &report).is_empty());
        let found = check_with(Diversity::Trench, &report);
        assert!(found[0].message.ends_with("both pass (50.00 m, 15.00 m)"), "{}", found[0].message);
        assert!(check_with(Diversity::Trench, &sample::report(&A, &BESIDE)).is_empty());
    }

    #[test]
    fn a_distance_holds_but_near_the_ports() {
        let report = sample::report(&A, &BESIDE);
        assert!(check_with(Diversity::Distance(3.0), &report).is_empty());
        let found = check_with(Diversity::Distance(10.0), &report);
        let message = &found[0].message;
        assert!(
            message.contains("as close as 3.00 m at (") && message.contains("7.00 m too close")
        );
        // The same ten metres from the ports on, where nothing is asked.
        let close = [(22_700, 32_200), (22_700, 37_000), (90_000, 37_000), (90_000, 16_000)];
        let found = check_with(Diversity::Distance(10.0), &sample::report(&A, &close));
        assert!(found.is_empty(), "{found:?}");
    }
}
