//! Trenches: length, width, depth, what is dug out and what that costs.

use std::collections::BTreeMap;

use super::inputs::{PLANNED, legs, rule};
use super::{Explainer, Explanation, Formula, Input, Subject, Values, weakest};
use crate::catalogue::module::Service;
use crate::report::{CableSizing, Connection, PipeRun, Sizing, Supply, Trench};
use crate::size::{cable, pipe};
use crate::units::{Cents, Confidence};

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 8] =
    [&LENGTH, &WIDTH, &FILLING, &DEPTH, &VOLUME, &METRES, &AREA, &COST];

static LENGTH: Formula = Formula {
    id: "trench.length",
    quantity: "Length of the trench",
    unit: "m",
    expression: "L = Σ s",
    source: "legs of its line on the plan",
    evaluate: |values| values.sum("s"),
};

static WIDTH: Formula = Formula {
    id: "trench.width",
    quantity: "Width of the trench",
    unit: "mm",
    expression: "w = max(w_min, ⌈(Σ n · p + Σ t / (k · h) · p_d + Σ w_p + (D − 1) · g + 2 · m) / Δ⌉ · Δ)",
    source: "circuits n, trunks t in stacked ducts and pipe pairs w_p beside each other, with \
             gaps between D disciplines and bedding at both walls, in the steps that are dug",
    evaluate: width,
};

static FILLING: Formula = Formula {
    id: "trench.filling",
    quantity: "Filling of the trench",
    unit: "%",
    expression: "f = 100 · w / w_max",
    source: "width over the widest that fits",
    evaluate: |values| 100.0 * values.one("w") / values.one("w_max").max(1.0),
};

static DEPTH: Formula = Formula {
    id: "trench.depth",
    quantity: "Depth of the trench",
    unit: "mm",
    expression: "h = c + max h_i + b",
    source: "cover, the tallest of what lies inside, and bedding below it",
    evaluate: |values| values.one("c") + values.each("h_i").fold(0.0, f64::max) + values.one("b"),
};

static VOLUME: Formula = Formula {
    id: "trench.volume",
    quantity: "Excavation",
    unit: "m³",
    expression: "V = L · w · h",
    source: "vertical walls; slopes and working space of shoring come on top",
    evaluate: |values| values.one("L") * values.one("w") * values.one("h") / 1e6,
};

static METRES: Formula = Formula {
    id: "trench.metres",
    quantity: "Trench in prepared soil",
    unit: "m",
    expression: "L_s = L · φ",
    source: "harder ground counts as more metres of prepared soil",
    evaluate: |values| values.one("L") * values.one("φ"),
};

static AREA: Formula = Formula {
    id: "trench.area",
    quantity: "Trench area in prepared soil",
    unit: "m²",
    expression: "A = L · φ · w",
    source: "harder ground counts as more area of prepared soil",
    evaluate: |values| values.one("L") * values.one("φ") * (values.one("w") / 1000.0),
};

static COST: Formula = Formula {
    id: "trench.cost",
    quantity: "Cost of digging",
    unit: "EUR",
    expression: "C = o · (L · φ · (a + b · w) + X · c / 2)",
    source: "prices of the price book; X counts entering and leaving a road, o is 0 where open",
    evaluate: |values| {
        let per_m = values.one("b").mul_add(values.one("w") / 1000.0, values.one("a"));
        let roads = values.one("X") * (values.one("c") / 2.0);
        let dug = values.one("L") * values.one("φ") * per_m + roads;
        Cents::from_euros(values.one("o") * dug).euros()
    },
};

/// Width that is dug for contents, mm.
fn width(values: &Values<'_>) -> f64 {
    let least = values.one("w_min");
    let disciplines = values.one("D");
    if disciplines < 0.5 {
        return least;
    }
    let circuits = values.each("n").fold(0.0, |sum, count| sum + count * values.one("p"));
    let stack = values.one("k") * values.one("h");
    let trunks = values.each("t").fold(0.0, |sum, count| sum + count / stack * values.one("p_d"));
    let laid = circuits + trunks + values.sum("w_p");
    let needed = laid + values.one("g") * (disciplines - 1.0) + 2.0 * values.one("m");
    // A hair of tolerance keeps 600.0000001 from becoming 700.
    let step = values.one("Δ");
    (((needed - 1e-6) / step).ceil() * step).max(least)
}

