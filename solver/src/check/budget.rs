//! **What it checks**: the bill stays within the budget and has no row without a price.
//! **Why it matters**: a total with gaps is not a total.
//! **Basis**: the budget of the plan, the price book.

use super::finding;
use crate::plan::Plan;
use crate::report::{Finding, Report, Severity};

pub(super) fn check(plan: &Plan, report: &Report, findings: &mut Vec<Finding>) {
    let total = report.boq_total();
    if let Some(budget) = plan.budget_cents.filter(|&budget| total > budget) {
        findings.push(finding(
            "budget",
            Severity::Error,
            vec!["budget".to_owned()],
            None,
            format!("the bill is {total}, {} over budget", total - budget),
            format!("budget {budget}"),
        ));
    }
    let mut missing: Vec<&str> =
        report.boq.iter().filter(|row| row.total.is_none()).map(|row| row.item.as_str()).collect();
    missing.sort_unstable();
    missing.dedup();
    for item in missing {
        findings.push(finding(
            "missing-price",
            Severity::Warning,
            vec![item.to_owned()],
            None,
            format!("{item} has no price, so the total is incomplete"),
            "price book".to_owned(),
        ));
    }
}
