//! Links made linear at a flow: what one round of the gradient algorithm needs of each.
//!
//! A link with head loss `h(q)` answers a head difference `d` with the flow
//! `q − h(q)/h'(q) + d/h'(q)`. It is kept as its conductance `1/h'` and the step `h/h'`.

use super::{Element, FOOT, Friction, Position, PumpCurve, ValveKind};
use crate::physics::hydraulics;

/// Gradient that stands for a shut link, s/m²: 10⁸ ft per ft³/s.
pub(super) const SHUT: f64 = 1e8 / (FOOT * FOOT);
/// Gradient of a link without loss.
const FREE: f64 = 1e-6 / (FOOT * FOOT);
/// Gradient below which a law is taken as a straight line.
const FLAT: f64 = 1e-7 / (FOOT * FOOT);
/// Gravity of the laws in feet, m/s²: 32.2 ft/s².
const GRAVITY_FEET: f64 = 32.2 * FOOT;
/// Standard gravity, m/s².
pub(super) const GRAVITY: f64 = 9.80665;

const HAZEN_WILLIAMS: f64 = 1.852;

/// What of a link does not change with its flow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ready {
    /// Of a pipe: head loss is this times the friction factor, or nothing, times a power of flow.
    resistance: f64,
    /// Head loss of fittings over flow squared, s²/m⁵.
    pub(super) minor: f64,
    /// Roughness over diameter.
    roughness: f64,
    /// Viscosity times diameter, m³/s.
    viscous: f64,
}

/// A link made linear at its flow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Linear {
    /// Flow over head difference, m²/s.
    pub(super) conductance: f64,
    /// Flow that its own loss at this flow takes back, m³/s.
    pub(super) step: f64,
}

impl Linear {
    fn of(loss: f64, gradient: f64) -> Self {
        Self { conductance: 1.0 / gradient, step: loss / gradient }
    }

    /// A loss in proportion to the flow.
    fn straight(gradient: f64, flow: f64) -> Self {
        Self { conductance: 1.0 / gradient, step: flow }
    }

    pub(super) fn shut(flow: f64) -> Self {
        Self::straight(SHUT, flow)
    }

    fn free(flow: f64) -> Self {
        Self::straight(FREE, flow)
    }
}

fn gravity(friction: Friction) -> f64 {
    match friction {
        Friction::DarcyWeisbach { .. } | Friction::Colebrook { .. } => GRAVITY,
        Friction::HazenWilliams | Friction::SwameeJain { .. } | Friction::ChezyManning => {
            GRAVITY_FEET
        }
    }
}

/// `K v²/2g` over `q²`.
fn fitting(friction: Friction, coefficient: f64, diameter: f64) -> f64 {
    let area = std::f64::consts::FRAC_PI_4 * diameter * diameter;
    coefficient / (2.0 * gravity(friction) * area * area)
}

pub(super) fn prepare(element: &Element, friction: Friction) -> Ready {
    match element {
        Element::Closed | Element::Pump { .. } => Ready::default(),
        Element::Valve { diameter_m, minor, .. } => {
            Ready { minor: fitting(friction, *minor, *diameter_m), ..Ready::default() }
        }
        Element::Pipe { length_m, diameter_m, roughness, minor, .. } => {
            let (diameter, length) = (*diameter_m, *length_m);
            let ready = Ready { minor: fitting(friction, *minor, diameter), ..Ready::default() };
            match friction {
                Friction::HazenWilliams => {
                    // 4.727 L C^-1.852 d^-4.871 q^1.852 in feet and ft³/s (EPANET 2.2 manual).
                    let scale = 4.727 * libm::pow(FOOT, 4.871 - 3.0 * HAZEN_WILLIAMS);
                    let rough = libm::pow(*roughness, -HAZEN_WILLIAMS);
                    let resistance = scale * length * rough * libm::pow(diameter, -4.871);
                    Ready { resistance, ..ready }
                }
                Friction::ChezyManning => {
                    // (4n/(1.49 π d²))² (d/4)^-1.333 L q² in feet and ft³/s.
                    let feet = diameter / FOOT;
                    let root = 4.0 * roughness / (1.49 * std::f64::consts::PI * feet * feet);
                    let hydraulic = libm::pow(feet / 4.0, -1.333);
                    let resistance = root * root * hydraulic * length / libm::pow(FOOT, 6.0);
                    Ready { resistance, ..ready }
                }
                Friction::DarcyWeisbach { viscosity_m2_s }
                | Friction::SwameeJain { viscosity_m2_s }
                | Friction::Colebrook { viscosity_m2_s } => Ready {
                    resistance: fitting(friction, length / diameter, diameter),
                    roughness: roughness / 1000.0 / diameter,
                    viscous: viscosity_m2_s * diameter,
                    ..ready
                },
            }
        }
    }
}

