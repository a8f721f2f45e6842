//! What every drawing of this chart starts from: the bars in order, and the page.

use std::ops::Range;

use plotters::style::RGBColor;

use super::{ChartError, Importances};
use crate::support::drawing::share;

/// The page, in pixels.
pub const SIZE_PX: (u32, u32) = (960, 600);

/// What stands above the bars.
pub const TITLE: &str = "Feature importance";

/// What stands below them.
pub const AXIS: &str = "importance";

/// What an empty chart says.
pub const NOTHING: &str = "no features to show";

/// More bars than this have no room for text.
pub const MOST_WITH_TEXT: usize = 60;

/// Characters of a name that have room beside a bar.
const NAME_CHARS: usize = 24;

/// The least and the most important end of the gradient.
const GRADIENT: [RGBColor; 2] = [RGBColor(158, 202, 225), RGBColor(8, 64, 129)];

/// A bar to draw.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'i> {
    /// Whose it is.
    pub name: &'i str,
    /// How far it reaches.
    pub importance: f64,
}

impl Bar<'_> {
    /// Its name, with an ellipsis where it is too long.
    pub fn short_name(&self) -> String {
        if self.name.chars().count() <= NAME_CHARS {
            return self.name.to_owned();
        }
        self.name.chars().take(NAME_CHARS - 1).chain(['…']).collect()
    }

    /// Its place in the gradient over `range`.
    pub fn colour(&self, range: &Range<f64>) -> RGBColor {
        let along = share(self.importance, range).clamp(0.0, 1.0);
        let [least, most] = GRADIENT;
        RGBColor(
            mixed(least.0, most.0, along),
            mixed(least.1, most.1, along),
            mixed(least.2, most.2, along),
        )
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two bytes lies a byte"
)]
fn mixed(from: u8, to: u8, along: f64) -> u8 {
    (f64::from(from) + (f64::from(to) - f64::from(from)) * along).round() as u8
}

/// The bars from the top: the largest importances first, equal ones in input order.
pub fn ranked(input: &Importances) -> Result<Vec<Bar<'_>>, ChartError> {
    let Importances { names, importances, top_n } = input;
    if names.len() != importances.len() {
        let (names, importances) = (names.len(), importances.len());
        return Err(ChartError::UnequalLengths { names, importances });
    }
    let top_n = *top_n;
    if top_n < 0 {
        return Err(ChartError::NegativeTop { top_n });
    }
    let mut bars = Vec::with_capacity(names.len());
    for (name, &importance) in names.iter().zip(importances) {
        if !importance.is_finite() {
            return Err(ChartError::NotFinite { name: name.clone(), importance });
        }
        bars.push(Bar { name, importance });
    }
    // The sort is stable; -0 equals 0 and NaN is not here.
    let highest_first = |a: &Bar, b: &Bar| b.importance.partial_cmp(&a.importance);
    bars.sort_by(|a, b| highest_first(a, b).unwrap_or(std::cmp::Ordering::Equal));
    bars.truncate(usize::try_from(top_n).unwrap_or(usize::MAX));
    Ok(bars)
}

/// The axis: from 0, or the lowest if it is below, to the highest, with room for the values beside
/// the bars.
pub fn axis(bars: &[Bar<'_>]) -> Range<f64> {
    let low = bars.iter().map(|bar| bar.importance).fold(0.0, f64::min);
    let high = bars.iter().map(|bar| bar.importance).fold(0.0, f64::max);
    if low == high {
        return 0.0..1.0;
    }
    // A tenth of the halves, since the whole length may overflow.
    let room = 0.2 * (high / 2.0 - low / 2.0);
    let high = if high + room < f64::INFINITY { high + room } else { high };
    low..high
}

/// What one unit on the axis of a library stands for, which cannot count in units of the range's
/// ends: plotters would look for its ticks for ever.
pub fn unit(range: &Range<f64>) -> f64 {
    let reach = range.end.max(-range.start);
    if reach > 1e290 {
        1e290
    } else if reach < 1e-290 {
        1e-300
    } else {
        1.0
    }
}
