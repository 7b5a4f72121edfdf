//! The data schedule: fibre trunks with reach and link budget.

use stackyard_solver::provenance::{Explainer, Subject};
use stackyard_solver::report::{Connection, DataSizing, Sizing};

use super::super::Document;
use super::{Cell, Table, blank, columns, ends, number, passage, remark, text};

/// Fibre trunks by connection.
pub(super) fn data(document: &Document<'_>) -> Table {
    let explainer = Explainer::new(document.plan, document.catalogue, document.report);
    let connections = document.report.connections.iter();
    let rows = connections
        .zip(passage::trenches(document.report))
        .filter(|(it, _)| !it.service.is_power() && !it.service.is_piped())
        .map(|(connection, passed)| row(document, &explainer, connection, passed));
    let table = Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Path", 10, 0),
            ("From", 14, 0),
            ("From port", 10, 0),
            ("To", 14, 0),
            ("To port", 10, 0),
            ("Fibres", 10, 0),
            ("Fibres a trunk", 10, 0),
            ("Trunks", 10, 0),
            ("Spare fibres", 10, 0),
            ("Links", 10, 0),
            ("Trunk length (m)", 12, 1),
            ("Trunk in all (m)", 12, 1),
            ("Trunk ends", 10, 0),
            ("Optic", 40, 0),
            ("Reach (m)", 10, 0),
            ("Link loss (dB)", 10, 2),
            ("Loss allowed (dB)", 10, 2),
            ("Margin (dB)", 10, 2),
            ("Route length (m)", 12, 1),
            ("Trenches passed", 60, 0),
            ("Phase", 10, 0),
            ("Remarks", 40, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [
        ("Trunks", "trunk.count"),
        ("Links", "trunk.links"),
        ("Trunk length (m)", "trunk.length"),
        ("Trunk in all (m)", "trunk.metres"),
        ("Trunk ends", "trunk.ends"),
        ("Reach (m)", "trunk.reach"),
        ("Link loss (dB)", "trunk.loss"),
        ("Margin (dB)", "trunk.margin"),
        ("Route length (m)", "route.length"),
    ];
    let totals = ["Fibres", "Trunks", "Links", "Trunk in all (m)", "Trunk ends"];
    table.explained(&formulas).summed(&totals)
}

fn row(
    document: &Document<'_>,
    explainer: &Explainer<'_>,
    connection: &Connection,
    passed: String,
) -> Vec<Cell> {
    let mut cells = vec![text(&connection.id), text(connection.service)];
    cells.extend(ends(connection));
    cells.push(number(connection.load.value()));
    match &connection.sizing {
        Some(Sizing::Data(sizing)) => {
            cells.extend(sized(document, explainer, connection, sizing));
            cells.extend([number(connection.length_m), Cell::Text(passed)]);
        }
        Some(Sizing::Cable(_) | Sizing::Pipe(_)) | None => cells.extend(blank(14)),
    }
    cells.extend([text(&connection.phase), remark(connection)]);
    cells
}

fn sized(
    document: &Document<'_>,
    explainer: &Explainer<'_>,
    connection: &Connection,
    sizing: &DataSizing,
) -> [Cell; 12] {
    let subject = Subject::Connection(connection.id.clone());
    let figures = explainer.of(&subject);
    let figure = |formula: &str| {
        let own = figures.iter().find(|figure| figure.formula.id == formula);
        own.map_or(Cell::Empty, |figure| number(figure.value))
    };
    let laid = f64::from(sizing.trunks) * f64::from(sizing.trunk_fibres);
    [
        number(sizing.trunk_fibres),
        number(sizing.trunks),
        number(laid - f64::from(sizing.fibres)),
        number(sizing.links),
        number(sizing.trunk_m),
        figure("trunk.metres"),
        figure("trunk.ends"),
        text(&sizing.optic),
        number(sizing.reach_m),
        figure("trunk.loss"),
        number(document.catalogue.rules.link_budget_db.value),
        figure("trunk.margin"),
    ]
}
