//! What a diagram says about cables, in the same words everywhere.

use glam::{DVec2, dvec2};
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::report::{Connection, Sizing};

use super::power::Way;
use super::text::frame;
use super::{Drawing, Frame, Ink, Size};
use crate::format::number;
use crate::scene::Anchor;

/// Two lines for the cable of a column: what it is, and how long with what drop.
pub(super) fn cable_lines(connection: &Connection) -> [String; 2] {
    match &connection.sizing {
        Some(Sizing::Cable(sizing)) => [
            cable_name(connection),
            format!("{} m, {} %", number(sizing.circuit_m, 0), number(sizing.drop_percent, 2)),
        ],
        Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => ["not sized".to_owned(), String::new()],
    }
}

/// One line for the cable of a load.
pub(super) fn row_cable(way: &Way<'_>) -> String {
    let [name, length] = cable_lines(way.connection);
    match also(way) {
        Some(also) => format!("{name}, {length}, {also}"),
        None => format!("{name}, {length}"),
    }
}

/// Who else supplies the same container.
pub(super) fn also(way: &Way<'_>) -> Option<String> {
    (!way.others.is_empty()).then(|| format!("also from {}", way.others.join(", ")))
}

/// A cable as an engineer writes it.
fn cable_name(connection: &Connection) -> String {
    let Some(Sizing::Cable(sizing)) = &connection.sizing else { return String::new() };
    let metal = match sizing.conductor {
        Conductor::Al => "Al",
        Conductor::Cu => "Cu",
    };
    format!("{} × {} mm² {metal}", sizing.circuits, sizing.section_mm2)
}

/// Writes the two lines of a cable and lets the pointer find them.
pub(super) fn beside(
    drawing: &mut Drawing,
    at: DVec2,
    lines: &[String; 2],
    connection: &Connection,
) {
    let mut around = Frame { min: at, max: at };
    for (line, down) in lines.iter().zip([0.0, 2.9]) {
        let at = at + dvec2(0.0, down);
        drawing.text(at, Anchor::Start, Size::Small, Ink::Muted, line.as_str());
        around = around.union(frame(at, Anchor::Start, Size::Small, line));
    }
    drawing.spot(around.grown(0.5), vec![connection.id.clone()], hint(connection));
}

/// What the pointer learns about a circuit.
pub(super) fn hint(connection: &Connection) -> String {
    let supply = connection.supply.as_ref().map_or_else(String::new, ToString::to_string);
    let id = &connection.id;
    let Some(Sizing::Cable(sizing)) = &connection.sizing else {
        return format!("{id} from {supply}, {}", connection.load);
    };
    let loading = 100.0 * sizing.current_a / sizing.ampacity_a.max(f64::MIN_POSITIVE);
    format!(
        "{id} from {supply}: {}, {} m. {} of {} A, {} %. Voltage drop {} %, loss {} kW",
        cable_name(connection),
        number(sizing.circuit_m, 0),
        number(sizing.current_a, 0),
        number(sizing.ampacity_a, 0),
        number(loading, 0),
        number(sizing.drop_percent, 2),
        number(sizing.loss_kw, 1)
    )
}
