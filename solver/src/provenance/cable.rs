//! Routes, and the cables of power connections.

use super::inputs::{SETTLED, rule};
use super::trench::trench_length;
use super::{Explainer, Explanation, Formula, Input, subject_of, weakest};
use crate::catalogue::module::Service;
use crate::catalogue::tables::Cable;
use crate::report::{CableSizing, Connection};
use crate::size::cable;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 11] = [
    &ROUTE, &CURRENT, &GROUPING, &CIRCUITS, &AMPACITY, &LOADING, &LENGTH, &DROP, &LOSS, &METRES,
    &ENDS,
];

static ROUTE: Formula = Formula {
    id: "route.length",
    quantity: "Route length",
    unit: "m",
    expression: "L = Σ L_t",
    source: "lengths along the axes of the trenches passed",
    evaluate: |values| values.sum("L_t"),
};

static CURRENT: Formula = Formula {
    id: "cable.current",
    quantity: "Design current",
    unit: "A",
    expression: "I = S / (√3 · U)",
    source: "balanced three-phase load",
    evaluate: |values| values.one("S") / (3.0_f64.sqrt() * values.one("U")),
};

static GROUPING: Formula = Formula {
    id: "cable.grouping",
    quantity: "Grouping factor",
    unit: "",
    expression: "k_g = k(N)",
    source: "table of the rule set for N loaded circuits in one trench, IEC 60287 method",
    evaluate: |values| values.one("k(N)"),
};

static CIRCUITS: Formula = Formula {
    id: "cable.circuits",
    quantity: "Circuits",
    unit: "",
    expression: "n = ⌈I / (I_z · √((90 − θ) / 70) · k_g)⌉ + e",
    source: "as many as carry the current, and more where losses or voltage drop pay for them",
    evaluate: |values| {
        let warm = ((90.0 - values.one("θ")) / 70.0).max(0.0).sqrt();
        least_circuits(values.one("I"), values.one("I_z") * warm * values.one("k_g"))
            + values.one("e").max(0.0)
    },
};

static AMPACITY: Formula = Formula {
    id: "cable.ampacity",
    quantity: "Rating in this trench",
    unit: "A",
    expression: "I_t = n · I_z · √((90 − θ) / 70) · k_g",
    source: "IEC 60287 ratings, corrected for ground temperature and grouping as IEC 60364-5-52",
    evaluate: |values| {
        let warm = ((90.0 - values.one("θ")) / 70.0).max(0.0).sqrt();
        values.one("n") * values.one("I_z") * warm * values.one("k_g")
    },
};

static LOADING: Formula = Formula {
    id: "cable.loading",
    quantity: "Loading of the cables",
    unit: "%",
    expression: "b = 100 · I / I_t",
    source: "design current over the rating in this trench",
    evaluate: |values| 100.0 * values.one("I") / values.one("I_t"),
};

static LENGTH: Formula = Formula {
    id: "cable.length",
    quantity: "Length of one circuit",
    unit: "m",
    expression: "l = L · f + a",
    source: "route with tolerance, and the verticals and slack of both ends",
    evaluate: |values| values.one("L") * values.one("f") + values.one("a"),
};

static DROP: Formula = Formula {
    id: "cable.drop",
    quantity: "Voltage drop",
    unit: "%",
    expression: "Δu = 100 · √3 · I · l / n · (R · cos φ + X · sin φ) / U",
    source: "IEC 60364-5-52 annex G, at operating temperature",
    evaluate: |values| {
        let cosine = values.one("cos φ");
        let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
        let ohm_per_km = values.one("R") * cosine + values.one("X") * sine;
        let amperes = values.one("I") / values.one("n");
        let volts = 3.0_f64.sqrt() * amperes * values.one("l") / 1000.0 * ohm_per_km;
        volts / (values.one("U") * 1000.0) * 100.0
    },
};

static LOSS: Formula = Formula {
    id: "cable.loss",
    quantity: "Losses at full load",
    unit: "kW",
    expression: "P = 3 · (I / n)² · n · R · l",
    source: "Joule's law at the resistance of the operating temperature",
    evaluate: |values| {
        let amperes = values.one("I");
        let ohms = values.one("R") / 1000.0 * values.one("l");
        3.0 * amperes * amperes / values.one("n") * ohms / 1000.0
    },
};

static METRES: Formula = Formula {
    id: "cable.metres",
    quantity: "Circuit length in all",
    unit: "m",
    expression: "l_n = n · l",
    source: "circuits side by side, each of the same length",
    evaluate: |values| values.one("n") * values.one("l"),
};

static ENDS: Formula = Formula {
    id: "cable.ends",
    quantity: "Circuit ends",
    unit: "",
    expression: "E = 2 · n",
    source: "each circuit is terminated at both ends",
    evaluate: |values| 2.0 * values.one("n"),
};

