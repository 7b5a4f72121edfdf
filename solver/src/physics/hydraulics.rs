//! Friction of water in pipes: Darcy–Weisbach with Colebrook–White.

/// A liquid at its mean temperature.
#[derive(Clone, Default, Copy, Debug, PartialEq)]
pub struct Fluid {
    /// Density, kg/m³.
    pub density: f64,
    /// Dynamic viscosity, Pa s.
    pub viscosity: f64,
    /// Specific heat, J/(kg K).
    pub heat: f64,
}

impl Fluid {
    /// Water between 0 and 100 °C: density after Kell's short form, viscosity after Vogel,
    /// both within 0.5 % of tables.
    pub fn water(celsius: f64) -> Self {
        let offset = celsius - 3.98;
        let density =
            1000.0 * (1.0 - (celsius + 288.94) / (508_929.2 * (celsius + 68.13)) * offset * offset);
        let viscosity = 2.414e-5 * libm::pow(10.0, 247.8 / (celsius + 133.15));
        Self { density, viscosity, heat: 4180.0 }
    }

    /// Mass flow in kg/s that carries `heat_kw` at a temperature difference of `delta_k`.
    pub fn mass_flow(&self, heat_kw: f64, delta_k: f64) -> f64 {
        heat_kw * 1000.0 / (self.heat * delta_k)
    }
}

/// Mean velocity in m/s of `mass_flow` kg/s in a pipe of `inner_mm`.
pub fn velocity(fluid: &Fluid, mass_flow: f64, inner_mm: f64) -> f64 {
    let diameter = inner_mm / 1000.0;
    mass_flow / (fluid.density * std::f64::consts::FRAC_PI_4 * diameter * diameter)
}

/// Reynolds number up to which flow is laminar.
pub const LAMINAR: f64 = 2300.0;
/// Reynolds number from which flow is turbulent.
const TURBULENT: f64 = 4000.0;

/// Darcy friction factor: laminar below Re 2300, Colebrook–White above 4000, linear between.
pub fn friction_factor(reynolds: f64, relative_roughness: f64) -> f64 {
    friction_with_slope(reynolds, relative_roughness).0
}

/// [`friction_factor`] and its derivative by the Reynolds number.
pub(crate) fn friction_with_slope(reynolds: f64, relative_roughness: f64) -> (f64, f64) {
    let rough = relative_roughness / 3.7;
    if reynolds <= 0.0 {
        (0.0, 0.0)
    } else if reynolds < LAMINAR {
        let factor = 64.0 / reynolds;
        (factor, -factor / reynolds)
    } else if reynolds < TURBULENT {
        let (turbulent, _) = colebrook(TURBULENT, rough);
        let slope = (turbulent - 64.0 / LAMINAR) / (TURBULENT - LAMINAR);
        (slope.mul_add(reynolds - LAMINAR, 64.0 / LAMINAR), slope)
    } else {
        colebrook(reynolds, rough)
    }
}

/// Solves Colebrook–White, `x = −2 lg(rough + 2.51 x / Re)` with `x = 1/√f`, by Newton's method
/// from the Swamee–Jain value; `rough` is the relative roughness over 3.7. Returns the factor and
/// its derivative by the Reynolds number.
pub(crate) fn colebrook(reynolds: f64, rough: f64) -> (f64, f64) {
    let viscous = 2.51 / reynolds;
    let start = -2.0 * libm::log10(rough + 5.74 / libm::pow(reynolds, 0.9));
    // The left side is concave, so that steps from below the root stay there.
    let mut x = start.max(0.1);
    let mut slope = 1.0;
    for _ in 0..12 {
        let inside = rough + viscous * x;
        slope = 1.0 + 2.0 * viscous / (std::f64::consts::LN_10 * inside);
        let step = (x + 2.0 * libm::log10(inside)) / slope;
        x -= step;
        if step.abs() <= 1e-14 * x {
            break;
        }
    }
    let factor = 1.0 / (x * x);
    // By the implicit function: dx/dRe = (slope − 1)/slope · x/Re.
    (factor, -2.0 * factor * (slope - 1.0) / (slope * reynolds))
}

/// The friction factor of EPANET 2.2 above Re 2000 and its derivative by the Reynolds number:
/// Swamee–Jain above Re 4000, below it the cubic of Dunlop (1991) that joins Hagen–Poiseuille.
pub(crate) fn swamee_jain(reynolds: f64, relative_roughness: f64) -> (f64, f64) {
    const PER_LOG: f64 = -2.0 / std::f64::consts::LN_10;
    let rough = relative_roughness / 3.7;
    if reynolds >= TURBULENT {
        let smooth = 5.74 / libm::pow(reynolds, 0.9);
        let inside = rough + smooth;
        let root = PER_LOG * libm::log(inside);
        let factor = 1.0 / (root * root);
        return (factor, 1.8 * factor * smooth * PER_LOG / (inside * root * reynolds));
    }
    let smooth = 5.74 / libm::pow(TURBULENT, 0.9);
    let inside = rough + smooth;
    let root = PER_LOG * libm::log(inside);
    let factor = 1.0 / (root * root);
    let change = (2.0 + 0.9 * 2.0 * PER_LOG * smooth / (inside * root)) * factor;
    let share = reynolds / 2000.0;
    let cubic = [
        7.0 * factor - change,
        0.128 - 17.0 * factor + 2.5 * change,
        -0.128 + 13.0 * factor - 2.0 * change,
        0.032 - 3.0 * factor + 0.5 * change,
    ];
    let value = cubic[0] + share * (cubic[1] + share * (cubic[2] + share * cubic[3]));
    let slope = cubic[1] + share * (2.0 * cubic[2] + share * 3.0 * cubic[3]);
    (value, slope / 2000.0)
}

/// Friction gradient in Pa/m of one straight pipe.
pub fn gradient(fluid: &Fluid, mass_flow: f64, inner_mm: f64, roughness_mm: f64) -> f64 {
    let diameter = inner_mm / 1000.0;
    let velocity = velocity(fluid, mass_flow, inner_mm);
    let reynolds = fluid.density * velocity * diameter / fluid.viscosity;
    friction_factor(reynolds, roughness_mm / inner_mm) / diameter
        * fluid.density
        * velocity
        * velocity
        / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dn300_pipe_agrees_with_pandapipes() {
        // 100 m, k 0.05 mm, 25 kg/s, 30 °C: pandapipes 0.16 with Colebrook gives 307.1 Pa.
        let loss = 100.0 * gradient(&Fluid::water(30.0), 25.0, 312.7, 0.05);
        assert!((loss - 307.1).abs() < 1.0, "{loss}");
    }

    #[test]
    fn one_megawatt_at_ten_kelvin_needs_24_kilograms_a_second() {
        let flow = Fluid::water(35.0).mass_flow(1000.0, 10.0);
        assert!((flow - 23.93).abs() < 0.02, "{flow}");
    }

    #[test]
    fn water_agrees_with_tables() {
        let water = Fluid::water(35.0);
        assert!((water.density - 994.0).abs() < 0.5, "{}", water.density);
        assert!((water.viscosity - 0.72e-3).abs() < 0.004e-3, "{}", water.viscosity);
    }

    #[test]
    fn friction_is_continuous_over_the_transition() {
        for reynolds in [2300.0, 4000.0] {
            let (below, above) =
                (friction_factor(reynolds - 0.01, 1e-4), friction_factor(reynolds + 0.01, 1e-4));
            assert!((below - above).abs() < 1e-5, "{below} {above}");
        }
    }
}
