//! **What it checks**: the year is computed with the weather file that the plan names.
//! **Why it matters**: figures of another place or year would pass for those of the site.
//! **Basis**: the `weather` of the plan.

use super::finding;
use crate::catalogue::Catalogue;
use crate::plan::Plan;
use crate::report::{Finding, Severity};

pub(super) fn check(plan: &Plan, catalogue: &Catalogue, findings: &mut Vec<Finding>) {
    let Some(file) = &plan.weather else { return };
    let used = &catalogue.weather;
    if used.file.as_ref() != Some(file) {
        let reason = catalogue.weather_fault.as_deref().unwrap_or("other weather was asked for");
        findings.push(finding(
            "weather",
            Severity::Warning,
            vec![file.clone()],
            None,
            format!("the year is computed with {}, not with {file}: {reason}", used.name),
            "the weather file of the plan".to_owned(),
        ));
    } else if used.bridged > 0 {
        findings.push(finding(
            "weather",
            Severity::Note,
            vec![file.clone()],
            None,
            format!("{} values of {file} are missing and were bridged", used.bridged),
            "EPW: at most 12 hours in a row are bridged".to_owned(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::year::weather::Weather;

    fn findings(catalogue: &Catalogue) -> Vec<Finding> {
        let mut plan = Plan::empty_site("yard", 50_000, 50_000);
        plan.weather = Some("koeln.epw".to_owned());
        let mut findings = Vec::new();
        check(&plan, catalogue, &mut findings);
        findings
    }

    #[test]
    fn weather_that_could_not_be_read_is_told_with_its_reason() {
        let mut catalogue = Catalogue::reference().unwrap();
        catalogue.weather_fault = Some("the file is not there".to_owned());
        let found = findings(&catalogue);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        for part in ["Jülich", "koeln.epw", "not there"] {
            assert!(found[0].message.contains(part), "{}", found[0].message);
        }
    }

    #[test]
    fn weather_that_was_read_is_no_finding_unless_it_has_gaps() {
        let mut catalogue = Catalogue::reference().unwrap();
        let named = Weather { file: Some("koeln.epw".to_owned()), ..Weather::default() };
        catalogue.weather = Arc::new(named.clone());
        assert!(findings(&catalogue).is_empty());
        catalogue.weather = Arc::new(Weather { bridged: 3, ..named });
        assert_eq!(findings(&catalogue)[0].severity, Severity::Note);
    }
}
