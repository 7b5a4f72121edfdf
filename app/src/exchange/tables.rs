//! The schedules as plain tables, from which both the workbook and the CSV files are written.
//!
//! A table knows its columns with their units and its rows of typed cells. It knows nothing of
//! formats; the writers decide how a number or a text is kept from being taken for a formula.

mod assumptions;
mod fabric;

use std::fmt::Display;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::report::{
    CableSizing, Connection, Finding, PipeRun, PumpSet, Report, Severity, Sizing,
    TransformerChoice, Trench,
};
use stackyard_solver::units::Cents;

use super::Document;

pub(super) use assumptions::assumptions;
pub(super) use fabric::{fabric_figures, fabric_take_off, port_columns, port_rows, switch_list};

/// A table of one subject.
#[derive(Debug)]
pub(super) struct Table {
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its rows, each with a cell a column.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// What it holds, with the unit.
    pub(super) title: &'static str,
    /// Width in characters.
    pub(super) width: u8,
    /// Decimals of its numbers.
    pub(super) decimals: u8,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Words and names.
    Text(String),
    /// A figure.
    Number(f64),
    /// Nothing known.
    Empty,
}

fn columns(list: &[(&'static str, u8, u8)]) -> Vec<Column> {
    list.iter().map(|&(title, width, decimals)| Column { title, width, decimals }).collect()
}

fn text(value: impl Display) -> Cell {
    Cell::Text(value.to_string())
}

fn number(value: impl Into<f64>) -> Cell {
    Cell::Number(value.into())
}

fn count(value: usize) -> Cell {
    Cell::Number(value as f64)
}

fn money(value: Option<Cents>) -> Cell {
    value.map_or(Cell::Empty, |amount| Cell::Number(amount.euros()))
}

fn supply(connection: &Connection) -> Cell {
    connection.supply.as_ref().map_or(Cell::Empty, text)
}

/// The bill of quantities.
pub(super) fn bill(report: &Report) -> Table {
    let rows = report.boq.iter().map(|row| {
        vec![
            text(row.group.label()),
            text(&row.phase),
            text(&row.item),
            text(&row.description),
            number(row.quantity),
            text(&row.unit),
            money(row.unit_price),
            money(row.total),
            text(&row.source),
            text(row.confidence),
            text(&row.origin),
            number(row.lead_time_weeks),
        ]
    });
    Table {
        columns: columns(&[
            ("Group", 18, 0),
            ("Phase", 10, 0),
            ("Item", 26, 0),
            ("Description", 52, 0),
            ("Quantity", 12, 2),
            ("Unit", 8, 0),
            ("Unit price (EUR)", 16, 2),
            ("Total (EUR)", 18, 2),
            ("Source", 50, 0),
            ("Confidence", 12, 0),
            ("Origin", 10, 0),
            ("Lead time (weeks)", 12, 0),
        ]),
        rows: rows.collect(),
    }
}

/// Power cables by connection.
pub(super) fn cables(document: &Document<'_>) -> Table {
    let rows =
        document.report.connections.iter().filter_map(|connection| match &connection.sizing {
            Some(Sizing::Cable(cable)) => Some(cable_row(connection, cable, document.catalogue)),
            Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
        });
    Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Service", 12, 0),
            ("From", 18, 0),
            ("To", 18, 0),
            ("Load (kVA)", 12, 0),
            ("Item", 22, 0),
            ("Cable", 40, 0),
            ("Conductor", 10, 0),
            ("Circuits", 10, 0),
            ("Section (mm²)", 12, 0),
            ("Current (A)", 12, 0),
            ("Ampacity (A)", 12, 0),
            ("Grouping", 10, 3),
            ("Circuits in trench", 12, 0),
            ("Voltage drop (%)", 12, 2),
            ("Route length (m)", 12, 1),
            ("Circuit length (m)", 12, 1),
            ("Loss (kW)", 10, 2),
            ("Phase", 10, 0),
            ("Confidence", 12, 0),
            ("Source", 50, 0),
        ]),
        rows: rows.collect(),
    }
}

