//! Distances tile by tile: the matrix product, the expansion and the root while the sums are still
//! in registers, so that the output is written once and no intermediate array exists.

use std::ops::Range;

use amdahl::Matrix;
use multiversion::multiversion;
use multiversion::target::match_target;

use super::Points;
use super::expand::{Expansion, direct};
use crate::support::lanes::{LANES, Lanes};
use crate::support::tile;

/// Points whose distances one task computes.
pub const ROWS_PER_TASK: usize = 64;

/// The centroids as the innermost loop wants them.
pub struct Workspace {
    /// The mean of the centroids, which all points are moved by.
    pub centre: Vec<f64>,
    /// Centred coordinates: a panel of [`LANES`] centroids after the other, coordinate by
    /// coordinate.
    panels: Vec<Lanes>,
    /// |c|² of each panel's centroids.
    pub squares: Vec<Lanes>,
}

/// Writes the mean of the centroids into `centre`. One that is not finite has no part in it: it
/// would be at no finite distance anyway, and would take the others' digits along.
pub fn centre_of(c: &Matrix, centre: &mut [f64]) {
    centre.fill(0.0);
    let mut count = 0.0;
    for row in (0..c.rows()).map(|i| c.row(i)).filter(|row| is_finite(row)) {
        centre.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    if count > 0.0 {
        for sum in centre {
            *sum /= count;
        }
    }
}

/// Whether a point has neither NaN nor an infinity among its coordinates.
pub fn is_finite(row: &[f64]) -> bool {
    row.iter().all(|value| value.is_finite())
}

impl Workspace {
    /// Buffers for these points.
    pub fn new(points: &Points) -> Self {
        let (d, panels) = (points.c.cols(), points.c.rows().div_ceil(LANES));
        Self {
            centre: vec![0.0; d],
            panels: vec![[0.0; LANES]; d * panels],
            squares: vec![[0.0; LANES]; panels],
        }
    }

    /// The centroids of a panel, coordinate by coordinate.
    pub fn panel(&self, at: usize) -> &[Lanes] {
        &self.panels[at * self.centre.len()..][..self.centre.len()]
    }

    /// Centres up to [`LANES`] points from row `first` on into `out`, coordinate by coordinate, and
    /// returns their squares; lanes without a point keep what they held.
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    pub fn centred(&self, x: &Matrix, rows: Range<usize>, out: &mut [Lanes]) -> Lanes {
        let mut squares = [0.0; LANES];
        for (lane, (square, row)) in squares.iter_mut().zip(rows).enumerate() {
            for ((out, value), centre) in out.iter_mut().zip(x.row(row)).zip(&self.centre) {
                out[lane] = value - centre;
                *square += out[lane] * out[lane];
            }
        }
        squares
    }

    /// Buffers for one thread.
    pub fn scratch(&self) -> Scratch {
        Scratch { points: vec![[0.0; LANES]; self.centre.len()], dots: vec![[0.0; LANES]; TILE] }
    }

    /// Centres and packs the centroids.
    pub fn pack(&mut self, c: &Matrix) {
        centre_of(c, &mut self.centre);
        self.squares.fill([0.0; LANES]);
        for i in 0..c.rows() {
            let (panel, lane) = (i / LANES, i % LANES);
            let coordinates = &mut self.panels[panel * c.cols()..][..c.cols()];
            for ((out, value), centre) in coordinates.iter_mut().zip(c.row(i)).zip(&self.centre) {
                let value = value - centre;
                out[lane] = value;
                self.squares[panel][lane] += value * value;
            }
        }
    }
}

/// The most lanes of sums in a tile.
pub const TILE: usize = 16;

/// Buffers of one thread.
pub struct Scratch {
    /// [`LANES`] centred points, coordinate by coordinate.
    points: Vec<Lanes>,
    /// The dot products of a tile. They stand on the heap so that the compiler keeps the sums
    /// themselves in registers, which it does not while one array is both summed and looped over.
    dots: Vec<Lanes>,
}

/// Writes the distances of the rows of `x` from row `first` on, as many as `out` has room for.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn distances_of_rows(
    workspace: &Workspace,
    points: &Points,
    first: usize,
    out: &mut [f64],
    scratch: &mut Scratch,
) {
    let k = points.c.rows();
    for (group, out) in out.chunks_mut((LANES * k).max(1)).enumerate() {
        let band = Band { workspace, points, first: first + group * LANES };
        match_target! {
            "x86_64+avx512f" => band.distances::<true, 8, 2>(out, scratch),
            "x86_64+avx2+fma" => band.distances::<true, 4, 1>(out, scratch),
            "aarch64+neon" => band.distances::<true, 4, 1>(out, scratch),
            _ => band.distances::<false, 4, 1>(out, scratch),
        }
    }
}

