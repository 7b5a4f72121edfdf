//! Reads the input files of EPANET 2.2.
//!
//! Sections that bear on hydraulics are read, those on water quality, energy prices and drawing
//! are passed over, and whatever else there is ends in an error with its line.

mod actions;
mod links;
mod options;

use std::collections::BTreeMap;
use std::path::Path;

use stackyard_solver::physics::flow::{FOOT, Network, Node};

use crate::case::{Case, Demand, Place, Shape, Tank};

/// A line with something on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    file: &'a Path,
    number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// A complaint about this line.
    fn fault(&self, reason: &str) -> String {
        format!("{}:{}: {reason}", self.file.display(), self.number)
    }

    fn words(&self) -> Vec<&'a str> {
        let mut words = Vec::new();
        let mut rest = self.text.trim();
        while !rest.is_empty() {
            let (word, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
            };
            words.push(word);
            rest = after.trim_start();
        }
        words
    }

    fn number(&self, word: &str) -> Result<f64, String> {
        word.parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| self.fault(&format!("`{word}` is not a number")))
    }

    /// The word of that place, counted from zero.
    fn word(&self, words: &[&'a str], place: usize) -> Result<&'a str, String> {
        words.get(place).copied().ok_or_else(|| {
            self.fault(&format!("{} words where {} or more are needed", words.len(), place + 1))
        })
    }
}

/// Names to indices.
type Names = BTreeMap<String, usize>;

/// Curves by name, in the units of the file.
type Curves = BTreeMap<String, Vec<(f64, f64)>>;

/// The lines of each section, by the first four letters of its name.
#[derive(Debug, Default)]
struct Sections<'a> {
    lines: BTreeMap<String, Vec<Line<'a>>>,
}

impl<'a> Sections<'a> {
    fn of(&self, name: &str) -> &[Line<'a>] {
        self.lines.get(name).map_or(&[], Vec::as_slice)
    }
}

const READ: [&str; 15] = [
    "JUNC", "RESE", "TANK", "PIPE", "PUMP", "VALV", "CONT", "RULE", "DEMA", "EMIT", "PATT", "CURV",
    "STAT", "TIME", "OPTI",
];
const PASSED_OVER: [&str; 13] = [
    "TITL", "SOUR", "QUAL", "ROUG", "ENER", "REAC", "MIXI", "REPO", "COOR", "VERT", "LABE", "BACK",
    "TAGS",
];

/// Reads a file.
pub(crate) fn read(file: &Path, text: &str) -> Result<Case, String> {
    let sections = sections(file, text)?;
    let patterns = patterns(&sections)?;
    let options = options::read(&sections, &patterns.names)?;
    let curves = curves(&sections)?;
    let mut network = Network { nodes: Vec::new(), links: Vec::new(), friction: options.friction };
    let mut case_nodes = Nodes::default();
    case_nodes.read(&sections, &options, &patterns.names, &curves)?;
    network.nodes = case_nodes.nodes;
    let links = links::read(&sections, &options, &case_nodes.names, &patterns.names, &curves)?;
    network.links = links.links;
    let mut case = Case {
        network,
        node_names: case_nodes.order,
        link_names: links.order,
        places: case_nodes.places,
        speed_patterns: links.speed_patterns,
        is_shut: links.is_shut,
        patterns: patterns.factors,
        controls: Vec::new(),
        rules: Vec::new(),
        times: options::times(&sections)?,
        units: case_nodes.units.unwrap_or(options.units),
        options: options.solver,
    };
    case.controls = actions::controls(&sections, &case, &case_nodes.names, &links.names)?;
    case.rules = actions::rules(&sections, &case, &case_nodes.names, &links.names)?;
    Ok(case)
}

fn sections<'a>(file: &'a Path, text: &'a str) -> Result<Sections<'a>, String> {
    let mut sections = Sections::default();
    let mut open: Option<String> = None;
    for (index, line) in text.lines().enumerate() {
        let bare = line.split(';').next().unwrap_or_default();
        let line = Line { file, number: index + 1, text: bare };
        if bare.trim().is_empty() {
            continue;
        }
        let Some(title) = bare.trim_start().strip_prefix('[') else {
            match &open {
                Some(name) => sections.lines.entry(name.clone()).or_default().push(line),
                None => return Err(line.fault("stands before the first section")),
            }
            continue;
        };
        let name: String = title.chars().take(4).collect::<String>().to_uppercase();
        if name.starts_with("END") {
            break;
        }
        if !READ.contains(&name.as_str()) && !PASSED_OVER.contains(&name.as_str()) {
            return Err(line.fault("this section is not known"));
        }
        open = Some(name);
    }
    Ok(sections)
}

