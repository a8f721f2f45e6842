//! A kernel with its types, behind the [`Erased`] trait: where generics end.

use std::ops::RangeInclusive;

use amdahl_reports::{Agreement, KernelInfo, Operations, SizeInfo, SwappedStage, Tolerance};

use super::describe::{Describe, Kept, Size};
use super::erased::{CaseRequest, CheckError, Erased, Prepared};
use super::error::DeclareError;
use super::growing::Growing;
use super::hold;
use super::sizes::SizeLabel;
use super::timed::Timed;
use crate::data::{Agree, Disagreement, Exchange, Exchanged, Rng};
use crate::input::{self, InputFile};
use crate::measure::{NoProbe, Probe};

pub(super) type Run<I, O> = Box<dyn for<'a> Fn(&'a I) -> Timed<'a, O> + Send + Sync>;
pub(super) type MakeInput<S, I> = Box<dyn Fn(&S, &mut Rng) -> Result<I, String> + Send + Sync>;

/// A composition of a pipeline's stages in which one is not the base's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Composition {
    /// The index of the variant that each stage runs.
    pub(super) picks: Vec<usize>,
    /// Which stage is swapped.
    pub(super) at: usize,
    /// The index of the variant that the base runs there.
    pub(super) instead_of: usize,
}

/// What a pipeline can do that another kernel cannot, since its variants are made of stages.
pub(super) trait Compose<I, O>: Send + Sync {
    /// A declared variant with one stage swapped; none where there is no such stage or variant.
    fn swapped(&self, base: usize, swapped: &SwappedStage) -> Option<Composition>;

    /// Runs a composition once.
    fn run(&self, composition: &Composition, input: &I) -> O;

    /// Runs the swapped stage alone, as the base has it under the first probe and as the composition
    /// has it under the second, in turn, on the value that the base's stages before it make.
    fn alone(&self, composition: &Composition, input: &I, rounds: u64, probes: [&mut dyn Probe; 2]);

    /// Holds each stage of a declared variant to the same stage of another.
    fn check_stages(
        &self,
        input: &I,
        variant: usize,
        against: usize,
        tolerance: &Tolerance,
    ) -> Result<(), Disagreement>;
}

/// Runs the reference on an input with its operations counted.
pub(super) type Count<I> = Box<dyn Fn(&I) -> Operations + Send + Sync>;

/// A figure of merit of a result.
pub(super) type Quality<I, O> = Box<dyn Fn(&I, &O) -> f64 + Send + Sync>;

pub(super) struct Typed<S, I, O> {
    pub(super) info: KernelInfo,
    /// As long as `info.sizes`.
    pub(super) sizes: Vec<S>,
    pub(super) describe: Describe<S>,
    pub(super) growing: Growing<S>,
    /// As long as `info.variants`.
    pub(super) kept: Vec<Option<Kept<S>>>,
    pub(super) input: MakeInput<S, I>,
    /// As long as `info.variants`.
    pub(super) runs: Vec<Run<I, O>>,
    /// As long as `info.qualities`.
    pub(super) qualities: Vec<Quality<I, O>>,
    /// How its variants are composed, where it is a pipeline.
    pub(super) composed: Option<Box<dyn Compose<I, O>>>,
    pub(super) count: Option<Count<I>>,
}

impl<S, I, O> Typed<S, I, O> {
    fn index_of(
        &self,
        what: &'static str,
        name: &str,
        found: Option<usize>,
    ) -> Result<usize, CheckError> {
        found.ok_or_else(|| self.unknown(what, name))
    }

    fn unknown(&self, what: &'static str, name: &str) -> CheckError {
        CheckError::Unknown { kernel: self.info.id.clone(), what, name: name.to_owned() }
    }

