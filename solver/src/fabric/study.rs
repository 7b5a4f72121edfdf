//! Sums over a fabric: what is bought, how full trays are, how it compares, what is wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Takeoff;
use super::compare::{Comparison, compare, hosts};
use super::faults::{Violation, violations};
use super::measure::{Bundle, Measure, medium_of, splits};
use super::site::Run;
use super::topology::{Cable, Far, Kind};
use crate::id::Id;
use crate::report::Report;

/// Sums over a fabric; empty where the plan has none.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FabricStudy {
    /// Its name.
    pub name: String,
    /// Groups of switches.
    pub groups: usize,
    /// Links between two groups.
    pub links_per_pair: u32,
    /// Switches.
    pub switches: usize,
    /// Racks that hold switches or hosts and have a place.
    pub racks: usize,
    /// Nodes and other hosts.
    pub hosts: u64,
    /// Network ports of hosts.
    pub end_points: u64,
    /// Links: one a host port, one a cable between switches.
    pub links: u64,
    /// Switch ports.
    pub ports: u64,
    /// Switch ports in use.
    pub ports_used: u64,
    /// Switch ports left.
    pub ports_free: u64,
    /// Cables, each on one switch port.
    pub cables: usize,
    /// Cable in stock lengths, km.
    pub length_km: f64,
    /// The same before rounding up to stock lengths, km.
    pub routed_km: f64,
    /// Cables between containers that no trench joins; their length is estimated.
    pub estimated: usize,
    /// Cables with an end in a rack that has no place; they have no length.
    pub unplaced: usize,
    /// Sums by what cables join.
    pub kinds: Vec<KindSum>,
    /// What is bought, by what it joins, medium and length.
    pub take_off: Vec<TakeOff>,
    /// Cables in each trench, at its fullest place.
    pub trenches: Vec<Bundled>,
    /// Cables in the trays of each container, as if all lay in one place.
    pub containers: Vec<Bundled>,
    /// The longest cable.
    pub longest: Option<Longest>,
    /// Published figures beside those of the plan.
    pub comparison: Vec<Comparison>,
    /// What is wrong.
    pub violations: Vec<Violation>,
}

impl FabricStudy {
    /// Whether the plan has a fabric.
    pub fn is_present(&self) -> bool {
        self.switches > 0
    }
}

/// Cables of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct KindSum {
    /// What they join.
    pub kind: Kind,
    /// How many.
    pub cables: usize,
    /// In stock lengths, m.
    pub stock_m: f64,
    /// Before rounding up, m.
    pub routed_m: f64,
    /// The longest, in stock lengths, m.
    pub longest_m: f64,
}

/// Cables of one kind, medium and stock length.
#[derive(Clone, Debug, Serialize)]
pub struct TakeOff {
    /// What they join.
    pub kind: Kind,
    /// Price-book id; none where no medium reaches.
    pub item: Option<String>,
    /// The medium by name.
    pub medium: String,
    /// Length of one, m.
    pub stock_m: f64,
    /// Farthest the medium reaches, m.
    pub reach_m: f64,
    /// How many.
    pub cables: usize,
    /// Together, m.
    pub metres: f64,
    /// Loss of one with the connectors on its way, dB; 0 for copper.
    pub loss_db: f64,
    /// Delay of one, ns.
    pub latency_ns: f64,
    /// Whether the bill buys them here; links between groups lie in the trunks of the data
    /// connections, which are billed with the network.
    pub billed: bool,
}

/// Cables that lie together.
#[derive(Clone, Debug, Serialize)]
pub struct Bundled {
    /// Trench or container.
    pub place: String,
    /// How many.
    pub cables: usize,
    /// Sum of their cross-sections, mm².
    pub area_mm2: f64,
    /// Share of the tray's cross-section they take.
    pub fill: f64,
    /// Cables of that mean size that the limit allows.
    pub most: u64,
}

/// The longest cable.
#[derive(Clone, Debug, Serialize)]
pub struct Longest {
    /// Near switch.
    pub from: String,
    /// Far switch or host.
    pub to: String,
    /// Before rounding up, m.
    pub length_m: f64,
    /// As bought, m.
    pub stock_m: f64,
    /// Delay, ns.
    pub latency_ns: f64,
}

/// What lies at the same place in the take-off: kind, medium, whether split, millimetres, and
/// whether there are connectors on the way.
type Likeness = (Kind, Option<u32>, bool, i64, bool);

/// Cables of a take-off row: how many, their exact length, the reach of the last.
type Tally = (usize, f64, f64);

