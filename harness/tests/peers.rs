//! Peers in whole runs: one that agrees beside ones that go wrong in every way a peer can.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use amdahl_reports::summary::{Status, summarise};
use amdahl_reports::{CaseId, FailureKind, Metric, Outcome, Run, measurer, wire};
use common::{Sandbox, assert_code, example, stderr, stdout};

/// A sandbox with a folder of peers.
struct Peered(Sandbox);

impl Peered {
    /// With a stub of each behaviour, under its own name.
    fn with(behaviours: &[&str]) -> Self {
        let own = Self(Sandbox::of("peered"));
        let stub = example("stub_peer").display().to_string();
        for behaviour in behaviours {
            let start = format!("start = [{stub:?}, {behaviour:?}]");
            own.write(behaviour, &format!("language = \"Stub\"\nprotocol = 3\n{start}\n"));
        }
        own
    }

    fn folder(&self) -> PathBuf {
        self.0.target().join("peers")
    }

    fn write(&self, peer: &str, manifest: &str) {
        let folder = self.folder().join(peer);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("peer.toml"), manifest).expect("a manifest");
    }

    fn command(&self, words: &str) -> Command {
        let mut command = self.0.command();
        command
            .args(words.split_whitespace())
            .env("AMDAHL_CLI", "1")
            .env("AMDAHL_EXAMPLE_PEERS", self.folder());
        command
    }

    fn amdahl(&self, words: &str) -> Output {
        self.0.run(&mut self.command(words))
    }

    fn run(&self) -> Run {
        wire::decode(self.0.read("report/records.jsonl").as_bytes()).expect("readable records")
    }
}

fn case(variant: &str, size: &str, threads: usize) -> CaseId {
    CaseId::new("sum", variant, size, threads)
}

/// How a case of the run went wrong under a measurer.
fn failure(run: &Run, case: &CaseId, by: &str) -> (FailureKind, String) {
    match &run.record(case, by).unwrap_or_else(|| panic!("{case}: no record of {by}")).outcome {
        Outcome::Failed(failure) => (failure.kind, failure.reason.clone()),
        other => panic!("{case} did not fail: {other:?}"),
    }
}

#[test]
fn a_peer_that_agrees_is_timed_in_the_rounds_of_our_cases_and_stands_in_their_table() {
    let own = Peered::with(&["agrees"]);
    // Time for both sizes.
    assert_code(&own.amdahl("measure sum --budget 9s"), 0);
    let run = own.run();
    assert_eq!(run.info.peers.len(), 1);
    assert_eq!(run.info.peers[0].versions, [("Stub".to_owned(), "1.2.3".to_owned())]);

    let rounds = |case: &CaseId| {
        let timed =
            run.measurement(case, measurer::INTERLEAVED).unwrap_or_else(|| panic!("{case}"));
        timed.series[0].totals.len()
    };
    let ours = rounds(&case("naive", "20000", 1));
    assert_eq!(rounds(&case("agrees.fold", "20000", 1)), ours);
    assert_eq!(rounds(&case("agrees.both", "20000", 1)), ours);
    let check =
        run.measurement(&case("agrees.fold", "20000", 1), measurer::CHECK).expect("checked");
    assert!(check.series.iter().any(|series| series.metric == Metric::COLD_TIME.id));
    assert!(run.measurement(&case("agrees.fold", "20000", 1), measurer::WORK).is_some());
    assert!(run.measurement(&case("agrees.early", "1000", 1), measurer::INTERLEAVED).is_some());
    assert!(
        !run.records.iter().any(|record| {
            record.case.variant.contains('.') && record.measurer == measurer::HEAP
        })
    );

    // Cells keep their words together.
    let page = own.0.read("report/kernels/sum.md").replace('\u{a0}', " ");
    assert!(page.contains("`fold` (Stub)"), "{page}");
    let info =
        run.kernel("sum").and_then(|kernel| kernel.variant("agrees.both")).expect("a variant");
    assert_eq!((info.lines, info.language.as_deref()), (Some(9), Some("Stub")));
}

