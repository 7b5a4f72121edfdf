//! Where trenches may run: a graph from drawn corridors and, where none is drawn, from the free
//! ground between containers.
//!
//! Free ground is described by tracks: lines along the sides of every footprint, grown by the wall
//! clearance and extended until something is in the way. Every port gets a stub straight out of
//! its wall. Where lines meet there is a node; stretches without a choice become one edge.

pub mod grid;
pub mod patch;
mod tracks;

use crate::catalogue::Catalogue;
use crate::demand::Demands;
use crate::geometry::{Point, Rect, meeting_point, polygon_contains, polygon_crossed_by};
use crate::plan::{Ground, Plan, Preference, Usage, Zone, ZoneKind};
use grid::Grid;

/// A place where trenches may meet.
pub type Node = u32;
/// A stretch between two places.
pub type EdgeIndex = u32;

/// A stretch along which a trench may run.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Its ends.
    pub ends: [Node; 2],
    /// Its line from the first end to the second.
    pub path: Vec<Point>,
    /// Its length, m.
    pub length_m: f64,
    /// Cost factor of the ground.
    pub ground: f64,
    /// Cost factor the search applies on top; never part of a price.
    pub lean: f64,
    /// Widest trench that fits, mm.
    pub limit_mm: i64,
    /// Times the stretch enters or leaves a road.
    pub road_edges: u32,
    /// The drawn corridor it lies in, by index.
    pub corridor: Option<usize>,
    /// What the planner says about it.
    pub usage: Usage,
}

/// The corridor graph.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Positions of the nodes.
    pub nodes: Vec<Point>,
    /// Stretches, in a fixed order.
    pub edges: Vec<Edge>,
    /// Edges at each node.
    pub adjacent: Vec<Vec<(EdgeIndex, Node)>>,
    /// Node of each demand's port, if its stub leads anywhere.
    pub demand_nodes: Vec<Option<Node>>,
    /// Node of each source.
    pub source_nodes: Vec<Option<Node>>,
}

/// A waypoint snapped to a slanted corridor may miss it by this much, mm.
const ROUNDING: i64 = 2;

impl Graph {
    /// The node at a place.
    pub fn node_at(&self, place: Point) -> Option<Node> {
        (0..)
            .zip(&self.nodes)
            .filter(|(_, node)| {
                (node.x - place.x).abs() <= ROUNDING && (node.y - place.y).abs() <= ROUNDING
            })
            .min_by_key(|(_, node)| (node.x - place.x).abs() + (node.y - place.y).abs())
            .map(|(number, _)| number)
    }
}

/// A straight piece of a line before it is cut at meeting points.
#[derive(Clone, Copy, Debug)]
struct Segment {
    a: Point,
    b: Point,
    corridor: Option<usize>,
}

/// What may be dug where.
struct Terrain<'a> {
    plan: &'a Plan,
    footprints: Vec<Rect>,
    index: Grid,
    bounds: Rect,
    /// Around the boundary.
    site: Rect,
    rectangular: bool,
}

impl<'a> Terrain<'a> {
    fn new(plan: &'a Plan, catalogue: &Catalogue) -> Self {
        let footprints: Vec<Rect> = plan
            .containers
            .iter()
            .filter_map(|container| {
                Some(container.footprint(catalogue.modules.get(&container.module)?))
            })
            .collect();
        let site = plan.bounds().unwrap_or_default();
        let bounds = footprints.iter().fold(site, |all, footprint| all.union(*footprint));
        let mut index = Grid::new(bounds, 15_000);
        for (number, footprint) in (0_u32..).zip(&footprints) {
            index.insert(number, *footprint);
        }
        let corners = site.corners();
        let rectangular = plan.boundary_mm.len() == 4
            && plan.boundary_mm.iter().all(|corner| corners.contains(corner));
        Self { plan, footprints, index, bounds, site, rectangular }
    }

    /// Whether a straight trench may run from `a` to `b`: on the site, clear of footprints and of
    /// exclusion zones.
    fn is_free(&self, a: Point, b: Point) -> bool {
        let span = Rect::spanning(a, b);
        let site = &self.plan.boundary_mm;
        let inside = if self.rectangular {
            self.site.contains(a) && self.site.contains(b)
        } else {
            let middle = Point { x: a.x.midpoint(b.x), y: a.y.midpoint(b.y) };
            [a, b, middle].iter().all(|&point| polygon_contains(site, point))
        };
        let on_the_fence = if self.rectangular {
            let (low, high) = (self.site.min, self.site.max);
            (a.x == b.x && (a.x == low.x || a.x == high.x))
                || (a.y == b.y && (a.y == low.y || a.y == high.y))
        } else {
            crate::geometry::edges(site).any(|(c, d)| {
                crate::geometry::on_segment(c, d, a) && crate::geometry::on_segment(c, d, b)
            })
        };
        inside
            && !on_the_fence
            && !self
                .index
                .near(span)
                .iter()
                .any(|&item| self.footprints[item as usize].crossed_by(a, b))
            && !self.plan.zones.iter().any(|zone| {
                zone.kind == ZoneKind::Exclusion && polygon_crossed_by(&zone.outline_mm, a, b)
            })
    }
}

