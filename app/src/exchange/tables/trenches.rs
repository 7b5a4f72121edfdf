//! The trench schedule: what lies in each cross-section, what is dug out and what that costs.

use std::collections::BTreeMap;

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::provenance::{Explainer, Subject};
use stackyard_solver::report::{Report, Sizing, Trench};

use super::super::Document;
use super::{Cell, Table, columns, count, money, number, text};

/// Trenches with what lies in them.
pub(super) fn trenches(document: &Document<'_>) -> Table {
    let report = document.report;
    let explainer = Explainer::new(document.plan, document.catalogue, report);
    let table = Table {
        columns: columns(&[
            ("Trench", 12, 0),
            ("Phase", 10, 0),
            ("Corridor", 14, 0),
            ("Length (m)", 12, 1),
            ("Width (mm)", 12, 0),
            ("Widest that fits (mm)", 12, 0),
            ("Filling (%)", 10, 0),
            ("Depth (mm)", 10, 0),
            ("Excavation (m³)", 12, 1),
            ("Ground factor", 10, 2),
            ("Open already", 10, 0),
            ("Road crossings", 10, 1),
            ("Connections", 12, 0),
            ("MV circuits", 10, 0),
            ("LV circuits", 10, 0),
            ("Pipe pairs", 24, 0),
            ("Data trunks", 10, 0),
            ("Services", 46, 0),
            ("Contents", 60, 0),
            ("Cost (EUR)", 16, 2),
        ]),
        rows: report.trenches.iter().map(|trench| row(report, &explainer, trench)).collect(),
    };
    let formulas = [
        ("Length (m)", "trench.length"),
        ("Width (mm)", "trench.width"),
        ("Filling (%)", "trench.filling"),
        ("Depth (mm)", "trench.depth"),
        ("Excavation (m³)", "trench.volume"),
        ("Cost (EUR)", "trench.cost"),
    ];
    let totals = ["Length (m)", "Excavation (m³)", "Road crossings", "Cost (EUR)"];
    table.explained(&formulas).summed(&totals)
}

fn row(report: &Report, explainer: &Explainer<'_>, trench: &Trench) -> Vec<Cell> {
    let figures = explainer.of(&Subject::Trench(trench.id.clone()));
    let figure = |formula: &str| {
        let own = figures.iter().find(|figure| figure.formula.id == formula);
        own.map_or(Cell::Empty, |figure| number(figure.value))
    };
    let dug = |formula: &str| if trench.existing { number(0) } else { figure(formula) };
    let inside = Inside::of(report, trench);
    let pairs: Vec<String> = explainer
        .runs_in(trench)
        .into_iter()
        .map(|run| {
            let widest = run.segments.iter().map(|piece| piece.dn).max();
            widest.map_or_else(|| run.id.clone(), |dn| format!("{} DN {dn}", run.id))
        })
        .collect();
    vec![
        text(&trench.id),
        text(&trench.phase),
        trench.corridor.as_ref().map_or_else(|| text("free ground"), text),
        number(trench.length_m),
        Cell::Number(trench.width_mm as f64),
        Cell::Number(trench.limit_mm as f64),
        figure("trench.filling"),
        figure("trench.depth"),
        dug("trench.volume"),
        number(trench.ground_factor),
        text(if trench.existing { "yes" } else { "no" }),
        // Entering and leaving a road make one crossing.
        number(f64::from(trench.crossings) / 2.0),
        count(trench.contents.len()),
        number(inside.mv_circuits),
        number(inside.lv_circuits),
        text(pairs.join(", ")),
        number(inside.trunks),
        text(inside.services),
        text(inside.names.join(" ")),
        money(Some(trench.cost)),
    ]
}

/// What lies in a cross-section.
#[derive(Default)]
struct Inside<'a> {
    mv_circuits: u32,
    lv_circuits: u32,
    trunks: u32,
    /// `3 LV power, 2 Data A`.
    services: String,
    names: Vec<&'a str>,
}

impl<'a> Inside<'a> {
    fn of(report: &'a Report, trench: &Trench) -> Self {
        let mut inside = Self::default();
        let mut counts: BTreeMap<Service, usize> = BTreeMap::new();
        for connection in trench.contents.iter().filter_map(|&it| report.connections.get(it)) {
            *counts.entry(connection.service).or_default() += 1;
            inside.names.push(connection.id.as_str());
            match &connection.sizing {
                Some(Sizing::Cable(sizing)) if connection.service == Service::MvPower => {
                    inside.mv_circuits += sizing.circuits;
                }
                Some(Sizing::Cable(sizing)) => inside.lv_circuits += sizing.circuits,
                Some(Sizing::Data(sizing)) => inside.trunks += sizing.trunks,
                Some(Sizing::Pipe(_)) | None => {}
            }
        }
        let parts: Vec<String> =
            counts.into_iter().map(|(service, count)| format!("{count} {service}")).collect();
        inside.services = parts.join(", ");
        inside
    }
}
