//! Plans that are refused, and texts that are no plans: the exit code, the reason and the place.

use serde_json::Value;

use crate::{SHEDS, Yard, stackyard};

/// The sheds with one thing changed.
fn sheds_with(old: &str, new: &str) -> String {
    assert!(SHEDS.contains(old), "the plan does not say {old}");
    SHEDS.replacen(old, new, 1)
}

/// Asserts that a plan cannot be used, for a reason and at the line that holds `culprit`.
fn assert_unusable(plan: &str, culprit: &str, reason: &str) {
    let yard = Yard::new();
    let file = yard.put("broken.ron", plan);
    let ended = stackyard(&["check", &file]);
    let line = plan.lines().position(|line| line.contains(culprit)).unwrap() + 1;
    assert_eq!(ended.code, Some(2), "{}", ended.message);
    assert_eq!(ended.out, "", "what could not be done has no result");
    for part in ["broken.ron", reason, &format!("line {line}, column ")] {
        assert!(ended.message.contains(part), "`{part}` is missing in: {}", ended.message);
    }
}

/// Asserts that a plan is read, judged and refused under a rule.
fn assert_refused(plan: &str, rule: &str) {
    let yard = Yard::new();
    let file = yard.put("refused.ron", plan);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.message);
    assert!(ended.out.contains(&format!("Error: {rule}: ")), "{}", ended.out);
    assert!(ended.out.ends_with("refused\n"), "{}", ended.out);
}

#[test]
fn containers_on_the_same_ground_are_refused() {
    assert_refused(&sheds_with("(30000, 32000)", "(22000, 32000)"), "overlap");
}

#[test]
fn a_container_outside_the_site_is_refused() {
    assert_refused(&sheds_with("(30000, 32000)", "(90000, 32000)"), "boundary");
}

#[test]
fn a_container_that_nothing_serves_is_refused() {
    assert_refused(&sheds_with("Kva(20000.0)", "Kva(50.0)"), "unserved");
}

