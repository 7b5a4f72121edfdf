//! The rule set: every limit, voltage, temperature and economic figure the planner uses, each with
//! its source. A plan overrides them by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::media::FabricMedium;
use super::module::{ModuleKind, Service};
use super::{CatalogueError, ron_error};
use crate::units::Source;

/// A figure and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The figure, in the unit its name says.
    pub value: f64,
    /// Where it comes from.
    pub source: Source,
}

/// How far the supply of a module survives the loss of one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Redundancy {
    /// One route.
    N,
    /// Two routes in separate trenches from separate sources.
    TwoN,
}

/// How the two routes of a 2N pair keep apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Diversity {
    /// They share no stretch of trench.
    #[default]
    Edge,
    /// As [`Self::Edge`], and they meet nowhere but at their own ends.
    Trench,
    /// As [`Self::Edge`], and they stay this many metres apart, but for what lies within
    /// [`PORT_AREA_M`] of a port that one of them serves or starts from.
    Distance(f64),
}

/// Distance from its ports within which a pair may come closer than its diversity asks, m.
///
/// The ports of a module lie up to 14 m apart, often beside each other in one wall; its routes
/// part only when they are clear of it.
pub const PORT_AREA_M: f64 = 15.0;

/// Largest distance a pair can be asked to keep, m.
const DIVERSITY_MAX_M: f64 = 500.0;

