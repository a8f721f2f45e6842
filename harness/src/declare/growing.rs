//! The axis along which a kernel grows, and the sizes of a sweep along it.
//!
//! A size on the axis is found again by its label, which must name its extent: `3200x100` is what
//! `|n| (n, 100)` makes of 3200. So a worker can make sizes that nobody declared.

use std::ops::RangeInclusive;

use super::builder::KernelBuilder;
use super::error::DeclareError;
use super::pipeline::PipelineBuilder;
use super::sizes::SizeLabel;

/// Sizes of a sweep in each decade: neighbours differ by less than twofold, so that a cache boundary
/// falls between two of them and not over several.
const PER_DECADE: f64 = 4.0;
/// A sweep has at least so many sizes: a law has two figures of its own, and one size is left out.
const LEAST_SIZES: usize = 6;
/// A sweep spans at least so many decades: over less, n and n log n differ by noise.
const LEAST_DECADES: f64 = 1.5;
/// From the last size of a sweep to its first, where a kernel gives no range: 1.5 decades, rounded up
/// to a power of two.
const DEFAULT_SPAN: usize = 32;

/// Makes the size at an extent.
pub(super) type Axis<S> = Box<dyn Fn(usize) -> S + Send + Sync>;

/// What a declaration says of growth.
pub(super) struct Growing<S> {
    pub(super) axis: Option<Axis<S>>,
    pub(super) range: Option<RangeInclusive<usize>>,
    pub(super) streaming: bool,
    pub(super) gate: Option<S>,
}

impl<S> Default for Growing<S> {
    fn default() -> Self {
        Self { axis: None, range: None, streaming: false, gate: None }
    }
}

impl<S: SizeLabel> Growing<S> {
    /// Where the size of this label lies on the axis, and that size.
    pub(super) fn find(&self, label: &str) -> Option<(u64, S)> {
        let axis = self.axis.as_ref()?;
        let numbers = label.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
        let mut sizes = numbers.map(|extent: usize| (extent, axis(extent)));
        let (extent, size) = sizes.find(|(_, size)| size.label() == label)?;
        Some((extent as u64, size))
    }

    /// The sizes of a sweep over this range, smallest first; none where there is no axis.
    ///
    /// # Errors
    /// Where the range is too short, or a label does not name its extent.
    pub(super) fn sweep(
        &self,
        kernel: &str,
        range: &RangeInclusive<usize>,
    ) -> Result<Vec<(u64, S)>, DeclareError> {
        let Some(axis) = &self.axis else { return Ok(Vec::new()) };
        let Some(extents) = extents(range) else {
            let (from, to) = (*range.start(), *range.end());
            return Err(DeclareError::ShortSweep { kernel: kernel.to_owned(), from, to });
        };
        extents
            .into_iter()
            .map(|extent| {
                let size = axis(extent);
                match self.find(&size.label()) {
                    Some((found, _)) if found == extent as u64 => Ok((found, size)),
                    _ => Err(DeclareError::UnnamedExtent {
                        kernel: kernel.to_owned(),
                        label: size.label(),
                        extent,
                    }),
                }
            })
            .collect()
    }

    /// The range of a sweep where none is asked for: the declared one, or up to the first measured
    /// size that lies on the axis far enough from its beginning.
    pub(super) fn default_range(
        &self,
        kernel: &str,
        measured: &[S],
    ) -> Result<RangeInclusive<usize>, DeclareError> {
        if let Some(range) = &self.range {
            return Ok(range.clone());
        }
        let on_axis = measured.iter().filter_map(|size| self.find(&size.label()));
        let extents = on_axis.filter_map(|(extent, _)| usize::try_from(extent).ok());
        let last = extents.filter(|extent| *extent >= DEFAULT_SPAN).min();
        last.map(|to| to / DEFAULT_SPAN..=to)
            .ok_or_else(|| DeclareError::NoSweep { kernel: kernel.to_owned() })
    }
}

