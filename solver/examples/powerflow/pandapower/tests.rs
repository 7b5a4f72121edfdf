use serde_json::json;

use super::*;

/// A table as pandapower writes it.
fn table(columns: &[&str], rows: &[Value]) -> Value {
    let index: Vec<usize> = (0..rows.len()).collect();
    let body = json!({ "columns": columns, "index": index, "data": rows });
    json!({ "_class": "DataFrame", "_object": body.to_string() })
}

/// Three buses behind a transformer, two of them joined by a switch.
fn network() -> Value {
    let buses = [json!([20.0, true]), json!([0.4, true]), json!([0.4, true]), json!([0.4, true])];
    let switches = [json!([1, 2, "b", true, 0.0]), json!([3, 0, "l", true, 0.0])];
    let lines = [json!([2, 3, 0.1, 0.2, 0.08, 210.0, 0.0, 0.27, 1.0, 2, true])];
    let transformers = [json!([
        0, 1, 0.4, 20.0, 0.4, 6.0, 1.425, 1.35, 0.3375, 150.0, "hv", 0, 1, 2.5, 0.0, "Ratio", true
    ])];
    json!({ "_object": {
        "f_hz": 50.0,
        "sn_mva": 1.0,
        "bus": table(&["vn_kv", "in_service"], &buses),
        "switch": table(&["bus", "element", "et", "closed", "z_ohm"], &switches),
        "line": table(
            &["from_bus", "to_bus", "length_km", "r_ohm_per_km", "x_ohm_per_km", "c_nf_per_km",
              "g_us_per_km", "max_i_ka", "df", "parallel", "in_service"],
            &lines,
        ),
        "trafo": table(
            &["hv_bus", "lv_bus", "sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent",
              "pfe_kw", "i0_percent", "shift_degree", "tap_side", "tap_neutral", "tap_pos",
              "tap_step_percent", "tap_step_degree", "tap_changer_type", "in_service"],
            &transformers,
        ),
        "load": table(
            &["bus", "p_mw", "q_mvar", "scaling", "const_z_p_percent", "in_service"],
            &[json!([3, 0.1, 0.05, 1.0, 50.0, true]), json!([3, 9.0, 0.0, 1.0, 0.0, false])],
        ),
        "ext_grid": table(
            &["bus", "vm_pu", "va_degree", "s_sc_max_mva", "rx_max", "in_service"],
            &[json!([0, 1.02, 0.0, 500.0, 0.1, true])],
        ),
    } })
}

#[test]
fn closed_switches_make_one_node() {
    let model = read(&network(), Purpose::Flow).unwrap();
    let nodes: Vec<usize> = model.buses.iter().map(|bus| bus.node).collect();
    assert_eq!(nodes, [0, 1, 1, 3]);
}

#[test]
fn two_parallel_lines_have_half_the_impedance_and_twice_the_charging() {
    let model = read(&network(), Purpose::Flow).unwrap();
    let line = model.network.branches[model.lines[0].branch];
    let ohm = 0.4 * 0.4;
    assert!((line.impedance - Complex::new(0.01, 0.004) * (1.0 / ohm)).modulus() < 1e-12);
    let charging = std::f64::consts::TAU * 50.0 * 210e-9 * 0.1 * 2.0 * ohm / 2.0;
    assert!((line.shunt_to.im - charging).abs() < 1e-18);
    assert!((model.lines[0].limit_ka - 0.54).abs() < 1e-12);
}

#[test]
fn a_tap_at_the_high_side_raises_the_ratio() {
    let model = read(&network(), Purpose::Flow).unwrap();
    let unit = model.network.branches[model.transformers[0].branch];
    assert!((unit.ratio - 1.025).abs() < 1e-12);
    assert!((unit.shift.to_degrees() - 150.0).abs() < 1e-12);
    // 1.35 kW of iron losses at rated voltage, 0.4 MVA, seen from both sides together.
    let conductance = unit.shunt_from.re + unit.shunt_to.re;
    assert!((conductance - 1.35e-3).abs() < 1e-5, "{conductance}");
    let rated = read(&network(), Purpose::Fault(Extreme::Max)).unwrap();
    let unit = rated.network.branches[rated.transformers[0].branch];
    assert!((unit.ratio - 1.0).abs() < 1e-12);
}

#[test]
fn loads_split_by_how_they_follow_the_voltage() {
    let model = read(&network(), Purpose::Flow).unwrap();
    let bus = model.network.buses[3];
    assert!((bus.draw - Complex::new(0.05, 0.05)).modulus() < 1e-12);
    assert!((bus.shunt - Complex::new(0.05, 0.0)).modulus() < 1e-12);
}

#[test]
fn a_line_behind_an_open_switch_hangs_on_a_node_of_its_own() {
    let mut network = network();
    network["_object"]["switch"] = table(
        &["bus", "element", "et", "closed", "z_ohm"],
        &[json!([3, 0, "l", false, 0.0]), json!([1, 2, "b", true, 0.001])],
    );
    let model = read(&network, Purpose::Flow).unwrap();
    let line = model.network.branches[model.lines[0].branch];
    assert_eq!((line.from, line.to, model.network.buses.len()), (2, 4, 5));
    // The other switch has an impedance, so it is a branch.
    let switch = model.network.branches[2];
    assert!((switch.impedance.modulus() - 0.001 / 0.16).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_named() {
    let mut broken = network();
    broken["_object"]["ext_grid"] =
        table(&["bus", "vm_pu", "in_service"], &[json!([17, 1.0, true])]);
    let reason = read(&broken, Purpose::Flow).unwrap_err();
    assert_eq!(reason, "ext_grid 0: bus names bus 17, which is not there");
    let reason = read(&network(), Purpose::Fault(Extreme::Min)).unwrap_err();
    assert_eq!(reason, "ext_grid 0: s_sc_min_mva is missing");
}
