//! Containers, construction steps and sums over the site.

use std::collections::BTreeMap;

use super::cable::route_figure;
use super::inputs::PLANNED;
use super::trench::trench_length;
use super::{Explainer, Explanation, Formula, Input, Subject, weakest};
use crate::catalogue::module::ModuleType;
use crate::id::Id;
use crate::plan::Container;
use crate::report::PhaseReport;
use crate::units::Confidence;

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 12] = [
    &POWER,
    &COVERED,
    &CONTAINERS,
    &RACKS,
    &PEAK,
    &AREA,
    &TRENCH,
    &LAID,
    &PHASE_CONTAINERS,
    &PHASE_TRENCH,
    &PHASE_PEAK,
    &PHASE_COST,
];

static POWER: Formula = Formula {
    id: "container.power",
    quantity: "Peak electrical load",
    unit: "kW",
    expression: "P = r · P_r + P_f · r / R",
    source: "racks in place, and the rest of the module in proportion; all of it without racks",
    evaluate: |values| {
        let (racks, all) = (values.one("r"), values.one("R"));
        let share = if all > 0.0 { racks / all } else { 1.0 };
        racks * values.one("P_r") + values.one("P_f") * share
    },
};

static COVERED: Formula = Formula {
    id: "container.area",
    quantity: "Ground covered",
    unit: "m²",
    expression: "A = b · d",
    source: "width and depth of the module",
    evaluate: |values| values.one("b") / 1000.0 * (values.one("d") / 1000.0),
};

static CONTAINERS: Formula = Formula {
    id: "site.containers",
    quantity: "Containers",
    unit: "",
    expression: "N = Σ N_i",
    source: "modules that count as containers; fields of equipment do not",
    evaluate: |values| values.sum("N_i"),
};

static RACKS: Formula = Formula {
    id: "site.racks",
    quantity: "Racks",
    unit: "",
    expression: "R = Σ R_i",
    source: "racks in place, by module type",
    evaluate: |values| values.sum("R_i"),
};

static PEAK: Formula = Formula {
    id: "site.peak",
    quantity: "Peak load of the site",
    unit: "kW",
    expression: "P = Σ P_i",
    source: "everything in place, all at once",
    evaluate: |values| values.sum("P_i"),
};

static AREA: Formula = Formula {
    id: "site.area",
    quantity: "Covered by containers",
    unit: "m²",
    expression: "A = Σ A_i",
    source: "footprints of all containers",
    evaluate: |values| values.sum("A_i"),
};

static TRENCH: Formula = Formula {
    id: "site.trench",
    quantity: "Trench to dig",
    unit: "m",
    expression: "L = Σ L_t",
    source: "all trenches that are not open already",
    evaluate: |values| values.sum("L_t"),
};

static LAID: Formula = Formula {
    id: "site.laid",
    quantity: "Routes of all connections",
    unit: "m",
    expression: "L = Σ L_i",
    source: "route lengths, each connection for itself",
    evaluate: |values| values.sum("L_i"),
};

static PHASE_CONTAINERS: Formula = Formula {
    id: "phase.containers",
    quantity: "Containers of the phase",
    unit: "",
    expression: "N = Σ N_i",
    source: "modules that count as containers and come in this phase",
    evaluate: |values| values.sum("N_i"),
};

static PHASE_TRENCH: Formula = Formula {
    id: "phase.trench",
    quantity: "Trench of the phase",
    unit: "m",
    expression: "L = Σ L_t",
    source: "trenches dug in this phase",
    evaluate: |values| values.sum("L_t"),
};

static PHASE_PEAK: Formula = Formula {
    id: "phase.peak",
    quantity: "Peak load at the end of the phase",
    unit: "kW",
    expression: "P = Σ P_i",
    source: "everything in place by then, all at once",
    evaluate: |values| values.sum("P_i"),
};

static PHASE_COST: Formula = Formula {
    id: "phase.cost",
    quantity: "Cost of the phase",
    unit: "EUR",
    expression: "C = Σ C_i",
    source: "rows of the bill of this phase that have a price",
    evaluate: |values| values.sum("C_i"),
};

