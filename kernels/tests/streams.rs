//! The kernels over CSV files: what is a number, what is a row, what is an error and where, on every
//! variant and across the borders of chunks, blocks and pieces. Polars has rules of its own about
//! both, which `polars.rs` tests.

mod common;

use amdahl::{Array, Exchanged, Kernel, Value};
use amdahl_kernels::stream::{chunked_statistics, group_mean_stream};
use common::tables::{cells_with_infinities, input, styles};
use common::{numbers, results_but};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn results(kernel: &Kernel, input: &Exchanged) -> Vec<(String, Exchanged)> {
    results_but(kernel, "polars", input)
}

fn names(result: &Exchanged) -> Vec<String> {
    match result {
        Exchanged::Values(values) => values.iter().map(|(name, _)| name.clone()).collect(),
        Exchanged::Error(error) => panic!("{error}"),
    }
}

fn count(result: &Exchanged, column: &str) -> i64 {
    match result.clone().take(&format!("{column}.count")) {
        Ok(Value::I64(Array { data, .. })) => data[0],
        other => panic!("no count of `{column}` but {other:?}"),
    }
}

/// Mean, deviation, least and greatest.
fn four(result: &Exchanged, column: &str) -> [f64; 4] {
    ["mean", "std", "min", "max"].map(|what| numbers(result, &format!("{column}.{what}"))[0])
}

fn is_close(got: f64, want: f64, scale: f64) -> bool {
    got == want || (got.is_nan() && want.is_nan()) || (got - want).abs() <= 1e-12 * scale
}

/// Holds every variant's statistics of one column to count, mean, deviation, least and greatest.
fn expect(csv: &str, column: &str, want_count: i64, want: [f64; 4]) {
    for chunk_rows in [1, 2, 1_000] {
        for (who, result) in results(&chunked_statistics::kernel(), &input(csv, chunk_rows)) {
            assert_eq!(count(&result, column), want_count, "{who}");
            let got = four(&result, column);
            let close = got.iter().zip(want).all(|(got, want)| is_close(*got, want, want.abs()));
            assert!(close, "{who}: got {got:?}, want {want:?}");
        }
    }
}

fn groups(result: &Exchanged) -> Vec<(String, f64)> {
    let Ok(Value::Text(names)) = result.clone().take("category") else { panic!("{result:?}") };
    names.into_iter().map(Option::unwrap).zip(numbers(result, "mean")).collect()
}

fn expect_groups(csv: &str, want: &[(&str, f64)]) {
    for chunk_rows in [1, 2, 1_000] {
        for (who, result) in results(&group_mean_stream::kernel(), &input(csv, chunk_rows)) {
            let got = groups(&result);
            let equal = got.len() == want.len()
                && got.iter().zip(want).all(|((name, got), (want_name, want))| {
                    name == want_name && is_close(*got, *want, want.abs())
                });
            assert!(equal, "{who}: got {got:?}, want {want:?}");
        }
    }
}

/// Holds every variant to the same error.
fn expect_error(kernel: &Kernel, csv: &str, chunk_rows: i64, want: &str) {
    for (who, result) in results(kernel, &input(csv, chunk_rows)) {
        assert_eq!(result, Exchanged::Error(want.to_owned()), "{who}");
    }
}

#[test]
fn empty_cells_and_every_spelling_of_missing_are_skipped() {
    // Mean 2.5, squares 5 over 3.
    let std = (5.0_f64 / 3.0).sqrt();
    let csv = "x,y\n1,\n,NA\n2,nan\n3,null\nNaN,-nan\n4,\"\"\n#N/A,\nNone,N/A\n";
    expect(csv, "x", 4, [2.5, std, 1.0, 4.0]);
    expect(csv, "y", 0, [NAN; 4]);
}

#[test]
fn one_number_has_no_deviation_and_two_have_their_distance_over_the_root_of_two() {
    expect("x\n7\n", "x", 1, [7.0, NAN, 7.0, 7.0]);
    expect("x\n7\n\n9\n", "x", 2, [8.0, 2.0_f64.sqrt(), 7.0, 9.0]);
    expect("x\n5\n5\n5\n", "x", 3, [5.0, 0.0, 5.0, 5.0]);
}

#[test]
fn an_infinity_is_a_number_as_in_pandas() {
    expect("x\n1\ninf\n2\n", "x", 3, [INF, NAN, 1.0, INF]);
    expect("x\n1\n-Infinity\n2\n", "x", 3, [-INF, NAN, -INF, 2.0]);
    expect("x\ninf\n1\n-inf\n", "x", 3, [NAN, NAN, -INF, INF]);
    expect("x\ninf\n", "x", 1, [INF, NAN, INF, INF]);
}

