//! The place tool: a module in the hand that is put down with a click, or dropped from the list.

use std::collections::BTreeSet;

use stackyard_solver::catalogue::module::ModuleKind;
use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::{Point, Rotation};
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Container, Plan};

use super::snap::{Mover, Neighbour, snap};
use super::{Event, Input, Preview};
use crate::action::Action;
use crate::look::Look;

/// The place tool.
#[derive(Default)]
pub(crate) struct Place {
    module: Option<Id>,
    rotation: Rotation,
    ghost: Option<Preview>,
    ghost_at: Option<Point>,
}

impl Place {
    /// Takes a module type into the hand.
    pub(crate) fn holding(module: Id) -> Self {
        Self { module: Some(module), ..Self::default() }
    }

    /// What is in the hand.
    pub(crate) fn module(&self) -> Option<&Id> {
        self.module.as_ref()
    }

    /// Turns what is in the hand by a quarter.
    pub(crate) fn turn(&mut self) {
        self.rotation = self.rotation.next();
        self.ghost = None;
        self.ghost_at = None;
    }

    /// The plan with it put down.
    pub(crate) fn preview(&self) -> Option<&Preview> {
        self.ghost.as_ref()
    }

    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
        let Some(module) = self.module.clone() else { return };
        match input.event {
            Event::Hover | Event::Drag => self.hover(&module, input, look),
            Event::Press => {
                self.hover(&module, input, look);
                if let Some(container) = ghost_container(&module, self.rotation, input, look) {
                    put_down(container, out);
                }
                // The next one gets its own name and place.
                self.ghost = None;
                self.ghost_at = None;
            }
            Event::Release | Event::DoubleClick | Event::Confirm => {}
        }
    }

    /// Shows a module dragged out of the list where it would be dropped.
    pub(crate) fn hover(&mut self, module: &Id, input: &Input, look: &Look<'_>) {
        if self.ghost_at == Some(input.at) && self.ghost.is_some() {
            return;
        }
        self.ghost_at = Some(input.at);
        self.ghost = ghost_container(module, self.rotation, input, look).map(|container| {
            let id = container.id.clone();
            let mut plan: Plan = (**look.plan).clone();
            plan.containers.push(container);
            Preview::new(plan, BTreeSet::from([id]), look)
        });
    }
}

/// The edit that puts a module down where it is dropped.
pub(crate) fn drop_here(module: &Id, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
    if let Some(container) = ghost_container(module, Rotation::default(), input, look) {
        put_down(container, out);
    }
}

fn put_down(container: Container, out: &mut Vec<Action>) {
    let name = container.id.to_string();
    out.push(Action::Edit(format!("Place {name}"), Edit::Place(vec![container])));
    out.push(Action::Select(vec![name]));
}

/// The container as it would be, its middle at the pointer and snapped.
fn ghost_container(
    module_id: &Id,
    rotation: Rotation,
    input: &Input,
    look: &Look<'_>,
) -> Option<Container> {
    let module = look.catalogue.modules.get(module_id)?;
    let mut container = Container {
        id: free_name(look.plan, module_id, module.kind),
        module: module_id.clone(),
        at_mm: Point::default(),
        rotation,
        phase: look.current_phase()?,
        group: None,
        racks: None,
        existing: false,
        locked: false,
    };
    let footprint = container.footprint(module);
    let mover = Mover { footprint, clearance: container.clearance_area(module) };
    let raw = (input.at.x - footprint.width() / 2, input.at.y - footprint.height() / 2);
    let shift = if input.modifiers.alt {
        raw
    } else {
        snap(mover, raw, &neighbours(look), input.grid_mm, input.reach_mm * 2).0
    };
    container.at_mm = Point { x: shift.0, y: shift.1 };
    Some(container)
}

fn neighbours(look: &Look<'_>) -> Vec<Neighbour> {
    look.plan
        .containers
        .iter()
        .filter_map(|container| {
            let module = look.catalogue.modules.get(&container.module)?;
            Some(Neighbour {
                footprint: container.footprint(module),
                clearance: container.clearance_area(module),
            })
        })
        .collect()
}

/// The next free name: like the others of its module type, or by its kind.
pub(crate) fn free_name(plan: &Plan, module: &Id, kind: ModuleKind) -> Id {
    let taken = |id: &Id| plan.knows(id);
    let like = plan.containers.iter().rev().find(|container| container.module == *module);
    match (like, first_name(kind)) {
        (Some(like), _) => copy_name(&like.id, taken),
        (None, Some(first)) => first.next_free(taken),
        (None, None) => module.next_free(taken),
    }
}

/// The name of a copy: the number counts up, and a letter after it stays (`IT-07A`, `IT-08A`).
pub(crate) fn copy_name(id: &Id, taken: impl Fn(&Id) -> bool) -> Id {
    let stem = id.as_str().trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let letter = &id.as_str()[stem.len()..];
    let is_numbered = stem.ends_with(|c: char| c.is_ascii_digit());
    let with_letter = |stem: &Id| Id::new(&format!("{stem}{letter}"));
    match Id::new(stem) {
        Ok(stem) if is_numbered && !letter.is_empty() => {
            let next = stem.next_free(|stem| with_letter(stem).map_or(true, |id| taken(&id)));
            with_letter(&next).unwrap_or(next)
        }
        Ok(_) | Err(_) => id.next_free(taken),
    }
}

fn first_name(kind: ModuleKind) -> Option<Id> {
    let stem = match kind {
        ModuleKind::It => "IT",
        ModuleKind::Storage => "ST",
        ModuleKind::Transformer => "TR",
        ModuleKind::MvSwitchgear => "MV",
        ModuleKind::Ups => "UPS",
        ModuleKind::Generator => "GEN",
        ModuleKind::DryCooler => "DC",
        ModuleKind::PumpStation => "PS",
        ModuleKind::HeatReuse => "HR",
        ModuleKind::DataHall => "DH",
        ModuleKind::Entrance => "EN",
        ModuleKind::Workshop => "WS",
        ModuleKind::Store => "SP",
        ModuleKind::ControlRoom => "CR",
        ModuleKind::Office => "OF",
        ModuleKind::Connector => "CN",
    };
    Id::new(&format!("{stem}-00")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_continue_where_the_plan_ends() {
        let plan = Plan::empty_site("a", 10_000, 10_000);
        let module = Id::new("ups-module").unwrap();
        assert_eq!(free_name(&plan, &module, ModuleKind::Ups).as_str(), "UPS-01");
    }

    #[test]
    fn a_letter_after_the_number_stays() {
        let id = Id::new("IT-07A").unwrap();
        let taken = |id: &Id| matches!(id.as_str(), "IT-07A" | "IT-08A");
        assert_eq!(copy_name(&id, taken).as_str(), "IT-09A");
    }
}
