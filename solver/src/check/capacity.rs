//! **What it checks**: no supply gives more than it can, no trench is wider than its corridor, no
//! transformer is loaded beyond its limit, every current has a cable.
//! **Why it matters**: overload, or a trench that does not fit.
//! **Basis**: capacities of ports and entries, width limits of corridors, `transformer_loading_max`.

use std::collections::BTreeMap;

use super::{around, finding};
use crate::catalogue::Catalogue;
use crate::catalogue::module::{PortRole, Service};
use crate::edit::Edit;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Finding, Fix, Report, Severity};
use crate::units::Millimetres;

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    supplies(plan, catalogue, report, findings);
    trenches(plan, report, findings);
    transformers(plan, catalogue, report, findings);
    for connection in &report.connections {
        if connection.supply.is_some() && connection.sizing.is_none() {
            findings.push(finding(
                "cable",
                Severity::Error,
                vec![connection.id.clone()],
                around(&connection.path_mm),
                format!(
                    "no cable of the catalogue carries {} in up to {} circuits in its trench; give it \
                     a route with less company, or wider spacing by circuit_pitch_mm",
                    connection.load,
                    crate::size::cable::MAX_CIRCUITS
                ),
                format!("90 °C at the conductor: {}", crate::size::rating::METHOD),
            ));
        }
    }
}

fn supplies(plan: &Plan, catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    let mut drawn: BTreeMap<(&Id, Service), f64> = BTreeMap::new();
    for connection in &report.connections {
        if let Some(supply) = &connection.supply {
            *drawn.entry((&supply.id, connection.service)).or_default() += connection.load.value();
        }
    }
    for ((id, service), load) in drawn {
        let entry = plan.entries.iter().find(|entry| entry.id == *id && entry.service == service);
        let container = plan.container(id);
        let module = container.and_then(|container| catalogue.modules.get(&container.module));
        let of_ports =
            module.iter().flat_map(|module| &module.ports).filter_map(|port| match &port.role {
                PortRole::Supplies { capacity } if port.service == service => {
                    Some(capacity.value())
                }
                PortRole::Supplies { .. } | PortRole::Draws { .. } => None,
            });
        let capacity =
            entry.map(|entry| entry.capacity.value()).or_else(|| of_ports.reduce(f64::max));
        let Some(capacity) = capacity else { continue };
        if load > capacity * (1.0 + 1e-9) {
            findings.push(finding(
                "capacity",
                Severity::Error,
                vec![id.to_string(), service.label().to_owned()],
                container.zip(module).map(|(container, module)| container.footprint(module)),
                format!(
                    "{id} gives {load:.0} of {service}, {:.0} more than it can",
                    load - capacity
                ),
                format!("capacity {capacity:.0}"),
            ));
        }
    }
}

fn trenches(plan: &Plan, report: &Report, findings: &mut Vec<Finding>) {
    for trench in report.trenches.iter().filter(|trench| trench.width_mm > trench.limit_mm) {
        let place =
            trench.corridor.as_ref().map_or_else(|| "free ground".to_owned(), ToString::to_string);
        // Named by place, which stays when trenches are numbered anew.
        let start = trench.path_mm.first().copied().unwrap_or_default();
        let mut found = finding(
            "trench-width",
            Severity::Error,
            vec![place.clone(), format!("{},{}", start.x, start.y)],
            around(&trench.path_mm),
            format!(
                "{} in {place} is {} mm wide with {} connections, {} mm more than fits",
                trench.id,
                trench.width_mm,
                trench.contents.len(),
                trench.width_mm - trench.limit_mm
            ),
            format!("width limit {} mm", trench.limit_mm),
        );
        if let Some(corridor) =
            plan.corridors.iter().find(|c| Some(&c.id) == trench.corridor.as_ref())
        {
            let wider = crate::plan::Corridor {
                width_limit_mm: Millimetres(trench.width_mm),
                ..corridor.clone()
            };
            found.fixes.push(Fix {
                label: format!("Widen {} to {} mm", corridor.id, trench.width_mm),
                edit: Edit::PutCorridor(wider),
            });
        }
        findings.push(found);
    }
}

fn transformers(plan: &Plan, catalogue: &Catalogue, report: &Report, findings: &mut Vec<Finding>) {
    let rule = &catalogue.rules.transformer_loading_max;
    for unit in &report.transformers {
        if unit.load_kva <= rule.value * unit.rating_kva + 1e-6 {
            continue;
        }
        let at = plan
            .container(&unit.container)
            .and_then(|c| Some(c.footprint(catalogue.modules.get(&c.module)?)));
        findings.push(finding(
            "transformer-loading",
            Severity::Error,
            vec![unit.container.to_string()],
            at,
            format!(
                "{} draws {:.0} kVA from a {:.0} kVA transformer: {:.0} %",
                unit.container, unit.load_kva, unit.rating_kva, unit.loading_percent
            ),
            format!("at most {:.0} %: {}", 100.0 * rule.value, rule.source.text),
        ));
    }
}
