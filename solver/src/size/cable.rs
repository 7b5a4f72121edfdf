//! Power cables: section and number of circuits by derated current and voltage drop, chosen by
//! lifetime cost.
//!
//! For a current `I` over `n` circuits of a cable with rating `Iz` alone in the ground,
//! `I ≤ n · Iz · k_T · k_g(n + others)` with the ground-temperature factor `k_T` and the grouping
//! factor `k_g` of all circuits in the fullest trench on the way. The voltage drop is
//! `√3 · I · L · (R cos φ + X sin φ) / n`, the loss `3 · (I/n)² · R · n`.

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::catalogue::tables::{Cable, Conductor, Installation};

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
    /// Circuits of other connections in the fullest trench on the way.
    pub others: u32,
}

/// A cable choice and what it costs.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// The cable.
    pub cable: &'a Cable,
    /// Its price-book id.
    pub item: String,
    /// Circuits side by side.
    pub circuits: u32,
    /// Design current, A.
    pub current_a: f64,
    /// What the circuits carry together, A.
    pub ampacity_a: f64,
    /// Grouping factor used.
    pub grouping: f64,
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

/// Cables that fit the service, the voltage and the soil.
fn candidates(catalogue: &Catalogue, service: Service) -> Vec<&Cable> {
    let voltage = voltage_kv(catalogue, service);
    let fits = |cable: &&Cable| {
        cable.installation == Installation::BuriedTrefoil && cable.voltage_kv >= voltage
    };
    let class = catalogue
        .cables
        .iter()
        .filter(fits)
        .map(|cable| cable.voltage_kv)
        .fold(f64::INFINITY, f64::min);
    let wanted_soil = catalogue.rules.soil_k_m_per_w.value;
    let soil = catalogue
        .cables
        .iter()
        .filter_map(|cable| cable.soil_k_m_per_w)
        .filter(|&soil| soil >= wanted_soil - 1e-9)
        .fold(f64::INFINITY, f64::min);
    catalogue
        .cables
        .iter()
        .filter(fits)
        .filter(|cable| {
            (cable.voltage_kv - class).abs() < 1e-9
                && cable.soil_k_m_per_w.is_some_and(|own| (own - soil).abs() < 1e-9)
        })
        .collect()
}

/// Price-book id of a cable.
pub fn item_of(cable: &Cable) -> String {
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

/// The cable of a price-book id that a service would be given.
pub fn of_item<'a>(catalogue: &'a Catalogue, service: Service, item: &str) -> Option<&'a Cable> {
    candidates(catalogue, service).into_iter().find(|cable| item_of(cable) == item)
}

/// All sensible choices for a need, whether or not they keep the voltage drop.
pub fn choices<'a>(catalogue: &'a Catalogue, ask: &Ask) -> Vec<Choice<'a>> {
    let rules = &catalogue.rules;
    let voltage = voltage_kv(catalogue, ask.service);
    let current_a = ask.kva / (3.0_f64.sqrt() * voltage);
    let soil = rules.soil_temperature_factor();
    let (lay, end) = labour_items(ask.service);
    let (lay, end) = (catalogue.prices.euros(lay), catalogue.prices.euros(end));
    let cosine = rules.power_factor.value;
    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
    let watt = rules.euros_per_watt() * rules.loss_share();
    let stretch = rules.cable_route_factor.value;
    let allowance = rules.cable_end_allowance_m.value;
    let mut out = Vec::new();
    for cable in candidates(catalogue, ask.service) {
        let item = item_of(cable);
        // A cable without a price is only taken where no other fits; see `choose`.
        let price = catalogue.prices.euros(&item);
        let carries = |circuits: u32| {
            let grouping = rules.grouping_factor(circuits + ask.others);
            f64::from(circuits) * cable.ampacity_a * soil * grouping
        };
        let Some(least) = (1..=MAX_CIRCUITS).find(|&count| carries(count) >= current_a) else {
            continue;
        };
        for circuits in least..=(least + 3).min(MAX_CIRCUITS) {
            let count = f64::from(circuits);
            let ohm = cable.r_ohm_per_km / 1000.0;
            let reactance = cable.x_ohm_per_km / 1000.0;
            let laid_m = ask.length_m * stretch + allowance;
            let drop_v =
                3.0_f64.sqrt() * current_a * laid_m / count * (ohm * cosine + reactance * sine);
            let loss_w_per_m = 3.0 * current_a * current_a / count * ohm;
            out.push(Choice {
                cable,
                item: item.clone(),
                circuits,
                current_a,
                ampacity_a: carries(circuits),
                grouping: rules.grouping_factor(circuits + ask.others),
                drop_percent: drop_v / (voltage * 1000.0) * 100.0,
                loss_w_per_m,
                first_per_m: count * (price + lay) * stretch,
                running_per_m: loss_w_per_m * watt * stretch,
                ends: 2.0 * count * end + allowance * (count * (price + lay) + loss_w_per_m * watt),
            });
        }
    }
    out
}

