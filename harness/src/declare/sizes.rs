//! Sizes of a kernel's input: small ones that try the edges, and the ones worth measuring.

/// A size's label in tables, filters and paths, such as `10000x100`.
pub trait SizeLabel {
    /// The label; letters, digits, `_`, `-` and `.` only.
    fn label(&self) -> String;
}

impl SizeLabel for usize {
    fn label(&self) -> String {
        self.to_string()
    }
}

impl SizeLabel for &'static str {
    fn label(&self) -> String {
        (*self).to_owned()
    }
}

impl SizeLabel for (usize, usize) {
    fn label(&self) -> String {
        format!("{}x{}", self.0, self.1)
    }
}

impl SizeLabel for (usize, usize, usize) {
    fn label(&self) -> String {
        format!("{}x{}x{}", self.0, self.1, self.2)
    }
}

impl SizeLabel for (usize, usize, usize, usize) {
    fn label(&self) -> String {
        format!("{}x{}x{}x{}", self.0, self.1, self.2, self.3)
    }
}

/// The sizes a kernel runs at.
///
/// Smoke sizes are tiny and include the edges (0, 1, odd extents): every variant is checked on
/// them in a test run. Measured sizes are the ones timed.
///
/// ```
/// use amdahl::Sizes;
/// let sizes = Sizes::smoke([(0, 3), (1, 1), (7, 5)]).measured([(1_000, 32), (10_000, 100)]);
/// ```
#[derive(Debug, Clone)]
pub struct Sizes<S> {
    pub(super) smoke: Vec<S>,
    pub(super) measured: Vec<S>,
}

impl<S> Sizes<S> {
    /// Sizes to check at, from the smallest.
    pub fn smoke(sizes: impl IntoIterator<Item = S>) -> Self {
        Self { smoke: sizes.into_iter().collect(), measured: Vec::new() }
    }

    /// The same with sizes to measure at, from the smallest.
    pub fn measured(mut self, sizes: impl IntoIterator<Item = S>) -> Self {
        self.measured.extend(sizes);
        self
    }
}
