//! The lock that keeps two runs in one target folder from writing at once.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// A held lock; it is released when dropped, also by a kill.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code, reason = "held for its drop")] File);

impl Lock {
    /// Takes the lock of a folder, waiting if another run holds it; `on_wait` is told so first.
    pub(crate) fn take(folder: &Path, on_wait: impl FnOnce()) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let file =
            File::options().create(true).write(true).truncate(false).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                on_wait();
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(Self(file))
    }
}
