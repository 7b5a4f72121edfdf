//! What can be bought and by which rules it is judged: module types, cables, pipes, transformers,
//! optics, prices, the rule set and a year of weather.
//!
//! The catalogue is data with a source behind every value. It is parsed from text that the caller
//! hands over; the texts in `assets/` are compiled in as the reference catalogue. A plan may
//! override module types, prices and rules, and every override stays visible in the plan.

pub mod construction;
pub mod media;
pub mod module;
pub mod prices;
pub mod rules;
pub mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::id::Id;
use crate::plan::Plan;
use crate::year::weather::Weather;
use construction::Construction;
use module::ModuleType;
use prices::PriceBook;
use rules::RuleSet;
use tables::{Cable, Optic, Pipe, Transformer};

/// Everything a plan is computed with, beside the plan itself.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Module types by id.
    pub modules: BTreeMap<Id, ModuleType>,
    /// Cables fit for continuous load, with ratings as published or computed elsewhere.
    pub cables: Vec<Cable>,
    /// What the cables that can be bought are made of.
    pub constructions: Vec<Construction>,
    /// Pipes, small to large within a material.
    pub pipes: Vec<Pipe>,
    /// Distribution transformers, small to large.
    pub transformers: Vec<Transformer>,
    /// Transceivers and their reach.
    pub optics: Vec<Optic>,
    /// What things cost.
    pub prices: PriceBook,
    /// Limits, voltages, temperatures and economic figures.
    pub rules: RuleSet,
    /// The weather of a year; the file a plan names, where the caller could read it.
    pub weather: Arc<Weather>,
    /// Why the weather file that the plan names is not used.
    pub weather_fault: Option<String>,
}

/// The texts a catalogue is read from.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueTexts<'a> {
    /// Module types, RON.
    pub modules: &'a str,
    /// Cable table, CSV.
    pub cables: &'a str,
    /// Cable construction table, CSV.
    pub constructions: &'a str,
    /// Pipe table, CSV.
    pub pipes: &'a str,
    /// Transformer table, CSV.
    pub transformers: &'a str,
    /// Optics table, CSV.
    pub optics: &'a str,
    /// Price book, CSV.
    pub prices: &'a str,
    /// Rule set, RON.
    pub rules: &'a str,
    /// Monthly normals of the weather, RON.
    pub weather: &'a str,
}

/// The reference catalogue shipped with the program.
pub const REFERENCE: CatalogueTexts<'static> = CatalogueTexts {
    modules: include_str!("../../assets/modules.ron"),
    cables: include_str!("../../assets/cables.csv"),
    constructions: include_str!("../../assets/constructions.csv"),
    pipes: include_str!("../../assets/pipes.csv"),
    transformers: include_str!("../../assets/transformers.csv"),
    optics: include_str!("../../assets/optics.csv"),
    prices: include_str!("../../assets/prices.csv"),
    rules: include_str!("../../assets/rules.ron"),
    weather: include_str!("../../assets/weather/juelich.ron"),
};

/// Why a catalogue text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}, column {column}: {reason}")]
pub struct CatalogueError {
    /// Which of the texts.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1, or the number of the field in a table.
    pub column: u64,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Catalogue {
    /// Reads a catalogue from its texts.
    pub fn from_texts(texts: &CatalogueTexts<'_>) -> Result<Self, CatalogueError> {
        Ok(Self {
            modules: module::from_ron(texts.modules)?,
            cables: tables::cables(texts.cables)?,
            constructions: construction::constructions(texts.constructions)?,
            pipes: tables::pipes(texts.pipes)?,
            transformers: tables::transformers(texts.transformers)?,
            optics: tables::optics(texts.optics)?,
            prices: PriceBook::from_csv(texts.prices)?,
            rules: RuleSet::from_ron(texts.rules)?,
            weather: Arc::new(Weather::from_normals(texts.weather)?),
            weather_fault: None,
        })
    }

    /// The reference catalogue.
    pub fn reference() -> Result<Self, CatalogueError> {
        Self::from_texts(&REFERENCE)
    }

    /// This catalogue with the overrides of a plan laid over it.
    ///
    /// Overrides that name an unknown price or rule are reported when the plan is opened
    /// ([`Plan::problems`]); here they are passed over.
    #[must_use]
    pub fn with_overrides_of(&self, plan: &Plan) -> Self {
        let mut merged = self.clone();
        for module in &plan.modules {
            merged.modules.insert(module.id.clone(), module.clone());
        }
        for (id, price) in &plan.prices {
            merged.prices.override_price(id, *price);
        }
        for (name, value) in &plan.rules {
            merged.rules.set(name, *value);
        }
        merged
    }
}

/// Turns a RON error into one with a place.
pub(crate) fn ron_error(file: &'static str, error: &ron::error::SpannedError) -> CatalogueError {
    CatalogueError {
        file,
        line: error.span.start.line as u64,
        column: error.span.start.col as u64,
        reason: error.code.to_string(),
    }
}
