//! Pipes of a tree at least cost, exactly: divided among diameters or one diameter a stretch.
//!
//! Flows in a tree follow from its demands alone, so each choice `d` for a stretch has a known
//! loss `h_d` and cost `c_d`:
//!
//! ```text
//! min  Σ cost of the stretches + p H
//! H_child = H_parent − loss;   H_node ≥ need;   H_root = H,   least ≤ H ≤ most
//! ```
//!
//! **Divided**: a stretch may lie on the lower convex hull of its `(h_d, c_d)`, which are the
//! linear programmes of Alperovits and Shamir (1977). The cost of all that hangs below a node is
//! a convex, falling function of the head there. Children at one node add, a stretch takes the
//! infimal convolution with its hull, and both are merges of sorted pieces, so the programme is
//! solved without a matrix. **Single**: [`single()`] keeps, in place of the convex functions, all
//! pairs of head and cost that no other pair beats, and drops those that the convex functions
//! prove too dear. Units are the caller's: any for heads, any for money.

mod convex;
mod single;

pub use single::{Single, single};

use convex::{Convex, Piece};

/// A tree of pipes to be sized.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// The stretches, parents before children.
    pub stretches: Vec<Stretch>,
    /// What head the root may have.
    pub root: Root,
}

/// A stretch and the node at its far end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    /// The stretch nearer to the root; none at the root itself.
    pub parent: Option<usize>,
    /// Least head at the far end; minus infinity where any will do.
    pub need: f64,
    /// What it may be built as, at least one.
    pub choices: Vec<Choice>,
}

/// A way to build a whole stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choice {
    /// Head lost away from the root; negative where the flow is towards it.
    pub loss: f64,
    /// Cost.
    pub cost: f64,
}

/// Head at the root.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Root {
    /// Least head.
    pub least: f64,
    /// Most head.
    pub most: f64,
    /// Cost of a unit of head.
    pub price: f64,
}

impl Root {
    /// A head that is given and free.
    pub fn fixed(head: f64) -> Self {
        Self { least: head, most: head, price: 0.0 }
    }

    /// A pump head from zero, paid by the unit.
    pub fn pumped(most: f64, price: f64) -> Self {
        Self { least: 0.0, most, price }
    }
}

/// Stretches divided among choices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// Choices of each stretch with their share of its length, the least loss first; at most two.
    pub shares: Vec<Vec<(usize, f64)>>,
    /// Head at the root.
    pub head: f64,
    /// Cost, that of the head included.
    pub cost: f64,
}

/// Shares below this are rounding.
const SLIVER: f64 = 1e-9;

/// The cheapest division; none where even the least losses need more head than the root may have,
/// or where a stretch comes before its parent or has no finite choice.
///
/// ```
/// use stackyard_solver::size::branched::{Choice, Root, Stretch, Tree, split};
/// // Ten of head: half of the stretch may be the narrow pipe.
/// let choices = vec![Choice { loss: 5.0, cost: 300.0 }, Choice { loss: 15.0, cost: 100.0 }];
/// let stretch = Stretch { parent: None, need: 0.0, choices };
/// let tree = Tree { stretches: vec![stretch], root: Root::fixed(10.0) };
/// assert!((split(&tree).unwrap().cost - 200.0).abs() < 1e-9);
/// ```
pub fn split(tree: &Tree) -> Option<Split> {
    let worth = Worth::new(tree)?;
    let below = &worth.below[tree.stretches.len()];
    if below.start > tree.root.most + worth.slack {
        return None;
    }
    let head = cheapest_head(below, tree.root);
    let mut heads = vec![head; tree.stretches.len() + 1];
    let mut shares = Vec::with_capacity(tree.stretches.len());
    let mut cost = tree.root.price * head;
    for (index, stretch) in tree.stretches.iter().enumerate() {
        let above = heads[stretch.parent.unwrap_or(tree.stretches.len())];
        let (hull, below) = (&worth.hulls[index], &worth.below[index]);
        let loss = own_loss(&hull.line(), below, above);
        heads[index] = above - loss;
        let own = hull.shares(loss);
        cost +=
            own.iter().map(|&(choice, share)| share * stretch.choices[choice].cost).sum::<f64>();
        shares.push(own);
    }
    Some(Split { shares, head, cost })
}

