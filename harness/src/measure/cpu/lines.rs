//! A sampler that keeps instruction pointers, so that each sample finds its source line.
//!
//! The signal handler only unwinds into memory set aside beforehand; names and lines are looked up
//! afterwards. Time inside a library without lines (libm, libc) lands on the nearest caller's line
//! that has one, once a sample.

#![allow(unsafe_code, reason = "a signal handler and a timer have no safe interface")]

use std::collections::HashMap;
use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::time::Instant;

use amdahl_reports::{HotLine, Profile};

use super::ProfileError;
use super::frames::{Work, within_crate, without_hash, work_of};

/// Words of one sample: the frames' instruction pointers, innermost first, 0 where there are none.
const DEPTH: usize = 64;
/// Samples kept: half a minute of two busy threads at 250 Hz.
const SAMPLES: usize = 1 << 14;
/// How many lines a record keeps.
const LINES: usize = 12;

/// Where the handler writes; null while no sampler runs.
static BUFFER: AtomicPtr<AtomicUsize> = AtomicPtr::new(ptr::null_mut());
static TAKEN: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Sampling {
    started: Instant,
    previous: libc::sigaction,
}

impl Sampling {
    pub(super) fn start(hertz: u32) -> Result<Self, ProfileError> {
        // The unwinder's first use may allocate and lock: have it done before any signal.
        backtrace::trace(|_| false);
        let words: Vec<AtomicUsize> = (0..SAMPLES * DEPTH).map(|_| AtomicUsize::new(0)).collect();
        let buffer = Box::leak(words.into_boxed_slice()).as_mut_ptr();
        TAKEN.store(0, Ordering::SeqCst);
        BUFFER.store(buffer, Ordering::SeqCst);
        let previous = install(handler as *const () as usize)?;
        let sampling = Self { started: Instant::now(), previous };
        set_timer(hertz)?;
        Ok(sampling)
    }

    pub(super) fn finish(self) -> Profile {
        let seconds = self.started.elapsed().as_secs_f64();
        let buffer = BUFFER.load(Ordering::SeqCst);
        drop(self);
        let taken = TAKEN.load(Ordering::SeqCst).min(SAMPLES);
        // SAFETY: `start` leaked a buffer of this length; the words are atomic, so a handler that is
        // still on its way cannot tear one.
        let words = unsafe { std::slice::from_raw_parts(buffer, SAMPLES * DEPTH) };
        let frames = |sample: &[AtomicUsize]| -> Vec<usize> {
            sample.iter().map(|ip| ip.load(Ordering::Relaxed)).take_while(|&ip| ip != 0).collect()
        };
        let samples: Vec<Vec<usize>> = words.chunks(DEPTH).take(taken).map(frames).collect();
        let (line_samples, lines) = Resolver::default().lines(&samples);
        Profile { seconds, line_samples, lines, ..Profile::default() }
    }
}

impl Drop for Sampling {
    /// Stops the timer, puts the previous handler back and takes the buffer away from ours. The
    /// buffer stays allocated: a handler on another thread may be between loading the pointer and
    /// its last store, and a profile is taken a few times a process.
    fn drop(&mut self) {
        let stopped = set_timer(0);
        debug_assert!(stopped.is_ok(), "a timer that could be started can be stopped");
        // SAFETY: `previous` was filled by sigaction; null asks for no copy of ours.
        unsafe { libc::sigaction(libc::SIGPROF, &raw const self.previous, ptr::null_mut()) };
        BUFFER.store(ptr::null_mut(), Ordering::SeqCst);
    }
}

fn install(action: usize) -> io::Result<libc::sigaction> {
    // SAFETY: both structures are plain data for which zero is a valid value, and live on the stack
    // for the whole call; the handler is async-signal-safe (see there).
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = action;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        if libc::sigaction(libc::SIGPROF, &raw const new, &raw mut old) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(old)
    }
}

