//! Polars: `scan_csv`, `group_by`, `sort`, the streaming engine.

use amdahl::Timed;
use polars::prelude::*;

use super::Means;
use super::groups::GroupMeans;
use crate::support::csv::error::CsvError;
use crate::support::csv::file::CsvFile;
use crate::support::csv::scan_polars::{collect, reader};
use crate::support::with_polars::{doubles, words};

/// The query, from the opening of the file on.
pub fn run(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || means(file)).seen_as(|outcome| {
        let frame = outcome?;
        Ok(GroupMeans { category: words(&frame, "category"), mean: doubles(&frame, "mean") })
    })
}

fn means(file: &CsvFile) -> Result<DataFrame, CsvError> {
    file.chunk_rows()?;
    let kinds = [("category", DataType::String), ("value", DataType::Float64)];
    let kinds: Schema =
        kinds.into_iter().map(|(name, kind)| Field::new(name.into(), kind)).collect();
    let query = reader(file)
        .with_dtype_overwrite(Some(Arc::new(kinds)))
        .finish()?
        .filter(col("category").neq(lit("")))
        .group_by([col("category")])
        .agg([col("value").fill_nan(NULL.lit()).mean().alias("mean")])
        .sort(["category"], SortMultipleOptions::default());
    Ok(collect(query)?)
}
