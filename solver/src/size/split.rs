//! Pipe diameters on a routed tree, supply and return together, with the pump head that is paid.
//!
//! For edges `e` with flow `q_e` and length `L_e`, diameters `d` the flow may use, pressure `h_n`
//! lost from the source to node `n` and pump head `H`:
//!
//! ```text
//! min  Σ c_d l_ed + p Q H
//! Σ_d l_ed = L_e;   h_child = h_parent + Σ_d 2 J_d(q_e) l_ed;   h_leaf ≤ H ≤ H_max
//! ```
//!
//! `p Q` is the present value of pumping the whole flow against one pascal. [`branched`] solves
//! the programme exactly; at most two neighbouring diameters lie on an edge.

use super::branched::{self, Choice, Root, Stretch, Tree};
use super::pipe::PipeTable;

/// A stretch of the tree, parents before children.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The stretch nearer to the source; none at the root.
    pub parent: Option<usize>,
    /// Length, m.
    pub length_m: f64,
    /// Flow, kg/s.
    pub flow: f64,
}

/// Diameters of a tree.
#[derive(Clone, Debug, Default)]
pub struct Sized {
    /// Lengths by size index for each stretch.
    pub lengths: Vec<Vec<(usize, f64)>>,
    /// Pressure lost from the source to the end of each stretch, supply and return, Pa.
    pub lost_pa: Vec<f64>,
    /// Pump head for friction, Pa.
    pub head_pa: f64,
    /// Whether the head limit could be kept.
    pub within_head: bool,
}

/// Lengths below this are rounding, m.
const SLIVER: f64 = 0.01;

/// Sizes a tree for the lowest lifetime cost with at most `head_max_pa` of friction on any path;
/// where that cannot be kept, for the least head there is.
pub fn size(table: &PipeTable, tree: &[Branch], head_max_pa: f64) -> Sized {
    if tree.is_empty() || table.sizes.is_empty() {
        return Sized { within_head: true, ..Sized::default() };
    }
    let mut model = programme(table, tree, head_max_pa);
    // Head beyond the limit is dearer than any pipe, so the limit is broken only if it must be.
    model.root.most = model.root.most.max(branched::least_head(&model));
    // With finite numbers in a table there always is a division; without, the least losses stand.
    let shares = branched::split(&model).map_or_else(
        || tree.iter().map(|branch| vec![(table.allowed(branch.flow).len() - 1, 1.0)]).collect(),
        |split| split.shares,
    );
    let lengths = shares.into_iter().zip(tree).map(|(shares, branch)| {
        let first = table.allowed(branch.flow).start;
        let lengths =
            shares.iter().map(|&(choice, share)| (first + choice, share * branch.length_m));
        tidy(lengths.collect(), branch.length_m)
    });
    finish(table, tree, lengths.collect(), head_max_pa)
}

/// Pressures in Pa as heads, money in EUR.
fn programme(table: &PipeTable, tree: &[Branch], head_max_pa: f64) -> Tree {
    let total: f64 = tree.iter().filter(|b| b.parent.is_none()).map(|b| b.flow).sum();
    let stretches = tree.iter().map(|branch| {
        let choices = table.allowed(branch.flow).map(|size| Choice {
            loss: 2.0 * table.gradient(size, branch.flow) * branch.length_m,
            cost: table.sizes[size].per_m * branch.length_m,
        });
        Stretch { parent: branch.parent, need: 0.0, choices: choices.collect() }
    });
    Tree {
        stretches: stretches.collect(),
        root: Root::pumped(head_max_pa, table.euros_per_pascal(total)),
    }
}

/// Drops slivers and makes the lengths add up again.
fn tidy(mut lengths: Vec<(usize, f64)>, total: f64) -> Vec<(usize, f64)> {
    lengths.retain(|(_, length)| *length > SLIVER.min(total / 2.0));
    let sum: f64 = lengths.iter().map(|(_, length)| length).sum();
    if sum > 0.0 {
        for (_, length) in &mut lengths {
            *length *= total / sum;
        }
    }
    lengths.sort_by_key(|&(size, _)| std::cmp::Reverse(size));
    lengths
}

