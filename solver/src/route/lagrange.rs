//! A sharper bound: Lagrangian multipliers moved by the volume algorithm (Barahona and Anbil 2000).
//!
//! Four families of constraints of the relaxation in [`super::bound`] carry prices:
//!
//! ```text
//! f_ka ≤ y_e           w_ka ≥ 0   a connection uses only what is opened
//! Σ_k q_k f_ka ≤ u_e y_e   λ_e ≥ 0   what an edge can carry, out of its charges
//! Σ_k q_k f_ka ≤ u_e       ν_e ≥ 0   the same where it is opened anyway
//! Σ_k q_k s_kt ≤ U_t       μ_t ≥ 0   what a source and its unit can give
//! ```
//!
//! For given prices every connection takes its shortest path, so that
//!
//! ```text
//! L(w, λ, ν, μ) = Σ_k min_path Σ_a (c_ka + w_ka + (λ_e + ν_e) q_k) + q_k μ_t
//!                 − Σ_t U_t μ_t − Σ_e u_e ν_e − Σ_e excess_e
//! ```
//!
//! is a bound for any prices; `excess_e` is what `w` and `u_e λ_e` draw from the charges of an edge
//! beyond what these hold. The prices start from a dual ascent and move along the average of
//! the paths seen so far, always from the best prices known; then they are drawn back until no
//! charge is exceeded. The average is a near-optimal fractional plan.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::bound::{Charges, Dual};
use super::problem::Problem;

/// One price `w_ka` that is or was in use.
#[derive(Clone, Copy, Debug)]
struct Slot {
    commodity: u32,
    /// Twice the edge, plus one against its direction.
    arc: u32,
    best: f64,
    now: f64,
    /// How much of the connection the average plan sends over the arc.
    share: f64,
    /// Whether the latest paths use it.
    used: bool,
}

/// The price of a capacity, in EUR for all of it.
#[derive(Clone, Copy, Debug)]
struct Price {
    limit: f64,
    best: f64,
    now: f64,
    /// Part of the limit that the average plan uses.
    share: f64,
    used: f64,
}

impl Price {
    fn new(limit: f64) -> Self {
        Self { limit, best: 0.0, now: 0.0, share: 0.0, used: 0.0 }
    }

    fn binds(&self) -> bool {
        self.limit.is_finite() && self.limit > 0.0
    }

    /// For a unit of what passes.
    fn per_unit(&self) -> f64 {
        if self.now > 0.0 { self.now / self.limit } else { 0.0 }
    }
}

/// A capacity of a source or unit in one of its forms.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// 0 takes sizes as they are. Form `k` is a dual-feasible function (Fekete and Schepers 2001):
    /// what fits together still fits when every share `x` of the capacity is replaced by
    /// `⌊(k + 1) x⌋ / k`, so two thirds of a transformer count as all of it.
    form: u32,
    limit: f64,
    price: Price,
}

/// Most forms of a capacity that are looked at.
const FORMS: u32 = 4;

impl Room {
    /// Adds the forms of a capacity that mean something for connections of these sizes.
    fn list(limit: f64, sizes: &BTreeSet<u64>, rooms: &mut Vec<Self>, numbers: &mut Vec<u32>) {
        if !limit.is_finite() || limit <= 0.0 {
            return;
        }
        for form in 0..=FORMS {
            let room = Self { form, limit, price: Price::new(1.0) };
            let says_more = sizes.iter().any(|&bits| {
                let size = f64::from_bits(bits);
                room.weight(size) > size / limit + 1e-9
            });
            if form == 0 || says_more {
                numbers.push(u32::try_from(rooms.len()).unwrap_or(u32::MAX));
                rooms.push(room);
            }
        }
    }

    /// Part of it that a connection takes.
    fn weight(&self, size: f64) -> f64 {
        let part = size / self.limit;
        if self.form == 0 {
            return part;
        }
        let steps = part * f64::from(self.form + 1);
        // Whole steps stand for themselves; rounding must not make two halves too much.
        if (steps - steps.round()).abs() < 1e-4 {
            part
        } else {
            (steps.floor() / f64::from(self.form)).min(1.0)
        }
    }
}

