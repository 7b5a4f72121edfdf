//! Work beside the interface thread: solving, files and the system's dialogs.
//!
//! One named thread solves: the newest request wins, a running search is told to stop. Another
//! reads and writes files in order. Results carry the revision they belong to and wait in a
//! mailbox that the window empties in every frame. [`Inline`] does the same at once, for stories.

mod solve;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use eframe::egui::Context;
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::{Effort, Report};

use crate::action::Purpose;
use crate::command::Target;
use crate::exchange;
use crate::look::Computed;
use crate::session::disk::{self, FileError, Lock, Opened, Recovered};

/// A search that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Revision of the plan.
    pub(crate) revision: u64,
    /// The plan.
    pub(crate) plan: Arc<Plan>,
    /// The catalogue, without the overrides of the plan.
    pub(crate) catalogue: Arc<Catalogue>,
    /// Where the plan is kept, and the weather file it may name.
    pub(crate) folder: Option<PathBuf>,
    /// How thorough.
    pub(crate) effort: Effort,
    /// What to improve on, where a report of the same plan is at hand.
    pub(crate) start: Option<Arc<Report>>,
}

/// How a running search stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// How thorough it is.
    pub(crate) effort: Effort,
    /// What it is doing.
    pub(crate) stage: &'static str,
    /// Rounds of improvement.
    pub(crate) rounds: u64,
    /// Cost of the best plan so far, EUR.
    pub(crate) incumbent_eur: Option<f64>,
    /// No plan costs less, EUR.
    pub(crate) bound_eur: Option<f64>,
    /// Whether the best plan stands still while the bound rises.
    pub(crate) is_proving: bool,
}

/// Work with files.
#[derive(Debug)]
pub(crate) enum Task {
    /// Open a plan.
    Open(PathBuf),
    /// Save a plan; the lock is taken along.
    Save(PathBuf, Arc<Plan>),
    /// Write the recovery journal.
    Journal(PathBuf, Arc<Plan>),
    /// Remove files that are no longer needed.
    Forget(Vec<PathBuf>),
    /// Look for unsaved work of plans without a file.
    FindUnnamed(PathBuf),
    /// Write results.
    Export(Target, PathBuf, Computed),
    /// Read the list of plans opened lately.
    ReadRecent(PathBuf),
    /// Write it.
    WriteRecent(PathBuf, Vec<PathBuf>),
}

/// A file dialog of the system.
#[derive(Clone, Debug)]
pub(crate) struct Pick {
    /// What for.
    pub(crate) purpose: Purpose,
    /// Where to begin.
    pub(crate) folder: Option<PathBuf>,
    /// Name to suggest.
    pub(crate) name: String,
}

/// What came out of some work.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A report.
    Solved(Box<Computed>),
    /// The solver broke; what it said.
    SolverBroke(String),
    /// A plan was opened.
    Opened(PathBuf, Result<Box<Opened>, FileError>),
    /// A plan was saved.
    Saved(PathBuf, Arc<Plan>, Result<Lock, FileError>),
    /// The journal was written.
    Journaled(Result<(), FileError>),
    /// Unsaved work without a file was found.
    Found(Recovered),
    /// Results were written.
    Exported(PathBuf, Result<(), String>),
    /// A path was chosen, or none; `None` at once means there is no dialog on this system.
    Picked(Purpose, Option<PathBuf>, Duration),
    /// The plans opened lately.
    Recent(Vec<PathBuf>),
}

/// Does the work of the window.
pub(crate) trait Evaluate {
    /// Begins a search; an earlier one is stopped.
    fn solve(&mut self, job: Job);
    /// Stops the search; the best plan so far is kept.
    fn stop(&mut self);
    /// Works with files, in order.
    fn file(&mut self, task: Task);
    /// Shows a dialog of the system.
    fn pick(&mut self, pick: Pick);
    /// What came out since the last call.
    fn answers(&mut self) -> Vec<Answer>;
    /// How the running search stands.
    fn standing(&self) -> Option<Standing>;
    /// Whether results are there as soon as work was asked for.
    fn is_immediate(&self) -> bool;
    /// Waits until all files are written; called once, when the window has closed.
    fn finish(&mut self);
}

/// What the threads share with the window.
#[derive(Debug)]
struct Shared {
    slot: Mutex<Slot>,
    wake: Condvar,
    cancel: AtomicBool,
    standing: Mutex<Option<Standing>>,
    answers: Mutex<Vec<Answer>>,
    context: Context,
}

#[derive(Debug, Default)]
struct Slot {
    job: Option<Job>,
    is_closed: bool,
}

/// A value behind a lock; one that a panic left behind is still whole, as all writes are moves.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn answer(&self, answer: Answer) {
        locked(&self.answers).push(answer);
        self.context.request_repaint();
    }
}

