//! The way of a cable through the open trenches: shortest paths over what is laid.
//!
//! Trenches of a report are lines that meet at ends, in passing or at crossings. They are cut where
//! they meet, which makes a graph; one search from each gate of a container answers for all cables
//! that leave by it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::corridors::grid::Grid;
use crate::geometry::{Point, Rect, meeting_point, near_line};
use crate::report::Trench;

/// The laid trenches as a graph.
#[derive(Debug, Default)]
pub(super) struct Ways {
    nodes: BTreeMap<Point, u32>,
    stretches: Vec<Stretch>,
    /// Stretches at each node.
    adjacent: Vec<Vec<u32>>,
}

/// A piece of trench between two meeting places.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    ends: [u32; 2],
    length_mm: i64,
    /// The trench, by index in the report.
    trench: u32,
}

/// Shortest paths from one place.
#[derive(Debug)]
pub(super) struct Tree {
    /// Distance of every node, mm.
    distance_mm: Vec<Option<i64>>,
    /// The stretch by which a node is reached.
    before: Vec<u32>,
}

/// A straight piece of a trench before it is cut.
struct Piece {
    a: Point,
    b: Point,
    trench: u32,
    cuts: Vec<Point>,
}

impl Ways {
    /// The graph of those trenches that are `kept`.
    pub(super) fn new(trenches: &[Trench], kept: impl Fn(&Trench) -> bool) -> Self {
        let mut pieces: Vec<Piece> = (0_u32..)
            .zip(trenches)
            .filter(|(_, trench)| kept(trench))
            .flat_map(|(index, trench)| {
                trench.path_mm.windows(2).map(move |pair| Piece {
                    a: pair[0],
                    b: pair[1],
                    trench: index,
                    cuts: vec![pair[0], pair[1]],
                })
            })
            .collect();
        cut(&mut pieces);
        let mut ways = Self::default();
        for piece in &mut pieces {
            let start = piece.a;
            // Along a straight line the sum of both distances grows with the way.
            piece.cuts.sort_by_key(|at| ((at.x - start.x).abs() + (at.y - start.y).abs(), *at));
            piece.cuts.dedup();
            for pair in piece.cuts.windows(2) {
                ways.add(pair[0], pair[1], piece.trench);
            }
        }
        ways
    }

    fn add(&mut self, a: Point, b: Point, trench: u32) {
        let ends = [self.node(a), self.node(b)];
        #[expect(clippy::cast_possible_truncation, reason = "below LIMIT in millimetres")]
        let length_mm = (a.distance_m(b) * 1000.0).round() as i64;
        let number = super::topology::length(&self.stretches);
        self.stretches.push(Stretch { ends, length_mm, trench });
        for end in ends {
            self.adjacent[end as usize].push(number);
        }
    }

    fn node(&mut self, at: Point) -> u32 {
        let next = super::topology::length(&self.adjacent);
        let node = *self.nodes.entry(at).or_insert(next);
        if node == next {
            self.adjacent.push(Vec::new());
        }
        node
    }

    /// The node at a place.
    pub(super) fn node_at(&self, at: Point) -> Option<u32> {
        self.nodes.get(&at).copied()
    }

    /// Shortest paths from a node; of equal ones that over the lesser node.
    pub(super) fn paths_from(&self, start: u32) -> Tree {
        let count = self.adjacent.len();
        let mut tree = Tree { distance_mm: vec![None; count], before: vec![u32::MAX; count] };
        let mut settled = vec![false; count];
        let mut queue = BinaryHeap::from([Reverse((0_i64, start))]);
        tree.distance_mm[start as usize] = Some(0);
        while let Some(Reverse((so_far, node))) = queue.pop() {
            if std::mem::replace(&mut settled[node as usize], true) {
                continue;
            }
            for &number in &self.adjacent[node as usize] {
                let stretch = self.stretches[number as usize];
                let next = stretch.other(node);
                let longer = so_far + stretch.length_mm;
                let known = &mut tree.distance_mm[next as usize];
                if known.is_none_or(|known| longer < known) {
                    *known = Some(longer);
                    tree.before[next as usize] = number;
                    queue.push(Reverse((longer, next)));
                }
            }
        }
        tree
    }

