//! The workbook: a cover, a live summary, the bill of quantities and every schedule.
//!
//! The figures of the bill are formulas, so that a buyer can change a price and see the total
//! move; each formula carries its result, because previews and protected views do not calculate.
//! Words are always written as words, whatever they begin with. Nothing in the file depends on
//! the day it is written.

mod bill;
mod cover;
mod summary;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Note,
    Workbook, Worksheet, XlsxError, column_number_to_name,
};
use stackyard_solver::provenance;

use stackyard_solver::fabric::Takeoff;
use stackyard_solver::report::Report;

use super::tables::{self, Cell, Column, Table};
use super::{BuildError, Document};
use crate::palette::{MISSING_PRICE, Rgb, SHEET_HEADER, SHEET_TOTAL};

/// Longest text of a cell in characters; the format allows 32,767 units of which one takes up to
/// two.
const LONGEST_TEXT: usize = 16_000;
/// A4 in the numbering of the format.
const PAPER_A4: u8 = 9;
/// The day every workbook claims to be made on, so that equal content gives equal bytes.
const MADE_ON: (u16, u8, u8) = (2026, 1, 1);

/// The workbook of a document.
pub(super) fn bytes(document: &Document<'_>) -> Result<Vec<u8>, BuildError> {
    let mut workbook = Workbook::new();
    let (year, month, day) = MADE_ON;
    let properties = DocProperties::new()
        .set_title("Bill of quantities and schedules")
        .set_subject(cell_text(&document.plan.name))
        .set_author("Stackyard")
        .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?);
    workbook.set_properties(&properties);

    let styles = Styles::new();
    let report = document.report;
    let bill = bill::Bill::new(report);
    cover::write(add_sheet(&mut workbook, "Cover")?, document, &bill, &styles)?;
    summary::write(add_sheet(&mut workbook, "Summary")?, document, &bill, &styles)?;
    bill::write(add_sheet(&mut workbook, bill::SHEET)?, report, &bill, &styles)?;
    for schedule in tables::schedules(document) {
        write_table(add_sheet(&mut workbook, schedule.sheet)?, &schedule.table, &styles)?;
    }
    if let Some(takeoff) = Takeoff::of(document.plan, document.catalogue, report) {
        write_fabric(&mut workbook, report, &takeoff, &styles)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The sheets of a fabric, the long port schedule last.
fn write_fabric(
    workbook: &mut Workbook,
    report: &Report,
    takeoff: &Takeoff<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let sheets = [
        ("Fabric take-off", tables::fabric_take_off(report)),
        ("Fabric figures", tables::fabric_figures(report)),
        ("Switch list", tables::switch_list(takeoff)),
    ];
    for (name, table) in sheets {
        write_table(add_sheet(workbook, name)?, &table, styles)?;
    }
    let sheet = add_sheet(workbook, "Port schedule")?;
    write_rows(sheet, &tables::port_columns(), tables::port_rows(takeoff), styles)
}

/// The formats used throughout the workbook.
struct Styles {
    title: Format,
    header: Format,
    wrapped: Format,
    label: Format,
    missing: Format,
    total_label: Format,
    total_money: Format,
    total_count: Format,
    money: Format,
    whole: Format,
}

impl Styles {
    fn new() -> Self {
        let total = Format::new()
            .set_bold()
            .set_background_color(color(SHEET_TOTAL))
            .set_border_top(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(16),
            header: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(color(SHEET_HEADER))
                .set_border_bottom(FormatBorder::Thin),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            label: Format::new().set_bold().set_align(FormatAlign::Top),
            missing: Format::new().set_background_color(color(MISSING_PRICE)),
            total_money: total.clone().set_num_format("#,##0.00"),
            total_count: total.clone().set_num_format("#,##0"),
            total_label: total,
            money: decimals(2),
            whole: decimals(0),
        }
    }
}

fn color(rgb: Rgb) -> Color {
    Color::RGB(rgb.packed())
}

/// Numbers with thousands separated and that many decimals.
fn decimals(places: u8) -> Format {
    Format::new().set_num_format(pattern(places))
}

/// The pattern of such numbers.
fn pattern(places: u8) -> String {
    let fraction = match places {
        0 => String::new(),
        places => format!(".{}", "0".repeat(usize::from(places))),
    };
    format!("#,##0{fraction}")
}

/// Text as a cell can hold it.
fn cell_text(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// A new sheet with the page set up for print.
fn add_sheet<'w>(workbook: &'w mut Workbook, name: &str) -> Result<&'w mut Worksheet, XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_paper_size(PAPER_A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L&A&RPage &P of &N");
    // Formulas whose result is an empty text would otherwise show as 0 in previews.
    sheet.set_formula_result_default("");
    Ok(sheet)
}

