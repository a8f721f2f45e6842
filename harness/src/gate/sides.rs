//! The two programs, and the cases that both have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use amdahl_reports::gate::Which;
use amdahl_reports::{CaseId, KernelInfo, Role, VariantInfo};
use object::{Object, ObjectSection};

use super::TwoBuilds;
use super::faults::GateError;
use crate::driver::Launcher;
use crate::plan::{Filter, Shard};
use crate::protocol::Purpose;

/// A side's program and what it said of itself.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// How its workers are started.
    pub(super) launcher: Launcher,
    /// Its kernels.
    pub(super) kernels: Vec<KernelInfo>,
    /// Whether it can count heap.
    pub(super) counts_heap: bool,
}

impl Program {
    /// Greets a program, which people know by this path.
    ///
    /// # Errors
    /// Where it does not answer as workers do.
    pub(super) fn greet(
        launcher: Launcher,
        program: &Path,
        side: Which,
    ) -> Result<Self, GateError> {
        let worker = launcher.launch(Purpose::Heap, 1);
        match worker.and_then(|mut worker| worker.declarations()) {
            Ok((counts_heap, kernels)) => Ok(Self { launcher, kernels, counts_heap }),
            Err(_) if launcher.interrupt.has_come() => Err(GateError::Interrupted),
            Err(failure) => {
                let program = program.to_owned();
                Err(GateError::Stranger { side, program, reason: failure.reason })
            }
        }
    }
}

/// The programs of a gate under paths of one length: a process has its path on its stack, beside its name,
/// and what lies there can decide what the process is like.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) base: PathBuf,
    pub(super) head: PathBuf,
    /// A copy of the base's file.
    pub(super) canary: PathBuf,
}

impl Placed {
    /// Puts the programs of these builds into a folder.
    ///
    /// # Errors
    /// Where they cannot be written there.
    pub(super) fn into(folder: &Path, builds: &TwoBuilds) -> Result<Self, GateError> {
        let copy = |program: &Path, path: &Path| {
            let io = |source| GateError::Io { path: path.to_owned(), source };
            fs::copy(program, path).map(|_| ()).map_err(io)
        };
        let link = |program: &Path, path: &Path| {
            // Another file system, or another owner's file.
            fs::hard_link(program, path).or_else(|_| copy(program, path))
        };
        let placed = Self {
            base: folder.join("before"),
            head: folder.join("change"),
            canary: folder.join("canary"),
        };
        link(&builds.base, &placed.base)?;
        link(&builds.head, &placed.head)?;
        copy(&builds.base, &placed.canary)?;
        Ok(placed)
    }
}

/// A variant in both programs, with the sizes it could be timed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kernel: String,
    pub(super) variant: String,
    pub(super) threads: usize,
    /// Measured sizes, in the order of declaration.
    pub(super) sizes: Vec<String>,
}

impl Entry {
    /// The case at one of the sizes.
    pub(super) fn case(&self, size: &str) -> CaseId {
        CaseId::new(&self.kernel, &self.variant, size, self.threads)
    }

    /// The case by which it is listed where it is not timed: at its last size.
    fn listed(&self) -> CaseId {
        self.case(self.sizes.last().map_or("", String::as_str))
    }
}

/// What the sides have in common, and what only one of them has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Common {
    pub(super) entries: Vec<Entry>,
    pub(super) only_base: Vec<CaseId>,
    pub(super) only_head: Vec<CaseId>,
}

