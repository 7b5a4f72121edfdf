//! Glyphs of the icon font (a subset of Phosphor) by what they stand for.

/// Select tool.
pub(crate) const SELECT: &str = "\u{e1dc}";
/// Place tool.
pub(crate) const PLACE: &str = "\u{e1da}";
/// Corridor tool.
pub(crate) const CORRIDOR: &str = "\u{e39c}";
/// Zone tool.
pub(crate) const ZONE: &str = "\u{e6d0}";
/// Measure tool.
pub(crate) const MEASURE: &str = "\u{e6b8}";
/// Undo.
pub(crate) const UNDO: &str = "\u{e08a}";
/// Redo.
pub(crate) const REDO: &str = "\u{e08c}";
/// Fit the site.
pub(crate) const FIT: &str = "\u{e1d0}";
/// Zoom to the selection.
pub(crate) const ZOOM_SELECTION: &str = "\u{e626}";
/// Zoom in.
pub(crate) const ZOOM_IN: &str = "\u{e310}";
/// Zoom out.
pub(crate) const ZOOM_OUT: &str = "\u{e30e}";
/// Locked.
pub(crate) const LOCK: &str = "\u{e2fa}";
/// Free.
pub(crate) const UNLOCK: &str = "\u{e306}";
/// Rotate.
pub(crate) const ROTATE: &str = "\u{e038}";
/// Delete.
pub(crate) const DELETE: &str = "\u{e4a6}";
/// Copy.
pub(crate) const COPY: &str = "\u{e1ca}";
/// Array.
pub(crate) const ARRAY: &str = "\u{e296}";
/// Solve.
pub(crate) const SOLVE: &str = "\u{e3d0}";
/// Stop.
pub(crate) const STOP: &str = "\u{e46c}";
/// Save.
pub(crate) const SAVE: &str = "\u{e248}";
/// Open.
pub(crate) const OPEN: &str = "\u{e256}";
/// New plan.
pub(crate) const NEW: &str = "\u{e236}";
/// Export.
pub(crate) const EXPORT: &str = "\u{eaf0}";
/// Layers.
pub(crate) const LAYERS: &str = "\u{e466}";
/// An error.
pub(crate) const ERROR: &str = "\u{e4f8}";
/// A warning.
pub(crate) const WARNING: &str = "\u{e4e0}";
/// A note.
pub(crate) const NOTE: &str = "\u{e2ce}";
/// Accepted.
pub(crate) const ACCEPTED: &str = "\u{e184}";
/// Close.
pub(crate) const CLOSE: &str = "\u{e4f6}";
/// Command palette.
pub(crate) const COMMAND: &str = "\u{e1c4}";
/// Help.
pub(crate) const HELP: &str = "\u{e3e8}";
/// Light theme.
pub(crate) const SUN: &str = "\u{e472}";
/// Dark theme.
pub(crate) const MOON: &str = "\u{e330}";
/// Theme of the system.
pub(crate) const SYSTEM: &str = "\u{e560}";
/// Sorted upwards.
pub(crate) const UP: &str = "\u{e13c}";
/// Sorted downwards.
pub(crate) const DOWN: &str = "\u{e136}";
/// A phase.
pub(crate) const PHASE: &str = "\u{e10a}";
/// Power.
pub(crate) const POWER: &str = "\u{e2de}";
/// Cooling.
pub(crate) const COOLING: &str = "\u{e5aa}";
/// Network.
pub(crate) const NETWORK: &str = "\u{edde}";
/// Compute.
pub(crate) const COMPUTE: &str = "\u{e610}";
/// Buildings.
pub(crate) const BUILDING: &str = "\u{e102}";
/// Select all.
pub(crate) const ALL: &str = "\u{e69c}";
/// Side panel.
pub(crate) const SIDEBAR: &str = "\u{ec24}";
/// Bottom panel.
pub(crate) const PANEL: &str = "\u{e6d6}";
/// A fix.
pub(crate) const FIX: &str = "\u{e5d4}";
/// A utility entry.
pub(crate) const ENTRY: &str = "\u{eb56}";
