//! The length and the medium of every cable.
//!
//! ```text
//! inside a rack      f |h₁ - h₂|        + 2 s      heights of the two devices
//! between racks      f L + 2 v          + 2 s      L: over trays in a room, else through trenches
//! ```
//!
//! `f` is the route tolerance, `v` the way from a device to the tray and `s` the slack of the
//! medium. Racks of one room are joined over trays, those of different containers by the shortest
//! way through the laid trenches that carry data, through any laid trench where that is not enough,
//! and by a straight estimate where no trench leads, which is counted apart.

use std::collections::BTreeMap;

use super::racks::Place;
use super::site::{Passage, Run, Site, Way};
use super::spec::FabricSpec;
use super::topology::{Cable, Fabric, Far};
use crate::catalogue::Catalogue;
use crate::catalogue::media::{Ask, FabricMedium};
use crate::plan::Plan;
use crate::report::Report;

/// A cable as it is ordered.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// How it runs.
    pub run: Run,
    /// The medium, by index in the rule set; none where none reaches.
    pub medium: Option<u32>,
    /// Length with tolerance, verticals and slack, m.
    pub length_m: f64,
    /// Length that is bought, m.
    pub stock_m: f64,
    /// Farthest the medium reaches, m.
    pub reach_m: f64,
}

/// Cables that lie together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bundle {
    pub(super) cables: usize,
    /// Sum of the cross-sections, mm².
    pub(super) area_mm2: f64,
}

impl Bundle {
    pub(super) fn add(&mut self, outer_mm: f64) {
        self.cables += 1;
        self.area_mm2 += std::f64::consts::PI * outer_mm * outer_mm / 4.0;
    }

    pub(super) fn join(&mut self, other: Self) {
        self.cables += other.cables;
        self.area_mm2 += other.area_mm2;
    }
}

/// Lengths, media and bundles of all cables.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) cables: Vec<Measure>,
    /// What lies in the trays of a container, by index.
    pub(super) in_container: BTreeMap<u32, Bundle>,
    /// What lies in the fullest place of a trench, by index.
    pub(super) in_trench: BTreeMap<u32, Bundle>,
}

/// Measures every cable.
pub(super) fn measure(
    spec: &FabricSpec,
    fabric: &Fabric,
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
) -> Measured {
    let site = Site::new(fabric, plan, catalogue, report);
    let heights = Heights::of(fabric);
    let mut out = Measured::default();
    let mut passages: BTreeMap<Passage, Bundle> = BTreeMap::new();
    let mut known: BTreeMap<(u32, u32), Way> = BTreeMap::new();
    let rules = &catalogue.rules;
    let vertical_m = rules.fabric_rack_vertical_m.value;
    let factor = rules.cable_route_factor.value;
    for cable in &fabric.cables {
        let (from, to) = racks_of(fabric, cable);
        let key = (from.min(to), from.max(to));
        let way = *known.entry(key).or_insert_with(|| site.way(key));
        let run_m = match way.run {
            Run::Rack => factor * vertical_m * heights.apart(spec, fabric, cable),
            Run::Room | Run::Trench | Run::Estimate => factor * way.length_m + 2.0 * vertical_m,
            Run::Unplaced => 0.0,
        };
        let measure = choose(spec, catalogue, way.run, run_m, splits(spec, fabric, cable));
        if let Some(medium) = medium_of(catalogue, &measure) {
            let ends = [from, to].map(|rack| fabric.racks[rack as usize].place);
            tally(&mut out.in_container, way.run, ends, medium.outer_mm);
            if let Some(passage) = way.passage {
                passages.entry(passage).or_default().add(medium.outer_mm);
            }
        }
        out.cables.push(measure);
    }
    out.in_trench = site.fullest(&passages);
    out
}

/// The medium of a cable.
pub(super) fn medium_of<'a>(
    catalogue: &'a Catalogue,
    measure: &Measure,
) -> Option<&'a FabricMedium> {
    catalogue.rules.fabric_media.get(measure.medium? as usize)
}

/// Whether a cable shares its switch port among several ports of hosts.
pub(super) fn splits(spec: &FabricSpec, fabric: &Fabric, cable: &Cable) -> bool {
    let Far::Nics { run, .. } = cable.to else { return false };
    let run = fabric.hosts[run as usize];
    let hosts = spec.blocks.get(run.block as usize).and_then(|b| b.hosts.get(run.kind as usize));
    hosts.is_some_and(|hosts| hosts.nic_gbps < spec.switch.rate_gbps)
}