#[test]
fn what_a_peer_leaves_in_its_folder_for_temporary_files_goes_with_the_run() {
    let own = Peered::with(&["agrees"]);
    let folder = own.0.target().join("temporary");
    fs::create_dir_all(&folder).expect("a folder");
    let mut command = own.command("measure sum --budget 3s");
    assert_code(&own.0.run(command.env("TMPDIR", &folder)), 0);
    let run = own.run();
    let ran = run.measurement(&case("agrees.fold", "20000", 1), measurer::CHECK);
    assert!(ran.is_some(), "a peer that ran, and wrote a file of its own");
    let left: Vec<_> = fs::read_dir(&folder).expect("a folder").flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_looked_at_beside_peers_alone_for_them_and_for_ours() {
    let own = Peered::with(&["agrees"]);
    assert_code(&own.amdahl("measure sum"), 0);
    let run = own.run();
    for variant in ["naive", "agrees.fold"] {
        let seen = run.measurement(&case(variant, "20000", 1), measurer::RESIDENT);
        assert_eq!(seen.expect(variant).series[0].metric, Metric::RESIDENT_PEAK.id);
    }
    let longest = run.records.iter().filter(|record| record.case.kernel == "longest");
    assert_eq!(longest.filter(|record| record.measurer == measurer::RESIDENT).count(), 0);
}

#[test]
fn what_a_bad_peer_does_costs_its_own_rows_and_the_others_go_on() {
    let own = Peered::with(&["agrees", "off_by_one", "drifts", "hangs", "dies", "floods"]);
    assert_code(&own.amdahl("measure sum/.*(naive|fold)/ --timeout 3s"), 2);
    let run = own.run();
    let fold = |peer: &str| case(&format!("{peer}.fold"), "20000", 1);

    let (kind, reason) = failure(&run, &fold("off_by_one"), measurer::CHECK);
    assert_eq!(kind, FailureKind::Disagreed);
    assert!(reason.contains("differs from `naive` in its result"), "{reason}");
    assert_eq!(failure(&run, &fold("drifts"), measurer::WORK).0, FailureKind::Disagreed);
    assert_eq!(failure(&run, &fold("hangs"), measurer::CHECK).0, FailureKind::TimedOut);
    let dead: Vec<(FailureKind, String)> = run
        .records
        .iter()
        .filter(|record| record.case == fold("dies"))
        .filter_map(|record| match &record.outcome {
            Outcome::Failed(failure) => Some((failure.kind, failure.reason.clone())),
            _ => None,
        })
        .collect();
    assert!(
        dead.iter().any(|(kind, reason)| *kind == FailureKind::Died
            && reason.contains("a segment was violated")),
        "{dead:?}"
    );

    let summary = summarise(&run);
    let size = summary.kernels[0].largest_size().expect("measured");
    let status = |case: &CaseId| {
        let row = size.rows_with_peers().find(|row| row.case == *case);
        row.unwrap_or_else(|| panic!("no row of {case}")).status.clone()
    };
    for peer in ["off_by_one", "drifts", "hangs"] {
        assert!(matches!(status(&fold(peer)), Status::Failed { .. }), "{peer}");
    }
    for good in [fold("agrees"), fold("floods"), case("naive", "20000", 1)] {
        assert_eq!(status(&good), Status::Agreed);
        assert!(run.measurement(&good, measurer::INTERLEAVED).is_some(), "{good}");
    }
}

#[test]
fn peers_that_cannot_be_started_are_a_row_each_with_a_remedy_and_no_failure_of_the_run() {
    let own = Peered::with(&["crashes", "old"]);
    own.write(
        "absent",
        "language = \"Stub\"\nprotocol = 3\nstart = [\"{venv}/run\"]\ninstall = [[\"true\"]]\n",
    );
    own.write("ancient", "language = \"Stub\"\nprotocol = 1\nstart = [\"true\"]\n");
    own.write("broken", "language = \"Stub\"\n");
    own.write("lost", "language = \"Stub\"\nprotocol = 3\nstart = [\"no-such-program\"]\n");
    let shell = |peer: &str, script: &str| {
        let start = format!("start = [\"sh\", \"-c\", {script:?}]");
        own.write(peer, &format!("language = \"Shell\"\nprotocol = 3\n{start}\n"));
    };
    shell("mute", "exec >&-; exec sleep 600");
    shell("rubbish", "echo hello; exec cat >&2");
    let output = own.amdahl("measure sum");
    assert_code(&output, 0);
    let run = own.run();
    let missing = |name: &str| {
        let peer = run.info.peers.iter().find(|peer| peer.name == name);
        peer.and_then(|peer| peer.missing.clone())
            .unwrap_or_else(|| panic!("{name} is not missing"))
    };
    assert!(missing("crashes").reason.contains("no module named numbers"));
    assert!(missing("old").reason.contains("speaks protocol 1"), "{:?}", missing("old"));
    assert!(missing("ancient").reason.contains("protocol 1, this program"));
    assert_eq!(missing("absent").reason, "it is not installed");
    assert!(missing("absent").remedy.contains("cargo amdahl peers install absent"));
    assert!(missing("broken").reason.contains("missing field"));
    assert!(missing("mute").reason.contains("process died"), "{:?}", missing("mute"));
    assert!(missing("rubbish").reason.contains("broke the protocol"));
    assert!(missing("lost").reason.contains("no-such-program"));
    assert!(stderr(&output).contains("peer absent: not measured: it is not installed"));
    let page = own.0.read("report/README.md");
    for name in ["crashes", "old", "ancient", "absent", "broken", "lost", "mute"] {
        assert!(page.contains(name), "{name}: {page}");
    }
}

#[test]
fn a_result_that_breaks_our_own_worker_costs_its_peer_alone() {
    let own = Peered::with(&["huge"]);
    let stub = example("stub_peer").display().to_string();
    own.write(
        "later",
        &format!("language = \"Stub\"\nprotocol = 3\nstart = [{stub:?}, \"agrees\"]\n"),
    );
    assert_code(&own.amdahl("measure sum/.*(naive|fold)/20000"), 2);
    let run = own.run();
    failure(&run, &case("huge.fold", "20000", 1), measurer::CHECK);
    assert!(run.measurement(&case("later.fold", "20000", 1), measurer::WORK).is_some());
}

#[test]
fn a_slow_peer_is_timed_by_plain_runs() {
    let own = Peered::with(&["slow"]);
    assert_code(&own.amdahl("measure sum/.*(naive|fold)/20000"), 0);
    let run = own.run();
    let slow = case("slow.fold", "20000", 1);
    assert!(run.measurement(&slow, measurer::PLAIN).is_some());
    assert!(run.measurement(&slow, measurer::INTERLEAVED).is_none());
}

#[test]
fn peers_are_left_out_where_that_is_asked_for() {
    let own = Peered::with(&["agrees"]);
    assert_code(&own.amdahl("measure sum --no-peers --budget 1s"), 0);
    assert_eq!(own.run().info.peers, []);
    let output = own.0.run(own.command("measure sum --budget 1s").env("AMDAHL_PEERS", "off"));
    assert_code(&output, 0);
    assert!(!own.run().records.iter().any(|record| record.case.variant.contains('.')));
}

#[test]
fn a_peer_is_listed_installed_and_out_of_date_once_what_it_depends_on_changes() {
    let own = Peered::with(&[]);
    let stub = example("stub_peer").display().to_string();
    own.write(
        "stub",
        &format!(
            "language = \"Stub\"\nprotocol = 3\nstart = [\"{{venv}}/peer\", \"agrees\"]\n\
             install = [[\"mkdir\", \"-p\", \"{{venv}}\"], [\"ln\", \"-sf\", {stub:?}, \"{{venv}}/peer\"]]\n\
             depends = [\"needs.txt\"]\n[variants]\nsum = [\"fold\"]\n"
        ),
    );
    let needs = own.folder().join("stub/needs.txt");
    fs::write(&needs, "one").expect("a file");

    let listed = stdout(&own.amdahl("peers"));
    assert!(listed.contains("stub (Stub): not installed, 1 kernel, 1 variant"), "{listed}");
    assert!(listed.contains("cargo amdahl peers install stub"), "{listed}");

    assert_code(&own.amdahl("peers install stub"), 0);
    let listed = stdout(&own.amdahl("peers"));
    assert!(listed.contains("stub (Stub): installed, 1 kernel, 3 variants"), "{listed}");
    assert!(listed.contains("Stub 1.2.3"), "{listed}");

    fs::write(&needs, "two").expect("a file");
    let listed = stdout(&own.amdahl("peers"));
    assert!(listed.contains("out of date") && listed.contains("has changed"), "{listed}");
}

#[test]
fn an_installation_that_fails_ends_with_1_and_advice_and_leaves_it_not_installed() {
    let own = Peered::with(&[]);
    own.write(
        "stub",
        "language = \"Stub\"\nprotocol = 3\nstart = [\"true\"]\n\
         install = [[\"sh\", \"-c\", \"echo no network >&2; exit 7\"]]\n",
    );
    let output = own.amdahl("peers install stub");
    assert_code(&output, 1);
    let said = stderr(&output);
    assert!(said.contains("no network") && said.contains("exit status: 7"), "{said}");
    assert!(said.contains("cargo amdahl peers install stub"), "{said}");
    assert!(stdout(&own.amdahl("peers")).contains("not installed"));
    let unknown = own.amdahl("peers install nobody");
    assert_code(&unknown, 1);
    assert!(stderr(&unknown).contains("the peers are stub"), "{}", stderr(&unknown));
}
