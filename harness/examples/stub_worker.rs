//! A worker without the library: the protocol by hand, and times that are made up.
//!
//! It shows how little a worker in another language must do (docs/protocol.md). The gate's tests use it
//! where a verdict must not depend on the machine. `AMDAHL_STUB` says how it behaves, as `key=value`
//! between commas: `cost`, nanoseconds an iteration; `jitter`, the spread of batches in per cent;
//! `twin`, per cent that a copy named `canary` is slower; `blocks`, heap blocks an iteration;
//! `protocol`; `sleep`, milliseconds a batch really takes; `dies`, `hangs` or `rubbish`, the batch of a
//! gate's launch at which it does; `once`, a file without which it dies in one, and which it makes;
//! `pids`, a file for its id.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "it stands alone")]

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

const COST_NS: f64 = 1000.0;

/// One size, two variants.
const KERNEL: &str = r#"{"id":"sum","about":"a sum","exercise":null,"sizes":[{"label":"1000","measured":true,"flops":null,"bytes":null,"tolerance":{"relative":0.0,"absolute":0.0}}],"variants":[{"name":"naive","role":"reference","rung":null},{"name":"fold","role":"serial","rung":null}],"absent":[],"stages":[]}"#;

const PREPARED: &str = r#"{"is":"prepared","setup_ns":1,"cold_ns":1000,"agreement":{"against":"naive","error":0.0,"allowed":0.0,"used":0.0,"values":1,"in_place":false,"output_bytes":8}}"#;

fn main() {
    let mut stub = Stub {
        options: std::env::var("AMDAHL_STUB").unwrap_or_default(),
        in_launch: std::env::var_os("AMDAHL_PADDING").is_some(),
        batches: 0.0,
        random: u64::from(std::process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15),
    };
    if let Some(file) = stub.text("pids") {
        let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
        writeln!(file, "{}", std::process::id()).unwrap();
    }
    for request in std::io::stdin().lock().lines().map_while(Result::ok) {
        let is = |word: &str| request.contains(&format!("\"do\":\"{word}\""));
        if is("quit") {
            return;
        }
        let reply = if is("list") {
            let protocol = stub.figure("protocol").unwrap_or(1.0);
            format!(
                r#"{{"is":"kernels","protocol":{protocol},"counts_heap":true,"kernels":[{KERNEL}]}}"#
            )
        } else if is("prepare") {
            PREPARED.to_owned()
        } else if is("heap") {
            let blocks = stub.figure("blocks").unwrap_or(2.0);
            format!(
                r#"{{"is":"measured","measurement":{{"series":[{{"metric":"heap_blocks","totals":[{blocks},{blocks}],"iterations":[1,1]}}],"notes":[],"detail":"none"}}}}"#
            )
        } else {
            stub.misbehave();
            let iterations = request.split("\"iterations\":").nth(1).unwrap_or_default();
            let digits: String = iterations.chars().take_while(char::is_ascii_digit).collect();
            let elapsed_ns = digits.parse().unwrap_or(1.0) * stub.iteration_ns();
            format!(r#"{{"is":"batch","elapsed_ns":{elapsed_ns:.0},"pairs":1}}"#)
        };
        println!("{reply}");
    }
}

struct Stub {
    options: String,
    /// Whether a gate launched it to be timed; greetings, checks and counts have no padding.
    in_launch: bool,
    batches: f64,
    random: u64,
}

impl Stub {
    fn text(&self, key: &str) -> Option<String> {
        let mut pairs = self.options.split(',').filter_map(|pair| pair.split_once('='));
        pairs.find(|(own, _)| *own == key).map(|(_, value)| value.to_owned())
    }

    fn figure(&self, key: &str) -> Option<f64> {
        self.text(key)?.parse().ok()
    }

    /// Goes wrong where that is asked for.
    fn misbehave(&mut self) {
        if self.in_launch {
            self.batches += 1.0;
        }
        if let Some(file) = self.text("once").filter(|file| !Path::new(file).exists())
            && self.batches >= 4.0
        {
            std::fs::write(file, "").unwrap();
            std::process::abort();
        }
        let is_due = |fault: &str| self.figure(fault).is_some_and(|at| self.batches >= at);
        if is_due("dies") {
            std::process::abort();
        }
        if is_due("hangs") {
            std::thread::sleep(Duration::from_mins(10));
        }
        if is_due("rubbish") {
            println!("rubbish");
        }
        let milliseconds = self.figure("sleep").unwrap_or(0.0);
        std::thread::sleep(Duration::from_secs_f64(milliseconds * 1e-3));
    }

    /// What an iteration of this batch takes.
    fn iteration_ns(&mut self) -> f64 {
        // Knuth's 64-bit generator (The Art of Computer Programming 2, section 3.3.4).
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let uniform = (self.random >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
        let own = std::env::var("AMDAHL_SELF").unwrap_or_default();
        let twin = if own.ends_with("canary") { self.figure("twin").unwrap_or(0.0) } else { 0.0 };
        let spread = uniform * self.figure("jitter").unwrap_or(0.4);
        self.figure("cost").unwrap_or(COST_NS) * (1.0 + twin / 100.0) * (1.0 + spread / 100.0)
    }
}
