//! Explanations of every figure of every plan that ships: none may say other than the report.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::{BTreeMap, BTreeSet};

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::provenance::{Explainer, Explanation, Subject, explain, formulas};
use stackyard_solver::report::{Report, Sizing};
use stackyard_solver::units::Confidence;
use stackyard_solver::{Settings, Silent, evaluate, generate};

const LAYOUTS: [&str; 3] = [
    include_str!("../../layouts/jupiter.ron"),
    include_str!("../../layouts/jupiter-expansion.ron"),
    include_str!("../../layouts/starter.ron"),
];

/// A plan, the catalogue with its overrides and the report.
fn solved(plan: Plan) -> (Plan, Catalogue, Report) {
    let catalogue = Catalogue::reference().unwrap();
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    let merged = catalogue.with_overrides_of(&plan);
    (plan, merged, report)
}

fn layouts() -> Vec<(Plan, Catalogue, Report)> {
    let catalogue = Catalogue::reference().unwrap();
    LAYOUTS.iter().map(|source| solved(text::read(source, &catalogue).unwrap())).collect()
}

fn by_key(all: &[Explanation]) -> BTreeMap<String, &Explanation> {
    all.iter().map(|one| (one.key(), one)).collect()
}

#[test]
fn every_figure_of_every_layout_is_what_its_formula_makes_of_its_inputs() {
    for (plan, catalogue, report) in layouts() {
        for one in Explainer::new(&plan, &catalogue, &report).all() {
            let again = one.recomputed();
            assert!(
                one.agrees(),
                "{}: {} and not {again}: {:#?}",
                one.key(),
                one.value,
                one.inputs
            );
        }
    }
}

#[test]
fn everything_that_is_sized_has_its_figures() {
    for (plan, catalogue, report) in layouts() {
        let all = Explainer::new(&plan, &catalogue, &report).all();
        let known = by_key(&all);
        assert_eq!(known.len(), all.len(), "keys are unique");
        let mut wanted = Vec::new();
        for connection in &report.connections {
            let own = match connection.sizing.as_ref().unwrap() {
                Sizing::Cable(_) => {
                    "cable.current cable.circuits cable.ampacity cable.drop cable.loss cable.length"
                }
                Sizing::Data(_) => "trunk.count trunk.links trunk.length trunk.reach trunk.loss",
                Sizing::Pipe(_) => "share.flow share.loss share.spare",
            };
            let names = own.split(' ').chain(["route.length"]);
            wanted.extend(names.map(|name| format!("connection:{}#{name}", connection.id)));
        }
        for trench in &report.trenches {
            let names = ["length", "width", "filling", "depth", "volume", "cost"];
            wanted.extend(names.map(|name| format!("trench:{}#trench.{name}", trench.id)));
        }
        for run in &report.pipes {
            let names = ["length", "flow", "loss", "volume"];
            wanted.extend(names.map(|name| format!("pipe:{}#pipe.{name}", run.id)));
            for piece in 1..=run.segments.len() {
                let names = ["velocity", "gradient"];
                wanted.extend(names.map(|name| format!("piece:{}/{piece}#pipe.{name}", run.id)));
            }
        }
        for pumps in &report.pumps {
            let subject = Subject::Pumps(pumps.supply.clone(), pumps.service);
            let names = ["flow", "head", "power", "motor", "units"];
            wanted.extend(names.map(|name| format!("{subject}#pump.{name}")));
        }
        for unit in &report.transformers {
            let names = ["load", "rating", "loading", "loss"];
            wanted.extend(
                names.map(|name| format!("transformer:{}#transformer.{name}", unit.container)),
            );
        }
        for row in &report.boq {
            let subject = Subject::Row(row.group, row.phase.clone(), row.item.clone());
            wanted.push(format!("{subject}#boq.total"));
        }
        let names = ["lifetime", "first", "running", "bound", "gap", "fixed"];
        wanted.extend(names.map(|name| format!("network#network.{name}")));
        for key in wanted {
            assert!(known.contains_key(&key), "{key} is not explained");
        }
    }
}

