//! The fabric as a plan defines it: switches, groups, where they stand, who hangs on them, and
//! what is published about it.
//!
//! Everything here is stated by a person and carries its source. Switch names, ports, cables and
//! lengths follow from it and are never stored.

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::units::Source;

/// A high-performance network between racks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FabricSpec {
    /// The name a person reads.
    pub name: String,
    /// How switches are joined.
    pub topology: Topology,
    /// The switch used throughout.
    pub switch: SwitchModel,
    /// Cable media that may be used, by their ids in the rule set; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Id>,
    /// Groups of switches, numbered in this order.
    pub blocks: Vec<Block>,
    /// What is published about it, for comparison; never used in a calculation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
}

/// How the groups of a fabric are joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Topology {
    /// Every pair of groups is joined by the same number of global links between their spines.
    DragonflyPlus {
        /// Links between two groups; as many as the ports allow where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        links_per_pair: Option<u32>,
    },
    /// One group of leaves and spines.
    #[default]
    FatTree2,
    /// Groups are pods whose spines are joined by core switches.
    FatTree3 {
        /// Core switches.
        cores: u32,
        /// Links from each spine to the cores.
        core_links: u32,
        /// Where the cores stand.
        racks: Racks,
    },
    /// Beside the links inside the groups, those listed.
    Custom {
        /// Links between switches by name.
        links: Vec<CustomLink>,
    },
}

/// Links between two named switches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomLink {
    /// One switch, `B01-S01`.
    pub from: Id,
    /// The other.
    pub to: Id,
    /// How many.
    pub count: u32,
}

/// A switch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchModel {
    /// Make and model.
    pub model: String,
    /// Ports at full rate: its radix.
    pub ports: u32,
    /// Ports that share a cage, 2 for twin-port modules; ports are named `cage/port` then.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub ports_per_cage: u32,
    /// Rate of a port, Gbit/s.
    pub rate_gbps: u32,
    /// Word by which its optics are known in the optics table, `NDR`.
    pub standard: String,
    /// Where the figures come from.
    pub source: Source,
}

/// One or several groups of the same make: leaves and spines joined completely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Stem of the names of its groups.
    pub id: Id,
    /// How many groups.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u32,
    /// Leaf switches of a group.
    pub leaves: u32,
    /// Spine switches of a group.
    pub spines: u32,
    /// Links from each leaf to the spines of its group, spread evenly.
    pub uplinks: u32,
    /// Where a group stands.
    pub racks: Racks,
    /// Where its spines stand, where that is not among its leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spine_racks: Option<Racks>,
    /// What hangs on its leaves, filled in rack by rack through all groups of the block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Hosts>,
    /// Where the figures come from.
    pub source: Source,
}

/// Rack positions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Racks {
    /// How many a group takes.
    pub count: u32,
    /// The containers that offer them, filled in this order.
    pub containers: Vec<Id>,
    /// Most racks a group takes in one container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_container: Option<u32>,
}

/// Nodes or other end points of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// What they are.
    pub name: String,
    /// How many there are in all groups of the block together.
    pub count: u32,
    /// How many stand in a full rack.
    pub per_rack: u32,
    /// Network ports of each.
    pub nics: u32,
    /// Rate of such a port, Gbit/s; where it is a half or a quarter of the switch's, a cable
    /// splits a switch port among as many.
    pub nic_gbps: u32,
    /// Where the figures come from.
    pub source: Source,
}

/// A published figure to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// What is counted.
    pub quantity: Quantity,
    /// The block it is counted in; the whole fabric where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Id>,
    /// The figure.
    pub value: f64,
    /// How it is worded.
    #[serde(default, skip_serializing_if = "Wording::is_exact")]
    pub wording: Wording,
    /// Where it is published.
    pub source: Source,
    /// Why the plan differs, or what the figure is taken to mean.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a published figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// Groups of switches.
    Groups,
    /// Switches.
    Switches,
    /// Racks that hold switches or hosts.
    Racks,
    /// Nodes and other hosts.
    Hosts,
    /// Network ports of hosts.
    EndPoints,
    /// Links between groups.
    GlobalLinks,
    /// Ends of links between groups.
    GlobalLinkEnds,
    /// Links: one a host port, one a cable between switches.
    Links,
    /// Ends of links, at switches and hosts.
    LogicalPorts,
    /// Cables, each on one switch port.
    Cables,
    /// Cable in stock lengths, km.
    LengthKm,
}

impl Quantity {
    /// The name a person reads, with the unit.
    pub fn label(self) -> &'static str {
        match self {
            Self::Groups => "Groups",
            Self::Switches => "Switches",
            Self::Racks => "Racks",
            Self::Hosts => "Hosts",
            Self::EndPoints => "End points",
            Self::GlobalLinks => "Global links",
            Self::GlobalLinkEnds => "Ends of global links",
            Self::Links => "Links",
            Self::LogicalPorts => "Logical ports",
            Self::Cables => "Cables",
            Self::LengthKm => "Cable length, km",
        }
    }
}

/// How a published figure is worded.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Wording {
    /// As a count.
    #[default]
    Exact,
    /// As a round figure.
    About,
    /// As a lower limit.
    Over,
}

impl Wording {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_one(value: &u32) -> bool {
    *value == 1
}
