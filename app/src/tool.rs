//! What the pointer does on the canvas: each tool is a state machine from pointer events to edits.
//!
//! A gesture works on a scratch plan and shows it with its consequences; letting go makes one edit,
//! Escape none. Tools know nothing of the screen but how many millimetres a finger covers.

pub(crate) mod corridor;
pub(crate) mod measure;
pub(crate) mod place;
pub(crate) mod select;
pub(crate) mod snap;
pub(crate) mod waypoint;
pub(crate) mod zone;

use std::collections::BTreeSet;

use eframe::egui::Modifiers;
use stackyard_solver::geometry::{Point, Rect};
use stackyard_solver::id::Id;
use stackyard_solver::live::LiveChange;
use stackyard_solver::plan::Plan;
use stackyard_solver::report::{Finding, Severity};

use crate::action::Action;
use crate::command::ToolKind;
use crate::format::signed;
use crate::look::Look;
use snap::Guide;

/// What happened to the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It moved without a button held.
    Hover,
    /// The button went down.
    Press,
    /// It moved with the button held.
    Drag,
    /// The button came up.
    Release,
    /// The second click of two.
    DoubleClick,
    /// Enter.
    Confirm,
}

/// An event with where it happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    /// What happened.
    pub(crate) event: Event,
    /// Where on site.
    pub(crate) at: Point,
    /// Keys held.
    pub(crate) modifiers: Modifiers,
    /// How far from a line still counts as on it, in millimetres.
    pub(crate) reach_mm: i64,
    /// Spacing of the snap grid, in millimetres.
    pub(crate) grid_mm: i64,
}

impl Input {
    /// The point snapped to the grid.
    pub(crate) fn on_grid(&self) -> Point {
        snap::to_grid(self.at, self.grid_mm)
    }
}

/// The plan as it would be, with what that means.
pub(crate) struct Preview {
    /// The scratch plan.
    pub(crate) plan: Plan,
    /// What differs from the real one.
    pub(crate) moved: BTreeSet<Id>,
    /// What the geometric rules say about it.
    pub(crate) findings: Vec<Finding>,
    /// Cost and routes, where they could be told.
    pub(crate) change: Option<LiveChange>,
    /// Lines something snapped to.
    pub(crate) guides: Vec<Guide>,
}

impl Preview {
    /// A scratch plan with the verdict of the geometric rules.
    pub(crate) fn new(plan: Plan, moved: BTreeSet<Id>, look: &Look<'_>) -> Self {
        let findings = stackyard_solver::survey(&plan, look.catalogue);
        Self { plan, moved, findings, change: None, guides: Vec::new() }
    }

    /// Errors about what was moved.
    pub(crate) fn clashes(&self) -> usize {
        let touches = |finding: &&Finding| {
            finding.severity == Severity::Error
                && finding
                    .subjects
                    .iter()
                    .any(|subject| self.moved.iter().any(|id| id.as_str() == subject))
        };
        self.findings.iter().filter(touches).count()
    }

    /// The text at the pointer: `+€42 k · −31 m · 1 clash`.
    pub(crate) fn chip(&self) -> String {
        let mut parts = Vec::new();
        if let Some(change) = &self.change {
            parts.push(signed(change.cost_change.euros(), "€"));
            parts.push(signed(change.trench_change_m, "m"));
            if change.unserved > 0 {
                parts.push(format!("{} unserved", change.unserved));
            }
        }
        parts.push(match self.clashes() {
            0 => "no clash".to_owned(),
            1 => "1 clash".to_owned(),
            more => format!("{more} clashes"),
        });
        parts.join(" · ")
    }
}

/// What a tool draws beside a preview.
#[derive(Clone, Debug)]
pub(crate) enum Sketch {
    /// The rectangle of a marquee.
    Marquee(Rect),
    /// A line that is being drawn, with the length so far.
    Path(Vec<Point>),
    /// An outline that is being drawn.
    Outline(Vec<Point>),
    /// A place that a click would add.
    Place(Point),
}

/// The tool in the hand.
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is never moved in bulk")]
pub(crate) enum Tool {
    /// Select and move.
    Select(select::Select),
    /// Put containers down.
    Place(place::Place),
    /// Draw corridors.
    Corridor(corridor::Draw),
    /// Draw zones.
    Zone(zone::Draw),
    /// Measure distances.
    Measure(measure::Measure),
    /// Lead a connection through places.
    Waypoint(waypoint::Lead),
}

