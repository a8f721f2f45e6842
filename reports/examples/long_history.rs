//! A history of many cases and commits, made up: how long it takes to load, analyse and draw, and how
//! much memory that needs. `long_history [CASES] [COMMITS] [FOLDER]`; the folder keeps the pictures.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "it measures, and says so"
)]

use std::borrow::Cow;
use std::error::Error;
use std::f64::consts::PI;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use amdahl_reports::history::{Collector, Entry, analyse, history_files};
use amdahl_reports::stats::Interval;
use amdahl_reports::wire::{decode_entry, encode_entry};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One case in so many has a change, of two deviations of its noise.
const CHANGED: usize = 10;
/// The standard deviation of a point.
const NOISE: f64 = 0.01;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: usize| words.get(at).map_or(Ok(or), |text| text.parse());
    let (cases, commits) = (number(0, 1_000)?, number(1, 2_000)?);
    let folder = words.get(2).map_or_else(std::env::temp_dir, PathBuf::from);
    fs::create_dir_all(&folder)?;
    let path = folder.join("long_history.jsonl");
    make(&path, cases, commits)?;
    println!("{cases} cases x {commits} commits: {} MB", fs::metadata(&path)?.len() / 1_000_000);
    let begun = Instant::now();
    let mut collector = Collector::default();
    let mut reader = BufReader::with_capacity(1 << 20, File::open(&path)?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        collector.add(&decode_entry(&line)?);
        line.clear();
    }
    let history = collector.finish();
    let loaded = begun.elapsed();
    let analysis = analyse(&history);
    let analysed = begun.elapsed();
    for file in history_files(&analysis) {
        fs::write(folder.join(&file.path), &file.contents)?;
    }
    let drawn = begun.elapsed();
    let found: usize = analysis.series.iter().map(|own| own.changes.len()).sum();
    println!("{found} changes, {} planted", cases / CHANGED);
    println!("loaded after {loaded:.2?}, analysed after {analysed:.2?}, drawn after {drawn:.2?}");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("most memory: {}", peak.trim());
    }
    fs::remove_file(path)?;
    Ok(())
}

/// Writes commit after commit, as they would be appended.
fn make(path: &Path, cases: usize, commits: usize) -> std::io::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut uniform = move || (rng.next_u64() >> 11) as f64 * 2.0_f64.powi(-53);
    let mut file = BufWriter::new(File::create(path)?);
    for commit in 0..commits {
        let day = format!(
            "20{:02}-{:02}-{:02}",
            10 + commit / 336,
            1 + commit / 28 % 12,
            1 + commit % 28
        );
        let hash = format!("{:012x}", (commit as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16);
        for case in 0..cases {
            let normal = (-2.0 * (1.0 - uniform()).ln()).sqrt() * (2.0 * PI * uniform()).cos();
            let is_after =
                case % CHANGED == 0 && commit >= commits / 4 + (case * 7) % (commits / 2);
            let sign = if case % 3 == 0 { -1.0 } else { 1.0 };
            let estimate = NOISE * normal + if is_after { sign * 2.0 * NOISE } else { 0.0 };
            let interval = Interval {
                low: estimate - NOISE,
                estimate,
                high: estimate + NOISE,
                confidence: 0.95,
            };
            file.write_all(encode_entry(&entry(&day, &hash, case, interval)).as_bytes())?;
        }
    }
    file.flush()
}

fn entry<'a>(day: &str, hash: &'a str, case: usize, ln_ratio: Interval) -> Entry<'a> {
    Entry {
        commit: Cow::Borrowed(hash),
        committed: Cow::Owned(format!("{day}T12:00:00Z")),
        measured: Cow::Owned(format!("{day}T13:00:00Z")),
        machine: Cow::Borrowed("A Processor @ 2.50GHz, 2 cores, 0123abcd"),
        suite: Cow::Borrowed("kernels"),
        anchor: Cow::Borrowed("5f0e1a9c3b7d"),
        case: Cow::Owned(format!("kernel_{}/variant_{}/10000x{case}", case / 10, case % 10)),
        metric: Cow::Borrowed("wall_time"),
        ln_ratio,
        launches: 16,
        anchor_ns: 1.0e6 + case as f64,
    }
}
