//! Power and heat at full load: from the feeds over losses and uses into water and air, and from
//! there into reuse or the outdoor air.
//!
//! All electricity ends as heat. A module gives as much of its heat to the water as its cooling
//! connection takes of its rating; the rest, and all losses, warm the air. What the heat-reuse
//! connections take of the water is reused.

use std::collections::BTreeMap;

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::report::Sizing;

use super::chart::heading;
use super::{Drawing, Frame, Ink, Kind, Size, Source};
use crate::format::{number, percent};
use crate::scene::Anchor;
use crate::scene::layer::{DISCIPLINES, discipline_label};

/// Width of a node, mm.
const NODE: f64 = 3.0;
/// Space between nodes of a column, mm.
const GAP: f64 = 5.0;
/// Room for the labels of the last column, mm.
const LABELS: f64 = 44.0;
/// Height above the columns, mm.
const TOP: f64 = 12.0;
/// Columns from the feeds to the surroundings.
const COLUMNS: u8 = 4;

/// What a share of the power is used for.
#[derive(Clone, Debug, Default)]
struct Use {
    power_kw: f64,
    water_kw: f64,
    names: Vec<String>,
}

/// The balance of the site at full load, kW.
#[derive(Debug, Default)]
struct Balance {
    uses: BTreeMap<Discipline, Use>,
    transformers_kw: f64,
    cables_kw: f64,
    pumps_kw: f64,
    reused_kw: f64,
}

/// A place flows meet.
struct Node {
    label: String,
    column: u8,
    ink: Ink,
    names: Vec<String>,
}

/// A flow between two nodes, kW.
struct Flow {
    from: usize,
    to: usize,
    value: f64,
}

/// Draws the flows.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let mut drawing = Drawing::new(Kind::Sankey, area);
    let balance = balance(source);
    let (nodes, flows) = graph(&balance);
    let total: f64 = flows.iter().filter(|flow| flow.from == 0).map(|flow| flow.value).sum();
    if total <= 0.0 {
        return drawing;
    }
    let places = places(&nodes, &flows, total, area);
    ribbons(&mut drawing, &nodes, &flows, &places);
    for (index, (node, place)) in nodes.iter().zip(&places).enumerate() {
        let through = throughput(index, &flows);
        if through <= 0.0 {
            continue;
        }
        drawing.rect(*place, node.ink, None);
        let at = dvec2(place.max.x + 1.5, place.center().y);
        let text = format!("{} {} kW", node.label, number(through, 0));
        drawing.text(at, Anchor::Start, Size::Small, Ink::Text, text.as_str());
        let hint = format!("{text}, {} of the power", percent(through / total, 1));
        drawing.spot(place.grown(1.0), node.names.clone(), hint);
    }
    let it: f64 = balance.uses.get(&Discipline::Compute).map_or(0.0, |it| it.power_kw);
    let text = if it > 0.0 {
        format!(
            "{} kW at full load, {} times the compute load",
            number(total, 0),
            number(total / it, 3)
        )
    } else {
        format!("{} kW at full load", number(total, 0))
    };
    heading(&mut drawing, Frame { min: dvec2(16.0, TOP), max: area }, area.x, &text);
    drawing
}

fn balance(source: Source<'_>) -> Balance {
    let Source { plan, catalogue, report } = source;
    let mut balance = Balance::default();
    let mut cooled: BTreeMap<&str, f64> = BTreeMap::new();
    for connection in report.connections.iter().filter(|it| it.supply.is_some()) {
        match connection.service {
            Service::Cooling => {
                *cooled.entry(connection.container.as_str()).or_default() +=
                    connection.load.value();
            }
            Service::HeatReuse => balance.reused_kw += connection.load.value(),
            Service::MvPower | Service::LvPower | Service::DataA | Service::DataB => {}
        }
        if let Some(Sizing::Cable(cable)) = &connection.sizing {
            balance.cables_kw += cable.loss_kw;
        }
    }
    for container in &plan.containers {
        let Some(module) = catalogue.modules.get(&container.module) else { continue };
        let rack_kw = module.rack_kw.0;
        let racks = f64::from(container.populated_racks(module));
        // Pumps and fans of a module run with its racks.
        let running = if module.racks > 0 { racks / f64::from(module.racks) } else { 1.0 };
        let power_kw = racks * rack_kw + module.fixed_kw.0 * running;
        if power_kw <= 0.0 {
            continue;
        }
        let rating_kw = f64::from(module.racks) * rack_kw + module.fixed_kw.0;
        let discipline = module.kind.discipline();
        let taken_kw = match discipline {
            // Plant takes heat out of the water; its own stays in the air.
            Discipline::Cooling => 0.0,
            Discipline::Compute
            | Discipline::Power
            | Discipline::Network
            | Discipline::Building => {
                cooled.get(container.id.as_str()).copied().unwrap_or_default()
            }
        };
        let used = balance.uses.entry(discipline).or_default();
        used.power_kw += power_kw;
        used.water_kw += power_kw * (taken_kw / rating_kw).clamp(0.0, 1.0);
        used.names.push(container.id.to_string());
    }
    balance.transformers_kw = report.transformers.iter().map(|it| it.loss_kw).sum();
    balance.pumps_kw = report.pumps.iter().map(|it| it.power_kw).sum();
    balance
}

