//! Decimal numbers as most files write them (`-12.625`), read in one go and rounded exactly.
//!
//! Digits are taken eight at a time (Lemire, "Quickly parsing eight digits"), and the scaling by a
//! power of ten is the algorithm of Eisel and Lemire ("Number parsing at a gigabyte per second",
//! 2021), restricted to the exponents that a number of at most 19 digits without `e` can have. What
//! is written otherwise is left to the standard library.

/// The most digits whose value always fits 64 bits.
const MOST_DIGITS: usize = 19;

/// The number that begins at `at` and where it ends; none where it is not `-`, digits, and perhaps
/// a point and more digits, 19 of them at most.
#[inline]
pub fn parse(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
    let negative = bytes.get(at) == Some(&b'-');
    let first = at + usize::from(negative);
    let (mut significand, mut end) = (0_u64, first);
    // A loop over bytes: the whole part is mostly one digit long.
    while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
        significand = significand.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        end += 1;
    }
    let mut digits = end - first;
    let mut decimals = 0;
    if bytes.get(end) == Some(&b'.') {
        let point = end;
        (significand, end) = more_digits(bytes, point + 1, significand);
        decimals = end - point - 1;
        digits += decimals;
    }
    if digits == 0 || digits > MOST_DIGITS {
        return None;
    }
    let magnitude = over_power_of_ten(significand, decimals);
    // No branch: a sign cannot be predicted.
    let number = f64::from_bits(magnitude.to_bits() | u64::from(negative) << 63);
    Some((number, end))
}

/// A word with this byte in each of its places.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Up to eight digits at the beginning of eight bytes: how many, and their value.
#[inline]
fn leading_digits(eight: [u8; 8]) -> (usize, u64) {
    let word = u64::from_le_bytes(eight) ^ repeated(b'0');
    // A byte above 9 sets its high bit; a carry from it only spoils bytes after it.
    let others = (word.wrapping_add(repeated(0x76)) | word) & repeated(0x80);
    let count = others.trailing_zeros() / 8;
    // What is not a digit is shifted out at one end, and zeros come in at the other.
    let digits = word.checked_shl(64 - 8 * count).unwrap_or(0);
    (count as usize, eight_digits(digits))
}

/// Appends the digits at `at` to `value`, modulo 2^64, and says where they end.
#[inline]
fn more_digits(bytes: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    // Words of eight digits without a loop: how many of the bytes are digits cannot be predicted.
    if let Some(most) = bytes.get(at..).and_then(|rest| rest.first_chunk::<24>()) {
        let (count, digits) = leading_digits(*most.first_chunk().expect("8 of 24 bytes"));
        value = value.wrapping_mul(POWERS_OF_TEN[count]).wrapping_add(digits);
        at += count;
        if count < 8 {
            return (value, at);
        }
        let (second, digits) = leading_digits(*most[8..].first_chunk().expect("8 of 16 bytes"));
        value = value.wrapping_mul(POWERS_OF_TEN[second]).wrapping_add(digits);
        // Where the second word ends the number, the third begins with no digit.
        let rest = most[8 + second..].first_chunk().expect("8 of 8 to 16 bytes");
        let (third, digits) = leading_digits(*rest);
        value = value.wrapping_mul(POWERS_OF_TEN[third]).wrapping_add(digits);
        // With all of them there are more digits than a number may have, whatever follows.
        return (value, at + second + third);
    }
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    (value, at)
}

/// 10^n for the up to eight digits of a word.
static POWERS_OF_TEN: [u64; 9] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The value of eight digits, one a byte, the first in the lowest.
#[inline]
fn eight_digits(word: u64) -> u64 {
    const PAIR: u64 = 0x0000_00ff_0000_00ff;
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8);
    let high = (pairs & PAIR).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIR).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}

/// Bits of a double's significand that are stored.
const STORED_BITS: u32 = 52;

/// `significand / 10^decimals`, rounded to nearest, ties to even.
#[inline]
fn over_power_of_ten(significand: u64, decimals: usize) -> f64 {
    if decimals == 0 || significand == 0 {
        return significand as f64;
    }
    let shift = significand.leading_zeros();
    let scaled = significand << shift;
    let power = RECIPROCALS[decimals];
    let product = u128::from(scaled) * (power >> 64);
    let (mut high, mut low) = halves(product);
    // All ones below the bits that are kept: the rest of the reciprocal decides.
    if high & 0x1ff == 0x1ff {
        let (carry, _) = halves(u128::from(scaled) * u128::from(halves(power).1));
        let overflows;
        (low, overflows) = low.overflowing_add(carry);
        high += u64::from(overflows);
    }
    let upper = u32::from(high >> 63 == 1);
    let kept = upper + 64 - STORED_BITS - 3;
    let mut mantissa = high >> kept;
    // Exactly between two doubles, which only small powers of five allow: to even, not up.
    if low <= 1 && decimals <= 4 && mantissa & 3 == 1 && mantissa << kept == high {
        mantissa &= !1;
    }
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    // The logarithm of 10^decimals rounded up, by a product with log2(10) in 16 fractional bits.
    let log = (217_706 * decimals as u64).div_ceil(1 << 16);
    // The significand stands 63 bits up, and 1,023 is the bias.
    let exponent = 63 + 1_023 + u64::from(upper) - u64::from(shift) - log;
    // A significand that was rounded up to 2^53 carries into the exponent by itself.
    f64::from_bits((exponent << STORED_BITS) + (mantissa - (1 << STORED_BITS)))
}

