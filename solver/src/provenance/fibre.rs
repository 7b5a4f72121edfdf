//! The trunks of data connections and what their links lose.

use super::inputs::{SETTLED, rule};
use super::{Explainer, Explanation, Formula, Input, subject_of, weakest};
use crate::report::{Connection, DataSizing};
use crate::size::fibre;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 8] =
    [&TRUNKS, &LINKS, &LENGTH, &REACH, &LOSS, &MARGIN, &METRES, &ENDS];

static TRUNKS: Formula = Formula {
    id: "trunk.count",
    quantity: "Trunk cables",
    unit: "",
    expression: "n = max(1, ⌈F / F_t⌉)",
    source: "whole trunks for the fibres needed",
    evaluate: |values| (values.one("F") / values.one("F_t")).ceil().max(1.0),
};

static LINKS: Formula = Formula {
    id: "trunk.links",
    quantity: "Optical links",
    unit: "",
    expression: "N = ⌈F / F_l⌉",
    source: "fibres needed over the fibres of a link",
    evaluate: |values| (values.one("F") / values.one("F_l")).ceil(),
};

static LENGTH: Formula = Formula {
    id: "trunk.length",
    quantity: "Length of one trunk",
    unit: "m",
    expression: "l = L · f + a",
    source: "route with tolerance, and the verticals and slack of both ends",
    evaluate: |values| values.one("L") * values.one("f") + values.one("a"),
};

static REACH: Formula = Formula {
    id: "trunk.reach",
    quantity: "Reach of the optics",
    unit: "m",
    expression: "R = r(l)",
    source: "parallel single-mode optics of the link rate with the shortest reach that suffices, \
             else the longest",
    evaluate: |values| {
        let needed = values.one("l");
        let reaching = values.each("r").filter(|&reach| reach >= needed).reduce(f64::min);
        reaching.or_else(|| values.each("r").reduce(f64::max)).unwrap_or(0.0)
    },
};

static LOSS: Formula = Formula {
    id: "trunk.loss",
    quantity: "Insertion loss of a link",
    unit: "dB",
    expression: "A = α · l / 1000 + m · A_c",
    source: "ISO/IEC 11801-1 channel model: fibre and mated connectors",
    evaluate: |values| {
        values.one("α") * values.one("l") / 1000.0 + values.one("m") * values.one("A_c")
    },
};

static MARGIN: Formula = Formula {
    id: "trunk.margin",
    quantity: "Margin of the link budget",
    unit: "dB",
    expression: "M = A_max − A",
    source: "what the optics allow less what the link loses",
    evaluate: |values| values.one("A_max") - values.one("A"),
};

static METRES: Formula = Formula {
    id: "trunk.metres",
    quantity: "Trunk length in all",
    unit: "m",
    expression: "l_n = n · l",
    source: "trunks side by side, each of the same length",
    evaluate: |values| values.one("n") * values.one("l"),
};

static ENDS: Formula = Formula {
    id: "trunk.ends",
    quantity: "Trunk ends",
    unit: "",
    expression: "E = 2 · n",
    source: "each trunk is terminated at both ends",
    evaluate: |values| 2.0 * values.one("n"),
};

impl Explainer<'_> {
    pub(super) fn fibre(&self, connection: &Connection, sizing: &DataSizing) -> Vec<Explanation> {
        let subject = || subject_of(connection);
        let length =
            Explanation::new(subject(), &LENGTH, sizing.trunk_m, self.allowances(connection));
        let reach = self.reaches(&length);
        let loss = self.link_loss(connection, &length);
        let budget = vec![rule!(self, "A_max", link_budget_db, "dB"), Input::explained("A", &loss)];
        let margin = self.catalogue.rules.link_budget_db.value - loss.value;
        vec![
            self.trunks(connection, sizing),
            self.links(connection, sizing),
            Explanation::new(subject(), &REACH, sizing.reach_m, reach),
            Explanation::new(subject(), &MARGIN, margin, budget),
            self.trunk_metres(connection, sizing),
            self.trunk_ends(connection, sizing),
            length,
            loss,
        ]
    }

    fn trunks(&self, connection: &Connection, sizing: &DataSizing) -> Explanation {
        let fibres = f64::from(sizing.trunk_fibres);
        let key = format!("settled.{}.trunk_fibres", connection.id);
        let origin = (SETTLED, Confidence::Computed);
        let inputs = vec![
            self.load("F", connection),
            Input::plain("F_t", (key, "fibres of one trunk"), (fibres, ""), origin),
        ];
        Explanation::new(subject_of(connection), &TRUNKS, f64::from(sizing.trunks), inputs)
    }

    /// The optical links of a connection.
    pub(super) fn links(&self, connection: &Connection, sizing: &DataSizing) -> Explanation {
        let inputs = vec![self.load("F", connection), rule!(self, "F_l", fibres_per_link, "")];
        Explanation::new(subject_of(connection), &LINKS, f64::from(sizing.links), inputs)
    }

    /// The length asked for and the reaches the table offers.
    fn reaches(&self, length: &Explanation) -> Vec<Input> {
        let mut inputs = vec![Input::explained("l", length)];
        for optic in fibre::fitting(self.catalogue) {
            let key = format!("optic.{}.reach_m", optic.standard.replace(' ', "_"));
            let origin = (optic.source.as_str(), optic.confidence);
            let reach = (optic.reach_m, "m");
            inputs.push(Input::plain("r", (key, &optic.standard), reach, origin));
        }
        inputs
    }

    fn link_loss(&self, connection: &Connection, length: &Explanation) -> Explanation {
        let inputs = vec![
            rule!(self, "α", fibre_loss_db_per_km, "dB/km"),
            Input::explained("l", length),
            rule!(self, "m", link_connectors, ""),
            rule!(self, "A_c", connector_loss_db, "dB"),
        ];
        let rules = &self.catalogue.rules;
        let loss = rules.fibre_loss_db_per_km.value * length.value / 1000.0
            + rules.link_connectors.value * rules.connector_loss_db.value;
        Explanation::new(subject_of(connection), &LOSS, loss, inputs)
    }

    /// The trunks of a connection as an input.
    pub(super) fn trunk_count(
        &self,
        symbol: &'static str,
        connection: &Connection,
        sizing: &DataSizing,
    ) -> Input {
        let amount = (f64::from(sizing.trunks), weakest([self.trust_load(connection)]));
        Input::figure(symbol, &subject_of(connection), &TRUNKS, amount)
    }

    /// The metres of trunk of a connection.
    pub(super) fn trunk_metres(&self, at: &Connection, sizing: &DataSizing) -> Explanation {
        let length = (sizing.trunk_m, self.trust_length());
        let inputs = vec![
            self.trunk_count("n", at, sizing),
            Input::figure("l", &subject_of(at), &LENGTH, length),
        ];
        let metres = f64::from(sizing.trunks) * sizing.trunk_m;
        Explanation::new(subject_of(at), &METRES, metres, inputs)
    }

    /// The trunk ends of a connection.
    pub(super) fn trunk_ends(&self, at: &Connection, sizing: &DataSizing) -> Explanation {
        let inputs = vec![self.trunk_count("n", at, sizing)];
        Explanation::new(subject_of(at), &ENDS, 2.0 * f64::from(sizing.trunks), inputs)
    }
}
