//! **What it checks**: the electrical network has a solution, every module gets its voltage, and no
//! short circuit is greater than what cables were sized for.
//! **Why it matters**: supplies trip at low voltage; a cable sized for less than the grid gives
//! burns before its breaker opens.
//! **Basis**: power balance, `voltage_band_percent`, and Ik'' after IEC 60909 beside
//! `grid_fault_max_mva` and `lv_fault_ka`.

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::report::{Finding, Report, Severity, Sizing};

pub(super) fn check(catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    let rules = &catalogue.rules;
    if let Some(problem) = &report.power.problem {
        findings.push(finding(
            "power-flow",
            Severity::Error,
            vec!["power".to_owned()],
            None,
            format!("the electrical network has no solution: {problem}"),
            "power balance at every node".to_owned(),
        ));
    }
    let band = &rules.voltage_band_percent;
    for cable in &report.power.cables {
        let Some(connection) = report.connection(&cable.connection) else { continue };
        let at = || around(&connection.path_mm);
        if let Some(voltage) = cable.voltage_pu
            && (voltage - 1.0).abs() * 100.0 > band.value
        {
            findings.push(finding(
                "voltage-band",
                Severity::Error,
                vec![cable.connection.clone()],
                at(),
                format!("{} has {:.1} % of its nominal voltage", cable.connection, 100.0 * voltage),
                format!("within {:.1} %: {}", band.value, band.source.text),
            ));
        }
        let assumed_ka = match &connection.sizing {
            Some(Sizing::Cable(sizing)) => sizing.fault_ka,
            Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => continue,
        };
        if let Some(fault_ka) = cable.fault_supply_ka.filter(|fault| *fault > assumed_ka * 1.001) {
            findings.push(finding(
                "short-circuit-level",
                Severity::Warning,
                vec![cable.connection.clone()],
                at(),
                format!(
                    "a short circuit at the supply of {} is {fault_ka:.1} kA; its cables were \
                     sized for {assumed_ka:.1} kA",
                    cable.connection
                ),
                "Ik'' after IEC 60909; raise lv_fault_ka or lower grid_fault_max_mva to what the \
                 network operator states"
                    .to_owned(),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::campus;
    use crate::{Settings, Silent, evaluate};

    fn rules_that_fire(voltage: f64, fault_ka: f64) -> Vec<&'static str> {
        let catalogue = Catalogue::reference().unwrap();
        let plan = campus(8, 1, &catalogue);
        let mut report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
        let mut state = report.power.cables[0].clone();
        (state.voltage_pu, state.fault_supply_ka) = (Some(voltage), Some(fault_ka));
        report.power.cables = vec![state];
        let mut findings = Vec::new();
        check(&catalogue, &report, &mut findings);
        findings.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_sound_cable_is_passed_over() {
        assert!(rules_that_fire(0.97, 5.0).is_empty());
    }

    #[test]
    fn low_voltage_and_greater_short_circuits_are_found() {
        assert_eq!(rules_that_fire(0.89, 5.0), ["voltage-band"]);
        assert_eq!(rules_that_fire(1.11, 99.0), ["voltage-band", "short-circuit-level"]);
    }

    #[test]
    fn a_network_without_a_solution_is_found() {
        let mut report = Report::default();
        report.power.problem = Some("bus 3 is out of balance".to_owned());
        let mut findings = Vec::new();
        check(&Catalogue::default(), &report, &mut findings);
        assert_eq!(findings[0].rule, "power-flow");
    }
}
