//! Design tokens: the only file that names a color, a font size or a spacing.
//!
//! The service colors are from the palette of Okabe and Ito, which stays apart for color-blind
//! readers and in print. Everything else is grey with one accent, so that color always means
//! something.

use std::sync::Arc;

use eframe::egui::style::WidgetVisuals;
use eframe::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin,
    RichText, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2,
};
use stackyard_solver::catalogue::module::{Discipline, Service};
use stackyard_solver::plan::ZoneKind;
use stackyard_solver::report::Severity;

use crate::diagram::Ink;

/// Space between related things, in points.
pub(crate) const SMALL: f32 = 4.0;
/// Space between groups, in points.
pub(crate) const MEDIUM: f32 = 8.0;
/// Space around sections, in points.
pub(crate) const LARGE: f32 = 16.0;
/// Height of a table row, in points.
pub(crate) const ROW: f32 = 20.0;
/// Size of body text, in points.
pub(crate) const BODY: f32 = 12.5;
/// Size of small text, in points.
pub(crate) const CAPTION: f32 = 11.0;
/// Rounding of everything that is rounded.
pub(crate) const ROUNDING: u8 = 4;
/// Width of rulers along the canvas, in points.
pub(crate) const RULER: f32 = 20.0;

const STRONG: &str = "strong";

/// The colors of one theme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens {
    /// Panels.
    pub(crate) panel: Color32,
    /// Window, menus and popups.
    pub(crate) raised: Color32,
    /// Fields that are typed into.
    pub(crate) field: Color32,
    /// Hairlines between panels.
    pub(crate) line: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Captions and units.
    pub(crate) weak: Color32,
    /// Headings and values.
    pub(crate) strong: Color32,
    /// The one accent.
    pub(crate) accent: Color32,
    /// What is selected in lists.
    pub(crate) selected: Color32,
    /// What the pointer is over in lists.
    pub(crate) hovered: Color32,
    /// Errors.
    pub(crate) error: Color32,
    /// Warnings and missing prices.
    pub(crate) warning: Color32,
    /// Things that are all right.
    pub(crate) good: Color32,
    /// The ground outside the site.
    pub(crate) outside: Color32,
    /// The ground of the site.
    pub(crate) ground: Color32,
    /// Thin grid lines.
    pub(crate) grid: Color32,
    /// Grid lines with a number.
    pub(crate) grid_strong: Color32,
    /// The outline of the site.
    pub(crate) boundary: Color32,
    /// Where trenches may run.
    pub(crate) corridor: Color32,
    /// An opened trench.
    pub(crate) trench: Color32,
    /// Outlines of containers.
    pub(crate) outline: Color32,
    /// Text on containers.
    pub(crate) label: Color32,
    /// Snap guides.
    pub(crate) guide: Color32,
    /// What lies behind lines that matter most.
    mark: Color32,
    /// Shadows.
    shadow: Color32,
    disciplines: [Color32; 5],
    services: [Color32; 6],
    zones: [Color32; 4],
    ramp: [Color32; 3],
}

const LIGHT: Tokens = Tokens {
    panel: Color32::from_rgb(250, 250, 249),
    raised: Color32::from_rgb(255, 255, 255),
    field: Color32::from_rgb(255, 255, 255),
    line: Color32::from_rgb(220, 221, 223),
    text: Color32::from_rgb(55, 60, 66),
    weak: Color32::from_rgb(112, 118, 126),
    strong: Color32::from_rgb(20, 24, 29),
    accent: Color32::from_rgb(27, 94, 186),
    selected: Color32::from_rgb(214, 228, 247),
    hovered: Color32::from_rgb(238, 241, 245),
    error: Color32::from_rgb(184, 52, 32),
    warning: Color32::from_rgb(176, 98, 0),
    good: Color32::from_rgb(0, 122, 87),
    outside: Color32::from_rgb(236, 236, 234),
    ground: Color32::from_rgb(252, 252, 250),
    grid: Color32::from_rgb(239, 239, 237),
    grid_strong: Color32::from_rgb(226, 227, 226),
    boundary: Color32::from_rgb(90, 96, 104),
    corridor: Color32::from_rgb(178, 182, 188),
    trench: Color32::from_rgb(222, 214, 200),
    outline: Color32::from_rgb(94, 101, 110),
    label: Color32::from_rgb(32, 37, 43),
    guide: Color32::from_rgb(200, 60, 140),
    mark: Color32::from_rgb(250, 204, 84),
    shadow: Color32::from_black_alpha(28),
    disciplines: [
        Color32::from_rgb(214, 222, 236),
        Color32::from_rgb(246, 223, 205),
        Color32::from_rgb(206, 227, 240),
        Color32::from_rgb(209, 234, 224),
        Color32::from_rgb(229, 229, 227),
    ],
    services: [
        Color32::from_rgb(213, 94, 0),
        Color32::from_rgb(214, 143, 0),
        Color32::from_rgb(0, 114, 178),
        Color32::from_rgb(188, 96, 145),
        Color32::from_rgb(0, 158, 115),
        Color32::from_rgb(66, 160, 214),
    ],
    zones: [
        Color32::from_rgb(196, 72, 52),
        Color32::from_rgb(150, 152, 156),
        Color32::from_rgb(190, 150, 60),
        Color32::from_rgb(110, 160, 90),
    ],
    ramp: [
        Color32::from_rgb(92, 142, 196),
        Color32::from_rgb(228, 182, 70),
        Color32::from_rgb(200, 76, 40),
    ],
};

