//! Plain text for a terminal: aligned tables, wrapped paragraphs, no colour.

use super::Renderer;
use crate::Report;
use crate::document::{Align, Block, Document, Span, Table, Text};

/// Where running text is wrapped, in characters. Tables are as wide as they must be.
const WRAPPED_AT: usize = 100;

/// What stands between two columns.
const GAP: &str = "  ";

/// How far the inside of a fold is moved in.
const INDENT: usize = 2;

/// Writes `report.txt`.
pub(super) struct Terminal;

impl Renderer for Terminal {
    fn id(&self) -> &'static str {
        "terminal"
    }

    fn file_name(&self) -> &'static str {
        "report.txt"
    }

    fn render(&self, report: &Report<'_>) -> String {
        document(&report.document())
    }
}

/// A document as plain text.
pub fn document(document: &Document) -> String {
    let mut lines = Vec::new();
    push_blocks(&document.blocks, &mut lines);
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

fn push_blocks(blocks: &[Block], lines: &mut Vec<String>) {
    for block in blocks {
        let content = block_lines(block);
        if content.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(content);
    }
}

fn block_lines(block: &Block) -> Vec<String> {
    match block {
        Block::Heading { level, text } => heading(*level, &inline(text)),
        Block::Paragraph(text) => wrapped(&inline(text), "", ""),
        Block::Table(content) => table(content),
        Block::Image { path, caption, .. } => {
            wrapped(&format!("[{path}] {}", inline(caption)), "", "")
        }
        Block::List(points) => {
            points.iter().flat_map(|point| wrapped(&inline(point), "- ", "  ")).collect()
        }
        Block::Details { summary, blocks } => {
            let mut inside = Vec::new();
            push_blocks(blocks, &mut inside);
            let mut lines = wrapped(&inline(summary), "", "");
            let indent = " ".repeat(INDENT);
            lines.extend(inside.into_iter().map(|line| format!("{indent}{line}")));
            lines
        }
        Block::Code(text) => text.lines().map(|line| format!("    {line}")).collect(),
    }
}

fn heading(level: u8, text: &str) -> Vec<String> {
    let under = match level {
        1 => '=',
        2 => '-',
        _ => return vec![text.to_owned()],
    };
    vec![text.to_owned(), under.to_string().repeat(text.chars().count())]
}

fn table(table: &Table) -> Vec<String> {
    let head: Vec<String> = table.columns.iter().map(|column| inline(&column.title)).collect();
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(inline).collect()).collect();
    let width = |at: usize| {
        let cells = rows.iter().map(|row: &Vec<String>| row[at].chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&table.columns).zip(&widths);
        let padded: Vec<String> = padded
            .map(|((cell, column), &width)| match column.align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            })
            .collect();
        padded.join(GAP).trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut lines = vec![line(&head), rule.join(GAP)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}

fn inline(text: &Text) -> String {
    let spans = text.0.iter().map(|span| match span {
        Span::Link { text, target } if !target.starts_with('#') => format!("{text} ({target})"),
        other => other.as_str().to_owned(),
    });
    spans.collect::<String>().replace(['\r', '\n'], " ")
}

fn wrapped(text: &str, first: &str, next: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !empty && line.chars().count() + 1 + word.chars().count() > WRAPPED_AT {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    if !empty {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Column;

    #[test]
    fn figures_stand_right_and_words_left() {
        let mut content = Table::new([Column::left("variant"), Column::right("µs")]);
        content.row([Text::code("faer"), Text::from("3.5")]);
        content.row([Text::from("x"), Text::from("12,345")]);
        assert_eq!(
            table(&content),
            ["variant      µs", "-------  ------", "faer        3.5", "x        12,345"]
        );
    }

    #[test]
    fn long_lines_wrap_at_words_and_hang() {
        let lines = wrapped(&"word ".repeat(30), "- ", "  ");
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("- word") && lines[0].chars().count() <= WRAPPED_AT);
        assert!(lines[1].starts_with("  word"));
    }

    #[test]
    fn links_to_files_show_the_path() {
        assert_eq!(inline(&Text::link("graph", "a.svg")), "graph (a.svg)");
        assert_eq!(inline(&Text::link("covariance", "#covariance")), "covariance");
    }
}
