//! The worker: a bench binary re-executed to run cases for a driver that plans and keeps the books.

mod panics;
mod plant;
mod session;

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use amdahl_reports::gate::evaluation::Plant;
use amdahl_reports::wire::v1;
use amdahl_reports::{Failure, FailureKind};
pub(crate) use plant::{
    PLANT_VARIABLE, at_nothing as plants_at_nothing, decode as decode_plants,
    encode as encode_plants,
};

use crate::allocator;
use crate::ceiling;
use crate::declare::Suite;
use crate::machine::huge_page_bytes;
use crate::protocol::{Purpose, Reply, Request, VERSION};
use crate::self_test;

/// What a worker was started as.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) purpose: Purpose,
    /// What slows its cases down, where the gate tests itself.
    pub(crate) plants: Vec<Plant>,
    /// Whether its code moves to pages of its own before it is timed: in a launch of the gate.
    pub(crate) moves_code: bool,
}

/// Serves requests until the driver says `quit` or closes the pipe.
pub(crate) fn serve(suite: &Suite, order: &Order) -> ExitCode {
    let Ok(mut channel) = Channel::take_stdio() else { return ExitCode::FAILURE };
    die_with_the_driver();
    if order.purpose == Purpose::Heap && allocator::is_declared() {
        allocator::start_counting();
    }
    panics::remember();
    match run(suite, order, &mut channel) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Moves everything that is allocated from now on to a huge page, where the system has such, and by about so
/// many bytes into it. What a program allocates when it starts differs between two builds; over launches of
/// many lengths no build has the better place. The heap begins anywhere: what is small would lie before its
/// first huge page, in pages that are another draw.
pub(crate) fn shift_heap(bytes: usize) {
    /// Larger than what lies free among a new heap's blocks, so that it comes off its end.
    const PROBE_BYTES: usize = 1 << 20;
    let to_page = huge_page_bytes().map_or(0, |page| {
        let probe = black_box(Vec::<u8>::with_capacity(PROBE_BYTES));
        let past = probe.as_ptr().addr() + PROBE_BYTES;
        past.next_multiple_of(page) - past
    });
    // Address space alone: nobody writes to it.
    std::mem::forget(black_box(Vec::<u8>::with_capacity(PROBE_BYTES + to_page + bytes)));
}

/// Sees to it that a worker in an endless iteration does not outlive a killed driver; where the
/// platform has no such thing, a closed pipe ends it between requests.
fn die_with_the_driver() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Answers until the end; an error means that the driver is gone.
fn run(suite: &Suite, order: &Order, channel: &mut Channel) -> io::Result<()> {
    let kernels = match suite.erased() {
        Ok(kernels) => kernels,
        Err(error) => {
            while channel.receive()?.is_some() {
                channel.fail(FailureKind::Broken, &error.to_string())?;
            }
            return Ok(());
        }
    };
    let ceilings = ceiling::kernels(&kernels);
    let own: Vec<_> = self_test::kernel().erased().into_iter().collect();
    let mut next = channel.receive()?;
    while let Some(request) = next {
        next = match request {
            Request::Quit {} => None,
            Request::List {} => {
                let kernels = kernels.iter().map(|kernel| v1::KernelInfo::from(kernel.info()));
                channel.send(&Reply::Kernels {
                    protocol: VERSION,
                    counts_heap: allocator::is_declared(),
                    kernels: kernels.collect(),
                    versions: BTreeMap::new(),
                })?;
                channel.receive()?
            }
            Request::Prepare { .. } => {
                session::serve_case(&[&kernels, &ceilings, &own], order, &request, channel)?
            }
            Request::Batch { .. }
            | Request::Verify { .. }
            | Request::Heap { .. }
            | Request::Stages { .. }
            | Request::WhatIf { .. }
            | Request::Alone { .. }
            | Request::Faults { .. }
            | Request::Trim {}
            | Request::Count {}
            | Request::Export { .. }
            | Request::Result { .. }
            | Request::Hold { .. }
            | Request::Profile(_) => {
                channel.fail(FailureKind::Broken, "no case is prepared: send `prepare` first")?;
                channel.receive()?
            }
        };
    }
    Ok(())
}

/// The two pipes to the driver.
pub(crate) struct Channel {
    requests: BufReader<File>,
    replies: File,
}

impl Channel {
    /// Takes stdin and stdout for the protocol. What a kernel prints goes to stderr from now on,
    /// and what it reads from stdin is empty, so that neither can garble the protocol.
    fn take_stdio() -> io::Result<Self> {
        let requests = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let replies = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        rustix::stdio::dup2_stdout(io::stderr())?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        Ok(Self { requests: BufReader::new(requests), replies })
    }

    /// The next request; `None` at the end. A line that is none is answered and passed over.
    fn receive(&mut self) -> io::Result<Option<Request>> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.requests.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match serde_json::from_str(&line) {
                Ok(request) => return Ok(Some(request)),
                Err(error) => {
                    let message = format!("not a request of protocol {VERSION}: {error}");
                    self.fail(FailureKind::Broken, &message)?;
                }
            }
        }
    }

    fn send(&mut self, reply: &Reply) -> io::Result<()> {
        let mut line = serde_json::to_vec(reply)?;
        line.push(b'\n');
        self.replies.write_all(&line)
    }

    fn fail(&mut self, kind: FailureKind, reason: &str) -> io::Result<()> {
        let failure = v1::Failure::from(&Failure { kind, reason: reason.to_owned() });
        self.send(&Reply::Failed { failure })
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;
    use crate::driver::STEADY_MEMORY;
    use crate::machine::ALLOCATOR_VARIABLE;

    #[test]
    fn what_is_allocated_after_the_heap_moved_begins_at_a_huge_page_and_so_far_into_it() {
        const NAME: &str = "worker::tests::move_the_heap";
        let own = std::env::current_exe().expect("this program");
        let mut alone = std::process::Command::new(own);
        // A thread's blocks come from the one heap too.
        let settings = format!("{STEADY_MEMORY}:glibc.malloc.arena_max=1");
        alone.args(["--exact", NAME, "--ignored"]).env(ALLOCATOR_VARIABLE, settings);
        let output = alone.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[ignore = "run alone, by the test before"]
    fn move_the_heap() {
        /// Larger than what lies free between older blocks.
        const BYTES: usize = 64 << 10;
        const PADDING: usize = 1_000;
        /// Those of the two blocks before, rounded up.
        const HEADERS: usize = 64;
        let Some(page) = huge_page_bytes() else { return };
        shift_heap(PADDING);
        let first = black_box(Vec::<u8>::with_capacity(BYTES));
        let into = first.as_ptr().addr() % page;
        assert!((PADDING..PADDING + HEADERS).contains(&into), "{into} bytes into a page");
        let second = black_box(Vec::<u8>::with_capacity(BYTES));
        assert!(second.as_ptr().addr() > first.as_ptr().addr(), "nothing free is left before it");
    }
}
