//! Options, units and times.

use stackyard_solver::physics::flow::{FOOT, Friction, Options, Unbalanced};

use super::{CUBIC_FOOT, Line, Names, Sections, pattern};
use crate::case::{Times, Units};

/// EPANET's viscosity of water, m²/s: 1.1e-5 ft²/s.
const WATER: f64 = 1.1e-5 * FOOT * FOOT;
/// Pounds a square inch of a foot of water, in EPANET's rounding.
const PSI_PER_FOOT: f64 = 0.4333;
/// Kilopascals of a pound a square inch, in EPANET's rounding.
const KPA_PER_PSI: f64 = 6.895;

/// What `[OPTIONS]` says.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) units: Units,
    pub(super) friction: Friction,
    pub(super) solver: Options,
    pub(super) demand_pattern: Option<usize>,
    pub(super) emitter_exponent: f64,
}

/// Flow units with how many of them make a cubic foot a second, in EPANET's rounding, and whether
/// lengths are metres.
const FLOWS: [(&str, f64, bool); 10] = [
    ("CFS", 1.0, false),
    ("GPM", 448.831, false),
    ("MGD", 0.64632, false),
    ("IMGD", 0.5382, false),
    ("AFD", 1.9837, false),
    ("LPS", 28.317, true),
    ("LPM", 1699.0, true),
    ("MLD", 2.4466, true),
    ("CMH", 101.94, true),
    ("CMD", 2446.6, true),
];

/// Figures as the file gives them, before it is known in what units.
#[derive(Debug)]
struct Raw {
    flow: (&'static str, f64, bool),
    law: char,
    viscosity: Option<f64>,
    gravity: f64,
    is_kilopascal: bool,
    head_error: f64,
    flow_change: f64,
    demand_factor: f64,
    emitter_exponent: f64,
    pattern: Option<usize>,
    solver: Options,
}

pub(super) fn read(sections: &Sections<'_>, patterns: &Names) -> Result<Read, String> {
    let mut raw = Raw {
        flow: FLOWS[1],
        law: 'H',
        viscosity: None,
        gravity: 1.0,
        is_kilopascal: false,
        head_error: 0.0,
        flow_change: 0.0,
        demand_factor: 1.0,
        emitter_exponent: 0.5,
        pattern: patterns.get("1").copied(),
        solver: Options {
            accuracy: 1e-3,
            unbalanced: Unbalanced::Continue(0),
            ..Options::default()
        },
    };
    for line in sections.of("OPTI") {
        raw.read(line, patterns)?;
    }
    Ok(raw.settle())
}

impl Raw {
    fn read(&mut self, line: &Line<'_>, patterns: &Names) -> Result<(), String> {
        let words = line.words();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Ok(()) };
        let second = words.get(1).map(|word| word.to_uppercase()).unwrap_or_default();
        let number = || line.number(last);
        match first.to_uppercase().as_str() {
            "UNITS" => {
                let wanted = last.to_uppercase();
                self.flow = FLOWS.into_iter().find(|flow| flow.0 == wanted).ok_or_else(|| {
                    line.fault(&format!("`{last}` is not one of the ten flow units"))
                })?;
            }
            "HEADLOSS" => {
                self.law =
                    second.chars().next().filter(|law| "HDC".contains(*law)).ok_or_else(|| {
                        line.fault(&format!("`{last}` is not one of H-W, D-W and C-M"))
                    })?;
            }
            "PRESSURE" => self.is_kilopascal = second == "KPA",
            "VISCOSITY" => self.viscosity = Some(number()?),
            "SPECIFIC" => self.gravity = positive(line, number()?)?,
            "TRIALS" => self.solver.trials = whole(line, number()?)?.max(1),
            "ACCURACY" => self.solver.accuracy = number()?.clamp(1e-5, 1e-1),
            "HEADERROR" => self.head_error = number()?,
            "FLOWCHANGE" => self.flow_change = number()?,
            "UNBALANCED" => {
                let extra = words.get(2).map_or(Ok(0.0), |word| line.number(word))?;
                let extra = if second.starts_with("CONT") { extra } else { 0.0 };
                self.solver.unbalanced = Unbalanced::Continue(whole(line, extra)?);
            }
            // A default pattern that does not exist stands for none.
            "PATTERN" => self.pattern = pattern(line, patterns, last).ok(),
            "DEMAND" if second.starts_with("MULT") => self.demand_factor = number()?,
            "DEMAND" if last.eq_ignore_ascii_case("DDA") => {}
            "EMITTER" if second.starts_with("EXP") => {
                self.emitter_exponent = positive(line, number()?)?;
            }
            "CHECKFREQ" => self.solver.check_every = whole(line, number()?)?.max(1),
            "MAXCHECK" => self.solver.check_until = whole(line, number()?)?,
            "DAMPLIMIT" => self.solver.damp_limit = number()?,
            "QUALITY" | "DIFFUSIVITY" | "TOLERANCE" | "MAP" | "SEGMENTS" | "VERIFY" | "MINIMUM"
            | "REQUIRED" => {}
            "HYDRAULICS" if second != "USE" => {}
            _ => {
                let option = line.text.trim();
                return Err(line.fault(&format!("option `{option}` is not supported")));
            }
        }
        Ok(())
    }

