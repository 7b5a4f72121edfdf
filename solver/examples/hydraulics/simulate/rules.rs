//! Rule-based controls.

use stackyard_solver::physics::flow::Status;

use super::{CUBIC_FOOT, DAY, Run};
use crate::case::{Place, Premise, Relation, Rule, RuleAct, Subject, Units, Wanted, setting};

/// Difference that counts as none in the units of the file.
const SLACK: f64 = 1e-3;

impl Run<'_> {
    /// Steps by the rule step until a rule acts or the step is over; returns what has passed.
    pub(super) fn step_with_rules(&mut self, step: i64) -> i64 {
        let rule_step = self.case.times.rule_step.max(1);
        let (start, end) = (self.time, self.time + step);
        // The first stride ends at a multiple of the rule step.
        let mut stride = (rule_step - start % rule_step).min(step);
        while stride > 0 {
            self.time += stride;
            self.fill(stride);
            if self.obey_rules(stride) {
                break;
            }
            stride = rule_step.min(end - self.time);
        }
        let passed = self.time - start;
        self.time = start;
        passed
    }

    /// Takes what all rules ask for, higher priorities first; tells whether anything changed.
    fn obey_rules(&mut self, stride: i64) -> bool {
        let case = self.case;
        let mut taken: Vec<(RuleAct, &Rule)> = Vec::new();
        for rule in &case.rules {
            let acts = if self.holds_all(rule, stride) { &rule.then } else { &rule.otherwise };
            for &act in acts {
                match taken.iter_mut().find(|(other, _)| other.link() == act.link()) {
                    Some(other) if rule.priority > other.1.priority => *other = (act, rule),
                    Some(_) => {}
                    None => taken.push((act, rule)),
                }
            }
        }
        let mut has_changed = false;
        // The last to be listed is the first to be carried out.
        for (act, _) in taken.into_iter().rev() {
            has_changed |= self.take(act);
        }
        has_changed
    }

    fn take(&mut self, act: RuleAct) -> bool {
        let is_closed = self.status(act.link()).is_closed();
        match act {
            RuleAct::Open(link) if is_closed => self.hold(link, true),
            RuleAct::Close(link) if !is_closed => self.hold(link, false),
            RuleAct::Set(link, to) => {
                let element = &self.network.links[link].element;
                let slack = Units::slack(element);
                if setting(element).is_some_and(|now| (now - to).abs() <= slack) {
                    return false;
                }
                self.set(link, to);
            }
            RuleAct::Open(_) | RuleAct::Close(_) | RuleAct::Nothing(_) => return false,
        }
        true
    }

    fn holds_all(&self, rule: &Rule, stride: i64) -> bool {
        let mut holds = true;
        for premise in &rule.premises {
            if premise.is_alternative {
                holds = holds || self.holds(premise, stride);
            } else {
                if !holds {
                    return false;
                }
                holds = self.holds(premise, stride);
            }
        }
        holds
    }

    fn holds(&self, premise: &Premise, stride: i64) -> bool {
        let clock = |time: i64| (time + self.case.times.clock_start).rem_euclid(DAY);
        let units = &self.case.units;
        let value = match premise.subject {
            Subject::Time => return in_time(premise, self.time - stride + 1, self.time),
            Subject::Clock => {
                return in_time(premise, clock(self.time - stride + 1), clock(self.time));
            }
            Subject::Status(link, wanted) => {
                let now = match self.status(link) {
                    Status::Active => Wanted::Active,
                    other if other.is_closed() => Wanted::Closed,
                    _ => Wanted::Open,
                };
                return match premise.relation {
                    Relation::Equal => now == wanted,
                    Relation::Different => now != wanted,
                    _ => false,
                };
            }
            Subject::TotalDemand => Some(self.total_demand / units.flow_m3_s),
            Subject::Demand(node) => Some(self.now.outflow_m3_s[node] / units.flow_m3_s),
            Subject::Head(node) => Some(self.head(node) / units.length_m),
            Subject::Level(node) => Some((self.head(node) - self.bottom(node)) / units.length_m),
            Subject::Pressure(node) => {
                Some((self.head(node) - self.bottom(node)) / units.pressure_m)
            }
            Subject::Flow(link) => Some(self.now.flow_m3_s[link].abs() / units.flow_m3_s),
            Subject::Setting(link) => {
                let element = &self.network.links[link].element;
                setting(element).map(|setting| setting / units.of_setting(element))
            }
            Subject::FillTime(node) => self.tanks[node].as_ref().and_then(|tank| {
                let inflow = self.now.outflow_m3_s[node];
                let left = tank.most_m3 - tank.volume_m3;
                (inflow > 1e-6 * CUBIC_FOOT).then(|| left / inflow)
            }),
            Subject::DrainTime(node) => self.tanks[node].as_ref().and_then(|tank| {
                let inflow = self.now.outflow_m3_s[node];
                let left = tank.least_m3 - tank.volume_m3;
                (inflow < -1e-6 * CUBIC_FOOT).then(|| left / inflow)
            }),
        };
        let Some(value) = value else { return false };
        let limit = premise.value;
        match premise.relation {
            Relation::Equal => (value - limit).abs() <= SLACK,
            Relation::Different => (value - limit).abs() >= SLACK,
            Relation::Less => value <= limit + SLACK,
            Relation::AtMost => value <= limit - SLACK,
            Relation::More => value >= limit - SLACK,
            Relation::AtLeast => value >= limit + SLACK,
        }
    }

    /// Elevation of a node: a tank's bottom, a reservoir's base head.
    fn bottom(&self, node: usize) -> f64 {
        match &self.case.places[node] {
            Place::Tank(tank) => tank.bottom_m,
            Place::Reservoir { head_m, .. } => *head_m,
            Place::Junction { .. } => self.network.nodes[node].elevation_m(),
        }
    }
}

/// Whether a time condition holds in a stride from one second to another, which may pass midnight.
fn in_time(premise: &Premise, from: i64, to: i64) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "it came from a whole number of seconds")]
    let wanted = premise.value as i64;
    let passes =
        if to < from { wanted >= from || wanted <= to } else { (from..=to).contains(&wanted) };
    match premise.relation {
        Relation::Equal => passes,
        Relation::Different => !passes,
        Relation::Less => to < wanted,
        Relation::AtMost => to <= wanted,
        Relation::More => to > wanted,
        Relation::AtLeast => to >= wanted,
    }
}
