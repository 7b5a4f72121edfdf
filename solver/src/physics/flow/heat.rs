//! Steady temperatures of a network whose flows are known.
//!
//! Each link takes water of the temperature of the node it flows from. On the way the difference
//! to the surroundings decays as `exp(−U L / ṁ c)`, which is exact for a straight pipe in steady
//! state with constant properties; heat taken up or given off shifts the outlet by `Q / ṁ c`. In a
//! node the inflows mix by mass flow, and everything flows out at the mixture. That makes one
//! linear equation a node, solved at once, closed loops included.

use crate::sparse::{Factor, Pattern};

/// Mass flow below which nothing is carried, kg/s.
const STILL: f64 = 1e-9;

/// A link that carries water.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Passage {
    /// Index of the node it starts at.
    pub from: usize,
    /// Index of the node it ends at.
    pub to: usize,
    /// Mass flow from start to end, kg/s; negative against that.
    pub mass_flow_kg_s: f64,
    /// Heat it loses for each kelvin above its surroundings, W/K: U value a metre times length.
    pub loss_w_per_k: f64,
    /// Temperature around it, in the scale of all others.
    pub ambient: f64,
    /// Heat it takes up, W; negative where it gives off.
    pub heat_w: f64,
}

/// A node with a given temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inlet {
    /// Its index.
    pub node: usize,
    /// Its temperature.
    pub temperature: f64,
}

/// Temperatures of nodes and links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Temperatures {
    /// Of each node; none where nothing flows.
    pub node: Vec<Option<f64>>,
    /// At the downstream end of each link, before it mixes; none where nothing flows.
    pub outlet: Vec<Option<f64>>,
    /// Heat each link loses to its surroundings, W.
    pub loss_w: Vec<f64>,
}

/// Why temperatures cannot be told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HeatError {
    /// A figure is out of range.
    #[error("link {link} has ends, flows or heat figures out of range")]
    Figure {
        /// The link.
        link: usize,
    },
    /// The specific heat is out of range.
    #[error("the specific heat must be positive and finite")]
    SpecificHeat,
    /// Water comes from nowhere with an unknown temperature.
    #[error("nothing flows into node {node} and its temperature is not given")]
    Unknown {
        /// The node.
        node: usize,
    },
    /// A loop turns without a given temperature or a loss that would settle it.
    #[error("the loop through node {node} has neither a given temperature nor a loss")]
    Endless {
        /// The node.
        node: usize,
    },
}

/// Temperatures of `nodes` nodes joined by passages, for water of a specific heat in J/(kg K).
///
/// # Errors
/// A figure is out of range, or a temperature depends on nothing that is given.
pub fn temperatures(
    nodes: usize,
    passages: &[Passage],
    inlets: &[Inlet],
    specific_heat: f64,
) -> Result<Temperatures, HeatError> {
    if !(specific_heat > 0.0 && specific_heat.is_finite()) {
        return Err(HeatError::SpecificHeat);
    }
    if let Some(link) = passages.iter().position(|passage| !passage.is_sound(nodes)) {
        return Err(HeatError::Figure { link });
    }
    let mut given = vec![None; nodes];
    for inlet in inlets {
        if let Some(own) = given.get_mut(inlet.node) {
            *own = Some(inlet.temperature);
        }
    }
    let mut inflow = vec![0.0; nodes];
    let mut has_outflow = vec![false; nodes];
    let moving = || passages.iter().filter(|passage| passage.mass_flow_kg_s.abs() > STILL);
    for passage in moving() {
        inflow[passage.downstream()] += passage.mass_flow_kg_s.abs();
        has_outflow[passage.upstream()] = true;
    }
    let mut rows = vec![None; nodes];
    let mut asked = Vec::new();
    for (node, row) in rows.iter_mut().enumerate() {
        if given[node].is_none() && inflow[node] > 0.0 {
            *row = Some(asked.len());
            asked.push(node);
        } else if given[node].is_none() && has_outflow[node] {
            return Err(HeatError::Unknown { node });
        }
    }
    let pattern = Pattern::new(
        asked.len(),
        moving().filter_map(|it| rows[it.upstream()].zip(rows[it.downstream()])),
    );
    let mut factor = Factor::<1>::new(&pattern);
    let mut side = vec![[0.0]; asked.len()];
    let mut add = |row: usize, column: usize, value: f64| {
        if let Some(slot) = pattern.slot(row, column) {
            factor.entry(slot)[0][0] += value;
        }
    };
    for passage in moving() {
        let Some(row) = rows[passage.downstream()] else { continue };
        let flow = passage.mass_flow_kg_s.abs();
        let (kept, shift) = passage.change(specific_heat);
        add(row, row, flow);
        side[row][0] += flow * shift;
        let upstream = passage.upstream();
        match (rows[upstream], given[upstream]) {
            (Some(column), _) => add(row, column, -flow * kept),
            (None, Some(temperature)) => side[row][0] += flow * kept * temperature,
            (None, None) => {}
        }
    }
    factor.factorise(&pattern).map_err(|singular| HeatError::Endless {
        node: asked.get(singular.unknown).copied().unwrap_or_default(),
    })?;
    factor.solve(&pattern, &mut side);
    let node: Vec<Option<f64>> =
        (0..nodes).map(|node| given[node].or_else(|| rows[node].map(|row| side[row][0]))).collect();
    // A loop that nothing settles may end as a huge figure instead of no pivot.
    let is_sound = |degrees: &Option<f64>| degrees.is_none_or(|degrees| degrees.abs() < 1e6);
    if let Some(node) = node.iter().position(|degrees| !is_sound(degrees)) {
        return Err(HeatError::Endless { node });
    }
    let mut outlet = Vec::with_capacity(passages.len());
    let mut loss_w = Vec::with_capacity(passages.len());
    for passage in passages {
        let inlet = node[passage.upstream()];
        let inlet = inlet.filter(|_| passage.mass_flow_kg_s.abs() > STILL);
        let (kept, shift) = passage.change(specific_heat);
        outlet.push(inlet.map(|inlet| kept * inlet + shift));
        let capacity = passage.mass_flow_kg_s.abs() * specific_heat;
        let lost = |inlet: f64| (1.0 - kept) * (inlet - passage.ambient) * capacity;
        loss_w.push(inlet.map_or(0.0, lost));
    }
    Ok(Temperatures { node, outlet, loss_w })
}

