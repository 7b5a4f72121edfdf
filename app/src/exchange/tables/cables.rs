//! The cable schedule: every power connection with its cables, lengths and limits.

use stackyard_solver::catalogue::module::Service;
use stackyard_solver::catalogue::tables::Conductor;
use stackyard_solver::report::{CableSizing, Connection, Sizing};
use stackyard_solver::size::cable;

use super::super::Document;
use super::drums::Drum;
use super::{Cell, Table, blank, columns, ends, number, passage, remark, text};

/// Power cables by connection.
pub(super) fn cables(document: &Document<'_>, drums: &[Drum<'_>]) -> Table {
    let passed = passage::trenches(document.report);
    let connections = document.report.connections.iter().zip(passed);
    let rows = connections
        .filter(|(connection, _)| connection.service.is_power())
        .map(|(connection, passed)| row(document, drums, connection, passed));
    let table = Table {
        columns: columns(&[
            ("Tag", 20, 0),
            ("Service", 12, 0),
            ("From", 14, 0),
            ("From port", 10, 0),
            ("To", 14, 0),
            ("To port", 10, 0),
            ("Voltage (kV)", 10, 1),
            ("Load (kVA)", 12, 0),
            ("Current (A)", 12, 0),
            ("Item", 22, 0),
            ("Cable", 40, 0),
            ("Conductor", 10, 0),
            ("Cores and section", 16, 0),
            ("Section (mm²)", 12, 0),
            ("Circuits", 10, 0),
            ("Circuit length (m)", 12, 1),
            ("Cable in all (m)", 12, 1),
            ("Drums", 46, 0),
            ("Rating in trench (A)", 12, 0),
            ("Loading (%)", 10, 1),
            ("Conductor (°C)", 10, 1),
            ("In company by alone", 10, 3),
            ("Circuits in trench", 12, 0),
            ("Spacing (mm)", 10, 0),
            ("Depth (m)", 8, 2),
            ("Soil (K m/W)", 8, 1),
            ("Warm pipes (W/m)", 10, 1),
            ("Rated in dry soil (A)", 12, 0),
            ("Voltage drop (%)", 12, 2),
            ("Drop allowed (%)", 12, 1),
            ("Short circuit (kA)", 10, 1),
            ("Asked for 1 s (kA)", 10, 1),
            ("Withstood for 1 s (kA)", 10, 1),
            ("Governed by", 14, 0),
            ("Voltage at load (p.u.)", 12, 4),
            ("Ik'' at load (kA)", 12, 2),
            ("Loss (kW)", 10, 2),
            ("Terminations", 12, 0),
            ("Installation", 34, 0),
            ("Route length (m)", 12, 1),
            ("Trenches passed", 60, 0),
            ("Confidence", 12, 0),
            ("Source", 50, 0),
            ("Method", 50, 0),
            ("Phase", 10, 0),
            ("Remarks", 40, 0),
        ]),
        rows: rows.collect(),
    };
    let formulas = [
        ("Current (A)", "cable.current"),
        ("Circuits", "cable.circuits"),
        ("Circuit length (m)", "cable.length"),
        ("Cable in all (m)", "cable.metres"),
        ("Rating in trench (A)", "cable.ampacity"),
        ("Loading (%)", "cable.loading"),
        ("In company by alone", "cable.grouping"),
        ("Voltage drop (%)", "cable.drop"),
        ("Loss (kW)", "cable.loss"),
        ("Terminations", "cable.ends"),
        ("Route length (m)", "route.length"),
    ];
    let totals = ["Load (kVA)", "Circuits", "Cable in all (m)", "Loss (kW)", "Terminations"];
    table.explained(&formulas).summed(&totals)
}

