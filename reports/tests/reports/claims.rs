//! Claims: which verdict a planted ratio gets, and what stands where nothing was measured.

use amdahl_reports::summary::{ClaimVerdict, Compared, summarise};
use amdahl_reports::{
    Claim, Factor, FailureKind, Measurement, Report, Role, Run, Series, measurer, render, wire,
};

use crate::plant::{Plant, case, kernel};

fn vectorization(factor: impl Into<Factor>) -> Claim {
    Claim::new("vectorization is 100-1000x", factor)
        .faster("square/python.numpy", "square/python.python_loops")
        .source("A.2")
        .here("square/simd", "square/naive")
}

const VARIANTS: [(&str, Role); 4] = [
    ("naive", Role::Reference),
    ("simd", Role::Serial),
    ("python.python_loops", Role::Serial),
    ("python.numpy", Role::Serial),
];

fn square(claims: Vec<Claim>) -> Plant {
    let mut info = kernel("square", &VARIANTS);
    info.claims = claims;
    for variant in &mut info.variants {
        // As the driver has it: rows of peers stand apart from ours.
        variant.language = variant.name.starts_with("python.").then(|| "Python".to_owned());
    }
    Plant::new()
        .kernel(info)
        .quick(&case("square", "naive", "big", 1), 1.6e6)
        .quick(&case("square", "simd", "big", 1), 2e5)
}

/// Loops of 100 ms in Python, and a vectorized variant so many times as fast.
fn times(ratio: f64) -> Run {
    square(vec![vectorization(100.0..=1000.0)])
        .quick(&case("square", "python.python_loops", "big", 1), 1e8)
        .quick(&case("square", "python.numpy", "big", 1), 1e8 / ratio)
        .0
}

fn verdict(run: &Run) -> Option<ClaimVerdict> {
    summarise(run).claims[0].verdict()
}

fn page(run: &Run) -> String {
    render::by_id("markdown").expect("a renderer").render(&Report::new(run))
}

#[test]
fn a_claim_holds_where_the_interval_lies_and_fails_below_it() {
    assert_eq!(verdict(&times(300.0)), Some(ClaimVerdict::Holds));
    assert_eq!(verdict(&times(130.0)), Some(ClaimVerdict::HoldsAtLowerEnd));
    assert_eq!(verdict(&times(100.0)), Some(ClaimVerdict::Undecided));
    assert_eq!(verdict(&times(2000.0)), Some(ClaimVerdict::MoreThanClaimed));
    assert_eq!(verdict(&times(47.0)), Some(ClaimVerdict::Fails));
    let page = page(&times(47.0));
    assert!(page.contains("does not hold: 47.0x"), "{page}");
    assert!(page.contains("`square/simd` against `naive`: 7.98x"), "{page}");
}

#[test]
fn peers_that_are_not_installed_leave_the_step_here_and_a_remedy() {
    let run = square(vec![vectorization(100.0..=1000.0)]).0;
    let row = &summarise(&run).claims[0];
    assert_eq!(row.verdict(), None);
    let missing = row.measured.as_ref().expect_err("there is no peer");
    assert!(missing.remedy.contains("cargo amdahl peers install python"), "{missing:?}");
    let here = row.here.as_ref().and_then(|here| here.as_ref().ok()).expect("ours were timed");
    assert!((here.ratio.interval.estimate - 8.0).abs() < 0.1, "1.6 ms over 0.2 ms: {here:?}");
}

