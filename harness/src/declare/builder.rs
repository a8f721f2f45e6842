//! The builder of a kernel.

use std::sync::Arc;

use amdahl_reports::{Absent, Bound, KernelInfo, Role, Rung, SizeInfo, Tolerance, VariantInfo};

use super::describe::{Describe, Kept};
use super::erased::Erased;
use super::error::DeclareError;
use super::growing::Growing;
use super::sizes::{SizeLabel, Sizes};
use super::timed::Timed;
use super::typed::{Compose, Count, MakeInput, Quality, Run, Typed};
use crate::data::{Agree, Exchange, Rng};

/// Compulsory work of one iteration: what any implementation must do, whatever else it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Floating-point operations: additions, multiplications, divisions; a fused multiply-add
    /// counts two.
    pub flops: f64,
    /// Bytes read and written once each, caches assumed perfect.
    pub bytes: f64,
}

/// A declared kernel, without its types. [`Kernel::new`] begins a declaration.
#[derive(Clone)]
pub struct Kernel {
    pub(super) declared: Result<Arc<dyn Erased>, DeclareError>,
    pub(super) id: String,
}

impl Kernel {
    /// Begins the declaration of a kernel with this id and a sentence on what it computes.
    ///
    /// ```
    /// use amdahl::{Cost, Kernel, Sizes, Timed, Tolerance};
    ///
    /// let kernel = Kernel::new("double", "twice each value of x")
    ///     .sizes(Sizes::smoke([0, 1, 7]).measured([10_000]))
    ///     .input(|&n, rng| rng.vector(n))
    ///     .cost(|&n| Cost { flops: n as f64, bytes: 16.0 * n as f64 })
    ///     .agree_within(|_| Tolerance::EXACT)
    ///     .reference("naive", |x: &Vec<f64>| {
    ///         Timed::returning(move || {
    ///             let mut out = Vec::new();
    ///             for value in x {
    ///                 out.push(2.0 * value);
    ///             }
    ///             out
    ///         })
    ///     })
    ///     .variant("iterator", |x| {
    ///         Timed::returning(move || x.iter().map(|value| 2.0 * value).collect())
    ///     })
    ///     .build();
    /// assert_eq!(kernel.id(), "double");
    /// ```
    #[allow(clippy::new_ret_no_self, reason = "a declaration begins with the type it ends in")]
    pub fn new(id: &str, about: &str) -> KernelHead {
        KernelHead { id: id.to_owned(), about: about.to_owned(), exercise: None }
    }

    /// The kernel's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the rest of the harness drives.
    pub(crate) fn erased(&self) -> Result<Arc<dyn Erased>, DeclareError> {
        self.declared.clone()
    }

    /// The error in its declaration, if there is one.
    pub fn error(&self) -> Option<&DeclareError> {
        self.declared.as_ref().err()
    }
}

/// The first words of a declaration: id, description, exercise.
#[derive(Debug, Clone)]
pub struct KernelHead {
    pub(super) id: String,
    pub(super) about: String,
    pub(super) exercise: Option<String>,
}

impl KernelHead {
    /// Names the exercise this kernel answers.
    pub fn exercise(mut self, exercise: &str) -> Self {
        self.exercise = Some(exercise.to_owned());
        self
    }

    /// Gives the sizes.
    pub fn sizes<S: SizeLabel>(self, sizes: Sizes<S>) -> KernelSizes<S> {
        KernelSizes { head: self, sizes }
    }
}

/// A declaration that has its sizes and waits for its input.
pub struct KernelSizes<S> {
    head: KernelHead,
    sizes: Sizes<S>,
}

impl<S: SizeLabel + Send + Sync + 'static> KernelSizes<S> {
    /// How to make the input of a size; all randomness comes from `rng`, so a seed repeats it.
    pub fn input<I: Exchange + Send + Sync + 'static, O: Agree>(
        self,
        input: impl Fn(&S, &mut Rng) -> I + Send + Sync + 'static,
    ) -> KernelBuilder<S, I, O> {
        self.builder(Box::new(move |size, rng| Ok(input(size, rng))))
    }

    /// Like [`KernelSizes::input`] where making the input can fail, as when it is read from a
    /// file; the error becomes the reason in the report.
    pub fn try_input<I: Exchange + Send + Sync + 'static, O: Agree, E: std::fmt::Display>(
        self,
        input: impl Fn(&S, &mut Rng) -> Result<I, E> + Send + Sync + 'static,
    ) -> KernelBuilder<S, I, O> {
        self.builder(Box::new(move |size, rng| input(size, rng).map_err(|e| e.to_string())))
    }

    fn builder<I, O>(self, input: MakeInput<S, I>) -> KernelBuilder<S, I, O> {
        KernelBuilder {
            head: self.head,
            sizes: self.sizes,
            input,
            cost: None,
            bound: None,
            working_set: None,
            tolerance: Box::new(|_| Tolerance::EXACT),
            variants: Vec::new(),
            runs: Vec::new(),
            kept: Vec::new(),
            growing: Growing::default(),
            absent: Vec::new(),
            qualities: Vec::new(),
            composed: None,
            count: None,
            error: None,
        }
    }
}

