//! Fabrics: the laws of their wiring, and the take-off of the plans that ship.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::edit::Edit;
use stackyard_solver::fabric::spec::{
    Block, CustomLink, FabricSpec, Hosts, Quantity, Racks, SwitchModel, Topology,
};
use stackyard_solver::fabric::topology::{Fabric, Far, Kind, Role, wire};
use stackyard_solver::fabric::{Takeoff, Violation};
use stackyard_solver::id::Id;
use stackyard_solver::plan::{Plan, text};
use stackyard_solver::report::{BoqGroup, Report};
use stackyard_solver::units::{Cents, Source};
use stackyard_solver::{Settings, Silent, evaluate};

const JUPITER: &str = include_str!("../../layouts/jupiter.ron");
const EXPANSION: &str = include_str!("../../layouts/jupiter-expansion.ron");

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn read(source: &str) -> Plan {
    let catalogue = Catalogue::reference().unwrap();
    text::read(source, &catalogue).unwrap_or_else(|error| panic!("{error}"))
}

fn solve(plan: &Plan) -> Report {
    let catalogue = Catalogue::reference().unwrap();
    let settings = Settings { verify: true, ..Settings::default() };
    evaluate(plan, &catalogue, &settings, &mut Silent)
}

/// Groups of `leaves` and `spines` with that many uplinks and whole-port hosts a leaf.
fn spec(
    topology: Topology,
    groups: u32,
    (leaves, spines, uplinks): (u32, u32, u32),
    hosts_per_leaf: u32,
    ports: u32,
) -> FabricSpec {
    let hosts = Hosts {
        name: "node".to_owned(),
        count: groups * leaves * hosts_per_leaf,
        per_rack: (leaves * hosts_per_leaf).max(1),
        nics: 1,
        nic_gbps: 400,
        source: Source::default(),
    };
    FabricSpec {
        name: "test".to_owned(),
        topology,
        switch: SwitchModel {
            model: "switch".to_owned(),
            ports,
            ports_per_cage: 2,
            rate_gbps: 400,
            standard: "NDR".to_owned(),
            source: Source::default(),
        },
        media: Vec::new(),
        blocks: vec![Block {
            id: id("B"),
            count: groups,
            leaves,
            spines,
            uplinks,
            racks: Racks { count: 1, containers: Vec::new(), per_container: None },
            spine_racks: None,
            hosts: vec![hosts],
            source: Source::default(),
        }],
        published: Vec::new(),
    }
}

fn wired(spec: &FabricSpec) -> Fabric {
    wire(spec, &Plan::empty_site("test", 10_000, 10_000), &Catalogue::reference().unwrap())
}

/// Switch pairs by cable.
fn switch_links(fabric: &Fabric) -> Vec<(u32, u32)> {
    let links = fabric.cables.iter().filter_map(|cable| match cable.to {
        Far::Switch(end) => Some((cable.from.switch, end.switch)),
        Far::Nics { .. } => None,
    });
    links.collect()
}

/// Hops from one switch to every other, without one of the links.
fn hops(fabric: &Fabric, links: &[(u32, u32)], start: u32, without: Option<usize>) -> Vec<u32> {
    let mut beside = vec![Vec::new(); fabric.switches.len()];
    for (index, &(a, b)) in links.iter().enumerate() {
        if Some(index) != without {
            beside[a as usize].push(b);
            beside[b as usize].push(a);
        }
    }
    let mut hops = vec![u32::MAX; fabric.switches.len()];
    hops[start as usize] = 0;
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &next in &beside[at as usize] {
            if hops[next as usize] == u32::MAX {
                hops[next as usize] = hops[at as usize] + 1;
                queue.push_back(next);
            }
        }
    }
    hops
}

/// The first port that two cables share, if there is one.
fn shared_port(fabric: &Fabric) -> Option<(u32, u32)> {
    let mut seen = BTreeSet::new();
    let ends = fabric.cables.iter().flat_map(|cable| {
        let far = match cable.to {
            Far::Switch(end) => Some(end),
            Far::Nics { .. } => None,
        };
        std::iter::once(cable.from).chain(far)
    });
    ends.map(|end| (end.switch, end.port)).find(|end| !seen.insert(*end))
}

fn used(fabric: &Fabric, role: Role) -> BTreeSet<u32> {
    let own = fabric.switches.iter().filter(|switch| switch.role == role);
    own.map(|switch| switch.used).collect()
}

#[test]
fn a_dragonfly_of_25_groups_of_radix_64_has_the_published_figures() {
    let topology = Topology::DragonflyPlus { links_per_pair: None };
    let fabric = wired(&spec(topology, 25, (32, 32, 32), 32, 64));
    let global = fabric.cables.iter().filter(|cable| cable.kind == Kind::Global).count();
    assert_eq!((fabric.links_per_pair, global), (42, 12_600));
    // Every group keeps 16 spine ports.
    for group in &fabric.groups {
        let free: u32 =
            group.spines.clone().map(|spine| 64 - fabric.switches[spine as usize].used).sum();
        assert_eq!(free, 16);
    }
    assert_eq!(shared_port(&fabric), None);
}

