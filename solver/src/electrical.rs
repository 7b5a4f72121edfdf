//! The electrical network of a site, solved: voltages, currents, losses and short circuits.
//!
//! [`site`] builds the network from a plan and its report: utility entries hold the voltage,
//! cables and transformers are those that were sized, modules draw their ratings at the power
//! factor of the rule set, pairs of a 2N module half from each side. Uninterruptible supplies
//! separate what they feed: their inverter holds the voltage there, and their input draws what the
//! planning curve adds. Standby generators run unloaded where the mains serve. [`study`] solves it
//! with [`crate::physics::power`].

pub mod site;
mod solve;
mod ups;

use serde::Serialize;

pub use site::Site;
pub use ups::efficiency;

use crate::catalogue::Catalogue;
use crate::id::Id;
use crate::plan::Plan;
use crate::report::{Report, Sizing};

/// Voltages, currents, losses and short circuits of a site.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PowerStudy {
    /// Why there are no voltages, where the network has no solution.
    pub problem: Option<String>,
    /// Steps of Newton's method.
    pub iterations: u32,
    /// Active power drawn from the utility and from generators, kW.
    pub drawn_kw: f64,
    /// Reactive power drawn from them, kvar.
    pub drawn_kvar: f64,
    /// Losses of cables, transformers and uninterruptible supplies, kW.
    pub loss_kw: f64,
    /// Nodes of the network.
    pub buses: Vec<BusState>,
    /// Cables by connection.
    pub cables: Vec<CableState>,
    /// Transformers by station.
    pub transformers: Vec<UnitState>,
    /// Uninterruptible supplies.
    pub inverters: Vec<InverterState>,
}

/// A node of the network.
#[derive(Clone, Debug, Serialize)]
pub struct BusState {
    /// Its name: an entry, `container:MV`, `container:LV` or a connection.
    pub id: String,
    /// The container it is in; none at a utility entry.
    pub container: Option<Id>,
    /// Nominal voltage, kV.
    pub nominal_kv: f64,
    /// Voltage, p.u.; none where nothing feeds it.
    pub voltage_pu: Option<f64>,
    /// Voltage, kV.
    pub voltage_kv: Option<f64>,
    /// Angle, degrees.
    pub angle_degrees: Option<f64>,
    /// Active power drawn there, kW.
    pub drawn_kw: f64,
    /// Reactive power drawn there, kvar.
    pub drawn_kvar: f64,
    /// Greatest initial short-circuit current Ik'', kA.
    pub fault_max_ka: Option<f64>,
    /// Least initial short-circuit current Ik'', kA.
    pub fault_min_ka: Option<f64>,
    /// Peak short-circuit current, kA.
    pub fault_peak_ka: Option<f64>,
}

/// The cables of a connection.
#[derive(Clone, Debug, Serialize)]
pub struct CableState {
    /// The connection.
    pub connection: String,
    /// Voltage at its load, p.u.
    pub voltage_pu: Option<f64>,
    /// Current of all circuits together, A.
    pub current_a: f64,
    /// Share of what they carry in their trench, per cent.
    pub loading_percent: f64,
    /// Losses, kW.
    pub loss_kw: f64,
    /// Voltage lost between its ends, per cent of nominal.
    pub drop_percent: f64,
    /// Greatest Ik'' at its load, kA.
    pub fault_max_ka: Option<f64>,
    /// Greatest Ik'' at its supply, kA.
    pub fault_supply_ka: Option<f64>,
}

/// The transformer of a station.
#[derive(Clone, Debug, Serialize)]
pub struct UnitState {
    /// The station.
    pub container: Id,
    /// Active power it takes, kW.
    pub taken_kw: f64,
    /// Reactive power it takes, kvar.
    pub taken_kvar: f64,
    /// Current at its low side, A.
    pub current_a: f64,
    /// Greater current of its sides as a share of the rated one, per cent.
    pub loading_percent: f64,
    /// Losses, kW.
    pub loss_kw: f64,
}

/// An uninterruptible supply.
#[derive(Clone, Debug, Serialize)]
pub struct InverterState {
    /// The module.
    pub container: Id,
    /// Active power it gives, kW.
    pub given_kw: f64,
    /// Reactive power it gives, kvar.
    pub given_kvar: f64,
    /// Share of its rating, per cent.
    pub loading_percent: f64,
    /// Losses, kW.
    pub loss_kw: f64,
}