#[test]
fn an_accepted_finding_no_longer_refuses() {
    let plan = sheds_with("(30000, 32000)", "(23100, 32000)");
    let yard = Yard::new();
    let file = yard.put("close.ron", &plan);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    let report = stackyard(&["solve", &file, "--json", "-"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let keys: Vec<String> = findings
        .iter()
        .map(|finding| {
            let subjects: Vec<&str> =
                finding["subjects"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("\"{}:{}\": \"seen\"", finding["rule"].as_str().unwrap(), subjects.join(","))
        })
        .collect();
    let accepted =
        plan.replacen("  prices:", &format!("  accepted: {{{}}},\n  prices:", keys.join(", ")), 1);
    let ended = stackyard(&["check", &yard.put("accepted.ron", accepted)]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.message);
    assert!(ended.out.contains("(accepted: seen)"), "{}", ended.out);
}

#[test]
fn a_plan_cut_off_anywhere_is_refused_with_its_place() {
    let yard = Yard::new();
    let whole = SHEDS.trim_end();
    for end in (0..whole.len()).step_by(37) {
        let file = yard.put("cut.ron", &whole[..end]);
        let ended = stackyard(&["check", &file]);
        assert_eq!(ended.code, Some(2), "cut at {end}: {}{}", ended.out, ended.message);
        for part in ["cut.ron", "line ", "column "] {
            assert!(ended.message.contains(part), "cut at {end}: {}", ended.message);
        }
    }
}

#[test]
fn an_unknown_module_type_suggests_a_near_one() {
    let plan = sheds_with("module: \"shed\"", "module: \"transformr-station\"");
    assert_unusable(&plan, "transformr-station", "Did you mean transformer-station?");
}

#[test]
fn a_name_used_twice_is_unusable() {
    // The second mention is the one to mend, though the first is as good.
    let plan = sheds_with("\"SHED-2\"", "\"SHED-1\"");
    assert_unusable(&plan, "(30000, 32000)", "SHED-1 is used twice");
}

#[test]
fn numbers_that_are_none_are_unusable() {
    for number in ["NaN", "inf", "-inf", "1e999"] {
        let plan = sheds_with("Kva(20000.0)", &format!("Kva({number})"));
        assert_unusable(&plan, "\"MV-A\"", "finite");
    }
}

#[test]
fn a_figure_of_the_rule_set_must_be_a_number_in_its_range() {
    for number in ["NaN", "inf", "-1.0"] {
        let line = format!("  rules: {{\"mv_voltage_kv\": {number}}},\n  prices:");
        let plan = sheds_with("  prices:", &line);
        assert_unusable(&plan, "mv_voltage_kv", "mv_voltage_kv is set to");
    }
}

#[test]
fn a_supply_without_capacity_is_unusable() {
    for capacity in ["0.0", "-1.0"] {
        let plan = sheds_with("Kva(20000.0)", &format!("Kva({capacity})"));
        assert_unusable(&plan, "\"MV-A\"", "capacity above zero");
    }
    let plan = sheds_with("role: Draws(load: Kva(100.0)", "role: Draws(load: Kva(-100.0)");
    assert_unusable(&plan, "\"shed\", name", "Correct the figure");
}

#[test]
fn phases_that_wait_for_each_other_are_unusable() {
    let plan = sheds_with("\"2027-04\")", "\"2027-04\", after: [\"P2\"])");
    assert_unusable(&plan, "\"First\"", "wait for each other");
}

#[test]
fn an_unknown_field_is_unusable() {
    assert_unusable(&sheds_with("fixed_kw", "fixd_kw"), "fixd_kw", "`fixd_kw`");
    assert_unusable(&sheds_with("zones:", "zoness:"), "zoness", "`zoness`");
}

#[test]
fn a_figure_in_the_unit_of_another_service_is_unusable() {
    assert_unusable(&sheds_with("Kva(20000.0)", "HeatKw(20000.0)"), "\"MV-A\"", "unit of another");
}

#[test]
fn coordinates_beyond_all_sites_are_unusable() {
    let far = i64::MAX.to_string();
    let plan = sheds_with("(30000, 32000)", &format!("({far}, 32000)"));
    assert_unusable(&plan, &far, "SHED-2 has the coordinate");
    let plan = sheds_with("(30000, 32000)", "(99999999999999999999, 32000)");
    assert_unusable(&plan, "99999999999999999999", "out of bounds");
}

#[test]
fn a_plan_of_a_newer_program_is_refused_with_advice() {
    let yard = Yard::new();
    let plan = sheds_with("schema: 1,", "schema: 99,\n  wonders: [\"unheard of\"],");
    let ended = stackyard(&["check", &yard.put("newer.ron", plan)]);
    assert_eq!(ended.code, Some(2));
    for part in ["newer.ron", "schema 99", "newer version of Stackyard"] {
        assert!(ended.message.contains(part), "{}", ended.message);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let yard = Yard::new();
    let garbage: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let file = yard.put("garbage.ron", garbage);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(2));
    for part in ["garbage.ron", "line 2", "UTF-8"] {
        assert!(ended.message.contains(part), "{}", ended.message);
    }
}

#[test]
fn hostile_nesting_is_refused_and_not_followed() {
    for bomb in ["[", "(", "{", "Some("] {
        let deep = bomb.repeat(100_000);
        let plan = sheds_with("\"Two sheds\"", &deep);
        let yard = Yard::new();
        let ended = stackyard(&["check", &yard.put("bomb.ron", plan)]);
        assert_eq!(ended.code, Some(2), "{bomb}: {}", ended.message);
        for part in ["bomb.ron", "line 3, column "] {
            assert!(ended.message.contains(part), "{bomb}: {:.300}", ended.message);
        }
        assert!(ended.message.len() < 2_000, "{bomb}: {} bytes", ended.message.len());
    }
}
