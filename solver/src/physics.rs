//! The laws the sizes are judged by. Bare `f64` in SI units inside, as in the textbooks.

pub mod coolant;
pub mod flow;
pub mod hydraulics;
pub mod power;
