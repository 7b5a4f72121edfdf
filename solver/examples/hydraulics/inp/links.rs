//! Pipes, pumps and valves.

use stackyard_solver::physics::flow::{
    Element, FOOT, FlowError, Friction, Link, Position, PumpCurve, ValveKind,
};

use super::options::Read;
use super::{CUBIC_FOOT, Curves, Line, Names, Sections, curve, index, pattern};
use crate::case::Units;

/// Lift in feet times flow in ft³/s of one horsepower, in EPANET's rounding.
const HORSEPOWER: f64 = 8.814 * FOOT * CUBIC_FOOT;

/// Links in the order of the sections.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) names: Names,
    pub(super) order: Vec<String>,
    pub(super) links: Vec<Link>,
    pub(super) speed_patterns: Vec<Option<usize>>,
    pub(super) is_shut: Vec<bool>,
}

/// What links are read with.
#[derive(Clone, Copy, Debug)]
struct Known<'a> {
    options: &'a Read,
    nodes: &'a Names,
    patterns: &'a Names,
    curves: &'a Curves,
}

pub(super) fn read(
    sections: &Sections<'_>,
    options: &Read,
    nodes: &Names,
    patterns: &Names,
    curves: &Curves,
) -> Result<Links, String> {
    let known = Known { options, nodes, patterns, curves };
    let mut links = Links::default();
    for line in sections.of("PIPE") {
        links.pipe(line, &known)?;
    }
    for line in sections.of("PUMP") {
        links.pump(line, &known)?;
    }
    for line in sections.of("VALV") {
        links.valve(line, &known)?;
    }
    for line in sections.of("STAT") {
        links.status(line, &options.units)?;
    }
    Ok(links)
}

impl Links {
    fn add(
        &mut self,
        line: &Line<'_>,
        known: &Known<'_>,
        element: Element,
        speed_pattern: Option<usize>,
    ) -> Result<(), String> {
        let words = line.words();
        let name = line.word(&words, 0)?;
        let from = index(line, known.nodes, "node", line.word(&words, 1)?)?;
        let to = index(line, known.nodes, "node", line.word(&words, 2)?)?;
        if from == to {
            return Err(line.fault("a link must join two different nodes"));
        }
        if self.names.insert(name.to_owned(), self.links.len()).is_some() {
            return Err(line.fault(&format!("link `{name}` is there already")));
        }
        self.order.push(name.to_owned());
        self.links.push(Link { from, to, element });
        self.speed_patterns.push(speed_pattern);
        self.is_shut.push(false);
        Ok(())
    }

    fn pipe(&mut self, line: &Line<'_>, known: &Known<'_>) -> Result<(), String> {
        let units = &known.options.units;
        let words = line.words();
        let length_m = line.number(line.word(&words, 3)?)? * units.length_m;
        let diameter_m = line.number(line.word(&words, 4)?)? * units.diameter_m;
        let given = line.number(line.word(&words, 5)?)?;
        let roughness = match known.options.friction {
            // Thousandths of a foot, or millimetres.
            Friction::SwameeJain { .. } if !units.is_metric => given * FOOT,
            _ => given,
        };
        let (mut minor, mut check_valve, mut is_shut) = (0.0, false, false);
        for word in words.iter().skip(6) {
            match word.to_uppercase().as_str() {
                "CV" => check_valve = true,
                "OPEN" => {}
                "CLOSED" => is_shut = true,
                _ => minor = line.number(word)?,
            }
        }
        if length_m <= 0.0 || diameter_m <= 0.0 || roughness <= 0.0 || minor < 0.0 {
            return Err(line.fault("length, diameter and roughness of a pipe must be positive"));
        }
        let element = Element::Pipe { length_m, diameter_m, roughness, minor, check_valve };
        self.add(line, known, element, None)?;
        if let Some(last) = self.is_shut.last_mut() {
            *last = is_shut;
        }
        Ok(())
    }

    fn pump(&mut self, line: &Line<'_>, known: &Known<'_>) -> Result<(), String> {
        let units = &known.options.units;
        let words = line.words();
        let mut lift = PumpCurve::Unknown;
        let mut speed = 1.0;
        let mut speed_pattern = None;
        let is_old =
            words.get(3).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        if is_old {
            lift = old_curve(line, &words[3..], units)?;
        }
        let keyed: &[&str] = if is_old { &[] } else { words.get(3..).unwrap_or(&[]) };
        let mut rest = keyed.iter();
        while let Some(word) = rest.next() {
            let value =
                rest.next().ok_or_else(|| line.fault(&format!("`{word}` needs a value")))?;
            match word.to_uppercase().as_str() {
                "HEAD" => lift = head_curve(line, curve(line, known.curves, value)?, units)?,
                "POWER" => lift = power(line.number(value)?, units),
                "SPEED" => speed = line.number(value)?,
                "PATTERN" => speed_pattern = Some(pattern(line, known.patterns, value)?),
                _ => return Err(line.fault(&format!("`{word}` is not known of a pump"))),
            }
        }
        if speed < 0.0 {
            return Err(line.fault("the speed of a pump must not be negative"));
        }
        self.add(line, known, Element::Pump { curve: lift, speed }, speed_pattern)
    }

