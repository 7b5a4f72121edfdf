//! The bottom panel: findings, costs, power, cooling, network, phases and the year as linked
//! tables, and the diagrams made from them.
//!
//! Rows are made once per report and then only sorted, filtered and drawn. The pointer over a row
//! marks it on the canvas, a click selects, two clicks look closely.

use std::sync::Arc;

use eframe::egui::{Align, Button, Layout, Panel, TextEdit, Ui};
use stackyard_solver::report::{BoqRow, Report};

use crate::action::Action;
use crate::diagram::Kind;
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::table::{self, Table};
use crate::view::{
    Open, cooling, costs, diagrams, fabric, findings, losses, network, parts, phases, power,
    side_frame, year,
};

/// A tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Findings,
    Costs,
    Power,
    Cooling,
    Network,
    Phases,
    Year,
    Diagrams,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Findings,
        Self::Costs,
        Self::Power,
        Self::Cooling,
        Self::Network,
        Self::Phases,
        Self::Year,
        Self::Diagrams,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Findings => "Findings",
            Self::Costs => "Costs",
            Self::Power => "Power",
            Self::Cooling => "Cooling",
            Self::Network => "Network",
            Self::Phases => "Phases",
            Self::Year => "Year",
            Self::Diagrams => "Diagrams",
        }
    }

    /// The tables behind the tab, the first one shown first.
    fn sheets(self) -> &'static [Sheet] {
        match self {
            Self::Findings => &[Sheet::Findings, Sheet::Losses],
            Self::Costs => &[Sheet::Costs],
            Self::Power => &[Sheet::Circuits, Sheet::Transformers],
            Self::Cooling => &[Sheet::Water, Sheet::Pipes, Sheet::Pumps, Sheet::IndexCircuits],
            Self::Network => {
                &[Sheet::Trunks, Sheet::Trenches, Sheet::Fabric, Sheet::TakeOff, Sheet::Published]
            }
            Self::Phases => &[Sheet::Phases],
            Self::Year => &[Sheet::Year],
            Self::Diagrams => &[],
        }
    }
}

/// A table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// What the checker says.
    #[default]
    Findings,
    /// What every single loss would stop.
    Losses,
    /// The bill of quantities.
    Costs,
    /// Power connections.
    Circuits,
    /// Transformer stations.
    Transformers,
    /// Connections to the pipe networks.
    Water,
    /// Pipe runs.
    Pipes,
    /// Pump sets.
    Pumps,
    /// Pressures along the index circuits.
    IndexCircuits,
    /// Data connections.
    Trunks,
    /// Trenches.
    Trenches,
    /// Sums over the fabric.
    Fabric,
    /// Cables of the fabric.
    TakeOff,
    /// Published figures of the fabric.
    Published,
    /// Construction steps.
    Phases,
    /// Months of the energy year.
    Year,
}

impl Sheet {
    fn label(self) -> &'static str {
        match self {
            Self::Findings => "Findings",
            Self::Losses => "Single losses",
            Self::Costs => "Bill of quantities",
            Self::Circuits => "Circuits",
            Self::Transformers => "Transformers",
            Self::Water => "Connections",
            Self::Pipes => "Pipes",
            Self::Pumps => "Pumps",
            Self::IndexCircuits => "Index circuits",
            Self::Trunks => "Trunks",
            Self::Trenches => "Trenches",
            Self::Fabric => "Fabric",
            Self::TakeOff => "Take-off",
            Self::Published => "Published",
            Self::Phases => "Phases",
            Self::Year => "Year",
        }
    }

    fn table(self, look: &Look<'_>, report: &Report, grouping: costs::Grouping) -> Table {
        match self {
            Self::Findings => findings::table(report),
            Self::Losses => losses::table(report),
            Self::Costs => costs::table(look, report, grouping),
            Self::Circuits => power::circuits(look, report),
            Self::Transformers => power::transformers(look, report),
            Self::Water => cooling::connections(report),
            Self::Pipes => cooling::pipes(look, report),
            Self::Pumps => cooling::pumps(look, report),
            Self::IndexCircuits => cooling::index_circuits(report),
            Self::Trunks => network::trunks(look, report),
            Self::Trenches => network::trenches(report),
            Self::Fabric => fabric::totals(report),
            Self::TakeOff => fabric::take_off(report),
            Self::Published => fabric::published(report),
            Self::Phases => phases::table(report),
            Self::Year => year::table(report),
        }
    }
}

