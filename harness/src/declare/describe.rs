//! What a kernel says of a size: its compulsory work, its tolerance, and who is left out there.
//!
//! Declared sizes are described once, when the declaration ends; those of a sweep when it is asked
//! for, which is why the closures live on.

use amdahl_reports::{LeftOut, SizeInfo, Tolerance};

use super::builder::{BySize, Cost};
use super::sizes::SizeLabel;

/// Whether a variant is run at a size, and why not where it is not.
pub(super) struct Kept<S> {
    pub(super) keep: Box<dyn Fn(&S) -> bool + Send + Sync>,
    pub(super) reason: String,
}

impl<S: SizeLabel> Kept<S> {
    /// The sizes among these at which the variant is not run.
    pub(super) fn left_out<'a>(
        &'a self,
        sizes: impl Iterator<Item = &'a S> + 'a,
    ) -> impl Iterator<Item = LeftOut> + 'a {
        sizes
            .filter(|size| !(self.keep)(size))
            .map(|size| LeftOut { size: size.label(), reason: self.reason.clone() })
    }
}

/// What is declared by size.
pub(super) struct Describe<S> {
    pub(super) cost: Option<BySize<S, Cost>>,
    pub(super) working_set: Option<BySize<S, f64>>,
    pub(super) tolerance: BySize<S, Tolerance>,
}

impl<S: SizeLabel> Describe<S> {
    /// The size as a run knows it.
    pub(super) fn size(&self, size: &S, measured: bool, extent: Option<u64>) -> SizeInfo {
        let cost = self.cost.as_ref().map(|cost| cost(size));
        SizeInfo {
            label: size.label(),
            measured,
            flops: cost.map(|cost| cost.flops),
            bytes: cost.map(|cost| cost.bytes),
            working_set: match &self.working_set {
                Some(working_set) => Some(working_set(size)),
                None => cost.map(|cost| cost.bytes),
            },
            tolerance: (self.tolerance)(size),
            extent,
        }
    }
}

/// A size of a kernel, or one that was made for a sweep.
pub(super) enum Size<'a, S> {
    Declared(&'a S),
    Grown(S),
}

impl<S> AsRef<S> for Size<'_, S> {
    fn as_ref(&self) -> &S {
        match self {
            Self::Declared(size) => size,
            Self::Grown(size) => size,
        }
    }
}
