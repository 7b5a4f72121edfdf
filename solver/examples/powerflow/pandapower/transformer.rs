//! Transformers with two windings: from the rating plate and the tap to a branch.

use stackyard_solver::physics::power::short_circuit::{
    Extreme, transformer_correction, voltage_factor,
};
use stackyard_solver::physics::power::{Branch, Complex};

use super::Purpose;
use crate::frames::Row;

/// The side a tap changer sits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    High,
    Low,
}

/// What a step of a tap changer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Adds a voltage at an angle.
    Ratio,
    /// Turns the voltage and leaves its size.
    Ideal,
}

/// A tap changer off its neutral position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tap {
    pub(super) side: Side,
    pub(super) kind: Kind,
    /// Steps from the neutral position.
    pub(super) steps: f64,
    /// Voltage of a step, per cent.
    pub(super) percent: f64,
    /// Angle of a step, degrees.
    pub(super) degrees: f64,
}

/// The rating plate of a transformer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plate {
    pub(super) rated_mva: f64,
    pub(super) high_kv: f64,
    pub(super) low_kv: f64,
    /// Short-circuit voltage, per cent; its sign is that of the reactance.
    pub(super) short_circuit_percent: f64,
    /// Its real part, per cent.
    pub(super) resistive_percent: f64,
    pub(super) iron_kw: f64,
    pub(super) no_load_percent: f64,
    pub(super) shift_degrees: f64,
    pub(super) parallel: f64,
    /// Share of leakage resistance and reactance at the high side.
    pub(super) high_share: (f64, f64),
    pub(super) taps: Vec<Tap>,
    /// Whether a short circuit corrects the impedance.
    pub(super) corrected: bool,
}

impl Plate {
    /// Reads a row of the table of transformers.
    pub(super) fn read(row: Row<'_>) -> Result<Self, String> {
        let share = |column: &str| row.figure_or(column, 0.5);
        let mut taps = Vec::new();
        for (name, phase_shifter) in [("tap", "tap_phase_shifter"), ("tap2", "tap2_phase_shifter")]
        {
            let side = match row.word(&format!("{name}_side")) {
                Some("hv") => Side::High,
                Some("lv") => Side::Low,
                Some(_) | None => continue,
            };
            taps.extend(tap(row, name, phase_shifter, side)?);
        }
        Ok(Self {
            rated_mva: row.positive("sn_mva")?,
            high_kv: row.positive("vn_hv_kv")?,
            low_kv: row.positive("vn_lv_kv")?,
            short_circuit_percent: row.needed("vk_percent")?,
            resistive_percent: row.needed("vkr_percent")?,
            iron_kw: row.figure("pfe_kw")?,
            no_load_percent: row.figure("i0_percent")?,
            shift_degrees: row.figure("shift_degree")?,
            parallel: row.figure_or("parallel", 1.0)?,
            high_share: (
                share("leakage_resistance_ratio_hv")?,
                share("leakage_reactance_ratio_hv")?,
            ),
            taps,
            corrected: !row.flag("power_station_unit", false)?,
        })
    }

    /// The branch between buses of given nominal voltages, without its ends.
    pub(super) fn branch(
        &self,
        bus_kv: (f64, f64),
        base_mva: f64,
        purpose: Purpose,
    ) -> Result<Branch, String> {
        let (mut high_kv, mut low_kv, mut shift) = (self.high_kv, self.low_kv, self.shift_degrees);
        if purpose == Purpose::Flow {
            for tap in &self.taps {
                let own = match tap.side {
                    Side::High => &mut high_kv,
                    Side::Low => &mut low_kv,
                };
                shift += tap.apply(own);
            }
        }
        if !(high_kv > 0.0 && low_kv > 0.0 && shift.is_finite() && self.parallel > 0.0) {
            return Err("the tap leaves no voltage, or parallel is not above zero".to_owned());
        }
        let impedance = self.impedance(low_kv / bus_kv.1, base_mva)?;
        let branch = Branch {
            ratio: high_kv / low_kv * bus_kv.1 / bus_kv.0,
            shift: shift.to_radians(),
            ..Branch::line(0, 0, impedance * (1.0 / self.parallel))
        };
        Ok(match purpose {
            Purpose::Flow => self.magnetised(branch, bus_kv.1 / low_kv, base_mva),
            Purpose::Fault(Extreme::Max) if self.corrected => {
                let factor = voltage_factor(bus_kv.1, Extreme::Max, 10.0);
                let (all, real) = (self.short_circuit_percent, self.resistive_percent);
                let reactance = (all * all - real * real).max(0.0).sqrt() / 100.0;
                let impedance = branch.impedance * transformer_correction(factor, reactance);
                Branch { impedance, ..branch }
            }
            Purpose::Fault(_) => branch,
        })
    }

