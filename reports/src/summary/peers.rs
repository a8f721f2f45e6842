//! Our best variant against the best of the peers: one thread against one, several against as many.

use super::outlook::AT_THE_CEILING;
use super::row::CaseRow;
use super::timing::Ratio;
use super::{KernelSummary, SizeSummary, Summary};
use crate::Bound;
use crate::stats::{Interval, geometric_mean};

/// Our best variant and the best peer of one kernel with so many threads to use.
#[derive(Debug, Clone, PartialEq)]
pub struct Contest<'a> {
    /// The kernel's id.
    pub kernel: &'a str,
    /// How many threads either may use at most.
    pub threads: usize,
    /// Our fastest case.
    pub ours: &'a CaseRow,
    /// The fastest case of a peer.
    pub peer: &'a CaseRow,
    /// The peer's time over ours: above 1 we are ahead.
    pub ahead: Ratio,
    /// What limits the kernel, and the share that our case reaches of that ceiling.
    pub reached: Option<(Bound, Interval)>,
}

/// Who is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// We are.
    Ahead,
    /// It cannot be told.
    Level,
    /// The peer is.
    Behind,
}

impl Contest<'_> {
    /// Who is ahead, where the whole interval says so.
    pub fn standing(&self) -> Standing {
        if self.ahead.interval.is_above(1.0) {
            Standing::Ahead
        } else if self.ahead.interval.contains(1.0) {
            Standing::Level
        } else {
            Standing::Behind
        }
    }

    /// Whether our case is so near its ceiling that there is next to nothing to gain.
    pub fn is_at_the_ceiling(&self) -> bool {
        self.reached.is_some_and(|(_, share)| share.estimate >= AT_THE_CEILING)
    }
}

/// The contests of every kernel with a timed peer, one thread first: of the largest size that both
/// were timed at.
pub fn contests(summary: &Summary) -> Vec<Contest<'_>> {
    summary.kernels.iter().flat_map(of_kernel).collect()
}

/// The geometric mean of how far we are ahead over the contests of so many threads.
pub(crate) fn mean_ahead(contests: &[Contest<'_>], threads: usize) -> Option<f64> {
    let of = contests.iter().filter(|contest| contest.threads == threads);
    let ratios: Vec<f64> = of.map(|contest| contest.ahead.interval.estimate).collect();
    geometric_mean(&ratios)
}

fn of_kernel(kernel: &KernelSummary) -> Vec<Contest<'_>> {
    let timed = |size: &&SizeSummary| size.peers.iter().any(|row| row.timing.is_some());
    let Some(size) = kernel.sizes_to_read().into_iter().find(timed) else { return Vec::new() };
    let mut threads: Vec<usize> = size.rows_with_peers().map(|row| row.case.threads).collect();
    threads.sort_unstable();
    threads.dedup();
    threads.into_iter().filter_map(|threads| contest(kernel, size, threads)).collect()
}

fn contest<'a>(
    kernel: &'a KernelSummary,
    size: &'a SizeSummary,
    threads: usize,
) -> Option<Contest<'a>> {
    let best = |rows: &'a [CaseRow]| {
        let timed = rows.iter().filter_map(|row| Some((row, row.time_ns()?)));
        let allowed = timed.filter(|(row, _)| row.case.threads <= threads);
        allowed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(row, _)| row)
    };
    let (ours, peer) = (best(&size.rows)?, best(&size.peers)?);
    let reached = size.headroom(ours).map(|own| (own.ceiling.bound, own.share.interval));
    let ahead = ours.speed_up_over(peer)?;
    Some(Contest { kernel: &kernel.id, threads, ours, peer, ahead, reached })
}
