//! Power flow and short circuits of public networks, by the engine that checks a site.
//!
//! `powerflow FILE.json` reads bus, branch and generator arrays as MATPOWER has them, or a network
//! that pandapower wrote, and prints one JSON object. `--repeat N` solves N times from the start
//! and prints the mean time; `--short-circuit max` or `min` prints the currents of IEC 60909
//! instead of a flow.

mod answer;
mod frames;
mod matpower;
mod model;
mod pandapower;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;
use stackyard_solver::physics::power::short_circuit::Extreme;

use crate::pandapower::Purpose;

/// Largest file that is read, bytes.
const LARGEST: u64 = 500_000_000;

/// What is asked for.
struct Request {
    file: PathBuf,
    repeat: u32,
    extreme: Option<Extreme>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this program answers on stdout")]
fn main() -> ExitCode {
    match request().and_then(|request| run(&request)) {
        Ok(value) => {
            println!("{value}");
            let failed = value.get("converged") == Some(&Value::Bool(false));
            if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn request() -> Result<Request, String> {
    let mut request = Request { file: PathBuf::new(), repeat: 1, extreme: None };
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().and_then(|value| value.into_string().ok());
        match argument.to_str() {
            Some("--repeat") => {
                let number = value().and_then(|text| text.parse().ok());
                request.repeat = number
                    .filter(|&number| number > 0)
                    .ok_or("--repeat needs a whole number from 1 after it")?;
            }
            Some("--short-circuit") => {
                request.extreme = Some(match value().as_deref() {
                    Some("max") => Extreme::Max,
                    Some("min") => Extreme::Min,
                    Some(_) | None => return Err("--short-circuit needs max or min".to_owned()),
                });
            }
            Some(option) if option.starts_with("--") => {
                return Err(format!("{option}: unknown; known: --repeat, --short-circuit"));
            }
            _ if request.file.as_os_str().is_empty() => request.file = argument.into(),
            _ => return Err(format!("{}: one file at a time", argument.display())),
        }
    }
    if request.file.as_os_str().is_empty() {
        return Err("name the file of a network, as in: case14.json --repeat 100".to_owned());
    }
    Ok(request)
}

fn run(request: &Request) -> Result<Value, String> {
    let name = request.file.display();
    let named = |reason: String| format!("{name}: {reason}");
    let size = std::fs::metadata(&request.file).map_err(|error| named(error.to_string()))?.len();
    if size > LARGEST {
        return Err(named(format!("larger than {} MB", LARGEST / 1_000_000)));
    }
    let text = std::fs::read_to_string(&request.file).map_err(|error| named(error.to_string()))?;
    let file: Value =
        serde_json::from_str(&text).map_err(|error| named(format!("is not JSON: {error}")))?;
    let is_arrays = file.get("baseMVA").is_some();
    let solved = match request.extreme {
        None if is_arrays => matpower::read(&file).and_then(|m| answer::flow(&m, request.repeat)),
        None => pandapower::read(&file, Purpose::Flow)
            .and_then(|model| answer::flow(&model, request.repeat)),
        Some(_) if is_arrays => Err("short circuits need a network from pandapower".to_owned()),
        Some(extreme) => pandapower::read(&file, Purpose::Fault(extreme))
            .and_then(|model| answer::faults(&model, extreme)),
    };
    solved.map_err(named)
}
