//! What is broadcast: an operation and two arrays of any rank.

use amdahl::{Array, Exchange, ExchangeError, Exchanged, Rng, SizeLabel};

/// An operation on two doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The product.
    Mul,
}

impl Op {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
        }
    }
}

/// An operation and its operands.
#[derive(Debug, Clone, PartialEq)]
pub struct Operands {
    /// What to do with each pair.
    pub op: Op,
    /// The left operand.
    pub a: Array<f64>,
    /// The right operand.
    pub b: Array<f64>,
}

impl Exchange for Operands {
    fn to_exchanged(&self) -> Exchanged {
        let op = self.op.name().into();
        Exchanged::named([("op", op), ("a", (&self.a).into()), ("b", (&self.b).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let name: String = exchanged.take_as("op")?;
        let known = [Op::Add, Op::Sub, Op::Mul].into_iter().find(|op| op.name() == name);
        let op = known.ok_or_else(|| ExchangeError::Mismatch {
            name: "op".to_owned(),
            want: "`add`, `sub` or `mul`",
            got: format!("`{name}`"),
        })?;
        Ok(Self { op, a: exchanged.take_as("a")?, b: exchanged.take_as("b")? })
    }
}

/// A size: the operation and the shapes of its operands.
#[derive(Debug, Clone, Copy)]
pub struct Shapes {
    /// The operation.
    pub op: Op,
    /// The left operand's shape.
    pub a: &'static [usize],
    /// The right operand's shape.
    pub b: &'static [usize],
}

impl Shapes {
    /// Operands of standard normal values.
    pub fn operands(&self, rng: &mut Rng) -> Operands {
        let mut array = |shape: &[usize]| Array {
            shape: shape.to_vec(),
            data: rng.vector(shape.iter().product()),
        };
        Operands { op: self.op, a: array(self.a), b: array(self.b) }
    }
}

impl SizeLabel for Shapes {
    fn label(&self) -> String {
        let shape = |shape: &[usize]| match shape {
            [] => "scalar".to_owned(),
            _ => shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x"),
        };
        format!("{}-{}-{}", shape(self.a), self.op.name(), shape(self.b))
    }
}
