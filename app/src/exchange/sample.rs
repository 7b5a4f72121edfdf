//! A small campus and an empty plan for the tests of every writer.

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::fabric::spec::{
    Block, FabricSpec, Hosts, Published, Quantity, Racks, SwitchModel, Topology, Wording,
};
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Container, Plan, text};
use stackyard_solver::report::Report;
use stackyard_solver::units::Source;
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

    /// A larger campus with three groups of switches in its first IT half-module.
    pub(crate) fn fabric() -> Self {
        let catalogue = Catalogue::reference().unwrap();
        let mut plan = stackyard_solver::generate::campus(30, 7, &catalogue);
        let it = |container: &&Container| container.module.as_str() == "it-half-module";
        let container = plan.containers.iter().find(it).unwrap().id.clone();
        let source = Source::default();
        let hosts = Hosts {
            name: "node".to_owned(),
            count: 24,
            per_rack: 8,
            nics: 2,
            nic_gbps: 200,
            source: source.clone(),
        };
        let published = Published {
            quantity: Quantity::Switches,
            block: None,
            value: 15.0,
            wording: Wording::About,
            source: source.clone(),
            note: "one group fewer".to_owned(),
        };
        plan.fabric = Some(FabricSpec {
            name: "sample".to_owned(),
            topology: Topology::DragonflyPlus { links_per_pair: Some(2) },
            switch: SwitchModel {
                model: "switch".to_owned(),
                ports: 32,
                ports_per_cage: 2,
                rate_gbps: 400,
                standard: "NDR".to_owned(),
                source: source.clone(),
            },
            media: Vec::new(),
            blocks: vec![Block {
                id: Id::new("B").unwrap(),
                count: 3,
                leaves: 2,
                spines: 2,
                uplinks: 4,
                racks: Racks { count: 1, containers: vec![container], per_container: None },
                spine_racks: None,
                hosts: vec![hosts],
                source,
            }],
            published: vec![published],
        });
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
