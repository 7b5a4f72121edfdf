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

/// The sheds with one thing changed.
fn sheds_with(old: &str, new: &str) -> String {
    assert!(SHEDS.contains(old), "the plan does not say {old}");
    SHEDS.replacen(old, new, 1)
}

/// Every job that reads a plan, with somewhere to put what it makes.
fn jobs<'a>(plan: &'a str, out: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["check", plan],
        vec!["solve", plan, "--json", out],
        vec!["cost", plan],
        vec!["export", plan, "--format", "xlsx", "--out", out],
        vec!["render", plan, "--size", "640x480", "--out", out],
        vec!["mps", plan, "--out", out],
    ]
}

/// Jobs that write one file, with the plan they read.
fn writers<'a>(plan: &'a str, out: &'a str) -> Vec<Vec<&'a str>> {
    let mut all = vec![
        vec!["solve", plan, "--json", out],
        vec!["render", plan, "--size", "640x480", "--out", out],
        vec!["generate", "--containers", "1", "--out", out],
        vec!["mps", plan, "--out", out],
    ];
    all.extend(
        ["xlsx", "dxf", "svg", "json", "png"]
            .map(|format| vec!["export", plan, "--format", format, "--out", out]),
    );
    all
}

/// Asserts that a plan cannot be used, for a reason and at the line that holds `culprit`.
fn assert_unusable(plan: &str, culprit: &str, reason: &str) {
    let yard = Yard::new();
    let file = yard.put("broken.ron", plan);
    let ended = stackyard(&["check", &file]);
    let line = plan.lines().position(|line| line.contains(culprit)).unwrap() + 1;
    assert_eq!(ended.code, Some(2), "{}", ended.message);
    assert_eq!(ended.out, "", "what could not be done has no result");
    for part in ["broken.ron", reason, &format!("line {line}, column ")] {
        assert!(ended.message.contains(part), "`{part}` is missing in: {}", ended.message);
    }
}

/// Asserts that a plan is read, judged and refused under a rule.
fn assert_refused(plan: &str, rule: &str) {
    let yard = Yard::new();
    let file = yard.put("refused.ron", plan);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.message);
    assert!(ended.out.contains(&format!("Error: {rule}: ")), "{}", ended.out);
    assert!(ended.out.ends_with("refused\n"), "{}", ended.out);
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
fn containers_on_the_same_ground_are_refused() {
    assert_refused(&sheds_with("(30000, 32000)", "(22000, 32000)"), "overlap");
}

#[test]
fn a_container_outside_the_site_is_refused() {
    assert_refused(&sheds_with("(30000, 32000)", "(90000, 32000)"), "boundary");
}

#[test]
fn a_container_that_nothing_serves_is_refused() {
    assert_refused(&sheds_with("Kva(20000.0)", "Kva(50.0)"), "unserved");
}

