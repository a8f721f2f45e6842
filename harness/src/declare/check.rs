//! Checking in this process, without a clock: a kernel's declaration used as a test.

use amdahl_reports::{KernelInfo, Role};

use super::builder::Kernel;
use super::erased::CaseRequest;
use super::error::DeclareError;
use crate::data::Exchanged;
use crate::measure::NoProbe;
use crate::pool::pool_of;

/// A failure of [`Kernel::check`]: every variant and size that went wrong, one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .failures.join("\n"))]
pub struct CheckFailure {
    /// One sentence each: case and reason.
    pub failures: Vec<String>,
}

impl Kernel {
    /// Holds every variant to the reference on every smoke size, parallel ones in pools of one and
    /// of two threads: one line makes a kernel's declaration a test.
    ///
    /// # Errors
    /// What the declaration, an input, or any variant got wrong.
    ///
    /// # Panics
    /// Where a variant panics.
    pub fn check(&self, seed: u64) -> Result<(), CheckFailure> {
        let fail = |message: String| CheckFailure { failures: vec![message] };
        let erased = self.declared.clone().map_err(|error| fail(error.to_string()))?;
        let info = erased.info();
        let against = info.reference().map(|reference| reference.name.clone()).unwrap_or_default();
        let mut failures = Vec::new();
        for variant in &info.variants {
            let threads: &[usize] = if variant.role == Role::Parallel { &[1, 2] } else { &[1] };
            for &threads in threads {
                let pool = pool_of(threads).map_err(|error| fail(error.to_string()))?;
                for size in info.sizes.iter().filter(|size| !size.measured) {
                    let request = CaseRequest {
                        variant: variant.name.clone(),
                        size: size.label.clone(),
                        against: against.clone(),
                        seed,
                        other_seed: Some(seed.wrapping_add(1)),
                        input: Vec::new(),
                    };
                    let outcome = pool.install(|| {
                        let mut checked = Ok(());
                        erased
                            .with_case(&request, &mut NoProbe, &mut |case| {
                                checked = case.check(&mut NoProbe).map(|_| ());
                            })
                            .and(checked)
                    });
                    if let Err(error) = outcome {
                        failures
                            .push(format!("{}/{}/{}: {error}", info.id, variant.name, size.label));
                    }
                }
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(CheckFailure { failures }) }
    }

    /// What was declared.
    ///
    /// # Errors
    /// The error in the declaration.
    pub fn info(&self) -> Result<&KernelInfo, DeclareError> {
        self.declared.as_ref().map(|erased| erased.info()).map_err(Clone::clone)
    }

    /// The kernel's input at its first size in its neutral form, which shows the names, types and
    /// ranks of what it takes.
    ///
    /// # Errors
    /// Where the declaration is wrong or the input cannot be made.
    pub fn example(&self) -> Result<Exchanged, CheckFailure> {
        let fail = |message: String| CheckFailure { failures: vec![message] };
        let erased = self.declared.clone().map_err(|error| fail(error.to_string()))?;
        erased.example().map_err(|error| fail(error.to_string()))
    }

    /// Runs one variant once on an input in its neutral form, in a pool of `threads`.
    ///
    /// # Errors
    /// Where the declaration is wrong, there is no such variant, or the input does not fit.
    ///
    /// # Panics
    /// Where the variant panics.
    pub fn evaluate(
        &self,
        variant: &str,
        input: Exchanged,
        threads: usize,
    ) -> Result<Exchanged, CheckFailure> {
        let fail = |message: String| CheckFailure { failures: vec![message] };
        let erased = self.declared.clone().map_err(|error| fail(error.to_string()))?;
        let pool = pool_of(threads).map_err(|error| fail(error.to_string()))?;
        pool.install(|| erased.evaluate(variant, input)).map_err(|error| fail(error.to_string()))
    }
}
