//! A year of hours made from monthly normals: the same text gives the same bits everywhere.
//!
//! ```text
//! T(h)  = T̄(m) + A(m) cos 2π (t − 15 h)/24 h + d(day), plus the spell of heat
//! d(n)  = φ d(n−1) + √(1 − φ²) σ(m) z(n),    z: twelve uniform numbers less six
//! e(h)  = φ_r(m) e_s(T̄(m) + 0.6 d)           vapour that the day's own swing does not change
//! ```
//!
//! The monthly figures become smooth by their mean and first two harmonics of the year, so the mean
//! of the year is that of the months. Days follow each other by a process of first order, and are
//! joined from noon to noon. The spell of heat is a sine squared over its days, as high as the
//! hottest hour needs to meet the peak.

use std::f64::consts::{PI, TAU};

use serde::Deserialize;

use super::{Hour, Weather, saturation_pa};
use crate::catalogue::{CatalogueError, ron_error};
use crate::route::random::Random;
use crate::units::Source;

const FILE: &str = "juelich.ron";
const DAYS: usize = 365;
const HOURS: usize = 24 * DAYS;
/// Days at the end of each month, counted from New Year.
const MONTH_ENDS: [usize; 12] = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
/// Time of the hottest hour, h.
const HOTTEST: f64 = 15.0;
/// Share of a warm or cold day's deviation that its air mass also has in moisture.
const MOIST_SHARE: f64 = 0.6;
/// Driest air the rule makes.
const DRIEST: f64 = 0.15;
/// Part of the spell that counts when it is fitted to its peak.
const SPELL_CORE: f64 = 0.05;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Normals {
    name: String,
    source: Source,
    pressure_pa: f64,
    seed: u64,
    persistence: f64,
    months: Vec<Month>,
    spell: Spell,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Month {
    mean_c: f64,
    swing_k: f64,
    humidity: f64,
    deviation_k: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spell {
    first_day: usize,
    days: usize,
    peak_c: f64,
}

impl Weather {
    /// Makes a year from monthly normals.
    ///
    /// # Errors
    /// Names the place in the text, or the figure that is out of range.
    pub fn from_normals(text: &str) -> Result<Self, CatalogueError> {
        let normals: Normals =
            crate::plan::text::options().from_str(text).map_err(|error| ron_error(FILE, &error))?;
        if let Some(reason) = normals.problem() {
            return Err(CatalogueError { file: FILE, line: 1, column: 1, reason });
        }
        let hours = normals.hours();
        let Normals { name, source, .. } = normals;
        Ok(Self { name, source, file: None, bridged: 0, hours })
    }
}

/// A figure of the year from its monthly values: mean and two harmonics.
struct Harmonics {
    mean: f64,
    waves: [(f64, f64); 2],
}

impl Harmonics {
    fn of(months: &[Month], figure: impl Fn(&Month) -> f64) -> Self {
        let count = months.len() as f64;
        let mean = months.iter().map(&figure).sum::<f64>() / count;
        let wave = |order: f64| {
            let (mut cosine, mut sine) = (0.0, 0.0);
            for (index, month) in months.iter().enumerate() {
                let angle = TAU * order * (index as f64 + 0.5) / count;
                cosine += figure(month) * libm::cos(angle) * 2.0 / count;
                sine += figure(month) * libm::sin(angle) * 2.0 / count;
            }
            (cosine, sine)
        };
        Self { mean, waves: [wave(1.0), wave(2.0)] }
    }

    /// The figure at a share of the year from New Year.
    fn at(&self, share: f64) -> f64 {
        let (cosine, sine) = (libm::cos(TAU * share), libm::sin(TAU * share));
        // Double angles save two calls in each of 8,760 hours.
        let (double_cosine, double_sine) = (cosine * cosine - sine * sine, 2.0 * cosine * sine);
        let [first, second] = self.waves;
        self.mean
            + first.0 * cosine
            + first.1 * sine
            + second.0 * double_cosine
            + second.1 * double_sine
    }
}

impl Normals {
    fn problem(&self) -> Option<String> {
        if self.months.len() != 12 {
            return Some(format!("{} months are given, a year has 12", self.months.len()));
        }
        if !(0.0..=0.99).contains(&self.persistence) {
            return Some(format!("persistence is {}; use 0 to 0.99", self.persistence));
        }
        if !(50_000.0..=110_000.0).contains(&self.pressure_pa) {
            return Some(format!("pressure_pa is {}; use 50,000 to 110,000", self.pressure_pa));
        }
        let Spell { first_day, days, peak_c } = self.spell;
        if days == 0 || first_day >= DAYS || days > DAYS - first_day {
            return Some("the spell of heat leaves the year; use days 0 to 364".to_owned());
        }
        if !(-40.0..=60.0).contains(&peak_c) {
            return Some(format!("peak_c is {peak_c}; use -40 to 60"));
        }
        (1..).zip(&self.months).find_map(|(number, month): (u32, &Month)| {
            let is_sound = (-60.0..=50.0).contains(&month.mean_c)
                && (0.0..=20.0).contains(&month.swing_k)
                && (0.05..=1.0).contains(&month.humidity)
                && (0.0..=15.0).contains(&month.deviation_k);
            (!is_sound).then(|| {
                format!(
                    "month {number} is out of range; means lie between -60 and 50 °C, swings up to \
                     20 K, humidity from 0.05 to 1, deviations up to 15 K"
                )
            })
        })
    }

    /// Deviations of the days from the mean of the season, K; their own mean is zero.
    fn deviations(&self) -> Vec<f64> {
        let spread = Harmonics::of(&self.months, |month| month.deviation_k);
        let fresh = (1.0 - self.persistence * self.persistence).sqrt();
        let mut random = Random::new(self.seed);
        let mut state = 0.0;
        let mut days: Vec<f64> = (0..DAYS)
            .map(|day| {
                let normal = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
                state = self.persistence * state + fresh * normal;
                state * spread.at((day as f64 + 0.5) / DAYS as f64).max(0.0)
            })
            .collect();
        let mean = days.iter().sum::<f64>() / DAYS as f64;
        for day in &mut *days {
            *day -= mean;
        }
        days
    }

    fn hours(&self) -> Vec<Hour> {
        let season = Harmonics::of(&self.months, |month| month.mean_c);
        let swing = Harmonics::of(&self.months, |month| month.swing_k);
        let moisture = Harmonics::of(&self.months, |month| month.humidity);
        let days = self.deviations();
        let wave = |hour: u32| libm::cos(TAU * (f64::from(hour) + 0.5 - HOTTEST) / 24.0);
        let daily: Vec<f64> = (0..24).map(wave).collect();
        let mut temperatures = Vec::with_capacity(HOURS);
        let mut vapours = Vec::with_capacity(HOURS);
        for index in 0..HOURS {
            let share = (index as f64 + 0.5) / HOURS as f64;
            let deviation = between_noons(&days, index);
            let mean = season.at(share);
            temperatures.push(mean + swing.at(share) * daily[index % 24] + deviation);
            let moist = saturation_pa(mean + MOIST_SHARE * deviation);
            vapours.push(moisture.at(share).clamp(0.0, 1.0) * moist);
        }
        self.heat(&mut temperatures);
        let mut month = 1;
        let mut out = Vec::with_capacity(HOURS);
        for (index, (dry_bulb_c, vapour)) in temperatures.into_iter().zip(vapours).enumerate() {
            while MONTH_ENDS.get(usize::from(month) - 1).is_some_and(|&end| index / 24 >= end) {
                month += 1;
            }
            out.push(Hour {
                month,
                hour: u8::try_from(index % 24).unwrap_or(0),
                dry_bulb_c,
                humidity: (vapour / saturation_pa(dry_bulb_c)).clamp(DRIEST, 1.0),
                pressure_pa: self.pressure_pa,
            });
        }
        out
    }

    /// Adds the spell of heat; no hour of the year is hotter than its peak.
    fn heat(&self, temperatures: &mut [f64]) {
        let Spell { first_day, days, peak_c } = self.spell;
        let wave = |index: usize| {
            let along = ((index as f64 + 0.5) / 24.0 - first_day as f64) / days as f64;
            let sine = if (0.0..=1.0).contains(&along) { libm::sin(PI * along) } else { 0.0 };
            sine * sine
        };
        let spell = 24 * first_day..24 * (first_day + days);
        // The height at which the first hour meets the peak.
        let height = spell
            .clone()
            .filter(|&index| wave(index) > SPELL_CORE)
            .map(|index| (peak_c - temperatures[index]) / wave(index))
            .fold(f64::INFINITY, f64::min);
        let height = if height.is_finite() { height.max(0.0) } else { 0.0 };
        for index in spell {
            temperatures[index] += height * wave(index);
        }
        for temperature in temperatures {
            *temperature = temperature.min(peak_c);
        }
    }
}

/// The deviation of an hour, on the line from noon to noon; the year closes in a ring.
fn between_noons(days: &[f64], index: usize) -> f64 {
    // Hours since noon of the last day of the year before, counted from the middle of the hour.
    let since = index + 12;
    let (before, after) = ((since / 24 + DAYS - 1) % DAYS, since / 24 % DAYS);
    let along = ((since % 24) as f64 + 0.5) / 24.0;
    days[before] * (1.0 - along) + days[after] * along
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUELICH: &str = include_str!("../../../../assets/weather/juelich.ron");

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        let (sum, count) =
            values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    }

    #[test]
    fn the_year_of_juelich_is_plausible() {
        let weather = Weather::from_normals(JUELICH).unwrap();
        assert_eq!(weather.hours.len(), 8760);
        let all = || weather.hours.iter().map(|hour| hour.dry_bulb_c);
        let year = mean(all());
        assert!((10.5..=11.0).contains(&year), "{year}");
        let (hottest, coldest) =
            (all().fold(f64::MIN, f64::max), all().fold(f64::INFINITY, f64::min));
        assert!((36.0..=37.0).contains(&hottest), "{hottest}");
        assert!((-15.0..=-4.0).contains(&coldest), "{coldest}");
        let warm = all().filter(|&celsius| celsius > 25.0).count();
        assert!((100..=500).contains(&warm), "{warm} hours above 25 °C");
        let humidity = mean(weather.hours.iter().map(|hour| hour.humidity));
        assert!((0.74..=0.84).contains(&humidity), "{humidity}");
    }

    #[test]
    fn months_are_as_long_as_in_a_calendar_and_the_heat_is_in_july() {
        let weather = Weather::from_normals(JUELICH).unwrap();
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (number, length) in (1_u8..).zip(lengths) {
            let own = weather.hours.iter().filter(|hour| hour.month == number).count();
            assert_eq!(own, 24 * length, "month {number}");
        }
        let hottest = weather
            .hours
            .iter()
            .max_by(|a, b| a.dry_bulb_c.total_cmp(&b.dry_bulb_c))
            .copied()
            .unwrap_or_default();
        assert_eq!((hottest.month, hottest.hour), (7, 15));
    }

    #[test]
    fn the_same_text_gives_the_same_bits() {
        let (one, two) =
            (Weather::from_normals(JUELICH).unwrap(), Weather::from_normals(JUELICH).unwrap());
        assert_eq!(one, two);
        let other = Weather::from_normals(&JUELICH.replace("seed: 2", "seed: 3")).unwrap();
        assert_ne!(one.hours, other.hours);
    }

    #[test]
    fn days_join_without_a_jump() {
        let days: Vec<f64> = (0..DAYS).map(|day| if day % 2 == 0 { 3.0 } else { -3.0 }).collect();
        for index in 1..HOURS {
            let step = between_noons(&days, index) - between_noons(&days, index - 1);
            assert!(step.abs() <= 6.0 / 24.0 + 1e-9, "hour {index}: {step}");
        }
    }

    #[test]
    fn normals_out_of_range_are_refused() {
        for (old, new, reason) in [
            ("mean_c: 19.0", "mean_c: 190.0", "month 7"),
            ("persistence: 0.75", "persistence: 1.5", "persistence"),
            ("first_day: 203", "first_day: 364", "spell"),
            ("pressure_pa: 100230.0", "pressure_pa: 0.0", "pressure_pa"),
            ("seed: 2", "sead: 2", "sead"),
        ] {
            assert!(JUELICH.contains(old));
            let error = Weather::from_normals(&JUELICH.replace(old, new)).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
