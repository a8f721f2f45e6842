//! What a panic said: kept for the reply instead of printed.

use std::any::Any;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From now on, panics are remembered and not printed.
pub(super) fn remember() {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
        let message = message(info.payload());
        let said = format!("{message}{}", place.unwrap_or_default());
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }));
}

/// What the last panic said, with its place; what its payload says where the hook saw none.
pub(super) fn last(payload: &(dyn Any + Send)) -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
    last.unwrap_or_else(|| message(payload).to_owned())
}

fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
