//! Inputs of formulas with their sources: rule figures, prices, loads, plain data and figures that
//! are derived themselves.

use super::{Explainer, Explanation, Formula, Input, Subject, key};
use crate::catalogue::rules::Parameter;
use crate::report::Connection;
use crate::units::Confidence;

/// An input from a figure of the rule set, by the name of that figure.
macro_rules! rule {
    ($explainer:expr, $symbol:literal, $name:ident, $unit:literal) => {
        $explainer.rule($symbol, stringify!($name), &$explainer.catalogue.rules.$name, $unit)
    };
}
pub(super) use rule;

/// Where a value that the solver chose comes from.
pub(super) const SETTLED: &str = "chosen for the least cost over the horizon";

/// Where a value of the plan comes from.
pub(super) const PLANNED: &str = "the plan";

impl Input {
    /// A plain value: its key and name, amount and unit, source and confidence.
    pub(super) fn plain(
        symbol: &'static str,
        (key, name): (String, &str),
        (value, unit): (f64, &str),
        (source, confidence): (&str, Confidence),
    ) -> Self {
        let (name, unit, source) = (name.to_owned(), unit.to_owned(), source.to_owned());
        Self { symbol, key, name, value, unit, source, confidence }
    }

    /// A figure that has its own explanation, given here.
    pub(super) fn explained(symbol: &'static str, explanation: &Explanation) -> Self {
        let Explanation { subject, formula, value, inputs: _, confidence } = explanation;
        Self::figure(symbol, subject, formula, (*value, *confidence))
    }

    /// A figure that has its own explanation, by subject and formula.
    pub(super) fn figure(
        symbol: &'static str,
        subject: &Subject,
        formula: &Formula,
        (value, confidence): (f64, Confidence),
    ) -> Self {
        let name = formula.quantity.to_lowercase();
        let amount = (value, formula.unit);
        Self::plain(symbol, (key(subject, formula), &name), amount, (formula.source, confidence))
    }
}

impl Explainer<'_> {
    /// A figure of the rule set.
    pub(super) fn rule(
        &self,
        symbol: &'static str,
        name: &'static str,
        parameter: &Parameter,
        unit: &str,
    ) -> Input {
        let meaning = self.meanings.get(name).copied().unwrap_or(name);
        let source = (parameter.source.text.as_str(), parameter.source.confidence);
        let name = (format!("rule.{name}"), meaning.trim_end_matches('.'));
        Input::plain(symbol, name, (parameter.value, unit), source)
    }

    /// A unit price; 0 where the price book has none, as the solver reckons.
    pub(super) fn price(&self, symbol: &'static str, item: &str) -> Input {
        let key = format!("price.{item}");
        let Some(price) = self.catalogue.prices.get(item) else {
            let origin = ("not in the price book", Confidence::Assumption);
            return Input::plain(symbol, (key, item), (0.0, "EUR"), origin);
        };
        let unit = format!("EUR/{}", price.unit);
        let source = format!("{} ({})", price.source, price.as_of);
        let amount = (price.unit_price.euros(), unit.as_str());
        let origin = (source.as_str(), price.confidence);
        Input::plain(symbol, (key, &price.description), amount, origin)
    }

    /// What a connection needs, from its module type.
    pub(super) fn load(&self, symbol: &'static str, connection: &Connection) -> Input {
        use crate::catalogue::module::Load;
        let unit = match connection.load {
            Load::Kva(_) => "kVA",
            Load::HeatKw(_) => "kW",
            Load::Fibres(_) => "fibres",
        };
        let module = self
            .plan
            .container(&connection.container)
            .and_then(|container| self.catalogue.modules.get(&container.module));
        let source = module.map_or("the module type", |module| module.source.text.as_str());
        let name = format!("need of {}", connection.id);
        let key = format!("load.{}", connection.id);
        let amount = (connection.load.value(), unit);
        Input::plain(symbol, (key, &name), amount, (source, self.trust_load(connection)))
    }

    /// How far to trust what a connection needs.
    pub(super) fn trust_load(&self, connection: &Connection) -> Confidence {
        self.plan
            .container(&connection.container)
            .and_then(|container| self.catalogue.modules.get(&container.module))
            .map_or(Confidence::Assumption, |module| module.source.confidence)
    }
}

/// The legs of a line, each an input: their sum is its length in metres.
pub(super) fn legs(subject: &Subject, line: &[crate::geometry::Point]) -> Vec<Input> {
    let leg = |(number, pair): (usize, &[crate::geometry::Point])| {
        let [from, to] = pair else { return None };
        let name = format!("from ({}, {}) to ({}, {}) mm", from.x, from.y, to.x, to.y);
        let key = format!("leg.{subject}.{number}");
        let origin = ("its line on the plan", Confidence::Computed);
        Some(Input::plain("s", (key, &name), (from.distance_m(*to), "m"), origin))
    };
    (1..).zip(line.windows(2)).filter_map(leg).collect()
}
