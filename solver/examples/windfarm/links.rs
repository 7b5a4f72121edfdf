//! Cables that may be laid between the places of a wind farm, and the pairs that exclude each
//! other.
//!
//! Turbines are linked along a Delaunay triangulation, along its edges flipped, and to their
//! nearest neighbours; every turbine is also linked to every substation. A link is straight where
//! the ground is free and otherwise takes the shortest way around the corners in between. Links
//! that touch at a corner do not cross as long as each stays on its side of the other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::site::{
    Bend, Bounds, Ground, Point, Site, Stand, cross, distance, distance_to_line, dot, minus, norm,
};

/// Nearest turbines that each turbine is linked to.
const NEIGHBOURS: usize = 10;
/// Longest way between two turbines, in straight distances.
const LONGEST_DETOUR: f64 = 1.5;
/// How near to a place a line passes through it, as a share of its length.
const THROUGH: f64 = 1e-6;
/// Most cells along a side of the grid that finds crossings.
const MOST_CELLS: usize = 256;

/// A possible cable between two places; places are turbines first, then substations.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Its ends, the lower first.
    pub(crate) ends: [u32; 2],
    /// Its length, m.
    pub(crate) length: f64,
    /// Its line from the first end to the second.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests look at lines"))]
    pub(crate) line: Vec<Point>,
}

/// Possible cables and the pairs of them that cannot both be laid.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    /// Cables in the order of their ends.
    pub(crate) links: Vec<Link>,
    /// Pairs of cables that cross, by index, each pair once and in ascending order.
    pub(crate) crossings: Vec<(u32, u32)>,
}

/// The cables worth considering on a site.
pub(crate) fn candidates(site: &Site) -> Links {
    let turbines = index(site.turbines.len());
    let places: Vec<Point> = site.turbines.iter().chain(&site.substations).copied().collect();
    let ground = Ground::new(site);
    let bends = ground.bends();
    let chart = Chart::new(&places, &bends, ground.tolerance);
    let mut drafts = drafts(&ground, &bends, &places, &pairs(site), turbines);
    for draft in &mut drafts {
        draft.nodes = chart.tidy(&draft.nodes, draft.ends);
        draft.is_kept = draft.is_kept && !chart.runs_through_a_place(&draft.nodes);
    }
    supply(&mut drafts, turbines, index(places.len()));
    drafts.retain(|draft| draft.is_kept);

    let mut turned: Vec<u32> = drafts.iter().flat_map(Draft::inner).copied().collect();
    turned.sort_unstable();
    turned.dedup();
    let paths: Vec<Vec<u32>> =
        drafts.iter().map(|draft| chart.path(&draft.nodes, &turned)).collect();
    let crossings = crossings(&chart.points, &paths, places.len());
    let links = drafts.into_iter().map(|Draft { ends, nodes, length, is_kept: _ }| Link {
        ends,
        length,
        line: nodes.iter().map(|&node| chart.at(node)).collect(),
    });
    Links { links: links.collect(), crossings }
}

fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Places in the order of their first coordinate.
fn by_x(points: &[Point]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..index(points.len())).collect();
    order.sort_unstable_by(|&one, &other| {
        let [x, other_x] = [one, other].map(|point| points[point as usize][0]);
        x.total_cmp(&other_x).then(one.cmp(&other))
    });
    order
}

