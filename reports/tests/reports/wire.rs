//! Records as text: what is written is read back, what is damaged is refused.

use amdahl_reports::wire::{WireError, decode, encode, v1, validate};
use amdahl_reports::{Measurement, Metric, Outcome, Run, Series, measurer};
use proptest::prelude::*;

use crate::plant::{Plant, case, complete, kernel, samples};

fn small() -> Run {
    let at = case("k", "naive", "big", 1);
    let info = kernel("k", &[("naive", amdahl_reports::Role::Reference)]);
    Plant::new().kernel(info).timed(&at, measurer::INTERLEAVED, samples(1e6, 0.1, 3, 0)).0
}

#[test]
fn a_complete_run_survives() {
    let run = complete();
    assert_eq!(decode(encode(&run).as_bytes()).expect("an intact file"), run);
}

#[test]
fn the_file_is_as_documented() {
    let text = encode(&small());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with(r#"{"amdahl":"records","version":1,"info":{"started":"#));
    assert!(lines[1].starts_with(r#"{"kernel":{"id":"k","#));
    assert!(lines[2].starts_with(r#"{"record":{"case":{"kernel":"k","variant":"naive","#));
    assert!(lines[4].starts_with(r#"{"end":{"lines":4,"crc32":""#));
    assert!(text.ends_with("\"}}\n"));
}

#[test]
fn numbers_that_json_cannot_hold_survive() {
    let mut run = small();
    let at = run.records[0].case.clone();
    let values = vec![f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, f64::MIN_POSITIVE];
    let series = vec![Series::single(Metric::SETUP_TIME, values.clone())];
    let outcome = Outcome::Measured(Measurement { series, ..Measurement::default() });
    run.records.push(amdahl_reports::Record { case: at, measurer: "other".to_owned(), outcome });
    let text = encode(&run);
    assert!(text.contains(r#"["inf","-inf","nan",-0.0,"#));
    let back = decode(text.as_bytes()).expect("an intact file");
    let Outcome::Measured(measurement) = &back.records[2].outcome else { panic!("measured") };
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&measurement.series[0].totals), bits(&values));
}

#[test]
fn a_newer_version_is_refused_with_advice() {
    let text = encode(&small()).replacen("\"version\":1", "\"version\":7", 1);
    let error = decode(text.as_bytes()).expect_err("newer");
    assert_eq!(
        error.to_string(),
        "written by a newer amdahl (version 7, this one reads 1): update, or measure again"
    );
}

#[test]
fn an_unknown_field_is_refused_even_with_a_right_checksum() {
    let text = encode(&small());
    let body = text.replacen("\"measurer\":", "\"mood\":\"good\",\"measurer\":", 1);
    let error = decode(with_footer(&body).as_bytes()).expect_err("an unknown field");
    assert!(error.to_string().contains("line 3: unknown field `mood`"), "{error}");
}

/// The same lines with a footer that fits them.
fn with_footer(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut body: String = lines[..lines.len() - 1].join("\n");
    body.push('\n');
    let crc32 = crc32fast::hash(body.as_bytes());
    format!("{body}{{\"end\":{{\"lines\":{},\"crc32\":\"{crc32:08x}\"}}}}\n", lines.len() - 1)
}

#[test]
fn figures_without_a_passed_check_are_refused() {
    let mut run = small();
    run.records.remove(0);
    let error = decode(encode(&run).as_bytes()).expect_err("unchecked");
    assert!(matches!(error, WireError::Unchecked { .. }), "{error}");
    assert!(error.to_string().starts_with("k/naive/big was measured by `interleaved`"));
    assert!(validate(&run).is_err());
}

#[test]
fn a_record_of_an_undeclared_kernel_is_refused() {
    let mut run = small();
    run.kernels.clear();
    let error = decode(encode(&run).as_bytes()).expect_err("no kernel");
    assert!(
        error.to_string().starts_with("a record of k/naive/big, but the run has no kernel `k`")
    );
}

#[test]
fn what_is_no_records_file_is_refused_by_name() {
    for text in ["", "\n", "{}\n", "{\"amdahl\":\"report\",\"version\":1}\n", "a,b\n1,2\n"] {
        let error = decode(text.as_bytes()).expect_err("not records");
        assert!(matches!(error, WireError::NotRecords), "{text:?}: {error}");
    }
    assert!(matches!(decode(&[0xff, 0xfe]), Err(WireError::NotText { offset: 0 })));
}

#[test]
fn a_series_whose_parts_do_not_fit_is_refused() {
    let text = r#"{"series":[{"metric":"wall_time","totals":[1.0,2.0],"iterations":[1]}],"notes":[],"detail":"none"}"#;
    let wire: v1::Measurement = serde_json::from_str(text).expect("the shape is right");
    let error = Measurement::try_from(wire).expect_err("the lengths are not");
    assert!(error.to_string().contains("2 totals and 1 iteration counts"), "{error}");
    let zero = text.replace("[1]", "[1,0]");
    let wire: v1::Measurement = serde_json::from_str(&zero).expect("the shape is right");
    assert!(Measurement::try_from(wire).is_err());
}

#[test]
fn every_truncation_is_refused() {
    let text = encode(&small());
    for end in 0..text.len() {
        assert!(decode(&text.as_bytes()[..end]).is_err(), "the first {end} bytes");
    }
}

#[test]
fn a_line_that_is_missing_or_doubled_is_refused() {
    let text = encode(&complete());
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(at);
        assert!(decode((fewer.join("\n") + "\n").as_bytes()).is_err(), "without line {at}");
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        assert!(decode((more.join("\n") + "\n").as_bytes()).is_err(), "line {at} twice");
    }
}

fn any_float() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("a NaN is not equal to itself", |x| !x.is_nan())
}

proptest! {
    #[test]
    fn any_samples_and_words_survive(
        totals in prop::collection::vec((any_float(), 1..u64::MAX), 0..20),
        name in "\\PC{0,12}",
        notes in prop::collection::vec(".{0,20}", 0..3),
        steal in prop::option::of(any_float()),
        seed in any::<u64>(),
    ) {
        let mut run = small();
        run.info.seed = seed;
        run.info.conditions.steal_percent = steal;
        let (totals, iterations) = totals.into_iter().unzip();
        let series = vec![Series { metric: name.clone(), totals, iterations }];
        let measurement = Measurement { series, notes, ..Measurement::default() };
        let mut record = run.records[1].clone();
        record.measurer = format!("x{name}");
        record.outcome = Outcome::Measured(measurement.clone());
        run.records.push(record);
        prop_assert_eq!(&decode(encode(&run).as_bytes()).expect("an intact file"), &run);
        let json = serde_json::to_string(&v1::Measurement::from(&measurement)).expect("JSON");
        let back: v1::Measurement = serde_json::from_str(&json).expect("the same shape");
        prop_assert_eq!(Measurement::try_from(back).expect("fitting parts"), measurement);
    }

    #[test]
    fn any_changed_byte_is_refused(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = encode(&small()).into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn any_appended_bytes_are_refused(more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = encode(&small()).into_bytes();
        bytes.extend(more);
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }
}
