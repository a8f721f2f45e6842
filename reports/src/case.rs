//! The identity of a case: which variant of which kernel, at which size, on how many threads.

use std::fmt;

/// One kernel, one variant, one size, one thread count: the unit everything is measured by.
///
/// It prints as `kernel/variant/size`, followed by `/tN` where more than one thread is used.
/// Code compares the fields; the printed form is for people and for criterion's filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId {
    /// The kernel's id, such as `covariance`.
    pub kernel: String,
    /// The variant's name, such as `faer`.
    pub variant: String,
    /// The size's label, such as `10000x100`.
    pub size: String,
    /// How many threads the case's pool has.
    pub threads: usize,
}

impl CaseId {
    /// Names a case.
    pub fn new(kernel: &str, variant: &str, size: &str, threads: usize) -> Self {
        Self {
            kernel: kernel.to_owned(),
            variant: variant.to_owned(),
            size: size.to_owned(),
            threads,
        }
    }

    /// The variant with its thread count where that is more than one: `rayon, 2 threads`.
    pub fn variant_label(&self) -> String {
        if self.threads > 1 {
            format!("{}, {} threads", self.variant, self.threads)
        } else {
            self.variant.clone()
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kernel, self.variant, self.size)?;
        if self.threads > 1 {
            write!(f, "/t{}", self.threads)?;
        }
        Ok(())
    }
}
