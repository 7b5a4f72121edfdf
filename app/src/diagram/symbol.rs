//! Symbols of electrical and piping diagrams, after IEC 60617 and ISO 14617, drawn from lines.

use glam::{DVec2, dvec2};

use super::{Drawing, Frame, Ink, MEDIUM, THIN};

/// Radius of the circles of transformers, generators and pumps, mm.
pub(super) const RADIUS: f64 = 3.0;
/// Height of a circuit breaker, mm.
pub(super) const BREAKER: f64 = 4.0;
/// Height of a transformer, mm.
pub(super) const TRANSFORMER: f64 = 2.0 * RADIUS + RADIUS * 1.25;
/// Side of the square of converters and feeds, mm.
pub(super) const SQUARE: f64 = 5.0;

/// A transformer of two windings hanging from a point.
pub(super) fn transformer(drawing: &mut Drawing, top: DVec2) {
    let primary = top + dvec2(0.0, RADIUS);
    drawing.ring(primary, RADIUS, Ink::Text, MEDIUM);
    drawing.ring(primary + dvec2(0.0, RADIUS * 1.25), RADIUS, Ink::Text, MEDIUM);
}

/// A circuit breaker in an upright line, from its upper to its lower end.
pub(super) fn breaker(drawing: &mut Drawing, top: DVec2, ink: Ink) {
    let cross = 0.7;
    let (west, east) = (dvec2(-cross, -cross), dvec2(cross, -cross));
    drawing.line([top + west, top - west], ink, THIN);
    drawing.line([top + east, top - east], ink, THIN);
    drawing.line([top + dvec2(-1.4, 0.6), top + dvec2(0.0, BREAKER)], ink, MEDIUM);
}

/// A network that feeds the site: a hatched square.
pub(super) fn feed(drawing: &mut Drawing, center: DVec2) {
    let frame = Frame::centered(center, DVec2::splat(SQUARE));
    drawing.rect(frame, Ink::Paper, Some((Ink::Text, MEDIUM)));
    for share in [0.25, 0.5, 0.75] {
        let along = SQUARE * share;
        let (min, max) = (frame.min, frame.max);
        drawing.line([dvec2(min.x + along, min.y), dvec2(min.x, min.y + along)], Ink::Text, THIN);
        drawing.line([dvec2(max.x - along, max.y), dvec2(max.x, max.y - along)], Ink::Text, THIN);
        drawing.line([dvec2(min.x + along, max.y), dvec2(min.x, max.y - along)], Ink::Text, THIN);
        drawing.line([dvec2(max.x - along, min.y), dvec2(max.x, min.y + along)], Ink::Text, THIN);
    }
}

/// A generator: a circle with the sign of alternating current.
pub(super) fn generator(drawing: &mut Drawing, center: DVec2) {
    drawing.ring(center, RADIUS, Ink::Text, MEDIUM);
    drawing.line(wave(center, 3.2), Ink::Text, THIN);
}

/// An uninterruptible supply: a converter from alternating to direct current and back.
pub(super) fn converter(drawing: &mut Drawing, center: DVec2) {
    let frame = Frame::centered(center, DVec2::splat(SQUARE));
    drawing.rect(frame, Ink::Paper, Some((Ink::Text, MEDIUM)));
    let [_, upper_right, _, lower_left] = frame.corners();
    drawing.line([lower_left, upper_right], Ink::Text, THIN);
    drawing.line(wave(center - 1.3, 1.6), Ink::Text, THIN);
    for lift in [-0.3, 0.3] {
        let middle = center + dvec2(1.3, 1.3 + lift);
        drawing.line([middle - dvec2(0.8, 0.0), middle + dvec2(0.8, 0.0)], Ink::Text, THIN);
    }
}

/// Switchgear or anything else that passes power on: a plain square.
pub(super) fn board(drawing: &mut Drawing, center: DVec2) {
    let frame = Frame::centered(center, DVec2::splat(SQUARE));
    drawing.rect(frame, Ink::Paper, Some((Ink::Text, MEDIUM)));
}

/// A load at the end of a line that runs in a direction of length one.
pub(super) fn load(drawing: &mut Drawing, tip: DVec2, toward: DVec2, ink: Ink) {
    let (foot, side) = (tip - toward * 2.4, toward.perp() * 1.1);
    drawing.area([tip, foot + side, foot - side], ink, None);
}

/// A pump in a line to the right; a spare one is dashed.
pub(super) fn pump(drawing: &mut Drawing, center: DVec2, is_spare: bool) {
    let ink = if is_spare { Ink::Muted } else { Ink::Text };
    drawing.items.push(super::Item {
        shape: super::Shape::Disc { center, radius: RADIUS },
        line: Some((ink, if is_spare { THIN } else { MEDIUM })),
        fill: Some(Ink::Paper),
    });
    let (west, tip) = (RADIUS * 0.5, center + dvec2(RADIUS, 0.0));
    let corners =
        [center + dvec2(-west, -RADIUS * 0.86), tip, center + dvec2(-west, RADIUS * 0.86)];
    if is_spare {
        let [first, ..] = corners;
        let outline: Vec<DVec2> = corners.into_iter().chain([first]).collect();
        drawing.dashed(outline, ink, THIN);
    } else {
        drawing.area(corners, ink, None);
    }
}

/// A valve in an upright line.
pub(super) fn valve(drawing: &mut Drawing, center: DVec2, ink: Ink) {
    let (wide, high) = (1.2, 1.8);
    for sign in [-1.0, 1.0] {
        let foot = center + dvec2(0.0, sign * high);
        let corners = [center, foot + dvec2(-wide, 0.0), foot + dvec2(wide, 0.0)];
        drawing.area(corners, Ink::Paper, Some((ink, MEDIUM)));
    }
}

/// A valve that balances the circuits: one with a setting.
pub(super) fn balancing_valve(drawing: &mut Drawing, center: DVec2, ink: Ink) {
    valve(drawing, center, ink);
    let stem = center + dvec2(-2.2, 0.0);
    drawing.line([center, stem], ink, THIN);
    drawing.line([stem + dvec2(0.0, -1.0), stem + dvec2(0.0, 1.0)], ink, MEDIUM);
}

/// One period of alternating current.
fn wave(center: DVec2, width: f64) -> Vec<DVec2> {
    // Heights of a sine at every eighth of its period.
    const SINE: [f64; 9] = [0.0, 0.71, 1.0, 0.71, 0.0, -0.71, -1.0, -0.71, 0.0];
    let step = width / 8.0;
    (0_u8..)
        .zip(SINE)
        .map(|(index, height)| {
            center + dvec2(step * f64::from(index) - width / 2.0, -height * width / 5.0)
        })
        .collect()
}
