//! What was built, and with what: whether figures of this build mean anything, and which other build
//! they may be held against.

use super::{Group, Level, Line, Subject};
use crate::Build;

fn line(topic: &'static str, level: Level, says: impl Into<String>) -> Line {
    Line::new(Group::Build, topic, level, says)
}

pub(super) fn lines(subject: &Subject<'_>) -> Vec<Line> {
    let build = subject.build;
    vec![
        line("compiler", Level::Ok, format!("{}, for {}", build.rustc, build.target)),
        profile(build),
        lto(build),
        processor(subject),
        lock(build),
        commit(build),
        allocator(subject),
    ]
}

fn profile(build: &Build) -> Line {
    let of = |level, why: &str| line("profile", level, format!("{}{why}", build.profile));
    let remedy = "measure with `cargo bench` or `cargo amdahl`, which build with the bench profile";
    if build.debug_assertions {
        return of(Level::Problem, ", with debug assertions: tens of times slower than a release")
            .remedy(remedy);
    }
    match build.profile.rsplit_once("opt-level ").map(|(_, level)| level) {
        Some("2" | "3") => of(Level::Ok, ", no debug assertions"),
        Some("s" | "z") => of(Level::Warning, ": built to be small, not fast")
            .remedy("set `opt-level = 3` in `[profile.bench]`"),
        Some(_) => of(Level::Problem, ": hardly optimised").remedy(remedy),
        None => of(Level::NotMeasured, ": its optimisation level is not known").remedy(remedy),
    }
}

/// Nothing in a program, nor in what cargo tells a build script, says whether it was linked so.
fn lto(build: &Build) -> Line {
    let asked = build.lto_asked.as_ref().map_or_else(
        || "the manifest asks for none beyond cargo's own choice".to_owned(),
        |lto| format!("the manifest has `lto = {lto}`"),
    );
    line(
        "link-time optimisation",
        Level::Ok,
        format!("{asked}; a setting of cargo's configuration or environment would go before it"),
    )
}

fn processor(subject: &Subject<'_>) -> Line {
    let build = subject.build;
    if build.is_native() {
        return line(
            "target processor",
            Level::Ok,
            "built for the very processor that compiled it",
        )
        .remedy(
            "hold it only against builds with the same flag; without it instructions can be \
                 counted, since Valgrind does not know every extension",
        );
    }
    let has = |feature: &&String| build.target_features.contains(feature);
    let (_, unused): (Vec<&String>, Vec<&String>) = subject.machine.features.iter().partition(has);
    let says = "built for any processor of its target";
    if unused.is_empty() {
        return line("target processor", Level::Ok, says);
    }
    let unused: Vec<&str> = unused.iter().map(|name| name.as_str()).collect();
    line(
        "target processor",
        Level::Ok,
        format!("{says}: {} only where code chooses at run time", unused.join(", ")),
    )
    .remedy("to let the compiler use them everywhere: `RUSTFLAGS=\"-C target-cpu=native\"`")
}

fn lock(build: &Build) -> Line {
    match &build.lock {
        Some(checksum) => line("dependencies", Level::Ok, format!("`Cargo.lock` {checksum}")),
        None => line("dependencies", Level::Warning, "no `Cargo.lock` at or above this folder")
            .remedy("run within the workspace, so that a later run can tell the same dependencies"),
    }
}

fn commit(build: &Build) -> Line {
    match &build.commit {
        Some(commit) if commit.ends_with("+changes") => {
            line("commit", Level::Warning, format!("{commit}: the work tree differs from it"))
                .remedy("commit before a run that is to be kept")
        }
        Some(commit) => line("commit", Level::Ok, commit.as_str()),
        None => line("commit", Level::NotMeasured, "git names none")
            .remedy("run within a git work tree, so that figures can be traced to their code"),
    }
}

fn allocator(subject: &Subject<'_>) -> Line {
    if subject.environment.counts_heap {
        return line("allocator", Level::Ok, "the system's; it counts in workers for heap alone");
    }
    line("allocator", Level::Warning, "the bench target does not declare amdahl's").remedy(
        "add `#[global_allocator] static A: amdahl::Allocator = amdahl::Allocator::new();` to have \
         heap counted",
    )
}