/// Pairs of places to link, each once and the lower place first.
fn pairs(site: &Site) -> Vec<[u32; 2]> {
    let mut pairs = triangulated(&site.turbines);
    pairs.extend(nearest(&site.turbines));
    for pair in &mut pairs {
        pair.sort_unstable();
    }
    let turbines = index(site.turbines.len());
    let places = index(site.turbines.len() + site.substations.len());
    for turbine in 0..turbines {
        pairs.extend((turbines..places).map(|substation| [turbine, substation]));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The edges of a Delaunay triangulation, and each inner edge flipped where its two triangles
/// form a convex quadrangle.
fn triangulated(turbines: &[Point]) -> Vec<[u32; 2]> {
    if turbines.len() < 3 {
        return Vec::new();
    }
    let points: Vec<delaunator::Point> =
        turbines.iter().map(|&[x, y]| delaunator::Point { x, y }).collect();
    let mesh = delaunator::triangulate(&points);
    let corner = |edge: usize, offset: usize| mesh.triangles[edge / 3 * 3 + (edge + offset) % 3];
    // The hull is all there is if every turbine lies on one line.
    let mut pairs: Vec<[usize; 2]> = mesh.hull.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    for (edge, &twin) in mesh.halfedges.iter().enumerate() {
        let ends = [corner(edge, 0), corner(edge, 1)];
        pairs.push(ends);
        if twin != delaunator::EMPTY && edge < twin {
            let flipped = [corner(edge, 2), corner(twin, 2)];
            let [from, to] = flipped.map(|turbine| turbines[turbine]);
            let sides = ends.map(|turbine| cross(minus(to, from), minus(turbines[turbine], from)));
            if sides[0] * sides[1] < 0.0 {
                pairs.push(flipped);
            }
        }
    }
    pairs.into_iter().map(|pair| pair.map(index)).collect()
}

/// Each turbine with its nearest neighbours.
fn nearest(turbines: &[Point]) -> Vec<[u32; 2]> {
    let order = by_x(turbines);
    let mut pairs = Vec::with_capacity(turbines.len() * NEIGHBOURS);
    for (rank, &turbine) in order.iter().enumerate() {
        let here = turbines[turbine as usize];
        let mut best = Vec::with_capacity(NEIGHBOURS + 1);
        keep_nearest(turbines, here, order[..rank].iter().rev(), &mut best);
        keep_nearest(turbines, here, order[rank + 1..].iter(), &mut best);
        pairs.extend(best.into_iter().map(|(_, other)| [turbine, other]));
    }
    pairs
}

/// Goes through turbines ever farther along the first coordinate and keeps the nearest, with the
/// squares of their distances.
fn keep_nearest<'a>(
    turbines: &[Point],
    here: Point,
    others: impl Iterator<Item = &'a u32>,
    best: &mut Vec<(f64, u32)>,
) {
    for &other in others {
        let away = minus(turbines[other as usize], here);
        let is_full = best.len() == NEIGHBOURS;
        if is_full && best.last().is_some_and(|&(worst, _)| away[0] * away[0] > worst) {
            break;
        }
        let square = dot(away, away);
        let rank = best.partition_point(|&(kept, turbine)| {
            kept.total_cmp(&square).then(turbine.cmp(&other)).is_lt()
        });
        best.insert(rank, (square, other));
        best.truncate(NEIGHBOURS);
    }
}

/// A link under consideration.
#[derive(Debug)]
struct Draft {
    ends: [u32; 2],
    /// Its ends and the corners between them.
    nodes: Vec<u32>,
    length: f64,
    is_kept: bool,
}

impl Draft {
    /// The corners it turns at.
    fn inner(&self) -> &[u32] {
        self.nodes.get(1..self.nodes.len() - 1).unwrap_or_default()
    }
}

/// Finds the way of every pair, and marks those to be laid: all that have a way, less the long
/// detours between turbines.
fn drafts(
    ground: &Ground,
    bends: &[Bend],
    places: &[Point],
    pairs: &[[u32; 2]],
    turbines: u32,
) -> Vec<Draft> {
    let stands: Vec<Stand> = places.iter().map(|&place| ground.stand(place)).collect();
    let straight = |&ends: &[u32; 2]| {
        let [from, to] = ends.map(|end| &stands[end as usize]);
        let is_kept = ground.is_free(from, to);
        Draft { ends, nodes: ends.to_vec(), length: distance(from.at, to.at), is_kept }
    };
    let mut drafts: Vec<Draft> = pairs.iter().map(straight).collect();
    if bends.is_empty() || drafts.iter().all(|draft| draft.is_kept) {
        return drafts;
    }

    let detours = Detours::new(ground, bends);
    let mut seen: BTreeMap<u32, Vec<Step>> = BTreeMap::new();
    let mut by_hub: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (number, draft) in drafts.iter().enumerate().filter(|(_, draft)| !draft.is_kept) {
        for end in draft.ends {
            seen.entry(end).or_insert_with(|| detours.seen_from(&stands[end as usize]));
        }
        by_hub.entry(draft.ends[1]).or_default().push(number);
    }
    let corner = |bend: usize| index(places.len() + bend);
    for (hub, blocked) in by_hub {
        let reached = detours.reach(&seen[&hub]);
        for number in blocked {
            let draft = &mut drafts[number];
            let from = draft.ends[0];
            let Some((length, turns)) = shortest(&reached, &seen[&from]) else { continue };
            draft.nodes.splice(1..1, turns.into_iter().map(corner));
            draft.is_kept = hub >= turbines || length <= LONGEST_DETOUR * draft.length;
            draft.length = length;
        }
    }
    drafts
}

/// A corner in sight and its distance, m.
type Step = (usize, f64);

/// Corners that ways turn at, and which of them are in sight of each other.
#[derive(Debug)]
struct Detours<'a> {
    ground: &'a Ground,
    bends: &'a [Bend],
    steps: Vec<Vec<Step>>,
}

