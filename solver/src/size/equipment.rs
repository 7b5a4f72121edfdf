//! Transformers and pumps: the smallest of the catalogue that meets the duty.

use crate::catalogue::Catalogue;
use crate::catalogue::tables::Transformer;

/// Motor ratings in kW, IEC 60072-1 steps.
const MOTORS: [f64; 20] = [
    1.5, 3.0, 5.5, 7.5, 11.0, 15.0, 18.5, 22.0, 30.0, 37.0, 45.0, 55.0, 75.0, 90.0, 110.0, 132.0,
    160.0, 200.0, 250.0, 315.0,
];

/// Smallest rating put into a station, kVA.
const SMALLEST_KVA: f64 = 400.0;

/// The dry-type transformers of the network's voltages, small to large.
pub fn fitting(catalogue: &Catalogue) -> impl DoubleEndedIterator<Item = &Transformer> {
    let rules = &catalogue.rules;
    catalogue.transformers.iter().filter(move |unit| {
        unit.build.contains("dry")
            && unit.kva >= SMALLEST_KVA
            && (unit.hv_kv - rules.mv_voltage_kv.value).abs() < 0.5
            && (unit.lv_kv - rules.lv_voltage_kv.value).abs() < 0.05
    })
}

/// The smallest of the [`fitting`] transformers that stays within the loading limit; the largest
/// where none does.
pub fn transformer(catalogue: &Catalogue, load_kva: f64) -> Option<&Transformer> {
    let limit = catalogue.rules.transformer_loading_max.value;
    fitting(catalogue)
        .find(|unit| unit.kva * limit >= load_kva - 1e-6)
        .or_else(|| fitting(catalogue).next_back())
}

/// Price-book id of a transformer.
pub fn transformer_item(unit: &Transformer) -> String {
    format!("transformer-dry-{:.0}", unit.kva)
}

/// Losses of a transformer at a load, kW.
pub fn transformer_loss_kw(unit: &Transformer, load_kva: f64) -> f64 {
    let share = load_kva / unit.kva;
    (unit.no_load_w + share * share * unit.load_loss_w) / 1000.0
}

/// Pumps for a duty: two or more equal ones and one spare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pumps {
    /// Motor rating of one, kW.
    pub motor_kw: f64,
    /// How many, the spare included.
    pub units: u32,
}

/// Sizes the pumps for an electrical power at duty: as few as the largest motor allows, plus one.
pub fn pumps(power_kw: f64) -> Pumps {
    let largest = MOTORS[MOTORS.len() - 1];
    let mut duty = 2_u32;
    while power_kw / f64::from(duty) > largest && duty < 64 {
        duty += 1;
    }
    let each = power_kw / f64::from(duty);
    let motor_kw = MOTORS.iter().copied().find(|&motor| motor >= each).unwrap_or(largest);
    Pumps { motor_kw, units: duty + 1 }
}

/// Price-book id of a pump.
pub fn pump_item(motor_kw: f64) -> String {
    format!("pump-{motor_kw}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_2500_kva_unit_at_sixty_per_cent_loses_9_63_kw() {
        let catalogue = Catalogue::reference().unwrap();
        let unit = catalogue
            .transformers
            .iter()
            .find(|unit| (unit.kva - 2500.0).abs() < 0.5 && unit.build.contains("dry"))
            .unwrap();
        assert!((transformer_loss_kw(unit, 1500.0) - 9.63).abs() < 0.01);
    }

    #[test]
    fn the_rating_steps_up_when_the_loading_limit_is_reached() {
        let catalogue = Catalogue::reference().unwrap();
        assert!((transformer(&catalogue, 1600.0).unwrap().kva - 2000.0).abs() < 0.5);
        assert!((transformer(&catalogue, 1601.0).unwrap().kva - 2500.0).abs() < 0.5);
    }

    #[test]
    fn one_pump_may_fail() {
        let pumps = pumps(100.0);
        assert!(f64::from(pumps.units - 1) * pumps.motor_kw >= 100.0);
    }
}
