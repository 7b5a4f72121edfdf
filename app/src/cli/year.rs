//! `stackyard year`: the energy of a year of weather.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use stackyard_solver::units::{Cents, grouped};
use stackyard_solver::year::{Balance, Uses, YearStudy};

use super::{SearchArguments, output, solve};
use crate::format::MONTHS;

pub(super) fn year(
    path: &Path,
    search: &SearchArguments,
    weather: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let solved = solve::compute(path, search, weather)?;
    if let (Some(fault), None) = (&solved.catalogue.weather_fault, weather) {
        bail!("{}: the weather cannot be used: {fault}", path.display());
    }
    output::print(&text(&solved.plan.name, &solved.report.year)?)?;
    Ok(ExitCode::SUCCESS)
}

fn text(name: &str, year: &YearStudy) -> Result<String, std::fmt::Error> {
    let total = &year.total;
    let mut text = format!("{name}\n");
    writeln!(
        text,
        "  Weather: {} ({}), {} hours, mean {:.1} °C, hottest {:.1} °C",
        year.weather,
        year.weather_source.confidence,
        grouped(f64::from(total.hours), 0),
        total.mean_c,
        year.hottest_c
    )?;
    for (name, value, unit) in [
        ("PUE", format!("{:.3}", total.pue), ""),
        ("WUE", format!("{:.3}", total.wue_l_per_kwh), "l/kWh"),
        ("ERF", format!("{:.3}", total.erf), ""),
        ("ERE", format!("{:.3}", total.ere), ""),
        ("CUE", format!("{:.3}", total.cue_kg_per_kwh), "kg/kWh"),
        ("Hours over limit", total.hours_over_limit.to_string(), "h"),
        ("Warmest supply", format!("{:.1}", year.hottest_supply_c), "°C"),
        ("Supply limit", format!("{:.1}", year.supply_limit_c), "°C"),
        ("Peak power", grouped(total.peak_kw, 0), "kW"),
        ("Electricity", grouped(total.uses.grid_kwh() / 1000.0, 0), "MWh"),
        ("Energy cost", grouped(Cents::from_euros(total.energy_cost_eur).euros(), 2), "EUR"),
        ("Emissions", grouped(total.co2_t, 0), "t CO2"),
        ("Water", grouped(total.water_m3, 0), "m³"),
        ("Reused heat", grouped(total.reused_mwh, 0), "MWh"),
        ("Delivered heat", grouped(total.delivered_mwh, 0), "MWh"),
    ] {
        writeln!(text, "{}", format!("  {name:<18}{value:>16} {unit}").trim_end())?;
    }
    writeln!(text, "Electricity by use, MWh")?;
    for (label, kwh) in Uses::LABELS.iter().zip(total.uses.values()) {
        writeln!(text, "  {label:<18}{:>16}", grouped(kwh / 1000.0, 1))?;
    }
    writeln!(text, "Month   PUE    ERF       MWh   water m³   reused MWh   over limit h")?;
    for month in &year.months {
        writeln!(text, "{}", month_line(month))?;
    }
    for assumption in &year.assumptions {
        writeln!(text, "Assumed: {assumption}")?;
    }
    Ok(text)
}

fn month_line(month: &Balance) -> String {
    let index = usize::from(month.month).saturating_sub(1);
    format!(
        "{:<5} {:>5.3}  {:>5.3} {:>9} {:>10} {:>12} {:>14}",
        MONTHS.get(index).copied().unwrap_or_default(),
        month.pue,
        month.erf,
        grouped(month.uses.grid_kwh() / 1000.0, 0),
        grouped(month.water_m3, 0),
        grouped(month.reused_mwh, 0),
        month.hours_over_limit
    )
}
