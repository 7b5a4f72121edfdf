//! A column of the single-line diagram: what hangs from a busbar, and everything it supplies.
//!
//! Loads stand one below the other beside an upright line, many of them on several strands side by
//! side. A load that passes power on, such as a UPS, has an upright line of its own, further to the
//! right. Lines run left of the text of their strand and never cross, however deep the tree is.

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::{ModuleKind, Service};
use stackyard_solver::report::TransformerChoice;
use stackyard_solver::size::equipment;

use super::cables::{also, beside, cable_lines, hint, row_cable};
use super::power::{Role, Side, Station, Way};
use super::symbol::{self, BREAKER, RADIUS, SQUARE, TRANSFORMER};
use super::text::{frame, width};
use super::{Drawing, Frame, Ink, MEDIUM, Size, Source, THICK};
use crate::format::number;
use crate::scene::Anchor;

/// Where the upright line of a column stands, mm from its left edge.
pub(super) const DROP: f64 = 4.0;
/// Height from the busbar to the symbol with a breaker between, and without one, mm.
const HANG: (f64, f64) = (12.0, 2.0);
/// Height from the top of the symbol to the bar below it, mm.
const HEAD: f64 = 13.5;
/// Height of a load, mm.
const ROW: f64 = 8.0;
/// Loads on one strand, unless what hangs together needs more.
const TALLEST: usize = 14;
/// Distance between the upright lines of a load and of what it supplies, mm.
const INDENT: f64 = 4.0 + SQUARE / 2.0;
/// Where the text of a load begins, mm from the upright line, without and with a symbol.
const TEXT: (f64, f64) = (8.0, 11.0);
/// Room for the letter of a side, mm.
const MARK: f64 = 4.0;
/// Space between columns, mm.
const GAP: f64 = 5.0;

/// A column.
#[derive(Debug)]
pub(super) struct Column<'a> {
    way: Option<&'a Way<'a>>,
    station: Option<&'a Station<'a>>,
    title: Vec<String>,
    /// Whether the last line of the title tells of an overload.
    is_overloaded: bool,
    rows: Vec<Row<'a>>,
    risers: Vec<Riser>,
    /// Its width and height, mm.
    pub(super) size: DVec2,
}

/// A load in a column.
#[derive(Debug)]
struct Row<'a> {
    /// Where its upright line is, mm from that of the column.
    x: f64,
    /// Its place from the top.
    slot: usize,
    way: &'a Way<'a>,
    load: String,
    cable: String,
}

/// An upright line beside loads.
#[derive(Debug)]
struct Riser {
    /// Where it is, mm from the upright line of the column.
    x: f64,
    /// The place of the load it leaves from; none where it leaves from the head of the column.
    from: Option<usize>,
    /// The last place it reaches.
    to: usize,
}

impl<'a> Column<'a> {
    /// The column of a circuit that leaves a busbar.
    pub(super) fn of_way(way: &'a Way<'a>, source: Source<'_>) -> Self {
        Self::new(Some(way), way.station.as_ref(), source)
    }

    /// The column of a station that nothing feeds.
    pub(super) fn of_station(station: &'a Station<'a>, source: Source<'_>) -> Self {
        Self::new(None, Some(station), source)
    }

    fn new(way: Option<&'a Way<'a>>, station: Option<&'a Station<'a>>, source: Source<'_>) -> Self {
        let (title, is_overloaded) = match (station, way) {
            (Some(station), _) => station_title(station, source),
            (None, Some(way)) => (load_title(way), false),
            (None, None) => (Vec::new(), false),
        };
        let (rows, risers) = station.map(hang_rows).unwrap_or_default();
        let mut column =
            Self { way, station, title, is_overloaded, rows, risers, size: DVec2::ZERO };
        column.size = column.measure();
        column
    }

    /// Height from the busbar to the symbol.
    fn hang(&self) -> f64 {
        if self.way.is_some() { HANG.0 } else { HANG.1 }
    }

    fn measure(&self) -> DVec2 {
        let size_of = |index: usize| if index == 0 { Size::Strong } else { Size::Small };
        let titles = self.title.iter().enumerate().map(|(i, line)| 5.0 + width(line, size_of(i)));
        let cable = self.way.map(|way| cable_lines(way.connection));
        let cables = cable.iter().flatten().map(|line| 2.5 + width(line, Size::Small));
        let rows = self.rows.iter().map(|row| row.text_x() + row.text_width());
        let widest = titles.chain(cables).chain(rows).fold(2.0 * RADIUS, f64::max);
        let tallest = self.rows.iter().map(|row| row.slot + 1).max().unwrap_or(0);
        let below = ROW * tallest as f64 + 2.0;
        dvec2(DROP + widest + GAP, self.hang() + HEAD + below)
    }

