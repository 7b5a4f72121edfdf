//! **What it checks**: the voltage drop of every power connection.
//! **Why it matters**: supplies trip or derate at low voltage.
//! **Basis**: `lv_drop_max_percent` and `mv_drop_max_percent`.

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::report::{Finding, Report, Severity, Sizing};

pub(super) fn check(catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    for connection in &report.connections {
        let Some(Sizing::Cable(sizing)) = &connection.sizing else { continue };
        let rule = if connection.service == Service::MvPower {
            &catalogue.rules.mv_drop_max_percent
        } else {
            &catalogue.rules.lv_drop_max_percent
        };
        if sizing.drop_percent <= rule.value * (1.0 + 1e-9) {
            continue;
        }
        findings.push(finding(
            "voltage-drop",
            Severity::Error,
            vec![connection.id.clone()],
            around(&connection.path_mm),
            format!(
                "{} drops {:.2} % over {:.0} m with {} x {} mm²",
                connection.id,
                sizing.drop_percent,
                connection.length_m,
                sizing.circuits,
                sizing.section_mm2
            ),
            format!("at most {:.1} %: {}", rule.value, rule.source.text),
        ));
    }
}
