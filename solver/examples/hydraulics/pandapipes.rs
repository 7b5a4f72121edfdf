//! Cases of pandapipes: liquids in pipes, valves, pumps and heat exchangers.
//!
//! pandapipes reckons in pressures and mass flows, the engine in heads: a head here is the
//! pressure with the weight of the air above and of the liquid below it, over density and gravity.

use std::path::Path;

use serde_json::Value;
use stackyard_solver::physics::flow::heat::{Inlet, Passage, temperatures};
use stackyard_solver::physics::flow::{
    Element, Friction, Link, Network, Node, Position, PumpCurve, Solver, ValveKind,
};

/// Gravity of the engine and of pandapipes, m/s².
const GRAVITY: f64 = 9.80665;
const GRAVITY_PANDAPIPES: f64 = 9.81;
/// Temperature that water at rest takes, K.
const AT_REST: f64 = 293.15;
const PASCAL: f64 = 1e5;

/// What an input file asks for.
#[derive(Debug)]
pub(crate) struct Case {
    network: Network,
    /// Index of each junction in its table.
    pub(crate) junctions: Vec<u64>,
    heights_m: Vec<f64>,
    start_k: Vec<f64>,
    inlets: Vec<Inlet>,
    pub(crate) branches: Vec<Branch>,
    /// Branches of each table.
    pub(crate) tables: Vec<(&'static str, Vec<usize>)>,
    fluid: Fluid,
    has_heat: bool,
}

/// A pipe, a valve, a pump or a heat exchanger.
#[derive(Debug)]
pub(crate) struct Branch {
    /// Its index in its table.
    pub(crate) index: u64,
    diameter_m: f64,
    length_m: f64,
    minor: f64,
    loss_w_per_k: f64,
    ambient_k: f64,
    heat_w: f64,
    /// Pieces it is divided into.
    sections: f64,
}

#[derive(Clone, Copy, Debug)]
struct Fluid {
    density: f64,
    viscosity: f64,
    specific_heat: f64,
}

/// What a case does.
#[derive(Debug)]
pub(crate) struct Solved {
    pub(crate) pressure_bar: Vec<f64>,
    pub(crate) temperature_k: Vec<f64>,
    pub(crate) branches: Vec<Part>,
}

/// What a branch does.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) velocity_m_s: f64,
    pub(crate) from_bar: f64,
    pub(crate) to_bar: f64,
    pub(crate) from_k: f64,
    pub(crate) to_k: f64,
    pub(crate) outlet_k: f64,
    pub(crate) mass_flow_kg_s: f64,
    pub(crate) volume_flow_m3_s: f64,
    pub(crate) reynolds: f64,
    pub(crate) factor: f64,
}

/// A row of a table, with what a complaint needs.
#[derive(Clone, Copy, Debug)]
struct Row<'a> {
    file: &'a Path,
    table: &'static str,
    value: &'a Value,
}

impl Row<'_> {
    fn fault(&self, reason: &str) -> String {
        format!("{}: {} {}: {reason}", self.file.display(), self.table, self.value["index"])
    }

    fn figure(&self, name: &str) -> Result<f64, String> {
        self.value[name]
            .as_f64()
            .ok_or_else(|| self.fault(&format!("`{name}` is missing or no number")))
    }

    fn figure_or(&self, name: &str, other: f64) -> f64 {
        self.value[name].as_f64().unwrap_or(other)
    }

    fn index(&self) -> Result<u64, String> {
        self.value["index"].as_u64().ok_or_else(|| self.fault("`index` is missing"))
    }

    fn is_used(&self) -> bool {
        self.value["in_service"].as_bool().unwrap_or(true)
    }

    /// Place of the junction that a column names.
    fn junction(&self, name: &str, junctions: &[u64]) -> Result<usize, String> {
        let wanted = self.value[name].as_u64();
        junctions
            .iter()
            .position(|index| Some(*index) == wanted)
            .ok_or_else(|| self.fault(&format!("`{name}` names no junction in service")))
    }
}

const TABLES: [&str; 8] =
    ["junction", "pipe", "valve", "pump", "heat_exchanger", "ext_grid", "sink", "source"];

fn rows<'a>(file: &'a Path, case: &'a Value, table: &'static str) -> Vec<Row<'a>> {
    let rows = case["tables"][table].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter().map(|value| Row { file, table, value }).filter(Row::is_used).collect()
}

