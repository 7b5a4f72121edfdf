//! Controls and rules.

use stackyard_solver::physics::flow::{Element, Node, Status, ValveKind};

use super::options::{DAY, seconds};
use super::{Line, Names, Sections, index};
use crate::case::{
    Act, Case, Control, Place, Premise, Relation, Rule, RuleAct, Subject, Wanted, When,
};

/// `LINK x OPEN|CLOSED|setting IF NODE y ABOVE|BELOW z`, `… AT TIME t`, `… AT CLOCKTIME t AM|PM`.
pub(super) fn controls(
    sections: &Sections<'_>,
    case: &Case,
    nodes: &Names,
    links: &Names,
) -> Result<Vec<Control>, String> {
    let mut controls = Vec::new();
    for line in sections.of("CONT") {
        let words = line.words();
        let link = index(line, links, "link", line.word(&words, 1)?)?;
        let act = act(line, line.word(&words, 2)?, link, case)?;
        let time = || seconds(line, line.word(&words, 5)?, words.get(6).copied(), 0.0);
        let when = match line.word(&words, 4)?.to_uppercase().as_str() {
            "TIME" => When::Time(time()?),
            "CLOCKTIME" => When::Clock(time()?.rem_euclid(DAY)),
            _ => {
                let node = index(line, nodes, "node", line.word(&words, 5)?)?;
                let level = line.number(line.word(&words, 7)?)?;
                let head_m = match &case.places[node] {
                    Place::Tank(tank) => tank.bottom_m + level * case.units.length_m,
                    Place::Reservoir { head_m, .. } => head_m + level * case.units.length_m,
                    Place::Junction { .. } => {
                        case.network.nodes[node].elevation_m() + level * case.units.pressure_m
                    }
                };
                match line.word(&words, 6)?.to_uppercase().as_str() {
                    "BELOW" => When::Below { node, head_m },
                    "ABOVE" => When::Above { node, head_m },
                    _ => return Err(line.fault("a level is ABOVE or BELOW a figure")),
                }
            }
        };
        controls.push(Control { act, when });
    }
    Ok(controls)
}

fn act(line: &Line<'_>, word: &str, link: usize, case: &Case) -> Result<Act, String> {
    let element = &case.network.links[link].element;
    let is_pump = matches!(element, Element::Pump { .. });
    let follows_curve = matches!(element, Element::Valve { kind: ValveKind::Curve(_), .. });
    if matches!(element, Element::Pipe { check_valve: true, .. }) {
        return Err(line.fault("a pipe with a check valve cannot be controlled"));
    }
    let of_pump = |speed: f64| is_pump.then_some(speed);
    let act = match word.to_uppercase().as_str() {
        "OPEN" => Act { link, status: Status::Open, setting: of_pump(1.0) },
        "CLOSED" => Act { link, status: Status::Closed, setting: of_pump(0.0) },
        _ if follows_curve => {
            return Err(line.fault("a valve with a curve can only be OPEN or CLOSED"));
        }
        number => {
            let figure = line.number(number)?;
            if figure < 0.0 {
                return Err(line.fault("a setting must not be negative"));
            }
            match element {
                Element::Closed | Element::Pipe { .. } | Element::Pump { .. } => {
                    let status = if figure > 0.0 { Status::Open } else { Status::Closed };
                    Act { link, status, setting: of_pump(figure) }
                }
                Element::Valve { .. } => {
                    let setting = Some(figure * case.units.of_setting(element));
                    Act { link, status: Status::Active, setting }
                }
            }
        }
    };
    Ok(act)
}

/// Which clause of a rule the last line belonged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Head,
    If,
    Then,
    Else,
}

pub(super) fn rules(
    sections: &Sections<'_>,
    case: &Case,
    nodes: &Names,
    links: &Names,
) -> Result<Vec<Rule>, String> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut clause = Clause::Head;
    for line in sections.of("RULE") {
        let words = line.words();
        let first = line.word(&words, 0)?.to_uppercase();
        if first == "RULE" {
            let then = Vec::new();
            let rule = Rule { premises: Vec::new(), then, otherwise: Vec::new(), priority: 0.0 };
            rules.push(rule);
            clause = Clause::Head;
            continue;
        }
        let Some(rule) = rules.last_mut() else {
            return Err(line.fault("a clause before the first RULE"));
        };
        match (first.as_str(), clause) {
            ("IF", Clause::Head) | ("AND" | "OR", Clause::If) => {
                let is_alternative = first == "OR";
                rule.premises.push(premise(line, is_alternative, nodes, links)?);
                clause = Clause::If;
            }
            ("THEN", Clause::If) | ("AND", Clause::Then) => {
                rule.then.push(rule_act(line, case, links)?);
                clause = Clause::Then;
            }
            ("ELSE", Clause::Then) | ("AND", Clause::Else) => {
                rule.otherwise.push(rule_act(line, case, links)?);
                clause = Clause::Else;
            }
            ("PRIORITY", Clause::Then | Clause::Else) => {
                rule.priority = line.number(line.word(&words, 1)?)?;
            }
            _ => return Err(line.fault("this clause does not belong here")),
        }
        check_levels(line, rule, case)?;
    }
    Ok(rules)
}

