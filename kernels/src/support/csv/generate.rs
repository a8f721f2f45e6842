//! Text of random decimals, made several times faster than doubles can be printed: the inputs are
//! hundreds of megabytes.

use amdahl::Rng;

/// A source of decimals.
#[derive(Debug, Clone)]
pub struct Decimals {
    state: u64,
}

/// One cell of so many is empty.
pub const EMPTY_ONE_IN: u64 = 32;

/// The mean length of a decimal or an empty cell with the byte that ends it: a sign every other
/// time, a digit, a point, 15 to 17 more digits, 16 on average.
pub const MEAN_CELL_BYTES: f64 = 1.0 + (31.0 / 32.0) * (0.5 + 1.0 + 1.0 + 16.0);

impl Decimals {
    /// Seeded by `rng`.
    pub fn new(rng: &mut Rng) -> Self {
        Self { state: rng.index(usize::MAX) as u64 }
    }

    /// 64 random bits (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Appends a decimal between -2 and 2 with as many digits as a random double has when it is
    /// printed, or now and then nothing.
    pub fn write(&mut self, text: &mut Vec<u8>) {
        let bits = self.bits();
        if bits.is_multiple_of(EMPTY_ONE_IN) {
            return;
        }
        if bits & (1 << 6) != 0 {
            text.push(b'-');
        }
        text.extend_from_slice(if bits & (1 << 7) != 0 { b"0." } else { b"1." });
        let mut digits = [0; 17];
        // 2^54 times a random number is 1.8 · 10^16: eight pairs, uniform to a part in 10^16.
        let mut rest = bits >> 10;
        for pair in digits[1..].as_chunks_mut::<2>().0 {
            let next = rest / 100;
            *pair = PAIRS[usize::try_from(rest % 100).expect("below a hundred")];
            rest = next;
        }
        digits[0] = b'0' + (bits >> 60) as u8 % 10;
        let length = [15, 16, 16, 17][(bits >> 8) as usize & 3];
        text.extend_from_slice(&digits[..length]);
    }
}

static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100_u8 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};
