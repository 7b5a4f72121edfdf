//! Fixed-charge network design on public instances, by the engine that routes a site.
//!
//! `netdesign FILE --seconds S` reads FCNetLib-like `.fcn` files (one commodity, many nodes of
//! supply and demand) and Canad `.dow` files (many commodities) and prints one JSON object.

mod support;

use std::path::Path;

use stackyard_solver::route::design::{Arc, Design, Flow, Sink};
use support::Request;

fn main() -> std::process::ExitCode {
    support::run(solve)
}

fn solve(request: &Request) -> Result<String, String> {
    let text = request.text()?;
    let is_canad =
        request.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dow"));
    let design =
        if is_canad { canad(&request.file, &text) } else { fixed_charge(&request.file, &text) }?;
    let designed = design.solve(1, &mut || request.has_time());
    if designed.cost.is_infinite() {
        return Err(format!(
            "{}: no feasible design found in {} s; give it more --seconds",
            request.file.display(),
            request.seconds
        ));
    }
    let optimal = designed.bound >= designed.cost * (1.0 - 1e-6);
    Ok(request.answer(designed.cost, designed.bound, optimal))
}

/// The numbers of a line.
fn numbers(file: &Path, line: usize, words: &[&str]) -> Result<Vec<f64>, String> {
    words
        .iter()
        .map(|word| {
            word.parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .ok_or_else(|| support::at(file, line, &format!("`{word}` is not a number")))
        })
        .collect()
}

/// A node counted from 1 as an index.
fn node(file: &Path, line: usize, number: f64, nodes: usize) -> Result<u32, String> {
    if number.fract() != 0.0 || number < 1.0 || number > nodes as f64 {
        let reason = format!("node {number} is not one of the {nodes} nodes, counted from 1");
        return Err(support::at(file, line, &reason));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the number of nodes just above"
    )]
    Ok(number as u32 - 1)
}

/// A count of things, as the head of a file states it.
fn count(file: &Path, line: usize, number: f64) -> Result<usize, String> {
    if number.fract() != 0.0 || !(0.0..=1e7).contains(&number) {
        return Err(support::at(file, line, &format!("{number} is not a count up to ten million")));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked just above"
    )]
    Ok(number as usize)
}

fn arc(file: &Path, line: usize, arc: Arc) -> Result<Arc, String> {
    let is_sound = arc.unit >= 0.0 && arc.fixed >= 0.0 && arc.capacity >= 0.0;
    is_sound
        .then_some(arc)
        .ok_or_else(|| support::at(file, line, "costs and capacities of an arc must be from 0"))
}

/// Reads a `.fcn` file. Flows run from demands to supplies against the arcs, so that each demand
/// is a flow that may end at any supply.
fn fixed_charge(file: &Path, text: &str) -> Result<Design, String> {
    let mut nodes = 0;
    let mut arcs = Vec::new();
    let mut balance: Vec<(u32, f64)> = Vec::new();
    for (line, words) in lines(text) {
        match words[..] {
            ["nodes", number] => nodes = count(file, line, numbers(file, line, &[number])?[0])?,
            ["arcs", _] => {}
            ["a", ref rest @ ..] if rest.len() == 5 => {
                let values = numbers(file, line, rest)?;
                arcs.push(arc(
                    file,
                    line,
                    Arc {
                        from: node(file, line, values[1], nodes)?,
                        to: node(file, line, values[0], nodes)?,
                        unit: values[2],
                        fixed: values[3],
                        capacity: values[4],
                    },
                )?);
            }
            ["d", ref rest @ ..] if rest.len() == 2 => {
                let values = numbers(file, line, rest)?;
                balance.push((node(file, line, values[0], nodes)?, values[1]));
            }
            _ => {
                let reason = "expected `nodes N`, `arcs M`, `a from to unit fixed capacity` \
                              or `d node demand`";
                return Err(support::at(file, line, reason));
            }
        }
    }
    let part = |wanted: f64| {
        balance.iter().filter(move |(_, demand)| demand * wanted > 0.0).map(|&(n, d)| (n, d.abs()))
    };
    let (demand, supply): (f64, f64) =
        (part(1.0).map(|(_, d)| d).sum(), part(-1.0).map(|(_, d)| d).sum());
    if demand > supply * (1.0 + 1e-9) {
        return Err(format!("{}: demands of {demand} exceed supplies of {supply}", file.display()));
    }
    // The side with more nodes gives the flows: smaller flows make a stronger bound.
    let is_turned = part(-1.0).count() > part(1.0).count() && demand >= supply * (1.0 - 1e-9);
    let (wanted, given) = if is_turned { (-1.0, 1.0) } else { (1.0, -1.0) };
    if is_turned {
        for arc in &mut arcs {
            std::mem::swap(&mut arc.from, &mut arc.to);
        }
    }
    let sinks: Vec<Sink> = part(given).map(|(node, capacity)| Sink { node, capacity }).collect();
    let flows = part(wanted)
        .map(|(from, quantity)| Flow { from, to: (0..sinks.len()).collect(), quantity })
        .collect();
    // With whole capacities and demands a best flow of one kind is whole, and so is its cost.
    let is_whole =
        arcs.iter().all(|arc| [arc.fixed, arc.unit, arc.capacity].into_iter().all(whole))
            && balance.iter().all(|(_, demand)| whole(*demand));
    Ok(Design { nodes, arcs, sinks, flows, is_whole })
}

