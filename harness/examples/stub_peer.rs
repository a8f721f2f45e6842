//! A peer without the library: it adds up what the driver hands it, and goes wrong where it is told to.
//!
//! It shows what a program in another language must do (docs/protocol.md, Peers). Its first argument
//! says how it behaves: `agrees`, `off_by_one` (in its result), `drifts` (in its second result),
//! `old` (protocol 1), `crashes` (before it answers), `hangs` (at its first result), `floods` (its
//! stderr), `huge` (a result with a header that claims more numbers than any memory holds), `dies` (in its third batch) or `slow` (each iteration takes 300 ms).

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "it stands alone")]

use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use npyz::WriterBuilder;
use serde_json::{Value, json};

fn main() {
    let behaviour = std::env::args().nth(1).unwrap_or_default();
    if behaviour == "crashes" {
        eprintln!("ImportError: no module named numbers");
        std::process::exit(1);
    }
    let mut stub = Stub { behaviour, x: Vec::new(), results: 0, batches: 0 };
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let request: Value = serde_json::from_str(&line).unwrap();
        if request["do"] == "quit" {
            return;
        }
        println!("{}", stub.answer(&request));
    }
}

struct Stub {
    behaviour: String,
    x: Vec<f64>,
    results: u32,
    batches: u32,
}

impl Stub {
    fn is(&self, behaviour: &str) -> bool {
        self.behaviour == behaviour
    }

    fn answer(&mut self, request: &Value) -> Value {
        match request["do"].as_str().unwrap_or_default() {
            "list" => self.list(),
            "prepare" => {
                let input = &request["input"][0];
                assert_eq!(input["name"], "", "one nameless value");
                let bytes = std::fs::read(input["path"].as_str().unwrap()).unwrap();
                // As one that spills to a disk; it will be killed before it can tidy up.
                let own = format!("stub-{}", std::process::id());
                std::fs::write(std::env::temp_dir().join(own), &bytes).unwrap();
                self.x = npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap();
                json!({"is": "prepared", "setup_ns": 5, "cold_ns": null, "agreement": null})
            }
            "result" => self.result(Path::new(request["directory"].as_str().unwrap())),
            "batch" => self.batch(request["iterations"].as_u64().unwrap()),
            other => {
                let reason = format!("a peer cannot `{other}`");
                json!({"is": "failed", "failure": {"kind": "broken", "reason": reason}})
            }
        }
    }

    fn list(&self) -> Value {
        if self.is("floods") {
            for line in 0..200_000 {
                let _ = writeln!(std::io::stderr(), "warning {line}: \u{1f4a7} and so on");
            }
            let _ = std::io::stderr().write_all(&[0xff, b'\n']);
        }
        let protocol = if self.is("old") { 1 } else { 3 };
        json!({
            "is": "kernels", "protocol": protocol, "counts_heap": false,
            "versions": {"Stub": "1.2.3"},
            "kernels": [{
                "id": "sum", "about": "", "exercise": null, "sizes": [],
                "variants": [
                    {"name": "fold", "role": "serial", "rung": null, "lines": 3},
                    {"name": "both", "role": "parallel", "rung": null, "lines": 9},
                    {"name": "early", "role": "serial", "rung": null,
                     "left_out": [{"size": "20000", "reason": "it is slow"}]},
                ],
                "absent": [{"variant": "table", "reason": "it has no sums"}],
                "stages": [],
            }],
        })
    }

    fn iterate(&self) -> f64 {
        if self.is("slow") {
            std::thread::sleep(Duration::from_millis(300));
        }
        std::hint::black_box(&self.x).iter().fold(0.0, |sum, value| sum + value)
    }

    fn result(&mut self, directory: &Path) -> Value {
        self.results += 1;
        if self.is("hangs") {
            std::thread::sleep(Duration::from_mins(10));
        }
        let start = Instant::now();
        let mut sum = self.iterate();
        let elapsed_ns = start.elapsed().as_nanos();
        if self.is("off_by_one") || (self.is("drifts") && self.results > 1) {
            sum += 1.0;
        }
        let path = directory.join("0.npy");
        let file = BufWriter::new(File::create(&path).unwrap());
        let mut npy =
            npyz::WriteOptions::new().default_dtype().shape(&[]).writer(file).begin_nd().unwrap();
        npy.push(&sum).unwrap();
        npy.finish().unwrap();
        if self.is("huge") {
            let bytes = std::fs::read(&path).unwrap();
            let claimed = b"(9000000000, 9000000000)";
            let shape = bytes.windows(2).position(|pair| pair == b"()").unwrap();
            let mut bytes = [&bytes[..shape], claimed, &bytes[shape + 2..]].concat();
            let length = u16::from_le_bytes([bytes[8], bytes[9]])
                + u16::try_from(claimed.len() - 2).unwrap();
            bytes[8..10].copy_from_slice(&length.to_le_bytes());
            std::fs::write(&path, bytes).unwrap();
        }
        json!({
            "is": "result", "elapsed_ns": u64::try_from(elapsed_ns).unwrap(), "error": null,
            "output": [{"name": "", "path": path}],
        })
    }

    fn batch(&mut self, iterations: u64) -> Value {
        self.batches += 1;
        if self.is("dies") && self.batches == 3 {
            eprintln!("a segment was violated");
            std::process::abort();
        }
        let start = Instant::now();
        for _ in 0..iterations {
            std::hint::black_box(self.iterate());
        }
        let elapsed_ns = u64::try_from(start.elapsed().as_nanos()).unwrap();
        json!({"is": "batch", "elapsed_ns": elapsed_ns, "pairs": 1})
    }
}
