//! Planning: which cases, in which order, and how the time is divided among them.

mod budget;
mod filter;
mod peers;
mod schedule;
mod shard;
mod swaps;
mod sweep;
mod units;

use std::collections::BTreeMap;
use std::time::Duration;

use amdahl_reports::{CaseId, KernelInfo, Role, SizeInfo, VariantInfo};

use crate::input::InputFile;

pub(crate) use budget::Budget;
pub(crate) use filter::{Filter, FilterError, nearest};
pub(crate) use schedule::{Counts, EXPERIMENTED, Schedule};
pub(crate) use shard::Shard;
pub(crate) use sweep::{Sweep, brief_time};
pub(crate) use units::{nanoseconds, whole};

/// Where the inputs of a run come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The seed of every input that a kernel makes.
    pub(crate) seed: u64,
    /// A user's files, which take the place of every measured size.
    pub(crate) files: Vec<InputFile>,
}

impl Source {
    /// Inputs that kernels make of this seed.
    pub(crate) fn seed(seed: u64) -> Self {
        Self { seed, files: Vec::new() }
    }
}

/// What a plan is made from.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Which cases.
    pub(crate) filter: Filter,
    /// Where inputs come from.
    pub(crate) source: Source,
    /// How long the whole run may take.
    pub(crate) budget: Budget,
    /// The largest pool parallel variants are run in.
    pub(crate) max_threads: usize,
    /// How much is swept.
    pub(crate) sweep: Sweep,
    /// Which part of the suite; all of it where nothing is said.
    pub(crate) shard: Option<Shard>,
}

/// With less time for each case there is none left to time it in: starting and checking take it.
const LEAST_PER_CASE: Duration = Duration::from_millis(700);

/// The cases of one kernel at one size: what is compared with one another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// The kernel's id.
    pub(crate) kernel: String,
    /// The size's label.
    pub(crate) size: String,
    /// The variant that the others are held to: the reference or, at a size at which it is not run,
    /// the first that is; smoke sizes have held that one to the reference.
    pub(crate) reference: String,
    /// Whether this is the kernel's largest measured size; profiles are taken there alone.
    pub(crate) is_largest: bool,
    /// Whether the kernel has stages.
    pub(crate) has_stages: bool,
    /// How many compositions with one stage swapped are measured once this group is through; none
    /// but in the last group of a pipeline.
    pub(crate) swaps: usize,
    /// The cases, in order of declaration; the reference first where the filter keeps it.
    pub(crate) cases: Vec<CaseId>,
    /// The cases of peers, which are timed beside them.
    pub(crate) peers: Vec<CaseId>,
}

/// What a run will do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The declarations of all kernels with a case in the plan.
    pub(crate) kernels: Vec<KernelInfo>,
    /// The smoke cases, by kernel and variant.
    pub(crate) smoke: Vec<Group>,
    /// The measured cases.
    pub(crate) groups: Vec<Group>,
    /// The cases of sweeps, each kernel's smallest size first.
    pub(crate) swept: Vec<Group>,
    /// How much of them is run.
    pub(crate) sweep: Sweep,
    /// How long the whole run may take.
    pub(crate) budget: Duration,
    /// Where inputs come from.
    pub(crate) source: Source,
    /// What was left out of it, and why.
    pub(crate) notes: Vec<String>,
}

impl Plan {
    /// Plans the cases of these kernels that the request's filter keeps.
    pub(crate) fn new(kernels: &[KernelInfo], request: &Request) -> Self {
        let of_kind = |kind| -> Vec<Group> {
            let groups = kernels.iter().flat_map(|kernel| groups_of(kernel, kind, request));
            groups.filter(|group| !group.cases.is_empty() || !group.peers.is_empty()).collect()
        };
        let smoke = of_kind(Kind::Smoke);
        let swept = if request.sweep == Sweep::None { Vec::new() } else { of_kind(Kind::Swept) };
        let mut groups =
            if request.sweep == Sweep::Whole { Vec::new() } else { of_kind(Kind::Measured) };
        swaps::plan(kernels, &mut groups);
        let kept = |kernel: &&KernelInfo| {
            groups.iter().chain(&smoke).any(|group| group.kernel == kernel.id)
        };
        let kernels = kernels.iter().filter(kept).cloned().collect();
        let (source, sweep) = (request.source.clone(), request.sweep);
        let (budget, notes) = (Duration::ZERO, Vec::new());
        let mut plan = Self { kernels, smoke, groups, swept, sweep, budget, source, notes };
        if let Some(shard) = request.shard {
            plan.keep_shard(shard);
        }
        let counts = Counts::of(&plan.groups);
        plan.budget = request.budget.of(counts.cases + counts.peers + counts.swapped);
        plan
    }

