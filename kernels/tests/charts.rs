//! Charts: the marks they show, the files they make, and what they refuse.

mod common;

use amdahl::{Agree, Exchange, Exchanged, Rng, Tolerance, Value};
use amdahl_kernels::chart::feature_importance::{self, Chart, ChartError, Importances};
use amdahl_kernels::chart::multi_panel::{self, Document, Figure, FigureError, Panels};
use common::values::{boxed, with_extremes};
use common::{all_agree, numbers, results};
use proptest::prelude::*;

fn importances(names: &[&str], importances: &[f64], top_n: i64) -> Exchanged {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    Importances { names, importances: importances.to_vec(), top_n }.to_exchanged()
}

fn words(result: &Exchanged, name: &str) -> Vec<String> {
    match result.clone().take(name) {
        Ok(Value::Text(column)) => column.into_iter().map(Option::unwrap_or_default).collect(),
        other => panic!("no text named `{name}` but {other:?}"),
    }
}

fn expect_bars(input: &Exchanged, want: &[(&str, f64)]) {
    for (who, result) in results(&feature_importance::kernel(), input) {
        let names = words(&result, "names");
        let bars: Vec<(&str, f64)> =
            names.iter().map(String::as_str).zip(numbers(&result, "importances")).collect();
        assert_eq!(bars, want, "{who}");
    }
}

fn expect_refusal(input: &Exchanged, says: &str) {
    for (who, result) in results(&feature_importance::kernel(), input) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(message.contains(says), "{who}: {message}");
    }
}

#[test]
fn bars_stand_highest_first_and_ties_in_input_order() {
    let input = importances(&["a", "b", "c", "d", "e"], &[0.5, 0.9, 0.5, -0.0, 0.0], 5);
    expect_bars(&input, &[("b", 0.9), ("a", 0.5), ("c", 0.5), ("d", -0.0), ("e", 0.0)]);
}

#[test]
fn only_the_top_are_shown_and_a_tie_at_the_end_is_cut_in_input_order() {
    let names = ["a", "b", "c"];
    expect_bars(&importances(&names, &[1.0, 2.0, 1.0], 2), &[("b", 2.0), ("a", 1.0)]);
    let all = [("b", 2.0), ("a", 1.0), ("c", 1.0)];
    expect_bars(&importances(&names, &[1.0, 2.0, 1.0], i64::MAX), &all);
}

#[test]
fn no_feature_or_no_top_makes_an_empty_chart() {
    expect_bars(&importances(&[], &[], 15), &[]);
    expect_bars(&importances(&["a"], &[1.0], 0), &[]);
}

#[test]
fn negative_and_zero_importances_are_drawn() {
    let input = importances(&["a", "b", "c"], &[-0.3, 0.0, -0.1], 3);
    expect_bars(&input, &[("b", 0.0), ("c", -0.1), ("a", -0.3)]);
    expect_bars(&importances(&["a", "b"], &[0.0, 0.0], 3), &[("a", 0.0), ("b", 0.0)]);
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    expect_refusal(&importances(&["a", "b"], &[1.0], 1), "2 names beside 1 importances");
    expect_refusal(&importances(&["a", "b"], &[1.0, f64::NAN], 1), "importance of `b` is NaN");
    expect_refusal(&importances(&["a"], &[f64::INFINITY], 0), "importance of `a` is inf");
    expect_refusal(&importances(&["a"], &[1.0], -1), "top -1");
}

fn all_charts_agree(input: &Exchanged) {
    let kernel = feature_importance::kernel();
    all_agree::<Result<Chart, ChartError>>(&kernel, input, &Tolerance::EXACT);
}

#[test]
fn names_with_markup_or_of_any_length_and_script_do_no_harm() {
    let long = "x".repeat(500);
    let names = ["<script>&\"'", "ÅÄÖ 特徴 🦀", "", "tab\tand\u{1}control", &long];
    all_charts_agree(&importances(&names, &[1.0, 2.0, 3.0, 4.0, 5.0], 5));
}

#[test]
fn importances_of_any_magnitude_can_be_drawn() {
    for scale in [f64::MAX, 1e300, 1e-300, f64::MIN_POSITIVE, 5e-324] {
        all_charts_agree(&importances(&["a", "b", "c"], &[scale, -scale, scale / 3.0], 3));
        all_charts_agree(&importances(&["a", "b"], &[scale, scale], 2));
        let names = vec!["a".to_owned(), "b".to_owned()];
        let input = Importances { names, importances: vec![scale, -scale], top_n: 2 };
        for draw in [feature_importance::plain::draw, feature_importance::with_plotters::draw] {
            let svg = draw(&input).expect("a chart").files.expect("its files").svg;
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{scale:e}: {svg}");
        }
    }
}

/// A variant's own file, which `evaluate` does not hand out, is reached by checking: the kernel
/// holds each drawing to its marks.
#[test]
fn files_are_held_to_the_marks() {
    let marks = feature_importance::Marks { names: vec!["a".into()], importances: vec![1.0] };
    let whole = "<svg><rect/><rect/></svg>".to_owned();
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let chart = |svg: &str, png: &[u8]| {
        let files = feature_importance::Files { svg: svg.to_owned(), png: png.to_vec() };
        Chart { marks: marks.clone(), files: Some(files) }
    };
    let good = chart(&whole, &png);
    assert!(good.agree(&good, &Tolerance::EXACT).is_ok());
    for bad in [chart("<svg><rect/></svg>", &png), chart("<svg>", &png), chart(&whole, b"GIF")] {
        assert!(bad.agree(&good, &Tolerance::EXACT).is_err(), "{bad:?}");
    }
}

