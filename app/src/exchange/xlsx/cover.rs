//! The cover: what the workbook is about, how far to trust it and what it adds up to.

use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError};
use stackyard_solver::units::grouped;

use super::super::certificate::{certificate, price_dates};
use super::bill::{Bill, SHEET, euros};
use super::{Document, Styles, cell_text};

const ESTIMATE_CLASS: &str = "AACE class 5 to 4: concept to feasibility. Lengths come from routes \
                              on the plan, prices from a price book, not from quotations";

/// What stands beside a label.
enum Entry {
    Words(String),
    Figure(f64, u8),
    /// A formula and its result.
    Live(String, String, u8),
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    document: &Document<'_>,
    bill: &Bill,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_portrait().set_column_width(0, 30)?.set_column_width(1, 80)?;
    let title = "Bill of quantities and schedules";
    sheet.write_string_with_format(0, 0, title, &styles.title)?;
    let entries = words(document).into_iter().chain(figures(document, bill));
    for (row, (label, entry)) in (2_u32..).zip(entries) {
        sheet.write_string_with_format(row, 0, label, &styles.label)?;
        write_entry(sheet, row, entry, styles)?;
    }
    Ok(())
}

fn words(document: &Document<'_>) -> Vec<(&'static str, Entry)> {
    let report = document.report;
    let certificate = certificate(document);
    let search = &report.search;
    let mut lines = vec![
        ("Project", certificate.project),
        ("Description", document.plan.description.clone()),
        ("Verdict", certificate.verdict),
        ("Checker", certificate.checker),
    ];
    lines.extend(report.verification.faults.iter().map(|fault| ("Checker fault", fault.clone())));
    lines.extend([
        ("Bound", certificate.bound),
        ("How the bound was proved", search.bound_method.clone()),
        (
            "Search",
            format!("{}, seed {}, {} rounds", search.effort.label(), search.seed, search.rounds),
        ),
        ("Plan fingerprint", certificate.fingerprint),
        ("Estimate class", ESTIMATE_CLASS.to_owned()),
        ("Currency", "EUR".to_owned()),
        ("Price date", price_dates(document)),
        ("Horizon of running costs", horizon(document)),
    ]);
    lines.into_iter().map(|(label, text)| (label, Entry::Words(text))).collect()
}

fn horizon(document: &Document<'_>) -> String {
    let rules = &document.catalogue.rules;
    let (years, rate) = (rules.horizon_years.value, rules.discount_rate.value * 100.0);
    format!("{} years at {} % a year", grouped(years, 0), grouped(rate, 1))
}

fn figures(document: &Document<'_>, bill: &Bill) -> Vec<(&'static str, Entry)> {
    let report = document.report;
    let (totals, cost) = (&report.totals, &report.cost);
    // The rows below the bill: its total, what a filter shows, and the rows without a price.
    let (total_row, missing_row) = (bill.total, bill.total.saturating_add(2));
    let total = Entry::Live(format!("{SHEET}!H{total_row}"), euros(bill.sum), 2);
    let missing = Entry::Live(format!("{SHEET}!H{missing_row}"), bill.missing.to_string(), 0);
    vec![
        ("Bill of quantities (EUR)", total),
        ("Rows without a price", missing),
        ("Network over the horizon (EUR)", Entry::Figure(cost.lifetime_eur, 0)),
        ("Network, first cost (EUR)", Entry::Figure(cost.first_eur, 0)),
        ("Network, running cost (EUR)", Entry::Figure(cost.running_eur, 0)),
        ("Least possible cost (EUR)", Entry::Figure(cost.bound_eur, 0)),
        ("Gap (%)", Entry::Figure(cost.gap() * 100.0, 2)),
        ("Containers", Entry::Figure(totals.containers as f64, 0)),
        ("Racks", Entry::Figure(f64::from(totals.racks), 0)),
        ("Peak load (kW)", Entry::Figure(totals.peak_kw, 0)),
        ("Covered by containers (m²)", Entry::Figure(totals.container_m2, 0)),
        ("Trench (m)", Entry::Figure(totals.trench_m, 0)),
        ("Circuits, trunks and pipe pairs (m)", Entry::Figure(totals.laid_m, 0)),
        ("Connections", Entry::Figure(report.connections.len() as f64, 0)),
        ("Findings", Entry::Figure(report.findings.len() as f64, 0)),
    ]
}

fn write_entry(
    sheet: &mut Worksheet,
    row: u32,
    entry: Entry,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match entry {
        Entry::Words(text) => {
            sheet.write_string_with_format(row, 1, cell_text(&text), &styles.wrapped)?;
        }
        Entry::Figure(value, places) => {
            sheet.write_number_with_format(row, 1, value, &number_at_left(places))?;
        }
        Entry::Live(formula, result, places) => {
            let formula = Formula::new(formula).set_result(result);
            sheet.write_formula_with_format(row, 1, formula, &number_at_left(places))?;
        }
    }
    Ok(())
}

/// Figures stand beside their labels, not at the far end of a wide column.
fn number_at_left(places: u8) -> Format {
    super::decimals(places).set_align(super::FormatAlign::Left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn the_cover_names_verdict_checker_bound_and_fingerprint() {
        let sample = Sample::campus();
        let labels: Vec<&str> =
            words(&sample.document()).into_iter().map(|(label, _)| label).collect();
        for label in ["Verdict", "Checker", "Bound", "Plan fingerprint", "Price date", "Currency"] {
            assert!(labels.contains(&label), "{label}");
        }
    }
}
