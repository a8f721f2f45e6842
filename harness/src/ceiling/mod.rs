//! What this machine can do at most, as kernels: memory moved, a chain of loads, multiply-adds.
//!
//! They are built to the working sets of a suite and timed in turn with its variants, so a throttled
//! or disturbed run lowers both; and to every working set for a survey of the machine. They check
//! like any kernel: each is held to plain loops.

mod arithmetic;
mod latency;
mod memory;
mod sets;
mod survey;

use std::sync::Arc;

use amdahl_reports::{Bound, CaseId, CeilingKind, KernelInfo, SizeInfo};

use crate::declare::{Erased, Kernel, Sizes};

pub(crate) use survey::{Point, Scope, points};

/// The variant that runs at the ceiling, and the one it is held to.
pub(crate) const AT_CEILING: &str = "ceiling";
pub(crate) const REFERENCE: &str = "naive";

/// Sizes at which every ceiling is held to its reference: nothing, a line, and odd shares of one.
const SMOKE: [usize; 3] = [0, 128, 1_280];

/// A ceiling to be measured beside the cases of a kernel at one size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ceiling {
    /// What it is a ceiling of.
    pub(crate) bound: Bound,
    /// The case of the ceiling's own kernel.
    pub(crate) case: CaseId,
    /// Bytes or operations of one iteration.
    pub(crate) work: f64,
    /// Bytes it works on, where it is one of memory.
    pub(crate) working_set: Option<f64>,
}

impl Ceiling {
    /// The ceilings of a kernel at a size, on so many threads: of memory and of arithmetic, as far as
    /// the kernel declares bytes and operations; none where it names no bound.
    pub(crate) fn of(kernel: &KernelInfo, size: &str, threads: usize) -> Vec<Self> {
        let Some(size) = kernel.size(size) else { return Vec::new() };
        let ceiling = |bound: Bound| {
            let extent = extent(bound, size)?;
            let kind = CeilingKind::from(bound);
            let case = CaseId::new(&kind.kernel(), AT_CEILING, &extent.to_string(), threads);
            let working_set = bound.is_memory().then_some(extent as f64);
            Some(Self { bound, case, work: work(kind, extent), working_set })
        };
        bounds(kernel).into_iter().filter_map(ceiling).collect()
    }
}

/// The bound that a kernel names, and the other one of its roofline: the fastest way to move its
/// bytes, or multiply-adds in double precision.
fn bounds(kernel: &KernelInfo) -> Vec<Bound> {
    match kernel.bound {
        None => Vec::new(),
        Some(named) if named.is_memory() => vec![named, Bound::Arithmetic],
        Some(named) => vec![Bound::Read, named],
    }
}

/// The kernels at the machine's ceilings, at the sizes that the kernels of a suite need and at those
/// of a survey.
pub(crate) fn kernels(suite: &[Arc<dyn Erased>]) -> Vec<Arc<dyn Erased>> {
    let needs = |kind: CeilingKind| {
        let infos = suite.iter().map(|kernel| kernel.info());
        let sizes = infos.flat_map(|kernel| {
            let bounds =
                bounds(kernel).into_iter().filter(move |own| CeilingKind::from(*own) == kind);
            bounds.flat_map(|bound| {
                let measured = kernel.sizes.iter().filter(|size| size.measured);
                measured.filter_map(move |size| extent(bound, size))
            })
        });
        sizes.collect::<Vec<usize>>()
    };
    let of = |kind: CeilingKind| {
        let mut sizes = needs(kind);
        sizes.extend(survey::extents(kind));
        sizes.sort_unstable();
        sizes.dedup();
        kernel(kind, sizes).erased().ok()
    };
    CeilingKind::ALL.into_iter().filter_map(of).collect()
}

/// The smallest working set worth a name: below it the loop is all there is.
const LEAST_BYTES: usize = 4_096;
/// Operations of one iteration at the arithmetic ceiling: a millisecond or less, so that starting
/// threads does not count.
const OPERATIONS: usize = 1 << 26;

