//! Numbers as people write and read them: money, lengths and powers with their units.
//!
//! Reading is generous (`2.5 MVA`, `3 ft`, `€ 1.2 M`), writing is strict: one unit, thousands
//! separated, a true minus sign.

use stackyard_solver::catalogue::module::{Load, Service};
use stackyard_solver::units::{Cents, KilovoltAmperes, Kilowatts, grouped};

/// Short names of the months.
pub(crate) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A float for the screen; the loss of digits is below a pixel.
pub(crate) fn points(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "screen coordinates need no more digits")]
    {
        value as f32
    }
}

/// A number of millimetres rounded to whole ones.
pub(crate) fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "casting saturates, and plans are bounded")]
    {
        value.round() as i64
    }
}

/// A number with separators and a true minus sign.
pub(crate) fn number(value: f64, places: usize) -> String {
    grouped(value, places).replace('-', "−")
}

/// An amount in whole euros.
pub(crate) fn euros(amount: Cents) -> String {
    format!("€ {}", number(amount.euros(), 0))
}

/// An amount with cents.
pub(crate) fn unit_price(amount: Cents) -> String {
    format!("€ {}", number(amount.euros(), 2))
}

/// An amount in thousands or millions, for tight places.
pub(crate) fn short_euros(euros: f64) -> String {
    let size = euros.abs();
    if size >= 999_500.0 {
        format!("€ {} M", number(euros / 1e6, if size >= 99.5e6 { 0 } else { 2 }))
    } else if size >= 9_950.0 {
        format!("€ {} k", number(euros / 1e3, 0))
    } else {
        format!("€ {}", number(euros, 0))
    }
}

/// A difference with its sign: `+€42 k`, `−31 m`.
pub(crate) fn signed(value: f64, unit: &str) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    let size = value.abs();
    match unit {
        "€" if size >= 999_500.0 => format!("{sign}€{} M", number(size / 1e6, 2)),
        "€" if size >= 995.0 => format!("{sign}€{} k", number(size / 1e3, 0)),
        "€" => format!("{sign}€{}", number(size, 0)),
        unit => format!("{sign}{} {unit}", number(size, 0)),
    }
}

/// Millimetres as metres with millimetre digits where needed.
pub(crate) fn metres(mm: i64) -> String {
    let places = if mm % 100 == 0 {
        1
    } else if mm % 10 == 0 {
        2
    } else {
        3
    };
    format!("{} m", number(mm as f64 / 1000.0, places))
}

/// A share as per cent.
pub(crate) fn percent(share: f64, places: usize) -> String {
    format!("{} %", number(share * 100.0, places))
}

/// A length with its unit in millimetres; metres where none is given.
pub(crate) fn parse_length(text: &str) -> Result<i64, String> {
    let (value, unit) = split(text)?;
    let factor = match unit.as_str() {
        "" | "m" => 1000.0,
        "mm" => 1.0,
        "cm" => 10.0,
        "km" => 1e6,
        "ft" | "'" => 304.8,
        "in" | "\"" => 25.4,
        other => return Err(format!("\"{other}\" is not a length; use m, mm, cm, km, ft or in")),
    };
    let mm = value * factor;
    if mm.abs() > 1e9 { Err("lengths stay below 1,000 km".to_owned()) } else { Ok(whole(mm)) }
}

/// An amount of money.
pub(crate) fn parse_money(text: &str) -> Result<Cents, String> {
    let bare = text.replace('€', " ").replace("EUR", " ");
    let (value, unit) = split(&bare)?;
    let factor = match unit.as_str() {
        "" => 1.0,
        "k" => 1e3,
        "m" | "mio" => 1e6,
        other => return Err(format!("\"{other}\" is not an amount; use €, k or M")),
    };
    let euros = value * factor;
    if (0.0..=1e12).contains(&euros) {
        Ok(Cents::from_euros(euros))
    } else {
        Err("amounts lie between 0 and a million million euros".to_owned())
    }
}

/// A load in the unit of its service.
pub(crate) fn parse_load(text: &str, service: Service) -> Result<Load, String> {
    let (value, unit) = split(text)?;
    if value < 0.0 {
        return Err("a load is zero or more".to_owned());
    }
    let factor = match (service.is_power(), service.is_piped(), unit.as_str()) {
        (_, _, "") | (true, _, "kva") | (_, true, "kw") | (false, false, "fibres" | "fibre") => 1.0,
        (true, _, "va") | (_, true, "w") => 1e-3,
        (true, _, "mva") | (_, true, "mw") => 1e3,
        (true, _, other) => return Err(format!("\"{other}\" is not a power; use kVA or MVA")),
        (_, true, other) => return Err(format!("\"{other}\" is not a heat flow; use kW or MW")),
        (_, _, other) => return Err(format!("\"{other}\" does not count fibres")),
    };
    let value = value * factor;
    Ok(if service.is_power() {
        Load::Kva(KilovoltAmperes(value))
    } else if service.is_piped() {
        Load::HeatKw(Kilowatts(value))
    } else {
        Load::Fibres(u32::try_from(whole(value)).unwrap_or(u32::MAX))
    })
}

/// A whole number in a range.
pub(crate) fn parse_count(text: &str, most: u32) -> Result<u32, String> {
    match text.trim().parse::<u32>() {
        Ok(count) if count <= most => Ok(count),
        Ok(_) | Err(_) => Err(format!("a whole number from 0 to {most} is needed")),
    }
}

/// Splits a text into its number and its unit in small letters.
fn split(text: &str) -> Result<(f64, String), String> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(_, c)| {
            !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '−' | '+' | ' ' | '\u{a0}'))
        })
        .map_or(text.len(), |(at, _)| at);
    let digits: String = text[..end]
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((value, text[end..].trim().to_lowercase())),
        Ok(_) | Err(_) => Err(format!("\"{text}\" does not begin with a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_any_unit() {
        assert_eq!(parse_length("12.5 m"), Ok(12_500));
        assert_eq!(parse_length("12.5"), Ok(12_500));
        assert_eq!(parse_length("3 ft"), Ok(914));
        assert_eq!(parse_length("1,200 mm"), Ok(1200));
        assert_eq!(parse_length("−2 m"), Ok(-2000));
        assert!(parse_length("three").is_err());
        assert!(parse_length("3 kg").is_err());
    }

    #[test]
    fn loads_are_read_in_the_unit_of_their_service() {
        let load = parse_load("2.5 MVA", Service::MvPower).unwrap();
        assert_eq!(load, Load::Kva(KilovoltAmperes(2500.0)));
        let load = parse_load("1.2 MW", Service::Cooling).unwrap();
        assert_eq!(load, Load::HeatKw(Kilowatts(1200.0)));
        assert_eq!(parse_load("12", Service::DataA).unwrap(), Load::Fibres(12));
        assert!(parse_load("12 kW", Service::LvPower).is_err());
    }

    #[test]
    fn money_is_read_with_and_without_signs() {
        assert_eq!(parse_money("€ 1.2 M"), Ok(Cents(120_000_000)));
        assert_eq!(parse_money("42 k"), Ok(Cents(4_200_000)));
        assert_eq!(parse_money("1,234.50 EUR"), Ok(Cents(123_450)));
        assert!(parse_money("-3").is_err());
    }

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!(signed(42_300.0, "€"), "+€42 k");
        assert_eq!(signed(-31.2, "m"), "−31 m");
        assert_eq!(short_euros(1_234_567.0), "€ 1.23 M");
        assert_eq!(metres(12_340), "12.34 m");
    }
}
