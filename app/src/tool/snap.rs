//! Where a moving thing comes to rest: on the grid, or in line with its neighbours.
//!
//! Edges, middles and the clearance of neighbours attract along each axis on their own; the nearest
//! within reach wins, and a guide shows it. Without a neighbour in reach the grid decides.

use stackyard_solver::geometry::{Point, Rect, meeting_point, nearest_on};

/// A line something snapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guide {
    /// One end.
    pub(crate) from: Point,
    /// The other.
    pub(crate) to: Point,
}

/// Something that attracts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbour {
    /// Its footprint.
    pub(crate) footprint: Rect,
    /// The ground it needs to itself.
    pub(crate) clearance: Rect,
}

/// What moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mover {
    /// Its footprint before the move.
    pub(crate) footprint: Rect,
    /// The ground it needs to itself.
    pub(crate) clearance: Rect,
}

/// How far away neighbours attract, in millimetres.
const SIGHT_MM: i64 = 40_000;

/// The nearest point of the grid.
pub(crate) fn to_grid(point: Point, grid: i64) -> Point {
    Point { x: round(point.x, grid), y: round(point.y, grid) }
}

/// The point of a corridor that a point snaps to: a corner or crossing in reach, or else the place
/// on the nearest line that is nearest to the grid.
pub(crate) fn to_corridors<'a>(
    point: Point,
    corridors: impl Iterator<Item = &'a [Point]>,
    grid: i64,
    reach: i64,
) -> Option<Point> {
    let near: Vec<(Point, Point)> = corridors
        .flat_map(|path| path.windows(2))
        .filter_map(|pair| match pair {
            [a, b] => Some((*a, *b)),
            _ => None,
        })
        .filter(|(a, b)| Rect::spanning(*a, *b).inflate(reach).contains(point))
        .collect();
    let mut marks: Vec<Point> = near.iter().flat_map(|(a, b)| [*a, *b]).collect();
    for (index, (a, b)) in near.iter().enumerate() {
        let others = near.iter().skip(index + 1);
        marks.extend(others.filter_map(|(c, d)| meeting_point(*a, *b, *c, *d)));
    }
    let gap = |at: Point| at.distance_m(point);
    let is_in_reach = |at: Point| gap(at) <= reach as f64 / 1000.0;
    let mark = marks
        .into_iter()
        .filter(|mark| is_in_reach(*mark))
        .min_by(|one, other| gap(*one).total_cmp(&gap(*other)));
    mark.or_else(|| {
        let foot = |line: &(Point, Point)| nearest_on(line.0, line.1, point);
        let (a, b) = near
            .iter()
            .filter(|line| is_in_reach(foot(line)))
            .min_by(|one, other| gap(foot(one)).total_cmp(&gap(foot(other))))?;
        Some(nearest_on(*a, *b, to_grid(point, grid)))
    })
}

fn round(value: i64, grid: i64) -> i64 {
    let grid = grid.max(1);
    (value + grid / 2).div_euclid(grid) * grid
}

/// Snaps a move; returns it with the guides that explain it.
pub(crate) fn snap(
    mover: Mover,
    (dx, dy): (i64, i64),
    neighbours: &[Neighbour],
    grid: i64,
    reach: i64,
) -> ((i64, i64), Vec<Guide>) {
    let moved = mover.footprint.translate(dx, dy);
    let near: Vec<_> =
        neighbours.iter().filter(|neighbour| neighbour.footprint.gap(moved) < SIGHT_MM).collect();
    let x = near
        .iter()
        .filter_map(|neighbour| {
            let lines = lines_of(&x_of(mover.footprint), &x_of(mover.clearance));
            let marks = marks_of(&x_of(neighbour.footprint), &x_of(neighbour.clearance));
            nearest(&lines, &marks, dx).map(|(shift, line)| (shift, line, neighbour.footprint))
        })
        .min_by_key(|(shift, _, _)| shift.abs())
        .filter(|(shift, _, _)| shift.abs() <= reach);
    let y = near
        .iter()
        .filter_map(|neighbour| {
            let lines = lines_of(&y_of(mover.footprint), &y_of(mover.clearance));
            let marks = marks_of(&y_of(neighbour.footprint), &y_of(neighbour.clearance));
            nearest(&lines, &marks, dy).map(|(shift, line)| (shift, line, neighbour.footprint))
        })
        .min_by_key(|(shift, _, _)| shift.abs())
        .filter(|(shift, _, _)| shift.abs() <= reach);
    let snapped_dx = match x {
        Some((shift, _, _)) => dx + shift,
        None => round(mover.footprint.min.x + dx, grid) - mover.footprint.min.x,
    };
    let snapped_dy = match y {
        Some((shift, _, _)) => dy + shift,
        None => round(mover.footprint.min.y + dy, grid) - mover.footprint.min.y,
    };
    let rest = mover.footprint.translate(snapped_dx, snapped_dy);
    let mut guides = Vec::new();
    if let Some((_, line, other)) = x {
        let span = rest.union(other);
        guides.push(Guide {
            from: Point { x: line, y: span.min.y },
            to: Point { x: line, y: span.max.y },
        });
    }
    if let Some((_, line, other)) = y {
        let span = rest.union(other);
        guides.push(Guide {
            from: Point { x: span.min.x, y: line },
            to: Point { x: span.max.x, y: line },
        });
    }
    ((snapped_dx, snapped_dy), guides)
}

