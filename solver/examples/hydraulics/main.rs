//! Water networks of EPANET and pandapipes, by the engine that checks the pipes of a site.
//!
//! `hydraulics FILE.inp [--repeat N]` runs an EPANET input file over its whole time with EPANET's
//! own friction laws, and prints one JSON object: the seconds one run took on average, and heads,
//! pressures, demands, flows, velocities and head losses at every report time, in metres, m³/s and
//! m/s; the head loss of a pipe is given per metre. `hydraulics FILE.json` solves a pandapipes case
//! with Colebrook–White, temperatures included where the case asks for them.

mod answer;
mod case;
mod inp;
mod pandapipes;
mod simulate;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Largest file that is read, bytes.
const LARGEST: u64 = 200_000_000;

fn main() -> ExitCode {
    let answer = asked().and_then(|(file, repeat)| solve(&file, repeat));
    let written = match &answer {
        Ok(line) => std::io::stdout().lock().write_all(line.as_bytes()),
        Err(complaint) => writeln!(std::io::stderr().lock(), "{complaint}"),
    };
    match (answer, written) {
        (Ok(_), Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

/// The file and how often it is run.
fn asked() -> Result<(PathBuf, u32), String> {
    let mut file = None;
    let mut repeat = 1;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--repeat") => {
                let value = arguments.next().and_then(|value| value.into_string().ok());
                repeat = value
                    .and_then(|value| value.parse().ok())
                    .filter(|repeat| (1..=1_000_000).contains(repeat))
                    .ok_or("--repeat needs a number from 1 to 1,000,000 after it")?;
            }
            Some(option) if option.starts_with("--") => {
                return Err(format!("{option}: unknown; the only option is --repeat N"));
            }
            _ if file.is_none() => file = Some(PathBuf::from(argument)),
            _ => return Err(format!("{}: one file at a time", argument.display())),
        }
    }
    let file = file.ok_or("name a file, as in: FILE.inp --repeat 10")?;
    Ok((file, repeat))
}

fn solve(file: &Path, repeat: u32) -> Result<String, String> {
    let text = read(file)?;
    let is_json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if is_json {
        let case = pandapipes::read(file, &text)?;
        let (solved, seconds) = timed(repeat, || case.solve())?;
        return answer::pandapipes(&case, &solved, seconds);
    }
    let case = inp::read(file, &text)?;
    let place = |complaint: String| format!("{}: {complaint}", file.display());
    let (moments, seconds) = timed(repeat, || simulate::run(&case)).map_err(place)?;
    Ok(answer::epanet(&case, &moments, seconds))
}

/// The last of several answers and the mean time of one.
fn timed<T>(repeat: u32, solve: impl Fn() -> Result<T, String>) -> Result<(T, f64), String> {
    let started = Instant::now();
    let mut last = solve()?;
    for _again in 1..repeat {
        last = solve()?;
    }
    Ok((last, started.elapsed().as_secs_f64() / f64::from(repeat)))
}

