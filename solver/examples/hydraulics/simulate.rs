//! Extended period simulation with EPANET's steps.
//!
//! Between two solutions demands, states and flows hold still and tanks fill or drain. A step ends
//! where the step of the file, a pattern, a report, a full or empty tank, a control or a rule
//! says, whichever comes first.

mod rules;

use stackyard_solver::physics::flow::{
    Element, FOOT, FlowError, Network, Node, Position, Solution, Solver, Status, ValveKind,
};

use crate::case::{Act, Case, Place, Tank, When, setting};
use crate::inp::tank_node;

/// A cubic foot, m³.
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
/// Flow that counts as none, m³/s.
const NO_FLOW: f64 = 1e-6 * CUBIC_FOOT;
/// Difference of heads that counts as none, m.
const NO_HEAD: f64 = 0.0005 * FOOT;
const DAY: i64 = 86_400;

/// What a network does from one report time.
#[derive(Debug)]
pub(crate) struct Moment {
    pub(crate) time: i64,
    pub(crate) solution: Solution,
}

/// A network on its way through time.
struct Run<'a> {
    case: &'a Case,
    network: Network,
    tanks: Vec<Option<Tank>>,
    solver: Solver,
    /// The last solution.
    now: Solution,
    time: i64,
    next_report: i64,
    total_demand: f64,
}

/// Solves every period and keeps what is reported.
pub(crate) fn run(case: &Case) -> Result<Vec<Moment>, String> {
    let mut solver =
        Solver::with_options(&case.network, case.options).map_err(|error| named(case, &error))?;
    for (link, &is_shut) in case.is_shut.iter().enumerate() {
        if is_shut {
            solver.set_status(link, Status::Closed);
        }
    }
    solver.forget();
    let tanks = case.places.iter().map(|place| match place {
        Place::Tank(tank) => Some(tank.clone()),
        Place::Junction { .. } | Place::Reservoir { .. } => None,
    });
    let mut run = Run {
        case,
        network: case.network.clone(),
        tanks: tanks.collect(),
        solver,
        now: Solution { outflow_m3_s: vec![0.0; case.network.nodes.len()], ..Solution::default() },
        time: 0,
        next_report: case.times.report_step,
        total_demand: 0.0,
    };
    run.all()
}

