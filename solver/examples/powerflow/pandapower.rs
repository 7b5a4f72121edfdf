//! Networks as pandapower writes them, by the models of its own conversion: lines as π circuits,
//! transformers as T circuits with tap changers, closed switches between buses as one node.

mod elements;
mod joints;
mod three_windings;
mod transformer;

use std::collections::BTreeMap;

use serde_json::Value;
use stackyard_solver::physics::power::short_circuit::Extreme;
use stackyard_solver::physics::power::{Branch, Bus, Complex, Role};

use crate::frames::{Frames, Row};
use crate::model::{Line, Model, Named, Transformer};

/// What the network is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A power flow.
    Flow,
    /// A short circuit: rated ratios, no shunts, corrected transformers, hot conductors for the
    /// least current.
    Fault(Extreme),
}

/// Tables whose elements change the flow and have no model here.
const UNKNOWN: [&str; 10] = [
    "dcline",
    "svc",
    "tcsc",
    "ssc",
    "vsc",
    "vsc_stacked",
    "vsc_bipolar",
    "line_dc",
    "source_dc",
    "load_dc",
];

/// A network at work: tables, and where their elements went.
struct Builder<'a> {
    frames: &'a Frames,
    purpose: Purpose,
    model: Model,
    /// Row of each bus by its index.
    rows: BTreeMap<i64, usize>,
    /// Whether each bus of the table is in service.
    on: Vec<bool>,
    /// Branches by kind of element, index and winding.
    branches: BTreeMap<(char, i64, usize), usize>,
    /// Ends of each branch as rows of the bus table.
    ends: Vec<(usize, usize)>,
}

/// Reads a file.
pub(crate) fn read(file: &Value, purpose: Purpose) -> Result<Model, String> {
    let frames = Frames::read(file)?;
    let without_model: &[&str] = match purpose {
        Purpose::Flow => &[],
        // Their share in a short circuit needs figures that few files have.
        Purpose::Fault(_) => &["gen", "sgen", "motor", "ward", "xward"],
    };
    for &name in UNKNOWN.iter().chain(without_model) {
        for row in frames.rows(name) {
            if row.flag("in_service", true)? {
                return Err(format!("{}: elements of this kind have no model here", row.label()));
            }
        }
    }
    let base_mva = frames.plain("sn_mva").filter(|base| *base > 0.0).unwrap_or(1.0);
    let mut builder = Builder {
        frames: &frames,
        purpose,
        model: Model { base_mva, has_kinds: true, ..Model::default() },
        rows: BTreeMap::new(),
        on: Vec::new(),
        branches: BTreeMap::new(),
        ends: Vec::new(),
    };
    builder.add_buses()?;
    builder.add_elements()?;
    builder.add_lines()?;
    builder.add_transformers()?;
    builder.add_three_windings()?;
    builder.add_impedances()?;
    builder.add_extended_wards()?;
    builder.add_resistive_switches()?;
    builder.open_switches()?;
    builder.cut_lines_at_dead_buses();
    Ok(builder.model)
}