impl Explainer<'_> {
    pub(super) fn trench(&self, index: usize) -> Vec<Explanation> {
        let Some(trench) = self.report.trenches.get(index) else { return Vec::new() };
        let subject = || Subject::Trench(trench.id.clone());
        let line = legs(&subject(), &trench.path_mm);
        let length = Explanation::new(subject(), &LENGTH, trench.length_m, line);
        let width_mm = trench.width_mm as f64;
        let width = Explanation::new(subject(), &WIDTH, width_mm, self.beside(trench));
        let limit_mm = trench.limit_mm as f64;
        let limit = (format!("plan.{}.limit", trench.id), "widest trench that fits there");
        let fits = Input::plain("w_max", limit, (limit_mm, "mm"), (PLANNED, Confidence::Stated));
        let filled = vec![Input::explained("w", &width), fits];
        let share = 100.0 * width_mm / limit_mm.max(1.0);
        let filling = Explanation::new(subject(), &FILLING, share, filled);
        let deep = self.above(trench);
        let depth_mm = (DEPTH.evaluate)(&Values(&deep));
        let depth = Explanation::new(subject(), &DEPTH, depth_mm, deep);
        let dug = vec![
            Input::explained("L", &length),
            Input::explained("w", &width),
            Input::explained("h", &depth),
        ];
        let out_m3 = trench.length_m * width_mm * depth_mm / 1e6;
        let volume = Explanation::new(subject(), &VOLUME, out_m3, dug);
        let cost = self.digging(trench, &length, &width);
        let (metres, area) = (self.trench_metres(trench), self.trench_area(trench));
        vec![length, width, filling, depth, volume, metres, area, cost]
    }

    /// Length of a trench as the bill counts it, harder ground as more metres.
    pub(super) fn trench_metres(&self, trench: &Trench) -> Explanation {
        let inputs = vec![trench_length("L", trench), self.ground(trench)];
        let metres = trench.length_m * trench.ground_factor;
        Explanation::new(Subject::Trench(trench.id.clone()), &METRES, metres, inputs)
    }

    /// Area of a trench as the bill counts it, harder ground as more area.
    pub(super) fn trench_area(&self, trench: &Trench) -> Explanation {
        let subject = Subject::Trench(trench.id.clone());
        let trust = self.beside(trench).iter().map(|input| input.confidence).max();
        let width = (trench.width_mm as f64, weakest(trust));
        let inputs = vec![
            trench_length("L", trench),
            self.ground(trench),
            Input::figure("w", &subject, &WIDTH, width),
        ];
        let metres = trench.length_m * trench.ground_factor;
        let area = metres * (trench.width_mm as f64 / 1000.0);
        Explanation::new(subject, &AREA, area, inputs)
    }

    fn digging(&self, trench: &Trench, length: &Explanation, width: &Explanation) -> Explanation {
        let open = if trench.existing { 0.0 } else { 1.0 };
        let dug = (format!("plan.{}.dug", trench.id), "1 where it is dug, 0 where it is open");
        let inputs = vec![
            Input::plain("o", dug, (open, ""), (PLANNED, Confidence::Stated)),
            Input::explained("L", length),
            self.ground(trench),
            self.price("a", "trench-base"),
            self.price("b", "trench-width"),
            Input::explained("w", width),
            road_edges("X", trench),
            self.price("c", "crossing-road"),
        ];
        let cost = trench.cost.euros();
        Explanation::new(Subject::Trench(trench.id.clone()), &COST, cost, inputs)
    }

    /// The cost factor of the ground: of paving, road or free ground, or 1 in prepared soil.
    fn ground(&self, trench: &Trench) -> Input {
        let rules = &self.catalogue.rules;
        let factors = [&rules.free_ground_factor, &rules.paved_factor, &rules.road_factor];
        let trust = factors.map(|factor| factor.source.confidence).into_iter().max();
        let name = (format!("plan.{}.ground_factor", trench.id), "cost factor of the ground");
        let origin = ("ground of the plan, with the factors of the rule set", weakest(trust));
        Input::plain("φ", name, (trench.ground_factor, ""), origin)
    }

    /// What lies beside each other in a trench, and the rules for it.
    fn beside(&self, trench: &Trench) -> Vec<Input> {
        let mut inputs = vec![
            rule!(self, "w_min", trench_min_width_mm, "mm"),
            rule!(self, "Δ", trench_step_mm, "mm"),
            rule!(self, "m", trench_margin_mm, "mm"),
            rule!(self, "g", discipline_gap_mm, "mm"),
            rule!(self, "p", circuit_pitch_mm, "mm"),
            rule!(self, "k", trunks_per_duct, ""),
            rule!(self, "h", duct_layers, ""),
            rule!(self, "p_d", duct_pitch_mm, "mm"),
        ];
        let mut kinds = [false; 3];
        for connection in self.inside(trench) {
            match &connection.sizing {
                Some(Sizing::Cable(sizing)) => {
                    inputs.push(self.circuit_count("n", connection, sizing));
                    kinds[0] = true;
                }
                Some(Sizing::Data(sizing)) => {
                    inputs.push(self.trunk_count("t", connection, sizing));
                    kinds[2] = true;
                }
                Some(Sizing::Pipe(_)) => kinds[1] = true,
                // Routed as if it had the most circuits, until a cable carries it.
                None if connection.service.is_power() => {
                    let key = format!("settled.{}.circuits", connection.id);
                    let most = (f64::from(cable::MAX_CIRCUITS), "");
                    let origin = ("no cable carries it", Confidence::Assumption);
                    inputs.push(Input::plain("n", (key, "circuits"), most, origin));
                    kinds[0] = true;
                }
                None => {}
            }
        }
        inputs.extend(self.runs_in(trench).into_iter().filter_map(|run| self.widest("w_p", run)));
        let disciplines: f64 = kinds.iter().map(|&kind| f64::from(u8::from(kind))).sum();
        let name = (format!("settled.{}.disciplines", trench.id), "disciplines inside");
        let origin = ("power, pipes and data inside", Confidence::Computed);
        inputs.push(Input::plain("D", name, (disciplines, ""), origin));
        inputs
    }

    /// Cover and bedding of a trench, and how tall what lies inside is.
    fn above(&self, trench: &Trench) -> Vec<Input> {
        let rules = &self.catalogue.rules;
        let mut inputs = vec![
            rule!(self, "c", trench_cover_mm, "mm"),
            rule!(self, "b", trench_bedding_mm, "mm"),
        ];
        let mut trunks = 0.0;
        for connection in self.inside(trench) {
            match &connection.sizing {
                Some(Sizing::Cable(sizing)) => {
                    inputs.extend(self.trefoil(sizing));
                }
                Some(Sizing::Data(sizing)) => trunks += f64::from(sizing.trunks),
                Some(Sizing::Pipe(_)) | None => {}
            }
        }
        if trunks > 0.0 {
            let ducts = (trunks / rules.trunks_per_duct.value).ceil();
            let tall = ducts.min(rules.duct_layers.value) * rules.duct_pitch_mm.value;
            let name = (format!("settled.{}.ducts", trench.id), "height of the stacked ducts");
            let own = [&rules.trunks_per_duct, &rules.duct_layers, &rules.duct_pitch_mm];
            let trust = weakest(own.map(|figure| figure.source.confidence));
            let origin = ("duct figures of the rule set", trust);
            inputs.push(Input::plain("h_i", name, (tall, "mm"), origin));
        }
        for run in self.runs_in(trench) {
            let sizes =
                run.segments.iter().filter_map(|it| pipe::of_diameter(self.catalogue, it.dn));
            let Some(size) = sizes.max_by(|a, b| a.outer_mm.total_cmp(&b.outer_mm)) else {
                continue;
            };
            let tall = size.outer_mm + 2.0 * rules.pipe_insulation_mm.value;
            let insulation = rules.pipe_insulation_mm.source.confidence;
            let name = format!("insulated pipe of DN {}", size.dn);
            let key = format!("pipe.dn{}.insulated_mm", size.dn);
            let origin = (size.source.as_str(), size.confidence.max(insulation));
            inputs.push(Input::plain("h_i", (key, &name), (tall, "mm"), origin));
        }
        inputs
    }

    /// Height of three touching cores: one diameter, and the rise of an even triangle.
    fn trefoil(&self, sizing: &CableSizing) -> Option<Input> {
        let row = cable::of_item(self.catalogue, &sizing.item)?;
        let tall = row.outer_mm * (1.0 + 3.0_f64.sqrt() / 2.0);
        let key = format!("cable.{}.trefoil_mm", sizing.item);
        let origin = (row.source.as_str(), row.confidence);
        Some(Input::plain("h_i", (key, "three cores in trefoil"), (tall, "mm"), origin))
    }

    fn inside(&self, trench: &Trench) -> impl Iterator<Item = &Connection> {
        let contents = trench.contents.iter();
        contents.filter_map(move |&index| self.report.connections.get(index))
    }

    /// The pipe runs in a trench: of each network the one that serves exactly those who pass.
    pub fn runs_in(&self, trench: &Trench) -> Vec<&PipeRun> {
        let mut networks: BTreeMap<(Service, &Supply), Vec<usize>> = BTreeMap::new();
        for &index in &trench.contents {
            let Some(connection) = self.report.connections.get(index) else { continue };
            let piped = connection.supply.as_ref().filter(|_| connection.service.is_piped());
            if let Some(supply) = piped {
                networks.entry((connection.service, supply)).or_default().push(index);
            }
        }
        let run_of = |((service, supply), passing): ((Service, &Supply), Vec<usize>)| {
            self.report.pipes.iter().find(|run| {
                run.service == service && run.supply == *supply && run.contents == passing
            })
        };
        networks.into_iter().filter_map(run_of).collect()
    }
}

/// The length of a trench as an input.
pub(super) fn trench_length(symbol: &'static str, trench: &Trench) -> Input {
    let amount = (trench.length_m, Confidence::Computed);
    Input::figure(symbol, &Subject::Trench(trench.id.clone()), &LENGTH, amount)
}

/// How often a trench enters or leaves a road.
pub(super) fn road_edges(symbol: &'static str, trench: &Trench) -> Input {
    let name = (format!("plan.{}.crossings", trench.id), "times it enters or leaves a road");
    let amount = (f64::from(trench.crossings), "");
    Input::plain(symbol, name, amount, ("zones of the plan", Confidence::Computed))
}
