//! Mean per group over a CSV file, a chunk at a time (exercise B.7).

mod groups;
mod scan;
#[cfg(feature = "polars")]
mod with_polars;

use std::collections::BTreeMap;

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
use groups::{GroupMeans, Groups};
use scan::{Frame, Roles, Rows, scan};

/// Mean of `value` for each `category` of a CSV file, in the order of the names.
///
/// A sum and a count for each group are all there is to remember of the rows gone by, so the memory
/// is that of a chunk and of the groups, whatever the file's length. The exercise has a data frame
/// do this a chunk at a time; with the text parsed in place, the chunk can be a few lines.
///
/// Rows without a name are skipped, and so are empty cells, NaN and pandas' other spellings of a
/// missing value; a group without a number has mean NaN. An infinity is a number, both signs give
/// NaN. Names are compared and ordered by their bytes, which for UTF-8 is the order of code points;
/// one that is not UTF-8 is an error, as are a value that is no number and a row with too few or
/// too many cells, and each names line and column. Other columns are read over. A file without a
/// header or without the two columns is an error, one without rows has no groups. `chunk_rows` is
/// the most rows that may be held at once; a variant may hold fewer.
///
/// `polars` has the means of files in which nothing is wrong. Its errors name no line, a row with too
/// few cells is filled up, numbers have no spaces around them and are missing where the cell is empty
/// or NaN, and lines end with LF; it holds as much of the file as it sees fit.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new("group_mean_stream", "mean per group over a CSV file, chunk by chunk")
        .exercise("B.7")
        .sizes(Sizes::smoke([0, 1, 2, 97, 4_099]).measured([100_000, 2_000_000]))
        .try_input(|&rows, rng| random_values(rows, rng))
        .cost(|&rows| {
            let rows = rows as f64;
            Cost { flops: rows, bytes: rows * (NAME_BYTES + MEAN_CELL_BYTES) }
        })
        .bound_by(Bound::Read)
        // Sums of at most n values below 2 in any order: n roundings of such a sum on either side.
        .agree_within(|&rows| {
            let roundings = 4.0 * (rows as f64 + 8.0) * f64::EPSILON;
            Tolerance::relative(roundings).plus_absolute(roundings)
        })
        .growing(|n| n)
        .streaming()
        .gate(20_000)
        .reference("rows", rows)
        .variant("apply", apply)
        .variant("columns", columns)
        .rung(Rung::Vectorize)
        .variant("scan", scanned)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

/// Rows of a measured file that may be held.
const CHUNK_ROWS: usize = 10_000;
/// Rows written at once.
const ROWS_PER_BLOCK: usize = 8_192;
/// Groups of a file: a name is `cat` and three digits.
const GROUPS: u64 = 1_000;
/// A name with the comma after it.
const NAME_BYTES: f64 = 7.0;

/// A file of random decimals in random groups, some of them missing; small ones have several chunks
/// too.
fn random_values(rows: usize, rng: &mut Rng) -> std::io::Result<CsvFile> {
    let mut header = Some("category,value\n");
    let mut decimals = Decimals::new(rng);
    let mut left = rows;
    let chunk_rows = i64::try_from(CHUNK_ROWS.min(rows / 5 + 1)).expect("a few thousand");
    CsvFile::written(chunk_rows, |text| {
        text.extend_from_slice(header.take().unwrap_or_default().as_bytes());
        let now = left.min(ROWS_PER_BLOCK);
        for _ in 0..now {
            let group = decimals.bits() % GROUPS;
            text.extend_from_slice(b"cat");
            for digit in [group / 100, group / 10 % 10, group % 10] {
                text.push(b"0123456789"[usize::try_from(digit).expect("below ten")]);
            }
            text.push(b',');
            decimals.write(text);
            text.push(b'\n');
        }
        left -= now;
    })
}

type Means = Result<GroupMeans, CsvError>;

/// Sum and count by name, and the first thing wrong.
#[derive(Default)]
struct Sums {
    by_name: BTreeMap<String, (f64, u64)>,
    problem: Option<Problem>,
}

impl Sums {
    /// Adds a record; whether it could.
    fn add(&mut self, record: &ByteRecord, roles: &Roles, offset: u64) -> bool {
        if record.len() != roles.columns {
            self.problem = Some(Problem { offset, wrong: Wrong::Cells(record.len()) });
            return false;
        }
        let (name, value) = (&record[roles.category], &record[roles.value]);
        let number = match number_of(value) {
            Cell::Text => {
                self.problem = Some(roles.no_number(offset, value));
                return false;
            }
            Cell::Number(number) => Some(number),
            Cell::Missing => None,
        };
        let Ok(name) = std::str::from_utf8(name) else {
            self.problem = Some(roles.no_text(offset, name));
            return false;
        };
        if !name.is_empty() {
            let (sum, count) = self.by_name.entry(name.to_owned()).or_default();
            *sum += number.unwrap_or(0.0);
            *count += u64::from(number.is_some());
        }
        true
    }

    fn means(self, file: &CsvFile, header: &Header) -> Means {
        if let Some(problem) = self.problem {
            return Err(problem.into_error(file, header));
        }
        let mean = self.by_name.values().map(|(sum, count)| sum / *count as f64).collect();
        Ok(GroupMeans { category: self.by_name.into_keys().map(Some).collect(), mean })
    }
}

