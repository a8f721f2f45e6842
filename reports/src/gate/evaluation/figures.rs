//! The figures of an evaluation: how often the gate said what, of suites whose truth is known.

use super::super::{GatedCase, Judgement, TimeOutcome, TimeResult, Trial, Verdict, alarms, judge};
use super::{CriterionSays, CriterionSuite, GateSuite, Plant, Suite, SuiteKind, plant_in};
use crate::format;
use crate::stats::{CONFIDENCE, Interval, binomial_interval};

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// How often it did.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
}

impl Rate {
    /// Counts what holds.
    pub fn of(each: impl IntoIterator<Item = bool>) -> Self {
        each.into_iter().fold(Self::default(), |sum, holds| Self {
            hits: sum.hits + usize::from(holds),
            of: sum.of + 1,
        })
    }

    /// The share with its exact interval; `None` of nothing.
    pub fn interval(self) -> Option<Interval> {
        binomial_interval(self.hits, self.of, CONFIDENCE)
    }

    /// `3 of 40: 7.5 % [1.6 %, 20.4 %]`.
    pub fn text(self) -> String {
        let Some(interval) = self.interval() else { return String::new() };
        format!(
            "{} of {}: {} [{}, {}]",
            format::count(self.hits as f64),
            format::count(self.of as f64),
            format::confidence(interval.estimate),
            format::confidence(interval.low),
            format::confidence(interval.high)
        )
    }
}

/// A suite with what the gate says of it.
#[derive(Debug, Clone)]
pub(super) struct Judged<'s> {
    pub(super) suite: &'s GateSuite,
    pub(super) judgement: Judgement,
}

impl<'s> Judged<'s> {
    fn new(suite: &'s GateSuite) -> Self {
        Self { suite, judgement: judge(&suite.run) }
    }

    /// Its cases, with what is planted in them and what is said of them.
    fn cases(&self) -> impl Iterator<Item = (&'s GatedCase, Option<&'s Plant>, &TimeResult)> {
        let results = self.judgement.cases.iter().map(|result| &result.time);
        self.suite
            .run
            .cases
            .iter()
            .zip(results)
            .map(|(case, result)| (case, plant_in(&self.suite.plants, &case.time.case), result))
    }

    /// Whether the gate calls a case slower and stands by it.
    fn convicts(&self, result: &TimeResult) -> bool {
        result.outcome == TimeOutcome::Slower && alarms(&self.suite.run.canaries).is_empty()
    }

    /// Whether it does, or calls the case faster.
    fn calls_changed(&self, result: &TimeResult) -> bool {
        self.convicts(result) || result.outcome == TimeOutcome::Faster
    }
}

/// Which suites a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Anything,
    Nobody,
    Neighbour,
}

impl Beside {
    fn keeps(self, neighbour: bool) -> bool {
        match self {
            Self::Anything => true,
            Self::Nobody => !neighbour,
            Self::Neighbour => neighbour,
        }
    }
}

/// What the two programs of a suite are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Programs {
    /// Copies of one file.
    Copies,
    /// Of one source, whose code lies elsewhere.
    Relinked,
}

/// A planted slow-down and what became of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'s> {
    pub(super) plant: &'s Plant,
    pub(super) neighbour: bool,
    pub(super) is_confirmed: bool,
    /// Passed over: the gate says that it is within its limit.
    pub(super) is_passed: bool,
    /// By how much the head is slower, as a fraction.
    pub(super) estimate: Option<f64>,
}

/// Every suite, judged.
#[derive(Debug)]
pub struct Evaluation<'s> {
    pub(super) judged: Vec<Judged<'s>>,
    pub(super) criterion: Vec<&'s CriterionSuite>,
}

impl<'s> Evaluation<'s> {
    /// Judges suites.
    pub fn new(suites: &'s [Suite]) -> Self {
        let mut own = Self { judged: Vec::new(), criterion: Vec::new() };
        for suite in suites {
            match suite {
                Suite::Gate(suite) => own.judged.push(Judged::new(suite)),
                Suite::Criterion(suite) => own.criterion.push(suite),
            }
        }
        own
    }

