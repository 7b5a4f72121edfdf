//! What the network costs over the horizon, its bound, and the total of the bill.

use super::inputs::rule;
use super::{Explainer, Explanation, Formula, Input, Subject, Values, weakest};
use crate::physics::hydraulics::Fluid;
use crate::report::{BoqGroup, BoqRow, NetworkCost, Sizing};
use crate::size::{cable, fibre};
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 8] =
    [&FIRST, &WATT, &RUNNING, &LIFETIME, &BOUND, &GAP, &FIXED, &BILL];

static FIRST: Formula = Formula {
    id: "network.first",
    quantity: "First cost of the network",
    unit: "EUR",
    expression: "C_0 = Σ C_i",
    source: "rows of the bill for trenches, cables, pipes and laying",
    evaluate: |values| values.sum("C_i"),
};

static WATT: Formula = Formula {
    id: "network.watt",
    quantity: "Present value of a watt lost at full load",
    unit: "EUR/W",
    expression: "w = 8.76 · e · (1 − (1 + r)^−N) / r · (0.15 · m + 0.85 · m²)",
    source: "annuity over the horizon; losses follow the square of the load, blended as is common",
    evaluate: |values| {
        let (rate, years) = (values.one("r"), values.one("N"));
        let annuity =
            if rate < 1e-9 { years } else { (1.0 - libm::pow(1.0 + rate, -years)) / rate };
        let mean = values.one("m");
        8.76 * values.one("e") * annuity * (0.15 * mean + 0.85 * mean * mean)
    },
};

static RUNNING: Formula = Formula {
    id: "network.running",
    quantity: "Running cost of the network",
    unit: "EUR",
    expression: "C_r = 1000 · w · (Σ P_i + Σ q_m / ρ(θ + ΔT / 2) · (H − p_t) / η)",
    source: "present value of cable losses and of pumping against friction",
    evaluate: |values| {
        let density = Fluid::water(values.one("θ") + values.one("ΔT") / 2.0).density;
        let terminal = values.one("p_t");
        let pumping = values.each("q_m").zip(values.each("H")).fold(0.0, |sum, (flow, head)| {
            sum + flow / density * (head - terminal) / values.one("η")
        });
        1000.0 * values.one("w") * (values.sum("P_i") + pumping)
    },
};

static LIFETIME: Formula = Formula {
    id: "network.lifetime",
    quantity: "Network over the horizon",
    unit: "EUR",
    expression: "C = C_0 + C_r",
    source: "first cost and present value of running cost",
    evaluate: |values| values.one("C_0") + values.one("C_r"),
};

static BOUND: Formula = Formula {
    id: "network.bound",
    quantity: "Least possible cost",
    unit: "EUR",
    expression: "B = min(B_d, C)",
    source: "dual ascent and Lagrangian prices: no network for these containers costs less",
    evaluate: |values| values.one("B_d").clamp(0.0, values.one("C").max(0.0)),
};

static GAP: Formula = Formula {
    id: "network.gap",
    quantity: "Gap",
    unit: "%",
    expression: "G = 100 · (C − B) / C",
    source: "how far the plan can be above the least possible cost, as a share of its own",
    evaluate: |values| {
        let cost = values.one("C");
        if cost <= 0.0 { 0.0 } else { (100.0 * (cost - values.one("B")) / cost).max(0.0) }
    },
};

static FIXED: Formula = Formula {
    id: "network.fixed",
    quantity: "Cost no route can change",
    unit: "EUR",
    expression: "C_f = Σ q_i · p_i + w · P_e",
    source: "ends, and cable in verticals and slack with what it loses",
    evaluate: fixed,
};

static BILL: Formula = Formula {
    id: "bill.total",
    quantity: "Bill of quantities",
    unit: "EUR",
    expression: "C_b = Σ C_i",
    source: "all rows with a price",
    evaluate: |values| values.sum("C_i"),
};

fn fixed(values: &Values<'_>) -> f64 {
    values.products("q_i", "p_i") + values.one("w") * values.one("P_e")
}

