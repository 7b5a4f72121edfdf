//! Tracks through free ground: lines along the walls of containers and straight out of ports.

use std::collections::BTreeMap;

use super::{Segment, Terrain};
use crate::catalogue::Catalogue;
use crate::demand::Demands;
use crate::geometry::{Point, Rect};
use crate::plan::{Plan, ZoneKind};

/// How far a track runs on past the wall it follows where corridors are drawn, mm.
const REACH_WITH_CORRIDORS: i64 = 12_000;
/// How far the tracks through a waypoint run to each side, mm.
const WAYPOINT_REACH: i64 = 12_000;
/// How far a port's stub looks for a corridor, mm.
const STUB_REACH: i64 = 60_000;

/// Axis-parallel lines: for each coordinate the intervals along the other axis.
#[derive(Default)]
struct Lines {
    by_level: BTreeMap<i64, Vec<(i64, i64)>>,
}

impl Lines {
    fn add(&mut self, level: i64, from: i64, to: i64) {
        if from < to {
            self.by_level.entry(level).or_default().push((from, to));
        }
    }

    /// The union of the intervals on each level, less what `taken` covers.
    fn merged(&self, taken: &Self) -> Vec<(i64, i64, i64)> {
        let mut out = Vec::new();
        for (&level, intervals) in &self.by_level {
            let mut sorted = intervals.clone();
            sorted.sort_unstable();
            let mut union: Vec<(i64, i64)> = Vec::new();
            for (from, to) in sorted {
                match union.last_mut() {
                    Some(last) if from <= last.1 => last.1 = last.1.max(to),
                    Some(_) | None => union.push((from, to)),
                }
            }
            for covered in taken.by_level.get(&level).into_iter().flatten() {
                union = union.into_iter().flat_map(|piece| less(piece, *covered)).collect();
            }
            out.extend(union.into_iter().map(|(from, to)| (level, from, to)));
        }
        out
    }
}

fn less(piece: (i64, i64), covered: (i64, i64)) -> Vec<(i64, i64)> {
    [(piece.0, piece.1.min(covered.0)), (piece.0.max(covered.1), piece.1)]
        .into_iter()
        .filter(|(from, to)| from < to)
        .collect()
}

/// Tracks beside the drawn corridors.
pub(super) fn free_ground(
    terrain: &Terrain<'_>,
    catalogue: &Catalogue,
    demands: &Demands,
    drawn: &[Segment],
) -> Vec<Segment> {
    let clearance = clearance(catalogue);
    let (mut level, mut upright) = (Lines::default(), Lines::default());
    let zones = terrain.plan.zones.iter().filter(|zone| zone.kind == ZoneKind::Exclusion);
    let zone_boxes = zones.filter_map(|zone| Rect::around(zone.outline_mm.iter().copied()));
    let obstacles = terrain.footprints.iter().copied().chain(zone_boxes);
    along_walls(terrain, clearance, obstacles, drawn, &mut level, &mut upright);
    stubs(terrain, ports(demands), clearance, drawn, &mut level, &mut upright);
    locked(terrain.plan, &mut level, &mut upright);
    waypoints(terrain, clearance, &mut level, &mut upright);
    beside(drawn, &level, &upright)
}

/// Tracks along the walls of some obstacles and out of the ports in an area.
pub(super) fn around(
    terrain: &Terrain<'_>,
    catalogue: &Catalogue,
    demands: &Demands,
    drawn: &[Segment],
    (obstacles, area): (&[Rect], Rect),
) -> Vec<Segment> {
    let clearance = clearance(catalogue);
    let (mut level, mut upright) = (Lines::default(), Lines::default());
    along_walls(terrain, clearance, obstacles.iter().copied(), drawn, &mut level, &mut upright);
    let near = ports(demands).filter(|(at, _)| area.contains(*at));
    stubs(terrain, near, clearance, drawn, &mut level, &mut upright);
    beside(drawn, &level, &upright)
}

#[expect(clippy::cast_possible_truncation, reason = "the rule set bounds the clearance")]
fn clearance(catalogue: &Catalogue) -> i64 {
    catalogue.rules.wall_clearance_mm.value as i64
}

/// Adds the lines along the walls of obstacles, each as far as the way is free.
fn along_walls(
    terrain: &Terrain<'_>,
    clearance: i64,
    obstacles: impl Iterator<Item = Rect>,
    drawn: &[Segment],
    level: &mut Lines,
    upright: &mut Lines,
) {
    let reach = if drawn.is_empty() {
        terrain.bounds.width().max(terrain.bounds.height())
    } else {
        REACH_WITH_CORRIDORS
    };
    for obstacle in obstacles {
        let grown = obstacle.inflate(clearance);
        for y in [grown.min.y, grown.max.y] {
            extend(terrain, clearance, reach, true, y, (grown.min.x, grown.max.x), level);
        }
        for x in [grown.min.x, grown.max.x] {
            extend(terrain, clearance, reach, false, x, (grown.min.y, grown.max.y), upright);
        }
    }
}

