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
