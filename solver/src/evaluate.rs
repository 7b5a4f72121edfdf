//! From a plan to its report: demands, corridor graph, routes, sizes, bill, findings, verdict.

use crate::catalogue::Catalogue;
use crate::check;
use crate::corridors;
use crate::cost;
use crate::demand::{self, Demands};
use crate::network::{self, Network};
use crate::phases;
use crate::plan::Plan;
use crate::report::{Effort, NetworkCost, Report, Search, Stop};
use crate::route::bound::{Charges, Dual};
use crate::route::master;
use crate::route::problem::{self, Problem};
use crate::route::search;
use crate::route::state::Route;

/// How a plan is computed.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How thorough the search is.
    pub effort: Effort,
    /// Start of its random numbers.
    pub seed: u64,
    /// Whether the independent checker runs.
    pub verify: bool,
}

impl Default for Settings {
    /// Explore with seed 1; the checker runs in debug builds.
    fn default() -> Self {
        Self { effort: Effort::Explore, seed: 1, verify: cfg!(debug_assertions) }
    }
}

/// What a caller sees while a plan is computed.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// Rounds of improvement done.
    pub rounds: u64,
    /// Rounds planned; 0 where nothing limits them.
    pub planned: u64,
    /// Cost of the best plan so far, EUR.
    pub incumbent_eur: Option<f64>,
    /// Best bound so far, EUR.
    pub bound_eur: Option<f64>,
}

/// Progress, cancel and time come in through the caller's monitor.
pub trait Monitor {
    /// Told every now and then how far the work is.
    fn progress(&mut self, progress: &Progress) {
        let _unused = progress;
    }

    /// Asked often; the work ends soon after the answer is yes, with the best plan so far.
    fn should_stop(&mut self) -> Option<Stop> {
        None
    }
}

/// A monitor that listens to nothing and stops nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Monitor for Silent {}

/// Computes a plan from scratch.
///
/// ```
/// use stackyard_solver::{Settings, Silent, catalogue::Catalogue, evaluate, generate};
/// let catalogue = Catalogue::reference().unwrap();
/// let plan = generate::campus(8, 1, &catalogue);
/// let report = evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
/// assert!(report.is_complete());
/// assert!(report.cost.bound_eur <= report.cost.lifetime_eur);
/// ```
pub fn evaluate(
    plan: &Plan,
    catalogue: &Catalogue,
    settings: &Settings,
    monitor: &mut dyn Monitor,
) -> Report {
    run(plan, catalogue, settings, None, monitor)
}

/// Computes a plan starting from an earlier report of it; never worse than that.
pub fn improve(
    plan: &Plan,
    catalogue: &Catalogue,
    settings: &Settings,
    start: &Report,
    monitor: &mut dyn Monitor,
) -> Report {
    let mut report = run(plan, catalogue, settings, Some(start), monitor);
    let comparable = start.connections.len() == report.connections.len()
        && start.connections.iter().zip(&report.connections).all(|(a, b)| a.id == b.id);
    let served = |report: &Report| report.connections.iter().filter(|c| c.supply.is_some()).count();
    if comparable
        && served(start) >= served(&report)
        && start.cost.lifetime_eur < report.cost.lifetime_eur
    {
        let bound = report.cost.bound_eur.max(start.cost.bound_eur);
        let search = report.search.clone();
        report = Report { search, ..start.clone() };
        report.cost.bound_eur = bound.min(report.cost.lifetime_eur);
    }
    report
}

/// Rounds of improvement by effort and number of connections.
fn rounds(effort: Effort, connections: usize) -> u64 {
    let size = connections as u64;
    match effort {
        // About half a second on JUPITER; larger sites get rounds in proportion.
        Effort::Explore => 200 + size / 3,
        Effort::Good => 6_000 + 12 * size,
        Effort::Defend => 400_000,
    }
}

