//! The bill of quantities with live totals.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};
use stackyard_solver::report::{BoqRow, Report};
use stackyard_solver::units::Cents;

use super::{Styles, decimals, row_count, tables, write_cell, write_filter, write_header};

/// Name of the sheet, as formulas on other sheets use it.
pub(super) const SHEET: &str = "BOQ";

const QUANTITY: u16 = 4;
const UNIT_PRICE: u16 = 6;
const TOTAL: u16 = 7;

/// Where the rows of the bill stand, in the numbering of spreadsheets, and what they add up to.
#[derive(Debug)]
pub(super) struct Bill {
    /// The first row of the bill.
    pub(super) first: u32,
    /// The last row of the bill; the first one where the bill is empty.
    pub(super) last: u32,
    /// The row with the total.
    pub(super) total: u32,
    /// Sum of all rows with a price.
    pub(super) sum: Cents,
    /// Rows without a price.
    pub(super) missing: usize,
}

impl Bill {
    /// The place and the sum of the bill of a report.
    pub(super) fn new(report: &Report) -> Self {
        let last = row_count(report.boq.len()).saturating_add(1).max(2);
        Self {
            first: 2,
            last,
            total: last.saturating_add(1),
            sum: report.boq_total(),
            missing: report.missing_prices(),
        }
    }

    /// A column of the bill as seen from another sheet.
    pub(super) fn column(&self, letter: char) -> String {
        format!("{SHEET}!${letter}${}:${letter}${}", self.first, self.last)
    }
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    bill: &Bill,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let table = tables::bill(report);
    write_header(sheet, &table.columns, styles)?;
    sheet.set_freeze_panes(1, 3)?;
    let quantity = decimals(2);
    for ((row, cells), source) in (1_u32..).zip(&table.rows).zip(&report.boq) {
        for (index, cell) in (0_u16..).zip(cells) {
            match index {
                UNIT_PRICE | TOTAL => {}
                QUANTITY => write_cell(sheet, (row, index), cell, &quantity)?,
                _ => write_cell(sheet, (row, index), cell, &styles.whole)?,
            }
        }
        write_money(sheet, row, source, styles)?;
    }
    write_filter(sheet, table.columns.len(), row_count(table.rows.len()))?;
    write_totals(sheet, bill, styles)
}

/// Unit price and total of a row; both stay empty and marked where the price is missing.
fn write_money(
    sheet: &mut Worksheet,
    row: u32,
    source: &BoqRow,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let line = row.saturating_add(1);
    let product = format!("ROUND(E{line}*G{line},2)");
    if let (Some(price), Some(total)) = (source.unit_price, source.total) {
        let formula = Formula::new(product).set_result(euros(total));
        sheet.write_number_with_format(row, UNIT_PRICE, price.euros(), &styles.money)?;
        sheet.write_formula_with_format(row, TOTAL, formula, &styles.money)?;
    } else {
        // Empty until somebody fills in the price, and live from then on.
        let formula = Formula::new(format!("IF(G{line}=\"\",\"\",{product})"));
        let missing = styles.missing.clone().set_num_format("#,##0.00");
        sheet.write_blank(row, UNIT_PRICE, &missing)?;
        sheet.write_formula_with_format(row, TOTAL, formula, &missing)?;
    }
    Ok(())
}

/// The rows below the bill: all of it, what the filter shows, and what has no price.
fn write_totals(sheet: &mut Worksheet, bill: &Bill, styles: &Styles) -> Result<(), XlsxError> {
    let (first, last) = (bill.first, bill.last);
    let sum = euros(bill.sum);
    let lines = [
        ("Total", format!("SUM(H{first}:H{last})"), sum.clone(), &styles.total_money),
        (
            "Shown by the filter",
            format!("SUBTOTAL(109,H{first}:H{last})"),
            sum,
            &styles.total_money,
        ),
        (
            "Rows without a price",
            format!("SUMPRODUCT((C{first}:C{last}<>\"\")*(G{first}:G{last}=\"\"))"),
            bill.missing.to_string(),
            &styles.total_count,
        ),
    ];
    // Rows are numbered from 0 here, so the total stands at the number of the last row.
    for (row, (label, formula, result, format)) in (last..).zip(lines) {
        for column in 0..TOTAL {
            sheet.write_blank(row, column, &styles.total_label)?;
        }
        sheet.write_string_with_format(row, 0, label, &styles.total_label)?;
        let formula = Formula::new(formula).set_result(result);
        sheet.write_formula_with_format(row, TOTAL, formula, format)?;
    }
    Ok(())
}

/// An amount as the result of a formula.
pub(super) fn euros(amount: Cents) -> String {
    format!("{:.2}", amount.euros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bill_has_its_total_below_one_blank_row() {
        let bill = Bill::new(&Report::default());
        assert_eq!((bill.first, bill.last, bill.total), (2, 2, 3));
        assert_eq!(bill.column('H'), "BOQ!$H$2:$H$2");
    }

    #[test]
    fn the_columns_formulas_point_at_are_the_ones_of_the_table() {
        let titles: Vec<&str> =
            tables::bill(&Report::default()).columns.iter().map(|column| column.title).collect();
        let title = |index: u16| titles.get(usize::from(index)).copied();
        assert_eq!(title(QUANTITY), Some("Quantity"));
        assert_eq!(title(UNIT_PRICE), Some("Unit price (EUR)"));
        assert_eq!(title(TOTAL), Some("Total (EUR)"));
    }
}
