//! The inspector: everything about what is selected, or about the project if nothing is.
//!
//! Every number has its unit and a mark that tells where it comes from.

use eframe::egui::{Button, CollapsingHeader, Label, RichText, ScrollArea, Ui};
use stackyard_solver::edit::Edit;
use stackyard_solver::electrical::CableState;
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Forbid, Lock, Waypoint};
use stackyard_solver::provenance::Subject;
use stackyard_solver::report::{Connection, PipeRun, Sizing, Trench};

use crate::action::Action;
use crate::command::{Command, ToolKind};
use crate::format::{euros, metres, number, percent};
use crate::icons;
use crate::look::Look;
use crate::theme::{self, Tokens};
use crate::view::parts::{self, Provenance};
use crate::view::{explain, network, power, properties, summary};

/// Draws the inspector.
pub(crate) fn ui(ui: &mut Ui, look: &Look<'_>, out: &mut Vec<Action>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 4.0);
        if look.selection.is_empty() {
            summary::ui(ui, look, out);
            return;
        }
        let containers = look.selection.containers(look.plan);
        match (look.selection.only(), containers.as_slice()) {
            (_, [only]) if look.selection.names().len() == 1 => {
                properties::container(ui, only, look, out);
                equipment(ui, &only.id, look);
                ports(ui, only.id.as_str(), look, out);
            }
            (Some(name), _) => single(ui, name, look, out),
            (None, []) => several_others(ui, look),
            (None, several) => properties::several(ui, several, look, out),
        }
    });
}

fn single(ui: &mut Ui, name: &str, look: &Look<'_>, out: &mut Vec<Action>) {
    let plan = look.plan;
    if let Some(corridor) = plan.corridors.iter().find(|it| it.id.as_str() == name) {
        properties::corridor(ui, corridor, look, out);
    } else if let Some(zone) = plan.zones.iter().find(|it| it.id.as_str() == name) {
        properties::zone(ui, zone, out);
    } else if let Some(entry) = plan.entries.iter().find(|it| it.id.as_str() == name) {
        properties::entry(ui, entry, out);
    } else if let Some(connection) = look.report().and_then(|report| report.connection(name)) {
        ui.label(theme::heading(name));
        connection_body(ui, connection, look, out);
    } else if let Some(trench) =
        look.report().and_then(|report| report.trenches.iter().find(|it| it.id == name))
    {
        trench_body(ui, trench, look, out);
    } else if let Some(pipe) =
        look.report().and_then(|report| report.pipes.iter().find(|it| it.id == name))
    {
        pipe_body(ui, pipe, look);
    } else {
        parts::empty(ui, name, "It is no longer part of the plan or its results");
    }
}

/// A stretch of pipe pair with its pieces of one diameter.
fn pipe_body(ui: &mut Ui, pipe: &PipeRun, look: &Look<'_>) {
    ui.label(theme::heading(pipe.id.as_str()));
    let run = Subject::Run(pipe.id.clone());
    let friction = format!("{} kPa, supply and return", number(pipe.loss_kpa, 1));
    for (name, text, formula) in [
        ("Length", format!("{} m", number(pipe.length_m, 1)), "pipe.length"),
        ("Flow", format!("{} kg/s", number(pipe.flow_kg_s, 1)), "pipe.flow"),
        ("Friction", friction, "pipe.loss"),
    ] {
        explain::figure(ui, look, (name, &text), &run, formula);
    }
    for (number_of, piece) in (1..).zip(&pipe.segments) {
        let subject = Subject::Piece(pipe.id.clone(), number_of);
        let source = "chosen with the whole network for least cost over the horizon";
        let laid = format!("{} m", number(piece.length_m, 1));
        parts::value(ui, &format!("DN {}", piece.dn), &laid, Provenance::Computed, source);
        for (name, text, formula) in [
            ("Velocity", format!("{} m/s", number(piece.velocity_m_s, 2)), "pipe.velocity"),
            ("Gradient", format!("{} Pa/m", number(piece.gradient_pa_m, 0)), "pipe.gradient"),
        ] {
            explain::figure(ui, look, (name, &text), &subject, formula);
        }
    }
}

