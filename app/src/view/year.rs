//! Year: what a year of weather makes of the campus: key figures, a table of months and a chart.

use eframe::egui::{Align2, Frame, Margin, Panel, Rect, Sense, Ui, pos2, vec2};
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::Report;
use stackyard_solver::units::Cents;
use stackyard_solver::year::{Balance, Uses, YearStudy};

use crate::format::{MONTHS, euros, number, points, short_euros, whole};
use crate::theme::{self, Tokens};
use crate::view::parts;
use crate::view::table::{Cell, Column, Row, Table, Tone};

const COLUMNS: [Column; 12] = [
    Column::words("Month", 52.0),
    Column::numbers("Mean °C", 60.0),
    Column::numbers("PUE", 52.0),
    Column::numbers("ERF", 52.0),
    Column::numbers("IT MWh", 66.0),
    Column::numbers("All MWh", 66.0),
    Column::numbers("Losses MWh", 76.0),
    Column::numbers("Cooling MWh", 80.0),
    Column::numbers("Reused MWh", 78.0),
    Column::numbers("Water m³", 66.0),
    Column::numbers("Over limit h", 78.0),
    Column::numbers("Cost", 90.0),
];

/// Width of the chart, in points.
const CHART_WIDTH: f32 = 330.0;
/// Width that the table needs beside it, in points.
const TABLE_WIDTH: f32 = 520.0;

/// The months.
pub(crate) fn table(report: &Report) -> Table {
    let rows = report.year.months.iter().map(row).collect();
    Table { columns: &COLUMNS, rows, groups: Vec::new() }
}

fn row(month: &Balance) -> Row {
    let uses = &month.uses;
    let megawatt_hours = |kwh: f64| Cell::number(kwh, number(kwh / 1000.0, 0));
    let over = Cell::number(f64::from(month.hours_over_limit), month.hours_over_limit.to_string());
    let shares: Vec<_> = Uses::LABELS
        .iter()
        .zip(uses.values())
        .map(|(label, kwh)| format!("{label} {} MWh", number(kwh / 1000.0, 1)))
        .collect();
    let cost = Cents::from_euros(month.energy_cost_eur);
    Row {
        cells: vec![
            Cell::number(f64::from(month.month), name(month)),
            Cell::number(month.mean_c, number(month.mean_c, 1)).toned(Tone::Weak),
            Cell::number(month.pue, number(month.pue, 3)),
            Cell::number(month.erf, number(month.erf, 3)),
            megawatt_hours(uses.it_kwh),
            megawatt_hours(uses.grid_kwh()).hovered(shares.join("\n")),
            megawatt_hours(losses(uses)),
            megawatt_hours(uses.pumps_kwh + uses.fans_kwh + uses.air_cooling_kwh),
            Cell::number(month.reused_mwh, number(month.reused_mwh, 0)),
            Cell::number(month.water_m3, number(month.water_m3, 0)),
            if month.hours_over_limit > 0 { over.toned(Tone::Warning) } else { over },
            Cell::number(month.energy_cost_eur, euros(cost)),
        ],
        ..Row::default()
    }
}

fn name(month: &Balance) -> &'static str {
    let index = usize::from(month.month).checked_sub(1);
    index.and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

fn losses(uses: &Uses) -> f64 {
    uses.ups_kwh + uses.transformers_kwh + uses.cables_kwh
}

/// A figure with what it means and what it is made from.
struct Figure {
    name: &'static str,
    value: String,
    meaning: String,
}

/// The key figures, each with its formula and inputs on hover.
pub(crate) fn figures(ui: &mut Ui, report: &Report) {
    let year = &report.year;
    if year.total.uses.it_kwh <= 0.0 {
        parts::empty(ui, "No IT in the plan", "Place an IT module to see its year");
        return;
    }
    let tokens = Tokens::of(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        for Figure { name, value, meaning } in key_figures(year) {
            ui.label(theme::caption(name)).on_hover_text(meaning.as_str());
            ui.label(theme::strong(value).color(tokens.strong)).on_hover_text(meaning);
            ui.add_space(theme::MEDIUM);
        }
    });
    ui.horizontal_wrapped(|ui| {
        let source = &year.weather_source;
        parts::mark(ui, source.confidence.into(), &source.text);
        let weather = format!(
            "{}, mean {} °C, hottest {} °C. Planning values, not a design verification",
            year.weather,
            number(year.total.mean_c, 1),
            number(year.hottest_c, 1)
        );
        ui.label(theme::caption(weather));
        for assumption in &year.assumptions {
            parts::chip(ui, "assumed", tokens.warning).on_hover_text(assumption.as_str());
        }
    });
    ui.add_space(theme::SMALL);
}