/// How the bottom panel is looked at.
#[derive(Default)]
pub(crate) struct State {
    /// Whether it is open.
    pub(crate) open: Open,
    tab: Tab,
    sheet: Sheet,
    view: table::State,
    made: Option<Made>,
    /// What the findings tab keeps.
    pub(crate) findings: findings::State,
    costs: costs::State,
    /// What the diagrams tab keeps.
    pub(crate) diagrams: diagrams::State,
    stamp: u64,
}

/// Rows with what they were made from.
struct Made {
    report: Arc<Report>,
    sheet: Sheet,
    grouping: costs::Grouping,
    table: Table,
}

impl State {
    /// Opens the panel at a diagram.
    pub(crate) fn show_diagram(&mut self, kind: Kind) {
        self.open = Open(true);
        self.tab = Tab::Diagrams;
        self.diagrams.show(kind);
    }

    /// The rows of the sheet that is open, made again if the report changed.
    fn refresh(&mut self, look: &Look<'_>) {
        let Some(computed) = look.computed else {
            self.made = None;
            return;
        };
        let is_current = self.made.as_ref().is_some_and(|made| {
            Arc::ptr_eq(&made.report, &computed.report)
                && made.sheet == self.sheet
                && made.grouping == self.costs.grouping
        });
        if !is_current {
            self.stamp += 1;
            self.made = Some(Made {
                report: Arc::clone(&computed.report),
                sheet: self.sheet,
                grouping: self.costs.grouping,
                table: self.sheet.table(look, &computed.report, self.costs.grouping),
            });
        }
    }
}

/// Draws the bottom panel.
pub(crate) fn ui(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let frame = side_frame(ui);
    let mut is_open = state.open.0;
    let mut is_closed_by_button = false;
    Panel::bottom("bottom")
        .resizable(true)
        .default_size(236.0)
        .size_range(120.0..=640.0)
        .frame(frame)
        .show_collapsible(ui, &mut is_open, |ui| {
            contents(ui, state, look, out);
            is_closed_by_button = !state.open.0;
        });
    state.open.0 = is_open && !is_closed_by_button;
}

fn contents(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    // The panel keeps the height it was given, whatever the tab holds.
    ui.set_min_height(ui.available_height());
    tabs(ui, state, look, out);
    ui.separator();
    if state.tab == Tab::Diagrams {
        diagrams::ui(ui, &mut state.diagrams, look, out);
        return;
    }
    state.refresh(look);
    let Some(made) = state.made.take() else {
        parts::empty(ui, "Nothing computed yet", "Press F5 to solve the plan");
        return;
    };
    match made.sheet {
        Sheet::Findings => {
            let touched = findings::ui(
                ui,
                &mut state.findings,
                &made.table,
                &mut state.view,
                state.stamp,
                (look, &*made.report),
                out,
            );
            linked(&made.table, touched, out);
        }
        Sheet::Costs => costs::editor(ui, &mut state.costs, look, out),
        Sheet::Phases => phases::banner(ui, look, &made.report),
        Sheet::Year => {
            year::figures(ui, &made.report);
            year::chart(ui, &made.report);
        }
        Sheet::Losses
        | Sheet::Circuits
        | Sheet::Transformers
        | Sheet::Water
        | Sheet::Pipes
        | Sheet::Pumps
        | Sheet::IndexCircuits
        | Sheet::Trunks
        | Sheet::Trenches
        | Sheet::Fabric
        | Sheet::TakeOff
        | Sheet::Published => {}
    }
    if made.sheet != Sheet::Findings {
        let salt = made.sheet.label();
        let touched = table::ui(ui, salt, &made.table, &mut state.view, state.stamp, |row| {
            row.names.iter().any(|name| look.selection.has(name))
        });
        linked(&made.table, touched, out);
        if let Some(index) = touched.double_clicked {
            match made.sheet {
                Sheet::Costs => state.costs.edit(priced_row(&made, index), look),
                Sheet::Phases => out.push(Action::ShowPhase(Some(index))),
                Sheet::Findings
                | Sheet::Losses
                | Sheet::Circuits
                | Sheet::Transformers
                | Sheet::Water
                | Sheet::Pipes
                | Sheet::Pumps
                | Sheet::IndexCircuits
                | Sheet::Trunks
                | Sheet::Trenches
                | Sheet::Year
                | Sheet::Fabric
                | Sheet::TakeOff
                | Sheet::Published => {}
            }
        }
    }
    state.made = Some(made);
}