/// The racks at both ends of a cable, by index.
pub(super) fn racks_of(fabric: &Fabric, cable: &Cable) -> (u32, u32) {
    let rack = |switch: u32| fabric.switches[switch as usize].rack;
    let far = match cable.to {
        Far::Switch(end) => rack(end.switch),
        Far::Nics { run, .. } => fabric.hosts[run as usize].rack,
    };
    (rack(cable.from.switch), far)
}

fn tally(trays: &mut BTreeMap<u32, Bundle>, run: Run, ends: [Option<Place>; 2], outer_mm: f64) {
    if matches!(run, Run::Rack | Run::Unplaced) {
        return;
    }
    let [near, far] = ends.map(|place| place.map(|place| place.container));
    let far = far.filter(|_| far != near);
    for container in near.into_iter().chain(far) {
        trays.entry(container).or_default().add(outer_mm);
    }
}

/// The first allowed medium that reaches; without one, the length in the medium that reaches
/// farthest.
fn choose(spec: &FabricSpec, catalogue: &Catalogue, run: Run, run_m: f64, split: bool) -> Measure {
    let connectors = match run {
        Run::Trench | Run::Estimate => catalogue.rules.fabric_connectors.value,
        Run::Rack | Run::Room => 0.0,
        Run::Unplaced => {
            return Measure { run, medium: None, length_m: 0.0, stock_m: 0.0, reach_m: 0.0 };
        }
    };
    let (rate_gbps, standard) = (spec.switch.rate_gbps, spec.switch.standard.as_str());
    let ask = Ask { run_m, split, connectors, rate_gbps, standard };
    let found = allowed(spec, catalogue)
        .find_map(|(index, medium)| Some((index, medium.fit(catalogue, &ask)?)));
    if let Some((index, fit)) = found {
        return Measure {
            run,
            medium: Some(index),
            length_m: fit.length_m,
            stock_m: fit.stock_m,
            reach_m: fit.optic.reach_m,
        };
    }
    let (reach_m, length_m) = allowed(spec, catalogue)
        .map(|(_, medium)| (medium.reach_m(catalogue, &ask), medium.length_m(run_m)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, run_m));
    Measure { run, medium: None, length_m, stock_m: length_m.ceil(), reach_m }
}

/// The media a fabric may use, with their index in the rule set.
fn allowed<'a>(
    spec: &'a FabricSpec,
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = (u32, &'a FabricMedium)> {
    (0_u32..)
        .zip(&catalogue.rules.fabric_media)
        .filter(move |(_, medium)| spec.media.is_empty() || spec.media.contains(&medium.id))
}

/// Where devices sit in their racks, as a share of the height.
struct Heights {
    switches: Vec<f64>,
}

impl Heights {
    /// Switches of a rack are spread evenly over its height, in order; so are its hosts.
    fn of(fabric: &Fabric) -> Self {
        let mut in_rack: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, switch) in fabric.switches.iter().enumerate() {
            in_rack.entry(switch.rack).or_default().push(index);
        }
        let mut switches = vec![0.5; fabric.switches.len()];
        for members in in_rack.values() {
            for (number, &index) in members.iter().enumerate() {
                switches[index] = middle(number, members.len());
            }
        }
        Self { switches }
    }

    /// How far apart the ends of a cable inside a rack are, as a share of the height.
    fn apart(&self, spec: &FabricSpec, fabric: &Fabric, cable: &Cable) -> f64 {
        let near = self.switches[cable.from.switch as usize];
        let far = match cable.to {
            Far::Switch(end) => self.switches[end.switch as usize],
            Far::Nics { run, first, .. } => {
                let run = fabric.hosts[run as usize];
                let kind = spec.blocks[run.block as usize].hosts.get(run.kind as usize);
                let nics = kind.map_or(1, |hosts| hosts.nics.max(1));
                middle((first / nics) as usize, run.count as usize)
            }
        };
        (near - far).abs()
    }
}

/// The middle of item `number` of `count` that share a height of one.
fn middle(number: usize, count: usize) -> f64 {
    (2 * number + 1) as f64 / (2 * count.max(1)) as f64
}
