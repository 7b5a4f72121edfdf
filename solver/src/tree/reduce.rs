//! The part of a problem that needs thought: without dead ends, chains and edges that are certain.

use std::collections::BTreeMap;

use super::graph::Graph;

/// A smaller problem and the way back.
#[derive(Clone, Debug)]
pub(super) struct Reduced {
    pub(super) graph: Graph,
    pub(super) terminals: Vec<u32>,
    pub(super) is_terminal: Vec<bool>,
    /// Node of the original graph behind each node, in ascending order.
    pub(super) names: Vec<u32>,
    /// Edges of the original graph behind each edge.
    pub(super) origin: Vec<Vec<u32>>,
    /// Edges of the original graph that belong to every tree worth having.
    fixed: Vec<u32>,
    /// Their cost.
    pub(super) fixed_cost: f64,
}

/// An edge while the graph is taken apart.
#[derive(Clone, Debug)]
struct Draft {
    ends: [u32; 2],
    cost: f64,
    origin: Vec<u32>,
}

impl Reduced {
    pub(super) fn new(graph: &Graph, terminals: &[u32]) -> Self {
        let drafts = (0..)
            .zip(graph.ends.iter().zip(&graph.costs))
            .map(|(edge, (&ends, &cost))| Draft { ends, cost, origin: vec![edge] })
            .collect();
        let names: Vec<u32> = (0..u32::try_from(graph.nodes).unwrap_or(u32::MAX)).collect();
        Self::shrink(&names, drafts, terminals, Vec::new(), 0.0)
    }

    /// The same without some edges.
    pub(super) fn without(&self, alive: &[bool]) -> Self {
        let drafts = (0..self.graph.costs.len())
            .filter(|&edge| alive[edge])
            .map(|edge| Draft {
                ends: self.graph.ends[edge],
                cost: self.graph.costs[edge],
                origin: self.origin[edge].clone(),
            })
            .collect();
        let fixed = self.fixed.clone();
        Self::shrink(&self.names, drafts, &self.terminals, fixed, self.fixed_cost)
    }

    /// The same with some nodes of the original graph made terminals or taken out; none where that
    /// parts the terminals. Nodes that are gone already are passed over.
    pub(super) fn decided(&self, decisions: &[(u32, bool)]) -> Option<Self> {
        let mut part = self.clone();
        let mut alive = vec![true; self.graph.costs.len()];
        for &(name, passes) in decisions {
            let Ok(place) = self.names.binary_search(&name) else { continue };
            let node = u32::try_from(place).unwrap_or(u32::MAX);
            if passes && !part.is_terminal[place] {
                part.is_terminal[place] = true;
                part.terminals.push(node);
            } else if !passes && part.is_terminal[place] {
                return None;
            } else if !passes {
                self.graph.near(node).iter().for_each(|&(edge, _)| alive[edge as usize] = false);
            }
        }
        part.is_connected_by(&alive).then(|| part.without(&alive))
    }

    /// Whether some of the edges connect all terminals.
    pub(super) fn is_connected_by(&self, alive: &[bool]) -> bool {
        let kept = (0..self.graph.costs.len()).filter(|&edge| alive[edge]).map(|edge| {
            let [a, b] = self.graph.ends[edge];
            (a, b, 0.0)
        });
        Graph::new(self.graph.nodes, kept).connects(&self.terminals)
    }

    /// A tree in edges of the original graph.
    pub(super) fn in_original(&self, tree: &[u32]) -> Vec<u32> {
        let mut edges = self.fixed.clone();
        edges.extend(tree.iter().flat_map(|&edge| &self.origin[edge as usize]));
        edges.sort_unstable();
        edges
    }