fn several_others(ui: &mut Ui, look: &Look<'_>) {
    let names = look.selection.names();
    ui.label(theme::heading(format!("{} things", names.len())));
    for name in names {
        ui.label(theme::caption(name.as_str()));
    }
}

/// The transformer and the pumps of a container.
fn equipment(ui: &mut Ui, container: &Id, look: &Look<'_>) {
    let Some(report) = look.report() else { return };
    for choice in report.transformers.iter().filter(|it| it.container == *container) {
        parts::section(ui, "Transformer");
        let subject = Subject::Station(container.clone());
        for (name, text, formula) in [
            ("Load", format!("{} kVA", number(choice.load_kva, 0)), "transformer.load"),
            ("Rating", format!("{} kVA", number(choice.rating_kva, 0)), "transformer.rating"),
            ("Loading", format!("{} %", number(choice.loading_percent, 0)), "transformer.loading"),
            ("Losses", format!("{} kW", number(choice.loss_kw, 1)), "transformer.loss"),
        ] {
            explain::figure(ui, look, (name, &text), &subject, formula);
        }
    }
    for pumps in report.pumps.iter().filter(|it| it.supply.id == *container) {
        parts::section(ui, "Pumps");
        let subject = Subject::Pumps(pumps.supply.clone(), pumps.service);
        for (name, text, formula) in [
            ("Flow", format!("{} kg/s", number(pumps.flow_kg_s, 1)), "pump.flow"),
            ("Head", format!("{} kPa", number(pumps.head_kpa, 0)), "pump.head"),
            ("Power", format!("{} kW", number(pumps.power_kw, 1)), "pump.power"),
            ("Motor", format!("{} kW", number(pumps.motor_kw, 1)), "pump.motor"),
            ("Pumps", format!("{}, one spare", pumps.units), "pump.units"),
        ] {
            explain::figure(ui, look, (name, &text), &subject, formula);
        }
    }
}

/// The ports of a container and how each of them is served.
fn ports(ui: &mut Ui, container: &str, look: &Look<'_>, out: &mut Vec<Action>) {
    let Some(report) = look.report() else { return };
    let tokens = Tokens::of(ui.visuals());
    parts::section(ui, "Connections");
    let own: Vec<_> =
        report.connections.iter().filter(|it| it.container.as_str() == container).collect();
    if own.is_empty() {
        ui.label(theme::caption("This module draws nothing"));
    }
    for connection in own {
        let color = if connection.supply.is_some() {
            tokens.service(connection.service)
        } else {
            tokens.error
        };
        let lock = if connection.locked { icons::LOCK } else { "" };
        let title = format!("{} · {} {lock}", connection.port, connection.service);
        let header = CollapsingHeader::new(RichText::new(title).color(color))
            .id_salt(&connection.id)
            .show(ui, |ui| connection_body(ui, connection, look, out))
            .header_response;
        if header.hovered() {
            out.push(Action::Highlight(vec![connection.id.clone()]));
        }
    }
    let served: Vec<_> = report
        .connections
        .iter()
        .filter(|it| it.supply.as_ref().is_some_and(|by| by.id.as_str() == container))
        .map(|it| it.id.clone())
        .collect();
    if !served.is_empty() {
        ui.horizontal(|ui| {
            ui.label(format!("Serves {} connections", served.len()));
            if ui.small_button("Select them").clicked() {
                out.push(Action::Select(served.clone()));
            }
        });
    }
}

