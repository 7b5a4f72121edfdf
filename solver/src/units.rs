//! Quantities with their unit in the type.
//!
//! Positions and sizes are whole millimetres, money whole cents: both compare exactly and survive
//! any number of saves. Everything else is a finite `f64` behind a name that says the unit. In
//! files the field name carries the unit (`power_kw: 1470.0`), so the types are transparent there.
//! Arithmetic between different quantities is written out by hand; the list is documentation.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $suffix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = f64::deserialize(deserializer)?;
                if value.is_finite() {
                    Ok(Self(value))
                } else {
                    Err(D::Error::custom(concat!("a number of ", $suffix, " must be finite")))
                }
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }

        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
                values.fold(Self(0.0), Add::add)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let places = f.precision().unwrap_or(0);
                write!(f, "{} {}", grouped(self.0, places), $suffix)
            }
        }
    };
}

quantity!(
    /// Active power, electrical or thermal.
    Kilowatts, "kW"
);
quantity!(
    /// Apparent power.
    KilovoltAmperes, "kVA"
);
quantity!(
    /// Mass.
    Kilograms, "kg"
);

/// A position, size or clearance in whole millimetres.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millimetres(pub i64);

impl Millimetres {
    /// The same length in metres.
    ///
    /// ```
    /// # use stackyard_solver::units::Millimetres;
    /// assert_eq!(Millimetres(2500).metres(), 2.5);
    /// ```
    pub fn metres(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add for Millimetres {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Millimetres {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Millimetres {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Money in whole euro cents.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// The amount rounded to the nearest cent, halves away from zero.
    ///
    /// ```
    /// # use stackyard_solver::units::Cents;
    /// assert_eq!(Cents::from_euros(12.345), Cents(1235));
    /// ```
    pub fn from_euros(euros: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "prices stay far below 2^53 cents")]
        Self((euros * 100.0).round() as i64)
    }

    /// The amount in euros.
    pub fn euros(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Price times quantity, rounded once to the cent as a spreadsheet rounds it: a product a hair
    /// below half a cent in binary is half a cent in decimal and goes up.
    #[must_use]
    pub fn times(self, quantity: f64) -> Self {
        let thousandths = (self.euros() * quantity * 100_000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "totals stay far below 2^53 cents")]
        Self((thousandths / 1000.0).round() as i64)
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self(0), Add::add)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = f.precision().unwrap_or(0);
        write!(f, "€ {}", grouped(self.euros(), places))
    }
}

/// Where a value comes from and how far to trust it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document, data base or reasoning behind the value.
    pub text: String,
    /// How far to trust it.
    #[serde(default)]
    pub confidence: Confidence,
}

/// How a value is known.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Confidence {
    /// Stated by an operator, maker or standard that was read.
    Stated,
    /// Computed from stated values by a published formula.
    Computed,
    /// Reported by a third party or kept in a public data set.
    Reported,
    /// Not known; chosen so that planning can go on, to be confirmed by its owner.
    #[default]
    Assumption,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stated => "stated",
            Self::Computed => "computed",
            Self::Reported => "reported",
            Self::Assumption => "assumption",
        })
    }
}

/// A number with thousands separators and a fixed number of decimals.
///
/// ```
/// # use stackyard_solver::units::grouped;
/// assert_eq!(grouped(-1234567.891, 1), "-1,234,567.9");
/// ```
pub fn grouped(value: f64, places: usize) -> String {
    let plain = format!("{:.*}", places, value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::with_capacity(plain.len() + whole.len() / 3 + 1);
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        out.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_zero_prints_without_a_sign() {
        assert_eq!(grouped(-0.04, 1), "0.0");
    }

    #[test]
    fn infinite_numbers_are_refused() {
        let error = ron::from_str::<Kilowatts>("inf").unwrap_err();
        assert!(error.to_string().contains("finite"), "{error}");
    }

    #[test]
    fn money_rounds_once() {
        assert_eq!(Cents(333).times(3.0), Cents(999));
        assert_eq!(Cents::from_euros(-0.005), Cents(-1));
    }
}
