//! The zone tool: an outline, corner by corner.

use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Point;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Zone, ZoneKind};

use super::corridor::guided;
use super::{Event, Input};
use crate::action::Action;
use crate::look::Look;

/// A zone that is being drawn.
#[derive(Debug, Default)]
pub(crate) struct Draw {
    points: Vec<Point>,
    pointer: Option<Point>,
}

impl Draw {
    /// The corners set so far.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The corners with the one under the pointer.
    pub(crate) fn sketch(&self) -> Vec<Point> {
        let mut points = self.points.clone();
        points.extend(self.pointer.filter(|_| !self.points.is_empty()));
        points
    }

    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
        let at = guided(input, self.points.last().copied());
        match input.event {
            Event::Hover | Event::Drag => self.pointer = Some(at),
            Event::Press => {
                if self.points.last() != Some(&at) {
                    self.points.push(at);
                }
            }
            Event::DoubleClick | Event::Confirm => self.finish(look, out),
            Event::Release => {}
        }
    }

    fn finish(&mut self, look: &Look<'_>, out: &mut Vec<Action>) {
        let points = std::mem::take(&mut self.points);
        let Ok(pattern) = Id::new("Z-00") else { return };
        if points.len() < 3 {
            return;
        }
        let id = pattern.next_free(|id| look.plan.knows(id));
        let name = id.to_string();
        // The purpose is chosen in the inspector; kept free is the one that warns loudest.
        let zone = Zone { id, kind: ZoneKind::Exclusion, outline_mm: points };
        out.push(Action::Edit(format!("Draw zone {name}"), Edit::PutZone(zone)));
        out.push(Action::Select(vec![name]));
    }
}
