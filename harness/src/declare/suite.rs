//! A suite: the kernels one bench target declares.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use amdahl_reports::{Claim, KernelInfo, Role};

use super::builder::Kernel;
use super::erased::Erased;
use super::error::DeclareError;

/// The kernels one bench target declares, in the order of its report.
///
/// ```
/// use amdahl::{Kernel, Sizes, Suite, Timed};
///
/// fn sum() -> Kernel {
///     Kernel::new("sum", "sum of x, f64")
///         .sizes(Sizes::smoke([0, 3]).measured([1_000]))
///         .input(|&n, rng| rng.vector(n))
///         .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
///         .build()
/// }
///
/// let suite = Suite::new([sum()]);
/// assert_eq!(suite.kernels().unwrap()[0].id, "sum");
/// ```
#[derive(Clone)]
pub struct Suite {
    kernels: Vec<Kernel>,
    claims: Vec<Claim>,
    peers: Option<PathBuf>,
}

impl Suite {
    /// A suite of these kernels.
    pub fn new(kernels: impl IntoIterator<Item = Kernel>) -> Self {
        Self { kernels: kernels.into_iter().collect(), claims: Vec::new(), peers: None }
    }

    /// With claims that are made elsewhere of these kernels: the report holds each against what was
    /// measured. A name with a `.` is a variant of a peer, which only a run can know.
    ///
    /// ```
    /// use amdahl::{Claim, Kernel, Sizes, Suite, Timed};
    ///
    /// let sum = Kernel::new("sum", "sum of x, f64")
    ///     .sizes(Sizes::smoke([0, 3]).measured([1_000]))
    ///     .input(|&n, rng| rng.vector(n))
    ///     .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
    ///     .build();
    /// let claim = Claim::new("vectorization is 100-1000x", 100.0..=1000.0)
    ///     .faster("sum/python.numpy", "sum/python.python_loops");
    /// let suite = Suite::new([sum]).claims([claim]);
    /// assert_eq!(suite.kernels().unwrap()[0].claims.len(), 1);
    /// ```
    pub fn claims(mut self, claims: impl IntoIterator<Item = Claim>) -> Self {
        self.claims.extend(claims);
        self
    }

    /// The same suite with peers: programs in other languages that offer variants of its kernels, each
    /// in a sub-folder of this one with a manifest `peer.toml` (docs/protocol.md, Peers). A relative
    /// path is one from where the program is run; `amdahl::manifest_dir!().join("benches/peers")` is the
    /// same from anywhere.
    pub fn peers(mut self, folder: impl Into<PathBuf>) -> Self {
        self.peers = Some(folder.into());
        self
    }

    /// The folder of its peers.
    pub(crate) fn peers_folder(&self) -> Option<&Path> {
        self.peers.as_deref()
    }

    /// The kernel of this id.
    pub fn get(&self, id: &str) -> Option<&Kernel> {
        self.kernels.iter().find(|kernel| kernel.id() == id)
    }

    /// The ids of the kernels, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.kernels.iter().map(Kernel::id)
    }

    /// The kernels' declarations, for those who look before they measure.
    ///
    /// # Errors
    /// The first error in any declaration.
    pub fn kernels(&self) -> Result<Vec<KernelInfo>, DeclareError> {
        let mut kernels: Vec<KernelInfo> =
            self.erased()?.iter().map(|kernel| kernel.info().clone()).collect();
        for claim in &self.claims {
            for named in claim.variants() {
                let kernel = kernels.iter().find(|kernel| kernel.id == named.kernel);
                let is_peers = named.variant.contains('.');
                if !kernel.is_some_and(|own| is_peers || own.variant(&named.variant).is_some()) {
                    let (claim, name) = (claim.text.clone(), named.to_string());
                    return Err(DeclareError::UnknownInClaim { claim, name });
                }
            }
            let subject = &claim.pair.less.kernel;
            let kernel = kernels.iter_mut().find(|kernel| kernel.id == *subject);
            if let Some(kernel) = kernel {
                kernel.claims.push(claim.clone());
            }
        }
        Ok(kernels)
    }

    pub(crate) fn erased(&self) -> Result<Vec<Arc<dyn Erased>>, DeclareError> {
        let mut ids = HashSet::new();
        for kernel in &self.kernels {
            if !ids.insert(kernel.id()) {
                return Err(DeclareError::DuplicateKernel { kernel: kernel.id().to_owned() });
            }
        }
        self.kernels.iter().map(|kernel| kernel.declared.clone()).collect()
    }
}

/// Refuses a declaration that could not be measured or told apart in a report.
pub(super) fn validate_kernel(info: &KernelInfo) -> Result<(), DeclareError> {
    let kernel = || info.id.clone();
    let names = [&info.id]
        .into_iter()
        .chain(info.variants.iter().map(|variant| &variant.name))
        .chain(info.sizes.iter().map(|size| &size.label))
        .chain(info.stages.iter().map(|stage| &stage.name));
    for name in names {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(legal) {
            return Err(DeclareError::BadName { kernel: kernel(), name: name.clone() });
        }
    }
    let mut seen = HashSet::new();
    for variant in &info.variants {
        if !seen.insert(&variant.name) {
            let variant = variant.name.clone();
            return Err(DeclareError::DuplicateVariant { kernel: kernel(), variant });
        }
    }
    let mut seen = HashSet::new();
    for size in &info.sizes {
        if !seen.insert(&size.label) {
            return Err(DeclareError::DuplicateSize { kernel: kernel(), size: size.label.clone() });
        }
    }
    let mut references = info.variants.iter().filter(|variant| variant.role == Role::Reference);
    let Some(first) = references.next() else {
        return Err(DeclareError::NoReference { kernel: kernel() });
    };
    if let Some(second) = references.next() {
        let (first, second) = (first.name.clone(), second.name.clone());
        return Err(DeclareError::TwoReferences { kernel: kernel(), first, second });
    }
    for (measured, kind) in [(false, "smoke"), (true, "measured")] {
        if !info.sizes.iter().any(|size| size.measured == measured) {
            return Err(DeclareError::NoSizes { kernel: kernel(), kind });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::{Sizes, Timed};

    fn suite(less: &str, more: &str) -> Result<Vec<KernelInfo>, DeclareError> {
        let sum = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([10]))
            .input(|&n: &usize, rng| rng.vector(n))
            .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
            .build();
        let claim = Claim::new("it is twice as fast", 2.0).faster(less, more);
        Suite::new([sum]).claims([claim]).kernels()
    }

    #[test]
    fn a_claim_goes_with_its_kernel_and_a_peers_variant_is_believed() {
        let kernels = suite("sum/python.numpy", "sum/naive").expect("a sound claim");
        assert_eq!(kernels[0].claims.len(), 1);
    }

    #[test]
    fn a_claim_about_what_is_not_declared_is_refused_by_name() {
        for wrong in ["sum/fast", "product/python.numpy", "naive"] {
            let error = suite(wrong, "sum/naive").expect_err("nothing of this name");
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }
}
