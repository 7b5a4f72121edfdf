//! The independent checker: recomputes what a report claims from the plan, the catalogue and the
//! lines of the routes alone. It is slow and simple on purpose and shares no code with the
//! corridor graph, the search, the sizing or the bill.

mod heat;
mod money;
mod pairs;

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::module::{PortRole, Service, Supplier};
use crate::catalogue::rules::Redundancy;
use crate::catalogue::tables::Installation;
use crate::geometry::Point;
use crate::id::Id;
use crate::plan::{Plan, Usage, ZoneKind};
use crate::report::{CableSizing, Connection, Report, Severity, Sizing, Verification};

/// Checks a report; `catalogue` already carries the plan's overrides.
pub fn verify(plan: &Plan, catalogue: &Catalogue, report: &Report) -> Verification {
    let mut faults = Vec::new();
    for connection in &report.connections {
        if connection.supply.is_some() {
            ends(plan, catalogue, connection, &mut faults);
            ground(plan, catalogue, connection, &mut faults);
            in_time(plan, connection, &mut faults);
        }
    }
    everything_is_listed(plan, catalogue, report, &mut faults);
    capacities(plan, catalogue, report, &mut faults);
    pairs::pairs(plan, catalogue, report, &mut faults);
    covered_by_trenches(report, &mut faults);
    locks_and_forbids(plan, report, &mut faults);
    waypoints(plan, report, &mut faults);
    heat::heat(catalogue, report, &mut faults);
    voltage_drops(catalogue, report, &mut faults);
    pipes(catalogue, report, &mut faults);
    money::money(catalogue, report, &mut faults);
    Verification { ran: true, faults }
}

/// Where a supply is on the site.
fn supply_position(plan: &Plan, catalogue: &Catalogue, connection: &Connection) -> Option<Point> {
    let supply = connection.supply.as_ref()?;
    match &supply.port {
        None => plan.entries.iter().find(|entry| entry.id == supply.id).map(|entry| entry.at_mm),
        Some(port) => {
            let container = plan.containers.iter().find(|c| c.id == supply.id)?;
            let module = catalogue.modules.get(&container.module)?;
            let port = module.ports.iter().find(|template| template.id == *port)?;
            Some(container.port_position(module, port).0)
        }
    }
}

fn ends(plan: &Plan, catalogue: &Catalogue, connection: &Connection, faults: &mut Vec<String>) {
    let id = &connection.id;
    let container = plan.containers.iter().find(|c| c.id == connection.container);
    let module = container.and_then(|c| catalogue.modules.get(&c.module));
    let port = module.and_then(|m| m.ports.iter().find(|port| port.id == connection.port));
    let (Some(container), Some(module), Some(port)) = (container, module, port) else {
        faults.push(format!("{id} belongs to nothing in the plan"));
        return;
    };
    let start = container.port_position(module, port).0;
    if connection.path_mm.first() != Some(&start) {
        faults.push(format!("{id} does not start at its port"));
    }
    let end = supply_position(plan, catalogue, connection);
    if end.is_none() || connection.path_mm.last().copied() != end {
        faults.push(format!("{id} does not end at its supply"));
    }
    let length: f64 = connection.path_mm.windows(2).map(|pair| apart_m(pair[0], pair[1])).sum();
    if (length - connection.length_m).abs() > 0.05 + 0.001 * length {
        faults.push(format!("{id} is {length:.2} m long, not {:.2} m", connection.length_m));
    }
    let PortRole::Draws { from, .. } = &port.role else {
        faults.push(format!("{id} is served but draws nothing"));
        return;
    };
    let Some(supply) = &connection.supply else { return };
    let kind = plan
        .containers
        .iter()
        .find(|c| c.id == supply.id)
        .and_then(|c| catalogue.modules.get(&c.module))
        .map_or(Supplier::Utility, |module| Supplier::Module(module.kind));
    if !from.contains(&kind) || supply.id == connection.container {
        faults.push(format!("{id} may not be served by {}", supply.id));
    }
}

