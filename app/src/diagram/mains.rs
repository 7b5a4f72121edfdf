//! The pipe networks as trees of mains: a main runs on with most of the flow, the rest branches off.

use std::collections::BTreeMap;

use stackyard_solver::report::{Connection, PipeRun, PumpSet, Report};

/// Branches of branches in one drawing; what lies deeper is drawn at its branch.
const DEEPEST: usize = 12;

/// The pipes behind one set of pumps.
#[derive(Debug)]
pub(super) struct Mains<'a> {
    /// The pumps.
    pub(super) pumps: &'a PumpSet,
    /// The main that begins at the pumps.
    pub(super) main: Main<'a>,
}

/// A main from where it begins to where it ends.
#[derive(Debug, Default)]
pub(super) struct Main<'a> {
    /// Its stretches in order.
    pub(super) sections: Vec<Section<'a>>,
}

/// A stretch of a main with what branches off at its end.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The pipes; none where branches leave at the very beginning.
    pub(super) run: Option<&'a PipeRun>,
    /// What branches off.
    pub(super) taps: Vec<Tap<'a>>,
}

/// What branches off a main.
#[derive(Debug)]
pub(super) enum Tap<'a> {
    /// A module, with the pipes that serve it alone.
    Module(&'a Connection, Option<&'a PipeRun>),
    /// Another main.
    Branch(Main<'a>),
}

impl Main<'_> {
    /// Whether a connection is served through the main.
    pub(super) fn serves(&self, id: &str) -> bool {
        self.sections.iter().flat_map(|section| &section.taps).any(|tap| tap.serves(id))
    }

    /// Branches within branches, none in a main of modules.
    pub(super) fn depth(&self) -> u16 {
        let taps = self.sections.iter().flat_map(|section| &section.taps);
        let depths = taps.map(|tap| match tap {
            Tap::Module(..) => 0,
            Tap::Branch(main) => main.depth() + 1,
        });
        depths.max().unwrap_or(0)
    }
}

impl Tap<'_> {
    /// Whether a connection is served through the tap.
    pub(super) fn serves(&self, id: &str) -> bool {
        match self {
            Self::Module(connection, _) => connection.id == id,
            Self::Branch(main) => main.serves(id),
        }
    }
}

/// The networks of a report, in the order of its pumps.
pub(super) fn networks(report: &Report) -> Vec<Mains<'_>> {
    report
        .pumps
        .iter()
        .map(|pumps| {
            let runs: Vec<&PipeRun> = report
                .pipes
                .iter()
                .filter(|run| run.service == pumps.service && run.supply == pumps.supply)
                .collect();
            let tree = Tree::new(report, runs);
            let roots = tree.children.get(&None).cloned().unwrap_or_default();
            Mains { pumps, main: tree.main(None, roots, 0) }
        })
        .filter(|mains| !mains.main.sections.is_empty())
        .collect()
}

/// The pipes from the pumps to a connection, in order.
pub(super) fn path<'a>(report: &'a Report, pumps: &PumpSet, id: &str) -> Vec<&'a PipeRun> {
    let Some(user) = report.connections.iter().position(|connection| connection.id == id) else {
        return Vec::new();
    };
    let mut path: Vec<&PipeRun> = report
        .pipes
        .iter()
        .filter(|run| run.service == pumps.service && run.supply == pumps.supply)
        .filter(|run| run.contents.contains(&user))
        .collect();
    // Those nearer to the pumps serve more; of equals the one listed first is nearer.
    path.sort_by_key(|run| std::cmp::Reverse(run.contents.len()));
    path
}

struct Tree<'a> {
    report: &'a Report,
    runs: Vec<&'a PipeRun>,
    /// The runs that begin where a run ends, or at the pumps.
    children: BTreeMap<Option<usize>, Vec<usize>>,
    /// The connections whose last run it is.
    ends: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Tree<'a> {
    /// A run begins at the end of the smallest run that serves all it serves and more.
    fn new(report: &'a Report, runs: Vec<&'a PipeRun>) -> Self {
        let mut largest_first: Vec<usize> = (0..runs.len()).collect();
        largest_first
            .sort_by_key(|&index| std::cmp::Reverse(runs.get(index).map(|it| it.contents.len())));
        let mut latest: BTreeMap<usize, usize> = BTreeMap::new();
        let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for index in largest_first {
            let Some(run) = runs.get(index) else { continue };
            let parent = run.contents.first().and_then(|user| latest.get(user).copied());
            children.entry(parent).or_default().push(index);
            for &user in &run.contents {
                latest.insert(user, index);
            }
        }
        for siblings in children.values_mut() {
            siblings.sort_unstable();
        }
        let mut ends: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (user, run) in latest {
            ends.entry(run).or_default().push(user);
        }
        Self { report, runs, children, ends }
    }

    fn below(&self, run: usize) -> &[usize] {
        self.children.get(&Some(run)).map_or(&[][..], Vec::as_slice)
    }

    /// A main that begins with a run, or at the pumps; `here` begins where that run ends.
    fn main(&self, begin: Option<usize>, here: Vec<usize>, depth: usize) -> Main<'a> {
        let mut main = Main::default();
        let (mut entered, mut here) = (begin, here);
        loop {
            let flow = |run: &usize| self.runs.get(*run).map_or(0.0, |run| run.flow_kg_s);
            let onward = here
                .iter()
                .copied()
                .filter(|&run| !self.below(run).is_empty())
                .max_by(|a, b| flow(a).total_cmp(&flow(b)).then(b.cmp(a)));
            let mut taps = self.own_modules(entered);
            for &run in here.iter().filter(|&&run| Some(run) != onward) {
                taps.extend(self.taps(run, depth));
            }
            let run = entered.and_then(|run| self.runs.get(run).copied());
            if run.is_some() || !taps.is_empty() {
                main.sections.push(Section { run, taps });
            }
            let Some(onward) = onward else { return main };
            entered = Some(onward);
            here = self.below(onward).to_vec();
        }
    }

    /// Modules that sit at the end of a run that goes on.
    fn own_modules(&self, run: Option<usize>) -> Vec<Tap<'a>> {
        let users = run.and_then(|run| self.ends.get(&run)).map_or(&[][..], Vec::as_slice);
        let connections = users.iter().filter_map(|&user| self.report.connections.get(user));
        connections.map(|connection| Tap::Module(connection, None)).collect()
    }

    /// What a run leads to that branches off.
    fn taps(&self, index: usize, depth: usize) -> Vec<Tap<'a>> {
        let Some(&run) = self.runs.get(index) else { return Vec::new() };
        let below = self.below(index);
        if !below.is_empty() && depth < DEEPEST {
            return vec![Tap::Branch(self.main(Some(index), below.to_vec(), depth + 1))];
        }
        let module = |&user: &usize| {
            let connection = self.report.connections.get(user)?;
            Some(Tap::Module(connection, Some(run)))
        };
        run.contents.iter().filter_map(module).collect()
    }
}
