//! Where the variants of peers are run: each at one size.

use amdahl_reports::{CaseId, KernelInfo, Role, SizeInfo, VariantInfo};

use super::Kind;

/// The cases of peers at a size: a variant is run at the largest measured size or, where it is left
/// out there, at the next smaller one that the reference is run at too.
pub(super) fn of(
    kernel: &KernelInfo,
    size: &SizeInfo,
    kind: Kind,
    pools: &[usize],
) -> impl Iterator<Item = CaseId> {
    let here = kernel
        .variants
        .iter()
        .filter(move |variant| variant.is_peer() && kind == Kind::Measured)
        .filter(|variant| size_of(kernel, variant).is_some_and(|own| own.label == size.label));
    here.flat_map(move |variant| {
        let pools: &[usize] = if variant.role == Role::Parallel { pools } else { &[1] };
        let case = |&threads| CaseId::new(&kernel.id, &variant.name, &size.label, threads);
        pools.iter().map(case).collect::<Vec<_>>()
    })
}

/// The size that a peer's variant is run at.
fn size_of<'k>(kernel: &'k KernelInfo, variant: &VariantInfo) -> Option<&'k SizeInfo> {
    let runs = |variant: &VariantInfo, size: &SizeInfo| {
        !variant.left_out.iter().any(|left_out| left_out.size == size.label)
    };
    let mut sizes = kernel.sizes.iter().filter(|size| size.measured).rev();
    let largest = sizes.next()?;
    if runs(variant, largest) {
        return Some(largest);
    }
    let reference = kernel.reference()?;
    sizes.find(|size| runs(variant, size) && runs(reference, size))
}

#[cfg(test)]
mod tests {
    use amdahl_reports::LeftOut;

    use crate::declare::{Kernel, Sizes, Timed};
    use crate::plan::{Budget, Filter, Plan, Request, Source, Sweep};

    use super::*;

    /// The peers' cases of a plan over three sizes, the middle one without the reference.
    fn planned(left_out: &[&str], role: Role, filter: Filter) -> Vec<String> {
        let kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([10, 20, 30]))
            .input(|&n: &usize, rng| rng.vector(n))
            .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
            .only_where(|&n| n != 20, "it takes too long")
            .variant("own", |x| Timed::returning(move || x.iter().sum::<f64>()))
            .build();
        let mut info = kernel.info().expect("a right declaration").clone();
        let reason = "slow".to_owned();
        info.variants.push(VariantInfo {
            name: "python.loops".to_owned(),
            role,
            rung: None,
            left_out: left_out
                .iter()
                .map(|size| LeftOut { size: (*size).to_owned(), reason: reason.clone() })
                .collect(),
            language: Some("Python".to_owned()),
            lines: None,
        });
        let request = Request {
            filter,
            source: Source::seed(1),
            budget: Budget::FULL,
            max_threads: 2,
            sweep: Sweep::None,
        };
        let plan = Plan::new(&[info], &request);
        assert!(plan.smoke.iter().all(|group| group.peers.is_empty()));
        assert!(plan.cases().all(|case| !case.variant.contains('.')));
        plan.groups.iter().flat_map(|group| &group.peers).map(ToString::to_string).collect()
    }

    #[test]
    fn a_peer_is_run_at_the_largest_size_alone_in_every_pool() {
        assert_eq!(planned(&[], Role::Serial, Filter::All), ["sum/python.loops/30"]);
        let parallel = planned(&[], Role::Parallel, Filter::All);
        assert_eq!(parallel, ["sum/python.loops/30", "sum/python.loops/30/t2"]);
    }

    #[test]
    fn where_it_is_left_out_it_is_run_at_the_next_size_that_the_reference_runs() {
        assert_eq!(planned(&["30"], Role::Serial, Filter::All), ["sum/python.loops/10"]);
        assert!(planned(&["30", "10"], Role::Serial, Filter::All).is_empty());
    }

    #[test]
    fn a_filter_keeps_peers_by_their_own_names_and_without_any_case_of_ours() {
        let python = Filter::pattern("python").expect("a pattern");
        assert_eq!(planned(&[], Role::Serial, python), ["sum/python.loops/30"]);
        let own = Filter::pattern("sum/own").expect("a pattern");
        assert!(planned(&[], Role::Serial, own).is_empty());
    }
}