fn apart_m(a: Point, b: Point) -> f64 {
    let (dx, dy) = ((a.x - b.x) as f64, (a.y - b.y) as f64);
    dx.hypot(dy) / 1000.0
}

/// Routes stay on the site, out of exclusion zones and clear of every footprint.
fn ground(plan: &Plan, catalogue: &Catalogue, connection: &Connection, faults: &mut Vec<String>) {
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        let box_ = container.footprint(module);
        let through = connection.path_mm.windows(2).any(|pair| {
            passes_through(
                pair[0],
                pair[1],
                (box_.min.x as f64 + 1.5, box_.min.y as f64 + 1.5),
                (box_.max.x as f64 - 1.5, box_.max.y as f64 - 1.5),
            )
        });
        if through {
            faults.push(format!("{} runs through {}", connection.id, container.id));
        }
    }
    let excluded: Vec<&[Point]> = plan
        .zones
        .iter()
        .filter(|zone| zone.kind == ZoneKind::Exclusion)
        .map(|zone| zone.outline_mm.as_slice())
        .collect();
    for (x, y) in samples(&connection.path_mm) {
        // A hand's breadth to every side decides, so that a line on an outline is not argued over.
        let around = [(x - 20.0, y), (x + 20.0, y), (x, y - 20.0), (x, y + 20.0)];
        if !around.iter().any(|&(x, y)| encloses(&plan.boundary_mm, x, y)) {
            faults.push(format!("{} leaves the site", connection.id));
            return;
        }
        if excluded.iter().any(|zone| around.iter().all(|&(x, y)| encloses(zone, x, y))) {
            faults.push(format!("{} runs through an exclusion zone", connection.id));
            return;
        }
    }
}

/// Points along a line, half a metre apart.
fn samples(line: &[Point]) -> impl Iterator<Item = (f64, f64)> + '_ {
    line.windows(2).flat_map(|pair| {
        let (a, b) = (pair[0], pair[1]);
        let steps = (apart_m(a, b) * 2.0).ceil().clamp(1.0, 4000.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 1 to 4000"
        )]
        let count = steps as u32;
        (0..=count).map(move |step| {
            let share = f64::from(step) / steps;
            let along = |from: i64, to: i64| from as f64 + share * (to - from) as f64;
            (along(a.x, b.x), along(a.y, b.y))
        })
    })
}

/// Even-odd rule in floating point.
fn encloses(outline: &[Point], x: f64, y: f64) -> bool {
    let mut inside = false;
    for (index, a) in outline.iter().enumerate() {
        let b = outline[(index + 1) % outline.len()];
        let (ax, ay, bx, by) = (a.x as f64, a.y as f64, b.x as f64, b.y as f64);
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    inside
}

/// Liang–Barsky clipping of a segment against a box, in floating point.
fn passes_through(a: Point, b: Point, min: (f64, f64), max: (f64, f64)) -> bool {
    let (x, y) = (a.x as f64, a.y as f64);
    let (dx, dy) = (b.x as f64 - x, b.y as f64 - y);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (delta, room) in [(-dx, x - min.0), (dx, max.0 - x), (-dy, y - min.1), (dy, max.1 - y)] {
        if delta == 0.0 {
            if room < 0.0 {
                return false;
            }
        } else if delta < 0.0 {
            enter = enter.max(room / delta);
        } else {
            leave = leave.min(room / delta);
        }
    }
    enter < leave
}

/// Nothing is served by what is built later.
fn in_time(plan: &Plan, connection: &Connection, faults: &mut Vec<String>) {
    let Some(supply) = &connection.supply else { return };
    let Some(container) = plan.containers.iter().find(|c| c.id == supply.id) else { return };
    // The supply's phase must be the connection's own or one of its ancestors in time.
    let order = plan.phase_order();
    let position = |id: &Id| order.get(id).copied();
    if position(&container.phase) > position(&connection.phase) {
        faults.push(format!("{} is served by {}, which is built later", connection.id, supply.id));
    }
}

/// No port that must be served is missing from the report.
fn everything_is_listed(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    faults: &mut Vec<String>,
) {
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        let two_n = catalogue.rules.redundancy_of(module.kind) == Redundancy::TwoN;
        for port in &module.ports {
            let asked = matches!(port.role, PortRole::Draws { .. }) && (!port.standby || two_n);
            let id = format!("{}/{}", container.id, port.id);
            if asked && !report.connections.iter().any(|connection| connection.id == id) {
                faults.push(format!("{id} is missing from the report"));
            }
        }
    }
}

