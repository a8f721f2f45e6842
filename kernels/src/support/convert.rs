//! Conversions between the neutral matrix and the libraries' own, all of them off the clock.

use amdahl::Matrix;

/// A view of the same values, without a copy.
pub fn ndarray_view<T>(x: &Matrix<T>) -> ndarray::ArrayView2<'_, T> {
    ndarray::ArrayView2::from_shape((x.rows(), x.cols()), x.as_slice())
        .expect("a matrix holds rows x cols values")
}

/// The neutral matrix of ndarray's.
pub fn from_ndarray<T: Clone>(x: ndarray::Array2<T>) -> Matrix<T> {
    let (rows, cols) = x.dim();
    let data = if x.is_standard_layout() {
        x.into_raw_vec_and_offset().0
    } else {
        x.iter().cloned().collect()
    };
    Matrix::from_vec(rows, cols, data)
}

/// A copy in nalgebra's column-major layout.
pub fn to_nalgebra<T: nalgebra::Scalar>(x: &Matrix<T>) -> nalgebra::DMatrix<T> {
    nalgebra::DMatrix::from_row_slice(x.rows(), x.cols(), x.as_slice())
}

/// The neutral matrix of nalgebra's.
pub fn from_nalgebra<T: nalgebra::Scalar>(x: &nalgebra::DMatrix<T>) -> Matrix<T> {
    Matrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].clone())
}

/// A copy in faer's column-major layout.
pub fn to_faer(x: &Matrix) -> faer::Mat<f64> {
    faer::Mat::from_fn(x.rows(), x.cols(), |i, j| x[(i, j)])
}

/// The neutral matrix of faer's.
pub fn from_faer<T: Copy>(x: &faer::Mat<T>) -> Matrix<T> {
    Matrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)])
}

/// The neutral matrix whose rows are faer's columns.
pub fn from_faer_transposed<T: Copy>(x: &faer::Mat<T>) -> Matrix<T> {
    Matrix::from_fn(x.ncols(), x.nrows(), |i, j| x[(j, i)])
}
