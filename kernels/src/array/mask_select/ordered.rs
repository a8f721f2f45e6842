//! Selection by several threads into one buffer, in order.
//!
//! Where a chunk's values go depends on how many all chunks before it select. Counting them first
//! would read everything twice; here each thread takes the next chunk, selects into a buffer of its
//! own, and then waits its turn for a place, which those before it have taken by then or nearly so.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{mem, thread};

use super::compress::compress;

/// Values of a chunk: they and what is selected of them stay in a core's second cache.
const CHUNK: usize = 16 * 1024;

/// What is left of the output, and the chunk whose turn it is to take from it.
struct Rest<'a> {
    places: &'a mut [f64],
    turn: usize,
    taken: usize,
}

/// Writes the selected values of `x` to the beginning of `out`, which has as many places, and
/// returns how many they are.
pub fn compress_in_parallel(x: &[f64], out: &mut [f64]) -> usize {
    let next = AtomicUsize::new(0);
    let rest = Mutex::new(Rest { places: out, turn: 0, taken: 0 });
    // Chunks are taken in order and only by threads that run, so each turn comes.
    rayon::broadcast(|_| {
        let mut selected = vec![0.0; CHUNK.min(x.len())];
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let Some(x) = x.chunks(CHUNK).nth(chunk) else { break };
            let count = compress(x, &mut selected);
            take(&rest, chunk, count).copy_from_slice(&selected[..count]);
        }
    });
    rest.into_inner().unwrap_or_else(PoisonError::into_inner).taken
}

/// Takes `count` places when it is this chunk's turn.
fn take<'a>(rest: &Mutex<Rest<'a>>, chunk: usize, count: usize) -> &'a mut [f64] {
    loop {
        let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.turn == chunk {
            let (places, left) = mem::take(&mut rest.places).split_at_mut(count);
            rest.places = left;
            rest.turn += 1;
            rest.taken += count;
            return places;
        }
        drop(rest);
        thread::yield_now();
    }
}
