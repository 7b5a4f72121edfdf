//! The electrical network of a plan: who is joined to whom by what.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::catalogue::module::{ModuleKind, ModuleType, PortRole, Service};
use crate::catalogue::rules::{Redundancy, RuleSet};
use crate::catalogue::tables::Conductor;
use crate::id::Id;
use crate::physics::power::short_circuit::{Extreme, voltage_factor};
use crate::physics::power::{Complex, PowerError};
use crate::plan::Plan;
use crate::report::{CableSizing, Connection, Report, Sizing};
use crate::size::rating::Thermal;
use crate::size::{cable, equipment};

/// Shortest cable, m: shorter ones are no branches.
const LEAST_LENGTH_M: f64 = 0.1;

/// By how much the high side of a station leads its low side, degrees: vector group Dyn5.
pub const VECTOR_GROUP_DEGREES: f64 = 150.0;

/// The electrical network of a site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Entries, busbars and the load ends of connections.
    pub nodes: Vec<Node>,
    /// Cables of served power connections.
    pub cables: Vec<Cable>,
    /// Transformers.
    pub units: Vec<Unit>,
    /// Uninterruptible supplies.
    pub inverters: Vec<Inverter>,
}

/// What holds the voltage of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Feed {
    /// A utility.
    Grid {
        /// What it can give, kVA.
        capacity_kva: f64,
    },
    /// A generator of a rating.
    Generator {
        /// Rating, kVA.
        rated_kva: f64,
    },
    /// The inverter of an uninterruptible supply.
    Inverter,
}

/// Short-circuit power of what feeds a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultFeed {
    /// Short-circuit power, MVA.
    pub power_mva: f64,
    /// Resistance over reactance.
    pub r_to_x: f64,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub id: String,
    /// The container it is in; none at a utility entry.
    pub container: Option<Id>,
    /// Nominal voltage, kV.
    pub nominal_kv: f64,
    /// What holds its voltage, if anything does.
    pub feed: Option<Feed>,
    /// What modules draw there, kW and kvar.
    pub load_kva: Complex,
}

/// The parallel circuits of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cable {
    /// The connection, by index in the report.
    pub connection: usize,
    /// The supplying node.
    pub from: usize,
    /// The supplied node.
    pub to: usize,
    /// Length of a circuit, km.
    pub length_km: f64,
    /// Circuits.
    pub circuits: u32,
    /// Resistance at operating temperature, Ω/km.
    pub r_ohm_per_km: f64,
    /// Resistance at 20 °C, Ω/km.
    pub r20_ohm_per_km: f64,
    /// Reactance, Ω/km.
    pub x_ohm_per_km: f64,
    /// What all circuits carry together in their trench, A.
    pub ampacity_a: f64,
}

/// A transformer.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The station.
    pub container: Id,
    /// Node of the high side.
    pub from: usize,
    /// Node of the low side.
    pub to: usize,
    /// Rating, kVA.
    pub rated_kva: f64,
    /// Rated voltages, kV.
    pub rated_kv: (f64, f64),
    /// Short-circuit voltage, per cent.
    pub uk_percent: f64,
    /// Its real part, per cent.
    pub ur_percent: f64,
    /// No-load losses, kW.
    pub no_load_kw: f64,
    /// No-load current, per cent.
    pub i0_percent: f64,
}

/// An uninterruptible supply.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverter {
    /// The module.
    pub container: Id,
    /// The node it holds.
    pub output: usize,
    /// Nodes it draws from, in equal parts.
    pub inputs: Vec<usize>,
    /// Rating, kVA.
    pub rated_kva: f64,
}

/// Short-circuit voltage of the transformer behind a utility entry of low voltage, as a share.
const ENTRY_UK: f64 = 0.06;

/// Tolerance of low voltage that the voltage factor goes by, per cent: the wider one.
const LV_TOLERANCE_PERCENT: f64 = 10.0;

impl Node {
    /// The voltage factor of IEC 60909-0 for a short circuit there.
    pub fn voltage_factor(&self, extreme: Extreme) -> f64 {
        voltage_factor(self.nominal_kv, extreme, LV_TOLERANCE_PERCENT)
    }

