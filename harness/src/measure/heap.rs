//! Heap: exact blocks, bytes and peak of each iteration, and the places that allocate.
//!
//! Runs only in a worker started for it, where the allocator counts. A fresh dhat profiler begins
//! with each slice, so what setup holds is neither counted nor part of the peak.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use amdahl_reports::{CallSite, Detail, Measurement, Metric, Series};
use serde::Deserialize;

use super::{Deadline, Probe};
use crate::declare::Prepared;

/// Steady iterations to count: more than one, so that work which alternates is seen.
const STEADY_ITERATIONS: u64 = 3;
/// An iteration that takes longer to count is counted once.
const SLOW_COUNT: Duration = Duration::from_millis(500);
/// How many allocating places are kept.
const PLACES: usize = 8;
/// Frames dhat keeps of each allocation: enough to leave the standard library behind.
const FRAMES: usize = 16;

/// Counts one cold and some steady iterations of a case; where counting is slow, the first serves for
/// both.
pub(crate) fn measure(case: &mut dyn Prepared, scratch: &Path) -> Measurement {
    let mut cold = HeapProbe::default();
    let began = Deadline::after(SLOW_COUNT);
    case.batch(1, 1, &mut cold);
    let is_slow = began.has_passed();
    let mut steady = HeapProbe::default();
    if is_slow {
        steady.seen.clone_from(&cold.seen);
    } else {
        case.batch(STEADY_ITERATIONS, 1, &mut steady);
    }
    let series = |metric, values: &[dhat::HeapStats], value: fn(&dhat::HeapStats) -> f64| {
        Series::single(metric, values.iter().map(value).collect())
    };
    let blocks = |stats: &dhat::HeapStats| stats.total_blocks as f64;
    let bytes = |stats: &dhat::HeapStats| stats.total_bytes as f64;
    let allocates = steady.seen.iter().any(|stats| stats.total_blocks > 0);
    let sites = if allocates && !is_slow { call_sites(case, scratch) } else { Vec::new() };
    let note =
        "allocates so much that its heap was counted in one iteration, without places".to_owned();
    Measurement {
        series: vec![
            series(Metric::HEAP_BLOCKS, &steady.seen, blocks),
            series(Metric::HEAP_BYTES, &steady.seen, bytes),
            series(Metric::HEAP_PEAK, &steady.seen, |stats| stats.max_bytes as f64),
            series(Metric::COLD_HEAP_BLOCKS, &cold.seen, blocks),
            series(Metric::COLD_HEAP_BYTES, &cold.seen, bytes),
        ],
        notes: if is_slow { vec![note] } else { Vec::new() },
        detail: Detail::CallSites(sites),
    }
}

#[derive(Default)]
struct HeapProbe {
    profiler: Option<dhat::Profiler>,
    seen: Vec<dhat::HeapStats>,
}

impl Probe for HeapProbe {
    fn start(&mut self) {
        self.seen.reserve(1);
        self.profiler = Some(dhat::Profiler::builder().testing().trim_backtraces(Some(4)).build());
    }

    fn stop(&mut self) {
        let stats = dhat::HeapStats::get();
        self.profiler = None;
        self.seen.push(stats);
    }
}

/// Keeps backtraces of one iteration and writes them to a file.
struct BacktraceProbe<'a> {
    file: &'a Path,
    profiler: Option<dhat::Profiler>,
}

impl Probe for BacktraceProbe<'_> {
    fn start(&mut self) {
        let builder = dhat::Profiler::builder().file_name(self.file);
        self.profiler = Some(builder.trim_backtraces(Some(FRAMES)).build());
    }

    fn stop(&mut self) {
        self.profiler = None;
    }
}

/// The allocating places of one iteration, by bytes; empty where dhat's file cannot be read, which
/// loses the places but no count.
fn call_sites(case: &mut dyn Prepared, scratch: &Path) -> Vec<CallSite> {
    let file = scratch.join(format!("dhat-{}.json", std::process::id()));
    case.batch(1, 1, &mut BacktraceProbe { file: &file, profiler: None });
    let text = std::fs::read(&file).unwrap_or_default();
    let _ = std::fs::remove_file(&file);
    serde_json::from_slice(&text).map_or_else(|_| Vec::new(), |file| places(&file))
}

