//! Pipe networks: flows, diameters and friction.
//!
//! Water is taken at its mean temperature, half the rise above the supply.

use super::inputs::{SETTLED, legs, rule};
use super::{Explainer, Explanation, Formula, Input, Subject, Values, subject_of, weakest};
use crate::catalogue::tables::Pipe;
use crate::physics::hydraulics::{Fluid, gradient, velocity};
use crate::report::{Connection, PipeRun, PipeSegment, PipeSizing, PumpSet};
use crate::size::pipe;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 10] = [
    &SHARE_FLOW,
    &SHARE_LOSS,
    &SHARE_SPARE,
    &RUN_LENGTH,
    &RUN_FLOW,
    &RUN_LOSS,
    &RUN_VOLUME,
    &VELOCITY,
    &GRADIENT,
    &WIDTH,
];

pub(super) static SHARE_FLOW: Formula = Formula {
    id: "share.flow",
    quantity: "Water flow",
    unit: "kg/s",
    expression: "q_m = Q / (c · ΔT)",
    source: "heat balance of the water",
    evaluate: |values| 1000.0 * values.one("Q") / (values.one("c") * values.one("ΔT")),
};

pub(super) static SHARE_LOSS: Formula = Formula {
    id: "share.loss",
    quantity: "Friction on the way",
    unit: "kPa",
    expression: "Δp = Σ Δp_r",
    source: "supply and return of all pipe runs on the way",
    evaluate: |values| values.sum("Δp_r"),
};

static SHARE_SPARE: Formula = Formula {
    id: "share.spare",
    quantity: "Pressure to spare",
    unit: "kPa",
    expression: "Δp_s = H − p_t − Δp",
    source: "pump head less the need of the module and the friction on the way",
    evaluate: |values| values.one("H") - values.one("p_t") - values.one("Δp"),
};

static RUN_LENGTH: Formula = Formula {
    id: "pipe.length",
    quantity: "Length of the run",
    unit: "m",
    expression: "L = Σ s",
    source: "legs of its line on the plan",
    evaluate: |values| values.sum("s"),
};

static RUN_FLOW: Formula = Formula {
    id: "pipe.flow",
    quantity: "Water flow of the run",
    unit: "kg/s",
    expression: "q_m = Σ Q / (c · ΔT)",
    source: "heat balance of everything served through it",
    evaluate: |values| 1000.0 * values.sum("Q") / (values.one("c") * values.one("ΔT")),
};

static RUN_LOSS: Formula = Formula {
    id: "pipe.loss",
    quantity: "Friction of the run",
    unit: "kPa",
    expression: "Δp = Σ 2 · J · φ · L_d",
    source: "Darcy and Weisbach, supply and return, with an allowance for fittings",
    evaluate: |values| 2.0 * values.one("φ") * values.products("J", "L_d") / 1000.0,
};

static RUN_VOLUME: Formula = Formula {
    id: "pipe.volume",
    quantity: "Water in the run",
    unit: "m³",
    expression: "V = Σ 2 · π / 4 · d² · L_d",
    source: "bore of supply and return",
    evaluate: |values| {
        let pieces = values.each("d").zip(values.each("L_d"));
        pieces.fold(0.0, |sum, (inner_mm, length)| sum + volume(inner_mm, length))
    },
};

static VELOCITY: Formula = Formula {
    id: "pipe.velocity",
    quantity: "Velocity",
    unit: "m/s",
    expression: "v = q_m / (ρ(θ + ΔT / 2) · π / 4 · d²)",
    source: "continuity; density of water after Kell",
    evaluate: |values| velocity(&water(values), values.one("q_m"), values.one("d")),
};

static GRADIENT: Formula = Formula {
    id: "pipe.gradient",
    quantity: "Friction gradient of one pipe",
    unit: "Pa/m",
    expression: "J = λ / d · ρ · v² / 2, 1 / √λ = −2 lg(k / (3.7 d) + 2.51 / (Re √λ))",
    source: "Darcy and Weisbach with Colebrook and White; water at θ + ΔT / 2",
    evaluate: |values| {
        gradient(&water(values), values.one("q_m"), values.one("d"), values.one("k"))
    },
};

static WIDTH: Formula = Formula {
    id: "pipe.width",
    quantity: "Width of the pair",
    unit: "mm",
    expression: "w = 2 · (d_o + 2 · t) + g",
    source: "two insulated pipes beside each other",
    evaluate: |values| 2.0 * (values.one("d_o") + 2.0 * values.one("t")) + values.one("g"),
};