/// Pressures that follow from given lengths.
fn finish(
    table: &PipeTable,
    tree: &[Branch],
    lengths: Vec<Vec<(usize, f64)>>,
    head_max_pa: f64,
) -> Sized {
    let mut lost_pa: Vec<f64> = Vec::with_capacity(tree.len());
    for (branch, lengths) in tree.iter().zip(&lengths) {
        let own: f64 = lengths
            .iter()
            .map(|&(size, length)| 2.0 * table.gradient(size, branch.flow) * length)
            .sum();
        lost_pa.push(own + branch.parent.map_or(0.0, |parent| lost_pa[parent]));
    }
    let head_pa = lost_pa.iter().copied().fold(0.0, f64::max);
    Sized { lengths, lost_pa, head_pa, within_head: head_pa <= head_max_pa * (1.0 + 1e-6) + 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::lp::Model;

    fn cost(table: &PipeTable, tree: &[Branch], sized: &Sized) -> f64 {
        let total: f64 = tree.iter().filter(|b| b.parent.is_none()).map(|b| b.flow).sum();
        let pipes: f64 = sized
            .lengths
            .iter()
            .flatten()
            .map(|&(size, length)| table.sizes[size].per_m * length)
            .sum();
        pipes + table.euros_per_pascal(total) * sized.head_pa
    }

    #[test]
    fn the_programme_is_never_dearer_than_the_best_single_diameters() {
        let table = PipeTable::new(&Catalogue::reference().unwrap());
        let tree = [
            Branch { parent: None, length_m: 80.0, flow: 90.0 },
            Branch { parent: Some(0), length_m: 40.0, flow: 60.0 },
            Branch { parent: Some(0), length_m: 120.0, flow: 30.0 },
        ];
        let sized = size(&table, &tree, 60_000.0);
        assert!(sized.within_head);
        // Every combination of single diameters, by brute force.
        let ranges: Vec<_> = tree.iter().map(|b| table.allowed(b.flow)).collect();
        let mut best = f64::INFINITY;
        for a in ranges[0].clone() {
            for b in ranges[1].clone() {
                for c in ranges[2].clone() {
                    let sizes = [a, b, c].into_iter().zip(&tree);
                    let lengths =
                        sizes.map(|(size, branch)| vec![(size, branch.length_m)]).collect();
                    let single = finish(&table, &tree, lengths, 60_000.0);
                    if single.within_head {
                        best = best.min(cost(&table, &tree, &single));
                    }
                }
            }
        }
        let own = cost(&table, &tree, &sized);
        assert!(own <= best * (1.0 + 1e-6), "{own} {best}");
        assert!(own >= best * 0.9, "splitting cannot save that much: {own} {best}");
    }

    #[test]
    fn a_head_that_cannot_be_kept_is_reported() {
        let table = PipeTable::new(&Catalogue::reference().unwrap());
        let tree = [Branch { parent: None, length_m: 5000.0, flow: 500.0 }];
        let sized = size(&table, &tree, 10.0);
        assert!(!sized.within_head);
        let length: f64 = sized.lengths[0].iter().map(|(_, length)| length).sum();
        assert!((length - 5000.0).abs() < 1e-6);
    }

    #[test]
    fn the_linear_programme_of_the_textbook_costs_the_same() {
        let table = PipeTable::new(&Catalogue::reference().unwrap());
        let tree = [
            Branch { parent: None, length_m: 150.0, flow: 120.0 },
            Branch { parent: Some(0), length_m: 60.0, flow: 70.0 },
            Branch { parent: Some(1), length_m: 200.0, flow: 40.0 },
            Branch { parent: Some(0), length_m: 90.0, flow: 50.0 },
            Branch { parent: None, length_m: 20.0, flow: 15.0 },
        ];
        for head_max_pa in [30_000.0, 60_000.0, 200_000.0] {
            let total = 135.0;
            let mut model = Model::default();
            let price = 1000.0 * table.euros_per_pascal(total);
            let head = model.column(0.0, head_max_pa / 1000.0, price);
            let mut lost = Vec::new();
            for branch in &tree {
                let here = model.column(0.0, 1e4, 0.0);
                let mut balance = vec![(here, -1.0)];
                let mut whole = Vec::new();
                for size in table.allowed(branch.flow) {
                    let own = model.column(0.0, branch.length_m, table.sizes[size].per_m);
                    balance.push((own, 2.0 * table.gradient(size, branch.flow) / 1000.0));
                    whole.push((own, 1.0));
                }
                balance.extend(branch.parent.map(|parent: usize| (lost[parent], 1.0)));
                model.equals(balance, 0.0);
                model.equals(whole, branch.length_m);
                model.at_most(vec![(here, 1.0), (head, -1.0)], 0.0);
                lost.push(here);
            }
            let sized = size(&table, &tree, head_max_pa);
            match model.solve() {
                Ok(solved) => {
                    let own = cost(&table, &tree, &sized);
                    assert!(sized.within_head);
                    assert!((own / solved.objective - 1.0).abs() < 1e-5, "{own} {solved:?}");
                }
                Err(_) => assert!(!sized.within_head),
            }
        }
    }
}