    fn shrink(
        names: &[u32],
        drafts: Vec<Draft>,
        terminals: &[u32],
        mut fixed: Vec<u32>,
        mut fixed_cost: f64,
    ) -> Self {
        let nodes = names.len();
        let mut is_terminal = vec![false; nodes];
        for &node in terminals {
            is_terminal[node as usize] = true;
        }
        let mut count = terminals.len();
        let mut slots: Vec<Option<Draft>> = Vec::with_capacity(drafts.len());
        let mut at: Vec<Vec<u32>> = vec![Vec::new(); nodes];
        // Of parallel edges only the cheapest matters.
        let mut known: BTreeMap<[u32; 2], u32> = BTreeMap::new();
        let add = |draft: Draft,
                   slots: &mut Vec<Option<Draft>>,
                   at: &mut Vec<Vec<u32>>,
                   known: &mut BTreeMap<[u32; 2], u32>| {
            let [a, b] = draft.ends;
            if a == b {
                return;
            }
            let key = [a.min(b), a.max(b)];
            if let Some(&slot) = known.get(&key)
                && let Some(present) = &mut slots[slot as usize]
            {
                if draft.cost < present.cost {
                    *present = draft;
                }
                return;
            }
            let number = u32::try_from(slots.len()).unwrap_or(u32::MAX);
            known.insert(key, number);
            at[a as usize].push(number);
            at[b as usize].push(number);
            slots.push(Some(draft));
        };
        for draft in drafts {
            add(draft, &mut slots, &mut at, &mut known);
        }
        let mut queue: Vec<u32> = (0..u32::try_from(nodes).unwrap_or(u32::MAX)).collect();
        while let Some(node) = queue.pop() {
            at[node as usize].retain(|&slot| {
                slots[slot as usize].as_ref().is_some_and(|draft| draft.ends.contains(&node))
            });
            let other = |draft: &Draft| draft.ends[usize::from(draft.ends[0] == node)];
            match at[node as usize][..] {
                [only] => {
                    if is_terminal[node as usize] && count <= 1 {
                        continue;
                    }
                    let Some(draft) = slots[only as usize].take() else { continue };
                    let next = other(&draft);
                    if is_terminal[node as usize] {
                        // Its only edge is certain; the search goes on from the other end.
                        is_terminal[node as usize] = false;
                        fixed_cost += draft.cost;
                        fixed.extend(draft.origin);
                        if std::mem::replace(&mut is_terminal[next as usize], true) {
                            count -= 1;
                        }
                    }
                    queue.push(next);
                }
                [first, second] if !is_terminal[node as usize] => {
                    let pair = (slots[first as usize].take(), slots[second as usize].take());
                    let (Some(one), Some(two)) = pair else { continue };
                    let ends = [other(&one), other(&two)];
                    let mut origin = one.origin;
                    origin.extend(two.origin);
                    let joined = Draft { ends, cost: one.cost + two.cost, origin };
                    add(joined, &mut slots, &mut at, &mut known);
                    queue.extend(ends);
                }
                _ => {}
            }
        }
        Self::pack(slots, (names, &is_terminal), fixed, fixed_cost)
    }

    /// Numbers what is left anew.
    fn pack(
        slots: Vec<Option<Draft>>,
        (names, is_terminal): (&[u32], &[bool]),
        fixed: Vec<u32>,
        fixed_cost: f64,
    ) -> Self {
        let drafts: Vec<Draft> = slots.into_iter().flatten().collect();
        let all = u32::try_from(is_terminal.len()).unwrap_or(u32::MAX);
        let mut used: Vec<u32> = drafts.iter().flat_map(|draft| draft.ends).collect();
        used.extend((0..all).filter(|&node| is_terminal[node as usize]));
        used.sort_unstable();
        used.dedup();
        let mut number = vec![u32::MAX; is_terminal.len()];
        for (new, &old) in (0..).zip(&used) {
            number[old as usize] = new;
        }
        let edges = drafts.iter().map(|draft| {
            let [a, b] = draft.ends.map(|end| number[end as usize]);
            (a, b, draft.cost)
        });
        let graph = Graph::new(used.len(), edges);
        let is_terminal: Vec<bool> = used.iter().map(|&old| is_terminal[old as usize]).collect();
        let terminals =
            (0..).zip(&is_terminal).filter(|(_, is)| **is).map(|(node, _)| node).collect();
        let origin = drafts.into_iter().map(|draft| draft.origin).collect();
        let names = used.iter().map(|&old| names[old as usize]).collect();
        Self { graph, terminals, is_terminal, names, origin, fixed, fixed_cost }
    }
}
