//! A pipe network as its file tells it.
//!
//! Lengths, elevations and heads are metres, diameters mm, flows l/s, prices per metre. `arcs` may
//! name what lies there already: `d_mm` alone is a pipe that stays as it is, `existing_mm` one that
//! may get another beside it. Sources are named by `source_node` or `source_nodes`; without
//! either, they are the nodes that take less than nothing. A source's head is `head`, or its
//! elevation with its `pmin`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use stackyard_solver::size::layout::{
    Arc, Choice, EPANET_CONSTANT, EPANET_EXPONENT, Friction, Layout, LayoutError, Pipe, Place,
};

/// A network to be sized.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The network.
    pub(crate) layout: Layout,
    /// A name for each arc, no two alike.
    pub(crate) names: Vec<String>,
    /// Diameter of the pipe that each choice of each arc adds, mm; zero for none.
    pub(crate) diameters_mm: Vec<Vec<f64>>,
    /// Head that a pump at the only source may add, m, and the price of a metre of it.
    pub(crate) pump: Option<(f64, f64)>,
}

/// Most nodes or arcs that are read.
const MOST: usize = 100_000;
/// EPANET's viscosity of water, 1.1e-5 ft²/s, m²/s.
const VISCOSITY: f64 = 1.1e-5 * 0.3048 * 0.3048;

#[derive(Debug, Deserialize)]
struct Text {
    source_node: Option<Id>,
    #[serde(default, alias = "sources")]
    source_nodes: Vec<Id>,
    nodes: Vec<Node>,
    arcs: Vec<Line>,
    pipes: Vec<Size>,
    hw_constant: Option<f64>,
    hw_exponent: Option<f64>,
    viscosity_m2_s: Option<f64>,
    pump_most_m: Option<f64>,
    pump_price_per_m: Option<f64>,
}

/// A name, which some files write as a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Word(String),
    Number(i64),
}

