//! Where every derived figure comes from: its formula, its inputs with their sources, and how far
//! to trust it.
//!
//! A [`Formula`] can compute what it states, so an [`Explanation`] is not prose about a figure but
//! a second computation of it: [`Explanation::agrees`] tells whether the figure of the report is
//! what the formula makes of the inputs shown. A figure is at most as trustworthy as its weakest
//! input, and never better than computed.
//!
//! The inputs come from the plan, the catalogue and the report. An input that is itself derived
//! carries the key of its own explanation, so a reader can follow a figure down to data sheets.

mod bill;
mod cable;
mod cost;
mod fibre;
mod inputs;
mod pump;
mod site;
mod station;
mod trench;
mod water;

use std::collections::BTreeMap;
use std::fmt;

use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::fabric::Takeoff;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{BoqGroup, Connection, Report, Sizing, Supply};
use crate::size::pipe::PipeTable;
use crate::units::Confidence;

/// How a kind of figure is computed.
#[derive(Clone, Copy, Debug)]
pub struct Formula {
    /// Its stable name, `cable.current`.
    pub id: &'static str,
    /// What it gives.
    pub quantity: &'static str,
    /// The unit of that; empty for counts and factors.
    pub unit: &'static str,
    /// The formula in the notation of the field, with the symbols of its inputs.
    pub expression: &'static str,
    /// The standard, law or reasoning behind it.
    pub source: &'static str,
    /// The formula as a computation.
    evaluate: fn(&Values<'_>) -> f64,
}

/// The inputs of a formula by symbol.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a>(&'a [Input]);

/// A value that a figure is computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its symbol in the formula; the terms of a sum share one.
    pub symbol: &'static str,
    /// Its stable key: `rule.lv_voltage_kv`, `price.trench-base`, or the key of an explanation.
    pub key: String,
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// The unit of that; empty for counts and factors.
    pub unit: String,
    /// Where it comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// A figure with everything it rests on.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What the figure is about.
    pub subject: Subject,
    /// How it is computed.
    pub formula: &'static Formula,
    /// The figure as the report has it.
    pub value: f64,
    /// What it is computed from.
    pub inputs: Vec<Input>,
    /// How far to trust it: as its weakest input, and never better than computed.
    pub confidence: Confidence,
}

/// What a figure is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A port and how it is served, `IT-01A/LV`.
    Connection(String),
    /// A stretch of trench, `T-0001`.
    Trench(String),
    /// A stretch of pipe pair, `CW-001`.
    Run(String),
    /// A piece of one diameter of a stretch, numbered from 1.
    Piece(String, usize),
    /// The pumps of a supply and service.
    Pumps(Supply, Service),
    /// The transformer of a station.
    Station(Id),
    /// A container.
    Container(Id),
    /// A row of the bill: its group, phase and item.
    Row(BoqGroup, Id, String),
    /// A construction step.
    Phase(Id),
    /// The whole network.
    Network,
    /// The whole site.
    Site,
}

impl fmt::Display for Subject {
    /// The key of the subject: its kind and its name, without blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(id) => write!(f, "connection:{id}"),
            Self::Trench(id) => write!(f, "trench:{id}"),
            Self::Run(id) => write!(f, "pipe:{id}"),
            Self::Piece(id, piece) => write!(f, "piece:{id}/{piece}"),
            Self::Pumps(supply, service) => write!(f, "pumps:{supply}/{service:?}"),
            Self::Station(id) => write!(f, "transformer:{id}"),
            Self::Container(id) => write!(f, "container:{id}"),
            Self::Row(group, phase, item) => write!(f, "boq:{group:?}/{phase}/{item}"),
            Self::Phase(id) => write!(f, "phase:{id}"),
            Self::Network => f.write_str("network"),
            Self::Site => f.write_str("site"),
        }
    }
}

impl Values<'_> {
    /// The value of a symbol; not a number where there is none, so that nothing agrees with it.
    fn one(&self, symbol: &str) -> f64 {
        self.each(symbol).next().unwrap_or(f64::NAN)
    }

    /// The values of all inputs with that symbol, in order.
    fn each(&self, symbol: &str) -> impl Iterator<Item = f64> {
        self.0.iter().filter(move |input| input.symbol == symbol).map(|input| input.value)
    }

    /// The sum of all inputs with that symbol; 0 of none.
    fn sum(&self, symbol: &str) -> f64 {
        self.each(symbol).fold(0.0, |sum, value| sum + value)
    }

    /// The sum of the products of two symbols, pair by pair.
    fn products(&self, one: &str, other: &str) -> f64 {
        self.each(one).zip(self.each(other)).fold(0.0, |sum, (a, b)| sum + a * b)
    }
}

impl Explanation {
    fn new(subject: Subject, formula: &'static Formula, value: f64, inputs: Vec<Input>) -> Self {
        let confidence = weakest(inputs.iter().map(|input| input.confidence));
        Self { subject, formula, value, inputs, confidence }
    }

