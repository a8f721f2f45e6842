//! The first stage: CSV text becomes typed columns.

use rayon::prelude::*;

use super::build::{Encoder, Growing, RowBuilder};
use super::error::FlightsError;
use super::input::Texts;
use super::table::{
    AIRLINES, Cell, Column, FLIGHTS, Kind, MISSING, PLANES, Schema, Table, Tables, Words,
};
use crate::support::csv::cursor::end_of_cell;
use crate::support::decimal;

/// Tables, or what is wrong with their files.
pub type Loaded = Result<Tables, FlightsError>;

/// How the files write a missing value.
const NA: &str = "NA";

/// One dynamically typed row at a time, read by the `csv` crate.
///
/// # Errors
/// Where a text is not what its schema says, naming file, line and column.
pub fn rows(texts: &Texts) -> Loaded {
    load(texts, table_by_rows)
}

/// Cells straight into typed columns, found by scanning the bytes.
///
/// # Errors
/// Where a text is not what its schema says, naming file, line and column.
pub fn columns(texts: &Texts) -> Loaded {
    load(texts, table_by_scanning)
}

/// The same over pieces of the text at once.
///
/// # Errors
/// Where a text is not what its schema says, naming file, line and column.
pub fn with_rayon(texts: &Texts) -> Loaded {
    load(texts, table_in_pieces)
}

fn load(texts: &Texts, table: fn(&str, &Schema) -> Result<Table, FlightsError>) -> Loaded {
    Ok(Tables {
        flights: table(&texts.flights, &FLIGHTS)?,
        planes: table(&texts.planes, &PLANES)?,
        airlines: table(&texts.airlines, &AIRLINES)?,
    })
}

fn check_header(got: &str, schema: &Schema) -> Result<(), FlightsError> {
    let names: Vec<&str> = schema.columns.iter().map(|(name, _)| *name).collect();
    let want = names.join(",");
    if got == want {
        return Ok(());
    }
    Err(FlightsError::Header { file: schema.file.to_owned(), want, got: got.to_owned() })
}

fn wrong_cells(schema: &Schema, line: u64, got: usize) -> FlightsError {
    let want = schema.columns.len();
    let column = got.min(want) + 1;
    FlightsError::Cells { file: schema.file.to_owned(), line, column, want, got }
}

fn not_a_number(schema: &Schema, line: u64, column: usize, text: &str) -> FlightsError {
    FlightsError::Number {
        file: schema.file.to_owned(),
        line,
        column: column + 1,
        name: schema.columns[column].0.to_owned(),
        text: text.to_owned(),
    }
}