fn whole(number: f64) -> bool {
    number.fract() == 0.0
}

/// Reads a `.dow` file.
fn canad(file: &Path, text: &str) -> Result<Design, String> {
    let mut lines = lines(text);
    // The first line is a title.
    let _title = lines.next();
    let end = || format!("{}: ends before its last arc or commodity", file.display());
    let (line, words) = lines.next().ok_or_else(end)?;
    let head = numbers(file, line, &words)?;
    let [nodes, arc_count, flow_count] = head[..] else {
        return Err(support::at(file, line, "expected the numbers of nodes, arcs, commodities"));
    };
    let nodes = count(file, line, nodes)?;
    let mut design = Design { nodes, ..Design::default() };
    for _arc in 0..count(file, line, arc_count)? {
        let (line, words) = lines.next().ok_or_else(end)?;
        let values = numbers(file, line, &words)?;
        if values.len() < 5 {
            return Err(support::at(file, line, "expected from, to, unit, capacity, fixed"));
        }
        design.arcs.push(arc(
            file,
            line,
            Arc {
                from: node(file, line, values[0], nodes)?,
                to: node(file, line, values[1], nodes)?,
                unit: values[2],
                capacity: values[3],
                fixed: values[4],
            },
        )?);
    }
    let mut sink_of = std::collections::BTreeMap::new();
    for _flow in 0..count(file, line, flow_count)? {
        let (line, words) = lines.next().ok_or_else(end)?;
        let values = numbers(file, line, &words)?;
        let [from, to, quantity] = values[..] else {
            return Err(support::at(file, line, "expected origin, destination, quantity"));
        };
        if quantity < 0.0 {
            return Err(support::at(file, line, "a quantity must be from 0"));
        }
        let to = node(file, line, to, nodes)?;
        let sinks = &mut design.sinks;
        let sink = *sink_of.entry(to).or_insert_with(|| {
            sinks.push(Sink { node: to, capacity: f64::INFINITY });
            sinks.len() - 1
        });
        let from = node(file, line, from, nodes)?;
        if quantity > 0.0 && from != to {
            design.flows.push(Flow { from, to: vec![sink], quantity });
        }
    }
    Ok(design)
}

/// The words of every line that has any and is no comment, with its number from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split_whitespace().collect::<Vec<_>>()))
        .filter(|(_, words)| words.first().is_some_and(|word| !word.starts_with('#')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: &str =
        "# two ways\nnodes 3\narcs 3\na 1 3 4 10 5\na 1 2 1 1 5\na 2 3 1 1 2\nd 1 -3\nd 3 3\n";
    const CANAD: &str = " MULTIGEN.DAT:\n 3 3 2\n 1 3 4 5 10 1 1\n 1 2 1 5 1 1 1\n 2 3 1 2 1 1 1\n\
        1 3 2\n 2 3 1\n";

    #[test]
    fn both_formats_are_read_and_solved() {
        // Three units from 1 to 3: two fit around for 2 + 4, one goes straight for 10 + 4; all
        // straight costs 10 + 12.
        let design = fixed_charge(Path::new("case.fcn"), FIXED).unwrap();
        let mut left = 3000;
        let designed = design.solve(1, &mut || {
            left -= 1;
            left > 0
        });
        assert!((designed.cost - 20.0).abs() < 1e-6, "{designed:?}");
        // One of the two units of the first flow makes way for the second: 2 + 1 + 1 + 1 + 10 + 4.
        let design = canad(Path::new("case.dow"), CANAD).unwrap();
        let mut left = 3000;
        let designed = design.solve(1, &mut || {
            left -= 1;
            left > 0
        });
        assert!((designed.cost - 19.0).abs() < 1e-6, "{designed:?}");
    }

    #[test]
    fn broken_lines_are_named() {
        for (from, to, words) in [
            ("a 1 3 4", "a 1 4 4", "case.fcn:4: node 4 is not one of the 3 nodes"),
            ("a 1 3 4", "a 1 3 -4", "case.fcn:4: costs and capacities"),
            ("a 1 3 4", "a 1 3 x", "case.fcn:4: `x` is not a number"),
            ("d 3 3", "d 3 4", "case.fcn: demands of 4 exceed supplies of 3"),
            ("d 3 3", "demand 3", "case.fcn:8: expected `nodes N`"),
        ] {
            let text = FIXED.replacen(from, to, 1);
            let complaint = fixed_charge(Path::new("case.fcn"), &text).err().unwrap();
            assert!(complaint.starts_with(words), "{complaint}");
        }
        let short = CANAD.replacen(" 2 3 1\n", "", 1);
        assert!(canad(Path::new("case.dow"), &short).err().unwrap().contains("ends before"));
    }
}
