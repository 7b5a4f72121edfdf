//! `stackyard generate`: a campus of a wanted size.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use stackyard_solver::generate::campus;
use stackyard_solver::plan::text;

/// Largest campus made.
const MOST: usize = 20_000;

pub(super) fn generate(containers: usize, seed: u64, out: &Path) -> anyhow::Result<ExitCode> {
    if containers > MOST {
        bail!("{containers} containers are more than the {MOST} a generated campus may have");
    }
    let plan = campus(containers, seed, &super::catalogue()?);
    let text = text::write(&plan).context("the generated plan cannot be written")?;
    super::save(out, text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