fn table_by_rows(text: &str, schema: &Schema) -> Result<Table, FlightsError> {
    let syntax = |line: u64, error: &csv::Error| {
        let reason = error.to_string();
        FlightsError::Syntax { file: schema.file.to_owned(), line, reason }
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| syntax(1, &error))?;
    check_header(&header.iter().collect::<Vec<_>>().join(","), schema)?;
    let mut table = RowBuilder::new(schema);
    for record in reader.records() {
        let record = record
            .map_err(|error| syntax(error.position().map_or(0, csv::Position::line), &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != schema.columns.len() {
            return Err(wrong_cells(schema, line, record.len()));
        }
        let mut row = Vec::new();
        for (column, (text, (_, kind))) in record.iter().zip(schema.columns).enumerate() {
            row.push(match (text, kind) {
                (NA, _) => Cell::Missing,
                (text, Kind::Words) => Cell::Text(text.to_owned()),
                (text, Kind::Numbers) => match text.parse::<f64>() {
                    Ok(number) if number.is_finite() => Cell::Number(number),
                    _ => return Err(not_a_number(schema, line, column, text)),
                },
            });
        }
        table.push(row);
    }
    Ok(table.finish())
}

/// The header and what follows it; none where only a full CSV reader knows where cells end.
fn header_and_body(text: &str) -> Option<(&str, &str)> {
    if memchr::memchr2(b'"', b'\r', text.as_bytes()).is_some() {
        return None;
    }
    Some(text.split_once('\n').unwrap_or((text, "")))
}

fn table_by_scanning(text: &str, schema: &Schema) -> Result<Table, FlightsError> {
    let Some((header, body)) = header_and_body(text) else { return table_by_rows(text, schema) };
    check_header(header, schema)?;
    let columns = scan(body, schema).map_err(|error| error.below(1))?;
    Ok(Growing::finish_all(columns))
}

/// Bytes of text one task scans: fixed, so that the work does not depend on the threads.
const BYTES_PER_TASK: usize = 1 << 20;

fn table_in_pieces(text: &str, schema: &Schema) -> Result<Table, FlightsError> {
    let Some((header, body)) = header_and_body(text) else { return table_by_rows(text, schema) };
    check_header(header, schema)?;
    let pieces = pieces(body);
    let scanned: Vec<Result<Vec<Growing>, FlightsError>> =
        pieces.par_iter().map(|piece| scan(piece, schema)).collect();
    let mut parts = Vec::with_capacity(scanned.len());
    for (at, part) in scanned.into_iter().enumerate() {
        parts.push(part.map_err(|error| error.below(1 + lines_in(&pieces[..at])))?);
    }
    let columns = (0..schema.columns.len()).into_par_iter().map(|at| join(&parts, at)).collect();
    Ok(Table { columns })
}

fn lines_in(pieces: &[&str]) -> u64 {
    let newlines = |piece: &&str| memchr::memchr_iter(b'\n', piece.as_bytes()).count() as u64;
    pieces.iter().map(newlines).sum()
}

/// Pieces of about [`BYTES_PER_TASK`] that end with a line.
fn pieces(body: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = body;
    while rest.len() > BYTES_PER_TASK {
        let bytes = rest.as_bytes();
        let Some(end) = memchr::memchr(b'\n', &bytes[BYTES_PER_TASK..]) else { break };
        let (piece, after) = rest.split_at(BYTES_PER_TASK + end + 1);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Column `at` of all parts, one after the other.
fn join(parts: &[Vec<Growing>], at: usize) -> Column {
    let rows = parts.iter().map(|part| match &part[at] {
        Growing::Numbers(numbers) => numbers.len(),
        Growing::Words(encoder) => encoder.codes.len(),
    });
    let rows = rows.sum();
    let mut numbers: Option<Vec<f64>> = None;
    let mut words = Encoder::default();
    let mut codes = Vec::new();
    for part in parts {
        match &part[at] {
            Growing::Numbers(part) => {
                numbers.get_or_insert_with(|| Vec::with_capacity(rows)).extend_from_slice(part);
            }
            Growing::Words(part) => {
                codes.reserve(rows - codes.len());
                let recoded: Vec<u32> = part.names.iter().map(|name| words.code(name)).collect();
                let code = |&code: &u32| recoded.get(code as usize).copied().unwrap_or(MISSING);
                codes.extend(part.codes.iter().map(code));
            }
        }
    }
    if let Some(numbers) = numbers {
        return Column::Numbers(numbers);
    }
    let names = words.names.into_iter().map(str::to_owned).collect();
    Column::Words(Words { codes, names })
}

/// Reads the rows of a text without quotes; lines count from 1 within it.
fn scan<'t>(body: &'t str, schema: &Schema) -> Result<Vec<Growing<'t>>, FlightsError> {
    // A row takes some 90 bytes; a guess that is short costs a reallocation.
    let mut columns = Growing::columns(schema, body.len() / 90 + 1);
    let last = columns.len() - 1;
    let (mut line, mut at) = (0, 0);
    while at < body.len() {
        line += 1;
        if body.as_bytes()[at] == b'\n' {
            at += 1;
            continue;
        }
        let row = at;
        for (column, growing) in columns.iter_mut().enumerate() {
            let end = match growing {
                Growing::Numbers(numbers) => {
                    let (number, end) = number(body, at);
                    numbers.push(
                        number.ok_or_else(|| no_number(body, row, at, line, schema, column))?,
                    );
                    end
                }
                Growing::Words(words) => {
                    let end = end_of_cell(body.as_bytes(), at);
                    let word = &body[at..end];
                    words.push((word != NA).then_some(word));
                    end
                }
            };
            if (body.as_bytes().get(end) == Some(&b',')) != (column < last) {
                return Err(wrong_cells(schema, line, cells_of_row(body, row)));
            }
            at = end + 1;
        }
    }
    Ok(columns)
}

fn cells_of_row(body: &str, row: usize) -> usize {
    body[row..].lines().next().unwrap_or_default().split(',').count()
}

/// A row of the wrong length is reported as that, even where a shifted cell is no number either.
#[cold]
fn no_number(
    body: &str,
    row: usize,
    at: usize,
    line: u64,
    schema: &Schema,
    column: usize,
) -> FlightsError {
    let cells = cells_of_row(body, row);
    if cells == schema.columns.len() {
        not_a_number(schema, line, column, &body[at..end_of_cell(body.as_bytes(), at)])
    } else {
        wrong_cells(schema, line, cells)
    }
}

/// The number of the cell that begins at `at`, NaN where it is missing and none where it is
/// neither; and where the cell ends.
#[inline]
fn number(body: &str, at: usize) -> (Option<f64>, usize) {
    let bytes = body.as_bytes();
    if let Some((number, end)) = decimal::parse(bytes, at)
        && matches!(bytes.get(end), None | Some(b',' | b'\n'))
    {
        return (Some(number), end);
    }
    let end = end_of_cell(bytes, at);
    let cell = body.get(at..end).unwrap_or_default();
    let number = if cell == NA { Some(f64::NAN) } else { cell.parse().ok() };
    (number.filter(|number: &f64| number.is_finite() || cell == NA), end)
}
