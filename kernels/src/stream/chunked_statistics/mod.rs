//! Statistics of the columns of a CSV file, a chunk at a time (exercise C.5).

mod moments;
mod part;
mod scan;
#[cfg(feature = "polars")]
mod with_polars;

use amdahl::{Bound, Cost, Kernel, Rng, Rung, Sizes, Timed, Tolerance};
use csv::ByteRecord;

use crate::support::csv::blocks::{BLOCK_BYTES, Block, Blocks, in_pieces};
use crate::support::csv::cursor::{Cell, Cursor, number, number_of, parsed_number};
use crate::support::csv::error::{CsvError, Problem, Wrong};
use crate::support::csv::file::CsvFile;
use crate::support::csv::generate::{Decimals, MEAN_CELL_BYTES};
use crate::support::csv::header::Header;
use crate::support::csv::records::Records;
use crate::support::with_polars::with_polars;
use part::{Part, Summaries};
use scan::{Chunk, Frame, Tile, scan};

/// Count, mean, standard deviation (divisor n - 1), least and greatest of each column of a CSV file.
///
/// The file need not fit memory: moments of chunks merge exactly (Chan, Golub and `LeVeque`, 1983),
/// so a chunk is all that is ever held, and chunks can be taken in parallel. What the exercise asks
/// for is then the smaller part: the time goes into turning text into numbers.
///
/// Empty cells, NaN and pandas' other spellings of a missing value are skipped. A column without a
/// number has count 0 and NaN for the rest; one number has no deviation: NaN. An infinity is a
/// number: the mean is infinite (NaN with both signs) and the deviation NaN. A column whose first
/// cell that is not missing is no number is text and has no result; text below a number is an
/// error, as is a row with too few or too many cells, and each names line and column. A file
/// without a header is an error, one without rows has counts of 0. `chunk_rows` is the most rows
/// whose values may be held at once; a variant may hold fewer.
///
/// `polars` has the numbers of files in which nothing is wrong. Its errors name no line, a row with
/// too few cells is filled up, a column's type is that of its first hundred rows, and lines end with
/// LF; it holds as much of the file as it sees fit.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new(
        "chunked_statistics",
        "statistics of the columns of a CSV file, chunk by chunk",
    )
    .exercise("C.5")
    .sizes(
        Sizes::smoke([(0, 3), (1, 1), (2, 2), (7, 5), (97, 6), (4_099, 3)])
            .measured([(100_000, 6), (2_000_000, 6)]),
    )
    .try_input(|&(rows, columns), rng| random_table(rows, columns, rng))
    .cost(|&(rows, columns)| {
        let cells = (rows * columns) as f64;
        // A sum, a difference, a multiply-add and two comparisons for each number; the file is
        // read once.
        Cost { flops: 6.0 * cells, bytes: MEAN_CELL_BYTES * cells }
    })
    .bound_by(Bound::Read)
    // Means and squares of n values below 2 in any order: n roundings, twice that for squares.
    .agree_within(|&(rows, _)| {
        let roundings = 4.0 * (rows as f64 + 8.0) * f64::EPSILON;
        Tolerance::relative(roundings).plus_absolute(roundings)
    })
    .growing(|n| (n, 6))
    .streaming()
    .gate((10_000, 6))
    .reference("rows", rows)
    .variant("apply", apply)
    .variant("columns", columns)
    .rung(Rung::Vectorize)
    .variant("scan", tiles)
    .rung(Rung::Vectorize)
    .variant("preallocated", preallocated)
    .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

/// Rows of a measured file whose values may be held.
const CHUNK_ROWS: usize = 10_000;
/// Rows written at once.
const ROWS_PER_BLOCK: usize = 4_096;

/// A file of random decimals, some of them missing; small ones have several chunks too.
fn random_table(rows: usize, columns: usize, rng: &mut Rng) -> std::io::Result<CsvFile> {
    let names: Vec<String> = (0..columns).map(|column| format!("x{column}")).collect();
    let mut header = Some(names.join(",") + "\n");
    let mut decimals = Decimals::new(rng);
    let mut left = rows;
    let chunk_rows = i64::try_from(CHUNK_ROWS.min(rows / 5 + 1)).expect("a few thousand");
    CsvFile::written(chunk_rows, |text| {
        text.extend_from_slice(header.take().unwrap_or_default().as_bytes());
        let now = left.min(ROWS_PER_BLOCK);
        for _ in 0..now {
            for column in 0..columns {
                decimals.write(text);
                text.push(if column + 1 < columns { b',' } else { b'\n' });
            }
        }
        left -= now;
    })
}

type Statistics = Result<Summaries, CsvError>;

/// A cell of any type, as a row of a data frame has it.
enum Dynamic {
    Missing,
    Number(f64),
    Text(Vec<u8>),
}

fn dynamic(cell: &[u8]) -> Dynamic {
    match number_of(cell) {
        Cell::Missing => Dynamic::Missing,
        Cell::Number(number) => Dynamic::Number(number),
        Cell::Text => Dynamic::Text(cell.to_vec()),
    }
}

fn wrong_cells(record: &ByteRecord, offset: u64) -> Problem {
    Problem { offset, wrong: Wrong::Cells(record.len()) }
}

