//! Tabular kernels at the inputs at which a plausible implementation goes wrong, each on every
//! variant.

mod common;

use amdahl::{Exchange, Exchanged, Value};
use amdahl_kernels::table::{
    clean, conditional_column, drop_duplicates, group_center, group_mean, left_join_count,
};
use common::{numbers, results};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn words(cells: &[Option<&str>]) -> Value {
    Value::Text(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
}

fn known(cells: &[&str]) -> Value {
    words(&cells.iter().map(|cell| Some(*cell)).collect::<Vec<_>>())
}

fn text(result: &Exchanged, name: &str) -> Vec<Option<String>> {
    Vec::from_exchanged(Exchanged::single(result.clone().take(name).expect("this name")))
        .expect("a column of text")
}

fn integers(result: &Exchanged, name: &str) -> Vec<i64> {
    result.clone().take_as(name).expect("integers of this name")
}

fn assert_same(who: &str, got: &[f64], want: &[f64]) {
    let same = |got: &f64, want: &f64| got == want || (got.is_nan() && want.is_nan());
    let all = got.len() == want.len() && got.iter().zip(want).all(|(got, want)| same(got, want));
    assert!(all, "{who}: got {got:?}, want {want:?}");
}

// Conditional column

fn chosen(x: &[f64], y: &[f64], want: &[f64]) {
    let input = Exchanged::named([("x", x.into()), ("y", y.into())]);
    for (who, result) in results(&conditional_column::kernel(), &input) {
        assert_same(&who, &numbers(&result, ""), want);
    }
}

#[test]
fn a_missing_x_counts_as_false_and_a_missing_y_stays_missing() {
    chosen(&[NAN, 1.0, -1.0, NAN], &[2.0, NAN, NAN, NAN], &[-2.0, NAN, NAN, NAN]);
}

#[test]
fn zero_is_not_above_zero_and_the_smallest_double_is() {
    chosen(
        &[0.0, -0.0, 5e-324, INF, -INF],
        &[1.0, 2.0, 3.0, INF, INF],
        &[-1.0, -2.0, 3.0, INF, -INF],
    );
}

#[test]
fn other_columns_change_nothing_unless_they_do_not_fit() {
    let columns = |other: &[f64]| {
        Exchanged::named([
            ("x", [1.0].as_slice().into()),
            ("y", [2.0].as_slice().into()),
            ("z", other.into()),
        ])
    };
    for (who, result) in results(&conditional_column::kernel(), &columns(&[NAN])) {
        assert_same(&who, &numbers(&result, ""), &[2.0]);
    }
    let refused = conditional_column::kernel().evaluate("rows", columns(&[1.0, 2.0]), 1);
    let message = refused.expect_err("columns of unequal length").to_string();
    assert!(message.contains("`z`") && message.contains("as long as"), "{message}");
}

// Mean by group

fn staff(department: &[Option<&str>], salary: &[f64], years: &[f64]) -> Exchanged {
    Exchanged::named([
        ("department", words(department)),
        ("salary", salary.into()),
        ("years", years.into()),
    ])
}

fn means(input: &Exchanged, departments: &[&str], want: &[f64]) {
    for (who, result) in results(&group_mean::kernel(), input) {
        let names: Vec<String> = text(&result, "department").into_iter().flatten().collect();
        assert_eq!(names, departments, "{who}");
        assert_same(&who, &numbers(&result, "mean"), want);
    }
}

#[test]
fn no_years_give_an_infinite_mean_and_nothing_over_nothing_is_skipped() {
    let department = [Some("a"), Some("b"), Some("b"), Some("a"), Some("c")];
    let input = staff(&department, &[1.0, 0.0, 8.0, 3.0, 9.0], &[0.0, 0.0, 2.0, 3.0, NAN]);
    // 0/0 of b is skipped; of c nothing is left, which comes last.
    means(&input, &["a", "b", "c"], &[INF, 4.0, NAN]);
}

#[test]
fn equal_means_go_by_name_and_infinite_ones_too() {
    let department = ["é", "b", "z", "a", "B"].map(Some);
    let input = staff(&department, &[2.0, 4.0, 1.0, 1.0, -1.0], &[1.0, 2.0, 0.0, 0.0, 0.0]);
    means(&input, &["a", "z", "b", "é", "B"], &[INF, INF, 2.0, 2.0, -INF]);
}

#[test]
fn no_department_is_no_group_and_an_empty_name_is_one() {
    let input = staff(&[None, Some(""), None], &[1.0, 6.0, 3.0], &[1.0, 2.0, 1.0]);
    means(&input, &[""], &[3.0]);
    means(&staff(&[None], &[1.0], &[1.0]), &[], &[]);
}

#[test]
fn long_names_that_begin_or_end_alike_are_told_apart() {
    let names = [
        "seventeen bytes, a",
        "seventeen bytes, b",
        "a, seventeen bytes",
        "b, seventeen bytes",
        "sixteen bytes, a",
        "sixteen bytes, b",
        "a",
        "a\0",
    ];
    let salary: Vec<f64> = (0..8_u8).map(|i| f64::from(8 - i)).collect();
    let input = staff(&names.map(Some), &salary, &[1.0; 8]);
    means(&input, &names, &salary);
}

#[test]
fn groups_over_many_tasks_are_merged() {
    // Sums of whole numbers are exact: department k has the salaries k, k + 500, …
    let rows = 150_000;
    let name = |k: usize| format!("department {k:03}");
    let department: Vec<Option<String>> = (0..rows).map(|i| Some(name(i % 500))).collect();
    let salary: Vec<f64> = (0..rows).map(|i| (i % 500) as f64).collect();
    let input = Exchanged::named([
        ("department", (&department).into()),
        ("salary", (&salary).into()),
        ("years", (&vec![1.0; rows]).into()),
    ]);
    for (who, result) in results(&group_mean::kernel(), &input) {
        let want: Vec<f64> = (0..500_u16).rev().map(f64::from).collect();
        assert_same(&who, &numbers(&result, "mean"), &want);
        assert_eq!(text(&result, "department")[0], Some(name(499)), "{who}");
    }
    for (who, result) in results(&group_center::kernel(), &input) {
        assert!(numbers(&result, "").iter().all(|value| *value == 0.0), "{who}");
    }
}

// Values less their group's mean

#[test]
fn centred_rows_keep_their_order_and_missing_ones_are_no_part_of_a_mean() {
    let input = Exchanged::named([
        ("department", words(&[Some("b"), Some("a"), None, Some("b"), Some("b"), Some("c")])),
        ("salary", [1.0, 10.0, 5.0, 4.0, NAN, NAN].as_slice().into()),
    ]);
    for (who, result) in results(&group_center::kernel(), &input) {
        assert_same(&who, &numbers(&result, ""), &[-1.5, 0.0, NAN, 1.5, NAN, NAN]);
    }
}

#[test]
fn an_infinite_salary_takes_its_department_along_and_no_other() {
    let input = Exchanged::named([
        ("department", known(&["a", "a", "b", "b"])),
        ("salary", [INF, 1.0, 2.0, 4.0].as_slice().into()),
    ]);
    for (who, result) in results(&group_center::kernel(), &input) {
        assert_same(&who, &numbers(&result, ""), &[NAN, -INF, -1.0, 1.0]);
    }
}

// Duplicates

fn kept(columns: &[(&str, Value)], want: &[i64]) {
    let input = Exchanged::named(columns.iter().cloned());
    for (who, result) in results(&drop_duplicates::kernel(), &input) {
        assert_eq!(integers(&result, "kept_rows"), want, "{who}");
    }
}

#[test]
fn missing_equals_missing_and_no_other_value() {
    kept(&[("n", [NAN, 0.0, -NAN, -0.0, NAN].as_slice().into())], &[0, 1]);
    kept(&[("t", words(&[None, Some(""), None, Some(""), Some("\0")]))], &[0, 1, 4]);
}

#[test]
fn integers_that_round_to_one_double_are_two() {
    let large = 1_i64 << 53;
    kept(&[("i", [large, large + 1, large, i64::MIN, i64::MAX].as_slice().into())], &[0, 1, 3, 4]);
}

#[test]
fn text_does_not_run_from_one_column_into_the_next() {
    let columns = [("a", known(&["x", "xy", "x"])), ("b", known(&["yz", "z", "yz"]))];
    kept(&columns, &[0, 1]);
    let columns = [("a", words(&[None, Some("a"), None])), ("b", words(&[Some("a"), None, None]))];
    kept(&columns, &[0, 1, 2]);
    let columns = [("a", words(&[None, Some("")])), ("b", words(&[Some(""), None]))];
    kept(&columns, &[0, 1]);
}

#[test]
fn the_first_of_equals_is_kept_over_many_tasks() {
    // Row i holds i mod 1,500: from there on all are repeated.
    let values: Vec<f64> = (0..40_000).map(|i| f64::from(i % 1_500)).collect();
    let want: Vec<i64> = (0..1_500).collect();
    kept(&[("n", (&values).into())], &want);
}

#[test]
fn a_table_without_columns_has_no_rows_to_keep() {
    kept(&[], &[]);
}

// Events per user

fn counted(users: &[i64], event_users: &[i64], want: &[i64]) {
    let input = Exchanged::named([("users", users.into()), ("event_users", event_users.into())]);
    for (who, result) in results(&left_join_count::kernel(), &input) {
        assert_eq!(integers(&result, "user_id"), users, "{who}");
        assert_eq!(integers(&result, "events"), want, "{who}");
    }
}

#[test]
fn users_without_events_have_none_and_unknown_users_are_ignored() {
    counted(&[3, 1, 2], &[1, 4, 1, 0, -1, 3], &[1, 2, 0]);
    counted(&[], &[1, 2], &[]);
    counted(&[1], &[], &[0]);
}

#[test]
fn a_user_in_two_rows_has_all_events_in_both() {
    counted(&[7, 5, 7], &[7, 7, 5, 7], &[3, 1, 3]);
}

#[test]
fn ids_at_the_ends_of_the_integers_are_ids() {
    let (least, most) = (i64::MIN, i64::MAX);
    counted(&[most, least, 0], &[least, most, most, 0, 1], &[2, 1, 1]);
    counted(&[most], &[least, most, 0], &[1]);
    counted(&[least], &[most, least, 0], &[1]);
    counted(&[least, least + 1], &[least + 1, least + 2, most], &[0, 1]);
}

// Cleaning

const REPORT: [&str; 5] = [
    "duplicates_removed",
    "numeric_filled",
    "categorical_filled",
    "lowercased",
    "outliers_removed",
];

/// Cleans a table by every variant and holds the counts to `report`, in the order of [`REPORT`].
fn cleaned(columns: &[(&str, Value)], report: [i64; 5]) -> Vec<(String, Exchanged)> {
    let results = results(&clean::kernel(), &Exchanged::named(columns.iter().cloned()));
    for (who, result) in &results {
        let count =
            |name| result.clone().take_as::<i64>(&format!("report.{name}")).expect("a count");
        assert_eq!(REPORT.map(count), report, "{who}");
    }
    results
}

#[test]
fn ties_of_the_mode_go_to_the_lowest_code_points_of_the_raw_spelling() {
    // In lower case "b" would lead by 3 to 2.
    let column = words(&[Some("b"), Some("b"), Some("a"), Some("a"), Some("B"), None]);
    let row = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].as_slice().into();
    for (who, result) in cleaned(&[("t", column), ("n", row)], [0, 0, 1, 1, 0]) {
        let want = ["b", "b", "a", "a", "b", "a"].map(|word| Some(word.to_owned()));
        assert_eq!(text(&result, "table.t"), want, "{who}");
    }
}

