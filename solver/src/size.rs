//! The smallest and cheapest things that do the job: cables, fibre, pipes, pumps, transformers.

pub mod branched;
pub mod cable;
pub mod equipment;
pub mod fibre;
pub mod layout;
pub mod looped;
pub mod pipe;
pub mod rating;
pub mod split;
