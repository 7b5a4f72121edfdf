//! Transformers with three windings, as three with two that meet in a star point.

use stackyard_solver::physics::power::short_circuit::{Extreme, transformer_correction};
use stackyard_solver::physics::power::{Branch, Bus, Complex, Role};

use super::transformer::{Plate, Side, Tap, tap};
use super::{Builder, Purpose};
use crate::frames::Row;

const WINDINGS: [&str; 3] = ["hv", "mv", "lv"];

impl Builder<'_> {
    pub(super) fn add_three_windings(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("trafo3w") {
            if row.flag("tap_dependency_table", false)? {
                return Err(format!(
                    "{}: tap_dependency_table is set; characteristics have no model here",
                    row.label()
                ));
            }
            let on = row.flag("in_service", true)?;
            let high = self.bus(row, "hv_bus")?;
            let role = if on { Role::Load } else { Role::Off };
            let star_kv = self.nominal_kv(high);
            let star = self.model.add(Bus { role, ..Bus::default() }, star_kv);
            let impedances = star_impedances(row, self.purpose)?;
            for (winding, name) in WINDINGS.into_iter().enumerate() {
                let bus = self.bus(row, &format!("{name}_bus"))?;
                let plate = plate(row, winding, impedances[winding])?;
                let own_kv = self.nominal_kv(bus);
                let (bus_kv, ends) = if winding == 0 {
                    ((own_kv, star_kv), (self.node(bus), star))
                } else {
                    ((star_kv, own_kv), (star, self.node(bus)))
                };
                let branch = plate
                    .branch(bus_kv, self.model.base_mva, self.purpose)
                    .map_err(|reason| format!("{}: {reason}", row.label()))?;
                let branch =
                    self.push(Branch { from: ends.0, to: ends.1, on, ..branch }, (bus, bus));
                self.branches.insert(('3', row.index(), winding), branch);
            }
        }
        Ok(())
    }
}

/// Short-circuit voltages of the three arms of the star, real and imaginary, per cent of the
/// rating of each winding: delta to star of the pairs that are measured.
fn star_impedances(row: Row<'_>, purpose: Purpose) -> Result<[Complex; 3], String> {
    let mut rated = [0.0; 3];
    let mut pairs = [Complex::ZERO; 3];
    for (rated, name) in rated.iter_mut().zip(WINDINGS) {
        *rated = row.positive(&format!("sn_{name}_mva"))?;
    }
    for (winding, (pair, name)) in pairs.iter_mut().zip(WINDINGS).enumerate() {
        let all = row.needed(&format!("vk_{name}_percent"))?;
        let real = row.needed(&format!("vkr_{name}_percent"))?;
        if real.abs() > all.abs() {
            return Err(format!("{}: vkr_{name}_percent exceeds vk_{name}_percent", row.label()));
        }
        let imaginary = (all * all - real * real).sqrt();
        // Pairs are high and middle, middle and low, high and low.
        let other = if winding == 2 { 0 } else { winding + 1 };
        let mut scale = rated[0] / rated[winding].min(rated[other]);
        if purpose == Purpose::Fault(Extreme::Max) {
            scale *= transformer_correction(1.1, imaginary / 100.0);
        }
        *pair = Complex::new(real, imaginary) * scale;
    }
    let [first, second, third] = pairs;
    let arms = [first + third - second, second + first - third, third + second - first];
    let mut out = [Complex::ZERO; 3];
    for ((out, arm), own) in out.iter_mut().zip(arms).zip(rated) {
        *out = arm * (0.5 * own / rated[0]);
    }
    Ok(out)
}

/// One arm of the star as a transformer of its own.
fn plate(row: Row<'_>, winding: usize, impedance: Complex) -> Result<Plate, String> {
    let name = WINDINGS[winding];
    let loses = row.word("loss_side").unwrap_or("hv") == name;
    let lossy = |column: &str| if loses { row.figure(column) } else { Ok(0.0) };
    let own = if row.word("tap_side") == Some(name) {
        let side = if winding == 0 { Side::High } else { Side::Low };
        let own = tap(row, "tap", "tap_phase_shifter", side)?;
        if row.flag("tap_at_star_point", false)? { own.map(at_star_point) } else { own }
    } else {
        None
    };
    Ok(Plate {
        rated_mva: row.positive(&format!("sn_{name}_mva"))?,
        high_kv: row.positive("vn_hv_kv")?,
        low_kv: row.positive(&format!("vn_{name}_kv"))?,
        short_circuit_percent: impedance.modulus().copysign(impedance.im),
        resistive_percent: impedance.re,
        iron_kw: lossy("pfe_kw")?,
        no_load_percent: lossy("i0_percent")?,
        shift_degrees: if winding == 0 {
            0.0
        } else {
            row.figure(&format!("shift_{name}_degree"))?
        },
        parallel: 1.0,
        high_share: (0.5, 0.5),
        taps: own.into_iter().collect(),
        corrected: false,
    })
}

/// A tap at the star point as one at the other side of its arm.
fn at_star_point(own: Tap) -> Tap {
    let step = Complex::polar(own.percent, own.degrees.to_radians());
    let turned = step * 100.0 / (Complex::new(100.0, 0.0) + step * own.steps);
    Tap {
        side: if own.side == Side::High { Side::Low } else { Side::High },
        percent: turned.modulus(),
        degrees: turned.angle().to_degrees() - 180.0,
        ..own
    }
}
