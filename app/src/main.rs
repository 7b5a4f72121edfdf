//! Stackyard: plans modular data-centre campuses in a window and on the command line.

mod action;
mod app;
mod camera;
mod cli;
mod command;
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
mod window;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