#[test]
fn deviations_survive_a_mean_a_billion_times_larger() {
    // 2^-10 on either side of 2^20: the squares are 4 · 2^-20, over 3.
    let csv = "x\n1048576.0009765625\n1048575.9990234375\n1048576.0009765625\n1048575.9990234375\n";
    let want = (4.0 / 3.0 / 1_048_576.0_f64).sqrt();
    for chunk_rows in 1..5 {
        for (who, result) in results(&chunked_statistics::kernel(), &input(csv, chunk_rows)) {
            let [mean, std, ..] = four(&result, "x");
            assert_eq!(mean, 1_048_576.0, "{who}");
            // Means on the way are off by a rounding, 2^-33, which is 2^-23 of a deviation.
            assert!((std - want).abs() < 2.0_f64.powi(-23) * want, "{who}: {std} for {want}");
        }
    }
}

#[test]
fn a_column_that_begins_with_text_is_left_out_whatever_follows() {
    let csv = "name,x,note\nada,1,\n7,2,\nbo,3,\"so, \"\"so\"\"\nand on\"\n,4,5\n";
    for chunk_rows in [1, 2, 100] {
        for (who, result) in results(&chunked_statistics::kernel(), &input(csv, chunk_rows)) {
            assert_eq!(names(&result), ["x.count", "x.mean", "x.std", "x.min", "x.max"], "{who}");
            assert_eq!(count(&result, "x"), 4, "{who}");
        }
    }
}

#[test]
fn quotes_line_ends_blank_lines_and_a_mark_carry_no_meaning() {
    let want = [2.0, 2.0_f64.sqrt(), 1.0, 3.0];
    for csv in [
        "x,y\n1,a\n3,b\n",
        "x,y\r\n1,a\r\n3,b\r\n",
        "x,y\r1,a\r3,b",
        "\u{feff}x,y\n1,a\n3,b",
        "\n\nx,y\n\n1,a\n\n\n3,b\n\n",
        "\"x\",\"y\"\n\"1\",\"a\n,\"\n\" 3 \",\"b\"",
    ] {
        expect(csv, "x", 2, want);
    }
}

#[test]
fn a_file_of_a_header_alone_has_counts_of_zero_and_no_groups() {
    for csv in ["x,y", "x,y\n", "x,y\r\n\r\n"] {
        expect(csv, "x", 0, [NAN; 4]);
        expect(csv, "y", 0, [NAN; 4]);
    }
    expect_groups("category,value", &[]);
    expect_groups("category,value\n", &[]);
}

#[test]
fn a_file_without_a_header_is_an_error() {
    let want = "the file is empty: its first line must name the columns";
    for csv in ["", "\n", "\r\n\r\n"] {
        expect_error(&chunked_statistics::kernel(), csv, 1, want);
        expect_error(&group_mean_stream::kernel(), csv, 1, want);
    }
}

#[test]
fn chunks_of_no_rows_and_repeated_or_absent_names_are_errors() {
    for chunk_rows in [0, -3, i64::MIN] {
        let want = format!("chunks of {chunk_rows} rows: `chunk_rows` must be at least 1");
        expect_error(&chunked_statistics::kernel(), "x\n1\n", chunk_rows, &want);
        expect_error(&group_mean_stream::kernel(), "category,value\n", chunk_rows, &want);
    }
    let want = "line 1, column 3: a column `x` is there already; rename one of them";
    expect_error(&chunked_statistics::kernel(), "x,y,x\n1,2,3\n", 1, want);
    let want = "there is no column `value`: the columns are category, values";
    expect_error(&group_mean_stream::kernel(), "category,values\na,1\n", 1, want);
}

#[test]
fn a_row_of_the_wrong_length_is_found_by_line_and_column() {
    let kernel = chunked_statistics::kernel();
    for end in ["\n", "\r\n", "\r"] {
        for chunk_rows in [1, 3, 100] {
            let csv = |row: &str| ["x,y,z", "1,2,3", "", row, "7,8,9", "1"].join(end);
            let short = "line 4, column 3: 2 cells where the header has 3";
            expect_error(&kernel, &csv("4,5"), chunk_rows, short);
            expect_error(&kernel, &csv("4,text"), chunk_rows, short);
            let long = "line 4, column 4: 5 cells where the header has 3";
            expect_error(&kernel, &csv("4,5,6,7,8"), chunk_rows, long);
            expect_error(&kernel, &csv("text,\"5,\"\"\n\",6,,"), chunk_rows, long);
        }
    }
    let last = "line 3, column 2: 1 cells where the header has 2";
    expect_error(&group_mean_stream::kernel(), "category,value\na,1\nb", 1, last);
    expect_error(&group_mean_stream::kernel(), "category,value\na,1\nb\nc,x", 1, last);
}

