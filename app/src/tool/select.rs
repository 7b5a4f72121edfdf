//! The select tool: click, frame and move.

use std::collections::BTreeSet;

use stackyard_solver::edit::Edit;
use stackyard_solver::geometry::{Point, Rect, on_segment, polygon_contains};
use stackyard_solver::id::Id;
use stackyard_solver::live::Live;
use stackyard_solver::plan::Plan;

use super::snap::{Mover, Neighbour, snap};
use super::{Event, Input, Preview};
use crate::action::Action;
use crate::look::{Layer, Look, When};

/// How far the pointer must travel before a press becomes a drag, in reaches.
const STICKY: i64 = 1;

/// The select tool.
#[derive(Default)]
pub(crate) enum Select {
    /// Nothing is held.
    #[default]
    Ready,
    /// The button is down on something or on free ground.
    Pressed {
        /// Where it went down.
        origin: Point,
        /// What is there.
        hit: Option<String>,
    },
    /// Containers follow the pointer.
    Dragging(Box<Drag>),
    /// A frame is drawn.
    Marquee {
        /// Where it began.
        origin: Point,
        /// Where the pointer is.
        now: Point,
    },
    /// The gesture was given up; the button is still down.
    GivenUp,
}

/// Containers that follow the pointer.
pub(crate) struct Drag {
    origin: Point,
    ids: Vec<Id>,
    base: Vec<Point>,
    mover: Mover,
    neighbours: Vec<Neighbour>,
    live: Option<Live>,
    shift: (i64, i64),
    preview: Preview,
}

impl Select {
    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
        let state = std::mem::take(self);
        *self = state.next(input, look, out);
    }

    /// Gives the gesture up; what was moved is back where it was.
    pub(crate) fn cancel(&mut self) {
        *self = match std::mem::take(self) {
            Self::Ready => Self::Ready,
            Self::Pressed { .. } | Self::Dragging(_) | Self::Marquee { .. } | Self::GivenUp => {
                Self::GivenUp
            }
        };
    }

    /// Whether a gesture is under way.
    pub(crate) fn is_busy(&self) -> bool {
        match self {
            Self::Ready | Self::GivenUp => false,
            Self::Pressed { .. } | Self::Dragging(_) | Self::Marquee { .. } => true,
        }
    }

    /// The plan as it would be.
    pub(crate) fn preview(&self) -> Option<&Preview> {
        match self {
            Self::Dragging(drag) => Some(&drag.preview),
            Self::Ready | Self::Pressed { .. } | Self::Marquee { .. } | Self::GivenUp => None,
        }
    }

    /// The frame that is drawn.
    pub(crate) fn marquee(&self) -> Option<Rect> {
        match self {
            Self::Marquee { origin, now } => Some(Rect::spanning(*origin, *now)),
            Self::Ready | Self::Pressed { .. } | Self::Dragging(_) | Self::GivenUp => None,
        }
    }

    fn next(self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) -> Self {
        match (self, input.event) {
            (Self::Ready, Event::Press) => {
                let hit = hit(look, input.at, input.reach_mm);
                Self::Pressed { origin: input.at, hit }
            }
            (Self::Ready, Event::DoubleClick) => {
                if let Some(name) = hit(look, input.at, input.reach_mm) {
                    out.push(Action::ZoomTo(vec![name]));
                }
                Self::Ready
            }
            (Self::Pressed { origin, hit }, Event::Drag) => {
                let still = Rect { min: origin, max: origin }.inflate(input.reach_mm * STICKY);
                if still.contains(input.at) {
                    Self::Pressed { origin, hit }
                } else {
                    begin(origin, hit, input, look, out)
                }
            }
            (Self::Pressed { hit, .. }, Event::Release) => {
                click(hit, input, look, out);
                Self::Ready
            }
            (Self::Dragging(mut drag), Event::Drag) => {
                drag.follow(input, look);
                Self::Dragging(drag)
            }
            (Self::Dragging(mut drag), Event::Release) => {
                drag.follow(input, look);
                drag.let_go(out);
                Self::Ready
            }
            (Self::Marquee { origin, .. }, Event::Drag) => Self::Marquee { origin, now: input.at },
            (Self::Marquee { origin, .. }, Event::Release) => {
                let names = inside(look, Rect::spanning(origin, input.at));
                out.push(if input.modifiers.shift {
                    let new = names.into_iter().filter(|name| !look.selection.has(name));
                    Action::Toggle(new.collect())
                } else {
                    Action::Select(names)
                });
                Self::Ready
            }
            (Self::GivenUp, Event::Release)
            // Also where the button came up untold, such as outside the window.
            | (_, Event::Hover) => Self::Ready,
            (
                state,
                Event::Press | Event::Drag | Event::Release | Event::DoubleClick | Event::Confirm,
            ) => state,
        }
    }
}