fn row(
    document: &Document<'_>,
    drums: &[Drum<'_>],
    connection: &Connection,
    passed: String,
) -> Vec<Cell> {
    let voltage = cable::voltage_kv(document.catalogue, connection.service);
    let mut cells = vec![text(&connection.id), text(connection.service)];
    cells.extend(ends(connection));
    cells.extend([number(voltage), number(connection.load.value())]);
    match &connection.sizing {
        Some(Sizing::Cable(sizing)) => {
            cells.extend(sized(document, drums, connection, sizing, passed));
        }
        Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => {
            cells.extend(blank(31));
            // Where it was routed, the route is known without a cable.
            cells.extend(match &connection.supply {
                Some(_) => [number(connection.length_m), Cell::Text(passed)],
                None => [Cell::Empty, Cell::Empty],
            });
            cells.extend(blank(3));
        }
    }
    cells.extend([text(&connection.phase), remark(connection)]);
    cells
}

fn sized(
    document: &Document<'_>,
    drums: &[Drum<'_>],
    connection: &Connection,
    sizing: &CableSizing,
    passed: String,
) -> Vec<Cell> {
    let catalogue = document.catalogue;
    let described = catalogue.prices.get(&sizing.item).map(|price| price.description.as_str());
    let conductor = match sizing.conductor {
        Conductor::Al => "Al",
        Conductor::Cu => "Cu",
    };
    let circuits = f64::from(sizing.circuits);
    let cut_from: Vec<&str> = drums
        .iter()
        .filter(|drum| drum.cuts.iter().any(|cut| cut.connection.id == connection.id))
        .map(|drum| drum.id.as_str())
        .collect();
    let cores = cores(connection.service);
    let state = document.report.power.cable(&connection.id);
    let limit = cable::drop_limit(catalogue, connection.service);
    vec![
        number(sizing.current_a),
        text(&sizing.item),
        text(described.unwrap_or(&sizing.item)),
        text(conductor),
        text(format_args!("{cores} x 1x{}", sizing.section_mm2)),
        number(sizing.section_mm2),
        number(sizing.circuits),
        number(sizing.circuit_m),
        number(circuits * sizing.circuit_m),
        text(cut_from.join(" ")),
        number(sizing.ampacity_a),
        number(sizing.loading_percent()),
        number(sizing.conductor_c),
        number(sizing.grouping),
        number(sizing.circuits_in_trench),
        number(sizing.spacing_mm),
        number(sizing.depth_m),
        number(sizing.soil_k_m_per_w),
        number(sizing.pipe_heat_w_per_m),
        number(sizing.dry_ampacity_a),
        number(sizing.drop_percent),
        number(limit),
        number(sizing.fault_ka),
        number(sizing.fault_ma2s.max(0.0).sqrt()),
        number(sizing.withstand_1s_ka()),
        text(sizing.governs.label()),
        state.and_then(|state| state.voltage_pu).map_or(Cell::Empty, Cell::Number),
        state.and_then(|state| state.fault_max_ka).map_or(Cell::Empty, Cell::Number),
        number(sizing.loss_kw),
        number(2.0 * circuits),
        text("single cores in touching trefoil, buried"),
        number(connection.length_m),
        Cell::Text(passed),
        text(sizing.confidence),
        text(&sizing.source),
        text(sizing.method),
    ]
}

/// Single cores of one circuit as the price book sells them: three phases, at low voltage with
/// the neutral.
pub(super) fn cores(service: Service) -> u32 {
    if service == Service::MvPower { 3 } else { 4 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    #[test]
    fn a_connection_that_nothing_serves_stays_in_the_schedule_with_its_reason() {
        let mut sample = Sample::campus();
        let lost = sample.report.connections.iter_mut().find(|it| it.service.is_power()).unwrap();
        (lost.supply, lost.sizing) = (None, None);
        lost.blocked = Some("every supply in reach is full".to_owned());
        let id = lost.id.clone();
        let table = cables(&sample.document(), &[]);
        let row = table.rows.iter().find(|row| row.first() == Some(&text(&id))).unwrap();
        assert_eq!(row.len(), table.columns.len());
        assert_eq!(row.last(), Some(&text("not served: every supply in reach is full")));
    }

    #[test]
    fn the_price_book_sells_circuits_of_as_many_cores() {
        let sample = Sample::campus();
        for (item, price) in sample.catalogue.prices.iter() {
            if item.starts_with("cable-") {
                let is_low = item.starts_with("cable-lv-");
                let service = if is_low { Service::LvPower } else { Service::MvPower };
                let wanted = format!("{} x 1x", cores(service));
                assert!(price.description.contains(&wanted), "{}", price.description);
            }
        }
    }
}
