//! What a survey of the machine visits: each kind of ceiling, by working set and threads.

use amdahl_reports::{CaseId, CeilingKind, Machine};

use super::sets::InstructionSet;
use super::{AT_CEILING, LEAST_BYTES, OPERATIONS, work};
use crate::plan::thread_counts;

/// The largest working set a survey may visit: a machine whose last cache is larger still fits it.
const MOST_BYTES: usize = 1 << 30;
/// How many times the largest cache the largest working set is: what is left of it in the cache then
/// makes a quarter of the loads fast, at most.
const TIMES_THE_LAST_CACHE: u64 = 4;
/// The largest working set where no cache is known.
const WITHOUT_CACHES: u64 = 256 << 20;
/// No working set is more than this part of the memory.
const PART_OF_MEMORY: u64 = 8;

/// One thing to measure: a case of a ceiling's kernel, and what an iteration of it does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// What it is a ceiling of.
    pub(crate) kind: CeilingKind,
    /// The case.
    pub(crate) case: CaseId,
    /// Bytes of the working set, or operations.
    pub(crate) extent: usize,
    /// Bytes, loads or operations of one iteration.
    pub(crate) work: f64,
}

/// How much of the machine a survey visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every power of two, every number of threads.
    Full,
    /// Every fourth power of two, one thread and all of them.
    Quick,
}

/// Working sets, in bytes, or operations, that the kernel of a kind must be able to take.
pub(super) fn extents(kind: CeilingKind) -> Vec<usize> {
    if kind.is_arithmetic() { vec![OPERATIONS] } else { doubling(MOST_BYTES, 2) }
}

fn doubling(most: usize, factor: usize) -> Vec<usize> {
    let next = |bytes: &usize| Some(bytes * factor).filter(|next| *next <= most);
    std::iter::successors(Some(LEAST_BYTES), next).collect()
}

/// The points of a survey of this machine.
pub(crate) fn points(machine: &Machine, max_threads: usize, scope: Scope) -> Vec<Point> {
    let mut threads = thread_counts(max_threads);
    if scope == Scope::Quick {
        threads.retain(|&count| count == 1 || count == max_threads);
    }
    let factor = if scope == Scope::Quick { 4 } else { 2 };
    let sizes = doubling(most_bytes(machine), factor);
    let mut points = Vec::new();
    for kind in CeilingKind::ALL {
        let variants: Vec<&str> = if kind.is_arithmetic() {
            InstructionSet::here().into_iter().map(InstructionSet::id).collect()
        } else {
            vec![AT_CEILING]
        };
        let extents = if kind.is_arithmetic() { extents(kind) } else { sizes.clone() };
        // A chain of loads is one thread's own.
        let threads = if kind == CeilingKind::Latency { &threads[..1] } else { &threads };
        for &threads in threads {
            for variant in &variants {
                points.extend(extents.iter().map(|&extent| {
                    let case = CaseId::new(&kind.kernel(), variant, &extent.to_string(), threads);
                    Point { kind, case, extent, work: work(kind, extent) }
                }));
            }
        }
    }
    points
}

/// The largest working set to visit here.
fn most_bytes(machine: &Machine) -> usize {
    let cache = machine.caches.iter().map(|cache| cache.bytes).max();
    let wanted = cache.map_or(WITHOUT_CACHES, |bytes| bytes.saturating_mul(TIMES_THE_LAST_CACHE));
    let room = match machine.memory_bytes {
        0 => u64::MAX,
        bytes => bytes / PART_OF_MEMORY,
    };
    usize::try_from(wanted.next_power_of_two().min(room)).unwrap_or(MOST_BYTES).min(MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use amdahl_reports::Cache;

    fn machine(cache_bytes: u64, memory_bytes: u64) -> Machine {
        Machine {
            cpu: "a processor".to_owned(),
            cores: 4,
            memory_bytes,
            caches: vec![Cache { level: 3, bytes: cache_bytes, shared_by: 4 }],
            features: Vec::new(),
            os: "an operating system".to_owned(),
            hypervisor: None,
            clock_source: None,
        }
    }

    #[test]
    fn a_survey_goes_beyond_the_last_cache_and_not_beyond_the_memory() {
        assert_eq!(most_bytes(&machine(32 << 20, 16 << 30)), 128 << 20);
        assert_eq!(most_bytes(&machine(33 << 20, 16 << 30)), 256 << 20);
        assert_eq!(most_bytes(&machine(32 << 20, 256 << 20)), 32 << 20);
        assert_eq!(most_bytes(&machine(1 << 30, 1 << 40)), MOST_BYTES);
    }

    #[test]
    fn a_full_survey_has_every_kind_and_thread_count_and_a_quick_one_the_ends() {
        let machine = machine(1 << 20, 16 << 30);
        let of = |scope, kind| {
            let points = points(&machine, 4, scope).into_iter();
            points.filter(move |point| point.kind == kind).collect::<Vec<_>>()
        };
        // 4 KiB to 4 MiB are 11 powers of two, or 6 powers of four, on 1, 2 and 4 threads.
        assert_eq!(of(Scope::Full, CeilingKind::Read).len(), 11 * 3);
        assert_eq!(of(Scope::Quick, CeilingKind::Read).len(), 6 * 2);
        assert_eq!(of(Scope::Full, CeilingKind::Latency).len(), 11);
        let scalar = of(Scope::Full, CeilingKind::Arithmetic);
        assert!(scalar.iter().any(|point| point.case.variant == "scalar"));
        for kind in CeilingKind::ALL {
            assert!(!of(Scope::Quick, kind).is_empty(), "{}", kind.id());
        }
    }
}
