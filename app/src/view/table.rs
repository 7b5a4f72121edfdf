//! Tables: rows as plain data, and one painter that sorts, filters, groups and draws what is in
//! view.
//!
//! Totals are sums of the rows that are shown, so a filter changes them and nothing hides.

use std::cmp::Ordering;

use eframe::egui::{Align, Button, Label, Layout, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column as Width, TableBuilder};
use stackyard_solver::units::Cents;

use crate::format::euros;
use crate::icons;
use crate::theme::{self, Tokens};

/// Heading of the column that groups sum up.
pub(crate) const TOTAL: &str = "Total";

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its heading, with the unit.
    pub(crate) title: &'static str,
    /// Its width at first, in points.
    pub(crate) width: f32,
    /// How its cells are aligned.
    pub(crate) side: Side,
}

/// Where the text of a column begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

impl Column {
    /// A column of words.
    pub(crate) const fn words(title: &'static str, width: f32) -> Self {
        Self { title, width, side: Side::Left }
    }

    /// A column of numbers.
    pub(crate) const fn numbers(title: &'static str, width: f32) -> Self {
        Self { title, width, side: Side::Right }
    }
}

/// How a cell is emphasised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As all others.
    #[default]
    Normal,
    /// Less.
    Weak,
    /// All right.
    Good,
    /// To be looked at.
    Warning,
    /// Wrong.
    Error,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    number: Option<f64>,
    tone: Tone,
    hover: String,
}

impl Cell {
    /// A word.
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number as it is written.
    pub(crate) fn number(value: f64, text: impl Into<String>) -> Self {
        Self { text: text.into(), number: Some(value), ..Self::default() }
    }

    /// Emphasised.
    pub(crate) fn toned(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Explained on hover.
    pub(crate) fn hovered(mut self, text: impl Into<String>) -> Self {
        self.hover = text.into();
        self
    }
}

/// A row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Its cells in column order.
    pub(crate) cells: Vec<Cell>,
    /// What it is about, for the canvas.
    pub(crate) names: Vec<String>,
    /// Its group, where the table has groups.
    pub(crate) group: usize,
    /// What it adds to the total; none where the price is missing.
    pub(crate) amount: Option<Cents>,
}

/// Rows with headings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Headings.
    pub(crate) columns: &'static [Column],
    /// Rows in their own order.
    pub(crate) rows: Vec<Row>,
    /// Names of the groups; none where rows are not grouped.
    pub(crate) groups: Vec<String>,
}

/// A line as shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The heading of a group with its sum and its rows without a price.
    Group(usize, Cents, usize),
    /// A row.
    Row(usize),
}

/// The column rows are sorted by, if any.
type Order = Option<(usize, Direction)>;

/// How a person looks at a table.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Text that rows must contain.
    pub(crate) filter: String,
    sort: Order,
    lines: Vec<Line>,
    /// What `lines` was made from: stamp of the rows, filter and order.
    made_from: Option<(u64, String, Order)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// What happened to a table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touched {
    /// The row under the pointer.
    pub(crate) hovered: Option<usize>,
    /// The row that was clicked.
    pub(crate) clicked: Option<usize>,
    /// The row that was clicked twice.
    pub(crate) double_clicked: Option<usize>,
}

impl State {
    /// Sum of the rows shown, and how many of them have no price.
    pub(crate) fn shown_total(&self, table: &Table) -> (Cents, usize) {
        sum(
            table,
            self.lines.iter().filter_map(|line| match line {
                Line::Row(index) => Some(*index),
                Line::Group(..) => None,
            }),
        )
    }

    /// Rows shown.
    pub(crate) fn shown_rows(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Row(_))).count()
    }

    fn arrange(&mut self, table: &Table, stamp: u64) {
        let wanted = (stamp, self.filter.clone(), self.sort);
        if self.made_from.as_ref() == Some(&wanted) {
            return;
        }
        let needle = self.filter.to_lowercase();
        let mut shown: Vec<usize> = table
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| needle.is_empty() || contains(row, &needle))
            .map(|(index, _)| index)
            .collect();
        if let Some((column, direction)) = self.sort {
            shown.sort_by(|&a, &b| {
                let order = compare(table, column, a, b);
                match direction {
                    Direction::Up => order,
                    Direction::Down => order.reverse(),
                }
            });
        }
        self.lines = if table.groups.is_empty() {
            shown.into_iter().map(Line::Row).collect()
        } else {
            grouped(table, &shown)
        };
        self.made_from = Some(wanted);
    }

    fn turn(&mut self, column: usize) {
        self.sort = match self.sort {
            Some((sorted, Direction::Up)) if sorted == column => Some((column, Direction::Down)),
            Some((sorted, Direction::Down)) if sorted == column => None,
            Some(_) | None => Some((column, Direction::Up)),
        };
    }
}