    pub(super) fn of(
        &self,
        kind: SuiteKind,
        beside: Beside,
    ) -> impl Iterator<Item = &Judged<'s>> + Clone {
        self.judged
            .iter()
            .filter(move |own| own.suite.kind == kind && beside.keeps(own.suite.neighbour))
    }

    /// How often suites of a kind end in this verdict.
    pub(super) fn ends(&self, kind: SuiteKind, beside: Beside, verdict: Verdict) -> Rate {
        Rate::of(self.of(kind, beside).map(|own| own.judgement.verdict == verdict))
    }

    /// The suites of such programs.
    fn between(&self, programs: Programs) -> impl Iterator<Item = &Judged<'s>> {
        self.judged.iter().filter(move |own| {
            (own.suite.kind == SuiteKind::Relinked) == (programs == Programs::Relinked)
        })
    }

    /// How often a case in which nothing was planted is called slower.
    pub(super) fn called_slower(&self, programs: Programs) -> Rate {
        self.unplanted(programs, Judged::convicts)
    }

    /// The same, slower or faster.
    pub(super) fn called_changed(&self, programs: Programs) -> Rate {
        self.unplanted(programs, Judged::calls_changed)
    }

    fn unplanted(&self, programs: Programs, says: fn(&Judged<'s>, &TimeResult) -> bool) -> Rate {
        Rate::of(self.between(programs).flat_map(|own| {
            let unplanted = own.cases().filter(|(_, plant, _)| plant.is_none());
            unplanted.map(move |(_, _, result)| says(own, result))
        }))
    }

    /// By how much the cases of relinked suites that are called slower or faster are so, as fractions without
    /// a sign.
    pub(super) fn relinked_changes(&self) -> Vec<f64> {
        let results = self.between(Programs::Relinked).flat_map(|own| {
            own.cases().filter(|(_, _, result)| own.calls_changed(result)).map(|own| own.2)
        });
        results.filter_map(|result| Some(result.change?.estimate.abs())).collect()
    }

    /// How many suites between copies call a case slower in which nothing was planted.
    pub(super) fn suites_that_alarm(&self) -> Rate {
        Rate::of(self.between(Programs::Copies).map(|own| {
            own.cases().any(|(_, plant, result)| plant.is_none() && own.convicts(result))
        }))
    }

    /// The same of criterion.
    pub(super) fn criterion_suites_that_alarm(&self) -> Rate {
        Rate::of(self.criterion.iter().map(|suite| {
            suite.cases.iter().any(|case| {
                plant_in(&suite.plants, &case.case).is_none()
                    && case.says == Some(CriterionSays::Regressed)
            })
        }))
    }

    /// Every plant in a case that was compared.
    pub(super) fn found(&self) -> Vec<Found<'s>> {
        let each = self.judged.iter().flat_map(|own| {
            own.cases().filter_map(|(_, plant, result)| {
                let is_compared = !matches!(
                    result.outcome,
                    TimeOutcome::Failed(_) | TimeOutcome::NotComparable(_)
                );
                plant.filter(|_| is_compared).map(|plant| Found {
                    plant,
                    neighbour: own.suite.neighbour,
                    is_confirmed: own.convicts(result),
                    is_passed: result.outcome == TimeOutcome::Within,
                    estimate: result.change.map(|change| change.estimate),
                })
            })
        });
        each.collect()
    }

    /// How often a plant of this size is confirmed.
    pub(super) fn confirmed(&self, percent: f64, beside: Beside) -> Rate {
        let found = self.found();
        let of_size =
            found.iter().filter(|own| own.plant.percent == percent && beside.keeps(own.neighbour));
        Rate::of(of_size.map(|own| own.is_confirmed))
    }

    /// The times of the suites without a change, for relabelling.
    pub(super) fn unchanged_trials(&self) -> Vec<Vec<Trial>> {
        let trials =
            |own: &Judged<'s>| own.suite.run.cases.iter().map(|case| case.time.clone()).collect();
        self.of(SuiteKind::Unchanged, Beside::Anything).map(trials).collect()
    }

    /// Sizes of plants that occur, rising.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let of_gate = self.judged.iter().flat_map(|own| &own.suite.plants);
        let of_criterion = self.criterion.iter().flat_map(|suite| &suite.plants);
        let mut sizes: Vec<f64> = of_gate.chain(of_criterion).map(|plant| plant.percent).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        sizes
    }

    /// What criterion says of cases, with what was planted in them.
    pub(super) fn by_criterion(&self) -> Vec<(Option<&'s Plant>, CriterionSays)> {
        let each = self.criterion.iter().flat_map(|suite| {
            suite
                .cases
                .iter()
                .filter_map(|case| Some((plant_in(&suite.plants, &case.case), case.says?)))
        });
        each.collect()
    }
}

