//! Every plan that ships, through the whole pipeline.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Point;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Lock, Plan, Usage, Waypoint, text};
use stackyard_solver::report::{Effort, Report, Severity, Sizing, Stop};
use stackyard_solver::{Monitor, Settings, Silent, evaluate, generate, improve};

const JUPITER: &str = include_str!("../../layouts/jupiter.ron");
const EXPANSION: &str = include_str!("../../layouts/jupiter-expansion.ron");
const STARTER: &str = include_str!("../../layouts/starter.ron");

fn catalogue() -> Catalogue {
    Catalogue::reference().unwrap()
}

fn read(source: &str) -> Plan {
    text::read(source, &catalogue()).unwrap_or_else(|error| panic!("{error}"))
}

fn solve(plan: &Plan) -> Report {
    let settings = Settings { verify: true, ..Settings::default() };
    evaluate(plan, &catalogue(), &settings, &mut Silent)
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

#[test]
fn shipped_plans_are_canonical() {
    for source in [JUPITER, EXPANSION, STARTER] {
        assert_eq!(text::write(&read(source)).unwrap(), source);
    }
}

#[test]
fn shipped_plans_are_accepted_and_confirmed_by_the_checker() {
    for source in [JUPITER, EXPANSION, STARTER] {
        let report = solve(&read(source));
        assert!(report.is_complete() && report.is_accepted(), "{:?}", report.findings);
        assert!(report.verification.passed(), "{:?}", report.verification.faults);
        assert!(report.cost.bound_eur > 0.0);
        assert!(report.cost.bound_eur <= report.cost.lifetime_eur);
        assert!(report.phases.iter().all(|phase| phase.complete));
        assert_eq!(report.missing_prices(), 0);
    }
}

#[test]
fn jupiter_has_the_published_composition() {
    let plan = read(JUPITER);
    let report = solve(&plan);
    let of =
        |prefix: &str| plan.containers.iter().filter(|c| c.id.as_str().starts_with(prefix)).count();
    assert_eq!(report.totals.containers, 52);
    assert_eq!((of("IT-"), of("ST-")), (16, 4));
    assert_eq!(of("TR-") + of("SG-") + of("UPS-") + of("GEN-"), 21);
    assert_eq!(of("ENT-") + of("OFF-") + of("CTRL-") + of("DH-") + of("WS-") + of("STO-"), 10);
    assert_eq!(of("CON-"), 1);
    assert_eq!(report.totals.racks, 125);
    assert!((report.totals.peak_kw - 17_000.0).abs() < 100.0, "{}", report.totals.peak_kw);
    assert!((report.totals.container_m2 - 2300.0).abs() < 100.0, "{}", report.totals.container_m2);
    // 17 MW at 10 K need about 1,480 m³/h, published figures say DN500 for the whole site.
    let largest = report.pipes.iter().flat_map(|run| &run.segments).map(|s| s.dn).max();
    assert!(matches!(largest, Some(400..=600)), "{largest:?}");
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let plan = read(JUPITER);
    let (first, second) = (solve(&plan), solve(&plan));
    let lines = |report: &Report| -> Vec<_> {
        report.connections.iter().map(|c| (c.id.clone(), c.path_mm.clone())).collect()
    };
    assert_eq!(lines(&first), lines(&second));
    assert_eq!(first.cost.lifetime_eur.to_bits(), second.cost.lifetime_eur.to_bits());
    assert_eq!(first.cost.bound_eur.to_bits(), second.cost.bound_eur.to_bits());
}

#[test]
fn a_locked_route_stays_where_it_is() {
    let plan = read(JUPITER);
    let before = solve(&plan);
    let locked = before.connection("IT-05A/CW").unwrap();
    let lock = Lock { connection: locked.id.clone(), path_mm: locked.path_mm.clone() };
    // Something else moves, and the search starts from another seed.
    let edits =
        vec![Edit::Lock(lock), Edit::Move { ids: vec![id("OFF-01")], dx_mm: 0, dy_mm: 600 }];
    let plan = plan.apply(&Edit::All(edits), &catalogue()).unwrap();
    let settings = Settings { seed: 7, verify: true, ..Settings::default() };
    let after = evaluate(&plan, &catalogue(), &settings, &mut Silent);
    assert_eq!(after.connection("IT-05A/CW").unwrap().path_mm, locked.path_mm);
    assert!(after.verification.passed(), "{:?}", after.verification.faults);
}

#[test]
fn the_checker_looks_for_compulsory_waypoints_on_its_own() {
    let plan = read(STARTER);
    let report = solve(&plan);
    let id = "IT-01A/CW";
    let corner = report.connection(id).unwrap().path_mm[1];
    let beside = Point { x: 32_000, y: 24_000 };
    let faults = |at_mm: Point, compulsory: bool| {
        let waypoint = Waypoint { connection: id.to_owned(), at_mm, compulsory };
        let edit = Edit::AddWaypoint { waypoint, position: 0 };
        let led = plan.apply(&edit, &catalogue()).unwrap();
        stackyard_solver::check::verify::verify(&led, &catalogue(), &report).faults
    };
    assert_eq!(faults(corner, true), Vec::<String>::new());
    assert_eq!(faults(beside, false), Vec::<String>::new());
    assert_eq!(faults(beside, true), ["IT-01A/CW does not pass 32000,24000 in its turn"]);
}

#[test]
fn a_forbidden_corridor_is_not_dug_and_a_required_one_is() {
    let plan = read(STARTER);
    let edits = vec![
        Edit::SetUsage { corridor: id("C-S"), usage: Usage::Forbidden },
        Edit::SetUsage { corridor: id("C-O"), usage: Usage::Required },
    ];
    let plan = plan.apply(&Edit::All(edits), &catalogue()).unwrap();
    let report = solve(&plan);
    let dug = |name: &str| -> f64 {
        let own = |t: &&stackyard_solver::report::Trench| t.corridor == Some(id(name));
        report.trenches.iter().filter(own).map(|t| t.length_m).sum()
    };
    assert!(dug("C-S") < 0.001, "{}", dug("C-S"));
    // The whole line, however much of it is used.
    assert!((dug("C-O") - 57.0).abs() < 0.1, "{}", dug("C-O"));
    assert!(report.verification.passed(), "{:?}", report.verification.faults);
}

#[test]
fn an_overlap_and_a_lost_supply_are_refused_with_reasons() {
    let plan = read(STARTER);
    let moved = Edit::Move { ids: vec![id("TR-02")], dx_mm: -4000, dy_mm: 0 };
    let report = solve(&plan.apply(&moved, &catalogue()).unwrap());
    assert!(!report.is_accepted());
    assert!(report.findings.iter().any(|f| f.rule == "overlap" && !f.fixes.is_empty()));

    let without = Edit::Remove(vec![id("FIBRE-B")]);
    let report = solve(&plan.apply(&without, &catalogue()).unwrap());
    let finding = report.findings.iter().find(|f| f.rule == "unserved").unwrap();
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("CON-01/FB"), "{}", finding.message);
    assert!(report.verification.passed(), "{:?}", report.verification.faults);
}

