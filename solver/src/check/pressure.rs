//! **What it checks**: pump head, pipe velocity and friction gradient.
//! **Why it matters**: pumps that cannot deliver, pipes that erode and sing.
//! **Basis**: `pump_head_max_kpa`, `pipe_velocity_max_m_per_s`, `pipe_gradient_max_pa_per_m`, and
//! the solved pipe networks.

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::report::{Finding, Report, Severity};

pub(super) fn check(catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    let rules = &catalogue.rules;
    let head = &rules.pump_head_max_kpa;
    for pumps in report.pumps.iter().filter(|pumps| pumps.head_kpa > head.value + 0.01) {
        findings.push(finding(
            "pressure",
            Severity::Error,
            vec![pumps.supply.to_string(), pumps.index_connection.clone()],
            report.connection(&pumps.index_connection).and_then(|c| around(&c.path_mm)),
            format!(
                "{} must pump {:.0} kPa to reach {}, {:.0} kPa more than allowed",
                pumps.supply,
                pumps.head_kpa,
                pumps.index_connection,
                pumps.head_kpa - head.value
            ),
            format!("at most {:.0} kPa: {}", head.value, head.source.text),
        ));
    }
    for (network, fault) in
        report.water.networks.iter().filter_map(|it| Some((it, it.fault.as_ref()?)))
    {
        findings.push(finding(
            "water",
            Severity::Error,
            vec![network.supply.to_string(), network.service.label().to_owned()],
            None,
            fault.clone(),
            "every module gets its flow from the pumps that are planned".to_owned(),
        ));
    }
    let (velocity, gradient) =
        (&rules.pipe_velocity_max_m_per_s, &rules.pipe_gradient_max_pa_per_m);
    for run in &report.pipes {
        for segment in &run.segments {
            let too_fast = segment.velocity_m_s > velocity.value * (1.0 + 1e-9);
            let too_steep = segment.gradient_pa_m > gradient.value * (1.0 + 1e-9);
            if !too_fast && !too_steep {
                continue;
            }
            findings.push(finding(
                "pipe-limit",
                Severity::Error,
                vec![run.supply.to_string(), format!("{},{}", run.path_mm[0].x, run.path_mm[0].y)],
                around(&run.path_mm),
                format!(
                    "{} runs DN{} at {:.2} m/s and {:.0} Pa/m; no larger pipe is in the catalogue",
                    run.id, segment.dn, segment.velocity_m_s, segment.gradient_pa_m
                ),
                format!("at most {:.1} m/s and {:.0} Pa/m", velocity.value, gradient.value),
            ));
        }
    }
}
