//! Polars: `scan_csv`, one aggregation for each statistic, the streaming engine.

use amdahl::Timed;
use polars::prelude::*;

use super::Statistics;
use super::part::{Summaries, Summary};
use crate::support::csv::error::CsvError;
use crate::support::csv::file::CsvFile;
use crate::support::csv::scan_polars::{collect, missing, reader};
use crate::support::with_polars::{doubles, integers};

/// The query, from the opening of the file on.
pub fn run(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || statistics(file)).seen_as(|outcome| {
        let (columns, frame) = outcome?;
        let summaries = columns.into_iter().filter_map(|(name, is_number)| {
            let count = integers(&frame, &format!("{name}.count"))[0];
            let get = |what| {
                if is_number { doubles(&frame, &format!("{name}.{what}"))[0] } else { f64::NAN }
            };
            // A column in which Polars sees text is one of numbers where nothing stands in it.
            (is_number || count == 0).then(|| Summary {
                name: name.clone(),
                count,
                mean: get("mean"),
                std: get("std"),
                min: get("min"),
                max: get("max"),
            })
        });
        Ok(Summaries(summaries.collect()))
    })
}

/// The file's columns, whether each is of numbers, and a frame of one row with their statistics.
fn statistics(file: &CsvFile) -> Result<(Vec<(String, bool)>, DataFrame), CsvError> {
    file.chunk_rows()?;
    // Integers in the first rows do not promise any further down.
    let doubles_for_integers = |schema: Schema| {
        let fields = schema.into_iter().map(|(name, kind)| {
            Field::new(name, if kind.is_integer() { DataType::Float64 } else { kind })
        });
        Ok(fields.collect())
    };
    let reader = reader(file).with_null_values(Some(missing()));
    let mut scan = reader.with_schema_modify(doubles_for_integers)?.finish()?;
    let mut columns = Vec::new();
    let mut wanted = Vec::new();
    for (name, kind) in scan.collect_schema()?.iter() {
        let named = |what| format!("{name}.{what}");
        wanted.push(col(name.clone()).count().alias(named("count")));
        if kind.is_float() {
            wanted.push(col(name.clone()).mean().alias(named("mean")));
            wanted.push(col(name.clone()).std(1).alias(named("std")));
            wanted.push(col(name.clone()).min().alias(named("min")));
            wanted.push(col(name.clone()).max().alias(named("max")));
        }
        columns.push((name.to_string(), kind.is_float()));
    }
    Ok((columns, collect(scan.select(wanted))?))
}
