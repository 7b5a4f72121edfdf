//! **What it checks**: PUE, reused energy and renewable electricity against the German energy
//! efficiency act (`EnEfG`), for sites from 300 kW.
//! **Why it matters**: a new data centre that reuses no heat may not be run as planned.
//! **Basis**: `EnEfG` section 11 in force, keyed by the month in which the first compute or storage
//! module stands.
//! The ministry draft of 2026-04-09 is judged beside it and obliges nobody. `law_version` turns the
//! two around, or both off for sites elsewhere.
//!
//! | | in force | draft |
//! | --- | --- | --- |
//! | in operation before 2026-07 | PUE ≤ 1.5 from 2027-07, ≤ 1.3 from 2030-07 | 1.6 and 1.4 |
//! | in operation from 2026-07 | PUE ≤ 1.2 two years after start | 1.3 |
//! | reused energy of these | 10 %, started from 2027-07 15 %, from 2028-07 20 % | exemption added |
//! | renewable electricity | 50 % since 2024, 100 % from 2027 | same |
//!
//! Electricity that only upgrades waste heat is left out of PUE, as in [`crate::year`].

use super::finding;
use crate::catalogue::Catalogue;
use crate::catalogue::module::ModuleKind;
use crate::plan::Plan;
use crate::report::{Finding, Report, Severity};
use crate::year::Balance;

/// Connected power from which the act holds, kW.
const LEAST_KW: f64 = 300.0;
/// Connected power from which an energy management system must be certified, kW.
const MANAGED_KW: f64 = 1000.0;
/// First month of data centres that count as new.
const NEW_FROM: &str = "2026-07";
/// First months of larger shares of reused energy, the latest first.
const REUSE_STEPS: [(&str, f64); 3] = [("2028-07", 0.20), ("2027-07", 0.15), (NEW_FROM, 0.10)];
/// Years after the start from which new data centres are held to their limits.
const GRACE_YEARS: u32 = 2;
/// Rounding by which a figure may pass its limit.
const TOLERANCE: f64 = 1e-9;

/// A text of the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    InForce,
    Draft,
}

impl Version {
    fn label(self) -> &'static str {
        match self {
            Self::InForce => "EnEfG in force",
            Self::Draft => "EnEfG draft of 2026-04-09",
        }
    }

    /// Largest PUE of existing data centres in the first and the second step, and of new ones.
    fn limits(self) -> ([f64; 2], f64) {
        match self {
            Self::InForce => ([1.5, 1.3], 1.2),
            Self::Draft => ([1.6, 1.4], 1.3),
        }
    }

    fn exemptions(self) -> &'static str {
        match self {
            Self::InForce => {
                "exempt where reuse is lost without fault, where a municipality or network \
                 operator has agreed to take heat, or where no network accepts it within 6 months"
            }
            Self::Draft => "exempt also where no heat network is within 5 km",
        }
    }
}

/// A requirement and what the plan makes of it.
struct Verdict {
    rule: &'static str,
    is_kept: bool,
    text: String,
}

pub(super) fn check(
    plan: &Plan,
    catalogue: &Catalogue,
    report: &Report,
    findings: &mut Vec<Finding>,
) {
    let version = catalogue.rules.law_version.value;
    let (first, second) = match version {
        none if none < 0.5 => return,
        in_force if in_force < 1.5 => (Version::InForce, Version::Draft),
        _ => (Version::Draft, Version::InForce),
    };
    let year = &report.year.total;
    let Some(start) = first_month_of_it(plan, catalogue) else { return };
    if report.totals.peak_kw < LEAST_KW || year.uses.it_kwh <= 0.0 {
        return;
    }
    let renewable = catalogue.rules.renewable_share.value;
    let judged = |version: Version| verdicts(version, start, year, renewable);
    let mut kept = Vec::new();
    for verdict in judged(first) {
        if verdict.is_kept {
            kept.push(verdict.text);
        } else {
            let subject = vec![first.label().to_owned()];
            let basis = basis(first, start);
            let message = verdict.text;
            findings.push(finding(verdict.rule, Severity::Warning, subject, None, message, basis));
        }
    }
    if report.totals.peak_kw >= MANAGED_KW {
        kept.push("from 1 MW a certified energy management system is asked".to_owned());
    }
    let other = judged(second).into_iter().map(|verdict| {
        format!("{}: {}", if verdict.is_kept { "kept" } else { "not kept" }, verdict.text)
    });
    for (version, lines) in [(first, kept), (second, other.collect())] {
        if !lines.is_empty() {
            let subject = vec![version.label().to_owned()];
            let message = format!("{}: {}", version.label(), lines.join("; "));
            let basis = basis(version, start);
            findings.push(finding("energy-law", Severity::Note, subject, None, message, basis));
        }
    }
}

