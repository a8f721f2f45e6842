//! Compositions of a pipeline: one variant for every stage, uniform or with one stage swapped.
//!
//! Uniform compositions are the pipeline's declared variants. A swapped one is none: it is made on
//! request, to see whether a stage gives the whole what it promises alone.

use std::any::Any;
use std::sync::Arc;

use amdahl_reports::{Role, SwappedStage, Tolerance};

use super::stage::{ErasedStage, Intermediate, NamedStage};
use super::typed::{Compose, Composition};
use crate::data::Disagreement;
use crate::measure::{NoProbe, Probe};
use crate::span::stage;

/// A uniform composition: what becomes a declared variant.
pub(super) struct Uniform {
    pub(super) name: String,
    pub(super) role: Role,
    /// The index of the variant that each stage runs.
    pub(super) picks: Vec<usize>,
}

/// The uniform compositions: one for the references, one for every other name in any stage.
pub(super) fn compositions(stages: &[NamedStage]) -> Vec<Uniform> {
    let declared: Vec<Vec<(String, Role)>> =
        stages.iter().map(|stage| stage.stage.variants()).collect();
    let mut found: Vec<Uniform> = Vec::new();
    for (name, role) in declared.iter().flatten() {
        let reference = *role == Role::Reference;
        let known = |uniform: &Uniform| {
            uniform.name == *name || (reference && uniform.role == Role::Reference)
        };
        if found.iter().any(known) {
            continue;
        }
        let picks: Vec<usize> = declared
            .iter()
            .map(|variants| {
                let own = variants.iter().position(|(own, _)| own == name);
                if reference { 0 } else { own.unwrap_or(0) }
            })
            .collect();
        let parallel =
            declared.iter().zip(&picks).any(|(variants, &pick)| variants[pick].1 == Role::Parallel);
        let role = match (reference, parallel) {
            (true, _) => Role::Reference,
            (false, true) => Role::Parallel,
            (false, false) => Role::Serial,
        };
        found.push(Uniform { name: name.clone(), role, picks });
    }
    found
}

/// Runs the picked variant of each stage, each in its span.
pub(super) fn run_all<O: 'static>(stages: &[NamedStage], picks: &[usize], input: &dyn Any) -> O {
    let mut current: Option<Intermediate> = None;
    for (named, &pick) in stages.iter().zip(picks) {
        let input = current.as_deref().unwrap_or(input);
        current = Some(stage(named.name, || named.stage.run(pick, input)));
    }
    let last = current.and_then(|last| last.downcast::<O>().ok());
    *last.expect("a pipeline has a stage, and the builder knows the last one's type")
}

/// A pipeline's stages, with the picks of its declared variants.
pub(super) struct Composed {
    stages: Arc<Vec<NamedStage>>,
    uniform: Vec<Vec<usize>>,
}

impl Composed {
    pub(super) fn new(stages: Arc<Vec<NamedStage>>, uniform: Vec<Vec<usize>>) -> Self {
        Self { stages, uniform }
    }
}

impl<I: 'static, O: 'static> Compose<I, O> for Composed {
    fn swapped(&self, base: usize, swapped: &SwappedStage) -> Option<Composition> {
        let base = self.uniform.get(base)?;
        let at = self.stages.iter().position(|stage| stage.name == swapped.stage)?;
        let variants = self.stages[at].stage.variants();
        let variant = variants.iter().position(|(name, _)| *name == swapped.variant)?;
        let mut picks = base.clone();
        picks[at] = variant;
        Some(Composition { instead_of: base[at], picks, at })
    }

    fn run(&self, composition: &Composition, input: &I) -> O {
        run_all(&self.stages, &composition.picks, input)
    }

    fn alone(
        &self,
        composition: &Composition,
        input: &I,
        rounds: u64,
        [before, after]: [&mut dyn Probe; 2],
    ) {
        let Composition { picks, at, instead_of } = composition;
        let mut current: Option<Intermediate> = None;
        for (named, &pick) in self.stages.iter().zip(picks).take(*at) {
            let input: &dyn Any = current.as_deref().unwrap_or(input);
            current = Some(named.stage.run(pick, input));
        }
        let input: &dyn Any = current.as_deref().unwrap_or(input);
        let stage = &self.stages[*at].stage;
        let run = |variant: usize, probe: &mut dyn Probe| {
            probe.start();
            let made = std::hint::black_box(stage.run(variant, std::hint::black_box(input)));
            probe.stop();
            drop(made);
        };
        run(*instead_of, &mut NoProbe);
        run(picks[*at], &mut NoProbe);
        for round in 0..rounds {
            // ABBA: what drifts in one direction meets either side as often first.
            if round % 2 == 0 {
                run(*instead_of, before);
                run(picks[*at], after);
            } else {
                run(picks[*at], after);
                run(*instead_of, before);
            }
        }
    }

    fn check_stages(
        &self,
        input: &I,
        variant: usize,
        against: usize,
        tolerance: &Tolerance,
    ) -> Result<(), Disagreement> {
        let (picks, against) = (&self.uniform[variant], &self.uniform[against]);
        check_stages(&self.stages, picks, against, input, tolerance)
    }
}

/// Holds each stage of one composition to the same stage of another, on the other's own intermediate
/// values; a stage that both share needs no comparison.
fn check_stages(
    stages: &[NamedStage],
    picks: &[usize],
    against: &[usize],
    input: &dyn Any,
    tolerance: &Tolerance,
) -> Result<(), Disagreement> {
    let Some(last) = picks.iter().zip(against).rposition(|(pick, other)| pick != other) else {
        return Ok(());
    };
    let mut current: Option<Intermediate> = None;
    for ((named, &pick), &other) in stages.iter().zip(picks).zip(against).take(last + 1) {
        let erased: &dyn ErasedStage = &*named.stage;
        let input = current.as_deref().unwrap_or(input);
        let want = erased.run(other, input);
        if pick != other {
            erased
                .agree(&*erased.run(pick, input), &*want, tolerance)
                .map_err(|disagreement| disagreement.within(&format!("stage `{}`", named.name)))?;
        }
        current = Some(want);
    }
    Ok(())
}
