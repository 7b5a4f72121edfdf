//! The only way a plan changes: plain data that the window, the command line, fixes and tests
//! all speak.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::catalogue::module::ModuleType;
use crate::fabric::spec::FabricSpec;
use crate::geometry::{LIMIT, Point, Rect};
use crate::id::Id;
use crate::plan::{
    Container, Corridor, Entry, Forbid, Lock, Phase, Plan, Preference, Usage, Waypoint, Zone,
};
use crate::units::Cents;

/// A change to a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Several changes as one; all or none.
    All(Vec<Self>),
    /// Renames the project.
    Rename(String),
    /// Puts containers on the site.
    Place(Vec<Container>),
    /// Takes containers, corridors, zones or entries off the site, with what refers to them.
    Remove(Vec<Id>),
    /// Moves containers by (east, north) millimetres.
    Move {
        /// Which.
        ids: Vec<Id>,
        /// East, in millimetres.
        dx_mm: i64,
        /// North, in millimetres.
        dy_mm: i64,
    },
    /// Turns containers a quarter counter-clockwise about the middle of all of them.
    Rotate(Vec<Id>),
    /// Replaces a container, found by its present name.
    SetContainer {
        /// Present name.
        id: Id,
        /// What it becomes.
        to: Box<Container>,
    },
    /// Adds or replaces a corridor by name.
    PutCorridor(Corridor),
    /// Says what is planned for a corridor.
    SetUsage {
        /// Which.
        corridor: Id,
        /// What is planned.
        usage: Usage,
    },
    /// Says whether the search should lean towards a corridor.
    SetPreference {
        /// Which.
        corridor: Id,
        /// Whether.
        preference: Preference,
    },
    /// Adds or replaces a zone by name.
    PutZone(Zone),
    /// Adds or replaces a utility entry by name.
    PutEntry(Entry),
    /// Fixes a route, replacing an earlier lock of the same connection.
    Lock(Lock),
    /// Frees routes.
    Unlock(Vec<String>),
    /// Keeps a connection off a corridor.
    Forbid(Forbid),
    /// Lifts that again.
    Permit(Forbid),
    /// Leads a connection through a place.
    AddWaypoint {
        /// The connection and the place.
        waypoint: Waypoint,
        /// How many of the connection's waypoints come before it, counted from its port.
        position: usize,
    },
    /// Lifts that again.
    RemoveWaypoint {
        /// The connection.
        connection: String,
        /// The place.
        at_mm: Point,
    },
    /// Says whether a connection must pass one of its waypoints or only should.
    SetCompulsory {
        /// The connection.
        connection: String,
        /// The place.
        at_mm: Point,
        /// Whether it must.
        compulsory: bool,
    },
    /// Adds or replaces a phase by name.
    PutPhase(Phase),
    /// Removes a phase nothing belongs to.
    RemovePhase(Id),
    /// Sets a unit price for this project, or returns to the price book.
    SetPrice {
        /// Price-book id.
        id: String,
        /// The price, in cents.
        price: Option<Cents>,
    },
    /// Sets a rule figure for this project, or returns to the rule set.
    SetRule {
        /// Name of the figure.
        name: String,
        /// The value.
        value: Option<f64>,
    },
    /// Sets or lifts the budget.
    SetBudget(Option<Cents>),
    /// Names a weather file beside the plan, or returns to the year that ships with the program.
    SetWeather(Option<String>),
    /// Accepts a finding with a reason, or withdraws that.
    Accept {
        /// Identity of the finding.
        finding: String,
        /// Why it is accepted.
        reason: Option<String>,
    },
    /// Adds or replaces a module type of this project.
    PutModule(Box<ModuleType>),
    /// Sets, replaces or removes the fabric.
    SetFabric(Option<Box<FabricSpec>>),
}

