//! Power cables: section and number of circuits by current in the trench, voltage drop and
//! short-circuit withstand, chosen among what is left by lifetime cost (IEC 60287-3-2).
//!
//! A connection of current `I` over `n` circuits asks of each `I / n`, which the cable carries
//! among its own `n − 1` neighbours and in the heat of strangers ([`super::rating`]). The voltage
//! drop is `√3 · I · L · (R cos φ + X sin φ) / n`, the loss `3 · (I/n)² · R · n`, and a short
//! circuit at the far end, which the circuits share equally, asks for `k · n · S ≥ Ik √t`. One
//! inside a circuit of several needs protection of each (IEC 60364-4-43, 434.4).

mod offers;

pub use offers::Offers;

use crate::catalogue::Catalogue;
use crate::catalogue::construction::Construction;
use crate::catalogue::module::Service;
use crate::catalogue::tables::Conductor;
use crate::report::Governs;
use crate::size::rating::Thermal;

/// Most circuits laid side by side for one connection.
pub const MAX_CIRCUITS: u32 = 24;

/// What a cable is needed for.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// MV or LV.
    pub service: Service,
    /// Design power, kVA.
    pub kva: f64,
    /// Route length, m.
    pub length_m: f64,
    /// Circuits of other connections beside it, as heavily loaded as its own.
    pub others: u32,
}

/// What is known of the place beyond what is asked.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Rise of the hottest conductor by sources other than its own circuits, K.
    pub heat_k: f64,
    /// Fewest circuits to consider.
    pub least_circuits: u32,
}

impl Default for Place {
    /// Nothing warm near by, one circuit or more.
    fn default() -> Self {
        Self { heat_k: 0.0, least_circuits: 1 }
    }
}

/// A cable choice and what it costs.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// The cable.
    pub cable: &'a Construction,
    /// Its thermal figures.
    pub thermal: Thermal,
    /// Its price-book id.
    pub item: String,
    /// Circuits side by side.
    pub circuits: u32,
    /// Design current, A.
    pub current_a: f64,
    /// What the circuits carry together where they lie, A.
    pub ampacity_a: f64,
    /// What one circuit carries alone in the ground, A.
    pub alone_a: f64,
    /// What the circuits carry together on a ladder in air at their ends, A.
    pub air_a: f64,
    /// Voltage drop over the route, per cent.
    pub drop_percent: f64,
    /// Loss at full load, W per metre of route.
    pub loss_w_per_m: f64,
    /// First cost, EUR per metre of route.
    pub first_per_m: f64,
    /// Present value of losses, EUR per metre of route.
    pub running_per_m: f64,
    /// Cost that does not grow with the route: ends, verticals and slack, EUR.
    pub ends: f64,
    /// What a short circuit lets through, million A² s.
    pub fault_ma2s: f64,
    /// What the circuits withstand together, million A² s.
    pub withstand_ma2s: f64,
    /// What decided it.
    pub governs: Governs,
}

impl Choice<'_> {
    /// Cost over the horizon, EUR per metre of route, trench apart.
    pub fn lifetime_per_m(&self) -> f64 {
        self.first_per_m + self.running_per_m
    }

    /// Whether the voltage drop is within the limit of the rule set.
    pub fn drop_is_within(&self, limit_percent: f64) -> bool {
        self.drop_percent <= limit_percent
    }

    /// Whether it carries its current.
    pub fn carries(&self) -> bool {
        self.ampacity_a >= self.current_a
    }

    /// Whether it withstands the short circuit behind it.
    pub fn withstands(&self) -> bool {
        self.withstand_ma2s >= self.fault_ma2s
    }
}

/// Price-book ids of laying and ending a circuit.
pub fn labour_items(service: Service) -> (&'static str, &'static str) {
    match service {
        Service::MvPower => ("lay-mv", "end-mv"),
        Service::LvPower
        | Service::Cooling
        | Service::HeatReuse
        | Service::DataA
        | Service::DataB => ("lay-lv", "end-lv"),
    }
}

/// Line voltage of a power service, kV.
pub fn voltage_kv(catalogue: &Catalogue, service: Service) -> f64 {
    match service {
        Service::MvPower => catalogue.rules.mv_voltage_kv.value,
        Service::LvPower
        | Service::Cooling
        | Service::HeatReuse
        | Service::DataA
        | Service::DataB => catalogue.rules.lv_voltage_kv.value,
    }
}

