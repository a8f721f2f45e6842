//! [`Exchange`] and [`Agree`] for the types kernels commonly use.

use super::agree::Agree;
use super::exchange::{Array, Exchange, ExchangeError, Exchanged, Value};
use super::matrix::Matrix;

fn mismatch(want: &'static str, got: &Value) -> ExchangeError {
    ExchangeError::Mismatch { name: String::new(), want, got: got.describe() }
}

macro_rules! exchange_numbers {
    ($number:ty, $kind:ident, $scalar:literal, $vector:literal, $matrix:literal, $array:literal) => {
        impl Exchange for $number {
            fn to_exchanged(&self) -> Exchanged {
                Exchanged::single((*self).into())
            }

            fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
                match exchanged.take("")? {
                    Value::$kind(array) if array.shape.is_empty() => Ok(array.data[0]),
                    other => Err(mismatch($scalar, &other)),
                }
            }
        }

        impl Exchange for Vec<$number> {
            fn to_exchanged(&self) -> Exchanged {
                Exchanged::single(self.into())
            }

            fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
                match exchanged.take("")? {
                    Value::$kind(array) if array.shape.len() == 1 => Ok(array.data),
                    other => Err(mismatch($vector, &other)),
                }
            }
        }

        impl Exchange for Matrix<$number> {
            fn to_exchanged(&self) -> Exchanged {
                Exchanged::single(self.into())
            }

            fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
                match exchanged.take("")? {
                    Value::$kind(Array { shape, data }) if shape.len() == 2 => {
                        Ok(Matrix::from_vec(shape[0], shape[1], data))
                    }
                    other => Err(mismatch($matrix, &other)),
                }
            }
        }

        impl Exchange for Array<$number> {
            fn to_exchanged(&self) -> Exchanged {
                Exchanged::single(self.into())
            }

            fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
                match exchanged.take("")? {
                    Value::$kind(array) => Ok(array),
                    other => Err(mismatch($array, &other)),
                }
            }
        }

        impl From<$number> for Value {
            fn from(value: $number) -> Self {
                Self::$kind(Array { shape: Vec::new(), data: vec![value] })
            }
        }

        impl From<&[$number]> for Value {
            fn from(values: &[$number]) -> Self {
                Self::$kind(Array { shape: vec![values.len()], data: values.to_vec() })
            }
        }

        impl From<&Vec<$number>> for Value {
            fn from(values: &Vec<$number>) -> Self {
                values.as_slice().into()
            }
        }

        impl From<&Array<$number>> for Value {
            fn from(array: &Array<$number>) -> Self {
                Self::$kind(array.clone())
            }
        }

        impl From<&Matrix<$number>> for Value {
            fn from(matrix: &Matrix<$number>) -> Self {
                let shape = vec![matrix.rows(), matrix.cols()];
                Self::$kind(Array { shape, data: matrix.as_slice().to_vec() })
            }
        }

        impl Agree for Array<$number> {}
        impl Agree for $number {}
        impl Agree for Vec<$number> {}
        impl Agree for Matrix<$number> {}
    };
}

exchange_numbers!(
    f64,
    F64,
    "a number (f64)",
    "a vector of f64",
    "a matrix of f64",
    "an array of f64"
);
exchange_numbers!(
    f32,
    F32,
    "a number (f32)",
    "a vector of f32",
    "a matrix of f32",
    "an array of f32"
);
exchange_numbers!(i64, I64, "an integer", "a vector of i64", "a matrix of i64", "an array of i64");

impl Exchange for Vec<Option<String>> {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::single(Value::Text(self.clone()))
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        match exchanged.take("")? {
            Value::Text(column) => Ok(column),
            other => Err(mismatch("a column of text", &other)),
        }
    }
}

impl Agree for Vec<Option<String>> {}

impl From<&Vec<Option<String>>> for Value {
    fn from(column: &Vec<Option<String>>) -> Self {
        Self::Text(column.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(vec![Some(text.to_owned())])
    }
}

impl Exchange for String {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::single(Value::Text(vec![Some(self.clone())]))
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        match exchanged.take("")? {
            Value::Text(mut column) if column.len() == 1 => {
                Ok(column.remove(0).unwrap_or_default())
            }
            other => Err(mismatch("one text", &other)),
        }
    }
}

impl Agree for String {}

/// A computation that may refuse its input; two refusals agree whatever they say.
impl<T: Exchange, E: From<String> + std::fmt::Display> Exchange for Result<T, E> {
    fn to_exchanged(&self) -> Exchanged {
        match self {
            Ok(value) => value.to_exchanged(),
            Err(error) => Exchanged::Error(error.to_string()),
        }
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        match exchanged {
            Exchanged::Error(message) => Ok(Err(E::from(message))),
            values @ Exchanged::Values(_) => Ok(Ok(T::from_exchanged(values)?)),
        }
    }
}

impl<T: Agree, E: From<String> + std::fmt::Display> Agree for Result<T, E> {}
