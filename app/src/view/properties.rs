//! The inspector's fields: containers, one or several, corridors, zones and entries.

use eframe::egui::{Button, Label, RichText, Ui};
use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Rotation;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{
    Container, Corridor, Entry, Ground, Phase, Preference, Usage, Zone, ZoneKind,
};
use stackyard_solver::provenance::Subject;
use stackyard_solver::units::Millimetres;

use crate::action::Action;
use crate::command::Command;
use crate::format::{metres, number, parse_count, parse_length, parse_load};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::explain;
use crate::view::parts::{self, Provenance};

/// The fields of one container.
pub(crate) fn container(
    ui: &mut Ui,
    container: &Container,
    look: &Look<'_>,
    out: &mut Vec<Action>,
) {
    let salt = container.id.as_str();
    let change = |out: &mut Vec<Action>, what: &str, to: Container| {
        let edit = Edit::SetContainer { id: container.id.clone(), to: Box::new(to) };
        out.push(Action::Edit(format!("{what} of {}", container.id), edit));
    };
    ui.label(theme::heading(container.id.as_str()));
    if let Some(text) = parts::typed_row(ui, &key(salt, "id"), "Name", salt) {
        match Id::new(text.trim()) {
            Ok(id) => {
                change(out, "Name", Container { id: id.clone(), ..container.clone() });
                out.push(Action::Select(vec![id.to_string()]));
            }
            Err(reason) => out.push(Action::Refuse(reason.to_string())),
        }
    }
    if let Some(module) = module_choice(ui, salt, Some(&container.module), look) {
        change(out, "Module", Container { module, ..container.clone() });
    }
    let (x, y) = (container.at_mm.x, container.at_mm.y);
    if let Some(to) = length_row(ui, &key(salt, "x"), "East", x, out) {
        out.push(moved(&container.id, to - x, 0));
    }
    if let Some(to) = length_row(ui, &key(salt, "y"), "North", y, out) {
        out.push(moved(&container.id, 0, to - y));
    }
    if let Some(rotation) = rotation_choice(ui, salt, Some(&container.rotation)) {
        change(out, "Rotation", Container { rotation, ..container.clone() });
    }
    if let Some(phase) = phase_choice(ui, salt, Some(&container.phase), look) {
        change(out, "Phase", Container { phase, ..container.clone() });
    }
    let group = container.group.as_ref().map_or("", Id::as_str);
    if let Some(text) = parts::typed_row(ui, &key(salt, "group"), "Group", group) {
        let group = if text.trim().is_empty() { Ok(None) } else { Id::new(text.trim()).map(Some) };
        match group {
            Ok(group) => change(out, "Group", Container { group, ..container.clone() }),
            Err(reason) => out.push(Action::Refuse(reason.to_string())),
        }
    }
    let module = look.catalogue.modules.get(&container.module);
    if let Some(module) = module.filter(|module| module.racks > 0) {
        let racks = container.populated_racks(module).to_string();
        let name = format!("Racks of {}", module.racks);
        if let Some(text) = parts::typed_row(ui, &key(salt, "racks"), &name, &racks) {
            match parse_count(&text, module.racks) {
                Ok(racks) => {
                    let racks = (racks < module.racks).then_some(racks);
                    change(out, "Racks", Container { racks, ..container.clone() });
                }
                Err(reason) => out.push(Action::Refuse(reason)),
            }
        }
    }
    let mut existing = container.existing;
    if ui.checkbox(&mut existing, "Stands already").changed() {
        change(out, "Existing", Container { existing, ..container.clone() });
    }
    let mut locked = container.locked;
    if ui.checkbox(&mut locked, "Locked in place").changed() {
        change(out, "Lock", Container { locked, ..container.clone() });
    }
    if let Some(module) = module {
        let source = &module.source;
        let known = Provenance::from(source.confidence);
        let size = format!("{} × {}", metres(module.size_mm.0.0), metres(module.size_mm.1.0));
        parts::value(ui, "Footprint", &size, known, &source.text);
        let height = metres(module.height_mm.0);
        parts::value(ui, "Height", &height, known, &source.text);
        let mass = format!("{} t", number(module.mass_kg.0 / 1000.0, 1));
        parts::value(ui, "Mass", &mass, known, &source.text);
        let racks = f64::from(container.populated_racks(module));
        let share = if module.racks > 0 { racks / f64::from(module.racks) } else { 1.0 };
        // Pumps and fans of a module run in proportion to its racks.
        let power = module.rack_kw * racks + module.fixed_kw * share;
        if power.0 > 0.0 {
            let subject = Subject::Container(container.id.clone());
            let text = power.to_string();
            explain::figure(ui, look, ("Power", &text), &subject, "container.power");
        }
    }
    buttons(ui, out);
}