/// The text of a file; names in old files are not always UTF-8.
fn read(file: &Path) -> Result<String, String> {
    let name = file.display();
    let size = std::fs::metadata(file).map_err(|error| format!("{name}: {error}"))?.len();
    if size > LARGEST {
        return Err(format!("{name}: larger than {} MB", LARGEST / 1_000_000));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pump, a tank, a flap, a reducing valve, an emitter, a control and a rule.
    const SMALL: &str = "\
[JUNCTIONS]
 J1  100  0
 J2  120  150  DAY
 J3  40   80
 J4  40   0
[RESERVOIRS]
 SRC 110
[TANKS]
 T1  200  12  2  20  30  0
[PIPES]
 P1 J1 J2 1000 10 110 2 Open
 P2 J2 T1 800  8  110 0 Open
 P3 J2 J4 500  6  100 0 Open
 P4 T1 J4 1500 4 100 0 CV
[PUMPS]
 U1 SRC J1 HEAD 1
[VALVES]
 V1 J4 J3 6 PRV 30 1.5
[EMITTERS]
 J3 2.0
[PATTERNS]
 DAY 1.0 1.6 0.4
[CURVES]
 1 600 150
[CONTROLS]
 LINK U1 CLOSED IF NODE T1 ABOVE 15
[RULES]
RULE R1
IF TANK T1 LEVEL < 6
AND SYSTEM CLOCKTIME >= 8 AM
THEN PUMP U1 STATUS IS OPEN
PRIORITY 3
[TIMES]
 Duration 24:00
 Hydraulic Timestep 1:00
 Pattern Timestep 4:00
 Report Timestep 2:00
 Start ClockTime 6 AM
[OPTIONS]
 Units GPM
 Headloss H-W
 Accuracy 0.0001
 Unbalanced Continue 10
[END]
";

    /// Heads of J1 J2 J3 J4 SRC T1, then flows of P1 P2 P3 P4 U1 V1, as EPANET 2.2 has them.
    const ANSWERS: [(i64, [f64; 6], [f64; 6]); 4] = [
        (
            0,
            [68.32675, 66.59075, 33.29516, 66.374, 33.528, 64.6176],
            [0.049_596, 0.034_394, 0.005_738, 0.0, 0.049_596, 0.005_738],
        ),
        (
            28_800,
            [67.40576, 65.61299, 33.29516, 65.39624, 33.528, 62.88876],
            [0.050_462, 0.040_938, 0.005_738, 0.0, 0.050_462, 0.005_738],
        ),
        (
            57_600,
            [64.09229, 64.09229, 33.29516, 63.99959, 33.528, 64.73496],
            [0.0, -0.018_769, 0.003_627, 0.002_111, 0.0, 0.005_738],
        ),
        (
            86_400,
            [62.36676, 62.36676, 33.29516, 62.25118, 33.528, 62.71825],
            [0.0, -0.01355, 0.004_086, 0.001_652, 0.0, 0.005_738],
        ),
    ];

    fn run(text: &str) -> Result<Vec<simulate::Moment>, String> {
        simulate::run(&inp::read(Path::new("small.inp"), text)?)
    }

    #[test]
    fn a_day_goes_by_as_in_epanet() {
        let moments = run(SMALL).unwrap();
        assert_eq!(moments.len(), 13);
        for (time, heads, flows) in ANSWERS {
            let moment = moments.iter().find(|moment| moment.time == time).unwrap();
            for (found, wanted) in moment.solution.head_m.iter().zip(heads) {
                assert!((found - wanted).abs() < 1e-4 * wanted, "{time} s: {found} m, {wanted} m");
            }
            for (found, wanted) in moment.solution.flow_m3_s.iter().zip(flows) {
                assert!((found - wanted).abs() < 2e-6, "{time} s: {found} m³/s, {wanted} m³/s");
            }
        }
    }

    #[test]
    fn what_is_not_supported_is_named_with_its_line() {
        for (old, new, line) in [
            (" Units GPM", " Units GALLONS", 40),
            ("PRV 30 1.5", "PCV 30 1.5", 18),
            (" DAY 1.0", " NIGHT 1.0", 3),
            ("LINK U1 CLOSED", "LINK U9 CLOSED", 26),
            ("[EMITTERS]", "[LEAKAGE]", 19),
            (" P3 J2 J4 500", " P3 J2 J4 5o0", 13),
        ] {
            assert!(SMALL.contains(old), "{old}");
            let complaint = run(&SMALL.replacen(old, new, 1)).unwrap_err();
            assert!(complaint.starts_with(&format!("small.inp:{line}: ")), "{new}: {complaint}");
        }
    }

    #[test]
    fn an_island_is_named() {
        let text = SMALL.replacen(" J4  40   0\n", " J4  40   0\n J5 0 0\n", 1);
        let complaint = run(&text).unwrap_err();
        assert!(complaint.contains("`J5`"), "{complaint}");
    }

    /// Figures of a CSV answer by time and name.
    fn answers(path: &Path, column: usize) -> Vec<(i64, String, f64)> {
        let text = std::fs::read_to_string(path).unwrap();
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].parse().unwrap(), cells[1].to_owned(), cells[column].parse().unwrap())
        };
        text.lines().skip(1).filter(|line| !line.is_empty()).map(row).collect()
    }

    /// The folder of the public cases; none, said loudly, where nothing names it.
    fn public(folder: &str) -> Option<Vec<PathBuf>> {
        let Some(cases) = std::env::var_os("STACKYARD_CASES") else {
            eprintln!("SKIPPED: STACKYARD_CASES does not name the folder of the public cases");
            return None;
        };
        let folder = PathBuf::from(cases).join(folder);
        let entries = std::fs::read_dir(&folder).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        Some(files)
    }

    #[test]
    fn public_networks_agree_with_epanet() {
        let Some(files) = public("epanet") else { return };
        let mut compared = 0;
        for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "inp")) {
            let case = inp::read(file, &read(file).unwrap()).unwrap();
            let moments = simulate::run(&case).unwrap();
            let at = |time: i64| &moments.iter().find(|it| it.time == time).unwrap().solution;
            for (time, name, wanted) in answers(&file.with_extension("ref_nodes.csv"), 2) {
                let node = case.node_names.iter().position(|own| *own == name).unwrap();
                let found = at(time).head_m[node];
                assert!((found - wanted).abs() < 1e-3 * wanted.abs().max(1.0), "{name} {time}");
                compared += 1;
            }
            let rows = answers(&file.with_extension("ref_links.csv"), 2);
            let most = rows.iter().map(|row| row.2.abs()).fold(0.0, f64::max);
            for (time, name, wanted) in rows {
                let link = case.link_names.iter().position(|own| *own == name).unwrap();
                let found = at(time).flow_m3_s[link];
                let floor = wanted.abs().max(1e-3 * most);
                assert!((found - wanted).abs() < 1e-3 * floor, "{name} {time}: {found} {wanted}");
                compared += 1;
            }
        }
        assert!(compared > 0, "no answer was compared");
    }

    #[test]
    fn public_networks_agree_with_pandapipes() {
        let Some(files) = public("pandapipes") else { return };
        let mut compared = 0;
        for file in &files {
            let text = read(file).unwrap();
            let wanted: serde_json::Value = serde_json::from_str(&text).unwrap();
            let wanted = &wanted["results_pandapipes"];
            // The folder holds a fluid beside the cases.
            if wanted.is_null() {
                continue;
            }
            let solved = pandapipes::read(file, &text).unwrap().solve().unwrap();
            let rows = wanted["res_junction"].as_array().unwrap();
            for (row, (bar, kelvin)) in
                rows.iter().zip(solved.pressure_bar.iter().zip(&solved.temperature_k))
            {
                let (p, t) = (row["p_bar"].as_f64().unwrap(), row["t_k"].as_f64().unwrap());
                assert!((bar / p - 1.0).abs() < 1e-3, "{}: {bar} {p}", file.display());
                assert!((kelvin / t - 1.0).abs() < 1e-3, "{}: {kelvin} {t}", file.display());
                compared += 1;
            }
            let rows = wanted["res_pipe"].as_array().unwrap();
            for (row, part) in rows.iter().zip(&solved.branches) {
                let flow = row["mdot_from_kg_per_s"].as_f64().unwrap();
                let place = file.display();
                assert!((part.mass_flow_kg_s / flow - 1.0).abs() < 1e-3, "{place}: {part:?}");
                compared += 1;
            }
        }
        assert!(compared > 0, "no answer was compared");
    }
}
