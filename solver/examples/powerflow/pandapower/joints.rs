//! Switches: closed ones between buses make one node, open ones leave a branch hanging.

use stackyard_solver::physics::power::{Branch, Bus, Complex};

use super::Builder;

/// Resistance over reactance of a switch with an impedance, as pandapower assumes.
const SWITCH_R_TO_X: f64 = 2.0;

impl Builder<'_> {
    /// The node of each bus: the first of all that ideal closed switches join.
    pub(super) fn fused(&self) -> Result<Vec<usize>, String> {
        let mut parent: Vec<usize> = (0..self.on.len()).collect();
        for (one, other, impedance) in self.closed_between_buses()? {
            if impedance <= 0.0 {
                let (one, other) = (root(&parent, one), root(&parent, other));
                parent[one.max(other)] = one.min(other);
            }
        }
        Ok((0..parent.len()).map(|bus| root(&parent, bus)).collect())
    }

    /// Closed switches with an impedance between buses.
    pub(super) fn add_resistive_switches(&mut self) -> Result<(), String> {
        let share = 1.0 / (1.0 + SWITCH_R_TO_X * SWITCH_R_TO_X).sqrt();
        for (one, other, impedance) in self.closed_between_buses()? {
            if impedance > 0.0 {
                let size = impedance / self.base_ohm(one) * share;
                let branch = Branch::line(
                    self.node(one),
                    self.node(other),
                    Complex::new(SWITCH_R_TO_X * size, size),
                );
                self.push(branch, (one, other));
            }
        }
        Ok(())
    }

    /// Closed switches between buses in service, with their impedance in ohms.
    fn closed_between_buses(&self) -> Result<Vec<(usize, usize, f64)>, String> {
        let mut out = Vec::new();
        for row in self.frames.rows("switch") {
            if row.word("et") == Some("b") && row.flag("closed", true)? {
                let (one, other) = (self.bus(row, "bus")?, self.bus(row, "element")?);
                if self.on[one] && self.on[other] {
                    out.push((one, other, row.figure("z_ohm")?));
                }
            }
        }
        Ok(out)
    }

    /// Lets the end of a branch at an open switch hang on a node of its own.
    pub(super) fn open_switches(&mut self) -> Result<(), String> {
        let frames = self.frames;
        for row in frames.rows("switch") {
            let kind = match row.word("et") {
                Some("l") => 'l',
                Some("t") => 't',
                Some("t3") => '3',
                Some("b") => continue,
                other => {
                    return Err(format!("{}: et is {other:?}, none of b, l, t, t3", row.label()));
                }
            };
            if row.flag("closed", true)? {
                continue;
            }
            let (bus, element) = (self.bus(row, "bus")?, row.reference("element")?);
            let branches =
                (0..3).filter_map(|winding| self.branches.get(&(kind, element, winding)));
            let at_bus = |&branch: &usize| {
                let (from, to) = self.ends[branch];
                from == bus || to == bus
            };
            let found = branches.copied().find(at_bus);
            let branch = found.ok_or_else(|| {
                format!("{}: its element {element} does not end at its bus", row.label())
            })?;
            let at_from = match kind {
                // A line with both ends at one bus opens where it ends.
                'l' => self.ends[branch].1 != bus,
                't' => self.ends[branch].0 == bus,
                // The arm of the high side begins at its bus, the others end there.
                _ => self.branches.get(&('3', element, 0)) == Some(&branch),
            };
            self.hang(branch, at_from, bus);
        }
        Ok(())
    }

    /// Lines in service with one end at a bus out of service hang there.
    pub(super) fn cut_lines_at_dead_buses(&mut self) {
        for line in 0..self.model.lines.len() {
            let branch = self.model.lines[line].branch;
            let (from, to) = self.ends[branch];
            if self.model.network.branches[branch].on && self.on[from] != self.on[to] {
                let dead = if self.on[from] { to } else { from };
                self.hang(branch, dead == from, dead);
            }
        }
    }

    fn hang(&mut self, branch: usize, at_from: bool, bus: usize) {
        let kv = self.nominal_kv(bus);
        let node = self.model.add(Bus::default(), kv);
        let branch = &mut self.model.network.branches[branch];
        if at_from {
            branch.from = node;
        } else {
            branch.to = node;
        }
    }
}

fn root(parent: &[usize], mut bus: usize) -> usize {
    while parent[bus] != bus {
        bus = parent[bus];
    }
    bus
}
