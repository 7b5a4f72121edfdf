//! Continuous current ratings of cables by the method of IEC 60287-1-1 and -2-1, load factor 1.
//!
//! A conductor at 90 °C may be `Δθ` warmer than what surrounds it:
//!
//! ```text
//! I² = (Δθ − h − W (T1/2 + n (T3 + T4))) / (R T1 + n R (1 + λ) (T3 + T4))
//! ```
//!
//! with the resistance `R` at 90 °C and 50 Hz, the dielectric loss `W` of a core, the screen loss
//! `λ` with screens bonded at both ends, the thermal resistances of insulation `T1`, sheath `T3`
//! and surroundings `T4`, the loaded cores `n` under one sheath, and the warming `h` by others.
//! In the ground a source of `q` watts a metre warms a place by `q ρ / 2π · ln(d′/d)`, where `d` is
//! its distance and `d′` that of its image above ground. [`row`] sums this over a trench.

pub mod row;

use std::f64::consts::PI;

use crate::catalogue::construction::Construction;
use crate::catalogue::tables::Conductor;

/// Highest continuous temperature of a conductor in XLPE, °C.
pub const CONDUCTOR_MAX_C: f64 = 90.0;

/// The method, as it is named beside every figure it gives.
pub const METHOD: &str = "IEC 60287-1-1 and -2-1: single cores in touching trefoil, directly \
                          buried, screens bonded at both ends, load factor 1, mutual heating by \
                          images, neighbours at their design current";

/// Temperatures above this are beyond every cable and shown as this, °C.
const HOTTEST_C: f64 = 999.0;

/// Mains frequency, Hz.
const HERTZ: f64 = 50.0;
/// Thermal resistivity of XLPE and PE, K m/W (IEC 60287-2-1).
const XLPE: f64 = 3.5;
/// Thermal resistivity of PVC, K m/W.
const PVC: f64 = 6.0;
/// What touching in trefoil does to the resistance of the sheath in the ground.
const TREFOIL_SHEATH: f64 = 1.6;
/// Turns to which the temperatures of air and ducts are worked out; each shrinks the error to a
/// quarter or less.
const TURNS: u32 = 20;

/// What decides the warmth of a cable, per metre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermal {
    /// Resistance of a conductor at 90 °C and 50 Hz, Ω/m.
    pub resistance: f64,
    /// How much of it goes with each kelvin, share.
    pub per_kelvin: f64,
    /// Reactance of a conductor, Ω/m.
    pub reactance: f64,
    /// `T1`, conductor to screen or sheath, K m/W.
    pub insulation: f64,
    /// `T3`, sheath, K m/W.
    pub sheath: f64,
    /// `λ`, loss in the screen as a share of that in the conductor.
    pub screen_loss: f64,
    /// Dielectric loss of a core, W/m.
    pub dielectric: f64,
    /// Outer diameter, m.
    pub outer_m: f64,
    /// Loaded cores under one sheath: 1 or 3.
    pub loaded: f64,
}

/// The ground around a cable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Soil {
    /// Thermal resistivity, K m/W.
    pub resistivity: f64,
    /// Temperature far from any cable, °C.
    pub temperature_c: f64,
    /// Depth of the axis, m.
    pub depth_m: f64,
}

/// A plastic duct that holds one circuit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duct {
    /// Outer diameter, mm.
    pub outer_mm: f64,
    /// Wall, mm.
    pub wall_mm: f64,
}

/// How a circuit is laid, with nothing warm near by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Laying {
    /// Directly in the ground; single cores in touching trefoil.
    Ground(Soil),
    /// All cores of the circuit in one duct in the ground.
    Duct(Soil, Duct),
    /// On a ladder or tray in air of that temperature, °C; single cores in touching trefoil.
    Air(f64),
}