/// Bytes of the working set, or operations, of one iteration at this ceiling for a size of a kernel.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a working set is a positive number of bytes that fits the memory"
)]
fn extent(bound: Bound, size: &SizeInfo) -> Option<usize> {
    if bound.is_memory() {
        let bytes = size.working_set.filter(|bytes| *bytes > 0.0)?.max(LEAST_BYTES as f64);
        // Whole pairs of cache lines, so that both halves of a copy are whole lines.
        Some((bytes / 128.0).ceil() as usize * 128)
    } else {
        size.flops.filter(|flops| *flops > 0.0).map(|_| OPERATIONS)
    }
}

/// Bytes, loads or operations of one iteration on a working set, or of so many operations.
fn work(kind: CeilingKind, extent: usize) -> f64 {
    let work = match kind {
        CeilingKind::Latency => latency::loads(extent),
        CeilingKind::Arithmetic | CeilingKind::SingleArithmetic => extent,
        CeilingKind::Read | CeilingKind::Write | CeilingKind::Copy | CeilingKind::Triad => {
            memory::moved(kind, extent)
        }
    };
    work as f64
}

fn kernel(kind: CeilingKind, sizes: Vec<usize>) -> Kernel {
    let sizes = Sizes::smoke(SMOKE).measured(sizes);
    let id = kind.kernel();
    match kind {
        CeilingKind::Read => memory::read(&id, sizes),
        CeilingKind::Write => memory::write(&id, sizes),
        CeilingKind::Copy => memory::copy(&id, sizes),
        CeilingKind::Triad => memory::triad(&id, sizes),
        CeilingKind::Latency => latency::latency(&id, sizes),
        CeilingKind::Arithmetic => arithmetic::double(&id, sizes),
        CeilingKind::SingleArithmetic => arithmetic::single(&id, sizes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ceiling_computes_what_plain_loops_compute() {
        for kind in CeilingKind::ALL {
            kernel(kind, vec![1 << 20]).check(1).unwrap_or_else(|failure| panic!("{failure}"));
        }
    }

    fn size(working_set: Option<f64>, flops: Option<f64>) -> SizeInfo {
        SizeInfo {
            extent: None,
            label: "n".to_owned(),
            measured: true,
            flops,
            bytes: working_set,
            working_set,
            tolerance: amdahl_reports::Tolerance::EXACT,
        }
    }

    #[test]
    fn a_working_set_becomes_whole_lines() {
        let bytes = |working_set| extent(Bound::Copy, &size(working_set, None));
        assert_eq!(bytes(Some(1e6)), Some(1_000_064));
        assert_eq!(bytes(Some(8.0)), Some(4_096));
        assert_eq!(bytes(None), None);
        assert_eq!(extent(Bound::Arithmetic, &size(Some(1e6), None)), None);
    }

    #[test]
    fn a_kernel_has_the_ceiling_it_names_and_the_other_one_of_its_roofline() {
        let kernel = |bound, flops| KernelInfo {
            id: "k".to_owned(),
            about: String::new(),
            exercise: None,
            bound,
            sizes: vec![size(Some(1e6), Some(flops))],
            variants: Vec::new(),
            absent: Vec::new(),
            qualities: Vec::new(),
            stages: Vec::new(),
            swept: Vec::new(),
            streaming: false,
            gate_size: None,
            claims: Vec::new(),
        };
        let of = |bound, flops| {
            let ceilings = Ceiling::of(&kernel(bound, flops), "n", 2);
            ceilings.into_iter().map(|own| own.bound).collect::<Vec<_>>()
        };
        assert_eq!(of(Some(Bound::Copy), 1e6), [Bound::Copy, Bound::Arithmetic]);
        assert_eq!(of(Some(Bound::SingleArithmetic), 1e6), [Bound::Read, Bound::SingleArithmetic]);
        assert_eq!(of(Some(Bound::Copy), 0.0), [Bound::Copy], "it computes nothing");
        assert_eq!(of(None, 1e6), []);
    }
}
