//! The summary: the bill by group and phase, summed live over the sheet of the bill.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError, column_number_to_name};
use stackyard_solver::id::Id;
use stackyard_solver::report::{BoqGroup, BoqRow};
use stackyard_solver::units::Cents;

use super::bill::{Bill, euros};
use super::{Column, Document, Styles, write_header};

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    document: &Document<'_>,
    bill: &Bill,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let phases = phases(document);
    let grid = Grid::new(&phases, document, bill);
    write_titles(sheet, &phases, styles)?;
    for (row, group) in (1_u32..).zip(BoqGroup::ALL) {
        sheet.write_string_with_format(row, 0, group.label(), &styles.label)?;
        grid.write_group(sheet, row, group, styles)?;
    }
    grid.write_totals(sheet, styles)
}

/// Phases in construction order, then any the bill names beside them.
fn phases(document: &Document<'_>) -> Vec<Id> {
    let order = document.plan.phase_order();
    let planned = document.plan.phases.iter().map(|phase| &phase.id);
    let bought = document.report.boq.iter().map(|row| &row.phase);
    let all: BTreeSet<&Id> = planned.chain(bought).collect();
    let mut phases: Vec<Id> = all.into_iter().cloned().collect();
    phases.sort_by_key(|phase| order.get(phase).copied().unwrap_or(usize::MAX));
    phases
}

fn write_titles(sheet: &mut Worksheet, phases: &[Id], styles: &Styles) -> Result<(), XlsxError> {
    write_header(sheet, &[Column::plain("Group", 24, 0)], styles)?;
    let names = phases.iter().map(Id::as_str).chain(["Total (EUR)", "Rows without a price"]);
    for (index, name) in (1_u16..).zip(names) {
        sheet.write_string_with_format(0, index, name, &styles.header)?;
        sheet.set_column_width(index, 18)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

/// The sums of the summary with the formulas that compute them.
struct Grid<'a> {
    phases: &'a [Id],
    rows: &'a [BoqRow],
    bill: &'a Bill,
    /// The column of the sum over all phases.
    total_column: u16,
}

impl<'a> Grid<'a> {
    fn new(phases: &'a [Id], document: &Document<'a>, bill: &'a Bill) -> Self {
        let total_column = u16::try_from(phases.len()).unwrap_or(u16::MAX - 2).saturating_add(1);
        Self { phases, rows: &document.report.boq, bill, total_column }
    }

    fn sum(&self, counts: impl Fn(&BoqRow) -> bool) -> Cents {
        self.rows.iter().filter(|row| counts(row)).filter_map(|row| row.total).sum()
    }

    fn write_group(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        group: BoqGroup,
        styles: &Styles,
    ) -> Result<(), XlsxError> {
        let line = row.saturating_add(1);
        let (money, groups) = (self.bill.column('H'), self.bill.column('A'));
        let all = format!("SUMIFS({money},{groups},$A{line})");
        for (column, phase) in (1_u16..).zip(self.phases) {
            let letter = column_number_to_name(column);
            let phases = self.bill.column('B');
            let formula = format!("SUMIFS({money},{groups},$A{line},{phases},{letter}$1)");
            let sum = self.sum(|row| row.group == group && row.phase == *phase);
            put(sheet, (row, column), &formula, euros(sum), &styles.money)?;
        }
        let sum = self.sum(|row| row.group == group);
        put(sheet, (row, self.total_column), &all, euros(sum), &styles.money)?;

        let (items, prices) = (self.bill.column('C'), self.bill.column('G'));
        let blank = format!("SUMPRODUCT(({groups}=$A{line})*({items}<>\"\")*({prices}=\"\"))");
        let missing =
            self.rows.iter().filter(|row| row.group == group && row.total.is_none()).count();
        let place = (row, self.total_column.saturating_add(1));
        put(sheet, place, &blank, missing.to_string(), &styles.whole)
    }

    fn write_totals(&self, sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
        let row = super::row_count(BoqGroup::ALL.len()).saturating_add(1);
        sheet.write_string_with_format(row, 0, "Total", &styles.total_label)?;
        let column_sum = |column: u16| {
            let letter = column_number_to_name(column);
            format!("SUM({letter}2:{letter}{row})")
        };
        for (column, phase) in (1_u16..).zip(self.phases) {
            let sum = self.sum(|row| row.phase == *phase);
            put(sheet, (row, column), &column_sum(column), euros(sum), &styles.total_money)?;
        }
        let total = self.total_column;
        let sum = euros(self.bill.sum);
        put(sheet, (row, total), &column_sum(total), sum, &styles.total_money)?;
        let missing = total.saturating_add(1);
        let count = self.bill.missing.to_string();
        put(sheet, (row, missing), &column_sum(missing), count, &styles.total_count)
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    formula: &str,
    result: String,
    format: &Format,
) -> Result<(), XlsxError> {
    let formula = Formula::new(formula).set_result(result);
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn groups_and_phases_add_up_to_the_bill() {
        let sample = Sample::campus();
        let document = sample.document();
        let bill = Bill::new(&sample.report);
        let phases = phases(&document);
        let grid = Grid::new(&phases, &document, &bill);
        let by_phase: Cents = phases.iter().map(|phase| grid.sum(|row| row.phase == *phase)).sum();
        let by_group: Cents =
            BoqGroup::ALL.iter().map(|group| grid.sum(|row| row.group == *group)).sum();
        assert_eq!((by_phase, by_group), (bill.sum, bill.sum));
    }

    #[test]
    fn an_empty_plan_has_no_phase_columns() {
        let sample = Sample::empty();
        assert!(phases(&sample.document()).is_empty());
    }
}