fn basis(version: Version, start: &str) -> String {
    let standing = match version {
        Version::InForce => "section 11, annual means",
        Version::Draft => "ministry draft, not in force",
    };
    format!("{}, {standing}; first IT in {start}; planning value", version.label())
}

/// The month in which the first IT of the plan stands.
fn first_month_of_it<'a>(plan: &'a Plan, catalogue: &Catalogue) -> Option<&'a str> {
    let has_it = |phase: &crate::id::Id| {
        plan.containers.iter().filter(|container| container.phase == *phase).any(|container| {
            catalogue.modules.get(&container.module).is_some_and(|module| match module.kind {
                ModuleKind::It => container.populated_racks(module) > 0,
                ModuleKind::Storage => true,
                // Network nodes are outside the act.
                ModuleKind::DataHall
                | ModuleKind::Transformer
                | ModuleKind::MvSwitchgear
                | ModuleKind::Ups
                | ModuleKind::Generator
                | ModuleKind::DryCooler
                | ModuleKind::PumpStation
                | ModuleKind::HeatReuse
                | ModuleKind::Entrance
                | ModuleKind::Workshop
                | ModuleKind::Store
                | ModuleKind::ControlRoom
                | ModuleKind::Office
                | ModuleKind::Connector => false,
            })
        })
    };
    // Months are written as year and month, so they sort as texts.
    plan.phases.iter().filter(|phase| has_it(&phase.id)).map(|phase| phase.finished.as_str()).min()
}

fn verdicts(version: Version, start: &str, year: &Balance, renewable: f64) -> Vec<Verdict> {
    let mut out = vec![efficiency(version, start, year.pue)];
    out.extend(reuse(version, start, year.erf));
    let percent = 100.0 * renewable;
    out.push(Verdict {
        rule: "energy-law-renewables",
        is_kept: renewable >= 1.0 - TOLERANCE,
        text: format!(
            "{percent:.0} % of the electricity is renewable; at least 50 % are asked since 2024 \
             and 100 % from 2027, on balance"
        ),
    });
    out
}

fn efficiency(version: Version, start: &str, pue: f64) -> Verdict {
    let ([step_one, step_two], new) = version.limits();
    let (limit, asked) = if start >= NEW_FROM {
        (new, format!("at most {new:.2} is allowed from {}", years_after(start, GRACE_YEARS)))
    } else {
        let steps = match version {
            Version::InForce => {
                format!("{step_one:.2} from 2027-07 and {step_two:.2} from 2030-07")
            }
            Version::Draft => format!("{step_one:.2} and later {step_two:.2}"),
        };
        (step_two, format!("at most {steps} is allowed"))
    };
    let over = pue - limit;
    let is_kept = over <= TOLERANCE;
    let by = if is_kept { String::new() } else { format!(", {over:.2} less than that") };
    Verdict { rule: "energy-law-pue", is_kept, text: format!("PUE is {pue:.2}; {asked}{by}") }
}

/// What new data centres must reuse; older ones need not.
fn reuse(version: Version, start: &str, erf: f64) -> Option<Verdict> {
    let &(_, asked) = REUSE_STEPS.iter().find(|(from, _)| start >= *from)?;
    Some(Verdict {
        rule: "energy-law-reuse",
        is_kept: erf >= asked - TOLERANCE,
        text: format!(
            "{:.1} % of the energy is reused; {:.0} % are asked from {}; {}",
            100.0 * erf,
            100.0 * asked,
            years_after(start, GRACE_YEARS),
            version.exemptions()
        ),
    })
}