impl Explainer<'_> {
    pub(super) fn container(&self, container: &Container) -> Vec<Explanation> {
        let Some(module) = self.catalogue.modules.get(&container.module) else {
            return Vec::new();
        };
        let subject = || Subject::Container(container.id.clone());
        let racks = f64::from(container.populated_racks(module));
        let name = (format!("plan.{}.racks", container.id), "racks in place");
        let drawn = vec![
            Input::plain("r", name, (racks, ""), (PLANNED, Confidence::Stated)),
            of_module("P_r", module, "rack_kw", (module.rack_kw.0, "kW"), "load of one rack"),
            of_module("P_f", module, "fixed_kw", (module.fixed_kw.0, "kW"), "load beside racks"),
            of_module("R", module, "racks", (f64::from(module.racks), ""), "rack positions"),
        ];
        let (width, depth) = (module.size_mm.0.0 as f64, module.size_mm.1.0 as f64);
        let sides = vec![
            of_module("b", module, "width_mm", (width, "mm"), "width"),
            of_module("d", module, "depth_mm", (depth, "mm"), "depth"),
        ];
        let area = width / 1000.0 * (depth / 1000.0);
        let power = container.peak_kw(module);
        vec![
            Explanation::new(subject(), &POWER, power, drawn),
            Explanation::new(subject(), &COVERED, area, sides),
        ]
    }

    pub(super) fn phase(&self, phase: &PhaseReport) -> Vec<Explanation> {
        let subject = || Subject::Phase(phase.id.clone());
        let own = self.order.get(&phase.id).copied().unwrap_or(usize::MAX);
        let rank = |id: &Id| self.order.get(id).copied().unwrap_or(usize::MAX);
        let dug = self.trench_lengths(|of| *of == phase.id);
        let counts = self.counts(phase.id.as_str(), |it| it.phase == phase.id);
        let costs = self.totals(|row| row.phase == phase.id);
        let powers = self.powers(|of| rank(of) <= own);
        vec![
            Explanation::new(subject(), &PHASE_CONTAINERS, phase.containers as f64, counts),
            Explanation::new(subject(), &PHASE_TRENCH, phase.trench_m, dug),
            Explanation::new(subject(), &PHASE_PEAK, phase.peak_kw, powers),
            Explanation::new(subject(), &PHASE_COST, phase.cost.euros(), costs),
        ]
    }

    pub(super) fn site(&self) -> Vec<Explanation> {
        let totals = &self.report.totals;
        let explained =
            |formula, value, inputs| Explanation::new(Subject::Site, formula, value, inputs);
        let routes = self.report.connections.iter();
        let routes = routes.filter(|connection| connection.supply.is_some());
        let routes = routes.map(|connection| route_figure("L_i", connection));
        vec![
            explained(&CONTAINERS, totals.containers as f64, self.counts("site", |_| true)),
            explained(&RACKS, f64::from(totals.racks), self.racks()),
            explained(&PEAK, totals.peak_kw, self.powers(|_| true)),
            explained(&AREA, totals.container_m2, self.areas()),
            explained(&TRENCH, totals.trench_m, self.trench_lengths(|_| true)),
            explained(&LAID, totals.laid_m, routes.collect()),
        ]
    }

    /// Containers with their module types.
    fn modules(&self) -> impl Iterator<Item = (&Container, &ModuleType)> {
        let containers = self.plan.containers.iter();
        containers.filter_map(move |it| Some((it, self.catalogue.modules.get(&it.module)?)))
    }

    /// How many of each module type there are among those that count.
    fn counts(&self, scope: &str, counts: impl Fn(&Container) -> bool) -> Vec<Input> {
        let mut of_type: BTreeMap<&Id, usize> = BTreeMap::new();
        let counted = self.modules().filter(|(it, module)| module.container && counts(it));
        for (_, module) in counted {
            *of_type.entry(&module.id).or_default() += 1;
        }
        let input = |(module, count): (&Id, usize)| {
            let key = format!("plan.count.{scope}.{module}");
            let origin = (PLANNED, Confidence::Stated);
            Input::plain("N_i", (key, module.as_str()), (count as f64, ""), origin)
        };
        of_type.into_iter().map(input).collect()
    }

    fn racks(&self) -> Vec<Input> {
        let mut of_type: BTreeMap<&Id, u32> = BTreeMap::new();
        for (container, module) in self.modules().filter(|(_, module)| module.racks > 0) {
            *of_type.entry(&module.id).or_default() += container.populated_racks(module);
        }
        let input = |(module, racks): (&Id, u32)| {
            let name = (format!("plan.racks.{module}"), module.as_str());
            Input::plain("R_i", name, (f64::from(racks), ""), (PLANNED, Confidence::Stated))
        };
        of_type.into_iter().map(input).collect()
    }

    /// Loads of the containers whose phase counts.
    fn powers(&self, counts: impl Fn(&Id) -> bool) -> Vec<Input> {
        let counted = self.modules().filter(|(container, _)| counts(&container.phase));
        let input = |(container, module): (&Container, &ModuleType)| {
            let power = container.peak_kw(module);
            let amount = (power, weakest([module.source.confidence]));
            let subject = Subject::Container(container.id.clone());
            (power > 0.0).then(|| Input::figure("P_i", &subject, &POWER, amount))
        };
        counted.filter_map(input).collect()
    }

    fn areas(&self) -> Vec<Input> {
        let counted = self.modules().filter(|(_, module)| module.container);
        let input = |(container, module): (&Container, &ModuleType)| {
            let (width, depth) = (module.size_mm.0.metres(), module.size_mm.1.metres());
            let amount = (width * depth, weakest([module.source.confidence]));
            Input::figure("A_i", &Subject::Container(container.id.clone()), &COVERED, amount)
        };
        counted.map(input).collect()
    }

    /// Lengths of the trenches that are dug in a phase that counts.
    fn trench_lengths(&self, counts: impl Fn(&Id) -> bool) -> Vec<Input> {
        let dug = self.report.trenches.iter().filter(|trench| !trench.existing);
        let dug = dug.filter(|trench| counts(&trench.phase));
        dug.map(|trench| trench_length("L_t", trench)).collect()
    }
}

/// A figure of a module type.
fn of_module(
    symbol: &'static str,
    module: &ModuleType,
    field: &str,
    amount: (f64, &str),
    name: &str,
) -> Input {
    let key = format!("module.{}.{field}", module.id);
    Input::plain(symbol, (key, name), amount, (&module.source.text, module.source.confidence))
}
