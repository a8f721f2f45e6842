//! The timed work of a variant: what runs under the clock, apart from what surrounds it.
//!
//! A variant is called once and returns a [`Timed`]: what it did before returning is setup, the
//! closure inside is the work, and the view after it is what gets compared. The work is compiled
//! once and called through a pointer, from whichever loop runs it.

use std::hint::black_box;

use crate::measure::Probe;

/// A variant's work, ready to be timed; `O` is what its result is compared as.
///
/// ```
/// use amdahl::Timed;
///
/// fn double(x: &Vec<f64>) -> Timed<'_, Vec<f64>> {
///     Timed::returning(move || x.iter().map(|value| 2.0 * value).collect())
/// }
///
/// fn double_in_place(x: &Vec<f64>) -> Timed<'_, Vec<f64>> {
///     let out = vec![0.0; x.len()];
///     Timed::in_place(
///         out,
///         move |out| out.iter_mut().zip(x).for_each(|(out, value)| *out = 2.0 * value),
///         |out| out.clone(),
///     )
/// }
/// ```
pub struct Timed<'a, O> {
    work: Box<dyn Work<O> + 'a>,
    in_place: bool,
}

impl<'a, O: 'a> Timed<'a, O> {
    /// Work that returns its result; the result is dropped off the clock.
    pub fn returning(work: impl FnMut() -> O + 'a) -> Self {
        Self { work: Box::new(Returning(work)), in_place: false }
    }

    /// Work that writes into `buffers`, which live as long as the case; `view` reads the result
    /// out of them after the clock has stopped.
    pub fn in_place<B: 'a>(
        buffers: B,
        work: impl FnMut(&mut B) + 'a,
        view: impl Fn(&B) -> O + 'a,
    ) -> Self {
        Self { work: Box::new(InPlace { buffers, work, view }), in_place: true }
    }

    /// Converts the result, after the clock, into what is compared with the reference.
    pub fn seen_as<P: 'a>(self, view: impl Fn(O) -> P + 'a) -> Timed<'a, P> {
        Timed { work: Box::new(Seen { inner: self.work, view }), in_place: self.in_place }
    }

    pub(crate) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Runs one iteration under the probe and returns its result as it is compared.
    pub(crate) fn once(&mut self, probe: &mut dyn Probe) -> O {
        self.work.once(probe)
    }

    /// Runs `iterations`, at most `slice` of them between two calls of the probe; results are
    /// dropped outside.
    pub(crate) fn batch(&mut self, iterations: u64, slice: u64, probe: &mut dyn Probe) {
        self.work.batch(iterations, slice.max(1), probe, false);
    }

    /// The same, and the result of the last iteration, as it is compared; none without an iteration.
    pub(crate) fn batch_to_keep(
        &mut self,
        iterations: u64,
        slice: u64,
        probe: &mut dyn Probe,
    ) -> Option<O> {
        self.work.batch(iterations, slice.max(1), probe, true)
    }
}

trait Work<O> {
    fn once(&mut self, probe: &mut dyn Probe) -> O;
    /// Gives the last iteration's result where `keep` asks for it; all else is the same either way,
    /// so that no variant can tell an iteration whose result is looked at.
    fn batch(
        &mut self,
        iterations: u64,
        slice: u64,
        probe: &mut dyn Probe,
        keep: bool,
    ) -> Option<O>;
}

/// The frame below which everything belongs to the timed work; profiles are cut here.
#[inline(never)]
pub(crate) fn timed_region<R>(work: impl FnOnce() -> R) -> R {
    // The black box keeps the call from becoming a jump that would leave no frame.
    black_box(work())
}

fn under<R>(probe: &mut dyn Probe, work: impl FnOnce() -> R) -> R {
    probe.start();
    let result = timed_region(work);
    probe.stop();
    result
}

/// A closure as something that is called and never becomes part of its caller.
///
/// Inlined into the loop of a slice, a closure came out with four times the instructions it had in a
/// loop of its own, so a time depended on how many iterations share a slice. Called through a pointer
/// that the compiler cannot see through, it is compiled once, under its own name, which is what
/// profiles show. The call costs a nanosecond or two, and every variant pays it.
macro_rules! opaque {
    ($closure:expr, $kind:ty) => {
        black_box(&mut $closure as &mut $kind)
    };
}

struct Returning<F>(F);

impl<O, F: FnMut() -> O> Work<O> for Returning<F> {
    fn once(&mut self, probe: &mut dyn Probe) -> O {
        under(probe, || black_box(opaque!(self.0, dyn FnMut() -> O)()))
    }

    fn batch(
        &mut self,
        iterations: u64,
        slice: u64,
        probe: &mut dyn Probe,
        keep: bool,
    ) -> Option<O> {
        let mut last = None;
        if slice == 1 {
            for left in (0..iterations).rev() {
                let result = self.once(probe);
                if keep && left == 0 {
                    last = Some(result);
                }
            }
            return last;
        }
        let capacity = usize::try_from(slice.min(iterations)).unwrap_or(usize::MAX);
        let mut results = Vec::with_capacity(capacity);
        let mut left = iterations;
        while left > 0 {
            let now = left.min(slice);
            under(probe, || {
                for _ in 0..now {
                    results.push(black_box(opaque!(self.0, dyn FnMut() -> O)()));
                }
            });
            if keep && left == now {
                last = results.pop();
            }
            results.clear();
            left -= now;
        }
        last
    }
}

struct InPlace<B, W, V> {
    buffers: B,
    work: W,
    view: V,
}

impl<O, B, W: FnMut(&mut B), V: Fn(&B) -> O> Work<O> for InPlace<B, W, V> {
    fn once(&mut self, probe: &mut dyn Probe) -> O {
        under(probe, || opaque!(self.work, dyn FnMut(&mut B))(black_box(&mut self.buffers)));
        (self.view)(&self.buffers)
    }

    fn batch(
        &mut self,
        iterations: u64,
        slice: u64,
        probe: &mut dyn Probe,
        keep: bool,
    ) -> Option<O> {
        let mut left = iterations;
        while left > 0 {
            let now = left.min(slice);
            under(probe, || {
                for _ in 0..now {
                    opaque!(self.work, dyn FnMut(&mut B))(black_box(&mut self.buffers));
                }
            });
            left -= now;
        }
        (keep && iterations > 0).then(|| (self.view)(&self.buffers))
    }
}

struct Seen<'a, R, V> {
    inner: Box<dyn Work<R> + 'a>,
    view: V,
}

impl<R, O, V: Fn(R) -> O> Work<O> for Seen<'_, R, V> {
    fn once(&mut self, probe: &mut dyn Probe) -> O {
        (self.view)(self.inner.once(probe))
    }

    fn batch(
        &mut self,
        iterations: u64,
        slice: u64,
        probe: &mut dyn Probe,
        keep: bool,
    ) -> Option<O> {
        self.inner.batch(iterations, slice, probe, keep).map(&self.view)
    }
}
