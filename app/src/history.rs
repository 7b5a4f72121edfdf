//! Undo and redo by snapshots: each step keeps the plan as it was, so undoing cannot be wrong.
//!
//! A change that leaves the plan as it is leaves no trace. The history is bounded; the oldest
//! steps fall off.

use std::collections::VecDeque;
use std::sync::Arc;

use stackyard_solver::plan::Plan;

/// Most steps kept.
pub(crate) const LIMIT: usize = 500;

/// A plan with its past and its future.
#[derive(Clone, Debug)]
pub(crate) struct History {
    past: VecDeque<Step>,
    present: Arc<Plan>,
    future: Vec<Step>,
    revision: u64,
}

#[derive(Clone, Debug)]
struct Step {
    label: String,
    plan: Arc<Plan>,
}

impl History {
    /// A history that begins with `plan` as the given revision.
    pub(crate) fn new(plan: Arc<Plan>, revision: u64) -> Self {
        Self { past: VecDeque::new(), present: plan, future: Vec::new(), revision }
    }

    /// The plan as it is now.
    pub(crate) fn present(&self) -> &Arc<Plan> {
        &self.present
    }

    /// A number that differs for every state the plan was in.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// What undo would take back.
    pub(crate) fn undo_label(&self) -> Option<&str> {
        self.past.back().map(|step| step.label.as_str())
    }

    /// What redo would bring back.
    pub(crate) fn redo_label(&self) -> Option<&str> {
        self.future.last().map(|step| step.label.as_str())
    }

    /// Steps that can be undone.
    #[cfg(test)]
    pub(crate) fn depth(&self) -> usize {
        self.past.len()
    }

    /// Makes `plan` the present one; tells whether that changed anything.
    pub(crate) fn commit(&mut self, label: String, plan: Plan) -> bool {
        if plan == *self.present {
            return false;
        }
        let before = std::mem::replace(&mut self.present, Arc::new(plan));
        self.past.push_back(Step { label, plan: before });
        if self.past.len() > LIMIT {
            self.past.pop_front();
        }
        self.future.clear();
        self.revision += 1;
        true
    }

    /// Takes the last step back; tells its label.
    pub(crate) fn undo(&mut self) -> Option<String> {
        let Step { label, plan } = self.past.pop_back()?;
        let after = std::mem::replace(&mut self.present, plan);
        self.future.push(Step { label: label.clone(), plan: after });
        self.revision += 1;
        Some(label)
    }

    /// Brings the last undone step back; tells its label.
    pub(crate) fn redo(&mut self) -> Option<String> {
        let Step { label, plan } = self.future.pop()?;
        let before = std::mem::replace(&mut self.present, plan);
        self.past.push_back(Step { label: label.clone(), plan: before });
        self.revision += 1;
        Some(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Plan {
        Plan::empty_site(name, 10_000, 10_000)
    }

    #[test]
    fn a_change_that_changes_nothing_leaves_no_trace() {
        let mut history = History::new(Arc::new(named("a")), 1);
        assert!(!history.commit("same".to_owned(), named("a")));
        assert_eq!((history.depth(), history.revision()), (0, 1));
    }

    #[test]
    fn undo_and_redo_walk_the_same_states() {
        let mut history = History::new(Arc::new(named("a")), 1);
        history.commit("rename".to_owned(), named("b"));
        assert_eq!(history.undo().as_deref(), Some("rename"));
        assert_eq!(history.present().name, "a");
        assert_eq!(history.redo().as_deref(), Some("rename"));
        assert_eq!(history.present().name, "b");
        assert_eq!(history.redo(), None);
    }

    #[test]
    fn a_new_change_forgets_the_undone_ones() {
        let mut history = History::new(Arc::new(named("a")), 1);
        history.commit("b".to_owned(), named("b"));
        history.undo();
        history.commit("c".to_owned(), named("c"));
        assert_eq!(history.redo_label(), None);
    }

    #[test]
    fn the_oldest_steps_fall_off() {
        let mut history = History::new(Arc::new(named("0")), 1);
        for index in 1..=LIMIT + 20 {
            history.commit("step".to_owned(), named(&index.to_string()));
        }
        assert_eq!(history.depth(), LIMIT);
    }
}
