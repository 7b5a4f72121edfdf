//! Circuits and warm pipes side by side in a trench, and how they warm each other.
//!
//! The cross-section is a row: the circuits of one connection after those of the one before it, a
//! pitch apart, then the gap between disciplines, then the pipe pairs. What a circuit may carry is
//! what its hottest conductor leaves after its neighbours have given it the heat of their own
//! design currents, at the resistance of 90 °C, which errs to the safe side.

use std::f64::consts::PI;

use super::{CONDUCTOR_MAX_C, Soil, Thermal, image_gain};
use crate::catalogue::module::Service;
use crate::catalogue::rules::RuleSet;

/// Places in a row beyond which a circuit warms another no more: over a hundred metres away.
const REACH: usize = 512;

/// Which of the two depths a circuit lies at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Low voltage.
    Low,
    /// Medium voltage.
    Medium,
}

impl Level {
    /// The depth of a power service.
    pub fn of(service: Service) -> Self {
        match service {
            Service::MvPower => Self::Medium,
            Service::LvPower
            | Service::Cooling
            | Service::HeatReuse
            | Service::DataA
            | Service::DataB => Self::Low,
        }
    }

    /// Which table of gains holds for a pair of depths.
    fn with(self, other: Self) -> usize {
        usize::from(self == Self::Medium) + usize::from(other == Self::Medium)
    }
}

/// Sums of `ln(d′/d)` over circuits that follow each other at the pitch, worked out once.
#[derive(Clone, Debug)]
pub struct Gains {
    /// Depth of low and medium voltage, m.
    depths_m: [f64; 2],
    pitch_m: f64,
    /// For each pair of depths the sum over the first 0, 1, 2 … steps.
    sums: [Vec<f64>; 3],
}

impl Gains {
    /// The gains of a rule set, up to a number of steps; further ones count as none.
    pub fn new(rules: &RuleSet, steps: usize) -> Self {
        let depths_m = [rules.lv_cable_depth_m.value, rules.mv_cable_depth_m.value];
        let pitch_m = rules.circuit_pitch_mm.value / 1000.0;
        let [low, medium] = depths_m;
        let sums = [[low, low], [low, medium], [medium, medium]].map(|depths| {
            let mut total = 0.0;
            let mut sums = vec![0.0];
            sums.extend((1..=steps.min(REACH)).map(|step| {
                total += image_gain(pitch_m * step as f64, depths);
                total
            }));
            sums
        });
        Self { depths_m, pitch_m, sums }
    }

    /// Gains for whole trenches.
    pub fn of_trenches(rules: &RuleSet) -> Self {
        Self::new(rules, REACH)
    }

    /// Depth of a level, m.
    pub fn depth_m(&self, level: Level) -> f64 {
        self.depths_m[usize::from(level == Level::Medium)]
    }

    /// Sum over the steps `from..to`, both at least 1.
    fn between(&self, levels: usize, from: usize, to: usize) -> f64 {
        let sums = &self.sums[levels];
        let last = sums.len() - 1;
        sums[(to - 1).min(last)] - sums[(from - 1).min(last)]
    }

    /// What the others of `count` equal circuits give to the one in their middle.
    pub fn at_centre(&self, level: Level, count: u32) -> f64 {
        let others = count.saturating_sub(1) as usize;
        let left = others / 2;
        let levels = level.with(level);
        self.between(levels, 1, left + 1) + self.between(levels, 1, others - left + 1)
    }
}

/// The circuits of one connection in a row.
#[derive(Clone, Copy, Debug)]
pub struct Circuits {
    /// The cable.
    pub thermal: Thermal,
    /// Their depth.
    pub level: Level,
    /// How many.
    pub count: u32,
    /// Current of each, A.
    pub current_a: f64,
}

/// A warm pipe beside the circuits.
#[derive(Clone, Copy, Debug)]
pub struct WarmPipe {
    /// Distance of its axis from the edge of the last circuit's place, m.
    pub beyond_m: f64,
    /// Depth of its axis, m.
    pub depth_m: f64,
    /// Heat it loses, W/m.
    pub heat_w_per_m: f64,
}

/// How warm the circuits of one connection are in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmth {
    /// What they carry together, A.
    pub rated_a: f64,
    /// Temperature of their hottest conductor at the design current, °C.
    pub conductor_c: f64,
    /// Rise of the conductor that limits them by their own current at 90 °C, K.
    pub own_k: f64,
    /// Rise by the dielectric loss of its own circuits, K.
    pub dielectric_k: f64,
    /// Rise by the circuits of other connections, K.
    pub cables_k: f64,
    /// Rise by warm pipes, K.
    pub pipes_k: f64,
}

