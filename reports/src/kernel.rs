//! What a run knows of each kernel it measured, so that a report needs nothing but its records.

use crate::Claim;

/// How much a variant's result may differ from the reference's.
///
/// A value `got` agrees with `want` when
/// `|got - want| <= absolute + relative * max(|want|, scale)`, where `scale` is the largest finite
/// magnitude of the reference's array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// The relative part, as a fraction.
    pub relative: f64,
    /// The absolute part, in the values' own unit.
    pub absolute: f64,
}

impl Tolerance {
    /// No difference at all.
    pub const EXACT: Self = Self { relative: 0.0, absolute: 0.0 };

    /// A tolerance relative to the reference's magnitude.
    pub const fn relative(relative: f64) -> Self {
        Self { relative, absolute: 0.0 }
    }

    /// The same tolerance with an absolute part.
    pub const fn plus_absolute(self, absolute: f64) -> Self {
        Self { relative: self.relative, absolute }
    }
}

/// One size of a kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeInfo {
    /// The label cases carry, such as `10000x100`.
    pub label: String,
    /// True for a size to measure, false for a smoke size.
    pub measured: bool,
    /// Compulsory floating-point operations of one iteration, where the kernel declares them.
    pub flops: Option<f64>,
    /// Compulsory bytes moved by one iteration, where the kernel declares them.
    pub bytes: Option<f64>,
    /// Bytes the iteration works on, which decide the cache level it runs at: `bytes` unless the
    /// kernel says otherwise.
    pub working_set: Option<f64>,
    /// What agreement means at this size.
    pub tolerance: Tolerance,
    /// Where it lies on the axis along which the kernel grows; none where it lies beside it.
    pub extent: Option<u64>,
}

/// What limits a kernel's time on any machine, however it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The rate at which memory is read.
    Read,
    /// The rate at which memory is read and written, half of the bytes each.
    Copy,
    /// The rate of fused multiply-adds in double precision.
    Arithmetic,
    /// The rate of fused multiply-adds in single precision.
    SingleArithmetic,
}

impl Bound {
    /// Every bound.
    pub const ALL: [Self; 4] = [Self::Read, Self::Copy, Self::Arithmetic, Self::SingleArithmetic];

    /// The name its records carry.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Copy => "copy",
            Self::Arithmetic => "arithmetic",
            Self::SingleArithmetic => "single_arithmetic",
        }
    }

    /// Whether memory is what limits.
    pub const fn is_memory(self) -> bool {
        matches!(self, Self::Read | Self::Copy)
    }

    /// The unit of its rate in a report: 10^9 a second.
    pub const fn unit(self) -> &'static str {
        if self.is_memory() { "GB/s" } else { "GFLOP/s" }
    }

    /// The one word for it, where there is little room.
    pub const fn word(self) -> &'static str {
        if self.is_memory() { "bandwidth" } else { "arithmetic" }
    }

    /// The word for it in a report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "reading memory",
            Self::Copy => "copying memory",
            Self::Arithmetic => "multiply-adds, f64",
            Self::SingleArithmetic => "multiply-adds, f32",
        }
    }
}

/// What part a variant plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The slow, obviously right one.
    Reference,
    /// One thread.
    Serial,
    /// Run in pools of 1, 2, 4 … threads.
    Parallel,
}

/// A rung of the optimisation ladder, in the order in which its reader should climb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Where everybody starts: the reference.
    Reference,
    /// A better algorithm.
    Algorithm,
    /// Whole-array operations or SIMD.
    Vectorize,
    /// Buffers allocated before the clock.
    Preallocate,
    /// More threads.
    Parallelise,
}

impl Rung {
    /// Every rung, lowest first.
    pub const ALL: [Self; 5] =
        [Self::Reference, Self::Algorithm, Self::Vectorize, Self::Preallocate, Self::Parallelise];

    /// The word for it in a report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Algorithm => "better algorithm",
            Self::Vectorize => "vectorize",
            Self::Preallocate => "pre-allocate",
            Self::Parallelise => "parallelise",
        }
    }
}

