//! The cables of a power service, and the choice among them.

use super::{
    Ask, Choice, MAX_CIRCUITS, Place, drop_limit, fault, item_of, labour_items, voltage_kv,
    withstand,
};
use crate::catalogue::Catalogue;
use crate::catalogue::construction::Construction;
use crate::catalogue::module::Service;
use crate::report::Governs;
use crate::size::rating::row::{Gains, Level};
use crate::size::rating::{CONDUCTOR_MAX_C, Laying, Soil, Thermal};

/// A cable that may be chosen.
#[derive(Clone, Debug)]
pub(super) struct Offer<'a> {
    pub(super) cable: &'a Construction,
    thermal: Thermal,
    item: String,
    /// EUR per metre; 0 where the price book has none.
    price: f64,
    /// `T3 + T4` alone in the ground, K m/W.
    beyond: f64,
    /// One circuit alone in the ground, A.
    alone_a: f64,
    /// One circuit alone in air at the ends, A.
    air_a: f64,
}

/// The cables of a power service with everything that does not depend on the connection.
#[derive(Clone, Debug)]
pub struct Offers<'a> {
    catalogue: &'a Catalogue,
    service: Service,
    pub(super) list: Vec<Offer<'a>>,
    /// Sum of gains in the middle of 0, 1, 2 … equal circuits.
    centres: Vec<f64>,
    /// What a conductor may be warmer than the ground, K.
    rise_k: f64,
}

impl<'a> Offers<'a> {
    /// Single-core cables of the lowest voltage class that fits the service.
    pub fn new(catalogue: &'a Catalogue, service: Service) -> Self {
        let rules = &catalogue.rules;
        let voltage = voltage_kv(catalogue, service);
        let fits = |cable: &&Construction| cable.cores == 1 && cable.voltage_kv >= voltage - 1e-9;
        let all = || catalogue.constructions.iter().filter(fits);
        let class = all().map(|cable| cable.voltage_kv).fold(f64::INFINITY, f64::min);
        let level = Level::of(service);
        let gains = Gains::new(rules, MAX_CIRCUITS as usize);
        let soil = Soil {
            resistivity: rules.soil_k_m_per_w.value,
            temperature_c: rules.soil_temperature_c.value,
            depth_m: gains.depth_m(level),
        };
        let list = all()
            .filter(|cable| (cable.voltage_kv - class).abs() < 1e-9)
            .map(|cable| {
                let thermal = Thermal::new(cable);
                let item = item_of(cable);
                Offer {
                    cable,
                    thermal,
                    price: catalogue.prices.euros(&item),
                    item,
                    beyond: thermal.buried(&soil),
                    alone_a: thermal.rating(Laying::Ground(soil)),
                    air_a: thermal.rating(Laying::Air(rules.cable_end_air_c.value)),
                }
            })
            .collect();
        Self {
            catalogue,
            service,
            list,
            centres: (0..=MAX_CIRCUITS).map(|count| gains.at_centre(level, count)).collect(),
            rise_k: CONDUCTOR_MAX_C - soil.temperature_c,
        }
    }

    /// What `circuits` of a cable carry together among `others` like them, A.
    pub(super) fn ampacity(
        &self,
        offer: &Offer<'_>,
        circuits: u32,
        others: u32,
        heat_k: f64,
    ) -> f64 {
        let rules = &self.catalogue.rules;
        // More company than this counts as this: its furthest members hardly warm any more.
        let place = ((circuits + others) as usize).min(self.centres.len() - 1);
        let mutual = offer.thermal.mutual(rules.soil_k_m_per_w.value, self.centres[place]);
        let in_ground = offer.thermal.current(self.rise_k - heat_k, offer.beyond + mutual);
        f64::from(circuits) * in_ground.min(offer.air_a * rules.grouping_factor(circuits))
    }