/// Sizing of a connection, and what a person may say about its route.
fn connection_body(ui: &mut Ui, connection: &Connection, look: &Look<'_>, out: &mut Vec<Action>) {
    let tokens = Tokens::of(ui.visuals());
    let given = "the module type, scaled to the racks in place";
    parts::value(ui, "Needs", &connection.load.to_string(), Provenance::Given, given);
    parts::plain(ui, "From phase", connection.phase.as_str());
    match (&connection.supply, &connection.blocked) {
        (Some(supply), _) => {
            let source = "the supply that costs least with everything else considered";
            parts::value(ui, "Served by", &supply.to_string(), Provenance::Computed, source);
            let length = format!("{} m", number(connection.length_m, 1));
            let subject = Subject::Connection(connection.id.clone());
            explain::figure(ui, look, ("Route", &length), &subject, "route.length");
        }
        (None, blocked) => {
            let reason = blocked.as_deref().unwrap_or("nothing can serve it");
            let text = RichText::new(format!("Not served: {reason}")).color(tokens.error);
            ui.add(Label::new(text).wrap());
        }
    }
    if let Some(sizing) = &connection.sizing {
        sizing_rows(ui, connection, sizing, look);
    }
    route_buttons(ui, connection, look, out);
    waypoints(ui, &connection.id, look, out);
}

/// What the power flow and the short circuits say at the load.
fn solved_rows(ui: &mut Ui, state: &CableState) {
    if let Some(voltage) = state.voltage_pu {
        let text = format!("{} %", number(100.0 * voltage, 2));
        let source = "AC power flow of the whole site, Newton and Raphson; 100 % is nominal";
        parts::value(ui, "Voltage", &text, Provenance::Computed, source);
    }
    if let Some(fault) = state.fault_max_ka {
        let text = format!("{} kA", number(fault, 1));
        let source = "Ik'' max at the load, IEC 60909";
        parts::value(ui, "Short circuit", &text, Provenance::Computed, source);
    }
}

fn sizing_rows(ui: &mut Ui, connection: &Connection, sizing: &Sizing, look: &Look<'_>) {
    let subject = Subject::Connection(connection.id.clone());
    let row = |ui: &mut Ui, name: &str, text: String, formula: &str| {
        explain::figure(ui, look, (name, &text), &subject, formula);
    };
    match sizing {
        Sizing::Cable(cable) => {
            parts::value(ui, "Cable", &power::cable_name(cable), Provenance::Computed, &cable.item);
            row(ui, "Circuits", cable.circuits.to_string(), "cable.circuits");
            row(ui, "Current", format!("{} A", number(cable.current_a, 0)), "cable.current");
            row(ui, "Rating", format!("{} A", number(cable.ampacity_a, 0)), "cable.ampacity");
            let loading = percent(cable.current_a / cable.ampacity_a.max(f64::MIN_POSITIVE), 0);
            row(ui, "Loading", loading, "cable.loading");
            let grouping = format!(
                "{} among {} circuits",
                number(cable.grouping, 2),
                cable.circuits_in_trench
            );
            row(ui, "In company", grouping, "cable.grouping");
            let warm = format!("{} °C", number(cable.conductor_c, 0));
            parts::value(ui, "Conductor", &warm, Provenance::Computed, cable.method);
            let withstand = format!("{} kA for 1 s", number(cable.withstand_1s_ka(), 1));
            let asked = format!("a short circuit of {} kA", number(cable.fault_ka, 1));
            parts::value(ui, "Withstand", &withstand, Provenance::Computed, &asked);
            let least = "the limit without which it would cost less; else lifetime cost";
            let governs = cable.governs.label();
            parts::value(ui, "Governed by", governs, Provenance::Computed, least);
            row(ui, "Voltage drop", format!("{} %", number(cable.drop_percent, 2)), "cable.drop");
            row(ui, "Losses", format!("{} kW", number(cable.loss_kw, 2)), "cable.loss");
            let state = look.report().and_then(|report| report.power.cable(&connection.id));
            if let Some(state) = state {
                solved_rows(ui, state);
            }
            let length = format!("{} m", number(cable.circuit_m, 1));
            row(ui, "Circuit length", length, "cable.length");
        }
        Sizing::Data(data) => {
            parts::plain(ui, "Fibres", &number(f64::from(data.fibres), 0));
            row(ui, "Links", number(f64::from(data.links), 0), "trunk.links");
            row(ui, "Trunks", number(f64::from(data.trunks), 0), "trunk.count");
            row(ui, "Trunk length", format!("{} m", number(data.trunk_m, 1)), "trunk.length");
            row(ui, "Reach", format!("{} m", number(data.reach_m, 0)), "trunk.reach");
            parts::plain(ui, "Optics", &data.optic);
        }
        Sizing::Pipe(pipe) => {
            row(ui, "Flow", format!("{} kg/s", number(pipe.flow_kg_s, 1)), "share.flow");
            row(ui, "Friction", format!("{} kPa", number(pipe.path_loss_kpa, 1)), "share.loss");
            row(ui, "To spare", format!("{} kPa", number(pipe.spare_kpa, 1)), "share.spare");
        }
    }
}

