//! From a plan to its report: demands, corridor graph, routes, sizes, bill, findings, verdict.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::check;
use crate::contingency;
use crate::corridors;
use crate::cost;
use crate::demand::{self, Demands};
use crate::electrical;
use crate::geometry::Point;
use crate::network::{self, Network};
use crate::phases;
use crate::plan::Plan;
use crate::report::{Effort, NetworkCost, Report, Search, Stop};
use crate::route::bound::{Charges, Dual};
use crate::route::lagrange::Lagrangian;
use crate::route::problem::{self, Problem};
use crate::route::search;
use crate::route::state::Route;
use crate::year;

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
    #[expect(unused_variables, reason = "the name is for those who implement it")]
    fn progress(&mut self, progress: &Progress) {}

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

/// Rounds of improvement of the first stretch: about half a second on JUPITER; larger sites get
/// rounds in proportion.
fn first_rounds(connections: usize) -> u64 {
    400 + connections as u64 / 3
}

/// How often search and bound take turns after the first stretch.
fn turns(effort: Effort) -> u32 {
    match effort {
        Effort::Explore => 0,
        Effort::Good => 3,
        Effort::Defend => 400,
    }
}

/// How far the search strays, turn by turn, and for how many rounds: near at hand, further off.
const TEMPERS: [(f64, u64); 3] = [(0.002, 400), (0.0005, 1200), (0.005, 800)];

/// Groups of connections that choose exactly in each turn.
const POLISH_ROUNDS: u32 = 24;

/// Share of the cost of a plan that a connection must save to leave the route it had.
const WORTH_A_CHANGE: f64 = 2e-5;

/// Times that a plan with trenches wider than their ground is mended.
const MENDINGS: u32 = 16;

/// Rounds of the bound in each turn.
const PRICE_ROUNDS: u32 = 60;

/// A gap below which a plan counts as optimal.
const CLOSED: f64 = 1e-4;

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
    let mut work = Work {
        plan,
        merged: &merged,
        demands: &demands,
        problem: &problem,
        monitor,
        best: None,
        bound: 0.0,
        stop: None,
    };
    let (rounds, bound_method) = work.plan_and_prove(settings, start);
    if let Some(start) = start {
        work.stay(&traced(&demands, &problem, start));
    }
    let (bound_eur, stop) = (work.bound, work.stop.unwrap_or_default());
    let mut report = work.best.take().unwrap_or_default();
    if let Some(start) = start {
        keep_names(&mut report, start);
    }
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
        rounds,
        graph: (graph.nodes.len(), graph.edges.len()),
        stop: if report.cost.gap() < CLOSED && report.is_complete() { Stop::Optimal } else { stop },
        bound_method,
    };
    report.contingencies = contingency::study(plan, &merged, &report);
    report.year = year::study(plan, &merged, &report);
    report.power = electrical::study(plan, &merged, &report);
    report.water = crate::water::study(plan, &merged, &report);
    crate::fabric::attach(plan, &merged, &mut report);
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

/// What comes before cost: connections that are not served, then trenches that do not fit.
fn rank(report: &Report) -> (usize, usize) {
    let unserved = report.connections.iter().filter(|c| c.supply.is_none()).count();
    (unserved, report.trenches.iter().filter(|t| t.width_mm > t.limit_mm).count())
}

/// Gives trenches that run where one ran before the name that had; the others get names that were
/// not in use.
fn keep_names(report: &mut Report, start: &Report) {
    let known: BTreeMap<&[Point], &str> = start
        .trenches
        .iter()
        .map(|trench| (trench.path_mm.as_slice(), trench.id.as_str()))
        .collect();
    let mut taken: BTreeSet<String> = known.values().map(|&name| name.to_owned()).collect();
    let mut next = 1;
    for trench in &mut report.trenches {
        if let Some(&name) = known.get(trench.path_mm.as_slice()) {
            name.clone_into(&mut trench.id);
            continue;
        }
        loop {
            let name = network::trench_name(next);
            next += 1;
            if taken.insert(name.clone()) {
                trench.id = name;
                break;
            }
        }
    }
}