fn capacities(plan: &Plan, catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let mut drawn: BTreeMap<(String, Service), f64> = BTreeMap::new();
    for connection in &report.connections {
        if let Some(supply) = &connection.supply {
            let load = connection.load.value();
            *drawn.entry((supply.id.to_string(), connection.service)).or_default() += load;
        }
    }
    for ((id, service), load) in drawn {
        let entry = plan.entries.iter().find(|e| e.id.as_str() == id && e.service == service);
        let container = plan.containers.iter().find(|c| c.id.as_str() == id);
        let module = container.and_then(|c| catalogue.modules.get(&c.module));
        let largest = module.map(|module| {
            module
                .ports
                .iter()
                .filter(|port| port.service == service)
                .filter_map(|port| match port.role {
                    PortRole::Supplies { capacity } => Some(capacity.value()),
                    PortRole::Draws { .. } => None,
                })
                .fold(0.0, f64::max)
        });
        let capacity = entry.map(|entry| entry.capacity.value()).or(largest).unwrap_or(0.0);
        let said = report.findings.iter().any(|f| f.rule == "capacity" && f.subjects.contains(&id));
        if load > capacity * 1.000_001 && !said {
            faults.push(format!("{id} gives {load:.0} of {service} but has {capacity:.0}"));
        }
    }
}

/// Every metre of every route lies in exactly one trench that lists it.
fn covered_by_trenches(report: &Report, faults: &mut Vec<String>) {
    let mut covered = vec![0.0_f64; report.connections.len()];
    for trench in &report.trenches {
        let length: f64 = trench.path_mm.windows(2).map(|pair| apart_m(pair[0], pair[1])).sum();
        if (length - trench.length_m).abs() > 0.05 + 0.001 * length {
            faults.push(format!("{} is {length:.2} m long, not {:.2}", trench.id, trench.length_m));
        }
        for &connection in &trench.contents {
            match covered.get_mut(connection) {
                Some(sum) => *sum += trench.length_m,
                None => faults.push(format!("{} holds an unknown connection", trench.id)),
            }
        }
        let start = trench.path_mm.first().copied().unwrap_or_default();
        let place = format!("{},{}", start.x, start.y);
        let said =
            report.findings.iter().any(|f| f.rule == "trench-width" && f.subjects.contains(&place));
        if trench.width_mm > trench.limit_mm && !said {
            faults.push(format!("{} is wider than its limit", trench.id));
        }
    }
    for (connection, covered) in report.connections.iter().zip(covered) {
        if (covered - connection.length_m).abs() > 0.1 + 0.001 * connection.length_m {
            faults.push(format!(
                "{} runs {:.1} m but has {covered:.1} m of trench",
                connection.id, connection.length_m
            ));
        }
    }
}

