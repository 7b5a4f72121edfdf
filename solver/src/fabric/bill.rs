//! What a fabric adds to the bill: cables and the transceivers at their ends.
//!
//! Links between groups run in the trunks of the data connections: those trunks, their ends and a
//! transceiver at each are in the bill of the network already and are not bought twice. Everything
//! else is bought here, in a group of its own that no route can change, and so stays out of the
//! cost the search proves a bound for.

use std::collections::BTreeMap;

use super::Takeoff;
use super::measure::racks_of;
use super::topology::{Cable, Far, Kind};
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

/// Cables that are bought alike: rank of the phase, medium, length in mm, and the host ports that
/// share a cable with their rate, if it splits a switch port or leads to hosts at all.
type Likeness = (usize, u32, i64, Option<(u32, u32)>);

/// Cables and transceivers to buy, spares apart, by phase and price-book id.
pub(super) fn bought(takeoff: &Takeoff<'_>) -> BTreeMap<(Id, String), f64> {
    let order = takeoff.plan.phase_order();
    let phases: BTreeMap<usize, &Id> = order.iter().map(|(id, rank)| (*rank, id)).collect();
    let named = |((rank, item), count): ((usize, String), f64)| {
        phases.get(&rank).map(|&phase| ((phase.clone(), item), count))
    };
    pieces(takeoff, &alike(takeoff, &order)).into_iter().filter_map(named).collect()
}

/// Cables to buy; those between containers that stand already are there.
fn alike(takeoff: &Takeoff<'_>, order: &BTreeMap<Id, usize>) -> BTreeMap<Likeness, u32> {
    let rank = |phase: &Id| order.get(phase).copied().unwrap_or(0);
    let mut alike: BTreeMap<Likeness, u32> = BTreeMap::new();
    for (cable, measure) in takeoff.cables().filter(|(cable, _)| is_billed(cable.kind)) {
        let Some(medium) = measure.medium else { continue };
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
        #[expect(clippy::cast_possible_truncation, reason = "cables are shorter than the site")]
        let stock_mm = (measure.stock_m * 1000.0).round() as i64;
        let key = (at, medium, stock_mm, host_ports(takeoff, cable));
        *alike.entry(key).or_default() += 1;
    }
    alike
}

/// The rate of the host ports on a cable and how many there are.
fn host_ports(takeoff: &Takeoff<'_>, cable: &Cable) -> Option<(u32, u32)> {
    let Far::Nics { run, count, .. } = cable.to else { return None };
    let run = takeoff.fabric.hosts.get(run as usize)?;
    let block = takeoff.spec.blocks.get(run.block as usize)?;
    Some((block.hosts.get(run.kind as usize)?.nic_gbps, count))
}

/// Cables and the transceivers at their ends, by rank of the phase and price-book id.
fn pieces(
    takeoff: &Takeoff<'_>,
    alike: &BTreeMap<Likeness, u32>,
) -> BTreeMap<(usize, String), f64> {
    let rate = takeoff.spec.switch.rate_gbps;
    let mut pieces: BTreeMap<(usize, String), f64> = BTreeMap::new();
    let mut add = |at: usize, item: String, count: f64| {
        *pieces.entry((at, item)).or_default() += count;
    };
    for (&(at, medium, stock_mm, hosts), &count) in alike {
        let Some(medium) = takeoff.catalogue.rules.fabric_media.get(medium as usize) else {
            continue;
        };
        let count = f64::from(count);
        let split = hosts.is_some_and(|(gbps, _)| gbps < rate);
        add(at, medium.item(split, stock_mm as f64 / 1000.0), count);
        let Some(suffix) = &medium.transceiver else { continue };
        add(at, format!("optic-{rate}g{suffix}"), count);
        let (far_rate, ends) = hosts.unwrap_or((rate, 1));
        add(at, format!("optic-{far_rate}g{suffix}"), count * f64::from(ends));
    }
    pieces
}

/// Adds the rows of a fabric to the bill, where their group belongs, and their money to their
/// phases. An item has one row of spares, for the network and the fabric together.
pub(super) fn add(report: &mut Report, takeoff: &Takeoff<'_>) {
    let catalogue = takeoff.catalogue;
    let share = catalogue.rules.spares_percent.value / 100.0;
    for ((phase, item), count) in bought(takeoff) {
        let row = |group, quantity| cost::row(catalogue, group, phase.clone(), &item, quantity);
        let is_own = |row: &BoqRow| row.phase == phase && row.item == item;
        let others = report.boq.iter().filter(|row| row.group == BoqGroup::Optics && is_own(row));
        let pieces = count + others.map(|row| row.quantity).sum::<f64>();
        let mut cost = row(BoqGroup::Fabric, count).total.unwrap_or_default();
        report.boq.push(row(BoqGroup::Fabric, count));
        if share > 0.0 {
            let spares = row(BoqGroup::Spares, (pieces * share).ceil());
            cost += spares.total.unwrap_or_default();
            let stands = |row: &BoqRow| row.group == BoqGroup::Spares && is_own(row);
            if let Some(before) = report.boq.iter().position(stands) {
                cost -= report.boq.remove(before).total.unwrap_or_default();
            }
            report.boq.push(spares);
        }
        if let Some(phase) = report.phases.iter_mut().find(|own| own.id == phase) {
            phase.cost += cost;
        }
    }
    let order: BTreeMap<&Id, usize> =
        report.phases.iter().enumerate().map(|(rank, phase)| (&phase.id, rank)).collect();
    report.boq.sort_by(|a, b| {
        let rank = |row: &BoqRow| order.get(&row.phase).copied().unwrap_or(usize::MAX);
        (a.group, rank(a), &a.item).cmp(&(b.group, rank(b), &b.item))
    });
}
