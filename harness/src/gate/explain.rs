//! Why confirmed cases are slower: counts, profiles and other layouts of both sides, beside the budget.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::gate::{
    Cause, ExactCounts, Explanation, GateRun, Layout, LayoutKind, TimeOutcome, Which, judge,
};
use amdahl_reports::{Failure, Metric, format, measurer};

use super::Gate;
use super::entrant::{Entrant, Stage};
use super::slots::SIDES;
use crate::driver::{Launcher, LiveCase};
use crate::measure::Deadline;
use crate::measure::cpu::Sampler;
use crate::protocol::Purpose;
use crate::run::sample;

/// So many cases are explained, the slowest.
const MOST_CASES: usize = 4;
/// For so long at most, each.
const A_CASE: Duration = Duration::from_mins(3);
/// Counting instructions may take this share of that.
const OF_INSTRUCTIONS: f64 = 0.4;
/// Sampling a side lasts about this long: some 600 samples, of which a tenth is seen to a fifth.
const SAMPLING: Duration = Duration::from_secs(3);
/// Launches of a layout: the fewest whose interval reaches 99 % (1 - 2 / 2^8).
const LAUNCHES: usize = 8;
/// Epochs of a launch, as in the second stage.
const EPOCHS: usize = 8;
/// Different lengths of the environment.
const PADDINGS: usize = 8;
/// From one padding to the next, in bytes: more than a page, and no multiple of one, so that both the page
/// and the place within it move.
const PADDING_STEP: usize = 2 * 4096 + 528;
/// The folder of the profiles, beside the result.
pub(crate) const PROFILES: &str = "explain";
/// The drawing of the head against the base.
const DRAWING: &str = "differential.svg";
/// Different orders of linking.
const ORDERS: usize = 4;

/// Links a side's program anew, its functions in the order of this number, and gives the program.
pub(crate) type Relinker<'r> = dyn FnMut(Which, usize) -> Result<PathBuf, String> + 'r;

/// What an explanation needs beside the gate.
pub(crate) struct Explaining<'r> {
    /// Where the gate's result lies; profiles are written into a folder beside it.
    pub(crate) folder: PathBuf,
    /// Links programs anew, where both are builds of their own.
    pub(crate) relink: Option<&'r mut Relinker<'r>>,
}

/// Both programs, linked anew in one order.
struct Relinked {
    name: String,
    sides: [Launcher; 2],
}

