//! The engine on problems small enough to try everything, and on the public formats' own terms.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::catalogue::rules::Diversity;
use stackyard_solver::corridors::{Edge, Graph};
use stackyard_solver::geometry::Point;
use stackyard_solver::lp::Model;
use stackyard_solver::plan::Usage;
use stackyard_solver::route::Problem;
use stackyard_solver::route::bound::{Charges, Dual};
use stackyard_solver::route::cables::{CableTrees, Link};
use stackyard_solver::route::design::{Arc, Design, Flow, Sink};
use stackyard_solver::route::lagrange::Lagrangian;
use stackyard_solver::route::problem::{
    Commodity, EdgePrice, Medium, PipeCurve, Target, TrenchPrices,
};
use stackyard_solver::size::pipe::PipeTable;

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
    // The same cases every time: that a search comes close is its habit, not its promise.
    #![proptest_config(ProptestConfig {
        cases: 60,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_design_and_its_bound_enclose_the_optimum(design in small_design()) {
        let exact = exact_design(&design);
        let designed = design.solve(1, &mut times(12_000));
        match exact {
            None => prop_assert!(designed.cost.is_infinite()),
            Some(exact) => {
                prop_assert!(designed.bound <= exact + 1e-4, "{designed:?}, exact {exact}");
                prop_assert!(designed.cost >= exact - 1e-4, "{designed:?}, exact {exact}");
                prop_assert!(designed.cost <= 1.05 * exact + 1e-4, "{designed:?}, exact {exact}");
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
        let laid = trees.solve(1, &mut times(12_000));
        prop_assert!(laid.bound <= exact + 1e-6, "{laid:?}, exact {exact}");
        prop_assert!(laid.cost >= exact - 1e-6, "{laid:?}, exact {exact}");
        prop_assert!(laid.cost <= 1.05 * exact + 1e-6, "{laid:?}, exact {exact}");
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
    let laid = trees.solve(1, &mut times(12_000));
    assert!(!(laid.links.contains(&2) && laid.links.contains(&3)), "{laid:?}");
    assert!((laid.cost - 21.0).abs() < 1e-9, "{laid:?}");
}

/// A graph of four places and two-way edges with two sources, and connections of several sizes.
#[derive(Clone, Debug)]
struct Town {
    edges: Vec<(u32, u32, f64, f64)>,
    capacities: [f64; 2],
    /// Node, size, and whether it may end at either source.
    connections: Vec<(u32, f64, [bool; 2])>,
}

fn town() -> impl Strategy<Value = Town> {
    let edge = (0..4_u32, 1..4_u32, 1..6_u32, 0..40_u32).prop_map(|(from, step, length, open)| {
        (from, (from + step) % 4, f64::from(length), f64::from(open))
    });
    let connection = (0..4_u32, 1..4_u32, 0..4_u32)
        .prop_map(|(node, size, may)| (node, f64::from(size), [may != 1, may != 2]));
    (
        prop::collection::vec(edge, 3..6),
        (3..8_u32, 3..8_u32),
        prop::collection::vec(connection, 1..4),
    )
        .prop_map(|(edges, (one, other), connections)| Town {
            edges,
            capacities: [f64::from(one), f64::from(other)],
            connections,
        })
}

impl Town {
    fn graph(&self) -> Graph {
        let edge = |&(a, b, length_m, _): &(u32, u32, f64, f64)| Edge {
            ends: [a, b],
            path: Vec::new(),
            length_m,
            ground: 1.0,
            lean: 1.0,
            limit_mm: 0,
            road_edges: 0,
            corridor: None,
            usage: Usage::Possible,
        };
        let edges: Vec<Edge> = self.edges.iter().map(edge).collect();
        let mut adjacent = vec![Vec::new(); 4];
        for (number, edge) in (0..).zip(&edges) {
            let [a, b] = edge.ends;
            adjacent[a as usize].push((number, b));
            adjacent[b as usize].push((number, a));
        }
        Graph { nodes: vec![Point::default(); 4], edges, adjacent, ..Graph::default() }
    }

    /// Sources stand at nodes 0 and 1.
    fn problem<'a>(&self, graph: &'a Graph) -> Problem<'a> {
        let mut kinds: Vec<[bool; 2]> = Vec::new();
        let commodities: Vec<Commodity> = self
            .connections
            .iter()
            .map(|&(node, size, may)| {
                let class = kinds.iter().position(|kind| *kind == may).unwrap_or_else(|| {
                    kinds.push(may);
                    kinds.len() - 1
                });
                Commodity {
                    service: Service::LvPower,
                    size,
                    node: Some(node),
                    targets: (0..2_usize)
                        .filter(|&source| may[source])
                        .map(|source| Target { source, node: u32::try_from(source).unwrap() })
                        .collect(),
                    medium: Medium::Own { per_m: size, width_mm: 0.0, ends: 0.0, circuits: 0 },
                    pair: None,
                    class,
                    diversity: Diversity::Edge,
                    waypoints: Vec::new(),
                    forbidden: Vec::new(),
                    lock: None,
                    lock_broken: false,
                }
            })
            .collect();
        let prices = self.edges.iter().map(|&(_, _, length, open)| EdgePrice {
            open,
            per_step: 0.0,
            limit_steps: f64::INFINITY,
            overfull: 0.0,
            length,
            leaned: length,
            required: false,
            one_way: false,
        });
        Problem {
            graph,
            prices: prices.collect(),
            partners: vec![Vec::new(); commodities.len()],
            unit_of: vec![0, 1],
            unit_capacity: self.capacities.to_vec(),
            source_capacity: self.capacities.to_vec(),
            source_at: vec![Point::default(); 2],
            trench: TrenchPrices {
                base: 0.0,
                width_rate: 0.0,
                road_edge: 0.0,
                min_mm: 0.0,
                step_mm: 1.0,
                margin_mm: 0.0,
                gap_mm: 0.0,
            },
            pipes: PipeTable::default(),
            curve: PipeCurve::default(),
            crossings: Vec::new(),
            crossing_price: 0.0,
            flows: Vec::new(),
            classes: kinds.len(),
            commodities,
            required: Vec::new(),
        }
    }

    fn charges(&self, problem: &Problem<'_>) -> Charges {
        Charges {
            trench: self.edges.iter().map(|edge| edge.3).collect(),
            gap: vec![0.0; self.edges.len()],
            pipe: vec![0.0; problem.classes],
            discipline: vec![0; problem.classes],
            per_m: problem.commodities.iter().map(|commodity| commodity.size).collect(),
            capacity: vec![f64::INFINITY; self.edges.len()],
            constant: 0.0,
        }
    }

    /// The least cost over all combinations of simple paths that the sources can serve.
    fn exact(&self, problem: &Problem<'_>) -> Option<f64> {
        let paths: Vec<Vec<(usize, Vec<u32>)>> =
            (0..problem.commodities.len()).map(|k| simple_paths(problem, k)).collect();
        self.cheapest(problem, &paths, &mut Vec::new())
    }

    fn cheapest(
        &self,
        problem: &Problem<'_>,
        paths: &[Vec<(usize, Vec<u32>)>],
        chosen: &mut Vec<(usize, Vec<u32>)>,
    ) -> Option<f64> {
        let Some(own) = paths.get(chosen.len()) else {
            let mut loads = [0.0; 2];
            let mut used = vec![false; self.edges.len()];
            let mut cost = 0.0;
            for ((source, edges), commodity) in chosen.iter().zip(&problem.commodities) {
                loads[*source] += commodity.size;
                for &edge in edges {
                    used[edge as usize] = true;
                    cost += commodity.size * self.edges[edge as usize].2;
                }
            }
            let fits = loads.iter().zip(self.capacities).all(|(load, most)| *load <= most);
            let opened = self.edges.iter().zip(used).filter(|(_, used)| *used);
            return fits.then(|| cost + opened.map(|(edge, _)| edge.3).sum::<f64>());
        };
        own.iter()
            .filter_map(|path| {
                chosen.push(path.clone());
                let cost = self.cheapest(problem, paths, chosen);
                chosen.pop();
                cost
            })
            .min_by(f64::total_cmp)
    }
}