fn run(
    plan: &Plan,
    catalogue: &Catalogue,
    settings: &Settings,
    start: Option<&Report>,
    monitor: &mut dyn Monitor,
) -> Report {
    let merged = catalogue.with_overrides_of(plan);
    monitor.progress(&Progress {
        stage: "corridors",
        rounds: 0,
        planned: 0,
        incumbent_eur: None,
        bound_eur: None,
    });
    let demands = demand::derive(plan, &merged);
    let graph = corridors::build(plan, &merged, &demands);
    let problem = Problem::new(plan, &merged, &demands, &graph);
    let mut work = Work { merged: &merged, demands: &demands, problem: &problem, monitor };
    let (routes, search) = work.search(settings, start);
    let (bound_eur, bound_method) = work.bound(settings);
    let stop = search.stop;
    let network = network::settle(plan, &merged, &demands, &problem, &routes);
    let mut report = assemble(plan, &merged, network);
    // A plan that leaves something out may cost less than any that does not.
    let (bound_eur, bound_method) = if report.is_complete() {
        (bound_eur.clamp(0.0, report.cost.lifetime_eur.max(0.0)), bound_method)
    } else {
        (0.0, "none: the plan does not serve everything".to_owned())
    };
    report.cost.bound_eur = bound_eur;
    report.search = Search {
        effort: settings.effort,
        seed: settings.seed,
        rounds: search.rounds,
        graph: (graph.nodes.len(), graph.edges.len()),
        stop: if report.cost.gap() < 1e-4 && report.is_complete() { Stop::Optimal } else { stop },
        bound_method,
    };
    report.findings = check::inspect(plan, &merged, &report);
    if settings.verify {
        report.verification = check::verify::verify(plan, &merged, &report);
    }
    report
}

/// Bill, cost and phases of a settled network.
fn assemble(plan: &Plan, merged: &Catalogue, network: Network) -> Report {
    let boq = cost::bill(plan, merged, &network);
    let first_eur = cost::network_total(&boq).euros();
    let phases = phases::report(plan, merged, &network, &boq);
    let totals = phases::totals(plan, merged, &network);
    let Network { connections, trenches, pipes, pumps, transformers, running_eur, fixed_eur } =
        network;
    Report {
        connections,
        trenches,
        pipes,
        pumps,
        transformers,
        boq,
        phases,
        totals,
        cost: NetworkCost {
            lifetime_eur: first_eur + running_eur,
            first_eur,
            running_eur,
            fixed_eur,
            bound_eur: 0.0,
        },
        ..Report::default()
    }
}

struct Work<'a> {
    merged: &'a Catalogue,
    demands: &'a Demands,
    problem: &'a Problem<'a>,
    monitor: &'a mut dyn Monitor,
}

struct Searched {
    rounds: u64,
    stop: Stop,
}

