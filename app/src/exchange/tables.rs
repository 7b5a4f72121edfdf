//! The schedules as plain tables, from which both the workbook and the CSV files are written.
//!
//! A table knows its columns with their units and its rows of typed cells. It knows nothing of
//! formats; the writers decide how a number or a text is kept from being taken for a formula.

mod assumptions;
mod bill;
mod cables;
mod data;
mod equipment;
mod findings;
mod pipes;
mod trenches;

use std::fmt::Display;

use stackyard_solver::report::Connection;
use stackyard_solver::units::Cents;

pub(super) use assumptions::assumptions;
pub(super) use bill::bill;
pub(super) use cables::cables;
pub(super) use data::data;
pub(super) use equipment::equipment;
pub(super) use findings::findings;
pub(super) use pipes::pipes;
pub(super) use trenches::trenches;

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
}