/// The water of a formula, at the mean of supply and return.
pub(super) fn water(values: &Values<'_>) -> Fluid {
    Fluid::water(values.one("θ") + values.one("ΔT") / 2.0)
}

/// Water in supply and return of an inner diameter in mm and a length in m, m³.
fn volume(inner_mm: f64, length_m: f64) -> f64 {
    let bore = inner_mm / 1000.0;
    2.0 * std::f64::consts::FRAC_PI_4 * bore * bore * length_m
}

impl Explainer<'_> {
    pub(super) fn share(
        &self,
        index: usize,
        connection: &Connection,
        sizing: &PipeSizing,
    ) -> Vec<Explanation> {
        let subject = || subject_of(connection);
        let flow = vec![
            self.load("Q", connection),
            self.heat_capacity(),
            rule!(self, "ΔT", water_delta_k, "K"),
        ];
        let runs = self.runs(index).map(|run| {
            let subject = Subject::Run(run.id.clone());
            Input::figure("Δp_r", &subject, &RUN_LOSS, (run.loss_kpa, self.trust_loss(run)))
        });
        let loss = Explanation::new(subject(), &SHARE_LOSS, sizing.path_loss_kpa, runs.collect());
        let mut out = vec![Explanation::new(subject(), &SHARE_FLOW, sizing.flow_kg_s, flow)];
        if let Some(pumps) = self.pumps_of(connection) {
            let spare = vec![
                self.head("H", pumps),
                rule!(self, "p_t", terminal_loss_kpa, "kPa"),
                Input::explained("Δp", &loss),
            ];
            out.push(Explanation::new(subject(), &SHARE_SPARE, sizing.spare_kpa, spare));
        }
        out.push(loss);
        out
    }

    pub(super) fn run(&self, run: &PipeRun) -> Vec<Explanation> {
        let subject = || Subject::Run(run.id.clone());
        let mut friction = vec![rule!(self, "φ", pipe_fittings_factor, "")];
        let mut bores = Vec::new();
        let mut inside = 0.0;
        for (number, segment) in (1..).zip(&run.segments) {
            let piece = Subject::Piece(run.id.clone(), number);
            let trust = self.trust_friction(run, segment);
            let gradient = (segment.gradient_pa_m, trust);
            friction.push(Input::figure("J", &piece, &GRADIENT, gradient));
            friction.push(piece_length("L_d", run, number, segment));
            if let Some(size) = pipe::of_diameter(self.catalogue, segment.dn) {
                bores.push(bore("d", size));
                bores.push(piece_length("L_d", run, number, segment));
                inside += volume(size.inner_mm, segment.length_m);
            }
        }
        let line = legs(&subject(), &run.path_mm);
        vec![
            Explanation::new(subject(), &RUN_LENGTH, run.length_m, line),
            Explanation::new(subject(), &RUN_FLOW, run.flow_kg_s, self.heats(run)),
            Explanation::new(subject(), &RUN_LOSS, run.loss_kpa, friction),
            Explanation::new(subject(), &RUN_VOLUME, inside, bores),
        ]
    }

    pub(super) fn piece(
        &self,
        run: &PipeRun,
        number: usize,
        segment: &PipeSegment,
    ) -> Vec<Explanation> {
        let Some(size) = pipe::of_diameter(self.catalogue, segment.dn) else { return Vec::new() };
        let subject = || Subject::Piece(run.id.clone(), number);
        let mut flowing = vec![
            Input::figure(
                "q_m",
                &Subject::Run(run.id.clone()),
                &RUN_FLOW,
                (run.flow_kg_s, self.trust_flow(run)),
            ),
            rule!(self, "θ", water_supply_c, "°C"),
            rule!(self, "ΔT", water_delta_k, "K"),
            bore("d", size),
        ];
        let velocity = flowing.clone();
        flowing.push(of_table("k", size, (size.roughness_mm, "roughness_mm", "roughness")));
        let mut out = vec![
            Explanation::new(subject(), &VELOCITY, segment.velocity_m_s, velocity),
            Explanation::new(subject(), &GRADIENT, segment.gradient_pa_m, flowing),
        ];
        if let Some(width_mm) = self.pair_width(segment) {
            let wide = vec![
                of_table("d_o", size, (size.outer_mm, "outer_diameter_mm", "outer diameter")),
                rule!(self, "t", pipe_insulation_mm, "mm"),
                rule!(self, "g", pipe_gap_mm, "mm"),
            ];
            out.push(Explanation::new(subject(), &WIDTH, width_mm, wide));
        }
        out
    }

    /// Width of the pair of a piece, mm, as the trench reckons with it.
    pub(super) fn pair_width(&self, segment: &PipeSegment) -> Option<f64> {
        let own = self.pipes.sizes.iter().find(|size| size.dn == segment.dn);
        own.map(|size| size.width_mm)
    }

    /// The width of the widest piece of a run as an input; none where nothing of it is laid.
    pub(super) fn widest(&self, symbol: &'static str, run: &PipeRun) -> Option<Input> {
        let pieces = (1..).zip(&run.segments);
        let wide = pieces.filter_map(|(number, it)| Some((number, it, self.pair_width(it)?)));
        let (number, segment, width) = wide.max_by(|a, b| a.2.total_cmp(&b.2))?;
        let rules = &self.catalogue.rules;
        let size = pipe::of_diameter(self.catalogue, segment.dn)?;
        let spacing = [&rules.pipe_insulation_mm, &rules.pipe_gap_mm];
        let trust = weakest(spacing.map(|it| it.source.confidence)).max(size.confidence);
        let piece = Subject::Piece(run.id.clone(), number);
        Some(Input::figure(symbol, &piece, &WIDTH, (width, trust)))
    }

    fn runs(&self, connection: usize) -> impl Iterator<Item = &PipeRun> {
        let own = self.runs_of.get(connection).into_iter().flatten();
        own.filter_map(move |&run| self.report.pipes.get(run))
    }

    fn pumps_of(&self, connection: &Connection) -> Option<&PumpSet> {
        let supply = connection.supply.as_ref()?;
        let own = |pumps: &&PumpSet| pumps.service == connection.service && pumps.supply == *supply;
        self.report.pumps.iter().find(own)
    }

    /// The heat everything behind a run needs, and the water that carries it.
    fn heats(&self, run: &PipeRun) -> Vec<Input> {
        let served = run.contents.iter().filter_map(|&index| self.report.connections.get(index));
        let mut inputs: Vec<_> = served.map(|connection| self.load("Q", connection)).collect();
        inputs.push(self.heat_capacity());
        inputs.push(rule!(self, "ΔT", water_delta_k, "K"));
        inputs
    }

    fn heat_capacity(&self) -> Input {
        let amount = (self.pipes.fluid.heat, "J/(kg K)");
        let name = ("physics.water_heat".to_owned(), "specific heat of water");
        Input::plain("c", name, amount, ("property tables of water", Confidence::Stated))
    }

    fn trust_flow(&self, run: &PipeRun) -> Confidence {
        let served = run.contents.iter().filter_map(|&index| self.report.connections.get(index));
        let rise = self.catalogue.rules.water_delta_k.source.confidence;
        weakest(served.map(|connection| self.trust_load(connection)).chain([rise]))
    }

    /// How far to trust velocity and gradient of a piece.
    fn trust_friction(&self, run: &PipeRun, segment: &PipeSegment) -> Confidence {
        let size = pipe::of_diameter(self.catalogue, segment.dn);
        let supply = self.catalogue.rules.water_supply_c.source.confidence;
        let size = size.map_or(Confidence::Assumption, |size| size.confidence);
        weakest([self.trust_flow(run), supply, size])
    }

    fn trust_loss(&self, run: &PipeRun) -> Confidence {
        let fittings = self.catalogue.rules.pipe_fittings_factor.source.confidence;
        let pieces = run.segments.iter().map(|segment| self.trust_friction(run, segment));
        weakest(pieces.chain([fittings]))
    }

    /// How far to trust the friction on the way to a connection.
    pub(super) fn trust_way(&self, connection: usize) -> Confidence {
        weakest(self.runs(connection).map(|run| self.trust_loss(run)))
    }
}

/// The length of a piece, which the linear programme of the tree chose.
pub(super) fn piece_length(
    symbol: &'static str,
    run: &PipeRun,
    number: usize,
    segment: &PipeSegment,
) -> Input {
    let key = format!("settled.{}/{number}.length_m", run.id);
    let name = format!("length of DN {} in {}", segment.dn, run.id);
    let origin = (SETTLED, Confidence::Computed);
    Input::plain(symbol, (key, &name), (segment.length_m, "m"), origin)
}

fn bore(symbol: &'static str, size: &Pipe) -> Input {
    of_table(symbol, size, (size.inner_mm, "inner_diameter_mm", "inner diameter"))
}

/// A figure of the pipe table, mm.
fn of_table(symbol: &'static str, size: &Pipe, (value, column, name): (f64, &str, &str)) -> Input {
    let key = format!("pipe.dn{}.{column}", size.dn);
    Input::plain(symbol, (key, name), (value, "mm"), (&size.source, size.confidence))
}
