//! The measure tool: distances from point to point. It changes nothing.

use stackyard_solver::geometry::Point;

use super::corridor::guided;
use super::{Event, Input};

/// A line that is measured.
#[derive(Debug, Default)]
pub(crate) struct Measure {
    points: Vec<Point>,
    pointer: Option<Point>,
    is_done: bool,
}

impl Measure {
    /// The points set so far.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The points with the one under the pointer.
    pub(crate) fn sketch(&self) -> Vec<Point> {
        let mut points = self.points.clone();
        points.extend(self.pointer.filter(|_| !self.points.is_empty() && !self.is_done));
        points
    }

    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input) {
        let at = guided(input, self.points.last().copied());
        match input.event {
            Event::Hover | Event::Drag => self.pointer = Some(at),
            Event::Press => {
                if self.is_done {
                    *self = Self::default();
                }
                if self.points.last() != Some(&at) {
                    self.points.push(at);
                }
            }
            Event::DoubleClick | Event::Confirm => self.is_done = true,
            Event::Release => {}
        }
    }
}
