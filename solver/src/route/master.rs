//! A linear programme that takes the best of several ascents.
//!
//! Each ascent `r` proves a value `φ_k^r` for every connection `k` and consumes `u_k^r` on every
//! arc. Any mixture `Σ_r λ_kr φ_k^r` with `Σ_r λ_kr ≤ 1` consumes at most `Σ_r λ_kr u_k^r`, so
//!
//! ```text
//! max  Σ λ_kr φ_k^r(port of k)
//! Σ_r λ_kr ≤ 1
//! Σ_k∈class,r λ_kr u_k^r(arc) ≤ pipe charge + g_ce          both directions of every edge
//! Σ_c∈discipline g_ce ≤ gap_e + t_de;   Σ_d t_de ≤ trench_e
//! ```
//!
//! is a bound at least as good as the best single ascent. The mixture is proved anew from its
//! potentials, so the back end need not be trusted.

use std::collections::BTreeMap;

use super::bound::{Charges, Dual};
use super::problem::Problem;
use crate::lp::{Model, Variable};

/// A bound from a mixture.
#[derive(Clone, Copy, Debug)]
pub struct Combined {
    /// The proved bound, EUR.
    pub bound: f64,
    /// Rows of the programme.
    pub rows: usize,
    /// The back end that solved it.
    pub backend: &'static str,
}

/// Largest programme handed to a back end.
const MAX_ROWS: usize = 30_000;

/// Mixes several ascents of one problem; none where no back end solves the programme.
pub fn combine<'a>(
    problem: &'a Problem<'a>,
    charges: &'a Charges,
    duals: &[Dual<'a>],
) -> Option<Combined> {
    let scale = 1000.0;
    let mut model = Model::default();
    let commodities = problem.commodities.len();
    let shares: Vec<Vec<Variable>> = (0..commodities)
        .map(|commodity| {
            duals
                .iter()
                .map(|dual| model.column(0.0, 1.0, -dual.value_of(commodity) / scale))
                .collect()
        })
        .collect();
    for own in &shares {
        model.at_most(own.iter().map(|&share| (share, 1.0)).collect(), 1.0);
    }
    // Consumption by edge, class and direction.
    type Use = Vec<(Variable, f64)>;
    let mut uses: BTreeMap<(usize, usize), [Use; 2]> = BTreeMap::new();
    for commodity in 0..commodities {
        let class = problem.commodities[commodity].class;
        for (run, dual) in duals.iter().enumerate() {
            for (edge, consumed) in dual.consumption(commodity) {
                let slot = uses.entry((edge, class)).or_default();
                for side in 0..2 {
                    if consumed[side] > 1e-6 {
                        slot[side].push((shares[commodity][run], consumed[side] / scale));
                    }
                }
            }
        }
    }
    let mut needs: BTreeMap<usize, BTreeMap<usize, Vec<Variable>>> = BTreeMap::new();
    for ((edge, class), sides) in uses {
        let own = charges.pipe[class] * problem.graph.edges[edge].length_m / scale;
        let discipline = charges.discipline[class];
        let most = (charges.gap[edge] + charges.trench[edge]) / scale;
        let worst: f64 = sides.iter().map(|side| side.iter().map(|(_, u)| u).sum()).fold(0.0, f64::max);
        if worst <= own {
            continue;
        }
        let grant = model.column(0.0, most.max(0.0), 0.0);
        for mut side in sides {
            if !side.is_empty() {
                side.push((grant, -1.0));
                model.at_most(side, own);
            }
        }
        needs.entry(edge).or_default().entry(discipline).or_default().push(grant);
    }
    for (edge, disciplines) in needs {
        let trench = charges.trench[edge] / scale;
        let mut drawn = Vec::new();
        for grants in disciplines.into_values() {
            let from_trench = model.column(0.0, trench.max(0.0), 0.0);
            let mut terms: Vec<(Variable, f64)> =
                grants.into_iter().map(|grant| (grant, 1.0)).collect();
            terms.push((from_trench, -1.0));
            model.at_most(terms, charges.gap[edge] / scale);
            drawn.push((from_trench, 1.0));
        }
        if drawn.len() > 1 {
            model.at_most(drawn, trench.max(0.0));
        }
    }
    let rows = model.row_count();
    if rows > MAX_ROWS {
        return None;
    }
    let solved = model.solve().ok()?;
    let weights: Vec<Vec<f64>> = shares
        .iter()
        .map(|own| own.iter().map(|&share| solved.value(share)).collect())
        .collect();
    let mixture = Dual::mixture(problem, charges, duals, &weights);
    Some(Combined { bound: mixture.proof(), rows, backend: solved.backend })
}