    /// Calls `visit` with every stretch, and its trench, on the way back from a node.
    pub(super) fn walk(&self, tree: &Tree, end: u32, mut visit: impl FnMut(u32, u32)) {
        let mut node = end;
        while let Some(stretch) = self.stretches.get(tree.before[node as usize] as usize) {
            visit(tree.before[node as usize], stretch.trench);
            node = stretch.other(node);
        }
    }
}

impl Tree {
    /// Distance of a node, mm; none where no trench leads there.
    pub(super) fn distance_mm(&self, node: u32) -> Option<i64> {
        self.distance_mm[node as usize]
    }
}

impl Stretch {
    fn other(self, node: u32) -> u32 {
        if self.ends[0] == node { self.ends[1] } else { self.ends[0] }
    }
}

/// Adds to every piece the places where others meet it.
fn cut(pieces: &mut [Piece]) {
    let Some(bounds) = Rect::around(pieces.iter().flat_map(|piece| [piece.a, piece.b])) else {
        return;
    };
    let area = |piece: &Piece| Rect::spanning(piece.a, piece.b).inflate(2);
    let mut index = Grid::new(bounds, 5_000);
    for (number, piece) in (0_u32..).zip(&*pieces) {
        index.insert(number, area(piece));
    }
    for one in 0..pieces.len() {
        for other in index.near(area(&pieces[one])) {
            let other = other as usize;
            if other <= one {
                continue;
            }
            for place in meetings(&pieces[one], &pieces[other]) {
                pieces[one].cuts.push(place);
                pieces[other].cuts.push(place);
            }
        }
    }
}

/// Where two pieces meet: at an end of one of them, or else where they cross.
fn meetings(one: &Piece, other: &Piece) -> Vec<Point> {
    let of_other = [other.a, other.b].into_iter().filter(|&end| near_line(one.a, one.b, end));
    let of_one = [one.a, one.b].into_iter().filter(|&end| near_line(other.a, other.b, end));
    let ends: Vec<Point> = of_other.chain(of_one).collect();
    if ends.is_empty() {
        return meeting_point(one.a, one.b, other.a, other.b).into_iter().collect();
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::units::Cents;

    fn trench(line: &[(i64, i64)]) -> Trench {
        Trench {
            id: "T".to_owned(),
            path_mm: line.iter().copied().map(Point::from).collect(),
            length_m: 0.0,
            width_mm: 400,
            limit_mm: 400,
            corridor: None,
            ground_factor: 1.0,
            existing: false,
            crossings: 0,
            contents: Vec::new(),
            phase: Id::new("P1").unwrap(),
            cost: Cents(0),
        }
    }

    fn way(trenches: &[Trench], from: (i64, i64), to: (i64, i64)) -> Option<(i64, Vec<u32>)> {
        let ways = Ways::new(trenches, |_| true);
        let (start, end) = (ways.node_at(from.into())?, ways.node_at(to.into())?);
        let tree = ways.paths_from(start);
        let mut through = Vec::new();
        ways.walk(&tree, end, |_, trench| through.push(trench));
        Some((tree.distance_mm(end)?, through))
    }

    #[test]
    fn a_cable_turns_where_trenches_cross_or_touch() {
        let trenches = [
            trench(&[(0, 0), (10_000, 0)]),
            trench(&[(4_000, -3_000), (4_000, 3_000)]),
            trench(&[(0, 3_000), (9_000, 3_000)]),
        ];
        // Along the first, up the second, whose end touches the third in passing.
        let (length, through) = way(&trenches, (0, 0), (9_000, 3_000)).unwrap();
        assert_eq!((length, through), (4_000 + 3_000 + 5_000, vec![2, 1, 0]));
    }

    #[test]
    fn no_way_leads_over_open_ground() {
        let trenches = [trench(&[(0, 0), (10_000, 0)]), trench(&[(0, 10), (10_000, 10)])];
        assert_eq!(way(&trenches, (0, 0), (10_000, 10)), None);
    }

    #[test]
    fn the_shorter_of_two_ways_is_taken() {
        let ring = [
            trench(&[(0, 0), (6_000, 0), (6_000, 6_000)]),
            trench(&[(0, 0), (0, 4_000), (6_000, 4_000)]),
        ];
        let (length, _) = way(&ring, (0, 0), (6_000, 6_000)).unwrap();
        assert_eq!(length, 12_000);
        let (length, through) = way(&ring, (0, 4_000), (6_000, 6_000)).unwrap();
        assert_eq!((length, through), (8_000, vec![0, 1]));
    }
}
