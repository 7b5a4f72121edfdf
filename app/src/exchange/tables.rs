//! The schedules as plain tables, from which both the workbook and the CSV files are written.
//!
//! A table knows its columns with their units and its rows of typed cells. It knows nothing of
//! formats; the writers decide how a number or a text is kept from being taken for a formula.

mod assumptions;
mod bill;
mod cables;
mod containers;
mod data;
mod drums;
mod fabric;
mod findings;
mod formulas;
mod loads;
mod passage;
mod phases;
mod pipes;
mod pumps;
mod transformers;
mod trenches;
mod water;
mod year;

use std::fmt::Display;

use stackyard_solver::report::Connection;
use stackyard_solver::units::Cents;

use super::Document;

pub(super) use bill::bill;

/// A schedule with the sheet and the file it is written to.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Name of its sheet in the workbook.
    pub(super) sheet: &'static str,
    /// Name of its file without the ending.
    pub(super) file: &'static str,
    /// What it holds.
    pub(super) table: Table,
}

/// Every schedule of a document but the bill, in the order of the workbook.
pub(super) fn schedules(document: &Document<'_>) -> Vec<Schedule> {
    let report = document.report;
    let drums = drums::wound(document);
    let list = [
        ("Cables", "cables", cables::cables(document, &drums)),
        ("Pulling", "pulling", drums::pulling(&drums)),
        ("Drums", "drums", drums::drums(document, &drums)),
        ("Pipes", "pipes", pipes::pipes(document)),
        ("Water ends", "water-ends", water::ends(document)),
        ("Data", "data", data::data(document)),
        ("Loads", "loads", loads::loads(document)),
        ("Boards", "boards", loads::boards(document)),
        ("Transformers", "transformers", transformers::transformers(document)),
        ("Pumps", "pumps", pumps::pumps(document)),
        ("Containers", "containers", containers::containers(document)),
        ("Trenches", "trenches", trenches::trenches(document)),
        ("Phases", "phases", phases::phases(document)),
        ("Deliveries", "deliveries", phases::deliveries(document)),
        ("Findings", "findings", findings::findings(report)),
        ("Energy year", "energy-year", year::year(report)),
        ("Assumptions", "assumptions", assumptions::assumptions(document)),
        ("Formulas", "formulas", formulas::formulas()),
    ];
    list.into_iter().map(|(sheet, file, table)| Schedule { sheet, file, table }).collect()
}
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
    /// Id of the formula its numbers are computed by, where they are.
    pub(super) formula: Option<&'static str>,
    /// Whether its numbers add up to something.
    pub(super) summed: bool,
}

impl Column {
    /// A column that is neither explained nor summed.
    pub(super) const fn plain(title: &'static str, width: u8, decimals: u8) -> Self {
        Self { title, width, decimals, formula: None, summed: false }
    }
}

