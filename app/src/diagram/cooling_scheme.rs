//! The cooling scheme: plant, pumps, supply and return mains, and the modules between them.
//!
//! The supply main runs above, the return main below, and every module hangs between the two; a
//! branch is a pair of mains of its own inside its slot. So no two pipes cross. A pair of mains that
//! is too long turns around and goes on in the next row. The circuit with the least pressure to
//! spare is marked along its whole way.

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::{Discipline, ModuleKind, Service};
use stackyard_solver::report::{Connection, PipeRun, Sizing};

use super::cooling_layout::{BEGIN, Layout, MODULE, Pair, SLOT, layouts, stacked, tap_width};
use super::mains::{Main, Tap, networks};
use super::single_line::misfit;
use super::symbol::{self, RADIUS};
use super::text::{clipped, frame};
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source, THICK};
use crate::format::number;
use crate::scene::Anchor;

/// Space around the drawing, mm.
const MARGIN: f64 = 5.0;
/// Row lengths that are tried, mm: the first, the factor to the next and how many.
const LIMITS: (f64, f64, u8) = (150.0, 1.2, 18);

/// Draws the scheme.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let networks = networks(source.report);
    let (first, factor, count) = LIMITS;
    let limits = std::iter::successors(Some(first), |limit| Some(limit * factor));
    let shapes = limits
        .take(usize::from(count))
        .map(|limit| (limit, misfit(stacked(&layouts(&networks, limit)), area)));
    let best = shapes.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(first, |(limit, _)| limit);
    let layouts = layouts(&networks, best);
    let size = if layouts.is_empty() { area } else { stacked(&layouts) + 2.0 * MARGIN };
    let mut drawing = Drawing::new(Kind::CoolingScheme, size);
    let mut origin = DVec2::splat(MARGIN);
    for layout in &layouts {
        Pen { drawing: &mut drawing, source, layout, origin }.network();
        origin.y += layout.size.y;
    }
    drawing
}

/// Draws one network.
struct Pen<'p, 'm, 'a> {
    drawing: &'p mut Drawing,
    source: Source<'a>,
    layout: &'p Layout<'m, 'a>,
    origin: DVec2,
}

impl<'a> Pen<'_, '_, 'a> {
    fn network(mut self) {
        let layout = self.layout;
        let index = layout.mains.pumps.index_connection.as_str();
        // The marked circuit goes as far as the tap that leads to it.
        let marked = layout.places.iter().position(|place| place.tap.serves(index));
        for (position, place) in layout.places.iter().enumerate() {
            let pair = self.pair(place.row);
            let is_marked = marked.is_some_and(|marked| position <= marked);
            let begins = position.checked_sub(1).and_then(|before| layout.places.get(before));
            if begins.is_some_and(|before| before.row != place.row) {
                self.turn(place.row, is_marked);
            }
            let [from, slot, x] = [place.from, place.slot, place.x].map(|x| self.origin.x + x);
            self.mains((from, x), pair, is_marked);
            self.label(place.label, (slot, x), pair);
            self.tap(place.tap, x, pair);
        }
        self.plant(marked.is_some());
    }

    /// The mains of a row.
    fn pair(&self, row: u16) -> Pair {
        self.layout.pair(row, self.origin.y)
    }

    /// Leads the mains from the end of the row before to the beginning of a row.
    fn turn(&mut self, row: u16, is_marked: bool) {
        let (above, below) = (self.pair(row.saturating_sub(1)), self.pair(row));
        let end = usize::from(row).checked_sub(1).and_then(|row| self.layout.ends.get(row));
        let (last, reach) = end.copied().unwrap_or_default();
        let (end, reach) = (self.origin.x + last, self.origin.x + reach + MODULE.0 / 2.0);
        let (inner, outer) = (reach + 4.0, reach + 8.0);
        let begin = self.origin.x + BEGIN.1;
        let (near, far) = (self.origin.x + 6.0, self.origin.x + 2.0);
        let (upper, lower) = (above.back + 5.0, above.back + 9.0);
        let supply = [
            dvec2(end, above.supply),
            dvec2(outer, above.supply),
            dvec2(outer, lower),
            dvec2(near, lower),
            dvec2(near, below.supply),
            dvec2(begin, below.supply),
        ];
        let back = [
            dvec2(end, above.back),
            dvec2(inner, above.back),
            dvec2(inner, upper),
            dvec2(far, upper),
            dvec2(far, below.back),
            dvec2(begin, below.back),
        ];
        self.pipe(&supply, Ink::Supply, THICK, is_marked);
        self.pipe(&back, Ink::Return, THICK, is_marked);
    }

