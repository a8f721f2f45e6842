//! How many operations of each kind a computation did, as its reference counted them.

/// Operations on floating-point numbers, by kind. A sign changed or taken away is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Operations {
    /// Additions and subtractions.
    pub additions: u64,
    /// Multiplications.
    pub multiplications: u64,
    /// Divisions.
    pub divisions: u64,
    /// Fused multiply-adds.
    pub fused: u64,
    /// Square roots.
    pub roots: u64,
    /// Exponentials, logarithms and other functions of a library.
    pub functions: u64,
    /// Comparisons.
    pub comparisons: u64,
}

impl Operations {
    /// Floating-point operations in the sense of a declared cost: additions, multiplications and
    /// divisions, a fused multiply-add twice. Roots, functions and comparisons stand apart.
    pub const fn flops(&self) -> u64 {
        self.additions + self.multiplications + self.divisions + 2 * self.fused
    }

    /// These and the others.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            additions: self.additions + other.additions,
            multiplications: self.multiplications + other.multiplications,
            divisions: self.divisions + other.divisions,
            fused: self.fused + other.fused,
            roots: self.roots + other.roots,
            functions: self.functions + other.functions,
            comparisons: self.comparisons + other.comparisons,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fused_multiply_add_is_two_operations_and_a_root_is_none() {
        let done = Operations {
            additions: 1,
            multiplications: 2,
            divisions: 3,
            fused: 4,
            roots: 5,
            functions: 6,
            comparisons: 7,
        };
        assert_eq!(done.flops(), 1 + 2 + 3 + 2 * 4);
        assert_eq!(done.plus(Operations::default()), done);
        assert_eq!(done.plus(done).flops(), 2 * done.flops());
    }
}
