//! Pipe sizes a flow may use, and what each costs over the horizon.

use crate::catalogue::Catalogue;
use crate::catalogue::tables::Pipe;
use crate::physics::hydraulics::{Fluid, gradient, velocity};

/// Material the planner lays.
pub(crate) const MATERIAL: &str = "pre-insulated";

/// The pipes of the catalogue that are laid, with what they cost, and the water in them.
#[derive(Clone, Debug, Default)]
pub struct PipeTable {
    /// Sizes, small to large.
    pub sizes: Vec<PipeSize>,
    /// The water.
    pub fluid: Fluid,
    /// Present value of one watt of friction, EUR.
    pub euros_per_watt: f64,
    /// Factor on straight friction for bends and valves.
    pub fittings: f64,
    gradient_max: f64,
    velocity_max: f64,
    delta_k: f64,
}

/// One size.
#[derive(Clone, Debug)]
pub struct PipeSize {
    /// Nominal diameter.
    pub dn: u32,
    /// Price-book id.
    pub item: String,
    /// Inner diameter, mm.
    pub inner_mm: f64,
    /// Roughness, mm.
    pub roughness_mm: f64,
    /// Price of a metre of pair, EUR.
    pub per_m: f64,
    /// Width a pair takes in a trench, mm.
    pub width_mm: f64,
}

/// A size chosen for a flow, per metre of pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipeCost {
    /// Index of the size.
    pub size: usize,
    /// First cost, EUR/m.
    pub first_per_m: f64,
    /// Present value of pumping against its friction, EUR/m.
    pub running_per_m: f64,
    /// Width of the pair in a trench, mm.
    pub width_mm: f64,
}

/// The pipe of a nominal diameter that the planner lays.
pub fn of_diameter(catalogue: &Catalogue, dn: u32) -> Option<&Pipe> {
    catalogue.pipes.iter().find(|pipe| pipe.dn == dn && pipe.material.contains(MATERIAL))
}

impl PipeTable {
    /// The pipes of a catalogue.
    pub fn new(catalogue: &Catalogue) -> Self {
        let rules = &catalogue.rules;
        let pair_width = |pipe: &Pipe| {
            2.0 * (pipe.outer_mm + 2.0 * rules.pipe_insulation_mm.value) + rules.pipe_gap_mm.value
        };
        let mut sizes: Vec<PipeSize> = catalogue
            .pipes
            .iter()
            .filter(|pipe| pipe.material.contains(MATERIAL))
            .map(|pipe| {
                let item = format!("pipe-pair-dn{}", pipe.dn);
                PipeSize {
                    dn: pipe.dn,
                    inner_mm: pipe.inner_mm,
                    roughness_mm: pipe.roughness_mm,
                    per_m: catalogue.prices.euros(&item),
                    width_mm: pair_width(pipe),
                    item,
                }
            })
            .collect();
        // A size without a price would look free; it is used only if no size has one.
        if sizes.iter().any(|size| size.per_m > 0.0) {
            sizes.retain(|size| size.per_m > 0.0);
        }
        sizes.sort_by_key(|size| size.dn);
        let mean_c = rules.water_supply_c.value + rules.water_delta_k.value / 2.0;
        Self {
            sizes,
            fluid: Fluid::water(mean_c),
            euros_per_watt: rules.euros_per_watt() * rules.loss_share()
                / rules.pump_efficiency.value,
            fittings: rules.pipe_fittings_factor.value,
            gradient_max: rules.pipe_gradient_max_pa_per_m.value,
            velocity_max: rules.pipe_velocity_max_m_per_s.value,
            delta_k: rules.water_delta_k.value,
        }
    }

    /// Flow in kg/s for a heat load in kW.
    pub fn flow(&self, heat_kw: f64) -> f64 {
        self.fluid.mass_flow(heat_kw, self.delta_k)
    }

    /// Friction gradient of one pipe with fittings, Pa per metre of route.
    pub fn gradient(&self, size: usize, flow: f64) -> f64 {
        let size = &self.sizes[size];
        gradient(&self.fluid, flow, size.inner_mm, size.roughness_mm) * self.fittings
    }

    /// Velocity, m/s.
    pub fn velocity(&self, size: usize, flow: f64) -> f64 {
        velocity(&self.fluid, flow, self.sizes[size].inner_mm)
    }

    /// Sizes that keep gradient and velocity limits; the largest alone where none does.
    pub fn allowed(&self, flow: f64) -> std::ops::Range<usize> {
        let first = (0..self.sizes.len()).find(|&size| self.keeps_limits(size, flow));
        first.unwrap_or_else(|| self.sizes.len().saturating_sub(1))..self.sizes.len()
    }

    /// Whether a size keeps gradient and velocity limits.
    pub fn keeps_limits(&self, size: usize, flow: f64) -> bool {
        self.velocity(size, flow) <= self.velocity_max
            && self.gradient(size, flow) <= self.gradient_max * self.fittings
    }

    /// Present value of pumping `flow` kg/s against one pascal, EUR.
    pub fn euros_per_pascal(&self, flow: f64) -> f64 {
        flow / self.fluid.density * self.euros_per_watt
    }

    /// The size with the lowest lifetime cost for a flow, its trench width priced at
    /// `width_rate` EUR per metre and metre of width.
    pub fn cheapest(&self, flow: f64, width_rate: f64) -> Option<PipeCost> {
        let mut best: Option<(f64, PipeCost)> = None;
        for index in self.allowed(flow) {
            let size = &self.sizes[index];
            let running = 2.0 * self.gradient(index, flow) * self.euros_per_pascal(flow);
            let cost = size.per_m + running + width_rate * size.width_mm / 1000.0;
            if best.is_none_or(|(least, _)| cost < least) {
                let choice = PipeCost {
                    size: index,
                    first_per_m: size.per_m,
                    running_per_m: running,
                    width_mm: size.width_mm,
                };
                best = Some((cost, choice));
            } else if best.is_some_and(|(least, _)| size.per_m > least) {
                break;
            }
        }
        best.map(|(_, choice)| choice)
    }
}