/// The header row: titles, column widths, kept in sight and repeated on every page.
fn write_header(
    sheet: &mut Worksheet,
    columns: &[Column],
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (index, column) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, index, column.title, &styles.header)?;
        sheet.set_column_width(index, column.width)?;
        if let Some(formula) = column.formula.and_then(provenance::formula) {
            sheet.insert_note(0, index, &header_note(formula))?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// A note that names the formula of a column; the sheet of formulas says more about it.
fn header_note(formula: &provenance::Formula) -> Note {
    let text = format!("{}\n{}\n{}", formula.id, formula.expression, formula.source);
    Note::new(text).add_author_prefix(false).set_width(320).set_height(90)
}

/// Filter arrows on the header of that many rows.
fn write_filter(sheet: &mut Worksheet, columns: usize, rows: u32) -> Result<(), XlsxError> {
    let last = u16::try_from(columns).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, rows.max(1), last)?;
    Ok(())
}

/// A whole sheet of one table.
fn write_table(sheet: &mut Worksheet, table: &Table, styles: &Styles) -> Result<(), XlsxError> {
    write_rows(sheet, &table.columns, &table.rows, styles)?;
    write_totals(sheet, table, styles)
}

/// A whole sheet of rows as they come.
fn write_rows<R: AsRef<[Cell]>>(
    sheet: &mut Worksheet,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    write_header(sheet, columns, styles)?;
    let formats: Vec<Format> = columns.iter().map(|column| decimals(column.decimals)).collect();
    let mut last = 0;
    for (row, cells) in (1_u32..).zip(rows) {
        for ((index, cell), format) in (0_u16..).zip(cells.as_ref()).zip(&formats) {
            write_cell(sheet, (row, index), cell, format)?;
        }
        last = row;
    }
    write_filter(sheet, columns.len(), last)
}

/// The row below a schedule with the live totals of the columns that add up to something.
fn write_totals(sheet: &mut Worksheet, table: &Table, styles: &Styles) -> Result<(), XlsxError> {
    if !table.columns.iter().any(|column| column.summed) {
        return Ok(());
    }
    // Rows are numbered from 0 here and from 1 in formulas; an empty schedule sums a blank row.
    let last = row_count(table.rows.len()).max(1);
    let row = last.saturating_add(1);
    for ((index, number), column) in (0_u16..).zip(0_usize..).zip(&table.columns) {
        if !column.summed {
            sheet.write_blank(row, index, &styles.total_label)?;
            continue;
        }
        let letter = column_number_to_name(index);
        let formula = format!("SUM({letter}2:{letter}{row})");
        let sum = table.sum(number).to_string();
        let formula = Formula::new(formula).set_result(sum);
        let format = styles.total_label.clone().set_num_format(pattern(column.decimals));
        sheet.write_formula_with_format(row, index, formula, &format)?;
    }
    sheet.write_string_with_format(row, 0, "Total", &styles.total_label)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, cell_text(text))?,
        Cell::Number(value) => sheet.write_number_with_format(row, column, *value, format)?,
        Cell::Empty => return Ok(()),
    };
    Ok(())
}

fn row_count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn two_runs_give_the_same_bytes() {
        let first = bytes(&Sample::campus().document()).unwrap();
        let second = bytes(&Sample::campus().document()).unwrap();
        assert!(first == second, "{} and {} bytes", first.len(), second.len());
    }

    #[test]
    fn the_sheets_of_a_fabric_are_written() {
        let (with, without) = (Sample::fabric(), Sample::campus());
        let (with, without) = (bytes(&with.document()), bytes(&without.document()));
        assert!(with.unwrap().len() > without.unwrap().len());
    }

    #[test]
    fn number_formats_separate_thousands() {
        assert_eq!(decimals(0), Format::new().set_num_format("#,##0"));
        assert_eq!(decimals(2), Format::new().set_num_format("#,##0.00"));
    }

    #[test]
    fn a_text_beyond_the_limit_is_cut() {
        let mut sample = Sample::empty();
        sample.plan.description = "\u{1f3d7}".repeat(40_000);
        assert!(bytes(&sample.document()).is_ok());
    }
}