impl PowerStudy {
    /// The node of that name.
    pub fn bus(&self, id: &str) -> Option<&BusState> {
        self.buses.iter().find(|bus| bus.id == id)
    }

    /// The cables of a connection.
    pub fn cable(&self, connection: &str) -> Option<&CableState> {
        self.cables.iter().find(|cable| cable.connection == connection)
    }

    /// Lowest voltage inside a container, p.u.
    pub fn lowest_voltage(&self, container: &Id) -> Option<f64> {
        let inside = |bus: &&BusState| bus.container.as_ref() == Some(container);
        self.buses.iter().filter(inside).filter_map(|bus| bus.voltage_pu).min_by(f64::total_cmp)
    }
}

/// Solves the network of a report; `catalogue` already carries the plan's overrides.
pub fn study(plan: &Plan, catalogue: &Catalogue, report: &Report) -> PowerStudy {
    let site = Site::of(plan, catalogue, report);
    if site.nodes.iter().all(|node| node.feed.is_none()) {
        return PowerStudy::default();
    }
    let faults = match solve::faults(&site, catalogue) {
        Ok(faults) => faults,
        Err(error) => return unsolved(&site, &error),
    };
    let flow = match solve::flow(&site, catalogue) {
        Ok(flow) => flow,
        Err(error) => return unsolved(&site, &error),
    };
    let buses: Vec<BusState> =
        (0..site.nodes.len()).map(|node| bus_state(&site, &flow, &faults, node)).collect();
    let cables = site
        .cables
        .iter()
        .enumerate()
        .filter_map(|(number, cable)| {
            let connection = &report.connections[cable.connection];
            let Some(Sizing::Cable(sizing)) = &connection.sizing else { return None };
            let (from, to) = (&buses[cable.from], &buses[cable.to]);
            let ends = flow.of_cable(&site, number);
            let lost = from.voltage_pu.zip(to.voltage_pu).map_or(0.0, |(from, to)| from - to);
            Some(CableState {
                connection: connection.id.clone(),
                voltage_pu: to.voltage_pu,
                current_a: ends.current_a,
                loading_percent: 100.0 * ends.current_a / sizing.ampacity_a,
                loss_kw: ends.loss_kw,
                drop_percent: 100.0 * lost,
                fault_max_ka: to.fault_max_ka,
                fault_supply_ka: from.fault_max_ka,
            })
        })
        .collect();
    PowerStudy {
        problem: None,
        iterations: flow.solution.iterations,
        drawn_kw: flow.drawn_kva.re,
        drawn_kvar: flow.drawn_kva.im,
        loss_kw: flow.loss_kw(&site),
        transformers: (0..site.units.len()).map(|unit| flow.of_unit(&site, unit)).collect(),
        inverters: flow.inverters.clone(),
        buses,
        cables,
    }
}

fn unsolved(site: &Site, error: &crate::physics::power::PowerError) -> PowerStudy {
    PowerStudy { problem: Some(site.named(error)), ..PowerStudy::default() }
}

fn bus_state(
    site: &Site,
    flow: &solve::SiteFlow,
    faults: &[solve::NodeFault],
    index: usize,
) -> BusState {
    let (node, fault) = (&site.nodes[index], &faults[index]);
    let voltage = flow.solution.live[index].then(|| flow.solution.voltages[index]);
    let voltage_pu = voltage.map(crate::physics::power::Complex::modulus);
    BusState {
        id: node.id.clone(),
        container: node.container.clone(),
        nominal_kv: node.nominal_kv,
        voltage_pu,
        voltage_kv: voltage_pu.map(|voltage| voltage * node.nominal_kv),
        angle_degrees: voltage.map(|voltage| voltage.angle().to_degrees()),
        drawn_kw: flow.draws_kva[index].re,
        drawn_kvar: flow.draws_kva[index].im,
        fault_max_ka: fault.greatest.map(|fault| fault.initial_ka),
        fault_min_ka: fault.least.map(|fault| fault.initial_ka),
        fault_peak_ka: fault.greatest.map(|fault| fault.peak_ka),
    }
}

#[cfg(test)]
mod tests;
