//! `docs/exercises.md` cites figures, and every one of them is a committed record's.
//!
//! A figure is a link to the published report whose title says what it is, such as
//! `[3.51 ms](REPORT "time covariance/naive/10000x100")`. With `UPDATE_FIGURES=1` the page's figures
//! are written anew from the record; otherwise a figure that is not the record's fails.

mod published;

use std::fmt::Write;
use std::fs;

use amdahl_reports::summary::{CaseRow, SizeSummary, Summary, summarise};
use amdahl_reports::{Run, format};
use published::{PAGE, page, record_beside, root, updates, without_derived};

/// The record that the page's links name.
struct Evidence {
    run: Run,
    summary: Summary,
}

impl Evidence {
    /// Reads the record beside the report that the first figure links to.
    fn of(page: &str) -> Self {
        let figure = figures(page).into_iter().next().expect("the page cites a figure");
        let run = record_beside(&figure.target);
        let summary = summarise(&run);
        Self { run, summary }
    }

    fn size(&self, case: &str) -> Option<&SizeSummary> {
        let (kernel, size) = (case.split('/').next()?, case.split('/').nth(2)?);
        let kernel = self.summary.kernels.iter().find(|own| own.id == kernel)?;
        kernel.sizes.iter().find(|own| own.label == size)
    }

    fn row(&self, case: &str) -> Option<&CaseRow> {
        self.size(case)?.rows.iter().find(|row| row.case.to_string() == case)
    }

    /// What a title asks for, formatted as in a report; none where the record does not hold it.
    fn figure(&self, title: &str) -> Option<String> {
        let words: Vec<&str> = title.split_whitespace().collect();
        match words.as_slice() {
            ["time", case] => Some(format::time(self.row(case)?.time_ns()?)),
            // How many times as fast the first is as the second.
            ["faster", case, "than", other] => {
                let ratio = self.row(case)?.speed_up_over(self.row(other)?)?;
                Some(format::ratio(ratio.interval.estimate))
            }
            ["peak", case] => Some(format::bytes(self.row(case)?.heap.as_ref()?.peak_bytes?)),
            ["allocated", case] => Some(format::bytes(self.row(case)?.heap.as_ref()?.bytes?)),
            ["blocks", case] => Some(format::count(self.row(case)?.heap.as_ref()?.blocks)),
            ["bandwidth", case] => {
                Some(format!("{} GB/s", format::number(self.row(case)?.gigabytes_per_s?)))
            }
            ["flops", case] => Some(format!("{} GFLOP/s", format::number(self.row(case)?.gflops?))),
            ["share", case] => {
                let row = self.row(case)?;
                let share = self.size(case)?.ceiling(row.case.threads)?.share(row)?;
                Some(format::percent(share.interval.estimate))
            }
            ["error", case] => Some(format::scientific(self.row(case)?.agreement.as_ref()?.error)),
            ["quality", at, case] => {
                let agreement = self.row(case)?.agreement.as_ref()?;
                Some(format::scientific(*agreement.qualities.get(at.parse::<usize>().ok()?)?))
            }
            ["stage", case, stage] => {
                let kernel = case.split('/').next()?;
                let kernel = self.summary.kernels.iter().find(|own| own.id == kernel)?;
                let mut tables = kernel.stages.as_ref()?.tables.iter();
                let table = tables.find(|table| table.case.to_string() == *case)?;
                let row = table.stages.iter().find(|row| row.name == *stage)?;
                Some(format::percent(row.share.estimate))
            }
            ["took"] => Some(format::duration(self.run.info.took_s)),
            _ => None,
        }
    }
}

/// A figure of the page: where its text lies, where it links to, and what it claims to be.
#[derive(Debug)]
struct Figure {
    text: std::ops::Range<usize>,
    whole: std::ops::Range<usize>,
    target: String,
    title: String,
}

/// The links `[text](target "title")` of a page.
fn figures(page: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    for (close, _) in page.match_indices("](") {
        let Some(open) = page[..close].rfind('[') else { continue };
        let Some(length) = page[close + 2..].find(')') else { continue };
        let inside = &page[close + 2..close + 2 + length];
        let Some((target, title)) = inside.split_once(" \"") else { continue };
        found.push(Figure {
            text: open + 1..close,
            whole: open..close + 3 + length,
            target: target.to_owned(),
            title: title.trim_end_matches('"').to_owned(),
        });
    }
    found
}

/// Figures with a unit of measurement in a text: what must not stand there uncited.
fn measured_words(text: &str) -> Vec<String> {
    const UNITS: [&str; 12] =
        ["ns", "µs", "ms", "s", "x", "%", "KiB", "MiB", "GiB", "GB/s", "GFLOP/s", "MB"];
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| -> String {
        word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '|')).to_owned()
    };
    let is_number = |word: &str| {
        word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | 'e'))
    };
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let word = bare(word);
        let next = words.get(at + 1).map(|next| bare(next)).unwrap_or_default();
        let joined = UNITS.iter().any(|unit| word.strip_suffix(unit).is_some_and(is_number));
        if joined || (is_number(&word) && UNITS.contains(&next.as_str())) {
            found.push(format!("{word} {next}"));
        }
    }
    found
}