impl Builder<'_> {
    /// Nodes for buses, one for all that closed switches join.
    fn add_buses(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for (number, row) in frames.rows("bus").enumerate() {
            if self.rows.insert(row.index(), number).is_some() {
                return Err(format!("{} is there twice", row.label()));
            }
            let on = row.flag("in_service", true)?;
            self.on.push(on);
            let role = if on { Role::Load } else { Role::Off };
            self.model.add(Bus { role, ..Bus::default() }, row.positive("vn_kv")?);
        }
        if self.on.is_empty() {
            return Err("the network has no bus".to_owned());
        }
        let nodes = self.fused()?;
        for (row, node) in frames.rows("bus").zip(nodes) {
            let id = row.index();
            let on = row.flag("in_service", true)?;
            self.model.buses.push(Named { id, node, on });
        }
        Ok(())
    }

    /// The row of the bus that an element names.
    fn bus(&self, row: Row<'_>, column: &str) -> Result<usize, String> {
        let id = row.reference(column)?;
        let missing = || format!("{}: {column} names bus {id}, which is not there", row.label());
        self.rows.get(&id).copied().ok_or_else(missing)
    }

    /// The node of a row of the bus table.
    fn node(&self, bus: usize) -> usize {
        self.model.buses[bus].node
    }

    /// Nominal voltage of the node of a bus, kV.
    fn nominal_kv(&self, bus: usize) -> f64 {
        self.model.nominal_kv[self.node(bus)]
    }

    /// Ohms that are 1 p.u. at a bus.
    fn base_ohm(&self, bus: usize) -> f64 {
        let nominal_kv = self.nominal_kv(bus);
        nominal_kv * nominal_kv / self.model.base_mva
    }

    /// Adds a branch and returns its index.
    fn push(&mut self, branch: Branch, ends: (usize, usize)) -> usize {
        self.model.network.branches.push(branch);
        self.ends.push(ends);
        self.ends.len() - 1
    }

    fn add_lines(&mut self) -> Result<(), String> {
        let frames = self.frames;
        let frequency = frames.plain("f_hz").unwrap_or(50.0);
        for row in frames.rows("line") {
            let (from, to) = (self.bus(row, "from_bus")?, self.bus(row, "to_bus")?);
            let ohm = self.base_ohm(from);
            let (length, parallel) = (row.needed("length_km")?, row.figure_or("parallel", 1.0)?);
            if parallel <= 0.0 {
                return Err(format!("{}: parallel is {parallel}", row.label()));
            }
            let siemens = Complex::new(
                row.figure("g_us_per_km")? * 1e-6,
                std::f64::consts::TAU * frequency * row.figure("c_nf_per_km")? * 1e-9,
            );
            let mut shunt = siemens * (length * parallel * ohm / 2.0);
            let mut resistance = row.needed("r_ohm_per_km")?;
            if let Purpose::Fault(extreme) = self.purpose {
                shunt = Complex::ZERO;
                if extreme == Extreme::Min {
                    // IEC 60909-0, 2.4: conductors as hot as the short circuit leaves them.
                    resistance *= 1.0 + 0.004 * (row.needed("endtemp_degree")? - 20.0);
                }
            }
            let impedance = Complex::new(resistance, row.needed("x_ohm_per_km")?);
            let branch = Branch {
                shunt_from: shunt,
                shunt_to: shunt,
                on: row.flag("in_service", true)?,
                ..Branch::line(
                    self.node(from),
                    self.node(to),
                    impedance * (length / parallel / ohm),
                )
            };
            let limit_ka = row.figure("max_i_ka")? * row.figure_or("df", 1.0)? * parallel;
            let branch = self.push(branch, (from, to));
            let id = row.index();
            self.branches.insert(('l', id, 0), branch);
            self.model.lines.push(Line { id, branch, limit_ka });
        }
        Ok(())
    }

    fn add_transformers(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("trafo") {
            if row.flag("tap_dependency_table", false)? {
                return Err(format!(
                    "{}: tap_dependency_table is set; characteristics have no model here",
                    row.label()
                ));
            }
            let (high, low) = (self.bus(row, "hv_bus")?, self.bus(row, "lv_bus")?);
            let plate = transformer::Plate::read(row)?;
            let bus_kv = (self.nominal_kv(high), self.nominal_kv(low));
            let branch = plate
                .branch(bus_kv, self.model.base_mva, self.purpose)
                .map_err(|reason| format!("{}: {reason}", row.label()))?;
            let branch = Branch {
                from: self.node(high),
                to: self.node(low),
                on: row.flag("in_service", true)?,
                ..branch
            };
            let branch = self.push(branch, (high, low));
            let id = row.index();
            self.branches.insert(('t', id, 0), branch);
            self.model.transformers.push(Transformer {
                id,
                branch,
                rated_mva: plate.rated_mva * plate.parallel * row.figure_or("df", 1.0)?,
                rated_kv: (plate.high_kv, plate.low_kv),
            });
        }
        Ok(())
    }

    fn add_impedances(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("impedance") {
            let (from, to) = (self.bus(row, "from_bus")?, self.bus(row, "to_bus")?);
            let scale = self.model.base_mva / row.positive("sn_mva")?;
            let pair = |real: &str, imaginary: &str| -> Result<Complex, String> {
                Ok(Complex::new(row.figure(real)?, row.figure(imaginary)?))
            };
            let branch = Branch {
                impedance_back: Some(pair("rtf_pu", "xtf_pu")? * scale),
                shunt_from: pair("gf_pu", "bf_pu")? * (1.0 / scale),
                shunt_to: pair("gt_pu", "bt_pu")? * (1.0 / scale),
                on: row.flag("in_service", true)?,
                ..Branch::line(self.node(from), self.node(to), pair("rft_pu", "xft_pu")? * scale)
            };
            self.push(branch, (from, to));
        }
        Ok(())
    }

    /// Extended wards: a held voltage behind an impedance.
    fn add_extended_wards(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("xward") {
            let bus = self.bus(row, "bus")?;
            if !(self.on[bus] && row.flag("in_service", true)?) {
                continue;
            }
            let held = Role::Held { voltage: row.positive("vm_pu")?, limits: None };
            let kv = self.nominal_kv(bus);
            let node = self.model.add(Bus { role: held, ..Bus::default() }, kv);
            let ohm = self.base_ohm(bus);
            let impedance = Complex::new(row.figure("r_ohm")?, row.figure("x_ohm")?);
            let branch = Branch::line(self.node(bus), node, impedance * (1.0 / ohm));
            self.push(branch, (bus, bus));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