    fn settle(self) -> Read {
        let (_, per_cubic_foot, is_metric) = self.flow;
        let length_m = if is_metric { 1.0 } else { FOOT };
        let pressure_m = match (is_metric, self.is_kilopascal) {
            (true, false) => 1.0,
            (true, true) => FOOT / (KPA_PER_PSI * PSI_PER_FOOT),
            (false, _) => FOOT / PSI_PER_FOOT,
        };
        let units = Units {
            length_m,
            diameter_m: if is_metric { 1e-3 } else { FOOT / 12.0 },
            flow_m3_s: CUBIC_FOOT / per_cubic_foot,
            pressure_m: pressure_m / self.gravity,
            power_kw: if is_metric { 1.0 } else { 0.7457 },
            is_metric,
            gravity: self.gravity,
            demand_factor: self.demand_factor,
        };
        let viscosity_m2_s = match self.viscosity {
            None => WATER,
            // Large figures are multiples of that of water.
            Some(figure) if figure > 1e-3 => figure * WATER,
            Some(figure) => figure * length_m * length_m,
        };
        let friction = match self.law {
            'D' => Friction::SwameeJain { viscosity_m2_s },
            'C' => Friction::ChezyManning,
            _ => Friction::HazenWilliams,
        };
        let given = |figure: f64, unit: f64| (figure > 0.0).then_some(figure * unit);
        let solver = Options {
            head_error_m: given(self.head_error, length_m),
            flow_change_m3_s: given(self.flow_change, units.flow_m3_s),
            ..self.solver
        };
        Read {
            units,
            friction,
            solver,
            demand_pattern: self.pattern,
            emitter_exponent: self.emitter_exponent,
        }
    }
}

fn positive(line: &Line<'_>, figure: f64) -> Result<f64, String> {
    if figure > 0.0 { Ok(figure) } else { Err(line.fault("the figure must be positive")) }
}

fn whole(line: &Line<'_>, figure: f64) -> Result<u32, String> {
    if !(0.0..=1e6).contains(&figure) {
        return Err(line.fault("the figure must be a whole number from 0 to 1,000,000"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked just above"
    )]
    Ok(figure as u32)
}

pub(super) fn times(sections: &Sections<'_>) -> Result<Times, String> {
    let mut times = Times { step: 3600, pattern_step: 3600, report_step: 3600, ..Times::default() };
    for line in sections.of("TIME") {
        let words = line.words();
        let first = line.word(&words, 0)?.to_uppercase();
        let second = words.get(1).map(|word| word.to_uppercase()).unwrap_or_default();
        // Every report time is given, whatever is to be made of the series.
        if first == "STATISTIC" {
            continue;
        }
        let place = words
            .iter()
            .position(|word| word.starts_with(|first: char| first.is_ascii_digit()))
            .ok_or_else(|| line.fault("a time such as 1:30 or 2 HOURS is missing"))?;
        let seconds = seconds(line, words[place], words.get(place + 1).copied(), 0.5)?;
        let is_start = second.starts_with("START");
        match first.as_str() {
            "DURATION" => times.duration = seconds,
            "HYDRAULIC" => times.step = seconds,
            "PATTERN" if is_start => times.pattern_start = seconds,
            "PATTERN" => times.pattern_step = seconds,
            "REPORT" if is_start => times.report_start = seconds,
            "REPORT" => times.report_step = seconds,
            "RULE" => times.rule_step = seconds,
            "START" => times.clock_start = seconds.rem_euclid(DAY),
            "QUALITY" => {}
            _ => return Err(line.fault("this time is not known")),
        }
    }
    let or_hour = |seconds: i64| if seconds > 0 { seconds } else { 3600 };
    times.pattern_step = or_hour(times.pattern_step);
    if times.report_step <= 0 {
        times.report_step = times.pattern_step;
    }
    times.step = or_hour(times.step).min(times.pattern_step).min(times.report_step);
    if times.report_start > times.duration {
        times.report_start = 0;
    }
    if times.rule_step <= 0 {
        times.rule_step = times.step / 10;
    }
    times.rule_step = times.rule_step.min(times.step).max(1);
    Ok(times)
}

/// A day, s.
pub(super) const DAY: i64 = 86_400;

/// Seconds of a time as it is written: hours, `1:30:00`, or a number and its unit; what is less
/// than a second is rounded up from `rounding` on.
pub(super) fn seconds(
    line: &Line<'_>,
    word: &str,
    unit: Option<&str>,
    rounding: f64,
) -> Result<i64, String> {
    let mut hours = 0.0;
    let mut scale = 1.0;
    for part in word.split(':') {
        hours += line.number(part)? / scale;
        scale *= 60.0;
    }
    let unit = unit.map(str::to_uppercase).unwrap_or_default();
    let hours = match unit.get(..2) {
        _ if unit.is_empty() => hours,
        Some("SE") => hours / 3600.0,
        Some("MI") => hours / 60.0,
        Some("DA") => hours * 24.0,
        Some("AM") if hours >= 12.0 => hours - 12.0,
        Some("PM") if hours < 12.0 => hours + 12.0,
        Some("HO" | "AM" | "PM") => hours,
        _ => return Err(line.fault(&format!("`{unit}` is not a unit of time"))),
    };
    if !(0.0..=1e7).contains(&hours) {
        return Err(line.fault("a time must lie between 0 and 10,000,000 hours"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    Ok((hours * 3600.0 + rounding) as i64)
}
