//! Stories told to the whole window, without a display: what a person does and what must come of
//! it. Everything asked of the threads is done at once here, so no story waits.

use std::path::{Path, PathBuf};

use eframe::egui::{Key, Modifiers, Pos2, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Point;
use stackyard_solver::id::Id;
use stackyard_solver::plan::text;
use stackyard_solver::{Settings, Silent};

use crate::action::{Action, Purpose, Reply};
use crate::app::{App, Start};
use crate::command::{Command, Target};
use crate::diagram::Kind;
use crate::exchange::Picture;
use crate::session::{JUPITER, disk};
use crate::view::measure::Bench;

type Window = Harness<'static, App>;

fn window(start: Start) -> Window {
    let mut window = Harness::builder()
        .with_size([1440.0, 900.0])
        .with_max_steps(24)
        .build_eframe(|cc| App::headless(&cc.egui_ctx, start).unwrap());
    window.run();
    window
}

fn jupiter() -> Window {
    window(Start::default())
}

fn ask(window: &mut Window, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().ask(&ctx, action);
    window.run();
}

fn position(window: &Window, id: &str) -> Point {
    window.state().plan().container(&Id::new(id).unwrap()).unwrap().at_mm
}

/// The middle of a container on the screen.
fn middle(window: &Window, id: &str) -> Pos2 {
    let catalogue = Catalogue::reference().unwrap();
    let container = window.state().plan().container(&Id::new(id).unwrap()).unwrap();
    let center = container.footprint(&catalogue.modules[&container.module]).center();
    window.state().screen(center.x, center.y)
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.run();
}

fn drop_it(window: &mut Window, at: Pos2) {
    window.drop_at(at);
    window.run();
}

#[test]
fn the_first_start_shows_jupiter_solved() {
    let window = jupiter();
    let report = window.state().fresh_report().expect("the plan is solved at once");
    let containers = format!("{} containers", report.totals.containers);
    assert!(window.query_all_by_label(&containers).next().is_some(), "{containers}");
    assert!(window.state().messages().is_empty(), "{:?}", window.state().messages());
    assert!(!window.state().is_dirty());
}

#[test]
fn dragging_a_container_is_one_step_and_undo_puts_it_back() {
    let mut window = jupiter();
    let (before, from) = (position(&window, "TR-01"), middle(&window, "TR-01"));
    let to = from + eframe::egui::vec2(90.0, 60.0);
    drag(&mut window, from, to);
    assert_eq!(position(&window, "TR-01"), before, "the plan changes on release only");
    drop_it(&mut window, to);
    assert_ne!(position(&window, "TR-01"), before);
    assert_eq!(window.state().steps(), 1);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(position(&window, "TR-01"), before);
    assert_eq!(window.state().steps(), 0);
    assert!(!window.state().is_dirty());
}

#[test]
fn escape_puts_back_what_is_dragged() {
    let mut window = jupiter();
    let (before, from) = (position(&window, "TR-01"), middle(&window, "TR-01"));
    let to = from + eframe::egui::vec2(90.0, 60.0);
    drag(&mut window, from, to);
    window.key_press(Key::Escape);
    window.run();
    drop_it(&mut window, to);
    assert_eq!(position(&window, "TR-01"), before);
    assert_eq!(window.state().steps(), 0);
}

#[test]
fn halves_of_a_room_move_as_one() {
    let mut window = jupiter();
    let apart = position(&window, "IT-01B").x - position(&window, "IT-01A").x;
    let from = middle(&window, "IT-01A");
    let to = from + eframe::egui::vec2(-70.0, 40.0);
    drag(&mut window, from, to);
    drop_it(&mut window, to);
    assert_eq!(window.state().steps(), 1);
    assert_eq!(position(&window, "IT-01B").x - position(&window, "IT-01A").x, apart);
}

#[test]
fn a_click_in_the_catalogue_and_one_on_the_plan_place_a_module() {
    let mut window = jupiter();
    let before = window.state().plan().containers.len();
    window.get_by_label("IT half-module, 10 racks").click();
    window.run();
    let at = window.state().screen(112_000, 0);
    window.hover_at(at);
    window.drag_at(at);
    window.run();
    drop_it(&mut window, at);
    assert_eq!(window.state().plan().containers.len(), before + 1);
    assert_eq!(window.state().steps(), 1);
    assert_eq!(window.state().selected().len(), 1);
    window.key_press(Key::Escape);
    window.run();
}

#[test]
fn keys_move_turn_and_copy() {
    let mut window = jupiter();
    let at = middle(&window, "TR-01");
    window.hover_at(at);
    window.drag_at(at);
    drop_it(&mut window, at);
    assert_eq!(window.state().selected(), ["TR-01"]);
    let before = position(&window, "TR-01");
    window.key_press(Key::ArrowRight);
    window.run();
    assert_eq!(position(&window, "TR-01"), before.offset(100, 0));
    window.key_press(Key::R);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    assert_eq!(window.state().steps(), 3);
    assert_eq!(window.state().plan().containers.len(), {
        let catalogue = Catalogue::reference().unwrap();
        text::read(JUPITER, &catalogue).unwrap().containers.len() + 1
    });
}

#[test]
fn a_connection_is_led_through_a_place_and_undo_lets_it_go() {
    let mut window = jupiter();
    ask(&mut window, Action::Select(vec!["IT-05A/CW".to_owned()]));
    window.key_press(Key::W);
    window.run();
    // A little beside the southern corridor, which attracts.
    let at = window.state().screen(66_000, -1_700);
    window.hover_at(at);
    window.drag_at(at);
    window.run();
    drop_it(&mut window, at);
    let waypoints = window.state().plan().waypoints.clone();
    assert_eq!(waypoints.len(), 1, "{:?}", window.state().messages());
    assert_eq!(waypoints[0].connection, "IT-05A/CW");
    assert_eq!(waypoints[0].at_mm, Point { x: 66_000, y: -2_000 });
    assert!(waypoints[0].compulsory);
    assert_eq!(window.state().steps(), 1);
    window.get_by_label("Compulsory").click();
    window.run();
    assert!(!window.state().plan().waypoints[0].compulsory);
    for left in [1, 0] {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        window.run();
        assert_eq!(window.state().steps(), left);
    }
    assert!(window.state().plan().waypoints.is_empty());
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().selected(), ["IT-05A/CW"], "Escape puts the tool away first");
}

