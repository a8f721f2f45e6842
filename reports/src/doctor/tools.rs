//! What is installed, and what each of the missing would add.

use super::{Group, Level, Line, Subject};

/// A program that helps: its name, what it is for, and how it is had.
struct Known {
    name: &'static str,
    adds: &'static str,
    remedy: &'static str,
}

/// The programs looked for.
const KNOWN: [Known; 2] = [
    Known {
        name: "valgrind",
        adds: "`cargo amdahl measure --measure instructions`, which no neighbour disturbs",
        remedy: "install it: `apt-get install valgrind`, `dnf install valgrind`",
    },
    Known {
        name: "perf",
        adds: "hardware counters, beside this harness: `perf stat`, `perf record`",
        remedy: "install it: `apt-get install linux-perf`, `dnf install perf`",
    },
];

/// The programs that the doctor looks for.
pub fn tools() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

pub(super) fn lines(subject: &Subject<'_>) -> Vec<Line> {
    let found = &subject.environment.tools;
    let line = |known: &Known| {
        let version = found.iter().find(|tool| tool.name == known.name)?.version.as_ref();
        let of = |level, says| Line::new(Group::Tools, known.name, level, says);
        Some(match version {
            Some(version) => of(Level::Ok, version.clone()),
            None => of(Level::NotMeasured, format!("not found; it would add {}", known.adds))
                .remedy(known.remedy),
        })
    };
    KNOWN.iter().filter_map(line).collect()
}
