//! What the result rests on beside the plan itself.

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::Plan;

use super::super::Document;
use super::{Cell, Table, columns, money, number, text};

/// Everything the result rests on beside the plan: what was chosen, replaced or accepted, and
/// every figure of the rule set.
pub(super) fn assumptions(document: &Document<'_>) -> Table {
    let Document { plan, catalogue, .. } = *document;
    let mut rows = plan_choices(plan, catalogue);
    for (name, meaning, parameter) in catalogue.rules.parameters() {
        let confidence = parameter.source.confidence;
        let figures = [number(parameter.value), text(meaning)];
        let provenance = [text(&parameter.source.text), text(confidence), Cell::Empty];
        let head = [text("Rule figure"), text(name)];
        rows.push(head.into_iter().chain(figures).chain(provenance).collect());
    }
    Table {
        columns: columns(&[
            ("Kind", 20, 0),
            ("Name", 34, 0),
            ("Value", 14, 4),
            ("Meaning", 80, 0),
            ("Source", 60, 0),
            ("Confidence", 12, 0),
            ("Owner", 24, 0),
        ]),
        rows,
    }
}

fn plan_choices(plan: &Plan, catalogue: &Catalogue) -> Vec<Vec<Cell>> {
    let in_plan = || [text("set in the plan"), Cell::Empty];
    let mut rows = Vec::new();
    for assumption in &plan.assumptions {
        let words = [text("Assumption"), text(&assumption.id), Cell::Empty, text(&assumption.text)];
        let owner = text(&assumption.owner);
        rows.push(words.into_iter().chain(in_plan()).chain([owner]).collect());
    }
    for (item, price) in &plan.prices {
        let meaning = catalogue.prices.get(item).map(|row| row.description.as_str());
        let figure = [text("Price in EUR, replaced"), text(item), money(Some(*price))];
        let meaning = text(meaning.unwrap_or_default());
        rows.push(
            figure.into_iter().chain([meaning]).chain(in_plan()).chain([Cell::Empty]).collect(),
        );
    }
    for (name, value) in &plan.rules {
        let figure = [text("Rule figure, replaced"), text(name), number(*value), Cell::Empty];
        rows.push(figure.into_iter().chain(in_plan()).chain([Cell::Empty]).collect());
    }
    for (finding, reason) in &plan.accepted {
        let words = [text("Accepted finding"), text(finding), Cell::Empty, text(reason)];
        rows.push(words.into_iter().chain(in_plan()).chain([Cell::Empty]).collect());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_rule_figure_is_listed_with_its_source() {
        let sample = Sample::campus();
        let figures = sample.catalogue.rules.parameters().len();
        assert!(assumptions(&sample.document()).rows.len() >= figures);
    }
}
