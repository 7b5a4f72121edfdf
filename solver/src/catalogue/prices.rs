//! The price book: a dated reference price, its spread and its source for everything in a BOQ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CatalogueError;
use super::tables::rows;
use crate::units::{Cents, Confidence};

/// One row of the price book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Price of one unit.
    pub unit_price: Cents,
    /// Low and high end of the spread.
    pub spread: (Cents, Cents),
    /// What one unit is: `piece`, `m`, `kW`.
    pub unit: String,
    /// What is bought.
    pub description: String,
    /// Month the price stands for, `2026-06`.
    pub as_of: String,
    /// Where it comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
    /// Region it is made in; `EU` counts for the European share.
    pub origin: String,
    /// Weeks from order to delivery.
    pub lead_time_weeks: u32,
    /// Whether the plan replaced the reference price.
    pub overridden: bool,
}

/// Prices by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceBook {
    rows: BTreeMap<String, Price>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    description: String,
    unit: String,
    price_eur: f64,
    low_eur: f64,
    high_eur: f64,
    as_of: String,
    source: String,
    confidence: Confidence,
    origin: String,
    lead_time_weeks: u32,
}

/// Highest unit price accepted, in euros: a slipped decimal point is caught, nothing real is.
pub const MAX_UNIT_PRICE_EUR: f64 = 1e9;

impl PriceBook {
    /// Reads a price book.
    pub fn from_csv(text: &str) -> Result<Self, CatalogueError> {
        const FILE: &str = "prices.csv";
        let mut book = BTreeMap::new();
        for (line, row) in rows::<Row>(FILE, text)? {
            let error = |column, reason| CatalogueError { file: FILE, line, column, reason };
            let bad_price = [row.price_eur, row.low_eur, row.high_eur]
                .iter()
                .any(|price| !price.is_finite() || !(0.0..=MAX_UNIT_PRICE_EUR).contains(price));
            if bad_price {
                let reason = format!("price of {} must be between 0 and 1e9 EUR", row.id);
                return Err(error(4, reason));
            }
            let price = Price {
                unit_price: Cents::from_euros(row.price_eur),
                spread: (Cents::from_euros(row.low_eur), Cents::from_euros(row.high_eur)),
                unit: row.unit,
                description: row.description,
                as_of: row.as_of,
                source: row.source,
                confidence: row.confidence,
                origin: row.origin,
                lead_time_weeks: row.lead_time_weeks,
                overridden: false,
            };
            if book.insert(row.id.clone(), price).is_some() {
                return Err(error(1, format!("{} is listed twice", row.id)));
            }
        }
        Ok(Self { rows: book })
    }

    /// The row of an item, if it has a price.
    pub fn get(&self, id: &str) -> Option<&Price> {
        self.rows.get(id)
    }

    /// The unit price in euros; 0 where there is none, which the BOQ shows as missing.
    pub fn euros(&self, id: &str) -> f64 {
        self.rows.get(id).map_or(0.0, |price| price.unit_price.euros())
    }

    /// All rows in id order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Price)> {
        self.rows.iter().map(|(id, price)| (id.as_str(), price))
    }

    /// Replaces a unit price, keeping what is bought and marking the change.
    pub(crate) fn override_price(&mut self, id: &str, unit_price: Cents) {
        let blank = || Price {
            unit_price,
            spread: (unit_price, unit_price),
            unit: "piece".to_owned(),
            description: id.to_owned(),
            as_of: String::new(),
            source: String::new(),
            confidence: Confidence::Stated,
            origin: String::new(),
            lead_time_weeks: 0,
            overridden: true,
        };
        let row = self.rows.entry(id.to_owned()).or_insert_with(blank);
        row.unit_price = unit_price;
        row.spread = (unit_price, unit_price);
        "price set in the plan".clone_into(&mut row.source);
        row.overridden = true;
    }
}
