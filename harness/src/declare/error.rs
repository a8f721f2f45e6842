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
