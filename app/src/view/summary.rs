//! The inspector when nothing is selected: the project, its totals and its verdict.

use eframe::egui::{Label, RichText, Ui};
use stackyard_solver::edit::Edit;
use stackyard_solver::provenance::Subject;
use stackyard_solver::report::{Report, Severity, Stop};

use crate::action::Action;
use crate::format::{euros, metres, number, parse_money, percent, short_euros};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::explain;
use crate::view::parts::{self, Provenance};

/// Draws the summary.
pub(crate) fn ui(ui: &mut Ui, look: &Look<'_>, out: &mut Vec<Action>) {
    ui.label(theme::heading("Project"));
    if let Some(name) = parts::typed_row(ui, "project", "Name", &look.plan.name)
        && !name.trim().is_empty()
    {
        let edit = Edit::Rename(name.trim().to_owned());
        out.push(Action::Edit("Rename the project".to_owned(), edit));
    }
    if !look.plan.description.is_empty() {
        ui.add(Label::new(theme::caption(look.plan.description.as_str())).wrap());
    }
    if let Some(bounds) = look.plan.bounds() {
        let size = format!("{} × {}", metres(bounds.width()), metres(bounds.height()));
        parts::value(ui, "Site", &size, Provenance::Given, "the outline drawn in the plan");
    }
    let present = look.plan.budget_cents.map_or_else(String::new, euros);
    if let Some(text) = parts::typed_row(ui, "budget", "Budget", &present) {
        budget(&text, out);
    }
    let weather = look.plan.weather.as_deref().unwrap_or_default();
    if let Some(text) = parts::typed_row(ui, "weather", "Weather file", weather) {
        let file = text.trim();
        let edit = Edit::SetWeather((!file.is_empty()).then(|| file.to_owned()));
        out.push(Action::Edit("Set the weather file".to_owned(), edit));
    }
    match look.report() {
        Some(report) => results(ui, look, report, out),
        None => parts::empty(ui, "Not solved yet", "Press F5 to see costs, routes and findings"),
    }
    assumptions(ui, look);
}

fn budget(text: &str, out: &mut Vec<Action>) {
    if text.trim().is_empty() {
        out.push(Action::Edit("Lift the budget".to_owned(), Edit::SetBudget(None)));
        return;
    }
    match parse_money(text) {
        Ok(budget) => {
            let edit = Edit::SetBudget(Some(budget));
            out.push(Action::Edit("Set the budget".to_owned(), edit));
        }
        Err(reason) => out.push(Action::Refuse(reason)),
    }
}

fn results(ui: &mut Ui, look: &Look<'_>, report: &Report, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    parts::section(ui, "Verdict");
    let errors: Vec<_> = report
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error && it.accepted.is_none())
        .collect();
    let (glyph, color, text) = match errors.len() {
        0 => (icons::ACCEPTED, tokens.good, "Can be built as planned".to_owned()),
        1 => (icons::ERROR, tokens.error, "1 error to mend".to_owned()),
        more => (icons::ERROR, tokens.error, format!("{more} errors to mend")),
    };
    ui.label(theme::strong(format!("{glyph} {text}")).color(color));
    if let Some(first) = errors.first() {
        let response =
            ui.add(Label::new(first.message.as_str()).wrap().sense(eframe::egui::Sense::click()));
        if response.on_hover_text("Click to see it").clicked() {
            out.push(Action::ZoomTo(first.subjects.clone()));
        }
    }
    if !look.is_fresh() {
        ui.label(theme::caption("These results belong to the plan before the last change"));
    }

    parts::section(ui, "Totals");
    let totals = report.totals;
    for (name, text, formula) in [
        ("Containers", totals.containers.to_string(), "site.containers"),
        ("Racks", number(f64::from(totals.racks), 0), "site.racks"),
        ("Peak power", format!("{} MW", number(totals.peak_kw / 1000.0, 2)), "site.peak"),
        ("Covered", format!("{} m²", number(totals.container_m2, 0)), "site.area"),
        ("Trenches", format!("{} m", number(totals.trench_m, 0)), "site.trench"),
        ("Laid", format!("{} m", number(totals.laid_m, 0)), "site.laid"),
    ] {
        explain::figure(ui, look, (name, &text), &Subject::Site, formula);
    }

    parts::section(ui, "Costs");
    let missing = report.missing_prices();
    let bill = euros(report.boq_total());
    explain::figure(ui, look, ("Bill", &bill), &Subject::Network, "bill.total");
    if missing > 0 {
        let text =
            format!("{} {missing} rows have no price; the total is not complete", icons::WARNING);
        ui.add(Label::new(RichText::new(text).color(tokens.warning)).wrap());
    }
    let cost = &report.cost;
    for (name, text, formula) in [
        ("Network", short_euros(cost.first_eur), "network.first"),
        ("Running", short_euros(cost.running_eur), "network.running"),
        ("Lifetime", short_euros(cost.lifetime_eur), "network.lifetime"),
        ("Bound", short_euros(cost.bound_eur), "network.bound"),
        ("Gap", percent(cost.gap(), 2), "network.gap"),
    ] {
        explain::figure(ui, look, (name, &text), &Subject::Network, formula);
    }
    search(ui, look, report);
}

fn search(ui: &mut Ui, look: &Look<'_>, report: &Report) {
    let tokens = Tokens::of(ui.visuals());
    parts::section(ui, "Search");
    let end = match report.search.stop {
        Stop::Done => "its share of work was done",
        Stop::Optimal => "nothing can be better",
        Stop::Clock => "the clock ran out",
        Stop::Cancelled => "it was stopped",
    };
    parts::plain(ui, "Purpose", report.search.effort.label());
    parts::plain(ui, "Ended because", end);
    parts::plain(ui, "Rounds", &number(report.search.rounds as f64, 0));
    if let Some(computed) = look.computed {
        parts::plain(ui, "Took", &format!("{} s", number(computed.seconds, 2)));
    }
    let (nodes, edges) = report.search.graph;
    let graph = format!("{} nodes, {} edges", number(nodes as f64, 0), number(edges as f64, 0));
    parts::plain(ui, "Corridor graph", &graph);
    let verification = &report.verification;
    if verification.ran {
        let (text, color) = if verification.passed() {
            ("confirmed by the independent checker", tokens.good)
        } else {
            ("the independent checker disagrees", tokens.error)
        };
        ui.label(RichText::new(text).color(color));
        for fault in &verification.faults {
            ui.add(Label::new(theme::caption(fault.as_str())).wrap());
        }
    }
}

fn assumptions(ui: &mut Ui, look: &Look<'_>) {
    if look.plan.assumptions.is_empty() {
        return;
    }
    parts::section(ui, "Assumptions");
    for assumption in &look.plan.assumptions {
        ui.horizontal_top(|ui| {
            let owner = format!("to be confirmed by {}", assumption.owner);
            parts::mark(ui, Provenance::Assumed, &owner);
            ui.add(Label::new(theme::caption(assumption.text.as_str())).wrap());
        });
    }
}
