//! Opening, saving, exporting and recovering: what is asked of the files thread, and what is done
//! with its answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;
use stackyard_solver::plan::Plan;

use super::App;
use crate::action::{Action, Purpose};
use crate::command::Target;
use crate::look::Selection;
use crate::session::Session;
use crate::session::disk::{self, FileError, Lock, Opened};
use crate::tool::Tool;
use crate::view::canvas::Fit;
use crate::view::dialogs::Dialog;
use crate::worker::{Answer, Task};

/// No person dismisses a dialog this fast: the system has none.
const NO_DIALOG: Duration = Duration::from_millis(700);
/// Most plans in the list of recent ones.
const RECENT: usize = 8;

impl App {
    /// Does with an answer of the files thread what is to be done.
    pub(super) fn take_file_answer(&mut self, answer: Answer, ctx: &Context) {
        match answer {
            Answer::Opened(path, Ok(opened)) => self.take_opened(&path, *opened),
            Answer::Opened(_, Err(error)) => {
                let title = "The plan could not be opened".to_owned();
                self.dialog = Some(Dialog::Message(title, error.to_string()));
            }
            Answer::Saved(path, plan, result) => self.take_saved(ctx, &path, plan, result),
            Answer::Journaled(result) => {
                if self.session.note_journal(result.is_err())
                    && let Err(error) = result
                {
                    self.toasts.failed(format!("Unsaved work is not protected: {error}"));
                }
            }
            Answer::Found(recovered) => {
                let text = format!(
                    "The last session ended without saving \"{}\", a plan without a file.",
                    recovered.plan.name
                );
                self.recovered = Some(recovered);
                self.dialog = Some(Dialog::Recover(text));
            }
            Answer::Exported(path, Ok(())) => {
                self.toasts.done(format!("Exported {}", path.display()));
            }
            Answer::Exported(path, Err(reason)) => {
                self.toasts.failed(format!("{} was not exported: {reason}", path.display()));
            }
            Answer::Picked(purpose, Some(path), _) => self.use_path(purpose, path),
            Answer::Picked(purpose, None, after) if after < NO_DIALOG => self.ask_path(purpose),
            Answer::Picked(_, None, _) => self.after_save = None,
            Answer::Recent(paths) => self.recent = paths,
            // The solver's answers are taken elsewhere.
            Answer::Solved(_) | Answer::SolverBroke(_) => {}
        }
        ctx.request_repaint();
    }

    /// Opens a plan, asking about unsaved work first.
    pub(super) fn open(&mut self, path: PathBuf) {
        if self.session.is_dirty() {
            self.dialog = Some(Dialog::Unsaved(Box::new(Action::Open(path))));
        } else {
            self.worker.file(Task::Open(path));
        }
    }

    /// Opens the plan that ships with the program.
    pub(super) fn open_jupiter(&mut self) {
        match Session::jupiter(&self.catalogue) {
            Ok(plan) => {
                let revision = self.session.revision() + 1;
                self.load(Session::unnamed(plan, revision));
            }
            Err(error) => self.toasts.failed(format!("The JUPITER plan cannot be read: {error}")),
        }
    }

    /// Starts a new site.
    pub(super) fn start_site(&mut self, name: &str, width_mm: i64, depth_mm: i64) {
        let plan = Plan::empty_site(name, width_mm, depth_mm);
        let revision = self.session.revision() + 1;
        self.load(Session::unnamed(plan, revision));
    }

    fn take_opened(&mut self, path: &Path, opened: Opened) {
        let Opened { plan, recovered, lock } = opened;
        let revision = self.session.revision() + 1;
        let holder = match &lock {
            Lock::Theirs(holder) => Some(holder.clone()),
            Lock::Ours(_) | Lock::Unknown => None,
        };
        self.load(Session::opened(plan, path.to_path_buf(), lock, revision));
        self.remember(path);
        if let Some(holder) = holder {
            let text = format!(
                "{} is open by {holder}. Both of you can work, but whoever saves last overwrites \
                 the other. Use Save as to keep your own copy.",
                path.display()
            );
            self.dialog = Some(Dialog::Message("Somebody has this plan open".to_owned(), text));
        } else if let Some(recovered) = recovered {
            let text = format!(
                "The last session with {} ended without saving. What was changed is still there.",
                path.display()
            );
            self.recovered = Some(recovered);
            self.dialog = Some(Dialog::Recover(text));
        }
    }

    /// Replaces the session; the old one leaves nothing behind.
    fn load(&mut self, session: Session) {
        let mut old = self.session.leftovers(self.data_folder.as_deref());
        let new = session.leftovers(self.data_folder.as_deref());
        // The journal of the new plan may hold work that is about to be offered.
        old.retain(|file| !new.contains(file));
        self.worker.file(Task::Forget(old));
        self.worker.stop();
        self.floor = session.revision();
        self.session = session;
        self.computed = None;
        self.solving = None;
        self.selection = Selection::default();
        self.phase = None;
        self.tool = Tool::default();
        self.after_save = None;
        self.views.canvas.fit = Fit::Site;
    }

