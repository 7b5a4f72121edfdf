//! The program as a script sees it: arguments in, exit code, report and messages out.
//!
//! Exit code 0 says yes, 1 says that a plan is refused, 2 that the job could not be done; then the
//! message names the file and, where the text is at fault, the place.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

#[path = "cli/files.rs"]
mod files;
#[path = "cli/verdicts.rs"]
mod verdicts;
#[path = "cli/year.rs"]
mod year;

const JUPITER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../layouts/jupiter.ron");
const STARTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../layouts/starter.ron");

/// Two containers on one feeder: the smallest plan with everything a plan has.
const SHEDS: &str = r#"(
  schema: 1,
  name: "Two sheds",
  boundary_mm: [(0, 0), (60000, 0), (60000, 60000), (0, 60000)],
  zones: [
    (id: "PAD-1", kind: CranePad, outline_mm: [(20000, 8000), (34000, 8000), (34000, 20000), (20000, 20000)]),
  ],
  entries: [
    (id: "MV-A", service: MvPower, at_mm: (0, 28000), capacity: Kva(20000.0)),
  ],
  phases: [
    (id: "P1", name: "First", finished: "2027-04"),
    (id: "P2", name: "Second", finished: "2027-07", after: ["P1"]),
  ],
  containers: [
    (id: "SHED-1", module: "shed", at_mm: (20000, 32000), phase: "P1"),
    (id: "SHED-2", module: "shed", at_mm: (30000, 32000), phase: "P2"),
  ],
  corridors: [
    (id: "C-1", path_mm: [(0, 28000), (50000, 28000)], width_limit_mm: 2400),
  ],
  modules: [
    (id: "shed", name: "Shed", kind: Store, size_mm: (3000, 6000), height_mm: 3000, mass_kg: 8000.0,
     clearance: (north_mm: 500, east_mm: 500, south_mm: 500, west_mm: 500), fixed_kw: 5.0, ports: [
       (id: "MV", service: MvPower, face: South, offset_mm: 1500, role: Draws(load: Kva(100.0), from: [Utility])),
     ], source: (text: "chosen for this test", confidence: Assumption)),
  ],
  prices: {"module-shed": 2500000},
)
"#;

/// How a run ended.
struct Ended {
    code: Option<i32>,
    out: String,
    message: String,
}

fn stackyard(arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_stackyard"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        message: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of its own for each test.
struct Yard(TempDir);

impl Yard {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        text_of(&self.path(name))
    }

    fn put(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), contents).unwrap();
        self.name(name)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The report of a plan, as text without its one line that names a time.