    fn valve(&mut self, line: &Line<'_>, known: &Known<'_>) -> Result<(), String> {
        let units = &known.options.units;
        let words = line.words();
        let diameter_m = line.number(line.word(&words, 3)?)? * units.diameter_m;
        let setting = line.word(&words, 5)?;
        let minor = words.get(6).map_or(Ok(0.0), |word| line.number(word))?;
        let kind = match line.word(&words, 4)?.to_uppercase().as_str() {
            "PRV" => ValveKind::Reducing,
            "PSV" => ValveKind::Sustaining,
            "PBV" => ValveKind::Breaker,
            "FCV" => ValveKind::FlowControl,
            "TCV" => ValveKind::Throttle,
            "GPV" => {
                let points = curve(line, known.curves, setting)?;
                let scaled = points.iter().map(|(x, y)| (x * units.flow_m3_s, y * units.length_m));
                ValveKind::Curve(scaled.collect())
            }
            other => {
                return Err(line.fault(&format!(
                    "valve type `{other}` is not supported; known are PRV, PSV, PBV, FCV, TCV, GPV"
                )));
            }
        };
        if diameter_m <= 0.0 || minor < 0.0 {
            return Err(line.fault("a valve needs a positive diameter and no negative loss"));
        }
        let follows_curve = matches!(kind, ValveKind::Curve(_));
        let held =
            Element::Valve { kind: kind.clone(), diameter_m, minor, position: Position::Open };
        let position = if follows_curve {
            Position::Open
        } else {
            Position::Set(line.number(setting)? * units.of_setting(&held))
        };
        self.add(line, known, Element::Valve { kind, diameter_m, minor, position }, None)
    }

    fn status(&mut self, line: &Line<'_>, units: &Units) -> Result<(), String> {
        let words = line.words();
        if words.len() > 2 {
            return Err(line.fault("a status for a range of links is not supported"));
        }
        let link = index(line, &self.names, "link", line.word(&words, 0)?)?;
        let state = line.word(&words, 1)?;
        let held = match state.to_uppercase().as_str() {
            "OPEN" => Some(true),
            "CLOSED" => Some(false),
            _ => None,
        };
        let factor = units.of_setting(&self.links[link].element);
        match (&mut self.links[link].element, held) {
            (Element::Closed | Element::Pipe { check_valve: true, .. }, _) => {}
            (Element::Pipe { .. }, Some(is_open)) => self.is_shut[link] = !is_open,
            (Element::Pump { speed, .. }, Some(true)) => *speed = 1.0,
            // It keeps its speed for when it is opened.
            (Element::Pump { .. }, Some(false)) => self.is_shut[link] = true,
            (Element::Pump { speed, .. }, None) => *speed = line.number(state)?,
            (Element::Valve { position, .. }, Some(true)) => *position = Position::Open,
            (Element::Valve { position, .. }, Some(false)) => *position = Position::Closed,
            (Element::Pipe { .. } | Element::Valve { kind: ValveKind::Curve(_), .. }, None) => {
                return Err(line.fault("a pipe or a valve with a curve is OPEN or CLOSED"));
            }
            (Element::Valve { position, .. }, None) => {
                *position = Position::Set(line.number(state)? * factor);
            }
        }
        Ok(())
    }
}

fn power(figure: f64, units: &Units) -> PumpCurve {
    PumpCurve::Power { lift_flow_m4_s: HORSEPOWER * figure * units.power_kw / 0.7457 }
}

/// One point makes a curve with EPANET's assumptions, three from zero a power law, others pieces.
fn head_curve(line: &Line<'_>, points: &[(f64, f64)], units: &Units) -> Result<PumpCurve, String> {
    let scaled: Vec<(f64, f64)> =
        points.iter().map(|(x, y)| (x * units.flow_m3_s, y * units.length_m)).collect();
    let named = |error: FlowError| line.fault(&error.to_string());
    match *scaled.as_slice() {
        [(flow, lift)] => {
            PumpCurve::through_three(1.33334 * lift, (flow, lift), (2.0 * flow, 0.0)).map_err(named)
        }
        [(zero, shutoff), duty, most] if zero <= 0.0 => {
            PumpCurve::through_three(shutoff, duty, most).map_err(named)
        }
        _ => {
            let falls = |pair: &[(f64, f64)]| pair[1].0 > pair[0].0 && pair[1].1 < pair[0].1;
            if scaled.len() < 2 || !scaled.windows(2).all(falls) {
                return Err(line.fault("the head of its pump curve must fall as the flow rises"));
            }
            Ok(PumpCurve::Points(scaled))
        }
    }
}

/// Numbers after the nodes, as in files of the first version: power, one point or three.
fn old_curve(line: &Line<'_>, words: &[&str], units: &Units) -> Result<PumpCurve, String> {
    let figures: Vec<f64> = words.iter().map(|word| line.number(word)).collect::<Result<_, _>>()?;
    match *figures.as_slice() {
        [figure] => Ok(power(figure, units)),
        [lift, flow] => head_curve(line, &[(flow, lift)], units),
        [shutoff, lift, flow, least, most] => {
            head_curve(line, &[(0.0, shutoff), (flow, lift), (most, least)], units)
        }
        _ => Err(line.fault("a pump has 1, 2 or 5 numbers, or HEAD, POWER, SPEED, PATTERN")),
    }
}
