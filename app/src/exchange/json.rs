//! The report for machines: one JSON object with a fixed order of keys.
//!
//! Keys that end in `_eur` are euros. The parts of the solver's report are passed on as they are;
//! there, `cost`, `unit_price` and `total` are whole euro cents, and each has its `_eur` twin.
//! Only `seconds` differs between two runs.
//!
//! `provenance` says where every figure comes from; its shape is told in its own module.

mod provenance;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::contingency::ContingencyStudy;
use stackyard_solver::electrical::PowerStudy;
use stackyard_solver::fabric::FabricStudy;
use stackyard_solver::report::{
    BoqRow, Connection, Finding, PhaseReport, PipeRun, PumpSet, Search, TransformerChoice, Trench,
};
use stackyard_solver::units::Cents;
use stackyard_solver::water::WaterStudy;
use stackyard_solver::year::YearStudy;

use super::certificate::{ServiceSum, certificate, service_sums};
use super::{BuildError, Document};
use provenance::{Provenance, provenance};

#[derive(Serialize)]
struct MachineReport<'a> {
    project: &'a str,
    plan_fingerprint: String,
    verdict: String,
    containers: usize,
    racks: u32,
    peak_kw: f64,
    cost_eur: f64,
    first_cost_eur: f64,
    running_cost_eur: f64,
    bound_eur: f64,
    gap: f64,
    seconds: f64,
    complete: bool,
    accepted: bool,
    verified: bool,
    verification_faults: &'a [String],
    boq_total_eur: f64,
    missing_prices: usize,
    trench_m: f64,
    services: Services,
    search: &'a Search,
    findings: &'a [Finding],
    phases: Vec<Priced<'a, PhaseReport>>,
    boq: Vec<Bought<'a>>,
    connections: &'a [Connection],
    trenches: Vec<Priced<'a, Trench>>,
    pipes: &'a [PipeRun],
    pumps: &'a [PumpSet],
    transformers: &'a [TransformerChoice],
    contingencies: &'a ContingencyStudy,
    year: &'a YearStudy,
    provenance: Provenance,
    power: &'a PowerStudy,
    water: &'a WaterStudy,
    #[serde(skip_serializing_if = "Option::is_none")]
    fabric: Option<&'a FabricStudy>,
}

/// Sums by the label of their service, in file order.
struct Services(Vec<(Service, ServiceSum)>);

impl Serialize for Services {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (service, sum) in &self.0 {
            map.serialize_entry(service.label(), sum)?;
        }
        map.end()
    }
}

/// A part of the report with its cost in euros beside the one in cents.
#[derive(Serialize)]
struct Priced<'a, T> {
    #[serde(flatten)]
    part: &'a T,
    cost_eur: f64,
}

/// A row of the bill with its money in euros beside that in cents.
#[derive(Serialize)]
struct Bought<'a> {
    #[serde(flatten)]
    row: &'a BoqRow,
    unit_price_eur: Option<f64>,
    total_eur: Option<f64>,
}

/// The report of a document as JSON, with a final newline.
///
/// # Errors
/// Only where a part of the report cannot be expressed in JSON.
pub(crate) fn report_json(document: &Document<'_>) -> Result<String, BuildError> {
    let mut text = serde_json::to_string_pretty(&machine_report(document)?)?;
    text.push('\n');
    Ok(text)
}

fn machine_report<'a>(document: &Document<'a>) -> Result<MachineReport<'a>, BuildError> {
    let report = document.report;
    let certificate = certificate(document);
    Ok(MachineReport {
        project: &document.plan.name,
        plan_fingerprint: certificate.fingerprint,
        verdict: certificate.verdict,
        containers: report.totals.containers,
        racks: report.totals.racks,
        peak_kw: report.totals.peak_kw,
        cost_eur: report.cost.lifetime_eur,
        first_cost_eur: report.cost.first_eur,
        running_cost_eur: report.cost.running_eur,
        bound_eur: report.cost.bound_eur,
        gap: report.cost.gap(),
        seconds: document.seconds,
        complete: report.is_complete(),
        accepted: report.is_accepted(),
        verified: report.verification.passed(),
        verification_faults: &report.verification.faults,
        boq_total_eur: report.boq_total().euros(),
        missing_prices: report.missing_prices(),
        trench_m: report.totals.trench_m,
        services: Services(service_sums(report)),
        search: &report.search,
        findings: &report.findings,
        phases: report.phases.iter().map(|phase| priced(phase, phase.cost)).collect(),
        boq: report.boq.iter().map(bought).collect(),
        connections: &report.connections,
        trenches: report.trenches.iter().map(|trench| priced(trench, trench.cost)).collect(),
        pipes: &report.pipes,
        pumps: &report.pumps,
        transformers: &report.transformers,
        contingencies: &report.contingencies,
        year: &report.year,
        provenance: provenance(document)?,
        power: &report.power,
        water: &report.water,
        fabric: Some(&report.fabric).filter(|fabric| fabric.is_present()),
    })
}

fn priced<T>(part: &T, cost: Cents) -> Priced<'_, T> {
    Priced { part, cost_eur: cost.euros() }
}

fn bought(row: &BoqRow) -> Bought<'_> {
    Bought {
        row,
        unit_price_eur: row.unit_price.map(Cents::euros),
        total_eur: row.total.map(Cents::euros),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    const REQUIRED: [&str; 33] = [
        "containers",
        "racks",
        "peak_kw",
        "cost_eur",
        "first_cost_eur",
        "running_cost_eur",
        "bound_eur",
        "gap",
        "seconds",
        "complete",
        "accepted",
        "verified",
        "verification_faults",
        "findings",
        "boq_total_eur",
        "missing_prices",
        "boq",
        "trench_m",
        "services",
        "search",
        "phases",
        "connections",
        "trenches",
        "pipes",
        "pumps",
        "transformers",
        "year",
        "water",
        "plan_fingerprint",
        "project",
        "provenance",
        "contingencies",
        "power",
    ];

    #[test]
    fn every_key_a_script_relies_on_is_there() {
        for sample in [Sample::campus(), Sample::empty()] {
            let text = report_json(&sample.document()).unwrap();
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            for key in REQUIRED {
                assert!(value.get(key).is_some(), "{key}");
            }
            assert_eq!(value["services"].as_object().unwrap().len(), Service::ALL.len());
            assert!(text.ends_with("}\n"));
        }
    }

    #[test]
    fn two_runs_give_the_same_bytes() {
        let first = report_json(&Sample::campus().document()).unwrap();
        let second = report_json(&Sample::campus().document()).unwrap();
        assert_eq!(first, second);
    }

    #[test]
    fn rows_of_the_bill_add_up_to_its_total() {
        let sample = Sample::campus();
        let text = report_json(&sample.document()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rows = value["boq"].as_array().unwrap();
        let sum: f64 = rows.iter().filter_map(|row| row["total_eur"].as_f64()).sum();
        assert!((sum - value["boq_total_eur"].as_f64().unwrap()).abs() < 0.005);
    }
}