/// Why a change is refused. The plan is left as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing of that name exists.
    #[error("there is no {0} in the plan")]
    Unknown(String),
    /// The thing is protected.
    #[error("{0} is locked; unlock it first")]
    Protected(Id),
    /// Something still refers to it.
    #[error("phase {0} still holds containers; move them to another phase first")]
    PhaseInUse(Id),
    /// The change would leave the site's coordinate range.
    #[error("that would move {0} more than 1,000 km from the site origin")]
    OutOfRange(Id),
    /// The result would contradict itself.
    #[error("{0}")]
    Inconsistent(String),
}

impl Plan {
    /// The plan after a change; the plan itself stays as it is.
    ///
    /// ```
    /// # use stackyard_solver::{catalogue::Catalogue, edit::Edit, plan::Plan};
    /// let catalogue = Catalogue::reference().unwrap();
    /// let mut plan = Plan::empty_site("Yard", 60_000, 40_000);
    /// let renamed = plan.apply(&Edit::Rename("Depot".into()), &catalogue).unwrap();
    /// assert_eq!((plan.name.as_str(), renamed.name.as_str()), ("Yard", "Depot"));
    /// ```
    ///
    /// # Errors
    /// A change that names something unknown, moves something locked or would leave the plan
    /// contradicting itself is refused.
    pub fn apply(&self, edit: &Edit, catalogue: &Catalogue) -> Result<Self, EditError> {
        let mut next = self.clone();
        next.change(edit, catalogue)?;
        next.sort();
        match next.problems(catalogue).into_iter().next() {
            None => Ok(next),
            Some(problem) => Err(EditError::Inconsistent(problem.to_string())),
        }
    }

    /// A plan with nothing but a rectangular site and one phase.
    pub fn empty_site(name: &str, width_mm: i64, depth_mm: i64) -> Self {
        let corner = Point { x: width_mm, y: depth_mm };
        let boundary = Rect::spanning(Point::default(), corner);
        let id = Id::new("P1").unwrap_or_else(|_| unreachable!("P1 is a valid id"));
        Self {
            schema: crate::plan::SCHEMA,
            name: name.to_owned(),
            boundary_mm: boundary.corners().to_vec(),
            phases: vec![Phase {
                id,
                name: "First phase".to_owned(),
                finished: "2027-12".to_owned(),
                after: Vec::new(),
            }],
            ..Self::default()
        }
    }

    /// The named containers and every other member of their groups.
    pub fn with_groups(&self, ids: &[Id]) -> BTreeSet<Id> {
        let groups: BTreeSet<_> = self
            .containers
            .iter()
            .filter(|container| ids.contains(&container.id))
            .filter_map(|container| container.group.as_ref())
            .collect();
        let member = |container: &&Container| {
            ids.contains(&container.id)
                || container.group.as_ref().is_some_and(|group| groups.contains(group))
        };
        self.containers.iter().filter(member).map(|container| container.id.clone()).collect()
    }