const DARK: Tokens = Tokens {
    panel: Color32::from_rgb(30, 32, 36),
    raised: Color32::from_rgb(38, 41, 46),
    field: Color32::from_rgb(22, 24, 27),
    line: Color32::from_rgb(54, 58, 64),
    text: Color32::from_rgb(198, 203, 210),
    weak: Color32::from_rgb(139, 146, 156),
    strong: Color32::from_rgb(240, 243, 247),
    accent: Color32::from_rgb(96, 160, 245),
    selected: Color32::from_rgb(41, 62, 92),
    hovered: Color32::from_rgb(43, 47, 53),
    error: Color32::from_rgb(240, 112, 92),
    warning: Color32::from_rgb(240, 166, 60),
    good: Color32::from_rgb(68, 196, 152),
    outside: Color32::from_rgb(19, 20, 23),
    ground: Color32::from_rgb(27, 29, 33),
    grid: Color32::from_rgb(34, 36, 41),
    grid_strong: Color32::from_rgb(45, 48, 54),
    boundary: Color32::from_rgb(150, 157, 167),
    corridor: Color32::from_rgb(92, 97, 105),
    trench: Color32::from_rgb(72, 66, 56),
    outline: Color32::from_rgb(140, 148, 158),
    label: Color32::from_rgb(233, 236, 240),
    guide: Color32::from_rgb(238, 110, 180),
    mark: Color32::from_rgb(140, 106, 24),
    shadow: Color32::from_black_alpha(110),
    disciplines: [
        Color32::from_rgb(52, 62, 82),
        Color32::from_rgb(84, 62, 44),
        Color32::from_rgb(38, 66, 84),
        Color32::from_rgb(36, 72, 60),
        Color32::from_rgb(58, 60, 64),
    ],
    services: [
        Color32::from_rgb(232, 120, 40),
        Color32::from_rgb(230, 170, 40),
        Color32::from_rgb(60, 150, 214),
        Color32::from_rgb(212, 134, 176),
        Color32::from_rgb(30, 186, 142),
        Color32::from_rgb(110, 196, 240),
    ],
    zones: [
        Color32::from_rgb(214, 96, 76),
        Color32::from_rgb(128, 132, 138),
        Color32::from_rgb(200, 164, 80),
        Color32::from_rgb(110, 160, 90),
    ],
    ramp: [
        Color32::from_rgb(92, 142, 196),
        Color32::from_rgb(228, 182, 70),
        Color32::from_rgb(226, 96, 56),
    ],
};

impl Tokens {
    /// The tokens of a theme.
    pub(crate) fn of(visuals: &Visuals) -> &'static Self {
        if visuals.dark_mode { &DARK } else { &LIGHT }
    }

    /// The color of a service.
    pub(crate) fn service(&self, service: Service) -> Color32 {
        self.services[match service {
            Service::MvPower => 0,
            Service::LvPower => 1,
            Service::Cooling => 2,
            Service::HeatReuse => 3,
            Service::DataA => 4,
            Service::DataB => 5,
        }]
    }

    /// The fill of a container.
    pub(crate) fn discipline(&self, discipline: Discipline) -> Color32 {
        self.disciplines[match discipline {
            Discipline::Compute => 0,
            Discipline::Power => 1,
            Discipline::Cooling => 2,
            Discipline::Network => 3,
            Discipline::Building => 4,
        }]
    }

    /// The color of an ink of diagrams.
    pub(crate) fn ink(&self, ink: Ink) -> Color32 {
        let [_, _, warm] = self.ramp;
        match ink {
            Ink::Text => self.strong,
            Ink::Muted => self.weak,
            Ink::Rule => self.grid_strong,
            Ink::Paper => self.ground,
            Ink::Accent => self.accent,
            Ink::Mark => self.mark,
            Ink::Error => self.error,
            Ink::Supply => self.service(Service::Cooling),
            Ink::Return => warm,
            Ink::Earth => self.trench,
            Ink::Service(service) => self.service(service),
            Ink::Trade(discipline) => self.discipline(discipline),
        }
    }

    /// The color of a zone.
    pub(crate) fn zone(&self, kind: ZoneKind) -> Color32 {
        self.zones[match kind {
            ZoneKind::Exclusion => 0,
            ZoneKind::Road => 1,
            ZoneKind::CranePad => 2,
            ZoneKind::Green => 3,
        }]
    }

    /// The color of a severity.
    pub(crate) fn severity(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.weak,
        }
    }

    /// A color for a share from 0 to 1, from calm to alarming.
    pub(crate) fn share(&self, share: f32) -> Color32 {
        let share = share.clamp(0.0, 1.0) * 2.0;
        let (from, to, along) = if share < 1.0 {
            (self.ramp[0], self.ramp[1], share)
        } else {
            (self.ramp[1], self.ramp[2], share - 1.0)
        };
        from.lerp_to_gamma(to, along)
    }
}