/// A link at its flow, whatever its surroundings. A valve that keeps a pressure or a flow has no
/// conductance of its own while its position is a setting.
pub(super) fn linearise(
    element: &Element,
    ready: &Ready,
    friction: Friction,
    is_closed: bool,
    flow: f64,
) -> Linear {
    match element {
        Element::Closed => Linear::shut(flow),
        Element::Pipe { .. } if is_closed => Linear::shut(flow),
        Element::Pipe { .. } => match friction {
            Friction::HazenWilliams => power_law(ready, HAZEN_WILLIAMS, flow),
            Friction::ChezyManning => power_law(ready, 2.0, flow),
            Friction::DarcyWeisbach { .. }
            | Friction::SwameeJain { .. }
            | Friction::Colebrook { .. } => darcy(ready, friction, flow),
        },
        Element::Pump { curve, speed } => pump(curve, *speed, is_closed, flow),
        Element::Valve { kind, diameter_m, position, .. } => match (kind, *position) {
            (
                ValveKind::Reducing | ValveKind::Sustaining | ValveKind::FlowControl,
                Position::Set(_),
            ) => Linear::default(),
            (ValveKind::Breaker, Position::Set(setting))
                if setting > 0.0 && ready.minor * flow * flow <= setting =>
            {
                // The smallest gradient that keeps rounding of heads out of the flow.
                Linear::of(setting + FREE * flow, FREE)
            }
            (ValveKind::Throttle, Position::Set(setting)) => {
                open_valve(fitting(friction, setting, *diameter_m), is_closed, flow)
            }
            (ValveKind::Curve(points), Position::Set(_) | Position::Open) if !is_closed => {
                let size = flow.abs().max(1e-6 * FOOT * FOOT * FOOT);
                let (intercept, slope) = piece(points, size);
                let slope = slope.max(FREE);
                let step = (intercept / slope + size) * if flow < 0.0 { -1.0 } else { 1.0 };
                Linear { conductance: 1.0 / slope, step }
            }
            _ => open_valve(ready.minor, is_closed, flow),
        },
    }
}

/// A valve that only throttles.
pub(super) fn open_valve(minor: f64, is_closed: bool, flow: f64) -> Linear {
    if is_closed {
        return Linear::shut(flow);
    }
    if minor <= 0.0 {
        return Linear::free(flow);
    }
    let gradient = 2.0 * minor * flow.abs();
    if gradient < FLAT {
        Linear::straight(FLAT, flow)
    } else {
        Linear::of(gradient * flow / 2.0, gradient)
    }
}

/// Head loss of an emitter and its gradient at an outflow: the inverse of
/// `outflow = coefficient · pressure^exponent`.
pub(super) fn emitter(coefficient: f64, exponent: f64, outflow: f64) -> (f64, f64) {
    let power = 1.0 / exponent;
    let scale = libm::pow(coefficient, -power);
    let gradient = power * scale * libm::pow(outflow.abs(), power - 1.0);
    if gradient < FLAT { (FLAT * outflow, FLAT) } else { (gradient * outflow / power, gradient) }
}

/// `r |q|^n` with minor loss.
fn power_law(ready: &Ready, exponent: f64, flow: f64) -> Linear {
    let size = flow.abs();
    // A third of the time of a general power, and exact to a few units in the last place.
    let mut gradient = exponent * ready.resistance * libm::exp((exponent - 1.0) * libm::log(size));
    let mut loss = gradient * size / exponent;
    if gradient < FLAT {
        gradient = FLAT;
        loss = FLAT * size;
    }
    if ready.minor > 0.0 {
        loss += ready.minor * size * size;
        gradient += 2.0 * ready.minor * size;
    }
    Linear::of(if flow < 0.0 { -loss } else { loss }, gradient)
}