    fn change(&mut self, edit: &Edit, catalogue: &Catalogue) -> Result<(), EditError> {
        match edit {
            Edit::All(edits) => {
                for edit in edits {
                    self.change(edit, catalogue)?;
                }
            }
            Edit::Rename(name) => self.name.clone_from(name),
            Edit::Place(containers) => self.containers.extend(containers.iter().cloned()),
            Edit::Remove(ids) => self.remove(ids)?,
            Edit::Move { ids, dx_mm, dy_mm } => self.shift(ids, *dx_mm, *dy_mm)?,
            Edit::Rotate(ids) => self.rotate(ids, catalogue)?,
            Edit::SetContainer { id, to } => {
                let position = self.position(id)?;
                self.containers[position] = (**to).clone();
                if *id != to.id {
                    self.rename_references(id, &to.id);
                }
            }
            Edit::PutCorridor(corridor) => put(&mut self.corridors, corridor, |a| &a.id),
            Edit::SetUsage { corridor, usage } => self.corridor_mut(corridor)?.usage = *usage,
            Edit::SetPreference { corridor, preference } => {
                self.corridor_mut(corridor)?.preference = *preference;
            }
            Edit::PutZone(zone) => put(&mut self.zones, zone, |a| &a.id),
            Edit::PutEntry(entry) => put(&mut self.entries, entry, |a| &a.id),
            Edit::Lock(lock) => put(&mut self.locks, lock, |a| &a.connection),
            Edit::Unlock(connections) => {
                self.locks.retain(|lock| !connections.contains(&lock.connection));
            }
            Edit::Forbid(forbid) => {
                if !self.forbids.contains(forbid) {
                    self.forbids.push(forbid.clone());
                }
            }
            Edit::Permit(forbid) => self.forbids.retain(|present| present != forbid),
            Edit::AddWaypoint { waypoint, position } => self.add_waypoint(waypoint, *position),
            Edit::RemoveWaypoint { connection, at_mm } => {
                let index = self.waypoint_index(connection, *at_mm)?;
                self.waypoints.remove(index);
            }
            Edit::SetCompulsory { connection, at_mm, compulsory } => {
                let index = self.waypoint_index(connection, *at_mm)?;
                self.waypoints[index].compulsory = *compulsory;
            }
            Edit::PutPhase(phase) => put(&mut self.phases, phase, |a| &a.id),
            Edit::RemovePhase(id) => {
                if self.containers.iter().any(|container| container.phase == *id) {
                    return Err(EditError::PhaseInUse(id.clone()));
                }
                self.phases.retain(|phase| phase.id != *id);
                for phase in &mut self.phases {
                    phase.after.retain(|before| before != id);
                }
            }
            Edit::SetPrice { id, price } => match price {
                Some(price) => drop(self.prices.insert(id.clone(), *price)),
                None => drop(self.prices.remove(id)),
            },
            Edit::SetRule { name, value } => match value {
                Some(value) => drop(self.rules.insert(name.clone(), *value)),
                None => drop(self.rules.remove(name)),
            },
            Edit::SetBudget(budget) => self.budget_cents = *budget,
            Edit::SetWeather(file) => self.weather.clone_from(file),
            Edit::Accept { finding, reason } => match reason {
                Some(reason) => drop(self.accepted.insert(finding.clone(), reason.clone())),
                None => drop(self.accepted.remove(finding)),
            },
            Edit::PutModule(module) => put(&mut self.modules, module, |a| &a.id),
            Edit::SetFabric(fabric) => self.fabric = fabric.as_deref().cloned(),
        }
        Ok(())
    }

    fn position(&self, id: &Id) -> Result<usize, EditError> {
        self.containers
            .iter()
            .position(|container| container.id == *id)
            .ok_or_else(|| EditError::Unknown(id.to_string()))
    }

    fn corridor_mut(&mut self, id: &Id) -> Result<&mut Corridor, EditError> {
        self.corridors
            .iter_mut()
            .find(|corridor| corridor.id == *id)
            .ok_or_else(|| EditError::Unknown(id.to_string()))
    }

    /// Inserts a waypoint after `position` others of its connection, or after all of them.
    fn add_waypoint(&mut self, waypoint: &Waypoint, position: usize) {
        let end = self.waypoints.len();
        let next = self
            .waypoints
            .iter()
            .enumerate()
            .filter(|(_, present)| present.connection == waypoint.connection)
            .map(|(index, _)| index)
            .nth(position);
        self.waypoints.insert(next.unwrap_or(end), waypoint.clone());
    }

    fn waypoint_index(&self, connection: &str, at: Point) -> Result<usize, EditError> {
        self.waypoints
            .iter()
            .position(|waypoint| waypoint.connection == connection && waypoint.at_mm == at)
            .ok_or_else(|| {
                EditError::Unknown(format!("waypoint ({}, {}) of {connection}", at.x, at.y))
            })
    }