#[test]
fn what_is_saved_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("campus.ron");
    let mut first = jupiter();
    let at = middle(&first, "TR-01");
    first.hover_at(at);
    first.drag_at(at);
    drop_it(&mut first, at);
    first.key_press(Key::ArrowRight);
    first.run();
    assert!(first.state().is_dirty());
    ask(&mut first, Action::Answer(Reply::Path(Purpose::Save, path.clone())));
    assert!(!first.state().is_dirty(), "{:?}", first.state().messages());
    let second = window(Start { path: Some(path.clone()), data_folder: None });
    assert_eq!(second.state().plan(), first.state().plan());
    let catalogue = Catalogue::reference().unwrap();
    let read = text::read(&std::fs::read_to_string(&path).unwrap(), &catalogue).unwrap();
    assert_eq!(text::write(&read).unwrap(), std::fs::read_to_string(&path).unwrap());
}

#[test]
fn a_broken_plan_is_refused_with_file_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.ron");
    std::fs::write(&path, JUPITER.replacen("zones:", "zoness:", 1)).unwrap();
    let window = window(Start { path: Some(path), data_folder: None });
    for part in ["broken.ron", "line ", "zoness"] {
        assert!(window.query_all_by_label_contains(part).next().is_some(), "{part}");
    }
    assert!(!window.state().is_dirty());
}

#[test]
fn unsaved_work_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved_jupiter(folder.path());
    let mut first = window(Start { path: Some(path.clone()), data_folder: None });
    let before = position(&first, "TR-01");
    let at = middle(&first, "TR-01");
    first.hover_at(at);
    first.drag_at(at);
    drop_it(&mut first, at);
    first.key_press(Key::ArrowRight);
    first.run();
    // Some seconds pass, then the process is gone without a word.
    first.run_steps(30);
    assert!(disk::journal_of(&path).exists());
    std::mem::forget(first.into_state());

    let mut second = window(Start { path: Some(path.clone()), data_folder: None });
    assert_eq!(position(&second, "TR-01"), before);
    second.get_by_label("Recover it").click();
    second.run();
    assert_eq!(position(&second, "TR-01"), before.offset(100, 0));
    assert!(second.state().is_dirty());
}

