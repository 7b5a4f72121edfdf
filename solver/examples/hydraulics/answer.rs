//! Answers as JSON.

use std::fmt::Write as _;

use serde_json::json;
use stackyard_solver::physics::flow::{Element, Link};

use crate::case::{Case, Place};
use crate::pandapipes;
use crate::simulate::Moment;

/// Every node and link at every report time.
pub(crate) fn epanet(case: &Case, moments: &[Moment], seconds: f64) -> String {
    let node_names: Vec<String> = case.node_names.iter().map(|name| quoted(name)).collect();
    let link_names: Vec<String> = case.link_names.iter().map(|name| quoted(name)).collect();
    let rows = moments.len() * (node_names.len() + link_names.len());
    let mut out = String::with_capacity(64 + 120 * rows);
    let balanced = moments.iter().all(|moment| moment.solution.is_balanced);
    put(
        &mut out,
        format_args!("{{\"seconds\": {seconds:e}, \"balanced\": {balanced}, \"nodes\": ["),
    );
    let mut comma = "";
    for Moment { time, solution } in moments {
        for (index, name) in node_names.iter().enumerate() {
            let head = solution.head_m[index];
            let pressure = (head - elevation(case, index)) * case.units.gravity;
            let demand = solution.outflow_m3_s[index];
            put(
                &mut out,
                format_args!(
                    "{comma}\n{{\"time_s\": {time}, \"node\": {name}, \"head_m\": {head}, \
                 \"pressure_m\": {pressure}, \"demand_m3s\": {demand}}}"
                ),
            );
            comma = ",";
        }
    }
    out.push_str("\n], \"links\": [");
    comma = "";
    for Moment { time, solution } in moments {
        for (index, name) in link_names.iter().enumerate() {
            let link = &case.network.links[index];
            let flow = solution.flow_m3_s[index];
            let velocity = velocity(&link.element, flow);
            let is_closed = solution.status[index].is_closed();
            let loss = if is_closed { 0.0 } else { head_loss(link, &solution.head_m) };
            put(
                &mut out,
                format_args!(
                    "{comma}\n{{\"time_s\": {time}, \"link\": {name}, \"flow_m3s\": {flow}, \
                 \"velocity_ms\": {velocity}, \"headloss\": {loss}}}"
                ),
            );
            comma = ",";
        }
    }
    out.push_str("\n]}\n");
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = out.write_fmt(text);
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

/// The height from which the pressure of a node counts.
fn elevation(case: &Case, node: usize) -> f64 {
    match &case.places[node] {
        Place::Junction { .. } => case.network.nodes[node].elevation_m(),
        Place::Reservoir { head_m, .. } => *head_m,
        Place::Tank(tank) => tank.bottom_m,
    }
}

fn velocity(element: &Element, flow: f64) -> f64 {
    match element {
        Element::Pipe { diameter_m, .. } | Element::Valve { diameter_m, .. } => {
            flow.abs() / (std::f64::consts::FRAC_PI_4 * diameter_m * diameter_m)
        }
        Element::Pump { .. } | Element::Closed => 0.0,
    }
}

/// Metres a metre for pipes, metres for valves, minus the lift for pumps.
fn head_loss(link: &Link, heads: &[f64]) -> f64 {
    let drop = heads[link.from] - heads[link.to];
    match link.element {
        Element::Pipe { length_m, .. } => drop.abs() / length_m,
        Element::Valve { .. } => drop.abs(),
        Element::Pump { .. } => drop,
        Element::Closed => 0.0,
    }
}

/// Junctions, pipes and the other tables with their indices, as pandapipes names the columns.
pub(crate) fn pandapipes(
    case: &pandapipes::Case,
    solved: &pandapipes::Solved,
    seconds: f64,
) -> Result<String, String> {
    let junctions: Vec<_> = case
        .junctions
        .iter()
        .zip(solved.pressure_bar.iter().zip(&solved.temperature_k))
        .map(|(index, (bar, kelvin))| json!({"index": index, "p_bar": bar, "t_k": kelvin}))
        .collect();
    let mut object = serde_json::Map::new();
    object.insert("seconds".to_owned(), json!(seconds));
    object.insert("res_junction".to_owned(), json!(junctions));
    for (table, branches) in &case.tables {
        let rows: Vec<_> = branches
            .iter()
            .map(|&branch| {
                let part = &solved.branches[branch];
                json!({
                    "index": case.branches[branch].index,
                    "v_mean_m_per_s": part.velocity_m_s,
                    "p_from_bar": part.from_bar,
                    "p_to_bar": part.to_bar,
                    "t_from_k": part.from_k,
                    "t_to_k": part.to_k,
                    "t_outlet_k": part.outlet_k,
                    "mdot_from_kg_per_s": part.mass_flow_kg_s,
                    "mdot_to_kg_per_s": -part.mass_flow_kg_s,
                    "vdot_m3_per_s": part.volume_flow_m3_s,
                    "reynolds": part.reynolds,
                    "lambda": part.factor,
                })
            })
            .collect();
        object.insert(format!("res_{table}"), json!(rows));
    }
    let mut text = serde_json::to_string_pretty(&object).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}
