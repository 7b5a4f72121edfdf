//! Newton's method on the power balance of every bus, prepared once for a network.
//!
//! Unknowns of a bus are the change of its angle and the relative change of its voltage. With
//! `S_ij = V_i · conj(Y_ij · V_j)` and `S_i = Σ_j S_ij` the derivatives are
//!
//! ```text
//! ∂S_i/∂θ_j = −i S_ij      ∂S_i/∂ln|V_j| = S_ij          j ≠ i
//! ∂S_i/∂θ_i = i (S_i − S_ii)  ∂S_i/∂ln|V_i| = S_i + S_ii
//! ```
//!
//! (Zimmerman, MATPOWER technical note 2), a block of two by two for each pair of neighbours. A
//! bus with a held voltage keeps the row of its active power and says of its voltage that it does
//! not change; slacks and dark buses do not change at all.

use super::{
    Branch, Case, Complex, Ends, Flow, Islands, Network, PowerError, Role, Solution, Start,
};
use crate::sparse::{Block, Factor, Pattern};

/// A pair of neighbours, seen from one of them.
#[derive(Clone, Copy, Debug)]
struct Near {
    bus: usize,
    /// Its place in the equations; none where one of them is a slack.
    slot: Option<usize>,
}

/// A branch in the admittance matrix.
#[derive(Clone, Copy, Debug)]
struct Place {
    ends: Ends,
    /// Indices of the two neighbours it joins.
    forth: usize,
    back: usize,
}

/// A network made ready to be solved many times.
#[derive(Clone, Debug)]
pub struct Solver {
    network: Network,
    pattern: Pattern,
    /// Diagonal slot of each bus.
    own: Vec<usize>,
    /// First neighbour of each bus; one more than buses.
    starts: Vec<usize>,
    near: Vec<Near>,
    /// Branches that carry; none for those out of service.
    places: Vec<Option<Place>>,
    whole: Admittance,
    factor: Factor<2>,
    angles: Factor<1>,
    side: Vec<[f64; 2]>,
}

/// The admittance matrix, and how many branches make each entry of it.
#[derive(Clone, Debug, Default)]
struct Admittance {
    own: Vec<Complex>,
    near: Vec<Complex>,
    joined: Vec<u32>,
}

/// One solve at work.
#[derive(Debug)]
struct Work {
    admittance: Admittance,
    live: Vec<bool>,
    roles: Vec<Role>,
    draw: Vec<Complex>,
    size: Vec<f64>,
    angle: Vec<f64>,
    voltages: Vec<Complex>,
    injections: Vec<Complex>,
}

/// The bus that is furthest from its balance.
#[derive(Clone, Copy, Debug, Default)]
struct Worst {
    bus: usize,
    mismatch: f64,
    /// The mismatch as a share of what is allowed there.
    share: f64,
}

/// Rounding of a sum of powers, as a share of the sum of their sizes.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

const IDENTITY: Block<2> = [[1.0, 0.0], [0.0, 1.0]];