    /// The variant of this index with one stage swapped.
    fn swapped(&self, base: usize, swap: &SwappedStage) -> Result<Swapped<'_, I, O>, CheckError> {
        let swapped = self.composed.as_ref().and_then(|compose| {
            let composition = compose.swapped(base, swap)?;
            Some(Swapped { compose: &**compose, composition })
        });
        swapped.ok_or_else(|| CheckError::Unknown {
            kernel: self.info.id.clone(),
            what: "stage with the variant",
            name: format!("{}:{}", swap.stage, swap.variant),
        })
    }

    fn variant(&self, name: &str) -> Result<usize, CheckError> {
        let found = self.info.variants.iter().position(|variant| variant.name == name);
        self.index_of("variant", name, found)
    }
}

impl<S: SizeLabel, I, O> Typed<S, I, O> {
    /// The declaration with the sizes of a sweep over this range.
    pub(super) fn info_over(
        &self,
        range: &RangeInclusive<usize>,
    ) -> Result<KernelInfo, DeclareError> {
        let mut info = self.info.clone();
        let swept = self.growing.sweep(&info.id, range)?;
        info.swept = swept
            .iter()
            .map(|(extent, size)| self.describe.size(size, false, Some(*extent)))
            .collect();
        for (variant, kept) in info.variants.iter_mut().zip(&self.kept) {
            let Some(kept) = kept else { continue };
            variant.left_out.retain(|own| info.sizes.iter().any(|size| size.label == own.size));
            let known: Vec<String> = variant.left_out.iter().map(|own| own.size.clone()).collect();
            let more = kept.left_out(swept.iter().map(|(_, size)| size));
            variant.left_out.extend(more.filter(|own| !known.contains(&own.size)));
        }
        Ok(info)
    }

    /// Refuses a gate at a size that cannot be made.
    pub(super) fn validate_gate(&self) -> Result<(), DeclareError> {
        let Some(size) = self.info.gate_size.clone() else { return Ok(()) };
        if self.info.size(&size).is_some() || self.growing.find(&size).is_some() {
            return Ok(());
        }
        Err(DeclareError::UnknownGate { kernel: self.info.id.clone(), size })
    }

    /// The size of this label, declared or on the axis of growth, with what is said of it.
    fn size(&self, label: &str) -> Result<(Size<'_, S>, SizeInfo), CheckError> {
        if let Some(at) = self.info.sizes.iter().position(|size| size.label == label) {
            return Ok((Size::Declared(&self.sizes[at]), self.info.sizes[at].clone()));
        }
        let found = self.growing.find(label);
        let (extent, size) = found.ok_or_else(|| self.unknown("size", label))?;
        let info = self.describe.size(&size, true, Some(extent));
        Ok((Size::Grown(size), info))
    }

    /// The input at a size.
    fn input_of(&self, size: &S, seed: u64) -> Result<I, CheckError> {
        let label = size.label();
        let mut rng = Rng::for_input(seed, &self.info.id, &label);
        (self.input)(size, &mut rng).map_err(|reason| CheckError::Input {
            kernel: self.info.id.clone(),
            size: label,
            reason,
        })
    }
}

impl<S: SizeLabel + Send + Sync, I: Exchange + Send + Sync, O: Agree> Typed<S, I, O> {
    /// The input that a user's files make.
    fn input_from(&self, files: &[InputFile]) -> Result<I, CheckError> {
        let failed = |source| CheckError::File { kernel: self.info.id.clone(), source };
        self.exchange(input::load(files, &self.example()?).map_err(failed)?)
    }

    fn exchange(&self, input: Exchanged) -> Result<I, CheckError> {
        I::from_exchanged(input)
            .map_err(|source| CheckError::Exchange { kernel: self.info.id.clone(), source })
    }
}

impl<S: SizeLabel + Send + Sync, I: Exchange + Send + Sync, O: Agree> Erased for Typed<S, I, O> {
    fn info(&self) -> &KernelInfo {
        &self.info
    }

    fn info_over(&self, range: &RangeInclusive<usize>) -> Result<KernelInfo, DeclareError> {
        Self::info_over(self, range)
    }

