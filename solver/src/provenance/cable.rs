//! Routes, and the cables of power connections.

use super::inputs::{SETTLED, rule};
use super::trench::trench_length;
use super::{Explainer, Explanation, Formula, Input, subject_of, weakest};
use crate::catalogue::construction::Construction;
use crate::catalogue::module::Service;
use crate::report::{CableSizing, Connection};
use crate::size::cable;
use crate::size::rating::Thermal;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 12] = [
    &ROUTE, &CURRENT, &ALONE, &GROUPING, &CIRCUITS, &AMPACITY, &LOADING, &LENGTH, &DROP, &LOSS,
    &METRES, &ENDS,
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

static ALONE: Formula = Formula {
    id: "cable.alone",
    quantity: "Rating of one circuit alone in the ground",
    unit: "A",
    expression: "I_1 = √((90 − θ_s − W · (T1 / 2 + T_x)) / (R / 1000 · (T1 + (1 + λ) · T_x))), \
                 T_x = 1.6 · T3 + 1.5 / π · ρ · (ln(4 · L / D) − 0.63)",
    source: "IEC 60287-1-1 and -2-1, single cores in touching trefoil",
    evaluate: |values| {
        let depth_by_diameter = values.one("L") / values.one("D");
        let around = libm::log(4.0 * depth_by_diameter) - 0.63;
        let beyond = 1.6 * values.one("T3") + 1.5 / std::f64::consts::PI * values.one("ρ") * around;
        let (insulation, loss) = (values.one("T1"), values.one("W"));
        let left = 90.0 - values.one("θ_s") - loss * (insulation / 2.0 + beyond);
        let each = values.one("R") / 1000.0 * (insulation + (1.0 + values.one("λ")) * beyond);
        (left / each).max(0.0).sqrt()
    },
};

static GROUPING: Formula = Formula {
    id: "cable.grouping",
    quantity: "Rated in company by rated alone",
    unit: "",
    expression: "k_g = I_t / (n · I_1)",
    source: "what neighbours and warm pipes leave of the rating",
    evaluate: |values| values.one("I_t") / (values.one("n") * values.one("I_1")),
};

static CIRCUITS: Formula = Formula {
    id: "cable.circuits",
    quantity: "Circuits",
    unit: "",
    expression: "n = ⌈I / (I_1 · k_g)⌉ + e",
    source: "as many as carry the current, and more where losses, voltage drop or short circuit \
             ask for them",
    evaluate: |values| {
        least_circuits(values.one("I"), values.one("I_1") * values.one("k_g"))
            + values.one("e").max(0.0)
    },
};

static AMPACITY: Formula = Formula {
    id: "cable.ampacity",
    quantity: "Rating in this trench",
    unit: "A",
    expression: "I_t = min(I · √((90 − θ_s − Δ_d − Δ_n − Δ_p) / Δ_o), I_a)",
    source: "IEC 60287-1-1 and -2-1 with mutual heating by images: what the heat of neighbours \
             and pipes leaves to the circuits, and no more than they carry in air at their ends",
    evaluate: |values| {
        let heat = values.one("Δ_d") + values.one("Δ_n") + values.one("Δ_p");
        let left = (90.0 - values.one("θ_s") - heat).max(0.0);
        let in_ground = values.one("I") * (left / values.one("Δ_o")).sqrt();
        in_ground.min(values.one("I_a"))
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
        let ampacity = self.ampacity(connection, sizing, &current);
        let length = self.circuit_length(connection, sizing);
        let mut out = Vec::new();
        if let Some(cable) = cable::of_item(self.catalogue, &sizing.item) {
            let alone = self.alone(connection, sizing, cable);
            let grouping = self.grouping(connection, sizing, (&ampacity, &alone));
            let circuits = Self::circuits(connection, sizing, [&current, &alone, &grouping]);
            out.push(self.voltage_drop(connection, sizing, cable, [&current, &circuits, &length]));
            out.push(loss(connection, sizing, cable, [&current, &circuits, &length]));
            out.extend([alone, grouping, circuits]);
        }
        let loaded = vec![Input::explained("I", &current), Input::explained("I_t", &ampacity)];
        let loading = 100.0 * sizing.current_a / sizing.ampacity_a;
        out.push(Explanation::new(subject_of(connection), &LOADING, loading, loaded));
        out.extend([ampacity, current, length]);
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

    fn alone(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        cable: &Construction,
    ) -> Explanation {
        let thermal = Thermal::new(cable);
        let figures = [
            ("R", "resistance", "resistance at 90 °C", (thermal.resistance * 1000.0, "Ω/km")),
            ("T1", "t1", "thermal resistance of the insulation", (thermal.insulation, "K m/W")),
            ("T3", "t3", "thermal resistance of the sheath", (thermal.sheath, "K m/W")),
            ("W", "dielectric", "dielectric loss of a core", (thermal.dielectric, "W/m")),
            ("λ", "screen", "loss in the screen by that in the core", (thermal.screen_loss, "")),
            ("D", "outer", "outer diameter", (thermal.outer_m, "m")),
        ];
        let mut inputs: Vec<Input> = figures
            .map(|(symbol, column, name, amount)| of_build(symbol, cable, (column, name), amount))
            .into();
        inputs.push(rule!(self, "θ_s", soil_temperature_c, "°C"));
        inputs.push(rule!(self, "ρ", soil_k_m_per_w, "K m/W"));
        inputs.push(match connection.service {
            Service::MvPower => rule!(self, "L", mv_cable_depth_m, "m"),
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => rule!(self, "L", lv_cable_depth_m, "m"),
        });
        Explanation::new(subject_of(connection), &ALONE, sizing.alone_a, inputs)
    }

    fn ampacity(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        current: &Explanation,
    ) -> Explanation {
        let warmed = |symbol, column: &str, name: &str, amount| {
            let key = (format!("settled.{}.{column}", connection.id), name);
            Input::plain(symbol, key, amount, (sizing.method, sizing.confidence))
        };
        let inputs = vec![
            Input::explained("I", current),
            rule!(self, "θ_s", soil_temperature_c, "°C"),
            warmed("Δ_o", "own_k", "rise by the circuits' own current", (sizing.own_k, "K")),
            warmed("Δ_d", "dielectric_k", "rise by dielectric loss", (sizing.dielectric_k, "K")),
            warmed("Δ_n", "neighbours_k", "rise by other circuits", (sizing.neighbours_k, "K")),
            warmed("Δ_p", "pipes_k", "rise by warm pipes", (sizing.pipes_k, "K")),
            warmed("I_a", "air_a", "carried on a ladder in air at the ends", (sizing.air_a, "A")),
        ];
        Explanation::new(subject_of(connection), &AMPACITY, sizing.ampacity_a, inputs)
    }

    fn grouping(
        &self,
        connection: &Connection,
        sizing: &CableSizing,
        (ampacity, alone): (&Explanation, &Explanation),
    ) -> Explanation {
        let inputs = vec![
            Input::explained("I_t", ampacity),
            self.circuit_count("n", connection, sizing),
            Input::explained("I_1", alone),
        ];
        Explanation::new(subject_of(connection), &GROUPING, sizing.grouping, inputs)
    }

    fn circuits(
        connection: &Connection,
        sizing: &CableSizing,
        [current, alone, grouping]: [&Explanation; 3],
    ) -> Explanation {
        let each = sizing.alone_a * sizing.grouping;
        let beyond = f64::from(sizing.circuits) - least_circuits(sizing.current_a, each);
        let settled = (
            format!("settled.{}.circuits_beyond", connection.id),
            "circuits beyond those, for voltage drop, losses, short circuit or company",
        );
        let inputs = vec![
            Input::explained("I", current),
            Input::explained("I_1", alone),
            Input::explained("k_g", grouping),
            Input::plain("e", settled, (beyond, ""), (SETTLED, Confidence::Computed)),
        ];
        let count = f64::from(sizing.circuits);
        Explanation::new(subject_of(connection), &CIRCUITS, count, inputs)
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
        cable: &Construction,
        figures: [&Explanation; 3],
    ) -> Explanation {
        let mut inputs = electrical(cable, figures);
        let reactance = (Thermal::new(cable).reactance * 1000.0, "Ω/km");
        inputs.push(of_build("X", cable, ("reactance", "reactance"), reactance));
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
        let soil = self.catalogue.rules.soil_temperature_c.source.confidence;
        let voltage = self.voltage(connection.service).confidence;
        weakest([self.trust_load(connection), voltage, sizing.confidence, soil])
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
    cable: &Construction,
    figures: [&Explanation; 3],
) -> Explanation {
    let inputs = electrical(cable, figures);
    Explanation::new(subject_of(connection), &LOSS, sizing.loss_kw, inputs)
}

/// Current, circuits, length and resistance.
fn electrical(cable: &Construction, [current, circuits, length]: [&Explanation; 3]) -> Vec<Input> {
    let resistance = (Thermal::new(cable).resistance * 1000.0, "Ω/km");
    vec![
        Input::explained("I", current),
        Input::explained("n", circuits),
        Input::explained("l", length),
        of_build("R", cable, ("resistance", "resistance at 90 °C"), resistance),
    ]
}

/// A figure that follows from the build of a cable.
fn of_build(
    symbol: &'static str,
    cable: &Construction,
    (column, name): (&str, &str),
    amount: (f64, &str),
) -> Input {
    let key = format!("cable.{}.{column}", cable::item_of(cable));
    Input::plain(symbol, (key, name), amount, (&cable.source, cable.confidence))
}

/// The route of a connection as an input.
pub(super) fn route_figure(symbol: &'static str, connection: &Connection) -> Input {
    let length = (connection.length_m, Confidence::Computed);
    Input::figure(symbol, &subject_of(connection), &ROUTE, length)
}
