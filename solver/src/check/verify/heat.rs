//! Warmth and short-circuit withstand of the power cables, added up circuit by circuit from the
//! lists of trenches and pipes. The formulas are those of IEC 60287, written here a second time;
//! resistances come from the cable table, not from the sizing.

use std::f64::consts::{PI, TAU};

use crate::catalogue::Catalogue;
use crate::catalogue::construction::Construction;
use crate::catalogue::module::Service;
use crate::catalogue::tables::{Conductor, Installation};
use crate::report::{CableSizing, Report, Sizing, Trench};

/// A circuit in the cross-section of a trench.
struct Circuit {
    owner: usize,
    x_m: f64,
    depth_m: f64,
    /// Heat of its three cores, W/m.
    heat: f64,
}

/// A pipe in the cross-section of a trench.
struct Pipe {
    x_m: f64,
    depth_m: f64,
    heat: f64,
}

/// One core and what lies around it.
struct Core {
    amperes: f64,
    /// Loss in conductor and screen at 90 °C, W/m.
    loss: f64,
    conductor_loss: f64,
    dielectric: f64,
    inside: f64,
    outside: f64,
    per_kelvin: f64,
    depth_m: f64,
}

/// Every power connection keeps its conductors at 90 °C or below in every trench, is as warm as it
/// says, and withstands the short circuit behind it, or a finding says otherwise.
pub(super) fn heat(catalogue: &Catalogue, report: &Report, faults: &mut Vec<String>) {
    let cores: Vec<Option<Core>> = report
        .connections
        .iter()
        .map(|connection| match &connection.sizing {
            Some(Sizing::Cable(sizing)) => {
                let load = connection.load.value();
                let core = core(catalogue, connection.service, sizing, load);
                if core.is_none() {
                    faults.push(format!("{} uses a cable the table does not hold", connection.id));
                }
                core
            }
            Some(Sizing::Data(_) | Sizing::Pipe(_)) | None => None,
        })
        .collect();
    // Largest share of the permitted rise that strangers leave, and the rise, by connection.
    let mut worst: Vec<Option<(f64, f64)>> = report.connections.iter().map(|_| None).collect();
    for trench in &report.trenches {
        let (circuits, pipes) = section(catalogue, report, &cores, trench);
        for circuit in &circuits {
            let Some(core) = &cores[circuit.owner] else { continue };
            let found = in_section(catalogue, core, circuit, &circuits, &pipes);
            let known = &mut worst[circuit.owner];
            if known.is_none_or(|(rated, _)| found.0 < rated) {
                *known = Some(found);
            }
        }
    }
    for (index, found) in worst.into_iter().enumerate() {
        let connection = &report.connections[index];
        let (Some((rated, warm_c)), Some(Sizing::Cable(sizing))) = (found, &connection.sizing)
        else {
            continue;
        };
        let carries = rated * f64::from(sizing.circuits);
        let volts = volts(catalogue, connection.service);
        let amperes = connection.load.value() / (volts * 3.0_f64.sqrt());
        let said = |rule: &str| {
            report.findings.iter().any(|f| f.rule == rule && f.subjects.contains(&connection.id))
        };
        if carries < amperes * 0.995 && !said("cable-overload") {
            faults.push(format!(
                "{} needs {amperes:.0} A, its cables carry {carries:.0} A in their trench",
                connection.id
            ));
        }
        if sizing.ampacity_a > carries * 1.01 {
            faults.push(format!(
                "{} claims {:.0} A, its cables carry {carries:.0} A in their trench",
                connection.id, sizing.ampacity_a
            ));
        }
        if sizing.conductor_c < 150.0 && (sizing.conductor_c - warm_c).abs() > 1.5 {
            faults.push(format!(
                "{} is {warm_c:.1} °C warm, not {:.1} °C",
                connection.id, sizing.conductor_c
            ));
        }
        let (asked, held) = short_circuit(catalogue, connection.service, sizing, amperes);
        if held < asked * 0.999_999 && !said("short-circuit") {
            faults.push(format!(
                "{} withstands {held:.1} kA for a second, {asked:.1} kA are asked",
                connection.id
            ));
        }
    }
}

fn volts(catalogue: &Catalogue, service: Service) -> f64 {
    if service == Service::MvPower {
        catalogue.rules.mv_voltage_kv.value
    } else {
        catalogue.rules.lv_voltage_kv.value
    }
}