impl Id {
    fn name(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Node {
    id: Id,
    #[serde(default, alias = "elevation")]
    elev: f64,
    #[serde(default)]
    pmin: f64,
    /// Zero is no limit.
    #[serde(default)]
    pmax: f64,
    #[serde(default)]
    demand: f64,
    head: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Line {
    from: Id,
    to: Id,
    length: f64,
    #[serde(alias = "diameter_mm")]
    d_mm: Option<f64>,
    #[serde(alias = "exdiam_mm")]
    existing_mm: Option<f64>,
    #[serde(alias = "existing_c")]
    hw_c: Option<f64>,
    roughness_mm: Option<f64>,
    cost_per_m: Option<f64>,
    /// Highest speed, m/s.
    vmax: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Size {
    #[serde(alias = "diameter_mm")]
    d_mm: f64,
    cost_per_m: f64,
    hw_c: Option<f64>,
    roughness_mm: Option<f64>,
}

/// Reads a case.
pub(crate) fn read(file: &Path, text: &str) -> Result<Case, String> {
    let name = file.display();
    let text: Text = serde_json::from_str(text).map_err(|error| {
        format!(
            "{name}: {error}; a case is a JSON object with source_node, nodes (id, elev, pmin, \
             demand), arcs (from, to, length) and pipes (d_mm, cost_per_m, hw_c or roughness_mm)"
        )
    })?;
    case(&text).map_err(|reason| format!("{name}: {reason}"))
}

fn case(text: &Text) -> Result<Case, String> {
    if text.nodes.len().max(text.arcs.len()) > MOST {
        return Err(format!("more than {MOST} nodes or arcs; solve it in parts"));
    }
    let pump = text.pump_most_m.zip(text.pump_price_per_m);
    if pump.is_some_and(|(most, price)| most < 0.0 || price <= 0.0) {
        return Err("pump_most_m must be from zero, pump_price_per_m above it".to_owned());
    }
    let mut numbers = BTreeMap::new();
    for (number, node) in text.nodes.iter().enumerate() {
        if numbers.insert(node.id.name(), number).is_some() {
            return Err(format!("two nodes are called `{}`; rename one", node.id.name()));
        }
    }
    let number = |id: &Id| {
        let name = id.name();
        numbers.get(&name).copied().ok_or_else(|| format!("no node is called `{name}`; add it"))
    };
    let is_hazen = text.pipes.iter().any(|size| size.hw_c.is_some());
    let friction = if is_hazen {
        Friction::HazenWilliams {
            constant: text.hw_constant.unwrap_or(EPANET_CONSTANT),
            exponent: text.hw_exponent.unwrap_or(EPANET_EXPONENT),
        }
    } else {
        Friction::DarcyWeisbach { viscosity_m2_s: text.viscosity_m2_s.unwrap_or(VISCOSITY) }
    };
    let mut case = Case {
        layout: Layout { places: places(text, &number)?, arcs: Vec::new(), friction },
        names: Vec::new(),
        diameters_mm: Vec::new(),
        pump,
    };
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for line in &text.arcs {
        let name = format!("{}-{}", line.from.name(), line.to.name());
        let (choices, diameters) =
            choices(text, line, is_hazen).map_err(|reason| format!("arc {name}: {reason}"))?;
        case.layout.arcs.push(Arc {
            from: number(&line.from)?,
            to: number(&line.to)?,
            length_m: line.length,
            choices,
            speed_max_m_s: line.vmax.unwrap_or(f64::INFINITY),
        });
        case.diameters_mm.push(diameters);
        let count = uses.entry(name.clone()).or_default();
        *count += 1;
        case.names.push(if *count == 1 { name } else { format!("{name}#{count}") });
    }
    let name_of = |place: usize| text.nodes[place].id.name();
    case.layout.check().map_err(|error| named(&error, &case.names, name_of))?;
    Ok(case)
}

/// A complaint with the names of the file.
fn named(error: &LayoutError, arcs: &[String], place: impl Fn(usize) -> String) -> String {
    match *error {
        LayoutError::Arc { arc, what } => format!("arc {}: {what}", arcs[arc]),
        LayoutError::Place { place: index, what } => format!("node `{}`: {what}", place(index)),
        LayoutError::Friction => error.to_string(),
    }
}

fn places(
    text: &Text,
    number: &impl Fn(&Id) -> Result<usize, String>,
) -> Result<Vec<Place>, String> {
    let mut is_source = vec![false; text.nodes.len()];
    let sources = text.source_node.iter().chain(&text.source_nodes);
    for id in sources.clone() {
        is_source[number(id)?] = true;
    }
    if sources.count() == 0 {
        for (is_source, node) in is_source.iter_mut().zip(&text.nodes) {
            *is_source = node.demand < 0.0;
        }
    }
    let place = |(node, is_source): (&Node, bool)| {
        if is_source {
            return Place::Source { head_m: node.head.unwrap_or(node.elev + node.pmin) };
        }
        let most = if node.pmax > 0.0 { node.elev + node.pmax } else { f64::INFINITY };
        Place::Consumer {
            flow_m3_s: node.demand / 1000.0,
            head_min_m: node.elev + node.pmin,
            head_max_m: most,
        }
    };
    Ok(text.nodes.iter().zip(is_source).map(place).collect())
}

/// What an arc may be built as, and the diameter that each choice adds.
fn choices(text: &Text, line: &Line, is_hazen: bool) -> Result<(Vec<Choice>, Vec<f64>), String> {
    let rough = |hazen: Option<f64>, darcy: Option<f64>| {
        let (value, name) = if is_hazen { (hazen, "hw_c") } else { (darcy, "roughness_mm") };
        value.ok_or_else(|| format!("{name} is missing; give it"))
    };
    let own = |mm: f64| {
        let roughness = rough(line.hw_c, line.roughness_mm);
        Ok::<_, String>(Pipe { diameter_m: mm / 1000.0, roughness: roughness? })
    };
    if let Some(mm) = line.d_mm {
        let stays = Choice { pipes: vec![own(mm)?], cost_per_m: line.cost_per_m.unwrap_or(0.0) };
        return Ok((vec![stays], vec![mm]));
    }
    let existing = line.existing_mm.map(own).transpose()?;
    let (mut choices, mut diameters) = (Vec::new(), Vec::new());
    if let Some(pipe) = existing {
        choices.push(Choice { pipes: vec![pipe], cost_per_m: 0.0 });
        diameters.push(0.0);
    }
    for size in &text.pipes {
        let roughness = rough(size.hw_c, size.roughness_mm)?;
        let new = Pipe { diameter_m: size.d_mm / 1000.0, roughness };
        let pipes = existing.into_iter().chain([new]).collect();
        choices.push(Choice { pipes, cost_per_m: size.cost_per_m });
        diameters.push(size.d_mm);
    }
    Ok((choices, diameters))
}