#[test]
fn a_fix_mends_what_it_was_offered_for() {
    let plan = read(STARTER);
    let moved = Edit::Move { ids: vec![id("TR-03")], dx_mm: 3000, dy_mm: 0 };
    let plan = plan.apply(&moved, &catalogue()).unwrap();
    let finding = stackyard_solver::survey(&plan, &catalogue())
        .into_iter()
        .find(|finding| finding.rule == "clearance")
        .unwrap();
    let mended = plan.apply(&finding.fixes[0].edit, &catalogue()).unwrap();
    let left = stackyard_solver::survey(&mended, &catalogue());
    assert!(left.iter().all(|other| other.key() != finding.key()), "{left:?}");
}

#[test]
fn improving_is_never_worse_than_its_start() {
    let plan = read(STARTER);
    let start = solve(&plan);
    let better = improve(&plan, &catalogue(), &Settings::default(), &start, &mut Silent);
    assert!(better.is_complete());
    assert!(better.cost.lifetime_eur <= start.cost.lifetime_eur + 0.01);
}

#[test]
fn a_search_that_is_stopped_at_once_still_serves_everything() {
    struct Impatient;
    impl Monitor for Impatient {
        fn should_stop(&mut self) -> Option<Stop> {
            Some(Stop::Cancelled)
        }
    }
    let settings = Settings { effort: Effort::Defend, verify: true, ..Settings::default() };
    let report = evaluate(&read(JUPITER), &catalogue(), &settings, &mut Impatient);
    assert_eq!(report.search.stop, Stop::Cancelled);
    assert!(report.is_complete() && report.verification.passed());
}

