//! Cable media of a fabric: stock lengths, slack, diameter, loss and latency.
//!
//! How far a medium reaches is a matter of the optics table; this is what else must be known to
//! order a cable. The list is part of the rule set and stands in order of preference.

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::tables::Optic;
use crate::id::Id;
use crate::units::Source;

/// A kind of cable with the lengths it is sold in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FabricMedium {
    /// Short name, also in price-book ids: `fabric-dac-2`.
    pub id: Id,
    /// The name a person reads.
    pub name: String,
    /// Name of its rows in the optics table.
    pub straight: String,
    /// The same for cables that split a switch port; none where no such cable is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Fibre by which its rows in the optics table are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fibre: Option<String>,
    /// Suffix of the transceivers at its ends in the price book, `-mm`; none where the cable
    /// brings its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transceiver: Option<String>,
    /// Slack at each end, m.
    pub slack_m: f64,
    /// Outer diameter, mm.
    pub outer_mm: f64,
    /// Delay, ns/m.
    pub ns_per_m: f64,
    /// Attenuation, dB/km.
    #[serde(default)]
    pub db_per_km: f64,
    /// Loss of a connector on the way, dB.
    #[serde(default)]
    pub connector_db: f64,
    /// Highest loss of the whole link, dB; none where the maker answers for the assembly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_db: Option<f64>,
    /// Lengths in stock, short to long, m.
    pub stock_m: Vec<f64>,
    /// Where the figures come from.
    pub source: Source,
}

/// What is asked of a cable.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Length without slack at its ends, m.
    pub run_m: f64,
    /// Whether it splits a switch port.
    pub split: bool,
    /// Connectors on the way.
    pub connectors: f64,
    /// Rate of the switch port, Gbit/s.
    pub rate_gbps: u32,
    /// Word by which the optics are known in the optics table.
    pub standard: &'a str,
}

/// A cable that can be ordered.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    /// Length with slack, m.
    pub length_m: f64,
    /// Length that is bought, m.
    pub stock_m: f64,
    /// Loss of the link, dB.
    pub loss_db: f64,
    /// The row of the optics table.
    pub optic: &'a Optic,
}

impl FabricMedium {
    /// The cable of this medium that does what is asked, if there is one.
    pub fn fit<'a>(&self, catalogue: &'a Catalogue, ask: &Ask<'_>) -> Option<Fit<'a>> {
        let length_m = self.length_m(ask.run_m);
        // A length that is met to the micrometre is met.
        let stock_m = self.stock_m.iter().copied().find(|&stock| stock >= length_m - 1e-6)?;
        let loss_db = self.loss_db(stock_m, ask.connectors);
        if self.budget_db.is_some_and(|budget| loss_db > budget + 1e-9) {
            return None;
        }
        let optic = self
            .optics(catalogue, ask)
            .filter(|optic| optic.reach_m >= stock_m)
            .min_by(|a, b| a.reach_m.total_cmp(&b.reach_m))?;
        Some(Fit { length_m, stock_m, loss_db, optic })
    }

    /// How far the medium reaches, m.
    pub fn reach_m(&self, catalogue: &Catalogue, ask: &Ask<'_>) -> f64 {
        self.optics(catalogue, ask).map(|optic| optic.reach_m).fold(0.0, f64::max)
    }

    /// Length with slack at both ends, m.
    pub fn length_m(&self, run_m: f64) -> f64 {
        run_m + 2.0 * self.slack_m
    }

    /// Loss of a link: fibre and the connectors on the way, dB.
    pub fn loss_db(&self, length_m: f64, connectors: f64) -> f64 {
        self.db_per_km * length_m / 1000.0 + connectors * self.connector_db
    }

    /// Price-book id of a cable.
    pub fn item(&self, split: bool, stock_m: f64) -> String {
        let split = if split { "-split" } else { "" };
        format!("fabric-{}{split}-{stock_m}", self.id)
    }

    fn optics<'a>(
        &self,
        catalogue: &'a Catalogue,
        ask: &Ask<'_>,
    ) -> impl Iterator<Item = &'a Optic> {
        let media = if ask.split { self.split.as_deref() } else { Some(self.straight.as_str()) };
        catalogue.optics.iter().filter(move |optic| {
            media == Some(optic.media.as_str())
                && optic.rate_gbps == ask.rate_gbps
                && self.fibre.as_ref().is_none_or(|fibre| *fibre == optic.fibre)
                && optic.standard.contains(ask.standard)
        })
    }

    /// What is wrong with the entry, in words, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        let figures = [self.slack_m, self.outer_mm, self.ns_per_m, self.db_per_km];
        let more = [self.connector_db, self.budget_db.unwrap_or(0.0)];
        if figures.iter().chain(&more).any(|figure| !(0.0..=1000.0).contains(figure)) {
            return Some(format!("fabric medium {} has a figure outside 0 to 1,000", self.id));
        }
        let rising = self.stock_m.windows(2).all(|pair| pair[0] < pair[1]);
        let in_range = self.stock_m.iter().all(|stock| (0.1..=100_000.0).contains(stock));
        if self.stock_m.is_empty() || !rising || !in_range {
            return Some(format!(
                "fabric medium {} must list rising stock lengths from 0.1 to 100,000 m",
                self.id
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(run_m: f64, split: bool) -> Ask<'static> {
        Ask { run_m, split, connectors: 2.0, rate_gbps: 400, standard: "NDR" }
    }

    fn chosen(run_m: f64, split: bool) -> String {
        let catalogue = Catalogue::reference().unwrap();
        let media = &catalogue.rules.fabric_media;
        let first = media.iter().find_map(|medium| {
            let fit = medium.fit(&catalogue, &ask(run_m, split))?;
            Some(format!("{} within {} m", medium.item(split, fit.stock_m), fit.optic.reach_m))
        });
        first.unwrap_or_else(|| "nothing".to_owned())
    }

    #[test]
    fn the_first_medium_that_reaches_is_taken_in_the_next_stock_length() {
        assert_eq!(chosen(0.9, false), "fabric-dac-2 within 2 m");
        assert_eq!(chosen(1.5, true), "fabric-dac-split-2.5 within 3 m");
        assert_eq!(chosen(3.2, false), "fabric-acc-5 within 5 m");
        assert_eq!(chosen(20.0, false), "fabric-aoc-30 within 30 m");
        assert_eq!(chosen(45.0, false), "fabric-mmf-50 within 50 m");
        assert_eq!(chosen(70.0, false), "fabric-smf-80 within 100 m");
        assert_eq!(chosen(140.0, false), "fabric-smf-150 within 500 m");
    }

    #[test]
    fn a_split_port_reaches_fifty_metres_and_no_further() {
        assert_eq!(chosen(40.0, true), "fabric-mmf-split-50 within 50 m");
        assert_eq!(chosen(60.0, true), "nothing");
    }

    #[test]
    fn a_loss_beyond_the_budget_rules_a_medium_out() {
        let catalogue = Catalogue::reference().unwrap();
        let by_id = |id: &str| catalogue.rules.fabric_media.iter().find(|m| m.id.as_str() == id);
        let multimode = by_id("mmf").unwrap();
        assert!(multimode.fit(&catalogue, &ask(30.0, false)).is_some());
        let patched = Ask { connectors: 6.0, ..ask(30.0, false) };
        assert!(multimode.fit(&catalogue, &patched).is_none());
    }
}
