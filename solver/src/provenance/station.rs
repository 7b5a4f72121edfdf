//! Transformers: what they carry, how large they are and what they lose.

use super::inputs::rule;
use super::{Explainer, Explanation, Formula, Input, Subject};
use crate::catalogue::module::Service;
use crate::catalogue::tables::Transformer;
use crate::report::TransformerChoice;
use crate::size::equipment;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 4] = [&LOAD, &RATING, &LOADING, &LOSS];

static LOAD: Formula = Formula {
    id: "transformer.load",
    quantity: "Load of the transformer",
    unit: "kVA",
    expression: "S = Σ S_i",
    source: "everything it supplies at low voltage, all at once",
    evaluate: |values| values.sum("S_i"),
};

static RATING: Formula = Formula {
    id: "transformer.rating",
    quantity: "Rating of the transformer",
    unit: "kVA",
    expression: "S_r = least rating with S_r · b ≥ S",
    source: "dry types of the table; the largest where none suffices",
    evaluate: |values| {
        let (load, limit) = (values.one("S"), values.one("b"));
        let enough = values.each("S_k").find(|rating| rating * limit >= load - 1e-6);
        enough.or_else(|| values.each("S_k").last()).unwrap_or(f64::NAN)
    },
};

static LOADING: Formula = Formula {
    id: "transformer.loading",
    quantity: "Loading of the transformer",
    unit: "%",
    expression: "β = 100 · S / S_r",
    source: "load over rating",
    evaluate: |values| 100.0 * values.one("S") / values.one("S_r"),
};

static LOSS: Formula = Formula {
    id: "transformer.loss",
    quantity: "Losses of the transformer",
    unit: "kW",
    expression: "P = P_0 + (S / S_r)² · P_k",
    source: "no-load loss, and load loss with the square of the load (IEC 60076)",
    evaluate: |values| {
        let share = values.one("S") / values.one("S_r");
        (values.one("P_0") + share * share * values.one("P_k")) / 1000.0
    },
};

impl Explainer<'_> {
    pub(super) fn station(&self, choice: &TransformerChoice) -> Vec<Explanation> {
        let subject = || Subject::Station(choice.container.clone());
        let served = self.report.connections.iter().filter(|connection| {
            connection.service == Service::LvPower
                && connection.supply.as_ref().is_some_and(|by| by.id == choice.container)
        });
        let loads = served.map(|connection| self.load("S_i", connection)).collect();
        let load = Explanation::new(subject(), &LOAD, choice.load_kva, loads);
        let mut offered =
            vec![Input::explained("S", &load), rule!(self, "b", transformer_loading_max, "")];
        let units = equipment::fitting(self.catalogue);
        offered.extend(units.map(|unit| of_table("S_k", unit, (unit.kva, "kVA", "rating"))));
        let rating = Explanation::new(subject(), &RATING, choice.rating_kva, offered);
        let loaded = || vec![Input::explained("S", &load), Input::explained("S_r", &rating)];
        let share = Explanation::new(subject(), &LOADING, choice.loading_percent, loaded());
        let unit = equipment::fitting(self.catalogue)
            .find(|unit| equipment::transformer_item(unit) == choice.item);
        let loss = unit.map(|unit| {
            let mut inputs = loaded();
            inputs.push(of_table("P_0", unit, (unit.no_load_w, "W", "no-load loss")));
            inputs.push(of_table("P_k", unit, (unit.load_loss_w, "W", "load loss at rating")));
            Explanation::new(subject(), &LOSS, choice.loss_kw, inputs)
        });
        [load, rating, share].into_iter().chain(loss).collect()
    }
}

/// A figure of the transformer table.
fn of_table(
    symbol: &'static str,
    unit: &Transformer,
    (value, of, name): (f64, &str, &str),
) -> Input {
    let key = format!("{}.{}", equipment::transformer_item(unit), name.replace(' ', "_"));
    let name = format!("{name} of {:.0} kVA", unit.kva);
    Input::plain(symbol, (key, &name), (value, of), (&unit.source, unit.confidence))
}
