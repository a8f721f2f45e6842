//! Which stages are swapped for which variants, and at which size: what the records of a kernel and
//! the time that is left allow.

use amdahl_reports::{
    CaseId, Detail, KernelInfo, Measurement, Metric, Outcome, SwappedStage, measurer, stats,
};

use super::Runner;
use crate::plan::whole;

/// What a composition costs beside its iterations: a process, its input.
const FIXED_NS: f64 = 100e6;
/// Iterations of a composition before it is timed: two of its check, the other side of the check, an
/// estimate, and what its stage takes alone.
const ITERATIONS_BEFORE: f64 = 5.0;
/// Rounds that must fit.
const LEAST_ROUNDS: f64 = 3.0;
/// The pass may take so many times its share before compositions are left out: a slow reference
/// makes it long, and what the swaps tell of it is worth more than a few more rounds elsewhere.
const OVERRUN: f64 = 2.0;

/// A swap to be measured.
pub(super) struct Chosen {
    /// Which stage, and for what.
    pub(super) swap: SwappedStage,
    /// Threads of the composition: as many as the variant was run with at most.
    pub(super) threads: usize,
    /// The stage's reference and the variant, one iteration each, in nanoseconds.
    pub(super) pair_ns: f64,
    /// What the variant is expected to gain, in nanoseconds.
    gain_ns: f64,
}

/// What is swapped in a pipeline.
pub(super) struct Pass {
    /// The all-reference composition.
    pub(super) base: CaseId,
    /// About its time, in nanoseconds.
    pub(super) base_ns: f64,
    /// Whether it is too slow for many rounds.
    pub(super) is_slow: bool,
    /// Whom the compositions are held to.
    pub(super) against: String,
    /// The swaps, the most promising first.
    pub(super) chosen: Vec<Chosen>,
    /// Those for which there is no time.
    pub(super) left_out: Vec<CaseId>,
}

impl Pass {
    /// What the record of a swap is called.
    pub(super) fn id_of(&self, chosen: &Chosen) -> CaseId {
        CaseId {
            variant: chosen.swap.name(&self.base.variant),
            threads: chosen.threads,
            ..self.base.clone()
        }
    }
}

impl Runner<'_> {
    /// The swaps of a pipeline; none where its reference was not measured.
    ///
    /// They are made at the largest size at which the reference is not slow, else at the smallest.
    pub(super) fn choose_swaps(&self, kernel: &KernelInfo) -> Option<Pass> {
        let reference = &kernel.reference()?.name;
        let groups = || self.plan.groups.iter().filter(|group| group.kernel == kernel.id);
        let bases: Vec<CaseId> =
            groups().map(|group| CaseId::new(&kernel.id, reference, &group.size, 1)).collect();
        let timed_by = |base: &&CaseId, by| self.measurement_of(base, by).is_some();
        let quick = bases.iter().rev().find(|base| timed_by(base, measurer::INTERLEAVED));
        let base = quick.or_else(|| bases.iter().find(|base| timed_by(base, measurer::PLAIN)))?;
        let is_slow = quick.is_none();
        let timer = if is_slow { measurer::PLAIN } else { measurer::INTERLEAVED };
        let base_ns = median_of(self.measurement_of(base, timer)?, Metric::WALL_TIME)?;
        let mut chosen: Vec<Chosen> = Vec::new();
        for stage in &kernel.stages {
            for variant in stage.variants.iter().skip(1) {
                let swap = SwappedStage { stage: stage.name.clone(), variant: variant.clone() };
                chosen.extend(self.candidate(base, base_ns, swap));
            }
        }
        chosen.sort_by(|a, b| b.gain_ns.total_cmp(&a.gain_ns));
        let against = if is_slow { self.agreed_with_the_reference(base) } else { None };
        let mut pass = Pass {
            base: base.clone(),
            base_ns,
            is_slow,
            against: against.unwrap_or_else(|| reference.clone()),
            chosen,
            left_out: Vec::new(),
        };
        let affordable = self.affordable(&pass).min(pass.chosen.len());
        let rest = pass.chosen.split_off(affordable);
        pass.left_out = rest.iter().map(|chosen| pass.id_of(chosen)).collect();
        Some(pass)
    }

    /// A swap for a variant whose own composition agreed at this size; none where it did not.
    fn candidate(&self, base: &CaseId, base_ns: f64, swap: SwappedStage) -> Option<Chosen> {
        let uniform = self.checked_cases().filter(|case| {
            (&case.kernel, &case.size, &case.variant) == (&base.kernel, &base.size, &swap.variant)
        });
        let uniform = uniform.max_by_key(|case| case.threads)?.clone();
        let before = self.stage_ns(base, &swap.stage).unwrap_or(base_ns);
        let after = self.stage_ns(&uniform, &swap.stage).unwrap_or(before);
        Some(Chosen {
            swap,
            threads: uniform.threads,
            pair_ns: before + after,
            gain_ns: before - after,
        })
    }

    /// How many compositions the time of the pass allows.
    fn affordable(&self, pass: &Pass) -> usize {
        let each_ns = FIXED_NS + pass.base_ns * (ITERATIONS_BEFORE + LEAST_ROUNDS);
        let time = self.schedule.swap.mul_f64(OVERRUN * pass.chosen.len() as f64);
        usize::try_from(whole(time.as_nanos() as f64 / each_ns)).unwrap_or(usize::MAX)
    }

    /// A variant that the reference itself has checked at this size.
    fn agreed_with_the_reference(&self, base: &CaseId) -> Option<String> {
        let mut cases = self.checked_cases().filter(|case| {
            (&case.kernel, &case.size, case.threads) == (&base.kernel, &base.size, 1)
                && case.variant != base.variant
        });
        let by_reference = |case: &&CaseId| {
            self.measurement_of(case, measurer::CHECK).is_some_and(|check| {
                matches!(&check.detail, Detail::Agreement(own) if own.against == base.variant)
            })
        };
        cases.find(by_reference).map(|case| case.variant.clone())
    }

    fn checked_cases(&self) -> impl Iterator<Item = &CaseId> {
        let checked = self.records.iter().filter(|record| {
            record.measurer == measurer::CHECK && matches!(record.outcome, Outcome::Measured(_))
        });
        checked.map(|record| &record.case)
    }

    fn measurement_of(&self, case: &CaseId, by: &str) -> Option<&Measurement> {
        let mut own =
            self.records.iter().filter(|record| record.measurer == by && record.case == *case);
        own.find_map(|record| match &record.outcome {
            Outcome::Measured(measurement) => Some(measurement),
            _ => None,
        })
    }

    /// The self time of a stage of a case, where its stages were timed.
    fn stage_ns(&self, case: &CaseId, stage: &str) -> Option<f64> {
        let Detail::Stages(stages) = &self.measurement_of(case, measurer::STAGES)?.detail else {
            return None;
        };
        stats::median(&stages.stages.iter().find(|own| own.name == stage)?.self_ns)
    }
}

fn median_of(measurement: &Measurement, metric: Metric) -> Option<f64> {
    let series = measurement.series.iter().find(|series| series.metric == metric.id)?;
    stats::median(&series.per_iteration())
}
