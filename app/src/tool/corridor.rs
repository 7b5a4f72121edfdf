//! The corridor tool: a line, click by click.

use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::Point;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Corridor, Ground, Preference, Usage};
use stackyard_solver::units::Millimetres;

use super::{Event, Input};
use crate::action::Action;
use crate::look::Look;

/// Widest trench of a corridor that is newly drawn.
const WIDTH: Millimetres = Millimetres(2_000);

/// A corridor that is being drawn.
#[derive(Debug, Default)]
pub(crate) struct Draw {
    points: Vec<Point>,
    pointer: Option<Point>,
}

impl Draw {
    /// The points set so far.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The points with the one under the pointer.
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
        let Ok(pattern) = Id::new("C-00") else { return };
        if points.len() < 2 {
            return;
        }
        let id = pattern.next_free(|id| look.plan.knows(id));
        let name = id.to_string();
        let corridor = Corridor {
            id,
            path_mm: points,
            width_limit_mm: WIDTH,
            usage: Usage::default(),
            preference: Preference::default(),
            ground: Ground::default(),
        };
        out.push(Action::Edit(format!("Draw corridor {name}"), Edit::PutCorridor(corridor)));
        out.push(Action::Select(vec![name]));
    }
}

/// The point on the grid, and with Shift held on a level or plumb line with the last one.
pub(super) fn guided(input: &Input, last: Option<Point>) -> Point {
    let at = input.on_grid();
    match last {
        Some(last) if input.modifiers.shift => {
            if (at.x - last.x).abs() >= (at.y - last.y).abs() {
                Point { x: at.x, y: last.y }
            } else {
                Point { x: last.x, y: at.y }
            }
        }
        Some(_) | None => at,
    }
}
