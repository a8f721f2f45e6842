//! How a kernel's cases grow along its axis: time, heap, the laws they follow, where one overtakes
//! another, and where the working set leaves a cache.

use super::index::Index;
use super::row::{CaseRow, case_row};
use crate::stats::{Crossover, Fit, Interval, Point, crossover, exponent, possible_laws, quantile};
use crate::{Cache, CaseId, KernelInfo, Role, SizeInfo};

/// A curve of fewer timed sizes is no sweep.
const LEAST_SIZES: usize = 4;

/// The quantile of the samples that exponents and laws are of. Sizes are timed apart from one another,
/// and what disturbs the machine only adds time, so the low end of the samples is the more alike from
/// size to size (Chen and Revels 2016, arXiv:1608.04295, take the least).
const UNDISTURBED: f64 = 0.1;

/// Heap is compared over at least this factor of sizes: a buffer that doubles when it is full cannot
/// look like growth then.
const HEAP_SPAN: f64 = 4.0;

/// What is known along a kernel's axis of growth.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// The sizes with a row, smallest first.
    pub sizes: Vec<GrowthSize>,
    /// A curve a variant and thread count, in the order of declaration.
    pub curves: Vec<Curve>,
    /// Where the working set leaves each cache, within the range of the sizes.
    pub boundaries: Vec<Boundary>,
    /// Where the fastest changes, from small sizes to large.
    pub overtakings: Vec<Overtaking>,
}

impl Growth {
    /// Whether sizes were swept, so that a curve can be drawn.
    pub fn is_sweep(&self) -> bool {
        self.swept().next().is_some()
    }

    /// The curves of enough sizes to be drawn: in a brief sweep others have the measured sizes alone.
    pub fn swept(&self) -> impl Iterator<Item = &Curve> {
        self.curves.iter().filter(|curve| curve.is_swept())
    }

    /// The curve of a variant and thread count.
    pub fn curve(&self, variant: &str, threads: usize) -> Option<&Curve> {
        let is_it = |curve: &&Curve| curve.variant == variant && curve.threads == threads;
        self.curves.iter().find(is_it)
    }
}

/// A size on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthSize {
    /// Its label.
    pub label: String,
    /// Where it lies.
    pub extent: f64,
    /// Bytes an iteration works on, where the kernel says so.
    pub working_set: Option<f64>,
    /// How many caches are too small for it.
    pub level: usize,
}

/// One variant on so many threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The variant.
    pub variant: String,
    /// Threads.
    pub threads: usize,
    /// Its part.
    pub role: Role,
    /// Its case at each size where there is one, smallest first, with the extent.
    pub points: Vec<(f64, CaseRow)>,
    /// The slope of log time over log extent.
    pub exponent: Option<Interval>,
    /// The laws its time may follow, the best first.
    pub laws: Vec<Fit>,
    /// How its heap grows, where it was counted at sizes far enough apart.
    pub heap: Option<HeapGrowth>,
}

impl Curve {
    /// The sizes at which it was timed, with the time.
    pub fn timed(&self) -> impl Iterator<Item = (f64, Interval)> + '_ {
        self.points.iter().filter_map(|(extent, row)| Some((*extent, row.timing.as_ref()?.time_ns)))
    }

    fn is_swept(&self) -> bool {
        self.timed().count() >= LEAST_SIZES
    }

    /// It as its case at the largest size.
    pub fn last_case(&self) -> Option<&CaseId> {
        self.points.last().map(|(_, row)| &row.case)
    }

    /// The variant with its thread count where that is more than one.
    pub fn label(&self) -> String {
        CaseId::new("", &self.variant, "", self.threads).variant_label()
    }

    /// This one's time over the other's at each size where both were timed.
    fn over(&self, other: &Self) -> Vec<(f64, Interval)> {
        let ratio = |(extent, row): &(f64, CaseRow)| {
            let (_, at) = other.points.iter().find(|(own, _)| own == extent)?;
            Some((*extent, row.timing.as_ref()?.over(at.timing.as_ref()?)?.interval))
        };
        self.points.iter().filter_map(ratio).collect()
    }
}

/// Heap at the largest size, and at the largest that is at most a quarter of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeapGrowth {
    /// The smaller size.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// Most bytes held at once, at each.
    pub peak_bytes: (f64, f64),
    /// Blocks of an iteration, at each.
    pub blocks: (f64, f64),
    /// The slope of log peak over log extent between the two; heap is counted, so it has no interval.
    pub exponent: f64,
}

/// A cache that the working set outgrows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundary {
    /// The cache.
    pub level: u8,
    /// Its size.
    pub bytes: u64,
    /// The extent at which the working set is as large.
    pub extent: f64,
}

/// From some size on another case is the fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Overtaking {
    /// Who is the fastest before, by variant and threads.
    pub before: (String, usize),
    /// Who is from there on.
    pub after: (String, usize),
    /// The extent.
    pub extent: Interval,
}

/// The kernel's growth; none where fewer than two sizes on its axis have a record.
pub(super) fn growth(kernel: &KernelInfo, caches: &[Cache], index: &Index<'_>) -> Option<Growth> {
    let cases = index.cases(&kernel.id);
    let of_size = |size: &&SizeInfo| cases.iter().any(|case| case.size == size.label);
    let infos: Vec<&SizeInfo> = kernel.along_the_axis().into_iter().filter(of_size).collect();
    if infos.len() < 2 {
        return None;
    }
    let sizes: Vec<GrowthSize> = infos.iter().filter_map(|size| size_of(size, caches)).collect();
    let curves = curves(kernel, &infos, &sizes, index);
    Some(Growth {
        boundaries: boundaries(&sizes, caches),
        overtakings: overtakings(&curves),
        curves,
        sizes,
    })
}

