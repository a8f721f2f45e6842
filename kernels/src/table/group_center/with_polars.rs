//! Polars: a window function, `mean().over(…)`.

use amdahl::Timed;
use polars::prelude::*;

use super::Salaries;
use crate::support::with_polars::{doubles, number_column, one_frame, text_column};

/// The query over a frame that is there already.
pub fn run(table: &Salaries) -> Timed<'_, Vec<f64>> {
    let frame = one_frame(vec![
        text_column("department", &table.department),
        number_column("salary", &table.salary),
    ]);
    Timed::returning(move || {
        let mean = col("salary").mean().over([col("department")]).expect("a key to group by");
        // To Polars the rows without a department are a group too.
        let centred = when(col("department").is_not_null()).then(col("salary") - mean);
        let centred = centred.otherwise(NULL.lit()).alias("centred");
        frame.clone().select([centred]).collect().expect("both columns are there")
    })
    .seen_as(|frame| doubles(&frame, "centred"))
}
