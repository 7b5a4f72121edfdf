//! Head lost in pipes, with its slope, as EPANET 2.2 computes it (Rossman et al. 2020).

use super::Pipe;
use crate::physics::flow;

/// How friction follows from flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Friction {
    /// `h = constant · L · q^1.852 / (C^1.852 · d^exponent)`, SI units. Publications differ:
    /// constants from 10.5088 to 10.9031 with exponents of 4.87 or 4.871 are in use.
    HazenWilliams {
        /// The constant; [`EPANET_CONSTANT`] for EPANET's.
        constant: f64,
        /// Exponent of the diameter; 4.871 for EPANET's.
        exponent: f64,
    },
    /// Hagen–Poiseuille up to Reynolds number 2000, Swamee–Jain from 4000, Dunlop's cubic between.
    DarcyWeisbach {
        /// Kinematic viscosity.
        viscosity_m2_s: f64,
    },
}

/// EPANET's 4.727 for feet and cubic feet, in SI units: `4.727 · 0.3048^(4.871 − 3 · 1.852)`.
pub const EPANET_CONSTANT: f64 = 10.666_829_488_930_047;
/// Exponent of the diameter with EPANET.
pub const EPANET_EXPONENT: f64 = 4.871;
/// Exponent of the flow.
const FLOW_EXPONENT: f64 = 1.852;
/// EPANET's 32.2 ft/s², m/s².
const GRAVITY: f64 = 32.2 * 0.3048;
/// Least slope, s/m²: EPANET's 1e-7 ft per cubic foot a second. Below it loss is linear in flow.
const LEAST_SLOPE: f64 = 1.076e-6;

impl Friction {
    pub(super) fn is_sound(self) -> bool {
        let is_positive = |value: f64| value > 0.0 && value.is_finite();
        match self {
            Self::HazenWilliams { constant, exponent } => {
                is_positive(constant) && is_positive(exponent)
            }
            Self::DarcyWeisbach { viscosity_m2_s } => is_positive(viscosity_m2_s),
        }
    }

    pub(super) fn accepts(self, roughness: f64) -> bool {
        match self {
            Self::HazenWilliams { .. } => roughness > 0.0,
            Self::DarcyWeisbach { .. } => roughness >= 0.0,
        }
    }

    pub(super) fn as_flow(self) -> flow::Friction {
        match self {
            Self::HazenWilliams { .. } => flow::Friction::HazenWilliams,
            Self::DarcyWeisbach { viscosity_m2_s } => flow::Friction::SwameeJain { viscosity_m2_s },
        }
    }

    /// The roughness with which EPANET's constants give the loss of these.
    pub(super) fn roughness(self, pipe: Pipe) -> f64 {
        match self {
            Self::HazenWilliams { constant, exponent } => {
                let diameter = libm::pow(pipe.diameter_m, exponent - EPANET_EXPONENT);
                let share = EPANET_CONSTANT / constant * diameter;
                pipe.roughness * libm::pow(share, 1.0 / FLOW_EXPONENT)
            }
            Self::DarcyWeisbach { .. } => pipe.roughness,
        }
    }
}

/// Head lost in an arc.
#[derive(Clone, Debug)]
pub(in crate::size) enum Law {
    /// Loss as a power of flow; pipes side by side make one such law.
    Power {
        /// m / (m³/s)^1.852.
        resistance: f64,
    },
    /// One pipe by Darcy and Weisbach.
    Darcy {
        /// Slope while the flow is laminar, s/m².
        laminar: f64,
        /// Loss over friction factor and flow squared.
        scale: f64,
        /// Reynolds number over flow.
        reynolds: f64,
        /// Roughness over 3.7 diameters.
        rough: f64,
    },
    /// Pipes side by side.
    Pair(Box<(Self, Self)>),
}

impl Law {
    /// The law of pipes side by side.
    pub(in crate::size) fn new(friction: Friction, pipes: &[Pipe], length_m: f64) -> Self {
        let mut laws = pipes.iter().map(|pipe| Self::one(friction, *pipe, length_m));
        let first = laws.next().unwrap_or(Self::Power { resistance: f64::INFINITY });
        laws.fold(first, Self::beside)
    }