impl<'a> Detours<'a> {
    fn new(ground: &'a Ground, bends: &'a [Bend]) -> Self {
        let mut steps: Vec<Vec<Step>> = vec![Vec::new(); bends.len()];
        for (one, bend) in bends.iter().enumerate() {
            for (other, next) in bends.iter().enumerate().skip(one + 1) {
                let (from, to) = (&bend.stand, &next.stand);
                if ground.may_turn(from.at, next)
                    && ground.may_turn(to.at, bend)
                    && ground.is_free(from, to)
                {
                    let length = distance(from.at, to.at);
                    steps[one].push((other, length));
                    steps[other].push((one, length));
                }
            }
        }
        Self { ground, bends, steps }
    }

    /// Corners in sight of a place that a way from it may turn at.
    fn seen_from(&self, place: &Stand) -> Vec<Step> {
        let bends = self.bends.iter().enumerate();
        bends
            .filter(|(_, bend)| self.ground.may_turn(place.at, bend))
            .filter(|(_, bend)| self.ground.is_free(place, &bend.stand))
            .map(|(number, bend)| (number, distance(place.at, bend.stand.at)))
            .collect()
    }

    /// For each corner its distance from a place, m, and the corner before it on the way; itself
    /// if there is none.
    fn reach(&self, seen: &[Step]) -> Vec<(f64, usize)> {
        let mut reached = vec![(f64::INFINITY, usize::MAX); self.bends.len()];
        let mut queue = BinaryHeap::new();
        for &(bend, length) in seen {
            reached[bend] = (length, bend);
            // The bits of floats from zero up sort as the floats do.
            queue.push(Reverse((length.to_bits(), bend)));
        }
        while let Some(Reverse((bits, bend))) = queue.pop() {
            let length = f64::from_bits(bits);
            if length > reached[bend].0 {
                continue;
            }
            for &(next, step) in &self.steps[bend] {
                let total = length + step;
                if total < reached[next].0 {
                    reached[next] = (total, bend);
                    queue.push(Reverse((total.to_bits(), next)));
                }
            }
        }
        reached
    }
}

/// The length of the shortest way and the corners on it, from the place that sees `seen` to the
/// place that `reached` was computed for.
fn shortest(reached: &[(f64, usize)], seen: &[Step]) -> Option<(f64, Vec<usize>)> {
    let ways = seen.iter().map(|&(bend, step)| (reached[bend].0 + step, bend));
    let (length, mut bend) = ways.min_by(|one, other| one.0.total_cmp(&other.0))?;
    if length.is_infinite() {
        return None;
    }
    let mut turns = vec![bend];
    while reached[bend].1 != bend {
        bend = reached[bend].1;
        turns.push(bend);
    }
    Some((length, turns))
}

/// Marks all feeders of turbines that the links to be laid do not connect to any substation, so
/// that every turbine can be supplied.
fn supply(drafts: &mut [Draft], turbines: u32, places: u32) {
    let mut groups = Groups::new(places);
    for substation in turbines..places {
        groups.join(turbines, substation);
    }
    for draft in drafts.iter().filter(|draft| draft.is_kept) {
        groups.join(draft.ends[0], draft.ends[1]);
    }
    let supplied = groups.root(turbines);
    for draft in drafts {
        let [turbine, other] = draft.ends;
        if other >= turbines && groups.root(turbine) != supplied {
            draft.is_kept = true;
        }
    }
}