impl Work<'_> {
    fn search(&mut self, settings: &Settings, start: Option<&Report>) -> (Vec<Option<Route>>, Searched) {
        let problem = self.problem;
        let known = start.map(|report| traced(self.demands, problem, report));
        let mut search = match known {
            Some(routes) => search::Search::resume(problem, settings.seed, routes),
            None => search::Search::construct(problem, settings.seed),
        };
        let planned = rounds(settings.effort, problem.commodities.len());
        let mut stop = None;
        // Cables are chosen anew between stretches of search, for the company they then have.
        for _stretch in 0..2 {
            self.recable(&mut search);
            if self.stretch(&mut search, planned / 2, &mut stop) {
                break;
            }
        }
        // Whatever the last choice of cables made too wide finds another way.
        for _mending in 0..4 {
            self.recable(&mut search);
            if search.state().overfull() < 1.0 || stop.is_some() {
                break;
            }
            self.stretch(&mut search, planned / 6, &mut stop);
        }
        let rounds = search.rounds();
        (search.outcome().routes, Searched { rounds, stop: stop.unwrap_or_default() })
    }

    fn recable(&self, search: &mut search::Search<'_>) {
        let routes = search.outcome().routes;
        search.set_media(network::settled_media(self.merged, self.demands, self.problem, &routes));
    }

    /// Improves for a number of rounds; tells whether the caller stopped it.
    fn stretch(
        &mut self,
        search: &mut search::Search<'_>,
        rounds: u64,
        stop: &mut Option<Stop>,
    ) -> bool {
        let planned = search.rounds() + rounds;
        let monitor = &mut *self.monitor;
        search.improve(rounds, |search| {
            if search.rounds().is_multiple_of(16) {
                monitor.progress(&Progress {
                    stage: "improving",
                    rounds: search.rounds(),
                    planned,
                    incumbent_eur: Some(search.best_cost()),
                    bound_eur: None,
                });
                *stop = monitor.should_stop();
            }
            stop.is_none()
        })
    }

    /// A bound on the lifetime cost of any network that serves everything.
    fn bound(&mut self, settings: &Settings) -> (f64, String) {
        let charges = Charges::new(self.problem, self.merged);
        // Memory grows with connections times nodes; beyond this the ascent is not worth it.
        let cells = self.problem.commodities.len() * self.problem.graph.nodes.len();
        if self.problem.commodities.is_empty() {
            return (charges.constant, "nothing to route".to_owned());
        }
        if cells > 120_000_000 {
            return (charges.constant.max(0.0), "ends only: the site is too large for the ascent".to_owned());
        }
        let monitor = &mut *self.monitor;
        let mut report = |bound_eur: Option<f64>| {
            monitor.progress(&Progress {
                stage: "bounding",
                rounds: 0,
                planned: 0,
                incumbent_eur: None,
                bound_eur,
            });
            monitor.should_stop().is_none()
        };
        let large = cells > 2_000_000;
        let steps: &[u32] = match settings.effort {
            Effort::Explore if large => &[1],
            Effort::Explore => &[5, 9],
            Effort::Good | Effort::Defend if large => &[1, 4],
            Effort::Good => &[8, 20, 40],
            Effort::Defend => &[8, 20, 40, 80],
        };
        let mut duals: Vec<Dual<'_>> = Vec::new();
        let mut best = charges.constant;
        for &steps in steps {
            let mut dual = Dual::new(self.problem, &charges);
            dual.ascend(steps, || report(Some(best)));
            best = best.max(dual.proof());
            duals.push(dual);
            if !report(Some(best)) {
                break;
            }
        }
        let tries = match settings.effort {
            Effort::Explore => 0,
            Effort::Good => 600,
            Effort::Defend => 20_000,
        };
        if let Some(last) = duals.last_mut().filter(|_| tries > 0 && !large) {
            last.polish(tries, settings.seed, || report(Some(best)));
            best = best.max(last.proof());
        }
        let mut method = format!("dual ascent ({} runs)", duals.len());
        if duals.len() > 1
            && settings.effort != Effort::Explore
            && let Some(combined) = master::combine(self.problem, &charges, &duals)
        {
            method = format!(
                "dual ascent ({} runs) combined by a linear programme of {} rows ({})",
                duals.len(),
                combined.rows,
                combined.backend
            );
            best = best.max(combined.bound);
        }
        (best, method)
    }
}

/// The routes of an earlier report, found again in the graph.
pub(crate) fn traced(
    demands: &Demands,
    problem: &Problem<'_>,
    report: &Report,
) -> Vec<Option<Route>> {
    demands
        .demands
        .iter()
        .enumerate()
        .map(|(index, demand)| {
            let connection = report.connections.get(index).filter(|c| c.id == demand.id);
            let connection = connection.or_else(|| report.connection(&demand.id))?;
            let supply = connection.supply.as_ref()?;
            let source =
                demand.sources.iter().copied().find(|&s| demands.sources[s].supply == *supply)?;
            let node = problem.commodities[index].node?;
            let edges = problem::trace(problem.graph, node, &connection.path_mm)?;
            Some(Route { edges, source })
        })
        .collect()
}