    /// How many kernels are swept.
    pub(crate) fn swept_kernels(&self) -> usize {
        self.kernels
            .iter()
            .filter(|kernel| self.swept.iter().any(|group| group.kernel == kernel.id))
            .count()
    }

    /// The same plan without what the budget is too short for, and notes that say so.
    pub(crate) fn within_its_budget(self) -> Self {
        self.with_sizes_that_fit().with_sweeps_that_fit()
    }

    fn with_sweeps_that_fit(mut self) -> Self {
        let kernels = self.swept_kernels();
        if self.sweep == Sweep::Brief && kernels > 0 && brief_time(self.budget, kernels).is_none() {
            self.sweep = Sweep::None;
            self.swept.clear();
            self.notes.push(format!(
                "No growth was measured: {} s are short for it; `cargo amdahl measure KERNEL --sizes` \
                 sweeps one kernel.",
                self.budget.as_secs()
            ));
        }
        self
    }

    /// All but the last size of each kernel go where there is no time for every case.
    fn with_sizes_that_fit(mut self) -> Self {
        if self.sweep == Sweep::Whole {
            return self;
        }
        let count = |groups: &[Group]| {
            let counts = Counts::of(groups);
            counts.cases + counts.peers
        };
        let all = count(&self.groups);
        if LEAST_PER_CASE.saturating_mul(u32::try_from(all).unwrap_or(u32::MAX)) <= self.budget {
            return self;
        }
        let last: BTreeMap<String, String> =
            self.groups.iter().map(|group| (group.kernel.clone(), group.size.clone())).collect();
        self.groups.retain(|group| last.get(&group.kernel) == Some(&group.size));
        let promised: Vec<usize> = self.groups.iter().map(|group| group.swaps).collect();
        swaps::plan(&self.kernels, &mut self.groups);
        // The last size that a shard has need not be the kernel's, whose shard has the swaps.
        for (group, promised) in self.groups.iter_mut().zip(promised) {
            group.swaps = group.swaps.min(promised);
        }
        if count(&self.groups) < all {
            self.notes.push(format!(
                "Only the last size of each kernel was measured: {} s are short for {all} cases; \
                 give the run more time (AMDAHL_BUDGET=10m, or --budget).",
                self.budget.as_secs()
            ));
        }
        self
    }

    /// How the time that is left is divided when so many kernels are done.
    pub(crate) fn schedule_after(&self, done: usize, elapsed: Duration) -> Schedule {
        let is_done =
            |group: &Group| self.kernels.iter().take(done).any(|kernel| kernel.id == group.kernel);
        let left: Vec<Group> =
            self.groups.iter().filter(|group| !is_done(group)).cloned().collect();
        // Heap and swaps are promised a part of the whole: what came before must not cost the last
        // kernels theirs.
        let swap = Schedule::swap_time(self.budget, Counts::of(&self.groups));
        let left_time = self.budget.saturating_sub(elapsed);
        let divided = Schedule::divide_beside(left_time, Counts::of(&left), swap);
        Schedule { heap: Schedule::heap_limit(self.budget), ..divided }
    }

    /// The seed without the user's files: for smoke sizes, and for what is no kernel of the suite.
    pub(crate) fn seeded(&self) -> Source {
        Source::seed(self.source.seed)
    }

    /// Every measured case.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &CaseId> {
        self.groups.iter().flat_map(|group| &group.cases)
    }
}

/// Which sizes of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Smoke,
    Measured,
    Swept,
}

impl Kind {
    fn sizes(self, kernel: &KernelInfo) -> Vec<&SizeInfo> {
        match self {
            Self::Smoke => kernel.sizes.iter().filter(|size| !size.measured).collect(),
            Self::Measured => kernel.sizes.iter().filter(|size| size.measured).collect(),
            Self::Swept => kernel.swept.iter().collect(),
        }
    }
}

