//! **What it checks**: the current of every power connection in the warmest trench on its way, now
//! and if the soil dries out, and the short circuit its cables withstand.
//! **Why it matters**: insulation ages twice as fast for every 8 to 10 K; a short circuit that is
//! not withstood melts it.
//! **Basis**: IEC 60287 with `soil_k_m_per_w`, `soil_temperature_c`, depths, spacing and water
//! temperatures; `soil_dry_k_m_per_w`; `grid_fault_max_mva`, `lv_fault_ka`, `fault_clearing_s`.

use super::{finding, spots};
use crate::catalogue::Catalogue;
use crate::catalogue::rules::RuleSet;
use crate::edit::Edit;
use crate::report::{CableSizing, Connection, Finding, Fix, Report, Severity, Sizing};

pub(super) fn check(catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    let sized: Vec<(&Connection, &CableSizing)> = report
        .connections
        .iter()
        .filter_map(|connection| match &connection.sizing {
            Some(Sizing::Cable(sizing)) => Some((connection, &**sizing)),
            Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
        })
        .collect();
    for &(connection, sizing) in &sized {
        overload(&catalogue.rules, connection, sizing, findings);
        short_circuit(&catalogue.rules, connection, sizing, findings);
    }
    drying(&catalogue.rules, &sized, findings);
}

fn overload(
    rules: &RuleSet,
    connection: &Connection,
    sizing: &CableSizing,
    findings: &mut Vec<Finding>,
) {
    if sizing.current_a <= sizing.ampacity_a * (1.0 + 1e-6) {
        return;
    }
    let mut found = finding(
        "cable-overload",
        Severity::Error,
        vec![connection.id.clone()],
        spots(&[sizing.warmest_mm]),
        format!(
            "{} needs {:.0} A; {} x {} mm² carry {:.0} A among {} circuits, where neighbours warm \
             them by {:.0} K and pipes by {:.0} K",
            connection.id,
            sizing.current_a,
            sizing.circuits,
            sizing.section_mm2,
            sizing.ampacity_a,
            sizing.circuits_in_trench,
            sizing.neighbours_k,
            sizing.pipes_k
        ),
        format!(
            "90 °C at the conductor: {}; soil {:.1} K m/W and {:.0} °C, {:.1} m deep, {:.0} mm apart",
            sizing.method, sizing.soil_k_m_per_w, sizing.soil_c, sizing.depth_m, sizing.spacing_mm
        ),
    );
    // Twice the distance, as far as the rule set allows it.
    let wider = (2.0 * rules.circuit_pitch_mm.value).min(1000.0);
    if wider > rules.circuit_pitch_mm.value && sizing.circuits_in_trench > 1 {
        found.fixes.push(Fix {
            label: format!("Lay circuits {wider:.0} mm apart"),
            edit: Edit::SetRule { name: "circuit_pitch_mm".to_owned(), value: Some(wider) },
        });
    }
    findings.push(found);
}

fn short_circuit(
    rules: &RuleSet,
    connection: &Connection,
    sizing: &CableSizing,
    findings: &mut Vec<Finding>,
) {
    if sizing.withstand_ma2s >= sizing.fault_ma2s * (1.0 - 1e-9) {
        return;
    }
    let mut found = finding(
        "short-circuit",
        Severity::Error,
        vec![connection.id.clone()],
        super::around(&connection.path_mm),
        format!(
            "{}: {} x {} mm² withstand {:.1} kA for a second; {:.1} kA until it is cleared are as \
             much as {:.1} kA",
            connection.id,
            sizing.circuits,
            sizing.section_mm2,
            sizing.withstand_1s_ka(),
            sizing.fault_ka,
            sizing.fault_ma2s.sqrt()
        ),
        format!(
            "adiabatic k S ≥ I √t, cleared after {:.2} s: {}",
            rules.fault_clearing_s.value, rules.fault_clearing_s.source.text
        ),
    );
    let square = sizing.fault_ka * sizing.fault_ka;
    // Rounded down to hundredths, and no faster than a breaker can be.
    let seconds = (sizing.withstand_ma2s / square.max(f64::MIN_POSITIVE) * 100.0).floor() / 100.0;
    if seconds >= 0.05 {
        found.fixes.push(Fix {
            label: format!("Clear short circuits within {seconds:.2} s"),
            edit: Edit::SetRule { name: "fault_clearing_s".to_owned(), value: Some(seconds) },
        });
    }
    findings.push(found);
}

