//! Colors of drawings on paper and in pictures.
//!
//! A drawing lists what it shows by [`Layer`]; this file alone says what color a layer has. The
//! service colors are those of Okabe and Ito and the same as in the window, so a print and the
//! screen agree. Every service also has its own dash or weight, because color alone is lost in a
//! black-and-white print.

use std::fmt;

use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::plan::{Usage, ZoneKind};
use stackyard_solver::report::Severity;

use crate::diagram::Ink;
use crate::scene::Layer;

/// A color as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Rgb {
    /// The color as one number, `0xRRGGBB`.
    pub(crate) fn packed(self) -> u32 {
        let Self(red, green, blue) = self;
        u32::from_be_bytes([0, red, green, blue])
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06X}", self.packed())
    }
}

/// Fill of a cell whose price is missing.
pub(crate) const MISSING_PRICE: Rgb = Rgb(255, 192, 92);
/// Fill of the header row of a sheet.
pub(crate) const SHEET_HEADER: Rgb = Rgb(226, 232, 240);
/// Fill of total rows of a sheet.
pub(crate) const SHEET_TOTAL: Rgb = Rgb(242, 244, 247);

/// The colors of one kind of medium.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// What is drawn on.
    pub(crate) paper: Rgb,
    /// Text and outlines.
    pub(crate) ink: Rgb,
    /// Captions, frames and everything secondary.
    pub(crate) muted: Rgb,
    accent: Rgb,
    mark: Rgb,
    rule: Rgb,
    warm: Rgb,
    boundary: Rgb,
    corridor: Rgb,
    forbidden: Rgb,
    trench: Rgb,
    error: Rgb,
    warning: Rgb,
    services: Services,
    disciplines: Disciplines,
    zones: Zones,
}

#[derive(Clone, Copy, Debug)]
struct Services {
    mv_power: Rgb,
    lv_power: Rgb,
    cooling: Rgb,
    heat_reuse: Rgb,
    data_a: Rgb,
    data_b: Rgb,
}

#[derive(Clone, Copy, Debug)]
struct Disciplines {
    compute: Rgb,
    power: Rgb,
    cooling: Rgb,
    network: Rgb,
    building: Rgb,
}

#[derive(Clone, Copy, Debug)]
struct Zones {
    exclusion: (Rgb, Rgb),
    road: (Rgb, Rgb),
    crane_pad: (Rgb, Rgb),
    green: (Rgb, Rgb),
}

impl Palette {
    /// For print and light backgrounds.
    pub(crate) const LIGHT: Self = Self {
        paper: Rgb(255, 255, 255),
        ink: Rgb(24, 28, 34),
        muted: Rgb(94, 101, 110),
        accent: Rgb(27, 94, 186),
        mark: Rgb(250, 204, 84),
        rule: Rgb(226, 227, 226),
        warm: Rgb(200, 76, 40),
        boundary: Rgb(40, 44, 50),
        corridor: Rgb(150, 155, 162),
        forbidden: Rgb(184, 52, 32),
        trench: Rgb(222, 214, 200),
        error: Rgb(184, 18, 52),
        warning: Rgb(150, 88, 0),
        services: Services {
            mv_power: Rgb(213, 94, 0),
            lv_power: Rgb(214, 143, 0),
            cooling: Rgb(0, 114, 178),
            heat_reuse: Rgb(188, 96, 145),
            data_a: Rgb(0, 158, 115),
            data_b: Rgb(66, 160, 214),
        },
        disciplines: Disciplines {
            compute: Rgb(214, 222, 236),
            power: Rgb(246, 223, 205),
            cooling: Rgb(206, 227, 240),
            network: Rgb(209, 234, 224),
            building: Rgb(229, 229, 227),
        },
        zones: Zones {
            exclusion: (Rgb(196, 72, 52), Rgb(250, 232, 228)),
            road: (Rgb(150, 152, 156), Rgb(240, 240, 240)),
            crane_pad: (Rgb(190, 150, 60), Rgb(250, 243, 224)),
            green: (Rgb(110, 160, 90), Rgb(234, 243, 229)),
        },
    };