    fn remove(&mut self, ids: &[Id]) -> Result<(), EditError> {
        if let Some(unknown) = ids.iter().find(|id| !self.knows(id)) {
            return Err(EditError::Unknown(unknown.to_string()));
        }
        let held = |container: &&Container| container.locked && ids.contains(&container.id);
        if let Some(container) = self.containers.iter().find(held) {
            return Err(EditError::Protected(container.id.clone()));
        }
        let belongs = |connection: &str| {
            let container = connection.split('/').next().unwrap_or_default();
            ids.iter().any(|id| id.as_str() == container)
        };
        self.containers.retain(|container| !ids.contains(&container.id));
        self.corridors.retain(|corridor| !ids.contains(&corridor.id));
        self.zones.retain(|zone| !ids.contains(&zone.id));
        self.entries.retain(|entry| !ids.contains(&entry.id));
        self.locks.retain(|lock| !belongs(&lock.connection));
        self.forbids
            .retain(|forbid| !belongs(&forbid.connection) && !ids.contains(&forbid.corridor));
        self.waypoints.retain(|waypoint| !belongs(&waypoint.connection));
        for racks in self.fabric.iter_mut().flat_map(FabricSpec::rack_lists_mut) {
            racks.containers.retain(|container| !ids.contains(container));
        }
        Ok(())
    }

    fn shift(&mut self, ids: &[Id], dx: i64, dy: i64) -> Result<(), EditError> {
        for id in ids {
            let position = self.position(id)?;
            let container = &mut self.containers[position];
            if container.locked {
                return Err(EditError::Protected(id.clone()));
            }
            let (x, y) =
                (container.at_mm.x.saturating_add(dx), container.at_mm.y.saturating_add(dy));
            if !(-LIMIT..=LIMIT).contains(&x) || !(-LIMIT..=LIMIT).contains(&y) {
                return Err(EditError::OutOfRange(id.clone()));
            }
            container.at_mm = Point { x, y };
        }
        Ok(())
    }

    fn rotate(&mut self, ids: &[Id], catalogue: &Catalogue) -> Result<(), EditError> {
        let merged = catalogue.with_overrides_of(self);
        let mut turned = Vec::new();
        let mut bounds: Option<Rect> = None;
        for id in ids {
            let position = self.position(id)?;
            let container = &self.containers[position];
            if container.locked {
                return Err(EditError::Protected(id.clone()));
            }
            let module = merged
                .modules
                .get(&container.module)
                .ok_or_else(|| EditError::Unknown(container.module.to_string()))?;
            let footprint = container.footprint(module);
            bounds = Some(bounds.map_or(footprint, |all| all.union(footprint)));
            turned.push((position, footprint));
        }
        let Some(center) = bounds.map(Rect::center) else { return Ok(()) };
        for (position, footprint) in turned {
            // The south-east corner becomes the south-west one after the turn.
            let south_east = Point { x: footprint.min.x, y: footprint.max.y };
            let (dx, dy) = (south_east.x - center.x, south_east.y - center.y);
            let container = &mut self.containers[position];
            container.rotation = container.rotation.next();
            container.at_mm = center.offset(-dy, dx);
        }
        Ok(())
    }

    fn rename_references(&mut self, from: &Id, to: &Id) {
        let rename = |connection: &mut String| {
            if let Some(port) =
                connection.strip_prefix(from.as_str()).and_then(|rest| rest.strip_prefix('/'))
            {
                *connection = format!("{to}/{port}");
            }
        };
        self.locks.iter_mut().for_each(|lock| rename(&mut lock.connection));
        self.forbids.iter_mut().for_each(|forbid| rename(&mut forbid.connection));
        self.waypoints.iter_mut().for_each(|waypoint| rename(&mut waypoint.connection));
        let stands = self.fabric.iter_mut().flat_map(FabricSpec::rack_lists_mut);
        for container in stands.flat_map(|racks| &mut racks.containers).filter(|id| *id == from) {
            container.clone_from(to);
        }
    }
}

