//! Experiments on programs whose answer is known.
//!
//! Sleeping stands for work, so that a busy machine changes no answer: only the waits between threads
//! decide. Slopes are medians over rounds, and 1 is told from 0 with a wide margin. What the law makes of
//! a slope is tested where it is computed, and virtual speed-ups in a simulation too.

use std::thread::sleep;
use std::time::Duration;

use amdahl::experiment::{Experiment, ExperimentReport};
use amdahl::stage;
use amdahl::sync::{Mutex, join, scope, sync_channel};

/// A slope at least this steep means that the whole waits.
const CRITICAL: f64 = 0.7;
/// A slope at most this steep means that it does not.
const SLACK: f64 = 0.3;
/// Rounds of an experiment: half of them may be disturbed.
const ROUNDS: u64 = 11;

fn work(name: &'static str, ms: u64) {
    stage(name, || sleep(Duration::from_millis(ms)));
}

/// Experiments that a machine full of others' work may need: one that answers wrongly does so again.
const ATTEMPTS: usize = 3;

/// Asserts what an experiment finds critical and what slack.
#[track_caller]
fn assert_finds(experiment: impl Fn() -> ExperimentReport, critical: &[&str], slack: &[&str]) {
    let slope = |report: &ExperimentReport, name: &str| {
        let effect = report.effect(name);
        effect.unwrap_or_else(|| panic!("{name}: {:?}", report.refusal(name))).slope.estimate
    };
    let mut reports = String::new();
    for _ in 0..ATTEMPTS {
        let report = experiment();
        if critical.iter().all(|name| slope(&report, name) > CRITICAL)
            && slack.iter().all(|name| slope(&report, name) < SLACK)
        {
            return;
        }
        reports += &report.markdown();
    }
    panic!("{critical:?} should be critical and {slack:?} slack:\n{reports}");
}

fn delays(program: impl FnMut()) -> ExperimentReport {
    // Delays as long as the stage itself leave every shorter side the shorter one, and are long against
    // what a busy machine adds.
    Experiment::new("delays", program).up_to(1.0).rounds(ROUNDS).run().expect("an experiment")
}

fn speed_ups(program: impl FnMut()) -> ExperimentReport {
    let experiment = Experiment::new("speed-ups", program).rounds(ROUNDS).virtual_speed_ups();
    experiment.run().expect("an experiment")
}

#[test]
fn of_a_serial_program_every_stage_is_critical() {
    let program = || {
        work("first", 20);
        work("second", 10);
    };
    assert_finds(|| delays(program), &["first", "second"], &[]);
}

/// Two arms, of which the second takes longer.
fn fork() {
    scope(|threads| {
        threads.spawn(|| work("short", 12));
        work("long", 40);
    });
}

#[test]
fn of_two_arms_the_longer_is_critical_and_the_shorter_has_slack() {
    assert_finds(|| delays(fork), &["long"], &["short"]);
    assert_finds(|| speed_ups(fork), &[], &["short"]);
}

#[test]
fn an_arm_on_a_helping_thread_is_critical_too() {
    let program = || {
        scope(|threads| {
            threads.spawn(|| work("long", 40));
            work("short", 12);
        });
    };
    assert_finds(|| delays(program), &["long"], &["short"]);
}

/// Values that go through a channel. The first waits for the producer and the last for the consumer,
/// whichever is slower: a twelfth of a slope.
const VALUES: u32 = 12;

/// A producer and a consumer with two places between them.
fn pair(produce_ms: u64, consume_ms: u64) {
    let (sender, receiver) = sync_channel(2);
    scope(|threads| {
        threads.spawn(move || {
            for value in 0..VALUES {
                work("produce", produce_ms);
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        receiver.iter().for_each(|_| work("consume", consume_ms));
    });
}

#[test]
fn a_slow_producer_is_critical_by_delays_and_by_virtual_speed_ups() {
    assert_finds(|| delays(|| pair(8, 3)), &["produce"], &["consume"]);
    assert_finds(|| speed_ups(|| pair(8, 3)), &["produce"], &["consume"]);
}

#[test]
fn a_slow_consumer_is_critical_by_delays_and_by_virtual_speed_ups() {
    assert_finds(|| delays(|| pair(3, 8)), &["consume"], &["produce"]);
    assert_finds(|| speed_ups(|| pair(3, 8)), &["consume"], &["produce"]);
}

#[test]
fn a_stage_that_is_busy_all_the_time_and_never_waited_for_is_slack() {
    let program = || {
        let log = Mutex::new(0);
        scope(|threads| {
            threads.spawn(|| {
                for _ in 0..4 {
                    work("log", 6);
                    *log.lock().expect("no panic") += 1;
                }
            });
            work("compute", 60);
        });
    };
    assert_finds(|| delays(program), &[], &["log"]);
    assert_finds(|| speed_ups(program), &[], &["log"]);
}

#[test]
fn a_virtual_speed_up_of_one_thread_is_refused() {
    let experiment = Experiment::new("one thread", || work("alone", 1)).virtual_speed_ups();
    let error = experiment.run().expect_err("there is nobody to delay");
    assert!(error.to_string().contains("one thread"), "{error}");
}

#[test]
fn more_threads_at_work_than_processors_are_refused() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let experiment = Experiment::new("a crowd", || {
        scope(|threads| {
            for _ in 0..=cores {
                threads.spawn(|| work("crowd", 30));
            }
        });
    });
    let error = experiment.rounds(1).run().expect_err("too many threads");
    assert!(error.to_string().contains("processors"), "{error}");
}

#[test]
fn a_stage_shorter_than_what_hearing_it_costs_is_refused_with_the_reason() {
    let report = delays(|| {
        work("long", 2);
        for _ in 0..20_000 {
            stage("tiny", || std::hint::black_box(()));
        }
    });
    let reason = report.refusal("tiny").expect("it is refused");
    assert!(reason.contains("open it around more work"), "{reason}");
    assert!(report.effect("long").is_some());
    assert!(report.markdown().contains("not measured: it is entered 20,000 times"));
}

#[test]
fn a_program_without_stages_and_a_stage_that_is_not_entered_are_refused() {
    let error = Experiment::new("nothing", || ()).run().expect_err("no stage");
    assert!(error.to_string().contains("amdahl::stage"), "{error}");
    let report = Experiment::new("a slip", || work("draw", 1)).stages(["drow"]).rounds(1).run();
    assert_eq!(report.expect("an experiment").refusal("drow"), Some("it was not entered"));
}

#[test]
fn the_arms_of_a_join_run_once_each_whether_heard_or_not() {
    assert_eq!(join(|| 1, || 2), (1, 2));
    let program = || {
        join(|| work("a", 20), || work("b", 8));
    };
    // A pool with a thread to spare runs both at once, one without runs them one after the other: in
    // either case the whole waits for the longer.
    assert_finds(|| delays(program), &["a"], &[]);
}

#[test]
fn the_report_says_that_a_slope_is_local() {
    let report = delays(|| work("only", 4));
    let markdown = report.markdown();
    assert!(markdown.contains("A slope is local"), "{markdown}");
    assert!(markdown.contains("if `only` were twice as fast") || markdown.contains("If `only`"));
}
