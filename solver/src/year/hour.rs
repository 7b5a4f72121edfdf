//! One hour: where its electricity goes and where its heat stays.

use super::Uses;
use super::reuse::Given;
use super::site::Site;
use super::weather::Hour;

/// Heat of evaporation of water at about 30 °C, kJ/kg.
const EVAPORATION_KJ_KG: f64 = 2430.0;
/// Zero of the Celsius scale, K.
const ZERO_C: f64 = 273.15;
/// Warmth above the limit that still counts as the limit, K.
const TOLERANCE_K: f64 = 0.05;
/// Time of the highest load where load swings over the day, h.
const BUSIEST: f64 = 15.0;

/// What flows in an hour. Energy of an hour in kWh is its mean power in kW.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flows {
    /// Electricity by use.
    pub(super) uses: Uses,
    /// Heat of IT into water, kW.
    pub(super) in_water_kw: f64,
    /// Heat of IT into air, kW.
    pub(super) in_air_kw: f64,
    /// Heat that the coolers reject, kW.
    pub(super) rejected_kw: f64,
    /// Heat taken out of the water to be reused, kW.
    pub(super) reused_kw: f64,
    /// Heat the offtaker gets, kW.
    pub(super) delivered_kw: f64,
    /// Electricity that upgrades and sends that heat, kW.
    pub(super) upgrade_kw: f64,
    /// Water evaporated and drained, litres.
    pub(super) water_l: f64,
    /// Facility water as the modules get it, °C.
    pub(super) supply_c: f64,
    /// Whether that is warmer than allowed.
    pub(super) is_over_limit: bool,
}

impl Flows {
    /// Whether heat adds up: into water or air, out of water by coolers or reuse, to the offtaker
    /// with no more work than was drawn. Figures beyond all numbers are not judged.
    pub(super) fn are_balanced(&self) -> bool {
        let it_kw = self.uses.it_kwh;
        let heat = (self.in_water_kw + self.in_air_kw - it_kw).abs();
        let water = (self.rejected_kw + self.reused_kw - self.in_water_kw).abs();
        let work = (self.delivered_kw - self.reused_kw - self.upgrade_kw).max(0.0);
        let error = heat + water + work;
        !error.is_finite() || error <= 1e-9 * (1.0 + it_kw)
    }
}

/// How the coolers get rid of their heat.
struct Rejection {
    fan_kw: f64,
    water_l: f64,
    supply_c: f64,
}

