//! Linear programmes: one neutral model over the back ends of `good_lp`.
//!
//! No status is believed. Every point a back end returns is checked against bounds and rows here,
//! and where it fails the next back end is asked. Nothing outside this file knows a back end.

use good_lp::solvers::ObjectiveDirection;
use good_lp::{Constraint, Expression, ProblemVariables, Solution as _, SolverModel, variable};

/// A linear programme `min c x, row_low ≤ A x ≤ row_high, low ≤ x ≤ high`.
#[derive(Clone, Debug, Default)]
pub struct Model {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A variable, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable(usize);

#[derive(Clone, Copy, Debug)]
struct Column {
    low: f64,
    high: f64,
    cost: f64,
    /// Whether only whole numbers will do.
    whole: bool,
}

/// One row `Σ a x ≤ high`, or `=` where `equal`.
#[derive(Clone, Debug)]
struct Row {
    terms: Vec<(Variable, f64)>,
    limit: f64,
    equal: bool,
}

/// A checked solution.
#[derive(Clone, Debug)]
pub struct Solved {
    /// Value of each variable.
    pub values: Vec<f64>,
    /// Cost at these values.
    pub objective: f64,
    /// The back end that found it.
    pub backend: &'static str,
}

impl Solved {
    /// Value of a variable.
    pub fn value(&self, variable: Variable) -> f64 {
        self.values.get(variable.0).copied().unwrap_or(0.0)
    }
}

/// No back end returned a point that keeps every row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no linear-programming back end solved the model: {0}")]
pub struct Unsolved(pub String);

/// Share of the largest term by which a row may be missed.
const TOLERANCE: f64 = 1e-6;

impl Model {
    /// Adds a variable; both bounds must be finite, which keeps every model bounded.
    pub fn column(&mut self, low: f64, high: f64, cost: f64) -> Variable {
        self.columns.push(Column { low, high, cost, whole: false });
        Variable(self.columns.len() - 1)
    }

    /// Adds a variable that takes whole numbers only. Branching takes time: keep such models to a
    /// few dozen of them.
    pub fn whole_column(&mut self, low: f64, high: f64, cost: f64) -> Variable {
        self.columns.push(Column { low, high, cost, whole: true });
        Variable(self.columns.len() - 1)
    }

    /// Columns of whole numbers so far.
    pub fn whole_count(&self) -> usize {
        self.columns.iter().filter(|column| column.whole).count()
    }

    /// Adds `Σ a x ≤ limit`.
    pub fn at_most(&mut self, terms: Vec<(Variable, f64)>, limit: f64) {
        self.rows.push(Row { terms, limit, equal: false });
    }

    /// Adds `Σ a x = value`.
    pub fn equals(&mut self, terms: Vec<(Variable, f64)>, value: f64) {
        self.rows.push(Row { terms, limit: value, equal: true });
    }

    /// Rows so far.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Solves the model: a simplex where it is small and a vertex is welcome, the interior-point
    /// method where it is large, the other one where the first fails.
    pub fn solve(&self) -> Result<Solved, Unsolved> {
        let simplex_first = self.rows.len() <= 1500;
        let order: &[Backend] = if self.whole_count() > 0 {
            // The interior-point method knows no whole numbers.
            &[Backend::Microlp]
        } else if simplex_first {
            &[Backend::Microlp, Backend::Clarabel]
        } else {
            &[Backend::Clarabel, Backend::Microlp]
        };
        let mut complaints = Vec::new();
        #[cfg(feature = "highs")]
        match self.checked(Backend::Highs) {
            Ok(solved) => return Ok(solved),
            Err(complaint) => complaints.push(complaint),
        }
        for &backend in order {
            match self.checked(backend) {
                Ok(solved) => return Ok(solved),
                Err(complaint) => complaints.push(complaint),
            }
        }
        Err(Unsolved(complaints.join("; ")))
    }

    fn checked(&self, backend: Backend) -> Result<Solved, String> {
        let name = backend.name();
        let mut values = self.raw(backend).map_err(|reason| format!("{name}: {reason}"))?;
        // Interior points miss bounds by a hair.
        for (value, column) in values.iter_mut().zip(&self.columns) {
            if !value.is_finite() {
                return Err(format!("{name}: returned a number that is not finite"));
            }
            *value = value.clamp(column.low, column.high);
            if column.whole {
                if (*value - value.round()).abs() > 1e-5 {
                    return Err(format!("{name}: returned {value} for a whole number"));
                }
                *value = value.round();
            }
        }
        for (number, row) in self.rows.iter().enumerate() {
            let products = row.terms.iter().map(|(variable, a)| a * values[variable.0]);
            let (sum, size) = products.fold((0.0, row.limit.abs().max(1.0)), |(sum, size), p| {
                (sum + p, f64::max(size, p.abs()))
            });
            let miss = if row.equal { (sum - row.limit).abs() } else { sum - row.limit };
            if miss > TOLERANCE * size * 10.0 {
                return Err(format!("{name}: row {number} is missed by {miss:e}"));
            }
        }
        let objective =
            values.iter().zip(&self.columns).map(|(value, column)| value * column.cost).sum();
        Ok(Solved { values, objective, backend: name })
    }

