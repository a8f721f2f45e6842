//! Strides of an array, in bytes, from its shape (exercises B.5 and B.2d).

use amdahl::{Cost, Exchange, ExchangeError, Exchanged, Kernel, Rung, Sizes, Timed};
use ndarray::{ArrayView, IxDyn, ShapeBuilder};

/// How many bytes apart neighbours along each axis of a dense array lie.
///
/// The exercise multiplies, for each axis, the extents within it; one running product has them all.
/// So little is computed that allocating the result is most of the time: C order multiplies from
/// the last axis on, Fortran order from the first, and nothing is moved or read of the array itself.
///
/// An array that holds no byte (an extent or the item's size is 0) has strides of 0, as in `NumPy`; an
/// array of rank 0 has none. A negative extent or size, an order other than `C` and `F`, or a size
/// beyond 2^63 - 1 bytes, extents of 0 left out of account, is an error.
pub fn kernel() -> Kernel {
    Kernel::new("strides", "strides in bytes of a dense array of any shape")
        .exercise("B.5 B.2d")
        .sizes(Sizes::smoke([0, 1, 2, 3, 5, 7]).measured([4, 32]))
        .input(|&rank, rng| {
            // Extents of 1, 2 and 3 keep 32 of them within 2^63.
            let extents = [1, 2, 3];
            Layout {
                shape: (0..rank).map(|_| extents[rng.index(extents.len())]).collect(),
                itemsize: 8,
                order: if rank % 2 == 0 { "C" } else { "F" }.to_owned(),
            }
        })
        // A multiplication an axis; integers count as if they were doubles.
        .cost(|&rank| Cost { flops: rank as f64, bytes: 16.0 * rank as f64 })
        .growing_over(1..=32, |rank| rank)
        .reference("naive", naive)
        .variant("running", running)
        .rung(Rung::Algorithm)
        .variant("ndarray", with_ndarray)
        .variant("preallocated", preallocated)
        .without(
            "nalgebra",
            "nalgebra's shapes have two extents, and their strides stand in its types.",
        )
        .without("faer", "faer's shapes have two extents: no other rank can be given.")
        .without("rayon", "A few multiplications are done before another thread could begin.")
        .build()
}

/// What strides follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The extents, outermost first.
    pub shape: Vec<i64>,
    /// Bytes of an item.
    pub itemsize: i64,
    /// `C` where the last axis is the nearest, `F` where the first is.
    pub order: String,
}

impl Exchange for Layout {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("shape", (&self.shape).into()),
            ("itemsize", self.itemsize.into()),
            ("order", self.order.as_str().into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self {
            shape: exchanged.take_as("shape")?,
            itemsize: exchanged.take_as("itemsize")?,
            order: exchanged.take_as("order")?,
        })
    }
}

/// Why an array has no strides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StridesError {
    /// The order has another name.
    #[error("the order is `{order}`: give `C` (last axis nearest) or `F` (first axis nearest)")]
    Order {
        /// The name given.
        order: String,
    },
    /// There is no such extent.
    #[error("axis {axis} has the extent {extent}: give 0 or more")]
    NegativeExtent {
        /// Which axis, from 0.
        axis: usize,
        /// Its extent.
        extent: i64,
    },
    /// There is no such item.
    #[error("an item of {itemsize} bytes: give 0 or more")]
    NegativeItem {
        /// The size given.
        itemsize: i64,
    },
    /// No address reaches its end.
    #[error("the shape {shape:?} of {itemsize} bytes each exceeds 2^63 - 1 bytes: make it smaller")]
    TooLarge {
        /// The extents.
        shape: Vec<i64>,
        /// Bytes of an item.
        itemsize: i64,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for StridesError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

/// Which axis is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The last.
    C,
    /// The first.
    F,
}

impl Layout {
    /// The order of an array that exists, and whether it holds a byte at all.
    fn checked(&self) -> Result<(Order, bool), StridesError> {
        let order = match self.order.as_str() {
            "C" => Order::C,
            "F" => Order::F,
            other => return Err(StridesError::Order { order: other.to_owned() }),
        };
        if self.itemsize < 0 {
            return Err(StridesError::NegativeItem { itemsize: self.itemsize });
        }
        let mut bytes = self.itemsize;
        let mut holds = bytes > 0;
        for (axis, &extent) in self.shape.iter().enumerate() {
            if extent < 0 {
                return Err(StridesError::NegativeExtent { axis, extent });
            }
            holds &= extent > 0;
            bytes = bytes.checked_mul(extent.max(1)).ok_or_else(|| StridesError::TooLarge {
                shape: self.shape.clone(),
                itemsize: self.itemsize,
            })?;
        }
        Ok((order, holds))
    }
}

type Strides = Result<Vec<i64>, StridesError>;

fn naive(layout: &Layout) -> Timed<'_, Strides> {
    Timed::returning(move || {
        let (order, holds) = layout.checked()?;
        let mut strides = Vec::new();
        for axis in 0..layout.shape.len() {
            let mut stride = if holds { layout.itemsize } else { 0 };
            for (other, extent) in layout.shape.iter().enumerate() {
                let within = match order {
                    Order::C => other > axis,
                    Order::F => other < axis,
                };
                if within {
                    stride *= extent;
                }
            }
            strides.push(stride);
        }
        Ok(strides)
    })
}

fn running(layout: &Layout) -> Timed<'_, Strides> {
    Timed::returning(move || {
        let mut strides = vec![0; layout.shape.len()];
        run(layout, &mut strides)?;
        Ok(strides)
    })
}

fn preallocated(layout: &Layout) -> Timed<'_, Strides> {
    Timed::in_place(
        (vec![0; layout.shape.len()], Ok(())),
        move |(strides, outcome)| *outcome = run(layout, strides),
        |(strides, outcome)| outcome.clone().map(|()| strides.clone()),
    )
}

/// One product of the extents passed so far.
fn run(layout: &Layout, strides: &mut [i64]) -> Result<(), StridesError> {
    let (order, holds) = layout.checked()?;
    let mut stride = if holds { layout.itemsize } else { 0 };
    let mut step = |(out, extent): (&mut i64, &i64)| {
        *out = stride;
        stride *= extent;
    };
    let axes = strides.iter_mut().zip(&layout.shape);
    match order {
        Order::C => axes.rev().for_each(&mut step),
        Order::F => axes.for_each(&mut step),
    }
    Ok(())
}

/// An array of nothing that any shape fits on: it takes no memory, and ndarray counts in items.
static NOTHING: [(); isize::MAX as usize] = [(); isize::MAX as usize];

fn with_ndarray(layout: &Layout) -> Timed<'_, Strides> {
    // A negative extent is refused before its stand-in is looked at.
    let extent = |&extent: &i64| usize::try_from(extent).unwrap_or(0);
    let shape: Vec<usize> = layout.shape.iter().map(extent).collect();
    Timed::returning(move || {
        let (order, holds) = layout.checked()?;
        if !holds {
            return Ok(vec![0; shape.len()]);
        }
        let shape = IxDyn(&shape).set_f(order == Order::F);
        let view = ArrayView::from_shape(shape, &NOTHING).expect("a size that was checked");
        Ok(view.strides().iter().map(|&items| items as i64 * layout.itemsize).collect())
    })
}
