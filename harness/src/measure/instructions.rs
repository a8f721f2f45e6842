//! Instructions: how Callgrind is told to count the timed region alone, and what it wrote down.
//!
//! Callgrind switches collecting on and off at a function, so the worker needs to know nothing of
//! it: no request to Valgrind, no header of its, no unsafe code. It writes its totals when the
//! program ends; telling one iteration from them is the business of `run/instructions.rs`.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// The program that everything runs under.
const VALGRIND: &str = "valgrind";

/// [`timed_region`](crate::declare::timed_region) as Valgrind prints it: the older form of mangled
/// names ends there, the newer one has the generic arguments behind it.
const REGION: &str = "amdahl::declare::timed::timed_region*";

/// How many times slower than natively a program runs under Callgrind, at most: its manual says 20
/// to 100 with the caches simulated, which is not done here.
pub(crate) const SLOWDOWN: f64 = 50.0;

/// The version of the Valgrind that is installed, such as `valgrind-3.19.0`.
///
/// # Errors
/// Where there is none, or it does not start.
pub(crate) fn valgrind_version() -> io::Result<String> {
    let output = Command::new(VALGRIND).arg("--version").stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("it ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What stands before a program so that Callgrind counts its timed regions into `file`.
pub(crate) fn counting_into(file: &Path) -> Vec<OsString> {
    let mut out = OsString::from("--callgrind-out-file=");
    out.push(file);
    vec![
        VALGRIND.into(),
        "--quiet".into(),
        "--tool=callgrind".into(),
        "--collect-atstart=no".into(),
        format!("--toggle-collect={REGION}").into(),
        out,
    ]
}

/// The instructions that a file of Callgrind's accounts for: its line `summary: N`, of format
/// version 1 with `Ir` as the only event (Callgrind's manual, "Callgrind Format Specification").
pub(crate) fn instructions_in(file: &str) -> Option<f64> {
    let total = file.lines().find_map(|line| line.strip_prefix("summary:"))?;
    total.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The head of a file that Callgrind of Valgrind 3.19 wrote.
    #[test]
    fn the_total_is_read_from_callgrinds_file() {
        let file = "# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\n\
                    positions: line\nevents: Ir\nsummary: 3481625\n\nfn=(0) 0x1ab70\n";
        assert_eq!(instructions_in(file), Some(3_481_625.0));
        assert_eq!(instructions_in("events: Ir\nsummary: many\n"), None);
        assert_eq!(instructions_in(""), None);
    }
}