/// Work on threads.
#[derive(Debug)]
pub(crate) struct Threads {
    shared: Arc<Shared>,
    files: Option<SyncSender<Task>>,
    /// Tasks that did not fit into the queue, oldest first.
    waiting: Vec<Task>,
    threads: Vec<JoinHandle<()>>,
}

impl Threads {
    /// Starts the threads.
    pub(crate) fn start(context: Context, catalogue: &Arc<Catalogue>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            slot: Mutex::default(),
            wake: Condvar::new(),
            cancel: AtomicBool::new(false),
            standing: Mutex::new(None),
            answers: Mutex::default(),
            context,
        });
        let (files, tasks) = sync_channel(64);
        let solver = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("solver".to_owned())
                .stack_size(16 << 20)
                .spawn(move || solve_jobs(&shared))?
        };
        let writer = {
            let shared = Arc::clone(&shared);
            let catalogue = Arc::clone(catalogue);
            std::thread::Builder::new()
                .name("files".to_owned())
                .stack_size(8 << 20)
                .spawn(move || do_tasks(&shared, &tasks, &catalogue))?
        };
        Ok(Self { shared, files: Some(files), waiting: Vec::new(), threads: vec![writer, solver] })
    }

    fn send_waiting(&mut self) {
        let Some(files) = &self.files else { return };
        let mut left = Vec::new();
        for task in self.waiting.drain(..) {
            if !left.is_empty() {
                left.push(task);
                continue;
            }
            match files.try_send(task) {
                Ok(()) => {}
                Err(TrySendError::Full(task) | TrySendError::Disconnected(task)) => left.push(task),
            }
        }
        self.waiting = left;
    }
}

impl Evaluate for Threads {
    fn solve(&mut self, job: Job) {
        locked(&self.shared.slot).job = Some(job);
        self.shared.cancel.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
    }

    fn stop(&mut self) {
        locked(&self.shared.slot).job = None;
        self.shared.cancel.store(true, Ordering::Relaxed);
    }

    fn file(&mut self, task: Task) {
        self.waiting.push(task);
        self.send_waiting();
    }

    fn pick(&mut self, pick: Pick) {
        let shared = Arc::clone(&self.shared);
        let purpose = pick.purpose;
        let thread = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
            let begun = Instant::now();
            let path = show_dialog(&pick);
            shared.answer(Answer::Picked(pick.purpose, path, begun.elapsed()));
        });
        // Without a thread there is no dialog; the window then asks for the path itself.
        if thread.is_err() {
            self.shared.answer(Answer::Picked(purpose, None, Duration::ZERO));
        }
    }

    fn answers(&mut self) -> Vec<Answer> {
        self.send_waiting();
        std::mem::take(&mut *locked(&self.shared.answers))
    }

    fn standing(&self) -> Option<Standing> {
        locked(&self.shared.standing).clone()
    }

    fn is_immediate(&self) -> bool {
        false
    }

    fn finish(&mut self) {
        {
            let mut slot = locked(&self.shared.slot);
            slot.is_closed = true;
            slot.job = None;
        }
        self.shared.cancel.store(true, Ordering::Relaxed);
        self.shared.wake.notify_one();
        // The window is gone, so waiting disturbs nobody; what is left is written first.
        if let Some(files) = self.files.take() {
            for task in self.waiting.drain(..) {
                files.send(task).ok();
            }
        }
        if let Some(writer) = (!self.threads.is_empty()).then(|| self.threads.remove(0)) {
            writer.join().ok();
        }
        // The solver stops at its next check; the process need not wait for it.
        self.threads.clear();
    }
}

fn solve_jobs(shared: &Shared) {
    while let Some(job) = next_job(shared) {
        let answer = solve::run(&job, shared);
        *locked(&shared.standing) = None;
        let is_superseded = locked(&shared.slot).job.is_some();
        match answer {
            // The stopped start of an outdated search is worth less than what is shown.
            Answer::Solved(computed) if is_superseded && solve::was_stopped(&computed) => {}
            answer => shared.answer(answer),
        }
        shared.context.request_repaint();
    }
}

fn next_job(shared: &Shared) -> Option<Job> {
    let mut slot = locked(&shared.slot);
    loop {
        if slot.is_closed {
            return None;
        }
        if let Some(job) = slot.job.take() {
            // Under the lock, so that a stop meant for this job is not lost.
            shared.cancel.store(false, Ordering::Relaxed);
            return Some(job);
        }
        slot = shared.wake.wait(slot).unwrap_or_else(PoisonError::into_inner);
    }
}

fn do_tasks(shared: &Shared, tasks: &Receiver<Task>, catalogue: &Catalogue) {
    while let Ok(task) = tasks.recv() {
        if let Some(answer) = do_task(task, catalogue) {
            shared.answer(answer);
        }
    }
}

