//! Pipe networks whose diameters are to be chosen: places, arcs, what each may be built as.

mod law;

pub(super) use law::Law;
pub use law::{EPANET_CONSTANT, EPANET_EXPONENT, Friction};

use super::branched::{self, Root, Stretch, Tree};
use crate::physics::flow;

/// A network to be sized. Every number is finite unless a field says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Sources and consumers.
    pub places: Vec<Place>,
    /// Where pipes lie or may lie; all must be built.
    pub arcs: Vec<Arc>,
    /// How friction follows from flow.
    pub friction: Friction,
}

/// Where arcs meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Its head is given, and it takes or gives whatever that asks for.
    Source {
        /// The head.
        head_m: f64,
    },
    /// What is taken here is given.
    Consumer {
        /// Flow taken; negative where it is fed in.
        flow_m3_s: f64,
        /// Least head; minus infinity where any will do.
        head_min_m: f64,
        /// Most head; infinite where any will do.
        head_max_m: f64,
    },
}

/// A way from one place to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// Place where flow counted positive comes from.
    pub from: usize,
    /// Place where it goes to.
    pub to: usize,
    /// Length.
    pub length_m: f64,
    /// What it may be built as; one choice where nothing is left to decide.
    pub choices: Vec<Choice>,
    /// Most speed of the water; infinite where any will do.
    pub speed_max_m_s: f64,
}

/// Pipes side by side and what they cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The pipes, at least one; those already in the ground too.
    pub pipes: Vec<Pipe>,
    /// Price of a metre.
    pub cost_per_m: f64,
}

/// A pipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pipe {
    /// Inner diameter.
    pub diameter_m: f64,
    /// C for Hazen–Williams, mm for Darcy–Weisbach.
    pub roughness: f64,
}

