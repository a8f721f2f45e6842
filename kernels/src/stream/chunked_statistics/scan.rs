//! Rows into columns of numbers that are there for a chunk, and these into moments.

use super::moments::Moments;
use super::part::Part;
use crate::support::csv::blocks::Block;
use crate::support::csv::cursor::{Cell, Cursor, cells_of};
use crate::support::csv::error::{Problem, Wrong};

/// The numbers of some rows, by columns.
pub trait Chunk {
    /// Adds a number.
    fn push(&mut self, column: usize, number: f64);

    /// Ends a row; a full chunk is added to `part` and emptied.
    fn end_row(&mut self, part: &mut Part);

    /// Adds the numbers to `part` and forgets them.
    fn end(&mut self, part: &mut Part);
}

/// Adds the records of a block to `part`, up to the first of the wrong length. `number` reads a
/// cell and moves to its end.
#[inline]
pub fn scan<'b>(
    block: Block<'b>,
    part: &mut Part,
    chunk: &mut impl Chunk,
    number: impl Fn(&mut Cursor<'b>) -> Cell,
) {
    let columns = part.columns.len();
    let mut cursor = Cursor::new(block.bytes);
    while let Some(record) = cursor.record() {
        for column in 0..columns {
            if part.columns[column].text.is_some() {
                cursor.skip();
            } else {
                let cell = cursor.at();
                match number(&mut cursor) {
                    Cell::Number(number) => chunk.push(column, number),
                    Cell::Missing => {}
                    Cell::Text => {
                        let mut text = Cursor::new(&block.bytes[cell..]);
                        let offset = block.offset + record as u64;
                        part.columns[column].set_text(offset, column, &text.cell());
                    }
                }
            }
            if cursor.next_cell() != (column + 1 < columns) {
                let offset = block.offset + record as u64;
                let wrong = Wrong::Cells(cells_of(&block.bytes[record..]));
                part.problem = Some(Problem { offset, wrong });
                return;
            }
        }
        chunk.end_row(part);
    }
}

/// Columns that grow to any number of rows and are made anew for each chunk, as a data frame is.
#[derive(Debug)]
pub struct Frame {
    columns: Vec<Vec<f64>>,
    rows: usize,
    most_rows: usize,
}

impl Frame {
    /// For so many columns and rows.
    pub fn new(columns: usize, most_rows: usize) -> Self {
        Self { columns: vec![Vec::new(); columns], rows: 0, most_rows }
    }
}

impl Chunk for Frame {
    #[inline]
    fn push(&mut self, column: usize, number: f64) {
        self.columns[column].push(number);
    }

    fn end_row(&mut self, part: &mut Part) {
        self.rows += 1;
        if self.rows == self.most_rows {
            self.end(part);
        }
    }

    fn end(&mut self, part: &mut Part) {
        for (numbers, column) in self.columns.iter_mut().zip(&mut part.columns) {
            column.moments.merge(&Moments::of(&std::mem::take(numbers)));
        }
        self.rows = 0;
    }
}

/// Numbers of a [`Tile`]: with the text that is being read they fit the first-level cache.
const TILE_NUMBERS: usize = 3_072;

/// A few rows at a time, in memory that is used again and again.
#[derive(Debug)]
pub struct Tile {
    numbers: Vec<f64>,
    /// How many numbers each column has.
    lengths: Vec<usize>,
    rows: usize,
    most_rows: usize,
}

impl Tile {
    /// For so many columns and at most so many rows.
    pub fn new(columns: usize, most_rows: usize) -> Self {
        let most_rows = most_rows.min((TILE_NUMBERS / columns.max(1)).max(1));
        let numbers = vec![0.0; columns * most_rows];
        Self { numbers, lengths: vec![0; columns], rows: 0, most_rows }
    }
}

impl Chunk for Tile {
    #[inline]
    fn push(&mut self, column: usize, number: f64) {
        let length = &mut self.lengths[column];
        self.numbers[column * self.most_rows + *length] = number;
        *length += 1;
    }

    #[inline]
    fn end_row(&mut self, part: &mut Part) {
        self.rows += 1;
        if self.rows == self.most_rows {
            self.end(part);
        }
    }

    fn end(&mut self, part: &mut Part) {
        let columns = self.numbers.chunks_exact(self.most_rows).zip(&mut self.lengths);
        for ((numbers, length), column) in columns.zip(&mut part.columns) {
            column.moments.merge(&Moments::of(&numbers[..*length]));
            *length = 0;
        }
        self.rows = 0;
    }
}
