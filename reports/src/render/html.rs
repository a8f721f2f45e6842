//! One HTML page that needs nothing but the pictures beside it.
//!
//! No script, no font, no network: the style is a few lines inside, for light and dark screens.

use super::Renderer;
use crate::Report;
use crate::document::{Align, Block, Document, Span, Table, Text, anchor};

/// The page's whole style. Pictures keep a white ground, as their colours are chosen for it.
const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1f2328;--ground:#fff;--line:#d1d9e0;--soft:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--ground:#0d1117;--line:#3d444d;--soft:#161b22}}
body{margin:2rem auto;max-width:75rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--ground)}
h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:var(--soft)}
.n{text-align:right;white-space:nowrap}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;background:var(--soft)}
summary code,td code{overflow-wrap:anywhere}
pre{padding:.6rem;overflow-x:auto}
figure{margin:1rem 0}img{max-width:100%;background:#fff}figcaption{font-size:.875rem;opacity:.8}
details{margin:.5rem 0}summary{cursor:pointer}a{color:inherit}
";

/// Writes `index.html`.
pub(super) struct Html;

impl Renderer for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn file_name(&self) -> &'static str {
        "index.html"
    }

    fn render(&self, report: &Report<'_>) -> String {
        document(&report.document())
    }
}

/// A document as a page of HTML; its first heading is the page's title.
pub fn document(document: &Document) -> String {
    let title = document.blocks.iter().find_map(|block| match block {
        Block::Heading { text, .. } => Some(text.to_plain()),
        _ => None,
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}\n</body>\n</html>\n",
        escape(&title.unwrap_or_default()),
        blocks(&document.blocks)
    )
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { level, text } => {
            let id = escape(&anchor(&text.to_plain()));
            format!("<h{level} id=\"{id}\">{}</h{level}>", inline(text))
        }
        Block::Paragraph(text) if text.is_empty() => String::new(),
        Block::Paragraph(text) => format!("<p>{}</p>", inline(text)),
        Block::Table(content) => table(content),
        Block::Image { alt, path, caption } => format!(
            "<figure><img src=\"{}\" alt=\"{}\"><figcaption>{}</figcaption></figure>",
            escape(path),
            escape(alt),
            inline(caption)
        ),
        Block::List(points) => {
            let points: Vec<String> =
                points.iter().map(|point| format!("<li>{}</li>", inline(point))).collect();
            format!("<ul>\n{}\n</ul>", points.join("\n"))
        }
        Block::Details { summary, blocks: inside } => format!(
            "<details>\n<summary>{}</summary>\n{}\n</details>",
            inline(summary),
            blocks(inside)
        ),
        Block::Code(text) => format!("<pre>{}</pre>", escape(text)),
    }
}

fn table(table: &Table) -> String {
    let class = |at: usize| match table.columns[at].align {
        Align::Left => "",
        Align::Right => " class=\"n\"",
    };
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = &Text>| -> String {
        let cells: Vec<String> = cells
            .enumerate()
            .map(|(at, text)| format!("<{tag}{}>{}</{tag}>", class(at), inline(text)))
            .collect();
        cells.concat()
    };
    let head = cells("th", &mut table.columns.iter().map(|column| &column.title));
    let rows: Vec<String> =
        table.rows.iter().map(|row| format!("<tr>{}</tr>", cells("td", &mut row.iter()))).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{}\n</tbody>\n\
         </table></div>",
        rows.join("\n")
    )
}

/// Running text as HTML.
pub(super) fn inline(text: &Text) -> String {
    let spans = text.0.iter().map(|span| {
        let content = escape(span.as_str());
        match span {
            Span::Plain(_) => content,
            Span::Code(_) => format!("<code>{content}</code>"),
            Span::Strong(_) => format!("<strong>{content}</strong>"),
            Span::Emphasis(_) => format!("<em>{content}</em>"),
            Span::Link { target, .. } => format!("<a href=\"{}\">{content}</a>", escape(target)),
        }
    });
    spans.collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_kernel_says_becomes_markup() {
        let text = Text::from("a < b & \"c\"").then(Text::link("<x>", "a\"b"));
        assert_eq!(inline(&text), "a &lt; b &amp; &quot;c&quot;<a href=\"a&quot;b\">&lt;x&gt;</a>");
    }

    #[test]
    fn the_page_is_titled_by_its_first_heading() {
        let mut content = Document::default();
        content.heading(1, "A & B");
        let page = document(&content);
        assert!(page.contains("<title>A &amp; B</title>"));
        assert!(page.contains("<h1 id=\"a--b\">"));
    }
}
