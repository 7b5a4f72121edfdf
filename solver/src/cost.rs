//! The bill of quantities: every row a quantity, a price and a source; every total a sum of rows.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::id::Id;
use crate::network::Network;
use crate::plan::Plan;
use crate::report::{BoqGroup, BoqRow, Sizing};
use crate::size::{cable, fibre};
use crate::units::{Cents, Confidence};

/// Quantities by group, phase and price-book id.
#[derive(Default)]
struct Quantities(BTreeMap<(BoqGroup, usize, String), f64>);

impl Quantities {
    fn add(&mut self, group: BoqGroup, rank: usize, item: &str, quantity: f64) {
        if quantity > 0.0 {
            *self.0.entry((group, rank, item.to_owned())).or_default() += quantity;
        }
    }
}

/// The bill of a plan; `catalogue` already carries the plan's overrides.
pub fn bill(plan: &Plan, catalogue: &Catalogue, network: &Network) -> Vec<BoqRow> {
    let order = plan.phase_order();
    let rank = |phase: &Id| order.get(phase).copied().unwrap_or(0);
    let mut quantities = Quantities::default();
    equipment(plan, catalogue, network, &mut quantities, rank);
    trenches(network, &mut quantities, rank);
    connections(catalogue, network, &mut quantities, rank);
    pipes(network, &mut quantities, rank);
    spares(catalogue, &mut quantities);
    let phases: BTreeMap<usize, &Id> = order.iter().map(|(id, rank)| (*rank, id)).collect();
    quantities
        .0
        .iter()
        .filter_map(|((group, rank, item), quantity)| {
            let phase = phases.get(rank)?;
            Some(row(catalogue, *group, (*phase).clone(), item, *quantity))
        })
        .collect()
}

/// A row of the bill, priced from the price book.
pub(crate) fn row(
    catalogue: &Catalogue,
    group: BoqGroup,
    phase: Id,
    item: &str,
    quantity: f64,
) -> BoqRow {
    // Quantities are bought in tenths at the finest.
    let quantity = (quantity * 10.0 - 1e-6).ceil() / 10.0;
    match catalogue.prices.get(item) {
        Some(price) => BoqRow {
            group,
            phase,
            item: item.to_owned(),
            description: price.description.clone(),
            quantity,
            unit: price.unit.clone(),
            unit_price: Some(price.unit_price),
            total: Some(price.unit_price.times(quantity)),
            source: format!("{} ({})", price.source, price.as_of),
            confidence: price.confidence,
            origin: price.origin.clone(),
            lead_time_weeks: price.lead_time_weeks,
        },
        None => BoqRow {
            group,
            phase,
            item: item.to_owned(),
            description: format!("{item}: not in the price book"),
            quantity,
            unit: String::new(),
            unit_price: None,
            total: None,
            source: "no price".to_owned(),
            confidence: Confidence::Assumption,
            origin: String::new(),
            lead_time_weeks: 0,
        },
    }
}

fn equipment(
    plan: &Plan,
    catalogue: &Catalogue,
    network: &Network,
    quantities: &mut Quantities,
    rank: impl Fn(&Id) -> usize,
) {
    let existing = |id: &Id| plan.container(id).is_some_and(|container| container.existing);
    for container in plan.containers.iter().filter(|container| !container.existing) {
        if let Some(module) = catalogue.modules.get(&container.module) {
            let at = rank(&container.phase);
            quantities.add(BoqGroup::Equipment, at, &module.price_id(), 1.0);
        }
    }
    for unit in network.transformers.iter().filter(|unit| !existing(&unit.container)) {
        quantities.add(BoqGroup::Equipment, rank(&unit.phase), &unit.item, 1.0);
    }
    for pumps in &network.pumps {
        let count = f64::from(pumps.units);
        quantities.add(BoqGroup::Equipment, rank(&pumps.phase), &pumps.item, count);
    }
}

