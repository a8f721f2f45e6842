//! What the textbook claims of the exercises, so that a report can hold it against measurements.
//!
//! Its claims are of Python: the variants compared are those of the peer `python`. The same step
//! beside each is what is left of it once everything is compiled.

use amdahl::Claim;

/// The chapter's claims, in the order of its exercises.
pub fn claims() -> Vec<Claim> {
    let vectorization = |exercise, kernel: &str, (less, more): (&str, &str)| {
        let [numpy, loops] = ["numpy", "python_loops"].map(|own| format!("{kernel}/python.{own}"));
        Claim::new("vectorization is 100-1000x", 100.0..=1000.0)
            .faster(&numpy, &loops)
            .source(exercise)
            .here(&format!("{kernel}/{less}"), &format!("{kernel}/{more}"))
    };
    vec![
        Claim::new("a list takes 3.5x", 3.5)
            .smaller("boxed_sum/python.numpy", "boxed_sum/python.python_loops")
            .source("A.1")
            .here("boxed_sum/contiguous", "boxed_sum/naive"),
        vectorization("A.2", "square", ("simd", "naive")),
        vectorization("B.3", "row_normalize", ("fused", "naive")),
        vectorization("C.4", "covariance", ("faer", "naive")),
        vectorization("takeaways", "softmax", ("simd", "naive")),
        Claim::new("vectorizing softmax gains 800x", 800.0)
            .faster("softmax/python.numpy", "softmax/python.python_loops")
            .source("takeaways")
            .here("softmax/simd", "softmax/naive"),
        Claim::new("float32 halves the memory", 2.0)
            .smaller("softmax_f32/python.numpy", "softmax/python.numpy")
            .source("takeaways")
            .here("softmax_f32/simd", "softmax/simd"),
        Claim::new("solve beats inv", 1.0..)
            .faster("solve/python.numpy", "solve/python.numpy_inv")
            .source("A.9")
            .here("solve/faer", "solve/inverse"),
        Claim::new("iterrows is 100-1000x slower", 100.0..=1000.0)
            .faster("conditional_column/python.pandas", "conditional_column/python.pandas_iterrows")
            .source("C.7")
            .here("conditional_column/columns", "conditional_column/rows"),
    ]
}