/// A port's place and the way out of it; none where it may be left on any side.
type Port = (Point, Option<(i64, i64)>);

fn ports(demands: &Demands) -> impl Iterator<Item = Port> {
    let draws = demands.demands.iter().map(|demand| (demand.at, Some(demand.out)));
    draws.chain(demands.sources.iter().map(|source| (source.at, source.out)))
}

/// The tracks that no drawn corridor covers.
fn beside(drawn: &[Segment], level: &Lines, upright: &Lines) -> Vec<Segment> {
    let (mut taken_level, mut taken_upright) = (Lines::default(), Lines::default());
    for segment in drawn {
        let span = Rect::spanning(segment.a, segment.b);
        if span.height() == 0 {
            taken_level.add(span.min.y, span.min.x, span.max.x);
        } else if span.width() == 0 {
            taken_upright.add(span.min.x, span.min.y, span.max.y);
        }
    }
    let across = level.merged(&taken_level).into_iter().map(|(y, from, to)| Segment {
        a: Point { x: from, y },
        b: Point { x: to, y },
        corridor: None,
    });
    let along = upright.merged(&taken_upright).into_iter().map(|(x, from, to)| Segment {
        a: Point { x, y: from },
        b: Point { x, y: to },
        corridor: None,
    });
    across.chain(along).collect()
}

/// Adds a track on one level, broken at obstacles and run on by `reach` past the wall.
fn extend(
    terrain: &Terrain<'_>,
    clearance: i64,
    reach: i64,
    is_level: bool,
    at: i64,
    (from, to): (i64, i64),
    lines: &mut Lines,
) {
    let site = terrain.bounds;
    let (site_from, site_to, low, high) = if is_level {
        (site.min.x, site.max.x, site.min.y, site.max.y)
    } else {
        (site.min.y, site.max.y, site.min.x, site.max.x)
    };
    if at < low || at > high {
        return;
    }
    let (start, end) = ((from - reach).max(site_from), (to + reach).min(site_to));
    let strip = if is_level {
        Rect { min: Point { x: start, y: at }, max: Point { x: end, y: at } }
    } else {
        Rect { min: Point { x: at, y: start }, max: Point { x: at, y: end } }
    };
    let mut blocks: Vec<(i64, i64)> = terrain
        .index
        .near(strip.inflate(clearance))
        .into_iter()
        .filter_map(|item| {
            let grown = terrain.footprints[item as usize].inflate(clearance);
            let (across, along) = if is_level {
                ((grown.min.y, grown.max.y), (grown.min.x, grown.max.x))
            } else {
                ((grown.min.x, grown.max.x), (grown.min.y, grown.max.y))
            };
            (across.0 < at && at < across.1).then_some(along)
        })
        .collect();
    blocks.sort_unstable();
    let mut position = start;
    for (block_from, block_to) in blocks {
        if block_from > position {
            keep_near(lines, at, (position, block_from.min(end)), (from, to));
        }
        position = position.max(block_to);
    }
    keep_near(lines, at, (position, end), (from, to));
}

/// Keeps the pieces of a broken track that touch the wall it follows.
fn keep_near(lines: &mut Lines, at: i64, piece: (i64, i64), wall: (i64, i64)) {
    if piece.0 <= wall.1 && piece.1 >= wall.0 {
        lines.add(at, piece.0, piece.1);
    }
}

/// Adds the way straight out of ports and on to the first corridor.
fn stubs(
    terrain: &Terrain<'_>,
    ports: impl Iterator<Item = Port>,
    clearance: i64,
    drawn: &[Segment],
    level: &mut Lines,
    upright: &mut Lines,
) {
    let directions = [(1, 0), (-1, 0), (0, 1), (0, -1)];
    for (at, out) in ports {
        let all: &[(i64, i64)] = out.as_ref().map_or(&directions, std::slice::from_ref);
        for &(dx, dy) in all {
            let target = at.offset(dx * STUB_REACH, dy * STUB_REACH);
            // Run to the corridor behind the nearest one, so that a choice is left.
            let mut crossings: Vec<i64> = drawn
                .iter()
                .filter_map(|segment| {
                    crate::geometry::meeting_point(at, target, segment.a, segment.b)
                })
                .map(|point| (point.x - at.x).abs() + (point.y - at.y).abs())
                .filter(|&distance| distance > 0)
                .collect();
            crossings.sort_unstable();
            crossings.dedup();
            let nearest = crossings.get(1).or_else(|| crossings.first()).copied();
            let free = free_distance(terrain, at, (dx, dy), clearance);
            let length = nearest.unwrap_or(clearance * 4).max(clearance).min(free);
            let end = at.offset(dx * length, dy * length);
            let span = Rect::spanning(at, end);
            if dy == 0 {
                level.add(at.y, span.min.x, span.max.x);
            } else {
                upright.add(at.x, span.min.y, span.max.y);
            }
        }
    }
}

