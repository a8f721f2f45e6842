//! Random allocations, frees and blocks on one to three threads, against a ledger kept by hand.
//!
//! The ledger is a vector of sizes and a few sums: slow, and obviously right. Memory that one thread
//! allocated is freed by another in the end.

use std::hint::black_box;

use amdahl::{Block, BlockHeap, profile_block};
use proptest::prelude::*;

/// As [`super::ARRAY`], in bytes.
const ARRAY: u64 = super::ARRAY as u64;

/// What a thread does next. Positions are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    Allocate(usize),
    AllocateZeroed(usize),
    Grow { at: usize, by: usize },
    Shrink { at: usize, to_percent: usize },
    Free(usize),
    Enter,
    Exit(usize),
}

fn step() -> impl Strategy<Value = Step> {
    // Sizes on both sides of the threshold, and small ones mostly.
    let size = prop_oneof![4 => 1_usize..200, 2 => 1_000_usize..20_000, 1 => 65_000_usize..66_500];
    prop_oneof![
        3 => size.clone().prop_map(Step::Allocate),
        1 => size.clone().prop_map(Step::AllocateZeroed),
        2 => (any::<usize>(), size).prop_map(|(at, by)| Step::Grow { at, by }),
        1 => (any::<usize>(), 1_usize..100)
            .prop_map(|(at, to_percent)| Step::Shrink { at, to_percent }),
        3 => any::<usize>().prop_map(Step::Free),
        2 => Just(Step::Enter),
        2 => any::<usize>().prop_map(Step::Exit),
    ]
}

/// What the ledger knows of an open block.
#[derive(Clone, Copy)]
struct Entry {
    so_far: BlockHeap,
    balance: i64,
    highest: i64,
}

/// The ledger of one thread.
#[derive(Default)]
struct Ledger {
    sizes: Vec<usize>,
    open: Vec<Entry>,
}

impl Ledger {
    fn came(&mut self, size: usize, grown: i64) {
        let size = size as u64;
        for entry in &mut self.open {
            entry.so_far.allocations += 1;
            entry.so_far.bytes += size;
            if size >= ARRAY {
                entry.so_far.arrays += 1;
                entry.so_far.array_bytes += size;
            }
        }
        self.moved(grown);
    }

    fn moved(&mut self, by: i64) {
        for entry in &mut self.open {
            entry.balance += by;
            entry.highest = entry.highest.max(entry.balance);
        }
    }

    fn exit(&mut self, at: usize) -> BlockHeap {
        let entry = self.open.remove(at);
        BlockHeap {
            peak_bytes: u64::try_from(entry.highest).expect("at least the 0 it began with"),
            kept_bytes: entry.balance,
            ..entry.so_far
        }
    }

    /// What each block of these steps costs, in the order they end.
    fn run(&mut self, steps: &[Step]) -> Vec<BlockHeap> {
        let mut ended = Vec::new();
        for step in steps {
            match *step {
                Step::Allocate(size) | Step::AllocateZeroed(size) => {
                    self.sizes.push(size);
                    self.came(size, signed(size));
                }
                Step::Grow { at, by } => {
                    if let Some(at) = place(at, self.sizes.len()) {
                        self.sizes[at] += by;
                        let size = self.sizes[at];
                        self.came(size, signed(by));
                    }
                }
                Step::Shrink { at, to_percent } => {
                    if let Some(at) = place(at, self.sizes.len()) {
                        let (old, new) = (self.sizes[at], shrunk(self.sizes[at], to_percent));
                        if new < old {
                            self.sizes[at] = new;
                            self.came(new, signed(new) - signed(old));
                        }
                    }
                }
                Step::Free(at) => {
                    if let Some(at) = place(at, self.sizes.len()) {
                        let size = self.sizes.swap_remove(at);
                        self.moved(-signed(size));
                    }
                }
                Step::Enter => {
                    self.open.push(Entry { so_far: BlockHeap::default(), balance: 0, highest: 0 });
                }
                Step::Exit(at) => {
                    if let Some(at) = place(at, self.open.len()) {
                        ended.push(self.exit(at));
                    }
                }
            }
        }
        while let Some(last) = self.open.len().checked_sub(1) {
            ended.push(self.exit(last));
        }
        ended
    }
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).expect("sizes of the test are small")
}

fn place(at: usize, len: usize) -> Option<usize> {
    (len > 0).then(|| at % len)
}

fn shrunk(size: usize, to_percent: usize) -> usize {
    (size * to_percent / 100).max(1)
}

/// Does the steps; gives what is left, and what each block says it cost, in the order they end.
fn run(steps: &[Step]) -> (Vec<Vec<u8>>, Vec<BlockHeap>) {
    // Room for all, so that nothing here allocates but the steps.
    let mut held: Vec<Vec<u8>> = Vec::with_capacity(steps.len());
    let mut open: Vec<Block> = Vec::with_capacity(steps.len());
    let mut ended: Vec<BlockHeap> = Vec::with_capacity(steps.len());
    let heap = |block: Block| block.exit().heap().expect("the allocator is declared");
    for step in steps {
        match *step {
            Step::Allocate(size) => held.push(black_box(Vec::with_capacity(size))),
            Step::AllocateZeroed(size) => {
                let mut zeroes = black_box(vec![0_u8; size]);
                zeroes.clear();
                held.push(zeroes);
            }
            Step::Grow { at, by } => {
                if let Some(at) = place(at, held.len()) {
                    let to = held[at].capacity() + by;
                    held[at].reserve_exact(to);
                }
            }
            Step::Shrink { at, to_percent } => {
                if let Some(at) = place(at, held.len()) {
                    let to = shrunk(held[at].capacity(), to_percent);
                    held[at].shrink_to(to);
                }
            }
            Step::Free(at) => {
                if let Some(at) = place(at, held.len()) {
                    drop(black_box(held.swap_remove(at)));
                }
            }
            Step::Enter => open.push(Block::enter("random")),
            Step::Exit(at) => {
                if let Some(at) = place(at, open.len()) {
                    ended.push(heap(open.remove(at)));
                }
            }
        }
    }
    while let Some(block) = open.pop() {
        ended.push(heap(block));
    }
    (held, ended)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_block_of_every_thread_equals_a_ledger(
        threads in prop::collection::vec(prop::collection::vec(step(), 0..60), 1..=3)
    ) {
        let expected: Vec<(Vec<BlockHeap>, usize)> = threads
            .iter()
            .map(|steps| {
                let mut ledger = Ledger::default();
                let ended = ledger.run(steps);
                (ended, ledger.sizes.iter().sum())
            })
            .collect();
        let done: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> =
                threads.iter().map(|steps| scope.spawn(move || run(steps))).collect();
            running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        for ((held, ended), (wanted, left)) in done.into_iter().zip(expected) {
            prop_assert_eq!(ended, wanted);
            // Freed here and allocated there: this thread's balance falls below zero.
            let mut held = held;
            let ((), frees) = profile_block("frees", || held.iter_mut().for_each(|kept| {
                drop(std::mem::take(kept));
            }));
            let wanted = BlockHeap { kept_bytes: -signed(left), ..BlockHeap::default() };
            prop_assert_eq!(frees.heap(), Some(wanted));
        }
    }
}
