//! Linear programmes that sharpen the bound of an ascent.
//!
//! The dual of the relaxation in [`super::bound`] is stated over the paths worth looking at: `π_k`
//! is what connection `k` proves, `w_ka` what it consumes on arc `a` beyond its own cost `c_ka`.
//!
//! ```text
//! max  Σ π_k
//! π_k ≤ Σ_a∈p (c_ka + w_ka)                 for every known path p of k
//! Σ_k∈class w_ka ≤ pipe_ce + v_ce           for both directions a of every edge e
//! Σ_c∈discipline v_ce ≤ gap_e + t_de;   Σ_d t_de ≤ trench_e
//! ```
//!
//! After each solution every connection's shortest path under `c + w` is added where it is shorter
//! than `π_k`. Arcs on no known path keep what the ascent consumed there. The bound of a round is
//! not the programme's objective but the proof of the potentials it implies, so the back end need
//! not be trusted and every round's bound holds.

use std::collections::{BTreeMap, BTreeSet};

use super::bound::{Charges, Dual};
use super::problem::Problem;
use super::state::Route;
use crate::corridors::{EdgeIndex, Node};
use crate::lp::{Model, Variable};

/// An arc: edge and direction, 0 from its first end.
type Arc = (usize, usize);
/// Left-hand side of a row.
type Terms = Vec<(Variable, f64)>;
/// Arcs from a port to a source.
type Path = Vec<Arc>;

/// Largest programme handed to a back end, rows.
const MAX_ROWS: usize = 40_000;
/// EUR in which the programmes count, for coefficients near one.
const UNIT: f64 = 1000.0;
/// What a solution of the programme says about the arcs it knows.
#[derive(Debug)]
struct Solved {
    proves: Vec<f64>,
    consumes: BTreeMap<(usize, Arc), f64>,
}

/// The programme and the paths it knows so far.
#[derive(Debug)]
pub struct Master<'a> {
    problem: &'a Problem<'a>,
    charges: &'a Charges,
    /// What the ascent consumes, by connection and arc.
    ascent: Vec<BTreeMap<Arc, f64>>,
    paths: Vec<BTreeSet<Path>>,
    known: BTreeSet<(usize, Arc)>,
    /// Programmes solved, rows of the last one and the back end that solved it.
    pub rounds: u32,
    /// Rows of the last programme.
    pub rows: usize,
    /// The back end that solved it.
    pub backend: &'static str,
    /// Whether the programme has seen every path it needs, so its bound is the best of its kind.
    pub converged: bool,
}

impl<'a> Master<'a> {
    /// A programme that starts from what an ascent found.
    pub fn new(problem: &'a Problem<'a>, charges: &'a Charges, start: &Dual<'a>) -> Self {
        let commodities = problem.commodities.len();
        let ascent = (0..commodities)
            .map(|commodity| {
                start
                    .consumption(commodity)
                    .flat_map(|(edge, sides)| [((edge, 0), sides[0]), ((edge, 1), sides[1])])
                    .filter(|(_, consumed)| *consumed > 0.0)
                    .collect()
            })
            .collect();
        let mut master = Self {
            problem,
            charges,
            ascent,
            paths: vec![BTreeSet::new(); commodities],
            known: BTreeSet::new(),
            rounds: 0,
            rows: 0,
            backend: "",
            converged: false,
        };
        let none = BTreeMap::new();
        for commodity in 0..commodities {
            if let Some((_, path)) = master.shortest(commodity, &none).and_then(|found| found.path)
            {
                master.learn(commodity, path);
            }
        }
        master
    }

    /// Adds the paths of a plan.
    pub fn learn_routes(&mut self, routes: &[Option<Route>]) {
        for (commodity, route) in routes.iter().enumerate() {
            let port = self.problem.commodities[commodity].node;
            if let (Some(route), Some(port)) = (route, port) {
                self.learn(commodity, arcs(self.problem, port, &route.edges));
            }
        }
    }

    /// Solves the programme once and learns from it; returns the bound it proves, or nothing
    /// where no back end solves it or it has grown too large.
    pub fn round(&mut self) -> Option<f64> {
        let (solved, rows, backend) = self.solve()?;
        let (dual, fresh) = self.price(&solved);
        self.rounds += 1;
        (self.rows, self.backend) = (rows, backend);
        self.converged = fresh == 0;
        Some(dual.proof())
    }

