//! Finding what lies near a place: items by the square cells they touch.

use crate::geometry::Rect;

/// An index of rectangles over a bounded area.
#[derive(Clone, Debug)]
pub struct Grid {
    bounds: Rect,
    cell: i64,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<u32>>,
}

impl Grid {
    /// An empty index over `bounds` with square cells, at most about 400 by 400 of them.
    pub fn new(bounds: Rect, wanted_cell: i64) -> Self {
        let longest = bounds.width().max(bounds.height()).max(1);
        let cell = wanted_cell.max(longest / 400 + 1);
        let count = |length: i64| usize::try_from(length / cell + 1).unwrap_or(1);
        let (columns, rows) = (count(bounds.width()), count(bounds.height()));
        Self { bounds, cell, columns, rows, cells: vec![Vec::new(); columns * rows] }
    }

    fn span(
        &self,
        low: i64,
        high: i64,
        origin: i64,
        count: usize,
    ) -> std::ops::RangeInclusive<usize> {
        let clamp = |value: i64| {
            usize::try_from((value - origin).div_euclid(self.cell)).unwrap_or(0).min(count - 1)
        };
        clamp(low)..=clamp(high)
    }

    fn cells_of(&self, area: Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.span(area.min.x, area.max.x, self.bounds.min.x, self.columns);
        let rows = self.span(area.min.y, area.max.y, self.bounds.min.y, self.rows);
        let width = self.columns;
        rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
    }

    /// Adds an item.
    pub fn insert(&mut self, item: u32, area: Rect) {
        for cell in self.cells_of(area) {
            self.cells[cell].push(item);
        }
    }

    /// Items whose cells touch the area, in ascending order, each once.
    pub fn near(&self, area: Rect) -> Vec<u32> {
        let mut found: Vec<u32> =
            self.cells_of(area).flat_map(|cell| self.cells[cell].iter().copied()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
