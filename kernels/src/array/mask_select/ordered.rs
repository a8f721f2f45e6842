//! Selection by several threads into one buffer, in order.
//!
//! Where a chunk's values go depends on how many all chunks before it select. Counting them first
//! would read everything twice; here each thread takes the next chunk, selects into a buffer of its
//! own, and then waits its turn for a place, which those before it have taken by then or nearly so.
//! Where one has lost its core meanwhile, whoever waits for it does its chunk once more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{hint, mem};

use super::compress::compress;

/// Values of a chunk: they and what is selected of them stay in a core's second cache.
const CHUNK: usize = 8 * 1024;

/// How often a thread looks whether its turn has come before it does another's work: some ten
/// microseconds, which are a few chunks.
const LOOKS: usize = 1_000;

/// Writes the selected values of `x` to the beginning of `out`, which has as many places, and
/// returns how many they are.
pub fn compress_in_parallel(x: &[f64], out: &mut [f64]) -> usize {
    let places = out.len();
    let (next, rest) = (AtomicUsize::new(0), Rest::new(out));
    rayon::broadcast(|_| {
        let mut buffers = [vec![0.0; CHUNK.min(x.len())], vec![0.0; CHUNK.min(x.len())]];
        let [own, others] = &mut buffers;
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let Some(values) = x.chunks(CHUNK).nth(chunk) else { break };
            let count = compress(values, own);
            loop {
                let turn = rest.wait_for(chunk);
                if turn >= chunk {
                    break;
                }
                let late = x.chunks(CHUNK).nth(turn).expect("a chunk before this one");
                let count = compress(late, others);
                rest.place(turn, &others[..count]);
            }
            rest.place(chunk, &own[..count]);
        }
    });
    places - rest.left()
}

/// What is left of the output.
struct Rest<'a> {
    /// The chunk that takes from it next; it changes only while `places` is locked.
    turn: AtomicUsize,
    places: Mutex<&'a mut [f64]>,
}

impl<'a> Rest<'a> {
    fn new(places: &'a mut [f64]) -> Self {
        Self { turn: AtomicUsize::new(0), places: Mutex::new(places) }
    }

    /// Waits until it is this chunk's turn, but not for long, and says whose turn it is.
    fn wait_for(&self, chunk: usize) -> usize {
        for _ in 0..LOOKS {
            if self.turn.load(Ordering::Acquire) >= chunk {
                break;
            }
            hint::spin_loop();
        }
        self.turn.load(Ordering::Acquire)
    }

    /// Writes what a chunk selects into the next places, unless another thread has done so.
    fn place(&self, chunk: usize, selected: &[f64]) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if self.turn.load(Ordering::Relaxed) != chunk {
            return;
        }
        let (taken, left) = mem::take(&mut *places).split_at_mut(selected.len());
        *places = left;
        self.turn.store(chunk + 1, Ordering::Release);
        drop(places);
        taken.copy_from_slice(selected);
    }

    fn left(self) -> usize {
        self.places.into_inner().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_placed_in_its_turn_and_once() {
        let mut out = [0.0; 5];
        let rest = Rest::new(&mut out);
        rest.place(1, &[9.0]);
        rest.place(0, &[1.0, 2.0]);
        rest.place(0, &[9.0]);
        assert_eq!((rest.wait_for(1), rest.wait_for(2)), (1, 1));
        rest.place(1, &[3.0]);
        assert_eq!(rest.left(), 2);
        assert_eq!(out, [1.0, 2.0, 3.0, 0.0, 0.0]);
    }

    #[test]
    fn many_threads_select_what_one_does() {
        let x = amdahl::Rng::new(1).vector(50 * CHUNK + 7);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(9).build().expect("a pool");
        let [mut one, mut many] = [vec![0.0; x.len()], vec![0.0; x.len()]];
        let count = compress(&x, &mut one);
        assert_eq!(pool.install(|| compress_in_parallel(&x, &mut many)), count);
        assert_eq!(one[..count], many[..count]);
    }
}
