//! The search and its bound against an oracle that tries everything, on sites small enough for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::corridors;
use stackyard_solver::demand;
use stackyard_solver::edit::Edit;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::route::Problem;
use stackyard_solver::route::bound::{Charges, Dual};
use stackyard_solver::route::lagrange::Lagrangian;
use stackyard_solver::route::search::Search;
use stackyard_solver::route::state::{Route, State};
use stackyard_solver::{Settings, Silent, evaluate};

/// Two workshops and an office that one transformer feeds over a small grid of corridors.
const YARD: &str = r#"(schema: 1, name: "grid", boundary_mm: [(0,0),(60000,0),(60000,60000),(0,60000)],
  phases: [(id: "P1", name: "all", finished: "2027-01")],
  containers: [
    (id: "TR-01", module: "transformer-station", at_mm: (6000, 6000), phase: "P1"),
    (id: "WS-01", module: "workshop", at_mm: (24000, 30000), phase: "P1"),
    (id: "WS-02", module: "workshop", at_mm: (34000, 30000), phase: "P1"),
    (id: "OFF-01", module: "office", at_mm: (44000, 30000), phase: "P1"),
  ],
  corridors: [
    (id: "A", path_mm: [(2000, 26000), (56000, 26000)], width_limit_mm: 3000),
    (id: "B", path_mm: [(2000, 22000), (56000, 22000)], width_limit_mm: 3000),
  ])"#;

fn catalogue() -> Catalogue {
    Catalogue::reference().unwrap()
}

/// Every simple path from a commodity to a source, by depth-first search.
fn all_paths(problem: &Problem<'_>, commodity: usize) -> Vec<Route> {
    let own = &problem.commodities[commodity];
    let mut found = Vec::new();
    let Some(start) = own.node else { return found };
    let mut stack = vec![(start, Vec::new(), vec![start])];
    while let Some((node, edges, seen)) = stack.pop() {
        if let Some(target) = own.targets.iter().find(|target| target.node == node) {
            found.push(Route { edges, source: target.source });
            continue;
        }
        if edges.len() >= 14 {
            continue;
        }
        for &(edge, next) in &problem.graph.adjacent[node as usize] {
            if !seen.contains(&next) {
                let (mut edges, mut seen) = (edges.clone(), seen.clone());
                edges.push(edge);
                seen.push(next);
                stack.push((next, edges, seen));
            }
        }
    }
    found
}

#[test]
fn search_and_bound_enclose_what_trying_all_short_paths_finds() {
    let catalogue = catalogue();
    let plan = text::read(YARD, &catalogue).unwrap();
    let demands = demand::derive(&plan, &catalogue);
    let graph = corridors::build(&plan, &catalogue, &demands);
    let problem = Problem::new(&plan, &catalogue, &demands, &graph);
    let routed: Vec<usize> = (0..problem.commodities.len())
        .filter(|&k| !problem.commodities[k].targets.is_empty())
        .collect();
    assert_eq!(routed.len(), 3, "the three LV feeds have a source");

    let mut paths: Vec<Vec<Route>> = routed.iter().map(|&k| all_paths(&problem, k)).collect();
    for list in &mut paths {
        // The oracle tries all combinations of the shortest paths of each.
        let length = |route: &Route| -> f64 {
            route.edges.iter().map(|&e| graph.edges[e as usize].length_m).sum()
        };
        list.sort_by(|a, b| length(a).total_cmp(&length(b)));
        list.truncate(120);
        assert!(!list.is_empty());
    }
    let mut best = f64::INFINITY;
    let mut state = State::new(&problem);
    for first in &paths[0] {
        state.lay(routed[0], first.clone());
        for second in &paths[1] {
            state.lay(routed[1], second.clone());
            for third in &paths[2] {
                state.lay(routed[2], third.clone());
                best = best.min(state.total());
                state.take_up(routed[2]);
            }
            state.take_up(routed[1]);
        }
        state.take_up(routed[0]);
    }

    let mut search = Search::construct(&problem, 1);
    search.improve(300, |_| true);
    let missing = (problem.commodities.len() - routed.len()) as f64;
    let found = search.best_cost() - 1e9 * missing;
    assert!(found <= best * (1.0 + 1e-6), "search {found}, optimum {best}");

    let charges = Charges::new(&problem, &catalogue);
    let mut dual = Dual::new(&problem, &charges);
    dual.ascend(12, || true);
    let bound = dual.proof() - charges.constant;
    assert!(bound <= found + 1e-6, "bound {bound}, plan {found}");
    assert!(bound >= 0.95 * found, "bound {bound}, plan {found}");

    let mut prices = Lagrangian::new(&problem, &charges, Some(&dual));
    let mut last = prices.bound() - charges.constant;
    for _round in 0..300 {
        let moving = prices.round(found + charges.constant);
        let proved = prices.bound() - charges.constant;
        assert!(proved <= best + 1e-6, "prices {proved}, optimum {best}");
        assert!(proved >= last, "a bound never gets worse");
        last = proved;
        if !moving {
            break;
        }
    }
    // Both start from the same prices, rounded at other places.
    assert!(last >= bound - 1e-3, "prices {last} after an ascent to {bound}");
}

#[test]
fn a_dearer_trench_never_makes_the_plan_or_the_bound_cheaper() {
    let catalogue = catalogue();
    let plan = Plan {
        containers: text::read(YARD, &catalogue).unwrap().containers,
        ..text::read(YARD, &catalogue).unwrap()
    };
    let mut last = (0.0, 0.0);
    for euros in [10.0, 40.0, 160.0] {
        let price = stackyard_solver::units::Cents::from_euros(euros);
        let edit = Edit::SetPrice { id: "trench-base".to_owned(), price: Some(price) };
        // Without data and MV the yard is served completely.
        let removed = Edit::SetRule { name: "mean_load_share".to_owned(), value: Some(0.5) };
        let plan = plan.apply(&Edit::All(vec![edit, removed]), &catalogue).unwrap();
        let merged = catalogue.with_overrides_of(&plan);
        let demands = demand::derive(&plan, &merged);
        let graph = corridors::build(&plan, &merged, &demands);
        let problem = Problem::new(&plan, &merged, &demands, &graph);
        let mut search = Search::construct(&problem, 1);
        search.improve(200, |_| true);
        let charges = Charges::new(&problem, &merged);
        let mut dual = Dual::new(&problem, &charges);
        dual.ascend(8, || true);
        let now = (search.best_cost(), dual.proof());
        assert!(now.0 >= last.0 && now.1 >= last.1, "{now:?} after {last:?}");
        last = now;
    }
}

#[test]
fn more_containers_never_cost_less_to_connect() {
    let catalogue = catalogue();
    let plan = text::read(include_str!("../../layouts/starter.ron"), &catalogue).unwrap();
    let solve = |plan: &Plan| evaluate(plan, &catalogue, &Settings::default(), &mut Silent);
    let whole = solve(&plan);
    let less = Edit::Remove(vec![Id::new("IT-01A").unwrap(), Id::new("IT-01B").unwrap()]);
    let part = solve(&plan.apply(&less, &catalogue).unwrap());
    assert!(part.cost.lifetime_eur < whole.cost.lifetime_eur);
    assert!(part.cost.bound_eur < whole.cost.bound_eur);
}
