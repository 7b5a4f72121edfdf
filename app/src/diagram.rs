//! Schematic drawings and charts made from plan and report.
//!
//! Each is one display list in millimetres on paper, y down: what is drawn where, in which ink, and
//! which thing of the plan it shows. The window paints it, the SVG writer prints it, and a picture
//! is that SVG painted. The display list of the plan itself ([`crate::scene`]) is another one: it is
//! true to the site in whole millimetres and sorted by layer, while a diagram has no place on site.

mod cables;
mod chart;
mod columns;
mod cooling_layout;
mod cooling_scheme;
mod cost_treemap;
mod cost_waterfall;
mod energy;
mod frame;
mod lengths;
mod mains;
mod power;
mod pressure;
mod schedule;
mod single_line;
mod symbol;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod voltage;

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::plan::Plan;
use stackyard_solver::report::Report;

use crate::scene::Anchor;
pub(crate) use frame::Frame;
pub(crate) use text::Size;

/// Weight of thin lines, mm.
const THIN: f64 = 0.18;
/// Weight of ordinary lines, mm.
const MEDIUM: f64 = 0.35;
/// Weight of busbars and headers, mm.
const THICK: f64 = 0.7;

/// A diagram that can be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Feeds, switchgear, transformers and what they supply.
    #[default]
    SingleLine,
    /// Pumps, headers, branches and modules of the pipe networks.
    CoolingScheme,
    /// Pressure along the index circuit of each pipe network.
    PressureProfile,
    /// Voltage drop along the cables from the feeds.
    VoltageProfile,
    /// How many cables are how long.
    CableLengths,
    /// From the parts of the bill to its total.
    CostWaterfall,
    /// Areas in proportion to what things cost.
    CostTreemap,
    /// Construction steps on a calendar with the money spent.
    Gantt,
    /// Power and heat at full load.
    Sankey,
}

impl Kind {
    /// Every diagram in menu order.
    pub(crate) const ALL: [Self; 9] = [
        Self::SingleLine,
        Self::CoolingScheme,
        Self::PressureProfile,
        Self::VoltageProfile,
        Self::CableLengths,
        Self::CostWaterfall,
        Self::CostTreemap,
        Self::Gantt,
        Self::Sankey,
    ];

    /// The name a person reads.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::SingleLine => "Single-line diagram",
            Self::CoolingScheme => "Cooling scheme",
            Self::PressureProfile => "Pressure profile",
            Self::VoltageProfile => "Voltage profile",
            Self::CableLengths => "Cable lengths",
            Self::CostWaterfall => "Cost waterfall",
            Self::CostTreemap => "Cost areas",
            Self::Gantt => "Schedule and cash",
            Self::Sankey => "Power and heat flows",
        }
    }

    /// What the command that shows it is called.
    pub(crate) fn command_label(self) -> &'static str {
        match self {
            Self::SingleLine => "Show single-line diagram",
            Self::CoolingScheme => "Show cooling scheme",
            Self::PressureProfile => "Show pressure profile",
            Self::VoltageProfile => "Show voltage profile",
            Self::CableLengths => "Show cable lengths",
            Self::CostWaterfall => "Show cost waterfall",
            Self::CostTreemap => "Show cost areas",
            Self::Gantt => "Show schedule and cash",
            Self::Sankey => "Show power and heat flows",
        }
    }

    /// What is said where the plan has none of it.
    pub(crate) fn absence(self) -> &'static str {
        match self {
            Self::SingleLine => "Add a utility entry for power and containers that draw it",
            Self::CoolingScheme => "Connect modules to a cooling entry or a pump station",
            Self::PressureProfile => "There is no pipe network with pumps yet",
            Self::VoltageProfile => "No power connection is served yet",
            Self::CableLengths => "No cable or trunk is laid yet",
            Self::CostWaterfall | Self::CostTreemap => "Nothing on the bill has a price yet",
            Self::Gantt => "Give the phases the month they are finished, such as 2027-04",
            Self::Sankey => "Nothing on the site draws power yet",
        }
    }
}

/// What diagrams are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The catalogue it is computed with, the plan's overrides included.
    pub(crate) catalogue: &'a Catalogue,
    /// What was computed from both.
    pub(crate) report: &'a Report,
}

/// A diagram as drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    /// Which diagram it is.
    pub(crate) kind: Kind,
    /// Width and height, mm.
    pub(crate) size: DVec2,
    /// What is drawn, from bottom to top.
    pub(crate) items: Vec<Item>,
    /// What the pointer can be over, later ones over earlier ones.
    pub(crate) spots: Vec<Spot>,
}

/// A piece of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What it looks like.
    pub(crate) shape: Shape,
    /// Ink and weight in mm of its line, if it has one.
    pub(crate) line: Option<(Ink, f64)>,
    /// What it is filled with, if it is; for text its color.
    pub(crate) fill: Option<Ink>,
}