/// A partition of numbers; the lowest of each group names it.
#[derive(Debug)]
struct Groups {
    parents: Vec<u32>,
}

impl Groups {
    fn new(count: u32) -> Self {
        Self { parents: (0..count).collect() }
    }

    fn root(&mut self, mut item: u32) -> u32 {
        while self.parents[item as usize] != item {
            let parent = self.parents[item as usize];
            self.parents[item as usize] = self.parents[parent as usize];
            item = parent;
        }
        item
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other) as usize] = one.min(other);
    }
}

/// Places and then corners, and which of them are the same spot.
#[derive(Debug)]
struct Chart {
    points: Vec<Point>,
    /// For each node the first one at the same spot.
    spots: Vec<u32>,
    /// Places in the order of their first coordinate.
    places: Vec<u32>,
    tolerance: f64,
}

impl Chart {
    fn new(places: &[Point], bends: &[Bend], tolerance: f64) -> Self {
        let corners = bends.iter().map(|bend| bend.stand.at);
        let points: Vec<Point> = places.iter().copied().chain(corners).collect();
        let order = by_x(&points);
        let mut groups = Groups::new(index(points.len()));
        for (rank, &node) in order.iter().enumerate() {
            let here = points[node as usize];
            for &other in order[..rank].iter().rev() {
                let there = points[other as usize];
                if here[0] - there[0] > tolerance {
                    break;
                }
                if distance(here, there) <= tolerance {
                    groups.join(node, other);
                }
            }
        }
        let spots = (0..index(points.len())).map(|node| groups.root(node)).collect();
        Self { points, spots, places: by_x(places), tolerance }
    }

    fn at(&self, node: u32) -> Point {
        self.points[node as usize]
    }

    fn spot(&self, node: u32) -> u32 {
        self.spots[node as usize]
    }

    /// Leaves out corners at the spot of an end or of the corner before.
    fn tidy(&self, nodes: &[u32], ends: [u32; 2]) -> Vec<u32> {
        let is_apart = |node: &&u32| ends.iter().all(|&end| self.spot(**node) != self.spot(end));
        let mut inner: Vec<u32> = nodes.iter().filter(is_apart).copied().collect();
        inner.dedup_by_key(|node| self.spot(*node));
        let [first, last] = ends;
        std::iter::once(first).chain(inner).chain(std::iter::once(last)).collect()
    }

    /// Whether a way runs straight through a place that it does not end or turn at.
    fn runs_through_a_place(&self, nodes: &[u32]) -> bool {
        let is_on_way = |place: u32| nodes.iter().any(|&node| self.spot(node) == self.spot(place));
        nodes.windows(2).any(|pair| {
            let line = [self.at(pair[0]), self.at(pair[1])];
            let reach = THROUGH * distance(line[0], line[1]);
            let Bounds { low, high } = Bounds::around(line).grown(reach);
            let first = self.places.partition_point(|&place| self.at(place)[0] < low[0]);
            let beside = self.places[first..].iter().copied();
            beside.take_while(|&place| self.at(place)[0] <= high[0]).any(|place| {
                let at = self.at(place);
                low[1] <= at[1]
                    && at[1] <= high[1]
                    && distance_to_line(at, line) <= reach
                    && !is_on_way(place)
            })
        })
    }

    /// The spots on a way, including those corners of `turned` that it only grazes.
    fn path(&self, nodes: &[u32], turned: &[u32]) -> Vec<u32> {
        let is_on_way =
            |corner: u32| nodes.iter().any(|&node| self.spot(node) == self.spot(corner));
        let mut path: Vec<u32> = nodes.iter().take(1).map(|&node| self.spot(node)).collect();
        for pair in nodes.windows(2) {
            let line = [self.at(pair[0]), self.at(pair[1])];
            let mut grazed: Vec<(f64, u32)> = turned
                .iter()
                .filter(|&&corner| distance_to_line(self.at(corner), line) <= self.tolerance)
                .filter(|&&corner| !is_on_way(corner))
                .map(|&corner| {
                    let share = dot(minus(self.at(corner), line[0]), minus(line[1], line[0]));
                    (share, self.spot(corner))
                })
                .collect();
            grazed
                .sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            path.extend(grazed.into_iter().map(|(_, spot)| spot));
            path.push(self.spot(pair[1]));
        }
        path.dedup();
        path
    }
}