fn cable_row(connection: &Connection, cable: &CableSizing, catalogue: &Catalogue) -> Vec<Cell> {
    let described = catalogue.prices.get(&cable.item).map(|price| price.description.as_str());
    let conductor = match cable.conductor {
        Conductor::Al => "Al",
        Conductor::Cu => "Cu",
    };
    vec![
        text(&connection.id),
        text(connection.service),
        supply(connection),
        text(format_args!("{}/{}", connection.container, connection.port)),
        number(connection.load.value()),
        text(&cable.item),
        text(described.unwrap_or_default()),
        text(conductor),
        number(cable.circuits),
        number(cable.section_mm2),
        number(cable.current_a),
        number(cable.ampacity_a),
        number(cable.grouping),
        number(cable.circuits_in_trench),
        number(cable.drop_percent),
        number(connection.length_m),
        number(cable.circuit_m),
        number(cable.loss_kw),
        text(&connection.phase),
        text(cable.confidence),
        text(&cable.source),
    ]
}

/// Pipe runs, a row for each piece of one diameter.
pub(super) fn pipes(report: &Report) -> Table {
    Table {
        columns: columns(&[
            ("Run", 12, 0),
            ("Piece", 8, 0),
            ("Service", 16, 0),
            ("From", 18, 0),
            ("DN", 8, 0),
            ("Length (m)", 12, 1),
            ("Flow (kg/s)", 12, 2),
            ("Velocity (m/s)", 12, 2),
            ("Gradient (Pa/m)", 12, 0),
            ("Friction of the run (kPa)", 14, 2),
            ("Connections served", 12, 0),
            ("Phase", 10, 0),
        ]),
        rows: report.pipes.iter().flat_map(pipe_rows).collect(),
    }
}

/// The friction of the whole run stands on its first row only, so that a column sum is right.
fn pipe_rows(run: &PipeRun) -> Vec<Vec<Cell>> {
    let head = |piece: usize| [text(&run.id), count(piece), text(run.service), text(&run.supply)];
    let tail = |piece: usize| {
        let friction = if piece == 1 { number(run.loss_kpa) } else { Cell::Empty };
        [friction, count(run.contents.len()), text(&run.phase)]
    };
    if run.segments.is_empty() {
        let unsized_run =
            [Cell::Empty, number(run.length_m), number(run.flow_kg_s), Cell::Empty, Cell::Empty];
        return vec![head(1).into_iter().chain(unsized_run).chain(tail(1)).collect()];
    }
    (1..)
        .zip(&run.segments)
        .map(|(piece, segment)| {
            let figures = [
                number(segment.dn),
                number(segment.length_m),
                number(run.flow_kg_s),
                number(segment.velocity_m_s),
                number(segment.gradient_pa_m),
            ];
            head(piece).into_iter().chain(figures).chain(tail(piece)).collect()
        })
        .collect()
}

/// Fibre trunks by connection.
pub(super) fn data(report: &Report) -> Table {
    let rows = report.connections.iter().filter_map(|connection| match &connection.sizing {
        Some(Sizing::Data(data)) => Some(vec![
            text(&connection.id),
            text(connection.service),
            supply(connection),
            text(format_args!("{}/{}", connection.container, connection.port)),
            number(data.fibres),
            number(data.trunks),
            number(data.links),
            number(connection.length_m),
            number(data.trunk_m),
            number(data.reach_m),
            text(&data.optic),
            text(&connection.phase),
        ]),
        Some(Sizing::Cable(_) | Sizing::Pipe(_)) | None => None,
    });
    Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Path", 10, 0),
            ("From", 18, 0),
            ("To", 18, 0),
            ("Fibres", 10, 0),
            ("Trunks", 10, 0),
            ("Links", 10, 0),
            ("Route length (m)", 12, 1),
            ("Trunk length (m)", 12, 1),
            ("Reach (m)", 10, 0),
            ("Optic", 40, 0),
            ("Phase", 10, 0),
        ]),
        rows: rows.collect(),
    }
}

/// Transformers and pumps.
pub(super) fn equipment(report: &Report) -> Table {
    let transformers = report.transformers.iter().map(transformer_row);
    let pumps = report.pumps.iter().map(pump_row);
    Table {
        columns: columns(&[
            ("Tag", 18, 0),
            ("Equipment", 22, 0),
            ("Item", 26, 0),
            ("Units", 8, 0),
            ("Load (kVA)", 12, 0),
            ("Rating (kVA)", 12, 0),
            ("Loading (%)", 12, 1),
            ("Loss (kW)", 10, 2),
            ("Flow (kg/s)", 12, 2),
            ("Head (kPa)", 12, 1),
            ("Duty power (kW)", 12, 2),
            ("Motor (kW)", 12, 1),
            ("Phase", 10, 0),
            ("Remarks", 50, 0),
        ]),
        rows: transformers.chain(pumps).collect(),
    }
}

