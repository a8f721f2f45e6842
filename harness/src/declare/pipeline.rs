//! Pipelines: kernels made of ordered stages that share their intermediate types.
//!
//! A pipeline becomes an ordinary kernel: its variants are compositions. The reference runs every
//! stage's reference; the variant `columns` runs each stage's `columns` where the stage has one and
//! its reference where it has not.

use std::marker::PhantomData;
use std::sync::Arc;

use amdahl_reports::{Bound, Tolerance};

use super::builder::{BySize, Cost, Kernel, KernelBuilder, KernelHead};
use super::composition::{Composed, compositions, run_all};
use super::erased::Erased;
use super::error::DeclareError;
use super::growing::Growing;
use super::sizes::{SizeLabel, Sizes};
use super::stage::{NamedStage, Stage};
use super::timed::Timed;
use super::typed::MakeInput;
use crate::data::{Agree, Exchange, Rng};

/// Begins the declaration of a pipeline; see [`Pipeline::new`].
pub struct Pipeline;

impl Pipeline {
    /// Begins the declaration of a pipeline with this id and a sentence on what it computes.
    ///
    /// ```
    /// use amdahl::{Pipeline, Sizes, Stage};
    ///
    /// let pipeline = Pipeline::new("words", "longest word of a text")
    ///     .sizes(Sizes::smoke([0, 3]).measured([1_000]))
    ///     .input(|&n, _| "so it goes ".repeat(n))
    ///     .stage(
    ///         "split",
    ///         Stage::reference("owned", |text: &String| -> Vec<Option<String>> {
    ///             text.split(' ').map(|word| Some(word.to_owned())).collect()
    ///         }),
    ///     )
    ///     .stage(
    ///         "longest",
    ///         Stage::reference("owned", |words: &Vec<Option<String>>| {
    ///             words.iter().flatten().map(|word| word.len() as f64).fold(0.0, f64::max)
    ///         }),
    ///     )
    ///     .build();
    /// assert!(pipeline.error().is_none());
    /// ```
    #[allow(clippy::new_ret_no_self, reason = "a declaration begins with the type it ends in")]
    pub fn new(id: &str, about: &str) -> PipelineHead {
        PipelineHead { head: Kernel::new(id, about) }
    }
}

/// The first words of a pipeline's declaration.
#[derive(Debug, Clone)]
pub struct PipelineHead {
    head: KernelHead,
}

impl PipelineHead {
    /// Names the exercise this pipeline answers.
    pub fn exercise(mut self, exercise: &str) -> Self {
        self.head = self.head.exercise(exercise);
        self
    }

    /// Gives the sizes.
    pub fn sizes<S: SizeLabel>(self, sizes: Sizes<S>) -> PipelineSizes<S> {
        PipelineSizes { head: self.head, sizes }
    }
}

/// A pipeline's declaration that waits for its input.
pub struct PipelineSizes<S> {
    head: KernelHead,
    sizes: Sizes<S>,
}

impl<S: SizeLabel + Send + Sync + 'static> PipelineSizes<S> {
    /// How to make the input of a size; see [`super::KernelSizes::input`].
    pub fn input<I: Exchange + Send + Sync + 'static>(
        self,
        input: impl Fn(&S, &mut Rng) -> I + Send + Sync + 'static,
    ) -> PipelineBuilder<S, I, I> {
        self.builder(Box::new(move |size, rng| Ok(input(size, rng))))
    }

    /// Like [`PipelineSizes::input`] where making the input can fail.
    pub fn try_input<I: Exchange + Send + Sync + 'static, E: std::fmt::Display>(
        self,
        input: impl Fn(&S, &mut Rng) -> Result<I, E> + Send + Sync + 'static,
    ) -> PipelineBuilder<S, I, I> {
        self.builder(Box::new(move |size, rng| input(size, rng).map_err(|e| e.to_string())))
    }

    fn builder<I>(self, input: MakeInput<S, I>) -> PipelineBuilder<S, I, I> {
        PipelineBuilder {
            head: self.head,
            sizes: self.sizes,
            input,
            cost: None,
            bound: None,
            tolerance: Box::new(|_| Tolerance::EXACT),
            growing: Growing::default(),
            stages: Vec::new(),
            last: PhantomData,
        }
    }
}

/// A pipeline's declaration that collects its stages; `A` is what the next stage takes.
pub struct PipelineBuilder<S, I, A> {
    head: KernelHead,
    sizes: Sizes<S>,
    input: MakeInput<S, I>,
    cost: Option<BySize<S, Cost>>,
    bound: Option<Bound>,
    tolerance: BySize<S, Tolerance>,
    pub(super) growing: Growing<S>,
    stages: Vec<NamedStage>,
    last: PhantomData<fn() -> A>,
}

impl<S, I, A> PipelineBuilder<S, I, A>
where
    S: SizeLabel + Send + Sync + 'static,
    I: Exchange + Send + Sync + 'static,
    A: 'static,
{
    /// The compulsory work at a size; see [`KernelBuilder::cost`].
    pub fn cost(mut self, cost: impl Fn(&S) -> Cost + Send + Sync + 'static) -> Self {
        self.cost = Some(Box::new(cost));
        self
    }

    /// What limits the time of any implementation; see [`KernelBuilder::bound_by`].
    pub fn bound_by(mut self, bound: Bound) -> Self {
        self.bound = Some(bound);
        self
    }

    /// How much each stage's output may differ from its reference's; not at all without this line.
    pub fn agree_within(
        mut self,
        tolerance: impl Fn(&S) -> Tolerance + Send + Sync + 'static,
    ) -> Self {
        self.tolerance = Box::new(tolerance);
        self
    }

    /// Adds the next stage; its output is compared variant by variant, and spans carry its name.
    pub fn stage<B: Agree + 'static>(
        mut self,
        name: &'static str,
        stage: Stage<A, B>,
    ) -> PipelineBuilder<S, I, B> {
        self.stages.push(NamedStage { name, stage: Box::new(stage) });
        PipelineBuilder {
            head: self.head,
            sizes: self.sizes,
            input: self.input,
            cost: self.cost,
            bound: self.bound,
            tolerance: self.tolerance,
            growing: self.growing,
            stages: self.stages,
            last: PhantomData,
        }
    }

    /// Ends the declaration. An error in it is kept and reported when the suite is used.
    pub fn build(self) -> Kernel
    where
        A: Agree,
    {
        let id = self.head.id.clone();
        let declared = self.finish();
        Kernel { declared, id }
    }

    fn finish(self) -> Result<Arc<dyn Erased>, DeclareError>
    where
        A: Agree,
    {
        let compositions = compositions(&self.stages);
        if compositions.is_empty() {
            return Err(DeclareError::NoStages { kernel: self.head.id });
        }
        let info = self.stages.iter().map(NamedStage::info).collect();
        let stages = Arc::new(self.stages);
        let mut builder: KernelBuilder<S, I, A> = self
            .head
            .sizes(self.sizes)
            .try_input(self.input)
            .agree_within(self.tolerance)
            .limits(self.cost, self.bound)
            .grow(self.growing);
        let picks = compositions.iter().map(|composition| composition.picks.clone()).collect();
        for composition in compositions {
            let stages = Arc::clone(&stages);
            let picks = composition.picks;
            let run = move |input: &I| run_all::<A>(&stages, &picks, input);
            builder = builder.add(&composition.name, composition.role, move |input: &I| {
                let run = run.clone();
                Timed::returning(move || run(input))
            });
        }
        let builder = builder.composed_of(Box::new(Composed::new(stages, picks)));
        Ok(Arc::new(builder.finish(info)?))
    }
}
