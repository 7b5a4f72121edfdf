//! The engine on problems small enough to try everything, and on the public formats' own terms.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use proptest::prelude::*;
use stackyard_solver::lp::Model;
use stackyard_solver::route::cables::{CableTrees, Link};
use stackyard_solver::route::design::{Arc, Design, Flow, Sink};

/// Says yes so many times, so that tests do the same work everywhere.
fn times(mut left: u32) -> impl FnMut() -> bool {
    move || {
        left = left.saturating_sub(1);
        left > 0
    }
}

/// The least cost over all sets of open arcs, flows divided freely.
fn exact_design(design: &Design) -> Option<f64> {
    let sets = 1_u32 << design.arcs.len();
    (0..sets).filter_map(|set| flow_cost(design, set)).min_by(f64::total_cmp)
}

fn flow_cost(design: &Design, set: u32) -> Option<f64> {
    let mut model = Model::default();
    let mut shares = vec![Vec::new(); design.arcs.len()];
    let mut taken = vec![Vec::new(); design.sinks.len()];
    let mut fixed = 0.0;
    for (number, arc) in design.arcs.iter().enumerate() {
        if set & (1 << number) != 0 {
            fixed += arc.fixed;
        }
    }
    for flow in &design.flows {
        let mut balance = vec![Vec::new(); design.nodes];
        for (number, arc) in design.arcs.iter().enumerate() {
            if set & (1 << number) != 0 {
                let passes = model.column(0.0, flow.quantity, arc.unit);
                balance[arc.from as usize].push((passes, 1.0));
                balance[arc.to as usize].push((passes, -1.0));
                shares[number].push((passes, 1.0));
            }
        }
        for &sink in &flow.to {
            let takes = model.column(0.0, flow.quantity, 0.0);
            balance[design.sinks[sink].node as usize].push((takes, 1.0));
            taken[sink].push((takes, 1.0));
        }
        for (node, terms) in balance.into_iter().enumerate() {
            let supply = if node == flow.from as usize { flow.quantity } else { 0.0 };
            if !terms.is_empty() {
                model.equals(terms, supply);
            } else if supply > 0.0 {
                return None;
            }
        }
    }
    for (arc, terms) in design.arcs.iter().zip(shares) {
        if !terms.is_empty() {
            model.at_most(terms, arc.capacity);
        }
    }
    for (sink, terms) in design.sinks.iter().zip(taken) {
        if sink.capacity.is_finite() && !terms.is_empty() {
            model.at_most(terms, sink.capacity);
        }
    }
    model.solve().ok().map(|solved| solved.objective + fixed)
}

fn small_design() -> impl Strategy<Value = Design> {
    let arc = (0..4_u32, 1..4_u32, 0..5_u32, 0..30_u32, 3..10_u32).prop_map(
        |(from, step, unit, fixed, capacity)| Arc {
            from,
            to: (from + step) % 4,
            unit: f64::from(unit),
            fixed: f64::from(fixed),
            capacity: f64::from(capacity),
        },
    );
    let flow = (0..2_u32, 1..6_u32).prop_map(|(from, quantity)| Flow {
        from,
        to: vec![0, 1],
        quantity: f64::from(quantity),
    });
    (prop::collection::vec(arc, 3..8), prop::collection::vec(flow, 1..3)).prop_map(
        |(arcs, flows)| Design {
            nodes: 4,
            arcs,
            sinks: vec![Sink { node: 2, capacity: 6.0 }, Sink { node: 3, capacity: 5.0 }],
            flows,
            is_whole: true,
        },
    )
}

