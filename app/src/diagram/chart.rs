//! What charts have in common: axes with round numbers, a plot between them, and legends.

use glam::{DVec2, dvec2};

use super::text::{clipped, width};
use super::{Drawing, Frame, Ink, MEDIUM, Size, THIN};
use crate::format::number;
use crate::scene::Anchor;

/// Space around a plot for the numbers of its axes, mm: left, top, right, bottom.
pub(super) const MARGINS: [f64; 4] = [17.0, 13.0, 8.0, 9.0];
/// Height of a line of a legend, mm.
const LEGEND: f64 = 4.4;

/// A scale from a round number to a round number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    /// Where it begins.
    pub(super) low: f64,
    /// Where it ends, above where it begins.
    pub(super) high: f64,
    /// From tick to tick.
    pub(super) step: f64,
}

impl Axis {
    /// The scale of zero and these values with about that many ticks.
    pub(super) fn of(values: impl Iterator<Item = f64>, ticks: f64) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if high - low <= 0.0 {
            high = 1.0;
        }
        let step = round_up((high - low) / ticks.max(1.0));
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn share(self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The values with a tick.
    pub(super) fn ticks(self) -> Vec<f64> {
        let Self { low, high, step } = self;
        let tick = |index: u16| low + step * f64::from(index);
        // Half a step of tolerance keeps the last tick in spite of rounding.
        (0..1_000_u16).map(tick).take_while(|value| *value < high + step / 2.0).collect()
    }

    /// A value with as many decimals as the ticks need.
    pub(super) fn text(self, value: f64) -> String {
        let places = match self.step {
            step if step >= 0.999 => 0,
            step if step >= 0.099 => 1,
            step if step >= 0.009_9 => 2,
            _ => 3,
        };
        number(value, places)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not less than a positive value.
pub(super) fn round_up(value: f64) -> f64 {
    let mut steps = (-6..15_i32).flat_map(|power| {
        let unit = 10_f64.powi(power);
        [unit, 2.0 * unit, 5.0 * unit]
    });
    // A hair of tolerance, as 0.1 + 0.2 is more than 0.3.
    steps.find(|step| *step >= value * (1.0 - 1e-9)).unwrap_or(1e15)
}

/// A field between two axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    /// The field.
    pub(super) frame: Frame,
    /// The scale to the right.
    pub(super) x: Axis,
    /// The scale upwards.
    pub(super) y: Axis,
}

impl Plot {
    /// A plot with its margins in a part of a drawing.
    pub(super) fn within(outer: Frame, x: Axis, y: Axis) -> Self {
        let [left, top, right, bottom] = MARGINS;
        let frame =
            Frame { min: outer.min + dvec2(left, top), max: outer.max - dvec2(right, bottom) };
        Self { frame, x, y }
    }

    /// Where a pair of values lies.
    pub(super) fn at(&self, x: f64, y: f64) -> DVec2 {
        dvec2(self.x_at(x), self.y_at(y))
    }

    /// Where a value lies to the right.
    pub(super) fn x_at(&self, value: f64) -> f64 {
        self.frame.min.x + self.x.share(value) * self.frame.width()
    }

    /// Where a value lies upwards.
    pub(super) fn y_at(&self, value: f64) -> f64 {
        self.frame.max.y - self.y.share(value) * self.frame.height()
    }

    /// Draws grid lines with their values upwards, and what they measure above them.
    pub(super) fn y_axis(&self, drawing: &mut Drawing, title: &str) {
        let Frame { min, max } = self.frame;
        for value in self.y.ticks() {
            let y = self.y_at(value);
            drawing.line([dvec2(min.x, y), dvec2(max.x, y)], Ink::Rule, THIN);
            let at = dvec2(min.x - 1.5, y);
            drawing.text(at, Anchor::End, Size::Small, Ink::Muted, self.y.text(value));
        }
        let above = dvec2(min.x - 14.0, min.y - 4.6);
        drawing.text(above, Anchor::Start, Size::Small, Ink::Muted, title);
    }

    /// Draws the line below with its values to the right, and what they measure at its end.
    pub(super) fn x_axis(&self, drawing: &mut Drawing, title: &str) {
        let Frame { min, max } = self.frame;
        self.base(drawing);
        let titled = max.x - width(title, Size::Small);
        for value in self.x.ticks() {
            let x = self.x_at(value);
            drawing.line([dvec2(x, max.y), dvec2(x, max.y + 1.0)], Ink::Muted, THIN);
            let text = self.x.text(value);
            let half = width(&text, Size::Small) / 2.0;
            // The last values make way for what the axis measures.
            if x + half < titled - 2.0 || x - half < min.x {
                let at = dvec2(x, max.y + 3.0);
                drawing.text(at, Anchor::Middle, Size::Small, Ink::Muted, text);
            }
        }
        let at = dvec2(max.x, max.y + 3.0);
        drawing.text(at, Anchor::End, Size::Small, Ink::Muted, title);
    }

    /// Draws the line below.
    pub(super) fn base(&self, drawing: &mut Drawing) {
        let Frame { min, max } = self.frame;
        drawing.line([dvec2(min.x, max.y), max], Ink::Text, MEDIUM);
    }
}

/// Draws a legend in one line from the right, above a plot; tells where it begins.
pub(super) fn legend(drawing: &mut Drawing, plot: Frame, entries: &[(Ink, &str)]) -> f64 {
    let y = plot.min.y - 8.8;
    let mut right = plot.max.x;
    for (ink, label) in entries.iter().rev() {
        let text = clipped(label, 60.0, Size::Small);
        let at = dvec2(right, y);
        right -= width(&text, Size::Small) + 1.5;
        drawing.text(at, Anchor::End, Size::Small, Ink::Text, text);
        let swatch = Frame::centered(dvec2(right - 1.5, y), dvec2(3.0, 1.8));
        drawing.rect(swatch, *ink, None);
        right -= LEGEND + 3.0;
    }
    right
}

/// Writes a heading above a plot, as long as there is room before the legend.
pub(super) fn heading(drawing: &mut Drawing, plot: Frame, until: f64, text: &str) {
    let at = dvec2(plot.min.x - 14.0, plot.min.y - 8.8);
    let shown = clipped(text, until - at.x - 3.0, Size::Strong);
    if !shown.is_empty() {
        drawing.text(at, Anchor::Start, Size::Strong, Ink::Text, shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        for (top, ticks, high, step) in
            [(7.3, 5.0, 8.0, 2.0), (0.31, 5.0, 0.4, 0.1), (47e6, 6.0, 50e6, 1e7)]
        {
            let axis = Axis::of([top].into_iter(), ticks);
            assert!((axis.high - high).abs() < 1e-9 * high, "{top}: {axis:?}");
            assert!((axis.step - step).abs() < 1e-9 * step, "{top}: {axis:?}");
            let all = axis.ticks();
            assert!(all.len() > 3 && all.len() < 12, "{all:?}");
            assert!((all.last().unwrap() - high).abs() < 1e-9 * high);
        }
    }

    #[test]
    fn an_axis_of_nothing_is_an_axis() {
        for values in [vec![], vec![0.0], vec![f64::NAN], vec![f64::INFINITY, 0.0]] {
            let axis = Axis::of(values.into_iter(), 5.0);
            assert!(axis.high > axis.low && axis.share(axis.low).abs() < 1e-12, "{axis:?}");
        }
    }

    #[test]
    fn negative_values_have_their_place() {
        let axis = Axis::of([-3.2, 4.0].into_iter(), 5.0);
        assert!(axis.low <= -3.2 && axis.high >= 4.0);
    }
}
