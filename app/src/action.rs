//! What views ask for. They return these and change nothing themselves.

use std::path::PathBuf;

use stackyard_solver::edit::Edit;
use stackyard_solver::id::Id;

use crate::command::Command;
use crate::look::{Coloring, Layer};

/// Something a view asks for.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A command of the table.
    Run(Command),
    /// A change of the plan: one step to undo, with its name.
    Edit(String, Edit),
    /// Selects exactly these names.
    Select(Vec<String>),
    /// Adds or removes these names.
    Toggle(Vec<String>),
    /// Marks these names on the canvas for this frame.
    Highlight(Vec<String>),
    /// Looks at these names.
    ZoomTo(Vec<String>),
    /// Shows the plan up to a phase, or all of it.
    ShowPhase(Option<usize>),
    /// Shows or hides a layer.
    ToggleLayer(Layer),
    /// Chooses what colors tell.
    Color(Coloring),
    /// Takes a module type into the hand.
    Take(Id),
    /// Opens a plan, asking about unsaved work first.
    Open(PathBuf),
    /// A dialog was answered.
    Answer(Reply),
    /// Says why something cannot be done.
    Refuse(String),
}

/// How a dialog was answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Start a new site of this name and size in millimetres.
    New(String, i64, i64),
    /// Use this path.
    Path(Purpose, PathBuf),
    /// Save first, then go on.
    SaveThen(Box<Action>),
    /// Throw the changes away and go on.
    DiscardThen(Box<Action>),
    /// Take the recovered state over.
    Recover,
    /// Throw the recovered state away.
    ForgetRecovered,
    /// Columns, rows and pitch in millimetres of an array.
    Array(u32, u32, i64, i64),
}

/// What a path is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Opening a plan.
    Open,
    /// Saving the plan.
    Save,
    /// Exporting results.
    Export(crate::command::Target),
}
