//! Where two lines meet or come closest.
//!
//! Distances are computed in floating point, on whole segments and not on samples of them.

use super::{Point, meeting_point, near_line};

/// How close two lines come, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approach {
    /// The distance, m.
    pub gap_m: f64,
    /// The place on the first line.
    pub on_first: Point,
    /// The place on the second.
    pub on_second: Point,
}

/// Two points within this distance are one, m: the rounding of a meeting point, and some.
const SAME_M: f64 = 0.003;

/// The first place two lines have in common that is none of `ends`.
///
/// Lines that run in one another have their corners in common.
pub fn common_place(first: &[Point], second: &[Point], ends: &[Point]) -> Option<Point> {
    first
        .windows(2)
        .flat_map(|one| second.windows(2).map(move |two| (one, two)))
        .flat_map(|(one, two)| {
            let (a, b, c, d) = (one[0], one[1], two[0], two[1]);
            let touching = [(a, c, d), (b, c, d), (c, a, b), (d, a, b)]
                .into_iter()
                .filter(|&(corner, from, to)| near_line(from, to, corner))
                .map(|(corner, _, _)| corner);
            meeting_point(a, b, c, d).into_iter().chain(touching)
        })
        .find(|place| ends.iter().all(|end| end.distance_m(*place) > SAME_M))
}

/// Where two lines come closest, leaving out of both what lies within `radius_m` of any of
/// `places`; none where nothing is left of one of them.
pub fn closest_approach(
    first: &[Point],
    second: &[Point],
    places: &[Point],
    radius_m: f64,
) -> Option<Approach> {
    let (first, second) = (beyond(first, places, radius_m), beyond(second, places, radius_m));
    let mut best: Option<Approach> = None;
    for &one in &first {
        for &two in &second {
            let (on_first, on_second) = nearest_pair(one, two);
            let gap_m = distance(on_first, on_second) / 1000.0;
            if best.is_none_or(|best| gap_m < best.gap_m) {
                let (on_first, on_second) = (rounded(on_first), rounded(on_second));
                best = Some(Approach { gap_m, on_first, on_second });
            }
        }
    }
    best
}

/// A point in millimetres.
type Spot = (f64, f64);
/// A straight piece of a line.
type Piece = (Spot, Spot);

fn spot(point: Point) -> Spot {
    (point.x as f64, point.y as f64)
}

fn rounded((x, y): Spot) -> Point {
    #[expect(clippy::cast_possible_truncation, reason = "on a segment between bounded points")]
    {
        Point { x: x.round() as i64, y: y.round() as i64 }
    }
}

fn distance(a: Spot, b: Spot) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The point of a piece at a share of its length.
fn at_share((a, b): Piece, share: f64) -> Spot {
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}

/// The pieces of a line that lie outside every circle.
fn beyond(line: &[Point], centers: &[Point], radius_m: f64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for pair in line.windows(2) {
        let piece = (spot(pair[0]), spot(pair[1]));
        let mut left = vec![(0.0, 1.0)];
        for &center in centers {
            if let Some(inside) = share_inside(piece, spot(center), radius_m * 1000.0) {
                left = left.into_iter().flat_map(|kept| less(kept, inside)).collect();
            }
        }
        pieces.extend(
            left.into_iter().map(|(from, to)| (at_share(piece, from), at_share(piece, to))),
        );
    }
    pieces
}

/// From which to which share of its length a piece lies inside a circle.
fn share_inside((a, b): Piece, center: Spot, radius: f64) -> Option<(f64, f64)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (ox, oy) = (a.0 - center.0, a.1 - center.1);
    let (square, half, rest) =
        (dx * dx + dy * dy, ox * dx + oy * dy, ox * ox + oy * oy - radius * radius);
    if square == 0.0 {
        return (rest < 0.0).then_some((0.0, 1.0));
    }
    let root = half * half - square * rest;
    if root <= 0.0 {
        return None;
    }
    let (enter, leave) = ((-half - root.sqrt()) / square, (-half + root.sqrt()) / square);
    let (enter, leave) = (enter.max(0.0), leave.min(1.0));
    (enter < leave).then_some((enter, leave))
}

