//! Pipe networks as an input file of EPANET 2.2: supply and return, Darcy–Weisbach, every network
//! of the plan beside the others.
//!
//! Each network hangs on a reservoir at the suction of its pumps, the pressure that is kept there.
//! Modules are valves that keep their design flow, as their balancing valves do. Heads are metres
//! of the water itself, flows litres a second. Bends and valves are counted as more length.

use std::fmt::Write as _;

use stackyard_solver::geometry::Point;
use stackyard_solver::physics::flow::{Element, Node, Position, PumpCurve};
use stackyard_solver::water::circuit::{Circuit, circuits};

use super::{Document, printable};

/// The file's sections as far as they are written.
#[derive(Debug, Default)]
struct Sections {
    junctions: String,
    reservoirs: String,
    pipes: String,
    pumps: String,
    valves: String,
    curves: String,
    coordinates: String,
}

/// The input file of a document.
pub(super) fn text(document: &Document<'_>) -> String {
    let circuits = circuits(document.plan, document.catalogue, document.report);
    let mut sections = Sections::default();
    for circuit in &circuits {
        // A network without flow has no pumps that could be drawn.
        if let PumpCurve::Law { design_m3_s, .. } = circuit.curve {
            sections.nodes(circuit);
            sections.links(document, circuit, design_m3_s);
            sections.places(document, circuit);
        }
    }
    let viscosity = circuits.first().map_or(1e-6, |circuit| circuit.fluid.kinematic());
    let Sections { junctions, reservoirs, pipes, pumps, valves, curves, coordinates } = sections;
    format!(
        "[TITLE]\n{}\nPipe networks at their design flows, written by Stackyard\n\n\
         [JUNCTIONS]\n;name elevation demand\n{junctions}\n\
         [RESERVOIRS]\n;name head\n{reservoirs}\n\
         [PIPES]\n;name from to length diameter roughness minor status\n{pipes}\n\
         [PUMPS]\n;name from to curve\n{pumps}\n\
         [VALVES]\n;name from to diameter type flow minor\n{valves}\n\
         [CURVES]\n;name flow head\n{curves}\n\
         [TIMES]\nDuration 0\n\n\
         [OPTIONS]\nUnits LPS\nHeadloss D-W\nViscosity {viscosity:e}\nSpecific Gravity 1\n\
         Trials 200\nAccuracy 0.00001\nUnbalanced Continue 10\n\n\
         [COORDINATES]\n;name x y in metres\n{coordinates}\n\
         [END]\n",
        title(&document.plan.name)
    )
}

/// A line that EPANET cannot take for a section or a comment.
fn title(name: &str) -> String {
    let bare = printable(name);
    bare.trim_start_matches(['[', ';', ' ']).to_owned()
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = writeln!(out, "{text}");
}

impl Sections {
    fn nodes(&mut self, circuit: &Circuit) {
        for (node, name) in circuit.network.nodes.iter().zip(&circuit.node_names) {
            match node {
                Node::Fixed { head_m } | Node::Tank { head_m, .. } => {
                    line(&mut self.reservoirs, format_args!("{name} {head_m}"));
                }
                Node::Junction { elevation_m, demand_m3_s }
                | Node::Emitter { elevation_m, demand_m3_s, .. } => {
                    let demand = demand_m3_s * 1000.0;
                    line(&mut self.junctions, format_args!("{name} {elevation_m} {demand}"));
                }
            }
        }
    }

    fn links(&mut self, document: &Document<'_>, circuit: &Circuit, design_m3_s: f64) {
        let names = &circuit.node_names;
        for (index, (link, name)) in
            circuit.network.links.iter().zip(&circuit.link_names).enumerate()
        {
            let (from, to) = (&names[link.from], &names[link.to]);
            match &link.element {
                Element::Pipe { length_m, diameter_m, roughness, minor, .. } => {
                    let diameter = diameter_m * 1000.0;
                    line(
                        &mut self.pipes,
                        format_args!(
                            "{name} {from} {to} {length_m} {diameter} {roughness} {minor} Open"
                        ),
                    );
                }
                Element::Pump { curve, .. } => {
                    line(&mut self.pumps, format_args!("{name} {from} {to} HEAD {name}"));
                    for flow in [0.0, design_m3_s, 2.0 * design_m3_s] {
                        let lift = curve.lift_m(flow).unwrap_or(0.0).max(0.0);
                        let litres = flow * 1000.0;
                        line(&mut self.curves, format_args!("{name} {litres} {lift}"));
                    }
                }
                Element::Valve { diameter_m, minor, position, .. } => {
                    let user = circuit.users.iter().find(|user| user.link == index);
                    let connection =
                        user.and_then(|user| document.report.connections.get(user.connection));
                    let connection = connection.map_or("", |connection| connection.id.as_str());
                    let diameter = diameter_m * 1000.0;
                    let litres = match position {
                        Position::Set(flow) => flow * 1000.0,
                        Position::Open | Position::Closed => 0.0,
                    };
                    line(
                        &mut self.valves,
                        format_args!(
                            "{name} {from} {to} {diameter} FCV {litres} {minor} ;{connection}"
                        ),
                    );
                }
                Element::Closed => {}
            }
        }
    }

