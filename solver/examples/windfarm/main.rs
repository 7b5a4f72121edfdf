//! Capacitated cable trees of public wind farms, by the engine that routes a site.
//!
//! `windfarm FILE.json --capacity N --seconds S` lays cables of at most `N` turbines each, without
//! crossings, and prints one JSON object; costs are metres.

mod links;
mod site;
#[path = "../support/mod.rs"]
mod support;

use stackyard_solver::route::cables::{CableTrees, Link};

fn main() -> std::process::ExitCode {
    support::run(|request| {
        let text = request.text()?;
        let site = site::read(&request.file, &text)?;
        let capacity = request
            .capacity
            .ok_or("--capacity N is missing: the most turbines that one cable serves")?;
        let candidates = links::candidates(&site);
        let trees = CableTrees {
            places: site.turbines.iter().chain(&site.substations).copied().collect(),
            roots: site.substations.len(),
            links: candidates
                .links
                .iter()
                .map(|link| Link { ends: link.ends, cost: link.length })
                .collect(),
            crossings: candidates.crossings,
            capacity,
        };
        let laid = trees.solve(1, &mut || request.has_time());
        if laid.cost.is_infinite() {
            return Err(format!(
                "{}: no layout without crossings found in {} s; give it more --seconds",
                request.file.display(),
                request.seconds
            ));
        }
        Ok(request.answer(laid.cost, laid.bound, laid.bound >= laid.cost * (1.0 - 1e-6)))
    })
}
