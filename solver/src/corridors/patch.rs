//! The graph after a move, made from the graph before it: only what the move touches changes.
//!
//! Stretches under the moved containers are closed, tracks along their walls and out of the ports
//! around them are added, and the stretches these meet are divided. All others keep their numbers,
//! so routes over them need not be looked for again. Tracks the containers left behind stay: they
//! run through free ground as before. The settled plan is computed on a graph built anew.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::{
    Edge, EdgeIndex, Graph, Node, Segment, Surfaces, Terrain, drawn, pieces_of, places_met,
    raw_edge, roads, tracks,
};
use crate::catalogue::Catalogue;
use crate::demand::Demands;
use crate::geometry::{Point, Rect, on_segment};
use crate::id::Id;
use crate::plan::{Plan, Usage};

/// Ports this near to a moved container get their ways out anew, mm.
const PORTS_AROUND: i64 = 15_000;

/// A graph ready to be patched.
#[derive(Clone, Debug)]
pub struct Base {
    /// The graph before any move.
    pub graph: Graph,
    /// Straight pieces of its edges, and where they are.
    legs: Vec<(EdgeIndex, usize)>,
    near: Grid,
    /// Nodes by position.
    names: Vec<(Point, Node)>,
}

/// A graph after a move.
#[derive(Clone, Debug)]
pub struct Patched {
    /// The graph; edges that were closed or divided are still listed, but lead nowhere.
    pub graph: Graph,
    /// For each edge that is no longer what it was its parts in order; none where it is closed.
    parts: BTreeMap<EdgeIndex, Option<Vec<EdgeIndex>>>,
}

impl Base {
    /// Keeps the graph of a plan.
    pub fn new(plan: &Plan, catalogue: &Catalogue, graph: Graph) -> Self {
        let bounds = Terrain::new(plan, catalogue).bounds.inflate(1000);
        let mut near = Grid::new(bounds, 8_000);
        let mut legs = Vec::new();
        for (number, edge) in (0..).zip(&graph.edges) {
            for (leg, pair) in edge.path.windows(2).enumerate() {
                let name = u32::try_from(legs.len()).unwrap_or(u32::MAX);
                near.insert(name, Rect::spanning(pair[0], pair[1]));
                legs.push((number, leg));
            }
        }
        let mut names: Vec<(Point, Node)> = graph.nodes.iter().copied().zip(0..).collect();
        names.sort_unstable();
        Self { graph, legs, near, names }
    }

    fn leg(&self, name: u32) -> (EdgeIndex, usize, Segment) {
        let (number, leg) = self.legs[name as usize];
        let edge = &self.graph.edges[number as usize];
        let segment = Segment { a: edge.path[leg], b: edge.path[leg + 1], corridor: edge.corridor };
        (number, leg, segment)
    }

    /// The graph of the plan as in `after`, where only the containers `ids` stand elsewhere.
    pub fn moved(
        &self,
        after: &Plan,
        catalogue: &Catalogue,
        demands: &Demands,
        ids: &[Id],
    ) -> Patched {
        let terrain = Terrain::new(after, catalogue);
        let moved: Vec<Rect> = after
            .containers
            .iter()
            .filter(|container| ids.contains(&container.id))
            .filter_map(|container| {
                Some(container.footprint(catalogue.modules.get(&container.module)?))
            })
            .collect();
        let mut patch = Patch {
            base: self,
            graph: self.graph.clone(),
            parts: BTreeMap::new(),
            fresh: BTreeMap::new(),
        };
        let Some(ground) = moved.iter().copied().reduce(Rect::union) else {
            return Patched { graph: patch.graph, parts: patch.parts };
        };
        let around = (moved.as_slice(), ground.inflate(PORTS_AROUND));
        let added = tracks::around(&terrain, catalogue, demands, &drawn(after), around);
        let pieces = patch.divide_and_cut(&terrain, &added);
        patch.close(&moved);
        let surfaces = Surfaces::new(after);
        for piece in &pieces {
            patch.add(piece, |ends| raw_edge(&terrain, catalogue, &surfaces, ends, piece));
        }
        patch.graph.demand_nodes =
            demands.demands.iter().map(|demand| patch.node(demand.at)).collect();
        patch.graph.source_nodes =
            demands.sources.iter().map(|source| patch.node(source.at)).collect();
        Patched { graph: patch.graph, parts: patch.parts }
    }
}

impl Patched {
    /// Where a route of the graph before the move runs now; none where it is cut.
    pub fn follow(&self, from: Node, route: &[EdgeIndex]) -> Option<Vec<EdgeIndex>> {
        let mut out = Vec::with_capacity(route.len());
        let mut node = from;
        for &edge in route {
            let ends = self.graph.edges[edge as usize].ends;
            let forward = ends[0] == node;
            match self.parts.get(&edge) {
                None => out.push(edge),
                Some(parts) => {
                    let parts = parts.as_ref()?;
                    if forward {
                        out.extend(parts);
                    } else {
                        out.extend(parts.iter().rev());
                    }
                }
            }
            node = if forward { ends[1] } else { ends[0] };
        }
        Some(out)
    }
}

