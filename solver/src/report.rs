//! Everything computed from a plan. Derived, never edited, and tied to the plan it came from.

use serde::Serialize;

use crate::catalogue::module::{Load, Service};
use crate::catalogue::tables::Conductor;
use crate::contingency::ContingencyStudy;
use crate::edit::Edit;
use crate::electrical::PowerStudy;
use crate::fabric::FabricStudy;
use crate::geometry::{Point, Rect};
use crate::id::Id;
use crate::units::{Cents, Confidence};
use crate::water::WaterStudy;
use crate::year::YearStudy;

/// The result of planning.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every port that must be served, in id order.
    pub connections: Vec<Connection>,
    /// Stretches of trench with the same contents.
    pub trenches: Vec<Trench>,
    /// Stretches of pipe pair with the same flow.
    pub pipes: Vec<PipeRun>,
    /// Circulation pumps by pipe network.
    pub pumps: Vec<PumpSet>,
    /// Transformers by station.
    pub transformers: Vec<TransformerChoice>,
    /// Bill of quantities, in group, phase and item order.
    pub boq: Vec<BoqRow>,
    /// What is wrong or worth knowing, errors first.
    pub findings: Vec<Finding>,
    /// The plan over time.
    pub phases: Vec<PhaseReport>,
    /// What the network costs and how much better it could be.
    pub cost: NetworkCost,
    /// How the search ended.
    pub search: Search,
    /// What every single loss would do.
    pub contingencies: ContingencyStudy,
    /// What the independent checker says.
    pub verification: Verification,
    /// Sums over the site.
    pub totals: Totals,
    /// Energy, water and heat of a year of weather.
    pub year: YearStudy,
    /// Voltages, currents, losses and short circuits of the electrical network.
    pub power: PowerStudy,
    /// Pressures, flows and temperatures of the pipe networks.
    pub water: WaterStudy,
    /// The high-performance network: cables, ports, lengths.
    pub fabric: FabricStudy,
}

impl Report {
    /// Whether every connection that must be served is served.
    pub fn is_complete(&self) -> bool {
        self.connections.iter().all(|connection| connection.supply.is_some())
    }

    /// Whether the plan can be built as it is.
    pub fn is_accepted(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity != Severity::Error || finding.accepted.is_some())
    }

    /// Sum of all priced BOQ rows.
    pub fn boq_total(&self) -> Cents {
        self.boq.iter().filter_map(|row| row.total).sum()
    }

    /// Rows without a price.
    pub fn missing_prices(&self) -> usize {
        self.boq.iter().filter(|row| row.total.is_none()).count()
    }

    /// The connection of that name.
    pub fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == id)
    }
}

/// Sums over the site.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Totals {
    /// Containers; fields of equipment do not count.
    pub containers: usize,
    /// Racks in place.
    pub racks: u32,
    /// Peak electrical load of everything in place, kW.
    pub peak_kw: f64,
    /// Ground covered by containers, m².
    pub container_m2: f64,
    /// Trench length, m.
    pub trench_m: f64,
    /// Length of power circuits, data trunks and pipe pairs, m.
    pub laid_m: f64,
}

/// A port and how it is served.
#[derive(Clone, Debug, Serialize)]
pub struct Connection {
    /// `container/port`.
    pub id: String,
    /// The container that draws.
    pub container: Id,
    /// Its port.
    pub port: Id,
    /// What it carries.
    pub service: Service,
    /// How much.
    pub load: Load,
    /// The phase from which it is needed.
    pub phase: Id,
    /// Who serves it; none where nothing can.
    pub supply: Option<Supply>,
    /// From the drawing port to the supplying one.
    pub path_mm: Vec<Point>,
    /// Length of the path, m.
    pub length_m: f64,
    /// What is laid.
    pub sizing: Option<Sizing>,
    /// Why it is not served.
    pub blocked: Option<String>,
    /// Whether a person fixed the route.
    pub locked: bool,
}

/// Where a connection ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Supply {
    /// Container or utility entry.
    pub id: Id,
    /// Port of the container; none at a utility entry.
    pub port: Option<Id>,
}

