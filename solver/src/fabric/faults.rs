//! What keeps a fabric from being built: too few ports or racks, cables beyond every reach, trays too
//! full. The rules of the checker turn these into findings.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Takeoff;
use super::measure::racks_of;
use super::site::Run;
use super::study::FabricStudy;
use super::topology::Role;
use crate::id::Id;

/// Something that cannot be built.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Violation {
    /// Switches with more cables than ports.
    Ports {
        /// The worst of them.
        switch: String,
        /// Its container.
        container: Option<Id>,
        /// Ports asked of it.
        used: u32,
        /// Ports it has.
        ports: u32,
        /// How many switches ask too much.
        switches: usize,
    },
    /// Racks without a place.
    Racks {
        /// The block they belong to.
        block: String,
        /// How many have none.
        missing: usize,
        /// How many it asks.
        wanted: usize,
        /// The containers that are full.
        containers: Vec<Id>,
    },
    /// A name in a custom list that no switch has.
    Unknown {
        /// The name.
        switch: String,
    },
    /// Cables longer than any medium reaches.
    Reach {
        /// The containers they join.
        containers: [Id; 2],
        /// How many.
        cables: usize,
        /// The longest, m.
        length_m: f64,
        /// Farthest a medium reaches, m.
        reach_m: f64,
    },
    /// Cables whose way no trench leads.
    Estimate {
        /// The containers they join.
        containers: [Id; 2],
        /// How many.
        cables: usize,
    },
    /// A tray with too much in it.
    Fill {
        /// Trench or container.
        place: String,
        /// Its cables.
        cables: usize,
        /// Share of its cross-section they take.
        fill: f64,
        /// Cables of that size that fit.
        most: u64,
    },
}

/// Everything that keeps the fabric from being built.
pub(super) fn violations(takeoff: &Takeoff<'_>, study: &FabricStudy) -> Vec<Violation> {
    let mut out = Vec::new();
    ports_exceeded(takeoff, &mut out);
    racks_missing(takeoff, &mut out);
    let unknown = takeoff.fabric.unknown.iter().cloned();
    out.extend(unknown.map(|switch| Violation::Unknown { switch }));
    out_of_reach(takeoff, &mut out);
    let limit = takeoff.catalogue.rules.fabric_tray_fill_max.value;
    let too_full =
        study.trenches.iter().chain(&study.containers).filter(|it| it.fill > limit + 1e-9);
    out.extend(too_full.map(|it| Violation::Fill {
        place: it.place.clone(),
        cables: it.cables,
        fill: it.fill,
        most: it.most,
    }));
    out
}

/// One entry a block and role, so that a thousand alike switches are one finding.
fn ports_exceeded(takeoff: &Takeoff<'_>, out: &mut Vec<Violation>) {
    let (fabric, ports) = (&takeoff.fabric, takeoff.spec.switch.ports);
    let mut worst: BTreeMap<(Option<u32>, Role), (usize, usize)> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, it)| it.used > ports) {
        let block = switch.group.map(|group| fabric.groups[group as usize].block);
        let (worst, count) = worst.entry((block, switch.role)).or_insert((index, 0));
        *count += 1;
        if switch.used > fabric.switches[*worst].used {
            *worst = index;
        }
    }
    out.extend(worst.into_values().map(|(index, switches)| {
        let switch = &fabric.switches[index];
        let place = fabric.racks[switch.rack as usize].place;
        Violation::Ports {
            switch: switch.name.clone(),
            container: place.and_then(|place| takeoff.container(place.container).cloned()),
            used: switch.used,
            ports,
            switches,
        }
    }));
}

fn racks_missing(takeoff: &Takeoff<'_>, out: &mut Vec<Violation>) {
    let mut by_block: BTreeMap<Option<u32>, (usize, usize)> = BTreeMap::new();
    for rack in &takeoff.fabric.racks {
        let (missing, wanted) = by_block.entry(rack.block).or_default();
        *wanted += 1;
        *missing += usize::from(rack.place.is_none());
    }
    for (block, (missing, wanted)) in by_block.into_iter().filter(|(_, (missing, _))| *missing > 0)
    {
        let own = block.and_then(|index| takeoff.spec.blocks.get(index as usize));
        let containers = match own {
            Some(own) => {
                let lists = std::iter::once(&own.racks).chain(&own.spine_racks);
                lists.flat_map(|racks| racks.containers.iter().cloned()).collect()
            }
            None => takeoff.spec.core_racks().map(|r| r.containers.clone()).unwrap_or_default(),
        };
        let block = own.map_or_else(|| "CORE".to_owned(), |own| own.id.to_string());
        out.push(Violation::Racks { block, missing, wanted, containers });
    }
}

/// Cables beyond every reach, and cables without a trench, by the containers they join.
fn out_of_reach(takeoff: &Takeoff<'_>, out: &mut Vec<Violation>) {
    let mut far: BTreeMap<[Id; 2], (usize, f64, f64)> = BTreeMap::new();
    let mut untrenched: BTreeMap<[Id; 2], usize> = BTreeMap::new();
    let home = |rack: u32| {
        let place = takeoff.fabric.racks[rack as usize].place?;
        takeoff.container(place.container).cloned()
    };
    for (cable, measure) in takeoff.cables() {
        let beyond = measure.medium.is_none();
        let (near, distant) = racks_of(&takeoff.fabric, cable);
        if !beyond && measure.run != Run::Estimate {
            continue;
        }
        let (Some(one), Some(other)) = (home(near), home(distant)) else { continue };
        let pair = if one <= other { [one, other] } else { [other, one] };
        if measure.run == Run::Estimate {
            *untrenched.entry(pair.clone()).or_default() += 1;
        }
        if beyond {
            let (cables, length, reach) = far.entry(pair).or_default();
            *cables += 1;
            *length = length.max(measure.length_m);
            *reach = reach.max(measure.reach_m);
        }
    }
    out.extend(far.into_iter().map(|(containers, (cables, length_m, reach_m))| Violation::Reach {
        containers,
        cables,
        length_m,
        reach_m,
    }));
    out.extend(
        untrenched
            .into_iter()
            .map(|(containers, cables)| Violation::Estimate { containers, cables }),
    );
}
