//! The window as a whole: what it knows, and how a frame goes.
//!
//! In every frame results are taken from the mailbox, the panels are drawn from one read-only
//! [`Look`], and what they ask for is done afterwards. Nothing here waits for a disk or a solver.

mod edits;
mod files;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use eframe::egui::{self, CentralPanel, Context, Frame, Margin, Modifiers, Panel, Ui};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Container, Plan};
use stackyard_solver::report::Effort;

use crate::action::Action;
use crate::command::{Command, Condition};
use crate::format::metres;
use crate::look::{Computed, Look, Selection, Shown};
use crate::session::disk::Recovered;
use crate::session::{Journaling, Session};
use crate::theme::{self, Tokens};
use crate::tool::Tool;
use crate::tool::select::hit;
use crate::view::dialogs::{self, Dialog};
use crate::view::status::Notes;
use crate::view::toasts::Toasts;
use crate::view::{self, Views, bottom, canvas, menu, palette, status, toolbar};
use crate::worker::{Answer, Evaluate, Job, Task, Threads};

/// Seconds of rest after a change before the plan is solved again.
const REST: f64 = 0.15;

/// With what the window begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// The plan to open; the JUPITER plan where there is none.
    pub(crate) path: Option<PathBuf>,
    /// Where unnamed journals and the list of recent plans are kept.
    pub(crate) data_folder: Option<PathBuf>,
}

/// The window.
pub(crate) struct App {
    catalogue: Arc<Catalogue>,
    derived: Derived,
    session: Session,
    computed: Option<Computed>,
    worker: Box<dyn Evaluate>,
    solving: Option<(u64, Effort)>,
    /// When a plan that changed is solved again.
    due: Option<f64>,
    /// The revision the window has seen last.
    seen: u64,
    /// The revision the session began with; older results belong to another plan.
    floor: u64,
    selection: Selection,
    highlight: BTreeSet<String>,
    phase: Option<usize>,
    shown: Shown,
    tool: Tool,
    views: Views,
    dialog: Option<Dialog>,
    toasts: Toasts,
    recovered: Option<Recovered>,
    copied: Vec<Container>,
    recent: Vec<PathBuf>,
    data_folder: Option<PathBuf>,
    /// What waits for a save to succeed.
    after_save: Option<Action>,
    /// Whether closing was agreed to.
    may_close: bool,
    title: String,
}

/// What follows from the plan alone and is asked in every frame.
struct Derived {
    revision: u64,
    catalogue: Arc<Catalogue>,
    order: BTreeMap<Id, usize>,
}

impl Derived {
    fn of(plan: &Plan, catalogue: &Catalogue, revision: u64) -> Self {
        Self {
            revision,
            catalogue: Arc::new(catalogue.with_overrides_of(plan)),
            order: plan.phase_order(),
        }
    }
}

impl App {
    /// The window on threads.
    pub(crate) fn new(cc: &eframe::CreationContext<'_>, start: Start) -> anyhow::Result<Self> {
        let ctx = &cc.egui_ctx;
        let catalogue = Arc::new(Catalogue::reference().context("the reference catalogue")?);
        let worker =
            Threads::start(ctx.clone(), &catalogue).context("threads could not be started")?;
        Ok(Self::with(ctx, catalogue, start, Box::new(worker)))
    }

    /// The window without threads: everything asked for is done at once. For stories.
    #[cfg(test)]
    pub(crate) fn headless(ctx: &Context, start: Start) -> anyhow::Result<Self> {
        let catalogue = Arc::new(Catalogue::reference().context("the reference catalogue")?);
        let worker = crate::worker::Inline::new(ctx.clone(), Arc::clone(&catalogue));
        Ok(Self::with(ctx, catalogue, start, Box::new(worker)))
    }

