//! Descriptors of everything that is measured: columns and formats are computed from these.

/// Which direction of a metric is an improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Less is better: time, blocks, bytes.
    Lower,
    /// More is better: rates.
    Higher,
}

/// The unit a metric's values are stored in; how it is printed follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// Heap blocks.
    Blocks,
    /// A plain count.
    Count,
}

/// What a number means: its id, unit, good direction and a one-line legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The id that records carry.
    pub id: &'static str,
    /// The unit of the stored values.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// One line for the report's legend.
    pub legend: &'static str,
}

impl Metric {
    /// Wall time of the timed work.
    pub const WALL_TIME: Self = Self {
        id: "wall_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "elapsed time of one iteration of the timed work, setup and drop excluded",
    };
    /// Time of a variant's own preparation, before the clock starts.
    pub const SETUP_TIME: Self = Self {
        id: "setup_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "time a variant spends on its own preparation (conversion, buffers) before the clock starts",
    };
    /// Time of the very first iteration in a fresh process.
    pub const COLD_TIME: Self = Self {
        id: "cold_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "elapsed time of the very first iteration in a fresh process",
    };
    /// Time of the first iteration after a fresh setup, in the process that was timed.
    pub const FRESH_TIME: Self = Self {
        id: "fresh_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "elapsed time of the first iteration after a fresh setup, in the process that was timed",
    };
    /// Pairs of clock readings within a sample of wall time.
    pub const CLOCK_PAIRS: Self = Self {
        id: "clock_pairs",
        unit: Unit::Count,
        better: Better::Lower,
        legend: "pairs of clock readings within a sample, each of which costs what the head says",
    };
    /// Heap blocks allocated by one steady iteration.
    pub const HEAP_BLOCKS: Self = Self {
        id: "heap_blocks",
        unit: Unit::Blocks,
        better: Better::Lower,
        legend: "heap blocks allocated by one iteration after the first",
    };
    /// Heap bytes allocated by one steady iteration.
    pub const HEAP_BYTES: Self = Self {
        id: "heap_bytes",
        unit: Unit::Bytes,
        better: Better::Lower,
        legend: "heap bytes allocated by one iteration after the first",
    };
    /// Largest number of bytes one steady iteration holds at once.
    pub const HEAP_PEAK: Self = Self {
        id: "heap_peak",
        unit: Unit::Bytes,
        better: Better::Lower,
        legend: "largest number of heap bytes one iteration holds at once, above what setup holds",
    };
    /// Heap blocks allocated by the first iteration.
    pub const COLD_HEAP_BLOCKS: Self = Self {
        id: "cold_heap_blocks",
        unit: Unit::Blocks,
        better: Better::Lower,
        legend: "heap blocks allocated by the very first iteration in a fresh process",
    };
    /// Heap bytes allocated by the first iteration.
    pub const COLD_HEAP_BYTES: Self = Self {
        id: "cold_heap_bytes",
        unit: Unit::Bytes,
        better: Better::Lower,
        legend: "heap bytes allocated by the very first iteration in a fresh process",
    };

    /// Instructions executed by one steady iteration.
    pub const INSTRUCTIONS: Self = Self {
        id: "instructions",
        unit: Unit::Count,
        better: Better::Lower,
        legend: "instructions executed by one iteration after the first, as Callgrind counts them; no time",
    };

    /// What one iteration at a ceiling of the machine moves or computes.
    pub const CEILING_WORK: Self = Self {
        id: "ceiling_work",
        unit: Unit::Count,
        better: Better::Higher,
        legend: "bytes moved, or floating-point operations done, by one iteration at a ceiling of the machine",
    };
    /// The reference of a stage alone, on the reference's own intermediate value.
    pub const STAGE_REFERENCE_TIME: Self = Self {
        id: "stage_reference_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "elapsed time of a stage's reference alone, on the value that the reference's stages before it make",
    };
    /// Another variant of the stage alone, on the same value.
    pub const STAGE_SWAPPED_TIME: Self = Self {
        id: "stage_swapped_time",
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        legend: "elapsed time of the swapped stage alone, on the same value, in turn with the stage's reference",
    };
    /// Pages that the system had to map in.
    pub const MINOR_FAULTS: Self = Self {
        id: "minor_faults",
        unit: Unit::Count,
        better: Better::Lower,
        legend: "pages of memory that the system had to map in during one iteration (minor page faults)",
    };

    /// What a survey of the machine found for the same ceiling.
    pub const SURVEYED_RATE: Self = Self {
        id: "surveyed_rate",
        unit: Unit::Count,
        better: Better::Higher,
        legend: "rate that an earlier survey of the machine found for a ceiling, at least, in 10^9 a second",
    };

    /// The most memory that one iteration adds to what its process holds.
    pub const RESIDENT_PEAK: Self = Self {
        id: "resident_peak",
        unit: Unit::Bytes,
        better: Better::Lower,
        legend: "most memory that one iteration adds to what its process keeps between iterations (resident set)",
    };

    /// Every metric a record may carry.
    pub const fn all() -> &'static [Self] {
        &[
            Self::WALL_TIME,
            Self::SETUP_TIME,
            Self::COLD_TIME,
            Self::FRESH_TIME,
            Self::CLOCK_PAIRS,
            Self::HEAP_BLOCKS,
            Self::HEAP_BYTES,
            Self::HEAP_PEAK,
            Self::COLD_HEAP_BLOCKS,
            Self::COLD_HEAP_BYTES,
            Self::INSTRUCTIONS,
            Self::CEILING_WORK,
            Self::STAGE_REFERENCE_TIME,
            Self::STAGE_SWAPPED_TIME,
            Self::MINOR_FAULTS,
            Self::SURVEYED_RATE,
            Self::RESIDENT_PEAK,
        ]
    }

    /// The metric with this id.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::all().iter().copied().find(|metric| metric.id == id)
    }
}