#[test]
fn a_rerun_changes_little_and_keeps_names() {
    let plan = read(JUPITER);
    let first = solve(&plan);
    let settings = Settings { seed: 9, ..Settings::default() };
    let again = improve(&plan, &catalogue(), &settings, &first, &mut Silent);
    assert!(again.cost.lifetime_eur <= first.cost.lifetime_eur + 0.01);
    let names: std::collections::BTreeMap<_, _> =
        first.trenches.iter().map(|trench| (&trench.path_mm, &trench.id)).collect();
    let mut ids = std::collections::BTreeSet::new();
    for trench in &again.trenches {
        assert!(ids.insert(&trench.id), "{} is there twice", trench.id);
        if let Some(&known) = names.get(&trench.path_mm) {
            assert_eq!(known, &trench.id);
        }
    }
    let moved = first
        .connections
        .iter()
        .zip(&again.connections)
        .filter(|(before, now)| before.path_mm != now.path_mm)
        .count();
    // Beyond a few, every connection that moved saved its share.
    let gain = first.cost.lifetime_eur - again.cost.lifetime_eur;
    let asked = 1e-5 * first.cost.lifetime_eur * moved.saturating_sub(10) as f64;
    assert!(gain >= asked, "{moved} of {} moved for {gain} EUR", first.connections.len());
}

#[test]
fn prices_never_lower_the_bound_nor_raise_it_above_the_plan() {
    let plan = read(STARTER);
    let explored = solve(&plan);
    let settings = Settings { effort: Effort::Good, verify: true, ..Settings::default() };
    let good = evaluate(&plan, &catalogue(), &settings, &mut Silent);
    assert!(good.search.bound_method.contains("Lagrangian prices"), "{}", good.search.bound_method);
    assert!(good.cost.bound_eur >= explored.cost.bound_eur - 1.0);
    assert!(good.cost.bound_eur <= explored.cost.lifetime_eur + 0.01);
    assert!(good.cost.lifetime_eur <= explored.cost.lifetime_eur + 0.01);
}

#[test]
fn generated_campuses_have_the_size_asked_for_and_work() {
    for (containers, seed) in [(1, 1), (8, 1), (30, 3), (60, 2)] {
        let plan = generate::campus(containers, seed, &catalogue());
        assert!(plan.problems(&catalogue()).is_empty());
        assert_eq!(plan.containers.len(), containers);
        let written = text::write(&plan).unwrap();
        assert_eq!(text::write(&read(&written)).unwrap(), written);
        let report = solve(&plan);
        assert!(report.verification.passed(), "{:?}", report.verification.faults);
        if containers >= 8 {
            assert!(report.is_accepted(), "{containers}: {:?}", report.findings);
        }
    }
}

#[test]
fn an_empty_site_has_an_empty_report() {
    let report = solve(&Plan::empty_site("empty", 50_000, 50_000));
    assert!(report.connections.is_empty() && report.boq.is_empty() && report.is_accepted());
}