impl Explainer<'_> {
    pub(super) fn network(&self) -> Vec<Explanation> {
        let report = self.report;
        let cost = &report.cost;
        let explained =
            |formula, value, inputs| Explanation::new(Subject::Network, formula, value, inputs);
        let first = explained(&FIRST, cost.first_eur, self.totals(is_of_network));
        let watt = explained(&WATT, self.watt_eur(), self.money_rules());
        let running = explained(&RUNNING, cost.running_eur, self.running(&watt));
        let parts = vec![Input::explained("C_0", &first), Input::explained("C_r", &running)];
        let lifetime = explained(&LIFETIME, cost.lifetime_eur, parts);
        let bound = explained(&BOUND, cost.bound_eur, self.bound(cost, &lifetime));
        let pair = vec![Input::explained("C", &lifetime), Input::explained("B", &bound)];
        let gap = explained(&GAP, 100.0 * cost.gap(), pair);
        let fixed = explained(&FIXED, cost.fixed_eur, self.fixed_parts(&watt));
        let bill = explained(&BILL, report.boq_total().euros(), self.totals(|_| true));
        vec![lifetime, first, running, bound, gap, fixed, watt, bill]
    }

    /// The totals of some rows of the bill.
    pub(super) fn totals(&self, counts: impl Fn(&BoqRow) -> bool) -> Vec<Input> {
        let rows = self.report.boq.iter().filter(|row| counts(row));
        rows.filter_map(|row| self.row_total("C_i", row)).collect()
    }

    fn watt_eur(&self) -> f64 {
        self.catalogue.rules.euros_per_watt() * self.catalogue.rules.loss_share()
    }

    fn money_rules(&self) -> Vec<Input> {
        vec![
            rule!(self, "e", energy_eur_per_kwh, "EUR/kWh"),
            rule!(self, "r", discount_rate, "1/a"),
            rule!(self, "N", horizon_years, "a"),
            rule!(self, "m", mean_load_share, ""),
        ]
    }

    fn running(&self, watt: &Explanation) -> Vec<Input> {
        let mut inputs = vec![
            Input::explained("w", watt),
            rule!(self, "θ", water_supply_c, "°C"),
            rule!(self, "ΔT", water_delta_k, "K"),
            rule!(self, "p_t", terminal_loss_kpa, "kPa"),
            rule!(self, "η", pump_efficiency, ""),
        ];
        for connection in &self.report.connections {
            if let Some(Sizing::Cable(sizing)) = &connection.sizing
                && let Some(loss) = self.cable_loss(connection, sizing)
            {
                inputs.push(Input::explained("P_i", &loss));
            }
        }
        for pumps in &self.report.pumps {
            inputs.push(self.pump_flow("q_m", pumps));
            inputs.push(self.head("H", pumps));
        }
        inputs
    }

    fn bound(&self, cost: &NetworkCost, lifetime: &Explanation) -> Vec<Input> {
        let search = &self.report.search;
        let method = search.bound_method.as_str();
        let method = if method.is_empty() { "none" } else { method };
        // A plan that leaves something out may cost less than any that does not.
        let proved = if self.report.is_complete() { cost.bound_eur } else { 0.0 };
        let name = ("search.bound".to_owned(), "best bound proved");
        let origin = (method, Confidence::Computed);
        vec![Input::plain("B_d", name, (proved, "EUR"), origin), Input::explained("C", lifetime)]
    }

    /// Quantities and prices of what every connection needs whatever its route.
    fn fixed_parts(&self, watt: &Explanation) -> Vec<Input> {
        let allowance = self.catalogue.rules.cable_end_allowance_m.value;
        let mut inputs = vec![Input::explained("w", watt)];
        let mut lost_w = 0.0;
        let mut trust = weakest([self.catalogue.rules.cable_end_allowance_m.source.confidence]);
        for connection in &self.report.connections {
            let parts = match &connection.sizing {
                Some(Sizing::Cable(sizing)) => {
                    let (lay, end) = cable::labour_items(connection.service);
                    let count = f64::from(sizing.circuits);
                    if let Some(loss) = self.cable_loss(connection, sizing) {
                        lost_w += loss.value * 1000.0 / sizing.circuit_m * allowance;
                        trust = trust.max(loss.confidence);
                    }
                    let metres = count * allowance;
                    vec![
                        (2.0 * count, end.to_owned()),
                        (metres, lay.to_owned()),
                        (metres, sizing.item.clone()),
                    ]
                }
                Some(Sizing::Data(sizing)) => {
                    let (trunk, end) = fibre::items(sizing.trunk_fibres);
                    let count = f64::from(sizing.trunks);
                    let metres = count * allowance;
                    vec![(2.0 * count, end), (metres, trunk), (metres, "lay-fibre".to_owned())]
                }
                Some(Sizing::Pipe(_)) => vec![(1.0, "pipe-end".to_owned())],
                None => Vec::new(),
            };
            for (quantity, item) in parts {
                let key = format!("fixed.{}.{item}", connection.id);
                let name = format!("{item} of {}", connection.id);
                let origin = ("ends, verticals and slack", Confidence::Computed);
                inputs.push(Input::plain("q_i", (key, &name), (quantity, ""), origin));
                inputs.push(self.price("p_i", &item));
            }
        }
        let name = ("fixed.losses_w".to_owned(), "losses in verticals and slack");
        let origin = ("losses of each circuit by the share of its length", trust);
        inputs.push(Input::plain("P_e", name, (lost_w, "W"), origin));
        inputs
    }
}

/// Whether routing decides about a row.
fn is_of_network(row: &BoqRow) -> bool {
    match row.group {
        BoqGroup::Trench | BoqGroup::Cable | BoqGroup::Pipe | BoqGroup::Laying => true,
        BoqGroup::Equipment | BoqGroup::Optics | BoqGroup::Fabric | BoqGroup::Spares => false,
    }
}