impl Default for Tool {
    fn default() -> Self {
        Self::Select(select::Select::default())
    }
}

impl Tool {
    /// A tool fresh from the shelf.
    pub(crate) fn of(kind: ToolKind) -> Self {
        match kind {
            ToolKind::Select => Self::default(),
            ToolKind::Place => Self::Place(place::Place::default()),
            ToolKind::Corridor => Self::Corridor(corridor::Draw::default()),
            ToolKind::Zone => Self::Zone(zone::Draw::default()),
            ToolKind::Measure => Self::Measure(measure::Measure::default()),
            ToolKind::Waypoint => Self::Waypoint(waypoint::Lead::default()),
        }
    }

    /// Which tool it is.
    pub(crate) fn kind(&self) -> ToolKind {
        match self {
            Self::Select(_) => ToolKind::Select,
            Self::Place(_) => ToolKind::Place,
            Self::Corridor(_) => ToolKind::Corridor,
            Self::Zone(_) => ToolKind::Zone,
            Self::Measure(_) => ToolKind::Measure,
            Self::Waypoint(_) => ToolKind::Waypoint,
        }
    }

    /// Lets an event happen.
    pub(crate) fn step(&mut self, input: &Input, look: &Look<'_>, out: &mut Vec<Action>) {
        match self {
            Self::Select(tool) => tool.step(input, look, out),
            Self::Place(tool) => tool.step(input, look, out),
            Self::Corridor(tool) => tool.step(input, look, out),
            Self::Zone(tool) => tool.step(input, look, out),
            Self::Measure(tool) => tool.step(input),
            Self::Waypoint(tool) => tool.step(input, look, out),
        }
    }

    /// Gives up what is under way, as Escape asks; nothing of it stays.
    pub(crate) fn cancel(&mut self) {
        match self {
            Self::Select(tool) => tool.cancel(),
            Self::Place(tool) => *tool = place::Place::default(),
            Self::Corridor(tool) => *tool = corridor::Draw::default(),
            Self::Zone(tool) => *tool = zone::Draw::default(),
            Self::Measure(tool) => *tool = measure::Measure::default(),
            Self::Waypoint(tool) => *tool = waypoint::Lead::default(),
        }
    }

    /// Whether a gesture is under way that Escape would end.
    pub(crate) fn is_busy(&self) -> bool {
        match self {
            Self::Select(tool) => tool.is_busy(),
            Self::Place(tool) => tool.module().is_some(),
            Self::Corridor(tool) => !tool.points().is_empty(),
            Self::Zone(tool) => !tool.points().is_empty(),
            Self::Measure(tool) => !tool.points().is_empty(),
            // Every click is a step of its own.
            Self::Waypoint(_) => false,
        }
    }

    /// The plan as it would be.
    pub(crate) fn preview(&self) -> Option<&Preview> {
        match self {
            Self::Select(tool) => tool.preview(),
            Self::Place(tool) => tool.preview(),
            Self::Corridor(_) | Self::Zone(_) | Self::Measure(_) | Self::Waypoint(_) => None,
        }
    }

    /// What it draws beside that.
    pub(crate) fn sketch(&self) -> Option<Sketch> {
        match self {
            Self::Select(tool) => tool.marquee().map(Sketch::Marquee),
            Self::Place(_) => None,
            Self::Corridor(tool) => some_points(tool.sketch()).map(Sketch::Path),
            Self::Zone(tool) => some_points(tool.sketch()).map(Sketch::Outline),
            Self::Measure(tool) => some_points(tool.sketch()).map(Sketch::Path),
            Self::Waypoint(tool) => tool.pointer().map(Sketch::Place),
        }
    }

    /// What to do next, in words.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Select(_) => "Click selects, drag moves, Shift adds, drag on free ground frames",
            Self::Place(tool) if tool.module().is_some() => {
                "Click puts it down, R turns it, Escape ends"
            }
            Self::Place(_) => "Choose a module in the catalogue",
            Self::Corridor(_) => "Click along the corridor, double-click or Enter ends it",
            Self::Zone(_) => "Click the corners, double-click or Enter closes the outline",
            Self::Measure(_) => "Click from point to point, Escape clears",
            Self::Waypoint(_) => "Click the places in order from the port, Escape ends",
        }
    }
}

fn some_points(points: Vec<Point>) -> Option<Vec<Point>> {
    (!points.is_empty()).then_some(points)
}
