//! The bill: what each quantity is the sum of, and each total.

use super::inputs::{PLANNED, rule};
use super::trench::road_edges;
use super::water::piece_length;
use super::{Explainer, Explanation, Formula, Input, Subject, Values, weakest};
use crate::id::Id;
use crate::report::{BoqGroup, BoqRow, Connection, Sizing};
use crate::size::{cable, fibre};
use crate::units::{Cents, Confidence};

/// The formulas of this trade.
pub(super) static FORMULAS: [&Formula; 4] = [&QUANTITY, &SPARES, &SPARE_PIECES, &TOTAL];

static QUANTITY: Formula = Formula {
    id: "boq.quantity",
    quantity: "Quantity of the row",
    unit: "",
    expression: "q = ⌈10 · Σ q_i⌉ / 10",
    source: "everything of that item in that phase, bought in tenths at the finest",
    evaluate: |values| in_tenths(values.sum("q_i")),
};

static SPARES: Formula = Formula {
    id: "boq.spares",
    quantity: "Quantity of spares",
    unit: "",
    expression: "q = ⌈10 · s / 100 · Σ q_i⌉ / 10",
    source: "a share of everything of that item in that phase",
    evaluate: |values| in_tenths(spare(values)),
};

static SPARE_PIECES: Formula = Formula {
    id: "boq.spare-pieces",
    quantity: "Pieces to spare",
    unit: "",
    expression: "q = ⌈s / 100 · Σ q_i⌉",
    source: "a share of everything of that item in that phase, in whole pieces",
    evaluate: |values| in_tenths(spare(values).ceil()),
};

static TOTAL: Formula = Formula {
    id: "boq.total",
    quantity: "Total of the row",
    unit: "EUR",
    expression: "C = q · p",
    source: "quantity times unit price, rounded to the cent",
    evaluate: |values| Cents::from_euros(values.one("p")).times(values.one("q")).euros(),
};

fn in_tenths(quantity: f64) -> f64 {
    (quantity * 10.0 - 1e-6).ceil() / 10.0
}

fn spare(values: &Values<'_>) -> f64 {
    values.sum("q_i") * (values.one("s") / 100.0)
}