fn route_buttons(ui: &mut Ui, connection: &Connection, look: &Look<'_>, out: &mut Vec<Action>) {
    let id = &connection.id;
    ui.horizontal_wrapped(|ui| {
        let is_locked = look.plan.locks.iter().any(|lock| lock.connection == *id);
        if is_locked {
            if ui.small_button(format!("{} Unlock route", icons::UNLOCK)).clicked() {
                let edit = Edit::Unlock(vec![id.clone()]);
                out.push(Action::Edit(format!("Unlock the route of {id}"), edit));
            }
        } else {
            let can_lock = look.is_fresh() && connection.path_mm.len() >= 2;
            let button = Button::new(format!("{} Lock route", icons::LOCK)).small();
            let response = ui
                .add_enabled(can_lock, button)
                .on_hover_text("The search keeps this route as it is")
                .on_disabled_hover_text("There is no up-to-date route to lock");
            if response.clicked() {
                let lock = Lock { connection: id.clone(), path_mm: connection.path_mm.clone() };
                out.push(Action::Edit(format!("Lock the route of {id}"), Edit::Lock(lock)));
            }
        }
        if ui.small_button("Show").clicked() {
            out.push(Action::ZoomTo(vec![id.clone()]));
        }
    });
    let Some(report) = look.report() else { return };
    let Some(position) = report.connections.iter().position(|it| it.id == *id) else { return };
    let mut used: Vec<_> = report
        .trenches
        .iter()
        .filter(|trench| trench.contents.contains(&position))
        .filter_map(|trench| trench.corridor.as_ref())
        .collect();
    used.sort();
    used.dedup();
    let barred = look.plan.forbids.iter().filter(|forbid| forbid.connection == *id);
    for forbid in barred {
        ui.horizontal(|ui| {
            ui.label(theme::caption(format!("Kept off {}", forbid.corridor)));
            if ui.small_button(format!("Permit {}", forbid.corridor)).clicked() {
                let label = format!("Permit {id} on {}", forbid.corridor);
                out.push(Action::Edit(label, Edit::Permit(forbid.clone())));
            }
        });
    }
    if !used.is_empty() {
        ui.menu_button("Keep off a corridor…", |ui| {
            for corridor in used {
                if ui.button(corridor.as_str()).clicked() {
                    let forbid = Forbid { connection: id.clone(), corridor: corridor.clone() };
                    let label = format!("Keep {id} off {corridor}");
                    out.push(Action::Edit(label, Edit::Forbid(forbid)));
                    ui.close();
                }
            }
        });
    }
}

/// The places a connection is led through, from its port on, and the tool that adds more.
fn waypoints(ui: &mut Ui, id: &str, look: &Look<'_>, out: &mut Vec<Action>) {
    let own = look.plan.waypoints.iter().filter(|it| it.connection == id);
    for (position, waypoint) in own.enumerate() {
        ui.horizontal_wrapped(|ui| one_waypoint(ui, position, waypoint, out));
    }
    let command = Command::Tool(ToolKind::Waypoint);
    let response = ui
        .small_button(command.label())
        .on_hover_text("Click places on the plan, in order from the port to the supply");
    if response.clicked() {
        // The tool works for what is selected.
        out.push(Action::Select(vec![id.to_owned()]));
        out.push(Action::Run(command));
    }
}

