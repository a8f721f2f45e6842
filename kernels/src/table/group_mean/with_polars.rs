//! Polars: `group_by`, `agg`, `sort`.

use amdahl::Timed;
use polars::prelude::*;

use super::{Employees, Means};
use crate::support::with_polars::{doubles, number_column, one_frame, text_column, words};

/// The query over a frame that is there already.
pub fn run(table: &Employees) -> Timed<'_, Means> {
    let frame = one_frame(vec![
        text_column("department", &table.department),
        number_column("salary", &table.salary),
        number_column("years", &table.years),
    ]);
    Timed::returning(move || {
        // 0/0 is NaN, which a mean takes along; a null it skips. NaN would also sort first.
        let quotient = (col("salary") / col("years")).fill_nan(NULL.lit());
        let largest_first = SortMultipleOptions::default()
            .with_order_descending_multi([true, false])
            .with_nulls_last(true);
        frame
            .clone()
            .filter(col("department").is_not_null())
            .group_by([col("department")])
            .agg([quotient.mean().fill_nan(NULL.lit()).alias("mean")])
            .sort(["mean", "department"], largest_first)
            .collect()
            .expect("all columns are there")
    })
    .seen_as(|frame| Means {
        department: words(&frame, "department"),
        mean: doubles(&frame, "mean"),
    })
}