    /// Takes the work of a crash over as one step that can be undone.
    pub(super) fn take_recovered(&mut self) {
        if let Some(recovered) = self.recovered.take() {
            let is_unnamed = self.session.path().is_none();
            if is_unnamed {
                let revision = self.session.revision() + 1;
                let blank = Plan::empty_site(&recovered.plan.name, 120_000, 80_000);
                self.load(Session::unnamed(blank, revision));
            }
            self.session.replace("Recover unsaved work".to_owned(), *recovered.plan);
            self.views.canvas.fit = Fit::Site;
            let own = self.session.journal_path(self.data_folder.as_deref());
            // Its own journal is written again; one of another process is done with.
            if own.as_ref() != Some(&recovered.journal) {
                self.worker.file(Task::Forget(vec![recovered.journal]));
            }
        }
    }

    /// Throws the work of a crash away.
    pub(super) fn forget_recovered(&mut self) {
        if let Some(recovered) = self.recovered.take() {
            self.worker.file(Task::Forget(vec![recovered.journal]));
        }
    }

    /// Saves where the plan came from, or asks where to.
    pub(super) fn save(&mut self) {
        match self.session.path().map(Path::to_path_buf) {
            Some(path) => self.save_to(path),
            None => self.pick(Purpose::Save),
        }
    }

    fn save_to(&mut self, path: PathBuf) {
        self.worker.file(Task::Save(path, Arc::clone(self.session.plan())));
    }

    fn take_saved(
        &mut self,
        ctx: &Context,
        path: &Path,
        plan: Arc<Plan>,
        result: Result<Lock, FileError>,
    ) {
        match result {
            Ok(lock) => {
                let before = self.session.leftovers(self.data_folder.as_deref());
                self.toasts.done(format!("Saved {}", path.display()));
                self.remember(path);
                self.session.note_saved(path.to_path_buf(), plan, lock);
                let mut old = before;
                let now = self.session.leftovers(self.data_folder.as_deref());
                old.retain(|file| !now.contains(file));
                // What is saved needs no journal; a change made meanwhile writes a new one.
                old.push(disk::journal_of(path));
                self.worker.file(Task::Forget(old));
                if let Some(action) = self.after_save.take() {
                    self.act(ctx, action);
                }
            }
            Err(error) => {
                self.after_save = None;
                let title = "The plan was not saved".to_owned();
                self.dialog = Some(Dialog::Message(title, error.to_string()));
            }
        }
    }

    /// Uses a path that was chosen or typed.
    pub(super) fn use_path(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::Open => self.worker.file(Task::Open(path)),
            Purpose::Save => self.save_to(with_extension(path, "ron")),
            Purpose::Export(target) => {
                let Some(computed) = self.computed.clone() else {
                    self.toasts.failed("There are no results to export yet; press F5");
                    return;
                };
                let path = match target {
                    // Tables are a folder of files.
                    Target::Csv => path,
                    Target::Xlsx
                    | Target::Dxf
                    | Target::Svg
                    | Target::Json
                    | Target::Png
                    | Target::Inp
                    | Target::Pandapower
                    | Target::Diagram(..) => with_extension(path, target.extension()),
                };
                self.worker.file(Task::Export(target, path, computed));
            }
        }
    }

    /// Asks for a path in the window itself.
    pub(super) fn ask_path(&mut self, purpose: Purpose) {
        let folder = self.session.path().and_then(Path::parent).map(Path::to_path_buf);
        let folder = folder.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let path = match purpose {
            Purpose::Open => folder.display().to_string(),
            Purpose::Save | Purpose::Export(_) => {
                folder.join(self.suggested_name(purpose)).display().to_string()
            }
        };
        self.dialog = Some(Dialog::Path(purpose, path));
    }

    /// A file name for what is about to be written.
    pub(super) fn suggested_name(&self, purpose: Purpose) -> String {
        let stem: String = self
            .session
            .title()
            .chars()
            .map(|c| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '-' })
            .collect();
        match purpose {
            Purpose::Open => String::new(),
            Purpose::Save => format!("{stem}.ron"),
            Purpose::Export(Target::Csv) => format!("{stem} tables"),
            Purpose::Export(Target::Diagram(kind, picture)) => {
                format!("{stem} {}.{}", kind.label().to_lowercase(), picture.extension())
            }
            Purpose::Export(target) => format!("{stem}.{}", target.extension()),
        }
    }

    fn remember(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        self.recent.retain(|other| *other != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
        if let Some(folder) = &self.data_folder {
            let file = folder.join("recent.txt");
            self.worker.file(Task::WriteRecent(file, self.recent.clone()));
        }
    }
}

fn with_extension(path: PathBuf, extension: &str) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension(extension) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_an_ending_gets_one() {
        assert_eq!(with_extension("a/b".into(), "ron"), Path::new("a/b.ron"));
        assert_eq!(with_extension("a/b.txt".into(), "ron"), Path::new("a/b.txt"));
    }
}