/// Patterns by index.
#[derive(Debug, Default)]
struct Patterns {
    names: Names,
    factors: Vec<Vec<f64>>,
}

fn patterns(sections: &Sections<'_>) -> Result<Patterns, String> {
    let mut patterns = Patterns::default();
    for line in sections.of("PATT") {
        let words = line.words();
        let name = line.word(&words, 0)?.to_owned();
        let index = *patterns.names.entry(name).or_insert_with(|| {
            patterns.factors.push(Vec::new());
            patterns.factors.len() - 1
        });
        for word in &words[1..] {
            let factor = line.number(word)?;
            patterns.factors[index].push(factor);
        }
    }
    for factors in &mut patterns.factors {
        if factors.is_empty() {
            factors.push(1.0);
        }
    }
    Ok(patterns)
}

fn curves(sections: &Sections<'_>) -> Result<Curves, String> {
    let mut curves = Curves::new();
    for line in sections.of("CURV") {
        let words = line.words();
        let name = line.word(&words, 0)?;
        let point = (line.number(line.word(&words, 1)?)?, line.number(line.word(&words, 2)?)?);
        curves.entry(name.to_owned()).or_default().push(point);
    }
    Ok(curves)
}

fn pattern(line: &Line<'_>, patterns: &Names, name: &str) -> Result<usize, String> {
    patterns
        .get(name)
        .copied()
        .ok_or_else(|| line.fault(&format!("pattern `{name}` is not in [PATTERNS]")))
}

fn curve<'c>(line: &Line<'_>, curves: &'c Curves, name: &str) -> Result<&'c [(f64, f64)], String> {
    curves
        .get(name)
        .map(Vec::as_slice)
        .ok_or_else(|| line.fault(&format!("curve `{name}` is not in [CURVES]")))
}

fn index(line: &Line<'_>, names: &Names, what: &str, name: &str) -> Result<usize, String> {
    names.get(name).copied().ok_or_else(|| line.fault(&format!("{what} `{name}` is not defined")))
}

/// Nodes in the order of the sections.
#[derive(Debug, Default)]
struct Nodes {
    names: Names,
    order: Vec<String>,
    nodes: Vec<Node>,
    places: Vec<Place>,
    /// The units, where a section other than the options changes them.
    units: Option<crate::case::Units>,
}

impl Nodes {
    fn add(&mut self, line: &Line<'_>, name: &str, node: Node, place: Place) -> Result<(), String> {
        if self.names.insert(name.to_owned(), self.nodes.len()).is_some() {
            return Err(line.fault(&format!("node `{name}` is there already")));
        }
        self.order.push(name.to_owned());
        self.nodes.push(node);
        self.places.push(place);
        Ok(())
    }

    fn read(
        &mut self,
        sections: &Sections<'_>,
        options: &options::Read,
        patterns: &Names,
        curves: &Curves,
    ) -> Result<(), String> {
        let units = options.units;
        for line in sections.of("JUNC") {
            let words = line.words();
            let elevation = words.get(1).map_or(Ok(0.0), |word| line.number(word))?;
            let demand = words.get(2).map_or(Ok(0.0), |word| line.number(word))?;
            let named = words.get(3).map(|name| pattern(line, patterns, name)).transpose()?;
            let demands = vec![Demand {
                base_m3_s: demand * units.flow_m3_s,
                pattern: named.or(options.demand_pattern),
            }];
            let node = Node::Junction { elevation_m: elevation * units.length_m, demand_m3_s: 0.0 };
            self.add(line, line.word(&words, 0)?, node, Place::Junction { demands })?;
        }
        for line in sections.of("RESE") {
            self.reservoir(line, options, patterns)?;
        }
        for line in sections.of("TANK") {
            // With three words or fewer it is a reservoir, as in old files.
            if line.words().len() <= 3 {
                self.reservoir(line, options, patterns)?;
            } else {
                self.tank(line, options, curves)?;
            }
        }
        self.demands(sections, options, patterns)?;
        self.emitters(sections, options)
    }

    fn reservoir(
        &mut self,
        line: &Line<'_>,
        options: &options::Read,
        patterns: &Names,
    ) -> Result<(), String> {
        let words = line.words();
        let head_m = line.number(line.word(&words, 1)?)? * options.units.length_m;
        let pattern = words.get(2).map(|name| pattern(line, patterns, name)).transpose()?;
        let place = Place::Reservoir { head_m, pattern };
        self.add(line, line.word(&words, 0)?, Node::Fixed { head_m }, place)
    }

