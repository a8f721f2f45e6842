//! The doctor: each line where all is well and where it is not, and what the verdict makes of them.

use amdahl_reports::doctor::{Diagnosis, Level, Line, Subject, doctor_document};
use amdahl_reports::wire::{decode, encode, v1};
use amdahl_reports::{Busy, Report, RunInfo, SelfTest, Tool, render, report};

use crate::place::{environment, self_test};
use crate::plant::{Plant, info};

/// The line about a topic after a change to a place that is in order.
fn line(topic: &str, change: impl FnOnce(&mut RunInfo)) -> Line {
    let mut place = desktop();
    change(&mut place);
    let diagnosis = diagnose(&place);
    let found = diagnosis.lines.iter().find(|line| line.topic == topic);
    found.unwrap_or_else(|| panic!("{topic}: {diagnosis:?}")).clone()
}

fn diagnose(place: &RunInfo) -> Diagnosis {
    Diagnosis::of(&Subject::of(place).expect("an environment"))
}

/// A quiet machine without a hypervisor, and a clean release build.
fn desktop() -> RunInfo {
    let mut place = info();
    place.machine.hypervisor = None;
    place.build.commit = Some("0123abc".to_owned());
    place
}

fn around(place: &mut RunInfo) -> &mut amdahl_reports::Environment {
    place.environment.as_mut().expect("an environment")
}

#[track_caller]
fn assert_line(topic: &str, level: Level, said: &str, change: impl FnOnce(&mut RunInfo)) {
    let line = line(topic, change);
    assert_eq!(line.level, level, "{line:?}");
    assert!(line.says.contains(said), "{line:?}");
    let needs_remedy = level != Level::Ok;
    assert!(!needs_remedy || line.remedy.is_some(), "what to do? {line:?}");
}

#[test]
fn a_quiet_desktop_is_fit_and_every_line_of_it_is_ok() {
    let diagnosis = diagnose(&desktop());
    for line in &diagnosis.lines {
        assert_eq!(line.level, Level::Ok, "{line:?}");
    }
    assert_eq!(diagnosis.level(), Level::Ok);
    assert!(diagnosis.verdict().starts_with("fit for measuring; "), "{}", diagnosis.verdict());
}

#[test]
fn a_build_that_is_none_to_measure_is_a_problem() {
    assert_line("profile", Level::Problem, "debug assertions", |place| {
        place.build.debug_assertions = true;
    });
    assert_line("profile", Level::Problem, "hardly optimised", |place| {
        place.build.profile = "debug, opt-level 1".to_owned();
    });
    assert_line("profile", Level::Warning, "small", |place| {
        place.build.profile = "release, opt-level s".to_owned();
    });
    assert_line("profile", Level::NotMeasured, "not known", |place| {
        place.build.profile = "custom".to_owned();
    });
}

#[test]
fn what_a_build_cannot_be_traced_to_is_said() {
    assert_line("dependencies", Level::Warning, "no `Cargo.lock`", |place| place.build.lock = None);
    assert_line("commit", Level::NotMeasured, "git", |place| place.build.commit = None);
    assert_line("commit", Level::Warning, "differs", |place| {
        place.build.commit = Some("0123abc+changes".to_owned());
    });
    assert_line("link-time optimisation", Level::Ok, "lto = \"fat\"", |place| {
        place.build.lto_asked = Some("\"fat\"".to_owned());
    });
    assert_line("allocator", Level::Warning, "does not declare", |place| {
        around(place).counts_heap = false;
    });
}

#[test]
fn a_build_for_its_own_processor_is_told_from_one_for_any() {
    let any = line("target processor", |_| {});
    assert!(any.says.contains("avx2, fma only where code chooses"), "{any:?}");
    let all = line("target processor", |place| {
        place.build.target_features = vec!["avx2".to_owned(), "fma".to_owned()];
    });
    assert_eq!((all.says.contains("only where"), all.remedy), (false, None));
    let native = line("target processor", |place| {
        place.build.rustflags = "-C target-cpu=native".to_owned();
    });
    assert!(native.says.contains("very processor"), "{native:?}");
    assert!(native.remedy.expect("advice").contains("same flag"));
}

