//! The energy of a year: a row a month, then the year.

use stackyard_solver::report::Report;
use stackyard_solver::year::Balance;

use super::{Cell, Table, columns, number, text};
use crate::format::MONTHS;

/// Sums and figures by month. Nothing where no year was computed.
pub(in crate::exchange) fn year(report: &Report) -> Table {
    let year = &report.year;
    let total = (year.total.hours > 0).then_some(&year.total);
    Table {
        columns: columns(&[
            ("Period", 10, 0),
            ("Hours", 8, 0),
            ("Mean dry bulb (°C)", 12, 1),
            ("PUE", 8, 3),
            ("WUE (l/kWh)", 10, 3),
            ("ERF", 8, 3),
            ("ERE", 8, 3),
            ("CUE (kg/kWh)", 10, 3),
            ("Hours over limit", 10, 0),
            ("Peak power (kW)", 12, 0),
            ("IT (kWh)", 14, 0),
            ("Auxiliaries (kWh)", 14, 0),
            ("UPS losses (kWh)", 14, 0),
            ("Transformer losses (kWh)", 14, 0),
            ("Cable losses (kWh)", 14, 0),
            ("Pumps (kWh)", 14, 0),
            ("Cooler fans (kWh)", 14, 0),
            ("Air cooling (kWh)", 14, 0),
            ("Heat reuse (kWh)", 14, 0),
            ("Electricity (kWh)", 14, 0),
            ("Water (m³)", 12, 1),
            ("Reused heat (MWh)", 12, 1),
            ("Delivered heat (MWh)", 12, 1),
            ("Energy cost (EUR)", 16, 2),
            ("Emissions (t CO2)", 12, 1),
            ("Weather", 40, 0),
        ]),
        rows: year.months.iter().chain(total).map(|it| row(it, &year.weather)).collect(),
    }
}

fn row(balance: &Balance, weather: &str) -> Vec<Cell> {
    let month = usize::from(balance.month).checked_sub(1).and_then(|index| MONTHS.get(index));
    let head = [
        text(month.copied().unwrap_or("Year")),
        number(balance.hours),
        number(balance.mean_c),
        number(balance.pue),
        number(balance.wue_l_per_kwh),
        number(balance.erf),
        number(balance.ere),
        number(balance.cue_kg_per_kwh),
        number(balance.hours_over_limit),
        number(balance.peak_kw),
    ];
    let tail = [
        number(balance.uses.grid_kwh()),
        number(balance.water_m3),
        number(balance.reused_mwh),
        number(balance.delivered_mwh),
        number(balance.energy_cost_eur),
        number(balance.co2_t),
        text(weather),
    ];
    head.into_iter().chain(balance.uses.values().map(Cell::Number)).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn months_stand_above_the_year_and_add_up_to_it() {
        let table = year(&Sample::campus().report);
        assert_eq!(table.rows.len(), 13);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        let column = table.columns.iter().position(|it| it.title == "Electricity (kWh)").unwrap();
        let figures: Vec<f64> = table
            .rows
            .iter()
            .map(|row| match row[column] {
                Cell::Number(value) => value,
                Cell::Text(_) | Cell::Empty => f64::NAN,
            })
            .collect();
        let months: f64 = figures[..12].iter().sum();
        assert!(months > 0.0 && (months / figures[12] - 1.0).abs() < 1e-9, "{figures:?}");
    }

    #[test]
    fn no_year_makes_no_rows() {
        assert!(year(&Sample::empty().report).rows.is_empty());
    }
}
