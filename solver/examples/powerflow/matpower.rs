//! Cases as arrays of numbers, in the columns of MATPOWER.

use std::collections::BTreeMap;

use serde_json::Value;
use stackyard_solver::physics::power::{Branch, Bus, Complex, Role};

use crate::model::{Model, Named};

/// Columns where the file does not name them (MATPOWER user's manual, appendix B).
const BUS: [&str; 9] = ["bus_i", "type", "pd", "qd", "gs", "bs", "area", "vm", "va"];
const GEN: [&str; 8] = ["bus", "pg", "qg", "qmax", "qmin", "vg", "mbase", "status"];
const BRANCH: [&str; 11] =
    ["fbus", "tbus", "r", "x", "b", "ratea", "rateb", "ratec", "ratio", "angle", "status"];

/// An array with the places of its columns.
struct Array<'a> {
    name: &'static str,
    columns: BTreeMap<String, usize>,
    rows: Vec<&'a Vec<Value>>,
}

impl<'a> Array<'a> {
    fn read(case: &'a Value, name: &'static str, usual: &[&str]) -> Result<Self, String> {
        let missing = || format!("the case has no array `{name}`");
        let rows = case.get(name).and_then(Value::as_array).ok_or_else(missing)?;
        let rows: Option<Vec<&Vec<Value>>> = rows.iter().map(Value::as_array).collect();
        let rows = rows.ok_or_else(|| format!("{name}: a row is not a list of numbers"))?;
        let named = case.get(format!("{name}_cols")).and_then(Value::as_array);
        let columns = match named {
            Some(named) => named
                .iter()
                .enumerate()
                .filter_map(|(place, column)| Some((column.as_str()?.to_lowercase(), place)))
                .collect(),
            None => {
                usual.iter().enumerate().map(|(place, &name)| (name.to_owned(), place)).collect()
            }
        };
        Ok(Self { name, columns, rows })
    }