#[test]
fn a_two_level_tree_of_radix_64_serves_2048_hosts() {
    let fabric = wired(&spec(Topology::FatTree2, 1, (64, 32, 32), 32, 64));
    assert_eq!(fabric.switches.len(), 64 + 32);
    assert_eq!(fabric.cables.len(), 2048 + 2048);
    assert_eq!(used(&fabric, Role::Leaf), BTreeSet::from([64]));
    assert_eq!(used(&fabric, Role::Spine), BTreeSet::from([64]));
    assert_eq!(shared_port(&fabric), None);
}

#[test]
fn a_three_level_tree_of_radix_8_uses_every_port() {
    let racks = Racks { count: 1, containers: Vec::new(), per_container: None };
    let topology = Topology::FatTree3 { cores: 16, core_links: 4, racks };
    let fabric = wired(&spec(topology, 8, (4, 4, 4), 4, 8));
    // 5 k² / 4 switches, k³ / 4 hosts, 3 k³ / 4 links.
    assert_eq!(fabric.switches.len(), 80);
    assert_eq!(fabric.cables.len(), 384);
    for role in [Role::Leaf, Role::Spine, Role::Core] {
        assert_eq!(used(&fabric, role), BTreeSet::from([8]), "{role:?}");
    }
    let links = switch_links(&fabric);
    let far = hops(&fabric, &links, 0, None);
    assert!(far.iter().all(|&hops| hops <= 4), "{far:?}");
    // Every core is joined to every pod once.
    let mut pods: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for &(spine, core) in
        links.iter().filter(|link| fabric.switches[link.1 as usize].role == Role::Core)
    {
        pods.entry(core).or_default().insert(fabric.switches[spine as usize].group.unwrap());
    }
    assert!(pods.len() == 16 && pods.values().all(|pods| pods.len() == 8));
}

#[test]
fn uneven_uplinks_differ_by_one_link_at_most() {
    let fabric = wired(&spec(Topology::FatTree2, 1, (7, 5, 8), 1, 64));
    let used = used(&fabric, Role::Spine);
    assert_eq!(used, BTreeSet::from([11, 12]));
}

#[test]
fn a_custom_list_joins_switches_by_name() {
    let link = |from: &str, to: &str| CustomLink { from: id(from), to: id(to), count: 2 };
    let links = vec![link("B01-S01", "B02-S01"), link("B01-S01", "NOBODY")];
    let fabric = wired(&spec(Topology::Custom { links }, 2, (2, 1, 1), 1, 8));
    let global = fabric.cables.iter().filter(|cable| cable.kind == Kind::Global).count();
    assert_eq!(global, 2);
    assert_eq!(fabric.unknown, ["NOBODY"]);
    assert_eq!(shared_port(&fabric), None);
}

proptest! {
    #[test]
    fn a_dragonfly_keeps_its_laws(
        groups in 1_u32..7,
        leaves in 1_u32..5,
        spines in 1_u32..5,
        doubled in 1_u32..3,
        global in 1_u32..9,
    ) {
        let topology = Topology::DragonflyPlus { links_per_pair: None };
        let ports = (leaves * doubled + global).max(spines * doubled + 2);
        let fabric = wired(&spec(topology, groups, (leaves, spines, spines * doubled), 2, ports));
        prop_assert_eq!(shared_port(&fabric), None);
        prop_assert!(fabric.switches.iter().all(|switch| switch.used <= ports));
        // Every pair of groups has the same number of links.
        let mut pairs: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let links = switch_links(&fabric);
        let group = |switch: u32| fabric.switches[switch as usize].group.unwrap();
        for &(a, b) in links.iter().filter(|&&(a, b)| group(a) != group(b)) {
            *pairs.entry((group(a), group(b))).or_default() += 1;
        }
        let q = fabric.links_per_pair;
        if q > 0 {
            let wanted = groups * (groups - 1) / 2;
            prop_assert_eq!(u32::try_from(pairs.len()).unwrap(), wanted);
        }
        prop_assert!(pairs.values().all(|&links| links == q));
        if q == 0 && groups > 1 {
            return Ok(());
        }
        // Any leaf reaches any other over at most three links.
        for (start, switch) in (0_u32..).zip(&fabric.switches) {
            if switch.role == Role::Leaf {
                let hops = hops(&fabric, &links, start, None);
                let far = |(other, hops): (&stackyard_solver::fabric::topology::Switch, u32)| {
                    other.role == Role::Leaf && hops > 3
                };
                prop_assert!(!fabric.switches.iter().zip(hops).any(far));
            }
        }
        // No single link is missed, where each leaf has two and so have the groups.
        let is_doubled = spines * doubled >= 2 && (groups != 2 || q >= 2);
        if is_doubled && (doubled == 2 || leaves >= 2) {
            for lost in 0..links.len() {
                let hops = hops(&fabric, &links, 0, Some(lost));
                prop_assert!(hops.iter().all(|&hops| hops != u32::MAX), "without {lost}");
            }
        }
    }
}