impl Run<'_> {
    fn all(&mut self) -> Result<Vec<Moment>, String> {
        let times = self.case.times;
        let mut moments = Vec::new();
        let mut report = times.report_start;
        loop {
            self.follow_patterns();
            self.obey_controls();
            self.solve()?;
            let is_last = self.time >= times.duration;
            let step = if is_last { 0 } else { self.step() };
            let end = if is_last { times.duration + 1 } else { self.time + step };
            while report <= times.duration && report < end {
                moments.push(Moment { time: report, solution: self.now.clone() });
                report += times.report_step;
            }
            if is_last {
                return Ok(moments);
            }
            self.time += step;
            if self.time >= self.next_report {
                self.next_report += times.report_step;
            }
        }
    }

    /// Solves until no control by the pressure of a junction acts any more.
    fn solve(&mut self) -> Result<(), String> {
        for _switching in 0..self.case.options.trials.max(1) {
            self.now =
                self.solver.solve(&self.network).map_err(|error| named(self.case, &error))?;
            if !self.now.is_balanced || !self.obey_pressures() {
                break;
            }
        }
        Ok(())
    }

    fn follow_patterns(&mut self) {
        let case = self.case;
        let period = (self.time + case.times.pattern_start) / case.times.pattern_step;
        let factor = |pattern: Option<usize>| {
            let factors = pattern.map(|pattern| &case.patterns[pattern]);
            factors.map_or(1.0, |factors| {
                let length = i64::try_from(factors.len()).unwrap_or(1);
                usize::try_from(period % length).map_or(1.0, |place| factors[place])
            })
        };
        let mut total = 0.0;
        for (index, place) in case.places.iter().enumerate() {
            match place {
                Place::Junction { demands } => {
                    let parts = demands.iter().map(|demand| {
                        demand.base_m3_s * factor(demand.pattern) * case.units.demand_factor
                    });
                    let parts: Vec<f64> = parts.collect();
                    total += parts.iter().filter(|part| **part > 0.0).sum::<f64>();
                    let sum: f64 = parts.iter().sum();
                    if let Node::Junction { demand_m3_s, .. } | Node::Emitter { demand_m3_s, .. } =
                        &mut self.network.nodes[index]
                    {
                        *demand_m3_s = sum;
                    }
                }
                Place::Reservoir { head_m, pattern: Some(pattern) } => {
                    let head_m = head_m * factor(Some(*pattern));
                    self.network.nodes[index] = Node::Fixed { head_m };
                }
                Place::Reservoir { .. } | Place::Tank(_) => {}
            }
        }
        self.total_demand = total;
        for (link, pattern) in case.speed_patterns.iter().enumerate() {
            if pattern.is_some() {
                self.set(link, factor(*pattern));
            }
        }
    }

    /// Simple controls by tank level and by time.
    fn obey_controls(&mut self) {
        let case = self.case;
        for control in &case.controls {
            let acts = match control.when {
                When::Time(time) => time == self.time,
                When::Clock(time) => (self.time + case.times.clock_start) % DAY == time,
                When::Below { node, head_m } => self.tanks[node].as_ref().is_some_and(|tank| {
                    let slack = self.now.outflow_m3_s[node].abs();
                    tank.volume_at(self.head(node)) <= tank.volume_at(head_m) + slack
                }),
                When::Above { node, head_m } => self.tanks[node].as_ref().is_some_and(|tank| {
                    let slack = self.now.outflow_m3_s[node].abs();
                    tank.volume_at(self.head(node)) >= tank.volume_at(head_m) - slack
                }),
            };
            if acts {
                let is_open = !self.status(control.act.link).is_closed();
                let stands = match control.act.status {
                    Status::Open => is_open,
                    Status::Closed => !is_open,
                    _ => false,
                };
                if !stands || self.differs(&control.act) {
                    self.obey(&control.act);
                }
            }
        }
    }

    /// Simple controls by the pressure of a junction; tells whether one acted.
    fn obey_pressures(&mut self) -> bool {
        let case = self.case;
        let mut has_changed = false;
        for control in &case.controls {
            let acts = match control.when {
                When::Below { node, head_m } => {
                    self.is_junction(node) && self.now.head_m[node] <= head_m + NO_HEAD
                }
                When::Above { node, head_m } => {
                    self.is_junction(node) && self.now.head_m[node] >= head_m - NO_HEAD
                }
                When::Time(_) | When::Clock(_) => false,
            };
            let act = &control.act;
            let changes = match &self.network.links[act.link].element {
                Element::Closed | Element::Pipe { .. } => self.status(act.link) != act.status,
                Element::Pump { .. } => self.differs(act),
                element @ Element::Valve { .. } => {
                    self.differs(act)
                        || (setting(element).is_none() && self.status(act.link) != act.status)
                }
            };
            if acts && changes {
                self.obey(act);
                has_changed = true;
            }
        }
        has_changed
    }

    fn is_junction(&self, node: usize) -> bool {
        matches!(self.case.places[node], Place::Junction { .. })
    }

    fn status(&self, link: usize) -> Status {
        self.solver.status(link).unwrap_or_default()
    }

    /// Head at this moment, which for tanks runs ahead of the last solution.
    fn head(&self, node: usize) -> f64 {
        let given = self.network.nodes[node].fixed_head();
        given.or_else(|| self.now.head_m.get(node).copied()).unwrap_or(0.0)
    }

    /// Whether an act changes the setting of its pump or valve.
    fn differs(&self, act: &Act) -> bool {
        let element = &self.network.links[act.link].element;
        match (element, setting(element), act.setting) {
            (Element::Closed | Element::Pipe { .. }, _, _) => false,
            (Element::Valve { kind: ValveKind::Curve(_), .. }, _, _) => {
                self.status(act.link) != act.status
            }
            (Element::Pump { .. } | Element::Valve { .. }, Some(old), Some(new)) => {
                old.total_cmp(&new).is_ne()
            }
            (Element::Pump { .. } | Element::Valve { .. }, old, new) => {
                old.is_some() != new.is_some()
            }
        }
    }

    fn obey(&mut self, act: &Act) {
        match &mut self.network.links[act.link].element {
            Element::Closed | Element::Pipe { .. } => {}
            Element::Pump { speed, .. } => *speed = act.setting.unwrap_or(*speed),
            Element::Valve { position, .. } => {
                *position = match (act.setting, act.status) {
                    (Some(setting), _) => Position::Set(setting),
                    (None, Status::Closed) => Position::Closed,
                    (None, _) => Position::Open,
                };
            }
        }
        self.solver.set_status(act.link, act.status);
    }

    /// Gives a pump its speed or a valve its setting.
    fn set(&mut self, link: usize, to: f64) {
        let status = self.status(link);
        let next = match &mut self.network.links[link].element {
            Element::Closed | Element::Pipe { .. } => status,
            Element::Pump { speed, .. } => {
                *speed = to;
                match (to > 0.0, status.is_closed()) {
                    (true, true) => Status::Open,
                    (false, false) => Status::Closed,
                    _ => status,
                }
            }
            Element::Valve { kind, position, .. } => {
                let was_held_shut = *position == Position::Closed;
                *position = Position::Set(to);
                match kind {
                    ValveKind::FlowControl => Status::Active,
                    _ if was_held_shut => Status::Open,
                    _ => status,
                }
            }
        };
        self.solver.set_status(link, next);
    }

    /// Opens or shuts a link for good.
    fn hold(&mut self, link: usize, is_open: bool) {
        let to = if is_open { Position::Open } else { Position::Closed };
        match &mut self.network.links[link].element {
            Element::Closed | Element::Pipe { .. } => {}
            Element::Pump { speed, .. } => *speed = if is_open { 1.0 } else { 0.0 },
            Element::Valve { position, .. } => *position = to,
        }
        let status = if is_open { Status::Open } else { Status::Closed };
        self.solver.set_status(link, status);
    }

    /// Length of the next step, s; tanks stand at its end afterwards.
    fn step(&mut self) -> i64 {
        let times = &self.case.times;
        let mut step = times.step;
        let mut shorten = |to: i64| {
            if to > 0 && to < step {
                step = to;
            }
        };
        let period = (self.time + times.pattern_start) / times.pattern_step + 1;
        shorten(period * times.pattern_step - self.time);
        shorten(self.next_report - self.time);
        for (node, tank) in self.tanks.iter().enumerate() {
            let (Some(tank), inflow) = (tank, self.now.outflow_m3_s[node]) else { continue };
            if inflow.abs() <= NO_FLOW {
                continue;
            }
            if inflow > 0.0 && self.head(node) < tank.highest_m {
                shorten(whole((tank.most_m3 - tank.volume_m3) / inflow));
            } else if inflow < 0.0 && self.head(node) > tank.lowest_m {
                shorten(whole((tank.least_m3 - tank.volume_m3) / inflow));
            }
        }
        for control in &self.case.controls {
            let until = self.until(control.when);
            let act = &control.act;
            let is_pipe = matches!(self.network.links[act.link].element, Element::Pipe { .. });
            if (!is_pipe && self.differs(act)) || self.status(act.link) != act.status {
                shorten(until);
            }
        }
        if self.case.rules.is_empty() {
            self.fill(step);
            return step;
        }
        self.step_with_rules(step)
    }

    /// Seconds until a control acts; zero where that cannot be told.
    fn until(&self, when: When) -> i64 {
        match when {
            When::Time(time) => time - self.time,
            When::Clock(time) => (time - self.time - self.case.times.clock_start).rem_euclid(DAY),
            When::Below { node, head_m } | When::Above { node, head_m } => {
                let (Some(tank), inflow) = (&self.tanks[node], self.now.outflow_m3_s[node]) else {
                    return 0;
                };
                let head = self.head(node);
                let comes = match when {
                    When::Above { .. } => head < head_m && inflow > NO_FLOW,
                    _ => head > head_m && inflow < -NO_FLOW,
                };
                if comes { whole((tank.volume_at(head_m) - tank.volume_m3) / inflow) } else { 0 }
            }
        }
    }

    /// Fills and drains the tanks for some seconds.
    fn fill(&mut self, seconds: i64) {
        for (node, tank) in self.tanks.iter_mut().enumerate() {
            let Some(tank) = tank else { continue };
            let inflow = self.now.outflow_m3_s[node];
            tank.volume_m3 += inflow * seconds as f64;
            // Full or empty within the next second counts as full or empty.
            if tank.volume_m3 + inflow >= tank.most_m3 {
                tank.volume_m3 = tank.most_m3;
            }
            if tank.volume_m3 - inflow <= tank.least_m3 {
                tank.volume_m3 = tank.least_m3;
            }
            self.network.nodes[node] = tank_node(tank, tank.head_m());
        }
    }
}

/// The nearest whole number of seconds, halves away from zero.
fn whole(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to what a step can be")]
    let whole = seconds.clamp(-1e12, 1e12).round() as i64;
    whole
}

/// A complaint with the names of the file in place of indices.
fn named(case: &Case, error: &FlowError) -> String {
    let node = |node: &usize| case.node_names.get(*node).map_or("?", String::as_str);
    let link = |link: &usize| case.link_names.get(*link).map_or("?", String::as_str);
    match error {
        FlowError::Link { link: index, what } => format!("link `{}`: {what}", link(index)),
        FlowError::Node { node: index, what } => format!("node `{}`: {what}", node(index)),
        FlowError::Afloat { node: index } => {
            format!("node `{}` is joined to no tank or reservoir", node(index))
        }
        FlowError::Singular { node: index } => {
            format!("the heads have no single answer: node `{}` hangs on nothing", node(index))
        }
        FlowError::Ends { .. }
        | FlowError::Viscosity
        | FlowError::OtherTopology
        | FlowError::PumpCurve
        | FlowError::Unbalanced { .. } => error.to_string(),
    }
}
