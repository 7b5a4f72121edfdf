//! One choice for every stretch of a tree, proved best.
//!
//! From the leaves to the root each node keeps the pairs of head needed and cost below that no
//! other pair beats. A pair is dropped where its cost with the least cost of everything else, if
//! pipes may be divided, exceeds a plan already known. A list that grows too long is thinned in
//! two ways: what remains of real pairs gives plans, cells with the least head and the least cost
//! of each give a bound.

use super::{Convex, Stretch, Tree, Worth, account, split};

/// Choices for a tree and a bound on the cost of any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Single {
    /// The choice for each stretch.
    pub choices: Vec<usize>,
    /// Head at the root.
    pub head: f64,
    /// Cost, that of the head included.
    pub cost: f64,
    /// No choices cost less.
    pub bound: f64,
}

/// Longest list at a node in the first round.
const FIRST_LIST: usize = 500;
/// Pairs kept over the whole tree at most: 128 MB.
const MOST_PAIRS: usize = 8_000_000;
/// Share of a cost that is rounding.
const ROUNDING: f64 = 1e-10;

/// The cheapest choices, with a bound that equals the cost unless the tree is huge or `keep_going`
/// says no. None where [`split`] finds nothing either.
pub fn single(tree: &Tree, keep_going: &mut dyn FnMut() -> bool) -> Option<Single> {
    let divided = split(tree)?;
    // Nothing but the least loss of what each stretch is divided among keeps all heads.
    let choices = divided.shares.iter().map(|own| own.first().map_or(0, |&(choice, _)| choice));
    let mut best = plan(tree, choices.collect());
    best.bound = divided.cost.min(best.cost);
    let worth = Worth::new(tree)?;
    let outside = worth.outside(tree);
    let quest = Quest { tree, worth: &worth, outside: &outside };
    let largest = MOST_PAIRS / (tree.stretches.len() + 1);
    let mut longest = FIRST_LIST.min(largest);
    loop {
        for thinning in [Thinning::Real, Thinning::Low] {
            let Some(lists) = quest.lists(longest, best.cost, thinning, keep_going) else {
                return Some(best);
            };
            let is_real = thinning == Thinning::Real || !lists.is_thinned;
            if is_real && let Some(choices) = quest.choices(&lists) {
                let found = plan(tree, choices);
                if found.cost < best.cost {
                    best = Single { bound: best.bound, ..found };
                }
            }
            if !lists.is_thinned || thinning == Thinning::Low {
                // Without any pair left nothing is cheaper than what is known.
                let proved = lists.least.unwrap_or(best.cost);
                best.bound = best.bound.max(proved.min(best.cost));
            }
            if best.bound >= best.cost - ROUNDING * best.cost.abs() {
                best.bound = best.cost;
                return Some(best);
            }
            if !lists.is_thinned {
                return Some(best);
            }
        }
        if longest >= largest || !keep_going() {
            return Some(best);
        }
        longest = (longest * 4).min(largest);
    }
}

fn plan(tree: &Tree, choices: Vec<usize>) -> Single {
    let (needed, cost) = account(tree, &choices);
    let head = if tree.root.price > 0.0 { needed } else { tree.root.most };
    Single { choices, head, cost, bound: f64::NEG_INFINITY }
}

/// How a list that is too long becomes shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thinning {
    /// Of each cell the cheapest pair stays.
    Real,
    /// Of each cell the least head and the least cost stay.
    Low,
}

/// A head and what it costs.
type Pair = (f64, f64);

/// The pairs of every node, heads rising, costs falling.
#[derive(Debug)]
struct Lists {
    /// At the end of each stretch; empty where nothing is cheap enough.
    nodes: Vec<Vec<Pair>>,
    /// Least cost of the whole tree.
    least: Option<f64>,
    /// Pair of the root with that cost.
    root: Pair,
    is_thinned: bool,
}

#[derive(Debug)]
struct Quest<'a> {
    tree: &'a Tree,
    worth: &'a Worth,
    outside: &'a [Convex],
}

