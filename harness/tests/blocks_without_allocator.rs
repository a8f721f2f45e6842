//! Blocks of a program that does not declare the allocator: times are measured, heap is not.

use amdahl::profile_block;

#[test]
fn heap_is_not_measured_and_says_what_to_add() {
    let (values, profile) =
        profile_block("squares", || (0..1_000_u64).map(|i| i * i).collect::<Vec<_>>());
    assert_eq!(values.len(), 1_000);
    assert!(profile.wall().as_nanos() > 0);
    assert!(profile.cpu().is_some());
    assert_eq!(profile.heap(), None);
    assert_eq!(profile.process().and_then(|process| process.heap), None);
    let report = profile.to_markdown();
    assert!(report.contains("Heap was not measured: add"), "{report}");
    assert!(!report.contains("allocations |"), "no column of nothing: {report}");
    assert!(profile.to_json().contains("\"heap\": null"));
}
