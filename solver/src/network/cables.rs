//! Power cables chosen for the trenches they really share: each connection is rated among the
//! circuits and warm pipes beside it, by position and real losses ([`crate::size::rating::row`]).

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::corridors::EdgeIndex;
use crate::demand::Demands;
use crate::geometry::Point;
use crate::report::CableSizing;
use crate::route::problem::{Medium, Problem};
use crate::route::state::Route;
use crate::size::cable::{self, Ask, Choice, Offers, Place};
use crate::size::rating::row::{Circuits, Gains, Level, WarmPipe, Warmth, warmth};
use crate::size::rating::{CONDUCTOR_MAX_C, METHOD};

/// Passes after which what is settled stands; circuits never become fewer, so it is rarely reached.
const PASSES: u32 = 30;

/// How much cooler than the limit a connection is aimed, so that the passes close in on an end.
const AIM: f64 = 0.995;

/// Nominal diameters of the pipe pairs in an edge, in the order of their networks.
pub(super) type Pairs = BTreeMap<EdgeIndex, Vec<u32>>;

/// The cables of every connection and how warm they lie.
#[derive(Debug, Default)]
pub(super) struct Laid<'a> {
    /// Cables of each connection; none where it has none or nothing carries its current.
    pub(super) choices: Vec<Option<Choice<'a>>>,
    /// Where each of them is warmest.
    pub(super) warmest: Vec<Option<Spot>>,
}

/// The warmest stretch of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    warmth: Warmth,
    dry: Warmth,
    circuits: u32,
    pipe_heat_w_per_m: f64,
    at: Point,
}

/// Stretches with the same contents.
struct Row {
    users: Vec<usize>,
    pipes: Vec<WarmPipe>,
    edge: Option<EdgeIndex>,
}

/// Chooses cables until each carries its current in the heat that the others make. Each pass
/// changes only connections that are too warm, never to fewer circuits and, among as many, only to
/// a cable that carries more; so it ends.
pub(super) fn settle<'a>(
    catalogue: &'a Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
    pairs: &Pairs,
) -> Laid<'a> {
    let rows = rows(catalogue, demands, routes, pairs);
    let offers = [Service::LvPower, Service::MvPower].map(|service| Offers::new(catalogue, service));
    let pick = |index: usize, place: Place| {
        let demand = &demands.demands[index];
        let length_m = super::length(problem.graph, routes[index].as_ref());
        let ask =
            Ask { service: demand.service, kva: demand.load.value(), length_m, others: 0 };
        offers[usize::from(demand.service == Service::MvPower)].choose(&ask, place)
    };
    let mut choices: Vec<Option<Choice<'a>>> = (0..routes.len())
        .map(|index| {
            let is_laid = routes[index].is_some() && demands.demands[index].service.is_power();
            if is_laid { pick(index, Place::default()) } else { None }
        })
        .collect();
    let gains = Gains::of_trenches(&catalogue.rules);
    let wet = catalogue.rules.soil_k_m_per_w.value;
    for _pass in 0..PASSES {
        let spots = warmest(catalogue, demands, problem, &rows, &choices, (&gains, wet));
        let mut changed = false;
        for (index, spot) in spots.iter().enumerate() {
            let (Some(choice), Some(spot)) = (&choices[index], spot) else { continue };
            if spot.warmth.rated_a >= choice.current_a {
                continue;
            }
            let heat_k = fair_share(catalogue, &spot.warmth);
            let place = Place { heat_k, least_circuits: choice.circuits };
            choices[index] = pick(index, place);
            changed = true;
        }
        if !changed {
            break;
        }
    }
    let warmest = warmest(catalogue, demands, problem, &rows, &choices, (&gains, wet));
    for (index, (choice, spot)) in choices.iter_mut().zip(&warmest).enumerate() {
        let (Some(choice), Some(spot)) = (choice, spot) else { continue };
        choice.ampacity_a = spot.warmth.rated_a.min(choice.air_a);
        // What governs is asked anew for the heat there is in the end.
        let heat_k = spot.warmth.cables_k + spot.warmth.pipes_k;
        if let Some(free) = pick(index, Place { heat_k, least_circuits: 1 }) {
            choice.governs = free.governs;
        }
    }
    Laid { choices, warmest }
}