#[test]
fn text_below_a_number_is_found_by_line_and_column() {
    let kernel = chunked_statistics::kernel();
    for chunk_rows in [1, 2, 100] {
        let want = "line 6, column 2 (`y`): `1O` is not a number";
        // The quoted cell above goes over two lines; z is a column of text.
        let csv = "x,y,z\n1,2,\"a\nb\"\n3,,4\n5,1,c\n6,1O,d\nx,x,x\n";
        expect_error(&kernel, csv, chunk_rows, want);
        let csv = "x,y,z\r\n1,2,a\r\n\r\n3,,4\r\n5,1,c\r\n6,\"1O\",d\r\nx,x\r\n";
        expect_error(&kernel, csv, chunk_rows, want);
    }
    let want = "line 3, column 3 (`value`): `many` is not a number";
    let csv = "id,category,value\n1,a,1\n2,,many\n3,b\n";
    expect_error(&group_mean_stream::kernel(), csv, 5, want);
}

#[test]
fn groups_stand_in_name_order_and_skip_what_is_missing() {
    let csv = "category,value\nr,1\np,4\nr,\n,9\np,nan\nq,\nr,3\n\"p\",\"5\"\n";
    expect_groups(csv, &[("p", 4.5), ("q", NAN), ("r", 2.0)]);
}

#[test]
fn groups_are_told_apart_by_every_byte_and_read_whatever_the_columns_order() {
    let csv = "note,value,category\n\"a,b\",1,é\nx,2,e\n,3,\"long \"\"name\"\", of a group\"\n\
               y,4,\"long \"\"name\"\", of a group!\"\n,5,NA\n,inf,E\n,-inf,ee\n,7, e\n";
    let want = [
        (" e", 7.0),
        ("E", INF),
        ("NA", 5.0),
        ("e", 2.0),
        ("ee", -INF),
        ("long \"name\", of a group", 3.0),
        ("long \"name\", of a group!", 4.0),
        ("é", 1.0),
    ];
    expect_groups(csv, &want);
}

/// A table of several blocks and pieces: line `i` holds i and the text `row`.
fn long_table(rows: usize, row: &str) -> Vec<String> {
    let mut lines = vec!["x,y".to_owned()];
    lines.extend((1..=rows).map(|i| format!("{i}.0,{row}")));
    lines
}

const LONG: usize = 120_000;

#[test]
fn rows_across_blocks_and_pieces_are_counted_once() {
    let n = LONG as f64;
    // The numbers 1 to n: mean (n + 1) / 2, variance n (n + 1) / 12.
    let want = [n.midpoint(1.0), (n * (n + 1.0) / 12.0).sqrt(), 1.0, n];
    for row in ["1.25", "some text", "\"quoted,\r\nover lines\"", ""] {
        for end in ["\n", "\r\n", "\r"] {
            let csv = long_table(LONG, row).join(end);
            for (who, result) in results(&chunked_statistics::kernel(), &input(&csv, 7_001)) {
                assert_eq!(count(&result, "x"), 120_000, "{who}: {row}");
                let got = four(&result, "x");
                let close = got.iter().zip(want).all(|(got, want)| is_close(*got, want, want));
                assert!(close, "{who}: got {got:?}, want {want:?} beside {row}");
            }
        }
    }
}

#[test]
fn an_error_far_down_a_long_file_has_its_true_line() {
    let kernel = chunked_statistics::kernel();
    for end in ["\n", "\r\n"] {
        for row in ["1", "\"quoted\""] {
            let mut lines = long_table(LONG, row);
            lines[115_000] = "3".to_owned();
            let want = "line 115001, column 2: 1 cells where the header has 2";
            expect_error(&kernel, &lines.join(end), 1_000, want);
            lines[100_000] = format!("x,{row}");
            let want = "line 100001, column 1 (`x`): `x` is not a number";
            expect_error(&kernel, &lines.join(end), 1_000, want);
        }
    }
}

