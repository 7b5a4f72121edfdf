//! Pressures and flows of a pipe network at one moment.
//!
//! The global gradient algorithm of Todini and Pilati (1988): Newton's method on heads and flows
//! together. Each round linearises every link at its flow, solves one sparse symmetric system for
//! the heads of the junctions, and steps the flows; loops need no closing paths and no start that
//! balances. Check valves, pumps and control valves change their state between rounds by the rules
//! that EPANET has. Heads are metres of the fluid itself, flows m³/s; what the fluid is enters by its
//! viscosity and by the friction law the caller names.

mod check;
pub mod heat;
mod linear;
mod options;
mod solver;
mod status;

pub use options::{Options, Unbalanced};
pub use solver::Solver;
pub use status::Status;

/// A foot in metres: EPANET's constants and tolerances are given in feet.
pub const FOOT: f64 = 0.3048;

/// How friction follows from flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Friction {
    /// Darcy–Weisbach with Colebrook–White above Reynolds number 4000, Hagen–Poiseuille below
    /// 2300 and a straight line between: the law of every study of a plan.
    DarcyWeisbach {
        /// Kinematic viscosity.
        viscosity_m2_s: f64,
    },
    /// Hazen–Williams with the exponents and the constant of EPANET.
    HazenWilliams,
    /// Darcy–Weisbach as EPANET approximates it: Swamee–Jain above Reynolds number 4000,
    /// Hagen–Poiseuille up to 2000, Dunlop's cubic between, gravity 32.2 ft/s².
    SwameeJain {
        /// Kinematic viscosity.
        viscosity_m2_s: f64,
    },
    /// Chezy–Manning with the constant of EPANET.
    ChezyManning,
    /// Colebrook–White at every Reynolds number and with 3.71 in place of 3.7, as pandapipes has
    /// it under the name `colebrook`.
    Colebrook {
        /// Kinematic viscosity.
        viscosity_m2_s: f64,
    },
}

/// A place where links meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// Its head follows from the flows.
    Junction {
        /// Height above the datum of the heads.
        elevation_m: f64,
        /// What leaves the network here; negative where it enters.
        demand_m3_s: f64,
    },
    /// Its head is given, and it takes or gives what that asks for.
    Fixed {
        /// The head.
        head_m: f64,
    },
    /// A vessel with a level at this moment; nothing flows into it when full or out of it when
    /// empty.
    Tank {
        /// Head of its surface.
        head_m: f64,
        /// Head of its surface when it is empty.
        lowest_m: f64,
        /// Head of its surface when it is full; infinite where it may overflow.
        highest_m: f64,
    },
    /// A junction that also lets water out in proportion to a power of its pressure.
    Emitter {
        /// Height above the datum of the heads.
        elevation_m: f64,
        /// What leaves the network here beside the emitter.
        demand_m3_s: f64,
        /// Outflow in m³/s at one metre of pressure.
        coefficient: f64,
        /// Power of the pressure, 0.5 for a nozzle.
        exponent: f64,
    },
}

impl Node {
    /// The head that is given here, if any.
    pub fn fixed_head(&self) -> Option<f64> {
        match *self {
            Self::Fixed { head_m } | Self::Tank { head_m, .. } => Some(head_m),
            Self::Junction { .. } | Self::Emitter { .. } => None,
        }
    }

    /// What leaves the network here whatever the pressure, m³/s.
    pub fn demand_m3_s(&self) -> f64 {
        match *self {
            Self::Junction { demand_m3_s, .. } | Self::Emitter { demand_m3_s, .. } => demand_m3_s,
            Self::Fixed { .. } | Self::Tank { .. } => 0.0,
        }
    }

    /// Its height; that of the surface where the head is given.
    pub fn elevation_m(&self) -> f64 {
        match *self {
            Self::Junction { elevation_m, .. } | Self::Emitter { elevation_m, .. } => elevation_m,
            Self::Fixed { head_m } | Self::Tank { head_m, .. } => head_m,
        }
    }
}

/// Something that carries flow from one node to another; against that direction it is negative.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Index of the node it starts at.
    pub from: usize,
    /// Index of the node it ends at.
    pub to: usize,
    /// What it is.
    pub element: Element,
}

/// What a link is.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// Shut: nothing passes.
    Closed,
    /// A pipe.
    Pipe {
        /// Its length.
        length_m: f64,
        /// Its inner diameter.
        diameter_m: f64,
        /// Wall roughness in mm for the laws with a viscosity, C for Hazen–Williams, n for
        /// Chezy–Manning.
        roughness: f64,
        /// Sum of the loss coefficients K of its fittings.
        minor: f64,
        /// Whether a flap keeps water from flowing back.
        check_valve: bool,
    },
    /// A pump that lifts from its first node to its second and lets nothing back.
    Pump {
        /// Lift against flow at full speed.
        curve: PumpCurve,
        /// Speed as a share of full speed; zero is off.
        speed: f64,
    },
    /// A valve that regulates.
    Valve {
        /// What it keeps.
        kind: ValveKind,
        /// Its inner diameter.
        diameter_m: f64,
        /// Loss coefficient K when fully open.
        minor: f64,
        /// Whether it regulates, and to what.
        position: Position,
    },
}

