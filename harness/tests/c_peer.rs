//! The peer in C, asked over its pipes by the bare protocol, without our driver.
//!
//! Without a C compiler these tests have nothing to hold, and say so.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A running peer, in a folder of its own; killed where a test ends before it does.
struct Peer {
    folder: TempDir,
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Peer {
    /// Builds the peer with its manifest's own commands and starts it; `None` without a compiler.
    #[allow(
        clippy::disallowed_macros,
        reason = "a test that held nothing must not pass in silence"
    )]
    fn start() -> Option<Self> {
        if Command::new("cc").arg("--version").output().is_err() {
            eprintln!("not tested: there is no C compiler `cc` here");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let manifest = manifest();
        for command in manifest["install"].as_array().expect("commands") {
            let output = run(command, folder.path()).output().expect("the command starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(
                String::from_utf8_lossy(&output.stderr),
                "",
                "it compiles without a warning"
            );
        }
        let mut start = run(&manifest["start"], folder.path());
        let mut child = start
            .env("AMDAHL_WORKER", "time")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer starts");
        let requests = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().expect("a pipe"));
        Some(Self { folder, child, requests, replies })
    }

    /// Sends a line and reads the one that answers it.
    fn ask_line(&mut self, line: &str) -> Value {
        let requests = self.requests.as_mut().expect("the peer was not told to end");
        writeln!(requests, "{line}").expect("the peer reads");
        let mut reply = String::new();
        self.replies.read_line(&mut reply).expect("the peer answers");
        serde_json::from_str(&reply).unwrap_or_else(|e| panic!("{line} got {reply:?}: {e}"))
    }

    #[allow(clippy::needless_pass_by_value, reason = "reads as what it is: a request")]
    fn ask(&mut self, request: Value) -> Value {
        self.ask_line(&request.to_string())
    }

    /// Writes a matrix and prepares a case on it.
    fn prepare(&mut self, kernel: &str, rows: usize, cols: usize, data: &[f64]) -> Value {
        let path = self.path("x.npy");
        fs::write(&path, npy(rows, cols, data)).expect("a writable folder");
        self.ask(json!({
            "do": "prepare", "kernel": kernel, "variant": "loops", "size": "any", "threads": 1,
            "seed": 1, "against": null, "input": [{ "name": "", "path": path }],
        }))
    }

    /// Runs one iteration and reads its result: rows, columns, values.
    fn result(&mut self) -> (usize, usize, Vec<f64>) {
        let directory = self.folder.path().to_owned();
        let reply = self.ask(json!({ "do": "result", "directory": directory }));
        assert_eq!(reply["is"], "result", "{reply}");
        assert_eq!(reply["error"], Value::Null);
        assert!(reply["elapsed_ns"].is_u64(), "{reply}");
        let output = reply["output"].as_array().expect("files");
        assert_eq!((output.len(), &output[0]["name"]), (1, &json!("")));
        read_npy(Path::new(output[0]["path"].as_str().expect("a path")))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits for the end of a peer that was told to end, or whose stdin is closed.
    fn ends_well(&mut self) {
        let status = self.child.wait().expect("the peer ends");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/peers/c")
}

fn manifest() -> Value {
    let text = fs::read_to_string(here().join("peer.toml")).expect("a manifest");
    toml::from_str(&text).expect("TOML")
}

/// A command of the manifest, with the folder it installs into.
fn run(words: &Value, venv: &Path) -> Command {
    let words = words.as_array().expect("words");
    let mut words = words.iter().map(|word| {
        let word = word.as_str().expect("a word");
        word.replace("{venv}", venv.to_str().expect("a path of UTF-8"))
    });
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words).current_dir(here());
    command
}

/// A matrix as `NumPy` saves it (NEP 1: magic, version, length of the header, header, data).
fn npy(rows: usize, cols: usize, data: &[f64]) -> Vec<u8> {
    let header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {cols}), }}\n");
    let length = u16::try_from(header.len()).expect("a short header");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn read_npy(path: &Path) -> (usize, usize, Vec<f64>) {
    let npy = npyz::NpyFile::new(fs::File::open(path).expect("a file")).expect(".npy");
    assert_eq!(npy.order(), npyz::Order::C);
    let [rows, cols] = npy.shape() else { panic!("{:?}", npy.shape()) };
    let extent = |&extent: &u64| usize::try_from(extent).expect("a small matrix");
    let shape = (extent(rows), extent(cols));
    (shape.0, shape.1, npy.into_vec().expect("doubles"))
}