/// Why a network cannot be sized.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// An arc is not usable.
    #[error("arc {arc}: {what}")]
    Arc {
        /// Its index.
        arc: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// A place is not usable.
    #[error("place {place}: {what}")]
    Place {
        /// Its index.
        place: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// Friction is out of range.
    #[error("the constants of friction must be positive and finite")]
    Friction,
}

impl Layout {
    /// Checks every figure, and that each place is joined to a source.
    ///
    /// # Errors
    /// Names the first arc or place that is wrong and what is wrong with it.
    pub fn check(&self) -> Result<(), LayoutError> {
        if !self.friction.is_sound() {
            return Err(LayoutError::Friction);
        }
        for (place, own) in self.places.iter().enumerate() {
            let is_sound = match *own {
                Place::Source { head_m } => head_m.is_finite(),
                Place::Consumer { flow_m3_s, head_min_m, head_max_m } => {
                    flow_m3_s.is_finite() && head_min_m <= head_max_m && head_min_m < f64::INFINITY
                }
            };
            if !is_sound {
                let what = "its flow and heads must be finite, its least head at most its most";
                return Err(LayoutError::Place { place, what });
            }
        }
        for (arc, own) in self.arcs.iter().enumerate() {
            let checked = own.check(self.places.len(), self.friction);
            checked.map_err(|what| LayoutError::Arc { arc, what })?;
        }
        self.paths_from_sources().iter().position(Option::is_none).map_or(Ok(()), |place| {
            let what = "no arcs join it to a source; add an arc or remove the place";
            Err(LayoutError::Place { place, what })
        })
    }

    /// Cost of a choice for every arc.
    pub fn cost(&self, choices: &[usize]) -> f64 {
        let costs = self.arcs.iter().zip(choices);
        costs.map(|(arc, &choice)| arc.choices[choice].cost_per_m * arc.length_m).sum()
    }

    /// The network that a choice for every arc makes, for [`flow::Solver`]; the pipes of an arc
    /// follow each other.
    pub fn built(&self, choices: &[usize]) -> flow::Network {
        let nodes = self.places.iter().map(|place| match *place {
            Place::Source { head_m } => flow::Node::Fixed { head_m },
            Place::Consumer { flow_m3_s, .. } => {
                // Elevation matters only to pressures, which nobody asks for here.
                flow::Node::Junction { elevation_m: 0.0, demand_m3_s: flow_m3_s }
            }
        });
        let mut links = Vec::with_capacity(self.arcs.len());
        for (arc, &choice) in self.arcs.iter().zip(choices) {
            links.extend(arc.choices[choice].pipes.iter().map(|pipe| flow::Link {
                from: arc.from,
                to: arc.to,
                element: flow::Element::Pipe {
                    length_m: arc.length_m,
                    diameter_m: pipe.diameter_m,
                    roughness: self.friction.roughness(*pipe),
                    minor: 0.0,
                    check_valve: false,
                },
            }));
        }
        flow::Network { nodes: nodes.collect(), links, friction: self.friction.as_flow() }
    }

    /// By how much each place is short of head, m; negative where it has too much, zero where all
    /// is well. Computed by [`flow`], which shares no code with the search.
    ///
    /// # Errors
    /// Where the flows of the network cannot be computed.
    pub fn shortages(&self, choices: &[usize]) -> Result<Vec<f64>, flow::FlowError> {
        let network = self.built(choices);
        let solved = flow::Solver::new(&network)?.solve(&network)?;
        let lack = |(place, head): (&Place, &f64)| match *place {
            Place::Source { .. } => 0.0,
            Place::Consumer { head_min_m, head_max_m, .. } => {
                (head_min_m - head).max(0.0) + (head_max_m - head).min(0.0)
            }
        };
        Ok(self.places.iter().zip(&solved.head_m).map(lack).collect())
    }

    /// The network as a tree with the arc of each stretch, where it is one: connected, without
    /// loops, with one source, and nothing limited but the least heads and the speed.
    pub fn as_tree(&self) -> Option<(Tree, Vec<usize>)> {
        let is_bounded = |place: &Place| matches!(place, Place::Consumer { head_max_m, .. } if head_max_m.is_finite());
        if self.places.iter().any(is_bounded) || self.arcs.len() + 1 != self.places.len() {
            return None;
        }
        let mut sources = self.places.iter().filter_map(|place| match *place {
            Place::Source { head_m } => Some(head_m),
            Place::Consumer { .. } => None,
        });
        let (head, None) = (sources.next()?, sources.next()) else { return None };
        self.check().ok()?;
        let (stretches, arcs) = self.stretches(&self.paths_from_sources())?;
        Some((Tree { stretches, root: Root::fixed(head) }, arcs))
    }

    /// How each place is reached on its shortest way from a source; none where it is not.
    pub(super) fn paths_from_sources(&self) -> Vec<Option<Step>> {
        let mut steps: Vec<Option<Step>> = vec![None; self.places.len()];
        let mut near: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for (index, arc) in self.arcs.iter().enumerate() {
            near[arc.from].push(index);
            near[arc.to].push(index);
        }
        let mut queue = std::collections::BTreeSet::new();
        for (place, own) in self.places.iter().enumerate() {
            if let Place::Source { .. } = own {
                steps[place] = Some(Step { arc: None, far: 0.0 });
                queue.insert((0, place));
            }
        }
        // The order of positive floats is that of their bits.
        while let Some((bits, place)) = queue.pop_first() {
            let far = f64::from_bits(bits);
            for &index in &near[place] {
                let arc = &self.arcs[index];
                let next = if arc.from == place { arc.to } else { arc.from };
                let way = far + arc.length_m;
                let is_better = steps[next].is_none_or(|step| way < step.far);
                if is_better && !matches!(self.places[next], Place::Source { .. }) {
                    if let Some(old) = steps[next] {
                        queue.remove(&(old.far.to_bits(), next));
                    }
                    steps[next] = Some(Step { arc: Some(index), far: way });
                    queue.insert((way.to_bits(), next));
                }
            }
        }
        steps
    }

    /// The tree of the shortest ways with all flow on it, parents first, and the arc of each
    /// stretch; heads of other sources than the highest are losses on a stretch of their own. None
    /// where a flow is too fast for every choice of its arc.
    pub(super) fn stretches(&self, steps: &[Option<Step>]) -> Option<(Vec<Stretch>, Vec<usize>)> {
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        let far = |place: &usize| steps[*place].map_or(f64::INFINITY, |step| step.far);
        let arc_of = |place: usize| steps[place].and_then(|step| step.arc);
        let before =
            |place: usize| arc_of(place).map(|arc| self.arcs[arc].from + self.arcs[arc].to - place);
        // A step of no length must not come before the one it follows.
        let mut depth = vec![0_usize; self.places.len()];
        order.sort_by(|a, b| far(a).total_cmp(&far(b)));
        for &place in &order {
            let mut at = place;
            while let Some(next) = before(at) {
                at = next;
                depth[place] += 1;
            }
        }
        order.sort_by_key(|&place| depth[place]);
        let mut flows: Vec<f64> = self.places.iter().map(Place::taken).collect();
        for &place in order.iter().rev() {
            if let Some(next) = before(place) {
                flows[next] += flows[place];
            }
        }
        let mut number = vec![None; self.places.len()];
        let (mut stretches, mut arcs) = (Vec::new(), Vec::new());
        let highest = self.highest_source();
        for &place in &order {
            let Place::Consumer { head_min_m, .. } = self.places[place] else {
                let Place::Source { head_m } = self.places[place] else { continue };
                if head_m < highest {
                    number[place] = Some(stretches.len());
                    let drop = branched::Choice { loss: highest - head_m, cost: 0.0 };
                    let need = f64::NEG_INFINITY;
                    stretches.push(Stretch { parent: None, need, choices: vec![drop] });
                    arcs.push(usize::MAX);
                }
                continue;
            };
            let (Some(arc), Some(above)) = (arc_of(place), before(place)) else { continue };
            let choices = self.arcs[arc].on_tree(self.friction, flows[place])?;
            number[place] = Some(stretches.len());
            stretches.push(Stretch { parent: number[above], need: head_min_m, choices });
            arcs.push(arc);
        }
        Some((stretches, arcs))
    }

    pub(super) fn highest_source(&self) -> f64 {
        let heads = self.places.iter().filter_map(|place| match *place {
            Place::Source { head_m } => Some(head_m),
            Place::Consumer { .. } => None,
        });
        heads.fold(f64::NEG_INFINITY, f64::max)
    }
}

/// How a place is reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The last arc of the way; none at a source.
    pub(super) arc: Option<usize>,
    /// Length of the way, m.
    pub(super) far: f64,
}