#[test]
fn every_figure_is_the_records() {
    let page = page();
    let evidence = Evidence::of(&page);
    let mut wrong = String::new();
    let mut written = page.clone();
    for figure in figures(&page).iter().rev() {
        let text = &page[figure.text.clone()];
        match evidence.figure(&figure.title) {
            None => writeln!(wrong, "the record does not hold \"{}\"", figure.title),
            Some(want) if want == text => Ok(()),
            Some(want) => {
                written.replace_range(figure.text.clone(), &want);
                writeln!(wrong, "\"{}\" is {want} in the record, {text} on the page", figure.title)
            }
        }
        .expect("writing to a string");
    }
    if updates() {
        fs::write(root().join(PAGE), written).expect("the page is written");
    }
    assert!(wrong.is_empty(), "in {PAGE}:\n{wrong}");
}

/// The README's table: the fastest variant of each kernel, as in the published summary.
fn readme_table(summary: &Summary) -> String {
    let mut table = String::from(
        "| kernel | size | fastest | time | over the reference |\n|---|---|---|---:|---:|\n",
    );
    for kernel in &summary.kernels {
        let Some(winner) = kernel.winner() else { continue };
        let time = winner.timing.as_ref().map(|timing| format::time_interval(&timing.time_ns));
        let ratio = winner.speed_up.as_ref().map(|ratio| format::ratio(ratio.interval.estimate));
        writeln!(
            table,
            "| `{}` | {} | {} | {} | {} |",
            kernel.id,
            winner.case.size,
            winner.case.variant_label(),
            time.unwrap_or_default(),
            ratio.unwrap_or_else(|| "not run at this size".to_owned()),
        )
        .expect("writing to a string");
    }
    table
}

#[test]
fn the_readme_shows_the_published_summary() {
    const MARKS: [&str; 2] = ["<!-- summary -->\n", "<!-- end of summary -->"];
    let readme = fs::read_to_string(root().join("README.md")).expect("the README is there");
    let want = readme_table(&Evidence::of(&page()).summary);
    let [begin, end] = MARKS.map(|mark| readme.find(mark).expect("the summary has its marks"));
    let shown = begin + MARKS[0].len()..end;
    if updates() {
        let mut written = readme.clone();
        written.replace_range(shown.clone(), &want);
        fs::write(root().join("README.md"), written).expect("the README is written");
    }
    assert_eq!(&readme[shown], want, "README.md and the published record");
}

#[test]
fn every_link_to_the_record_leads_to_a_page() {
    for figure in figures(&page()) {
        assert!(root().join("docs").join(&figure.target).exists(), "{}", figure.target);
    }
}

#[test]
fn no_measured_figure_stands_uncited() {
    let page = without_derived(&page());
    let mut rest = page.clone();
    for figure in figures(&page).iter().rev() {
        rest.replace_range(figure.whole.clone(), " ");
    }
    // What the textbook claims stands in quotation marks: those figures are not ours.
    let own: Vec<&str> = rest.split('"').step_by(2).collect();
    let found: Vec<String> = own.iter().flat_map(|text| measured_words(text)).collect();
    assert!(found.is_empty(), "{PAGE} has figures that cite no record: {found:?}");
}

#[test]
fn every_exercise_has_its_entry() {
    let page = page();
    let counts = [('A', 9), ('B', 7), ('C', 7), ('D', 3), ('E', 4)];
    for (section, count) in counts {
        for number in 1..=count {
            let heading = format!("## {section}.{number}:");
            assert!(page.contains(&heading), "{PAGE} has no heading that begins `{heading}`");
        }
    }
}

#[test]
fn the_page_names_only_kernels_that_there_are() {
    let kernels = amdahl_kernels::suite();
    let page = page();
    let linked = page.split("../kernels/src/").skip(1);
    for path in linked {
        let path = path.split([')', '#']).next().unwrap_or_default();
        assert!(root().join("kernels/src").join(path).exists(), "{PAGE} links to {path}");
    }
    for id in kernels.ids() {
        assert!(page.contains(&format!("`{id}`")), "{PAGE} does not name the kernel `{id}`");
    }
}

#[test]
fn uncited_figures_are_found_and_cited_ones_are_not() {
    assert_eq!(measured_words("it takes 3.5 ms, and 12x as long."), ["3.5 ms", "12x as"]);
    assert!(measured_words("at 10000x100 and ddof 1, f32, C.4").is_empty());
    let page = "[3 ms](r.md#a \"time a/b/1\") and [text](other.md)";
    let found = figures(page);
    assert_eq!(found.len(), 1);
    assert_eq!((&page[found[0].text.clone()], found[0].title.as_str()), ("3 ms", "time a/b/1"));
}
