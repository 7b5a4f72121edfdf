//! Module types: factory-built containers and the fields of equipment that stand beside them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CatalogueError, ron_error};
use crate::id::Id;
use crate::units::{Kilograms, KilovoltAmperes, Kilowatts, Millimetres, Source};

/// What a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Service {
    /// Medium-voltage power.
    MvPower,
    /// Low-voltage power.
    LvPower,
    /// Facility-water pair, supply and return.
    Cooling,
    /// Heat-reuse pair to the offtaker.
    HeatReuse,
    /// Data network, path A.
    DataA,
    /// Data network, path B.
    DataB,
}

impl Service {
    /// Every service in file and screen order.
    pub const ALL: [Self; 6] =
        [Self::MvPower, Self::LvPower, Self::Cooling, Self::HeatReuse, Self::DataA, Self::DataB];

    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::MvPower => "MV power",
            Self::LvPower => "LV power",
            Self::Cooling => "Cooling pair",
            Self::HeatReuse => "Heat-reuse pair",
            Self::DataA => "Data A",
            Self::DataB => "Data B",
        }
    }

    /// Whether the service runs in pipes.
    pub fn is_piped(self) -> bool {
        match self {
            Self::Cooling | Self::HeatReuse => true,
            Self::MvPower | Self::LvPower | Self::DataA | Self::DataB => false,
        }
    }

    /// Whether the service is an electrical supply.
    pub fn is_power(self) -> bool {
        match self {
            Self::MvPower | Self::LvPower => true,
            Self::Cooling | Self::HeatReuse | Self::DataA | Self::DataB => false,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// How much a port draws or supplies, in the unit of its service.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Load {
    /// Apparent power.
    Kva(KilovoltAmperes),
    /// Heat carried by water.
    HeatKw(Kilowatts),
    /// Optical fibres.
    Fibres(u32),
}

impl Load {
    /// The bare number, in kVA, kW or fibres.
    pub fn value(self) -> f64 {
        match self {
            Self::Kva(power) => power.0,
            Self::HeatKw(power) => power.0,
            Self::Fibres(count) => f64::from(count),
        }
    }

    /// Whether the unit fits the service.
    pub fn fits(self, service: Service) -> bool {
        match self {
            Self::Kva(_) => service.is_power(),
            Self::HeatKw(_) => service.is_piped(),
            Self::Fibres(_) => matches!(service, Service::DataA | Service::DataB),
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kva(power) => power.fmt(f),
            Self::HeatKw(power) => power.fmt(f),
            Self::Fibres(count) => write!(f, "{count} fibres"),
        }
    }
}

/// What a module is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ModuleKind {
    /// Half of a double IT room.
    It,
    /// Mass storage.
    Storage,
    /// MV/LV transformer station.
    Transformer,
    /// Medium-voltage switchgear.
    MvSwitchgear,
    /// Uninterruptible supply with battery.
    Ups,
    /// Standby generator.
    Generator,
    /// Dry-cooler field.
    DryCooler,
    /// Circulation pumps and heat exchanger.
    PumpStation,
    /// Heat-reuse station with heat pump.
    HeatReuse,
    /// Core network and service nodes.
    DataHall,
    /// Entrance and lobby.
    Entrance,
    /// Workshop.
    Workshop,
    /// Spare-part store.
    Store,
    /// Control room.
    ControlRoom,
    /// Offices.
    Office,
    /// Piece of the central corridor that joins rooms and networks.
    Connector,
}