/// Heat of others that a connection should reckon with, if all circuits that make it too warm lose
/// less in the same proportion, K. Pipes do not.
fn fair_share(catalogue: &Catalogue, warmth: &Warmth) -> f64 {
    let rise_k = CONDUCTOR_MAX_C - catalogue.rules.soil_temperature_c.value;
    let room_k = rise_k - warmth.pipes_k - warmth.dielectric_k;
    let made_k = warmth.own_k + warmth.cables_k;
    if room_k <= 0.0 || made_k <= room_k {
        return warmth.pipes_k + warmth.cables_k;
    }
    warmth.pipes_k + AIM * warmth.cables_k * room_k / made_k
}

/// Stretches with power cables, those with the same contents once.
fn rows(
    catalogue: &Catalogue,
    demands: &Demands,
    routes: &[Option<Route>],
    pairs: &Pairs,
) -> Vec<Row> {
    let mut users: BTreeMap<EdgeIndex, Vec<usize>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let Some(route) = route.as_ref().filter(|_| demands.demands[index].service.is_power())
        else {
            continue;
        };
        for &edge in &route.edges {
            users.entry(edge).or_default().push(index);
        }
        // Ports that touch have no stretch between them; their cables lie alone.
        if route.edges.is_empty() {
            rows.push(Row { users: vec![index], pipes: Vec::new(), edge: None });
        }
    }
    let mut alike: BTreeMap<(Vec<usize>, &[u32]), EdgeIndex> = BTreeMap::new();
    for (edge, users) in users {
        let pairs: &[u32] = pairs.get(&edge).map_or(&[][..], Vec::as_slice);
        alike.entry((users, pairs)).or_insert(edge);
    }
    rows.extend(alike.into_iter().map(|((users, pairs), edge)| Row {
        users,
        pipes: warm_pipes(catalogue, pairs),
        edge: Some(edge),
    }));
    rows
}

/// The pipes of pairs that lie beside the circuits, one pair after the other.
fn warm_pipes(catalogue: &Catalogue, pairs: &[u32]) -> Vec<WarmPipe> {
    let rules = &catalogue.rules;
    let mut next_mm = rules.discipline_gap_mm.value;
    let mut out = Vec::new();
    for &dn in pairs {
        let size = catalogue
            .pipes
            .iter()
            .find(|pipe| pipe.dn == dn && pipe.material.contains("pre-insulated"));
        let Some(size) = size else { continue };
        let casing_mm = size.outer_mm + 2.0 * rules.pipe_insulation_mm.value;
        let supply_c = rules.water_supply_c.value;
        for (turn, water_c) in
            [supply_c, supply_c + rules.water_delta_k.value].into_iter().enumerate()
        {
            let before_mm = turn as f64 * (casing_mm + rules.pipe_gap_mm.value);
            let warmer_k = (water_c - rules.soil_temperature_c.value).max(0.0);
            out.push(WarmPipe {
                beyond_m: (next_mm + before_mm + casing_mm / 2.0) / 1000.0,
                depth_m: rules.pipe_cover_m.value + casing_mm / 2000.0,
                heat_w_per_m: size.u_w_per_mk.unwrap_or(0.0) * warmer_k,
            });
        }
        next_mm += 2.0 * casing_mm + rules.pipe_gap_mm.value;
    }
    out
}