fn locks_and_forbids(plan: &Plan, report: &Report, faults: &mut Vec<String>) {
    for lock in &plan.locks {
        let Some(connection) = report.connections.iter().find(|c| c.id == lock.connection) else {
            continue;
        };
        if connection.supply.is_none() {
            continue;
        }
        let length =
            |path: &[Point]| -> f64 { path.windows(2).map(|pair| apart_m(pair[0], pair[1])).sum() };
        let moved = connection
            .path_mm
            .iter()
            .any(|point| !lock.path_mm.windows(2).any(|pair| overlap_point(pair, *point)));
        if moved || (length(&lock.path_mm) - connection.length_m).abs() > 0.05 {
            faults.push(format!("{} does not follow its lock", lock.connection));
        }
    }
    for (connection, corridor) in
        plan.forbids.iter().map(|forbid| (&forbid.connection, &forbid.corridor))
    {
        let index = report.connections.iter().position(|c| c.id == *connection);
        let used = report.trenches.iter().any(|trench| {
            trench.corridor.as_ref() == Some(corridor)
                && index.is_some_and(|index| trench.contents.contains(&index))
        });
        if used {
            faults.push(format!("{connection} uses {corridor}, which is forbidden to it"));
        }
    }
    for corridor in plan.corridors.iter().filter(|c| c.usage == Usage::Forbidden) {
        if report.trenches.iter().any(|trench| trench.corridor.as_ref() == Some(&corridor.id)) {
            faults.push(format!("{} is forbidden but dug", corridor.id));
        }
    }
}

fn overlap_point(pair: &[Point], point: Point) -> bool {
    (apart_m(pair[0], point) + apart_m(point, pair[1]) - apart_m(pair[0], pair[1])).abs() < 0.002
}

/// Compulsory waypoints lie on the route in their order, or a finding says that one does not.
fn waypoints(plan: &Plan, report: &Report, faults: &mut Vec<String>) {
    for connection in report.connections.iter().filter(|c| c.supply.is_some()) {
        let own = plan.waypoints.iter().filter(|waypoint| waypoint.connection == connection.id);
        let mut reached_m = 0.0;
        for waypoint in own.filter(|waypoint| waypoint.compulsory) {
            let place = waypoint.at_mm;
            let (x, y) = (place.x as f64, place.y as f64);
            // Every passage, with how far along the route it is.
            let mut passages = Vec::new();
            let mut run_m = 0.0;
            for pair in connection.path_mm.windows(2) {
                let foot = foot(pair, (x, y));
                if (foot.0 - x).hypot(foot.1 - y) < 3.0 {
                    passages.push(run_m + apart_m(pair[0], place));
                }
                run_m += apart_m(pair[0], pair[1]);
            }
            let name = format!("{},{}", place.x, place.y);
            let said = report.findings.iter().any(|finding| {
                finding.rule == "waypoint"
                    && finding.severity == Severity::Error
                    && finding.subjects.contains(&connection.id)
                    && finding.subjects.contains(&name)
            });
            match passages.into_iter().find(|passed_m| *passed_m > reached_m - 0.01) {
                Some(passed_m) => reached_m = passed_m,
                None if said => {}
                None => faults.push(format!("{} does not pass {name} in its turn", connection.id)),
            }
        }
    }
}

/// The point of a segment nearest to another point, in floating point.
fn foot(pair: &[Point], (x, y): (f64, f64)) -> (f64, f64) {
    let (from, to) = (pair[0], pair[1]);
    let (left, low) = (from.x as f64, from.y as f64);
    let (east, north) = (to.x as f64 - left, to.y as f64 - low);
    let square = east * east + north * north;
    if square == 0.0 {
        return (left, low);
    }
    let share = (((x - left) * east + (y - low) * north) / square).clamp(0.0, 1.0);
    (left + share * east, low + share * north)
}

/// Each power connection drops what it says and no more than it may.
fn voltage_drops(catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let rules = &catalogue.rules;
    for connection in &report.connections {
        let Some(Sizing::Cable(sizing)) = &connection.sizing else { continue };
        let volts = match connection.service {
            Service::MvPower => rules.mv_voltage_kv.value,
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => rules.lv_voltage_kv.value,
        };
        let amperes = connection.load.value() / (volts * 1.732_050_807_568_877);
        voltage_drop(catalogue, report, connection, sizing, (volts, amperes), faults);
    }
}