#[test]
fn figures_that_build_on_figures_carry_their_values_and_confidence() {
    for (plan, catalogue, report) in layouts() {
        let all = Explainer::new(&plan, &catalogue, &report).all();
        let known = by_key(&all);
        for one in &all {
            for input in one.inputs.iter().filter(|input| input.key.contains('#')) {
                let base = known.get(&input.key).unwrap_or_else(|| {
                    panic!("{} rests on {}, which is not explained", one.key(), input.key)
                });
                assert!((base.value - input.value).abs() < 1e-9, "{}: {}", one.key(), input.key);
                assert_eq!(base.confidence, input.confidence, "{}: {}", one.key(), input.key);
            }
        }
    }
}

#[test]
fn one_key_means_one_value_and_sources_are_never_blank() {
    for (plan, catalogue, report) in layouts() {
        let mut values = BTreeMap::new();
        for one in Explainer::new(&plan, &catalogue, &report).all() {
            for input in one.inputs {
                assert!(!input.source.is_empty() && !input.name.is_empty(), "{}", input.key);
                assert!(!input.key.contains(char::is_whitespace), "{}", input.key);
                let known = *values.entry(input.key.clone()).or_insert(input.value);
                assert!(
                    (known - input.value).abs() < 1e-9,
                    "{}: {known} {}",
                    input.key,
                    input.value
                );
            }
        }
    }
}

#[test]
fn every_formula_is_used_and_confidence_is_that_of_the_weakest_input() {
    let mut used = BTreeSet::new();
    for (plan, catalogue, report) in layouts() {
        for one in Explainer::new(&plan, &catalogue, &report).all() {
            used.insert(one.formula.id);
            let weakest = one.inputs.iter().map(|input| input.confidence).max();
            let expected = weakest.unwrap_or(Confidence::Computed).max(Confidence::Computed);
            assert_eq!(one.confidence, expected, "{}", one.key());
        }
    }
    let unused: Vec<_> =
        formulas().into_iter().map(|formula| formula.id).filter(|id| !used.contains(id)).collect();
    assert_eq!(unused, Vec::<&str>::new());
}

#[test]
fn a_figure_that_was_tampered_with_no_longer_agrees() {
    let (plan, catalogue, mut report) = layouts().pop().unwrap();
    let id = report.trenches[0].id.clone();
    report.trenches[0].width_mm += 100;
    let subject = Subject::Trench(id);
    let width = explain(&plan, &catalogue, &report, &subject, "trench.width").unwrap();
    assert!(!width.agrees());
    let at = report.connections.iter().position(|it| it.service.is_power()).unwrap();
    let subject = Subject::Connection(report.connections[at].id.clone());
    if let Some(Sizing::Cable(cable)) = &mut report.connections[at].sizing {
        cable.drop_percent *= 0.9;
    }
    let drop = explain(&plan, &catalogue, &report, &subject, "cable.drop").unwrap();
    assert!(!drop.agrees());
}

#[test]
fn rule_figures_of_the_plan_reach_the_explanation() {
    let catalogue = Catalogue::reference().unwrap();
    let mut plan = generate::campus(8, 1, &catalogue);
    plan.rules.insert("cable_route_factor".to_owned(), 1.2);
    let (plan, catalogue, report) = solved(plan);
    let all = Explainer::new(&plan, &catalogue, &report).all();
    let length = all.iter().find(|one| one.formula.id == "cable.length").unwrap();
    let factor = length.inputs.iter().find(|input| input.symbol == "f").unwrap();
    assert!((factor.value - 1.2).abs() < 1e-12);
    assert_eq!(factor.source, "set in the plan");
    assert!(length.agrees());
}

#[test]
fn nothing_is_explained_that_is_not_there() {
    let plan = Plan::empty_site("empty", 50_000, 50_000);
    let (plan, catalogue, report) = solved(plan);
    let nowhere = Subject::Trench("T-9999".to_owned());
    assert!(explain(&plan, &catalogue, &report, &nowhere, "trench.width").is_none());
    assert!(explain(&plan, &catalogue, &report, &Subject::Site, "trench.width").is_none());
    for one in Explainer::new(&plan, &catalogue, &report).all() {
        assert!(one.agrees(), "{}", one.key());
    }
}
