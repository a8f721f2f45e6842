//! The operations that a kernel declares beside those its reference was counted to do.

use super::index::Index;
use crate::{Detail, KernelInfo, Operations, measurer};

/// One smoke size at which the reference's operations were counted.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedSize {
    /// Its label.
    pub size: String,
    /// Floating-point operations declared, where the kernel declares a cost.
    pub declared: Option<f64>,
    /// Operations of one iteration of the reference.
    pub counted: Operations,
}

impl CountedSize {
    /// Whether more is declared than the reference does, which then cannot be compulsory.
    pub fn is_excessive(&self) -> bool {
        self.declared.is_some_and(|declared| declared > self.counted.flops() as f64)
    }
}

/// The smoke sizes that were counted, in the order of declaration.
pub(super) fn sizes(kernel: &KernelInfo, index: &Index<'_>) -> Vec<CountedSize> {
    let counted = |size: &str| {
        let mut cases = index.cases(&kernel.id).iter().filter(|case| case.size == size);
        cases.find_map(|case| match index.measurement(case, measurer::COUNT)?.detail {
            Detail::Operations(operations) => Some(operations),
            _ => None,
        })
    };
    let smoke = kernel.sizes.iter().filter(|size| !size.measured);
    smoke
        .filter_map(|size| {
            let counted = counted(&size.label)?;
            Some(CountedSize { size: size.label.clone(), declared: size.flops, counted })
        })
        .collect()
}