/// Highest voltage drop of a power service, per cent.
pub fn drop_limit(catalogue: &Catalogue, service: Service) -> f64 {
    match service {
        Service::MvPower => catalogue.rules.mv_drop_max_percent.value,
        Service::LvPower
        | Service::Cooling
        | Service::HeatReuse
        | Service::DataA
        | Service::DataB => catalogue.rules.lv_drop_max_percent.value,
    }
}

/// Prospective short-circuit current of a power service, kA, and what passes before it is cleared,
/// million A² s: `Ik² t`, or what the fuses of a small low-voltage connection let through.
pub fn fault(catalogue: &Catalogue, service: Service, current_a: f64) -> (f64, f64) {
    let rules = &catalogue.rules;
    let medium = service == Service::MvPower;
    let kiloamperes = if medium {
        rules.grid_fault_max_mva.value / (3.0_f64.sqrt() * rules.mv_voltage_kv.value)
    } else {
        rules.lv_fault_ka.value
    };
    let cleared = kiloamperes * kiloamperes * rules.fault_clearing_s.value;
    if !medium && current_a <= rules.lv_fused_max_a.value {
        (kiloamperes, cleared.min(rules.lv_fused_let_through_ma2s.value))
    } else {
        (kiloamperes, cleared)
    }
}

/// What the circuits of a cable withstand together, million A² s: `(k n S)²`.
pub fn withstand(catalogue: &Catalogue, cable: &Construction, circuits: u32) -> f64 {
    let constant = match cable.conductor {
        Conductor::Al => catalogue.rules.short_circuit_k_al.value,
        Conductor::Cu => catalogue.rules.short_circuit_k_cu.value,
    };
    let kiloamperes = constant * f64::from(circuits) * f64::from(cable.section_mm2) / 1000.0;
    kiloamperes * kiloamperes
}

/// Price-book id of a cable.
pub fn item_of(cable: &Construction) -> String {
    let metal = match cable.conductor {
        Conductor::Al => "al",
        Conductor::Cu => "cu",
    };
    if cable.voltage_kv <= 1.0 {
        format!("cable-lv-{metal}-{}", cable.section_mm2)
    } else {
        format!("cable-mv{:.0}-{metal}-{}", cable.voltage_kv, cable.section_mm2)
    }
}

/// The cable of a price-book id.
pub fn of_item<'a>(catalogue: &'a Catalogue, item: &str) -> Option<&'a Construction> {
    let mut singles = catalogue.constructions.iter().filter(|cable| cable.cores == 1);
    singles.find(|cable| item_of(cable) == item)
}

/// The best choice for a need, with company as asked and no other heat.
pub fn choose<'a>(catalogue: &'a Catalogue, ask: &Ask) -> Option<Choice<'a>> {
    Offers::new(catalogue, ask.service).choose(ask, Place::default())
}

