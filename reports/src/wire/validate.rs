//! What must hold between the records of a run, whoever made it.

use std::collections::HashSet;

use super::WireError;
use crate::{CaseId, Outcome, Run, measurer};

/// Checks that every record belongs to a declared kernel, and that nothing was measured of a case
/// whose agreement was not. A limit of the machine is no case of the kernel beside which it was
/// taken; its result is held to a reference of its own.
///
/// # Errors
///
/// [`WireError::UnknownKernel`] or [`WireError::Unchecked`], for the first record that breaks it.
pub fn validate(run: &Run) -> Result<(), WireError> {
    let kernels: HashSet<&str> = run.kernels.iter().map(|kernel| kernel.id.as_str()).collect();
    let agreed: HashSet<&CaseId> = measured_cases(run)
        .filter(|(_, by)| *by == measurer::CHECK)
        .map(|(case, _)| case)
        .collect();
    if let Some(record) = run.records.iter().find(|r| !kernels.contains(r.case.kernel.as_str())) {
        return Err(WireError::UnknownKernel { case: record.case.clone() });
    }
    let unchecked =
        |(case, by): &(&CaseId, &str)| *by != measurer::CEILING && !agreed.contains(case);
    match measured_cases(run).find(unchecked) {
        None => Ok(()),
        Some((case, by)) => {
            Err(WireError::Unchecked { case: case.clone(), measurer: by.to_owned() })
        }
    }
}

fn measured_cases(run: &Run) -> impl Iterator<Item = (&CaseId, &str)> {
    run.records
        .iter()
        .filter(|record| matches!(record.outcome, Outcome::Measured(_)))
        .map(|record| (&record.case, record.measurer.as_str()))
}