impl Quest<'_> {
    /// The pairs of every node; none where `keep_going` says no.
    fn lists(
        &self,
        longest: usize,
        ceiling: f64,
        thinning: Thinning,
        keep_going: &mut dyn FnMut() -> bool,
    ) -> Option<Lists> {
        let count = self.tree.stretches.len();
        let mut lists = Lists {
            nodes: vec![Vec::new(); count],
            least: None,
            root: (0.0, f64::INFINITY),
            is_thinned: false,
        };
        let mut through: Vec<Vec<Pair>> = vec![Vec::new(); count];
        for index in (0..count).rev() {
            if !keep_going() {
                return None;
            }
            let stretch = &self.tree.stretches[index];
            let need = stretch.need.max(self.worth.bottom);
            let mut own = merge(need, &self.worth.kids[index], &mut through);
            let outside = &self.outside[index];
            let most = outside.end() + self.worth.slack;
            own.retain(|&(head, cost)| {
                head <= most && cost + outside.at(head) <= ceiling + ROUNDING * ceiling.abs()
            });
            if own.len() > longest {
                lists.is_thinned = true;
                thin(&mut own, longest, thinning);
            }
            through[index] = add_stretch(stretch, &own);
            lists.nodes[index] = own;
        }
        let root = self.tree.root;
        for (head, cost) in merge(root.least, &self.worth.kids[count], &mut through) {
            let whole = cost + root.price * head;
            if head <= root.most + self.worth.slack && lists.least.is_none_or(|least| whole < least)
            {
                lists.least = Some(whole);
                lists.root = (head, cost);
            }
        }
        Some(lists)
    }

    /// The choices behind the best pair of the root; none where the lists do not hold them.
    fn choices(&self, lists: &Lists) -> Option<Vec<usize>> {
        lists.least?;
        let count = self.tree.stretches.len();
        let mut heads = vec![lists.root.0; count + 1];
        let mut choices = Vec::with_capacity(count);
        for (index, stretch) in self.tree.stretches.iter().enumerate() {
            let above = heads[stretch.parent.unwrap_or(count)];
            let own = &lists.nodes[index];
            let mut best: Option<(f64, usize, f64)> = None;
            for (number, choice) in stretch.choices.iter().enumerate() {
                let left = above - choice.loss + self.worth.slack;
                let Some(last) = own.partition_point(|pair| pair.0 <= left).checked_sub(1) else {
                    continue;
                };
                let cost = choice.cost + own[last].1;
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, number, own[last].0));
                }
            }
            let (_, number, head) = best?;
            choices.push(number);
            heads[index] = head;
        }
        Some(choices)
    }
}

/// Children at one node add up at each head, from the head that the node itself needs.
fn merge(need: f64, kids: &[usize], through: &mut [Vec<Pair>]) -> Vec<Pair> {
    let lists: Vec<Vec<Pair>> = kids.iter().map(|&kid| std::mem::take(&mut through[kid])).collect();
    let mut steps: Vec<(f64, usize, f64)> = Vec::new();
    for (kid, list) in lists.iter().enumerate() {
        steps.extend(list.iter().map(|&(head, cost)| (head, kid, cost)));
    }
    if lists.is_empty() {
        return vec![(need, 0.0)];
    }
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut costs: Vec<Option<f64>> = vec![None; lists.len()];
    let (mut missing, mut total) = (lists.len(), 0.0);
    let mut merged: Vec<Pair> = Vec::with_capacity(steps.len());
    for (head, kid, cost) in steps {
        missing -= usize::from(costs[kid].is_none());
        total += cost - costs[kid].unwrap_or(0.0);
        costs[kid] = Some(cost);
        if missing == 0 {
            let head = head.max(need);
            match merged.last_mut() {
                Some(last) if last.0 >= head => last.1 = total,
                _ => merged.push((head, total)),
            }
        }
    }
    merged
}

/// The pairs at the near end of a stretch.
fn add_stretch(stretch: &Stretch, own: &[Pair]) -> Vec<Pair> {
    let mut all: Vec<Pair> = Vec::with_capacity(own.len() * stretch.choices.len());
    for choice in &stretch.choices {
        all.extend(own.iter().map(|&(head, cost)| (head + choice.loss, cost + choice.cost)));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut least = f64::INFINITY;
    all.retain(|&(_, cost)| {
        let is_cheaper = cost < least;
        least = least.min(cost);
        is_cheaper
    });
    all
}

/// Leaves about `longest` pairs, at least the one with the least head.
fn thin(list: &mut Vec<Pair>, longest: usize, thinning: Thinning) {
    let (Some(&first), Some(&last)) = (list.first(), list.last()) else { return };
    let width = (last.0 - first.0) / longest as f64;
    let mut thinned: Vec<Pair> = Vec::with_capacity(longest + 2);
    if thinning == Thinning::Real {
        thinned.push(first);
    }
    let mut cell_end = f64::NEG_INFINITY;
    for &(head, cost) in list.iter() {
        match thinned.last_mut() {
            Some(kept) if head <= cell_end => {
                *kept = if thinning == Thinning::Real { (head, cost) } else { (kept.0, cost) };
            }
            _ => {
                thinned.push((head, cost));
                cell_end = head + width;
            }
        }
    }
    // The first pair of real ones is there twice if its cell has no other.
    thinned.dedup();
    *list = thinned;
}