#[test]
fn a_record_longer_than_a_block_is_read_and_one_without_end_is_an_error() {
    let long = "z".repeat(1 << 20);
    expect(&format!("x,y\n1,{long}\n3,\"{long}\"\n"), "x", 2, [2.0, 2.0_f64.sqrt(), 1.0, 3.0]);
    let endless = format!("x,y\n1,a\n2,\"{}\n", "3,b\n".repeat(5 << 20));
    let want = "line 3: a row of more than 16777216 bytes; is a quote not closed?";
    expect_error(&chunked_statistics::kernel(), &endless, 100, want);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let csv = long_table(LONG, "0.1").join("\n");
    let kernel = chunked_statistics::kernel();
    let run = |threads| kernel.evaluate("rayon", input(&csv, 500), threads).expect("it fits");
    assert_eq!(run(1), run(3));
    let csv = csv.replacen("x,y", "category,value", 1);
    let kernel = group_mean_stream::kernel();
    let run = |threads| kernel.evaluate("rayon", input(&csv, 500), threads).expect("it fits");
    assert_eq!(run(1), run(3));
}

/// Mean, deviation, least and greatest by their definitions.
fn by_definition(values: &[f64]) -> [f64; 4] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let std = if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { NAN };
    let least = values.iter().copied().reduce(f64::min).unwrap_or(NAN);
    let greatest = values.iter().copied().reduce(f64::max).unwrap_or(NAN);
    [mean, if mean.is_finite() { std } else { NAN }, least, greatest]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn statistics_are_those_of_the_definitions_however_the_file_is_written(
        rows in (1..4_usize).prop_flat_map(|columns| {
            prop::collection::vec(prop::collection::vec(cells_with_infinities(), columns), 1..14)
        }),
        style in styles(),
        chunk_rows in prop_oneof![1..20_i64, Just(i64::MAX)],
    ) {
        let header: Vec<String> = (0..rows[0].len()).map(|column| format!("c{column}")).collect();
        let mut lines = vec![header.clone()];
        lines.extend(rows.iter().map(|row| row.iter().map(|(text, _)| text.clone()).collect()));
        let csv = style.text(&lines);
        for (who, result) in results(&chunked_statistics::kernel(), &input(&csv, chunk_rows)) {
            for (column, name) in header.iter().enumerate() {
                let values: Vec<f64> = rows.iter().filter_map(|row| row[column].1).collect();
                let finite = values.iter().filter(|value| value.is_finite());
                let scale = finite.fold(0.0_f64, |scale, value| scale.max(value.abs()));
                prop_assert_eq!(count(&result, name).cast_unsigned(), values.len() as u64, "{}", &who);
                for (got, want) in four(&result, name).into_iter().zip(by_definition(&values)) {
                    prop_assert!(is_close(got, want, scale), "{who}: got {got}, want {want}\n{csv:?}");
                }
            }
        }
    }

    #[test]
    fn group_means_are_those_of_the_definition_however_the_file_is_written(
        rows in prop::collection::vec(
            (prop::sample::select(vec!["", "a", "b", "a b", "é", "\"", "x,y", "1\n2", "longer name"]),
             cells_with_infinities()),
            0..20,
        ),
        style in styles(),
        chunk_rows in prop_oneof![1..20_i64, Just(i64::MAX)],
    ) {
        let mut lines = vec![vec!["category".to_owned(), "value".to_owned()]];
        lines.extend(rows.iter().map(|(name, (text, _))| vec![(*name).to_owned(), text.clone()]));
        let csv = style.text(&lines);
        let mut want = std::collections::BTreeMap::<&str, Vec<f64>>::new();
        for (name, (_, number)) in rows.iter().filter(|(name, _)| !name.is_empty()) {
            want.entry(name).or_default().extend(number);
        }
        for (who, result) in results(&group_mean_stream::kernel(), &input(&csv, chunk_rows)) {
            let got = groups(&result);
            prop_assert_eq!(got.len(), want.len(), "{}: {:?}", &who, &got);
            for ((name, got), (want_name, values)) in got.iter().zip(&want) {
                prop_assert_eq!(name, want_name, "{}", &who);
                let finite = values.iter().filter(|value| value.is_finite());
                let scale = finite.fold(0.0_f64, |scale, value| scale.max(value.abs()));
                let want = values.iter().sum::<f64>() / values.len() as f64;
                prop_assert!(is_close(*got, want, scale), "{who}: got {got}, want {want}\n{csv:?}");
            }
        }
    }
}
