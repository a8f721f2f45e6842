//! Channels, as in `std::sync::mpsc`.

use std::sync::mpsc::{self, RecvError, SendError, TryRecvError};

use crate::measure::what_if::{before_release, waiting};

/// A channel without a bound; see [`std::sync::mpsc::channel`].
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    (Sender(sender), Receiver(receiver))
}

/// A channel that holds at most `bound` values; see [`std::sync::mpsc::sync_channel`].
///
/// ```
/// use amdahl::sync::{scope, sync_channel};
///
/// let (sender, receiver) = sync_channel(2);
/// let sum: u64 = scope(|threads| {
///     threads.spawn(move || (1..=4).for_each(|value| sender.send(value).expect("a receiver")));
///     receiver.iter().sum()
/// });
/// assert_eq!(sum, 10);
/// ```
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::sync_channel(bound);
    (SyncSender(sender), Receiver(receiver))
}

/// The sending half of a channel without a bound.
#[derive(Debug)]
pub struct Sender<T>(mpsc::Sender<T>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Sender<T> {
    /// Sends a value.
    ///
    /// # Errors
    /// Gives the value back where the receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        before_release();
        self.0.send(value)
    }
}

/// The sending half of a channel with a bound.
#[derive(Debug)]
pub struct SyncSender<T>(mpsc::SyncSender<T>);

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> SyncSender<T> {
    /// Sends a value, and waits where the channel is full.
    ///
    /// # Errors
    /// Gives the value back where the receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        before_release();
        waiting(|| self.0.send(value))
    }
}

/// The receiving half of a channel.
#[derive(Debug)]
pub struct Receiver<T>(mpsc::Receiver<T>);

impl<T> Receiver<T> {
    /// Waits for the next value.
    ///
    /// # Errors
    /// Where the channel is empty and every sender is gone.
    pub fn recv(&self) -> Result<T, RecvError> {
        // Taking a value makes room for a sender that waits.
        before_release();
        waiting(|| self.0.recv())
    }

    /// The next value, where there is one.
    ///
    /// # Errors
    /// Where the channel is empty, with or without senders.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        before_release();
        self.0.try_recv()
    }

    /// The values until every sender is gone.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.recv().ok())
    }
}