/// The fields of several containers; what differs shows as mixed.
pub(crate) fn several(
    ui: &mut Ui,
    containers: &[&Container],
    look: &Look<'_>,
    out: &mut Vec<Action>,
) {
    ui.label(theme::heading(format!("{} containers", containers.len())));
    let change = |out: &mut Vec<Action>, what: &str, to: &dyn Fn(&Container) -> Container| {
        let edits = containers.iter().map(|container| Edit::SetContainer {
            id: container.id.clone(),
            to: Box::new(to(container)),
        });
        let label = format!("{what} of {} containers", containers.len());
        out.push(Action::Edit(label, Edit::All(edits.collect())));
    };
    let salt = "several";
    if let Some(module) = module_choice(ui, salt, same(containers, |it| &it.module), look) {
        change(out, "Module", &|it| Container { module: module.clone(), ..it.clone() });
    }
    if let Some(phase) = phase_choice(ui, salt, same(containers, |it| &it.phase), look) {
        change(out, "Phase", &|it| Container { phase: phase.clone(), ..it.clone() });
    }
    if let Some(rotation) = rotation_choice(ui, salt, same(containers, |it| &it.rotation)) {
        change(out, "Rotation", &|it| Container { rotation, ..it.clone() });
    }
    let yes_no = [(true, "Yes".to_owned()), (false, "No".to_owned())];
    let locked = same(containers, |it| &it.locked);
    if let Some(locked) = parts::choice_row(ui, "several locked", "Locked", locked, &yes_no) {
        change(out, "Lock", &|it| Container { locked, ..it.clone() });
    }
    let existing = same(containers, |it| &it.existing);
    if let Some(existing) = parts::choice_row(ui, "several stand", "Stands", existing, &yes_no) {
        change(out, "Existing", &|it| Container { existing, ..it.clone() });
    }
    let group = same(containers, |it| &it.group);
    let shown = match group {
        Some(Some(group)) => group.to_string(),
        Some(None) => String::new(),
        None => "mixed".to_owned(),
    };
    if let Some(text) = parts::typed_row(ui, "several group", "Group", &shown) {
        let group = if text.trim().is_empty() { Ok(None) } else { Id::new(text.trim()).map(Some) };
        match group {
            Ok(group) => {
                change(out, "Group", &|it| Container { group: group.clone(), ..it.clone() });
            }
            Err(reason) => out.push(Action::Refuse(reason.to_string())),
        }
    }
    align_buttons(ui, containers, look, out);
    let names = containers.iter().map(|it| it.id.as_str());
    if let Some(bounds) = look.bounds_of(names) {
        let size = format!("{} × {}", metres(bounds.width()), metres(bounds.height()));
        parts::value(ui, "Together", &size, Provenance::Computed, "the rectangle around them");
    }
    buttons(ui, out);
}

/// The value all have in common.
fn same<'a, T: PartialEq>(
    containers: &[&'a Container],
    of: impl Fn(&'a Container) -> &'a T,
) -> Option<&'a T> {
    let first = of(*containers.first()?);
    containers.iter().all(|&container| of(container) == first).then_some(first)
}

fn align_buttons(ui: &mut Ui, containers: &[&Container], look: &Look<'_>, out: &mut Vec<Action>) {
    let Some(all) = look.bounds_of(containers.iter().map(|it| it.id.as_str())) else { return };
    ui.horizontal_wrapped(|ui| {
        for (name, side) in [("West", 0), ("East", 1), ("North", 2), ("South", 3)] {
            let hint = format!("Align with the edge in the {}", name.to_lowercase());
            if !ui.small_button(format!("Align {name}")).on_hover_text(hint).clicked() {
                continue;
            }
            let edits: Vec<_> = containers
                .iter()
                .filter_map(|container| {
                    let own = look.footprint(container)?;
                    let (dx_mm, dy_mm) = match side {
                        0 => (all.min.x - own.min.x, 0),
                        1 => (all.max.x - own.max.x, 0),
                        2 => (0, all.max.y - own.max.y),
                        _ => (0, all.min.y - own.min.y),
                    };
                    Some(Edit::Move { ids: vec![container.id.clone()], dx_mm, dy_mm })
                })
                .collect();
            out.push(Action::Edit(format!("Align {} containers", edits.len()), Edit::All(edits)));
        }
    });
}