#[test]
fn a_failed_variant_gives_its_reason_and_sizes_apart_are_named() {
    let loops = case("square", "python.python_loops", "big", 1);
    let failed = square(vec![vectorization(100.0..=1000.0)])
        .quick(&case("square", "python.numpy", "big", 1), 1e6)
        .failed(&loops, measurer::CHECK, FailureKind::Died, "it ended with status 1")
        .0;
    let reason = |run: &Run| {
        summarise(run).claims[0].measured.clone().expect_err("nothing to compare").reason
    };
    assert!(reason(&failed).contains("process died: it ended with status 1"));
    let apart = square(vec![vectorization(100.0..=1000.0)])
        .quick(&case("square", "python.numpy", "big", 1), 1e6)
        .quick(&case("square", "python.python_loops", "small", 1), 1e6)
        .0;
    let want = "no size has both: `square/python.numpy` was run at big, \
                `square/python.python_loops` at small";
    assert_eq!(reason(&apart), want);
}

/// Doubles and single floats, which an iteration holds so many bytes of.
fn halves(resident: [f64; 2]) -> Run {
    let claim = Claim::new("float32 halves the memory", 2.0)
        .smaller("single/python.numpy", "double/python.numpy")
        .here("single/simd", "double/simd");
    let mut single = kernel("single", &VARIANTS);
    single.claims = vec![claim];
    let mut plant = Plant::new().kernel(kernel("double", &VARIANTS)).kernel(single);
    for (id, bytes, peak) in [("double", resident[0], 8e6), ("single", resident[1], 4e6)] {
        let [numpy, simd] = ["python.numpy", "simd"].map(|own| case(id, own, "big", 1));
        let metric = "resident_peak".to_owned();
        let series = vec![Series { metric, totals: vec![bytes; 3], iterations: vec![1; 3] }];
        plant = plant
            .agreed(&numpy)
            .measured(&numpy, "resident", Measurement { series, ..Measurement::default() })
            .agreed(&simd)
            .heap(&simd, (1.0, peak, peak), (1.0, peak));
    }
    plant.0
}

#[test]
fn memory_is_compared_by_heap_where_it_is_counted_and_else_by_what_is_resident() {
    let run = halves([8_003_584.0, 4_001_792.0]);
    let row = &summarise(&run).claims[0];
    let measured = row.measured.as_ref().expect("both peaks");
    assert_eq!((measured.of, measured.ratio.interval.estimate), (Compared::ResidentPeak, 2.0));
    let here = row.here.as_ref().and_then(|here| here.as_ref().ok()).expect("both heaps");
    assert_eq!((here.of, here.ratio.interval.estimate), (Compared::HeapPeak, 2.0));
    assert_eq!(verdict(&run), Some(ClaimVerdict::Holds));
    // An iteration that adds nothing has no ratio.
    let missing = summarise(&halves([8e6, 0.0])).claims[0].measured.clone().expect_err("no ratio");
    assert!(missing.reason.contains("`single/python.numpy/big` adds nothing"), "{missing:?}");
}

#[test]
fn a_claim_survives_the_records_and_a_run_without_any_has_no_section() {
    let run = times(300.0);
    let mut open = run.clone();
    open.kernels[0].claims.push(vectorization(1.0..));
    let back = wire::decode(wire::encode(&open).as_bytes()).expect("an intact file");
    assert_eq!(back, open, "an open range ends at infinity, which JSON has no word for");
    assert!(!page(&square(Vec::new()).0).contains("## Claims"));
    let json = render::by_id("json").expect("a renderer").render(&Report::new(&open));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["claims"][0]["verdict"], "holds");
    assert_eq!(json["claims"][1]["claimed"]["high"], serde_json::Value::Null);
}

#[test]
fn the_table_of_claims_reads_well() {
    let mut run = times(47.0);
    let about = |factor: Factor| vectorization(factor);
    run.kernels[0].claims.extend([about(50.0.into()), about((10.0..).into())]);
    let missing = Claim::new("solve beats inv", 1.0..)
        .faster("square/python.solve", "square/python.inv")
        .source("A.9");
    run.kernels[0].claims.push(missing);
    let page = page(&run);
    let from = page.find("## Claims").expect("a section");
    let end = page[from + 2..].find("\n## ").map_or(page.len(), |at| from + 2 + at);
    insta::assert_snapshot!("claims", &page[from..end]);
}
