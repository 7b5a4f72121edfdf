//! What makes a plan unusable as a whole: contradictions that no finding can stand for.
//!
//! A container outside the boundary or a missing supply is a finding, because it can be seen and
//! mended in the window. A name used twice or a phase that waits for itself is refused on opening.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Plan, Waypoint, ZoneKind};
use crate::catalogue::Catalogue;
use crate::catalogue::prices::MAX_UNIT_PRICE_EUR;
use crate::catalogue::rules::RuleSet;
use crate::geometry::{
    LIMIT, Point, Rect, double_area, on_segment, polygon_contains, segments_cross,
};
use crate::id::Id;

/// Most waypoints of one connection; a route needs a few.
const MAX_WAYPOINTS: usize = 250;

/// A contradiction in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The thing it is about, by name.
    pub subject: String,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub remedy: String,
    /// Line and column in the text, where the plan came from one.
    pub place: Option<(usize, usize)>,
    /// Which mention of the subject is meant, from 0.
    mention: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        write!(f, "{}. {}", self.reason, self.remedy)
    }
}

impl Problem {
    fn new(subject: &str, reason: String, remedy: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            reason,
            remedy: remedy.to_owned(),
            place: None,
            mention: 0,
        }
    }

    /// Finds the subject in the text the plan was read from.
    pub(super) fn locate(&mut self, text: &str) {
        let quoted = format!("id:\"{}\"", self.subject);
        let spaced = format!("id: \"{}\"", self.subject);
        let bare = format!("\"{}\"", self.subject);
        let found = [quoted, spaced, bare].iter().find_map(|needle| {
            let mut hits = text.match_indices(needle.as_str()).map(|(at, _)| at);
            hits.nth(self.mention)
        });
        let found = found.or_else(|| text.find(&self.subject));
        self.place = found.map(|at| {
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            (line, column)
        });
    }
}

