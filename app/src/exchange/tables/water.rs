//! The ends of the pipe networks: every piped connection with its valves and pressures.

use stackyard_solver::report::{Connection, PipeRun, Report, Sizing};

use super::super::Document;
use super::{Cell, Table, blank, columns, ends as ends_of, number, passage, remark, text};

/// Isolating valves of a pair end: one in the supply, one in the return.
const ISOLATING: f64 = 2.0;

/// Piped connections with the valves the price of a pair end covers.
pub(super) fn ends(document: &Document<'_>) -> Table {
    let report = document.report;
    let passed = passage::runs(report).into_iter().zip(passage::trenches(report));
    let rows = (0..)
        .zip(report.connections.iter().zip(passed))
        .filter(|(_, (connection, _))| connection.service.is_piped())
        .map(|(index, (connection, passed))| row(document, index, connection, passed));
    let table = Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Service", 16, 0),
            ("From", 14, 0),
            ("From port", 10, 0),
            ("To", 14, 0),
            ("To port", 10, 0),
            ("Heat (kW)", 12, 0),
            ("Flow (kg/s)", 12, 2),
            ("Flow (m³/h)", 12, 1),
            ("DN", 8, 0),
            ("Friction on the way (kPa)", 12, 2),
            ("Need of the module (kPa)", 12, 1),
            ("To be throttled (kPa)", 12, 2),
            ("Isolating valves", 10, 0),
            ("Balancing valves", 10, 0),
            ("Strainers", 10, 0),
            ("Route length (m)", 12, 1),
            ("Runs passed", 40, 0),
            ("Trenches passed", 60, 0),
            ("Phase", 10, 0),
            ("Remarks", 40, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [
        ("Flow (kg/s)", "share.flow"),
        ("Friction on the way (kPa)", "share.loss"),
        ("To be throttled (kPa)", "share.spare"),
        ("Route length (m)", "route.length"),
    ];
    let totals = ["Heat (kW)", "Flow (kg/s)", "Isolating valves", "Balancing valves", "Strainers"];
    table.explained(&formulas).summed(&totals)
}

fn row(
    document: &Document<'_>,
    index: usize,
    connection: &Connection,
    (runs, trenches): (String, String),
) -> Vec<Cell> {
    let mut cells = vec![text(&connection.id), text(connection.service)];
    cells.extend(ends_of(connection));
    cells.push(number(connection.load.value()));
    match &connection.sizing {
        Some(Sizing::Pipe(sizing)) => {
            let rules = &document.catalogue.rules;
            let mean_c = rules.water_supply_c.value + rules.water_delta_k.value / 2.0;
            let density = stackyard_solver::physics::hydraulics::Fluid::water(mean_c).density;
            let last = last_run(document.report, index);
            let dn = last.and_then(|run| run.segments.iter().map(|piece| piece.dn).min());
            cells.extend([
                number(sizing.flow_kg_s),
                number(sizing.flow_kg_s / density * 3600.0),
                dn.map_or(Cell::Empty, number),
                number(sizing.path_loss_kpa),
                number(rules.terminal_loss_kpa.value),
                number(sizing.spare_kpa),
                number(ISOLATING),
                number(1),
                number(1),
                number(connection.length_m),
                Cell::Text(runs),
                Cell::Text(trenches),
            ]);
        }
        Some(Sizing::Cable(_) | Sizing::Data(_)) | None => cells.extend(blank(12)),
    }
    cells.extend([text(&connection.phase), remark(connection)]);
    cells
}

/// The run that ends at a connection: of those that serve it the one that serves the fewest.
fn last_run(report: &Report, connection: usize) -> Option<&PipeRun> {
    let own = report.pipes.iter().filter(|run| run.contents.contains(&connection));
    own.min_by_key(|run| run.contents.len())
}