/// Prices in motion.
#[derive(Debug)]
pub struct Lagrangian<'a> {
    problem: &'a Problem<'a>,
    charges: &'a Charges,
    slots: Vec<Slot>,
    of_commodity: Vec<Vec<u32>>,
    of_edge: Vec<Vec<u32>>,
    /// Prices of what an edge can carry, paid out of its charges.
    edges: Vec<Price>,
    /// The same where it is opened anyway.
    ceilings: Vec<Price>,
    rooms: Vec<Room>,
    /// What a connection to each source takes room in.
    rooms_of: Vec<Vec<u32>>,
    /// `L` at the best prices.
    value: f64,
    /// What is proved: that, or the ascent before it, which need not tell sizes apart because it
    /// leaves capacities out.
    bound: f64,
    /// Share of the way to the incumbent that a step aims at.
    reach: f64,
    failures: u32,
    /// Weight of the latest paths in the average.
    weight: f64,
    /// Rounds done.
    pub rounds: u64,
}

/// What a connection does at given prices.
#[derive(Clone, Debug, Default)]
struct Answer {
    value: f64,
    arcs: Vec<u32>,
    source: Option<usize>,
}

/// Failed rounds after which steps become shorter.
const PATIENCE: u32 = 12;
/// How much larger the prices of rooms are than those of edges.
const ROOM_SCALE: f64 = 30.0;
/// Connections from which on the paths are sought by several threads.
const MANY: usize = 32;

impl<'a> Lagrangian<'a> {
    /// Prices that start from what an ascent found.
    pub fn new(problem: &'a Problem<'a>, charges: &'a Charges, start: Option<&Dual<'a>>) -> Self {
        let commodities = problem.commodities.len();
        let mut lagrangian = Self {
            problem,
            charges,
            slots: Vec::new(),
            of_commodity: vec![Vec::new(); commodities],
            of_edge: vec![Vec::new(); problem.graph.edges.len()],
            edges: charges.capacity.iter().map(|&limit| Price::new(limit)).collect(),
            ceilings: charges.capacity.iter().map(|&limit| Price::new(limit)).collect(),
            rooms: Vec::new(),
            rooms_of: vec![Vec::new(); problem.unit_of.len()],
            value: 0.0,
            bound: start.map_or(0.0, Dual::proof),
            reach: 0.5,
            failures: 0,
            weight: 1.0,
            rounds: 0,
        };
        lagrangian.find_rooms();
        if let Some(start) = start {
            for commodity in 0..commodities {
                for (edge, sides) in start.consumption(commodity) {
                    for (side, consumed) in sides.into_iter().enumerate() {
                        if consumed > 0.0 {
                            let slot = lagrangian.slot(commodity, arc(edge, side));
                            lagrangian.slots[slot].best = consumed;
                            lagrangian.slots[slot].now = consumed;
                        }
                    }
                }
            }
        }
        lagrangian.draw_back();
        let answers = lagrangian.ask();
        lagrangian.value = lagrangian.value(&answers);
        lagrangian.bound = lagrangian.bound.max(lagrangian.value);
        lagrangian.take_average(&answers);
        lagrangian.keep();
        lagrangian.weight = 0.1;
        lagrangian
    }

    /// The best bound so far, EUR.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// Part of each connection that the average plan sends over each edge, summed.
    pub fn use_of_edges(&self) -> Vec<f64> {
        let mut used = vec![0.0; self.of_edge.len()];
        for slot in &self.slots {
            used[slot.arc as usize / 2] += slot.share;
        }
        used
    }

    /// One step towards better prices; `incumbent` is the cost of a known plan. Returns whether
    /// steps are still long enough to matter.
    pub fn round(&mut self, incumbent: f64) -> bool {
        let room = (incumbent - self.value).max(1e-4 * incumbent.abs());
        let size = self.violation();
        if size <= 0.0 {
            return false;
        }
        let step = self.reach * room / size;
        for slot in &mut self.slots {
            slot.now = slot.best + step * slot.share;
        }
        for edge in self.edges.iter_mut().filter(|edge| edge.binds()) {
            edge.now = edge.best + step * edge.share;
        }
        let rooms = self.rooms.iter_mut().map(|room| &mut room.price);
        for price in self.ceilings.iter_mut().filter(|edge| edge.binds()).chain(rooms) {
            price.now = (price.best + ROOM_SCALE * step * (price.share - 1.0)).max(0.0);
        }
        self.draw_back();
        let answers = self.ask();
        let value = self.value(&answers);
        self.take_average(&answers);
        self.rounds += 1;
        if value > self.value {
            let gained = value - self.value;
            self.value = value;
            self.bound = self.bound.max(value);
            self.keep();
            self.failures = 0;
            if gained > 0.01 * room {
                self.reach = (self.reach * 1.1).min(1.5);
            }
        } else {
            self.failures += 1;
            if self.failures >= PATIENCE {
                self.failures = 0;
                self.reach *= 0.7;
                self.weight = (self.weight * 0.9).max(0.01);
            }
        }
        self.reach > 1e-4
    }

