//! Reads `EnergyPlus` weather files (EPW): eight lines of heading, then an hour a line.
//!
//! Used are the dry bulb, the dew point where humidity is missing, the relative humidity and the
//! pressure. The format writes 99.9, 999 and 999999 for what was not measured; up to twelve such
//! hours in a row are bridged by a straight line, more are refused. Field meanings follow the
//! `EnergyPlus` auxiliary programs guide.

use super::{Hour, Weather, saturation_pa};
use crate::units::{Confidence, Source};

/// Longest text accepted, in bytes: a year takes about 1.6 MB.
pub const MAX_BYTES: usize = 8 << 20;

/// Lines among which the heading must end.
const HEADING_LINES: usize = 64;
/// Hours of a common and of a leap year.
const YEARS: [usize; 2] = [8760, 8784];
/// Most hours in a row that may be missing.
const LONGEST_GAP: usize = 12;

/// Why a text is not a year of weather.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}. {remedy}")]
pub struct WeatherError {
    /// Line, from 1.
    pub line: usize,
    /// Number of the field in its line, from 1.
    pub column: usize,
    /// What was found.
    pub reason: String,
    /// What would help.
    pub remedy: &'static str,
}

/// What a field holds.
struct Field {
    name: &'static str,
    /// Position in the line, from 0.
    index: usize,
    /// From here on the value stands for one that was not measured.
    missing: f64,
    low: f64,
    high: f64,
}

const DRY_BULB: Field =
    Field { name: "dry bulb in °C", index: 6, missing: 99.9, low: -90.0, high: 70.0 };
const DEW_POINT: Field =
    Field { name: "dew point in °C", index: 7, missing: 99.9, low: -110.0, high: 70.0 };
const HUMIDITY: Field =
    Field { name: "relative humidity in %", index: 8, missing: 999.0, low: 0.0, high: 110.0 };
const PRESSURE: Field =
    Field { name: "pressure in Pa", index: 9, missing: 999_999.0, low: 31_000.0, high: 120_000.0 };

/// An hour as it stands in the file.
struct Row {
    line: usize,
    month: u8,
    hour: u8,
    dry_bulb_c: Option<f64>,
    humidity: Option<f64>,
    pressure_pa: Option<f64>,
}

/// What the heading tells.
struct Heading {
    name: String,
    source: String,
    /// Height above the sea, m.
    elevation_m: f64,
    /// The line of `DATA PERIODS`, from 1.
    last_line: usize,
}

