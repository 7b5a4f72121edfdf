//! What makes a fabric unusable as a whole: figures out of range and names nobody knows.
//!
//! Too few racks or ports are findings, because they can be seen and mended in the window. A
//! figure that would fill the memory or a name used twice is refused when the plan is opened.

use std::collections::BTreeSet;

use super::spec::{Block, FabricSpec, Racks, Topology};
use crate::id::Id;

/// Most cables a fabric may have, about thirty times those of JUPITER.
const MAX_CABLES: u64 = 1_000_000;
/// Most switches and most racks.
const MAX_SWITCHES: u64 = 50_000;
/// Most ports of a switch.
const MAX_PORTS: u32 = 4096;
/// Most groups; pairs of them grow with the square.
const MAX_GROUPS: u64 = 2000;

/// A contradiction: what it is about, what is wrong, what would be right.
pub(crate) type Problem = (String, String, &'static str);

impl FabricSpec {
    /// Every contradiction of the fabric; `knows` tells which containers exist, `carries` which
    /// media.
    pub(crate) fn problems(
        &self,
        knows: impl Fn(&Id) -> bool,
        carries: impl Fn(&Id) -> bool,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for medium in self.media.iter().filter(|medium| !carries(medium)) {
            let reason = format!("the fabric uses the unknown medium {medium}");
            problems.push((medium.to_string(), reason, "Name a medium of the rule set"));
        }
        let mut names = BTreeSet::new();
        for block in &self.blocks {
            problems.extend(figures_of(block, self.switch.rate_gbps));
            if !names.insert(&block.id) {
                let reason = format!("the block {} of the fabric is listed twice", block.id);
                problems.push((block.id.to_string(), reason, "Give one of the two another name"));
            }
        }
        let stands = self.rack_lists().flat_map(|racks| &racks.containers);
        for container in stands.filter(|container| !knows(container)) {
            let reason = format!("the fabric stands in {container}, which does not exist");
            problems.push((container.to_string(), reason, "Name an existing container"));
        }
        problems.extend(self.switch_figures());
        // Sums are only taken of figures that hold.
        if problems.is_empty() {
            problems.extend(self.size());
        }
        problems
    }

    /// Every list of rack positions.
    pub(crate) fn rack_lists(&self) -> impl Iterator<Item = &Racks> {
        let of_blocks =
            self.blocks.iter().flat_map(|block| [Some(&block.racks), block.spine_racks.as_ref()]);
        of_blocks.flatten().chain(self.core_racks())
    }

    /// Where core switches stand.
    pub(super) fn core_racks(&self) -> Option<&Racks> {
        match &self.topology {
            Topology::FatTree3 { racks, .. } => Some(racks),
            Topology::DragonflyPlus { .. } | Topology::FatTree2 | Topology::Custom { .. } => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn rack_lists_mut(&mut self) -> impl Iterator<Item = &mut Racks> {
        let cores = match &mut self.topology {
            Topology::FatTree3 { racks, .. } => Some(racks),
            Topology::DragonflyPlus { .. } | Topology::FatTree2 | Topology::Custom { .. } => None,
        };
        let of_blocks = self
            .blocks
            .iter_mut()
            .flat_map(|block| [Some(&mut block.racks), block.spine_racks.as_mut()]);
        of_blocks.flatten().chain(cores)
    }

    fn switch_figures(&self) -> Vec<Problem> {
        let switch = &self.switch;
        let mut problems = Vec::new();
        let mut refuse = |reason: String, remedy| {
            problems.push((switch.model.clone(), reason, remedy));
        };
        if !(2..=MAX_PORTS).contains(&switch.ports) {
            let reason = format!("the fabric's switch has {} ports", switch.ports);
            refuse(reason, "Use 2 to 4096 ports");
        }
        if !(1..=8).contains(&switch.ports_per_cage) {
            let reason = format!("the fabric's switch has {} ports a cage", switch.ports_per_cage);
            refuse(reason, "Use 1 to 8 ports a cage");
        }
        if !(1..=100_000).contains(&switch.rate_gbps) {
            let reason = format!("the fabric's switch has ports of {} Gbit/s", switch.rate_gbps);
            refuse(reason, "Use 1 to 100,000 Gbit/s");
        }
        if self.published.iter().any(|one| !one.value.is_finite() || one.value <= 0.0) {
            let reason = "a published figure of the fabric is not above zero".to_owned();
            refuse(reason, "Correct or remove the figure");
        }
        problems
    }

    /// Totals that must stay within what fits into memory, and what the topology asks.
    fn size(&self) -> Option<Problem> {
        let sum = |of: &dyn Fn(&Block) -> u64| self.blocks.iter().map(of).sum::<u64>();
        let groups = sum(&|block| u64::from(block.count));
        let (cores, across) = self.across(groups);
        let switches =
            cores + sum(&|b| u64::from(b.count) * (u64::from(b.leaves) + u64::from(b.spines)));
        let local = sum(&|b| u64::from(b.count) * u64::from(b.leaves) * u64::from(b.uplinks));
        let hosts: u64 = self
            .blocks
            .iter()
            .flat_map(|block| &block.hosts)
            .map(|hosts| u64::from(hosts.count) * u64::from(hosts.nics))
            .sum();
        let apart = |b: &Block| b.spine_racks.as_ref().map_or(0, |racks| u64::from(racks.count));
        let racks = sum(&|b| u64::from(b.count) * (u64::from(b.racks.count) + apart(b)));
        let cables = (local + hosts).saturating_add(across);
        let refuse = |reason: String, remedy| Some((self.name.clone(), reason, remedy));
        if groups == 0 || groups > MAX_GROUPS {
            return refuse(format!("the fabric has {groups} groups"), "Use 1 to 2,000 groups");
        }
        if switches > MAX_SWITCHES || racks > MAX_SWITCHES {
            let reason = format!("the fabric has {switches} switches in {racks} racks");
            return refuse(reason, "Use at most 50,000 of each");
        }
        if cables > MAX_CABLES {
            let reason = format!("the fabric has about {cables} cables");
            return refuse(reason, "Use at most 1,000,000 cables");
        }
        match &self.topology {
            Topology::FatTree3 { racks, .. }
                if !(1..=MAX_SWITCHES).contains(&u64::from(racks.count)) =>
            {
                refuse(format!("the cores stand in {} racks", racks.count), "Use 1 to 50,000")
            }
            Topology::FatTree2 if groups != 1 => {
                let reason = format!("a two-level fat tree of {groups} groups is not connected");
                refuse(reason, "Use one group, or a DragonflyPlus or FatTree3")
            }
            Topology::FatTree3 { cores: 0, .. } => {
                refuse("the fat tree has no core switch".to_owned(), "Give it one or more cores")
            }
            Topology::DragonflyPlus { .. }
            | Topology::FatTree2
            | Topology::FatTree3 { .. }
            | Topology::Custom { .. } => None,
        }
    }

    /// Core switches, and links between groups.
    fn across(&self, groups: u64) -> (u64, u64) {
        let spines = || self.blocks.iter().map(|b| u64::from(b.count) * u64::from(b.spines));
        match &self.topology {
            Topology::FatTree2 => (0, 0),
            Topology::DragonflyPlus { links_per_pair: Some(links) } => {
                (0, u64::from(*links).saturating_mul(groups.saturating_mul(groups) / 2))
            }
            // No more links than ports.
            Topology::DragonflyPlus { links_per_pair: None } => {
                (0, spines().sum::<u64>() * u64::from(self.switch.ports) / 2)
            }
            Topology::FatTree3 { cores, core_links, .. } => {
                (u64::from(*cores), spines().sum::<u64>() * u64::from(*core_links))
            }
            Topology::Custom { links } => (0, links.iter().map(|it| u64::from(it.count)).sum()),
        }
    }
}

/// Figures of a block that are out of range; those that pass multiply without overflow.
fn figures_of(block: &Block, rate_gbps: u32) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |reason: String, remedy| problems.push((block.id.to_string(), reason, remedy));
    let counts = [
        ("groups", block.count, 1, 2000),
        ("leaves", block.leaves, 1, 50_000),
        ("spines", block.spines, 0, 50_000),
        ("uplinks a leaf", block.uplinks, 0, MAX_PORTS),
        ("racks a group", block.racks.count, 1, 50_000),
        ("racks for spines", block.spine_racks.as_ref().map_or(1, |r| r.count), 1, 50_000),
    ];
    for (what, count, low, high) in counts {
        if !(low..=high).contains(&count) {
            let reason = format!("the block {} has {count} {what}", block.id);
            refuse(reason, "Use a figure from 1 to 50,000; at most 2,000 groups");
        }
    }
    if block.uplinks > 0 && block.spines == 0 {
        let reason = format!("the block {} has uplinks but no spine", block.id);
        refuse(reason, "Give it spines or no uplinks");
    }
    let mut needed = 0_u64;
    for hosts in &block.hosts {
        let limits = [hosts.per_rack, hosts.nics, hosts.nic_gbps];
        if limits.iter().any(|&figure| figure == 0 || figure > 100_000) || hosts.nics > 64 {
            let reason =
                format!("{} of the block {} have a figure out of range", hosts.name, block.id);
            refuse(reason, "Give per_rack and nic_gbps 1 or more, and nics 1 to 64");
            continue;
        }
        if !rate_gbps.is_multiple_of(hosts.nic_gbps) || rate_gbps / hosts.nic_gbps > 8 {
            let reason =
                format!("{} of {rate_gbps} Gbit/s ports have {}", hosts.name, hosts.nic_gbps);
            refuse(reason, "Use the rate of the switch port, or an even share of it");
        }
        needed += u64::from(hosts.count.div_ceil(hosts.per_rack));
    }
    let offered = u64::from(block.count) * u64::from(block.racks.count);
    if needed > offered {
        let reason =
            format!("the hosts of the block {} fill {needed} of its {offered} racks", block.id);
        refuse(reason, "Give its groups more racks, or put more hosts into a rack");
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn first(spec: &FabricSpec) -> String {
        let problems = spec.problems(|id| id.as_str() != "GONE", |_| true);
        problems.into_iter().next().map_or_else(
            || "none".to_owned(),
            |(subject, reason, remedy)| format!("{subject}: {reason}. {remedy}"),
        )
    }

    #[test]
    fn the_sample_is_sound() {
        assert_eq!(first(&sample::dragonfly(3, 2, 2, 8)), "none");
    }

    #[test]
    fn figures_that_would_fill_the_memory_are_refused() {
        let mut spec = sample::dragonfly(3, 2, 2, 8);
        spec.topology = Topology::DragonflyPlus { links_per_pair: Some(u32::MAX) };
        assert!(first(&spec).contains("cables. Use at most 1,000,000"), "{}", first(&spec));
        let mut spec = sample::dragonfly(3, 2, 2, 8);
        spec.blocks[0].leaves = u32::MAX;
        assert!(first(&spec).contains("4294967295 leaves"), "{}", first(&spec));
    }

    #[test]
    fn hosts_need_racks_and_containers_must_exist() {
        let mut spec = sample::dragonfly(3, 2, 2, 8);
        spec.blocks[0].hosts[0].count = 1000;
        assert!(first(&spec).contains("racks. Give its groups more"), "{}", first(&spec));
        let mut spec = sample::dragonfly(3, 2, 2, 8);
        spec.blocks[0].racks.containers.push(Id::new("GONE").unwrap());
        assert!(first(&spec).contains("stands in GONE, which does not exist"), "{}", first(&spec));
    }
}
