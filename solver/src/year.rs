//! The energy of a year: every hour of the weather drives load, losses, pumps, coolers and reuse.
//!
//! ```text
//! IT      P(h) = P_peak · m · (1 + s cos 2π (t − 15 h)/24 h)
//! losses  UPS by its curve; transformers P0 + x² Pk; cables x² P; x = load of the site / its peak
//! pumps   P = P_design · max(V/V_design, n_min)³                         affinity laws
//! coolers n = q (a + ΔT)/(T_return − T_air), fan P = P_design n³, n_min ≤ n ≤ 1
//!         and the air is wetted where n would pass 1: T_in = T_air − k, k ≤ ε (T_air − T_wet)
//! rooms   COP = η T_w/(T_air + a − T_w), none where the air is colder than the water by a
//! reuse   demand D = C · (b + (1 − b) (T_limit − T)/(T_limit − T_design)), from 0 to C
//!         COP = η T_s/(T_s − T_q) with log-mean temperatures of sink and source (Lorenz)
//! ```
//!
//! Here `q` is the heat as a share of what the coolers are built for, `a` their approach, `ε` the
//! effectiveness of wetting. Sources: affinity laws and cubic fan power are textbook knowledge
//! (ASHRAE Handbook, HVAC Systems and Equipment); every figure is a parameter of the rule set with
//! its own source. All phases of the plan count as built.
//!
//! What the figures mean follows ISO/IEC 30134 (EN 50600-4): `PUE = E/E_IT` (part 2),
//! `ERF = E_reuse/E` (part 6), `ERE = (E − E_reuse)/E_IT = (1 − ERF) PUE`,
//! `WUE = water/E_IT` (part 9), `CUE = CO2/E_IT` (part 8). The boundary lies before the heat pump:
//! electricity that serves only to upgrade and send heat is left out of `E` and of `CO2` in these
//! figures, and reused heat counts as it leaves the facility water. Cost, CO2 in tonnes and peak
//! power hold everything that the grid delivers.

mod hour;
mod reuse;
mod site;
pub mod weather;

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::plan::Plan;
use crate::report::Report;
use crate::units::Source;
use hour::Flows;
use site::Site;

/// Points of the duration curve.
const CURVE_POINTS: usize = 50;

/// What a year of weather makes of a campus.
#[derive(Clone, Debug, Default, Serialize)]
pub struct YearStudy {
    /// The whole year.
    #[serde(flatten)]
    pub total: Balance,
    /// The months that the weather has, January first.
    pub months: Vec<Balance>,
    /// Power from the grid that is reached or passed in equal steps of the year, highest first, kW.
    pub duration_kw: Vec<f64>,
    /// Warmest facility water that the modules take, °C.
    pub supply_limit_c: f64,
    /// Warmest facility water of the year, °C.
    pub hottest_supply_c: f64,
    /// Hottest hour of the weather, °C.
    pub hottest_c: f64,
    /// Coefficient of performance of the heat pump; none where heat needs none or is not reused.
    pub heat_pump_cop: Option<f64>,
    /// The weather used.
    pub weather: String,
    /// Where it comes from.
    pub weather_source: Source,
    /// What the plan leaves open and was assumed.
    pub assumptions: Vec<String>,
}

/// Sums and figures of a year or a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Balance {
    /// The month, 1 to 12; 0 for the year.
    pub month: u8,
    /// Hours.
    pub hours: u32,
    /// Mean dry bulb, °C.
    pub mean_c: f64,
    /// Power usage effectiveness; 0 where there is no IT.
    pub pue: f64,
    /// Water usage effectiveness, litres per kWh of IT.
    pub wue_l_per_kwh: f64,
    /// Energy reuse factor.
    pub erf: f64,
    /// Energy reuse effectiveness.
    pub ere: f64,
    /// Carbon usage effectiveness, kg of CO2 per kWh of IT.
    pub cue_kg_per_kwh: f64,
    /// Hours in which the facility water is warmer than the modules take.
    pub hours_over_limit: u32,
    /// Electricity by use.
    pub uses: Uses,
    /// Water evaporated and drained, m³.
    pub water_m3: f64,
    /// Heat taken out of the facility water to be reused, `MWh`.
    pub reused_mwh: f64,
    /// The same with the work of the heat pump, as the offtaker gets it, `MWh`.
    pub delivered_mwh: f64,
    /// Price of all electricity, EUR.
    pub energy_cost_eur: f64,
    /// Emissions of all electricity, t.
    pub co2_t: f64,
    /// Highest power from the grid over an hour, kW.
    pub peak_kw: f64,
}