impl Plan {
    /// Every contradiction in the plan, in plan order.
    pub fn problems(&self, catalogue: &Catalogue) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.names(&mut problems);
        self.outlines(&mut problems);
        self.coordinates(&mut problems);
        self.phases_in_order(&mut problems);
        self.references(catalogue, &mut problems);
        self.figures(catalogue, &mut problems);
        self.fabric_figures(catalogue, &mut problems);
        // Where waypoints stand is only defined on a site whose coordinates and sizes hold.
        if problems.is_empty() {
            self.waypoints_in_place(catalogue, &mut problems);
        }
        problems
    }

    fn names(&self, problems: &mut Vec<Problem>) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let on_site = self
            .zones
            .iter()
            .map(|zone| &zone.id)
            .chain(self.entries.iter().map(|entry| &entry.id))
            .chain(self.containers.iter().map(|container| &container.id))
            .chain(self.corridors.iter().map(|corridor| &corridor.id));
        for id in on_site {
            let count = seen.entry(id.as_str()).or_default();
            *count += 1;
            if *count == 2 {
                let mut problem = Problem::new(
                    id.as_str(),
                    format!("the name {id} is used twice"),
                    "Give one of the two another name",
                );
                problem.mention = 1;
                problems.push(problem);
            }
        }
        let mut phases = BTreeSet::new();
        for phase in &self.phases {
            if !phases.insert(&phase.id) {
                problems.push(Problem::new(
                    phase.id.as_str(),
                    format!("phase {} is listed twice", phase.id),
                    "Give one of the two another name",
                ));
            }
        }
        let mut locked = BTreeSet::new();
        for lock in &self.locks {
            if !locked.insert(&lock.connection) {
                problems.push(Problem::new(
                    &lock.connection,
                    format!("connection {} is locked twice", lock.connection),
                    "Remove one of the two locks",
                ));
            }
        }
    }

    fn outlines(&self, problems: &mut Vec<Problem>) {
        let zones = self.zones.iter().map(|zone| (zone.id.as_str(), &zone.outline_mm));
        let all = std::iter::once(("boundary_mm", &self.boundary_mm)).chain(zones);
        for (name, outline) in all {
            let reason = if outline.len() < 3 {
                Some(format!("the outline {name} has {} corners", outline.len()))
            } else if outline.len() > 2000 {
                Some(format!("the outline {name} has more than 2,000 corners"))
            } else if out_of_range(outline).is_none() && double_area(outline) == 0 {
                Some(format!("the outline {name} encloses no area"))
            } else if out_of_range(outline).is_none() && crosses_itself(outline) {
                Some(format!("the outline {name} crosses itself"))
            } else {
                None
            };
            if let Some(reason) = reason {
                problems.push(Problem::new(
                    name,
                    reason,
                    "Draw it with 3 or more corners in order",
                ));
            }
        }
        for corridor in &self.corridors {
            if corridor.path_mm.len() < 2 {
                problems.push(Problem::new(
                    corridor.id.as_str(),
                    format!("corridor {} has fewer than two points", corridor.id),
                    "Draw it from somewhere to somewhere",
                ));
            }
            if !(1..=100_000).contains(&corridor.width_limit_mm.0) {
                problems.push(Problem::new(
                    corridor.id.as_str(),
                    format!(
                        "corridor {} has a width limit of {} mm",
                        corridor.id, corridor.width_limit_mm.0
                    ),
                    "Use 1 to 100,000 mm",
                ));
            }
        }
    }

    fn coordinates(&self, problems: &mut Vec<Problem>) {
        let mut report = |name: &str, points: &[Point]| {
            if let Some(point) = out_of_range(points) {
                problems.push(Problem::new(
                    name,
                    format!("{name} has the coordinate ({}, {})", point.x, point.y),
                    "Coordinates are millimetres within 1,000 km of the site origin",
                ));
            }
        };
        report("boundary_mm", &self.boundary_mm);
        for zone in &self.zones {
            report(zone.id.as_str(), &zone.outline_mm);
        }
        for entry in &self.entries {
            report(entry.id.as_str(), &[entry.at_mm]);
        }
        for container in &self.containers {
            report(container.id.as_str(), &[container.at_mm]);
        }
        for corridor in &self.corridors {
            report(corridor.id.as_str(), &corridor.path_mm);
        }
        for lock in &self.locks {
            report(&lock.connection, &lock.path_mm);
        }
        for waypoint in &self.waypoints {
            report(&waypoint.connection, &[waypoint.at_mm]);
        }
    }

    fn phases_in_order(&self, problems: &mut Vec<Problem>) {
        if self.phases.is_empty() {
            problems.push(Problem::new(
                "phases",
                "the plan has no phase".to_owned(),
                "Add one, such as (id: \"P1\", name: \"All\", finished: \"2027-01\")",
            ));
        }
        let known: BTreeSet<_> = self.phases.iter().map(|phase| &phase.id).collect();
        for phase in &self.phases {
            for before in phase.after.iter().filter(|before| !known.contains(before)) {
                problems.push(Problem::new(
                    phase.id.as_str(),
                    format!("phase {} comes after {before}, which does not exist", phase.id),
                    "Name an existing phase",
                ));
            }
            if !is_month(&phase.finished) {
                problems.push(Problem::new(
                    phase.id.as_str(),
                    format!("phase {} is finished in \"{}\"", phase.id, phase.finished),
                    "Write the month as year and month, 2027-04",
                ));
            }
        }
        let order = self.phase_order();
        let waiting: Vec<_> = self
            .phases
            .iter()
            .filter(|phase| {
                !order.contains_key(&phase.id) && phase.after.iter().all(|b| known.contains(b))
            })
            .map(|phase| phase.id.as_str())
            .collect();
        if let Some(first) = waiting.first() {
            problems.push(Problem::new(
                first,
                format!("the phases {} wait for each other in a circle", waiting.join(", ")),
                "Remove one of their `after` entries",
            ));
        }
    }

    fn references(&self, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
        let own: BTreeSet<_> = self.modules.iter().map(|module| &module.id).collect();
        let phases: BTreeSet<_> = self.phases.iter().map(|phase| &phase.id).collect();
        let corridors: BTreeSet<_> = self.corridors.iter().map(|corridor| &corridor.id).collect();
        for container in &self.containers {
            let id = container.id.as_str();
            if !own.contains(&container.module)
                && !catalogue.modules.contains_key(&container.module)
            {
                problems.push(Problem::new(
                    id,
                    format!("{id} is of the unknown module type {}", container.module),
                    &suggestion(container.module.as_str(), catalogue),
                ));
            }
            if !phases.contains(&container.phase) {
                problems.push(Problem::new(
                    id,
                    format!("{id} belongs to the unknown phase {}", container.phase),
                    "Name an existing phase",
                ));
            }
        }
        for forbid in self.forbids.iter().filter(|forbid| !corridors.contains(&forbid.corridor)) {
            problems.push(Problem::new(
                &forbid.connection,
                format!(
                    "{} is forbidden on {}, which does not exist",
                    forbid.connection, forbid.corridor
                ),
                "Name an existing corridor or remove the entry",
            ));
        }
    }

    fn figures(&self, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
        for module in &self.modules {
            if let Some(reason) = module.problem() {
                problems.push(Problem::new(module.id.as_str(), reason, "Correct the figure"));
            }
        }
        for entry in &self.entries {
            let capacity = entry.capacity.value();
            if !entry.capacity.fits(entry.service) {
                problems.push(Problem::new(
                    entry.id.as_str(),
                    format!("{} brings {} in a unit of another service", entry.id, entry.service),
                    "Use Kva for power, HeatKw for water and Fibres for data",
                ));
            } else if capacity <= 0.0 || !capacity.is_finite() {
                problems.push(Problem::new(
                    entry.id.as_str(),
                    format!("the entry {} has a capacity of {capacity}", entry.id),
                    "Give it a capacity above zero or remove it",
                ));
            }
        }
        for (id, price) in &self.prices {
            if catalogue.prices.get(id).is_none()
                && !self.modules.iter().any(|module| module.price_id() == *id)
            {
                problems.push(Problem::new(
                    id,
                    format!("the price of {id} overrides nothing in the price book"),
                    "Use an id of the price book",
                ));
            }
            if !(0.0..=MAX_UNIT_PRICE_EUR).contains(&price.euros()) {
                problems.push(Problem::new(
                    id,
                    format!("the price of {id} is {} cents", price.0),
                    "Prices lie between 0 and a thousand million euros",
                ));
            }
        }
        for (name, value) in &self.rules {
            match RuleSet::range(name) {
                None => problems.push(Problem::new(
                    name,
                    format!("{name} is not a figure of the rule set"),
                    "Use a name of rules.ron",
                )),
                Some((low, high)) if !(low..=high).contains(value) => {
                    problems.push(Problem::new(
                        name,
                        format!("{name} is set to {value}"),
                        &format!("Use {low} to {high}"),
                    ));
                }
                Some(_) => {}
            }
        }
        if let Some(file) = self.weather.as_ref().filter(|file| !is_beside(file)) {
            problems.push(Problem::new(
                "weather",
                format!("the weather file is \"{}\"", file.escape_debug()),
                "Name a file beside the plan or in a folder there, with / between folders",
            ));
        }
        if let Some(budget) = self.budget_cents.filter(|budget| budget.0 < 0) {
            problems.push(Problem::new(
                "budget_cents",
                format!("the budget is {} cents", budget.0),
                "Use zero or more",
            ));
        }
    }

    fn fabric_figures(&self, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
        let Some(fabric) = &self.fabric else { return };
        let containers: BTreeSet<&Id> = self.containers.iter().map(|one| &one.id).collect();
        let media = &catalogue.rules.fabric_media;
        let carries = |id: &Id| media.iter().any(|medium| medium.id == *id);
        let found = fabric.problems(|id| containers.contains(id), carries);
        problems.extend(
            found
                .into_iter()
                .map(|(subject, reason, remedy)| Problem::new(&subject, reason, remedy)),
        );
    }

    /// Waypoints stand on the site, where a trench may run, each once.
    fn waypoints_in_place(&self, catalogue: &Catalogue, problems: &mut Vec<Problem>) {
        let footprints: Vec<(&Id, Rect)> = self
            .containers
            .iter()
            .filter_map(|container| {
                let own = self.modules.iter().find(|module| module.id == container.module);
                let module = own.or_else(|| catalogue.modules.get(&container.module))?;
                Some((&container.id, container.footprint(module)))
            })
            .collect();
        let mut seen: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
        for Waypoint { connection, at_mm, .. } in &self.waypoints {
            let earlier = seen.entry(connection.as_str()).or_default();
            if earlier.len() > MAX_WAYPOINTS {
                continue;
            }
            let fault = if earlier.len() == MAX_WAYPOINTS {
                let reason = format!("{connection} has more than {MAX_WAYPOINTS} waypoints");
                Some((reason, "Remove those its route passes anyway"))
            } else if earlier.contains(at_mm) {
                Some((led_through(connection, *at_mm, "twice"), "Remove one of the two waypoints"))
            } else {
                self.off_limits(&footprints, *at_mm)
                    .map(|(what, remedy)| (led_through(connection, *at_mm, &what), remedy))
            };
            if let Some((reason, remedy)) = fault {
                let locks = self.locks.iter().filter(|lock| lock.connection == *connection);
                let forbids = self.forbids.iter().filter(|it| it.connection == *connection);
                let mut problem = Problem::new(connection, reason, remedy);
                // The text names the connection in its locks and forbids before.
                problem.mention = locks.count() + forbids.count() + earlier.len();
                problems.push(problem);
            }
            earlier.push(*at_mm);
        }
    }

    /// Why no trench can be dug at a place, and what would be right.
    fn off_limits(&self, footprints: &[(&Id, Rect)], at: Point) -> Option<(String, &'static str)> {
        if !polygon_contains(&self.boundary_mm, at) {
            return Some(("off the site".to_owned(), "Move it on to the site or remove it"));
        }
        // A place on a wall or on an outline can be reached.
        let footprint = footprints.iter().find(|(_, rect)| rect.inflate(-1).contains(at));
        if let Some((id, _)) = footprint {
            let remedy = "Remove the waypoint, or choose another place for one of the two";
            return Some((format!("inside {id}"), remedy));
        }
        let zone = self
            .zones
            .iter()
            .find(|zone| zone.kind == ZoneKind::Exclusion && encloses(&zone.outline_mm, at))?;
        let remedy = "Remove the waypoint, or give the zone another outline or purpose";
        Some((format!("inside the exclusion zone {}", zone.id), remedy))
    }
}

