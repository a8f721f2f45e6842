//! A page of pixels: filled rectangles and text, which is all that bars need.

use ab_glyph::{Font, FontRef, ScaleFont, point};
use plotters::style::RGBColor;

use crate::support::svg::Anchor;

/// Pixels of three bytes, row by row from the upper left, white at first.
pub struct Pixels {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the coordinate is clamped to the page"
)]
fn to_pixel(at: f64, extent: usize) -> usize {
    at.round().clamp(0.0, extent as f64) as usize
}

impl Pixels {
    /// A white page.
    pub fn new((width, height): (u32, u32)) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, rgb: vec![255; 3 * width * height] }
    }

    /// The pixels, as `png` takes them.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// A filled rectangle.
    pub fn rect(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], colour: RGBColor) {
        let columns = to_pixel(x, self.width)..to_pixel(x + width, self.width);
        for row in to_pixel(y, self.height)..to_pixel(y + height, self.height) {
            let row = &mut self.rgb[3 * row * self.width..3 * (row + 1) * self.width];
            for pixel in row[3 * columns.start..3 * columns.end].as_chunks_mut::<3>().0 {
                *pixel = [colour.0, colour.1, colour.2];
            }
        }
    }

    /// A text at its baseline.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a font needs no more than single precision"
    )]
    pub fn text(
        &mut self,
        [x, y]: [f64; 2],
        size: f64,
        anchor: Anchor,
        (text, font): (&str, &FontRef<'_>),
    ) {
        // Fonts are scaled by their line's height, SVG's sizes are of the em: the ratio of the two.
        let em = font.units_per_em().unwrap_or(1_000.0);
        let scaled = font.as_scaled(size as f32 * font.height_unscaled() / em);
        let advance = |c: char| scaled.h_advance(scaled.glyph_id(c));
        let length: f32 = text.chars().map(advance).sum();
        let mut at = x as f32
            - match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => length / 2.0,
                Anchor::End => length,
            };
        for c in text.chars() {
            let glyph =
                scaled.glyph_id(c).with_scale_and_position(scaled.scale(), point(at, y as f32));
            at += advance(c);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|column, row, cover| {
                self.darken(corner.x + column as f32, corner.y + row as f32, cover);
            });
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixels off the page are left out before"
    )]
    fn darken(&mut self, x: f32, y: f32, cover: f32) {
        if x < 0.0 || y < 0.0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let at = 3 * (y as usize * self.width + x as usize);
        for channel in &mut self.rgb[at..at + 3] {
            let (paper, ink) = (f32::from(*channel), 34.0);
            *channel = (paper + (ink - paper) * cover.clamp(0.0, 1.0)) as u8;
        }
    }
}
