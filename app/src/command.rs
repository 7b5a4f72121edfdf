//! Every action a person can ask for by name: one table for menus, toolbar, palette and keys.
//!
//! A view never acts. It shows a command with its label, key and icon, and returns it.

use std::collections::BTreeSet;

use eframe::egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};
use stackyard_solver::report::Effort;

use crate::diagram::Kind;
use crate::exchange::Picture;
use crate::icons;

/// A file format that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Workbook.
    Xlsx,
    /// Tables as text.
    Csv,
    /// Drawing for CAD.
    Dxf,
    /// Drawing for print and web.
    Svg,
    /// Report for machines.
    Json,
    /// Picture.
    Png,
    /// Pipe networks for EPANET.
    Inp,
    /// Electrical network for pandapower.
    Pandapower,
    /// A diagram.
    Diagram(Kind, Picture),
}

impl Target {
    /// Every format of the whole plan in menu order.
    pub(crate) const ALL: [Self; 8] = [
        Self::Xlsx,
        Self::Csv,
        Self::Dxf,
        Self::Svg,
        Self::Json,
        Self::Png,
        Self::Inp,
        Self::Pandapower,
    ];

    /// The file name extension.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Dxf => "dxf",
            Self::Svg => "svg",
            Self::Json => "json",
            Self::Png => "png",
            Self::Inp => "inp",
            Self::Pandapower => "pp.json",
            Self::Diagram(_, picture) => picture.extension(),
        }
    }
}

/// The mode of the pointer on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ToolKind {
    /// Select and move.
    Select,
    /// Put containers down.
    Place,
    /// Draw corridors.
    Corridor,
    /// Draw zones.
    Zone,
    /// Measure distances.
    Measure,
    /// Lead a connection through places.
    Waypoint,
}

/// A direction on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Toward {
    /// Left.
    West,
    /// Right.
    East,
    /// Up.
    North,
    /// Down.
    South,
}

/// How far an arrow key moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stride {
    /// 0.1 m.
    Fine,
    /// 1 m.
    Coarse,
}

/// Which of the panels around the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Catalogue and outline.
    Left,
    /// Inspector.
    Right,
    /// Tables.
    Bottom,
}

/// What must hold for a command to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// Something is selected.
    Selection,
    /// A container is selected.
    Container,
    /// A container is selected, or one is about to be placed.
    Turnable,
    /// A corridor is selected.
    Corridor,
    /// A connection is selected, and nothing else.
    Connection,
    /// There is a step to undo.
    Undo,
    /// There is a step to redo.
    Redo,
    /// Something was copied.
    Copied,
    /// A search is running.
    Solving,
    /// There is a report.
    Report,
}

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Command {
    /// A new site.
    New,
    /// Open a plan with the system's dialog.
    Open,
    /// Open a plan by typing its path.
    OpenPath,
    /// Open the plan that ships with the program.
    OpenJupiter,
    /// Save where the plan came from.
    Save,
    /// Save somewhere else.
    SaveAs,
    /// Save somewhere else by typing the path.
    SavePath,
    /// Write the results.
    Export(Target),
    /// Write the diagram that is shown.
    ExportDiagram(Picture),
    /// Show a diagram.
    Diagram(Kind),
    /// Close the window.
    Quit,
    /// Take back.
    Undo,
    /// Bring back.
    Redo,
    /// Copy and delete.
    Cut,
    /// Keep for pasting.
    Copy,
    /// Put copies at the pointer.
    Paste,
    /// Copy beside itself.
    Duplicate,
    /// A grid of copies.
    Array,
    /// Take off the site.
    Delete,
    /// Quarter turn.
    Rotate,
    /// Protect from being moved, or free again.
    ToggleLock,
    /// Select every container.
    SelectAll,
    /// Leave what one is doing, then select nothing.
    Escape,
    /// Move by a step.
    Nudge(Toward, Stride),
    /// Next usage of the corridor.
    CycleUsage,
    /// Next preference of the corridor.
    CyclePreference,
    /// Change the pointer's mode.
    Tool(ToolKind),
    /// Search.
    Solve(Effort),
    /// End the search, keep the best.
    Stop,
    /// See the whole site.
    Fit,
    /// See what is selected.
    ZoomSelection,
    /// Closer.
    ZoomIn,
    /// Farther.
    ZoomOut,
    /// Show one phase more.
    NextPhase,
    /// Show one phase less.
    PreviousPhase,
    /// Show all phases.
    AllPhases,
    /// Show or hide a panel.
    Toggle(Side),
    /// Colors of the window.
    Theme(Colors),
    /// Every action by name.
    Palette,
    /// Every key.
    Shortcuts,
    /// What this program is.
    About,
}

