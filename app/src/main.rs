//! Stackyard: plans modular data-centre campuses in a window and on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    stackyard_app::main()
}
