//! The erased kernel: all that the planner, the workers and the measurers see of one.

use std::ops::RangeInclusive;

use amdahl_reports::{Agreement, KernelInfo, Operations, SwappedStage};

use super::error::DeclareError;
use crate::data::{Disagreement, ExchangeError, Exchanged};
use crate::input::{InputError, InputFile};
use crate::measure::Probe;

/// Which case of a kernel to set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseRequest {
    /// The variant's name.
    pub variant: String,
    /// The size's label.
    pub size: String,
    /// The stage that runs another variant than the rest of the pipeline does.
    pub swap: Option<SwappedStage>,
    /// The variant to agree with.
    pub against: String,
    /// The seed of the run.
    pub seed: u64,
    /// A seed whose input the variant is held to the other on as well.
    pub other_seed: Option<u64>,
    /// A user's files, in place of the input of a declared size.
    pub input: Vec<InputFile>,
}

/// Why a case could not be set up or did not pass its check.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// The kernel has no such variant or size.
    #[error("kernel `{kernel}` has no {what} `{name}`")]
    Unknown { kernel: String, what: &'static str, name: String },
    /// The input could not be made.
    #[error("no input for `{kernel}` at {size}: {reason}")]
    Input { kernel: String, size: String, reason: String },
    /// The values given do not make the kernel's input.
    #[error("the input does not fit `{kernel}`: {source}")]
    Exchange { kernel: String, source: ExchangeError },
    /// A user's file gives no input.
    #[error("no input for `{kernel}`: {source}")]
    File { kernel: String, source: InputError },
    /// The variant disagrees with the one it is held to.
    #[error("differs from `{against}` {call}: {disagreement}")]
    Disagrees { against: String, call: &'static str, disagreement: Disagreement },
}

/// A kernel without its types.
pub(crate) trait Erased: Send + Sync {
    /// What was declared.
    fn info(&self) -> &KernelInfo;

    /// What was declared, with the sizes of a sweep over these extents.
    fn info_over(&self, range: &RangeInclusive<usize>) -> Result<KernelInfo, DeclareError>;

    /// Makes the input and calls the variant under `setup`, then hands the prepared case to `body`.
    fn with_case(
        &self,
        request: &CaseRequest,
        setup: &mut dyn Probe,
        body: &mut dyn FnMut(&mut dyn Prepared),
    ) -> Result<(), CheckError>;

    /// The input of the first size in its neutral form: it shows names, types and ranks.
    fn example(&self) -> Result<Exchanged, CheckError>;

    /// Whether the files make an input of this kernel.
    fn accepts(&self, files: &[InputFile]) -> Result<(), CheckError>;

    /// Runs the variant once on an input given in its neutral form.
    fn evaluate(&self, variant: &str, input: Exchanged) -> Result<Exchanged, CheckError>;
}

/// A case that is set up: its input exists and its variant has prepared itself.
pub(crate) trait Prepared {
    /// Runs the first iteration under `cold`, a second one, and holds both to the variant named in
    /// the request.
    fn check(&mut self, cold: &mut dyn Probe) -> Result<Agreement, CheckError>;

    /// What the kernel's reference does on the case's input, counted; none where the kernel declares
    /// no way to count.
    fn count(&self) -> Option<Operations>;

    /// Runs `iterations` of the timed work, at most `slice` of them between two calls of the probe.
    fn batch(&mut self, iterations: u64, slice: u64, probe: &mut dyn Probe);

    /// Runs the swapped stage alone, the variant it replaces under the first probe and itself under
    /// the second, in turn; false where no stage is swapped.
    fn alone(&mut self, rounds: u64, probes: [&mut dyn Probe; 2]) -> bool;

    /// Like [`Prepared::batch`], and keeps the last result for [`Prepared::verify`].
    fn batch_to_keep(&mut self, iterations: u64, slice: u64, probe: &mut dyn Probe);

    /// Holds the kept result to the variant named in the request; without one, that of an iteration
    /// of its own.
    fn verify(&mut self) -> Result<(), CheckError>;

    /// The case's input in its neutral form.
    fn input(&self) -> Exchanged;

    /// Holds a result that another program got from the same input to the variant's own.
    fn hold(&mut self, result: Exchanged) -> Result<Agreement, CheckError>;

    /// Sets the variant up anew and runs its first iteration under the probe.
    fn fresh(&mut self, probe: &mut dyn Probe);
}
