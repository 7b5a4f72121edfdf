//! What is wrong with a plan. One rule, one file; each finding carries its numbers, its place, the
//! limit and where the limit comes from.
//!
//! [`survey`] looks at the ground alone and is fast enough for every frame of a drag.
//! [`inspect`] looks at the settled network too. [`verify`] shares no code with either the
//! optimiser or the sizing: it recomputes everything from the plan and the routes.

mod access;
mod ampacity;
mod boundary;
mod budget;
mod capacity;
mod clearance;
mod energy_law;
mod fabric_ports;
mod fabric_reach;
mod overlap;
mod power_flow;
mod pressure;
mod reach;
mod redundancy;
#[cfg(test)]
mod sample;
mod service;
mod single_loss;
mod tray_fill;
pub mod verify;
mod voltage_drop;
mod waypoints;
mod weather;
mod zones;

use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::catalogue::module::ModuleType;
use crate::corridors::grid::Grid;
use crate::geometry::{Point, Rect};
use crate::id::Id;
use crate::plan::{Container, Plan};
use crate::report::{Finding, Report, Severity};

/// A container with everything the ground rules ask of it.
pub(crate) struct Placed<'a> {
    pub(crate) container: &'a Container,
    pub(crate) module: &'a ModuleType,
    pub(crate) footprint: Rect,
    pub(crate) clearance: Rect,
}

/// The containers of a plan and an index of where they are.
pub(crate) struct Ground<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) placed: Vec<Placed<'a>>,
    pub(crate) index: Grid,
}

impl<'a> Ground<'a> {
    fn new(plan: &'a Plan, catalogue: &'a Catalogue) -> Self {
        let placed: Vec<Placed<'_>> = plan
            .containers
            .iter()
            .filter_map(|container| {
                let module = catalogue.modules.get(&container.module)?;
                let footprint = container.footprint(module);
                let clearance = container.clearance_area(module);
                Some(Placed { container, module, footprint, clearance })
            })
            .collect();
        let site = plan.bounds().unwrap_or_default();
        let bounds = placed.iter().fold(site, |all, one| all.union(one.footprint));
        let mut index = Grid::new(bounds, 20_000);
        for (number, one) in (0..).zip(&placed) {
            index.insert(number, one.footprint);
        }
        Self { plan, catalogue, placed, index }
    }

    /// Pairs of containers that may concern each other, the lesser name first.
    fn neighbours(&self, one: usize) -> impl Iterator<Item = &Placed<'a>> {
        let area = self.placed[one].clearance;
        self.index
            .near(area)
            .into_iter()
            .map(|other| other as usize)
            .filter(move |&other| other != one)
            .map(|other| &self.placed[other])
    }
}

/// Rules that look at the ground alone; `catalogue` need not carry the plan's overrides.
pub fn survey(plan: &Plan, catalogue: &Catalogue) -> Vec<Finding> {
    if plan.modules.is_empty() && plan.rules.is_empty() {
        return sorted(plan, on_ground(&Ground::new(plan, catalogue), None));
    }
    let merged = catalogue.with_overrides_of(plan);
    sorted(plan, on_ground(&Ground::new(plan, &merged), None))
}

/// The same, for the containers that move only.
pub fn survey_of(plan: &Plan, catalogue: &Catalogue, moved: &BTreeSet<Id>) -> Vec<Finding> {
    sorted(plan, on_ground(&Ground::new(plan, catalogue), Some(moved)))
}

fn on_ground(ground: &Ground<'_>, only: Option<&BTreeSet<Id>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let concerned = |one: &Placed<'_>| only.is_none_or(|only| only.contains(&one.container.id));
    for number in 0..ground.placed.len() {
        if !concerned(&ground.placed[number]) {
            continue;
        }
        overlap::check(ground, number, only, &mut findings);
        clearance::check(ground, number, only, &mut findings);
        boundary::check(ground, number, &mut findings);
        zones::check(ground, number, &mut findings);
        access::check(ground, number, &mut findings);
    }
    findings
}

/// All rules; `catalogue` already carries the plan's overrides and `report` the settled network.
pub(crate) fn inspect(plan: &Plan, catalogue: &Catalogue, report: &Report) -> Vec<Finding> {
    let mut findings = on_ground(&Ground::new(plan, catalogue), None);
    service::check(plan, catalogue, report, &mut findings);
    capacity::check(plan, catalogue, report, &mut findings);
    redundancy::check(plan, catalogue, report, &mut findings);
    single_loss::check(plan, catalogue, report, &mut findings);
    waypoints::check(plan, report, &mut findings);
    ampacity::check(catalogue, report, &mut findings);
    voltage_drop::check(catalogue, report, &mut findings);
    power_flow::check(catalogue, report, &mut findings);
    pressure::check(catalogue, report, &mut findings);
    reach::check(report, &mut findings);
    fabric_ports::check(plan, catalogue, report, &mut findings);
    fabric_reach::check(plan, catalogue, report, &mut findings);
    tray_fill::check(plan, catalogue, report, &mut findings);
    budget::check(plan, report, &mut findings);
    weather::check(plan, catalogue, &mut findings);
    energy_law::check(plan, catalogue, report, &mut findings);
    sorted(plan, findings)
}

/// Errors first, then by rule and subject, with what a person accepted marked.
fn sorted(plan: &Plan, mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        finding.accepted = plan.accepted.get(&finding.key()).cloned();
    }
    findings
        .sort_by(|a, b| (a.severity, a.rule, &a.subjects).cmp(&(b.severity, b.rule, &b.subjects)));
    findings
}

/// A finding without fixes.
pub(crate) fn finding(
    rule: &'static str,
    severity: Severity,
    subjects: Vec<String>,
    at: Option<Rect>,
    message: String,
    basis: String,
) -> Finding {
    Finding { rule, severity, subjects, at, message, basis, fixes: Vec::new(), accepted: None }
}

/// The rectangle around a line.
pub(crate) fn around(path: &[Point]) -> Option<Rect> {
    Rect::around(path.iter().copied())
}

/// A rectangle about single places, large enough to be seen.
pub(crate) fn spots(places: &[Point]) -> Option<Rect> {
    around(places).map(|rect| rect.inflate(1_000))
}

/// Metres with two decimals.
pub(crate) fn metres(millimetres: i64) -> String {
    format!("{:.2} m", millimetres as f64 / 1000.0)
}

/// A place in metres.
pub(crate) fn place(at: Point) -> String {
    format!("({}, {})", metres(at.x), metres(at.y))
}