/// The choice with the lowest lifetime cost that carries the current and keeps the voltage drop;
/// where none keeps the drop, the one with the least drop.
pub fn choose<'a>(catalogue: &'a Catalogue, ask: &Ask) -> Option<Choice<'a>> {
    let limit = drop_limit(catalogue, ask.service);
    let trench =
        catalogue.prices.euros("trench-width") * catalogue.rules.circuit_pitch_mm.value / 1000.0;
    let priced = |choice: &Choice<'_>| catalogue.prices.get(&choice.item).is_some();
    let cost = |choice: &Choice<'_>| {
        (choice.lifetime_per_m() + trench * f64::from(choice.circuits)) * ask.length_m.max(1.0)
            + choice.ends
    };
    // Circuits that fill a trench in free ground from wall to wall would leave no way for others.
    let room = (0.85 * catalogue.rules.free_ground_width_mm.value
        - 2.0 * catalogue.rules.trench_margin_mm.value)
        / catalogue.rules.circuit_pitch_mm.value;
    let wide = |choice: &Choice<'_>| f64::from(choice.circuits) > room;
    let all = choices(catalogue, ask);
    let best = all.iter().filter(|choice| choice.drop_is_within(limit)).min_by(|a, b| {
        let shortcoming = |choice: &Choice<'_>| (!priced(choice), wide(choice));
        shortcoming(a).cmp(&shortcoming(b)).then_with(|| cost(a).total_cmp(&cost(b)))
    });
    best.or_else(|| all.iter().min_by(|a, b| a.drop_percent.total_cmp(&b.drop_percent))).cloned()
}

/// What a power connection costs at least, whatever company it finds: EUR per metre with its
/// width priced at `width_rate` EUR per metre and metre of width, and EUR for its ends.
pub fn least_cost(
    catalogue: &Catalogue,
    service: Service,
    kva: f64,
    width_rate: f64,
) -> Option<(f64, f64)> {
    let rules = &catalogue.rules;
    let current_a = kva / (3.0_f64.sqrt() * voltage_kv(catalogue, service));
    let soil = rules.soil_temperature_factor();
    let (lay, end) = labour_items(service);
    let (lay, end) = (catalogue.prices.euros(lay), catalogue.prices.euros(end));
    let watt = rules.euros_per_watt() * rules.loss_share();
    let stretch = rules.cable_route_factor.value;
    let pitch_m = rules.circuit_pitch_mm.value / 1000.0;
    let mut least: Option<(f64, f64)> = None;
    for cable in candidates(catalogue, service) {
        let price = catalogue.prices.euros(&item_of(cable));
        for circuits in 1..=MAX_CIRCUITS {
            let count = f64::from(circuits);
            if count * cable.ampacity_a * soil * rules.grouping_factor(circuits) < current_a {
                continue;
            }
            let loss = 3.0 * current_a * current_a / count * cable.r_ohm_per_km / 1000.0;
            let per_m =
                (count * (price + lay) + loss * watt) * stretch + count * pitch_m * width_rate;
            let metre = count * (price + lay) + loss * watt;
            let ends = 2.0 * count * end + rules.cable_end_allowance_m.value * metre;
            let (low_m, low_ends) = least.unwrap_or((f64::INFINITY, f64::INFINITY));
            least = Some((low_m.min(per_m), low_ends.min(ends)));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::reference().unwrap()
    }

    #[test]
    fn the_table_holds_the_computed_rating_of_a_240_mm2_aluminium_cable() {
        // IEC 60287 method: 369 A buried at 1.5 K m/W and 0.8 m.
        let catalogue = catalogue();
        let cable = candidates(&catalogue, Service::MvPower)
            .into_iter()
            .find(|cable| cable.section_mm2 == 240 && cable.conductor == Conductor::Al)
            .unwrap();
        assert!((cable.ampacity_a - 369.0).abs() < 1.5, "{}", cable.ampacity_a);
    }

    #[test]
    fn the_voltage_drop_agrees_with_the_hand_calculation() {
        // 400 V, 1000 A, 100 m, two circuits of 1x300 Cu, cos φ 0.98: 8.08 V, 2.0 %.
        let mut catalogue = catalogue();
        catalogue.rules.power_factor.value = 0.98;
        let kva = 1000.0 * 3.0_f64.sqrt() * 0.4;
        let ask = Ask { service: Service::LvPower, kva, length_m: 100.0, others: 0 };
        let two = choices(&catalogue, &ask)
            .into_iter()
            .find(|choice| choice.cable.section_mm2 == 300 && choice.circuits >= 2)
            .filter(|choice| choice.cable.conductor == Conductor::Cu)
            .or_else(|| {
                choices(&catalogue, &ask).into_iter().find(|choice| {
                    choice.cable.section_mm2 == 300 && choice.cable.conductor == Conductor::Cu
                })
            })
            .unwrap();
        let laid = 100.0 * catalogue.rules.cable_route_factor.value
            + catalogue.rules.cable_end_allowance_m.value;
        let of_two = two.drop_percent * f64::from(two.circuits) / 2.0 * 100.0 / laid;
        assert!((of_two - 2.02).abs() < 0.03, "{of_two}");
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
    fn an_impossible_current_has_no_cable() {
        let ask = Ask { service: Service::LvPower, kva: 1e6, length_m: 1.0, others: 0 };
        assert!(choose(&catalogue(), &ask).is_none());
    }
}
