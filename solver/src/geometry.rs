//! Exact geometry on whole millimetres: points, rectangles, polygons and segments.
//!
//! Every predicate works in integers, so two machines never disagree whether a trench touches a
//! container. Coordinates are bounded on load ([`LIMIT`]), which keeps all products inside `i128`.

mod approach;

use serde::{Deserialize, Serialize};

pub use approach::{Approach, closest_approach, common_place};

/// Largest coordinate a plan may use, in millimetres: 1,000 km.
pub const LIMIT: i64 = 1_000_000_000;

/// A point on the site in millimetres, x to the east and y to the north.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "(i64, i64)", into = "(i64, i64)")]
pub struct Point {
    /// East.
    pub x: i64,
    /// North.
    pub y: i64,
}

impl From<(i64, i64)> for Point {
    fn from((x, y): (i64, i64)) -> Self {
        Self { x, y }
    }
}

impl From<Point> for (i64, i64) {
    fn from(point: Point) -> Self {
        (point.x, point.y)
    }
}

impl Point {
    /// The point `dx` to the east and `dy` to the north.
    #[must_use]
    pub fn offset(self, dx: i64, dy: i64) -> Self {
        Self { x: self.x + dx, y: self.y + dy }
    }

    /// Distance to `other` in metres.
    pub fn distance_m(self, other: Self) -> f64 {
        let dx = (self.x - other.x) as f64;
        let dy = (self.y - other.y) as f64;
        (dx * dx + dy * dy).sqrt() / 1000.0
    }
}

/// A quarter turn, counter-clockwise.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Rotation {
    /// As drawn in the catalogue.
    #[default]
    R0,
    /// A quarter turn.
    R90,
    /// Half a turn.
    R180,
    /// Three quarters.
    R270,
}

impl Rotation {
    /// The next quarter turn counter-clockwise.
    ///
    /// ```
    /// # use stackyard_solver::geometry::Rotation;
    /// let mut turn = Rotation::R90;
    /// for _ in 0..4 {
    ///     turn = turn.next();
    /// }
    /// assert_eq!(turn, Rotation::R90);
    /// ```
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::R0 => Self::R90,
            Self::R90 => Self::R180,
            Self::R180 => Self::R270,
            Self::R270 => Self::R0,
        }
    }

    /// Turns a vector.
    pub fn turn(self, x: i64, y: i64) -> (i64, i64) {
        match self {
            Self::R0 => (x, y),
            Self::R90 => (-y, x),
            Self::R180 => (-x, -y),
            Self::R270 => (y, -x),
        }
    }

    /// Degrees counter-clockwise.
    pub fn degrees(self) -> u16 {
        match self {
            Self::R0 => 0,
            Self::R90 => 90,
            Self::R180 => 180,
            Self::R270 => 270,
        }
    }
}

/// An axis-parallel rectangle, `min` at the south-west and `max` at the north-east corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// South-west corner.
    pub min: Point,
    /// North-east corner.
    pub max: Point,
}

impl Rect {
    /// The rectangle spanned by two opposite corners in any order.
    pub fn spanning(a: Point, b: Point) -> Self {
        Self {
            min: Point { x: a.x.min(b.x), y: a.y.min(b.y) },
            max: Point { x: a.x.max(b.x), y: a.y.max(b.y) },
        }
    }

