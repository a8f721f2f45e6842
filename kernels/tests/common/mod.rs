//! What the tests of kernels share: running every variant on given values.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod arrays;
pub mod tables;
pub mod values;

use amdahl::{Agree, Array, Exchange, Exchanged, Kernel, Matrix, Suite, Tolerance, Value};

/// Names of the variants, the reference first.
pub fn variants(kernel: &Kernel) -> Vec<String> {
    let kernels = Suite::new([kernel.clone()]).kernels().expect("the declaration is sound");
    kernels[0].variants.iter().map(|variant| variant.name.clone()).collect()
}

/// What each variant makes of an input on one thread and on two, and who made it.
pub fn results(kernel: &Kernel, input: &Exchanged) -> Vec<(String, Exchanged)> {
    results_but(kernel, "", input)
}

/// The same without the variant of one name.
pub fn results_but(kernel: &Kernel, without: &str, input: &Exchanged) -> Vec<(String, Exchanged)> {
    let wanted = variants(kernel).into_iter().filter(|variant| variant != without);
    let runs = wanted.flat_map(|variant| [(variant.clone(), 1), (variant, 2)]);
    runs.map(|(variant, threads)| {
        let who = format!("{}/{variant} on {threads} threads", kernel.id());
        let result = kernel.evaluate(&variant, input.clone(), threads);
        (who, result.expect("the input fits"))
    })
    .collect()
}

/// Holds every variant to the first result, which is the reference's.
pub fn all_agree<O: Agree>(kernel: &Kernel, input: &Exchanged, tolerance: &Tolerance) {
    all_agree_but::<O>(kernel, "", input, tolerance);
}

/// The same without the variant of one name.
pub fn all_agree_but<O: Agree>(
    kernel: &Kernel,
    without: &str,
    input: &Exchanged,
    tolerance: &Tolerance,
) {
    let results = results_but(kernel, without, input);
    let mut results = results.into_iter().map(|(who, result)| {
        (who, O::from_exchanged(result).expect("a kernel's output makes its own type"))
    });
    let (_, reference) = results.next().expect("a kernel has a reference");
    for (who, result) in results {
        if let Err(disagreement) = result.agree(&reference, tolerance) {
            panic!("{who}: {disagreement}\ninput: {input:?}");
        }
    }
}

/// A matrix in its neutral form.
pub fn matrix(rows: usize, cols: usize, data: &[f64]) -> Exchanged {
    Matrix::from_vec(rows, cols, data.to_vec()).to_exchanged()
}

/// The doubles of the value of this name.
pub fn numbers(result: &Exchanged, name: &str) -> Vec<f64> {
    match result.clone().take(name) {
        Ok(Value::F64(Array { data, .. })) => data,
        other => panic!("no doubles named `{name}` but {other:?}"),
    }
}
