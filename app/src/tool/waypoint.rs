//! The waypoint tool: places the selected connection is led through, click by click from its port.

use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Point;
use stackyard_solver::plan::Waypoint;

use super::snap::to_corridors;
use super::{Event, Input};
use crate::action::Action;
use crate::look::{Layer, Look};

/// The place that a click would add.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    pointer: Option<Point>,
}

impl Lead {
    /// Where the pointer snaps to.
    pub(crate) fn pointer(&self) -> Option<Point> {
        self.pointer
    }

    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
        let at = snapped(input, look);
        match input.event {
            Event::Hover | Event::Drag => self.pointer = Some(at),
            Event::Press => add(at, look, out),
            Event::Release | Event::DoubleClick | Event::Confirm => {}
        }
    }
}

/// A corner, crossing or point of a corridor in reach, or the grid; with Alt held neither.
fn snapped(input: &Input, look: &Look<'_>) -> Point {
    if input.modifiers.alt {
        return input.at;
    }
    let lines = look.plan.corridors.iter().map(|corridor| corridor.path_mm.as_slice());
    let shown = lines.filter(|_| look.shown.has(Layer::Corridors));
    to_corridors(input.at, shown, input.grid_mm, input.reach_mm * 2)
        .unwrap_or_else(|| input.on_grid())
}

fn add(at_mm: Point, look: &Look<'_>, out: &mut Vec<Action>) {
    let Some(connection) = look.connection() else {
        let reason = "Select the connection that is to be led through this place first";
        out.push(Action::Refuse(reason.to_owned()));
        return;
    };
    let id = &connection.id;
    let own: Vec<_> = look.plan.waypoints.iter().filter(|it| it.connection == *id).collect();
    // The second click of a double click says nothing new.
    if own.iter().any(|it| it.at_mm == at_mm) {
        return;
    }
    let waypoint = Waypoint { connection: id.clone(), at_mm, compulsory: true };
    let edit = Edit::AddWaypoint { waypoint, position: own.len() };
    out.push(Action::Edit(format!("Lead {id} through a place"), edit));
}
