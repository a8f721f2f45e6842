//! What surrounds a run: settings of the machine that move timings, who else is at work, which tools
//! there are, and how far two measurements of one and the same thing differ.
//!
//! These are readings as they came. What they mean for a measurement is said by [`crate::doctor`].

/// Readings of the machine and of its tools; `None` is what could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Environment {
    /// The scaling governors of the logical processors, each named once.
    pub governors: Vec<String>,
    /// Whether the processor may raise its clock above the nominal one for a while.
    pub boost: Option<bool>,
    /// Logical processors that share a core, as many as share the busiest one; 1 where none does.
    pub threads_per_core: Option<u64>,
    /// How often a core slowed down because it was too hot, while we looked.
    pub throttled: Option<u64>,
    /// Processors' worth of time that the control group may use; infinite where it has no quota.
    pub cpu_quota: Option<f64>,
    /// How often the control group was held back because its quota was used up, while we looked.
    pub quota_exhausted: Option<u64>,
    /// Randomisation of addresses: 0 none, 1 all but the heap, 2 all.
    pub address_randomisation: Option<u64>,
    /// When memory is backed by huge pages: `always`, `madvise`, `never`.
    pub huge_pages: Option<String>,
    /// Other processes that were busy before the run, the busiest first; `None` where that cannot
    /// be told.
    pub busy: Option<Vec<Busy>>,
    /// Whether the bench target declares the allocator that can count heap.
    pub counts_heap: bool,
    /// Programs that some measurers need or that help beside them.
    pub tools: Vec<Tool>,
    /// What two measurements of the same thing differ by, where that was tried.
    pub self_test: Option<SelfTest>,
}

/// A process that is not ours and uses processor time.
#[derive(Debug, Clone, PartialEq)]
pub struct Busy {
    /// Its name, as the system shows it.
    pub name: String,
    /// Processors' worth of time that it uses: 1 is one logical processor all the time.
    pub processors: f64,
}

/// A program that may be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version; none where it cannot be run.
    pub version: Option<String>,
}

/// Timings of one kernel by two workers of one program in turn, tried with several such pairs of
/// workers, and by several processes one after the other. All of them measure the same thing, so what
/// they differ by is what this machine adds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelfTest {
    /// Pairs of samples that one try took from its two workers; the tries stand one after the other.
    pub pairs_a_try: u64,
    /// Nanoseconds an iteration of the first worker, one a pair.
    pub first_ns: Vec<f64>,
    /// Nanoseconds an iteration of the second worker, one a pair.
    pub second_ns: Vec<f64>,
    /// The median iteration of each of several processes, in nanoseconds.
    pub processes_ns: Vec<f64>,
}