#[test]
fn settings_that_move_the_clock_are_warnings() {
    assert_line("virtualisation", Level::Warning, "KVM", |place| {
        place.machine.hypervisor = Some("KVM".to_owned());
    });
    assert_line("governor", Level::Warning, "powersave", |place| {
        around(place).governors = vec!["performance".to_owned(), "powersave".to_owned()];
    });
    assert_line("boost", Level::Warning, "on", |place| around(place).boost = Some(true));
    assert_line("cores", Level::Warning, "2 logical", |place| {
        around(place).threads_per_core = Some(2);
    });
    assert_line("heat", Level::Problem, "3 times", |place| around(place).throttled = Some(3));
    assert_line("addresses", Level::Warning, "not randomised", |place| {
        around(place).address_randomisation = Some(0);
    });
    assert_line("huge pages", Level::Ok, "two levels", |place| {
        around(place).huge_pages = Some("always".to_owned());
    });
}

#[test]
fn a_coarse_clock_is_a_warning_however_it_is_coarse() {
    assert_line("clock", Level::Warning, "hpet", |place| {
        place.machine.clock_source = Some("hpet".to_owned());
    });
    assert_line("clock", Level::Warning, "costs 2.00 µs", |place| {
        place.conditions.clock_cost_ns = 2_000.0;
    });
    assert_line("clock", Level::Warning, "step 1.00 ms", |place| {
        place.conditions.clock_step_ns = 1e6;
    });
}

#[test]
fn neighbours_are_warnings_and_a_host_that_gives_little_is_a_problem() {
    let steal = |percent| move |place: &mut RunInfo| place.conditions.steal_percent = Some(percent);
    assert_line("steal", Level::Warning, "2.0 %", steal(2.0));
    assert_line("steal", Level::Problem, "25.0 %", steal(25.0));
    let load = |load| move |place: &mut RunInfo| place.conditions.load_before = Some(load);
    assert_line("load", Level::Warning, "0.800", load(0.8));
    assert_line("load", Level::Warning, "no processor was free", load(2.5));
    assert_line(
        "processes",
        Level::Warning,
        "`a` (90 %), `b` (50 %), `c` (20 %) and 1 more",
        |place| {
            let busy = |name: &str, processors| Busy { name: name.to_owned(), processors };
            around(place).busy = Some(vec![
                busy("a", 0.9),
                busy("b", 0.5),
                busy("c", 0.2),
                busy("d", 0.1),
                busy("e", 0.01),
            ]);
        },
    );
    assert_line("processes", Level::Ok, "no other", |place| {
        around(place).busy = Some(vec![Busy { name: "e".to_owned(), processors: 0.01 }]);
    });
}

#[test]
fn a_quota_is_a_warning_and_a_problem_once_it_bites() {
    let quota = |quota, held_back| {
        move |place: &mut RunInfo| {
            around(place).cpu_quota = Some(quota);
            around(place).quota_exhausted = Some(held_back);
        }
    };
    assert_line("quota", Level::Ok, "none", quota(f64::INFINITY, 0));
    assert_line("quota", Level::Ok, "2.00 of 2", quota(2.0, 0));
    assert_line("quota", Level::Warning, "1.50 of 2", quota(1.5, 0));
    assert_line("quota", Level::Problem, "0.500 of 2", quota(0.5, 0));
    assert_line("quota", Level::Problem, "held back", quota(1.5, 7));
}

#[test]
fn what_the_system_does_not_tell_is_not_measured_and_never_zero() {
    let mut place = desktop();
    place.environment = Some(amdahl_reports::Environment {
        tools: environment().tools,
        ..amdahl_reports::Environment::default()
    });
    place.conditions.steal_percent = None;
    place.conditions.load_before = None;
    let lines = diagnose(&place).lines;
    let topics = [
        "governor",
        "boost",
        "cores",
        "heat",
        "addresses",
        "huge pages",
        "steal",
        "load",
        "processes",
        "quota",
        "self-test",
    ];
    for topic in topics {
        let line = lines.iter().find(|line| line.topic == topic).expect("a line");
        assert_eq!(line.level, Level::NotMeasured, "{line:?}");
        assert!(line.remedy.is_some() && !line.says.contains('0'), "{line:?}");
    }
}

#[test]
fn a_missing_tool_says_what_it_would_add() {
    let missing = |name: &'static str| {
        move |place: &mut RunInfo| {
            for tool in around(place).tools.iter_mut().filter(|tool| tool.name == name) {
                *tool = Tool { name: name.to_owned(), version: None };
            }
        }
    };
    assert_line("valgrind", Level::NotMeasured, "--measure instructions", missing("valgrind"));
    assert_line("perf", Level::NotMeasured, "hardware counters", missing("perf"));
}

