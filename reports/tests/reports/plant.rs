//! Builds synthetic runs in a few lines: every sample is planted, nothing is random.

use amdahl_reports::{
    Absent, Agreement, Build, Cache, CallSite, CaseId, Conditions, Detail, Failure, FailureKind,
    HotFunction, HotLine, KernelInfo, Machine, Measurement, Metric, Outcome, Profile, Record, Role,
    Run, RunInfo, Series, SizeInfo, StageInfo, StageSamples, Stages, Tolerance, VariantInfo,
    measurer, stats,
};

/// A run under construction, on a quiet machine and a release build.
pub struct Plant(pub Run);

pub fn case(kernel: &str, variant: &str, size: &str, threads: usize) -> CaseId {
    CaseId::new(kernel, variant, size, threads)
}

/// `n` samples whose median is `median` and that lie within `spread` of it; most of the spread is
/// the same at one index for every salt, as drift is, and a fifth of it is the salt's own.
pub fn samples(median: f64, spread: f64, n: usize, salt: usize) -> Vec<f64> {
    let shape: Vec<f64> = (0..n)
        .map(|i| 1.0 + spread * (0.8 * scatter(i) + 0.2 * scatter(i + 1000 * (salt + 1))))
        .collect();
    let centre = stats::median(&shape).unwrap_or(1.0);
    shape.iter().map(|x| median * x / centre).collect()
}

/// A number between -1 and 1 that looks random: the finaliser of `SplitMix64`.
fn scatter(i: usize) -> f64 {
    let mut x = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / 2.0_f64.powi(52) - 1.0
}

pub fn kernel(id: &str, variants: &[(&str, Role)]) -> KernelInfo {
    let size = |label: &str, measured, work: Option<f64>| SizeInfo {
        label: label.to_owned(),
        measured,
        flops: work,
        bytes: work.map(|flops| flops / 4.0),
        working_set: work.map(|flops| flops / 4.0),
        tolerance: Tolerance::relative(1e-12),
        extent: None,
    };
    KernelInfo {
        id: id.to_owned(),
        about: "what the `test` computes".to_owned(),
        exercise: None,
        bound: None,
        sizes: vec![
            size("7x5", false, None),
            size("small", true, Some(1e5)),
            size("big", true, Some(1e7)),
        ],
        variants: variants
            .iter()
            .map(|(name, role)| VariantInfo {
                name: (*name).to_owned(),
                role: *role,
                rung: None,
                left_out: Vec::new(),
                language: None,
                lines: None,
            })
            .collect(),
        absent: Vec::new(),
        qualities: Vec::new(),
        stages: Vec::new(),
        swept: Vec::new(),
        streaming: false,
        gate_size: None,
        claims: Vec::new(),
    }
}

impl Plant {
    pub fn new() -> Self {
        Self(Run { info: info(), kernels: Vec::new(), records: Vec::new() })
    }

    pub fn kernel(mut self, kernel: KernelInfo) -> Self {
        self.0.kernels.push(kernel);
        self
    }

    pub fn with(mut self, case: &CaseId, measurer: &str, outcome: Outcome) -> Self {
        let measurer = measurer.to_owned();
        self.0.records.push(Record { case: case.clone(), measurer, outcome });
        self
    }

    pub fn measured(self, case: &CaseId, measurer: &str, measurement: Measurement) -> Self {
        self.with(case, measurer, Outcome::Measured(measurement))
    }

    pub fn agreed(self, case: &CaseId) -> Self {
        self.agreement(case, 2.5e-15, false)
    }

    pub fn agreed_in_place(self, case: &CaseId) -> Self {
        self.agreement(case, 2.5e-15, true)
    }

    pub fn agreement(self, case: &CaseId, error: f64, in_place: bool) -> Self {
        let agreement = Agreement {
            against: "naive".to_owned(),
            error,
            allowed: 1e-13,
            used: error / 1e-13,
            values: 35,
            in_place,
            output_bytes: 280,
            qualities: Vec::new(),
            seeds_differ: None,
        };
        let detail = Detail::Agreement(agreement);
        self.measured(case, measurer::CHECK, Measurement { detail, ..Measurement::default() })
    }

