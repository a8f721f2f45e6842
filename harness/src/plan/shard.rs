//! Shards: a suite divided among machines, whole groups at a time.
//!
//! Who gets which group follows from the groups alone, so that machines that know nothing of each
//! other agree: together the shards have every group, and no two have the same.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use super::{Group, Plan};

/// One of several parts, such as `2/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Which, from 1.
    index: usize,
    /// Of how many.
    count: usize,
}

impl Shard {
    /// Parses `2/4`: the second of four.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let advice = "write which of how many, such as 2/4";
        let (index, count) = text.split_once('/').ok_or(advice)?;
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| advice.to_owned());
        let (index, count) = (number(index)?, number(count)?);
        if count == 0 {
            return Err("there must be at least one shard: write 1/1 for all of it".to_owned());
        }
        if index == 0 || index > count {
            return Err(format!(
                "shards are numbered from 1 to {count}: there is no {index}/{count}"
            ));
        }
        Ok(Self { index, count })
    }

    /// Which of these parts it has; each part has a name, which must be its own, and a weight. The
    /// heaviest goes first, to whichever shard has the least so far (Graham 1969, longest processing
    /// time first).
    pub(crate) fn own(self, parts: &[(&str, usize)]) -> Vec<bool> {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(parts[at].1), parts[at].0));
        let mut loads = vec![0; self.count];
        let mut own = vec![false; parts.len()];
        for at in order {
            let least = (0..self.count).min_by_key(|&shard| loads[shard]).unwrap_or(0);
            loads[least] += parts[at].1;
            own[at] = least + 1 == self.index;
        }
        own
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Plan {
    /// The plan's groups that this shard has: a kernel at a size stays together. Smoke sizes are checked
    /// wherever their kernel is measured; a sweep, and swapped stages, belong to the shard of the
    /// kernel's last size. A kernel that is only checked is a group by itself.
    pub(super) fn keep_shard(&mut self, shard: Shard) {
        let name = |group: &Group| format!("{}\n{}", group.kernel, group.size);
        let measured: HashSet<String> =
            self.groups.iter().map(|group| group.kernel.clone()).collect();
        let checked: BTreeSet<String> = self
            .smoke
            .iter()
            .filter(|group| !measured.contains(&group.kernel))
            .map(|group| group.kernel.clone())
            .collect();
        let names: Vec<String> =
            self.groups.iter().map(name).chain(checked.iter().cloned()).collect();
        let weights = self.groups.iter().map(|group| group.cases.len() + group.swaps);
        let weights = weights.chain(checked.iter().map(|_| 1));
        let parts: Vec<(&str, usize)> = names.iter().map(String::as_str).zip(weights).collect();
        let own = shard.own(&parts);
        let last_is_own = |kernel: &str| {
            let last = self.groups.iter().rposition(|group| group.kernel == kernel);
            last.is_some_and(|at| own[at])
        };
        let swept: HashSet<String> = self
            .swept
            .iter()
            .map(|group| group.kernel.clone())
            .filter(|kernel| last_is_own(kernel))
            .collect();
        let mut own = own.into_iter();
        self.groups.retain(|_| own.next().unwrap_or(false));
        let checked = checked.into_iter().filter(|_| own.next().unwrap_or(false));
        let kernels: HashSet<String> =
            self.groups.iter().map(|group| group.kernel.clone()).chain(checked).collect();
        self.swept.retain(|group| swept.contains(&group.kernel));
        self.smoke.retain(|group| kernels.contains(&group.kernel));
        self.kernels.retain(|kernel| kernels.contains(&kernel.id));
        self.notes.push(format!("This is shard {shard} of the suite."));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use amdahl_reports::KernelInfo;

    use super::*;
    use crate::declare::{Kernel, Pipeline, Sizes, Stage, Timed};
    use crate::plan::{Budget, Filter, Request, Source, Sweep};

    fn kernel(id: &str, variants: &[&str], sizes: &[usize]) -> KernelInfo {
        #[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
        fn sum(x: &Vec<f64>) -> Timed<'_, f64> {
            Timed::returning(move || x.iter().sum::<f64>())
        }
        let kernel = Kernel::new(id, "sum of x")
            .sizes(Sizes::smoke([3]).measured(sizes.to_vec()))
            .input(|&n, rng| rng.vector(n))
            .reference("naive", sum);
        let kernel = variants.iter().fold(kernel, |kernel, name| kernel.variant(name, sum));
        kernel.build().info().expect("a sound declaration").clone()
    }

    fn suite() -> Vec<KernelInfo> {
        let one = |x: &f64| *x;
        let pipeline = Pipeline::new("pipeline", "a number handed on")
            .sizes(Sizes::smoke([1]).measured([2, 3]))
            .input(|&n: &usize, _| n as f64)
            .stage("a", Stage::reference("slow", one).variant("fast", one))
            .stage("b", Stage::reference("slow", one).variant("fast", one))
            .build();
        vec![
            kernel("wide", &["a", "b", "c", "d"], &[10, 100, 1_000]),
            pipeline.info().expect("a sound declaration").clone(),
            kernel("small", &[], &[10]),
            kernel("narrow", &["a"], &[10, 100]),
        ]
    }

    fn plan(shard: Option<Shard>) -> Plan {
        let budget = Budget::Given(Duration::from_mins(5));
        let (source, sweep) = (Source::seed(1), Sweep::Brief);
        let request = Request { filter: Filter::All, source, budget, max_threads: 2, sweep, shard };
        Plan::new(&suite(), &request)
    }

    fn shards(count: usize) -> Vec<Plan> {
        (1..=count).map(|index| plan(Some(Shard { index, count }))).collect()
    }

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }

    fn cases(plan: &Plan) -> Vec<String> {
        plan.cases().map(ToString::to_string).collect()
    }

    #[test]
    fn shards_together_are_the_whole_and_no_two_share_a_case() {
        let all = sorted(cases(&plan(None)));
        for count in 1..=12 {
            // Equal lists, not equal sets: a case in two shards would be there twice.
            assert_eq!(sorted(shards(count).iter().flat_map(cases).collect()), all, "{count}");
        }
    }

    #[test]
    fn a_kernel_at_a_size_stays_together_with_its_swaps_and_its_smoke_sizes() {
        let whole = plan(None);
        for shard in shards(3) {
            for group in &shard.groups {
                assert!(whole.groups.contains(group), "{group:?}");
                assert!(shard.smoke.iter().any(|smoke| smoke.kernel == group.kernel));
                assert!(shard.kernels.iter().any(|kernel| kernel.id == group.kernel));
            }
        }
        let swaps = |plan: &Plan| plan.groups.iter().map(|group| group.swaps).sum::<usize>();
        assert_eq!(shards(3).iter().map(swaps).sum::<usize>(), swaps(&whole));
        assert!(swaps(&whole) > 0);
    }

    #[test]
    fn every_smoke_size_is_checked_somewhere() {
        let checked = |plan: &Plan| -> BTreeSet<String> {
            plan.smoke.iter().flat_map(|group| &group.cases).map(ToString::to_string).collect()
        };
        let together: BTreeSet<String> = shards(3).iter().flat_map(checked).collect();
        assert_eq!(together, checked(&plan(None)));
    }

    // The largest group has 5 of 28 cases: longest first is within that of an even division.
    #[test]
    fn shards_are_about_equal() {
        let weights: Vec<usize> = shards(3).iter().map(|plan| cases(plan).len()).collect();
        let (least, most) = (weights.iter().min(), weights.iter().max());
        assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 5), "{weights:?}");
    }

    #[test]
    fn who_has_what_depends_on_names_and_not_on_their_order() {
        let parts = [("a", 3), ("b", 3), ("c", 1), ("d", 2)];
        let mut turned = parts;
        turned.reverse();
        let shard = Shard { index: 1, count: 2 };
        let mut own = shard.own(&turned);
        own.reverse();
        assert_eq!(own, shard.own(&parts));
    }

    #[test]
    fn what_is_no_shard_is_explained() {
        assert_eq!(Shard::parse("2/4"), Ok(Shard { index: 2, count: 4 }));
        for (text, said) in [
            ("2", "such as 2/4"),
            ("two/4", "such as 2/4"),
            ("-1/4", "such as 2/4"),
            ("0/4", "numbered from 1 to 4"),
            ("5/4", "there is no 5/4"),
            ("1/0", "at least one shard"),
        ] {
            let error = Shard::parse(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
