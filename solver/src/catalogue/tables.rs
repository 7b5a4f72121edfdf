//! Cable, pipe, transformer and optics tables read from CSV.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::CatalogueError;
use crate::units::Confidence;

/// Conductor metal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Conductor {
    /// Aluminium.
    Al,
    /// Copper.
    Cu,
}

/// How a cable is laid, as far as the planner chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Installation {
    /// Three single cores in touching trefoil, directly buried.
    BuriedTrefoil,
    /// Three single cores in touching trefoil on a ladder in air.
    LadderTrefoil,
}

/// A three-phase circuit of single-core XLPE cables with its continuous rating.
#[derive(Clone, Debug, PartialEq)]
pub struct Cable {
    /// Conductor cross-section in mm².
    pub section_mm2: u32,
    /// Conductor metal.
    pub conductor: Conductor,
    /// Highest line voltage: 1, 10, 20 or 30 kV.
    pub voltage_kv: f64,
    /// How it is laid.
    pub installation: Installation,
    /// Continuous current of one circuit at load factor 1, alone in the ground.
    pub ampacity_a: f64,
    /// Resistance at operating temperature.
    pub r_ohm_per_km: f64,
    /// Reactance.
    pub x_ohm_per_km: f64,
    /// Outer diameter of one core.
    pub outer_diameter_mm: f64,
    /// Thermal resistivity of the soil the rating holds for.
    pub soil_k_m_per_w: Option<f64>,
    /// Where the rating comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// A pipe size.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// Material and standard.
    pub material: String,
    /// Nominal diameter.
    pub dn: u32,
    /// Inner diameter in millimetres.
    pub inner_mm: f64,
    /// Outer diameter of the carrier pipe in millimetres.
    pub outer_mm: f64,
    /// Wall roughness in millimetres.
    pub roughness_mm: f64,
    /// Heat loss per metre and kelvin, for pre-insulated pipe.
    pub u_w_per_mk: Option<f64>,
    /// Where the figures come from.
    pub source: String,
    /// How far to trust them.
    pub confidence: Confidence,
}

/// A distribution transformer.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformer {
    /// Rating.
    pub kva: f64,
    /// Short-circuit impedance.
    pub uk_percent: f64,
    /// No-load loss.
    pub no_load_w: f64,
    /// Load loss at rating.
    pub load_loss_w: f64,
    /// Build: dry, liquid, legacy.
    pub build: String,
    /// Primary voltage.
    pub hv_kv: f64,
    /// Secondary voltage.
    pub lv_kv: f64,
    /// Connection symbol of the windings, `Dyn5`.
    pub vector_group: String,
    /// Where the figures come from.
    pub source: String,
    /// How far to trust them.
    pub confidence: Confidence,
}

/// A transceiver or cable medium with its reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Optic {
    /// Medium, such as `SMF parallel`.
    pub media: String,
    /// Rate per port.
    pub rate_gbps: u32,
    /// Longest link including patching.
    pub reach_m: f64,
    /// Interface standard.
    pub standard: String,
    /// Fibre type.
    pub fibre: String,
    /// Where the reach comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

#[derive(Deserialize)]
struct CableRow {
    kind: String,
    cross_section_mm2: f64,
    conductor: Conductor,
    voltage_kv: f64,
    ampacity_a: f64,
    r_ohm_per_km: f64,
    x_ohm_per_km: f64,
    source: String,
    installation: String,
    soil_k_m_per_w: Option<f64>,
    load_factor: f64,
    outer_diameter_mm: Option<f64>,
    confidence: String,
}

#[derive(Deserialize)]
struct PipeRow {
    material: String,
    dn: u32,
    inner_diameter_mm: f64,
    roughness_mm: f64,
    source: String,
    outer_diameter_mm: f64,
    u_w_per_mk: Option<f64>,
    confidence: String,
}

#[derive(Deserialize)]
struct TransformerRow {
    kva: f64,
    uk_percent: f64,
    no_load_w: f64,
    load_loss_w: f64,
    source: String,
    #[serde(rename = "type")]
    build: String,
    hv_kv: f64,
    lv_kv: f64,
    vector_group: String,
    confidence: String,
}

#[derive(Deserialize)]
struct OpticRow {
    media: String,
    rate_gbps: u32,
    max_length_m: f64,
    source: String,
    standard: String,
    fibre: String,
    confidence: String,
}

/// Reads every row of a table with its line number.
pub(super) fn rows<T: DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<Vec<(u64, T)>, CatalogueError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut out = Vec::new();
    let headers = reader.headers().cloned().unwrap_or_default();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let error = |column, reason| CatalogueError { file, line, column, reason };
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(out),
            Ok(true) => {}
            Err(problem) => return Err(error(1, problem.to_string())),
        }
        let row = record.deserialize(Some(&headers)).map_err(|problem| {
            let column = match problem.kind() {
                csv::ErrorKind::Deserialize { err, .. } => err.field().map_or(1, |f| f + 1),
                _ => 1,
            };
            let reason = match problem.kind() {
                csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
                _ => problem.to_string(),
            };
            error(column, reason)
        })?;
        out.push((line, row));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cross-sections are checked to be positive and are below 10,000 mm²"
)]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