/// Sums up a fabric.
pub(super) fn study(takeoff: &Takeoff<'_>, report: &Report) -> FabricStudy {
    let fabric = &takeoff.fabric;
    let ports = u64::from(takeoff.spec.switch.ports);
    let mut out = FabricStudy {
        name: takeoff.spec.name.clone(),
        groups: fabric.groups.len(),
        links_per_pair: fabric.links_per_pair,
        switches: fabric.switches.len(),
        racks: fabric.racks.iter().filter(|rack| rack.place.is_some()).count(),
        ports: ports * fabric.switches.len() as u64,
        cables: fabric.cables.len(),
        ..FabricStudy::default()
    };
    for switch in &fabric.switches {
        let used = u64::from(switch.used).min(ports);
        out.ports_used += used;
        out.ports_free += ports - used;
    }
    (out.hosts, out.end_points) = hosts(takeoff, None);
    let between = fabric.cables.iter().filter(|cable| cable.kind != Kind::Host).count();
    out.links = out.end_points + between as u64;
    lengths(takeoff, &mut out);
    let rules = &takeoff.catalogue.rules;
    let tray_mm2 = rules.fabric_tray_width_mm.value * rules.fabric_tray_depth_mm.value;
    let bundled = |place: String, bundle: Bundle| Bundled {
        place,
        cables: bundle.cables,
        area_mm2: bundle.area_mm2,
        fill: bundle.area_mm2 / tray_mm2,
        most: most(rules.fabric_tray_fill_max.value * tray_mm2, bundle),
    };
    let name_of = |index: u32| report.trenches.get(index as usize).map(|t| t.id.clone());
    let in_trench = takeoff.measured.in_trench.iter();
    out.trenches = in_trench.filter_map(|(&t, &b)| Some(bundled(name_of(t)?, b))).collect();
    let in_container = takeoff.measured.in_container.iter();
    out.containers = in_container
        .filter_map(|(&c, &b)| Some(bundled(takeoff.container(c)?.to_string(), b)))
        .collect();
    out.comparison = takeoff.spec.published.iter().map(|it| compare(takeoff, &out, it)).collect();
    out.violations = violations(takeoff, &out);
    out
}

/// Cables of the mean size of a bundle that fit into an area: `n = F A / (π d² / 4)`.
fn most(area_mm2: f64, bundle: Bundle) -> u64 {
    if bundle.area_mm2 <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a tray holds less than a million cables"
    )]
    {
        (area_mm2 * bundle.cables as f64 / bundle.area_mm2) as u64
    }
}

/// Lengths by kind, medium and stock length.
fn lengths(takeoff: &Takeoff<'_>, out: &mut FabricStudy) {
    let mut rows: BTreeMap<Likeness, Tally> = BTreeMap::new();
    let mut longest: Option<(&Cable, &Measure)> = None;
    for (cable, measure) in takeoff.cables() {
        match measure.run {
            Run::Unplaced => {
                out.unplaced += 1;
                continue;
            }
            Run::Estimate => out.estimated += 1,
            Run::Rack | Run::Room | Run::Trench => {}
        }
        #[expect(clippy::cast_possible_truncation, reason = "cables are shorter than the site")]
        let stock_mm = (measure.stock_m * 1000.0).round() as i64;
        let split = splits(takeoff.spec, &takeoff.fabric, cable);
        let patched = matches!(measure.run, Run::Trench | Run::Estimate);
        let key = (cable.kind, measure.medium, split, stock_mm, patched);
        let row = rows.entry(key).or_default();
        *row = (row.0 + 1, row.1 + measure.length_m, measure.reach_m);
        if longest.is_none_or(|(_, longest)| measure.length_m > longest.length_m) {
            longest = Some((cable, measure));
        }
    }
    for kind in Kind::ALL {
        let own = rows.iter().filter(|((of, ..), _)| *of == kind);
        let sum = own.fold((0, 0.0, 0.0, 0.0), |sum: (usize, f64, f64, f64), (key, tally)| {
            let stock_m = key.3 as f64 / 1000.0;
            let bought = sum.1 + stock_m * tally.0 as f64;
            (sum.0 + tally.0, bought, sum.2 + tally.1, sum.3.max(stock_m))
        });
        let (cables, stock_m, routed_m, longest_m) = sum;
        out.length_km += stock_m / 1000.0;
        out.routed_km += routed_m / 1000.0;
        out.kinds.push(KindSum { kind, cables, stock_m, routed_m, longest_m });
    }
    out.take_off = rows.into_iter().map(|(key, tally)| take_off(takeoff, key, tally)).collect();
    out.longest = longest.map(|(cable, measure)| {
        let (from, to) = takeoff.ends(cable);
        let ns = medium_of(takeoff.catalogue, measure).map_or(0.0, |medium| medium.ns_per_m);
        let Measure { length_m, stock_m, .. } = *measure;
        Longest { from, to, length_m, stock_m, latency_ns: ns * stock_m }
    });
}

fn take_off(takeoff: &Takeoff<'_>, key: Likeness, (cables, _, reach_m): Tally) -> TakeOff {
    let (kind, medium, split, stock_mm, patched) = key;
    let rules = &takeoff.catalogue.rules;
    let stock_m = stock_mm as f64 / 1000.0;
    let medium = medium.and_then(|index| rules.fabric_media.get(index as usize));
    let connectors = if patched { rules.fabric_connectors.value } else { 0.0 };
    let name = medium.map_or("none reaches", |medium| medium.name.as_str());
    TakeOff {
        kind,
        item: medium.map(|medium| medium.item(split, stock_m)),
        medium: if split { format!("{name}, splitter") } else { name.to_owned() },
        stock_m,
        reach_m,
        cables,
        metres: stock_m * cables as f64,
        loss_db: medium.map_or(0.0, |medium| medium.loss_db(stock_m, connectors)),
        latency_ns: medium.map_or(0.0, |medium| medium.ns_per_m * stock_m),
        billed: medium.is_some() && super::bill::is_billed(kind),
    }
}

impl Takeoff<'_> {
    /// The name of a container, by index.
    pub(super) fn container(&self, index: u32) -> Option<&Id> {
        Some(&self.plan.containers.get(index as usize)?.id)
    }

    /// The names of what a cable joins.
    fn ends(&self, cable: &Cable) -> (String, String) {
        let name = |switch: u32| self.fabric.switches[switch as usize].name.clone();
        let far = match cable.to {
            Far::Switch(end) => name(end.switch),
            Far::Nics { .. } => self.hosts_of(cable).join(" + "),
        };
        (name(cable.from.switch), far)
    }
}
