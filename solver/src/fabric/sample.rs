//! Small fabrics for tests.

use super::spec::{Block, FabricSpec, Hosts, Racks, SwitchModel, Topology};
use crate::id::Id;
use crate::units::Source;

pub(crate) fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

/// Groups of leaves and spines completely joined, two hosts a leaf on a shared port, and as many
/// links between groups as the ports allow. Every group stands in one rack of `IT-01`.
pub(crate) fn dragonfly(groups: u32, leaves: u32, spines: u32, ports: u32) -> FabricSpec {
    FabricSpec {
        name: "sample".to_owned(),
        topology: Topology::DragonflyPlus { links_per_pair: None },
        switch: SwitchModel {
            model: "sample switch".to_owned(),
            ports,
            ports_per_cage: 1,
            rate_gbps: 400,
            standard: "NDR".to_owned(),
            source: Source::default(),
        },
        media: Vec::new(),
        blocks: vec![Block {
            id: id("B"),
            count: groups,
            leaves,
            spines,
            uplinks: spines,
            racks: Racks { count: 1, containers: vec![id("IT-01")], per_container: None },
            spine_racks: None,
            hosts: vec![Hosts {
                name: "node".to_owned(),
                count: 2 * groups * leaves,
                per_rack: 2 * leaves,
                nics: 1,
                nic_gbps: 200,
                source: Source::default(),
            }],
            source: Source::default(),
        }],
        published: Vec::new(),
    }
}
