//! The electrical network of a plan as pandapower reads it.
//!
//! Loads are as solved, so that the flow of pandapower is the flow of the report. Uninterruptible
//! supplies hold the voltage of what they feed as an external grid; the switch of their bypass is
//! open and belongs closed for short circuits, where that grid gives nothing. Resistances are at
//! operating temperature; `r20_ohm_per_km` holds those of cold conductors.

use serde_json::{Map, Value, json};
use stackyard_solver::electrical::site::{Feed, Node, Site, VECTOR_GROUP_DEGREES};
use stackyard_solver::physics::power::short_circuit::Extreme;

use super::{BuildError, Document};

/// The version of the format that the tables follow.
const FORMAT: &str = "3.1.0";

/// A column of a table with its type in pandas.
type Column = (&'static str, &'static str);

const BUS: [Column; 5] = [
    ("name", "object"),
    ("vn_kv", "float64"),
    ("type", "object"),
    ("zone", "object"),
    ("in_service", "bool"),
];

const EXT_GRID: [Column; 11] = [
    ("name", "object"),
    ("bus", "uint32"),
    ("vm_pu", "float64"),
    ("va_degree", "float64"),
    ("slack_weight", "float64"),
    ("in_service", "bool"),
    ("controllable", "bool"),
    ("s_sc_max_mva", "float64"),
    ("s_sc_min_mva", "float64"),
    ("rx_max", "float64"),
    ("rx_min", "float64"),
];

const LOAD: [Column; 12] = [
    ("name", "object"),
    ("bus", "uint32"),
    ("p_mw", "float64"),
    ("q_mvar", "float64"),
    ("const_z_p_percent", "float64"),
    ("const_i_p_percent", "float64"),
    ("const_z_q_percent", "float64"),
    ("const_i_q_percent", "float64"),
    ("sn_mva", "float64"),
    ("scaling", "float64"),
    ("in_service", "bool"),
    ("type", "object"),
];

const SWITCH: [Column; 8] = [
    ("bus", "int64"),
    ("element", "int64"),
    ("et", "object"),
    ("type", "object"),
    ("closed", "bool"),
    ("name", "object"),
    ("z_ohm", "float64"),
    ("in_ka", "float64"),
];

const LINE: [Column; 16] = [
    ("name", "object"),
    ("std_type", "object"),
    ("from_bus", "uint32"),
    ("to_bus", "uint32"),
    ("length_km", "float64"),
    ("r_ohm_per_km", "float64"),
    ("x_ohm_per_km", "float64"),
    ("c_nf_per_km", "float64"),
    ("g_us_per_km", "float64"),
    ("max_i_ka", "float64"),
    ("df", "float64"),
    ("parallel", "uint32"),
    ("type", "object"),
    ("in_service", "bool"),
    ("endtemp_degree", "float64"),
    ("r20_ohm_per_km", "float64"),
];

const TRAFO: [Column; 27] = [
    ("name", "object"),
    ("std_type", "object"),
    ("hv_bus", "uint32"),
    ("lv_bus", "uint32"),
    ("sn_mva", "float64"),
    ("vn_hv_kv", "float64"),
    ("vn_lv_kv", "float64"),
    ("vk_percent", "float64"),
    ("vkr_percent", "float64"),
    ("pfe_kw", "float64"),
    ("i0_percent", "float64"),
    ("shift_degree", "float64"),
    ("tap_side", "object"),
    ("tap_neutral", "float64"),
    ("tap_min", "float64"),
    ("tap_max", "float64"),
    ("tap_step_percent", "float64"),
    ("tap_step_degree", "float64"),
    ("tap_pos", "float64"),
    ("tap_changer_type", "object"),
    ("id_characteristic_table", "Int64"),
    ("tap_dependency_table", "bool"),
    ("parallel", "uint32"),
    ("df", "float64"),
    ("in_service", "bool"),
    ("vector_group", "object"),
    ("oltc", "bool"),
];

/// The network of a document as text, with a final newline.
///
/// # Errors
/// Only where a name cannot be expressed in JSON.
pub(super) fn network_json(document: &Document<'_>) -> Result<String, BuildError> {
    let site = Site::of(document.plan, document.catalogue, document.report);
    let tables = [
        ("bus", table(&BUS, &buses(&site))?),
        ("ext_grid", table(&EXT_GRID, &grids(document, &site))?),
        ("load", table(&LOAD, &loads(document, &site))?),
        ("switch", table(&SWITCH, &bypasses(&site))?),
        ("line", table(&LINE, &lines(document, &site))?),
        ("trafo", table(&TRAFO, &transformers(&site))?),
        ("version", json!(FORMAT)),
        ("format_version", json!(FORMAT)),
        ("name", json!(document.plan.name)),
        ("f_hz", json!(50.0)),
        ("sn_mva", json!(1.0)),
    ];
    let members: Map<String, Value> =
        tables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let network = json!({
        "_module": "pandapower.auxiliary",
        "_class": "pandapowerNet",
        "_object": members,
    });
    let mut text = serde_json::to_string_pretty(&network)?;
    text.push('\n');
    Ok(text)
}

