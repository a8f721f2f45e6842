//! Selection by several threads into one buffer, in order.
//!
//! Where a chunk's values go depends on how many all chunks before it select. Counting them first
//! would read everything twice; here each thread takes the next chunk, selects into a buffer of its
//! own, and then waits its turn for a place, which those before it have taken by then or nearly so.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{hint, mem, thread};

use super::compress::compress;

/// Values of a chunk: they and what is selected of them stay in a core's second cache.
const CHUNK: usize = 8 * 1024;

/// How often a thread looks before it lets others run: a turn comes within microseconds, unless
/// the thread before has lost its core.
const LOOKS: usize = 10_000;

/// Writes the selected values of `x` to the beginning of `out`, which has as many places, and
/// returns how many they are.
pub fn compress_in_parallel(x: &[f64], out: &mut [f64]) -> usize {
    let places = out.len();
    let (next, rest) = (AtomicUsize::new(0), Rest::new(out));
    // Chunks are taken in order and only by threads that run, so each turn comes.
    rayon::broadcast(|_| {
        let mut selected = vec![0.0; CHUNK.min(x.len())];
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let Some(x) = x.chunks(CHUNK).nth(chunk) else { break };
            let count = compress(x, &mut selected);
            rest.take(chunk, count).copy_from_slice(&selected[..count]);
        }
    });
    places - rest.left()
}

/// What is left of the output.
struct Rest<'a> {
    /// The chunk that takes from it next.
    turn: AtomicUsize,
    /// Never waited for: only the chunk whose turn it is asks for it.
    places: Mutex<&'a mut [f64]>,
}

impl<'a> Rest<'a> {
    fn new(places: &'a mut [f64]) -> Self {
        Self { turn: AtomicUsize::new(0), places: Mutex::new(places) }
    }

    /// Takes `count` places when it is this chunk's turn.
    fn take(&self, chunk: usize, count: usize) -> &'a mut [f64] {
        let mut looks = 0;
        while self.turn.load(Ordering::Acquire) != chunk {
            looks += 1;
            if looks < LOOKS {
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, left) = mem::take(&mut *places).split_at_mut(count);
        *places = left;
        drop(places);
        self.turn.store(chunk + 1, Ordering::Release);
        taken
    }

    fn left(self) -> usize {
        self.places.into_inner().unwrap_or_else(PoisonError::into_inner).len()
    }
}
