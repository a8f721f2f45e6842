//! A worker process: requests go in, replies come out, and nobody waits for ever.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use amdahl_reports::{Failure, FailureKind, KernelInfo};

use super::interrupt::Interrupt;
use super::signal;
use crate::machine::ALLOCATOR_VARIABLE;
use crate::measure::Deadline;
use crate::protocol::{Purpose, Reply, Request, VERSION, WORKER_VARIABLE};
use crate::worker::PLANT_VARIABLE;

/// Lines of stderr kept, to say what a dead worker last said.
const STDERR_LINES: usize = 4;
/// How long the last words of a worker that is gone are waited for: they lie in a pipe already, but a
/// process that it left behind may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How often a process that should be ending is asked whether it has.
const END_LOOK_UP: Duration = Duration::from_millis(2);
/// Of a line of stderr, no more than this is kept.
const LONGEST_LINE_BYTES: u64 = 4096;
/// How often a wait looks up whether it was interrupted: longer than any slot of a gate, so that
/// nothing wakes beside what is timed.
const LOOK_UP: Duration = Duration::from_millis(100);

/// How to start workers of one program.
#[derive(Debug, Clone)]
pub(crate) struct Launcher {
    /// The bench binary, or what runs a peer.
    pub(crate) program: PathBuf,
    /// Its arguments: none but a peer's.
    pub(crate) arguments: Vec<OsString>,
    /// The folder it runs in, where that is not ours.
    pub(crate) folder: Option<PathBuf>,
    /// Where it makes temporary files: a worker is killed, and removes none itself.
    pub(crate) temporary: Option<PathBuf>,
    /// How long a worker may take for anything that is not expected to take longer.
    pub(crate) patience: Duration,
    /// What ends every wait.
    pub(crate) interrupt: Interrupt,
    /// Whether its memory is of huge pages and kept when it is freed, so that a launch draws less by chance.
    pub(crate) steady_memory: bool,
    /// Slow-downs in its cases, where the gate tests itself: see [`crate::worker::encode_plants`].
    pub(crate) plants: Option<String>,
}

/// Only its length matters: it moves the stack of the program that is given it, and a worker moves its heap
/// by as much.
pub(crate) const PADDING_VARIABLE: &str = "AMDAHL_PADDING";

/// Settings of glibc's allocator; others look elsewhere and keep theirs. Huge pages, a heap that grows in steps
/// of many of them and is not given back, and blocks up to the most that is allowed (32 MiB) in that heap.
pub(crate) const STEADY_MEMORY: &str = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:\
    glibc.malloc.top_pad=67108864:glibc.malloc.trim_threshold=4294967296";

/// What a worker with steady memory finds as its own name, whatever its program's path: a name on the stack has
/// been seen to decide whether glibc's allocator uses huge pages.
const OWN_NAME: &str = "worker";

impl Launcher {
    /// Workers of the running program.
    pub(crate) fn of_this_program(patience: Duration) -> io::Result<Self> {
        Ok(Self::of(std::env::current_exe()?, patience))
    }

