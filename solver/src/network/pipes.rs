//! Pipe networks: the tree of each supply, its diameters, pressures and pumps.

use std::collections::BTreeMap;

use super::{PipeShares, Pumping};
use crate::catalogue::Catalogue;
use crate::corridors::{EdgeIndex, Node};
use crate::demand::Demands;
use crate::geometry::Point;
use crate::report::{PipeRun, PipeSegment, PipeSizing, PumpSet};
use crate::route::problem::{Medium, Problem};
use crate::route::state::Route;
use crate::size::equipment;
use crate::size::split::{Branch, size};

/// All pipe networks of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piped {
    /// Stretches with the same flow.
    pub(crate) runs: Vec<PipeRun>,
    /// Pumps by network.
    pub(crate) pumps: Vec<PumpSet>,
    /// What each connection gets.
    pub(crate) shares: PipeShares,
    /// Width of the pairs in each edge, mm.
    pub(crate) width_mm: BTreeMap<EdgeIndex, f64>,
    /// Nominal diameters of the pairs in each edge, in the order of the networks.
    pub(crate) pairs: BTreeMap<EdgeIndex, Vec<u32>>,
    /// Present value of pumping against friction, EUR.
    pub(crate) running_eur: f64,
}

/// A stretch of a network without a branch.
#[derive(Debug)]
struct Run {
    parent: Option<usize>,
    edges: Vec<EdgeIndex>,
    path: Vec<Point>,
    length_m: f64,
    flow: f64,
    users: Vec<usize>,
}

pub(super) fn settle(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
) -> Piped {
    let mut piped = Piped::default();
    let mut networks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, route) in routes.iter().enumerate() {
        if let (Medium::Pipe { .. }, Some(route)) = (&problem.commodities[index].medium, route) {
            networks.entry(route.source).or_default().push(index);
        }
    }
    let mut numbers: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (source, users) in networks {
        let runs = trunk_first(demands, problem, routes, source, &users);
        settle_network(catalogue, demands, problem, (source, &runs), &mut numbers, &mut piped);
    }
    piped
}

/// The stretches of a network, each after the one nearer to the source.
fn trunk_first(
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
    source: usize,
    users: &[usize],
) -> Vec<Run> {
    // Children of each node, away from the source, with everyone served through them.
    let mut children: BTreeMap<Node, BTreeMap<(EdgeIndex, Node), Vec<usize>>> = BTreeMap::new();
    let mut root = None;
    for &user in users {
        let (Some(route), Some(mut node)) = (&routes[user], problem.commodities[user].node) else {
            continue;
        };
        for &edge in &route.edges {
            let ends = problem.graph.edges[edge as usize].ends;
            let next = if ends[0] == node { ends[1] } else { ends[0] };
            children.entry(next).or_default().entry((edge, node)).or_default().push(user);
            node = next;
        }
        root = Some(node);
    }
    let start = demands.sources[source].at;
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Vec<(Node, Option<usize>, Point)> =
        root.into_iter().map(|root| (root, None, start)).collect();
    while let Some((node, parent, at)) = open.pop() {
        for ((edge, next), users) in children.get(&node).into_iter().flatten() {
            let mut run = Run {
                parent,
                edges: vec![*edge],
                path: super::line(problem.graph, at, &[*edge]),
                length_m: problem.graph.edges[*edge as usize].length_m,
                flow: users.iter().map(|&user| flow(problem, user)).sum(),
                users: users.clone(),
            };
            let mut end = *next;
            // Run on while everyone goes the same way.
            while let Some(onward) = children.get(&end).filter(|onward| onward.len() == 1) {
                let Some(((edge, next), same)) = onward.first_key_value() else { break };
                if same.len() != run.users.len() {
                    break;
                }
                run.edges.push(*edge);
                run.length_m += problem.graph.edges[*edge as usize].length_m;
                end = *next;
            }
            run.path = super::line(problem.graph, at, &run.edges);
            let here = problem.graph.nodes[end as usize];
            open.push((end, Some(runs.len()), here));
            runs.push(run);
        }
    }
    runs
}

fn flow(problem: &Problem<'_>, user: usize) -> f64 {
    match problem.commodities[user].medium {
        Medium::Pipe { flow, .. } => flow,
        Medium::Own { .. } => 0.0,
    }
}

