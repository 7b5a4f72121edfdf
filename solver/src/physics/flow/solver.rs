//! The rounds of the gradient algorithm.

mod assembly;

use super::linear::{self, Linear, Ready};
use super::options::{Options, Unbalanced};
use super::status::{self, Asked, Here, Status};
use super::{
    Element, FOOT, FlowError, Friction, Link, Network, Node, PumpCurve, Solution, ValveKind,
};
use crate::sparse::{Factor, Pattern};

/// A cubic foot a second, m³/s.
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;

/// Error of a head by rounding, as a share of it: some fifty units in the last place.
const ROUNDING: f64 = 1e-14;

/// Where a link stands in the system.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    /// Row of each end; none where its head is given.
    rows: [Option<usize>; 2],
    /// Slot of each end's diagonal.
    diagonal: [Option<usize>; 2],
    /// Slots that join both ends.
    cross: Option<[usize; 2]>,
}

/// Solves networks of one topology, each from the flows of the one before.
#[derive(Clone, Debug)]
pub struct Solver {
    options: Options,
    pattern: Pattern,
    factor: Factor<1>,
    /// Row of each node; none where its head is given.
    rows: Vec<Option<usize>>,
    /// Slot of each row's diagonal.
    diagonal: Vec<usize>,
    stamps: Vec<Stamp>,
    ends: Vec<(usize, usize)>,
    friction: Friction,
    elements: Vec<Element>,
    ready: Vec<Ready>,
    asked: Vec<Asked>,
    status: Vec<Status>,
    flow: Vec<f64>,
    emitted: Vec<f64>,
    head: Vec<f64>,
    linear: Vec<Linear>,
    /// Inflow less outflow of each node at the flows of the round.
    excess: Vec<f64>,
    side: Vec<[f64; 1]>,
}

/// What a round moved.
#[derive(Clone, Copy, Debug)]
struct Moved {
    /// Sum of changes over sum of flows.
    share: f64,
    /// Largest change, m³/s.
    most: f64,
}

impl Solver {
    /// A solver for networks with these nodes and ends.
    ///
    /// # Errors
    /// Names the first figure or place that is wrong.
    pub fn new(network: &Network) -> Result<Self, FlowError> {
        Self::with_options(network, Options::default())
    }

    /// A solver with its own limits.
    ///
    /// # Errors
    /// Names the first figure or place that is wrong.
    pub fn with_options(network: &Network, options: Options) -> Result<Self, FlowError> {
        network.check()?;
        let mut unknowns = 0;
        let rows: Vec<Option<usize>> = network
            .nodes
            .iter()
            .map(|node| {
                node.fixed_head().is_none().then(|| {
                    unknowns += 1;
                    unknowns - 1
                })
            })
            .collect();
        let joined = network.links.iter().filter_map(|link| rows[link.from].zip(rows[link.to]));
        let pattern = Pattern::new(unknowns, joined);
        let slot = |row: Option<usize>, column: Option<usize>| pattern.slot(row?, column?);
        let stamps = network
            .links
            .iter()
            .map(|link| {
                let (from, to) = (rows[link.from], rows[link.to]);
                Stamp {
                    rows: [from, to],
                    diagonal: [slot(from, from), slot(to, to)],
                    cross: slot(from, to).zip(slot(to, from)).map(|(one, other)| [one, other]),
                }
            })
            .collect();
        let diagonal = (0..unknowns).filter_map(|row| pattern.slot(row, row)).collect();
        let links = network.links.len();
        let mut solver = Self {
            options,
            factor: Factor::new(&pattern),
            diagonal,
            stamps,
            ends: network.links.iter().map(|link| (link.from, link.to)).collect(),
            friction: network.friction,
            elements: network.links.iter().map(|link| link.element.clone()).collect(),
            ready: prepared(network),
            asked: network.links.iter().map(|link| Asked::of(&link.element)).collect(),
            status: vec![Status::Open; links],
            flow: vec![0.0; links],
            emitted: network
                .nodes
                .iter()
                .map(|node| if matches!(node, Node::Emitter { .. }) { CUBIC_FOOT } else { 0.0 })
                .collect(),
            head: vec![0.0; network.nodes.len()],
            linear: vec![Linear::default(); links],
            excess: vec![0.0; network.nodes.len()],
            side: vec![[0.0]; unknowns],
            rows,
            pattern,
        };
        for link in 0..links {
            let status = solver.asked[link].start();
            solver.status[link] = status;
            solver.flow[link] = start_flow(&network.links[link].element, status);
        }
        Ok(solver)
    }

    /// State of a link after the last solution.
    pub fn status(&self, link: usize) -> Option<Status> {
        self.status.get(link).copied()
    }

    /// Puts a link into a state from which the next solution starts; what the network asks of it
    /// comes first.
    pub fn set_status(&mut self, link: usize, status: Status) {
        if let Some(own) = self.status.get_mut(link) {
            *own = status;
        }
    }

