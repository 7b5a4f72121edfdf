//! A plan in the making: who runs where, and what every stretch costs at this moment.
//!
//! Costs are kept per edge and updated as connections come and go, so a change is priced by the
//! edges it touches alone.

use std::collections::BTreeMap;

use super::problem::{Medium, Problem};
use crate::corridors::{EdgeIndex, Node};

/// What lies in an edge.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Width of cables and ducts, mm.
    own_mm: f64,
    /// Power connections.
    power: u32,
    /// Power circuits.
    pub circuits: u32,
    /// Data connections.
    data: u32,
    /// Flow and connections by pipe network.
    pipes: Vec<Flow>,
    /// Width of all pipes, mm.
    pipes_mm: f64,
    /// Lifetime cost of all pipes, EUR per metre.
    pipes_per_m: f64,
}

impl Load {
    fn disciplines(&self) -> u32 {
        u32::from(self.power > 0) + u32::from(self.data > 0) + u32::from(!self.pipes.is_empty())
    }
}

#[derive(Clone, Copy, Debug)]
struct Flow {
    source: usize,
    flow: f64,
    count: u32,
}

/// A path and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Edges from the demand to the source.
    pub edges: Vec<EdgeIndex>,
    /// The source reached.
    pub source: usize,
}

/// The tree of one pipe network: each node's edge and next node towards the source.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    towards: BTreeMap<Node, (EdgeIndex, Node, u32)>,
}

impl Tree {
    /// The edge and node one step closer to the source.
    pub fn step(&self, node: Node) -> Option<(EdgeIndex, Node)> {
        self.towards.get(&node).map(|&(edge, next, _)| (edge, next))
    }

    /// Nodes of the tree but its root.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.towards.keys().copied()
    }
}

/// The plan in the making.
#[derive(Clone, Debug)]
pub struct State<'a> {
    /// The problem.
    pub problem: &'a Problem<'a>,
    /// Media as they are priced now; power cables grow with their company.
    pub media: Vec<Medium>,
    /// Route of each commodity, if it has one.
    pub routes: Vec<Option<Route>>,
    /// What lies where.
    pub loads: Vec<Load>,
    /// What each unit has left.
    pub unit_left: Vec<f64>,
    /// What each source has left.
    pub source_left: Vec<f64>,
    /// Pipe networks by source.
    pub trees: BTreeMap<usize, Tree>,
    /// Commodities on each edge, for choosing what to take up together.
    pub users: Vec<Vec<usize>>,
    edge_cost: Vec<f64>,
    /// Steps of width that may be dug along each edge.
    limits: Vec<f64>,
    total: f64,
    least_lean: f64,
    /// Share of the cost of opening a trench that is charged to whoever opens it.
    opening: f64,
}

impl<'a> State<'a> {
    /// Nothing routed yet.
    pub fn new(problem: &'a Problem<'a>) -> Self {
        let mut state = Self {
            problem,
            media: problem.commodities.iter().map(|c| c.medium.clone()).collect(),
            routes: vec![None; problem.commodities.len()],
            loads: vec![Load::default(); problem.graph.edges.len()],
            unit_left: problem.unit_capacity.clone(),
            source_left: problem.source_capacity.clone(),
            trees: BTreeMap::new(),
            users: vec![Vec::new(); problem.graph.edges.len()],
            edge_cost: vec![0.0; problem.graph.edges.len()],
            limits: problem.prices.iter().map(|price| price.limit_steps).collect(),
            total: 0.0,
            opening: 1.0,
            least_lean: problem.graph.edges.iter().map(|edge| edge.lean).fold(1.0, f64::min),
        };
        for &edge in &problem.required {
            state.reprice(edge);
        }
        state
    }

    /// Cost of everything routed, as the search sees it.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The smallest factor a preference puts on any edge.
    pub fn least_lean(&self) -> f64 {
        self.least_lean
    }

    /// Connections without a route.
    pub fn unrouted(&self) -> usize {
        self.routes.iter().filter(|route| route.is_none()).count()
    }

    /// Whether a source can still take a connection.
    pub fn has_room(&self, commodity: usize, source: usize) -> bool {
        let size = self.problem.commodities[commodity].size;
        let tolerance = 1e-6 * size;
        self.source_left[source] + tolerance >= size
            && self.unit_left[self.problem.unit_of[source]] + tolerance >= size
    }

