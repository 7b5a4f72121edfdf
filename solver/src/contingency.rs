//! What every single loss would do: a feed, a module, a trench, a feeder, a pipe or a pump.
//!
//! A container asks for power, cooling and data, each over one connection or over a pair of which
//! either half will do. A loss kills connections; a container whose power or cooling is gone stops
//! and kills what it supplies in turn. Only what a loss reaches is looked at, so thousands of
//! losses take milliseconds, and every container that stops can say why, step by step.

mod losses;
mod web;

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::catalogue::module::ModuleKind;
use crate::catalogue::rules::Redundancy;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::Report;
use losses::losses;
use web::{Aftermath, Web};

/// What kind of thing is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum LossKind {
    /// A utility entry: a grid feed, the plant's water, a fibre entry.
    Feed,
    /// A transformer station, UPS, switchgear, pump station, cooler, network room.
    Module,
    /// Everything in one trench.
    Trench,
    /// The cables or pipes of one connection.
    Feeder,
    /// A stretch of pipe pair.
    Pipe,
    /// One pump of a set.
    Pump,
}

impl LossKind {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Feed => "Feed",
            Self::Module => "Module",
            Self::Trench => "Trench",
            Self::Feeder => "Feeder",
            Self::Pipe => "Pipe",
            Self::Pump => "Pump",
        }
    }
}

/// A single loss and what follows from it.
#[derive(Clone, Debug, Serialize)]
pub struct Contingency {
    /// What kind of thing is lost.
    pub kind: LossKind,
    /// Its name.
    pub name: String,
    /// Containers that stop because of it, in id order; the first [`MOST_NAMED`].
    pub stopped: Vec<Id>,
    /// How many stop in all, what is lost itself not counted.
    pub stopped_count: usize,
    /// Racks in the containers that stop, the lost one's included.
    pub racks: u32,
    /// Peak load of these containers, kW.
    pub load_kw: f64,
    /// Pairs that are left with one half.
    pub halved: usize,
    /// Heat that the coolers still there cannot reject, kW.
    pub shortfall_kw: f64,
    /// Why the container with the largest load stops, step by step.
    pub witness: Vec<String>,
}

/// Containers named with a loss; the others are counted.
pub const MOST_NAMED: usize = 12;

/// A container that is to stand any single loss, and does not.
#[derive(Clone, Debug, Serialize)]
pub struct Exposure {
    /// The container.
    pub container: Id,
    /// Losses that stop it, by kind and name; its own is not counted.
    pub losses: Vec<(LossKind, String)>,
    /// Why the first of them stops it, step by step.
    pub witness: Vec<String>,
}

/// What every single loss would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContingencyStudy {
    /// Every loss that stops, halves or overloads something, the largest load first.
    pub cases: Vec<Contingency>,
    /// Losses looked at.
    pub looked_at: usize,
    /// Containers of a 2N class that some single loss stops.
    pub exposed: Vec<Exposure>,
}

/// Looks at every single loss; `catalogue` already carries the plan's overrides.
pub fn study(plan: &Plan, catalogue: &Catalogue, report: &Report) -> ContingencyStudy {
    let web = Web::new(plan, catalogue, report);
    let mut aftermath = Aftermath::new(&web);
    let mut study = ContingencyStudy::default();
    let mut exposed: Vec<Option<Exposure>> = vec![None; web.containers.len()];
    for loss in losses(&web, plan, report) {
        study.looked_at += 1;
        aftermath.suffer(&loss);
        for &container in aftermath.stopped() {
            let own = &web.containers[container];
            if !own.is_two_n || loss.container == Some(container) {
                continue;
            }
            let entry = exposed[container].get_or_insert_with(|| Exposure {
                container: own.id.clone(),
                losses: Vec::new(),
                witness: aftermath.witness(&loss, container),
            });
            entry.losses.push((loss.kind, loss.name.clone()));
        }
        let case = case(&web, &aftermath, &loss);
        if case.stopped_count > 0 || case.halved > 0 || case.shortfall_kw > 0.0 || case.racks > 0 {
            study.cases.push(case);
        }
        aftermath.recover();
    }
    study.cases.sort_by(|a, b| {
        b.load_kw
            .total_cmp(&a.load_kw)
            .then(b.stopped_count.cmp(&a.stopped_count))
            .then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name)))
    });
    study.exposed = exposed.into_iter().flatten().collect();
    study
}

fn case(web: &Web<'_>, aftermath: &Aftermath<'_>, loss: &losses::Loss) -> Contingency {
    let mut stopped: Vec<usize> = aftermath.stopped().to_vec();
    stopped.sort_unstable();
    let racks = stopped.iter().map(|&container| web.containers[container].racks).sum();
    let load_kw = stopped.iter().map(|&container| web.containers[container].load_kw).sum();
    stopped.retain(|&container| loss.container != Some(container));
    let worst = stopped
        .iter()
        .copied()
        .max_by(|&a, &b| {
            let load = |container: usize| web.containers[container].load_kw;
            load(a).total_cmp(&load(b)).then(b.cmp(&a))
        })
        .map(|worst| aftermath.witness(loss, worst));
    Contingency {
        kind: loss.kind,
        name: loss.name.clone(),
        stopped_count: stopped.len(),
        stopped: stopped
            .iter()
            .take(MOST_NAMED)
            .map(|&container| web.containers[container].id.clone())
            .collect(),
        racks,
        load_kw,
        halved: aftermath.halved(),
        shortfall_kw: aftermath.shortfall_kw(),
        witness: worst.unwrap_or_default(),
    }
}

/// Whether a module's work ends when its data network is gone: the computing, not what feeds it.
fn needs_data(kind: ModuleKind) -> bool {
    matches!(kind, ModuleKind::It | ModuleKind::Storage)
}

/// Whether the rule set asks a kind to stand any single loss.
fn is_two_n(catalogue: &Catalogue, kind: ModuleKind) -> bool {
    catalogue.rules.redundancy_of(kind) == Redundancy::TwoN
}
