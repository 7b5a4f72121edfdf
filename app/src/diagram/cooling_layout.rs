//! Where the mains and modules of the cooling scheme stand.

use glam::{DVec2, dvec2};
use stackyard_solver::report::PipeRun;

use super::mains::{Mains, Tap};

/// Width of a module's slot, mm.
pub(super) const SLOT: f64 = 27.0;
/// Width and height of a module's box, mm.
pub(super) const MODULE: (f64, f64) = (23.0, 11.0);
/// Where the mains of the first and of other rows begin, mm.
pub(super) const BEGIN: (f64, f64) = (68.0, 14.0);
/// Height between the mains of a row without branches, mm.
const RUNG: f64 = 46.0;
/// Height between a main and the mains branching off it, mm.
const STEP: f64 = 9.0;
/// Height between rows, in which the mains turn around, mm.
const TURN: f64 = 20.0;
/// Height above the first row for the pumps, and below the last one, mm.
const ROOM: (f64, f64) = (24.0, 8.0);

/// A tap in its place.
pub(super) struct Place<'m, 'a> {
    /// What branches off.
    pub(super) tap: &'m Tap<'a>,
    /// The pipes of the main that lead to it, where it is the first behind them.
    pub(super) label: Option<&'a PipeRun>,
    /// Its row.
    pub(super) row: u16,
    /// Where the main comes from: the tap before, or the beginning of the row, mm.
    pub(super) from: f64,
    /// Where the slot of the tap begins, right of what hangs from the tap before, mm.
    pub(super) slot: f64,
    /// Where it leaves the main, mm.
    pub(super) x: f64,
}

/// A network in its place.
pub(super) struct Layout<'m, 'a> {
    /// The network.
    pub(super) mains: &'m Mains<'a>,
    /// What branches off its main, in order.
    pub(super) places: Vec<Place<'m, 'a>>,
    /// Where the last tap of each row leaves, and how far the row reaches, mm.
    pub(super) ends: Vec<(f64, f64)>,
    /// Height between the mains of a row.
    pub(super) height: f64,
    /// Width and height of all, mm.
    pub(super) size: DVec2,
}

/// A supply and a return main, by their heights on paper.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    /// Height of the supply.
    pub(super) supply: f64,
    /// Height of the return.
    pub(super) back: f64,
}

impl Pair {
    /// The pair inside this one.
    pub(super) fn inner(self) -> Self {
        Self { supply: self.supply + STEP, back: self.back - STEP }
    }

    /// The height half-way between the two.
    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.supply, self.back)
    }
}

impl Layout<'_, '_> {
    /// The mains of a row of a network that begins at a height.
    pub(super) fn pair(&self, row: u16, top: f64) -> Pair {
        let supply = top + ROOM.0 + f64::from(row) * (self.height + TURN);
        Pair { supply, back: supply + self.height }
    }
}

/// Every network with rows up to a length.
pub(super) fn layouts<'m, 'a>(networks: &'m [Mains<'a>], limit: f64) -> Vec<Layout<'m, 'a>> {
    networks.iter().map(|mains| layout(mains, limit)).collect()
}

/// The size of networks one below the other.
pub(super) fn stacked(layouts: &[Layout<'_, '_>]) -> DVec2 {
    layouts
        .iter()
        .fold(DVec2::ZERO, |all, layout| dvec2(all.x.max(layout.size.x), all.y + layout.size.y))
}

/// Puts the taps of the main into rows of a length.
fn layout<'m, 'a>(mains: &'m Mains<'a>, limit: f64) -> Layout<'m, 'a> {
    let (mut places, mut ends) = (Vec::new(), Vec::new());
    let (mut row, mut from, mut cursor) = (0_u16, BEGIN.0, BEGIN.0);
    for section in &mains.main.sections {
        let mut label = section.run;
        for tap in &section.taps {
            if !places.is_empty() && cursor + SLOT + tap_width(tap) > limit {
                ends.push((from, cursor));
                (row, from, cursor) = (row.saturating_add(1), BEGIN.1, BEGIN.1);
                label = section.run;
            }
            let x = cursor + SLOT;
            places.push(Place { tap, label: label.take(), row, from, slot: cursor, x });
            (from, cursor) = (x, x + tap_width(tap));
        }
    }
    ends.push((from, cursor));
    let height = RUNG + 2.0 * STEP * f64::from(mains.main.depth());
    let widest = ends.iter().map(|end| end.1).fold(0.0, f64::max);
    let rows = ends.len() as f64;
    let high = ROOM.0 + rows * height + (rows - 1.0) * TURN + ROOM.1;
    let size = dvec2(widest + MODULE.0 / 2.0 + 12.0, high);
    Layout { mains, places, ends, height, size }
}

/// How far a tap reaches beyond where it leaves the main, mm.
pub(super) fn tap_width(tap: &Tap<'_>) -> f64 {
    match tap {
        Tap::Module(..) => 0.0,
        Tap::Branch(main) => {
            let taps = main.sections.iter().flat_map(|section| &section.taps);
            taps.map(|tap| SLOT + tap_width(tap)).sum()
        }
    }
}
