//! What a faster function does to a profile: the total, the overlap, and what is refused.

use amdahl_reports::render;
use amdahl_reports::whatif::{
    Answer, CallTree, Change, Edge, Function, Part, Profile, Question, Row, Shape, Unit,
    WhatIfError, answer, document, json,
};
use proptest::prelude::*;

/// The rows of an exercise: function, self and cumulative seconds.
const TRAINING: [(&str, f64, f64); 5] = [
    ("data_augmentation", 45.2, 45.2),
    ("train_batch", 3.1, 48.3),
    ("train_epoch", 0.5, 48.8),
    ("compute_loss", 12.7, 12.7),
    ("forward_pass", 8.3, 8.3),
];

fn table(rows: &[(&str, f64, f64)]) -> Profile {
    let functions = rows.iter().map(|row| Function::named(row.0)).collect();
    let rows = rows.iter().map(|(_, own, cumulative)| Row {
        calls: None,
        own: own * 1e9,
        cumulative: Some(cumulative * 1e9),
    });
    let shape = Shape::Flat(rows.collect());
    let mut profile = Profile::new("a table", Unit::Nanoseconds, functions, shape, "their sum");
    profile.rounding = 0.05e9;
    profile
}

fn tree(stacks: &[(&[usize], f64)], functions: usize) -> Profile {
    let mut tree = CallTree::default();
    for (stack, amount) in stacks {
        tree.add(stack.iter().copied(), *amount);
    }
    let names = (0..functions).map(|at| Function::named(format!("f{at}"))).collect();
    Profile::new("stacks", Unit::Samples, names, Shape::Tree(tree), "all samples")
}

fn ask(profile: &Profile, changes: &[(&str, f64)], part: Part) -> Result<Answer, WhatIfError> {
    let change = |(function, factor): &(&str, f64)| Change {
        function: (*function).to_owned(),
        factor: *factor,
    };
    answer(profile, &Question { changes: changes.iter().map(change).collect(), part, total: None })
}

fn with_total(profile: &Profile, total: f64) -> Result<Answer, WhatIfError> {
    let change = Change { function: profile.functions[0].label(), factor: 2.0 };
    let question = Question { changes: vec![change], part: Part::Own, total: Some(total) };
    answer(profile, &question)
}

#[test]
fn an_answer_is_readable() {
    let answer = ask(&table(&TRAINING), &[("data_augmentation", 2.0)], Part::Cumulative).unwrap();
    insta::assert_snapshot!("whatif_markdown", render::markdown(&document(&answer)));
    insta::assert_snapshot!("whatif_json", json(&answer));
}

#[test]
fn self_and_cumulative_time_are_two_questions() {
    let profile = table(&TRAINING);
    let all = ask(&profile, &[("train_epoch", 2.0)], Part::Cumulative).unwrap();
    let own = ask(&profile, &[("train_epoch", 2.0)], Part::Own).unwrap();
    // 69.8 / (69.8 - 48.8 / 2) and 69.8 / (69.8 - 0.5 / 2).
    assert!((all.speed_up - 69.8 / 45.4).abs() < 1e-9);
    assert!((own.speed_up - 69.8 / 69.55).abs() < 1e-9);
    assert_eq!(all.other_part.map(|reading| reading.speed_up), Some(own.speed_up));
}

#[test]
fn free_functions_leave_the_rest_and_a_whole_program_leaves_nothing() {
    let profile = table(&TRAINING);
    let free = ask(&profile, &[("data_augmentation", f64::INFINITY)], Part::Own).unwrap();
    assert_eq!(free.speed_up, free.limit);
    let everything: Vec<(&str, f64)> = TRAINING.iter().map(|row| (row.0, f64::INFINITY)).collect();
    let nothing = ask(&profile, &everything, Part::Own).unwrap();
    assert_eq!((nothing.limit, nothing.total_after < 1.0), (f64::INFINITY, true));
}

#[test]
fn functions_of_a_table_that_hold_nothing_are_added() {
    let profile = table(&TRAINING);
    let changes = [("compute_loss", 2.0), ("forward_pass", 4.0)];
    let answer = ask(&profile, &changes, Part::Cumulative).unwrap();
    let saved = 12.7 / 2.0 + 8.3 * 3.0 / 4.0;
    assert!((answer.speed_up - 69.8 / (69.8 - saved)).abs() < 1e-9);
}

#[test]
fn functions_of_a_table_that_may_hold_each_other_are_refused() {
    let changes = [("data_augmentation", 2.0), ("train_epoch", 2.0)];
    let error = ask(&table(&TRAINING), &changes, Part::Cumulative).unwrap_err();
    let WhatIfError::OverlapUnknown { outer, inner, .. } = &error else { panic!("{error}") };
    assert_eq!((outer.as_str(), inner.as_str()), ("train_epoch", "data_augmentation"));
    assert!(error.to_string().contains("--self"), "{error}");
    assert!(ask(&table(&TRAINING), &changes, Part::Own).is_ok());
}

