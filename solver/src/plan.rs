//! The plan: the only ground state. Everything else is computed from it and its catalogue.
//!
//! A plan is plain data. It changes only through [`crate::edit::Edit`], is saved as canonical RON
//! ([`text`]) and is checked for internal consistency by [`Plan::problems`] when it is opened.

mod consistency;
pub mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalogue::module::{Load, ModuleType, PortTemplate, Service};
use crate::fabric::spec::FabricSpec;
use crate::geometry::{Point, Rect, Rotation};
use crate::id::Id;
use crate::units::{Cents, Millimetres, Source};

pub use consistency::Problem;

/// Version of the plan format this program writes.
pub const SCHEMA: u32 = 1;

/// A campus: its site, containers, corridors, phases and the choices made for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the format.
    pub schema: u32,
    /// Name of the project.
    pub name: String,
    /// What the plan is about, for its readers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Outline of the site.
    pub boundary_mm: Vec<Point>,
    /// Roads, crane pads and areas kept free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Zone>,
    /// Where utilities reach the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// Construction steps.
    pub phases: Vec<Phase>,
    /// What stands on the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
    /// Where trenches may run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corridors: Vec<Corridor>,
    /// Routes a person fixed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<Lock>,
    /// Corridors single connections must not use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbids: Vec<Forbid>,
    /// Places single connections are led through, each connection's in order from its port.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waypoints: Vec<Waypoint>,
    /// The high-performance network between racks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fabric: Option<FabricSpec>,
    /// Module types of this project, beside or instead of the catalogue's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<ModuleType>,
    /// Unit prices of this project, in cents, by price-book id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<String, Cents>,
    /// Rule figures of this project by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, f64>,
    /// Weather file (EPW) beside the plan, as a relative path; the year that ships with the program
    /// where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weather: Option<String>,
    /// What the whole plan may cost, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_cents: Option<Cents>,
    /// Findings a person accepted, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted: BTreeMap<String, String>,
    /// What is not known and was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<Assumption>,
}

/// An area with a purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Name.
    pub id: Id,
    /// Purpose.
    pub kind: ZoneKind,
    /// Outline.
    pub outline_mm: Vec<Point>,
}

/// What an area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ZoneKind {
    /// Nothing may stand or be dug here.
    Exclusion,
    /// Trucks and fire engines; trenches may cross at a price.
    Road,
    /// A crane stands here; trenches may pass under it at a price.
    CranePad,
    /// Kept green; trenches may pass.
    Green,
}

impl ZoneKind {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Exclusion => "Exclusion zone",
            Self::Road => "Road",
            Self::CranePad => "Crane pad",
            Self::Green => "Green area",
        }
    }
}

/// Where a utility reaches the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name.
    pub id: Id,
    /// What it brings.
    pub service: Service,
    /// Where it is.
    pub at_mm: Point,
    /// How much it can give.
    pub capacity: Load,
    /// Where the capacity comes from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Source,
}

/// A construction step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Short name.
    pub id: Id,
    /// What happens.
    pub name: String,
    /// Month it is finished, `2025-04`.
    pub finished: String,
    /// Steps that must be finished before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Id>,
}

/// A module placed on the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Name.
    pub id: Id,
    /// Its module type.
    pub module: Id,
    /// South-west corner of the footprint as it stands.
    pub at_mm: Point,
    /// How it is turned.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rotation: Rotation,
    /// The construction step that brings it.
    pub phase: Id,
    /// Containers of a group touch each other and move as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// Racks in place, where fewer than the module holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub racks: Option<u32>,
    /// Whether it stands already and costs nothing more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub existing: bool,
    /// Whether it is protected from being moved.
    #[serde(default, skip_serializing_if = "is_default")]
    pub locked: bool,
}

/// A line along which a trench may be dug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corridor {
    /// Name.
    pub id: Id,
    /// The line.
    pub path_mm: Vec<Point>,
    /// Widest trench that fits.
    pub width_limit_mm: Millimetres,
    /// What the planner says about it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub usage: Usage,
    /// Whether the search should lean towards or away from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub preference: Preference,
    /// What has to be opened and restored.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ground: Ground,
}

/// What a planner says about a corridor.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Usage {
    /// May be dug.
    #[default]
    Possible,
    /// Is open already: the trench costs nothing.
    Existing,
    /// Is dug in any case.
    Required,
    /// Must not be dug.
    Forbidden,
}

impl Usage {
    /// The next in the cycle of one key: possible, required, forbidden, existing.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Possible => Self::Required,
            Self::Required => Self::Forbidden,
            Self::Forbidden => Self::Existing,
            Self::Existing => Self::Possible,
        }
    }

    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Possible => "Possible",
            Self::Existing => "Existing",
            Self::Required => "Required",
            Self::Forbidden => "Forbidden",
        }
    }
}

/// Whether the search leans towards or away from a corridor.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Preference {
    /// Neither.
    #[default]
    Neutral,
    /// Towards.
    Prefer,
    /// Away.
    Avoid,
}

impl Preference {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Neutral => "Neutral",
            Self::Prefer => "Prefer",
            Self::Avoid => "Avoid",
        }
    }
}