/// One group a size. A smoke case is kept where the filter keeps any case of its variant, since a
/// variant that is measured is checked at every smoke size first; the cases of a sweep likewise.
fn groups_of(kernel: &KernelInfo, kind: Kind, request: &Request) -> Vec<Group> {
    let pools = thread_counts(request.max_threads);
    let sizes = kind.sizes(kernel);
    let largest = sizes.last().filter(|_| kind != Kind::Swept).map(|size| size.label.clone());
    let case_of =
        |variant: &str, size: &str, threads| CaseId::new(&kernel.id, variant, size, threads);
    let is_kept = |id: &CaseId| {
        request.filter.keeps(&id.to_string())
            || (kind != Kind::Measured
                && kernel.sizes.iter().filter(|size| size.measured).any(|size| {
                    let measured = case_of(&id.variant, &size.label, id.threads);
                    request.filter.keeps(&measured.to_string())
                }))
    };
    sizes
        .into_iter()
        .map(|size| {
            let runs = |variant: &&VariantInfo| {
                !variant.left_out.iter().any(|left_out| left_out.size == size.label)
            };
            let cases = kernel.own_variants().filter(runs).flat_map(|variant| {
                let pools: &[usize] = if variant.role == Role::Parallel { &pools } else { &[1] };
                pools.iter().map(|&threads| case_of(&variant.name, &size.label, threads))
            });
            let mut cases: Vec<CaseId> = cases.filter(&is_kept).collect();
            let first = || kernel.own_variants().find(runs);
            let held_to = kernel.reference().filter(runs).or_else(first);
            let reference = held_to.map(|own| own.name.clone()).unwrap_or_default();
            cases.sort_by_key(|case| case.variant != reference);
            Group {
                kernel: kernel.id.clone(),
                size: size.label.clone(),
                reference,
                is_largest: largest.as_ref() == Some(&size.label),
                has_stages: !kernel.stages.is_empty(),
                swaps: 0,
                cases,
                peers: peers::of(kernel, size, kind, &pools)
                    .filter(|id| request.filter.keeps(&id.to_string()))
                    .collect(),
            }
        })
        .collect()
}

/// 1, 2, 4 … up to the largest, and the largest itself.
pub(crate) fn thread_counts(max: usize) -> Vec<usize> {
    let mut counts: Vec<usize> =
        std::iter::successors(Some(1), |count| Some(count * 2)).take_while(|&n| n < max).collect();
    counts.push(max.max(1));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::{Kernel, Sizes, Timed};

    #[test]
    fn pools_double_up_to_the_machine() {
        assert_eq!(thread_counts(1), [1]);
        assert_eq!(thread_counts(2), [1, 2]);
        assert_eq!(thread_counts(6), [1, 2, 4, 6]);
        assert_eq!(thread_counts(8), [1, 2, 4, 8]);
    }

    #[test]
    fn where_the_reference_is_left_out_the_first_that_runs_checks_the_others() {
        #[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
        fn sum(x: &Vec<f64>) -> Timed<'_, f64> {
            Timed::returning(move || x.iter().sum::<f64>())
        }
        let kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([10, 1_000]))
            .input(|&n, rng| rng.vector(n))
            .reference("slow", sum)
            .only_where(|&n| n <= 10, "it takes minutes above 10 values.")
            .variant("slow_too", sum)
            .only_where(|&n| n <= 10, "it takes minutes above 10 values.")
            .variant("fast", sum)
            .variant("faster", sum)
            .build();
        let kernels = [kernel.info().expect("a sound declaration").clone()];
        let filter = Filter::pattern("faster").expect("an expression");
        let budget = Budget::Given(Duration::from_secs(1));
        let held_to = |filter| {
            let source = Source::seed(1);
            let plan = Plan::new(
                &kernels,
                &Request {
                    filter,
                    source,
                    budget,
                    max_threads: 1,
                    sweep: Sweep::None,
                    shard: None,
                },
            );
            let groups = plan.smoke.iter().chain(&plan.groups);
            groups.map(|group| group.reference.clone()).collect::<Vec<_>>()
        };
        assert_eq!(held_to(Filter::All), ["slow", "slow", "fast"]);
        assert_eq!(held_to(filter), ["slow", "slow", "fast"], "a filter changes nothing");
    }
}
