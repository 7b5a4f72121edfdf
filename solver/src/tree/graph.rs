//! Graphs with costs on their edges.

/// An undirected graph; parallel edges and loops are allowed.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Number of nodes.
    pub nodes: usize,
    /// Ends of each edge.
    pub ends: Vec<[u32; 2]>,
    /// Cost of each edge, from 0.
    pub costs: Vec<f64>,
    /// Where the neighbours of each node start.
    starts: Vec<u32>,
    /// Edge and neighbour, node by node.
    near: Vec<(u32, u32)>,
}

impl Graph {
    /// A graph of nodes from 0; edges are numbered in the order given.
    pub fn new(nodes: usize, edges: impl IntoIterator<Item = (u32, u32, f64)>) -> Self {
        let (ends, costs): (Vec<[u32; 2]>, Vec<f64>) =
            edges.into_iter().map(|(a, b, cost)| ([a, b], cost)).unzip();
        let mut starts = vec![0_u32; nodes + 1];
        for end in ends.iter().filter(|[a, b]| a != b).flatten() {
            starts[*end as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut near = vec![(0, 0); starts[nodes] as usize];
        for (edge, &[a, b]) in (0..).zip(&ends) {
            if a != b {
                for (from, to) in [(a, b), (b, a)] {
                    near[next[from as usize] as usize] = (edge, to);
                    next[from as usize] += 1;
                }
            }
        }
        Self { nodes, ends, costs, starts, near }
    }

    /// Edges at a node and where they lead; loops are left out.
    pub fn near(&self, node: u32) -> &[(u32, u32)] {
        let [from, to] = [node as usize, node as usize + 1].map(|at| self.starts[at] as usize);
        &self.near[from..to]
    }

    /// Whether some nodes are all connected to each other.
    pub fn connects(&self, nodes: &[u32]) -> bool {
        let Some(&first) = nodes.first() else { return true };
        let mut seen = vec![false; self.nodes];
        let mut stack = vec![first];
        seen[first as usize] = true;
        while let Some(node) = stack.pop() {
            for &(_, next) in self.near(node) {
                if !std::mem::replace(&mut seen[next as usize], true) {
                    stack.push(next);
                }
            }
        }
        nodes.iter().all(|&node| seen[node as usize])
    }

    /// The arc along an edge from one of its ends: twice the edge, plus one against its direction.
    pub(super) fn arc_from(&self, edge: u32, node: u32) -> usize {
        2 * edge as usize + usize::from(self.ends[edge as usize][0] != node)
    }
}
