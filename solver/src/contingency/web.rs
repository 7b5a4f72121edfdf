//! Who hangs on whom, and what is left of it after a loss.

use std::collections::{BTreeMap, BTreeSet};

use super::losses::Loss;
use super::{is_two_n, needs_data};
use crate::catalogue::Catalogue;
use crate::catalogue::module::{ModuleKind, Service};
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Connection, Report};

/// What a container asks for; ordered as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Power,
    Cooling,
    Data,
}

impl Need {
    fn of(service: Service) -> Option<Self> {
        match service {
            Service::MvPower | Service::LvPower => Some(Self::Power),
            Service::Cooling => Some(Self::Cooling),
            Service::DataA | Service::DataB => Some(Self::Data),
            // Heat that nobody takes goes to the coolers.
            Service::HeatReuse => None,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Cooling => "cooling",
            Self::Data => "data network",
        }
    }
}

/// Connections of which any one is enough.
struct Group {
    container: usize,
    need: Need,
    members: Vec<usize>,
}

/// A container in the web.
pub(super) struct Hung {
    pub(super) id: Id,
    pub(super) is_two_n: bool,
    pub(super) racks: u32,
    /// Peak load of the container, kW.
    pub(super) load_kw: f64,
    /// Connections it supplies.
    pub(super) supplies: Vec<usize>,
    /// Heat it can reject, kW; coolers only.
    pub(super) rejects_kw: f64,
    needs_data: bool,
    groups: Vec<usize>,
}

/// The coolers of a pump station and the heat that comes to it.
struct Circuit {
    coolers: Vec<usize>,
    users: Vec<usize>,
}

/// Who hangs on whom.
pub(super) struct Web<'a> {
    connections: &'a [Connection],
    pub(super) containers: Vec<Hung>,
    groups: Vec<Group>,
    /// Group of each connection.
    group_of: Vec<Option<usize>>,
    /// Connections from each entry.
    pub(super) of_entry: Vec<Vec<usize>>,
    circuits: Vec<Circuit>,
}

impl<'a> Web<'a> {
    pub(super) fn new(plan: &Plan, catalogue: &Catalogue, report: &'a Report) -> Self {
        let mut web = Self {
            connections: &report.connections,
            containers: Vec::with_capacity(plan.containers.len()),
            groups: Vec::new(),
            group_of: vec![None; report.connections.len()],
            of_entry: vec![Vec::new(); plan.entries.len()],
            circuits: Vec::new(),
        };
        let mut kinds = Vec::with_capacity(plan.containers.len());
        for container in &plan.containers {
            let module = catalogue.modules.get(&container.module);
            let kind = module.map(|module| module.kind);
            kinds.push(kind);
            web.containers.push(Hung {
                id: container.id.clone(),
                is_two_n: kind.is_some_and(|kind| is_two_n(catalogue, kind)),
                racks: module.map_or(0, |module| container.populated_racks(module)),
                load_kw: module.map_or(0.0, |module| container.peak_kw(module)),
                supplies: Vec::new(),
                rejects_kw: 0.0,
                needs_data: kind.is_some_and(needs_data),
                groups: Vec::new(),
            });
        }
        let place: BTreeMap<&Id, usize> =
            plan.containers.iter().enumerate().map(|(index, own)| (&own.id, index)).collect();
        let entries: BTreeMap<&Id, usize> =
            plan.entries.iter().enumerate().map(|(index, own)| (&own.id, index)).collect();
        let mut named: BTreeMap<(usize, Need, &Id), usize> = BTreeMap::new();
        for (number, connection) in report.connections.iter().enumerate() {
            let Some(&container) = place.get(&connection.container) else { continue };
            if let Some(supply) = &connection.supply {
                if let Some(&supplier) = place.get(&supply.id) {
                    web.containers[supplier].supplies.push(number);
                } else if let Some(&entry) = entries.get(&supply.id) {
                    web.of_entry[entry].push(number);
                }
            }
            let module = catalogue.modules.get(&plan.containers[container].module);
            let Some(need) = Need::of(connection.service) else { continue };
            if kinds[container] == Some(ModuleKind::DryCooler) && need == Need::Cooling {
                web.containers[container].rejects_kw += connection.load.value();
            }
            let port = module.and_then(|m| m.ports.iter().find(|p| p.id == connection.port));
            let pair = port.and_then(|port| port.pair.as_ref()).unwrap_or(&connection.port);
            let group = *named.entry((container, need, pair)).or_insert_with(|| {
                web.containers[container].groups.push(web.groups.len());
                web.groups.push(Group { container, need, members: Vec::new() });
                web.groups.len() - 1
            });
            web.groups[group].members.push(number);
            web.group_of[number] = Some(group);
        }
        web.circuits = web
            .containers
            .iter()
            .filter_map(|station| {
                let cooling = |&number: &usize| web.connections[number].service == Service::Cooling;
                let draws = station.supplies.iter().copied().filter(cooling);
                let (coolers, users): (Vec<usize>, Vec<usize>) = draws.partition(|&number| {
                    let drawer = place.get(&web.connections[number].container);
                    drawer.is_some_and(|&drawer| web.containers[drawer].rejects_kw > 0.0)
                });
                (!coolers.is_empty()).then_some(Circuit { coolers, users })
            })
            .collect();
        web
    }
}