impl Gate<'_> {
    /// Explains the slowest of what the gate confirmed. The budget is over; this takes its own time.
    pub(super) fn explain(
        &mut self,
        run: &GateRun,
        entrants: &[Entrant],
        explaining: &mut Explaining<'_>,
    ) -> Vec<Explanation> {
        let judgement = judge(run);
        let results = entrants.iter().zip(&judgement.cases);
        let mut slower: Vec<_> =
            results.filter(|(_, result)| result.time.outcome == TimeOutcome::Slower).collect();
        let by = |result: &amdahl_reports::gate::CaseResult| {
            result.time.change.map_or(0.0, |change| change.estimate)
        };
        slower.sort_by(|a, b| by(b.1).total_cmp(&by(a.1)));
        if slower.is_empty() {
            return Vec::new();
        }
        let steps = slower.len().min(MOST_CASES) * 4 + ORDERS;
        self.progress.begin(steps as u64);
        let mut linked = None;
        let mut explained = Vec::new();
        for (entrant, _) in slower.into_iter().take(MOST_CASES) {
            if self.interrupt.has_come() {
                break;
            }
            self.clock = Deadline::after(A_CASE);
            let mut own = self.explain_case(entrant, &explaining.folder);
            // Other work needs no layout to explain it.
            if !matches!(own.cause(&entrant.trial()), Cause::Work(_)) {
                let relink = explaining.relink.as_deref_mut();
                let (relinked, missing) = linked.get_or_insert_with(|| self.relink(relink));
                own.notes.extend(missing.clone());
                self.lay_out(entrant, relinked, &mut own);
            }
            explained.push(own);
        }
        self.progress.end();
        explained
    }

    /// Both sides in each order of linking that works; why there are none, where there are none.
    fn relink(&mut self, relink: Option<&mut Relinker<'_>>) -> (Vec<Relinked>, Option<String>) {
        let Some(relink) = relink else {
            let why =
                "Not relinked: a program was given, and only a build of the gate's own can be.";
            return (Vec::new(), Some(why.to_owned()));
        };
        let mut relinked = Vec::new();
        for order in 1..=ORDERS {
            self.step(&format!("link both sides anew: {order} of {ORDERS}"));
            let both = relink(Which::Base, order)
                .and_then(|base| Ok([base, relink(Which::Head, order)?]))
                .and_then(|programs| self.kept(&programs, order));
            match both {
                Ok(sides) => relinked.push(Relinked { name: format!("order {order}"), sides }),
                Err(why) => {
                    return (relinked, Some(format!("Not relinked in every order: {why}.")));
                }
            }
        }
        (relinked, None)
    }

    /// Copies of both programs: the next build may take their place.
    fn kept(&self, programs: &[PathBuf; 2], order: usize) -> Result<[Launcher; 2], String> {
        let launchers = [&self.base.launcher, &self.head.launcher];
        let mut kept = launchers.map(Clone::clone);
        for ((program, side), launcher) in programs.iter().zip(SIDES).zip(&mut kept) {
            launcher.program = self.scratch.join(format!("{}-{order}", side.word()));
            fs::copy(program, &launcher.program).map_err(|error| error.to_string())?;
        }
        Ok(kept)
    }

    /// Counts and profiles.
    fn explain_case(&mut self, entrant: &Entrant, folder: &Path) -> Explanation {
        let case = &entrant.case;
        let mut notes = Vec::new();
        self.step(&format!("explain {case}: count"));
        let exact = self.exact(entrant, &mut notes);
        self.step(&format!("explain {case}: sample"));
        let own = Path::new(PROFILES).join(case.to_string().replace('/', "-"));
        let flame_graph = match self.profiles(entrant, &folder.join(&own)) {
            Ok(()) => Some(own.join(DRAWING).display().to_string()),
            Err(why) => {
                notes.push(format!("No flame graph: {why}."));
                None
            }
        };
        Explanation { case: case.clone(), exact, layouts: Vec::new(), flame_graph, notes }
    }

    /// Adds what other layouts say.
    fn lay_out(&mut self, entrant: &Entrant, relinked: &[Relinked], own: &mut Explanation) {
        self.step(&format!("explain {}: other layouts", entrant.case));
        self.clock = Deadline::after(A_CASE);
        own.layouts = self.layouts(entrant, relinked);
        if self.clock.has_passed() {
            own.notes.push("Its time ended before every layout had been tried.".to_owned());
        }
    }

    /// Heap and instructions of both sides, as the gate counted them or else counted now.
    fn exact(&mut self, entrant: &Entrant, notes: &mut Vec<String>) -> Vec<ExactCounts> {
        let counted = |metric: &str| {
            let own = entrant.exact.iter().find(|counts| counts.metric == metric);
            own.is_some_and(|counts| counts.missing.is_none())
        };
        let mut exact = entrant.exact.clone();
        if !counted(Metric::HEAP_BLOCKS.id)
            && self.base.counts_heap
            && self.head.counts_heap
            && let Ok(heap) = self.count_case(&entrant.case, &Deadline::after(self.clock.left()))
        {
            exact.retain(|counts| !heap.iter().any(|own| own.metric == counts.metric));
            exact.extend(heap);
        }
        if !counted(Metric::INSTRUCTIONS.id) {
            exact.retain(|counts| counts.metric != Metric::INSTRUCTIONS.id);
            let counts = match crate::measure::instructions::valgrind_version() {
                Ok(_) => self.instructions(entrant, A_CASE.mul_f64(OF_INSTRUCTIONS)),
                Err(error) => {
                    let mut none = self.empty(&entrant.case, measurer::INSTRUCTIONS);
                    for counts in &mut none {
                        counts.missing = Some(format!("Valgrind cannot be run ({error})"));
                    }
                    none
                }
            };
            let missing = counts.iter().filter_map(|counts| counts.missing.as_ref());
            notes.extend(
                missing.map(|why| format!("Instructions not measured: {}", format::sentence(why))),
            );
            exact.extend(counts);
        }
        exact
    }

    /// Samples both sides and draws the head against the base.
    fn profiles(&mut self, entrant: &Entrant, folder: &Path) -> Result<(), String> {
        let said = |failure: Failure| format!("{}: {}", failure.kind.label(), failure.reason);
        let mut stacks = Vec::new();
        for side in SIDES {
            let own = folder.join(side.word());
            let folded = self.sampled(side, entrant, &own).map_err(said)?;
            stacks.push(own.join(folded.ok_or("no sample fell into the timed work")?));
        }
        let drawn = differential(&stacks[0], &stacks[1], &folder.join(DRAWING));
        drawn.map_err(|error| error.to_string())
    }

    fn sampled(
        &mut self,
        side: Which,
        entrant: &Entrant,
        folder: &Path,
    ) -> Result<Option<String>, Failure> {
        let launcher = self.patient(&self.program(side).launcher);
        let worker = launcher.launch(Purpose::Time, entrant.case.threads)?;
        let mut live = LiveCase::prepare(worker, &entrant.case, &self.source, None)?;
        live.agreement.clone_from(&entrant.agreement);
        live.estimate_ns = entrant.estimate_ns;
        Ok(sample(&mut live, Sampler::Stacks, SAMPLING, folder)?.folded)
    }

    /// Both sides in other layouts: orders of linking first, which tell more, then paddings.
    fn layouts(&mut self, entrant: &Entrant, relinked: &[Relinked]) -> Vec<Layout> {
        let mut layouts = Vec::new();
        for own in relinked {
            let launches = self.again(entrant, &own.sides);
            let (kind, name) = (LayoutKind::Relinked, own.name.clone());
            layouts.push(Layout { kind, name, launches });
        }
        let sides = [self.base.launcher.clone(), self.head.launcher.clone()];
        for at in 1..=PADDINGS {
            let bytes = at * PADDING_STEP;
            self.padding = Some(bytes);
            let launches = self.again(entrant, &sides);
            let name = format!("{} of environment", format::bytes(bytes as f64));
            layouts.push(Layout { kind: LayoutKind::Padded, name, launches });
        }
        self.padding = None;
        // What the time did not reach is no layout.
        layouts.retain(|layout| layout.launches.len() == LAUNCHES);
        layouts
    }

    /// The log-ratios of fresh launches of these programs.
    fn again(&mut self, entrant: &Entrant, sides: &[Launcher; 2]) -> Vec<f64> {
        let mut own = entrant.afresh();
        for _ in 0..LAUNCHES {
            if self.must_stop() {
                break;
            }
            self.turn += 1;
            self.launch(sides, Stage::Screen, EPOCHS, vec![&mut own]);
        }
        own.trial().screen
    }
}

/// Draws the folded stacks of the head, coloured by what they have more (red) or less (blue) than the
/// base's share.
fn differential(base: &Path, head: &Path, drawing: &Path) -> io::Result<()> {
    let open = |path: &Path| File::open(path).map(BufReader::new);
    let options = inferno::differential::Options { normalize: true, ..Default::default() };
    let mut folded = Vec::new();
    inferno::differential::from_readers(options, open(base)?, open(head)?, &mut folded)?;
    // The order of a hash map; sorted, the drawing is the same every time.
    let text = String::from_utf8_lossy(&folded);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let mut options = inferno::flamegraph::Options::default();
    options.deterministic = true;
    "Samples of the head; red: more than the base's share, blue: less"
        .clone_into(&mut options.title);
    let mut svg = Vec::new();
    inferno::flamegraph::from_lines(&mut options, lines, &mut svg)
        .map_err(|error| io::Error::other(error.to_string()))?;
    crate::store::write_whole(drawing, &svg)
}