/// Light, dark or as the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Colors {
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// As the system.
    System,
}

impl From<Colors> for ThemePreference {
    fn from(colors: Colors) -> Self {
        match colors {
            Colors::Light => Self::Light,
            Colors::Dark => Self::Dark,
            Colors::System => Self::System,
        }
    }
}

impl Command {
    /// Every action in palette order. Keys are tried in this order too, longer chords first.
    pub(crate) const ALL: [Self; 75] = [
        Self::Solve(Effort::Explore),
        Self::Solve(Effort::Good),
        Self::Solve(Effort::Defend),
        Self::Stop,
        Self::New,
        Self::Open,
        Self::OpenPath,
        Self::OpenJupiter,
        Self::SavePath,
        Self::SaveAs,
        Self::Save,
        Self::Export(Target::Xlsx),
        Self::Export(Target::Csv),
        Self::Export(Target::Dxf),
        Self::Export(Target::Svg),
        Self::Export(Target::Json),
        Self::Export(Target::Png),
        Self::Export(Target::Inp),
        Self::Export(Target::Pandapower),
        Self::ExportDiagram(Picture::Svg),
        Self::ExportDiagram(Picture::Png),
        Self::Diagram(Kind::SingleLine),
        Self::Diagram(Kind::CoolingScheme),
        Self::Diagram(Kind::PressureProfile),
        Self::Diagram(Kind::VoltageProfile),
        Self::Diagram(Kind::CableLengths),
        Self::Diagram(Kind::CostWaterfall),
        Self::Diagram(Kind::CostTreemap),
        Self::Diagram(Kind::Gantt),
        Self::Diagram(Kind::Sankey),
        Self::Redo,
        Self::Undo,
        Self::Cut,
        Self::Copy,
        Self::Paste,
        Self::Array,
        Self::Duplicate,
        Self::Delete,
        Self::Rotate,
        Self::ToggleLock,
        Self::SelectAll,
        Self::Escape,
        Self::CyclePreference,
        Self::CycleUsage,
        Self::Nudge(Toward::West, Stride::Coarse),
        Self::Nudge(Toward::East, Stride::Coarse),
        Self::Nudge(Toward::North, Stride::Coarse),
        Self::Nudge(Toward::South, Stride::Coarse),
        Self::Nudge(Toward::West, Stride::Fine),
        Self::Nudge(Toward::East, Stride::Fine),
        Self::Nudge(Toward::North, Stride::Fine),
        Self::Nudge(Toward::South, Stride::Fine),
        Self::Tool(ToolKind::Select),
        Self::Tool(ToolKind::Place),
        Self::Tool(ToolKind::Corridor),
        Self::Tool(ToolKind::Zone),
        Self::Tool(ToolKind::Measure),
        Self::Tool(ToolKind::Waypoint),
        Self::Fit,
        Self::ZoomSelection,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::NextPhase,
        Self::PreviousPhase,
        Self::AllPhases,
        Self::Toggle(Side::Left),
        Self::Toggle(Side::Right),
        Self::Toggle(Side::Bottom),
        Self::Theme(Colors::Light),
        Self::Theme(Colors::Dark),
        Self::Theme(Colors::System),
        Self::Palette,
        Self::Shortcuts,
        Self::About,
        Self::Quit,
    ];