    fn one(friction: Friction, pipe: Pipe, length_m: f64) -> Self {
        let diameter = pipe.diameter_m;
        match friction {
            Friction::HazenWilliams { constant, exponent } => Self::Power {
                resistance: constant * length_m
                    / libm::pow(pipe.roughness, FLOW_EXPONENT)
                    / libm::pow(diameter, exponent),
            },
            Friction::DarcyWeisbach { viscosity_m2_s } => {
                let area = std::f64::consts::FRAC_PI_4 * diameter * diameter;
                let scale = length_m / (2.0 * GRAVITY * diameter * area * area);
                let reynolds = diameter / (area * viscosity_m2_s);
                Self::Darcy {
                    laminar: 64.0 / reynolds * scale,
                    scale,
                    reynolds,
                    rough: pipe.roughness / 1000.0 / diameter / 3.7,
                }
            }
        }
    }

    fn beside(self, other: Self) -> Self {
        match (self, other) {
            (Self::Power { resistance: one }, Self::Power { resistance: two }) => {
                let carries = |resistance: f64| libm::pow(resistance, -1.0 / FLOW_EXPONENT);
                let sum = carries(one) + carries(two);
                Self::Power { resistance: libm::pow(sum, -FLOW_EXPONENT) }
            }
            (one, two) => Self::Pair(Box::new((one, two))),
        }
    }

    /// Loss, m, and its slope, s/m², at a flow in m³/s.
    pub(in crate::size) fn loss(&self, flow: f64) -> (f64, f64) {
        let size = flow.abs();
        match self {
            Self::Power { resistance } => {
                let rest = resistance * libm::pow(size, FLOW_EXPONENT - 1.0);
                let slope = FLOW_EXPONENT * rest;
                if slope < LEAST_SLOPE {
                    (LEAST_SLOPE * flow, LEAST_SLOPE)
                } else {
                    (rest * flow, slope)
                }
            }
            Self::Darcy { laminar, scale, reynolds, rough } => {
                if size * reynolds <= 2000.0 {
                    return (laminar * flow, *laminar);
                }
                let (factor, slope) = friction_factor(size * reynolds, *rough);
                let change = scale * size * (2.0 * factor + slope * reynolds * size);
                (scale * factor * size * flow, change)
            }
            Self::Pair(laws) => {
                let (one, two) = &**laws;
                let mut share = 0.5 * flow;
                let (mut loss, mut slope) = (0.0, 0.0);
                for _ in 0..50 {
                    let ((first, rise), (second, fall)) = (one.loss(share), two.loss(flow - share));
                    (loss, slope) = (first, rise * fall / (rise + fall));
                    let step = (second - first) / (rise + fall);
                    share += step;
                    if step.abs() <= 1e-13 * size {
                        break;
                    }
                }
                (loss, slope)
            }
        }
    }

    /// Flow in m³/s at a loss from zero, m.
    pub(in crate::size) fn flow(&self, loss: f64) -> f64 {
        if let Self::Power { resistance } = self {
            return libm::pow(loss / resistance, 1.0 / FLOW_EXPONENT);
        }
        let mut high = 1e-3;
        while self.loss(high).0 < loss && high < 1e9 {
            high *= 2.0;
        }
        // Newton's steps where they stay between what is known to be too little and too much.
        let (mut low, mut flow) = (0.0, high);
        for _ in 0..100 {
            let (own, slope) = self.loss(flow);
            let step = (loss - own) / slope;
            if step.abs() <= 1e-13 * flow {
                break;
            }
            if step > 0.0 {
                low = flow;
            } else {
                high = flow;
            }
            let next = flow + step;
            flow = if next > low && next < high { next } else { 0.5 * (low + high) };
        }
        // Never too little: bounds rest on it.
        flow * (1.0 + 1e-12)
    }
}

