//! Claims: what is said elsewhere of how two variants compare, declared beside the kernels so that
//! a report can hold it against what was measured.

use std::fmt;
use std::ops::{RangeFrom, RangeInclusive};

/// A single figure is said in round numbers: this many times more or less is still what was said.
const ABOUT: f64 = 1.25;

/// What somebody claims of two variants: that the one needs so many times as much as the other.
///
/// ```
/// use amdahl_reports::Claim;
///
/// let claim = Claim::new("vectorization is 100-1000x", 100.0..=1000.0)
///     .faster("square/python.numpy", "square/python.python_loops")
///     .source("A.2")
///     .here("square/simd", "square/naive");
/// assert_eq!(claim.pair.less.kernel, "square");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The claim as its source has it.
    pub text: String,
    /// Where it is made, such as the number of an exercise.
    pub source: Option<String>,
    /// How many times as much, as claimed.
    pub factor: Factor,
    /// Of what.
    pub of: Quantity,
    /// The two that it speaks of.
    pub pair: Pair,
    /// The same step between two variants that are not the claim's subject: what it gives where
    /// this suite is written.
    pub here: Option<Pair>,
}

/// A claim without the variants that it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimHead {
    text: String,
    factor: Factor,
}

impl Claim {
    /// Begins a claim in its source's own words. The factor is a range where the source gives one
    /// (`100.0..=1000.0`), open above where it says "more than" (`1.0..`), and else a single figure
    /// (`800.0`), which a quarter more or less does not refute.
    #[allow(
        clippy::new_ret_no_self,
        reason = "a claim begins with what is said and ends in of what"
    )]
    pub fn new(text: &str, factor: impl Into<Factor>) -> ClaimHead {
        ClaimHead { text: text.to_owned(), factor: factor.into() }
    }

    /// Where the claim is made, such as `A.2`.
    pub fn source(mut self, source: &str) -> Self {
        self.source = Some(source.to_owned());
        self
    }

    /// The same step elsewhere in the suite, each variant as `kernel/variant`.
    pub fn here(mut self, less: &str, more: &str) -> Self {
        self.here = Some(Pair::new(less, more));
        self
    }

    /// Every variant it names.
    pub fn variants(&self) -> impl Iterator<Item = &VariantName> {
        let pairs = [Some(&self.pair), self.here.as_ref()];
        pairs.into_iter().flatten().flat_map(|pair| [&pair.less, &pair.more])
    }
}

impl ClaimHead {
    /// Of time: `less` is so many times as fast as `more`, each as `kernel/variant`.
    pub fn faster(self, less: &str, more: &str) -> Claim {
        self.of(Quantity::Time, less, more)
    }

    /// Of memory: `more` needs so many times as much as `less`, each as `kernel/variant`. It is the
    /// heap of one iteration where both were counted, else what one adds to the resident memory.
    pub fn smaller(self, less: &str, more: &str) -> Claim {
        self.of(Quantity::Memory, less, more)
    }

    fn of(self, of: Quantity, less: &str, more: &str) -> Claim {
        let pair = Pair::new(less, more);
        Claim { text: self.text, source: None, factor: self.factor, of, pair, here: None }
    }
}

/// What a claim compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Wall time.
    Time,
    /// The most memory held at once.
    Memory,
}

/// How many times as much is claimed: between two bounds, the upper one perhaps infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl From<f64> for Factor {
    fn from(figure: f64) -> Self {
        Self { low: figure / ABOUT, high: figure * ABOUT }
    }
}

impl From<RangeInclusive<f64>> for Factor {
    fn from(range: RangeInclusive<f64>) -> Self {
        Self { low: *range.start(), high: *range.end() }
    }
}

impl From<RangeFrom<f64>> for Factor {
    fn from(range: RangeFrom<f64>) -> Self {
        Self { low: range.start, high: f64::INFINITY }
    }
}

/// Two variants of which one is claimed to need less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The one that needs less.
    pub less: VariantName,
    /// The one that needs more.
    pub more: VariantName,
}

impl Pair {
    fn new(less: &str, more: &str) -> Self {
        Self { less: VariantName::new(less), more: VariantName::new(more) }
    }
}

/// A variant of a kernel, printed as `kernel/variant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantName {
    /// The kernel's id; empty where the text had no `/`.
    pub kernel: String,
    /// The variant's name.
    pub variant: String,
}

impl VariantName {
    fn new(printed: &str) -> Self {
        let (kernel, variant) = printed.split_once('/').unwrap_or(("", printed));
        Self { kernel: kernel.to_owned(), variant: variant.to_owned() }
    }
}

impl fmt::Display for VariantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kernel, self.variant)
    }
}