impl Table {
    /// Says by which formulas the numbers of some columns are computed.
    fn explained(mut self, formulas: &[(&str, &'static str)]) -> Self {
        for &(title, formula) in formulas {
            for column in self.columns.iter_mut().filter(|column| column.title == title) {
                column.formula = Some(formula);
            }
        }
        self
    }

    /// Asks for totals below some columns.
    fn summed(mut self, titles: &[&str]) -> Self {
        for column in &mut self.columns {
            column.summed = titles.contains(&column.title);
        }
        self
    }

    /// The sum of a column; cells that hold no number count as nothing.
    pub(super) fn sum(&self, column: usize) -> f64 {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.fold(0.0, |sum, cell| match cell {
            Cell::Number(value) => sum + value,
            Cell::Text(_) | Cell::Empty => sum,
        })
    }
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
    list.iter().map(|&(title, width, decimals)| Column::plain(title, width, decimals)).collect()
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

/// Nothing known, a number of times.
fn blank(count: usize) -> impl Iterator<Item = Cell> {
    std::iter::repeat_n(Cell::Empty, count)
}

/// The two ends of a connection: supply and its port, container and its port.
fn ends(connection: &Connection) -> [Cell; 4] {
    let supply = connection.supply.as_ref();
    let port = supply.and_then(|supply| supply.port.as_ref());
    [
        supply.map_or(Cell::Empty, |supply| text(&supply.id)),
        port.map_or(Cell::Empty, text),
        text(&connection.container),
        text(&connection.port),
    ]
}

/// Why a connection is not served or what a person did about its route.
fn remark(connection: &Connection) -> Cell {
    match (&connection.blocked, connection.sizing.is_some(), connection.locked) {
        (Some(reason), ..) => text(format_args!("not served: {reason}")),
        (None, false, _) => text("nothing of the catalogue carries it"),
        (None, true, true) => text("route fixed by the planner"),
        (None, true, false) => Cell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::exchange::sample::Sample;

    /// What is to be read in a column, by the titles of table and column.
    fn column<'t>(schedules: &'t [Schedule], sheet: &str, title: &str) -> Vec<&'t Cell> {
        let schedule = schedules.iter().find(|schedule| schedule.sheet == sheet).unwrap();
        let table = &schedule.table;
        let index = table.columns.iter().position(|column| column.title == title).unwrap();
        table.rows.iter().map(|row| &row[index]).collect()
    }

    fn sum(schedules: &[Schedule], sheet: &str, title: &str) -> f64 {
        let numbers = column(schedules, sheet, title).into_iter().map(|cell| match cell {
            Cell::Number(value) => *value,
            Cell::Text(_) | Cell::Empty => 0.0,
        });
        numbers.sum()
    }

    fn texts(schedules: &[Schedule], sheet: &str, title: &str) -> Vec<String> {
        let cells = column(schedules, sheet, title).into_iter();
        cells
            .map(|cell| match cell {
                Cell::Text(text) => text.clone(),
                Cell::Number(_) | Cell::Empty => String::new(),
            })
            .collect()
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        for sample in [Sample::campus(), Sample::empty()] {
            let mut all = schedules(&sample.document());
            all.push(Schedule { sheet: "BOQ", file: "boq", table: bill(&sample.report) });
            for Schedule { sheet, table, .. } in all {
                for row in &table.rows {
                    assert_eq!(row.len(), table.columns.len(), "{sheet}");
                }
                let titles: BTreeSet<_> = table.columns.iter().map(|column| column.title).collect();
                assert_eq!(titles.len(), table.columns.len(), "{sheet} has a title twice");
            }
        }
    }

    #[test]
    fn every_connection_stands_once_in_the_schedule_of_its_trade() {
        let sample = Sample::campus();
        let all = schedules(&sample.document());
        let mut listed: BTreeMap<String, usize> = BTreeMap::new();
        for sheet in ["Cables", "Water ends", "Data"] {
            for tag in texts(&all, sheet, "Tag") {
                *listed.entry(tag).or_default() += 1;
            }
        }
        let wanted: BTreeMap<String, usize> =
            sample.report.connections.iter().map(|it| (it.id.clone(), 1)).collect();
        assert_eq!(listed, wanted);
    }

    #[test]
    fn tags_are_unique_and_cells_a_trade_needs_are_never_blank() {
        let sample = Sample::campus();
        let all = schedules(&sample.document());
        for (sheet, tag, needed) in [
            ("Cables", "Tag", vec!["From", "To", "To port", "Cable", "Trenches passed", "Phase"]),
            ("Pulling", "Cable", vec!["Drum", "From", "To", "Phase"]),
            ("Drums", "Drum", vec!["Item", "Phase"]),
            ("Water ends", "Tag", vec!["From", "To", "To port", "Runs passed", "Phase"]),
            ("Data", "Tag", vec!["From", "To", "To port", "Optic", "Trenches passed", "Phase"]),
            ("Loads", "Feeder", vec!["Board", "Consumer", "Phase"]),
            ("Transformers", "Tag", vec!["Item", "Phase"]),
            ("Containers", "Tag", vec!["Module", "Kind", "Phase"]),
            ("Trenches", "Trench", vec!["Phase"]),
            ("Phases", "Phase", vec!["Name"]),
            ("Formulas", "Formula", vec!["Quantity", "Expression", "Source"]),
        ] {
            let tags = texts(&all, sheet, tag);
            let unique: BTreeSet<_> = tags.iter().collect();
            assert_eq!(unique.len(), tags.len(), "{sheet}");
            for title in needed {
                assert!(
                    texts(&all, sheet, title).iter().all(|it| !it.is_empty()),
                    "{sheet}: {title}"
                );
            }
        }
    }

    #[test]
    fn totals_of_the_schedules_are_those_of_the_report() {
        let sample = Sample::campus();
        let report = &sample.report;
        let all = schedules(&sample.document());
        let near = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-6, "{what}: {a} {b}");
        let routes = ["Cables", "Data", "Water ends"].map(|it| sum(&all, it, "Route length (m)"));
        near(routes.iter().sum(), report.totals.laid_m, "routes");
        let dug = report.trenches.iter().map(|trench| trench.length_m).sum();
        near(sum(&all, "Trenches", "Length (m)"), dug, "trenches");
        let digging: f64 = report.trenches.iter().map(|trench| trench.cost.euros()).sum();
        near(sum(&all, "Trenches", "Cost (EUR)"), digging, "cost of trenches");
        let laid = sum(&all, "Cables", "Cable in all (m)");
        near(sum(&all, "Pulling", "Cut length (m)"), laid, "cuts");
        near(sum(&all, "Drums", "Used (m)"), laid, "drums");
        let pipes: f64 = report.pipes.iter().map(|run| run.length_m).sum();
        near(sum(&all, "Pipes", "Length (m)"), pipes, "pipes");
        let drawn = sum(&all, "Loads", "Connected (kVA)");
        near(sum(&all, "Boards", "Connected (kVA)"), drawn, "loads");
        near(sum(&all, "Phases", "Cost (EUR)"), report.boq_total().euros(), "phases");
        let racks = sum(&all, "Containers", "Racks in place");
        near(racks, f64::from(report.totals.racks), "racks");
        near(sum(&all, "Containers", "Power (kW)"), report.totals.peak_kw, "power");
    }

    #[test]
    fn columns_name_formulas_that_exist_and_sums_ask_for_columns_that_do() {
        let sample = Sample::campus();
        for Schedule { sheet, table, .. } in schedules(&sample.document()) {
            for column in &table.columns {
                if let Some(id) = column.formula {
                    assert!(stackyard_solver::provenance::formula(id).is_some(), "{sheet}: {id}");
                }
            }
        }
        let all = schedules(&sample.document());
        let explained = |sheet: &str| {
            let schedule = all.iter().find(|schedule| schedule.sheet == sheet).unwrap();
            schedule.table.columns.iter().filter(|column| column.formula.is_some()).count()
        };
        for (sheet, least) in [("Cables", 8), ("Pipes", 5), ("Data", 6), ("Trenches", 6)] {
            assert!(explained(sheet) >= least, "{sheet}");
        }
    }
}