/// Electricity by use, kWh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Uses {
    /// Compute, storage and network.
    pub it_kwh: f64,
    /// Pumps and controls inside modules, buildings and plant rooms.
    pub auxiliaries_kwh: f64,
    /// Losses of uninterruptible supplies.
    pub ups_kwh: f64,
    /// Losses of transformers.
    pub transformers_kwh: f64,
    /// Losses of cables.
    pub cables_kwh: f64,
    /// Circulation pumps.
    pub pumps_kwh: f64,
    /// Fans of coolers.
    pub fans_kwh: f64,
    /// Fans and chillers for the heat that leaves the racks by air.
    pub air_cooling_kwh: f64,
    /// Heat pump and the pumps of its network, with the losses their supply adds.
    pub heat_reuse_kwh: f64,
}

impl Uses {
    /// The names a person reads, in the order of [`Self::values`].
    pub const LABELS: [&'static str; 9] = [
        "IT",
        "Auxiliaries",
        "UPS losses",
        "Transformer losses",
        "Cable losses",
        "Pumps",
        "Cooler fans",
        "Air cooling",
        "Heat reuse",
    ];

    /// Every use, IT first, kWh.
    pub fn values(&self) -> [f64; 9] {
        let Self {
            it_kwh,
            auxiliaries_kwh,
            ups_kwh,
            transformers_kwh,
            cables_kwh,
            pumps_kwh,
            fans_kwh,
            air_cooling_kwh,
            heat_reuse_kwh,
        } = *self;
        [
            it_kwh,
            auxiliaries_kwh,
            ups_kwh,
            transformers_kwh,
            cables_kwh,
            pumps_kwh,
            fans_kwh,
            air_cooling_kwh,
            heat_reuse_kwh,
        ]
    }

    /// All that the grid delivers, kWh.
    pub fn grid_kwh(&self) -> f64 {
        self.values().iter().sum()
    }

    /// What counts as the site's own: without the reuse of heat, kWh.
    pub fn site_kwh(&self) -> f64 {
        self.grid_kwh() - self.heat_reuse_kwh
    }

    fn add(&mut self, other: &Self) {
        self.it_kwh += other.it_kwh;
        self.auxiliaries_kwh += other.auxiliaries_kwh;
        self.ups_kwh += other.ups_kwh;
        self.transformers_kwh += other.transformers_kwh;
        self.cables_kwh += other.cables_kwh;
        self.pumps_kwh += other.pumps_kwh;
        self.fans_kwh += other.fans_kwh;
        self.air_cooling_kwh += other.air_cooling_kwh;
        self.heat_reuse_kwh += other.heat_reuse_kwh;
    }
}

/// Energy reuse effectiveness from PUE and ERF: `(1 − ERF) PUE`.
///
/// ```
/// # use stackyard_solver::year::energy_reuse_effectiveness;
/// assert!((energy_reuse_effectiveness(1.15, 0.20) - 0.92).abs() < 1e-12);
/// ```
pub fn energy_reuse_effectiveness(pue: f64, erf: f64) -> f64 {
    (1.0 - erf) * pue
}

/// Computes the year of a settled plan; `catalogue` already carries the plan's overrides and the
/// weather.
pub fn study(plan: &Plan, catalogue: &Catalogue, report: &Report) -> YearStudy {
    let site = Site::of(plan, catalogue, report);
    let weather = &catalogue.weather;
    let mut months: Vec<Balance> =
        (1..=12).map(|month| Balance { month, ..Balance::default() }).collect();
    let mut total = Balance::default();
    let mut power = Vec::with_capacity(weather.hours.len());
    let (mut hottest_c, mut hottest_supply_c) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for hour in &weather.hours {
        let flows = site.flows(hour);
        debug_assert!(flows.are_balanced(), "energy is lost or made: {flows:?}");
        power.push(flows.uses.grid_kwh());
        hottest_c = hottest_c.max(hour.dry_bulb_c);
        hottest_supply_c = hottest_supply_c.max(flows.supply_c);
        total.count(hour, &flows);
        if let Some(month) = months.get_mut(usize::from(hour.month).saturating_sub(1)) {
            month.count(hour, &flows);
        }
    }
    months.retain(|month| month.hours > 0);
    for balance in months.iter_mut().chain([&mut total]) {
        balance.settle(catalogue);
    }
    if total.hours == 0 {
        (hottest_c, hottest_supply_c) = (0.0, 0.0);
    }
    YearStudy {
        total,
        months,
        duration_kw: duration(power),
        supply_limit_c: site.limit_c,
        hottest_supply_c,
        hottest_c,
        heat_pump_cop: site.reuse.and_then(|reuse| reuse.cop),
        weather: weather.name.clone(),
        weather_source: weather.source.clone(),
        assumptions: site.assumptions,
    }
}