/// The build of a cable: the lowest voltage that serves.
fn build<'a>(
    catalogue: &'a Catalogue,
    service: Service,
    sizing: &CableSizing,
) -> Option<&'a Construction> {
    let least_kv = volts(catalogue, service) - 1e-9;
    catalogue
        .constructions
        .iter()
        .filter(|cable| {
            cable.cores == 1
                && cable.section_mm2 == sizing.section_mm2
                && cable.conductor == sizing.conductor
                && cable.voltage_kv >= least_kv
        })
        .min_by(|a, b| a.voltage_kv.total_cmp(&b.voltage_kv))
}

/// Works out one core at its design current.
fn core(
    catalogue: &Catalogue,
    service: Service,
    sizing: &CableSizing,
    load_kva: f64,
) -> Option<Core> {
    let rules = &catalogue.rules;
    let cable = build(catalogue, service, sizing)?;
    let row = catalogue.cables.iter().find(|row| {
        row.section_mm2 == cable.section_mm2
            && row.conductor == cable.conductor
            && row.installation == Installation::BuriedTrefoil
            && (row.voltage_kv - cable.voltage_kv).abs() < 0.1
    })?;
    let ohm = row.r_ohm_per_km / 1000.0;
    let in_all = load_kva / (volts(catalogue, service) * 3.0_f64.sqrt());
    let amperes = in_all / f64::from(sizing.circuits);
    let over_core = cable.conductor_mm + 2.0 * cable.insulation_mm + 4.0 * cable.semicon_mm;
    let under_sheath = cable.outer_mm - 2.0 * cable.sheath_mm;
    let (mut screen, mut dielectric, mut jacket) = (0.0, 0.0, 6.0);
    if cable.voltage_kv > 1.0 {
        jacket = 3.5;
        // 17.241 nΩ m of copper, 27.5 % more at 90 °C; induced through the magnetic flux outside.
        let own = 17.241e-3 / cable.screen_mm2 * 1.2751;
        let mean = f64::midpoint(over_core, under_sheath);
        let induced = 100.0 * PI * 2e-7 * libm::log(2.0 * cable.outer_mm / mean);
        screen = own * induced * induced / (own * own + induced * induced);
        let inner = cable.conductor_mm + 2.0 * cable.semicon_mm;
        let capacity = 2.5e-9 / 18.0 / libm::log((inner + 2.0 * cable.insulation_mm) / inner);
        let earth_volts = cable.voltage_kv * 600.0;
        dielectric = 100.0 * PI * capacity * earth_volts * earth_volts * 0.004;
    }
    let depth_m = if service == Service::MvPower {
        rules.mv_cable_depth_m.value
    } else {
        rules.lv_cable_depth_m.value
    };
    let sheath = jacket / TAU * libm::log(cable.outer_mm / under_sheath);
    let around = libm::log(4000.0 * depth_m / cable.outer_mm) - 0.63;
    let at_20 = if cable.conductor == Conductor::Cu { 0.003_93 } else { 0.004_03 };
    let conductor_loss = amperes * amperes * ohm;
    Some(Core {
        amperes,
        loss: conductor_loss + amperes * amperes * screen,
        conductor_loss,
        dielectric,
        inside: 3.5 / TAU * libm::log(over_core / cable.conductor_mm),
        outside: 1.6 * sheath + 3.0 * rules.soil_k_m_per_w.value / TAU * around,
        per_kelvin: at_20 / (1.0 + 70.0 * at_20),
        depth_m,
    })
}