impl Site<'_> {
    /// Everything that flows in an hour of weather.
    pub(super) fn flows(&self, hour: &Hour) -> Flows {
        let rules = self.rules;
        let load = self.load_share(hour.hour);
        let it_kw = self.it_kw * load;
        let in_water_kw = it_kw * self.water_share;
        let in_air_kw = it_kw - in_water_kw;
        let given = self
            .reuse
            .map_or_else(Given::default, |it| it.given(rules, hour.dry_bulb_c, in_water_kw));
        let rejected_kw = in_water_kw - given.taken_kw;
        let rejection = self.reject(hour, rejected_kw);
        let mut uses = Uses {
            it_kwh: it_kw,
            auxiliaries_kwh: self.auxiliaries_kw,
            ups_kwh: rules.ups_loss_kw(self.ups_kw * load, self.ups_rating_kw),
            pumps_kwh: self.cooling_pumps(load),
            fans_kwh: rejection.fan_kw,
            air_cooling_kwh: self.air_cooling(hour.dry_bulb_c, in_air_kw),
            ..Uses::default()
        };
        let upgrade_kw = given.delivered_kw - given.taken_kw + self.reuse_pumps(given.delivered_kw);
        let site_kw = uses.grid_kwh();
        let (transformers, cables) = self.supply_losses(site_kw);
        let (all_transformers, all_cables) = self.supply_losses(site_kw + upgrade_kw);
        uses.transformers_kwh = transformers;
        uses.cables_kwh = cables;
        // The losses that the reuse of heat adds are its own.
        uses.heat_reuse_kwh = upgrade_kw + all_transformers - transformers + all_cables - cables;
        Flows {
            uses,
            upgrade_kw,
            in_water_kw,
            in_air_kw,
            rejected_kw,
            reused_kw: given.taken_kw,
            delivered_kw: given.delivered_kw,
            water_l: rejection.water_l,
            supply_c: rejection.supply_c,
            is_over_limit: rejection.supply_c > self.limit_c + TOLERANCE_K,
        }
    }

    /// Load of IT as a share of its peak. The swing never passes the peak, so the mean holds.
    fn load_share(&self, hour: u8) -> f64 {
        let mean = self.rules.mean_load_share.value;
        let swing = self.rules.load_daily_swing.value.min(1.0 / mean - 1.0);
        if swing <= 0.0 {
            return mean;
        }
        let angle = std::f64::consts::TAU * (f64::from(hour) + 0.5 - BUSIEST) / 24.0;
        mean * (1.0 + swing * libm::cos(angle))
    }

    /// Losses of transformers and of cables at a load, kW: both follow its square.
    fn supply_losses(&self, load_kw: f64) -> (f64, f64) {
        let share = if self.peak_kw > 0.0 { load_kw / self.peak_kw } else { 0.0 };
        let square = share * share;
        (self.no_load_kw + square * self.load_loss_kw, square * self.cable_loss_kw)
    }

    /// Pumps of the facility water, kW: its flow follows the heat, their power its cube.
    fn cooling_pumps(&self, load: f64) -> f64 {
        if self.it_kw > 0.0 { self.cooling_pump_kw * self.pump_share(load) } else { 0.0 }
    }

    /// Pumps to the offtaker, kW.
    fn reuse_pumps(&self, delivered_kw: f64) -> f64 {
        match self.reuse {
            Some(reuse) if delivered_kw > 0.0 => {
                self.reuse_pump_kw * self.pump_share(delivered_kw / reuse.capacity_kw)
            }
            Some(_) | None => 0.0,
        }
    }

    /// Power of a pump at a flow, both as shares of its duty: affinity laws down to least speed.
    fn pump_share(&self, flow: f64) -> f64 {
        cube(flow.clamp(self.rules.pump_speed_min.value, 1.0))
    }

    /// Fans of rooms, and chillers where the air is not cold enough to cool the water, kW.
    fn air_cooling(&self, outside_c: f64, heat_kw: f64) -> f64 {
        let rules = self.rules;
        let cold_c = rules.air_water_c.value;
        let lift =
            outside_c + rules.cooler_recirculation_k.value + rules.cooler_approach_k.value - cold_c;
        let compressor = if lift > 0.0 {
            let carnot = (cold_c + ZERO_C) / lift;
            let cop = rules.chiller_carnot_share.value * carnot;
            // A chiller worse than a heater is no chiller.
            heat_kw / cop.clamp(1.0, rules.chiller_cop_max.value)
        } else {
            0.0
        };
        let outside_fans = rules.cooler_fan_kw_per_mw.value / 1000.0;
        heat_kw * (rules.air_fan_kw_per_kw.value + outside_fans) + compressor
    }

    /// Rejects heat at the set point with as little air as will do; wets the air where full speed
    /// is not enough; lets the water grow warmer where that is not enough either.
    fn reject(&self, hour: &Hour, heat_kw: f64) -> Rejection {
        let rules = self.rules;
        let setpoint_c = rules.water_supply_c.value;
        if heat_kw <= 0.0 || self.cooler_kw <= 0.0 {
            return Rejection { fan_kw: 0.0, water_l: 0.0, supply_c: setpoint_c };
        }
        let spread_k = rules.water_delta_k.value;
        let return_c = setpoint_c + spread_k;
        // Between return water and air at full speed: the approach and the spread, with the heat.
        let needed_k = heat_kw / self.cooler_kw * (rules.cooler_approach_k.value + spread_k);
        let air_c = hour.dry_bulb_c + rules.cooler_recirculation_k.value;
        if air_c <= return_c - needed_k {
            let least = rules.cooler_speed_min.value;
            let speed = (needed_k / (return_c - air_c)).clamp(least, 1.0);
            return Rejection {
                fan_kw: self.fan_kw * cube(speed),
                water_l: 0.0,
                supply_c: setpoint_c,
            };
        }
        let wetted_k = self.wetted(hour, air_c, air_c - (return_c - needed_k));
        // Cooling the air by evaporation costs its heat capacity in heat of evaporation.
        let air_kw_per_k = self.cooler_kw / rules.cooler_air_rise_k.value;
        let evaporated_l = air_kw_per_k * wetted_k * 3600.0 / EVAPORATION_KJ_KG;
        Rejection {
            fan_kw: self.fan_kw,
            water_l: evaporated_l * (1.0 + rules.adiabatic_bleed_share.value),
            supply_c: (air_c - wetted_k + needed_k - spread_k).max(setpoint_c),
        }
    }

    /// By how much wetting cools the air at most, up to what is wanted, K.
    fn wetted(&self, hour: &Hour, air_c: f64, wanted_k: f64) -> f64 {
        let effectiveness = self.rules.adiabatic_effectiveness.value;
        if effectiveness <= 0.0 {
            return 0.0;
        }
        let wet_c = hour.wet_bulb_at(self.rules.cooler_recirculation_k.value);
        (effectiveness * (air_c - wet_c)).min(wanted_k).max(0.0)
    }
}