/// Extents from one end of a range to the other, evenly apart as factors, those in between of two
/// digits; none where the range is too short for a law.
fn extents(range: &RangeInclusive<usize>) -> Option<Vec<usize>> {
    let (from, to) = (*range.start(), *range.end());
    let decades = (to as f64 / from as f64).log10();
    if from == 0 || decades.is_nan() || decades < LEAST_DECADES {
        return None;
    }
    let steps = (PER_DECADE * decades).round().max((LEAST_SIZES - 1) as f64);
    let mut extents = vec![from];
    let mut step = 1.0;
    while step < steps {
        extents.push(two_digits(from as f64 * 10_f64.powf(decades * step / steps)));
        step += 1.0;
    }
    extents.push(to);
    extents.dedup();
    (extents.len() >= LEAST_SIZES).then_some(extents)
}

/// The whole number of two digits nearest to a positive figure.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an extent between two extents is a positive whole number"
)]
fn two_digits(figure: f64) -> usize {
    let unit = 10_f64.powf((figure.log10().floor() - 1.0).max(0.0));
    ((figure / unit).round() * unit).round() as usize
}

/// The methods that both kinds of declarations have.
macro_rules! growing_methods {
    () => {
        /// Names the axis along which the kernel grows: what its size is at an extent. A sweep
        /// (`cargo amdahl measure KERNEL --sizes`) runs from 1/32 of the first measured size on
        /// the axis up to it.
        pub fn growing(mut self, axis: impl Fn(usize) -> S + Send + Sync + 'static) -> Self {
            self.growing.axis = Some(Box::new(axis));
            self
        }

        /// Like `growing`, with the range of extents that a sweep covers where none is asked for:
        /// at least one and a half decades.
        pub fn growing_over(
            mut self,
            range: std::ops::RangeInclusive<usize>,
            axis: impl Fn(usize) -> S + Send + Sync + 'static,
        ) -> Self {
            self.growing.range = Some(range);
            self.growing(axis)
        }

        /// Promises that memory does not grow with the input: a variant whose heap peak does is a
        /// finding.
        pub fn streaming(mut self) -> Self {
            self.growing.streaming = true;
            self
        }

        /// Names the size at which two builds are compared, one at which an iteration takes a few
        /// milliseconds at most: a declared size, or one on the axis of growth.
        pub fn gate(mut self, size: S) -> Self {
            self.growing.gate = Some(size);
            self
        }
    };
}

impl<S, I, O> KernelBuilder<S, I, O> {
    growing_methods!();
}

impl<S, I, A> PipelineBuilder<S, I, A> {
    growing_methods!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_has_six_sizes_over_one_and_a_half_decades_at_least() {
        assert_eq!(extents(&(312..=10_000)), Some(vec![312, 560, 990, 1800, 3100, 5600, 10_000]));
        assert_eq!(extents(&(1..=32)), Some(vec![1, 2, 3, 6, 10, 18, 32]));
        for range in [100..=3_100, 0..=100, 10..=10] {
            assert_eq!(extents(&range), None, "{range:?}");
        }
        assert_eq!(extents(&(10..=10_000)).map(|extents| extents.len()), Some(13));
    }

    #[test]
    fn a_size_is_found_again_by_a_number_in_its_label() {
        let growing = Growing { axis: Some(Box::new(|n| (100, n))), ..Growing::default() };
        assert_eq!(growing.find("100x32"), Some((32, (100, 32))));
        assert_eq!(growing.find("100x100"), Some((100, (100, 100))));
        assert_eq!(growing.find("99x32"), None);
        let nowhere = Growing { axis: Some(Box::new(|_| "small")), ..Growing::default() };
        assert!(matches!(
            nowhere.sweep("k", &(1..=100)),
            Err(DeclareError::UnnamedExtent { extent: 1, .. })
        ));
    }
}