    /// The smallest rectangle around all points, if there are any.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().fold(None, |bounds: Option<Self>, point| {
            let own = Self { min: point, max: point };
            Some(bounds.map_or(own, |bounds| bounds.union(own)))
        })
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            min: Point { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: Point { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    /// Grown by `margin` on every side.
    #[must_use]
    pub fn inflate(self, margin: i64) -> Self {
        Self { min: self.min.offset(-margin, -margin), max: self.max.offset(margin, margin) }
    }

    /// Moved.
    #[must_use]
    pub fn translate(self, dx: i64, dy: i64) -> Self {
        Self { min: self.min.offset(dx, dy), max: self.max.offset(dx, dy) }
    }

    /// Extent to the east.
    pub fn width(self) -> i64 {
        self.max.x - self.min.x
    }

    /// Extent to the north.
    pub fn height(self) -> i64 {
        self.max.y - self.min.y
    }

    /// The middle, rounded towards the south-west.
    pub fn center(self) -> Point {
        Point {
            x: self.min.x + (self.max.x - self.min.x) / 2,
            y: self.min.y + (self.max.y - self.min.y) / 2,
        }
    }

    /// The four corners, counter-clockwise from the south-west.
    pub fn corners(self) -> [Point; 4] {
        [
            self.min,
            Point { x: self.max.x, y: self.min.y },
            self.max,
            Point { x: self.min.x, y: self.max.y },
        ]
    }

    /// Whether the interiors share a point; touching edges do not count.
    pub fn overlaps(self, other: Self) -> bool {
        self.min.x < other.max.x
            && other.min.x < self.max.x
            && self.min.y < other.max.y
            && other.min.y < self.max.y
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(self, point: Point) -> bool {
        (self.min.x..=self.max.x).contains(&point.x) && (self.min.y..=self.max.y).contains(&point.y)
    }

    /// The free distance between two rectangles in millimetres: the larger of the gaps along x
    /// and y where they face each other, the corner distance otherwise, 0 when they touch.
    pub fn gap(self, other: Self) -> i64 {
        let dx = (other.min.x - self.max.x).max(self.min.x - other.max.x).max(0);
        let dy = (other.min.y - self.max.y).max(self.min.y - other.max.y).max(0);
        if dx == 0 || dy == 0 {
            return dx + dy;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below LIMIT squared")]
        {
            ((dx as f64).hypot(dy as f64)) as i64
        }
    }

    /// Whether the segment runs through the interior.
    pub fn crossed_by(self, a: Point, b: Point) -> bool {
        if !self.overlaps(Self::spanning(a, b).inflate(1)) {
            return false;
        }
        // Slab clipping in exact rationals: the open parameter interval inside both slabs.
        let (mut low, mut high) = ((0_i128, 1_i128), (1_i128, 1_i128));
        for (from, to, min, max) in
            [(a.x, b.x, self.min.x, self.max.x), (a.y, b.y, self.min.y, self.max.y)]
        {
            let delta = i128::from(to - from);
            if delta == 0 {
                if from <= min || from >= max {
                    return false;
                }
                continue;
            }
            let (near, far) = if delta > 0 { (min, max) } else { (max, min) };
            let (enter, leave) = (i128::from(near - from), i128::from(far - from));
            let (enter, leave, delta) =
                if delta > 0 { (enter, leave, delta) } else { (-enter, -leave, -delta) };
            if enter * low.1 > low.0 * delta {
                low = (enter, delta);
            }
            if leave * high.1 < high.0 * delta {
                high = (leave, delta);
            }
        }
        low.0 * high.1 < high.0 * low.1
    }
}

/// Twice the signed area of the triangle `a b c`; positive when it turns left.
pub fn orientation(a: Point, b: Point, c: Point) -> i128 {
    i128::from(b.x - a.x) * i128::from(c.y - a.y) - i128::from(b.y - a.y) * i128::from(c.x - a.x)
}

/// Whether `point` lies on the closed segment `a b`.
pub fn on_segment(a: Point, b: Point, point: Point) -> bool {
    orientation(a, b, point) == 0 && Rect::spanning(a, b).contains(point)
}

/// Whether two segments cross at a point inside both.
pub fn segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let (first, second) = (orientation(a, b, c), orientation(a, b, d));
    let (third, fourth) = (orientation(c, d, a), orientation(c, d, b));
    first.signum() * second.signum() < 0 && third.signum() * fourth.signum() < 0
}

/// Where two segments meet, rounded to the millimetre: a crossing or a touching end.
///
/// Collinear overlaps return nothing; they are split at their ends instead.
pub fn meeting_point(a: Point, b: Point, c: Point, d: Point) -> Option<Point> {
    // Most lines run along the axes, where no division is needed.
    let corner = match (a.x == b.x, a.y == b.y, c.x == d.x, c.y == d.y) {
        (true, false, false, true) => Some(Point { x: a.x, y: c.y }),
        (false, true, true, false) => Some(Point { x: c.x, y: a.y }),
        _ => None,
    };
    if let Some(corner) = corner {
        let both = [Rect::spanning(a, b), Rect::spanning(c, d)];
        return both.iter().all(|span| span.contains(corner)).then_some(corner);
    }
    let denominator = orientation(a, b, d) - orientation(a, b, c);
    if denominator == 0 {
        return None;
    }
    let numerator = -orientation(a, b, c);
    let inside = |value: i128, unit: i128| {
        if unit > 0 { (0..=unit).contains(&value) } else { (unit..=0).contains(&value) }
    };
    if !inside(numerator, denominator) {
        return None;
    }
    let other = orientation(c, d, b) - orientation(c, d, a);
    if other == 0 || !inside(-orientation(c, d, a), other) {
        return None;
    }
    let round = |from: i64, to: i64| {
        let product = i128::from(to - from) * numerator;
        let half = denominator.abs() / 2;
        let (product, unit) =
            if denominator < 0 { (-product, -denominator) } else { (product, denominator) };
        from + i64::try_from((product + half).div_euclid(unit)).unwrap_or(0)
    };
    Some(Point { x: round(c.x, d.x), y: round(c.y, d.y) })
}

/// Whether the point lies inside the polygon or on its outline.
pub fn polygon_contains(polygon: &[Point], point: Point) -> bool {
    let mut inside = false;
    for (index, &a) in polygon.iter().enumerate() {
        let b = polygon[(index + 1) % polygon.len()];
        if on_segment(a, b, point) {
            return true;
        }
        if (a.y > point.y) != (b.y > point.y) {
            let left = orientation(a, b, point) > 0;
            if left == (b.y > a.y) {
                inside = !inside;
            }
        }
    }
    inside
}

/// Whether the whole rectangle lies inside the polygon.
pub fn polygon_contains_rect(polygon: &[Point], rect: Rect) -> bool {
    let corners = rect.corners();
    corners.iter().all(|&corner| polygon_contains(polygon, corner))
        && edges(polygon).all(|(a, b)| !rect.crossed_by(a, b))
}

/// Whether polygon and rectangle share interior points.
pub fn polygon_overlaps_rect(polygon: &[Point], rect: Rect) -> bool {
    let Some(bounds) = Rect::around(polygon.iter().copied()) else { return false };
    bounds.overlaps(rect)
        && (edges(polygon).any(|(a, b)| rect.crossed_by(a, b))
            || polygon_contains(polygon, rect.center()))
}

/// Whether the segment runs through the inside of the polygon.
pub fn polygon_crossed_by(polygon: &[Point], a: Point, b: Point) -> bool {
    let Some(bounds) = Rect::around(polygon.iter().copied()) else { return false };
    if !bounds.inflate(1).overlaps(Rect::spanning(a, b).inflate(1)) {
        return false;
    }
    // Cut the segment at every corner and edge it meets; each piece lies wholly in or out.
    let mut cuts = vec![a, b];
    for (c, d) in edges(polygon) {
        cuts.extend(meeting_point(a, b, c, d));
    }
    cuts.sort_by_key(|cut| {
        let (dx, dy) = (i128::from(cut.x - a.x), i128::from(cut.y - a.y));
        dx * dx + dy * dy
    });
    cuts.windows(2).any(|pair| {
        let middle = Point { x: pair[0].x.midpoint(pair[1].x), y: pair[0].y.midpoint(pair[1].y) };
        pair[0] != pair[1]
            && polygon_contains(polygon, middle)
            && !edges(polygon).any(|(c, d)| near_line(c, d, middle))
    })
}

/// Whether the point lies within a millimetre and a half of the segment, as the rounded point where
/// two segments meet does.
pub fn near_line(a: Point, b: Point, point: Point) -> bool {
    let area = orientation(a, b, point).abs() as f64;
    let length = ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
    area <= 1.5 * length && Rect::spanning(a, b).inflate(2).contains(point)
}

/// The point of the segment `a b` nearest to `point`, rounded to the millimetre.
pub fn nearest_on(a: Point, b: Point, point: Point) -> Point {
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let (px, py) = ((point.x - a.x) as f64, (point.y - a.y) as f64);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 { ((px * dx + py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "not longer than the segment")]
    {
        a.offset((along * dx).round() as i64, (along * dy).round() as i64)
    }
}

/// How far along a line it passes a place first, not before `from_m`; both in metres.
///
/// ```
/// # use stackyard_solver::geometry::{Point, passed_at};
/// let line = [(0, 0), (9000, 0), (9000, 4000)].map(Point::from);
/// assert_eq!(passed_at(&line, (9000, 1000).into(), 0.0), Some(10.0));
/// assert_eq!(passed_at(&line, (3000, 0).into(), 10.0), None);
/// ```
pub fn passed_at(line: &[Point], place: Point, from_m: f64) -> Option<f64> {
    let mut start = 0.0;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = a.distance_m(b);
        let at = start + a.distance_m(place).min(length);
        // The hair lets a place be where the last one was, rounded.
        if near_line(a, b, place) && at >= from_m - 0.002 {
            return Some(at);
        }
        start += length;
    }
    None
}

/// The edges of a closed polygon.
pub fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..polygon.len()).map(|index| (polygon[index], polygon[(index + 1) % polygon.len()]))
}