/// Circuits of which each carries `each_a` that together carry a current.
fn least_circuits(current_a: f64, each_a: f64) -> f64 {
    // A hair of tolerance, for a current that fills its circuits exactly.
    (current_a / each_a - 1e-9).ceil().max(1.0)
}

impl Explainer<'_> {
    pub(super) fn route(&self, index: usize, connection: &Connection) -> Explanation {
        let passed = self.trenches_of.get(index).into_iter().flatten();
        let trenches = passed.filter_map(|&trench| self.report.trenches.get(trench));
        let inputs = trenches.map(|trench| trench_length("L_t", trench)).collect();
        Explanation::new(subject_of(connection), &ROUTE, connection.length_m, inputs)
    }

    pub(super) fn cable(&self, connection: &Connection, sizing: &CableSizing) -> Vec<Explanation> {
        let current = self.current(connection, sizing);
        let grouping = self.grouping(connection, sizing);
        let length = self.circuit_length(connection, sizing);
        let mut out = Vec::new();
        if let Some(row) = cable::of_item(self.catalogue, connection.service, &sizing.item) {
            let circuits = self.circuits(connection, sizing, row, (&current, &grouping));
            let ampacity = self.ampacity(connection, sizing, row, (&circuits, &grouping));
            let loaded = vec![Input::explained("I", &current), Input::explained("I_t", &ampacity)];
            let loading = 100.0 * sizing.current_a / sizing.ampacity_a;
            out.push(self.voltage_drop(connection, sizing, row, [&current, &circuits, &length]));
            out.push(loss(connection, sizing, row, [&current, &circuits, &length]));
            out.push(Explanation::new(subject_of(connection), &LOADING, loading, loaded));
            out.extend([circuits, ampacity]);
        }
        out.extend([current, grouping, length]);
        out.push(self.cable_metres(connection, sizing));
        out.push(self.cable_ends(connection, sizing));
        out
    }

    /// Line voltage of a power service.
    pub(super) fn voltage(&self, service: Service) -> Input {
        match service {
            Service::MvPower => rule!(self, "U", mv_voltage_kv, "kV"),
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => rule!(self, "U", lv_voltage_kv, "kV"),
        }
    }

    fn current(&self, connection: &Connection, sizing: &CableSizing) -> Explanation {
        let inputs = vec![self.load("S", connection), self.voltage(connection.service)];
        Explanation::new(subject_of(connection), &CURRENT, sizing.current_a, inputs)
    }

    fn grouping(&self, connection: &Connection, sizing: &CableSizing) -> Explanation {
        let count = sizing.circuits_in_trench;
        let settled = (
            format!("settled.{}.circuits_in_trench", connection.id),
            "loaded circuits the cables are sized for in their fullest trench",
        );
        let origin = ("settled with everything in its trenches", Confidence::Computed);
        let factor = self.catalogue.rules.grouping_factor(count);
        let name = format!("factor for {count} circuits");
        let table = ("grouping table of the rule set", Confidence::Computed);
        let inputs = vec![
            Input::plain("N", settled, (f64::from(count), ""), origin),
            Input::plain("k(N)", (format!("rule.grouping.{count}"), &name), (factor, ""), table),
        ];
        Explanation::new(subject_of(connection), &GROUPING, sizing.grouping, inputs)
    }

    fn circuits(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        row: &Cable,
        (current, grouping): (&Explanation, &Explanation),
    ) -> Explanation {
        let soil = self.catalogue.rules.soil_temperature_factor();
        let each = row.ampacity_a * soil * sizing.grouping;
        let beyond = f64::from(sizing.circuits) - least_circuits(sizing.current_a, each);
        let settled = (
            format!("settled.{}.circuits_beyond", connection.id),
            "circuits beyond those, for voltage drop, losses or company in the trench",
        );
        let inputs = vec![
            Input::explained("I", current),
            rating(sizing, row),
            rule!(self, "θ", soil_temperature_c, "°C"),
            Input::explained("k_g", grouping),
            Input::plain("e", settled, (beyond, ""), (SETTLED, Confidence::Computed)),
        ];
        let count = f64::from(sizing.circuits);
        Explanation::new(subject_of(connection), &CIRCUITS, count, inputs)
    }

    fn ampacity(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        row: &Cable,
        (circuits, grouping): (&Explanation, &Explanation),
    ) -> Explanation {
        let inputs = vec![
            Input::explained("n", circuits),
            rating(sizing, row),
            rule!(self, "θ", soil_temperature_c, "°C"),
            Input::explained("k_g", grouping),
        ];
        Explanation::new(subject_of(connection), &AMPACITY, sizing.ampacity_a, inputs)
    }

    fn circuit_length(&self, connection: &Connection, sizing: &CableSizing) -> Explanation {
        let inputs = self.allowances(connection);
        Explanation::new(subject_of(connection), &LENGTH, sizing.circuit_m, inputs)
    }

    /// What the length of a cable or trunk is computed from.
    pub(super) fn allowances(&self, connection: &Connection) -> Vec<Input> {
        vec![
            route_figure("L", connection),
            rule!(self, "f", cable_route_factor, ""),
            rule!(self, "a", cable_end_allowance_m, "m"),
        ]
    }

    /// How far to trust the length of a cable or trunk.
    pub(super) fn trust_length(&self) -> Confidence {
        let rules = &self.catalogue.rules;
        let allowances = [&rules.cable_route_factor, &rules.cable_end_allowance_m];
        weakest(allowances.map(|figure| figure.source.confidence))
    }

    fn voltage_drop(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        row: &Cable,
        figures: [&Explanation; 3],
    ) -> Explanation {
        let mut inputs = electrical(sizing, row, figures);
        let reactance = ((row.x_ohm_per_km, "Ω/km"), "x_ohm_per_km", "reactance");
        inputs.push(of_table("X", sizing, row, reactance));
        inputs.push(rule!(self, "cos φ", power_factor, ""));
        inputs.push(self.voltage(connection.service));
        Explanation::new(subject_of(connection), &DROP, sizing.drop_percent, inputs)
    }

    /// The circuits of a connection as an input.
    pub(super) fn circuit_count(
        &self,
        symbol: &'static str,
        connection: &Connection,
        sizing: &CableSizing,
    ) -> Input {
        let amount = (f64::from(sizing.circuits), self.trust_circuits(connection, sizing));
        Input::figure(symbol, &subject_of(connection), &CIRCUITS, amount)
    }

    /// How far to trust the number of circuits.
    fn trust_circuits(&self, connection: &Connection, sizing: &CableSizing) -> Confidence {
        let Some(row) = cable::of_item(self.catalogue, connection.service, &sizing.item) else {
            return Confidence::Assumption;
        };
        let soil = self.catalogue.rules.soil_temperature_c.source.confidence;
        let voltage = self.voltage(connection.service).confidence;
        weakest([self.trust_load(connection), voltage, row.confidence, soil])
    }

    /// The metres of circuit of a connection.
    pub(super) fn cable_metres(&self, at: &Connection, sizing: &CableSizing) -> Explanation {
        let length = (sizing.circuit_m, self.trust_length());
        let inputs = vec![
            self.circuit_count("n", at, sizing),
            Input::figure("l", &subject_of(at), &LENGTH, length),
        ];
        let metres = f64::from(sizing.circuits) * sizing.circuit_m;
        Explanation::new(subject_of(at), &METRES, metres, inputs)
    }

    /// The circuit ends of a connection.
    pub(super) fn cable_ends(&self, at: &Connection, sizing: &CableSizing) -> Explanation {
        let inputs = vec![self.circuit_count("n", at, sizing)];
        Explanation::new(subject_of(at), &ENDS, 2.0 * f64::from(sizing.circuits), inputs)
    }

    /// The losses of a connection, where its cable is in the table.
    pub(super) fn cable_loss(&self, at: &Connection, sizing: &CableSizing) -> Option<Explanation> {
        self.cable(at, sizing).into_iter().find(|figure| figure.formula.id == LOSS.id)
    }
}

