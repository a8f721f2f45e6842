//! Stages: what each `amdahl::stage` takes of an iteration, over all threads.
//!
//! `recorder` reads where spans begin and end, `tree` puts them in order, `path` finds what the
//! iteration waits for, `accounts` adds up. Only the recorder knows of clocks and threads. It serves
//! three instruments in passes of their own: the clock alone, CPU clocks, and in a heap worker dhat's
//! counters.

mod accounts;
mod path;
mod recorder;
mod spans;
#[cfg(test)]
mod tests;
mod tree;

use amdahl_reports::{Detail, Measurement, StageSamples, Stages};

use super::clocks::ThreadClock;
use super::listen::{self, Listener, Listening};
use super::{NoProbe, Probe};
use crate::declare::Prepared;
use crate::span::stage;
use accounts::accounts;
use recorder::Instrument;
use spans::Iteration;

pub(crate) use accounts::{Account, Accounts};
pub(crate) use recorder::{current, inherit};
pub(super) use recorder::{enter, exit};

/// From so many iterations on, one is spent beforehand: what is done once only would stand out among
/// more, and is most of what a few slow iterations can show.
const WARM_UP_WORTHWHILE: u64 = 5;
/// Spans opened to learn what one costs, and how often: the median bears that some were disturbed.
const CALIBRATION_SPANS: u32 = 100;
const CALIBRATIONS: usize = 11;

/// Draws up the accounts of one iteration after another, with what the instrument reads.
pub(crate) struct StageProbe {
    running: Option<Iteration>,
    /// The accounts so far.
    pub(crate) accounts: Vec<Accounts>,
    _listening: Listening,
}

impl StageProbe {
    fn with(instrument: Instrument) -> Self {
        recorder::choose(instrument);
        let listening = Listening::of(Listener::Recorder);
        Self { running: None, accounts: Vec::new(), _listening: listening }
    }

    /// A probe that reads the clock alone.
    pub(crate) fn wall() -> Self {
        Self::with(Instrument::Wall)
    }

    /// Values of one stage by iteration; zero where an iteration did not enter it.
    fn by_iteration(&self, name: &str, value: impl Fn(&Account) -> f64) -> Vec<f64> {
        self.accounts
            .iter()
            .map(|one| one.stages.iter().find(|own| own.name == name).map_or(0.0, &value))
            .collect()
    }

    /// The stages, in the order in which they are first entered.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for stage in self.accounts.iter().flat_map(|one| &one.stages) {
            if !names.contains(&stage.name) {
                names.push(stage.name);
            }
        }
        names
    }

    /// The median of a value of one stage over the iterations; 0 where there were none.
    pub(crate) fn typical(&self, name: &str, value: impl Fn(&Account) -> f64) -> f64 {
        amdahl_reports::stats::median(&self.by_iteration(name, value)).unwrap_or(0.0)
    }

    /// The average of a value of one stage over the iterations; 0 where there were none.
    pub(crate) fn per_iteration(&self, name: &str, value: impl Fn(&Account) -> f64) -> f64 {
        amdahl_reports::stats::mean(&self.by_iteration(name, value)).unwrap_or(0.0)
    }
}

impl Probe for StageProbe {
    fn start(&mut self) {
        self.running = Some(recorder::begin());
    }

    fn stop(&mut self) {
        let ended = self.running.take().map(recorder::end);
        self.accounts.extend(ended.map(|iteration| accounts(&iteration)));
    }
}

/// Times `iterations` of a case with its stages heard, and reads CPU clocks in half as many more.
pub(crate) fn measure(case: &mut dyn Prepared, iterations: u64) -> Measurement {
    let _turn = listen::turn();
    prepare_threads();
    let span_cost_ns = span_cost_ns();
    if iterations >= WARM_UP_WORTHWHILE {
        case.batch(1, 1, &mut NoProbe);
    }
    let clocks = ThreadClock::of_others();
    let before: Vec<Option<u64>> = clocks.iter().map(|clock| clock.read_ns()).collect();
    let mut wall = StageProbe::wall();
    case.batch(iterations, 1, &mut wall);
    // Reading a clock costs, so those of threads that only wait are left out.
    let has_worked = |(clock, before): &(&ThreadClock, Option<u64>)| clock.read_ns() > *before;
    let helpers = clocks.iter().zip(before).filter(has_worked).map(|(clock, _)| *clock).collect();
    let mut cpu = StageProbe::with(Instrument::Cpu(helpers));
    case.batch(iterations.div_ceil(2), 1, &mut cpu);
    let stages = wall.names().into_iter().map(|name| StageSamples {
        name: name.to_owned(),
        self_ns: wall.by_iteration(name, |stage| stage.self_ns),
        total_ns: wall.by_iteration(name, |stage| stage.total_ns),
        critical_ns: wall.by_iteration(name, |stage| stage.critical_ns),
        cpu_ns: cpu.by_iteration(name, |stage| stage.cpu_ns),
        calls: wall.per_iteration(name, |stage| stage.calls as f64),
        inner_calls: wall.per_iteration(name, |stage| stage.inner_calls as f64),
        heap_blocks: None,
        heap_bytes: None,
    });
    let stages = Stages {
        total_ns: wall.accounts.iter().map(|one| one.wall_ns).collect(),
        stages: stages.collect(),
        outside_cpu_ns: cpu.accounts.iter().map(|one| one.outside_cpu_ns).collect(),
        span_cost_ns,
    };
    Measurement { detail: Detail::Stages(stages), ..Measurement::default() }
}

/// Counts blocks and bytes by stage over one iteration, in a worker that counts heap.
///
/// The counters are the process's, so they are divided among stages as its critical path is.
pub(crate) fn measure_heap(case: &mut dyn Prepared) -> Measurement {
    let _turn = listen::turn();
    prepare_threads();
    let profiler = dhat::Profiler::builder().testing().trim_backtraces(Some(4)).build();
    let mut probe = StageProbe::with(Instrument::Heap);
    case.batch(1, 1, &mut probe);
    recorder::choose(Instrument::Wall);
    drop(profiler);
    let own = |name: &str, at: usize| probe.per_iteration(name, |stage| stage.critical_counts[at]);
    let stages = probe.names().into_iter().map(|name| StageSamples {
        name: name.to_owned(),
        heap_blocks: Some(own(name, 0)),
        heap_bytes: Some(own(name, 1)),
        ..StageSamples::default()
    });
    let stages = Stages { stages: stages.collect(), ..Stages::default() };
    Measurement { detail: Detail::Stages(stages), ..Measurement::default() }
}

/// Sets the books of this pool's threads up, so that none does so while it is measured.
fn prepare_threads() {
    rayon::broadcast(|_| recorder::prepare());
    recorder::prepare();
}

/// What one heard span costs on the clock, in nanoseconds.
pub(crate) fn span_cost_ns() -> f64 {
    let mut probe = StageProbe::wall();
    for _ in 0..CALIBRATIONS {
        probe.start();
        for _ in 0..CALIBRATION_SPANS {
            stage("amdahl-calibration", || std::hint::black_box(()));
        }
        probe.stop();
    }
    let walls: Vec<f64> = probe.accounts.iter().map(|one| one.wall_ns).collect();
    amdahl_reports::stats::median(&walls).unwrap_or(0.0) / f64::from(CALIBRATION_SPANS)
}