    fn raw(&self, backend: Backend) -> Result<Vec<f64>, String> {
        let mut space = ProblemVariables::new();
        let handles: Vec<good_lp::Variable> = self
            .columns
            .iter()
            .map(|column| {
                let bounded = variable().min(column.low).max(column.high);
                space.add(if column.whole { bounded.integer() } else { bounded })
            })
            .collect();
        let mut cost = Expression::with_capacity(handles.len());
        for (handle, column) in handles.iter().zip(&self.columns) {
            if column.cost != 0.0 {
                cost.add_mul(column.cost, *handle);
            }
        }
        let unsolved = space.optimise(ObjectiveDirection::Minimisation, cost);
        match backend {
            Backend::Microlp => self.run(unsolved.using(good_lp::microlp), &handles),
            Backend::Clarabel => self.run(unsolved.using(good_lp::clarabel), &handles),
            #[cfg(feature = "highs")]
            Backend::Highs => self.run(unsolved.using(good_lp::highs), &handles),
        }
    }

    fn run<M: SolverModel>(
        &self,
        mut model: M,
        handles: &[good_lp::Variable],
    ) -> Result<Vec<f64>, String>
    where
        M::Error: std::fmt::Display,
    {
        for row in &self.rows {
            model.add_constraint(constraint(row, handles));
        }
        let solution = model.solve().map_err(|error| error.to_string())?;
        Ok(handles.iter().map(|&handle| solution.value(handle)).collect())
    }
}

fn constraint(row: &Row, handles: &[good_lp::Variable]) -> Constraint {
    let mut sum = Expression::with_capacity(row.terms.len());
    for (variable, a) in &row.terms {
        sum.add_mul(*a, handles[variable.0]);
    }
    if row.equal { sum.eq(row.limit) } else { sum.leq(row.limit) }
}

#[derive(Clone, Copy, Debug)]
enum Backend {
    Microlp,
    Clarabel,
    #[cfg(feature = "highs")]
    Highs,
}

impl Backend {
    fn name(self) -> &'static str {
        match self {
            Self::Microlp => "microlp",
            Self::Clarabel => "clarabel",
            #[cfg(feature = "highs")]
            Self::Highs => "HiGHS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diet() -> Model {
        // min 2x + 3y, x + y ≥ 4, x + 3y ≥ 6: x = 3, y = 1, cost 9.
        let mut model = Model::default();
        let x = model.column(0.0, 100.0, 2.0);
        let y = model.column(0.0, 100.0, 3.0);
        model.at_most(vec![(x, -1.0), (y, -1.0)], -4.0);
        model.at_most(vec![(x, -1.0), (y, -3.0)], -6.0);
        model
    }

    #[test]
    fn both_back_ends_agree_with_the_hand_solution() {
        for backend in [Backend::Microlp, Backend::Clarabel] {
            let solved = diet().checked(backend).unwrap();
            assert!((solved.objective - 9.0).abs() < 1e-5, "{backend:?}: {}", solved.objective);
        }
    }

    #[test]
    fn whole_numbers_are_kept_whole() {
        // max 5x + 4y, 6x + 4y ≤ 24, x + 2y ≤ 6: 21 at (3, 1.5), 20 at (4, 0) in whole numbers.
        let mut model = Model::default();
        let x = model.whole_column(0.0, 10.0, -5.0);
        let y = model.whole_column(0.0, 10.0, -4.0);
        model.at_most(vec![(x, 6.0), (y, 4.0)], 24.0);
        model.at_most(vec![(x, 1.0), (y, 2.0)], 6.0);
        let solved = model.solve().unwrap();
        assert!((solved.objective + 20.0).abs() < 1e-9, "{solved:?}");
        assert_eq!((solved.value(x), solved.value(y)), (4.0, 0.0));
    }

    #[test]
    fn an_infeasible_model_is_never_solved() {
        let mut model = Model::default();
        let x = model.column(0.0, 1.0, 1.0);
        model.at_most(vec![(x, -1.0)], -2.0);
        assert!(model.solve().is_err());
    }
}
