//! The median by sorting, by selection, and by selection among the few values that a sample says
//! can be it. NaN among the values makes it NaN.

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
    let n = values.len();
    if n < WORTH_A_SAMPLE {
        buffer.copy_from_slice(values);
        return median_by_selection(buffer);
    }
    let (lower, upper) = ((n - 1) / 2, n / 2);
    let Some((low, high)) = bounds(values, buffer) else { return f64::NAN };
    let (mut below, mut kept, mut nans) = (0, 0, 0);
    for &value in values {
        // No branch: the write is undone by not moving on.
        buffer[kept] = value;
        kept += usize::from(value >= low) & usize::from(value <= high);
        below += usize::from(value < low);
        nans += usize::from(value.is_nan());
    }
    if nans > 0 {
        return f64::NAN;
    }
    if lower >= below && upper < below + kept {
        return middle(&mut buffer[..kept], lower - below, upper - below);
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
