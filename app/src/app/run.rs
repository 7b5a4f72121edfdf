//! Doing what commands and actions ask for.

use eframe::egui::{Context, ThemePreference, ViewportCommand};
use stackyard_solver::edit::Edit;
use stackyard_solver::plan::Preference;

use super::App;
use crate::action::{Action, Purpose, Reply};
use crate::command::{Command, Side, Stride, Target, ToolKind, Toward};
use crate::tool::Tool;
use crate::tool::place::Place;
use crate::view::canvas::Fit;
use crate::view::dialogs::{Dialog, NewSite};
use crate::worker::Pick;

impl App {
    /// Does one action.
    pub(super) fn act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Run(command) => self.run(ctx, command),
            Action::Edit(label, edit) => self.edit(label, &edit),
            Action::Select(names) => self.selection.set(names),
            Action::Toggle(names) => self.selection.toggle(names),
            Action::ZoomTo(names) => {
                let bounds = self.look().bounds_of(names.iter().map(String::as_str));
                if let Some(bounds) = bounds {
                    self.views.canvas.fit = Fit::To(bounds);
                    ctx.request_repaint();
                }
            }
            Action::ShowPhase(phase) => self.phase = phase,
            Action::ToggleLayer(layer) => self.shown.toggle(layer),
            Action::Color(coloring) => self.shown.coloring = coloring,
            Action::Take(module) => self.tool = Tool::Place(Place::holding(module)),
            Action::Open(path) => self.open(path),
            Action::Answer(reply) => self.take_reply(ctx, reply),
            Action::Refuse(reason) => self.toasts.failed(reason),
            // This lasts for a frame and is gathered before.
            Action::Highlight(_) => {}
        }
    }

    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::New => {
                self.unless_dirty(Action::Run(command), |app| {
                    app.dialog = Some(Dialog::New(NewSite::default()));
                });
            }
            Command::Open => self.unless_dirty(Action::Run(command), |app| app.pick(Purpose::Open)),
            Command::OpenPath => {
                self.unless_dirty(Action::Run(command), |app| app.ask_path(Purpose::Open));
            }
            Command::OpenJupiter => self.unless_dirty(Action::Run(command), Self::open_jupiter),
            Command::Save => self.save(),
            Command::SaveAs => self.pick(Purpose::Save),
            Command::SavePath => self.ask_path(Purpose::Save),
            Command::Export(target) => self.pick(Purpose::Export(target)),
            Command::ExportDiagram(picture) => {
                let kind = self.views.bottom.diagrams.kind();
                self.pick(Purpose::Export(Target::Diagram(kind, picture)));
            }
            Command::Diagram(kind) => self.views.bottom.show_diagram(kind),
            Command::Quit => self.quit(ctx),
            Command::Undo => {
                self.session.undo();
            }
            Command::Redo => {
                self.session.redo();
            }
            Command::Cut => {
                self.copy(ctx);
                self.delete();
            }
            Command::Copy => self.copy(ctx),
            Command::Paste => self.paste(),
            Command::Duplicate => self.duplicate(),
            Command::Array => self.ask_array(),
            Command::Delete => self.delete(),
            Command::Rotate => self.rotate(),
            Command::ToggleLock => self.toggle_lock(),
            Command::SelectAll => {
                let plan = self.session.plan();
                let names: Vec<_> = plan.containers.iter().map(|it| it.id.to_string()).collect();
                self.selection.set(names);
            }
            Command::Escape => self.escape(),
            Command::Nudge(toward, stride) => self.nudge(toward, stride),
            Command::CycleUsage => self.cycle_usage(),
            Command::CyclePreference => self.cycle_preference(),
            Command::Tool(kind) => self.tool = Tool::of(kind),
            Command::Solve(effort) => self.solve(effort),
            Command::Stop => {
                // What it found so far still arrives as a report.
                self.worker.stop();
                self.solving = None;
                self.due = None;
            }
            Command::Fit => self.views.canvas.fit = Fit::Site,
            Command::ZoomSelection => {
                let names: Vec<_> = self.selection.names().iter().cloned().collect();
                self.act(ctx, Action::ZoomTo(names));
            }
            Command::ZoomIn => self.views.canvas.zoom(1.25),
            Command::ZoomOut => self.views.canvas.zoom(0.8),
            Command::NextPhase => self.show_phases(self.shown_phase() + 1),
            Command::PreviousPhase => self.show_phases(self.shown_phase().saturating_sub(1)),
            Command::AllPhases => self.phase = None,
            Command::Toggle(side) => self.toggle(side),
            Command::Theme(colors) => ctx.set_theme(ThemePreference::from(colors)),
            Command::Palette => self.views.palette.open(),
            Command::Shortcuts => self.dialog = Some(Dialog::Shortcuts),
            Command::About => self.dialog = Some(Dialog::About),
        }
        ctx.request_repaint();
    }

    /// Does something that replaces the plan, or asks about unsaved work first.
    fn unless_dirty(&mut self, action: Action, go_on: impl FnOnce(&mut Self)) {
        if self.session.is_dirty() {
            self.dialog = Some(Dialog::Unsaved(Box::new(action)));
        } else {
            go_on(self);
        }
    }

    fn quit(&mut self, ctx: &Context) {
        self.unless_dirty(Action::Run(Command::Quit), |app| {
            app.may_close = true;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        });
    }

    fn escape(&mut self) {
        if self.tool.is_busy() {
            self.tool.cancel();
        } else if self.tool.kind() == ToolKind::Select {
            self.selection.set([]);
        } else {
            self.tool = Tool::default();
        }
    }

    /// The phase shown; one beyond the last where all are.
    fn shown_phase(&self) -> usize {
        self.phase.unwrap_or(self.session.plan().phases.len())
    }

    fn show_phases(&mut self, last: usize) {
        self.phase = (last < self.session.plan().phases.len()).then_some(last);
    }

    fn toggle(&mut self, side: Side) {
        let open = match side {
            Side::Left => &mut self.views.left.open,
            Side::Right => &mut self.views.right,
            Side::Bottom => &mut self.views.bottom.open,
        };
        open.0 = !open.0;
    }

    fn nudge(&mut self, toward: Toward, stride: Stride) {
        let step = match stride {
            Stride::Fine => 100,
            Stride::Coarse => 1_000,
        };
        let (dx_mm, dy_mm) = match toward {
            Toward::West => (-step, 0),
            Toward::East => (step, 0),
            Toward::North => (0, step),
            Toward::South => (0, -step),
        };
        let ids = self.selected_with_groups();
        self.edit("Move".to_owned(), &Edit::Move { ids, dx_mm, dy_mm });
    }

    fn rotate(&mut self) {
        if let Tool::Place(place) = &mut self.tool
            && place.module().is_some()
        {
            place.turn();
            return;
        }
        let ids = self.selected_with_groups();
        self.edit("Rotate".to_owned(), &Edit::Rotate(ids));
    }

    fn cycle_usage(&mut self) {
        let edits: Vec<_> = self
            .selected_corridors()
            .into_iter()
            .map(|corridor| Edit::SetUsage {
                corridor: corridor.id.clone(),
                usage: corridor.usage.next(),
            })
            .collect();
        self.edit("Corridor usage".to_owned(), &Edit::All(edits));
    }

    fn cycle_preference(&mut self) {
        let next = |preference| match preference {
            Preference::Neutral => Preference::Prefer,
            Preference::Prefer => Preference::Avoid,
            Preference::Avoid => Preference::Neutral,
        };
        let edits: Vec<_> = self
            .selected_corridors()
            .into_iter()
            .map(|corridor| Edit::SetPreference {
                corridor: corridor.id.clone(),
                preference: next(corridor.preference),
            })
            .collect();
        self.edit("Corridor preference".to_owned(), &Edit::All(edits));
    }

    /// Shows the system's dialog for a path.
    pub(super) fn pick(&mut self, purpose: Purpose) {
        if let Purpose::Export(_) = purpose
            && !self.look().is_fresh()
        {
            let text = "The results are being recomputed; export again in a moment";
            self.toasts.failed(text);
            return;
        }
        let folder = self.session.path().and_then(|path| path.parent()).map(Into::into);
        let name = self.suggested_name(purpose);
        self.worker.pick(Pick { purpose, folder, name });
    }

    fn take_reply(&mut self, ctx: &Context, reply: Reply) {
        match reply {
            Reply::New(name, width, depth) => self.start_site(&name, width, depth),
            Reply::Path(purpose, path) => self.use_path(purpose, path),
            Reply::SaveThen(action) => {
                self.after_save = Some(*action);
                self.save();
            }
            Reply::DiscardThen(action) => {
                self.session.discard();
                self.act(ctx, *action);
            }
            Reply::Recover => self.take_recovered(),
            Reply::ForgetRecovered => self.forget_recovered(),
            Reply::Array(columns, rows, pitch_x, pitch_y) => {
                self.array(columns, rows, pitch_x, pitch_y);
            }
        }
    }
}