fn settle_network(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    (source, runs): (usize, &[Run]),
    numbers: &mut BTreeMap<&'static str, usize>,
    piped: &mut Piped,
) {
    let table = &problem.pipes;
    let rules = &catalogue.rules;
    let terminal_kpa = rules.terminal_loss_kpa.value;
    let limit_pa = ((rules.pump_head_max_kpa.value - terminal_kpa) * 1000.0).max(0.0);
    let branches: Vec<Branch> = runs
        .iter()
        .map(|run| Branch { parent: run.parent, length_m: run.length_m, flow: run.flow })
        .collect();
    let sized = size(table, &branches, limit_pa);
    let supply: Pumping = demands.sources[source].supply.clone();
    let service = demands.sources[source].service;
    let phase_of = |users: &[usize]| {
        let first = users.iter().min_by_key(|&&user| demands.demands[user].rank);
        first.map(|&user| demands.demands[user].phase.clone())
    };
    let prefix = match service {
        crate::catalogue::module::Service::HeatReuse => "HR",
        crate::catalogue::module::Service::Cooling
        | crate::catalogue::module::Service::MvPower
        | crate::catalogue::module::Service::LvPower
        | crate::catalogue::module::Service::DataA
        | crate::catalogue::module::Service::DataB => "CW",
    };
    let mut total_flow = 0.0;
    let mut everyone: Vec<usize> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let lengths = sized.lengths.get(index).cloned().unwrap_or_default();
        let width = lengths.iter().map(|&(size, _)| table.sizes[size].width_mm).fold(0.0, f64::max);
        let largest = lengths.iter().map(|&(size, _)| table.sizes[size].dn).max();
        for &edge in &run.edges {
            *piped.width_mm.entry(edge).or_default() += width;
            piped.pairs.entry(edge).or_default().extend(largest);
        }
        if run.parent.is_none() {
            total_flow += run.flow;
            everyone.extend(&run.users);
        }
        let segments: Vec<PipeSegment> = lengths
            .iter()
            .map(|&(size, length_m)| PipeSegment {
                dn: table.sizes[size].dn,
                length_m,
                velocity_m_s: table.velocity(size, run.flow),
                gradient_pa_m: table.gradient(size, run.flow) / table.fittings,
            })
            .collect();
        let before = run.parent.map_or(0.0, |parent| sized.lost_pa[parent]);
        let number = numbers.entry(prefix).or_default();
        *number += 1;
        let Some(phase) = phase_of(&run.users) else { continue };
        piped.runs.push(PipeRun {
            id: format!("{prefix}-{number:03}"),
            service,
            supply: supply.clone(),
            path_mm: run.path.clone(),
            length_m: run.length_m,
            flow_kg_s: run.flow,
            segments,
            loss_kpa: (sized.lost_pa[index] - before) / 1000.0,
            phase,
            contents: run.users.clone(),
        });
    }
    for &user in &everyone {
        // The last run that serves a user ends at its port.
        let lost = (0..runs.len())
            .filter(|&run| runs[run].users.contains(&user))
            .map(|run| sized.lost_pa[run])
            .fold(0.0, f64::max);
        piped.shares.insert(
            user,
            PipeSizing {
                flow_kg_s: flow(problem, user),
                path_loss_kpa: lost / 1000.0,
                spare_kpa: (sized.head_pa - lost) / 1000.0,
            },
        );
    }
    piped.running_eur += table.euros_per_pascal(total_flow) * sized.head_pa;
    let index_user = everyone
        .iter()
        .min_by(|a, b| {
            let spare = |user: &usize| piped.shares.get(user).map_or(0.0, |share| share.spare_kpa);
            spare(a).total_cmp(&spare(b)).then(a.cmp(b))
        })
        .copied();
    let (Some(index_user), Some(phase)) = (index_user, phase_of(&everyone)) else { return };
    let head_kpa = sized.head_pa / 1000.0 + terminal_kpa;
    let power_kw = total_flow / table.fluid.density * head_kpa / rules.pump_efficiency.value;
    let pumps = equipment::pumps(power_kw);
    piped.pumps.push(PumpSet {
        service,
        supply,
        flow_kg_s: total_flow,
        head_kpa,
        power_kw,
        motor_kw: pumps.motor_kw,
        units: pumps.units,
        item: equipment::pump_item(pumps.motor_kw),
        phase,
        index_connection: demands.demands[index_user].id.clone(),
    });
}