/// One finding for the site: it has one cause and one remedy.
fn drying(rules: &RuleSet, sized: &[(&Connection, &CableSizing)], findings: &mut Vec<Finding>) {
    let dry = &rules.soil_dry_k_m_per_w;
    let over: Vec<&(&Connection, &CableSizing)> =
        sized.iter().filter(|(_, sizing)| sizing.dry_ampacity_a < sizing.current_a).collect();
    let hottest = over.iter().max_by(|a, b| {
        a.1.dry_conductor_c.total_cmp(&b.1.dry_conductor_c).then(b.0.id.cmp(&a.0.id))
    });
    let Some(&&(connection, sizing)) = hottest else { return };
    let mut found = finding(
        "soil-drying",
        Severity::Warning,
        vec!["soil".to_owned()],
        spots(&[sizing.warmest_mm]),
        format!(
            "if the soil dries out to {:.1} K m/W, {} of {} power connections carry more than they \
             may; {} would reach {:.0} °C at {:.0} A",
            dry.value,
            over.len(),
            sized.len(),
            connection.id,
            sizing.dry_conductor_c,
            sizing.current_a
        ),
        format!(
            "90 °C at the conductor; soil reckoned with {:.1} K m/W; {}",
            sizing.soil_k_m_per_w, dry.source.text
        ),
    );
    let highest = RuleSet::range("soil_k_m_per_w").map_or(dry.value, |(_, high)| high);
    found.fixes.push(Fix {
        label: format!("Size all cables for {:.1} K m/W", dry.value.min(highest)),
        edit: Edit::SetRule {
            name: "soil_k_m_per_w".to_owned(),
            value: Some(dry.value.min(highest)),
        },
    });
    findings.push(found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;
    use crate::generate;
    use crate::{Settings, Silent, evaluate};

    /// A small campus, with its sizings changed, as the rule sees it.
    fn found(change: impl Fn(&mut CableSizing)) -> Vec<Finding> {
        let catalogue = Catalogue::reference().unwrap();
        let plan = generate::campus(8, 1, &catalogue);
        let mut report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
        let mut left = 1;
        for connection in &mut report.connections {
            if let (Some(Sizing::Cable(sizing)), true) = (&mut connection.sizing, left > 0) {
                change(sizing);
                left -= 1;
            }
        }
        let mut findings = Vec::new();
        check(&catalogue, &report, &mut findings);
        findings
    }

    fn errors(findings: &[Finding]) -> Vec<&'static str> {
        findings.iter().filter(|f| f.severity == Severity::Error).map(|f| f.rule).collect()
    }

    #[test]
    fn cables_as_they_are_chosen_are_in_order() {
        assert!(errors(&found(|_| ())).is_empty());
        // A report without cables has nothing to say.
        let catalogue = Catalogue::reference().unwrap();
        let mut findings = Vec::new();
        check(&catalogue, &sample::report(&[(0, 0), (9, 0)], &[(0, 9), (9, 9)]), &mut findings);
        assert!(findings.is_empty());
    }

    #[test]
    fn an_overload_is_named_with_its_place_and_a_remedy() {
        let findings = found(|sizing| {
            sizing.current_a = 1.2 * sizing.ampacity_a;
            sizing.circuits_in_trench = 5;
        });
        assert_eq!(errors(&findings), ["cable-overload"]);
        let overload = findings.iter().find(|f| f.rule == "cable-overload").unwrap();
        assert!(overload.at.is_some() && overload.fixes.len() == 1);
        assert!(overload.basis.contains("IEC 60287"), "{}", overload.basis);
    }

    #[test]
    fn a_cable_too_thin_for_the_short_circuit_is_named_with_the_time_it_bears() {
        let findings = found(|sizing| {
            sizing.fault_ka = 20.0;
            sizing.fault_ma2s = 200.0;
            sizing.withstand_ma2s = 100.0;
        });
        assert_eq!(errors(&findings), ["short-circuit"]);
        let short = findings.iter().find(|f| f.rule == "short-circuit").unwrap();
        assert_eq!(short.fixes[0].label, "Clear short circuits within 0.25 s");
    }

    #[test]
    fn drying_soil_is_one_finding_with_the_hottest_connection() {
        let findings = found(|sizing| {
            sizing.dry_ampacity_a = 0.5 * sizing.current_a;
            sizing.dry_conductor_c = 500.0;
        });
        let drying: Vec<&Finding> = findings.iter().filter(|f| f.rule == "soil-drying").collect();
        assert_eq!(drying.len(), 1);
        assert!(drying[0].message.contains("500 °C"), "{}", drying[0].message);
    }
}