    /// Workers of this program.
    pub(crate) fn of(program: PathBuf, patience: Duration) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            folder: None,
            temporary: None,
            patience,
            interrupt: Interrupt::default(),
            steady_memory: false,
            plants: None,
        }
    }

    /// Starts a worker for cases of so many threads.
    pub(crate) fn launch(&self, purpose: Purpose, threads: usize) -> Result<Worker, Failure> {
        self.start(&[], purpose, threads, 0)
    }

    /// Starts a worker within another program: `before` are that program and its arguments.
    pub(crate) fn launch_under(
        &self,
        before: &[OsString],
        purpose: Purpose,
        threads: usize,
    ) -> Result<Worker, Failure> {
        self.start(before, purpose, threads, 0)
    }

    /// Starts a worker with so many bytes more of environment, which move its stack.
    pub(crate) fn launch_padded(
        &self,
        purpose: Purpose,
        threads: usize,
        padding_bytes: usize,
    ) -> Result<Worker, Failure> {
        self.start(&[], purpose, threads, padding_bytes)
    }

    fn start(
        &self,
        before: &[OsString],
        purpose: Purpose,
        threads: usize,
        padding_bytes: usize,
    ) -> Result<Worker, Failure> {
        let mut words = before.iter().map(OsString::as_os_str).chain([self.program.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if self.steady_memory && before.is_empty() {
            command.arg0(OWN_NAME);
        }
        let mut child = command
            .args(words)
            .args(&self.arguments)
            .env(WORKER_VARIABLE, purpose.word())
            .envs((padding_bytes > 0).then(|| (PADDING_VARIABLE, "x".repeat(padding_bytes))))
            .envs(self.steady_memory.then_some((ALLOCATOR_VARIABLE, STEADY_MEMORY)))
            .env_remove(PLANT_VARIABLE)
            .envs(self.plants.iter().map(|plants| (PLANT_VARIABLE, plants)))
            .envs(self.temporary.iter().map(|folder| ("TMPDIR", folder)))
            .envs(THREAD_VARIABLES.map(|name| (name, threads.to_string())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                broken(format!("cannot start the worker {}: {error}", self.program.display()))
            })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(requests), Some(replies), Some(stderr)) = pipes else {
            return Err(broken("a worker started without its pipes".to_owned()));
        };
        let (last_words, drained) = keep_last_lines(stderr);
        Ok(Worker {
            child,
            requests,
            replies: read_lines(replies),
            last_words,
            drained,
            patience: self.patience,
            interrupt: self.interrupt.clone(),
        })
    }
}

/// Where libraries that keep a thread pool of their own look for its size: nothing else holds them
/// to the threads of a case.
const THREAD_VARIABLES: [&str; 7] = [
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
];

/// What a worker says of itself.
#[derive(Debug)]
pub(crate) struct Greeting {
    /// Whether it can count heap.
    pub(crate) counts_heap: bool,
    /// Its declarations.
    pub(crate) kernels: Vec<KernelInfo>,
    /// What it is made of, with versions: of a peer alone.
    pub(crate) versions: Vec<(String, String)>,
}

fn broken(reason: String) -> Failure {
    Failure { kind: FailureKind::Broken, reason }
}

/// A running worker; it is killed when dropped.
pub(crate) struct Worker {
    child: Child,
    requests: ChildStdin,
    replies: Receiver<String>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    /// Ends when stderr does.
    drained: Receiver<()>,
    patience: Duration,
    interrupt: Interrupt,
}