#[test]
fn data_halves_of_a_storage_module_share_no_trench() {
    let report = solve(&read(JUPITER));
    let index = |name: &str| report.connections.iter().position(|c| c.id == name).unwrap();
    let (one, two) = (index("ST-01/DA"), index("ST-01/DB"));
    let shared =
        report.trenches.iter().filter(|t| t.contents.contains(&one) && t.contents.contains(&two));
    assert_eq!(shared.count(), 0);
}

#[test]
fn every_power_connection_is_sized_within_its_limits() {
    let report = solve(&read(JUPITER));
    for connection in &report.connections {
        if let Some(Sizing::Cable(cable)) = &connection.sizing {
            assert!(cable.ampacity_a >= cable.current_a, "{}", connection.id);
            let limit = if connection.service == Service::MvPower { 1.5 } else { 3.0 };
            assert!(cable.drop_percent <= limit, "{}", connection.id);
            assert!(cable.conductor_c <= 90.01, "{} {}", connection.id, cable.conductor_c);
            assert!(cable.dry_conductor_c >= cable.conductor_c, "{}", connection.id);
            assert!(cable.withstand_ma2s >= cable.fault_ma2s, "{}", connection.id);
            assert!(cable.grouping > 0.0 && cable.grouping <= 1.0 + 1e-9, "{}", connection.id);
            assert!(cable.circuits_in_trench >= cable.circuits, "{}", connection.id);
        }
    }
}

#[test]
fn dry_soil_costs_more_cable() {
    let plan = read(STARTER);
    let moist = solve(&plan);
    let name = "soil_k_m_per_w".to_owned();
    let edit = Edit::SetRule { name, value: Some(2.5) };
    let dry = solve(&plan.apply(&edit, &catalogue()).unwrap());
    assert!(dry.verification.passed(), "{:?}", dry.verification.faults);
    assert!(dry.cost.lifetime_eur > moist.cost.lifetime_eur);
    let drying = |report: &Report| report.findings.iter().any(|f| f.rule == "soil-drying");
    assert!(!drying(&dry));
}

#[test]
fn tampering_with_a_report_is_noticed_by_the_checker() {
    let plan = read(STARTER);
    let merged = catalogue();
    let honest = solve(&plan);
    let verify = |report: &Report| stackyard_solver::check::verify::verify(&plan, &merged, report);
    assert!(verify(&honest).passed());
    let mut cheaper = honest.clone();
    cheaper.boq[0].total =
        cheaper.boq[0].total.map(|total| total - stackyard_solver::units::Cents(500));
    assert!(!verify(&cheaper).passed());
    let mut shorter = honest.clone();
    shorter.connections[0].path_mm.pop();
    assert!(!verify(&shorter).passed());
    let mut bold = honest.clone();
    bold.cost.bound_eur = bold.cost.lifetime_eur * 1.5;
    assert!(!verify(&bold).passed());
    let mut thin = honest.clone();
    for connection in &mut thin.connections {
        if let Some(Sizing::Cable(cable)) = &mut connection.sizing {
            cable.section_mm2 = 16;
            cable.circuits = 1;
        }
    }
    assert!(!verify(&thin).passed());
    let mut cool = honest.clone();
    let mut bold = honest.clone();
    for (connection, boast) in cool.connections.iter_mut().zip(&mut bold.connections) {
        if let Some(Sizing::Cable(cable)) = &mut connection.sizing {
            cable.conductor_c -= 10.0;
        }
        if let Some(Sizing::Cable(cable)) = &mut boast.sizing {
            cable.ampacity_a *= 1.5;
        }
    }
    assert!(!verify(&cool).passed() && !verify(&bold).passed());
    let mut through = honest;
    let path = &mut through.connections[0].path_mm;
    if let [first, .., last] = path.as_slice() {
        *path = vec![*first, *last];
    }
    assert!(!verify(&through).passed());
}