/// Only tanks fill and drain.
fn check_levels(line: &Line<'_>, rule: &Rule, case: &Case) -> Result<(), String> {
    for premise in &rule.premises {
        if let Subject::FillTime(node) | Subject::DrainTime(node) = premise.subject
            && matches!(case.network.nodes[node], Node::Junction { .. } | Node::Emitter { .. })
        {
            return Err(line.fault("only tanks have a time to fill or drain"));
        }
    }
    Ok(())
}

fn premise(
    line: &Line<'_>,
    is_alternative: bool,
    nodes: &Names,
    links: &Names,
) -> Result<Premise, String> {
    let words = line.words();
    let object = line.word(&words, 1)?.to_uppercase();
    let is_system = object == "SYSTEM";
    let place = if is_system { 2 } else { 3 };
    let variable = line.word(&words, place)?.to_uppercase();
    let relation = match line.word(&words, place + 1)?.to_uppercase().as_str() {
        "=" | "IS" => Relation::Equal,
        "<>" | "NOT" => Relation::Different,
        "<" | "BELOW" => Relation::Less,
        ">" | "ABOVE" => Relation::More,
        "<=" => Relation::AtMost,
        ">=" => Relation::AtLeast,
        other => return Err(line.fault(&format!("`{other}` does not compare"))),
    };
    let is_node = ["NODE", "JUNC", "RESE", "TANK"].iter().any(|kind| object.starts_with(kind));
    let named = || {
        let name = line.word(&words, 2)?;
        if is_node { index(line, nodes, "node", name) } else { index(line, links, "link", name) }
    };
    let at = line.word(&words, place + 2)?;
    let wanted = match at.to_uppercase().as_str() {
        "OPEN" => Some(Wanted::Open),
        "CLOSED" => Some(Wanted::Closed),
        "ACTIVE" => Some(Wanted::Active),
        _ => None,
    };
    let subject = match (variable.as_str(), is_system, is_node) {
        ("DEMAND", true, _) => Subject::TotalDemand,
        ("TIME", true, _) => Subject::Time,
        ("CLOCKTIME", true, _) => Subject::Clock,
        ("DEMAND", false, true) => Subject::Demand(named()?),
        ("HEAD" | "GRADE", false, true) => Subject::Head(named()?),
        ("LEVEL", false, true) => Subject::Level(named()?),
        ("PRESSURE", false, true) => Subject::Pressure(named()?),
        ("FILLTIME", false, true) => Subject::FillTime(named()?),
        ("DRAINTIME", false, true) => Subject::DrainTime(named()?),
        ("FLOW", false, false) => Subject::Flow(named()?),
        ("STATUS", false, false) => {
            let Some(wanted) = wanted else {
                return Err(line.fault("a status is OPEN, CLOSED or ACTIVE"));
            };
            return Ok(Premise {
                is_alternative,
                subject: Subject::Status(named()?, wanted),
                relation,
                value: 0.0,
            });
        }
        ("SETTING", false, false) => Subject::Setting(named()?),
        _ => return Err(line.fault(&format!("`{object}` has no `{variable}`"))),
    };
    let value = match subject {
        Subject::Time | Subject::Clock => {
            seconds(line, at, words.get(place + 3).copied(), 0.0)? as f64
        }
        Subject::FillTime(_) | Subject::DrainTime(_) => 3600.0 * line.number(at)?,
        _ => line.number(at)?,
    };
    Ok(Premise { is_alternative, subject, relation, value })
}

/// `THEN LINK x STATUS|SETTING IS y`.
fn rule_act(line: &Line<'_>, case: &Case, links: &Names) -> Result<RuleAct, String> {
    let words = line.words();
    let link = index(line, links, "link", line.word(&words, 2)?)?;
    let element = &case.network.links[link].element;
    if matches!(element, Element::Pipe { check_valve: true, .. }) {
        return Err(line.fault("a pipe with a check valve cannot be controlled"));
    }
    Ok(match line.word(&words, 5)?.to_uppercase().as_str() {
        "OPEN" => RuleAct::Open(link),
        "CLOSED" => RuleAct::Close(link),
        "ACTIVE" => RuleAct::Nothing(link),
        number => {
            let figure = line.number(number)?;
            if figure < 0.0 {
                return Err(line.fault("a setting must not be negative"));
            }
            match element {
                Element::Closed | Element::Pipe { .. } if figure > 0.0 => RuleAct::Open(link),
                Element::Closed | Element::Pipe { .. } => RuleAct::Close(link),
                Element::Valve { kind: ValveKind::Curve(_), .. } => {
                    return Err(line.fault("a valve with a curve can only be OPEN or CLOSED"));
                }
                Element::Pump { .. } | Element::Valve { .. } => {
                    RuleAct::Set(link, figure * case.units.of_setting(element))
                }
            }
        }
    })
}
