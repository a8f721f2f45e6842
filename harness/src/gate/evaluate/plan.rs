//! What the next suite is: which kind, which cases, and what is planted where. Drawn by a seed and by how
//! many suites there are, so that a stopped evaluation goes on where it was.

use amdahl_reports::KernelInfo;
use amdahl_reports::gate::evaluation::{Plant, PlantKind, Suite, SuiteKind};

use crate::data::Rng;
use crate::gate::sides::Common;
use crate::plan::Filter;

/// Cases of a suite, where there are as many.
const CASES: usize = 50;
/// Of them so many are planted: a change that touches several, and not most.
const PLANTED_SHARE: f64 = 0.28;
/// Sizes of plants in per cent; at 0 only what surrounds the work is there.
pub(crate) const PLANTED_PERCENTS: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0];
/// One suite in so many of each kind has a busy neighbour.
const NEIGHBOUR_ONE_IN: usize = 4;
/// Of ten suites so many are of each kind; the kinds are interleaved, so that an evaluation that is
/// stopped early has some of each.
const SHARES: [(Through, usize); 4] = [
    (Through::Gate(SuiteKind::Unchanged), 4),
    (Through::Gate(SuiteKind::Planted), 4),
    (Through::Criterion, 1),
    (Through::Gate(SuiteKind::Relinked), 1),
];

/// What a suite goes through, and how its programs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// The gate.
    Gate(SuiteKind),
    /// Criterion, with planted slow-downs.
    Criterion,
}

impl Through {
    fn of(suite: &Suite) -> Self {
        match suite {
            Suite::Gate(suite) => Self::Gate(suite.kind),
            Suite::Criterion(_) => Self::Criterion,
        }
    }

    fn is_planted(self) -> bool {
        matches!(self, Self::Criterion | Self::Gate(SuiteKind::Planted))
    }
}

/// A suite to be run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SuitePlan {
    pub(crate) through: Through,
    pub(crate) neighbour: bool,
    pub(crate) seed: u64,
    /// Kernel and variant of each case.
    pub(crate) cases: Vec<(String, String)>,
    pub(crate) plants: Vec<Plant>,
}

impl SuitePlan {
    /// Keeps its cases, at any size.
    pub(super) fn filter(&self) -> Filter {
        let each = self.cases.iter().map(|(kernel, variant)| {
            format!("{}/{}/", regex::escape(kernel), regex::escape(variant))
        });
        let pattern = format!("^(?:{})", each.collect::<Vec<_>>().join("|"));
        // Escaped names always make an expression.
        Filter::pattern(&pattern).unwrap_or(Filter::Nothing)
    }

    /// What the head is called in the result.
    pub(super) fn head_name(&self) -> &'static str {
        match self.through {
            Through::Gate(kind) => kind.word(),
            Through::Criterion => SuiteKind::Planted.word(),
        }
    }

    /// It in words.
    pub(crate) fn describe(&self) -> String {
        let what = match self.through {
            Through::Gate(SuiteKind::Unchanged) => "the gate, nothing changed".to_owned(),
            Through::Gate(SuiteKind::Relinked) => "the gate, relinked".to_owned(),
            Through::Gate(SuiteKind::Planted) => {
                format!("the gate, {} planted", self.plants.len())
            }
            Through::Criterion => format!("criterion, {} planted", self.plants.len()),
        };
        let beside = if self.neighbour { ", beside a busy neighbour" } else { "" };
        format!("{} cases through {what}{beside}, seed {}", self.cases.len(), self.seed)
    }
}

/// What suites are drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    pub(crate) kernels: Vec<KernelInfo>,
    pub(crate) filter: Filter,
    pub(crate) max_threads: usize,
    pub(crate) seed: u64,
    /// Sizes of plants, in per cent.
    pub(crate) percents: Vec<f64>,
    /// Whether there is a relinked program.
    pub(crate) has_relinked: bool,
}

impl Draw {
    /// The suite after these.
    pub(crate) fn next(&self, done: &[Suite]) -> SuitePlan {
        let through = self.through(done);
        let same = || done.iter().filter(|suite| Through::of(suite) == through);
        let seed = self.seed.wrapping_add(done.len() as u64);
        let mut rng = Rng::new(seed);
        let kernels = &self.kernels;
        let entries = Common::of(kernels, kernels, &self.filter, self.max_threads).entries;
        let mut cases: Vec<(String, String)> =
            entries.into_iter().map(|entry| (entry.kernel, entry.variant)).collect();
        rng.shuffle(&mut cases);
        cases.truncate(CASES);
        let mut plants = Vec::new();
        if through.is_planted() {
            let before = same().map(|suite| suite.plants().len()).sum();
            let count = (cases.len() as f64 * PLANTED_SHARE).round().max(1.0);
            let count = usize::try_from(crate::plan::whole(count)).unwrap_or(1);
            // The cases stand in no order, so the first ones are as good as any.
            let which = self.kinds_and_sizes(before, count.min(cases.len()));
            plants = which
                .into_iter()
                .zip(&cases)
                .map(|((kind, percent), (kernel, variant))| Plant {
                    kernel: kernel.clone(),
                    variant: variant.clone(),
                    kind,
                    percent,
                })
                .collect();
        }
        let neighbour = same().count() % NEIGHBOUR_ONE_IN == NEIGHBOUR_ONE_IN - 1;
        SuitePlan { through, neighbour, seed, cases, plants }
    }

