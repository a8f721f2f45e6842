//! The page of advice: most to gain first, the next step by the textbook's order, and what came of
//! trying.

use amdahl_reports::summary::{Left, Next, summarise};
use amdahl_reports::{
    Bound, CaseId, KernelInfo, Measurement, Metric, Role, Run, Rung, Series, StageInfo, measurer,
    report,
};

use crate::plant::{Plant, case, complete, kernel, samples};

fn bounded(id: &str) -> KernelInfo {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial)];
    KernelInfo { bound: Some(Bound::Copy), ..kernel(id, &variants) }
}

/// A kernel whose fastest variant takes so many times the time at the ceiling.
fn at(plant: Plant, id: &str, times: f64) -> Plant {
    let series = vec![
        Series::single(Metric::WALL_TIME, samples(1e5, 0.02, 30, 5)),
        Series::single(Metric::CEILING_WORK, vec![2.5e6]),
    ];
    let measurement = Measurement { series, ..Measurement::default() };
    plant
        .kernel(bounded(id))
        .quick(&case(id, "naive", "big", 1), 1e7)
        .quick(&case(id, "fast", "big", 1), times * 1e5)
        .measured(&CaseId::new(id, "copy", "big", 1), measurer::CEILING, measurement)
}

fn page(run: &Run) -> String {
    let files = report(run);
    let page = files.into_iter().find(|file| file.path == "bottlenecks.md");
    page.expect("a page of advice").contents
}

#[test]
fn the_kernel_with_most_left_to_its_ceiling_comes_first() {
    let run = at(at(at(Plant::new(), "near", 1.1), "far", 8.0), "middling", 3.0).0;
    let summary = summarise(&run);
    let outlooks = summary.outlooks();
    let order: Vec<&str> = outlooks.iter().map(|own| own.kernel.id.as_str()).collect();
    assert_eq!(order, ["far", "middling", "near"]);
    let left = outlooks[0].left.as_ref().expect("a ceiling").at_most();
    assert!((left.estimate - 8.0).abs() < 0.2, "{left:?}");
    assert!(page(&run).contains("[far](kernels/far.md)"));
}

#[test]
fn the_next_step_is_the_lowest_rung_that_nothing_stands_on() {
    let run = at(Plant::new(), "far", 8.0).0;
    let summary = summarise(&run);
    // `fast` is serial and allocates, so it stands on the rung of vectors.
    assert_eq!(summary.outlooks()[0].next, Next::Rung(Rung::Preallocate));
    assert!(page(&run).contains("pre-allocate: nothing measured does"));
}

#[test]
fn at_the_ceiling_there_is_nothing_to_do() {
    let run = at(Plant::new(), "near", 1.1).0;
    assert_eq!(summarise(&run).outlooks()[0].next, Next::Nothing);
    assert!(page(&run).contains("nothing: it is at the ceiling"));
}

#[test]
fn a_pipeline_is_told_its_largest_stage_and_how_much_mending_it_gives_at_most() {
    let run = complete();
    let summary = summarise(&run);
    let flights = &summary.outlooks()[0];
    assert_eq!(flights.kernel.id, "flights");
    // `load` takes 40 % of the fastest variant: 1 / 0.6.
    let left = flights.left.as_ref().expect("stages were timed");
    assert!(matches!(left, Left::Stage { stage, .. } if stage.name == "load"));
    assert!((left.at_most().estimate - 1.0 / 0.6).abs() < 0.02, "{left:?}");
    let page = page(&run);
    assert!(page.contains("Begin with `load`: it takes 64.8 % of the reference"), "{page}");
    assert!(page.contains("Its largest stage is then `load`"), "{page}");
}

#[test]
fn a_run_of_which_nothing_can_be_ranked_has_no_page_of_advice() {
    let mut info = kernel("empty", &[("naive", Role::Reference)]);
    info.stages = vec![StageInfo { name: "one".to_owned(), variants: vec!["naive".to_owned()] }];
    let files = report(&Plant::new().kernel(info).0);
    assert!(files.iter().all(|file| file.path != "bottlenecks.md"));
}