#[test]
fn jupiter_has_the_cables_its_facts_ask_for() {
    let plan = read(JUPITER);
    let study = solve(&plan).fabric;
    assert_eq!((study.groups, study.switches, study.links_per_pair), (27, 867, 16));
    let of = |kind: Kind| study.kinds.iter().find(|sum| sum.kind == kind).unwrap();
    // Two ports of hosts share a cable; 25 groups of 480 links and two of the same; 351 pairs.
    assert_eq!(of(Kind::Host).cables, 12_488);
    assert_eq!(of(Kind::Local).cables, 27 * 480);
    assert_eq!(of(Kind::Global).cables, 351 * 16);
    assert_eq!(study.cables, 31_064);
    assert_eq!(study.end_points, 5884 * 4 + 744 + 42 * 16 + 20);
    assert_eq!(study.links, study.end_points + 12_960 + 5616);
    assert_eq!(study.ports, 867 * 64);
    assert_eq!(study.ports_used, 12_488 + 2 * (12_960 + 5616));
    assert_eq!(study.ports_free, study.ports - study.ports_used);
    assert_eq!((study.estimated, study.unplaced), (0, 0));
    assert!(study.violations.is_empty(), "{:?}", study.violations);
    // Sums of rows.
    let cables: usize = study.take_off.iter().map(|row| row.cables).sum();
    let metres: f64 = study.take_off.iter().map(|row| row.metres).sum();
    assert_eq!(cables, study.cables);
    assert!((metres / 1000.0 - study.length_km).abs() < 1e-6);
    assert!(study.routed_km < study.length_km);
    // Host cables stay in their racks and are copper; the others as far as the layout asks.
    assert!(of(Kind::Host).longest_m <= 3.0);
    assert!((505.0..=565.0).contains(&study.length_km), "{}", study.length_km);
    let longest = study.longest.unwrap();
    assert!((100.0..=200.0).contains(&longest.stock_m), "{longest:?}");
    assert!((longest.latency_ns - 4.9 * longest.stock_m).abs() < 1e-6);
}

#[test]
fn every_difference_from_a_published_figure_is_shown_and_explained() {
    let plan = read(JUPITER);
    let study = solve(&plan).fabric;
    let row = |quantity: Quantity| {
        study.comparison.iter().find(|row| row.quantity.starts_with(quantity.label())).unwrap()
    };
    for exact in [Quantity::Groups, Quantity::Switches, Quantity::Racks, Quantity::Hosts] {
        assert!(row(exact).difference.abs() < 0.5, "{:?}", row(exact));
    }
    for other in &study.comparison {
        let told = other.difference.abs() < 0.5 || !other.explanation.is_empty();
        assert!(told && !other.source.text.is_empty(), "{other:?}");
    }
    assert!((row(Quantity::Cables).planned - 31_064.0).abs() < 0.5);
    assert!((row(Quantity::GlobalLinkEnds).planned - 11_232.0).abs() < 0.5);
}

#[test]
fn the_port_schedule_names_every_port_once() {
    let plan = read(JUPITER);
    let catalogue = Catalogue::reference().unwrap().with_overrides_of(&plan);
    let report = solve(&plan);
    let takeoff = Takeoff::of(&plan, &catalogue, &report).unwrap();
    let mut ports = BTreeSet::new();
    let mut rows = 0;
    for row in takeoff.ports() {
        rows += 1;
        assert!(ports.insert((row.from.clone(), row.from_port.clone())), "{row:?}");
        let is_switch = row.to_port.matches('/').count() == 1 && row.to.contains("-S");
        assert!(!is_switch || ports.insert((row.to.clone(), row.to_port.clone())), "{row:?}");
        assert!(row.stock_m >= row.length_m - 1e-6 && !row.item.is_empty(), "{row:?}");
    }
    assert_eq!(rows, report.fabric.cables);
    let first = takeoff.ports().next().unwrap();
    assert_eq!((first.cable.as_str(), first.from.as_str()), ("F-00001", "B01-L01"));
    assert_eq!((first.from_port.as_str(), first.from_rack.as_str()), ("1/1", "IT-01A-R01"));
    assert_eq!((first.to.as_str(), first.to_port.as_str()), ("GH200 node 1", "1/1 + 1/2"));
    // Racks hold three leaves and three spines, the third of a group a fourth spine.
    let mut in_rack: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for switch in takeoff.switches().filter(|switch| switch.name.starts_with("B01-")) {
        in_rack.entry(switch.rack).or_default()[usize::from(switch.role == "Spine")] += 1;
    }
    let counts: Vec<[usize; 2]> = in_rack.into_values().collect();
    assert_eq!(counts, [[3, 3], [3, 3], [3, 4], [3, 3], [3, 3]]);
}