/// The same month some years later.
fn years_after(month: &str, years: u32) -> String {
    match month.split_once('-').and_then(|(year, rest)| Some((year.parse::<u32>().ok()?, rest))) {
        Some((year, rest)) => format!("{:04}-{rest}", year.saturating_add(years)),
        None => month.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;
    use crate::report::Totals;
    use crate::year::{Uses, YearStudy};

    fn report(peak_kw: f64, pue: f64, erf: f64) -> Report {
        let uses = Uses { it_kwh: 1e6, ..Uses::default() };
        let total = Balance { pue, erf, uses, ..Balance::default() };
        Report {
            totals: Totals { peak_kw, ..Totals::default() },
            year: YearStudy { total, ..YearStudy::default() },
            ..Report::default()
        }
    }

    /// What the rule says of the sample's storage module, standing from a month.
    fn findings(
        finished: &str,
        pue: f64,
        erf: f64,
        change: impl Fn(&mut Catalogue),
    ) -> Vec<Finding> {
        let mut plan = sample::plan();
        finished.clone_into(&mut plan.phases[0].finished);
        let mut catalogue = Catalogue::reference().unwrap();
        change(&mut catalogue);
        let report = report(900.0, pue, erf);
        let mut findings = Vec::new();
        check(&plan, &catalogue, &report, &mut findings);
        findings
    }

    fn warnings(finished: &str, pue: f64, erf: f64) -> Vec<&'static str> {
        let all = findings(finished, pue, erf, |_| {});
        all.iter().filter(|it| it.severity == Severity::Warning).map(|it| it.rule).collect()
    }

    #[test]
    fn limits_follow_the_month_of_the_first_it() {
        // Existing: 1.3 in the end. New: 1.2, and reuse by steps.
        assert_eq!(warnings("2026-06", 1.29, 0.0), [""; 0]);
        assert_eq!(warnings("2026-06", 1.31, 0.0), ["energy-law-pue"]);
        assert_eq!(warnings("2026-07", 1.20, 0.10), [""; 0]);
        assert_eq!(warnings("2026-07", 1.21, 0.09), ["energy-law-pue", "energy-law-reuse"]);
        assert_eq!(warnings("2027-07", 1.10, 0.14), ["energy-law-reuse"]);
        assert_eq!(warnings("2027-07", 1.10, 0.15), [""; 0]);
        assert_eq!(warnings("2028-07", 1.10, 0.19), ["energy-law-reuse"]);
        assert_eq!(warnings("2028-07", 1.10, 0.20), [""; 0]);
    }

    #[test]
    fn numbers_dates_and_exemptions_are_told() {
        let all = findings("2027-09", 1.25, 0.08, |_| {});
        let of = |rule: &str| all.iter().find(|it| it.rule == rule).unwrap();
        for part in ["1.25", "1.20", "2029-09", "0.05 less"] {
            let message = &of("energy-law-pue").message;
            assert!(message.contains(part), "{message}");
        }
        for part in ["8.0 %", "15 %", "2029-09", "6 months"] {
            let message = &of("energy-law-reuse").message;
            assert!(message.contains(part), "{message}");
        }
        let draft = all.iter().find(|it| it.message.starts_with("EnEfG draft")).unwrap();
        assert_eq!(draft.severity, Severity::Note);
        for part in ["kept: PUE is 1.25; at most 1.30", "5 km"] {
            assert!(draft.message.contains(part), "{}", draft.message);
        }
    }

    #[test]
    fn the_draft_judges_where_it_is_chosen_and_none_where_the_law_is_foreign() {
        let draft = findings("2027-09", 1.25, 0.2, |it| it.rules.law_version.value = 2.0);
        assert!(draft.iter().all(|it| it.severity == Severity::Note));
        assert!(draft.iter().any(|it| it.message.contains("EnEfG in force: not kept: PUE")));
        let none = findings("2027-09", 2.0, 0.0, |it| it.rules.law_version.value = 0.0);
        assert!(none.is_empty());
    }

    #[test]
    fn less_renewable_electricity_is_a_warning() {
        let all = findings("2025-01", 1.1, 0.0, |it| it.rules.renewable_share.value = 0.6);
        let found = all.iter().find(|it| it.rule == "energy-law-renewables").unwrap();
        assert!(found.message.contains("60 %") && found.message.contains("100 % from 2027"));
    }

    #[test]
    fn small_sites_and_sites_without_it_are_left_alone() {
        let catalogue = Catalogue::reference().unwrap();
        let count = |plan: &Plan, peak_kw: f64| {
            let mut found = Vec::new();
            check(plan, &catalogue, &report(peak_kw, 2.0, 0.0), &mut found);
            found.len()
        };
        assert_eq!(count(&sample::plan(), 299.0), 0);
        assert!(count(&sample::plan(), 300.0) > 0);
        assert_eq!(count(&Plan::empty_site("bare", 50_000, 50_000), 900.0), 0);
    }
}
