//! Stages: self time and total time of each `amdahl::stage`, read from its tracing span.
//!
//! One layer serves two instruments. In a timing worker it reads the clock; in a heap worker it
//! reads dhat's counters, and the same accounting gives blocks and bytes by stage.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use amdahl_reports::{Detail, Measurement, StageSamples, Stages};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::{NoProbe, Probe};
use crate::declare::Prepared;
use crate::span::{STAGE_TARGET, stage};

/// From so many iterations on, one is spent beforehand: spans allocate when they are first heard,
/// which a few slow iterations do not notice.
const WARM_UP_WORTHWHILE: u64 = 5;
/// Spans opened to learn what one costs.
const CALIBRATION_SPANS: u32 = 1_000;

/// Stages open at once, and stages of a kernel, that cost no allocation of ours.
const NESTING: usize = 64;

/// What the instrument shows: nanoseconds, or blocks and bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Reading([f64; 2]);

impl Reading {
    fn minus(self, earlier: Self) -> Self {
        Self([self.0[0] - earlier.0[0], self.0[1] - earlier.0[1]])
    }

    fn add(&mut self, more: Self) {
        self.0[0] += more.0[0];
        self.0[1] += more.0[1];
    }
}

/// What a stage has gathered in the current iteration.
#[derive(Debug, Clone, Default)]
struct Gathered {
    name: &'static str,
    own: Reading,
    total: Reading,
    calls: u64,
}

static GATHERED: Mutex<Vec<Gathered>> = Mutex::new(Vec::new());
static READS_HEAP: AtomicBool = AtomicBool::new(false);

/// An entered stage on this thread's stack.
struct Open {
    name: &'static str,
    entered: Reading,
    within: Reading,
}

thread_local! {
    static STACK: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
    static EPOCH: Instant = Instant::now();
}

fn read() -> Reading {
    if READS_HEAP.load(Ordering::Relaxed) {
        let stats = dhat::HeapStats::get();
        Reading([stats.total_blocks as f64, stats.total_bytes as f64])
    } else {
        Reading([EPOCH.with(Instant::elapsed).as_nanos() as f64, 0.0])
    }
}

fn gathered() -> std::sync::MutexGuard<'static, Vec<Gathered>> {
    GATHERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct StageLayer;

/// The stage's name, kept in its span.
struct Name(&'static str);

#[derive(Default)]
struct NameVisitor(Option<&'static str>);

impl Visit for NameVisitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "name" {
            self.0 = Some(interned(value));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The one `'static` copy of a stage's name; there are as many as stages in the program.
fn interned(name: &str) -> &'static str {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = names.iter().find(|known| **known == name) {
        return known;
    }
    let fresh: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.push(fresh);
    fresh
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for StageLayer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == STAGE_TARGET
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut visitor = NameVisitor::default();
        attributes.record(&mut visitor);
        if let (Some(span), Some(name)) = (context.span(id), visitor.0) {
            span.extensions_mut().insert(Name(name));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let name = context.span(id).and_then(|span| span.extensions().get::<Name>().map(|n| n.0));
        if let Some(name) = name {
            let open = Open { name, entered: read(), within: Reading::default() };
            STACK.with_borrow_mut(|stack| stack.push(open));
        }
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        let now = read();
        STACK.with_borrow_mut(|stack| {
            let Some(open) = stack.pop() else { return };
            let elapsed = now.minus(open.entered);
            if let Some(outer) = stack.last_mut() {
                outer.within.add(elapsed);
            }
            let recursive = stack.iter().any(|outer| outer.name == open.name);
            let mut all = gathered();
            let at = all.iter().position(|stage| stage.name == open.name).unwrap_or_else(|| {
                all.push(Gathered { name: open.name, ..Gathered::default() });
                all.len() - 1
            });
            all[at].own.add(elapsed.minus(open.within));
            all[at].calls += 1;
            if !recursive {
                all[at].total.add(elapsed);
            }
        });
    }
}

/// Listens to stage spans in this process, from now on.
fn listen() {
    // A second call in one process finds the first one's subscriber in place, which is the same.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(StageLayer));
}

/// Collects one iteration after another.
struct StageProbe {
    started: Reading,
    totals: Vec<Reading>,
    iterations: Vec<Vec<Gathered>>,
}

impl StageProbe {
    fn new() -> Self {
        Self { started: Reading::default(), totals: Vec::new(), iterations: Vec::new() }
    }

    /// Values of one stage by iteration; zero where an iteration did not enter it.
    fn by_iteration(&self, name: &str, value: impl Fn(&Gathered) -> f64) -> Vec<f64> {
        self.iterations
            .iter()
            .map(|stages| stages.iter().find(|stage| stage.name == name).map_or(0.0, &value))
            .collect()
    }

    fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for stage in self.iterations.iter().flatten() {
            if !names.contains(&stage.name) {
                names.push(stage.name);
            }
        }
        names
    }
}

