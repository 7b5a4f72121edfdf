//! Least-cost diameters of public pipe networks, by the sizing of the planner.
//!
//! `pipes FILE.json --seconds S` prints one JSON object. `cost` has one diameter for each arc,
//! `split_cost`, for networks without loops, arcs divided among diameters, with their `lengths`.
//! `feasible` is the word of the hydraulic solver, `friction` tells the constants used.

mod case;
#[path = "../support/mod.rs"]
mod support;

use case::Case;
use serde_json::{Map, Value, json};
use stackyard_solver::size::branched::{self, Root, Split, Tree};
use stackyard_solver::size::layout::{Friction, Layout, Place};
use stackyard_solver::size::looped;
use support::Request;

fn main() -> std::process::ExitCode {
    support::run(|request| {
        let text = request.text()?;
        let case = case::read(&request.file, &text)?;
        match (case.layout.as_tree(), case.pump) {
            (Some((tree, arcs)), _) => branched_answer(request, &case, tree, &arcs),
            (None, None) => looped_answer(request, &case),
            (None, Some(_)) => Err(format!(
                "{}: a pump head is chosen only where one source feeds a network without loops and \
                 without pmax; leave out pump_most_m",
                request.file.display()
            )),
        }
    })
}

/// Head missed that counts as none, m.
const KEPT: f64 = 1e-3;

fn looped_answer(request: &Request, case: &Case) -> Result<String, String> {
    let found = looped::solve(&case.layout, 1, &mut || request.has_time())
        .map_err(|error| format!("{}: {error}", request.file.display()))?;
    let optimal = found.bound >= found.cost * (1.0 - 1e-9);
    let mut more = Map::new();
    more.insert("feasible".to_owned(), json!(keeps_heads(&case.layout, &found.choices)));
    more.insert("diameters".to_owned(), diameters(case, &found.choices));
    more.insert("split_cost".to_owned(), Value::Null);
    Ok(answer(request, case, (found.cost, found.bound, optimal), more))
}

/// The exact answers of a tree; the stretches of the tree lie along `arcs`.
fn branched_answer(
    request: &Request,
    case: &Case,
    mut tree: Tree,
    arcs: &[usize],
) -> Result<String, String> {
    let given = tree.root.most;
    if let Some((most, price)) = case.pump {
        tree.root = Root { least: given, most: given + most, price };
    }
    // What the head costs that is there without a pump is no part of the cost.
    let free = given * tree.root.price;
    let short = || {
        let short = branched::least_head(&tree) - tree.root.most;
        format!(
            "{}: even the largest pipes need {short:.2} m of head more than the source has; offer \
             larger pipes or a higher source",
            request.file.display()
        )
    };
    let split = branched::split(&tree).ok_or_else(short)?;
    let single = branched::single(&tree, &mut || request.has_time()).ok_or_else(short)?;
    let mut choices = vec![0; arcs.len()];
    for (&arc, &choice) in arcs.iter().zip(&single.choices) {
        choices[arc] = choice;
    }
    let pumped = if tree.root.price > 0.0 { (single.head - given).max(0.0) } else { 0.0 };
    let mut layout = case.layout.clone();
    for place in &mut layout.places {
        if let Place::Source { head_m } = place {
            *head_m += pumped;
        }
    }
    let optimal = single.bound >= single.cost * (1.0 - 1e-9);
    let mut more = Map::new();
    more.insert("feasible".to_owned(), json!(keeps_heads(&layout, &choices)));
    more.insert("diameters".to_owned(), diameters(case, &choices));
    more.insert("split_cost".to_owned(), json!(split.cost - free));
    more.insert("lengths".to_owned(), lengths(case, &split, arcs));
    if case.pump.is_some() {
        more.insert("pump_m".to_owned(), json!(pumped));
        more.insert("split_pump_m".to_owned(), json!((split.head - given).max(0.0)));
    }
    Ok(answer(request, case, (single.cost - free, single.bound - free, optimal), more))
}

/// Whether the hydraulic solver finds all limits of head kept.
fn keeps_heads(layout: &Layout, choices: &[usize]) -> bool {
    let shortages = layout.shortages(choices);
    shortages.is_ok_and(|short| short.iter().all(|short| short.abs() <= KEPT))
}

fn diameters(case: &Case, choices: &[usize]) -> Value {
    let each = case.names.iter().zip(&case.diameters_mm).zip(choices);
    let each = each.map(|((name, sizes), &choice)| (name.clone(), json!(sizes[choice])));
    Value::Object(each.collect())
}

