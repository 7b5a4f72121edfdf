//! Routes side by side in their trenches.
//!
//! Many connections share a trench. Drawn on their own paths they would lie on top of each other,
//! so each trench shows one line per service, spread over its width in service order. Where
//! trenches meet, the lines of a service are joined; where a service ends, its line runs to the
//! end of the trench, which is a port or a utility entry.

use std::collections::{BTreeMap, BTreeSet};

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::geometry::Point;
use stackyard_solver::report::{Report, Trench};

use super::{Item, Layer, Shape};

/// The line of one service in one trench.
struct Strand<'a> {
    service: Service,
    /// The connection, or the trench where it stands for several.
    subject: &'a str,
    width_mm: i64,
    from: Point,
    to: Point,
    line: Vec<Point>,
}

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// Everything that is laid, one line per service and trench, and the ends outside trenches.
pub(super) fn routes(report: &Report) -> Vec<Item> {
    let mut strands: Vec<Strand<'_>> =
        report.trenches.iter().flat_map(|trench| in_trench(trench, report)).collect();
    join(&mut strands);
    let mut items: Vec<Item> = strands
        .into_iter()
        .map(|strand| route(strand.service, strand.line, strand.subject))
        .collect();
    items.extend(outside_trenches(report));
    items
}

fn route(service: Service, points_mm: Vec<Point>, subject: &str) -> Item {
    Item::new(Layer::Service(service), Shape::Polyline { points_mm, width_mm: None }, subject)
}

/// The lines of every service in a trench.
fn in_trench<'a>(trench: &'a Trench, report: &'a Report) -> Vec<Strand<'a>> {
    let path = directed(&trench.path_mm);
    let (Some(&from), Some(&to)) = (path.first(), path.last()) else { return Vec::new() };
    if path.len() < 2 {
        return Vec::new();
    }
    let mut services: BTreeMap<Service, Vec<&'a str>> = BTreeMap::new();
    let inside = trench.contents.iter().filter_map(|&index| report.connections.get(index));
    for connection in inside {
        services.entry(connection.service).or_default().push(&connection.id);
    }
    let slots = i64::try_from(services.len()).unwrap_or(0) + 1;
    (1..slots)
        .zip(services)
        .map(|(slot, (service, connections))| {
            let offset = trench.width_mm * (2 * slot - slots) / (2 * slots);
            let subject = match connections.as_slice() {
                [only] => *only,
                _ => trench.id.as_str(),
            };
            let line = parallel(&path, offset);
            Strand { service, subject, width_mm: trench.width_mm, from, to, line }
        })
        .collect()
}

