//! `stackyard solve`, `check`, `cost`, `export` and `render`: compute a plan and say what came of
//! it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::{BoqGroup, Report};
use stackyard_solver::units::{Cents, grouped};
use stackyard_solver::{Settings, evaluate};

use super::{SearchArguments, monitor, output};
use crate::diagram::Kind;
use crate::exchange::{self, Document, Format, Picture};
use crate::weather;

/// A plan with everything an export needs.
pub(super) struct Solved {
    pub(super) plan: Plan,
    pub(super) catalogue: Catalogue,
    pub(super) report: Report,
    text: String,
    seconds: f64,
}

impl Solved {
    fn document(&self) -> Document<'_> {
        Document {
            plan: &self.plan,
            catalogue: &self.catalogue,
            report: &self.report,
            plan_ron: &self.text,
            seconds: self.seconds,
        }
    }
}

/// Computes a plan, with the weather of a file where one is asked for.
pub(super) fn compute(
    path: &Path,
    search: &SearchArguments,
    weather: Option<&Path>,
) -> anyhow::Result<Solved> {
    let catalogue = Arc::new(super::catalogue()?);
    let plan = super::read_plan(path, &catalogue)?;
    let catalogue = match weather {
        Some(file) => {
            let read = weather::read(file, &file.display().to_string());
            weather::with(&catalogue, read.map_err(|error| anyhow::anyhow!("{error}"))?)
        }
        None => weather::for_plan(&catalogue, &plan, path.parent()),
    };
    let settings = Settings { effort: search.effort.into(), seed: search.seed, verify: true };
    let mut clock = monitor::Clock::new(search.seconds);
    let report = evaluate(&plan, &catalogue, &settings, &mut clock);
    clock.finish();
    let seconds = clock.seconds();
    let text = text::write(&plan).context("the plan cannot be written as text")?;
    let catalogue = catalogue.with_overrides_of(&plan);
    Ok(Solved { plan, catalogue, report, text, seconds })
}

pub(super) fn solve(
    path: &Path,
    search: &SearchArguments,
    json: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let solved = compute(path, search, None)?;
    match json {
        None => output::print(&summary(&solved))?,
        Some(target) => {
            let report = exchange::json::report_json(&solved.document())
                .map_err(|error| anyhow!("the report cannot be written: {error}"))?;
            if target == Path::new("-") {
                output::print(&report)?;
            } else {
                super::save(target, report.as_bytes())?;
                output::print(&summary(&solved))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check(path: &Path, search: &SearchArguments) -> anyhow::Result<ExitCode> {
    let solved = compute(path, search, None)?;
    let report = &solved.report;
    let mut text = String::new();
    for finding in &report.findings {
        let accepted = match &finding.accepted {
            Some(reason) => format!(" (accepted: {reason})"),
            None => String::new(),
        };
        writeln!(
            text,
            "{:?}: {}: {} [{}]{accepted}",
            finding.severity, finding.rule, finding.message, finding.basis
        )?;
    }
    for phase in &report.phases {
        let state = if phase.complete { "complete" } else { "incomplete" };
        writeln!(
            text,
            "Phase {} ({}): {state}, {:.0} kW",
            phase.id, phase.finished, phase.peak_kw
        )?;
    }
    for fault in &report.verification.faults {
        writeln!(text, "Checker: {fault}")?;
    }
    let accepted = report.is_accepted() && report.verification.passed();
    writeln!(text, "{}", if accepted { "accepted" } else { "refused" })?;
    output::print(&text)?;
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(super) fn cost(path: &Path, search: &SearchArguments) -> anyhow::Result<ExitCode> {
    let solved = compute(path, search, None)?;
    let mut text = String::new();
    for group in BoqGroup::ALL {
        let rows: Vec<_> = solved.report.boq.iter().filter(|row| row.group == group).collect();
        let total: Cents = rows.iter().filter_map(|row| row.total).sum();
        writeln!(text, "{:<58}{:>18}", group.label(), format!("{total:.2}"))?;
        for row in rows {
            let price =
                row.total.map_or_else(|| "no price".to_owned(), |total| format!("{total:.2}"));
            writeln!(
                text,
                "  {:<4} {:<38.38} {:>9} {:<6}{:>16}",
                row.phase.as_str(),
                row.description,
                grouped(row.quantity, 1),
                row.unit,
                price
            )?;
        }
    }
    writeln!(text, "{:<58}{:>18}", "Total", format!("{:.2}", solved.report.boq_total()))?;
    if solved.report.missing_prices() > 0 {
        writeln!(
            text,
            "The total is incomplete: {} rows have no price.",
            solved.report.missing_prices()
        )?;
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn export(
    path: &Path,
    search: &SearchArguments,
    format: Format,
    out: &Path,
) -> anyhow::Result<ExitCode> {
    let solved = compute(path, search, None)?;
    exchange::write(format, &solved.document(), out)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn export_diagram(
    path: &Path,
    search: &SearchArguments,
    kind: Kind,
    out: &Path,
) -> anyhow::Result<ExitCode> {
    // What cannot be written is refused before the plan is computed for it.
    let picture = Picture::of_path(out).ok_or_else(|| {
        anyhow!(
            "cannot tell how to write {}: a diagram is written as .svg or .png; change the ending",
            out.display()
        )
    })?;
    let solved = compute(path, search, None)?;
    exchange::write_diagram(kind, picture, &solved.document(), out)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn render(
    path: &Path,
    search: &SearchArguments,
    size: (u32, u32),
    out: &Path,
) -> anyhow::Result<ExitCode> {
    let solved = compute(path, search, None)?;
    exchange::png::write(&solved.document(), out, size)?;
    Ok(ExitCode::SUCCESS)
}

/// A plan in a few lines.
fn summary(solved: &Solved) -> String {
    let report = &solved.report;
    let cost = &report.cost;
    let checker = match (report.verification.ran, report.verification.faults.len()) {
        (false, _) => "did not run".to_owned(),
        (true, 0) => "confirms everything".to_owned(),
        (true, faults) => format!("finds {faults} faults"),
    };
    let mut text = format!(
        "{}\n  {} containers, {} racks, {:.1} MW peak\n  network {} over the horizon, {} to build, {}\n  bill {} with {} rows without a price, {:.0} m of trench\n  {} findings, {}; the checker {checker}\n  {:.2} s, {} rounds, {}\n",
        solved.plan.name,
        report.totals.containers,
        report.totals.racks,
        report.totals.peak_kw / 1000.0,
        Cents::from_euros(cost.lifetime_eur),
        Cents::from_euros(cost.first_eur),
        if report.is_complete() {
            format!("at most {:.1} % above the best possible", 100.0 * cost.gap())
        } else {
            "no bound while something is not served".to_owned()
        },
        report.boq_total(),
        report.missing_prices(),
        report.totals.trench_m,
        report.findings.len(),
        if report.is_accepted() { "accepted" } else { "refused" },
        solved.seconds,
        report.search.rounds,
        report.search.bound_method,
    );
    for finding in report.findings.iter().take(10) {
        // Writing to a text cannot fail.
        let _written = writeln!(text, "  {:?}: {}", finding.severity, finding.message);
    }
    text
}
