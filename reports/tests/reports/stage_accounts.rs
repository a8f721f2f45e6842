//! Stages whose spans overlap, and experiments on them: planted, summed up, reported and found.

use std::path::Path;

use amdahl_reports::analyse::analyse;
use amdahl_reports::summary::{Stages, summarise};
use amdahl_reports::{
    CaseId, Detail, Finding, Measurement, Outcome, Role, Run, Severity, Shift, ShiftPoint,
    StageExperiment, StageInfo, StageSamples, WhatIf, measurer, report,
};

use crate::plant::{Plant, case, complete, kernel, samples};

impl Plant {
    /// Delays of stages in 8 rounds: name, time in it, and the slope of the whole.
    pub fn what_if(self, case: &CaseId, total_ns: f64, stages: &[(&str, f64, f64)]) -> Self {
        let stage = |(name, busy_ns, slope): &(&str, f64, f64)| {
            let round = |salt: usize| {
                let noise = samples(1.0, 0.002, 4, salt);
                let delays = [0.0, 0.05, 0.1, 0.2].map(|part| part * busy_ns);
                let point = |(shift_ns, noise): (f64, &f64)| ShiftPoint {
                    shift_ns,
                    total_ns: total_ns * noise + slope * shift_ns,
                };
                delays.into_iter().zip(&noise).map(point).collect()
            };
            StageExperiment {
                name: (*name).to_owned(),
                busy_ns: *busy_ns,
                calls: 1.0,
                rounds: (0..8).map(round).collect(),
                refused: None,
            }
        };
        let stages = stages.iter().map(stage).collect();
        let detail = Detail::WhatIf(WhatIf { shift: Shift::Delay, stages });
        self.measured(case, measurer::WHAT_IF, Measurement { detail, ..Measurement::default() })
    }
}

fn reference() -> CaseId {
    case("p", "naive", "big", 1)
}

/// A pipeline of which both stages run at once for most of the time.
fn overlapping() -> Plant {
    let mut info = kernel("p", &[("naive", Role::Reference)]);
    info.stages = ["a", "b"]
        .map(|name| StageInfo { name: name.to_owned(), variants: vec!["naive".to_owned()] })
        .to_vec();
    let stage = |name: &str, self_ns: f64, critical_ns: f64| StageSamples {
        name: name.to_owned(),
        self_ns: vec![self_ns; 7],
        total_ns: vec![self_ns; 7],
        critical_ns: vec![critical_ns; 7],
        cpu_ns: vec![self_ns; 4],
        calls: 1.0,
        ..StageSamples::default()
    };
    let detail = Detail::Stages(amdahl_reports::Stages {
        total_ns: vec![1e6; 7],
        stages: vec![stage("a", 9e5, 9e5), stage("b", 8e5, 5e4)],
        outside_cpu_ns: vec![1e4; 4],
        span_cost_ns: 150.0,
    });
    let measurement = Measurement { detail, ..Measurement::default() };
    Plant::new().kernel(info).quick(&reference(), 1e6).measured(
        &reference(),
        measurer::STAGES,
        measurement,
    )
}

fn stages(run: &Run) -> Stages {
    let summary = summarise(run).kernels.swap_remove(0);
    summary.stages.expect("a pipeline")
}

/// The first page and every page below it.
fn markdown(run: &Run) -> String {
    let is_page = |path: &str| Path::new(path).extension().is_some_and(|end| end == "md");
    let pages = report(run).into_iter().filter(|file| is_page(&file.path));
    pages.map(|file| file.contents).collect()
}

fn findings(run: &Run, analyser: &str) -> Vec<Finding> {
    analyse(run).into_iter().filter(|finding| finding.analyser == analyser).collect()
}

