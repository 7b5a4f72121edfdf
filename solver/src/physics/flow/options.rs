//! How far the solver goes.

/// How far the rounds go and how often states are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Sum of the changes of flow in the last round, as a share of the sum of flows.
    pub accuracy: f64,
    /// Largest difference between the heads of a link and its loss, m.
    pub head_error_m: Option<f64>,
    /// Largest change of a flow in the last round, m³/s.
    pub flow_change_m3_s: Option<f64>,
    /// Rounds in which states may change.
    pub trials: u32,
    /// What happens when they do not suffice.
    pub unbalanced: Unbalanced,
    /// Rounds between two looks at flaps, pumps and tanks.
    pub check_every: u32,
    /// Last round of such looks before flows settle.
    pub check_until: u32,
    /// Share of changed flow below which steps are shortened and pressure valves are looked at;
    /// with zero they are looked at in every round.
    pub damp_limit: f64,
}

/// What happens when flows do not settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbalanced {
    /// It is an error.
    Refuse,
    /// This many rounds more with states as they are, then the flows are given as they are.
    Continue(u32),
}

impl Default for Options {
    /// Flows settle to 10⁻⁹, or there is an error.
    fn default() -> Self {
        Self {
            accuracy: 1e-9,
            head_error_m: None,
            flow_change_m3_s: None,
            trials: 200,
            unbalanced: Unbalanced::Refuse,
            check_every: 2,
            check_until: 10,
            damp_limit: 0.0,
        }
    }
}
