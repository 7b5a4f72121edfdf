//! The pipe networks of a report as closed circuits: pumps, supply, modules, return.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::module::{ModuleKind, Service};
use crate::physics::flow::{
    Element, Friction, Link, Network, Node, Position, PumpCurve, ValveKind,
};
use crate::physics::hydraulics::Fluid;
use crate::plan::Plan;
use crate::report::{PipeRun, PumpSet, Report, Supply};
use crate::size::pipe::{MATERIAL, PipeTable};

/// Pressure kept at the suction of the pumps, kPa above the air: a planning value that keeps warm
/// water from boiling and air from entering at the highest point of a flat site.
pub const SUCTION_KPA: f64 = 150.0;

/// Gravity of the friction law, m/s².
const GRAVITY: f64 = 9.80665;

/// A pipe network as it is solved.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// Cooling or heat reuse.
    pub service: Service,
    /// The supply that pumps.
    pub supply: Supply,
    /// Its places and links.
    pub network: Network,
    /// A short name of each node, unique over all circuits of a site.
    pub node_names: Vec<String>,
    /// A short name of each link, unique over all circuits of a site.
    pub link_names: Vec<String>,
    /// What flows in it.
    pub fluid: Fluid,
    /// Link of the pumps.
    pub pump: usize,
    /// Their curve.
    pub curve: PumpCurve,
    /// Node before the pumps.
    pub suction: usize,
    /// Node behind them.
    pub discharge: usize,
    /// Pieces of pipe pair, each after the one nearer to the pumps.
    pub legs: Vec<Leg>,
    /// Modules.
    pub users: Vec<User>,
}

/// A piece of pipe pair of one diameter.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// Index of its run in the report.
    pub run: usize,
    /// The leg before it, nearer to the pumps.
    pub parent: Option<usize>,
    /// Link of the supply pipe, away from the pumps.
    pub supply: usize,
    /// Link of the return pipe, towards the pumps.
    pub back: usize,
    /// Length of the pair, m.
    pub length_m: f64,
    /// Heat that one pipe loses, W/(m K).
    pub loss_w_per_mk: f64,
}

/// A module on a circuit.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// Index of its connection in the report.
    pub connection: usize,
    /// Its link, from supply to return.
    pub link: usize,
    /// The leg that ends at it.
    pub leg: usize,
    /// Heat it gives to the water, W; negative where it takes heat out.
    pub heat_w: f64,
}

impl Circuit {
    /// Pressure of a head, kPa.
    pub fn kpa(&self, head_m: f64) -> f64 {
        head_m * self.fluid.density * GRAVITY / 1000.0
    }

    /// Nodes of a link.
    pub fn ends(&self, link: usize) -> [usize; 2] {
        let link = &self.network.links[link];
        [link.from, link.to]
    }
}

/// The circuits of a report in the order of its pump sets.
pub fn circuits(plan: &Plan, catalogue: &Catalogue, report: &Report) -> Vec<Circuit> {
    let table = PipeTable::new(catalogue);
    let losses: BTreeMap<u32, f64> = catalogue
        .pipes
        .iter()
        .filter(|pipe| pipe.material.contains(MATERIAL))
        .filter_map(|pipe| Some((pipe.dn, pipe.u_w_per_mk?)))
        .collect();
    let known = Known { plan, catalogue, report, table: &table, losses: &losses };
    (1..).zip(&report.pumps).map(|(number, pump)| known.circuit(number, pump)).collect()
}

struct Known<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    report: &'a Report,
    table: &'a PipeTable,
    /// Heat loss by nominal diameter, W/(m K).
    losses: &'a BTreeMap<u32, f64>,
}

