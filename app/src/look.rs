//! What the views are shown: the plan, the latest report and how the person looks at them.
//!
//! Everything here is read-only for a view. Things on the site are known by their names, which are
//! unique and stable, so that lists, canvas and findings speak of the same thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::geometry::{Point, Rect};
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Container, Plan};
use stackyard_solver::report::{Connection, Report};

/// A report with what it was computed from.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    /// Revision of the plan.
    pub(crate) revision: u64,
    /// The plan itself.
    pub(crate) plan: Arc<Plan>,
    /// What came out.
    pub(crate) report: Arc<Report>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// The services in each trench, in trench order.
    pub(crate) services: Vec<Vec<Service>>,
}

impl Computed {
    /// Keeps a report and notes what the canvas asks of it in every frame.
    pub(crate) fn new(revision: u64, plan: Arc<Plan>, report: Report, seconds: f64) -> Self {
        let services = report
            .trenches
            .iter()
            .map(|trench| {
                let inside: BTreeSet<_> = trench
                    .contents
                    .iter()
                    .filter_map(|&index| report.connections.get(index))
                    .map(|connection| connection.service)
                    .collect();
                inside.into_iter().collect()
            })
            .collect();
        Self { revision, plan, report: Arc::new(report), seconds, services }
    }
}

/// What is shown on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// Lines of one service.
    Service(Service),
    /// Opened trenches.
    Trenches,
    /// Where trenches may run.
    Corridors,
    /// Free space around containers.
    Clearances,
    /// Names.
    Labels,
    /// Roads, crane pads and areas kept free.
    Zones,
    /// Marks of findings.
    Findings,
    /// Grid lines.
    Grid,
}

impl Layer {
    /// Every layer in menu order.
    pub(crate) const ALL: [Self; 13] = [
        Self::Service(Service::MvPower),
        Self::Service(Service::LvPower),
        Self::Service(Service::Cooling),
        Self::Service(Service::HeatReuse),
        Self::Service(Service::DataA),
        Self::Service(Service::DataB),
        Self::Trenches,
        Self::Corridors,
        Self::Clearances,
        Self::Labels,
        Self::Zones,
        Self::Findings,
        Self::Grid,
    ];

    /// The name a person reads.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Service(service) => service.label(),
            Self::Trenches => "Trenches",
            Self::Corridors => "Possible corridors",
            Self::Clearances => "Clearances",
            Self::Labels => "Labels",
            Self::Zones => "Zones",
            Self::Findings => "Findings",
            Self::Grid => "Grid",
        }
    }
}

/// What the color of trenches tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Coloring {
    /// The services inside.
    #[default]
    Services,
    /// The width of the trench.
    Width,
    /// The share of the widest trench that fits.
    Filling,
}

impl Coloring {
    /// Every choice in menu order.
    pub(crate) const ALL: [Self; 3] = [Self::Services, Self::Width, Self::Filling];

    /// The name a person reads.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Services => "Color: services",
            Self::Width => "Color: trench width",
            Self::Filling => "Color: trench filling",
        }
    }
}

/// What is hidden and what colors mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    hidden: BTreeSet<Layer>,
    /// What the color of trenches tells.
    pub(crate) coloring: Coloring,
}

impl Default for Shown {
    fn default() -> Self {
        Self { hidden: BTreeSet::from([Layer::Clearances]), coloring: Coloring::default() }
    }
}

impl Shown {
    /// Whether a layer is shown.
    pub(crate) fn has(&self, layer: Layer) -> bool {
        !self.hidden.contains(&layer)
    }

    /// Shows or hides a layer.
    pub(crate) fn toggle(&mut self, layer: Layer) {
        if !self.hidden.remove(&layer) {
            self.hidden.insert(layer);
        }
    }
}

/// The names of what is selected: containers, corridors, zones, entries, connections, trenches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    names: BTreeSet<String>,
}

impl Selection {
    /// Whether a name is selected.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether nothing is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names in order.
    pub(crate) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// The only name, if there is just one.
    pub(crate) fn only(&self) -> Option<&str> {
        (self.names.len() == 1).then(|| self.names.first().map(String::as_str)).flatten()
    }

    /// Selects exactly these.
    pub(crate) fn set(&mut self, names: impl IntoIterator<Item = String>) {
        self.names = names.into_iter().collect();
    }

    /// Adds the names that are not selected and removes the others.
    pub(crate) fn toggle(&mut self, names: impl IntoIterator<Item = String>) {
        for name in names {
            if !self.names.remove(&name) {
                self.names.insert(name);
            }
        }
    }

