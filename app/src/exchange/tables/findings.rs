//! What is wrong or worth knowing.

use stackyard_solver::report::{Finding, Report, Severity};

use super::{Cell, Table, columns, text};

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
