//! How the machine is set: what moves its clock, what its processors share, where memory lies.

use super::{Group, Level, Line, Subject};
use crate::{Environment, format};

/// A step or cost of the clock above this makes short samples coarse: a slice lasts 20 µs.
const COARSE_CLOCK_NS: f64 = 1_000.0;

/// Sources of the kernel's clock that cost microseconds a reading, since they leave the processor.
const SLOW_SOURCES: [&str; 3] = ["acpi_pm", "hpet", "jiffies"];

/// Where Linux tells these things; elsewhere nothing here is read.
const LINUX_ONLY: &str = "measure on Linux outside a container, or take it as unknown";

fn line(topic: &'static str, level: Level, says: impl Into<String>) -> Line {
    Line::new(Group::Machine, topic, level, says)
}

fn unknown(topic: &'static str, what: &str) -> Line {
    line(topic, Level::NotMeasured, format!("the system does not tell {what}")).remedy(LINUX_ONLY)
}

pub(super) fn lines(subject: &Subject<'_>) -> Vec<Line> {
    let environment = subject.environment;
    vec![
        hypervisor(subject),
        governor(environment),
        boost(environment),
        siblings(environment),
        heat(environment),
        clock(subject),
        addresses(environment),
        huge_pages(environment),
    ]
}

fn hypervisor(subject: &Subject<'_>) -> Line {
    match &subject.machine.hypervisor {
        None => line("virtualisation", Level::Ok, "none seen"),
        Some(name) => line(
            "virtualisation",
            Level::Warning,
            format!("a guest of {name}: others share its host, and its speed drifts by the hour"),
        )
        .remedy("trust what was measured in turn; hold no time against one of another hour"),
    }
}

fn governor(environment: &Environment) -> Line {
    let governors = &environment.governors;
    let names = format::list(governors);
    match governors.as_slice() {
        [] => unknown("governor", "who sets the processor's clock (usual on a guest)"),
        [only] if only == "performance" => line("governor", Level::Ok, "`performance`"),
        _ => line("governor", Level::Warning, format!("`{names}`: the clock follows the load"))
            .remedy("set it: `cpupower frequency-set --governor performance`, as root"),
    }
}

fn boost(environment: &Environment) -> Line {
    match environment.boost {
        None => unknown("boost", "whether the processor may exceed its nominal clock"),
        Some(false) => line("boost", Level::Ok, "off: the clock does not depend on the heat"),
        Some(true) => line(
            "boost",
            Level::Warning,
            "on: the clock falls as the processor warms up and as more of its cores work",
        )
        .remedy(
            "compare in turn only, and read speed-ups by threads with care; or write 0 to \
             `/sys/devices/system/cpu/cpufreq/boost`, or 1 to `…/intel_pstate/no_turbo`, as root",
        ),
    }
}

fn siblings(environment: &Environment) -> Line {
    match environment.threads_per_core {
        None => unknown("cores", "which logical processors share a core"),
        Some(0 | 1) => line("cores", Level::Ok, "no two logical processors share one"),
        Some(n) => line(
            "cores",
            Level::Warning,
            format!("{n} logical processors share one: a second thread there adds little"),
        )
        .remedy("read speed-ups by threads up to the number of cores: `--threads`"),
    }
}

fn heat(environment: &Environment) -> Line {
    match environment.throttled {
        None => unknown("heat", "how often cores slowed down for it"),
        Some(0) => line("heat", Level::Ok, "no core slowed down for it meanwhile"),
        Some(n) => line(
            "heat",
            Level::Problem,
            format!("cores slowed down for it {} meanwhile", format::plural(count(n), "time")),
        )
        .remedy("let the machine cool, and see to its fans; give runs a shorter budget"),
    }
}

fn count(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn clock(subject: &Subject<'_>) -> Line {
    let source = subject.machine.clock_source.as_deref().unwrap_or("unknown source");
    let conditions = subject.conditions;
    let (cost_ns, step_ns) = (conditions.clock_cost_ns, conditions.clock_step_ns);
    let says = format!(
        "{source}: a pair of readings costs {}, smallest step {}",
        format::time(cost_ns),
        format::time(step_ns)
    );
    let slow = SLOW_SOURCES.contains(&source);
    if slow || cost_ns > COARSE_CLOCK_NS || step_ns > COARSE_CLOCK_NS {
        return line("clock", Level::Warning, format!("{says}: coarse for short iterations")).remedy(
            "see `/sys/devices/system/clocksource/clocksource0/available_clocksource` for `tsc`; \
             measure larger sizes",
        );
    }
    line("clock", Level::Ok, says)
}

fn addresses(environment: &Environment) -> Line {
    match environment.address_randomisation {
        None => unknown("addresses", "whether addresses are randomised"),
        Some(0) => line("addresses", Level::Warning, "not randomised: one layout stands for all")
            .remedy(
                "set `sysctl kernel.randomize_va_space=2`, as root, so that runs see other layouts",
            ),
        Some(_) => line(
            "addresses",
            Level::Ok,
            "randomised: each process has another layout, which is part of what processes differ by",
        ),
    }
}

fn huge_pages(environment: &Environment) -> Line {
    match environment.huge_pages.as_deref() {
        None => unknown("huge pages", "when it uses them"),
        Some("always") => line(
            "huge pages",
            Level::Ok,
            "`always`: large arrays have them when the system finds some, so their times may have two \
             levels",
        ),
        Some(when) => line("huge pages", Level::Ok, format!("`{when}`")),
    }
}
