//! Records by case and measurer, so that a run of thousands is not searched for every cell.

use std::collections::{HashMap, HashSet};

use crate::{CaseId, Failure, Measurement, Outcome, Record, Run, measurer};

/// Finds the records of a case, and the cases of a kernel.
pub(super) struct Index<'a> {
    records: HashMap<(&'a CaseId, &'a str), &'a Record>,
    cases: HashMap<&'a str, Vec<&'a CaseId>>,
    peers: HashMap<&'a str, Vec<&'a CaseId>>,
    ceilings: HashMap<&'a str, Vec<&'a CaseId>>,
    swaps: HashMap<&'a str, Vec<&'a CaseId>>,
}

impl<'a> Index<'a> {
    /// Indexes a run; of two records of one measurer for one case the first counts, as in
    /// [`Run::record`].
    pub fn new(run: &'a Run) -> Self {
        let mut records = HashMap::new();
        let mut cases: HashMap<&str, Vec<&CaseId>> = HashMap::new();
        let mut peers: HashMap<&str, Vec<&CaseId>> = HashMap::new();
        let mut ceilings: HashMap<&str, Vec<&CaseId>> = HashMap::new();
        let mut swaps: HashMap<&str, Vec<&CaseId>> = HashMap::new();
        let mut seen = HashSet::new();
        for record in run.records.iter().filter(|record| record.measurer == measurer::SWAP) {
            // The all-reference composition is a case of its own right besides.
            let kernel = run.kernel(&record.case.kernel);
            let is_declared = kernel.is_some_and(|own| own.variant(&record.case.variant).is_some());
            if is_declared || seen.insert(&record.case) {
                swaps.entry(&record.case.kernel).or_default().push(&record.case);
            }
        }
        for record in &run.records {
            records.entry((&record.case, record.measurer.as_str())).or_insert(record);
            if !seen.insert(&record.case) {
                continue;
            }
            if record.measurer == measurer::CEILING {
                ceilings.entry(&record.case.kernel).or_default().push(&record.case);
            } else if run
                .kernel(&record.case.kernel)
                .is_some_and(|kernel| kernel.is_peer(&record.case.variant))
            {
                peers.entry(&record.case.kernel).or_default().push(&record.case);
            } else {
                cases.entry(&record.case.kernel).or_default().push(&record.case);
            }
        }
        Self { records, cases, peers, ceilings, swaps }
    }

    /// The cases of peers, which are none of the kernel's own.
    pub fn peers(&self, kernel: &str) -> &[&'a CaseId] {
        self.peers.get(kernel).map_or(&[], Vec::as_slice)
    }

    /// The kernel's cases, in the order in which records first name them.
    pub fn cases(&self, kernel: &str) -> &[&'a CaseId] {
        self.cases.get(kernel).map_or(&[], Vec::as_slice)
    }

    /// The ceilings of the machine that were measured beside the kernel's cases.
    pub fn ceilings(&self, kernel: &str) -> &[&'a CaseId] {
        self.ceilings.get(kernel).map_or(&[], Vec::as_slice)
    }

    /// The compositions of the pipeline that were swapped or swapped against, in the order of their
    /// records.
    pub fn swaps(&self, kernel: &str) -> &[&'a CaseId] {
        self.swaps.get(kernel).map_or(&[], Vec::as_slice)
    }

    /// What came of a measurer.
    pub fn outcome(&self, case: &CaseId, measurer: &str) -> Option<&'a Outcome> {
        self.records.get(&(case, measurer)).map(|record| &record.outcome)
    }

    /// What a measurer measured.
    pub fn measurement(&self, case: &CaseId, measurer: &str) -> Option<&'a Measurement> {
        match self.outcome(case, measurer)? {
            Outcome::Measured(measurement) => Some(measurement),
            _ => None,
        }
    }

    /// How a measurer's case went wrong.
    pub fn failure(&self, case: &CaseId, measurer: &str) -> Option<&'a Failure> {
        match self.outcome(case, measurer)? {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}
