//! Flow and short circuits of a site.

use super::site::{Feed, Site, Unit, VECTOR_GROUP_DEGREES};
use super::{InverterState, UnitState, ups};
use crate::catalogue::Catalogue;
use crate::physics::power::short_circuit::{
    self, Extreme, Fault, feeder_impedance, transformer_correction,
};
use crate::physics::power::{
    Branch, Bus, Case, Complex, Flow, Network, PowerError, Role, Solution, Solver, Start,
};

/// Power that is 1 p.u., MVA.
const BASE_MVA: f64 = 1.0;

/// kVA that are 1 p.u.
const BASE_KVA: f64 = 1000.0 * BASE_MVA;

/// Temperature coefficient of resistance in a short circuit, per K (IEC 60909-0, clause 2.4).
const FAULT_COEFFICIENT: f64 = 0.004;

/// A solved site.
pub(super) struct SiteFlow {
    pub(super) solution: Solution,
    /// Flows of cables, then of transformers, p.u.
    flows: Vec<Flow>,
    /// What is drawn at each node, kW and kvar.
    pub(super) draws_kva: Vec<Complex>,
    /// What utilities and generators give, kW and kvar.
    pub(super) drawn_kva: Complex,
    pub(super) inverters: Vec<InverterState>,
}

/// Current and losses of a branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) current_a: f64,
    pub(super) loss_kw: f64,
}

/// Short circuits at a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeFault {
    pub(super) greatest: Option<Fault>,
    pub(super) least: Option<Fault>,
}

/// Solves the flow, uninterruptible supplies from their loads upwards.
pub(super) fn flow(site: &Site, catalogue: &Catalogue) -> Result<SiteFlow, PowerError> {
    let mut draws: Vec<Complex> = site.nodes.iter().map(|node| node.load_kva).collect();
    let mut solver = Solver::new(network(site))?;
    let mut solution = solver.solve(&Case::default())?;
    let cosine = catalogue.rules.power_factor.value;
    let mut inverters = Vec::new();
    // A supply behind another is settled one pass later.
    for _pass in 0..=site.inverters.len() {
        let before = draws.clone();
        inverters = site.inverters.iter().map(|own| inverter(own, &solution)).collect();
        for (own, state) in site.inverters.iter().zip(&inverters) {
            let active = (state.given_kw + state.loss_kw) / own.inputs.len().max(1) as f64;
            let reactive = active / cosine * (1.0 - cosine * cosine).max(0.0).sqrt();
            for &input in &own.inputs {
                draws[input] = site.nodes[input].load_kva + Complex::new(active, reactive);
                solver.set_draw(input, draws[input] * (1.0 / BASE_KVA));
            }
        }
        if draws == before {
            break;
        }
        solution = solver.solve(&Case { start: Start::From(&solution), ..Case::default() })?;
    }
    let flows = solver.flows(&solution);
    let given =
        site.nodes.iter().zip(&solution.injections).filter(|(node, _)| {
            matches!(node.feed, Some(Feed::Grid { .. } | Feed::Generator { .. }))
        });
    let drawn_kva = given.fold(Complex::ZERO, |sum, (_, &injection)| sum + injection * BASE_KVA);
    Ok(SiteFlow { solution, flows, draws_kva: draws, drawn_kva, inverters })
}

fn inverter(own: &super::site::Inverter, solution: &Solution) -> InverterState {
    let given = solution.injections[own.output] * BASE_KVA;
    let share = given.modulus() / own.rated_kva.max(f64::MIN_POSITIVE);
    InverterState {
        container: own.container.clone(),
        given_kw: given.re,
        given_kvar: given.im,
        loading_percent: 100.0 * share,
        loss_kw: own.rated_kva * ups::loss(share),
    }
}

impl SiteFlow {
    /// Current and losses of a cable.
    pub(super) fn of_cable(&self, site: &Site, cable: usize) -> Ends {
        let own = &site.cables[cable];
        self.ends(site, cable, (own.from, own.to))
    }

    /// Current, loading and losses of a transformer.
    pub(super) fn of_unit(&self, site: &Site, unit: usize) -> UnitState {
        let own = &site.units[unit];
        let Flow { from, to } = self.flows[site.cables.len() + unit];
        let current = |power: Complex, node: usize| self.current_a(site, power, node);
        let (high, low) = (current(from, own.from), current(to, own.to));
        let rated = |kv: f64| own.rated_kva / (3.0_f64.sqrt() * kv);
        let loading = (high / rated(own.rated_kv.0)).max(low / rated(own.rated_kv.1));
        UnitState {
            container: own.container.clone(),
            taken_kw: from.re * BASE_KVA,
            taken_kvar: from.im * BASE_KVA,
            current_a: low,
            loading_percent: 100.0 * loading,
            loss_kw: (from + to).re * BASE_KVA,
        }
    }

    /// Losses of everything, kW.
    pub(super) fn loss_kw(&self, site: &Site) -> f64 {
        let branches: f64 = self.flows.iter().map(|flow| flow.loss().re * BASE_KVA).sum();
        // A supply without a live input loses nothing.
        let fed = |index: usize| {
            site.inverters[index].inputs.iter().any(|&input| self.solution.live[input])
        };
        let of = |(index, state): (usize, &InverterState)| fed(index).then_some(state.loss_kw);
        branches + self.inverters.iter().enumerate().filter_map(of).sum::<f64>()
    }

    fn ends(&self, site: &Site, branch: usize, nodes: (usize, usize)) -> Ends {
        let flow = self.flows[branch];
        let current = |power: Complex, node: usize| self.current_a(site, power, node);
        Ends {
            current_a: current(flow.from, nodes.0).max(current(flow.to, nodes.1)),
            loss_kw: flow.loss().re * BASE_KVA,
        }
    }

