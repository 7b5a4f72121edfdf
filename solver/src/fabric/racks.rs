//! Where racks stand inside their containers.
//!
//! Racks stand in one row along the longer side of the module, between free ends, evenly spaced. A
//! module that names its rack positions offers those that are populated, or all of them where none
//! is yet; one that names none offers as many as fit at the pitch of the rule set.

use std::collections::BTreeMap;

use super::spec::Racks;
use crate::catalogue::Catalogue;
use crate::catalogue::module::ModuleType;
use crate::geometry::{Point, Rotation};
use crate::id::Id;
use crate::plan::{Container, Plan};

/// A rack position in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The container, by index in the plan.
    pub container: u32,
    /// Position in its row, from 1.
    pub position: u32,
    /// Middle of the rack on the site.
    pub at: Point,
}

/// Rack positions that are still free.
pub(super) struct Positions<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    by_name: BTreeMap<&'a Id, u32>,
    taken: BTreeMap<u32, u32>,
}

impl<'a> Positions<'a> {
    pub(super) fn new(plan: &'a Plan, catalogue: &'a Catalogue) -> Self {
        let by_name =
            (0_u32..).zip(&plan.containers).map(|(index, one)| (&one.id, index)).collect();
        Self { plan, catalogue, by_name, taken: BTreeMap::new() }
    }

    /// Takes positions for one group; what does not fit is left without a place.
    pub(super) fn take(&mut self, racks: &Racks) -> Vec<Option<Place>> {
        let mut places = Vec::new();
        for id in &racks.containers {
            let Some(&index) = self.by_name.get(id) else { continue };
            let Some(container) = self.plan.containers.get(index as usize) else { continue };
            let Some(module) = self.catalogue.modules.get(&container.module) else { continue };
            let row = Row::of(module, self.catalogue);
            let offered = offered(container, module, &row);
            let taken = self.taken.entry(index).or_default();
            let wanted = racks.count.saturating_sub(super::topology::length(&places));
            let room = offered.saturating_sub(*taken);
            let count = wanted.min(room).min(racks.per_container.unwrap_or(u32::MAX));
            for position in *taken..*taken + count {
                let at = row.position(container, module, position);
                places.push(Some(Place { container: index, position: position + 1, at }));
            }
            *taken += count;
        }
        places.resize(racks.count as usize, None);
        places
    }
}

/// Positions a container offers.
fn offered(container: &Container, module: &ModuleType, row: &Row) -> u32 {
    match container.populated_racks(module) {
        // Positions kept for later can be planned for before their racks draw power.
        0 => row.count,
        populated => populated,
    }
}

/// The row of racks of a module type.
struct Row {
    count: u32,
    /// Free at each end, mm.
    end: i64,
    /// Along the longer side, mm.
    length: i64,
}

impl Row {
    fn of(module: &ModuleType, catalogue: &Catalogue) -> Self {
        let rules = &catalogue.rules;
        let length = module.size_mm.0.0.max(module.size_mm.1.0);
        let end = millimetres(rules.fabric_rack_end_mm.value).min(length / 4);
        let pitch = millimetres(rules.fabric_rack_pitch_mm.value).max(1);
        let fits = u32::try_from((length - 2 * end) / pitch).unwrap_or(0);
        let count = if module.racks > 0 { module.racks } else { fits };
        Self { count, end, length }
    }

    /// Middle of a position, on the site.
    fn position(&self, container: &Container, module: &ModuleType, number: u32) -> Point {
        let usable = self.length - 2 * self.end;
        let count = i64::from(self.count.max(1));
        let along = self.end + usable * (2 * i64::from(number) + 1) / (2 * count);
        let (width, depth) = (module.size_mm.0.0, module.size_mm.1.0);
        let (x, y) = if depth >= width { (width / 2, along) } else { (along, depth / 2) };
        on_site(container, module, x, y)
    }
}

/// A place of the drawing of a module, on the site.
fn on_site(container: &Container, module: &ModuleType, x: i64, y: i64) -> Point {
    let (width, depth) = (module.size_mm.0.0, module.size_mm.1.0);
    let (turned_x, turned_y) = container.rotation.turn(x, y);
    let (east, north) = match container.rotation {
        Rotation::R0 => (0, 0),
        Rotation::R90 => (depth, 0),
        Rotation::R180 => (width, depth),
        Rotation::R270 => (0, width),
    };
    container.at_mm.offset(turned_x + east, turned_y + north)
}

#[expect(clippy::cast_possible_truncation, reason = "rule figures are below 100,000")]
fn millimetres(value: f64) -> i64 {
    value.round() as i64
}

/// The place among `places` of item `number` of `count`, evenly spread about the middle.
///
/// Sixteen items in five places give 3, 3, 4, 3, 3.
pub(super) fn even(number: u32, count: u32, places: u32) -> u32 {
    let (number, count, places) = (u64::from(number), u64::from(count.max(1)), u64::from(places));
    u32::try_from((2 * number * places + places) / (2 * count)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_place_takes_what_is_left_over() {
        let in_place = |place| (0..16).filter(|&number| even(number, 16, 5) == place).count();
        assert_eq!([0, 1, 2, 3, 4].map(in_place), [3, 3, 4, 3, 3]);
        assert!((0..7).all(|number| even(number, 7, 1) == 0));
    }

    #[test]
    fn racks_stay_inside_their_container_however_it_is_turned() {
        let catalogue = Catalogue::reference().unwrap();
        let module = &catalogue.modules[&Id::new("it-half-module").unwrap()];
        let row = Row::of(module, &catalogue);
        assert_eq!(row.count, 10);
        for rotation in [Rotation::R0, Rotation::R90, Rotation::R180, Rotation::R270] {
            let container = Container {
                id: Id::new("IT-01A").unwrap(),
                module: module.id.clone(),
                at_mm: Point { x: 5_000, y: -7_000 },
                rotation,
                phase: Id::new("P1").unwrap(),
                group: None,
                racks: None,
                existing: false,
                locked: false,
            };
            let footprint = container.footprint(module).inflate(-500);
            let places: Vec<Point> =
                (0..10).map(|number| row.position(&container, module, number)).collect();
            assert!(places.iter().all(|&at| footprint.contains(at)), "{rotation:?} {places:?}");
            let pitch = places[0].distance_m(places[1]);
            assert!((pitch - 1.2).abs() < 0.002, "{pitch}");
        }
    }
}
