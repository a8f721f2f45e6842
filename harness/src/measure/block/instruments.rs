//! What a block reads when it begins and ends: clocks of the thread and the process, and counts.
//!
//! The thread's CPU clock is a system call, dearer than all else here, so a reading serves for a
//! moment: within it, CPU time is taken to pass as wall time does.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::time::ClockId;

use crate::allocator;
use crate::measure::clocks::reading_ns;

/// How long a reading of the thread's CPU clock serves: some ten times what the system call costs, so
/// that a thread spends no more than a tenth of its time on it, however short its blocks. A thread's
/// CPU time passes no faster than wall time, so a reading errs by no more than this.
pub(super) const THREAD_READING_SERVES: Duration = Duration::from_micros(5);

/// How long a reading of the process's CPU clock serves when a block begins.
const PROCESS_READING_SERVES: Duration = Duration::from_micros(100);

/// A block shorter than this has no CPU time of the process: the reading at its begin may be too old
/// by 1 % of it.
const SHORTEST_FOR_PROCESS: Duration = Duration::from_millis(10);

/// Whether the program declared our allocator; asked once.
pub(super) fn counts_heap() -> bool {
    static DECLARED: OnceLock<bool> = OnceLock::new();
    *DECLARED.get_or_init(allocator::is_declared)
}

/// A reading of a CPU clock.
#[derive(Debug, Clone, Copy)]
struct CpuReading {
    at: Instant,
    cpu_ns: u64,
}

fn read(clock: ClockId) -> CpuReading {
    let cpu_ns = reading_ns(clock);
    CpuReading { at: Instant::now(), cpu_ns }
}

/// The CPU clocks as one thread last read them.
#[derive(Debug, Default)]
pub(super) struct CpuClocks {
    thread: Option<CpuReading>,
    process: Option<CpuReading>,
}

/// The clocks when a block begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    /// Wall time.
    pub(super) at: Instant,
    /// CPU time of the thread at that moment.
    pub(super) thread_ns: u64,
    /// CPU time of the process, as last read.
    pub(super) process_ns: u64,
}

impl CpuClocks {
    pub(super) const fn new() -> Self {
        Self { thread: None, process: None }
    }

    /// Reads the clocks for a block that begins now, wall time last.
    pub(super) fn begin(&mut self) -> Begin {
        let now = Instant::now();
        let process =
            refresh(&mut self.process, ClockId::ProcessCPUTime, PROCESS_READING_SERVES, now);
        let thread = refresh(&mut self.thread, ClockId::ThreadCPUTime, THREAD_READING_SERVES, now);
        let at = now.max(process.at).max(thread.at);
        Begin { at, thread_ns: carried(thread, at), process_ns: process.cpu_ns }
    }

    /// The thread's CPU time at a moment that is now or just was.
    pub(super) fn thread_ns_at(&mut self, moment: Instant) -> u64 {
        let reading =
            refresh(&mut self.thread, ClockId::ThreadCPUTime, THREAD_READING_SERVES, moment);
        carried(reading, moment)
    }

    /// The process's CPU time since a block began, if that is long enough ago.
    pub(super) fn process_ns_since(&mut self, begin_ns: u64, wall: Duration) -> Option<u64> {
        (wall >= SHORTEST_FOR_PROCESS).then(|| {
            let reading = self.process.insert(read(ClockId::ProcessCPUTime));
            reading.cpu_ns.saturating_sub(begin_ns)
        })
    }
}

fn refresh(
    last: &mut Option<CpuReading>,
    clock: ClockId,
    serves: Duration,
    now: Instant,
) -> CpuReading {
    match *last {
        Some(reading) if now.saturating_duration_since(reading.at) <= serves => reading,
        _ => *last.insert(read(clock)),
    }
}

/// A reading carried to a moment near it, as if the thread had run all the time. Back no further than
/// a reading serves: after a longer gap the thread has waited, and its CPU time stood still.
fn carried(reading: CpuReading, moment: Instant) -> u64 {
    if let Some(later) = moment.checked_duration_since(reading.at) {
        return reading.cpu_ns + nanoseconds(later);
    }
    let earlier = reading.at.duration_since(moment);
    if earlier > THREAD_READING_SERVES {
        return reading.cpu_ns;
    }
    reading.cpu_ns.saturating_sub(nanoseconds(earlier))
}

/// A duration in nanoseconds: 584 years fit.
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_carried_forwards_and_back() {
        let at = Instant::now();
        let reading = CpuReading { at, cpu_ns: 5_000 };
        let step = Duration::from_nanos(300);
        assert_eq!(carried(reading, at + step), 5_300);
        assert_eq!(carried(reading, at), 5_000);
        assert_eq!(carried(CpuReading { at: at + step, cpu_ns: 5_000 }, at), 4_700);
        let waited = THREAD_READING_SERVES + step;
        assert_eq!(carried(CpuReading { at: at + waited, cpu_ns: 5_000 }, at), 5_000);
        // Carried before the thread began.
        assert_eq!(carried(CpuReading { at: at + step, cpu_ns: 200 }, at), 0);
    }

    #[test]
    fn a_reading_serves_for_its_time_and_no_longer() {
        let at = Instant::now();
        let known = CpuReading { at, cpu_ns: 7 };
        let mut last = Some(known);
        let serves = THREAD_READING_SERVES;
        let within = refresh(&mut last, ClockId::ThreadCPUTime, serves, at + serves);
        assert_eq!(within.cpu_ns, 7);
        let beyond = refresh(
            &mut last,
            ClockId::ThreadCPUTime,
            serves,
            at + serves + Duration::from_nanos(1),
        );
        assert_ne!(beyond.cpu_ns, 7, "this thread has run longer than 7 ns");
    }
}
