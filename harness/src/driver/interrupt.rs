//! Ctrl-C and its kin: asked to end, a program ends in order.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked this process to end. Where nobody watches, nobody ever does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Option<Arc<AtomicBool>>);

impl Interrupt {
    /// From now on SIGINT, SIGTERM and SIGHUP are remembered here and end nothing by themselves.
    ///
    /// # Errors
    /// Where the system refuses to have them handled.
    pub(crate) fn watch() -> io::Result<Self> {
        let come = Arc::new(AtomicBool::new(false));
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&come))?;
        }
        Ok(Self(Some(come)))
    }

    /// Whether anybody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it has come.
    pub(crate) fn has_come(&self) -> bool {
        self.0.as_ref().is_some_and(|come| come.load(Ordering::Relaxed))
    }
}