    /// Draws the column below a busbar.
    pub(super) fn draw(&self, drawing: &mut Drawing, origin: DVec2) {
        let top = origin + dvec2(DROP, 0.0);
        let symbol_top = top + dvec2(0.0, self.hang());
        if let Some(way) = self.way {
            let ink = Ink::Service(way.connection.service);
            let (above, below) = (top + dvec2(0.0, 2.0), top + dvec2(0.0, 2.0 + BREAKER));
            drawing.line([top, above], ink, MEDIUM);
            symbol::breaker(drawing, above, ink);
            drawing.line([below, symbol_top], ink, MEDIUM);
            let lines = cable_lines(way.connection);
            beside(drawing, top + dvec2(2.5, 3.0), &lines, way.connection);
        }
        match self.station {
            Some(station) => self.draw_station(drawing, station, symbol_top),
            None => self.draw_load(drawing, symbol_top),
        }
        let bar = symbol_top.y + HEAD;
        for riser in &self.risers {
            let x = top.x + riser.x;
            let from = riser.from.map_or(bar, |slot| row_y(bar, slot) + SQUARE / 2.0);
            let ink = Ink::Service(Service::LvPower);
            drawing.line([dvec2(x, from), dvec2(x, row_y(bar, riser.to))], ink, MEDIUM);
        }
        for row in &self.rows {
            row.draw(drawing, dvec2(top.x, row_y(bar, row.slot)));
        }
    }

    fn draw_load(&self, drawing: &mut Drawing, top: DVec2) {
        let Some(way) = self.way else { return };
        let tip = top + dvec2(0.0, 3.0);
        let ink = Ink::Service(way.connection.service);
        symbol::load(drawing, tip, dvec2(0.0, 1.0), ink);
        let around = self.draw_title(drawing, top).union(Frame { min: top, max: tip });
        drawing.spot(around.grown(0.5), vec![way.connection.id.clone()], hint(way.connection));
    }

    fn draw_station(&self, drawing: &mut Drawing, station: &Station<'_>, top: DVec2) {
        let height = match station.role {
            Role::Transformer(_) => {
                symbol::transformer(drawing, top);
                TRANSFORMER
            }
            Role::Container(ModuleKind::Generator) => {
                symbol::generator(drawing, top + dvec2(0.0, RADIUS));
                2.0 * RADIUS
            }
            Role::Container(kind) => {
                let center = top + dvec2(0.0, SQUARE / 2.0);
                square(drawing, center, kind);
                SQUARE
            }
            Role::Feed(_) => {
                symbol::feed(drawing, top + dvec2(0.0, SQUARE / 2.0));
                SQUARE
            }
        };
        let (foot, bar) = (top + dvec2(0.0, height), top + dvec2(0.0, HEAD));
        let ink = Ink::Service(Service::LvPower);
        if !self.rows.is_empty() {
            drawing.line([foot, bar], ink, MEDIUM);
            let strands = self.risers.iter().filter(|riser| riser.from.is_none());
            let reach = strands.map(|riser| riser.x).fold(3.0, f64::max);
            drawing.line([bar - dvec2(3.0, 0.0), bar + dvec2(reach, 0.0)], ink, THICK);
        }
        let symbol = Frame { min: top - dvec2(RADIUS, 0.0), max: foot + dvec2(RADIUS, 0.0) };
        let around = self.draw_title(drawing, top).union(symbol);
        let hint = match station.role {
            Role::Transformer(Some(choice)) => format!(
                "{}: losses {} kW. {}",
                station.id,
                number(choice.loss_kw, 1),
                choice.source
            ),
            Role::Transformer(None) | Role::Container(_) | Role::Feed(_) => {
                format!("{}: {} kVA connected", station.id, number(station.load_kva(), 0))
            }
        };
        drawing.spot(around, vec![station.id.to_string()], hint);
    }