fn rows(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || {
        file.chunk_rows()?;
        let header = Header::read(file)?;
        let mut part = Part::of_columns(header.names.len());
        let mut records = Records::new(file);
        while !part.is_wrong() {
            let mut record = ByteRecord::new();
            let Some(offset) = records.read(&mut record)? else { break };
            if record.len() != header.names.len() {
                part.problem = Some(wrong_cells(&record, offset));
                break;
            }
            let row: Vec<Dynamic> = record.iter().map(dynamic).collect();
            for (at, (cell, column)) in row.iter().zip(&mut part.columns).enumerate() {
                match cell {
                    Dynamic::Missing => {}
                    Dynamic::Number(number) => column.push(*number),
                    Dynamic::Text(text) => column.set_text(offset, at, text),
                }
            }
        }
        part.summaries(file, &header)
    })
}

/// A closure for each row over a record that is read into the same memory again and again.
fn apply(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || {
        file.chunk_rows()?;
        let header = Header::read(file)?;
        let mut part = Part::of_columns(header.names.len());
        let mut add = |record: &ByteRecord, offset: u64| {
            if record.len() != header.names.len() {
                part.problem = Some(wrong_cells(record, offset));
                return false;
            }
            for (at, (cell, column)) in record.iter().zip(&mut part.columns).enumerate() {
                match number_of(cell) {
                    Cell::Missing => {}
                    Cell::Number(number) => column.push(number),
                    Cell::Text => column.set_text(offset, at, cell),
                }
            }
            !part.is_wrong()
        };
        let mut records = Records::new(file);
        let mut record = ByteRecord::new();
        while let Some(offset) = records.read(&mut record)? {
            if !add(&record, offset) {
                break;
            }
        }
        part.summaries(file, &header)
    })
}

/// Scans the rows of a file into `part`, block by block.
fn scan_file(
    file: &CsvFile,
    header: &Header,
    buffer: &mut Vec<u8>,
    part: &mut Part,
    chunk: &mut impl Chunk,
    number: impl Fn(&mut Cursor<'_>) -> Cell,
) -> Result<(), CsvError> {
    let mut blocks = Blocks::new(file, header.end, buffer);
    while let Some(block) = blocks.next_block()? {
        scan(block, part, chunk, &number);
        if part.is_wrong() {
            break;
        }
    }
    chunk.end(part);
    Ok(())
}

/// What a data frame does: a chunk of rows becomes typed columns, these become their statistics,
/// and those are merged. Numbers are read by the standard library.
fn columns(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || {
        let chunk_rows = file.chunk_rows()?;
        let header = Header::read(file)?;
        let mut part = Part::of_columns(header.names.len());
        let mut frame = Frame::new(header.names.len(), chunk_rows);
        scan_file(file, &header, &mut Vec::new(), &mut part, &mut frame, parsed_number)?;
        part.summaries(file, &header)
    })
}

/// Text, numbers and statistics of a few rows at a time, so that all of them stay in the caches.
fn tiles(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || by_tiles(file, file.chunk_rows()?, &Header::read(file)?))
}

fn by_tiles(file: &CsvFile, chunk_rows: usize, header: &Header) -> Statistics {
    let mut part = Part::of_columns(header.names.len());
    let mut tile = Tile::new(header.names.len(), chunk_rows);
    scan_file(file, header, &mut Vec::new(), &mut part, &mut tile, number)?;
    part.summaries(file, header)
}

/// What one iteration after the other uses.
struct Buffers {
    header: Header,
    text: Vec<u8>,
    tile: Tile,
    part: Part,
    /// What stopped the reading.
    failed: Option<CsvError>,
}

fn buffers(file: &CsvFile) -> Result<Buffers, CsvError> {
    let chunk_rows = file.chunk_rows()?;
    let header = Header::read(file)?;
    let width = header.names.len();
    let tile = Tile::new(width, chunk_rows);
    let text = vec![0; BLOCK_BYTES];
    Ok(Buffers { header, text, tile, part: Part::of_columns(width), failed: None })
}

/// The same in memory that is there already: setup reads the header.
fn preallocated(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::in_place(
        buffers(file),
        move |buffers| {
            let Ok(Buffers { header, text, tile, part, failed }) = buffers else { return };
            part.clear();
            *failed = scan_file(file, header, text, part, tile, number).err();
        },
        move |buffers| {
            let Buffers { header, part, failed, .. } = buffers.as_ref().map_err(Clone::clone)?;
            match failed {
                Some(error) => Err(error.clone()),
                None => part.summaries(file, header),
            }
        },
    )
}

fn with_rayon(file: &CsvFile) -> Timed<'_, Statistics> {
    Timed::returning(move || {
        let chunk_rows = file.chunk_rows()?;
        let header = Header::read(file)?;
        let width = header.names.len();
        let part_of = |block: Block<'_>| {
            let mut part = Part::of_columns(width);
            let mut tile = Tile::new(width, chunk_rows);
            scan(block, &mut part, &mut tile, number);
            tile.end(&mut part);
            part
        };
        match in_pieces(file, header.end, part_of, Part::merge)? {
            Some(part) => part.summaries(file, &header),
            None => by_tiles(file, chunk_rows, &header),
        }
    })
}
