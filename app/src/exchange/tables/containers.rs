//! The container schedule: what stands where, how large, how heavy and how much it draws.

use stackyard_solver::plan::Container;
use stackyard_solver::provenance::{Explainer, Subject};

use super::super::Document;
use super::{Cell, Table, columns, number, text};

/// Containers and fields of equipment in plan order.
pub(super) fn containers(document: &Document<'_>) -> Table {
    let explainer = Explainer::new(document.plan, document.catalogue, document.report);
    let rows = document.plan.containers.iter().map(|it| row(document, &explainer, it));
    let table = Table {
        columns: columns(&[
            ("Tag", 16, 0),
            ("Module", 20, 0),
            ("Name", 34, 0),
            ("Kind", 18, 0),
            ("East (m)", 10, 3),
            ("North (m)", 10, 3),
            ("Rotation (°)", 10, 0),
            ("Width (m)", 10, 3),
            ("Depth (m)", 10, 3),
            ("Height (m)", 10, 3),
            ("Area (m²)", 10, 1),
            ("Mass (t)", 10, 1),
            ("Racks in place", 10, 0),
            ("Rack positions", 10, 0),
            ("Power (kW)", 12, 1),
            ("Roof coolers (kW)", 12, 0),
            ("Counts as container", 10, 0),
            ("Group", 10, 0),
            ("Standing already", 10, 0),
            ("Confidence", 12, 0),
            ("Source", 50, 0),
            ("Phase", 10, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [("Area (m²)", "container.area"), ("Power (kW)", "container.power")];
    let totals = ["Area (m²)", "Mass (t)", "Racks in place", "Rack positions", "Power (kW)"];
    table.explained(&formulas).summed(&totals)
}

fn row(document: &Document<'_>, explainer: &Explainer<'_>, container: &Container) -> Vec<Cell> {
    let module = document.catalogue.modules.get(&container.module);
    let figures = explainer.of(&Subject::Container(container.id.clone()));
    let figure = |formula: &str| {
        let own = figures.iter().find(|figure| figure.formula.id == formula);
        own.map_or(Cell::Empty, |figure| number(figure.value))
    };
    let metres = |mm: i64| number(mm as f64 / 1000.0);
    let footprint = module.map(|module| container.footprint(module));
    let yes_no = |is_so: bool| text(if is_so { "yes" } else { "no" });
    vec![
        text(&container.id),
        text(&container.module),
        module.map_or(Cell::Empty, |module| text(&module.name)),
        module.map_or(Cell::Empty, |module| text(module.kind)),
        metres(container.at_mm.x),
        metres(container.at_mm.y),
        Cell::Number(f64::from(container.rotation.degrees())),
        footprint.map_or(Cell::Empty, |place| metres(place.width())),
        footprint.map_or(Cell::Empty, |place| metres(place.height())),
        module.map_or(Cell::Empty, |module| metres(module.height_mm.0)),
        figure("container.area"),
        module.map_or(Cell::Empty, |module| number(module.mass_kg.0 / 1000.0)),
        module.map_or(Cell::Empty, |module| number(container.populated_racks(module))),
        module.map_or(Cell::Empty, |module| number(module.racks)),
        figure("container.power"),
        module.map_or(Cell::Empty, |module| number(module.roof_cooler_kw.0)),
        module.map_or(Cell::Empty, |module| yes_no(module.container)),
        container.group.as_ref().map_or(Cell::Empty, text),
        yes_no(container.existing),
        module.map_or(Cell::Empty, |module| text(module.source.confidence)),
        module.map_or(Cell::Empty, |module| text(&module.source.text)),
        text(&container.phase),
    ]
}