#[test]
fn the_smallest_effect_follows_the_noise_of_pairs_and_what_they_differ_by_anyway() {
    let with = |spread, bias| {
        move |place: &mut RunInfo| {
            around(place).self_test = Some(self_test(spread, bias));
        }
    };
    assert_line("smallest effect", Level::Ok, "seen 9 times in 10", with(0.002, 0.0));
    assert_line("smallest effect", Level::Warning, "%", with(0.1, 0.0));
    assert_line("smallest effect", Level::Problem, "%", with(0.9, 0.0));
    assert_line("in turn", Level::Warning, "although they do the same", with(0.002, 0.03));
    assert_line("smallest effect", Level::Warning, "3.", with(0.002, 0.03));
    assert_line("separate runs", Level::Warning, "8 processes", with(0.1, 0.0));
    assert_line("in turn", Level::Warning, "in the worst of 2 tries", |place| {
        let mut test = self_test(0.002, 0.0);
        test.second_ns[30..].iter_mut().for_each(|time| *time *= 1.03);
        around(place).self_test = Some(test);
    });
    assert_line("smallest effect", Level::NotMeasured, "too few", |place| {
        let few =
            SelfTest { first_ns: vec![1.0; 5], second_ns: vec![1.0; 5], ..SelfTest::default() };
        around(place).self_test = Some(few);
    });
}

#[test]
fn the_verdict_names_problems_before_warnings() {
    let mut place = info();
    let warned = diagnose(&place).verdict();
    assert!(warned.contains("with care: 2 warnings (commit and virtualisation)"), "{warned}");
    place.build.debug_assertions = true;
    around(&mut place).quota_exhausted = Some(1);
    around(&mut place).cpu_quota = Some(1.0);
    let refused = diagnose(&place).verdict();
    assert!(refused.starts_with("not fit for measuring: profile and quota; "), "{refused}");
}

#[test]
fn a_report_carries_the_verdict_and_one_of_a_run_that_did_not_look_carries_none() {
    let page = |info| {
        let mut run = Plant::new().0;
        run.info = info;
        let text = render::markdown(&Report::new(&run).document());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let with = page(info());
    assert!(with.contains("| doctor | fit for measuring variants in turn"), "{with}");
    assert!(with.contains("What the doctor saw: 0 problems, 2 warnings"), "{with}");
    let without = page(RunInfo { environment: None, ..info() });
    assert!(!without.contains("doctor"), "{without}");
    let mut run = Plant::new().0;
    run.info.environment = None;
    let json = report(&run).into_iter().find(|file| file.path == "report.json").expect("a file");
    assert!(json.contents.contains("\"doctor\": null"), "{}", json.contents);
}

#[test]
fn the_diagnosis_of_a_guest_reads_as_committed() {
    let mut place = info();
    place.build.debug_assertions = true;
    around(&mut place).governors = Vec::new();
    around(&mut place).busy = Some(vec![Busy { name: "browser".to_owned(), processors: 0.4 }]);
    around(&mut place).tools[0].version = None;
    insta::assert_snapshot!(render::terminal(&doctor_document(&diagnose(&place))));
}

#[test]
fn the_diagnosis_for_programs_holds_the_readings_too() {
    let place = info();
    let subject = Subject::of(&place).expect("an environment");
    let wire = v1::Diagnosis::new(&subject, &Diagnosis::of(&subject));
    assert_eq!((wire.level.as_str(), wire.version), ("warning", 1));
    let text = serde_json::to_string(&wire).expect("JSON");
    let back: v1::Diagnosis = serde_json::from_str(&text).expect("what was written");
    assert_eq!(amdahl_reports::Environment::from(back.environment), environment());
    assert!(back.lines.iter().any(|line| line.group == "self_test" && line.level == "ok"));
}

#[test]
fn records_of_a_run_that_did_not_look_around_are_read_as_before() {
    let mut run = Plant::new().0;
    run.info.environment = None;
    run.info.build.target_features = Vec::new();
    let text = encode(&run);
    for field in ["environment", "target_features", "lto_asked"] {
        assert!(!text.contains(field), "{text}");
    }
    assert_eq!(decode(text.as_bytes()).expect("an intact file"), run);
}