impl Weather {
    /// Reads the text of an EPW file.
    ///
    /// # Errors
    /// Names the line and the field, what is wrong with it and what would help.
    pub fn from_epw(text: &str) -> Result<Self, WeatherError> {
        if text.len() > MAX_BYTES {
            let reason =
                format!("the text has {} bytes, a year has at most {MAX_BYTES}", text.len());
            return Err(fault(1, 1, reason, "Choose an EPW file of a single year"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let heading = heading(text)?;
        let rows = rows(text, heading.last_line)?;
        let standard = standard_pressure(heading.elevation_m);
        let lines: Vec<usize> = rows.iter().map(|row| row.line).collect();
        let column = |values: Vec<Option<f64>>, field: &Field| bridge(&values, &lines, field);
        let (dry_bulbs, bare) = column(rows.iter().map(|row| row.dry_bulb_c).collect(), &DRY_BULB)?;
        let (humidities, moist) = column(rows.iter().map(|row| row.humidity).collect(), &HUMIDITY)?;
        let hours = rows
            .iter()
            .zip(dry_bulbs.into_iter().zip(humidities))
            .map(|(row, (dry_bulb_c, humidity))| Hour {
                month: row.month,
                hour: row.hour,
                dry_bulb_c,
                humidity,
                pressure_pa: row.pressure_pa.unwrap_or(standard),
            })
            .collect();
        Ok(Self {
            name: heading.name,
            source: Source { text: heading.source, confidence: Confidence::Reported },
            file: None,
            bridged: bare + moist,
            hours,
        })
    }
}

fn fault(line: usize, column: usize, reason: String, remedy: &'static str) -> WeatherError {
    WeatherError { line, column, reason, remedy }
}

fn heading(text: &str) -> Result<Heading, WeatherError> {
    const REMEDY: &str = "Choose an EPW file; it begins with LOCATION";
    let first: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
    let field = |index: usize| first.get(index).map_or("", |field| field.trim());
    if !field(0).eq_ignore_ascii_case("LOCATION") {
        let begins: String = field(0).chars().take(20).collect();
        return Err(fault(1, 1, format!("the text begins with \"{begins}\""), REMEDY));
    }
    let elevation_m = match field(9).parse::<f64>() {
        Ok(metres) if (-500.0..=9000.0).contains(&metres) => metres,
        Ok(_) | Err(_) => {
            let reason = format!("\"{:.20}\" is no elevation in m", field(9));
            return Err(fault(1, 10, reason, "Correct the tenth field of LOCATION"));
        }
    };
    for (line, text) in (1..=HEADING_LINES).zip(text.lines()) {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        if !fields.first().is_some_and(|name| name.eq_ignore_ascii_case("DATA PERIODS")) {
            continue;
        }
        let each_hour = fields.get(2).copied().unwrap_or_default();
        if each_hour != "1" {
            let reason = format!("the file has \"{each_hour:.20}\" records an hour");
            return Err(fault(line, 3, reason, "Choose a file with one record an hour"));
        }
        return Ok(Heading {
            name: [field(1), field(3)].map(printable).join(", "),
            source: format!("EPW, {}", printable(field(4))),
            elevation_m,
            last_line: line,
        });
    }
    let reason = format!("no DATA PERIODS in the first {HEADING_LINES} lines");
    Err(fault(HEADING_LINES.min(text.lines().count().max(1)), 1, reason, REMEDY))
}

/// A word of the heading without what would disturb a line of text.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

fn rows(text: &str, heading_lines: usize) -> Result<Vec<Row>, WeatherError> {
    const REMEDY: &str = "Choose a file of one whole year";
    let [common, leap] = YEARS;
    let mut rows: Vec<Row> = Vec::with_capacity(leap);
    let mut end = heading_lines;
    for (line, text) in (1..).zip(text.lines()).skip(heading_lines) {
        if text.trim().is_empty() {
            continue;
        }
        end = line;
        if rows.len() == leap {
            return Err(fault(line, 1, format!("there are more than {leap} hours"), REMEDY));
        }
        let next = row(text, line, &rows)?;
        rows.push(next);
    }
    if rows.len() != common && rows.len() != leap {
        let reason = format!(
            "the file ends after {} hours; a year has {common}, or {leap} in a leap year",
            rows.len()
        );
        return Err(fault(end, 1, reason, REMEDY));
    }
    Ok(rows)
}

/// Reads an hour that follows others.
fn row(text: &str, line: usize, before: &[Row]) -> Result<Row, WeatherError> {
    const ORDER: &str = "Hours run from 1 to 24 and months from 1 to 12, in order";
    let fields: Vec<&str> = text.split(',').map(str::trim).collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u8>().ok());
    let asked_hour = u8::try_from(before.len() % 24 + 1).unwrap_or(1);
    let last_month = before.last().map_or(1, |row| row.month);
    let month = match number(1) {
        Some(month) if (last_month..=12).contains(&month) => month,
        Some(_) | None => return Err(out_of_order(&fields, line, 1, "month", ORDER)),
    };
    if number(3) != Some(asked_hour) {
        return Err(out_of_order(&fields, line, 3, "hour", ORDER));
    }
    let dry_bulb_c = figure(&fields, line, &DRY_BULB)?;
    let dew_point_c = figure(&fields, line, &DEW_POINT)?;
    let humidity = figure(&fields, line, &HUMIDITY)?.map(|percent| percent / 100.0);
    let of_dew = dew_point_c.zip(dry_bulb_c).map(|(dew, dry)| {
        // The dew point lies at or below the dry bulb; rounding may say otherwise.
        saturation_pa(dew.min(dry)) / saturation_pa(dry)
    });
    Ok(Row {
        line,
        month,
        hour: asked_hour - 1,
        dry_bulb_c,
        humidity: humidity.or(of_dew).map(|share| share.clamp(0.0, 1.0)),
        pressure_pa: figure(&fields, line, &PRESSURE)?,
    })
}

fn out_of_order(
    fields: &[&str],
    line: usize,
    index: usize,
    what: &str,
    remedy: &'static str,
) -> WeatherError {
    let found = fields.get(index).copied().unwrap_or_default();
    fault(line, index + 1, format!("\"{found:.20}\" is not the {what} that follows"), remedy)
}

/// The value of a field; none where it was not measured.
fn figure(fields: &[&str], line: usize, field: &Field) -> Result<Option<f64>, WeatherError> {
    const REMEDY: &str = "Correct the field, or write the sign of the format for missing values";
    let Field { name, index, missing, low, high } = field;
    let Some(text) = fields.get(*index) else {
        let reason = format!("the line has {} fields and no {name}", fields.len());
        return Err(fault(line, index + 1, reason, "An hour has 35 fields; restore the line"));
    };
    let value = match text.parse::<f64>() {
        Ok(value) if value.is_finite() => value,
        Ok(_) | Err(_) => {
            let reason = format!("\"{text:.20}\" is no {name}");
            return Err(fault(line, index + 1, reason, REMEDY));
        }
    };
    if value >= *missing {
        Ok(None)
    } else if (*low..=*high).contains(&value) {
        Ok(Some(value))
    } else {
        let reason = format!("{value} is no {name}; it lies between {low} and {high}");
        Err(fault(line, index + 1, reason, REMEDY))
    }
}

/// Bridges missing values by straight lines; tells how many there were.
fn bridge(
    values: &[Option<f64>],
    lines: &[usize],
    field: &Field,
) -> Result<(Vec<f64>, usize), WeatherError> {
    let mut out = Vec::with_capacity(values.len());
    let mut bridged = 0;
    let mut before: Option<f64> = None;
    while let Some(next) = values.get(out.len()) {
        if let Some(value) = next {
            out.push(*value);
            before = Some(*value);
            continue;
        }
        let from = out.len();
        let gap = values.get(from..).unwrap_or_default();
        let length = gap.iter().take_while(|value| value.is_none()).count();
        let after = gap.get(length).copied().flatten();
        // At either end of the year the one neighbour there is holds.
        let ends = before.or(after).zip(after.or(before));
        let (Some((left, right)), true) = (ends, length <= LONGEST_GAP) else {
            let line = lines.get(from).copied().unwrap_or(1);
            let reason = format!("{length} hours in a row have no {}", field.name);
            let remedy = "At most 12 are bridged; choose a file without such gaps";
            return Err(fault(line, field.index + 1, reason, remedy));
        };
        for step in 1..=length {
            let along = step as f64 / (length + 1) as f64;
            out.push(left + (right - left) * along);
        }
        bridged += length;
    }
    Ok((out, bridged))
}

/// Pressure of the standard atmosphere (ISO 2533) at a height, Pa.
fn standard_pressure(elevation_m: f64) -> f64 {
    101_325.0 * libm::pow(1.0 - 2.255_77e-5 * elevation_m, 5.255_88)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// A year of days from 10.1 to 12.4 °C at 70 %, in which lines may be replaced or left out.
    fn epw(leap: bool, change: impl Fn(usize, String) -> Option<String>) -> String {
        let mut lines = vec![
            "LOCATION,Aachen,NW,DEU,made for a test,105010,50.8,6.1,1.0,202.0".to_owned(),
            "DESIGN CONDITIONS,0".to_owned(),
            "TYPICAL/EXTREME PERIODS,0".to_owned(),
            "GROUND TEMPERATURES,0".to_owned(),
            "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0".to_owned(),
            "COMMENTS 1,".to_owned(),
            "COMMENTS 2,".to_owned(),
            "DATA PERIODS,1,1,Data,Sunday,1/1,12/31".to_owned(),
        ];
        for (month, mut days) in (1..).zip(DAYS) {
            if month == 2 && leap {
                days += 1;
            }
            for day in 1..=days {
                for hour in 1_u32..=24 {
                    let dry = 10.0 + f64::from(hour) / 10.0;
                    let line = format!("2001,{month},{day},{hour},0,A7,{dry},4.5,70,99000,0");
                    lines.push(line);
                }
            }
        }
        let changed: Vec<String> =
            (1..).zip(lines).filter_map(|(number, line)| change(number, line)).collect();
        changed.join("\r\n")
    }

    /// The error when a line is replaced.
    fn broken(wanted: usize, with: &str) -> WeatherError {
        let text =
            epw(false, |number, line| Some(if number == wanted { with.to_owned() } else { line }));
        Weather::from_epw(&text).unwrap_err()
    }

    #[test]
    fn a_sound_file_is_read_in_common_and_leap_years() {
        for (leap, hours) in [(false, 8760), (true, 8784)] {
            let weather = Weather::from_epw(&epw(leap, |_, line| Some(line))).unwrap();
            assert_eq!(weather.hours.len(), hours);
            assert_eq!(weather.name, "Aachen, DEU");
            assert_eq!(weather.bridged, 0);
            let first = weather.hours[0];
            assert_eq!((first.month, first.hour), (1, 0));
            assert!((first.dry_bulb_c - 10.1).abs() < 1e-9);
            assert!((first.humidity - 0.7).abs() < 1e-9);
            assert!((first.pressure_pa - 99_000.0).abs() < 1e-9);
            assert_eq!(weather.hours[hours - 1].month, 12);
        }
    }

    #[test]
    fn faults_are_named_with_line_and_field() {
        for (line, with, column, reason) in [
            (1, "PLACE,Aachen", 1, "begins with \"PLACE\""),
            (1, "LOCATION,Aachen,NW,DEU,x,1,50.8,6.1,1.0,high", 10, "elevation"),
            (8, "DATA PERIODS,1,4,Data", 3, "\"4\" records an hour"),
            (9, "2001,1,1,1,0,A7,warm,4.5,70,99000", 7, "\"warm\" is no dry bulb"),
            (9, "2001,1,1,1,0,A7,NaN,4.5,70,99000", 7, "\"NaN\" is no dry bulb"),
            (9, "2001,1,1,1,0,A7,-300,4.5,70,99000", 7, "-300 is no dry bulb"),
            (9, "2001,1,1,1,0,A7,10.0,4.5,170,99000", 9, "170 is no relative humidity"),
            (9, "2001,1,1,1,0,A7,10.0,4.5,70,9", 10, "9 is no pressure"),
            (9, "2001,1,1,1,0,A7", 7, "6 fields"),
            (10, "2001,1,1,5,0,A7,10.0,4.5,70,99000", 4, "not the hour that follows"),
            (10, "2001,13,1,2,0,A7,10.0,4.5,70,99000", 2, "not the month that follows"),
        ] {
            let error = broken(line, with);
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!error.remedy.is_empty());
        }
    }

    #[test]
    fn a_year_too_short_or_too_long_is_refused() {
        let short = epw(false, |number, line| (number < 8768).then_some(line));
        let error = Weather::from_epw(&short).unwrap_err();
        assert!(error.reason.contains("after 8759 hours"), "{error}");
        let mut long = epw(true, |_, line| Some(line));
        long.push_str("\r\n2001,12,31,1,0,A7,1,0,70,99000");
        let error = Weather::from_epw(&long).unwrap_err();
        assert!(error.reason.contains("more than 8784"), "{error}");
        assert!(Weather::from_epw("").is_err());
        let headless = epw(false, |number, line| (number != 8).then_some(line));
        assert!(Weather::from_epw(&headless).unwrap_err().reason.contains("DATA PERIODS"));
    }

    #[test]
    fn short_gaps_are_bridged_and_long_ones_refused() {
        let gap = |from: usize, hours: usize| {
            epw(false, move |number, line| {
                if !(from..from + hours).contains(&number) {
                    return Some(line);
                }
                let kept: Vec<&str> = line.split(',').take(6).collect();
                Some(format!("{},99.9,99.9,999,999999", kept.join(",")))
            })
        };
        // Three hours from 3 to 5 o'clock lie between 10.2 and 10.6 °C.
        let weather = Weather::from_epw(&gap(11, 3)).unwrap();
        assert_eq!(weather.bridged, 6);
        assert!((weather.hours[3].dry_bulb_c - 10.4).abs() < 1e-9);
        assert!((weather.hours[3].pressure_pa - standard_pressure(202.0)).abs() < 1e-9);
        assert!(Weather::from_epw(&gap(9, 12)).is_ok(), "the beginning takes its neighbour");
        let error = Weather::from_epw(&gap(100, 13)).unwrap_err();
        assert_eq!((error.line, error.column), (100, 7));
        assert!(error.reason.contains("13 hours in a row"), "{error}");
    }

    #[test]
    fn the_dew_point_stands_in_for_humidity() {
        let text = epw(false, |_, line| Some(line.replace(",4.5,70,", ",4.5,999,")));
        let weather = Weather::from_epw(&text).unwrap();
        let hour = weather.hours[0];
        let asked = saturation_pa(4.5) / saturation_pa(hour.dry_bulb_c);
        assert!((hour.humidity - asked).abs() < 1e-12 && weather.bridged == 0);
    }

    #[test]
    fn an_endless_text_is_refused_unread() {
        let error = Weather::from_epw(&"x".repeat(MAX_BYTES + 1)).unwrap_err();
        assert!(error.reason.contains("bytes"), "{error}");
    }
}