fn transformer_row(choice: &TransformerChoice) -> Vec<Cell> {
    vec![
        text(&choice.container),
        text("Transformer"),
        text(&choice.item),
        number(1),
        number(choice.load_kva),
        number(choice.rating_kva),
        number(choice.loading_percent),
        number(choice.loss_kw),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        text(&choice.phase),
        text(&choice.source),
    ]
}

fn pump_row(pumps: &PumpSet) -> Vec<Cell> {
    let remark = format!("one spare; least pressure at {}", pumps.index_connection);
    vec![
        text(&pumps.supply),
        text(format_args!("Pumps, {}", pumps.service)),
        text(&pumps.item),
        number(pumps.units),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        number(pumps.flow_kg_s),
        number(pumps.head_kpa),
        number(pumps.power_kw),
        number(pumps.motor_kw),
        text(&pumps.phase),
        text(remark),
    ]
}

/// Trenches with what lies in them.
pub(super) fn trenches(report: &Report) -> Table {
    Table {
        columns: columns(&[
            ("Trench", 12, 0),
            ("Phase", 10, 0),
            ("Corridor", 14, 0),
            ("Length (m)", 12, 1),
            ("Width (mm)", 12, 0),
            ("Widest that fits (mm)", 12, 0),
            ("Ground factor", 10, 2),
            ("Open already", 10, 0),
            ("Road crossings", 10, 0),
            ("Connections", 12, 0),
            ("Services", 46, 0),
            ("Cost (EUR)", 16, 2),
        ]),
        rows: report.trenches.iter().map(|trench| trench_row(trench, report)).collect(),
    }
}

fn trench_row(trench: &Trench, report: &Report) -> Vec<Cell> {
    let mut services: Vec<_> = trench
        .contents
        .iter()
        .filter_map(|&index| report.connections.get(index))
        .map(|connection| connection.service)
        .collect();
    services.sort_unstable();
    services.dedup();
    let services: Vec<&str> = services.into_iter().map(Service::label).collect();
    vec![
        text(&trench.id),
        text(&trench.phase),
        trench.corridor.as_ref().map_or(Cell::Empty, text),
        number(trench.length_m),
        Cell::Number(trench.width_mm as f64),
        Cell::Number(trench.limit_mm as f64),
        number(trench.ground_factor),
        text(if trench.existing { "yes" } else { "no" }),
        number(trench.crossings),
        count(trench.contents.len()),
        text(services.join(", ")),
        money(Some(trench.cost)),
    ]
}

/// What is wrong or worth knowing.
pub(super) fn findings(report: &Report) -> Table {
    Table {
        columns: columns(&[
            ("Severity", 10, 0),
            ("Rule", 22, 0),
            ("Subjects", 30, 0),
            ("Finding", 80, 0),
            ("Basis", 60, 0),
            ("Accepted because", 40, 0),
        ]),
        rows: report.findings.iter().map(finding_row).collect(),
    }
}

fn finding_row(finding: &Finding) -> Vec<Cell> {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    vec![
        text(severity),
        text(finding.rule),
        text(finding.subjects.join(", ")),
        text(&finding.message),
        text(&finding.basis),
        finding.accepted.as_ref().map_or(Cell::Empty, text),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let sample = Sample::campus();
        let (document, report) = (sample.document(), &sample.report);
        let tables = [
            bill(report),
            cables(&document),
            pipes(report),
            data(report),
            equipment(report),
            trenches(report),
            findings(report),
            assumptions(&document),
        ];
        for table in tables {
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{:?}", table.columns.first());
            }
        }
    }

    #[test]
    fn the_friction_of_a_run_is_counted_once() {
        let mut sample = Sample::campus();
        if let Some(run) = sample.report.pipes.first_mut() {
            let piece = run.segments.first().cloned();
            run.segments.extend(piece);
            let friction = |row: &Vec<Cell>| row.get(9).is_some_and(|cell| *cell != Cell::Empty);
            assert_eq!(pipe_rows(run).iter().filter(|row| friction(row)).count(), 1);
        }
    }
}