#[allow(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
#[inline]
fn halves(product: u128) -> (u64, u64) {
    ((product >> 64) as u64, product as u64)
}

/// 2^b / 5^n + 1 in 128 bits, the highest of them set, for n decimals.
static RECIPROCALS: [u128; MOST_DIGITS + 1] = {
    let mut table = [1 << 127; MOST_DIGITS + 1];
    let mut n = 1;
    let mut five = 1_u128;
    while n < table.len() {
        five *= 5;
        table[n] = reciprocal(five);
        n += 1;
    }
    table
};

/// Long division of the power of two that makes the quotient 128 bits long.
const fn reciprocal(divisor: u128) -> u128 {
    let mut remainder = 1_u128;
    while remainder < divisor {
        remainder <<= 1;
    }
    remainder -= divisor;
    let mut quotient = 1_u128;
    let mut bit = 0;
    while bit < 127 {
        remainder <<= 1;
        quotient <<= 1;
        if remainder >= divisor {
            remainder -= divisor;
            quotient |= 1;
        }
        bit += 1;
    }
    quotient + 1
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn assert_is_the_standard_librarys(text: &str) {
        let want: f64 = text.parse().expect("a number");
        let padded = format!("{text},1234567890");
        for bytes in [text, &padded] {
            let (got, end) = parse(bytes.as_bytes(), 0).unwrap_or_else(|| panic!("{text}: none"));
            assert_eq!(got.to_bits(), want.to_bits(), "{text}: got {got:e}, want {want:e}");
            assert_eq!(end, text.len(), "{text}");
        }
    }

    #[test]
    fn any_digits_round_as_in_the_standard_library() {
        let mut rng = amdahl::Rng::new(3);
        for _ in 0..400_000 {
            let digits = 1 + rng.index(19);
            let whole = rng.index(digits + 1);
            let mut text = String::from(if rng.index(2) == 0 { "" } else { "-" });
            for at in 0..digits {
                if at == whole {
                    text.push('.');
                }
                // Runs of zeros and nines lie near the ends of what rounds alike.
                let digit = match rng.index(4) {
                    0 => 0,
                    1 => 9,
                    _ => rng.index(10),
                };
                text.push(char::from(b"0123456789"[digit]));
            }
            assert_is_the_standard_librarys(&text);
        }
    }

    #[test]
    fn halfway_between_two_doubles_goes_to_even() {
        // 2^53 + 1 and + 3 lie halfway; so do odd multiples of halves, quarters … above 2^52.
        for text in [
            "9007199254740993",
            "9007199254740995",
            "4503599627370496.5",
            "4503599627370497.5",
            "2251799813685248.25",
            "2251799813685248.75",
            "1125899906842624.125",
            "1125899906842624.375",
            "562949953421312.0625",
            "562949953421312.1875",
            "18014398509481985.0",
            "18014398509481987.0",
        ] {
            assert_is_the_standard_librarys(text);
        }
    }

    #[test]
    fn doubles_written_in_full_come_back() {
        let mut rng = amdahl::Rng::new(4);
        for _ in 0..100_000 {
            let value = rng.normal();
            let text = value.to_string();
            if text.bytes().filter(u8::is_ascii_digit).count() <= 19 {
                assert_eq!(parse(text.as_bytes(), 0), Some((value, text.len())));
            }
        }
    }

    #[test]
    fn zeros_keep_their_sign_and_a_point_may_stand_at_either_end() {
        for text in ["0", "-0", "0.0", "-0.000", "5.", ".5", "-.5", "007", "0.000000000000000001"] {
            assert_is_the_standard_librarys(text);
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        for text in ["", "-", ".", "-.", "x", "+1", "12345678901234567890", "0.0000000000000000000"]
        {
            assert_eq!(parse(text.as_bytes(), 0), None, "{text}");
        }
        // The exponent is not part of it: who wants the cell's end there sees that it is not.
        assert_eq!(parse(b"1.5e3", 0), Some((1.5, 3)));
    }
}