fn key_figures(year: &YearStudy) -> Vec<Figure> {
    let total = &year.total;
    let uses = &total.uses;
    let mwh = |kwh: f64| number(kwh / 1000.0, 0);
    let (site, it, grid) = (mwh(uses.site_kwh()), mwh(uses.it_kwh), mwh(uses.grid_kwh()));
    let figure = |name, value, meaning| Figure { name, value, meaning };
    let reused = number(total.reused_mwh, 0);
    let pump = match year.heat_pump_cop {
        Some(cop) => format!(", heat pump with a COP of {}", number(cop, 2)),
        None => String::new(),
    };
    vec![
        figure(
            "PUE",
            number(total.pue, 3),
            format!(
                "Power usage effectiveness (ISO/IEC 30134-2): electricity of the site without the \
                 reuse of heat / IT = {site} / {it} MWh"
            ),
        ),
        figure(
            "WUE",
            format!("{} l/kWh", number(total.wue_l_per_kwh, 3)),
            format!(
                "Water usage effectiveness (ISO/IEC 30134-9): water / IT = {} m³ / {it} MWh",
                number(total.water_m3, 0)
            ),
        ),
        figure(
            "ERF",
            number(total.erf, 3),
            format!(
                "Energy reuse factor (ISO/IEC 30134-6): reused heat / electricity of the site = \
                 {reused} / {site} MWh{pump}"
            ),
        ),
        figure(
            "ERE",
            number(total.ere, 3),
            format!(
                "Energy reuse effectiveness: (1 − ERF) PUE = (1 − {}) × {}",
                number(total.erf, 3),
                number(total.pue, 3)
            ),
        ),
        figure(
            "CUE",
            format!("{} kg/kWh", number(total.cue_kg_per_kwh, 3)),
            format!(
                "Carbon usage effectiveness (ISO/IEC 30134-8): emissions of {site} MWh at the \
                 factor of the grid / {it} MWh of IT"
            ),
        ),
        figure(
            "Over limit",
            format!("{} h", total.hours_over_limit),
            format!(
                "Hours in which the facility water is warmer than {} °C, which the most delicate \
                 module takes; the warmest is {} °C",
                number(year.supply_limit_c, 1),
                number(year.hottest_supply_c, 1)
            ),
        ),
        figure(
            "Energy",
            short_euros(total.energy_cost_eur),
            format!("Electricity from the grid times its price: {grid} MWh"),
        ),
        figure(
            "CO2",
            format!("{} t", number(total.co2_t, 0)),
            format!("Electricity from the grid times its emission factor: {grid} MWh"),
        ),
        figure(
            "Peak",
            format!("{} MW", number(total.peak_kw / 1000.0, 2)),
            "Highest power from the grid over an hour".to_owned(),
        ),
    ]
}

/// A part of the chart: what it is called, the service whose color it has, and its energy.
type Part = (&'static str, Service, fn(&Uses) -> f64);

/// What is used beside IT, bottom first. IT would leave nothing of it to be seen.
const PARTS: [Part; 5] = [
    ("Supply losses", Service::MvPower, losses),
    ("Auxiliaries", Service::LvPower, |uses| uses.auxiliaries_kwh),
    ("Pumps and fans", Service::Cooling, |uses| uses.pumps_kwh + uses.fans_kwh),
    ("Air cooling", Service::DataB, |uses| uses.air_cooling_kwh),
    ("Heat reuse", Service::HeatReuse, |uses| uses.heat_reuse_kwh),
];

/// The chart at the right of the table, where there is room for both.
pub(crate) fn chart(ui: &mut Ui, report: &Report) {
    if ui.available_width() < CHART_WIDTH + TABLE_WIDTH || report.year.months.is_empty() {
        return;
    }
    let frame = Frame::new().inner_margin(Margin { left: 8, ..Margin::ZERO });
    Panel::right("year chart").resizable(false).exact_size(CHART_WIDTH).frame(frame).show(
        ui,
        |ui| {
            ui.label(theme::caption("Electricity beside IT, MWh a month"));
            legend(ui);
            bars(ui, &report.year.months);
        },
    );
}

fn legend(ui: &mut Ui) {
    let tokens = Tokens::of(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        for (name, service, _) in PARTS {
            let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
            ui.painter().rect_filled(rect, 1.0, tokens.service(service));
            ui.label(theme::caption(name));
        }
    });
}