impl Solver {
    /// Prepares a network.
    ///
    /// # Errors
    /// Refuses branches that end nowhere or have no impedance, figures that are not finite, and
    /// networks without a slack.
    pub fn new(network: Network) -> Result<Self, PowerError> {
        network.check()?;
        if !network.buses.iter().any(|bus| matches!(bus.role, Role::Slack { .. })) {
            return Err(PowerError::NoSlack);
        }
        let count = network.buses.len();
        let carries: Vec<bool> =
            network.branches.iter().map(|branch| network.carries(branch)).collect();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (branch, &carries) in network.branches.iter().zip(&carries) {
            if carries && branch.from != branch.to {
                pairs.push((branch.from, branch.to));
                pairs.push((branch.to, branch.from));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        // A slack is known, so it takes no part in the elimination.
        let known = |bus: usize| matches!(network.buses[bus].role, Role::Slack { .. });
        let unknown = pairs.iter().copied().filter(|&(from, to)| !known(from) && !known(to));
        let pattern = Pattern::new(count, unknown);
        let near: Vec<Near> = pairs
            .iter()
            .map(|&(from, to)| Near { bus: to, slot: pattern.slot(from, to) })
            .collect();
        let starts: Vec<usize> =
            (0..=count).map(|bus| pairs.partition_point(|&(from, _)| from < bus)).collect();
        let index = |from: usize, to: usize| pairs.binary_search(&(from, to)).ok();
        let places = network
            .branches
            .iter()
            .zip(&carries)
            .map(|(branch, &carries)| {
                let (forth, back) =
                    (index(branch.from, branch.to)?, index(branch.to, branch.from)?);
                carries.then(|| Place { ends: branch.admittance(), forth, back })
            })
            .collect();
        // The diagonal is always in the pattern.
        let own = (0..count).filter_map(|bus| pattern.slot(bus, bus)).collect();
        let mut solver = Self {
            factor: Factor::new(&pattern),
            angles: Factor::new(&pattern),
            side: vec![[0.0; 2]; count],
            whole: Admittance::default(),
            network,
            pattern,
            own,
            starts,
            near,
            places,
        };
        solver.whole = solver.admittance();
        Ok(solver)
    }

    /// The network it was prepared for.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Changes what a bus draws, p.u.; a bus that does not exist is ignored.
    pub fn set_draw(&mut self, bus: usize, draw: Complex) {
        if let Some(bus) = self.network.buses.get_mut(bus) {
            bus.draw = draw;
        }
    }

    /// Solves the network.
    ///
    /// # Errors
    /// Says which bus cannot be balanced, or which has no path to a slack where that is refused.
    pub fn solve(&mut self, case: &Case<'_>) -> Result<Solution, PowerError> {
        let mut work = self.begin(case)?;
        let mut limited = Vec::new();
        let mut iterations = 0;
        loop {
            let worst = self.iterate(case, &mut work, &mut iterations)?;
            let reached = case.keep_limits && self.let_go(&mut work, &mut limited);
            if !reached {
                limited.sort_unstable();
                return Ok(Solution {
                    voltages: work.voltages,
                    live: work.live,
                    injections: work.injections,
                    iterations,
                    mismatch: worst.mismatch,
                    limited,
                    outages: case.outages.to_vec(),
                });
            }
        }
    }

    /// Power into every branch at both ends, p.u., for a solution of this solver; zero where a
    /// branch carries nothing.
    pub fn flows(&self, solution: &Solution) -> Vec<Flow> {
        let flow = |(index, branch): (usize, &Branch)| {
            let lost = solution.outages.contains(&index);
            let place = self.places[index].filter(|_| !lost && solution.live[branch.from]);
            let Some(Place { ends, .. }) = place else { return Flow::default() };
            let (from, to) = (solution.voltages[branch.from], solution.voltages[branch.to]);
            Flow {
                from: from * (ends.from_from * from + ends.from_to * to).conj(),
                to: to * (ends.to_from * from + ends.to_to * to).conj(),
            }
        };
        self.network.branches.iter().enumerate().map(flow).collect()
    }

    /// The admittance matrix with all branches in service.
    fn admittance(&self) -> Admittance {
        let mut out = Admittance {
            own: self.network.buses.iter().map(|bus| bus.shunt).collect(),
            near: vec![Complex::ZERO; self.near.len()],
            joined: vec![0; self.near.len()],
        };
        for (branch, place) in self.network.branches.iter().zip(&self.places) {
            let Some(Place { ends, forth, back }) = *place else { continue };
            out.own[branch.from] += ends.from_from;
            out.own[branch.to] += ends.to_to;
            out.near[forth] += ends.from_to;
            out.near[back] += ends.to_from;
            out.joined[forth] += 1;
            out.joined[back] += 1;
        }
        out
    }

    /// Takes out lost branches, finds what is dark and where to start from.
    fn begin(&mut self, case: &Case<'_>) -> Result<Work, PowerError> {
        let mut admittance = self.whole.clone();
        for (order, &outage) in case.outages.iter().enumerate() {
            let twice = case.outages[..order].contains(&outage);
            let Some(place) = self.places.get(outage).copied().flatten().filter(|_| !twice) else {
                continue;
            };
            let (branch, Place { ends, forth, back }) = (self.network.branches[outage], place);
            admittance.own[branch.from] -= ends.from_from;
            admittance.own[branch.to] -= ends.to_to;
            admittance.joined[forth] -= 1;
            admittance.joined[back] -= 1;
            // What is left after the last branch is rounding.
            let last = admittance.joined[forth] == 0;
            let rest = |sum: Complex, part: Complex| if last { Complex::ZERO } else { sum - part };
            admittance.near[forth] = rest(admittance.near[forth], ends.from_to);
            admittance.near[back] = rest(admittance.near[back], ends.to_from);
        }
        let live = self.reached(&admittance);
        if case.islands == Islands::Refuse {
            let buses = self.network.buses.iter().zip(&live);
            let mut dark = buses
                .enumerate()
                .filter(|(_, (bus, live))| !**live && bus.role != Role::Off)
                .map(|(index, _)| index);
            if let Some(bus) = dark.next() {
                return Err(PowerError::Island { bus, others: dark.count() });
            }
        }
        let buses = &self.network.buses;
        let mut work = Work {
            roles: buses.iter().map(|bus| bus.role).collect(),
            draw: buses.iter().map(|bus| bus.draw).collect(),
            size: vec![0.0; buses.len()],
            angle: vec![0.0; buses.len()],
            voltages: vec![Complex::ZERO; buses.len()],
            injections: vec![Complex::ZERO; buses.len()],
            admittance,
            live,
        };
        self.set_out(case, &mut work);
        Ok(work)
    }

    /// Buses with a path to a slack.
    fn reached(&self, admittance: &Admittance) -> Vec<bool> {
        let slack = |role: Role| matches!(role, Role::Slack { .. });
        let mut live: Vec<bool> = self.network.buses.iter().map(|bus| slack(bus.role)).collect();
        let mut ahead: Vec<usize> = (0..live.len()).filter(|&bus| live[bus]).collect();
        while let Some(bus) = ahead.pop() {
            for index in self.starts[bus]..self.starts[bus + 1] {
                let next = self.near[index].bus;
                if admittance.joined[index] > 0 && !live[next] {
                    live[next] = true;
                    ahead.push(next);
                }
            }
        }
        live
    }

    /// Voltages and angles to start from.
    fn set_out(&mut self, case: &Case<'_>, work: &mut Work) {
        let given = |role: &Role| match *role {
            Role::Held { voltage, .. } | Role::Slack { voltage, .. } => Some(voltage),
            Role::Load | Role::Off => None,
        };
        let (sum, count) = work
            .roles
            .iter()
            .filter_map(given)
            .fold((0.0, 0.0), |(sum, count), voltage| (sum + voltage, count + 1.0));
        // There is a slack, so the count is not zero.
        let mean = sum / f64::max(count, 1.0);
        let first = work.roles.iter().find_map(|role| match *role {
            Role::Slack { angle, .. } => Some(angle),
            Role::Held { .. } | Role::Load | Role::Off => None,
        });
        for (bus, role) in work.roles.iter().enumerate() {
            work.size[bus] = given(role).unwrap_or(mean);
            work.angle[bus] = match *role {
                Role::Slack { angle, .. } => angle,
                Role::Held { .. } | Role::Load | Role::Off => first.unwrap_or(0.0),
            };
        }
        match case.start {
            Start::Flat => {}
            Start::Linear => {
                let pairs = work.roles.iter().zip(&work.live);
                let known: Vec<bool> = pairs
                    .map(|(role, &live)| !live || matches!(role, Role::Slack { .. }))
                    .collect();
                let on =
                    |index: usize| self.places[index].is_some() && !case.outages.contains(&index);
                super::start::linear_angles(
                    &self.network,
                    &self.pattern,
                    &mut self.angles,
                    &known,
                    on,
                    &mut work.angle,
                );
            }
            Start::From(earlier) => {
                for (bus, &voltage) in earlier.voltages.iter().enumerate().take(work.size.len()) {
                    if !voltage.is_zero() && !matches!(work.roles[bus], Role::Slack { .. }) {
                        work.angle[bus] = voltage.angle();
                        if work.roles[bus] == Role::Load {
                            work.size[bus] = voltage.modulus();
                        }
                    }
                }
            }
        }
    }

    /// Newton's steps until every bus is balanced.
    fn iterate(
        &mut self,
        case: &Case<'_>,
        work: &mut Work,
        iterations: &mut u32,
    ) -> Result<Worst, PowerError> {
        let mut steps = 0;
        loop {
            let worst = self.assemble(case, work);
            if worst.share <= 1.0 {
                return Ok(worst);
            }
            if steps >= case.iterations || !worst.mismatch.is_finite() {
                let Worst { bus, mismatch, .. } = worst;
                return Err(PowerError::Diverged { iterations: *iterations, bus, mismatch });
            }
            self.factor.factorise(&self.pattern)?;
            self.factor.solve(&self.pattern, &mut self.side);
            for (bus, [turn, growth]) in self.side.iter().copied().enumerate() {
                work.angle[bus] += turn;
                work.size[bus] *= 1.0 + growth;
            }
            steps += 1;
            *iterations += 1;
        }
    }

    /// Fills in the equations at the present voltages.
    fn assemble(&mut self, case: &Case<'_>, work: &mut Work) -> Worst {
        let Work { admittance, live, roles, draw, size, angle, voltages, injections } = work;
        for (bus, voltage) in voltages.iter_mut().enumerate() {
            *voltage =
                if live[bus] { Complex::polar(size[bus], angle[bus]) } else { Complex::ZERO };
        }
        self.factor.clear();
        let mut worst = Worst::default();
        for (bus, &role) in roles.iter().enumerate() {
            self.side[bus] = [0.0; 2];
            let here = voltages[bus];
            let own = here * (admittance.own[bus] * here).conj();
            let mut sum = own;
            let mut sizes = own.re.abs() + own.im.abs();
            let solved = live[bus] && !matches!(role, Role::Slack { .. });
            let held = matches!(role, Role::Held { .. });
            for index in self.starts[bus]..self.starts[bus + 1] {
                let Near { bus: other, slot } = self.near[index];
                let share = here * (admittance.near[index] * voltages[other]).conj();
                sum += share;
                sizes += share.re.abs() + share.im.abs();
                if let Some(slot) = slot.filter(|_| solved) {
                    let second = if held { [0.0; 2] } else { [-share.re, share.im] };
                    *self.factor.entry(slot) = [[share.im, share.re], second];
                }
            }
            injections[bus] = sum;
            if !solved {
                *self.factor.entry(self.own[bus]) = IDENTITY;
                continue;
            }
            let current = self.network.buses[bus].draw_at_constant_current * size[bus];
            let excess = sum + draw[bus] + current;
            let first = [own.im - sum.im, sum.re + own.re + current.re];
            let (second, gap) = if held {
                ([0.0, 1.0], excess.re.abs())
            } else {
                let second = [sum.re - own.re, sum.im + own.im + current.im];
                (second, f64::max(excess.re.abs(), excess.im.abs()))
            };
            *self.factor.entry(self.own[bus]) = [first, second];
            self.side[bus] = [-excess.re, if held { 0.0 } else { -excess.im }];
            let share = gap / f64::max(case.tolerance, ROUNDING * sizes);
            // What is not a number counts as worst and stays so.
            if share > worst.share || share.is_nan() {
                worst = Worst { bus, mismatch: gap, share };
            }
        }
        worst
    }

    /// Turns held buses beyond their limits into loads at the limit; tells whether there were any.
    fn let_go(&self, work: &mut Work, limited: &mut Vec<usize>) -> bool {
        let before = limited.len();
        for bus in 0..work.roles.len() {
            let Role::Held { limits: Some((least, greatest)), .. } = work.roles[bus] else {
                continue;
            };
            let current = self.network.buses[bus].draw_at_constant_current * work.size[bus];
            let given = work.injections[bus].im + work.draw[bus].im + current.im;
            if work.live[bus] && least <= greatest && !(least..=greatest).contains(&given) {
                work.roles[bus] = Role::Load;
                work.draw[bus].im -= given.clamp(least, greatest);
                limited.push(bus);
            }
        }
        limited.len() > before
    }
}
