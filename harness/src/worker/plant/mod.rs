//! Slow-downs planted into a worker's cases, for the gate's test of itself and for nothing else.
//!
//! `AMDAHL_PLANT` names them. After the last slice of timed iterations of such a case, and within the clock,
//! more work is done, worth so many per cent of what the iterations take: all at once, so that what
//! overlaps with the case's own last work counts once. How much work that is, the
//! worker finds by timing both in turn: a drift of the machine strikes both. A worker without the variable
//! runs none of this.

mod text;

use std::hint::black_box;
use std::time::Duration;

pub(crate) use text::{PLANT_VARIABLE, at_nothing, decode, encode};

use amdahl_reports::gate::evaluation::{Plant, PlantKind};
use amdahl_reports::stats::quantile;

use crate::data::Rng;
use crate::declare::Prepared;
use crate::measure::{Probe, Stopwatch};

/// Each side of the comparison runs for about so long at a time: short, so that both see one machine.
const ROUND: Duration = Duration::from_micros(500);
/// Rounds of a case: few, since every launch has them, and launches average what they are off by.
const ROUNDS: usize = 7;
/// Rounds of a case whose single iteration is longer than [`LONG`].
const ROUNDS_OF_LONG: usize = 1;
const LONG: Duration = Duration::from_millis(10);
/// Of the rounds of either side this quantile is its time: what disturbs a round only adds to it, and
/// most of them may be disturbed.
const UNDISTURBED: f64 = 0.25;
/// One iteration of so many is slow in [`PlantKind::Mode`].
const SLOW_ONE_IN: f64 = 10.0;
/// Of the planted time of [`PlantKind::Allocation`], allocations may take this share.
const SHARE_OF_ALLOCATIONS: f64 = 0.5;

/// A plant in a prepared case, its work known in units an iteration.
pub(super) struct Sown {
    work: Work,
    /// Units of loop or chain.
    main: f64,
    allocations: f64,
    /// Iterations until the next slow one, where only some are.
    until_slow: Option<u64>,
    rng: Rng,
    /// Units owed, below one.
    owed: [f64; 2],
}

impl Sown {
    /// Finds out how much work the plant is.
    pub(super) fn new(plant: &Plant, prepared: &mut dyn Prepared, slice: u64) -> Self {
        let mut work = Work::new(plant.kind == PlantKind::Chain);
        let share = plant.percent / 100.0;
        let mut rng = Rng::new(u64::from(std::process::id()));
        let mut of = |unit| share * units_per_iteration(prepared, slice, &mut work, unit);
        let (mut main, mut allocations) = (of(Unit::Main), 0.0);
        if plant.kind == PlantKind::Allocation {
            let all = of(Unit::Allocation);
            if all > 0.0 {
                allocations = (all * SHARE_OF_ALLOCATIONS).min(1.0);
                main *= 1.0 - allocations / all;
            }
        }
        let mut until_slow = None;
        if plant.kind == PlantKind::Mode {
            main *= SLOW_ONE_IN;
            until_slow = Some(gap(&mut rng));
        }
        Self { work, main, allocations, until_slow, rng, owed: [0.0; 2] }
    }

    /// The probe that does the work around another one.
    pub(super) fn around<'a>(
        &'a mut self,
        probe: &'a mut dyn Probe,
        iterations: u64,
        slice: u64,
    ) -> Planted<'a> {
        Planted { sown: self, probe, left: iterations, slice: slice.max(1), due: [0; 2] }
    }

    /// The units that so many iterations owe, whole ones.
    fn due(&mut self, iterations: u64) -> [u64; 2] {
        let slow = match self.until_slow {
            None => iterations,
            Some(_) => self.slow_of(iterations),
        };
        self.owed[0] += self.main * slow as f64;
        self.owed[1] += self.allocations * iterations as f64;
        let due = self.owed.map(crate::plan::whole);
        for (owed, due) in self.owed.iter_mut().zip(due) {
            *owed -= due as f64;
        }
        due
    }

    /// How many of the next iterations are slow ones.
    fn slow_of(&mut self, iterations: u64) -> u64 {
        let mut slow = 0;
        let mut left = iterations;
        let mut until = self.until_slow.unwrap_or(0);
        while until < left {
            left -= until + 1;
            slow += 1;
            until = gap(&mut self.rng);
        }
        self.until_slow = Some(until - left);
        slow
    }
}

