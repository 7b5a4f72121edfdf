//! Three-phase short circuits by the equivalent voltage source of IEC 60909-0.
//!
//! The voltage `c · U_n` at the fault drives `Ik'' = c U_n / (√3 |Z_k|)`, where `Z_k` is the
//! diagonal of the impedance matrix of the passive network: feeders as impedances to earth, loads
//! and shunts left out, network transformers corrected by `K_T`. The peak follows from
//! `i_p = κ √2 Ik''` with `κ = 1.02 + 0.98 exp(−3 R/X)`, R/X by the equivalent frequency (method
//! c of the standard). Motors and converters are not modelled; the caller adds them as feeders
//! where they count.

use super::{Branch, Complex, PowerError};
use crate::sparse::{Block, Factor, Pattern};

/// Which current is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The greatest, for what equipment must withstand.
    Max,
    /// The least, for what protection must see.
    Min,
}

/// The voltage factor c of IEC 60909-0, table 1, for low voltage held within 6 or 10 per cent.
pub fn voltage_factor(nominal_kv: f64, extreme: Extreme, tolerance_percent: f64) -> f64 {
    let narrow = tolerance_percent <= 6.0;
    match (extreme, nominal_kv < 1.0) {
        (Extreme::Max, true) if narrow => 1.05,
        (Extreme::Max, _) => 1.1,
        (Extreme::Min, true) if narrow => 0.95,
        (Extreme::Min, true) => 0.9,
        (Extreme::Min, false) => 1.0,
    }
}

/// The correction `K_T = 0.95 c_max / (1 + 0.6 x_T)` of a network transformer's impedance, with
/// the voltage factor of its low-voltage side and its reactance on its own rating.
pub fn transformer_correction(c_max: f64, reactance: f64) -> f64 {
    0.95 * c_max / (1.0 + 0.6 * reactance)
}

/// Impedance of a feeder of a short-circuit power at its connection point, p.u. of `base_mva`:
/// `Z_Q = c U² / S_k''` split by its ratio of resistance to reactance.
pub fn feeder_impedance(factor: f64, power_mva: f64, r_to_x: f64, base_mva: f64) -> Complex {
    let reactance = factor * base_mva / power_mva / (1.0 + r_to_x * r_to_x).sqrt();
    Complex::new(r_to_x * reactance, reactance)
}

/// The peak factor κ.
pub fn peak_factor(r_to_x: f64) -> f64 {
    1.02 + 0.98 * libm::exp(-3.0 * r_to_x)
}

/// A bus that may be struck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Nominal voltage, kV.
    pub nominal_kv: f64,
    /// Voltage factor.
    pub factor: f64,
    /// Impedance of the feeder there, p.u.; none without one.
    pub feeder: Option<Complex>,
}

/// What flows into a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// Impedance at the fault, p.u.
    pub impedance: Complex,
    /// Initial symmetrical current Ik'', kA.
    pub initial_ka: f64,
    /// Peak current, kA.
    pub peak_ka: f64,
}

/// Equivalent frequency over nominal frequency: 20 of 50 Hz, 24 of 60 Hz.
const EQUIVALENT: f64 = 0.4;

/// The fault at every bus; none where no feeder reaches.
///
/// Impedances are in p.u. of `base_mva`; shunts of branches are ignored.
///
/// # Errors
/// Refuses branches that end nowhere or have no impedance, figures that are not finite, and
/// networks without a feeder.
pub fn faults(
    sites: &[Site],
    branches: &[Branch],
    base_mva: f64,
) -> Result<Vec<Option<Fault>>, PowerError> {
    let at_rating = diagonal(sites, branches, 1.0)?;
    let at_equivalent = diagonal(sites, branches, EQUIVALENT)?;
    let fault = |((site, impedance), slow): ((&Site, Option<Complex>), Option<Complex>)| {
        let (impedance, slow) = impedance.zip(slow)?;
        let base_ka = base_mva / (3.0_f64.sqrt() * site.nominal_kv);
        let initial_ka = site.factor / impedance.modulus() * base_ka;
        let kappa = peak_factor(slow.re / slow.im * EQUIVALENT);
        Some(Fault { impedance, initial_ka, peak_ka: kappa * 2.0_f64.sqrt() * initial_ka })
    };
    Ok(sites.iter().zip(at_rating).zip(at_equivalent).map(fault).collect())
}

