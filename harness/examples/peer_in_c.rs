//! A suite whose peer is the one in C, in the folder that `AMDAHL_EXAMPLE_PEERS` names.
//!
//! The kernels are those it offers, by the names and in the forms of the real suite.

#![allow(
    clippy::disallowed_methods,
    reason = "a test names its folder of peers in the environment"
)]

use std::process::ExitCode;

use amdahl::{Kernel, Matrix, Sizes, Suite, Timed, Tolerance};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    let folder = std::env::var_os("AMDAHL_EXAMPLE_PEERS").unwrap_or_else(|| "peers".into());
    amdahl::main(Suite::new([softmax(), covariance()]).peers(folder))
}

fn softmax() -> Kernel {
    Kernel::new("softmax", "softmax of each row, f64")
        .sizes(Sizes::smoke([(0, 3), (3, 0), (5, 7)]).measured([(100, 100)]))
        .input(|&(n, d), rng| rng.matrix(n, d))
        // An ulp for the exponential, one for the scaling, d for the sum, each on either side.
        .agree_within(|&(_, d)| Tolerance::relative(2.0 * (d as f64 + 4.0) * f64::EPSILON))
        .reference("naive", |x: &Matrix| {
            Timed::returning(move || {
                let mut out = Matrix::zeros(x.rows(), x.cols());
                for i in 0..x.rows() {
                    let max = (0..x.cols()).map(|j| x[(i, j)]).fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = (0..x.cols()).map(|j| (x[(i, j)] - max).exp()).sum();
                    for j in 0..x.cols() {
                        out[(i, j)] = (x[(i, j)] - max).exp() / sum;
                    }
                }
                out
            })
        })
        .build()
}

fn covariance() -> Kernel {
    Kernel::new("covariance", "sample covariance of the columns of X, f64")
        .sizes(Sizes::smoke([(2, 3), (7, 5)]).measured([(200, 16)]))
        .input(|&(n, d), rng| rng.matrix(n, d))
        // A sum of n products is within n rounding errors of exact in any order; both sides have it.
        .agree_within(|&(n, _)| Tolerance::relative(2.0 * (n as f64 + 8.0) * f64::EPSILON))
        .reference("naive", |x: &Matrix| {
            Timed::returning(move || {
                let (n, d) = (x.rows(), x.cols());
                let mean = |j| (0..n).map(|k| x[(k, j)]).sum::<f64>() / n as f64;
                let means: Vec<f64> = (0..d).map(mean).collect();
                let mut out = Matrix::zeros(d, d);
                for i in 0..d {
                    for j in 0..d {
                        let product = |k| (x[(k, i)] - means[i]) * (x[(k, j)] - means[j]);
                        out[(i, j)] = (0..n).map(product).sum::<f64>() / (n as f64 - 1.0);
                    }
                }
                out
            })
        })
        .build()
}