    /// Writes the title right of the symbol and tells where.
    fn draw_title(&self, drawing: &mut Drawing, top: DVec2) -> Frame {
        let mut around = Frame { min: top, max: top };
        for (index, line) in self.title.iter().enumerate() {
            let at = top + dvec2(5.0, 1.2 + 3.1 * index as f64);
            let is_last = index + 1 == self.title.len();
            let (size, ink) = match (index, is_last && self.is_overloaded) {
                (_, true) => (Size::Small, Ink::Error),
                (0, false) => (Size::Strong, Ink::Text),
                (_, false) => (Size::Small, Ink::Muted),
            };
            drawing.text(at, Anchor::Start, size, ink, line.as_str());
            around = around.union(frame(at, Anchor::Start, size, line));
        }
        around
    }
}

impl Row<'_> {
    /// Where its text begins, mm from the upright line of the column.
    fn text_x(&self) -> f64 {
        let own = if self.way.station.is_some() { TEXT.1 } else { TEXT.0 };
        self.x + own
    }

    fn text_width(&self) -> f64 {
        let mark = if self.way.side.is_some() { MARK } else { 0.0 };
        let name = width(&self.way.connection.id, Size::Strong) + 1.5;
        let first = mark + name + width(&self.load, Size::Body);
        first.max(width(&self.cable, Size::Small))
    }

    /// Draws the load beside the upright line; `at` is on that of the column.
    fn draw(&self, drawing: &mut Drawing, at: DVec2) {
        let connection = self.way.connection;
        let ink = Ink::Service(connection.service);
        let tap = at + dvec2(self.x, 0.0);
        if let Some(station) = &self.way.station {
            drawing.line([tap, tap + dvec2(4.0, 0.0)], ink, MEDIUM);
            let kind = match station.role {
                Role::Container(kind) => kind,
                Role::Transformer(_) => ModuleKind::Transformer,
                Role::Feed(_) => ModuleKind::MvSwitchgear,
            };
            square(drawing, tap + dvec2(INDENT, 0.0), kind);
        } else {
            drawing.line([tap, tap + dvec2(4.4, 0.0)], ink, MEDIUM);
            symbol::load(drawing, tap + dvec2(6.6, 0.0), dvec2(1.0, 0.0), ink);
        }
        let start = at.x + self.text_x();
        let (upper, lower) = (at.y - 1.7, at.y + 1.5);
        // The A side has its letter on the left, the B side on the right.
        let lead = if self.way.side == Some(Side::A) { MARK } else { 0.0 };
        let name_at = dvec2(start + lead, upper);
        let load_at = name_at + dvec2(width(&connection.id, Size::Strong) + 1.5, 0.0);
        drawing.text(name_at, Anchor::Start, Size::Strong, Ink::Text, connection.id.as_str());
        drawing.text(load_at, Anchor::Start, Size::Body, Ink::Text, self.load.as_str());
        let cable_at = dvec2(start, lower);
        drawing.text(cable_at, Anchor::Start, Size::Small, Ink::Muted, self.cable.as_str());
        match self.way.side {
            Some(Side::A) => mark(drawing, dvec2(start + 1.4, upper), "A"),
            Some(Side::B) => {
                let end = load_at.x + width(&self.load, Size::Body);
                mark(drawing, dvec2(end + MARK - 1.4, upper), "B");
            }
            None => {}
        }
        let corner = tap - dvec2(0.0, ROW / 2.0 - 0.2);
        let size = dvec2(start + self.text_width() - tap.x, ROW - 0.4);
        let around = Frame::sized(corner, size);
        drawing.spot(around, vec![connection.id.clone()], hint(connection));
    }
}

/// The letter of a side on a disc of its own.
fn mark(drawing: &mut Drawing, center: DVec2, letter: &str) {
    drawing.dot(center, 1.4, Ink::Accent);
    drawing.text(center, Anchor::Middle, Size::Small, Ink::Paper, letter);
}

fn square(drawing: &mut Drawing, center: DVec2, kind: ModuleKind) {
    if kind == ModuleKind::Ups {
        symbol::converter(drawing, center);
    } else {
        symbol::board(drawing, center);
    }
}

/// The height of a load below the bar of its column.
fn row_y(bar: f64, slot: usize) -> f64 {
    bar + ROW * (slot as f64 + 0.5) + 1.0
}

