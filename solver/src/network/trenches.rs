//! What is dug: widths from what really lies in each stretch, and stretches with the same contents
//! joined into one trench.

use std::collections::BTreeMap;

use super::Piped;
use crate::catalogue::Catalogue;
use crate::corridors::{EdgeIndex, Node};
use crate::demand::Demands;
use crate::geometry::Point;
use crate::id::Id;
use crate::plan::{Plan, Usage};
use crate::report::Trench;
use crate::route::problem::{Medium, Problem};
use crate::route::state::Route;
use crate::size::{cable, fibre};
use crate::units::Cents;

/// What two stretches must share to be one trench.
type Likeness = (Vec<usize>, i64, i64, Option<usize>, u64, Usage);

pub(super) fn settle(
    plan: &Plan,
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
    cables: &[Option<cable::Choice<'_>>],
    piped: &Piped,
) -> Vec<Trench> {
    let graph = problem.graph;
    let mut alike: BTreeMap<Likeness, Vec<EdgeIndex>> = BTreeMap::new();
    for (edge, (users, width)) in widths(catalogue, demands, problem, routes, cables, piped) {
        let place = &graph.edges[edge as usize];
        let key =
            (users, width, place.limit_mm, place.corridor, place.ground.to_bits(), place.usage);
        alike.entry(key).or_default().push(edge);
    }
    let mut trenches = Vec::new();
    for ((users, width, limit, corridor, ground, usage), edges) in alike {
        for chain in chains(problem, &edges) {
            trenches.push(trench(
                plan,
                demands,
                problem,
                &chain,
                (&users, width, limit, corridor, f64::from_bits(ground), usage),
            ));
        }
    }
    trenches.sort_by(|a, b| a.path_mm.cmp(&b.path_mm));
    for (number, trench) in (1..).zip(&mut trenches) {
        trench.id = trench_name(number);
    }
    trenches
}

/// Name of the trench of a number.
pub fn trench_name(number: usize) -> String {
    format!("T-{number:04}")
}

/// Users and width of every edge in which something lies or must be dug.
pub(super) fn widths(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
    cables: &[Option<cable::Choice<'_>>],
    piped: &Piped,
) -> BTreeMap<EdgeIndex, (Vec<usize>, i64)> {
    let mut contents: BTreeMap<EdgeIndex, (Vec<usize>, i64)> = BTreeMap::new();
    for (index, route) in routes.iter().enumerate() {
        for &edge in route.iter().flat_map(|route| &route.edges) {
            contents.entry(edge).or_default().0.push(index);
        }
    }
    for &edge in &problem.required {
        contents.entry(edge).or_default();
    }
    for (&edge, (users, width)) in &mut contents {
        *width = width_mm(catalogue, demands, problem, users, cables, piped, edge);
    }
    contents
}

fn width_mm(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    users: &[usize],
    cables: &[Option<cable::Choice<'_>>],
    piped: &Piped,
    edge: EdgeIndex,
) -> i64 {
    let (mut own, mut kinds) = (0.0, [false; 3]);
    for &user in users {
        match &problem.commodities[user].medium {
            Medium::Own { circuits: 0, .. } => {
                own += fibre::choose(catalogue, demands.demands[user].load.value()).width_mm;
                kinds[2] = true;
            }
            Medium::Own { circuits, .. } => {
                let count = cables[user].as_ref().map_or(*circuits, |choice| choice.circuits);
                own += f64::from(count) * catalogue.rules.circuit_pitch_mm.value;
                kinds[0] = true;
            }
            Medium::Pipe { .. } => kinds[1] = true,
        }
    }
    own += piped.width_mm.get(&edge).copied().unwrap_or(0.0);
    let disciplines = kinds.iter().map(|&kind| u32::from(kind)).sum();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "trench widths are metres, not light years"
    )]
    {
        problem.trench.dug_width(own, disciplines).round() as i64
    }
}

/// Joins edges end to end where exactly two of them meet.
fn chains(problem: &Problem<'_>, edges: &[EdgeIndex]) -> Vec<Vec<EdgeIndex>> {
    let mut at: BTreeMap<Node, Vec<EdgeIndex>> = BTreeMap::new();
    for &edge in edges {
        for end in problem.graph.edges[edge as usize].ends {
            at.entry(end).or_default().push(edge);
        }
    }
    let mut left: std::collections::BTreeSet<EdgeIndex> = edges.iter().copied().collect();
    let mut chains = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut chain = std::collections::VecDeque::from([first]);
        let ends = problem.graph.edges[first as usize].ends;
        for (side, mut node) in [(false, ends[0]), (true, ends[1])] {
            while let Some(&next) = at
                .get(&node)
                .filter(|meeting| meeting.len() == 2)
                .and_then(|meeting| meeting.iter().find(|edge| left.contains(edge)))
            {
                left.remove(&next);
                let ends = problem.graph.edges[next as usize].ends;
                node = if ends[0] == node { ends[1] } else { ends[0] };
                if side {
                    chain.push_back(next);
                } else {
                    chain.push_front(next);
                }
            }
        }
        chains.push(chain.into_iter().collect());
    }
    chains
}

fn trench(
    plan: &Plan,
    demands: &Demands,
    problem: &Problem<'_>,
    chain: &[EdgeIndex],
    (users, width_mm, limit_mm, corridor, ground, usage): (
        &[usize],
        i64,
        i64,
        Option<usize>,
        f64,
        Usage,
    ),
) -> Trench {
    let graph = problem.graph;
    let length_m: f64 = chain.iter().map(|&edge| graph.edges[edge as usize].length_m).sum();
    let crossings: u32 = chain.iter().map(|&edge| graph.edges[edge as usize].road_edges).sum();
    let existing = usage == Usage::Existing;
    let cost = if existing {
        0.0
    } else {
        length_m * ground * problem.trench.per_m(width_mm as f64)
            + f64::from(crossings) * problem.trench.road_edge
    };
    let first = users.iter().min_by_key(|&&user| demands.demands[user].rank);
    // A required trench that nothing uses yet is dug at the start.
    let phase: Option<Id> = first
        .map(|&user| demands.demands[user].phase.clone())
        .or_else(|| plan.phases.first().map(|phase| phase.id.clone()));
    Trench {
        id: String::new(),
        path_mm: line_of(problem, chain),
        length_m,
        width_mm,
        limit_mm,
        corridor: corridor.and_then(|index| Some(plan.corridors.get(index)?.id.clone())),
        ground_factor: ground,
        existing,
        crossings,
        contents: users.to_vec(),
        phase: phase.unwrap_or_else(|| demands.demands[0].phase.clone()),
        cost: Cents::from_euros(cost),
    }
}

/// The line of a chain, from its lesser end.
fn line_of(problem: &Problem<'_>, chain: &[EdgeIndex]) -> Vec<Point> {
    let graph = problem.graph;
    let position = |node: Node| graph.nodes[node as usize];
    let Some(&first) = chain.first() else { return Vec::new() };
    let ends = graph.edges[first as usize].ends;
    let start = match chain.get(1) {
        Some(&second) if graph.edges[second as usize].ends.contains(&ends[0]) => ends[1],
        Some(_) | None => ends[0],
    };
    let mut line = super::line(graph, position(start), chain);
    if line.last() < line.first() {
        line.reverse();
    }
    line
}
