//! Polars: declaring a variant that is built on demand only, and columns to and from its frames.
//!
//! Polars takes many minutes to compile, so it hides behind a cargo feature. In its frames a missing
//! number is a null, as its users have it: to Polars a NaN is a number, above all others.

#[cfg(feature = "polars")]
pub use frames::{column_of, doubles, integers, number_column, one_frame, text_column, words};

/// Why there is no variant `polars`.
#[cfg(not(feature = "polars"))]
pub const NOT_BUILT: &str =
    "built without the feature `polars`, which takes many minutes to compile.";

/// Adds the variant `polars` to a kernel's declaration, or says that it is not built. Polars has
/// threads of its own, as many as the process was told at its start.
macro_rules! with_polars {
    ($builder:expr, $run:path) => {{
        #[cfg(feature = "polars")]
        let builder = $builder.parallel_variant("polars", $run);
        #[cfg(not(feature = "polars"))]
        let builder = $builder.without("polars", crate::support::with_polars::NOT_BUILT);
        builder
    }};
}
pub(crate) use with_polars;

#[cfg(feature = "polars")]
mod frames {
    use polars::prelude::*;

    use crate::support::table::Column as OwnColumn;
    use crate::support::text::Text;

    /// A column of numbers; NaN becomes null.
    pub fn number_column(name: &str, values: &[f64]) -> Column {
        let cells = values.iter().map(|value| (!value.is_nan()).then_some(*value));
        Float64Chunked::from_iter_options(name.into(), cells).into_column()
    }

    /// A column of text.
    pub fn text_column(name: &str, text: &Text) -> Column {
        let cells = (0..text.rows()).map(|i| text.get(i));
        StringChunked::from_iter_options(name.into(), cells).into_column()
    }

    /// A column of any kind.
    pub fn column_of(name: &str, column: &OwnColumn) -> Column {
        match column {
            OwnColumn::Numbers(numbers) => number_column(name, numbers),
            OwnColumn::Integers(integers) => Column::new(name.into(), integers),
            OwnColumn::Text(text) => text_column(name, text),
        }
    }

    /// A frame of these columns, lazy.
    ///
    /// # Panics
    /// Where they differ in length.
    pub fn one_frame(columns: Vec<Column>) -> LazyFrame {
        DataFrame::new_infer_height(columns).expect("columns of one length").lazy()
    }

    /// The doubles of a column; NaN where null.
    ///
    /// # Panics
    /// Where the frame has no column of doubles of this name.
    pub fn doubles(frame: &DataFrame, name: &str) -> Vec<f64> {
        let column = frame.column(name).and_then(Column::f64).expect("a column of doubles");
        column.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    }

    /// The cells of a column of integers without nulls, whatever their width.
    ///
    /// # Panics
    /// Where the frame has no such column.
    pub fn integers(frame: &DataFrame, name: &str) -> Vec<i64> {
        let column = frame.column(name).and_then(|column| column.cast(&DataType::Int64));
        let column = column.expect("a column of integers");
        column.i64().expect("it was cast").iter().map(|value| value.expect("no null")).collect()
    }

    /// The cells of a column of text.
    ///
    /// # Panics
    /// Where the frame has no column of text of this name.
    pub fn words(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
        let column = frame.column(name).and_then(Column::str).expect("a column of text");
        column.iter().map(|word| word.map(str::to_owned)).collect()
    }
}
