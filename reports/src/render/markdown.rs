//! Markdown as GitHub renders it, and as people read it without rendering.
//!
//! Specification: GitHub Flavored Markdown 0.29. Only what would change the meaning is escaped.

use super::{Renderer, html};
use crate::document::{Align, Block, Document, Span, Table, Text};
use crate::pages::linked;
use crate::{Artifact, Report};

/// The widest a column is padded to: one long cell must not stretch every row.
const PADDED_TO: usize = 40;

/// Up to how many characters a cell stays on one line; figures always do.
const SHORT: usize = 28;

/// The ending of a page's file.
const ENDING: &str = ".md";

/// Writes `README.md` and a page a kernel.
pub(super) struct Markdown;

impl Renderer for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn file_name(&self) -> &'static str {
        "README.md"
    }

    fn render(&self, report: &Report<'_>) -> String {
        document(&report.document())
    }

    fn files(&self, report: &Report<'_>) -> Vec<Artifact> {
        linked(report.pages(), ENDING)
            .into_iter()
            .map(|page| Artifact {
                path: format!("{}{ENDING}", page.name),
                contents: document(&page.document),
            })
            .collect()
    }
}

/// A document as GitHub-flavoured Markdown.
pub fn document(document: &Document) -> String {
    let mut text = blocks(&document.blocks);
    text.push('\n');
    text
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(block).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { level, text } => {
            format!("{} {}", "#".repeat(usize::from(*level)), inline(text))
        }
        Block::Paragraph(text) => at_line_start(inline(text)),
        Block::Table(content) => table(content),
        Block::Image { alt, path, caption } => {
            format!("![{}]({})\n\n*{}*", escape(alt), target(path), inline(caption))
        }
        Block::List(points) => points
            .iter()
            .map(|point| format!("- {}", at_line_start(inline(point))))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Details { summary, blocks: inside } => format!(
            "<details>\n<summary>{}</summary>\n\n{}\n\n</details>",
            html::inline(summary),
            blocks(inside)
        ),
        Block::Code(text) => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            format!("{fence}\n{}\n{fence}", text.trim_end_matches('\n'))
        }
    }
}

fn table(table: &Table) -> String {
    let head: Vec<String> = table.columns.iter().map(|column| cell(&column.title)).collect();
    let body = |row: &Vec<Text>| {
        let cells = row.iter().zip(&table.columns);
        cells.map(|(text, column)| body_cell(text, column.align)).collect()
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(body).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().map(|row| row[at].as_str());
            let widest = cells.chain([head[at].as_str()]).map(|cell| cell.chars().count()).max();
            widest.unwrap_or(0).clamp(3, PADDED_TO)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&table.columns).zip(&widths);
        let padded: Vec<String> = padded
            .map(|((cell, column), &width)| match column.align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            })
            .collect();
        format!("| {} |", padded.join(" | "))
    };
    let rules = table.columns.iter().zip(&widths).map(|(column, &width)| match column.align {
        Align::Left => "-".repeat(width),
        Align::Right => format!("{}:", "-".repeat(width - 1)),
    });
    let rule = format!("| {} |", rules.collect::<Vec<_>>().join(" | "));
    let mut lines = vec![line(&head), rule];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// A figure broken over four lines is not legible: its spaces become ones that do not break. Those
/// of code stay, since people copy it.
fn body_cell(text: &Text, align: Align) -> String {
    if align == Align::Left && text.to_plain().chars().count() > SHORT {
        return cell(text);
    }
    let spans = text.0.iter().map(|span| match span {
        Span::Plain(plain) => Span::Plain(plain.replace(' ', "\u{a0}")),
        other => other.clone(),
    });
    cell(&Text(spans.collect()))
}

/// In a table a bar ends the cell, inside a code span too (GFM 4.10).
fn cell(text: &Text) -> String {
    text.0.iter().map(|s| span(s).replace('|', "\\|")).collect()
}

fn inline(text: &Text) -> String {
    text.0.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Plain(text) => escape(text),
        Span::Code(text) => code(text),
        Span::Strong(text) => emphasised(text, "**"),
        Span::Emphasis(text) => emphasised(text, "*"),
        Span::Link { text, target: to } => format!("[{}]({})", escape(text), target(to)),
    }
}

/// A mark beside a space is no mark (GFM 6.4), so outer spaces stay outside.
fn emphasised(text: &str, mark: &str) -> String {
    let inner = text.trim();
    if inner.is_empty() {
        return text.to_owned();
    }
    let (before, after) = text.split_once(inner).unwrap_or_default();
    format!("{before}{mark}{}{mark}{after}", escape(inner))
}

fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn target(path: &str) -> String {
    if path.contains([' ', '(', ')', '<', '>']) {
        return format!("<{}>", path.replace('<', "%3C").replace('>', "%3E"));
    }
    path.to_owned()
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// Escapes what GitHub would take for markup, and nothing that it would not.
fn escape(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        let within_word = before.is_alphanumeric() && after.is_alphanumeric();
        let marks = match c {
            '\\' | '`' | '*' | '~' | '$' => true,
            '_' => !within_word,
            ']' => after == '(' || after == '[' || after == ':',
            _ => false,
        };
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' if after.is_alphanumeric() || after == '#' => escaped.push_str("&amp;"),
            c => {
                if marks {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
        }
        before = c;
    }
    escaped
}

/// Keeps a line that begins like a heading, a list or a rule from becoming one.
fn at_line_start(text: String) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['#', '+', '-', '=']) { format!("\\{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Column;

    #[test]
    fn what_github_would_take_for_markup_is_escaped() {
        assert_eq!(escape("a*b <i> x_ y_z ~1 $2"), "a\\*b &lt;i&gt; x\\_ y_z \\~1 \\$2");
        assert_eq!(escape("3.5 ms [3.4, 3.6]"), "3.5 ms [3.4, 3.6]");
        assert_eq!(escape("[a](b) &amp; & c\nd"), "[a\\](b) &amp;amp; & c d");
    }

    #[test]
    fn a_bar_stays_in_its_cell() {
        let mut content = Table::new([Column::left("a|b"), Column::right("n")]);
        content.row([Text::code("x | y"), Text::from("1")]);
        assert_eq!(table(&content), "| a\\|b     |   n |\n| -------- | --: |\n| `x \\| y` |   1 |");
    }

    #[test]
    fn code_with_backticks_gets_a_longer_fence() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(block(&Block::Code("```\nx".to_owned())), "````\n```\nx\n````");
    }

    #[test]
    fn spaces_stay_outside_of_emphasis() {
        assert_eq!(emphasised("Stages of ", "**"), "**Stages of** ");
        assert_eq!(emphasised(" ", "*"), " ");
    }

    #[test]
    fn a_paragraph_never_becomes_a_list() {
        assert_eq!(at_line_start("1. first".to_owned()), "1\\. first");
        assert_eq!(at_line_start("- no".to_owned()), "\\- no");
        assert_eq!(at_line_start("1.5x".to_owned()), "1\\.5x");
    }

    #[test]
    fn details_keep_their_markdown_inside() {
        let details = Block::Details {
            summary: Text::from("a < ").then(Text::code("b")),
            blocks: vec![Block::Paragraph(Text::strong("in"))],
        };
        assert_eq!(
            block(&details),
            "<details>\n<summary>a &lt; <code>b</code></summary>\n\n**in**\n\n</details>"
        );
    }
}