/// The bill's row behind a table row; rows are made in the bill's order.
fn priced_row(made: &Made, index: usize) -> Option<&BoqRow> {
    made.report.boq.get(index)
}

fn linked(table: &Table, touched: table::Touched, out: &mut Vec<Action>) {
    let names = |index: Option<usize>| {
        let names = table.rows.get(index?)?.names.clone();
        (!names.is_empty()).then_some(names)
    };
    out.extend(names(touched.hovered).map(Action::Highlight));
    out.extend(names(touched.clicked).map(Action::Select));
    out.extend(names(touched.double_clicked).map(Action::ZoomTo));
}

fn tabs(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    ui.horizontal(|ui| {
        for tab in Tab::ALL {
            let label = match (tab, look.report()) {
                (Tab::Findings, Some(report)) if !report.findings.is_empty() => {
                    format!("{} {}", tab.label(), report.findings.len())
                }
                (_, _) => tab.label().to_owned(),
            };
            let response = ui.selectable_label(state.tab == tab, label);
            if response.accessible_name(tab.label()).clicked() {
                state.tab = tab;
                if let Some(first) = tab.sheets().first() {
                    show(state, *first);
                }
            }
        }
        let sheets = state.tab.sheets();
        if sheets.len() > 1 {
            ui.separator();
            for &sheet in sheets {
                let text = theme::caption(sheet.label());
                if ui.selectable_label(state.sheet == sheet, text).clicked() {
                    show(state, sheet);
                }
            }
        }
        if state.tab == Tab::Diagrams {
            ui.separator();
            diagrams::toolbar(ui, &mut state.diagrams, look, out);
        }
        if state.tab == Tab::Costs {
            ui.separator();
            costs::grouping_ui(ui, &mut state.costs);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = Button::new(parts::icon(icons::CLOSE, 12.0)).frame(false);
            if ui
                .add(close)
                .on_hover_text("Hide the tables (Ctrl+3)")
                .accessible_name("Hide tables")
                .clicked()
            {
                state.open.0 = false;
            }
            if state.tab != Tab::Diagrams {
                filter(ui, state);
            }
            if look.computed.is_some() && !look.is_fresh() {
                parts::chip(ui, "recomputing…", tokens.weak)
                    .on_hover_text("These rows belong to the plan before the last change");
            }
        });
    });
}

/// The field that filters rows, and how many are left.
fn filter(ui: &mut Ui, state: &mut State) {
    let field =
        TextEdit::singleline(&mut state.view.filter).hint_text("Filter rows").desired_width(130.0);
    ui.add(field).accessible_name("Filter rows");
    if let Some(made) = &state.made {
        let rows = state.view.shown_rows();
        let text = if made.sheet == Sheet::Costs {
            costs::total_text(&state.view, &made.table)
        } else {
            format!("{rows} rows")
        };
        ui.label(theme::caption(text));
    }
}

fn show(state: &mut State, sheet: Sheet) {
    if state.sheet != sheet {
        state.sheet = sheet;
        state.view = table::State::default();
    }
}