/// Head at the root that a choice for every stretch needs, and what it costs with that head.
pub fn account(tree: &Tree, choices: &[usize]) -> (f64, f64) {
    let mut lost: Vec<f64> = Vec::with_capacity(choices.len());
    let (mut head, mut cost) = (tree.root.least, 0.0);
    for (stretch, &choice) in tree.stretches.iter().zip(choices) {
        // What is not there costs nothing: `split` and `single` refuse such a tree.
        let choice = stretch.choices.get(choice).copied().unwrap_or_default();
        let above = stretch.parent.and_then(|parent| lost.get(parent)).copied().unwrap_or(0.0);
        let here = choice.loss + above;
        head = head.max(stretch.need + here);
        cost += choice.cost;
        lost.push(here);
    }
    (head, cost + tree.root.price * head)
}

/// Head at the root with the least loss on every stretch.
pub fn least_head(tree: &Tree) -> f64 {
    let least: Vec<usize> = tree.stretches.iter().map(least_loss).collect();
    account(tree, &least).0
}

fn least_loss(stretch: &Stretch) -> usize {
    let losses = stretch.choices.iter().enumerate();
    losses.min_by(|a, b| a.1.loss.total_cmp(&b.1.loss)).map_or(0, |(index, _)| index)
}

/// The head at the root where a further unit costs more than it saves.
fn cheapest_head(below: &Convex, root: Root) -> f64 {
    let mut head = below.start;
    for piece in below.pieces.iter().take_while(|piece| piece.slope < -root.price) {
        head += piece.width;
    }
    // A head that is free is used up.
    if root.price > 0.0 { head.min(root.most).max(below.start) } else { root.most.max(below.start) }
}

/// What a stretch loses of the head above it: it and what hangs below take the steepest savings
/// first.
fn own_loss(hull: &Convex, below: &Convex, above: f64) -> f64 {
    let mut budget = above - hull.start - below.start;
    let mut loss = hull.start;
    let mut rivals = below.pieces.iter().peekable();
    for piece in &hull.pieces {
        while let Some(rival) = rivals.next_if(|rival| rival.slope < piece.slope) {
            budget -= rival.width;
        }
        if budget <= 0.0 {
            break;
        }
        loss += piece.width.min(budget);
        budget -= piece.width;
    }
    loss
}

/// What head is worth at every node, if pipes may be divided.
#[derive(Debug)]
struct Worth {
    /// Stretches that start at the end of each stretch, and last those at the root.
    kids: Vec<Vec<usize>>,
    hulls: Vec<Hull>,
    /// Least cost of all that hangs below the end of each stretch, and last below the root.
    below: Vec<Convex>,
    /// The same with the stretch itself, of the head at its near end.
    through: Vec<Convex>,
    /// Lowest head looked at.
    bottom: f64,
    /// Heads closer than this are the same.
    slack: f64,
}

impl Worth {
    fn new(tree: &Tree) -> Option<Self> {
        let count = tree.stretches.len();
        let is_sound = |(index, stretch): (usize, &Stretch)| {
            let is_finite = |choice: &Choice| choice.loss.is_finite() && choice.cost.is_finite();
            stretch.parent.is_none_or(|parent| parent < index)
                && stretch.need < f64::INFINITY
                && !stretch.choices.is_empty()
                && stretch.choices.iter().all(is_finite)
        };
        let root = tree.root;
        let is_finite = [root.least, root.most, root.price].iter().all(|value| value.is_finite());
        if !is_finite || root.price < 0.0 || !tree.stretches.iter().enumerate().all(is_sound) {
            return None;
        }
        let mut kids = vec![Vec::new(); count + 1];
        for (index, stretch) in tree.stretches.iter().enumerate() {
            kids[stretch.parent.unwrap_or(count)].push(index);
        }
        let least = |stretch: &Stretch| stretch.choices[least_loss(stretch)].loss;
        let losses: f64 = tree.stretches.iter().map(|stretch| least(stretch).abs()).sum();
        let needs = tree.stretches.iter().map(|stretch| stretch.need);
        let low = needs.filter(|need| need.is_finite()).fold(root.least, f64::min);
        // Wide enough that neither end ever decides.
        let bottom = low - losses - 1.0;
        let top = least_head(tree).max(root.most) + losses + 1.0;
        let hulls: Vec<Hull> = tree.stretches.iter().map(|own| Hull::new(&own.choices)).collect();
        let mut below = vec![Convex::default(); count + 1];
        let mut through = vec![Convex::default(); count];
        for index in (0..count).rev() {
            let need = tree.stretches[index].need.max(bottom);
            below[index] = add_up(need, top, &kids[index], &through);
            through[index] = hulls[index].line().shared(&below[index]).falling(top);
        }
        below[count] = add_up(root.least, top, &kids[count], &through);
        let slack = 1e-9 * top.abs().max(bottom.abs()).max(1.0);
        Some(Self { kids, hulls, below, through, bottom, slack })
    }