    /// The kind that is furthest behind its share.
    fn through(&self, done: &[Suite]) -> Through {
        let behind = |through, share: usize| {
            let count = done.iter().filter(|suite| Through::of(suite) == through).count();
            count as f64 / share as f64
        };
        let possible = SHARES.into_iter().filter(|(through, _)| {
            self.has_relinked || *through != Through::Gate(SuiteKind::Relinked)
        });
        let next = possible.min_by(|a, b| behind(a.0, a.1).total_cmp(&behind(b.0, b.1)));
        next.map_or(Through::Gate(SuiteKind::Unchanged), |(through, _)| through)
    }

    /// Kinds and sizes of the plants from this one on: every kind at every size once, in an order drawn
    /// by chance, then all again.
    fn kinds_and_sizes(&self, from: usize, count: usize) -> Vec<(PlantKind, f64)> {
        let all: Vec<(PlantKind, f64)> = PlantKind::ALL
            .into_iter()
            .flat_map(|kind| self.percents.iter().map(move |percent| (kind, *percent)))
            .collect();
        let round = |at: usize| {
            let mut shuffled = all.clone();
            Rng::new(self.seed.wrapping_add(at as u64)).shuffle(&mut shuffled);
            shuffled
        };
        let first = from / all.len().max(1);
        let rounds = (first..).flat_map(round);
        if all.is_empty() {
            return Vec::new();
        }
        rounds.skip(from - first * all.len()).take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use amdahl_reports::gate::evaluation::CriterionSuite;

    use super::*;
    use crate::declare::{Kernel, Sizes, Timed};

    fn draw(has_relinked: bool) -> Draw {
        #[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
        fn sum(x: &Vec<f64>) -> Timed<'_, f64> {
            Timed::returning(move || x.iter().sum::<f64>())
        }
        let mut kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([10]))
            .input(|&n, rng| rng.vector(n))
            .reference("naive", sum);
        for at in 0..99 {
            kernel = kernel.variant(&format!("v{at}"), sum);
        }
        Draw {
            kernels: vec![kernel.build().info().expect("a sound declaration").clone()],
            filter: Filter::All,
            max_threads: 2,
            seed: 7,
            percents: PLANTED_PERCENTS.to_vec(),
            has_relinked,
        }
    }

    /// A finished suite of a plan: only its kind and its plants are looked at, so criterion's serves for
    /// its own and an empty gate for the rest.
    fn finished(plan: &SuitePlan) -> Suite {
        let empty = CriterionSuite {
            started: String::new(),
            seed: plan.seed,
            neighbour: plan.neighbour,
            took_s: 0.0,
            plants: plan.plants.clone(),
            cases: Vec::new(),
        };
        match plan.through {
            Through::Criterion => Suite::Criterion(empty),
            Through::Gate(kind) => crate::gate::evaluate::finished(kind, plan),
        }
    }

    fn drawn(draw: &Draw, count: usize) -> Vec<SuitePlan> {
        let mut done = Vec::new();
        let plans = (0..count).map(|_| {
            let plan = draw.next(&done);
            done.push(finished(&plan));
            plan
        });
        plans.collect()
    }

    #[test]
    fn ten_suites_have_their_shares_and_the_first_four_one_of_each_kind() {
        let plans = drawn(&draw(true), 50);
        for (through, share) in SHARES {
            let count = |plans: &[SuitePlan]| plans.iter().filter(|p| p.through == through).count();
            assert_eq!(count(&plans[..10]), share, "{through:?}");
            assert_eq!(count(&plans[..4]), 1, "{through:?}");
            assert_eq!(count(&plans), 5 * share, "{through:?}");
        }
        let without = drawn(&draw(false), 10);
        assert!(without.iter().all(|plan| plan.through != Through::Gate(SuiteKind::Relinked)));
    }

    #[test]
    fn fifty_suites_have_forty_plants_of_each_size_and_some_have_a_neighbour() {
        let plans = drawn(&draw(true), 50);
        let gate = plans.iter().filter(|plan| plan.through == Through::Gate(SuiteKind::Planted));
        let plants: Vec<&Plant> = gate.flat_map(|plan| &plan.plants).collect();
        for percent in PLANTED_PERCENTS {
            for kind in PlantKind::ALL {
                let same = plants.iter().filter(|p| p.percent == percent && p.kind == kind);
                assert_eq!(same.count(), 10, "{percent} % of {kind:?}");
            }
        }
        for (through, share) in SHARES {
            let beside = plans.iter().filter(|p| p.through == through && p.neighbour).count();
            assert_eq!(beside, 5 * share / NEIGHBOUR_ONE_IN, "{through:?}");
        }
    }

    #[test]
    fn a_suite_is_the_same_whenever_it_is_drawn_and_no_two_are_alike() {
        let draw = draw(true);
        let plans = drawn(&draw, 6);
        let done: Vec<Suite> = plans[..5].iter().map(finished).collect();
        assert_eq!(draw.next(&done), plans[5]);
        assert_ne!(plans[0].cases, plans[4].cases);
        assert_eq!(plans[0].cases.len(), CASES);
        assert!(plans[1].plants.iter().all(|plant| {
            plans[1].cases.contains(&(plant.kernel.clone(), plant.variant.clone()))
        }));
    }

    #[test]
    fn the_filter_keeps_the_cases_alone() {
        let plan = drawn(&draw(true), 1).remove(0);
        let filter = plan.filter();
        let (kernel, variant) = &plan.cases[0];
        assert!(filter.keeps(&format!("{kernel}/{variant}/10")));
        assert!(!filter.keeps(&format!("x{kernel}/{variant}/10")));
        assert!(!filter.keeps("sum/other/10"));
    }
}
