//! **What it checks**: every data connection is short enough for its optics.
//! **Why it matters**: links beyond their reach do not come up.
//! **Basis**: reach in the optics table, patching included.

use super::{around, finding};
use crate::report::{Finding, Report, Severity, Sizing};

pub(super) fn check(report: &Report, findings: &mut Vec<Finding>) {
    for connection in &report.connections {
        let Some(Sizing::Data(sizing)) = &connection.sizing else { continue };
        if sizing.trunk_m <= sizing.reach_m {
            continue;
        }
        findings.push(finding(
            "reach",
            Severity::Error,
            vec![connection.id.clone()],
            around(&connection.path_mm),
            format!(
                "{} is {:.0} m long, {:.0} m more than {} reaches",
                connection.id,
                sizing.trunk_m,
                sizing.trunk_m - sizing.reach_m,
                if sizing.optic.is_empty() { "any optic of the catalogue" } else { &sizing.optic }
            ),
            format!("reach {:.0} m", sizing.reach_m),
        ));
    }
}
