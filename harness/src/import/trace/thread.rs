//! The calls of one thread, from its events to their place in a tree.
//!
//! Calls of a thread lie within each other or apart; they are put in order by time, whatever the
//! order of their events in the file.

use amdahl_reports::whatif::{CallTree, Function, Functions};

use super::{Event, MICROSECOND_NS, malformed, name, time};
use crate::import::error::ImportError;

/// How far an event may reach out of the one around it: both were rounded to a microsecond when they
/// were written.
const ROUNDING_NS: f64 = 2.0 * MICROSECOND_NS;

/// A function's call on a thread.
#[derive(Debug, Clone)]
pub(super) struct Call {
    name: String,
    start_us: f64,
    end_us: f64,
    /// Which of two calls of the same times is around the other: the lesser.
    order: i64,
}

/// The calls of a thread, and those that have not ended.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// Its name, where the trace gives one.
    pub(super) name: Option<String>,
    pub(super) calls: Vec<Call>,
    open: Vec<Call>,
    /// Ends of calls that began before the trace.
    pub(super) unbegun: usize,
}

impl Thread {
    /// Takes a complete event, `X`; `order` is its place in the file.
    pub(super) fn complete(&mut self, event: &Event, order: i64) -> Result<(), ImportError> {
        let start_us = time(event.ts, event)?;
        let lasts_us = time(event.dur, event)?;
        if lasts_us < 0.0 {
            return Err(malformed(format!("`{}` lasts {lasts_us} µs", name(event))));
        }
        // A complete event is written when it ends, so of two equal ones the later is around.
        let call = Call { name: name(event), start_us, end_us: start_us + lasts_us, order: -order };
        self.calls.push(call);
        Ok(())
    }

    /// Takes the begin of a call, `B`.
    pub(super) fn begin(&mut self, event: &Event, order: i64) -> Result<(), ImportError> {
        let start_us = time(event.ts, event)?;
        self.open.push(Call { name: name(event), start_us, end_us: start_us, order });
        Ok(())
    }

    /// Takes the end of the innermost open call, `E`.
    pub(super) fn end(&mut self, event: &Event) -> Result<(), ImportError> {
        let end_us = time(event.ts, event)?;
        let Some(mut call) = self.open.pop() else {
            self.unbegun += 1;
            return Ok(());
        };
        if event.name.as_ref().is_some_and(|name| *name != call.name) {
            return Err(malformed(format!(
                "`{}` ends while `{}` within it has not ended",
                name(event),
                call.name
            )));
        }
        if end_us < call.start_us {
            return Err(malformed(format!("`{}` ends before it begins", call.name)));
        }
        call.end_us = end_us;
        self.calls.push(call);
        Ok(())
    }

    /// Ends what is open with the thread's last event; gives how many there were.
    pub(super) fn end_all(&mut self) -> usize {
        let starts = self.open.iter().map(|call| call.start_us);
        let last_us = self
            .calls
            .iter()
            .map(|call| call.end_us)
            .chain(starts)
            .fold(f64::NEG_INFINITY, f64::max);
        let open = self.open.len();
        for mut call in self.open.drain(..) {
            call.end_us = last_us.max(call.start_us);
            self.calls.push(call);
        }
        open
    }

    /// The first begin and the last end, in microseconds.
    pub(super) fn extent(&self) -> (f64, f64) {
        self.calls.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(start, end), call| {
            (start.min(call.start_us), end.max(call.end_us))
        })
    }

    /// Puts the calls into the tree, each under the one around it.
    pub(super) fn nest(
        &mut self,
        root: Option<usize>,
        functions: &mut Functions,
        tree: &mut CallTree,
        thread: &str,
    ) -> Result<(), ImportError> {
        self.calls.sort_by(|a, b| {
            a.start_us
                .total_cmp(&b.start_us)
                .then(b.end_us.total_cmp(&a.end_us))
                .then(a.order.cmp(&b.order))
        });
        // The calls that are open, with their nodes and what is left of them for their own bodies.
        let mut open: Vec<(usize, &Call, f64)> = Vec::new();
        for call in &self.calls {
            while let Some((node, outer, left)) = open.last() {
                if outer.end_us > call.start_us || is_within(call, outer) {
                    break;
                }
                tree.spend(*node, left.max(0.0));
                open.pop();
            }
            let lasts_ns = (call.end_us - call.start_us) * MICROSECOND_NS;
            if let Some((_, outer, left)) = open.last_mut() {
                let beyond_ns = (call.end_us - outer.end_us) * MICROSECOND_NS;
                if beyond_ns > ROUNDING_NS {
                    return Err(malformed(format!(
                        "on {thread}, `{}` begins within `{}` and ends after it: calls of one thread \
                         lie within each other or apart",
                        call.name, outer.name
                    )));
                }
                *left -= lasts_ns;
            }
            let parent = open.last().map(|(node, _, _)| *node).or(root);
            let node = tree.child(parent, functions.index_of(Function::named(call.name.as_str())));
            open.push((node, call, lasts_ns));
        }
        for (node, _, left) in open {
            tree.spend(node, left.max(0.0));
        }
        Ok(())
    }
}

/// Whether a call without duration stands at the end of another one's.
fn is_within(call: &Call, outer: &Call) -> bool {
    call.start_us == call.end_us && call.end_us == outer.end_us && call.start_us >= outer.start_us
}