fn cube(share: f64) -> f64 {
    share * share * share
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::Catalogue;
    use crate::year::reuse::Reuse;

    /// A site of 10 MW of IT with everything a site can have.
    fn site(catalogue: &Catalogue) -> Site<'_> {
        Site {
            rules: &catalogue.rules,
            it_kw: 10_000.0,
            water_share: 0.96,
            auxiliaries_kw: 150.0,
            ups_kw: 500.0,
            ups_rating_kw: 1100.0,
            peak_kw: 11_000.0,
            no_load_kw: 30.0,
            load_loss_kw: 80.0,
            cable_loss_kw: 40.0,
            cooling_pump_kw: 60.0,
            reuse_pump_kw: 8.0,
            cooler_kw: 9600.0,
            fan_kw: 144.0,
            limit_c: 40.0,
            reuse: Some(Reuse { capacity_kw: 3000.0, cop: Some(5.7) }),
            assumptions: Vec::new(),
        }
    }

    fn at(dry_bulb_c: f64) -> Hour {
        Hour { month: 7, hour: 15, dry_bulb_c, humidity: 0.3, pressure_pa: 100_000.0 }
    }

    fn full_load() -> Catalogue {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.rules.mean_load_share.value = 1.0;
        catalogue
    }

    #[test]
    fn at_design_the_water_leaves_at_air_and_approach() {
        let mut catalogue = full_load();
        catalogue.rules.adiabatic_effectiveness.value = 0.0;
        let site = Site { reuse: None, ..site(&catalogue) };
        // 31 °C and 3 K of recirculation and 6 K of approach are the set point of 40 °C.
        let design = site.flows(&at(31.0));
        assert!((design.supply_c - 40.0).abs() < 1e-9, "{}", design.supply_c);
        assert!((design.uses.fans_kwh - 144.0).abs() < 1e-6, "{}", design.uses.fans_kwh);
        let hotter = site.flows(&at(35.0));
        assert!((hotter.supply_c - 44.0).abs() < 1e-9 && hotter.is_over_limit);
        assert!(!design.is_over_limit && hotter.water_l.abs() < 1e-12);
        // 16 K of 27 K are asked: the fans run at 0.593 of their speed.
        let cooler = site.flows(&at(20.0));
        let asked = 144.0 * (16.0_f64 / 27.0).powi(3);
        assert!((cooler.uses.fans_kwh - asked).abs() < 1e-6, "{}", cooler.uses.fans_kwh);
    }

    #[test]
    fn wetting_holds_the_set_point_and_costs_the_water_it_evaporates() {
        let catalogue = full_load();
        let site = Site { reuse: None, ..site(&catalogue) };
        let wet = site.flows(&at(35.0));
        assert!((wet.supply_c - 40.0).abs() < 1e-9 && !wet.is_over_limit);
        // 4 K of 960 kW/K are 1.580 kg/s, and a quarter more is drained.
        let asked = 3840.0 / 2430.0 * 3600.0 * 1.25;
        assert!((wet.water_l - asked).abs() < 1e-6, "{}", wet.water_l);
    }

    #[test]
    fn a_load_that_swings_keeps_its_mean_and_its_peak() {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.rules.mean_load_share.value = 0.8;
        catalogue.rules.load_daily_swing.value = 0.5;
        let site = site(&catalogue);
        let shares: Vec<f64> = (0..24).map(|hour| site.load_share(hour)).collect();
        let mean = shares.iter().sum::<f64>() / 24.0;
        assert!((mean - 0.8).abs() < 1e-12, "{mean}");
        assert!(shares.iter().all(|share| (0.0..=1.0 + 1e-12).contains(share)), "{shares:?}");
        assert!(shares[15] > shares[3] + 0.3);
    }

    proptest! {
        #[test]
        fn energy_is_conserved_in_every_hour(
            celsius in -25.0..45.0_f64,
            humidity in 0.0..1.0_f64,
            load in 0.05..1.0_f64,
            effectiveness in 0.0..0.95_f64,
        ) {
            let mut catalogue = Catalogue::reference().unwrap();
            catalogue.rules.mean_load_share.value = load;
            catalogue.rules.adiabatic_effectiveness.value = effectiveness;
            let site = site(&catalogue);
            let flows = site.flows(&Hour { humidity, ..at(celsius) });
            let uses = flows.uses;
            prop_assert!(flows.are_balanced());
            // Heat of IT goes into water or air; that in water is rejected or reused.
            prop_assert!((flows.in_water_kw + flows.in_air_kw - uses.it_kwh).abs() < 1e-6);
            prop_assert!((flows.rejected_kw + flows.reused_kw - flows.in_water_kw).abs() < 1e-6);
            prop_assert!(flows.rejected_kw >= -1e-9 && flows.in_air_kw >= -1e-9);
            // The offtaker gets heat and work; pumping and losses come on top.
            let work = flows.delivered_kw - flows.reused_kw;
            prop_assert!(work >= -1e-9 && flows.upgrade_kw >= work - 1e-9);
            prop_assert!((flows.delivered_kw - work * 5.7).abs() < 1e-6, "work times COP is heat");
            prop_assert!(uses.heat_reuse_kwh >= flows.upgrade_kw - 1e-9);
            // The grid delivers every load and exactly the losses that all of them make.
            let loads_kw = uses.it_kwh
                + uses.auxiliaries_kwh
                + uses.ups_kwh
                + uses.pumps_kwh
                + uses.fans_kwh
                + uses.air_cooling_kwh
                + flows.upgrade_kw;
            let (transformers, cables) = site.supply_losses(loads_kw);
            prop_assert!((loads_kw + transformers + cables - uses.grid_kwh()).abs() < 1e-6);
            prop_assert!(uses.values().iter().all(|value| value.is_finite() && *value >= 0.0));
            prop_assert!(flows.supply_c >= 40.0 - 1e-9 && flows.water_l >= 0.0);
        }

        #[test]
        fn hotter_air_never_needs_less(celsius in -25.0..44.0_f64, step in 0.0..5.0_f64) {
            let catalogue = full_load();
            let site = site(&catalogue);
            let (one, other) = (site.flows(&at(celsius)), site.flows(&at(celsius + step)));
            prop_assert!(one.uses.fans_kwh <= other.uses.fans_kwh + 1e-9);
            prop_assert!(one.uses.air_cooling_kwh <= other.uses.air_cooling_kwh + 1e-9);
            prop_assert!(one.supply_c <= other.supply_c + 1e-9);
            prop_assert!(one.reused_kw >= other.reused_kw - 1e-9);
        }
    }
}
