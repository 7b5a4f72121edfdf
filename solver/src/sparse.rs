//! Sparse linear systems with a symmetric pattern, solved directly.
//!
//! Power flow, pipe networks and contingencies solve thousands of systems with one pattern, so the
//! elimination order and the places of the fill are found once, in a [`Pattern`], and a
//! [`Factor`] fills them with numbers. Entries are blocks of `B` by `B`: one for heads, two for
//! the angle and the voltage of a bus, whose block is regular even where resistance exceeds
//! reactance. Libraries choose their instructions by the machine they find; here the order of
//! additions is fixed, so the same system has the same answer everywhere.

use std::collections::BTreeSet;

/// A square block.
pub type Block<const B: usize> = [[f64; B]; B];

/// Elimination order and places of all entries, fill included.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Place in the order of each unknown.
    place: Vec<usize>,
    /// First slot of each row, in elimination order; one more than rows.
    starts: Vec<usize>,
    /// Column of each slot, ascending in a row.
    columns: Vec<usize>,
    /// Slot of each row's diagonal.
    diagonal: Vec<usize>,
}

impl Pattern {
    /// The pattern of `unknowns` rows with an entry at each pair, its mirror and the diagonal.
    /// Eliminates the unknown with the fewest neighbours first; pairs out of range are ignored.
    pub fn new(unknowns: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut near: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); unknowns];
        for (a, b) in pairs {
            if a != b && a < unknowns && b < unknowns {
                near[a].insert(b);
                near[b].insert(a);
            }
        }
        let mut waiting: BTreeSet<(usize, usize)> =
            near.iter().enumerate().map(|(index, near)| (near.len(), index)).collect();
        let mut place = vec![0; unknowns];
        // What remains beside an unknown when it is eliminated is its row right of the diagonal.
        let mut right: Vec<BTreeSet<usize>> = Vec::with_capacity(unknowns);
        while let Some((_, pivot)) = waiting.pop_first() {
            place[pivot] = right.len();
            let rest = std::mem::take(&mut near[pivot]);
            for &a in &rest {
                waiting.remove(&(near[a].len(), a));
                near[a].remove(&pivot);
                near[a].extend(rest.iter().copied().filter(|&b| b != a));
                waiting.insert((near[a].len(), a));
            }
            right.push(rest);
        }
        let mut rows: Vec<Vec<usize>> = (0..unknowns).map(|row| vec![row]).collect();
        for (row, rest) in right.iter().enumerate() {
            for &unknown in rest {
                rows[row].push(place[unknown]);
                rows[place[unknown]].push(row);
            }
        }
        let mut pattern = Self {
            place,
            starts: vec![0],
            columns: Vec::new(),
            diagonal: Vec::with_capacity(unknowns),
        };
        for (row, mut columns) in rows.into_iter().enumerate() {
            columns.sort_unstable();
            let before = columns.partition_point(|&column| column < row);
            pattern.diagonal.push(pattern.columns.len() + before);
            pattern.columns.append(&mut columns);
            pattern.starts.push(pattern.columns.len());
        }
        pattern
    }

    /// Number of unknowns.
    pub fn unknowns(&self) -> usize {
        self.place.len()
    }

    /// Number of entries, fill included.
    pub fn entries(&self) -> usize {
        self.columns.len()
    }

    /// Where the entry of a row and a column is kept; none outside the pattern.
    pub fn slot(&self, row: usize, column: usize) -> Option<usize> {
        let (row, column) = (*self.place.get(row)?, *self.place.get(column)?);
        let (start, end) = (self.starts[row], self.starts[row + 1]);
        self.columns[start..end].binary_search(&column).ok().map(|offset| start + offset)
    }
}

/// A pivot block that cannot be inverted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system has no single answer: unknown {unknown} is not tied to anything")]
pub struct Singular {
    /// The unknown whose pivot vanished.
    pub unknown: usize,
}

/// The numbers of a system, then of its factors.
#[derive(Clone, Debug)]
pub struct Factor<const B: usize> {
    values: Vec<Block<B>>,
    /// Slot of each column in the row at work; `usize::MAX` outside it.
    at: Vec<usize>,
    /// Right side in elimination order.
    ordered: Vec<[f64; B]>,
}

impl<const B: usize> Factor<B> {
    /// A system of zeros.
    pub fn new(pattern: &Pattern) -> Self {
        Self {
            values: vec![[[0.0; B]; B]; pattern.entries()],
            at: vec![usize::MAX; pattern.unknowns()],
            ordered: vec![[0.0; B]; pattern.unknowns()],
        }
    }

    /// Sets every entry to zero.
    pub fn clear(&mut self) {
        self.values.fill([[0.0; B]; B]);
    }

    /// The entry at a slot of the pattern; after [`Self::factorise`] a factor's.
    pub fn entry(&mut self, slot: usize) -> &mut Block<B> {
        &mut self.values[slot]
    }

