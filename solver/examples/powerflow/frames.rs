//! Tables inside a pandapower file: data frames written as JSON text inside JSON.

use std::collections::BTreeMap;

use serde_json::Value;

/// The tables of a file by name, and its plain figures.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    tables: BTreeMap<String, Frame>,
    plain: BTreeMap<String, f64>,
}

/// A table: rows with an index, columns with a name.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    name: String,
    columns: BTreeMap<String, usize>,
    index: Vec<i64>,
    data: Vec<Vec<Value>>,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    frame: &'a Frame,
    number: usize,
}

impl Frames {
    /// Reads the object of a network.
    pub(crate) fn read(network: &Value) -> Result<Self, String> {
        let members = network
            .get("_object")
            .and_then(Value::as_object)
            .ok_or("the file has no `_object` with tables; write it with pandapower.to_json")?;
        let mut frames = Self::default();
        for (name, value) in members {
            if let Some(figure) = value.as_f64() {
                frames.plain.insert(name.clone(), figure);
            }
            let is_frame = value.get("_class").and_then(Value::as_str) == Some("DataFrame");
            // Results and what begins with a line are not the network.
            if is_frame && !name.starts_with("res_") && !name.starts_with('_') {
                frames.tables.insert(name.clone(), Frame::read(name, value)?);
            }
        }
        Ok(frames)
    }

    /// The rows of a table; none where the file has no such table.
    pub(crate) fn rows(&self, name: &str) -> impl Iterator<Item = Row<'_>> {
        self.tables
            .get(name)
            .into_iter()
            .flat_map(|frame| (0..frame.data.len()).map(move |number| Row { frame, number }))
    }

    /// A plain figure of the network.
    pub(crate) fn plain(&self, name: &str) -> Option<f64> {
        self.plain.get(name).copied()
    }
}

impl Frame {
    fn read(name: &str, value: &Value) -> Result<Self, String> {
        let wrong = |what: &str| format!("table {name}: {what}; write it with pandapower.to_json");
        let inner;
        let body = match value.get("_object") {
            Some(Value::String(text)) => {
                inner = serde_json::from_str::<Value>(text)
                    .map_err(|error| wrong(&format!("is not JSON: {error}")))?;
                &inner
            }
            Some(other) => other,
            None => return Err(wrong("has no `_object`")),
        };
        let list = |key: &str| {
            body.get(key)
                .and_then(Value::as_array)
                .ok_or_else(|| wrong(&format!("has no list `{key}`")))
        };
        let columns = list("columns")?
            .iter()
            .enumerate()
            .filter_map(|(place, column)| Some((column.as_str()?.to_owned(), place)))
            .collect();
        let mut frame = Self { name: name.to_owned(), columns, ..Self::default() };
        let (index, data) = (list("index")?, list("data")?);
        if index.len() != data.len() {
            return Err(wrong("has not as many rows as indices"));
        }
        for (index, row) in index.iter().zip(data) {
            // Tables indexed by words, as standard types are, hold nothing of the network.
            let Some(index) = whole(index) else { return Ok(Self::default()) };
            let row = row.as_array().ok_or_else(|| wrong("has a row that is not a list"))?;
            frame.index.push(index);
            frame.data.push(row.clone());
        }
        Ok(frame)
    }
}

impl<'a> Row<'a> {
    /// Its index.
    pub(crate) fn index(&self) -> i64 {
        self.frame.index.get(self.number).copied().unwrap_or_default()
    }

    /// Table and index, for messages.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.frame.name, self.index())
    }

    /// Whether the table has the column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.frame.columns.contains_key(column)
    }

    fn cell(&self, column: &str) -> Option<&'a Value> {
        let place = *self.frame.columns.get(column)?;
        self.frame.data.get(self.number)?.get(place).filter(|value| !value.is_null())
    }

    /// A figure that may be missing.
    pub(crate) fn maybe(&self, column: &str) -> Result<Option<f64>, String> {
        let Some(value) = self.cell(column) else { return Ok(None) };
        let figure = match value {
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            other => other.as_f64(),
        };
        figure
            .filter(|figure| figure.is_finite())
            .map(Some)
            .ok_or_else(|| format!("{}: {column} is {value}, not a figure", self.label()))
    }

    /// A figure; zero where it is missing.
    pub(crate) fn figure(&self, column: &str) -> Result<f64, String> {
        self.figure_or(column, 0.0)
    }

    /// A figure, or another where it is missing.
    pub(crate) fn figure_or(&self, column: &str, other: f64) -> Result<f64, String> {
        Ok(self.maybe(column)?.unwrap_or(other))
    }

    /// A figure without which there is no answer.
    pub(crate) fn needed(&self, column: &str) -> Result<f64, String> {
        self.maybe(column)?.ok_or_else(|| format!("{}: {column} is missing", self.label()))
    }

    /// A figure without which there is no answer, above zero.
    pub(crate) fn positive(&self, column: &str) -> Result<f64, String> {
        let figure = self.needed(column)?;
        if figure > 0.0 {
            Ok(figure)
        } else {
            Err(format!("{}: {column} is {figure}; it must be above zero", self.label()))
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&self, column: &str, other: bool) -> Result<bool, String> {
        Ok(self.maybe(column)?.map_or(other, |figure| figure != 0.0))
    }

    /// A word; none where it is missing.
    pub(crate) fn word(&self, column: &str) -> Option<&'a str> {
        self.cell(column).and_then(Value::as_str)
    }

    /// The index of something else.
    pub(crate) fn reference(&self, column: &str) -> Result<i64, String> {
        self.cell(column)
            .and_then(whole)
            .ok_or_else(|| format!("{}: {column} is missing or not a whole number", self.label()))
    }
}

/// A whole number, also where it is written as a fraction.
#[expect(clippy::cast_possible_truncation, reason = "within what a float holds exactly")]
fn whole(value: &Value) -> Option<i64> {
    let limit = 9.0e15;
    value.as_i64().or_else(|| {
        let figure = value.as_f64().filter(|figure| figure.fract() == 0.0)?;
        (figure.abs() < limit).then_some(figure as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Result<Frames, String> {
        Frames::read(&serde_json::from_str(text).unwrap())
    }

    const BUS: &str = r#"{"_object": {"f_hz": 50.0, "bus": {"_class": "DataFrame",
        "_object": "{\"columns\":[\"vn_kv\",\"name\",\"in_service\"],\"index\":[7],\"data\":[[0.4,null,true]]}"}}}"#;

    #[test]
    fn a_frame_inside_text_is_read() {
        let frames = frames(BUS).unwrap();
        let row = frames.rows("bus").next().unwrap();
        assert_eq!((row.index(), row.positive("vn_kv")), (7, Ok(0.4)));
        assert_eq!(row.flag("in_service", false), Ok(true));
        assert_eq!((row.word("name"), row.has("name"), row.has("zone")), (None, true, false));
        assert_eq!(frames.plain("f_hz"), Some(50.0));
        assert!(frames.rows("line").next().is_none());
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        let frames = frames(BUS).unwrap();
        let row = frames.rows("bus").next().unwrap();
        assert_eq!(row.needed("zone"), Err("bus 7: zone is missing".to_owned()));
        assert!(row.reference("name").unwrap_err().starts_with("bus 7: name"));
        assert!(Frames::read(&Value::Null).is_err());
    }
}
