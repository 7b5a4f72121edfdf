//! Tables as CSV: UTF-8 with a byte-order mark so that spreadsheets read it right, quoted as in
//! RFC 4180, and with no text that a spreadsheet would run as a formula.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};
use stackyard_solver::fabric::Takeoff;

use super::tables::{self, Cell, Column, Table};
use super::{BuildError, Document};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Every table of a document with the name of its file.
pub(super) fn files(document: &Document<'_>) -> Result<Vec<(String, Vec<u8>)>, BuildError> {
    let bill = ("boq", tables::bill(document.report));
    let schedules = tables::schedules(document).into_iter().map(|it| (it.file, it.table));
    let mut files = Vec::new();
    for (name, table) in std::iter::once(bill).chain(schedules) {
        files.push((format!("{name}.csv"), bytes(&table)?));
    }
    let report = document.report;
    if let Some(takeoff) = Takeoff::of(document.plan, document.catalogue, report) {
        let take_off = bytes(&tables::fabric_take_off(report))?;
        files.push(("fabric-take-off.csv".to_owned(), take_off));
        let figures = bytes(&tables::fabric_figures(report))?;
        files.push(("fabric-figures.csv".to_owned(), figures));
        files.push(("switches.csv".to_owned(), bytes(&tables::switch_list(&takeoff))?));
        let ports = written(&tables::port_columns(), tables::port_rows(&takeoff))?;
        files.push(("ports.csv".to_owned(), ports));
    }
    Ok(files)
}

fn bytes(table: &Table) -> Result<Vec<u8>, BuildError> {
    written(&table.columns, &table.rows)
}

/// Writes rows as they come.
fn written<R: AsRef<[Cell]>>(
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, BuildError> {
    let mut out = BYTE_ORDER_MARK.to_vec();
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut out);
    writer.write_record(columns.iter().map(|column| column.title))?;
    for row in rows {
        writer.write_record(row.as_ref().iter().map(|cell| field(cell).into_owned()))?;
    }
    writer.flush().map_err(csv::Error::from)?;
    drop(writer);
    Ok(out)
}

/// The text of a cell; numbers keep every digit, so that products can be checked.
fn field(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => harmless(text),
        Cell::Number(value) if value.is_finite() => Cow::Owned(value.to_string()),
        Cell::Number(_) | Cell::Empty => Cow::Borrowed(""),
    }
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn text_that_looks_like_a_formula_is_neutralised() {
        for attack in ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(attack), format!("'{attack}"));
        }
        assert_eq!(harmless("IT-01A"), "IT-01A");
    }

    #[test]
    fn negative_numbers_stay_numbers() {
        assert_eq!(field(&Cell::Number(-1.5)), "-1.5");
        assert_eq!(field(&Cell::Number(f64::NAN)), "");
    }

    #[test]
    fn every_file_reads_back_with_all_its_rows() {
        let sample = Sample::campus();
        let files = files(&sample.document()).unwrap();
        let schedules = tables::schedules(&sample.document());
        assert_eq!(files.len(), schedules.len() + 1);
        let rows = |file: &[u8]| {
            let text = file.strip_prefix(BYTE_ORDER_MARK).unwrap();
            let records: Result<Vec<_>, _> = csv::Reader::from_reader(text).records().collect();
            records.unwrap().len()
        };
        let (name, bill) = files.first().unwrap();
        assert_eq!((name.as_str(), rows(bill)), ("boq.csv", sample.report.boq.len()));
        for (schedule, (name, file)) in schedules.iter().zip(files.iter().skip(1)) {
            assert_eq!(*name, format!("{}.csv", schedule.file));
            assert_eq!(rows(file), schedule.table.rows.len(), "{name}");
        }
    }

    #[test]
    fn a_fabric_brings_its_tables_and_every_port() {
        let sample = Sample::fabric();
        let files = files(&sample.document()).unwrap();
        let names: Vec<&str> =
            files.iter().skip(files.len() - 4).map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["fabric-take-off.csv", "fabric-figures.csv", "switches.csv", "ports.csv"]
        );
        let (_, ports) = files.last().unwrap();
        let text = ports.strip_prefix(BYTE_ORDER_MARK).unwrap();
        assert_eq!(csv::Reader::from_reader(text).records().count(), sample.report.fabric.cables);
    }

    #[test]
    fn quotes_commas_and_line_breaks_survive() {
        let awkward = "a \"b\", c\r\nd";
        let column = Column::plain("Text", 8, 0);
        let table = Table { columns: vec![column], rows: vec![vec![Cell::Text(awkward.into())]] };
        let bytes = bytes(&table).unwrap();
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap();
        let mut reader = csv::Reader::from_reader(text);
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(record.get(0), Some(awkward));
    }
}
