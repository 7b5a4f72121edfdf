//! What must be connected: every drawing port becomes a demand, every supplying port and utility
//! entry a source.
//!
//! A unit is what can fail or fill up as one: a container for one service, or a utility entry.
//! Several ports of a container share the capacity of their unit.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::module::{Load, PortRole, Service, Supplier};
use crate::catalogue::rules::Redundancy;
use crate::geometry::Point;
use crate::id::Id;
use crate::plan::{Container, Plan};
use crate::report::Supply;

/// A port that must be served.
#[derive(Clone, Debug)]
pub struct Demand {
    /// `container/port`.
    pub id: String,
    /// The container.
    pub container: Id,
    /// Its port.
    pub port: Id,
    /// What it needs.
    pub service: Service,
    /// How much.
    pub load: Load,
    /// Where the port sits.
    pub at: Point,
    /// Outward direction there.
    pub out: (i64, i64),
    /// Phase by name.
    pub phase: Id,
    /// Phase in construction order.
    pub rank: usize,
    /// Admissible sources, by index.
    pub sources: Vec<usize>,
    /// Demands of one pair run in separate trenches to separate units.
    pub pair: Option<usize>,
    /// Who may serve it, as declared.
    pub from: Vec<Supplier>,
}

/// A point that can serve demands.
#[derive(Clone, Debug)]
pub struct Source {
    /// What stands at the end of a route.
    pub supply: Supply,
    /// What it gives.
    pub service: Service,
    /// Capacity of this port.
    pub capacity: f64,
    /// The unit it belongs to, by index.
    pub unit: usize,
    /// Where it is.
    pub at: Point,
    /// Outward direction; none at an entry, which can be left on any side.
    pub out: Option<(i64, i64)>,
}

/// A container or entry that supplies a service.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Container or entry.
    pub id: Id,
    /// What it gives.
    pub service: Service,
    /// What it can give in all.
    pub capacity: f64,
    /// What kind it is.
    pub supplier: Supplier,
    /// Phase in construction order; entries are there from the start.
    pub rank: usize,
}

/// Everything to be connected.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// Ports to serve, in id order.
    pub demands: Vec<Demand>,
    /// Points that serve.
    pub sources: Vec<Source>,
    /// What the points belong to.
    pub units: Vec<Unit>,
}

/// Derives demands and sources from a plan; `catalogue` already carries the plan's overrides.
pub fn derive(plan: &Plan, catalogue: &Catalogue) -> Demands {
    let order = plan.phase_order();
    let rank_of = |phase: &Id| order.get(phase).copied().unwrap_or(0);
    let mut out = Demands::default();
    for entry in &plan.entries {
        out.units.push(Unit {
            id: entry.id.clone(),
            service: entry.service,
            capacity: entry.capacity.value(),
            supplier: Supplier::Utility,
            rank: 0,
        });
        out.sources.push(Source {
            supply: Supply { id: entry.id.clone(), port: None },
            service: entry.service,
            capacity: entry.capacity.value(),
            unit: out.units.len() - 1,
            at: entry.at_mm,
            out: None,
        });
    }
    for container in &plan.containers {
        add_sources(&mut out, container, catalogue, rank_of(&container.phase));
    }
    let mut pairs = 0;
    for container in &plan.containers {
        add_demands(&mut out, container, catalogue, rank_of(&container.phase), &mut pairs);
    }
    out.demands.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

fn add_sources(out: &mut Demands, container: &Container, catalogue: &Catalogue, rank: usize) {
    let Some(module) = catalogue.modules.get(&container.module) else { return };
    let mut own: BTreeMap<Service, usize> = BTreeMap::new();
    for port in &module.ports {
        let PortRole::Supplies { capacity } = &port.role else { continue };
        let unit = *own.entry(port.service).or_insert_with(|| {
            out.units.push(Unit {
                id: container.id.clone(),
                service: port.service,
                capacity: 0.0,
                supplier: Supplier::Module(module.kind),
                rank,
            });
            out.units.len() - 1
        });
        out.units[unit].capacity = out.units[unit].capacity.max(capacity.value());
        let (at, direction) = container.port_position(module, port);
        out.sources.push(Source {
            supply: Supply { id: container.id.clone(), port: Some(port.id.clone()) },
            service: port.service,
            capacity: capacity.value(),
            unit,
            at,
            out: Some(direction),
        });
    }
}

fn add_demands(
    out: &mut Demands,
    container: &Container,
    catalogue: &Catalogue,
    rank: usize,
    pairs: &mut usize,
) {
    let Some(module) = catalogue.modules.get(&container.module) else { return };
    let two_n = catalogue.rules.redundancy_of(module.kind) == Redundancy::TwoN;
    let mut own_pairs: BTreeMap<&Id, usize> = BTreeMap::new();
    for port in &module.ports {
        let PortRole::Draws { load, from } = &port.role else { continue };
        if port.standby && !two_n {
            continue;
        }
        let pair = port.pair.as_ref().filter(|_| two_n).map(|name| {
            *own_pairs.entry(name).or_insert_with(|| {
                *pairs += 1;
                *pairs - 1
            })
        });
        let admissible = |source: &Source| {
            let unit = &out.units[source.unit];
            source.service == port.service
                && unit.id != container.id
                && unit.rank <= rank
                && from.contains(&unit.supplier)
        };
        let sources: Vec<usize> = out
            .sources
            .iter()
            .enumerate()
            .filter(|(_, source)| admissible(source))
            .map(|(index, _)| index)
            .collect();
        let (at, direction) = container.port_position(module, port);
        out.demands.push(Demand {
            id: format!("{}/{}", container.id, port.id),
            container: container.id.clone(),
            port: port.id.clone(),
            service: port.service,
            load: *load,
            at,
            out: direction,
            phase: container.phase.clone(),
            rank,
            sources,
            pair,
            from: from.clone(),
        });
    }
}