/// Reads a case.
pub(crate) fn read(file: &Path, text: &str) -> Result<Case, String> {
    let name = file.display();
    let case: Value = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    let Some(tables) = case["tables"].as_object() else {
        return Err(format!("{name}: no `tables`; is this a pandapipes case?"));
    };
    for (table, content) in tables {
        let is_empty = content.as_array().is_none_or(Vec::is_empty);
        if !is_empty && !TABLES.contains(&table.as_str()) {
            return Err(format!("{name}: table `{table}` is not supported"));
        }
    }
    let options = &case["pipeflow_options"];
    if options["friction_model"] != "colebrook" {
        return Err(format!("{name}: only friction_model `colebrook` is supported"));
    }
    let has_heat = match options["mode"].as_str() {
        Some("hydraulics") | None => false,
        Some("sequential" | "all") => true,
        Some(other) => return Err(format!("{name}: mode `{other}` is not supported")),
    };
    let mut junctions = Vec::new();
    let (mut heights_m, mut start_k) = (Vec::new(), Vec::new());
    for row in rows(file, &case, "junction") {
        junctions.push(row.index()?);
        heights_m.push(row.figure_or("height_m", 0.0));
        start_k.push(row.figure("tfluid_k")?);
    }
    let mean_k = start_k.iter().sum::<f64>() / start_k.len().max(1) as f64;
    let fluid = fluid(file, case["fluid"].as_str().unwrap_or("water"), mean_k)?;
    let mut read = Case {
        network: Network {
            nodes: vec![Node::Junction { elevation_m: 0.0, demand_m3_s: 0.0 }; junctions.len()],
            links: Vec::new(),
            friction: Friction::Colebrook { viscosity_m2_s: fluid.viscosity / fluid.density },
        },
        junctions,
        heights_m,
        start_k,
        inlets: Vec::new(),
        branches: Vec::new(),
        tables: Vec::new(),
        fluid,
        has_heat,
    };
    read.nodes(file, &case)?;
    read.pipes(file, &case)?;
    read.valves_and_exchangers(file, &case)?;
    read.pumps(file, &case)?;
    Ok(read)
}

/// The fluid of the test cases by its constants, any other from `fluid_NAME.json` beside the case.
fn fluid(file: &Path, name: &str, kelvin: f64) -> Result<Fluid, String> {
    if name == "OpenModelica_fluid" {
        return Ok(Fluid {
            density: 998.206_092_467_947_2,
            viscosity: 1.001_605_325_647_912e-3,
            specific_heat: 4_184.777_801_948_556,
        });
    }
    let path = file.with_file_name(format!("fluid_{name}.json"));
    let place = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        format!("{}: fluid `{name}` is not built in and {place}: {error}", file.display())
    })?;
    let table: Value = serde_json::from_str(&text).map_err(|error| format!("{place}: {error}"))?;
    let at = |property: &str| {
        let list = |column: &str| -> Option<Vec<f64>> {
            table[property][column].as_array()?.iter().map(Value::as_f64).collect()
        };
        let points: Vec<(f64, f64)> = match (list("T_K"), list("value")) {
            (Some(kelvins), Some(values)) => kelvins.into_iter().zip(values).collect(),
            _ => Vec::new(),
        };
        PumpCurve::Points(points)
            .lift_m(kelvin)
            .filter(|value| *value > 0.0)
            .ok_or_else(|| format!("{place}: `{property}` has no table of T_K and value"))
    };
    Ok(Fluid {
        density: at("density")?,
        viscosity: at("viscosity")?,
        specific_heat: at("heat_capacity")?,
    })
}

/// Pressure of the air at a height, bar: the barometric formula of pandapipes.
fn air_bar(height_m: f64) -> f64 {
    1.01325 * (1.0 - height_m * 0.0065 / 288.15_f64).powf(5.255)
}

impl Case {
    fn head(&self, junction: usize, bar: f64) -> f64 {
        let height = self.heights_m[junction];
        let pascal =
            (bar + air_bar(height)) * PASCAL + self.fluid.density * GRAVITY_PANDAPIPES * height;
        pascal / (self.fluid.density * GRAVITY)
    }

    fn bar(&self, junction: usize, head: f64) -> f64 {
        let height = self.heights_m[junction];
        let pascal =
            head * self.fluid.density * GRAVITY - self.fluid.density * GRAVITY_PANDAPIPES * height;
        pascal / PASCAL - air_bar(height)
    }