#[test]
fn text_is_lowered_as_python_lowers_it() {
    // str.lower() of Python 3: accents, the final sigma, and a dotted capital I as two code points.
    let column = known(&["ZÜRICH", "ΌΣΟΣ", "İ", "straße", "ÅNGSTRÖM"]);
    for (who, result) in cleaned(&[("t", column)], [0, 0, 0, 4, 0]) {
        let want = ["zürich", "όσος", "i\u{307}", "straße", "ångström"];
        assert_eq!(text(&result, "table.t"), want.map(|word| Some(word.to_owned())), "{who}");
    }
}

#[test]
fn duplicates_are_dropped_before_medians_and_modes_are_taken() {
    let columns = [
        ("n", [1.0, 1.0, 1.0, 5.0, NAN, 9.0].as_slice().into()),
        ("t", words(&[Some("x"), Some("x"), Some("x"), Some("y"), Some("y"), None])),
    ];
    for (who, result) in cleaned(&columns, [2, 1, 1, 0, 0]) {
        assert_same(&who, &numbers(&result, "table.n"), &[1.0, 5.0, 5.0, 9.0]);
        assert_eq!(text(&result, "table.t")[3].as_deref(), Some("y"), "{who}");
    }
}

#[test]
fn a_column_that_is_constant_or_has_no_value_drops_no_row() {
    let rows = 40;
    // The mean of tenths is off by a rounding; squares of its difference may underflow.
    let index: Vec<f64> = (0..rows).map(f64::from).collect();
    for constant in [0.1, 1e-170, -7.0, 0.0] {
        let columns = [
            ("constant", (&vec![constant; 40]).into()),
            ("nothing", (&vec![NAN; 40]).into()),
            ("text", words(&[None; 40])),
            ("index", (&index).into()),
        ];
        for (who, result) in cleaned(&columns, [0, 0, 0, 0, 0]) {
            assert_same(&who, &numbers(&result, "table.index"), &index);
            assert_same(&who, &numbers(&result, "table.nothing"), &[NAN; 40]);
            assert_eq!(text(&result, "table.text"), vec![None; 40], "{who}");
        }
    }
}

