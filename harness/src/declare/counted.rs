//! The operations a kernel declares, held to those its reference does on a counting scalar.

use amdahl_reports::{Operations, format};

use super::builder::{Kernel, KernelBuilder};
use super::check::CheckFailure;
use super::erased::CaseRequest;
use super::sizes::SizeLabel;
use super::timed::Timed;
use crate::count::tally;
use crate::data::{Agree, Exchange};
use crate::measure::NoProbe;

/// What a kernel declares of one smoke size, and what its reference did there.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedWork {
    /// The size's label.
    pub size: String,
    /// Floating-point operations declared, where the kernel declares a cost.
    pub declared: Option<f64>,
    /// Operations of one iteration of the reference.
    pub counted: Operations,
}

impl CountedWork {
    /// A sentence on it where more was declared than the reference does: what an obvious
    /// implementation leaves out is compulsory for none.
    pub(super) fn excess(&self, kernel: &str) -> Option<String> {
        let declared = self.declared?;
        let counted = self.counted.flops();
        (declared > counted as f64).then(|| {
            format!(
                "{kernel} at {}: {} declared, and the reference does with {}",
                self.size,
                format::flops(declared),
                format::flops(counted as f64)
            )
        })
    }
}

impl<S, I, O> KernelBuilder<S, I, O>
where
    S: SizeLabel + Send + Sync + 'static,
    I: Exchange + Send + Sync + 'static,
    O: Agree + 'static,
{
    /// How to count the reference's operations: the input over [`Counted`](crate::count::Counted),
    /// and the reference over it. At each smoke size the flops of the [`Cost`](super::Cost) are then
    /// held to those counted: more of them cannot be compulsory.
    ///
    /// ```
    /// use amdahl::count::{Counted, Scalar};
    /// use amdahl::{Cost, Kernel, Sizes, Timed};
    ///
    /// fn naive<T: Scalar>(x: &Vec<T>) -> Timed<'_, T> {
    ///     Timed::returning(move || {
    ///         let mut sum = T::default();
    ///         for &value in x {
    ///             sum += value * value;
    ///         }
    ///         sum
    ///     })
    /// }
    ///
    /// let squares = Kernel::new("squares", "the sum of the squares of x, f64")
    ///     .sizes(Sizes::smoke([0, 7]).measured([10_000]))
    ///     .input(|&n, rng| rng.vector(n))
    ///     .cost(|&n| Cost { flops: 2.0 * n as f64, bytes: 8.0 * n as f64 })
    ///     .reference("naive", naive::<f64>)
    ///     .counted(|x: &Vec<f64>| Counted::vector(x), naive::<Counted>)
    ///     .build();
    /// let work = squares.count(1).expect("a sound declaration");
    /// assert_eq!(work[1].counted.flops(), 14);
    /// ```
    pub fn counted<J, P: 'static>(
        mut self,
        convert: impl Fn(&I) -> J + Send + Sync + 'static,
        reference: impl for<'a> Fn(&'a J) -> Timed<'a, P> + Send + Sync + 'static,
    ) -> Self {
        self.count = Some(Box::new(move |input| {
            let input = convert(input);
            let mut timed = reference(&input);
            tally(|| drop(timed.once(&mut NoProbe))).1
        }));
        self
    }
}

impl Kernel {
    /// Runs the reference at every smoke size with its operations counted; nothing where the kernel
    /// declares no way to count.
    ///
    /// # Errors
    /// What the declaration or an input got wrong.
    ///
    /// # Panics
    /// Where the reference panics.
    pub fn count(&self, seed: u64) -> Result<Vec<CountedWork>, CheckFailure> {
        let fail = |message: String| CheckFailure { failures: vec![message] };
        let erased = self.declared.clone().map_err(|error| fail(error.to_string()))?;
        let info = erased.info();
        let reference = info.reference().map(|own| own.name.clone()).unwrap_or_default();
        let mut counted = Vec::new();
        for size in info.sizes.iter().filter(|size| !size.measured) {
            let request = CaseRequest {
                swap: None,
                other_seed: None,
                variant: reference.clone(),
                size: size.label.clone(),
                against: reference.clone(),
                seed,
                input: Vec::new(),
            };
            let outcome = erased.with_case(&request, &mut NoProbe, &mut |case| {
                counted.extend(case.count().map(|operations| CountedWork {
                    size: size.label.clone(),
                    declared: size.flops,
                    counted: operations,
                }));
            });
            outcome.map_err(|error| fail(error.to_string()))?;
        }
        Ok(counted)
    }
}