/// Darcy and Weisbach's law with the friction factor of the law asked for.
fn darcy(ready: &Ready, friction: Friction, flow: f64) -> Linear {
    let size = flow.abs();
    let per_flow = 4.0 / (std::f64::consts::PI * ready.viscous);
    let reynolds = size * per_flow;
    let laminar_to = match friction {
        Friction::SwameeJain { .. } => 2000.0,
        // Too slow to matter: a line keeps the gradient from vanishing.
        Friction::Colebrook { .. } => 1.0,
        Friction::DarcyWeisbach { .. } | Friction::HazenWilliams | Friction::ChezyManning => {
            hydraulics::LAMINAR
        }
    };
    if reynolds <= laminar_to {
        let factor_times_reynolds = match friction {
            Friction::Colebrook { .. } => hydraulics::colebrook(1.0, ready.roughness / 3.71).0,
            Friction::DarcyWeisbach { .. }
            | Friction::SwameeJain { .. }
            | Friction::HazenWilliams
            | Friction::ChezyManning => 64.0,
        };
        let straight = factor_times_reynolds * ready.resistance / per_flow;
        let loss = flow * (straight + ready.minor * size);
        return Linear::of(loss, straight + 2.0 * ready.minor * size);
    }
    let (factor, slope) = match friction {
        Friction::SwameeJain { .. } => hydraulics::swamee_jain(reynolds, ready.roughness),
        Friction::Colebrook { .. } => hydraulics::colebrook(reynolds, ready.roughness / 3.71),
        Friction::DarcyWeisbach { .. } | Friction::HazenWilliams | Friction::ChezyManning => {
            hydraulics::friction_with_slope(reynolds, ready.roughness)
        }
    };
    let share = factor * ready.resistance + ready.minor;
    let gradient = 2.0 * share * size + slope * per_flow * ready.resistance * size * size;
    Linear::of(share * size * flow, gradient)
}

fn pump(curve: &PumpCurve, speed: f64, is_closed: bool, flow: f64) -> Linear {
    if is_closed || speed <= 0.0 {
        return Linear::shut(flow);
    }
    let size = flow.abs();
    match curve {
        PumpCurve::Unknown => Linear::free(flow),
        PumpCurve::Power { lift_flow_m4_s } => {
            let power = lift_flow_m4_s * speed * speed * speed;
            let gradient = power / (size * size);
            if gradient > SHUT {
                Linear::of(-SHUT * flow, SHUT)
            } else if gradient < FLAT {
                Linear::of(-FLAT * flow, FLAT)
            } else {
                Linear::of(-power / flow, gradient)
            }
        }
        PumpCurve::Law { shutoff_m, coefficient, exponent, .. } => {
            let lift = speed * speed * shutoff_m;
            let is_line = (exponent - 1.0).abs() < 1e-6;
            let exponent = if is_line { 1.0 } else { *exponent };
            let scale = coefficient * libm::pow(speed, 2.0 - exponent);
            let gradient =
                if is_line { scale } else { exponent * scale * libm::pow(size, exponent - 1.0) };
            if gradient < FLAT {
                Linear::of(FLAT * flow - lift, FLAT)
            } else {
                Linear::of(gradient * flow / exponent - lift, gradient)
            }
        }
        PumpCurve::Points(points) => {
            let (intercept, slope) = piece(points, size / speed);
            // A curve that rises with flow has no stable point there; it is taken as level.
            let gradient = (-slope * speed).max(FLAT);
            Linear::of(gradient * flow - intercept * speed * speed, gradient)
        }
    }
}

