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
use std::time::Duration;

const COST_NS: f64 = 1000.0;

fn main() {
    let options = std::env::var("AMDAHL_STUB").unwrap_or_default();
    let text = |key: &str| {
        let mut pairs = options.split(',').filter_map(|pair| pair.split_once('='));
        pairs.find(|(own, _)| *own == key).map(|(_, value)| value.to_owned())
    };
    let figure = |key: &str| text(key).and_then(|value| value.parse::<f64>().ok());
    let own = std::env::var("AMDAHL_SELF").or(std::env::args().next().ok_or(()));
    let is_twin = own.is_ok_and(|name| name.ends_with("canary"));
    let twin = if is_twin { figure("twin").unwrap_or(0.0) } else { 0.0 };
    let cost_ns = figure("cost").unwrap_or(COST_NS) * (1.0 + twin / 100.0);
    if let Some(file) = text("pids") {
        let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
        writeln!(file, "{}", std::process::id()).unwrap();
    }
    let mut random = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut batches = 0.0;
    let in_launch = std::env::var_os("AMDAHL_PADDING").is_some();
    for request in std::io::stdin().lock().lines().map_while(Result::ok) {
        let is = |word: &str| request.contains(&format!("\"do\":\"{word}\""));
        if is("quit") {
            return;
        }
        let reply = if is("list") {
            let protocol = figure("protocol").unwrap_or(1.0);
            let sizes = r#"[{"label":"1000","measured":true,"flops":null,"bytes":null,"tolerance":{"relative":0.0,"absolute":0.0}}]"#;
            let variants = r#"[{"name":"naive","role":"reference","rung":null},{"name":"fold","role":"serial","rung":null}]"#;
            format!(
                r#"{{"is":"kernels","protocol":{protocol},"counts_heap":true,"kernels":[{{"id":"sum","about":"a sum","exercise":null,"sizes":{sizes},"variants":{variants},"absent":[],"stages":[]}}]}}"#
            )
        } else if is("prepare") {
            r#"{"is":"prepared","setup_ns":1,"cold_ns":1000,"agreement":{"against":"naive","error":0.0,"allowed":0.0,"used":0.0,"values":1,"in_place":false,"output_bytes":8}}"#.to_owned()
        } else if is("heap") {
            let blocks = figure("blocks").unwrap_or(2.0);
            format!(
                r#"{{"is":"measured","measurement":{{"series":[{{"metric":"heap_blocks","totals":[{blocks},{blocks}],"iterations":[1,1]}}],"notes":[],"detail":"none"}}}}"#
            )
        } else {
            if in_launch {
                batches += 1.0;
            }
            if let Some(file) = text("once").filter(|file| !std::path::Path::new(file).exists())
                && batches >= 4.0
            {
                std::fs::write(file, "").unwrap();
                std::process::abort();
            }
            match () {
                () if figure("dies").is_some_and(|at| batches >= at) => std::process::abort(),
                () if figure("hangs").is_some_and(|at| batches >= at) => {
                    std::thread::sleep(Duration::from_mins(10));
                }
                () if figure("rubbish").is_some_and(|at| batches >= at) => println!("rubbish"),
                () => {}
            }
            std::thread::sleep(Duration::from_millis(figure("sleep").unwrap_or(0.0) as u64));
            // Knuth's 64-bit generator (The Art of Computer Programming 2, section 3.3.4).
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let uniform = (random >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            let spread = 1.0 + uniform * figure("jitter").unwrap_or(0.4) / 100.0;
            let iterations = request.split("\"iterations\":").nth(1).unwrap_or_default();
            let digits: String = iterations.chars().take_while(char::is_ascii_digit).collect();
            let elapsed_ns = digits.parse().unwrap_or(1.0) * cost_ns * spread;
            format!(r#"{{"is":"batch","elapsed_ns":{},"pairs":1}}"#, elapsed_ns as u64)
        };
        println!("{reply}");
    }
}
