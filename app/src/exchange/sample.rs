//! A small campus and an empty plan for the tests of every writer.

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::Report;
use stackyard_solver::{Settings, Silent};

use super::Document;

/// A plan with everything an export needs.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The plan.
    pub(crate) plan: Plan,
    /// The catalogue with its overrides.
    pub(crate) catalogue: Catalogue,
    /// What was computed from both.
    pub(crate) report: Report,
    text: String,
}

impl Sample {
    /// A routed campus of a dozen containers whose name is an attack on spreadsheets and markup.
    pub(crate) fn campus() -> Self {
        let mut catalogue = Catalogue::reference().unwrap();
        let mut plan = stackyard_solver::generate::campus(12, 7, &catalogue);
        plan.name = "=cmd|'/c calc'!A1 <b>&\"Jülich\"</b>".to_owned();
        catalogue = catalogue.with_overrides_of(&plan);
        let report =
            stackyard_solver::evaluate(&plan, &catalogue, &Settings::default(), &mut Silent);
        Self::with(plan, catalogue, report)
    }

    /// A plan of nothing and a report on nothing.
    pub(crate) fn empty() -> Self {
        let plan = Plan { schema: 1, ..Plan::default() };
        Self::with(plan, Catalogue::default(), Report::default())
    }

    fn with(plan: Plan, catalogue: Catalogue, report: Report) -> Self {
        let text = text::write(&plan).unwrap();
        Self { plan, catalogue, report, text }
    }

    /// What the writers take.
    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            plan: &self.plan,
            catalogue: &self.catalogue,
            report: &self.report,
            plan_ron: &self.text,
            seconds: 0.25,
        }
    }
}
