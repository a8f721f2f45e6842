//! The only place that prints: data to stdout, everything else to stderr.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use amdahl_reports::compare::{compare, comparison_document};
use amdahl_reports::{Run, render};

use super::TOOL_FAILED;

/// An exit code from its number.
pub(crate) fn exit(code: u8) -> ExitCode {
    ExitCode::from(code)
}

/// Where output goes.
pub(crate) struct Streams {
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    stderr_is_terminal: bool,
}

impl Streams {
    /// The process's own streams.
    pub(crate) fn of_this_process() -> Self {
        Self {
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            stderr_is_terminal: io::stderr().is_terminal(),
        }
    }

    /// Whether a person watches stderr.
    pub(crate) fn stderr_is_terminal(&self) -> bool {
        self.stderr_is_terminal
    }

    /// Writes data to stdout.
    pub(crate) fn out(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }

    /// Says something on stderr. Where even that fails there is nobody left to tell.
    pub(crate) fn say(&mut self, text: &str) {
        let _ = writeln!(self.stderr, "{text}");
    }

    /// Says an error and what caused it; gives the exit code for it.
    pub(crate) fn error(&mut self, error: &anyhow::Error) -> ExitCode {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::BrokenPipe
        {
            return ExitCode::SUCCESS;
        }
        self.say(&format!("error: {error:#}"));
        exit(TOOL_FAILED)
    }

    /// Prints help to stdout, or an error of use to stderr; gives the exit code.
    pub(crate) fn usage(&mut self, error: &clap::Error) -> ExitCode {
        let text = error.render();
        if error.use_stderr() {
            self.say(text.to_string().trim_end());
            exit(TOOL_FAILED)
        } else {
            let _ = self.out(&text.to_string());
            ExitCode::SUCCESS
        }
    }

    /// Prints the comparison of two runs.
    pub(crate) fn comparison(&mut self, base: &Run, head: &Run, force: bool) -> anyhow::Result<()> {
        let comparison = compare(base, head, force)?;
        self.out(&render::terminal(&comparison_document(&comparison)))?;
        Ok(())
    }
}
