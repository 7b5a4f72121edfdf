//! Capacitated cable trees: every place is connected to a root by cables that join on the way,
//! none serves more than so many places, and some pairs of cables exclude each other.
//!
//! The pipe networks of a site are such trees; here pipes cost nothing but the opening of their
//! stretch, and one unit of width stands for one place served.

use super::anytime;
use super::bound::Charges;
use super::problem::{Commodity, EdgePrice, Medium, PipeCurve, Problem, Target, TrenchPrices};
use crate::catalogue::module::Service;
use crate::catalogue::rules::Diversity;
use crate::corridors::{Edge, EdgeIndex, Graph, Node};
use crate::geometry::Point;
use crate::plan::Usage;
use crate::size::pipe::PipeTable;

/// A possible cable between two places.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The places, by index.
    pub ends: [Node; 2],
    /// What it costs to lay.
    pub cost: f64,
}

/// A layout to find.
#[derive(Clone, Debug, Default)]
pub struct CableTrees {
    /// Where the places are, in any unit; the roots come last.
    pub places: Vec<[f64; 2]>,
    /// How many of them are roots.
    pub roots: usize,
    /// What may be laid.
    pub links: Vec<Link>,
    /// Pairs of links that exclude each other.
    pub crossings: Vec<(u32, u32)>,
    /// Most places that one cable serves.
    pub capacity: u32,
}

/// A layout found.
#[derive(Clone, Debug)]
pub struct Laid {
    /// Cost of the links laid; infinite where no layout was found.
    pub cost: f64,
    /// No layout costs less than this.
    pub bound: f64,
    /// Links laid, by index.
    pub links: Vec<usize>,
}

/// Distance to which the typical nearest neighbour is brought, mm, because the search looks for
/// neighbours at the distances of a site.
const SPACING_MM: f64 = 10_000.0;

impl CableTrees {
    /// Searches and bounds in turns until the gap is closed or `keep_going` says no.
    pub fn solve(&self, seed: u64, keep_going: &mut dyn FnMut() -> bool) -> Laid {
        let graph = self.graph();
        let mut problem = self.problem(&graph);
        let whole = problem.clone();
        let charges = self.charges();
        let (mut least, mut laid) = (f64::INFINITY, Vec::new());
        let (cost, bound) = anytime::run(
            (&mut problem, &whole, &charges),
            anytime::Limits { seed, is_whole: false },
            &mut |search| {
                let outcome = search.outcome();
                let used: Vec<usize> =
                    (0..self.links.len()).filter(|&link| search.uses(link)).collect();
                let is_sound = !outcome.routes.contains(&None)
                    && search.state().overfull() <= 0.0
                    && self.crossings.iter().all(|(one, other)| {
                        !(search.uses(*one as usize) && search.uses(*other as usize))
                    });
                let cost: f64 = used.iter().map(|&link| self.links[link].cost).sum();
                if is_sound && cost < least {
                    (least, laid) = (cost, used);
                }
                is_sound.then_some(cost)
            },
            keep_going,
        );
        Laid { cost, bound, links: laid }
    }

    /// The links, and from every root one edge to a common root that all routes end at.
    fn graph(&self) -> Graph {
        let top = Node::try_from(self.places.len()).unwrap_or(Node::MAX);
        let first_root = self.places.len() - self.roots;
        let ends = self.links.iter().map(|link| link.ends);
        let roots = (0..top).skip(first_root).map(|root| [root, top]);
        let edges: Vec<Edge> = ends
            .chain(roots)
            .map(|ends| Edge {
                ends,
                path: Vec::new(),
                length_m: 0.0,
                ground: 1.0,
                lean: 1.0,
                limit_mm: 0,
                road_edges: 0,
                corridor: None,
                usage: Usage::Possible,
            })
            .collect();
        let mut adjacent = vec![Vec::new(); self.places.len() + 1];
        for (number, edge) in (0..).zip(&edges) {
            let [a, b] = edge.ends;
            // Nothing passes a root but what ends there.
            if (a as usize) < first_root {
                adjacent[a as usize].push((number, b));
            }
            if (b as usize) < first_root {
                adjacent[b as usize].push((number, a));
            }
            if b == top {
                adjacent[a as usize].push((number, b));
            }
        }
        let scale = self.scale();
        #[expect(clippy::cast_possible_truncation, reason = "scaled to the size of a site")]
        let point = |place: &[f64; 2]| Point {
            x: (place[0] * scale).round() as i64,
            y: (place[1] * scale).round() as i64,
        };
        let mut nodes: Vec<Point> = self.places.iter().map(point).collect();
        nodes.push(nodes.last().copied().unwrap_or_default().offset(1, 1));
        Graph { nodes, edges, adjacent, ..Graph::default() }
    }