struct Patch<'a> {
    base: &'a Base,
    graph: Graph,
    parts: BTreeMap<EdgeIndex, Option<Vec<EdgeIndex>>>,
    /// Nodes that the graph did not have before.
    fresh: BTreeMap<Point, Node>,
}

impl Patch<'_> {
    fn node(&self, place: Point) -> Option<Node> {
        let names = &self.base.names;
        let known = names.binary_search_by_key(&place, |&(point, _)| point).ok();
        known.map(|index| names[index].1).or_else(|| self.fresh.get(&place).copied())
    }

    fn node_or_new(&mut self, place: Point) -> Node {
        self.node(place).unwrap_or_else(|| {
            let node = Node::try_from(self.graph.nodes.len()).unwrap_or(Node::MAX);
            self.graph.nodes.push(place);
            self.graph.adjacent.push(Vec::new());
            self.fresh.insert(place, node);
            node
        })
    }

    /// Cuts the added tracks where they meet the graph and divides the edges they meet there.
    fn divide_and_cut(&mut self, terrain: &Terrain<'_>, added: &[Segment]) -> Vec<Segment> {
        let roads = roads(terrain.plan);
        let mut pieces = Vec::new();
        let mut places: BTreeMap<EdgeIndex, Vec<(usize, Point)>> = BTreeMap::new();
        let mut met = Vec::new();
        for (number, track) in added.iter().enumerate() {
            let legs: Vec<_> = self
                .base
                .near
                .near(Rect::spanning(track.a, track.b))
                .into_iter()
                .map(|name| self.base.leg(name))
                .collect();
            for (edge, leg, segment) in &legs {
                met.clear();
                places_met(segment, track, &mut met);
                if !met.is_empty() {
                    let places = places.entry(*edge).or_default();
                    places.extend(met.iter().map(|&place| (*leg, place)));
                }
            }
            let others = added.iter().enumerate().filter(|(other, _)| *other != number);
            let others = others.map(|(_, other)| *other);
            let others = others.chain(legs.into_iter().map(|(_, _, segment)| segment));
            pieces.extend(pieces_of(terrain, track, others, &roads));
        }
        for (edge, places) in places {
            self.divide(edge, places);
        }
        for piece in &mut pieces {
            (piece.a, piece.b) = (piece.a.min(piece.b), piece.a.max(piece.b));
        }
        pieces.sort_by_key(|piece| (piece.a, piece.b));
        pieces.dedup_by_key(|piece| (piece.a, piece.b));
        // What a leg covers is there already.
        let covered = |piece: &Segment| {
            let legs = self.base.near.near(Rect::spanning(piece.a, piece.b));
            legs.into_iter()
                .map(|name| self.base.leg(name).2)
                .any(|leg| on_segment(leg.a, leg.b, piece.a) && on_segment(leg.a, leg.b, piece.b))
        };
        pieces.retain(|piece| !covered(piece));
        pieces
    }

    /// Divides an edge at places on its legs.
    fn divide(&mut self, number: EdgeIndex, mut places: Vec<(usize, Point)>) {
        let edge = self.graph.edges[number as usize].clone();
        let [first, last] = [edge.path.first().copied(), edge.path.last().copied()];
        places.retain(|&(_, place)| Some(place) != first && Some(place) != last);
        places.sort_by_key(|&(leg, place)| {
            let from = edge.path[leg];
            (leg, (place.x - from.x).abs() + (place.y - from.y).abs())
        });
        // The corner of two legs is met by both.
        places.dedup_by_key(|&mut (_, place)| place);
        if places.is_empty() {
            return;
        }
        let mut paths = vec![vec![edge.path[0]]];
        let mut place = places.into_iter().peekable();
        for (leg, &end) in edge.path.iter().skip(1).enumerate() {
            while let Some((_, at)) = place.next_if(|&(on, _)| on == leg) {
                push(&mut paths, at);
                paths.push(vec![at]);
            }
            push(&mut paths, end);
        }
        paths.retain(|path| path.len() > 1);
        let parts = paths.into_iter().enumerate().map(|(index, path)| {
            let ends = [path[0], path[path.len() - 1]].map(|end| self.node_or_new(end));
            let length_m = path.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
            // Where along the edge a road begins is not kept; its first part answers for it.
            let road_edges = if index == 0 { edge.road_edges } else { 0 };
            self.link(Edge { ends, path, length_m, road_edges, ..edge.clone() })
        });
        let parts = parts.collect();
        self.unlink(number);
        self.parts.insert(number, Some(parts));
    }

    /// Closes the edges, parts included, that run under what has moved.
    fn close(&mut self, moved: &[Rect]) {
        for &footprint in moved {
            let whole = self.base.near.near(footprint);
            let mut edges: Vec<EdgeIndex> =
                whole.into_iter().map(|name| self.base.leg(name).0).collect();
            edges.dedup();
            for edge in edges {
                match self.parts.get(&edge).cloned() {
                    Some(Some(parts))
                        if parts.iter().any(|&part| self.runs_under(part, footprint)) =>
                    {
                        for part in parts {
                            if self.runs_under(part, footprint) {
                                self.unlink(part);
                            }
                        }
                        self.parts.insert(edge, None);
                    }
                    None if self.runs_under(edge, footprint) => {
                        self.unlink(edge);
                        self.parts.insert(edge, None);
                    }
                    _ => {}
                }
            }
        }
    }

    fn runs_under(&self, edge: EdgeIndex, footprint: Rect) -> bool {
        let path = &self.graph.edges[edge as usize].path;
        path.windows(2).any(|pair| footprint.crossed_by(pair[0], pair[1]))
    }

    /// Adds a piece of a track.
    fn add(&mut self, piece: &Segment, edge: impl FnOnce([Node; 2]) -> Edge) {
        let ends = [self.node_or_new(piece.a), self.node_or_new(piece.b)];
        self.link(edge(ends));
    }

    fn link(&mut self, edge: Edge) -> EdgeIndex {
        let number = EdgeIndex::try_from(self.graph.edges.len()).unwrap_or(EdgeIndex::MAX);
        let [a, b] = edge.ends;
        self.graph.adjacent[a as usize].push((number, b));
        if a != b {
            self.graph.adjacent[b as usize].push((number, a));
        }
        self.graph.edges.push(edge);
        number
    }

    /// Takes an edge out of the graph, but not off its list.
    fn unlink(&mut self, number: EdgeIndex) {
        let edge = &mut self.graph.edges[number as usize];
        // Nothing is required of an edge that is gone.
        edge.usage = Usage::Possible;
        for end in edge.ends {
            self.graph.adjacent[end as usize].retain(|&(edge, _)| edge != number);
        }
    }
}