/// Iterations before a slow one, geometric: each is slow by itself.
fn gap(rng: &mut Rng) -> u64 {
    let chance = rng.uniform(f64::MIN_POSITIVE, 1.0);
    crate::plan::whole(chance.ln() / (1.0 - 1.0 / SLOW_ONE_IN).ln())
}

/// Does the planted work at the end of the last slice, before the clock stops.
pub(super) struct Planted<'a> {
    sown: &'a mut Sown,
    probe: &'a mut dyn Probe,
    left: u64,
    slice: u64,
    due: [u64; 2],
}

impl Probe for Planted<'_> {
    fn start(&mut self) {
        let now = self.left.min(self.slice);
        self.left -= now;
        for (due, more) in self.due.iter_mut().zip(self.sown.due(now)) {
            *due += more;
        }
        self.probe.start();
    }

    fn stop(&mut self) {
        if self.left == 0 {
            let [main, allocations] = std::mem::take(&mut self.due);
            self.sown.work.run(Unit::Main, main);
            self.sown.work.run(Unit::Allocation, allocations);
        }
        self.probe.stop();
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// A step of the loop or of the chain.
    Main,
    Allocation,
}

/// Steps of the chain's circle, in 4 KiB: small beside a first-level cache, which the case needs too.
const CIRCLE: usize = 2_048;
/// An allocation, in bytes: the size of a few numbers.
const ALLOCATION_BYTES: usize = 64;

/// The work that slows down.
struct Work {
    state: u64,
    /// Where each step of the chain leads, one circle through all; none where the work is a loop.
    next: Option<Box<[u16; CIRCLE]>>,
}

impl Work {
    fn new(is_chain: bool) -> Self {
        Self { state: 1, next: is_chain.then(circle) }
    }

    #[inline(never)]
    fn run(&mut self, unit: Unit, count: u64) {
        if unit == Unit::Allocation {
            for _ in 0..count {
                black_box(Vec::<u8>::with_capacity(black_box(ALLOCATION_BYTES)));
            }
            return;
        }
        let mut state = self.state;
        if let Some(next) = &self.next {
            let mut at = usize::try_from(state).unwrap_or(0) % CIRCLE;
            for _ in 0..count {
                at = usize::from(next[at % CIRCLE]);
            }
            state = at as u64;
        } else {
            for _ in 0..count {
                // Marsaglia's xorshift (2003): each step needs the last.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
            }
        }
        self.state = black_box(state);
    }
}

/// A circle through all places in an order drawn by chance (Sattolo 1986).
fn circle() -> Box<[u16; CIRCLE]> {
    let mut next = Box::new([0_u16; CIRCLE]);
    for (at, own) in (0_u16..).zip(next.iter_mut()) {
        *own = at;
    }
    let mut rng = Rng::new(1);
    for last in (1..CIRCLE).rev() {
        next.swap(last, rng.index(last));
    }
    next
}

/// How many units of the work take as long as one iteration of the case.
fn units_per_iteration(
    prepared: &mut dyn Prepared,
    slice: u64,
    work: &mut Work,
    unit: Unit,
) -> f64 {
    let mut case = |iterations| timed(|watch| prepared.batch(iterations, slice, watch));
    let mut own = |units| {
        timed(|watch| {
            watch.start();
            work.run(unit, units);
            watch.stop();
        })
    };
    let (iterations, case_ns) = enough(&mut case);
    let (units, _) = enough(&mut own);
    let rounds = if case_ns > LONG.as_nanos() as f64 { ROUNDS_OF_LONG } else { ROUNDS };
    let (case_ns, work_ns): (Vec<f64>, Vec<f64>) =
        (0..rounds).map(|_| (case(iterations), own(units))).unzip();
    let ratio = quantile(&case_ns, UNDISTURBED).zip(quantile(&work_ns, UNDISTURBED));
    ratio.map_or(0.0, |(case, work)| case / work) * units as f64 / iterations as f64
}

fn timed(run: impl FnOnce(&mut Stopwatch)) -> f64 {
    let mut watch = Stopwatch::new();
    run(&mut watch);
    watch.elapsed_ns().max(1) as f64
}