fn size_of(size: &SizeInfo, caches: &[Cache]) -> Option<GrowthSize> {
    let too_small = |bytes: f64| caches.iter().filter(|cache| (cache.bytes as f64) < bytes).count();
    Some(GrowthSize {
        label: size.label.clone(),
        extent: size.extent? as f64,
        working_set: size.working_set,
        level: size.working_set.map_or(0, too_small),
    })
}

fn curves(
    kernel: &KernelInfo,
    infos: &[&SizeInfo],
    sizes: &[GrowthSize],
    index: &Index<'_>,
) -> Vec<Curve> {
    let place = |case: &CaseId| {
        let at = kernel.variants.iter().position(|variant| variant.name == case.variant);
        (at.unwrap_or(usize::MAX), case.threads)
    };
    let on_axis = |case: &&&CaseId| infos.iter().any(|size| size.label == case.size);
    let mut kinds: Vec<&CaseId> = index.cases(&kernel.id).iter().filter(on_axis).copied().collect();
    kinds.sort_by_key(|case| place(case));
    kinds.dedup_by(|a, b| a.variant == b.variant && a.threads == b.threads);
    let of_kind = |kind: &CaseId| {
        let row = |(info, size): (&&SizeInfo, &GrowthSize)| {
            let case = CaseId { size: size.label.clone(), ..kind.clone() };
            let is_there = index.cases(&kernel.id).iter().any(|own| **own == case);
            is_there.then(|| (size.extent, case_row(kernel, info, &case, index)))
        };
        let points: Vec<(f64, CaseRow)> = infos.iter().zip(sizes).filter_map(row).collect();
        curve(kernel, kind, points, sizes)
    };
    kinds.into_iter().map(of_kind).collect()
}

fn curve(
    kernel: &KernelInfo,
    kind: &CaseId,
    points: Vec<(f64, CaseRow)>,
    sizes: &[GrowthSize],
) -> Curve {
    let role = kernel.variant(&kind.variant).map_or(Role::Serial, |variant| variant.role);
    let heap = heap(&points);
    let mut curve = Curve {
        variant: kind.variant.clone(),
        threads: kind.threads,
        role,
        points,
        exponent: None,
        laws: Vec::new(),
        heap,
    };
    let level =
        |extent: f64| sizes.iter().find(|size| size.extent == extent).map_or(0, |s| s.level);
    let timed = curve.points.iter().filter_map(|(n, row)| {
        let cost = quantile(&row.timing.as_ref()?.samples_ns, UNDISTURBED)?;
        Some(Point { n: *n, cost, level: level(*n) })
    });
    let times: Vec<Point> = timed.collect();
    let costs: Vec<(f64, f64)> = times.iter().map(|point| (point.n, point.cost)).collect();
    curve.exponent = exponent(&costs);
    curve.laws = possible_laws(&times);
    curve
}

fn heap(points: &[(f64, CaseRow)]) -> Option<HeapGrowth> {
    let counted = || {
        points.iter().rev().filter_map(|(extent, row)| {
            let heap = row.heap?;
            Some((*extent, heap.peak_bytes?, heap.blocks))
        })
    };
    let (to, most, most_blocks) = counted().next()?;
    let (from, least, blocks) = counted().find(|(extent, ..)| extent * HEAP_SPAN <= to)?;
    // A byte stands for nothing at all, whose logarithm there is not.
    let exponent = (most.max(1.0) / least.max(1.0)).ln() / (to / from).ln();
    exponent.is_finite().then_some(HeapGrowth {
        from,
        to,
        peak_bytes: (least, most),
        blocks: (blocks, most_blocks),
        exponent,
    })
}

/// Where the working set is as large as a cache, between two sizes, on a straight line of logarithms.
fn boundaries(sizes: &[GrowthSize], caches: &[Cache]) -> Vec<Boundary> {
    let found = caches.iter().filter_map(|cache| {
        let bytes = cache.bytes as f64;
        sizes.windows(2).find_map(|pair| {
            let (a, b) = (pair[0].working_set?, pair[1].working_set?);
            (a > 0.0 && a <= bytes && bytes < b).then(|| {
                let share = (bytes / a).ln() / (b / a).ln();
                let extent = pair[0].extent * (pair[1].extent / pair[0].extent).powf(share);
                Boundary { level: cache.level, bytes: cache.bytes, extent }
            })
        })
    });
    found.collect()
}

/// Along the sizes, each change of the fastest case that is beyond doubt.
fn overtakings(curves: &[Curve]) -> Vec<Overtaking> {
    let curves: Vec<&Curve> = curves.iter().filter(|curve| curve.is_swept()).collect();
    let mut extents: Vec<f64> =
        curves.iter().flat_map(|curve| curve.timed().map(|(extent, _)| extent)).collect();
    extents.sort_by(f64::total_cmp);
    extents.dedup();
    let fastest = |extent: f64| {
        let time = |curve: &Curve| {
            curve.timed().find(|(own, _)| *own == extent).map(|(_, time)| time.estimate)
        };
        let timed = curves.iter().filter_map(|curve| Some((*curve, time(curve)?)));
        timed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(curve, _)| curve)
    };
    let mut winners = extents.into_iter().filter_map(fastest);
    let Some(mut best) = winners.next() else { return Vec::new() };
    let mut found = Vec::new();
    for next in winners {
        let change = crossover(&best.over(next));
        if let Some(Crossover { n: extent, bottom_wins: true }) = change {
            let name = |curve: &Curve| (curve.variant.clone(), curve.threads);
            found.push(Overtaking { before: name(best), after: name(next), extent });
            best = next;
        }
    }
    found
}