/// Lift of a pump against flow.
#[derive(Clone, Debug, PartialEq)]
pub enum PumpCurve {
    /// Nothing is known: it passes any flow without loss.
    Unknown,
    /// The same hydraulic power at any flow.
    Power {
        /// Lift times flow: power over density and gravity.
        lift_flow_m4_s: f64,
    },
    /// `shutoff − coefficient · flow^exponent`.
    Law {
        /// Lift at no flow, m.
        shutoff_m: f64,
        /// Loss of lift, m per (m³/s)^exponent.
        coefficient: f64,
        /// Power of the flow.
        exponent: f64,
        /// The flow it is made for; a start for the search.
        design_m3_s: f64,
    },
    /// Straight between points of flow in m³/s and lift in m, flows rising; its end pieces go on.
    Points(Vec<(f64, f64)>),
}

impl PumpCurve {
    /// The curve through one duty point: a third more lift at no flow, none at twice the flow.
    ///
    /// # Errors
    /// The duty must be positive.
    pub fn through(flow_m3_s: f64, lift_m: f64) -> Result<Self, FlowError> {
        let shutoff = 4.0 / 3.0 * lift_m;
        Self::through_three(shutoff, (flow_m3_s, lift_m), (2.0 * flow_m3_s, 0.0))
    }

    /// The power law through the lift at no flow and two further points of flow and lift.
    ///
    /// # Errors
    /// Flows must rise and lifts must fall.
    pub fn through_three(
        shutoff_m: f64,
        duty: (f64, f64),
        most: (f64, f64),
    ) -> Result<Self, FlowError> {
        let (first, second) = (shutoff_m - duty.1, shutoff_m - most.1);
        let falls = first > 0.0 && second > first && duty.0 > 0.0 && most.0 > duty.0;
        let exponent = libm::log(second / first) / libm::log(most.0 / duty.0);
        if !(falls && exponent > 0.0 && exponent <= 20.0) {
            return Err(FlowError::PumpCurve);
        }
        Ok(Self::Law {
            shutoff_m,
            coefficient: first / libm::pow(duty.0, exponent),
            exponent,
            design_m3_s: duty.0,
        })
    }

    /// Lift in m at a flow in m³/s and full speed; none where it is not known.
    pub fn lift_m(&self, flow_m3_s: f64) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Power { lift_flow_m4_s } => (flow_m3_s > 0.0).then(|| lift_flow_m4_s / flow_m3_s),
            Self::Law { shutoff_m, coefficient, exponent, .. } => {
                Some(shutoff_m - coefficient * libm::pow(flow_m3_s.max(0.0), *exponent))
            }
            Self::Points(points) => {
                let (intercept, slope) = linear::piece(points, flow_m3_s);
                Some(intercept + slope * flow_m3_s)
            }
        }
    }
}

/// What a valve keeps.
#[derive(Clone, Debug, PartialEq)]
pub enum ValveKind {
    /// The pressure behind it from rising above its setting in m (PRV).
    Reducing,
    /// The pressure before it from falling below its setting in m (PSV).
    Sustaining,
    /// A pressure loss of its setting in m (PBV).
    Breaker,
    /// The flow from exceeding its setting in m³/s (FCV).
    FlowControl,
    /// A loss coefficient K of its setting (TCV).
    Throttle,
    /// A loss in m that follows from flow in m³/s by a curve (GPV).
    Curve(Vec<(f64, f64)>),
}

/// Whether a valve regulates, and to what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Position {
    /// It keeps this setting, in the unit of its kind; a valve with a curve follows it whatever
    /// the number.
    Set(f64),
    /// It is held open; a valve with a curve follows its curve.
    Open,
    /// It is held shut.
    Closed,
}

/// Places, links and the law of friction.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The places.
    pub nodes: Vec<Node>,
    /// What joins them.
    pub links: Vec<Link>,
    /// How friction follows from flow.
    pub friction: Friction,
}

/// What a network does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solution {
    /// Head of each node.
    pub head_m: Vec<f64>,
    /// Flow of each link.
    pub flow_m3_s: Vec<f64>,
    /// Systems solved.
    pub iterations: u32,
    /// Whether flows, heads and states agree to the accuracy asked for.
    pub is_balanced: bool,
    /// State of each link.
    pub status: Vec<Status>,
    /// What leaves at each node: demand and emitter at junctions, the net inflow at nodes with a
    /// given head.
    pub outflow_m3_s: Vec<f64>,
}

/// Why a network has no solution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// A link hangs in the air.
    #[error("link {link} must join two different nodes out of {nodes}")]
    Ends {
        /// The link.
        link: usize,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A figure of a link is out of range.
    #[error("link {link}: {what}")]
    Link {
        /// The link.
        link: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// A figure of a node is out of range.
    #[error("node {node}: {what}")]
    Node {
        /// The node.
        node: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The viscosity is out of range.
    #[error("the kinematic viscosity must be positive and finite")]
    Viscosity,
    /// Part of the network is joined to no given head.
    #[error("node {node} is joined to no node with a given head; its pressure is undefined")]
    Afloat {
        /// A node of that part.
        node: usize,
    },
    /// The network is not the one the solver was made for.
    #[error("the network has other nodes or ends than the one this solver was made for")]
    OtherTopology,
    /// Points that make no pump curve.
    #[error("a pump curve needs rising flows and falling lifts")]
    PumpCurve,
    /// The system of a round could not be solved.
    #[error("the heads have no single answer: node {node} is not tied to anything")]
    Singular {
        /// The node.
        node: usize,
    },
    /// The rounds did not settle.
    #[error("flows do not settle within {iterations} rounds; the last still moved {change:.1e}")]
    Unbalanced {
        /// Rounds done.
        iterations: u32,
        /// Sum of the last changes of flow over the sum of flows.
        change: f64,
    },
}