/// Twice the area of a polygon in square millimetres, without sign.
pub fn double_area(polygon: &[Point]) -> i128 {
    edges(polygon)
        .map(|(a, b)| i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y))
        .sum::<i128>()
        .abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point() -> impl Strategy<Value = Point> {
        (-50_i64..50, -50_i64..50).prop_map(Point::from)
    }

    fn rect() -> impl Strategy<Value = Rect> {
        (point(), 1_i64..40, 1_i64..40).prop_map(|(min, w, h)| Rect { min, max: min.offset(w, h) })
    }

    proptest! {
        #[test]
        fn overlap_is_symmetric(a in rect(), b in rect()) {
            prop_assert_eq!(a.overlaps(b), b.overlaps(a));
            prop_assert_eq!(a.gap(b), b.gap(a));
        }

        #[test]
        fn rectangles_apart_do_not_overlap(a in rect(), b in rect()) {
            if a.gap(b) > 0 {
                prop_assert!(!a.overlaps(b));
            }
        }

        #[test]
        fn turning_four_times_is_identity(p in point()) {
            let mut turned = (p.x, p.y);
            for _ in 0..4 {
                turned = Rotation::R90.turn(turned.0, turned.1);
            }
            prop_assert_eq!(turned, (p.x, p.y));
        }

        #[test]
        fn crossing_a_rectangle_agrees_with_sampling(r in rect(), a in point(), b in point()) {
            // 997 samples strictly inside the segment: any hit in the interior must be reported.
            let hit = (1..997).any(|i| {
                let t = f64::from(i) / 997.0;
                let x = a.x as f64 + t * (b.x - a.x) as f64;
                let y = a.y as f64 + t * (b.y - a.y) as f64;
                x > r.min.x as f64 && x < r.max.x as f64 && y > r.min.y as f64 && y < r.max.y as f64
            });
            if hit && a != b {
                prop_assert!(r.crossed_by(a, b));
            }
            prop_assert_eq!(r.crossed_by(a, b), r.crossed_by(b, a));
        }

        #[test]
        fn crossing_segments_meet(a in point(), b in point(), c in point(), d in point()) {
            if segments_cross(a, b, c, d) {
                prop_assert!(meeting_point(a, b, c, d).is_some());
            }
        }
    }

    #[test]
    fn the_nearest_point_of_a_segment_may_be_its_end() {
        let (a, b) = (Point { x: 0, y: 0 }, Point { x: 10_000, y: 0 });
        assert_eq!(nearest_on(a, b, (4_000, 3_000).into()), (4_000, 0).into());
        assert_eq!(nearest_on(a, b, (-900, 3_000).into()), a);
        assert_eq!(nearest_on(b, b, (4_000, 3_000).into()), b);
    }

    #[test]
    fn a_line_that_returns_passes_a_place_again() {
        let line = [(0, 0), (6_000, 0), (6_000, 3_000), (2_000, 0)].map(Point::from);
        let corner = Point { x: 2_000, y: 0 };
        assert_eq!(passed_at(&line, corner, 0.0), Some(2.0));
        assert_eq!(passed_at(&line, corner, 5.0), Some(14.0));
        assert_eq!(passed_at(&line, corner, 15.0), None);
    }

    #[test]
    fn a_concave_polygon_knows_its_notch() {
        let polygon: Vec<Point> =
            [(0, 0), (100, 0), (100, 100), (50, 20), (0, 100)].map(Point::from).to_vec();
        assert!(polygon_contains(&polygon, (50, 10).into()));
        assert!(!polygon_contains(&polygon, (50, 60).into()));
        assert!(polygon_crossed_by(&polygon, (0, 50).into(), (100, 50).into()));
        assert!(!polygon_crossed_by(&polygon, (-10, 0).into(), (110, 0).into()));
        assert!(!polygon_contains_rect(&polygon, Rect::spanning((10, 5).into(), (90, 60).into())));
    }
}