/// Joins the lines of each service where trenches meet, and runs loose ends to the trench end.
fn join(strands: &mut [Strand<'_>]) {
    let mut meetings: BTreeMap<(Service, Point), Vec<(usize, End)>> = BTreeMap::new();
    for (index, strand) in strands.iter().enumerate() {
        let service = strand.service;
        meetings.entry((service, strand.from)).or_default().push((index, End::First));
        meetings.entry((service, strand.to)).or_default().push((index, End::Last));
    }
    for ((_, node), ends) in meetings {
        let hub = if ends.len() == 1 { node } else { widest(strands, &ends).unwrap_or(node) };
        for (index, end) in ends {
            if let Some(strand) = strands.get_mut(index) {
                strand.reach(end, hub);
            }
        }
    }
}

/// Where the line in the widest of the trenches ends; the first of equal ones.
fn widest(strands: &[Strand<'_>], ends: &[(usize, End)]) -> Option<Point> {
    let mut best: Option<(i64, Point)> = None;
    for &(index, end) in ends {
        let strand = strands.get(index)?;
        let point = strand.end(end)?;
        if best.is_none_or(|(width, _)| strand.width_mm > width) {
            best = Some((strand.width_mm, point));
        }
    }
    best.map(|(_, point)| point)
}

impl Strand<'_> {
    fn end(&self, end: End) -> Option<Point> {
        match end {
            End::First => self.line.first().copied(),
            End::Last => self.line.last().copied(),
        }
    }

    fn reach(&mut self, end: End, target: Point) {
        if self.end(end) == Some(target) {
            return;
        }
        match end {
            End::First => self.line.insert(0, target),
            End::Last => self.line.push(target),
        }
    }
}

/// The pieces of paths before the first and after the last trench they touch.
///
/// Connections of a service that share such a piece, as at a supply, draw it once.
fn outside_trenches(report: &Report) -> Vec<Item> {
    let dug: BTreeSet<Point> =
        report.trenches.iter().flat_map(|trench| trench.path_mm.iter().copied()).collect();
    let mut pieces: BTreeMap<(Service, &[Point]), &str> = BTreeMap::new();
    for connection in &report.connections {
        for piece in loose_ends(&connection.path_mm, &dug) {
            pieces.entry((connection.service, piece)).or_insert(&connection.id);
        }
    }
    pieces
        .into_iter()
        .map(|((service, piece), subject)| route(service, piece.to_vec(), subject))
        .collect()
}

/// Both ends of a path up to the first and from the last of the points, or all of it.
fn loose_ends<'a>(path: &'a [Point], dug: &BTreeSet<Point>) -> Vec<&'a [Point]> {
    let first = path.iter().position(|point| dug.contains(point));
    let last = path.iter().rposition(|point| dug.contains(point));
    let ends = match (first, last) {
        (Some(first), Some(last)) => [path.get(..=first), path.get(last..)],
        _ => [Some(path), None],
    };
    ends.into_iter().flatten().filter(|piece| piece.len() > 1).collect()
}

/// The path without repeated points, running from its lower end, so that the slots of a trench do
/// not depend on the way it was dug.
fn directed(path: &[Point]) -> Vec<Point> {
    let mut line = path.to_vec();
    line.dedup();
    if line.last() < line.first() {
        line.reverse();
    }
    line
}

/// The line shifted to its left by `offset`, with mitred corners.
fn parallel(line: &[Point], offset: i64) -> Vec<Point> {
    let normals: Vec<(f64, f64)> = line
        .windows(2)
        .filter_map(|pair| match pair {
            [from, to] => Some(left_of(*from, *to)),
            _ => None,
        })
        .collect();
    let mut out = Vec::with_capacity(line.len() + 2);
    for (index, &point) in line.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| normals.get(index)).copied();
        match (before, normals.get(index).copied()) {
            (Some(before), Some(after)) => corner(point, before, after, offset, &mut out),
            (Some(normal), None) | (None, Some(normal)) => out.push(moved(point, normal, offset)),
            (None, None) => out.push(point),
        }
    }
    out.dedup();
    out
}

/// The unit vector to the left of a segment.
fn left_of(from: Point, to: Point) -> (f64, f64) {
    let (dx, dy) = ((to.x - from.x) as f64, (to.y - from.y) as f64);
    let length = (dx * dx + dy * dy).sqrt();
    if length > 0.0 { (-dy / length, dx / length) } else { (0.0, 0.0) }
}

fn corner(point: Point, before: (f64, f64), after: (f64, f64), offset: i64, out: &mut Vec<Point>) {
    let share = 1.0 + before.0 * after.0 + before.1 * after.1;
    if share < 0.2 {
        // The mitre of a sharp turn would run far out; it is cut off instead.
        out.push(moved(point, before, offset));
        out.push(moved(point, after, offset));
    } else {
        let mitre = ((before.0 + after.0) / share, (before.1 + after.1) / share);
        out.push(moved(point, mitre, offset));
    }
}

fn moved(point: Point, direction: (f64, f64), offset: i64) -> Point {
    let distance = offset as f64;
    point.offset(whole(direction.0 * distance), whole(direction.1 * distance))
}

fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a few trench widths at most")]
    {
        value.round() as i64
    }
}

#[cfg(test)]
mod tests {
    use stackyard_solver::catalogue::module::Load;
    use stackyard_solver::id::Id;
    use stackyard_solver::report::Connection;
    use stackyard_solver::units::Cents;

    use super::*;

    fn id(text: &str) -> Id {
        Id::new(text).unwrap()
    }