/// How many of something last for a round, and how long that was, in nanoseconds.
fn enough(time_of: &mut dyn FnMut(u64) -> f64) -> (u64, f64) {
    let mut count = 1;
    loop {
        let ns = time_of(count);
        if ns >= ROUND.as_nanos() as f64 || count > u64::MAX / 4 {
            return (count, ns);
        }
        count *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::NoProbe;

    fn of(kind: PlantKind, percent: f64) -> Plant {
        Plant { kernel: "sum".to_owned(), variant: "fold".to_owned(), kind, percent }
    }

    fn sown(main: f64, allocations: f64, until_slow: Option<u64>) -> Sown {
        let (work, rng) = (Work::new(false), Rng::new(7));
        Sown { work, main, allocations, until_slow, rng, owed: [0.0; 2] }
    }

    #[test]
    fn parts_of_a_unit_are_owed_and_not_lost() {
        let mut sown = sown(0.3, 0.25, None);
        let due: Vec<[u64; 2]> = (0..100).map(|_| sown.due(1)).collect();
        assert!((29..=30).contains(&due.iter().map(|due| due[0]).sum::<u64>()));
        assert_eq!(due.iter().map(|due| due[1]).sum::<u64>(), 25);
    }

    #[test]
    fn one_iteration_in_ten_is_slow_however_they_are_sliced() {
        for slice in [1, 7, 1_000] {
            let mut sown = sown(1.0, 0.0, Some(0));
            let slow: u64 = (0..100_000 / slice).map(|_| sown.due(slice)[0]).sum();
            // A standard deviation is 95 of 10,000.
            assert!((9_500..=10_500).contains(&slow), "{slow} with slices of {slice}");
        }
    }

    #[test]
    fn the_chain_leads_through_every_place() {
        let next = circle();
        let mut at = 0;
        for _ in 1..CIRCLE {
            at = usize::from(next[at]);
            assert_ne!(at, 0, "the circle closes early");
        }
        assert_eq!(next[at], 0);
    }

    /// Counts what is done between start and stop of the inner probe.
    #[derive(Default)]
    struct Order(Vec<&'static str>);

    impl Probe for Order {
        fn start(&mut self) {
            self.0.push("start");
        }

        fn stop(&mut self) {
            self.0.push("stop");
        }
    }

    #[test]
    fn the_last_slice_pays_for_all_and_the_clock_is_still_on() {
        let (mut sown, mut order) = (sown(2.0, 0.0, None), Order::default());
        let mut planted = sown.around(&mut order, 10, 4);
        let mut due = Vec::new();
        for _ in 0..3 {
            planted.start();
            due.push(planted.due[0]);
            planted.stop();
        }
        assert_eq!(due, [8, 16, 20]);
        assert_eq!(planted.due, [0, 0], "paid");
        assert_eq!(order.0, ["start", "stop", "start", "stop", "start", "stop"]);
    }

    #[test]
    fn at_nothing_the_work_is_sized_and_none_is_done() {
        let kernel = crate::self_test::kernel().erased().expect("a sound declaration");
        let request = crate::self_test::request();
        let mut runs = 0;
        let mut sized = |prepared: &mut dyn Prepared| {
            for plant in at_nothing(&PlantKind::ALL.map(|kind| of(kind, 50.0))) {
                let mut sown = Sown::new(&plant, prepared, 64);
                assert_eq!(sown.due(1_000_000), [0, 0], "{plant:?}");
                runs += 1;
            }
        };
        kernel.with_case(&request, &mut NoProbe, &mut sized).expect("its case");
        assert_eq!(runs, PlantKind::ALL.len());
    }

    #[test]
    fn half_as_much_again_is_found_in_the_time() {
        let kernel = crate::self_test::kernel().erased().expect("a sound declaration");
        let request = crate::self_test::request();
        let mut ratios = Vec::new();
        kernel
            .with_case(&request, &mut NoProbe, &mut |prepared| {
                for kind in PlantKind::ALL {
                    let mut sown = Sown::new(&of(kind, 50.0), prepared, 64);
                    let mut of_kind = Vec::new();
                    for _ in 0..61 {
                        let plain = timed(|watch| prepared.batch(512, 64, watch));
                        let more = timed(|watch| {
                            prepared.batch(512, 64, &mut sown.around(watch, 512, 64));
                        });
                        of_kind.push(more / plain);
                    }
                    ratios.push(quantile(&of_kind, 0.5).expect("rounds"));
                }
            })
            .expect("its case");
        // Half, within what a busy machine makes of medians of pairs.
        assert!(ratios.iter().all(|ratio| (1.2..2.0).contains(ratio)), "{ratios:?}");
    }
}
