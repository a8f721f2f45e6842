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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_peak_that_was_reset_shows_what_is_held_for_a_moment_after() {
        const BYTES: usize = 64 << 20;
        reset_peak(std::process::id()).expect("our own process");
        let before = resident(std::process::id()).expect("our own process");
        drop(std::hint::black_box(vec![1_u8; BYTES]));
        let after = resident(std::process::id()).expect("our own process");
        assert!(after.peak >= before.now + BYTES as u64 / 2, "{before:?} {after:?}");
    }
}