/// Why a connection is dead or a container stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Lost,
    /// It was not served to begin with.
    Unserved,
    /// The container that supplies it stopped.
    Supplier(usize),
    /// The container has nothing left of this group.
    Group(usize),
}

/// The state of a site after a loss.
pub(super) struct Aftermath<'a> {
    web: &'a Web<'a>,
    dead: Vec<Option<Cause>>,
    down: Vec<Option<Cause>>,
    alive: Vec<usize>,
    /// What this loss changed, in order.
    died: Vec<usize>,
    stopped: Vec<usize>,
}

impl<'a> Aftermath<'a> {
    /// The site before any loss. What nothing serves is down already and no loss is to blame.
    pub(super) fn new(web: &'a Web<'a>) -> Self {
        let mut state = Self {
            web,
            dead: vec![None; web.connections.len()],
            down: vec![None; web.containers.len()],
            alive: web.groups.iter().map(|group| group.members.len()).collect(),
            died: Vec::new(),
            stopped: Vec::new(),
        };
        let unserved = web.connections.iter().enumerate().filter(|(_, own)| own.supply.is_none());
        let unserved: Vec<usize> = unserved.map(|(number, _)| number).collect();
        state.kill(unserved, Cause::Unserved);
        state.died.clear();
        state.stopped.clear();
        state
    }

    /// Takes a thing away and follows what comes of it.
    pub(super) fn suffer(&mut self, loss: &Loss) {
        if let Some(container) = loss.container
            && self.down[container].is_none()
        {
            self.down[container] = Some(Cause::Lost);
            self.stopped.push(container);
            let supplies = self.web.containers[container].supplies.clone();
            self.kill(supplies, Cause::Supplier(container));
            // What leads to it is of no use either, such as the pipes of a cooler.
            for &group in &self.web.containers[container].groups {
                let members = self.web.groups[group].members.clone();
                self.kill(members, Cause::Lost);
            }
        }
        self.kill(loss.connections.clone(), Cause::Lost);
    }

    /// Kills connections and, in waves, what hangs on them.
    fn kill(&mut self, connections: Vec<usize>, cause: Cause) {
        let mut wave: Vec<(usize, Cause)> =
            connections.into_iter().map(|number| (number, cause)).collect();
        while let Some((number, cause)) = wave.pop() {
            if self.dead[number].is_some() {
                continue;
            }
            self.dead[number] = Some(cause);
            self.died.push(number);
            let Some(group) = self.web.group_of[number] else { continue };
            self.alive[group] -= 1;
            let Group { container, need, .. } = self.web.groups[group];
            let own = &self.web.containers[container];
            let stops = need != Need::Data || own.needs_data;
            if self.alive[group] > 0 || !stops || self.down[container].is_some() {
                continue;
            }
            self.down[container] = Some(Cause::Group(group));
            self.stopped.push(container);
            wave.extend(own.supplies.iter().map(|&fed| (fed, Cause::Supplier(container))));
        }
    }