/// How far a stub can run before it comes within the wall clearance of another container.
fn free_distance(terrain: &Terrain<'_>, at: Point, (dx, dy): (i64, i64), clearance: i64) -> i64 {
    let target = at.offset(dx * STUB_REACH, dy * STUB_REACH);
    let mut free = STUB_REACH;
    for item in terrain.index.near(Rect::spanning(at, target).inflate(clearance)) {
        let footprint = terrain.footprints[item as usize];
        if footprint.contains(at) && !footprint.contains(at.offset(dx, dy)) {
            continue;
        }
        if footprint.inflate(clearance).crossed_by(at, target) {
            let distance = match (dx, dy) {
                (1, 0) => footprint.min.x - at.x,
                (-1, 0) => at.x - footprint.max.x,
                (0, 1) => footprint.min.y - at.y,
                _ => at.y - footprint.max.y,
            };
            // Close quarters: run up to the middle of what is left.
            let room = if distance > 2 * clearance { distance - clearance } else { distance / 2 };
            free = free.min(room.max(0));
        }
    }
    free
}

/// Adds the lines of locked routes, so that a lock holds when tracks around it change.
fn locked(plan: &Plan, level: &mut Lines, upright: &mut Lines) {
    for lock in &plan.locks {
        for pair in lock.path_mm.windows(2) {
            let span = Rect::spanning(pair[0], pair[1]);
            if span.height() == 0 {
                level.add(span.min.y, span.min.x, span.max.x);
            } else if span.width() == 0 {
                upright.add(span.min.x, span.min.y, span.max.y);
            }
        }
    }
}

/// Adds a level and an upright track through every waypoint, so that routes can meet there.
fn waypoints(terrain: &Terrain<'_>, clearance: i64, level: &mut Lines, upright: &mut Lines) {
    for waypoint in &terrain.plan.waypoints {
        let at = waypoint.at_mm;
        let free = |dx, dy| room(terrain, at, (dx, dy), clearance);
        level.add(at.y, at.x - free(-1, 0), at.x + free(1, 0));
        upright.add(at.x, at.y - free(0, -1), at.y + free(0, 1));
    }
}

/// How far a track through a waypoint can run before it comes within the wall clearance of a
/// container; where it begins within, the wall itself ends it.
fn room(terrain: &Terrain<'_>, at: Point, (dx, dy): (i64, i64), clearance: i64) -> i64 {
    let target = at.offset(dx * WAYPOINT_REACH, dy * WAYPOINT_REACH);
    let mut free = WAYPOINT_REACH;
    for item in terrain.index.near(Rect::spanning(at, target).inflate(clearance)) {
        let footprint = terrain.footprints[item as usize];
        let grown = footprint.inflate(clearance);
        let block = if grown.inflate(-1).contains(at) { footprint } else { grown };
        if block.crossed_by(at, target) {
            let distance = match (dx, dy) {
                (1, 0) => block.min.x - at.x,
                (-1, 0) => at.x - block.max.x,
                (0, 1) => block.min.y - at.y,
                _ => at.y - block.max.y,
            };
            free = free.min(distance.max(0));
        }
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand;
    use crate::edit::Edit;
    use crate::geometry::on_segment;
    use crate::plan::{Waypoint, text};

    #[test]
    fn a_waypoint_between_two_corridors_can_be_reached() {
        let catalogue = Catalogue::reference().unwrap();
        let starter = include_str!("../../../layouts/starter.ron");
        let plan = text::read(starter, &catalogue).unwrap();
        let at_mm = Point { x: 32_000, y: 33_000 };
        let connection = "IT-01A/CW".to_owned();
        let waypoint = Waypoint { connection, at_mm, compulsory: true };
        let led = plan.apply(&Edit::AddWaypoint { waypoint, position: 0 }, &catalogue).unwrap();
        let reaches = |plan: &Plan| {
            let demands = demand::derive(plan, &catalogue);
            let graph = crate::corridors::build(plan, &catalogue, &demands);
            let passes =
                |path: &[Point]| path.windows(2).any(|pair| on_segment(pair[0], pair[1], at_mm));
            graph.edges.iter().any(|edge| passes(&edge.path))
        };
        assert!(!reaches(&plan));
        assert!(reaches(&led));
    }
}