fn buttons(ui: &mut Ui, out: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        for command in [Command::Rotate, Command::Duplicate, Command::Array, Command::Delete] {
            let glyph = parts::icon(command.icon().unwrap_or(" "), 13.0);
            if ui.add(Button::new((glyph, command.label())).small()).clicked() {
                out.push(Action::Run(command));
            }
        }
    });
}

/// The fields of a corridor.
pub(crate) fn corridor(ui: &mut Ui, corridor: &Corridor, look: &Look<'_>, out: &mut Vec<Action>) {
    let salt = corridor.id.as_str();
    ui.label(theme::heading(format!("Corridor {salt}")));
    let usages = [Usage::Possible, Usage::Required, Usage::Forbidden, Usage::Existing]
        .map(|usage| (usage, usage.label().to_owned()));
    let usage =
        parts::choice_row(ui, &key(salt, "usage"), "Usage (U)", Some(&corridor.usage), &usages);
    if let Some(usage) = usage {
        let edit = Edit::SetUsage { corridor: corridor.id.clone(), usage };
        out.push(Action::Edit(format!("{} {salt}", usage.label()), edit));
    }
    let preferences = [Preference::Neutral, Preference::Prefer, Preference::Avoid]
        .map(|preference| (preference, preference.label().to_owned()));
    let present = Some(&corridor.preference);
    let name = "Preference";
    if let Some(preference) =
        parts::choice_row(ui, &key(salt, "preference"), name, present, &preferences)
    {
        let edit = Edit::SetPreference { corridor: corridor.id.clone(), preference };
        out.push(Action::Edit(format!("{} {salt}", preference.label()), edit));
    }
    let width = corridor.width_limit_mm.0;
    if let Some(width) = length_row(ui, &key(salt, "width"), "Width limit", width, out) {
        let to = Corridor { width_limit_mm: Millimetres(width), ..corridor.clone() };
        out.push(Action::Edit(format!("Width limit of {salt}"), Edit::PutCorridor(to)));
    }
    let grounds = [(Ground::Soil, "Soil".to_owned()), (Ground::Paved, "Paved".to_owned())];
    let present = Some(&corridor.ground);
    if let Some(ground) = parts::choice_row(ui, &key(salt, "ground"), "Ground", present, &grounds) {
        let to = Corridor { ground, ..corridor.clone() };
        out.push(Action::Edit(format!("Ground of {salt}"), Edit::PutCorridor(to)));
    }
    let length: f64 = corridor
        .path_mm
        .windows(2)
        .map(|pair| match pair {
            [a, b] => a.distance_m(*b),
            _ => 0.0,
        })
        .sum();
    let text = format!("{} m", number(length, 1));
    parts::value(ui, "Length", &text, Provenance::Given, "the line drawn in the plan");
    let Some(report) = look.report() else { return };
    let dug: Vec<_> =
        report.trenches.iter().filter(|it| it.corridor.as_ref() == Some(&corridor.id)).collect();
    let opened: f64 = dug.iter().map(|it| it.length_m).sum();
    let text = format!("{} m", number(opened, 1));
    parts::value(ui, "Opened", &text, Provenance::Computed, "trenches of the latest plan");
    if let Some(widest) = dug.iter().map(|it| it.width_mm).max() {
        parts::value(ui, "Widest", &metres(widest), Provenance::Computed, "of these trenches");
    }
    for trench in dug {
        let response = ui.selectable_label(false, trench.id.as_str());
        if response.hovered() {
            out.push(Action::Highlight(vec![trench.id.clone()]));
        }
        if response.clicked() {
            out.push(Action::Select(vec![trench.id.clone()]));
        }
    }
    delete_button(ui, out);
}

/// The fields of a zone.
pub(crate) fn zone(ui: &mut Ui, zone: &Zone, out: &mut Vec<Action>) {
    let salt = zone.id.as_str();
    ui.label(theme::heading(format!("Zone {salt}")));
    let kinds = [ZoneKind::Exclusion, ZoneKind::Road, ZoneKind::CranePad, ZoneKind::Green]
        .map(|kind| (kind, kind.label().to_owned()));
    if let Some(kind) =
        parts::choice_row(ui, &key(salt, "kind"), "Purpose", Some(&zone.kind), &kinds)
    {
        let to = Zone { kind, ..zone.clone() };
        out.push(Action::Edit(format!("Purpose of {salt}"), Edit::PutZone(to)));
    }
    parts::plain(ui, "Corners", &zone.outline_mm.len().to_string());
    delete_button(ui, out);
}

