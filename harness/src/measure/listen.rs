//! Who hears a stage: nobody, the recorder of stages, or an experiment.
//!
//! One relaxed load decides, so that a stage costs about a nanosecond while nobody listens.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{stages, what_if};

/// Who listens in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Listener {
    /// Nobody.
    Nobody = 0,
    /// The recorder of stages.
    Recorder = 1,
    /// An experiment that delays.
    Experiment = 2,
}

static LISTENER: AtomicU8 = AtomicU8::new(Listener::Nobody as u8);

/// Who listens now.
#[inline]
pub(crate) fn listener() -> Listener {
    match LISTENER.load(Ordering::Relaxed) {
        1 => Listener::Recorder,
        2 => Listener::Experiment,
        _ => Listener::Nobody,
    }
}

/// The turn of one who listens: there is one recorder and one experiment in a process.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has somebody listen for as long as this lives.
#[derive(Debug)]
pub(crate) struct Listening(u8);

impl Listening {
    /// `listener` hears every stage from now on.
    pub(crate) fn of(listener: Listener) -> Self {
        Self(LISTENER.swap(listener as u8, Ordering::SeqCst))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENER.store(self.0, Ordering::SeqCst);
    }
}

/// An entered stage that somebody heard; it is left when dropped, by a panic too.
pub(crate) struct Heard(Inside);

enum Inside {
    Recorded,
    Experiment(what_if::Inside),
}

/// Enters a stage for whoever listens.
#[inline]
pub(crate) fn enter(name: &'static str) -> Option<Heard> {
    match listener() {
        Listener::Nobody => None,
        listener => Some(heard(listener, name)),
    }
}

#[cold]
fn heard(listener: Listener, name: &'static str) -> Heard {
    if listener == Listener::Recorder {
        stages::enter(name);
        return Heard(Inside::Recorded);
    }
    Heard(Inside::Experiment(what_if::enter(name)))
}

impl Drop for Heard {
    fn drop(&mut self) {
        match &mut self.0 {
            Inside::Recorded => stages::exit(),
            Inside::Experiment(inside) => inside.exit(),
        }
    }
}