/// A table as pandapower nests it: text inside the text.
fn table(columns: &[Column], rows: &[Value]) -> Result<Value, BuildError> {
    let names: Vec<&str> = columns.iter().map(|&(name, _)| name).collect();
    let index: Vec<usize> = (0..rows.len()).collect();
    let body = json!({ "columns": names, "index": index, "data": rows });
    let types: Map<String, Value> =
        columns.iter().map(|&(name, kind)| (name.to_owned(), json!(kind))).collect();
    Ok(json!({
        "_module": "pandas.core.frame",
        "_class": "DataFrame",
        "_object": serde_json::to_string(&body)?,
        "orient": "split",
        "dtype": types,
        "is_multiindex": false,
        "is_multicolumn": false,
    }))
}

fn buses(site: &Site) -> Vec<Value> {
    let row = |node: &Node| json!([node.id, node.nominal_kv, "b", null, true]);
    site.nodes.iter().map(row).collect()
}

fn grids(document: &Document<'_>, site: &Site) -> Vec<Value> {
    let rules = &document.catalogue.rules;
    let grid = |(bus, node): (usize, &Node)| {
        let feed = node.feed?;
        let name = match feed {
            Feed::Grid { .. } => "utility",
            Feed::Generator { .. } => "generator",
            Feed::Inverter => "inverter",
        };
        let most = node.fault_feed(rules, Extreme::Max);
        let least = node.fault_feed(rules, Extreme::Min);
        Some(json!([
            format!("{} {name}", node.id),
            bus,
            1.0,
            0.0,
            1.0,
            true,
            true,
            most.map(|feed| feed.power_mva),
            least.map(|feed| feed.power_mva),
            most.map(|feed| feed.r_to_x),
            least.map(|feed| feed.r_to_x),
        ]))
    };
    site.nodes.iter().enumerate().filter_map(grid).collect()
}

fn loads(document: &Document<'_>, site: &Site) -> Vec<Value> {
    let solved = &document.report.power.buses;
    let load = |(bus, node): (usize, &Node)| {
        // Inputs of uninterruptible supplies draw what the flow found.
        let own = (node.load_kva.re, node.load_kva.im);
        let found = solved.get(bus).filter(|state| state.id == node.id);
        let (active, reactive) = found.map_or(own, |state| (state.drawn_kw, state.drawn_kvar));
        (active != 0.0 || reactive != 0.0).then(|| {
            let (active, reactive) = (active / 1000.0, reactive / 1000.0);
            json!([node.id, bus, active, reactive, 0.0, 0.0, 0.0, 0.0, null, 1.0, true, "wye"])
        })
    };
    site.nodes.iter().enumerate().filter_map(load).collect()
}

fn bypasses(site: &Site) -> Vec<Value> {
    let switch = |inverter: &stackyard_solver::electrical::site::Inverter| {
        let input = inverter.inputs.first()?;
        let name = format!("{} bypass", inverter.container);
        Some(json!([inverter.output, input, "b", "LBS", false, name, 0.0, null]))
    };
    site.inverters.iter().filter_map(switch).collect()
}

fn lines(document: &Document<'_>, site: &Site) -> Vec<Value> {
    let end_temperature = document.catalogue.rules.fault_end_temperature_c.value;
    site.cables
        .iter()
        .map(|cable| {
            let name = document.report.connections.get(cable.connection).map(|own| &own.id);
            let limit_ka = cable.ampacity_a / 1000.0 / f64::from(cable.circuits);
            json!([
                name,
                null,
                cable.from,
                cable.to,
                cable.length_km,
                cable.r_ohm_per_km,
                cable.x_ohm_per_km,
                0.0,
                0.0,
                limit_ka,
                1.0,
                cable.circuits,
                "cs",
                true,
                end_temperature,
                cable.r20_ohm_per_km,
            ])
        })
        .collect()
}

fn transformers(site: &Site) -> Vec<Value> {
    site.units
        .iter()
        .map(|unit| {
            json!([
                unit.container.to_string(),
                null,
                unit.from,
                unit.to,
                unit.rated_kva / 1000.0,
                unit.rated_kv.0,
                unit.rated_kv.1,
                unit.uk_percent,
                unit.ur_percent,
                unit.no_load_kw,
                unit.i0_percent,
                VECTOR_GROUP_DEGREES,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                1,
                1.0,
                true,
                "Dyn5",
                false,
            ])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    /// A table of an export with its columns and rows.
    fn read(network: &Value, name: &str) -> (usize, Vec<Vec<Value>>) {
        let text = network["_object"][name]["_object"].as_str().unwrap();
        let body: Value = serde_json::from_str(text).unwrap();
        let columns = body["columns"].as_array().unwrap().len();
        let rows = body["data"].as_array().unwrap();
        (columns, rows.iter().map(|row| row.as_array().unwrap().clone()).collect())
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let sample = Sample::campus();
        let text = network_json(&sample.document()).unwrap();
        let network: Value = serde_json::from_str(&text).unwrap();
        for name in ["bus", "ext_grid", "load", "switch", "line", "trafo"] {
            let (columns, rows) = read(&network, name);
            assert!(rows.iter().all(|row| row.len() == columns), "{name}");
        }
        let (_, lines) = read(&network, "line");
        assert_eq!(lines.len(), sample.report.power.cables.len());
        assert!(!lines.is_empty());
    }

    #[test]
    fn ends_of_lines_are_buses() {
        let sample = Sample::campus();
        let text = network_json(&sample.document()).unwrap();
        let network: Value = serde_json::from_str(&text).unwrap();
        let buses = read(&network, "bus").1.len() as u64;
        for line in read(&network, "line").1 {
            assert!(line[2].as_u64().unwrap() < buses && line[3].as_u64().unwrap() < buses);
        }
    }
}
