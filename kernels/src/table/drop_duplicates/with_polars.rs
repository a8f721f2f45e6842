//! Polars: `unique` in the order of the rows.

use amdahl::Timed;
use polars::prelude::*;

use super::Kept;
use crate::support::table::Frame;
use crate::support::with_polars::{column_of, integers, one_frame};

/// Counts the rows, so that those kept are known by number.
const ROW: &str = "row number";

/// The query over a frame that is there already.
pub fn run(table: &Frame) -> Timed<'_, Kept> {
    if table.columns().is_empty() {
        // Polars refuses to group by nothing.
        return Timed::returning(|| Kept(Vec::new()));
    }
    let columns = table.columns().iter().map(|(name, column)| column_of(name, column));
    let frame = one_frame(columns.collect());
    let names: Vec<Expr> = table.columns().iter().map(|(name, _)| col(name.as_str())).collect();
    Timed::returning(move || {
        frame
            .clone()
            .with_row_index(ROW, None)
            .unique_stable_generic(Some(names.clone()), UniqueKeepStrategy::First)
            .select([col(ROW)])
            .collect()
            .expect("all columns are there")
    })
    .seen_as(|frame| Kept(integers(&frame, ROW)))
}
