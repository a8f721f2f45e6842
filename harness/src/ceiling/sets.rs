//! The instruction sets whose multiply-adds are measured apart.

/// A set of instructions for arithmetic, the narrowest registers first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstructionSet {
    /// One number a register; a multiplication and an addition.
    Scalar,
    /// 128 bits; a multiplication and an addition.
    Sse2,
    /// 256 bits, fused.
    Avx2,
    /// 512 bits, fused.
    Avx512,
    /// 128 bits, fused.
    Neon,
}

impl InstructionSet {
    /// Every set.
    const ALL: [Self; 5] = [Self::Scalar, Self::Sse2, Self::Avx2, Self::Avx512, Self::Neon];

    /// Its name, which is a variant's too.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "sse2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// The sets that this processor has and that this build can use apart.
    pub(crate) fn here() -> Vec<Self> {
        Self::ALL.into_iter().filter(|set| set.is_here()).collect()
    }

    /// A build for a processor with AVX has no code without it left, so what is called SSE2 would be
    /// something else.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn is_here(self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Sse2 => !cfg!(target_feature = "avx"),
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            Self::Neon => false,
        }
    }

    #[cfg(target_arch = "aarch64")]
    pub(super) fn is_here(self) -> bool {
        matches!(self, Self::Scalar)
            || matches!(self, Self::Neon) && std::arch::is_aarch64_feature_detected!("neon")
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(super) fn is_here(self) -> bool {
        matches!(self, Self::Scalar)
    }
}