    /// Least cost of everything that does not hang below the end of each stretch, given that the
    /// head there is at least so much; the function ends where no more can be had.
    fn outside(&self, tree: &Tree) -> Vec<Convex> {
        let count = tree.stretches.len();
        let mut outside = vec![Convex::default(); count + 1];
        let mut offer = Convex::flat(self.bottom, tree.root.most, 0.0);
        offer.value = tree.root.price * self.bottom;
        offer.pieces.iter_mut().for_each(|piece| piece.slope = tree.root.price);
        outside[count] = offer.from(tree.root.least.min(tree.root.most));
        for node in std::iter::once(count).chain(0..count) {
            let need = tree.stretches.get(node).map_or(self.bottom, |stretch| stretch.need);
            // Sums of those before and of those after each child leave out just that child.
            let kids = &self.kids[node];
            let mut before = outside[node].from(need.max(self.bottom));
            let mut after: Vec<Option<Convex>> = vec![None];
            for &kid in kids.iter().skip(1).rev() {
                let own = &self.through[kid];
                let sum = after.last().and_then(Option::as_ref).map(|rest| own.plus(rest));
                after.push(Some(sum.unwrap_or_else(|| own.clone())));
            }
            for &kid in kids {
                let others = match after.pop().flatten() {
                    Some(rest) => before.plus(&rest),
                    None => before.clone(),
                };
                let hull = self.hulls[kid].line().mirrored();
                outside[kid] = others.shared(&hull).rising(self.bottom);
                before = before.plus(&self.through[kid]);
            }
        }
        outside
    }
}

/// The cost below a node: what its children cost, from the head that it needs itself.
fn add_up(need: f64, top: f64, kids: &[usize], through: &[Convex]) -> Convex {
    let start = Convex::flat(need, top, 0.0);
    kids.iter().fold(start, |sum, &kid| sum.plus(&through[kid]))
}

/// Choices that are cheapest for their loss, alone or in a mixture: least loss first.
#[derive(Debug)]
struct Hull(Vec<(usize, Choice)>);

impl Hull {
    fn new(choices: &[Choice]) -> Self {
        let mut sorted: Vec<(usize, Choice)> = choices.iter().copied().enumerate().collect();
        sorted.sort_by(|(_, a), (_, b)| a.loss.total_cmp(&b.loss).then(a.cost.total_cmp(&b.cost)));
        let mut hull: Vec<(usize, Choice)> = Vec::new();
        for (index, next) in sorted {
            if hull.last().is_some_and(|(_, last)| next.cost >= last.cost) {
                continue;
            }
            while let [.., (_, first), (_, last)] = hull[..] {
                let bends_down = (last.cost - first.cost) * (next.loss - first.loss)
                    >= (next.cost - first.cost) * (last.loss - first.loss);
                if !bends_down {
                    break;
                }
                hull.pop();
            }
            hull.push((index, next));
        }
        Self(hull)
    }

    /// Cost by loss.
    fn line(&self) -> Convex {
        let first = self.0[0].1;
        let pieces = self.0.windows(2).map(|pair| {
            let width = pair[1].1.loss - pair[0].1.loss;
            Piece { width, slope: (pair[1].1.cost - pair[0].1.cost) / width }
        });
        Convex { start: first.loss, value: first.cost, pieces: pieces.collect() }
    }

    /// The mixture with a given loss.
    fn shares(&self, loss: f64) -> Vec<(usize, f64)> {
        let next = self.0.partition_point(|(_, choice)| choice.loss <= loss);
        let Some(last) = next.checked_sub(1) else { return vec![(self.0[0].0, 1.0)] };
        let (index, low) = self.0[last];
        let Some(&(other, high)) = self.0.get(next) else { return vec![(index, 1.0)] };
        let share = (loss - low.loss) / (high.loss - low.loss);
        let mut shares = vec![(index, 1.0 - share), (other, share)];
        shares.retain(|&(_, share)| share > SLIVER);
        shares
    }
}
