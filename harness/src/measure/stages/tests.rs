//! One test a trap of stage accounting, on readings that are given, and random trees.

use proptest::prelude::*;

use super::accounts::{Account, Accounts, accounts};
use super::spans::{Iteration, Span, SpanId, Stamp};
use crate::plan::whole;

/// The thread that runs the iteration.
const CASE: u32 = 0;

fn at(at_ns: u64) -> Stamp {
    Stamp { at_ns, counts: [0, 0] }
}

fn span(
    id: SpanId,
    name: &'static str,
    thread: u32,
    parent: Option<SpanId>,
    ns: (u64, u64),
) -> Span {
    Span { id, name, thread, parent, entered: at(ns.0), exited: Some(at(ns.1)) }
}

/// The accounts of an iteration from 0 to 100 ns.
fn account(spans: Vec<Span>) -> Accounts {
    accounts(&Iteration { started: at(0), stopped: at(100), thread: CASE, spans })
}

fn stage<'a>(accounts: &'a Accounts, name: &str) -> &'a Account {
    accounts.stages.iter().find(|stage| stage.name == name).expect("the stage was entered")
}

/// Total, self and critical time of a stage.
fn times(accounts: &Accounts, name: &str) -> (f64, f64, f64) {
    let stage = stage(accounts, name);
    (stage.total_ns, stage.self_ns, stage.critical_ns)
}

fn outside_ns(accounts: &Accounts) -> f64 {
    accounts.wall_ns - accounts.stages.iter().map(|stage| stage.critical_ns).sum::<f64>()
}

#[test]
fn self_time_is_not_cumulative_time() {
    let found = account(vec![
        span(1, "load", CASE, None, (10, 90)),
        span(2, "parse", CASE, Some(1), (20, 80)),
    ]);
    assert_eq!(times(&found, "load"), (80.0, 20.0, 20.0));
    assert_eq!(times(&found, "parse"), (60.0, 60.0, 60.0));
    assert_eq!(stage(&found, "load").inner_calls, 1);
}

#[test]
fn a_recursive_stage_is_counted_once() {
    let found = account(vec![
        span(1, "sort", CASE, None, (0, 100)),
        span(2, "sort", CASE, Some(1), (10, 60)),
        span(3, "sort", CASE, Some(2), (20, 40)),
    ]);
    assert_eq!(times(&found, "sort"), (100.0, 100.0, 100.0));
    assert_eq!((stage(&found, "sort").calls, stage(&found, "sort").busy_ns), (3, 100.0));
}

#[test]
fn a_stage_on_two_threads_at_once_is_the_union_and_not_the_sum() {
    let found =
        account(vec![span(1, "rows", CASE, None, (0, 60)), span(2, "rows", 1, None, (20, 80))]);
    let rows = stage(&found, "rows");
    assert_eq!((rows.total_ns, rows.self_ns, rows.busy_ns), (80.0, 80.0, 120.0));
    assert!(rows.critical_ns <= 80.0);
    assert_eq!((found.threads, found.most_at_once), (2, 2));
}

#[test]
fn a_span_on_a_helping_thread_is_taken_from_the_stage_that_waits_for_it() {
    // Nobody said to which stage the helper's span belongs: `load` is open on the case's thread.
    let found =
        account(vec![span(1, "load", CASE, None, (0, 100)), span(2, "decode", 1, None, (10, 90))]);
    assert_eq!(times(&found, "load"), (100.0, 20.0, 20.0));
    assert_eq!(times(&found, "decode"), (80.0, 80.0, 80.0));
    assert_eq!(stage(&found, "load").busy_ns, 100.0, "the thread is in it all the while");
    assert_eq!(found.most_at_once, 1, "a span that waits for another is not at work");
}

#[test]
fn two_threads_in_one_parallel_loop_are_side_by_side_and_not_in_each_other() {
    let found = account(vec![
        span(1, "clean", CASE, None, (0, 100)),
        span(2, "row", CASE, Some(1), (10, 90)),
        span(3, "row", 1, None, (20, 70)),
    ]);
    assert_eq!(times(&found, "row"), (80.0, 80.0, 80.0));
    assert_eq!(times(&found, "clean"), (100.0, 20.0, 20.0));
}

