//! A bench target of one's own: two kernels, the allocator, and a main.
//!
//! `cargo run --example own_kernels -- --bench --quick` measures them; in a project of your own this
//! file is `benches/NAME.rs`, with `[[bench]] name = "NAME", harness = false` in the manifest.

use std::process::ExitCode;

use amdahl::{Cost, Kernel, Matrix, Sizes, Suite, Timed, Tolerance};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(Suite::new([dot(), transpose()]))
}

/// The inner product of two vectors: one pass over memory, bound by bandwidth.
fn dot() -> Kernel {
    Kernel::new("dot", "inner product of the two rows of X, f64")
        .sizes(Sizes::smoke([0, 1, 7]).measured([10_000, 1_000_000]))
        .input(|&n, rng| rng.matrix(2, n))
        .cost(|&n| Cost { flops: 2.0 * n as f64, bytes: 16.0 * n as f64 })
        // Summing in any order errs by at most n roundings of the sum of magnitudes, here about n.
        .agree_within(|&n| {
            let n = n as f64;
            Tolerance::relative(1e-12).plus_absolute(n * n * f64::EPSILON)
        })
        .reference("naive", |x: &Matrix| {
            Timed::returning(move || {
                let mut sum = 0.0;
                for i in 0..x.cols() {
                    sum += x[(0, i)] * x[(1, i)];
                }
                sum
            })
        })
        .variant("zip", |x| {
            Timed::returning(move || x.row(0).iter().zip(x.row(1)).map(|(a, b)| a * b).sum::<f64>())
        })
        .parallel_variant("rayon", |x| {
            Timed::returning(move || {
                x.row(0)
                    .par_iter()
                    .zip(x.row(1))
                    .with_min_len(4096)
                    .map(|(a, b)| a * b)
                    .sum::<f64>()
            })
        })
        .build()
}

/// The transpose of a square matrix: no arithmetic at all, and a matter of caches.
fn transpose() -> Kernel {
    Kernel::new("transpose", "transpose of the square matrix X, f64")
        .sizes(Sizes::smoke([0, 1, 5]).measured([1_000]))
        .input(|&n, rng| rng.matrix(n, n))
        .cost(|&n| Cost { flops: 0.0, bytes: 16.0 * (n * n) as f64 })
        .reference("naive", |x: &Matrix| {
            Timed::returning(move || Matrix::from_fn(x.cols(), x.rows(), |i, j| x[(j, i)]))
        })
        .variant("tiled", |x| {
            Timed::in_place(
                Matrix::zeros(x.cols(), x.rows()),
                move |out| transpose_tiled(x, out),
                Matrix::clone,
            )
        })
        .without("faer", "its transpose is a view: there is no work to time")
        .build()
}

/// Side of a tile: sixteen rows of 128 bytes are few enough for any first-level cache.
const TILE: usize = 16;

fn transpose_tiled(x: &Matrix, out: &mut Matrix) {
    for top in (0..x.rows()).step_by(TILE) {
        for left in (0..x.cols()).step_by(TILE) {
            for i in top..(top + TILE).min(x.rows()) {
                for j in left..(left + TILE).min(x.cols()) {
                    out[(j, i)] = x[(i, j)];
                }
            }
        }
    }
}