/// Builds the graph of a plan; `catalogue` already carries the plan's overrides.
pub fn build(plan: &Plan, catalogue: &Catalogue, demands: &Demands) -> Graph {
    let terrain = Terrain::new(plan, catalogue);
    let mut segments = drawn(plan);
    segments.extend(tracks::free_ground(&terrain, catalogue, demands, &segments));
    let pieces = cut(&terrain, &segments);
    assemble(&terrain, catalogue, demands, &pieces)
}

/// The drawn corridors that may be used.
fn drawn(plan: &Plan) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (index, corridor) in plan.corridors.iter().enumerate() {
        if corridor.usage == Usage::Forbidden {
            continue;
        }
        let pairs = corridor.path_mm.windows(2).filter(|pair| pair[0] != pair[1]);
        segments.extend(pairs.map(|pair| Segment {
            a: pair[0],
            b: pair[1],
            corridor: Some(index),
        }));
    }
    segments
}

/// Cuts all segments where they meet each other or a road's outline.
fn cut(terrain: &Terrain<'_>, segments: &[Segment]) -> Vec<Segment> {
    let mut index = Grid::new(terrain.bounds.inflate(1000), 8_000);
    for (number, segment) in (0_u32..).zip(segments) {
        index.insert(number, Rect::spanning(segment.a, segment.b));
    }
    let roads = roads(terrain.plan);
    let mut pieces = Vec::new();
    for (number, segment) in (0_u32..).zip(segments) {
        let near = index.near(Rect::spanning(segment.a, segment.b));
        let others = near.into_iter().filter(|&other| other != number);
        let others = others.map(|other| segments[other as usize]);
        pieces.extend(pieces_of(terrain, segment, others, &roads));
    }
    pieces
}

/// Outlines of roads and pads with the areas around them.
fn roads(plan: &Plan) -> Vec<(&[Point], Rect)> {
    plan.zones
        .iter()
        .filter(|zone| zone.kind != ZoneKind::Green)
        .map(|zone| zone.outline_mm.as_slice())
        .filter_map(|outline| Some((outline, Rect::around(outline.iter().copied())?.inflate(1))))
        .collect()
}

/// The free pieces of a segment, cut where it meets others or a road's outline.
fn pieces_of(
    terrain: &Terrain<'_>,
    segment: &Segment,
    others: impl Iterator<Item = Segment>,
    roads: &[(&[Point], Rect)],
) -> Vec<Segment> {
    let mut cuts = vec![segment.a, segment.b];
    for other in others {
        places_met(segment, &other, &mut cuts);
    }
    let span = Rect::spanning(segment.a, segment.b);
    for (road, _) in roads.iter().filter(|(_, area)| area.overlaps(span.inflate(1))) {
        for (c, d) in crate::geometry::edges(road) {
            cuts.extend(meeting_point(segment.a, segment.b, c, d));
        }
    }
    cuts.sort_by_key(|point| {
        let (dx, dy) = (point.x - segment.a.x, point.y - segment.a.y);
        (dx.abs() + dy.abs(), point.x, point.y)
    });
    cuts.dedup();
    cuts.windows(2)
        .map(|pair| Segment { a: pair[0], b: pair[1], corridor: segment.corridor })
        .filter(|piece| terrain.is_free(piece.a, piece.b))
        .collect()
}

/// Adds where a segment meets another, ends that touch and collinear ones included.
fn places_met(segment: &Segment, other: &Segment, places: &mut Vec<Point>) {
    places.extend(meeting_point(segment.a, segment.b, other.a, other.b));
    let touches = |end: &Point| crate::geometry::on_segment(segment.a, segment.b, *end);
    places.extend([other.a, other.b].into_iter().filter(touches));
}