    pub fn failed(self, case: &CaseId, by: &str, kind: FailureKind, reason: &str) -> Self {
        self.with(case, by, Outcome::Failed(Failure { kind, reason: reason.to_owned() }))
    }

    pub fn not_measured(self, case: &CaseId, by: &str, reason: &str, remedy: &str) -> Self {
        let (reason, remedy) = (reason.to_owned(), remedy.to_owned());
        self.with(case, by, Outcome::NotMeasured { reason, remedy })
    }

    /// Agreed, with these samples of one iteration each.
    pub fn timed(self, case: &CaseId, by: &str, samples: Vec<f64>) -> Self {
        let series = vec![Series::single(Metric::WALL_TIME, samples)];
        self.agreed(case).measured(case, by, Measurement { series, ..Measurement::default() })
    }

    /// Agreed, with 30 quiet interleaved samples around a median.
    pub fn quick(self, case: &CaseId, median_ns: f64) -> Self {
        let salt = self.0.records.len();
        self.timed(case, measurer::INTERLEAVED, samples(median_ns, 0.02, 30, salt))
    }

    pub fn heap(self, case: &CaseId, steady: (f64, f64, f64), cold: (f64, f64)) -> Self {
        let (blocks, bytes, peak) = steady;
        let series = [
            (Metric::HEAP_BLOCKS, blocks),
            (Metric::HEAP_BYTES, bytes),
            (Metric::HEAP_PEAK, peak),
            (Metric::COLD_HEAP_BLOCKS, cold.0),
            (Metric::COLD_HEAP_BYTES, cold.1),
        ];
        let series = series.map(|(metric, value)| Series::single(metric, vec![value])).to_vec();
        let place = "covariance::buffers (src/covariance.rs:42)".to_owned();
        let detail = Detail::CallSites(vec![CallSite { place, blocks, bytes }]);
        self.measured(case, measurer::HEAP, Measurement { series, detail, notes: Vec::new() })
    }

    /// Instructions of two processes, which counted alike.
    pub fn instructions(self, case: &CaseId, count: f64) -> Self {
        let metric = Metric::INSTRUCTIONS.id.to_owned();
        let series = vec![Series { metric, totals: vec![4.0 * count; 2], iterations: vec![4; 2] }];
        self.measured(
            case,
            measurer::INSTRUCTIONS,
            Measurement { series, ..Measurement::default() },
        )
    }

    /// Stage times of 20 iterations; what is left of the total is outside.
    pub fn stages(self, case: &CaseId, total_ns: f64, stages: &[(&str, f64)]) -> Self {
        let stage = |(at, (name, share)): (usize, &(&str, f64))| {
            let self_ns = samples(total_ns * share, 0.03, 20, at);
            StageSamples {
                name: (*name).to_owned(),
                total_ns: self_ns.clone(),
                critical_ns: self_ns.clone(),
                cpu_ns: self_ns.iter().map(|ns| ns * case.threads as f64).collect(),
                self_ns,
                calls: 1.0,
                inner_calls: 0.0,
                heap_blocks: Some(100.0 * (at + 1) as f64),
                heap_bytes: Some(8192.0),
            }
        };
        let detail = Detail::Stages(Stages {
            total_ns: samples(total_ns, 0.03, 20, 9),
            stages: stages.iter().enumerate().map(stage).collect(),
            outside_cpu_ns: samples(total_ns * 0.01, 0.03, 10, 8),
            span_cost_ns: 150.0,
        });
        self.measured(case, measurer::STAGES, Measurement { detail, ..Measurement::default() })
    }

