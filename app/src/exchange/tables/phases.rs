//! The plan over time: what each construction step brings, and every delivery with the month by
//! which it must be ordered.

use stackyard_solver::id::Id;
use stackyard_solver::plan::Phase;
use stackyard_solver::report::BoqGroup;

use super::super::Document;
use super::{Cell, Table, columns, count, money, number, text};

/// Construction steps in order.
pub(super) fn phases(document: &Document<'_>) -> Table {
    let rows = document.report.phases.iter().map(|phase| {
        let planned = document.plan.phases.iter().find(|it| it.id == phase.id);
        let after = planned.map(|it| join(&it.after)).unwrap_or_default();
        let new = document.report.connections.iter().filter(|it| it.phase == phase.id).count();
        vec![
            text(&phase.id),
            text(&phase.name),
            text(&phase.finished),
            text(after),
            count(phase.containers),
            count(new),
            number(phase.trench_m),
            number(phase.peak_kw),
            money(Some(phase.cost)),
            count(phase.unserved.len()),
            text(phase.unserved.join(" ")),
            text(if phase.complete { "yes" } else { "no" }),
        ]
    });
    let table = Table {
        columns: columns(&[
            ("Phase", 10, 0),
            ("Name", 40, 0),
            ("Finished", 12, 0),
            ("After", 14, 0),
            ("Containers", 12, 0),
            ("New connections", 12, 0),
            ("Trench dug (m)", 12, 1),
            ("Peak load at its end (kW)", 14, 0),
            ("Cost (EUR)", 18, 2),
            ("Unserved", 10, 0),
            ("Unserved connections", 40, 0),
            ("Complete", 10, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [
        ("Containers", "phase.containers"),
        ("Trench dug (m)", "phase.trench"),
        ("Peak load at its end (kW)", "phase.peak"),
        ("Cost (EUR)", "phase.cost"),
    ];
    let totals = ["Containers", "New connections", "Trench dug (m)", "Cost (EUR)"];
    table.explained(&formulas).summed(&totals)
}

fn join(ids: &[Id]) -> String {
    let names: Vec<&str> = ids.iter().map(Id::as_str).collect();
    names.join(" ")
}

/// Everything that is delivered, phase by phase: containers by name, then material of the bill.
pub(super) fn deliveries(document: &Document<'_>) -> Table {
    let Document { plan, catalogue, report, .. } = *document;
    let mut rows = Vec::new();
    for phase in &report.phases {
        let planned = plan.phases.iter().find(|it| it.id == phase.id);
        let when = |weeks: u32| dates(planned, weeks);
        let new = plan.containers.iter().filter(|it| it.phase == phase.id && !it.existing);
        for container in new {
            let Some(module) = catalogue.modules.get(&container.module) else { continue };
            let price = catalogue.prices.get(&module.price_id());
            let mut cells = vec![text(&phase.id), text("Container"), text(&container.id)];
            cells.extend([text(&module.name), number(1), text("piece")]);
            cells.push(number(module.mass_kg.0 / 1000.0));
            cells.push(price.map_or(Cell::Empty, |price| text(&price.origin)));
            cells.extend(when(price.map_or(0, |price| price.lead_time_weeks)));
            rows.push(cells);
        }
        // Containers have rows of their own; labour is not delivered.
        let material = report.boq.iter().filter(|row| {
            row.phase == phase.id
                && !row.item.starts_with("module-")
                && !matches!(row.group, BoqGroup::Laying | BoqGroup::Trench)
        });
        for row in material {
            let mut cells = vec![text(&phase.id), text(row.group.label()), text(&row.item)];
            cells.extend([text(&row.description), number(row.quantity), text(&row.unit)]);
            cells.extend([Cell::Empty, text(&row.origin)]);
            cells.extend(when(row.lead_time_weeks));
            rows.push(cells);
        }
    }
    let table = Table {
        columns: columns(&[
            ("Phase", 10, 0),
            ("Kind", 18, 0),
            ("Tag or item", 26, 0),
            ("Description", 52, 0),
            ("Quantity", 12, 1),
            ("Unit", 8, 0),
            ("Mass (t)", 10, 1),
            ("Origin", 10, 0),
            ("Lead time (weeks)", 12, 0),
            ("Needed by", 12, 0),
            ("Order by", 12, 0),
        ]),
        rows,
    };
    table.summed(&["Mass (t)"])
}

/// Lead time, the month the phase is finished and the month by which to order.
fn dates(phase: Option<&Phase>, weeks: u32) -> [Cell; 3] {
    let finished = phase.map(|phase| phase.finished.as_str()).unwrap_or_default();
    let order = months_before(finished, weeks);
    [number(weeks), text(finished), order.map_or(Cell::Empty, text)]
}

/// The month that lies a number of weeks before another, `2025-04`; weeks of a month are counted
/// as four, so that the month named is never too late.
fn months_before(month: &str, weeks: u32) -> Option<String> {
    let (year, month) = month.split_once('-')?;
    let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
    if !(1..=12).contains(&month) || !(1..=9999).contains(&year) {
        return None;
    }
    let earlier = i32::try_from(weeks.div_ceil(4)).ok()?;
    let months = (year * 12 + month - 1).checked_sub(earlier)?;
    Some(format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_leave_in_time() {
        assert_eq!(months_before("2025-04", 0).as_deref(), Some("2025-04"));
        assert_eq!(months_before("2025-04", 12).as_deref(), Some("2025-01"));
        assert_eq!(months_before("2025-04", 60).as_deref(), Some("2024-01"));
        assert_eq!(months_before("2025-13", 4), None);
        assert_eq!(months_before("soon", 4), None);
    }
}