impl Passage {
    fn upstream(&self) -> usize {
        if self.mass_flow_kg_s < 0.0 { self.to } else { self.from }
    }

    fn downstream(&self) -> usize {
        if self.mass_flow_kg_s < 0.0 { self.from } else { self.to }
    }

    /// The outlet is the inlet times the first, plus the second.
    fn change(&self, specific_heat: f64) -> (f64, f64) {
        let capacity = self.mass_flow_kg_s.abs().max(STILL) * specific_heat;
        let kept = libm::exp(-self.loss_w_per_k / capacity);
        (kept, (1.0 - kept) * self.ambient + self.heat_w / capacity)
    }

    fn is_sound(&self, nodes: usize) -> bool {
        self.from < nodes
            && self.to < nodes
            && self.from != self.to
            && self.loss_w_per_k >= 0.0
            && [self.mass_flow_kg_s, self.loss_w_per_k, self.ambient, self.heat_w]
                .iter()
                .all(|figure| figure.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_pipe_cools_as_pandapipes_says() {
        // 100 m, 75 mm, 100 W/(m²K), 3 kg/s, from 363.15 to 293.15 K around it: 351.17161 K.
        let passage = Passage {
            from: 0,
            to: 1,
            mass_flow_kg_s: 3.0,
            loss_w_per_k: 100.0 * std::f64::consts::PI * 0.075 * 100.0,
            ambient: 293.15,
            heat_w: 0.0,
        };
        let inlet = Inlet { node: 0, temperature: 363.15 };
        let found = temperatures(2, &[passage], &[inlet], 4_184.777_801_948_556).unwrap();
        let outlet = found.node[1].unwrap();
        assert!((outlet - 351.171_606_4).abs() < 1e-4, "{outlet}");
    }

    #[test]
    fn a_closed_loop_turns_at_the_temperature_its_cooler_gives() {
        let leg = |from, to, heat_w| Passage {
            from,
            to,
            mass_flow_kg_s: 10.0,
            loss_w_per_k: 0.0,
            ambient: 10.0,
            heat_w,
        };
        // Node 0 is what the cooler gives; the load heats by 400 kW, which is 10 K here.
        let passages = [leg(0, 1, 0.0), leg(1, 2, 400e3), leg(2, 0, 0.0)];
        let inlet = Inlet { node: 0, temperature: 40.0 };
        let found = temperatures(3, &passages, &[inlet], 4000.0).unwrap();
        for (found, wanted) in found.node.iter().zip([40.0, 40.0, 50.0]) {
            assert!((found.unwrap() - wanted).abs() < 1e-9, "{found:?} {wanted}");
        }
    }

    #[test]
    fn a_loop_without_anything_given_is_refused() {
        let leg = |from, to| Passage { from, to, mass_flow_kg_s: 1.0, ..Passage::default() };
        let error = temperatures(2, &[leg(0, 1), leg(1, 0)], &[], 4000.0).unwrap_err();
        assert!(matches!(error, HeatError::Endless { .. }), "{error}");
    }

    proptest! {
        /// What goes in less what is lost comes out, and mixtures lie between their parts.
        #[test]
        fn heat_is_kept(
            flows in prop::collection::vec(0.1..5.0_f64, 1..6),
            losses in prop::collection::vec(0.0..5000.0_f64, 6),
            inlets in prop::collection::vec(20.0..90.0_f64, 6),
        ) {
            // Several sources meet in one node that feeds one more pipe, laid backwards.
            let meeting = flows.len();
            let total: f64 = flows.iter().sum();
            let mut passages: Vec<Passage> = flows
                .iter()
                .zip(&losses)
                .enumerate()
                .map(|(from, (&mass_flow_kg_s, &loss_w_per_k))| Passage {
                    from,
                    to: meeting,
                    mass_flow_kg_s,
                    loss_w_per_k,
                    ambient: 10.0,
                    heat_w: 0.0,
                })
                .collect();
            passages.push(Passage {
                from: meeting + 1,
                to: meeting,
                mass_flow_kg_s: -total,
                loss_w_per_k: 700.0,
                ambient: 10.0,
                heat_w: 5e4,
            });
            let given: Vec<Inlet> = (0..meeting)
                .map(|node| Inlet { node, temperature: inlets[node] })
                .collect();
            let heat = 4180.0;
            let found = temperatures(meeting + 2, &passages, &given, heat).expect("all is given");
            let last = found.node[meeting + 1].expect("it flows");
            let brought: f64 = flows.iter().zip(&inlets).map(|(m, t)| m * heat * t).sum();
            let lost: f64 = found.loss_w.iter().sum();
            let gap = brought + 5e4 - lost - total * heat * last;
            prop_assert!(gap.abs() < 1e-6 * brought, "{gap}");
            let mixed = found.node[meeting].expect("it flows");
            prop_assert!((10.0..=90.0).contains(&mixed));
        }
    }
}