/// Replaces the item with the same key or adds it.
fn put<T: Clone, K: PartialEq + ?Sized>(list: &mut Vec<T>, item: &T, key: impl Fn(&T) -> &K) {
    match list.iter_mut().find(|present| key(present) == key(item)) {
        Some(present) => *present = item.clone(),
        None => list.push(item.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::Rotation;

    fn plan_with_one(x: i64, y: i64) -> (Plan, Catalogue, Id) {
        let catalogue = Catalogue::reference().unwrap();
        let id = Id::new("TR-01").unwrap();
        let plan = Plan::empty_site("t", 60_000, 60_000);
        let container = Container {
            id: id.clone(),
            module: Id::new("transformer-station").unwrap(),
            at_mm: Point { x, y },
            rotation: Rotation::R0,
            phase: plan.phases[0].id.clone(),
            group: None,
            racks: None,
            existing: false,
            locked: false,
        };
        let plan = plan.apply(&Edit::Place(vec![container]), &catalogue).unwrap();
        (plan, catalogue, id)
    }

    proptest! {
        #[test]
        fn rotating_four_times_is_identity(x in 0_i64..40_000, y in 0_i64..40_000) {
            let (plan, catalogue, id) = plan_with_one(x, y);
            let mut turned = plan.clone();
            for _ in 0..4 {
                turned = turned.apply(&Edit::Rotate(vec![id.clone()]), &catalogue).unwrap();
            }
            let (before, after) = (&plan.containers[0], &turned.containers[0]);
            prop_assert_eq!(before.rotation, after.rotation);
            // The middle of an odd box is rounded once a turn.
            prop_assert!((before.at_mm.x - after.at_mm.x).abs() <= 2);
            prop_assert!((before.at_mm.y - after.at_mm.y).abs() <= 2);
        }

        #[test]
        fn moving_there_and_back_is_identity(dx in -9000_i64..9000, dy in -9000_i64..9000) {
            let (plan, catalogue, id) = plan_with_one(10_000, 10_000);
            let there = Edit::Move { ids: vec![id.clone()], dx_mm: dx, dy_mm: dy };
            let back = Edit::Move { ids: vec![id], dx_mm: -dx, dy_mm: -dy };
            let moved = plan.apply(&Edit::All(vec![there, back]), &catalogue).unwrap();
            prop_assert_eq!(plan, moved);
        }
    }

    #[test]
    fn a_refused_part_leaves_nothing_behind() {
        let (plan, catalogue, id) = plan_with_one(0, 0);
        let edit = Edit::All(vec![
            Edit::Move { ids: vec![id], dx_mm: 500, dy_mm: 0 },
            Edit::Remove(vec![Id::new("nobody").unwrap()]),
        ]);
        assert_eq!(plan.apply(&edit, &catalogue), Err(EditError::Unknown("nobody".to_owned())));
    }

    #[test]
    fn placing_a_name_twice_is_refused() {
        let (plan, catalogue, _) = plan_with_one(0, 0);
        let copy = plan.containers[0].clone();
        let error = plan.apply(&Edit::Place(vec![copy]), &catalogue).unwrap_err();
        assert!(error.to_string().contains("used twice"), "{error}");
    }

    fn add(connection: &str, x: i64, position: usize) -> Edit {
        let at_mm = Point { x, y: 50_000 };
        let waypoint = Waypoint { connection: connection.to_owned(), at_mm, compulsory: true };
        Edit::AddWaypoint { waypoint, position }
    }

    fn places(plan: &Plan, connection: &str) -> Vec<i64> {
        let own = plan.waypoints.iter().filter(|waypoint| waypoint.connection == connection);
        own.map(|waypoint| waypoint.at_mm.x).collect()
    }

    #[test]
    fn waypoints_are_kept_in_order_connection_by_connection() {
        let (plan, catalogue, _) = plan_with_one(10_000, 10_000);
        let edits = vec![
            add("TR-01/MV", 20_000, 0),
            add("TR-01/DA", 5_000, 0),
            add("TR-01/MV", 40_000, 9),
            add("TR-01/MV", 10_000, 0),
            add("TR-01/MV", 30_000, 2),
        ];
        let plan = plan.apply(&Edit::All(edits), &catalogue).unwrap();
        assert_eq!(places(&plan, "TR-01/MV"), [10_000, 20_000, 30_000, 40_000]);
        assert_eq!(places(&plan, "TR-01/DA"), [5_000]);
    }

    #[test]
    fn adding_a_waypoint_and_removing_it_is_identity() {
        let (plan, catalogue, _) = plan_with_one(10_000, 10_000);
        let connection = || "TR-01/MV".to_owned();
        let at_mm = Point { x: 20_000, y: 50_000 };
        let set = |compulsory| Edit::SetCompulsory { connection: connection(), at_mm, compulsory };
        let remove = Edit::RemoveWaypoint { connection: connection(), at_mm };
        let led = plan.apply(&add("TR-01/MV", 20_000, 0), &catalogue).unwrap();
        let optional = led.apply(&set(false), &catalogue).unwrap();
        assert!(!optional.waypoints[0].compulsory);
        assert_eq!(optional.apply(&set(true), &catalogue).unwrap(), led);
        assert_eq!(optional.apply(&remove, &catalogue).unwrap(), plan);
        let error = plan.apply(&remove, &catalogue).unwrap_err();
        assert!(error.to_string().contains("no waypoint (20000, 50000) of TR-01/MV"), "{error}");
    }

    #[test]
    fn waypoints_follow_the_name_of_their_container_and_go_with_it() {
        let (plan, catalogue, id) = plan_with_one(10_000, 10_000);
        let plan = plan.apply(&add("TR-01/MV", 20_000, 0), &catalogue).unwrap();
        let named = Container { id: Id::new("TR-77").unwrap(), ..plan.containers[0].clone() };
        let rename = Edit::SetContainer { id: id.clone(), to: Box::new(named) };
        let renamed = plan.apply(&rename, &catalogue).unwrap();
        assert_eq!(places(&renamed, "TR-77/MV"), [20_000]);
        let without = plan.apply(&Edit::Remove(vec![id]), &catalogue).unwrap();
        assert!(without.waypoints.is_empty());
    }

    #[test]
    fn a_container_cannot_be_put_on_a_waypoint() {
        let (plan, catalogue, id) = plan_with_one(10_000, 10_000);
        let plan = plan.apply(&add("TR-01/MV", 11_000, 0), &catalogue).unwrap();
        let onto = Edit::Move { ids: vec![id], dx_mm: 0, dy_mm: 35_000 };
        let error = plan.apply(&onto, &catalogue).unwrap_err();
        assert!(error.to_string().contains("inside TR-01"), "{error}");
    }

    #[test]
    fn a_weather_file_lies_beside_the_plan() {
        let (plan, catalogue, _) = plan_with_one(10_000, 10_000);
        let set = |file: &str| plan.apply(&Edit::SetWeather(Some(file.to_owned())), &catalogue);
        let named = set("weather/koeln.epw").unwrap();
        assert_eq!(named.weather.as_deref(), Some("weather/koeln.epw"));
        assert_eq!(named.apply(&Edit::SetWeather(None), &catalogue).unwrap(), plan);
        for away in ["", "/etc/passwd", "../koeln.epw", "a/../../b.epw", "c:\\koeln.epw", "a\nb"] {
            let error = set(away).unwrap_err();
            assert!(error.to_string().contains("weather file"), "{away}: {error}");
        }
    }

    #[test]
    fn a_turned_port_stays_on_the_wall() {
        let (plan, catalogue, id) = plan_with_one(7_000, 9_000);
        let mut plan = plan;
        for _ in 0..4 {
            let container = plan.container(&id).unwrap();
            let module = &catalogue.modules[&container.module];
            let footprint = container.footprint(module);
            for port in &module.ports {
                let (at, out) = container.port_position(module, port);
                assert!(footprint.contains(at));
                assert!(!footprint.contains(at.offset(out.0, out.1)));
            }
            plan = plan.apply(&Edit::Rotate(vec![id.clone()]), &catalogue).unwrap();
        }
    }
}
