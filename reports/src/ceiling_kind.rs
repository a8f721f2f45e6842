//! The kinds of ceiling a machine has, and the names under which their records are kept.

use crate::Bound;

/// What of a machine has a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CeilingKind {
    /// Memory read: bytes a second.
    Read,
    /// Memory written: bytes a second.
    Write,
    /// Memory copied: bytes read and written a second.
    Copy,
    /// `a[i] = b[i] + s * c[i]`: bytes read and written a second.
    Triad,
    /// A load whose address is the value of the load before it: loads a second, read as time.
    Latency,
    /// Multiply-adds in double precision: operations a second.
    Arithmetic,
    /// Multiply-adds in single precision: operations a second.
    SingleArithmetic,
}

/// How the kernels of the machine's ceilings are called, before the kind.
const KERNEL: &str = "ceiling.";

impl CeilingKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Write,
        Self::Copy,
        Self::Triad,
        Self::Latency,
        Self::Arithmetic,
        Self::SingleArithmetic,
    ];

    /// Those that are rates of moving bytes.
    pub const BANDWIDTHS: [Self; 4] = [Self::Read, Self::Write, Self::Copy, Self::Triad];

    /// Its name in records.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Read => Bound::Read.id(),
            Self::Write => "write",
            Self::Copy => Bound::Copy.id(),
            Self::Triad => "triad",
            Self::Latency => "latency",
            Self::Arithmetic => Bound::Arithmetic.id(),
            Self::SingleArithmetic => Bound::SingleArithmetic.id(),
        }
    }

    /// The kind of this name.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The id of the kernel that measures it.
    pub fn kernel(self) -> String {
        format!("{KERNEL}{}", self.id())
    }

    /// The kind that the kernel of this id measures.
    pub fn of_kernel(id: &str) -> Option<Self> {
        Self::by_id(id.strip_prefix(KERNEL)?)
    }

    /// Whether it is a rate of multiply-adds, which has instruction sets and no working set.
    pub const fn is_arithmetic(self) -> bool {
        matches!(self, Self::Arithmetic | Self::SingleArithmetic)
    }
}

impl From<Bound> for CeilingKind {
    fn from(bound: Bound) -> Self {
        match bound {
            Bound::Read => Self::Read,
            Bound::Copy => Self::Copy,
            Bound::Arithmetic => Self::Arithmetic,
            Bound::SingleArithmetic => Self::SingleArithmetic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_kernel_and_every_bound_is_a_kind_of_its_name() {
        for kind in CeilingKind::ALL {
            assert_eq!(CeilingKind::of_kernel(&kind.kernel()), Some(kind));
        }
        for bound in Bound::ALL {
            assert_eq!(CeilingKind::from(bound).id(), bound.id());
        }
        assert_eq!(CeilingKind::of_kernel("read"), None);
    }
}