impl Thermal {
    /// Works out a cable from what it is made of.
    pub fn new(cable: &Construction) -> Self {
        let multicore = cable.cores > 1;
        let core_mm = core_mm(cable);
        let under_mm = cable.outer_mm - 2.0 * cable.sheath_mm;
        // Axes lie a core apart in a multicore cable, a cable apart in trefoil.
        let spacing_mm = if multicore { core_mm } else { cable.outer_mm };
        let per_kelvin_20 = match cable.conductor {
            Conductor::Cu => 0.003_93,
            Conductor::Al => 0.004_03,
        };
        let warm = 1.0 + per_kelvin_20 * (CONDUCTOR_MAX_C - 20.0);
        let direct = cable.r20_ohm_per_km / 1000.0 * warm;
        let resistance = direct * alternating(direct, cable.conductor_mm / spacing_mm);
        let (screen_loss, dielectric) = if cable.screen_mm2 > 0.0 {
            (screen(cable, resistance, f64::midpoint(under_mm, core_mm)), dielectric(cable))
        } else {
            (0.0, 0.0)
        };
        let jacket = if cable.voltage_kv > 1.0 { XLPE } else { PVC };
        Self {
            resistance,
            per_kelvin: per_kelvin_20 / warm,
            reactance: 4.0
                * PI
                * HERTZ
                * 1e-7
                * libm::log(2.0 * spacing_mm / (0.7788 * cable.conductor_mm)),
            insulation: if multicore {
                of_four(core_mm, cable.conductor_mm, under_mm)
            } else {
                wall(XLPE, core_mm / cable.conductor_mm)
            },
            sheath: wall(jacket, cable.outer_mm / under_mm),
            screen_loss,
            dielectric,
            outer_m: cable.outer_mm / 1000.0,
            loaded: if multicore { 3.0 } else { 1.0 },
        }
    }

    /// Continuous current of one circuit, A; 0 where the surroundings are too warm for any.
    pub fn rating(&self, laying: Laying) -> f64 {
        match laying {
            Laying::Ground(soil) => {
                self.current(CONDUCTOR_MAX_C - soil.temperature_c, self.buried(&soil))
            }
            Laying::Duct(soil, duct) => self.in_duct(&soil, &duct),
            Laying::Air(temperature_c) => self.in_air(CONDUCTOR_MAX_C - temperature_c),
        }
    }

    /// `T3 + T4` of a circuit alone in the ground, K m/W, for the losses of one core of it.
    ///
    /// Three cores in touching trefoil: `T4 = 1.5/π · ρ (ln 2u − 0.630)`, `u = 2 L / D`.
    pub fn buried(&self, soil: &Soil) -> f64 {
        let ratio = 2.0 * soil.depth_m / self.outer_m;
        if self.loaded > 1.0 {
            return self.sheath + alone(soil.resistivity, ratio);
        }
        TREFOIL_SHEATH * self.sheath
            + 1.5 / PI * soil.resistivity * (libm::log(2.0 * ratio) - 0.630)
    }

    /// What equal circuits add to [`Self::buried`] for the sum `gain` of their `ln(d′/d)`, K m/W.
    pub fn mutual(&self, resistivity: f64, gain: f64) -> f64 {
        3.0 / self.loaded * resistivity / (2.0 * PI) * gain
    }

    /// Current at which the conductor is `rise_k` warmer than its surroundings, A, when `beyond`
    /// K m/W lie outside the insulation.
    pub fn current(&self, rise_k: f64, beyond: f64) -> f64 {
        let left = rise_k - self.dielectric_rise(beyond);
        if left <= 0.0 { 0.0 } else { (left / self.rise_per_square_ampere(beyond)).sqrt() }
    }

    /// Rise of a conductor at 90 °C by its own current and losses in its own cable, K A⁻².
    pub fn rise_per_square_ampere(&self, beyond: f64) -> f64 {
        self.resistance * (self.insulation + self.loaded * (1.0 + self.screen_loss) * beyond)
    }

    /// Rise by the dielectric loss, K.
    pub fn dielectric_rise(&self, beyond: f64) -> f64 {
        self.dielectric * (0.5 * self.insulation + self.loaded * beyond)
    }

    /// Heat of a circuit that carries `current_a` at 90 °C, W/m.
    pub fn heat(&self, current_a: f64) -> f64 {
        let loss = current_a * current_a * self.resistance * (1.0 + self.screen_loss);
        3.0 * (loss + self.dielectric)
    }