    pub fn profile(self, case: &CaseId) -> Self {
        let function = |name: &str, self_samples, total_samples| HotFunction {
            name: name.to_owned(),
            self_samples,
            total_samples,
        };
        let detail = Detail::Profile(Profile {
            samples: 400,
            seconds: 2.1,
            functions: vec![
                function("core::iter::Iterator::fold<A | B>", 300, 310),
                function("kernels::covariance::naive", 90, 400),
            ],
            line_samples: 380,
            lines: vec![HotLine {
                file: "src/covariance.rs".to_owned(),
                line: 57,
                function: "kernels::covariance::naive".to_owned(),
                self_samples: 300,
            }],
            flamegraph: Some("flamegraphs/covariance-naive.svg".to_owned()),
            protobuf: None,
            folded: Some("flamegraphs/covariance-naive.folded".to_owned()),
        });
        self.measured(case, measurer::PROFILE, Measurement { detail, ..Measurement::default() })
    }
}

pub fn info() -> RunInfo {
    let cache = |level, kib: u64, shared_by| Cache { level, bytes: kib << 10, shared_by };
    RunInfo {
        started: "2026-01-02T03:04:05Z".to_owned(),
        took_s: 312.4,
        command: "cargo bench".to_owned(),
        seed: 42,
        notes: Vec::new(),
        machine: Machine {
            cpu: "Example CPU @ 3.0 GHz".to_owned(),
            cores: 2,
            memory_bytes: 8 << 30,
            caches: vec![cache(1, 48, 1), cache(2, 2048, 1), cache(3, 33_792, 2)],
            features: vec!["avx2".to_owned(), "fma".to_owned()],
            os: "Linux 6.1".to_owned(),
            hypervisor: Some("KVM".to_owned()),
            clock_source: Some("tsc".to_owned()),
        },
        build: Build {
            rustc: "rustc 1.95.0".to_owned(),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            profile: "release, opt-level 3".to_owned(),
            rustflags: String::new(),
            debug_assertions: false,
            commit: Some("0123abc+changes".to_owned()),
            lock: Some("9f8e7d6c".to_owned()),
            target_features: vec!["sse2".to_owned()],
            lto_asked: None,
        },
        conditions: Conditions {
            steal_percent: Some(0.2),
            load_before: Some(0.15),
            clock_cost_ns: 42.0,
            clock_step_ns: 1.0,
        },
        environment: Some(crate::place::environment()),
        peers: Vec::new(),
    }
}

/// A small run with everything in it: variants that disagree, time out and were not measured, a
/// slow reference with few samples, heap, profiles, an absent variant, a pipeline.
pub fn complete() -> Run {
    let counted = case("covariance", "rayon", "small", 1);
    pipeline(numeric(Plant::new())).instructions(&counted, 123_456.0).0
}

fn numeric(plant: Plant) -> Plant {
    let id = "covariance";
    let variants = [
        ("naive", Role::Reference),
        ("ndarray", Role::Serial),
        ("nalgebra", Role::Serial),
        ("faer", Role::Serial),
        ("preallocated", Role::Serial),
        ("wrong", Role::Serial),
        ("slow", Role::Serial),
        ("later", Role::Serial),
        ("rayon", Role::Parallel),
    ];
    let mut info = kernel(id, &variants);
    info.about = String::from("sample covariance of the columns of `X`, f64");
    info.exercise = Some("C.4".to_owned());
    let reason = "it has no `covariance` | of its own".to_owned();
    info.absent = vec![Absent { variant: "blas".to_owned(), reason }];
    let (tiny, big) = (|variant| case(id, variant, "7x5", 1), case(id, "naive", "big", 1));
    let plant = plant
        .kernel(info)
        .failed(&tiny("wrong"), measurer::CHECK, FailureKind::Disagreed, WRONG)
        .agreed(&tiny("slow"))
        .agreed(&tiny("naive"))
        .agreed(&tiny("faer"));
    at_size(at_size(plant, "small", 1.0), "big", 100.0)
        .quick(&case(id, "naive", "small", 1), 1_010_000.0)
        .timed(&big, measurer::PLAIN, vec![101e6, 104e6, 102e6])
        .profile(&big)
        .failed(&case(id, "faer", "big", 1), measurer::PROFILE, FailureKind::Died, "signal 11")
}

