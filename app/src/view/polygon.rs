//! Lines and areas on the screen: filling any simple outline, and lanes beside a line.

use eframe::egui::{Color32, Mesh, Pos2, Vec2, pos2};

/// Outlines with more corners than this are drawn without a filling.
const MOST_CORNERS: usize = 96;

/// The filled area of a simple outline, convex or not.
pub(crate) fn fill(outline: &[Pos2], color: Color32) -> Option<Mesh> {
    if !(3..=MOST_CORNERS).contains(&outline.len()) {
        return None;
    }
    let mut mesh = Mesh::default();
    for &corner in outline {
        mesh.colored_vertex(corner, color);
    }
    for [a, b, c] in triangles(outline) {
        let index = |at: usize| u32::try_from(at).unwrap_or(0);
        mesh.add_triangle(index(a), index(b), index(c));
    }
    Some(mesh)
}

/// Cuts an outline into triangles by clipping one ear after the other.
fn triangles(outline: &[Pos2]) -> Vec<[usize; 3]> {
    let mut left: Vec<usize> = (0..outline.len()).collect();
    if area(outline) < 0.0 {
        left.reverse();
    }
    let mut cut = Vec::with_capacity(outline.len());
    while left.len() > 3 {
        let count = left.len();
        let ear = (0..count).find(|&at| {
            let (a, b, c) = (left[(at + count - 1) % count], left[at], left[(at + 1) % count]);
            let corners = [outline[a], outline[b], outline[c]];
            turn(corners) > 0.0
                && !left
                    .iter()
                    .any(|&other| ![a, b, c].contains(&other) && is_inside(corners, outline[other]))
        });
        // An outline that crosses itself has no ear; any corner will do then.
        let at = ear.unwrap_or(0);
        cut.push([left[(at + count - 1) % count], left[at], left[(at + 1) % count]]);
        left.remove(at);
    }
    if let [a, b, c] = left.as_slice() {
        cut.push([*a, *b, *c]);
    }
    cut
}

fn area(outline: &[Pos2]) -> f32 {
    let next = outline.iter().cycle().skip(1);
    outline.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum()
}

fn turn([a, b, c]: [Pos2; 3]) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn is_inside([a, b, c]: [Pos2; 3], at: Pos2) -> bool {
    turn([a, b, at]) >= 0.0 && turn([b, c, at]) >= 0.0 && turn([c, a, at]) >= 0.0
}

/// The line `by` points to the right of a line, with its corners mitred.
pub(crate) fn beside(line: &[Pos2], by: f32) -> Vec<Pos2> {
    if by == 0.0 {
        return line.to_vec();
    }
    let normal = |a: Pos2, b: Pos2| {
        let along = b - a;
        let length = along.length();
        if length > 0.01 { Vec2::new(-along.y, along.x) / length } else { Vec2::ZERO }
    };
    let mut shifted = Vec::with_capacity(line.len());
    for (index, &at) in line.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| line.get(before));
        let after = line.get(index + 1);
        let into = before.map_or(Vec2::ZERO, |&before| normal(before, at));
        let out = after.map_or(Vec2::ZERO, |&after| normal(at, after));
        let middle = into + out;
        let square = middle.length_sq();
        let push = if into == Vec2::ZERO || out == Vec2::ZERO {
            middle
        } else if square > 0.2 {
            middle * (2.0 / square)
        } else {
            // A turn back on itself has no mitre.
            out
        };
        shifted.push(at + push * by);
    }
    shifted
}

/// The point half way along a line.
pub(crate) fn middle(line: &[Pos2]) -> Option<Pos2> {
    let length = |pair: &[Pos2]| match pair {
        [a, b] => a.distance(*b),
        _ => 0.0,
    };
    let total: f32 = line.windows(2).map(length).sum();
    let mut left = total / 2.0;
    for pair in line.windows(2) {
        let own = length(pair);
        if own >= left
            && own > 0.0
            && let [a, b] = pair
        {
            return Some(a.lerp(*b, left / own));
        }
        left -= own;
    }
    line.first().map(|at| pos2(at.x, at.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concave_outline_is_covered_exactly() {
        let outline = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 2.0), (0.0, 10.0)]
            .map(|(x, y)| pos2(x, y));
        let covered: f32 = triangles(&outline)
            .into_iter()
            .map(|[a, b, c]| turn([outline[a], outline[b], outline[c]]).abs())
            .sum();
        assert!((covered - area(&outline).abs()).abs() < 1e-3, "{covered}");
    }

    #[test]
    fn a_lane_keeps_its_distance_around_a_corner() {
        let line = [pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(10.0, 10.0)];
        let lane = beside(&line, 2.0);
        assert_eq!(lane, [pos2(0.0, 2.0), pos2(8.0, 2.0), pos2(8.0, 10.0)]);
    }

    #[test]
    fn the_middle_lies_half_way_along() {
        let line = [pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(10.0, 10.0)];
        assert_eq!(middle(&line), Some(pos2(10.0, 0.0)));
    }
}
