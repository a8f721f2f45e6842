//! Minor page faults: pages of memory that the system had to map in while the work ran.
//!
//! They tell a cost that no line of the work shows: memory that an allocator gave back to the system
//! comes anew, page by page and zeroed, wherever it is touched first.

use amdahl_reports::{Measurement, Metric, Series};

use super::Probe;
use crate::declare::Prepared;

/// What a system without this counter says.
pub(crate) const NOT_COUNTED: &str = "this system does not say how many pages a process faults in";

/// Where a process of Linux reads its own counters.
const STAT: &str = "/proc/self/stat";

/// Fields of that line between the program's name, which may contain spaces, and the minor faults
/// (proc(5): the name is the 2nd field, the minor faults the 10th).
const FIELDS_BETWEEN: usize = 7;

/// Counts the faults of `iterations` of a case, one sample each; none where the system has no such
/// counter.
pub(crate) fn measure(case: &mut dyn Prepared, iterations: u64) -> Option<Measurement> {
    minor_faults()?;
    let mut probe = Faults { before: 0, counts: Vec::new() };
    case.batch(iterations, 1, &mut probe);
    let series = vec![Series::single(Metric::MINOR_FAULTS, probe.counts)];
    Some(Measurement { series, ..Measurement::default() })
}

struct Faults {
    before: u64,
    counts: Vec<f64>,
}

impl Probe for Faults {
    fn start(&mut self) {
        self.before = minor_faults().unwrap_or(0);
    }

    fn stop(&mut self) {
        let now = minor_faults().unwrap_or(self.before);
        self.counts.push(now.saturating_sub(self.before) as f64);
    }
}

/// The minor faults of all threads of this process so far.
fn minor_faults() -> Option<u64> {
    parse(&std::fs::read_to_string(STAT).ok()?)
}

fn parse(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(FIELDS_BETWEEN)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The 10th field of proc(5)'s line, counted by hand; the name holds a space and a bracket.
    #[test]
    fn the_tenth_field_counts_the_faults_whatever_the_program_is_called() {
        let line = "4242 (a) name) S 1 4242 4242 0 -1 4194560 1234 0 5 0 9 3 0 0 20 0 1 0";
        assert_eq!(parse(line), Some(1_234));
        assert_eq!(parse("4242 (name) S 1"), None);
        assert_eq!(parse("nothing of the kind"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_touched_for_the_first_time_is_counted() {
        let before = minor_faults().expect("Linux counts them");
        // 64 MiB: above every allocator's threshold for asking the system, and more than 1,000 pages
        // whatever their size up to 64 KiB.
        let touched = vec![1_u8; 64 << 20];
        std::hint::black_box(&touched);
        assert!(minor_faults().expect("Linux counts them") > before);
    }
}
