//! `stackyard mps`: the routing problem for other solvers.

use std::path::Path;
use std::process::ExitCode;

pub(super) fn write(path: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let catalogue = super::catalogue()?;
    let plan = super::read_plan(path, &catalogue)?;
    let text = stackyard_solver::route::compact::mps(&plan, &catalogue);
    super::save(out, text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
