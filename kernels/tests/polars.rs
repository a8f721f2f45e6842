//! Where Polars follows the rules of the kernels over CSV files, and where it has its own.

#![cfg(feature = "polars")]

mod common;

use amdahl::{Agree, Exchanged, Kernel, Tolerance, Value};
use amdahl_kernels::stream::{chunked_statistics, group_mean_stream};
use common::tables::input;

fn run(kernel: &Kernel, variant: &str, csv: &str) -> Exchanged {
    kernel.evaluate(variant, input(csv, 1_000), 1).expect("the input fits")
}

/// Holds Polars to the reference; some roundings apart.
fn same(kernel: &Kernel, csv: &str) {
    let [got, want] = ["polars", "rows"].map(|variant| run(kernel, variant, csv));
    let (Exchanged::Values(got), Exchanged::Values(want)) = (&got, &want) else {
        panic!("{got:?} where the reference has {want:?}, of {csv:?}");
    };
    assert_eq!(got.len(), want.len(), "{got:?} where the reference has {want:?}, of {csv:?}");
    for ((name, got), (want_name, want)) in got.iter().zip(want) {
        assert_eq!(name, want_name);
        let agree = match (got, want) {
            (Value::F64(got), Value::F64(want)) => {
                got.data.agree(&want.data, &Tolerance::relative(1e-12)).is_ok()
            }
            _ => got == want,
        };
        assert!(agree, "{name}: {got:?} where the reference has {want:?}, of {csv:?}");
    }
}

fn error(kernel: &Kernel, csv: &str) -> String {
    match run(kernel, "polars", csv) {
        Exchanged::Error(message) => message,
        Exchanged::Values(values) => panic!("{values:?} of {csv:?}"),
    }
}

#[test]
fn numbers_of_a_file_of_many_chunks_agree() {
    let kernel = chunked_statistics::kernel();
    for row in ["1.25", "some text", "\"quoted,\nover lines\"", ""] {
        for end in ["\n", "\r\n"] {
            let lines = (1..=120_000).map(|i| format!("{i},{row}{end}"));
            same(&kernel, &format!("x,y{end}{}", lines.collect::<String>()));
        }
    }
    let lines = (1..=120_000).map(|i| format!("group {},{}.5\n", i % 977, i));
    same(&group_mean_stream::kernel(), &format!("category,value\n{}", lines.collect::<String>()));
}

#[test]
fn missing_cells_infinities_and_quotes_mean_the_same() {
    let kernel = chunked_statistics::kernel();
    same(&kernel, "x,y\n1,\n,NA\n2.5,nan\n3,null\nNaN,-nan\n4,\"\"\n#N/A,\nNone,N/A\n");
    same(&kernel, "x\n1\ninf\n2\n");
    same(&kernel, "x\n1\n-inf\n2\n");
    same(&kernel, "name,x,note\nada,1,\n7,2,\nbo,3,\"so, \"\"so\"\"\nand on\"\n,4,5\n");
    same(&kernel, "\u{feff}x,y\n1,a\n3,b");
    same(&kernel, "x,y\n");
    let kernel = group_mean_stream::kernel();
    same(&kernel, "category,value\nr,1\np,4\nr,\n,9\np,nan\nq,\nr,3\n\"p\",\"5\"\nNA,2\n\"\",8\n");
    same(&kernel, "note,value,category\n\"a,b\",1,é\nx,2,e\n,inf,E\n,-inf,e\n,7, e\n");
    same(&kernel, "category,value\n");
}

#[test]
fn what_is_wrong_is_an_error_that_names_no_line() {
    let chunked = chunked_statistics::kernel();
    for csv in ["", "x,y\n1,2\n3,4,5\n"] {
        assert!(!error(&chunked, csv).is_empty());
    }
    // Polars takes the type of a column from its first hundred rows.
    let numbers = "1.5\n".repeat(200);
    assert!(error(&chunked, &format!("x\n{numbers}text\n")).contains("text"));
    let grouped = group_mean_stream::kernel();
    for csv in ["", "category,values\na,1\n", "category,value\na,1\nb,text\n"] {
        assert!(!error(&grouped, csv).is_empty());
    }
}

#[test]
fn a_row_with_too_few_cells_is_filled_with_missing_ones() {
    let filled = run(&chunked_statistics::kernel(), "polars", "x,y\n1,2\n3\n5,6\n");
    assert_eq!(filled, run(&chunked_statistics::kernel(), "rows", "x,y\n1,2\n3,\n5,6\n"));
}

#[test]
fn text_within_the_first_rows_makes_a_column_one_of_text() {
    let Exchanged::Values(values) = run(&chunked_statistics::kernel(), "polars", "x,y\n1,2\nO,3\n")
    else {
        panic!("Polars sees nothing wrong");
    };
    assert!(values.iter().all(|(name, _)| name.starts_with("y.")), "{values:?}");
}