    /// Lists the capacities that can bind, each in every form that says more than the plain one.
    fn find_rooms(&mut self) {
        let problem = self.problem;
        let mut sizes: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); problem.unit_of.len()];
        for commodity in &problem.commodities {
            for target in &commodity.targets {
                sizes[target.source].insert(commodity.size.to_bits());
            }
        }
        let mut of_unit = vec![BTreeSet::new(); problem.unit_capacity.len()];
        for (source, sizes) in sizes.iter().enumerate() {
            of_unit[problem.unit_of[source]].extend(sizes);
        }
        let mut known: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (source, (&unit, sizes)) in problem.unit_of.iter().zip(&sizes).enumerate() {
            if let std::collections::btree_map::Entry::Vacant(entry) = known.entry(unit) {
                let mut rooms = Vec::new();
                Room::list(
                    problem.unit_capacity[unit],
                    &of_unit[unit],
                    &mut self.rooms,
                    &mut rooms,
                );
                entry.insert(rooms);
            }
            self.rooms_of[source].clone_from(&known[&unit]);
            if problem.source_capacity[source] < problem.unit_capacity[unit] {
                let rooms = &mut self.rooms_of[source];
                let limit = problem.source_capacity[source];
                Room::list(limit, sizes, &mut self.rooms, rooms);
            }
        }
    }

    fn slot(&mut self, commodity: usize, arc: u32) -> usize {
        let number = self.slots.len();
        self.slots.push(Slot {
            commodity: u32::try_from(commodity).unwrap_or(u32::MAX),
            arc,
            best: 0.0,
            now: 0.0,
            share: 0.0,
            used: false,
        });
        let short = u32::try_from(number).unwrap_or(u32::MAX);
        self.of_commodity[commodity].push(short);
        self.of_edge[arc as usize / 2].push(short);
        number
    }

    /// Squared length of the direction of a step, as far as it is not drawn back at once.
    fn violation(&self) -> f64 {
        let mut size = 0.0;
        for slots in &self.of_edge {
            // What is opened as far as its most eager user wants costs those users nothing.
            let shares = || slots.iter().map(|&slot| self.slots[slot as usize].share);
            let (count, sum) = shares().fold((0.0, 0.0), |(n, sum), share| (n + 1.0, sum + share));
            let mean = if count > 0.0 { sum / count } else { 0.0 };
            size +=
                shares().map(|share| (share - mean) * (share - mean) + 0.1 * share).sum::<f64>();
        }
        let edges = self.edges.iter().filter(|edge| edge.binds());
        size += edges.map(|edge| edge.share * edge.share).sum::<f64>();
        let rooms = self.rooms.iter().map(|room| &room.price);
        for price in self.ceilings.iter().filter(|edge| edge.binds()).chain(rooms) {
            let lack = price.share - 1.0;
            if lack > 0.0 || price.best > 0.0 {
                size += ROOM_SCALE * lack * lack;
            }
        }
        size
    }

    fn keep(&mut self) {
        for slot in &mut self.slots {
            slot.best = slot.now;
        }
        for price in all_prices(&mut self.edges, &mut self.ceilings, &mut self.rooms) {
            price.best = price.now;
        }
    }

    /// Draws the prices of every edge back to the nearest ones that its charges hold.
    fn draw_back(&mut self) {
        for edge in 0..self.of_edge.len() {
            if self.of_edge[edge].is_empty() && self.edges[edge].now <= 0.0 {
                continue;
            }
            let mut tariff = Tariff::of(self, edge);
            let capacity = self.edges[edge].now;
            let trench = self.charges.trench[edge];
            if tariff.drawn() + capacity <= trench {
                continue;
            }
            tariff.set_levels();
            let highest = tariff.highest().max(capacity);
            let level = root(highest, |level| {
                tariff.beyond_gaps(level) + (capacity - level).max(0.0) - trench
            });
            self.edges[edge].now = (capacity - level).max(0.0);
            for class in &tariff.classes {
                let lowered = level.min(tariff.levels[class.discipline]).min(class.level);
                if lowered <= 0.0 {
                    continue;
                }
                for size in &class.sizes {
                    let most = size.drawn(lowered);
                    for prices in &size.sides {
                        // The direction that draws less is lowered only as far as it must be.
                        let lowered = level_of(prices, most).min(lowered);
                        for &(slot, _, _) in prices {
                            let price = &mut self.slots[slot as usize].now;
                            *price = (*price - lowered).max(0.0);
                        }
                    }
                }
            }
        }
    }

    /// What the prices of an edge draw beyond its charges.
    fn excess(&self, edge: usize) -> f64 {
        if self.of_edge[edge].is_empty() && self.edges[edge].now <= 0.0 {
            return 0.0;
        }
        let drawn = Tariff::of(self, edge).drawn() + self.edges[edge].now;
        (drawn - self.charges.trench[edge]).max(0.0)
    }

    /// `L` at the present prices.
    fn value(&self, answers: &[Answer]) -> f64 {
        let paths: f64 = answers.iter().map(|answer| answer.value).sum();
        let excess: f64 = (0..self.of_edge.len()).map(|edge| self.excess(edge)).sum();
        let rooms = self.rooms.iter().map(|room| &room.price);
        let capacities: f64 = self.ceilings.iter().chain(rooms).map(|price| price.now).sum();
        paths - excess - capacities + self.charges.constant
    }

    fn take_average(&mut self, answers: &[Answer]) {
        for price in all_prices(&mut self.edges, &mut self.ceilings, &mut self.rooms) {
            price.used = 0.0;
        }
        let edges = self.problem.graph.edges.len();
        let mut slot_of = vec![u32::MAX; 2 * edges];
        for (commodity, answer) in answers.iter().enumerate() {
            for &slot in &self.of_commodity[commodity] {
                slot_of[self.slots[slot as usize].arc as usize] = slot;
            }
            let size = self.problem.commodities[commodity].size;
            for &arc in &answer.arcs {
                let slot = match slot_of[arc as usize] {
                    u32::MAX => self.slot(commodity, arc),
                    known => known as usize,
                };
                self.slots[slot].used = true;
                for prices in [&mut self.edges, &mut self.ceilings] {
                    let edge = &mut prices[arc as usize / 2];
                    edge.used += if edge.binds() { size / edge.limit } else { 0.0 };
                }
            }
            for &room in answer.source.iter().flat_map(|&source| &self.rooms_of[source]) {
                let room = &mut self.rooms[room as usize];
                room.price.used += room.weight(size);
            }
            for &slot in &self.of_commodity[commodity] {
                slot_of[self.slots[slot as usize].arc as usize] = u32::MAX;
            }
        }
        let weight = self.weight;
        for slot in &mut self.slots {
            let latest = if slot.used { 1.0 } else { 0.0 };
            slot.share += weight * (latest - slot.share);
            slot.used = false;
        }
        for price in all_prices(&mut self.edges, &mut self.ceilings, &mut self.rooms) {
            price.share += weight * (price.used - price.share);
        }
    }

    /// The shortest path of every connection at the present prices.
    fn ask(&self) -> Vec<Answer> {
        let count = self.problem.commodities.len();
        let mut answers = vec![Answer::default(); count];
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if count < MANY { 1 } else { threads.min(8) };
        let share = count.div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            for (number, part) in answers.chunks_mut(share).enumerate() {
                let mut work = move || {
                    let mut finder = Finder::new(self.problem);
                    for (offset, answer) in part.iter_mut().enumerate() {
                        *answer = self.shortest(number * share + offset, &mut finder);
                    }
                };
                if threads == 1 {
                    work();
                } else {
                    scope.spawn(work);
                }
            }
        });
        answers
    }

    fn shortest(&self, commodity: usize, finder: &mut Finder) -> Answer {
        let own = &self.problem.commodities[commodity];
        let Some(start) = own.node else { return Answer::default() };
        let graph = self.problem.graph;
        for &slot in &self.of_commodity[commodity] {
            let slot = &self.slots[slot as usize];
            finder.extra[slot.arc as usize] = slot.now;
        }
        for target in &own.targets {
            let price: f64 = self.rooms_of[target.source]
                .iter()
                .map(|&room| &self.rooms[room as usize])
                .map(|room| room.price.now * room.weight(own.size))
                .sum();
            let known = finder.goal[target.node as usize];
            if known.is_none_or(|(least, _)| price < least) {
                finder.goal[target.node as usize] = Some((price, target.source));
            }
        }
        let per_m = self.charges.per_m[commodity];
        finder.distance[start as usize] = 0.0;
        finder.touched.push(start);
        finder.heap.push(Reverse((0.0_f64.to_bits(), start)));
        let mut best: Option<(f64, u32, usize)> = None;
        while let Some(Reverse((bits, node))) = finder.heap.pop() {
            let so_far = f64::from_bits(bits);
            if best.is_some_and(|(least, ..)| so_far >= least) {
                break;
            }
            if so_far > finder.distance[node as usize] {
                continue;
            }
            if let Some((price, source)) = finder.goal[node as usize]
                && best.is_none_or(|(least, ..)| so_far + price < least)
            {
                best = Some((so_far + price, node, source));
            }
            for &(edge, next) in &graph.adjacent[node as usize] {
                if !self.problem.may_use(commodity, edge) {
                    continue;
                }
                let side = usize::from(graph.edges[edge as usize].ends[0] != node);
                let arc = arc(edge as usize, side);
                let capacity =
                    self.edges[edge as usize].per_unit() + self.ceilings[edge as usize].per_unit();
                let ahead = so_far
                    + per_m * self.problem.prices[edge as usize].length
                    + finder.extra[arc as usize]
                    + capacity * own.size;
                let slot = next as usize;
                if ahead < finder.distance[slot] {
                    if finder.distance[slot].is_infinite() {
                        finder.touched.push(next);
                    }
                    finder.distance[slot] = ahead;
                    finder.via[slot] = (arc, node);
                    finder.heap.push(Reverse((ahead.to_bits(), next)));
                }
            }
        }
        let answer = best.map_or_else(Answer::default, |(value, end, source)| {
            let mut arcs = Vec::new();
            let mut node = end;
            while node != start {
                let (arc, before) = finder.via[node as usize];
                arcs.push(arc);
                node = before;
            }
            Answer { value, arcs, source: Some(source) }
        });
        for &slot in &self.of_commodity[commodity] {
            finder.extra[self.slots[slot as usize].arc as usize] = 0.0;
        }
        for target in &own.targets {
            finder.goal[target.node as usize] = None;
        }
        finder.clear();
        answer
    }
}

