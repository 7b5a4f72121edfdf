//! Balanced three-phase networks in per unit: power flow by Newton and Raphson, short circuits by
//! the impedance matrix.
//!
//! A [`Network`] is buses and branches as in MATPOWER and pandapower. A branch is the π circuit
//!
//! ```text
//! from ──(ratio ∠ shift : 1)──┬──── impedance ────┬── to
//!                         shunt_from           shunt_to
//! ```
//!
//! so that, with `a = ratio ∠ shift` and `y = 1 / impedance`,
//!
//! ```text
//! I_from = (y + shunt_from) / |a|² · V_from  −  y / conj(a) · V_to
//! I_to   = (y + shunt_to) · V_to  −  y / a · V_from
//! ```
//!
//! (MATPOWER user's manual, section 3.2). [`Solver`] keeps the pattern of the equations and solves
//! them for any loads and with any branches lost; [`short_circuit`] holds IEC 60909.

mod complex;
mod prepared;
pub mod short_circuit;
mod start;

pub use complex::Complex;
pub use prepared::Solver;

use crate::sparse::Singular;

/// What is known of a bus before the flow is solved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Role {
    /// Power is known, voltage is not.
    #[default]
    Load,
    /// Generators hold the voltage by their reactive power.
    Held {
        /// Voltage, p.u.
        voltage: f64,
        /// Least and greatest reactive power of the generators, p.u.; heeded where asked.
        limits: Option<(f64, f64)>,
    },
    /// Voltage and angle are given; it takes up what is left over.
    Slack {
        /// Voltage, p.u.
        voltage: f64,
        /// Angle, radians.
        angle: f64,
    },
    /// Out of service, with everything that is joined to it.
    Off,
}

/// A node of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bus {
    /// What is known of it.
    pub role: Role,
    /// Power drawn at any voltage, less what is generated, p.u.
    pub draw: Complex,
    /// Power drawn at 1 p.u. by what draws a constant current, p.u.
    pub draw_at_constant_current: Complex,
    /// Admittance to earth, p.u.
    pub shunt: Complex,
}

/// A line or transformer between two buses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch {
    /// The bus at the side of the ratio.
    pub from: usize,
    /// The other bus.
    pub to: usize,
    /// Series impedance, p.u.
    pub impedance: Complex,
    /// Series impedance seen from `to`, where it differs.
    pub impedance_back: Option<Complex>,
    /// Admittance to earth at the side of `from`, p.u.
    pub shunt_from: Complex,
    /// Admittance to earth at the side of `to`, p.u.
    pub shunt_to: Complex,
    /// Off-nominal turns ratio, `from` over `to`.
    pub ratio: f64,
    /// By how much `from` leads, radians.
    pub shift: f64,
    /// Whether it is in service.
    pub on: bool,
}

impl Branch {
    /// A line of an impedance, in service.
    pub fn line(from: usize, to: usize, impedance: Complex) -> Self {
        Self {
            from,
            to,
            impedance,
            impedance_back: None,
            shunt_from: Complex::ZERO,
            shunt_to: Complex::ZERO,
            ratio: 1.0,
            shift: 0.0,
            on: true,
        }
    }

    /// The same with a magnetising admittance at the middle of its T circuit, turned into the π
    /// circuit by star and delta. `high_share` are the shares of resistance and reactance that
    /// lie before it, seen from `from`.
    #[must_use]
    pub fn magnetised(self, admittance: Complex, high_share: (f64, f64)) -> Self {
        if admittance.is_zero() {
            return self;
        }
        let series = self.impedance;
        let before = Complex::new(series.re * high_share.0, series.im * high_share.1);
        let (after, star) = (series - before, admittance.inverse());
        let sum = before * after + before * star + after * star;
        Self { impedance: sum / star, shunt_from: after / sum, shunt_to: before / sum, ..self }
    }

    /// The four entries it adds to the admittance matrix.
    pub(crate) fn admittance(&self) -> Ends {
        let turns = Complex::polar(self.ratio, self.shift);
        let series = self.impedance.inverse();
        let back = self.impedance_back.map_or(series, Complex::inverse);
        Ends {
            from_from: (series + self.shunt_from) * (1.0 / (self.ratio * self.ratio)),
            from_to: -series / turns.conj(),
            to_from: -back / turns,
            to_to: back + self.shunt_to,
        }
    }

    fn is_finite(&self) -> bool {
        let figures = [self.impedance, self.shunt_from, self.shunt_to];
        figures.into_iter().chain(self.impedance_back).all(Complex::is_finite)
            && self.shift.is_finite()
            && self.ratio.is_finite()
            && self.ratio > 0.0
    }
}

/// Entries of the admittance matrix.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ends {
    pub(crate) from_from: Complex,
    pub(crate) from_to: Complex,
    pub(crate) to_from: Complex,
    pub(crate) to_to: Complex,
}

/// Buses and what joins them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Nodes.
    pub buses: Vec<Bus>,
    /// Lines and transformers.
    pub branches: Vec<Branch>,
}

impl Network {
    /// Whether the branch and both its ends are in service.
    pub fn carries(&self, branch: &Branch) -> bool {
        let on = |bus: usize| self.buses.get(bus).is_some_and(|bus| bus.role != Role::Off);
        branch.on && on(branch.from) && on(branch.to)
    }