    fn current_a(&self, site: &Site, power: Complex, node: usize) -> f64 {
        let volts = self.solution.voltages[node].modulus() * site.nodes[node].nominal_kv;
        if volts > 0.0 { power.modulus() * BASE_KVA / (3.0_f64.sqrt() * volts) } else { 0.0 }
    }
}

/// The site in per unit.
fn network(site: &Site) -> Network {
    let bus = |node: &super::site::Node| Bus {
        role: match node.feed {
            Some(Feed::Grid { .. } | Feed::Generator { .. } | Feed::Inverter) => {
                Role::Slack { voltage: 1.0, angle: 0.0 }
            }
            None => Role::Load,
        },
        draw: node.load_kva * (1.0 / BASE_KVA),
        ..Bus::default()
    };
    let cables = site.cables.iter().map(|cable| {
        let ohms = Complex::new(cable.r_ohm_per_km, cable.x_ohm_per_km) * cable.length_km;
        cable_branch(site, cable, ohms)
    });
    let units = site.units.iter().map(|unit| {
        let iron = unit.no_load_kw / BASE_KVA;
        let all = unit.i0_percent / 100.0 * unit.rated_kva / BASE_KVA;
        let reactive = -(all * all - iron * iron).max(0.0).sqrt();
        let over = site.nodes[unit.to].nominal_kv / unit.rated_kv.1;
        unit_branch(site, unit).magnetised(Complex::new(iron, reactive) * (over * over), (0.5, 0.5))
    });
    Network { buses: site.nodes.iter().map(bus).collect(), branches: cables.chain(units).collect() }
}

fn cable_branch(site: &Site, cable: &super::site::Cable, ohms: Complex) -> Branch {
    let nominal_kv = site.nodes[cable.from].nominal_kv;
    let per_unit = BASE_MVA / (nominal_kv * nominal_kv * f64::from(cable.circuits));
    Branch::line(cable.from, cable.to, ohms * per_unit)
}

fn unit_branch(site: &Site, unit: &Unit) -> Branch {
    let (high_kv, low_kv) = (site.nodes[unit.from].nominal_kv, site.nodes[unit.to].nominal_kv);
    let over = unit.rated_kv.1 / low_kv;
    let scale = over * over * BASE_KVA / unit.rated_kva / 100.0;
    let imaginary = reactive_percent(unit);
    Branch {
        ratio: unit.rated_kv.0 / unit.rated_kv.1 * low_kv / high_kv,
        shift: VECTOR_GROUP_DEGREES.to_radians(),
        ..Branch::line(unit.from, unit.to, Complex::new(unit.ur_percent, imaginary) * scale)
    }
}

fn reactive_percent(unit: &Unit) -> f64 {
    let (all, real) = (unit.uk_percent, unit.ur_percent);
    (all * all - real * real).max(0.0).sqrt()
}

/// Greatest and least short circuit at every node.
///
/// The bypass of an uninterruptible supply is taken as closed: it carries what the inverter
/// cannot. Conductors are cold for the greatest current and as hot as a short circuit may leave
/// them for the least.
pub(super) fn faults(site: &Site, catalogue: &Catalogue) -> Result<Vec<NodeFault>, PowerError> {
    let greatest = extreme_faults(site, catalogue, Extreme::Max)?;
    let least = extreme_faults(site, catalogue, Extreme::Min)?;
    let pairs = greatest.into_iter().zip(least);
    Ok(pairs.map(|(greatest, least)| NodeFault { greatest, least }).collect())
}

fn extreme_faults(
    site: &Site,
    catalogue: &Catalogue,
    extreme: Extreme,
) -> Result<Vec<Option<Fault>>, PowerError> {
    let rules = &catalogue.rules;
    let mut same: Vec<usize> = (0..site.nodes.len()).collect();
    for inverter in &site.inverters {
        if let Some(&input) = inverter.inputs.first() {
            same[inverter.output] = input;
        }
    }
    let mut sites = Vec::with_capacity(site.nodes.len());
    for node in &site.nodes {
        let factor = node.voltage_factor(extreme);
        let feeder = node
            .fault_feed(rules, extreme)
            .map(|feed| feeder_impedance(factor, feed.power_mva, feed.r_to_x, BASE_MVA));
        sites.push(short_circuit::Site { nominal_kv: node.nominal_kv, factor, feeder });
    }
    if sites.iter().all(|site| site.feeder.is_none()) {
        return Ok(vec![None; sites.len()]);
    }
    let end = 1.0 + FAULT_COEFFICIENT * (rules.fault_end_temperature_c.value - 20.0);
    let cables = site.cables.iter().map(|cable| {
        let warmth = if extreme == Extreme::Min { end } else { 1.0 };
        let ohms = Complex::new(cable.r20_ohm_per_km * warmth, cable.x_ohm_per_km);
        cable_branch(site, cable, ohms * cable.length_km)
    });
    let units = site.units.iter().map(|unit| {
        let branch = unit_branch(site, unit);
        if extreme == Extreme::Min {
            return branch;
        }
        let factor = site.nodes[unit.to].voltage_factor(Extreme::Max);
        let correction = transformer_correction(factor, reactive_percent(unit) / 100.0);
        Branch { impedance: branch.impedance * correction, ..branch }
    });
    let branches: Vec<Branch> = cables
        .chain(units)
        .map(|branch| Branch { from: same[branch.from], to: same[branch.to], ..branch })
        .collect();
    let found = short_circuit::faults(&sites, &branches, BASE_MVA)?;
    Ok(same.into_iter().map(|node| found[node]).collect())
}
