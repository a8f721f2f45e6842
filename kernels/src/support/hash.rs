//! Mixing bits for hash tables whose keys nobody chooses to collide.

/// 2^64 over the golden ratio, odd (Knuth, volume 3, section 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// The fractional bits of the square root of 2, made odd: any odd number without a pattern will do.
const ROOT: u64 = 0x6a09_e667_f3bc_c909;

/// A hash of two words, or of a hash and one more word: their product's halves folded, so that
/// every bit reaches every other.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
pub fn pair(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ GOLDEN) * u128::from(b ^ ROOT);
    product as u64 ^ (product >> 64) as u64
}

/// Bits that are equal where numbers are: one NaN, one zero.
#[inline]
pub fn number_bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() }
}

/// The slot that a hash begins to look in, of a power of two of them.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "some of the bits choose the slot")]
pub fn slot(hash: u64, slots: usize) -> usize {
    (hash >> 32) as usize & (slots - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_have_equal_bits() {
        assert_eq!(number_bits(-0.0), number_bits(0.0));
        assert_eq!(number_bits(-f64::NAN), number_bits(f64::NAN));
        assert_ne!(number_bits(1.0), number_bits(-1.0));
    }
}
