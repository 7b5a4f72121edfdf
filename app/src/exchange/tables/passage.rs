//! What a connection passes on its way, in order from its supply.

use stackyard_solver::geometry::{Point, on_segment};
use stackyard_solver::report::Report;

/// For each connection the trenches it passes, from its supply to its port.
pub(super) fn trenches(report: &Report) -> Vec<String> {
    let parts = report.trenches.iter();
    let parts = parts.map(|it| (it.id.as_str(), it.path_mm.as_slice(), it.contents.as_slice()));
    passed(report, parts)
}

/// For each connection the pipe runs that serve it, from its supply to its port.
pub(super) fn runs(report: &Report) -> Vec<String> {
    let parts = report.pipes.iter();
    let parts = parts.map(|it| (it.id.as_str(), it.path_mm.as_slice(), it.contents.as_slice()));
    passed(report, parts)
}

fn passed<'a>(
    report: &'a Report,
    parts: impl Iterator<Item = (&'a str, &'a [Point], &'a [usize])>,
) -> Vec<String> {
    let mut of: Vec<Vec<(f64, &str)>> = vec![Vec::new(); report.connections.len()];
    for (name, line, contents) in parts {
        for &index in contents {
            let place = report.connections.get(index).zip(of.get_mut(index));
            let Some((connection, own)) = place else { continue };
            let ends = line.first().into_iter().chain(line.last());
            let far: f64 = ends.map(|&end| position_m(&connection.path_mm, end)).sum();
            own.push((far, name));
        }
    }
    of.into_iter()
        .map(|mut own| {
            // Routes begin at the port, schedules read from the supply.
            own.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            let names: Vec<&str> = own.into_iter().map(|(_, name)| name).collect();
            names.join(" ")
        })
        .collect()
}

/// How far along a line a point lies, m; 0 where it does not.
fn position_m(line: &[Point], point: Point) -> f64 {
    let mut passed = 0.0;
    for pair in line.windows(2) {
        let [from, to] = pair else { continue };
        if on_segment(*from, *to, point) {
            return passed + from.distance_m(point);
        }
        passed += from.distance_m(*to);
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn trenches_follow_each_other_without_a_gap() {
        let sample = Sample::campus();
        let report = &sample.report;
        for (connection, names) in report.connections.iter().zip(trenches(report)) {
            let mut at = connection.path_mm.last().copied();
            for name in names.split(' ') {
                let trench = report.trenches.iter().find(|trench| trench.id == name).unwrap();
                let ends = [trench.path_mm.first().copied(), trench.path_mm.last().copied()];
                assert!(ends.contains(&at), "{}: {names}", connection.id);
                at = if ends[0] == at { ends[1] } else { ends[0] };
            }
            assert_eq!(at, connection.path_mm.first().copied(), "{}", connection.id);
        }
    }
}