macro_rules! rule_set {
    ($($(#[doc = $doc:literal])+ $name:ident : $low:literal ..= $high:literal,)+) => {
        /// Limits and figures; the names are the ones a plan uses to override them.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RuleSet {
            /// Redundancy class by module kind; kinds not listed are N.
            pub redundancy: BTreeMap<ModuleKind, Redundancy>,
            /// How 2N pairs keep apart by service; services not listed are
            /// [`Edge`](Diversity::Edge).
            #[serde(default)]
            pub diversity: BTreeMap<Service, Diversity>,
            /// Current-carrying factor of a circuit among 1, 2, 3 … loaded circuits in a trench.
            pub grouping: Vec<f64>,
            /// Cable media of a fabric in order of preference.
            #[serde(default)]
            pub fabric_media: Vec<FabricMedium>,
            $($(#[doc = $doc])+ pub $name: Parameter,)+
        }

        impl RuleSet {
            /// Every overridable figure: name, meaning, value and source.
            pub fn parameters(&self) -> Vec<(&'static str, &'static str, &Parameter)> {
                vec![$((stringify!($name), concat!($($doc),+).trim_ascii(), &self.$name),)+]
            }

            /// The allowed range of a figure, if there is one of that name.
            pub fn range(name: &str) -> Option<(f64, f64)> {
                match name {
                    $(stringify!($name) => Some(($low, $high)),)+
                    _ => None,
                }
            }

            /// Replaces a figure; tells whether the name is known.
            pub(crate) fn set(&mut self, name: &str, value: f64) -> bool {
                match name {
                    $(stringify!($name) => {
                        self.$name.value = value;
                        "set in the plan".clone_into(&mut self.$name.source.text);
                    })+
                    _ => return false,
                }
                true
            }
        }
    };
}

rule_set! {
    /// Line voltage of the medium-voltage network, kV.
    mv_voltage_kv: 1.0..=36.0,
    /// Line voltage of the low-voltage network, kV.
    lv_voltage_kv: 0.2..=1.0,
    /// Power factor of the loads.
    power_factor: 0.5..=1.0,
    /// Highest loading of a transformer with all units in service, share of its rating.
    transformer_loading_max: 0.1..=1.2,
    /// Highest voltage drop from transformer to module, per cent.
    lv_drop_max_percent: 0.1..=10.0,
    /// Highest voltage drop of a medium-voltage circuit, per cent.
    mv_drop_max_percent: 0.1..=10.0,
    /// Thermal resistivity of the soil, K m/W; the cable table holds 1.0, 1.5 and 2.5.
    soil_k_m_per_w: 1.0..=2.5,
    /// Temperature of the ground, degrees Celsius.
    soil_temperature_c: -10.0..=60.0,
    /// Temperature rise of the facility water, K.
    water_delta_k: 2.0..=30.0,
    /// Supply temperature of the facility water, degrees Celsius.
    water_supply_c: 5.0..=60.0,
    /// Highest friction gradient of a pipe, Pa/m.
    pipe_gradient_max_pa_per_m: 20.0..=1000.0,
    /// Highest velocity in a pipe, m/s.
    pipe_velocity_max_m_per_s: 0.5..=5.0,
    /// Allowance for bends, tees and valves, factor on the friction of straight pipe.
    pipe_fittings_factor: 1.0..=3.0,
    /// Pressure a connected module and its valves need, kPa.
    terminal_loss_kpa: 0.0..=500.0,
    /// Highest differential pressure of the circulation pumps, kPa.
    pump_head_max_kpa: 10.0..=2000.0,
    /// Efficiency of pump, motor and drive together.
    pump_efficiency: 0.1..=0.95,
    /// Price of electricity, EUR/kWh.
    energy_eur_per_kwh: 0.0..=5.0,
    /// Mean load as a share of the peak.
    mean_load_share: 0.05..=1.0,
    /// Years over which running costs count.
    horizon_years: 1.0..=60.0,
    /// Discount rate a year.
    discount_rate: 0.0..=0.5,
    /// Narrowest trench that is dug, mm.
    trench_min_width_mm: 100.0..=5000.0,
    /// Steps in which trench widths are dug, mm.
    trench_step_mm: 10.0..=1000.0,
    /// Bedding between trench wall and the first cable or pipe, mm.
    trench_margin_mm: 0.0..=1000.0,
    /// Distance between power, pipes and data in one trench, mm.
    discipline_gap_mm: 0.0..=2000.0,
    /// Axial spacing of power circuits in a trench, mm; the grouping factors hold for it.
    circuit_pitch_mm: 50.0..=1000.0,
    /// Width a data duct takes in a trench, mm.
    duct_pitch_mm: 50.0..=500.0,
    /// Trunk cables drawn into one duct.
    trunks_per_duct: 1.0..=12.0,
    /// Layers in which ducts are stacked.
    duct_layers: 1.0..=8.0,
    /// Distance between pipes in a trench, mm.
    pipe_gap_mm: 50.0..=1000.0,
    /// Insulation and casing around a pipe, mm on each side.
    pipe_insulation_mm: 0.0..=300.0,
    /// Distance of a trench axis from a container wall in free ground, mm.
    wall_clearance_mm: 100.0..=5000.0,
    /// Widest trench in free ground where no corridor is drawn, mm.
    free_ground_width_mm: 300.0..=10000.0,
    /// Cost factor of trenches off the drawn corridors.
    free_ground_factor: 1.0..=5.0,
    /// Cost factor of trenches in paved ground.
    paved_factor: 1.0..=5.0,
    /// Cost factor of trenches under a road.
    road_factor: 1.0..=10.0,
    /// Cost factor the search applies to preferred corridors.
    prefer_factor: 0.2..=1.0,
    /// Cost factor the search applies to avoided corridors.
    avoid_factor: 1.0..=10.0,
    /// Distance the routes of every 2N pair keep, m; 0 leaves that to their service.
    diversity_distance_m: 0.0..=500.0,
    /// Distance every container keeps from the site boundary, mm.
    boundary_setback_mm: 0.0..=50000.0,
    /// Distance from a crane pad within which containers can be set down, m.
    crane_reach_m: 1.0..=200.0,
    /// Cable beyond the route: verticals and slack of both ends, m.
    cable_end_allowance_m: 0.0..=50.0,
    /// Route tolerance of cable lengths, factor.
    cable_route_factor: 1.0..=1.5,
    /// Fibres of one optical link.
    fibres_per_link: 1.0..=24.0,
    /// Rate of a data link, Gbit/s.
    link_rate_gbps: 1.0..=3200.0,
    /// Spare material, per cent of the quantity.
    spares_percent: 0.0..=50.0,
    /// Way of a fabric cable from a device to the tray above its rack, m.
    fabric_rack_vertical_m: 0.0..=10.0,
    /// Distance of racks in modules that name no rack positions, mm.
    fabric_rack_pitch_mm: 300.0..=5000.0,
    /// Free length at each end of a row of racks, mm.
    fabric_rack_end_mm: 0.0..=10000.0,
    /// Width of the tray a fabric has in each trench and container, mm.
    fabric_tray_width_mm: 50.0..=5000.0,
    /// Depth of that tray, mm.
    fabric_tray_depth_mm: 20.0..=1000.0,
    /// Highest share of a tray's cross-section that cables take.
    fabric_tray_fill_max: 0.05..=1.0,
    /// Connectors of patch panels on the way between containers.
    fabric_connectors: 0.0..=8.0,
    /// Length of a fabric cable no trench leads, as a multiple of the straight east and north way.
    fabric_estimate_factor: 1.0..=5.0,
}

impl RuleSet {
    /// Reads a rule set and checks every figure against its range.
    pub fn from_ron(text: &str) -> Result<Self, CatalogueError> {
        const FILE: &str = "rules.ron";
        let rules: Self =
            crate::plan::text::options().from_str(text).map_err(|error| ron_error(FILE, &error))?;
        let out_of_range = rules.parameters().into_iter().find_map(|(name, _, parameter)| {
            let (low, high) = Self::range(name)?;
            (!(low..=high).contains(&parameter.value))
                .then(|| format!("{name} is {}; allowed is {low} to {high}", parameter.value))
        });
        let bad_grouping = (rules.grouping.is_empty()
            || rules.grouping.iter().any(|factor| !(0.05..=1.0).contains(factor))
            || rules.grouping.windows(2).any(|pair| pair[1] > pair[0]))
        .then(|| "grouping must list falling factors between 0.05 and 1".to_owned());
        let is_bad = |diversity: &Diversity| match diversity {
            Diversity::Edge | Diversity::Trench => false,
            Diversity::Distance(metres) => !(0.0..=DIVERSITY_MAX_M).contains(metres),
        };
        let bad_diversity = rules
            .diversity
            .values()
            .any(is_bad)
            .then(|| format!("diversity distances lie between 0 and {DIVERSITY_MAX_M} m"));
        let bad_medium = rules.fabric_media.iter().find_map(FabricMedium::problem);
        match out_of_range.or(bad_grouping).or(bad_diversity).or(bad_medium) {
            None => Ok(rules),
            Some(reason) => Err(CatalogueError { file: FILE, line: 1, column: 1, reason }),
        }
    }

    /// The redundancy class asked of a kind of module.
    pub fn redundancy_of(&self, kind: ModuleKind) -> Redundancy {
        self.redundancy.get(&kind).copied().unwrap_or(Redundancy::N)
    }

    /// How the two routes of a 2N pair of a service keep apart.
    pub fn diversity_of(&self, service: Service) -> Diversity {
        let own = self.diversity.get(&service).copied().unwrap_or_default();
        let of_all = self.diversity_distance_m.value;
        match own {
            Diversity::Distance(metres) => Diversity::Distance(metres.max(of_all)),
            Diversity::Edge | Diversity::Trench if of_all > 0.0 => Diversity::Distance(of_all),
            Diversity::Edge | Diversity::Trench => own,
        }
    }

    /// The current-carrying factor of one circuit among `circuits` loaded ones.
    pub fn grouping_factor(&self, circuits: u32) -> f64 {
        let index = (circuits.max(1) as usize - 1).min(self.grouping.len().saturating_sub(1));
        self.grouping.get(index).copied().unwrap_or(1.0)
    }

    /// Correction of buried ratings for the ground temperature (base 20 °C, conductor 90 °C).
    pub fn soil_temperature_factor(&self) -> f64 {
        ((90.0 - self.soil_temperature_c.value) / 70.0).max(0.0).sqrt()
    }

    /// Present value in euros of one watt drawn at full load all year round over the horizon.
    pub fn euros_per_watt(&self) -> f64 {
        8.76 * self.energy_eur_per_kwh.value * self.annuity_factor()
    }

    /// Mean of the squared load relative to the peak, for losses that follow the current squared.
    ///
    /// Uses the common blend `0.15 m + 0.85 m²` of the mean load share `m`.
    pub fn loss_share(&self) -> f64 {
        let mean = self.mean_load_share.value;
        0.15f64.mul_add(mean, 0.85 * mean * mean)
    }

    fn annuity_factor(&self) -> f64 {
        let rate = self.discount_rate.value;
        let years = self.horizon_years.value;
        if rate < 1e-9 { years } else { (1.0 - libm::pow(1.0 + rate, -years)) / rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = include_str!("../../../assets/rules.ron");

    fn with(diversity: &str) -> Result<RuleSet, CatalogueError> {
        let own = "diversity: {LvPower: Edge, DataA: Edge, DataB: Edge}";
        assert!(RULES.contains(own));
        RuleSet::from_ron(&RULES.replace(own, &format!("diversity: {{{diversity}}}")))
    }

    #[test]
    fn pairs_keep_apart_by_the_rule_of_their_service() {
        let rules = with("DataA: Trench, LvPower: Distance(8.0)").unwrap();
        assert_eq!(rules.diversity_of(Service::DataA), Diversity::Trench);
        assert_eq!(rules.diversity_of(Service::LvPower), Diversity::Distance(8.0));
        assert_eq!(rules.diversity_of(Service::Cooling), Diversity::Edge);
    }

    #[test]
    fn a_distance_set_in_the_plan_holds_for_all_pairs() {
        let mut rules = with("DataA: Trench, LvPower: Distance(20.0)").unwrap();
        assert!(rules.set("diversity_distance_m", 12.0));
        assert_eq!(rules.diversity_of(Service::DataA), Diversity::Distance(12.0));
        assert_eq!(rules.diversity_of(Service::DataB), Diversity::Distance(12.0));
        assert_eq!(rules.diversity_of(Service::LvPower), Diversity::Distance(20.0));
    }

    #[test]
    fn a_distance_beyond_every_site_is_refused() {
        let error = with("DataA: Distance(-3.0)").unwrap_err();
        assert!(error.reason.contains("between 0 and 500 m"), "{error}");
    }
}
