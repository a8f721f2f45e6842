//! One stage of a pipeline, and its erased form.

use std::any::Any;
use std::sync::Arc;

use amdahl_reports::{Role, StageInfo, Tolerance};

use crate::data::{Agree, Closeness, Disagreement};

type StageFn<A, B> = Arc<dyn Fn(&A) -> B + Send + Sync>;

/// A stage that turns an `A` into a `B`, with its variants.
///
/// ```
/// use amdahl::Stage;
/// let words = Stage::reference("loop", |text: &String| {
///     let mut words = Vec::new();
///     for word in text.split(' ') {
///         words.push(word.to_owned());
///     }
///     words
/// })
/// .variant("collect", |text: &String| text.split(' ').map(str::to_owned).collect());
/// ```
pub struct Stage<A, B> {
    variants: Vec<(String, Role, StageFn<A, B>)>,
}

impl<A, B> Stage<A, B> {
    /// Begins with the variant every other must agree with.
    pub fn reference(name: &str, run: impl Fn(&A) -> B + Send + Sync + 'static) -> Self {
        Self { variants: vec![(name.to_owned(), Role::Reference, Arc::new(run))] }
    }

    /// Adds a variant that uses one thread.
    pub fn variant(self, name: &str, run: impl Fn(&A) -> B + Send + Sync + 'static) -> Self {
        self.add(name, Role::Serial, run)
    }

    /// Adds a variant that uses the rayon pool it is called in.
    pub fn parallel_variant(
        self,
        name: &str,
        run: impl Fn(&A) -> B + Send + Sync + 'static,
    ) -> Self {
        self.add(name, Role::Parallel, run)
    }

    fn add(
        mut self,
        name: &str,
        role: Role,
        run: impl Fn(&A) -> B + Send + Sync + 'static,
    ) -> Self {
        self.variants.push((name.to_owned(), role, Arc::new(run)));
        self
    }
}

/// An intermediate value between two stages.
pub(super) type Intermediate = Box<dyn Any>;

/// A stage without its types; the pipeline's builder saw to it that neighbours fit.
pub(super) trait ErasedStage: Send + Sync {
    /// Names and roles of the variants, the reference first.
    fn variants(&self) -> Vec<(String, Role)>;
    /// Runs one variant.
    fn run(&self, variant: usize, input: &dyn Any) -> Intermediate;
    /// Compares two outputs of this stage.
    fn agree(
        &self,
        got: &dyn Any,
        want: &dyn Any,
        tolerance: &Tolerance,
    ) -> Result<Closeness, Disagreement>;
}

const FITS: &str = "the builder lets only fitting stages follow one another";

impl<A: 'static, B: Agree + 'static> ErasedStage for Stage<A, B> {
    fn variants(&self) -> Vec<(String, Role)> {
        self.variants.iter().map(|(name, role, _)| (name.clone(), *role)).collect()
    }

    fn run(&self, variant: usize, input: &dyn Any) -> Intermediate {
        let input = input.downcast_ref::<A>().expect(FITS);
        Box::new((self.variants[variant].2)(input))
    }

    fn agree(
        &self,
        got: &dyn Any,
        want: &dyn Any,
        tolerance: &Tolerance,
    ) -> Result<Closeness, Disagreement> {
        let got = got.downcast_ref::<B>().expect(FITS);
        got.agree(want.downcast_ref::<B>().expect(FITS), tolerance)
    }
}

/// A named stage and the index of the variant that each composition uses.
pub(super) struct NamedStage {
    pub(super) name: &'static str,
    pub(super) stage: Box<dyn ErasedStage>,
}

impl NamedStage {
    pub(super) fn info(&self) -> StageInfo {
        let variants = self.stage.variants().into_iter().map(|(name, _)| name).collect();
        StageInfo { name: self.name.to_owned(), variants }
    }
}
