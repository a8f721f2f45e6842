//! Polars: `when(…).then(…).otherwise(…)` over a whole column.

use amdahl::Timed;
use polars::prelude::*;

use super::Numbers;
use crate::support::with_polars::{doubles, number_column, one_frame};

/// The query over a frame that is there already.
pub fn run(table: &Numbers) -> Timed<'_, Vec<f64>> {
    let others = table.others.iter().map(|(name, values)| (name.as_str(), values));
    let columns = [("x", &table.x), ("y", &table.y)].into_iter().chain(others);
    let frame = one_frame(columns.map(|(name, values)| number_column(name, values)).collect());
    Timed::returning(move || {
        let chosen = when(col("x").gt(lit(0.0))).then(col("y")).otherwise(-col("y"));
        frame.clone().select([chosen.alias("chosen")]).collect().expect("both columns are there")
    })
    .seen_as(|frame| doubles(&frame, "chosen"))
}