    /// Series impedance of one unit seen from the low side, p.u.
    fn impedance(&self, over: f64, base_mva: f64) -> Result<Complex, String> {
        let scale = over * over * base_mva / self.rated_mva / 100.0;
        let (all, real) = (self.short_circuit_percent, self.resistive_percent);
        if real.abs() > all.abs() {
            return Err(format!("vkr_percent {real} exceeds vk_percent {all}"));
        }
        let imaginary = (all * all - real * real).sqrt().copysign(all);
        Ok(Complex::new(real, imaginary) * scale)
    }

    /// The branch with the magnetising admittance of all units, seen from the low side.
    fn magnetised(&self, branch: Branch, over: f64, base_mva: f64) -> Branch {
        let iron = self.iron_kw / 1000.0;
        let all = self.no_load_percent / 100.0 * self.rated_mva;
        let reactive = -(all * all - iron * iron).max(0.0).sqrt();
        let magnetising = Complex::new(iron, reactive) * (over * over / base_mva * self.parallel);
        branch.magnetised(magnetising, self.high_share)
    }
}

impl Tap {
    /// Changes the voltage of its side and returns by how much it turns, degrees.
    fn apply(self, voltage_kv: &mut f64) -> f64 {
        let sign = match self.side {
            Side::High => 1.0,
            Side::Low => -1.0,
        };
        match self.kind {
            Kind::Ideal if self.degrees != 0.0 => sign * self.steps * self.degrees,
            Kind::Ideal => sign * 2.0 * libm::asin(self.steps * self.percent / 200.0).to_degrees(),
            Kind::Ratio => {
                let added = *voltage_kv * self.steps * self.percent / 100.0;
                let (sine, cosine) = libm::sincos(self.degrees.to_radians());
                let (along, across) = (*voltage_kv + added * cosine, added * sine);
                *voltage_kv = libm::hypot(along, across);
                libm::atan(sign * across / along).to_degrees()
            }
        }
    }
}

/// The tap changer of a row whose columns begin with `name`; none where it does nothing.
pub(super) fn tap(
    row: Row<'_>,
    name: &str,
    phase_shifter: &str,
    side: Side,
) -> Result<Option<Tap>, String> {
    let column = |rest: &str| format!("{name}_{rest}");
    let Some(position) = row.maybe(&column("pos"))? else { return Ok(None) };
    let percent = row.maybe(&column("step_percent"))?;
    let kind = if row.has(&column("changer_type")) {
        match row.word(&column("changer_type")) {
            Some("Ratio" | "Symmetrical") => Kind::Ratio,
            Some("Ideal") => Kind::Ideal,
            Some("Tabular") => {
                return Err(format!("{}: tap tables have no model here", row.label()));
            }
            Some(_) | None => return Ok(None),
        }
    } else if row.flag(phase_shifter, false)? {
        // Files from before version 3.
        Kind::Ideal
    } else if row.has(phase_shifter) && percent.is_some() {
        Kind::Ratio
    } else {
        return Ok(None);
    };
    let steps = row.maybe(&column("neutral"))?.map_or(0.0, |neutral| position - neutral);
    Ok(Some(Tap {
        side,
        kind,
        steps,
        percent: percent.unwrap_or(0.0),
        degrees: row.figure(&column("step_degree"))?,
    }))
}
