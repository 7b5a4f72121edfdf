//! A year of weather: dry bulb, humidity and pressure, hour by hour.
//!
//! A year comes from an EPW file's text ([`Weather::from_epw`]) or is made from monthly normals
//! ([`Weather::from_normals`]). Nothing here touches a file.
//!
//! Saturation over water follows Magnus with Sonntag's coefficients,
//! `e_s = 611.2 · exp(17.62 t / (243.12 + t))` Pa; the wet bulb solves the equation of the
//! ventilated psychrometer `e = e_s(t_w) − 6.53e-4 (1 + 0.000944 t_w) p (t − t_w)`. Both are in the
//! WMO guide to instruments and methods of observation (WMO-No. 8, annex 4.B).

mod epw;
mod normals;

pub use epw::{MAX_BYTES, WeatherError};

use crate::units::Source;

/// The weather of a year and where it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weather {
    /// Place and kind, as a person reads it.
    pub name: String,
    /// Where the hours come from and how far to trust them.
    pub source: Source,
    /// The file as the plan names it; none for the year that ships with the program.
    pub file: Option<String>,
    /// Values that were missing and bridged from their neighbours.
    pub bridged: usize,
    /// The hours from New Year: 8,760, or 8,784 in a leap year; none where nothing is known.
    pub hours: Vec<Hour>,
}

/// The weather of an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hour {
    /// Month, 1 to 12.
    pub month: u8,
    /// Hour of the day in which it lies, 0 to 23, local standard time.
    pub hour: u8,
    /// Dry-bulb temperature, °C.
    pub dry_bulb_c: f64,
    /// Relative humidity over water, 0 to 1.
    pub humidity: f64,
    /// Air pressure, Pa.
    pub pressure_pa: f64,
}

impl Hour {
    /// Wet-bulb temperature of this air when it is `recirculation_k` warmer at the same vapour
    /// pressure, °C.
    pub fn wet_bulb_at(&self, recirculation_k: f64) -> f64 {
        let warm = self.dry_bulb_c + recirculation_k;
        let vapour = self.humidity * saturation_pa(self.dry_bulb_c);
        wet_bulb_c(warm, vapour / saturation_pa(warm), self.pressure_pa)
    }
}

/// Vapour pressure at saturation over water, Pa; Magnus with Sonntag's coefficients.
pub fn saturation_pa(celsius: f64) -> f64 {
    // Below this the denominator nears zero; no air on earth is as cold.
    let celsius = celsius.max(-120.0);
    611.2 * libm::exp(17.62 * celsius / (243.12 + celsius))
}

/// Wet-bulb temperature, °C, of air at a dry bulb, a relative humidity from 0 to 1 and a pressure.
///
/// Solved by bisection: the psychrometer's equation rises strictly with the wet bulb.
///
/// ```
/// # use stackyard_solver::year::weather::wet_bulb_c;
/// // Stull (2011) gives 13.7 °C for 20 °C and 50 %.
/// assert!((wet_bulb_c(20.0, 0.5, 101_325.0) - 13.8).abs() < 0.1);
/// ```
pub fn wet_bulb_c(dry_bulb_c: f64, humidity: f64, pressure_pa: f64) -> f64 {
    const STEPS: u32 = 30;
    let vapour = humidity.clamp(0.0, 1.0) * saturation_pa(dry_bulb_c);
    let (mut low, mut high) = (dry_bulb_c - 60.0, dry_bulb_c);
    for _ in 0..STEPS {
        let middle = low.midpoint(high);
        let psychrometer =
            6.53e-4 * (1.0 + 0.000_944 * middle) * pressure_pa * (dry_bulb_c - middle);
        if saturation_pa(middle) - psychrometer > vapour {
            high = middle;
        } else {
            low = middle;
        }
    }
    low.midpoint(high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_wet_bulb_agrees_with_the_thermodynamic_one() {
        // ASHRAE Fundamentals' equations at 101,325 Pa, solved by PsychroLib 2.5.
        for (dry, humidity, wet) in [
            (20.0, 0.5, 13.78),
            (30.0, 0.5, 22.01),
            (35.0, 0.25, 20.23),
            (10.0, 0.8, 8.29),
            (40.0, 0.1, 18.57),
            (0.0, 0.7, -1.75),
            (25.0, 1.0, 25.0),
        ] {
            let found = wet_bulb_c(dry, humidity, 101_325.0);
            assert!((found - wet).abs() < 0.25, "{dry} °C, {humidity}: {found}, expected {wet}");
        }
    }

    #[test]
    fn saturation_agrees_with_tables() {
        for (celsius, pascal) in [(0.0, 611.2), (20.0, 2339.0), (40.0, 7384.0)] {
            let found = saturation_pa(celsius);
            assert!((found / pascal - 1.0).abs() < 0.003, "{celsius} °C: {found}");
        }
    }

    #[test]
    fn recirculated_air_keeps_its_vapour() {
        let pressure_pa = 101_325.0;
        let hour = Hour { month: 7, hour: 15, dry_bulb_c: 30.0, humidity: 0.4, pressure_pa };
        assert!((hour.wet_bulb_at(0.0) - wet_bulb_c(30.0, 0.4, pressure_pa)).abs() < 1e-6);
        let rise = hour.wet_bulb_at(3.0) - hour.wet_bulb_at(0.0);
        assert!((0.5..1.5).contains(&rise), "{rise}");
    }

    proptest! {
        #[test]
        fn the_wet_bulb_rises_with_humidity_up_to_the_dry_bulb(
            dry in -20.0..50.0_f64,
            humidity in 0.0..0.95_f64,
            pressure in 70_000.0..105_000.0_f64,
        ) {
            let (drier, wetter) =
                (wet_bulb_c(dry, humidity, pressure), wet_bulb_c(dry, humidity + 0.05, pressure));
            prop_assert!(drier <= wetter + 1e-6 && wetter <= dry + 1e-6);
        }
    }
}