    fn tank(
        &mut self,
        line: &Line<'_>,
        options: &options::Read,
        curves: &Curves,
    ) -> Result<(), String> {
        let words = line.words();
        let unit = options.units.length_m;
        let mut figures = [0.0; 5];
        for (place, figure) in figures.iter_mut().enumerate() {
            *figure = line.number(line.word(&words, place + 1)?)? * unit;
        }
        let [bottom_m, level, least, most, diameter] = figures;
        let area = std::f64::consts::FRAC_PI_4 * diameter * diameter;
        let volume = words.get(6).map_or(Ok(0.0), |word| line.number(word))? * unit * unit * unit;
        let named = words.get(7).filter(|name| **name != "*");
        let shape = match named {
            Some(name) => {
                let points = curve(line, curves, name)?;
                Shape::Curve(
                    points.iter().map(|(x, y)| (x * unit, y * unit * unit * unit)).collect(),
                )
            }
            None => Shape::Cylinder(area),
        };
        if !(least..=most).contains(&level) {
            return Err(line.fault("the first level of a tank must lie between least and most"));
        }
        if matches!(shape, Shape::Cylinder(area) if area <= 0.0) {
            return Err(line.fault("a tank needs a positive diameter or a volume curve"));
        }
        let mut tank = Tank {
            bottom_m,
            lowest_m: bottom_m + least,
            highest_m: bottom_m + most,
            can_overflow: words.get(8).is_some_and(|word| word.eq_ignore_ascii_case("yes")),
            least_m3: if volume > 0.0 { volume } else { area * least },
            most_m3: 0.0,
            volume_m3: 0.0,
            shape,
        };
        if matches!(tank.shape, Shape::Curve(_)) {
            tank.least_m3 = tank.volume_at(tank.lowest_m);
        }
        tank.most_m3 = tank.volume_at(tank.highest_m);
        tank.volume_m3 = tank.volume_at(bottom_m + level);
        let node = tank_node(&tank, bottom_m + level);
        self.add(line, line.word(&words, 0)?, node, Place::Tank(tank))
    }

    /// The first line of a junction in `[DEMANDS]` takes the place of what `[JUNCTIONS]` says.
    fn demands(
        &mut self,
        sections: &Sections<'_>,
        options: &options::Read,
        patterns: &Names,
    ) -> Result<(), String> {
        let mut is_replaced = vec![false; self.nodes.len()];
        for line in sections.of("DEMA") {
            let words = line.words();
            let (name, amount) = (line.word(&words, 0)?, line.number(line.word(&words, 1)?)?);
            if name.eq_ignore_ascii_case("multiply") {
                let mut units = options.units;
                units.demand_factor = amount;
                self.units = Some(units);
                continue;
            }
            let node = index(line, &self.names, "node", name)?;
            let named = words.get(2).map(|name| pattern(line, patterns, name)).transpose()?;
            let Place::Junction { demands } = &mut self.places[node] else { continue };
            if !std::mem::replace(&mut is_replaced[node], true) {
                demands.clear();
            }
            demands.push(Demand {
                base_m3_s: amount * options.units.flow_m3_s,
                pattern: named.or(options.demand_pattern),
            });
        }
        Ok(())
    }

    fn emitters(&mut self, sections: &Sections<'_>, options: &options::Read) -> Result<(), String> {
        for line in sections.of("EMIT") {
            let words = line.words();
            let node = index(line, &self.names, "node", line.word(&words, 0)?)?;
            let amount = line.number(line.word(&words, 1)?)?;
            let Node::Junction { elevation_m, demand_m3_s } = self.nodes[node] else {
                return Err(line.fault("only junctions have emitters"));
            };
            if amount < 0.0 {
                return Err(line.fault("an emitter coefficient must not be negative"));
            }
            if amount > 0.0 {
                let exponent = options.emitter_exponent;
                let per_metre = options.units.pressure_m.powf(-exponent);
                self.nodes[node] = Node::Emitter {
                    elevation_m,
                    demand_m3_s,
                    coefficient: amount * options.units.flow_m3_s * per_metre,
                    exponent,
                };
            }
        }
        Ok(())
    }
}

/// The node of a tank at a head.
pub(crate) fn tank_node(tank: &Tank, head_m: f64) -> Node {
    let highest_m = if tank.can_overflow { f64::INFINITY } else { tank.highest_m };
    Node::Tank { head_m, lowest_m: tank.lowest_m, highest_m }
}

/// A cubic foot, m³.
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
