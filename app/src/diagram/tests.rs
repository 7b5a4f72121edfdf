//! Diagrams of real plans: nothing overlaps, nothing is left out, everything lies on the page.

use std::collections::BTreeSet;

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::generate::campus;
use stackyard_solver::plan::{Plan, text as plan_text};
use stackyard_solver::report::Report;
use stackyard_solver::{Settings, Silent, evaluate};

use super::*;
use crate::session::JUPITER;

/// A plan with its report.
struct Site {
    plan: Plan,
    catalogue: Catalogue,
    report: Report,
}

impl Site {
    fn jupiter() -> Self {
        let catalogue = Catalogue::reference().unwrap();
        let plan = plan_text::read(JUPITER, &catalogue).unwrap();
        Self::of(plan, &catalogue)
    }

    fn generated(containers: usize) -> Self {
        let catalogue = Catalogue::reference().unwrap();
        let plan = campus(containers, 3, &catalogue);
        Self::of(plan, &catalogue)
    }

    fn of(plan: Plan, catalogue: &Catalogue) -> Self {
        let report = evaluate(&plan, catalogue, &Settings::default(), &mut Silent);
        let catalogue = catalogue.with_overrides_of(&plan);
        Self { plan, catalogue, report }
    }

    fn draw(&self, kind: Kind, area: DVec2) -> Drawing {
        let Self { plan, catalogue, report } = self;
        draw(kind, Source { plan, catalogue, report }, area)
    }
}

/// Room on an A4 page, a flat panel and a small one.
const AREAS: [DVec2; 3] = [dvec2(259.0, 144.0), dvec2(350.0, 72.0), dvec2(150.0, 72.0)];

/// The texts of a drawing with the rectangles they fill.
fn texts(drawing: &Drawing) -> Vec<(&str, Frame)> {
    drawing
        .items
        .iter()
        .filter_map(|item| match &item.shape {
            Shape::Text { text, .. } => Some((text.as_str(), item.frame()?)),
            Shape::Line { .. } | Shape::Area(_) | Shape::Ribbon { .. } | Shape::Disc { .. } => None,
        })
        .filter(|(text, _)| !text.is_empty())
        .collect()
}

/// Whether a piece of a line runs through a rectangle (Liang and Barsky).
fn crosses(from: DVec2, to: DVec2, frame: Frame) -> bool {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (start, end, low, high) in
        [(from.x, to.x, frame.min.x, frame.max.x), (from.y, to.y, frame.min.y, frame.max.y)]
    {
        let run = end - start;
        if run.abs() < 1e-12 {
            if start <= low || start >= high {
                return false;
            }
            continue;
        }
        let (first, second) = ((low - start) / run, (high - start) / run);
        enter = enter.max(first.min(second));
        leave = leave.min(first.max(second));
    }
    enter < leave
}

fn assert_apart(drawing: &Drawing) {
    let texts = texts(drawing);
    let kind = drawing.kind;
    for (index, (text, frame)) in texts.iter().enumerate() {
        let own = frame.grown(-0.05);
        for (other, its) in &texts[index + 1..] {
            assert!(!own.overlaps(*its), "{kind:?}: \"{text}\" and \"{other}\" overlap at {own:?}");
        }
    }
}

fn assert_no_line_through_text(drawing: &Drawing) {
    let texts = texts(drawing);
    for item in &drawing.items {
        let Shape::Line { points, .. } = &item.shape else { continue };
        for pair in points.windows(2) {
            for (text, frame) in &texts {
                let own = frame.grown(-0.2);
                assert!(!crosses(pair[0], pair[1], own), "a line runs through \"{text}\" {own:?}");
            }
        }
    }
}

fn assert_within(drawing: &Drawing) {
    let page = Frame { min: DVec2::ZERO, max: drawing.size }.grown(0.01);
    for item in &drawing.items {
        let frame = item.frame().unwrap();
        let is_inside = page.contains(frame.min) && page.contains(frame.max);
        assert!(is_inside, "{:?}: {item:?} leaves {:?}", drawing.kind, drawing.size);
    }
}

#[test]
fn nothing_overlaps_on_the_schemes_of_jupiter() {
    let site = Site::jupiter();
    for area in AREAS {
        for kind in [Kind::SingleLine, Kind::CoolingScheme] {
            let drawing = site.draw(kind, area);
            assert_apart(&drawing);
            assert_no_line_through_text(&drawing);
            assert_within(&drawing);
        }
    }
}

#[test]
fn nothing_overlaps_on_the_schemes_of_a_large_campus() {
    let site = Site::generated(120);
    for kind in [Kind::SingleLine, Kind::CoolingScheme] {
        let drawing = site.draw(kind, AREAS[0]);
        assert_apart(&drawing);
        assert_no_line_through_text(&drawing);
        assert_within(&drawing);
    }
}

