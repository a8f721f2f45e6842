//! How a figure becomes text: the one place where units, digits and separators are chosen.
//!
//! Every renderer and every finding formats through here, so a time looks the same everywhere.
//! Nothing here computes a figure.

use crate::stats::Interval;

/// Significant digits of a figure: more than this is noise on any machine we know.
const DIGITS: usize = 3;

/// Most significant digits of an interval, where it is so narrow that [`DIGITS`] would make its
/// bounds equal.
const MOST_DIGITS: usize = 4;

/// From here on numbers are written in exponent form.
const MOST_PLAIN: f64 = 1e15;

/// Below this numbers are written in exponent form.
const LEAST_PLAIN: f64 = 1e-6;

/// The most decimals of an interval: beyond them its figures are not times or ratios of anything.
const MOST_DECIMALS: usize = 9;

/// A nanosecond's multiples and their names, largest first.
const TIME_UNITS: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];

/// A byte's binary multiples and their names, largest first.
const BYTE_UNITS: [(f64, &str); 4] =
    [(1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1024.0, "KiB"), (1.0, "B")];

/// A floating-point operation's multiples and their names, largest first.
const FLOP_UNITS: [(f64, &str); 4] =
    [(1e9, "Gflop"), (1e6, "Mflop"), (1e3, "kflop"), (1.0, "flop")];

/// A number with three significant digits: `0.0123`, `4.56`, `789`, `12,345`; in exponent form where
/// that would be longer than anyone reads.
pub fn number(value: f64) -> String {
    if value != 0.0 && value.is_finite() && !(LEAST_PLAIN..MOST_PLAIN).contains(&value.abs()) {
        return scientific(value);
    }
    fixed(value, decimals(value, DIGITS))
}

/// A small number in exponent form with two digits: `1.2e-13`; `0` for zero.
pub fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.is_finite() { format!("{value:.1e}") } else { fixed(value, 0) }
}

/// Nanoseconds in the unit that suits them: `3.51 ms`.
pub fn time(ns: f64) -> String {
    scaled(ns, &TIME_UNITS)
}

/// A round time on an axis: `500 µs`, `2 ms`, without digits that say nothing.
pub fn tick_time(ns: f64) -> String {
    let (scale, unit) = unit_for(ns, &TIME_UNITS);
    if ns == 0.0 { "0".to_owned() } else { format!("{} {unit}", round_figure(ns / scale)) }
}

/// A round number on an axis: `0.5`, `20`, without digits that say nothing.
pub fn tick_number(value: f64) -> String {
    round_figure(value)
}

/// A round ratio on an axis: `0.5x`, `20x`.
pub fn tick_ratio(ratio: f64) -> String {
    format!("{}x", round_figure(ratio))
}

/// An interval of nanoseconds, all in the estimate's unit: `3.51 ms [3.48, 3.55]`.
pub fn time_interval(ns: &Interval) -> String {
    let (scale, unit) = unit_for(ns.estimate, &TIME_UNITS);
    interval_with(&ns.map_increasing(|x| x / scale), &format!(" {unit}"))
}

/// Bytes in the unit that suits them: `78.1 KiB`.
pub fn bytes(bytes: f64) -> String {
    if bytes.abs() < 1024.0 {
        return format!("{} B", count(bytes));
    }
    let (scale, unit) = unit_for(bytes, &BYTE_UNITS);
    format!("{} {unit}", count(bytes / scale))
}

/// Floating-point operations in the unit that suits them: `12.3 Mflop`.
pub fn flops(flops: f64) -> String {
    scaled(flops, &FLOP_UNITS)
}

/// A count: whole ones in full with separators, `12,345`; others with three digits, `2.50`.
pub fn count(value: f64) -> String {
    if value.fract() == 0.0 { fixed(value, 0) } else { number(value) }
}

/// How many times: `12.3x`, and `∞` where it has no bound.
pub fn ratio(value: f64) -> String {
    if value == f64::INFINITY { "∞".to_owned() } else { format!("{}x", number(value)) }
}

/// How many times, where the figure follows from others by a formula and carries no noise of its own:
/// four digits, `1.479x`, and `∞` where it has no bound.
pub fn predicted_ratio(value: f64) -> String {
    if value == f64::INFINITY {
        return "∞".to_owned();
    }
    format!("{}x", fixed(value, decimals(value, MOST_DIGITS)))
}

/// An interval of plain numbers: `3,100 [2,500, 4,000]`.
pub fn number_interval(value: &Interval) -> String {
    interval_with(value, "")
}