/// Sends SIGPROF `hertz` times a second of CPU time; 0 stops it.
fn set_timer(hertz: u32) -> io::Result<()> {
    let micros = 1_000_000_u32.checked_div(hertz).unwrap_or(0);
    let period = libc::timeval { tv_sec: 0, tv_usec: libc::suseconds_t::from(micros) };
    let timer = libc::itimerval { it_interval: period, it_value: period };
    // SAFETY: the structure lives across the call, and null asks for no copy of the old one.
    match unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const timer, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Stores the interrupted stack. Async-signal-safe as far as unwinding is: no allocation, no lock of
/// ours, errno kept.
extern "C" fn handler(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    let buffer = BUFFER.load(Ordering::SeqCst);
    let at = TAKEN.fetch_add(1, Ordering::SeqCst);
    if buffer.is_null() || at >= SAMPLES || context.is_null() {
        return;
    }
    // SAFETY: the kernel passes a valid ucontext to an SA_SIGINFO handler; errno is this thread's;
    // the buffer holds SAMPLES * DEPTH words and `at < SAMPLES`.
    unsafe {
        let errno = *libc::__errno_location();
        let interrupted = instruction_pointer(context.cast());
        let sample = std::slice::from_raw_parts(buffer.add(at * DEPTH), DEPTH);
        sample[0].store(interrupted, Ordering::Relaxed);
        let mut depth = 0;
        backtrace::trace_unsynchronized(|frame| {
            let ip = frame.ip() as usize;
            // The handler's own frames come first; the interrupted one is where we begin.
            if depth > 0 || ip == interrupted {
                sample[depth].store(ip, Ordering::Relaxed);
                depth += 1;
            }
            depth < DEPTH
        });
        *libc::__errno_location() = errno;
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn instruction_pointer(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller passes a valid context.
    let ip = unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] };
    usize::try_from(ip).unwrap_or(0)
}

#[cfg(target_arch = "aarch64")]
unsafe fn instruction_pointer(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller passes a valid context.
    let ip = unsafe { (*context).uc_mcontext.pc };
    usize::try_from(ip).unwrap_or(0)
}

/// One source position of an instruction: inlined functions give several.
#[derive(Debug, Clone)]
struct Position {
    function: String,
    file: Option<String>,
    line: u32,
}

/// Looks instruction pointers up, each once.
#[derive(Default)]
struct Resolver {
    known: HashMap<usize, Vec<Position>>,
}

impl Resolver {
    /// Samples of the timed work, and its lines by samples.
    fn lines(mut self, samples: &[Vec<usize>]) -> (u64, Vec<HotLine>) {
        let symbols = super::symbols::Symbols::of_this_program();
        let mut counts: HashMap<(String, u32, String), u64> = HashMap::new();
        let mut total = 0;
        for sample in samples {
            let mut positions: Vec<Position> = Vec::new();
            for (depth, &ip) in sample.iter().enumerate() {
                // A return address points behind its call.
                let ip = if depth == 0 { ip } else { ip - 1 };
                positions.extend(self.positions(ip).iter().cloned());
            }
            let names: Vec<String> =
                positions.iter().map(|position| position.function.clone()).collect();
            let unknown = match work_of(&names) {
                Some(Work::Frames(kept)) => {
                    positions.truncate(kept);
                    names[0].as_str()
                }
                Some(Work::Named(name)) => {
                    positions.clear();
                    name
                }
                None => continue,
            };
            total += 1;
            let own = positions.iter().find(|position| is_worth_showing(position)).cloned();
            let position = own.unwrap_or_else(|| Position {
                function: symbols.nearest_below(sample[0]).unwrap_or_else(|| unknown.to_owned()),
                file: None,
                line: 0,
            });
            let file = within_crate(position.file.as_deref().unwrap_or_default()).to_owned();
            *counts.entry((file, position.line, position.function)).or_default() += 1;
        }
        let mut lines: Vec<HotLine> = counts
            .into_iter()
            .map(|((file, line, function), self_samples)| HotLine {
                file,
                line,
                function,
                self_samples,
            })
            .collect();
        lines.sort_by(|a, b| {
            (b.self_samples, &a.file, a.line).cmp(&(a.self_samples, &b.file, b.line))
        });
        lines.truncate(LINES);
        (total, lines)
    }

    fn positions(&mut self, ip: usize) -> &[Position] {
        self.known.entry(ip).or_insert_with(|| {
            let mut positions = Vec::new();
            backtrace::resolve(ip as *mut c_void, |symbol| {
                let name = symbol.name().map(|name| format!("{name:#}")).unwrap_or_default();
                positions.push(Position {
                    function: without_hash(&name).to_owned(),
                    file: symbol.filename().map(|file| file.display().to_string()),
                    line: symbol.lineno().unwrap_or(0),
                });
            });
            positions
        })
    }
}

/// Whether a position tells the reader something: it has a line, outside the standard library.
fn is_worth_showing(position: &Position) -> bool {
    position.line > 0
        && position
            .file
            .as_deref()
            .is_some_and(|file| !file.starts_with("/rustc/") && !file.contains("/rustlib/src/"))
}