/// Friction factor above Reynolds number 2000 and its slope by that number; `rough` is the
/// relative roughness over 3.7.
fn friction_factor(reynolds: f64, rough: f64) -> (f64, f64) {
    if reynolds < 4000.0 {
        // Dunlop (1991): value and slope meet both ends.
        let smooth = 5.74 / libm::pow(4000.0, 0.9);
        let inner = rough + smooth;
        let root = -2.0 * libm::log10(inner);
        let end = 1.0 / (root * root);
        let turn = 3.6 * std::f64::consts::LOG10_E * smooth / (inner * root);
        let bend = end * (2.0 - turn);
        let x = reynolds / 2000.0;
        let cubic = [
            7.0 * end - bend,
            0.128 - 17.0 * end + 2.5 * bend,
            -0.128 + 13.0 * end - 2.0 * bend,
            0.032 - 3.0 * end + 0.5 * bend,
        ];
        let factor = cubic[0] + x * (cubic[1] + x * (cubic[2] + x * cubic[3]));
        let slope = cubic[1] + x * (2.0 * cubic[2] + 3.0 * x * cubic[3]);
        (factor, slope / 2000.0)
    } else {
        let smooth = 5.74 / libm::pow(reynolds, 0.9);
        let inner = rough + smooth;
        let root = -2.0 * libm::log10(inner);
        let factor = 1.0 / (root * root);
        let rise = 1.8 * std::f64::consts::LOG10_E * smooth / (inner * reynolds);
        (factor, -2.0 * factor / root * rise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DARCY: Friction = Friction::DarcyWeisbach { viscosity_m2_s: 1.0e-6 };
    const HAZEN: Friction =
        Friction::HazenWilliams { constant: EPANET_CONSTANT, exponent: EPANET_EXPONENT };

    fn pipe(diameter_m: f64, roughness: f64) -> Pipe {
        Pipe { diameter_m, roughness }
    }

    #[test]
    fn slopes_are_those_of_the_loss() {
        let laws = [
            Law::new(DARCY, &[pipe(0.1, 0.05)], 100.0),
            Law::new(DARCY, &[pipe(0.1, 0.05), pipe(0.05, 0.1)], 100.0),
            Law::new(HAZEN, &[pipe(0.1, 130.0)], 100.0),
        ];
        for law in &laws {
            for flow in [1e-5, 1e-4, 1.8e-4, 2.5e-4, 3.0e-4, 1e-3, 0.05, -0.02] {
                let step = 1e-6 * flow;
                let rise = (law.loss(flow + step).0 - law.loss(flow - step).0) / (2.0 * step);
                let slope = law.loss(flow).1;
                assert!((rise / slope - 1.0).abs() < 1e-4, "{law:?} {flow}: {rise} {slope}");
                let size = f64::abs(flow);
                assert!((law.flow(law.loss(size).0) / size - 1.0).abs() < 1e-6, "{law:?} {flow}");
            }
        }
    }

    #[test]
    fn the_factor_has_no_steps() {
        for reynolds in [2000.0, 4000.0] {
            let law = Law::new(DARCY, &[pipe(0.1, 0.5)], 1.0);
            let flow = reynolds * 1e-6 * std::f64::consts::FRAC_PI_4 * 0.1;
            let (below, above) = (law.loss(flow * (1.0 - 1e-9)).0, law.loss(flow * (1.0 + 1e-9)).0);
            assert!((below / above - 1.0).abs() < 1e-6, "{reynolds}: {below} {above}");
        }
    }

    #[test]
    fn equal_pipes_side_by_side_take_half_each() {
        for (friction, roughness) in [(DARCY, 0.05), (HAZEN, 130.0)] {
            let one = Law::new(friction, &[pipe(0.2, roughness)], 100.0);
            let two = Law::new(friction, &[pipe(0.2, roughness); 2], 100.0);
            assert!((two.loss(0.08).0 / one.loss(0.04).0 - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_kilometre_of_hanoi_loses_what_hazen_and_williams_say() {
        // 10.6668 · 1000 · 1^1.852 / (130^1.852 · 1.016^4.871) = 1.2007 m.
        let law = Law::new(HAZEN, &[pipe(1.016, 130.0)], 1000.0);
        assert!((law.loss(1.0).0 - 1.2007).abs() < 1e-4, "{:?}", law.loss(1.0));
    }
}