    fn connection(service: Service) -> Connection {
        Connection {
            id: format!("IT-01/{service}"),
            container: id("IT-01"),
            port: id("P"),
            service,
            load: Load::Fibres(1),
            phase: id("P1"),
            supply: None,
            path_mm: Vec::new(),
            length_m: 0.0,
            sizing: None,
            blocked: None,
            locked: false,
        }
    }

    fn trench(path: &[(i64, i64)], contents: &[usize]) -> Trench {
        Trench {
            id: format!("T-{contents:?}"),
            path_mm: points(path),
            length_m: 0.0,
            width_mm: 900,
            limit_mm: 900,
            corridor: None,
            ground_factor: 1.0,
            existing: false,
            crossings: 0,
            contents: contents.to_vec(),
            phase: id("P1"),
            cost: Cents(0),
        }
    }

    /// The lines of a service, in trench order.
    fn lines(report: &Report, service: Service) -> Vec<Vec<Point>> {
        routes(report)
            .into_iter()
            .filter(|item| item.layer == Layer::Service(service))
            .filter_map(|item| match item.shape {
                Shape::Polyline { points_mm, .. } => Some(points_mm),
                Shape::Polygon { .. } | Shape::Circle { .. } | Shape::Text { .. } => None,
            })
            .collect()
    }

    #[test]
    fn services_in_one_trench_lie_side_by_side() {
        let report = Report {
            connections: vec![connection(Service::LvPower), connection(Service::DataA)],
            trenches: vec![trench(&[(0, 0), (10_000, 0)], &[0, 1])],
            ..Report::default()
        };
        let power = points(&[(0, 0), (0, -150), (10_000, -150), (10_000, 0)]);
        let data = points(&[(0, 0), (0, 150), (10_000, 150), (10_000, 0)]);
        assert_eq!(lines(&report, Service::LvPower), [power]);
        assert_eq!(lines(&report, Service::DataA), [data]);
    }

    #[test]
    fn a_service_is_one_line_around_the_corner_of_two_trenches() {
        let report = Report {
            connections: vec![connection(Service::LvPower), connection(Service::DataA)],
            trenches: vec![
                trench(&[(0, 0), (5_000, 0)], &[0, 1]),
                trench(&[(5_000, 0), (5_000, 5_000)], &[0]),
            ],
            ..Report::default()
        };
        let power = lines(&report, Service::LvPower);
        let (first, second) = (power.first().unwrap(), &power[1]);
        assert_eq!(first.last(), second.first());
    }

    fn points(list: &[(i64, i64)]) -> Vec<Point> {
        list.iter().copied().map(Point::from).collect()
    }

    #[test]
    fn a_parallel_of_a_right_angle_keeps_its_distance() {
        let line = points(&[(0, 0), (1000, 0), (1000, 1000)]);
        assert_eq!(parallel(&line, 100), points(&[(0, 100), (900, 100), (900, 1000)]));
        assert_eq!(parallel(&line, 0), line);
    }

    #[test]
    fn a_turn_back_does_not_run_far_out() {
        let line = points(&[(0, 0), (1000, 0), (0, 1)]);
        let reach = parallel(&line, 100).iter().map(|point| point.x.abs().max(point.y.abs())).max();
        assert!(reach < Some(1200), "{reach:?}");
    }

    #[test]
    fn only_what_lies_outside_trenches_is_loose() {
        let path = points(&[(0, 0), (0, 500), (0, 900), (700, 900)]);
        let dug = BTreeSet::from([(0, 500).into(), (0, 900).into()]);
        let expected = [points(&[(0, 0), (0, 500)]), points(&[(0, 900), (700, 900)])];
        assert_eq!(loose_ends(&path, &dug), expected);
        assert_eq!(loose_ends(&path, &BTreeSet::new()), [path.as_slice()]);
    }

    #[test]
    fn both_directions_of_a_trench_give_the_same_slots() {
        let there = points(&[(0, 0), (5000, 0)]);
        let back = points(&[(5000, 0), (0, 0)]);
        assert_eq!(directed(&there), directed(&back));
    }
}