    /// The name a person reads.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::New => "New plan…",
            Self::Open => "Open…",
            Self::OpenPath => "Open by path…",
            Self::OpenJupiter => "Open the JUPITER plan",
            Self::Save => "Save",
            Self::SaveAs => "Save as…",
            Self::SavePath => "Save as by path…",
            Self::Export(Target::Xlsx) => "Export workbook (XLSX)…",
            Self::Export(Target::Csv) => "Export tables (CSV)…",
            Self::Export(Target::Dxf) => "Export drawing (DXF)…",
            Self::Export(Target::Svg) => "Export drawing (SVG)…",
            Self::Export(Target::Json) => "Export report (JSON)…",
            Self::Export(Target::Png) => "Export picture (PNG)…",
            Self::Export(Target::Inp) => "Export pipe networks (EPANET INP)…",
            Self::Export(Target::Pandapower) => "Export electrical network (pandapower)…",
            Self::Export(Target::Diagram(_, Picture::Svg)) | Self::ExportDiagram(Picture::Svg) => {
                "Export diagram (SVG)…"
            }
            Self::Export(Target::Diagram(_, Picture::Png)) | Self::ExportDiagram(Picture::Png) => {
                "Export diagram (PNG)…"
            }
            Self::Diagram(kind) => kind.command_label(),
            Self::Quit => "Quit",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::Paste => "Paste",
            Self::Duplicate => "Duplicate",
            Self::Array => "Array…",
            Self::Delete => "Delete",
            Self::Rotate => "Rotate",
            Self::ToggleLock => "Lock or unlock",
            Self::SelectAll => "Select all containers",
            Self::Escape => "Cancel or select nothing",
            Self::Nudge(Toward::West, Stride::Fine) => "Move 0.1 m west",
            Self::Nudge(Toward::East, Stride::Fine) => "Move 0.1 m east",
            Self::Nudge(Toward::North, Stride::Fine) => "Move 0.1 m north",
            Self::Nudge(Toward::South, Stride::Fine) => "Move 0.1 m south",
            Self::Nudge(Toward::West, Stride::Coarse) => "Move 1 m west",
            Self::Nudge(Toward::East, Stride::Coarse) => "Move 1 m east",
            Self::Nudge(Toward::North, Stride::Coarse) => "Move 1 m north",
            Self::Nudge(Toward::South, Stride::Coarse) => "Move 1 m south",
            Self::CycleUsage => "Next corridor usage",
            Self::CyclePreference => "Next corridor preference",
            Self::Tool(ToolKind::Select) => "Select tool",
            Self::Tool(ToolKind::Place) => "Place tool",
            Self::Tool(ToolKind::Corridor) => "Corridor tool",
            Self::Tool(ToolKind::Zone) => "Zone tool",
            Self::Tool(ToolKind::Measure) => "Measure tool",
            Self::Tool(ToolKind::Waypoint) => "Lead through a place",
            Self::Solve(Effort::Explore) => "Solve: explore",
            Self::Solve(Effort::Good) => "Solve: good",
            Self::Solve(Effort::Defend) => "Solve: defend",
            Self::Stop => "Stop solving",
            Self::Fit => "Fit site",
            Self::ZoomSelection => "Zoom to selection",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::NextPhase => "Show next phase",
            Self::PreviousPhase => "Show previous phase",
            Self::AllPhases => "Show all phases",
            Self::Toggle(Side::Left) => "Catalogue panel",
            Self::Toggle(Side::Right) => "Inspector panel",
            Self::Toggle(Side::Bottom) => "Tables panel",
            Self::Theme(Colors::Light) => "Light theme",
            Self::Theme(Colors::Dark) => "Dark theme",
            Self::Theme(Colors::System) => "Theme of the system",
            Self::Palette => "Command palette…",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::About => "About Stackyard",
        }
    }

    /// The key, where there is one.
    pub(crate) fn shortcut(self) -> Option<KeyboardShortcut> {
        const PLAIN: Modifiers = Modifiers::NONE;
        const CTRL: Modifiers = Modifiers::COMMAND;
        const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
        let (modifiers, key) = match self {
            Self::New => (CTRL, Key::N),
            Self::Open => (CTRL, Key::O),
            Self::Save => (CTRL, Key::S),
            Self::SaveAs => (CTRL_SHIFT, Key::S),
            Self::Quit => (CTRL, Key::Q),
            Self::Undo => (CTRL, Key::Z),
            Self::Redo => (CTRL_SHIFT, Key::Z),
            Self::Cut => (CTRL, Key::X),
            Self::Copy => (CTRL, Key::C),
            Self::Paste => (CTRL, Key::V),
            Self::Duplicate => (CTRL, Key::D),
            Self::Array => (CTRL_SHIFT, Key::D),
            Self::Delete => (PLAIN, Key::Delete),
            Self::Rotate => (PLAIN, Key::R),
            Self::ToggleLock => (CTRL, Key::L),
            Self::SelectAll => (CTRL, Key::A),
            Self::Escape => (PLAIN, Key::Escape),
            Self::Nudge(toward, stride) => {
                let key = match toward {
                    Toward::West => Key::ArrowLeft,
                    Toward::East => Key::ArrowRight,
                    Toward::North => Key::ArrowUp,
                    Toward::South => Key::ArrowDown,
                };
                let modifiers = match stride {
                    Stride::Fine => PLAIN,
                    Stride::Coarse => Modifiers::SHIFT,
                };
                (modifiers, key)
            }
            Self::CycleUsage => (PLAIN, Key::U),
            Self::CyclePreference => (Modifiers::SHIFT, Key::U),
            Self::Tool(ToolKind::Select) => (PLAIN, Key::V),
            Self::Tool(ToolKind::Place) => (PLAIN, Key::P),
            Self::Tool(ToolKind::Corridor) => (PLAIN, Key::C),
            Self::Tool(ToolKind::Zone) => (PLAIN, Key::A),
            Self::Tool(ToolKind::Measure) => (PLAIN, Key::M),
            Self::Tool(ToolKind::Waypoint) => (PLAIN, Key::W),
            Self::Solve(Effort::Explore) => (PLAIN, Key::F5),
            Self::Solve(Effort::Good) => (PLAIN, Key::F6),
            Self::Solve(Effort::Defend) => (PLAIN, Key::F7),
            Self::Stop => (PLAIN, Key::F8),
            Self::Fit => (PLAIN, Key::F),
            Self::ZoomSelection => (PLAIN, Key::Z),
            Self::ZoomIn => (CTRL, Key::Plus),
            Self::ZoomOut => (CTRL, Key::Minus),
            Self::NextPhase => (PLAIN, Key::PageUp),
            Self::PreviousPhase => (PLAIN, Key::PageDown),
            Self::AllPhases => (PLAIN, Key::End),
            Self::Toggle(Side::Left) => (CTRL, Key::Num1),
            Self::Toggle(Side::Right) => (CTRL, Key::Num2),
            Self::Toggle(Side::Bottom) => (CTRL, Key::Num3),
            Self::Palette => (CTRL, Key::P),
            Self::Shortcuts => (PLAIN, Key::F1),
            Self::OpenPath
            | Self::OpenJupiter
            | Self::SavePath
            | Self::Export(_)
            | Self::ExportDiagram(_)
            | Self::Diagram(_)
            | Self::Theme(_)
            | Self::About => return None,
        };
        Some(KeyboardShortcut::new(modifiers, key))
    }

    /// The glyph, where there is one.
    pub(crate) fn icon(self) -> Option<&'static str> {
        Some(match self {
            Self::New => icons::NEW,
            Self::Open => icons::OPEN,
            Self::Save => icons::SAVE,
            Self::Export(_) | Self::ExportDiagram(_) => icons::EXPORT,
            Self::Undo => icons::UNDO,
            Self::Redo => icons::REDO,
            Self::Copy | Self::Duplicate => icons::COPY,
            Self::Array => icons::ARRAY,
            Self::Delete => icons::DELETE,
            Self::Rotate => icons::ROTATE,
            Self::ToggleLock => icons::LOCK,
            Self::SelectAll => icons::ALL,
            Self::Tool(ToolKind::Select) => icons::SELECT,
            Self::Tool(ToolKind::Place) => icons::PLACE,
            Self::Tool(ToolKind::Corridor) => icons::CORRIDOR,
            Self::Tool(ToolKind::Zone) => icons::ZONE,
            Self::Tool(ToolKind::Measure) => icons::MEASURE,
            Self::Solve(_) => icons::SOLVE,
            Self::Stop => icons::STOP,
            Self::Fit => icons::FIT,
            Self::ZoomSelection => icons::ZOOM_SELECTION,
            Self::ZoomIn => icons::ZOOM_IN,
            Self::ZoomOut => icons::ZOOM_OUT,
            Self::Toggle(Side::Bottom) => icons::PANEL,
            Self::Toggle(Side::Left | Side::Right) => icons::SIDEBAR,
            Self::Theme(Colors::Light) => icons::SUN,
            Self::Theme(Colors::Dark) => icons::MOON,
            Self::Theme(Colors::System) => icons::SYSTEM,
            Self::Palette => icons::COMMAND,
            Self::Shortcuts => icons::HELP,
            Self::NextPhase | Self::PreviousPhase | Self::AllPhases => icons::PHASE,
            Self::OpenPath
            | Self::OpenJupiter
            | Self::SaveAs
            | Self::SavePath
            | Self::Quit
            | Self::Cut
            | Self::Paste
            | Self::Escape
            | Self::Nudge(..)
            | Self::CycleUsage
            | Self::CyclePreference
            | Self::Tool(ToolKind::Waypoint)
            | Self::Diagram(_)
            | Self::About => return None,
        })
    }

    /// What must hold for it to make sense.
    fn condition(self) -> Option<Condition> {
        match self {
            Self::Undo => Some(Condition::Undo),
            Self::Redo => Some(Condition::Redo),
            Self::Paste => Some(Condition::Copied),
            Self::Cut
            | Self::Copy
            | Self::Duplicate
            | Self::Array
            | Self::ToggleLock
            | Self::Nudge(..) => Some(Condition::Container),
            Self::Rotate => Some(Condition::Turnable),
            Self::Delete | Self::ZoomSelection => Some(Condition::Selection),
            Self::CycleUsage | Self::CyclePreference => Some(Condition::Corridor),
            Self::Tool(ToolKind::Waypoint) => Some(Condition::Connection),
            Self::Stop => Some(Condition::Solving),
            Self::Export(_) | Self::ExportDiagram(_) => Some(Condition::Report),
            Self::New
            | Self::Open
            | Self::OpenPath
            | Self::OpenJupiter
            | Self::Save
            | Self::SaveAs
            | Self::SavePath
            | Self::Quit
            | Self::SelectAll
            | Self::Escape
            | Self::Tool(_)
            | Self::Solve(_)
            | Self::Diagram(_)
            | Self::Fit
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::NextPhase
            | Self::PreviousPhase
            | Self::AllPhases
            | Self::Toggle(_)
            | Self::Theme(_)
            | Self::Palette
            | Self::Shortcuts
            | Self::About => None,
        }
    }

    /// Whether it makes sense now.
    pub(crate) fn is_enabled(self, holds: &BTreeSet<Condition>) -> bool {
        self.condition().is_none_or(|condition| holds.contains(&condition))
    }

    /// Whether its key works while a text is typed, where letters and arrows belong to the text.
    pub(crate) fn works_while_typing(self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Open
                | Self::Save
                | Self::SaveAs
                | Self::Quit
                | Self::Palette
                | Self::Solve(_)
                | Self::Stop
                | Self::Toggle(_)
        )
    }

    /// Whether the letters of `query` occur in order in the label; a lower number fits better.
    pub(crate) fn fit(self, query: &str) -> Option<usize> {
        let label = self.label().to_lowercase();
        let mut score = 0;
        let mut rest = label.as_str();
        for letter in query.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
            let at = rest.find(letter)?;
            // A letter that begins a word costs nothing to jump to.
            let before = label[..label.len() - rest.len() + at].chars().next_back();
            score += if before.is_none_or(|c| !c.is_alphanumeric()) { 0 } else { at };
            rest = &rest[at + letter.len_utf8()..];
        }
        Some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_belongs_to_one_command() {
        let mut seen: Vec<(KeyboardShortcut, Command)> = Vec::new();
        for command in Command::ALL {
            let Some(shortcut) = command.shortcut() else { continue };
            if let Some((_, other)) = seen.iter().find(|(key, _)| *key == shortcut) {
                panic!("{other:?} and {command:?} share {shortcut:?}");
            }
            seen.push((shortcut, command));
        }
    }

    #[test]
    fn every_command_is_listed_once() {
        let unique: BTreeSet<_> = Command::ALL.into_iter().collect();
        assert_eq!(unique.len(), Command::ALL.len());
    }

    #[test]
    fn longer_chords_come_first() {
        for (index, command) in Command::ALL.iter().enumerate() {
            let Some(short) = command.shortcut() else { continue };
            let hidden = Command::ALL[index + 1..].iter().find(|later| {
                later.shortcut().is_some_and(|long| {
                    long.logical_key == short.logical_key
                        && long.modifiers.matches_logically(short.modifiers)
                })
            });
            assert_eq!(hidden, None, "{command:?} is tried first and hides it");
        }
    }

    #[test]
    fn the_palette_finds_by_letters_in_order() {
        assert!(Command::Duplicate.fit("dup").is_some());
        assert!(Command::Export(Target::Xlsx).fit("ex wo").is_some());
        assert!(Command::Undo.fit("xyz").is_none());
        assert!(Command::Save.fit("s") <= Command::Paste.fit("s"));
    }
}
