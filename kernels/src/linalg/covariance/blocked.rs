//! Co-moments of columns, gathered in one pass over blocks of rows that fit the cache.
//!
//! Each block is centred by its own mean, which keeps every digit however large the means are, and
//! joined to the rows before it by the update of Chan et al. ("Updating formulae and a pairwise
//! algorithm for computing sample variances", 1979): for counts a and b and the difference δ of the
//! means, products add up with a·b/(a+b)·δδᵀ. That term is one more row, √(a·b/(a+b))·δ.

use amdahl::Matrix;
use multiversion::multiversion;
use multiversion::target::match_target;

use crate::support::lanes::{LANES, Lanes};
use crate::support::tile;

/// Rows of a block: with 100 columns it takes about 100 KiB, within any L2.
const BLOCK_ROWS: usize = 128;

/// A square of products of [`LANES`] columns with as many others.
type Tile = [Lanes; LANES];

/// Count, means and summed products of deviations of the rows seen so far.
pub struct Moments {
    cols: usize,
    count: f64,
    mean: Vec<f64>,
    /// Tiles of the upper triangle; `panels x panels` in row-major order, those below unused.
    products: Vec<Tile>,
    block: Block,
}

/// Scratch for one block of rows.
struct Block {
    mean: Vec<f64>,
    /// Centred rows and the row that joins the blocks, in panels of [`LANES`] columns.
    centred: Vec<Lanes>,
}

impl Moments {
    /// No rows yet, of `cols` columns.
    pub fn new(cols: usize) -> Self {
        let panels = cols.div_ceil(LANES);
        let block =
            Block { mean: vec![0.0; cols], centred: vec![[0.0; LANES]; panels * (BLOCK_ROWS + 1)] };
        let products = vec![[[0.0; LANES]; LANES]; panels * panels];
        Self { cols, count: 0.0, mean: vec![0.0; cols], products, block }
    }

