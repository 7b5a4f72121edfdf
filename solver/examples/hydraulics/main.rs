//! Water networks of EPANET and pandapipes, by the engine that checks the pipes of a site.
//!
//! `hydraulics FILE.inp [--repeat N]` runs an EPANET input file over its whole time with EPANET's
//! own friction laws, and prints one JSON object: the seconds one run took on average, and heads,
//! pressures, demands, flows, velocities and head losses at every report time, in metres, m³/s and
//! m/s; the head loss of a pipe is given per metre. `hydraulics FILE.json` solves a pandapipes case
//! with Colebrook–White, temperatures included where the case asks for them.

mod answer;
mod case;
mod inp;
mod pandapipes;
mod simulate;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Largest file that is read, bytes.
const LARGEST: u64 = 200_000_000;

fn main() -> ExitCode {
    let answer = asked().and_then(|(file, repeat)| solve(&file, repeat));
    let written = match &answer {
        Ok(line) => std::io::stdout().lock().write_all(line.as_bytes()),
        Err(complaint) => writeln!(std::io::stderr().lock(), "{complaint}"),
    };
    match (answer, written) {
        (Ok(_), Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

/// The file and how often it is run.
fn asked() -> Result<(PathBuf, u32), String> {
    let mut file = None;
    let mut repeat = 1;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--repeat") => {
                let value = arguments.next().and_then(|value| value.into_string().ok());
                repeat = value
                    .and_then(|value| value.parse().ok())
                    .filter(|repeat| (1..=1_000_000).contains(repeat))
                    .ok_or("--repeat needs a number from 1 to 1,000,000 after it")?;
            }
            Some(option) if option.starts_with("--") => {
                return Err(format!("{option}: unknown; the only option is --repeat N"));
            }
            _ if file.is_none() => file = Some(PathBuf::from(argument)),
            _ => return Err(format!("{}: one file at a time", argument.display())),
        }
    }
    let file = file.ok_or("name a file, as in: FILE.inp --repeat 10")?;
    Ok((file, repeat))
}

fn solve(file: &Path, repeat: u32) -> Result<String, String> {
    let text = read(file)?;
    let is_json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if is_json {
        let case = pandapipes::read(file, &text)?;
        let (solved, seconds) = timed(repeat, || case.solve())?;
        return answer::pandapipes(&case, &solved, seconds);
    }
    let case = inp::read(file, &text)?;
    let place = |complaint: String| format!("{}: {complaint}", file.display());
    let (moments, seconds) = timed(repeat, || simulate::run(&case)).map_err(place)?;
    Ok(answer::epanet(&case, &moments, seconds))
}

/// The last of several answers and the mean time of one.
fn timed<T>(repeat: u32, solve: impl Fn() -> Result<T, String>) -> Result<(T, f64), String> {
    let started = Instant::now();
    let mut last = solve()?;
    for _again in 1..repeat {
        last = solve()?;
    }
    Ok((last, started.elapsed().as_secs_f64() / f64::from(repeat)))
}

/// The text of a file; names in old files are not always UTF-8.
fn read(file: &Path) -> Result<String, String> {
    let name = file.display();
    let size = std::fs::metadata(file).map_err(|error| format!("{name}: {error}"))?.len();
    if size > LARGEST {
        return Err(format!("{name}: larger than {} MB", LARGEST / 1_000_000));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