    /// What feeds a short circuit there; none without a utility or generator.
    ///
    /// Generators have a fictitious resistance of 0.15 X'' below 1 kV and 0.07 X'' above (IEC
    /// 60909-0, clause 6.6.1). An inverter gives no more than its load current.
    pub fn fault_feed(&self, rules: &RuleSet, extreme: Extreme) -> Option<FaultFeed> {
        match self.feed? {
            Feed::Grid { capacity_kva } => {
                let grid_mva = match extreme {
                    Extreme::Max => rules.grid_fault_max_mva.value,
                    Extreme::Min => rules.grid_fault_min_mva.value,
                };
                let limit_mva = if self.nominal_kv < 1.0 && capacity_kva > 0.0 {
                    capacity_kva / 1000.0 / ENTRY_UK
                } else {
                    f64::INFINITY
                };
                let r_to_x = rules.grid_r_to_x.value;
                Some(FaultFeed { power_mva: grid_mva.min(limit_mva), r_to_x })
            }
            Feed::Generator { rated_kva } if rated_kva > 0.0 => {
                let r_to_x: f64 = if self.nominal_kv < 1.0 { 0.15 } else { 0.07 };
                let reactance = rules.generator_reactance_percent.value / 100.0;
                let impedance = reactance * (1.0 + r_to_x * r_to_x).sqrt();
                let power_mva = self.voltage_factor(extreme) * rated_kva / 1000.0 / impedance;
                Some(FaultFeed { power_mva, r_to_x })
            }
            Feed::Generator { .. } | Feed::Inverter => None,
        }
    }
}

impl Site {
    /// The network of a plan and its report; `catalogue` already carries the plan's overrides.
    pub fn of(plan: &Plan, catalogue: &Catalogue, report: &Report) -> Self {
        let mut builder = Builder::new(plan, catalogue, report);
        builder.add_busbars();
        builder.add_connections();
        builder.add_units();
        builder.site
    }

    /// An error with the name of the node it is about.
    pub(super) fn named(&self, error: &PowerError) -> String {
        let bus = match *error {
            PowerError::Island { bus, .. }
            | PowerError::Diverged { bus, .. }
            | PowerError::Singular { bus }
            | PowerError::NotFinite { what: "bus", index: bus } => self.nodes.get(bus),
            PowerError::NotFinite { .. }
            | PowerError::NoSuchBus { .. }
            | PowerError::ZeroImpedance { .. }
            | PowerError::NoSlack => None,
        };
        match bus {
            Some(node) => format!("{error} (bus is {})", node.id),
            None => error.to_string(),
        }
    }
}

