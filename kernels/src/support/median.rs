//! The median by sorting, by selection, and by selection among the few values that a sample or a
//! histogram says can be it. NaN among the values makes it NaN, as does their absence.

use multiversion::multiversion;
use rayon::prelude::*;

use super::lanes::LANES;

/// The median after a full sort.
pub fn median_by_sorting(values: &mut [f64]) -> f64 {
    if values.is_empty() || values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

/// The median by quickselect; `values` are reordered.
pub fn median_by_selection(values: &mut [f64]) -> f64 {
    if values.is_empty() || values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let (lower, upper) = ((values.len() - 1) / 2, values.len() / 2);
    middle(values, lower, upper)
}

/// The mean of the values of two neighbouring ranks.
fn middle(values: &mut [f64], lower: usize, upper: usize) -> f64 {
    let (below, &mut high, _) = values.select_nth_unstable_by(upper, f64::total_cmp);
    if lower == upper {
        return high;
    }
    let low = below.iter().copied().max_by(f64::total_cmp).expect("a lower rank exists");
    f64::midpoint(low, high)
}

/// Fewer values than this are selected among at once.
const WORTH_A_SAMPLE: usize = 1_024;

/// The median by the first step of Floyd and Rivest's SELECT ("Expected time bounds for
/// selection", 1975): a sample of n^(2/3) values gives two bounds that most likely enclose it, one
/// pass keeps what lies between them, and quickselect ends it among those. Where the bounds miss,
/// quickselect takes all values, so the sample decides the time alone.
///
/// `buffer` must be as long as `values`.
pub fn median_by_bracket(values: &[f64], buffer: &mut [f64]) -> f64 {
    if values.len() < WORTH_A_SAMPLE {
        buffer.copy_from_slice(values);
        return median_by_selection(buffer);
    }
    let Some((low, high)) = bounds(values, buffer) else { return f64::NAN };
    let kept = keep_between(values, low, high, buffer);
    median_of_kept(values, buffer, kept)
}

/// Values one task looks at: fixed, so that the buffer's contents do not depend on the threads.
const VALUES_PER_TASK: usize = 32 * 1024;

/// [`median_by_bracket`], the pass over all values shared out to the threads of the pool.
pub fn median_by_brackets_in_parallel(values: &[f64], buffer: &mut [f64]) -> f64 {
    if values.len() < WORTH_A_SAMPLE {
        return median_by_bracket(values, buffer);
    }
    let Some((low, high)) = bounds(values, buffer) else { return f64::NAN };
    let tasks: Vec<Kept> = values
        .par_chunks(VALUES_PER_TASK)
        .zip(buffer.par_chunks_mut(VALUES_PER_TASK))
        .map(|(values, buffer)| keep_between(values, low, high, buffer))
        .collect();
    let mut total = Kept::default();
    for (task, kept) in tasks.iter().enumerate() {
        let start = task * VALUES_PER_TASK;
        buffer.copy_within(start..start + kept.count, total.count);
        total.count += kept.count;
        total.below += kept.below;
        total.has_nan |= kept.has_nan;
    }
    median_of_kept(values, buffer, total)
}

/// Leading bits by which a histogram counts: sign, exponent and four of the fraction.
const BUCKET_BITS: u32 = u16::BITS;

/// The median by a histogram of leading bits, whose order is that of the values: it names the
/// bucket of either middle rank, one more pass keeps what lies in between, and quickselect ends it
/// among those. The counts are exact, so that there is nothing to miss; values that share their
/// leading bits are all kept.
///
/// `buffer` must be as long as `values`.
pub fn median_by_histogram(values: &[f64], buffer: &mut [f64]) -> f64 {
    let mut counts = vec![0_u32; 1 << BUCKET_BITS];
    let mut has_nan = values.is_empty();
    for &value in values {
        counts[bucket(value)] += 1;
        has_nan |= value.is_nan();
    }
    if has_nan {
        return f64::NAN;
    }
    let (lower, upper) = ((values.len() - 1) / 2, values.len() / 2);
    let mut passed = 0;
    let mut ends = [None; 2];
    for (bucket, &count) in (0..).zip(&counts) {
        passed += count as usize;
        for (end, rank) in ends.iter_mut().zip([lower, upper]) {
            if end.is_none() && passed > rank {
                *end = Some(bucket);
            }
        }
    }
    let [first, last] = ends.map(|end| end.expect("every rank is in a bucket"));
    // A bucket that begins or ends with a NaN begins or ends with the infinity before it.
    let low = from_ordered(first << (64 - BUCKET_BITS)).max(f64::NEG_INFINITY);
    let high = from_ordered(((last + 1) << (64 - BUCKET_BITS)).wrapping_sub(1)).min(f64::INFINITY);
    let kept = keep_between(values, low, high, buffer);
    median_of_kept(values, buffer, kept)
}

/// The leading [`BUCKET_BITS`] of a value's place in the order of all doubles.
fn bucket(value: f64) -> usize {
    let bits = value.to_bits();
    // Negative numbers are ordered by their complement, positive ones above them.
    let flip = (bits.cast_signed() >> 63).cast_unsigned() | 1 << 63;
    let [first, second, ..] = (bits ^ flip).to_be_bytes();
    usize::from(u16::from_be_bytes([first, second]))
}

/// The double at a place in the order of all doubles.
fn from_ordered(place: u64) -> f64 {
    let flip = if place >> 63 == 1 { 1 << 63 } else { u64::MAX };
    f64::from_bits(place ^ flip)
}

/// What a pass over values found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kept {
    /// How many values lie between the bounds; they begin the buffer.
    count: usize,
    /// How many lie below them.
    below: usize,
    /// Whether any is NaN.
    has_nan: bool,
}