/// Values that no closed form simplifies; odd extents reach the ends of blocks.
fn wavy(count: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * i) as f64 * 0.37).sin() * 3.0).collect()
}

#[track_caller]
fn assert_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    let mut wrong = String::new();
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        if (got - want).abs() > 1e-13 * want.abs().max(1.0) {
            writeln!(wrong, "{i}: {got}, not {want}").expect("text");
        }
    }
    assert_eq!(wrong, "");
}

#[track_caller]
fn assert_broken(reply: &Value, of: &str) {
    assert_eq!((&reply["is"], &reply["failure"]["kind"]), (&json!("failed"), &json!("broken")));
    let reason = reply["failure"]["reason"].as_str().expect("a reason");
    assert!(reason.contains(of), "{reason}");
}

#[test]
fn it_lists_what_its_manifest_promises() {
    let Some(mut peer) = Peer::start() else { return };
    let reply = peer.ask(json!({ "do": "list" }));
    assert_eq!((&reply["is"], &reply["counts_heap"]), (&json!("kernels"), &json!(false)));
    assert_eq!(reply["protocol"], manifest()["protocol"]);
    let kernels = reply["kernels"].as_array().expect("kernels").iter();
    let listed = kernels.map(|kernel| {
        let variants = kernel["variants"].as_array().expect("variants").iter();
        let names: Vec<&Value> = variants.map(|variant| &variant["name"]).collect();
        (kernel["id"].as_str().expect("an id").to_owned(), json!(names))
    });
    assert_eq!(Value::Object(listed.collect()), manifest()["variants"]);
}

#[test]
fn its_softmax_is_that_of_the_definition() {
    let Some(mut peer) = Peer::start() else { return };
    let (rows, cols) = (5, 67);
    let x = wavy(rows * cols);
    let prepared = peer.prepare("softmax", rows, cols, &x);
    assert_eq!(prepared["is"], "prepared", "{prepared}");
    assert!(prepared["setup_ns"].is_u64());
    // exp(x) over its sum; these values are far from overflow, so no maximum need be taken off.
    let want = x.chunks(cols).flat_map(|row| {
        let sum: f64 = row.iter().map(|value| value.exp()).sum();
        row.iter().map(move |value| value.exp() / sum)
    });
    let (got_rows, got_cols, got) = peer.result();
    assert_eq!((got_rows, got_cols), (rows, cols));
    assert_close(&got, &want.collect::<Vec<_>>());
}

#[test]
fn its_covariance_is_that_of_the_definition_where_no_block_is_full() {
    let Some(mut peer) = Peer::start() else { return };
    for (rows, cols) in [(2, 3), (7, 5), (301, 37)] {
        let x = wavy(rows * cols);
        peer.prepare("covariance", rows, cols, &x);
        let column = |j: usize| x.iter().skip(j).step_by(cols);
        let mean = |j: usize| column(j).sum::<f64>() / rows as f64;
        let want = (0..cols * cols).map(|place| {
            let (i, j) = (place / cols, place % cols);
            let products = column(i).zip(column(j)).map(|(a, b)| (a - mean(i)) * (b - mean(j)));
            products.sum::<f64>() / (rows as f64 - 1.0)
        });
        let (got_rows, got_cols, got) = peer.result();
        assert_eq!((got_rows, got_cols), (cols, cols));
        assert_close(&got, &want.collect::<Vec<_>>());
    }
}

#[test]
fn the_covariance_of_no_rows_is_an_error_and_no_failure() {
    let Some(mut peer) = Peer::start() else { return };
    assert_eq!(peer.prepare("covariance", 0, 3, &[])["is"], "prepared");
    let directory = peer.folder.path().to_owned();
    let reply = peer.ask(json!({ "do": "result", "directory": directory }));
    assert_eq!((&reply["is"], &reply["output"]), (&json!("result"), &json!([])));
    assert!(reply["error"].as_str().expect("a text").contains("no rows"), "{reply}");
}

#[test]
fn it_times_more_iterations_as_longer_and_says_how_often_it_read_the_clock() {
    let Some(mut peer) = Peer::start() else { return };
    peer.prepare("softmax", 64, 64, &wavy(64 * 64));
    let mut elapsed_ns = |iterations: u64| {
        let reply = peer.ask(json!({
            "do": "batch", "iterations": iterations, "slice": 10, "warm_up": 2, "keep": false,
        }));
        assert_eq!((&reply["is"], &reply["pairs"]), (&json!("batch"), &json!(1)), "{reply}");
        reply["elapsed_ns"].as_u64().expect("nanoseconds")
    };
    let one = (0..5).map(|_| elapsed_ns(1)).min().expect("five");
    // The shortest of five has met no pause; a hundred times the work lasts longer than one.
    assert!(one > 0 && elapsed_ns(100) > one);
}