fn assemble(
    terrain: &Terrain<'_>,
    catalogue: &Catalogue,
    demands: &Demands,
    pieces: &[Segment],
) -> Graph {
    // The same stretch may come from a corridor and a track; the corridor wins.
    let mut stretches: Vec<Segment> = pieces
        .iter()
        .map(|piece| Segment { a: piece.a.min(piece.b), b: piece.a.max(piece.b), ..*piece })
        .collect();
    stretches.sort_by_key(|stretch| (stretch.a, stretch.b));
    stretches.dedup_by(|next, kept| {
        let same = (next.a, next.b) == (kept.a, kept.b);
        if same && kept.corridor.is_none() {
            kept.corridor = next.corridor;
        }
        same
    });
    let mut terminals: Vec<Point> = demands.demands.iter().map(|demand| demand.at).collect();
    terminals.extend(demands.sources.iter().map(|source| source.at));
    terminals.extend(terrain.plan.waypoints.iter().map(|waypoint| waypoint.at_mm));
    terminals.sort_unstable();
    terminals.dedup();

    // Nodes are numbered as the stretches, in their order, come to them.
    let mut places: Vec<Point> = stretches.iter().flat_map(|piece| [piece.a, piece.b]).collect();
    places.sort_unstable();
    places.dedup();
    let mut names: Vec<Option<Node>> = vec![None; places.len()];
    let mut nodes = Vec::with_capacity(places.len());
    let mut name_of = |point: Point| {
        let place = places.binary_search(&point).unwrap_or(0);
        *names[place].get_or_insert_with(|| {
            nodes.push(point);
            Node::try_from(nodes.len() - 1).unwrap_or(Node::MAX)
        })
    };
    let ends: Vec<[Node; 2]> =
        stretches.iter().map(|stretch| [name_of(stretch.a), name_of(stretch.b)]).collect();
    let is_terminal: Vec<bool> =
        nodes.iter().map(|point| terminals.binary_search(point).is_ok()).collect();
    let surfaces = Surfaces::new(terrain.plan);
    let edges = stretches
        .iter()
        .zip(ends)
        .map(|(stretch, ends)| raw_edge(terrain, catalogue, &surfaces, ends, stretch))
        .collect();
    let edges = contract(nodes.len(), edges, &is_terminal);

    // Renumber the nodes that are left.
    let mut used: Vec<Node> = edges.iter().flat_map(|edge| edge.ends).collect();
    used.sort_unstable();
    used.dedup();
    let renumber =
        |node: Node| Node::try_from(used.binary_search(&node).unwrap_or(0)).unwrap_or(Node::MAX);
    let mut graph = Graph {
        nodes: used.iter().map(|&node| nodes[node as usize]).collect(),
        edges,
        ..Graph::default()
    };
    for edge in &mut graph.edges {
        edge.ends = edge.ends.map(renumber);
    }
    graph.edges.sort_by(|x, y| (x.ends, &x.path).cmp(&(y.ends, &y.path)));
    graph.adjacent = vec![Vec::new(); graph.nodes.len()];
    for (number, edge) in (0..).zip(&graph.edges) {
        let [a, b] = edge.ends;
        graph.adjacent[a as usize].push((number, b));
        if a != b {
            graph.adjacent[b as usize].push((number, a));
        }
    }
    let node_at = |point: Point| {
        let name = names[places.binary_search(&point).ok()?]?;
        used.binary_search(&name).ok().and_then(|number| Node::try_from(number).ok())
    };
    graph.demand_nodes = demands.demands.iter().map(|demand| node_at(demand.at)).collect();
    graph.source_nodes = demands.sources.iter().map(|source| node_at(source.at)).collect();
    graph
}

/// The zones that make ground dearer, with the areas around them.
struct Surfaces<'a>(Vec<(&'a Zone, Rect)>);

impl<'a> Surfaces<'a> {
    fn new(plan: &'a Plan) -> Self {
        let dear = |zone: &&Zone| matches!(zone.kind, ZoneKind::Road | ZoneKind::CranePad);
        let around = |zone: &'a Zone| {
            Some((zone, Rect::around(zone.outline_mm.iter().copied())?.inflate(1)))
        };
        Self(plan.zones.iter().filter(dear).filter_map(around).collect())
    }

    fn at(&self, place: Point) -> Option<&'a Zone> {
        self.0
            .iter()
            .find(|(zone, area)| area.contains(place) && polygon_contains(&zone.outline_mm, place))
            .map(|&(zone, _)| zone)
    }
}