/// Works out a row: an entry for each connection in it, in order. A connection without circuits
/// carries nothing and is as warm as the ground.
pub fn warmth(
    circuits: &[Circuits],
    pipes: &[WarmPipe],
    gains: &Gains,
    (resistivity, ground_c): (f64, f64),
) -> Vec<Warmth> {
    let firsts: Vec<usize> = circuits
        .iter()
        .scan(0, |next, group| {
            let first = *next;
            *next += group.count as usize;
            Some(first)
        })
        .collect();
    let places = circuits.iter().map(|group| group.count as usize).sum::<usize>();
    let heats: Vec<f64> =
        circuits.iter().map(|group| group.thermal.heat(group.current_a)).collect();
    let spread = resistivity / (2.0 * PI);
    let of_group = |own: usize| {
        let group = &circuits[own];
        let depth_m = gains.depth_m(group.level);
        let soil = Soil { resistivity, temperature_c: ground_c, depth_m };
        let alone = group.thermal.buried(&soil);
        let mut worst = Warmth {
            rated_a: if group.count == 0 { 0.0 } else { f64::INFINITY },
            conductor_c: ground_c,
            own_k: 0.0,
            dielectric_k: 0.0,
            cables_k: 0.0,
            pipes_k: 0.0,
        };
        for place in firsts[own]..firsts[own] + group.count as usize {
            // What a run of circuits adds here, on whichever side of it this place is.
            let gain = |other: usize| {
                let (first, count) = (firsts[other], circuits[other].count as usize);
                let levels = group.level.with(circuits[other].level);
                if place < first {
                    gains.between(levels, first - place, first + count - place)
                } else if place >= first + count {
                    gains.between(levels, place + 1 - first - count, place + 1 - first)
                } else {
                    gains.between(levels, 1, place + 1 - first)
                        + gains.between(levels, 1, first + count - place)
                }
            };
            let cables_k: f64 = (0..circuits.len())
                .filter(|&other| other != own)
                .map(|other| spread * heats[other] * gain(other))
                .sum();
            let to_edge_m = gains.pitch_m * (places as f64 - place as f64 - 0.5);
            let pipes_k: f64 = pipes
                .iter()
                .map(|pipe| {
                    let across_m = to_edge_m + pipe.beyond_m;
                    spread * pipe.heat_w_per_m * image_gain(across_m, [depth_m, pipe.depth_m])
                })
                .sum();
            let beyond = alone + group.thermal.mutual(resistivity, gain(own));
            let around_c = ground_c + cables_k + pipes_k;
            let amperes = group.thermal.current(CONDUCTOR_MAX_C - around_c, beyond);
            let conductor_c = group.thermal.temperature(around_c, group.current_a, beyond);
            worst.conductor_c = worst.conductor_c.max(conductor_c);
            let rated_a = amperes * f64::from(group.count);
            if rated_a < worst.rated_a {
                let square = group.current_a * group.current_a;
                worst = Warmth {
                    rated_a,
                    own_k: square * group.thermal.rise_per_square_ampere(beyond),
                    dielectric_k: group.thermal.dielectric_rise(beyond),
                    cables_k,
                    pipes_k,
                    ..worst
                };
            }
        }
        worst
    };
    (0..circuits.len()).map(of_group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::catalogue::tables::Conductor;

    /// Aluminium, 240 mm², 20 kV, and the rules with that pitch.
    fn sample(pitch_mm: f64) -> (Thermal, RuleSet) {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.rules.circuit_pitch_mm.value = pitch_mm;
        let cable = catalogue
            .constructions
            .iter()
            .find(|cable| {
                cable.section_mm2 == 240
                    && cable.conductor == Conductor::Al
                    && (cable.voltage_kv - 20.0).abs() < 0.1
            })
            .unwrap();
        (Thermal::new(cable), catalogue.rules)
    }

    fn group(thermal: Thermal, count: u32, current_a: f64) -> Circuits {
        Circuits { thermal, level: Level::Medium, count, current_a }
    }

    #[test]
    fn equal_circuits_side_by_side_carry_the_published_shares() {
        // Al 240 mm², 20 kV, 0.8 m, 1.5 K m/W, by axial spacing.
        let counts = [2, 3, 4, 5, 6, 8, 10, 12];
        let table = [
            (200.0, [0.82, 0.72, 0.66, 0.62, 0.59, 0.55, 0.53, 0.51]),
            (400.0, [0.87, 0.78, 0.74, 0.70, 0.68, 0.66, 0.64, 0.62]),
            (600.0, [0.90, 0.82, 0.79, 0.76, 0.75, 0.73, 0.71, 0.71]),
            (800.0, [0.92, 0.85, 0.83, 0.81, 0.80, 0.78, 0.77, 0.77]),
        ];
        for (pitch_mm, shares) in table {
            let (thermal, rules) = sample(pitch_mm);
            let gains = Gains::of_trenches(&rules);
            let carries = |count: u32| {
                let row = [group(thermal, count, 100.0)];
                warmth(&row, &[], &gains, (1.5, 20.0))[0].rated_a / f64::from(count)
            };
            for (count, share) in counts.into_iter().zip(shares) {
                let found = carries(count) / carries(1);
                assert!((found - share).abs() < 0.01, "{count} at {pitch_mm} mm: {found}");
            }
        }
    }

    #[test]
    fn the_one_in_the_middle_is_the_hottest() {
        let (thermal, rules) = sample(200.0);
        let gains = Gains::of_trenches(&rules);
        for count in 1..20 {
            let row = [group(thermal, count, 100.0)];
            let found = warmth(&row, &[], &gains, (1.5, 20.0))[0].rated_a / f64::from(count);
            let soil = Soil { resistivity: 1.5, temperature_c: 20.0, depth_m: 0.8 };
            let mutual = thermal.mutual(1.5, gains.at_centre(Level::Medium, count));
            let centre = thermal.current(70.0, thermal.buried(&soil) + mutual);
            assert!((found - centre).abs() < 1e-9, "{count}: {found} and {centre}");
        }
    }

    #[test]
    fn one_connection_of_six_is_as_warm_as_six_of_one() {
        let (thermal, rules) = sample(200.0);
        let gains = Gains::of_trenches(&rules);
        let joint = warmth(&[group(thermal, 6, 150.0)], &[], &gains, (1.5, 20.0))[0];
        let apart = warmth(&[group(thermal, 1, 150.0); 6], &[], &gains, (1.5, 20.0));
        let hottest = apart.iter().map(|one| one.own_k + one.cables_k).fold(0.0, f64::max);
        // The dielectric loss of the others is their heat here and its own there.
        assert!((joint.own_k - hottest).abs() < 0.5, "{} and {hottest}", joint.own_k);
    }

    #[test]
    fn a_neighbour_without_load_takes_nothing() {
        let (thermal, rules) = sample(200.0);
        let gains = Gains::of_trenches(&rules);
        let idle = Thermal { dielectric: 0.0, ..thermal };
        let alone = warmth(&[group(thermal, 2, 200.0)], &[], &gains, (1.5, 20.0))[0];
        let row = [group(idle, 3, 0.0), group(thermal, 2, 200.0)];
        let beside = warmth(&row, &[], &gains, (1.5, 20.0))[1];
        assert!((alone.rated_a - beside.rated_a).abs() < 1e-9);
        assert!(warmth(&[group(thermal, 0, 0.0)], &[], &gains, (1.5, 20.0))[0].rated_a <= 0.0);
    }

    #[test]
    fn a_warm_pipe_takes_more_the_nearer_it_is() {
        let (thermal, rules) = sample(200.0);
        let gains = Gains::of_trenches(&rules);
        let beside = |beyond_m: f64| {
            let pipe = WarmPipe { beyond_m, depth_m: 0.9, heat_w_per_m: 20.0 };
            warmth(&[group(thermal, 1, 300.0)], &[pipe], &gains, (1.5, 20.0))[0]
        };
        let far = beside(3.0);
        // 1.5 / 2π · 20 · ln(√(3.1² + 1.7²) / √(3.1² + 0.1²)) by hand.
        assert!((far.pipes_k - 0.625).abs() < 0.01, "{}", far.pipes_k);
        let near = beside(0.5);
        assert!(near.pipes_k > 3.0 * far.pipes_k && near.rated_a < far.rated_a);
        assert!(near.conductor_c > far.conductor_c);
    }

    proptest::proptest! {
        #[test]
        fn a_neighbour_never_raises_a_rating(
            count in 1_u32..8,
            beside in 1_u32..8,
            amperes in 0.0..600.0_f64,
            pitch_mm in 100.0..800.0_f64,
        ) {
            let (thermal, rules) = sample(pitch_mm);
            let gains = Gains::of_trenches(&rules);
            let own = group(thermal, count, 100.0);
            let alone = warmth(&[own], &[], &gains, (1.5, 20.0))[0];
            let row = [group(thermal, beside, amperes), own];
            let among = warmth(&row, &[], &gains, (1.5, 20.0))[1];
            proptest::prop_assert!(among.rated_a <= alone.rated_a);
            proptest::prop_assert!(among.conductor_c >= alone.conductor_c);
            // On the other side it is the same by symmetry.
            let mirrored = warmth(&[own, row[0]], &[], &gains, (1.5, 20.0))[0];
            proptest::prop_assert!((mirrored.rated_a - among.rated_a).abs() < 1e-6);
        }
    }
}