/// The part of dhat's file format (version 2) that names places.
#[derive(Deserialize)]
struct DhatFile {
    pps: Vec<ProgramPoint>,
    ftbl: Vec<String>,
}

#[derive(Deserialize)]
struct ProgramPoint {
    /// Total bytes.
    tb: u64,
    /// Total blocks.
    tbk: u64,
    /// Frames, innermost first, as indices into `ftbl`.
    fs: Vec<usize>,
}

fn places(file: &DhatFile) -> Vec<CallSite> {
    let mut totals: HashMap<String, (u64, u64)> = HashMap::new();
    for point in &file.pps {
        let frames = || point.fs.iter().filter_map(|&at| file.ftbl.get(at)).map(|f| strip(f));
        let own = frames().find(|frame| !is_of_the_runtime(frame));
        let place = own.or_else(|| frames().next()).unwrap_or("unknown");
        let total = totals.entry(place.to_owned()).or_default();
        total.0 += point.tbk;
        total.1 += point.tb;
    }
    let mut sites: Vec<CallSite> = totals
        .into_iter()
        .map(|(place, (blocks, bytes))| CallSite {
            place,
            blocks: blocks as f64,
            bytes: bytes as f64,
        })
        .collect();
    sites.sort_by(|a, b| b.bytes.total_cmp(&a.bytes).then_with(|| a.place.cmp(&b.place)));
    sites.truncate(PLACES);
    sites
}

/// A frame without its address: `0x5581: name (file:line:column)` becomes `name (file:line:column)`.
fn strip(frame: &str) -> &str {
    match frame.split_once(": ") {
        Some((address, rest)) if address.starts_with("0x") => rest,
        _ => frame,
    }
}

/// Whether a frame belongs to the allocator or the standard library rather than to a library or
/// the program.
pub(crate) fn is_of_the_runtime(name: &str) -> bool {
    const CRATES: [&str; 6] = ["alloc::", "core::", "std::", "dhat::", "amdahl::", "__rust"];
    let own_type = name.trim_start_matches(['<', '&']);
    // `<T as alloc::…::Trait>::method` is the trait's code, whatever `T` is.
    let own_trait = name.split_once(" as ").map_or("", |(_, path)| path);
    CRATES.iter().any(|own| own_type.starts_with(own) || own_trait.starts_with(own))
        || name.starts_with("[root]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trait_of_the_standard_library_is_the_runtimes() {
        assert!(is_of_the_runtime("<T as alloc::vec::spec_from_elem::SpecFromElem>::from_elem"));
        assert!(is_of_the_runtime("<alloc::vec::Vec<T> as core::clone::Clone>::clone"));
        assert!(!is_of_the_runtime("<kernels::Table as kernels::Rows>::rows"));
    }

    #[test]
    fn bytes_are_charged_to_the_innermost_frame_that_is_not_the_runtimes() {
        let file = DhatFile {
            pps: vec![
                ProgramPoint { tb: 80, tbk: 1, fs: vec![1, 2] },
                ProgramPoint { tb: 20, tbk: 2, fs: vec![1, 2] },
                ProgramPoint { tb: 7, tbk: 1, fs: vec![1] },
            ],
            ftbl: vec![
                "[root]".into(),
                "0x1: alloc::vec::Vec<T>::with_capacity (vec/mod.rs:1:2)".into(),
                "0x2: kernel::softmax (softmax.rs:10:5)".into(),
            ],
        };
        let sites = places(&file);
        assert_eq!(sites[0].place, "kernel::softmax (softmax.rs:10:5)");
        assert_eq!((sites[0].blocks, sites[0].bytes), (3.0, 100.0));
        assert_eq!(sites[1].place, "alloc::vec::Vec<T>::with_capacity (vec/mod.rs:1:2)");
    }
}
