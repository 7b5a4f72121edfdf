//! Published figures of a fabric beside those of the plan.

use serde::Serialize;

use super::Takeoff;
use super::spec::{Published, Quantity, Wording};
use super::study::FabricStudy;
use super::topology::{Cable, Kind, Rack, length};
use crate::units::Source;

/// A published figure beside the plan's.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// What is counted, with the unit.
    pub quantity: String,
    /// As published.
    pub published: f64,
    /// How that is worded.
    pub wording: Wording,
    /// In the plan.
    pub planned: f64,
    /// The plan's less the published.
    pub difference: f64,
    /// Where it is published and how far to trust it.
    pub source: Source,
    /// Why they differ.
    pub explanation: String,
}

impl Comparison {
    /// The difference as a share of the published figure.
    pub fn share(&self) -> f64 {
        if self.published > 0.0 { self.difference / self.published } else { 0.0 }
    }
}

/// A published figure beside the plan's.
pub(super) fn compare(
    takeoff: &Takeoff<'_>,
    study: &FabricStudy,
    published: &Published,
) -> Comparison {
    let blocks = &takeoff.spec.blocks;
    let block = published.block.as_ref();
    let index = block.and_then(|id| (0_u32..).zip(blocks).find(|(_, b)| b.id == *id)).map(|b| b.0);
    let planned = match (block, index) {
        (Some(_), None) => 0.0,
        (_, index) => planned(takeoff, study, published.quantity, index),
    };
    let label = published.quantity.label();
    Comparison {
        quantity: block.map_or_else(|| label.to_owned(), |block| format!("{label} in {block}")),
        published: published.value,
        wording: published.wording,
        planned,
        difference: planned - published.value,
        source: published.source.clone(),
        explanation: published.note.clone(),
    }
}

/// The plan's figure, in all or in one block. A cable belongs to the block of its near switch.
fn planned(
    takeoff: &Takeoff<'_>,
    study: &FabricStudy,
    quantity: Quantity,
    only: Option<u32>,
) -> f64 {
    let fabric = &takeoff.fabric;
    let block_of = |switch: u32| {
        let group = fabric.switches[switch as usize].group?;
        Some(fabric.groups[group as usize].block)
    };
    let within = |block: Option<u32>| only.is_none() || block == only;
    let count = |kind: Option<Kind>| {
        let own = |cable: &&Cable| {
            kind.is_none_or(|kind| kind == cable.kind) && within(block_of(cable.from.switch))
        };
        fabric.cables.iter().filter(own).count() as f64
    };
    let between = || count(Some(Kind::Local)) + count(Some(Kind::Global));
    match quantity {
        Quantity::Groups => {
            fabric.groups.iter().filter(|group| within(Some(group.block))).count() as f64
        }
        Quantity::Switches => {
            let indices = 0..length(&fabric.switches);
            indices.filter(|&switch| within(block_of(switch))).count() as f64
        }
        Quantity::Racks => {
            let own = |rack: &&Rack| rack.place.is_some() && within(rack.block);
            fabric.racks.iter().filter(own).count() as f64
        }
        Quantity::Hosts => hosts(takeoff, only).0 as f64,
        Quantity::EndPoints => hosts(takeoff, only).1 as f64,
        Quantity::GlobalLinks => count(Some(Kind::Global)),
        Quantity::GlobalLinkEnds => 2.0 * count(Some(Kind::Global)),
        Quantity::Links => hosts(takeoff, only).1 as f64 + between(),
        Quantity::LogicalPorts => 2.0 * (hosts(takeoff, only).1 as f64 + between()),
        Quantity::Cables => count(None),
        Quantity::LengthKm if only.is_none() => study.length_km,
        Quantity::LengthKm => {
            let own = takeoff.cables().filter(|(it, _)| within(block_of(it.from.switch)));
            own.map(|(_, measure)| measure.stock_m / 1000.0).sum()
        }
    }
}

/// Hosts and their network ports, in all or in one block.
pub(super) fn hosts(takeoff: &Takeoff<'_>, only: Option<u32>) -> (u64, u64) {
    let runs = takeoff.fabric.hosts.iter().filter(|run| only.is_none_or(|it| it == run.block));
    runs.fold((0, 0), |(hosts, ports), run| {
        let kind = &takeoff.spec.blocks[run.block as usize].hosts[run.kind as usize];
        let count = u64::from(run.count);
        (hosts + count, ports + count * u64::from(kind.nics))
    })
}