/// Square cells over an area.
#[derive(Debug)]
struct Cells {
    origin: Point,
    size: f64,
    counts: [usize; 2],
}

impl Cells {
    fn new(area: Bounds, per_side: usize) -> Self {
        let extent = minus(area.high, area.low);
        let longest = extent[0].max(extent[1]);
        let size = if longest > 0.0 { longest / per_side as f64 } else { 1.0 };
        let all = Self { origin: area.low, size, counts: [per_side + 1; 2] };
        let counts = [all.number(0, area.high[0]) + 1, all.number(1, area.high[1]) + 1];
        Self { counts, ..all }
    }

    /// The column or row of a coordinate.
    fn number(&self, axis: usize, value: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "cut at the first and the last cell")]
        let number = ((value - self.origin[axis]) / self.size).floor() as i64;
        usize::try_from(number).unwrap_or(0).min(self.counts[axis] - 1)
    }

    /// Visits the cells that a line passes.
    fn visit(&self, [from, to]: [Point; 2], mut each: impl FnMut(usize)) {
        let slack = 1e-6 * self.size;
        let (low, high) = if from[1] <= to[1] { (from, to) } else { (to, from) };
        let rise = high[1] - low[1];
        for row in self.number(1, low[1] - slack)..=self.number(1, high[1] + slack) {
            let bottom = self.origin[1] + row as f64 * self.size;
            let shares = if rise > slack {
                [bottom - slack, bottom + self.size + slack]
                    .map(|level| ((level - low[1]) / rise).clamp(0.0, 1.0))
            } else {
                [0.0, 1.0]
            };
            let [start, end] = shares.map(|share| low[0] + share * (high[0] - low[0]));
            let first = self.number(0, start.min(end) - slack);
            let last = self.number(0, start.max(end) + slack);
            for column in first..=last {
                each(row * self.counts[0] + column);
            }
        }
    }
}

/// Pairs of paths that cross, each once and in ascending order.
fn crossings(points: &[Point], paths: &[Vec<u32>], places: usize) -> Vec<(u32, u32)> {
    let at = |spot: u32| points[spot as usize];
    let area = Bounds::around(paths.iter().flatten().map(|&spot| at(spot)));
    let cells = Cells::new(area, (places.isqrt() + 1).min(MOST_CELLS));
    let mut passing: Vec<Vec<u32>> = vec![Vec::new(); cells.counts[0] * cells.counts[1]];
    for (link, path) in (0_u32..).zip(paths) {
        for pair in path.windows(2) {
            cells.visit([at(pair[0]), at(pair[1])], |cell| {
                if passing[cell].last() != Some(&link) {
                    passing[cell].push(link);
                }
            });
        }
    }
    let mut compared = vec![u32::MAX; paths.len()];
    let mut found = Vec::new();
    for (link, path) in (0_u32..).zip(paths) {
        let known = found.len();
        for pair in path.windows(2) {
            cells.visit([at(pair[0]), at(pair[1])], |cell| {
                for &other in passing[cell].iter().rev().take_while(|&&other| other > link) {
                    if compared[other as usize] == link {
                        continue;
                    }
                    compared[other as usize] = link;
                    if are_tangled(points, path, &paths[other as usize]) {
                        found.push((link, other));
                    }
                }
            });
        }
        found[known..].sort_unstable();
    }
    found
}

/// Whether two paths cross.
fn are_tangled(points: &[Point], one: &[u32], other: &[u32]) -> bool {
    let strike = |first: &[u32], second: &[u32]| {
        let is_joint = second.contains(&first[0]) || second.contains(&first[1]);
        let line = |pair: &[u32]| [points[pair[0] as usize], points[pair[1] as usize]];
        !is_joint && meet(line(first), line(second))
    };
    one.windows(2).any(|first| other.windows(2).any(|second| strike(first, second)))
        || changes_side(points, one, other)
}