/// A declaration that collects its variants; `S`, `I` and `O` are size, input and output.
pub struct KernelBuilder<S, I, O> {
    head: KernelHead,
    sizes: Sizes<S>,
    input: MakeInput<S, I>,
    cost: Option<BySize<S, Cost>>,
    bound: Option<Bound>,
    working_set: Option<BySize<S, f64>>,
    tolerance: BySize<S, Tolerance>,
    variants: Vec<VariantInfo>,
    runs: Vec<Run<I, O>>,
    /// As long as `runs`.
    kept: Vec<Option<Kept<S>>>,
    pub(super) growing: Growing<S>,
    absent: Vec<Absent>,
    qualities: Vec<(String, Quality<I, O>)>,
    composed: Option<Box<dyn Compose<I, O>>>,
    pub(super) count: Option<Count<I>>,
    error: Option<DeclareError>,
}

pub(super) type BySize<S, T> = Box<dyn Fn(&S) -> T + Send + Sync>;

impl<S, I, O> KernelBuilder<S, I, O>
where
    S: SizeLabel + Send + Sync + 'static,
    I: Exchange + Send + Sync + 'static,
    O: Agree + 'static,
{
    /// The compulsory work at a size, for rates and for the distance from the machine's limit.
    pub fn cost(mut self, cost: impl Fn(&S) -> Cost + Send + Sync + 'static) -> Self {
        self.cost = Some(Box::new(cost));
        self
    }

    /// What limits the time of any implementation: the report shows how near the best one comes to
    /// it. The limit is that of the cache level which the bytes of [`Cost`] fit.
    pub fn bound_by(mut self, bound: Bound) -> Self {
        self.bound = Some(bound);
        self
    }

    /// The bytes an iteration works on, where they are not the bytes it moves: a kernel that reads
    /// its input twice moves more than it works on.
    pub fn working_set(mut self, bytes: impl Fn(&S) -> f64 + Send + Sync + 'static) -> Self {
        self.working_set = Some(Box::new(bytes));
        self
    }

    /// How much a variant may differ from the reference at a size; not at all without this line.
    pub fn agree_within(
        mut self,
        tolerance: impl Fn(&S) -> Tolerance + Send + Sync + 'static,
    ) -> Self {
        self.tolerance = Box::new(tolerance);
        self
    }

    /// The slow, obviously right variant that every other must agree with.
    pub fn reference<F>(self, name: &str, run: F) -> Self
    where
        F: for<'a> Fn(&'a I) -> Timed<'a, O> + Send + Sync + 'static,
    {
        self.add(name, Role::Reference, run)
    }

    /// A variant that uses one thread.
    pub fn variant<F>(self, name: &str, run: F) -> Self
    where
        F: for<'a> Fn(&'a I) -> Timed<'a, O> + Send + Sync + 'static,
    {
        self.add(name, Role::Serial, run)
    }

    /// A variant that uses the rayon pool it is called in; it is run in pools of 1, 2, 4 … threads.
    pub fn parallel_variant<F>(self, name: &str, run: F) -> Self
    where
        F: for<'a> Fn(&'a I) -> Timed<'a, O> + Send + Sync + 'static,
    {
        self.add(name, Role::Parallel, run)
    }

    /// Puts the variant declared last on this rung of the ladder, where its role does not tell.
    pub fn rung(mut self, rung: Rung) -> Self {
        if let Some(variant) = self.variants.last_mut() {
            variant.rung = Some(rung);
        } else {
            let kernel = self.head.id.clone();
            self.error
                .get_or_insert(DeclareError::NothingDeclaredBefore { kernel, method: "rung" });
        }
        self
    }

    /// Runs the variant declared last only at those sizes, measured or of a sweep, that `keep`
    /// keeps, and says in one
    /// sentence why: three loops over a large matrix take minutes and show nothing new.
    pub fn only_where(
        mut self,
        keep: impl Fn(&S) -> bool + Send + Sync + 'static,
        reason: &str,
    ) -> Self {
        if let Some(kept) = self.kept.last_mut() {
            *kept = Some(Kept { keep: Box::new(keep), reason: reason.to_owned() });
        } else {
            let kernel = self.head.id.clone();
            self.error.get_or_insert(DeclareError::NothingDeclaredBefore {
                kernel,
                method: "only_where",
            });
        }
        self
    }

    /// Says in one sentence why there is no variant of this name, so that no cell is silently empty.
    pub fn without(mut self, variant: &str, reason: &str) -> Self {
        self.absent.push(Absent { variant: variant.to_owned(), reason: reason.to_owned() });
        self
    }

    /// A measure of quality of each result beside agreement, smaller being better, such as the
    /// backward error of a solution; it stands in the report beside the largest error.
    pub fn quality(
        mut self,
        name: &str,
        of: impl Fn(&I, &O) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.qualities.push((name.to_owned(), Box::new(of)));
        self
    }

    /// Ends the declaration. An error in it is kept and reported when the suite is used.
    pub fn build(self) -> Kernel {
        let id = self.head.id.clone();
        let declared = self.finish(Vec::new()).map(|typed| Arc::new(typed) as Arc<dyn Erased>);
        Kernel { declared, id }
    }

    pub(super) fn limits(mut self, cost: Option<BySize<S, Cost>>, bound: Option<Bound>) -> Self {
        self.cost = cost;
        self.bound = bound;
        self
    }

    pub(super) fn composed_of(mut self, composed: Box<dyn Compose<I, O>>) -> Self {
        self.composed = Some(composed);
        self
    }

    pub(super) fn grow(mut self, growing: Growing<S>) -> Self {
        self.growing = growing;
        self
    }

    pub(super) fn finish(
        self,
        stages: Vec<amdahl_reports::StageInfo>,
    ) -> Result<Typed<S, I, O>, DeclareError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let describe =
            Describe { cost: self.cost, working_set: self.working_set, tolerance: self.tolerance };
        let growing = self.growing;
        let on_axis = |size: &S| growing.find(&size.label()).map(|(extent, _)| extent);
        let measured = self.sizes.measured.iter();
        let sizes: Vec<SizeInfo> = (self.sizes.smoke.iter().map(|size| (size, false)))
            .chain(measured.map(|size| (size, true)))
            .map(|(size, measured)| describe.size(size, measured, on_axis(size)))
            .collect();
        let mut variants = self.variants;
        for (variant, kept) in variants.iter_mut().zip(&self.kept) {
            let left_out = kept.iter().flat_map(|kept| kept.left_out(self.sizes.measured.iter()));
            variant.left_out = left_out.collect();
        }
        let (names, qualities) = self.qualities.into_iter().unzip();
        let info = KernelInfo {
            id: self.head.id,
            about: self.head.about,
            exercise: self.head.exercise,
            bound: self.bound,
            sizes,
            variants,
            absent: self.absent,
            qualities: names,
            stages,
            swept: Vec::new(),
            streaming: growing.streaming,
            gate_size: growing.gate.as_ref().map(SizeLabel::label),
            claims: Vec::new(),
        };
        super::suite::validate_kernel(&info)?;
        let default = growing.axis.is_some();
        let default =
            default.then(|| growing.default_range(&info.id, &self.sizes.measured)).transpose()?;
        let sizes = self.sizes.smoke.into_iter().chain(self.sizes.measured).collect();
        let Self { kept, input, runs, composed, count, .. } = self;
        let mut typed =
            Typed { info, sizes, describe, growing, kept, input, runs, qualities, composed, count };
        typed.validate_gate()?;
        if let Some(range) = default {
            typed.info = typed.info_over(&range)?;
        }
        Ok(typed)
    }

    pub(super) fn add<F>(mut self, name: &str, role: Role, run: F) -> Self
    where
        F: for<'a> Fn(&'a I) -> Timed<'a, O> + Send + Sync + 'static,
    {
        let name = name.to_owned();
        self.variants.push(VariantInfo {
            name,
            role,
            rung: None,
            left_out: Vec::new(),
            language: None,
            lines: None,
        });
        self.runs.push(Box::new(run));
        self.kept.push(None);
        self
    }
}