    /// For dark backgrounds.
    #[allow(dead_code, reason = "the light palette prints; the dark one is for dark pages")]
    pub(crate) const DARK: Self = Self {
        paper: Rgb(27, 29, 33),
        ink: Rgb(233, 236, 240),
        muted: Rgb(139, 146, 156),
        accent: Rgb(96, 160, 245),
        mark: Rgb(140, 106, 24),
        rule: Rgb(45, 48, 54),
        warm: Rgb(226, 96, 56),
        boundary: Rgb(150, 157, 167),
        corridor: Rgb(92, 97, 105),
        forbidden: Rgb(240, 112, 92),
        trench: Rgb(72, 66, 56),
        error: Rgb(255, 112, 122),
        warning: Rgb(240, 166, 60),
        services: Services {
            mv_power: Rgb(232, 120, 40),
            lv_power: Rgb(230, 170, 40),
            cooling: Rgb(60, 150, 214),
            heat_reuse: Rgb(212, 134, 176),
            data_a: Rgb(30, 186, 142),
            data_b: Rgb(110, 196, 240),
        },
        disciplines: Disciplines {
            compute: Rgb(52, 62, 82),
            power: Rgb(84, 62, 44),
            cooling: Rgb(38, 66, 84),
            network: Rgb(36, 72, 60),
            building: Rgb(58, 60, 64),
        },
        zones: Zones {
            exclusion: (Rgb(214, 96, 76), Rgb(58, 36, 34)),
            road: (Rgb(128, 132, 138), Rgb(38, 40, 44)),
            crane_pad: (Rgb(200, 164, 80), Rgb(52, 46, 34)),
            green: (Rgb(110, 160, 90), Rgb(34, 46, 32)),
        },
    };

    /// The color of an ink of diagrams.
    pub(crate) fn ink_color(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Text => self.ink,
            Ink::Muted => self.muted,
            Ink::Rule => self.rule,
            Ink::Paper => self.paper,
            Ink::Accent => self.accent,
            Ink::Mark => self.mark,
            Ink::Error => self.error,
            Ink::Supply => self.services.cooling,
            Ink::Return => self.warm,
            Ink::Earth => self.trench,
            Ink::Service(service) => self.service(service),
            Ink::Trade(discipline) => self.discipline(discipline),
        }
    }

    /// The color of the lines of a layer.
    pub(crate) fn line(&self, layer: Layer) -> Rgb {
        match layer {
            Layer::Zone(kind) => self.zone(kind).0,
            Layer::Corridor(Usage::Forbidden) => self.forbidden,
            Layer::Corridor(Usage::Possible | Usage::Existing | Usage::Required) => self.corridor,
            Layer::Trench => self.trench,
            Layer::Container(_) | Layer::Field(_) | Layer::Finding(Severity::Note) => self.muted,
            Layer::Service(service) => self.service(service),
            Layer::Port | Layer::Entry | Layer::Text => self.ink,
            Layer::Boundary => self.boundary,
            Layer::Finding(Severity::Error) => self.error,
            Layer::Finding(Severity::Warning) => self.warning,
        }
    }

    /// The color areas of a layer are filled with, if they are.
    pub(crate) fn fill(&self, layer: Layer) -> Option<Rgb> {
        match layer {
            Layer::Zone(kind) => Some(self.zone(kind).1),
            Layer::Container(discipline) | Layer::Field(discipline) => {
                Some(self.discipline(discipline))
            }
            Layer::Port | Layer::Entry => Some(self.ink),
            Layer::Corridor(_)
            | Layer::Trench
            | Layer::Service(_)
            | Layer::Boundary
            | Layer::Text
            | Layer::Finding(_) => None,
        }
    }

    fn service(&self, service: Service) -> Rgb {
        match service {
            Service::MvPower => self.services.mv_power,
            Service::LvPower => self.services.lv_power,
            Service::Cooling => self.services.cooling,
            Service::HeatReuse => self.services.heat_reuse,
            Service::DataA => self.services.data_a,
            Service::DataB => self.services.data_b,
        }
    }

    fn discipline(&self, discipline: Discipline) -> Rgb {
        match discipline {
            Discipline::Compute => self.disciplines.compute,
            Discipline::Power => self.disciplines.power,
            Discipline::Cooling => self.disciplines.cooling,
            Discipline::Network => self.disciplines.network,
            Discipline::Building => self.disciplines.building,
        }
    }

    /// Line and fill of a zone.
    fn zone(&self, kind: ZoneKind) -> (Rgb, Rgb) {
        match kind {
            ZoneKind::Exclusion => self.zones.exclusion,
            ZoneKind::Road => self.zones.road,
            ZoneKind::CranePad => self.zones.crane_pad,
            ZoneKind::Green => self.zones.green,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_print_as_hexadecimal() {
        assert_eq!(Rgb(0, 114, 178).to_string(), "#0072B2");
    }

    #[test]
    fn every_service_has_its_own_color_in_both_palettes() {
        for palette in [Palette::LIGHT, Palette::DARK] {
            for (index, &service) in Service::ALL.iter().enumerate() {
                for &other in &Service::ALL[index + 1..] {
                    assert_ne!(
                        palette.line(Layer::Service(service)),
                        palette.line(Layer::Service(other)),
                        "{service} and {other}"
                    );
                }
            }
        }
    }
}