/// Whether two straight lines have a place in common.
fn meet(one: [Point; 2], other: [Point; 2]) -> bool {
    let is_split = |[from, to]: [Point; 2], ends: [Point; 2]| {
        let [first, second] = ends.map(|end| cross(minus(to, from), minus(end, from)));
        (first <= 0.0 || second <= 0.0) && (first >= 0.0 || second >= 0.0)
    };
    Bounds::around(one).meets(&Bounds::around(other))
        && is_split(one, other)
        && is_split(other, one)
}

/// Whether one path changes to the other side of a second path where both turn at the same
/// corners.
fn changes_side(points: &[Point], one: &[u32], other: &[u32]) -> bool {
    if one.len() < 3 || other.len() < 3 {
        return false;
    }
    let at = |spot: u32| points[spot as usize];
    let beside = |position: usize, step: isize| other.get(position.wrapping_add_signed(step));
    for start in 1..one.len() - 1 {
        let Some(meeting) = other.iter().position(|&spot| spot == one[start]) else { continue };
        let before = Some(&one[start - 1]);
        if beside(meeting, 1) == before || beside(meeting, -1) == before {
            // Part of a stretch in common that has been looked at from its start.
            continue;
        }
        let step = if beside(meeting, -1) == Some(&one[start + 1]) { -1 } else { 1 };
        let (mut end, mut parting) = (start, meeting);
        while end + 1 < one.len() && beside(parting, step) == Some(&one[end + 1]) {
            end += 1;
            parting = parting.wrapping_add_signed(step);
        }
        let (Some(&arriving), Some(&leaving), Some(&beyond)) =
            (beside(meeting, -step), beside(parting, step), one.get(end + 1))
        else {
            continue;
        };
        let entry = [one[start - 1], one[start], one[start + 1]].map(at);
        let exit = [one[end - 1], one[end], beyond].map(at);
        let sides = (side(at(arriving), entry), side(at(leaving), exit));
        if matches!(sides, (Side::Left, Side::Right) | (Side::Right, Side::Left)) {
            return true;
        }
    }
    false
}

/// Where a place lies as seen from a corner of a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Left,
    Right,
    Along,
}