/// Low and high end along an axis.
type Span = (i64, i64);

fn x_of(rect: Rect) -> Span {
    (rect.min.x, rect.max.x)
}

fn y_of(rect: Rect) -> Span {
    (rect.min.y, rect.max.y)
}

/// The lines of what moves and what each may come to rest on.
struct Lines {
    low: i64,
    high: i64,
    middle: i64,
    clear_low: i64,
    clear_high: i64,
}

fn lines_of(footprint: &Span, clearance: &Span) -> Lines {
    Lines {
        low: footprint.0,
        high: footprint.1,
        middle: footprint.0 + (footprint.1 - footprint.0) / 2,
        clear_low: clearance.0,
        clear_high: clearance.1,
    }
}

fn marks_of(footprint: &Span, clearance: &Span) -> Lines {
    lines_of(footprint, clearance)
}

/// The smallest further shift that brings a line to a mark, and where that is.
fn nearest(lines: &Lines, marks: &Lines, moved: i64) -> Option<(i64, i64)> {
    let pairs = [
        (lines.low, marks.low),
        (lines.low, marks.high),
        (lines.high, marks.high),
        (lines.high, marks.low),
        (lines.middle, marks.middle),
        // Just clear of the neighbour's free space, and with the neighbour just clear of ours.
        (lines.low, marks.clear_high),
        (lines.high, marks.clear_low),
        (lines.clear_low, marks.high),
        (lines.clear_high, marks.low),
    ];
    pairs
        .into_iter()
        .map(|(line, mark)| (mark - (line + moved), mark))
        .min_by_key(|(shift, _)| shift.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i64, y: i64, w: i64, h: i64) -> Rect {
        let min = Point { x, y };
        Rect { min, max: min.offset(w, h) }
    }

    #[test]
    fn without_neighbours_the_grid_decides() {
        let own = rect(0, 0, 3000, 6000);
        let mover = Mover { footprint: own, clearance: own };
        let (shift, guides) = snap(mover, (1234, -567), &[], 500, 200);
        assert_eq!((shift, guides.len()), ((1000, -500), 0));
    }

    #[test]
    fn corridors_attract_by_corner_crossing_and_line() {
        let level: Vec<Point> = [(0, 2_000), (50_000, 2_000)].map(Point::from).into();
        let upright: Vec<Point> = [(20_300, 0), (20_300, 9_000)].map(Point::from).into();
        let snap = |x, y| {
            let corridors = [level.as_slice(), upright.as_slice()].into_iter();
            to_corridors(Point { x, y }, corridors, 500, 800)
        };
        assert_eq!(snap(300, 2_400), Some(Point { x: 0, y: 2_000 }));
        assert_eq!(snap(20_000, 2_500), Some(Point { x: 20_300, y: 2_000 }));
        assert_eq!(snap(30_100, 1_500), Some(Point { x: 30_000, y: 2_000 }));
        assert_eq!(snap(20_900, 5_100), Some(Point { x: 20_300, y: 5_000 }));
        assert_eq!(snap(30_100, 6_000), None);
    }

    #[test]
    fn an_edge_in_reach_attracts_and_shows_a_guide() {
        let own = rect(0, 0, 3000, 6000);
        let other = rect(10_000, 0, 3000, 6000);
        let mover = Mover { footprint: own, clearance: own };
        let neighbour = Neighbour { footprint: other, clearance: other.inflate(1200) };
        let ((dx, dy), guides) = snap(mover, (6_950, 90), &[neighbour], 500, 200);
        assert_eq!((dx, dy), (7000, 0));
        assert_eq!(guides.len(), 2);
    }

    #[test]
    fn the_clearance_of_a_neighbour_attracts() {
        let own = rect(0, 0, 3000, 6000);
        let other = rect(10_000, 20_000, 3000, 6000);
        let mover = Mover { footprint: own, clearance: own };
        let neighbour = Neighbour { footprint: other, clearance: other.inflate(1200) };
        let ((dx, _), _) = snap(mover, (5_850, 3_333), &[neighbour], 500, 200);
        assert_eq!(dx, 5_800);
    }
}