    /// Supply nodes where they lie; return nodes a little beside them, to be told apart.
    fn places(&mut self, document: &Document<'_>, circuit: &Circuit) {
        let beside_mm = 500;
        let first = circuit.legs.first().and_then(|leg| document.report.pipes.get(leg.run));
        let start = first.and_then(|run| run.path_mm.first()).copied().unwrap_or_default();
        let mut put = |node: usize, at: Point| {
            let (x, y) = (at.x as f64 / 1000.0, at.y as f64 / 1000.0);
            line(&mut self.coordinates, format_args!("{} {x} {y}", circuit.node_names[node]));
        };
        put(circuit.discharge, start);
        put(circuit.suction, start.offset(beside_mm, beside_mm));
        let mut along = (usize::MAX, 0.0);
        for leg in &circuit.legs {
            let before = if along.0 == leg.run { along.1 } else { 0.0 };
            along = (leg.run, before + leg.length_m);
            let Some(run) = document.report.pipes.get(leg.run) else { continue };
            let at = walk(&run.path_mm, along.1).unwrap_or(start);
            put(circuit.ends(leg.supply)[1], at);
            put(circuit.ends(leg.back)[0], at.offset(beside_mm, beside_mm));
        }
    }
}

/// The place at a distance along a line, its end beyond that.
fn walk(path: &[Point], distance_m: f64) -> Option<Point> {
    let mut left = distance_m * 1000.0;
    for pair in path.windows(2) {
        let (dx, dy) = ((pair[1].x - pair[0].x) as f64, (pair[1].y - pair[0].y) as f64);
        let length = dx.hypot(dy);
        if left < length {
            let share = left / length;
            #[expect(clippy::cast_possible_truncation, reason = "less than the line's own size")]
            let offset = ((dx * share).round() as i64, (dy * share).round() as i64);
            return Some(pair[0].offset(offset.0, offset.1));
        }
        left -= length;
    }
    path.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    fn rows<'a>(text: &'a str, section: &str) -> Vec<&'a str> {
        let start = text.find(&format!("[{section}]\n")).unwrap();
        text[start..]
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter(|line| !line.is_empty() && !line.starts_with(';'))
            .collect()
    }

    #[test]
    fn every_pipe_lies_twice_and_every_piped_connection_has_a_valve() {
        let sample = Sample::campus();
        let text = text(&sample.document());
        let pieces: usize = sample.report.pipes.iter().map(|run| run.segments.len()).sum();
        assert!(pieces > 0);
        assert_eq!(rows(&text, "PIPES").len(), 2 * pieces);
        let served = sample
            .report
            .connections
            .iter()
            .filter(|it| matches!(it.sizing, Some(stackyard_solver::report::Sizing::Pipe(_))));
        assert_eq!(rows(&text, "VALVES").len(), served.count());
        assert_eq!(rows(&text, "PUMPS").len(), sample.report.pumps.len());
    }

    #[test]
    fn every_end_of_a_link_is_a_node_with_coordinates() {
        let sample = Sample::campus();
        let text = text(&sample.document());
        let name = |row: &&str| row.split(' ').next().unwrap().to_owned();
        let placed: Vec<String> = rows(&text, "COORDINATES").iter().map(name).collect();
        let mut nodes: Vec<String> = rows(&text, "JUNCTIONS").iter().map(name).collect();
        nodes.extend(rows(&text, "RESERVOIRS").iter().map(name));
        for section in ["PIPES", "PUMPS", "VALVES"] {
            for row in rows(&text, section) {
                for end in row.split(' ').skip(1).take(2) {
                    assert!(nodes.iter().any(|node| node == end), "{row}");
                }
            }
        }
        assert!(nodes.iter().all(|node| placed.contains(node)));
    }

    #[test]
    fn a_name_never_opens_a_section() {
        assert_eq!(title("[PIPES]\nx"), "PIPES] x");
        assert_eq!(title(" ;[a"), "a");
    }
}