/// Nodes and flows: node 0 is the supply; flows are listed from top to bottom.
fn graph(balance: &Balance) -> (Vec<Node>, Vec<Flow>) {
    let node = |label: &str, column: u8, ink: Ink, names: &[String]| Node {
        label: label.to_owned(),
        column,
        ink,
        names: names.to_vec(),
    };
    let power = Ink::Service(Service::MvPower);
    let (water_ink, air_ink) = (Ink::Service(Service::Cooling), Ink::Muted);
    let reuse_ink = Ink::Service(Service::HeatReuse);
    let mut nodes = vec![
        node("Electricity", 0, power, &[]),
        node("Water", 2, water_ink, &[]),
        node("Air", 2, air_ink, &[]),
        node("Heat reuse", 3, reuse_ink, &[]),
        node("Outdoor air", 3, air_ink, &[]),
    ];
    let (water, air, reuse, outdoors) = (1, 2, 3, 4);
    let mut flows = Vec::new();
    let mut heated = [0.0, 0.0];
    let mut use_of = |label: &str, used: &Use| {
        let to = nodes.len();
        nodes.push(node(label, 1, Ink::Service(Service::LvPower), &used.names));
        flows.push(Flow { from: 0, to, value: used.power_kw });
        let aired = used.power_kw - used.water_kw;
        flows.push(Flow { from: to, to: water, value: used.water_kw });
        flows.push(Flow { from: to, to: air, value: aired });
        heated = [heated[0] + used.water_kw, heated[1] + aired];
    };
    for discipline in DISCIPLINES {
        if let Some(used) = balance.uses.get(&discipline) {
            use_of(discipline_label(discipline), used);
        }
    }
    let own = |power_kw: f64, water_kw: f64| Use { power_kw, water_kw, names: Vec::new() };
    // The work of pumps ends as heat of the water they move.
    use_of("Pumps", &own(balance.pumps_kw, balance.pumps_kw));
    use_of("Transformer losses", &own(balance.transformers_kw, 0.0));
    use_of("Cable losses", &own(balance.cables_kw, 0.0));
    let reused = balance.reused_kw.min(heated[0]);
    flows.push(Flow { from: water, to: reuse, value: reused });
    flows.push(Flow { from: water, to: outdoors, value: heated[0] - reused });
    flows.push(Flow { from: air, to: outdoors, value: heated[1] });
    flows.retain(|flow| flow.value > 1e-9);
    (nodes, flows)
}

/// What flows through a node, kW.
fn throughput(node: usize, flows: &[Flow]) -> f64 {
    let sum = |is_meant: &dyn Fn(&Flow) -> bool| -> f64 {
        flows.iter().filter(|flow| is_meant(flow)).map(|flow| flow.value).sum()
    };
    sum(&|flow| flow.from == node).max(sum(&|flow| flow.to == node)).max(0.0)
}