fn bars(ui: &mut Ui, months: &[Balance]) {
    const AXIS: f32 = 34.0;
    const FOOT: f32 = 14.0;
    let tokens = Tokens::of(ui.visuals());
    let size = vec2(ui.available_width(), ui.available_height().max(40.0));
    let (response, painter) = ui.allocate_painter(size, Sense::hover());
    let area = response.rect;
    let plot = Rect::from_min_max(
        pos2(area.left() + AXIS, area.top() + 6.0),
        pos2(area.right(), area.bottom() - FOOT),
    );
    let height = |uses: &Uses| PARTS.iter().map(|(_, _, energy)| energy(uses)).sum::<f64>();
    let highest = months.iter().map(|month| height(&month.uses)).fold(0.0, f64::max);
    if highest <= 0.0 || plot.height() <= 0.0 {
        return;
    }
    let step = nice_step(highest / 3.0);
    let y_of = |kwh: f64| plot.bottom() - plot.height() * points(kwh / highest);
    let font = theme::canvas_font(theme::CAPTION - 1.0);
    for line in (0_u32..8).map(|count| f64::from(count) * step).filter(|&it| it <= highest) {
        painter.hline(plot.x_range(), y_of(line), (1.0, tokens.line));
        let at = pos2(plot.left() - 4.0, y_of(line));
        let text = number(line / 1000.0, usize::from(step < 1000.0));
        painter.text(at, Align2::RIGHT_CENTER, text, font.clone(), tokens.weak);
    }
    let pitch = plot.width() / points(months.len() as f64);
    for (index, month) in months.iter().enumerate() {
        let left = plot.left() + pitch * points(index as f64);
        let (from, to) = (left + pitch * 0.15, left + pitch * 0.85);
        let mut below = 0.0;
        for (_, service, energy) in PARTS {
            let above = below + energy(&month.uses);
            let bar = Rect::from_min_max(pos2(from, y_of(above)), pos2(to, y_of(below)));
            painter.rect_filled(bar, 0.0, tokens.service(service));
            below = above;
        }
        let at = pos2(left + pitch / 2.0, area.bottom());
        let initial = name(month).get(..1).unwrap_or_default();
        painter.text(at, Align2::CENTER_BOTTOM, initial, font.clone(), tokens.weak);
    }
    let under = response.hover_pos().filter(|at| plot.x_range().contains(at.x));
    let month = under.and_then(|at| {
        let column = whole(f64::from((at.x - plot.left()) / pitch).floor());
        months.get(usize::try_from(column).ok()?)
    });
    if let Some(month) = month {
        response.on_hover_text(described(month));
    }
}

/// The parts of a month in words.
fn described(month: &Balance) -> String {
    let mut lines = vec![name(month).to_owned()];
    lines.extend(PARTS.iter().rev().map(|(part, _, energy)| {
        format!("{part}: {} MWh", number(energy(&month.uses) / 1000.0, 1))
    }));
    lines.join("\n")
}

/// The least of 1, 2, 5 and 10 times a power of ten that is at least as large.
fn nice_step(least: f64) -> f64 {
    let power = 10.0_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= least).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_the_axis_are_round() {
        for (least, step) in [(1.0, 1.0), (1.1, 2.0), (30.0, 50.0), (7000.0, 10_000.0)] {
            assert!((nice_step(least) - step).abs() < 1e-9, "{least}: {}", nice_step(least));
        }
    }

    #[test]
    fn the_chart_leaves_out_nothing_but_it() {
        let uses = Uses {
            it_kwh: 1e6,
            auxiliaries_kwh: 1.0,
            ups_kwh: 2.0,
            transformers_kwh: 4.0,
            cables_kwh: 8.0,
            pumps_kwh: 16.0,
            fans_kwh: 32.0,
            air_cooling_kwh: 64.0,
            heat_reuse_kwh: 128.0,
        };
        let shown: f64 = PARTS.iter().map(|(_, _, energy)| energy(&uses)).sum();
        assert!((shown - 255.0).abs() < 1e-9, "{shown}");
    }

    #[test]
    fn every_key_figure_tells_its_meaning() {
        let year = YearStudy::default();
        let figures = key_figures(&year);
        let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
        for name in ["PUE", "WUE", "ERF", "ERE", "CUE", "Over limit", "Energy", "CO2"] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(figures.iter().all(|figure| !figure.meaning.is_empty()));
    }
}
