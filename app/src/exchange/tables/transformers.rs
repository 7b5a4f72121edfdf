//! The transformer schedule.

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::{Sizing, TransformerChoice};
use stackyard_solver::size::{cable, equipment};

use super::super::Document;
use super::{Cell, Table, columns, number, text};

/// Transformers by station.
pub(super) fn transformers(document: &Document<'_>) -> Table {
    let table = Table {
        columns: columns(&[
            ("Tag", 18, 0),
            ("Item", 26, 0),
            ("Build", 24, 0),
            ("Primary (kV)", 10, 1),
            ("Secondary (kV)", 10, 1),
            ("Short-circuit impedance (%)", 12, 1),
            ("Load (kVA)", 12, 0),
            ("Rating (kVA)", 12, 0),
            ("Loading (%)", 12, 1),
            ("Loading allowed (%)", 12, 0),
            ("No-load loss (kW)", 12, 2),
            ("Load loss at rating (kW)", 12, 2),
            ("Loss (kW)", 10, 2),
            ("Secondary current (A)", 12, 0),
            ("Fed by", 16, 0),
            ("Feeder", 20, 0),
            ("Feeder current (A)", 12, 0),
            ("Standing already", 10, 0),
            ("Confidence", 12, 0),
            ("Source", 50, 0),
            ("Phase", 10, 0),
        ]),
        rows: document.report.transformers.iter().map(|choice| row(document, choice)).collect(),
    };
    let formulas = [
        ("Load (kVA)", "transformer.load"),
        ("Rating (kVA)", "transformer.rating"),
        ("Loading (%)", "transformer.loading"),
        ("Loss (kW)", "transformer.loss"),
    ];
    table.explained(&formulas).summed(&["Load (kVA)", "Rating (kVA)", "Loss (kW)"])
}

fn row(document: &Document<'_>, choice: &TransformerChoice) -> Vec<Cell> {
    let catalogue = document.catalogue;
    let unit =
        equipment::fitting(catalogue).find(|unit| equipment::transformer_item(unit) == choice.item);
    let feeder = document
        .report
        .connections
        .iter()
        .find(|it| it.container == choice.container && it.service == Service::MvPower);
    let current = feeder.and_then(|it| match &it.sizing {
        Some(Sizing::Cable(sizing)) => Some(sizing.current_a),
        Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
    });
    let stands = document.plan.container(&choice.container).is_some_and(|it| it.existing);
    let low_kv = cable::voltage_kv(catalogue, Service::LvPower);
    vec![
        text(&choice.container),
        text(&choice.item),
        unit.map_or(Cell::Empty, |unit| text(&unit.build)),
        number(cable::voltage_kv(catalogue, Service::MvPower)),
        number(low_kv),
        unit.map_or(Cell::Empty, |unit| number(unit.uk_percent)),
        number(choice.load_kva),
        number(choice.rating_kva),
        number(choice.loading_percent),
        number(100.0 * catalogue.rules.transformer_loading_max.value),
        unit.map_or(Cell::Empty, |unit| number(unit.no_load_w / 1000.0)),
        unit.map_or(Cell::Empty, |unit| number(unit.load_loss_w / 1000.0)),
        number(choice.loss_kw),
        number(choice.load_kva / (3.0_f64.sqrt() * low_kv)),
        feeder.and_then(|it| it.supply.as_ref()).map_or(Cell::Empty, text),
        feeder.map_or(Cell::Empty, |it| text(&it.id)),
        current.map_or(Cell::Empty, number),
        text(if stands { "yes" } else { "no" }),
        unit.map_or(Cell::Empty, |unit| text(unit.confidence)),
        text(&choice.source),
        text(&choice.phase),
    ]
}
