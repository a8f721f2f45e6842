//! Checking in this process, without a clock: a kernel's declaration used as a test.

use amdahl_reports::{KernelInfo, Role, SwappedStage};
use rayon::ThreadPool;

use super::builder::Kernel;
use super::erased::{CaseRequest, Erased};
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
    /// of two threads, and every stage of a pipeline swapped alone into the reference's, and the
    /// operations declared to those counted, where there is a way to count: one line makes a kernel's
    /// declaration a test.
    ///
    /// # Errors
    /// What the declaration, an input, or any variant got wrong.
    ///
    /// # Panics
    /// Where a variant panics.
    pub fn check(&self, seed: u64) -> Result<(), CheckFailure> {
        let fail = |message: String| CheckFailure { failures: vec![message] };
        let erased = self.declared.as_ref().map_err(|error| fail(error.to_string()))?;
        let info = erased.info();
        let mut failures = Vec::new();
        for variant in &info.variants {
            let threads: &[usize] = if variant.role == Role::Parallel { &[1, 2] } else { &[1] };
            for &threads in threads {
                let pool = pool_of(threads).map_err(|error| fail(error.to_string()))?;
                check_at_smoke_sizes(&**erased, &pool, seed, &variant.name, None, &mut failures);
            }
        }
        // Two threads, since a stage's variant may use them.
        let pool = pool_of(2).map_err(|error| fail(error.to_string()))?;
        for swap in swaps(info) {
            let base = &against(info);
            check_at_smoke_sizes(&**erased, &pool, seed, base, Some(&swap), &mut failures);
        }
        match self.count(seed) {
            Ok(counted) => failures.extend(counted.iter().filter_map(|work| work.excess(&info.id))),
            Err(failure) => failures.extend(failure.failures),
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

/// Whom the others are held to.
fn against(info: &KernelInfo) -> String {
    info.reference().map(|reference| reference.name.clone()).unwrap_or_default()
}

/// Every stage of a pipeline of several with every variant but its reference.
fn swaps(info: &KernelInfo) -> impl Iterator<Item = SwappedStage> {
    let several = info.stages.len() > 1;
    info.stages.iter().filter(move |_| several).flat_map(|stage| {
        let swap =
            |variant: &String| SwappedStage { stage: stage.name.clone(), variant: variant.clone() };
        stage.variants.iter().skip(1).map(swap)
    })
}

fn check_at_smoke_sizes(
    erased: &dyn Erased,
    pool: &ThreadPool,
    seed: u64,
    variant: &str,
    swap: Option<&SwappedStage>,
    failures: &mut Vec<String>,
) {
    let info = erased.info();
    let name = swap.map_or_else(|| variant.to_owned(), |swap| swap.name(variant));
    for size in info.sizes.iter().filter(|size| !size.measured) {
        let request = CaseRequest {
            other_seed: swap.is_none().then(|| seed.wrapping_add(1)),
            variant: variant.to_owned(),
            size: size.label.clone(),
            swap: swap.cloned(),
            against: against(info),
            seed,
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
            failures.push(format!("{}/{name}/{}: {error}", info.id, size.label));
        }
    }
}