#[test]
fn an_accepted_finding_no_longer_refuses() {
    let plan = sheds_with("(30000, 32000)", "(23100, 32000)");
    let yard = Yard::new();
    let file = yard.put("close.ron", &plan);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    let report = stackyard(&["solve", &file, "--json", "-"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let keys: Vec<String> = findings
        .iter()
        .map(|finding| {
            let subjects: Vec<&str> =
                finding["subjects"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("\"{}:{}\": \"seen\"", finding["rule"].as_str().unwrap(), subjects.join(","))
        })
        .collect();
    let accepted =
        plan.replacen("  prices:", &format!("  accepted: {{{}}},\n  prices:", keys.join(", ")), 1);
    let ended = stackyard(&["check", &yard.put("accepted.ron", accepted)]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.message);
    assert!(ended.out.contains("(accepted: seen)"), "{}", ended.out);
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
fn the_report_in_a_file_is_the_one_on_standard_output() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    let out = yard.name("report.json");
    let ended = stackyard(&["solve", &file, "--seed", "7", "--json", &out]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    let mut written: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    let (mut printed, _) = timeless_report(&file);
    for report in [&mut written, &mut printed] {
        report.as_object_mut().unwrap().remove("seconds");
    }
    assert_eq!(written, printed);
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
fn every_format_is_written() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    for (format, beginning) in [
        ("xlsx", b"PK\x03\x04".as_slice()),
        ("dxf", b"  0"),
        ("svg", b"<"),
        ("json", b"{"),
        ("png", b"\x89PNG"),
    ] {
        let out = yard.name(&format!("plan.{format}"));
        let ended = stackyard(&["export", &file, "--format", format, "--out", &out]);
        assert_eq!(ended.code, Some(0), "{format}: {}", ended.message);
        let bytes = fs::read(&out).unwrap();
        assert!(bytes.starts_with(beginning), "{format} begins with {:?}", &bytes[..4]);
    }
    let tables = yard.path("tables");
    let ended = stackyard(&["export", &file, "--format", "csv", "--out", tables.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    assert!(tables.join("boq.csv").exists());
}

#[test]
fn a_picture_has_the_size_asked_for() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    let out = yard.name("plan.png");
    let ended = stackyard(&["render", &file, "--size", "640x480", "--out", &out]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    // Width and height stand in the first chunk, most significant byte first.
    let bytes = fs::read(&out).unwrap();
    assert_eq!(bytes.get(16..24).unwrap(), [0, 0, 2, 128, 0, 0, 1, 224]);
}

#[test]
fn a_plan_cut_off_anywhere_is_refused_with_its_place() {
    let yard = Yard::new();
    let whole = SHEDS.trim_end();
    for end in (0..whole.len()).step_by(37) {
        let file = yard.put("cut.ron", &whole[..end]);
        let ended = stackyard(&["check", &file]);
        assert_eq!(ended.code, Some(2), "cut at {end}: {}{}", ended.out, ended.message);
        for part in ["cut.ron", "line ", "column "] {
            assert!(ended.message.contains(part), "cut at {end}: {}", ended.message);
        }
    }
}

#[test]
fn no_job_uses_a_broken_plan() {
    let yard = Yard::new();
    let file = yard.put("broken.ron", &SHEDS[..SHEDS.len() / 2]);
    let out = yard.put("old", "kept");
    for job in jobs(&file, &out) {
        let ended = stackyard(&job);
        assert_eq!(ended.code, Some(2), "{job:?}: {}", ended.out);
        assert!(ended.message.contains("broken.ron"), "{job:?}: {}", ended.message);
        assert_eq!(fs::read(&out).unwrap(), b"kept", "{job:?}");
    }
    assert_eq!(yard.files(), ["broken.ron", "old"]);
}

#[test]
fn an_unknown_module_type_suggests_a_near_one() {
    let plan = sheds_with("module: \"shed\"", "module: \"transformr-station\"");
    assert_unusable(&plan, "transformr-station", "Did you mean transformer-station?");
}

#[test]
fn a_name_used_twice_is_unusable() {
    // The second mention is the one to mend, though the first is as good.
    let plan = sheds_with("\"SHED-2\"", "\"SHED-1\"");
    assert_unusable(&plan, "(30000, 32000)", "SHED-1 is used twice");
}

#[test]
fn numbers_that_are_none_are_unusable() {
    for number in ["NaN", "inf", "-inf", "1e999"] {
        let plan = sheds_with("Kva(20000.0)", &format!("Kva({number})"));
        assert_unusable(&plan, "\"MV-A\"", "finite");
    }
}

#[test]
fn a_figure_of_the_rule_set_must_be_a_number_in_its_range() {
    for number in ["NaN", "inf", "-1.0"] {
        let line = format!("  rules: {{\"mv_voltage_kv\": {number}}},\n  prices:");
        let plan = sheds_with("  prices:", &line);
        assert_unusable(&plan, "mv_voltage_kv", "mv_voltage_kv is set to");
    }
}

#[test]
fn a_supply_without_capacity_is_unusable() {
    for capacity in ["0.0", "-1.0"] {
        let plan = sheds_with("Kva(20000.0)", &format!("Kva({capacity})"));
        assert_unusable(&plan, "\"MV-A\"", "capacity above zero");
    }
    let plan = sheds_with("role: Draws(load: Kva(100.0)", "role: Draws(load: Kva(-100.0)");
    assert_unusable(&plan, "\"shed\", name", "Correct the figure");
}

#[test]
fn phases_that_wait_for_each_other_are_unusable() {
    let plan = sheds_with("\"2027-04\")", "\"2027-04\", after: [\"P2\"])");
    assert_unusable(&plan, "\"First\"", "wait for each other");
}

#[test]
fn an_unknown_field_is_unusable() {
    assert_unusable(&sheds_with("fixed_kw", "fixd_kw"), "fixd_kw", "`fixd_kw`");
    assert_unusable(&sheds_with("zones:", "zoness:"), "zoness", "`zoness`");
}

#[test]
fn a_figure_in_the_unit_of_another_service_is_unusable() {
    assert_unusable(&sheds_with("Kva(20000.0)", "HeatKw(20000.0)"), "\"MV-A\"", "unit of another");
}

#[test]
fn coordinates_beyond_all_sites_are_unusable() {
    let far = i64::MAX.to_string();
    let plan = sheds_with("(30000, 32000)", &format!("({far}, 32000)"));
    assert_unusable(&plan, &far, "SHED-2 has the coordinate");
    let plan = sheds_with("(30000, 32000)", "(99999999999999999999, 32000)");
    assert_unusable(&plan, "99999999999999999999", "out of bounds");
}

#[test]
fn a_plan_of_a_newer_program_is_refused_with_advice() {
    let yard = Yard::new();
    let plan = sheds_with("schema: 1,", "schema: 99,\n  wonders: [\"unheard of\"],");
    let ended = stackyard(&["check", &yard.put("newer.ron", plan)]);
    assert_eq!(ended.code, Some(2));
    for part in ["newer.ron", "schema 99", "newer version of Stackyard"] {
        assert!(ended.message.contains(part), "{}", ended.message);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let yard = Yard::new();
    let garbage: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let file = yard.put("garbage.ron", garbage);
    let ended = stackyard(&["check", &file]);
    assert_eq!(ended.code, Some(2));
    for part in ["garbage.ron", "line 2", "UTF-8"] {
        assert!(ended.message.contains(part), "{}", ended.message);
    }
}

#[test]
fn a_missing_file_is_named() {
    let yard = Yard::new();
    let plan = yard.name("missing.ron");
    let out = yard.name("made");
    for job in jobs(&plan, &out) {
        let ended = stackyard(&job);
        assert_eq!(ended.code, Some(2), "{job:?}");
        assert!(ended.message.contains("missing.ron"), "{job:?}: {}", ended.message);
    }
    assert_eq!(yard.files(), [""; 0]);
}

#[test]
fn a_folder_is_no_plan() {
    let yard = Yard::new();
    fs::create_dir(yard.path("folder.ron")).unwrap();
    let ended = stackyard(&["check", &yard.name("folder.ron")]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.message.contains("folder.ron"), "{}", ended.message);
}

#[test]
fn hostile_nesting_is_refused_and_not_followed() {
    for bomb in ["[", "(", "{", "Some("] {
        let deep = bomb.repeat(100_000);
        let plan = sheds_with("\"Two sheds\"", &deep);
        let yard = Yard::new();
        let ended = stackyard(&["check", &yard.put("bomb.ron", plan)]);
        assert_eq!(ended.code, Some(2), "{bomb}: {}", ended.message);
        for part in ["bomb.ron", "line 3, column "] {
            assert!(ended.message.contains(part), "{bomb}: {:.300}", ended.message);
        }
        assert!(ended.message.len() < 2_000, "{bomb}: {} bytes", ended.message.len());
    }
}

#[test]
fn a_folder_that_does_not_exist_gets_nothing() {
    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    let out = text_of(&yard.path("nowhere").join("result.out"));
    for job in writers(&plan, &out) {
        let ended = stackyard(&job);
        assert_eq!(ended.code, Some(2), "{job:?}: {}", ended.out);
        assert!(ended.message.contains("result.out"), "{job:?}: {}", ended.message);
        assert_eq!(yard.files(), ["sheds.ron"], "{job:?}");
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_stays() {
    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    fs::create_dir(yard.path("taken")).unwrap();
    let out = yard.name("taken");
    for job in writers(&plan, &out) {
        let ended = stackyard(&job);
        assert_eq!(ended.code, Some(2), "{job:?}: {}", ended.out);
        assert_eq!(yard.files(), ["sheds.ron", "taken"], "{job:?}");
        assert!(yard.path("taken").is_dir(), "{job:?}");
    }
}

/// A device must never be replaced by a file: with the rights of root that breaks the machine.
/// A socket tells the same story without harm, so it goes first.
#[cfg(unix)]
#[test]
fn a_device_or_socket_is_written_to_or_refused_and_never_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixListener;

    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    let socket = yard.name("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    for job in writers(&plan, &socket) {
        let ended = stackyard(&job);
        assert!(fs::metadata(&socket).unwrap().file_type().is_socket(), "{job:?} replaced it");
        assert_eq!(ended.code, Some(2), "{job:?}: {}", ended.message);
        assert!(ended.message.contains("socket"), "{job:?}: {}", ended.message);
    }
    let full = Path::new("/dev/full");
    let is_device =
        || fs::metadata(full).is_ok_and(|metadata| metadata.file_type().is_char_device());
    if !is_device() {
        return;
    }
    for job in writers(&plan, "/dev/full") {
        let ended = stackyard(&job);
        assert!(is_device(), "{job:?} replaced it");
        assert_eq!(ended.code, Some(2), "{job:?}: {}", ended.message);
        assert!(ended.message.contains("/dev/full"), "{job:?}: {}", ended.message);
    }
}

/// Results that do not reach their reader are no success.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_a_failure() {
    // Opened without creating: where there is no such device, nothing is made in its place.
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let yard = Yard::new();
    let plan = yard.put("sheds.ron", SHEDS);
    let status = Command::new(env!("CARGO_BIN_EXE_stackyard"))
        .args(["solve", &plan, "--json", "-"])
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
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
        vec!["export", &plan, "--format", "cuneiform", "--out", &out],
        vec!["export", &plan, "--format", "dxf"],
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