/// Where the nodes stand: in columns, each centered in height.
fn places(nodes: &[Node], flows: &[Flow], total: f64, area: DVec2) -> Vec<Frame> {
    let height = area.y - TOP - 4.0;
    let members = |column: u8| {
        nodes
            .iter()
            .enumerate()
            .filter(move |(_, node)| node.column == column)
            .map(move |(index, _)| (index, throughput(index, flows)))
            .filter(|(_, through)| *through > 0.0)
    };
    let most = (0..COLUMNS).map(|column| members(column).count()).max().unwrap_or(1);
    let scale = (height - GAP * most.saturating_sub(1) as f64).max(8.0) / total;
    let pitch = (area.x - LABELS - NODE - 6.0) / f64::from(COLUMNS - 1);
    let mut places = vec![Frame::sized(DVec2::ZERO, DVec2::ZERO); nodes.len()];
    for column in 0..COLUMNS {
        let count = members(column).count();
        let sum: f64 = members(column).map(|(_, through)| through).sum();
        let high = sum * scale + GAP * count.saturating_sub(1) as f64;
        let mut y = TOP + (height - high) / 2.0;
        let x = 4.0 + pitch * f64::from(column);
        for (index, through) in members(column) {
            let own = through * scale;
            if let Some(place) = places.get_mut(index) {
                *place = Frame::sized(dvec2(x, y), dvec2(NODE, own.max(0.2)));
            }
            y += own + GAP;
        }
    }
    places
}

/// Draws the flows as ribbons that keep their order at each node.
fn ribbons(drawing: &mut Drawing, nodes: &[Node], flows: &[Flow], places: &[Frame]) {
    let mut used = vec![(0.0_f64, 0.0_f64); nodes.len()];
    for flow in flows {
        let (Some(from), Some(to)) = (places.get(flow.from), places.get(flow.to)) else {
            continue;
        };
        let (out, into) = (throughput(flow.from, flows), throughput(flow.to, flows));
        let (wide_from, wide_to) =
            (from.height() * flow.value / out, to.height() * flow.value / into);
        let left = used.get(flow.from).map_or(0.0, |it| it.0);
        let right = used.get(flow.to).map_or(0.0, |it| it.1);
        let start = dvec2(from.max.x, from.min.y + left);
        let end = dvec2(to.min.x, to.min.y + right);
        if let Some(it) = used.get_mut(flow.from) {
            it.0 += wide_from;
        }
        if let Some(it) = used.get_mut(flow.to) {
            it.1 += wide_to;
        }
        let below = |point: DVec2, wide: f64| point + dvec2(0.0, wide);
        let upper = bend(start, end);
        let lower = bend(below(start, wide_from), below(end, wide_to));
        let trade = match nodes.get(flow.to).map_or(0, |node| node.column) {
            0 | 1 => Discipline::Power,
            2 if flow.to == 1 => Discipline::Cooling,
            _ if flow.to == 3 => Discipline::Network,
            _ => Discipline::Building,
        };
        drawing.ribbon(upper, lower, Ink::Trade(trade));
    }
}

/// A line that leaves and arrives level.
fn bend(from: DVec2, to: DVec2) -> Vec<DVec2> {
    const STEPS: u8 = 16;
    (0..=STEPS)
        .map(|step| {
            let along = f64::from(step) / f64::from(STEPS);
            // The cubic with level ends.
            let rise = along * along * (3.0 - 2.0 * along);
            dvec2(from.x + (to.x - from.x) * along, from.y + (to.y - from.y) * rise)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn what_flows_into_a_node_flows_out_again() {
        let sample = Sample::campus();
        let Sample { plan, catalogue, report, .. } = &sample;
        let balance = balance(Source { plan, catalogue, report });
        let (nodes, flows) = graph(&balance);
        let sum = |meant: &dyn Fn(&Flow) -> bool| -> f64 {
            flows.iter().filter(|flow| meant(flow)).map(|flow| flow.value).sum()
        };
        for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.column % 3 != 0) {
            let into = sum(&|flow| flow.to == index);
            let out = sum(&|flow| flow.from == index);
            assert!((into - out).abs() < 1e-6, "{}: {into} {out}", node.label);
        }
        let total = sum(&|flow| flow.from == 0);
        let heat = sum(&|flow| flow.to == 3 || flow.to == 4);
        assert!((total - heat).abs() < 1e-6 && total > 100.0, "{total} {heat}");
    }

    #[test]
    fn modules_draw_what_the_report_says() {
        let sample = Sample::campus();
        let Sample { plan, catalogue, report, .. } = &sample;
        let balance = balance(Source { plan, catalogue, report });
        let used: f64 = balance.uses.values().map(|it| it.power_kw).sum();
        assert!((used - report.totals.peak_kw).abs() < 1e-6, "{used}");
    }
}