impl std::fmt::Display for Supply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.port {
            Some(port) => write!(f, "{}/{port}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

/// What is laid for a connection.
#[derive(Clone, Debug, Serialize)]
pub enum Sizing {
    /// Power cables.
    Cable(Box<CableSizing>),
    /// Fibre trunks.
    Data(DataSizing),
    /// A share of a pipe network.
    Pipe(PipeSizing),
}

/// What decided section and circuits of a power connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Governs {
    /// Lifetime cost: no limit binds.
    #[default]
    Economy,
    /// The current in the trench.
    Ampacity,
    /// The voltage drop.
    Drop,
    /// The short-circuit withstand.
    ShortCircuit,
}

impl Governs {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Economy => "economy",
            Self::Ampacity => "ampacity",
            Self::Drop => "voltage drop",
            Self::ShortCircuit => "short circuit",
        }
    }
}

/// Cables of a power connection.
#[derive(Clone, Debug, Serialize)]
pub struct CableSizing {
    /// Price-book id of the cable.
    pub item: String,
    /// Conductor.
    #[serde(skip)]
    pub conductor: Conductor,
    /// Cross-section, mm².
    pub section_mm2: u32,
    /// Circuits side by side.
    pub circuits: u32,
    /// Design current of the connection, A.
    pub current_a: f64,
    /// What the circuits carry together where the route is warmest, A.
    pub ampacity_a: f64,
    /// What they carry there if the soil has dried out, A.
    pub dry_ampacity_a: f64,
    /// What one circuit carries alone in the ground, A.
    pub alone_a: f64,
    /// What a circuit carries in this company by what it carries alone.
    pub grouping: f64,
    /// Circuits in the warmest trench on the way, its own included.
    pub circuits_in_trench: u32,
    /// Method of the rating.
    pub method: &'static str,
    /// Thermal resistivity of the soil, K m/W.
    pub soil_k_m_per_w: f64,
    /// Temperature of the ground, °C.
    pub soil_c: f64,
    /// Depth of the circuits, m.
    pub depth_m: f64,
    /// Axial spacing of the circuits, mm.
    pub spacing_mm: f64,
    /// Heat of warm pipes in the warmest trench, W/m.
    pub pipe_heat_w_per_m: f64,
    /// Rise of the conductor that limits them by their own design current at 90 °C, K.
    pub own_k: f64,
    /// Its rise by the dielectric loss of its own circuits, K.
    pub dielectric_k: f64,
    /// Its rise by circuits of other connections, K.
    pub neighbours_k: f64,
    /// Its rise by warm pipes, K.
    pub pipes_k: f64,
    /// What the circuits carry together on a ladder in air at their ends, A.
    pub air_a: f64,
    /// Temperature of the hottest conductor at the design current, °C.
    pub conductor_c: f64,
    /// The same in soil that has dried out, °C.
    pub dry_conductor_c: f64,
    /// Middle of the warmest stretch.
    pub warmest_mm: Point,
    /// Voltage drop, per cent.
    pub drop_percent: f64,
    /// Losses at full load, kW.
    pub loss_kw: f64,
    /// Prospective short-circuit current, kA.
    pub fault_ka: f64,
    /// What a short circuit lets through before it is cleared, million A² s.
    pub fault_ma2s: f64,
    /// What the circuits withstand, million A² s.
    pub withstand_ma2s: f64,
    /// What decided section and circuits.
    pub governs: Governs,
    /// Length of one circuit with allowances, m.
    pub circuit_m: f64,
    /// Where the build of the cable comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

impl CableSizing {
    /// Design current by what the circuits carry, per cent.
    pub fn loading_percent(&self) -> f64 {
        100.0 * self.current_a / self.ampacity_a.max(f64::MIN_POSITIVE)
    }

