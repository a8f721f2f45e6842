//! How many stages of each pipeline a plan swaps.

use amdahl_reports::KernelInfo;

use super::Group;

/// Counts, in the last group of each pipeline of several stages, the swaps of one stage for a variant
/// whose own composition is in the plan, provided the reference is in it too.
pub(super) fn plan(kernels: &[KernelInfo], groups: &mut [Group]) {
    for kernel in kernels.iter().filter(|kernel| kernel.stages.len() > 1) {
        let Some(reference) = kernel.reference() else { continue };
        let own = || groups.iter().filter(|group| group.kernel == kernel.id);
        let is_planned = |variant: &str| {
            own().any(|group| group.cases.iter().any(|case| case.variant == variant))
        };
        let others = kernel.stages.iter().flat_map(|stage| stage.variants.iter().skip(1));
        let swaps = if is_planned(&reference.name) {
            others.filter(|variant| is_planned(variant)).count()
        } else {
            0
        };
        if let Some(last) = groups.iter_mut().rev().find(|group| group.kernel == kernel.id) {
            last.swaps = swaps;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::declare::{Pipeline, Sizes, Stage};
    use crate::plan::{Budget, Filter, Plan, Request, Source, Sweep};

    /// Swaps by group of a pipeline of two stages, the second of which has one variant more.
    fn swaps(filter: Filter) -> Vec<usize> {
        let one = |x: &f64| *x;
        let kernel = Pipeline::new("k", "a number handed on")
            .sizes(Sizes::smoke([1]).measured([2, 3]))
            .input(|&n: &usize, _| n as f64)
            .stage("a", Stage::reference("slow", one).variant("fast", one))
            .stage("b", Stage::reference("slow", one).variant("fast", one).variant("odd", one))
            .build();
        let kernels = [kernel.info().expect("a sound declaration").clone()];
        let (source, budget) = (Source::seed(1), Budget::Given(Duration::from_secs(1)));
        let sweep = Sweep::None;
        let request = Request { filter, source, budget, max_threads: 1, sweep, shard: None };
        let plan = Plan::new(&kernels, &request);
        plan.groups.iter().map(|group| group.swaps).collect()
    }

    #[test]
    fn every_stage_is_swapped_for_every_variant_after_the_last_size() {
        assert_eq!(swaps(Filter::All), [0, 3]);
    }

    #[test]
    fn a_filter_leaves_out_swaps_of_what_it_leaves_out() {
        let pattern = |text| Filter::pattern(text).expect("an expression");
        assert_eq!(swaps(pattern("slow|odd")), [0, 1]);
        assert_eq!(swaps(pattern("/2$")), [3], "the last size that is left");
        assert_eq!(swaps(pattern("fast")), [0, 0], "without the reference there is no swap");
    }
}