impl Known<'_> {
    fn circuit(&self, number: u32, pump: &PumpSet) -> Circuit {
        let fluid = self.table.fluid;
        let metres = |kpa: f64| kpa * 1000.0 / (fluid.density * GRAVITY);
        let curve = super::curve(pump.flow_kg_s / fluid.density, metres(pump.head_kpa));
        let mut circuit = Circuit {
            service: pump.service,
            supply: pump.supply.clone(),
            network: Network {
                nodes: vec![
                    Node::Fixed { head_m: metres(SUCTION_KPA) },
                    Node::Junction { elevation_m: 0.0, demand_m3_s: 0.0 },
                ],
                links: vec![Link {
                    from: 0,
                    to: 1,
                    element: Element::Pump { curve: curve.clone(), speed: 1.0 },
                }],
                friction: Friction::DarcyWeisbach {
                    viscosity_m2_s: fluid.viscosity / fluid.density,
                },
            },
            node_names: vec![format!("PUMP-{number}-IN"), format!("PUMP-{number}-OUT")],
            link_names: vec![format!("PUMP-{number}")],
            fluid,
            pump: 0,
            curve,
            suction: 0,
            discharge: 1,
            legs: Vec::new(),
            users: Vec::new(),
        };
        let mut last_leg: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, run) in self.report.pipes.iter().enumerate() {
            if run.service == pump.service && run.supply == pump.supply {
                self.lay(&mut circuit, index, run, &mut last_leg);
            }
        }
        self.connect(&mut circuit, number);
        circuit
    }

    /// Lays a run behind the one that brings its water.
    fn lay(
        &self,
        circuit: &mut Circuit,
        index: usize,
        run: &PipeRun,
        last_leg: &mut BTreeMap<usize, usize>,
    ) {
        let pipes = &self.report.pipes;
        // Runs come after the ones nearer to the pumps; the last of those that serve everyone in
        // this run and end where it starts is its parent.
        let parent = last_leg.range(..index).rev().find(|(before, _)| {
            pipes[**before].path_mm.last() == run.path_mm.first()
                && run.contents.iter().all(|user| pipes[**before].contents.contains(user))
        });
        let mut parent = parent.map(|(_, leg)| *leg);
        for (piece, segment) in (1..).zip(&run.segments) {
            let Some(size) = self.table.sizes.iter().find(|size| size.dn == segment.dn) else {
                continue;
            };
            if segment.length_m <= 0.0 {
                continue;
            }
            let (near, far_back) = match parent {
                Some(leg) => {
                    let leg = circuit.legs[leg];
                    (circuit.ends(leg.supply)[1], circuit.ends(leg.back)[0])
                }
                None => (circuit.discharge, circuit.suction),
            };
            let nodes = circuit.network.nodes.len();
            for side in ["S", "R"] {
                let node = Node::Junction { elevation_m: 0.0, demand_m3_s: 0.0 };
                circuit.network.nodes.push(node);
                circuit.node_names.push(format!("{}-{side}{piece}", run.id));
                circuit.link_names.push(format!("{}-{side}{piece}", run.id));
            }
            let element = Element::Pipe {
                // Bends, tees and valves count as more length of pipe.
                length_m: segment.length_m * self.table.fittings,
                diameter_m: size.inner_mm / 1000.0,
                roughness: size.roughness_mm,
                minor: 0.0,
                check_valve: false,
            };
            let supply = circuit.network.links.len();
            circuit.network.links.push(Link { from: near, to: nodes, element: element.clone() });
            circuit.network.links.push(Link { from: nodes + 1, to: far_back, element });
            circuit.legs.push(Leg {
                run: index,
                parent,
                supply,
                back: supply + 1,
                length_m: segment.length_m,
                loss_w_per_mk: self.losses.get(&segment.dn).copied().unwrap_or(0.0),
            });
            parent = Some(circuit.legs.len() - 1);
        }
        if let Some(leg) = parent {
            last_leg.insert(index, leg);
        }
    }

    /// Joins supply and return through every module, its flow kept by its balancing valve.
    fn connect(&self, circuit: &mut Circuit, number: u32) {
        let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, leg) in circuit.legs.iter().enumerate() {
            if let Some(run) = self.report.pipes.get(leg.run) {
                // The last leg that serves a module ends at it.
                ends.extend(run.contents.iter().map(|&user| (user, index)));
            }
        }
        for (place, (connection, leg)) in (1..).zip(ends) {
            let Some(own) = self.report.connections.get(connection) else { continue };
            let Leg { run, supply, back, .. } = circuit.legs[leg];
            let Element::Pipe { diameter_m, .. } = circuit.network.links[supply].element else {
                continue;
            };
            let flow = self.table.flow(own.load.value()) / circuit.fluid.density;
            let kind = self
                .plan
                .container(&own.container)
                .and_then(|container| self.catalogue.modules.get(&container.module))
                .map(|module| module.kind);
            // A heat-reuse station takes out of the cooling water what modules put in.
            let takes = kind == Some(ModuleKind::HeatReuse) && own.service == Service::Cooling;
            let heat_w = own.load.value() * if takes { -1000.0 } else { 1000.0 };
            let element = Element::Valve {
                kind: ValveKind::FlowControl,
                diameter_m,
                minor: 0.0,
                position: Position::Set(flow),
            };
            let (from, to) = (circuit.ends(supply)[1], circuit.ends(back)[0]);
            circuit.users.push(User { connection, link: circuit.network.links.len(), leg, heat_w });
            circuit.network.links.push(Link { from, to, element });
            let name = self.report.pipes.get(run).map_or("", |run| run.id.as_str());
            circuit.link_names.push(format!("{name}-M{number}-{place}"));
        }
    }
}
