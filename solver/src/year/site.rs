//! What the hours need to know of a plan: loads by use, what removes their heat, what loses power.

use std::collections::BTreeMap;

use super::reuse::Reuse;
use crate::catalogue::Catalogue;
use crate::catalogue::module::{ModuleKind, ModuleType, PortRole, Service};
use crate::catalogue::rules::RuleSet;
use crate::id::Id;
use crate::plan::{Container, Plan};
use crate::report::{Connection, Report, Sizing};
use crate::size::equipment;
use crate::units::grouped;

/// A campus as the hours see it. Powers and heat in kW.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) rules: &'a RuleSet,
    /// IT at its peak.
    pub(super) it_kw: f64,
    /// Part of the heat of IT that goes into water.
    pub(super) water_share: f64,
    /// Pumps inside modules, and the mean of buildings and plant rooms.
    pub(super) auxiliaries_kw: f64,
    /// Load behind uninterruptible supplies at the peak, and their rating.
    pub(super) ups_kw: f64,
    pub(super) ups_rating_kw: f64,
    /// Load of the site at which transformers and cables lose what the report says.
    pub(super) peak_kw: f64,
    pub(super) no_load_kw: f64,
    pub(super) load_loss_kw: f64,
    pub(super) cable_loss_kw: f64,
    /// Circulation pumps at their duty.
    pub(super) cooling_pump_kw: f64,
    pub(super) reuse_pump_kw: f64,
    /// Heat the coolers are built for, and their fans at full speed.
    pub(super) cooler_kw: f64,
    pub(super) fan_kw: f64,
    /// Warmest facility water allowed, °C.
    pub(super) limit_c: f64,
    pub(super) reuse: Option<Reuse>,
    pub(super) assumptions: Vec<String>,
}

/// Sums over the containers of a plan, kW.
#[derive(Debug, Default)]
struct Loads {
    it: f64,
    it_in_water: f64,
    inside_modules: f64,
    buildings: f64,
    roof_coolers: f64,
    fields: f64,
    field_fans: f64,
    ups_rating: f64,
    /// Warmest water that the most delicate module takes, °C.
    limit_c: Option<f64>,
}

impl<'a> Site<'a> {
    /// Gathers a site from a plan and its settled network.
    pub(super) fn of(plan: &Plan, catalogue: &'a Catalogue, report: &Report) -> Self {
        let rules = &catalogue.rules;
        let mut loads = Loads::default();
        for container in &plan.containers {
            if let Some(module) = catalogue.modules.get(&container.module) {
                loads.add(container, module, rules);
            }
        }
        let mut assumptions = Vec::new();
        let cooler_kw = cooler_kw(plan, &loads, &mut assumptions);
        let beside_fields = (cooler_kw - loads.fields).max(0.0) / 1000.0;
        let (no_load_kw, load_loss_kw) = transformer_losses(catalogue, report);
        let pumps = |service: Service| -> f64 {
            let own = report.pumps.iter().filter(|pumps| pumps.service == service);
            own.fold(0.0, |sum, pumps| sum + pumps.power_kw)
        };
        let reuse = Reuse::of(plan, rules, report);
        let offered: f64 = entry_capacity(plan, Service::HeatReuse);
        if reuse.is_none() && offered > 0.0 {
            let offered = grouped(offered, 0);
            assumptions.push(format!(
                "an offtake of {offered} kW is there, but no heat-reuse station sends heat to it"
            ));
        }
        Self {
            rules,
            it_kw: loads.it,
            water_share: if loads.it > 0.0 { loads.it_in_water / loads.it } else { 0.0 },
            auxiliaries_kw: loads.inside_modules + rules.aux_mean_share.value * loads.buildings,
            ups_kw: ups_kw(plan, catalogue, report),
            ups_rating_kw: loads.ups_rating,
            peak_kw: report.totals.peak_kw,
            no_load_kw,
            load_loss_kw,
            cable_loss_kw: cable_loss_kw(report),
            cooling_pump_kw: pumps(Service::Cooling),
            reuse_pump_kw: pumps(Service::HeatReuse),
            cooler_kw,
            fan_kw: loads.field_fans + rules.cooler_fan_kw_per_mw.value * beside_fields,
            limit_c: loads.limit_c.unwrap_or(rules.water_supply_c.value),
            reuse,
            assumptions,
        }
    }
}

impl Loads {
    fn add(&mut self, container: &Container, module: &ModuleType, rules: &RuleSet) {
        let racks = container.populated_racks(module);
        // What stands beside the racks runs in proportion to them.
        let share = if module.racks > 0 { f64::from(racks) / f64::from(module.racks) } else { 1.0 };
        let in_racks = f64::from(racks) * module.rack_kw.0;
        let beside = module.fixed_kw.0 * share;
        self.roof_coolers += module.roof_cooler_kw.0;
        self.limit_c = match (self.limit_c, module.water_max_c) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        match module.kind {
            ModuleKind::It => {
                self.add_it(module, in_racks);
                self.inside_modules += beside;
            }
            ModuleKind::Storage | ModuleKind::DataHall | ModuleKind::Connector => {
                self.add_it(module, in_racks + beside);
            }
            ModuleKind::Ups => {
                self.ups_rating += supplied(module, Service::LvPower) * rules.power_factor.value;
                self.buildings += in_racks + beside;
            }
            ModuleKind::Transformer
            | ModuleKind::MvSwitchgear
            | ModuleKind::Generator
            | ModuleKind::Entrance
            | ModuleKind::Workshop
            | ModuleKind::Store
            | ModuleKind::ControlRoom
            | ModuleKind::Office => self.buildings += in_racks + beside,
            ModuleKind::DryCooler => {
                self.fields += drawn(module, Service::Cooling);
                self.field_fans += beside;
            }
            // Their pumps are those of the pipe networks, their heat pump that of the reuse.
            ModuleKind::PumpStation | ModuleKind::HeatReuse => {}
        }
    }

