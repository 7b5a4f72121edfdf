//! Realistic campuses of any size: double IT rooms with their transformers along corridors, and
//! the power, storage, network and people they need.
//!
//! A campus is made of blocks like JUPITER: a central corridor pair with rooms on both sides, a
//! service end with switchgear, UPS, storage and network, and a facility-water entry. Blocks stand
//! side by side, each a phase of its own.

use crate::catalogue::Catalogue;
use crate::catalogue::module::{Load, Service};
use crate::geometry::{Point, Rect, Rotation};
use crate::id::Id;
use crate::plan::{Assumption, Container, Corridor, Entry, Phase, Plan, Zone, ZoneKind};
use crate::units::{KilovoltAmperes, Kilowatts, Millimetres, Source};

/// Length of a slot with one double room and two transformers, mm.
const SLOT: i64 = 19_600;
/// Distance of the modules from the axis of a block, mm.
const INNER: i64 = 4_500;
/// Distance of the corridor lines from the axis, mm.
const LANE: i64 = 2_000;
/// Distance of the outer corridors from the axis, mm.
const OUTER: i64 = 21_000;
/// Distance between the axes of two blocks, mm.
const BLOCK_PITCH: i64 = 86_000;
/// Length of the service end of a block, mm.
const SERVICE_END: i64 = 52_000;
/// Containers in the service end of a block.
const SERVICES: usize = 14;
/// Slots on each side of a block.
const SLOTS: u8 = 4;
/// Containers a full block holds: services, and two halves and two transformers a slot.
const BLOCK: usize = SERVICES + 2 * SLOTS as usize * 4;

/// A campus of exactly `containers` containers; the seed varies which rooms are filled.
///
/// The reference catalogue must hold the standard module types; types it lacks are left out.
pub fn campus(containers: usize, seed: u64, catalogue: &Catalogue) -> Plan {
    let mut plan = Plan::empty_site(&format!("Campus of {containers}"), 1000, 1000);
    plan.phases.clear();
    let mut builder = Builder { plan, catalogue, seed, left: containers, rooms: 0, stations: 0 };
    let blocks = containers.div_ceil(BLOCK).max(1);
    let mut longest = 0;
    for block in 0..blocks {
        longest = longest.max(builder.block(block));
    }
    builder.site(blocks, longest);
    builder.plan.sort();
    builder.plan
}

struct Builder<'a> {
    plan: Plan,
    catalogue: &'a Catalogue,
    seed: u64,
    left: usize,
    rooms: usize,
    stations: usize,
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap_or_else(|_| unreachable!("generated names are well formed"))
}

