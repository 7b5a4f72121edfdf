//! Heat for others: what a campus wants of it, and what a heat pump needs to make it warm enough.
//!
//! The heat pump works between the log-mean temperatures of its source and its sink, as a Lorenz
//! process does, and reaches a share of it: `COP = η T_s/(T_s − T_q)`. Where the source is as warm
//! as the network asks, an exchanger alone will do.

use super::site::entry_capacity;
use crate::catalogue::module::Service;
use crate::catalogue::rules::RuleSet;
use crate::plan::Plan;
use crate::report::Report;

/// Zero of the Celsius scale, K.
const ZERO_C: f64 = 273.15;
/// Smallest lift that a heat pump is taken to work over, K.
const LEAST_LIFT_K: f64 = 5.0;
/// Highest coefficient of performance believed.
const HIGHEST_COP: f64 = 15.0;

/// The reuse of a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reuse {
    /// Heat the offtaker can be given, kW.
    pub(super) capacity_kw: f64,
    /// Coefficient of performance; none where an exchanger is enough.
    pub(super) cop: Option<f64>,
}

/// Heat reused in an hour, kW.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Given {
    /// Out of the facility water.
    pub(super) taken_kw: f64,
    /// To the offtaker.
    pub(super) delivered_kw: f64,
}

impl Reuse {
    /// The reuse of a plan, where a station sends heat to an offtaker.
    pub(super) fn of(plan: &Plan, rules: &RuleSet, report: &Report) -> Option<Self> {
        let sent = report
            .connections
            .iter()
            .filter(|it| it.service == Service::HeatReuse && it.supply.is_some())
            .fold(0.0, |sum, connection| sum + connection.load.value());
        let capacity_kw = sent.min(entry_capacity(plan, Service::HeatReuse));
        (capacity_kw > 0.0).then(|| Self { capacity_kw, cop: cop(rules) })
    }

    /// What is given in an hour in which the water carries that much heat.
    pub(super) fn given(self, rules: &RuleSet, outside_c: f64, in_water_kw: f64) -> Given {
        let wanted = self.capacity_kw * demand_share(rules, outside_c);
        // Part of what is delivered is work of the compressor.
        let from_water = self.cop.map_or(1.0, |cop| 1.0 - 1.0 / cop);
        let taken_kw = (wanted * from_water).min(in_water_kw);
        Given { taken_kw, delivered_kw: taken_kw / from_water }
    }
}

/// Demand of the offtaker as a share of the capacity connected: a base and degree hours.
fn demand_share(rules: &RuleSet, outside_c: f64) -> f64 {
    let (base, limit) = (rules.reuse_base_share.value, rules.reuse_heating_limit_c.value);
    // The limit is above 5 °C and the design temperature below: both ranges are fixed.
    let span = (limit - rules.reuse_design_c.value).max(1.0);
    base + (1.0 - base) * ((limit - outside_c) / span).clamp(0.0, 1.0)
}

fn cop(rules: &RuleSet) -> Option<f64> {
    let cold = rules.water_supply_c.value - rules.reuse_exchanger_k.value;
    let hot = cold + rules.water_delta_k.value;
    let (to, from) = (rules.reuse_supply_c.value, rules.reuse_return_c.value);
    if hot >= to {
        return None;
    }
    let source = log_mean(hot + ZERO_C, cold + ZERO_C);
    let sink = log_mean(to + ZERO_C, from + ZERO_C);
    let lorenz = sink / (sink - source).max(LEAST_LIFT_K);
    // Below one it would be a heater; that is the worst it can be.
    Some((rules.heat_pump_efficiency.value * lorenz).clamp(1.0 + 1e-6, HIGHEST_COP))
}

/// Log mean of two absolute temperatures: `(a − b)/ln(a/b)`.
fn log_mean(one: f64, other: f64) -> f64 {
    if (one - other).abs() < 1e-6 { one } else { (one - other) / libm::log(one / other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn rules() -> RuleSet {
        Catalogue::reference().unwrap().rules
    }

    #[test]
    fn a_source_of_45_35_and_a_sink_of_60_80_make_a_cop_of_5_7() {
        // Lorenz 11.46, half of it reached.
        let cop = cop(&rules()).unwrap();
        assert!((cop - 5.73).abs() < 0.01, "{cop}");
        let lorenz = log_mean(353.15, 333.15);
        let lorenz = lorenz / (lorenz - log_mean(318.15, 308.15));
        assert!((lorenz - 11.46).abs() < 0.01, "{lorenz}");
    }

    #[test]
    fn a_network_as_cool_as_the_return_needs_no_heat_pump() {
        let mut rules = rules();
        rules.reuse_supply_c.value = 45.0;
        rules.reuse_return_c.value = 30.0;
        assert_eq!(cop(&rules), None);
        let reuse = Reuse { capacity_kw: 1000.0, cop: None };
        let given = reuse.given(&rules, -10.0, 5000.0);
        assert!((given.taken_kw - 1000.0).abs() < 1e-9, "{given:?}");
        assert!((given.delivered_kw - 1000.0).abs() < 1e-9, "{given:?}");
    }

    #[test]
    fn demand_falls_from_the_design_day_to_its_base() {
        let rules = rules();
        assert!((demand_share(&rules, -30.0) - 1.0).abs() < 1e-12);
        assert!((demand_share(&rules, 30.0) - 0.15).abs() < 1e-12);
        let halfway = f64::midpoint(rules.reuse_design_c.value, 15.0);
        assert!((demand_share(&rules, halfway) - 0.575).abs() < 1e-12);
    }

    #[test]
    fn no_more_heat_is_taken_than_there_is() {
        let rules = rules();
        let reuse = Reuse { capacity_kw: 4000.0, cop: Some(5.0) };
        let given = reuse.given(&rules, -20.0, 800.0);
        assert!((given.taken_kw - 800.0).abs() < 1e-9);
        assert!((given.delivered_kw - 1000.0).abs() < 1e-9);
    }
}