/// Adds a point to the last of some paths, unless it ends there.
fn push(paths: &mut [Vec<Point>], point: Point) {
    if let Some(path) = paths.last_mut()
        && path.last() != Some(&point)
    {
        path.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridors::build;
    use crate::demand;
    use crate::edit::Edit;
    use crate::plan::text;

    fn jupiter() -> (Plan, Catalogue) {
        let catalogue = Catalogue::reference().unwrap();
        let jupiter = include_str!("../../../layouts/jupiter.ron");
        (text::read(jupiter, &catalogue).unwrap(), catalogue)
    }

    #[test]
    fn nothing_changes_where_nothing_moves() {
        let (plan, catalogue) = jupiter();
        let demands = demand::derive(&plan, &catalogue);
        let base = Base::new(&plan, &catalogue, build(&plan, &catalogue, &demands));
        for container in &plan.containers {
            let ids = std::slice::from_ref(&container.id);
            let patched = base.moved(&plan, &catalogue, &demands, ids);
            let closed = patched.parts.values().filter(|parts| parts.is_none()).count();
            assert_eq!(closed, 0, "{}", container.id);
            assert_eq!(patched.graph.demand_nodes, base.graph.demand_nodes);
        }
    }

    /// What is left runs clear of every container, is tied up as the list says, and lets every
    /// route of the base be followed along the same line or not at all.
    #[test]
    fn a_patched_graph_is_sound() {
        let (plan, catalogue) = jupiter();
        let demands = demand::derive(&plan, &catalogue);
        let base = Base::new(&plan, &catalogue, build(&plan, &catalogue, &demands));
        for (index, container) in plan.containers.iter().enumerate() {
            let ids: Vec<Id> =
                plan.with_groups(std::slice::from_ref(&container.id)).into_iter().collect();
            let step = i64::try_from(index).unwrap() * 613;
            let edit = Edit::Move {
                ids: ids.clone(),
                dx_mm: step % 7919 - 4000,
                dy_mm: step % 5003 - 2500,
            };
            let Ok(after) = plan.apply(&edit, &catalogue) else { continue };
            let demands = demand::derive(&after, &catalogue);
            let patched = base.moved(&after, &catalogue, &demands, &ids);
            let graph = &patched.graph;
            let terrain = Terrain::new(&after, &catalogue);
            for (node, adjacent) in (0..).zip(&graph.adjacent) {
                for &(edge, other) in adjacent {
                    let edge = &graph.edges[edge as usize];
                    assert!(edge.ends == [node, other] || edge.ends == [other, node]);
                    let ends = edge.ends.map(|end| graph.nodes[end as usize]);
                    assert_eq!(edge.path.first(), Some(&ends[0]));
                    assert_eq!(edge.path.last(), Some(&ends[1]));
                    for pair in edge.path.windows(2) {
                        let crosses = |rect: &Rect| rect.crossed_by(pair[0], pair[1]);
                        assert!(!terrain.footprints.iter().any(crosses), "{}", container.id);
                    }
                }
            }
            for (number, edge) in (0..).zip(&base.graph.edges) {
                let Some(parts) = patched.follow(edge.ends[1], &[number]) else { continue };
                let length: f64 =
                    parts.iter().map(|&part| graph.edges[part as usize].length_m).sum();
                assert!((length - edge.length_m).abs() < 0.01);
                assert!(graph.edges[parts[0] as usize].ends.contains(&edge.ends[1]));
            }
        }
    }
}
