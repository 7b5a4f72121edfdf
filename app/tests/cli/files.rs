//! Files that are read and written: what is made, what is named when it fails, what stays.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{SHEDS, Yard, stackyard, text_of, timeless_report};

/// Every job that reads a plan, with somewhere to put what it makes.
fn jobs<'a>(plan: &'a str, out: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["check", plan],
        vec!["solve", plan, "--json", out],
        vec!["cost", plan],
        vec!["year", plan],
        vec!["export", plan, "--format", "xlsx", "--out", out],
        vec!["render", plan, "--size", "640x480", "--out", out],
        vec!["mps", plan, "--out", out],
    ]
}

/// Every diagram by the name scripts know it by.
const DIAGRAMS: [&str; 9] = [
    "single-line",
    "cooling-scheme",
    "pressure-profile",
    "voltage-profile",
    "cable-lengths",
    "cost-waterfall",
    "cost-treemap",
    "gantt",
    "sankey",
];

/// Jobs that write one file, with the plan they read.
fn writers<'a>(plan: &'a str, out: &'a str) -> Vec<Vec<&'a str>> {
    let mut all = vec![
        vec!["solve", plan, "--json", out],
        vec!["render", plan, "--size", "640x480", "--out", out],
        vec!["generate", "--containers", "1", "--out", out],
        vec!["mps", plan, "--out", out],
    ];
    all.extend(
        ["xlsx", "dxf", "svg", "json", "png", "inp"]
            .map(|format| vec!["export", plan, "--format", format, "--out", out]),
    );
    all
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
fn every_format_is_written() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    for (format, beginning) in [
        ("xlsx", b"PK\x03\x04".as_slice()),
        ("dxf", b"  0"),
        ("svg", b"<"),
        ("json", b"{"),
        ("png", b"\x89PNG"),
        ("inp", b"[TITLE]"),
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
fn every_diagram_is_written_as_its_ending_says_and_twice_the_same() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    for diagram in DIAGRAMS {
        let mut drawings = Vec::new();
        for name in ["one.svg", "two.SVG"] {
            let out = yard.name(name);
            let ended = stackyard(&["export", &file, "--diagram", diagram, "-o", &out]);
            assert_eq!(ended.code, Some(0), "{diagram}: {}", ended.message);
            drawings.push(fs::read_to_string(&out).unwrap());
        }
        assert!(drawings[0].starts_with("<?xml"), "{diagram}");
        assert!(drawings[0] == drawings[1], "{diagram} differs from run to run");
    }
    let out = yard.name("single.png");
    let ended = stackyard(&["export", &file, "--diagram", "single-line", "--out", &out]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    assert!(fs::read(&out).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_diagram_names_what_it_shows() {
    let yard = Yard::new();
    let out = yard.name("single.svg");
    let ended = stackyard(&["export", crate::JUPITER, "--diagram", "single-line", "-o", &out]);
    assert_eq!(ended.code, Some(0), "{}", ended.message);
    let drawing = fs::read_to_string(&out).unwrap();
    for name in ["MV-A", "SG-B", "TR-17", "UPS-01", "IT-08B/LV", "Dyn5"] {
        assert!(drawing.contains(name), "{name}");
    }
}

#[test]
fn a_diagram_with_another_ending_is_refused_with_a_remedy() {
    let yard = Yard::new();
    let file = yard.put("sheds.ron", SHEDS);
    for name in ["single.pdf", "single", "svg"] {
        let out = yard.name(name);
        let ended = stackyard(&["export", &file, "--diagram", "single-line", "--out", &out]);
        assert_eq!(ended.code, Some(2), "{name}");
        for part in [name, ".svg", ".png"] {
            assert!(ended.message.contains(part), "{part}: {}", ended.message);
        }
    }
    assert_eq!(yard.files(), ["sheds.ron"]);
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
    assert_eq!(bytes[16..24], [0, 0, 2, 128, 0, 0, 1, 224]);
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
