//! The system of a round: every link at its flow, every valve that keeps something.

use super::{Solver, Stamp};
use crate::physics::flow::linear::{self, Linear, SHUT};
use crate::physics::flow::{Element, Network, Node, Position, Status, ValveKind};

impl Solver {
    pub(super) fn assemble(&mut self, network: &Network) {
        self.factor.clear();
        self.side.fill([0.0]);
        self.excess.fill(0.0);
        self.linearise(network);
        for link in 0..self.linear.len() {
            let Linear { conductance, step } = self.linear[link];
            if conductance > 0.0 {
                let (from, to) = self.ends[link];
                self.excess[from] -= self.flow[link];
                self.excess[to] += self.flow[link];
                self.stamp(link, conductance, step);
            }
        }
        for (index, node) in network.nodes.iter().enumerate() {
            let Some(row) = self.rows[index] else { continue };
            if let Node::Emitter { elevation_m, coefficient, exponent, .. } = *node {
                let (loss, gradient) = linear::emitter(coefficient, exponent, self.emitted[index]);
                self.factor.entry(self.diagonal[row])[0][0] += 1.0 / gradient;
                self.side[row][0] += (loss + elevation_m) / gradient;
                self.excess[index] -= self.emitted[index];
            }
            self.excess[index] -= node.demand_m3_s();
            self.side[row][0] += self.excess[index];
        }
        for link in 0..self.linear.len() {
            self.regulate(network, link);
        }
    }

    pub(super) fn linearise(&mut self, network: &Network) {
        for (index, link) in network.links.iter().enumerate() {
            self.linear[index] = linear::linearise(
                &link.element,
                &self.ready[index],
                self.friction,
                self.status[index].is_closed(),
                self.flow[index],
            );
        }
    }

    /// Adds a link of a conductance whose loss pushes `push` back.
    fn stamp(&mut self, link: usize, conductance: f64, push: f64) {
        let Stamp { rows, diagonal, cross } = self.stamps[link];
        let (from, to) = self.ends[link];
        if let Some([one, other]) = cross {
            self.factor.entry(one)[0][0] -= conductance;
            self.factor.entry(other)[0][0] -= conductance;
        }
        let beyond = [self.head[to], self.head[from]];
        for (end, sign) in [(0, 1.0), (1, -1.0)] {
            if let (Some(row), Some(slot)) = (rows[end], diagonal[end]) {
                self.factor.entry(slot)[0][0] += conductance;
                self.side[row][0] += sign * push;
                if rows[1 - end].is_none() {
                    self.side[row][0] += conductance * beyond[end];
                }
            }
        }
    }

    /// Adds a valve that keeps a pressure or a flow.
    fn regulate(&mut self, network: &Network, link: usize) {
        let Element::Valve { kind, position: Position::Set(setting), .. } =
            &network.links[link].element
        else {
            return;
        };
        let (from, to) = self.ends[link];
        let is_active = self.status[link] == Status::Active;
        let flow = self.flow[link];
        match kind {
            ValveKind::Reducing if is_active => {
                // Its flow is what the node behind it lacks; that node's head is given.
                let lack = self.excess[to];
                self.linear[link] = Linear { conductance: 0.0, step: flow + lack };
                self.hold(to, network.nodes[to].elevation_m() + setting);
                if let Some(row) = self.rows[from].filter(|_| lack < 0.0) {
                    self.side[row][0] += lack;
                }
            }
            ValveKind::Sustaining if is_active => {
                let surplus = self.excess[from];
                self.linear[link] = Linear { conductance: 0.0, step: flow - surplus };
                self.hold(from, network.nodes[from].elevation_m() + setting);
                if let Some(row) = self.rows[to].filter(|_| surplus > 0.0) {
                    self.side[row][0] += surplus;
                }
            }
            ValveKind::FlowControl if is_active => {
                // The network is cut here: its flow leaves before the valve and enters behind.
                self.excess[from] -= setting;
                self.excess[to] += setting;
                self.linear[link] = Linear { conductance: 1.0 / SHUT, step: flow - setting };
                self.stamp(link, 1.0 / SHUT, -setting);
            }
            ValveKind::Reducing | ValveKind::Sustaining | ValveKind::FlowControl => {
                let is_closed = self.status[link].is_closed();
                let open = linear::open_valve(self.ready[link].minor, is_closed, flow);
                self.linear[link] = open;
                self.stamp(link, open.conductance, open.step - flow);
            }
            ValveKind::Breaker | ValveKind::Throttle | ValveKind::Curve(_) => {}
        }
    }

    /// Holds the head of a node by a spring that nothing moves.
    fn hold(&mut self, node: usize, head: f64) {
        if let Some(row) = self.rows[node] {
            self.factor.entry(self.diagonal[row])[0][0] += SHUT;
            self.side[row][0] += SHUT * head;
        }
    }

    /// The heads of the round, or the node that makes them undefined.
    pub(super) fn solve_heads(&mut self) -> Result<(), usize> {
        let node_of = |rows: &[Option<usize>], row: usize| {
            rows.iter().position(|&own| own == Some(row)).unwrap_or(row)
        };
        if let Err(singular) = self.factor.factorise(&self.pattern) {
            return Err(node_of(&self.rows, singular.unknown));
        }
        // The matrix is positive definite where every node is tied to a given head; a pivot that
        // is not positive, kept inverted, shows one that is not.
        for row in 0..self.diagonal.len() {
            if self.factor.entry(self.diagonal[row])[0][0] <= 0.0 {
                return Err(node_of(&self.rows, row));
            }
        }
        self.factor.solve(&self.pattern, &mut self.side);
        for (head, row) in self.head.iter_mut().zip(&self.rows) {
            if let Some(row) = row {
                *head = self.side[*row][0];
            }
        }
        match self.head.iter().position(|head| !head.is_finite()) {
            Some(node) => Err(node),
            None => Ok(()),
        }
    }
}
