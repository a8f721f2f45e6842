//! Progress: a bar for a person at a terminal, plain lines for a log.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::measure::Deadline;
use crate::run::Progress;

/// The progress for this kind of stderr.
pub(crate) fn progress(is_terminal: bool) -> Box<dyn Progress> {
    if is_terminal { Box::new(Bar(ProgressBar::hidden())) } else { Box::new(Lines::default()) }
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn begin(&mut self, steps: u64) {
        let style =
            ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} left {eta} {wide_msg}");
        self.0 = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        if let Ok(style) = style {
            self.0.set_style(style);
        }
        // No ticking thread: it would wake beside what is being timed.
    }

    fn step(&mut self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.inc(1);
    }

    fn warn(&mut self, message: &str) {
        self.0.println(format!("warning: {message}"));
    }

    fn end(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line at most every few seconds, and one for every warning.
#[derive(Default)]
struct Lines {
    steps: u64,
    done: u64,
    last: Option<Deadline>,
}

/// Between two lines in a log.
const PAUSE: Duration = Duration::from_secs(5);

impl Progress for Lines {
    fn begin(&mut self, steps: u64) {
        (self.steps, self.done) = (steps, 0);
    }

    fn step(&mut self, what: &str) {
        self.done += 1;
        if self.last.is_none_or(|last| last.has_passed()) {
            self.last = Some(Deadline::after(PAUSE));
            say(&format!("[{}/{}] {what}", self.done, self.steps));
        }
    }

    fn warn(&mut self, message: &str) {
        say(&format!("warning: {message}"));
    }

    fn end(&mut self) {}
}

fn say(text: &str) {
    use std::io::Write;
    // A closed stderr must not end a run.
    let _ = writeln!(std::io::stderr(), "{text}");
}
