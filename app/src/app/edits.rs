//! Changes of the plan that take more than one edit's worth of thought: copies, arrays, locks.

use std::collections::BTreeMap;

use eframe::egui::Context;
use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Rect;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Container, Corridor};

use super::App;
use crate::look::footprint;
use crate::tool::place::copy_name;
use crate::tool::snap::to_grid;
use crate::view::dialogs::{ArrayOf, Dialog};

/// Free ground between a container and its copy where no clearance asks for more.
const GAP_MM: i64 = 1_200;

impl App {
    /// Applies a change as one step, or says why not.
    pub(super) fn edit(&mut self, label: String, edit: &Edit) {
        if let Err(error) = self.session.apply(label, edit, &self.catalogue) {
            self.toasts.failed(error.to_string());
        }
    }

    /// Selected names that are gone are forgotten.
    pub(super) fn prune_selection(&mut self) {
        let plan = self.session.plan();
        let report = self.computed.as_ref().map(|computed| &computed.report);
        self.selection.retain(|name| {
            let container = name.split_once('/').map_or(name, |(container, _)| container);
            Id::new(container).is_ok_and(|id| plan.knows(&id))
                || report.is_some_and(|report| {
                    report.trenches.iter().any(|it| it.id == name)
                        || report.pipes.iter().any(|it| it.id == name)
                })
        });
    }

    /// The selected containers and everything that moves with them.
    pub(super) fn selected_with_groups(&self) -> Vec<Id> {
        let plan = self.session.plan();
        plan.with_groups(&self.selection.container_ids(plan)).into_iter().collect()
    }

    /// The selected corridors, and those of selected trenches.
    pub(super) fn selected_corridors(&self) -> Vec<&Corridor> {
        let trenches = self.computed.iter().flat_map(|computed| &computed.report.trenches);
        let through: Vec<&Id> = trenches
            .filter(|trench| self.selection.has(&trench.id))
            .filter_map(|trench| trench.corridor.as_ref())
            .collect();
        self.session
            .plan()
            .corridors
            .iter()
            .filter(|it| self.selection.has(it.id.as_str()) || through.contains(&&it.id))
            .collect()
    }

    pub(super) fn delete(&mut self) {
        let ids = self.selection.removable_ids(self.session.plan());
        if ids.is_empty() {
            return;
        }
        let label = match ids.as_slice() {
            [only] => format!("Delete {only}"),
            several => format!("Delete {} things", several.len()),
        };
        self.edit(label, &Edit::Remove(ids));
    }

    pub(super) fn toggle_lock(&mut self) {
        let plan = self.session.plan();
        let selected = self.selection.containers(plan);
        let locked = selected.iter().any(|container| !container.locked);
        let edits: Vec<_> = selected
            .into_iter()
            .map(|container| Edit::SetContainer {
                id: container.id.clone(),
                to: Box::new(Container { locked, ..container.clone() }),
            })
            .collect();
        let label = if locked { "Lock" } else { "Unlock" };
        self.edit(label.to_owned(), &Edit::All(edits));
    }

    pub(super) fn copy(&mut self, ctx: &Context) {
        let plan = self.session.plan();
        self.copied = self.selection.containers(plan).into_iter().cloned().collect();
        // The text lets another program, or another window, have them too.
        if let Ok(text) = ron::to_string(&self.copied) {
            ctx.copy_text(text);
        }
    }

    pub(super) fn paste(&mut self) {
        let copied = std::mem::take(&mut self.copied);
        let shift = match (self.views.canvas.pointer, self.bounds(&copied)) {
            (Some(at), Some(bounds)) => {
                let corner = at.offset(-bounds.width() / 2, -bounds.height() / 2);
                let corner = to_grid(corner, 500);
                (corner.x - bounds.min.x, corner.y - bounds.min.y)
            }
            (_, _) => (2_000, -2_000),
        };
        self.place_copies("Paste", &copied, &[shift]);
        self.copied = copied;
    }

    pub(super) fn duplicate(&mut self) {
        let originals: Vec<Container> = self.originals();
        let Some((pitch_x, _)) = self.pitch(&originals) else { return };
        self.place_copies("Duplicate", &originals, &[(pitch_x, 0)]);
    }

    pub(super) fn ask_array(&mut self) {
        if let Some((x, y)) = self.pitch(&self.originals()) {
            self.dialog = Some(Dialog::Array(ArrayOf::with_pitch(x, y)));
        }
    }

    pub(super) fn array(&mut self, columns: u32, rows: u32, pitch_x: i64, pitch_y: i64) {
        let originals = self.originals();
        let mut shifts = Vec::new();
        for row in 0..i64::from(rows) {
            for column in 0..i64::from(columns) {
                if (row, column) != (0, 0) {
                    shifts.push((column * pitch_x, row * pitch_y));
                }
            }
        }
        self.place_copies("Array", &originals, &shifts);
    }

    /// What is copied: the selected containers with their groups.
    fn originals(&self) -> Vec<Container> {
        let ids = self.selected_with_groups();
        let plan = self.session.plan();
        plan.containers.iter().filter(|it| ids.contains(&it.id)).cloned().collect()
    }

    fn bounds(&self, containers: &[Container]) -> Option<Rect> {
        containers
            .iter()
            .filter_map(|container| footprint(&self.derived.catalogue, container))
            .reduce(Rect::union)
    }

    /// The distance from one copy to the next that leaves the clearances free.
    fn pitch(&self, containers: &[Container]) -> Option<(i64, i64)> {
        let bounds = self.bounds(containers)?;
        let clear = containers
            .iter()
            .filter_map(|it| {
                let module = self.derived.catalogue.modules.get(&it.module)?;
                Some(it.clearance_area(module))
            })
            .reduce(Rect::union)?;
        let east = (clear.max.x - bounds.max.x).max(bounds.min.x - clear.min.x).max(GAP_MM);
        let north = (clear.max.y - bounds.max.y).max(bounds.min.y - clear.min.y).max(GAP_MM);
        Some((bounds.width() + east, bounds.height() + north))
    }

    /// Puts copies down, each set moved by one shift, as one step; selects them.
    fn place_copies(&mut self, label: &str, originals: &[Container], shifts: &[(i64, i64)]) {
        if originals.is_empty() {
            return;
        }
        let plan = self.session.plan();
        let mut copies: Vec<Container> = Vec::new();
        let mut groups_taken: Vec<Id> =
            plan.containers.iter().filter_map(|it| it.group.clone()).collect();
        for &(dx, dy) in shifts {
            let mut groups: BTreeMap<Id, Id> = BTreeMap::new();
            for original in originals {
                let taken = |id: &Id| plan.knows(id) || copies.iter().any(|copy| copy.id == *id);
                let id = copy_name(&original.id, taken);
                let group = original.group.as_ref().map(|group| {
                    let new = groups.entry(group.clone()).or_insert_with(|| {
                        let new = copy_name(group, |id| groups_taken.contains(id));
                        groups_taken.push(new.clone());
                        new
                    });
                    new.clone()
                });
                copies.push(Container {
                    id,
                    at_mm: original.at_mm.offset(dx, dy),
                    group,
                    existing: false,
                    locked: false,
                    ..original.clone()
                });
            }
        }
        let names: Vec<_> = copies.iter().map(|copy| copy.id.to_string()).collect();
        let label = format!("{label} {} containers", copies.len());
        let before = self.session.revision();
        self.edit(label, &Edit::Place(copies));
        if self.session.revision() != before {
            self.selection.set(names);
        }
    }
}