fn raw_edge(
    terrain: &Terrain<'_>,
    catalogue: &Catalogue,
    surfaces: &Surfaces<'_>,
    ends: [Node; 2],
    &Segment { a, b, corridor }: &Segment,
) -> Edge {
    let rules = &catalogue.rules;
    let zone_kind = surfaces.at(Point { x: a.x.midpoint(b.x), y: a.y.midpoint(b.y) });
    let drawn = corridor.and_then(|index| terrain.plan.corridors.get(index));
    let base = match drawn.map(|corridor| corridor.ground) {
        None => rules.free_ground_factor.value,
        Some(Ground::Soil) => 1.0,
        Some(Ground::Paved) => rules.paved_factor.value,
    };
    let (zone_factor, road_edges) = match zone_kind {
        None => (1.0, 0),
        Some(zone) => {
            let on_outline = |point: Point| {
                crate::geometry::edges(&zone.outline_mm)
                    .any(|(c, d)| crate::geometry::near_line(c, d, point))
            };
            let crossings = u32::from(on_outline(a)) + u32::from(on_outline(b));
            match zone.kind {
                ZoneKind::Road => (rules.road_factor.value, crossings),
                ZoneKind::CranePad | ZoneKind::Exclusion | ZoneKind::Green => {
                    (rules.paved_factor.value, 0)
                }
            }
        }
    };
    let lean = match drawn.map(|corridor| corridor.preference) {
        None | Some(Preference::Neutral) => 1.0,
        Some(Preference::Prefer) => rules.prefer_factor.value,
        Some(Preference::Avoid) => rules.avoid_factor.value,
    };
    #[expect(clippy::cast_possible_truncation, reason = "the rule set bounds the width")]
    let free_limit = rules.free_ground_width_mm.value as i64;
    Edge {
        ends,
        path: vec![a, b],
        length_m: a.distance_m(b),
        ground: base.max(zone_factor),
        lean,
        limit_mm: drawn.map_or(free_limit, |corridor| corridor.width_limit_mm.0),
        road_edges,
        corridor,
        usage: drawn.map_or(Usage::Possible, |corridor| corridor.usage),
    }
}

/// Drops dead ends and joins stretches at nodes without a choice.
fn contract(node_count: usize, edges: Vec<Edge>, is_terminal: &[bool]) -> Vec<Edge> {
    let mut slots: Vec<Option<Edge>> = edges.into_iter().map(Some).collect();
    let mut adjacent: Vec<Vec<usize>> = vec![Vec::new(); node_count];
    for (number, edge) in slots.iter().enumerate() {
        for end in edge.iter().flat_map(|edge| edge.ends) {
            adjacent[end as usize].push(number);
        }
    }
    let keeps = |slots: &[Option<Edge>], node: usize| {
        // Required and existing stretches stay even where they lead nowhere.
        adjacent_required(slots, &adjacent[node])
    };
    let pinned: Vec<bool> =
        (0..node_count).map(|node| is_terminal[node] || keeps(&slots, node)).collect();
    let mut queue: Vec<usize> = (0..node_count).collect();
    while let Some(node) = queue.pop() {
        adjacent[node].retain(|&number| slots[number].is_some());
        if pinned[node] {
            continue;
        }
        match adjacent[node][..] {
            [only] => {
                if let Some(edge) = slots[only].take() {
                    let other = other_end(&edge, node);
                    queue.push(other);
                }
                adjacent[node].clear();
            }
            [first, second] if first != second => {
                let (Some(one), Some(two)) = (&slots[first], &slots[second]) else { continue };
                let (far_one, far_two) = (other_end(one, node), other_end(two, node));
                if far_one == node || far_two == node || far_one == far_two || !alike(one, two) {
                    continue;
                }
                let joined = join(one, two, node);
                slots[first] = Some(joined);
                slots[second] = None;
                adjacent[far_two].retain(|&number| number != second);
                adjacent[far_two].push(first);
                adjacent[node].clear();
            }
            _ => {}
        }
    }
    slots.into_iter().flatten().collect()
}

fn adjacent_required(slots: &[Option<Edge>], numbers: &[usize]) -> bool {
    numbers
        .iter()
        .filter_map(|&number| slots[number].as_ref())
        .any(|edge| matches!(edge.usage, Usage::Required))
}

fn other_end(edge: &Edge, node: usize) -> usize {
    let [a, b] = edge.ends;
    if a as usize == node { b as usize } else { a as usize }
}

/// Whether two stretches may become one.
fn alike(one: &Edge, two: &Edge) -> bool {
    one.corridor == two.corridor
        && one.ground.to_bits() == two.ground.to_bits()
        && one.limit_mm == two.limit_mm
}

fn join(one: &Edge, two: &Edge, middle: usize) -> Edge {
    let oriented = |edge: &Edge, from_middle: bool| {
        let mut path = edge.path.clone();
        let starts_in_middle = edge.ends[0] as usize == middle;
        if starts_in_middle != from_middle {
            path.reverse();
        }
        path
    };
    let mut path = oriented(one, false);
    path.extend(oriented(two, true).into_iter().skip(1));
    // Straight stretches need no point in between.
    let mut slim: Vec<Point> = Vec::with_capacity(path.len());
    for point in path {
        while slim.len() >= 2
            && crate::geometry::on_segment(slim[slim.len() - 2], point, slim[slim.len() - 1])
        {
            slim.pop();
        }
        slim.push(point);
    }
    let end = |edge: &Edge| Node::try_from(other_end(edge, middle)).unwrap_or(Node::MAX);
    Edge {
        ends: [end(one), end(two)],
        path: slim,
        length_m: one.length_m + two.length_m,
        road_edges: one.road_edges + two.road_edges,
        ..one.clone()
    }
}
