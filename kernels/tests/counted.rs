//! The operations that kernels declare, held to those that their references do.

use amdahl::CountedWork;
use amdahl_kernels::{kernels, suite};

/// Kernels whose reference is written over a scalar, so that its operations can be counted.
const COUNTED: [&str; 9] = [
    "square",
    "center",
    "axis_sum",
    "matmul",
    "matmul_f32",
    "batched_matmul",
    "covariance",
    "gradient_step",
    "pairwise_distance",
];

/// Any seed: the operations of these references do not depend on values.
const SEED: u64 = 1;

fn counted(kernel: &str) -> Vec<CountedWork> {
    let suite = suite();
    let kernel = suite.get(kernel).expect("a kernel of the suite");
    kernel.count(SEED).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn no_kernel_declares_more_operations_than_its_reference_does() {
    for kernel in kernels() {
        for work in kernel.count(SEED).unwrap_or_else(|failure| panic!("{failure}")) {
            let (declared, done) = (work.declared.expect("a cost"), work.counted.flops() as f64);
            let (id, size) = (kernel.id(), &work.size);
            assert!(declared <= done, "{id} at {size}: {declared} declared, {done} counted");
        }
    }
}

#[test]
fn every_generic_reference_is_counted_at_every_smoke_size() {
    for id in COUNTED {
        let suite = suite();
        let info = suite.get(id).expect("a kernel of the suite").info().expect("sound").clone();
        let smoke = info.sizes.iter().filter(|size| !size.measured).count();
        let works = counted(id);
        assert_eq!(works.len(), smoke, "{id}");
        assert!(works.iter().any(|work| work.counted.flops() > 0), "{id} counts something");
    }
}

#[test]
fn a_product_of_matrices_does_two_operations_for_each_triple() {
    let works = counted("matmul");
    let work = works.iter().find(|work| work.size == "7x5x3").expect("a smoke size");
    assert_eq!((work.counted.additions, work.counted.multiplications), (7 * 5 * 3, 7 * 5 * 3));
    assert_eq!(work.declared, Some(2.0 * 7.0 * 5.0 * 3.0));
}

#[test]
fn distances_take_a_root_a_pair_which_is_counted_apart() {
    let works = counted("pairwise_distance");
    let work = works.iter().find(|work| work.size == "7x5x3").expect("a smoke size");
    // 7 points of 5 coordinates and 3 centroids: a difference, a square and a sum each.
    assert_eq!(work.counted.flops(), 7 * 3 * 5 * 3);
    assert_eq!(work.counted.roots, 7 * 3);
}