/// Diameter and length of each part of each arc.
fn lengths(case: &Case, split: &Split, arcs: &[usize]) -> Value {
    let each = arcs.iter().zip(&split.shares).map(|(&arc, shares)| {
        let length = case.layout.arcs[arc].length_m;
        let parts = shares
            .iter()
            .map(|&(choice, share)| json!([case.diameters_mm[arc][choice], share * length]));
        (case.names[arc].clone(), Value::Array(parts.collect()))
    });
    Value::Object(each.collect())
}

/// The line of all such programs with more in it.
fn answer(
    request: &Request,
    case: &Case,
    (cost, bound, optimal): (f64, f64, bool),
    mut more: Map<String, Value>,
) -> String {
    let friction = match case.layout.friction {
        Friction::HazenWilliams { constant, exponent } => {
            json!({ "law": "Hazen-Williams", "constant": constant, "exponent": exponent })
        }
        Friction::DarcyWeisbach { viscosity_m2_s } => {
            json!({ "law": "Darcy-Weisbach", "viscosity_m2_s": viscosity_m2_s })
        }
    };
    more.insert("friction".to_owned(), friction);
    let line = request.answer(cost, bound, optimal);
    let more = Value::Object(more).to_string();
    format!("{}, {}", line.trim_end_matches('}'), more.trim_start_matches('{'))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const LINE: &str = r#"{
        "source_node": "a",
        "nodes": [
            {"id": "a", "elev": 50.0, "pmin": 0.0, "demand": -10.0},
            {"id": "b", "elev": 10.0, "pmin": 30.0, "demand": 4.0},
            {"id": 3, "elev": 5.0, "pmin": 30.0, "demand": 6.0}
        ],
        "arcs": [
            {"from": "a", "to": "b", "length": 500.0},
            {"from": "b", "to": 3, "length": 800.0, "existing_mm": 50.0, "hw_c": 100.0}
        ],
        "pipes": [
            {"d_mm": 80.0, "cost_per_m": 10.0, "hw_c": 130.0},
            {"d_mm": 100.0, "cost_per_m": 13.0, "hw_c": 130.0},
            {"d_mm": 150.0, "cost_per_m": 22.0, "hw_c": 130.0}
        ]
    }"#;

    #[test]
    fn a_line_is_read_and_sized() {
        let case = case::read(Path::new("line.json"), LINE).unwrap();
        assert_eq!(case.names, ["a-b", "b-3"]);
        assert_eq!(case.diameters_mm, [vec![80.0, 100.0, 150.0], vec![0.0, 80.0, 100.0, 150.0]]);
        let (tree, arcs) = case.layout.as_tree().unwrap();
        assert_eq!(arcs, [0, 1]);
        let split = branched::split(&tree).unwrap();
        let single = branched::single(&tree, &mut || true).unwrap();
        assert!(split.cost <= single.cost && single.bound >= single.cost * (1.0 - 1e-9));
        // By hand: 10 l/s over 500 m lose 9.5 m in DN 100, 28.3 m in DN 80; 10 m are there. The
        // second needs DN 100 beside what it has: 4.8 m of the 5.5 m left.
        assert_eq!(single.choices, [1, 2]);
        assert!((single.cost - 16_900.0).abs() < 1e-6, "{single:?}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, words) in [
            (r#""to": "b""#, r#""to": "x""#, "line.json: no node is called `x`"),
            ("500.0", "-1.0", "line.json: arc a-b: its length"),
            (r#""id": 3"#, r#""id": "b""#, "line.json: two nodes are called `b`"),
            (r#""from": "b""#, r#""from": "a""#, "ok"),
            (r#", "hw_c": 100.0"#, "", "line.json: arc b-3: hw_c is missing"),
            (
                r#""from": "a", "to": "b""#,
                r#""from": 3, "to": "b""#,
                "line.json: node `b`: no arcs",
            ),
            ("\"pipes\"", "\"tubes\"", "line.json: missing field `pipes`"),
        ] {
            let text = LINE.replacen(from, to, 1);
            let complaint = case::read(Path::new("line.json"), &text).err();
            let complaint = complaint.unwrap_or_else(|| "ok".to_owned());
            assert!(complaint.starts_with(words), "{complaint}");
        }
    }
}