/// What a power connection costs at least, whatever company it finds: EUR per metre with its
/// width priced at `width_rate` EUR per metre and metre of width, and EUR for its ends.
///
/// Company and heat only take from what circuits carry alone, so this is never above what
/// [`Offers::choose`] finds.
pub fn least_cost(
    catalogue: &Catalogue,
    service: Service,
    kva: f64,
    width_rate: f64,
) -> Option<(f64, f64)> {
    let offers = Offers::new(catalogue, service);
    let current_a = kva / (3.0_f64.sqrt() * voltage_kv(catalogue, service));
    let (_, fault_ma2s) = fault(catalogue, service, current_a);
    let pitch_m = catalogue.rules.circuit_pitch_mm.value / 1000.0;
    let mut least: Option<(f64, f64)> = None;
    for offer in &offers.list {
        let withstands = |count: u32| withstand(catalogue, offer.cable, count) >= fault_ma2s;
        // What withstands is always taken where circuits enough for it can be had.
        let must_withstand = withstands(MAX_CIRCUITS);
        for circuits in 1..=MAX_CIRCUITS {
            if offers.ampacity(offer, circuits, 0, 0.0) < current_a
                || (must_withstand && !withstands(circuits))
            {
                continue;
            }
            let choice = offers.priced(offer, circuits, (current_a, 0.0));
            let per_m = choice.lifetime_per_m() + f64::from(circuits) * pitch_m * width_rate;
            let (low_m, low_ends) = least.unwrap_or((f64::INFINITY, f64::INFINITY));
            least = Some((low_m.min(per_m), low_ends.min(choice.ends)));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::offers::Offer;
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::reference().unwrap()
    }

    #[test]
    fn the_voltage_drop_agrees_with_the_hand_calculation() {
        // 400 V, 1000 A, 100 m, two circuits of 1x300 Cu, cos φ 0.98: 8.08 V, 2.02 %.
        let mut catalogue = catalogue();
        catalogue.rules.power_factor.value = 0.98;
        catalogue.rules.cable_route_factor.value = 1.0;
        catalogue.rules.cable_end_allowance_m.value = 0.0;
        let offers = Offers::new(&catalogue, Service::LvPower);
        let of_300 = |offer: &&Offer<'_>| {
            offer.cable.section_mm2 == 300 && offer.cable.conductor == Conductor::Cu
        };
        let offer = offers.list.iter().find(of_300).unwrap();
        let drop = offers.priced(offer, 2, (1000.0, 100.0)).drop_percent;
        assert!((drop - 2.02).abs() < 0.01, "{drop}");
        assert!((drop * 4.0 - 8.08).abs() < 0.03, "{drop}");
    }

    #[test]
    fn company_in_the_trench_never_makes_a_cable_cheaper() {
        let catalogue = catalogue();
        let mut last = 0.0;
        for others in 0..12 {
            let ask = Ask { service: Service::LvPower, kva: 1372.0, length_m: 30.0, others };
            let choice = choose(&catalogue, &ask).unwrap();
            assert!(choice.ampacity_a >= choice.current_a);
            let cost = choice.lifetime_per_m() * 30.0
                + choice.ends
                + f64::from(choice.circuits) * 30.0 * catalogue.prices.euros("trench-width") * 0.2;
            assert!(cost >= last - 1e-9);
            last = cost;
        }
    }

    #[test]
    fn heat_of_others_takes_current_and_never_money() {
        let catalogue = catalogue();
        let offers = Offers::new(&catalogue, Service::LvPower);
        let ask = Ask { service: Service::LvPower, kva: 900.0, length_m: 30.0, others: 0 };
        let (floor_m, floor_ends) = least_cost(&catalogue, Service::LvPower, 900.0, 0.0).unwrap();
        let mut last = 0.0;
        for step in 0..6 {
            let place = Place { heat_k: 10.0 * f64::from(step), least_circuits: 1 };
            let choice = offers.choose(&ask, place).unwrap();
            let cost = choice.lifetime_per_m() * 30.0 + choice.ends;
            assert!(choice.carries() && choice.lifetime_per_m() >= floor_m - 1e-9);
            assert!(choice.ends >= floor_ends - 1e-9);
            // The width of the trench is part of the choice, so cable alone may save a little.
            assert!(cost >= 0.9 * last, "{step}: {cost} after {last}");
            last = cost;
        }
        let ground_only = Place { heat_k: 70.0, least_circuits: 1 };
        assert!(offers.choose(&ask, ground_only).is_none());
    }

    #[test]
    fn a_small_feeder_at_20_kv_is_governed_by_the_short_circuit() {
        // 14.4 kA for 0.5 s: 10.2 kA √s over 94 A √s/mm², 109 mm² of aluminium.
        let catalogue = catalogue();
        let ask = Ask { service: Service::MvPower, kva: 1000.0, length_m: 100.0, others: 0 };
        let choice = choose(&catalogue, &ask).unwrap();
        assert_eq!(choice.governs, Governs::ShortCircuit);
        assert!(choice.withstands());
        assert!(choice.cable.section_mm2 * choice.circuits >= 95, "{}", choice.item);
        let (kiloamperes, passes) = fault(&catalogue, Service::MvPower, choice.current_a);
        assert!((kiloamperes - 14.43).abs() < 0.01 && (passes - 104.2).abs() < 0.1);
    }

    #[test]
    fn fuses_limit_what_a_small_connection_must_withstand() {
        let catalogue = catalogue();
        let small = fault(&catalogue, Service::LvPower, 400.0).1;
        let large = fault(&catalogue, Service::LvPower, 2000.0).1;
        assert!(small < 10.0 && large > 1000.0);
        // 60.1 kA for 0.5 s: 297 mm² of copper.
        let needed = (large * 1e6).sqrt() / 143.0;
        assert!((needed - 297.2).abs() < 0.5, "{needed}");
    }

    #[test]
    fn an_impossible_current_has_no_cable() {
        let ask = Ask { service: Service::LvPower, kva: 1e6, length_m: 1.0, others: 0 };
        assert!(choose(&catalogue(), &ask).is_none());
    }
}