/// Up to [`LANES`] points from row `first` on.
struct Band<'a> {
    workspace: &'a Workspace,
    points: &'a Points,
    first: usize,
}

impl Band<'_> {
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn distances<const FUSED: bool, const DOWN: usize, const ACROSS: usize>(
        &self,
        out: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let k = self.points.c.rows();
        let Scratch { points, dots } = scratch;
        let rows = self.first..self.first + out.len() / k;
        let squares = self.workspace.centred(&self.points.x, rows, points);
        let panel = |at: usize| self.workspace.panel(at);
        let panels = self.workspace.squares.len();
        let mut at = 0;
        while at + ACROSS <= panels {
            let right = std::array::from_fn::<_, ACROSS, _>(|p| panel(at + p));
            for top in (0..LANES).step_by(DOWN) {
                store(tile::products::<FUSED, DOWN, ACROSS>(points, top, right), dots);
                for (p, dots) in dots.chunks_exact(DOWN).take(ACROSS).enumerate() {
                    self.finish(dots, at + p, top, &squares, out);
                }
            }
            at += ACROSS;
        }
        while at < panels {
            for top in (0..LANES).step_by(DOWN) {
                store(tile::products::<FUSED, DOWN, 1>(points, top, [panel(at)]), dots);
                self.finish(&dots[..DOWN], at, top, &squares, out);
            }
            at += 1;
        }
    }

    /// Turns the dot products of points from `top` on with a panel of centroids into distances;
    /// rows beyond the band's end are left out.
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn finish(&self, dots: &[Lanes], panel: usize, top: usize, squares: &Lanes, out: &mut [f64]) {
        let k = self.points.c.rows();
        let columns = panel * LANES..k.min((panel + 1) * LANES);
        let c = &self.workspace.squares[panel];
        for (row, (dots, x)) in (top..).zip(dots.iter().zip(&squares[top..])) {
            let Some(out) = out.get_mut(row * k..(row + 1) * k) else { break };
            let mut distances = [0.0; LANES];
            let mut lost = 0_u64;
            for l in 0..LANES {
                let (squared, kept) = Expansion { x: *x, c: c[l], dot: dots[l] }.squared();
                distances[l] = squared.sqrt();
                lost |= u64::from(!kept);
            }
            let out = &mut out[columns.clone()];
            match <&mut Lanes>::try_from(&mut *out) {
                Ok(out) => *out = distances,
                Err(_) => out.copy_from_slice(&distances[..out.len()]),
            }
            if lost > 0 {
                self.again(self.first + row, panel, out);
            }
        }
    }

    /// Takes the distances of a point from a panel of centroids from their differences.
    #[cold]
    fn again(&self, i: usize, panel: usize, out: &mut [f64]) {
        for (l, out) in out.iter_mut().enumerate() {
            *out = direct(self.points.x.row(i), self.points.c.row(panel * LANES + l));
        }
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn store<const DOWN: usize, const ACROSS: usize>(sums: [[Lanes; DOWN]; ACROSS], out: &mut [Lanes]) {
    for (out, sums) in out.chunks_exact_mut(DOWN).zip(sums) {
        for (out, sums) in out.iter_mut().zip(sums) {
            *out = sums;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tile_shape_and_the_code_without_fused_operations_give_the_same_distances() {
        let mut rng = amdahl::Rng::new(1);
        let points = Points { x: rng.matrix(LANES, 11), c: rng.matrix(29, 11) };
        let mut workspace = Workspace::new(&points);
        workspace.pack(&points.c);
        let band = Band { workspace: &workspace, points: &points, first: 0 };
        let [mut wide, mut narrow, mut plain] = [const { [0.0; LANES * 29] }; 3];
        let mut scratch = workspace.scratch();
        band.distances::<true, 8, 2>(&mut wide, &mut scratch);
        band.distances::<true, 4, 1>(&mut narrow, &mut scratch);
        band.distances::<false, 4, 1>(&mut plain, &mut scratch);
        assert_eq!(wide, narrow);
        for (i, (wide, plain)) in wide.iter().zip(plain).enumerate() {
            let want = direct(points.x.row(i / 29), points.c.row(i % 29));
            assert!((wide - want).abs() < 1e-12 && (plain - want).abs() < 1e-12, "at {i}");
        }
    }
}