    /// Forgets all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.count = 0.0;
        self.mean.fill(0.0);
        self.products.fill([[0.0; LANES]; LANES]);
    }

    /// Adds rows given in row-major order.
    pub fn add_rows(&mut self, rows: &[f64]) {
        for rows in rows.chunks((BLOCK_ROWS * self.cols).max(1)) {
            add_block(self, rows);
        }
    }

    /// Joins rows that were gathered apart.
    pub fn merge(&mut self, other: &Self) {
        let total = self.count + other.count;
        if total == 0.0 {
            return;
        }
        let weight = self.count * other.count / total;
        let panels = self.cols.div_ceil(LANES);
        let delta = |j: usize| if j < self.cols { other.mean[j] - self.mean[j] } else { 0.0 };
        let others = other.products.iter().enumerate();
        for (tile, (at, other_tile)) in self.products.iter_mut().zip(others) {
            let (top, left) = (at / panels * LANES, at % panels * LANES);
            let across: Lanes = std::array::from_fn(|l| delta(left + l));
            for (r, (row, other_row)) in tile.iter_mut().zip(other_tile).enumerate() {
                let down = weight * delta(top + r);
                for ((own, other), across) in row.iter_mut().zip(other_row).zip(across) {
                    *own += other + down * across;
                }
            }
        }
        for (mean, other_mean) in self.mean.iter_mut().zip(&other.mean) {
            *mean += (other_mean - *mean) * (other.count / total);
        }
        self.count = total;
    }

    /// Writes the covariance, divisor n - 1: NaN for a single row.
    pub fn covariance_into(&self, out: &mut Matrix) {
        let panels = self.cols.div_ceil(LANES);
        for i in 0..self.cols {
            for j in i..self.cols {
                let tile = &self.products[i / LANES * panels + j / LANES];
                let value = tile[i % LANES][j % LANES] / (self.count - 1.0);
                out[(i, j)] = value;
                out[(j, i)] = value;
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn add_block(moments: &mut Moments, rows: &[f64]) {
    let Moments { cols, count, mean, products, block } = moments;
    let (cols, height) = (*cols, rows.len() / (*cols).max(1));
    let (before, added) = (*count, height as f64);
    let total = before + added;

    block.mean.fill(0.0);
    for row in rows.chunks_exact(cols) {
        for (sum, value) in block.mean.iter_mut().zip(row) {
            *sum += value;
        }
    }
    block.mean.iter_mut().for_each(|sum| *sum /= added);

    let weight = (before * added / total).sqrt();
    let heads = block.mean.chunks(LANES).zip(mean.chunks_mut(LANES));
    let panels = block.centred.chunks_exact_mut(BLOCK_ROWS + 1).zip(heads);
    for (at, (panel, (block_mean, mean))) in panels.enumerate() {
        let (first, width) = (at * LANES, block_mean.len());
        for (lanes, row) in panel.iter_mut().zip(rows.chunks_exact(cols)) {
            centre(lanes, &row[first..first + width], block_mean);
        }
        for ((joint, mean), block_mean) in panel[height].iter_mut().zip(mean).zip(block_mean) {
            let delta = block_mean - *mean;
            *joint = weight * delta;
            *mean += delta * (added / total);
        }
    }
    *count = total;

    match_target! {
        "x86_64+avx512f" => add_products::<true, 8, 2>(products, &block.centred, height + 1),
        "x86_64+avx2+fma" => add_products::<true, 4, 1>(products, &block.centred, height + 1),
        "aarch64+neon" => add_products::<true, 4, 1>(products, &block.centred, height + 1),
        _ => add_products::<false, 4, 1>(products, &block.centred, height + 1),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn centre(out: &mut Lanes, values: &[f64], mean: &[f64]) {
    if let (Ok(values), Ok(mean)) = (<&Lanes>::try_from(values), <&Lanes>::try_from(mean)) {
        for l in 0..LANES {
            out[l] = values[l] - mean[l];
        }
    } else {
        for ((out, value), mean) in out.iter_mut().zip(values).zip(mean) {
            *out = value - mean;
        }
    }
}

/// Adds the products of the first `height` centred rows, `DOWN` columns by `ACROSS` panels at a
/// time: as many sums as the registers hold.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_products<const FUSED: bool, const DOWN: usize, const ACROSS: usize>(
    products: &mut [Tile],
    centred: &[Lanes],
    height: usize,
) {
    let panel = |at: usize| &centred[at * (BLOCK_ROWS + 1)..][..height];
    let panels = centred.len() / (BLOCK_ROWS + 1);
    for (i, tiles) in products.chunks_exact_mut(panels.max(1)).enumerate() {
        let (left, mut j) = (panel(i), i);
        while j + ACROSS <= panels {
            let right = std::array::from_fn::<_, ACROSS, _>(|at| panel(j + at));
            for first in (0..LANES).step_by(DOWN) {
                add_tiles::<FUSED, DOWN, ACROSS>(&mut tiles[j..], first, left, right);
            }
            j += ACROSS;
        }
        while j < panels {
            for first in (0..LANES).step_by(DOWN) {
                add_tiles::<FUSED, DOWN, 1>(&mut tiles[j..], first, left, [panel(j)]);
            }
            j += 1;
        }
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_tiles<const FUSED: bool, const DOWN: usize, const ACROSS: usize>(
    tiles: &mut [Tile],
    first: usize,
    left: &[Lanes],
    right: [&[Lanes]; ACROSS],
) {
    let sums = tile::products::<FUSED, DOWN, ACROSS>(left, first, right);
    for (tile, sums) in tiles.iter_mut().zip(sums) {
        for (row, sums) in tile[first..first + DOWN].iter_mut().zip(sums) {
            for (own, sum) in row.iter_mut().zip(sums) {
                *own += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tile_shape_and_the_code_without_fused_operations_give_the_same_products() {
        let (panels, height) = (5, 67);
        let mut rng = amdahl::Rng::new(1);
        let centred: Vec<Lanes> =
            (0..panels * (BLOCK_ROWS + 1)).map(|_| std::array::from_fn(|_| rng.normal())).collect();
        let products = |add: fn(&mut [Tile], &[Lanes], usize)| {
            let mut products = vec![[[0.0; LANES]; LANES]; panels * panels];
            add(&mut products, &centred, height);
            products
        };
        let wide = products(add_products::<true, 8, 2>);
        let narrow = products(add_products::<true, 4, 1>);
        let plain = products(add_products::<false, 4, 1>);
        assert_eq!(wide, narrow);
        for (wide, plain) in wide.as_flattened().iter().zip(plain.as_flattened()) {
            for (wide, plain) in wide.iter().zip(plain) {
                assert!((wide - plain).abs() < 1e-12, "{wide} and {plain}");
            }
        }
    }
}
