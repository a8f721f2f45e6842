//! The range of a sweep as the command line gives it, and the kernels with the sizes it makes.

use std::ops::RangeInclusive;

use amdahl_reports::KernelInfo;
use anyhow::{Context, bail};

use crate::declare::Suite;

/// A range of extents, `FROM..TO`, both ends taken; none for each kernel's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SizeRange(Option<RangeInclusive<usize>>);

/// Reads `100..3200`; thousands may be separated by `_`. Nothing at all stands for each kernel's own.
pub(super) fn parse(text: &str) -> anyhow::Result<SizeRange> {
    if text.is_empty() {
        return Ok(SizeRange(None));
    }
    let (from, to) = text
        .split_once("..")
        .context("not a range: write `--sizes 100..3200`, or `--sizes` alone last")?;
    let number = |text: &str| -> anyhow::Result<usize> {
        let digits = text.trim_start_matches('=').replace('_', "");
        digits.parse().with_context(|| format!("`{text}` is not a whole number"))
    };
    Ok(SizeRange(Some(number(from)?..=number(to)?)))
}

/// The suite's kernels with the sizes of a sweep; those without an axis of growth have none.
///
/// # Errors
/// Where the range is too short, or no kernel has an axis.
pub(super) fn swept(
    suite: &Suite,
    SizeRange(range): &SizeRange,
) -> anyhow::Result<Vec<KernelInfo>> {
    let kernels: Vec<KernelInfo> = match range {
        None => suite.kernels()?,
        Some(range) => {
            let kernels = suite.erased()?;
            kernels.iter().map(|kernel| kernel.info_over(range)).collect::<Result<_, _>>()?
        }
    };
    if kernels.iter().all(|kernel| kernel.swept.is_empty()) {
        bail!(
            "no kernel names an axis along which it grows: add `.growing(|n| …)` to its declaration"
        );
    }
    Ok(kernels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends_and_may_be_left_to_the_kernel() {
        assert_eq!(parse("100..3_200").expect("a range"), SizeRange(Some(100..=3_200)));
        assert_eq!(parse("100..=3200").expect("a range"), SizeRange(Some(100..=3_200)));
        assert_eq!(parse("").expect("none"), SizeRange(None));
        for wrong in ["covariance", "100", "..", "a..b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