/// The diagonal of the impedance matrix with reactances at a share of their frequency.
fn diagonal(
    sites: &[Site],
    branches: &[Branch],
    share: f64,
) -> Result<Vec<Option<Complex>>, PowerError> {
    let slow = |impedance: Complex| Complex::new(impedance.re, impedance.im * share);
    let mut ties = Vec::with_capacity(branches.len());
    for (index, branch) in branches.iter().enumerate().filter(|(_, branch)| branch.on) {
        let buses = sites.len();
        if let Some(bus) = [branch.from, branch.to].into_iter().find(|&bus| bus >= buses) {
            return Err(PowerError::NoSuchBus { branch: index, bus, buses });
        }
        let bare = Branch {
            impedance: slow(branch.impedance),
            impedance_back: branch.impedance_back.map(slow),
            shunt_from: Complex::ZERO,
            shunt_to: Complex::ZERO,
            ..*branch
        };
        let ends = bare.admittance();
        if !ends.from_from.is_finite() || !ends.to_to.is_finite() {
            return Err(PowerError::ZeroImpedance { branch: index });
        }
        if branch.from != branch.to {
            ties.push((branch.from, branch.to, ends));
        }
    }
    let pattern = Pattern::new(sites.len(), ties.iter().map(|&(from, to, _)| (from, to)));
    let fed = fed(sites, &ties)?;
    let mut factor = Factor::<2>::new(&pattern);
    let mut add = |row: usize, column: usize, value: Complex| {
        if let Some(slot) = pattern.slot(row, column) {
            let entry = factor.entry(slot);
            for (entry, part) in entry.as_flattened_mut().iter_mut().zip(real(value).as_flattened())
            {
                *entry += part;
            }
        }
    };
    for (bus, site) in sites.iter().enumerate() {
        let feeder = site.feeder.map_or(Complex::ZERO, |feeder| slow(feeder).inverse());
        if !feeder.is_finite() {
            return Err(PowerError::NotFinite { what: "bus", index: bus });
        }
        add(bus, bus, if fed[bus] { feeder } else { Complex::new(1.0, 0.0) });
    }
    for &(from, to, ends) in ties.iter().filter(|&&(from, ..)| fed[from]) {
        add(from, from, ends.from_from);
        add(to, to, ends.to_to);
        add(from, to, ends.from_to);
        add(to, from, ends.to_from);
    }
    factor.factorise(&pattern)?;
    let blocks = factor.inverse_diagonal(&pattern);
    let number = |block: &Block<2>| Complex::new(block[0][0], block[1][0]);
    Ok(fed.iter().zip(&blocks).map(|(&fed, block)| fed.then(|| number(block))).collect())
}

/// Which buses a feeder reaches.
fn fed(sites: &[Site], ties: &[(usize, usize, super::Ends)]) -> Result<Vec<bool>, PowerError> {
    let mut fed: Vec<bool> = sites.iter().map(|site| site.feeder.is_some()).collect();
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); sites.len()];
    for &(from, to, _) in ties {
        near[from].push(to);
        near[to].push(from);
    }
    let mut ahead: Vec<usize> = (0..fed.len()).filter(|&bus| fed[bus]).collect();
    if ahead.is_empty() {
        return Err(PowerError::NoSlack);
    }
    while let Some(bus) = ahead.pop() {
        for &next in &near[bus] {
            if !fed[next] {
                fed[next] = true;
                ahead.push(next);
            }
        }
    }
    Ok(fed)
}

/// A complex number as a real matrix.
fn real(value: Complex) -> Block<2> {
    [[value.re, -value.im], [value.im, value.re]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transformer_on_a_stiff_grid_gives_the_current_of_the_hand_calculation() {
        // 2.5 MVA, 6 %, 400 V behind a feeder without impedance worth mention: the infinite-bus
        // value is 2.5 / (√3 · 0.4 · 0.06) = 60.14 kA, times c / K_T.
        let (resistance, reactance) = (0.0, 0.06);
        let correction = transformer_correction(1.1, reactance);
        let impedance = Complex::new(resistance, reactance) * (correction / 2.5);
        let factor = voltage_factor(20.0, Extreme::Max, 10.0);
        let sites = [
            Site {
                nominal_kv: 20.0,
                factor,
                feeder: Some(feeder_impedance(factor, 1e7, 0.1, 1.0)),
            },
            Site { nominal_kv: 0.4, factor: voltage_factor(0.4, Extreme::Max, 10.0), feeder: None },
            Site { nominal_kv: 0.4, factor: 1.1, feeder: None },
        ];
        let found = faults(&sites, &[Branch::line(0, 1, impedance)], 1.0).expect("it is fed");
        let current = found[1].expect("it is fed").initial_ka;
        assert!((current - 60.14 * 1.1 / correction).abs() < 0.02, "{current}");
        assert_eq!(found[2], None);
        let feeder = found[0].expect("it is fed").initial_ka;
        assert!((feeder - 1e7 / (3.0_f64.sqrt() * 20.0)).abs() < 1e-3 * feeder, "{feeder}");
    }

    #[test]
    fn a_network_without_a_feeder_is_refused() {
        let site = Site { nominal_kv: 0.4, factor: 1.1, feeder: None };
        assert_eq!(faults(&[site], &[], 1.0), Err(PowerError::NoSlack));
    }

    #[test]
    fn the_peak_lies_between_its_limits() {
        assert!((peak_factor(0.0) - 2.0).abs() < 1e-12);
        assert!((peak_factor(100.0) - 1.02).abs() < 1e-12);
    }
}