/// A press became a drag: of what was pressed, of the selection, or of a frame.
fn begin(
    origin: Point,
    hit: Option<String>,
    input: &Input,
    look: &Look<'_>,
    out: &mut Vec<Action>,
) -> Select {
    let pressed = hit.and_then(|name| {
        look.plan.containers.iter().find(|container| container.id.as_str() == name)
    });
    let Some(container) = pressed else {
        return Select::Marquee { origin, now: input.at };
    };
    let wanted = if look.selection.has(container.id.as_str()) {
        look.selection.container_ids(look.plan)
    } else {
        out.push(Action::Select(vec![container.id.to_string()]));
        vec![container.id.clone()]
    };
    let group = look.plan.with_groups(&wanted);
    if let Some(mut drag) = Drag::new(origin, group, look) {
        drag.follow(input, look);
        Select::Dragging(Box::new(drag))
    } else {
        out.push(Action::Refuse(format!("{} is locked; unlock it to move it", container.id)));
        Select::GivenUp
    }
}

fn click(hit: Option<String>, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
    let adds = input.modifiers.shift || input.modifiers.command;
    match (hit, adds) {
        (Some(name), true) => out.push(Action::Toggle(vec![name])),
        (Some(name), false) => out.push(Action::Select(vec![name])),
        (None, false) if !look.selection.is_empty() => out.push(Action::Select(Vec::new())),
        (None, _) => {}
    }
}

impl Drag {
    /// Takes containers into the hand, unless one of them is locked.
    fn new(origin: Point, moved: BTreeSet<Id>, look: &Look<'_>) -> Option<Self> {
        let plan: &Plan = look.plan;
        let is_moved = |id: &Id| moved.contains(id);
        if plan.containers.iter().any(|it| it.locked && is_moved(&it.id)) {
            return None;
        }
        let mut mover: Option<Mover> = None;
        let mut neighbours = Vec::new();
        for container in &plan.containers {
            let Some(module) = look.catalogue.modules.get(&container.module) else { continue };
            let footprint = container.footprint(module);
            let clearance = container.clearance_area(module);
            if is_moved(&container.id) {
                let so_far = mover.get_or_insert(Mover { footprint, clearance });
                so_far.footprint = so_far.footprint.union(footprint);
                so_far.clearance = so_far.clearance.union(clearance);
            } else if look.when(&container.phase) != When::Later {
                neighbours.push(Neighbour { footprint, clearance });
            }
        }
        // Live costs are differences to the report, so they need one of just this plan.
        let live = look
            .is_fresh()
            .then(|| look.report())
            .flatten()
            .map(|report| Live::new(plan, look.catalogue, report));
        Some(Self {
            origin,
            ids: moved.iter().cloned().collect(),
            base: plan.containers.iter().map(|container| container.at_mm).collect(),
            mover: mover?,
            neighbours,
            live,
            shift: (0, 0),
            preview: Preview::new(plan.clone(), moved, look),
        })
    }

