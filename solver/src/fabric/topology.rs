//! From groups to switches, ports and cables, by fixed rules: the same fabric has the same ports on
//! every machine and in every run.
//!
//! Leaves give their first ports to hosts, the next to spines; the links of a leaf to one spine lie
//! side by side, so that twin-port modules carry both. Between groups the rule of this program is:
//! group `i` counts its peers from itself, `t = (j - i - 1) mod g`, and link `m` of `q` goes to
//! spine `(t q + m) mod S` at either end. Spines are loaded evenly and no port is used twice.

use std::collections::BTreeMap;

use super::racks::{Place, Positions, even};
use super::spec::{Block, CustomLink, FabricSpec, Racks, Topology};
use crate::catalogue::Catalogue;
use crate::id::Id;
use crate::plan::Plan;

/// What a switch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Hosts hang on it.
    Leaf,
    /// Joins the leaves of a group and leads to other groups.
    Spine,
    /// Joins the groups of a three-level fat tree.
    Core,
}

impl Role {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Leaf => "Leaf",
            Self::Spine => "Spine",
            Self::Core => "Core",
        }
    }
}

/// A switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What it is for.
    pub role: Role,
    /// Its name, `B01-L01`.
    pub name: String,
    /// Its group; none for a core.
    pub group: Option<u32>,
    /// Its rack, by index.
    pub rack: u32,
    /// Ports in use; more than it has where the fabric asks too much.
    pub used: u32,
}

/// A rack that holds switches or hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rack {
    /// Its block; none for that of cores.
    pub block: Option<u32>,
    /// Where it stands; none where its containers are full.
    pub place: Option<Place>,
}

/// Hosts of one kind in one rack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostRun {
    /// Block, by index.
    pub block: u32,
    /// Which of the block's kinds of hosts.
    pub kind: u32,
    /// The rack, by index.
    pub rack: u32,
    /// Number of the first one, from 0.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// What a cable joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Kind {
    /// A leaf and one or several host ports.
    Host,
    /// A leaf and a spine of one group.
    Local,
    /// Two groups, or a group and a core.
    Global,
}

impl Kind {
    /// Every kind in file order.
    pub const ALL: [Self; 3] = [Self::Host, Self::Local, Self::Global];

    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Host => "Host to leaf",
            Self::Local => "Leaf to spine",
            Self::Global => "Between groups",
        }
    }
}

/// A port of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// The switch, by index.
    pub switch: u32,
    /// The port, from 1.
    pub port: u32,
}

/// The far end of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Far {
    /// A port of a switch.
    Switch(End),
    /// Ports of hosts that share the switch port.
    Nics {
        /// Hosts in one rack, by index.
        run: u32,
        /// The first port: hosts before it in the run times ports of each, plus ports before it.
        first: u32,
        /// How many.
        count: u32,
    },
}

/// A cable on one switch port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cable {
    /// What it joins.
    pub kind: Kind,
    /// Its near end.
    pub from: End,
    /// Its far end.
    pub to: Far,
}

/// A group of switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its block, by index.
    pub block: u32,
    /// Its leaves, by index.
    pub leaves: std::ops::Range<u32>,
    /// Its spines, by index.
    pub spines: std::ops::Range<u32>,
}

/// A fabric wired to the last port.
#[derive(Clone, Debug, Default)]
pub struct Fabric {
    /// Groups in file order.
    pub groups: Vec<Group>,
    /// Switches, group by group, cores last.
    pub switches: Vec<Switch>,
    /// Racks.
    pub racks: Vec<Rack>,
    /// Hosts, rack by rack.
    pub hosts: Vec<HostRun>,
    /// Cables, those of hosts first, those between groups last.
    pub cables: Vec<Cable>,
    /// Links between two groups.
    pub links_per_pair: u32,
    /// Names in a custom list that no switch has.
    pub unknown: Vec<String>,
}

