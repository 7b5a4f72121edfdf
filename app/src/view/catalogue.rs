//! The catalogue: every module type by discipline, to be clicked or dragged on to the canvas.

use eframe::egui::{
    Align, Button, CollapsingHeader, Layout, RichText, ScrollArea, Sense, TextEdit, Ui, vec2,
};
use stackyard_solver::catalogue::module::{Discipline, ModuleType};
use stackyard_solver::id::Id;

use crate::action::Action;
use crate::command::{Command, ToolKind};
use crate::format::{euros, number, points};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::parts;

/// What is dragged out of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried(pub(crate) Id);

/// How the catalogue is looked at.
#[derive(Debug, Default)]
pub(crate) struct State {
    search: String,
}

const DISCIPLINES: [Discipline; 5] = [
    Discipline::Compute,
    Discipline::Power,
    Discipline::Cooling,
    Discipline::Network,
    Discipline::Building,
];

/// The name of a discipline and its glyph.
pub(crate) fn discipline(discipline: Discipline) -> (&'static str, &'static str) {
    match discipline {
        Discipline::Compute => ("Compute", icons::COMPUTE),
        Discipline::Power => ("Power", icons::POWER),
        Discipline::Cooling => ("Cooling", icons::COOLING),
        Discipline::Network => ("Network", icons::NETWORK),
        Discipline::Building => ("Buildings", icons::BUILDING),
    }
}

/// Draws the catalogue.
pub(crate) fn ui(ui: &mut Ui, state: &mut State, look: &Look<'_>, out: &mut Vec<Action>) {
    let search = TextEdit::singleline(&mut state.search)
        .hint_text("Search modules")
        .desired_width(f32::INFINITY);
    ui.add(search).accessible_name("Search modules");
    ui.add_space(theme::SMALL);
    let needle = state.search.to_lowercase();
    let fits = |module: &&ModuleType| {
        needle.is_empty()
            || [module.name.as_str(), module.id.as_str(), module.kind.label()]
                .iter()
                .any(|text| text.to_lowercase().contains(&needle))
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let mut found = 0;
        for group in DISCIPLINES {
            let modules: Vec<_> = look
                .catalogue
                .modules
                .values()
                .filter(|module| module.kind.discipline() == group)
                .filter(fits)
                .collect();
            if modules.is_empty() {
                continue;
            }
            found += modules.len();
            let (name, glyph) = discipline(group);
            CollapsingHeader::new(theme::strong(format!("{glyph}  {name}")))
                .id_salt(name)
                .default_open(true)
                .show(ui, |ui| {
                    for module in modules {
                        entry(ui, module, look, out);
                    }
                });
        }
        if found == 0 {
            parts::empty(ui, "Nothing of that name", "Search for a kind such as UPS or pump");
        }
    });
}

fn entry(ui: &mut Ui, module: &ModuleType, look: &Look<'_>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    let fill = tokens.discipline(module.kind.discipline());
    let line = tokens.outline;
    let (width, depth) = module.size_mm;
    let swatch = eframe::egui::Atom::paint(vec2(12.0, 16.0), move |ui, args| {
        // The swatch has the proportions of the module.
        let size = vec2(points(width.metres()), points(depth.metres()));
        let scale = (11.0 / size.x.max(size.y)).min(3.0);
        let rect = eframe::egui::Rect::from_center_size(args.rect.center(), size * scale);
        let stroke = eframe::egui::Stroke::new(1.0, line);
        ui.painter().rect(rect, 0.0, fill, stroke, eframe::egui::StrokeKind::Inside);
    });
    let button = Button::new((swatch, RichText::new(module.name.as_str())))
        .frame_when_inactive(false)
        .truncate()
        .min_size(vec2(ui.available_width(), theme::ROW + 2.0))
        .sense(Sense::click_and_drag());
    let response =
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| ui.add(button)).inner;
    response.dnd_set_drag_payload(Carried(module.id.clone()));
    if response.clicked() {
        out.push(Action::Run(Command::Tool(ToolKind::Place)));
        out.push(Action::Take(module.id.clone()));
    }
    response.on_hover_ui(|ui| facts(ui, module, look));
}

/// What one should know of a module before placing it.
fn facts(ui: &mut Ui, module: &ModuleType, look: &Look<'_>) {
    ui.set_max_width(300.0);
    ui.label(theme::strong(module.name.as_str()));
    let (width, depth) = module.size_mm;
    let mut lines = vec![format!(
        "{} × {} × {} m, {} t",
        number(width.metres(), 1),
        number(depth.metres(), 1),
        number(module.height_mm.metres(), 1),
        number(module.mass_kg.0 / 1000.0, 1)
    )];
    if module.racks > 0 {
        lines.push(format!("{} racks of {}", module.racks, module.rack_kw));
    }
    lines.push(match look.catalogue.prices.get(&module.price_id()) {
        Some(price) => format!("{}, {} weeks", euros(price.unit_price), price.lead_time_weeks),
        None => "No price in the price book".to_owned(),
    });
    lines.push(format!("{} ({})", module.source.text, module.source.confidence));
    lines.push("Drag on to the plan, or click and then click there".to_owned());
    for line in lines {
        ui.label(theme::caption(line));
    }
}