/// What lies in a trench: circuits in the order of the connections, then pipe pairs in the order of
/// their list.
fn section(
    catalogue: &Catalogue,
    report: &Report,
    cores: &[Option<Core>],
    trench: &Trench,
) -> (Vec<Circuit>, Vec<Pipe>) {
    let rules = &catalogue.rules;
    let pitch_m = rules.circuit_pitch_mm.value / 1000.0;
    let mut circuits = Vec::new();
    for &owner in &trench.contents {
        let Some(connection) = report.connections.get(owner) else { continue };
        let (Some(Some(core)), Some(Sizing::Cable(sizing))) =
            (cores.get(owner), &connection.sizing)
        else {
            continue;
        };
        for _circuit in 0..sizing.circuits {
            circuits.push(Circuit {
                owner,
                x_m: (circuits.len() as f64 + 0.5) * pitch_m,
                depth_m: core.depth_m,
                heat: 3.0 * (core.loss + core.dielectric),
            });
        }
    }
    let mut pipes = Vec::new();
    let mut x_m = circuits.len() as f64 * pitch_m + rules.discipline_gap_mm.value / 1000.0;
    let mut networks = Vec::new();
    for run in &report.pipes {
        let mut served = run.contents.clone();
        served.sort_unstable();
        let mut here: Vec<usize> = trench
            .contents
            .iter()
            .copied()
            .filter(|&index| {
                report.connections.get(index).is_some_and(|connection| {
                    connection.service == run.service
                        && connection.supply.as_ref() == Some(&run.supply)
                })
            })
            .collect();
        here.sort_unstable();
        let network = (run.service, &run.supply);
        if here.is_empty() || here != served || networks.contains(&network) {
            continue;
        }
        networks.push(network);
        let largest = run.segments.iter().map(|segment| segment.dn).max();
        let size = catalogue
            .pipes
            .iter()
            .find(|pipe| Some(pipe.dn) == largest && pipe.material.contains("pre-insulated"));
        let Some(size) = size else { continue };
        let casing_m = (size.outer_mm + 2.0 * rules.pipe_insulation_mm.value) / 1000.0;
        for warmer_by in [0.0, rules.water_delta_k.value] {
            let water_c = rules.water_supply_c.value + warmer_by;
            let above = (water_c - rules.soil_temperature_c.value).max(0.0);
            pipes.push(Pipe {
                x_m: x_m + casing_m / 2.0,
                depth_m: rules.pipe_cover_m.value + casing_m / 2.0,
                heat: size.u_w_per_mk.unwrap_or_default() * above,
            });
            x_m += casing_m;
            // The gap lies between the two pipes of a pair.
            x_m += if warmer_by > 0.0 { 0.0 } else { rules.pipe_gap_mm.value / 1000.0 };
        }
    }
    (circuits, pipes)
}

/// What one circuit may carry in a cross-section, A, and how warm it is, °C.
fn in_section(
    catalogue: &Catalogue,
    core: &Core,
    own: &Circuit,
    circuits: &[Circuit],
    pipes: &[Pipe],
) -> (f64, f64) {
    let rules = &catalogue.rules;
    let spread = rules.soil_k_m_per_w.value / TAU;
    // Kelvins for a watt a metre at another place.
    let reach = |x_m: f64, depth_m: f64| {
        let across = x_m - own.x_m;
        let to_image = libm::hypot(across, depth_m + own.depth_m);
        let to_place = libm::hypot(across, depth_m - own.depth_m).max(1e-3);
        spread * libm::log(to_image / to_place)
    };
    let (mut foreign, mut beside) = (0.0, 0.0);
    for other in circuits.iter().filter(|other| other.x_m.to_bits() != own.x_m.to_bits()) {
        if other.owner == own.owner {
            beside += 3.0 * reach(other.x_m, other.depth_m);
        } else {
            foreign += other.heat * reach(other.x_m, other.depth_m);
        }
    }
    foreign += pipes.iter().map(|pipe| pipe.heat * reach(pipe.x_m, pipe.depth_m)).sum::<f64>();
    let outside = core.outside + beside;
    let steady = core.dielectric * (core.inside / 2.0 + outside);
    let own_rise = core.conductor_loss * core.inside + core.loss * outside;
    let room = 90.0 - rules.soil_temperature_c.value - foreign - steady;
    let rated = if own_rise > 0.0 {
        core.amperes * (room.max(0.0) / own_rise).sqrt()
    } else if room > 0.0 {
        f64::INFINITY
    } else {
        0.0
    };
    let screens = (core.loss - core.conductor_loss) * outside;
    let mut warm_c = 90.0_f64;
    for _turn in 0..60 {
        let share = 1.0 + core.per_kelvin * (warm_c.min(300.0) - 90.0);
        warm_c = rules.soil_temperature_c.value
            + foreign
            + steady
            + screens
            + (own_rise - screens) * share;
    }
    (rated, warm_c)
}

/// Short-circuit current for a second that is asked and that the circuits withstand, kA.
fn short_circuit(
    catalogue: &Catalogue,
    service: Service,
    sizing: &CableSizing,
    amperes: f64,
) -> (f64, f64) {
    let rules = &catalogue.rules;
    let seconds = rules.fault_clearing_s.value;
    let asked = if service == Service::MvPower {
        rules.grid_fault_max_mva.value / rules.mv_voltage_kv.value / 3.0_f64.sqrt() * seconds.sqrt()
    } else {
        let full = rules.lv_fault_ka.value * seconds.sqrt();
        let fused = rules.lv_fused_let_through_ma2s.value.sqrt();
        if amperes <= rules.lv_fused_max_a.value { full.min(fused) } else { full }
    };
    let constant = match sizing.conductor {
        Conductor::Al => rules.short_circuit_k_al.value,
        Conductor::Cu => rules.short_circuit_k_cu.value,
    };
    let metal = f64::from(sizing.circuits) * f64::from(sizing.section_mm2);
    (asked, constant * metal / 1000.0)
}
