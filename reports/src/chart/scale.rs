//! From figures to pixels, linear or logarithmic, with round marks.

use super::colour;
use super::svg::{Anchor, Font, Svg};

/// How many times the smallest the largest figure must be for a logarithmic axis: on a linear one
/// the smallest bar would be thinner than its whisker.
const LOGARITHMIC_FROM: f64 = 20.0;

/// How many marks a linear axis has at most.
const MARKS: f64 = 8.0;

/// Up to how many decades a logarithmic axis has marks at 2 and 5 too.
const FINE_DECADES: f64 = 2.0;

/// How far a logarithmic axis reaches beyond the figures, as a factor.
const BEYOND: f64 = 1.3;

/// An axis from `left` to `right`.
pub(super) struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
    left: f64,
    right: f64,
}

impl Scale {
    /// An axis for positive figures from 0 or, where they differ by much, from a little below the
    /// smallest, logarithmic.
    pub fn fitting(smallest: f64, largest: f64, (left, right): (f64, f64)) -> Self {
        let logarithmic = smallest > 0.0 && largest / smallest >= LOGARITHMIC_FROM;
        if logarithmic {
            return Self::logarithmic(smallest / BEYOND, largest * BEYOND, (left, right));
        }
        Self { low: 0.0, high: largest * 1.02, logarithmic, left, right }
    }

    /// An axis from 0.
    pub const fn linear(largest: f64, (left, right): (f64, f64)) -> Self {
        Self { low: 0.0, high: largest, logarithmic: false, left, right }
    }

    /// A linear axis between two figures, of which either may be below 0.
    pub const fn between(low: f64, high: f64, (left, right): (f64, f64)) -> Self {
        Self { low, high, logarithmic: false, left, right }
    }

    /// A logarithmic axis between two positive figures, kept to those a float can hold.
    pub const fn logarithmic(low: f64, high: f64, (left, right): (f64, f64)) -> Self {
        let (low, high) = (low.max(f64::MIN_POSITIVE), high.min(f64::MAX));
        Self { low, high, logarithmic: true, left, right }
    }

    /// Where it begins and ends, in pixels.
    pub const fn ends(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// Whether it is logarithmic, so that lengths mean nothing.
    pub const fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Where a figure lies, kept within the axis.
    pub fn x(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self.left + share * (self.right - self.left)
    }

    /// The round figures along it.
    pub fn marks(&self) -> Vec<f64> {
        if self.logarithmic { self.decades() } else { self.steps() }
    }

    fn decades(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let fine: &[f64] = if decades <= FINE_DECADES { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let first = self.low.log10().floor();
        let mut marks = Vec::new();
        let mut exponent = first;
        while exponent <= self.high.log10() {
            let power = 10_f64.powf(exponent);
            marks.extend(fine.iter().map(|step| step * power));
            exponent += 1.0;
        }
        marks.retain(|mark| (self.low..=self.high).contains(mark));
        marks
    }

    fn steps(&self) -> Vec<f64> {
        let extent = self.high - self.low;
        if extent <= 0.0 || !extent.is_finite() {
            return vec![self.low];
        }
        let rough = extent / MARKS;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|step| step * power)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        if step <= 0.0 {
            return vec![self.low];
        }
        let mut marks = Vec::new();
        let mut at = (self.low / step).ceil();
        while at * step <= self.high {
            marks.push(at * step);
            at += 1.0;
        }
        marks
    }

    /// Draws the grid from `top` to `bottom`, the marks' labels and the axis' name below.
    pub fn draw(
        &self,
        svg: &mut Svg,
        (top, bottom): (f64, f64),
        name: &str,
        label: impl Fn(f64) -> String,
    ) {
        for mark in self.marks() {
            let x = self.x(mark);
            svg.line((x, top), (x, bottom), colour::GRID, 1.0);
            svg.text((x, bottom + 16.0), Anchor::Middle, Font::SOFT, &label(mark));
        }
        let name = if self.logarithmic { format!("{name}, logarithmic") } else { name.to_owned() };
        let middle = f64::midpoint(self.left, self.right);
        svg.text((middle, bottom + 34.0), Anchor::Middle, Font::SOFT, &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_range_is_logarithmic_and_a_narrow_one_begins_at_zero() {
        let wide = Scale::fitting(1.0, 100.0, (0.0, 100.0));
        assert!(wide.is_logarithmic());
        assert!((wide.x(10.0) - 50.0).abs() < 1e-9);
        let narrow = Scale::fitting(5.0, 10.0, (0.0, 102.0));
        assert!(!narrow.is_logarithmic());
        assert!((narrow.x(5.0) - 50.0).abs() < 1e-9);
        assert_eq!(narrow.marks(), vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
    }

    #[test]
    fn the_largest_and_smallest_floats_have_an_axis_too() {
        let scale = Scale::fitting(f64::from_bits(1), f64::MAX, (0.0, 1.0));
        assert!(scale.marks().len() < 700);
        assert!(Scale::fitting(f64::MAX, f64::MAX, (0.0, 1.0)).marks().len() < 20);
        assert!(Scale::linear(f64::from_bits(1), (0.0, 1.0)).marks().len() < 20);
    }

    #[test]
    fn marks_are_round_and_within_the_axis() {
        let scale = Scale::logarithmic(3.0, 150.0, (0.0, 1.0));
        let marks: Vec<f64> = scale.marks().iter().map(|mark| mark.round()).collect();
        assert_eq!(marks, vec![5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(Scale::linear(0.0, (0.0, 1.0)).marks(), vec![0.0]);
        assert_eq!(
            Scale::between(-3.0, 5.0, (0.0, 1.0)).marks(),
            (-3..=5).map(f64::from).collect::<Vec<_>>()
        );
    }
}
