//! The section of the report that says where every figure comes from.
//!
//! `formulas` holds each formula once under its id; `inputs` each value of the plan, the catalogue
//! and the rule set once under its key. `figures` holds under each subject, such as
//! `connection:IT-01A/LV`, its figures by formula id: the value, how far to trust it, and for each
//! symbol of the formula the keys it stands for. Keys hold no blanks; where a symbol stands for
//! several, as in a sum, blanks part them. A key with a `#` is a figure itself: the subject before
//! it, the formula id after it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use stackyard_solver::provenance::{Explainer, Explanation, Formula, Input, formulas};
use stackyard_solver::units::Confidence;

use super::super::{BuildError, Document};

/// Every formula, input and figure; inputs and figures take a line each.
#[derive(Debug, Serialize)]
pub(super) struct Provenance {
    formulas: BTreeMap<&'static str, FormulaText>,
    inputs: BTreeMap<String, Box<RawValue>>,
    figures: BTreeMap<String, BTreeMap<&'static str, Box<RawValue>>>,
}

#[derive(Debug, Serialize)]
struct FormulaText {
    quantity: &'static str,
    unit: &'static str,
    expression: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct InputText<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
    source: &'a str,
    confidence: Confidence,
}

#[derive(Serialize)]
struct Figure<'a> {
    value: f64,
    confidence: Confidence,
    inputs: Terms<'a>,
}

/// Inputs by symbol, in the order of the formula.
struct Terms<'a>(&'a [Input]);

impl Serialize for Terms<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut terms: Vec<(&str, String)> = Vec::new();
        for input in self.0 {
            match terms.iter_mut().find(|(symbol, _)| *symbol == input.symbol) {
                Some((_, keys)) => {
                    keys.push(' ');
                    keys.push_str(&input.key);
                }
                None => terms.push((input.symbol, input.key.clone())),
            }
        }
        let mut map = serializer.serialize_map(Some(terms.len()))?;
        for (symbol, keys) in &terms {
            map.serialize_entry(symbol, keys)?;
        }
        map.end()
    }
}

/// Where every figure of a document comes from.
pub(super) fn provenance(document: &Document<'_>) -> Result<Provenance, BuildError> {
    let Document { plan, catalogue, report, .. } = *document;
    let mut inputs = BTreeMap::new();
    let mut figures: BTreeMap<String, BTreeMap<&'static str, Box<RawValue>>> = BTreeMap::new();
    for explanation in Explainer::new(plan, catalogue, report).all() {
        for input in explanation.inputs.iter().filter(|input| !input.key.contains('#')) {
            if let Entry::Vacant(place) = inputs.entry(input.key.clone()) {
                place.insert(to_raw_value(&input_text(input))?);
            }
        }
        let Explanation { subject, formula, value, inputs, confidence } = &explanation;
        let figure = Figure { value: *value, confidence: *confidence, inputs: Terms(inputs) };
        let own = figures.entry(subject.to_string()).or_default();
        own.insert(formula.id, to_raw_value(&figure)?);
    }
    let text = |formula: &'static Formula| {
        let Formula { id, quantity, unit, expression, source, .. } = *formula;
        (id, FormulaText { quantity, unit, expression, source })
    };
    Ok(Provenance { formulas: formulas().into_iter().map(text).collect(), inputs, figures })
}

fn input_text(input: &Input) -> InputText<'_> {
    let Input { symbol: _, key: _, name, value, unit, source, confidence } = input;
    InputText { name, value: *value, unit, source, confidence: *confidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_reference_leads_to_an_input_or_a_figure() {
        let sample = Sample::campus();
        let section = serde_json::to_value(provenance(&sample.document()).unwrap()).unwrap();
        let figures = section["figures"].as_object().unwrap();
        assert!(figures.len() > sample.report.connections.len());
        for figure in figures.values().flat_map(|own| own.as_object().unwrap()) {
            let (id, figure) = figure;
            assert!(section["formulas"].get(id).is_some(), "{id}");
            for keys in figure["inputs"].as_object().unwrap().values() {
                for key in keys.as_str().unwrap().split(' ') {
                    let known = match key.split_once('#') {
                        Some((subject, formula)) => figures[subject].get(formula).is_some(),
                        None => section["inputs"].get(key).is_some(),
                    };
                    assert!(known, "{key}");
                }
            }
        }
    }

    #[test]
    fn figures_repeat_what_the_report_says() {
        let sample = Sample::campus();
        let section = serde_json::to_value(provenance(&sample.document()).unwrap()).unwrap();
        for trench in &sample.report.trenches {
            let figure = &section["figures"][format!("trench:{}", trench.id)]["trench.length"];
            assert!((figure["value"].as_f64().unwrap() - trench.length_m).abs() < 1e-9);
        }
    }
}
