//! Variants whose result is wrong or never came.

use super::Analyser;
use crate::summary::Summary;
use crate::{CaseId, Failure, Finding, Outcome, Run, Severity, measurer};

/// Reports every variant that failed its agreement check, once for all its sizes.
pub(super) struct Disagreement;

impl Analyser for Disagreement {
    fn id(&self) -> &'static str {
        "disagreement"
    }

    fn analyse(&self, run: &Run, _: &Summary) -> Vec<Finding> {
        let mut failed: Vec<(&CaseId, &Failure, Vec<String>)> = Vec::new();
        for record in run.records.iter().filter(|record| record.measurer == measurer::CHECK) {
            let Outcome::Failed(failure) = &record.outcome else { continue };
            let case = &record.case;
            let same = failed.iter_mut().find(|(first, how, _)| {
                (&first.kernel, &first.variant, first.threads, how.kind)
                    == (&case.kernel, &case.variant, case.threads, failure.kind)
            });
            match same {
                Some((_, _, sizes)) => sizes.push(case.size.clone()),
                None => failed.push((case, failure, vec![case.size.clone()])),
            }
        }
        let finding = |(case, failure, sizes): (&CaseId, &Failure, Vec<String>)| {
            let message = format!(
                "`{case}`: {}, {}; its figures are not ranked",
                failure.kind.label(),
                failure.reason
            );
            Finding::about(self.id(), Severity::Problem, case, message)
                .with("sizes", sizes.join(", "))
        };
        failed.into_iter().map(finding).collect()
    }
}
