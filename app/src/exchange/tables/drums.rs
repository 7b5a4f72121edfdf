//! Cut lengths and the drums they come from.
//!
//! The single cores of a circuit are cut alike, so a drum stands for a set of equal ones, a core
//! each. Cuts go onto the first drum with room, the longest first; what is longer than a common
//! drum gets one made to its length.

use std::collections::BTreeMap;

use stackyard_solver::id::Id;
use stackyard_solver::report::{CableSizing, Connection, Sizing};

use super::super::Document;
use super::cables::cores;
use super::{Cell, Table, columns, count, number, text};

/// A length of one circuit to be cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut<'a> {
    /// The connection it serves.
    pub(super) connection: &'a Connection,
    sizing: &'a CableSizing,
    /// Which of its circuits, from 1.
    circuit: u32,
}

/// A set of equal drums, one for each core of a circuit.
#[derive(Debug)]
pub(super) struct Drum<'a> {
    /// Its name: phase, item and number.
    pub(super) id: String,
    /// What is cut from it, in order.
    pub(super) cuts: Vec<Cut<'a>>,
    item: &'a str,
    phase: &'a Id,
    cores: u32,
    length_m: f64,
}

impl Drum<'_> {
    fn used_m(&self) -> f64 {
        self.cuts.iter().map(|cut| cut.sizing.circuit_m).sum()
    }
}

/// Puts every circuit of a document onto drums of its item, phase by phase.
pub(super) fn wound<'a>(document: &Document<'a>) -> Vec<Drum<'a>> {
    let Document { plan, catalogue, report, .. } = *document;
    let order = plan.phase_order();
    let mut wanted: BTreeMap<(usize, &Id, &str), Vec<Cut<'a>>> = BTreeMap::new();
    for connection in &report.connections {
        let Some(Sizing::Cable(sizing)) = &connection.sizing else { continue };
        let rank = order.get(&connection.phase).copied().unwrap_or(0);
        let cuts = wanted.entry((rank, &connection.phase, sizing.item.as_str())).or_default();
        cuts.extend((1..=sizing.circuits).map(|circuit| Cut { connection, sizing, circuit }));
    }
    let common_m = catalogue.rules.drum_length_m.value;
    let mut drums = Vec::new();
    for ((_, phase, item), mut cuts) in wanted {
        // Alike lengths stay in the order of their tags, because the sort is stable.
        cuts.sort_by(|a, b| b.sizing.circuit_m.total_cmp(&a.sizing.circuit_m));
        let mut own: Vec<Drum<'a>> = Vec::new();
        for cut in cuts {
            let length_m = cut.sizing.circuit_m;
            match own.iter_mut().find(|drum| drum.used_m() + length_m <= drum.length_m + 1e-9) {
                Some(drum) => drum.cuts.push(cut),
                None => own.push(Drum {
                    id: format!("{phase}-{item}-D{:02}", own.len() + 1),
                    cuts: vec![cut],
                    item,
                    phase,
                    cores: cores(cut.connection.service),
                    length_m: common_m.max(length_m),
                }),
            }
        }
        drums.extend(own);
    }
    drums
}

/// The pulling list: every circuit with the drum it is cut from.
pub(super) fn pulling(drums: &[Drum<'_>]) -> Table {
    let rows = drums.iter().flat_map(|drum| {
        let mut used = 0.0;
        (1..).zip(&drum.cuts).map(move |(place, cut)| {
            used += cut.sizing.circuit_m;
            let Cut { connection, sizing, circuit } = *cut;
            vec![
                text(&drum.id),
                count(place),
                text(format_args!("{}-C{circuit}", connection.id)),
                text(drum.item),
                number(drum.cores),
                connection.supply.as_ref().map_or(Cell::Empty, text),
                text(format_args!("{}/{}", connection.container, connection.port)),
                number(sizing.circuit_m),
                number(drum.length_m - used),
                text(drum.phase),
            ]
        })
    });
    let table = Table {
        columns: columns(&[
            ("Drum", 30, 0),
            ("Cut", 8, 0),
            ("Cable", 22, 0),
            ("Item", 22, 0),
            ("Cores cut alike", 10, 0),
            ("From", 18, 0),
            ("To", 18, 0),
            ("Cut length (m)", 12, 1),
            ("Left on the drum (m)", 12, 1),
            ("Phase", 10, 0),
        ]),
        rows: rows.collect(),
    };
    table.explained(&[("Cut length (m)", "cable.length")]).summed(&["Cut length (m)"])
}

/// The drums with what they hold.
pub(super) fn drums(document: &Document<'_>, drums: &[Drum<'_>]) -> Table {
    let common_m = document.catalogue.rules.drum_length_m.value;
    let rows = drums.iter().map(|drum| {
        let price = document.catalogue.prices.get(drum.item);
        let is_long = drum.length_m > common_m;
        vec![
            text(&drum.id),
            text(drum.item),
            text(price.map_or(drum.item, |price| price.description.as_str())),
            number(drum.cores),
            number(drum.length_m),
            count(drum.cuts.len()),
            number(drum.used_m()),
            number(drum.length_m - drum.used_m()),
            text(drum.phase),
            if is_long { text("longer than a common drum: made to length") } else { Cell::Empty },
        ]
    });
    let table = Table {
        columns: columns(&[
            ("Drum", 30, 0),
            ("Item", 22, 0),
            ("Cable", 44, 0),
            ("Drums in the set", 10, 0),
            ("Drum length (m)", 12, 0),
            ("Cuts", 8, 0),
            ("Used (m)", 12, 1),
            ("Left (m)", 12, 1),
            ("Phase", 10, 0),
            ("Remarks", 40, 0),
        ]),
        rows: rows.collect(),
    };
    table.summed(&["Cuts", "Used (m)", "Left (m)"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn every_circuit_is_cut_once_and_no_drum_is_overdrawn() {
        let sample = Sample::campus();
        let drums = wound(&sample.document());
        let cut: usize = drums.iter().map(|drum| drum.cuts.len()).sum();
        let circuits: u32 = sample
            .report
            .connections
            .iter()
            .filter_map(|connection| match &connection.sizing {
                Some(Sizing::Cable(sizing)) => Some(sizing.circuits),
                Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
            })
            .sum();
        assert_eq!(cut, circuits as usize);
        assert!(drums.iter().all(|drum| drum.used_m() <= drum.length_m + 1e-6));
    }

    #[test]
    fn a_cut_beyond_the_common_length_gets_a_drum_of_its_own() {
        let mut sample = Sample::campus();
        sample.catalogue.rules.drum_length_m.value = 50.0;
        for connection in &mut sample.report.connections {
            if let Some(Sizing::Cable(sizing)) = &mut connection.sizing {
                sizing.circuit_m = 60.0;
            }
        }
        let drums = wound(&sample.document());
        assert!(drums.iter().all(|drum| drum.cuts.len() == 1 && drum.length_m >= 60.0));
    }
}
