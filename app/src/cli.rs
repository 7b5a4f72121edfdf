//! The command line: every job of the window without a window.
//!
//! Results go to standard output, progress and messages to standard error. `check` tells its
//! verdict by exit code: 0 accepted, 1 refused, 2 could not run.

mod generate;
mod monitor;
mod mps;
mod output;
mod solve;
mod year;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::{Args, Parser, Subcommand, ValueEnum};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::Effort;

use crate::diagram::Kind;
use crate::exchange::Format;

/// Plans modular data-centre campuses: placement, power, cooling and network in shared trenches,
/// costs, checks and exports.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The plan to open in the window; JUPITER where none is given.
    plan: Option<PathBuf>,
    #[command(subcommand)]
    job: Option<Job>,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// Route, size, cost and bound a plan.
    Solve {
        /// The plan.
        plan: PathBuf,
        #[command(flatten)]
        search: SearchArguments,
        /// Write the report as JSON to a file, or to standard output with `-`.
        #[arg(long, value_name = "FILE|-")]
        json: Option<PathBuf>,
    },
    /// Accept or refuse a plan with reasons: exit code 0 accepted, 1 refused, 2 could not run.
    Check {
        /// The plan.
        plan: PathBuf,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Print the bill of quantities.
    Cost {
        /// The plan.
        plan: PathBuf,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Compute the energy of a year of weather: PUE, WUE, ERF, ERE, cost and emissions.
    Year {
        /// The plan.
        plan: PathBuf,
        /// Weather file (EPW) instead of the one the plan names or the one that ships.
        #[arg(long, value_name = "FILE.epw")]
        weather: Option<PathBuf>,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Write a plan and its results in a format of other tools, or a diagram of it.
    Export {
        /// The plan.
        plan: PathBuf,
        /// The format.
        #[arg(long, required_unless_present = "diagram", conflicts_with = "diagram")]
        format: Option<Format>,
        /// The diagram; the ending of the file says whether as drawing (svg) or picture (png).
        #[arg(long)]
        diagram: Option<Kind>,
        /// The file, or the folder for csv.
        #[arg(long, short)]
        out: PathBuf,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Draw a plan to a picture.
    Render {
        /// The plan.
        plan: PathBuf,
        /// The picture.
        #[arg(long)]
        out: PathBuf,
        /// Width and height in pixels, `1920x1080`.
        #[arg(long, value_parser = parse_size, default_value = "1920x1080")]
        size: (u32, u32),
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Make a realistic campus of any size.
    Generate {
        /// How many containers.
        #[arg(long)]
        containers: usize,
        /// Start of its random choices.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The plan to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the routing problem as a compact mixed-integer programme in MPS, for other solvers.
    Mps {
        /// The plan.
        plan: PathBuf,
        /// The MPS file.
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, Args)]
struct SearchArguments {
    /// How thorough the search is.
    #[arg(long, value_enum, default_value_t = EffortArgument::Explore)]
    effort: EffortArgument,
    /// Stop the search after so many seconds.
    #[arg(long, value_parser = parse_seconds)]
    seconds: Option<f64>,
    /// Start of the search's random numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EffortArgument {
    /// A good plan within a second.
    Explore,
    /// A better one within seconds.
    Good,
    /// Until the gap is closed or the clock says stop.
    Defend,
}

impl From<EffortArgument> for Effort {
    fn from(argument: EffortArgument) -> Self {
        match argument {
            EffortArgument::Explore => Self::Explore,
            EffortArgument::Good => Self::Good,
            EffortArgument::Defend => Self::Defend,
        }
    }
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once(['x', 'X']).and_then(|(width, height)| {
        Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
    });
    match sides {
        Some((width @ 64..=16_384, height @ 64..=16_384)) => Ok((width, height)),
        Some(_) | None => {
            Err(format!("`{text}` is not a size; use WIDTHxHEIGHT with 64 to 16384 pixels"))
        }
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=1e7).contains(&seconds) => Ok(seconds),
        Ok(_) | Err(_) => Err(format!("`{text}` is not a number of seconds")),
    }
}

/// Runs what the arguments ask for.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked_for = !error.use_stderr();
            // Nothing can be told to a closed terminal.
            let _printed = error.print();
            return if asked_for { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let result = match arguments.job {
        None => crate::window::run(arguments.plan).map(|()| ExitCode::SUCCESS),
        Some(job) => run(&job),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            output::message(&format!("stackyard: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(job: &Job) -> anyhow::Result<ExitCode> {
    match job {
        Job::Solve { plan, search, json } => solve::solve(plan, search, json.as_deref()),
        Job::Check { plan, search } => solve::check(plan, search),
        Job::Cost { plan, search } => solve::cost(plan, search),
        Job::Year { plan, weather, search } => year::year(plan, search, weather.as_deref()),
        Job::Export { plan, format, diagram, out, search } => match (format, diagram) {
            (_, Some(kind)) => solve::export_diagram(plan, search, *kind, out),
            (Some(format), None) => solve::export(plan, search, *format, out),
            (None, None) => Err(anyhow!("say what to export: --format or --diagram")),
        },
        Job::Render { plan, out, size, search } => solve::render(plan, search, *size, out),
        Job::Generate { containers, seed, out } => generate::generate(*containers, *seed, out),
        Job::Mps { plan, out } => mps::write(plan, out),
    }
}

/// The reference catalogue.
fn catalogue() -> anyhow::Result<Catalogue> {
    Catalogue::reference().context("the built-in catalogue is damaged")
}

/// Writes a file so that a failure leaves the old one as it was.
fn save(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    crate::session::disk::write(path, bytes).with_context(|| {
        format!("cannot write {}; is the folder writable and the disk not full?", path.display())
    })
}

/// Reads a plan with every error naming the file.
fn read_plan(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Plan> {
    let size =
        std::fs::metadata(path).with_context(|| format!("cannot open {}", path.display()))?.len();
    if size > text::MAX_BYTES as u64 {
        return Err(anyhow!(
            "{} has {size} bytes, a plan has at most {}; is this the right file?",
            path.display(),
            text::MAX_BYTES
        ));
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text_ = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|&byte| byte == b'\n').count();
        anyhow!("{}, line {line}: not UTF-8 text; is this a plan?", path.display())
    })?;
    text::read(&text_, catalogue).map_err(|error| anyhow!("{}: {error}", path.display()))
}
