//! Randomness for inputs: one stream per kernel and size, so that a filter changes no input.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::matrix::Matrix;

/// A seeded source of inputs: the same seed, kernel and size give the same input everywhere.
#[derive(Debug, Clone)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The stream for one kernel's input at one size.
    pub(crate) fn for_input(seed: u64, kernel: &str, size: &str) -> Self {
        // FNV-1a, 64 bits (Fowler, Noll, Vo): stable across builds, unlike the standard hasher.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in kernel.bytes().chain([b'/']).chain(size.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self::new(seed ^ hash)
    }

    /// A value of the standard normal distribution.
    pub fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// A value of the uniform distribution on `low..high`.
    ///
    /// # Panics
    /// Where `low < high` does not hold.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }

    /// An index below `bound`, each with equal probability.
    ///
    /// # Panics
    /// Where `bound` is 0.
    pub fn index(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// Puts the items into a random order, each with equal probability (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    /// `n` standard normal values.
    pub fn vector(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }

    /// A matrix of standard normal values.
    pub fn matrix(&mut self, rows: usize, cols: usize) -> Matrix {
        Matrix::from_vec(rows, cols, self.vector(rows * cols))
    }
}
