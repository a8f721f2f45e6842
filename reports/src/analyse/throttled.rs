//! A machine that did less during the run than it was seen to do.

use super::Analyser;
use crate::format;
use crate::summary::{Ceiling, SizeSummary, Summary};
use crate::{Finding, Run, Severity};

/// The share of the surveyed rate below which a ceiling of the run is far: separate minutes of an
/// idle guest differ by less, a throttled clock or a busy neighbour by more.
const FAR_BELOW: f64 = 0.75;

/// The share of a run's ceilings that must be far below for the whole run to be doubted.
const MANY: f64 = 0.25;

/// Reports a run whose ceilings are far below those of the survey that is kept of the machine.
pub(super) struct Throttled;

impl Analyser for Throttled {
    fn id(&self) -> &'static str {
        "throttled"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let sizes = summary
            .kernels
            .iter()
            .flat_map(|kernel| kernel.sizes.iter().map(move |size| (kernel.id.as_str(), size)));
        let compared: Vec<Compared<'_>> = sizes.flat_map(compared).collect();
        let low: Vec<&Compared<'_>> =
            compared.iter().filter(|ceiling| ceiling.highest < FAR_BELOW).collect();
        let Some(worst) = low.iter().min_by(|a, b| a.highest.total_cmp(&b.highest)) else {
            return Vec::new();
        };
        let many = low.len() as f64 >= MANY * compared.len() as f64;
        let severity = if many { Severity::Warning } else { Severity::Note };
        let message = format!(
            "{} of {} were far below those surveyed of this machine, furthest beside `{}` at {}: it \
             was throttled or busy then; shares of the ceiling and paired speed-ups hold, times and \
             rates are of that moment",
            low.len(),
            format::plural(compared.len(), "ceiling"),
            worst.kernel,
            worst.size,
        );
        let Ceiling { bound, threads, rate, surveyed, .. } = worst.ceiling;
        let figure = |rate: f64| format!("{} {}", format::number(rate), bound.unit());
        let what = format!("{}, {}", bound.label(), format::plural(*threads, "thread"));
        vec![
            Finding::of_run(self.id(), severity, message)
                .with("furthest below", what)
                .with("in this run", figure(rate.estimate))
                .with("surveyed, at least", figure(surveyed.unwrap_or_default())),
        ]
    }
}

/// A ceiling of the run beside the survey's.
struct Compared<'a> {
    kernel: &'a str,
    size: &'a str,
    ceiling: &'a Ceiling,
    /// The high end of its rate over the surveyed one.
    highest: f64,
}

fn compared<'a>((kernel, size): (&'a str, &'a SizeSummary)) -> impl Iterator<Item = Compared<'a>> {
    size.ceilings.iter().filter_map(move |ceiling| {
        let highest = ceiling.rate.high / ceiling.surveyed?;
        Some(Compared { kernel, size: &size.label, ceiling, highest })
    })
}