    /// Every sensible choice for a need, with those that a limit only just forbids.
    fn choices(&self, ask: &Ask, place: Place) -> Vec<Choice<'a>> {
        let current_a = ask.kva / (3.0_f64.sqrt() * voltage_kv(self.catalogue, self.service));
        let (_, fault_ma2s) = fault(self.catalogue, self.service, current_a);
        let fewest = place.least_circuits.max(1);
        let mut out = Vec::new();
        for offer in &self.list {
            let ampacity = |circuits: u32| self.ampacity(offer, circuits, ask.others, place.heat_k);
            let enough = (fewest..=MAX_CIRCUITS).find(|&count| ampacity(count) >= current_a);
            let Some(enough) = enough else { continue };
            let withstands =
                |count: u32| withstand(self.catalogue, offer.cable, count) >= fault_ma2s;
            let safe = (enough..=MAX_CIRCUITS).find(|&count| withstands(count)).unwrap_or(enough);
            for circuits in enough.saturating_sub(1).max(fewest)..=(safe + 3).min(MAX_CIRCUITS) {
                let mut choice = self.priced(offer, circuits, (current_a, ask.length_m));
                choice.ampacity_a = ampacity(circuits);
                choice.fault_ma2s = fault_ma2s;
                out.push(choice);
            }
        }
        out
    }

    /// A cable in that many circuits with drop, losses and prices.
    pub(super) fn priced(
        &self,
        offer: &Offer<'a>,
        circuits: u32,
        (current_a, length_m): (f64, f64),
    ) -> Choice<'a> {
        let Catalogue { rules, prices, .. } = self.catalogue;
        let (lay, end) = labour_items(self.service);
        let (lay, end) = (prices.euros(lay), prices.euros(end));
        let cosine = rules.power_factor.value;
        let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
        let watt = rules.euros_per_watt() * rules.loss_share();
        let stretch = rules.cable_route_factor.value;
        let allowance = rules.cable_end_allowance_m.value;
        let count = f64::from(circuits);
        let per_m = offer.thermal.resistance * cosine + offer.thermal.reactance * sine;
        let laid_m = length_m * stretch + allowance;
        let drop_v = 3.0_f64.sqrt() * current_a * laid_m / count * per_m;
        let loss_w_per_m = 3.0 * current_a * current_a / count * offer.thermal.resistance;
        let metre = count * (offer.price + lay) + loss_w_per_m * watt;
        Choice {
            cable: offer.cable,
            thermal: offer.thermal,
            item: offer.item.clone(),
            circuits,
            current_a,
            ampacity_a: 0.0,
            alone_a: offer.alone_a,
            air_a: count * offer.air_a * rules.grouping_factor(circuits),
            drop_percent: drop_v / (voltage_kv(self.catalogue, self.service) * 1000.0) * 100.0,
            loss_w_per_m,
            first_per_m: count * (offer.price + lay) * stretch,
            running_per_m: loss_w_per_m * watt * stretch,
            ends: 2.0 * count * end + allowance * metre,
            fault_ma2s: 0.0,
            withstand_ma2s: withstand(self.catalogue, offer.cable, circuits),
            governs: Governs::Economy,
        }
    }

    /// The choice with the lowest lifetime cost that carries the current, withstands the short
    /// circuit and keeps the voltage drop. Where none does all of it, the drop is given up first,
    /// then the withstand; a current that nothing carries has no choice.
    pub fn choose(&self, ask: &Ask, place: Place) -> Option<Choice<'a>> {
        let Catalogue { rules, prices, .. } = self.catalogue;
        let limit = drop_limit(self.catalogue, self.service);
        let width = prices.euros("trench-width") * rules.circuit_pitch_mm.value / 1000.0;
        let cost = |choice: &Choice<'_>| {
            (choice.lifetime_per_m() + width * f64::from(choice.circuits)) * ask.length_m.max(1.0)
                + choice.ends
        };
        // Circuits that fill a trench in free ground from wall to wall leave no way for others.
        let room = (0.85 * rules.free_ground_width_mm.value - 2.0 * rules.trench_margin_mm.value)
            / rules.circuit_pitch_mm.value;
        let shortcoming = |choice: &Choice<'_>| {
            (prices.get(&choice.item).is_none(), f64::from(choice.circuits) > room)
        };
        let all = self.choices(ask, place);
        // The best that keeps every limit but the one left out.
        let best = |left_out: Governs| {
            all.iter()
                .filter(|choice| left_out == Governs::Ampacity || choice.carries())
                .filter(|choice| left_out == Governs::ShortCircuit || choice.withstands())
                .filter(|choice| left_out == Governs::Drop || choice.drop_is_within(limit))
                .min_by(|a, b| {
                    shortcoming(a).cmp(&shortcoming(b)).then_with(|| cost(a).total_cmp(&cost(b)))
                })
        };
        let Some(chosen) = best(Governs::Economy) else {
            let fallback = all.iter().filter(|choice| choice.carries()).min_by(|a, b| {
                let lacks = |choice: &Choice<'_>| !choice.withstands();
                lacks(a).cmp(&lacks(b)).then_with(|| a.drop_percent.total_cmp(&b.drop_percent))
            })?;
            let governs = if fallback.withstands() { Governs::Drop } else { Governs::ShortCircuit };
            return Some(Choice { governs, ..fallback.clone() });
        };
        // The limit without which the connection would cost least governs.
        let mut least = cost(chosen) * (1.0 - 1e-9);
        let mut governs = Governs::Economy;
        for left_out in [Governs::Ampacity, Governs::Drop, Governs::ShortCircuit] {
            if let Some(cost) = best(left_out).map(cost).filter(|&cost| cost < least) {
                (least, governs) = (cost, left_out);
            }
        }
        Some(Choice { governs, ..chosen.clone() })
    }
}