    fn with(
        ctx: &Context,
        catalogue: Arc<Catalogue>,
        start: Start,
        worker: Box<dyn Evaluate>,
    ) -> Self {
        theme::install(ctx);
        let mut toasts = Toasts::default();
        let plan = Session::jupiter(&catalogue).unwrap_or_else(|error| {
            toasts.failed(format!("The JUPITER plan cannot be read: {error}"));
            Plan::empty_site("New campus", 120_000, 80_000)
        });
        let session = Session::unnamed(plan, 1);
        let derived = Derived::of(session.plan(), &catalogue, 1);
        let mut app = Self {
            catalogue,
            derived,
            session,
            computed: None,
            worker,
            solving: None,
            due: None,
            seen: 0,
            floor: 1,
            selection: Selection::default(),
            highlight: BTreeSet::new(),
            phase: None,
            shown: Shown::default(),
            tool: Tool::default(),
            views: Views::default(),
            dialog: None,
            toasts,
            recovered: None,
            copied: Vec::new(),
            recent: Vec::new(),
            data_folder: start.data_folder,
            after_save: None,
            may_close: false,
            title: String::new(),
        };
        if let Some(folder) = app.data_folder.clone() {
            app.worker.file(Task::ReadRecent(folder.join("recent.txt")));
            if start.path.is_none() {
                app.worker.file(Task::FindUnnamed(folder));
            }
        }
        if let Some(path) = start.path {
            app.worker.file(Task::Open(path));
        }
        app
    }

