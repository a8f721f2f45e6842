//! Tabular kernels: the inputs at which a plausible implementation goes wrong, each on every
//! variant, and agreement on small tables that nobody chose.

mod common;

use amdahl::{Exchange, Exchanged, Kernel, Tolerance, Value};
use amdahl_kernels::table::clean::{self, Cleaning};
use amdahl_kernels::table::drop_duplicates::{self, Kept};
use amdahl_kernels::table::group_mean::{self, Means};
use amdahl_kernels::table::left_join_count::{self, Counts};
use amdahl_kernels::table::{conditional_column, group_center};
use common::{all_agree, numbers, results};
use proptest::prelude::*;

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
    // Of n values, n - 1 equal, the last is (n - 1)/√n sample deviations out: 3.02 at n = 11 and
    // 2.85 at n = 10 (with the divisor n it were 3 at n = 10, and would tie).
    let column = |n: usize| {
        let mut values = vec![0.0; n];
        values[n - 1] = 1e3;
        values
    };
    for (n, removed) in [(10, 0), (11, 1)] {
        let index: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let columns = [("n", (&column(n)).into()), ("index", (&index).into())];
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

// Tables that nobody chose

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3..4_i32).prop_map(|small| f64::from(small) / 2.0),
        1 => -10.0..10.0_f64,
        1 => prop::sample::select(vec![NAN, INF, -INF, -0.0, 5e-324, 1e-310, 1e150]),
    ]
}

/// Few short words, so that they repeat, some long ones that differ at an end, and none.
fn word() -> impl Strategy<Value = Option<String>> {
    let words = vec![
        None,
        Some("a"),
        Some("A"),
        Some("b"),
        Some(""),
        Some("\0"),
        Some("ZÜRICH"),
        Some("Zürich"),
        Some("a long word, more than a key holds"),
        Some("a long word, more than a key holdS"),
    ];
    prop::sample::select(words).prop_map(|word| word.map(str::to_owned))
}

type Rows = Vec<(f64, f64, Option<String>, Option<String>, i64)>;

fn table() -> impl Strategy<Value = Rows> {
    prop::collection::vec((value(), value(), word(), word(), -2..3_i64), 0..60)
}

/// The columns n, m, s, t and i.
fn named(rows: &Rows, names: [&str; 5]) -> Exchanged {
    let columns: [Value; 5] = [
        (&rows.iter().map(|row| row.0).collect::<Vec<f64>>()).into(),
        (&rows.iter().map(|row| row.1).collect::<Vec<f64>>()).into(),
        Value::Text(rows.iter().map(|row| row.2.clone()).collect()),
        Value::Text(rows.iter().map(|row| row.3.clone()).collect()),
        (&rows.iter().map(|row| row.4).collect::<Vec<i64>>()).into(),
    ];
    Exchanged::named(names.into_iter().zip(columns).filter(|(name, _)| !name.is_empty()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_conditional_column_is_the_same_however_it_is_made(rows in table()) {
        let kernel = conditional_column::kernel();
        all_agree::<Vec<f64>>(&kernel, &named(&rows, ["x", "y", "", "", ""]), &Tolerance::EXACT);
    }

    #[test]
    fn means_by_group_agree_on_any_values(rows in table()) {
        let input = named(&rows, ["salary", "years", "department", "", ""]);
        // 60 rows are one task: all variants add them in one order.
        all_agree::<Means>(&group_mean::kernel(), &input, &Tolerance::EXACT);
    }

    #[test]
    fn centred_groups_agree_on_any_values(rows in table()) {
        let input = named(&rows, ["salary", "", "department", "", ""]);
        all_agree::<Vec<f64>>(&group_center::kernel(), &input, &Tolerance::EXACT);
    }

    #[test]
    fn duplicates_agree_on_any_cells(rows in table(), one in any::<bool>()) {
        let names = if one { ["n", "", "", "", ""] } else { ["n", "", "s", "", "i"] };
        all_agree::<Kept>(&drop_duplicates::kernel(), &named(&rows, names), &Tolerance::EXACT);
    }

    #[test]
    fn joins_agree_on_any_ids(
        users in prop::collection::vec(prop_oneof![0..40_i64, any::<i64>()], 0..30),
        strangers in prop::collection::vec(prop_oneof![-5..45_i64, any::<i64>()], 0..30),
        picks in prop::collection::vec(0..60_usize, 0..90),
        far in any::<bool>(),
    ) {
        let scale = |id: &i64| if far { id.wrapping_mul(1 << 40) } else { *id };
        let users: Vec<i64> = users.iter().map(scale).collect();
        let everybody: Vec<i64> = users.iter().copied().chain(strangers.iter().map(scale)).collect();
        let events: Vec<i64> = picks.iter().filter_map(|&at| everybody.get(at).copied()).collect();
        let input = Exchanged::named([("users", (&users).into()), ("event_users", (&events).into())]);
        all_agree::<Counts>(&left_join_count::kernel(), &input, &Tolerance::EXACT);
    }

    #[test]
    fn cleaning_agrees_on_any_table(rows in table()) {
        let input = named(&rows, ["n", "m", "s", "t", "i"]);
        all_agree::<Cleaning>(&clean::kernel(), &input, &Tolerance::EXACT);
    }

    #[test]
    fn a_clean_table_has_nothing_left_to_fill_or_lower(rows in table()) {
        let kernel: Kernel = clean::kernel();
        for (who, once) in results(&kernel, &named(&rows, ["", "", "s", "t", ""])) {
            let [s, t] = ["table.s", "table.t"].map(|name| text(&once, name));
            let again = Exchanged::named([("s", (&s).into()), ("t", (&t).into())]);
            let twice = kernel.evaluate("rows", again, 1).expect("it fits");
            for count in ["categorical_filled", "lowercased", "outliers_removed"] {
                let count = twice.clone().take_as::<i64>(&format!("report.{count}"));
                prop_assert_eq!(count.expect("a count"), 0, "{}", who);
            }
        }
    }
}
