//! Whether a place is fit for measuring: readings in, lines and a verdict out.
//!
//! One file a group of lines. A line says what was found, how bad that is and what to do about it;
//! nothing here reads a machine. The command `doctor` prints the lines, a report's head the verdict.

mod build;
mod document;
mod machine;
mod neighbours;
mod self_test;
mod tools;

pub use document::doctor_document;
pub(crate) use document::point;
pub use tools::tools;

use crate::{Build, Conditions, Environment, Machine, RunInfo, format};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// The build.
    pub build: &'a Build,
    /// What the machine was doing meanwhile.
    pub conditions: &'a Conditions,
    /// What surrounds it.
    pub environment: &'a Environment,
}

impl<'a> Subject<'a> {
    /// The place of a run; none where its surroundings were not looked at.
    pub fn of(info: &'a RunInfo) -> Option<Self> {
        Some(Self {
            machine: &info.machine,
            build: &info.build,
            conditions: &info.conditions,
            environment: info.environment.as_ref()?,
        })
    }
}

/// How bad a line is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to do.
    Ok,
    /// It could not be read, or was not tried.
    NotMeasured,
    /// Figures must be read with care.
    Warning,
    /// Figures made here mislead.
    Problem,
}

impl Level {
    /// The word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotMeasured => "not measured",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// The groups of lines, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What was built, and with what.
    Build,
    /// How the machine is set.
    Machine,
    /// Who else is at work.
    Neighbours,
    /// What is installed.
    Tools,
    /// What two measurements of the same thing differ by.
    SelfTest,
}

impl Group {
    /// Every group, in its order.
    pub const ALL: [Self; 5] =
        [Self::Build, Self::Machine, Self::Neighbours, Self::Tools, Self::SelfTest];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Build => "Build",
            Self::Machine => "Machine",
            Self::Neighbours => "Neighbours",
            Self::Tools => "Tools",
            Self::SelfTest => "Self-test",
        }
    }

    /// Its id, for programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Machine => "machine",
            Self::Neighbours => "neighbours",
            Self::Tools => "tools",
            Self::SelfTest => "self_test",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The group it stands in.
    pub group: Group,
    /// What was looked at, in a word or two.
    pub topic: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub says: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Line {
    fn new(group: Group, topic: &'static str, level: Level, says: impl Into<String>) -> Self {
        Self { group, topic, level, says: says.into(), remedy: None }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// Everything the doctor has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The lines, by group.
    pub lines: Vec<Line>,
    /// The smallest effect that can be told from noise between two variants measured in turn, as a
    /// fraction, where that was tried.
    pub smallest_effect: Option<f64>,
}

impl Diagnosis {
    /// Looks at everything.
    pub fn of(subject: &Subject<'_>) -> Self {
        let groups: [fn(&Subject<'_>) -> Vec<Line>; 5] =
            [build::lines, machine::lines, neighbours::lines, tools::lines, self_test::lines];
        let lines = groups.iter().flat_map(|lines| lines(subject)).collect();
        let self_test = subject.environment.self_test.as_ref();
        Self { lines, smallest_effect: self_test.and_then(self_test::smallest_effect) }
    }

    /// The worst level of any line.
    pub fn level(&self) -> Level {
        self.lines.iter().map(|line| line.level).max().unwrap_or(Level::NotMeasured)
    }

    /// The verdict in a sentence or two, without a full stop.
    pub fn verdict(&self) -> String {
        let topics = |level| -> Vec<String> {
            let of_level = self.lines.iter().filter(|line| line.level == level);
            of_level.map(|line| line.topic.to_owned()).collect()
        };
        let (problems, warnings) = (topics(Level::Problem), topics(Level::Warning));
        let fit = match (problems.as_slice(), warnings.as_slice()) {
            ([], []) => "fit for measuring".to_owned(),
            ([], some) => format!("fit for measuring variants in turn, with care: {}", count(some)),
            (some, _) => format!("not fit for measuring: {}", format::list(some)),
        };
        match self.smallest_effect.map(format::percent) {
            None => fit,
            Some(effect) => format!(
                "{fit}; differences from {effect} on can be told between variants measured in turn"
            ),
        }
    }
}

/// `2 warnings (governor and load)`.
fn count(topics: &[String]) -> String {
    format!("{} ({})", format::plural(topics.len(), "warning"), format::list(topics))
}
