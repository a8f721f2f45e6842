//! Bench targets linked anew with their functions in another order, for `gate --explain`.

use std::cell::Cell;
use std::path::PathBuf;

use amdahl_reports::gate::Which;

use crate::cli::way_in::CargoBench;
use crate::driver::Interrupt;
use crate::gate::BuildPlan;

/// How both sides of a gate are linked anew.
pub(super) struct Relink {
    /// The bench target.
    name: String,
    /// Where the base is built; the head is where the user is.
    base: BuildPlan,
    interrupt: Interrupt,
    /// The first of [`arguments`] that the linker has not refused yet.
    known: Cell<usize>,
}

impl Relink {
    pub(super) fn new(name: String, base: BuildPlan, interrupt: Interrupt) -> Self {
        Self { name, base, interrupt, known: Cell::new(0) }
    }

    /// The program of a side in the order of this number, from 1.
    ///
    /// # Errors
    /// Where no linker does it, in words.
    pub(super) fn program(&self, side: Which, order: usize) -> Result<PathBuf, String> {
        let arguments = arguments(order);
        let mut refused = "the linker has no further order".to_owned();
        for (at, argument) in arguments.iter().enumerate().skip(self.known.get()) {
            match self.build(side, argument) {
                Ok(program) => {
                    self.known.set(at);
                    return Ok(program);
                }
                Err(error) => refused = format!("{error:#} with `{argument}`"),
            }
        }
        Err(refused)
    }

    fn build(&self, side: Which, argument: &str) -> anyhow::Result<PathBuf> {
        let is_base = side == Which::Base;
        let bench = CargoBench {
            wanted: Some(&self.name),
            elsewhere: is_base.then_some((&*self.base.folder, &*self.base.target)),
            own_toolchain: is_base && self.base.own_toolchain,
            link_argument: Some(argument.to_owned()),
            interrupt: self.interrupt.clone(),
        };
        bench.build()
    }
}

/// What asks linkers for another order: lld shuffles by a seed, GNU ld sorts in two ways.
fn arguments(order: usize) -> Vec<String> {
    let shuffle = format!("-Wl,--shuffle-sections=.text*={order}");
    let sort = match order {
        1 => Some("-Wl,--sort-section=name"),
        2 => Some("-Wl,--sort-section=alignment"),
        _ => None,
    };
    std::iter::once(shuffle).chain(sort.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_another_and_a_linker_that_cannot_shuffle_sorts() {
        let mut all: Vec<String> = (1..=4).flat_map(arguments).collect();
        assert_eq!(all.len(), 6);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6, "{all:?}");
        assert!(arguments(1)[1].contains("--sort-section=name"));
    }
}
