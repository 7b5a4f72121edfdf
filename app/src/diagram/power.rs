//! The electrical supply as a tree: each feed, switchgear, transformer, UPS and generator once.
//!
//! A container with several supplies hangs below the first that is no generator; its other supplies
//! list it as a load. So the tree has no crossing lines, and nothing is left out.

use std::collections::{BTreeMap, BTreeSet};

use stackyard_solver::catalogue::module::{ModuleKind, PortRole, Service};
use stackyard_solver::id::Id;
use stackyard_solver::plan::Entry;
use stackyard_solver::report::{Connection, Report, TransformerChoice};

use super::Source;

/// Stations one below the other in one tree; what lies deeper begins a tree of its own.
const DEEPEST: usize = 16;

/// Something that passes power on.
#[derive(Debug)]
pub(super) struct Station<'a> {
    /// Its name.
    pub(super) id: &'a Id,
    /// What it is.
    pub(super) role: Role<'a>,
    /// The most it can give, kVA; none where the plan does not say.
    pub(super) capacity_kva: Option<f64>,
    /// What leaves it, in the order of names.
    pub(super) ways: Vec<Way<'a>>,
}

/// What a station is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role<'a> {
    /// A utility entry.
    Feed(&'a Entry),
    /// A transformer, with the one chosen for it.
    Transformer(Option<&'a TransformerChoice>),
    /// Any other container.
    Container(ModuleKind),
}

/// A circuit that leaves a station.
#[derive(Debug)]
pub(super) struct Way<'a> {
    /// What it serves.
    pub(super) connection: &'a Connection,
    /// The station it feeds, unless that is drawn elsewhere or passes nothing on.
    pub(super) station: Option<Station<'a>>,
    /// Which of the two sides of a 2N pair it is.
    pub(super) side: Option<Side>,
    /// Who else supplies the same container.
    pub(super) others: Vec<&'a str>,
}

/// A side of a 2N pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Station<'_> {
    /// Load of everything behind it, kVA.
    pub(super) fn load_kva(&self) -> f64 {
        if let Role::Transformer(Some(choice)) = self.role {
            return choice.load_kva;
        }
        // A plain zero where there is nothing; an empty sum of floats is a negative one.
        self.ways.iter().map(Way::load_kva).fold(0.0, |sum, load| sum + load)
    }

    /// Whether it is drawn as a busbar with columns: it passes on medium voltage.
    pub(super) fn is_board(&self) -> bool {
        match self.role {
            Role::Feed(_) => true,
            Role::Transformer(_) | Role::Container(_) => {
                self.ways.iter().any(|way| way.connection.service == Service::MvPower)
            }
        }
    }
}

impl Way<'_> {
    /// What flows through it, kVA.
    pub(super) fn load_kva(&self) -> f64 {
        match &self.station {
            Some(station) if !station.ways.is_empty() => station.load_kva(),
            Some(_) | None => self.connection.load.value(),
        }
    }
}

/// The trees: utility feeds first, then what feeds itself or is not fed.
pub(super) fn trees(source: Source<'_>) -> Vec<Station<'_>> {
    let mut builder = Builder::new(source);
    let mut trees = Vec::new();
    let mut feeds: Vec<&Entry> =
        source.plan.entries.iter().filter(|entry| entry.service.is_power()).collect();
    feeds.sort_by(|a, b| a.id.cmp(&b.id));
    for feed in feeds {
        trees.push(builder.station(&feed.id, 0));
    }
    // Sources of their own come before what lost its feed, so that their loads find their place.
    let fed: BTreeSet<&Id> = builder.home.keys().copied().collect();
    let all: Vec<&Id> = builder.stations.iter().copied().collect();
    let (rest, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| fed.contains(id));
    for id in own.into_iter().chain(rest) {
        if !builder.placed.contains(id) {
            trees.push(builder.station(id, 0));
        }
    }
    trees
}

/// Power connections nothing serves.
pub(super) fn unserved(report: &Report) -> Vec<&str> {
    report
        .connections
        .iter()
        .filter(|connection| connection.service.is_power() && connection.supply.is_none())
        .map(|connection| connection.id.as_str())
        .collect()
}

struct Builder<'a> {
    source: Source<'a>,
    kinds: BTreeMap<&'a Id, ModuleKind>,
    chosen: BTreeMap<&'a Id, &'a TransformerChoice>,
    ways: BTreeMap<&'a Id, Vec<&'a Connection>>,
    /// Served power connections by the container they serve.
    fed: BTreeMap<&'a Id, Vec<&'a Connection>>,
    /// The connection below which a container is drawn.
    home: BTreeMap<&'a Id, &'a str>,
    /// Containers that pass power on.
    stations: BTreeSet<&'a Id>,
    placed: BTreeSet<&'a Id>,
}

