//! Costs: the bill of quantities, grouped, with totals that are sums of the rows shown.

use std::collections::BTreeSet;

use eframe::egui::{RichText, TextEdit, Ui};
use stackyard_solver::edit::Edit;
use stackyard_solver::report::{BoqGroup, BoqRow, Report};
use stackyard_solver::units::Cents;

use crate::action::Action;
use crate::format::{euros, number, parse_money, unit_price};
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::table::{Cell, Column, Row, State as TableState, TOTAL, Table, Tone};

/// What rows are gathered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// Part of the bill.
    #[default]
    Group,
    /// The phase that buys.
    Phase,
    /// Region of origin.
    Origin,
}

/// What the costs tab keeps.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What rows are gathered by.
    pub(crate) grouping: Grouping,
    edited: Option<Edited>,
}

/// A price that is being typed.
#[derive(Debug)]
struct Edited {
    item: String,
    description: String,
    unit: String,
    text: String,
    is_overridden: bool,
    is_new: bool,
}

const COLUMNS: [Column; 8] = [
    Column::words("Item", 230.0),
    Column::words("Phase", 54.0),
    Column::numbers("Quantity", 78.0),
    Column::words("Unit", 48.0),
    Column::numbers("Unit price", 104.0),
    Column::numbers(TOTAL, 112.0),
    Column::numbers("Weeks", 60.0),
    Column::words("Origin", 60.0),
];

impl State {
    /// Begins to type the price of a row.
    pub(crate) fn edit(&mut self, row: Option<&BoqRow>, look: &Look<'_>) {
        self.edited = row.map(|row| Edited {
            item: row.item.clone(),
            description: row.description.clone(),
            unit: row.unit.clone(),
            text: row.unit_price.map_or_else(String::new, |price| number(price.euros(), 2)),
            is_overridden: look.plan.prices.contains_key(&row.item),
            is_new: true,
        });
    }
}

/// The rows in the bill's order.
pub(crate) fn table(look: &Look<'_>, report: &Report, grouping: Grouping) -> Table {
    let groups = groups(look, report, grouping);
    let rows = report
        .boq
        .iter()
        .map(|row| {
            let name = group_name(row, grouping);
            let group = groups.iter().position(|group| *group == name).unwrap_or(0);
            row_of(look, row, group)
        })
        .collect();
    Table { columns: &COLUMNS, rows, groups }
}

fn groups(look: &Look<'_>, report: &Report, grouping: Grouping) -> Vec<String> {
    match grouping {
        Grouping::Group => BoqGroup::ALL.iter().map(|group| group.label().to_owned()).collect(),
        Grouping::Phase => look.plan.phases.iter().map(|phase| phase.id.to_string()).collect(),
        Grouping::Origin => {
            let origins: BTreeSet<_> =
                report.boq.iter().map(|row| group_name(row, grouping)).collect();
            origins.into_iter().collect()
        }
    }
}

fn group_name(row: &BoqRow, grouping: Grouping) -> String {
    match grouping {
        Grouping::Group => row.group.label().to_owned(),
        Grouping::Phase => row.phase.to_string(),
        Grouping::Origin if row.origin.is_empty() => "Origin unknown".to_owned(),
        Grouping::Origin => row.origin.clone(),
    }
}

fn row_of(look: &Look<'_>, row: &BoqRow, group: usize) -> Row {
    let is_overridden = look.plan.prices.contains_key(&row.item);
    let price = match row.unit_price {
        Some(price) => Cell::number(price.euros(), unit_price(price)),
        None => Cell::word("no price").toned(Tone::Warning),
    };
    let price = if is_overridden { price.toned(Tone::Good) } else { price };
    let source = format!(
        "{}{} ({}). Double-click to set a price for this project",
        if is_overridden { "Set in the plan. " } else { "" },
        row.source,
        row.confidence
    );
    let total = match row.total {
        Some(total) => Cell::number(total.euros(), euros(total)),
        None => Cell::word("missing").toned(Tone::Warning),
    };
    let places = usize::from(row.quantity.fract().abs() >= 0.005);
    Row {
        cells: vec![
            Cell::word(row.description.as_str()).hovered(row.item.as_str()),
            Cell::word(row.phase.to_string()).toned(Tone::Weak),
            Cell::number(row.quantity, number(row.quantity, places)),
            Cell::word(row.unit.as_str()).toned(Tone::Weak),
            price.hovered(source),
            total,
            Cell::number(f64::from(row.lead_time_weeks), row.lead_time_weeks.to_string())
                .toned(Tone::Weak),
            Cell::word(row.origin.as_str()).toned(Tone::Weak),
        ],
        names: Vec::new(),
        group,
        amount: row.total,
    }
}

/// The choice of what rows are gathered by.
pub(crate) fn grouping_ui(ui: &mut Ui, state: &mut State) {
    for (grouping, name) in [
        (Grouping::Group, "By trade"),
        (Grouping::Phase, "By phase of purchase"),
        (Grouping::Origin, "By origin"),
    ] {
        ui.selectable_value(&mut state.grouping, grouping, theme::caption(name));
    }
}

/// The total of the rows shown, never called complete while a price is missing.
pub(crate) fn total_text(view: &TableState, table: &Table) -> String {
    let (total, missing) = view.shown_total(table);
    let rows = view.shown_rows();
    match missing {
        0 => format!("{rows} rows, {}", euros(total)),
        more => format!("{rows} rows, {} and {more} without a price", euros(total)),
    }
}

/// The line in which a price is typed.
pub(crate) fn editor(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    let Some(edited) = &mut state.edited else { return };
    let mut is_done = false;
    ui.horizontal(|ui| {
        let name = format!("Price of one {} of {}", edited.unit, edited.description);
        let label = ui.label(theme::strong(name));
        let field = TextEdit::singleline(&mut edited.text).desired_width(110.0).hint_text("€");
        let field = ui.add(field).labelled_by(label.id);
        if edited.is_new {
            field.request_focus();
            edited.is_new = false;
        }
        let price = parse_money(&edited.text);
        let entered =
            field.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter));
        let set = ui.add_enabled(price.is_ok(), eframe::egui::Button::new("Set price"));
        if let (Ok(price), true) = (&price, set.clicked() || entered) {
            out.push(price_edit(&edited.item, Some(*price)));
            is_done = true;
        }
        if let Err(reason) = &price
            && !edited.text.is_empty()
        {
            ui.label(RichText::new(reason.as_str()).color(tokens.warning));
        }
        let back = ui.add_enabled(
            edited.is_overridden && look.plan.prices.contains_key(&edited.item),
            eframe::egui::Button::new("Back to the price book"),
        );
        if back.clicked() {
            out.push(price_edit(&edited.item, None));
            is_done = true;
        }
        is_done |= ui.button("Cancel").clicked();
    });
    if is_done {
        state.edited = None;
    }
}

fn price_edit(item: &str, price: Option<Cents>) -> Action {
    let label = match price {
        Some(_) => format!("Set the price of {item}"),
        None => format!("Return {item} to the price book"),
    };
    Action::Edit(label, Edit::SetPrice { id: item.to_owned(), price })
}