    /// Keeps only the names that `exists` knows.
    pub(crate) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.names.retain(|name| exists(name));
    }

    /// The selected containers in plan order.
    pub(crate) fn containers<'a>(&self, plan: &'a Plan) -> Vec<&'a Container> {
        plan.containers.iter().filter(|container| self.has(container.id.as_str())).collect()
    }

    /// The ids of the selected containers.
    pub(crate) fn container_ids(&self, plan: &Plan) -> Vec<Id> {
        self.containers(plan).into_iter().map(|container| container.id.clone()).collect()
    }

    /// The ids of everything selected that an edit can remove.
    pub(crate) fn removable_ids(&self, plan: &Plan) -> Vec<Id> {
        let containers = plan.containers.iter().map(|it| &it.id);
        let corridors = plan.corridors.iter().map(|it| &it.id);
        let zones = plan.zones.iter().map(|it| &it.id);
        let entries = plan.entries.iter().map(|it| &it.id);
        containers
            .chain(corridors)
            .chain(zones)
            .chain(entries)
            .filter(|id| self.has(id.as_str()))
            .cloned()
            .collect()
    }
}

/// What a view may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    /// The plan as it is.
    pub(crate) plan: &'a Arc<Plan>,
    /// The catalogue with the overrides of the plan.
    pub(crate) catalogue: &'a Catalogue,
    /// The latest report, of this plan or an earlier state of it.
    pub(crate) computed: Option<&'a Computed>,
    /// Revision of the plan.
    pub(crate) revision: u64,
    /// What is selected.
    pub(crate) selection: &'a Selection,
    /// What the pointer is over in some list.
    pub(crate) highlight: &'a BTreeSet<String>,
    /// The phase up to which the plan is shown, if not all.
    pub(crate) phase: Option<usize>,
    /// Positions of the phases.
    pub(crate) order: &'a BTreeMap<Id, usize>,
    /// Layers and colors.
    pub(crate) shown: &'a Shown,
}

impl<'a> Look<'a> {
    /// The latest report.
    pub(crate) fn report(&self) -> Option<&'a Report> {
        self.computed.map(|computed| &*computed.report)
    }

    /// The connection that is selected, if nothing else is.
    pub(crate) fn connection(&self) -> Option<&'a Connection> {
        self.report()?.connection(self.selection.only()?)
    }

    /// Whether the report belongs to the plan as it is.
    pub(crate) fn is_fresh(&self) -> bool {
        self.computed.is_some_and(|computed| computed.revision == self.revision)
    }

    /// The footprint of a container.
    pub(crate) fn footprint(&self, container: &Container) -> Option<Rect> {
        footprint(self.catalogue, container)
    }

    /// The phase new things belong to: the one shown, or the last.
    pub(crate) fn current_phase(&self) -> Option<Id> {
        let last = self.plan.phases.len().checked_sub(1)?;
        self.plan.phases.get(self.phase.unwrap_or(last).min(last)).map(|phase| phase.id.clone())
    }

    /// How a thing of a phase relates to the phase that is shown.
    pub(crate) fn when(&self, phase: &Id) -> When {
        match (self.phase, self.order.get(phase)) {
            (Some(shown), Some(&own)) if own > shown => When::Later,
            (Some(shown), Some(&own)) if own == shown => When::Now,
            (None | Some(_), None | Some(_)) => When::Present,
        }
    }

    /// The rectangle around the named things.
    pub(crate) fn bounds_of<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Rect> {
        let mut bounds: Option<Rect> = None;
        for name in names {
            let own = self.bounds_of_one(name);
            bounds = match (bounds, own) {
                (Some(all), Some(own)) => Some(all.union(own)),
                (all, own) => all.or(own),
            };
        }
        bounds
    }

    fn bounds_of_one(&self, name: &str) -> Option<Rect> {
        let around = |points: &[Point]| Rect::around(points.iter().copied());
        let plan = self.plan;
        if let Some(container) = plan.containers.iter().find(|it| it.id.as_str() == name) {
            return self.footprint(container);
        }
        if let Some(corridor) = plan.corridors.iter().find(|it| it.id.as_str() == name) {
            return around(&corridor.path_mm);
        }
        if let Some(zone) = plan.zones.iter().find(|it| it.id.as_str() == name) {
            return around(&zone.outline_mm);
        }
        if let Some(entry) = plan.entries.iter().find(|it| it.id.as_str() == name) {
            return Some(Rect { min: entry.at_mm, max: entry.at_mm });
        }
        let report = self.report()?;
        if let Some(connection) = report.connection(name) {
            let container = plan.container(&connection.container);
            return around(&connection.path_mm).or_else(|| self.footprint(container?));
        }
        if let Some(trench) = report.trenches.iter().find(|it| it.id == name) {
            return around(&trench.path_mm);
        }
        report.pipes.iter().find(|it| it.id == name).and_then(|pipe| around(&pipe.path_mm))
    }
}

/// How a thing relates to the phase that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// It stands already.
    Present,
    /// It comes in this phase.
    Now,
    /// It comes in a later phase.
    Later,
}

/// The footprint of a container, where its module type is known.
pub(crate) fn footprint(catalogue: &Catalogue, container: &Container) -> Option<Rect> {
    catalogue.modules.get(&container.module).map(|module| container.footprint(module))
}
