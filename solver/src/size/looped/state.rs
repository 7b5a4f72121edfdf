//! Heads and flows of a network while its diameters change.
//!
//! The global gradient algorithm (Todini and Pilati 1988), started from the flows of the plan
//! before. With conductances `g = 1 / h'(q)` and the incidence `b` of each arc, `A = Σ g b bᵀ`
//! balances the demands, and its factor also answers what another diameter would do: all heads
//! move along `x = A⁻¹ b`.

use crate::size::layout::{Law, Layout, Place};
use crate::sparse::{Factor, Pattern};

/// What stays the same, or nearly so, during a search.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) layout: &'a Layout,
    /// Least head of each place with what is kept to spare; none at a source.
    pub(super) least: Vec<Option<f64>>,
    /// Most head of each place.
    pub(super) most: Vec<f64>,
    /// What each arc may become, cheap to dear; each carries more than the one before.
    pub(super) grades: Vec<Vec<Grade>>,
    /// Unknown of each place; none at a source.
    pub(super) unknown: Vec<Option<usize>>,
    pattern: Pattern,
    slots: Vec<Slots>,
}

/// A choice worth looking at.
#[derive(Debug)]
pub(super) struct Grade {
    /// Its index in the layout.
    pub(super) choice: usize,
    /// Its cost for the whole arc.
    pub(super) cost: f64,
    pub(super) law: Law,
    /// Flow at the highest speed, m³/s.
    pub(super) most_flow: f64,
}

/// Where an arc enters the system.
#[derive(Clone, Copy, Debug)]
struct Slots {
    from: Option<usize>,
    to: Option<usize>,
    across: Option<[usize; 2]>,
}

/// Diameters with the flows and heads that follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Grade of each arc.
    pub(super) grades: Vec<usize>,
    pub(super) flow: Vec<f64>,
    pub(super) head: Vec<f64>,
    /// Flow over loss of each arc, for small changes.
    pub(super) conductance: Vec<f64>,
    /// Head lost along each arc, m.
    pub(super) loss: Vec<f64>,
    pub(super) cost: f64,
    /// Sum of what heads and speeds miss; infinite where the flows did not settle.
    pub(super) miss: f64,
}

/// Room for the numbers of one system.
#[derive(Debug)]
pub(super) struct Bench {
    factor: Factor<1>,
    /// Right side, then answer, by unknown.
    pub(super) side: Vec<[f64; 1]>,
}

/// Head kept to spare, so that rounding elsewhere does not turn a plan down, m.
const SPARE: f64 = 2e-4;
/// Share by which flows still change when they have settled.
const SETTLED: f64 = 1e-7;
/// Rounds after which they never will.
const MOST_ROUNDS: u32 = 80;
/// What it counts to be too fast by the whole allowed speed, m of head.
const SPEED_WEIGHT: f64 = 10.0;
/// Misses below this are rounding, m.
pub(super) const ROUNDING: f64 = 1e-9;
/// Gradient at which flows start, m/m.
const FIRST_GRADIENT: f64 = 0.003;

