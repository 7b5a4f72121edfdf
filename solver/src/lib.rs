//! The plan of a modular data-centre campus and everything computed from it.
pub mod catalogue;
pub mod corridors;
pub mod demand;
pub mod edit;
pub mod geometry;
pub mod id;
pub mod lp;
pub mod plan;
pub mod report;
pub mod units;
pub mod physics;
pub mod route;
pub mod size;