    /// A stretch of both mains.
    fn mains(&mut self, (from, to): (f64, f64), pair: Pair, is_marked: bool) {
        let ends = |y: f64| [dvec2(from, y), dvec2(to, y)];
        self.pipe(&ends(pair.supply), Ink::Supply, THICK, is_marked);
        self.pipe(&ends(pair.back), Ink::Return, THICK, is_marked);
    }

    fn pipe(&mut self, points: &[DVec2], ink: Ink, weight: f64, is_marked: bool) {
        if is_marked {
            self.drawing.line(points, Ink::Mark, weight + 1.4);
        }
        self.drawing.line(points, ink, weight);
    }

    /// Diameter and flow above a stretch of the mains.
    fn label(&mut self, run: Option<&'a PipeRun>, (from, to): (f64, f64), pair: Pair) {
        let Some(run) = run else { return };
        let at = dvec2(f64::midpoint(from, to), pair.supply - 2.4);
        let text = clipped(&pipe_text(run), SLOT - 2.0, Size::Small);
        let around = frame(at, Anchor::Middle, Size::Small, &text).grown(1.0);
        self.drawing.text(at, Anchor::Middle, Size::Small, Ink::Muted, text);
        self.drawing.spot(around, vec![run.id.clone()], pipe_hint(run));
    }

    /// What branches off between the mains of a pair.
    fn tap(&mut self, tap: &Tap<'a>, x: f64, pair: Pair) {
        match tap {
            Tap::Module(connection, run) => self.module(connection, *run, x, pair),
            Tap::Branch(main) => self.branch(main, x, pair),
        }
    }

    /// Mains within the mains of a pair, from where they leave to the right.
    fn branch(&mut self, main: &Main<'a>, x: f64, outer: Pair) {
        let (inner, layout) = (outer.inner(), self.layout);
        let index = layout.mains.pumps.index_connection.as_str();
        let all = || main.sections.iter().flat_map(|section| &section.taps);
        let marked = all().position(|tap| tap.serves(index));
        let legs =
            [(outer.supply, inner.supply, Ink::Supply), (outer.back, inner.back, Ink::Return)];
        for (from, to, ink) in legs {
            self.pipe(&[dvec2(x, from), dvec2(x, to)], ink, MEDIUM, marked.is_some());
            self.drawing.dot(dvec2(x, from), 0.7, ink);
        }
        let (mut from, mut cursor, mut position) = (x, x, 0_usize);
        for section in &main.sections {
            let mut label = section.run;
            for tap in &section.taps {
                let at = cursor + SLOT;
                let is_marked = marked.is_some_and(|marked| position <= marked);
                self.mains((from, at), inner, is_marked);
                self.label(label.take(), (cursor, at), inner);
                self.tap(tap, at, inner);
                (from, cursor) = (at, at + tap_width(tap));
                position += 1;
            }
        }
    }