#[test]
fn words_on_the_charts_of_jupiter_stay_apart() {
    let site = Site::jupiter();
    for area in AREAS {
        for kind in Kind::ALL {
            let drawing = site.draw(kind, area);
            assert!(!drawing.is_empty(), "{kind:?}");
            assert_apart(&drawing);
            assert_within(&drawing);
        }
    }
}

#[test]
fn every_feed_and_station_of_jupiter_is_drawn_once() {
    let site = Site::jupiter();
    let drawing = site.draw(Kind::SingleLine, AREAS[0]);
    let texts = texts(&drawing);
    let feeds = site.plan.entries.iter().filter(|entry| entry.service.is_power());
    let boards = ["SG-A", "SG-B"].map(str::to_owned);
    for id in feeds.map(|entry| entry.id.to_string()).chain(boards) {
        let named = texts.iter().filter(|(text, _)| text.starts_with(&format!("{id}, ")));
        assert_eq!(named.count(), 1, "{id}");
    }
    assert_eq!(site.report.transformers.len(), 17);
    for transformer in &site.report.transformers {
        let id = transformer.container.as_str();
        assert_eq!(texts.iter().filter(|(text, _)| *text == id).count(), 1, "{id}");
    }
    assert_eq!(texts.iter().filter(|(text, _)| *text == "GEN-01").count(), 1);
    // Two rings a transformer, one for the generator.
    let is_ring = |item: &&Item| matches!(item.shape, Shape::Disc { .. }) && item.fill.is_none();
    assert_eq!(drawing.items.iter().filter(is_ring).count(), 2 * 17 + 1);
}

#[test]
fn every_power_connection_can_be_found() {
    for site in [Site::jupiter(), Site::generated(40)] {
        let drawing = site.draw(Kind::SingleLine, AREAS[0]);
        let named: BTreeSet<&str> =
            drawing.spots.iter().flat_map(|spot| &spot.names).map(String::as_str).collect();
        for connection in site.report.connections.iter().filter(|it| it.service.is_power()) {
            assert!(named.contains(connection.id.as_str()), "{}", connection.id);
        }
    }
}

#[test]
fn every_module_on_the_water_is_drawn_once() {
    for site in [Site::jupiter(), Site::generated(40)] {
        let drawing = site.draw(Kind::CoolingScheme, AREAS[0]);
        let is_served = |it: &&stackyard_solver::report::Connection| {
            it.service == Service::Cooling && it.supply.is_some()
        };
        for connection in site.report.connections.iter().filter(is_served) {
            let meant = |spot: &&Spot| spot.names == [connection.id.as_str()];
            assert_eq!(drawing.spots.iter().filter(meant).count(), 1, "{}", connection.id);
        }
        for pumps in &site.report.pumps {
            let id = pumps.supply.id.as_str();
            let named = texts(&drawing).iter().filter(|(text, _)| *text == id).count();
            assert_eq!(named, 1, "{id}");
        }
    }
}

#[test]
fn schemes_take_the_shape_of_their_page() {
    let site = Site::jupiter();
    for area in [AREAS[0], AREAS[1]] {
        let size = site.draw(Kind::SingleLine, area).size;
        let misfit = single_line::misfit(size, area);
        assert!(misfit < 2.5, "{size} for {area}");
    }
}

#[test]
fn the_marked_circuit_leads_to_the_index_module() {
    let site = Site::jupiter();
    let drawing = site.draw(Kind::CoolingScheme, AREAS[0]);
    let index = &site.report.pumps.first().unwrap().index_connection;
    let spot = drawing.spots.iter().find(|spot| spot.names == [index.as_str()]).unwrap();
    let is_marked = |item: &Item| {
        matches!(item.line, Some((Ink::Mark, _)))
            && item.frame().is_some_and(|frame| frame.grown(0.1).overlaps(spot.frame))
    };
    assert!(drawing.items.iter().any(is_marked));
}

#[test]
fn the_same_plan_gives_the_same_drawing() {
    let (one, two) = (Site::jupiter(), Site::jupiter());
    for kind in Kind::ALL {
        assert_eq!(one.draw(kind, AREAS[0]), two.draw(kind, AREAS[0]), "{kind:?}");
    }
}

#[test]
fn what_is_not_served_is_named() {
    let mut site = Site::generated(12);
    let lost = site.report.connections.iter_mut().find(|it| it.service == Service::LvPower);
    let lost = lost.unwrap();
    lost.supply = None;
    let id = lost.id.clone();
    let drawing = site.draw(Kind::SingleLine, AREAS[0]);
    let all = texts(&drawing);
    assert!(all.iter().any(|(text, _)| text.starts_with("Not served: ") && text.contains(&id)));
    assert_apart(&drawing);
}