fn rows(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || {
        file.chunk_rows()?;
        let header = Header::read(file)?;
        let roles = Roles::of(&header)?;
        let mut sums = Sums::default();
        let mut records = Records::new(file);
        loop {
            let mut record = ByteRecord::new();
            match records.read(&mut record)? {
                Some(offset) if sums.add(&record, &roles, offset) => {}
                _ => break,
            }
        }
        sums.means(file, &header)
    })
}

/// A closure for each row over a record that is read into the same memory again and again.
fn apply(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || {
        file.chunk_rows()?;
        let header = Header::read(file)?;
        let roles = Roles::of(&header)?;
        let mut sums = Sums::default();
        let mut records = Records::new(file);
        let mut record = ByteRecord::new();
        while let Some(offset) = records.read(&mut record)? {
            if !sums.add(&record, &roles, offset) {
                break;
            }
        }
        sums.means(file, &header)
    })
}

/// Gives the rows of a file to `rows`, block by block; the first thing wrong with them ends it.
fn scan_file(
    file: &CsvFile,
    header: &Header,
    buffer: &mut Vec<u8>,
    rows: &mut impl Rows,
    number: impl Fn(&mut Cursor<'_>) -> Cell,
) -> Result<(), CsvError> {
    let roles = Roles::of(header)?;
    let mut blocks = Blocks::new(file, header.end, buffer);
    while let Some(block) = blocks.next_block()? {
        scan(block, roles, rows, &number).map_err(|problem| problem.into_error(file, header))?;
    }
    Ok(())
}

/// What a data frame does: a chunk of rows becomes typed columns, these become sums by group, and
/// those are merged. Numbers are read by the standard library.
fn columns(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || {
        let mut frame = Frame::new(file.chunk_rows()?);
        let header = Header::read(file)?;
        scan_file(file, &header, &mut Vec::new(), &mut frame, parsed_number)?;
        frame.end();
        Ok(frame.groups.means())
    })
}

/// Each row is added to its group while its text is still in the cache: no row is held.
fn scanned(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || {
        file.chunk_rows()?;
        by_scanning(file, &Header::read(file)?)
    })
}

fn by_scanning(file: &CsvFile, header: &Header) -> Means {
    let mut groups = Groups::default();
    scan_file(file, header, &mut Vec::new(), &mut groups, number)?;
    Ok(groups.means())
}

/// The same in memory that is there already: setup reads the header, and the groups of the first
/// iteration leave their room to those of the next.
fn preallocated(file: &CsvFile) -> Timed<'_, Means> {
    let header = file.chunk_rows().and_then(|_| Header::read(file));
    let buffers = (vec![0; BLOCK_BYTES], Groups::default(), Ok(()));
    Timed::in_place(
        buffers,
        move |(text, groups, outcome)| {
            groups.clear();
            *outcome = match &header {
                Ok(header) => scan_file(file, header, text, groups, number),
                Err(error) => Err(error.clone()),
            };
        },
        |(_, groups, outcome)| outcome.clone().map(|()| groups.means()),
    )
}

/// The groups of a piece of the file, and the first thing wrong with it.
struct Part {
    groups: Groups,
    problem: Option<Problem>,
}

impl Part {
    /// Adds the part that follows.
    fn merge(self, next: Self) -> Self {
        if self.problem.is_some() {
            return self;
        }
        Self { groups: self.groups.merge(&next.groups), problem: next.problem }
    }
}

fn with_rayon(file: &CsvFile) -> Timed<'_, Means> {
    Timed::returning(move || {
        file.chunk_rows()?;
        let header = Header::read(file)?;
        let roles = Roles::of(&header)?;
        let part_of = |block: Block<'_>| {
            let mut groups = Groups::default();
            let problem = scan(block, roles, &mut groups, number).err();
            Part { groups, problem }
        };
        match in_pieces(file, header.end, part_of, Part::merge)? {
            Some(Part { problem: Some(problem), .. }) => Err(problem.into_error(file, &header)),
            Some(part) => Ok(part.groups.means()),
            None => by_scanning(file, &header),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &[u8]) -> CsvFile {
        CsvFile::of_text(text, 1).expect("room for a small file")
    }

    #[test]
    fn a_name_that_is_not_utf_8_is_found_by_line_and_column() {
        let file = file(b"category,value\na,1\n\xffb,2\na,x\n");
        let header = Header::read(&file).expect("a header");
        let scanned = by_scanning(&file, &header).unwrap_err();
        assert_eq!(
            scanned.to_string(),
            "line 3, column 1: `\u{fffd}b` is not UTF-8; convert the file"
        );
        let (mut sums, mut record) = (Sums::default(), ByteRecord::new());
        let roles = Roles::of(&header).expect("both columns");
        let mut records = Records::new(&file);
        while let Some(offset) = records.read(&mut record).expect("a file that can be read") {
            if !sums.add(&record, &roles, offset) {
                break;
            }
        }
        assert_eq!(sums.means(&file, &header), Err(scanned));
    }

    #[test]
    fn a_header_that_is_not_utf_8_is_refused() {
        let error = Header::read(&file(b"category,\xff\na,1\n")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1, column 2: `\u{fffd}` is not UTF-8; convert the file"
        );
    }
}