fn panels(n: usize) -> Panels {
    Panels::example(n, &mut Rng::new(20_261_122))
}

fn all_figures_agree(panels: &Panels) {
    let kernel = multi_panel::kernel();
    let input = panels.to_exchanged();
    all_agree::<Result<Figure, FigureError>>(&kernel, &input, &Tolerance::EXACT);
}

#[test]
fn what_is_not_finite_is_not_drawn() {
    let mut input = panels(5);
    input.values = vec![1.0, f64::NAN, 2.0, f64::INFINITY, 2.0];
    input.x[1] = f64::NAN;
    input.y[3] = f64::NEG_INFINITY;
    input.line[2] = f64::NAN;
    input.heights[4] = f64::INFINITY;
    for (who, result) in results(&multi_panel::kernel(), &input.to_exchanged()) {
        let counts = numbers(&result, "histogram.counts");
        assert_eq!((counts[0], counts[19], counts.iter().sum::<f64>()), (1.0, 2.0, 3.0), "{who}");
        assert_eq!(numbers(&result, "scatter.x"), [input.x[0], input.x[2], input.x[4]], "{who}");
        assert_eq!(numbers(&result, "line.x"), [0.0, 1.0, 3.0, 4.0], "{who}");
        assert_eq!(words(&result, "bars.names"), &input.names[..4], "{who}");
    }
    all_figures_agree(&input);
}

#[test]
fn panels_without_data_keep_their_frame() {
    all_figures_agree(&panels(0));
    let mut nothing_finite = panels(3);
    let columns = [&mut nothing_finite.values, &mut nothing_finite.x, &mut nothing_finite.line];
    for column in columns {
        column.fill(f64::NAN);
    }
    nothing_finite.heights.fill(f64::INFINITY);
    all_figures_agree(&nothing_finite);
}

#[test]
fn the_highest_value_lies_in_the_last_bin_and_a_single_one_in_the_middle() {
    let mut input = panels(0);
    input.values = (0..=20).map(f64::from).collect();
    let counts = input.bins().counts;
    assert_eq!((counts[0], counts[18], counts[19]), (1, 1, 2));
    input.values = vec![3.0; 4];
    let place = input.bins().counts.iter().position(|&count| count == 4);
    assert!(place.is_some_and(|place| (9..=10).contains(&place)), "{place:?}");
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let mut input = panels(3);
    input.y.pop();
    let error = multi_panel::kernel().evaluate("plain", input.to_exchanged(), 1).unwrap_err();
    assert!(error.to_string().contains("as many values as `x`"), "{error}");
}

#[test]
fn a_name_cannot_end_the_script_of_a_page() {
    let mut input = panels(2);
    input.names[0] = "</script><script>alert(1)</script>".to_owned();
    let page = multi_panel::with_charming::html(&input).expect("a figure").document;
    let Some(Document::Html(page)) = page else { panic!("{page:?}") };
    assert_eq!(page.matches("</script>").count(), 2, "one for the library, one for the option");
}

#[test]
fn the_table_of_facts_has_each_variant_with_its_lines_and_its_size() {
    let facts = multi_panel::facts(&panels(1_000)).expect("figures");
    for row in &facts {
        assert!(row.lines_of_code > 80 && row.lines_of_code < 300, "{row:?}");
        assert!(row.size_bytes > 10_000 && row.size_bytes < 1_000_000, "{row:?}");
    }
    let names: Vec<&str> = facts.iter().map(|row| row.variant).collect();
    assert_eq!(names, common::variants(&multi_panel::kernel()));
}

#[test]
fn values_all_but_equal_or_of_any_magnitude_can_be_drawn() {
    for pair in [[1.0, 1.0 + f64::EPSILON], [1e300, -1e300], [5e-324, 1e-310], [f64::MAX, 1.0]] {
        let mut input = panels(2);
        for column in [&mut input.values, &mut input.x, &mut input.y, &mut input.line] {
            column.copy_from_slice(&pair);
        }
        input.heights.copy_from_slice(&pair);
        all_figures_agree(&input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bars_agree_on_any_importances_or_are_refused_alike(
        importances in prop::collection::vec(boxed(with_extremes()), 0..40),
        top_n in 0..30_i64,
    ) {
        let names = (0..importances.len()).map(|i| format!("f{i}")).collect();
        all_charts_agree(&Importances { names, importances, top_n }.to_exchanged());
    }

    #[test]
    fn figures_agree_on_any_values(
        columns in prop::collection::vec(prop::collection::vec(boxed(with_extremes()), 12), 5),
    ) {
        let [values, x, y, line, heights] = columns.try_into().expect("five columns");
        let names = (0..heights.len()).map(|i| format!("m{i}")).collect();
        all_figures_agree(&Panels { values, x, y, line, names, heights });
    }
}
