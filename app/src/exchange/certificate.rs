//! What every export says about the plan it shows: the verdict, the checker's word, the bound and
//! the fingerprint of the plan. All formats say it in the same words.

use std::collections::BTreeMap;

use serde::Serialize;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::{Report, Severity};
use stackyard_solver::units::grouped;

use super::Document;

/// The certificate of an export, in words.
#[derive(Debug)]
pub(super) struct Certificate {
    /// Name of the project.
    pub(super) project: String,
    /// Whether the plan can be built.
    pub(super) verdict: String,
    /// What the independent checker says.
    pub(super) checker: String,
    /// How good the network is at least.
    pub(super) bound: String,
    /// Hash of the plan's canonical text.
    pub(super) fingerprint: String,
}

/// What is laid for a service.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct ServiceSum {
    /// Ports that must be served.
    pub(super) connections: usize,
    /// Ports that are served.
    pub(super) served: usize,
    /// Length of their routes, m.
    pub(super) length_m: f64,
}

/// The certificate of a document.
pub(super) fn certificate(document: &Document<'_>) -> Certificate {
    let Document { plan, report, plan_ron, .. } = document;
    let project = if plan.name.is_empty() { "Unnamed project" } else { plan.name.as_str() };
    Certificate {
        project: project.to_owned(),
        verdict: verdict(report),
        checker: checker(report),
        bound: bound(report),
        fingerprint: fingerprint(plan_ron),
    }
}

/// The FNV-1a hash of a text, 64 bits in hexadecimal.
pub(super) fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Sums by service, in file order; services nothing asks for are sums of nothing.
pub(super) fn service_sums(report: &Report) -> Vec<(Service, ServiceSum)> {
    let mut sums: BTreeMap<Service, ServiceSum> = BTreeMap::new();
    for connection in &report.connections {
        let sum = sums.entry(connection.service).or_default();
        sum.connections += 1;
        if connection.supply.is_some() {
            sum.served += 1;
            sum.length_m += connection.length_m;
        }
    }
    let of = |service: Service| sums.get(&service).copied().unwrap_or_default();
    Service::ALL.into_iter().map(|service| (service, of(service))).collect()
}

/// Months of the prices the bill uses, `2026-06` or `2025-01 to 2026-06`.
pub(super) fn price_dates(document: &Document<'_>) -> String {
    let used =
        document.report.boq.iter().filter_map(|row| document.catalogue.prices.get(&row.item));
    let mut months: Vec<&str> =
        used.map(|price| price.as_of.as_str()).filter(|month| !month.is_empty()).collect();
    months.sort_unstable();
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first == last => (*first).to_owned(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "no prices used".to_owned(),
    }
}

fn verdict(report: &Report) -> String {
    let unserved = report.connections.iter().filter(|one| one.supply.is_none()).count();
    let errors = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.accepted.is_none())
        .count();
    if report.is_complete() && report.is_accepted() {
        return "Accepted: everything is served and no error is open".to_owned();
    }
    format!("Not accepted: {unserved} unserved, {errors} open errors")
}

fn checker(report: &Report) -> String {
    let verification = &report.verification;
    match verification.faults.len() {
        _ if !verification.ran => "The independent checker has not run".to_owned(),
        0 => "Confirmed by the independent checker".to_owned(),
        1 => "The independent checker found 1 fault".to_owned(),
        faults => format!("The independent checker found {faults} faults"),
    }
}

fn bound(report: &Report) -> String {
    let cost = &report.cost;
    if cost.bound_eur <= 0.0 {
        return "No bound was proved".to_owned();
    }
    let (gap, bound) = (grouped(cost.gap() * 100.0, 1), grouped(cost.bound_eur, 0));
    format!("At most {gap} % above the least possible cost of {bound} EUR")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn the_fingerprint_is_fnv_1a() {
        // Published test vectors.
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
    }

    #[test]
    fn an_unserved_port_refuses_the_verdict() {
        let mut sample = Sample::campus();
        let connection = sample.report.connections.first_mut().unwrap();
        connection.supply = None;
        let verdict = certificate(&sample.document()).verdict;
        assert!(verdict.starts_with("Not accepted: "), "{verdict}");
    }

    #[test]
    fn sums_list_every_service_once_in_order() {
        let sums = service_sums(&Report::default());
        let services: Vec<Service> = sums.iter().map(|(service, _)| *service).collect();
        assert_eq!(services, Service::ALL);
    }
}