    fn with_case(
        &self,
        request: &CaseRequest,
        setup: &mut dyn Probe,
        body: &mut dyn FnMut(&mut dyn Prepared),
    ) -> Result<(), CheckError> {
        let variant = self.variant(&request.variant)?;
        let against = self.variant(&request.against)?;
        let found = if request.input.is_empty() { Some(self.size(&request.size)?) } else { None };
        let input = match &found {
            Some((size, _)) => self.input_of(size.as_ref(), request.seed)?,
            None => self.input_from(&request.input)?,
        };
        let size = found.as_ref().map(|(_, info)| info);
        // A user's input is of no declared size: what the loosest of them allows must do.
        let tolerance = size.map_or_else(|| self.info.loosest_tolerance(), |size| size.tolerance);
        let is_smoke = size.is_some_and(|size| !size.measured);
        let swapped = request.swap.as_ref().map(|swap| self.swapped(variant, swap)).transpose()?;
        let other = match (&found, request.other_seed) {
            (Some((size, _)), Some(seed)) => Some(self.input_of(size.as_ref(), seed)?),
            _ => None,
        };
        setup.start();
        let timed = match &swapped {
            None => (self.runs[variant])(&input),
            Some(Swapped { compose, composition }) => {
                Timed::returning(|| compose.run(composition, &input))
            }
        };
        setup.stop();
        body(&mut Case {
            kernel: self,
            input: &input,
            other: other.as_ref(),
            timed,
            kept: None,
            own: None,
            tolerance,
            is_smoke,
            variant,
            against,
            swapped: swapped.as_ref(),
        });
        Ok(())
    }

    fn example(&self) -> Result<Exchanged, CheckError> {
        let first = self.sizes.first().ok_or_else(|| self.unknown("size", "of any label"))?;
        Ok(self.input_of(first, 0)?.to_exchanged())
    }

    fn accepts(&self, files: &[InputFile]) -> Result<(), CheckError> {
        self.input_from(files).map(|_| ())
    }

    fn evaluate(&self, variant: &str, input: Exchanged) -> Result<Exchanged, CheckError> {
        let variant = self.variant(variant)?;
        let input = self.exchange(input)?;
        Ok((self.runs[variant])(&input).once(&mut NoProbe).to_exchanged())
    }
}

struct Case<'a, S, I, O> {
    kernel: &'a Typed<S, I, O>,
    input: &'a I,
    /// The input of another seed, on which it must agree too.
    other: Option<&'a I>,
    timed: Timed<'a, O>,
    /// The result of the last timed iteration.
    kept: Option<O>,
    /// The variant's own result, once another program's was held to it.
    own: Option<O>,
    tolerance: Tolerance,
    is_smoke: bool,
    variant: usize,
    against: usize,
    swapped: Option<&'a Swapped<'a, I, O>>,
}

/// A composition with the pipeline that can run it.
struct Swapped<'a, I, O> {
    compose: &'a dyn Compose<I, O>,
    composition: Composition,
}

impl<S, I, O: Agree> Case<'_, S, I, O> {
    /// The result that a variant must agree with, on this input.
    fn wanted(&self, input: &I) -> O {
        (self.kernel.runs[self.against])(input).once(&mut NoProbe)
    }

    fn disagrees(&self, call: &'static str, disagreement: Disagreement) -> CheckError {
        let against = self.kernel.info.variants[self.against].name.clone();
        CheckError::Disagrees { against, call, disagreement }
    }

    /// Holds the variant to the other on the input of another seed, in a process that knows the
    /// first input; tells whether the results of the two seeds differ.
    fn check_other_seed(&self, want: &O) -> Result<Option<bool>, CheckError> {
        let Some(other) = self.other else { return Ok(None) };
        let wanted = self.wanted(other);
        let got = (self.kernel.runs[self.variant])(other).once(&mut NoProbe);
        got.agree(&wanted, &self.tolerance)
            .map_err(|disagreement| self.disagrees("on the input of another seed", disagreement))?;
        Ok(Some(want.agree(&wanted, &Tolerance::EXACT).is_err()))
    }
}