impl<'a> Case<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        let mut count = 0;
        let unknown: Vec<Option<usize>> = layout
            .places
            .iter()
            .map(|place| match place {
                Place::Source { .. } => None,
                Place::Consumer { .. } => {
                    count += 1;
                    Some(count - 1)
                }
            })
            .collect();
        let ends: Vec<_> =
            layout.arcs.iter().map(|arc| (unknown[arc.from], unknown[arc.to])).collect();
        let both = ends.iter().filter_map(|&(from, to)| from.zip(to));
        let pattern = Pattern::new(count, both);
        let slots = ends.iter().map(|&(from, to)| Slots {
            from: from.and_then(|from| pattern.slot(from, from)),
            to: to.and_then(|to| pattern.slot(to, to)),
            across: from
                .zip(to)
                .and_then(|(from, to)| pattern.slot(from, to).zip(pattern.slot(to, from)))
                .map(|(forth, back)| [forth, back]),
        });
        let slots = slots.collect();
        let least = layout.places.iter().map(|place| match *place {
            Place::Source { .. } => None,
            Place::Consumer { head_min_m, .. } => Some(head_min_m + SPARE),
        });
        let most = layout.places.iter().map(|place| match *place {
            Place::Source { .. } => f64::INFINITY,
            Place::Consumer { head_max_m, .. } => head_max_m - SPARE,
        });
        let typical: f64 = layout.places.iter().map(|place| place.taken().abs()).sum();
        Self {
            layout,
            least: least.collect(),
            most: most.collect(),
            grades: (0..layout.arcs.len()).map(|arc| grades(layout, arc, typical)).collect(),
            unknown,
            pattern,
            slots,
        }
    }

    pub(super) fn bench(&self) -> Bench {
        Bench { factor: Factor::new(&self.pattern), side: vec![[0.0]; self.pattern.unknowns()] }
    }

    /// A plan with given grades, flows not settled yet.
    pub(super) fn plan(&self, grades: Vec<usize>) -> Plan {
        let flow = |(arc, &grade): (usize, &usize)| {
            self.grades[arc][grade].law.flow(FIRST_GRADIENT * self.layout.arcs[arc].length_m)
        };
        let head = self.layout.places.iter().map(|place| match *place {
            Place::Source { head_m } => head_m,
            Place::Consumer { .. } => 0.0,
        });
        Plan {
            flow: grades.iter().enumerate().map(flow).collect(),
            head: head.collect(),
            conductance: vec![0.0; grades.len()],
            loss: vec![0.0; grades.len()],
            cost: 0.0,
            miss: f64::INFINITY,
            grades,
        }
    }

    /// The choices behind a plan's grades.
    pub(super) fn choices(&self, plan: &Plan) -> Vec<usize> {
        let grades = self.grades.iter().zip(&plan.grades);
        grades.map(|(grades, &grade)| grades[grade].choice).collect()
    }

    /// Finds the flows and heads of a plan and what they miss.
    pub(super) fn settle(&self, bench: &mut Bench, plan: &mut Plan) {
        plan.cost = self.grades.iter().zip(&plan.grades).map(|(all, &own)| all[own].cost).sum();
        plan.miss = f64::INFINITY;
        for _round in 0..MOST_ROUNDS {
            for (arc, grades) in self.grades.iter().enumerate() {
                let (loss, slope) = grades[plan.grades[arc]].law.loss(plan.flow[arc]);
                plan.loss[arc] = loss;
                plan.conductance[arc] = 1.0 / slope;
            }
            if !self.factorise(bench, plan) {
                return;
            }
            self.balance(bench, plan);
            let (mut change, mut total) = (0.0, 0.0);
            for (arc, ends) in self.layout.arcs.iter().enumerate() {
                let drop = plan.head[ends.from] - plan.head[ends.to];
                let step = plan.conductance[arc] * (drop - plan.loss[arc]);
                plan.flow[arc] += step;
                change += step.abs();
                total += plan.flow[arc].abs();
            }
            if !change.is_finite() {
                return;
            }
            if change <= SETTLED * total {
                for (loss, ends) in plan.loss.iter_mut().zip(&self.layout.arcs) {
                    *loss = plan.head[ends.from] - plan.head[ends.to];
                }
                plan.miss = self.miss(plan);
                return;
            }
        }
    }

    /// Factors the system of a plan's conductances; tells whether that worked.
    pub(super) fn factorise(&self, bench: &mut Bench, plan: &Plan) -> bool {
        bench.factor.clear();
        for (slots, &conductance) in self.slots.iter().zip(&plan.conductance) {
            for slot in [slots.from, slots.to].into_iter().flatten() {
                bench.factor.entry(slot)[0][0] += conductance;
            }
            for slot in slots.across.into_iter().flatten() {
                bench.factor.entry(slot)[0][0] -= conductance;
            }
        }
        bench.factor.factorise(&self.pattern).is_ok()
    }

    /// Replaces the side of a bench by the answer of its system.
    pub(super) fn answer(&self, bench: &mut Bench) {
        bench.factor.solve(&self.pattern, &mut bench.side);
    }

    /// How heads would move if a unit of flow entered at the start of an arc and left at its end;
    /// returns the drop along the arc.
    pub(super) fn response(&self, bench: &mut Bench, arc: usize) -> f64 {
        bench.side.fill([0.0]);
        let ends = &self.layout.arcs[arc];
        let ends = [self.unknown[ends.from], self.unknown[ends.to]];
        for (unknown, sign) in ends.iter().zip([1.0, -1.0]) {
            if let Some(unknown) = *unknown {
                bench.side[unknown][0] += sign;
            }
        }
        self.answer(bench);
        self.drop_of(bench, arc)
    }

    /// The drop of the answer along an arc.
    pub(super) fn drop_of(&self, bench: &Bench, arc: usize) -> f64 {
        let at = |place: usize| self.unknown[place].map_or(0.0, |unknown| bench.side[unknown][0]);
        at(self.layout.arcs[arc].from) - at(self.layout.arcs[arc].to)
    }

    /// Heads at which the linearised flows meet all demands.
    fn balance(&self, bench: &mut Bench, plan: &mut Plan) {
        for (place, unknown) in self.layout.places.iter().zip(&self.unknown) {
            if let Some(unknown) = *unknown {
                bench.side[unknown][0] = -place.taken();
            }
        }
        for (arc, ends) in self.layout.arcs.iter().enumerate() {
            let conductance = plan.conductance[arc];
            let constant = plan.flow[arc] - conductance * plan.loss[arc];
            let (from, to) = (self.unknown[ends.from], self.unknown[ends.to]);
            if let Some(from) = from {
                let known = if to.is_none() { conductance * plan.head[ends.to] } else { 0.0 };
                bench.side[from][0] += known - constant;
            }
            if let Some(to) = to {
                let known = if from.is_none() { conductance * plan.head[ends.from] } else { 0.0 };
                bench.side[to][0] += known + constant;
            }
        }
        self.answer(bench);
        for (head, unknown) in plan.head.iter_mut().zip(&self.unknown) {
            if let Some(unknown) = *unknown {
                *head = bench.side[unknown][0];
            }
        }
    }

    /// What heads and speeds of settled flows miss, m.
    fn miss(&self, plan: &Plan) -> f64 {
        let mut miss = 0.0;
        for ((&head, &least), &most) in plan.head.iter().zip(&self.least).zip(&self.most) {
            if let Some(least) = least {
                miss += (least - head).max(0.0) + (head - most).max(0.0);
            }
        }
        for arc in 0..plan.grades.len() {
            miss += self.too_fast(plan, arc);
        }
        miss
    }

    /// By how much an arc is too fast, as head, m.
    pub(super) fn too_fast(&self, plan: &Plan, arc: usize) -> f64 {
        let most = self.grades[arc][plan.grades[arc]].most_flow;
        // A limit that is not there divides to zero.
        SPEED_WEIGHT * (plan.flow[arc].abs() / most - 1.0).max(0.0)
    }
}