/// A price on an edge: slot, price, and the most of the connection that fits.
type Drawn = (u32, f64, f64);

/// The prices on one edge of connections alike in class and size, by direction. Two of them never
/// need to meet head-on: each could go on where the other came from, into the same room.
#[derive(Debug)]
struct OfSize {
    size: u64,
    sides: [Vec<Drawn>; 2],
}

impl OfSize {
    /// What the direction that draws more draws when every price is lowered.
    fn drawn(&self, lowered: f64) -> f64 {
        let [ahead, back] = [0, 1].map(|side| sum_above(&self.sides[side], lowered));
        ahead.max(back)
    }
}

/// The prices on one edge of a class.
#[derive(Debug)]
struct OfClass {
    class: usize,
    discipline: usize,
    /// What its pipes hold.
    own: f64,
    sizes: Vec<OfSize>,
    /// By how much to lower the prices so that its pipes hold them.
    level: f64,
}

impl OfClass {
    /// What it draws when every price is lowered.
    fn drawn(&self, lowered: f64) -> f64 {
        self.sizes.iter().map(|sizes| sizes.drawn(lowered)).sum()
    }

    /// What it draws beyond its own pipes.
    fn beyond_pipes(&self, lowered: f64) -> f64 {
        (self.drawn(lowered.min(self.level)) - self.own).max(0.0)
    }

