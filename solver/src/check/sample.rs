//! A storage module and hand-made routes for the tests of single rules.

use crate::catalogue::module::{Load, Service};
use crate::geometry::{Point, Rotation};
use crate::id::Id;
use crate::plan::{Container, Plan};
use crate::report::{Connection, Report, Supply};

pub(crate) fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

/// A site of 120 by 60 metres with `ST-01`, whose port `DA` is at (22.4, 20.0) in the south and
/// `DB` at (22.7, 32.2) in the north.
pub(crate) fn plan() -> Plan {
    let mut plan = Plan::empty_site("sample", 120_000, 60_000);
    plan.containers.push(Container {
        id: id("ST-01"),
        module: id("storage-module"),
        at_mm: Point { x: 20_000, y: 20_000 },
        rotation: Rotation::R0,
        phase: plan.phases[0].id.clone(),
        group: None,
        racks: None,
        existing: false,
        locked: false,
    });
    plan
}

/// A report of the data connections of `ST-01` along these lines, each to a supply of its own.
pub(crate) fn report(a: &[(i64, i64)], b: &[(i64, i64)]) -> Report {
    let connections = vec![
        connection("DA", Service::DataA, "DH-01", a),
        connection("DB", Service::DataB, "CON-01", b),
    ];
    Report { connections, ..Report::default() }
}

fn connection(port: &str, service: Service, supply: &str, line: &[(i64, i64)]) -> Connection {
    let path_mm: Vec<Point> = line.iter().copied().map(Point::from).collect();
    Connection {
        id: format!("ST-01/{port}"),
        container: id("ST-01"),
        port: id(port),
        service,
        load: Load::Fibres(192),
        phase: id("P1"),
        supply: Some(Supply { id: id(supply), port: None }),
        length_m: path_mm.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum(),
        path_mm,
        sizing: None,
        blocked: None,
        locked: false,
    }
}
