//! Instructions from record to table and comparison.

use amdahl_reports::compare::{compare, comparison_document};
use amdahl_reports::{
    Measurement, Metric, Report, Role, Run, Series, measurer, render, summary::summarise,
};

use crate::plant::{Plant, case, kernel};

/// Text without the spaces that align a table's columns.
fn unaligned(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(count: f64) -> Run {
    let at = |variant| case("k", variant, "big", 1);
    let variants = [("naive", Role::Reference), ("a", Role::Serial)];
    let plant = Plant::new().kernel(kernel("k", &variants)).quick(&at("naive"), 1e6);
    plant.quick(&at("a"), 1e5).instructions(&at("a"), count).0
}

#[test]
fn a_count_is_per_iteration_and_stands_in_its_column() {
    let run = run(123_456.0);
    let summary = summarise(&run);
    let rows = &summary.kernels[0].sizes[0].rows;
    assert_eq!((rows[0].instructions, rows[1].instructions), (None, Some(123_456.0)));
    let text = unaligned(&render::markdown(&Report::new(&run).document()));
    assert!(text.contains("instructions |") && text.contains("| 123,456 |"), "{text}");
}

#[test]
fn what_was_said_of_a_count_stands_beside_the_case() {
    let mut run = run(1.0);
    let at = case("k", "naive", "big", 1);
    let series = vec![Series::single(Metric::INSTRUCTIONS, vec![10.0, 11.0])];
    let notes = vec!["its instructions do not repeat".to_owned()];
    let measurement = Measurement { series, notes, ..Measurement::default() };
    run = Plant(run).measured(&at, measurer::INSTRUCTIONS, measurement).0;
    let text = unaligned(&render::markdown(&Report::new(&run).document()));
    assert!(text.contains("`naive`: its instructions do not repeat"), "{text}");
}

#[test]
fn a_comparison_shows_a_change_of_instructions_that_time_would_hide() {
    let compared = |head: f64| {
        let comparison = compare(&run(1e6), &run(head), false).expect("one machine");
        unaligned(&render::markdown(&comparison_document(&comparison)))
    };
    assert!(compared(1_010_000.0).contains("**1,010,000 (+1.0 %)**"), "{}", compared(1_010_000.0));
    assert!(compared(990_000.0).contains("**990,000 (-1.0 %)**"), "{}", compared(990_000.0));
    // A few instructions of an allocator are none of the code's.
    assert!(compared(1_000_010.0).contains("1,000,010, unchanged"), "{}", compared(1_000_010.0));
}