    fn prices(&self) -> impl Iterator<Item = f64> + '_ {
        self.sizes.iter().flat_map(|size| size.sides.iter().flatten()).map(|(_, price, _)| *price)
    }
}

/// Everything that draws on the charges of one edge.
#[derive(Debug)]
struct Tariff {
    classes: Vec<OfClass>,
    gap: f64,
    /// By how much to lower the prices of a discipline so that its gap holds them.
    levels: [f64; 3],
}

impl Tariff {
    fn of(prices: &Lagrangian<'_>, edge: usize) -> Self {
        let charges = prices.charges;
        let limit = prices.edges[edge].limit;
        let length = prices.problem.prices[edge].length;
        let mut classes: Vec<OfClass> = Vec::new();
        for &number in &prices.of_edge[edge] {
            let slot = &prices.slots[number as usize];
            if slot.now <= 0.0 {
                continue;
            }
            let commodity = &prices.problem.commodities[slot.commodity as usize];
            // No more than the capacity of an edge can be sent over it.
            let drawn = (number, slot.now, (limit / commodity.size).min(1.0));
            let class = commodity.class;
            let place = classes.iter().position(|known| known.class == class);
            let place = place.unwrap_or_else(|| {
                classes.push(OfClass {
                    class,
                    discipline: charges.discipline[class],
                    own: charges.pipe[class] * length,
                    sizes: Vec::new(),
                    level: 0.0,
                });
                classes.len() - 1
            });
            let (size, sizes) = (commodity.size.to_bits(), &mut classes[place].sizes);
            let place = sizes.iter().position(|known| known.size == size).unwrap_or_else(|| {
                sizes.push(OfSize { size, sides: [Vec::new(), Vec::new()] });
                sizes.len() - 1
            });
            sizes[place].sides[slot.arc as usize % 2].push(drawn);
        }
        Self { classes, gap: charges.gap[edge], levels: [0.0; 3] }
    }