/// For each connection the row in which it carries least.
fn warmest(
    catalogue: &Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    rows: &[Row],
    choices: &[Option<Choice<'_>>],
    (gains, wet): (&Gains, f64),
) -> Vec<Option<Spot>> {
    let rules = &catalogue.rules;
    let ground_c = rules.soil_temperature_c.value;
    let dry = rules.soil_dry_k_m_per_w.value.max(wet);
    let mut spots: Vec<Option<Spot>> = vec![None; choices.len()];
    for row in rows {
        let laid: Vec<(usize, Circuits)> = row
            .users
            .iter()
            .filter_map(|&user| {
                let choice = choices[user].as_ref()?;
                Some((user, in_row(demands.demands[user].service, choice)))
            })
            .collect();
        let circuits: Vec<Circuits> = laid.iter().map(|&(_, circuits)| circuits).collect();
        let in_all = circuits.iter().map(|group| group.count).sum::<u32>();
        let warm = warmth(&circuits, &row.pipes, gains, (wet, ground_c));
        let parched = warmth(&circuits, &row.pipes, gains, (dry, ground_c));
        for (&(user, _), (warmth, dry)) in laid.iter().zip(warm.into_iter().zip(parched)) {
            let spot = &mut spots[user];
            if spot.is_none_or(|known| warmth.rated_a < known.warmth.rated_a) {
                *spot = Some(Spot {
                    warmth,
                    dry,
                    circuits: in_all,
                    pipe_heat_w_per_m: row.pipes.iter().map(|pipe| pipe.heat_w_per_m).sum(),
                    at: row.edge.map_or(demands.demands[user].at, |edge| middle(problem, edge)),
                });
            }
        }
    }
    spots
}

fn in_row(service: Service, choice: &Choice<'_>) -> Circuits {
    Circuits {
        thermal: choice.thermal,
        level: Level::of(service),
        count: choice.circuits,
        current_a: choice.current_a / f64::from(choice.circuits.max(1)),
    }
}

/// A place about half way along an edge.
fn middle(problem: &Problem<'_>, edge: EdgeIndex) -> Point {
    let edge = &problem.graph.edges[edge as usize];
    match edge.path.as_slice() {
        [from, to] => Point { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
        path => path.get(path.len() / 2).copied().unwrap_or_default(),
    }
}

/// Pipe pairs as they would be sized by flow alone, for choices before pipes are settled.
pub(super) fn likely_pairs(problem: &Problem<'_>, routes: &[Option<Route>]) -> Pairs {
    let mut flows: BTreeMap<(EdgeIndex, usize), f64> = BTreeMap::new();
    for (commodity, route) in problem.commodities.iter().zip(routes) {
        if let (Medium::Pipe { flow, .. }, Some(route)) = (&commodity.medium, route) {
            for &edge in &route.edges {
                *flows.entry((edge, route.source)).or_default() += flow;
            }
        }
    }
    // Sums of the same flows recur along a run.
    let mut known: BTreeMap<u64, Option<u32>> = BTreeMap::new();
    let mut pairs = Pairs::new();
    for ((edge, _), flow) in flows {
        let dn = known.entry(flow.to_bits()).or_insert_with(|| {
            let size = problem.pipes.allowed(flow).start;
            problem.pipes.sizes.get(size).map(|size| size.dn)
        });
        pairs.entry(edge).or_default().extend(*dn);
    }
    pairs
}

/// What a report says of the cables of a connection, with the present value of their losses and
/// the cost no route can change.
pub(super) fn sizing(
    catalogue: &Catalogue,
    service: Service,
    (choice, spot): (&Choice<'_>, &Spot),
    length_m: f64,
) -> (CableSizing, f64, f64) {
    let rules = &catalogue.rules;
    let circuit_m = length_m * rules.cable_route_factor.value + rules.cable_end_allowance_m.value;
    let loss_w = choice.loss_w_per_m * circuit_m;
    let running = loss_w * rules.euros_per_watt() * rules.loss_share();
    let depth = match Level::of(service) {
        Level::Low => &rules.lv_cable_depth_m,
        Level::Medium => &rules.mv_cable_depth_m,
    };
    let alone = choice.alone_a * f64::from(choice.circuits);
    let (fault_ka, fault_ma2s) = cable::fault(catalogue, service, choice.current_a);
    let sizing = CableSizing {
        item: choice.item.clone(),
        conductor: choice.cable.conductor,
        section_mm2: choice.cable.section_mm2,
        circuits: choice.circuits,
        current_a: choice.current_a,
        ampacity_a: choice.ampacity_a,
        dry_ampacity_a: spot.dry.rated_a.min(choice.air_a),
        alone_a: choice.alone_a,
        grouping: if alone > 0.0 { choice.ampacity_a / alone } else { 0.0 },
        circuits_in_trench: spot.circuits,
        method: METHOD,
        soil_k_m_per_w: rules.soil_k_m_per_w.value,
        soil_c: rules.soil_temperature_c.value,
        depth_m: depth.value,
        spacing_mm: rules.circuit_pitch_mm.value,
        pipe_heat_w_per_m: spot.pipe_heat_w_per_m,
        neighbours_k: spot.warmth.cables_k,
        pipes_k: spot.warmth.pipes_k,
        conductor_c: spot.warmth.conductor_c,
        dry_conductor_c: spot.dry.conductor_c,
        warmest_mm: spot.at,
        drop_percent: choice.drop_percent,
        loss_kw: loss_w / 1000.0,
        fault_ka,
        fault_ma2s,
        withstand_ma2s: choice.withstand_ma2s,
        governs: choice.governs,
        circuit_m,
        source: choice.cable.source.clone(),
        confidence: choice.cable.confidence,
    };
    (sizing, running, choice.ends)
}
