//! Data trunks: how many, how long, and whether the optics reach.

use crate::catalogue::Catalogue;
use crate::catalogue::tables::Optic;

/// Trunks, links and costs of a data connection.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Fibres of one trunk cable.
    pub trunk_fibres: u32,
    /// Trunk cables.
    pub trunks: u32,
    /// Optical links.
    pub links: u32,
    /// First cost, EUR per metre of route.
    pub first_per_m: f64,
    /// Cost that does not grow with the route: ends, verticals and slack, EUR.
    pub ends: f64,
    /// Width in a trench, mm.
    pub width_mm: f64,
}

/// Fibre counts of the trunk cables in the price book.
const TRUNK_SIZES: [u32; 3] = [24, 96, 288];

/// Price-book ids of a trunk and of one of its ends.
pub fn items(trunk_fibres: u32) -> (String, String) {
    (format!("fibre-trunk-{trunk_fibres}"), format!("fibre-end-{trunk_fibres}"))
}

/// Sizes a data connection: the trunk size with the lowest cost over a run of 50 m.
pub fn choose(catalogue: &Catalogue, fibres: f64) -> Choice {
    let all = TRUNK_SIZES.map(|size| with_trunk(catalogue, fibres, size));
    let cost = |choice: &Choice| 50.0 * choice.first_per_m + choice.ends;
    let [first, rest @ ..] = all;
    rest.into_iter().fold(first, |best, next| if cost(&next) < cost(&best) { next } else { best })
}

fn with_trunk(catalogue: &Catalogue, fibres: f64, size: u32) -> Choice {
    let rules = &catalogue.rules;
    let trunks = (fibres / f64::from(size)).ceil().max(1.0);
    let (trunk, end) = items(size);
    let metre = catalogue.prices.euros(&trunk) + catalogue.prices.euros("lay-fibre");
    let per_m = metre * rules.cable_route_factor.value;
    let allowance = metre * rules.cable_end_allowance_m.value;
    // Ducts are shared, so a connection takes its share of a full stack of them.
    let stack = rules.trunks_per_duct.value * rules.duct_layers.value;
    Choice {
        trunk_fibres: size,
        trunks: count(trunks),
        links: count((fibres / rules.fibres_per_link.value).ceil()),
        first_per_m: trunks * per_m,
        ends: trunks * (2.0 * catalogue.prices.euros(&end) + allowance),
        width_mm: trunks / stack * rules.duct_pitch_mm.value,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fibre counts are small and not negative"
)]
fn count(value: f64) -> u32 {
    value as u32
}

/// Length of one trunk with verticals, slack and route tolerance, m.
pub fn laid_length(catalogue: &Catalogue, route_m: f64) -> f64 {
    route_m * catalogue.rules.cable_route_factor.value + catalogue.rules.cable_end_allowance_m.value
}

/// The parallel single-mode optics of the link rate, in table order.
pub fn fitting(catalogue: &Catalogue) -> impl Iterator<Item = &Optic> {
    let rate = catalogue.rules.link_rate_gbps.value;
    catalogue.optics.iter().filter(move |optic| {
        optic.media == "SMF parallel" && (f64::from(optic.rate_gbps) - rate).abs() < 0.5
    })
}

/// The one of the [`fitting`] optics with the shortest reach that suffices, or the one with the
/// longest reach.
pub fn optic(catalogue: &Catalogue, length_m: f64) -> Option<&Optic> {
    let reaching = fitting(catalogue)
        .filter(|optic| optic.reach_m >= length_m)
        .min_by(|a, b| a.reach_m.total_cmp(&b.reach_m));
    reaching.or_else(|| fitting(catalogue).max_by(|a, b| a.reach_m.total_cmp(&b.reach_m)))
}

/// Price-book id of a transceiver of a rate.
pub fn optic_item(optic: &Optic) -> String {
    format!("optic-{}g", optic.rate_gbps)
}
