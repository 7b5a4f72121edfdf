//! The window and the command line of Stackyard, as a library so that benches can measure them.

mod action;
mod app;
mod camera;
mod cli;
mod command;
mod diagram;
mod exchange;
mod format;
mod history;
mod icons;
mod look;
mod palette;
mod scene;
mod session;
#[cfg(test)]
mod stories;
mod theme;
mod tool;
mod view;
mod weather;
mod window;
mod worker;

use std::process::ExitCode;

pub use view::measure::Bench;

/// Runs what the arguments of the process ask for.
pub fn main() -> ExitCode {
    cli::main()
}
