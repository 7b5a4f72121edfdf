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
            /// Current-carrying factor of a circuit among 1, 2, 3 … side by side on a ladder in air;
            /// circuits in the ground heat each other by their real losses instead.
            pub grouping: Vec<f64>,
            /// Efficiency of a UPS by its load as a share of its rating, rising in load.
            pub ups_curve: Vec<(f64, f64)>,
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
    /// How far the voltage of a module may lie from nominal, per cent.
    voltage_band_percent: 1.0..=20.0,
    /// Highest short-circuit power of the grid at a utility entry, MVA.
    grid_fault_max_mva: 1.0..=50000.0,
    /// Lowest short-circuit power of the grid at a utility entry, MVA.
    grid_fault_min_mva: 1.0..=50000.0,
    /// Resistance of the grid over its reactance.
    grid_r_to_x: 0.0..=2.0,
    /// Subtransient reactance of standby generators, per cent of their rating.
    generator_reactance_percent: 5.0..=50.0,
    /// No-load current of distribution transformers, per cent.
    transformer_i0_percent: 0.0..=5.0,
    /// Conductor temperature at the end of a short circuit, degrees Celsius.
    fault_end_temperature_c: 90.0..=300.0,
    /// Thermal resistivity of the soil, K m/W.
    soil_k_m_per_w: 1.0..=2.5,
    /// Thermal resistivity of soil that has dried out around cables, K m/W; for a check only.
    soil_dry_k_m_per_w: 1.0..=5.0,
    /// Temperature of the ground, degrees Celsius.
    soil_temperature_c: -10.0..=60.0,
    /// Depth of the axis of low-voltage circuits, m.
    lv_cable_depth_m: 0.3..=3.0,
    /// Depth of the axis of medium-voltage circuits, m.
    mv_cable_depth_m: 0.3..=3.0,
    /// Ground above the casing of warm pipes, m.
    pipe_cover_m: 0.2..=3.0,
    /// Temperature of the air where cables rise to their ends, degrees Celsius.
    cable_end_air_c: 0.0..=60.0,
    /// Short-circuit current behind a transformer at low voltage, kA.
    lv_fault_ka: 1.0..=200.0,
    /// Time within which a short circuit is cleared by a breaker, s.
    fault_clearing_s: 0.02..=5.0,
    /// Design current up to which current-limiting fuses protect a low-voltage connection, A.
    lv_fused_max_a: 0.0..=1600.0,
    /// What such fuses let through, million A² s.
    lv_fused_let_through_ma2s: 0.01..=100.0,
    /// Short-circuit constant of copper in XLPE, 90 to 250 °C, A √s/mm².
    short_circuit_k_cu: 100.0..=250.0,
    /// Short-circuit constant of aluminium in XLPE, 90 to 250 °C, A √s/mm².
    short_circuit_k_al: 60.0..=200.0,
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
    /// Swing of the IT load over the day, share of its mean; 0 keeps it constant.
    load_daily_swing: 0.0..=0.5,
    /// Mean load of buildings and plant rooms as a share of what they can draw.
    aux_mean_share: 0.0..=1.0,
    /// Water leaving a dry cooler above the air entering it, at full load and full speed, K.
    cooler_approach_k: 1.0..=20.0,
    /// Air entering a cooler above the dry bulb, because fields draw back what they blow out, K.
    cooler_recirculation_k: 0.0..=10.0,
    /// Rise of the air through a cooler at full load and full speed, K.
    cooler_air_rise_k: 2.0..=30.0,
    /// Fan power of coolers at full speed, kW per MW of heat.
    cooler_fan_kw_per_mw: 0.0..=100.0,
    /// Lowest fan speed while a cooler runs, share of full speed.
    cooler_speed_min: 0.0..=1.0,
    /// Effectiveness of adiabatic pre-cooling against the wet bulb; 0 for dry coolers.
    adiabatic_effectiveness: 0.0..=0.95,
    /// Water drained to keep salts down, share of what evaporates.
    adiabatic_bleed_share: 0.0..=3.0,
    /// Lowest speed of circulation pumps, share of full speed.
    pump_speed_min: 0.0..=1.0,
    /// Supply temperature of the water that cools rooms, degrees Celsius.
    air_water_c: 5.0..=35.0,
    /// Power of room-cooling fans, kW per kW of heat that leaves the racks by air.
    air_fan_kw_per_kw: 0.0..=0.5,
    /// Coefficient of performance of chillers as a share of Carnot's.
    chiller_carnot_share: 0.1..=0.8,
    /// Highest coefficient of performance of chillers.
    chiller_cop_max: 2.0..=20.0,
    /// Temperature to the heat network, degrees Celsius.
    reuse_supply_c: 20.0..=130.0,
    /// Temperature from the heat network, degrees Celsius.
    reuse_return_c: 10.0..=110.0,
    /// Loss of temperature in the heat exchanger before the heat pump, K.
    reuse_exchanger_k: 0.0..=20.0,
    /// Coefficient of performance of the heat pump as a share of Lorenz's.
    heat_pump_efficiency: 0.1..=0.8,
    /// Heat the offtaker needs whatever the weather, share of the capacity connected.
    reuse_base_share: 0.0..=1.0,
    /// Outdoor temperature above which the offtaker heats no rooms, degrees Celsius.
    reuse_heating_limit_c: 5.0..=25.0,
    /// Outdoor temperature at which the offtaker needs the whole capacity, degrees Celsius.
    reuse_design_c: -40.0..=4.0,
    /// Emissions of electricity from the grid, kg of carbon dioxide per kWh.
    grid_kg_co2_per_kwh: 0.0..=2.0,
    /// Share of the electricity that is bought from renewable sources.
    renewable_share: 0.0..=1.0,
    /// Energy efficiency act judged by: 0 none, 1 the one in force, 2 its draft of 2026-04-09.
    law_version: 0.0..=2.0,
    /// Narrowest trench that is dug, mm.
    trench_min_width_mm: 100.0..=5000.0,
    /// Steps in which trench widths are dug, mm.
    trench_step_mm: 10.0..=1000.0,
    /// Bedding between trench wall and the first cable or pipe, mm.
    trench_margin_mm: 0.0..=1000.0,
    /// Distance between power, pipes and data in one trench, mm.
    discipline_gap_mm: 0.0..=2000.0,
    /// Axial spacing of power circuits in a trench, mm; closer circuits heat each other more.
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
    /// Attenuation of single-mode fibre, dB/km.
    fibre_loss_db_per_km: 0.1..=5.0,
    /// Loss of a mated multi-fibre connector, dB.
    connector_loss_db: 0.0..=2.0,
    /// Mated connectors of a link beside those of its transceivers.
    link_connectors: 0.0..=16.0,
    /// Insertion loss the optics of a link allow, dB.
    link_budget_db: 0.5..=40.0,
    /// Longest cable delivered on one drum, m.
    drum_length_m: 50.0..=5000.0,
    /// Cover over cables, ducts and pipes, mm.
    trench_cover_mm: 200.0..=3000.0,
    /// Bedding under cables, ducts and pipes, mm.
    trench_bedding_mm: 0.0..=1000.0,
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
        let bad_curve = (!is_ups_curve(&rules.ups_curve)).then(|| {
            "ups_curve must list pairs of load share and efficiency: at least two, loads rising \
             from above 0 to at most 1, efficiencies from 0.5 to 1"
                .to_owned()
        });
        let bad_medium = rules.fabric_media.iter().find_map(FabricMedium::problem);
        let bad_list = bad_grouping.or(bad_diversity).or(bad_curve).or(bad_medium);
        match out_of_range.or(bad_list) {
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

    /// The current-carrying factor of one circuit among `circuits` side by side in air.
    pub fn grouping_factor(&self, circuits: u32) -> f64 {
        let index = (circuits.max(1) as usize - 1).min(self.grouping.len().saturating_sub(1));
        self.grouping.get(index).copied().unwrap_or(1.0)
    }

    /// Losses of a UPS in kW that gives `load_kw`: `P (1/η − 1)` with the efficiency between the
    /// points of the curve. Below the first point the loss stays, beyond the last the efficiency.
    pub fn ups_loss_kw(&self, load_kw: f64, rating_kw: f64) -> f64 {
        let (Some(&(least, _)), true) = (self.ups_curve.first(), rating_kw > 0.0 && load_kw > 0.0)
        else {
            return 0.0;
        };
        let share = (load_kw / rating_kw).max(least);
        let efficiency = self
            .ups_curve
            .windows(2)
            .find_map(|pair| {
                let [(low, at_low), (high, at_high)] = [*pair.first()?, *pair.get(1)?];
                (share <= high).then(|| at_low + (at_high - at_low) * (share - low) / (high - low))
            })
            .or_else(|| self.ups_curve.last().map(|&(_, efficiency)| efficiency))
            .unwrap_or(1.0);
        share * rating_kw * (1.0 / efficiency - 1.0)
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

fn is_ups_curve(curve: &[(f64, f64)]) -> bool {
    curve.len() >= 2
        && curve.iter().all(|(share, efficiency)| {
            *share > 0.0 && *share <= 1.0 && (0.5..=1.0).contains(efficiency)
        })
        && curve.windows(2).all(|pair| pair[0].0 < pair[1].0)
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

    #[test]
    fn a_ups_loses_what_its_curve_says() {
        let rules = RuleSet::from_ron(RULES).unwrap();
        // 600 of 1,200 kW at 0.965, and half-way between 0.965 and 0.968.
        assert!((rules.ups_loss_kw(600.0, 1200.0) - 600.0 * (1.0 / 0.965 - 1.0)).abs() < 1e-9);
        assert!((rules.ups_loss_kw(750.0, 1200.0) - 750.0 * (1.0 / 0.9665 - 1.0)).abs() < 1e-9);
        // Below the curve the loss of its first point stays.
        assert!((rules.ups_loss_kw(12.0, 1200.0) - 120.0 * (1.0 / 0.9 - 1.0)).abs() < 1e-9);
        assert!(rules.ups_loss_kw(600.0, 0.0).abs() < 1e-12);
    }

    #[test]
    fn a_ups_curve_that_does_not_rise_is_refused() {
        let own = "(0.1, 0.9), (0.25, 0.945)";
        assert!(RULES.contains(own));
        let falling = RULES.replace(own, "(0.3, 0.9), (0.25, 0.945)");
        let error = RuleSet::from_ron(&falling).unwrap_err();
        assert!(error.reason.contains("loads rising"), "{error}");
    }
}
