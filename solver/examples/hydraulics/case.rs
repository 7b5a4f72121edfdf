//! A network over time, in metres, seconds and m³/s.

use stackyard_solver::physics::flow::{
    Element, FOOT, Network, Options, Position, Status, ValveKind,
};

/// What an input file asks for.
#[derive(Debug)]
pub(crate) struct Case {
    /// Nodes and links at time zero.
    pub(crate) network: Network,
    pub(crate) node_names: Vec<String>,
    pub(crate) link_names: Vec<String>,
    /// What each node is over time.
    pub(crate) places: Vec<Place>,
    /// Pattern of each link's pump speed, by index.
    pub(crate) speed_patterns: Vec<Option<usize>>,
    /// Links that the file shuts at the start.
    pub(crate) is_shut: Vec<bool>,
    pub(crate) patterns: Vec<Vec<f64>>,
    pub(crate) controls: Vec<Control>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) times: Times,
    pub(crate) units: Units,
    pub(crate) options: Options,
}

/// A node over time.
#[derive(Debug)]
pub(crate) enum Place {
    Junction { demands: Vec<Demand> },
    Reservoir { head_m: f64, pattern: Option<usize> },
    Tank(Tank),
}

/// Part of what a junction draws.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) base_m3_s: f64,
    pub(crate) pattern: Option<usize>,
}

/// A tank over time.
#[derive(Clone, Debug)]
pub(crate) struct Tank {
    pub(crate) bottom_m: f64,
    pub(crate) lowest_m: f64,
    pub(crate) highest_m: f64,
    pub(crate) can_overflow: bool,
    pub(crate) least_m3: f64,
    pub(crate) most_m3: f64,
    pub(crate) volume_m3: f64,
    pub(crate) shape: Shape,
}

/// How volume follows from level.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Area, m².
    Cylinder(f64),
    /// Height above the bottom in m and volume in m³.
    Curve(Vec<(f64, f64)>),
}

impl Tank {
    /// Volume at a head.
    pub(crate) fn volume_at(&self, head_m: f64) -> f64 {
        match &self.shape {
            Shape::Cylinder(area) => self.least_m3 + (head_m - self.lowest_m) * area,
            Shape::Curve(points) => between(points.iter().copied(), head_m - self.bottom_m),
        }
    }

    /// Head at the present volume.
    pub(crate) fn head_m(&self) -> f64 {
        match &self.shape {
            Shape::Cylinder(area) => self.lowest_m + (self.volume_m3 - self.least_m3) / area,
            Shape::Curve(points) => {
                let turned = points.iter().map(|&(height, volume)| (volume, height));
                self.bottom_m + between(turned, self.volume_m3)
            }
        }
    }
}

/// A value between points; that of the nearest end beyond them.
fn between(points: impl Iterator<Item = (f64, f64)>, at: f64) -> f64 {
    let mut last: Option<(f64, f64)> = None;
    for (x, y) in points {
        if x >= at {
            return match last {
                Some((before, low)) if x > before => y - (x - at) * (y - low) / (x - before),
                _ => y,
            };
        }
        last = Some((x, y));
    }
    last.map_or(0.0, |(_, y)| y)
}

/// What a control or a rule makes of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) link: usize,
    pub(crate) status: Status,
    /// Pump speed or valve setting; none leaves a pipe as it is and fixes a valve.
    pub(crate) setting: Option<f64>,
}

/// A simple control.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    pub(crate) act: Act,
    pub(crate) when: When,
}

/// When a simple control acts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// At a time since the start, s.
    Time(i64),
    /// At a time of the day, s.
    Clock(i64),
    Below {
        node: usize,
        head_m: f64,
    },
    Above {
        node: usize,
        head_m: f64,
    },
}

/// A rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) premises: Vec<Premise>,
    pub(crate) then: Vec<RuleAct>,
    pub(crate) otherwise: Vec<RuleAct>,
    pub(crate) priority: f64,
}

/// What a rule does to a link.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RuleAct {
    Open(usize),
    Close(usize),
    Set(usize, f64),
    /// Asks for a state that no action can bring about.
    Nothing(usize),
}

impl RuleAct {
    pub(crate) fn link(self) -> usize {
        match self {
            Self::Open(link) | Self::Close(link) | Self::Set(link, _) | Self::Nothing(link) => link,
        }
    }
}

/// A condition of a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Premise {
    pub(crate) is_alternative: bool,
    pub(crate) subject: Subject,
    pub(crate) relation: Relation,
    /// In the units of the file, times in s.
    pub(crate) value: f64,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    Time,
    Clock,
    TotalDemand,
    Demand(usize),
    Head(usize),
    Level(usize),
    Pressure(usize),
    FillTime(usize),
    DrainTime(usize),
    Flow(usize),
    Setting(usize),
    Status(usize, Wanted),
}

/// A state of a link as a rule names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Open,
    Closed,
    Active,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Steps of time, s.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    pub(crate) duration: i64,
    pub(crate) step: i64,
    pub(crate) pattern_step: i64,
    pub(crate) pattern_start: i64,
    pub(crate) report_step: i64,
    pub(crate) report_start: i64,
    pub(crate) rule_step: i64,
    pub(crate) clock_start: i64,
}

/// What one unit of the file is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    /// Of lengths and heads, m.
    pub(crate) length_m: f64,
    /// Of pipe diameters, m.
    pub(crate) diameter_m: f64,
    /// Of flows, m³/s.
    pub(crate) flow_m3_s: f64,
    /// Of pressures, m of the fluid.
    pub(crate) pressure_m: f64,
    /// Of power, kW.
    pub(crate) power_kw: f64,
    pub(crate) is_metric: bool,
    pub(crate) gravity: f64,
    pub(crate) demand_factor: f64,
}

impl Units {
    /// Difference of a link's settings that counts as none: a thousandth of EPANET's own units.
    pub(crate) fn slack(element: &Element) -> f64 {
        match element {
            Element::Valve { kind, .. } => match kind {
                ValveKind::Reducing | ValveKind::Sustaining | ValveKind::Breaker => 1e-3 * FOOT,
                ValveKind::FlowControl => 1e-3 * FOOT * FOOT * FOOT,
                ValveKind::Throttle | ValveKind::Curve(_) => 1e-3,
            },
            Element::Closed | Element::Pipe { .. } | Element::Pump { .. } => 1e-3,
        }
    }

    /// One unit of a link's setting.
    pub(crate) fn of_setting(&self, element: &Element) -> f64 {
        match element {
            Element::Valve { kind, .. } => match kind {
                ValveKind::Reducing | ValveKind::Sustaining | ValveKind::Breaker => self.pressure_m,
                ValveKind::FlowControl => self.flow_m3_s,
                ValveKind::Throttle | ValveKind::Curve(_) => 1.0,
            },
            Element::Closed | Element::Pipe { .. } | Element::Pump { .. } => 1.0,
        }
    }
}

/// Pump speed or valve setting; none for pipes and for valves held open or shut.
pub(crate) fn setting(element: &Element) -> Option<f64> {
    match element {
        Element::Pump { speed, .. } => Some(*speed),
        Element::Valve { position: Position::Set(setting), .. } => Some(*setting),
        Element::Valve { .. } | Element::Closed | Element::Pipe { .. } => None,
    }
}
