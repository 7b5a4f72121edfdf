//! Convex piecewise linear functions on an interval: what head is worth.

/// Such a function. Beyond its end it keeps its last value, below its start it has none.
#[derive(Clone, Debug, Default)]
pub(super) struct Convex {
    /// Where it starts.
    pub(super) start: f64,
    /// Its value there.
    pub(super) value: f64,
    /// Its pieces from there on; slopes rise.
    pub(super) pieces: Vec<Piece>,
}

/// A straight piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// How far it reaches.
    pub(super) width: f64,
    /// Its slope.
    pub(super) slope: f64,
}

impl Convex {
    /// The same value from a start to an end.
    pub(super) fn flat(start: f64, end: f64, value: f64) -> Self {
        Self { start, value, pieces: vec![Piece { width: (end - start).max(0.0), slope: 0.0 }] }
    }

    pub(super) fn end(&self) -> f64 {
        self.start + self.pieces.iter().map(|piece| piece.width).sum::<f64>()
    }

    /// Its value; at the start where the place is before it.
    pub(super) fn at(&self, place: f64) -> f64 {
        let (mut left, mut value) = ((place - self.start).max(0.0), self.value);
        for piece in &self.pieces {
            if left <= piece.width {
                return value + left * piece.slope;
            }
            left -= piece.width;
            value += piece.width * piece.slope;
        }
        value
    }

    /// The part from a place on.
    pub(super) fn from(&self, least: f64) -> Self {
        if least <= self.start {
            return self.clone();
        }
        let (mut left, mut value) = (least - self.start, self.value);
        for (index, piece) in self.pieces.iter().enumerate() {
            if left < piece.width {
                let mut pieces = self.pieces[index..].to_vec();
                pieces[0].width -= left;
                return Self { start: least, value: value + left * piece.slope, pieces };
            }
            left -= piece.width;
            value += piece.width * piece.slope;
        }
        Self { start: least, value, pieces: Vec::new() }
    }

    /// The part up to a place.
    pub(super) fn until(mut self, most: f64) -> Self {
        let mut left = (most - self.start).max(0.0);
        for piece in &mut self.pieces {
            piece.width = piece.width.min(left);
            left -= piece.width;
        }
        self.pieces.retain(|piece| piece.width > 0.0);
        self
    }

    /// The falling part, level from there to an end.
    pub(super) fn falling(mut self, end: f64) -> Self {
        self.pieces.retain(|piece| piece.slope < 0.0);
        let own = self.end();
        if end > own {
            self.pieces.push(Piece { width: end - own, slope: 0.0 });
        }
        self.until(end)
    }

    /// The rising part, level from a start up to it: the least over all places further on.
    pub(super) fn rising(mut self, start: f64) -> Self {
        let first = self.pieces.iter().position(|piece| piece.slope > 0.0);
        for piece in self.pieces.drain(..first.unwrap_or(self.pieces.len())) {
            self.start += piece.width;
            self.value += piece.width * piece.slope;
        }
        if start < self.start {
            self.pieces.insert(0, Piece { width: self.start - start, slope: 0.0 });
            self.start = start;
            return self;
        }
        self.from(start)
    }

    /// The sum where both have a value.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let start = self.start.max(other.start);
        let (mut own, mut others) = (self.from(start), other.from(start));
        let mut sum = Self { start, value: own.value + others.value, pieces: Vec::new() };
        let (mut a, mut b) = (0, 0);
        while let (Some(one), Some(two)) = (own.pieces.get_mut(a), others.pieces.get_mut(b)) {
            let width = one.width.min(two.width);
            if width > 0.0 {
                sum.pieces.push(Piece { width, slope: one.slope + two.slope });
            }
            one.width -= width;
            two.width -= width;
            // At least one of the two is used up, so the walk ends.
            if one.width <= 0.0 {
                a += 1;
            }
            if two.width <= 0.0 {
                b += 1;
            }
        }
        sum
    }

    /// The least sum of both over all ways to divide a place between them (infimal convolution):
    /// the pieces of both, steepest fall first.
    pub(super) fn shared(&self, other: &Self) -> Self {
        let mut pieces: Vec<Piece> = self.pieces.iter().chain(&other.pieces).copied().collect();
        pieces.sort_by(|a, b| a.slope.total_cmp(&b.slope));
        Self { start: self.start + other.start, value: self.value + other.value, pieces }
    }

    /// The function of the negated place.
    pub(super) fn mirrored(&self) -> Self {
        let end = self.end();
        let turned = |piece: &Piece| Piece { width: piece.width, slope: -piece.slope };
        Self {
            start: -end,
            value: self.at(end),
            pieces: self.pieces.iter().rev().map(turned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bowl() -> Convex {
        let pieces = [(1.0, -3.0), (2.0, -1.0), (1.0, 2.0)];
        let pieces = pieces.map(|(width, slope)| Piece { width, slope }).to_vec();
        Convex { start: 1.0, value: 10.0, pieces }
    }

    fn is_near(value: f64, wanted: f64) {
        assert!((value - wanted).abs() < 1e-12, "{value} {wanted}");
    }

    #[test]
    fn parts_and_mirrors_keep_the_values() {
        let bowl = bowl();
        for (place, value) in [(1.0, 10.0), (1.5, 8.5), (3.0, 6.0), (5.0, 7.0)] {
            is_near(bowl.at(place), value);
            is_near(bowl.mirrored().at(-place), value);
            let inside = place.clamp(1.25, 4.5);
            is_near(bowl.from(1.25).until(4.5).at(inside), bowl.at(inside));
        }
        is_near(bowl.clone().falling(9.0).at(8.0), 5.0);
        is_near(bowl.rising(-2.0).at(0.0), 5.0);
    }

    #[test]
    fn sums_and_shares_are_what_they_say() {
        let (bowl, line) = (bowl(), Convex::flat(2.0, 3.0, 1.0));
        is_near(bowl.plus(&line).at(2.5), bowl.at(2.5) + 1.0);
        is_near(bowl.plus(&line).end(), 3.0);
        // Two bowls share 4: two each is as good as any other way.
        let shared = bowl.shared(&bowl);
        let best = (0..=200).map(|step| 1.0 + f64::from(step) / 100.0);
        let best = best.map(|one| bowl.at(one) + bowl.at(4.0 - one)).fold(f64::INFINITY, f64::min);
        is_near(shared.at(4.0), best);
    }
}
