//! Gate runs that are made up, for tests.

use amdahl_reports::gate::{
    Effort, ExactCounts, Explanation, GateRun, GatedCase, Layout, LayoutKind, Limit, Pairs,
    Protocol, Side, Trial,
};
use amdahl_reports::{CaseId, Machine};

/// A case with these log-ratios of its first stage.
pub fn trial(variant: &str, screen: &[f64]) -> Trial {
    Trial {
        case: CaseId::new("sum", variant, "1000", 1),
        limit: Limit::fraction(0.01),
        base_ns: 1e6,
        iterations: 8,
        screen: screen.to_vec(),
        second: None,
        pairs: Pairs { all: 96, disturbed: 3 },
        failure: None,
    }
}

/// Sixteen launches around `shift`, none equal to another, within 0.4 % of it.
pub fn steady(shift: f64) -> Vec<f64> {
    spread(shift, 0.0005)
}

/// Sixteen launches around `shift`, in steps of `step`.
pub fn spread(shift: f64, step: f64) -> Vec<f64> {
    (0..16).map(|i| shift + step * (f64::from(i) - 7.5) * 1.01_f64.powi(i)).collect()
}

/// The same trial with these log-ratios of its second stage.
pub fn looked_at(mut trial: Trial, second: &[f64]) -> Trial {
    trial.second = Some(second.to_vec());
    trial
}

/// Counts of heap blocks.
pub fn blocks(base: &[f64], head: &[f64]) -> ExactCounts {
    ExactCounts {
        metric: "heap_blocks".to_owned(),
        limit: Limit::NONE,
        base: base.to_vec(),
        head: head.to_vec(),
        missing: None,
    }
}

/// Counts of instructions.
pub fn instructions(base: &[f64], head: &[f64]) -> ExactCounts {
    ExactCounts {
        metric: "instructions".to_owned(),
        limit: Limit::fraction(0.005),
        ..blocks(base, head)
    }
}

/// A case looked into: equal instructions and heap, and a relinked layout for each of these shifts.
pub fn explained(variant: &str, relinked: &[f64]) -> Explanation {
    let layout = |(at, shift): (usize, &f64)| Layout {
        kind: LayoutKind::Relinked,
        name: format!("order {}", at + 1),
        launches: steady(*shift)[4..12].to_vec(),
    };
    Explanation {
        case: trial(variant, &[]).case,
        exact: vec![instructions(&[1e6; 2], &[1.0002e6; 2]), blocks(&[2.0], &[2.0])],
        layouts: relinked.iter().enumerate().map(layout).collect(),
        flame_graph: Some("explain/sum-zip-1000/differential.svg".to_owned()),
        notes: vec!["A note.".to_owned()],
    }
}

/// A run of these cases, with a quiet canary.
pub fn run(times: Vec<Trial>) -> GateRun {
    let machine = Machine {
        cpu: "A processor".to_owned(),
        cores: 2,
        memory_bytes: 8 << 30,
        caches: Vec::new(),
        features: Vec::new(),
        os: "Linux".to_owned(),
        hypervisor: None,
        clock_source: None,
    };
    let side = |name: &str| Side {
        name: name.to_owned(),
        commit: Some("0123456789ab".to_owned()),
        rustc: Some("rustc 1.95.0".to_owned()),
        lock: Some("89abcdef".to_owned()),
    };
    let cases = times.into_iter();
    let cases = cases.map(|time| GatedCase { time, exact: vec![blocks(&[2.0; 3], &[2.0; 3])] });
    GateRun {
        started: "2026-01-02T03:04:05Z".to_owned(),
        took_s: 61.5,
        command: "cargo amdahl gate --base origin/main".to_owned(),
        seed: 7,
        machine,
        base: side("origin/main"),
        head: side("working tree"),
        protocol: Protocol {
            budget_s: 180.0,
            screen: Effort::SCREEN,
            second: Effort::default(),
            cut_short: false,
        },
        cases: cases.collect(),
        canaries: vec![trial("canary", &steady(0.0))],
        only_base: Vec::new(),
        only_head: Vec::new(),
        explanations: Vec::new(),
        notes: Vec::new(),
    }
}