impl Probe for StageProbe {
    fn start(&mut self) {
        gathered().clear();
        self.started = read();
    }

    fn stop(&mut self) {
        self.totals.push(read().minus(self.started));
        self.iterations.push(std::mem::take(&mut *gathered()));
    }
}

/// Times `iterations` of a case with its stage spans heard. Spans are entered on the thread that
/// runs the case; what other threads do within a stage is inside that stage's wall time.
pub(crate) fn measure(case: &mut dyn Prepared, iterations: u64) -> Measurement {
    listen();
    let span_cost_ns = span_cost_ns();
    if iterations >= WARM_UP_WORTHWHILE {
        case.batch(1, 1, &mut NoProbe);
    }
    let mut probe = StageProbe::new();
    case.batch(iterations, 1, &mut probe);
    // Names come innermost first, as spans end; declared order is the outer ones' order of entry.
    let stages = probe.names().into_iter().map(|name| StageSamples {
        name: name.to_owned(),
        self_ns: probe.by_iteration(name, |stage| stage.own.0[0]),
        total_ns: probe.by_iteration(name, |stage| stage.total.0[0]),
        calls: per_iteration(&probe.by_iteration(name, |stage| stage.calls as f64)),
        heap_blocks: None,
        heap_bytes: None,
    });
    let total_ns = probe.totals.iter().map(|total| total.0[0]).collect();
    let stages = Stages { total_ns, stages: stages.collect(), span_cost_ns };
    Measurement { detail: Detail::Stages(stages), ..Measurement::default() }
}

/// Counts blocks and bytes by stage over one iteration, in a worker that counts heap.
pub(crate) fn measure_heap(case: &mut dyn Prepared) -> Measurement {
    listen();
    READS_HEAP.store(true, Ordering::Relaxed);
    // Our own bookkeeping must not be charged to a stage.
    STACK.with_borrow_mut(|stack| stack.reserve(NESTING));
    gathered().reserve(NESTING);
    let profiler = dhat::Profiler::builder().testing().trim_backtraces(Some(4)).build();
    let mut probe = StageProbe::new();
    case.batch(1, 1, &mut probe);
    drop(profiler);
    READS_HEAP.store(false, Ordering::Relaxed);
    let own =
        |name: &str, at: usize| per_iteration(&probe.by_iteration(name, |stage| stage.own.0[at]));
    let stages = probe.names().into_iter().map(|name| StageSamples {
        name: name.to_owned(),
        heap_blocks: Some(own(name, 0)),
        heap_bytes: Some(own(name, 1)),
        ..StageSamples::default()
    });
    let stages = Stages { stages: stages.collect(), ..Stages::default() };
    Measurement { detail: Detail::Stages(stages), ..Measurement::default() }
}

/// The average over iterations, 0 where there were none.
fn per_iteration(values: &[f64]) -> f64 {
    amdahl_reports::stats::mean(values).unwrap_or(0.0)
}

/// What one heard span costs, in nanoseconds.
fn span_cost_ns() -> f64 {
    let started = Instant::now();
    for _ in 0..CALIBRATION_SPANS {
        stage("amdahl-calibration", || std::hint::black_box(()));
    }
    let elapsed = started.elapsed().as_nanos() as f64;
    gathered().clear();
    elapsed / f64::from(CALIBRATION_SPANS)
}