#[test]
fn fabric_cables_are_billed_apart_from_the_cost_the_bound_is_for() {
    let plan = read(JUPITER);
    let with = solve(&plan);
    let catalogue = Catalogue::reference().unwrap();
    let without = solve(&plan.apply(&Edit::SetFabric(None), &catalogue).unwrap());
    assert_eq!(with.cost.lifetime_eur.to_bits(), without.cost.lifetime_eur.to_bits());
    assert_eq!(with.cost.bound_eur.to_bits(), without.cost.bound_eur.to_bits());
    let rows = with.boq.iter().filter(|row| row.group == BoqGroup::Fabric);
    let copper: f64 =
        rows.filter(|row| row.item.starts_with("fabric-dac-split-")).map(|row| row.quantity).sum();
    assert!((copper - 12_488.0).abs() < 0.5, "{copper}");
    assert!(with.boq_total() > without.boq_total());
    assert_eq!(with.missing_prices(), 0);
    // The phases hold what the bill holds.
    let of_phases: Cents = with.phases.iter().map(|phase| phase.cost).sum();
    assert_eq!(of_phases, with.boq_total());
    assert!(with.verification.passed(), "{:?}", with.verification.faults);
    assert!(!without.fabric.is_present());
}

#[test]
fn the_expansion_takes_the_last_port_of_every_spine() {
    let plan = read(EXPANSION);
    let report = solve(&plan);
    let study = &report.fabric;
    assert_eq!((study.groups, study.switches), (35, 867 + 8 * 31));
    assert!(study.violations.is_empty(), "{:?}", study.violations);
    let catalogue = Catalogue::reference().unwrap();
    let fabric = wire(plan.fabric.as_ref().unwrap(), &plan, &catalogue);
    assert_eq!(used(&fabric, Role::Spine), BTreeSet::from([64]));
    // What stands already is not bought again: nine groups of hosts and links at most.
    let old = report.boq.iter().filter(|row| row.group == BoqGroup::Fabric && row.phase < id("P7"));
    assert_eq!(old.count(), 0);
}

#[test]
fn one_more_group_than_the_ports_allow_is_found() {
    let mut plan = read(EXPANSION);
    let fabric = plan.fabric.as_mut().unwrap();
    fabric.topology = Topology::DragonflyPlus { links_per_pair: Some(17) };
    let study = solve(&plan).fabric;
    let over = study.violations.iter().find_map(|violation| match violation {
        Violation::Ports { used, ports, .. } => Some((*used, *ports)),
        Violation::Racks { .. }
        | Violation::Unknown { .. }
        | Violation::Reach { .. }
        | Violation::Estimate { .. }
        | Violation::Fill { .. } => None,
    });
    // 34 peers of 17 links over 16 spines take up to 37 ports beside 30 for leaves.
    assert_eq!(over, Some((67, 64)));
}

#[test]
fn a_container_that_leaves_or_is_renamed_takes_the_fabric_with_it() {
    let plan = read(JUPITER);
    let catalogue = Catalogue::reference().unwrap();
    let without = plan.apply(&Edit::Remove(vec![id("ST-04")]), &catalogue).unwrap();
    let stands = |plan: &Plan, name: &str| {
        let blocks = &plan.fabric.as_ref().unwrap().blocks;
        blocks.iter().any(|block| block.racks.containers.contains(&id(name)))
    };
    assert!(stands(&plan, "ST-04") && !stands(&without, "ST-04"));
    let named = plan.container(&id("DH-01")).unwrap().clone();
    let to = Box::new(stackyard_solver::plan::Container { id: id("DH-77"), ..named });
    let renamed = plan.apply(&Edit::SetContainer { id: id("DH-01"), to }, &catalogue).unwrap();
    assert!(stands(&renamed, "DH-77") && !stands(&renamed, "DH-01"));
    // Three racks fewer are found, not passed over.
    let found = solve(&without).findings.into_iter().find(|it| it.rule == "fabric-racks").unwrap();
    assert!(found.message.starts_with("3 of 15 racks"), "{}", found.message);
}

#[test]
fn a_fabric_survives_writing_and_reading() {
    let plan = read(JUPITER);
    let again = text::parse(&text::write(&plan).unwrap()).unwrap();
    assert_eq!(again.fabric, plan.fabric);
}
