//! Plans as canonical text.
//!
//! The canonical form is RON: one item a line, lists sorted by name, defaults left out, units in
//! the field names, one final newline. Reading it back and writing it again gives the same bytes.
//! Older schema versions are upgraded step by step, newer ones are refused.

use ron::Options;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Deserialize;

use super::{Plan, Problem, SCHEMA};
use crate::catalogue::Catalogue;

/// Longest plan text accepted, in bytes: a campus of 5,000 containers needs about 1 MB.
pub const MAX_BYTES: usize = 64 << 20;

/// Why a text is not a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text is not RON or not a plan.
    #[error("line {line}, column {column}: {reason}. {remedy}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was found and what was expected.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The plan was written by a newer program.
    #[error(
        "the plan has schema {found}, this program reads up to {SCHEMA}; open it with a newer \
         version of Stackyard"
    )]
    Newer {
        /// Schema of the text.
        found: u32,
    },
    /// The plan claims a schema that never existed.
    #[error("the plan has schema {found}, the first one was 1; correct the `schema` field")]
    NeverExisted {
        /// Schema of the text.
        found: u32,
    },
    /// The text is larger than any plan.
    #[error("the text has {bytes} bytes, a plan has at most {MAX_BYTES}; is this the right file?")]
    TooLarge {
        /// Size of the text.
        bytes: usize,
    },
    /// The plan contradicts itself or its catalogue.
    #[error("{}", list(problems))]
    Inconsistent {
        /// Everything that is wrong, in plan order.
        problems: Vec<Problem>,
    },
}

fn list(problems: &[Problem]) -> String {
    let shown = problems.iter().take(20).map(ToString::to_string).collect::<Vec<_>>().join("\n");
    match problems.len().saturating_sub(20) {
        0 => shown,
        more => format!("{shown}\nand {more} more"),
    }
}

/// The dialect of RON used everywhere: options without `Some`, nesting bounded.
pub(crate) fn options() -> Options {
    Options::default().with_default_extension(Extensions::IMPLICIT_SOME).with_recursion_limit(32)
}

#[derive(Deserialize)]
struct Header {
    schema: u32,
}

/// One upgrade: the text of schema `n` rewritten as schema `n + 1`.
type Upgrade = fn(&str) -> Result<String, ron::error::SpannedError>;

/// Upgrades by the schema they start from, 1 first. Schema 1 is current, so there is none yet.
const UPGRADES: [Upgrade; SCHEMA as usize - 1] = [];

/// Reads a plan and checks it against itself and the catalogue.
///
/// # Errors
/// Reports the first syntax error with its place, or all contradictions with theirs.
pub fn read(text: &str, catalogue: &Catalogue) -> Result<Plan, TextError> {
    let plan = parse(text)?;
    let mut problems = plan.problems(catalogue);
    if problems.is_empty() {
        return Ok(plan);
    }
    for problem in &mut problems {
        problem.locate(text);
    }
    Err(TextError::Inconsistent { problems })
}