    /// Adds IT power; its heat goes into water as far as the module's water ports are rated.
    fn add_it(&mut self, module: &ModuleType, power: f64) {
        let rated = f64::from(module.racks) * module.rack_kw.0 + module.fixed_kw.0;
        let in_water =
            if rated > 0.0 { (drawn(module, Service::Cooling) / rated).min(1.0) } else { 0.0 };
        self.it += power;
        self.it_in_water += power * in_water;
    }
}

/// What the ports of a module draw of a service, in its unit.
fn drawn(module: &ModuleType, service: Service) -> f64 {
    let own = module.ports.iter().filter(|port| port.service == service);
    own.fold(0.0, |sum, port| match &port.role {
        PortRole::Draws { load, .. } if !port.standby => sum + load.value(),
        PortRole::Draws { .. } | PortRole::Supplies { .. } => sum,
    })
}

/// The most that a port of a module supplies of a service, in its unit.
fn supplied(module: &ModuleType, service: Service) -> f64 {
    let own = module.ports.iter().filter(|port| port.service == service);
    own.fold(0.0, |most, port| match &port.role {
        PortRole::Supplies { capacity } => capacity.value().max(most),
        PortRole::Draws { .. } => most,
    })
}

/// What the entries of a site bring of a service, in its unit.
pub(super) fn entry_capacity(plan: &Plan, service: Service) -> f64 {
    let own = plan.entries.iter().filter(|entry| entry.service == service);
    own.fold(0.0, |sum, entry| sum + entry.capacity.value())
}

/// Heat that the coolers are built for: those on the site where they are enough, else together with
/// a plant of the same kind behind the cooling entries.
fn cooler_kw(plan: &Plan, loads: &Loads, assumptions: &mut Vec<String>) -> f64 {
    let (heat, on_site) = (loads.it_in_water, loads.roof_coolers + loads.fields);
    if on_site >= heat {
        return on_site;
    }
    let with_plant = on_site + entry_capacity(plan, Service::Cooling);
    if with_plant <= 0.0 {
        assumptions.push(
            "nothing rejects heat; coolers built for the heat of the peak are assumed".to_owned(),
        );
        return heat;
    }
    if with_plant > on_site {
        assumptions
            .push("the plant behind the cooling entries is taken to be dry coolers".to_owned());
    }
    if with_plant < heat {
        assumptions.push(format!(
            "coolers and cooling entries reject {} kW of {} kW at the peak",
            grouped(with_plant, 0),
            grouped(heat, 0)
        ));
    }
    with_plant.min(heat)
}

/// No-load losses of all transformers, and their load losses at design load, kW.
fn transformer_losses(catalogue: &Catalogue, report: &Report) -> (f64, f64) {
    let mut losses = (0.0, 0.0);
    for choice in &report.transformers {
        let unit = equipment::transformer(catalogue, choice.load_kva);
        let no_load = unit.map_or(0.0, |unit| unit.no_load_w / 1000.0).min(choice.loss_kw);
        losses.0 += no_load;
        losses.1 += choice.loss_kw - no_load;
    }
    losses
}

/// Losses of all power cables at design load, kW.
fn cable_loss_kw(report: &Report) -> f64 {
    report.connections.iter().fold(0.0, |sum, connection| match &connection.sizing {
        Some(Sizing::Cable(cable)) => sum + cable.loss_kw,
        Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => sum,
    })
}

/// Load behind uninterruptible supplies, kW. The routes of a 2N pair share theirs.
fn ups_kw(plan: &Plan, catalogue: &Catalogue, report: &Report) -> f64 {
    let module_of = |id: &Id| plan.container(id).and_then(|it| catalogue.modules.get(&it.module));
    let pair_of = |connection: &Connection| {
        let ports = &module_of(&connection.container)?.ports;
        ports.iter().find(|port| port.id == connection.port)?.pair.clone()
    };
    let served = |connection: &&Connection| {
        connection.service == Service::LvPower && connection.supply.is_some()
    };
    let mut members: BTreeMap<_, u32> = BTreeMap::new();
    for connection in report.connections.iter().filter(served) {
        if let Some(pair) = pair_of(connection) {
            *members.entry((&connection.container, pair)).or_default() += 1;
        }
    }
    let mut kva = 0.0;
    for connection in report.connections.iter().filter(served) {
        let supply = connection.supply.as_ref().and_then(|supply| module_of(&supply.id));
        if supply.is_some_and(|module| module.kind == ModuleKind::Ups) {
            let pair = pair_of(connection).map(|pair| (&connection.container, pair));
            let sharing = pair.and_then(|pair| members.get(&pair).copied()).unwrap_or(1);
            kva += connection.load.value() / f64::from(sharing.max(1));
        }
    }
    kva * catalogue.rules.power_factor.value
}
