//! pprof over the timed work: functions, flame graph, folded stacks and protobuf.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use amdahl_reports::{HotFunction, Profile};
use pprof::protos::Message;
use pprof::{Frames, ProfilerGuard, ProfilerGuardBuilder, Report, Symbol};

use super::ProfileError;
use super::frames::{
    Work, is_case_thread, is_marker, is_of_the_loop, within_crate, without_hash, work_of,
};

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
fn timed_only(report: Report) -> Report {
    let mut data: HashMap<Frames, isize> = HashMap::new();
    for (mut frames, count) in report.data {
        let mut symbols: Vec<Symbol> = frames.frames.drain(..).flat_map(physical).collect();
        let names: Vec<String> = symbols.iter().map(Symbol::name).collect();
        match work_of(&names).filter(|_| is_case_thread(&frames.thread_name)) {
            Some(Work::Frames(kept)) => symbols.truncate(kept),
            Some(Work::Named(name)) => symbols = vec![named(name, None)],
            None => continue,
        }
        frames.frames = symbols.into_iter().map(|symbol| vec![symbol]).collect();
        *data.entry(frames).or_default() += count;
    }
    Report { data, timing: report.timing }
}

/// The function that a frame physically is: the outermost of its inlining.
///
/// pprof merges samples by function and keeps the inlined names of the first sample it saw, which
/// would charge a whole function to one of its inlined callees; lines tell what is inside. Where a
/// variant's closure is inlined into the batch loop, that closure stands for the frame, followed by
/// the loop's marker.
fn physical(inlined: Vec<Symbol>) -> Vec<Symbol> {
    let mut frames: Vec<Symbol> = inlined
        .into_iter()
        .map(|symbol| {
            let name = without_hash(&symbol.name()).to_owned();
            named(&name, Some(symbol))
        })
        .collect();
    match frames.iter().position(|symbol| is_marker(&symbol.name())) {
        Some(marker) => {
            frames.truncate(marker + 1);
            let end = frames.pop();
            let work = frames.into_iter().rfind(|symbol| !is_of_the_loop(&symbol.name()));
            work.into_iter().chain(end).collect()
        }
        None => frames.pop().into_iter().collect(),
    }
}

/// A symbol of this name, at the place of another, without the folders of this machine.
fn named(name: &str, place: Option<Symbol>) -> Symbol {
    let place = place.unwrap_or(Symbol { name: None, addr: None, lineno: None, filename: None });
    let filename = place.filename.map(|file| PathBuf::from(within_crate(&file.to_string_lossy())));
    Symbol { name: Some(name.as_bytes().to_vec()), filename, ..place }
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

    fn names(frame: &[&str]) -> Vec<String> {
        let symbols = frame.iter().map(|name| named(name, None)).collect();
        physical(symbols).iter().map(Symbol::name).collect()
    }

    #[test]
    fn a_frame_is_named_by_the_function_it_physically_is() {
        assert_eq!(names(&["core::mul_add", "kernel::dot"]), ["kernel::dot"]);
        assert!(names(&[]).is_empty());
    }

    #[test]
    fn a_closure_inlined_into_the_batch_loop_stands_for_its_frame() {
        let closure = "<amdahl::declare::timed::Returning<F> as Work>::once::{{closure}}";
        let frame = ["core::mul_add", "kernel::dot::{{closure}}", closure, "amdahl::timed_region"];
        assert_eq!(names(&frame), ["kernel::dot::{{closure}}", "amdahl::timed_region"]);
    }

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
