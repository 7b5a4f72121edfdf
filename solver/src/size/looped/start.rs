//! A first plan: the shortest ways from the sources sized as a tree, the cheapest pipes elsewhere.

use super::state::{Case, Grade};
use crate::size::branched::{Root, Tree, least_head, split};

/// Grades of such a plan, to be repaired; none where its flows are too fast for every pipe.
pub(super) fn tree(case: &Case<'_>) -> Option<Vec<usize>> {
    let layout = case.layout;
    let (stretches, arcs) = layout.stretches(&layout.paths_from_sources())?;
    let mut tree = Tree { stretches, root: Root::fixed(layout.highest_source()) };
    // Loops may help where the tree alone cannot keep all heads.
    tree.root.most = tree.root.most.max(least_head(&tree));
    tree.root.least = tree.root.most;
    let divided = split(&tree)?;
    let mut grades = vec![0; layout.arcs.len()];
    for (&arc, shares) in arcs.iter().zip(&divided.shares) {
        if let (Some(grade), Some(&(choice, _))) = (grades.get_mut(arc), shares.first()) {
            let own = &layout.arcs[arc];
            let cost = own.choices[choice].cost_per_m * own.length_m;
            *grade = grade_of(&case.grades[arc], cost);
        }
    }
    Some(grades)
}

/// The cheapest grade that costs at least so much.
fn grade_of(grades: &[Grade], cost: f64) -> usize {
    let found = grades.iter().position(|grade| grade.cost >= cost);
    found.unwrap_or(grades.len() - 1)
}