fn contains(row: &Row, needle: &str) -> bool {
    row.cells.iter().any(|cell| cell.text.to_lowercase().contains(needle))
}

fn compare(table: &Table, column: usize, a: usize, b: usize) -> Ordering {
    let cell = |index: usize| table.rows.get(index).and_then(|row| row.cells.get(column));
    match (cell(a), cell(b)) {
        (Some(a), Some(b)) => match (a.number, b.number) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => a.text.cmp(&b.text),
        },
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn grouped(table: &Table, shown: &[usize]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(shown.len() + table.groups.len());
    for group in 0..table.groups.len() {
        let own = |index: &&usize| table.rows.get(**index).is_some_and(|row| row.group == group);
        let members: Vec<usize> = shown.iter().filter(own).copied().collect();
        if members.is_empty() {
            continue;
        }
        let (total, missing) = sum(table, members.iter().copied());
        lines.push(Line::Group(group, total, missing));
        lines.extend(members.into_iter().map(Line::Row));
    }
    lines
}

fn sum(table: &Table, rows: impl Iterator<Item = usize>) -> (Cents, usize) {
    let (mut total, mut missing) = (Cents(0), 0);
    for row in rows.filter_map(|index| table.rows.get(index)) {
        match row.amount {
            Some(amount) => total += amount,
            None => missing += 1,
        }
    }
    (total, missing)
}

/// Draws a table. `stamp` changes when its rows do; `is_selected` tells which rows are marked.
pub(crate) fn ui(
    ui: &mut Ui,
    salt: &str,
    table: &Table,
    state: &mut State,
    stamp: u64,
    is_selected: impl Fn(&Row) -> bool,
) -> Touched {
    let wide: f32 = table.columns.iter().map(|column| column.width + theme::MEDIUM).sum();
    if wide <= ui.available_width() {
        return rows(ui, salt, table, state, stamp, is_selected);
    }
    // More than fits is reached by scrolling sideways.
    let area = ScrollArea::horizontal().id_salt((salt, "sideways")).auto_shrink(false);
    area.show(ui, |ui| rows(ui, salt, table, state, stamp, is_selected)).inner
}

fn rows(
    ui: &mut Ui,
    salt: &str,
    table: &Table,
    state: &mut State,
    stamp: u64,
    is_selected: impl Fn(&Row) -> bool,
) -> Touched {
    state.arrange(table, stamp);
    let tokens = Tokens::of(ui.visuals());
    let mut touched = Touched::default();
    let mut turned = None;
    let mut builder = TableBuilder::new(ui)
        .id_salt(salt)
        .sense(Sense::click())
        .striped(false)
        .resizable(true)
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .cell_layout(Layout::left_to_right(Align::Center));
    let last = table.columns.len().saturating_sub(1);
    for (index, column) in table.columns.iter().enumerate() {
        builder = builder.column(if index == last {
            Width::remainder().at_least(column.width).clip(true).resizable(false)
        } else {
            Width::initial(column.width).at_least(36.0).clip(true)
        });
    }
    builder
        .header(theme::ROW, |mut header| {
            for (index, column) in table.columns.iter().enumerate() {
                header.col(|ui| {
                    if heading(ui, column, state.sort.filter(|(sorted, _)| *sorted == index)) {
                        turned = Some(index);
                    }
                });
            }
        })
        .body(|body| {
            body.rows(theme::ROW, state.lines.len(), |mut line| {
                match state.lines.get(line.index()) {
                    Some(&Line::Group(group, total, missing)) => {
                        let name = table.groups.get(group).map_or("", String::as_str);
                        group_line(&mut line, table, name, total, missing);
                    }
                    Some(&Line::Row(index)) => {
                        let Some(row) = table.rows.get(index) else { return };
                        line.set_selected(is_selected(row));
                        draw_row(&mut line, table, row, tokens);
                        let response = line.response();
                        if response.contains_pointer() {
                            touched.hovered = Some(index);
                        }
                        if response.clicked() {
                            touched.clicked = Some(index);
                        }
                        if response.double_clicked() {
                            touched.double_clicked = Some(index);
                        }
                    }
                    None => {}
                }
            });
        });
    if let Some(column) = turned {
        state.turn(column);
    }
    touched
}

fn heading(ui: &mut Ui, column: &Column, sorted: Option<(usize, Direction)>) -> bool {
    let arrow = match sorted {
        Some((_, Direction::Up)) => format!(" {}", icons::UP),
        Some((_, Direction::Down)) => format!(" {}", icons::DOWN),
        None => String::new(),
    };
    let text = RichText::new(format!("{}{arrow}", column.title)).size(theme::CAPTION).weak();
    let add = |ui: &mut Ui| {
        let response = ui.add(Button::new(text).frame(false).truncate());
        response.on_hover_text(format!("Sort by {}", column.title)).clicked()
    };
    match column.side {
        Side::Left => add(ui),
        Side::Right => ui.with_layout(Layout::right_to_left(Align::Center), add).inner,
    }
}

fn group_line(
    line: &mut egui_extras::TableRow<'_, '_>,
    table: &Table,
    name: &str,
    total: Cents,
    missing: usize,
) {
    // The sum stands under the numbers it is the sum of.
    let sum_at = table.columns.iter().position(|column| column.title == TOTAL);
    let last = table.columns.len().saturating_sub(1);
    for index in 0..table.columns.len() {
        line.col(|ui| {
            let sum = || Label::new(theme::strong(euros(total))).extend();
            if index == 0 {
                ui.add(Label::new(theme::strong(name)).extend());
            } else if Some(index) == sum_at {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(sum()));
            } else if index == last && missing > 0 {
                let rows = if missing == 1 { "row" } else { "rows" };
                ui.label(theme::strong(format!("{missing} {rows} without a price")));
            }
        });
    }
}