/// Kinds and busbars at hand while a site is built.
struct Builder<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    report: &'a Report,
    modules: BTreeMap<&'a Id, &'a ModuleType>,
    stations: BTreeSet<&'a Id>,
    busbars: BTreeMap<(&'a Id, Service), usize>,
    site: Site,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan, catalogue: &'a Catalogue, report: &'a Report) -> Self {
        let modules = plan
            .containers
            .iter()
            .filter_map(|container| {
                Some((&container.id, catalogue.modules.get(&container.module)?))
            })
            .collect();
        let stations = report.transformers.iter().map(|choice| &choice.container).collect();
        Self {
            plan,
            catalogue,
            report,
            modules,
            stations,
            busbars: BTreeMap::new(),
            site: Site::default(),
        }
    }

    fn add_node(&mut self, id: String, container: Option<Id>, service: Service) -> usize {
        let nominal_kv = cable::voltage_kv(self.catalogue, service);
        let load_kva = Complex::ZERO;
        self.site.nodes.push(Node { id, container, nominal_kv, feed: None, load_kva });
        self.site.nodes.len() - 1
    }

    /// Entries, and a busbar for each voltage that a container hands on.
    fn add_busbars(&mut self) {
        let plan = self.plan;
        for entry in plan.entries.iter().filter(|entry| entry.service.is_power()) {
            let node = self.add_node(entry.id.to_string(), None, entry.service);
            self.site.nodes[node].feed = Some(Feed::Grid { capacity_kva: entry.capacity.value() });
            self.busbars.insert((&entry.id, entry.service), node);
        }
        for container in &plan.containers {
            let Some(module) = self.modules.get(&container.id).copied() else { continue };
            for (service, short) in [(Service::MvPower, "MV"), (Service::LvPower, "LV")] {
                let gives = capacity(module, service);
                let is_high_side = self.stations.contains(&container.id) && draws(module, service);
                if gives.is_none() && !is_high_side {
                    continue;
                }
                let name = format!("{}:{short}", container.id);
                let node = self.add_node(name, Some(container.id.clone()), service);
                self.busbars.insert((&container.id, service), node);
                let rated_kva = gives.unwrap_or(0.0);
                if module.kind == ModuleKind::Generator {
                    self.site.nodes[node].feed = Some(Feed::Generator { rated_kva });
                } else if module.kind == ModuleKind::Ups && service == Service::LvPower {
                    self.site.nodes[node].feed = Some(Feed::Inverter);
                    self.site.inverters.push(Inverter {
                        container: container.id.clone(),
                        output: node,
                        inputs: Vec::new(),
                        rated_kva,
                    });
                }
            }
        }
    }

    /// Cables with their load ends and what is drawn there.
    fn add_connections(&mut self) {
        let report = self.report;
        let shares = self.shares();
        for (index, connection) in report.connections.iter().enumerate() {
            let Some(share) = shares[index] else { continue };
            let Some(Sizing::Cable(sizing)) = &connection.sizing else { continue };
            let Some(supply) = &connection.supply else { continue };
            let Some(&from) = self.busbars.get(&(&supply.id, connection.service)) else { continue };
            let Some((r_ohm_per_km, x_ohm_per_km)) = self.ohms(sizing) else {
                continue;
            };
            let to = self.load_end(connection, share);
            self.site.cables.push(Cable {
                connection: index,
                from,
                to,
                length_km: sizing.circuit_m.max(LEAST_LENGTH_M) / 1000.0,
                circuits: sizing.circuits.max(1),
                r_ohm_per_km,
                r20_ohm_per_km: r_ohm_per_km / warming(sizing.conductor),
                x_ohm_per_km,
                ampacity_a: sizing.ampacity_a,
            });
        }
    }

    /// The node at the load end of a connection, with what it draws.
    fn load_end(&mut self, connection: &'a Connection, share: f64) -> usize {
        let kind = self.modules.get(&connection.container).map(|module| module.kind);
        let busbar = self.busbars.get(&(&connection.container, connection.service)).copied();
        let hands_on = kind != Some(ModuleKind::Ups) && share > 0.0;
        if let Some(node) = busbar.filter(|_| hands_on) {
            return node;
        }
        let container = Some(connection.container.clone());
        let node = self.add_node(connection.id.clone(), container, connection.service);
        if kind == Some(ModuleKind::Ups) {
            let of = |inverter: &&mut Inverter| inverter.container == connection.container;
            if let Some(inverter) = self.site.inverters.iter_mut().find(of)
                && share > 0.0
            {
                inverter.inputs.push(node);
            }
        } else {
            let cosine = self.catalogue.rules.power_factor.value;
            let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
            let apparent = share * connection.load.value();
            self.site.nodes[node].load_kva = Complex::new(apparent * cosine, apparent * sine);
        }
        node
    }

    /// What part of its load each connection carries in normal operation; none where it is not a
    /// served power connection, zero where it waits for the mains to fail.
    fn shares(&self) -> Vec<Option<f64>> {
        let connections = &self.report.connections;
        let mut groups: BTreeMap<(&Id, &str), Vec<usize>> = BTreeMap::new();
        for (index, connection) in connections.iter().enumerate() {
            if connection.service.is_power() && connection.supply.is_some() {
                groups.entry(self.group(connection)).or_default().push(index);
            }
        }
        let mut shares = vec![None; connections.len()];
        for members in groups.into_values() {
            let on_mains: Vec<usize> = members
                .iter()
                .copied()
                .filter(|&index| !self.is_from_generator(&connections[index]))
                .collect();
            let working = if on_mains.is_empty() { members.clone() } else { on_mains };
            for member in members {
                shares[member] = Some(0.0);
            }
            for &member in &working {
                shares[member] = Some(1.0 / working.len() as f64);
            }
        }
        shares
    }

    /// Feeds of which some can stand in for others: both sides of a 2N module, all feeds of a
    /// container that hands on.
    fn group(&self, connection: &'a Connection) -> (&'a Id, &'a str) {
        let alone = (&connection.container, connection.port.as_str());
        let Some(module) = self.modules.get(&connection.container).copied() else { return alone };
        if module.ports.iter().any(|port| gives_power(&port.role, port.service)) {
            return (&connection.container, ":");
        }
        let two_n = self.catalogue.rules.redundancy_of(module.kind) == Redundancy::TwoN;
        let port = module.ports.iter().find(|port| port.id == connection.port);
        let pair = port.and_then(|port| port.pair.as_ref()).filter(|_| two_n);
        pair.map_or(alone, |pair| (&connection.container, pair.as_str()))
    }

    fn is_from_generator(&self, connection: &Connection) -> bool {
        connection
            .supply
            .as_ref()
            .and_then(|supply| self.modules.get(&supply.id))
            .is_some_and(|module| module.kind == ModuleKind::Generator)
    }

    /// Resistance at operating temperature and reactance of a sized cable, Ω/km.
    fn ohms(&self, sizing: &CableSizing) -> Option<(f64, f64)> {
        let thermal = Thermal::new(cable::of_item(self.catalogue, &sizing.item)?);
        Some((thermal.resistance * 1000.0, thermal.reactance * 1000.0))
    }

    /// Transformers between the busbars of their station.
    fn add_units(&mut self) {
        for choice in &self.report.transformers {
            let Some(unit) = equipment::transformer(self.catalogue, choice.load_kva) else {
                continue;
            };
            let side = |service: Service| self.busbars.get(&(&choice.container, service)).copied();
            let (Some(from), Some(to)) = (side(Service::MvPower), side(Service::LvPower)) else {
                continue;
            };
            let no_load_kw = unit.no_load_w / 1000.0;
            let least_i0 = 100.0 * no_load_kw / unit.kva;
            self.site.units.push(Unit {
                container: choice.container.clone(),
                from,
                to,
                rated_kva: unit.kva,
                rated_kv: (unit.hv_kv, unit.lv_kv),
                uk_percent: unit.uk_percent,
                ur_percent: (unit.load_loss_w / 10.0 / unit.kva).min(unit.uk_percent),
                no_load_kw,
                i0_percent: self.catalogue.rules.transformer_i0_percent.value.max(least_i0),
            });
        }
    }
}

fn gives_power(role: &PortRole, service: Service) -> bool {
    service.is_power() && matches!(role, PortRole::Supplies { .. })
}

fn draws(module: &ModuleType, service: Service) -> bool {
    module
        .ports
        .iter()
        .any(|port| port.service == service && matches!(port.role, PortRole::Draws { .. }))
}

/// What a module supplies of a service at most; none where it supplies nothing.
fn capacity(module: &ModuleType, service: Service) -> Option<f64> {
    let of_port = |role: &PortRole| match role {
        PortRole::Supplies { capacity } => Some(capacity.value()),
        PortRole::Draws { .. } => None,
    };
    let ports = module.ports.iter().filter(|port| port.service == service);
    ports.filter_map(|port| of_port(&port.role)).reduce(f64::max)
}

/// Resistance at 90 °C over that at 20 °C: coefficients 0.00393 of copper and 0.00403 of aluminium
/// (IEC 60287-1-1).
fn warming(conductor: Conductor) -> f64 {
    match conductor {
        Conductor::Cu => 1.0 + 0.003_93 * 70.0,
        Conductor::Al => 1.0 + 0.004_03 * 70.0,
    }
}