    fn nodes(&mut self, file: &Path, case: &Value) -> Result<(), String> {
        for (table, sign) in [("sink", 1.0), ("source", -1.0)] {
            for row in rows(file, case, table) {
                let junction = row.junction("junction", &self.junctions)?;
                let flow = row.figure("mdot_kg_per_s")? * row.figure_or("scaling", 1.0);
                if let Node::Junction { demand_m3_s, .. } = &mut self.network.nodes[junction] {
                    *demand_m3_s += sign * flow / self.fluid.density;
                }
            }
        }
        for row in rows(file, case, "ext_grid") {
            let junction = row.junction("junction", &self.junctions)?;
            let kind = row.value["type"].as_str().unwrap_or("pt");
            if kind.contains('p') {
                let head_m = self.head(junction, row.figure("p_bar")?);
                self.network.nodes[junction] = Node::Fixed { head_m };
            }
            if kind.contains('t') {
                self.inlets.push(Inlet { node: junction, temperature: row.figure("t_k")? });
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        row: &Row<'_>,
        to: &str,
        element: Element,
        branch: Branch,
    ) -> Result<(), String> {
        let from = if row.table == "valve" { "junction" } else { "from_junction" };
        let link = Link {
            from: row.junction(from, &self.junctions)?,
            to: row.junction(to, &self.junctions)?,
            element,
        };
        let number = self.branches.len();
        match self.tables.iter_mut().find(|(table, _)| *table == row.table) {
            Some((_, branches)) => branches.push(number),
            None => self.tables.push((row.table, vec![number])),
        }
        self.network.links.push(link);
        self.branches.push(branch);
        Ok(())
    }

    fn pipes(&mut self, file: &Path, case: &Value) -> Result<(), String> {
        for row in rows(file, case, "pipe") {
            let length_m = row.figure("length_km")? * 1000.0;
            let diameter_m = diameter(&row)?;
            let outer_m = row.figure_or("outer_diameter_mm", diameter_m * 1000.0) / 1000.0;
            let minor = row.figure_or("loss_coefficient", 0.0);
            let branch = Branch {
                index: row.index()?,
                diameter_m,
                length_m,
                minor,
                loss_w_per_k: row.figure_or("u_w_per_m2k", 0.0)
                    * std::f64::consts::PI
                    * outer_m
                    * length_m,
                ambient_k: row.figure_or("text_k", AT_REST),
                heat_w: -row.figure_or("qext_w", 0.0),
                sections: row.figure_or("sections", 1.0).max(1.0),
            };
            let element = Element::Pipe {
                length_m,
                diameter_m,
                roughness: row.figure("k_mm")?,
                minor,
                check_valve: false,
            };
            self.add(&row, "to_junction", element, branch)?;
        }
        Ok(())
    }

    fn valves_and_exchangers(&mut self, file: &Path, case: &Value) -> Result<(), String> {
        let valves = rows(file, case, "valve").into_iter();
        for row in valves.chain(rows(file, case, "heat_exchanger")) {
            let is_valve = row.table == "valve";
            if is_valve && row.value["et"].as_str().is_some_and(|kind| kind != "ju") {
                return Err(row.fault("only valves between junctions are supported"));
            }
            let diameter_m = diameter(&row)?;
            let minor = row.figure_or("loss_coefficient", 0.0);
            let branch = Branch {
                index: row.index()?,
                diameter_m,
                length_m: 0.0,
                minor,
                loss_w_per_k: 0.0,
                ambient_k: AT_REST,
                heat_w: -row.figure_or("qext_w", 0.0),
                sections: 1.0,
            };
            let is_open = row.value["opened"].as_bool().unwrap_or(true);
            let element = Element::Valve {
                kind: ValveKind::Throttle,
                diameter_m,
                minor,
                position: if is_open { Position::Open } else { Position::Closed },
            };
            self.add(&row, if is_valve { "element" } else { "to_junction" }, element, branch)?;
        }
        Ok(())
    }

    /// Pumps raise the pressure by a polynomial of the volume flow in m³/h, highest power first.
    fn pumps(&mut self, file: &Path, case: &Value) -> Result<(), String> {
        for row in rows(file, case, "pump") {
            let kind = row.value["std_type"].as_str().unwrap_or_default();
            let law = &case["pump_std_types"][kind]["regression_parameters_p_bar_of_vdot_m3h"];
            let factors: Option<Vec<f64>> =
                law.as_array().and_then(|law| law.iter().map(Value::as_f64).collect());
            let factors = factors
                .filter(|factors| !factors.is_empty())
                .ok_or_else(|| row.fault(&format!("pump type `{kind}` has no polynomial")))?;
            let lift = |hourly: f64| {
                let bar = factors.iter().fold(0.0, |sum, factor| sum * hourly + factor);
                bar * PASCAL / (self.fluid.density * GRAVITY)
            };
            let most = (0..40).map(|power| 2f64.powi(power - 10)).find(|flow| lift(*flow) <= 0.0);
            let most = most.ok_or_else(|| row.fault("its curve never comes down to zero"))?;
            let points = (0..=2000).map(|step| {
                let hourly = most * f64::from(step) / 2000.0;
                (hourly / 3600.0, lift(hourly))
            });
            let curve = PumpCurve::Points(points.collect());
            let branch = Branch {
                index: row.index()?,
                diameter_m: 1.0,
                length_m: 0.0,
                minor: 0.0,
                loss_w_per_k: 0.0,
                ambient_k: AT_REST,
                heat_w: 0.0,
                sections: 1.0,
            };
            self.add(&row, "to_junction", Element::Pump { curve, speed: 1.0 }, branch)?;
        }
        Ok(())
    }

    /// Pressures, flows and temperatures.
    pub(crate) fn solve(&self) -> Result<Solved, String> {
        let name = |error: &dyn std::fmt::Display| format!("the case cannot be solved: {error}");
        let mut solver = Solver::new(&self.network).map_err(|error| name(&error))?;
        let solution = solver.solve(&self.network).map_err(|error| name(&error))?;
        let density = self.fluid.density;
        let mass = |link: usize| solution.flow_m3_s[link] * density;
        let passages: Vec<Passage> = self
            .network
            .links
            .iter()
            .zip(&self.branches)
            .enumerate()
            .map(|(index, (link, branch))| Passage {
                from: link.from,
                to: link.to,
                mass_flow_kg_s: mass(index),
                loss_w_per_k: branch.loss_w_per_k,
                ambient: branch.ambient_k,
                heat_w: branch.heat_w,
            })
            .collect();
        let (temperature_k, outlet_k) = if self.has_heat {
            let nodes = self.junctions.len();
            let warm = temperatures(nodes, &passages, &self.inlets, self.fluid.specific_heat)
                .map_err(|error| name(&error))?;
            let node = filled(&warm.node);
            let mut outlet = filled(&warm.outlet);
            for (outlet, (passage, branch)) in
                outlet.iter_mut().zip(passages.iter().zip(&self.branches))
            {
                if passage.mass_flow_kg_s < 0.0 {
                    *outlet = branch.behind_last_section(node[passage.to], passage, self.fluid);
                }
            }
            (node, outlet)
        } else {
            let start = |link: &Link| self.start_k[link.to];
            (self.start_k.clone(), self.network.links.iter().map(start).collect())
        };
        let pressure_bar: Vec<f64> = solution
            .head_m
            .iter()
            .enumerate()
            .map(|(junction, &head)| self.bar(junction, head))
            .collect();
        let branches = self
            .network
            .links
            .iter()
            .zip(&self.branches)
            .enumerate()
            .map(|(index, (link, branch))| {
                let flow = solution.flow_m3_s[index];
                let area = std::f64::consts::FRAC_PI_4 * branch.diameter_m * branch.diameter_m;
                let drop = (solution.head_m[link.from] - solution.head_m[link.to]).abs();
                let velocity = flow / area;
                let dynamic = velocity * velocity / (2.0 * GRAVITY);
                let factor = if branch.length_m > 0.0 && dynamic > 0.0 {
                    (drop / dynamic - branch.minor) * branch.diameter_m / branch.length_m
                } else {
                    0.0
                };
                Part {
                    velocity_m_s: velocity,
                    from_bar: pressure_bar[link.from],
                    to_bar: pressure_bar[link.to],
                    from_k: temperature_k[link.from],
                    to_k: temperature_k[link.to],
                    outlet_k: outlet_k[index],
                    mass_flow_kg_s: mass(index),
                    volume_flow_m3_s: flow,
                    reynolds: velocity.abs() * branch.diameter_m * density / self.fluid.viscosity,
                    factor,
                }
            })
            .collect();
        Ok(Solved { pressure_bar, temperature_k, branches })
    }
}

impl Branch {
    /// Where water flows against a pipe, pandapipes gives as the outlet what leaves its last
    /// section, which is the first on the way: a part of the pipe only.
    fn behind_last_section(&self, upstream_k: f64, passage: &Passage, fluid: Fluid) -> f64 {
        let capacity = passage.mass_flow_kg_s.abs() * fluid.specific_heat * self.sections;
        let kept = (-passage.loss_w_per_k / capacity).exp();
        self.ambient_k + (upstream_k - self.ambient_k) * kept + self.heat_w / capacity
    }
}

fn filled(temperatures: &[Option<f64>]) -> Vec<f64> {
    temperatures.iter().map(|kelvin| kelvin.unwrap_or(AT_REST)).collect()
}

/// Inner diameter, in millimetres since version 0.12, in metres before.
fn diameter(row: &Row<'_>) -> Result<f64, String> {
    match row.value["inner_diameter_mm"].as_f64() {
        Some(figure) => Ok(figure / 1000.0),
        None => row.figure("diameter_m"),
    }
}
