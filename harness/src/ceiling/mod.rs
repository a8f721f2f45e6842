//! What this machine can do at most, as kernels: memory read, memory copied, multiply-adds.
//!
//! They are built to the working sets of a suite and timed in turn with its variants, so a throttled
//! or disturbed run lowers both. They check like any kernel: each is held to plain loops.

mod arithmetic;
mod memory;

use std::sync::Arc;

use amdahl_reports::{Bound, CaseId, KernelInfo, SizeInfo};

use crate::declare::{Erased, Kernel, Sizes};

/// The variant that runs at the ceiling, and the one it is held to.
pub(crate) const LIMIT: &str = "limit";
pub(crate) const REFERENCE: &str = "naive";

/// The kernel that runs at a ceiling.
pub(crate) fn kernel_id(bound: Bound) -> String {
    format!("ceiling.{}", bound.id())
}

/// A ceiling to be measured beside the cases of a kernel at one size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ceiling {
    /// The case of the ceiling's own kernel.
    pub(crate) case: CaseId,
    /// Bytes or operations of one iteration.
    pub(crate) work: f64,
}

impl Ceiling {
    /// The ceiling of a kernel at a size, on so many threads; none where the kernel names no bound or
    /// no work.
    pub(crate) fn of(kernel: &KernelInfo, size: &str, threads: usize) -> Option<Self> {
        let bound = kernel.bound?;
        let work = work(bound, kernel.size(size)?)?;
        let case = CaseId::new(&kernel_id(bound), LIMIT, &work.to_string(), threads);
        Some(Self { case, work: work as f64 })
    }
}

/// The kernels at the ceilings that the kernels of a suite name, at the sizes they need.
pub(crate) fn kernels(suite: &[Arc<dyn Erased>]) -> Vec<Arc<dyn Erased>> {
    let infos: Vec<&KernelInfo> = suite.iter().map(|kernel| kernel.info()).collect();
    let of = |bound: Bound| {
        let bounded = infos.iter().filter(|kernel| kernel.bound == Some(bound));
        let mut sizes: Vec<usize> = bounded
            .flat_map(|kernel| kernel.sizes.iter().filter(|size| size.measured))
            .filter_map(|size| work(bound, size))
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        (!sizes.is_empty()).then(|| kernel(bound, sizes).erased().ok()).flatten()
    };
    Bound::ALL.into_iter().filter_map(of).collect()
}

/// The smallest working set worth a name: below it the loop is all there is.
const LEAST_BYTES: f64 = 4_096.0;
/// Operations of one iteration at the arithmetic ceiling: a millisecond or less, so that starting
/// threads does not count.
const OPERATIONS: usize = 1 << 26;

/// Bytes or operations of one iteration at this ceiling, for a size of a kernel.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a working set is a positive number of bytes that fits the memory"
)]
fn work(bound: Bound, size: &SizeInfo) -> Option<usize> {
    if bound.is_memory() {
        let bytes = size.working_set?.max(LEAST_BYTES);
        // Whole pairs of cache lines, so that both halves of a copy are whole lines.
        Some((bytes / 128.0).ceil() as usize * 128)
    } else {
        size.flops.map(|_| OPERATIONS)
    }
}

fn kernel(bound: Bound, sizes: Vec<usize>) -> Kernel {
    let sizes = Sizes::smoke([0, 128, 1_280]).measured(sizes);
    let id = kernel_id(bound);
    match bound {
        Bound::Read => memory::read(&id, sizes),
        Bound::Copy => memory::copy(&id, sizes),
        Bound::Arithmetic => arithmetic::double(&id, sizes),
        Bound::SingleArithmetic => arithmetic::single(&id, sizes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ceiling_computes_what_plain_loops_compute() {
        for bound in Bound::ALL {
            kernel(bound, vec![1 << 20]).check(1).unwrap_or_else(|failure| panic!("{failure}"));
        }
    }

    #[test]
    fn a_working_set_becomes_whole_lines() {
        let size = |working_set| SizeInfo {
            label: "n".to_owned(),
            measured: true,
            flops: None,
            bytes: None,
            working_set,
            tolerance: amdahl_reports::Tolerance::EXACT,
            extent: None,
        };
        assert_eq!(work(Bound::Copy, &size(Some(1e6))), Some(1_000_064));
        assert_eq!(work(Bound::Read, &size(Some(8.0))), Some(4_096));
        assert_eq!(work(Bound::Read, &size(None)), None);
        assert_eq!(work(Bound::Arithmetic, &size(Some(1e6))), None);
    }
}