struct Work<'a> {
    plan: &'a Plan,
    merged: &'a Catalogue,
    demands: &'a Demands,
    problem: &'a Problem<'a>,
    monitor: &'a mut dyn Monitor,
    /// The best settled plan so far.
    best: Option<Report>,
    /// The best bound so far, EUR.
    bound: f64,
    stop: Option<Stop>,
}

impl Work<'_> {
    /// Search and bound in turns; returns the rounds of search and how the bound was proved.
    fn plan_and_prove(&mut self, settings: &Settings, start: Option<&Report>) -> (u64, String) {
        let problem = self.problem;
        let before = start.map(|report| traced(self.demands, problem, report));
        let mut search = match &before {
            Some(routes) => search::Search::resume(problem, settings.seed, routes.clone()),
            None => search::Search::construct(problem, settings.seed),
        };
        let connections = problem.commodities.len();
        // Cables are chosen anew between stretches of search, for the company they then have.
        for _stretch in 0..2 {
            self.stretch(&mut search, first_rounds(connections) / 2);
        }
        for _mending in 0..MENDINGS {
            let routes = search.outcome().routes;
            let wide = network::too_wide(self.merged, self.demands, problem, &routes);
            if (wide.is_empty() && search.state().overfull() <= 0.0) || self.stop.is_some() {
                break;
            }
            let steps = |mm: f64| (mm / problem.trench.step_mm).ceil();
            let tight: Vec<_> = wide.into_iter().map(|(edge, mm)| (edge, steps(mm))).collect();
            search.relieve(&tight);
        }
        if let Some(before) = &before {
            search.return_to(before, WORTH_A_CHANGE * search.best_cost());
        }
        self.settle(&search.outcome().routes);
        let charges = Charges::new(problem, self.merged);
        let (dual, runs) = self.ascend(settings, &charges);
        let mut method = format!("dual ascent, {runs} runs");
        let Some(dual) = dual.filter(|_| settings.effort != Effort::Explore) else {
            return (search.rounds(), method);
        };
        let mut prices = Lagrangian::new(problem, &charges, Some(&dual));
        let mut moving = true;
        for turn in 0..turns(settings.effort) {
            if self.stop.is_some() || self.gap() < CLOSED {
                break;
            }
            let (heat, leash) = TEMPERS[turn as usize % TEMPERS.len()];
            search.stray(heat, leash);
            self.stretch(&mut search, 1200 + 2 * connections as u64);
            self.polish(&mut search);
            self.settle(&search.outcome().routes);
            for _round in 0..PRICE_ROUNDS {
                if !moving || !self.keeps_on("proving", search.rounds()) {
                    break;
                }
                moving = prices.round(self.incumbent());
                self.bound = self.bound.max(prices.bound());
            }
        }
        if prices.rounds > 0 {
            method = format!("{method}; {} rounds of Lagrangian prices", prices.rounds);
        }
        (search.rounds(), method)
    }

    /// Cost of the best settled plan, EUR.
    fn incumbent(&self) -> f64 {
        self.best.as_ref().map_or(0.0, |best| best.cost.lifetime_eur)
    }

    fn gap(&self) -> f64 {
        let cost = self.incumbent();
        if cost > 0.0 { (cost - self.bound) / cost } else { 1.0 }
    }

    /// Tells the caller where the work stands and asks whether to go on.
    fn keeps_on(&mut self, stage: &'static str, rounds: u64) -> bool {
        self.monitor.progress(&Progress {
            stage,
            rounds,
            planned: 0,
            incumbent_eur: self.best.as_ref().map(|best| best.cost.lifetime_eur),
            bound_eur: (self.bound > 0.0).then_some(self.bound),
        });
        if self.stop.is_none() {
            self.stop = self.monitor.should_stop();
        }
        self.stop.is_none()
    }

    /// Settles routes and keeps them if no better plan is known.
    fn settle(&mut self, routes: &[Option<Route>]) {
        let network = network::settle(self.plan, self.merged, self.demands, self.problem, routes);
        let report = assemble(self.plan, self.merged, network);
        let better = self.best.as_ref().is_none_or(|best| {
            rank(&report)
                .cmp(&rank(best))
                .then(report.cost.lifetime_eur.total_cmp(&best.cost.lifetime_eur))
                .is_lt()
        });
        if better {
            self.best = Some(report);
        }
    }

    /// Stays with earlier routes where all that moved together saves less than it should.
    fn stay(&mut self, before: &[Option<Route>]) {
        let Some(found) = self.best.take() else { return };
        self.settle(before);
        let Some(kept) = &self.best else { return };
        let moved = kept
            .connections
            .iter()
            .zip(&found.connections)
            .filter(|(kept, found)| kept.path_mm != found.path_mm)
            .count();
        let gain = kept.cost.lifetime_eur - found.cost.lifetime_eur;
        let asked = WORTH_A_CHANGE * found.cost.lifetime_eur * moved as f64;
        if rank(kept) > rank(&found) || gain > asked {
            self.best = Some(found);
        }
    }

    /// Chooses cables for the company they have, then improves for a number of rounds.
    fn stretch(&mut self, search: &mut search::Search<'_>, rounds: u64) {
        if self.stop.is_some() {
            return;
        }
        let routes = search.outcome().routes;
        search.set_media(network::settled_media(self.merged, self.demands, self.problem, &routes));
        let planned = search.rounds() + rounds;
        let incumbent = self.best.as_ref().map(|best| best.cost.lifetime_eur);
        let bound_eur = (self.bound > 0.0).then_some(self.bound);
        let (monitor, stop) = (&mut *self.monitor, &mut self.stop);
        search.improve(rounds, |search| {
            if search.rounds().is_multiple_of(16) {
                monitor.progress(&Progress {
                    stage: "improving",
                    rounds: search.rounds(),
                    planned,
                    incumbent_eur: incumbent.or_else(|| Some(search.best_cost())),
                    bound_eur,
                });
                *stop = monitor.should_stop();
            }
            stop.is_none()
        });
    }

    /// Exact choices among several ways for a few connections at a time.
    fn polish(&mut self, search: &mut search::Search<'_>) {
        if !self.keeps_on("polishing", search.rounds()) {
            return;
        }
        let (monitor, stop) = (&mut *self.monitor, &mut self.stop);
        search.polish(POLISH_ROUNDS, || {
            *stop = monitor.should_stop();
            stop.is_none()
        });
    }

    /// The best of several ascents and how many there were.
    fn ascend<'b>(&mut self, settings: &Settings, charges: &'b Charges) -> (Option<Dual<'b>>, usize)
    where
        Self: 'b,
    {
        let problem = self.problem;
        self.bound = charges.constant;
        if problem.commodities.is_empty() {
            return (None, 0);
        }
        let large = problem.commodities.len() * problem.graph.nodes.len() > 2_000_000;
        let steps: &[u32] = match settings.effort {
            Effort::Explore | Effort::Good if large => &[1],
            Effort::Explore => &[5, 9],
            Effort::Defend if large => &[1, 4],
            Effort::Good | Effort::Defend => &[8, 40],
        };
        let mut best: Option<Dual<'b>> = None;
        let mut runs = 0;
        for &steps in steps {
            if runs > 0 && !self.keeps_on("bounding", 0) {
                break;
            }
            let mut dual = Dual::new(problem, charges);
            dual.ascend(steps, || true);
            runs += 1;
            let proof = dual.proof();
            if proof > self.bound || best.is_none() {
                self.bound = self.bound.max(proof);
                best = Some(dual);
            }
        }
        if settings.effort != Effort::Explore
            && !large
            && let Some(dual) = &mut best
        {
            let monitor = &mut *self.monitor;
            dual.polish(1500, settings.seed, || monitor.should_stop().is_none());
            self.bound = self.bound.max(dual.proof());
        }
        (best, runs)
    }
}

/// The routes of an earlier report, found again in the graph.
fn traced(demands: &Demands, problem: &Problem<'_>, report: &Report) -> Vec<Option<Route>> {
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
