//! What can be wrong with the flights' files.

/// Why there is no result, naming the file and, within it, the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlightsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}; it is part of the crate's sources, under `data/`")]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// A file does not unpack to text.
    #[error("{path} is damaged: {reason}; restore it from the crate's sources")]
    Damaged {
        /// The file.
        path: String,
        /// What the decoder said.
        reason: String,
    },
    /// A file has fewer rows than the size asks for.
    #[error("{path} has {rows} rows, fewer than the {wanted} asked for")]
    TooFewRows {
        /// The file.
        path: String,
        /// Rows below the header.
        rows: usize,
        /// Rows asked for.
        wanted: usize,
    },
    /// The first line does not name the columns expected.
    #[error("{file}, line 1: the header must be `{want}`, but is `{got}`")]
    Header {
        /// The file.
        file: String,
        /// The header that belongs there.
        want: String,
        /// The header found.
        got: String,
    },
    /// A row has too few or too many cells.
    #[error("{file}, line {line}, column {column}: {got} cells where the header has {want}")]
    Cells {
        /// The file.
        file: String,
        /// The line, the header being line 1.
        line: u64,
        /// The first column that is missing or one too many, from 1.
        column: usize,
        /// Cells expected.
        want: usize,
        /// Cells found.
        got: usize,
    },
    /// A cell of a column of numbers holds something else.
    #[error("{file}, line {line}, column {column} (`{name}`): `{text}` is not a number, nor NA")]
    Number {
        /// The file.
        file: String,
        /// The line, the header being line 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The column's name.
        name: String,
        /// What the cell holds.
        text: String,
    },
    /// The text is no CSV at all.
    #[error("{file}, line {line}: {reason}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, the header being line 1.
        line: u64,
        /// What the reader said.
        reason: String,
    },
    /// A month outside the calendar.
    #[error("a flight in month {month}: months run from 1 to 12")]
    Month {
        /// The value found.
        month: String,
    },
    /// The figure could not be drawn.
    #[error("cannot draw the figure: {reason}")]
    Drawing {
        /// What the drawing library said.
        reason: String,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for FlightsError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

impl FlightsError {
    /// The same error with its line counted from `lines` further up.
    pub(super) fn below(mut self, lines: u64) -> Self {
        if let Self::Cells { line, .. } | Self::Number { line, .. } | Self::Syntax { line, .. } =
            &mut self
        {
            *line += lines;
        }
        self
    }
}
