//! Voltage drop along the cables, from each feed to every load.
//!
//! A line begins at a feed and follows the supply tree; its height is the sum of the drops of the
//! cables on the way. Transformers are set so that they add none, and a UPS or generator makes its
//! own voltage, so the count begins there anew.

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::module::{ModuleKind, Service};
use stackyard_solver::report::{Connection, Sizing};
use stackyard_solver::size::cable;

use super::cables::hint;
use super::chart::{Axis, Plot, heading, legend};
use super::power::{Role, Station, trees};
use super::{Drawing, Frame, Ink, Kind, MEDIUM, Size, Source};
use crate::format::number;
use crate::scene::Anchor;

/// A cable as a piece of a line.
struct Piece<'a> {
    connection: &'a Connection,
    /// Distance in m and drop in per cent where it begins.
    from: DVec2,
    /// The same where it ends.
    to: DVec2,
}

/// Draws the profile.
pub(super) fn draw(source: Source<'_>, area: DVec2) -> Drawing {
    let mut drawing = Drawing::new(Kind::VoltageProfile, area);
    let mut pieces = Vec::new();
    let trees = trees(source);
    for tree in &trees {
        follow(tree, DVec2::ZERO, &mut pieces);
    }
    if pieces.is_empty() {
        return drawing;
    }
    let limit = [Service::MvPower, Service::LvPower]
        .map(|service| cable::drop_limit(source.catalogue, service))
        .into_iter()
        .sum::<f64>();
    let worst = pieces.iter().map(|piece| piece.to.y).fold(0.0, f64::max);
    // A limit far above everything would press the lines to the ground; then it is only told.
    let is_near = limit <= 2.5 * worst;
    let tallest = if is_near { limit.max(worst) } else { worst };
    let x = Axis::of(pieces.iter().map(|piece| piece.to.x), (area.x / 25.0).clamp(3.0, 16.0));
    let y = Axis::of([tallest].into_iter(), (area.y / 14.0).clamp(3.0, 8.0));
    let plot = Plot::within(Frame::sized(DVec2::ZERO, area), x, y);
    plot.y_axis(&mut drawing, "% voltage drop of the cables");
    plot.x_axis(&mut drawing, "m of cable from the feed");
    for piece in &pieces {
        let ink = Ink::Service(piece.connection.service);
        let [from, to] = [piece.from, piece.to].map(|at| plot.at(at.x, at.y));
        drawing.line([from, to], ink, MEDIUM);
    }
    for piece in &pieces {
        let to = plot.at(piece.to.x, piece.to.y);
        let ink =
            if piece.to.y > limit { Ink::Error } else { Ink::Service(piece.connection.service) };
        drawing.dot(to, 0.8, ink);
        let hint = format!("{}. {} % from the feed", hint(piece.connection), number(piece.to.y, 2));
        let hit = Frame::centered(to, DVec2::splat(2.6));
        drawing.spot(hit, vec![piece.connection.id.clone()], hint);
    }
    if is_near {
        let level = plot.y_at(limit);
        let ends = [dvec2(plot.frame.min.x, level), dvec2(plot.frame.max.x, level)];
        drawing.dashed(ends, Ink::Error, MEDIUM);
    }
    let entries = [Service::MvPower, Service::LvPower]
        .map(|service| (Ink::Service(service), service.label()));
    let until = legend(&mut drawing, plot.frame, &entries);
    let text = format!("Worst {} %, allowed {} %", number(worst, 2), number(limit, 1));
    heading(&mut drawing, plot.frame, until, &text);
    name_worst(&mut drawing, &plot, &pieces);
    drawing
}

/// Follows the tree below a station that is reached at a distance with a drop.
fn follow<'a>(station: &Station<'a>, at: DVec2, pieces: &mut Vec<Piece<'a>>) {
    let from = match station.role {
        Role::Container(ModuleKind::Ups | ModuleKind::Generator) => dvec2(at.x, 0.0),
        Role::Feed(_) | Role::Transformer(_) | Role::Container(_) => at,
    };
    for way in &station.ways {
        let Some(Sizing::Cable(sizing)) = &way.connection.sizing else { continue };
        let to = from + dvec2(sizing.circuit_m, sizing.drop_percent);
        pieces.push(Piece { connection: way.connection, from, to });
        if let Some(inner) = &way.station {
            follow(inner, to, pieces);
        }
    }
}

/// Names the load with the largest drop beside its dot.
fn name_worst(drawing: &mut Drawing, plot: &Plot, pieces: &[Piece<'_>]) {
    let worst = pieces.iter().max_by(|a, b| a.to.y.total_cmp(&b.to.y));
    let Some(worst) = worst else { return };
    let at = plot.at(worst.to.x, worst.to.y);
    let is_right = at.x > plot.frame.center().x;
    let (anchor, away) = if is_right { (Anchor::End, -1.8) } else { (Anchor::Start, 1.8) };
    let place = at + dvec2(away, 0.0);
    drawing.text(place, anchor, Size::Small, Ink::Text, worst.connection.id.as_str());
}