    fn learn(&mut self, commodity: usize, path: Path) -> bool {
        self.known.extend(path.iter().map(|&arc| (commodity, arc)));
        self.paths[commodity].insert(path)
    }

    fn own(&self, commodity: usize, arc: Arc) -> f64 {
        self.charges.per_m[commodity] * self.problem.graph.edges[arc.0].length_m
    }

    fn solve(&self) -> Option<(Solved, usize, &'static str)> {
        let mut model = Model::default();
        let most: Vec<f64> = self
            .paths
            .iter()
            .enumerate()
            .map(|(commodity, paths)| {
                let longest = paths.iter().map(|path| self.dearest(commodity, path));
                longest.fold(0.0, f64::max) / UNIT
            })
            .collect();
        let proves: Vec<Variable> =
            most.iter().map(|&most| model.column(0.0, most.max(1e-9), -1.0)).collect();
        let mut consumes: BTreeMap<(usize, Arc), Variable> = BTreeMap::new();
        for &(commodity, arc) in &self.known {
            let budget = self.budget(commodity, arc.0) / UNIT;
            consumes.insert((commodity, arc), model.column(0.0, budget.max(0.0), 0.0));
        }
        for (commodity, paths) in self.paths.iter().enumerate() {
            for path in paths {
                let own: f64 = path.iter().map(|&arc| self.own(commodity, arc)).sum();
                let mut terms = vec![(proves[commodity], 1.0)];
                terms.extend(path.iter().map(|&arc| (consumes[&(commodity, arc)], -1.0)));
                model.at_most(terms, own / UNIT);
            }
        }
        self.budgets(&mut model, &consumes);
        let rows = model.row_count();
        if rows > MAX_ROWS {
            return None;
        }
        let solved = model.solve().ok()?;
        let values = Solved {
            proves: proves.iter().map(|&variable| solved.value(variable) * UNIT).collect(),
            consumes: consumes
                .into_iter()
                .map(|(key, variable)| (key, solved.value(variable) * UNIT))
                .collect(),
        };
        Some((values, rows, solved.backend))
    }

    /// The most a path can prove.
    fn dearest(&self, commodity: usize, path: &Path) -> f64 {
        path.iter().map(|&arc| self.own(commodity, arc) + self.budget(commodity, arc.0)).sum()
    }

    fn budget(&self, commodity: usize, edge: usize) -> f64 {
        let class = self.problem.commodities[commodity].class;
        self.charges.pipe[class] * self.problem.graph.edges[edge].length_m
            + self.charges.gap[edge]
            + self.charges.trench[edge]
    }

    /// Rows that share the budgets of every edge some known path uses.
    fn budgets(&self, model: &mut Model, consumes: &BTreeMap<(usize, Arc), Variable>) {
        let edges: BTreeSet<usize> = self.known.iter().map(|(_, arc)| arc.0).collect();
        // Consumption of the ascent that no variable stands for, by edge, class and direction.
        let mut fixed: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
        for (commodity, ascent) in self.ascent.iter().enumerate() {
            let class = self.problem.commodities[commodity].class;
            for (&arc, consumed) in ascent {
                if edges.contains(&arc.0) && !self.known.contains(&(commodity, arc)) {
                    fixed.entry((arc.0, class)).or_default()[arc.1] += consumed;
                }
            }
        }
        let mut sides: BTreeMap<(usize, usize), [Terms; 2]> = BTreeMap::new();
        for (&(commodity, (edge, side)), &variable) in consumes {
            let class = self.problem.commodities[commodity].class;
            sides.entry((edge, class)).or_default()[side].push((variable, 1.0));
        }
        for key in fixed.keys() {
            sides.entry(*key).or_default();
        }
        let mut grants: BTreeMap<usize, BTreeMap<usize, Terms>> = BTreeMap::new();
        for ((edge, class), sides) in sides {
            let pipe = self.charges.pipe[class] * self.problem.graph.edges[edge].length_m;
            let shared = self.charges.gap[edge] + self.charges.trench[edge];
            let grant = model.column(0.0, shared.max(0.0) / UNIT, 0.0);
            let taken = fixed.get(&(edge, class)).copied().unwrap_or_default();
            for (mut terms, taken) in sides.into_iter().zip(taken) {
                terms.push((grant, -1.0));
                model.at_most(terms, (pipe - taken) / UNIT);
            }
            let discipline = self.charges.discipline[class];
            grants.entry(edge).or_default().entry(discipline).or_default().push((grant, 1.0));
        }
        for (edge, disciplines) in grants {
            let trench = self.charges.trench[edge].max(0.0) / UNIT;
            let mut drawn = Vec::new();
            for mut terms in disciplines.into_values() {
                let from_trench = model.column(0.0, trench, 0.0);
                terms.push((from_trench, -1.0));
                model.at_most(terms, self.charges.gap[edge] / UNIT);
                drawn.push((from_trench, 1.0));
            }
            if drawn.len() > 1 {
                model.at_most(drawn, trench);
            }
        }
    }