impl ModuleKind {
    /// Every kind in catalogue order.
    pub const ALL: [Self; 16] = [
        Self::It,
        Self::Storage,
        Self::Transformer,
        Self::MvSwitchgear,
        Self::Ups,
        Self::Generator,
        Self::DryCooler,
        Self::PumpStation,
        Self::HeatReuse,
        Self::DataHall,
        Self::Entrance,
        Self::Workshop,
        Self::Store,
        Self::ControlRoom,
        Self::Office,
        Self::Connector,
    ];

    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::It => "IT half-module",
            Self::Storage => "Storage",
            Self::Transformer => "Transformer",
            Self::MvSwitchgear => "MV switchgear",
            Self::Ups => "UPS",
            Self::Generator => "Generator",
            Self::DryCooler => "Dry-cooler field",
            Self::PumpStation => "Pump station",
            Self::HeatReuse => "Heat-reuse station",
            Self::DataHall => "Data hall",
            Self::Entrance => "Entrance",
            Self::Workshop => "Workshop",
            Self::Store => "Store",
            Self::ControlRoom => "Control room",
            Self::Office => "Office",
            Self::Connector => "Connector",
        }
    }

    /// The trade that owns it: compute, power, cooling, network or building.
    pub fn discipline(self) -> Discipline {
        match self {
            Self::It | Self::Storage => Discipline::Compute,
            Self::Transformer | Self::MvSwitchgear | Self::Ups | Self::Generator => {
                Discipline::Power
            }
            Self::DryCooler | Self::PumpStation | Self::HeatReuse => Discipline::Cooling,
            Self::DataHall | Self::Connector => Discipline::Network,
            Self::Entrance | Self::Workshop | Self::Store | Self::ControlRoom | Self::Office => {
                Discipline::Building
            }
        }
    }
}

impl fmt::Display for ModuleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// The trade a module belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Discipline {
    /// Compute and storage.
    Compute,
    /// Electrical supply.
    Power,
    /// Heat rejection and reuse.
    Cooling,
    /// Network.
    Network,
    /// People and logistics.
    Building,
}

/// Who may supply a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Supplier {
    /// A utility entry of the site.
    Utility,
    /// A module of this kind with a supplying port of the same service.
    Module(ModuleKind),
}

/// A side of a module as drawn in the catalogue, before it is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Face {
    /// Top of the drawing.
    North,
    /// Right.
    East,
    /// Bottom.
    South,
    /// Left.
    West,
}

/// What a port does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PortRole {
    /// Must be served.
    Draws {
        /// What it needs when the module runs at its rating.
        load: Load,
        /// Who may serve it.
        from: Vec<Supplier>,
    },
    /// Serves others.
    Supplies {
        /// How much at most.
        capacity: Load,
    },
}

/// A connection point of a module type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortTemplate {
    /// Name within the module, such as `LV` or `CW`.
    pub id: Id,
    /// What it carries.
    pub service: Service,
    /// The side it is on.
    pub face: Face,
    /// Where on that side, from its west or south end.
    pub offset_mm: Millimetres,
    /// What it does.
    pub role: PortRole,
    /// Ports of a module that share a pair name run in separate trenches to separate sources
    /// where the rule set asks 2N of the module kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<Id>,
    /// Served only where the rule set asks 2N of the module kind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
}

/// Free space a module needs on each side as drawn in the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clearance {
    /// Top of the drawing.
    pub north_mm: Millimetres,
    /// Right.
    pub east_mm: Millimetres,
    /// Bottom.
    pub south_mm: Millimetres,
    /// Left.
    pub west_mm: Millimetres,
}