/// Puts what a station supplies on strands: loads first, then what passes power on.
fn hang_rows<'a>(station: &'a Station<'a>) -> (Vec<Row<'a>>, Vec<Riser>) {
    let mut hung = Hung { rows: Vec::new(), risers: Vec::new(), x: 0.0, begin: 0 };
    let mut last = None;
    let loads = station.ways.iter().filter(|way| way.station.is_none());
    let stations = station.ways.iter().filter(|way| way.station.is_some());
    for way in loads.chain(stations) {
        let used = hung.rows.len() - hung.begin;
        if let Some(to) = last.filter(|_| used + rows_of(way) > TALLEST) {
            hung.risers.push(Riser { x: hung.x, from: None, to });
            hung.next_strand();
        }
        last = Some(hung.rows.len() - hung.begin);
        hung.push(way, 0);
    }
    if let Some(to) = last {
        hung.risers.push(Riser { x: hung.x, from: None, to });
    }
    (hung.rows, hung.risers)
}

/// Rows a circuit takes with everything behind it.
fn rows_of(way: &Way<'_>) -> usize {
    let inner = way.station.iter().flat_map(|station| &station.ways);
    inner.map(rows_of).sum::<usize>() + 1
}

/// Rows and upright lines as they are put in place.
struct Hung<'a> {
    rows: Vec<Row<'a>>,
    risers: Vec<Riser>,
    /// Where the strand is that is being filled, mm.
    x: f64,
    /// Its first row.
    begin: usize,
}

impl<'a> Hung<'a> {
    /// Begins a strand right of everything so far.
    fn next_strand(&mut self) {
        let ends = self.rows.iter().map(|row| row.text_x() + row.text_width());
        self.x = ends.fold(self.x, f64::max) + GAP;
        self.begin = self.rows.len();
    }

    fn push(&mut self, way: &'a Way<'a>, depth: u16) {
        let slot = self.rows.len() - self.begin;
        let x = self.x + INDENT * f64::from(depth);
        let load = format!("{} kVA", number(way.connection.load.value(), 0));
        self.rows.push(Row { x, slot, way, load, cable: row_cable(way) });
        let mut last = None;
        for inner in way.station.iter().flat_map(|station| &station.ways) {
            last = Some(self.rows.len() - self.begin);
            self.push(inner, depth + 1);
        }
        if let Some(to) = last {
            self.risers.push(Riser { x: x + INDENT, from: Some(slot), to });
        }
    }
}

/// Lines beside the symbol of a station, and whether the last one tells of an overload.
fn station_title(station: &Station<'_>, source: Source<'_>) -> (Vec<String>, bool) {
    let rules = &source.catalogue.rules;
    let mut lines = vec![station.id.to_string()];
    let load_kva = station.load_kva();
    let (capacity_kva, limit) = match station.role {
        Role::Transformer(choice) => {
            lines.extend(choice.into_iter().flat_map(|choice| transformer_lines(choice, source)));
            let rating = choice.map(|choice| choice.rating_kva);
            (rating.or(station.capacity_kva), rules.transformer_loading_max.value)
        }
        Role::Container(kind) => {
            lines.push(kind.label().to_owned());
            (station.capacity_kva, 1.0)
        }
        Role::Feed(entry) => {
            lines.push(entry.service.label().to_owned());
            (station.capacity_kva, 1.0)
        }
    };
    let Some(capacity_kva) = capacity_kva.filter(|capacity| *capacity > 0.0) else {
        lines.push(format!("{} kVA", number(load_kva, 0)));
        return (lines, false);
    };
    let share = load_kva / capacity_kva;
    let (load, capacity) = (number(load_kva, 0), number(capacity_kva, 0));
    lines.push(format!("{load} of {capacity} kVA, {} %", number(share * 100.0, 0)));
    (lines, share > limit + 1e-6)
}

fn transformer_lines(choice: &TransformerChoice, source: Source<'_>) -> Vec<String> {
    let unit = equipment::transformer(source.catalogue, choice.load_kva)
        .filter(|unit| equipment::transformer_item(unit) == choice.item);
    let rating = format!("{} kVA", number(choice.rating_kva, 0));
    match unit {
        Some(unit) => vec![
            format!("{rating}, {}", unit.vector_group),
            format!("{}/{} kV, uk {} %", unit.hv_kv, unit.lv_kv, number(unit.uk_percent, 1)),
        ],
        None => vec![rating],
    }
}

fn load_title(way: &Way<'_>) -> Vec<String> {
    let connection = way.connection;
    let mut lines = vec![connection.id.clone(), connection.load.to_string()];
    lines.extend(also(way));
    lines
}