/// Reads a plan without checking it against the catalogue.
pub fn parse(text: &str) -> Result<Plan, TextError> {
    if text.len() > MAX_BYTES {
        return Err(TextError::TooLarge { bytes: text.len() });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header: Header = options().from_str(text).map_err(|error| syntax(text, &error))?;
    match header.schema {
        0 => Err(TextError::NeverExisted { found: 0 }),
        found if found > SCHEMA => Err(TextError::Newer { found }),
        found => {
            let current = upgrade(text, found, &UPGRADES)?;
            options().from_str(&current).map_err(|error| syntax(&current, &error))
        }
    }
}

fn upgrade(text: &str, found: u32, upgrades: &[Upgrade]) -> Result<String, TextError> {
    upgrades
        .iter()
        .skip(found.saturating_sub(1) as usize)
        .try_fold(text.to_owned(), |text, step| step(&text))
        .map_err(|error| syntax(text, &error))
}

fn syntax(text: &str, error: &ron::error::SpannedError) -> TextError {
    use ron::Error;
    let lines = text.lines().count();
    let last = text.lines().last().map_or(0, |line| line.chars().count());
    let at_the_end =
        error.span.end.line > lines || (error.span.end.line == lines && error.span.end.col >= last);
    let remedy = match &error.code {
        _ if at_the_end => "The file ends early; restore it from a copy or the recovery journal",
        Error::Eof | Error::ExpectedStructLikeEnd | Error::ExpectedArrayEnd => {
            "The file ends early; restore it from a copy or the recovery journal"
        }
        Error::NoSuchStructField { .. } => {
            "Remove the field or correct its name; nothing unknown is passed over"
        }
        Error::NoSuchEnumVariant { .. } => "Use one of the names listed",
        _ => "Correct the text at that place",
    };
    TextError::Syntax {
        line: error.span.start.line,
        column: error.span.start.col,
        reason: error.code.to_string(),
        remedy,
    }
}

/// Writes a plan in canonical form.
///
/// # Errors
/// Only a plan that holds a non-finite number cannot be written, and none can be built by edits.
pub fn write(plan: &Plan) -> Result<String, ron::Error> {
    let mut sorted = plan.clone();
    sorted.schema = SCHEMA;
    sorted.sort();
    let config = PrettyConfig::new()
        .depth_limit(2)
        .indentor("  ")
        .new_line("\n")
        .extensions(Extensions::IMPLICIT_SOME);
    let body = options().to_string_pretty(&sorted, config)?;
    // The dialect is fixed by the reader; the attribute line would only repeat it.
    let body = body.strip_prefix("#![enable(implicit_some)]\n").unwrap_or(&body);
    Ok(format!("{body}\n"))
}

impl Plan {
    /// Brings every list into file order.
    pub(crate) fn sort(&mut self) {
        self.zones.sort_by(|a, b| a.id.cmp(&b.id));
        self.entries.sort_by(|a, b| a.id.cmp(&b.id));
        self.containers.sort_by(|a, b| a.id.cmp(&b.id));
        self.corridors.sort_by(|a, b| a.id.cmp(&b.id));
        self.locks.sort_by(|a, b| a.connection.cmp(&b.connection));
        self.forbids.sort();
        // A stable sort: the waypoints of one connection keep their order along the route.
        self.waypoints.sort_by(|a, b| a.connection.cmp(&b.connection));
        self.modules.sort_by(|a, b| a.id.cmp(&b.id));
        self.assumptions.sort_by(|a, b| a.id.cmp(&b.id));
        let order = self.phase_order();
        self.phases.sort_by_key(|phase| order.get(&phase.id).copied().unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "(schema: 1, name: \"x\", boundary_mm: [(0,0),(9000,0),(9000,9000)], \
                         phases: [(id: \"P1\", name: \"all\", finished: \"2027-01\")])";

    #[test]
    fn writing_what_was_read_changes_nothing() {
        let once = write(&parse(SMALL).unwrap()).unwrap();
        let twice = write(&parse(&once).unwrap()).unwrap();
        assert_eq!(once, twice);
    }

    #[test]
    fn waypoints_keep_their_order_and_are_compulsory_unless_said_otherwise() {
        let waypoints = "waypoints: [(connection: \"B/LV\", at_mm: (900,100)), \
                         (connection: \"A/LV\", at_mm: (500,200), compulsory: false), \
                         (connection: \"B/LV\", at_mm: (300,100), compulsory: true)], phases:";
        let plan = parse(&SMALL.replace("phases:", waypoints)).unwrap();
        let written = write(&plan).unwrap();
        let lines: Vec<_> =
            written.lines().filter(|line| line.contains("/LV")).map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "(connection: \"A/LV\", at_mm: (500, 200), compulsory: false),",
                "(connection: \"B/LV\", at_mm: (900, 100)),",
                "(connection: \"B/LV\", at_mm: (300, 100)),",
            ]
        );
        assert_eq!(write(&parse(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn a_newer_schema_is_refused_with_advice() {
        let error = parse(&SMALL.replace("schema: 1", "schema: 7")).unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
        assert_eq!(
            parse(&SMALL.replace("schema: 1", "schema: 0")).unwrap_err(),
            TextError::NeverExisted { found: 0 }
        );
    }

    #[test]
    fn an_unknown_field_is_refused_where_it_stands() {
        let error = parse(&SMALL.replace("name: \"x\"", "nmae: \"x\"")).unwrap_err();
        let TextError::Syntax { line, column, reason, .. } = error else { panic!("{error}") };
        assert_eq!(line, 1);
        assert!(column > 10 && reason.contains("nmae"), "{column} {reason}");
    }

    #[test]
    fn a_truncated_plan_says_that_it_ends_early() {
        let error = parse(&SMALL[..SMALL.len() / 2]).unwrap_err();
        assert!(error.to_string().contains("ends early"), "{error}");
    }

    #[test]
    fn deep_nesting_is_refused_instead_of_overflowing() {
        let bomb = "[".repeat(100_000);
        assert!(parse(&format!("(schema: 1, name: {bomb}")).is_err());
    }

    #[test]
    fn upgrades_run_in_order_from_the_schema_found() {
        let steps: [Upgrade; 2] =
            [|text| Ok(text.replace('a', "b")), |text| Ok(text.replace('b', "c"))];
        assert_eq!(upgrade("a b", 1, &steps).unwrap(), "c c");
        assert_eq!(upgrade("a b", 2, &steps).unwrap(), "a c");
    }
}