impl Explainer<'_> {
    pub(super) fn row(&self, row: &BoqRow) -> Vec<Explanation> {
        let quantity = self.quantity(row);
        let total = row.total.map(|total| {
            let inputs = vec![Input::explained("q", &quantity), self.price("p", &row.item)];
            Explanation::new(subject_of(row), &TOTAL, total.euros(), inputs)
        });
        [quantity].into_iter().chain(total).collect()
    }

    /// The total of a row as an input; none where it has no price.
    pub(super) fn row_total(&self, symbol: &'static str, row: &BoqRow) -> Option<Input> {
        let total = row.total?;
        let price = self.price("p", &row.item).confidence;
        let trust = weakest([self.quantity(row).confidence, price]);
        Some(Input::figure(symbol, &subject_of(row), &TOTAL, (total.euros(), trust)))
    }

    fn quantity(&self, row: &BoqRow) -> Explanation {
        let (formula, inputs) = match row.group {
            BoqGroup::Spares => {
                let bought = [BoqGroup::Cable, BoqGroup::Pipe, BoqGroup::Optics, BoqGroup::Fabric];
                let mut inputs = vec![rule!(self, "s", spares_percent, "%")];
                let parts = bought.map(|group| (group, self.parts(group, &row.phase, &row.item)));
                let counted = [BoqGroup::Optics, BoqGroup::Fabric];
                let pieces =
                    parts.iter().any(|(group, parts)| counted.contains(group) && !parts.is_empty());
                inputs.extend(parts.into_iter().flat_map(|(_, parts)| parts));
                (if pieces { &SPARE_PIECES } else { &SPARES }, inputs)
            }
            BoqGroup::Equipment
            | BoqGroup::Trench
            | BoqGroup::Cable
            | BoqGroup::Pipe
            | BoqGroup::Optics
            | BoqGroup::Fabric
            | BoqGroup::Laying => (&QUANTITY, self.parts(row.group, &row.phase, &row.item)),
        };
        Explanation::new(subject_of(row), formula, row.quantity, inputs)
    }

    /// What the quantity of an item in a phase is the sum of, in the order of the bill.
    fn parts(&self, group: BoqGroup, phase: &Id, item: &str) -> Vec<Input> {
        match group {
            BoqGroup::Equipment => self.equipment(phase, item),
            BoqGroup::Trench => self.trenches_of_row(phase, item),
            BoqGroup::Pipe => self.pieces_of_row(phase, item),
            BoqGroup::Cable | BoqGroup::Optics | BoqGroup::Laying => {
                let rank = self.rank(phase);
                let in_phase =
                    self.report.connections.iter().filter(|it| self.rank(&it.phase) == rank);
                in_phase.filter_map(|it| self.part_of_connection(group, it, item)).collect()
            }
            BoqGroup::Fabric => self.of_fabric(phase, item),
            BoqGroup::Spares => Vec::new(),
        }
    }

    fn of_fabric(&self, phase: &Id, item: &str) -> Vec<Input> {
        let count = self.fabric.get(&(phase.clone(), item.to_owned()));
        let key = format!("fabric.{phase}.{item}");
        let origin = ("every port of the fabric wired and measured", Confidence::Computed);
        let input = |count| Input::plain("q_i", (key, "in the take-off"), (count, ""), origin);
        count.copied().map(input).into_iter().collect()
    }

    fn equipment(&self, phase: &Id, item: &str) -> Vec<Input> {
        let rank = self.rank(phase);
        let piece = |id: &Id, what: &str| {
            let name = format!("{what} {id}");
            let key = format!("plan.{id}.{what}");
            Input::plain("q_i", (key, &name), (1.0, ""), (PLANNED, Confidence::Stated))
        };
        let modules = self
            .plan
            .containers
            .iter()
            .filter(|container| !container.existing && self.rank(&container.phase) == rank)
            .filter(|container| {
                let module = self.catalogue.modules.get(&container.module);
                module.is_some_and(|module| module.price_id() == item)
            })
            .map(|container| piece(&container.id, "container"));
        let stands = |id: &Id| self.plan.container(id).is_some_and(|container| container.existing);
        let transformers = self
            .report
            .transformers
            .iter()
            .filter(|unit| self.rank(&unit.phase) == rank && unit.item == item)
            .filter(|unit| !stands(&unit.container))
            .map(|unit| piece(&unit.container, "transformer"));
        let pumps = self
            .report
            .pumps
            .iter()
            .filter(|pumps| self.rank(&pumps.phase) == rank && pumps.item == item)
            .map(|pumps| self.pump_count("q_i", pumps));
        modules.chain(transformers).chain(pumps).collect()
    }

    fn trenches_of_row(&self, phase: &Id, item: &str) -> Vec<Input> {
        let rank = self.rank(phase);
        let dug = self
            .report
            .trenches
            .iter()
            .filter(|trench| !trench.existing && self.rank(&trench.phase) == rank);
        dug.filter_map(|trench| match item {
            "trench-base" => Some(Input::explained("q_i", &self.trench_metres(trench))),
            "trench-width" => Some(Input::explained("q_i", &self.trench_area(trench))),
            "crossing-road" if trench.crossings > 0 => {
                // Entering and leaving a road make one crossing.
                let mut edges = road_edges("q_i", trench);
                edges.value /= 2.0;
                edges.key = format!("plan.{}.roads", trench.id);
                "road crossings".clone_into(&mut edges.name);
                Some(edges)
            }
            _ => None,
        })
        .collect()
    }

    fn pieces_of_row(&self, phase: &Id, item: &str) -> Vec<Input> {
        let rank = self.rank(phase);
        let runs = self.report.pipes.iter().filter(|run| self.rank(&run.phase) == rank);
        runs.flat_map(|run| {
            let pieces = (1..).zip(&run.segments);
            let own = pieces.filter(move |(_, it)| format!("pipe-pair-dn{}", it.dn) == item);
            own.map(move |(number, segment)| piece_length("q_i", run, number, segment))
        })
        .collect()
    }

    fn part_of_connection(&self, group: BoqGroup, at: &Connection, item: &str) -> Option<Input> {
        match (group, at.sizing.as_ref()?) {
            (BoqGroup::Cable, Sizing::Cable(sizing)) => (sizing.item == item)
                .then(|| Input::explained("q_i", &self.cable_metres(at, sizing))),
            (BoqGroup::Laying, Sizing::Cable(sizing)) => {
                let (lay, end) = cable::labour_items(at.service);
                if item == lay {
                    Some(Input::explained("q_i", &self.cable_metres(at, sizing)))
                } else {
                    (item == end).then(|| Input::explained("q_i", &self.cable_ends(at, sizing)))
                }
            }
            (BoqGroup::Cable, Sizing::Data(sizing)) => {
                let (trunk, _) = fibre::items(sizing.trunk_fibres);
                (item == trunk).then(|| Input::explained("q_i", &self.trunk_metres(at, sizing)))
            }
            (BoqGroup::Laying, Sizing::Data(sizing)) => {
                let (_, end) = fibre::items(sizing.trunk_fibres);
                if item == "lay-fibre" {
                    Some(Input::explained("q_i", &self.trunk_metres(at, sizing)))
                } else {
                    (item == end).then(|| Input::explained("q_i", &self.trunk_ends(at, sizing)))
                }
            }
            (BoqGroup::Optics, Sizing::Data(sizing)) => {
                let optic = fibre::optic(self.catalogue, sizing.trunk_m)?;
                (fibre::optic_item(optic) == item)
                    .then(|| Input::explained("q_i", &self.links(at, sizing)))
            }
            (BoqGroup::Laying, Sizing::Pipe(_)) if item == "pipe-end" => {
                let name = (format!("plan.{}.pair_end", at.id), "pipe pair ends");
                Some(Input::plain("q_i", name, (1.0, ""), (PLANNED, Confidence::Stated)))
            }
            _ => None,
        }
    }
}

fn subject_of(row: &BoqRow) -> Subject {
    Subject::Row(row.group, row.phase.clone(), row.item.clone())
}