fn one_waypoint(ui: &mut Ui, position: usize, waypoint: &Waypoint, out: &mut Vec<Action>) {
    let Waypoint { connection, at_mm, compulsory } = waypoint;
    let (connection, at_mm) = (connection.clone(), *at_mm);
    let place = format!("{}, {}", metres(at_mm.x), metres(at_mm.y));
    let label = |what: &str| format!("{what} of {connection}");
    ui.label(theme::caption(format!("{} · {place}", position + 1)));
    let mut is_compulsory = *compulsory;
    let response = ui
        .checkbox(&mut is_compulsory, "Compulsory")
        .on_hover_text("The route must pass here; otherwise it should");
    if response.changed() {
        let connection = connection.clone();
        let edit = Edit::SetCompulsory { connection, at_mm, compulsory: is_compulsory };
        out.push(Action::Edit(label("Waypoint"), edit));
    }
    if position > 0 && ui.small_button("Earlier").clicked() {
        let edits = vec![
            Edit::RemoveWaypoint { connection: connection.clone(), at_mm },
            Edit::AddWaypoint { waypoint: waypoint.clone(), position: position - 1 },
        ];
        out.push(Action::Edit(label("Order of waypoints"), Edit::All(edits)));
    }
    if ui.small_button("Remove").clicked() {
        let edit = Edit::RemoveWaypoint { connection: connection.clone(), at_mm };
        out.push(Action::Edit(label("Remove a waypoint"), edit));
    }
}

/// A trench: its section in words, and its corridor.
fn trench_body(ui: &mut Ui, trench: &Trench, look: &Look<'_>, out: &mut Vec<Action>) {
    ui.label(theme::heading(format!("Trench {}", trench.id)));
    let width = format!(
        "{} mm of {} mm",
        number(trench.width_mm as f64, 0),
        number(trench.limit_mm as f64, 0)
    );
    let subject = Subject::Trench(trench.id.clone());
    let filling = percent(trench.width_mm as f64 / trench.limit_mm.max(1) as f64, 0);
    for (name, text, formula) in [
        ("Width", width, "trench.width"),
        ("Filling", filling, "trench.filling"),
        ("Length", format!("{} m", number(trench.length_m, 1)), "trench.length"),
        ("Digging", euros(trench.cost), "trench.cost"),
    ] {
        explain::figure(ui, look, (name, &text), &subject, formula);
    }
    parts::plain(ui, "Ground factor", &number(trench.ground_factor, 2));
    parts::plain(ui, "Dug in phase", trench.phase.as_str());
    parts::plain(ui, "Road crossings", &trench.crossings.to_string());
    if trench.existing {
        ui.label(theme::caption("It is open already and costs nothing to dig"));
    }
    if let Some(corridor) = &trench.corridor {
        if ui.button(format!("Corridor {corridor}")).clicked() {
            out.push(Action::Select(vec![corridor.to_string()]));
        }
    } else {
        ui.label(theme::caption("In free ground; draw a corridor to say more about it"));
        if ui.small_button("Corridor tool").clicked() {
            out.push(Action::Run(Command::Tool(ToolKind::Corridor)));
        }
    }
    let Some(report) = look.report() else { return };
    parts::section(ui, "Inside");
    ui.add(Label::new(theme::caption(network::inside(report, trench))).wrap());
    let tokens = Tokens::of(ui.visuals());
    for connection in trench.contents.iter().filter_map(|&index| report.connections.get(index)) {
        let text = RichText::new(connection.id.as_str()).color(tokens.service(connection.service));
        let response = ui.selectable_label(false, text);
        if response.hovered() {
            out.push(Action::Highlight(vec![connection.id.clone()]));
        }
        if response.clicked() {
            out.push(Action::Select(vec![connection.id.clone()]));
        }
    }
    let axis = trench.path_mm.first().map(|at| format!("({}, {})", metres(at.x), metres(at.y)));
    if let Some(axis) = axis {
        ui.label(theme::caption(format!("Begins at {axis}")));
    }
}
