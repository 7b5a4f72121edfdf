//! Rectangles on paper.

use glam::{DVec2, dvec2};

/// A rectangle in millimetres, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Its upper left corner.
    pub(crate) min: DVec2,
    /// Its lower right corner.
    pub(crate) max: DVec2,
}

impl Frame {
    /// A rectangle by its upper left corner and its size.
    pub(crate) fn sized(min: DVec2, size: DVec2) -> Self {
        Self { min, max: min + size }
    }

    /// A rectangle by its middle and its size.
    pub(crate) fn centered(center: DVec2, size: DVec2) -> Self {
        Self { min: center - size / 2.0, max: center + size / 2.0 }
    }

    /// The smallest rectangle around points, if there are any.
    pub(crate) fn around(points: &[DVec2]) -> Option<Self> {
        let frame = |point: DVec2| Self { min: point, max: point };
        points.iter().copied().map(frame).reduce(Self::union)
    }

    /// Its width.
    pub(crate) fn width(self) -> f64 {
        self.max.x - self.min.x
    }

    /// Its height.
    pub(crate) fn height(self) -> f64 {
        self.max.y - self.min.y
    }

    /// Its middle.
    pub(crate) fn center(self) -> DVec2 {
        self.min.midpoint(self.max)
    }

    /// Its corners in order around it.
    pub(crate) fn corners(self) -> [DVec2; 4] {
        let Self { min, max } = self;
        [min, dvec2(max.x, min.y), max, dvec2(min.x, max.y)]
    }

    /// The rectangle with a margin on every side; a negative one makes it smaller.
    #[must_use]
    pub(crate) fn grown(self, margin: f64) -> Self {
        Self { min: self.min - margin, max: self.max + margin }
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub(crate) fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Whether a place is inside or on the edge.
    pub(crate) fn contains(self, at: DVec2) -> bool {
        at.cmpge(self.min).all() && at.cmple(self.max).all()
    }

    /// Whether the two share more than an edge.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.min.cmplt(other.max).all() && other.min.cmplt(self.max).all()
    }
}