    /// Refuses figures no solver can work with.
    pub(crate) fn check(&self) -> Result<(), PowerError> {
        for (index, bus) in self.buses.iter().enumerate() {
            let known = match bus.role {
                Role::Load | Role::Off => true,
                Role::Held { voltage, limits } => {
                    let (least, greatest) = limits.unwrap_or_default();
                    voltage.is_finite() && voltage > 0.0 && !least.is_nan() && !greatest.is_nan()
                }
                Role::Slack { voltage, angle } => {
                    voltage.is_finite() && voltage > 0.0 && angle.is_finite()
                }
            };
            let powers = [bus.draw, bus.draw_at_constant_current, bus.shunt];
            if !known || !powers.into_iter().all(Complex::is_finite) {
                return Err(PowerError::NotFinite { what: "bus", index });
            }
        }
        for (index, branch) in self.branches.iter().enumerate().filter(|(_, branch)| branch.on) {
            let buses = self.buses.len();
            if let Some(bus) = [branch.from, branch.to].into_iter().find(|&bus| bus >= buses) {
                return Err(PowerError::NoSuchBus { branch: index, bus, buses });
            }
            if !branch.is_finite() {
                return Err(PowerError::NotFinite { what: "branch", index });
            }
            let short = |impedance: Complex| !impedance.inverse().is_finite();
            if short(branch.impedance) || branch.impedance_back.is_some_and(short) {
                return Err(PowerError::ZeroImpedance { branch: index });
            }
        }
        Ok(())
    }
}

/// Where the iteration begins.
#[derive(Clone, Copy, Debug, Default)]
pub enum Start<'a> {
    /// The mean of all given voltages at the angle of the first slack.
    Flat,
    /// The same voltages at the angles of the linear flow: safe across phase shifts.
    #[default]
    Linear,
    /// An earlier solution of the same network.
    From(&'a Solution),
}

/// What to do where a part of the network has no slack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Islands {
    /// It has no voltage; the rest is solved.
    #[default]
    Dark,
    /// An error.
    Refuse,
}

/// What to solve.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Branches lost, by index.
    pub outages: &'a [usize],
    /// Where the iteration begins.
    pub start: Start<'a>,
    /// Parts without a slack.
    pub islands: Islands,
    /// Whether generators that reach a limit of their reactive power let their voltage go.
    pub keep_limits: bool,
    /// Greatest mismatch of power at any bus, p.u.
    pub tolerance: f64,
    /// Most iterations.
    pub iterations: u32,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            outages: &[],
            start: Start::Linear,
            islands: Islands::Dark,
            keep_limits: false,
            tolerance: 1e-10,
            iterations: 20,
        }
    }
}

/// Voltages that satisfy the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solution {
    /// Voltage at each bus, p.u.; zero where the bus is dark.
    pub voltages: Vec<Complex>,
    /// Whether each bus has a path to a slack.
    pub live: Vec<bool>,
    /// Power from each bus into the branches and its shunt, p.u.
    pub injections: Vec<Complex>,
    /// Steps of Newton's method.
    pub iterations: u32,
    /// Greatest mismatch left, p.u.
    pub mismatch: f64,
    /// Buses whose generators stand at a limit.
    pub limited: Vec<usize>,
    /// Branches that were lost.
    pub outages: Vec<usize>,
}

/// Power into a branch at both its ends, p.u.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// At `from`.
    pub from: Complex,
    /// At `to`.
    pub to: Complex,
}

impl Flow {
    /// What the branch keeps, p.u.
    pub fn loss(self) -> Complex {
        self.from + self.to
    }
}

/// Why a network has no solution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PowerError {
    /// A branch ends nowhere.
    #[error("branch {branch} ends at bus {bus} of {buses}; join it to buses that exist")]
    NoSuchBus {
        /// The branch, by index.
        branch: usize,
        /// Where it ends.
        bus: usize,
        /// How many there are.
        buses: usize,
    },
    /// A branch that is no branch.
    #[error("branch {branch} has no impedance; make its ends one bus or give it an impedance")]
    ZeroImpedance {
        /// The branch, by index.
        branch: usize,
    },
    /// A figure that cannot be.
    #[error(
        "{what} {index} holds a figure that is not finite, or a voltage or ratio that is not \
         positive; correct it"
    )]
    NotFinite {
        /// Bus or branch.
        what: &'static str,
        /// Which, by index.
        index: usize,
    },
    /// Nothing feeds the network.
    #[error("no bus in service is a slack; name the bus that feeds the network")]
    NoSlack,
    /// Parts that nothing feeds.
    #[error(
        "bus {bus} and {others} others have no path to a slack; join them to the network or take \
         them out of service"
    )]
    Island {
        /// The first of them, by index.
        bus: usize,
        /// How many more.
        others: usize,
    },
    /// Newton's method found nothing.
    #[error(
        "no solution within {iterations} iterations: bus {bus} is {mismatch:.3e} p.u. out of \
         balance; the load may exceed what the network can carry"
    )]
    Diverged {
        /// Steps made.
        iterations: u32,
        /// The bus that is worst off, by index.
        bus: usize,
        /// By how much, p.u.
        mismatch: f64,
    },
    /// The equations lost a pivot.
    #[error("the network has no single answer at bus {bus}; look for branches that cancel out")]
    Singular {
        /// The bus, by index.
        bus: usize,
    },
}

impl From<Singular> for PowerError {
    fn from(singular: Singular) -> Self {
        Self::Singular { bus: singular.unknown }
    }
}