    fn figure(&self, row: usize, column: &str) -> Result<f64, String> {
        let value = self.columns.get(column).and_then(|&place| self.rows.get(row)?.get(place));
        value
            .and_then(Value::as_f64)
            .ok_or_else(|| format!("{} row {}: {column} is not a number", self.name, row + 1))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a whole number within range")]
    fn id(&self, row: usize, column: &str) -> Result<i64, String> {
        let figure = self.figure(row, column)?;
        if figure.fract() != 0.0 || figure.abs() > 1e15 {
            return Err(format!("{} row {}: {column} is {figure}", self.name, row + 1));
        }
        Ok(figure as i64)
    }
}

/// Reads a case.
pub(crate) fn read(case: &Value) -> Result<Model, String> {
    let base_mva = case
        .get("baseMVA")
        .and_then(Value::as_f64)
        .filter(|base| base.is_finite() && *base > 0.0)
        .ok_or("baseMVA is missing or not above zero")?;
    if case.get("branch_asym_nonzero").and_then(Value::as_bool) == Some(true) {
        return Err("the case leaves out what differs between the ends of its branches; \
                    give the network as .pp.json"
            .to_owned());
    }
    let mut model = Model { base_mva, ..Model::default() };
    let places = read_buses(case, &mut model)?;
    read_generators(case, &places, &mut model)?;
    read_branches(case, &places, &mut model)?;
    Ok(model)
}

fn read_buses(case: &Value, model: &mut Model) -> Result<BTreeMap<i64, usize>, String> {
    let array = Array::read(case, "bus", &BUS)?;
    let per_unit = 1.0 / model.base_mva;
    let mut places = BTreeMap::new();
    for row in 0..array.rows.len() {
        let id = array.id(row, "bus_i")?;
        let power = |p: &str, q: &str| -> Result<Complex, String> {
            Ok(Complex::new(array.figure(row, p)?, array.figure(row, q)?) * per_unit)
        };
        let (voltage, angle) = (array.figure(row, "vm")?, array.figure(row, "va")?.to_radians());
        let role = match array.id(row, "type")? {
            1 => Role::Load,
            // Generators say whether and where it is held.
            2 => Role::Held { voltage, limits: None },
            3 => Role::Slack { voltage, angle },
            4 => Role::Off,
            other => return Err(format!("bus {id}: type {other} is none of 1 to 4")),
        };
        let bus =
            Bus { role, draw: power("pd", "qd")?, shunt: power("gs", "bs")?, ..Bus::default() };
        // A case without voltages still has a flow.
        let nominal_kv = array.figure(row, "basekv").ok().filter(|&kv| kv > 0.0).unwrap_or(1.0);
        let node = model.add(bus, nominal_kv);
        model.buses.push(Named { id, node, on: role != Role::Off });
        if places.insert(id, node).is_some() {
            return Err(format!("bus {id} is there twice"));
        }
    }
    Ok(places)
}

fn read_generators(
    case: &Value,
    places: &BTreeMap<i64, usize>,
    model: &mut Model,
) -> Result<(), String> {
    let array = Array::read(case, "gen", &GEN)?;
    let mut held = vec![false; model.network.buses.len()];
    for row in 0..array.rows.len() {
        if array.figure(row, "status")? <= 0.0 {
            continue;
        }
        let id = array.id(row, "bus")?;
        let &node =
            places.get(&id).ok_or_else(|| format!("gen row {}: there is no bus {id}", row + 1))?;
        let voltage = array.figure(row, "vg")?;
        let given = Complex::new(array.figure(row, "pg")?, array.figure(row, "qg")?)
            * (1.0 / model.base_mva);
        let bus = &mut model.network.buses[node];
        held[node] = true;
        match bus.role {
            Role::Load => bus.draw -= given,
            Role::Held { .. } => {
                bus.role = Role::Held { voltage, limits: None };
                bus.draw.re -= given.re;
            }
            Role::Slack { angle, .. } => bus.role = Role::Slack { voltage, angle },
            Role::Off => {}
        }
    }
    // Without a generator in service nothing holds a voltage.
    for (bus, held) in model.network.buses.iter_mut().zip(held) {
        if !held && matches!(bus.role, Role::Held { .. }) {
            bus.role = Role::Load;
        }
    }
    Ok(())
}

fn read_branches(
    case: &Value,
    places: &BTreeMap<i64, usize>,
    model: &mut Model,
) -> Result<(), String> {
    let array = Array::read(case, "branch", &BRANCH)?;
    let conductance = case.get("branch_g").and_then(Value::as_array);
    for row in 0..array.rows.len() {
        let end = |column: &str| -> Result<usize, String> {
            let id = array.id(row, column)?;
            let missing = || format!("branch row {}: there is no bus {id}", row + 1);
            places.get(&id).copied().ok_or_else(missing)
        };
        let conductance =
            conductance.and_then(|list| list.get(row)).and_then(Value::as_f64).unwrap_or(0.0);
        let shunt = Complex::new(conductance / 2.0, array.figure(row, "b")? / 2.0);
        let ratio = array.figure(row, "ratio")?;
        model.network.branches.push(Branch {
            shunt_from: shunt,
            shunt_to: shunt,
            // Zero stands for a line.
            ratio: if ratio == 0.0 { 1.0 } else { ratio },
            shift: array.figure(row, "angle")?.to_radians(),
            on: array.figure(row, "status")? > 0.0,
            ..Branch::line(
                end("fbus")?,
                end("tbus")?,
                Complex::new(array.figure(row, "r")?, array.figure(row, "x")?),
            )
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case() -> Value {
        json!({
            "baseMVA": 100.0,
            "bus": [
                [10, 3, 0, 0, 0, 0, 1, 1.02, 30.0, 110.0],
                [20, 2, 50.0, 20.0, 0, 5.0, 1, 1.0, 0, 110.0],
                [30, 2, 0, 0, 0, 0, 1, 1.0, 0, 110.0],
            ],
            "gen": [[10, 0, 0, 0, 0, 1.05, 100, 1], [20, 30.0, 0, 0, 0, 1.01, 100, 1], [30, 1.0, 0, 0, 0, 1.0, 100, 0]],
            "branch": [[10, 20, 0.01, 0.1, 0.02, 0, 0, 0, 0, 0, 1], [20, 30, 0.01, 0.1, 0, 0, 0, 0, 0.95, 30.0, 0]],
        })
    }

    #[test]
    fn columns_are_found_where_matpower_has_them() {
        let model = read(&case()).unwrap();
        let [slack, held, load] = model.network.buses[..] else { panic!("three buses") };
        assert_eq!(slack.role, Role::Slack { voltage: 1.05, angle: 30.0_f64.to_radians() });
        assert_eq!(held.role, Role::Held { voltage: 1.01, limits: None });
        assert!((held.draw - Complex::new(0.2, 0.2)).modulus() < 1e-15);
        assert_eq!(held.shunt, Complex::new(0.0, 0.05));
        // Its generator is out of service.
        assert_eq!(load.role, Role::Load);
        let [line, transformer] = model.network.branches[..] else { panic!("two branches") };
        assert_eq!((line.ratio, line.on, line.shunt_to.im), (1.0, true, 0.01));
        assert_eq!((transformer.ratio, transformer.on), (0.95, false));
    }

    #[test]
    fn faults_of_a_case_are_named() {
        let mut broken = case();
        broken["branch"][0][0] = json!(11);
        assert_eq!(read(&broken).unwrap_err(), "branch row 1: there is no bus 11");
        broken = case();
        broken["bus"][1][2] = json!(null);
        assert_eq!(read(&broken).unwrap_err(), "bus row 2: pd is not a number");
        broken = case();
        broken["bus"][2][0] = json!(10);
        assert_eq!(read(&broken).unwrap_err(), "bus 10 is there twice");
    }
}
