//! **What it checks**: the electrical network has a solution, every module gets its voltage, every
//! cable survives the short circuit at its load until it is cleared.
//! **Why it matters**: supplies trip at low voltage; a cable that is too thin burns before its
//! breaker opens.
//! **Basis**: `voltage_band_percent`; IEC 60364-4-43, 434.5.2: `S ≥ Ik'' √t / k` with k 143 of
//! copper and 94 of aluminium in XLPE, `mv_clearing_s`, `lv_clearing_s`, `grid_fault_max_mva`.

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::catalogue::module::Service;
use crate::report::{Finding, Report, Severity};

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
        if cable.withstands {
            continue;
        }
        let clearing = match connection.service {
            Service::MvPower => &rules.mv_clearing_s,
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => &rules.lv_clearing_s,
        };
        findings.push(finding(
            "short-circuit",
            Severity::Warning,
            vec![cable.connection.clone()],
            at(),
            format!(
                "a short circuit of {:.1} kA at {} lasts {:.2} s; its cables withstand {:.1} kA",
                cable.fault_max_ka.unwrap_or_default(),
                cable.connection,
                clearing.value,
                cable.withstand_ka
            ),
            format!(
                "S ≥ Ik'' √t / k, cleared after {:.2} s: {}",
                clearing.value, clearing.source.text
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample::report;
    use crate::electrical::{CableState, PowerStudy};

    fn rules_that_fire(voltage: f64, withstands: bool) -> Vec<&'static str> {
        let catalogue = Catalogue::reference().unwrap();
        let mut report = report(&[(0, 0), (1000, 0)], &[(0, 0), (1000, 0)]);
        let state = CableState {
            connection: report.connections[0].id.clone(),
            voltage_pu: Some(voltage),
            current_a: 100.0,
            loading_percent: 50.0,
            loss_kw: 0.1,
            drop_percent: 1.0,
            fault_max_ka: Some(20.0),
            withstand_ka: 15.0,
            withstands,
        };
        report.power = PowerStudy { cables: vec![state], ..PowerStudy::default() };
        let mut findings = Vec::new();
        check(&catalogue, &report, &mut findings);
        findings.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_sound_cable_is_passed_over() {
        assert!(rules_that_fire(0.97, true).is_empty());
    }

    #[test]
    fn low_voltage_and_thin_cables_are_found() {
        assert_eq!(rules_that_fire(0.89, true), ["voltage-band"]);
        assert_eq!(rules_that_fire(1.11, false), ["voltage-band", "short-circuit"]);
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