/// A catalogue entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleType {
    /// Catalogue number.
    pub id: Id,
    /// The name a person reads.
    pub name: String,
    /// What it is for.
    pub kind: ModuleKind,
    /// Width (x) and depth (y) of the footprint before rotation.
    pub size_mm: (Millimetres, Millimetres),
    /// Height above the plinth.
    pub height_mm: Millimetres,
    /// Mass as craned.
    pub mass_kg: Kilograms,
    /// Free space around the footprint.
    pub clearance: Clearance,
    /// Whether it is a container in the count of the site; fields of equipment are not.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub container: bool,
    /// Rack positions.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub racks: u32,
    /// Electrical load of one rack.
    #[serde(default, skip_serializing_if = "no_power")]
    pub rack_kw: Kilowatts,
    /// Electrical load beside the racks.
    #[serde(default, skip_serializing_if = "no_power")]
    pub fixed_kw: Kilowatts,
    /// Heat its own roof coolers can reject.
    #[serde(default, skip_serializing_if = "no_power")]
    pub roof_cooler_kw: Kilowatts,
    /// Warmest facility water it may be given, degrees Celsius; none where nothing is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub water_max_c: Option<f64>,
    /// Connection points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<PortTemplate>,
    /// Where the figures come from.
    pub source: Source,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_yes(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn no_power(value: &Kilowatts) -> bool {
    value.0 == 0.0
}

impl ModuleType {
    /// The id of its row in the price book.
    pub fn price_id(&self) -> String {
        format!("module-{}", self.id)
    }

    /// What is wrong with the entry, in words, if anything.
    pub fn problem(&self) -> Option<String> {
        let (width, depth) = self.size_mm;
        let clearance = self.clearance;
        if width.0 <= 0 || depth.0 <= 0 || width.0 > 1_000_000 || depth.0 > 1_000_000 {
            return Some(format!(
                "module type {} is {} by {} mm; both must be between 1 and 1,000,000",
                self.id, width.0, depth.0
            ));
        }
        let sides = [clearance.north_mm, clearance.east_mm, clearance.south_mm, clearance.west_mm];
        if sides.iter().any(|side| !(0..=100_000).contains(&side.0)) {
            return Some(format!(
                "module type {} has a clearance outside 0 to 100,000 mm",
                self.id
            ));
        }
        let powers = [self.rack_kw, self.fixed_kw, self.roof_cooler_kw];
        if powers.iter().any(|power| power.0 < 0.0) || self.mass_kg.0 < 0.0 || self.height_mm.0 < 0
        {
            return Some(format!("module type {} has a negative power, mass or height", self.id));
        }
        if let Some(limit) = self.water_max_c.filter(|limit| !(2.0..=90.0).contains(limit)) {
            return Some(format!(
                "module type {} takes water up to {limit} °C; use 2 to 90 or leave it out",
                self.id
            ));
        }
        self.ports.iter().enumerate().find_map(|(index, port)| {
            let length = match port.face {
                Face::North | Face::South => width,
                Face::East | Face::West => depth,
            };
            let load = match &port.role {
                PortRole::Draws { load, .. } => *load,
                PortRole::Supplies { capacity } => *capacity,
            };
            if !(0..=length.0).contains(&port.offset_mm.0) {
                Some(format!(
                    "port {} of module type {} lies {} mm along a side of {} mm",
                    port.id, self.id, port.offset_mm.0, length.0
                ))
            } else if !load.fits(port.service) {
                Some(format!(
                    "port {} of module type {} measures {} in a unit of another service",
                    port.id, self.id, port.service
                ))
            } else if load.value() < 0.0 {
                Some(format!("port {} of module type {} is negative", port.id, self.id))
            } else if matches!(&port.role, PortRole::Supplies { .. }) && load.value() == 0.0 {
                Some(format!(
                    "port {} of module type {} supplies nothing; give it a capacity or remove it",
                    port.id, self.id
                ))
            } else if self.ports[..index].iter().any(|earlier| earlier.id == port.id) {
                Some(format!("module type {} has two ports {}", self.id, port.id))
            } else {
                None
            }
        })
    }
}

/// Reads module types and checks each of them.
pub(super) fn from_ron(text: &str) -> Result<BTreeMap<Id, ModuleType>, CatalogueError> {
    const FILE: &str = "modules.ron";
    let list: Vec<ModuleType> =
        crate::plan::text::options().from_str(text).map_err(|error| ron_error(FILE, &error))?;
    let mut modules = BTreeMap::new();
    for module in list {
        let id = module.id.clone();
        let problem = module.problem().or_else(|| {
            modules.contains_key(&id).then(|| format!("module type {id} is listed twice"))
        });
        if let Some(reason) = problem {
            return Err(CatalogueError { file: FILE, line: 1, column: 1, reason });
        }
        modules.insert(id, module);
    }
    Ok(modules)
}