/// What a trench is dug in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Ground {
    /// Prepared soil.
    #[default]
    Soil,
    /// Paving that is restored.
    Paved,
}

/// A route a person fixed; the solver keeps it as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The connection, `IT-01A/LV`.
    pub connection: String,
    /// From the drawing port to the supplying one.
    pub path_mm: Vec<Point>,
}

/// A corridor one connection must not use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forbid {
    /// The connection, `IT-01A/LV`.
    pub connection: String,
    /// The corridor.
    pub corridor: Id,
}

/// A place a connection is led through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waypoint {
    /// The connection, `IT-01A/LV`.
    pub connection: String,
    /// The place.
    pub at_mm: Point,
    /// Whether the route must pass there; otherwise it should.
    #[serde(default = "compulsory", skip_serializing_if = "Clone::clone")]
    pub compulsory: bool,
}

/// Something chosen because it is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// Short name.
    pub id: Id,
    /// What was chosen and why.
    pub text: String,
    /// Who can confirm it.
    pub owner: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a waypoint is unless its text says otherwise.
fn compulsory() -> bool {
    true
}

impl Container {
    /// The ground it covers.
    pub fn footprint(&self, module: &ModuleType) -> Rect {
        let (width, depth) = match self.rotation {
            Rotation::R0 | Rotation::R180 => module.size_mm,
            Rotation::R90 | Rotation::R270 => (module.size_mm.1, module.size_mm.0),
        };
        Rect { min: self.at_mm, max: self.at_mm.offset(width.0, depth.0) }
    }

    /// The ground it needs to itself, its clearances included.
    pub fn clearance_area(&self, module: &ModuleType) -> Rect {
        let clearance = module.clearance;
        let (north, east, south, west) =
            (clearance.north_mm.0, clearance.east_mm.0, clearance.south_mm.0, clearance.west_mm.0);
        // A quarter turn counter-clockwise brings the drawn north side to the west.
        let (north, east, south, west) = match self.rotation {
            Rotation::R0 => (north, east, south, west),
            Rotation::R90 => (east, south, west, north),
            Rotation::R180 => (south, west, north, east),
            Rotation::R270 => (west, north, east, south),
        };
        let footprint = self.footprint(module);
        Rect { min: footprint.min.offset(-west, -south), max: footprint.max.offset(east, north) }
    }

    /// Where a port sits on the wall and the outward direction there.
    pub fn port_position(&self, module: &ModuleType, port: &PortTemplate) -> (Point, (i64, i64)) {
        use crate::catalogue::module::Face;
        let (width, depth) = (module.size_mm.0.0, module.size_mm.1.0);
        let offset = port.offset_mm.0;
        let (x, y, out) = match port.face {
            Face::North => (offset, depth, (0, 1)),
            Face::South => (offset, 0, (0, -1)),
            Face::East => (width, offset, (1, 0)),
            Face::West => (0, offset, (-1, 0)),
        };
        // Turn about the south-west corner of the drawing, then shift the turned box back.
        let (tx, ty) = self.rotation.turn(x, y);
        let shift = match self.rotation {
            Rotation::R0 => (0, 0),
            Rotation::R90 => (depth, 0),
            Rotation::R180 => (width, depth),
            Rotation::R270 => (0, width),
        };
        let at = self.at_mm.offset(tx + shift.0, ty + shift.1);
        (at, self.rotation.turn(out.0, out.1))
    }

    /// Racks in place.
    pub fn populated_racks(&self, module: &ModuleType) -> u32 {
        self.racks.unwrap_or(module.racks).min(module.racks)
    }

    /// Peak electrical load, kW; pumps and fans of a module run only with its racks.
    pub fn peak_kw(&self, module: &ModuleType) -> f64 {
        if module.racks == 0 {
            return module.fixed_kw.0;
        }
        let racks = f64::from(self.populated_racks(module));
        racks * module.rack_kw.0 + module.fixed_kw.0 * racks / f64::from(module.racks)
    }
}

impl Plan {
    /// The container of that name.
    pub fn container(&self, id: &Id) -> Option<&Container> {
        self.containers.iter().find(|container| container.id == *id)
    }

    /// Position of a phase in construction order, by name.
    pub fn phase_order(&self) -> BTreeMap<Id, usize> {
        let mut order = BTreeMap::new();
        // Repeatedly take the first phase whose predecessors are all placed; cycles never place.
        while order.len() < self.phases.len() {
            let next = self.phases.iter().find(|phase| {
                !order.contains_key(&phase.id)
                    && phase.after.iter().all(|before| order.contains_key(before))
            });
            match next {
                Some(phase) => order.insert(phase.id.clone(), order.len()),
                None => break,
            };
        }
        order
    }

    /// Whether a name is in use for anything on the site.
    pub fn knows(&self, id: &Id) -> bool {
        self.containers.iter().any(|container| container.id == *id)
            || self.corridors.iter().any(|corridor| corridor.id == *id)
            || self.entries.iter().any(|entry| entry.id == *id)
            || self.zones.iter().any(|zone| zone.id == *id)
    }

    /// The rectangle around the site.
    pub fn bounds(&self) -> Option<Rect> {
        Rect::around(self.boundary_mm.iter().copied())
    }
}