    /// A module with its valves between the mains.
    fn module(&mut self, connection: &Connection, run: Option<&PipeRun>, x: f64, pair: Pair) {
        let middle = pair.middle();
        let is_marked = connection.id == self.layout.mains.pumps.index_connection;
        let (top, foot) = (middle - MODULE.1 / 2.0, middle + MODULE.1 / 2.0);
        self.pipe(&[dvec2(x, pair.supply), dvec2(x, top)], Ink::Supply, MEDIUM, is_marked);
        self.pipe(&[dvec2(x, foot), dvec2(x, pair.back)], Ink::Return, MEDIUM, is_marked);
        self.drawing.dot(dvec2(x, pair.supply), 0.7, Ink::Supply);
        self.drawing.dot(dvec2(x, pair.back), 0.7, Ink::Return);
        symbol::valve(self.drawing, dvec2(x, top - 3.4), Ink::Text);
        symbol::balancing_valve(self.drawing, dvec2(x, foot + 3.4), Ink::Text);
        let mut beside = |y: f64, text: String| {
            let at = dvec2(x + 2.0, y);
            self.drawing.text(at, Anchor::Start, Size::Small, Ink::Muted, text);
        };
        if let Some(segment) = run.and_then(|run| run.segments.last()) {
            beside(top - 10.6, format!("DN {}", segment.dn));
        }
        if let Some(Sizing::Pipe(pipe)) = &connection.sizing {
            beside(top - 7.6, format!("{} kg/s", number(pipe.flow_kg_s, 1)));
            beside(foot + 7.6, format!("{} kPa", number(pipe.spare_kpa, 0)));
        }
        let center = dvec2(x, middle);
        let around = Frame::centered(center, dvec2(MODULE.0, MODULE.1));
        let fill = self.fill_of(connection);
        let ink = if is_marked { Ink::Accent } else { Ink::Text };
        self.drawing.rect(around, fill, Some((ink, MEDIUM)));
        let name = clipped(connection.container.as_str(), MODULE.0 - 1.5, Size::Strong);
        let heat = clipped(&connection.load.to_string(), MODULE.0 - 1.5, Size::Small);
        let up = center - dvec2(0.0, 3.2);
        self.drawing.text(up, Anchor::Middle, Size::Strong, Ink::Text, name);
        self.drawing.text(center, Anchor::Middle, Size::Small, Ink::Text, heat);
        let warmed = temperatures(self.source);
        let down = center + dvec2(0.0, 3.2);
        self.drawing.text(down, Anchor::Middle, Size::Small, Ink::Text, warmed);
        let hit =
            Frame { min: dvec2(around.min.x, top - 12.0), max: dvec2(around.max.x, foot + 9.0) };
        self.drawing.spot(hit, vec![connection.id.clone()], module_hint(connection));
    }

    fn fill_of(&self, connection: &Connection) -> Ink {
        let container = self.source.plan.container(&connection.container);
        let module = container.and_then(|it| self.source.catalogue.modules.get(&it.module));
        Ink::Trade(module.map_or(Discipline::Building, |module| module.kind.discipline()))
    }

    /// The plant with its pumps, left of the first row.
    fn plant(&mut self, is_marked: bool) {
        let pumps = self.layout.mains.pumps;
        let pair = self.pair(0);
        let middle = pair.middle();
        let west = self.origin.x;
        let around = Frame::centered(dvec2(west + 16.0, middle), dvec2(32.0, 17.0));
        let begin = west + BEGIN.0;
        let leg = west + 16.0;
        let supply = [dvec2(leg, around.min.y), dvec2(leg, pair.supply), dvec2(begin, pair.supply)];
        let back = [dvec2(begin, pair.back), dvec2(leg, pair.back), dvec2(leg, around.max.y)];
        self.pipe(&supply, Ink::Supply, THICK, is_marked);
        self.pipe(&back, Ink::Return, THICK, is_marked);
        self.pumps(dvec2(west + 36.0, pair.supply));
        self.drawing.rect(around, Ink::Paper, Some((Ink::Text, MEDIUM)));
        let id = pumps.supply.id.as_str();
        let lines = [
            (Size::Strong, id.to_owned()),
            (Size::Small, plant_kind(self.source, id)),
            (Size::Small, temperatures(self.source)),
            (Size::Small, pumps.service.label().to_owned()),
        ];
        for (line, down) in lines.into_iter().zip([-5.4, -1.8, 1.6, 5.0]) {
            let (size, text) = line;
            let text = clipped(&text, 30.0, size);
            let at = around.center() + dvec2(0.0, down);
            self.drawing.text(at, Anchor::Middle, size, Ink::Text, text);
        }
        let hint = format!("{id} supplies {} modules", self.layout.places.len());
        self.drawing.spot(around, vec![id.to_owned()], hint);
        let figures = [
            format!("{} × {} kW, one spare", pumps.units, pumps.motor_kw),
            format!("{} kg/s at {} kPa", number(pumps.flow_kg_s, 1), number(pumps.head_kpa, 0)),
            format!("least to spare: {}", pumps.index_connection),
        ];
        for (text, down) in figures.iter().zip([-3.4, 0.0, 3.4]) {
            let at = dvec2(west + 36.0, middle + down);
            let text = clipped(text, BEGIN.0 - 36.0 + SLOT - MODULE.0 / 2.0 - 2.0, Size::Small);
            self.drawing.text(at, Anchor::Start, Size::Small, Ink::Text, text);
        }
        let words = Frame::sized(dvec2(west + 36.0, middle - 5.0), dvec2(40.0, 10.0));
        let names = vec![id.to_owned(), pumps.index_connection.clone()];
        self.drawing.spot(words, names, format!("Pumps: {} kW", number(pumps.power_kw, 1)));
    }

