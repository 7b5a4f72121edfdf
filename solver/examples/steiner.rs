//! Steiner trees of public instances, by the tree engine of the planner.
//!
//! `steiner FILE --seconds S` reads `SteinLib` `.stp` and PACE 2018 `.gr` files and prints one JSON
//! object.

mod support;

use std::path::Path;

use stackyard_solver::tree::{Graph, solve};

fn main() -> std::process::ExitCode {
    support::run(|request| {
        let text = request.text()?;
        let case = read(&request.file, &text)?;
        let graph = Graph::new(case.nodes, case.edges);
        let found = solve(&graph, &case.terminals, 1, &mut || request.has_time());
        let found = found.ok_or_else(|| {
            format!("{}: its terminals are not connected to each other", request.file.display())
        })?;
        let optimal = found.bound >= found.cost - 1e-9 * found.cost.abs();
        Ok(request.answer(found.cost, found.bound, optimal))
    })
}

/// An instance.
struct Case {
    nodes: usize,
    edges: Vec<(u32, u32, f64)>,
    terminals: Vec<u32>,
}

/// Most nodes that are read.
const MOST_NODES: usize = 50_000_000;

fn read(file: &Path, text: &str) -> Result<Case, String> {
    let mut case = Case { nodes: 0, edges: Vec::new(), terminals: Vec::new() };
    let mut section = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(first) = words.first().map(|word| word.to_ascii_lowercase()) else { continue };
        let complain = |reason: &str| Err(support::at(file, number, reason));
        match first.as_str() {
            "section" => {
                section = words.get(1).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
                continue;
            }
            "end" => {
                section.clear();
                continue;
            }
            "eof" => break,
            _ => {}
        }
        match (section.as_str(), first.as_str()) {
            ("graph", "nodes") => {
                let nodes = words.get(1).and_then(|word| word.parse().ok());
                match nodes.filter(|nodes| *nodes <= MOST_NODES) {
                    Some(nodes) => case.nodes = nodes,
                    None => return complain("expected `Nodes N` with N up to 50 million"),
                }
            }
            ("graph", "e") => {
                let [_, a, b, cost] = words[..] else {
                    return complain("expected `E node node cost`");
                };
                let cost = cost.parse().ok().filter(|cost: &f64| cost.is_finite() && *cost >= 0.0);
                let Some(cost) = cost else {
                    return complain("the cost of an edge must be a number from 0");
                };
                case.edges.push((
                    node(file, number, a, case.nodes)?,
                    node(file, number, b, case.nodes)?,
                    cost,
                ));
            }
            ("graph", "a") => {
                return complain("`A` is a directed arc; only undirected edges `E` can be solved");
            }
            ("terminals", "t") => {
                let [_, terminal] = words[..] else { return complain("expected `T node`") };
                case.terminals.push(node(file, number, terminal, case.nodes)?);
            }
            _ => {}
        }
    }
    if case.nodes == 0 {
        return Err(format!("{}: no `SECTION Graph` with a line `Nodes N`", file.display()));
    }
    Ok(case)
}

/// A node counted from 1 as an index.
fn node(file: &Path, line: usize, word: &str, nodes: usize) -> Result<u32, String> {
    let number = word.parse::<u32>().ok().filter(|&n| n >= 1 && n as usize <= nodes);
    number.map(|n| n - 1).ok_or_else(|| {
        support::at(file, line, &format!("`{word}` is not one of the {nodes} nodes, from 1"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAR: &str = "33D32945 STP File, STP Format Version 1.0\nSECTION Comment\nName \"star\"\nEND\n\
        SECTION Graph\nNodes 4\nEdges 4\nE 1 4 1\nE 2 4 1\nE 3 4 1\nE 1 2 1.5\nEND\n\
        SECTION Terminals\nTerminals 3\nT 1\nT 2\nT 3\nEND\nEOF\n";

    #[test]
    fn a_star_is_read_and_solved() {
        let case = read(Path::new("star.stp"), STAR).unwrap();
        let graph = Graph::new(case.nodes, case.edges);
        let found = solve(&graph, &case.terminals, 1, &mut || true).unwrap();
        assert_eq!((found.cost, found.bound, found.edges), (3.0, 3.0, vec![0, 1, 2]));
    }

    #[test]
    fn broken_lines_are_named() {
        for (from, to, words) in [
            ("E 1 4 1", "E 1 5 1", "star.stp:8: `5` is not one of the 4 nodes"),
            ("E 1 4 1", "E 1 4 nan", "star.stp:8: the cost of an edge"),
            ("E 1 4 1", "A 1 4 1", "star.stp:8: `A` is a directed arc"),
            ("E 1 4 1", "E 1 4", "star.stp:8: expected `E node node cost`"),
            ("T 3", "T", "star.stp:17: expected `T node`"),
            ("Nodes 4", "Nodes", "star.stp:6: expected `Nodes N`"),
        ] {
            let text = STAR.replacen(from, to, 1);
            let complaint = read(Path::new("star.stp"), &text).err().unwrap();
            assert!(complaint.starts_with(words), "{complaint}");
        }
        assert!(read(Path::new("none.gr"), "EOF").is_err());
    }
}
