//! What a network must fulfil before it is solved.

use super::{Element, FlowError, Friction, Link, Network, Node, Position, PumpCurve, ValveKind};

impl Network {
    /// Checks every figure and that each node hangs on a given head.
    ///
    /// # Errors
    /// Names the first node or link that is wrong and what is wrong with it.
    pub fn check(&self) -> Result<(), FlowError> {
        self.check_figures()?;
        self.check_supply()
    }

    /// Checks every figure and every end.
    pub(crate) fn check_figures(&self) -> Result<(), FlowError> {
        match self.friction {
            Friction::DarcyWeisbach { viscosity_m2_s }
            | Friction::SwameeJain { viscosity_m2_s }
            | Friction::Colebrook { viscosity_m2_s } => {
                if !(viscosity_m2_s > 0.0 && viscosity_m2_s.is_finite()) {
                    return Err(FlowError::Viscosity);
                }
            }
            Friction::HazenWilliams | Friction::ChezyManning => {}
        }
        for (node, it) in self.nodes.iter().enumerate() {
            if let Some(what) = it.fault() {
                return Err(FlowError::Node { node, what });
            }
        }
        for (link, it) in self.links.iter().enumerate() {
            self.check_link(link, it)?;
        }
        Ok(())
    }

    fn check_link(&self, link: usize, it: &Link) -> Result<(), FlowError> {
        let nodes = self.nodes.len();
        if it.from == it.to || it.from >= nodes || it.to >= nodes {
            return Err(FlowError::Ends { link, nodes });
        }
        if let Some(what) = it.element.fault() {
            return Err(FlowError::Link { link, what });
        }
        let is_given = |node: usize| self.nodes[node].fixed_head().is_some();
        if it.element.regulates_a_node() && (is_given(it.from) || is_given(it.to)) {
            let what = "a valve that keeps a pressure or a flow needs junctions at both ends; \
                        put a short pipe between it and the tank or source";
            return Err(FlowError::Link { link, what });
        }
        Ok(())
    }

    /// Every node is joined to a given head, by whatever links.
    fn check_supply(&self) -> Result<(), FlowError> {
        let mut near = vec![Vec::new(); self.nodes.len()];
        for link in &self.links {
            near[link.from].push(link.to);
            near[link.to].push(link.from);
        }
        let mut is_joined: Vec<bool> =
            self.nodes.iter().map(|node| node.fixed_head().is_some()).collect();
        let mut open: Vec<usize> = (0..near.len()).filter(|&node| is_joined[node]).collect();
        while let Some(node) = open.pop() {
            for &next in &near[node] {
                if !std::mem::replace(&mut is_joined[next], true) {
                    open.push(next);
                }
            }
        }
        match is_joined.iter().position(|joined| !joined) {
            Some(node) => Err(FlowError::Afloat { node }),
            None => Ok(()),
        }
    }
}

impl Node {
    fn fault(&self) -> Option<&'static str> {
        let figures = match *self {
            Self::Junction { elevation_m, demand_m3_s } => [elevation_m, demand_m3_s, 0.0, 0.0],
            Self::Fixed { head_m } => [head_m, 0.0, 0.0, 0.0],
            Self::Tank { head_m, lowest_m, highest_m } => {
                if highest_m.is_nan() || highest_m < lowest_m {
                    return Some("a tank must be higher when full than when empty");
                }
                [head_m, lowest_m, 0.0, 0.0]
            }
            Self::Emitter { elevation_m, demand_m3_s, coefficient, exponent } => {
                if coefficient <= 0.0 || exponent <= 0.0 {
                    return Some("coefficient and exponent of an emitter must be positive");
                }
                [elevation_m, demand_m3_s, coefficient, exponent]
            }
        };
        let is_finite = figures.iter().all(|figure| figure.is_finite());
        (!is_finite).then_some("heights, heads and demands must be finite numbers")
    }
}

impl Element {
    /// Whether it sets the head of a node or breaks the network at a flow.
    fn regulates_a_node(&self) -> bool {
        match self {
            Self::Valve { kind, .. } => match kind {
                ValveKind::Reducing | ValveKind::Sustaining | ValveKind::FlowControl => true,
                ValveKind::Breaker | ValveKind::Throttle | ValveKind::Curve(_) => false,
            },
            Self::Closed | Self::Pipe { .. } | Self::Pump { .. } => false,
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let is_positive = |figure: f64| figure > 0.0 && figure.is_finite();
        match self {
            Self::Closed => None,
            Self::Pipe { length_m, diameter_m, roughness, minor, .. } => {
                let is_good = is_positive(*length_m)
                    && is_positive(*diameter_m)
                    && *roughness >= 0.0
                    && roughness.is_finite()
                    && *minor >= 0.0
                    && minor.is_finite();
                (!is_good).then_some(
                    "length and diameter must be positive, roughness and minor loss not negative",
                )
            }
            Self::Pump { curve, speed } => {
                if !(*speed >= 0.0 && speed.is_finite()) {
                    return Some("the speed of a pump must not be negative");
                }
                match curve {
                    PumpCurve::Unknown => None,
                    PumpCurve::Power { lift_flow_m4_s } => {
                        (!is_positive(*lift_flow_m4_s)).then_some("a pump needs positive power")
                    }
                    PumpCurve::Law { shutoff_m, coefficient, exponent, design_m3_s } => {
                        let all = [*shutoff_m, *coefficient, *exponent, *design_m3_s];
                        (!all.iter().all(|&figure| is_positive(figure)))
                            .then_some("all figures of a pump curve must be positive")
                    }
                    PumpCurve::Points(points) => (!rises(points))
                        .then_some("a pump curve needs two points or more with rising flows"),
                }
            }
            Self::Valve { kind, diameter_m, minor, position } => {
                let is_set = match position {
                    Position::Set(setting) => setting.is_finite(),
                    Position::Open | Position::Closed => true,
                };
                let follows = match kind {
                    ValveKind::Curve(points) => rises(points),
                    ValveKind::Reducing
                    | ValveKind::Sustaining
                    | ValveKind::Breaker
                    | ValveKind::FlowControl
                    | ValveKind::Throttle => true,
                };
                let is_good = is_set && is_positive(*diameter_m) && *minor >= 0.0;
                if !is_good {
                    Some("a valve needs a positive diameter and finite figures")
                } else if !follows {
                    Some("the curve of a valve needs two points or more with rising flows")
                } else {
                    None
                }
            }
        }
    }
}

fn rises(points: &[(f64, f64)]) -> bool {
    let is_finite = points.iter().all(|(flow, head)| flow.is_finite() && head.is_finite());
    points.len() >= 2 && is_finite && points.windows(2).all(|pair| pair[1].0 > pair[0].0)
}
