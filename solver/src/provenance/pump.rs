//! The pumps of pipe networks: flow, head, power and motors.

use super::inputs::rule;
use super::water::{SHARE_FLOW, SHARE_LOSS, water};
use super::{Explainer, Explanation, Formula, Input, Subject, subject_of, weakest};
use crate::report::{Connection, PipeSizing, PumpSet, Sizing};
use crate::size::equipment;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 5] = [&PUMP_FLOW, &HEAD, &POWER, &MOTOR, &UNITS];

static PUMP_FLOW: Formula = Formula {
    id: "pump.flow",
    quantity: "Flow of the network",
    unit: "kg/s",
    expression: "q_m = Σ q_i",
    source: "everything the supply serves, all at once",
    evaluate: |values| values.sum("q_i"),
};

static HEAD: Formula = Formula {
    id: "pump.head",
    quantity: "Differential pressure",
    unit: "kPa",
    expression: "H = p_t + max Δp_i",
    source: "the connection with the most friction on the way sets the head",
    evaluate: |values| values.one("p_t") + values.each("Δp_i").fold(0.0, f64::max),
};

static POWER: Formula = Formula {
    id: "pump.power",
    quantity: "Electrical power at duty",
    unit: "kW",
    expression: "P = q_m / ρ(θ + ΔT / 2) · H / η",
    source: "hydraulic power over the efficiency of pump, motor and drive",
    evaluate: |values| {
        values.one("q_m") / water(values).density * values.one("H") / values.one("η")
    },
};

static MOTOR: Formula = Formula {
    id: "pump.motor",
    quantity: "Motor rating of one pump",
    unit: "kW",
    expression: "P_m = least rating ≥ P / n",
    source: "IEC 60072-1 ratings, as few pumps on duty as the largest allows, at least two",
    evaluate: |values| equipment::pumps(values.one("P")).motor_kw,
};

static UNITS: Formula = Formula {
    id: "pump.units",
    quantity: "Pumps",
    unit: "",
    expression: "N = n + 1",
    source: "pumps on duty, at least two, and one spare",
    evaluate: |values| f64::from(equipment::pumps(values.one("P")).units),
};

impl Explainer<'_> {
    pub(super) fn pumps(&self, pumps: &PumpSet) -> Vec<Explanation> {
        let subject = || subject_of_pumps(pumps);
        let served: Vec<_> = self.served_by(pumps).collect();
        let flows = served.iter().map(|(_, connection, sizing)| {
            let rise = self.catalogue.rules.water_delta_k.source.confidence;
            let trust = weakest([self.trust_load(connection), rise]);
            Input::figure("q_i", &subject_of(connection), &SHARE_FLOW, (sizing.flow_kg_s, trust))
        });
        let flow = Explanation::new(subject(), &PUMP_FLOW, pumps.flow_kg_s, flows.collect());
        let mut pressures = vec![rule!(self, "p_t", terminal_loss_kpa, "kPa")];
        pressures.extend(served.iter().map(|&(index, connection, sizing)| {
            let loss = (sizing.path_loss_kpa, self.trust_way(index));
            Input::figure("Δp_i", &subject_of(connection), &SHARE_LOSS, loss)
        }));
        let head = Explanation::new(subject(), &HEAD, pumps.head_kpa, pressures);
        let duty = vec![
            Input::explained("q_m", &flow),
            rule!(self, "θ", water_supply_c, "°C"),
            rule!(self, "ΔT", water_delta_k, "K"),
            Input::explained("H", &head),
            rule!(self, "η", pump_efficiency, ""),
        ];
        let power = Explanation::new(subject(), &POWER, pumps.power_kw, duty);
        let drawn = || vec![Input::explained("P", &power)];
        let motor = Explanation::new(subject(), &MOTOR, pumps.motor_kw, drawn());
        let units = Explanation::new(subject(), &UNITS, f64::from(pumps.units), drawn());
        vec![flow, head, power, motor, units]
    }

    /// The number of pumps as an input.
    pub(super) fn pump_count(&self, symbol: &'static str, pumps: &PumpSet) -> Input {
        let trust = self.trust_duty(pumps);
        Input::figure(symbol, &subject_of_pumps(pumps), &UNITS, (f64::from(pumps.units), trust))
    }

    /// The flow of a pump set as an input.
    pub(super) fn pump_flow(&self, symbol: &'static str, pumps: &PumpSet) -> Input {
        let rise = self.catalogue.rules.water_delta_k.source.confidence;
        let loads = self.served_by(pumps).map(|(_, connection, _)| self.trust_load(connection));
        let trust = weakest(loads.chain([rise]));
        Input::figure(symbol, &subject_of_pumps(pumps), &PUMP_FLOW, (pumps.flow_kg_s, trust))
    }

    /// The head of a pump set as an input.
    pub(super) fn head(&self, symbol: &'static str, pumps: &PumpSet) -> Input {
        let amount = (pumps.head_kpa, self.trust_head(pumps));
        Input::figure(symbol, &subject_of_pumps(pumps), &HEAD, amount)
    }

    /// The connections of a pump set with their positions in the report.
    fn served_by(
        &self,
        pumps: &PumpSet,
    ) -> impl Iterator<Item = (usize, &Connection, &PipeSizing)> {
        let own = move |connection: &Connection| {
            connection.service == pumps.service && connection.supply.as_ref() == Some(&pumps.supply)
        };
        let connections = self.report.connections.iter().enumerate();
        connections.filter(move |(_, connection)| own(connection)).filter_map(
            |(index, connection)| match &connection.sizing {
                Some(Sizing::Pipe(sizing)) => Some((index, connection, sizing)),
                Some(Sizing::Cable(_) | Sizing::Data(_)) | None => None,
            },
        )
    }

    fn trust_head(&self, pumps: &PumpSet) -> Confidence {
        let terminal = self.catalogue.rules.terminal_loss_kpa.source.confidence;
        weakest(self.served_by(pumps).map(|(index, ..)| self.trust_way(index)).chain([terminal]))
    }

    /// How far to trust the power of a pump set and what follows from it.
    fn trust_duty(&self, pumps: &PumpSet) -> Confidence {
        let rules = &self.catalogue.rules;
        let own = [&rules.water_supply_c, &rules.water_delta_k, &rules.pump_efficiency];
        let flow = self.pump_flow("q_m", pumps).confidence;
        weakest(own.map(|it| it.source.confidence)).max(self.trust_head(pumps)).max(flow)
    }
}

fn subject_of_pumps(pumps: &PumpSet) -> Subject {
    Subject::Pumps(pumps.supply.clone(), pumps.service)
}