    /// Pumps side by side, one of them spare; more than three are drawn as three and counted.
    fn pumps(&mut self, at: DVec2) {
        let shown = self.layout.mains.pumps.units.clamp(1, 3);
        let (reach, pitch) = (RADIUS + 2.5, 2.0 * RADIUS + 1.2);
        let center = at.x + 10.0;
        for index in 0..shown {
            // The first stands in the main, the others above it.
            let y = at.y - pitch * f64::from(index);
            let is_spare = index + 1 == shown && shown > 1;
            if index > 0 {
                let (west, east) = (center - reach, center + reach);
                let around = [dvec2(west, at.y), dvec2(west, y), dvec2(east, y), dvec2(east, at.y)];
                self.drawing.line(around, Ink::Supply, MEDIUM);
            }
            symbol::pump(self.drawing, dvec2(center, y), is_spare);
        }
        let units = self.layout.mains.pumps.units;
        if units > shown {
            let place = dvec2(center + reach + 1.0, at.y - pitch);
            self.drawing.text(place, Anchor::Start, Size::Small, Ink::Text, format!("× {units}"));
        }
    }
}

/// What stands at the root of a network.
fn plant_kind(source: Source<'_>, id: &str) -> String {
    if let Some(entry) = source.plan.entries.iter().find(|entry| entry.id.as_str() == id) {
        return format!("entry, {}", entry.capacity);
    }
    let container = source.plan.containers.iter().find(|it| it.id.as_str() == id);
    let module = container.and_then(|it| source.catalogue.modules.get(&it.module));
    module.map_or(ModuleKind::PumpStation, |module| module.kind).label().to_owned()
}

/// Temperatures of supply and return.
fn temperatures(source: Source<'_>) -> String {
    let rules = &source.catalogue.rules;
    let supply = rules.water_supply_c.value;
    let back = supply + rules.water_delta_k.value;
    format!("{} → {} °C", number(supply, 0), number(back, 0))
}

/// Diameter and flow of pipes, short enough for a slot.
fn pipe_text(run: &PipeRun) -> String {
    let flow = number(run.flow_kg_s, 0);
    match run.segments.first() {
        Some(segment) => format!("DN {} · {flow} kg/s", segment.dn),
        None => format!("{flow} kg/s"),
    }
}

fn pipe_hint(run: &PipeRun) -> String {
    let pieces: Vec<String> = run
        .segments
        .iter()
        .map(|it| {
            format!(
                "DN {} over {} m at {} m/s",
                it.dn,
                number(it.length_m, 1),
                number(it.velocity_m_s, 2)
            )
        })
        .collect();
    format!("{}: {}, friction {} kPa", run.id, pieces.join(", "), number(run.loss_kpa, 1))
}

fn module_hint(connection: &Connection) -> String {
    let what = match connection.service {
        Service::HeatReuse => "gives",
        Service::Cooling
        | Service::MvPower
        | Service::LvPower
        | Service::DataA
        | Service::DataB => "takes",
    };
    match &connection.sizing {
        Some(Sizing::Pipe(pipe)) => format!(
            "{} {what} {}: friction on the way {} kPa, the balancing valve takes {} kPa",
            connection.id,
            connection.load,
            number(pipe.path_loss_kpa, 1),
            number(pipe.spare_kpa, 1)
        ),
        Some(Sizing::Cable(_) | Sizing::Data(_)) | None => {
            format!("{} {what} {}", connection.id, connection.load)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::width;
    use super::*;

    #[test]
    fn figures_beside_a_module_stay_in_its_slot() {
        for text in ["DN 1000", "9,999.9 kg/s", "9,999 kPa"] {
            assert!(2.0 + width(text, Size::Small) < SLOT - 3.0, "{text}");
        }
    }
}