    /// Turns a solution into potentials and adds the paths it overlooked; returns their number.
    fn price(&mut self, solved: &Solved) -> (Dual<'a>, usize) {
        let mut potentials = Vec::with_capacity(self.paths.len());
        let mut fresh = 0;
        for commodity in 0..self.paths.len() {
            let Some(found) = self.shortest(commodity, &solved.consumes) else {
                potentials.push(Vec::new());
                continue;
            };
            if let Some((length, path)) = found.path
                && length < solved.proves[commodity] - 1e-6 * solved.proves[commodity] - 0.01
                && self.learn(commodity, path)
            {
                fresh += 1;
            }
            potentials.push(found.potentials);
        }
        (Dual::from_potentials(self.problem, self.charges, potentials), fresh)
    }

    /// Distances of all nodes to the nearest source under own cost and consumption.
    fn shortest(
        &self,
        commodity: usize,
        consumes: &BTreeMap<(usize, Arc), f64>,
    ) -> Option<Shortest> {
        use std::cmp::Reverse;
        let own = &self.problem.commodities[commodity];
        let graph = self.problem.graph;
        let port = own.node?;
        let mut distance = vec![f64::INFINITY; graph.nodes.len()];
        let mut onward: Vec<Option<(EdgeIndex, Node)>> = vec![None; graph.nodes.len()];
        let mut heap = std::collections::BinaryHeap::new();
        for target in &own.targets {
            distance[target.node as usize] = 0.0;
            heap.push(Reverse((0.0_f64.to_bits(), target.node)));
        }
        while let Some(Reverse((bits, node))) = heap.pop() {
            let so_far = f64::from_bits(bits);
            if so_far > distance[node as usize] {
                continue;
            }
            if node == port {
                break;
            }
            for &(edge, from) in &graph.adjacent[node as usize] {
                if !self.problem.may_use(commodity, edge) {
                    continue;
                }
                // The arc leads from `from` towards the source.
                let side = usize::from(graph.edges[edge as usize].ends[0] != from);
                let arc = (edge as usize, side);
                let consumed = match consumes.get(&(commodity, arc)) {
                    Some(consumed) => *consumed,
                    None if self.known.contains(&(commodity, arc)) && !consumes.is_empty() => 0.0,
                    None => self.ascent[commodity].get(&arc).copied().unwrap_or(0.0),
                };
                let next = so_far + self.own(commodity, arc) + consumed;
                if next < distance[from as usize] {
                    distance[from as usize] = next;
                    onward[from as usize] = Some((edge, node));
                    heap.push(Reverse((next.to_bits(), from)));
                }
            }
        }
        let length = distance[port as usize];
        let path = length.is_finite().then(|| {
            let mut path = Vec::new();
            let mut node = port;
            while let Some((edge, next)) = onward[node as usize] {
                let side = usize::from(graph.edges[edge as usize].ends[0] != node);
                path.push((edge as usize, side));
                node = next;
            }
            (length, path)
        });
        let cap = if length.is_finite() { length } else { 0.0 };
        Some(Shortest {
            path,
            potentials: distance.into_iter().map(|distance| distance.min(cap)).collect(),
        })
    }
}

/// A connection's way to its nearest source and what every node proves.
struct Shortest {
    path: Option<(f64, Path)>,
    potentials: Vec<f64>,
}

/// The arcs of a route from its port.
fn arcs(problem: &Problem<'_>, port: Node, edges: &[EdgeIndex]) -> Path {
    let mut node = port;
    edges
        .iter()
        .map(|&edge| {
            let ends = problem.graph.edges[edge as usize].ends;
            let side = usize::from(ends[0] != node);
            node = ends[1 - side];
            (edge as usize, side)
        })
        .collect()
}