/// Text in the heavier weight.
pub(crate) fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(STRONG.into())).strong()
}

/// A section heading.
pub(crate) fn heading(text: impl Into<String>) -> RichText {
    strong(text).size(BODY + 1.0)
}

/// A caption or unit.
pub(crate) fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).size(CAPTION).weak()
}

/// The font of labels on the canvas.
pub(crate) fn canvas_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The heavier font of labels on the canvas.
pub(crate) fn canvas_font_strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Installs fonts, both themes and the behaviour of the window.
pub(crate) fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.all_styles_mut(shape);
    ctx.style_mut_of(Theme::Light, |style| style.visuals = visuals(&LIGHT, Visuals::light()));
    ctx.style_mut_of(Theme::Dark, |style| style.visuals = visuals(&DARK, Visuals::dark()));
    ctx.options_mut(|options| {
        // Closing asks about unsaved work first, and Ctrl with plus zooms the plan.
        options.quit_shortcuts.clear();
        options.zoom_with_keyboard = false;
    });
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 3] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("Phosphor", include_bytes!("../../assets/fonts/Phosphor.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    let mut fallback = std::mem::take(proportional);
    fallback.insert(0, "Phosphor".to_owned());
    let family = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        names
    };
    let (regular, heavy) = (family("Inter"), family("Inter SemiBold"));
    fonts.families.insert(FontFamily::Proportional, regular);
    fonts.families.insert(FontFamily::Name(STRONG.into()), heavy);
    let monospace = fonts.families.entry(FontFamily::Monospace).or_default();
    monospace.push("Inter".to_owned());
    monospace.push("Phosphor".to_owned());
    fonts
}

fn shape(style: &mut Style) {
    let body = FontId::new(BODY, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, FontId::new(CAPTION, FontFamily::Proportional)),
        (TextStyle::Body, body.clone()),
        (TextStyle::Button, body),
        (TextStyle::Heading, FontId::new(BODY + 4.0, FontFamily::Name(STRONG.into()))),
        (TextStyle::Monospace, FontId::new(BODY, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = vec2(6.0, 4.0);
    style.spacing.button_padding = vec2(7.0, 3.0);
    style.spacing.interact_size = vec2(28.0, 22.0);
    style.spacing.window_margin = Margin::same(12);
    style.spacing.menu_margin = Margin::same(4);
    style.spacing.indent = 14.0;
    style.spacing.text_edit_width = 120.0;
    style.spacing.tooltip_width = 360.0;
    style.spacing.combo_width = 90.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style.animation_time = 0.08;
}

fn visuals(tokens: &Tokens, base: Visuals) -> Visuals {
    let rounding = CornerRadius::same(ROUNDING);
    let widget = |fill: Color32, line: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: rounding,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let mut visuals = base;
    visuals.widgets.noninteractive = widget(tokens.panel, tokens.line, tokens.text);
    visuals.widgets.inactive = widget(tokens.raised, tokens.line, tokens.text);
    visuals.widgets.hovered = widget(tokens.hovered, tokens.weak, tokens.strong);
    visuals.widgets.active = widget(tokens.selected, tokens.accent, tokens.strong);
    visuals.widgets.open = widget(tokens.hovered, tokens.line, tokens.strong);
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(1.0, tokens.strong);
    visuals.weak_text_color = Some(tokens.weak);
    visuals.hyperlink_color = tokens.accent;
    visuals.faint_bg_color = tokens.hovered;
    visuals.extreme_bg_color = tokens.field;
    visuals.code_bg_color = tokens.field;
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.error;
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(ROUNDING + 2);
    visuals.menu_corner_radius = rounding;
    visuals.window_shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: tokens.shadow };
    visuals.popup_shadow = Shadow { offset: [0, 3], blur: 10, spread: 0, color: tokens.shadow };
    visuals.indent_has_left_vline = false;
    visuals
}
