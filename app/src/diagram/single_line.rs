//! The single-line diagram: feeds at the top, their busbars, and what hangs from them.
//!
//! Every feed, switchgear, transformer and other source is drawn once; the blocks of two feeds
//! stand side by side, A on the left and B on the right. A busbar that is too long goes on in the
//! next row. How long it may be is chosen so that the drawing has the shape of its page.

use std::ops::Range;

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::size::cable;

use super::cables::{beside, cable_lines};
use super::columns::Column;
use super::power::{Role, Station, Way, trees, unserved};
use super::symbol::{self, BREAKER, SQUARE};
use super::text::{clipped, frame, width};
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THICK};
use crate::format::number;
use crate::scene::Anchor;

/// Where the upright line of a block stands, mm from its left edge.
const RISER: f64 = 3.0;
/// Height from the top of a block to its first busbar, mm.
const HEADER: f64 = 13.0;
/// Where columns begin, mm from the left edge of a block.
const INSET: f64 = 8.0;
/// Space below a row of columns, mm.
const BELOW: f64 = 5.0;
/// Space between blocks, mm.
const GAP: f64 = 12.0;
/// Space around the drawing, mm.
const MARGIN: f64 = 5.0;
/// Busbar lengths that are tried, mm: the first, the factor to the next and how many.
const LIMITS: (f64, f64, u8) = (90.0, 1.22, 20);

/// What stands beside others.
#[derive(Debug)]
enum Block<'a> {
    /// A feed or switchgear with its busbars.
    Board(Board<'a>),
    /// A source of its own, such as a generator.
    Column(Column<'a>),
}

/// A feed or switchgear with what hangs from it.
#[derive(Debug)]
struct Board<'a> {
    station: &'a Station<'a>,
    way: Option<&'a Way<'a>>,
    title: [String; 2],
    columns: Vec<Column<'a>>,
    boards: Vec<Self>,
}

/// Draws the diagram.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let trees = trees(source);
    let blocks: Vec<Block<'_>> = trees.iter().map(|tree| Block::new(tree, source)).collect();
    let missing = unserved(source.report);
    if blocks.is_empty() && missing.is_empty() {
        return Drawing::new(Kind::SingleLine, area);
    }
    let (first, factor, count) = LIMITS;
    let limits = std::iter::successors(Some(first), |limit| Some(limit * factor));
    let shapes = limits.take(usize::from(count)).map(|limit| {
        let (_, size) = arrange(&blocks, limit);
        (limit, misfit(size, area))
    });
    let best = shapes.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(first, |(limit, _)| limit);
    let (places, size) = arrange(&blocks, best);
    let note = if missing.is_empty() { 0.0 } else { 8.0 };
    let size = (size + dvec2(2.0 * MARGIN, 2.0 * MARGIN + note)).max(dvec2(90.0, 40.0));
    let mut drawing = Drawing::new(Kind::SingleLine, size);
    for (block, place) in blocks.iter().zip(places) {
        block.draw(&mut drawing, place + MARGIN, best);
    }
    if !missing.is_empty() {
        let at = dvec2(MARGIN, size.y - MARGIN - 1.5);
        note_missing(&mut drawing, at, &missing);
    }
    drawing
}

/// How far a shape is from another one: the ratio of their ratios, at least 1.
pub(super) fn misfit(size: DVec2, wanted: DVec2) -> f64 {
    let share = (size.x / size.y.max(1.0)) / (wanted.x / wanted.y.max(1.0));
    share.max(1.0 / share.max(1e-9))
}

/// Says what nothing supplies.
fn note_missing(drawing: &mut Drawing, at: DVec2, missing: &[&str]) {
    let text = format!("Not served: {}", missing.join(", "));
    let room = drawing.size.x - 2.0 * MARGIN;
    let shown = clipped(&text, room, Size::Body);
    let around = frame(at, Anchor::Start, Size::Body, &shown);
    drawing.text(at, Anchor::Start, Size::Body, Ink::Error, shown);
    let names = missing.iter().map(|&name| name.to_owned()).collect();
    drawing.spot(around, names, text);
}

