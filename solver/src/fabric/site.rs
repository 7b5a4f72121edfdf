//! The ground a fabric is laid on: containers with their gates, and the trenches between them.

use std::collections::BTreeMap;

use super::measure::Bundle;
use super::racks::Place;
use super::topology::Fabric;
use super::ways::{Tree, Ways};
use crate::catalogue::Catalogue;
use crate::catalogue::module::{ModuleType, Service};
use crate::geometry::Point;
use crate::plan::{Container, Plan};
use crate::report::Report;

/// How a cable runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Inside one rack.
    Rack,
    /// Over the trays of one room.
    Room,
    /// Through trenches from one container to another.
    Trench,
    /// As far as can be told without a trench.
    Estimate,
    /// Nowhere: a rack at one end has no place.
    Unplaced,
}

/// The way between two racks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) run: Run,
    /// From rack to rack, without what hangs down to the devices, m.
    pub(super) length_m: f64,
    pub(super) passage: Option<Passage>,
}

/// A way through trenches, by the gates at its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Passage {
    /// Which of the two sets of trenches it takes.
    level: usize,
    /// Container and gate where it leaves.
    from: (u32, usize),
    /// Container and gate where it enters.
    to: (u32, usize),
}

/// A data port where cables leave a container.
struct Gate {
    at: Point,
    node: u32,
    tree: Tree,
}

/// Containers with their gates and the trenches between them.
pub(super) struct Site<'a> {
    fabric: &'a Fabric,
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    /// Trenches that carry data, and all of them.
    levels: [Level; 2],
}

/// A set of trenches and the gates at them, by container.
struct Level {
    ways: Ways,
    gates: BTreeMap<u32, Vec<Gate>>,
}

impl<'a> Site<'a> {
    pub(super) fn new(
        fabric: &'a Fabric,
        plan: &'a Plan,
        catalogue: &'a Catalogue,
        report: &Report,
    ) -> Self {
        let is_data = |index: &usize| {
            let service = report.connections.get(*index).map(|connection| connection.service);
            matches!(service, Some(Service::DataA | Service::DataB))
        };
        let with_data = Ways::new(&report.trenches, |trench| trench.contents.iter().any(is_data));
        let all = Ways::new(&report.trenches, |_| true);
        let mut containers: Vec<u32> =
            fabric.racks.iter().filter_map(|rack| Some(rack.place?.container)).collect();
        containers.sort_unstable();
        containers.dedup();
        let levels = [with_data, all].map(|ways| {
            let gates = containers
                .iter()
                .map(|&index| (index, gates(plan, catalogue, index, &ways)))
                .collect();
            Level { ways, gates }
        });
        Self { fabric, plan, catalogue, levels }
    }

    /// The way between two racks.
    pub(super) fn way(&self, (one, other): (u32, u32)) -> Way {
        let place = |rack: u32| self.fabric.racks[rack as usize].place;
        let (Some(near), Some(far)) = (place(one), place(other)) else {
            return Way { run: Run::Unplaced, length_m: 0.0, passage: None };
        };
        if one == other {
            return Way { run: Run::Rack, length_m: 0.0, passage: None };
        }
        let straight_m = metres(manhattan(near.at, far.at));
        if self.in_one_room(near.container, far.container) {
            return Way { run: Run::Room, length_m: straight_m, passage: None };
        }
        let through = (0..self.levels.len()).find_map(|level| self.through(level, near, far));
        if let Some((length, passage)) = through {
            return Way { run: Run::Trench, length_m: metres(length), passage: Some(passage) };
        }
        let factor = self.catalogue.rules.fabric_estimate_factor.value;
        Way { run: Run::Estimate, length_m: factor * straight_m, passage: None }
    }

    /// The shortest way out of one gate and in by another, mm.
    fn through(&self, level: usize, near: Place, far: Place) -> Option<(i64, Passage)> {
        let gates = &self.levels[level].gates;
        let (out, into) = (gates.get(&near.container)?, gates.get(&far.container)?);
        let mut best: Option<(i64, Passage)> = None;
        for (leave, exit) in out.iter().enumerate() {
            for (enter, entry) in into.iter().enumerate() {
                let Some(between) = exit.tree.distance_mm(entry.node) else { continue };
                let length = manhattan(near.at, exit.at) + between + manhattan(entry.at, far.at);
                if best.is_none_or(|(shortest, _)| length < shortest) {
                    let (from, to) = ((near.container, leave), (far.container, enter));
                    best = Some((length, Passage { level, from, to }));
                }
            }
        }
        best
    }

    /// Whether a tray runs from one container to the other: they are one, or halves of a room.
    fn in_one_room(&self, one: u32, other: u32) -> bool {
        if one == other {
            return true;
        }
        let both =
            known(self.plan, self.catalogue, one).zip(known(self.plan, self.catalogue, other));
        both.is_some_and(|((a, a_module), (b, b_module))| {
            a.group.is_some()
                && a.group == b.group
                && a.footprint(a_module).gap(b.footprint(b_module)) == 0
        })
    }

    /// What lies in the fullest place of every trench, by index.
    pub(super) fn fullest(&self, passages: &BTreeMap<Passage, Bundle>) -> BTreeMap<u32, Bundle> {
        let mut out: BTreeMap<u32, Bundle> = BTreeMap::new();
        for (number, level) in self.levels.iter().enumerate() {
            let mut in_stretch: BTreeMap<(u32, u32), Bundle> = BTreeMap::new();
            for (passage, &bundle) in passages.iter().filter(|(it, _)| it.level == number) {
                let gate = |(container, gate): (u32, usize)| level.gates.get(&container)?.get(gate);
                let (Some(exit), Some(entry)) = (gate(passage.from), gate(passage.to)) else {
                    continue;
                };
                level.ways.walk(&exit.tree, entry.node, |stretch, trench| {
                    in_stretch.entry((trench, stretch)).or_default().join(bundle);
                });
            }
            let mut of_level: BTreeMap<u32, Bundle> = BTreeMap::new();
            for ((trench, _), bundle) in in_stretch {
                let fullest = of_level.entry(trench).or_default();
                if bundle.area_mm2 > fullest.area_mm2 {
                    *fullest = bundle;
                }
            }
            // A trench of both sets holds at most what both put into it.
            for (trench, bundle) in of_level {
                out.entry(trench).or_default().join(bundle);
            }
        }
        out
    }
}

/// The data ports of a container that a trench reaches.
fn gates(plan: &Plan, catalogue: &Catalogue, index: u32, ways: &Ways) -> Vec<Gate> {
    let Some((container, module)) = known(plan, catalogue, index) else { return Vec::new() };
    let is_data = |service| matches!(service, Service::DataA | Service::DataB);
    let data = module.ports.iter().filter(|port| is_data(port.service));
    data.filter_map(|port| {
        let (at, _) = container.port_position(module, port);
        let node = ways.node_at(at)?;
        Some(Gate { at, node, tree: ways.paths_from(node) })
    })
    .collect()
}

fn known<'a>(
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    index: u32,
) -> Option<(&'a Container, &'a ModuleType)> {
    let container = plan.containers.get(index as usize)?;
    Some((container, catalogue.modules.get(&container.module)?))
}

fn manhattan(a: Point, b: Point) -> i64 {
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

fn metres(millimetres: i64) -> f64 {
    millimetres as f64 / 1000.0
}
