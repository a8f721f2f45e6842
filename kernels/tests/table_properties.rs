//! Tabular kernels on small tables that nobody chose: missing cells, infinities, zeros of both
//! signs, repeated rows, words that differ in case alone or beyond what a key holds.

mod common;

use amdahl::{Exchanged, Tolerance, Value};
use amdahl_kernels::table::clean::{self, Cleaning};
use amdahl_kernels::table::drop_duplicates::{self, Kept};
use amdahl_kernels::table::group_mean::{self, Means};
use amdahl_kernels::table::left_join_count::{self, Counts};
use amdahl_kernels::table::{conditional_column, group_center};
use common::{all_agree, all_agree_but, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3..4_i32).prop_map(|small| f64::from(small) / 2.0),
        1 => -10.0..10.0_f64,
        1 => prop::sample::select(vec![NAN, INF, -INF, -0.0, 5e-324, 1e-310, 1e150]),
    ]
}

/// Halves, of which sums are exact in any order, and what is no number.
fn half() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-9..9_i32).prop_map(|small| f64::from(small) / 2.0),
        1 => prop::sample::select(vec![NAN, INF, -INF, -0.0]),
    ]
}

/// What halves are divided by without a rounding, or to no number.
fn power() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![1.0, 2.0, -0.5, 4.0, 0.0, -0.0, NAN, INF])
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
        // 60 rows are one task: all variants add them in one order, but Polars with compensation.
        all_agree_but::<Means>(&group_mean::kernel(), "polars", &input, &Tolerance::EXACT);
    }

    #[test]
    fn centred_groups_agree_on_any_values(rows in table()) {
        let input = named(&rows, ["salary", "", "department", "", ""]);
        all_agree_but::<Vec<f64>>(&group_center::kernel(), "polars", &input, &Tolerance::EXACT);
    }

    #[test]
    fn groups_whose_sums_are_exact_agree_on_every_variant(
        rows in prop::collection::vec((half(), power(), word()), 0..60),
    ) {
        let (salary, years): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.0, row.1)).unzip();
        let department = Value::Text(rows.iter().map(|row| row.2.clone()).collect());
        let input = Exchanged::named([
            ("department", department),
            ("salary", (&salary).into()),
            ("years", (&years).into()),
        ]);
        all_agree::<Means>(&group_mean::kernel(), &input, &Tolerance::EXACT);
        let input = Exchanged::named([
            ("department", input.clone().take("department").expect("it has one")),
            ("salary", (&salary).into()),
        ]);
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
        let kernel = clean::kernel();
        for (who, once) in results(&kernel, &named(&rows, ["", "", "s", "t", ""])) {
            let text = |name| once.clone().take_as::<Vec<Option<String>>>(name).expect("text");
            let [s, t] = ["table.s", "table.t"].map(text);
            let again = Exchanged::named([("s", (&s).into()), ("t", (&t).into())]);
            let twice = kernel.evaluate("rows", again, 1).expect("it fits");
            for count in ["categorical_filled", "lowercased", "outliers_removed"] {
                let count = twice.clone().take_as::<i64>(&format!("report.{count}"));
                prop_assert_eq!(count.expect("a count"), 0, "{}", who);
            }
        }
    }
}