fn side(place: Point, [before, corner, after]: [Point; 3]) -> Side {
    let [back, ahead, out] = [before, after, place].map(|end| minus(end, corner));
    let is_along =
        |way: Point| cross(way, out).abs() <= 1e-9 * norm(way) * norm(out) && dot(way, out) >= 0.0;
    if is_along(back) || is_along(ahead) {
        return Side::Along;
    }
    let is_between = |from: Point, to: Point| cross(from, out) > 0.0 && cross(out, to) > 0.0;
    let is_left =
        if cross(ahead, back) > 0.0 { is_between(ahead, back) } else { !is_between(back, ahead) };
    if is_left { Side::Left } else { Side::Right }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(
        turbines: &[Point],
        substations: &[Point],
        border: &[Point],
        obstacles: &[&[Point]],
    ) -> Site {
        Site {
            turbines: turbines.to_vec(),
            substations: substations.to_vec(),
            border: border.to_vec(),
            obstacles: obstacles.iter().map(|area| area.to_vec()).collect(),
        }
    }

    fn find(links: &Links, ends: [u32; 2]) -> Option<usize> {
        links.links.iter().position(|link| link.ends == ends)
    }

    fn link(links: &Links, ends: [u32; 2]) -> &Link {
        &links.links[find(links, ends).unwrap()]
    }

    fn cross_each_other(links: &Links, one: [u32; 2], other: [u32; 2]) -> bool {
        let [one, other] = [one, other].map(|ends| index(find(links, ends).unwrap()));
        links.crossings.contains(&(one.min(other), one.max(other)))
    }

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} instead of {expected}");
    }

    /// A block of turbines that are not quite in rows.
    fn block(columns: u32, rows: u32) -> Vec<Point> {
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let shift = |number: u32| f64::from(number * 7_919 % 101) / 300.0;
        places
            .map(|(column, row)| {
                let number = row * columns + column;
                [f64::from(column) + shift(number), f64::from(row) + shift(number * 31 + 5)]
            })
            .collect()
    }

    #[test]
    fn a_feeder_goes_around_an_obstacle() {
        let area: [Point; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        let links = candidates(&site(&[[-10.0, 0.0]], &[[10.0, 0.0]], &[], &[&area]));
        assert_eq!(links.links.len(), 1);
        assert_close(links.links[0].length, 2.0 + 2.0 * 82.0_f64.sqrt());
        assert_eq!(links.links[0].line.len(), 4);
    }

    #[test]
    fn a_feeder_goes_around_the_corner_of_the_border() {
        let border = [[0.0, 0.0], [10.0, 0.0], [10.0, 5.0], [5.0, 5.0], [5.0, 10.0], [0.0, 10.0]];
        for is_reversed in [false, true] {
            let mut border = border;
            if is_reversed {
                border.reverse();
            }
            let links = candidates(&site(&[[9.0, 4.0]], &[[4.0, 9.0]], &border, &[]));
            assert_close(links.links[0].length, 2.0 * 17.0_f64.sqrt());
            assert_eq!(links.links[0].line, [[9.0, 4.0], [5.0, 5.0], [4.0, 9.0]]);
        }
    }

    #[test]
    fn turbines_are_not_linked_by_a_long_detour() {
        let wall: [Point; 4] = [[-0.1, -10.0], [0.1, -10.0], [0.1, 10.0], [-0.1, 10.0]];
        let turbines = [[-1.0, 0.0], [1.0, 0.0]];
        let links = candidates(&site(&turbines, &[[0.0, 20.0]], &[], &[&wall]));
        assert_eq!(find(&links, [0, 1]), None);
        assert_eq!(links.links.len(), 2);
    }

    #[test]
    fn the_diagonals_of_a_square_cross() {
        let turbines = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let links = candidates(&site(&turbines, &[[30.0, 4.0]], &[], &[]));
        assert!(cross_each_other(&links, [0, 2], [1, 3]));
        assert!(!cross_each_other(&links, [0, 1], [2, 3]));
        assert!(!cross_each_other(&links, [0, 1], [1, 2]));
        assert!(cross_each_other(&links, [1, 2], [3, 4]));
    }

    #[test]
    fn crossings_are_those_of_all_pairs() {
        let turbines = block(12, 9);
        let links = candidates(&site(&turbines, &[[5.3, 4.4], [-3.0, 2.0]], &[], &[]));
        let mut expected = Vec::new();
        for (one, link) in (0_u32..).zip(&links.links) {
            for (other, second) in (0_u32..).zip(&links.links).skip(one as usize + 1) {
                let is_joint = link.ends.iter().any(|end| second.ends.contains(end));
                let [first, last] = [&link.line, &second.line].map(|line| [line[0], line[1]]);
                if !is_joint && meet(first, last) {
                    expected.push((one, other));
                }
            }
        }
        assert!(!expected.is_empty());
        assert_eq!(links.crossings, expected);
    }

    #[test]
    fn a_link_along_the_border_is_allowed() {
        let border = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let turbines = [[0.0, 2.0], [0.0, 8.0]];
        let links = candidates(&site(&turbines, &[[5.0, 5.0]], &border, &[]));
        assert_close(link(&links, [0, 1]).length, 6.0);
        assert_eq!(link(&links, [0, 1]).line.len(), 2);
    }

    #[test]
    fn a_link_through_a_third_turbine_is_left_out() {
        let turbines = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
        let links = candidates(&site(&turbines, &[[1.0, 5.0]], &[], &[]));
        assert_eq!(find(&links, [0, 2]), None);
        assert!(find(&links, [0, 1]).is_some() && find(&links, [1, 2]).is_some());
    }

    #[test]
    fn turbines_at_one_place_are_linked_and_cross_nothing_there() {
        let turbines = [[0.0, 0.0], [0.0, 0.0], [5.0, 0.0], [0.0, 5.0]];
        let links = candidates(&site(&turbines, &[[9.0, 9.0]], &[], &[]));
        assert_close(link(&links, [0, 1]).length, 0.0);
        assert_eq!(link(&links, [0, 1]).line.len(), 2);
        assert!(!cross_each_other(&links, [0, 2], [1, 3]));
    }

    #[test]
    fn a_turbine_that_no_way_leads_to_gets_a_straight_feeder() {
        let border = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let wall: [Point; 4] = [[4.0, 0.0], [6.0, 0.0], [6.0, 10.0], [4.0, 10.0]];
        let turbines = [[2.0, 5.0], [8.0, 2.0]];
        let links = candidates(&site(&turbines, &[[8.0, 5.0]], &border, &[&wall]));
        assert_close(link(&links, [0, 2]).length, 6.0);
        assert_eq!(find(&links, [0, 1]), None);
    }

    #[test]
    fn feeders_around_the_same_corner_do_not_cross() {
        let border = [[0.0, 0.0], [10.0, 0.0], [10.0, 5.0], [5.0, 5.0], [5.0, 10.0], [0.0, 10.0]];
        let turbines = [[9.0, 4.0], [9.0, 3.0], [2.0, 2.0]];
        let links = candidates(&site(&turbines, &[[4.0, 9.0]], &border, &[]));
        assert!(!cross_each_other(&links, [0, 3], [1, 3]));
        assert!(!cross_each_other(&links, [0, 3], [2, 3]));
    }

    #[test]
    fn paths_that_change_sides_at_a_corner_cross() {
        let direction = |degrees: f64| [degrees.to_radians().cos(), degrees.to_radians().sin()];
        let [a, b, c, d] = [10.0, 20.0, 200.0, 210.0].map(direction);
        let points = [[0.0, 0.0], a, b, c, d];
        assert!(are_tangled(&points, &[1, 0, 3], &[2, 0, 4]));
        assert!(are_tangled(&points, &[1, 0, 3], &[4, 0, 2]));
        assert!(!are_tangled(&points, &[1, 0, 4], &[2, 0, 3]));
        assert!(!are_tangled(&points, &[1, 0, 4], &[0, 3]));
    }

    #[test]
    fn paths_that_change_sides_along_a_common_stretch_cross() {
        let points = [[0.0, 0.0], [4.0, 0.0], [-1.0, 1.0], [-1.0, -1.0], [5.0, 1.0], [5.0, -1.0]];
        assert!(are_tangled(&points, &[2, 0, 1, 5], &[3, 0, 1, 4]));
        assert!(are_tangled(&points, &[2, 0, 1, 5], &[4, 1, 0, 3]));
        assert!(!are_tangled(&points, &[2, 0, 1, 4], &[3, 0, 1, 5]));
        assert!(!are_tangled(&points, &[2, 0, 1, 4], &[5, 1, 0, 3]));
    }

    #[test]
    fn each_turbine_is_linked_to_its_nearest_neighbours() {
        let turbines = block(6, 5);
        let links = candidates(&site(&turbines, &[[20.0, 20.0]], &[], &[]));
        for (turbine, here) in (0_u32..).zip(&turbines) {
            let mut others: Vec<(f64, u32)> = (0_u32..)
                .zip(&turbines)
                .filter(|(other, _)| *other != turbine)
                .map(|(other, place)| (distance(*here, *place), other))
                .collect();
            others.sort_by(|one, other| one.0.total_cmp(&other.0));
            // On a grid the next ones may lie behind these, and links through a turbine are left out.
            for &(_, other) in &others[..3] {
                assert!(find(&links, [turbine.min(other), turbine.max(other)]).is_some());
            }
        }
    }

    #[test]
    fn the_same_site_gives_the_same_links() {
        let turbines = block(9, 9);
        let area: [Point; 3] = [[3.2, 3.1], [6.3, 3.4], [4.4, 6.2]];
        let site = site(&turbines, &[[10.0, 10.0]], &[], &[&area]);
        let (first, second) = (candidates(&site), candidates(&site));
        assert_eq!(first.crossings, second.crossings);
        assert_eq!(format!("{:?}", first.links), format!("{:?}", second.links));
    }
}
