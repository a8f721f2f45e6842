//! What every reader must stand: any bytes, any end, any size.

use std::io::Write;
use std::path::Path;

use amdahl_reports::whatif::{Change, Part, Question, answer};
use flate2::Compression;
use flate2::write::GzEncoder;
use pprof::protos::{self, Message};
use proptest::prelude::*;

use super::*;

/// More than any file of a test, and little enough that a wrong size shows.
const MAX_BYTES: u64 = 1 << 20;

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles");
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A file of every format, by a tool that writes it.
const FILES: [&str; 11] = [
    "exercise-D1.txt",
    "work.txt",
    "work.pstats",
    "work-python2.7.pstats",
    "work-python3.13.pstats",
    "work-marshal3.pstats",
    "work-profile-module.pstats",
    "apply.pb",
    "apply.folded",
    "work-py-spy.folded",
    "node.json",
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn read_plainly(bytes: &[u8]) -> Result<Profile, ImportError> {
    parse(bytes, MAX_BYTES, &Reading::default())
}

/// Reads bytes as every format there is and asks about every function found.
fn try_everything(bytes: &[u8]) {
    let formats = FileFormat::ALL.into_iter().map(Some).chain([None]);
    for format in formats {
        let Ok(profile) = parse(bytes, MAX_BYTES, &Reading { format, ..Reading::default() }) else {
            continue;
        };
        for part in [Part::Cumulative, Part::Own] {
            let names = profile.functions.iter().map(amdahl_reports::whatif::Function::label);
            let change = |function| Change { function, factor: 2.0 };
            let changes: Vec<Change> = names.take(3).map(change).collect();
            if let Ok(answer) = answer(&profile, &Question { changes, part, total: None }) {
                assert!(answer.speed_up >= 1.0 - 1e-9, "{answer:?}");
                assert!(answer.speed_up <= 2.0 + 1e-9, "{answer:?}");
            }
        }
    }
}

#[test]
fn every_format_is_found_by_its_content() {
    let formats: Vec<String> =
        FILES.iter().map(|name| read_plainly(&file(name)).expect(name).format).collect();
    let table = ["cProfile table"; 2].into_iter();
    let pstats = ["pstats file"; 5].into_iter();
    let others = ["pprof profile", "folded stacks", "folded stacks", "Chrome trace"];
    assert!(
        formats.iter().map(String::as_str).eq(table.chain(pstats).chain(others)),
        "{formats:?}"
    );
}

#[test]
fn compressed_files_are_the_same_files() {
    for name in FILES {
        let (plain, packed) = (read_plainly(&file(name)), read_plainly(&gzip(&file(name))));
        assert_eq!(plain.expect(name), packed.expect(name), "{name}");
    }
}

#[test]
fn what_inflates_beyond_the_limit_is_refused() {
    let bomb = gzip(&vec![b'a'; 2 << 20]);
    assert!(bomb.len() < 8192, "a small file");
    let error = read_plainly(&bomb).unwrap_err().to_string();
    assert!(error.contains("1048576") && error.contains("--max-bytes"), "{error}");
}

#[test]
fn a_truncated_gzip_is_an_error() {
    let packed = gzip(&file("work.txt"));
    let error = read_plainly(&packed[..packed.len() / 2]).unwrap_err().to_string();
    assert!(error.contains("truncated"), "{error}");
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_it_is_read() {
    // A file of a terabyte that takes no room: to read it would fail or take minutes.
    let sparse = tempfile::NamedTempFile::new().expect("a temporary file");
    sparse.as_file().set_len(1 << 40).expect("a sparse file");
    let error = read(sparse.path(), MAX_BYTES, &Reading::default()).unwrap_err().to_string();
    assert!(error.contains("1099511627776 bytes, more than the 1048576 allowed"), "{error}");
}

#[test]
fn an_input_without_a_length_ends_at_the_limit() {
    let error = read(Path::new("/dev/zero"), MAX_BYTES, &Reading::default()).unwrap_err();
    assert!(error.to_string().contains("goes on after the 1048576 bytes"), "{error}");
}

#[test]
fn every_dump_of_python_is_cut_off_visibly() {
    for name in FILES.iter().filter(|name| name.ends_with(".pstats")) {
        let whole = file(name);
        for end in 2..whole.len() {
            let error = read_plainly(&whole[..end]).expect_err(name).to_string();
            assert!(error.contains("not a whole pstats file"), "{name}, {end}: {error}");
        }
    }
}

#[test]
fn empty_files_and_other_files_are_told_apart() {
    for (bytes, words) in [
        (&b""[..], "empty"),
        (b" \n\n", "empty"),
        (b"Dear reader,\nthis is no profile.\n", "no format"),
        (b"\x7fELF\x02\x01\x01\x00", "no format"),
        (b"\x89PNG\r\n\x1a\n", "no format"),
    ] {
        let error = read_plainly(bytes).unwrap_err().to_string();
        assert!(error.contains(words), "{bytes:?}: {error}");
    }
}

#[test]
fn a_wrong_format_given_by_hand_is_an_error_of_that_format() {
    for (format, words) in [
        (FileFormat::Pstats, "not a whole pstats file"),
        (FileFormat::Pprof, "not a whole pprof profile"),
        (FileFormat::Trace, "not a whole Chrome trace"),
        (FileFormat::Folded, "folded stacks, line 1"),
        (FileFormat::Records, "not"),
    ] {
        let reading = Reading { format: Some(format), ..Reading::default() };
        let error = parse(&file("exercise-D1.txt"), MAX_BYTES, &reading).unwrap_err().to_string();
        assert!(error.contains(words), "{format:?}: {error}");
    }
}

#[test]
fn an_option_of_another_format_is_refused_rather_than_ignored() {
    for reading in [
        Reading { value: Some("cpu"), ..Reading::default() },
        Reading { case: Some("kernel/variant/1"), ..Reading::default() },
    ] {
        let error = parse(&file("work.pstats"), MAX_BYTES, &reading).unwrap_err().to_string();
        assert!(error.contains("has no meaning for a file of format pstats"), "{error}");
    }
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let head = "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n";
    for (rows, words) in [
        ("1 0.5 0.5 1.0", "ends before its last column"),
        ("1 0.5 0.5 1.0 1.0", "without a function"),
        ("1 -0.5 0.5 1.0 1.0 f", "`-0.5`"),
        ("1 nan 0.5 1.0 1.0 f", "`nan`"),
        ("1 0.5 0.5 inf 1.0 f", "`inf`"),
        ("x 0.5 0.5 1.0 1.0 f", "`x` for a number of calls"),
        ("1/2 0.5 0.5 1.0 1.0 f", "outermost"),
        ("1 0.5 0.5 1.0 1.0 f\n1 0.5 0.5 1.0 1.0 f", "line 3: `f` has a row already"),
        (head, "a second table"),
        ("", "no row"),
    ] {
        let error = read_plainly(format!("{head}{rows}\n").as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{rows}: {error}");
    }
    let text = format!("  3 function calls in 1.000 seconds\n{head}3 2.000 0.7 2.000 0.7 f\n");
    let error = read_plainly(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("add up to 2.00 s and its head says 1.00 s"), "{error}");
}

#[test]
fn a_function_that_was_never_called_has_no_quotients() {
    let text = "ncalls tottime percall cumtime percall filename:lineno(function)\n\
                0 0.000 0.000 a.py:1(never)\n1 1.000 1.000 1.000 1.000 a.py:2(once)\n";
    let profile = read_plainly(text.as_bytes()).unwrap();
    assert_eq!(profile.functions[0].label(), "a.py:1(never)");
    assert_eq!(profile.total(), 1e9);
}

#[test]
fn folded_lines_that_are_no_stacks_are_named() {
    for (text, words) in [
        ("a;b 1\na;c x\n", "line 2: `x`"),
        ("a 1\n\nb\n", "line 3: no number"),
        ("a 1\nb -1\n", "line 2: `-1`"),
        ("a 1\nb NaN\n", "line 2: `NaN`"),
    ] {
        let error = read_plainly(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{text:?}: {error}");
    }
}

/// A profile of one sample type a name, with one stack `main`, `inlined` in `outer`.
fn protobuf(values: &[(&str, &str)], sample: &[i64]) -> protos::Profile {
    let mut table = vec![String::new()];
    let mut index = |text: &str| {
        table.push(text.to_owned());
        i64::try_from(table.len() - 1).expect("a small table")
    };
    let names = ["main", "outer", "inlined"].map(&mut index);
    let kinds =
        values.iter().map(|(ty, unit)| protos::ValueType { ty: index(ty), unit: index(unit) });
    let sample_type = kinds.collect();
    let line = |function_id| protos::Line { function_id, line: 1 };
    let location = |id, line| protos::Location { id, line, ..protos::Location::default() };
    protos::Profile {
        sample_type,
        sample: vec![protos::Sample {
            location_id: vec![2, 1],
            value: sample.to_vec(),
            label: vec![],
        }],
        location: vec![location(1, vec![line(1)]), location(2, vec![line(3), line(2)])],
        function: (1..)
            .zip(names)
            .map(|(id, name)| protos::Function { id, name, ..protos::Function::default() })
            .collect(),
        string_table: table,
        ..protos::Profile::default()
    }
}

#[test]
fn inlined_frames_stand_within_the_function_they_are_in() {
    let bytes = protobuf(&[("cpu", "milliseconds")], &[7]).encode_to_vec();
    let profile = read_plainly(&bytes).unwrap();
    let times: Vec<(String, f64, Option<f64>)> = profile
        .functions
        .iter()
        .zip(profile.times())
        .map(|(function, times)| (function.name.clone(), times.own, times.cumulative))
        .collect();
    let of = |name: &str, own| (name.to_owned(), own, Some(7e6));
    assert_eq!(times, [of("main", 0.0), of("outer", 0.0), of("inlined", 7e6)]);
}

#[test]
fn of_several_values_time_is_read_unless_another_is_asked_for() {
    let values = [("samples", "count"), ("cpu", "nanoseconds"), ("space", "bytes")];
    let bytes = protobuf(&values, &[3, 500, 9]).encode_to_vec();
    assert_eq!(read_plainly(&bytes).unwrap().total(), 500.0);
    let asked = |value| {
        let reading = Reading { value: Some(value), ..Reading::default() };
        parse(&bytes, MAX_BYTES, &reading)
    };
    assert_eq!(asked("space").unwrap().total(), 9.0);
    let error = asked("tyme").unwrap_err().to_string();
    assert!(error.contains("samples, cpu and space"), "{error}");
    let unclear = protobuf(&[("objects", "count"), ("space", "bytes")], &[1, 2]).encode_to_vec();
    let error = read_plainly(&unclear).unwrap_err().to_string();
    assert!(error.contains("--value") && error.contains("objects and space"), "{error}");
}

#[test]
fn protobufs_that_do_not_hold_together_are_refused() {
    type Spoil = fn(&mut protos::Profile);
    let good = || protobuf(&[("cpu", "nanoseconds")], &[5]);
    let spoilt: [(&str, Spoil); 6] = [
        ("no location 9", |profile| profile.sample[0].location_id[0] = 9),
        ("no function 9", |profile| profile.location[0].line[0].function_id = 9),
        ("no string -1", |profile| profile.function[0].name = -1),
        ("a sample of 2 values", |profile| profile.sample[0].value.push(1)),
        ("below zero", |profile| profile.sample[0].value[0] = -1),
        ("more frames", |profile| {
            let line = profile.location[0].line[0].clone();
            profile.location[0].line = vec![line; 1000];
            profile.sample[0].location_id = vec![1; 1000];
        }),
    ];
    assert!(read_plainly(&good().encode_to_vec()).is_ok());
    for (words, spoil) in spoilt {
        let mut profile = good();
        spoil(&mut profile);
        let error = read_plainly(&profile.encode_to_vec()).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn the_protobuf_and_the_folded_stacks_of_one_run_agree() {
    let of = |name: &str| {
        let profile = read_plainly(&file(name)).unwrap();
        let total = profile.total();
        let mut shares: Vec<(String, i64)> = profile
            .functions
            .iter()
            .zip(profile.times())
            .map(|(function, times)| {
                // Parts of a million: one file counts samples and the other nanoseconds.
                let share = times.cumulative.unwrap_or_default() / total * 1e6;
                #[allow(clippy::cast_possible_truncation, reason = "a share of a million")]
                (function.name.replace(';', ":"), share.round() as i64)
            })
            .collect();
        shares.sort();
        shares.dedup();
        shares
    };
    assert_eq!(of("apply.pb"), of("apply.folded"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        try_everything(&bytes);
    }

    #[test]
    fn files_cut_and_spoilt_anywhere_never_panic(
        which in 0..FILES.len(),
        cut in 0.0..1.0_f64,
        spoilt in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 0..4),
    ) {
        let mut bytes = file(FILES[which]);
        let whole = bytes.len() as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the file")]
        let at = |share: f64| (share * whole) as usize;
        for (place, byte) in spoilt {
            bytes[at(place)] = byte;
        }
        bytes.truncate(at(cut));
        try_everything(&bytes);
    }

    #[test]
    fn random_events_never_panic(
        events in prop::collection::vec(("[XBE]", 0..40_u32, 0..40_u32, 0..3_u8, "[abc]"), 0..30),
    ) {
        let events: Vec<String> = events
            .into_iter()
            .map(|(ph, ts, dur, tid, name)| format!(
                r#"{{"ph":"{ph}","ts":{ts},"dur":{dur},"pid":1,"tid":{tid},"name":"{name}"}}"#
            ))
            .collect();
        try_everything(format!("[{}]", events.join(",")).as_bytes());
    }

    #[test]
    fn random_stacks_keep_their_total(
        stacks in prop::collection::vec(("[abc](;[abc]){0,6}", 1..100_u32), 1..20),
    ) {
        let total: u32 = stacks.iter().map(|(_, samples)| samples).sum();
        let lines: Vec<String> =
            stacks.into_iter().map(|(stack, samples)| format!("{stack} {samples}\n")).collect();
        let profile = read_plainly(lines.concat().as_bytes()).unwrap();
        prop_assert_eq!(profile.total(), f64::from(total));
        for times in profile.times() {
            prop_assert!(times.cumulative.unwrap() >= times.own);
            prop_assert!(times.cumulative.unwrap() <= f64::from(total));
        }
        try_everything(lines.concat().as_bytes());
    }
}