impl Place {
    /// What is taken here; nothing is known of a source.
    pub(super) fn taken(&self) -> f64 {
        match *self {
            Self::Source { .. } => 0.0,
            Self::Consumer { flow_m3_s, .. } => flow_m3_s,
        }
    }
}

impl Arc {
    fn check(&self, places: usize, friction: Friction) -> Result<(), &'static str> {
        let is_sound = |pipe: &Pipe| {
            pipe.diameter_m > 0.0
                && pipe.diameter_m.is_finite()
                && pipe.roughness.is_finite()
                && friction.accepts(pipe.roughness)
        };
        if self.from >= places || self.to >= places || self.from == self.to {
            return Err("it must join two different places");
        }
        let has_length = self.length_m > 0.0 && self.length_m.is_finite();
        if !has_length || self.speed_max_m_s.is_nan() || self.speed_max_m_s <= 0.0 {
            return Err("its length and its highest speed must be above zero");
        }
        if self.choices.is_empty() || self.choices.iter().any(|choice| choice.pipes.is_empty()) {
            return Err("it has no choice, or one without a pipe");
        }
        let is_priced = |choice: &Choice| choice.cost_per_m.is_finite() && choice.cost_per_m >= 0.0;
        if !self.choices.iter().all(is_priced) {
            return Err("a price must be a number from zero");
        }
        if !self.choices.iter().flat_map(|choice| &choice.pipes).all(is_sound) {
            return Err("a diameter must be above zero, a roughness from zero, C above zero");
        }
        Ok(())
    }

    /// Flow at which the fastest pipe of a choice reaches the highest speed.
    pub(super) fn most_flow(&self, friction: Friction, choice: &Choice) -> f64 {
        if self.speed_max_m_s.is_infinite() {
            return f64::INFINITY;
        }
        let law = |pipe: &Pipe| Law::new(friction, std::slice::from_ref(pipe), self.length_m);
        let at_limit = choice.pipes.iter().map(|pipe| {
            let area = std::f64::consts::FRAC_PI_4 * pipe.diameter_m * pipe.diameter_m;
            law(pipe).loss(self.speed_max_m_s * area).0
        });
        let loss = at_limit.fold(f64::INFINITY, f64::min);
        choice.pipes.iter().map(|pipe| law(pipe).flow(loss)).sum()
    }

    /// Loss and cost of each choice at a flow that is given; choices too fast for it are given a
    /// loss that nobody can pay for. None where that is all of them.
    fn on_tree(&self, friction: Friction, flow: f64) -> Option<Vec<branched::Choice>> {
        let choices: Vec<branched::Choice> = self
            .choices
            .iter()
            .map(|choice| {
                let law = Law::new(friction, &choice.pipes, self.length_m);
                let is_slow = flow.abs() <= self.most_flow(friction, choice);
                let (loss, cost) = (law.loss(flow).0, choice.cost_per_m * self.length_m);
                let dear = if is_slow { 0.0 } else { TOO_FAST };
                branched::Choice { loss: loss + dear, cost: cost + dear }
            })
            .collect();
        choices.iter().any(|choice| choice.loss < TOO_FAST / 2.0).then_some(choices)
    }
}

/// Loss, m, and cost of what must not be built; far above both of anything else.
const TOO_FAST: f64 = 1e12;