#[test]
fn the_order_of_fields_and_blanks_do_not_matter() {
    let Some(mut peer) = Peer::start() else { return };
    let path = peer.path("a \"quoted\" {name}: \\.npy");
    fs::write(&path, npy(1, 2, &[0.0, 0.0])).expect("a writable folder");
    let path = json!(path);
    let reply = peer.ask_line(&format!(
        r#" {{ "input" : [ {{ "path" : {path}, "name" : null }} ], "variant":"loops", "kernel":"softmax", "against":null, "threads":1, "seed":1, "size":"do", "do":"prepare" }} "#
    ));
    assert_eq!(reply["is"], "prepared", "{reply}");
    assert_eq!(peer.result().2, [0.5, 0.5]);
}

#[test]
fn what_it_cannot_answer_is_a_failure_and_leaves_it_at_work() {
    let Some(mut peer) = Peer::start() else { return };
    assert_broken(
        &peer.ask(json!({ "do": "batch", "iterations": 1, "slice": 1, "warm_up": 0 })),
        "no case",
    );
    assert_broken(&peer.ask(json!({ "do": "result", "directory": "." })), "no case");
    peer.prepare("softmax", 1, 2, &[0.0, 0.0]);
    for request in ["heap", "stages", "faults", "no \"such\" request"] {
        assert_broken(&peer.ask(json!({ "do": request })), request);
    }
    let swapped = json!({ "do": "batch", "iterations": 1, "slice": 1, "warm_up": 0, "swap": null });
    assert_broken(&peer.ask(swapped), "`batch` has a field");
    for line in ["no JSON", "", "{\"do\":\"batch", "{\"do\":17}", "{}"] {
        assert_broken(&peer.ask_line(line), "no request");
    }
    assert_broken(
        &peer.ask(json!({ "do": "batch", "iterations": 0, "slice": 1, "warm_up": 0 })),
        "iterations",
    );
    assert_eq!(peer.result().2, [0.5, 0.5], "the case is still prepared");
    assert_broken(&peer.prepare("dot", 1, 1, &[0.0]), "`dot`");
    assert_broken(&peer.ask(json!({ "do": "result", "directory": "." })), "no case");
}

#[test]
fn a_file_it_cannot_read_is_a_failure_that_names_the_file() {
    let Some(mut peer) = Peer::start() else { return };
    let doubles = npy(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    let replaced = |from: &str, to: &str| {
        let at = doubles.windows(from.len()).position(|part| part == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("{from} is in the header"));
        [&doubles[..at], to.as_bytes(), &doubles[at + from.len()..]].concat()
    };
    let files: [(&str, Vec<u8>, &str); 6] = [
        ("cut.npy", doubles[..doubles.len() - 1].to_vec(), "cut short"),
        ("integers.npy", replaced("<f8", "<i8"), "no matrix of doubles"),
        ("columns.npy", replaced("False", "True "), "no matrix of doubles"),
        ("cube.npy", replaced("(2, 2), }", "(2, 1, 2)"), "no matrix of doubles"),
        ("text.npy", b"1,2\n".to_vec(), "version 1.0"),
        ("huge.npy", npy(70_000, 70_000, &[]), "too large"),
    ];
    let mut refuses = |name: &str, bytes: Option<Vec<u8>>, of: &str| {
        let path = peer.path(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).expect("a writable folder");
        }
        let reply = peer.ask(json!({
            "do": "prepare", "kernel": "softmax", "variant": "loops", "size": "any", "threads": 1,
            "seed": 1, "against": null, "input": [{ "name": "", "path": path }],
        }));
        assert_broken(&reply, of);
        assert_broken(&reply, name);
    };
    refuses("missing.npy", None, "No such file");
    for (name, bytes, of) in files {
        refuses(name, Some(bytes), of);
    }
}

#[test]
fn it_ends_when_told_to_and_when_its_stdin_does() {
    let Some(mut peer) = Peer::start() else { return };
    let requests = peer.requests.as_mut().expect("a pipe");
    writeln!(requests, "{}", json!({ "do": "quit" })).expect("the peer reads");
    peer.ends_well();
    let Some(mut peer) = Peer::start() else { return };
    drop(peer.requests.take());
    peer.ends_well();
}
