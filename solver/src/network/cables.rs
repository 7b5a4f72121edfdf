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
const PASSES: u32 = 40;

/// Passes in which a connection takes the smallest step; later ones take what heat there is.
const SMALL_STEPS: u32 = 12;

/// Heat beyond what a cable bears that makes the next choice another one, K.
const STEP_K: f64 = 1.0;

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

/// Chooses cables until each carries its current in the heat that the others make.
///
/// Every connection starts as if it were alone. Then, the worst first, each that is too warm takes
/// the next choice that bears a little more heat, and its neighbours are looked at again, because
/// it now warms them less. Circuits never become fewer and among as many a cable only gives way to
/// one that carries more; so this ends.
pub(super) fn settle<'a>(
    catalogue: &'a Catalogue,
    demands: &Demands,
    problem: &Problem<'_>,
    routes: &[Option<Route>],
    pairs: &Pairs,
) -> Laid<'a> {
    let rows = rows(catalogue, demands, routes, pairs);
    let offers =
        [Service::LvPower, Service::MvPower].map(|service| Offers::new(catalogue, service));
    let pick = |index: usize, place: Place| {
        let demand = &demands.demands[index];
        let length_m = super::length(problem.graph, routes[index].as_ref());
        let ask = Ask { service: demand.service, kva: demand.load.value(), length_m, others: 0 };
        offers[usize::from(demand.service == Service::MvPower)].choose(&ask, place)
    };
    let mut choices: Vec<Option<Choice<'a>>> = (0..routes.len())
        .map(|index| {
            let is_laid = routes[index].is_some() && demands.demands[index].service.is_power();
            if is_laid { pick(index, Place::default()) } else { None }
        })
        .collect();
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); routes.len()];
    for (number, row) in rows.iter().enumerate() {
        for &user in &row.users {
            rows_of[user].push(number);
        }
    }
    let ground = Ground::new(catalogue);
    let wet = catalogue.rules.soil_k_m_per_w.value;
    let look = |row: &Row, choices: &[Option<Choice<'_>>]| ground.look(demands, row, choices, wet);
    let mut warm: Vec<Warm> = rows.iter().map(|row| look(row, &choices)).collect();
    for pass in 0..PASSES {
        let mut hot: Vec<(f64, usize)> = (0..routes.len())
            .filter_map(|index| {
                let current_a = choices[index].as_ref()?.current_a;
                let (_, warmth) = warmest(&rows_of[index], &warm, index)?;
                (warmth.rated_a < current_a).then_some((warmth.rated_a / current_a, index))
            })
            .collect();
        if hot.is_empty() {
            break;
        }
        hot.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, index) in hot {
            let found = warmest(&rows_of[index], &warm, index);
            let (Some(choice), Some((_, warmth))) = (&choices[index], found) else { continue };
            if warmth.rated_a >= choice.current_a {
                continue;
            }
            let room_k = ground.rise_k - warmth.pipes_k - warmth.dielectric_k;
            let borne_k = (room_k - warmth.own_k).max(0.0);
            let step_k = if pass < SMALL_STEPS { borne_k + STEP_K } else { f64::INFINITY };
            let heat_k = warmth.pipes_k + warmth.cables_k.min(step_k);
            let place = Place { heat_k, least_circuits: choice.circuits };
            choices[index] = pick(index, place);
            for &number in &rows_of[index] {
                warm[number] = look(&rows[number], &choices);
            }
        }
    }
    let dry = catalogue.rules.soil_dry_k_m_per_w.value.max(wet);
    let mut spots = Vec::with_capacity(routes.len());
    for (index, own_rows) in rows_of.iter().enumerate() {
        let found = warmest(own_rows, &warm, index);
        let (Some(choice), Some((number, warmth))) = (choices[index].as_mut(), found) else {
            spots.push(None);
            continue;
        };
        choice.ampacity_a = warmth.rated_a.min(choice.air_a);
        // What governs is asked anew for the heat there is in the end.
        let heat_k = warmth.cables_k + warmth.pipes_k;
        if let Some(free) = pick(index, Place { heat_k, least_circuits: 1 }) {
            choice.governs = free.governs;
        }
        let row = &rows[number];
        let parched = ground.look(demands, row, &choices, dry);
        spots.push(Some(Spot {
            warmth,
            dry: of_user(&parched, index).unwrap_or(warmth),
            circuits: row
                .users
                .iter()
                .filter_map(|&user| choices[user].as_ref())
                .map(|choice| choice.circuits)
                .sum(),
            pipe_heat_w_per_m: row.pipes.iter().map(|pipe| pipe.heat_w_per_m).sum(),
            at: row.edge.map_or(demands.demands[index].at, |edge| middle(problem, edge)),
        }));
    }
    Laid { choices, warmest: spots }
}

/// How warm the connections in a row are, by index.
type Warm = Vec<(usize, Warmth)>;

/// The ground all cables lie in.
struct Ground {
    gains: Gains,
    temperature_c: f64,
    /// What a conductor may be warmer than it, K.
    rise_k: f64,
}

impl Ground {
    fn new(catalogue: &Catalogue) -> Self {
        let temperature_c = catalogue.rules.soil_temperature_c.value;
        let gains = Gains::of_trenches(&catalogue.rules);
        Self { gains, temperature_c, rise_k: CONDUCTOR_MAX_C - temperature_c }
    }

    /// Works out a row in soil of that thermal resistivity.
    fn look(
        &self,
        demands: &Demands,
        row: &Row,
        choices: &[Option<Choice<'_>>],
        resistivity: f64,
    ) -> Warm {
        let (users, circuits): (Vec<usize>, Vec<Circuits>) = row
            .users
            .iter()
            .filter_map(|&user| {
                let choice = choices[user].as_ref()?;
                Some((user, in_row(demands.demands[user].service, choice)))
            })
            .unzip();
        let ground = (resistivity, self.temperature_c);
        users.into_iter().zip(warmth(&circuits, &row.pipes, &self.gains, ground)).collect()
    }
}

/// The row of a connection in which it carries least, by number.
fn warmest(rows: &[usize], warm: &[Warm], user: usize) -> Option<(usize, Warmth)> {
    rows.iter()
        .filter_map(|&number| Some((number, of_user(&warm[number], user)?)))
        .min_by(|a, b| a.1.rated_a.total_cmp(&b.1.rated_a))
}

/// The entry of a connection; entries are in the order of the connections.
fn of_user(warm: &[(usize, Warmth)], user: usize) -> Option<Warmth> {
    let place = warm.binary_search_by_key(&user, |&(index, _)| index).ok()?;
    Some(warm[place].1)
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
        [from, to] => Point { x: from.x.midpoint(to.x), y: from.y.midpoint(to.y) },
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
        own_k: spot.warmth.own_k,
        dielectric_k: spot.warmth.dielectric_k,
        neighbours_k: spot.warmth.cables_k,
        pipes_k: spot.warmth.pipes_k,
        air_a: choice.air_a,
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
