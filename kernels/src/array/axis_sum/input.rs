//! What is summed: an array of any rank in either memory order, and the axis.

use amdahl::count::Counted;
use amdahl::{Array, Exchange, ExchangeError, Exchanged, Rng, SizeLabel};

/// Which neighbours in an array are neighbours in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Those along the last axis, as in C: row-major.
    C,
    /// Those along the first axis, as in Fortran: column-major.
    Fortran,
}

/// An array and the axis to sum it along.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisSum<T = f64> {
    /// The axis, from 0; a negative one counts from the end.
    pub axis: i64,
    /// The extents, in the order of the axes.
    pub shape: Vec<usize>,
    /// The memory order of `data`.
    pub order: Order,
    /// The values as they lie in memory.
    pub data: Vec<T>,
}

impl AxisSum {
    /// The same array over a scalar that counts.
    pub fn counted(&self) -> AxisSum<Counted> {
        let Self { axis, shape, order, data } = self;
        let data = Counted::vector(data);
        AxisSum { axis: *axis, shape: shape.clone(), order: *order, data }
    }
}

impl<T> AxisSum<T> {
    /// How far apart in `data` neighbours along each axis lie.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1; self.shape.len()];
        match self.order {
            Order::C => {
                for axis in (1..self.shape.len()).rev() {
                    strides[axis - 1] = strides[axis] * self.shape[axis];
                }
            }
            Order::Fortran => {
                for axis in 1..self.shape.len() {
                    strides[axis] = strides[axis - 1] * self.shape[axis - 1];
                }
            }
        }
        strides
    }
}

/// Values cross in row-major order, and what comes from outside is row-major.
impl Exchange for AxisSum {
    fn to_exchanged(&self) -> Exchanged {
        let a = row_major(self.shape.clone(), self.order, self.data.clone());
        Exchanged::named([("axis", self.axis.into()), ("a", (&a).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let axis = exchanged.take_as("axis")?;
        let Array { shape, data } = exchanged.take_as("a")?;
        Ok(Self { axis, shape, order: Order::C, data })
    }
}

/// The array of values that lie in this order.
pub fn row_major(shape: Vec<usize>, order: Order, data: Vec<f64>) -> Array<f64> {
    let data = match order {
        Order::C => data,
        Order::Fortran => reversed(&shape, &data),
    };
    Array { shape, data }
}

/// Column-major values of this shape in row-major order.
fn reversed(shape: &[usize], data: &[f64]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    (0..data.len())
        .map(|_| {
            let offset = shape.iter().zip(&index).rev().fold(0, |at, (extent, i)| at * extent + i);
            for (i, extent) in index.iter_mut().zip(shape).rev() {
                *i += 1;
                if *i < *extent {
                    break;
                }
                *i = 0;
            }
            data[offset]
        })
        .collect()
}

/// A size: shape, memory order and axis.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The extents.
    pub shape: &'static [usize],
    /// The memory order.
    pub order: Order,
    /// The axis to sum along.
    pub axis: i64,
}

impl Size {
    /// An array of values of one sign, so that each sum is well conditioned and has a tolerance.
    pub fn array(&self, rng: &mut Rng) -> AxisSum {
        let values = self.shape.iter().product();
        AxisSum {
            axis: self.axis,
            shape: self.shape.to_vec(),
            order: self.order,
            data: (0..values).map(|_| rng.uniform(0.0, 1.0)).collect(),
        }
    }
}

impl SizeLabel for Size {
    fn label(&self) -> String {
        let extents: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let order = match self.order {
            Order::C => "C",
            Order::Fortran => "F",
        };
        let shape = if extents.is_empty() { "scalar".to_owned() } else { extents.join("x") };
        format!("{shape}-{order}-axis{}", self.axis)
    }
}