/// Does one task; tells what came out, if anybody waits for that.
fn do_task(task: Task, catalogue: &Catalogue) -> Option<Answer> {
    match task {
        Task::Open(path) => {
            let result = disk::open(&path, catalogue).map(Box::new);
            Some(Answer::Opened(path, result))
        }
        Task::Save(path, plan) => {
            let result = disk::save(&path, &plan).map(|()| disk::take_lock(&path));
            Some(Answer::Saved(path, plan, result))
        }
        Task::Journal(path, plan) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).ok();
            }
            Some(Answer::Journaled(disk::save(&path, &plan)))
        }
        Task::Forget(paths) => {
            disk::forget(&paths);
            None
        }
        Task::FindUnnamed(folder) => disk::find_unnamed(&folder, catalogue).map(Answer::Found),
        Task::Export(target, path, computed) => {
            let result = export(target, &path, &computed, catalogue);
            Some(Answer::Exported(path, result))
        }
        Task::ReadRecent(file) => {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            Some(Answer::Recent(text.lines().map(PathBuf::from).collect()))
        }
        Task::WriteRecent(file, paths) => {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).ok();
            }
            let lines: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            // A list that cannot be kept is no reason to disturb anybody.
            disk::write(&file, lines.join("\n").as_bytes()).ok();
            None
        }
    }
}

fn export(
    target: Target,
    path: &std::path::Path,
    computed: &Computed,
    catalogue: &Catalogue,
) -> Result<(), String> {
    let plan_ron = text::write(&computed.plan).map_err(|error| error.to_string())?;
    let catalogue = catalogue.with_overrides_of(&computed.plan);
    let document = exchange::Document {
        plan: &computed.plan,
        catalogue: &catalogue,
        report: &computed.report,
        plan_ron: &plan_ron,
        seconds: computed.seconds,
    };
    let format = match target {
        Target::Xlsx => exchange::Format::Xlsx,
        Target::Csv => exchange::Format::Csv,
        Target::Dxf => exchange::Format::Dxf,
        Target::Svg => exchange::Format::Svg,
        Target::Json => exchange::Format::Json,
        Target::Png => exchange::Format::Png,
        Target::Inp => exchange::Format::Inp,
        Target::Pandapower => exchange::Format::Pandapower,
        Target::Diagram(kind, picture) => {
            return exchange::write_diagram(kind, picture, &document, path)
                .map_err(|error| error.to_string());
        }
    };
    exchange::write(format, &document, path).map_err(|error| error.to_string())
}

fn show_dialog(pick: &Pick) -> Option<PathBuf> {
    let mut dialog = rfd::FileDialog::new().set_file_name(pick.name.as_str());
    if let Some(folder) = &pick.folder {
        dialog = dialog.set_directory(folder);
    }
    match pick.purpose {
        Purpose::Open => dialog
            .set_title("Open a plan")
            .add_filter("Stackyard plan", &["ron"])
            .add_filter("All files", &["*"])
            .pick_file(),
        Purpose::Save => {
            dialog.set_title("Save the plan").add_filter("Stackyard plan", &["ron"]).save_file()
        }
        // Tables are a folder of files.
        Purpose::Export(Target::Csv) => dialog
            .set_title("Export tables into a new folder in")
            .pick_folder()
            .map(|folder| folder.join(&pick.name)),
        Purpose::Export(target) => dialog
            .set_title("Export")
            .add_filter(target.extension(), &[target.extension()])
            .save_file(),
    }
}

/// Work done at once on the calling thread, for stories.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Inline {
    shared: Shared,
    catalogue: Arc<Catalogue>,
}

#[cfg(test)]
impl Inline {
    /// Ready to work.
    pub(crate) fn new(context: Context, catalogue: Arc<Catalogue>) -> Self {
        let shared = Shared {
            slot: Mutex::default(),
            wake: Condvar::new(),
            cancel: AtomicBool::new(false),
            standing: Mutex::new(None),
            answers: Mutex::default(),
            context,
        };
        Self { shared, catalogue }
    }
}

#[cfg(test)]
impl Evaluate for Inline {
    fn solve(&mut self, job: Job) {
        let answer = solve::run(&job, &self.shared);
        *locked(&self.shared.standing) = None;
        self.shared.answer(answer);
    }

    fn stop(&mut self) {}

    fn file(&mut self, task: Task) {
        if let Some(answer) = do_task(task, &self.catalogue) {
            self.shared.answer(answer);
        }
    }

    fn pick(&mut self, pick: Pick) {
        // There is nobody to choose: the window asks for the path itself.
        self.shared.answer(Answer::Picked(pick.purpose, None, Duration::ZERO));
    }

    fn answers(&mut self) -> Vec<Answer> {
        std::mem::take(&mut *locked(&self.shared.answers))
    }

    fn standing(&self) -> Option<Standing> {
        None
    }

    fn is_immediate(&self) -> bool {
        true
    }

    fn finish(&mut self) {}
}