const WRONG: &str = "at [0, 3] it has 1.5 where `naive` has 2.5";

/// Every variant of `covariance` but the reference, at one size.
fn at_size(plant: Plant, size: &str, scale: f64) -> Plant {
    let at = |variant, threads| case("covariance", variant, size, threads);
    let wall = |median: f64, spread, n| {
        Series::single(Metric::WALL_TIME, samples(median * scale, spread, n, 3))
    };
    let of = |series| Measurement { series, ..Measurement::default() };
    let setup = Series::single(Metric::SETUP_TIME, vec![1_100.0 * scale; 5]);
    let cold = Series::single(Metric::COLD_TIME, vec![52_000.0 * scale]);
    let valgrind = ("valgrind is not there", "install valgrind");
    plant
        .failed(&at("wrong", 1), measurer::CHECK, FailureKind::Disagreed, WRONG)
        .agreed(&at("slow", 1))
        .failed(&at("slow", 1), measurer::CRITERION, FailureKind::TimedOut, "no answer within 30 s")
        .quick(&at("ndarray", 1), 42_000.0 * scale)
        .measured(&at("ndarray", 1), measurer::CRITERION, of(vec![wall(41_000.0, 0.05, 60)]))
        .heap(&at("ndarray", 1), (2.0, 80_000.0, 80_000.0), (2.0, 80_000.0))
        .not_measured(&at("ndarray", 1), "instructions", valgrind.0, valgrind.1)
        .quick(&at("faer", 1), 35_000.0 * scale)
        .heap(&at("faer", 1), (1.0, 8e4, 8e4), (9.0, 1_073_741_824.0))
        .not_measured(&at("faer", 1), "instructions", valgrind.0, valgrind.1)
        .quick(&at("rayon", 1), 39_000.0 * scale)
        .quick(&at("rayon", 2), 21_000.0 * scale)
        .timed(&at("nalgebra", 1), measurer::CRITERION, samples(89_000.0 * scale, 0.03, 60, 1))
        .agreed_in_place(&at("preallocated", 1))
        .measured(
            &at("preallocated", 1),
            measurer::INTERLEAVED,
            of(vec![wall(36_500.0, 0.02, 30), setup, cold]),
        )
        .heap(&at("preallocated", 1), (0.0, 0.0, 0.0), (0.0, 0.0))
}

fn pipeline(plant: Plant) -> Plant {
    let id = "flights";
    let mut info = kernel(
        id,
        &[("rows", Role::Reference), ("columns", Role::Serial), ("rayon", Role::Parallel)],
    );
    info.about = String::from("delays by carrier and month");
    info.sizes.remove(1);
    for size in &mut info.sizes {
        (size.flops, size.bytes) = (None, None);
    }
    let variants = ["rows", "columns", "rayon"].map(String::from).to_vec();
    info.stages = ["load", "clean", "transform", "visualize"]
        .map(|name| StageInfo { name: name.to_owned(), variants: variants.clone() })
        .to_vec();
    let [rows, columns] = ["rows", "columns"].map(|variant| case(id, variant, "big", 1));
    let rayon = case(id, "rayon", "big", 2);
    plant
        .kernel(info)
        .quick(&rows, 143e6)
        .stages(
            &rows,
            143e6,
            &[("load", 0.65), ("clean", 0.18), ("transform", 0.12), ("visualize", 0.04)],
        )
        .quick(&columns, 61e6)
        .stages(
            &columns,
            61e6,
            &[("load", 0.48), ("clean", 0.22), ("transform", 0.2), ("visualize", 0.09)],
        )
        .quick(&rayon, 38e6)
        .stages(
            &rayon,
            38e6,
            &[("load", 0.4), ("clean", 0.2), ("transform", 0.24), ("visualize", 0.15)],
        )
        .what_if(
            &rows,
            143e6,
            &[
                ("load", 93e6, 1.0),
                ("clean", 25.7e6, 1.0),
                ("transform", 17.2e6, 0.1),
                ("visualize", 5.7e6, 0.9),
            ],
        )
}
