//! The plan of a modular data-centre campus and everything computed from it.
//!
//! This library is pure: no window, file, clock or environment, and the number of threads changes no
//! result. The same plan, catalogue, settings and seed give the same report, bit for bit, unless the caller's [`Monitor`] stops the
//! work early. A [`plan::Plan`] is the only ground state and changes only through
//! [`edit::Edit`]; [`evaluate`] turns it into a [`report::Report`].
//!
//! # What is decided
//!
//! Let `G = (V, E)` be the corridor graph ([`corridors`]), `k` the ports that must be served
//! ([`demand`]), `T_k` the sources that may serve `k`, and `P_k` the paths from `k` to `T_k`.
//!
//! ```text
//! min  Σ_e g_e L_e (a + b ⌈w_e⌉)  +  Σ_k v_k L(p_k)  +  Σ_e Σ_n L_e c(q_en)  +  Σ_n ρ Q_n H_n
//!      trenches                     cables, trunks       pipe pairs             pumping
//! p_k ∈ P_k
//! w_e  = bedding + gaps between disciplines + widths of what lies in e,  w_e ≤ limit_e
//! q_en = Σ of the flows of network n over e;  H_n ≥ friction on every path of n,  H_n ≤ H_max
//! Σ size_k over a unit ≤ its capacity;  members of a 2N pair share neither edge nor unit
//! ```
//!
//! `v_k` holds the first cost of the cables chosen for `k` ([`size::cable`]) and the present value
//! of their losses; `c` is the price of the diameter ([`size::pipe`]). [`route`] finds paths,
//! [`network`] settles sizes for what then shares a trench, with the exact optimum of the linear
//! programme for the diameters of each pipe tree ([`size::split`]), [`cost`] writes the bill,
//! [`check`] the findings, [`phases`] the plan over time, [`electrical`] and [`water`] solve what
//! flows, [`year`] the energy of a year of weather, [`contingency`] every single loss.
//! [`fabric`] follows with every cable and port of the high-performance network, which decides
//! nothing about the routes.
//!
//! # What is proved
//!
//! [`route::bound`] proves a lower bound on that cost by dual ascent, [`route::lagrange`] sharpens it.
//! [`check::verify`] certifies a report without sharing code with
//! what made it. [`provenance`] explains every figure by a formula that computes it again.

pub mod catalogue;
pub mod check;
pub mod contingency;
pub mod corridors;
pub mod cost;
pub mod demand;
pub mod edit;
pub mod electrical;
mod evaluate;
pub mod fabric;
pub mod generate;
pub mod geometry;
pub mod id;
pub mod live;
pub mod lp;
pub mod network;
pub mod phases;
pub mod physics;
pub mod plan;
pub mod provenance;
pub mod report;
pub mod route;
pub mod size;
pub mod sparse;
pub mod tree;
pub mod units;
pub mod water;
pub mod year;

pub use check::survey;
pub use evaluate::{Monitor, Progress, Settings, Silent, evaluate, improve};
