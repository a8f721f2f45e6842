//! What was not measured, and why: nothing is left out in silence.

use super::Analyser;
use crate::format::count;
use crate::summary::Summary;
use crate::{CaseId, Finding, Outcome, Run, Severity, measurer};

/// Reports each reason for not measuring once, and each failure outside the agreement check.
pub(super) struct Missing;

impl Analyser for Missing {
    fn id(&self) -> &'static str {
        "missing"
    }

    fn analyse(&self, run: &Run, _: &Summary) -> Vec<Finding> {
        let mut findings = self.failures(run);
        for gap in gaps(run) {
            let message = format!("{} not measured: {}; {}", gap.measurer, gap.reason, gap.remedy);
            let finding = match gap.cases.as_slice() {
                [only] => Finding::about(self.id(), Severity::Note, only, message),
                _ => Finding::of_run(self.id(), Severity::Note, message),
            };
            findings.push(finding.with("cases", count(gap.cases.len() as f64)));
        }
        findings
    }
}

impl Missing {
    /// A timer's failure costs the case its rank; any other measurer's only a column.
    fn failures(&self, run: &Run) -> Vec<Finding> {
        let others = run.records.iter().filter(|record| record.measurer != measurer::CHECK);
        others
            .filter_map(|record| {
                let Outcome::Failed(failure) = &record.outcome else { return None };
                let timer = measurer::TIMERS.contains(&record.measurer.as_str());
                let severity = if timer { Severity::Problem } else { Severity::Warning };
                let message = format!(
                    "`{}`: {} under `{}`, {}",
                    record.case,
                    failure.kind.label(),
                    record.measurer,
                    failure.reason
                );
                Some(Finding::about(self.id(), severity, &record.case, message))
            })
            .collect()
    }
}

/// One reason why some cases have no figures of a measurer.
pub(crate) struct Gap<'a> {
    pub measurer: &'a str,
    pub reason: &'a str,
    pub remedy: &'a str,
    pub cases: Vec<&'a CaseId>,
}

/// The distinct reasons for not measuring, in the order of the records.
pub(crate) fn gaps(run: &Run) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    for record in &run.records {
        let Outcome::NotMeasured { reason, remedy } = &record.outcome else { continue };
        let measurer = record.measurer.as_str();
        let known = gaps.iter_mut().find(|gap| {
            (gap.measurer, gap.reason, gap.remedy) == (measurer, reason.as_str(), remedy.as_str())
        });
        match known {
            Some(gap) => gap.cases.push(&record.case),
            None => gaps.push(Gap { measurer, reason, remedy, cases: vec![&record.case] }),
        }
    }
    gaps
}
