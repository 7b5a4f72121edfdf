//! What the programs for foreign cases share: their command line and their one line of JSON.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A case to solve, as asked for on the command line.
#[derive(Debug)]
pub(crate) struct Request {
    /// The file that holds it.
    pub(crate) file: PathBuf,
    /// When to stop.
    pub(crate) seconds: f64,
    /// Most that one cable serves, where the case asks for it.
    #[allow(dead_code, reason = "only cable layouts have a capacity")]
    pub(crate) capacity: Option<u32>,
    started: Instant,
}

impl Request {
    /// Reads `FILE [--seconds S] [--capacity N]`.
    pub(crate) fn from_arguments() -> Result<Self, String> {
        let mut request =
            Self { file: PathBuf::new(), seconds: 10.0, capacity: None, started: Instant::now() };
        let mut arguments = std::env::args_os().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = |name: &str| {
                arguments
                    .next()
                    .and_then(|value| value.into_string().ok())
                    .ok_or_else(|| format!("{name} needs a number after it"))
            };
            match argument.to_str() {
                Some("--seconds") => {
                    let text = value("--seconds")?;
                    request.seconds = text
                        .parse()
                        .ok()
                        .filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
                        .ok_or_else(|| format!("--seconds {text}: not a number from 0"))?;
                }
                Some("--capacity") => {
                    let text = value("--capacity")?;
                    let number = text.parse().ok().filter(|capacity| *capacity > 0);
                    request.capacity = Some(
                        number.ok_or_else(|| format!("--capacity {text}: not a number from 1"))?,
                    );
                }
                Some(option) if option.starts_with("--") => {
                    return Err(format!("{option}: unknown; known are --seconds and --capacity"));
                }
                _ if request.file.as_os_str().is_empty() => request.file = argument.into(),
                _ => return Err(format!("{}: one file at a time", argument.display())),
            }
        }
        if request.file.as_os_str().is_empty() {
            return Err("name the file of a case, as in: FILE --seconds 10".to_owned());
        }
        Ok(request)
    }

    /// The text of the case.
    pub(crate) fn text(&self) -> Result<String, String> {
        let file = self.file.display();
        let bytes = std::fs::metadata(&self.file).map_err(|error| format!("{file}: {error}"))?;
        if bytes.len() > LARGEST {
            return Err(format!("{file}: larger than {} MB", LARGEST / 1_000_000));
        }
        std::fs::read_to_string(&self.file).map_err(|error| format!("{file}: {error}"))
    }

    /// Whether there is time left.
    pub(crate) fn has_time(&self) -> bool {
        self.started.elapsed() < Duration::from_secs_f64(self.seconds.min(1e9))
    }

    /// The line that every program prints: one JSON object.
    pub(crate) fn answer(&self, cost: f64, bound: f64, optimal: bool) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        format!(
            r#"{{"cost": {}, "bound": {}, "seconds": {seconds:.3}, "optimal": {optimal}}}"#,
            number(cost),
            number(bound)
        )
    }
}

/// Largest case that is read, bytes.
const LARGEST: u64 = 200_000_000;

/// A number as JSON has it: no infinities.
fn number(value: f64) -> String {
    if value.is_finite() { format!("{value}") } else { "null".to_owned() }
}

/// Runs a program and turns its complaint into an exit code.
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "these programs answer on stdout")]
pub(crate) fn run(
    solve: impl FnOnce(&Request) -> Result<String, String>,
) -> std::process::ExitCode {
    match Request::from_arguments().and_then(|request| solve(&request)) {
        Ok(line) => {
            println!("{line}");
            std::process::ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            std::process::ExitCode::from(2)
        }
    }
}

/// A complaint that names the file and the line, counted from 1.
#[allow(dead_code, reason = "a JSON reader names its own lines")]
pub(crate) fn at(file: &Path, line: usize, reason: &str) -> String {
    format!("{}:{line}: {reason}", file.display())
}