/// What the gate is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// What is asked of it.
    pub what: String,
    /// The share that is asked for.
    pub wanted: f64,
    /// Whether it is the most, and not the least, that may be.
    pub at_most: bool,
    /// Over all suites.
    pub all: Rate,
    /// Over those that had the machine for themselves.
    pub alone: Rate,
    /// Over those beside a busy neighbour.
    pub beside: Rate,
}

impl Requirement {
    /// Whether it is met over all suites; `None` where nothing was measured.
    pub fn is_met(&self) -> Option<bool> {
        let share = self.all.interval()?.estimate;
        Some(if self.at_most { share <= self.wanted } else { share >= self.wanted })
    }

    /// Met or missed, and by how much.
    pub fn said(&self) -> String {
        let Some(interval) = self.all.interval() else {
            return "not measured: no such suite yet; run `cargo amdahl gate --self-test`"
                .to_owned();
        };
        let (share, edge) = if self.at_most {
            (interval.estimate, interval.high)
        } else {
            (interval.estimate, interval.low)
        };
        if self.is_met() == Some(false) {
            let by = format::percent((share - self.wanted).abs());
            return format!("missed by {}", by.replace('%', "points"));
        }
        let is_shown = if self.at_most { edge <= self.wanted } else { edge >= self.wanted };
        if is_shown {
            "met".to_owned()
        } else {
            let side = if self.at_most { "much" } else { "little" };
            format!("met, though it could be as {side} as {}", format::percent(edge))
        }
    }
}

/// The planted sizes that must be found, in per cent, with the least share of each.
const FOUND_AT_LEAST: [(f64, f64); 2] = [(3.0, 0.95), (2.0, 0.8)];
/// Suites without a change may alarm this often.
const ALARMS_AT_MOST: f64 = 0.01;
/// And must pass this often.
const PASSES_AT_LEAST: f64 = 0.9;
/// Within this time, in seconds.
const WITHIN_S: f64 = 180.0;

/// What the gate is held to, with what was found; `relabelled` are alarms of relabelled launches.
pub fn requirements(evaluation: &Evaluation<'_>, relabelled: Rate) -> Vec<Requirement> {
    let of = |what: &str, wanted, at_most, rate: &dyn Fn(Beside) -> Rate| Requirement {
        what: what.to_owned(),
        wanted,
        at_most,
        all: rate(Beside::Anything),
        alone: rate(Beside::Nobody),
        beside: rate(Beside::Neighbour),
    };
    let ends = |verdict| move |beside| evaluation.ends(SuiteKind::Unchanged, beside, verdict);
    let mut all = vec![
        of("unchanged suites alarm", ALARMS_AT_MOST, true, &ends(Verdict::Regression)),
        Requirement {
            all: relabelled,
            ..of("unchanged suites with relabelled launches alarm", ALARMS_AT_MOST, true, &|_| {
                Rate::default()
            })
        },
        of("unchanged suites end in 0, not in 3", PASSES_AT_LEAST, false, &ends(Verdict::Pass)),
    ];
    for (percent, wanted) in FOUND_AT_LEAST {
        let what =
            format!("planted slow-downs of {} % are confirmed", format::tick_number(percent));
        all.push(of(&what, wanted, false, &|beside| evaluation.confirmed(percent, beside)));
    }
    let in_time = |beside: Beside| {
        let suites = evaluation.judged.iter().filter(|own| beside.keeps(own.suite.neighbour));
        Rate::of(suites.map(|own| own.suite.run.took_s <= WITHIN_S))
    };
    let what = format!("suites take at most {}", format::duration(WITHIN_S));
    all.push(of(&what, 1.0, false, &in_time));
    all
}