    /// Temperature of the conductor at a current, °C, with its resistance at that temperature.
    pub fn temperature(&self, around_c: f64, current_a: f64, beyond: f64) -> f64 {
        let square = current_a * current_a;
        let shared = self.loaded * beyond;
        // The loss in the screen does not follow the temperature of the conductor.
        let of_screen = square * self.resistance * self.screen_loss * shared;
        let at_limit = square * self.resistance * (self.insulation + shared);
        let fixed = around_c + self.dielectric_rise(beyond) + of_screen;
        // θ = fixed + at_limit (1 + a (θ − 90)), solved for θ.
        let feedback = at_limit * self.per_kelvin;
        if feedback >= 1.0 {
            return HOTTEST_C;
        }
        let solved = (fixed + at_limit - feedback * CONDUCTOR_MAX_C) / (1.0 - feedback);
        solved.min(HOTTEST_C)
    }

    /// Rated current in air: `T4 = 1 / (π D h Δθ^¼)`, `h = Z / D^g + E`, with `Δθ` of the surface.
    fn in_air(&self, rise_k: f64) -> f64 {
        let (z, e, g) = if self.loaded > 1.0 { (0.21, 3.94, 0.60) } else { (0.96, 1.25, 0.20) };
        let shed = PI * self.outer_m * (z / libm::pow(self.outer_m, g) + e);
        let (mut surface_k, mut amperes) = (20.0_f64, 0.0);
        for _turn in 0..TURNS {
            let outside = 1.0 / (shed * surface_k.max(0.1).sqrt().sqrt());
            amperes = self.current(rise_k, self.sheath + outside);
            surface_k = self.heat(amperes) * self.loaded / 3.0 * outside;
        }
        amperes
    }

    /// Rated current in a duct: air inside by `U / (1 + 0.1 (V + Y θ) D)`, wall, and ground.
    fn in_duct(&self, soil: &Soil, duct: &Duct) -> f64 {
        // Three single cores count as one cable of 2.15 diameters (IEC 60287-2-1, 4.2.6.2).
        let bundle_mm = self.outer_m * 1000.0 * if self.loaded > 1.0 { 1.0 } else { 2.15 };
        let of_wall = wall(XLPE, duct.outer_mm / (duct.outer_mm - 2.0 * duct.wall_mm));
        let ratio = 2000.0 * soil.depth_m / duct.outer_mm;
        let outside = of_wall + alone(soil.resistivity, ratio);
        let cores = 3.0 / self.loaded;
        let (mut air_c, mut amperes) = (60.0, 0.0);
        for _turn in 0..TURNS {
            let of_air = 1.87 / (1.0 + 0.1 * (0.312 + 0.0037 * air_c) * bundle_mm);
            let beyond = self.sheath + cores * (of_air + outside);
            amperes = self.current(CONDUCTOR_MAX_C - soil.temperature_c, beyond);
            air_c = soil.temperature_c + self.heat(amperes) * (outside + of_air / 2.0);
        }
        amperes
    }
}

/// `ln(d′/d)` between two places in the ground, for their depths and the distance across, m.
pub fn image_gain(across_m: f64, depths_m: [f64; 2]) -> f64 {
    let across = across_m * across_m;
    let (sum, apart) = (depths_m[0] + depths_m[1], depths_m[0] - depths_m[1]);
    // A place is never nearer to another than a millimetre.
    0.5 * libm::log((across + sum * sum) / (across + apart * apart).max(1e-6))
}

/// Diameter of a core over its outer semiconducting layer, mm; the layers count as insulation.
fn core_mm(cable: &Construction) -> f64 {
    cable.conductor_mm + 2.0 * (cable.insulation_mm + 2.0 * cable.semicon_mm)
}

/// Thermal resistance of a wall with that ratio of outer to inner diameter.
fn wall(resistivity: f64, ratio: f64) -> f64 {
    resistivity / (2.0 * PI) * libm::log(ratio)
}

