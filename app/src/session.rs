//! The plan that is open: where it is kept, what is saved of it and what would be lost.
//!
//! A session holds state only. Files are touched by [`disk`] on another thread.

pub(crate) mod disk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::edit::{Edit, EditError};
use stackyard_solver::plan::{Plan, text};

use crate::history::History;
use disk::Lock;

/// The plan that ships with the program and opens on the first start.
pub(crate) const JUPITER: &str = include_str!("../../layouts/jupiter.ron");

/// Seconds between a change and its journal.
pub(crate) const JOURNAL_SECONDS: f64 = 3.0;

/// The plan that is open.
#[derive(Debug)]
pub(crate) struct Session {
    history: History,
    path: Option<PathBuf>,
    saved: Arc<Plan>,
    is_dirty: bool,
    lock: Lock,
    journal: Journal,
}

/// What the recovery journal knows.
#[derive(Debug, Default)]
struct Journal {
    /// The state that was written last.
    holds: Option<Arc<Plan>>,
    /// When the oldest change that it lacks was made.
    waits_since: Option<f64>,
    /// Whether the last attempt failed; said once, not every few seconds.
    failed: bool,
}

/// What is to be done about the journal.
#[derive(Clone, Debug)]
pub(crate) enum Journaling {
    /// Write this state.
    Write(Arc<Plan>),
    /// Remove it, nothing is unsaved.
    Remove,
}

impl Session {
    /// A session of a plan that has no file yet and nothing to lose.
    pub(crate) fn unnamed(plan: Plan, revision: u64) -> Self {
        let plan = Arc::new(plan);
        Self {
            history: History::new(Arc::clone(&plan), revision),
            path: None,
            saved: plan,
            is_dirty: false,
            lock: Lock::Unknown,
            journal: Journal::default(),
        }
    }

    /// A session of a plan from a file.
    pub(crate) fn opened(plan: Plan, path: PathBuf, lock: Lock, revision: u64) -> Self {
        Self { path: Some(path), lock, ..Self::unnamed(plan, revision) }
    }

    /// The plan that ships with the program.
    pub(crate) fn jupiter(catalogue: &Catalogue) -> Result<Plan, text::TextError> {
        text::read(JUPITER, catalogue)
    }

    /// The plan as it is.
    pub(crate) fn plan(&self) -> &Arc<Plan> {
        self.history.present()
    }

    /// A number that differs for every state.
    pub(crate) fn revision(&self) -> u64 {
        self.history.revision()
    }

    /// Steps back and forth.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Where it is kept.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The name of its file, or of the plan.
    pub(crate) fn title(&self) -> String {
        let file = self.path.as_ref().and_then(|path| path.file_stem());
        file.map_or_else(|| self.plan().name.clone(), |name| name.to_string_lossy().into_owned())
    }

    /// Whether something would be lost.
    pub(crate) fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Applies a change as one step; tells whether anything changed.
    pub(crate) fn apply(
        &mut self,
        label: String,
        edit: &Edit,
        catalogue: &Catalogue,
    ) -> Result<bool, EditError> {
        let plan = self.plan().apply(edit, catalogue)?;
        let changed = self.history.commit(label, plan);
        self.note_change();
        Ok(changed)
    }

    /// Takes over a state as one step.
    pub(crate) fn replace(&mut self, label: String, plan: Plan) {
        self.history.commit(label, plan);
        self.note_change();
    }

    /// Takes the last step back.
    pub(crate) fn undo(&mut self) -> Option<String> {
        let label = self.history.undo();
        self.note_change();
        label
    }

    /// Brings the last undone step back.
    pub(crate) fn redo(&mut self) -> Option<String> {
        let label = self.history.redo();
        self.note_change();
        label
    }

    /// Notes that `plan` is now in `path`.
    pub(crate) fn note_saved(&mut self, path: PathBuf, plan: Arc<Plan>, lock: Lock) {
        self.path = Some(path);
        self.saved = plan;
        self.lock = lock;
        // The file holds what the journal held; later changes are written again.
        self.journal = Journal::default();
        self.note_change();
    }

    /// Forgets that anything is unsaved, as the person chose.
    pub(crate) fn discard(&mut self) {
        self.saved = Arc::clone(self.plan());
        self.note_change();
    }

    fn note_change(&mut self) {
        let present = self.history.present();
        self.is_dirty = !Arc::ptr_eq(present, &self.saved) && **present != *self.saved;
    }

    /// What is to be done about the journal at this time.
    pub(crate) fn journaling(&mut self, now: f64) -> Option<Journaling> {
        let present = Arc::clone(self.plan());
        let holds_present =
            self.journal.holds.as_ref().is_some_and(|held| Arc::ptr_eq(held, &present));
        match (self.is_dirty, holds_present) {
            (false, _) => {
                self.journal.waits_since = None;
                self.journal.holds.take().map(|_| Journaling::Remove)
            }
            (true, true) => None,
            (true, false) => {
                let since = *self.journal.waits_since.get_or_insert(now);
                if now - since < JOURNAL_SECONDS {
                    return None;
                }
                self.journal.waits_since = None;
                self.journal.holds = Some(Arc::clone(&present));
                Some(Journaling::Write(present))
            }
        }
    }

    /// Whether a state waits for its journal.
    pub(crate) fn waits_for_journal(&self) -> bool {
        self.journal.waits_since.is_some()
    }

    /// Notes how writing the journal went; tells whether a failure is news.
    pub(crate) fn note_journal(&mut self, failed: bool) -> bool {
        let news = failed && !self.journal.failed;
        self.journal.failed = failed;
        news
    }

    /// The files to remove when the plan is closed in order.
    pub(crate) fn leftovers(&self, data_folder: Option<&Path>) -> Vec<PathBuf> {
        let mut files = Vec::new();
        files.extend(self.journal_path(data_folder));
        if let Lock::Ours(lock) = &self.lock {
            files.push(lock.clone());
        }
        files
    }

    /// Where the journal belongs.
    pub(crate) fn journal_path(&self, data_folder: Option<&Path>) -> Option<PathBuf> {
        match &self.path {
            Some(path) => Some(disk::journal_of(path)),
            None => data_folder.map(disk::unnamed_journal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoing_to_the_saved_state_leaves_nothing_unsaved() {
        let catalogue = Catalogue::reference().unwrap();
        let mut session = Session::unnamed(Plan::empty_site("a", 10_000, 10_000), 1);
        session.apply("Rename".to_owned(), &Edit::Rename("b".to_owned()), &catalogue).unwrap();
        assert!(session.is_dirty());
        session.undo();
        assert!(!session.is_dirty());
    }

    #[test]
    fn the_journal_is_written_a_while_after_the_change_and_removed_when_saved() {
        let catalogue = Catalogue::reference().unwrap();
        let mut session = Session::unnamed(Plan::empty_site("a", 10_000, 10_000), 1);
        assert!(session.journaling(0.0).is_none());
        session.apply("Rename".to_owned(), &Edit::Rename("b".to_owned()), &catalogue).unwrap();
        assert!(session.journaling(1.0).is_none());
        assert!(matches!(session.journaling(5.0), Some(Journaling::Write(_))));
        assert!(session.journaling(9.0).is_none());
        let plan = Arc::clone(session.plan());
        session.undo();
        assert!(matches!(session.journaling(9.0), Some(Journaling::Remove)));
        session.note_saved(PathBuf::from("b.ron"), plan, Lock::Unknown);
        assert!(session.is_dirty());
    }
}
