//! pprof over the timed work: functions, flame graph, folded stacks and protobuf.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::time::Instant;

use amdahl_reports::{HotFunction, Profile};
use pprof::protos::Message;
use pprof::{Frames, ProfilerGuard, ProfilerGuardBuilder, Report, Symbol};

use super::ProfileError;
use super::frames::{cut, is_case_thread, without_hash};

/// How many functions a record keeps.
const FUNCTIONS: usize = 12;

pub(crate) struct Sampling {
    guard: ProfilerGuard<'static>,
    started: Instant,
}

impl Sampling {
    pub(super) fn start(hertz: u32) -> Result<Self, ProfileError> {
        let hertz = i32::try_from(hertz).unwrap_or(i32::MAX);
        // Nothing is blocklisted: libc's frames are malloc and memcpy, which are time too.
        let guard = ProfilerGuardBuilder::default().frequency(hertz).build()?;
        Ok(Self { guard, started: Instant::now() })
    }

    pub(super) fn finish(self, directory: &Path) -> Result<Profile, ProfileError> {
        let seconds = self.started.elapsed().as_secs_f64();
        let report = timed_only(self.guard.report().build()?);
        drop(self.guard);
        let folded = folded(&report);
        let samples = folded.values().sum();
        let mut profile = Profile { samples, seconds, ..Profile::default() };
        if samples == 0 {
            return Ok(profile);
        }
        std::fs::create_dir_all(directory)?;
        let lines: Vec<String> =
            folded.iter().map(|(stack, count)| format!("{stack} {count}")).collect();
        std::fs::write(directory.join("stacks.folded"), lines.join("\n") + "\n")?;
        std::fs::write(directory.join("profile.pb"), report.pprof()?.encode_to_vec())?;
        std::fs::write(directory.join("flamegraph.svg"), flame_graph(&lines)?)?;
        profile.functions = functions(&folded);
        profile.folded = Some("stacks.folded".to_owned());
        profile.protobuf = Some("profile.pb".to_owned());
        profile.flamegraph = Some("flamegraph.svg".to_owned());
        Ok(profile)
    }
}

/// The report with its stacks cut to the timed work, other samples dropped.
///
/// pprof merges samples by function and keeps the inlined names of the first one it saw, which would
/// charge a whole function to one of its inlined callees. So each frame keeps the name of the
/// function it physically is, the outermost of its inlining; lines tell the rest.
fn timed_only(report: Report) -> Report {
    let mut data: HashMap<Frames, isize> = HashMap::new();
    for (mut frames, count) in report.data {
        let symbols: Vec<Symbol> =
            frames.frames.drain(..).filter_map(|mut inlined| inlined.pop()).collect();
        let names = symbols.iter().map(|symbol| without_hash(&symbol.name()).to_owned()).collect();
        let Some(names) = cut(names).filter(|_| is_case_thread(&frames.thread_name)) else {
            continue;
        };
        let nowhere = Symbol { name: None, addr: None, lineno: None, filename: None };
        let named = names.into_iter().enumerate().map(|(at, name)| {
            let symbol = symbols.get(at).unwrap_or(&nowhere).clone();
            vec![Symbol { name: Some(name.into_bytes()), ..symbol }]
        });
        frames.frames = named.collect();
        *data.entry(frames).or_default() += count;
    }
    Report { data, timing: report.timing }
}

/// Stacks, outermost frame first and joined by `;`, with their samples over all threads.
fn folded(report: &Report) -> BTreeMap<String, u64> {
    let mut folded = BTreeMap::new();
    for (frames, &count) in &report.data {
        let names: Vec<String> = frames
            .frames
            .iter()
            .rev()
            .flatten()
            .map(|symbol| symbol.name().replace(';', ":"))
            .collect();
        *folded.entry(names.join(";")).or_default() += count.unsigned_abs() as u64;
    }
    folded
}

fn flame_graph(lines: &[String]) -> Result<Vec<u8>, ProfileError> {
    let mut options = pprof::flamegraph::Options::default();
    options.deterministic = true;
    "CPU samples of the timed work".clone_into(&mut options.title);
    let mut svg = Vec::new();
    pprof::flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)
        .map_err(|error| ProfileError::FlameGraph(error.to_string()))?;
    Ok(svg)
}

/// Self and total samples by function: a recursive function counts once a stack.
fn functions(folded: &BTreeMap<String, u64>) -> Vec<HotFunction> {
    let mut totals: HashMap<&str, (u64, u64)> = HashMap::new();
    for (stack, &count) in folded {
        let distinct: BTreeSet<&str> = stack.split(';').collect();
        for name in distinct {
            totals.entry(name).or_default().1 += count;
        }
        if let Some(leaf) = stack.rsplit(';').next() {
            totals.entry(leaf).or_default().0 += count;
        }
    }
    let mut functions: Vec<HotFunction> = totals
        .into_iter()
        .map(|(name, (self_samples, total_samples))| HotFunction {
            name: name.to_owned(),
            self_samples,
            total_samples,
        })
        .collect();
    functions.sort_by(|a, b| {
        (b.self_samples, b.total_samples, &a.name).cmp(&(a.self_samples, a.total_samples, &b.name))
    });
    functions.truncate(FUNCTIONS);
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn self_time_is_the_leafs_and_a_recursive_function_counts_once() {
        let folded =
            BTreeMap::from([("a;b;a;c".to_owned(), 3), ("a".to_owned(), 2), ("b;c".to_owned(), 1)]);
        let functions = functions(&folded);
        let of = |name: &str| {
            let found = functions.iter().find(|function| function.name == name).unwrap();
            (found.self_samples, found.total_samples)
        };
        assert_eq!(of("a"), (2, 5));
        assert_eq!(of("b"), (0, 4));
        assert_eq!(of("c"), (4, 4));
    }
}
