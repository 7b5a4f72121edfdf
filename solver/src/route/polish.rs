//! Exact neighbourhoods: a few connections choose among a few ways each, the rest stays.
//!
//! ```text
//! min  Σ_kp v_k L_p x_kp + Σ_e open_e y_e + step_e n_e
//! Σ_p x_kp = 1;  x_kp ≤ y_e, z_de for every edge e on p and the discipline d of k
//! step n_e ≥ what lies there + Σ w_k x_kp + gaps + 2 margin y_e;  n_e ≥ least y_e;  n_e ≤ limit_e
//! Σ q_k x_kp ≤ room of every source and unit;  ways of a pair that meet exclude each other
//! ```
//!
//! The search changes one connection after another at marginal cost and so never sees that two
//! would gain only together; this programme does. It prices exactly what the search prices, so a
//! solution is taken over only where the plan gets cheaper by its own account.

use std::collections::BTreeMap;

use super::problem::{Medium, Problem};
use super::state::{Route, State};
use crate::catalogue::rules::Diversity;
use crate::corridors::EdgeIndex;
use crate::lp::{Model, Variable};

/// The ways a connection may choose from.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) commodity: usize,
    pub(super) routes: Vec<Route>,
}

/// Most whole numbers in a programme.
const MOST_WHOLE: usize = 110;

/// Whether a connection can take part: its cables cost in proportion to length, and the other
/// half of its pair keeps apart by stretches alone.
pub(super) fn takes_part(problem: &Problem<'_>, commodity: usize) -> bool {
    let own = &problem.commodities[commodity];
    matches!(own.medium, Medium::Own { .. })
        && own.diversity == Diversity::Edge
        && own.waypoints.is_empty()
        && own.lock.is_none()
        && problem.flows.is_empty()
}

/// Edges that the same ways pass and that cost alike, as one.
#[derive(Clone, Debug, Default)]
struct Stretch {
    open: f64,
    per_step: f64,
}

/// What edges must share to count as one: the ways that pass, what lies there, and the limit.
type Likeness = (Vec<(usize, usize)>, u64, [bool; 3], u64);

/// The best joint choice, by number of the way of each offer. The connections offered must be
/// taken up in `state`. None where there are too many edges to decide on, or no choice fits.
pub(super) fn choose(state: &State<'_>, offers: &[Offer]) -> Option<Vec<usize>> {
    let problem = state.problem;
    let mut model = Model::default();
    let ways: Vec<Vec<Variable>> = offers
        .iter()
        .map(|offer| {
            let per_m = state.per_m(offer.commodity);
            let cost = |route: &Route| -> f64 {
                route.edges.iter().map(|&edge| per_m * problem.prices[edge as usize].leaned).sum()
            };
            offer.routes.iter().map(|route| model.whole_column(0.0, 1.0, cost(route))).collect()
        })
        .collect();
    for own in &ways {
        model.equals(own.iter().map(|&way| (way, 1.0)).collect(), 1.0);
    }
    for ((users, contents, present, limit), stretch) in stretches(state, offers) {
        let passing: Vec<(usize, Variable)> =
            users.iter().map(|&(k, p)| (offers[k].commodity, ways[k][p])).collect();
        let limit = f64::from_bits(limit);
        dig(&mut model, state, &passing, (f64::from_bits(contents), present, limit), &stretch);
        if model.whole_count() > MOST_WHOLE {
            return None;
        }
    }
    keep_to_capacities(&mut model, state, offers, &ways);
    keep_pairs_apart(&mut model, problem, offers, &ways);
    let solved = model.solve().ok()?;
    ways.iter().map(|own| own.iter().position(|&way| solved.value(way) > 0.5)).collect()
}

fn stretches(state: &State<'_>, offers: &[Offer]) -> BTreeMap<Likeness, Stretch> {
    let mut users: BTreeMap<EdgeIndex, Vec<(usize, usize)>> = BTreeMap::new();
    for (k, offer) in offers.iter().enumerate() {
        for (p, route) in offer.routes.iter().enumerate() {
            for &edge in &route.edges {
                users.entry(edge).or_default().push((k, p));
            }
        }
    }
    let mut stretches: BTreeMap<Likeness, Stretch> = BTreeMap::new();
    for (edge, users) in users {
        let (contents, present) = state.contents(edge);
        let price = &state.problem.prices[edge as usize];
        let key = (users, contents.to_bits(), present, state.limit(edge).to_bits());
        let stretch = stretches.entry(key).or_default();
        stretch.open += if price.required { 0.0 } else { price.open };
        stretch.per_step += price.per_step;
    }
    stretches
}