/// Intercept and slope of the straight piece of a curve at a place; the end pieces go on.
pub(super) fn piece(points: &[(f64, f64)], at: f64) -> (f64, f64) {
    let after = points.partition_point(|point| point.0 < at);
    let after = after.clamp(1, points.len().saturating_sub(1).max(1));
    match (points.get(after - 1), points.get(after)) {
        (Some(&(left, low)), Some(&(right, high))) => {
            let slope = (high - low) / (right - left);
            (low - slope * left, slope)
        }
        (Some(&(_, only)), None) => (only, 0.0),
        (None, _) => (0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn laws() -> impl Strategy<Value = Friction> {
        let viscosity_m2_s = 1e-6;
        prop_oneof![
            Just(Friction::DarcyWeisbach { viscosity_m2_s }),
            Just(Friction::SwameeJain { viscosity_m2_s }),
            Just(Friction::Colebrook { viscosity_m2_s }),
            Just(Friction::HazenWilliams),
            Just(Friction::ChezyManning),
        ]
    }

    fn loss(element: &Element, friction: Friction, flow: f64) -> (f64, f64) {
        let ready = prepare(element, friction);
        let linear = linearise(element, &ready, friction, false, flow);
        (linear.step / linear.conductance, 1.0 / linear.conductance)
    }

    proptest! {
        /// The gradient is the derivative of the loss, in whatever direction it flows.
        #[test]
        fn gradients_are_derivatives(
            friction in laws(),
            size in -4.0..0.0_f64,
            backwards in any::<bool>(),
            minor in 0.0..5.0_f64,
        ) {
            let roughness = match friction {
                Friction::HazenWilliams => 110.0,
                Friction::ChezyManning => 0.012,
                _ => 0.1,
            };
            let element = Element::Pipe {
                length_m: 120.0,
                diameter_m: 0.2,
                roughness,
                minor,
                check_valve: false,
            };
            let size = libm::pow(10.0, size);
            // The straight line between laminar and turbulent has a kink at each end.
            let reynolds = 4.0 * size / (std::f64::consts::PI * 0.2 * 1e-6);
            let is_smooth = [2000.0, 2300.0, 4000.0]
                .iter()
                .all(|kink| (reynolds / kink - 1.0_f64).abs() > 1e-3);
            prop_assume!(is_smooth);
            let flow = if backwards { -size } else { size };
            let (_, gradient) = loss(&element, friction, flow);
            let (above, _) = loss(&element, friction, flow + 1e-5 * size);
            let (below, _) = loss(&element, friction, flow - 1e-5 * size);
            let numeric = (above - below) / (2e-5 * size);
            prop_assert!((numeric / gradient - 1.0).abs() < 1e-4, "{numeric} {gradient}");
        }
    }

    #[test]
    fn hazen_williams_agrees_with_the_usual_form_in_metres() {
        // 10.67 L C^-1.852 d^-4.87 q^1.852 is the same law with rounded figures.
        let element = Element::Pipe {
            length_m: 1000.0,
            diameter_m: 0.3,
            roughness: 120.0,
            minor: 0.0,
            check_valve: false,
        };
        let (loss, _) = loss(&element, Friction::HazenWilliams, 0.08);
        let usual =
            10.67 * 1000.0 * 120f64.powf(-1.852) * 0.3f64.powf(-4.871) * 0.08f64.powf(1.852);
        assert!((loss / usual - 1.0).abs() < 1e-3, "{loss} {usual}");
    }

    #[test]
    fn a_straight_pipe_loses_what_the_test_vector_says() {
        // DN300, 312.7 mm, k 0.05 mm, 100 m, 25 kg/s at 30 °C: 307 Pa.
        let fluid = hydraulics::Fluid::water(30.0);
        let friction = Friction::DarcyWeisbach { viscosity_m2_s: fluid.viscosity / fluid.density };
        let element = Element::Pipe {
            length_m: 100.0,
            diameter_m: 0.3127,
            roughness: 0.05,
            minor: 0.0,
            check_valve: false,
        };
        let (loss, _) = loss(&element, friction, 25.0 / fluid.density);
        let pascal = loss * fluid.density * GRAVITY;
        assert!((pascal - 307.1).abs() < 1.0, "{pascal}");
    }

    #[test]
    fn pieces_of_a_curve_go_on_at_its_ends() {
        let points = [(0.0, 10.0), (1.0, 8.0), (3.0, 0.0)];
        assert_eq!(piece(&points, 0.5), (10.0, -2.0));
        assert_eq!(piece(&points, 2.0), (12.0, -4.0));
        assert_eq!(piece(&points, 9.0), (12.0, -4.0));
        assert_eq!(piece(&points, -1.0), (10.0, -2.0));
    }
}