/// Copies the values from `low` to `high`, both included, to the front of `buffer`, which must be
/// as long as `values`.
///
/// Whether a value is kept cannot be foretold, so nothing branches on it: what is written is undone
/// by not moving on. The first pass keeps lanes that have such a value whole, in registers; a second
/// one over those few keeps the values themselves.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2", "aarch64+neon"))]
fn keep_between(values: &[f64], low: f64, high: f64, buffer: &mut [f64]) -> Kept {
    let (whole, rest) = values.as_chunks::<LANES>();
    let (mut below, mut nans) = ([0; LANES], [0; LANES]);
    let mut count = 0;
    for lanes in whole {
        let mut inside = 0;
        for l in 0..LANES {
            below[l] += usize::from(lanes[l] < low);
            nans[l] |= usize::from(lanes[l].is_nan());
            inside |= usize::from(lanes[l] >= low) & usize::from(lanes[l] <= high);
        }
        buffer[count..count + LANES].copy_from_slice(lanes);
        count += LANES * inside;
    }
    buffer[count..count + rest.len()].copy_from_slice(rest);
    let candidates = count + rest.len();
    count = 0;
    for at in 0..candidates {
        let value = buffer[at];
        buffer[count] = value;
        count += usize::from(value >= low) & usize::from(value <= high);
    }
    let below_rest = rest.iter().filter(|value| **value < low).count();
    Kept {
        count,
        below: below.iter().sum::<usize>() + below_rest,
        has_nan: nans.contains(&1) || rest.iter().any(|value| value.is_nan()),
    }
}

/// The median from the values kept, or from all where it is not among those.
fn median_of_kept(values: &[f64], buffer: &mut [f64], kept: Kept) -> f64 {
    if kept.has_nan {
        return f64::NAN;
    }
    let (lower, upper) = ((values.len() - 1) / 2, values.len() / 2);
    if lower >= kept.below && upper < kept.below + kept.count {
        return middle(&mut buffer[..kept.count], lower - kept.below, upper - kept.below);
    }
    buffer.copy_from_slice(values);
    middle(buffer, lower, upper)
}

/// Two values that most likely enclose the median; none where the sample holds a NaN.
fn bounds(values: &[f64], sample: &mut [f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a root of a length is shorter than the length"
    )]
    let (size, gap) = {
        let size = n.powf(2.0 / 3.0);
        (size as usize, (0.5 * (size * n.ln()).sqrt()) as usize)
    };
    let sample = &mut sample[..size];
    for (sample, value) in sample.iter_mut().zip(values.iter().step_by(values.len() / size)) {
        *sample = *value;
    }
    if sample.iter().any(|value| value.is_nan()) {
        return None;
    }
    let (first, last) = ((size / 2).saturating_sub(gap), (size / 2 + gap).min(size - 1));
    let (_, &mut low, above) = sample.select_nth_unstable_by(first, f64::total_cmp);
    let (_, &mut high, _) = above.select_nth_unstable_by(last - first - 1, f64::total_cmp);
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_keeps_the_values_between_its_bounds_in_their_order_and_no_other() {
        let mut values = amdahl::Rng::new(1).vector(67);
        let (low, high) = (values[5], values[20]);
        let (low, high) = (low.min(high), low.max(high));
        let mut buffer = vec![0.0; values.len()];
        let kept = keep_between(&values, low, high, &mut buffer);
        let want: Vec<f64> =
            values.iter().copied().filter(|value| (low..=high).contains(value)).collect();
        assert_eq!(buffer[..kept.count], want);
        assert_eq!(kept.below, values.iter().filter(|value| **value < low).count());
        assert!(!kept.has_nan);
        for at in [0, 8, 66] {
            values[at] = f64::NAN;
            assert!(keep_between(&values, low, high, &mut buffer).has_nan, "at {at}");
            values[at] = 0.0;
        }
    }

    #[test]
    fn a_sample_leaves_a_small_share_that_holds_the_median() {
        let values = amdahl::Rng::new(1).vector(100_000);
        let mut buffer = vec![0.0; values.len()];
        let (low, high) = bounds(&values, &mut buffer).expect("no value is NaN");
        let kept = keep_between(&values, low, high, &mut buffer);
        assert!(kept.below < 50_000 && kept.below + kept.count > 50_000, "{kept:?}");
        assert!(kept.count < 10_000, "{kept:?}");
    }

    #[test]
    fn the_order_of_places_is_that_of_the_values() {
        let values = [f64::NEG_INFINITY, -1.5, -5e-324, -0.0, 0.0, 5e-324, 1.5, f64::INFINITY];
        assert!(values.is_sorted_by_key(|value| bucket(*value)));
        for value in values {
            let place = (bucket(value) as u64) << (64 - BUCKET_BITS);
            assert_eq!(bucket(from_ordered(place)), bucket(value), "{value}");
        }
    }
}