fn led_through(connection: &str, at: Point, what: &str) -> String {
    format!("{connection} is led through ({}, {}), {what}", at.x, at.y)
}

/// Whether a point lies inside an outline and not on it.
fn encloses(outline: &[Point], at: Point) -> bool {
    polygon_contains(outline, at)
        && !crate::geometry::edges(outline).any(|(a, b)| on_segment(a, b, at))
}

fn out_of_range(points: &[Point]) -> Option<Point> {
    points
        .iter()
        .copied()
        .find(|point| !(-LIMIT..=LIMIT).contains(&point.x) || !(-LIMIT..=LIMIT).contains(&point.y))
}

fn crosses_itself(outline: &[Point]) -> bool {
    let edges: Vec<_> = crate::geometry::edges(outline).collect();
    edges
        .iter()
        .enumerate()
        .any(|(index, &(a, b))| edges[index + 1..].iter().any(|&(c, d)| segments_cross(a, b, c, d)))
}

/// Whether a path stays in the folder it begins in, on every system.
fn is_beside(path: &str) -> bool {
    const LONGEST: usize = 240;
    path.len() <= LONGEST
        && path.chars().all(|letter| !letter.is_control() && !matches!(letter, '\\' | ':'))
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a text is a year and a month.
fn is_month(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else { return false };
    year.len() == 4
        && month.len() == 2
        && year.parse::<u16>().is_ok()
        && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
}

/// The module type whose name shares the longest beginning with a mistyped one.
fn suggestion(wanted: &str, catalogue: &Catalogue) -> String {
    let shared = |id: &str| id.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
    let nearest = catalogue.modules.keys().max_by_key(|id| shared(id.as_str()));
    match nearest.filter(|id| shared(id.as_str()) >= 2) {
        Some(id) => format!("Did you mean {id}?"),
        None => "Use a module type of the catalogue or add it to `modules`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;
    use crate::plan::text;

    /// A transformer beside an exclusion zone, led through some places, one a line.
    fn led_through(places: &[(i64, i64)]) -> Result<(), String> {
        let lines: Vec<String> = places
            .iter()
            .map(|(x, y)| format!("(connection: \"TR-01/MV\", at_mm: ({x}, {y})),"))
            .collect();
        let waypoints = lines.join("\n");
        let plan = format!(
            r#"(schema: 1, name: "yard", boundary_mm: [(0,0),(60000,0),(60000,40000),(0,40000)],
            zones: [(id: "Z-01", kind: Exclusion,
              outline_mm: [(40000,0),(50000,0),(50000,10000),(40000,10000)])],
            phases: [(id: "P1", name: "all", finished: "2027-01")],
            containers: [(id: "TR-01", module: "transformer-station", at_mm: (10000, 10000),
              phase: "P1")],
            waypoints: [
{waypoints}])"#
        );
        let catalogue = Catalogue::reference().unwrap();
        text::read(&plan, &catalogue).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn waypoints_stand_where_a_trench_may_run() {
        // On a wall, on the outline of a zone, at a corner of the site.
        assert_eq!(led_through(&[(10_000, 15_000), (40_000, 5_000), (0, 0)]), Ok(()));
        let refused = [
            ((70_000, 1_000), "off the site"),
            ((11_000, 12_000), "inside TR-01"),
            ((45_000, 5_000), "inside the exclusion zone Z-01"),
            ((2_000_000_000, 0), "has the coordinate"),
        ];
        for (place, reason) in refused {
            let error = led_through(&[place]).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_waypoint_given_twice_is_refused_where_it_stands() {
        let error = led_through(&[(1_000, 1_000), (2_000, 1_000), (1_000, 1_000)]).unwrap_err();
        assert!(error.starts_with("line 10, column "), "{error}");
        assert!(error.contains("(1000, 1000), twice. Remove one"), "{error}");
    }

    #[test]
    fn a_connection_has_at_most_250_waypoints() {
        let places: Vec<_> = (0..252).map(|step| (100 * step, 1_000)).collect();
        assert_eq!(led_through(&places[..250]), Ok(()));
        let error = led_through(&places).unwrap_err();
        assert_eq!(error.matches("more than 250 waypoints").count(), 1, "{error}");
    }
}
