//! Where the variants of peers are run: each at one size, and where a claim sets another beside it.

use amdahl_reports::{CaseId, Claim, KernelInfo, Pair, Role, SizeInfo, VariantInfo, VariantName};

use super::Kind;

/// The cases of peers at a size: a variant is run at the largest measured size or, where it is left
/// out there, at the next smaller one that the reference is run at too. Where a claim compares it
/// with one that is run at another size, it is run there as well.
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
        .filter(|variant| is_run_at(kernel, variant, size));
    here.flat_map(move |variant| {
        let pools: &[usize] = if variant.role == Role::Parallel { pools } else { &[1] };
        let case = |&threads| CaseId::new(&kernel.id, &variant.name, &size.label, threads);
        pools.iter().map(case).collect::<Vec<_>>()
    })
}

/// Whether a peer's variant is run at a size: its own, or that of a variant that a claim compares
/// it with.
fn is_run_at(kernel: &KernelInfo, variant: &VariantInfo, size: &SizeInfo) -> bool {
    let is_size_of =
        |own: &VariantInfo| size_of(kernel, own).is_some_and(|own| own.label == size.label);
    let compared = |claim: &Claim| {
        let Pair { less, more } = &claim.pair;
        let names = |own: &VariantName, other: &VariantName| {
            own.variant == variant.name
                && other.kernel == kernel.id
                && kernel.variant(&other.variant).is_some_and(is_size_of)
        };
        names(less, more) || names(more, less)
    };
    is_size_of(variant) || (runs(variant, size) && kernel.claims.iter().any(compared))
}

fn runs(variant: &VariantInfo, size: &SizeInfo) -> bool {
    !variant.left_out.iter().any(|left_out| left_out.size == size.label)
}

/// The size that a peer's variant is run at.
fn size_of<'k>(kernel: &'k KernelInfo, variant: &VariantInfo) -> Option<&'k SizeInfo> {
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
        planned_of(&sum(left_out, role), filter)
    }

    fn peers(name: &str, role: Role, left_out: &[&str]) -> VariantInfo {
        let reason = "slow".to_owned();
        let left_out = left_out.iter().map(|size| (*size).to_owned());
        VariantInfo {
            name: name.to_owned(),
            role,
            rung: None,
            left_out: left_out.map(|size| LeftOut { size, reason: reason.clone() }).collect(),
            language: Some("Python".to_owned()),
            lines: None,
        }
    }

    fn sum(left_out: &[&str], role: Role) -> KernelInfo {
        let kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([10, 20, 30]))
            .input(|&n: &usize, rng| rng.vector(n))
            .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
            .only_where(|&n| n != 20, "it takes too long")
            .variant("own", |x| Timed::returning(move || x.iter().sum::<f64>()))
            .build();
        let mut info = kernel.info().expect("a right declaration").clone();
        info.variants.push(peers("python.loops", role, left_out));
        info
    }

    fn planned_of(info: &KernelInfo, filter: Filter) -> Vec<String> {
        let request = Request {
            filter,
            source: Source::seed(1),
            budget: Budget::FULL,
            max_threads: 2,
            sweep: Sweep::None,
        };
        let plan = Plan::new(std::slice::from_ref(info), &request);
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
    fn what_a_claim_compares_is_run_at_one_size_too() {
        let mut info = sum(&["30"], Role::Serial);
        info.variants.push(peers("python.numpy", Role::Serial, &[]));
        let [loops, numpy, both] =
            ["sum/python.loops/10", "sum/python.numpy/30", "sum/python.numpy/10"];
        assert_eq!(planned_of(&info, Filter::All), [loops, numpy]);
        let claim = Claim::new("it is 100 times as fast", 100.0);
        info.claims = vec![claim.faster("sum/python.numpy", "sum/python.loops")];
        assert_eq!(planned_of(&info, Filter::All), [loops, both, numpy]);
    }

    #[test]
    fn a_filter_keeps_peers_by_their_own_names_and_without_any_case_of_ours() {
        let python = Filter::pattern("python").expect("a pattern");
        assert_eq!(planned(&[], Role::Serial, python), ["sum/python.loops/30"]);
        let own = Filter::pattern("sum/own").expect("a pattern");
        assert!(planned(&[], Role::Serial, own).is_empty());
    }
}
