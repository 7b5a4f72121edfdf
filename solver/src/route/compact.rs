//! The routing problem as one compact mixed-integer programme in MPS, so that anyone can hand it
//! to another solver.
//!
//! Binary `y_e` opens a trench, integer `n_e` counts its steps of width, binary `f_ka` routes a
//! connection over an arc, binary `s_kt` picks its source, and `z_ec` opens a pipe of class `c`:
//!
//! ```text
//! min  Σ open_e y_e + step_e n_e + Σ v_k L_a f_ka + Σ L_e (p₀ z_ec + p₁ q_k f_ka)
//! out − in = 1 at the port, −s_kt at source t;  Σ_t s_kt = 1
//! Σ_k∈class (f_ka + f_kā) ≤ |class| y_e;  pairs: f_1 + f_2 ≤ 1;  pipes: Σ f ≤ |class| z_ec
//! Σ w_k f_ka + 2 margin y_e ≤ step n_e;  min y_e ≤ step n_e;  n_e ≤ limit_e
//! Σ size_k s_kt ≤ capacity of the unit and of the port
//! ```
//!
//! It is kinder than the real problem: pipes cost no more than a chord below their price, gaps
//! between disciplines are free, and cables keep the section they have alone. Each connection may
//! use the arcs within a generous ellipse around itself and its sources.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::bound::Charges;
use super::problem::{Medium, Problem};
use crate::catalogue::Catalogue;
use crate::corridors::{self, Node};
use crate::demand;
use crate::plan::{Plan, Usage};

/// How much longer than straight a route may be, beside 25 m for everyone.
const DETOUR: f64 = 1.3;

/// Cost, entries by row, and upper bound.
type Column = (f64, Vec<(usize, f64)>, f64);

#[derive(Default)]
struct Mps {
    rows: Vec<(char, String, f64)>,
    columns: BTreeMap<String, Column>,
}

impl Mps {
    fn row(&mut self, sense: char, name: String, right: f64) -> usize {
        self.rows.push((sense, name, right));
        self.rows.len() - 1
    }

    fn add(&mut self, column: &str, row: usize, value: f64) {
        if let Some(entry) = self.columns.get_mut(column) {
            entry.1.push((row, value));
        }
    }

    fn column(&mut self, name: &str, cost: f64, upper: f64) {
        self.columns.entry(name.to_owned()).or_insert((cost, Vec::new(), upper)).0 = cost;
    }

    fn text(&self, constant: f64) -> String {
        let mut out = String::from("NAME STACKYARD\nROWS\n N COST\n");
        for (sense, name, _) in &self.rows {
            let _written = writeln!(out, " {sense} {name}");
        }
        out.push_str("COLUMNS\n    MARKER 'MARKER' 'INTORG'\n");
        for (name, (cost, entries, _)) in &self.columns {
            let _written = writeln!(out, "    {name} COST {cost}");
            for (row, value) in entries {
                let _written = writeln!(out, "    {name} {} {value}", self.rows[*row].1);
            }
        }
        out.push_str("    MARKER 'MARKER' 'INTEND'\nRHS\n");
        // The constant of the objective stands with the opposite sign on the right-hand side.
        let _written = writeln!(out, "    RHS COST {}", -constant);
        for (_, name, right) in &self.rows {
            if *right != 0.0 {
                let _written = writeln!(out, "    RHS {name} {right}");
            }
        }
        out.push_str("BOUNDS\n");
        for (name, (_, _, upper)) in &self.columns {
            let _written = writeln!(out, " UP BND {name} {upper}");
        }
        out.push_str("ENDATA\n");
        out
    }
}