    /// Replaces the entries by their factors, without exchanging rows: the pattern's order holds
    /// for diagonally strong systems, which these networks are.
    ///
    /// # Errors
    /// Returns the unknown whose pivot vanishes or is not finite.
    pub fn factorise(&mut self, pattern: &Pattern) -> Result<(), Singular> {
        for row in 0..pattern.unknowns() {
            let (start, end) = (pattern.starts[row], pattern.starts[row + 1]);
            for slot in start..end {
                self.at[pattern.columns[slot]] = slot;
            }
            for slot in start..pattern.diagonal[row] {
                let earlier = pattern.columns[slot];
                let pivot = pattern.diagonal[earlier];
                // Pivots are kept inverted.
                let share = product(&self.values[slot], &self.values[pivot]);
                self.values[slot] = share;
                for right in pivot + 1..pattern.starts[earlier + 1] {
                    let change = product(&share, &self.values[right]);
                    let target = &mut self.values[self.at[pattern.columns[right]]];
                    for (target, change) in target.iter_mut().flatten().zip(change.as_flattened()) {
                        *target -= change;
                    }
                }
            }
            let pivot = pattern.diagonal[row];
            self.values[pivot] = inverse(self.values[pivot]).ok_or_else(|| Singular {
                unknown: pattern.place.iter().position(|&place| place == row).unwrap_or(row),
            })?;
        }
        Ok(())
    }

    /// The diagonal blocks of the inverse of a factorised system, unknown by unknown.
    ///
    /// With `A = L U`, the parts of `Z = A⁻¹` inside the pattern follow from those further down:
    /// `Z_ij = P_i⁻¹ (δ_ij − Σ_k U_ik Z_kj)` on and right of the diagonal with the pivots `P`, and
    /// `Z_ji = −Σ_k Z_jk L_ki` below it (Takahashi, Fagan and Chen, 1973).
    pub fn inverse_diagonal(&self, pattern: &Pattern) -> Vec<Block<B>> {
        let mut inverse: Vec<Block<B>> = vec![[[0.0; B]; B]; pattern.entries()];
        // What is eliminated together later is in the pattern together.
        let slot = |row: usize, column: usize| {
            let (start, end) = (pattern.starts[row], pattern.starts[row + 1]);
            start + pattern.columns[start..end].partition_point(|&own| own < column)
        };
        for row in (0..pattern.unknowns()).rev() {
            let pivot = pattern.diagonal[row];
            let right = pivot + 1..pattern.starts[row + 1];
            for target in right.clone() {
                let other = pattern.columns[target];
                let (mut across, mut down) = ([[0.0; B]; B], [[0.0; B]; B]);
                for between in right.clone() {
                    let middle = pattern.columns[between];
                    add(
                        &mut across,
                        &product(&self.values[between], &inverse[slot(middle, other)]),
                    );
                    let lower = &self.values[slot(middle, row)];
                    add(&mut down, &product(&inverse[slot(other, middle)], lower));
                }
                inverse[target] = negated(&product(&self.values[pivot], &across));
                inverse[slot(other, row)] = negated(&down);
            }
            let mut rest = [[0.0; B]; B];
            for between in right {
                let below = &inverse[slot(pattern.columns[between], row)];
                add(&mut rest, &product(&self.values[between], below));
            }
            let mut own = negated(&rest);
            for (index, line) in own.iter_mut().enumerate() {
                line[index] += 1.0;
            }
            inverse[pivot] = product(&self.values[pivot], &own);
        }
        pattern.place.iter().map(|&place| inverse[pattern.diagonal[place]]).collect()
    }

    /// Replaces a right side by the solution of a factorised system.
    pub fn solve(&mut self, pattern: &Pattern, side: &mut [[f64; B]]) {
        for (side, &place) in side.iter().zip(&pattern.place) {
            self.ordered[place] = *side;
        }
        for row in 0..pattern.unknowns() {
            let mut sum = self.ordered[row];
            for slot in pattern.starts[row]..pattern.diagonal[row] {
                take(&mut sum, &self.values[slot], &self.ordered[pattern.columns[slot]]);
            }
            self.ordered[row] = sum;
        }
        for row in (0..pattern.unknowns()).rev() {
            let mut sum = self.ordered[row];
            for slot in pattern.diagonal[row] + 1..pattern.starts[row + 1] {
                take(&mut sum, &self.values[slot], &self.ordered[pattern.columns[slot]]);
            }
            let mut answer = [0.0; B];
            take(&mut answer, &self.values[pattern.diagonal[row]], &sum);
            self.ordered[row] = answer.map(|value| -value);
        }
        for (side, &place) in side.iter_mut().zip(&pattern.place) {
            *side = self.ordered[place];
        }
    }
}

fn product<const B: usize>(left: &Block<B>, right: &Block<B>) -> Block<B> {
    let mut out = [[0.0; B]; B];
    for (out, left) in out.iter_mut().zip(left) {
        for (share, right) in left.iter().zip(right) {
            for (out, right) in out.iter_mut().zip(right) {
                *out += share * right;
            }
        }
    }
    out
}

