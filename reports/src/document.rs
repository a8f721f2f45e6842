//! A small document: headings, paragraphs, tables, pictures.
//!
//! Reports and comparisons are built as one, and each renderer turns it into its own notation, so
//! no table is laid out twice. It knows nothing of kernels or records, and escapes nothing.

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its blocks, in reading order.
    pub blocks: Vec<Block>,
}

impl Document {
    /// Appends a heading.
    pub fn heading(&mut self, level: u8, text: impl Into<Text>) {
        self.blocks.push(Block::Heading { level, text: text.into() });
    }

    /// Appends a paragraph.
    pub fn paragraph(&mut self, text: impl Into<Text>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; it can be linked to by [`anchor`] of its text.
    Heading {
        /// 1 for the title, then 2, 3 ….
        level: u8,
        /// The heading.
        text: Text,
    },
    /// A paragraph.
    Paragraph(Text),
    /// A table.
    Table(Table),
    /// A picture in a file beside the document.
    Image {
        /// What a reader who cannot see it should know.
        alt: String,
        /// Its path, relative to the document.
        path: String,
        /// What it shows, in a sentence.
        caption: Text,
    },
    /// A list of points.
    List(Vec<Text>),
    /// Something most readers skip, folded away where the notation can.
    Details {
        /// What is inside.
        summary: Text,
        /// The inside.
        blocks: Vec<Block>,
    },
    /// Text to be kept as it is.
    Code(String),
}

/// A table; every row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Text>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Appends a row; it is cut, or filled up with empty cells, to the number of columns.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Text>) {
        let mut cells: Vec<Text> = cells.into_iter().collect();
        cells.resize(self.columns.len(), Text::default());
        self.rows.push(cells);
    }

    /// The same table without the columns in which no row has anything.
    pub fn without_empty_columns(mut self) -> Self {
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|column| self.rows.iter().any(|row| !row[column].is_empty()))
            .collect();
        let mut column = kept.iter();
        self.columns.retain(|_| *column.next().unwrap_or(&true));
        for row in &mut self.rows {
            let mut cell = kept.iter();
            row.retain(|_| *cell.next().unwrap_or(&true));
        }
        self
    }
}

/// A table's column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: Text,
    /// On which side its cells stand.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn left(title: impl Into<Text>) -> Self {
        Self { title: title.into(), align: Align::Left }
    }

    /// A column of figures.
    pub fn right(title: impl Into<Text>) -> Self {
        Self { title: title.into(), align: Align::Right }
    }
}

/// On which side a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As it is.
    Plain(String),
    /// A name from a program.
    Code(String),
    /// What the eye should find first.
    Strong(String),
    /// Stressed.
    Emphasis(String),
    /// A link.
    Link {
        /// What is read.
        text: String,
        /// Where it leads: a path relative to the document, or `#` and an [`anchor`].
        target: String,
    },
}

impl Span {
    /// What is read, without its form.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Code(text) | Self::Strong(text) | Self::Emphasis(text) => {
                text
            }
            Self::Link { text, .. } => text,
        }
    }
}

/// Running text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<Span>);

impl Text {
    /// Text in which what stands between backticks is a name from a program.
    pub fn prose(text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return Self::from(text);
        }
        let spans = parts.iter().enumerate().filter(|(_, part)| !part.is_empty());
        Self(
            spans
                .map(|(index, part)| {
                    let part = (*part).to_owned();
                    if index % 2 == 1 { Span::Code(part) } else { Span::Plain(part) }
                })
                .collect(),
        )
    }

    /// A name from a program.
    pub fn code(text: impl Into<String>) -> Self {
        Self(vec![Span::Code(text.into())])
    }

    /// What the eye should find first.
    pub fn strong(text: impl Into<String>) -> Self {
        Self(vec![Span::Strong(text.into())])
    }

    /// A link.
    pub fn link(text: impl Into<String>, target: impl Into<String>) -> Self {
        Self(vec![Span::Link { text: text.into(), target: target.into() }])
    }

    /// The same text with more behind it.
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// Replaces the target of every link.
    pub(crate) fn retarget(&mut self, lead: &dyn Fn(&str) -> String) {
        for span in &mut self.0 {
            if let Span::Link { target, .. } = span {
                *target = lead(target);
            }
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| span.as_str().is_empty())
    }

    /// What is read, without its form.
    pub fn to_plain(&self) -> String {
        self.0.iter().map(Span::as_str).collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(vec![Span::Plain(text.to_owned())])
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(vec![Span::Plain(text)])
    }
}

/// The name by which GitHub links to a heading: lower case, spaces as hyphens, punctuation dropped.
pub fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_names_and_an_odd_one_is_left_alone() {
        let text = Text::prose("`faer` allocates");
        assert_eq!(
            text.0,
            vec![Span::Code("faer".to_owned()), Span::Plain(" allocates".to_owned())]
        );
        assert_eq!(Text::prose("a ` b"), Text::from("a ` b"));
    }

    #[test]
    fn empty_columns_are_dropped_and_short_rows_filled() {
        let mut table = Table::new([Column::left("a"), Column::right("b"), Column::right("c")]);
        table.row([Text::from("1")]);
        table.row([Text::from("2"), Text::default(), Text::from("3")]);
        let table = table.without_empty_columns();
        assert_eq!(table.columns.len(), 2);
        assert_eq!(table.rows[0], vec![Text::from("1"), Text::default()]);
        assert_eq!(table.rows[1], vec![Text::from("2"), Text::from("3")]);
    }

    #[test]
    fn anchors_are_githubs() {
        assert_eq!(anchor("row_normalize, 10 x 5!"), "row_normalize-10-x-5");
    }
}
