//! Who else is at work: other guests, other processes, and what the control group allows.

use super::{Group, Level, Line, Subject};
use crate::{Busy, format};

/// Steal above which single samples cannot be trusted, and above which nothing can, in per cent: as
/// in the finding of a run, and a tenth of all time.
const STEAL_PERCENT: (f64, f64) = (1.0, 10.0);

/// A load average above this means that something else was running most of the minute.
const LOAD: f64 = 0.5;

/// Processors' worth of time of one other process that is worth its name.
const WORTH_A_NAME: f64 = 0.1;

/// How many are named.
const NAMES: usize = 3;

fn line(topic: &'static str, level: Level, says: impl Into<String>) -> Line {
    Line::new(Group::Neighbours, topic, level, says)
}

pub(super) fn lines(subject: &Subject<'_>) -> Vec<Line> {
    vec![steal(subject), load(subject), busy(subject), quota(subject)]
}

fn steal(subject: &Subject<'_>) -> Line {
    let Some(percent) = subject.conditions.steal_percent else {
        return line("steal", Level::NotMeasured, "the system does not count time given to others")
            .remedy("measure on Linux");
    };
    let level = match percent {
        p if p > STEAL_PERCENT.1 => Level::Problem,
        p if p > STEAL_PERCENT.0 => Level::Warning,
        _ => Level::Ok,
    };
    let share = format::percent(percent / 100.0);
    let found = line("steal", level, format!("the hypervisor gave {share} of the time to others"));
    match level {
        Level::Ok => found,
        _ => found.remedy("measure at a quieter hour, or on a machine of its own"),
    }
}

fn load(subject: &Subject<'_>) -> Line {
    let Some(load) = subject.conditions.load_before else {
        return line("load", Level::NotMeasured, "the system keeps no load average")
            .remedy("measure on Linux");
    };
    let cores = subject.machine.cores;
    let says = format!(
        "a load average of {} on {} before",
        format::number(load),
        format::plural(cores, "logical processor")
    );
    let remedy = "end what else is running, and wait a minute";
    match load {
        l if l >= cores as f64 => {
            line("load", Level::Warning, format!("{says}: no processor was free")).remedy(remedy)
        }
        l if l > LOAD => line("load", Level::Warning, says).remedy(remedy),
        _ => line("load", Level::Ok, says),
    }
}

fn busy(subject: &Subject<'_>) -> Line {
    let Some(busy) = &subject.environment.busy else {
        return line("processes", Level::NotMeasured, "the system does not tell what others use")
            .remedy("measure on Linux");
    };
    let worth: Vec<&Busy> = busy.iter().filter(|own| own.processors >= WORTH_A_NAME).collect();
    if worth.is_empty() {
        return line("processes", Level::Ok, "no other was busy");
    }
    let name = |own: &&Busy| format!("`{}` ({})", own.name, format::percent_whole(own.processors));
    let mut names: Vec<String> = worth.iter().take(NAMES).map(name).collect();
    if worth.len() > NAMES {
        names.push(format::plural(worth.len() - NAMES, "more"));
    }
    let says = format!("busy before, of one processor's time: {}", format::list(&names));
    line("processes", Level::Warning, says).remedy("end them, or wait until they have")
}

fn quota(subject: &Subject<'_>) -> Line {
    let environment = subject.environment;
    let Some(quota) = environment.cpu_quota else {
        return line(
            "quota",
            Level::NotMeasured,
            "the system has no control groups for processors",
        )
        .remedy("none is needed outside a container");
    };
    let says = format!(
        "the control group may use {} of {}",
        format::number(quota),
        format::plural(subject.machine.cores, "logical processor")
    );
    let remedy =
        "measure without the quota (`--cpus`, `cpu.max`), or with fewer `--threads` than it";
    match (quota, environment.quota_exhausted) {
        (_, Some(times)) if times > 0 => {
            line("quota", Level::Problem, format!("{says}, and was held back for it"))
                .remedy(remedy)
        }
        (q, _) if q < 1.0 => line("quota", Level::Problem, says).remedy(remedy),
        (q, _) if q < subject.machine.cores as f64 => {
            line("quota", Level::Warning, says).remedy(remedy)
        }
        (q, _) if q.is_infinite() => line("quota", Level::Ok, "none"),
        _ => line("quota", Level::Ok, says),
    }
}
