//! What charts share: a font for machines that have none, PNG files, colours, round ticks.

use std::ops::Range;
use std::sync::OnceLock;

use ab_glyph::FontRef;
use plotters::style::{FontStyle, RGBColor, register_font};

/// The family that SVG names and plotters finds the built-in font by.
pub const FAMILY: &str = "sans-serif";

/// Okabe and Ito's colours, which remain distinct to colour-blind readers.
pub const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];

/// Why there is no drawing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chart could not be drawn: {reason}")]
pub struct DrawingError {
    /// What the library said.
    pub reason: String,
}

impl DrawingError {
    /// The error of a drawing library.
    #[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub fn of(error: impl std::fmt::Display) -> Self {
        Self { reason: error.to_string() }
    }
}

/// Makes the built-in font known to plotters, once.
pub fn prepare_plotters() -> Result<(), DrawingError> {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    let font = epaint_default_fonts::UBUNTU_LIGHT;
    let known = KNOWN.get_or_init(|| register_font(FAMILY, FontStyle::Normal, font).is_ok());
    if *known { Ok(()) } else { Err(DrawingError::of("the built-in font is damaged")) }
}

/// The built-in font.
pub fn font() -> Result<FontRef<'static>, DrawingError> {
    FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).map_err(DrawingError::of)
}

/// A PNG file of pixels of three bytes each, row by row.
pub fn png(rgb: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, DrawingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(DrawingError::of)?;
    writer.write_image_data(rgb).map_err(DrawingError::of)?;
    writer.finish().map_err(DrawingError::of)?;
    Ok(file)
}

/// Whether an axis can reach a value: neither NaN nor so large that the axis would overflow.
pub fn is_drawable(value: f64) -> bool {
    value.abs() <= 1e300
}

/// The least length of an axis beside its distance from 0: plotters adds ticks up from one end and
/// would never come to the other.
const SHORTEST: f64 = 1e-9;

/// Nearer to 0 than this, values have no digits to spare and count as 0.
const TINIEST: f64 = 1e-290;

/// The span of the values that can be drawn with a share of room on either side, longer where they
/// are all but equal; 0 to 1 where there are none.
pub fn extent(values: impl Iterator<Item = f64>, room: f64) -> Range<f64> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| is_drawable(*value)) {
        (low, high) = (low.min(value), high.max(value));
    }
    if low > high {
        return 0.0..1.0;
    }
    let reach = low.abs().max(high.abs());
    if reach < TINIEST {
        return -0.5..0.5;
    }
    if high - low <= SHORTEST * reach {
        return low - reach / 2.0..high + reach / 2.0;
    }
    let room = room * (high - low);
    low - room..high + room
}

/// The span of finite values and 0, which bars stand on, with room beyond the others.
pub fn extent_of_bars(values: impl Iterator<Item = f64>) -> Range<f64> {
    let Range { start, end } = extent(values.chain([0.0]), 0.0);
    let room = 0.05 * (end - start);
    (if start < 0.0 { start - room } else { start })..(if end > 0.0 { end + room } else { end })
}

/// Where a value lies in a range, 0 at its start and 1 at its end.
pub fn share(value: f64, range: &Range<f64>) -> f64 {
    let length = range.end - range.start;
    if length.is_finite() {
        (value - range.start) / length
    } else {
        (value / 2.0 - range.start / 2.0) / (range.end / 2.0 - range.start / 2.0)
    }
}

/// Some three to eight round values within a range, rising, and the decimals that tell them apart.
pub fn ticks(range: &Range<f64>) -> (Vec<f64>, usize) {
    let rough = (range.end - range.start) / 8.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(10.0 * power);
    let first = (range.start / step).ceil();
    let decimals = (0..12).take_while(|decimals| step * 10_f64.powi(*decimals) < 0.999).count();
    if !(step.is_normal() && first.is_finite()) {
        return (Vec::new(), decimals);
    }
    let values = (0..16).map(|i| (first + f64::from(i)) * step);
    (values.take_while(|value| *value <= range.end).collect(), decimals)
}

/// The text of a tick with so many decimals: no negative zero, no row of zeros.
pub fn tick_label(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e6 || decimals > 6 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.decimals$}");
    let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// A value in a few characters.
pub fn label(value: f64) -> String {
    if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
        format!("{value:.3}")
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let (values, decimals) = ticks(&(-0.03..1.07));
        assert_eq!(values, [0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
        assert_eq!(decimals, 1);
        assert_eq!(ticks(&(3.0..47.0)), (vec![10.0, 20.0, 30.0, 40.0], 0));
        assert_eq!(tick_label(-1e-17, 2), "0.00");
        assert_eq!(tick_label(-0.5, 1), "-0.5");
        assert_eq!(tick_label(2e300, 0), "2.0e300");
        assert_eq!(extent([2.0, 2.0].into_iter(), 0.1), 1.0..3.0);
        let nearly = extent([1.0, 1.0 + f64::EPSILON].into_iter(), 0.1);
        assert!(nearly.start < 0.6 && nearly.end > 1.4, "{nearly:?}");
        assert_eq!(extent([5e-324, f64::NAN, f64::MAX].into_iter(), 0.1), -0.5..0.5);
        assert!(ticks(&(f64::MIN..f64::MAX)).0.is_empty());
    }
}