impl Common {
    /// Matches the kernels of both sides, as far as the filter keeps their cases. A parallel variant is
    /// a case of the largest pool alone.
    pub(super) fn of(
        base: &[KernelInfo],
        head: &[KernelInfo],
        filter: &Filter,
        max_threads: usize,
    ) -> Self {
        let (base, head) = (entries(base, filter, max_threads), entries(head, filter, max_threads));
        let key = |entry: &Entry| (entry.kernel.clone(), entry.variant.clone(), entry.threads);
        let of_base: BTreeMap<_, _> = base.iter().map(|entry| (key(entry), entry)).collect();
        let mut common = Self::default();
        let mut matched = BTreeSet::new();
        for entry in head {
            let sizes: Vec<String> = match of_base.get(&key(&entry)) {
                Some(other) => {
                    entry.sizes.iter().filter(|s| other.sizes.contains(s)).cloned().collect()
                }
                None => Vec::new(),
            };
            if sizes.is_empty() {
                common.only_head.push(entry.listed());
            } else {
                matched.insert(key(&entry));
                common.entries.push(Entry { sizes, ..entry });
            }
        }
        let alone = base.iter().filter(|entry| !matched.contains(&key(entry)));
        common.only_base = alone.map(Entry::listed).collect();
        common
    }
}

impl Common {
    /// What of it this shard has: a kernel stays together, with what only one side has of it.
    pub(super) fn shard(mut self, shard: Shard) -> Self {
        let mut weights: BTreeMap<String, usize> = BTreeMap::new();
        for entry in &self.entries {
            *weights.entry(entry.kernel.clone()).or_default() += 1;
        }
        // What is only listed costs nothing, yet some shard must list it.
        for case in self.only_base.iter().chain(&self.only_head) {
            weights.entry(case.kernel.clone()).or_default();
        }
        let parts: Vec<(&str, usize)> =
            weights.iter().map(|(kernel, weight)| (kernel.as_str(), *weight)).collect();
        let own: BTreeSet<&str> = parts
            .iter()
            .zip(shard.own(&parts))
            .filter(|(_, is_own)| *is_own)
            .map(|((kernel, _), _)| *kernel)
            .collect();
        self.entries.retain(|entry| own.contains(entry.kernel.as_str()));
        self.only_base.retain(|case| own.contains(case.kernel.as_str()));
        self.only_head.retain(|case| own.contains(case.kernel.as_str()));
        self
    }
}

fn entries(kernels: &[KernelInfo], filter: &Filter, max_threads: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for kernel in kernels {
        for variant in &kernel.variants {
            let threads = if variant.role == Role::Parallel { max_threads } else { 1 };
            let mut entry = Entry {
                kernel: kernel.id.clone(),
                variant: variant.name.clone(),
                threads,
                sizes: Vec::new(),
            };
            entry.sizes = sizes(kernel)
                .into_iter()
                .filter(|size| runs_at(variant, size))
                .filter(|size| filter.keeps(&entry.case(size).to_string()))
                .collect();
            if !entry.sizes.is_empty() {
                entries.push(entry);
            }
        }
    }
    entries
}

/// The sizes a kernel could be gated at: the one it declares, or its measured ones.
fn sizes(kernel: &KernelInfo) -> Vec<String> {
    let measured = kernel.sizes.iter().filter(|size| size.measured).map(|size| size.label.clone());
    kernel.gate_size.clone().map_or_else(|| measured.collect(), |size| vec![size])
}

fn runs_at(variant: &VariantInfo, size: &str) -> bool {
    !variant.left_out.iter().any(|left_out| left_out.size == size)
}

/// The variant that the others are held to at this size: the reference or, where it is not run there,
/// the first that is.
pub(super) fn reference_at<'k>(kernels: &'k [KernelInfo], case: &CaseId) -> Option<&'k str> {
    let kernel = kernels.iter().find(|kernel| kernel.id == case.kernel)?;
    let runs = |variant: &&VariantInfo| runs_at(variant, &case.size);
    let first = || kernel.variants.iter().find(runs);
    kernel.reference().filter(runs).or_else(first).map(|variant| variant.name.as_str())
}

