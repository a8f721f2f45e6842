//! A lock, as in `std::sync::Mutex`.

use std::ops::{Deref, DerefMut};
use std::sync::{self, LockResult, PoisonError};

use crate::measure::what_if::{before_release, waiting};

/// A lock; see [`std::sync::Mutex`].
///
/// ```
/// let total = amdahl::sync::Mutex::new(1);
/// *total.lock().expect("no thread panicked") += 1;
/// assert_eq!(*total.lock().expect("no thread panicked"), 2);
/// ```
#[derive(Debug, Default)]
pub struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    /// A lock around a value.
    pub const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    /// Waits for the lock.
    ///
    /// # Errors
    /// Where a thread panicked that held it, as of the standard library's; the guard is in the error.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match waiting(|| self.0.lock()) {
            Ok(guard) => Ok(MutexGuard(guard)),
            Err(poisoned) => Err(PoisonError::new(MutexGuard(poisoned.into_inner()))),
        }
    }
}

/// Access to what a [`Mutex`] guards.
#[derive(Debug)]
pub struct MutexGuard<'a, T>(sync::MutexGuard<'a, T>);

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        before_release();
    }
}