    fn scale(&self) -> f64 {
        let mut shortest = vec![f64::INFINITY; self.places.len()];
        for link in &self.links {
            for end in link.ends {
                shortest[end as usize] = shortest[end as usize].min(link.cost);
            }
        }
        let known: Vec<f64> = shortest.into_iter().filter(|s| s.is_finite() && *s > 0.0).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        if mean > 0.0 { SPACING_MM / mean } else { 1.0 }
    }

    fn problem<'a>(&self, graph: &'a Graph) -> Problem<'a> {
        let dearest = self.links.iter().map(|link| link.cost).fold(0.0, f64::max);
        let capacity = f64::from(self.capacity);
        let price = |open: f64, limit_steps: f64| EdgePrice {
            open,
            per_step: 0.0,
            limit_steps,
            overfull: dearest,
            length: 0.0,
            leaned: 0.0,
            required: false,
            one_way: false,
        };
        let mut prices: Vec<EdgePrice> =
            self.links.iter().map(|link| price(link.cost, capacity)).collect();
        prices.extend((0..self.roots).map(|_| price(0.0, f64::INFINITY)));
        let turbines = self.places.len() - self.roots;
        let top = Node::try_from(self.places.len()).unwrap_or(Node::MAX);
        let commodities: Vec<Commodity> = (0..top)
            .take(turbines)
            .map(|place| Commodity {
                service: Service::Cooling,
                size: 1.0,
                node: Some(place),
                targets: vec![Target { source: 0, node: top }],
                medium: Medium::Pipe { flow: 1.0, ends: 0.0 },
                pair: None,
                class: 0,
                diversity: Diversity::Edge,
                waypoints: Vec::new(),
                forbidden: Vec::new(),
                lock: None,
                lock_broken: false,
            })
            .collect();
        let mut crossings: Vec<Vec<EdgeIndex>> = Vec::new();
        if !self.crossings.is_empty() {
            crossings = vec![Vec::new(); graph.edges.len()];
            for &(one, other) in &self.crossings {
                crossings[one as usize].push(other);
                crossings[other as usize].push(one);
            }
        }
        Problem {
            graph,
            prices,
            partners: vec![Vec::new(); commodities.len()],
            unit_of: vec![0],
            unit_capacity: vec![f64::INFINITY],
            source_capacity: vec![f64::INFINITY],
            source_at: vec![graph.nodes.last().copied().unwrap_or_default()],
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
            curve: PipeCurve::of_width(turbines as f64),
            crossings,
            crossing_price: dearest,
            flows: Vec::new(),
            classes: 1,
            commodities,
            required: Vec::new(),
        }
    }

    fn charges(&self) -> Charges {
        let first_root = self.places.len() - self.roots;
        let mut trench: Vec<f64> = self.links.iter().map(|link| link.cost).collect();
        // A cable that comes from a place does not yet serve the one it goes to, unless that is a
        // root.
        let mut capacity: Vec<f64> = self
            .links
            .iter()
            .map(|link| {
                let is_feeder = link.ends.iter().any(|&end| end as usize >= first_root);
                f64::from(self.capacity) - if is_feeder { 0.0 } else { 1.0 }
            })
            .collect();
        trench.extend((0..self.roots).map(|_| 0.0));
        capacity.extend((0..self.roots).map(|_| f64::INFINITY));
        Charges {
            gap: vec![0.0; trench.len()],
            trench,
            pipe: vec![0.0],
            discipline: vec![1],
            per_m: vec![0.0; first_root],
            capacity,
            constant: 0.0,
        }
    }
}
