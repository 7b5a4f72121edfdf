//! What both formats are read into: a network in per unit, and what its parts are called.

use stackyard_solver::physics::power::{Bus, Network};

/// A network and the names of its parts.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// The network, p.u.
    pub(crate) network: Network,
    /// Nominal voltage of each of its nodes, kV.
    pub(crate) nominal_kv: Vec<f64>,
    /// Power that is 1 p.u., MVA.
    pub(crate) base_mva: f64,
    /// Buses of the file.
    pub(crate) buses: Vec<Named>,
    /// Lines of the file.
    pub(crate) lines: Vec<Line>,
    /// Transformers of the file.
    pub(crate) transformers: Vec<Transformer>,
    /// Feeders, where the network is read for a short circuit.
    pub(crate) feeders: Vec<Feeder>,
    /// Whether the file tells lines from transformers.
    pub(crate) has_kinds: bool,
}

/// A bus of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    /// Its name there.
    pub(crate) id: i64,
    /// The node it became.
    pub(crate) node: usize,
    /// Whether it is in service.
    pub(crate) on: bool,
}

/// A line of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Its name there.
    pub(crate) id: i64,
    /// The branch it became.
    pub(crate) branch: usize,
    /// Current it carries at most, kA.
    pub(crate) limit_ka: f64,
}

/// A transformer of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transformer {
    /// Its name there.
    pub(crate) id: i64,
    /// The branch it became.
    pub(crate) branch: usize,
    /// Rated power of all units, MVA.
    pub(crate) rated_mva: f64,
    /// Rated voltages, kV.
    pub(crate) rated_kv: (f64, f64),
}

/// A feeder with its short-circuit power.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feeder {
    /// The node it feeds.
    pub(crate) node: usize,
    /// Short-circuit power there, MVA.
    pub(crate) power_mva: f64,
    /// Resistance over reactance.
    pub(crate) r_to_x: f64,
}

impl Model {
    /// Adds a node of a nominal voltage.
    pub(crate) fn add(&mut self, bus: Bus, nominal_kv: f64) -> usize {
        self.network.buses.push(bus);
        self.nominal_kv.push(nominal_kv);
        self.network.buses.len() - 1
    }
}