#[test]
fn of_whole_stacks_the_innermost_function_counts() {
    // f0 is around all; 10 samples are in f1, 6 of them in f2 within f1, and 3 in f2 elsewhere.
    let profile = tree(&[(&[0], 7.0), (&[0, 1], 4.0), (&[0, 1, 2], 6.0), (&[0, 2], 3.0)], 3);
    let answer = ask(&profile, &[("f1", 2.0), ("f2", 4.0)], Part::Cumulative).unwrap();
    let counted: Vec<f64> = answer.functions.iter().map(|function| function.counted).collect();
    assert_eq!(counted, [4.0, 9.0]);
    assert!((answer.speed_up - 20.0 / (7.0 + 2.0 + 2.25)).abs() < 1e-12);
    assert!(
        answer.notes.iter().any(|note| note.contains("6 samples of `f1`")),
        "{:?}",
        answer.notes
    );
}

#[test]
fn the_functions_around_are_other_readings_with_what_lies_outside() {
    let profile = tree(&[(&[0, 1, 2], 6.0), (&[0, 1], 2.0), (&[0, 3], 4.0), (&[0, 3, 2], 8.0)], 4);
    let answer = ask(&profile, &[("f2", 2.0)], Part::Cumulative).unwrap();
    let around = |what: &str| {
        let reading = answer.readings.iter().find(|reading| reading.what.contains(what));
        reading.unwrap_or_else(|| panic!("{what}: {:#?}", answer.readings))
    };
    // Within f3 are 12 samples, 8 of them in f2; within f1 8 and 6.
    assert_eq!((around("`f3`").total, around("`f3`").counted), (12.0, 8.0));
    assert!((around("`f1`").speed_up - 8.0 / 5.0).abs() < 1e-12);
    let why = &around("`f3`").why_not;
    assert!(why.contains("8 samples of the whole lie outside `f3`: `f2` (6 samples)"), "{why}");
    // The whole is within f0: it is no other reading.
    assert!(answer.readings.iter().all(|reading| !reading.what.contains("`f0`")));
}

#[test]
fn what_a_given_total_adds_lies_outside_every_function() {
    let mut profile = table(&TRAINING);
    profile.origin = "the sum of the rows".to_owned();
    let change = Change { function: "data_augmentation".to_owned(), factor: 2.0 };
    let question = Question { changes: vec![change], part: Part::Own, total: Some(100e9) };
    let answer = answer(&profile, &question).unwrap();
    assert_eq!(answer.readings[0].what, "the profile alone: the sum of the rows");
    assert!((answer.readings[0].speed_up - 69.8 / 47.2).abs() < 1e-9);
    let why = &answer.readings[1].why_not;
    assert!(why.contains("51.2 s of the whole lie outside `train_epoch`"), "{why}");
    assert!(why.contains("time of no function listed (30.2 s)"), "{why}");
}

#[test]
fn self_time_within_a_function_is_that_of_the_named_one_alone() {
    let profile = tree(&[(&[0, 1, 2], 6.0), (&[0, 1], 2.0), (&[0, 2], 5.0), (&[3], 9.0)], 4);
    let answer = ask(&profile, &[("f1", 2.0)], Part::Own).unwrap();
    let around = answer.readings.iter().find(|reading| reading.what.contains("`f0`")).unwrap();
    assert_eq!((around.total, around.counted), (13.0, 2.0));
}

#[test]
fn callers_that_leave_the_overlap_open_are_refused() {
    // f1 and f2 both lead through f3 to f4, and f1 calls f2: whose f4 is cannot be told.
    let row = |own| Row { calls: None, own, cumulative: Some(50.0) };
    let edge = |caller, callee, own| Edge { caller, callee, calls: 1, own: Some(own) };
    let edges =
        vec![edge(0, 1, 1.0), edge(1, 2, 2.0), edge(1, 3, 3.0), edge(2, 3, 3.0), edge(3, 4, 40.0)];
    let rows = vec![row(1.0), row(1.0), row(2.0), row(6.0), row(40.0)];
    let names = (0..5).map(|at| Function::named(format!("f{at}"))).collect();
    let shape = Shape::Graph { rows, edges };
    let profile = Profile::new("callers", Unit::Nanoseconds, names, shape, "their sum");
    let unequal = ask(&profile, &[("f2", 3.0), ("f1", 2.0)], Part::Cumulative).unwrap_err();
    let WhatIfError::OverlapUnknown { outer, inner, .. } = unequal else { panic!("{unequal}") };
    assert_eq!((outer.as_str(), inner.as_str()), ("f1", "f2"));
    // With equal factors it does not matter: all but f0 becomes twice as fast.
    let equal = ask(&profile, &[("f2", 2.0), ("f1", 2.0)], Part::Cumulative).unwrap();
    assert!((equal.speed_up - 50.0 / (1.0 + 49.0 / 2.0)).abs() < 1e-12);
}

