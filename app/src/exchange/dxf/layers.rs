//! The layers of the CAD drawing: their names, colors and what they hold.
//!
//! Names follow discipline, major group, minor group and status, and use only letters, digits and
//! hyphens: spaces and dots make common programs discard the file.

use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::plan::{Usage, ZoneKind};
use stackyard_solver::report::Severity;

use crate::scene::Layer;

/// What a layer holds; a pair of pipes is drawn as one line, which its layer says.
pub(super) fn description(layer: Layer) -> String {
    match layer {
        Layer::Service(Service::Cooling | Service::HeatReuse) => {
            format!("{}, supply and return as one line", layer.label())
        }
        Layer::Container(_) => "Outlines of containers".to_owned(),
        other => other.label(),
    }
}

/// The layer of the outlines and lines.
pub(super) fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Zone(ZoneKind::Exclusion) => "X-ZONE-EXCL-N",
        Layer::Zone(ZoneKind::Road) => "C-ROAD-EDGE-N",
        Layer::Zone(ZoneKind::CranePad) => "C-CRAN-PADS-N",
        Layer::Zone(ZoneKind::Green) => "L-PLNT-AREA-N",
        Layer::Corridor(Usage::Possible) => "C-TRCH-PSBL-N",
        Layer::Corridor(Usage::Existing) => "C-TRCH-EXST-E",
        Layer::Corridor(Usage::Required) => "C-TRCH-REQD-N",
        Layer::Corridor(Usage::Forbidden) => "C-TRCH-FORB-N",
        Layer::Trench => "C-TRCH-XXXX-N",
        Layer::Container(_) => "C-BLDG-CONT-N",
        Layer::Field(Discipline::Compute) => "T-EQPM-COMP-N",
        Layer::Field(Discipline::Power) => "E-EQPM-YARD-N",
        Layer::Field(Discipline::Cooling) => "M-EQPM-DRYC-N",
        Layer::Field(Discipline::Network) => "T-EQPM-YARD-N",
        Layer::Field(Discipline::Building) => "A-EQPM-YARD-N",
        Layer::Service(Service::MvPower) => "E-POWR-MVLT-N",
        Layer::Service(Service::LvPower) => "E-POWR-LVLT-N",
        Layer::Service(Service::Cooling) => "M-PIPE-FWSS-N",
        Layer::Service(Service::HeatReuse) => "M-PIPE-HTRS-N",
        Layer::Service(Service::DataA) => "T-CABL-FIBR-PTHA-N",
        Layer::Service(Service::DataB) => "T-CABL-FIBR-PTHB-N",
        Layer::Port => "X-PORT-MARK-N",
        Layer::Entry => "C-UTIL-ENTR-N",
        Layer::Boundary => "C-PROP-LINE",
        Layer::Text => "A-ANNO-TEXT",
        Layer::Finding(Severity::Error) => "X-FIND-ERRR-N",
        Layer::Finding(Severity::Warning) => "X-FIND-WARN-N",
        Layer::Finding(Severity::Note) => "X-FIND-NOTE-N",
    }
}

/// The layer of the areas, for layers whose outlines are filled.
pub(super) fn hatch_name(layer: Layer) -> Option<&'static str> {
    match layer {
        Layer::Container(discipline) | Layer::Field(discipline) => Some(match discipline {
            Discipline::Compute => "T-COMP-PATT-N",
            Discipline::Power => "E-EQPM-PATT-N",
            Discipline::Cooling => "M-EQPM-PATT-N",
            Discipline::Network => "T-EQPM-PATT-N",
            Discipline::Building => "A-BLDG-PATT-N",
        }),
        Layer::Zone(_) => Some("C-ZONE-PATT-N"),
        Layer::Corridor(_)
        | Layer::Trench
        | Layer::Service(_)
        | Layer::Port
        | Layer::Entry
        | Layer::Boundary
        | Layer::Text
        | Layer::Finding(_) => None,
    }
}

/// The color of a layer in the index of CAD, as its trade expects it.
pub(super) fn color_index(layer: Layer) -> u8 {
    match layer {
        Layer::Zone(ZoneKind::Exclusion)
        | Layer::Service(Service::MvPower)
        | Layer::Field(Discipline::Power)
        | Layer::Finding(Severity::Error) => 1,
        Layer::Finding(Severity::Warning) => 2,
        Layer::Zone(ZoneKind::Green) | Layer::Container(_) => 3,
        Layer::Service(Service::Cooling) | Layer::Field(Discipline::Cooling) => 5,
        Layer::Service(Service::DataA)
        | Layer::Field(Discipline::Compute | Discipline::Network) => 6,
        Layer::Port | Layer::Entry | Layer::Boundary | Layer::Text => 7,
        Layer::Zone(ZoneKind::Road) | Layer::Field(Discipline::Building) => 8,
        Layer::Corridor(_) | Layer::Finding(Severity::Note) => 9,
        Layer::Service(Service::LvPower) => 30,
        Layer::Zone(ZoneKind::CranePad) => 40,
        Layer::Trench => 42,
        Layer::Service(Service::HeatReuse) => 240,
        Layer::Service(Service::DataB) => 212,
    }
}

/// Aids to the eye stay off the plot.
pub(super) fn plotted(layer: Layer) -> bool {
    !matches!(layer, Layer::Port | Layer::Finding(_) | Layer::Zone(ZoneKind::Exclusion))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_names_are_legal_and_tell_every_line_apart() {
        for layer in Layer::all() {
            for name in [Some(name(layer)), hatch_name(layer)].into_iter().flatten() {
                let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
                assert!(!name.is_empty() && name.bytes().all(legal), "{name}");
            }
        }
        let mut services: Vec<_> =
            Service::ALL.iter().map(|&service| name(Layer::Service(service))).collect();
        services.sort_unstable();
        services.dedup();
        assert_eq!(services.len(), Service::ALL.len());
    }
}