#[test]
fn of_two_arms_the_longer_is_on_the_critical_path() {
    // As `amdahl::sync::join` tells it: both arms belong to the stage around the call.
    let found = account(vec![
        span(1, "fork", CASE, None, (0, 100)),
        span(2, "short", CASE, Some(1), (0, 40)),
        span(3, "long", 1, Some(1), (0, 100)),
    ]);
    assert_eq!(times(&found, "long").2, 100.0);
    assert_eq!(times(&found, "short"), (40.0, 40.0, 0.0));
}

#[test]
fn the_path_goes_through_whoever_ended_last_before() {
    // A producer of 30 ns a value and a consumer of 10: each value waits for the producer.
    let mut spans = Vec::new();
    for i in 0..3 {
        spans.push(span(2 * i + 1, "produce", 1, None, (30 * i, 30 * i + 30)));
        spans.push(span(2 * i + 2, "consume", CASE, None, (30 * i + 30, 30 * i + 40)));
    }
    let found = account(spans);
    assert_eq!(stage(&found, "produce").critical_ns, 90.0);
    assert_eq!(stage(&found, "consume").critical_ns, 10.0);
    assert_eq!(outside_ns(&found), 0.0);
}

#[test]
fn time_in_no_stage_is_outside() {
    let found =
        account(vec![span(1, "a", CASE, None, (10, 30)), span(2, "b", CASE, None, (50, 90))]);
    assert_eq!(outside_ns(&found), 40.0);
    assert_eq!(outside_ns(&account(Vec::new())), 100.0);
}

#[test]
fn a_span_left_open_ends_with_its_iteration() {
    let open = Span { exited: None, ..span(1, "load", CASE, None, (40, 0)) };
    assert_eq!(times(&account(vec![open]), "load"), (60.0, 60.0, 60.0));
    // One that began before the iteration, on a thread that outlives it, counts from its beginning.
    let found = accounts(&Iteration {
        started: at(50),
        stopped: at(100),
        thread: CASE,
        spans: vec![Span { exited: None, ..span(1, "background", 1, None, (10, 0)) }],
    });
    assert_eq!(stage(&found, "background").total_ns, 50.0);
}

#[test]
fn clocks_that_disagree_make_no_time_negative() {
    let found = account(vec![
        span(2, "child", 1, Some(1), (5, 60)),
        span(1, "parent", CASE, None, (10, 50)),
        span(3, "backwards", CASE, None, (80, 70)),
        span(4, "itself", CASE, Some(4), (90, 95)),
    ]);
    assert_eq!(times(&found, "child").0, 50.0, "it begins with its parent");
    assert_eq!(times(&found, "backwards"), (0.0, 0.0, 0.0));
    assert_eq!(times(&found, "itself").0, 5.0);
    assert!(outside_ns(&found) >= 0.0);
}

#[test]
fn cpu_time_of_helpers_without_spans_goes_to_the_stage_they_help() {
    let reading = |at_ns, own, others| Stamp { at_ns, counts: [own, others] };
    let case = |id, name, parent, entered, exited| Span {
        id,
        name,
        thread: CASE,
        parent,
        entered,
        exited: Some(exited),
    };
    let helper = Span {
        id: 9,
        name: "row",
        thread: 1,
        parent: None,
        entered: reading(50, 1_000, 0),
        exited: Some(reading(60, 1_010, 0)),
    };
    let found = accounts(&Iteration {
        started: reading(0, 0, 0),
        stopped: reading(100, 80, 61),
        thread: CASE,
        spans: vec![
            case(1, "load", None, reading(10, 10, 1), reading(40, 35, 21)),
            case(2, "clean", None, reading(40, 35, 21), reading(90, 75, 61)),
            helper,
        ],
    });
    // 25 of its own and 20 of others; 40 of its own and 40 of others, of which 10 were in `row`.
    assert_eq!(stage(&found, "load").cpu_ns, 45.0);
    assert_eq!(stage(&found, "clean").cpu_ns, 70.0);
    assert_eq!(stage(&found, "row").cpu_ns, 10.0);
    assert_eq!(found.outside_cpu_ns, 16.0);
}

