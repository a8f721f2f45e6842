//! A question about a profile, and its answer.

use super::attribute::counted;
use super::error::WhatIfError;
use super::profile::{Calls, Profile, Times, Unit};
use super::readings;
use crate::format;
use crate::stats::amdahl::{limit, overall_speed_up_of_parts};

/// A share that is less than this from the whole is the whole: sums of a file's figures are no closer.
const WHOLE: f64 = 1e-9;

/// What is asked of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Which functions become faster; at least one.
    pub changes: Vec<Change>,
    /// Which part of them does.
    pub part: Part,
    /// The whole, in the profile's unit, where the user knows it better than the profile.
    pub total: Option<f64>,
}

/// A function that becomes faster.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its name, as [`Profile::find`] takes it.
    pub function: String,
    /// How many times as fast it becomes, above 0; infinity is "free".
    pub factor: f64,
}

/// Which part of a function becomes faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// From entry to exit, with all it calls.
    Cumulative,
    /// Its own body alone.
    Own,
}

impl Part {
    /// Its name in a table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cumulative => "cumulative",
            Self::Own => "self",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Cumulative => Self::Own,
            Self::Own => Self::Cumulative,
        }
    }
}

/// What becomes of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the profile was read from.
    pub format: String,
    /// What its amounts are.
    pub unit: Unit,
    /// The whole, before.
    pub total: f64,
    /// Where this figure comes from, as a phrase.
    pub origin: String,
    /// The whole, after.
    pub total_after: f64,
    /// How many times as fast the whole becomes.
    pub speed_up: f64,
    /// What no factor of these functions exceeds.
    pub limit: f64,
    /// Which part of the functions was taken to become faster.
    pub part: Part,
    /// The functions.
    pub functions: Vec<Faster>,
    /// The other part, and why it is not what was asked.
    pub other_part: Option<Reading>,
    /// What another whole would have given.
    pub readings: Vec<Reading>,
    /// What must be said beside the answer, in sentences.
    pub notes: Vec<String>,
}

/// A function that becomes faster, and what counts of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Faster {
    /// Its label.
    pub label: String,
    /// How many times as fast.
    pub factor: f64,
    /// How often it was called, where counted.
    pub calls: Option<Calls>,
    /// In its own body.
    pub own: f64,
    /// With all it calls, where known.
    pub cumulative: Option<f64>,
    /// What becomes faster: each amount once, for the innermost of these functions.
    pub counted: f64,
}

/// Another way to understand the question, and why it is not the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What was taken for the whole, or for the part, as a phrase.
    pub what: String,
    /// The whole of this reading.
    pub total: f64,
    /// What becomes faster in it.
    pub counted: f64,
    /// The speed-up that it gives.
    pub speed_up: f64,
    /// What no factor exceeds in it.
    pub limit: f64,
    /// Why it is not the answer, as a phrase.
    pub why_not: String,
}

/// What becomes of the whole of a profile where functions become faster.
///
/// The whole is the sum of all self times, unless the question gives one.
///
/// # Errors
/// Where the profile contradicts itself, a name is unknown or of several functions, or the overlap of
/// two functions cannot be known.
pub fn answer(profile: &Profile, question: &Question) -> Result<Answer, WhatIfError> {
    let times = profile.times();
    profile.validate(&times)?;
    let changes = resolve(profile, question)?;
    let (total, origin) = whole(profile, &times, question)?;
    let counted_of = |part| counted(profile, &times, &changes, part);
    let amounts = counted_of(question.part)?;
    let factors: Vec<f64> = changes.iter().map(|(_, change)| change.factor).collect();
    let law = Law { factors: &factors };
    let functions: Vec<Faster> = changes
        .iter()
        .zip(&amounts)
        .map(|((function, change), counted)| Faster {
            label: profile.functions[*function].label(),
            factor: change.factor,
            calls: profile.calls(*function),
            own: times[*function].own,
            cumulative: times[*function].cumulative,
            counted: *counted,
        })
        .collect();
    let speed_up = law.speed_up(&amounts, total);
    let other_part = counted_of(question.part.other())
        .ok()
        .filter(|other| differ(other, &amounts, profile.tolerance()))
        .map(|other| {
            law.reading(part_words(question.part.other()), &other, total, why_not(question.part))
        });
    let whole = readings::Whole {
        profile,
        times: &times,
        changes: &changes,
        amounts: &amounts,
        part: question.part,
        total,
    };
    Ok(Answer {
        format: profile.format.clone(),
        unit: profile.unit.clone(),
        total,
        origin,
        total_after: total / speed_up,
        speed_up,
        limit: law.limit(&amounts, total),
        part: question.part,
        other_part,
        readings: readings::readings(&whole, &law, question),
        notes: notes(profile, &functions, question.part),
        functions,
    })
}