/// An interval of ratios: `12.3x [12.1, 12.6]`.
pub fn ratio_interval(ratio: &Interval) -> String {
    if ratio.estimate == f64::INFINITY {
        return format!("∞ [{}, ∞]", number(ratio.low));
    }
    interval_with(ratio, "x")
}

/// A fraction in per cent: `64.8 %`.
pub fn percent(fraction: f64) -> String {
    format!("{} %", per_cent_digits(fraction))
}

/// An interval of fractions in per cent: `64.8 % [63.9, 65.2]`.
pub fn percent_interval(fraction: &Interval) -> String {
    interval_with(&fraction.map_increasing(|x| x * 100.0), " %")
}

/// An interval of changes, fractions that may be below 0, in per cent: `+1.36 % [-0.20, 2.92]`. A
/// hundredth of a per cent is as fine as any change is told; from 10 % on a tenth is.
pub fn change_interval(fraction: &Interval) -> String {
    let decimals = change_decimals(fraction.estimate);
    let figure = |x: f64| fixed(x * 100.0, decimals);
    let (low, high) = (figure(fraction.low), figure(fraction.high));
    format!("{} [{low}, {high}]", change(fraction.estimate))
}

/// A change alone, as [`change_interval`] tells it: `+1.36 %`.
pub fn change(fraction: f64) -> String {
    let sign = if fraction > 0.0 { "+" } else { "" };
    format!("{sign}{} %", fixed(fraction * 100.0, change_decimals(fraction)))
}

fn change_decimals(fraction: f64) -> usize {
    if fraction.abs() < 0.1 { 2 } else { 1 }
}

/// A fraction in per cent as an upper bound, which rounding must not lower: `0.3 %` for 0.0021.
pub fn percent_at_most(fraction: f64) -> String {
    /// A tenth of a per cent, the least digit that [`percent`] shows.
    const STEPS: f64 = 1000.0;
    percent((fraction * STEPS).ceil() / STEPS)
}

/// A fraction in whole per cent, for where there is little room: `65 %`.
pub fn percent_whole(fraction: f64) -> String {
    format!("{} %", fixed(fraction * 100.0, 0))
}

/// A confidence in per cent, without idle digits: `95 %`, `93.8 %`.
pub fn confidence(fraction: f64) -> String {
    format!("{} %", per_cent_digits(fraction).trim_end_matches(".0"))
}

/// A phrase as a sentence: its first letter large, a full stop where it has no end.
pub fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    let end = if phrase.ends_with(['.', '?', '!']) || phrase.is_empty() { "" } else { "." };
    first + letters.as_str() + end
}

/// Seconds as people say them: `850 ms`, `12.3 s`, `5 min 12 s`.
pub fn duration(seconds: f64) -> String {
    if !(60.0..1e9).contains(&seconds) {
        return time(seconds * 1e9);
    }
    let minutes = (seconds / 60.0).floor();
    format!("{} min {:.0} s", count(minutes), (seconds - minutes * 60.0).floor())
}

/// A number of things with its noun: `1 case`, `12 cases`. The noun takes an `s`.
pub fn plural(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n as f64), if n == 1 { "" } else { "s" })
}

/// Words as a list: `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn round_figure(value: f64) -> String {
    let text = number(value);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn per_cent_digits(fraction: f64) -> String {
    let value = fraction * 100.0;
    if value == 0.0 || value.abs() >= 0.1 { fixed(value, 1) } else { number(value) }
}

fn unit_for<'a>(value: f64, units: &[(f64, &'a str)]) -> (f64, &'a str) {
    let fits = units.iter().find(|(scale, _)| value.abs() >= *scale);
    fits.or(units.last()).copied().unwrap_or((1.0, ""))
}

fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let (scale, unit) = unit_for(value, units);
    format!("{} {unit}", number(value / scale))
}

fn interval_with(interval: &Interval, unit: &str) -> String {
    let width = (interval.high - interval.low) / 2.0;
    let needed = if width > 0.0 { decimals(width, 1) } else { 0 };
    let decimals = needed
        .max(decimals(interval.estimate, DIGITS))
        .min(decimals(interval.estimate, MOST_DIGITS))
        .min(MOST_DECIMALS);
    format!(
        "{}{unit} [{}, {}]",
        fixed(interval.estimate, decimals),
        fixed(interval.low, decimals),
        fixed(interval.high, decimals)
    )
}

/// How many decimals show `value` with this many significant digits, after rounding.
fn decimals(value: f64, digits: usize) -> usize {
    let rounded = format!("{:.*e}", digits - 1, value);
    let exponent: i32 =
        rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    usize::try_from(i32::try_from(digits).unwrap_or(0) - 1 - exponent).unwrap_or(0)
}