/// Every choice of an arc.
pub(super) fn every_grade(layout: &Layout, arc: usize) -> Vec<Grade> {
    let own = &layout.arcs[arc];
    let grades = own.choices.iter().enumerate().map(|(choice, built)| Grade {
        choice,
        cost: built.cost_per_m * own.length_m,
        law: Law::new(layout.friction, &built.pipes, own.length_m),
        most_flow: own.most_flow(layout.friction, built),
    });
    grades.collect()
}

/// The choices of an arc without those that cost more and carry less than another at a flow that
/// is typical.
fn grades(layout: &Layout, arc: usize, typical: f64) -> Vec<Grade> {
    // A pipe like a hair still is a choice, if the only one.
    let loss = |grade: Grade| (grade.law.loss(typical.max(1e-6)).0.min(f64::MAX), grade);
    let mut all: Vec<(f64, Grade)> = every_grade(layout, arc).into_iter().map(loss).collect();
    all.sort_by(|a, b| a.1.cost.total_cmp(&b.1.cost).then(a.0.total_cmp(&b.0)));
    let mut least = f64::INFINITY;
    all.retain(|(loss, _)| {
        let carries_more = *loss < least;
        least = least.min(*loss);
        carries_more
    });
    all.into_iter().map(|(_, grade)| grade).collect()
}