fn simple_paths(problem: &Problem<'_>, commodity: usize) -> Vec<(usize, Vec<u32>)> {
    let own = &problem.commodities[commodity];
    let mut found = Vec::new();
    let mut stack = vec![(own.node.unwrap(), Vec::new(), vec![own.node.unwrap()])];
    while let Some((node, edges, seen)) = stack.pop() {
        for target in own.targets.iter().filter(|target| target.node == node) {
            found.push((target.source, edges.clone()));
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

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_bound_exceeds_the_optimum_where_sources_are_scarce(town in town()) {
        let graph = town.graph();
        let problem = town.problem(&graph);
        let charges = town.charges(&problem);
        if let Some(exact) = town.exact(&problem) {
            let mut dual = Dual::new(&problem, &charges);
            dual.ascend(4, || true);
            prop_assert!(dual.proof() <= exact + 1e-6, "ascent {}, exact {exact}", dual.proof());
            let mut prices = Lagrangian::new(&problem, &charges, Some(&dual));
            for _round in 0..200 {
                // An incumbent above the optimum makes for long steps.
                let moving = prices.round(2.0 * exact + 10.0);
                prop_assert!(prices.bound() <= exact + 1e-6, "{}, exact {exact}", prices.bound());
                if !moving {
                    break;
                }
            }
        }
    }
}
