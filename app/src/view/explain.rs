//! Why a figure is what it is: its formula, its inputs with their sources, and how far to trust it.

use std::sync::Arc;

use eframe::egui::{Label, RichText, Ui};
use stackyard_solver::provenance::{Explanation, Input, Subject, explain};
use stackyard_solver::units::Confidence;

use crate::format::number;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::parts;

/// Width of the tooltip in points.
const WIDTH: f32 = 440.0;

/// Inputs that are listed; sums can have hundreds.
const LISTED: usize = 8;

/// A row that shows a computed figure and explains it on hover.
pub(crate) fn figure(
    ui: &mut Ui,
    look: &Look<'_>,
    (name, text): (&str, &str),
    subject: &Subject,
    formula: &str,
) {
    let response = parts::figure(ui, name, text);
    response.on_hover_ui(|ui| match explanation(ui, look, subject, formula) {
        Some(explanation) => tooltip(ui, look, &explanation),
        None => {
            ui.label("Computed; nothing more is known about it");
        }
    });
}

/// What an explanation was made from: revision and duration of the run tell reports apart.
type Stamp = (u64, u64);

/// The explanation of a figure, made once for each report however long the pointer rests.
fn explanation(
    ui: &Ui,
    look: &Look<'_>,
    subject: &Subject,
    formula: &str,
) -> Option<Arc<Explanation>> {
    let computed = look.computed?;
    let stamp: Stamp = (computed.revision, computed.seconds.to_bits());
    let id = ui.make_persistent_id(("explanation", subject.to_string(), formula));
    let kept = ui.data(|data| data.get_temp::<(Stamp, Option<Arc<Explanation>>)>(id));
    if let Some((made_for, kept)) = kept
        && made_for == stamp
    {
        return kept;
    }
    let (plan, catalogue) = (&computed.plan, look.catalogue);
    let made = explain(plan, catalogue, &computed.report, subject, formula).map(Arc::new);
    ui.data_mut(|data| data.insert_temp(id, (stamp, made.clone())));
    made
}

fn tooltip(ui: &mut Ui, look: &Look<'_>, explanation: &Explanation) {
    let tokens = Tokens::of(ui.visuals());
    let Explanation { formula, value, inputs, confidence, .. } = explanation;
    ui.set_max_width(WIDTH);
    ui.label(theme::strong(format!("{}: {}", formula.quantity, amount(*value, formula.unit))));
    ui.add(Label::new(RichText::new(formula.expression).monospace()).wrap());
    ui.add(Label::new(theme::caption(formula.source)).wrap());
    ui.separator();
    for input in inputs.iter().take(LISTED) {
        input_lines(ui, input);
    }
    if inputs.len() > LISTED {
        ui.label(theme::caption(format!("and {} more", inputs.len() - LISTED)));
    }
    ui.separator();
    if explanation.agrees() {
        ui.label(theme::caption(format!("Confidence: {confidence}, as the weakest of its inputs")));
    } else {
        let text = "The plan or its rules changed since this figure was computed; press F5";
        ui.add(Label::new(RichText::new(text).color(tokens.warning)).wrap());
    }
    if !look.is_fresh() {
        ui.label(theme::caption("These results belong to the plan before the last change"));
    }
}

/// Symbol, value and meaning of an input, and below them where it comes from.
fn input_lines(ui: &mut Ui, input: &Input) {
    let tokens = Tokens::of(ui.visuals());
    let value = amount(input.value, &input.unit);
    let line = format!("{} = {value} · {}", input.symbol, input.name);
    ui.add(Label::new(line).wrap());
    let color = match input.confidence {
        Confidence::Assumption => tokens.warning,
        Confidence::Stated | Confidence::Computed | Confidence::Reported => tokens.weak,
    };
    let origin = format!("{} ({})", input.source, input.confidence);
    let origin = RichText::new(origin).size(theme::CAPTION).color(color);
    ui.add(Label::new(origin).wrap());
}

/// A value with its unit, in as many digits as tell something.
fn amount(value: f64, unit: &str) -> String {
    let size = value.abs();
    let is_whole = (value - value.round()).abs() < 1e-9;
    let places = if is_whole || size >= 1000.0 {
        0
    } else if size >= 100.0 {
        1
    } else if size >= 1.0 {
        2
    } else {
        4
    };
    match unit {
        "" => number(value, places),
        unit => format!("{} {unit}", number(value, places)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_that_tell_something() {
        assert_eq!(amount(0.082_3, "Ω/km"), "0.0823 Ω/km");
        assert_eq!(amount(1.04, ""), "1.04");
        assert_eq!(amount(369.0, "A"), "369 A");
        assert_eq!(amount(1234.6, "m"), "1,235 m");
    }
}