#[test]
fn a_table_in_which_anything_is_impossible_is_refused() {
    let refused = |rows: &[(&str, f64, f64)]| {
        ask(&table(rows), &[("f", 2.0)], Part::Cumulative).unwrap_err().to_string()
    };
    for (rows, words) in [
        (vec![("f", 2.0, 1.0)], "cumulative time of 1.00 s and a self time of 2.00 s"),
        (vec![("f", -1.0, 1.0)], "self time of -1000000000"),
        (vec![("f", 1.0, f64::NAN)], "cumulative time of NaN"),
        (vec![("f", 1.0, f64::INFINITY)], "cumulative time of inf"),
        (vec![("f", 1.0, 5.0), ("g", 2.0, 2.0)], "add up to 3.00 s, less than the 5.00 s"),
        (vec![("f", 0.0, 0.0)], "no time"),
        (vec![], "no time"),
    ] {
        let error = refused(&rows);
        assert!(error.contains(words), "{rows:?}: {error}");
    }
}

#[test]
fn rounded_figures_are_not_contradictions() {
    // Three decimals were printed: 0.0004 and 0.0006 are 0.000 and 0.001.
    let mut profile = table(&[("f", 0.001, 0.000), ("g", 0.003, 0.004)]);
    profile.rounding = 0.0005e9;
    assert!(ask(&profile, &[("g", 2.0)], Part::Cumulative).is_ok());
}

#[test]
fn a_given_total_must_hold_the_profile() {
    let profile = table(&TRAINING);
    assert_eq!(with_total(&profile, 100e9).map(|answer| answer.total), Ok(100e9));
    for total in [60e9, 0.0, -1.0, f64::NAN] {
        let error = with_total(&profile, total).unwrap_err();
        assert!(matches!(error, WhatIfError::TotalTooSmall { .. }), "{total}: {error}");
    }
    // The same rows with one missing: a total mends what the sum cannot.
    let cut = table(&TRAINING[1..]);
    assert!(matches!(
        ask(&cut, &[("train_epoch", 2.0)], Part::Own),
        Err(WhatIfError::PartAboveTotal { .. })
    ));
    assert!(with_total(&cut, 69.8e9).is_ok());
    let samples = tree(&[(&[0], 5.0)], 1);
    let error = with_total(&samples, 100e9).unwrap_err();
    assert!(matches!(error, WhatIfError::TotalWithoutTime { .. }), "{error}");
}

#[test]
fn factors_and_names_that_mean_nothing_are_refused() {
    let profile = table(&TRAINING);
    for factor in [0.0, -2.0, f64::NAN] {
        let error = ask(&profile, &[("train_epoch", factor)], Part::Own).unwrap_err();
        assert!(matches!(error, WhatIfError::Factor { .. }), "{factor}: {error}");
    }
    let twice = [("train_epoch", 2.0), ("train_epoch", 3.0)];
    let error = ask(&profile, &twice, Part::Own).unwrap_err();
    assert!(matches!(error, WhatIfError::Repeated { .. }), "{error}");
}

#[test]
fn a_slower_function_makes_the_whole_slower() {
    let slower = ask(&table(&TRAINING), &[("forward_pass", 0.5)], Part::Own).unwrap();
    assert!((slower.speed_up - 69.8 / (69.8 + 8.3)).abs() < 1e-9);
}

proptest! {
    #[test]
    fn an_amount_counts_once_whichever_functions_are_named(
        stacks in prop::collection::vec((prop::collection::vec(0..5_usize, 1..8), 1..50_u32), 1..12),
    ) {
        let stacks: Vec<(Vec<usize>, f64)> =
            stacks.into_iter().map(|(stack, samples)| (stack, f64::from(samples))).collect();
        let borrowed: Vec<(&[usize], f64)> =
            stacks.iter().map(|(stack, samples)| (stack.as_slice(), *samples)).collect();
        let profile = tree(&borrowed, 5);
        let both = ask(&profile, &[("f0", 2.0), ("f1", 2.0)], Part::Cumulative).unwrap();
        // The law, computed from the stacks alone: halve each that goes through either function.
        let touched: f64 = stacks
            .iter()
            .filter(|(stack, _)| stack.contains(&0) || stack.contains(&1))
            .map(|(_, samples)| samples)
            .sum();
        let all: f64 = stacks.iter().map(|(_, samples)| samples).sum();
        prop_assert!((both.total_after - (all - touched / 2.0)).abs() < 1e-9);
    }
}
