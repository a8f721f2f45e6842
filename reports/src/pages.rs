//! A document over several files.
//!
//! Sections write links and paths as if everything were one page. Here they are made to lead from
//! the page they stand on to the page where their goal is. GitHub cuts a Markdown file of more than
//! half a megabyte, so a report of many kernels is not one.

use crate::document::{Block, Document, Text, anchor};

/// A page of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its path without an ending, with `/` between folders, such as `kernels/covariance`.
    pub name: String,
    /// What stands on it.
    pub document: Document,
}

/// The pages with links and pictures that work between files with this ending, such as `.md`.
///
/// A link to the first heading of another page leads to the page itself. On every page the first
/// heading is of level 1, and those after it move with it.
pub(crate) fn linked(pages: Vec<Page>, ending: &str) -> Vec<Page> {
    let headings: Vec<Vec<String>> = pages.iter().map(|page| anchors(&page.document)).collect();
    let names: Vec<String> = pages.iter().map(|page| page.name.clone()).collect();
    let lead = |from: usize, target: &str| -> String {
        let up = "../".repeat(names[from].matches('/').count());
        match target.strip_prefix('#') {
            None if target.contains("://") => target.to_owned(),
            None => format!("{up}{target}"),
            Some(goal) => {
                let holds = |at: &usize| headings[*at].iter().any(|own| own == goal);
                match (0..names.len()).find(holds) {
                    Some(at) if at != from => {
                        let first = headings[at].first().is_some_and(|first| first == goal);
                        let place = if first { String::new() } else { format!("#{goal}") };
                        format!("{up}{}{ending}{place}", names[at])
                    }
                    _ => target.to_owned(),
                }
            }
        }
    };
    let mut pages = pages;
    for (at, page) in pages.iter_mut().enumerate() {
        page.document.retarget(&|target| lead(at, target));
        raise(&mut page.document);
    }
    pages
}

fn anchors(document: &Document) -> Vec<String> {
    let headings = document.blocks.iter().filter_map(|block| match block {
        Block::Heading { text, .. } => Some(anchor(&text.to_plain())),
        _ => None,
    });
    headings.collect()
}

/// Moves all headings so that the first is of level 1.
fn raise(document: &mut Document) {
    let mut by = None;
    for block in &mut document.blocks {
        if let Block::Heading { level, .. } = block {
            let by = *by.get_or_insert(*level - 1);
            *level = level.saturating_sub(by).max(1);
        }
    }
}

impl Document {
    /// Replaces the target of every link and the path of every picture.
    fn retarget(&mut self, lead: &dyn Fn(&str) -> String) {
        retarget(&mut self.blocks, lead);
    }
}

fn retarget(blocks: &mut [Block], lead: &dyn Fn(&str) -> String) {
    let text = |text: &mut Text| text.retarget(lead);
    for block in blocks {
        match block {
            Block::Heading { text: own, .. } | Block::Paragraph(own) => text(own),
            Block::Table(table) => {
                table.columns.iter_mut().for_each(|column| text(&mut column.title));
                table.rows.iter_mut().flatten().for_each(text);
            }
            Block::Image { path, caption, .. } => {
                *path = lead(path);
                text(caption);
            }
            Block::List(points) => points.iter_mut().for_each(text),
            Block::Details { summary, blocks } => {
                text(summary);
                retarget(blocks, lead);
            }
            Block::Code(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Span;

    fn page(name: &str, heading: (u8, &str), target: &str) -> Page {
        let mut document = Document::default();
        document.heading(heading.0, heading.1);
        document.heading(heading.0 + 1, format!("More of {}", heading.1));
        document.paragraph(Text::link("there", target));
        let image = Block::Image {
            alt: String::new(),
            path: "charts/a.svg".to_owned(),
            caption: Text::default(),
        };
        document.blocks.push(Block::Details { summary: Text::default(), blocks: vec![image] });
        Page { name: name.to_owned(), document }
    }

    fn target(page: &Page) -> &str {
        let link = page.document.blocks.iter().find_map(|block| match block {
            Block::Paragraph(text) => text.0.first(),
            _ => None,
        });
        match link {
            Some(Span::Link { target, .. }) => target,
            other => panic!("no link but {other:?}"),
        }
    }

    #[test]
    fn links_lead_from_page_to_page_and_stay_within_their_own() {
        let cases = [
            ("#b", "kernels/b.md"),
            ("#more-of-b", "kernels/b.md#more-of-b"),
            ("#more-of-a", "#more-of-a"),
            ("#nowhere", "#nowhere"),
            ("flamegraphs/x.svg", "flamegraphs/x.svg"),
        ];
        for (from, to) in cases {
            let pages =
                linked(vec![page("a", (1, "a"), from), page("kernels/b", (2, "b"), "")], ".md");
            assert_eq!(target(&pages[0]), to);
        }
    }

    #[test]
    fn a_page_in_a_folder_leads_out_of_it() {
        let cases = [
            ("#a", "../a.md"),
            ("flamegraphs/x.svg", "../flamegraphs/x.svg"),
            ("https://example.org/x", "https://example.org/x"),
        ];
        for (from, to) in cases {
            let pages =
                linked(vec![page("a", (1, "a"), ""), page("kernels/b", (2, "b"), from)], ".md");
            assert_eq!(target(&pages[1]), to);
            let Block::Details { blocks, .. } = &pages[1].document.blocks[3] else { panic!() };
            assert!(matches!(&blocks[0], Block::Image { path, .. } if path == "../charts/a.svg"));
        }
    }

    #[test]
    fn each_page_begins_at_level_1() {
        let pages = linked(vec![page("kernels/b", (2, "b"), "")], ".md");
        let levels: Vec<u8> = pages[0]
            .document
            .blocks
            .iter()
            .filter_map(|block| match block {
                Block::Heading { level, .. } => Some(*level),
                _ => None,
            })
            .collect();
        assert_eq!(levels, [1, 2]);
    }
}
