//! What a drag says beside what exploring the moved plan finds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::edit::Edit;
use stackyard_solver::id::Id;
use stackyard_solver::live::Live;
use stackyard_solver::plan::text;
use stackyard_solver::{Settings, Silent, evaluate};

#[test]
fn a_drag_says_what_exploring_finds_within_three_per_cent() {
    let catalogue = Catalogue::reference().unwrap();
    let plan = text::read(include_str!("../../layouts/jupiter.ron"), &catalogue).unwrap();
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    let live = Live::new(&plan, &catalogue.with_overrides_of(&plan), &report);
    for (name, dx_mm, dy_mm) in
        [("TR-01", 0, 1000), ("ST-01", 2000, 0), ("IT-01A", 0, 500), ("CON-01", -1000, 0)]
    {
        let ids: Vec<Id> = plan.with_groups(&[Id::new(name).unwrap()]).into_iter().collect();
        let after = plan.apply(&Edit::Move { ids: ids.clone(), dx_mm, dy_mm }, &catalogue).unwrap();
        let said = live.moved(&after, &ids);
        let explored = evaluate(&after, &catalogue, &Settings::default(), &mut Silent);
        let lost = explored.connections.iter().filter(|c| c.supply.is_none()).count();
        if lost > 0 || said.unserved > 0 {
            // What the ground no longer offers, both must miss.
            assert!(lost > 0 && said.unserved > 0, "{name}: {lost} lost, {said:?}");
            continue;
        }
        let expected = report.cost.lifetime_eur + said.cost_change.euros();
        let off = (expected - explored.cost.lifetime_eur).abs() / explored.cost.lifetime_eur;
        assert!(off < 0.03, "{name}: {expected} said, {} found", explored.cost.lifetime_eur);
    }
}

#[test]
fn putting_a_container_back_changes_nothing() {
    let catalogue = Catalogue::reference().unwrap();
    let plan = text::read(include_str!("../../layouts/jupiter.ron"), &catalogue).unwrap();
    let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    let live = Live::new(&plan, &catalogue.with_overrides_of(&plan), &report);
    for container in &plan.containers {
        let ids = [container.id.clone()];
        let away = Edit::Move { ids: ids.to_vec(), dx_mm: 700, dy_mm: -300 };
        if let Ok(after) = plan.apply(&away, &catalogue) {
            live.moved(&after, &ids);
        }
        let change = live.moved(&plan, &ids);
        assert_eq!(change.cost_change.0, 0, "{}", container.id);
        assert!(change.trench_change_m.abs() < 1e-9, "{}", container.id);
        assert_eq!(change.unserved, 0, "{}", container.id);
    }
}