/// What a piece of a drawing looks like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A line through points.
    Line {
        /// The points.
        points: Vec<DVec2>,
        /// Whether it is interrupted.
        dashed: bool,
    },
    /// A closed convex area.
    Area(Vec<DVec2>),
    /// The area between two lines with as many points each.
    Ribbon {
        /// The one line.
        upper: Vec<DVec2>,
        /// The other line.
        lower: Vec<DVec2>,
    },
    /// A disc or ring.
    Disc {
        /// Its center.
        center: DVec2,
        /// Its radius.
        radius: f64,
    },
    /// A line of text, its capitals centered on the height of the anchor.
    Text {
        /// Where the anchor is.
        at: DVec2,
        /// What it says.
        text: String,
        /// How large it is.
        size: Size,
        /// Which point of the line the anchor is.
        anchor: Anchor,
    },
}

/// What a color stands for; theme and palette say which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and outlines.
    Text,
    /// Captions and everything secondary.
    Muted,
    /// Grid lines.
    Rule,
    /// What is drawn on.
    Paper,
    /// What asks for attention without being wrong.
    Accent,
    /// What lies behind lines that matter most.
    Mark,
    /// What is beyond a limit.
    Error,
    /// Water on its way to the modules.
    Supply,
    /// Water on its way back.
    Return,
    /// Digging.
    Earth,
    /// A service.
    Service(Service),
    /// The light fill of a trade.
    Trade(Discipline),
}

/// A part of a drawing that shows things of the plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spot {
    /// Where it is.
    pub(crate) frame: Frame,
    /// The names of the things, for selection; none where the plan has no such thing.
    pub(crate) names: Vec<String>,
    /// What there is to say about it.
    pub(crate) hint: String,
}

/// Draws a diagram for an area of about that size in mm: charts fill it, schemes take its shape.
pub(crate) fn draw(kind: Kind, source: Source<'_>, area: DVec2) -> Drawing {
    // Below this size labels of charts would meet.
    let area = area.max(dvec2(150.0, 72.0));
    match kind {
        Kind::SingleLine => single_line::draw(source, area),
        Kind::CoolingScheme => cooling_scheme::draw(source, area),
        Kind::PressureProfile => pressure::draw(source, area),
        Kind::VoltageProfile => voltage::draw(source, area),
        Kind::CableLengths => lengths::draw(source, area),
        Kind::CostWaterfall => cost_waterfall::draw(source, area),
        Kind::CostTreemap => cost_treemap::draw(source, area),
        Kind::Gantt => schedule::draw(source, area),
        Kind::Sankey => energy::draw(source, area),
    }
}

impl Drawing {
    /// A drawing of nothing yet.
    fn new(kind: Kind, size: DVec2) -> Self {
        Self { kind, size, items: Vec::new(), spots: Vec::new() }
    }

    /// Whether the plan has nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn line(&mut self, points: impl Into<Vec<DVec2>>, ink: Ink, weight: f64) {
        let shape = Shape::Line { points: points.into(), dashed: false };
        self.items.push(Item { shape, line: Some((ink, weight)), fill: None });
    }

    fn dashed(&mut self, points: impl Into<Vec<DVec2>>, ink: Ink, weight: f64) {
        let shape = Shape::Line { points: points.into(), dashed: true };
        self.items.push(Item { shape, line: Some((ink, weight)), fill: None });
    }

    fn area(&mut self, corners: impl Into<Vec<DVec2>>, fill: Ink, line: Option<(Ink, f64)>) {
        self.items.push(Item { shape: Shape::Area(corners.into()), line, fill: Some(fill) });
    }

    fn rect(&mut self, frame: Frame, fill: Ink, line: Option<(Ink, f64)>) {
        self.area(frame.corners(), fill, line);
    }

    fn ribbon(&mut self, upper: Vec<DVec2>, lower: Vec<DVec2>, fill: Ink) {
        let shape = Shape::Ribbon { upper, lower };
        self.items.push(Item { shape, line: None, fill: Some(fill) });
    }

    fn ring(&mut self, center: DVec2, radius: f64, ink: Ink, weight: f64) {
        let shape = Shape::Disc { center, radius };
        self.items.push(Item { shape, line: Some((ink, weight)), fill: None });
    }

    fn dot(&mut self, center: DVec2, radius: f64, ink: Ink) {
        let shape = Shape::Disc { center, radius };
        self.items.push(Item { shape, line: None, fill: Some(ink) });
    }

    fn text(&mut self, at: DVec2, anchor: Anchor, size: Size, ink: Ink, text: impl Into<String>) {
        let shape = Shape::Text { at, text: text.into(), size, anchor };
        self.items.push(Item { shape, line: None, fill: Some(ink) });
    }

    fn spot(&mut self, frame: Frame, names: Vec<String>, hint: impl Into<String>) {
        self.spots.push(Spot { frame, names, hint: hint.into() });
    }

    /// The topmost spot under a place.
    pub(crate) fn spot_at(&self, at: DVec2) -> Option<&Spot> {
        self.spots.iter().rev().find(|spot| spot.frame.contains(at))
    }
}

impl Item {
    /// The rectangle around it, its line weight not counted.
    pub(crate) fn frame(&self) -> Option<Frame> {
        match &self.shape {
            Shape::Line { points, .. } | Shape::Area(points) => Frame::around(points),
            Shape::Ribbon { upper, lower } => {
                Some(Frame::around(upper)?.union(Frame::around(lower)?))
            }
            Shape::Disc { center, radius } => {
                Some(Frame { min: *center, max: *center }.grown(*radius))
            }
            Shape::Text { at, text, size, anchor } => Some(text::frame(*at, *anchor, *size, text)),
        }
    }
}