fn timeless_report(plan: &str) -> (Value, String) {
    let ended = stackyard(&["solve", plan, "--seed", "7", "--json", "-"]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    let value = serde_json::from_str(&ended.out).unwrap();
    let (times, rest): (Vec<&str>, Vec<&str>) =
        ended.out.lines().partition(|line| line.starts_with("  \"seconds\""));
    assert_eq!(times.len(), 1);
    (value, rest.join("\n"))
}

#[test]
fn plans_that_ship_are_accepted() {
    for plan in [JUPITER, STARTER] {
        let ended = stackyard(&["check", plan]);
        assert_eq!(ended.code, Some(0), "{plan}: {}{}", ended.out, ended.message);
        assert!(ended.out.ends_with("accepted\n"), "{}", ended.out);
    }
}

#[test]
fn the_smallest_plan_is_accepted() {
    let yard = Yard::new();
    let ended = stackyard(&["check", &yard.put("sheds.ron", SHEDS)]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.message);
    assert_eq!(yard.files(), ["sheds.ron"], "checking leaves nothing behind");
}

#[test]
fn the_report_of_jupiter_is_complete_proved_and_repeatable() {
    let (report, text) = timeless_report(JUPITER);
    for key in [
        "containers",
        "cost_eur",
        "bound_eur",
        "gap",
        "seconds",
        "complete",
        "verified",
        "findings",
        "boq_total_eur",
        "trench_m",
        "services",
    ] {
        assert!(report.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(report["containers"], 52);
    assert_eq!(report["complete"], true);
    assert_eq!(report["verified"], true, "{}", report["verification_faults"]);
    let (cost, bound) =
        (report["cost_eur"].as_f64().unwrap(), report["bound_eur"].as_f64().unwrap());
    assert!(0.0 < bound && bound <= cost, "{bound} {cost}");
    let gap = report["gap"].as_f64().unwrap();
    assert!((gap - (cost - bound) / cost).abs() < 1e-9, "{gap}");
    let (_, again) = timeless_report(JUPITER);
    assert!(text == again, "the same seed gives another report");
}

#[test]
fn generated_campuses_pass_the_check() {
    let yard = Yard::new();
    for containers in ["8", "30"] {
        let plan = yard.name("campus.ron");
        let made = stackyard(&["generate", "--containers", containers, "--out", &plan]);
        assert_eq!(made.code, Some(0), "{}", made.message);
        let ended = stackyard(&["check", &plan]);
        assert_eq!(ended.code, Some(0), "{containers}: {}{}", ended.out, ended.message);
        let (report, _) = timeless_report(&plan);
        assert_eq!(report["containers"].to_string(), containers);
    }
}

#[test]
fn the_same_seed_generates_the_same_campus() {
    let yard = Yard::new();
    for name in ["one.ron", "two.ron"] {
        let out = yard.name(name);
        let ended =
            stackyard(&["generate", "--containers", "60", "--seed", "5", "--out", out.as_str()]);
        assert_eq!(ended.code, Some(0), "{}", ended.message);
    }
    assert_eq!(fs::read(yard.path("one.ron")).unwrap(), fs::read(yard.path("two.ron")).unwrap());
}

#[test]
fn the_bill_ends_with_its_total() {
    let yard = Yard::new();
    let ended = stackyard(&["cost", &yard.put("sheds.ron", SHEDS)]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    assert!(ended.out.lines().any(|line| line.starts_with("Total ")), "{}", ended.out);
    assert!(ended.out.contains("50,000.00"), "two sheds at 25,000 EUR: {}", ended.out);
}

#[test]
fn pictures_of_impossible_sizes_are_refused() {
    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    let out = yard.name("plan.png");
    for size in ["0x0", "640x0", "-1x480", "640", "axb", "640x480x3", "99999999999x1", "NaNxNaN"] {
        let ended = stackyard(&["render", &plan, "--out", &out, &format!("--size={size}")]);
        assert_eq!(ended.code, Some(2), "{size}: {}", ended.out);
        assert!(ended.message.contains("size"), "{size}: {}", ended.message);
    }
    assert_eq!(yard.files(), ["sheds.ron"]);
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_help() {
    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    let out = yard.name("made");
    for arguments in [
        vec!["chek", &plan, "--seed", "1"],
        vec!["check"],
        vec!["solve", &plan, "--effort", "heroic"],
        vec!["solve", &plan, "--seconds", "NaN"],
        vec!["solve", &plan, "--seed", "-1"],
        vec!["year", &plan, "--weather"],
        vec!["export", &plan, "--format", "cuneiform", "--out", &out],
        vec!["export", &plan, "--format", "dxf"],
        vec!["export", &plan, "--out", &out],
        vec!["export", &plan, "--diagram", "cartoon", "--out", &out],
        vec!["export", &plan, "--diagram", "gantt", "--format", "svg", "--out", &out],
        vec!["generate", "--containers", "-1", "--out", &out],
        vec!["generate", "--containers", "999999999", "--out", &out],
    ] {
        let ended = stackyard(&arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.out);
        assert!(!ended.message.is_empty(), "{arguments:?}");
    }
    assert_eq!(yard.files(), ["sheds.ron"]);
}

#[test]
fn help_and_version_are_no_failure() {
    for (argument, part) in
        [("--help", "Usage:"), ("help", "Usage:"), ("--version", env!("CARGO_PKG_VERSION"))]
    {
        let ended = stackyard(&[argument]);
        assert_eq!(ended.code, Some(0), "{argument}");
        assert!(ended.out.contains(part), "{argument}: {}", ended.out);
    }
}

/// Only Linux can lack a display.
#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_points_to_the_command_line() {
    let output = Command::new(env!("CARGO_BIN_EXE_stackyard"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    for part in ["no display", "command line"] {
        assert!(message.contains(part), "{message}");
    }
}