    /// Its key, `connection:IT-01A/LV#cable.current`.
    pub fn key(&self) -> String {
        key(&self.subject, self.formula)
    }

    /// What the formula makes of the inputs.
    pub fn recomputed(&self) -> f64 {
        (self.formula.evaluate)(&Values(&self.inputs))
    }

    /// Whether the figure is what the formula makes of the inputs, but for rounding.
    pub fn agrees(&self) -> bool {
        let off = (self.recomputed() - self.value).abs();
        off <= 1e-6 + 1e-9 * self.value.abs()
    }
}

/// The key of a figure.
fn key(subject: &Subject, formula: &Formula) -> String {
    format!("{subject}#{}", formula.id)
}

/// The confidence of what is computed from values of these confidences.
fn weakest(inputs: impl IntoIterator<Item = Confidence>) -> Confidence {
    inputs.into_iter().fold(Confidence::Computed, Confidence::max)
}

/// Every formula, trade by trade.
pub fn formulas() -> Vec<&'static Formula> {
    let groups: [&[&'static Formula]; 9] = [
        &cable::FORMULAS,
        &fibre::FORMULAS,
        &water::FORMULAS,
        &pump::FORMULAS,
        &station::FORMULAS,
        &trench::FORMULAS,
        &bill::FORMULAS,
        &cost::FORMULAS,
        &site::FORMULAS,
    ];
    groups.into_iter().flatten().copied().collect()
}

/// The formula of that name.
pub fn formula(id: &str) -> Option<&'static Formula> {
    formulas().into_iter().find(|formula| formula.id == id)
}

/// Explains one figure; none where the report has no such figure. `catalogue` already carries the
/// plan's overrides.
///
/// ```
/// use stackyard_solver::provenance::{Subject, explain};
/// use stackyard_solver::{Settings, Silent, catalogue::Catalogue, evaluate, generate};
/// let catalogue = Catalogue::reference().unwrap();
/// let plan = generate::campus(8, 1, &catalogue);
/// let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
/// let trench = Subject::Trench(report.trenches[0].id.clone());
/// let width = explain(&plan, &catalogue, &report, &trench, "trench.width").unwrap();
/// assert!(width.agrees());
/// ```
pub fn explain(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    subject: &Subject,
    formula: &str,
) -> Option<Explanation> {
    Explainer::new(plan, catalogue, report).explain(subject, formula)
}

/// Explains the figures of one report; what many explanations need is looked up once.
#[derive(Debug)]
pub struct Explainer<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    report: &'a Report,
    pipes: PipeTable,
    /// What each rule figure means.
    meanings: BTreeMap<&'static str, &'static str>,
    /// The trenches each connection passes, by index.
    trenches_of: Vec<Vec<usize>>,
    /// The pipe runs that serve each connection, by index.
    runs_of: Vec<Vec<usize>>,
    /// Phases in construction order.
    order: BTreeMap<Id, usize>,
    /// What the fabric buys, by phase and item.
    fabric: BTreeMap<(Id, String), f64>,
}

impl<'a> Explainer<'a> {
    /// Prepares to explain a report; `catalogue` already carries the plan's overrides.
    pub fn new(plan: &'a Plan, catalogue: &'a Catalogue, report: &'a Report) -> Self {
        let connections = report.connections.len();
        let meanings = catalogue.rules.parameters();
        Self {
            plan,
            catalogue,
            report,
            pipes: PipeTable::new(catalogue),
            meanings: meanings.into_iter().map(|(name, meaning, _)| (name, meaning)).collect(),
            trenches_of: users(connections, report.trenches.iter().map(|t| t.contents.as_slice())),
            runs_of: users(connections, report.pipes.iter().map(|run| run.contents.as_slice())),
            order: plan.phase_order(),
            fabric: Takeoff::of(plan, catalogue, report)
                .map_or_else(BTreeMap::new, |takeoff| takeoff.bought()),
        }
    }

    /// Explains one figure; none where the report has no such figure.
    pub fn explain(&self, subject: &Subject, formula: &str) -> Option<Explanation> {
        self.of(subject).into_iter().find(|explanation| explanation.formula.id == formula)
    }