/// Links between two groups that the ports of all spines allow, `⌊S h / (g - 1)⌋`, and the spine
/// ports of a group this leaves free, `S h - q (g - 1)`.
///
/// Basis: Shpiner and others, Dragonfly+: low cost topology for scaling datacenters, 2017.
///
/// ```
/// # use stackyard_solver::fabric::links_per_pair;
/// // 25 groups of 32 spines with 32 global ports each.
/// assert_eq!(links_per_pair(25, 32, 32), (42, 16));
/// assert_eq!(42 * 25 * 24 / 2, 12_600);
/// ```
pub fn links_per_pair(groups: u32, spines: u32, global_ports: u32) -> (u32, u32) {
    let ports = spines.saturating_mul(global_ports);
    let peers = groups.saturating_sub(1);
    let links = ports.checked_div(peers).unwrap_or(0);
    (links, ports - links * peers)
}

/// Wires a fabric; `catalogue` already carries the plan's overrides.
pub fn wire(spec: &FabricSpec, plan: &Plan, catalogue: &Catalogue) -> Fabric {
    let mut wiring =
        Wiring { spec, places: Positions::new(plan, catalogue), out: Fabric::default() };
    for (index, block) in (0_u32..).zip(&spec.blocks) {
        wiring.place(index, block);
    }
    for group in wiring.out.groups.clone() {
        wiring.join_leaves(&group);
    }
    match &spec.topology {
        Topology::FatTree2 => {}
        Topology::DragonflyPlus { links_per_pair } => wiring.join_groups(*links_per_pair),
        Topology::FatTree3 { cores, core_links, racks } => {
            wiring.join_cores(*cores, *core_links, racks);
        }
        Topology::Custom { links } => wiring.join_listed(links),
    }
    wiring.out
}

struct Wiring<'a> {
    spec: &'a FabricSpec,
    places: Positions<'a>,
    out: Fabric,
}