#[test]
fn the_heap_is_divided_as_the_critical_path_is() {
    let reading = |at_ns, blocks| Stamp { at_ns, counts: [blocks, 8 * blocks] };
    let spans = vec![
        Span {
            entered: reading(10, 1),
            exited: Some(reading(90, 21)),
            ..span(1, "outer", CASE, None, (0, 0))
        },
        Span {
            entered: reading(20, 4),
            exited: Some(reading(80, 18)),
            ..span(2, "inner", 1, Some(1), (0, 0))
        },
    ];
    let found = accounts(&Iteration {
        started: reading(0, 0),
        stopped: reading(100, 25),
        thread: CASE,
        spans,
    });
    assert_eq!(stage(&found, "inner").critical_counts, [14.0, 112.0]);
    assert_eq!(stage(&found, "outer").critical_counts, [6.0, 48.0]);
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const THREADS: u32 = 3;
const LONG_NS: u64 = 10_000;

/// Spans that nest on each thread: each takes a part of the one around it, or of the iteration. CPU
/// time passes on each thread at a fraction of the clock.
fn nested_spans() -> impl Strategy<Value = Vec<Span>> {
    let part =
        (0..THREADS, 0..NAMES.len(), 0.0..1.0_f64, 0.0..1.0_f64, any::<bool>(), any::<bool>());
    prop::collection::vec(part, 0..40).prop_map(|parts| {
        let mut spans: Vec<Span> = Vec::new();
        // The stretch of each thread that is still free for the next span, and the span around it.
        let mut free = [(0_u64, LONG_NS, None::<usize>); THREADS as usize];
        for (thread, name, from, length, goes_in, is_known) in parts {
            let (start, end, around) = free[thread as usize];
            let room = (end - start) as f64;
            let entered = start + whole(room * from / 2.0);
            let exited = entered + whole((end - entered) as f64 * length);
            let id = spans.len() as u64 + 1;
            // Somewhere else a span may say from which other it was started.
            let started_by =
                spans.iter().rev().find(|other| other.thread != thread && is_known).map(|s| s.id);
            let parent = around.map(|at| spans[at].id).or(started_by);
            let reading = |at_ns: u64| Stamp { at_ns, counts: [at_ns / 2, at_ns] };
            spans.push(Span {
                id,
                name: NAMES[name],
                thread,
                parent,
                entered: reading(entered),
                exited: Some(reading(exited)),
            });
            free[thread as usize] = if goes_in {
                (entered, exited, Some(spans.len() - 1))
            } else {
                (exited, end, around)
            };
        }
        spans
    })
}

proptest! {
    #[test]
    fn shares_never_sum_past_the_whole_and_no_stage_is_longer_than_it(spans in nested_spans()) {
        let whole = LONG_NS as f64;
        let reading = |at_ns: u64| Stamp { at_ns, counts: [at_ns / 2, at_ns] };
        let found = accounts(&Iteration {
            started: reading(0),
            stopped: reading(LONG_NS),
            thread: CASE,
            spans,
        });
        let critical: f64 = found.stages.iter().map(|stage| stage.critical_ns).sum();
        prop_assert!(critical <= whole, "{critical}");
        for stage in &found.stages {
            prop_assert!(stage.self_ns <= stage.total_ns && stage.total_ns <= whole);
            prop_assert!(stage.critical_ns <= stage.total_ns, "{stage:?}");
            prop_assert!(stage.busy_ns <= whole * f64::from(THREADS));
        }
        let cpu: f64 = found.stages.iter().map(|stage| stage.cpu_ns).sum();
        // Half of the clock on the case's own thread, and all others together as much as the clock.
        prop_assert!(cpu + found.outside_cpu_ns <= whole * f64::from(THREADS));
    }
}