fn trenches(network: &Network, quantities: &mut Quantities, rank: impl Fn(&Id) -> usize) {
    for trench in network.trenches.iter().filter(|trench| !trench.existing) {
        let at = rank(&trench.phase);
        // Harder ground counts as more metres of prepared soil.
        let metres = trench.length_m * trench.ground_factor;
        let width_m = trench.width_mm as f64 / 1000.0;
        quantities.add(BoqGroup::Trench, at, "trench-base", metres);
        quantities.add(BoqGroup::Trench, at, "trench-width", metres * width_m);
        let crossings = f64::from(trench.crossings) / 2.0;
        quantities.add(BoqGroup::Trench, at, "crossing-road", crossings);
    }
}

fn connections(
    catalogue: &Catalogue,
    network: &Network,
    quantities: &mut Quantities,
    rank: impl Fn(&Id) -> usize,
) {
    for connection in &network.connections {
        let at = rank(&connection.phase);
        match &connection.sizing {
            Some(Sizing::Cable(sizing)) => {
                let (lay, end) = cable::labour_items(connection.service);
                let circuits = f64::from(sizing.circuits);
                let metres = circuits * sizing.circuit_m;
                quantities.add(BoqGroup::Cable, at, &sizing.item, metres);
                quantities.add(BoqGroup::Laying, at, lay, metres);
                quantities.add(BoqGroup::Laying, at, end, 2.0 * circuits);
            }
            Some(Sizing::Data(sizing)) => {
                let (trunk, end) = fibre::items(sizing.trunk_fibres);
                let trunks = f64::from(sizing.trunks);
                let metres = trunks * sizing.trunk_m;
                quantities.add(BoqGroup::Cable, at, &trunk, metres);
                quantities.add(BoqGroup::Laying, at, "lay-fibre", metres);
                quantities.add(BoqGroup::Laying, at, &end, 2.0 * trunks);
                let optic = fibre::optic(catalogue, sizing.trunk_m);
                if let Some(optic) = optic {
                    // One transceiver a link at the drawing end; its partner is at another one.
                    let item = fibre::optic_item(optic);
                    quantities.add(BoqGroup::Optics, at, &item, f64::from(sizing.links));
                }
            }
            Some(Sizing::Pipe(_)) => {
                quantities.add(BoqGroup::Laying, at, "pipe-end", 1.0);
            }
            None => {}
        }
    }
}

fn pipes(network: &Network, quantities: &mut Quantities, rank: impl Fn(&Id) -> usize) {
    for run in &network.pipes {
        for segment in &run.segments {
            let item = format!("pipe-pair-dn{}", segment.dn);
            quantities.add(BoqGroup::Pipe, rank(&run.phase), &item, segment.length_m);
        }
    }
}

/// Spare cable, pipe and optics as a share of what is bought.
fn spares(catalogue: &Catalogue, quantities: &mut Quantities) {
    let share = catalogue.rules.spares_percent.value / 100.0;
    let spare: Vec<_> = quantities
        .0
        .iter()
        .filter(|((group, ..), _)| {
            matches!(group, BoqGroup::Cable | BoqGroup::Pipe | BoqGroup::Optics)
        })
        .map(|((group, rank, item), quantity)| {
            let wanted = quantity * share;
            // Transceivers come in whole pieces.
            let amount = if *group == BoqGroup::Optics { wanted.ceil() } else { wanted };
            (*rank, item.clone(), amount)
        })
        .collect();
    for (rank, item, amount) in spare {
        quantities.add(BoqGroup::Spares, rank, &item, amount);
    }
}

/// Sum of the rows that routing decides: trench, cable, pipe and laying.
pub fn network_total(rows: &[BoqRow]) -> Cents {
    rows.iter()
        .filter(|row| match row.group {
            BoqGroup::Trench | BoqGroup::Cable | BoqGroup::Pipe | BoqGroup::Laying => true,
            BoqGroup::Equipment | BoqGroup::Optics | BoqGroup::Fabric | BoqGroup::Spares => false,
        })
        .filter_map(|row| row.total)
        .sum()
}
