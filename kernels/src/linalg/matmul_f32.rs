//! The product of two matrices in single precision (exercises A.6 and E.2).

use amdahl::Kernel;

use super::matmul;

/// The product of an m x k and a k x n matrix in single precision.
///
/// Half the bytes and twice the lanes of [`matmul`](super::matmul::kernel): where a product is
/// bound by arithmetic, as this one is, single precision is worth a factor of two. It costs nine
/// digits.
///
/// It promises what the double product does; results overflow beyond 3e38.
pub fn kernel() -> Kernel {
    matmul::of_precision::<f32>("matmul_f32", "the product of two matrices, f32")
}
