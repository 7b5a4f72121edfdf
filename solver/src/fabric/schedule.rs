//! The port schedule and the switch list, row by row as they are asked for.

use super::Takeoff;
use super::measure::{medium_of, racks_of, splits};
use super::topology::{Cable, End, Far, HostRun};
use crate::plan::Container;

/// A cable with both its ends, ready for a label.
#[derive(Clone, Debug, PartialEq)]
pub struct PortRow {
    /// `F-00001`, in the order of the fabric.
    pub cable: String,
    /// What it joins.
    pub kind: &'static str,
    /// Near switch.
    pub from: String,
    /// Its port.
    pub from_port: String,
    /// Its rack.
    pub from_rack: String,
    /// Far switch, or the hosts that share the cable.
    pub to: String,
    /// Its port, or theirs.
    pub to_port: String,
    /// Its rack.
    pub to_rack: String,
    /// The medium.
    pub medium: String,
    /// Price-book id; empty where no medium reaches.
    pub item: String,
    /// Before rounding up, m.
    pub length_m: f64,
    /// As bought, m.
    pub stock_m: f64,
}

/// A switch of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchRow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: &'static str,
    /// Make and model.
    pub model: String,
    /// Where it stands.
    pub rack: String,
    /// Construction step of its container; empty where it has no place.
    pub phase: String,
    /// Ports in use.
    pub used: u32,
    /// Ports left.
    pub free: u32,
}

impl Takeoff<'_> {
    /// The port schedule: one row a cable.
    pub fn ports(&self) -> impl Iterator<Item = PortRow> {
        (1_usize..).zip(self.cables()).map(move |(number, (cable, measure))| {
            let (near, far) = racks_of(&self.fabric, cable);
            let split = splits(self.spec, &self.fabric, cable);
            let medium = medium_of(self.catalogue, measure);
            let (to, to_port) = match cable.to {
                Far::Switch(end) => (self.switch_name(end), self.port(end)),
                Far::Nics { .. } => (self.hosts_of(cable).join(" + "), self.nics_of(cable)),
            };
            PortRow {
                cable: format!("F-{number:05}"),
                kind: cable.kind.label(),
                from: self.switch_name(cable.from),
                from_port: self.port(cable.from),
                from_rack: self.rack_name(near),
                to,
                to_port,
                to_rack: self.rack_name(far),
                medium: medium.map_or_else(String::new, |medium| medium.name.clone()),
                item: medium.map_or_else(String::new, |it| it.item(split, measure.stock_m)),
                length_m: measure.length_m,
                stock_m: measure.stock_m,
            }
        })
    }

    /// The switch list: one row a switch.
    pub fn switches(&self) -> impl Iterator<Item = SwitchRow> {
        let ports = self.spec.switch.ports;
        self.fabric.switches.iter().map(move |switch| SwitchRow {
            name: switch.name.clone(),
            role: switch.role.label(),
            model: self.spec.switch.model.clone(),
            rack: self.rack_name(switch.rack),
            phase: self.home(switch.rack).map_or_else(String::new, |it| it.phase.to_string()),
            used: switch.used,
            free: ports.saturating_sub(switch.used),
        })
    }

    /// The hosts on a cable, by name.
    pub(super) fn hosts_of(&self, cable: &Cable) -> Vec<String> {
        let mut names: Vec<String> =
            self.nics(cable).map(|(kind, host, _)| format!("{kind} {host}")).collect();
        names.dedup();
        names
    }

    /// The ports of hosts on a cable: `17/1 + 17/2`.
    fn nics_of(&self, cable: &Cable) -> String {
        let ports: Vec<String> =
            self.nics(cable).map(|(_, host, nic)| format!("{host}/{nic}")).collect();
        ports.join(" + ")
    }

    /// Kind, number of the host and number of its port, both from 1, for each port on a cable.
    fn nics(&self, cable: &Cable) -> impl Iterator<Item = (&str, u32, u32)> {
        let shared = match cable.to {
            Far::Switch(_) => None,
            Far::Nics { run, first, count } => {
                self.fabric.hosts.get(run as usize).map(|run| (*run, first, count))
            }
        };
        shared.into_iter().flat_map(move |(run, first, count)| {
            let HostRun { block, kind, first: earlier, .. } = run;
            let block = self.spec.blocks.get(block as usize);
            let kind = block.and_then(|block| block.hosts.get(kind as usize));
            kind.into_iter().flat_map(move |kind| {
                let each = kind.nics.max(1);
                let name = kind.name.as_str();
                (first..first + count)
                    .map(move |nic| (name, earlier + nic / each + 1, nic % each + 1))
            })
        })
    }

    fn switch_name(&self, end: End) -> String {
        self.fabric.switches[end.switch as usize].name.clone()
    }

    /// A port by its number, or by cage and port where cages hold several.
    fn port(&self, end: End) -> String {
        match self.spec.switch.ports_per_cage {
            0 | 1 => end.port.to_string(),
            each => format!("{}/{}", (end.port - 1) / each + 1, (end.port - 1) % each + 1),
        }
    }

    /// `IT-01A-R03`.
    fn rack_name(&self, rack: u32) -> String {
        match (self.home(rack), self.fabric.racks[rack as usize].place) {
            (Some(container), Some(place)) => format!("{}-R{:02}", container.id, place.position),
            (_, _) => "no place".to_owned(),
        }
    }

    fn home(&self, rack: u32) -> Option<&Container> {
        let place = self.fabric.racks[rack as usize].place?;
        self.plan.containers.get(place.container as usize)
    }
}