fn resolve(profile: &Profile, question: &Question) -> Result<Vec<(usize, Change)>, WhatIfError> {
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for change in &question.changes {
        let function = profile.find(&change.function)?;
        let label = profile.functions[function].label();
        if changes.iter().any(|(known, _)| *known == function) {
            return Err(WhatIfError::Repeated { function: label });
        }
        if change.factor.is_nan() || change.factor <= 0.0 {
            return Err(WhatIfError::Factor { function: label, factor: change.factor });
        }
        changes.push((function, change.clone()));
    }
    Ok(changes)
}

/// The whole, and where it comes from.
fn whole(
    profile: &Profile,
    times: &[Times],
    question: &Question,
) -> Result<(f64, String), WhatIfError> {
    let held = profile.total();
    let longest = profile
        .functions
        .iter()
        .zip(times)
        .filter_map(|(function, times)| Some((function, times.cumulative?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let show = |amount| profile.unit.show(amount);
    if let Some(given) = question.total {
        if profile.unit != Unit::Nanoseconds {
            return Err(WhatIfError::TotalWithoutTime { unit: profile.unit.name().to_owned() });
        }
        let least = longest.map_or(held, |(_, cumulative)| held.max(cumulative));
        if given.is_nan() || given < least - profile.tolerance() {
            return Err(WhatIfError::TotalTooSmall { given: show(given), held: show(least) });
        }
        return Ok((given, "given with --total".to_owned()));
    }
    match longest {
        Some((function, cumulative)) if cumulative > held + profile.tolerance() => {
            Err(WhatIfError::PartAboveTotal {
                function: function.label(),
                cumulative: show(cumulative),
                total: show(held),
            })
        }
        _ => Ok((held, profile.origin.clone())),
    }
}

fn differ(some: &[f64], others: &[f64], tolerance: f64) -> bool {
    some.iter().zip(others).any(|(a, b)| (a - b).abs() > tolerance)
}

fn part_words(part: Part) -> String {
    match part {
        Part::Own => "only the functions' own bodies become faster (self time)".to_owned(),
        Part::Cumulative => {
            "the functions become faster with all they call (cumulative time)".to_owned()
        }
    }
}

fn why_not(part: Part) -> String {
    match part {
        Part::Cumulative => {
            "to its callers a function is faster when all of it is, calls included; \
                             ask with --self for this one"
                .to_owned()
        }
        Part::Own => "--self was asked for; this one is the default".to_owned(),
    }
}

fn notes(profile: &Profile, functions: &[Faster], part: Part) -> Vec<String> {
    let mut notes = profile.notes.clone();
    if part == Part::Cumulative {
        for function in functions {
            let all = function.cumulative.unwrap_or(function.counted);
            let elsewhere = all - function.counted;
            if elsewhere > profile.tolerance() {
                notes.push(format!(
                    "{} of `{}` lie within another function that was named. They are counted once, \
                     for the innermost.",
                    profile.unit.show(elsewhere),
                    function.label
                ));
            }
        }
    }
    if profile.unit == Unit::Samples {
        notes.push(
            "A profile of samples knows shares and no times. A share of few samples may be off by \
             much."
                .to_owned(),
        );
    }
    notes
}

/// Amdahl's law for these factors.
pub(super) struct Law<'q> {
    factors: &'q [f64],
}

impl Law<'_> {
    fn parts(&self, amounts: &[f64], total: f64) -> Vec<(f64, f64)> {
        amounts.iter().zip(self.factors).map(|(amount, factor)| (amount / total, *factor)).collect()
    }

    pub(super) fn speed_up(&self, amounts: &[f64], total: f64) -> f64 {
        overall_speed_up_of_parts(&self.parts(amounts, total))
    }

    pub(super) fn limit(&self, amounts: &[f64], total: f64) -> f64 {
        let share = self.parts(amounts, total).iter().map(|(share, _)| share).sum();
        // What is left of the whole by rounding alone is nothing.
        if share > 1.0 - WHOLE { f64::INFINITY } else { limit(share) }
    }

    pub(super) fn reading(
        &self,
        what: impl Into<String>,
        amounts: &[f64],
        total: f64,
        why_not: impl Into<String>,
    ) -> Reading {
        Reading {
            what: what.into(),
            total,
            counted: amounts.iter().sum(),
            speed_up: self.speed_up(amounts, total),
            limit: self.limit(amounts, total),
            why_not: format::sentence(&why_not.into()),
        }
    }
}