    /// Follows the pointer; does nothing if it stands still.
    fn follow(&mut self, input: &Input, look: &Look<'_>) {
        let raw = (input.at.x - self.origin.x, input.at.y - self.origin.y);
        let (shift, guides) = if input.modifiers.alt {
            (raw, Vec::new())
        } else {
            snap(self.mover, raw, &self.neighbours, input.grid_mm, input.reach_mm * 2)
        };
        self.preview.guides = guides;
        if shift == self.shift {
            return;
        }
        self.shift = shift;
        for (container, base) in self.preview.plan.containers.iter_mut().zip(&self.base) {
            if self.preview.moved.contains(&container.id) {
                container.at_mm = base.offset(shift.0, shift.1);
            }
        }
        self.preview.findings = stackyard_solver::survey(&self.preview.plan, look.catalogue);
        if let Some(live) = &mut self.live {
            self.preview.change = Some(live.moved(&self.preview.plan, &self.ids));
        }
    }

    fn let_go(self: Box<Self>, out: &mut Vec<Action>) {
        let (dx_mm, dy_mm) = self.shift;
        if (dx_mm, dy_mm) == (0, 0) {
            return;
        }
        let label = match self.ids.as_slice() {
            [only] => format!("Move {only}"),
            several => format!("Move {} containers", several.len()),
        };
        out.push(Action::Edit(label, Edit::Move { ids: self.ids, dx_mm, dy_mm }));
    }
}

/// What is at a point: entries and containers before trenches, corridors and zones.
pub(crate) fn hit(look: &Look<'_>, at: Point, reach: i64) -> Option<String> {
    let plan = look.plan;
    let entry = plan
        .entries
        .iter()
        .find(|entry| Rect { min: entry.at_mm, max: entry.at_mm }.inflate(reach * 2).contains(at));
    if let Some(entry) = entry {
        return Some(entry.id.to_string());
    }
    let container = plan.containers.iter().rev().find(|container| {
        look.footprint(container).is_some_and(|footprint| footprint.contains(at))
    });
    if let Some(container) = container {
        return Some(container.id.to_string());
    }
    if look.shown.has(Layer::Trenches)
        && let Some(report) = look.report()
    {
        let trench = report.trenches.iter().find(|trench| {
            look.when(&trench.phase) != When::Later
                && near(&trench.path_mm, at, reach.max(trench.width_mm / 2))
        });
        if let Some(trench) = trench {
            return Some(trench.id.clone());
        }
    }
    if look.shown.has(Layer::Corridors) {
        let corridor = plan.corridors.iter().find(|corridor| near(&corridor.path_mm, at, reach));
        if let Some(corridor) = corridor {
            return Some(corridor.id.to_string());
        }
    }
    if !look.shown.has(Layer::Zones) {
        return None;
    }
    plan.zones
        .iter()
        .rev()
        .find(|zone| polygon_contains(&zone.outline_mm, at))
        .map(|zone| zone.id.to_string())
}

/// Whether a point lies within `reach` of a line.
fn near(path: &[Point], at: Point, reach: i64) -> bool {
    path.windows(2).any(|pair| {
        let [a, b] = pair else { return false };
        if !Rect::spanning(*a, *b).inflate(reach).contains(at) {
            return false;
        }
        if on_segment(*a, *b, at) {
            return true;
        }
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let (px, py) = ((at.x - a.x) as f64, (at.y - a.y) as f64);
        let square = dx.mul_add(dx, dy * dy);
        let along =
            if square > 0.0 { (px.mul_add(dx, py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        (px - along * dx).hypot(py - along * dy) <= reach as f64
    })
}

/// The names of everything that lies wholly in a frame.
fn inside(look: &Look<'_>, frame: Rect) -> Vec<String> {
    let holds = |rect: Rect| frame.contains(rect.min) && frame.contains(rect.max);
    let containers = look
        .plan
        .containers
        .iter()
        .filter(|container| look.footprint(container).is_some_and(holds))
        .map(|container| container.id.to_string());
    let corridors = look
        .plan
        .corridors
        .iter()
        .filter(|corridor| {
            look.shown.has(Layer::Corridors) && corridor_in(&corridor.path_mm, frame)
        })
        .map(|corridor| corridor.id.to_string());
    containers.chain(corridors).collect()
}

fn corridor_in(path: &[Point], frame: Rect) -> bool {
    path.iter().all(|&point| frame.contains(point))
}