impl<S, I: Exchange, O: Agree> Prepared for Case<'_, S, I, O> {
    fn check(&mut self, cold: &mut dyn Probe) -> Result<Agreement, CheckError> {
        let tolerance = self.tolerance;
        let first = self.timed.once(cold);
        let qualities = self.kernel.qualities.iter().map(|of| of(self.input, &first)).collect();
        // Stage by stage at smoke sizes; at a measured size what comes out in the end is held to the
        // reference, and a disagreement in between has been found already.
        let by_stages = self.is_smoke && self.swapped.is_none();
        if let Some(composed) = self.kernel.composed.as_ref().filter(|_| by_stages) {
            composed
                .check_stages(self.input, self.variant, self.against, &tolerance)
                .map_err(|disagreement| self.disagrees("within", disagreement))?;
        }
        let second = self.timed.once(&mut NoProbe);
        // Held to itself, as the reference is, a variant must repeat its first result.
        let itself = self.against == self.variant && self.swapped.is_none();
        let (want, closeness) = if itself {
            let closeness = first.agree(&first, &tolerance);
            (first, closeness)
        } else {
            let want = self.wanted(self.input);
            let closeness = first.agree(&want, &tolerance);
            (want, closeness)
        };
        let closeness =
            closeness.map_err(|disagreement| self.disagrees("on its first call", disagreement))?;
        second
            .agree(&want, &tolerance)
            .map_err(|disagreement| self.disagrees("on its second call", disagreement))?;
        Ok(Agreement {
            against: self.kernel.info.variants[self.against].name.clone(),
            error: closeness.error,
            allowed: closeness.allowed,
            used: closeness.used,
            qualities,
            values: closeness.values,
            in_place: self.timed.is_in_place(),
            output_bytes: want.to_exchanged().bytes(),
            seeds_differ: self.check_other_seed(&want)?,
        })
    }

    fn count(&self) -> Option<Operations> {
        self.kernel.count.as_ref().map(|count| count(self.input))
    }

    fn batch(&mut self, iterations: u64, slice: u64, probe: &mut dyn Probe) {
        self.timed.batch(iterations, slice, probe);
    }

    fn alone(&mut self, rounds: u64, probes: [&mut dyn Probe; 2]) -> bool {
        let Some(Swapped { compose, composition }) = self.swapped else { return false };
        compose.alone(composition, self.input, rounds, probes);
        true
    }

    fn batch_to_keep(&mut self, iterations: u64, slice: u64, probe: &mut dyn Probe) {
        self.kept = None;
        self.kept = self.timed.batch_to_keep(iterations, slice, probe);
    }

    fn verify(&mut self) -> Result<(), CheckError> {
        let got = self.kept.take().unwrap_or_else(|| self.timed.once(&mut NoProbe));
        got.agree(&self.wanted(self.input), &self.tolerance)
            .map(|_| ())
            .map_err(|disagreement| self.disagrees("in a timed iteration", disagreement))
    }

    fn input(&self) -> Exchanged {
        self.input.to_exchanged()
    }

    fn hold(&mut self, result: Exchanged) -> Result<Agreement, CheckError> {
        let own = self.own.take().unwrap_or_else(|| self.timed.once(&mut NoProbe));
        let kernel = self.kernel;
        let against = &kernel.info.variants[self.variant].name;
        let held = hold::to_own(result, &own, &self.tolerance, against, |result| {
            let of = |quality: &Quality<I, O>| {
                result.map_or(f64::NAN, |result| quality(self.input, result))
            };
            kernel.qualities.iter().map(of).collect()
        });
        self.own = Some(own);
        held.map_err(|disagreement| CheckError::Disagrees {
            against: against.clone(),
            call: "in its result",
            disagreement,
        })
    }

    fn fresh(&mut self, probe: &mut dyn Probe) {
        let mut timed = (self.kernel.runs[self.variant])(self.input);
        drop(timed.once(probe));
    }
}