fn draw_row(line: &mut egui_extras::TableRow<'_, '_>, table: &Table, row: &Row, tokens: &Tokens) {
    let blank = Cell::default();
    for (index, column) in table.columns.iter().enumerate() {
        let cell = row.cells.get(index).unwrap_or(&blank);
        let color = match cell.tone {
            Tone::Normal => tokens.text,
            Tone::Weak => tokens.weak,
            Tone::Good => tokens.good,
            Tone::Warning => tokens.warning,
            Tone::Error => tokens.error,
        };
        let (_, response) = line.col(|ui| {
            let label = Label::new(RichText::new(cell.text.as_str()).color(color)).truncate();
            match column.side {
                Side::Left => {
                    ui.add(label);
                }
                Side::Right => {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label));
                }
            }
        });
        if !cell.hover.is_empty() {
            response.on_hover_text(cell.hover.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [Column::words("Item", 80.0), Column::numbers("€", 60.0)];

    fn table() -> Table {
        let row = |name: &str, amount: Option<i64>, group| Row {
            cells: vec![
                Cell::word(name),
                Cell { number: amount.map(|a| a as f64), ..Cell::default() },
            ],
            amount: amount.map(Cents),
            group,
            ..Row::default()
        };
        Table {
            columns: &COLUMNS,
            rows: vec![row("pipe", Some(300), 1), row("cable", Some(500), 0), row("tee", None, 1)],
            groups: vec!["Power".to_owned(), "Water".to_owned()],
        }
    }

    #[test]
    fn totals_are_the_sums_of_the_rows_shown() {
        let (table, mut state) = (table(), State::default());
        state.arrange(&table, 1);
        assert_eq!(state.shown_total(&table), (Cents(800), 1));
        "pi".clone_into(&mut state.filter);
        state.arrange(&table, 1);
        assert_eq!(state.shown_total(&table), (Cents(300), 0));
        assert_eq!(state.lines, [Line::Group(1, Cents(300), 0), Line::Row(0)]);
    }

    #[test]
    fn a_heading_sorts_up_then_down_then_not() {
        let mut state = State::default();
        state.turn(1);
        assert_eq!(state.sort, Some((1, Direction::Up)));
        state.turn(1);
        state.turn(1);
        assert_eq!(state.sort, None);
    }

    #[test]
    fn rows_without_a_number_sort_last() {
        let table = Table { groups: Vec::new(), ..table() };
        let mut state = State { sort: Some((1, Direction::Up)), ..State::default() };
        state.arrange(&table, 1);
        assert_eq!(state.lines, [Line::Row(0), Line::Row(1), Line::Row(2)]);
    }
}
