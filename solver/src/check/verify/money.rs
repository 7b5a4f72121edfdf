//! Sums, prices and the bound, added up anew.

use crate::catalogue::Catalogue;
use crate::report::{BoqGroup, Report, Severity};

/// Every total is the sum of its rows, and the bound is a bound.
pub(super) fn money(catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let mut network = 0_i64;
    for row in &report.boq {
        let price = catalogue.prices.get(&row.item).map(|price| price.unit_price);
        if price != row.unit_price {
            faults.push(format!("{} is not priced as in the price book", row.item));
        }
        let total = price.map(|price| price.euros() * row.quantity);
        match (total, row.total) {
            (Some(total), Some(shown)) => {
                if (total - shown.euros()).abs() > 0.006 {
                    faults.push(format!("{} does not multiply out", row.item));
                }
                let routed = matches!(
                    row.group,
                    BoqGroup::Trench | BoqGroup::Cable | BoqGroup::Pipe | BoqGroup::Laying
                );
                network += if routed { shown.0 } else { 0 };
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                faults.push(format!("{} has a price but no total, or the reverse", row.item));
            }
        }
    }
    if (network as f64 / 100.0 - report.cost.first_eur).abs() > 0.01 {
        faults.push("the network's first cost is not the sum of its rows".to_owned());
    }
    let lifetime = report.cost.first_eur + report.cost.running_eur;
    if (lifetime - report.cost.lifetime_eur).abs() > 0.01 {
        faults.push("the network's lifetime cost is not the sum of its parts".to_owned());
    }
    let complete = report.connections.iter().all(|connection| connection.supply.is_some());
    if complete && report.cost.bound_eur > report.cost.lifetime_eur * 1.000_001 + 1.0 {
        faults.push("the bound lies above the cost of the plan".to_owned());
    }
    let trench_sum: f64 = report
        .trenches
        .iter()
        .filter(|trench| !trench.existing)
        .map(|trench| {
            trench.length_m
                * trench.ground_factor
                * (catalogue.prices.euros("trench-base")
                    + catalogue.prices.euros("trench-width") * trench.width_mm as f64 / 1000.0)
                + f64::from(trench.crossings) * catalogue.prices.euros("crossing-road") / 2.0
        })
        .sum();
    let trench_rows: f64 = report
        .boq
        .iter()
        .filter(|row| row.group == BoqGroup::Trench)
        .filter_map(|row| row.total)
        .map(crate::units::Cents::euros)
        .sum();
    if (trench_sum - trench_rows).abs() > 0.001 * trench_sum + 3000.0 {
        faults.push(format!("trenches cost {trench_sum:.0} EUR, the bill says {trench_rows:.0}"));
    }
    let unserved = report.connections.iter().filter(|c| c.supply.is_none());
    for connection in unserved {
        let said = report.findings.iter().any(|finding| {
            finding.severity == Severity::Error && finding.subjects.contains(&connection.id)
        });
        if !said {
            faults.push(format!("{} is not served and no finding says so", connection.id));
        }
    }
}
