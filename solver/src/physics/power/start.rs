//! The linear flow that Newton's method starts from: angles from active power alone.
//!
//! With all voltages at 1 p.u. and no losses, `P = (θ_from − θ_to − shift) / (x · ratio)`
//! (MATPOWER user's manual, section 3.7).

use super::Network;
use crate::sparse::{Factor, Pattern};

/// A reactance below which the whole impedance is taken, p.u.
const LEAST_REACTANCE: f64 = 1e-12;

/// Replaces the angles of unknown buses, in radians, by those of the linear flow. They stay as
/// they are where that has no answer.
pub(super) fn linear_angles(
    network: &Network,
    pattern: &Pattern,
    factor: &mut Factor<1>,
    known: &[bool],
    on: impl Fn(usize) -> bool,
    angles: &mut [f64],
) {
    factor.clear();
    // Power into the network at each bus, less what known angles already explain.
    let mut side: Vec<[f64; 1]> = network
        .buses
        .iter()
        .map(|bus| [-bus.draw.re - bus.draw_at_constant_current.re - bus.shunt.re])
        .collect();
    let mut add = |row: usize, column: usize, value: f64| {
        if let Some(slot) = pattern.slot(row, column) {
            factor.entry(slot)[0][0] += value;
        }
    };
    for (bus, &known) in known.iter().enumerate() {
        if known {
            add(bus, bus, 1.0);
        }
    }
    for (index, branch) in network.branches.iter().enumerate() {
        if !on(index) || known[branch.from] && known[branch.to] {
            continue;
        }
        let reactance = branch.impedance.im;
        let stiffness = if reactance.abs() > LEAST_REACTANCE {
            1.0 / (reactance * branch.ratio)
        } else {
            1.0 / (branch.impedance.modulus() * branch.ratio)
        };
        for (here, there, sign) in [(branch.from, branch.to, 1.0), (branch.to, branch.from, -1.0)] {
            if known[here] {
                continue;
            }
            add(here, here, stiffness);
            side[here][0] += sign * stiffness * branch.shift;
            if known[there] {
                side[here][0] += stiffness * angles[there];
            } else {
                add(here, there, -stiffness);
            }
        }
    }
    for (bus, &known) in known.iter().enumerate() {
        if known {
            side[bus][0] = angles[bus];
        }
    }
    if factor.factorise(pattern).is_err() {
        return;
    }
    factor.solve(pattern, &mut side);
    if side.iter().all(|[angle]| angle.is_finite()) {
        for (angle, [answer]) in angles.iter_mut().zip(side) {
            *angle = answer;
        }
    }
}
