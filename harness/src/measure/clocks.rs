//! Clocks by their readings: the process's own, and CPU time of this thread and on Linux of any other.
//!
//! A reading of CPU time is a system call and costs some hundred nanoseconds, so stages read them in a pass of
//! their own.

#![allow(unsafe_code, reason = "the clock of another thread has no safe interface")]

use std::sync::OnceLock;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since the first call in this process.
pub(crate) fn now_ns() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    u64::try_from(EPOCH.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of the calling thread, in nanoseconds (`CLOCK_THREAD_CPUTIME_ID` of POSIX).
pub(crate) fn thread_cpu_ns() -> u64 {
    reading_ns(ClockId::ThreadCPUTime)
}

/// What a clock shows, in nanoseconds.
pub(crate) fn reading_ns(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    nanoseconds(time.tv_sec, time.tv_nsec)
}

fn nanoseconds(seconds: i64, nanoseconds: i64) -> u64 {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(nanoseconds).unwrap_or(0)
}

/// A thread of this process, by the id its kernel gave it.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ThreadClock(i32);

/// There is no such clock here: no thread has one.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ThreadClock {}

#[cfg(target_os = "linux")]
impl ThreadClock {
    /// Every thread of this process but the calling one; empty where they cannot be listed.
    pub(crate) fn of_others() -> Vec<Self> {
        let own = rustix::thread::gettid().as_raw_nonzero().get();
        let entries = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        ids.filter(|&id| id != own).map(Self).collect()
    }

    /// Its CPU time in nanoseconds; none where it has ended.
    pub(crate) fn read_ns(self) -> Option<u64> {
        // A thread's clock by its id: `MAKE_THREAD_CPUCLOCK` of Linux's `posix-timers.h`, which is
        // what `pthread_getcpuclockid` computes.
        let clock = (!self.0 << 3) | 6;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is valid for writes of a timespec; an id that names no clock is an error.
        let outcome = unsafe { libc::clock_gettime(clock, &raw mut time) };
        (outcome == 0).then(|| nanoseconds(time.tv_sec, time.tv_nsec))
    }
}

#[cfg(not(target_os = "linux"))]
impl ThreadClock {
    /// None: there is no such clock here, and CPU time is that of the threads that open stages.
    pub(crate) fn of_others() -> Vec<Self> {
        Vec::new()
    }

    /// None.
    pub(crate) fn read_ns(self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_a_thread_goes_on_while_it_works() {
        let before = thread_cpu_ns();
        let mut sum = 0_u64;
        while thread_cpu_ns() < before + 1_000_000 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(thread_cpu_ns() > before && sum > 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_threads_clock_can_be_read_and_its_end_is_noticed() {
        let (ask, asked) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let start = thread_cpu_ns();
            while thread_cpu_ns() < start + 2_000_000 {}
            let id = ThreadClock(rustix::thread::gettid().as_raw_nonzero().get());
            tell.send((id, thread_cpu_ns())).expect("somebody listens");
            let _ = asked.recv();
        });
        let (clock, own_ns) = told.recv().expect("a thread");
        assert!(ThreadClock::of_others().contains(&clock));
        assert!(clock.read_ns().expect("it lives") >= own_ns);
        drop(ask);
        thread.join().expect("no panic");
        assert_eq!(clock.read_ns(), None);
    }
}