/// Where blocks stand when they fill shelves of two busbars' length, and the size of all.
fn arrange(blocks: &[Block<'_>], limit: f64) -> (Vec<DVec2>, DVec2) {
    let widest = 2.0 * limit + GAP;
    let (mut places, mut cursor) = (Vec::with_capacity(blocks.len()), DVec2::ZERO);
    let (mut shelf, mut all) = (0.0_f64, DVec2::ZERO);
    for block in blocks {
        let size = block.size(limit);
        if cursor.x > 0.0 && cursor.x + size.x > widest {
            cursor = dvec2(0.0, cursor.y + shelf + GAP);
            shelf = 0.0;
        }
        places.push(cursor);
        all = all.max(cursor + size);
        shelf = shelf.max(size.y);
        cursor.x += size.x + GAP;
    }
    (places, all)
}

impl<'a> Block<'a> {
    fn new(station: &'a Station<'a>, source: Source<'_>) -> Self {
        if station.is_board() {
            Self::Board(Board::new(station, None, source))
        } else {
            Self::Column(Column::of_station(station, source))
        }
    }

    fn size(&self, limit: f64) -> DVec2 {
        match self {
            Self::Board(board) => board.size(limit),
            Self::Column(column) => column.size,
        }
    }

    fn draw(&self, drawing: &mut Drawing, origin: DVec2, limit: f64) {
        match self {
            Self::Board(board) => board.draw(drawing, origin, limit),
            Self::Column(column) => column.draw(drawing, origin),
        }
    }
}

impl<'a> Board<'a> {
    fn new(station: &'a Station<'a>, way: Option<&'a Way<'a>>, source: Source<'_>) -> Self {
        let (mut columns, mut boards) = (Vec::new(), Vec::new());
        for way in &station.ways {
            match &way.station {
                Some(inner) if inner.is_board() => {
                    boards.push(Self::new(inner, Some(way), source));
                }
                Some(_) | None => columns.push(Column::of_way(way, source)),
            }
        }
        Self { station, way, title: title(station, source), columns, boards }
    }

    /// Whether it only hands on to one switchgear, straight below.
    fn is_straight(&self) -> bool {
        self.columns.is_empty() && self.boards.len() == 1
    }

    /// The columns of each busbar.
    fn rows(&self, limit: f64) -> Vec<Range<usize>> {
        let mut rows = Vec::new();
        let (mut begin, mut used) = (0, INSET);
        for (index, column) in self.columns.iter().enumerate() {
            if index > begin && used + column.size.x > limit {
                rows.push(begin..index);
                (begin, used) = (index, INSET);
            }
            used += column.size.x;
        }
        if begin < self.columns.len() {
            rows.push(begin..self.columns.len());
        }
        rows
    }

    /// Width and height of a busbar with its columns.
    fn row_size(&self, row: Range<usize>) -> DVec2 {
        let columns = self.columns.get(row).unwrap_or_default();
        let width: f64 = columns.iter().map(|column| column.size.x).sum();
        let height = columns.iter().map(|column| column.size.y).fold(0.0, f64::max);
        dvec2(INSET + width, height + BELOW)
    }

    fn title_width(&self) -> f64 {
        let [name, figures] = &self.title;
        let cable = self.way.map(|way| cable_lines(way.connection));
        let cables = cable.iter().flatten().map(|line| width(line, Size::Small));
        let own = width(name, Size::Strong).max(width(figures, Size::Small));
        // The figures of a switchgear stand right of those of its cable.
        own + cables.fold(0.0, f64::max) + RISER + SQUARE + 6.0
    }

    fn size(&self, limit: f64) -> DVec2 {
        let mut size = dvec2(self.title_width(), HEADER);
        for row in self.rows(limit) {
            let row = self.row_size(row);
            size = dvec2(size.x.max(row.x), size.y + row.y);
        }
        let indent = if self.is_straight() { 0.0 } else { INSET };
        for board in &self.boards {
            let inner = board.size(limit - indent);
            size = dvec2(size.x.max(inner.x + indent), size.y + inner.y + BELOW);
        }
        size
    }

    fn draw(&self, drawing: &mut Drawing, origin: DVec2, limit: f64) {
        let top = origin + dvec2(RISER, 0.0);
        let ink = Ink::Service(Service::MvPower);
        self.draw_head(drawing, top);
        let mut bar = origin.y + HEADER;
        let first = dvec2(top.x, bar);
        let mut reached = bar;
        for row in self.rows(limit) {
            let size = self.row_size(row.clone());
            let (left, right) = (dvec2(top.x, bar), dvec2(origin.x + size.x, bar));
            drawing.line([left, right], ink, THICK);
            let mut x = origin.x + INSET;
            for column in self.columns.get(row).unwrap_or_default() {
                column.draw(drawing, dvec2(x, bar));
                x += column.size.x;
            }
            reached = bar;
            bar += size.y;
        }
        let indent = if self.is_straight() { 0.0 } else { INSET };
        for board in &self.boards {
            let place = dvec2(origin.x + indent, bar);
            if indent > 0.0 {
                drawing.line([dvec2(top.x, bar), place + dvec2(RISER, 0.0)], ink, MEDIUM);
            }
            board.draw(drawing, place, limit - indent);
            reached = bar;
            bar += board.size(limit - indent).y + BELOW;
        }
        if reached > first.y {
            drawing.line([first, dvec2(top.x, reached)], ink, THICK);
        }
    }

    /// The symbol or breaker above the busbar, with what there is to say about it.
    fn draw_head(&self, drawing: &mut Drawing, top: DVec2) {
        let ink = Ink::Service(Service::MvPower);
        let bar = top + dvec2(0.0, HEADER);
        let is_in_use = !self.station.ways.is_empty();
        let (mut text_at, symbol) = match (self.station.role, self.way) {
            (Role::Feed(_), _) => {
                let center = top + dvec2(0.0, SQUARE / 2.0);
                symbol::feed(drawing, center);
                let foot = top + dvec2(0.0, SQUARE);
                if is_in_use {
                    drawing.line([foot, bar], ink, MEDIUM);
                }
                (top + dvec2(SQUARE, 1.3), Some(Frame::centered(center, DVec2::splat(SQUARE))))
            }
            (Role::Transformer(_) | Role::Container(_), Some(way)) => {
                let (above, below) = (top + dvec2(0.0, 1.5), top + dvec2(0.0, 1.5 + BREAKER));
                drawing.line([top, above], ink, MEDIUM);
                symbol::breaker(drawing, above, ink);
                drawing.line([below, bar], ink, MEDIUM);
                let lines = cable_lines(way.connection);
                beside(drawing, top + dvec2(2.5, 2.6), &lines, way.connection);
                let wide = lines.iter().map(|line| width(line, Size::Small)).fold(0.0, f64::max);
                (top + dvec2(wide + SQUARE + 2.0, 6.2), None)
            }
            (Role::Transformer(_) | Role::Container(_), None) => (top + dvec2(2.5, 6.2), None),
        };
        let [name, figures] = &self.title;
        let named = frame(text_at, Anchor::Start, Size::Strong, name);
        drawing.text(text_at, Anchor::Start, Size::Strong, Ink::Text, name.as_str());
        text_at.y += 3.3;
        let measured = frame(text_at, Anchor::Start, Size::Small, figures);
        drawing.text(text_at, Anchor::Start, Size::Small, Ink::Muted, figures.as_str());
        let words = named.union(measured);
        let around = symbol.map_or(words, |symbol| words.union(symbol));
        let hint = format!("{name}: {figures}");
        drawing.spot(around, vec![self.station.id.to_string()], hint);
    }
}

/// Name and figures of a feed or switchgear.
fn title(station: &Station<'_>, source: Source<'_>) -> [String; 2] {
    let (kind, service) = match station.role {
        Role::Feed(entry) => ("feed", entry.service),
        Role::Transformer(_) => ("transformer station", Service::MvPower),
        Role::Container(kind) => (kind.label(), Service::MvPower),
    };
    let voltage_kv = cable::voltage_kv(source.catalogue, service);
    let load_kva = station.load_kva();
    let load = number(load_kva, 0);
    let name = format!("{}, {voltage_kv} kV {kind}", station.id);
    let figures = match station.capacity_kva {
        Some(capacity_kva) if capacity_kva > 0.0 => format!(
            "{load} of {} kVA connected, {} %",
            number(capacity_kva, 0),
            number(100.0 * load_kva / capacity_kva, 0)
        ),
        Some(_) | None => format!("{load} kVA connected"),
    };
    [name, figures]
}