    /// Current that the circuits withstand for a second, kA.
    pub fn withstand_1s_ka(&self) -> f64 {
        self.withstand_ma2s.max(0.0).sqrt()
    }
}

/// Fibre of a data connection.
#[derive(Clone, Debug, Serialize)]
pub struct DataSizing {
    /// Fibres used.
    pub fibres: u32,
    /// Fibres of one trunk cable.
    pub trunk_fibres: u32,
    /// Trunk cables.
    pub trunks: u32,
    /// Optical links.
    pub links: u32,
    /// Length of one trunk with allowances, m.
    pub trunk_m: f64,
    /// Longest link the optics allow, m.
    pub reach_m: f64,
    /// The optics chosen.
    pub optic: String,
}

/// The share of a pipe network that serves a connection.
#[derive(Clone, Debug, Serialize)]
pub struct PipeSizing {
    /// Water flow, kg/s.
    pub flow_kg_s: f64,
    /// Friction of supply and return on the way, kPa.
    pub path_loss_kpa: f64,
    /// Pressure left at the module beyond its need, kPa.
    pub spare_kpa: f64,
}

/// A stretch of trench.
#[derive(Clone, Debug, Serialize)]
pub struct Trench {
    /// `T-001`.
    pub id: String,
    /// Its line.
    pub path_mm: Vec<Point>,
    /// Its length, m.
    pub length_m: f64,
    /// Its width, mm.
    pub width_mm: i64,
    /// Widest that fits, mm.
    pub limit_mm: i64,
    /// The corridor it lies in, if it lies in one.
    pub corridor: Option<Id>,
    /// Cost factor of the ground.
    pub ground_factor: f64,
    /// Whether it is open already.
    pub existing: bool,
    /// Road crossings.
    pub crossings: u32,
    /// Indices of the connections inside.
    pub contents: Vec<usize>,
    /// The phase that digs it.
    pub phase: Id,
    /// What digging costs.
    pub cost: Cents,
}

/// A stretch of pipe pair.
#[derive(Clone, Debug, Serialize)]
pub struct PipeRun {
    /// `CW-001`.
    pub id: String,
    /// Cooling or heat reuse.
    pub service: Service,
    /// The supply at its root.
    pub supply: Supply,
    /// Its line, from the supply outwards.
    pub path_mm: Vec<Point>,
    /// Its length, m.
    pub length_m: f64,
    /// Water flow, kg/s.
    pub flow_kg_s: f64,
    /// Lengths by nominal diameter, the larger first.
    pub segments: Vec<PipeSegment>,
    /// Friction of supply and return, kPa.
    pub loss_kpa: f64,
    /// The phase that lays it.
    pub phase: Id,
    /// Indices of the connections it serves.
    pub contents: Vec<usize>,
}

/// A piece of a pipe run with one diameter.
#[derive(Clone, Debug, Serialize)]
pub struct PipeSegment {
    /// Nominal diameter.
    pub dn: u32,
    /// Length, m.
    pub length_m: f64,
    /// Velocity, m/s.
    pub velocity_m_s: f64,
    /// Friction gradient of one pipe, Pa/m.
    pub gradient_pa_m: f64,
}

/// The pumps of a pipe network.
#[derive(Clone, Debug, Serialize)]
pub struct PumpSet {
    /// Cooling or heat reuse.
    pub service: Service,
    /// The supply that pumps.
    pub supply: Supply,
    /// Flow, kg/s.
    pub flow_kg_s: f64,
    /// Differential pressure, kPa.
    pub head_kpa: f64,
    /// Electrical power at that duty, kW.
    pub power_kw: f64,
    /// Motor rating of one pump, kW.
    pub motor_kw: f64,
    /// Pumps, one of them spare.
    pub units: u32,
    /// Price-book id of one pump.
    pub item: String,
    /// The phase that needs it first.
    pub phase: Id,
    /// The connection with the least pressure to spare.
    pub index_connection: String,
}

/// The transformer of a station.
#[derive(Clone, Debug, Serialize)]
pub struct TransformerChoice {
    /// The station.
    pub container: Id,
    /// Power drawn from it, kVA.
    pub load_kva: f64,
    /// Rating chosen, kVA.
    pub rating_kva: f64,
    /// Loading, per cent of the rating.
    pub loading_percent: f64,
    /// Losses at that load, kW.
    pub loss_kw: f64,
    /// Price-book id.
    pub item: String,
    /// The phase that brings it.
    pub phase: Id,
    /// Where its figures come from.
    pub source: String,
}

/// Part of the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum BoqGroup {
    /// Modules, transformers, pumps.
    Equipment,
    /// Digging and crossings.
    Trench,
    /// Power cables and fibre trunks.
    Cable,
    /// Pipes.
    Pipe,
    /// Transceivers.
    Optics,
    /// Cables of the fabric and the transceivers at their ends.
    Fabric,
    /// Laying, ends and tests.
    Laying,
    /// Spare material.
    Spares,
}

impl BoqGroup {
    /// Every group in file order.
    pub const ALL: [Self; 8] = [
        Self::Equipment,
        Self::Trench,
        Self::Cable,
        Self::Pipe,
        Self::Optics,
        Self::Fabric,
        Self::Laying,
        Self::Spares,
    ];

    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Equipment => "Equipment",
            Self::Trench => "Trench",
            Self::Cable => "Cable and trunks",
            Self::Pipe => "Pipe",
            Self::Optics => "Optics",
            Self::Fabric => "Fabric",
            Self::Laying => "Laying and ends",
            Self::Spares => "Spares",
        }
    }
}

