//! Short, human, stable names: `IT-07A`, `TR-03`, `MV-A`.

use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name of something in a plan or catalogue. Cloning is cheap; order is natural text order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

/// Longest name allowed.
pub const MAX_LENGTH: usize = 48;

/// Why a text cannot be a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a valid id: use 1 to {MAX_LENGTH} letters, digits, '-', '_' or '.', beginning \
     with a letter or digit"
)]
pub struct IdError(pub String);

impl Id {
    /// Checks and wraps a name.
    ///
    /// ```
    /// # use stackyard_solver::id::Id;
    /// assert_eq!(Id::new("IT-07A").unwrap().as_str(), "IT-07A");
    /// assert!(Id::new("=cmd()").is_err());
    /// ```
    pub fn new(text: &str) -> Result<Self, IdError> {
        let well_formed = text.len() <= MAX_LENGTH
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if well_formed {
            Ok(Self(text.into()))
        } else {
            Err(IdError(text.chars().take(MAX_LENGTH).collect()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Splits a trailing number off: `TR-09` is `("TR-", 9, 2)` with two digits.
    fn numbered(&self) -> (&str, u32, usize) {
        let digits = self.0.bytes().rev().take_while(u8::is_ascii_digit).count().min(6);
        let (stem, number) = self.0.split_at(self.0.len() - digits);
        (stem, number.parse().unwrap_or(0), digits.max(2))
    }

    /// The first name of the form `stem + number` after this one that `taken` does not know.
    #[must_use]
    pub fn next_free(&self, taken: impl Fn(&Self) -> bool) -> Self {
        let (stem, number, width) = self.numbered();
        let stem: String = stem.chars().take(MAX_LENGTH - 8).collect();
        (number + 1..=9_999_999)
            .map(|number| Self(format!("{stem}{number:0width$}").into()))
            .find(|id| !taken(id))
            .unwrap_or_else(|| self.clone())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_get_the_next_free_number() {
        let id = Id::new("TR-09").unwrap();
        assert_eq!(id.next_free(|_| false).as_str(), "TR-10");
        assert_eq!(id.next_free(|id| id.as_str() == "TR-10").as_str(), "TR-11");
        assert_eq!(Id::new("IT-01A").unwrap().next_free(|_| false).as_str(), "IT-01A01");
    }
}
