//! The report of blocks: the tree, what the process did meanwhile, and totals by name.

use super::{BlockFigures, BlockNode, BlockReport, Facts, totals_by_name};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;

/// A block shorter than so many times its cost is in a note: from here on measuring it is above
/// 1 % of it.
const TIMES_ITS_COST: f64 = 100.0;

/// What to do where heap was not counted.
const NO_HEAP: &str = "Heap was not measured: add `#[global_allocator] static ALLOCATOR: \
    amdahl::Allocator = amdahl::Allocator::new();` to the program.";

impl BlockReport {
    /// The report as a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        document.heading(2, "Blocks");
        if self.blocks.is_empty() {
            document.paragraph("No block has ended.");
            return document;
        }
        document.blocks.push(Block::Table(tree(&self.blocks)));
        document.blocks.push(Block::List(legend(self)));
        if let Some(table) = meanwhile(&self.blocks) {
            document.heading(3, "All threads meanwhile");
            document.blocks.push(Block::Table(table));
            document.paragraph(Text::prose(&about_meanwhile(&self.facts)));
        }
        if let Some(table) = totals(&self.blocks) {
            document.heading(3, "Totals by name");
            document.blocks.push(Block::Table(table));
            document.paragraph(
                "Of the names that stand at several places. A block inside one of its own name is \
                 part of the outer one and adds nothing but its calls.",
            );
        }
        document
    }
}

/// After how many of the [`figure_columns`] a block's place in the tree stands: after wall time.
const TIME_ENDS: usize = 3;

fn tree(blocks: &[BlockNode]) -> Table {
    let [calls, threads, wall, rest @ ..] = figure_columns();
    let mut table = Table::new([Column::left("block"), calls, threads, wall]);
    table.columns.extend([Column::right("of outermost"), Column::right("outside inner blocks")]);
    table.columns.extend(rest);
    for block in blocks {
        row(&mut table, block, 0, block.figures.wall_ns);
    }
    table.without_empty_columns()
}

fn row(table: &mut Table, block: &BlockNode, depth: usize, outermost_ns: u64) {
    let share = block.figures.wall_ns as f64 / outermost_ns as f64;
    let is_part = depth > 0 && outermost_ns > 0;
    let inside = if block.inner().is_empty() { None } else { Some(block.self_ns()) };
    let place = [
        if is_part { format::percent(share).into() } else { Text::default() },
        inside.map_or_else(Text::default, |ns| format::time(ns as f64).into()),
    ];
    let mut cells = vec![indented(block.name, depth)];
    let figures = figure_cells(&block.figures);
    cells.extend_from_slice(&figures[..TIME_ENDS]);
    cells.extend(place);
    cells.extend_from_slice(&figures[TIME_ENDS..]);
    table.row(cells);
    for inner in block.inner() {
        row(table, inner, depth + 1, outermost_ns);
    }
}

fn indented(name: &str, depth: usize) -> Text {
    Text::from("\u{a0}\u{a0}".repeat(depth)).then(Text::code(name))
}

/// Totals of the names that stand at several places; none where there are none.
fn totals(blocks: &[BlockNode]) -> Option<Table> {
    let mut table = Table::new([Column::left("block"), Column::right("places")]);
    table.columns.extend(figure_columns());
    for total in totals_by_name(blocks).iter().filter(|total| total.places > 1) {
        let places = Text::from(format::count(total.places as f64));
        let figures = figure_cells(&total.figures);
        table.row([Text::code(total.name), places].into_iter().chain(figures));
    }
    (!table.rows.is_empty()).then(|| table.without_empty_columns())
}

fn figure_columns() -> [Column; 9] {
    [
        Column::right("calls"),
        Column::right("threads"),
        Column::right("wall time"),
        Column::right("CPU time"),
        Column::right("allocations"),
        Column::right("bytes"),
        Column::right("arrays"),
        Column::right("heap peak"),
        Column::right("kept"),
    ]
}

/// The cells of [`figure_columns`]; what says nothing new is empty.
fn figure_cells(figures: &BlockFigures) -> [Text; 9] {
    let unless_one = |n: u64| if n > 1 { counted(n).into() } else { Text::default() };
    let heap = |cell: fn(&super::BlockHeap) -> String| {
        figures.heap.as_ref().map_or_else(Text::default, |heap| cell(heap).into())
    };
    [
        counted(figures.calls).into(),
        unless_one(figures.threads),
        format::time(figures.wall_ns as f64).into(),
        figures.cpu_ns.map_or_else(Text::default, |ns| format::time(ns as f64).into()),
        heap(|heap| counted(heap.allocations)),
        heap(|heap| format::bytes(heap.bytes as f64)),
        heap(|heap| arrays(heap.arrays, heap.array_bytes)),
        heap(|heap| format::bytes(heap.peak_bytes as f64)),
        heap(|heap| format::bytes(heap.kept_bytes as f64)),
    ]
}