    /// Puts every flow back to where a first solution starts with the states as they are.
    pub fn forget(&mut self) {
        for link in 0..self.flow.len() {
            self.flow[link] = start_flow(&self.elements[link], self.status[link]);
        }
    }

    /// Heads and flows of a network with the nodes and ends this solver was made for.
    ///
    /// # Errors
    /// A figure is out of range, the topology is another one, the system has no single answer, or
    /// flows do not settle and the options do not accept that.
    pub fn solve(&mut self, network: &Network) -> Result<Solution, FlowError> {
        self.take_over(network)?;
        let options = self.options;
        let extra = match options.unbalanced {
            Unbalanced::Refuse => 0,
            Unbalanced::Continue(extra) => extra,
        };
        let most = options.trials.saturating_add(extra);
        let (mut round, mut next_check, mut relax) = (1, options.check_every, 1.0);
        let mut share = 0.0;
        let mut is_balanced = false;
        // A valve that makes the system singular is overruled once, so this ends.
        while round <= most {
            self.assemble(network);
            if let Err(node) = self.solve_heads() {
                if self.overrule(network, node) {
                    continue;
                }
                return Err(FlowError::Singular { node });
            }
            let moved = self.step(network, relax);
            share = moved.share;
            // Shorter steps break circles at the kinks of the friction law.
            let is_circling = options.unbalanced == Unbalanced::Refuse && round > 30;
            relax = if is_circling { 0.7 } else { 1.0 };
            let mut has_changed = false;
            if options.damp_limit <= 0.0 {
                has_changed = self.look_at_pressure_valves(network);
            } else if share <= options.damp_limit {
                relax = 0.6;
                has_changed = self.look_at_pressure_valves(network);
            }
            if self.is_settled(network, moved) {
                if round > options.trials {
                    break;
                }
                has_changed |= self.look_at_links(network);
                if !has_changed {
                    is_balanced = true;
                    break;
                }
                next_check = round + options.check_every;
            } else if round <= options.check_until && round == next_check {
                self.look_at_links(network);
                next_check += options.check_every;
            }
            round += 1;
        }
        if !is_balanced && options.unbalanced == Unbalanced::Refuse {
            // The next solution starts afresh instead of from nowhere.
            for (status, asked) in self.status.iter_mut().zip(&self.asked) {
                *status = asked.start();
            }
            self.forget();
            return Err(FlowError::Unbalanced { iterations: round.min(most), change: share });
        }
        Ok(self.solution(network, round.min(most), is_balanced))
    }

    /// Checks a network against the last one and prepares what is new.
    fn take_over(&mut self, network: &Network) -> Result<(), FlowError> {
        let is_same = network.nodes.len() == self.rows.len()
            && network.links.len() == self.ends.len()
            && network
                .nodes
                .iter()
                .zip(&self.rows)
                .all(|(node, row)| node.fixed_head().is_none() == row.is_some())
            && network
                .links
                .iter()
                .zip(&self.ends)
                .all(|(link, &(from, to))| link.from == from && link.to == to);
        if !is_same {
            return Err(FlowError::OtherTopology);
        }
        network.check_figures()?;
        if network.friction != self.friction {
            self.friction = network.friction;
            self.ready = prepared(network);
        }
        for (index, link) in network.links.iter().enumerate() {
            if link.element != self.elements[index] {
                self.elements[index].clone_from(&link.element);
                self.ready[index] = linear::prepare(&link.element, network.friction);
                let asked = Asked::of(&link.element);
                if asked != self.asked[index] {
                    self.asked[index] = asked;
                    self.status[index] = asked.start();
                }
            }
        }
        for (head, node) in self.head.iter_mut().zip(&network.nodes) {
            if let Some(given) = node.fixed_head() {
                *head = given;
            }
        }
        Ok(())
    }

    /// Steps the flows to the new heads.
    fn step(&mut self, network: &Network, relax: f64) -> Moved {
        let (mut total, mut changed, mut most) = (0.0_f64, 0.0_f64, 0.0_f64);
        // What rounding of the heads alone can move is no change.
        let mut note = |flow: f64, change: f64, noise: f64| {
            let change = (change.abs() - noise).max(0.0);
            total += flow.abs();
            changed += change;
            most = most.max(change);
        };
        for (index, link) in network.links.iter().enumerate() {
            let drop = self.head[link.from] - self.head[link.to];
            let Linear { conductance, step } = self.linear[index];
            let mut change = (step - conductance * drop) * relax;
            let flow = &mut self.flow[index];
            let is_power =
                matches!(link.element, Element::Pump { curve: PumpCurve::Power { .. }, .. });
            // A pump of constant power has no law for backward flow.
            if is_power && change > *flow {
                change = *flow / 2.0;
            }
            *flow -= change;
            let size = self.head[link.from].abs().max(self.head[link.to].abs());
            note(*flow, change, ROUNDING * size * conductance);
        }
        for (index, node) in network.nodes.iter().enumerate() {
            let Node::Emitter { elevation_m, coefficient, exponent, .. } = *node else { continue };
            let (loss, gradient) = linear::emitter(coefficient, exponent, self.emitted[index]);
            let change = (loss - (self.head[index] - elevation_m)) / gradient * relax;
            self.emitted[index] -= change;
            note(self.emitted[index], change, 0.0);
        }
        // Where hardly anything flows, changes count as they are, in ft³/s.
        let share = if total > self.options.accuracy * CUBIC_FOOT {
            changed / total
        } else {
            changed / CUBIC_FOOT
        };
        Moved { share, most }
    }

