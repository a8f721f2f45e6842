//! Nearest centroids tile by tile: the matrix product and the search while the sums are still in
//! registers and L1, so that no distance is stored.
//!
//! What is compared is |c|²/2 - x·c, half the squared distance less what is common to a point's
//! centroids. Each lane keeps its smallest value, where it was, and its second smallest: two that
//! are farther apart than rounding could bring them are told apart for good, and other points are
//! looked at again.

use multiversion::multiversion;
use multiversion::target::match_target;

use super::label::label_of;
use super::nearest::{largest, nearest, slack, squared};
use crate::cluster::pairwise_distance::Points;
use crate::cluster::pairwise_distance::tiled::{TILE, Workspace};
use crate::support::lanes::{LANES, Lanes, mul_add};
use crate::support::tile;

/// Points whose centroids one task looks for.
pub const ROWS_PER_TASK: usize = 64;

/// The centroids as the innermost loop wants them.
pub struct Centroids {
    packed: Workspace,
    /// |c|²/2 of each panel's centroids; infinite in lanes without one, so that it is never nearest.
    halves: Vec<Lanes>,
    /// The largest |c|² of a finite centroid.
    largest: f64,
}

/// Buffers of one thread.
pub struct Scratch {
    /// [`LANES`] centred points, coordinate by coordinate.
    points: Vec<Lanes>,
    /// The values of a tile; on the heap for the reason given in `pairwise_distance`.
    values: Vec<Lanes>,
    leads: Leads,
    /// All values of a point that is looked at again.
    all: Vec<Lanes>,
}

/// The smallest values so far of up to [`LANES`] points, in each lane its own.
struct Leads {
    first: Vec<Lanes>,
    /// The panel of `first`.
    panel: Vec<Lanes>,
    second: Vec<Lanes>,
}

impl Centroids {
    /// Buffers for these points.
    pub fn new(points: &Points) -> Self {
        let halves = vec![[0.0; LANES]; points.c.rows().div_ceil(LANES)];
        Self { packed: Workspace::new(points), halves, largest: 0.0 }
    }

    /// Buffers for one thread.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            points: vec![[0.0; LANES]; self.packed.centre.len()],
            values: vec![[0.0; LANES]; TILE],
            leads: Leads::new(),
            all: vec![[0.0; LANES]; self.halves.len()],
        }
    }

    /// Centres and packs the centroids.
    pub fn pack(&mut self, points: &Points) {
        self.packed.pack(&points.c);
        let squares = &self.packed.squares;
        for (panel, (half, square)) in self.halves.iter_mut().zip(squares).enumerate() {
            for l in 0..LANES {
                let there = panel * LANES + l < points.c.rows();
                half[l] = if there { square[l] / 2.0 } else { f64::INFINITY };
            }
        }
        self.largest = largest(&points.c, |j| squares[j / LANES][j % LANES]);
    }
}

/// Writes the nearest centroids of the points from row `first` on, as many as `out` has room for.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn nearest_of_rows(
    centroids: &Centroids,
    points: &Points,
    first: usize,
    out: &mut [i64],
    scratch: &mut Scratch,
) {
    for (group, out) in out.chunks_mut(LANES).enumerate() {
        let band = Band { centroids, points, first: first + group * LANES };
        match_target! {
            "x86_64+avx512f" => band.nearest::<true, 8, 2>(out, scratch),
            "x86_64+avx2+fma" => band.nearest::<true, 4, 1>(out, scratch),
            "aarch64+neon" => band.nearest::<true, 4, 1>(out, scratch),
            _ => band.nearest::<false, 4, 1>(out, scratch),
        }
    }
}

/// Up to [`LANES`] points from row `first` on.
struct Band<'a> {
    centroids: &'a Centroids,
    points: &'a Points,
    first: usize,
}