fn less((from, to): (f64, f64), (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    [(from, to.min(low)), (from.max(high), to)].into_iter().filter(|(a, b)| a < b).collect()
}

/// The points of two pieces that are nearest to each other.
fn nearest_pair(one: Piece, two: Piece) -> (Spot, Spot) {
    if let Some(spot) = crossing(one, two) {
        return (spot, spot);
    }
    let ((a, b), (c, d)) = (one, two);
    let pairs = [(a, foot(two, a)), (b, foot(two, b)), (foot(one, c), c), (foot(one, d), d)];
    let gap = |pair: &(Spot, Spot)| distance(pair.0, pair.1);
    pairs.into_iter().min_by(|x, y| gap(x).total_cmp(&gap(y))).unwrap_or((a, c))
}

/// The point of a piece nearest to a spot.
fn foot((a, b): Piece, from: Spot) -> Spot {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return a;
    }
    let share = ((from.0 - a.0) * dx + (from.1 - a.1) * dy) / square;
    at_share((a, b), share.clamp(0.0, 1.0))
}

fn crossing(one: Piece, two: Piece) -> Option<Spot> {
    let ((a, b), (c, d)) = (one, two);
    let (first, second) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let area = first.0 * second.1 - first.1 * second.0;
    if area == 0.0 {
        return None;
    }
    let (dx, dy) = (c.0 - a.0, c.1 - a.1);
    let (on_one, on_two) =
        ((dx * second.1 - dy * second.0) / area, (dx * first.1 - dy * first.0) / area);
    let inside = |share: f64| (0.0..=1.0).contains(&share);
    (inside(on_one) && inside(on_two)).then(|| at_share(one, on_one))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(points: &[(i64, i64)]) -> Vec<Point> {
        points.iter().copied().map(Point::from).collect()
    }

    fn point() -> impl Strategy<Value = Point> {
        (-9_000_i64..9_000, -9_000_i64..9_000).prop_map(Point::from)
    }

    proptest! {
        #[test]
        fn no_sample_is_closer_than_the_closest_approach(
            first in prop::collection::vec(point(), 2..5),
            second in prop::collection::vec(point(), 2..5),
            center in point(),
        ) {
            let samples = |line: &[Point]| -> Vec<Spot> {
                let pieces = line.windows(2).map(|pair| (spot(pair[0]), spot(pair[1])));
                pieces
                    .flat_map(|piece| {
                        (0..=20).map(move |step| at_share(piece, f64::from(step) / 20.0))
                    })
                    .filter(|&at| distance(at, spot(center)) > 3_000.001)
                    .collect()
            };
            let found = closest_approach(&first, &second, &[center], 3.0);
            for &a in &samples(&first) {
                for &b in &samples(&second) {
                    let gap_m = found.map_or(f64::INFINITY, |found| found.gap_m);
                    prop_assert!(distance(a, b) / 1000.0 >= gap_m - 1e-6);
                }
            }
            if let Some(found) = found {
                let shown = found.on_first.distance_m(found.on_second);
                prop_assert!((shown - found.gap_m).abs() < 0.003);
            }
        }
    }

    #[test]
    fn lines_side_by_side_are_as_far_apart_as_their_gap() {
        let (first, second) = (line(&[(0, 0), (50_000, 0)]), line(&[(0, 4_000), (50_000, 4_000)]));
        let found = closest_approach(&first, &second, &[], 15.0).unwrap();
        assert!((found.gap_m - 4.0).abs() < 1e-9, "{found:?}");
        let ends: Vec<Point> = [first[0], first[1]].into();
        let found = closest_approach(&first, &second, &ends, 15.0).unwrap();
        assert!(found.on_first.x >= 14_000 && found.on_first.x <= 36_000, "{found:?}");
        assert_eq!(closest_approach(&first, &second, &ends, 30.0), None);
    }

    #[test]
    fn lines_that_cross_have_the_place_in_common() {
        let (first, second) =
            (line(&[(0, 0), (50_000, 0)]), line(&[(20_000, 9_000), (20_000, -9_000)]));
        let place = Point { x: 20_000, y: 0 };
        assert_eq!(common_place(&first, &second, &[]), Some(place));
        assert_eq!(common_place(&first, &second, &[place]), None);
        let found = closest_approach(&first, &second, &[], 1.0).unwrap();
        assert_eq!((found.on_first, found.on_second), (place, place));
    }

    #[test]
    fn a_corner_on_the_other_line_is_common() {
        let first = line(&[(0, 0), (50_000, 0)]);
        let second = line(&[(10_000, 9_000), (10_000, 0), (30_000, 0), (30_000, 9_000)]);
        assert_eq!(common_place(&first, &second, &[]), Some(Point { x: 10_000, y: 0 }));
        assert_eq!(common_place(&first, &line(&[(0, 5_000), (50_000, 5_000)]), &[]), None);
    }
}