/// The programme of a plan.
#[expect(
    clippy::too_many_lines,
    reason = "one constraint family after the other, as in the formula"
)]
pub fn mps(plan: &Plan, catalogue: &Catalogue) -> String {
    let merged = catalogue.with_overrides_of(plan);
    let demands = demand::derive(plan, &merged);
    let graph = corridors::build(plan, &merged, &demands);
    let problem = Problem::new(plan, &merged, &demands, &graph);
    let charges = Charges::new(&problem, &merged);
    let mut model = Mps::default();
    let trench = problem.trench;
    let step_m = trench.step_mm / 1000.0;
    let mut widths = Vec::new();
    for (number, edge) in graph.edges.iter().enumerate() {
        let dug = if edge.usage == Usage::Existing { 0.0 } else { 1.0 };
        let metres = dug * edge.length_m * edge.ground;
        let open = metres * trench.base + dug * f64::from(edge.road_edges) * trench.road_edge;
        model.column(&format!("y{number}"), open, 1.0);
        let limit = (edge.limit_mm as f64 / trench.step_mm).floor();
        model.column(&format!("n{number}"), metres * trench.width_rate * step_m, limit);
        let width = model.row('L', format!("w{number}"), 0.0);
        model.add(&format!("n{number}"), width, -trench.step_mm);
        model.add(&format!("y{number}"), width, 2.0 * trench.margin_mm);
        widths.push(width);
        let least = model.row('L', format!("m{number}"), 0.0);
        model.add(&format!("n{number}"), least, -trench.step_mm);
        model.add(&format!("y{number}"), least, trench.min_mm);
        if edge.usage == Usage::Required {
            let forced = model.row('G', format!("r{number}"), 1.0);
            model.add(&format!("y{number}"), forced, 1.0);
        }
    }
    let mut units: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ports: BTreeMap<usize, usize> = BTreeMap::new();
    let mut links: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut members: BTreeMap<usize, f64> = BTreeMap::new();
    for commodity in &problem.commodities {
        *members.entry(commodity.class).or_default() += 1.0;
    }
    for (k, commodity) in problem.commodities.iter().enumerate() {
        let Some(start) = commodity.node else { continue };
        let at = graph.nodes[start as usize];
        let nearest = |node: Node| {
            commodity
                .targets
                .iter()
                .map(|t| graph.nodes[t.node as usize].distance_m(graph.nodes[node as usize]))
                .fold(f64::INFINITY, f64::min)
        };
        let reach = DETOUR * nearest(start) + 25.0;
        let inside =
            |node: Node| graph.nodes[node as usize].distance_m(at) + nearest(node) <= reach;
        let mut balance: BTreeMap<Node, usize> = BTreeMap::new();
        let mut choice = None;
        for target in commodity.targets.iter().filter(|target| inside(target.node)) {
            let name = format!("s{k}_{}", target.source);
            model.column(&name, 0.0, 1.0);
            let row = *choice.get_or_insert_with(|| model.row('E', format!("c{k}"), 1.0));
            model.add(&name, row, 1.0);
            let node_row = *balance
                .entry(target.node)
                .or_insert_with(|| model.row('E', format!("b{k}_{}", target.node), 0.0));
            model.add(&name, node_row, 1.0);
            let unit = problem.unit_of[target.source];
            let row = *units
                .entry(unit)
                .or_insert_with(|| model.row('L', format!("u{unit}"), problem.unit_capacity[unit]));
            model.add(&name, row, commodity.size);
            let row = *ports.entry(target.source).or_insert_with(|| {
                let capacity = problem.source_capacity[target.source];
                model.row('L', format!("p{}", target.source), capacity)
            });
            model.add(&name, row, commodity.size);
            if let Some(pair) = commodity.pair {
                let row = *pairs
                    .entry((pair, unit + 10_000_000))
                    .or_insert_with(|| model.row('L', format!("x{pair}_{unit}"), 1.0));
                model.add(&name, row, 1.0);
            }
        }
        for (number, edge) in graph.edges.iter().enumerate() {
            let usable = problem.may_use(k, u32::try_from(number).unwrap_or(u32::MAX));
            if !usable || !inside(edge.ends[0]) || !inside(edge.ends[1]) {
                continue;
            }
            let (cost, width) = match &commodity.medium {
                Medium::Own { per_m, width_mm, .. } => (per_m * edge.length_m, *width_mm),
                Medium::Pipe { .. } => (charges.per_m[k] * edge.length_m, 0.0),
            };
            let class = commodity.class;
            let link = *links.entry((number, class)).or_insert_with(|| {
                let row = model.row('L', format!("l{number}_{class}"), 0.0);
                model.add(&format!("y{number}"), row, -members[&class]);
                row
            });
            let pipe = matches!(commodity.medium, Medium::Pipe { .. }).then(|| {
                let name = format!("z{number}_{class}");
                *links.entry((number, class + 1_000_000)).or_insert_with(|| {
                    model.column(&name, charges.pipe[class] * edge.length_m, 1.0);
                    let row = model.row('L', format!("q{number}_{class}"), 0.0);
                    model.add(&name, row, -members[&class]);
                    row
                })
            });
            for (side, [from, to]) in
                [edge.ends, [edge.ends[1], edge.ends[0]]].into_iter().enumerate()
            {
                let name = format!("f{k}_{number}_{side}");
                model.column(&name, cost, 1.0);
                for (node, sign) in [(from, 1.0), (to, -1.0)] {
                    let right = if node == start { 1.0 } else { 0.0 };
                    let row = *balance
                        .entry(node)
                        .or_insert_with(|| model.row('E', format!("b{k}_{node}"), right));
                    model.add(&name, row, sign);
                }
                model.add(&name, link, 1.0);
                if width > 0.0 {
                    model.add(&name, widths[number], width);
                }
                if let Some(row) = pipe {
                    model.add(&name, row, 1.0);
                }
                if let Some(pair) = commodity.pair {
                    let row = *pairs
                        .entry((pair, number))
                        .or_insert_with(|| model.row('L', format!("d{pair}_{number}"), 1.0));
                    model.add(&name, row, 1.0);
                }
            }
        }
    }
    let ends: f64 = problem
        .commodities
        .iter()
        .map(|commodity| match &commodity.medium {
            Medium::Own { ends, .. } | Medium::Pipe { ends, .. } => *ends,
        })
        .sum();
    model.text(ends)
}
