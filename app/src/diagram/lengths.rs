//! How many cables are how long, by service.

use std::collections::BTreeMap;

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::Service;
use stackyard_solver::report::{Report, Sizing};

use super::chart::{Axis, Plot, heading, legend, round_up};
use super::{Drawing, Frame, Ink, Kind, Size, Source};
use crate::format::number;
use crate::scene::Anchor;

/// Services that are laid as cables.
const CABLES: [Service; 4] = [Service::MvPower, Service::LvPower, Service::DataA, Service::DataB];
/// Most bars side by side.
const MOST: f64 = 40.0;

/// Cables of one service and about one length.
#[derive(Clone, Debug, Default)]
struct Bin {
    cables: u32,
    names: Vec<String>,
}

/// Draws the histogram.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let mut drawing = Drawing::new(Kind::CableLengths, area);
    let lengths = lengths(source.report);
    let longest = lengths.iter().map(|length| length.metres).fold(0.0, f64::max);
    if lengths.is_empty() {
        return drawing;
    }
    let step = round_up(longest / MOST.min(area.x / 8.0)).max(1.0);
    let bins = bins(&lengths, step);
    let mut heights: BTreeMap<u32, u32> = BTreeMap::new();
    for ((place, _), bin) in &bins {
        let height = heights.entry(*place).or_default();
        *height = height.saturating_add(bin.cables);
    }
    let tallest = heights.values().copied().max().unwrap_or(1);
    let last = heights.keys().next_back().copied().unwrap_or(0);
    let end = step * (f64::from(last) + 1.0);
    let x = Axis::of([end].into_iter(), (area.x / 25.0).clamp(3.0, 16.0));
    let y = Axis::of([f64::from(tallest)].into_iter(), (area.y / 14.0).clamp(3.0, 8.0));
    let plot = Plot::within(Frame::sized(DVec2::ZERO, area), x, y);
    plot.y_axis(&mut drawing, "cables and trunks");
    let mut tops: BTreeMap<u32, u32> = BTreeMap::new();
    for ((place, service), bin) in &bins {
        let base = tops.entry(*place).or_default();
        let from = *base;
        *base = base.saturating_add(bin.cables);
        let (left, right) = (step * f64::from(*place), step * (f64::from(*place) + 1.0));
        let low = plot.at(left, f64::from(from)) + dvec2(0.2, 0.0);
        let high = plot.at(right, f64::from(*base)) - dvec2(0.2, 0.0);
        let bar = Frame { min: dvec2(low.x, high.y), max: dvec2(high.x, low.y) };
        drawing.rect(bar, Ink::Service(*service), None);
        let hint =
            format!("{service}: {} from {} to {} m", bin.cables, number(left, 0), number(right, 0));
        drawing.spot(bar, bin.names.clone(), hint);
    }
    plot.x_axis(&mut drawing, "m long");
    let entries = CABLES.map(|service| (Ink::Service(service), service.label()));
    let until = legend(&mut drawing, plot.frame, &entries);
    let count: f64 = lengths.iter().map(|length| f64::from(length.cables)).sum();
    let metres: f64 = lengths.iter().map(|length| f64::from(length.cables) * length.metres).sum();
    let text = format!("{} cables and trunks, {} m in all", number(count, 0), number(metres, 0));
    heading(&mut drawing, plot.frame, until, &text);
    median(&mut drawing, &plot, &lengths);
    drawing
}

/// The cables of a connection.
struct Length<'a> {
    service: Service,
    cables: u32,
    metres: f64,
    name: &'a str,
}

fn lengths(report: &Report) -> Vec<Length<'_>> {
    report
        .connections
        .iter()
        .filter_map(|connection| {
            let (cables, metres) = match connection.sizing.as_ref()? {
                Sizing::Cable(cable) => (cable.circuits, cable.circuit_m),
                Sizing::Data(data) => (data.trunks, data.trunk_m),
                Sizing::Pipe(_) => return None,
            };
            (cables > 0 && metres.is_finite()).then_some(Length {
                service: connection.service,
                cables,
                metres,
                name: &connection.id,
            })
        })
        .collect()
}

/// Cables by place on the scale and service.
fn bins(lengths: &[Length<'_>], step: f64) -> BTreeMap<(u32, Service), Bin> {
    let mut bins: BTreeMap<(u32, Service), Bin> = BTreeMap::new();
    for length in lengths {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a length is not negative, and casting saturates"
        )]
        let place = (length.metres / step).floor() as u32;
        let bin = bins.entry((place, length.service)).or_default();
        bin.cables = bin.cables.saturating_add(length.cables);
        bin.names.push(length.name.to_owned());
    }
    bins
}

/// Marks the length that half of the cables do not exceed.
fn median(drawing: &mut Drawing, plot: &Plot, lengths: &[Length<'_>]) {
    let mut sorted: Vec<(f64, u32)> = lengths.iter().map(|it| (it.metres, it.cables)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: u64 = sorted.iter().map(|(_, cables)| u64::from(*cables)).sum();
    let mut seen = 0;
    let middle = sorted.iter().find(|(_, cables)| {
        seen += u64::from(*cables);
        2 * seen >= all
    });
    let Some((metres, _)) = middle else { return };
    let x = plot.x_at(*metres);
    let Frame { min, max } = plot.frame;
    drawing.dashed([dvec2(x, min.y), dvec2(x, max.y)], Ink::Accent, super::MEDIUM);
    let text = format!("half are shorter than {} m", number(*metres, 0));
    let wide = super::text::width(&text, Size::Small);
    // Left of the line where there is no room on its right.
    let (anchor, away) =
        if x + wide + 2.0 > max.x { (Anchor::End, -1.2) } else { (Anchor::Start, 1.2) };
    drawing.text(dvec2(x + away, min.y - 2.0), anchor, Size::Small, Ink::Accent, text);
}