/// One variant as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantInfo {
    /// Its name, such as `faer`.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// Its rung, where the declaration names one; otherwise it follows from the role and from
    /// whether the variant works in place (see [`crate::Agreement::in_place`]).
    pub rung: Option<Rung>,
    /// The measured sizes it is not run at.
    pub left_out: Vec<LeftOut>,
    /// The language it is written in, where it belongs to a peer; its name is then
    /// `PEER.VARIANT`.
    pub language: Option<String>,
    /// Lines of code of its timed work, where it says so.
    pub lines: Option<u64>,
}

impl VariantInfo {
    /// Whether it belongs to a peer: a program in another language.
    pub fn is_peer(&self) -> bool {
        self.language.is_some()
    }

    /// Its name as a table shows it: a peer's variant with its language, such as `numpy (Python)`.
    pub fn shown(&self) -> String {
        match &self.language {
            Some(language) => {
                let name = self.name.split_once('.').map_or(self.name.as_str(), |(_, name)| name);
                format!("{name} ({language})")
            }
            None => self.name.clone(),
        }
    }
}

/// A measured size at which a variant is not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The size's label.
    pub size: String,
    /// One sentence.
    pub reason: String,
}

/// A variant that cannot exist, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The variant's name.
    pub variant: String,
    /// One sentence.
    pub reason: String,
}

/// One stage of a pipeline and the variants it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageInfo {
    /// The stage's name, such as `clean`.
    pub name: String,
    /// Its variants, the reference first.
    pub variants: Vec<String>,
}

/// A kernel as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelInfo {
    /// Its id, such as `covariance`.
    pub id: String,
    /// What it computes, in a sentence.
    pub about: String,
    /// The exercise it answers, such as `C.4`.
    pub exercise: Option<String>,
    /// What limits its time, where the declaration says so.
    pub bound: Option<Bound>,
    /// Its sizes, smoke and measured, in the order of declaration.
    pub sizes: Vec<SizeInfo>,
    /// Its variants, in the order of declaration.
    pub variants: Vec<VariantInfo>,
    /// The variants it cannot have.
    pub absent: Vec<Absent>,
    /// Names of the measures of quality that it takes of each result, such as `backward error`.
    pub qualities: Vec<String>,
    /// Its stages in order, where it is a pipeline.
    pub stages: Vec<StageInfo>,
    /// The sizes of a sweep along the axis on which it grows, smallest first; empty where it names
    /// no axis. They are neither smoke nor measured sizes, though one may bear a measured one's name.
    pub swept: Vec<SizeInfo>,
    /// Whether it promises memory that does not grow with its input.
    pub streaming: bool,
    /// The size at which two builds are compared, where the declaration names one.
    pub gate_size: Option<String>,
    /// What is claimed of it elsewhere.
    pub claims: Vec<Claim>,
}

impl KernelInfo {
    /// The reference's declaration.
    pub fn reference(&self) -> Option<&VariantInfo> {
        self.variants.iter().find(|variant| variant.role == Role::Reference)
    }

    /// Whether a variant of this name belongs to a peer.
    pub fn is_peer(&self, variant: &str) -> bool {
        self.variant(variant).is_some_and(VariantInfo::is_peer)
    }

    /// Its variants without those of peers.
    pub fn own_variants(&self) -> impl Iterator<Item = &VariantInfo> {
        self.variants.iter().filter(|variant| !variant.is_peer())
    }

    /// The variant of this name.
    pub fn variant(&self, name: &str) -> Option<&VariantInfo> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    /// The loosest tolerance of any size: what an input of no declared size is held to.
    pub fn loosest_tolerance(&self) -> Tolerance {
        self.sizes.iter().fold(Tolerance::EXACT, |loosest, size| Tolerance {
            relative: loosest.relative.max(size.tolerance.relative),
            absolute: loosest.absolute.max(size.tolerance.absolute),
        })
    }

    /// The declared size of this label.
    pub fn size(&self, label: &str) -> Option<&SizeInfo> {
        self.sizes.iter().find(|size| size.label == label)
    }

    /// Every size on the axis along which it grows, of a sweep or measured, smallest first, each
    /// label once.
    pub fn along_the_axis(&self) -> Vec<&SizeInfo> {
        let measured = self.sizes.iter().filter(|size| size.measured && size.extent.is_some());
        let mut sizes: Vec<&SizeInfo> = self.swept.iter().chain(measured).collect();
        sizes.sort_by_key(|size| size.extent);
        sizes.dedup_by(|a, b| a.label == b.label);
        sizes
    }
}
