//! The report of a run: which sections it has, in which order, and the files it becomes.
//!
//! One file a section. Sections put what the summary and the findings say into words and tables;
//! they compute no figure. How a document is written down belongs to [`crate::render`].

mod bottlenecks;
mod ceilings;
mod claims;
mod counted;
mod doctor;
mod findings;
mod growth;
mod head;
mod kernel;
mod ladder;
mod legend;
mod not_measured;
mod overview;
pub(crate) mod peers;
mod pipeline;
mod profile;
mod roofline;
mod scaling;
mod survey;
mod survey_json;
mod swap;
pub(crate) mod what_if;
mod words;

pub use claims::claims_table;
pub use survey::{SURVEY_CHART, survey_document};
pub use survey_json::survey_json;
pub use what_if::experiment;
pub(crate) use words::case_text;

use crate::analyse::analyse_summarised;
use crate::document::{Block, Document};
use crate::pages::Page;
use crate::summary::{KernelSummary, Summary, summarise};
use crate::{Finding, KernelInfo, Run, chart, render};

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its path, relative to the report's folder, with `/` between folders.
    pub path: String,
    /// Its whole text.
    pub contents: String,
}

/// A run with everything that is derived from it: what a renderer needs.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its tables.
    pub summary: Summary,
    /// Its findings, most severe first.
    pub findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Derives everything from the run.
    pub fn new(run: &'a Run) -> Self {
        let summary = summarise(run);
        let findings = analyse_summarised(run, &summary);
        Self { run, summary, findings }
    }

    /// The report over several files: a first page, and one a kernel.
    pub fn pages(&self) -> Vec<Page> {
        let mut first = Document::default();
        self.opening(&mut first);
        self.closing(&mut first);
        let mut pages = vec![Page { name: "README".to_owned(), document: first }];
        let mut bottlenecks = Document::default();
        bottlenecks::section(self, &mut bottlenecks);
        if !bottlenecks.blocks.is_empty() {
            bottlenecks.blocks.insert(1, Block::Paragraph(head::way_back()));
            pages.push(Page { name: "bottlenecks".to_owned(), document: bottlenecks });
        }
        pages.extend(self.kernels().map(|(kernel, summary)| {
            let mut document = Document::default();
            kernel::section(self, kernel, summary, &mut document);
            findings::of_kernel(self, &kernel.id, &mut document);
            document.blocks.insert(1, Block::Paragraph(head::way_back()));
            let name = format!("kernels/{}", words::file_stem(&kernel.id));
            Page { name, document }
        }));
        pages
    }

    /// The report as one document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        self.opening(&mut document);
        bottlenecks::section(self, &mut document);
        for (kernel, summary) in self.kernels() {
            kernel::section(self, kernel, summary, &mut document);
        }
        self.closing(&mut document);
        document
    }

    /// What stands before the kernels.
    fn opening(&self, document: &mut Document) {
        head::section(self, document);
        overview::section(self, document);
        peers::section(self, document);
        bottlenecks::way(self, document);
        findings::section(self, document);
        claims::section(self, document);
        ceilings::section(self, document);
    }

    /// What stands after the kernels.
    fn closing(&self, document: &mut Document) {
        not_measured::section(self, document);
        legend::section(self, document);
    }

    /// Only what a terminal should show at the end of a run: the summary and the findings.
    pub fn brief(&self) -> Document {
        let mut document = Document::default();
        overview::table(self, &mut document);
        peers::brief(self, &mut document);
        findings::section(self, &mut document);
        document
    }

    /// The charts the document shows.
    pub fn charts(&self) -> Vec<Artifact> {
        let mut charts: Vec<Artifact> = chart::summary(&self.summary)
            .map(|contents| Artifact { path: overview::CHART.to_owned(), contents })
            .into_iter()
            .collect();
        for summary in &self.summary.kernels {
            let kernel = self.run.kernels.iter().find(|kernel| kernel.id == summary.id);
            let roofline = kernel.and_then(|kernel| chart::roofline(kernel, summary));
            charts.extend(
                roofline
                    .map(|contents| Artifact { path: roofline::chart_path(&summary.id), contents }),
            );
            let times = chart::times(summary);
            charts.extend(
                times.map(|contents| Artifact { path: kernel::chart_path(&summary.id), contents }),
            );
            let threads = chart::threads(summary);
            charts.extend(
                threads
                    .map(|contents| Artifact { path: scaling::chart_path(&summary.id), contents }),
            );
            let curves =
                summary.growth.as_ref().and_then(|growth| chart::growth(&summary.id, growth));
            charts.extend(
                curves.map(|contents| Artifact { path: growth::chart_path(&summary.id), contents }),
            );
            let stages = summary.stages.as_ref().and_then(chart::stages);
            charts.extend(
                stages
                    .map(|contents| Artifact { path: pipeline::chart_path(&summary.id), contents }),
            );
        }
        charts
    }

    fn kernels(&self) -> impl Iterator<Item = (&KernelInfo, &KernelSummary)> {
        self.run.kernels.iter().zip(&self.summary.kernels)
    }
}

/// Every file of the run's report: those of each renderer, and the charts.
pub fn report(run: &Run) -> Vec<Artifact> {
    let report = Report::new(run);
    let mut artifacts: Vec<Artifact> =
        render::all().iter().flat_map(|renderer| renderer.files(&report)).collect();
    artifacts.extend(report.charts());
    artifacts
}