/// The least length over all ways to give every place a next one.
fn exact_trees(trees: &CableTrees) -> f64 {
    let turbines = trees.places.len() - trees.roots;
    let places = trees.places.len();
    let length = |a: usize, b: usize| {
        (trees.places[a][0] - trees.places[b][0]).hypot(trees.places[a][1] - trees.places[b][1])
    };
    let mut best = f64::INFINITY;
    let mut next = vec![0_usize; turbines];
    loop {
        if next.iter().enumerate().all(|(place, &next)| place != next) {
            let mut loads = vec![0_u32; turbines];
            let mut is_tree = true;
            for start in 0..turbines {
                let (mut at, mut steps) = (start, 0);
                while at < turbines && steps <= turbines {
                    loads[at] += 1;
                    at = next[at];
                    steps += 1;
                }
                is_tree &= at >= turbines;
            }
            if is_tree && loads.iter().all(|&load| load <= trees.capacity) {
                best = best.min(next.iter().enumerate().map(|(a, &b)| length(a, b)).sum());
            }
        }
        let Some(place) = (0..turbines).find(|&place| next[place] + 1 < places) else {
            return best;
        };
        next[place] += 1;
        next[..place].fill(0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_design_and_its_bound_enclose_the_optimum(design in small_design()) {
        let exact = exact_design(&design);
        let designed = design.solve(1, &mut times(4000));
        match exact {
            None => prop_assert!(designed.cost.is_infinite()),
            Some(exact) => {
                prop_assert!(designed.bound <= exact + 1e-4, "{designed:?}, exact {exact}");
                prop_assert!(designed.cost >= exact - 1e-4, "{designed:?}, exact {exact}");
                prop_assert!(designed.cost <= 1.02 * exact + 1e-4, "{designed:?}, exact {exact}");
                let again = design.cost(&designed.passes);
                prop_assert!((again - designed.cost).abs() < 1e-6 * (1.0 + again));
            }
        }
    }

    #[test]
    fn cable_trees_and_their_bound_enclose_the_optimum(
        places in prop::collection::vec((0..1000_u32, 0..1000_u32), 6),
        roots in 1..3_usize,
        capacity in 1..4_u32,
    ) {
        let places: Vec<[f64; 2]> =
            places.into_iter().map(|(x, y)| [f64::from(x), f64::from(y)]).collect();
        let mut links = Vec::new();
        for a in 0..6_u32 {
            for b in a + 1..6 {
                let ([x, y], [u, v]) = (places[a as usize], places[b as usize]);
                links.push(Link { ends: [a, b], cost: (x - u).hypot(y - v) });
            }
        }
        let trees = CableTrees { places, roots, links, crossings: Vec::new(), capacity };
        let exact = exact_trees(&trees);
        let laid = trees.solve(1, &mut times(4000));
        prop_assert!(laid.bound <= exact + 1e-6, "{laid:?}, exact {exact}");
        prop_assert!(laid.cost >= exact - 1e-6, "{laid:?}, exact {exact}");
        prop_assert!(laid.cost <= 1.02 * exact + 1e-6, "{laid:?}, exact {exact}");
        let sum: f64 = laid.links.iter().map(|&link| trees.links[link].cost).sum();
        prop_assert!((sum - laid.cost).abs() < 1e-6 * (1.0 + sum));
    }
}

#[test]
fn links_that_cross_are_never_laid_together() {
    // Two pairs of places whose direct links cross, and dearer ways around.
    let places = vec![[0.0, 0.0], [10.0, 10.0], [0.0, 10.0], [10.0, 0.0]];
    let link = |a, b, cost| Link { ends: [a, b], cost };
    let links = vec![
        link(0, 3, 10.0),
        link(1, 3, 10.0),
        link(2, 3, 1.0),
        link(0, 1, 1.0),
        link(0, 2, 10.0),
        link(1, 2, 10.0),
    ];
    let trees = CableTrees { places, roots: 1, links, crossings: vec![(2, 3)], capacity: 3 };
    let laid = trees.solve(1, &mut times(4000));
    assert!(!(laid.links.contains(&2) && laid.links.contains(&3)), "{laid:?}");
    assert!((laid.cost - 21.0).abs() < 1e-9, "{laid:?}");
}