    /// Makes the loss undone.
    pub(super) fn recover(&mut self) {
        for number in self.died.drain(..) {
            self.dead[number] = None;
            if let Some(group) = self.web.group_of[number] {
                self.alive[group] += 1;
            }
        }
        for container in self.stopped.drain(..) {
            self.down[container] = None;
        }
    }

    /// Containers that stopped, in the order they did.
    pub(super) fn stopped(&self) -> &[usize] {
        &self.stopped
    }

    /// Pairs with one half left, in containers that go on.
    pub(super) fn halved(&self) -> usize {
        let groups: BTreeSet<usize> =
            self.died.iter().filter_map(|&number| self.web.group_of[number]).collect();
        let is_halved = |&&group: &&usize| {
            let own = &self.web.groups[group];
            let was = own.members.iter().filter(|&&m| self.dead[m] != Some(Cause::Unserved));
            self.alive[group] > 0
                && self.alive[group] < was.count()
                && self.down[own.container].is_none()
        };
        groups.iter().filter(is_halved).count()
    }

    /// Heat that still comes and that the coolers left cannot reject, kW.
    pub(super) fn shortfall_kw(&self) -> f64 {
        if self.died.is_empty() && self.stopped.is_empty() {
            return 0.0;
        }
        let flows = |number: usize| {
            self.dead[number].is_none() && {
                let container = self.web.group_of[number].map(|g| self.web.groups[g].container);
                container.is_some_and(|container| self.down[container].is_none())
            }
        };
        let sum = |numbers: &[usize]| -> f64 {
            let alive = numbers.iter().filter(|&&number| flows(number));
            alive.map(|&number| self.web.connections[number].load.value()).sum()
        };
        let lacking = |circuit: &Circuit| (sum(&circuit.users) - sum(&circuit.coolers)).max(0.0);
        let all = |circuit: &Circuit| -> f64 {
            let total = |numbers: &[usize]| -> f64 {
                numbers.iter().map(|&number| self.web.connections[number].load.value()).sum()
            };
            (total(&circuit.users) - total(&circuit.coolers)).max(0.0)
        };
        // What was lacking before is no fault of the loss.
        self.web.circuits.iter().map(|circuit| (lacking(circuit) - all(circuit)).max(0.0)).sum()
    }

    /// Why a container stopped, from the loss on.
    pub(super) fn witness(&self, loss: &Loss, container: usize) -> Vec<String> {
        let mut told = (BTreeSet::new(), BTreeSet::new());
        let mut steps = vec![format!("{} {} is lost", loss.kind.label(), loss.name)];
        self.tell(container, &mut told, &mut steps);
        steps
    }

    fn tell(
        &self,
        container: usize,
        told: &mut (BTreeSet<usize>, BTreeSet<usize>),
        steps: &mut Vec<String>,
    ) {
        if !told.0.insert(container) {
            return;
        }
        let Some(Cause::Group(group)) = self.down[container] else { return };
        let group = &self.web.groups[group];
        for &member in &group.members {
            if !told.1.insert(member) {
                continue;
            }
            let name = &self.web.connections[member].id;
            match self.dead[member] {
                Some(Cause::Lost) => steps.push(format!("it takes {name} with it")),
                Some(Cause::Supplier(supplier)) => {
                    self.tell(supplier, told, steps);
                    let supplier = &self.web.containers[supplier].id;
                    steps.push(format!("{supplier} no longer supplies {name}"));
                }
                Some(Cause::Unserved) => steps.push(format!("{name} was never served")),
                Some(Cause::Group(_)) | None => {}
            }
        }
        let id = &self.web.containers[container].id;
        steps.push(format!("{id} has no {} left and stops", group.need.label()));
    }
}
