//! Losses of uninterruptible supplies.

/// Efficiency of double conversion by share of the rating: a planning curve through points that
/// makers publish for transformerless sets.
const CURVE: [(f64, f64); 5] =
    [(0.10, 0.90), (0.25, 0.945), (0.50, 0.965), (0.75, 0.968), (1.0, 0.965)];

/// Efficiency at a share of the rating.
///
/// Losses, not efficiencies, are interpolated between the points; below the first they shrink
/// towards those of a set that idles with half of them.
pub fn efficiency(share: f64) -> f64 {
    if share <= 0.0 { 0.0 } else { share / (share + loss(share)) }
}

/// Losses as a share of the rating.
pub(super) fn loss(share: f64) -> f64 {
    let at = |(share, efficiency): (f64, f64)| share * (1.0 / efficiency - 1.0);
    let (first, last) = (CURVE[0], CURVE[CURVE.len() - 1]);
    if share <= first.0 {
        let idle = at(first) / 2.0;
        return idle + (at(first) - idle) * share.max(0.0) / first.0;
    }
    if share >= last.0 {
        // Losses of overload grow with the square of the current.
        return at(last) * share * share;
    }
    CURVE.windows(2).find(|pair| share <= pair[1].0).map_or_else(
        || at(last),
        |pair| {
            let along = (share - pair[0].0) / (pair[1].0 - pair[0].0);
            at(pair[0]) + along * (at(pair[1]) - at(pair[0]))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_through_its_points() {
        for (share, expected) in CURVE {
            assert!((efficiency(share) - expected).abs() < 1e-12, "{share}");
        }
    }

    #[test]
    fn losses_never_fall_as_the_load_grows() {
        let losses: Vec<f64> = (0..150).map(|step| loss(f64::from(step) / 100.0)).collect();
        assert!(losses.windows(2).all(|pair| pair[0] <= pair[1]), "{losses:?}");
        assert!(losses[0] > 0.0);
    }
}
