//! The resident memory of a process, from files under `/proc`.

use std::io;

/// What a process holds in memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resident {
    /// Now.
    pub(crate) now: u64,
    /// At most, since the peak was last reset.
    pub(crate) peak: u64,
}

/// Has the system forget the peak of a process, which begins again from what it holds now.
///
/// # Errors
/// Where the process is gone, or the system is none that can (Linux 4.0 and later can).
pub(crate) fn reset_peak(process: u32) -> io::Result<()> {
    // `proc(5)`, /proc/pid/clear_refs: 5 resets the peak resident set size.
    std::fs::write(format!("/proc/{process}/clear_refs"), "5")
}

/// What a process holds; none where that cannot be told.
pub(crate) fn resident(process: u32) -> Option<Resident> {
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// From here on memory that is freed goes back to the system at once, after one more iteration of
/// whatever this process does: glibc keeps what was freed, up to 32 MiB after the first time, and
/// would have the next iteration look as if it needed none. It makes iterations slower. Of other
/// systems' allocators we know no way.
pub(crate) fn keep_no_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "these are functions of the C library")]
    // SAFETY: they take numbers and touch free memory alone (mallopt(3), malloc_trim(3)).
    unsafe {
        // glibc's own values at the start of a process, which setting them fixes.
        const START_BYTES: i32 = 128 << 10;
        libc::mallopt(libc::M_MMAP_THRESHOLD, START_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, START_BYTES);
        libc::malloc_trim(0);
    }
}

fn parse(status: &str) -> Option<Resident> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    };
    Some(Resident { now: field("VmRSS:")?, peak: field("VmHWM:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_figures_are_read_from_a_status_file() {
        let status = "Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t    2048 kB\nVmRSS:\t     512 kB\n";
        assert_eq!(parse(status), Some(Resident { now: 512 * 1024, peak: 2048 * 1024 }));
        assert_eq!(parse("Name:\tx\n"), None);
    }

    /// Less than the 32 MiB up to which glibc keeps freed memory to itself after the first time. It runs in
    /// a process of its own: what other tests hold and free meanwhile would count.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_peak_that_was_reset_shows_what_is_held_for_a_moment_after_again_and_again() {
        const NAME: &str = "machine::resident::tests::hold_for_a_moment";
        let own = std::env::current_exe().expect("this program");
        let mut alone = std::process::Command::new(own);
        let output = alone.args(["--exact", NAME, "--ignored"]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    #[ignore = "run alone, by the test before"]
    fn hold_for_a_moment() {
        const BYTES: usize = 24 << 20;
        let iteration = || drop(std::hint::black_box(vec![1_u8; BYTES]));
        iteration();
        keep_no_free_memory();
        iteration();
        for _ in 0..3 {
            reset_peak(std::process::id()).expect("our own process");
            let before = resident(std::process::id()).expect("our own process");
            iteration();
            let after = resident(std::process::id()).expect("our own process");
            assert!(after.peak >= before.now + BYTES as u64 / 2, "{before:?} {after:?}");
        }
    }
}
