//! Version 1 of a suite's line: its types and their conversions.

use serde::{Deserialize, Serialize};

use super::{CaseId, GateFile};
use crate::gate::{evaluation as core, judge};

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::wire) enum SuiteLine {
    Gate(Box<GateSuite>),
    Criterion(CriterionSuite),
}

#[derive(Serialize, Deserialize)]
pub(in crate::wire) struct GateSuite {
    kind: SuiteKind,
    neighbour: bool,
    plants: Vec<Plant>,
    /// Written for readers.
    #[serde(skip_deserializing)]
    code: u8,
    gate: GateFile,
}

#[derive(Serialize, Deserialize)]
pub(in crate::wire) struct CriterionSuite {
    started: String,
    seed: u64,
    neighbour: bool,
    took_s: f64,
    plants: Vec<Plant>,
    cases: Vec<CriterionCase>,
}

#[derive(Serialize, Deserialize)]
struct CriterionCase {
    case: CaseId,
    says: Option<CriterionSays>,
}

#[derive(Serialize, Deserialize)]
struct Plant {
    kernel: String,
    variant: String,
    kind: PlantKind,
    percent: f64,
}

/// An enum of words alone, here and in memory.
macro_rules! words {
    ($name:ident { $($word:ident),* $(,)? }) => {
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $name { $($word),* }
        impl From<core::$name> for $name {
            fn from(own: core::$name) -> Self {
                match own { $(core::$name::$word => Self::$word),* }
            }
        }
        impl From<$name> for core::$name {
            fn from(wire: $name) -> Self {
                match wire { $($name::$word => Self::$word),* }
            }
        }
    };
}
words!(SuiteKind { Unchanged, Relinked, Planted });
words!(PlantKind { Loop, Chain, Allocation, Mode });
words!(CriterionSays { Regressed, Improved, Nothing });

impl From<&core::Plant> for Plant {
    fn from(own: &core::Plant) -> Self {
        Self {
            kernel: own.kernel.clone(),
            variant: own.variant.clone(),
            kind: own.kind.into(),
            percent: own.percent,
        }
    }
}

impl From<Plant> for core::Plant {
    fn from(wire: Plant) -> Self {
        Self {
            kernel: wire.kernel,
            variant: wire.variant,
            kind: wire.kind.into(),
            percent: wire.percent,
        }
    }
}

impl From<&core::Suite> for SuiteLine {
    fn from(own: &core::Suite) -> Self {
        match own {
            core::Suite::Gate(suite) => {
                let judgement = judge(&suite.run);
                Self::Gate(Box::new(GateSuite {
                    kind: suite.kind.into(),
                    neighbour: suite.neighbour,
                    plants: suite.plants.iter().map(Plant::from).collect(),
                    code: judgement.verdict.code(),
                    gate: GateFile::new(&suite.run, &judgement),
                }))
            }
            core::Suite::Criterion(suite) => Self::Criterion(CriterionSuite {
                started: suite.started.clone(),
                seed: suite.seed,
                neighbour: suite.neighbour,
                took_s: suite.took_s,
                plants: suite.plants.iter().map(Plant::from).collect(),
                cases: suite
                    .cases
                    .iter()
                    .map(|own| CriterionCase {
                        case: (&own.case).into(),
                        says: own.says.map(CriterionSays::from),
                    })
                    .collect(),
            }),
        }
    }
}

impl SuiteLine {
    /// The suite.
    ///
    /// # Errors
    /// The version of the gate's result where it is another.
    pub fn into_suite(self) -> Result<core::Suite, u64> {
        match self {
            Self::Gate(suite) => {
                let run = suite.gate.into_run()?;
                Ok(core::Suite::Gate(Box::new(core::GateSuite {
                    kind: suite.kind.into(),
                    neighbour: suite.neighbour,
                    plants: suite.plants.into_iter().map(core::Plant::from).collect(),
                    run,
                })))
            }
            Self::Criterion(suite) => Ok(core::Suite::Criterion(core::CriterionSuite {
                started: suite.started,
                seed: suite.seed,
                neighbour: suite.neighbour,
                took_s: suite.took_s,
                plants: suite.plants.into_iter().map(core::Plant::from).collect(),
                cases: suite
                    .cases
                    .into_iter()
                    .map(|wire| core::CriterionCase {
                        case: wire.case.into(),
                        says: wire.says.map(core::CriterionSays::from),
                    })
                    .collect(),
            })),
        }
    }
}