    /// What the views may read.
    fn look(&self) -> Look<'_> {
        Look {
            plan: self.session.plan(),
            catalogue: &self.derived.catalogue,
            computed: self.computed.as_ref(),
            revision: self.session.revision(),
            selection: &self.selection,
            highlight: &self.highlight,
            phase: self.phase,
            order: &self.derived.order,
            shown: &self.shown,
        }
    }

    /// What holds now, for the commands.
    fn holds(&self) -> BTreeSet<Condition> {
        let plan = self.session.plan();
        let history = self.session.history();
        let has_container = !self.selection.containers(plan).is_empty();
        let is_holding = matches!(&self.tool, Tool::Place(place) if place.module().is_some());
        let conditions = [
            (Condition::Selection, !self.selection.is_empty()),
            (Condition::Container, has_container),
            (Condition::Turnable, has_container || is_holding),
            (Condition::Corridor, !self.selected_corridors().is_empty()),
            (Condition::Connection, self.look().connection().is_some()),
            (Condition::Undo, history.undo_label().is_some()),
            (Condition::Redo, history.redo_label().is_some()),
            (Condition::Copied, !self.copied.is_empty()),
            (Condition::Solving, self.solving.is_some()),
            (Condition::Report, self.computed.is_some()),
        ];
        conditions.into_iter().filter(|(_, holds)| *holds).map(|(condition, _)| condition).collect()
    }

    /// Keeps up with the plan: what follows from it, and when it is solved again.
    fn keep_up(&mut self, ctx: &Context) {
        let revision = self.session.revision();
        if self.derived.revision != revision {
            self.derived = Derived::of(self.session.plan(), &self.catalogue, revision);
            let phases = self.session.plan().phases.len();
            self.phase = self.phase.filter(|&phase| phase < phases);
            self.prune_selection();
        }
        let now = ctx.input(|input| input.time);
        if self.seen != revision {
            self.seen = revision;
            let rest = if self.worker.is_immediate() { 0.0 } else { REST };
            self.due = Some(now + rest);
        }
        match self.due {
            Some(due) if now >= due => self.solve(Effort::Explore),
            Some(due) => ctx.request_repaint_after(Duration::from_secs_f64(due - now)),
            None => {}
        }
    }

    /// Begins a search; one that runs is stopped.
    fn solve(&mut self, effort: Effort) {
        self.due = None;
        let revision = self.session.revision();
        let start = self
            .computed
            .as_ref()
            .filter(|computed| computed.revision == revision && effort != Effort::Explore)
            .map(|computed| Arc::clone(&computed.report));
        self.solving = Some((revision, effort));
        self.worker.solve(Job {
            revision,
            plan: Arc::clone(self.session.plan()),
            catalogue: Arc::clone(&self.catalogue),
            folder: self.session.path().and_then(Path::parent).map(Path::to_path_buf),
            effort,
            start,
        });
    }

    fn take_report(&mut self, computed: Computed) {
        if self.solving.is_some_and(|(revision, _)| revision == computed.revision) {
            self.solving = None;
        }
        // A search that was overtaken may end after a newer one.
        let is_newer = self.computed.as_ref().is_none_or(|old| old.revision <= computed.revision);
        let is_of_session = (self.floor..=self.session.revision()).contains(&computed.revision);
        if is_newer && is_of_session {
            self.computed = Some(computed);
        }
    }

    fn take_answers(&mut self, ctx: &Context) {
        for answer in self.worker.answers() {
            match answer {
                Answer::Solved(computed) => self.take_report(*computed),
                Answer::SolverBroke(reason) => {
                    self.solving = None;
                    self.toasts.failed(format!(
                        "The solver broke on this plan: {reason}. Your work is safe; undo the last \
                         change or save the plan and report it"
                    ));
                }
                answer => self.take_file_answer(answer, ctx),
            }
        }
    }

    /// Writes or removes the journal when it is time.
    fn keep_journal(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let Some(path) = self.session.journal_path(self.data_folder.as_deref()) else { return };
        match self.session.journaling(now) {
            Some(Journaling::Write(plan)) => self.worker.file(Task::Journal(path, plan)),
            Some(Journaling::Remove) => self.worker.file(Task::Forget(vec![path])),
            None if self.session.waits_for_journal() => {
                ctx.request_repaint_after(Duration::from_millis(500));
            }
            None => {}
        }
    }

    fn ask_before_closing(&mut self, ctx: &Context) {
        let is_asked = ctx.input(|input| input.viewport().close_requested());
        if is_asked && self.session.is_dirty() && !self.may_close {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Unsaved(Box::new(Action::Run(Command::Quit))));
        }
    }

    fn keep_title(&mut self, ctx: &Context) {
        let mark = if self.session.is_dirty() { "*" } else { "" };
        let title = format!("{}{mark} — Stackyard", self.session.title());
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Turns keys into commands, unless a dialog or a text has them.
    fn read_keys(&self, ctx: &Context, holds: &BTreeSet<Condition>, out: &mut Vec<Action>) {
        let has_modal = ctx.memory(|memory| memory.top_modal_layer().is_some());
        if self.dialog.is_some() || has_modal {
            return;
        }
        let is_typing = ctx.text_edit_focused();
        let ready = |command: &Command| !is_typing || command.works_while_typing();
        for command in Command::ALL.into_iter().filter(ready) {
            let Some(shortcut) = command.shortcut() else { continue };
            if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) && command.is_enabled(holds)
            {
                out.push(Action::Run(command));
            }
        }
        if is_typing {
            return;
        }
        // The plus sign shares its key with the equals sign on many keyboards.
        if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, egui::Key::Equals)) {
            out.push(Action::Run(Command::ZoomIn));
        }
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, egui::Key::Backspace)) {
            out.push(Action::Run(Command::Delete));
        }
        // The system turns these keys into events of their own.
        ctx.input(|input| {
            for event in &input.events {
                match event {
                    egui::Event::Copy => out.push(Action::Run(Command::Copy)),
                    egui::Event::Cut => out.push(Action::Run(Command::Cut)),
                    egui::Event::Paste(_) => out.push(Action::Run(Command::Paste)),
                    _ => {}
                }
            }
        });
    }

    /// What the status bar says beside the figures.
    fn over_text(&self) -> String {
        let Some(at) = self.views.canvas.pointer else { return self.tool.hint().to_owned() };
        let place = format!("{}, {}", metres(at.x), metres(at.y));
        match hit(&self.look(), at, 0) {
            Some(name) => format!("{name} · {place}"),
            None => format!("{place} · {}", self.tool.hint()),
        }
    }

    fn saved_text(&self) -> String {
        match (self.session.path(), self.session.is_dirty()) {
            (_, true) => "Unsaved changes".to_owned(),
            (Some(path), false) => format!("Saved in {}", path.display()),
            (None, false) => "Not changed".to_owned(),
        }
    }

    /// Draws every panel; returns what they ask for.
    fn panels(&mut self, ui: &mut Ui) -> Vec<Action> {
        let mut out = Vec::new();
        let holds = self.holds();
        self.read_keys(ui.ctx(), &holds, &mut out);
        let standing = self.worker.standing();
        let (over, saved) = (self.over_text(), self.saved_text());
        let Self {
            derived,
            session,
            computed,
            selection,
            highlight,
            phase,
            shown,
            tool,
            views,
            recent,
            ..
        } = self;
        let look = Look {
            plan: session.plan(),
            catalogue: &derived.catalogue,
            computed: computed.as_ref(),
            revision: session.revision(),
            selection,
            highlight,
            phase: *phase,
            order: &derived.order,
            shown,
        };
        let tokens = Tokens::of(ui.visuals());
        let bar = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(8, 3));
        Panel::top("menu").frame(bar).show(ui, |ui| {
            menu::ui(ui, &holds, recent, shown, &mut out);
        });
        Panel::top("toolbar").frame(bar).show(ui, |ui| {
            toolbar::ui(ui, &look, tool.kind(), &holds, standing.as_ref(), &mut out);
        });
        Panel::bottom("status").frame(bar).show(ui, |ui| {
            status::ui(ui, &look, Notes { over: &over, saved: &saved }, &mut out);
        });
        bottom::ui(ui, &mut views.bottom, &look, &mut out);
        view::left_ui(ui, &mut views.left, &look, &mut out);
        view::right_ui(ui, &mut views.right, &look, &mut out);
        CentralPanel::no_frame().show(ui, |ui| {
            canvas::ui(ui, &mut views.canvas, tool, &look, &mut out);
        });
        palette::ui(ui.ctx(), &mut views.palette, &holds, &mut out);
        out
    }

    /// Does what was asked for in this frame.
    fn settle(&mut self, ctx: &Context, actions: Vec<Action>) {
        let mut marked = BTreeSet::new();
        for action in actions {
            match action {
                Action::Highlight(names) => marked.extend(names),
                action => self.act(ctx, action),
            }
        }
        if marked != self.highlight {
            self.highlight = marked;
            ctx.request_repaint();
        }
    }
}

