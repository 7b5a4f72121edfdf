//! The energy of a year: its figures, and weather files good and bad.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::{JUPITER, SHEDS, STARTER, Yard, stackyard};

/// A year in which every hour is as warm and as moist as the other.
fn epw(celsius: f64) -> String {
    let mut text = "LOCATION,Nowhere,X,DEU,made for a test,1,50.9,6.4,1.0,91.0\n".to_owned();
    text.push_str("DATA PERIODS,1,1,Data,Sunday,1/1,12/31\n");
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, days) in (1..).zip(lengths) {
        for day in 1..=days {
            for hour in 1..=24 {
                let when = format!("2001,{month},{day},{hour},0,A7");
                writeln!(text, "{when},{celsius},5.0,40,100000").unwrap();
            }
        }
    }
    text
}

/// The PUE that the job prints.
fn pue(out: &str) -> f64 {
    let line = out.lines().find(|line| line.trim_start().starts_with("PUE")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The starter plan with a line more.
fn starter_with(line: &str) -> String {
    let plan = fs::read_to_string(STARTER).unwrap();
    assert!(plan.contains("  assumptions: ["));
    plan.replacen("  assumptions: [", &format!("  {line}\n  assumptions: ["), 1)
}

#[test]
fn the_year_of_jupiter_has_its_figures() {
    let ended = stackyard(&["year", JUPITER]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    for part in ["Jülich, synthetic year", "WUE", "ERF", "ERE", "CUE", "EUR", "t CO2", "Dec "] {
        assert!(ended.out.contains(part), "{part} is missing in: {}", ended.out);
    }
    assert!((1.03..=1.15).contains(&pue(&ended.out)), "{}", ended.out);
}

#[test]
fn the_report_holds_the_year() {
    let ended = stackyard(&["solve", STARTER, "--json", "-"]);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let year = &report["year"];
    let keys = ["pue", "wue_l_per_kwh", "erf", "ere", "cue_kg_per_kwh", "energy_cost_eur", "co2_t"];
    for key in keys {
        assert!(year[key].is_number(), "{key} is missing");
    }
    assert_eq!(year["months"].as_array().unwrap().len(), 12);
    assert_eq!(year["duration_kw"].as_array().unwrap().len(), 50);
}

#[test]
fn a_hot_year_costs_more_than_a_cold_one() {
    let yard = Yard::new();
    let (cold, hot) = (yard.put("cold.epw", epw(0.0)), yard.put("hot.epw", epw(30.0)));
    let of = |file: &str| {
        let ended = stackyard(&["year", STARTER, "--weather", file]);
        assert_eq!(ended.code, Some(0), "{}", ended.message);
        assert!(ended.out.contains("Nowhere, DEU"), "{}", ended.out);
        pue(&ended.out)
    };
    assert!(of(&hot) > of(&cold) + 0.001);
}

#[test]
fn the_plan_names_a_weather_file_beside_it() {
    let yard = Yard::new();
    let plan = yard.put("plan.ron", starter_with("weather: \"local.epw\","));
    yard.put("local.epw", epw(12.0));
    let ended = stackyard(&["year", &plan]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    assert!(ended.out.contains("mean 12.0 °C"), "{}", ended.out);
}

#[test]
fn weather_that_cannot_be_used_is_named_with_its_place() {
    let yard = Yard::new();
    let broken = epw(12.0).replacen("2001,1,1,2,0,A7,12,", "2001,1,1,2,0,A7,warm,", 1);
    let broken = yard.put("broken.epw", broken);
    let missing = yard.name("missing.epw");
    for (file, parts) in [
        (&broken, ["broken.epw", "line 4, column 7", "warm"]),
        (&missing, ["missing.epw", "cannot read", "check"]),
    ] {
        let ended = stackyard(&["year", STARTER, "--weather", file]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{}", ended.message);
        for part in parts {
            assert!(ended.message.contains(part), "`{part}` is missing in: {}", ended.message);
        }
    }
}

#[test]
fn a_plan_whose_weather_is_missing_is_still_judged() {
    let yard = Yard::new();
    let plan = yard.put("plan.ron", starter_with("weather: \"gone.epw\","));
    let ended = stackyard(&["check", &plan]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.message);
    assert!(ended.out.contains("Warning: weather: "), "{}", ended.out);
    let ended = stackyard(&["year", &plan]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.message.contains("cannot read gone.epw"), "{}", ended.message);
}

#[test]
fn a_weather_file_elsewhere_is_refused_with_the_plan() {
    let yard = Yard::new();
    for away in ["/etc/passwd", "../local.epw", ""] {
        let plan = yard.put("plan.ron", starter_with(&format!("weather: \"{away}\",")));
        let ended = stackyard(&["check", &plan]);
        assert_eq!(ended.code, Some(2), "{away}: {}", ended.out);
        assert!(ended.message.contains("weather file"), "{away}: {}", ended.message);
    }
}

#[test]
fn a_plan_without_it_has_a_year_of_nothing() {
    let yard = Yard::new();
    let ended = stackyard(&["year", &yard.put("sheds.ron", SHEDS)]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    assert!(pue(&ended.out).abs() < 1e-12, "{}", ended.out);
}
