//! The plan of a modular data-centre campus and everything computed from it.
pub mod catalogue;
pub mod check;
pub mod corridors;
pub mod cost;
pub mod demand;
pub mod edit;
mod evaluate;
pub mod generate;
pub mod geometry;
pub mod id;
pub mod live;
pub mod lp;
pub mod network;
pub mod phases;
pub mod physics;
pub mod plan;
pub mod report;
pub mod route;
pub mod size;
pub mod units;

pub use check::survey;
pub use evaluate::{Monitor, Progress, Settings, Silent, evaluate, improve};