impl Builder<'_> {
    fn put(&mut self, name: &str, module: &str, at: (i64, i64), north: bool, phase: &Id) -> bool {
        self.put_grouped(name, module, at, north, phase, None)
    }

    fn put_grouped(
        &mut self,
        name: &str,
        module: &str,
        at: (i64, i64),
        north: bool,
        phase: &Id,
        group: Option<Id>,
    ) -> bool {
        let module = id(module);
        if self.left == 0 || !self.catalogue.modules.contains_key(&module) {
            return false;
        }
        self.left -= 1;
        self.plan.containers.push(Container {
            id: id(name),
            module,
            at_mm: at.into(),
            rotation: if north { Rotation::R0 } else { Rotation::R180 },
            phase: phase.clone(),
            group,
            racks: None,
            existing: false,
            locked: false,
        });
        true
    }

    /// Builds a block and returns its length.
    fn block(&mut self, number: usize) -> i64 {
        let axis = i64::try_from(number).unwrap_or(0) * BLOCK_PITCH;
        let label = format!("B{:02}", number + 1);
        let phase = self.phase(number);
        self.services(&label, axis, &phase);
        let mut slots = 0;
        while slots < i64::from(SLOTS) && self.left >= 1 {
            for north in [true, false] {
                self.slot(axis, slots, north, &phase);
            }
            slots += 1;
        }
        let end = SERVICE_END + slots * SLOT;
        self.corridors(&label, axis, slots, end);
        self.entries(&label, axis, end);
        end
    }

    fn phase(&mut self, number: usize) -> Id {
        let own = id(&format!("P{:02}", number + 1));
        let month = 1 + (number * 3) % 12;
        let year = 2027 + number / 4;
        let before = self.plan.phases.last().map(|phase| phase.id.clone());
        self.plan.phases.push(Phase {
            id: own.clone(),
            name: format!("Block {}", number + 1),
            finished: format!("{year}-{month:02}"),
            after: before.into_iter().collect(),
        });
        own
    }

    fn services(&mut self, label: &str, axis: i64, phase: &Id) {
        let north = axis + INNER;
        let south = |depth: i64| axis - INNER - depth;
        let at = |slot: i64| 2_400 + slot * 6_200;
        // In the order in which a small campus gets them.
        let list: [(&str, &str, i64, bool); SERVICES - 1] = [
            ("SGA", "mv-switchgear", 0, false),
            ("TRS", "transformer-station", 1, false),
            ("DH", "data-hall", 0, true),
            ("UPS", "ups-module", 2, false),
            ("GEN", "generator-module", 4, false),
            ("CTRL", "control-room", 1, true),
            ("ST1", "storage-module", 2, true),
            ("SGB", "mv-switchgear", 6, false),
            ("TRT", "transformer-station", 7, false),
            ("ENT", "entrance", 4, true),
            ("WS", "workshop", 5, true),
            ("STO", "store", 6, true),
            ("OFF", "office", 7, true),
        ];
        for (name, module, slot, is_north) in list {
            let y = if is_north { north } else { south(12_200) };
            self.put(&format!("{label}-{name}"), module, (at(slot), y), is_north, phase);
            if name == "DH" && self.left > 0 {
                // Path B enters at the other end of the service end.
                let west = (-9_000, axis - 3_000);
                self.left -= 1;
                self.plan.containers.push(Container {
                    id: id(&format!("{label}-CON")),
                    module: id("connector"),
                    at_mm: west.into(),
                    rotation: Rotation::R0,
                    phase: phase.clone(),
                    group: None,
                    racks: None,
                    existing: false,
                    locked: false,
                });
            }
        }
    }

    fn slot(&mut self, axis: i64, slot: i64, north: bool, phase: &Id) {
        let x = SERVICE_END + slot * SLOT;
        let y = |depth: i64| if north { axis + INNER } else { axis - INNER - depth };
        // A room is only as good as its power: transformers come first.
        if self.left >= 2 {
            self.stations += 1;
            let name = format!("TR-{:04}", self.stations);
            self.put(&name, "transformer-station", (x + 9_600, y(12_200)), north, phase);
            self.rooms += 1;
            let room = format!("{:04}", self.rooms);
            let group = Some(id(&format!("ROOM-{room}")));
            let half = |half: &str| format!("IT-{room}{half}");
            self.put_grouped(
                &half("A"),
                "it-half-module",
                (x, y(14_000)),
                north,
                phase,
                group.clone(),
            );
            if self.left >= 2 {
                self.stations += 1;
                let name = format!("TR-{:04}", self.stations);
                self.put(&name, "transformer-station", (x + 14_000, y(12_200)), north, phase);
                self.put_grouped(
                    &half("B"),
                    "it-half-module",
                    (x + 3_600, y(14_000)),
                    north,
                    phase,
                    group,
                );
            }
            // Some rooms start part full.
            let mixed = (self.seed ^ (self.rooms as u64).wrapping_mul(0x9E37_79B9)) % 7;
            if mixed == 0
                && let Some(last) = self.plan.containers.last_mut()
            {
                last.racks = Some(5);
            }
        } else if self.left == 1 {
            self.rooms += 1;
            let name = format!("OFF-{:04}", self.rooms);
            self.put(&name, "office", (x, y(12_200)), north, phase);
        }
    }

    fn corridors(&mut self, label: &str, axis: i64, slots: i64, end: i64) {
        let mut line = |name: String, points: &[(i64, i64)], limit: i64| {
            self.plan.corridors.push(Corridor {
                id: id(&name),
                path_mm: points.iter().copied().map(Point::from).collect(),
                width_limit_mm: Millimetres(limit),
                usage: crate::plan::Usage::Possible,
                preference: crate::plan::Preference::Neutral,
                ground: crate::plan::Ground::Soil,
            });
        };
        let (west, east) = (-16_000, end + 4_000);
        for (name, y, limit) in
            [("CN", LANE, 6_000), ("CS", -LANE, 6_000), ("PN", OUTER, 3_600), ("PS", -OUTER, 3_600)]
        {
            let from = if y.abs() == LANE { -1_500 } else { west };
            line(format!("{label}-{name}"), &[(from, axis + y), (east, axis + y)], limit);
        }
        line(format!("{label}-XW"), &[(west, axis - OUTER), (west, axis + OUTER)], 3_600);
        line(format!("{label}-XE"), &[(east, axis - OUTER), (east, axis + OUTER)], 3_600);
        line(format!("{label}-XS"), &[(-1_500, axis - OUTER), (-1_500, axis + OUTER)], 3_600);
        for slot in 0..=slots {
            let x = SERVICE_END + slot * SLOT - 1_200;
            line(format!("{label}-X{slot:02}"), &[(x, axis - OUTER), (x, axis + OUTER)], 1_600);
        }
    }

    fn entries(&mut self, label: &str, axis: i64, end: i64) {
        let mut add = |name: &str, service: Service, at: (i64, i64), capacity: Load| {
            self.plan.entries.push(Entry {
                id: id(&format!("{label}-{name}")),
                service,
                at_mm: at.into(),
                capacity,
                source: Source { text: "generated campus".to_owned(), ..Source::default() },
            });
        };
        let power = Load::Kva(KilovoltAmperes(60_000.0));
        add("MVA", Service::MvPower, (-16_000, axis - 12_000), power);
        add("MVB", Service::MvPower, (-16_000, axis - OUTER), power);
        add("CW", Service::Cooling, (end + 4_000, axis + 9_000), Load::HeatKw(Kilowatts(70_000.0)));
        add("FA", Service::DataA, (-16_000, axis + 14_000), Load::Fibres(4_000));
        add("FB", Service::DataB, (-16_000, axis + 8_000), Load::Fibres(4_000));
    }

    fn site(&mut self, blocks: usize, longest: i64) {
        let top = (i64::try_from(blocks).unwrap_or(1) - 1) * BLOCK_PITCH + BLOCK_PITCH / 2;
        let site = Rect {
            min: Point { x: -40_000, y: -BLOCK_PITCH / 2 },
            max: Point { x: longest + 20_000, y: top },
        };
        self.plan.boundary_mm = site.corners().to_vec();
        for block in 0..blocks {
            let axis = i64::try_from(block).unwrap_or(0) * BLOCK_PITCH;
            let mut x = -14_000;
            let mut pad = 0;
            while x < longest {
                for (side, y) in [("N", axis + 24_000), ("S", axis - 38_000)] {
                    pad += 1;
                    let corner = Point { x, y };
                    let area = Rect { min: corner, max: corner.offset(14_000, 14_000) };
                    self.plan.zones.push(Zone {
                        id: id(&format!("PAD-{:02}{side}{pad:02}", block + 1)),
                        kind: ZoneKind::CranePad,
                        outline_mm: area.corners().to_vec(),
                    });
                }
                x += 48_000;
            }
            let road = Rect {
                min: Point { x: site.min.x, y: axis + 38_500 },
                max: Point { x: site.max.x, y: axis + BLOCK_PITCH / 2 },
            };
            self.plan.zones.push(Zone {
                id: id(&format!("ROAD-{:02}", block + 1)),
                kind: ZoneKind::Road,
                outline_mm: road.corners().to_vec(),
            });
        }
        self.plan.assumptions.push(Assumption {
            id: id("A-01"),
            text: "Generated campus: sizes and loads are those of the reference catalogue."
                .to_owned(),
            owner: "Planner".to_owned(),
        });
    }
}