fn fixed(value: f64, decimals: usize) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && digits.len() > 3 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn interval(low: f64, estimate: f64, high: f64) -> Interval {
        Interval { low, estimate, high, confidence: 0.95 }
    }

    #[test]
    fn times_take_the_unit_that_suits_them() {
        assert_eq!(time(0.812), "0.812 ns");
        assert_eq!(time(812.0), "812 ns");
        assert_eq!(time(18_240.0), "18.2 µs");
        assert_eq!(time(3_512_345.0), "3.51 ms");
        assert_eq!(time(1.2e9), "1.20 s");
        assert_eq!(time(0.0), "0 ns");
        assert_eq!(time(f64::NAN), "NaN ns");
    }

    #[test]
    fn intervals_share_a_unit_and_show_as_many_digits_as_they_need() {
        assert_eq!(time_interval(&interval(3.48e6, 3.512e6, 3.55e6)), "3.51 ms [3.48, 3.55]");
        assert_eq!(time_interval(&interval(3.511e6, 3.512e6, 3.513e6)), "3.512 ms [3.511, 3.513]");
        assert_eq!(time_interval(&interval(5e6, 5e6, 5e6)), "5.00 ms [5.00, 5.00]");
        assert_eq!(ratio_interval(&interval(12.1, 12.3, 12.6)), "12.3x [12.1, 12.6]");
        assert_eq!(ratio_interval(&interval(6.3, f64::INFINITY, f64::INFINITY)), "∞ [6.30, ∞]");
        assert_eq!(percent_interval(&interval(0.6, 0.648, 0.7)), "64.8 % [60.0, 70.0]");
    }

    #[test]
    fn rounding_never_adds_a_digit() {
        assert_eq!(number(9.999), "10.0");
        assert_eq!(number(99.96), "100");
        assert_eq!(number(0.09999), "0.100");
        assert_eq!(number(-1234.5), "-1,234");
        assert_eq!(number(1e-300), "1.0e-300");
    }

    #[test]
    fn marks_of_an_axis_carry_no_idle_digits() {
        assert_eq!([0.0, 5e5, 2e6, 2.5e6].map(tick_time), ["0", "500 µs", "2 ms", "2.5 ms"]);
        assert_eq!([0.5, 1.0, 1000.0].map(tick_ratio), ["0.5x", "1x", "1,000x"]);
    }

    #[test]
    fn bytes_and_counts_read_as_people_write_them() {
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(100.0), "100 B");
        assert_eq!(bytes(80_000.0), "78.1 KiB");
        assert_eq!(bytes(1_073_741_824.0), "1 GiB");
        assert_eq!(bytes(49_152.0), "48 KiB");
        assert_eq!(flops(2.5e6), "2.50 Mflop");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(2.5), "2.50");
        assert_eq!(plural(1, "case"), "1 case");
        assert_eq!(plural(1200, "case"), "1,200 cases");
    }

    #[test]
    fn durations_and_small_figures_stay_short() {
        assert_eq!(duration(312.4), "5 min 12 s");
        assert_eq!(duration(12.34), "12.3 s");
        assert_eq!(scientific(1.234e-13), "1.2e-13");
        assert_eq!(scientific(0.0), "0");
        assert_eq!(percent(0.000_2), "0.0200 %");
        assert_eq!(ratio(f64::INFINITY), "∞");
    }

    #[test]
    fn changes_carry_their_sign_and_bounds_are_never_rounded_down() {
        assert_eq!(change_interval(&interval(-0.002, 0.0136, 0.0292)), "+1.36 % [-0.20, 2.92]");
        assert_eq!(change_interval(&interval(-0.0002, 0.00009, 0.0002)), "+0.01 % [-0.02, 0.02]");
        assert_eq!(change_interval(&interval(-0.5, -0.4, 0.1)), "-40.0 % [-50.0, 10.0]");
        assert_eq!(
            [0.0021, 0.0, 0.02, 0.0201].map(percent_at_most),
            ["0.3 %", "0 %", "2.0 %", "2.1 %"]
        );
    }

    #[test]
    fn confidence_and_sentences_carry_nothing_idle() {
        assert_eq!([0.95, 0.9375, 0.75].map(confidence), ["95 %", "93.8 %", "75 %"]);
        assert_eq!(percent_whole(0.648), "65 %");
        assert_eq!(sentence("sums the rows"), "Sums the rows.");
        assert_eq!(sentence("Is it?"), "Is it?");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn lists_end_with_and() {
        let words: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        assert_eq!(list(&words), "a, b and c");
        assert_eq!(list(&words[..2]), "a and b");
        assert_eq!(list(&words[..1]), "a");
    }
}
