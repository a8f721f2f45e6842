//! Rows into names and numbers, and these into groups.

use super::groups::Groups;
use crate::support::csv::blocks::Block;
use crate::support::csv::cursor::{Cell, Cursor, cells_of};
use crate::support::csv::error::{CsvError, Problem, Wrong};
use crate::support::csv::header::Header;

/// Which column is what.
#[derive(Debug, Clone, Copy)]
pub struct Roles {
    /// How many there are.
    pub columns: usize,
    /// The one with the groups' names.
    pub category: usize,
    /// The one with the numbers.
    pub value: usize,
}

impl Roles {
    /// Finds them by name.
    ///
    /// # Errors
    /// Where one is not there.
    pub fn of(header: &Header) -> Result<Self, CsvError> {
        let (category, value) = (header.column("category")?, header.column("value")?);
        Ok(Self { columns: header.names.len(), category, value })
    }

    /// What is wrong with a value that is no number.
    #[cold]
    pub fn no_number(&self, offset: u64, cell: &[u8]) -> Problem {
        Problem { offset, wrong: Wrong::Number(self.value, cell.into()) }
    }

    /// What is wrong with a name that is not UTF-8.
    #[cold]
    pub fn no_text(&self, offset: u64, cell: &[u8]) -> Problem {
        Problem { offset, wrong: Wrong::Encoding(self.category, cell.into()) }
    }
}

/// What becomes of the rows.
pub trait Rows {
    /// Adds a row: a name that is not empty, and a number if there is one.
    ///
    /// # Errors
    /// Where the name is not UTF-8.
    fn add(&mut self, name: &[u8], number: Option<f64>) -> Result<(), std::str::Utf8Error>;
}

/// Sums as they come.
impl Rows for Groups {
    #[inline]
    fn add(&mut self, name: &[u8], number: Option<f64>) -> Result<(), std::str::Utf8Error> {
        let index = self.index_of(name)?;
        if let Some(number) = number {
            self.add_to(index, number);
        }
        Ok(())
    }
}

/// Gives the records of a block to `rows`, up to the first that is wrong. `number` reads a cell and
/// moves to its end.
///
/// # Errors
/// What is wrong with that record.
#[inline]
pub fn scan<'b>(
    block: Block<'b>,
    roles: Roles,
    rows: &mut impl Rows,
    number: impl Fn(&mut Cursor<'b>) -> Cell,
) -> Result<(), Problem> {
    let mut cursor = Cursor::new(block.bytes);
    while let Some(record) = cursor.record() {
        let (mut name, mut value) = (None, Cell::Missing);
        let mut value_at = 0;
        for column in 0..roles.columns {
            if column == roles.value {
                value_at = cursor.at();
                value = number(&mut cursor);
            } else if column == roles.category {
                name = Some(cursor.cell());
            } else {
                cursor.skip();
            }
            if cursor.next_cell() != (column + 1 < roles.columns) {
                let wrong = Wrong::Cells(cells_of(&block.bytes[record..]));
                return Err(Problem { offset: block.offset + record as u64, wrong });
            }
        }
        let number = match value {
            Cell::Number(number) => Some(number),
            Cell::Missing => None,
            Cell::Text => {
                let cell = Cursor::new(&block.bytes[value_at..]).cell();
                return Err(roles.no_number(block.offset + record as u64, &cell));
            }
        };
        let name = name.unwrap_or_default();
        if !name.is_empty() && rows.add(&name, number).is_err() {
            return Err(roles.no_text(block.offset + record as u64, &name));
        }
    }
    Ok(())
}

/// Typed columns of a chunk of rows, made anew for each chunk as a data frame is.
#[derive(Debug, Default)]
pub struct Frame {
    /// The distinct names of the chunk.
    names: Groups,
    codes: Vec<usize>,
    numbers: Vec<f64>,
    most_rows: usize,
    /// Of the chunks before.
    pub groups: Groups,
}

impl Frame {
    /// For chunks of so many rows.
    pub fn new(most_rows: usize) -> Self {
        Self { most_rows, ..Self::default() }
    }

    /// Sums the chunk by group and adds it to those before.
    pub fn end(&mut self) {
        let mut chunk = std::mem::take(&mut self.names);
        let (codes, numbers) = (std::mem::take(&mut self.codes), std::mem::take(&mut self.numbers));
        for (code, number) in codes.into_iter().zip(numbers) {
            if !number.is_nan() {
                chunk.add_to(code, number);
            }
        }
        self.groups = std::mem::take(&mut self.groups).merge(&chunk);
    }
}

impl Rows for Frame {
    fn add(&mut self, name: &[u8], number: Option<f64>) -> Result<(), std::str::Utf8Error> {
        self.codes.push(self.names.index_of(name)?);
        // No cell is read as NaN, so it can stand for a missing one.
        self.numbers.push(number.unwrap_or(f64::NAN));
        if self.codes.len() == self.most_rows {
            self.end();
        }
        Ok(())
    }
}