fn add<const B: usize>(sum: &mut Block<B>, part: &Block<B>) {
    for (sum, part) in sum.iter_mut().flatten().zip(part.as_flattened()) {
        *sum += part;
    }
}

fn negated<const B: usize>(block: &Block<B>) -> Block<B> {
    block.map(|line| line.map(|value| -value))
}

/// Subtracts block times vector.
fn take<const B: usize>(sum: &mut [f64; B], block: &Block<B>, vector: &[f64; B]) {
    for (sum, row) in sum.iter_mut().zip(block) {
        for (share, value) in row.iter().zip(vector) {
            *sum -= share * value;
        }
    }
}

/// The inverse by Gauss and Jordan with row exchange; none where it does not exist.
fn inverse<const B: usize>(mut block: Block<B>) -> Option<Block<B>> {
    let mut out = [[0.0; B]; B];
    for (index, row) in out.iter_mut().enumerate() {
        row[index] = 1.0;
    }
    for column in 0..B {
        let best = (column..B)
            .max_by(|&a, &b| block[a][column].abs().total_cmp(&block[b][column].abs()))?;
        let pivot = block[best][column];
        if pivot == 0.0 || !pivot.is_finite() {
            return None;
        }
        block.swap(column, best);
        out.swap(column, best);
        for entry in block[column].iter_mut().chain(&mut out[column]) {
            *entry /= pivot;
        }
        let (pivot_row, pivot_out) = (block[column], out[column]);
        for row in (0..B).filter(|&row| row != column) {
            let share = block[row][column];
            for index in 0..B {
                block[row][index] -= share * pivot_row[index];
                out[row][index] -= share * pivot_out[index];
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What the solution gives back is the right side it came from.
        #[test]
        fn solutions_satisfy_their_system(
            unknowns in 1_usize..30,
            links in prop::collection::vec((0_usize..30, 0_usize..30, -1.0..1.0_f64, -1.0..1.0_f64), 0..80),
            side in prop::collection::vec((-9.0..9.0_f64, -9.0..9.0_f64), 30),
        ) {
            let links: Vec<_> = links
                .into_iter()
                .filter(|&(a, b, ..)| a < unknowns && b < unknowns && a != b)
                .collect();
            let pattern = Pattern::new(unknowns, links.iter().map(|&(a, b, ..)| (a, b)));
            let mut dense = vec![vec![[[0.0; 2]; 2]; unknowns]; unknowns];
            for &(a, b, x, y) in &links {
                dense[a][b] = [[x, y], [-y, x]];
                dense[b][a] = [[y, x], [x, -x]];
            }
            for (index, row) in dense.iter_mut().enumerate() {
                // A block whose own diagonal is weak, as on lines with more resistance than
                // reactance.
                row[index] = [[0.01, 90.0], [-90.0, 0.01]];
            }
            let mut factor = Factor::new(&pattern);
            for (row, entries) in dense.iter().enumerate() {
                for (column, block) in entries.iter().enumerate() {
                    if let Some(slot) = pattern.slot(row, column) {
                        *factor.entry(slot) = *block;
                    } else {
                        prop_assert_eq!(*block, [[0.0; 2]; 2]);
                    }
                }
            }
            factor.factorise(&pattern).expect("the diagonal is strong");
            let side: Vec<[f64; 2]> = side.iter().take(unknowns).map(|&(a, b)| [a, b]).collect();
            let mut answer = side.clone();
            factor.solve(&pattern, &mut answer);
            for (row, side) in dense.iter().zip(&side) {
                let mut rest = *side;
                for (block, answer) in row.iter().zip(&answer) {
                    take(&mut rest, block, answer);
                }
                prop_assert!(rest.iter().all(|rest| rest.abs() < 1e-9), "{rest:?}");
            }
            for (unknown, block) in factor.inverse_diagonal(&pattern).iter().enumerate() {
                for column in 0..2 {
                    let mut unit = vec![[0.0; 2]; unknowns];
                    unit[unknown][column] = 1.0;
                    factor.solve(&pattern, &mut unit);
                    for (row, answer) in block.iter().zip(unit[unknown]) {
                        prop_assert!((row[column] - answer).abs() < 1e-12, "{block:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_tree_has_no_fill() {
        let links = (1..1000_usize).map(|node| (node, node / 3));
        assert_eq!(Pattern::new(1000, links).entries(), 1000 + 2 * 999);
    }

    #[test]
    fn what_hangs_on_nothing_is_named() {
        let pattern = Pattern::new(3, [(0, 1)]);
        let mut factor = Factor::<1>::new(&pattern);
        for (row, column, value) in [(0, 0, 2.0), (1, 1, 2.0), (0, 1, -1.0), (1, 0, -1.0)] {
            *factor.entry(pattern.slot(row, column).expect("in the pattern")) = [[value]];
        }
        assert_eq!(factor.factorise(&pattern), Err(Singular { unknown: 2 }));
    }
}
