//! The outline: everything on the site as a tree, by phase or by kind.

use std::collections::BTreeMap;

use eframe::egui::{Button, CollapsingHeader, RichText, ScrollArea, TextEdit, Ui, vec2};
use stackyard_solver::edit::Edit;
use stackyard_solver::plan::Container;

use crate::action::Action;
use crate::icons;
use crate::look::{Look, When};
use crate::theme;
use crate::view::parts;

/// How the outline is looked at.
#[derive(Debug, Default)]
pub(crate) struct State {
    search: String,
    order: Order,
    /// Where a range with Shift begins.
    anchor: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Phase,
    Kind,
}

/// A branch with its leaves.
type Branches<'a> = BTreeMap<(usize, String), Vec<&'a Container>>;

/// Draws the outline.
pub(crate) fn ui(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.selectable_value(&mut state.order, Order::Phase, "By phase");
        ui.selectable_value(&mut state.order, Order::Kind, "By kind");
    });
    let search = TextEdit::singleline(&mut state.search)
        .hint_text("Search the plan")
        .desired_width(f32::INFINITY);
    ui.add(search).accessible_name("Search the plan");
    ui.add_space(theme::SMALL);
    if look.plan.containers.is_empty() && look.plan.corridors.is_empty() {
        parts::empty(ui, "An empty site", "Drag a module from the catalogue on to the plan");
        return;
    }
    let branches = branches(state, look);
    let in_order: Vec<String> =
        branches.values().flatten().map(|container| container.id.to_string()).collect();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for ((_, name), containers) in &branches {
            CollapsingHeader::new(theme::strong(format!("{name} ({})", containers.len())))
                .id_salt(name)
                .default_open(true)
                .show(ui, |ui| {
                    for container in containers {
                        leaf(ui, container, &in_order, state, look, out);
                    }
                });
        }
        others(ui, look, out);
    });
}

fn branches<'a>(state: &State, look: &Look<'a>) -> Branches<'a> {
    let needle = state.search.to_lowercase();
    let mut branches: Branches<'a> = BTreeMap::new();
    let plan: &'a stackyard_solver::plan::Plan = look.plan;
    for container in &plan.containers {
        let kind = look.catalogue.modules.get(&container.module).map(|module| module.kind);
        let fits = needle.is_empty()
            || container.id.as_str().to_lowercase().contains(&needle)
            || kind.is_some_and(|kind| kind.label().to_lowercase().contains(&needle));
        if !fits {
            continue;
        }
        let key = match state.order {
            Order::Phase => {
                let position = look.order.get(&container.phase).copied().unwrap_or(usize::MAX);
                let name = look.plan.phases.iter().find(|phase| phase.id == container.phase);
                let name = name.map_or_else(
                    || container.phase.to_string(),
                    |phase| format!("{} · {}", phase.id, phase.name),
                );
                (position, name)
            }
            Order::Kind => {
                let label = kind.map_or("Unknown module", |kind| kind.label());
                (0, label.to_owned())
            }
        };
        branches.entry(key).or_default().push(container);
    }
    branches
}

fn leaf(
    ui: &mut Ui,
    container: &Container,
    in_order: &[String],
    state: &mut State,
    look: &Look<'_>,
    out: &mut Vec<Action>,
) {
    let name = container.id.to_string();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let (glyph, label) = if container.locked {
            (icons::LOCK, format!("Unlock {name}"))
        } else {
            (icons::UNLOCK, format!("Lock {name}"))
        };
        let lock = Button::new(parts::icon(glyph, 12.0)).frame(false).min_size(vec2(18.0, 18.0));
        if ui.add(lock).on_hover_text(label.as_str()).accessible_name(label.as_str()).clicked() {
            let to = Container { locked: !container.locked, ..container.clone() };
            let edit = Edit::SetContainer { id: container.id.clone(), to: Box::new(to) };
            out.push(Action::Edit(label, edit));
        }
        let mut text = RichText::new(name.as_str());
        if look.when(&container.phase) == When::Later {
            text = text.weak();
        }
        let response = ui.selectable_label(look.selection.has(&name), text);
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            if modifiers.shift {
                out.push(Action::Select(range(in_order, state.anchor.as_deref(), &name)));
            } else if modifiers.command {
                out.push(Action::Toggle(vec![name.clone()]));
                state.anchor = Some(name.clone());
            } else {
                out.push(Action::Select(vec![name.clone()]));
                state.anchor = Some(name.clone());
            }
        }
        if response.double_clicked() {
            out.push(Action::ZoomTo(vec![name.clone()]));
        }
        if response.hovered() {
            out.push(Action::Highlight(vec![name.clone()]));
        }
        if let Some(module) = look.catalogue.modules.get(&container.module) {
            ui.add(eframe::egui::Label::new(theme::caption(module.name.as_str())).truncate());
        }
    });
}

/// The names from the anchor to the one clicked.
fn range(in_order: &[String], anchor: Option<&str>, clicked: &str) -> Vec<String> {
    let position = |name: &str| in_order.iter().position(|other| other == name);
    match (anchor.and_then(position), position(clicked)) {
        (Some(a), Some(b)) => in_order.get(a.min(b)..=a.max(b)).unwrap_or_default().to_vec(),
        (_, _) => vec![clicked.to_owned()],
    }
}

fn others(ui: &mut Ui, look: &Look<'_>, out: &mut Vec<Action>) {
    let plan = look.plan;
    let groups: [(&str, Vec<&str>); 3] = [
        ("Utility entries", plan.entries.iter().map(|it| it.id.as_str()).collect()),
        ("Corridors", plan.corridors.iter().map(|it| it.id.as_str()).collect()),
        ("Zones", plan.zones.iter().map(|it| it.id.as_str()).collect()),
    ];
    for (title, names) in groups.into_iter().filter(|(_, names)| !names.is_empty()) {
        CollapsingHeader::new(theme::strong(format!("{title} ({})", names.len())))
            .id_salt(title)
            .show(ui, |ui| {
                for name in names {
                    let response = ui.selectable_label(look.selection.has(name), name);
                    if response.clicked() {
                        out.push(Action::Select(vec![name.to_owned()]));
                    }
                    if response.double_clicked() {
                        out.push(Action::ZoomTo(vec![name.to_owned()]));
                    }
                    if response.hovered() {
                        out.push(Action::Highlight(vec![name.to_owned()]));
                    }
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_selects_from_the_anchor() {
        let names = ["a", "b", "c", "d"].map(String::from);
        assert_eq!(range(&names, Some("d"), "b"), ["b", "c", "d"]);
        assert_eq!(range(&names, None, "b"), ["b"]);
    }
}
