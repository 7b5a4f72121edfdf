//! The joint plan of all services in shared trenches.
//!
//! Given the corridor graph `G = (V, E)` and connections `k` with a size, an admissible set of
//! sources and a cost per metre, choose one path per connection so that
//!
//! ```text
//! min  Σ_e L_e g_e (a + b · w_e)          trenches: length, ground factor, base and width price
//!    + Σ_k v_k L(path_k)                  cables and trunks with the present value of losses
//!    + Σ_e Σ_n L_e P(q_en)                pipe pairs of each network n at flow q, pumping included
//! w_e = rounded-up width of what lies in e, at most the width limit of e
//! Σ size of the connections of a unit ≤ its capacity;  paths of a pair share no edge, no unit
//! ```
//!
//! [`search`] constructs and improves a plan, [`bound`] proves how much better any plan could be
//! by dual ascent, [`lagrange`] sharpens that.

mod anytime;
pub mod bound;
pub mod cables;
pub mod compact;
pub mod design;
mod diversity;
pub mod lagrange;
mod polish;
pub mod problem;
pub(crate) mod random;
pub mod search;
mod shortest;
pub mod state;

pub use problem::Problem;
pub use search::Outcome;
