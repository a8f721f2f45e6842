//! The recorder: every thread writes its spans into a book of its own.
//!
//! A stage costs one relaxed load while nobody listens. A book's lock is its thread's alone until the
//! iteration is over, and its room is set aside beforehand, so that recording neither waits nor
//! allocates.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::spans::{Iteration, Span, SpanId, Stamp};
use crate::measure::clocks::{ThreadClock, now_ns, thread_cpu_ns};

/// Spans of one iteration that cost a thread no allocation: 288 KiB.
const ROOM: usize = 4_096;
/// Stages open at once that cost a thread no allocation.
const NESTING: usize = 64;

/// What a reading reads beside the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Instrument {
    /// Nothing.
    Wall,
    /// CPU time of the thread and, on the thread that runs the iterations, of these others.
    Cpu(Vec<ThreadClock>),
    /// Blocks and bytes of the heap, in a worker that counts them.
    Heap,
}

/// A thread's spans of this iteration.
#[derive(Debug, Default)]
struct Book {
    thread: u32,
    spans: Vec<Span>,
    /// The open ones, innermost last: indices into `spans`.
    open: Vec<usize>,
    /// The span from which this thread was started.
    inherited: Option<SpanId>,
    next: u32,
}

static BOOKS: Mutex<Vec<Arc<Mutex<Book>>>> = Mutex::new(Vec::new());
static INSTRUMENT: RwLock<Instrument> = RwLock::new(Instrument::Wall);
/// The thread that runs the iterations.
static CASE_THREAD: AtomicU32 = AtomicU32::new(u32::MAX);

thread_local! {
    static BOOK: RefCell<Option<Arc<Mutex<Book>>>> = const { RefCell::new(None) };
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something with this thread's book; nothing where the thread is about to end.
fn with_book<R>(use_it: impl FnOnce(&mut Book) -> R) -> Option<R> {
    BOOK.try_with(|own| {
        let mut own = own.try_borrow_mut().ok()?;
        let book = own.get_or_insert_with(new_book);
        Some(use_it(&mut lock(book)))
    })
    .ok()
    .flatten()
}

fn new_book() -> Arc<Mutex<Book>> {
    static THREADS: AtomicU32 = AtomicU32::new(0);
    let book = Book {
        thread: THREADS.fetch_add(1, Ordering::Relaxed),
        spans: Vec::with_capacity(ROOM),
        open: Vec::with_capacity(NESTING),
        ..Book::default()
    };
    let book = Arc::new(Mutex::new(book));
    lock(&BOOKS).push(Arc::clone(&book));
    book
}

/// Reads the instrument on this thread.
fn read(thread: u32) -> Stamp {
    let instrument = INSTRUMENT.read().unwrap_or_else(PoisonError::into_inner);
    let counts = match &*instrument {
        Instrument::Wall => [0, 0],
        Instrument::Cpu(others) => {
            let is_case = CASE_THREAD.load(Ordering::Relaxed) == thread;
            let others = if is_case { others.as_slice() } else { &[] };
            [thread_cpu_ns(), others.iter().filter_map(|other| other.read_ns()).sum()]
        }
        Instrument::Heap => {
            let stats = dhat::HeapStats::get();
            [stats.total_blocks, stats.total_bytes]
        }
    };
    Stamp { at_ns: now_ns(), counts }
}

/// Enters a stage on this thread.
pub(crate) fn enter(name: &'static str) {
    with_book(|book| {
        let id = (u64::from(book.thread) << 32) | u64::from(book.next);
        book.next = book.next.wrapping_add(1);
        let parent = book.open.last().map_or(book.inherited, |&at| Some(book.spans[at].id));
        book.open.push(book.spans.len());
        let thread = book.thread;
        let entered = read(thread);
        book.spans.push(Span { id, name, thread, parent, entered, exited: None });
    });
}

/// Leaves the innermost stage of this thread.
pub(crate) fn exit() {
    with_book(|book| {
        let now = read(book.thread);
        if let Some(span) = book.open.pop().and_then(|at| book.spans.get_mut(at)) {
            span.exited = Some(now);
        }
    });
}

/// The innermost stage of this thread, for threads that are started from it.
pub(crate) fn current() -> Option<SpanId> {
    with_book(|book| book.open.last().map_or(book.inherited, |&at| Some(book.spans[at].id)))
        .flatten()
}

/// Says from which stage this thread was started, and returns what was said before.
pub(crate) fn inherit(parent: Option<SpanId>) -> Option<SpanId> {
    with_book(|book| std::mem::replace(&mut book.inherited, parent)).flatten()
}

/// Chooses what readings read from now on.
pub(super) fn choose(instrument: Instrument) {
    *INSTRUMENT.write().unwrap_or_else(PoisonError::into_inner) = instrument;
}

/// Sets this thread's book up before anything is counted.
pub(super) fn prepare() {
    with_book(|_| ());
}

/// Forgets what was recorded and begins an iteration on this thread.
pub(super) fn begin() -> Iteration {
    prepare();
    take();
    let thread = with_book(|book| book.thread).unwrap_or_default();
    CASE_THREAD.store(thread, Ordering::Relaxed);
    Iteration { thread, started: read(thread), ..Iteration::default() }
}

/// Ends an iteration and puts every thread's spans into it.
pub(super) fn end(mut iteration: Iteration) -> Iteration {
    iteration.stopped = read(iteration.thread);
    iteration.spans = take();
    iteration
}

/// Takes all spans out of the books; those that are open stay there as well.
fn take() -> Vec<Span> {
    let mut books = lock(&BOOKS);
    let mut spans = Vec::new();
    for book in books.iter() {
        let book = &mut *lock(book);
        spans.extend_from_slice(&book.spans);
        let open: Vec<Span> = book.open.iter().map(|&at| book.spans[at].clone()).collect();
        book.spans.clear();
        book.spans.extend(open);
        book.open.clear();
        book.open.extend(0..book.spans.len());
    }
    // The books of threads that have ended are done with.
    books.retain(|book| Arc::strong_count(book) > 1);
    spans
}