impl Balance {
    fn count(&mut self, hour: &weather::Hour, flows: &Flows) {
        self.hours += 1;
        // A sum until it is settled.
        self.mean_c += hour.dry_bulb_c;
        self.uses.add(&flows.uses);
        self.hours_over_limit += u32::from(flows.is_over_limit);
        self.water_m3 += flows.water_l / 1000.0;
        self.reused_mwh += flows.reused_kw / 1000.0;
        self.delivered_mwh += flows.delivered_kw / 1000.0;
        self.peak_kw = self.peak_kw.max(flows.uses.grid_kwh());
    }

    /// Turns sums into means and figures.
    fn settle(&mut self, catalogue: &Catalogue) {
        let rules = &catalogue.rules;
        let (it, site, grid) = (self.uses.it_kwh, self.uses.site_kwh(), self.uses.grid_kwh());
        let emission = rules.grid_kg_co2_per_kwh.value;
        self.mean_c = ratio(self.mean_c, f64::from(self.hours));
        self.pue = ratio(site, it);
        self.wue_l_per_kwh = ratio(1000.0 * self.water_m3, it);
        self.erf = ratio(1000.0 * self.reused_mwh, site);
        self.ere = energy_reuse_effectiveness(self.pue, self.erf);
        self.cue_kg_per_kwh = ratio(emission * site, it);
        self.energy_cost_eur = grid * rules.energy_eur_per_kwh.value;
        self.co2_t = emission * grid / 1000.0;
    }
}

/// A share, and zero of nothing.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Powers in falling order, at equal steps of the year.
fn duration(mut power: Vec<f64>) -> Vec<f64> {
    power.sort_unstable_by(|a, b| b.total_cmp(a));
    let Some(last) = power.len().checked_sub(1) else { return Vec::new() };
    (0..CURVE_POINTS)
        .filter_map(|point| power.get(point * last / (CURVE_POINTS - 1)).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reuse_lowers_the_effectiveness_as_the_standard_says() {
        // PUE 1.15 and ERF 0.20.
        assert!((energy_reuse_effectiveness(1.15, 0.20) - 0.92).abs() < 1e-12);
    }

    #[test]
    fn labels_and_values_name_the_same_uses() {
        let uses = Uses { it_kwh: 100.0, fans_kwh: 2.0, heat_reuse_kwh: 7.0, ..Uses::default() };
        let of = |label: &str| {
            let index = Uses::LABELS.iter().position(|own| *own == label);
            index.map_or(f64::NAN, |index| uses.values()[index])
        };
        assert!((of("IT") - 100.0).abs() < 1e-12);
        assert!((of("Cooler fans") - 2.0).abs() < 1e-12);
        assert!((of("Heat reuse") - 7.0).abs() < 1e-12);
        assert!((uses.grid_kwh() - 109.0).abs() < 1e-12);
        assert!((uses.site_kwh() - 102.0).abs() < 1e-12);
    }

    #[test]
    fn the_duration_curve_falls_from_the_highest_power_to_the_lowest() {
        let curve = duration((0..8760).map(|hour| f64::from(hour * 7919 % 8760)).collect());
        assert_eq!(curve.len(), CURVE_POINTS);
        assert!(curve.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!((curve[0] - 8759.0).abs() < 1e-9 && curve[CURVE_POINTS - 1].abs() < 1e-9);
        assert!(duration(Vec::new()).is_empty());
    }

    #[test]
    fn a_plan_without_weather_or_containers_has_an_empty_year() {
        let plan = Plan::empty_site("empty", 50_000, 50_000);
        let mut catalogue = Catalogue::reference().unwrap();
        let idle = study(&plan, &catalogue, &Report::default());
        assert_eq!((idle.total.hours, idle.months.len()), (8760, 12));
        assert!(idle.total.pue.abs() < 1e-12 && idle.total.uses.grid_kwh().abs() < 1e-9);
        catalogue.weather = std::sync::Arc::default();
        let blank = study(&plan, &catalogue, &Report::default());
        assert_eq!(blank.total, Balance::default());
        assert!(blank.months.is_empty() && blank.duration_kw.is_empty());
    }
}
