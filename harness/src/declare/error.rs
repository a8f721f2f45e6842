//! What can be wrong with a declaration, found before anything runs.

/// A declaration that cannot be measured, naming the kernel at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclareError {
    /// No variant is the reference.
    #[error(
        "kernel `{kernel}` has no reference: add `.reference(\"naive\", …)`, the variant every other must agree with"
    )]
    NoReference {
        /// The kernel.
        kernel: String,
    },
    /// More than one variant is the reference.
    #[error(
        "kernel `{kernel}` has two references, `{first}` and `{second}`: make one of them a `.variant(…)`"
    )]
    TwoReferences {
        /// The kernel.
        kernel: String,
        /// The reference declared first.
        first: String,
        /// The reference declared after it.
        second: String,
    },
    /// There is no size of one of the two kinds.
    #[error(
        "kernel `{kernel}` has no {kind} size: give at least one in `Sizes::smoke([…]).measured([…])`"
    )]
    NoSizes {
        /// The kernel.
        kernel: String,
        /// `smoke` or `measured`.
        kind: &'static str,
    },
    /// Two sizes print alike.
    #[error("kernel `{kernel}` declares size `{size}` twice")]
    DuplicateSize {
        /// The kernel.
        kernel: String,
        /// The label of both.
        size: String,
    },
    /// Two variants share a name.
    #[error("kernel `{kernel}` declares variant `{variant}` twice")]
    DuplicateVariant {
        /// The kernel.
        kernel: String,
        /// The name of both.
        variant: String,
    },
    /// Two kernels share an id.
    #[error("kernel `{kernel}` is declared twice in the suite")]
    DuplicateKernel {
        /// The id of both.
        kernel: String,
    },
    /// A name that would not survive as part of a path, a filter or a table.
    #[error(
        "`{name}` cannot name a kernel, variant, stage or size of `{kernel}`: use letters, digits, `_`, `-` and `.`, at least one"
    )]
    BadName {
        /// The kernel.
        kernel: String,
        /// The name.
        name: String,
    },
    /// A pipeline without stages.
    #[error("pipeline `{kernel}` has no stage: add `.stage(\"load\", Stage::reference(…))`")]
    NoStages {
        /// The pipeline.
        kernel: String,
    },
    /// An axis of growth that no measured size lies on.
    #[error(
        "kernel `{kernel}` grows along an axis on which no measured size of 32 or more lies: say how far with `.growing_over(FROM..=TO, |n| …)`"
    )]
    NoSweep {
        /// The kernel.
        kernel: String,
    },
    /// A sweep over too few sizes.
    #[error(
        "a sweep of `{kernel}` from {from} to {to} is too short for a law: {to} must be at least 32 times {from}, and {from} at least 1"
    )]
    ShortSweep {
        /// The kernel.
        kernel: String,
        /// The first extent.
        from: usize,
        /// The last.
        to: usize,
    },
    /// A label from which the extent cannot be read.
    #[error(
        "kernel `{kernel}` at extent {extent} has the size `{label}`: the label of a size on its axis must name the extent"
    )]
    UnnamedExtent {
        /// The kernel.
        kernel: String,
        /// The label.
        label: String,
        /// The extent.
        extent: usize,
    },
    /// A gate at a size that is neither declared nor on the axis of growth.
    #[error(
        "the gate of `{kernel}` is at `{size}`, which is no declared size and not on its axis of growth: declare one of them"
    )]
    UnknownGate {
        /// The kernel.
        kernel: String,
        /// The label.
        size: String,
    },
    /// A claim about something that is not declared.
    #[error(
        "the claim \"{claim}\" names `{name}`, which the suite does not declare: write `kernel/variant`, a peer's as `kernel/peer.variant`"
    )]
    UnknownInClaim {
        /// The claim's text.
        claim: String,
        /// What it names.
        name: String,
    },
    /// A method that qualifies the variant declared last, with no variant before it.
    #[error(
        "kernel `{kernel}` calls `.{method}(…)` before any variant: it qualifies the variant declared last"
    )]
    NothingDeclaredBefore {
        /// The kernel.
        kernel: String,
        /// The method.
        method: &'static str,
    },
}
