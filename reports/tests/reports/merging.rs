//! Runs of shards as one run: in any order, any number of times.

use amdahl_reports::merge::{MergeError, merge};
use amdahl_reports::{FailureKind, Role, Run, measurer, wire};
use proptest::prelude::*;

use crate::plant::{Plant, case, kernel};

/// A run that has some of four groups, of two kernels at two sizes each, and began at this minute.
fn shard(minute: u8, groups: [bool; 4]) -> Run {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial)];
    let mut plant = Plant::new();
    for (at, id) in ["a", "b"].into_iter().enumerate() {
        let own = &groups[2 * at..2 * at + 2];
        if own.contains(&true) {
            plant = plant.kernel(kernel(id, &variants));
            // Every shard that has some of the kernel checks its smoke size.
            plant = plant.agreed(&case(id, "fast", "smoke", 1));
        }
        for (size, _) in ["small", "large"].into_iter().zip(own).filter(|(_, has)| **has) {
            for variant in ["naive", "fast"] {
                // The same case in two shards would be timed differently.
                let ns = 100.0 + f64::from(minute);
                plant = plant.quick(&case(id, variant, size, 1), ns);
            }
        }
    }
    let mut run = plant.0;
    run.info.started = format!("2026-01-02T03:{minute:02}:00Z");
    run.info.took_s = f64::from(minute);
    run
}

fn merged(runs: &[Run]) -> Run {
    merge(runs, false).expect("runs of one suite")
}

fn pair() -> [Run; 2] {
    [shard(1, [true, false, true, false]), shard(2, [false, true, false, true])]
}

#[test]
fn two_shards_are_the_whole_and_say_what_they_were() {
    let run = merged(&pair());
    let whole = shard(1, [true; 4]);
    let mut names: Vec<_> = whole.records.iter().map(|r| (&r.case, &r.measurer)).collect();
    names.sort();
    assert_eq!(run.records.iter().map(|r| (&r.case, &r.measurer)).collect::<Vec<_>>(), names);
    assert_eq!(run.kernels.len(), 2);
    assert_eq!((run.info.started.as_str(), run.info.took_s), ("2026-01-02T03:01:00Z", 2.0));
    assert_eq!(run.info.notes.len(), 2, "{:?}", run.info.notes);
    wire::validate(&run).expect("a sound run");
    assert_eq!(wire::decode(wire::encode(&run).as_bytes()).expect("its own text"), run);
}

#[test]
fn runs_that_differ_in_what_matters_are_refused_unless_forced_and_then_say_so() {
    type Change = fn(&mut Run);
    let changes: [(&str, Change); 5] = [
        ("commit", |run| run.info.build.commit = Some("other".to_owned())),
        ("compiler", |run| run.info.build.rustc = "rustc 1.96.0".to_owned()),
        ("compiler flags", |run| run.info.build.rustflags = "-C opt-level=1".to_owned()),
        ("seed", |run| run.info.seed = 43),
        ("kind of machine", |run| run.info.machine.cores = 64),
    ];
    for (what, change) in changes {
        let mut runs = pair();
        change(&mut runs[1]);
        let error = merge(&runs, false).expect_err(what);
        assert!(matches!(&error, MergeError::Differ { what: said, .. } if said == what), "{error}");
        let forced = merge(&runs, true).expect("forced");
        assert!(
            forced.info.notes.iter().any(|note| note.contains(what)),
            "{:?}",
            forced.info.notes
        );
    }
    assert_eq!(merge(&[], false), Err(MergeError::Nothing));
}

#[test]
fn a_failure_in_one_shard_is_not_hidden_by_another() {
    let smoke = case("a", "fast", "smoke", 1);
    let [mut one, other] = pair();
    one.records.retain(|record| record.case != smoke);
    let plant = Plant(one).failed(&smoke, measurer::CHECK, FailureKind::Panicked, "it did");
    for runs in [[plant.0.clone(), other.clone()], [other, plant.0]] {
        let run = merged(&runs);
        let record = run.record(&smoke, measurer::CHECK).expect("a record");
        assert!(matches!(record.outcome, amdahl_reports::Outcome::Failed(_)), "{record:?}");
    }
}

proptest! {
    #[test]
    fn neither_order_nor_grouping_nor_repetition_matters(
        parts in prop::collection::vec((0_u8..60, any::<[bool; 4]>()), 1..5),
        split in 0_usize..5,
    ) {
        let runs: Vec<Run> = parts.iter().map(|(minute, groups)| shard(*minute, *groups)).collect();
        let all = merged(&runs);
        let backwards: Vec<Run> = runs.iter().rev().cloned().collect();
        prop_assert_eq!(&merged(&backwards), &all);
        let twice = [all.clone(), runs[0].clone(), all.clone()];
        prop_assert_eq!(&merged(&twice), &all);
        let (left, right) = runs.split_at(split.min(runs.len()));
        let halves: Vec<Run> =
            [left, right].into_iter().filter(|half| !half.is_empty()).map(merged).collect();
        prop_assert_eq!(&merged(&halves), &all);
    }
}