/// A row of the bill of quantities.
#[derive(Clone, Debug, Serialize)]
pub struct BoqRow {
    /// Part of the bill.
    pub group: BoqGroup,
    /// The phase that buys it.
    pub phase: Id,
    /// Price-book id.
    pub item: String,
    /// What is bought.
    pub description: String,
    /// How much.
    pub quantity: f64,
    /// In what unit.
    pub unit: String,
    /// Price of one; none where the price book has none.
    pub unit_price: Option<Cents>,
    /// Quantity times price.
    pub total: Option<Cents>,
    /// Where the price comes from.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
    /// Region of origin.
    pub origin: String,
    /// Weeks from order to delivery.
    pub lead_time_weeks: u32,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Severity {
    /// The plan cannot be built like this.
    Error,
    /// It can, but a person should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// What a rule says about the plan.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The rule, `clearance`.
    pub rule: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The things it is about, by name.
    pub subjects: Vec<String>,
    /// Where on the site.
    #[serde(skip)]
    pub at: Option<Rect>,
    /// What is wrong, with numbers.
    pub message: String,
    /// The limit and where it comes from.
    pub basis: String,
    /// Changes that would mend it.
    #[serde(skip)]
    pub fixes: Vec<Fix>,
    /// Why a person accepted it.
    pub accepted: Option<String>,
}

impl Finding {
    /// Identity that survives edits elsewhere: rule and subjects.
    pub fn key(&self) -> String {
        format!("{}:{}", self.rule, self.subjects.join(","))
    }
}

/// A change that would mend a finding.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What it does, in words.
    pub label: String,
    /// The change.
    pub edit: Edit,
}

/// A construction step.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseReport {
    /// Its name.
    pub id: Id,
    /// What happens.
    pub name: String,
    /// Month it is finished.
    pub finished: String,
    /// Containers craned in.
    pub containers: usize,
    /// Trench dug, m.
    pub trench_m: f64,
    /// Peak load in place at its end, kW.
    pub peak_kw: f64,
    /// What it costs.
    pub cost: Cents,
    /// Connections needed by its end that nothing serves.
    pub unserved: Vec<String>,
    /// Whether everything in place at its end is served within capacity.
    pub complete: bool,
}

/// What the routed network costs over the horizon.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NetworkCost {
    /// First cost and present value of losses and pumping, EUR.
    pub lifetime_eur: f64,
    /// Trench, cable, pipe, fibre and laying, EUR.
    pub first_eur: f64,
    /// Present value of cable losses and pumping, EUR.
    pub running_eur: f64,
    /// Part of the cost no route can change: ends, verticals and slack, EUR.
    pub fixed_eur: f64,
    /// No plan for these containers costs less over the horizon, EUR.
    pub bound_eur: f64,
}

impl NetworkCost {
    /// How far above the bound the plan is, as a share of its cost.
    pub fn gap(&self) -> f64 {
        if self.lifetime_eur <= 0.0 {
            return 0.0;
        }
        ((self.lifetime_eur - self.bound_eur) / self.lifetime_eur).max(0.0)
    }
}

/// How thorough the search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Effort {
    /// A good plan within a second.
    #[default]
    Explore,
    /// A better one within seconds.
    Good,
    /// Until gap, clock or person says stop.
    Defend,
}

impl Effort {
    /// The name a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Good => "good",
            Self::Defend => "defend",
        }
    }
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Stop {
    /// Its share of work was done.
    #[default]
    Done,
    /// Nothing can be better.
    Optimal,
    /// The clock ran out.
    Clock,
    /// A person stopped it.
    Cancelled,
}

/// How a search went.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Search {
    /// How thorough it was asked to be.
    pub effort: Effort,
    /// Start of its random numbers.
    pub seed: u64,
    /// Rounds of improvement.
    pub rounds: u64,
    /// Nodes and edges of the corridor graph.
    pub graph: (usize, usize),
    /// Why it ended.
    pub stop: Stop,
    /// How the bound was proved.
    pub bound_method: String,
}

/// What the independent checker says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// Whether it ran.
    pub ran: bool,
    /// What it could not confirm.
    pub faults: Vec<String>,
}

impl Verification {
    /// Whether the checker ran and confirmed everything.
    pub fn passed(&self) -> bool {
        self.ran && self.faults.is_empty()
    }
}