/// The fields of a utility entry.
pub(crate) fn entry(ui: &mut Ui, entry: &Entry, out: &mut Vec<Action>) {
    let salt = entry.id.as_str();
    let tokens = Tokens::of(ui.visuals());
    ui.label(theme::heading(format!("{} {salt}", icons::ENTRY)));
    ui.label(RichText::new(entry.service.label()).color(tokens.service(entry.service)));
    let put = |out: &mut Vec<Action>, what: &str, to: Entry| {
        out.push(Action::Edit(format!("{what} of {salt}"), Edit::PutEntry(to)));
    };
    let present = entry.capacity.to_string();
    if let Some(text) = parts::typed_row(ui, &key(salt, "capacity"), "Capacity", &present) {
        match parse_load(&text, entry.service) {
            Ok(capacity) => put(out, "Capacity", Entry { capacity, ..entry.clone() }),
            Err(reason) => out.push(Action::Refuse(reason)),
        }
    }
    let known = Provenance::from(entry.source.confidence);
    parts::value(ui, "Source", &entry.source.confidence.to_string(), known, &entry.source.text);
    if let Some(x) = length_row(ui, &key(salt, "x"), "East", entry.at_mm.x, out) {
        let mut to = entry.clone();
        to.at_mm.x = x;
        put(out, "Position", to);
    }
    if let Some(y) = length_row(ui, &key(salt, "y"), "North", entry.at_mm.y, out) {
        let mut to = entry.clone();
        to.at_mm.y = y;
        put(out, "Position", to);
    }
    ui.add(Label::new(theme::caption(entry.source.text.as_str())).wrap());
    delete_button(ui, out);
}

fn delete_button(ui: &mut Ui, out: &mut Vec<Action>) {
    ui.add_space(theme::MEDIUM);
    let glyph = parts::icon(icons::DELETE, 13.0);
    if ui.add(Button::new((glyph, "Delete")).small()).clicked() {
        out.push(Action::Run(Command::Delete));
    }
}

/// A field for a length; answers in millimetres.
fn length_row(
    ui: &mut Ui,
    salt: &str,
    name: &str,
    present_mm: i64,
    out: &mut Vec<Action>,
) -> Option<i64> {
    let text = parts::typed_row(ui, salt, name, &metres(present_mm))?;
    match parse_length(&text) {
        Ok(mm) => (mm != present_mm).then_some(mm),
        Err(reason) => {
            out.push(Action::Refuse(reason));
            None
        }
    }
}

fn moved(id: &Id, dx_mm: i64, dy_mm: i64) -> Action {
    Action::Edit(format!("Move {id}"), Edit::Move { ids: vec![id.clone()], dx_mm, dy_mm })
}

fn module_choice(ui: &mut Ui, salt: &str, present: Option<&Id>, look: &Look<'_>) -> Option<Id> {
    let choices: Vec<_> =
        look.catalogue.modules.values().map(|it| (it.id.clone(), it.name.clone())).collect();
    parts::choice_row(ui, &key(salt, "module"), "Module", present, &choices)
}

fn phase_choice(ui: &mut Ui, salt: &str, present: Option<&Id>, look: &Look<'_>) -> Option<Id> {
    let name = |phase: &Phase| format!("{} · {}", phase.id, phase.name);
    let choices: Vec<_> =
        look.plan.phases.iter().map(|phase| (phase.id.clone(), name(phase))).collect();
    parts::choice_row(ui, &key(salt, "phase"), "Phase", present, &choices)
}

fn rotation_choice(ui: &mut Ui, salt: &str, present: Option<&Rotation>) -> Option<Rotation> {
    let choices = [Rotation::R0, Rotation::R90, Rotation::R180, Rotation::R270]
        .map(|rotation| (rotation, format!("{}°", rotation.degrees())));
    parts::choice_row(ui, &key(salt, "rotation"), "Rotation", present, &choices)
}

/// Tells the fields of one thing from those of another.
fn key(thing: &str, field: &str) -> String {
    format!("{thing} {field}")
}
