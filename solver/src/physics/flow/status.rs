//! States of links and the rules by which they change between rounds.
//!
//! The rules are those of EPANET 2.2, so that networks with more than one consistent set of states
//! end in the same one: check valves, pumps and the pipes of full or empty tanks are looked at now
//! and then and at the end, pressure valves after every round.

use super::linear::Ready;
use super::{Element, FOOT, Node, Position, PumpCurve, ValveKind};

/// Difference of heads that counts as none, m: 0.0005 ft.
const HEAD: f64 = 0.0005 * FOOT;
/// Flow that counts as none, m³/s: 0.0001 ft³/s.
const FLOW: f64 = 0.0001 * FOOT * FOOT * FOOT;

/// State of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A pump shut because it cannot lift as high as it would have to.
    CannotLift,
    /// Shut for the moment because its tank is full or empty.
    TankShut,
    /// Shut.
    Closed,
    /// Open.
    #[default]
    Open,
    /// A valve that keeps its setting.
    Active,
    /// A flow valve that cannot reach its flow.
    FlowTooLow,
    /// A pressure valve whose setting contradicts the others.
    Overruled,
}

impl Status {
    /// Whether nothing passes.
    pub fn is_closed(self) -> bool {
        match self {
            Self::CannotLift | Self::TankShut | Self::Closed => true,
            Self::Open | Self::Active | Self::FlowTooLow | Self::Overruled => false,
        }
    }
}

/// What a link is asked to be; when that changes its state starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Closed,
    Open,
    Set,
}

impl Asked {
    pub(super) fn of(element: &Element) -> Self {
        match element {
            Element::Closed => Self::Closed,
            Element::Pipe { .. } => Self::Open,
            Element::Pump { speed, .. } => {
                if *speed > 0.0 {
                    Self::Open
                } else {
                    Self::Closed
                }
            }
            Element::Valve { position, .. } => match position {
                Position::Set(_) => Self::Set,
                Position::Open => Self::Open,
                Position::Closed => Self::Closed,
            },
        }
    }

    pub(super) fn start(self) -> Status {
        match self {
            Self::Closed => Status::Closed,
            Self::Open => Status::Open,
            Self::Set => Status::Active,
        }
    }
}

/// A link where it is: its ends, the heads there and its flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'a> {
    pub(super) element: &'a Element,
    pub(super) ready: &'a Ready,
    pub(super) ends: [&'a Node; 2],
    pub(super) heads: [f64; 2],
    pub(super) flow: f64,
}

/// The next state of a valve that keeps a pressure; any other link stays as it is.
pub(super) fn of_pressure_valve(here: &Here<'_>, now: Status) -> Status {
    let Element::Valve { kind, position: Position::Set(setting), .. } = here.element else {
        return now;
    };
    let [before, behind] = here.heads;
    let open_loss = here.ready.minor * here.flow * here.flow;
    let flows_back = here.flow < -FLOW;
    match kind {
        ValveKind::Reducing => {
            let wanted = here.ends[1].elevation_m() + setting;
            match now {
                Status::Active | Status::Open | Status::Overruled if flows_back => Status::Closed,
                Status::Active if before - open_loss < wanted - HEAD => Status::Open,
                Status::Open if behind >= wanted + HEAD => Status::Active,
                Status::Closed if before >= wanted + HEAD && behind < wanted - HEAD => {
                    Status::Active
                }
                Status::Closed if before < wanted - HEAD && before > behind + HEAD => Status::Open,
                _ => now,
            }
        }
        ValveKind::Sustaining => {
            let wanted = here.ends[0].elevation_m() + setting;
            match now {
                Status::Active | Status::Open | Status::Overruled if flows_back => Status::Closed,
                Status::Active if behind + open_loss > wanted + HEAD => Status::Open,
                Status::Open if before < wanted - HEAD => Status::Active,
                Status::Closed if behind > wanted + HEAD && before > behind + HEAD => Status::Open,
                Status::Closed if before >= wanted + HEAD && before > behind + HEAD => {
                    Status::Active
                }
                _ => now,
            }
        }
        ValveKind::Breaker | ValveKind::FlowControl | ValveKind::Throttle | ValveKind::Curve(_) => {
            now
        }
    }
}

/// The next state of any other link: flaps, pumps, flow valves, links of tanks.
pub(super) fn of_link(here: &Here<'_>, now: Status) -> Status {
    let drop = here.heads[0] - here.heads[1];
    let mut next = match now {
        Status::CannotLift | Status::TankShut => Status::Open,
        Status::Closed | Status::Open | Status::Active | Status::FlowTooLow | Status::Overruled => {
            now
        }
    };
    match here.element {
        Element::Pipe { check_valve: true, .. } => next = flap(next, drop, here.flow),
        Element::Pump { curve, speed } if !next.is_closed() && *speed > 0.0 => {
            let most = match curve {
                PumpCurve::Law { shutoff_m, .. } => speed * speed * shutoff_m,
                PumpCurve::Points(points) => {
                    speed * speed * points.first().map_or(0.0, |first| first.1)
                }
                PumpCurve::Power { .. } | PumpCurve::Unknown => f64::INFINITY,
            };
            next = if -drop > most + HEAD { Status::CannotLift } else { Status::Open };
        }
        Element::Valve {
            kind: ValveKind::FlowControl, position: Position::Set(setting), ..
        } => {
            next = if drop < -HEAD || here.flow < -FLOW {
                Status::FlowTooLow
            } else if now == Status::FlowTooLow && here.flow >= *setting {
                Status::Active
            } else {
                now
            };
        }
        Element::Closed | Element::Pipe { .. } | Element::Pump { .. } | Element::Valve { .. } => {}
    }
    if !next.is_closed() && meets_full_or_empty_tank(here) { Status::TankShut } else { next }
}

/// The state of a pipe that lets nothing back.
fn flap(now: Status, drop: f64, flow: f64) -> Status {
    if drop < -HEAD || flow < -FLOW {
        Status::Closed
    } else if drop > HEAD {
        Status::Open
    } else {
        now
    }
}

/// Whether the link would fill a full tank or empty an empty one.
fn meets_full_or_empty_tank(here: &Here<'_>) -> bool {
    let is_given = |node: &Node| node.fixed_head().is_some();
    if is_given(here.ends[0]) && is_given(here.ends[1]) {
        let [one, other] = here.heads;
        return between(here.ends[0], one, other) || between(here.ends[1], other, one);
    }
    let is_pump = matches!(here.element, Element::Pump { .. });
    (0..2).any(|end| {
        let Node::Tank { lowest_m, highest_m, .. } = here.ends[end] else { return false };
        let head = here.heads[end];
        let drop = head - here.heads[1 - end];
        let flow = if end == 0 { here.flow } else { -here.flow };
        let fills = if is_pump { end == 1 } else { flap(Status::Open, drop, flow).is_closed() };
        let empties =
            if is_pump { end == 0 } else { !flap(Status::Closed, drop, flow).is_closed() };
        (head >= highest_m - HEAD && fills) || (head <= lowest_m + HEAD && empties)
    })
}

/// Whether a tank is full and the other head higher, or empty and the other lower.
fn between(tank: &Node, head: f64, other: f64) -> bool {
    let Node::Tank { lowest_m, highest_m, .. } = tank else { return false };
    (head >= highest_m - HEAD && other >= head) || (head <= lowest_m + HEAD && head >= other)
}