    /// Explains every figure of a subject; nothing where the report does not know it.
    pub fn of(&self, subject: &Subject) -> Vec<Explanation> {
        let report = self.report;
        let found = match subject {
            Subject::Connection(id) => report
                .connections
                .iter()
                .position(|connection| connection.id == *id)
                .map(|index| self.connection(index)),
            Subject::Trench(id) => {
                let index = report.trenches.iter().position(|trench| trench.id == *id);
                index.map(|index| self.trench(index))
            }
            Subject::Run(id) => {
                report.pipes.iter().find(|run| run.id == *id).map(|run| self.run(run))
            }
            Subject::Piece(id, number) => {
                let run = report.pipes.iter().find(|run| run.id == *id);
                run.zip(number.checked_sub(1)).and_then(|(run, at)| {
                    run.segments.get(at).map(|segment| self.piece(run, *number, segment))
                })
            }
            Subject::Pumps(supply, service) => {
                let own =
                    |p: &&crate::report::PumpSet| p.supply == *supply && p.service == *service;
                report.pumps.iter().find(own).map(|pumps| self.pumps(pumps))
            }
            Subject::Station(id) => {
                let choice = report.transformers.iter().find(|choice| choice.container == *id);
                choice.map(|choice| self.station(choice))
            }
            Subject::Container(id) => self.plan.container(id).map(|it| self.container(it)),
            Subject::Row(group, phase, item) => report
                .boq
                .iter()
                .find(|row| row.group == *group && row.phase == *phase && row.item == *item)
                .map(|row| self.row(row)),
            Subject::Phase(id) => {
                report.phases.iter().find(|phase| phase.id == *id).map(|it| self.phase(it))
            }
            Subject::Network => Some(self.network()),
            Subject::Site => Some(self.site()),
        };
        found.unwrap_or_default()
    }

    /// Everything that has figures, in report order.
    pub fn subjects(&self) -> Vec<Subject> {
        let report = self.report;
        let mut subjects = vec![Subject::Site, Subject::Network];
        subjects.extend(report.phases.iter().map(|phase| Subject::Phase(phase.id.clone())));
        subjects.extend(self.plan.containers.iter().map(|it| Subject::Container(it.id.clone())));
        subjects.extend(report.connections.iter().map(|it| Subject::Connection(it.id.clone())));
        subjects.extend(report.trenches.iter().map(|it| Subject::Trench(it.id.clone())));
        for run in &report.pipes {
            subjects.push(Subject::Run(run.id.clone()));
            let pieces = 1..=run.segments.len();
            subjects.extend(pieces.map(|piece| Subject::Piece(run.id.clone(), piece)));
        }
        let pumps = report.pumps.iter();
        subjects.extend(pumps.map(|it| Subject::Pumps(it.supply.clone(), it.service)));
        let stations = report.transformers.iter();
        subjects.extend(stations.map(|it| Subject::Station(it.container.clone())));
        let rows = report.boq.iter();
        subjects.extend(rows.map(|it| Subject::Row(it.group, it.phase.clone(), it.item.clone())));
        subjects
    }

    /// Explains every figure of the report.
    pub fn all(&self) -> Vec<Explanation> {
        self.subjects().iter().flat_map(|subject| self.of(subject)).collect()
    }

    fn connection(&self, index: usize) -> Vec<Explanation> {
        let Some(connection) = self.report.connections.get(index) else { return Vec::new() };
        if connection.supply.is_none() {
            return Vec::new();
        }
        let mut out = vec![self.route(index, connection)];
        match &connection.sizing {
            Some(Sizing::Cable(sizing)) => out.extend(self.cable(connection, sizing)),
            Some(Sizing::Data(sizing)) => out.extend(self.fibre(connection, sizing)),
            Some(Sizing::Pipe(sizing)) => out.extend(self.share(index, connection, sizing)),
            None => {}
        }
        out
    }

    /// Position of a phase in construction order, as the bill counts it.
    fn rank(&self, phase: &Id) -> usize {
        self.order.get(phase).copied().unwrap_or(0)
    }
}

/// For each connection the positions of the parts that list it.
fn users<'a>(connections: usize, parts: impl Iterator<Item = &'a [usize]>) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); connections];
    for (part, contents) in parts.enumerate() {
        for &connection in contents {
            if let Some(own) = of.get_mut(connection) {
                own.push(part);
            }
        }
    }
    of
}

/// The subject of a connection.
fn subject_of(connection: &Connection) -> Subject {
    Subject::Connection(connection.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_formula_has_a_name_of_its_own_and_says_where_it_comes_from() {
        let all = formulas();
        let mut ids: Vec<_> = all.iter().map(|formula| formula.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len());
        for one in all {
            assert!(one.expression.contains('='), "{}", one.id);
            assert!(!one.quantity.is_empty() && !one.source.is_empty(), "{}", one.id);
            assert!(formula(one.id).is_some());
        }
    }

    #[test]
    fn a_figure_is_as_weak_as_its_weakest_input_and_never_better_than_computed() {
        use Confidence::{Assumption, Computed, Reported, Stated};
        assert_eq!(weakest([Stated, Stated]), Computed);
        assert_eq!(weakest([Stated, Reported, Computed]), Reported);
        assert_eq!(weakest([Assumption, Stated]), Assumption);
    }

    #[test]
    fn keys_tell_kind_and_name() {
        let row = Subject::Row(BoqGroup::Cable, Id::new("P1").unwrap(), "lay-lv".to_owned());
        assert_eq!(row.to_string(), "boq:Cable/P1/lay-lv");
        assert_eq!(Subject::Piece("CW-001".to_owned(), 2).to_string(), "piece:CW-001/2");
    }
}