fn counted(n: u64) -> String {
    format::count(n as f64)
}

fn arrays(count: u64, bytes: u64) -> String {
    if count == 0 {
        return "0".to_owned();
    }
    format!("{}, {}", counted(count), format::bytes(bytes as f64))
}

/// What all threads did, for the blocks in which they did more than the block's own.
fn meanwhile(blocks: &[BlockNode]) -> Option<Table> {
    let mut table = Table::new([
        Column::left("block"),
        Column::right("CPU time"),
        Column::right("processors busy"),
        Column::right("allocations"),
        Column::right("bytes"),
        Column::right("arrays"),
        Column::right("heap peak"),
        Column::right("kept"),
    ]);
    let mut has_others = false;
    for block in blocks {
        meanwhile_row(&mut table, &mut has_others, block, 0);
    }
    has_others.then(|| table.without_empty_columns())
}

/// Own and all threads' CPU time differ by readings of two clocks; beyond this share others worked.
const OTHERS_CPU: f64 = 1.05;

fn meanwhile_row(table: &mut Table, has_others: &mut bool, block: &BlockNode, depth: usize) {
    if let Some(process) = block.figures.process {
        let own_cpu = block.figures.cpu_ns.unwrap_or(0) as f64;
        let own_bytes = block.figures.heap.map_or(0, |heap| heap.bytes);
        *has_others |= process.cpu_ns.is_some_and(|ns| ns as f64 > own_cpu * OTHERS_CPU)
            || process.heap.is_some_and(|heap| heap.bytes > own_bytes);
        let cpu = |cell: fn(f64, f64) -> String| {
            let cell = process.cpu_ns.map(|ns| cell(ns as f64, block.figures.wall_ns as f64));
            cell.map_or_else(Text::default, Text::from)
        };
        let heap = |cell: fn(&super::MeanwhileHeap) -> String| {
            process.heap.as_ref().map_or_else(Text::default, |heap| cell(heap).into())
        };
        table.row([
            indented(block.name, depth),
            cpu(|ns, _| format::time(ns)),
            cpu(|ns, wall_ns| format::number(ns / wall_ns)),
            heap(|heap| counted(heap.allocations)),
            heap(|heap| format::bytes(heap.bytes as f64)),
            heap(|heap| arrays(heap.arrays, heap.array_bytes)),
            heap(|heap| {
                let peak = heap.peak_bytes.map(|bytes| format::bytes(bytes as f64));
                peak.unwrap_or_else(|| "not measured".to_owned())
            }),
            heap(|heap| format::bytes(heap.kept_bytes as f64)),
        ]);
    }
    for inner in block.inner() {
        meanwhile_row(table, has_others, inner, depth + 1);
    }
}

fn about_meanwhile(facts: &Facts) -> String {
    format!(
        "What all threads of the process did between a block's begin and end, whether for the block \
         or not. CPU time is left out of blocks too short for it. A thread hands its counts in once \
         they have grown by {} or {} calls, and at each array; the heap peak is sampled there, and \
         exact to that much for each thread.",
        format::bytes(facts.hand_in_bytes as f64),
        counted(facts.hand_in_calls),
    )
}

fn legend(report: &BlockReport) -> Vec<Text> {
    let facts = &report.facts;
    let mut points = vec![Text::from(
        "wall time and CPU time are of the thread that opened the block; of several threads, their \
         sum",
    )];
    if facts.counts_heap {
        points.push(Text::prose(&format!(
            "heap is what that thread allocated, exactly; arrays are allocations of {} and more; \
             the heap peak and what is kept count from the block's begin, less what the thread freed, \
             whoever allocated it",
            format::bytes(facts.array_bytes as f64)
        )));
    } else {
        points.push(Text::prose(NO_HEAP));
    }
    if let Some(bytes) = facts.resident_peak_bytes {
        points.push(Text::from(format!(
            "the process had at most {} resident since it started, in blocks and outside",
            format::bytes(bytes as f64)
        )));
    }
    if let Some(cost_ns) = facts.block_cost_ns {
        let mut text = format!("a block costs about {}", format::time(cost_ns));
        let short = short_names(report, cost_ns);
        if !short.is_empty() {
            let is_each = if short.len() == 1 { "is" } else { "are each" };
            let names = format::list(&short);
            text = format!("{text}, and {names} {is_each} shorter than a hundred of that");
        }
        points.push(Text::prose(&text));
    }
    points
}

/// Names of blocks so short that measuring them is a part of their time.
fn short_names(report: &BlockReport, cost_ns: f64) -> Vec<String> {
    let is_short = |figures: &BlockFigures| {
        (figures.wall_ns as f64) < cost_ns * TIMES_ITS_COST * figures.calls as f64
    };
    let totals = totals_by_name(&report.blocks);
    totals
        .iter()
        .filter(|total| is_short(&total.figures))
        .map(|total| format!("`{}`", total.name))
        .collect()
}