/// Rows for the trench of a stretch: opened if anything lies there, and wide enough.
fn dig(
    model: &mut Model,
    state: &State<'_>,
    passing: &[(usize, Variable)],
    (contents, present, limit): (f64, [bool; 3], f64),
    stretch: &Stretch,
) {
    let trench = &state.problem.trench;
    let is_dug = present.contains(&true);
    let least = (trench.min_mm / trench.step_mm).ceil();
    // In units of a step.
    let (gap, margin) = (trench.gap_mm / trench.step_mm, 2.0 * trench.margin_mm / trench.step_mm);
    let opened = if is_dug {
        model.column(1.0, 1.0, 0.0)
    } else {
        model.whole_column(0.0, 1.0, stretch.open)
    };
    let disciplines = present.iter().filter(|&&present| present).count();
    // A trench that is too wide already may stay so.
    let known = (contents / trench.step_mm + margin + gap * disciplines as f64).ceil();
    let steps = model.whole_column(0.0, limit.max(known).max(least), stretch.per_step);
    let mut width = vec![(steps, -1.0), (opened, margin - gap)];
    let mut right = -contents / trench.step_mm - gap * disciplines as f64;
    for discipline in [0, 2] {
        let own: Vec<&(usize, Variable)> = passing
            .iter()
            .filter(|(commodity, _)| discipline == discipline_of(state, *commodity))
            .collect();
        if own.is_empty() {
            continue;
        }
        let kind = if present[discipline] {
            None
        } else {
            let kind = model.whole_column(0.0, 1.0, 0.0);
            width.push((kind, gap));
            Some(kind)
        };
        for &&(commodity, way) in &own {
            width.push((way, state.width_mm(commodity) / trench.step_mm));
            for gate in kind.into_iter().chain((!is_dug).then_some(opened)) {
                model.at_most(vec![(way, 1.0), (gate, -1.0)], 0.0);
            }
        }
    }
    // The search forgives the same hair before it rounds up.
    right += 1e-6 / trench.step_mm;
    model.at_most(width, right);
    model.at_most(vec![(steps, -1.0), (opened, least)], 0.0);
}

fn discipline_of(state: &State<'_>, commodity: usize) -> usize {
    match state.media[commodity] {
        Medium::Own { circuits: 0, .. } => 2,
        Medium::Own { .. } => 0,
        Medium::Pipe { .. } => 1,
    }
}

fn keep_to_capacities(
    model: &mut Model,
    state: &State<'_>,
    offers: &[Offer],
    ways: &[Vec<Variable>],
) {
    let problem = state.problem;
    let mut of_source: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
    let mut of_unit: BTreeMap<usize, Vec<(Variable, f64)>> = BTreeMap::new();
    for (offer, own) in offers.iter().zip(ways) {
        let size = problem.commodities[offer.commodity].size;
        for (route, &way) in offer.routes.iter().zip(own) {
            of_source.entry(route.source).or_default().push((way, size));
            of_unit.entry(problem.unit_of[route.source]).or_default().push((way, size));
        }
    }
    let sources = of_source.into_iter().map(|(source, terms)| (state.source_left[source], terms));
    let units = of_unit.into_iter().map(|(unit, terms)| (state.unit_left[unit], terms));
    for (left, terms) in sources.chain(units) {
        // Shares of what is left, so that rows of kilowatts and of fibres look alike.
        let scale = left.max(1e-9);
        if left.is_finite() {
            model.at_most(
                terms.into_iter().map(|(way, size)| (way, size / scale)).collect(),
                1.0 + 1e-7,
            );
        }
    }
}

fn keep_pairs_apart(
    model: &mut Model,
    problem: &Problem<'_>,
    offers: &[Offer],
    ways: &[Vec<Variable>],
) {
    for (number, (one, own)) in offers.iter().zip(ways).enumerate() {
        for (other, others) in offers.iter().zip(ways).skip(number + 1) {
            if !problem.partners[one.commodity].contains(&other.commodity) {
                continue;
            }
            for (a, &way) in one.routes.iter().zip(own) {
                for (b, &other_way) in other.routes.iter().zip(others) {
                    let meet = problem.unit_of[a.source] == problem.unit_of[b.source]
                        || a.edges.iter().any(|edge| b.edges.contains(edge));
                    if meet {
                        model.at_most(vec![(way, 1.0), (other_way, 1.0)], 1.0);
                    }
                }
            }
        }
    }
}
