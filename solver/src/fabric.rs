//! The high-performance network between racks: from groups and racks to every cable and port.
//!
//! A plan states what was decided ([`spec::FabricSpec`]). [`topology`] wires it to the last port by
//! fixed rules, `racks` finds where the switches stand, `measure` runs every cable over trays and
//! through the laid trenches and picks its medium and stock length. The report keeps sums
//! ([`FabricStudy`]); the tens of thousands of rows of the port schedule are made when they are
//! asked for ([`Takeoff::ports`]).
//!
//! Cable figures are an estimate for ordering: they follow the trenches of the report and the
//! figures of the rule set, and nothing in the search depends on them.

mod bill;
mod compare;
mod faults;
mod measure;
mod problem;
mod racks;
#[cfg(test)]
pub(crate) mod sample;
mod schedule;
mod site;
pub mod spec;
mod study;
pub mod topology;
mod ways;

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::Report;

pub use compare::Comparison;
pub use faults::Violation;
pub use measure::Measure;
pub use racks::Place;
pub use schedule::{PortRow, SwitchRow};
pub use site::Run;
pub use study::{Bundled, FabricStudy, KindSum, Longest, TakeOff};
pub use topology::links_per_pair;

/// A fabric wired and measured.
#[derive(Debug)]
pub struct Takeoff<'a> {
    /// What the plan states.
    pub spec: &'a spec::FabricSpec,
    /// The plan.
    pub plan: &'a Plan,
    /// The catalogue with the plan's overrides.
    pub catalogue: &'a Catalogue,
    /// Switches, ports and cables.
    pub fabric: topology::Fabric,
    measured: measure::Measured,
}

impl<'a> Takeoff<'a> {
    /// Wires and measures the fabric of a plan, if it has one; `catalogue` already carries the
    /// plan's overrides and `report` the laid trenches.
    pub fn of(plan: &'a Plan, catalogue: &'a Catalogue, report: &Report) -> Option<Self> {
        let spec = plan.fabric.as_ref()?;
        let fabric = topology::wire(spec, plan, catalogue);
        let measured = measure::measure(spec, &fabric, plan, catalogue, report);
        Some(Self { spec, plan, catalogue, fabric, measured })
    }

    /// Every cable with its length and medium, in the order of the fabric.
    pub fn cables(&self) -> impl Iterator<Item = (&topology::Cable, &Measure)> {
        self.fabric.cables.iter().zip(&self.measured.cables)
    }

    /// Cables and transceivers to buy, spares apart, by phase and price-book id.
    pub fn bought(&self) -> BTreeMap<(Id, String), f64> {
        bill::bought(self)
    }
}

/// Studies the fabric of a plan and adds its cables to the report's bill and phases.
pub(crate) fn attach(plan: &Plan, catalogue: &Catalogue, report: &mut Report) {
    let Some(takeoff) = Takeoff::of(plan, catalogue, report) else { return };
    let study = study::study(&takeoff, report);
    report.fabric = study;
    bill::add(report, &takeoff);
}
