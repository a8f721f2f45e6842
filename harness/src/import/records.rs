//! Runs of ours: the stages of a case, or its CPU profile.
//!
//! Stages are added up over all iterations, so that self times and what lies in no stage make the
//! whole exactly; the report's tables use medians and may differ by a little. A record keeps the
//! hottest functions of a profile only; its folded stacks keep all.

use amdahl_reports::whatif::{Function, Profile, Row, Shape, StatedTotal, Unit, WhatIfError};
use amdahl_reports::{self as reports, Detail, Outcome, Record, wire};

use super::Reading;
use super::error::ImportError;
use crate::plan::nearest;

const FORMAT: &str = "records file";

pub(super) fn parse(bytes: &[u8], reading: &Reading<'_>) -> Result<Profile, ImportError> {
    let run = wire::decode(bytes).map_err(Box::new)?;
    let profiles: Vec<(&Record, Profile)> =
        run.records.iter().filter_map(|record| Some((record, profile(record)?))).collect();
    if profiles.is_empty() {
        return Err(ImportError::Nothing {
            format: FORMAT,
            what: "neither stages nor a CPU profile",
            remedy: "run `cargo amdahl profile`, or declare a pipeline",
        });
    }
    let all = names(&profiles);
    let chosen = |(record, _): &(&Record, Profile)| {
        reading.case.is_none_or(|case| record.case.to_string() == case)
            && reading.value.is_none_or(|value| record.measurer == value)
    };
    let profiles: Vec<_> = profiles.into_iter().filter(chosen).collect();
    if profiles.is_empty() {
        let wanted = [reading.case, reading.value].into_iter().flatten().collect::<Vec<_>>();
        return Err(ImportError::NoSuch {
            format: FORMAT,
            what: "case with",
            wanted: wanted.join(" "),
            known: all,
        });
    }
    let has_all = |(_, profile): &&(&Record, Profile)| {
        reading.functions.iter().all(|function| profile.find(function).is_ok())
    };
    let holders: Vec<&(&Record, Profile)> = profiles.iter().filter(has_all).collect();
    match (holders.as_slice(), profiles.as_slice()) {
        ([(_, one)], _) | ([], [(_, one)]) => Ok(one.clone()),
        ([], _) => Err(without(&profiles, &reading.functions)),
        (several, _) => Err(ImportError::Choose {
            format: FORMAT,
            what: "cases",
            option: "--case CASE (and --value stages or profile)",
            known: several.iter().map(|(record, _)| name(record)).collect(),
        }),
    }
}

/// That no case has all of these functions, with names that are like the first that none has.
fn without(profiles: &[(&Record, Profile)], wanted: &[&str]) -> ImportError {
    let names = || profiles.iter().flat_map(|(_, profile)| &profile.functions);
    let is_nowhere = |wanted: &&&str| {
        !profiles
            .iter()
            .any(|(_, profile)| !matches!(profile.find(wanted), Err(WhatIfError::Unknown { .. })))
    };
    let missing = wanted.iter().find(is_nowhere);
    let mut known: Vec<String> = match missing {
        Some(missing) => nearest(missing, names().map(|function| function.name.as_str()))
            .into_iter()
            .map(str::to_owned)
            .collect(),
        None => Vec::new(),
    };
    if known.is_empty() {
        known = names().map(|function| function.name.clone()).collect();
        // Stages have short names, and so have the functions a person remembers.
        known.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        known.dedup();
    }
    let wanted = missing.map_or_else(|| wanted.join("` and `"), |missing| (*missing).to_owned());
    ImportError::NoSuch { format: FORMAT, what: "case with", wanted, known }
}

fn names(profiles: &[(&Record, Profile)]) -> Vec<String> {
    profiles.iter().map(|(record, _)| name(record)).collect()
}

fn name(record: &Record) -> String {
    format!("{} ({})", record.case, record.measurer)
}

fn profile(record: &Record) -> Option<Profile> {
    let Outcome::Measured(measurement) = &record.outcome else { return None };
    match &measurement.detail {
        Detail::Stages(stages) => Some(of_stages(record, stages)),
        Detail::Profile(profile) if profile.samples > 0 => Some(of_functions(record, profile)),
        _ => None,
    }
}

