//! Named arrays and tables: the one neutral form in which inputs and outputs cross to files,
//! oracles and programs in other languages.

/// A dense array in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T> {
    /// The extents, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// The entries in row-major order.
    pub data: Vec<T>,
}

/// One value that crosses.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Double precision.
    F64(Array<f64>),
    /// Single precision.
    F32(Array<f32>),
    /// Integers, indices, counts.
    I64(Array<i64>),
    /// A column of text; `None` is missing.
    Text(Vec<Option<String>>),
}

impl Value {
    /// A one-dimensional array of doubles.
    pub fn vector(data: &[f64]) -> Self {
        Self::F64(Array { shape: vec![data.len()], data: data.to_vec() })
    }

    /// A single double.
    pub fn scalar(value: f64) -> Self {
        Self::F64(Array { shape: Vec::new(), data: vec![value] })
    }

    /// Its type and shape in words, such as `f64 of shape [7, 5]`.
    pub fn describe(&self) -> String {
        match self {
            Self::F64(array) => format!("f64 of shape {:?}", array.shape),
            Self::F32(array) => format!("f32 of shape {:?}", array.shape),
            Self::I64(array) => format!("i64 of shape {:?}", array.shape),
            Self::Text(column) => format!("a text column of {} cells", column.len()),
        }
    }

    /// The heap bytes its entries take.
    pub fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::F64(array) => size_of_val(array.data.as_slice()),
            Self::F32(array) => size_of_val(array.data.as_slice()),
            Self::I64(array) => size_of_val(array.data.as_slice()),
            Self::Text(column) => {
                size_of_val(column.as_slice())
                    + column.iter().flatten().map(String::len).sum::<usize>()
            }
        };
        bytes as u64
    }
}

/// An input or output in its neutral form.
#[derive(Debug, Clone, PartialEq)]
pub enum Exchanged {
    /// Named values in order; a single nameless value has the name `""`.
    Values(Vec<(String, Value)>),
    /// The computation's own error, such as a singular matrix.
    Error(String),
}

impl Exchanged {
    /// One nameless value.
    pub fn single(value: Value) -> Self {
        Self::Values(vec![(String::new(), value)])
    }

    /// Named values.
    pub fn named<'n>(values: impl IntoIterator<Item = (&'n str, Value)>) -> Self {
        Self::Values(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The heap bytes of all values.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Values(values) => values.iter().map(|(_, value)| value.bytes()).sum(),
            Self::Error(_) => 0,
        }
    }

    /// Takes the value of this name out as a type that crosses as one nameless value.
    ///
    /// # Errors
    /// Where there is none, or it does not make that type; the error names it.
    pub fn take_as<T: Exchange>(&mut self, name: &str) -> Result<T, ExchangeError> {
        T::from_exchanged(Self::single(self.take(name)?)).map_err(|error| match error {
            ExchangeError::Mismatch { want, got, .. } => {
                ExchangeError::Mismatch { name: name.to_owned(), want, got }
            }
            missing @ ExchangeError::Missing { .. } => missing,
        })
    }

    /// Takes the value of this name out.
    ///
    /// # Errors
    /// Where there is none.
    pub fn take(&mut self, name: &str) -> Result<Value, ExchangeError> {
        let missing = || ExchangeError::Missing { name: name.to_owned() };
        match self {
            Self::Values(values) => {
                let at = values.iter().position(|(own, _)| own == name).ok_or_else(missing)?;
                Ok(values.remove(at).1)
            }
            Self::Error(_) => Err(missing()),
        }
    }
}

/// Named values that do not make the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// A value is missing.
    #[error("no value named `{name}`: give it under this name")]
    Missing {
        /// The name.
        name: String,
    },
    /// A value has another type or rank.
    #[error("`{name}` must be {want}, but is {got}")]
    Mismatch {
        /// The name.
        name: String,
        /// What is needed.
        want: &'static str,
        /// What is there.
        got: String,
    },
}

/// Conversion to and from the neutral form; it alone serves oracle files, users' files and peers.
pub trait Exchange: Sized {
    /// The neutral form.
    fn to_exchanged(&self) -> Exchanged;

    /// The value of a neutral form.
    ///
    /// # Errors
    /// Where a value is missing or has another type or rank.
    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError>;
}