pub(super) fn confidence(letter: &str) -> Confidence {
    match letter {
        "V" => Confidence::Stated,
        "C" => Confidence::Computed,
        "R" => Confidence::Reported,
        _ => Confidence::Assumption,
    }
}

/// Refuses the row unless every figure is finite and above zero.
pub(super) fn positive(
    file: &'static str,
    line: u64,
    figures: &[(&str, f64)],
) -> Result<(), CatalogueError> {
    match figures.iter().find(|(_, value)| !value.is_finite() || *value <= 0.0) {
        None => Ok(()),
        Some((name, value)) => Err(CatalogueError {
            file,
            line,
            column: 1,
            reason: format!("{name} is {value}, but must be above zero"),
        }),
    }
}

/// Single-core cables rated for continuous load; other rows of the table are passed over.
pub(super) fn cables(text: &str) -> Result<Vec<Cable>, CatalogueError> {
    const FILE: &str = "cables.csv";
    let mut cables = Vec::new();
    for (line, row) in rows::<CableRow>(FILE, text)? {
        positive(
            FILE,
            line,
            &[
                ("cross_section_mm2", row.cross_section_mm2),
                ("ampacity_a", row.ampacity_a),
                ("r_ohm_per_km", row.r_ohm_per_km),
                ("voltage_kv", row.voltage_kv),
            ],
        )?;
        let installation = match row.installation.as_str() {
            "buried_trefoil" => Installation::BuriedTrefoil,
            "air_trefoil_ladder" => Installation::LadderTrefoil,
            _ => continue,
        };
        // Ratings at a daily load factor below 1 would overload a data centre's cables.
        let (Some(outer_diameter_mm), true) = (row.outer_diameter_mm, row.load_factor >= 1.0)
        else {
            continue;
        };
        // Cross-sections below 16 mm² feed sockets, not containers.
        if !row.kind.contains("single-core") || row.cross_section_mm2 < 16.0 {
            continue;
        }
        cables.push(Cable {
            section_mm2: whole(row.cross_section_mm2),
            conductor: row.conductor,
            voltage_kv: row.voltage_kv,
            installation,
            ampacity_a: row.ampacity_a,
            r_ohm_per_km: row.r_ohm_per_km,
            x_ohm_per_km: row.x_ohm_per_km,
            outer_diameter_mm,
            soil_k_m_per_w: row.soil_k_m_per_w,
            source: row.source,
            confidence: confidence(&row.confidence),
        });
    }
    Ok(cables)
}

/// Pipes in table order.
pub(super) fn pipes(text: &str) -> Result<Vec<Pipe>, CatalogueError> {
    const FILE: &str = "pipes.csv";
    let mut pipes = Vec::new();
    for (line, row) in rows::<PipeRow>(FILE, text)? {
        positive(
            FILE,
            line,
            &[
                ("inner_diameter_mm", row.inner_diameter_mm),
                ("roughness_mm", row.roughness_mm),
                ("outer_diameter_mm", row.outer_diameter_mm),
            ],
        )?;
        pipes.push(Pipe {
            material: row.material,
            dn: row.dn,
            inner_mm: row.inner_diameter_mm,
            outer_mm: row.outer_diameter_mm,
            roughness_mm: row.roughness_mm,
            u_w_per_mk: row.u_w_per_mk,
            source: row.source,
            confidence: confidence(&row.confidence),
        });
    }
    Ok(pipes)
}

/// Transformers by build and rating.
pub(super) fn transformers(text: &str) -> Result<Vec<Transformer>, CatalogueError> {
    const FILE: &str = "transformers.csv";
    let mut transformers = Vec::new();
    for (line, row) in rows::<TransformerRow>(FILE, text)? {
        positive(FILE, line, &[("kva", row.kva), ("uk_percent", row.uk_percent)])?;
        transformers.push(Transformer {
            kva: row.kva,
            uk_percent: row.uk_percent,
            no_load_w: row.no_load_w,
            load_loss_w: row.load_loss_w,
            build: row.build,
            hv_kv: row.hv_kv,
            lv_kv: row.lv_kv,
            vector_group: row.vector_group,
            source: row.source,
            confidence: confidence(&row.confidence),
        });
    }
    transformers.sort_by(|a, b| a.kva.total_cmp(&b.kva).then_with(|| a.build.cmp(&b.build)));
    Ok(transformers)
}

/// Transceivers in table order.
pub(super) fn optics(text: &str) -> Result<Vec<Optic>, CatalogueError> {
    const FILE: &str = "optics.csv";
    let mut optics = Vec::new();
    for (line, row) in rows::<OpticRow>(FILE, text)? {
        positive(FILE, line, &[("max_length_m", row.max_length_m)])?;
        optics.push(Optic {
            media: row.media,
            rate_gbps: row.rate_gbps,
            reach_m: row.max_length_m,
            standard: row.standard,
            fibre: row.fibre,
            source: row.source,
            confidence: confidence(&row.confidence),
        });
    }
    Ok(optics)
}