fn of_stages(record: &Record, stages: &reports::Stages) -> Profile {
    let whole: f64 = stages.total_ns.iter().sum();
    let row = |stage: &reports::StageSamples| {
        let (own, entered) = (stage.self_ns.iter().sum::<f64>(), stage.total_ns.iter().sum());
        // Where a stage runs on several threads at once, self times are summed and entries united.
        Row { calls: None, own, cumulative: Some(own.max(entered)) }
    };
    let rows: Vec<Row> = stages.stages.iter().map(row).collect();
    let functions = stages.stages.iter().map(|stage| Function::named(&stage.name)).collect();
    let held: f64 = rows.iter().map(|row| row.own).sum();
    let iterations = stages.total_ns.len();
    let origin = format!(
        "all {iterations} iterations of `{}` together, with the time in no stage",
        record.case
    );
    let format = format!("the stages of `{}`", record.case);
    let mut profile = Profile::new(format, Unit::Nanoseconds, functions, Shape::Flat(rows), origin);
    profile.unlisted = (whole - held).max(0.0);
    if held > whole {
        profile.origin = format!(
            "the self times of all stages of `{}`, summed over threads and {iterations} iterations",
            record.case
        );
        profile.stated.push(StatedTotal {
            what: "the wall time of the iterations".to_owned(),
            amount: whole,
            why_not: "stages ran on several threads at once".to_owned(),
        });
    } else if profile.unlisted > 0.0 {
        profile.stated.push(StatedTotal {
            what: "the time in stages".to_owned(),
            amount: held,
            why_not: "an iteration also takes time in no stage".to_owned(),
        });
    }
    profile
}

fn of_functions(record: &Record, profile: &reports::Profile) -> Profile {
    let functions = &profile.functions;
    let rows: Vec<Row> = functions
        .iter()
        .map(|function| Row {
            calls: None,
            own: function.self_samples as f64,
            cumulative: Some(function.total_samples as f64),
        })
        .collect();
    let names = functions.iter().map(|function| Function::named(&function.name)).collect();
    let held: f64 = rows.iter().map(|row| row.own).sum();
    let format = format!("the CPU profile of `{}`", record.case);
    let origin = format!("all samples of `{}`", record.case);
    let mut read = Profile::new(format, Unit::Samples, names, Shape::Flat(rows), origin);
    read.unlisted = (profile.samples as f64 - held).max(0.0);
    if read.unlisted > 0.0 {
        read.stated.push(StatedTotal {
            what: "the samples of the functions that the record keeps".to_owned(),
            amount: held,
            why_not: "the record keeps the hottest functions only".to_owned(),
        });
    }
    if let Some(folded) = &profile.folded {
        read.notes.push(format!(
            "A record keeps the hottest functions and no callers. `{folded}` beside it has the whole \
             stacks."
        ));
    }
    read
}

#[cfg(test)]
mod tests {
    use amdahl_reports::{CaseId, HotFunction, Measurement, StageSamples};

    use super::*;

    fn record(measurer: &str, detail: Detail) -> Record {
        let outcome = Outcome::Measured(Measurement { detail, ..Measurement::default() });
        let case = CaseId::new("pipeline", "rows", "10", 1);
        Record { case, measurer: measurer.to_owned(), outcome }
    }

    fn stage(name: &str, self_ns: [f64; 2], total_ns: [f64; 2]) -> StageSamples {
        let (self_ns, total_ns) = (self_ns.to_vec(), total_ns.to_vec());
        StageSamples { name: name.to_owned(), self_ns, total_ns, calls: 1.0, ..Default::default() }
    }

    #[test]
    fn time_in_no_stage_belongs_to_the_total() {
        let inner = stage("inner", [20.0, 30.0], [20.0, 30.0]);
        let stages = vec![stage("outer", [40.0, 50.0], [60.0, 80.0]), inner];
        let total_ns = vec![100.0, 100.0];
        let detail = Detail::Stages(reports::Stages { total_ns, stages, span_cost_ns: 0.0 });
        let profile = profile(&record("stages", detail)).unwrap();
        assert_eq!((profile.total(), profile.unlisted), (200.0, 60.0));
        assert_eq!(profile.times()[0].cumulative, Some(140.0));
        assert_eq!(profile.stated[0].amount, 140.0);
    }

    #[test]
    fn stages_on_several_threads_are_summed_and_the_wall_is_another_reading() {
        let stages = vec![stage("parallel", [90.0, 90.0], [50.0, 50.0])];
        let total_ns = vec![60.0, 60.0];
        let detail = Detail::Stages(reports::Stages { total_ns, stages, span_cost_ns: 0.0 });
        let profile = profile(&record("stages", detail)).unwrap();
        assert_eq!(profile.total(), 180.0);
        assert_eq!(profile.stated[0].amount, 120.0);
        assert_eq!(profile.times()[0].cumulative, Some(180.0));
    }

    #[test]
    fn functions_that_a_record_does_not_keep_belong_to_the_total() {
        let hot = HotFunction { name: "hot".to_owned(), self_samples: 30, total_samples: 40 };
        let detail = Detail::Profile(reports::Profile {
            samples: 100,
            functions: vec![hot],
            folded: Some("stacks.folded".to_owned()),
            ..reports::Profile::default()
        });
        let profile = profile(&record("profile", detail)).unwrap();
        assert_eq!((profile.total(), profile.unlisted), (100.0, 70.0));
        assert!(profile.notes[0].contains("`stacks.folded`"));
    }

    #[test]
    fn a_record_without_stages_or_samples_is_no_profile() {
        assert!(profile(&record("check", Detail::None)).is_none());
        assert!(
            profile(&record("profile", Detail::Profile(reports::Profile::default()))).is_none()
        );
    }
}