/// The drop at the full length laid, by resistance and reactance of the table.
fn voltage_drop(
    catalogue: &Catalogue,
    report: &Report,
    connection: &Connection,
    sizing: &CableSizing,
    (kilovolts, amperes): (f64, f64),
    faults: &mut Vec<String>,
) {
    let rules = &catalogue.rules;
    let row = catalogue.cables.iter().find(|cable| {
        cable.section_mm2 == sizing.section_mm2
            && cable.conductor == sizing.conductor
            && cable.installation == Installation::BuriedTrefoil
            && (cable.voltage_kv <= 1.0) == (kilovolts <= 1.0)
    });
    let Some(row) = row else { return };
    let cosine = rules.power_factor.value;
    let per_km = row.r_ohm_per_km * cosine + row.x_ohm_per_km * (1.0 - cosine * cosine).sqrt();
    let laid_km = (connection.length_m * rules.cable_route_factor.value
        + rules.cable_end_allowance_m.value)
        / 1000.0;
    let volts = 1.732_050_8 * amperes / f64::from(sizing.circuits) * per_km * laid_km;
    let percent = volts / (kilovolts * 10.0);
    // Tables differ by a few per cent between voltages and soils.
    if (percent - sizing.drop_percent).abs() > 0.05 * percent + 0.01 {
        let shown = sizing.drop_percent;
        faults.push(format!("{} drops {percent:.2} %, not {shown:.2} %", connection.id));
    }
    let limit = match connection.service {
        Service::MvPower => rules.mv_drop_max_percent.value,
        Service::LvPower
        | Service::Cooling
        | Service::HeatReuse
        | Service::DataA
        | Service::DataB => rules.lv_drop_max_percent.value,
    };
    let said = report
        .findings
        .iter()
        .any(|f| f.rule == "voltage-drop" && f.subjects.contains(&connection.id));
    if sizing.drop_percent > limit * 1.000_001 && !said {
        faults.push(format!("{} drops more than {limit} % and no finding says so", connection.id));
    }
}

/// Pipe lengths add up, flows are continuous, and friction is what Swamee and Jain make of it.
fn pipes(catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let rules = &catalogue.rules;
    let mean_c = rules.water_supply_c.value + rules.water_delta_k.value / 2.0;
    // Water by linear interpolation of a table, 20 to 60 °C.
    let density = 998.2 - (mean_c - 20.0) * 0.375;
    let viscosity = 1.002e-3 * (20.0 / mean_c.max(5.0)).powf(0.7);
    for run in &report.pipes {
        let length: f64 = run.segments.iter().map(|segment| segment.length_m).sum();
        if (length - run.length_m).abs() > 0.05 {
            faults.push(format!(
                "{} is {:.2} m long but has {length:.2} m of pipe",
                run.id, run.length_m
            ));
        }
        let wanted: f64 = run
            .contents
            .iter()
            .filter_map(|&index| report.connections.get(index))
            .map(|connection| connection.load.value() / (4.18 * rules.water_delta_k.value))
            .sum();
        if (wanted - run.flow_kg_s).abs() > 0.005 * wanted + 1e-6 {
            faults.push(format!("{} carries {:.2} kg/s, not {wanted:.2}", run.id, run.flow_kg_s));
        }
        for segment in &run.segments {
            let size = catalogue
                .pipes
                .iter()
                .find(|pipe| pipe.dn == segment.dn && pipe.material.contains("pre-insulated"));
            let Some(size) = size else {
                faults.push(format!("{} uses DN{}, which is not in the table", run.id, segment.dn));
                continue;
            };
            let d = size.inner_mm / 1000.0;
            let v = run.flow_kg_s / density / (std::f64::consts::PI * d * d / 4.0);
            let reynolds = density * v * d / viscosity;
            let inner = size.roughness_mm / 1000.0 / (3.7 * d) + 5.74 / reynolds.powf(0.9);
            let f = 0.25 / inner.log10().powi(2);
            let gradient = f / d * density * v * v / 2.0;
            let off = (gradient - segment.gradient_pa_m).abs();
            if reynolds > 4000.0 && off > 0.06 * gradient + 1.0 {
                faults.push(format!(
                    "{} loses {gradient:.0} Pa/m in DN{}, not {:.0}",
                    run.id, segment.dn, segment.gradient_pa_m
                ));
            }
        }
    }
}