impl Wiring<'_> {
    /// Sets up racks, switches and hosts of a block.
    fn place(&mut self, index: u32, block: &Block) {
        let first_rack = length(&self.out.racks);
        for copy in 0..block.count {
            let stem = if block.count > 1 {
                format!("{}{:02}", block.id, copy + 1)
            } else {
                block.id.to_string()
            };
            let racks = self.set_up(Some(index), &block.racks);
            let group = Some(length(&self.out.groups));
            let leaves = self.switches(Role::Leaf, &stem, group, block.leaves, racks.clone());
            self.hosts_of_group(index, block, first_rack, racks.clone(), leaves.clone());
            let apart = block.spine_racks.as_ref().map(|own| self.set_up(Some(index), own));
            let stand = apart.unwrap_or(racks);
            let spines = self.switches(Role::Spine, &stem, group, block.spines, stand);
            self.out.groups.push(Group { block: index, leaves, spines });
        }
    }

    /// Takes rack positions; switches always have a rack, if need be one without a place.
    fn set_up(&mut self, block: Option<u32>, racks: &Racks) -> std::ops::Range<u32> {
        let start = length(&self.out.racks);
        let mut places = self.places.take(racks);
        places.resize(places.len().max(1), None);
        self.out.racks.extend(places.into_iter().map(|place| Rack { block, place }));
        start..length(&self.out.racks)
    }

    /// Adds switches, spread evenly over racks.
    fn switches(
        &mut self,
        role: Role,
        stem: &str,
        group: Option<u32>,
        count: u32,
        racks: std::ops::Range<u32>,
    ) -> std::ops::Range<u32> {
        let start = length(&self.out.switches);
        let letter = match role {
            Role::Leaf => "L",
            Role::Spine => "S",
            Role::Core => "C",
        };
        for number in 0..count {
            self.out.switches.push(Switch {
                role,
                name: format!("{stem}-{letter}{:02}", number + 1),
                group,
                rack: racks.start + even(number, count, racks.end - racks.start),
                used: 0,
            });
        }
        start..length(&self.out.switches)
    }

    /// Hangs the hosts that stand in the racks of a group on the leaves of these racks.
    fn hosts_of_group(
        &mut self,
        index: u32,
        block: &Block,
        first_rack: u32,
        racks: std::ops::Range<u32>,
        leaves: std::ops::Range<u32>,
    ) {
        if leaves.is_empty() {
            return;
        }
        // Hosts fill the leaf racks of all groups of the block; spine racks are passed over.
        let apart = block.spine_racks.as_ref().map_or(0, |racks| racks.count);
        let each = (block.racks.count + apart).max(1);
        for rack in racks.clone() {
            let offset = rack - first_rack;
            let number = (offset / each) * block.racks.count + offset % each;
            let Some(run) = hosts_in(block, number) else { continue };
            let run = HostRun { block: index, rack, ..run };
            let own: Vec<u32> = leaves
                .clone()
                .filter(|&leaf| self.out.switches[leaf as usize].rack == rack)
                .collect();
            let nearest =
                leaves.start + even(rack - racks.start, racks.end - racks.start, block.leaves);
            let own = if own.is_empty() { vec![nearest] } else { own };
            self.hang(block, run, &own);
        }
    }

    /// One cable for as many ports of hosts as share a switch port.
    fn hang(&mut self, block: &Block, run: HostRun, leaves: &[u32]) {
        let Some(kind) = block.hosts.get(run.kind as usize) else { return };
        let ways = (self.spec.switch.rate_gbps / kind.nic_gbps.max(1)).max(1);
        let number = length(&self.out.hosts);
        self.out.hosts.push(run);
        // Hosts are shared evenly among the leaves, in order.
        let share = u64::from(length(leaves));
        let edge = |place: u64| (place * u64::from(run.count)).div_ceil(share);
        for (place, &leaf) in (0_u64..).zip(leaves) {
            let nic = |host: u64| u32::try_from(host).unwrap_or(u32::MAX).saturating_mul(kind.nics);
            let (mut first, last) = (nic(edge(place)), nic(edge(place + 1)));
            while first < last {
                let count = ways.min(last - first);
                let from = self.next_port(leaf);
                let to = Far::Nics { run: number, first, count };
                self.out.cables.push(Cable { kind: Kind::Host, from, to });
                first += count;
            }
        }
    }

    fn next_port(&mut self, switch: u32) -> End {
        let used = &mut self.out.switches[switch as usize].used;
        *used += 1;
        End { switch, port: *used }
    }

    fn join(&mut self, kind: Kind, from: u32, to: u32) {
        let (from, to) = (self.next_port(from), self.next_port(to));
        self.out.cables.push(Cable { kind, from, to: Far::Switch(to) });
    }

    /// Joins every leaf of a group to its spines, evenly; what is left over moves on from leaf to
    /// leaf, so that spines differ by one link at most.
    fn join_leaves(&mut self, group: &Group) {
        let uplinks = self.spec.blocks[group.block as usize].uplinks;
        let spines = group.spines.end - group.spines.start;
        if spines == 0 {
            return;
        }
        for (number, leaf) in (0_u64..).zip(group.leaves.clone()) {
            let start = number * u64::from(uplinks);
            let mut targets: Vec<u32> =
                (0..uplinks).map(|k| modulo(start + u64::from(k), spines)).collect();
            // Links to one spine lie side by side and can share a twin-port module.
            targets.sort_unstable();
            for spine in targets {
                self.join(Kind::Local, leaf, group.spines.start + spine);
            }
        }
    }

    fn join_groups(&mut self, wanted: Option<u32>) {
        let groups = self.out.groups.clone();
        let count = length(&groups);
        let below: Vec<u32> = groups.iter().map(|group| self.most_used(group)).collect();
        let links = wanted.unwrap_or_else(|| self.most_links(&groups, &below));
        self.out.links_per_pair = if count > 1 { links } else { 0 };
        for (i, one) in (0_u32..).zip(&groups) {
            for (j, other) in (i + 1..).zip(&groups[i as usize + 1..]) {
                for link in 0..links {
                    let from = self.global_end(one, below[i as usize], j - i - 1, (links, link));
                    let slot = count - (j - i) - 1;
                    let to = self.global_end(other, below[j as usize], slot, (links, link));
                    let (Some(from), Some(to)) = (from, to) else { continue };
                    self.out.cables.push(Cable { kind: Kind::Global, from, to: Far::Switch(to) });
                }
            }
        }
    }

    /// The port of a link between groups at one of its ends: slot `t`, link `m` of `q`.
    fn global_end(
        &mut self,
        group: &Group,
        below: u32,
        slot: u32,
        (links, link): (u32, u32),
    ) -> Option<End> {
        let spines = group.spines.end - group.spines.start;
        let place = u64::from(slot) * u64::from(links) + u64::from(link);
        let row = u32::try_from(place.checked_div(u64::from(spines))?).ok()?;
        let switch = group.spines.start + modulo(place, spines);
        let end = End { switch, port: below + row + 1 };
        let used = &mut self.out.switches[switch as usize].used;
        *used = (*used).max(end.port);
        Some(end)
    }

    /// Most ports any spine of a group has given to leaves.
    fn most_used(&self, group: &Group) -> u32 {
        group.spines.clone().map(|s| self.out.switches[s as usize].used).max().unwrap_or(0)
    }

    /// As many links between two groups as every group has ports for.
    fn most_links(&self, groups: &[Group], below: &[u32]) -> u32 {
        let count = length(groups);
        let free = |(group, below): (&Group, &u32)| {
            let spines = group.spines.end - group.spines.start;
            links_per_pair(count, spines, self.spec.switch.ports.saturating_sub(*below)).0
        };
        groups.iter().zip(below).map(free).min().unwrap_or(0)
    }

    /// Joins the spines of every pod to cores: link `m` of spine `s` to core `(s u + m) mod C`.
    fn join_cores(&mut self, cores: u32, links: u32, racks: &Racks) {
        let stand = self.set_up(None, racks);
        let cores = self.switches(Role::Core, "CORE", None, cores, stand);
        let count = cores.end - cores.start;
        if count == 0 {
            return;
        }
        for group in self.out.groups.clone() {
            for (number, spine) in (0_u64..).zip(group.spines) {
                for link in 0..links {
                    let place = number * u64::from(links) + u64::from(link);
                    self.join(Kind::Global, spine, cores.start + modulo(place, count));
                }
            }
        }
    }

    fn join_listed(&mut self, links: &[CustomLink]) {
        let by_name: BTreeMap<String, u32> = (0_u32..)
            .zip(&self.out.switches)
            .map(|(index, switch)| (switch.name.clone(), index))
            .collect();
        for CustomLink { from, to, count } in links {
            let find = |id: &Id| by_name.get(id.as_str()).copied();
            let (Some(one), Some(other)) = (find(from), find(to)) else {
                let missing = if find(from).is_none() { from } else { to };
                self.out.unknown.push(missing.to_string());
                continue;
            };
            let group = |index: u32| self.out.switches[index as usize].group;
            let kind = if group(one) == group(other) { Kind::Local } else { Kind::Global };
            for _link in 0..*count {
                self.join(kind, one, other);
            }
        }
    }
}

/// The hosts in the leaf rack of that number of a block: each kind begins with a rack of its own.
fn hosts_in(block: &Block, rack: u32) -> Option<HostRun> {
    let mut before = 0;
    for (kind, hosts) in (0_u32..).zip(&block.hosts) {
        let racks = hosts.count.div_ceil(hosts.per_rack.max(1));
        if rack < before + racks {
            let first = (rack - before) * hosts.per_rack;
            let count = hosts.per_rack.min(hosts.count - first);
            return Some(HostRun { block: 0, kind, rack: 0, first, count });
        }
        before += racks;
    }
    None
}

fn modulo(value: u64, count: u32) -> u32 {
    u32::try_from(value.checked_rem(u64::from(count)).unwrap_or(0)).unwrap_or(0)
}

/// The length of a list; fabrics are bounded far below what it holds.
pub(super) fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
