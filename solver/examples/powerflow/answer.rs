//! Solves a network and writes what came out under the names of the file.

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};
use stackyard_solver::physics::power::short_circuit::{
    self, Extreme, Site, feeder_impedance, voltage_factor,
};
use stackyard_solver::physics::power::{Case, Complex, Flow, PowerError, Solution, Solver};

use crate::model::{Line, Model, Named, Transformer};

/// The power flow of a network; a flow that does not converge is an answer too.
pub(crate) fn flow(model: &Model, repeat: u32) -> Result<Value, String> {
    let started = Instant::now();
    let mut solver = Solver::new(model.network.clone()).map_err(|error| error.to_string())?;
    let prepared = started.elapsed().as_secs_f64();
    let solved = solver.solve(&Case::default());
    let seconds = started.elapsed().as_secs_f64();
    let solution = match solved {
        Ok(solution) => solution,
        Err(error) if matches!(error, PowerError::Diverged { .. }) => {
            return Ok(json!({ "converged": false, "reason": error.to_string() }));
        }
        Err(error) => return Err(error.to_string()),
    };
    let again = Instant::now();
    for _ in 0..repeat {
        let solution = solver.solve(black_box(&Case::default()));
        black_box(&solution);
    }
    let each = again.elapsed().as_secs_f64() / f64::from(repeat);
    let flows = solver.flows(&solution);
    let shown = Shown { model, solution: &solution, flows: &flows };
    let loss = flows.iter().fold(Complex::ZERO, |sum, flow| sum + flow.loss()) * model.base_mva;
    let mut answer = json!({
        "converged": true,
        "iterations": solution.iterations,
        "mismatch_pu": solution.mismatch,
        "seconds": seconds,
        "seconds_to_prepare": prepared,
        "seconds_per_solve": each,
        "losses": { "p_mw": loss.re, "q_mvar": loss.im },
        "bus": shown.buses(),
        "branch": shown.branches(),
    });
    if model.has_kinds {
        answer["line"] = model.lines.iter().map(|line| shown.line(line)).collect();
        answer["trafo"] =
            model.transformers.iter().map(|transformer| shown.transformer(transformer)).collect();
    }
    Ok(answer)
}

/// Initial and peak short-circuit currents at every bus.
pub(crate) fn faults(model: &Model, extreme: Extreme) -> Result<Value, String> {
    let mut sites: Vec<Site> = model
        .nominal_kv
        .iter()
        .map(|&nominal_kv| Site {
            nominal_kv,
            factor: voltage_factor(nominal_kv, extreme, 10.0),
            feeder: None,
        })
        .collect();
    for feeder in &model.feeders {
        let site = &mut sites[feeder.node];
        let own = feeder_impedance(site.factor, feeder.power_mva, feeder.r_to_x, model.base_mva);
        // Several feeders of a bus are parallel.
        let before = site.feeder.map_or(Complex::ZERO, Complex::inverse);
        site.feeder = Some((before + own.inverse()).inverse());
    }
    let mut branches = model.network.branches.clone();
    for branch in &mut branches {
        branch.on = model.network.carries(branch);
    }
    let found = short_circuit::faults(&sites, &branches, model.base_mva)
        .map_err(|error| error.to_string())?;
    let rows: Value = model
        .buses
        .iter()
        .map(|named| {
            let fault = found[named.node].filter(|_| named.on);
            json!({
                "bus": named.id,
                "ikss_ka": fault.map(|fault| fault.initial_ka),
                "ip_ka": fault.map(|fault| fault.peak_ka),
            })
        })
        .collect();
    Ok(json!({ "short_circuit": rows }))
}

/// A solution with the names of its parts.
struct Shown<'a> {
    model: &'a Model,
    solution: &'a Solution,
    flows: &'a [Flow],
}

impl Shown<'_> {
    fn buses(&self) -> Value {
        let bus = |named: &Named| {
            let live = named.on && self.solution.live[named.node];
            let voltage = live.then(|| self.solution.voltages[named.node]);
            json!({
                "bus": named.id,
                "vm_pu": voltage.map(Complex::modulus),
                "va_degree": voltage.map(|voltage| voltage.angle().to_degrees()),
            })
        };
        self.model.buses.iter().map(bus).collect()
    }

    fn branches(&self) -> Value {
        let mut names: Vec<Option<i64>> = vec![None; self.model.nominal_kv.len()];
        for named in self.model.buses.iter().rev() {
            names[named.node] = Some(named.id);
        }
        let branches = self.model.network.branches.iter().zip(self.flows).enumerate();
        branches
            .map(|(index, (branch, &flow))| {
                let Flow { from, to } = self.in_mva(flow);
                json!({
                    "index": index + 1,
                    "from": names[branch.from],
                    "to": names[branch.to],
                    "p_from_mw": from.re,
                    "q_from_mvar": from.im,
                    "p_to_mw": to.re,
                    "q_to_mvar": to.im,
                })
            })
            .collect()
    }

    fn line(&self, line: &Line) -> Value {
        let Flow { from, to } = self.in_mva(self.flows[line.branch]);
        let (from_ka, to_ka) = self.currents(line.branch);
        let loss = from + to;
        json!({
            "line": line.id,
            "p_from_mw": from.re,
            "q_from_mvar": from.im,
            "p_to_mw": to.re,
            "q_to_mvar": to.im,
            "pl_mw": loss.re,
            "ql_mvar": loss.im,
            "i_from_ka": from_ka,
            "i_to_ka": to_ka,
            "i_ka": from_ka.max(to_ka),
            "loading_percent": 100.0 * from_ka.max(to_ka) / line.limit_ka,
        })
    }

    /// Loading by current, as pandapower has it.
    fn transformer(&self, transformer: &Transformer) -> Value {
        let Flow { from, to } = self.in_mva(self.flows[transformer.branch]);
        let (high_ka, low_ka) = self.currents(transformer.branch);
        let (high_kv, low_kv) = transformer.rated_kv;
        let loss = from + to;
        let drawn_mva = (high_ka * high_kv).max(low_ka * low_kv) * 3.0_f64.sqrt();
        json!({
            "trafo": transformer.id,
            "p_hv_mw": from.re,
            "q_hv_mvar": from.im,
            "p_lv_mw": to.re,
            "q_lv_mvar": to.im,
            "pl_mw": loss.re,
            "ql_mvar": loss.im,
            "i_hv_ka": high_ka,
            "i_lv_ka": low_ka,
            "loading_percent": 100.0 * drawn_mva / transformer.rated_mva,
        })
    }

    fn in_mva(&self, flow: Flow) -> Flow {
        let base = self.model.base_mva;
        Flow { from: flow.from * base, to: flow.to * base }
    }

    /// Currents at both ends of a branch, kA.
    fn currents(&self, index: usize) -> (f64, f64) {
        let branch = &self.model.network.branches[index];
        let Flow { from, to } = self.in_mva(self.flows[index]);
        let current = |power: Complex, node: usize| {
            let volts = self.solution.voltages[node].modulus() * self.model.nominal_kv[node];
            power.modulus() / (3.0_f64.sqrt() * volts)
        };
        (current(from, branch.from), current(to, branch.to))
    }
}