    /// Cost of an edge that holds `contents` mm of cables, ducts and pipes.
    fn price(&self, edge: EdgeIndex, disciplines: u32, contents: f64, pipes_per_m: f64) -> f64 {
        let place = &self.problem.prices[edge as usize];
        if disciplines == 0 && !place.required {
            return 0.0;
        }
        let steps = self.steps(contents, disciplines);
        let mut cost = place.open + pipes_per_m * place.length + steps * place.per_step;
        let limit = self.limits[edge as usize];
        if steps > limit {
            cost += (steps - limit) * place.overfull;
        }
        cost
    }

    /// Width that is dug, in steps.
    fn steps(&self, contents: f64, disciplines: u32) -> f64 {
        let trench = &self.problem.trench;
        let least = trench.min_mm / trench.step_mm;
        if disciplines == 0 {
            return least;
        }
        let needed = contents + trench.gap_mm * f64::from(disciplines - 1) + 2.0 * trench.margin_mm;
        // A hair of tolerance keeps 600.0000001 from becoming 700. Widths are positive, so the
        // cast rounds down.
        let exact = (needed - 1e-6) / trench.step_mm;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "widths are positive and far below 2^32 steps"
        )]
        let whole = f64::from(exact as u32);
        let up = if exact > whole { whole + 1.0 } else { whole };
        if up > least { up } else { least }
    }

    /// Charges only a share of opening a trench, so that early routes anticipate company.
    pub fn set_opening(&mut self, share: f64) {
        self.opening = share;
    }

    /// Width and lifetime cost per metre of the pipes of an edge, one network's flow changed.
    fn pipes(&self, load: &Load, change: Option<(usize, f64)>) -> (f64, f64) {
        let (mut width, mut per_m) = (0.0, 0.0);
        let mut added = change;
        for pipe in &load.pipes {
            let extra = added.take_if(|(source, _)| *source == pipe.source);
            let flow = pipe.flow + extra.map_or(0.0, |(_, flow)| flow);
            let (cost, own) = self.problem.curve.at(flow);
            per_m += cost;
            width += own;
        }
        if let Some((_, flow)) = added {
            let (cost, own) = self.problem.curve.at(flow);
            per_m += cost;
            width += own;
        }
        (width, per_m)
    }

    fn reprice(&mut self, edge: EdgeIndex) {
        let load = &self.loads[edge as usize];
        let (pipes_mm, pipes_per_m) = self.pipes(load, None);
        let cost = self.price(edge, load.disciplines(), load.own_mm + pipes_mm, pipes_per_m);
        let load = &mut self.loads[edge as usize];
        (load.pipes_mm, load.pipes_per_m) = (pipes_mm, pipes_per_m);
        self.total += cost - self.edge_cost[edge as usize];
        self.edge_cost[edge as usize] = cost;
    }

    /// Adds a connection to the contents of an edge or takes it out.
    fn change(&mut self, edge: EdgeIndex, commodity: usize, source: usize, sign: i32) {
        let load = &mut self.loads[edge as usize];
        let step = |count: u32, by: u32| {
            if sign > 0 { count + by } else { count.saturating_sub(by) }
        };
        let direction = f64::from(sign);
        match &self.media[commodity] {
            Medium::Own { width_mm, circuits, .. } => {
                load.own_mm += direction * width_mm;
                if *circuits > 0 {
                    load.power = step(load.power, 1);
                    load.circuits = step(load.circuits, *circuits);
                } else {
                    load.data = step(load.data, 1);
                }
                if load.power + load.data == 0 {
                    load.own_mm = 0.0;
                }
            }
            Medium::Pipe { flow, .. } => {
                match load.pipes.iter_mut().find(|pipe| pipe.source == source) {
                    Some(pipe) => {
                        pipe.flow += direction * flow;
                        pipe.count = step(pipe.count, 1);
                    }
                    None => load.pipes.push(Flow { source, flow: *flow, count: 1 }),
                }
                load.pipes.retain(|pipe| pipe.count > 0);
            }
        }
    }

    fn own_per_m(&self, commodity: usize) -> f64 {
        match &self.media[commodity] {
            Medium::Own { per_m, .. } => *per_m,
            Medium::Pipe { .. } => 0.0,
        }
    }

    /// Width of what lies in an edge, mm, and whether there are power, pipes and data.
    pub fn contents(&self, edge: EdgeIndex) -> (f64, [bool; 3]) {
        let load = &self.loads[edge as usize];
        let present = [load.power > 0, !load.pipes.is_empty(), load.data > 0];
        (load.own_mm + load.pipes_mm, present)
    }

    /// Steps of width that may be dug along an edge.
    pub fn limit(&self, edge: EdgeIndex) -> f64 {
        self.limits[edge as usize]
    }

    /// What a metre of a connection's own cables costs, EUR.
    pub fn per_m(&self, commodity: usize) -> f64 {
        self.own_per_m(commodity)
    }

    /// Width of a connection's own cables, mm.
    pub fn width_mm(&self, commodity: usize) -> f64 {
        match &self.media[commodity] {
            Medium::Own { width_mm, .. } => *width_mm,
            Medium::Pipe { .. } => 0.0,
        }
    }

    /// What a connection would add to the cost of an edge.
    pub fn marginal(&self, commodity: usize, edge: EdgeIndex, source: usize) -> f64 {
        let load = &self.loads[edge as usize];
        let place = &self.problem.prices[edge as usize];
        let before = self.edge_cost[edge as usize];
        let disciplines = load.disciplines();
        let own = match &self.media[commodity] {
            Medium::Own { per_m, width_mm, circuits, .. } => {
                let fresh = if *circuits > 0 { load.power == 0 } else { load.data == 0 };
                let contents = load.own_mm + load.pipes_mm + width_mm;
                per_m * place.leaned
                    + self.price(edge, disciplines + u32::from(fresh), contents, load.pipes_per_m)
            }
            Medium::Pipe { flow, .. } => {
                let (pipes_mm, per_m) = self.pipes(load, Some((source, *flow)));
                let fresh = u32::from(load.pipes.is_empty());
                self.price(edge, disciplines + fresh, load.own_mm + pipes_mm, per_m)
            }
        };
        let mut added = own - before;
        if disciplines == 0 {
            if !place.required {
                added -= (1.0 - self.opening) * place.open;
            }
            added += self.crossings(edge);
        }
        if added > 0.0 { added } else { 0.0 }
    }

    /// What still fits into an edge, in the unit of widths.
    pub fn room_in(&self, edge: EdgeIndex) -> f64 {
        let load = &self.loads[edge as usize];
        let limit = self.limits[edge as usize] * self.problem.trench.step_mm;
        limit - load.own_mm - load.pipes_mm
    }

    /// What a connection would add to the cost of an edge if as much of it as fits went there and
    /// the rest found the like elsewhere; nothing where nothing fits.
    pub fn divided_marginal(&self, commodity: usize, edge: EdgeIndex) -> Option<f64> {
        let Medium::Own { per_m, width_mm, .. } = &self.media[commodity] else { return None };
        let place = &self.problem.prices[edge as usize];
        let load = &self.loads[edge as usize];
        let fits = self.room_in(edge).min(*width_mm);
        if fits <= 1e-9 * width_mm {
            return None;
        }
        let is_fresh = load.disciplines() == 0 && !place.required;
        let open = if is_fresh { self.opening * place.open } else { 0.0 };
        Some(per_m * place.leaned + open * width_mm / fits)
    }

    /// Gives a connection that is not laid another size.
    pub fn resize(&mut self, commodity: usize, size: f64) {
        if let Medium::Own { per_m, width_mm, .. } = &mut self.media[commodity] {
            (*per_m, *width_mm) = (size, size);
        }
    }

    /// The least a metre of route can add for a connection.
    pub fn least_per_m(&self, commodity: usize) -> f64 {
        match &self.media[commodity] {
            Medium::Own { per_m, .. } => per_m * self.least_lean,
            // The curve rises ever more slowly, so the last metre of flow is the cheapest.
            Medium::Pipe { flow, .. } => self.problem.curve.least_rise(*flow),
        }
    }

    /// Lays a connection. Its edges must lead from its port to the source.
    pub fn lay(&mut self, commodity: usize, route: Route) {
        self.shift(commodity, &route, 1);
        self.routes[commodity] = Some(route);
    }

    /// Takes a connection up again.
    pub fn take_up(&mut self, commodity: usize) -> Option<Route> {
        let route = self.routes[commodity].take()?;
        self.shift(commodity, &route, -1);
        Some(route)
    }

    fn shift(&mut self, commodity: usize, route: &Route, sign: i32) {
        let size = self.problem.commodities[commodity].size * f64::from(sign);
        self.unit_left[self.problem.unit_of[route.source]] -= size;
        self.source_left[route.source] -= size;
        let mut length = 0.0;
        for &edge in &route.edges {
            length += self.problem.prices[edge as usize].leaned;
            self.change(edge, commodity, route.source, sign);
            self.reprice(edge);
            let users = &mut self.users[edge as usize];
            let was_empty = users.is_empty();
            if sign > 0 {
                users.push(commodity);
            } else {
                users.retain(|&user| user != commodity);
            }
            if was_empty || users.is_empty() {
                self.total += f64::from(sign) * self.crossings(edge);
            }
        }
        self.total += f64::from(sign) * self.own_per_m(commodity) * length;
        if matches!(self.media[commodity], Medium::Pipe { .. }) {
            self.shift_tree(commodity, route, sign);
        }
    }

    fn shift_tree(&mut self, commodity: usize, route: &Route, sign: i32) {
        let Some(mut node) = self.problem.commodities[commodity].node else { return };
        let tree = self.trees.entry(route.source).or_default();
        for &edge in &route.edges {
            let ends = self.problem.graph.edges[edge as usize].ends;
            let next = if ends[0] == node { ends[1] } else { ends[0] };
            let step = tree.towards.entry(node).or_insert((edge, next, 0));
            if sign > 0 {
                step.2 += 1;
            } else {
                step.2 = step.2.saturating_sub(1);
                if step.2 == 0 {
                    tree.towards.remove(&node);
                }
            }
            node = next;
        }
    }

    /// Width dug along an edge, mm; 0 where nothing lies in it.
    pub fn dug_mm(&self, edge: EdgeIndex) -> f64 {
        let load = &self.loads[edge as usize];
        match load.disciplines() {
            0 => 0.0,
            kinds => self.steps(load.own_mm + load.pipes_mm, kinds) * self.problem.trench.step_mm,
        }
    }

    /// EUR charged for the edges in use that exclude this one.
    pub fn crossings(&self, edge: EdgeIndex) -> f64 {
        let Some(crossed) = self.problem.crossings.get(edge as usize) else { return 0.0 };
        let used = crossed.iter().filter(|&&other| !self.users[other as usize].is_empty()).count();
        used as f64 * self.problem.crossing_price
    }

    /// EUR charged for trenches wider than what fits.
    pub fn overfull(&self) -> f64 {
        (0..).take(self.loads.len()).map(|edge| self.overfull_by(edge)).sum()
    }

    /// EUR charged because more lies in an edge than fits.
    pub fn overfull_by(&self, edge: EdgeIndex) -> f64 {
        let load = &self.loads[edge as usize];
        match load.disciplines() {
            0 => 0.0,
            kinds => {
                let steps = self.steps(load.own_mm + load.pipes_mm, kinds);
                let over = steps - self.limits[edge as usize];
                over.max(0.0) * self.problem.prices[edge as usize].overfull
            }
        }
    }

    /// Lets less be dug along an edge.
    pub fn tighten(&mut self, edge: EdgeIndex, steps: f64) {
        self.limits[edge as usize] -= steps;
        self.reprice(edge);
    }

    /// Nothing routed yet, in the same media and within the same limits.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let mut next = Self::new(self.problem);
        next.media.clone_from(&self.media);
        next.limits.clone_from(&self.limits);
        next
    }

    /// Prices media anew, such as power cables that found company, and relays all routes.
    #[must_use]
    pub fn with_media(&self, media: Vec<Medium>) -> Self {
        let mut next = self.emptied();
        next.media = media;
        for (commodity, route) in self.routes.iter().enumerate() {
            if let Some(route) = route {
                next.lay(commodity, route.clone());
            }
        }
        next
    }
}