#[test]
fn closing_in_order_leaves_nothing_beside_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved_jupiter(folder.path());
    drop(window(Start { path: Some(path), data_folder: None }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn every_panel_fits_into_a_small_window() {
    let mut window = Harness::builder()
        .with_size([1280.0, 720.0])
        .with_max_steps(24)
        .build_eframe(|cc| App::headless(&cc.egui_ctx, Start::default()).unwrap());
    window.run();
    for tab in ["Costs", "Power", "Cooling", "Network", "Phases", "Year", "Diagrams", "Findings"] {
        // Headings elsewhere have the same words.
        let is_tab = |node: &Node<'_>| node.accesskit_node().role() != Role::Label;
        window.get_all_by_label(tab).find(is_tab).unwrap().click();
        window.run();
    }
    for name in ["Defend", "Stop solving", "Redo", "Zoom to selection"] {
        for node in window.query_all_by_label(name) {
            let rect = node.rect();
            assert!(rect.left() >= 0.0 && rect.right() <= 1280.0, "{name} is at {rect:?}");
        }
    }
}

#[test]
fn the_year_tells_its_figures_and_takes_a_weather_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved_jupiter(folder.path());
    let mut window = window(Start { path: Some(path), data_folder: None });
    let is_tab = |node: &Node<'_>| node.accesskit_node().role() != Role::Label;
    window.get_all_by_label("Year").find(is_tab).unwrap().click();
    window.run();
    let report = window.state().fresh_report().unwrap();
    let pue = format!("{:.3}", report.year.total.pue);
    assert!(window.query_all_by_label(&pue).next().is_some(), "PUE {pue} is not shown");
    for part in ["ERF", "WUE", "Over limit"] {
        assert!(window.query_all_by_label(part).next().is_some(), "{part}");
    }
    // A file that is not there is told as a finding, and the year that ships goes on.
    let edit = Edit::SetWeather(Some("nowhere.epw".to_owned()));
    ask(&mut window, Action::Edit("Set the weather file".to_owned(), edit));
    let report = window.state().fresh_report().unwrap();
    let finding = report.findings.iter().find(|it| it.rule == "weather").unwrap();
    assert!(finding.message.contains("cannot read nowhere.epw"), "{}", finding.message);
    assert_eq!(format!("{:.3}", report.year.total.pue), pue);
}

#[test]
fn every_diagram_is_shown_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = jupiter();
    for kind in Kind::ALL {
        ask(&mut window, Action::Run(Command::Diagram(kind)));
        assert!(window.query_all_by_label("Diagram canvas").next().is_some(), "{kind:?}");
        let path = folder.path().join(format!("{kind:?}.svg"));
        let purpose = Purpose::Export(Target::Diagram(kind, Picture::Svg));
        ask(&mut window, Action::Answer(Reply::Path(purpose, path.clone())));
        assert!(path.exists(), "{:?}", window.state().messages());
    }
}

#[test]
fn a_click_in_a_diagram_selects_what_it_shows() {
    let mut window = jupiter();
    ask(&mut window, Action::Run(Command::Diagram(Kind::SingleLine)));
    let panel = window.get_by_label("Diagram canvas").rect();
    // Somewhere on a grid over the diagram there is a part that shows something of the plan.
    let names = (0..400_u16).find_map(|place| {
        let across = f32::from(place % 40) / 40.0;
        let down = f32::from(place / 40) / 10.0;
        let at = panel.min + panel.size() * eframe::egui::vec2(across, down);
        window.hover_at(at);
        window.drag_at(at);
        window.drop_at(at);
        window.run();
        let names: Vec<String> = window.state().selected().into_iter().map(str::to_owned).collect();
        (!names.is_empty()).then_some(names)
    });
    let names = names.expect("no part of the diagram can be selected");
    let report = window.state().fresh_report().unwrap();
    for name in names {
        let is_known = report.connection(&name).is_some()
            || Id::new(&name).is_ok_and(|id| window.state().plan().knows(&id));
        assert!(is_known, "{name}");
    }
}

#[test]
fn the_palette_runs_what_is_typed() {
    let mut window = jupiter();
    window.key_press_modifiers(Modifiers::COMMAND, Key::P);
    window.run();
    window.get_by_label("Command").type_text("select all");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().selected().len(), window.state().plan().containers.len());
}

#[test]
fn a_frame_of_the_canvas_draws_the_plan() {
    let catalogue = Catalogue::reference().unwrap();
    let plan = text::read(JUPITER, &catalogue).unwrap();
    let report = stackyard_solver::evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
    let bench = Bench::new(&plan, &catalogue, &report, [1440.0, 900.0]);
    let (shapes, triangles) = bench.frame();
    assert!(shapes > plan.containers.len() && triangles > shapes, "{shapes} {triangles}");
    assert_eq!(bench.frame(), (shapes, triangles));
}

fn saved_jupiter(folder: &Path) -> PathBuf {
    let catalogue = Catalogue::reference().unwrap();
    let path = folder.join("jupiter.ron");
    disk::save(&path, &text::read(JUPITER, &catalogue).unwrap()).unwrap();
    path
}