impl Band<'_> {
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn nearest<const FUSED: bool, const DOWN: usize, const ACROSS: usize>(
        &self,
        out: &mut [i64],
        scratch: &mut Scratch,
    ) {
        let Centroids { packed, halves, largest } = self.centroids;
        let Scratch { points, values, leads, all } = scratch;
        let rows = self.first..self.first + out.len();
        let squares = packed.centred(&self.points.x, rows, points);
        leads.clear();
        for top in (0..LANES).step_by(DOWN) {
            let mut at = 0;
            while at + ACROSS <= halves.len() {
                let right = std::array::from_fn::<_, ACROSS, _>(|p| packed.panel(at + p));
                let sums = tile::products::<FUSED, DOWN, ACROSS>(points, top, right);
                store(sums, &halves[at..at + ACROSS], values);
                for (p, values) in values.chunks_exact(DOWN).take(ACROSS).enumerate() {
                    leads.follow(top, values, (at + p) as f64);
                }
                at += ACROSS;
            }
            while at < halves.len() {
                let sums = tile::products::<FUSED, DOWN, 1>(points, top, [packed.panel(at)]);
                store(sums, &halves[at..=at], values);
                leads.follow(top, &values[..DOWN], at as f64);
                at += 1;
            }
        }
        for (lane, out) in out.iter_mut().enumerate() {
            let slack = slack(points.len(), squares[lane], *largest) / 2.0;
            let (nearest, ahead) = leads.winner(lane);
            *out = label_of(if ahead > slack {
                nearest
            } else {
                self.again::<FUSED>(lane, points, slack, all)
            });
        }
    }

    /// The nearest centroid of a point whose first two values rounding may have exchanged.
    #[cold]
    fn again<const FUSED: bool>(
        &self,
        lane: usize,
        point: &[Lanes],
        slack: f64,
        values: &mut [Lanes],
    ) -> usize {
        let Centroids { packed, halves, .. } = self.centroids;
        for (at, (values, half)) in values.iter_mut().zip(halves).enumerate() {
            let mut dots = [0.0; LANES];
            for (x, c) in point.iter().zip(packed.panel(at)) {
                for l in 0..LANES {
                    dots[l] = mul_add::<FUSED>(x[lane], c[l], dots[l]);
                }
            }
            for l in 0..LANES {
                values[l] = half[l] - dots[l];
            }
        }
        let k = self.points.c.rows();
        let x = self.points.x.row(self.first + lane);
        nearest(&values.as_flattened()[..k], slack, |j| squared(x, self.points.c.row(j)))
    }
}

/// Puts the values of a tile into memory, panel by panel.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn store<const DOWN: usize, const ACROSS: usize>(
    sums: [[Lanes; DOWN]; ACROSS],
    halves: &[Lanes],
    out: &mut [Lanes],
) {
    for ((out, sums), half) in out.chunks_exact_mut(DOWN).zip(sums).zip(halves) {
        for (out, sums) in out.iter_mut().zip(sums) {
            for l in 0..LANES {
                out[l] = half[l] - sums[l];
            }
        }
    }
}

impl Leads {
    fn new() -> Self {
        let points = || vec![[0.0; LANES]; LANES];
        Self { first: points(), panel: points(), second: points() }
    }

    fn clear(&mut self) {
        self.first.fill([f64::INFINITY; LANES]);
        self.panel.fill([0.0; LANES]);
        self.second.fill([f64::INFINITY; LANES]);
    }

    /// Takes in a panel's values for the points from `top` on. One loop over flat slices: over
    /// lanes within points, the compiler makes it gather and scatter.
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn follow(&mut self, top: usize, values: &[Lanes], panel: f64) {
        let points = top..top + values.len();
        let first = self.first[points.clone()].as_flattened_mut();
        let panels = self.panel[points.clone()].as_flattened_mut();
        let second = self.second[points].as_flattened_mut();
        let leads = first.iter_mut().zip(panels).zip(second);
        for (((first, place), second), &value) in leads.zip(values.as_flattened()) {
            let old = *first;
            let other = if value < old { old } else { value };
            *place = if value < old { panel } else { *place };
            *first = if value < old { value } else { old };
            // NaN is neither first nor second.
            *second = if other < *second { other } else { *second };
        }
    }

    /// The centroid of a point's smallest value of all lanes, and how far it is ahead of the next;
    /// NaN where all are infinite.
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of panels went in and comes out"
    )]
    fn winner(&self, point: usize) -> (usize, f64) {
        let (mut winner, mut first, mut second) = (0, f64::INFINITY, f64::INFINITY);
        for l in 0..LANES {
            let value = self.first[point][l];
            let other = if value < first { first } else { value };
            if value < first {
                (winner, first) = (l, value);
            }
            second = second.min(other).min(self.second[point][l]);
        }
        (self.panel[point][winner] as usize * LANES + winner, second - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tile_shape_and_the_code_without_fused_operations_give_the_same_centroids() {
        let mut rng = amdahl::Rng::new(1);
        let points = Points { x: rng.matrix(LANES, 11), c: rng.matrix(29, 11) };
        let mut centroids = Centroids::new(&points);
        centroids.pack(&points);
        let band = Band { centroids: &centroids, points: &points, first: 0 };
        let [mut wide, mut narrow, mut plain] = [[0; LANES]; 3];
        let mut scratch = centroids.scratch();
        band.nearest::<true, 8, 2>(&mut wide, &mut scratch);
        band.nearest::<true, 4, 1>(&mut narrow, &mut scratch);
        band.nearest::<false, 4, 1>(&mut plain, &mut scratch);
        for i in 0..LANES {
            let squared = (0..29).map(|j| (j, squared(points.x.row(i), points.c.row(j))));
            let want = label_of(super::super::nearest::smallest(squared));
            assert_eq!([wide[i], narrow[i], plain[i]], [want; 3], "point {i}");
        }
    }
}
