//! What cables are made of: diameters, thicknesses and conductor resistance, from which their
//! ratings are computed.

use serde::Deserialize;

use super::CatalogueError;
use super::tables::{Conductor, confidence, positive, rows};
use crate::units::Confidence;

/// The build of one XLPE cable: a single core, or four cores of which three carry load.
#[derive(Clone, Debug, PartialEq)]
pub struct Construction {
    /// Conductor cross-section, mm².
    pub section_mm2: u32,
    /// Conductor metal.
    pub conductor: Conductor,
    /// Highest line voltage: 1, 10, 20 or 30 kV.
    pub voltage_kv: f64,
    /// Cores in one sheath: 1 or 4.
    pub cores: u32,
    /// Conductor diameter, mm.
    pub conductor_mm: f64,
    /// Insulation thickness, mm.
    pub insulation_mm: f64,
    /// Thickness of each of the two semiconducting layers, mm; 0 at low voltage.
    pub semicon_mm: f64,
    /// Copper screen, mm²; 0 at low voltage.
    pub screen_mm2: f64,
    /// Sheath thickness, mm.
    pub sheath_mm: f64,
    /// Outer diameter, mm.
    pub outer_mm: f64,
    /// Direct-current resistance at 20 °C, Ω/km.
    pub r20_ohm_per_km: f64,
    /// Where the figures come from.
    pub source: String,
    /// How far to trust them.
    pub confidence: Confidence,
}

#[derive(Deserialize)]
struct Row {
    section_mm2: u32,
    conductor: Conductor,
    voltage_kv: f64,
    cores: u32,
    conductor_mm: f64,
    insulation_mm: f64,
    semicon_mm: f64,
    screen_mm2: f64,
    sheath_mm: f64,
    outer_mm: f64,
    r20_ohm_per_km: f64,
    source: String,
    confidence: String,
}

/// Reads the table and checks that every cable can be built.
pub(super) fn constructions(text: &str) -> Result<Vec<Construction>, CatalogueError> {
    const FILE: &str = "constructions.csv";
    let mut out = Vec::new();
    for (line, row) in rows::<Row>(FILE, text)? {
        positive(
            FILE,
            line,
            &[
                ("section_mm2", f64::from(row.section_mm2)),
                ("voltage_kv", row.voltage_kv),
                ("conductor_mm", row.conductor_mm),
                ("insulation_mm", row.insulation_mm),
                ("sheath_mm", row.sheath_mm),
                ("outer_mm", row.outer_mm),
                ("r20_ohm_per_km", row.r20_ohm_per_km),
            ],
        )?;
        if let Some(reason) = flaw(&row) {
            return Err(CatalogueError { file: FILE, line, column: 1, reason });
        }
        out.push(Construction {
            section_mm2: row.section_mm2,
            conductor: row.conductor,
            voltage_kv: row.voltage_kv,
            cores: row.cores,
            conductor_mm: row.conductor_mm,
            insulation_mm: row.insulation_mm,
            semicon_mm: row.semicon_mm,
            screen_mm2: row.screen_mm2,
            sheath_mm: row.sheath_mm,
            outer_mm: row.outer_mm,
            r20_ohm_per_km: row.r20_ohm_per_km,
            source: row.source,
            confidence: confidence(&row.confidence),
        });
    }
    Ok(out)
}

/// Why a cable cannot be built as its row says.
fn flaw(row: &Row) -> Option<String> {
    if !matches!(row.cores, 1 | 4) {
        return Some(format!("cores is {}; 1 and 4 are known", row.cores));
    }
    let screened = row.voltage_kv > 1.0;
    let layers = [("semicon_mm", row.semicon_mm), ("screen_mm2", row.screen_mm2)];
    if let Some((name, value)) =
        layers.iter().find(|(_, value)| !value.is_finite() || (*value > 0.0) != screened)
    {
        return Some(format!("{name} is {value}; it is above zero above 1 kV and zero at 1 kV"));
    }
    let core = row.conductor_mm + 2.0 * (row.insulation_mm + 2.0 * row.semicon_mm);
    // Four round cores that touch fill a circle of 1 + √2 core diameters.
    let bundle = if row.cores == 4 { core * 2.414 } else { core };
    let under = row.outer_mm - 2.0 * row.sheath_mm;
    (bundle > under + 0.05).then(|| {
        format!("cores of {bundle:.1} mm do not fit under a sheath of {under:.1} mm inside")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../assets/constructions.csv");

    #[test]
    fn each_cable_is_there_once() {
        let mut keys: Vec<_> = constructions(TABLE)
            .unwrap()
            .iter()
            .map(|c| (c.section_mm2, c.conductor, c.voltage_kv.to_bits(), c.cores))
            .collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn a_cable_that_cannot_be_built_is_refused_with_its_line() {
        let text = TABLE.replacen(",8.2,1.0,", ",18.2,1.0,", 1);
        assert_ne!(text, TABLE);
        let error = constructions(&text).unwrap_err();
        assert_eq!((error.file, error.line), ("constructions.csv", 2));
        assert!(error.reason.contains("do not fit"), "{error}");
    }
}
