//! A worker without the library: the protocol by hand, and times that are made up.
//!
//! It shows how little a worker in another language must do (docs/protocol.md). The gate's tests use it
//! where a verdict must not depend on the machine. `AMDAHL_STUB` says how it behaves, as `key=value`
//! between commas: `cost`, nanoseconds an iteration; `swing`, per cent by which a whole process is slower at
//! most, or faster by the same ratio, by the length of its padding; `twin`, per cent that a copy named `canary` is
//! slower; `page`, per cent that it is slower while its padding is below a page; `blocks`, heap blocks an
//! iteration; `instructions`, so many an iteration, which it writes into the file of
//! `AMDAHL_STUB_COUNTS` as Callgrind does; `protocol`; `sleep`, milliseconds a batch really takes; `dies`, `hangs` or `rubbish`, the batch of a
//! gate's launch at which it does; `once`, a file without which it dies in one, and which it makes;
//! `pids`, a file for its id.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "it stands alone")]

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

const COST_NS: f64 = 1000.0;

/// The spread of batches, in per cent.
const SPREAD: f64 = 0.4;

/// One size, two variants.
const KERNEL: &str = r#"{"id":"sum","about":"a sum","exercise":null,"sizes":[{"label":"1000","measured":true,"flops":null,"bytes":null,"tolerance":{"relative":0.0,"absolute":0.0}}],"variants":[{"name":"naive","role":"reference","rung":null},{"name":"fold","role":"serial","rung":null}],"absent":[],"stages":[]}"#;

const PREPARED: &str = r#"{"is":"prepared","setup_ns":1,"cold_ns":1000,"agreement":{"against":"naive","error":0.0,"allowed":0.0,"used":0.0,"values":1,"in_place":false,"output_bytes":8}}"#;

fn main() {
    let mut stub = Stub {
        options: std::env::var("AMDAHL_STUB").unwrap_or_default(),
        in_launch: std::env::var_os("AMDAHL_PADDING").is_some(),
        batches: 0.0,
        iterations: 0.0,
        random: u64::from(std::process::id()) << 32,
    };
    if let Some(file) = stub.text("pids") {
        let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
        writeln!(file, "{}", std::process::id()).unwrap();
    }
    for request in std::io::stdin().lock().lines().map_while(Result::ok) {
        let is = |word: &str| request.contains(&format!("\"do\":\"{word}\""));
        if is("quit") {
            return stub.write_counts();
        }
        let reply = if is("list") {
            let protocol = stub.figure("protocol").unwrap_or(3.0);
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
            let iterations = digits.parse().unwrap_or(1.0);
            stub.iterations += iterations;
            let elapsed_ns = iterations * stub.iteration_ns();
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
    /// Iterations so far.
    iterations: f64,
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

    fn write_counts(&self) {
        let file = std::env::var_os("AMDAHL_STUB_COUNTS");
        if let Some((file, each)) = file.zip(self.figure("instructions")) {
            std::fs::write(file, format!("summary: {:.0}\n", each * self.iterations)).unwrap();
        }
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
        // SplitMix64 (Steele, Lea and Flood 2014), so that neighbouring ids have nothing in common.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let uniform = (mixed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
        let own = std::env::var("AMDAHL_SELF").unwrap_or_default();
        let twin = if own.ends_with("canary") { self.figure("twin").unwrap_or(0.0) } else { 0.0 };
        let padding = std::env::var("AMDAHL_PADDING").unwrap_or_default().len();
        let swing = self.figure("swing").unwrap_or(0.0);
        // Anything below 1, of neighbouring lengths too.
        let drawn = (padding * 619 % 1_000) as f64 / 1_000.0;
        let swing = (1.0 + swing / 100.0_f64).powf(2.0 * drawn - 1.0);
        let page = if padding < 4096 { self.figure("page").unwrap_or(0.0) } else { 0.0 };
        let cost_ns = self.figure("cost").unwrap_or(COST_NS);
        [twin, page, uniform * SPREAD]
            .iter()
            .fold(cost_ns * swing, |ns, percent| ns * (1.0 + percent / 100.0))
    }
}