/// What stories look at and do where no pointer reaches.
#[cfg(test)]
impl App {
    /// The plan.
    pub(crate) fn plan(&self) -> &Plan {
        self.session.plan()
    }

    /// Steps that can be undone.
    pub(crate) fn steps(&self) -> usize {
        self.session.history().depth()
    }

    /// The report, if it belongs to the plan as it is.
    pub(crate) fn fresh_report(&self) -> Option<Arc<stackyard_solver::report::Report>> {
        let computed = self.computed.as_ref()?;
        (computed.revision == self.session.revision()).then(|| Arc::clone(&computed.report))
    }

    /// Where a point of the site is in the window.
    pub(crate) fn screen(&self, x: i64, y: i64) -> egui::Pos2 {
        let point = stackyard_solver::geometry::Point { x, y };
        self.views.canvas.screen_from_site(point).unwrap_or_default()
    }

    /// Whether something would be lost.
    pub(crate) fn is_dirty(&self) -> bool {
        self.session.is_dirty()
    }

    /// The names that are selected.
    pub(crate) fn selected(&self) -> Vec<&str> {
        self.selection.names().iter().map(String::as_str).collect()
    }

    /// What the messages in the corner say.
    pub(crate) fn messages(&self) -> Vec<&str> {
        self.toasts.texts()
    }

    /// Does an action as if a view had asked for it.
    pub(crate) fn ask(&mut self, ctx: &Context, action: Action) {
        self.act(ctx, action);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.take_answers(ctx);
        self.keep_up(ctx);
        self.keep_journal(ctx);
        self.ask_before_closing(ctx);
        self.keep_title(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let mut actions = self.panels(ui);
        let ctx = ui.ctx().clone();
        if let Some(mut dialog) = self.dialog.take()
            && dialogs::ui(&ctx, &mut dialog, &mut actions)
        {
            self.dialog = Some(dialog);
        }
        self.toasts.ui(&ctx);
        let revision = self.session.revision();
        self.settle(&ctx, actions);
        if self.session.revision() != revision {
            // The next frame shows the change and begins to solve it.
            ctx.request_repaint();
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // After a panic the journal is what saves the work, so it stays.
        if !std::thread::panicking() && (self.may_close || !self.session.is_dirty()) {
            let files = self.session.leftovers(self.data_folder.as_deref());
            self.worker.file(Task::Forget(files));
        }
        self.worker.finish();
    }
}