/// `ρ/2π · ln(u + √(u² − 1))` of a single round thing in the ground.
fn alone(resistivity: f64, ratio: f64) -> f64 {
    wall(resistivity, ratio + (ratio * ratio - 1.0).max(0.0).sqrt())
}

/// Factor from direct to alternating current: skin and proximity effect.
fn alternating(direct: f64, diameter_by_spacing: f64) -> f64 {
    let effect = |constant: f64| {
        let square = 8.0 * PI * HERTZ * 1e-7 * constant / direct;
        square * square / (192.0 + 0.8 * square * square)
    };
    let (skin, near) = (effect(1.0), effect(0.8));
    let close = diameter_by_spacing * diameter_by_spacing;
    1.0 + skin + near * close * (0.312 * close + 1.18 / (near + 0.27))
}

/// `λ = (Rs/R) / (1 + (Rs/Xs)²)` of copper screens bonded at both ends, at 90 °C.
fn screen(cable: &Construction, resistance: f64, mean_mm: f64) -> f64 {
    let own = 17.241e-9 / (cable.screen_mm2 * 1e-6) * (1.0 + 0.003_93 * 70.0);
    let reactance = 4.0 * PI * HERTZ * 1e-7 * libm::log(2.0 * cable.outer_mm / mean_mm);
    let share = own / reactance;
    own / resistance / (1.0 + share * share)
}

/// `2π f C U0² tan δ` of XLPE, εr 2.5 and tan δ 0.004.
fn dielectric(cable: &Construction) -> f64 {
    let inner = cable.conductor_mm + 2.0 * cable.semicon_mm;
    let farads = 2.5e-9 / (18.0 * libm::log((inner + 2.0 * cable.insulation_mm) / inner));
    // Cables are named by U0/U: 6/10, 12/20, 18/30 kV.
    let to_earth = 600.0 * cable.voltage_kv;
    2.0 * PI * HERTZ * farads * to_earth * to_earth * 0.004
}

