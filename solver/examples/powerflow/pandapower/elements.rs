//! What hangs on buses: loads, generators, feeders, shunts, wards.

use std::collections::BTreeMap;

use stackyard_solver::physics::power::short_circuit::Extreme;
use stackyard_solver::physics::power::{Complex, Role};

use super::{Builder, Purpose};
use crate::frames::Row;
use crate::model::Feeder;

/// Shares of the loads of a bus that follow its voltage.
#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    loads: f64,
    /// At constant impedance, active and reactive.
    impedance: (f64, f64),
    /// At constant current.
    current: (f64, f64),
}

impl Builder<'_> {
    pub(super) fn add_elements(&mut self) -> Result<(), String> {
        if self.purpose != Purpose::Flow {
            return self.add_feeders();
        }
        self.add_powers()?;
        self.split_by_voltage()?;
        self.add_shunts()?;
        self.add_generators()?;
        self.add_feeders()
    }

    /// The node of an element in service at a bus in service.
    fn live(&self, row: Row<'_>) -> Result<Option<usize>, String> {
        let bus = self.bus(row, "bus")?;
        Ok((self.on[bus] && row.flag("in_service", true)?).then(|| self.node(bus)))
    }

    fn draw(&mut self, node: usize, power_mva: Complex) {
        let base = self.model.base_mva;
        self.model.network.buses[node].draw += power_mva * (1.0 / base);
    }

    /// Constant powers; all of a bus together follow the shares of its loads afterwards.
    fn add_powers(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for (table, sign) in [("load", 1.0), ("sgen", -1.0), ("storage", 1.0)] {
            for row in frames.rows(table) {
                let Some(node) = self.live(row)? else { continue };
                let power = Complex::new(row.figure("p_mw")?, row.figure("q_mvar")?);
                self.draw(node, power * (sign * row.figure_or("scaling", 1.0)?));
            }
        }
        for (table, sign) in [("asymmetric_load", 1.0), ("asymmetric_sgen", -1.0)] {
            for row in frames.rows(table) {
                let Some(node) = self.live(row)? else { continue };
                let mut power = Complex::ZERO;
                for phase in ["a", "b", "c"] {
                    power += Complex::new(
                        row.figure(&format!("p_{phase}_mw"))?,
                        row.figure(&format!("q_{phase}_mvar"))?,
                    );
                }
                self.draw(node, power * (sign * row.figure_or("scaling", 1.0)?));
            }
        }
        for table in ["ward", "xward"] {
            for row in frames.rows(table) {
                let Some(node) = self.live(row)? else { continue };
                self.draw(node, Complex::new(row.figure("ps_mw")?, row.figure("qs_mvar")?));
            }
        }
        for row in frames.rows("motor") {
            let Some(node) = self.live(row)? else { continue };
            let loading =
                row.figure_or("loading_percent", 100.0)? / 100.0 * row.figure_or("scaling", 1.0)?;
            let efficiency = row.positive("efficiency_percent")? / 100.0;
            let active = row.needed("pn_mech_mw")? / efficiency * loading;
            let apparent = active / row.positive("cos_phi")?;
            let reactive = (apparent * apparent - active * active).max(0.0).sqrt();
            self.draw(node, Complex::new(active, reactive));
        }
        Ok(())
    }

    /// Parts of the power that follow the voltage: means over the loads of a bus, and of the last
    /// bus where several make one node, as pandapower has it.
    fn split_by_voltage(&mut self) -> Result<(), String> {
        let frames = self.frames;
        let mut shares: BTreeMap<usize, Shares> = BTreeMap::new();
        for row in frames.rows("load") {
            if self.live(row)?.is_none() {
                continue;
            }
            let of = shares.entry(self.bus(row, "bus")?).or_default();
            of.loads += 1.0;
            // Before version 3.2 one share stood for both.
            let both = |kind: &str| -> Result<(f64, f64), String> {
                let one = row.figure(&format!("const_{kind}_percent"))?;
                Ok((
                    row.figure_or(&format!("const_{kind}_p_percent"), one)?,
                    row.figure_or(&format!("const_{kind}_q_percent"), one)?,
                ))
            };
            let (impedance, current) = (both("z")?, both("i")?);
            if impedance.0 + current.0 > 100.0 || impedance.1 + current.1 > 100.0 {
                return Err(format!(
                    "{}: shares at constant impedance and current exceed 100 per cent",
                    row.label()
                ));
            }
            of.impedance.0 += impedance.0 / 100.0;
            of.impedance.1 += impedance.1 / 100.0;
            of.current.0 += current.0 / 100.0;
            of.current.1 += current.1 / 100.0;
        }
        let by_node: BTreeMap<usize, Shares> =
            shares.into_iter().map(|(bus, shares)| (self.node(bus), shares)).collect();
        for (node, Shares { loads, impedance, current }) in by_node {
            let bus = &mut self.model.network.buses[node];
            let all = bus.draw;
            let part = |share: (f64, f64)| {
                Complex::new(all.re * share.0 / loads, all.im * share.1 / loads)
            };
            let (at_impedance, at_current) = (part(impedance), part(current));
            bus.draw = all - at_impedance - at_current;
            bus.draw_at_constant_current = at_current;
            bus.shunt += at_impedance.conj();
        }
        Ok(())
    }

    fn add_shunts(&mut self) -> Result<(), String> {
        let frames = self.frames;
        let per_unit = 1.0 / self.model.base_mva;
        for row in frames.rows("shunt") {
            let Some(node) = self.live(row)? else { continue };
            if row.flag("step_dependency_table", false)? {
                return Err(format!("{}: step tables have no model here", row.label()));
            }
            let bus = self.bus(row, "bus")?;
            let rated = row.figure_or("vn_kv", self.own_kv(bus))?;
            let over = self.model.nominal_kv[node] / rated;
            let power = Complex::new(row.figure("p_mw")?, row.figure("q_mvar")?);
            let scale = over * over * row.figure_or("step", 1.0)? * per_unit;
            self.model.network.buses[node].shunt += power.conj() * scale;
        }
        for table in ["ward", "xward"] {
            for row in frames.rows(table) {
                let Some(node) = self.live(row)? else { continue };
                let power = Complex::new(row.figure("pz_mw")?, row.figure("qz_mvar")?);
                self.model.network.buses[node].shunt += power.conj() * per_unit;
            }
        }
        Ok(())
    }

    /// Nominal voltage of a bus itself, not of the node it is part of, kV.
    fn own_kv(&self, bus: usize) -> f64 {
        self.model.nominal_kv[bus]
    }

    fn add_generators(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("gen") {
            let Some(node) = self.live(row)? else { continue };
            let voltage = row.positive("vm_pu")?;
            let power = row.figure("p_mw")? * row.figure_or("scaling", 1.0)?;
            self.draw(node, Complex::new(-power, 0.0));
            let bus = &mut self.model.network.buses[node];
            let slack = row.flag("slack", false)? || matches!(bus.role, Role::Slack { .. });
            bus.role = if slack {
                Role::Slack { voltage, angle: 0.0 }
            } else {
                Role::Held { voltage, limits: None }
            };
        }
        Ok(())
    }

    /// External grids; a generator at the same node decides on the voltage.
    fn add_feeders(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("ext_grid") {
            let Some(node) = self.live(row)? else { continue };
            let given = row.positive("vm_pu")?;
            let bus = &mut self.model.network.buses[node];
            let voltage = match bus.role {
                Role::Held { voltage, .. } | Role::Slack { voltage, .. } => voltage,
                Role::Load | Role::Off => given,
            };
            let angle = row.figure("va_degree")?.to_radians();
            bus.role = Role::Slack { voltage, angle };
            let (power, ratio) = match self.purpose {
                Purpose::Flow => continue,
                Purpose::Fault(Extreme::Max) => ("s_sc_max_mva", "rx_max"),
                Purpose::Fault(Extreme::Min) => ("s_sc_min_mva", "rx_min"),
            };
            let feeder =
                Feeder { node, power_mva: row.positive(power)?, r_to_x: row.needed(ratio)? };
            self.model.feeders.push(feeder);
        }
        Ok(())
    }
}
