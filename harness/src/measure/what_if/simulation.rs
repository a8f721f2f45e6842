//! Virtual speed-ups of programs that are simulated: no clock, no thread, and the truth is known, since
//! the simulation can be run with the stage really faster.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::ledger::{Page, Required, Stay};
use crate::plan::whole;

/// What a thread does next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// It pays what it owes.
    Pay,
    /// It enters the chosen stage.
    Enter,
    /// It works.
    Work { ns: u64 },
    /// It leaves the chosen stage.
    Leave,
    /// It begins to wait.
    Wait,
    /// It puts a value into the channel, once there is room.
    Send,
    /// It takes a value out of the channel, once there is one.
    Receive,
}

/// A simulated thread: what is left to do, its own time, its page.
struct Thread {
    steps: VecDeque<Step>,
    now_ns: u64,
    page: Page,
    stay: Option<Stay>,
}

/// A call of a stage as the harness hears it.
fn call(ns: u64, is_chosen: bool) -> Vec<Step> {
    let work = Step::Work { ns };
    if is_chosen {
        vec![Step::Pay, Step::Enter, work, Step::Leave, Step::Pay]
    } else {
        vec![Step::Pay, work, Step::Pay]
    }
}

/// A bounded channel: when each value came, and when each place became free.
struct Channel {
    values: VecDeque<u64>,
    places: VecDeque<u64>,
}

/// Runs the threads in order of time, and returns the time of the last one's end without what was
/// required of every thread.
fn run(programs: Vec<Vec<Step>>, bound: usize, fraction: f64) -> f64 {
    let required = Required::new();
    let mut channel = Channel { values: VecDeque::new(), places: VecDeque::from(vec![0; bound]) };
    let mut threads: Vec<Thread> = programs
        .into_iter()
        .map(|mut steps| {
            // A thread's end lets the one that waits for it go on.
            steps.push(Step::Pay);
            Thread { steps: steps.into(), now_ns: 0, page: Page::opened(&required), stay: None }
        })
        .collect();
    loop {
        // When each thread can take its next step: a wait ends with what it waits for.
        let ready = |thread: &Thread| match thread.steps.front()? {
            Step::Send => channel.places.front().map(|place| thread.now_ns.max(*place)),
            Step::Receive => channel.values.front().map(|value| thread.now_ns.max(*value)),
            _ => Some(thread.now_ns),
        };
        let next = threads.iter().enumerate().filter_map(|(at, thread)| Some((ready(thread)?, at)));
        let Some((now_ns, at)) = next.min() else { break };
        let thread = &mut threads[at];
        thread.now_ns = now_ns;
        match thread.steps.pop_front().expect("it was ready") {
            Step::Pay => thread.now_ns += thread.page.due(&required),
            Step::Work { ns } => thread.now_ns += ns,
            Step::Enter => thread.stay = Some(thread.page.enter(&required, now_ns, fraction)),
            Step::Leave => {
                let stay = thread.stay.take().expect("it has entered");
                thread.page.leave(&required, stay, now_ns);
            }
            Step::Wait => thread.page.wait(&required, now_ns),
            Step::Send => {
                channel.places.pop_front();
                channel.values.push_back(now_ns);
                thread.page.wake(&required, now_ns);
            }
            Step::Receive => {
                channel.values.pop_front();
                channel.places.push_back(now_ns);
                thread.page.wake(&required, now_ns);
            }
        }
    }
    let end_ns = threads.iter().map(|thread| thread.now_ns).max().unwrap_or(0);
    (end_ns - required.ns()) as f64
}

/// Values that go from the producer to the consumer.
const VALUES: usize = 200;

/// A producer and a consumer of these lengths; the chosen stage is the first or the second.
fn pair(produce_ns: u64, consume_ns: u64, chosen: Option<usize>) -> Vec<Vec<Step>> {
    let mut programs = vec![Vec::new(), Vec::new()];
    for _ in 0..VALUES {
        programs[0].extend(call(produce_ns, chosen == Some(0)));
        programs[0].extend([Step::Pay, Step::Wait, Step::Send]);
        programs[1].extend([Step::Pay, Step::Wait, Step::Receive]);
        programs[1].extend(call(consume_ns, chosen == Some(1)));
    }
    programs
}

fn faster(ns: u64, fraction: f64) -> u64 {
    whole(ns as f64 * (1.0 - fraction))
}

#[test]
fn a_fork_with_a_longer_arm_gains_by_that_arm_until_the_other_is_longer() {
    let fork = |long, short, chosen: Option<usize>| {
        // Arms of ten calls each, so that delays are paid in between.
        let arm = |ns, is_chosen| (0..10).flat_map(|_| call(ns, is_chosen)).collect::<Vec<Step>>();
        vec![arm(long, chosen == Some(0)), arm(short, chosen == Some(1))]
    };
    assert_eq!(run(fork(100, 60, None), 1, 0.0), 1_000.0);
    assert_eq!(run(fork(100, 60, Some(0)), 1, 0.2), 800.0);
    assert_eq!(run(fork(100, 60, Some(1)), 1, 0.2), 1_000.0);
    // Twice as fast it would be 500, but the other arm takes 600.
    assert_eq!(run(fork(100, 60, Some(0)), 1, 0.5), 600.0);
}

#[test]
fn the_slower_side_of_a_channel_decides() {
    assert_eq!(run(pair(100, 40, None), 2, 0.0), 100.0 * VALUES as f64 + 40.0);
    for (lengths, slower) in [((100, 40), 0), ((40, 100), 1)] {
        let whole = run(pair(lengths.0, lengths.1, None), 2, 0.0);
        let gained = |chosen| 1.0 - run(pair(lengths.0, lengths.1, Some(chosen)), 2, 0.4) / whole;
        assert!((gained(slower) - 0.4).abs() < 0.01, "{lengths:?}: {}", gained(slower));
        assert!(gained(1 - slower).abs() < 0.01, "{lengths:?}: {}", gained(1 - slower));
    }
}

proptest! {
    #[test]
    fn a_virtual_speed_up_gives_the_time_of_a_real_one(
        produce_ns in 20_u64..200,
        consume_ns in 20_u64..200,
        bound in 1_usize..5,
        chosen in 0_usize..2,
        fraction in 0.05..0.9_f64,
    ) {
        let virtually = run(pair(produce_ns, consume_ns, Some(chosen)), bound, fraction);
        let really = if chosen == 0 {
            run(pair(faster(produce_ns, fraction), consume_ns, None), bound, 0.0)
        } else {
            run(pair(produce_ns, faster(consume_ns, fraction), None), bound, 0.0)
        };
        // The ends of the run, where one side waits for the first or the last value, and one
        // nanosecond of rounding a value.
        let ends = ((bound + 3) as u64 * (produce_ns + consume_ns) + VALUES as u64) as f64;
        prop_assert!((virtually - really).abs() <= ends, "{virtually} for {really}");
    }
}