/// The compiler that a program names in itself (`rustc version 1.95.0 (…)` in the section `.comment`).
pub(crate) fn compiler_of(program: &Path) -> Option<String> {
    let bytes = fs::read(program).ok()?;
    let file = object::File::parse(&*bytes).ok()?;
    let comment = file.section_by_name(".comment")?.uncompressed_data().ok()?;
    let text = String::from_utf8_lossy(&comment);
    let version = text.split('\0').find_map(|part| part.strip_prefix("rustc version "))?;
    Some(format!("rustc {}", version.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::{Kernel, Sizes, Timed};

    fn kernel(names: &[&str], sizes: &[usize]) -> KernelInfo {
        #[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
        fn sum(x: &Vec<f64>) -> Timed<'_, f64> {
            Timed::returning(move || x.iter().sum::<f64>())
        }
        let mut kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured(sizes.to_vec()))
            .input(|&n, rng| rng.vector(n))
            .reference("naive", sum);
        for name in names {
            kernel = kernel.parallel_variant(name, sum);
        }
        kernel.build().info().expect("a sound declaration").clone()
    }

    #[test]
    fn programs_lie_side_by_side_under_names_of_one_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, name).expect("a file");
            path
        };
        let side = || amdahl_reports::gate::Side::default();
        let mut builds = TwoBuilds {
            base: program("old"),
            base_side: side(),
            head: program("of-a-much-longer-name"),
            head_side: side(),
            notes: Vec::new(),
        };
        let place = folder.path().join("place");
        fs::create_dir(&place).expect("a folder");
        let placed = Placed::into(&place, &builds).expect("room");
        let length = |path: &Path| path.as_os_str().len();
        assert_eq!(length(&placed.base), length(&placed.head));
        assert_eq!(length(&placed.base), length(&placed.canary));
        // A build meanwhile replaces the file, and not what is measured.
        fs::remove_file(&builds.base).expect("it is there");
        let read = |path: &Path| fs::read_to_string(path).expect("it is there");
        assert_eq!([read(&placed.base), read(&placed.canary)], ["old", "old"]);
        builds.base = folder.path().join("gone");
        let error = Placed::into(&place, &builds).expect_err("a program that is not there");
        assert!(matches!(error, GateError::Io { .. }), "{error}");
    }

    #[test]
    fn a_case_of_one_side_is_listed_and_sizes_are_those_of_both() {
        let base = [kernel(&["old", "both"], &[10, 100])];
        let head = [kernel(&["both", "new"], &[100, 1_000])];
        let common = Common::of(&base, &head, &Filter::All, 2);
        let entry = |variant: &str, threads| Entry {
            kernel: "sum".to_owned(),
            variant: variant.to_owned(),
            threads,
            sizes: vec!["100".to_owned()],
        };
        assert_eq!(common.entries, [entry("naive", 1), entry("both", 2)]);
        assert_eq!(common.only_base, [CaseId::new("sum", "old", "100", 2)]);
        assert_eq!(common.only_head, [CaseId::new("sum", "new", "1000", 2)]);
    }

    #[test]
    fn shards_of_a_gate_are_whole_kernels_and_together_all_of_them() {
        let named =
            |id: &str, names: &[&str]| KernelInfo { id: id.to_owned(), ..kernel(names, &[10]) };
        let base = [named("a", &["x", "old"]), named("b", &["x"]), named("gone", &[])];
        let head = [named("a", &["x"]), named("b", &["x"]), named("new", &[])];
        let all = Common::of(&base, &head, &Filter::All, 2);
        let parts = ["1/2", "2/2"].map(|text| all.clone().shard(Shard::parse(text).unwrap()));
        let count = |of: fn(&Common) -> usize| parts.iter().map(of).collect::<Vec<_>>();
        assert_eq!(count(|part| part.entries.len()), [2, 2]);
        assert_eq!(count(|part| part.only_base.len()).iter().sum::<usize>(), all.only_base.len());
        assert_eq!(count(|part| part.only_head.len()).iter().sum::<usize>(), all.only_head.len());
        let same =
            |part: &Common| part.entries.windows(2).all(|two| two[0].kernel == two[1].kernel);
        assert!(parts.iter().all(same), "{parts:?}");
    }

    #[test]
    fn this_program_names_its_compiler() {
        let own = compiler_of(&std::env::current_exe().expect("a program"));
        if cfg!(target_os = "linux") {
            assert!(own.expect("an ELF file of rustc").starts_with("rustc 1."));
        }
    }
}
