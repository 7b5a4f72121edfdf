//! What a fabric adds to the bill: cables and the transceivers at their ends.
//!
//! Links between groups run in the trunks of the data connections: those trunks, their ends and a
//! transceiver at each are in the bill of the network already and are not bought twice. Everything
//! else is bought here, in a group of its own that no route can change, and so stays out of the
//! cost the search proves a bound for.

use std::collections::BTreeMap;

use super::Takeoff;
use super::measure::{medium_of, racks_of, splits};
use super::topology::{Cable, Far, Kind};
use crate::catalogue::media::FabricMedium;
use crate::cost;
use crate::id::Id;
use crate::report::{BoqGroup, BoqRow, Report};

/// Whether the cables of a kind are bought with the fabric.
pub(super) fn is_billed(kind: Kind) -> bool {
    match kind {
        Kind::Host | Kind::Local => true,
        Kind::Global => false,
    }
}

/// The rows of a fabric, spares included, in phase and item order.
pub(super) fn rows(takeoff: &Takeoff<'_>) -> Vec<BoqRow> {
    let order = takeoff.plan.phase_order();
    let rank = |phase: &Id| order.get(phase).copied().unwrap_or(0);
    let mut pieces: BTreeMap<(usize, String), f64> = BTreeMap::new();
    for (cable, measure) in takeoff.cables().filter(|(cable, _)| is_billed(cable.kind)) {
        let Some(medium) = medium_of(takeoff.catalogue, measure) else { continue };
        let (near, far) = racks_of(&takeoff.fabric, cable);
        let homes = [near, far].map(|rack| {
            let place = takeoff.fabric.racks[rack as usize].place?;
            takeoff.plan.containers.get(place.container as usize)
        });
        let [Some(one), Some(other)] = homes else { continue };
        if one.existing && other.existing {
            continue;
        }
        let at = rank(&one.phase).max(rank(&other.phase));
        let split = splits(takeoff.spec, &takeoff.fabric, cable);
        *pieces.entry((at, medium.item(split, measure.stock_m))).or_default() += 1.0;
        for end in transceivers(takeoff, cable, medium) {
            *pieces.entry((at, end)).or_default() += 1.0;
        }
    }
    let phases: BTreeMap<usize, &Id> = order.iter().map(|(id, rank)| (*rank, id)).collect();
    let spare = takeoff.catalogue.rules.spares_percent.value / 100.0;
    let mut bought = Vec::new();
    let mut spares = Vec::new();
    for ((rank, item), count) in pieces {
        let Some(&phase) = phases.get(&rank) else { continue };
        let row =
            |group, quantity| cost::row(takeoff.catalogue, group, phase.clone(), &item, quantity);
        bought.push(row(BoqGroup::Fabric, count));
        if spare > 0.0 {
            spares.push(row(BoqGroup::Spares, (count * spare).ceil()));
        }
    }
    bought.append(&mut spares);
    bought
}

/// Price-book ids of the transceivers at the ends of a cable.
fn transceivers(takeoff: &Takeoff<'_>, cable: &Cable, medium: &FabricMedium) -> Vec<String> {
    let Some(suffix) = &medium.transceiver else { return Vec::new() };
    let rate = takeoff.spec.switch.rate_gbps;
    let near = format!("optic-{rate}g{suffix}");
    let Far::Nics { run, count, .. } = cable.to else { return vec![near.clone(), near] };
    let run = takeoff.fabric.hosts[run as usize];
    let hosts = &takeoff.spec.blocks[run.block as usize].hosts[run.kind as usize];
    let far = format!("optic-{}g{suffix}", hosts.nic_gbps);
    std::iter::once(near).chain((0..count).map(|_| far.clone())).collect()
}

/// Adds rows to the bill, where their group belongs, and their money to their phases.
pub(super) fn add(report: &mut Report, rows: Vec<BoqRow>) {
    for row in &rows {
        let phase = report.phases.iter_mut().find(|phase| phase.id == row.phase);
        if let (Some(phase), Some(total)) = (phase, row.total) {
            phase.cost += total;
        }
    }
    report.boq.extend(rows);
    let order: BTreeMap<&Id, usize> =
        report.phases.iter().enumerate().map(|(rank, phase)| (&phase.id, rank)).collect();
    report.boq.sort_by(|a, b| {
        let rank = |row: &BoqRow| order.get(&row.phase).copied().unwrap_or(usize::MAX);
        (a.group, rank(a), &a.item).cmp(&(b.group, rank(b), &b.item))
    });
}