    /// What the prices as they are draw beyond pipes and gaps.
    fn drawn(&self) -> f64 {
        let mut needed = [0.0_f64; 3];
        for class in &self.classes {
            needed[class.discipline] += (class.drawn(0.0) - class.own).max(0.0);
        }
        needed.into_iter().map(|needed| (needed - self.gap).max(0.0)).sum()
    }

    /// Finds how far pipes and gaps alone call for lower prices.
    fn set_levels(&mut self) {
        for class in &mut self.classes {
            let highest = class.prices().fold(0.0, f64::max);
            class.level = root(highest, |level| class.drawn(level) - class.own);
        }
        let (highest, gap) = (self.highest(), self.gap);
        for discipline in 0..3 {
            self.levels[discipline] = root(highest, |level| self.needed(discipline, level) - gap);
        }
    }

    fn highest(&self) -> f64 {
        self.classes.iter().flat_map(OfClass::prices).fold(0.0, f64::max)
    }

    /// What a discipline draws beyond its pipes.
    fn needed(&self, discipline: usize, lowered: f64) -> f64 {
        let own = self.classes.iter().filter(|class| class.discipline == discipline);
        own.map(|class| class.beyond_pipes(lowered)).sum()
    }

    /// What all disciplines draw beyond pipes and gaps.
    fn beyond_gaps(&self, lowered: f64) -> f64 {
        (0..3)
            .map(|discipline| {
                let lowered = lowered.min(self.levels[discipline]);
                (self.needed(discipline, lowered) - self.gap).max(0.0)
            })
            .sum()
    }
}

fn sum_above(prices: &[Drawn], lowered: f64) -> f64 {
    prices.iter().map(|(_, price, most)| (price - lowered).max(0.0) * most).sum()
}

/// The smallest amount by which to lower prices so that together they draw no more than `budget`.
fn level_of(prices: &[Drawn], budget: f64) -> f64 {
    let highest = prices.iter().map(|(_, price, _)| *price).fold(0.0, f64::max);
    root(highest, |level| sum_above(prices, level) - budget)
}

/// The least level from 0 at which a falling excess is gone, to a hair on the safe side.
fn root(highest: f64, excess: impl Fn(f64) -> f64) -> f64 {
    if excess(0.0) <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, highest);
    for _halving in 0..40 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
        if high - low < 1e-7 * highest {
            break;
        }
    }
    high
}

fn all_prices<'p>(
    edges: &'p mut [Price],
    ceilings: &'p mut [Price],
    rooms: &'p mut [Room],
) -> impl Iterator<Item = &'p mut Price> {
    edges.iter_mut().chain(ceilings).chain(rooms.iter_mut().map(|room| &mut room.price))
}

fn arc(edge: usize, side: usize) -> u32 {
    u32::try_from(2 * edge + side).unwrap_or(u32::MAX)
}

/// Reusable memory of a path search.
#[derive(Debug)]
struct Finder {
    extra: Vec<f64>,
    goal: Vec<Option<(f64, usize)>>,
    distance: Vec<f64>,
    via: Vec<(u32, u32)>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Finder {
    fn new(problem: &Problem<'_>) -> Self {
        let (nodes, edges) = (problem.graph.nodes.len(), problem.graph.edges.len());
        Self {
            extra: vec![0.0; 2 * edges],
            goal: vec![None; nodes],
            distance: vec![f64::INFINITY; nodes],
            via: vec![(0, 0); nodes],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    fn clear(&mut self) {
        for node in self.touched.drain(..) {
            self.distance[node as usize] = f64::INFINITY;
        }
        self.heap.clear();
    }
}