#[test]
fn outliers_are_dropped_in_one_pass_with_the_deviation_of_a_sample() {
    // Ten values of ±a and one of L: it lies 10/11 L / √(a² + L²/11) sample deviations out, with
    // the divisor n √1.1 times as many. That is 3.015 (3.162) for a = 0, 2.949 (3.094) for a = 64.
    let index: Vec<f64> = (0..11).map(f64::from).collect();
    for (a, removed) in [(0.0, 1), (64.0, 0)] {
        let values: Vec<f64> =
            (0..11).map(|i| if i == 10 { 1e3 } else { [a, -a][i % 2] }).collect();
        let columns = [("n", (&values).into()), ("index", (&index).into())];
        cleaned(&columns, [0, 0, 0, 0, removed]);
    }
    // With 1e6 gone 1e3 lies far out too, but there is no second pass.
    let mut values = vec![0.0; 30];
    (values[0], values[1]) = (1e6, 1e3);
    let index: Vec<f64> = (0..30).map(f64::from).collect();
    let columns = [("n", (&values).into()), ("index", (&index).into())];
    for (who, result) in cleaned(&columns, [0, 0, 0, 0, 1]) {
        assert_same(&who, &numbers(&result, "table.index"), &index[1..]);
    }
}

#[test]
fn an_infinity_is_no_outlier_and_hides_none_of_other_columns() {
    let mut finite = vec![0.0; 20];
    finite[3] = 5.0;
    let mut infinite: Vec<f64> = (0..20).map(f64::from).collect();
    infinite[7] = INF;
    let columns = [("a", (&infinite).into()), ("b", (&finite).into())];
    for (who, result) in cleaned(&columns, [0, 0, 0, 0, 1]) {
        assert_eq!(numbers(&result, "table.a")[6], INF, "{who}");
    }
}
