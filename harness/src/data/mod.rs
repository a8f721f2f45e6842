//! The data that crosses between variants, files and programs: matrices, named values, randomness.

mod agree;
mod exchange;
mod exchange_impls;
mod matrix;
mod rng;

pub use agree::{Agree, Closeness, Disagreement};
pub use exchange::{Array, Exchange, ExchangeError, Exchanged, Value};
pub use matrix::Matrix;
pub use rng::Rng;