impl Worker {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// From now on waits no longer than this for what is not expected to take longer.
    pub(crate) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Asks and waits for the answer, at most the worker's patience and what is `expected`.
    pub(crate) fn ask(&mut self, request: &Request, expected: Duration) -> Result<Reply, Failure> {
        let mut line =
            serde_json::to_vec(request).map_err(|error| broken(format!("a request: {error}")))?;
        line.push(b'\n');
        if self.requests.write_all(&line).and_then(|()| self.requests.flush()).is_err() {
            return Err(self.death());
        }
        let patience = self.patience + expected;
        let line = match self.receive(patience) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => return Err(self.death()),
            Err(RecvTimeoutError::Timeout) => {
                let _ = self.child.kill();
                let reason = format!(
                    "no answer within {:.1} s: the worker was ended",
                    patience.as_secs_f64()
                );
                return Err(Failure { kind: FailureKind::TimedOut, reason });
            }
        };
        match serde_json::from_str(&line) {
            Ok(Reply::Failed { failure }) => Err(Failure::from(failure)),
            Ok(reply) => Ok(reply),
            Err(error) => Err(broken(format!("the worker broke the protocol: {error}"))),
        }
    }

    /// Lets the worker end in its own time, so that what runs it can write down what it saw.
    pub(crate) fn quit(mut self) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(&Request::Quit {})
            .map_err(|error| broken(format!("a request: {error}")))?;
        line.push(b'\n');
        if self.requests.write_all(&line).and_then(|()| self.requests.flush()).is_err() {
            return Err(self.death());
        }
        // Its pipe closes when it ends; nothing is said on it before.
        if let Err(RecvTimeoutError::Timeout) = self.replies.recv_timeout(self.patience) {
            let reason = "the worker did not end when it was told to".to_owned();
            return Err(Failure { kind: FailureKind::TimedOut, reason });
        }
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(self.death()),
        }
    }

    /// The next reply; an interrupt ends the wait as the end of patience does.
    fn receive(&self, patience: Duration) -> Result<String, RecvTimeoutError> {
        if !self.interrupt.is_watched() {
            return self.replies.recv_timeout(patience);
        }
        let waiting = Deadline::after(patience);
        loop {
            match self.replies.recv_timeout(waiting.left().min(LOOK_UP)) {
                Err(RecvTimeoutError::Timeout)
                    if !self.interrupt.has_come() && !waiting.has_passed() => {}
                other => return other,
            }
        }
    }

    /// Exchanges greetings: whether the worker speaks our protocol, and whether it counts heap.
    pub(crate) fn greet(&mut self) -> Result<bool, Failure> {
        self.declarations().map(|(counts_heap, _)| counts_heap)
    }

    /// Greets, and asks for the kernels too.
    pub(crate) fn declarations(&mut self) -> Result<(bool, Vec<KernelInfo>), Failure> {
        self.greeting().map(|greeting| (greeting.counts_heap, greeting.kernels))
    }

    /// Asks for everything a worker says of itself.
    pub(crate) fn greeting(&mut self) -> Result<Greeting, Failure> {
        match self.ask(&Request::List {}, Duration::ZERO)? {
            Reply::Kernels { protocol: VERSION, counts_heap, kernels, versions } => Ok(Greeting {
                counts_heap,
                kernels: kernels.into_iter().map(KernelInfo::from).collect(),
                versions: versions.into_iter().collect(),
            }),
            Reply::Kernels { protocol, .. } => Err(broken(format!(
                "the worker speaks protocol {protocol}, this program {VERSION}: build both from one \
                 version"
            ))),
            other => Err(broken(format!("the worker answered the greeting with {other:?}"))),
        }
    }

    /// Waits until the process is gone, and ends one that has closed its pipe and goes on.
    fn end(&mut self) -> io::Result<std::process::ExitStatus> {
        let waiting = Deadline::after(LAST_WORDS);
        while !waiting.has_passed() {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(END_LOOK_UP);
        }
        self.child.kill()?;
        self.child.wait()
    }

    /// Why the worker is gone.
    fn death(&mut self) -> Failure {
        let how = self.end().map_or_else(|error| error.to_string(), signal::describe);
        // What it wrote is in the pipe; the thread that drains it may still be on its way there.
        let _ = self.drained.recv_timeout(LAST_WORDS);
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = if words.is_empty() {
            String::new()
        } else {
            format!("; it last said: {}", words.join(" / "))
        };
        Failure { kind: FailureKind::Died, reason: format!("its process ended by {how}{said}") }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(pipe: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Drains stderr, so that a worker that floods it does not block, and keeps its last lines.
fn keep_last_lines(pipe: ChildStderr) -> (Arc<Mutex<VecDeque<String>>>, Receiver<()>) {
    let kept = Arc::new(Mutex::new(VecDeque::new()));
    let lines = Arc::clone(&kept);
    let (at_the_end, drained) = channel();
    thread::spawn(move || {
        // Dropped with the thread, which ends the wait for it.
        let _at_the_end: Sender<()> = at_the_end;
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            // Whatever the bytes are, the pipe must be drained: a program may write no text at all.
            match pipe.by_ref().take(LONGEST_LINE_BYTES).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == STDERR_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
    (kept, drained)
}
