//! What an analyser concludes, as data: a renderer prints it, a program may read it.

use crate::CaseId;

/// How much a finding matters; the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A result is wrong or missing.
    Problem,
    /// A number must be read with care.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word for it in a report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A named figure that supports a finding, formatted with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What the figure is, such as `blocks per iteration`.
    pub name: String,
    /// The figure with its unit.
    pub value: String,
}

/// One conclusion: which analyser, how severe, about what, one sentence, and its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The analyser's id, such as `disagreement`.
    pub analyser: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The case it is about; none where it is about the whole run.
    pub case: Option<CaseId>,
    /// One sentence.
    pub message: String,
    /// The figures behind it.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// A finding about one case.
    pub fn about(
        analyser: &'static str,
        severity: Severity,
        case: &CaseId,
        message: impl Into<String>,
    ) -> Self {
        Self {
            analyser,
            severity,
            case: Some(case.clone()),
            message: message.into(),
            evidence: Vec::new(),
        }
    }

    /// A finding about the whole run.
    pub fn of_run(analyser: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self { analyser, severity, case: None, message: message.into(), evidence: Vec::new() }
    }

    /// The same finding with one more figure.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.evidence.push(Evidence { name: name.to_owned(), value: value.into() });
        self
    }
}
