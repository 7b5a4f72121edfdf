//! What the route of one half of a pair leaves to the other half.

use super::problem::{Commodity, Problem};
use super::state::Route;
use crate::catalogue::rules::{Diversity, PORT_AREA_M};
use crate::corridors::{EdgeIndex, Node};
use crate::geometry::{Point, Rect, closest_approach};

use crate::network::line;

/// Calls `bar` with every edge that a connection must not use because its partner runs along
/// `route`, by the rules of both.
///
/// The source a connection will end at is not known beforehand. A `lenient` reading lets it come
/// close to its partner around any source it might end at; otherwise only around its own port.
pub(super) fn bar(
    problem: &Problem<'_>,
    [own, partner]: [usize; 2],
    route: &Route,
    lenient: bool,
    mut bar: impl FnMut(EdgeIndex),
) {
    route.edges.iter().for_each(|&edge| bar(edge));
    let [own, partner] = [own, partner].map(|index| &problem.commodities[index]);
    for rule in [own.diversity, partner.diversity] {
        match rule {
            Diversity::Edge => {}
            Diversity::Trench => {
                for node in inner_nodes(problem, own, partner, route) {
                    problem.graph.adjacent[node as usize].iter().for_each(|&(edge, _)| bar(edge));
                }
            }
            Diversity::Distance(metres) => {
                near(problem, own, partner, route, (metres, lenient)).for_each(&mut bar);
            }
        }
    }
}

/// Places a route passes that are the end of neither.
fn inner_nodes(
    problem: &Problem<'_>,
    own: &Commodity,
    partner: &Commodity,
    route: &Route,
) -> Vec<Node> {
    let source = partner.targets.iter().find(|target| target.source == route.source);
    let mut ends: Vec<Node> = own.targets.iter().map(|target| target.node).collect();
    ends.extend(own.node.into_iter().chain(partner.node));
    ends.extend(source.map(|target| target.node));
    let mut nodes: Vec<Node> =
        route.edges.iter().flat_map(|&edge| problem.graph.edges[edge as usize].ends).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes.retain(|node| !ends.contains(node));
    nodes
}

/// Edges closer to a route than the rule allows.
fn near<'p>(
    problem: &'p Problem<'_>,
    own: &Commodity,
    partner: &Commodity,
    route: &Route,
    (metres, lenient): (f64, bool),
) -> impl Iterator<Item = EdgeIndex> + use<'p> {
    let graph = problem.graph;
    let at = |node: Node| graph.nodes[node as usize];
    let mut ends: Vec<Point> = own.node.into_iter().chain(partner.node).map(at).collect();
    ends.push(problem.source_at[route.source]);
    if lenient {
        ends.extend(own.targets.iter().map(|target| at(target.node)));
    }
    let way = partner.node.map(|node| line(graph, at(node), &route.edges)).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "the rule set bounds the distance")]
    let reach = (metres * 1000.0) as i64 + 1;
    let around = Rect::around(way.iter().copied()).unwrap_or_default().inflate(reach);
    (0..).zip(&graph.edges).filter_map(move |(number, edge)| {
        let span = Rect::around(edge.path.iter().copied())?;
        if !span.inflate(1).overlaps(around) {
            return None;
        }
        let approach = closest_approach(&edge.path, &way, &ends, PORT_AREA_M)?;
        // A millimetre for the rounding of corners.
        (approach.gap_m < metres - 0.001).then_some(number)
    })
}
