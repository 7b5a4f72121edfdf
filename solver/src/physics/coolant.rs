//! Water with glycol.
//!
//! Polynomials in temperature and mass fraction, fitted by least squares to the incompressible
//! mixtures `MEG` and `MPG` of `CoolProp` 8.0 at 81 temperatures from 0 to 80 °C and 31 fractions
//! from 20 to 50 %. Largest errors there: density 0.06 %, specific heat 0.11 %, viscosity 0.3 %
//! for ethylene and 1.0 % for propylene glycol. Below 20 % the figures run straight from those of
//! water (viscosity in its logarithm): density within 0.1 %, specific heat within 0.7 %, viscosity
//! within 3.1 %.

use super::hydraulics::Fluid;

/// What is mixed into the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Glycol {
    /// Ethylene glycol (MEG).
    Ethylene,
    /// Propylene glycol (MPG).
    Propylene,
}

/// Rows by power of `(°C − 35)/50`, columns by power of `fraction − 0.3`.
type Fit<const ROWS: usize> = [[f64; 3]; ROWS];

/// Fits of one glycol.
struct Fits {
    /// kg/m³.
    density: Fit<3>,
    /// J/(kg K).
    heat: Fit<3>,
    /// Logarithm of Pa s.
    viscosity: Fit<4>,
    /// °C by power of `fraction − 0.3`.
    freezing: [f64; 4],
}

const ETHYLENE: Fits = Fits {
    density: [
        [1031.36, 128.171, -10.9729],
        [-24.281, -32.8537, 36.3752],
        [-6.52275, 12.0296, -10.4887],
    ],
    heat: [
        [3760.15, -1731.04, -690.69],
        [140.297, 507.681, 78.9271],
        [-11.4314, -106.855, 32.2556],
    ],
    viscosity: [
        [-6.54029, 2.44295, 0.282_656],
        [-1.21347, -0.56161, 0.631_473],
        [0.424_198, 0.228_351, 0.23043],
        [-0.094_192_1, -0.190_552, -0.809_375],
    ],
    freezing: [-14.576, -78.717, -130.97, -55.716],
};

const PROPYLENE: Fits = Fits {
    density: [
        [1016.26, 73.3143, -46.2084],
        [-26.7612, -45.7763, 28.655],
        [-6.01033, 13.1073, -10.511],
    ],
    heat: [
        [3896.59, -1269.59, -1411.34],
        [131.768, 270.459, 130.467],
        [-4.23543, -12.468, 170.048],
    ],
    viscosity: [
        [-6.31379, 3.20641, 0.20818],
        [-1.45558, -1.85941, 0.623_196],
        [0.602_156, 1.02882, -0.918_007],
        [-0.173_243, -0.231_715, -0.055_812_5],
    ],
    freezing: [-12.787, -64.321, -106.79, -280.31],
};

/// Least fraction the fits hold for.
const LEAST: f64 = 0.2;
/// Greatest fraction the fits hold for.
const MOST: f64 = 0.5;

impl Fluid {
    /// Water with a mass fraction of glycol, 0 to 0.5, between 0 and 80 °C; figures beyond are
    /// taken to the nearest end.
    pub fn mixture(glycol: Glycol, fraction: f64, celsius: f64) -> Self {
        let celsius = celsius.clamp(0.0, 80.0);
        let fraction = fraction.clamp(0.0, MOST);
        let mixed = fitted(fits(glycol), fraction.max(LEAST), celsius);
        if fraction >= LEAST {
            return mixed;
        }
        let water = Self::water(celsius);
        let share = fraction / LEAST;
        let between = |low: f64, high: f64| low + share * (high - low);
        Self {
            density: between(water.density, mixed.density),
            viscosity: libm::exp(between(libm::log(water.viscosity), libm::log(mixed.viscosity))),
            heat: between(water.heat, mixed.heat),
        }
    }

    /// Kinematic viscosity, m²/s.
    pub fn kinematic(&self) -> f64 {
        self.viscosity / self.density
    }
}