fn loss(
    connection: &Connection,
    sizing: &CableSizing,
    row: &Cable,
    figures: [&Explanation; 3],
) -> Explanation {
    let inputs = electrical(sizing, row, figures);
    Explanation::new(subject_of(connection), &LOSS, sizing.loss_kw, inputs)
}

/// Current, circuits, length and resistance.
fn electrical(
    sizing: &CableSizing,
    row: &Cable,
    [current, circuits, length]: [&Explanation; 3],
) -> Vec<Input> {
    let resistance = ((row.r_ohm_per_km, "Ω/km"), "r_ohm_per_km", "resistance when hot");
    vec![
        Input::explained("I", current),
        Input::explained("n", circuits),
        Input::explained("l", length),
        of_table("R", sizing, row, resistance),
    ]
}

fn rating(sizing: &CableSizing, row: &Cable) -> Input {
    let rating = ((row.ampacity_a, "A"), "ampacity_a", "rating of one circuit alone in the ground");
    of_table("I_z", sizing, row, rating)
}

/// A figure of the cable table.
fn of_table(
    symbol: &'static str,
    sizing: &CableSizing,
    row: &Cable,
    (amount, column, name): ((f64, &str), &str, &str),
) -> Input {
    let key = format!("cable.{}.{column}", sizing.item);
    Input::plain(symbol, (key, name), amount, (&row.source, row.confidence))
}

/// The route of a connection as an input.
pub(super) fn route_figure(symbol: &'static str, connection: &Connection) -> Input {
    let length = (connection.length_m, Confidence::Computed);
    Input::figure(symbol, &subject_of(connection), &ROUTE, length)
}
