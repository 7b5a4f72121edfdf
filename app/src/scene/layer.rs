//! Layers: what kind of thing a piece of a drawing is, in drawing order from bottom to top.

use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::plan::{Usage, ZoneKind};
use stackyard_solver::report::Severity;

/// What a piece of a drawing belongs to; the order is the order of drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Layer {
    /// Areas with a purpose.
    Zone(ZoneKind),
    /// Lines along which a trench may be dug.
    Corridor(Usage),
    /// Trenches, as bands of their true width.
    Trench,
    /// Footprints of containers.
    Container(Discipline),
    /// Footprints of equipment that stands in the open.
    Field(Discipline),
    /// What lies in the trenches.
    Service(Service),
    /// Connection points of modules.
    Port,
    /// Where utilities reach the site.
    Entry,
    /// Outline of the site.
    Boundary,
    /// Names.
    Text,
    /// Where something is wrong.
    Finding(Severity),
}

/// How the lines of a layer are drawn on paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pen {
    /// Line weight in hundredths of a millimetre, from the series of ISO 128.
    pub(crate) weight: u8,
    /// Dashes and gaps on paper, mm; empty for a solid line.
    pub(crate) dash_mm: &'static [f64],
}

impl Pen {
    /// Line weight on paper.
    pub(crate) fn weight_mm(self) -> f64 {
        f64::from(self.weight) / 100.0
    }
}

/// Every discipline in legend order.
pub(crate) const DISCIPLINES: [Discipline; 5] = [
    Discipline::Compute,
    Discipline::Power,
    Discipline::Cooling,
    Discipline::Network,
    Discipline::Building,
];

/// The name of a discipline a person reads.
pub(crate) fn discipline_label(discipline: Discipline) -> &'static str {
    match discipline {
        Discipline::Compute => "Compute",
        Discipline::Power => "Power",
        Discipline::Cooling => "Cooling",
        Discipline::Network => "Network",
        Discipline::Building => "Building",
    }
}

impl Layer {
    /// Every layer in drawing order.
    pub(crate) fn all() -> Vec<Self> {
        let zones = [ZoneKind::Exclusion, ZoneKind::Road, ZoneKind::CranePad, ZoneKind::Green];
        let usages = [Usage::Possible, Usage::Existing, Usage::Required, Usage::Forbidden];
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        let mut layers = vec![Self::Trench, Self::Port, Self::Entry, Self::Boundary, Self::Text];
        layers.extend(zones.map(Self::Zone));
        layers.extend(usages.map(Self::Corridor));
        layers.extend(DISCIPLINES.map(Self::Container));
        layers.extend(DISCIPLINES.map(Self::Field));
        layers.extend(Service::ALL.map(Self::Service));
        layers.extend(severities.map(Self::Finding));
        layers.sort_unstable();
        layers
    }

    /// The name a person reads.
    pub(crate) fn label(self) -> String {
        let plain = match self {
            Self::Zone(kind) => kind.label(),
            Self::Corridor(usage) => return format!("{} corridor", usage.label()),
            Self::Trench => "Trench",
            Self::Container(discipline) => {
                return format!("{} containers", discipline_label(discipline));
            }
            Self::Field(discipline) => {
                return format!("{} equipment in the open", discipline_label(discipline));
            }
            Self::Service(service) => service.label(),
            Self::Port => "Ports",
            Self::Entry => "Utility entries",
            Self::Boundary => "Site boundary",
            Self::Text => "Text",
            Self::Finding(Severity::Error) => "Errors",
            Self::Finding(Severity::Warning) => "Warnings",
            Self::Finding(Severity::Note) => "Notes",
        };
        plain.to_owned()
    }

    /// How its lines are drawn on paper.
    pub(crate) fn pen(self) -> Pen {
        let (weight, dash_mm): (u8, &'static [f64]) = match self {
            Self::Zone(ZoneKind::Green) | Self::Port => (13, &[]),
            Self::Corridor(Usage::Possible) => (13, &[2.0, 1.0]),
            Self::Trench | Self::Text => (18, &[]),
            Self::Zone(ZoneKind::Exclusion) => (25, &[3.0, 1.0]),
            Self::Corridor(Usage::Existing | Usage::Required) => (25, &[4.0, 1.0]),
            Self::Corridor(Usage::Forbidden) => (25, &[1.0, 1.0]),
            Self::Field(_) => (25, &[2.0, 0.6]),
            Self::Service(Service::DataA) => (25, &[]),
            Self::Service(Service::DataB) => (25, &[1.5, 0.6]),
            Self::Zone(ZoneKind::Road | ZoneKind::CranePad)
            | Self::Container(_)
            | Self::Service(Service::LvPower)
            | Self::Entry => (35, &[]),
            Self::Finding(Severity::Warning | Severity::Note) => (35, &[1.5, 0.8]),
            Self::Service(Service::MvPower) => (50, &[]),
            Self::Service(Service::Cooling) => (50, &[6.0, 0.8]),
            Self::Service(Service::HeatReuse) => (50, &[2.5, 0.8]),
            Self::Boundary => (50, &[6.0, 1.0, 1.0, 1.0]),
            Self::Finding(Severity::Error) => (50, &[1.5, 0.8]),
        };
        Pen { weight, dash_mm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_thinner_than_a_printer_can_draw() {
        for layer in Layer::all() {
            assert!(layer.pen().weight >= 13, "{}", layer.label());
        }
    }

    #[test]
    fn services_stay_apart_without_color() {
        for (index, &service) in Service::ALL.iter().enumerate() {
            for &other in &Service::ALL[index + 1..] {
                let pens = (Layer::Service(service).pen(), Layer::Service(other).pen());
                assert_ne!(pens.0, pens.1, "{service} and {other}");
            }
        }
    }

    #[test]
    fn routes_are_drawn_over_trenches_and_text_over_routes() {
        let route = Layer::Service(Service::DataB);
        assert!(Layer::Trench < route && route < Layer::Text);
    }
}