/// Temperature in °C at which a mixture begins to freeze, for fractions from 0.2 to 0.5 and
/// straight from 0 °C below.
pub fn freezing_c(glycol: Glycol, fraction: f64) -> f64 {
    let fraction = fraction.clamp(0.0, MOST);
    let [zero, one, two, three] = fits(glycol).freezing;
    let offset = fraction.max(LEAST) - 0.3;
    let fitted = zero + offset * (one + offset * (two + offset * three));
    fitted * (fraction / LEAST).min(1.0)
}

fn fits(glycol: Glycol) -> &'static Fits {
    match glycol {
        Glycol::Ethylene => &ETHYLENE,
        Glycol::Propylene => &PROPYLENE,
    }
}

fn fitted(fits: &Fits, fraction: f64, celsius: f64) -> Fluid {
    let (warm, more) = ((celsius - 35.0) / 50.0, fraction - 0.3);
    Fluid {
        density: value(&fits.density, warm, more),
        viscosity: libm::exp(value(&fits.viscosity, warm, more)),
        heat: value(&fits.heat, warm, more),
    }
}

/// A polynomial of two variables.
fn value<const ROWS: usize>(fit: &Fit<ROWS>, warm: f64, more: f64) -> f64 {
    let row = |[zero, one, two]: &[f64; 3]| zero + more * (one + more * two);
    fit.iter().rev().fold(0.0, |sum, factors| sum * warm + row(factors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixtures_agree_with_the_table_of_the_engineering_rules() {
        // Glycol, mass fraction, density, specific heat, viscosity in mPa s, all at 35 °C.
        let table = [
            (Glycol::Ethylene, 0.25, 1025.0, 3846.0, 1.28),
            (Glycol::Ethylene, 0.30, 1031.0, 3761.0, 1.45),
            (Glycol::Ethylene, 0.40, 1044.0, 3579.0, 1.85),
            (Glycol::Propylene, 0.25, 1013.0, 3957.0, 1.54),
            (Glycol::Propylene, 0.30, 1016.0, 3897.0, 1.81),
            (Glycol::Propylene, 0.40, 1023.0, 3755.0, 2.51),
        ];
        for (glycol, fraction, density, heat, viscosity) in table {
            let fluid = Fluid::mixture(glycol, fraction, 35.0);
            assert!((fluid.density / density - 1.0).abs() < 1e-3, "{glycol:?} {fluid:?}");
            assert!((fluid.heat / heat - 1.0).abs() < 1e-3, "{glycol:?} {fluid:?}");
            assert!((fluid.viscosity * 1e3 / viscosity - 1.0).abs() < 6e-3, "{glycol:?} {fluid:?}");
        }
    }

    #[test]
    fn cold_propylene_glycol_is_as_thick_as_the_rules_say() {
        // 40 % at 10 °C: 6.9 mPa s.
        let fluid = Fluid::mixture(Glycol::Propylene, 0.4, 10.0);
        assert!((fluid.viscosity * 1e3 - 6.9).abs() < 0.15, "{fluid:?}");
    }

    #[test]
    fn freezing_points_agree_with_the_table() {
        for (glycol, fraction, celsius) in [
            (Glycol::Ethylene, 0.25, -11.0),
            (Glycol::Ethylene, 0.40, -23.8),
            (Glycol::Propylene, 0.30, -12.8),
            (Glycol::Propylene, 0.40, -20.6),
        ] {
            let found = freezing_c(glycol, fraction);
            assert!((found - celsius).abs() < 0.1, "{glycol:?} {fraction}: {found}");
        }
    }

    #[test]
    fn no_glycol_is_water_and_a_little_is_near_it() {
        for glycol in [Glycol::Ethylene, Glycol::Propylene] {
            let (none, water) = (Fluid::mixture(glycol, 0.0, 40.0), Fluid::water(40.0));
            assert!((none.density / water.density - 1.0).abs() < 1e-12, "{none:?}");
            let below = Fluid::mixture(glycol, 0.199_999, 40.0);
            let above = Fluid::mixture(glycol, 0.2, 40.0);
            assert!((below.viscosity / above.viscosity - 1.0).abs() < 1e-4);
        }
    }
}