impl<'a> Builder<'a> {
    fn new(source: Source<'a>) -> Self {
        let Source { plan, catalogue, report } = source;
        let kinds: BTreeMap<&Id, ModuleKind> = plan
            .containers
            .iter()
            .filter_map(|it| Some((&it.id, catalogue.modules.get(&it.module)?.kind)))
            .collect();
        let mut builder = Self {
            source,
            chosen: report.transformers.iter().map(|choice| (&choice.container, choice)).collect(),
            ways: BTreeMap::new(),
            fed: BTreeMap::new(),
            home: BTreeMap::new(),
            stations: kinds
                .iter()
                .filter(|(_, kind)| passes_on(**kind))
                .map(|(id, _)| *id)
                .collect(),
            placed: BTreeSet::new(),
            kinds,
        };
        for connection in report.connections.iter().filter(|it| it.service.is_power()) {
            let Some(supply) = &connection.supply else { continue };
            builder.ways.entry(&supply.id).or_default().push(connection);
            builder.fed.entry(&connection.container).or_default().push(connection);
            if builder.kinds.contains_key(&supply.id) {
                builder.stations.insert(&supply.id);
            }
        }
        for (&container, feeds) in &builder.fed {
            let is_generator = |it: &Connection| {
                let supply = it.supply.as_ref().and_then(|supply| builder.kinds.get(&supply.id));
                supply == Some(&ModuleKind::Generator)
            };
            let first = feeds.iter().find(|it| !is_generator(it)).or_else(|| feeds.first());
            if let Some(first) = first {
                builder.home.insert(container, first.id.as_str());
            }
        }
        builder
    }

    /// A station with everything below it.
    fn station(&mut self, id: &'a Id, depth: usize) -> Station<'a> {
        self.placed.insert(id);
        let ways = self.ways.get(id).cloned().unwrap_or_default();
        let ways = ways.into_iter().map(|connection| self.way(connection, depth)).collect();
        Station { id, role: self.role(id), capacity_kva: self.capacity_kva(id), ways }
    }

    fn way(&mut self, connection: &'a Connection, depth: usize) -> Way<'a> {
        let container = &connection.container;
        let is_home = self.home.get(container) == Some(&connection.id.as_str());
        let is_new = self.stations.contains(container) && !self.placed.contains(container);
        let station =
            (is_home && is_new && depth < DEEPEST).then(|| self.station(container, depth + 1));
        Way { connection, station, side: self.side(connection), others: self.others(connection) }
    }

    fn role(&self, id: &Id) -> Role<'a> {
        if let Some(entry) = self.source.plan.entries.iter().find(|entry| entry.id == *id) {
            return Role::Feed(entry);
        }
        match self.kinds.get(id) {
            Some(ModuleKind::Transformer) => Role::Transformer(self.chosen.get(id).copied()),
            Some(kind) => Role::Container(*kind),
            None => Role::Container(ModuleKind::MvSwitchgear),
        }
    }

    fn capacity_kva(&self, id: &Id) -> Option<f64> {
        if let Some(entry) = self.source.plan.entries.iter().find(|entry| entry.id == *id) {
            return Some(entry.capacity.value());
        }
        let container = self.source.plan.container(id)?;
        let module = self.source.catalogue.modules.get(&container.module)?;
        let supplied = module.ports.iter().filter(|port| port.service.is_power()).filter_map(
            |port| match &port.role {
                PortRole::Supplies { capacity } => Some(capacity.value()),
                PortRole::Draws { .. } => None,
            },
        );
        supplied.reduce(f64::max)
    }

    /// The side of a 2N pair whose both sides are served.
    fn side(&self, connection: &Connection) -> Option<Side> {
        let container = self.source.plan.container(&connection.container)?;
        let module = self.source.catalogue.modules.get(&container.module)?;
        let pair = module.ports.iter().find(|port| port.id == connection.port)?.pair.as_ref()?;
        let both = self.fed.get(&connection.container).map_or(0, |feeds| {
            let is_of_pair = |it: &&&Connection| {
                module
                    .ports
                    .iter()
                    .any(|port| port.id == it.port && port.pair.as_ref() == Some(pair))
            };
            feeds.iter().filter(is_of_pair).count()
        });
        let first = module
            .ports
            .iter()
            .find(|port| port.service.is_power() && port.pair.as_ref() == Some(pair))?;
        let side = if first.id == connection.port { Side::A } else { Side::B };
        (both > 1).then_some(side)
    }

    fn others(&self, connection: &Connection) -> Vec<&'a str> {
        let feeds = self.fed.get(&connection.container).map_or(&[][..], Vec::as_slice);
        feeds
            .iter()
            .filter(|other| other.id != connection.id)
            .filter_map(|other| other.supply.as_ref().map(|supply| supply.id.as_str()))
            .collect()
    }
}

/// Whether modules of a kind are there to pass power on.
fn passes_on(kind: ModuleKind) -> bool {
    match kind {
        ModuleKind::Transformer
        | ModuleKind::MvSwitchgear
        | ModuleKind::Ups
        | ModuleKind::Generator => true,
        ModuleKind::It
        | ModuleKind::Storage
        | ModuleKind::DryCooler
        | ModuleKind::PumpStation
        | ModuleKind::HeatReuse
        | ModuleKind::DataHall
        | ModuleKind::Entrance
        | ModuleKind::Workshop
        | ModuleKind::Store
        | ModuleKind::ControlRoom
        | ModuleKind::Office
        | ModuleKind::Connector => false,
    }
}