    fn is_settled(&mut self, network: &Network, moved: Moved) -> bool {
        if moved.share > self.options.accuracy
            || self.options.flow_change_m3_s.is_some_and(|limit| moved.most > limit)
        {
            return false;
        }
        let Some(limit) = self.options.head_error_m else { return true };
        self.linearise(network);
        (0..self.linear.len()).all(|link| {
            let Linear { conductance, step } = self.linear[link];
            let (from, to) = self.ends[link];
            self.status[link].is_closed()
                || conductance <= 0.0
                || (self.head[from] - self.head[to] - step / conductance).abs() <= limit
        })
    }

    /// Opens the pressure or flow valve that makes a node's head undefined; tells whether there
    /// is one.
    fn overrule(&mut self, network: &Network, node: usize) -> bool {
        let found = network.links.iter().enumerate().find_map(|(index, link)| {
            let Element::Valve { kind, .. } = &link.element else { return None };
            (link.from == node || link.to == node).then_some((index, kind))
        });
        let Some((index, kind)) = found else { return false };
        let next = match kind {
            ValveKind::Reducing | ValveKind::Sustaining => Status::Overruled,
            ValveKind::FlowControl => Status::FlowTooLow,
            ValveKind::Breaker | ValveKind::Throttle | ValveKind::Curve(_) => return false,
        };
        let is_active = self.status[index] == Status::Active;
        if is_active {
            self.status[index] = next;
        }
        is_active
    }

    fn look_at_pressure_valves(&mut self, network: &Network) -> bool {
        self.look(network, |here, now| match here.element {
            Element::Valve { .. } => status::of_pressure_valve(here, now),
            Element::Closed | Element::Pipe { .. } | Element::Pump { .. } => now,
        })
    }

    fn look_at_links(&mut self, network: &Network) -> bool {
        self.look(network, status::of_link)
    }

    /// Gives every link its next state; tells whether one changed.
    fn look(&mut self, network: &Network, next: impl Fn(&Here<'_>, Status) -> Status) -> bool {
        let mut has_changed = false;
        for (index, Link { from, to, element }) in network.links.iter().enumerate() {
            let here = Here {
                element,
                ready: &self.ready[index],
                ends: [&network.nodes[*from], &network.nodes[*to]],
                heads: [self.head[*from], self.head[*to]],
                flow: self.flow[index],
            };
            let now = self.status[index];
            let next = next(&here, now);
            has_changed |= next != now;
            self.status[index] = next;
        }
        has_changed
    }

    fn solution(&self, network: &Network, iterations: u32, is_balanced: bool) -> Solution {
        let mut outflow = vec![0.0; network.nodes.len()];
        for (index, &(from, to)) in self.ends.iter().enumerate() {
            if !self.status[index].is_closed() {
                outflow[from] -= self.flow[index];
                outflow[to] += self.flow[index];
            }
        }
        for (index, node) in network.nodes.iter().enumerate() {
            if node.fixed_head().is_none() {
                outflow[index] = node.demand_m3_s() + self.emitted[index];
            }
        }
        Solution {
            head_m: self.head.clone(),
            flow_m3_s: self
                .flow
                .iter()
                .zip(&self.status)
                .map(|(&flow, status)| if status.is_closed() { 0.0 } else { flow })
                .collect(),
            iterations,
            is_balanced,
            status: self.status.clone(),
            outflow_m3_s: outflow,
        }
    }
}

fn prepared(network: &Network) -> Vec<Ready> {
    let prepare = |link: &Link| linear::prepare(&link.element, network.friction);
    network.links.iter().map(prepare).collect()
}

/// A foot a second in pipes, the design flow of pumps.
fn start_flow(element: &Element, status: Status) -> f64 {
    if status.is_closed() {
        return 1e-6 * CUBIC_FOOT;
    }
    match element {
        Element::Closed => 0.0,
        Element::Pipe { diameter_m, .. } | Element::Valve { diameter_m, .. } => {
            std::f64::consts::FRAC_PI_4 * diameter_m * diameter_m * FOOT
        }
        Element::Pump { curve, speed } => {
            speed
                * match curve {
                    PumpCurve::Unknown | PumpCurve::Power { .. } => CUBIC_FOOT,
                    PumpCurve::Law { design_m3_s, .. } => *design_m3_s,
                    PumpCurve::Points(points) => match (points.first(), points.last()) {
                        (Some(first), Some(last)) => f64::midpoint(first.0, last.0),
                        _ => CUBIC_FOOT,
                    },
                }
        }
    }
}