#[test]
fn shares_of_stages_that_overlap_do_not_sum_past_the_whole() {
    let table = &stages(&overlapping().0).tables[0];
    let shares: f64 =
        table.stages.iter().chain(&table.outside).map(|stage| stage.share.estimate).sum();
    assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    let outside = table.outside.as_ref().expect("a row of its own");
    assert!((outside.share.estimate - 0.05).abs() < 1e-12);
    assert_eq!(outside.cpu_ns.expect("it was read").estimate, 1e4);
    assert_eq!(table.stages[1].self_ns.estimate, 8e5, "self time is not cut");
    let page = markdown(&overlapping().0);
    assert!(page.contains("| self time |"), "where it differs from the critical path, it is shown");
}

#[test]
fn a_record_without_a_critical_path_is_read_by_its_self_times() {
    let mut run = overlapping().0;
    for record in &mut run.records {
        if let Outcome::Measured(Measurement { detail: Detail::Stages(stages), .. }) =
            &mut record.outcome
        {
            for stage in &mut stages.stages {
                stage.critical_ns.clear();
                stage.cpu_ns.clear();
            }
        }
    }
    let table = &stages(&run).tables[0];
    assert_eq!(table.stages[0].share.estimate, 0.9);
    assert_eq!(table.stages[0].cpu_ns, None);
}

/// The overlapping pipeline with a probe that costs so much, and so many spans in each stage.
fn probed(span_cost_ns: f64, calls: f64, inner_calls: f64) -> Run {
    let mut run = overlapping().0;
    for record in &mut run.records {
        if let Outcome::Measured(Measurement { detail: Detail::Stages(stages), .. }) =
            &mut record.outcome
        {
            stages.span_cost_ns = span_cost_ns;
            (stages.stages[1].calls, stages.stages[1].inner_calls) = (calls, inner_calls);
        }
    }
    run
}

#[test]
fn what_listening_costs_is_printed_and_where_it_is_much_it_is_found() {
    assert!(markdown(&probed(150.0, 1.0, 0.0)).contains("each costs 150 ns"));
    assert_eq!(findings(&probed(150.0, 100.0, 0.0), "probe_cost"), [], "1.9 % of 800 us");
    // 600 spans of 150 ns are 90 of 800 us; 500 of them are of stages within it.
    let found = findings(&probed(150.0, 100.0, 500.0), "probe_cost");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Warning);
    assert!(found[0].message.contains("11.2 % of `b`"), "{}", found[0].message);
    let page = markdown(&probed(150.0, 100.0, 500.0));
    assert!(page.contains("is what listening costs"), "{page}");
}

#[test]
fn a_long_stage_that_nothing_waits_for_is_found() {
    let of = |slope| overlapping().what_if(&reference(), 1e6, &[("a", 9e5, slope)]).0;
    let found = findings(&of(0.02), "what_if");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Note);
    assert!(found[0].message.starts_with("`a` takes 90.0 % of `p/naive/big`"));
    assert_eq!(findings(&of(1.0), "what_if"), [], "the whole waits for it");
    let short = overlapping().what_if(&reference(), 1e6, &[("b", 8e5, 0.02)]).0;
    assert_eq!(findings(&short, "what_if"), [], "its share tempts nobody");
}

#[test]
fn a_stage_that_was_refused_says_why_in_its_row() {
    let refused = StageExperiment {
        name: "a".to_owned(),
        refused: Some("it was not entered".to_owned()),
        ..StageExperiment::default()
    };
    let detail = Detail::WhatIf(WhatIf { shift: Shift::Delay, stages: vec![refused] });
    let measurement = Measurement { detail, ..Measurement::default() };
    let run = overlapping().measured(&reference(), measurer::WHAT_IF, measurement).0;
    assert!(markdown(&run).contains("not measured: it was not entered"));
}

#[test]
fn the_prediction_by_share_stands_beside_the_experiment() {
    let table = &stages(&overlapping().what_if(&reference(), 1e6, &[("a", 9e5, 1.0)]).0).what_if[0];
    let effect = table.rows[0].effect.as_ref().expect("rounds");
    // 1 / (1 - 0.9 / 2) (Amdahl 1967), within the noise that was planted.
    assert!((effect.if_twice.estimate - 1.0 / 0.55).abs() < 0.1, "{effect:?}");
    assert!(markdown(&complete()).contains("2x faster, by its share"));
}