/// `T1` of the hottest of three loaded cores among four: line sources in a round body of XLPE whose
/// surface has one temperature, each with its image outside.
fn of_four(core_mm: f64, conductor_mm: f64, under_mm: f64) -> f64 {
    let (axis, body) = (core_mm / 2.0_f64.sqrt(), under_mm / 2.0);
    let (axis2, body2) = (axis * axis, body * body);
    let own = libm::log((body2 - axis2) / (body * conductor_mm / 2.0));
    let beside = libm::log((body2 * body2 + axis2 * axis2).sqrt() / (body * core_mm));
    XLPE / (2.0 * PI) * (own + 2.0 * beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::catalogue::tables::Installation;

    const SOIL: Soil = Soil { resistivity: 1.5, temperature_c: 20.0, depth_m: 0.8 };

    fn thermal(conductor: Conductor, section: u32, voltage: f64, cores: u32) -> Thermal {
        let catalogue = Catalogue::reference().unwrap();
        let fits = |cable: &&Construction| {
            cable.conductor == conductor
                && cable.section_mm2 == section
                && (cable.voltage_kv - voltage).abs() < 0.1
                && cable.cores == cores
        };
        Thermal::new(catalogue.constructions.iter().find(fits).unwrap())
    }

    #[test]
    fn a_240_mm2_aluminium_cable_in_the_ground_carries_369_a() {
        let cable = thermal(Conductor::Al, 240, 20.0, 1);
        let at = |resistivity: f64| cable.rating(Laying::Ground(Soil { resistivity, ..SOIL }));
        assert!((at(1.5) - 369.0).abs() < 0.5, "{}", at(1.5));
        assert!((at(1.0) - 438.0).abs() < 0.5, "{}", at(1.0));
        assert!((at(2.5) - 293.0).abs() < 0.5, "{}", at(2.5));
        assert!((cable.resistance * 1000.0 - 0.161).abs() < 0.0005);
        assert!((cable.reactance * 1000.0 - 0.105).abs() < 0.0005);
    }

    #[test]
    fn a_300_mm2_copper_cable_in_air_carries_697_a() {
        let cable = thermal(Conductor::Cu, 300, 1.0, 1);
        let amperes = cable.rating(Laying::Air(30.0));
        assert!((amperes - 697.0).abs() < 0.5, "{amperes}");
        assert!((cable.resistance * 1000.0 - 0.0793).abs() < 0.0001);
        assert!((cable.reactance * 1000.0 - 0.078).abs() < 0.0005);
    }

    #[test]
    fn copper_in_the_ground_and_air_agrees_with_published_tables() {
        // IEC 60502-2 gives 196, 285, 469, 590 A buried and 238, 641, 845 A in air.
        for (section, computed, published) in
            [(50, 197.0, 196.0), (95, 286.0, 285.0), (240, 471.0, 469.0), (400, 594.0, 590.0)]
        {
            let amperes = thermal(Conductor::Cu, section, 20.0, 1).rating(Laying::Ground(SOIL));
            assert!((amperes - computed).abs() < 0.6, "{section}: {amperes}");
            assert!((amperes / published - 1.0).abs() < 0.01, "{section}: {amperes}");
        }
        for (section, published) in [(50, 238.0), (240, 641.0), (400, 845.0)] {
            let amperes = thermal(Conductor::Cu, section, 20.0, 1).rating(Laying::Air(30.0));
            assert!((amperes / published - 1.0).abs() < 0.025, "{section}: {amperes}");
        }
    }

    #[test]
    fn every_row_of_the_cable_table_is_met_within_a_hundredth() {
        let catalogue = Catalogue::reference().unwrap();
        let mut rows = 0;
        for row in &catalogue.cables {
            let cable = thermal(row.conductor, row.section_mm2, row.voltage_kv, 1);
            let laying = match (row.installation, row.soil_k_m_per_w) {
                (Installation::BuriedTrefoil, Some(resistivity)) => {
                    let depth_m = if row.voltage_kv > 1.0 { 0.8 } else { 0.7 };
                    Laying::Ground(Soil { resistivity, temperature_c: 20.0, depth_m })
                }
                // Rows in air are at 30 or 40 °C; the ground decides here.
                _ => continue,
            };
            rows += 1;
            let share = cable.rating(laying) / row.ampacity_a;
            assert!((share - 1.0).abs() < 0.01, "{} mm² {share}", row.section_mm2);
            assert!((cable.resistance * 1000.0 / row.r_ohm_per_km - 1.0).abs() < 0.003);
            assert!((cable.reactance * 1000.0 / row.x_ohm_per_km - 1.0).abs() < 0.003);
        }
        assert!(rows > 300, "{rows}");
    }

    #[test]
    fn four_core_cables_agree_with_a_published_table() {
        // A maker's table for 3 and 4 cores, aluminium, in air at 30 °C.
        for (section, published) in
            [(50, 144.0), (95, 226.0), (150, 301.0), (240, 417.0), (300, 482.0)]
        {
            let amperes = thermal(Conductor::Al, section, 1.0, 4).rating(Laying::Air(30.0));
            assert!((amperes / published - 1.0).abs() < 0.04, "{section}: {amperes}");
        }
    }

    #[test]
    fn a_duct_costs_a_twelfth_of_the_current() {
        let cable = thermal(Conductor::Al, 240, 20.0, 1);
        let duct = Duct { outer_mm: 160.0, wall_mm: 7.0 };
        let share = cable.rating(Laying::Duct(SOIL, duct)) / cable.rating(Laying::Ground(SOIL));
        assert!((share - 0.928).abs() < 0.005, "{share}");
    }

    #[test]
    fn a_conductor_at_its_rated_current_is_at_ninety_degrees() {
        let cable = thermal(Conductor::Cu, 400, 20.0, 1);
        let beyond = cable.buried(&SOIL);
        let rated = cable.current(70.0, beyond);
        assert!((cable.temperature(20.0, rated, beyond) - 90.0).abs() < 1e-6);
        assert!(cable.temperature(20.0, 0.7 * rated, beyond) < 60.0);
        assert!(cable.temperature(20.0, 9.0 * rated, beyond) >= HOTTEST_C);
        assert!(cable.current(0.0, beyond) <= 0.0);
    }
}
